/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NTFS through libntfs-3g over a block source: look up, list, read; and the few writes that the
 * quarantine is made of. Opened for reading, nothing is ever written; opened for writing, the
 * caller has looked at nt_state_read() first (nt_vol_open checks it again and refuses). */
#ifndef UNBRICK_NTFS_VOL_H
#define UNBRICK_NTFS_VOL_H

#include "block/blk.h"
#include "ntfs/raw.h"

struct nt_vol;
struct nt_replay;

enum nt_vol_flags { NT_VOL_WRITE = 1 };

/** Mount. For writing: nt_state_read is evaluated first and its refusal returned
 * (RS_E_LOG_UNCLEAN, RS_E_HIBERNATED, RS_E_NTFS_DAMAGED), so that libntfs-3g never gets to reset a
 * log. @src must outlive it. libntfs-3g's own messages are kept off the terminal; the last one
 * becomes the detail of the error. The library's notes on times: reading never changes atime.
 * Errors: RS_E_NTFS_DAMAGED, RS_E_NOT_NTFS, RS_E_IO_READ, RS_E_READ_ONLY, RS_E_MEMORY. */
int nt_vol_open(struct blk *src, unsigned flags, struct nt_vol **ret, struct rs_err *err);
/** Unmount. For writing: everything is flushed; an error of that is returned. NULL is fine. */
int nt_vol_close(struct nt_vol *vol, struct rs_err *err);
/** @vol is seen through the journal's plan @p (borrowed until it is closed): nt_stat then knows
 * which contents the journal does not hold. */
void nt_vol_set_replay(struct nt_vol *vol, const struct nt_replay *p);

struct nt_stat {
	uint64_t ref; /* record and sequence */
	bool is_dir, is_reparse, is_compressed;
	uint32_t attributes, reparse_tag;
	uint64_t size_bytes, allocated_bytes;
	uint64_t created, modified, changed, accessed; /* FILETIME of $STANDARD_INFORMATION */
	uint16_t links;				       /* link count of the record */
	bool is_resident;			       /* unnamed $DATA */
	bool is_unlogged; /* resident, and read as zeros where the journal does not hold it */
	uint64_t log_lsn; /* LSN of the record: changes whenever Windows wrote it */
};

/** Record of a path. UTF-8, '\' or '/' between the parts, leading one optional, "" = root; case as
 * NTFS has it ($UpCase). Reparse points (junctions, links) in the middle of the path are not
 * followed: RS_E_UNSAFE_PATH names the part. Errors: RS_E_NO_SUCH_FILE (which part),
 * RS_E_NTFS_DAMAGED, RS_E_IO_READ. */
int nt_lookup(struct nt_vol *vol, const char *path, uint64_t *ret_ref, struct rs_err *err);
int nt_stat(struct nt_vol *vol, uint64_t ref, struct nt_stat *ret, struct rs_err *err);
/** A path of the record (through its WIN32 or POSIX name), "\Windows\..." */
int nt_path(struct nt_vol *vol, uint64_t ref, char *ret, size_t cap, struct rs_err *err);

struct nt_link {	  /* one name of a record */
	const char *name; /* UTF-8, borrowed */
	uint64_t parent_ref;
	bool is_dos;
};
/** Every name of a record, those for DOS too; @fn returns false to stop. @fn must not read the
 * volume. Errors: as nt_stat. */
int nt_links(struct nt_vol *vol, uint64_t ref, bool (*fn)(void *user, const struct nt_link *link),
	void *user, struct rs_err *err);

/** Names of a folder, DOS names left out, "." and ".." too; index order. @fn returns false to stop.
 */
int nt_list(struct nt_vol *vol, uint64_t dir_ref,
	bool (*fn)(void *user, const char *name, uint64_t ref, bool is_dir), void *user,
	struct rs_err *err);

/** Names equal under the volume's own $UpCase? (for tests of rules use nt_name_match) */
bool nt_name_equal(struct nt_vol *vol, const char *a, const char *b);
/** '*' and '?' pattern against a name, case-blind by $UpCase (ASCII and Latin tables built in when
 * @vol is NULL). */
bool nt_name_match(struct nt_vol *vol, const char *pattern, const char *name);

struct nt_file;
/** Open a stream for reading; @stream "" for the unnamed. Compressed (LZNT1) and sparse work.
 * Errors: RS_E_UNSUPPORTED for encrypted and for WOF-compressed files (named). */
int nt_file_open(struct nt_vol *vol, uint64_t ref, const char *stream, struct nt_file **ret,
	struct rs_err *err);
uint64_t nt_file_size(const struct nt_file *f);
int nt_file_read(struct nt_file *f, uint64_t off_bytes, void *buf, size_t len, size_t *ret_len,
	struct rs_err *err);
/** The unnamed stream of the file of this path, or its first @most_bytes (what is larger is for the
 * caller to say: ask for one more). malloc'd, with a zero behind it. Errors: those of nt_lookup,
 * nt_file_open, nt_file_read; RS_E_MEMORY. */
int nt_file_load(struct nt_vol *vol, const char *path, size_t most_bytes, uint8_t **ret,
	size_t *ret_len, struct rs_err *err);
void nt_file_close(struct nt_file *f);
RS_DEFINE_AUTO(struct nt_file *, nt_file_close);
#define auto_nt_file __attribute__((cleanup(nt_file_close_auto)))

/* ---- writing (only act/ calls these; switch.c) ---- */

/** Flush the library's caches of everything touched and the device. */
int nt_sync(struct nt_vol *vol, struct rs_err *err);
/** VOLUME_IS_DIRTY on or off, flushed. */
int nt_set_dirty(struct nt_vol *vol, bool is_dirty, struct rs_err *err);
/* Folders and files made here are SYSTEM's, and nobody but SYSTEM and Administrators may touch them
 * (security.h). */

/** Folder @name in @dir_ref; an existing folder is fine (its ref comes back), a file or a reparse
 * point of that name is RS_E_UNSAFE_PATH. Flushed. Errors: RS_E_NO_SPACE, RS_E_IO_WRITE. */
int nt_mkdir(struct nt_vol *vol, uint64_t dir_ref, const char *name, uint64_t *ret_ref,
	struct rs_err *err);
/** New file with these bytes (allocated, not resident, when @min_alloc_bytes > 0: zero filled up to
 * it). Fails if the name exists. Flushed. Errors as nt_mkdir. */
int nt_file_create(struct nt_vol *vol, uint64_t dir_ref, const char *name, const void *p,
	size_t len, size_t min_alloc_bytes, uint64_t *ret_ref, struct rs_err *err);
/** New file that is not ours but Windows': with the owner and permissions that @like_ref has. Fails
 * if the name exists. Flushed. Errors as nt_mkdir, those of reading that descriptor. */
int nt_file_restore(struct nt_vol *vol, uint64_t dir_ref, const char *name, struct rs_view data,
	uint64_t like_ref, uint64_t *ret_ref, struct rs_err *err);
/** Overwrite bytes inside the existing size, in place; flushed. */
int nt_file_overwrite(struct nt_vol *vol, uint64_t ref, uint64_t off_bytes, const void *p,
	size_t len, struct rs_err *err);

/* The switch: all names of a file whose parent is @from_ref get the parent @to_ref. One MFT record
 * write is the commit; entries are added to the new index before and removed from the old one
 * after it, with a flush between the steps. Names, 8.3 names, namespaces, times, security, streams,
 * hard links elsewhere stay as they are. docs/quarantine.md has every state. */
struct nt_switch {
	uint64_t file_ref, from_ref, to_ref;
};

enum nt_switch_state {
	NT_SWITCH_AT_FROM,	 /* before: names in @from, nothing in @to */
	NT_SWITCH_AT_FROM_EXTRA, /* before the commit, with left-over entries in @to */
	NT_SWITCH_AT_TO_EXTRA,	 /* after the commit, with left-over entries in @from */
	NT_SWITCH_AT_TO,	 /* after */
	NT_SWITCH_ELSEWHERE,	 /* the file has no name in either folder, or is another file now */
};

/** Judge from the record and both indexes. @sw->from_ref 0: that folder is gone; then AT_TO or
 * ELSEWHERE. Errors: RS_E_NTFS_DAMAGED, RS_E_IO_READ. */
int nt_switch_state(struct nt_vol *vol, const struct nt_switch *sw, enum nt_switch_state *ret,
	struct rs_err *err);
struct nt_switch_name {
	const char *name;   /* UTF-8, borrowed */
	bool is_dos;	    /* the 8.3 name that goes with another one */
	uint64_t taken_ref; /* another file that has it in @to, 0: none */
};
/** Each name of the file in either folder, and whether it is free in @to, compared as Windows does.
 * Nothing is written. Errors: RS_E_NO_SUCH_FILE, RS_E_UNSAFE_PATH (a folder), RS_E_NTFS_DAMAGED. */
int nt_switch_look(struct nt_vol *vol, const struct nt_switch *sw,
	void (*fn)(void *user, const struct nt_switch_name *n), void *user, struct rs_err *err);
/** Run it, or finish it from any state but ELSEWHERE; in state AT_TO nothing is written.
 * A name that is already taken in @to by another file is refused before the first write
 * (RS_E_GUARD). Errors: RS_E_CHANGED (ELSEWHERE), RS_E_IO_WRITE, RS_E_NO_SPACE, RS_E_READ_ONLY. */
int nt_switch_run(struct nt_vol *vol, const struct nt_switch *sw, struct rs_err *err);

/* ---- one more name of a file, a hard link, and taking it away (link.c) ---- */

struct nt_hard {
	uint64_t file_ref, dir_ref;
	const char *name; /* UTF-8, borrowed */
};

enum nt_hard_state {
	NT_HARD_ABSENT, /* the file has no such name there, and nobody has */
	NT_HARD_HALF,	/* its record has the name, the folder no entry: a step that was cut */
	NT_HARD_THERE,
	NT_HARD_TAKEN, /* another file has it, or this one in other letters */
};

/** Judge from the record and the folder's index. Errors: RS_E_USAGE (no name), RS_E_UNSAFE_PATH (a
 * folder), RS_E_NO_SUCH_FILE, RS_E_NTFS_DAMAGED, RS_E_IO_READ. */
int nt_hard_state(
	struct nt_vol *vol, const struct nt_hard *h, enum nt_hard_state *ret, struct rs_err *err);
/** Give the file that name in that folder, or finish it; where it is there nothing is written. The
 * record is written first, so that no entry is ever without its name. Errors: RS_E_GUARD (taken, or
 * the record has no room for it: refused before the first write), those of nt_hard_state,
 * RS_E_IO_WRITE, RS_E_NO_SPACE, RS_E_READ_ONLY. */
int nt_hard_add(struct nt_vol *vol, const struct nt_hard *h, struct rs_err *err);
/** Take just this name away, or finish that; where it is not there nothing is written. Never the
 * only name, never one of a pair with an 8.3 name (RS_E_GUARD, RS_E_CHANGED). Errors as above. */
int nt_hard_drop(struct nt_vol *vol, const struct nt_hard *h, struct rs_err *err);

/* ---- tidying up after ourselves (remove.c): only what the quarantine made ---- */

/** Remove a file or an empty folder by name; @ref must be what the name stands for (else
 * RS_E_CHANGED). Keeps the times of @dir_ref. Flushed. Errors: RS_E_GUARD (not empty, or it has
 * other names), RS_E_IO_WRITE, RS_E_NTFS_DAMAGED. */
int nt_remove(
	struct nt_vol *vol, uint64_t dir_ref, const char *name, uint64_t ref, struct rs_err *err);
/** Remove every empty folder in @dir_ref. */
int nt_remove_empty_folders(struct nt_vol *vol, uint64_t dir_ref, struct rs_err *err);
int nt_is_empty(struct nt_vol *vol, uint64_t dir_ref, bool *ret, struct rs_err *err);
/** Put the four times of @times back (created, modified, changed, accessed). Flushed. */
int nt_set_times(struct nt_vol *vol, uint64_t ref, const struct nt_stat *times, struct rs_err *err);
/** Bytes in free clusters. */
int nt_free_bytes(struct nt_vol *vol, uint64_t *ret, struct rs_err *err);

/* ---- records without an entry (remove.c): what a cut leaves of a folder or file of ours ---- */

/** Put the entry of the record's only name into the folder that the record names. Flushed.
 * Errors: RS_E_CHANGED (another folder, or the name is taken), RS_E_NTFS_DAMAGED, RS_E_IO_WRITE. */
int nt_relink(struct nt_vol *vol, uint64_t ref, uint64_t dir_ref, struct rs_err *err);
/** The block source below; borrowed until the volume is closed. */
struct blk *nt_vol_source(struct nt_vol *vol);
/** VOLUME_IS_DIRTY as the library knows it. */
bool nt_is_dirty(const struct nt_vol *vol);

/** Opened for writing: is every step that a cut interrupted at its end? false: nothing tells (it
 * was kept nowhere, or somebody else has written since), and bits may be set for what never came.
 */
bool nt_is_whole(const struct nt_vol *vol);
/** VOLUME_IS_DIRTY is on, and what is kept of the last step says that it was us who set it. */
bool nt_is_flag_ours(const struct nt_vol *vol);

/* ---- whose flag (mark.c): a record tells whether VOLUME_IS_DIRTY is of our own making ---- */

/** Mark a record before the flag is set, or take the mark away after it was cleared: a record that
 * is marked while the flag is on means that it was us. Flushed. Errors: as nt_stat, RS_E_IO_WRITE.
 */
int nt_mark(struct nt_vol *vol, uint64_t ref, bool is_wanted, struct rs_err *err);
/** From now on what nt_mkdir and nt_file_create make is marked from its first write on, or not. */
void nt_mark_made(struct nt_vol *vol, bool is_wanted);
bool nt_is_marked(const struct nt_vol *vol, const struct nt_stat *s);

/* ---- a second opinion on a replay (opinion.c) ---- */

/** nt_replay_check, and libntfs-3g mounts it. Errors: as nt_replay_check and nt_vol_open. */
int nt_vol_trust_replay(struct blk *overlay, const struct nt_replay *p, struct rs_err *err);

#endif

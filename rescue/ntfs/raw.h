/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NTFS straight from the bytes, without libntfs-3g: boot sector, MFT records, attribute runs, the
 * fast reader of the whole $MFT, the state of the journal, hibernation. It works on volumes that
 * libntfs-3g refuses, trusts nothing it reads, and never writes.
 * Format names are those of ntfs-3g's layout.h. */
#ifndef UNBRICK_NTFS_RAW_H
#define UNBRICK_NTFS_RAW_H

#include "block/blk.h"
#include "core/events.h"
#include "core/view.h"
#include "format/ntfsboot.h"

/* Records that are always at their number. */
enum {
	NT_MFT_RECORD,
	NT_MFTMIRR_RECORD,
	NT_LOGFILE_RECORD,
	NT_VOLUME_RECORD,
	NT_ROOT_RECORD = 5,
	NT_BITMAP_RECORD,
	NT_BADCLUS_RECORD = 8,
	NT_UPCASE_RECORD = 10,
	NT_EXTEND_RECORD,
};

#define NT_REF_RECORD(ref)   ((ref)&0xffffffffffffULL)
#define NT_REF_SEQUENCE(ref) ((uint16_t)((ref) >> 48))
#define NT_NAME_BYTES	     (255 * 3 + 1) /* an NTFS name in UTF-8, with its NUL */
/* What is followed: Windows' own limit for a path is 32,767 units of UTF-16. What is deeper or
 * longer, as other systems can make it, is counted as not looked at. */
#define NT_DEPTH_MAX 4096U
#define NT_PATH_MAX  (128U << 10) /* bytes of UTF-8 */

enum nt_attr_type {
	NT_AT_STANDARD_INFORMATION = 0x10,
	NT_AT_ATTRIBUTE_LIST = 0x20,
	NT_AT_FILE_NAME = 0x30,
	NT_AT_VOLUME_NAME = 0x60,
	NT_AT_VOLUME_INFORMATION = 0x70,
	NT_AT_DATA = 0x80,
	NT_AT_INDEX_ROOT = 0x90,
	NT_AT_INDEX_ALLOCATION = 0xa0,
	NT_AT_BITMAP = 0xb0,
	NT_AT_REPARSE_POINT = 0xc0,
	NT_AT_END = -1,
};

struct nt_raw;

/** Read the boot sector (or, if it is damaged, its copy at the end), record 0 with its attribute
 * list, and the runs of $MFT (falling back to $MFTMirr for record 0). @src must outlive it.
 * Errors: RS_E_NOT_NTFS (no NTFS signature in either boot sector), RS_E_NTFS_DAMAGED (which field),
 * RS_E_TRUNCATED (the source is smaller than the volume: only when $MFT cannot be read),
 * RS_E_IO_READ, RS_E_MEMORY. */
int nt_raw_open(struct blk *src, struct nt_raw **ret, struct rs_err *err);
void nt_raw_close(struct nt_raw *raw);
RS_DEFINE_AUTO(struct nt_raw *, nt_raw_close);
#define auto_nt_raw __attribute__((cleanup(nt_raw_close_auto)))

const struct nt_geometry *nt_raw_geometry(const struct nt_raw *raw);

/** One MFT record with fixups applied into @buf (record_bytes). Errors: RS_E_NTFS_DAMAGED (torn, no
 * FILE signature, bad fixups: said which), RS_E_IO_READ, RS_E_NO_SUCH_FILE (number past the end).
 */
int nt_raw_record(struct nt_raw *raw, uint64_t number, uint8_t *buf, struct rs_err *err);

/** Read from an attribute (base record and its extensions, resident or not; compressed, encrypted
 * and sparse data: holes are zeros, compressed or encrypted data RS_E_UNSUPPORTED). Bytes past the
 * initialized size are zeros. @name "" for the unnamed. *ret_len < @len only at the end.
 * Errors: RS_E_NO_SUCH_FILE (no such attribute), RS_E_NTFS_DAMAGED, RS_E_IO_READ. */
int nt_raw_read(struct nt_raw *raw, uint64_t number, int type, const char *name, uint64_t off_bytes,
	void *buf, size_t len, size_t *ret_len, struct rs_err *err);

/** Data size of an attribute. Errors as above. */
int nt_raw_size(struct nt_raw *raw, uint64_t number, int type, const char *name, uint64_t *ret,
	struct rs_err *err);

/** A hint as blk_will_need, for the first @len_bytes of the unnamed $DATA of a record ($MFT's own,
 * too). What it cannot find it leaves to the read. */
void nt_raw_will_need(struct nt_raw *raw, uint64_t number, uint64_t len_bytes);

/* ---- the whole MFT (mft.c) ---- */

enum nt_namespace { NT_NS_POSIX, NT_NS_WIN32, NT_NS_DOS, NT_NS_WIN32_DOS };

/* One name of one file, as the scan hands it out. Pointers are borrowed during the call. */
struct nt_entry {
	uint64_t ref; /* record and sequence of the base record */
	uint64_t parent_ref;
	const char *path; /* "\Windows\System32\x.sys" (WTF-8); orphans "\$Orphan\NNN\x" */
	const char *name; /* its last part */
	bool is_dir, is_orphan, is_reparse, is_system /* record < 24 or below \$Extend */;
	uint32_t attributes;			       /* DOS flags of $STANDARD_INFORMATION */
	uint64_t size_bytes, allocated_bytes;	       /* unnamed $DATA; 0 for folders */
	uint64_t created, modified, changed, accessed; /* FILETIME of $STANDARD_INFORMATION */
	uint16_t hard_links;			       /* names that are not DOS */
};

struct nt_scan_result {
	uint64_t records, in_use, files, dirs, names, orphans;
	uint64_t damaged; /* records that could not be read: named by the fault callback */
};

struct nt_scan_ops {
	void *user;
	/* Every name that is not DOS-only (a DOS name only where it is the only one). Return false
	 * to end the scan early (no error). */
	bool (*entry)(void *user, const struct nt_entry *e);
	/* Every damaged record, or other fault found on the way: one line, no newline. */
	void (*fault)(void *user, uint64_t record, const char *what);
	/* Optional: cheap early test on the name alone (before paths are built). NULL = all. */
	bool (*wants)(void *user, const char *name, bool is_dir);
	/* Optional, with @wants: the cheapest test, before a name is looked at. Asked for files
	 * whose times stand in their base record; for all others the answer counts as yes. */
	bool (*wants_times)(void *user, uint64_t created, uint64_t modified, uint64_t changed);
};

/** Read the whole $MFT once, in large requests, and hand out every name. Memory is bounded: about
 * 24 bytes a record and the names of folders. Names, $DATA and $STANDARD_INFORMATION in extension
 * records are joined to their base. Faults do not stop it. @task "scan" in bytes of $MFT.
 * Errors: RS_E_IO_READ only when nothing can be read, RS_E_CANCELLED, RS_E_MEMORY. */
int nt_scan(struct nt_raw *raw, const struct nt_scan_ops *ops, const struct rs_task *task,
	struct nt_scan_result *ret, struct rs_err *err);

/* ---- the state that decides whether we may write (state.c) ---- */

enum nt_log_state {
	NT_LOG_WIPED, /* all 0xFF: empty, fine */
	NT_LOG_CLEAN,
	NT_LOG_UNCLEAN,	    /* written by a Windows that did not dismount */
	NT_LOG_CHKDSK,	    /* CHKD: chkdsk was here, the log is void */
	NT_LOG_TORN,	    /* no valid restart page */
	NT_LOG_UNSUPPORTED, /* unknown version or shape */
	NT_LOG_UNREADABLE,
};

struct nt_state {
	enum nt_log_state log;
	uint16_t log_major, log_minor;
	uint64_t log_current_lsn;
	uint32_t log_page_at;	/* the restart page that counts */
	bool is_log_page_alone; /* the other one is not valid */
	char log_reason[160];	/* in words for all but clean and wiped */
	bool is_dirty;		/* VOLUME_IS_DIRTY */
	uint16_t volume_flags;	/* $VOLUME_INFORMATION */
	uint8_t ntfs_major, ntfs_minor;
	char label[128];
	bool is_hibernated;   /* hiberfil.sys says so, by our strict rule */
	char hibernation[96]; /* "none", "no image", "hibernated (HIBR)", ... */
	bool can_write;	      /* log wiped or clean, not hibernated, mirror equal */
	char refusal[256];    /* why not, "" otherwise */
	int refusal_code;     /* RS_E_LOG_UNCLEAN, RS_E_HIBERNATED, RS_E_NTFS_DAMAGED or 0 */
	bool mirror_differs;  /* $MFT and $MFTMirr: first four records */
	bool is_mirror_older; /* as a power cut leaves it: opening for writing mends it */
};

/** "clean", "unclean" ... Static. */
const char *nt_log_state_text(enum nt_log_state s);

/** Read $LogFile's restart pages, $Volume, hiberfil.sys in the root, $MFTMirr. What cannot be read
 * is said in the fields. Errors: those that end the run (rs_err_ends). */
int nt_state_read(struct nt_raw *raw, struct nt_state *ret, struct rs_err *err);

#define NT_HIBER_PAGE	     4096U
#define NT_HIBER_PIECE_BYTES 512U
#define NT_HIBER_PIECES	     (NT_HIBER_PAGE / NT_HIBER_PIECE_BYTES)

/* The first page of hiberfil.sys: what says that there is an image to resume from. */
struct nt_hiber_page {
	uint8_t bytes[NT_HIBER_PAGE];
	unsigned n;			     /* pieces of it, in order */
	uint64_t off_bytes[NT_HIBER_PIECES]; /* on the volume */
	uint32_t len_bytes[NT_HIBER_PIECES];
};

/** Where it lies, and what is in it; of a file that is as Windows makes it, and no other. Errors:
 * RS_E_NTFS_DAMAGED (there is none such), RS_E_IO_READ, those that end the run. */
int nt_hibernation_page(struct nt_raw *raw, struct nt_hiber_page *ret, struct rs_err *err);

/** State of a log from its first bytes (at least two pages); for tests and fuzzing. @page_gap
 * ignored unless the pages say it. Never fails. */
void nt_log_parse(struct rs_view log, struct nt_state *ret);

#endif

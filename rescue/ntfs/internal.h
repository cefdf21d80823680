/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside the reader of the whole MFT: folders and paths (mft_tree.c), what one record says
 * (mft_piece.c), the pass over the records (mft.c). */
#ifndef UNBRICK_NTFS_INTERNAL_H
#define UNBRICK_NTFS_INTERNAL_H

#include "ntfs/index.h"
#include "ntfs/stream.h"

#define NT_DEPTH_EARLY	  256U /* folders that are walked up before all are in */
#define NT_SYSTEM_RECORDS 24U
#define NT_PATH_BYTES	  ((size_t)NT_PATH_MAX + NT_NAME_BYTES + 64)

/* ---- mft_tree.c ---- */

#define NT_PAGE_RECORDS 1024U

enum nt_seen {
	NT_SEEN_IN_USE = 1, /* a sound base record in use */
	NT_SEEN_LATER = 2,  /* look at it again in a second pass, for lack of memory */
};

/* What is kept of each record, in pages where there are records. */
struct nt_kept {
	uint32_t folder; /* index, 0 = none */
	uint16_t sequence;
	uint8_t seen;
};

enum nt_folder_state {
	NT_FOLDER_UNKNOWN,    /* its parents are not all read yet */
	NT_FOLDER_ROOTED,     /* ends in the root: final */
	NT_FOLDER_ORPHAN,     /* below an orphan */
	NT_FOLDER_ORPHAN_TOP, /* its parent is not there */
	NT_FOLDER_TOO_DEEP,   /* more than NT_DEPTH_MAX above it: final */
};

struct nt_folder {
	uint64_t parent_ref;
	uint32_t record, name, parent; /* name: 0 = none yet */
	uint16_t depth;
	uint8_t state;
	bool is_visiting, is_below_extend;
};

struct nt_tree {
	struct nt_kept **pages; /* NT_PAGE_RECORDS each */
	size_t n_pages;
	struct nt_folder *folders; /* 0 is nobody, 1 the root */
	size_t n_folders;
	char **names; /* blocks of terminated names */
	size_t n_names;
	uint32_t used;	  /* bytes of the last block */
	uint32_t *stack;  /* of the walk up */
	bool is_complete; /* all folders are in: what is not found is not there */
	uint64_t loops;
	char *path;	      /* NT_PATH_BYTES */
	uint64_t path_parent; /* the prefix in path is that of this parent_ref ... */
	size_t path_len;      /* ... and this long; 0 = none */
	bool is_path_orphan, is_path_extend, is_path_too_long;
};

int nt_tree_init(struct nt_tree *t, uint64_t records, struct rs_err *err);
void nt_tree_done(struct nt_tree *t);
/** Of one record, made if need be; NULL: no memory. */
struct nt_kept *nt_tree_keep(struct nt_tree *t, uint64_t number);
/** The same, NULL where nothing was seen. */
const struct nt_kept *nt_tree_look(const struct nt_tree *t, uint64_t number);
/** Add a folder that was read, or give one its name; @name of length 0: not known yet. */
int nt_tree_add(struct nt_tree *t, uint64_t number, uint64_t parent_ref, struct rs_view name,
	struct rs_err *err);
bool nt_tree_has_name(const struct nt_tree *t, uint64_t number);
/** Is the chain from @parent_ref up to the root known? With is_complete always 1; 0 = not yet,
 * negative: no memory. */
int nt_tree_is_known(struct nt_tree *t, uint64_t parent_ref, struct rs_err *err);
/** All folders are in: what has no way to the root by now is an orphan. Errors: RS_E_MEMORY. */
int nt_tree_complete(struct nt_tree *t, struct rs_err *err);
/** "\a\b\name" for a name below @parent_ref, whose chain is known; valid until the next call. NULL:
 * deeper than NT_DEPTH_MAX, or longer than NT_PATH_MAX. */
const char *nt_tree_path(struct nt_tree *t, uint64_t parent_ref, const char *name,
	bool *ret_is_orphan, bool *ret_is_below_extend);

/* ---- mft_piece.c ---- */

#define NT_PIECE_NAMES 48U /* a record of 4096 bytes holds at most 42 */

enum nt_piece_flags {
	NT_PIECE_BASE = 1,
	NT_PIECE_DIR = 2,
	NT_PIECE_TIMES = 4, /* $STANDARD_INFORMATION is here */
	NT_PIECE_DATA = 8,  /* the start of the unnamed $DATA is here */
	NT_PIECE_LIST = 16,
	NT_PIECE_REPARSE = 32,
	NT_PIECE_GONE = 64, /* its base's own names were handed out already */
};

/* What one record, base or extension, says about a file. */
struct nt_piece {
	uint64_t base_ref, number;
	uint64_t created, modified, changed, accessed;
	uint64_t size_bytes, allocated_bytes;
	uint32_t attributes;
	uint16_t flags, n_names;
};

struct nt_parsed {
	struct nt_piece piece;
	struct nt_file_name names[NT_PIECE_NAMES];
};

#define NT_PIECE_NAMES_ONLY (NT_ATTRS_OF(NT_AT_FILE_NAME) | NT_ATTRS_OF(NT_AT_ATTRIBUTE_LIST))
#define NT_PIECE_TIMES_TOO  NT_ATTRS_OF(NT_AT_STANDARD_INFORMATION)

/** Parse the @types of attributes of a prepared record in use. Returns NULL or what is wrong with a
 * part of it. */
const char *nt_piece_parse(
	const uint8_t *rec, size_t len, uint64_t number, uint32_t types, struct nt_parsed *ret);

/* Pieces kept for later, each followed by its names. */
struct nt_store {
	uint8_t **blocks;
	size_t n_blocks, used, bytes;
	struct nt_piece **pieces;
	size_t n;
};

/** Errors: RS_E_MEMORY. */
int nt_store_add(struct nt_store *s, const struct nt_parsed *p, struct rs_err *err);
/** By base record, the base before its extensions. */
void nt_store_sort(struct nt_store *s);
/** The names of a stored piece. */
void nt_store_get(const struct nt_piece *stored, struct nt_parsed *ret);
void nt_store_done(struct nt_store *s);

/* ---- mft.c, mft_files.c ---- */

/* One nt_scan in work. */
struct nt_scan_run {
	struct nt_raw *raw;
	const struct nt_scan_ops *ops;
	const struct rs_task *task;
	struct nt_scan_result res;
	struct nt_tree tree;
	struct nt_store store;
	uint8_t *buf;	 /* of one large request */
	uint8_t *bitmap; /* $MFT's $BITMAP */
	size_t bitmap_len;
	uint64_t readable;	     /* records whose sectors could be read */
	uint64_t run_start, run_end; /* records that share one fault */
	char run_what[96];
	bool is_stopped, is_second, has_later, has_dropped;
	struct nt_parsed parsed;
	char name[NT_NAME_BYTES];
};

void nt_scan_fault(struct nt_scan_run *s, uint64_t number, const char *what);
/** Names that are not DOS names. */
unsigned nt_scan_links(const struct nt_parsed *p);
/** The names that are handed out and that the caller wants, a bit each. */
uint64_t nt_scan_wanted(struct nt_scan_run *s, const struct nt_parsed *p, unsigned links);
/** Are the folders of those names known? Negative: no memory. */
int nt_scan_is_ready(
	struct nt_scan_run *s, const struct nt_parsed *p, uint64_t wanted, struct rs_err *err);
/** Hand out the @wanted names of @from with what @p says of the file. */
void nt_scan_emit(struct nt_scan_run *s, const struct nt_piece *p, const struct nt_parsed *from,
	uint64_t wanted, unsigned links);
/** A folder goes into the tree by its WIN32 or POSIX name, wherever that is. */
int nt_scan_add_folder(
	struct nt_scan_run *s, uint64_t number, const struct nt_parsed *p, struct rs_err *err);
/** Folders whose name is in an extension record must have it before any path is built. */
int nt_scan_name_folders(struct nt_scan_run *s, struct rs_err *err);
/** Hand out all stored files, joined. */
void nt_scan_emit_stored(struct nt_scan_run *s);

/* Inside the reader: what no other room needs. The tests may include it, too. */

#define NT_RUNS_MAX (1U << 21)

/* ---- raw.c ---- */

/** The boot sector of @src, or its copy at the end. Errors as nt_raw_open. */
int nt_boot_load(struct blk *src, struct nt_geometry *ret, struct rs_err *err);

/* ---- usn.c ---- */

struct nt_usn;

struct nt_usn_want {
	uint64_t since;
	bool (*fn)(void *user, const struct nt_usn *u);
	void *user;
	const struct rs_task *task;
};

/** nt_usn_read of a journal that is open. */
int nt_usn_stream(struct nt_raw *raw, const struct nt_stream *s, const struct nt_usn_want *want,
	uint64_t *ret_n, uint64_t *ret_skipped, struct rs_err *err);

/* ---- hibernation.c ---- */

/** The part of nt_state_read that is about hibernation. Errors: those of reading; it is said in the
 * fields, too. */
int nt_hibernation_read(struct nt_raw *raw, struct nt_state *ret, struct rs_err *err);

/* ---- log.c ---- */

/** Sectors of FF, as a log is wiped, or zeros, as copies of metadata leave what they do not need.
 */
bool nt_log_is_blank(const uint8_t *p, size_t len);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files around libntfs-3g share (vol.c lookup.c file.c write.c switch.c order.c). */
#ifndef UNBRICK_NTFS_VOL_INTERNAL_H
#define UNBRICK_NTFS_VOL_INTERNAL_H

#include "core/list.h"
#include "ntfs/index.h"
#include "ntfswrite/device.h"
#include "ntfswrite/security.h"
#include "ntfswrite/vol.h"

#include <sys/stat.h> /* or the headers of the library make a struct timespec of their own */

#include <ntfs-3g/types.h>

#include <ntfs-3g/attrib.h>
#include <ntfs-3g/dir.h>
#include <ntfs-3g/index.h>
#include <ntfs-3g/inode.h>
#include <ntfs-3g/volume.h>

/* What $Secure:$SDS holds, read once (nothing here ever writes $Secure). */
struct nt_sds {
	struct nt_sds_entry *all;
	size_t n;
	bool is_there, is_short; /* short: of memory, while it is read */
};

#define NT_WALKED_MAX 512U

struct nt_vol {
	struct nt_dev dev;
	ntfs_volume *lib; /* NULL after a failed step whose new mount failed too */
	bool can_write;
	bool has_stepped; /* a step was carried out: what mounting itself wanted to write may go,
			     too */
	bool is_flag_step, is_lowering; /* the step changes VOLUME_IS_DIRTY; and takes it away */
	bool is_whole;			/* no step of ours is open, or it was brought to its end */
	bool is_flag_ours;		/* VOLUME_IS_DIRTY is on, and was off before our steps */
	bool is_marking;		/* records made from now on get the mark (mark.c) */
	const struct nt_replay *replay; /* what it is seen through, or NULL */
	struct nt_sds sds;
	/* only read: the folder that the last path led through, as most paths share theirs */
	char walked[NT_WALKED_MAX];
	size_t walked_len; /* 0: none */
	uint64_t walked_ref;
};

/** An error of the library: the block source's own error if there was one, else errno (ENOSPC,
 * ENOMEM, EROFS by name, the rest as @code), with the library's last message as the cause. */
int nt_lib_fail(struct nt_vol *vol, int code, const char *object, struct rs_err *err);
/** Its log is ours from now on: nothing of it reaches a terminal. */
void nt_lib_listen(void);
/** Before a call of the library whose error is to be told. */
void nt_lib_begin(struct nt_vol *vol);

/** Open by reference; the sequence number must fit. Errors: RS_E_NO_SUCH_FILE, RS_E_NTFS_DAMAGED,
 * RS_E_IO_READ. */
int nt_inode_open(struct nt_vol *vol, uint64_t ref, ntfs_inode **ret, struct rs_err *err);
void nt_inode_close(ntfs_inode *ni);
RS_DEFINE_AUTO(ntfs_inode *, nt_inode_close);
#define auto_inode __attribute__((cleanup(nt_inode_close_auto)))

RS_DEFINE_AUTO(ntfs_attr *, ntfs_attr_close);
#define auto_attr __attribute__((cleanup(ntfs_attr_close_auto)))

RS_DEFINE_AUTO(ntfs_attr_search_ctx *, ntfs_attr_put_search_ctx);
#define auto_ctx __attribute__((cleanup(ntfs_attr_put_search_ctx_auto)))

/** ntfs_attr_readall for what is short: a length from the disk asks for no memory. NULL: errno. */
void *nt_readall(ntfs_inode *ni, ATTR_TYPES type, ntfschar *name, u32 name_len, s64 *ret_len);
/** Give the record the mark; not yet written (mark.c). */
void nt_inode_mark(const struct nt_vol *vol, ntfs_inode *ni);
uint64_t nt_inode_ref(const ntfs_inode *ni);
bool nt_inode_is_dir(const ntfs_inode *ni);
bool nt_is_reparse(ntfs_inode *ni);
/** Value of the resident attribute that @ctx stands on; an empty view if it is not resident. */
struct rs_view nt_attr_value(const ntfs_attr_search_ctx *ctx);

#define NT_NAME_UNITS 255U

/* A name as the library takes it. */
struct nt_name {
	ntfschar le[NT_NAME_UNITS];
	size_t n;
};

/** false: not valid, or too long. */
bool nt_name_init(struct nt_name *name, const char *utf8);
/** UTF-16LE of a name that nt_file_name_parse took apart. */
struct nt_name nt_name_of(struct rs_view utf16);
/** The record's first name, then the next one (@ctx is NULL at first, and stands on it):
 * 1, 0: no more, or an error. */
int nt_next_name(struct nt_vol *vol, ntfs_inode *ni, ntfs_attr_search_ctx **ctx,
	struct nt_file_name *ret, struct rs_err *err);
/** One name in a folder: $UpCase, then exactly if two differ in case only. *ret_ref = 0: none. */
int nt_dir_find(struct nt_vol *vol, ntfs_inode *dir, const struct nt_name *name, uint64_t *ret_ref,
	struct rs_err *err);
/** nt_inode_open of a folder. Errors: RS_E_UNSAFE_PATH (anything else, or a reparse point). */
int nt_folder_open(struct nt_vol *vol, uint64_t ref, ntfs_inode **ret, struct rs_err *err);
/** The folder's index for nt_ix_walk; @attr is INDEX_ALLOCATION (NULL if there is none) and
 * *ret_root the INDEX_ROOT's value, both the caller's to free. */
int nt_dir_index(struct nt_vol *vol, ntfs_inode *dir, struct nt_ix *ret, uint8_t **ret_root,
	ntfs_attr **ret_alloc, struct rs_err *err);

/** End a step of writing: @r < 0 or a failed commit forgets everything the library did and mounts
 * again, so that memory and disk agree. @dir_refs (0 ended) are the folders whose indexes the step
 * changed: their blocks are written in an order in which no entry is ever missing. */
int nt_step_end(struct nt_vol *vol, const uint64_t *dir_refs, int r, struct rs_err *err);

/** Errors: RS_E_READ_ONLY. */
int nt_step_begin(struct nt_vol *vol, struct rs_err *err);

/* ---- security.c ---- */

/** The ID of an entry of $Secure with exactly these bytes; 0: there is none.
 * Errors: RS_E_MEMORY, RS_E_IO_READ. What is damaged counts as not there. */
int nt_security_find(struct nt_vol *vol, struct rs_view sd, uint32_t *ret_id, struct rs_err *err);
/** Give a new record, made without an ID, this descriptor of its own. Not yet written. */
int nt_security_set(struct nt_vol *vol, ntfs_inode *ni, struct rs_view sd, struct rs_err *err);

/* ---- order.c, order_tree.c ---- */

enum nt_rank {
	NT_RANK_CONTENTS, /* what nobody ranks */
	NT_RANK_RECORDS,
	NT_RANK_COPY, /* $MFTMirr, where it goes first */
	NT_RANK_SYSTEM,
	NT_RANK_FOLDERS, /* and the levels after it */
	NT_RANK_FREED = 64,
	NT_RANK_MIRROR,
	NT_RANK_KEEP = UINT32_MAX,
};

/** Rank a range of an attribute's bytes (or only look, NT_RANK_KEEP). -1: it is not mapped. */
int nt_order_range(struct nt_vol *vol, ntfs_attr *na, uint64_t off_bytes, uint64_t len_bytes,
	uint32_t rank, bool *ret_is_changed);

/** A number for an entry by its reference and name. */
uint64_t nt_hash(uint64_t seed, struct rs_view v);

/** Rank the changed INDX blocks of a folder so that every entry stays reachable; *ret_root is the
 * rank for the records of the folder. @old: the disk before the step. */
int nt_order_tree(struct nt_vol *vol, ntfs_inode *dir, struct nt_raw *old, uint32_t *ret_root,
	struct rs_err *err);

/** Give every changed unit its rank. */
int nt_order(struct nt_vol *vol, const uint64_t *dir_refs, struct rs_err *err);

/** Changes that fit into one sector of a record or index block are written as one sector (calm.c).
 * Errors: RS_E_IO_READ, RS_E_MEMORY. */
int nt_calm(struct nt_vol *vol, struct rs_err *err);

/** Remove entries that a cut inside an earlier step left twice in a folder's index (trim.c). Writes
 * only if there are any. Errors: RS_E_NTFS_DAMAGED, RS_E_IO_READ, RS_E_IO_WRITE. */
int nt_tree_trim(struct nt_vol *vol, uint64_t dir_ref, struct rs_err *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between replay_check.c (the whole), replay_check_file.c (records, attributes, clusters) and
 * replay_check_index.c (trees). Functions return 0, or RS_E_NTFS_DAMAGED with what is wrong, or an
 * error of reading. */
#ifndef UNBRICK_NTFS_REPLAY_CHECK_H
#define UNBRICK_NTFS_REPLAY_CHECK_H

#include "ntfslog/replay_internal.h"

/* A growing list of numbers; sorted and unique when it is asked. */
struct nt_rc_list {
	uint64_t *v;
	size_t n, cap;
};

/* A stretch of the disk that one attribute has. */
struct nt_rc_extent {
	uint64_t lcn, clusters, number;
};

struct nt_rc {
	struct nt_raw *raw;
	uint16_t *upcase;
	struct nt_stream bitmap, mft_bitmap;
	uint8_t window[4096]; /* of $Bitmap */
	uint64_t window_at;
	size_t window_len;
	struct nt_rc_list files;   /* base records that change, or whose extensions do */
	struct nt_rc_list parents; /* a reference for every name of these */
	struct nt_rc_extent *extents;
	size_t n_extents, cap_extents;
};

int nt_rc_wrong(struct rs_err *err, uint64_t number, const char *what);
int nt_rc_add(struct nt_rc_list *l, uint64_t number, struct rs_err *err);
void nt_rc_sort(struct nt_rc_list *l, bool is_unique);
/** How many times it is in the (sorted) list. */
size_t nt_rc_count(const struct nt_rc_list *l, uint64_t number);

/** One base record with its extensions: attributes, sizes, chains, clusters, names, and each index
 * in it. */
int nt_rc_file(struct nt_rc *c, uint64_t number, struct rs_err *err);
/** No cluster belongs to two of the attributes seen. */
int nt_rc_extents(struct nt_rc *c, struct rs_err *err);
/** Does the file have that name in that folder, in whichever record? 1, 0 or an error. */
int nt_rc_has_name(struct nt_rc *c, const uint8_t *rec, uint64_t parent_ref,
	const struct nt_file_name *fn, struct rs_err *err);
/** A tree of any kind in order; @name of the index. */
int nt_rc_tree(struct nt_rc *c, uint64_t number, const char *name, struct rs_err *err);
/** The names of a folder: those of the files that change are there once each. With @is_changed
 * every entry's record is in use under that name. */
int nt_rc_folder(struct nt_rc *c, uint64_t ref, bool is_changed, struct rs_err *err);
/** An INDX block alone, as it lies on the disk. NULL or what is wrong. @ret_key of its first entry,
 * empty: there is none. */
const char *nt_rc_block(uint8_t *block, size_t len, struct rs_view *ret_key);

#endif

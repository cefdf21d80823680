/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one checker of files and folders, straight from the bytes of a block source: none of it goes
 * through libntfs-3g, so a mistake of the library, or of our use of it, does not hide itself. After
 * an act it looks at what the act touched (check.c), before a replay of the journal at all that the
 * plan changes (ntfslog/replay_check.c). docs/decisions.md says where a second opinion is the
 * point. */
#ifndef UNBRICK_NTFS_CHECK_H
#define UNBRICK_NTFS_CHECK_H

#include "core/list.h"
#include "ntfs/index.h"

struct nt_check {
	uint64_t file_ref;
	uint64_t in_ref;  /* folder that must hold the file's names ... */
	uint64_t out_ref; /* ... and one that must not (0: none) */
};

/** What an act touched: the record and its folders are sound and in use (nt_ck_file); each of the
 * file's names is in its folder's index exactly once, and @out's has no entry of it; link count =
 * number of names; the bitmaps say used; the indexes are well-formed and sorted. References with
 * their sequence. Errors: RS_E_VERIFY (what is wrong), RS_E_NTFS_DAMAGED, RS_E_IO_READ,
 * RS_E_MEMORY. */
int nt_check_touched(struct nt_raw *raw, const struct nt_check *c, struct rs_err *err);

/* ---- its parts; each returns 0, the checker's code with what is wrong, or an error of reading
 * ----
 */

/* A stretch of the disk that one attribute has. */
struct nt_ck_extent {
	uint64_t lcn, clusters, number;
};

struct nt_ck {
	struct nt_raw *raw;
	int code;	  /* of what is wrong */
	const char *when; /* before "MFT record ..." in its words */
	uint16_t *upcase;
	struct nt_stream bitmap, mft_bitmap;
	uint8_t window[4096]; /* of $Bitmap */
	uint64_t window_at;
	size_t window_len;
	struct rs_numbers files;   /* base records that change, or whose extensions do */
	struct rs_numbers parents; /* a reference for every name of these */
	struct nt_ck_extent *extents;
	size_t n_extents;
};

/** $UpCase and the bitmaps; done with nt_ck_done, also after an error. */
int nt_ck_open(struct nt_ck *c, struct nt_raw *raw, int code, const char *when, struct rs_err *err);
void nt_ck_done(struct nt_ck *c);
#define auto_nt_ck __attribute__((cleanup(nt_ck_done)))
/** The checker's code, with "MFT record @number: @what". */
int nt_ck_wrong(const struct nt_ck *c, uint64_t number, const char *what, struct rs_err *err);
/** @ref is what it was: a base record in use, of that sequence, and a folder. */
int nt_ck_ref(const struct nt_ck *c, uint64_t ref, bool is_folder, struct rs_err *err);
/** rs_numbers_add, with the error. */
int nt_ck_add(struct rs_numbers *l, uint64_t number, struct rs_err *err);

/** One base record with its extensions: attributes, sizes, chains, clusters, bits, names (into
 * c->parents), links, and each index in it that is no folder's. */
int nt_ck_file(struct nt_ck *c, uint64_t number, struct rs_err *err);
/** No cluster belongs to two of the attributes seen. */
int nt_ck_extents(struct nt_ck *c, struct rs_err *err);
/** A tree of any kind in order; @name of the index. */
int nt_ck_tree(struct nt_ck *c, uint64_t number, const char *name, struct rs_err *err);
/** The names of a folder: those of the (sorted) files that change are there once each. With
 * @is_changed every entry's record is in use under that name. */
int nt_ck_folder(struct nt_ck *c, uint64_t ref, bool is_changed, struct rs_err *err);
/** An INDX block alone, as it lies on the disk. NULL or what is wrong. @ret_key of its first entry,
 * empty: there is none. */
const char *nt_ck_block(uint8_t *block, size_t len, struct rs_view *ret_key);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of hivewrite/: a hive in memory that is changed there. load.c (bins, cells), check.c (what
 * belongs to what), cell.c (room), list.c (lists of sub-keys), key.c, value.c (edits), plan.c,
 * aside.c (which writes), writes.c, image.c (whole hives). Offsets named off are relative to the
 * first bin. */
#ifndef UNBRICK_HIVEWRITE_INTERNAL_H
#define UNBRICK_HIVEWRITE_INTERNAL_H

#include "hivewrite/hivewrite.h"
#include "windows/hive.h"

#define HW_NIL 0xFFFFFFFFU

enum {
	HW_BASE_BYTES = 4096,
	HW_PAGE = 4096,
	HW_SECTOR_BYTES = 512,
	HW_BIN_HEAD = 32,
	HW_MAX_BYTES = 256 << 20, /* of a hive's file */
	HW_MAX_DATA = 16344,	  /* more is stored in pieces */
	HW_MAX_DEPTH = 512,	  /* of keys, as in Windows */
	HW_IMAGE_ROOM = 1 << 20,  /* that a file which is written anew may grow by */
	HW_LEAF_MOST = 507, /* entries of 8 bytes in a list of sub-keys, as Windows has them */
	HW_LEAF_MOST_PLAIN = 1013,  /* of 4 bytes */
	HW_KEY_NAME_MOST = 255,	    /* units */
	HW_VALUE_NAME_MOST = 16383, /* units */
};

struct hw_sk { /* a security descriptor, and the keys that were seen to use it */
	uint32_t off, n;
};

struct hw_hive {
	uint8_t *p; /* bins; @cap bytes */
	uint32_t len, cap;
	uint32_t minor, root;
	uint64_t now;	 /* FILETIME */
	uint8_t *starts; /* a bit for each 8 bytes: a cell begins there, free or not */
	uint8_t *seen; /* a bit for each 8 bytes: the cell that begins there belongs to something */
	uint32_t *bin; /* of each page: where its bin begins */
	struct hw_sk *sk;
	size_t n_sk;
	bool is_changed;
	/* Not NULL: what is in use stays where it is and as it is, as far as may be (aside.c).
	 * Lists are copied, and what nobody needs any more is only marked, here. */
	uint8_t *unneeded;
};

/** The bins as they are with the logs laid over, looked through (hw_check).
 * @cap what they may grow to, in bytes. For hw_hive_free.
 * Errors: RS_E_HIVE, RS_E_HIVE_EDIT (too large), RS_E_IO_READ, RS_E_MEMORY. */
int hw_load(struct win_hive *from, uint32_t cap, struct hw_hive **ret, struct rs_err *err);
void hw_hive_free(struct hw_hive *h);
RS_DEFINE_AUTO(struct hw_hive *, hw_hive_free);
#define auto_hw_hive __attribute__((cleanup(hw_hive_free_auto)))

static inline bool hw_bit(const uint8_t *bits, uint32_t off)
{
	return bits[off / 64] >> (off / 8 % 8) & 1;
}

static inline void hw_bit_set(uint8_t *bits, uint32_t off, bool is_set)
{
	const uint8_t bit = (uint8_t)(1U << (off / 8 % 8));

	if (is_set)
		bits[off / 64] |= bit;
	else
		bits[off / 64] &= (uint8_t)~bit;
}

/** Something of this key has changed. */
static inline void hw_touch(struct hw_hive *h, uint8_t *nk)
{
	if (h->now)
		rs_put_le64(nk + 4, h->now);
	h->is_changed = true;
}

/* check.c */
/** Bins and cells without gaps, and a tree whose every part is a cell in use that belongs to one
 * place only: what is free is free. Fills starts, seen, bin and sk. Errors: RS_E_HIVE. */
int hw_check(struct hw_hive *h, struct rs_err *err);
/** The security descriptor at @off; NULL: none was found there. */
struct hw_sk *hw_sk_find(const struct hw_hive *h, uint32_t off);

/* cell.c */
/** Data of a cell in use that has at least @len bytes, or NULL (and RS_E_HIVE). */
uint8_t *hw_cell(struct hw_hive *h, uint32_t off, uint32_t len, struct rs_err *err);
/** Bytes of its data. */
uint32_t hw_cell_len(const struct hw_hive *h, uint32_t off);
/** Room for @len bytes of data, zeros: the smallest free cell that has it, the first of those; or a
 * new bin at the end. Errors: RS_E_HIVE_EDIT (none). */
int hw_alloc(struct hw_hive *h, uint32_t len, uint32_t *ret, struct rs_err *err);
/** Free, as one with what is free beside it in its bin. HW_NIL: nothing. */
void hw_free(struct hw_hive *h, uint32_t off);

/* name.c */
struct hw_name {
	uint16_t *units;
	size_t n;
	bool is_latin; /* each unit fits into a byte */
};
/** @len bytes of UTF-8. For hw_name_done. Errors: RS_E_HIVE_EDIT (no name), RS_E_MEMORY. */
int hw_name_make(
	const char *text, size_t len, size_t most, struct hw_name *ret, struct rs_err *err);
void hw_name_done(struct hw_name *n);
#define auto_hw_name __attribute__((cleanup(hw_name_done)))
/** Bytes that it takes in a cell, and put there. */
uint32_t hw_name_bytes(const struct hw_name *n);
void hw_name_put(const struct hw_name *n, uint8_t *to);
/** Upper cases compared by their codes: <0, 0, >0. @p @len bytes of a cell. */
int hw_name_compare(const uint8_t *p, uint32_t len, bool is_latin, const struct hw_name *n);
uint32_t hw_name_hash(const struct hw_name *n);
/** The first four characters, as lists of the kind lf have them. */
void hw_name_hint(const struct hw_name *n, uint8_t ret[4]);

/* list.c */
struct hw_spot {       /* a place in a key's list of sub-keys */
	uint32_t leaf; /* HW_NIL: there is no list */
	uint32_t nth_leaf, nth;
	uint32_t key; /* what is listed there */
};
/** A sub-key by its name; ret->key HW_NIL: it is not there, and would be at that place.
 * Errors: RS_E_HIVE (damaged, or not in order). */
int hw_list_find(struct hw_hive *h, uint32_t key, const struct hw_name *name, struct hw_spot *ret,
	struct rs_err *err);
int hw_list_insert(struct hw_hive *h, uint32_t key, const struct hw_spot *at, uint32_t sub,
	const struct hw_name *name, struct rs_err *err);
int hw_list_remove(struct hw_hive *h, uint32_t key, const struct hw_spot *at, struct rs_err *err);
/** Each sub-key's offset; not 0 from @fn stops and comes back. */
int hw_list_each(struct hw_hive *h, uint32_t key,
	int (*fn)(void *user, uint32_t sub, struct rs_err *err), void *user, struct rs_err *err);
/** Its cells, freed. */
int hw_list_free(struct hw_hive *h, uint32_t key, struct rs_err *err);

/* key.c */
/** By its path from the root. Errors: RS_E_NO_SUCH_FILE, RS_E_HIVE, RS_E_HIVE_EDIT. */
int hw_key_find(struct hw_hive *h, const char *path, uint32_t *ret, struct rs_err *err);
int hw_key_make(struct hw_hive *h, const char *path, struct rs_err *err);
int hw_key_delete(struct hw_hive *h, const char *path, struct rs_err *err);

/* value.c */
/** Where the bytes of a value are that has just this size and type; HW_NIL: there is none such. */
int hw_value_place(struct hw_hive *h, uint32_t key, const struct hw_edit *e, uint32_t *ret,
	struct rs_err *err);
int hw_value_set(struct hw_hive *h, uint32_t key, const struct hw_edit *e, struct rs_err *err);
int hw_value_delete(struct hw_hive *h, uint32_t key, const struct hw_edit *e, struct rs_err *err);
/** All of a key's values and their list, freed. */
int hw_value_free_all(struct hw_hive *h, uint32_t key, struct rs_err *err);

/* edit.c */
/** All edits, in their order. */
int hw_edit_all(struct hw_hive *h, const struct hw_edit *e, size_t n, struct rs_err *err);
/** The same where each is a value that keeps its size and type, and what changes lies in one sector
 * (*ret_off, of the bins); no time stamp is touched. *ret_off HW_NIL: it is not so, and nothing was
 * changed. */
int hw_edit_in_sector(struct hw_hive *h, const struct hw_edit *e, size_t n, uint32_t *ret_off,
	struct rs_err *err);
/** Does a clean hive hold them, and is it sound? Looked at by the reader of windows/ as well.
 * Errors: RS_E_BUG. */
int hw_edit_hold(struct hw_hive *h, const uint8_t *base, const struct hw_edit *e, size_t n,
	struct rs_err *err);

/* image.c */
struct hw_opened {
	struct win_hive *from;
	struct win_hive_state st;
	uint64_t size_bytes;	     /* of the primary file */
	uint8_t base[HW_BASE_BYTES]; /* as the primary file has it */
};
/** Open hive and logs, and refuse what is never edited. For hw_opened_done. */
int hw_open(const struct hw_files *f, struct hw_opened *ret, struct rs_err *err);
void hw_opened_done(struct hw_opened *o);
#define auto_hw_opened __attribute__((cleanup(hw_opened_done)))
/** A base block's first sector: sequence numbers, size, sum. */
void hw_base_put(uint8_t *base, uint32_t primary, uint32_t secondary, uint32_t bins_bytes);
/** ... and of a dirty hive the flag that its logs' entries have. */
void hw_flags_put(uint8_t *base, const struct win_hive_state *st);

/* writes.c */
struct hw_build { /* a plan that is made */
	const struct hw_files *f;
	const struct hw_opened *o;
	struct hw_hive *h;
	struct hw_plan plan;
	size_t used, cap; /* of plan.bytes */
};
/** One write more; what is there now is read. Errors: RS_E_IO_READ, RS_E_MEMORY. */
int hw_build_write(struct hw_build *b, struct hw_write w, const uint8_t *after, struct rs_err *err);
/** The hive's base block, its first sector. */
int hw_build_base(
	struct hw_build *b, const uint8_t *base, unsigned step, bool is_commit, struct rs_err *err);
/** No more writes. */
void hw_build_finish(struct hw_build *b, enum hw_way way);

/* aside.c */
/** Edits of a clean hive without a log: all that is new goes into cells that are free, then one
 * sector turns to it (docs/hives.md). Errors: RS_E_HIVE_EDIT (more than one sector would have to
 * turn), those of hw_edit_all. */
int hw_plan_aside(struct hw_build *b, const struct hw_edit *edits, size_t n, struct rs_err *err);

#endif

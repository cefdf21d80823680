/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For the tests of hives and programs: bytes as a source, fixtures, a maker of raw hives whose
 * every field can be broken, and libhivex as the other reader. */
#ifndef UNBRICK_TESTS_WINDOWS_HELP_H
#define UNBRICK_TESTS_WINDOWS_HELP_H

#include "windows/internal.h"

/* ---- bytes ---- */

struct bytes {
	uint8_t *p;
	size_t len;
	unsigned reads, fail_at; /* the fail_at-th read fails (from 1; 0: none) */
};

struct win_src bytes_src(struct bytes *b);
void bytes_done(struct bytes *b);
#define auto_bytes __attribute__((cleanup(bytes_done)))

/** A fixture below the directory of fixtures, unpacked (.xz). false, with a message: not there. */
bool fixture_load(const char *name, struct bytes *ret);
/** Bytes in a file of the temporary directory @dir; the path is static. */
const char *store(const char *dir, const char *name, const struct bytes *b);
/** A new temporary directory (static name is copied into @ret). */
void temp_make(char ret[64]);
/** Remove it with its files (no folders in it). */
void temp_remove(const char *dir);

/* ---- allocations that nobody may read behind (fence.c) ---- */

/** From now on all that is allocated ends at a page that must not be touched, and what is freed is
 * such a page. */
void fence_up(void);
void fence_down(void);
/** A copy that ends there, to be freed. */
uint8_t *fence_copy(const void *p, size_t len);

/* ---- hives made field by field ---- */

enum { MK_ROOT = 0x20 };

struct mk {
	struct bytes b;
	uint32_t next; /* offset of the free rest */
};

/** Base block, one bin of @bins_bytes, a root key without anything. */
void mk_new(struct mk *m, uint32_t bins_bytes);
/** A cell in use; its offset. */
uint32_t mk_cell(struct mk *m, uint32_t data_len);
/** Data of a cell (behind the size). */
uint8_t *mk_at(const struct mk *m, uint32_t off);
uint32_t mk_key(struct mk *m, uint32_t parent, const char *latin_name);
uint32_t mk_key_utf16(struct mk *m, uint32_t parent, const uint16_t *name, uint16_t n);
/** A list of kind "lf", "lh", "li" or "ri". */
uint32_t mk_list(struct mk *m, const char *kind, const uint32_t *offs, uint16_t n);
/** Give a key its list (with the sum of entries). */
void mk_set_keys(struct mk *m, uint32_t key, uint32_t list, uint32_t n);
uint32_t mk_value(struct mk *m, const char *name, uint32_t type, const void *p, uint32_t len);
void mk_set_values(struct mk *m, uint32_t key, const uint32_t *offs, uint32_t n);
/** Checksum of the base block at @p. */
void mk_sum(uint8_t *p);
int mk_open(struct mk *m, struct win_hive **ret, struct rs_err *err);
/** Root -> A (value X = 7, value "" = text) and B -> C: one of everything. */
void mk_sample(struct mk *m);

/* ---- the other reader ---- */

struct tree_count {
	unsigned keys, values, differences, errors;
};

/** Walk both whole; @hivex_path NULL: ours alone. Steps are capped. */
void tree_compare(struct win_hive *h, const char *hivex_path, struct tree_count *ret);

#endif

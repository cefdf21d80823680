/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All of a FAT volume, before anything of it is changed: a cluster that looks free may only be
 * taken where no file's chain runs into it, and that is known when every chain was followed. */
#include <string.h>

#include "core/list.h"
#include "core/view.h"
#include "fat/internal.h"

#define TABLE_MOST (32U << 20) /* bytes: 8 million clusters, 32 GiB of the smallest usual ones */
#define DIFFER	   "its two tables of clusters differ"

struct look {
	struct fat *f;
	struct fat_survey *s;
	struct rs_numbers folders; /* first clusters of those that were not looked into */
	uint8_t *cluster;	   /* room for the bytes of one */
};

static int unsound(const struct fat *f, struct rs_err *err, const char *what)
{
	return rs_fail_on(err, RS_E_FAT_UNSOUND, f->vol->name, "%s", what);
}

void fat_survey_done(struct fat_survey *s)
{
	free(s->table);
	free(s->reached);
	*s = (struct fat_survey){0};
}

/* ---- the table ---- */

uint32_t fat_table_get(const struct fat *f, const uint8_t *table, uint32_t cluster)
{
	const uint8_t *p = table + (uint64_t)cluster * f->bits / 8;

	if (f->bits == 32)
		return rs_le32(p) & 0x0fffffff;
	if (f->bits == 16)
		return rs_le16(p);
	return cluster & 1 ? rs_le16(p) >> 4 : rs_le16(p) & 0xfff;
}

void fat_table_put(const struct fat *f, uint8_t *table, uint32_t cluster, uint32_t next)
{
	uint8_t *p = table + (uint64_t)cluster * f->bits / 8;

	if (f->bits == 32)
		rs_put_le32(p, (rs_le32(p) & 0xf0000000) | next);
	else if (f->bits == 16)
		rs_put_le16(p, (uint16_t)next);
	else if (cluster & 1)
		rs_put_le16(p, (uint16_t)((p[0] & 0xf) | next << 4));
	else
		rs_put_le16(p, (uint16_t)((p[1] & 0xf0U) << 8 | next));
}

bool fat_is_last(const struct fat *f, uint32_t next)
{
	return next >= (f->bits == 32 ? 0x0ffffff8 : f->bits == 16 ? 0xfff8 : 0xff8);
}

static int copy_read(const struct fat *f, unsigned copy, uint8_t *to, struct rs_err *err)
{
	return blk_read(
		f->vol, f->table_off + copy * f->table_bytes, to, (size_t)f->table_bytes, err);
}

/* May a cut of ours have left one table with this and the other with that? A chain is in one of
 * them and not in the other; an entry of 12 bits may lie in two sectors, of which one is written.
 */
static bool is_half(const struct fat *f, uint32_t cluster, uint32_t a, uint32_t b)
{
	const uint32_t low = f->bits == 12 ? cluster & 1 ? 0xfU : 0xffU : UINT32_MAX;
	const bool is_low = (a & low) == (b & low) || !(a & low) || !(b & low);

	return is_low && ((a & ~low) == (b & ~low) || !(a & ~low) || !(b & ~low));
}

/* Where another copy says otherwise of clusters in that way they are free in both from here on: the
 * look at every chain, which follows, finds out whether any file's or folder's leads there. */
static int copy_merge(struct fat *f, struct fat_survey *s, uint8_t *copy, struct rs_err *err)
{
	for (uint32_t c = 2; c - 2 < f->n_clusters; c++) {
		const uint32_t a = fat_table_get(f, s->table, c), b = fat_table_get(f, copy, c);
		if (a == b || !is_half(f, c, a, b))
			continue;
		fat_table_put(f, s->table, c, 0);
		fat_table_put(f, copy, c, 0);
		s->is_cut = true;
	}
	return memcmp(copy, s->table, f->table_bytes) == 0 ? 0 : unsound(f, err, DIFFER);
}

static int tables_load(struct fat *f, struct fat_survey *s, struct rs_err *err)
{
	auto_free uint8_t *copy = malloc(f->table_bytes);

	s->table = malloc(f->table_bytes);
	s->reached = calloc(1, f->n_clusters / 8 + 1);
	if (!copy || !s->table || !s->reached)
		return rs_fail_on(err, RS_E_MEMORY, f->vol->name, "table of clusters");
	int r = copy_read(f, 0, s->table, err);
	for (unsigned i = 1; r == 0 && i < f->n_copies; i++) {
		r = copy_read(f, i, copy, err);
		if (r == 0 && memcmp(copy, s->table, f->table_bytes) != 0)
			r = copy_merge(f, s, copy, err);
	}
	return r;
}

/* Two bits of the second entry: it was dismounted, and no sector failed. */
static bool is_marked(const struct fat *f, const uint8_t *table)
{
	const uint32_t clean = f->bits == 32 ? 0x0c000000 : 0xc000;

	return f->is_dirty || (f->bits != 12 && (fat_table_get(f, table, 1) & clean) != clean);
}

/* ---- chains ---- */

/* Mark a chain as reached, and count it. */
static int chain_mark(struct look *l, uint32_t cluster, uint32_t *ret_n, struct rs_err *err)
{
	const struct fat *f = l->f;

	for (*ret_n = 0;; ++*ret_n) {
		if (cluster < 2 || cluster - 2 >= f->n_clusters)
			return unsound(f, err, "a chain of clusters leaves the volume");
		uint8_t *bits = &l->s->reached[(cluster - 2) / 8];
		const uint8_t bit = (uint8_t)(1U << (cluster - 2) % 8);
		if (*bits & bit)
			return unsound(f, err, "two chains of clusters cross, or one has a loop");
		*bits |= bit;
		const uint32_t next = fat_table_get(f, l->s->table, cluster);
		if (!next)
			return unsound(f, err, "a chain of clusters runs into what is free");
		if (fat_is_last(f, next)) {
			++*ret_n;
			return 0;
		}
		cluster = next;
	}
}

static int file_mark(struct look *l, uint32_t first, uint32_t size_bytes, struct rs_err *err)
{
	const uint64_t wanted =
		((uint64_t)size_bytes + l->f->cluster_bytes - 1) / l->f->cluster_bytes;
	uint32_t n = 0;
	int r = first ? chain_mark(l, first, &n, err) : 0;

	return r == 0 && n != wanted
		       ? unsound(l->f, err, "a file's chain is not as long as the file")
		       : r;
}

static int folder_mark(struct look *l, uint32_t first, struct rs_err *err)
{
	uint32_t n;
	int r = chain_mark(l, first, &n, err);

	if (r == 0 && !rs_numbers_add(&l->folders, first))
		return rs_fail_on(err, RS_E_MEMORY, l->f->vol->name, "folders");
	return r;
}

/* ---- folders ---- */

static bool is_dot(const uint8_t *row)
{
	return memcmp(row, ".          ", 11) == 0 || memcmp(row, "..         ", 11) == 0;
}

/* Rows one after another; *ret_is_end: the last one was seen. */
static int rows_look(
	struct look *l, const uint8_t *p, size_t len, bool *ret_is_end, struct rs_err *err)
{
	for (size_t at = 0; at + FAT_ROW_BYTES <= len; at += FAT_ROW_BYTES) {
		const uint8_t *row = p + at;
		uint32_t first = rs_le16(row + 26);

		if (!row[0]) {
			*ret_is_end = true;
			return 0;
		}
		if (row[0] == 0xe5 || is_dot(row) || row[11] & FAT_ATTR_LABEL) /* long names, too */
			continue;
		if (l->f->bits == 32)
			first |= (uint32_t)(rs_le16(row + 20) & 0xfff) << 16;
		int r = row[11] & FAT_ATTR_FOLDER ? folder_mark(l, first, err)
						  : file_mark(l, first, rs_le32(row + 28), err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The chain is one that was marked: it ends. */
static int folder_look(struct look *l, uint32_t cluster, struct rs_err *err)
{
	struct fat *f = l->f;
	bool is_end = false;

	for (; !is_end && !fat_is_last(f, cluster);
		cluster = fat_table_get(f, l->s->table, cluster)) {
		int r = blk_read(
			f->vol, fat_cluster_off(f, cluster), l->cluster, f->cluster_bytes, err);
		if (r == 0)
			r = rows_look(l, l->cluster, f->cluster_bytes, &is_end, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int tree_look(struct look *l, struct rs_err *err)
{
	struct fat *f = l->f;
	bool is_end = false;
	int r;

	if (f->root_bytes) {
		auto_free uint8_t *root = malloc(f->root_bytes);
		if (!root)
			return rs_fail_on(err, RS_E_MEMORY, f->vol->name, "folder");
		r = blk_read(f->vol, f->root_off, root, f->root_bytes, err);
		if (r == 0)
			r = rows_look(l, root, f->root_bytes, &is_end, err);
	} else {
		r = folder_mark(l, f->root_cluster & 0x0fffffff, err);
	}
	for (size_t i = 0; r == 0 && i < l->folders.n; i++)
		r = folder_look(l, (uint32_t)l->folders.v[i], err);
	return r;
}

int fat_survey(struct fat *f, struct fat_survey *ret, struct rs_err *err)
{
	auto_survey struct fat_survey s = {0};
	auto_free uint8_t *cluster = malloc(f->cluster_bytes);
	struct look l = {.f = f, .s = &s, .cluster = cluster};

	if (!cluster)
		return rs_fail_on(err, RS_E_MEMORY, f->vol->name, "cluster");
	if (f->is_one_in_use || f->table_bytes > TABLE_MOST)
		return rs_fail_on(err, RS_E_UNSUPPORTED, f->vol->name,
			"a FAT of a kind that is not changed here");
	if (f->data_off + (uint64_t)f->n_clusters * f->cluster_bytes > f->vol->size_bytes)
		return unsound(f, err, "it is larger than its partition");
	int r = tables_load(f, &s, err);
	if (r == 0 && is_marked(f, s.table))
		return unsound(f, err, "it is marked as not dismounted, or as having bad sectors");
	if (r == 0)
		r = tree_look(&l, err);
	rs_numbers_done(&l.folders);
	if (r == RS_E_FAT_UNSOUND && s.is_cut)
		return unsound(f, err, DIFFER); /* what one of them has may be some file's */
	if (r < 0)
		return r;
	for (uint32_t c = 2; c - 2 < f->n_clusters; c++)
		s.n_free += !fat_table_get(f, s.table, c);
	*ret = s;
	s = (struct fat_survey){0};
	return 0;
}

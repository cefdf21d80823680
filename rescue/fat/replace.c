/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file's contents replaced: everything that can refuse is asked first, all that will be written
 * is laid out in memory, then it is written in an order in which no cut leaves two files on one
 * cluster: a row is given a chain only when no other row has it any more. */
#include "fat/replace.h"

#include <string.h>
#include <strings.h>

#include "core/view.h"
#include "fat/internal.h"

#define INFO_LEAD    0x41615252U /* FSInfo, in its own words */
#define INFO_STRUCT  0x61417272U
#define INFO_TRAIL   0xaa550000U
#define INFO_UNKNOWN 0xffffffffU

struct row {
	uint64_t off_bytes; /* on the volume */
	uint8_t bytes[FAT_ROW_BYTES];
};

struct work {
	struct fat *f;
	const struct fat_replace *r;
	struct fat_survey survey;
	uint8_t *after; /* the table as it will be; what goes is let go of last */
	struct row file, kept;
	bool is_kept_there; /* before */
	uint32_t *clusters; /* of the new chain */
	uint32_t n;
};

static void work_done(struct work *w)
{
	fat_survey_done(&w->survey);
	free(w->after);
	free(w->clusters);
}

#define auto_work __attribute__((cleanup(work_done)))

static uint32_t row_cluster(const struct fat *f, const uint8_t *row)
{
	return rs_le16(row + 26) |
	       (f->bits == 32 ? (uint32_t)(rs_le16(row + 20) & 0xfff) << 16 : 0);
}

static void row_put(const struct fat *f, uint8_t *row, uint32_t cluster, uint32_t size_bytes)
{
	rs_put_le16(row + 26, (uint16_t)cluster);
	if (f->bits == 32)
		rs_put_le16(row + 20, (uint16_t)(cluster >> 16));
	rs_put_le32(row + 28, size_bytes);
}

/* ---- where the rows are ---- */

/* Where a folder's row with this number is; false: it has not so many. */
static bool row_off(
	const struct work *w, const struct fat_entry *folder, uint32_t number, uint64_t *ret)
{
	const struct fat *f = w->f;
	uint64_t at = (uint64_t)number * FAT_ROW_BYTES;
	uint32_t cluster = folder->first_cluster & (f->bits == 32 ? 0x0fffffff : 0xffff);

	if (folder->is_root && f->root_bytes) {
		*ret = f->root_off + at;
		return at < f->root_bytes;
	}
	for (; at >= f->cluster_bytes; at -= f->cluster_bytes) {
		cluster = fat_table_get(f, w->survey.table, cluster);
		if (fat_is_last(f, cluster))
			return false;
	}
	*ret = fat_cluster_off(f, cluster) + at;
	return true;
}

static int row_load(const struct work *w, uint64_t off_bytes, struct row *ret, struct rs_err *err)
{
	ret->off_bytes = off_bytes;
	return blk_read(w->f->vol, off_bytes, ret->bytes, FAT_ROW_BYTES, err);
}

struct wanted {
	const char *name;
	struct fat_entry *ret;
	unsigned n;
};

static int take_name(void *ctx, const struct fat_entry *e)
{
	struct wanted *w = ctx;

	if (strcasecmp(e->short_name, w->name) == 0 && w->n++ == 0)
		*w->ret = *e;
	return 0;
}

static bool is_long(const uint8_t *row)
{
	return row[0] != 0xe5 && (row[11] & FAT_ATTR_MASK) == FAT_ATTR_LONG;
}

static int not_ours(const struct work *w, struct rs_err *err)
{
	return rs_fail_on(err, RS_E_FAT_UNSOUND, w->f->vol->name,
		"a file of the name that the old contents would have is there, and is none of "
		"ours");
}

/* A row that is free: one that was deleted, or the first that never was any, with another such one
 * behind it or the folder's end. A kept file that is there is recognised by its bytes: a long name
 * before it is nobody's of ours. */
static int find_kept(struct work *w, const struct fat_entry *folder, struct rs_err *err)
{
	struct row row = {0}, before = {0}, next;
	bool is_free = false;
	uint64_t at;

	for (uint32_t i = 0; row_off(w, folder, i, &at); i++, before = row) {
		int r = row_load(w, at, &row, err);
		if (r < 0)
			return r;
		if (row.bytes[0] && row.bytes[0] != 0xe5 && !is_long(row.bytes) &&
			memcmp(row.bytes, w->r->kept, 11) == 0) {
			w->kept = row;
			w->is_kept_there = true;
			return row.bytes[11] & (FAT_ATTR_FOLDER | FAT_ATTR_LABEL) ||
					       is_long(before.bytes)
				       ? not_ours(w, err)
				       : 0;
		}
		const bool is_end = !row.bytes[0];
		if (!is_free && (is_end || row.bytes[0] == 0xe5)) {
			if (is_end && row_off(w, folder, i + 1, &at)) {
				r = row_load(w, at, &next, err);
				if (r < 0)
					return r;
				is_free = !next.bytes[0];
			} else {
				is_free = true;
			}
			if (is_free)
				w->kept = row;
		}
		if (is_end)
			break;
	}
	return is_free || w->r->what != FAT_KEEP
		       ? 0
		       : rs_fail_on(err, RS_E_FAT_FULL, w->f->vol->name,
				 "no row is free in the folder %s", w->r->folder);
}

static int find_rows(struct work *w, struct rs_err *err)
{
	struct fat_entry folder, file;
	struct wanted name = {w->r->name, &file, 0};
	uint64_t at;
	int r = fat_lookup(w->f, w->r->folder, &folder, err);

	if (r == 0)
		r = fat_list(w->f, &folder, take_name, &name, err);
	if (r < 0)
		return r;
	if (name.n != 1 || file.is_folder || !row_off(w, &folder, file.row, &at))
		return rs_fail_on(err, name.n > 1 ? RS_E_FAT_UNSOUND : RS_E_NO_SUCH_FILE,
			w->r->name, "%s", name.n > 1 ? "two files have this name" : "");
	r = row_load(w, at, &w->file, err);
	return r < 0 ? r : find_kept(w, &folder, err);
}

/* ---- what will be written ---- */

static bool is_free(const struct work *w, uint32_t cluster)
{
	const uint32_t i = cluster - 2;

	return !fat_table_get(w->f, w->survey.table, cluster) &&
	       !(w->survey.reached[i / 8] & 1U << i % 8);
}

static int take_clusters(struct work *w, struct rs_err *err)
{
	const struct fat *f = w->f;
	const size_t n = (w->r->len + f->cluster_bytes - 1) / f->cluster_bytes;
	const uint32_t last = f->bits == 32 ? 0x0fffffff : f->bits == 16 ? 0xffff : 0xfff;

	if (n > w->survey.n_free)
		return rs_fail_on(err, RS_E_FAT_FULL, f->vol->name,
			"%zu bytes are needed beside the old file", w->r->len);
	w->clusters = calloc(n ? n : 1, sizeof(*w->clusters));
	w->after = malloc(f->table_bytes);
	if (!w->clusters || !w->after)
		return rs_fail_on(err, RS_E_MEMORY, f->vol->name, "clusters");
	memcpy(w->after, w->survey.table, f->table_bytes);
	for (uint32_t c = 2; w->n < n && c - 2 < f->n_clusters; c++)
		if (is_free(w, c))
			w->clusters[w->n++] = c;
	for (uint32_t i = 0; i < w->n; i++)
		fat_table_put(
			f, w->after, w->clusters[i], i + 1 < w->n ? w->clusters[i + 1] : last);
	return w->n == n ? 0 : rs_fail_on(err, RS_E_FAT_FULL, f->vol->name, "%s", "");
}

/* A row is written with its sector, which a disk writes whole or not at all. */
static int check_sectors(const struct work *w, struct rs_err *err)
{
	if (w->f->sector_bytes % w->f->vol->sector_bytes)
		return rs_fail_on(err, RS_E_UNSUPPORTED, w->f->vol->name,
			"a FAT whose sectors are smaller than the disk's");
	return 0;
}

static int prepare(struct work *w, struct rs_err *err)
{
	if (!w->r->len || w->r->len > UINT32_MAX / 2)
		return rs_fail_on(err, RS_E_UNSUPPORTED, w->r->name, "%zu bytes", w->r->len);
	int r = fat_survey(w->f, &w->survey, err);

	if (r == 0 && w->survey.is_cut && w->r->is_done)
		r = rs_fail_on(err, RS_E_FAT_UNSOUND, w->f->vol->name,
			"its two tables of clusters differ");
	if (r == 0)
		r = find_rows(w, err);
	if (r == 0)
		r = check_sectors(w, err);
	return r < 0 ? r : take_clusters(w, err);
}

/* ---- the writes ---- */

static int write_row(const struct work *w, const struct row *row, struct rs_err *err)
{
	const uint32_t unit = w->f->vol->sector_bytes;
	const uint64_t at = row->off_bytes / unit * unit;
	auto_free uint8_t *sector = malloc(unit);

	if (!sector)
		return rs_fail_on(err, RS_E_MEMORY, w->f->vol->name, "sector");
	int r = blk_read(w->f->vol, at, sector, unit, err);
	if (r < 0)
		return r;
	memcpy(sector + (row->off_bytes - at), row->bytes, FAT_ROW_BYTES);
	r = blk_write(w->f->vol, at, sector, unit, err);
	return r < 0 ? r : blk_flush(w->f->vol, err);
}

static int write_data(const struct work *w, struct rs_err *err)
{
	const struct fat *f = w->f;
	auto_free uint8_t *cluster = malloc(f->cluster_bytes);
	int r = cluster ? 0 : rs_fail_on(err, RS_E_MEMORY, f->vol->name, "cluster");

	for (uint32_t i = 0; r == 0 && i < w->n; i++) {
		const size_t at = (size_t)i * f->cluster_bytes, left = w->r->len - at;
		const size_t n = left < f->cluster_bytes ? left : f->cluster_bytes;
		memset(cluster, 0, f->cluster_bytes);
		memcpy(cluster, w->r->p + at, n);
		r = blk_write(
			f->vol, fat_cluster_off(f, w->clusters[i]), cluster, f->cluster_bytes, err);
	}
	return r;
}

/* The sectors of all copies in which the table is another one now; w->survey.table has them then.
 */
static int write_tables(struct work *w, struct rs_err *err)
{
	const struct fat *f = w->f;
	const uint32_t unit = f->sector_bytes;
	int r = 0;

	for (uint64_t at = 0; r == 0 && at < f->table_bytes; at += unit) {
		if (memcmp(w->after + at, w->survey.table + at, unit) == 0)
			continue;
		for (unsigned copy = 0; r == 0 && copy < f->n_copies; copy++)
			r = blk_write(f->vol, f->table_off + copy * f->table_bytes + at,
				w->after + at, unit, err);
		memcpy(w->survey.table + at, w->after + at, unit);
	}
	return r;
}

/* Our own cut, taken back: each sector of each copy that is not as the survey has it. No file's
 * chain leads to what is written, so that a cut here leaves no more than the one before did. */
static int mend_tables(const struct work *w, struct rs_err *err)
{
	const struct fat *f = w->f;
	auto_free uint8_t *copy = malloc(f->table_bytes);
	int r = copy ? 0 : rs_fail_on(err, RS_E_MEMORY, f->vol->name, "table of clusters");

	for (unsigned i = 0; r == 0 && i < f->n_copies; i++) {
		const uint64_t off = f->table_off + i * f->table_bytes;
		r = blk_read(f->vol, off, copy, (size_t)f->table_bytes, err);
		for (uint64_t at = 0; r == 0 && at < f->table_bytes; at += f->sector_bytes)
			if (memcmp(copy + at, w->survey.table + at, f->sector_bytes) != 0)
				r = blk_write(f->vol, off + at, w->survey.table + at,
					f->sector_bytes, err);
	}
	return r < 0 ? r : blk_flush(f->vol, err);
}

/* What is free, as FAT32 notes it for whoever does not want to count: a volume that has no such
 * note, or none that can be read, gets none. */
static int write_info(const struct work *w, uint32_t n_free, struct rs_err *err)
{
	const struct fat *f = w->f;
	uint8_t sector[4096];
	const uint64_t at = (uint64_t)f->info_sector * f->sector_bytes;

	if (!f->info_sector || f->info_sector == 0xffff)
		return 0;
	int r = blk_read(f->vol, at, sector, f->sector_bytes, err);
	if (r < 0 || rs_le32(sector) != INFO_LEAD || rs_le32(sector + 484) != INFO_STRUCT ||
		rs_le32(sector + 508) != INFO_TRAIL)
		return r;
	rs_put_le32(sector + 488, n_free);
	return blk_write(f->vol, at, sector, f->sector_bytes, err);
}

/* A chain that no row has any more. */
static uint32_t let_go(const struct work *w, uint32_t cluster)
{
	uint32_t n = 0;

	for (; cluster && !fat_is_last(w->f, cluster); n++) {
		const uint32_t next = fat_table_get(w->f, w->survey.table, cluster);
		fat_table_put(w->f, w->after, cluster, 0);
		cluster = next;
	}
	return n;
}

/* Nothing that a file has is touched. */
static int begin(struct work *w, struct rs_err *err)
{
	int r = write_info(w, INFO_UNKNOWN, err);

	if (r == 0 && w->survey.is_cut)
		r = mend_tables(w, err);
	if (r == 0)
		r = write_data(w, err);
	if (r == 0)
		r = write_tables(w, err);
	if (r == 0)
		r = blk_flush(w->f->vol, err);
	if (r < 0 || w->is_kept_there || w->r->what != FAT_KEEP)
		return r;
	struct row empty = {.off_bytes = w->kept.off_bytes};
	memcpy(empty.bytes, w->r->kept, 11);
	empty.bytes[11] = FAT_ATTR_ARCHIVE;
	memcpy(empty.bytes + 12, w->file.bytes + 12, FAT_ROW_BYTES - 12); /* its times */
	row_put(w->f, empty.bytes, 0, 0);
	w->kept = empty;
	return write_row(w, &empty, err);
}

/* The old chain is the kept file's now, or nobody's. */
static int keep(struct work *w, const struct row *old, struct rs_err *err)
{
	if (w->r->what == FAT_KEEP)
		row_put(w->f, w->kept.bytes, row_cluster(w->f, old->bytes),
			rs_le32(old->bytes + 28));
	else if (w->r->what == FAT_KEEP_NONE && w->is_kept_there)
		w->kept.bytes[0] = 0xe5;
	else
		return 0;
	return write_row(w, &w->kept, err);
}

static int carry_out(struct work *w, struct rs_err *err)
{
	const struct row old = w->file, old_kept = w->kept;
	uint32_t n_gone = 0;
	int r = begin(w, err);

	row_put(w->f, w->file.bytes, w->clusters[0], (uint32_t)w->r->len);
	if (r == 0)
		r = write_row(w, &w->file, err); /* the commit */
	if (r == 0)
		r = keep(w, &old, err);
	if (r < 0)
		return r;
	if (w->r->what != FAT_KEEP)
		n_gone += let_go(w, row_cluster(w->f, old.bytes));
	if (w->is_kept_there && w->r->what != FAT_KEEP_EARLIER)
		n_gone += let_go(w, row_cluster(w->f, old_kept.bytes));
	r = write_tables(w, err);
	if (r == 0)
		r = blk_flush(w->f->vol, err);
	if (r == 0)
		r = write_info(w, w->survey.n_free - w->n + n_gone, err);
	return r < 0 ? r : blk_flush(w->f->vol, err);
}

static int run(struct blk *vol, const struct fat_replace *r, bool is_written, struct rs_err *err)
{
	auto_fat struct fat *f = NULL;
	auto_work struct work w = {.r = r};
	int code = fat_open(vol, &f, err);

	w.f = f;
	if (code == 0)
		code = prepare(&w, err);
	return code != 0 || !is_written ? code : carry_out(&w, err);
}

int fat_replace_check(struct blk *vol, const struct fat_replace *r, struct rs_err *err)
{
	return run(vol, r, false, err);
}

int fat_replace(struct blk *vol, const struct fat_replace *r, struct rs_err *err)
{
	return run(vol, r, true, err);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The boot sector, the chains of clusters, the folders. Every chain is followed only as far as the
 * size that is asked for, so that a loop ends there. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "core/secret.h"
#include "core/text.h"
#include "fat/internal.h"

#define FOLDER_MAX (65536U * 32) /* bytes: the most that the format allows */

#define PIECE_UNITS (size_t)13
#define PIECES_MAX  20U
#define PARTS_MAX   32U

enum { CASE_BASE = 0x08, CASE_EXTENSION = 0x10 }; /* byte 12, by Windows NT: lower case */

static int damaged(const struct fat *f, struct rs_err *err, const char *what)
{
	return rs_fail_on(err, RS_E_FAT, f->vol->name, "%s", what);
}

/* The fields of the boot sector; false: no FAT has such. */
static bool parse_boot(const uint8_t boot[512], struct fat *f)
{
	uint32_t sector = rs_le16(boot + 11), per_cluster = boot[13], copies = boot[16];
	uint64_t reserved = rs_le16(boot + 14), in_use = 0;
	uint64_t total = rs_le16(boot + 19) ? rs_le16(boot + 19) : rs_le32(boot + 32);
	uint64_t table = rs_le16(boot + 22);

	if (boot[510] != 0x55 || boot[511] != 0xaa || sector < 512 || sector > 4096 ||
		!rs_is_power_of_2(sector) || !rs_is_power_of_2(per_cluster) || !reserved ||
		!copies || copies > 2)
		return false;
	f->root_bytes = rs_le16(boot + 17) * 32U;
	if (!table) { /* as Windows and Linux tell FAT32, however small the volume is */
		f->bits = 32;
		table = rs_le32(boot + 36);
		f->root_cluster = rs_le32(boot + 44);
		in_use = boot[40] & 0x80 ? boot[40] & 0x0f : 0;
	}
	if (!table || in_use >= copies || (f->bits == 32) != (f->root_bytes == 0))
		return false;
	uint64_t root_at = reserved + copies * table;
	uint64_t data_at = root_at + (f->root_bytes + sector - 1) / sector;
	if (data_at >= total)
		return false;
	uint64_t n = (total - data_at) / per_cluster;
	if (f->bits != 32)
		f->bits = n < 4085 ? 12 : 16;
	f->sector_bytes = sector;
	f->n_copies = copies;
	f->is_one_in_use = f->bits == 32 && boot[40] & 0x80;
	f->info_sector = f->bits == 32 && rs_le16(boot + 48) < reserved ? rs_le16(boot + 48) : 0;
	f->is_dirty = boot[f->bits == 32 ? 65 : 37] & 3;
	f->table_bytes = table * sector;
	f->table_off = (reserved + in_use * table) * sector;
	f->root_off = root_at * sector;
	f->data_off = data_at * sector;
	f->cluster_bytes = sector * per_cluster;
	uint64_t room = f->table_bytes * 8 / f->bits; /* the first two entries are no clusters */
	n = room < 2 ? 0 : n < room - 2 ? n : room - 2;
	f->n_clusters = (uint32_t)n;
	return n > 0 && n < (f->bits == 16 ? 65525 : 0x0ffffff5);
}

int fat_open(struct blk *vol, struct fat **ret, struct rs_err *err)
{
	uint8_t boot[512];
	int r = blk_read(vol, 0, boot, sizeof(boot), err);

	if (r < 0)
		return r;
	auto_free struct fat *f = calloc(1, sizeof(*f));
	if (!f)
		return rs_fail_on(err, RS_E_MEMORY, vol->name, "FAT");
	f->vol = vol;
	if (!parse_boot(boot, f))
		return damaged(f, err, "its first sector is that of no FAT");
	*ret = rs_steal(f);
	return 0;
}

void fat_close(struct fat *f)
{
	free(f);
}

/* Four bytes of the table (fewer at its end, the rest zeros), through the window. */
static int table_read(struct fat *f, uint64_t at, uint8_t ret[4], struct rs_err *err)
{
	uint64_t left = f->table_bytes - at;
	size_t len = left < 4 ? (size_t)left : 4;

	if (at < f->window_off || at + len > f->window_off + f->window_len) {
		f->window_len = 0; /* what is left of it after an error is nothing */
		size_t n = left < FAT_WINDOW_BYTES ? (size_t)left : FAT_WINDOW_BYTES;
		int r = blk_read(f->vol, f->table_off + at, f->window, n, err);
		if (r < 0)
			return r;
		f->window_off = at;
		f->window_len = n;
	}
	memset(ret, 0, 4);
	memcpy(ret, f->window + (at - f->window_off), len);
	return 0;
}

/* The cluster after @cluster; *ret = 0: it is the last. */
static int chain_next(struct fat *f, uint32_t cluster, uint32_t *ret, struct rs_err *err)
{
	uint8_t raw[4];
	int r = table_read(f, (uint64_t)cluster * f->bits / 8, raw, err);

	if (r < 0)
		return r;
	uint32_t next = rs_le32(raw), last = 0x0ffffff8;
	if (f->bits == 12)
		next = cluster & 1 ? rs_le16(raw) >> 4 : rs_le16(raw);
	if (f->bits != 32)
		last = f->bits == 12 ? 0xff8 : 0xfff8;
	next &= last | 7;
	if (next < last && (next < 2 || next - 2 >= f->n_clusters))
		return damaged(f, err, "a chain of clusters leaves the volume");
	*ret = next >= last ? 0 : next;
	return 0;
}

/* Where an entry's content begins. The upper half of the number has another use on FAT12 and 16. */
static uint32_t first_of(const struct fat *f, const struct fat_entry *e)
{
	return e->first_cluster & (f->bits == 32 ? 0x0fffffff : 0xffff);
}

/* Read up to @cap bytes of the chain at @cluster; *ret_len is less when the chain ends before. */
static int chain_read(struct fat *f, uint32_t cluster, uint8_t *buf, size_t cap, size_t *ret_len,
	struct rs_err *err)
{
	size_t done = 0;

	if (cluster && (cluster < 2 || cluster - 2 >= f->n_clusters))
		return damaged(f, err, "a chain of clusters begins outside of the volume");
	while (cluster && done < cap) {
		size_t n = cap - done < f->cluster_bytes ? cap - done : f->cluster_bytes;
		uint64_t at = f->data_off + (uint64_t)(cluster - 2) * f->cluster_bytes;
		int r = blk_read(f->vol, at, buf + done, n, err);
		if (r >= 0)
			r = chain_next(f, cluster, &cluster, err);
		if (r < 0)
			return r;
		done += n;
	}
	*ret_len = done;
	return 0;
}

/* The bytes of a folder: of the fixed root, or of the chain at @e. */
static int folder_load(struct fat *f, const struct fat_entry *e, uint8_t **ret, size_t *ret_len,
	struct rs_err *err)
{
	bool is_fixed = e->is_root && f->root_bytes;
	size_t cap = is_fixed ? f->root_bytes : FOLDER_MAX + 1, len = cap;
	auto_free uint8_t *buf = NULL;

	if (!e->is_folder)
		return rs_fail_on(err, RS_E_NO_SUCH_FILE, e->name, "it is no folder");
	if (!is_fixed && !first_of(f, e))
		return damaged(f, err, "a folder has no cluster");
	buf = malloc(cap);
	if (!buf)
		return rs_fail_on(err, RS_E_MEMORY, f->vol->name, "folder");
	int r = is_fixed ? blk_read(f->vol, f->root_off, buf, cap, err)
			 : chain_read(f, first_of(f, e), buf, cap, &len, err);
	if (r < 0)
		return r;
	if (!is_fixed && len == cap)
		return damaged(f, err, "a folder's chain of clusters does not end");
	*ret = rs_steal(buf);
	*ret_len = len;
	return 0;
}

int fat_read_file(struct fat *f, const struct fat_entry *e, size_t cap_bytes, uint8_t **ret,
	size_t *ret_len, struct rs_err *err)
{
	size_t done = 0;

	if (e->is_folder)
		return rs_fail_on(err, RS_E_NO_SUCH_FILE, e->name, "it is a folder");
	if (e->size_bytes > cap_bytes)
		return rs_fail_on(err, RS_E_UNSUPPORTED, e->name,
			"a file of %" PRIu32 " bytes, where at most %zu are looked for",
			e->size_bytes, cap_bytes);
	if (e->size_bytes > (uint64_t)f->n_clusters * f->cluster_bytes)
		return damaged(f, err, "a file is larger than the volume");
	auto_free uint8_t *buf = malloc(e->size_bytes ? e->size_bytes : 1);
	if (!buf)
		return rs_fail_on(err, RS_E_MEMORY, e->name, "file");
	int r = chain_read(f, first_of(f, e), buf, e->size_bytes, &done, err);
	if (r == 0 && done < e->size_bytes)
		r = damaged(f, err, "a file's chain of clusters ends before its size");
	if (r < 0) {
		rs_wipe(buf, e->size_bytes); /* it may hold keys */
		return r;
	}
	*ret = rs_steal(buf);
	*ret_len = done;
	return 0;
}

/* ---- folders: rows of 32 bytes. A long name lies in rows of its own before the row of its file,
 * the last piece first, tied to it by a checksum of the short name. ---- */

struct long_name {
	unsigned wanted; /* the piece that must come next; 0: the name is complete */
	bool is_there;
	uint8_t checksum;
	uint8_t utf16[PIECES_MAX * PIECE_UNITS * 2];
	size_t len; /* bytes */
};

static uint8_t checksum_of(const uint8_t row[FAT_ROW_BYTES])
{
	uint8_t sum = 0;

	for (unsigned i = 0; i < 11; i++)
		sum = (uint8_t)((sum << 7 | sum >> 1) + row[i]);
	return sum;
}

static void take_piece(struct long_name *l, const uint8_t row[FAT_ROW_BYTES])
{
	static const uint8_t places[PIECE_UNITS] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
	unsigned number = row[0] & 0x3fU;
	size_t n = 0;

	if (row[0] & 0x40) /* the first row, with the last piece */
		*l = (struct long_name){.is_there = true, .wanted = number, .checksum = row[13]};
	if (!number || number > PIECES_MAX || number != l->wanted || row[13] != l->checksum) {
		l->is_there = false;
		return;
	}
	uint8_t *to = l->utf16 + (number - 1) * PIECE_UNITS * 2;
	for (; n < PIECE_UNITS && rs_le16(row + places[n]); n++)
		memcpy(to + 2 * n, row + places[n], 2);
	if (row[0] & 0x40)
		l->len = (number - 1) * PIECE_UNITS * 2 + 2 * n;
	else if (n < PIECE_UNITS) /* an end in the middle */
		l->is_there = false;
	l->wanted--;
}

/* "NAME    EXT" to "NAME.EXT". */
static void short_name(const uint8_t row[FAT_ROW_BYTES], bool is_shown, char ret[40])
{
	size_t out = 0;

	for (unsigned i = 0; i < 11; i++) {
		uint8_t c = i == 0 && row[0] == 0x05 ? 0xe5 : row[i];
		bool is_lower = is_shown && row[12] & (i < 8 ? CASE_BASE : CASE_EXTENSION);
		if (c == ' ')
			continue;
		if (i >= 8 && !memchr(ret, '.', out))
			ret[out++] = '.';
		if (c < 0x80) {
			ret[out++] = (char)(is_lower && c >= 'A' && c <= 'Z' ? c + 32 : c);
		} else { /* of a code page that is not known */
			memcpy(ret + out, "\xef\xbf\xbd", 3);
			out += 3;
		}
	}
	ret[out] = '\0';
}

static void entry_of(
	const uint8_t row[FAT_ROW_BYTES], const struct long_name *l, struct fat_entry *e)
{
	*e = (struct fat_entry){.is_folder = row[11] & FAT_ATTR_FOLDER,
		.size_bytes = rs_le32(row + 28),
		.first_cluster = rs_le16(row + 26) | (uint32_t)rs_le16(row + 20) << 16};
	short_name(row, false, e->short_name);
	if (l->is_there && !l->wanted && l->len && l->checksum == checksum_of(row))
		(void)rs_utf16_to_utf8(
			(struct rs_view){l->utf16, l->len}, e->name, sizeof(e->name));
	else
		short_name(row, true, e->name);
}

int fat_list(struct fat *f, const struct fat_entry *folder, fat_entry_fn *fn, void *ctx,
	struct rs_err *err)
{
	auto_free uint8_t *rows = NULL;
	struct long_name name = {0};
	size_t len = 0;
	int r = folder_load(f, folder, &rows, &len, err);

	for (size_t at = 0; r == 0 && len - at >= FAT_ROW_BYTES && rows[at]; at += FAT_ROW_BYTES) {
		const uint8_t *row = rows + at;
		struct fat_entry e;
		if ((row[11] & FAT_ATTR_MASK) == FAT_ATTR_LONG && row[0] != 0xe5) {
			take_piece(&name, row);
			continue;
		}
		if (row[0] != 0xe5 && row[0] != '.' && !(row[11] & FAT_ATTR_LABEL)) {
			entry_of(row, &name, &e);
			e.row = (uint32_t)(at / FAT_ROW_BYTES);
			r = fn(ctx, &e);
		}
		name.is_there = false;
	}
	return r;
}

struct wanted {
	const char *name;
	size_t len;
	struct fat_entry *ret;
};

static int take_match(void *ctx, const struct fat_entry *e)
{
	const struct wanted *w = ctx;

	if ((strlen(e->name) != w->len || strncasecmp(e->name, w->name, w->len) != 0) &&
		(strlen(e->short_name) != w->len ||
			strncasecmp(e->short_name, w->name, w->len) != 0))
		return 0;
	*w->ret = *e;
	return 1;
}

int fat_lookup(struct fat *f, const char *path, struct fat_entry *ret, struct rs_err *err)
{
	struct fat_entry here = {
		.is_folder = true, .is_root = true, .first_cluster = f->root_cluster};
	struct fat_entry next = {0};
	const char *part = path;

	for (unsigned depth = 0; *(part += strspn(part, "/\\")); depth++) {
		struct wanted w = {part, strcspn(part, "/\\"), &next};
		int r = depth < PARTS_MAX && here.is_folder
				? fat_list(f, &here, take_match, &w, err)
				: 0;
		if (r < 0)
			return r;
		if (r == 0)
			return rs_fail_on(err, RS_E_NO_SUCH_FILE, path, "%s", "");
		here = next;
		part += w.len;
	}
	*ret = here;
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Folders: rows of 32 bytes. A long name lies in rows of its own before the row of its file, the
 * last piece first, tied to it by a checksum of the short name. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"
#include "core/view.h"
#include "fat/internal.h"

#define ROW_BYTES   32U
#define PIECE_UNITS (size_t)13
#define PIECES_MAX  20U
#define PARTS_MAX   32U

enum { ATTR_LABEL = 0x08, ATTR_FOLDER = 0x10, ATTR_LONG = 0x0f, ATTR_MASK = 0x3f };
enum { CASE_BASE = 0x08, CASE_EXTENSION = 0x10 }; /* byte 12, by Windows NT: lower case */

struct long_name {
	unsigned wanted; /* the piece that must come next; 0: the name is complete */
	bool is_there;
	uint8_t checksum;
	uint8_t utf16[PIECES_MAX * PIECE_UNITS * 2];
	size_t len; /* bytes */
};

static uint8_t checksum_of(const uint8_t row[ROW_BYTES])
{
	uint8_t sum = 0;

	for (unsigned i = 0; i < 11; i++)
		sum = (uint8_t)((sum << 7 | sum >> 1) + row[i]);
	return sum;
}

static void take_piece(struct long_name *l, const uint8_t row[ROW_BYTES])
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
static void short_name(const uint8_t row[ROW_BYTES], bool is_shown, char ret[40])
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

static void entry_of(const uint8_t row[ROW_BYTES], const struct long_name *l, struct fat_entry *e)
{
	*e = (struct fat_entry){.is_folder = row[11] & ATTR_FOLDER,
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
	int r = fat_folder_load(f, folder, &rows, &len, err);

	for (size_t at = 0; r == 0 && len - at >= ROW_BYTES && rows[at]; at += ROW_BYTES) {
		const uint8_t *row = rows + at;
		struct fat_entry e;
		if ((row[11] & ATTR_MASK) == ATTR_LONG && row[0] != 0xe5) {
			take_piece(&name, row);
			continue;
		}
		if (row[0] != 0xe5 && row[0] != '.' && !(row[11] & ATTR_LABEL)) {
			entry_of(row, &name, &e);
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
	struct fat_entry here = fat_root(f), next = {0};
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

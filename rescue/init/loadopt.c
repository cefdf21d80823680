/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/loadopt.h"

#include <ctype.h>
#include <efivar/efiboot.h>
#include <efivar/efivar.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"

#define ACTIVE	     1
#define HEAD_BYTES   6 /* attributes, length of the paths */
#define NODE_BYTES   4 /* type, subtype, length */
#define MEDIA	     4
#define MEDIA_HD     1
#define MEDIA_FILE   4
#define END	     0x7f
#define HD_BYTES     42
#define FORMAT_GPT   2
#define SIGN_GUID    2
#define NODES_MOST   64
#define WINDOWS_FILE "bootmgfw.efi"
#define WINDOWS_PATH "\\EFI\\Microsoft\\Boot\\bootmgfw.efi"
#define TITLE	     "Windows Boot Manager"

/* UTF-16 up to its NUL; bytes used, the NUL among them, or 0 without one. */
static size_t take_text(struct rs_view v, size_t off, char *ret, size_t cap)
{
	char text[LOADOPT_TEXT * 2];
	uint16_t c;
	size_t end = off;

	while (rs_view_u16(v, end, &c) && c)
		end += 2;
	if (!rs_view_u16(v, end, &c))
		return 0;
	(void)rs_utf16_to_utf8((struct rs_view){v.p + off, end - off}, text, sizeof(text));
	(void)rs_escape(text, ret, cap);
	return end - off + 2;
}

static void lower(char *s)
{
	for (; *s; s++)
		*s = (char)tolower((unsigned char)*s);
}

static void take_hd(struct rs_view node, struct loadopt *ret)
{
	if (node.len < HD_BYTES || node.p[40] != FORMAT_GPT || node.p[41] != SIGN_GUID)
		return;
	rs_guid_text(node.p + 24, ret->partition);
	lower(ret->partition);
	ret->has_partition = true;
}

static void take_node(struct rs_view node, struct loadopt *ret)
{
	if (node.p[0] != MEDIA)
		return;
	if (node.p[1] == MEDIA_HD)
		take_hd(node, ret);
	else if (node.p[1] == MEDIA_FILE)
		(void)take_text(node, NODE_BYTES, ret->file, sizeof(ret->file)); /* "" then */
}

static bool ends_with(const char *s, const char *end)
{
	size_t a = strlen(s), b = strlen(end);

	return a >= b && strcasecmp(s + a - b, end) == 0;
}

bool loadopt_parse(struct rs_view bytes, struct loadopt *ret)
{
	struct loadopt o = {0};
	struct rs_view paths;
	uint32_t attributes;
	uint16_t paths_len, len;
	size_t at = 0;

	if (!rs_view_u32(bytes, 0, &attributes) || !rs_view_u16(bytes, 4, &paths_len))
		return false;
	size_t title = take_text(bytes, HEAD_BYTES, o.title, sizeof(o.title));
	if (!title || !rs_view_sub(bytes, HEAD_BYTES + title, paths_len, &paths))
		return false;
	for (unsigned i = 0; i < NODES_MOST && rs_view_u16(paths, at + 2, &len); i++) {
		struct rs_view node;
		if (len < NODE_BYTES || !rs_view_sub(paths, at, len, &node))
			return false;
		if (node.p[0] == END)
			break; /* the first path is the one that is started */
		take_node(node, &o);
		at += len;
	}
	o.is_active = attributes & ACTIVE;
	o.is_windows = ends_with(o.file, "\\" WINDOWS_FILE);
	o.number = ret->number;
	*ret = o;
	return true;
}

static size_t rank(const struct loadopt *o, const uint16_t *order, size_t n_order)
{
	size_t place = 0;

	while (place < n_order && order[place] != o->number)
		place++;
	/* in the order, then by number; an inactive one only if there is no other */
	return (o->is_active ? 0 : 1U << 30) + place * 0x10000 + o->number;
}

static bool is_before(
	const struct loadopt *a, const struct loadopt *b, const uint16_t *order, size_t n_order)
{
	return rank(a, order, n_order) < rank(b, order, n_order);
}

const struct loadopt *loadopt_choose(const struct loadopt *list, size_t n, const uint16_t *order,
	size_t n_order, const char *partition)
{
	const struct loadopt *best = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct loadopt *o = &list[i];
		if (!o->is_windows || !o->has_partition || strcasecmp(o->partition, partition) != 0)
			continue;
		if (!best || is_before(o, best, order, n_order))
			best = o;
	}
	return best;
}

bool loadopt_is_better(const struct loadopt_target *a, const struct loadopt_target *b,
	const uint16_t *order, size_t n_order)
{
	if (!a->entry != !b->entry)
		return a->entry;
	if (a->is_preferred != b->is_preferred)
		return a->is_preferred;
	return a->entry && is_before(a->entry, b->entry, order, n_order);
}

size_t loadopt_make(const struct loadopt_new *n, uint8_t ret[LOADOPT_MOST])
{
	uint8_t path[256], guid[16];
	char file[] = WINDOWS_PATH;
	unsigned char title[] = TITLE;
	ssize_t cap = sizeof(path), len = 0, r;

	if (!rs_guid_parse(n->partition, guid) || !n->sector_bytes ||
		n->start_bytes % n->sector_bytes || n->size_bytes % n->sector_bytes)
		return 0;
	/* start and size count the disk's own sectors */
	r = efidp_make_hd(path, cap, n->part_number, n->start_bytes / n->sector_bytes,
		n->size_bytes / n->sector_bytes, guid, FORMAT_GPT, SIGN_GUID);
	if (r < 0)
		return 0;
	len = r;
	r = efidp_make_file(path + len, cap - len, file);
	if (r < 0)
		return 0;
	len += r;
	r = efidp_make_end_entire(path + len, cap - len);
	if (r < 0)
		return 0;
	len += r;
	r = efi_loadopt_create(ret, LOADOPT_MOST, ACTIVE, (efidp)path, len, title, NULL, 0);
	return r > 0 ? (size_t)r : 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The boot configuration: which partitions are started as a Windows. A hive whose key Objects has
 * one key for each entry; Description\Type says what it is, Elements\<8 hex digits>\Element what it
 * has. Device elements as measured on four stores (docs/decisions.md): a GUID of options, at 16 the
 * device: type, flags, size; a partition has the type 6 and, at 32, its GUID (GPT) or its byte
 * offset (MBR), at 52 which of both, at 56 the GUID or signature of its disk. */
#include <stdio.h>
#include <string.h>

#include "windows/windows.h"

#define TYPE_LOADER 0x10200003U
#define TYPE_RESUME 0x10200004U

#define DEVICE_AT	 16U /* in an element */
#define DEVICE_BLOCK	 0U  /* a file that is a disk (VHD), a RAM disk */
#define DEVICE_BOOT	 5U  /* the partition that was started from */
#define DEVICE_PARTITION 6U
#define PARTITION_BYTES	 0x48U

#define ENTRIES_MAX 4096U /* loaders in one store: more than any has */

struct walk {
	struct win_hive *h;
	struct win_bcd *bcd;
	unsigned n_entries;
	int r;
	struct rs_err err;
};

static int bytes_read(void *user, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	const struct win_bytes *b = user;

	if (off_bytes > b->len || b->len - off_bytes < len)
		return rs_fail(err, RS_E_IO_READ, "the file ends before that");
	memcpy(buf, b->p + off_bytes, len);
	return 0;
}

struct win_src win_src_bytes(struct win_bytes *b)
{
	return (struct win_src){bytes_read, b, b->len};
}

/* ---- one device ---- */

static void device_add(struct win_bcd *bcd, const struct win_bcd_device *d)
{
	if (bcd->n == WIN_BCD_DEVICES_MAX)
		bcd->is_unclear = true;
	else
		bcd->devices[bcd->n++] = *d;
}

/* @v begins at the device's type. */
static bool partition_read(struct rs_view v, struct win_bcd_device *ret)
{
	uint32_t type, size, style;

	*ret = (struct win_bcd_device){0};
	if (!rs_view_u32(v, 0, &type) || !rs_view_u32(v, 8, &size) || type != DEVICE_PARTITION ||
		size < PARTITION_BYTES || size > v.len || !rs_view_u32(v, 36, &style))
		return false;
	ret->is_mbr = style == 1;
	if (style == 0)
		memcpy(ret->partition, v.p + 16, sizeof(ret->partition));
	else if (style == 1)
		return rs_view_u64(v, 16, &ret->off_bytes) && rs_view_u32(v, 40, &ret->disk_id);
	return style == 0;
}

/* A disk in a file: the partition that the file lies on is embedded somewhere behind. */
static bool embedded_read(struct rs_view v, struct win_bcd_device *ret)
{
	for (size_t at = 16; v.len >= PARTITION_BYTES && at <= v.len - PARTITION_BYTES; at += 4)
		if (partition_read((struct rs_view){v.p + at, v.len - at}, ret))
			return true;
	return false;
}

static void device_read(struct win_bcd *bcd, struct rs_view element)
{
	struct win_bcd_device d;
	uint32_t type;

	if (!rs_view_u32(element, DEVICE_AT, &type)) {
		bcd->is_unclear = true;
		return;
	}
	const struct rs_view v = {element.p + DEVICE_AT, element.len - DEVICE_AT};
	if (type == DEVICE_BOOT)
		return; /* where the store itself can be read: no locked volume */
	if (partition_read(v, &d) || (type == DEVICE_BLOCK && embedded_read(v, &d)))
		device_add(bcd, &d);
	else
		bcd->is_unclear = true;
}

/* ---- one entry ---- */

static int element(struct walk *w, win_key entry, const char *id, struct win_value *ret)
{
	char path[32];
	win_key key;

	(void)snprintf(path, sizeof(path), "Elements\\%s", id);
	int r = win_hive_key(w->h, entry, path, &key, &w->err);
	if (r == 0)
		r = win_hive_value(w->h, key, "Element", ret, &w->err);
	if (r != RS_E_NO_SUCH_FILE)
		return r;
	w->err = (struct rs_err){0};
	return 0;
}

static int devices_of(struct walk *w, win_key entry)
{
	static const char *const ids[] = {"21000001", "11000001"}; /* osdevice, device */
	auto_value struct win_value pe = {0};
	size_t n = 0;
	int r = element(w, entry, "26000022", &pe); /* winpe */

	if (r < 0 || (pe.len && pe.p[0]))
		return r;
	w->bcd->n_windows++;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		auto_value struct win_value v = {0};
		r = element(w, entry, ids[i], &v);
		if (r < 0)
			return r;
		if (!v.len)
			continue;
		device_read(w->bcd, (struct rs_view){v.p, v.len});
		n++;
	}
	w->bcd->is_unclear |= n == 0;
	return 0;
}

static bool entry_look(void *user, const char *name, win_key sub)
{
	struct walk *w = user;
	uint64_t type = 0;
	win_key description;

	(void)name;
	if (++w->n_entries > ENTRIES_MAX) {
		w->bcd->is_unclear = true;
		return false;
	}
	w->r = win_hive_key(w->h, sub, "Description", &description, &w->err);
	if (w->r == 0)
		w->r = win_hive_number(w->h, description, "Type", &type, &w->err);
	if (w->r == RS_E_NO_SUCH_FILE) { /* an entry of nothing is never started */
		w->r = 0;
		w->err = (struct rs_err){0};
		return true;
	}
	if (w->r == 0 && (type == TYPE_LOADER || type == TYPE_RESUME))
		w->r = devices_of(w, sub);
	return w->r == 0;
}

int win_bcd_read(const struct win_src *hive, struct win_bcd *ret, struct rs_err *err)
{
	auto_hive struct win_hive *h = NULL;
	struct win_bcd bcd = {0};
	struct walk w = {.bcd = &bcd};
	win_key objects;
	int r = win_hive_open(hive, NULL, NULL, &h, err);

	if (r < 0)
		return r;
	w.h = h;
	r = win_hive_key(h, win_hive_root(h), "Objects", &objects, err);
	if (r == RS_E_NO_SUCH_FILE)
		return rs_fail(err, RS_E_HIVE, "it is no boot configuration");
	if (r == 0)
		r = win_hive_each_key(h, objects, entry_look, &w, err);
	if (r < 0)
		return r;
	if (w.r < 0)
		return rs_err_pass(err, w.r, &w.err);
	*ret = bcd;
	return 0;
}

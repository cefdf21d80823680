/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The boot configuration: which partitions are started as a Windows. A hive whose key Objects has
 * one key for each entry; Description\Type says what it is, Elements\<8 hex digits>\Element what it
 * has. Device elements as measured on four stores (docs/decisions.md): a GUID of options, at 16 the
 * device: type, flags, size; a partition has the type 6 and, at 32, its GUID (GPT) or its byte
 * offset (MBR), at 52 which of both, at 56 the GUID or signature of its disk. */
#include <stdio.h>
#include <string.h>

#include "core/list.h"
#include "windows/windows.h"

#define TYPE_LOADER 0x10200003U
#define TYPE_RESUME 0x10200004U

/* elements, by their names; the one that is changed stands in plan/bootconf.c, too */
#define WINPE	       "26000022"
#define DESCRIPTION    "12000004"
#define SAFEBOOT       "25000080"
#define SAFEBOOT_SHELL "26000081"
#define DEFAULT_OBJECT "23000003"
#define BOOT_MANAGER   "{9dea862c-5cdd-4e70-acc1-f32b344d4795}"

#define DEVICE_AT	 16U /* in an element */
#define DEVICE_BLOCK	 0U  /* a file that is a disk (VHD), a RAM disk */
#define DEVICE_BOOT	 5U  /* the partition that was started from */
#define DEVICE_PARTITION 6U
#define PARTITION_BYTES	 0x48U

#define ENTRIES_MAX 4096U /* loaders in one store: more than any has */

struct walk {
	struct win_hive *h;
	struct win_bcd *bcd;
	struct win_loader *loaders;
	size_t n_loaders;
	char first[64]; /* the boot manager's default */
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

static int flag_of(struct walk *w, win_key entry, const char *id, bool *ret)
{
	auto_value struct win_value v = {0};
	int r = element(w, entry, id, &v);

	*ret = r == 0 && v.len && v.p[0];
	return r;
}

static int devices_of(struct walk *w, win_key entry)
{
	static const char *const ids[] = {"21000001", "11000001"}; /* osdevice, device */
	bool is_pe;
	size_t n = 0;
	int r = flag_of(w, entry, WINPE, &is_pe);

	if (r < 0 || is_pe)
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

/* What kind of entry it is; 0: of nothing, which is never started. */
static int type_of(struct walk *w, win_key entry, uint64_t *ret)
{
	win_key description;
	int r = win_hive_key(w->h, entry, "Description", &description, &w->err);

	*ret = 0;
	if (r == 0)
		r = win_hive_number(w->h, description, "Type", ret, &w->err);
	if (r != RS_E_NO_SUCH_FILE)
		return r;
	w->err = (struct rs_err){0};
	return 0;
}

static bool entry_look(void *user, const char *name, win_key sub)
{
	struct walk *w = user;
	uint64_t type = 0;

	(void)name;
	if (++w->n_entries > ENTRIES_MAX) {
		w->bcd->is_unclear = true;
		return false;
	}
	w->r = type_of(w, sub, &type);
	if (w->r == 0 && (type == TYPE_LOADER || type == TYPE_RESUME))
		w->r = devices_of(w, sub);
	return w->r == 0;
}

static int objects_of(struct walk *w, win_key *ret, struct rs_err *err)
{
	int r = win_hive_key(w->h, win_hive_root(w->h), "Objects", ret, err);

	return r == RS_E_NO_SUCH_FILE ? rs_fail(err, RS_E_HIVE, "it is no boot configuration") : r;
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
	r = objects_of(&w, &objects, err);
	if (r == 0)
		r = win_hive_each_key(h, objects, entry_look, &w, err);
	if (r < 0)
		return r;
	if (w.r < 0)
		return rs_err_pass(err, w.r, &w.err);
	*ret = bcd;
	return 0;
}

/* ---- entries that start a Windows, one by one ---- */

static int osdevice_of(struct walk *w, win_key entry, struct win_loader *l)
{
	auto_value struct win_value v = {0};
	int r = element(w, entry, "21000001", &v);
	uint32_t type;

	if (r < 0 || !rs_view_u32((struct rs_view){v.p, v.len}, DEVICE_AT, &type))
		return r;
	l->is_here = type == DEVICE_BOOT;
	l->has_device =
		partition_read((struct rs_view){v.p + DEVICE_AT, v.len - DEVICE_AT}, &l->device);
	return 0;
}

static int text_of(struct walk *w, win_key entry, const char *id, char *ret, size_t cap)
{
	char path[32];
	win_key key;

	ret[0] = '\0';
	(void)snprintf(path, sizeof(path), "Elements\\%s", id);
	int r = win_hive_key(w->h, entry, path, &key, &w->err);
	if (r == 0)
		r = win_hive_text(w->h, key, "Element", ret, cap, &w->err);
	if (r != RS_E_NO_SUCH_FILE)
		return r;
	w->err = (struct rs_err){0};
	return 0;
}

static int loader_read(struct walk *w, win_key entry, struct win_loader *l)
{
	auto_value struct win_value safeboot = {0};
	int r = osdevice_of(w, entry, l);

	if (r == 0)
		r = text_of(w, entry, DESCRIPTION, l->description, sizeof(l->description));
	if (r == 0)
		r = element(w, entry, SAFEBOOT, &safeboot);
	if (r == 0)
		r = flag_of(w, entry, SAFEBOOT_SHELL, &l->has_shell);
	l->has_safeboot = safeboot.len;
	for (size_t i = 0; i < safeboot.len && i < 8; i++) /* Windows takes 8 bytes, and fewer */
		l->safeboot |= (uint64_t)safeboot.p[i] << 8 * i;
	return r;
}

static bool loader_look(void *user, const char *name, win_key sub)
{
	struct walk *w = user;
	struct win_loader *to;
	uint64_t type = 0;
	bool is_pe = false;

	if (++w->n_entries > ENTRIES_MAX)
		return false;
	w->r = type_of(w, sub, &type);
	if (w->r == 0 && type == TYPE_LOADER)
		w->r = flag_of(w, sub, WINPE, &is_pe);
	if (w->r < 0 || type != TYPE_LOADER || is_pe || strlen(name) >= sizeof(to->object))
		return w->r == 0;
	to = rs_list_add(&w->loaders, &w->n_loaders, sizeof(*to));
	if (!to) {
		w->r = rs_fail(&w->err, RS_E_MEMORY, "boot entries");
		return false;
	}
	(void)snprintf(to->object, sizeof(to->object), "%s", name);
	to->is_default = strcasecmp(name, w->first) == 0;
	w->r = loader_read(w, sub, to);
	return w->r == 0;
}

/* The entry that the boot manager starts when nobody chooses one. */
static int default_of(struct walk *w, win_key objects, struct rs_err *err)
{
	win_key manager;
	int r = win_hive_key(w->h, objects, BOOT_MANAGER, &manager, err);

	if (r == RS_E_NO_SUCH_FILE) {
		if (err)
			*err = (struct rs_err){0};
		return 0;
	}
	if (r < 0)
		return r;
	r = text_of(w, manager, DEFAULT_OBJECT, w->first, sizeof(w->first));
	return r < 0 ? rs_err_pass(err, r, &w->err) : 0;
}

int win_bcd_loaders(const struct win_src *hive, const struct win_src *log1,
	const struct win_src *log2, struct win_loader **ret, size_t *ret_n, struct rs_err *err)
{
	auto_hive struct win_hive *h = NULL;
	auto_free struct win_loader *loaders = NULL;
	struct walk w = {0};
	win_key objects;
	int r = win_hive_open(hive, log1, log2, &h, err);

	if (r < 0)
		return r;
	w.h = h;
	r = objects_of(&w, &objects, err);
	if (r == 0)
		r = default_of(&w, objects, err);
	if (r == 0)
		r = win_hive_each_key(h, objects, loader_look, &w, err);
	loaders = w.loaders;
	if (r < 0)
		return r;
	if (w.r < 0)
		return rs_err_pass(err, w.r, &w.err);
	*ret = rs_steal(loaders);
	*ret_n = w.n_loaders;
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hive as a whole: which one is edited at all, as its logs make it, with edits made. */
#include <stdlib.h>
#include <string.h>

#include "hivewrite/internal.h"

void hw_opened_done(struct hw_opened *o)
{
	win_hive_close(o->from);
	*o = (struct hw_opened){0};
}

/* Of a dirty hive: are its logs what can be replayed? */
static int check_logs(const struct win_hive_state *st, struct rs_err *err)
{
	if (st->log[0].kind == WIN_LOG_OLD || st->log[1].kind == WIN_LOG_OLD)
		return rs_fail(err, RS_E_HIVE_EDIT,
			"changes wait in a log of the format before Windows 8.1");
	if (!st->entries)
		return rs_fail(err, RS_E_HIVE_EDIT,
			"it was not written to its end, and no log has what is missing");
	return 0;
}

int hw_open(const struct hw_files *f, struct hw_opened *ret, struct rs_err *err)
{
	auto_hw_opened struct hw_opened o = {.size_bytes = f->primary.size_bytes};

	if (o.size_bytes > HW_MAX_BYTES)
		return rs_fail(err, RS_E_HIVE_EDIT, "larger than 256 MiB");
	int r = win_hive_open(&f->primary, f->has_log1 ? &f->log1 : NULL,
		f->has_log2 ? &f->log2 : NULL, &o.from, err);
	if (r != 0)
		return r;
	win_hive_state(o.from, &o.st);
	if (win_hive_is_cut(o.from))
		return rs_fail(err, RS_E_HIVE, "shorter than it says itself");
	if (o.st.minor < 3 || o.st.minor > 6)
		return rs_fail(err, RS_E_HIVE_EDIT, "of version 1.%u", o.st.minor);
	if (o.st.bins_bytes % HW_PAGE || o.st.bins_bytes > HW_MAX_BYTES - HW_BASE_BYTES)
		return rs_fail(err, RS_E_HIVE_EDIT, "%u bytes of bins", o.st.bins_bytes);
	if (o.st.is_base_sound && o.st.file_type != 0)
		return rs_fail(err, RS_E_HIVE_EDIT, "it is a log, no hive");
	if (o.st.is_dirty)
		r = check_logs(&o.st, err);
	if (r == 0)
		r = f->primary.read(f->primary.user, 0, o.base, sizeof(o.base), err);
	if (r != 0)
		return r;
	*ret = o;
	o.from = NULL;
	return 0;
}

void hw_base_put(uint8_t *base, uint32_t primary, uint32_t secondary, uint32_t bins_bytes)
{
	rs_put_le32(base + 4, primary);
	rs_put_le32(base + 8, secondary);
	rs_put_le32(base + 40, bins_bytes);
	rs_put_le32(base + 508, win_hive_sum(base));
}

void hw_flags_put(uint8_t *base, const struct win_hive_state *st)
{
	rs_put_le32(base + 144, (rs_le32(base + 144) & ~1U) | (st->flags & 1));
}

/* The base block of the last log, where the hive's own is damaged. */
static int base_of_log(const struct hw_files *f, struct hw_opened *o, struct rs_err *err)
{
	const struct win_src *log = o->st.last ? &f->log2 : &f->log1;
	int r = log->read(log->user, 0, o->base, HW_SECTOR_BYTES, err);

	rs_put_le32(o->base + 28, 0);
	return r;
}

/* A whole file out of base block, bins and what lies behind them in the file. */
static int image_new(const struct hw_files *f, const struct hw_opened *o, uint32_t bins_bytes,
	uint8_t **ret, size_t *ret_len, struct rs_err *err)
{
	const size_t own = (size_t)HW_BASE_BYTES + bins_bytes;
	const size_t len = own < o->size_bytes ? (size_t)o->size_bytes : own;
	auto_free uint8_t *p = calloc(1, len);
	int r = 0;

	if (!p)
		return rs_fail(err, RS_E_MEMORY, "hive of %zu bytes", len);
	memcpy(p, o->base, HW_BASE_BYTES);
	if (own < len)
		r = f->primary.read(f->primary.user, own, p + own, len - own, err);
	if (r != 0)
		return r;
	*ret = rs_steal(p);
	*ret_len = len;
	return 0;
}

int hw_replay(const struct hw_files *f, uint8_t **ret, size_t *ret_len, struct rs_err *err)
{
	auto_hw_opened struct hw_opened o = {0};
	auto_free uint8_t *p = NULL;
	size_t len = 0;

	int r = hw_open(f, &o, err);
	if (r == 0 && !o.st.is_base_sound)
		r = base_of_log(f, &o, err);
	if (r == 0)
		r = image_new(f, &o, o.st.bins_bytes, &p, &len, err);
	if (r == 0)
		r = win_hive_read(o.from, 0, p + HW_BASE_BYTES, o.st.bins_bytes, err);
	if (r != 0)
		return r;
	if (o.st.is_dirty) {
		hw_flags_put(p, &o.st);
		hw_base_put(p, o.st.next, o.st.next, o.st.bins_bytes);
	}
	*ret = rs_steal(p);
	*ret_len = len;
	return 0;
}

int hw_image(const struct hw_files *f, const struct hw_edit *edits, size_t n, uint8_t **ret,
	size_t *ret_len, struct rs_err *err)
{
	auto_hw_opened struct hw_opened o = {0};
	auto_hw_hive struct hw_hive *h = NULL;
	auto_free uint8_t *p = NULL;
	size_t len = 0;

	int r = hw_open(f, &o, err);
	if (r != 0)
		return r;
	if (!o.st.is_base_sound)
		return rs_fail(err, RS_E_HIVE_EDIT, "its base block is damaged");
	const uint32_t most = HW_MAX_BYTES - HW_BASE_BYTES;
	r = hw_load(o.from,
		most - o.st.bins_bytes < HW_IMAGE_ROOM ? most : o.st.bins_bytes + HW_IMAGE_ROOM, &h,
		err);
	if (r != 0)
		return r;
	h->now = f->now_filetime;
	r = hw_edit_all(h, edits, n, err);
	if (r != 0)
		return r;
	const uint32_t next = o.st.is_dirty ? o.st.next : o.st.secondary_sequence + 1;
	if (h->now)
		rs_put_le64(h->p + 20, h->now);
	if (o.st.is_dirty)
		hw_flags_put(o.base, &o.st);
	hw_base_put(o.base, next, next, h->len);
	r = hw_edit_hold(h, o.base, edits, n, err);
	if (r == 0)
		r = image_new(f, &o, h->len, &p, &len, err);
	if (r != 0)
		return r;
	memcpy(p + HW_BASE_BYTES, h->p, h->len);
	*ret = rs_steal(p);
	*ret_len = len;
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a triage ("small") dump holds behind its header: modules, unloaded modules, the stack of the
 * thread that crashed. All offsets are from the start of the file and none is believed: what does
 * not lie in the file is left out and noted. Sources: TRIAGE_DUMP_HEADER, DUMP_DRIVER_ENTRY,
 * DUMP_UNLOADED_DRIVERS (ntdumpx.h), and what the real dumps hold. */
#include "windows/dump_internal.h"

#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/list.h"
#include "core/text.h"
#include "format/pe.h"

#define TRIAGE_BYTES	 0x50U
#define UNLOADED_MAX	 128U /* Windows keeps 50 */
#define FRAMES_MAX	 512U
#define POOL_MAX	 (1U << 20)
#define IMAGE_HEAD_BYTES 0x1000U

struct triage {
	uint32_t size, valid, unloaded, stack, stack_bytes, list, count, pool, pool_bytes;
	uint64_t top; /* address of the stack's first byte */
};

/* An entry of the list of modules, and how large it can be: by the loader's entry that it holds,
 * which grew from build to build. The first is the commonest. */
struct shape {
	uint32_t base, image_size, checksum, timestamp;
	uint32_t stride_usual, stride_least, stride_most, step;
	uint32_t unloaded_count, unloaded_entry;
};

static const struct shape shapes[2] = {
	{0x1C, 0x24, 0x44, 0x48, 0x4C, 0x4C, 0xA4, 4, 4, 0x28},
	{0x38, 0x48, 0x80, 0x88, 0x90, 0x90, 0x140, 8, 8, 0x38},
};

/* A part of the file, as much of it as is there and as @cap lets through. */
static int part_read(const struct win_src *src, uint64_t at, uint64_t len, size_t cap,
	uint8_t **ret, size_t *ret_len, struct rs_err *err)
{
	*ret_len = 0;
	if (at >= src->size_bytes || !len)
		return 0;
	if (len > src->size_bytes - at)
		len = src->size_bytes - at;
	if (len > cap)
		len = cap;
	auto_free uint8_t *p = malloc((size_t)len);
	if (!p)
		return rs_fail(err, RS_E_MEMORY, "a part of a dump");
	int r = src->read(src->user, at, p, (size_t)len, err);
	if (r < 0)
		return r;
	*ret = rs_steal(p);
	*ret_len = (size_t)len;
	return 0;
}

/* ---- modules ---- */

struct list {
	struct rs_view entries, pool;
	uint32_t pool_at; /* in the file */
	const struct shape *shape;
	bool is_64;
};

/* The name that an entry points to: a count of units and the units, printable all of them. */
static bool name_of(const struct list *l, uint32_t at, struct rs_view *ret)
{
	uint32_t units;

	if (at < l->pool_at || !rs_view_u32(l->pool, at - l->pool_at, &units) || !units ||
		units > WIN_DUMP_NAME_UNITS)
		return false;
	if (!rs_view_sub(l->pool, (size_t)(at - l->pool_at) + 4, 2U * (size_t)units, ret))
		return false;
	for (size_t i = 0; i < ret->len; i += 2)
		if (rs_le16(ret->p + i) < 0x20)
			return false;
	return true;
}

uint64_t win_dump_number(struct rs_view v, size_t at, bool is_64)
{
	uint64_t wide = 0;
	uint32_t narrow = 0;

	if (is_64)
		return rs_view_u64(v, at, &wide) ? wide : 0;
	return rs_view_u32(v, at, &narrow) ? narrow : 0;
}

/* Does an entry begin at @at? Its name lies in the pool, and it was loaded at a page. */
static bool entry_at(const struct list *l, size_t at, struct rs_view *name, uint64_t *ret_base)
{
	uint32_t name_at;

	if (!l->entries.p || !rs_view_has(l->entries, at, l->shape->stride_least) ||
		!rs_view_u32(l->entries, at, &name_at) || !name_of(l, name_at, name))
		return false;
	*ret_base = win_dump_number(l->entries, at + l->shape->base, l->is_64);
	return *ret_base && !(*ret_base & 0xFFF);
}

static size_t fits(const struct list *l, uint32_t count, uint32_t stride)
{
	struct rs_view name;
	uint64_t base;
	size_t n = 0;

	for (uint32_t i = 0; i < count; i++)
		n += entry_at(l, (size_t)i * stride, &name, &base);
	return n;
}

/* The distance of the entries with which the most of them are such; the usual one where several do
 * as well. 0: with none are half of them. */
static uint32_t stride_of(const struct list *l, uint32_t count, size_t *ret_fit)
{
	const struct shape *s = l->shape;
	uint32_t best = s->stride_usual;

	*ret_fit = fits(l, count, best);
	for (uint32_t t = s->stride_least; t <= s->stride_most && *ret_fit < count; t += s->step) {
		size_t n = fits(l, count, t);
		if (n > *ret_fit) {
			*ret_fit = n;
			best = t;
		}
	}
	return *ret_fit && *ret_fit >= (count + 1) / 2 ? best : 0;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '\\');

	return slash && slash[1] ? slash + 1 : path;
}

void win_dump_name_modules(struct win_dump *d)
{
	for (size_t i = 0; i < d->n_modules; i++)
		d->modules[i].name = last_part(d->modules[i].path);
}

static void module_fill(
	struct win_module *m, const struct list *l, size_t at, struct rs_view name, uint64_t base)
{
	char text[3 * WIN_DUMP_NAME_UNITS + 1];
	uint64_t end;

	(void)rs_utf16_to_utf8(name, text, sizeof(text));
	rs_shorten(text, m->path, sizeof(m->path));
	m->base = base;
	(void)rs_view_u32(l->entries, at + l->shape->image_size, &m->size);
	(void)rs_view_u32(l->entries, at + l->shape->checksum, &m->checksum);
	/* in the smallest entry the time stamp is its last field */
	(void)rs_view_u32(l->entries, at + l->shape->timestamp, &m->timestamp);
	if (__builtin_add_overflow(base, m->size, &end) || (!l->is_64 && end > 1ULL << 32))
		m->size = 0;
}

static int modules_take(
	struct win_dump *d, const struct list *l, uint32_t count, struct rs_err *err)
{
	size_t fit;
	uint32_t stride = stride_of(l, count, &fit);

	if (!stride) {
		rs_note(d->note, sizeof(d->note), "its list of modules cannot be read");
		return 0;
	}
	if (fit < count)
		rs_note(d->note, sizeof(d->note), "%zu of its %u modules cannot be read",
			count - fit, count);
	d->modules = calloc(fit, sizeof(*d->modules));
	if (!d->modules)
		return rs_fail(err, RS_E_MEMORY, "the modules of a dump");
	for (uint32_t i = 0; i < count && d->n_modules < fit; i++) {
		struct rs_view name;
		uint64_t base;
		if (entry_at(l, (size_t)i * stride, &name, &base))
			module_fill(&d->modules[d->n_modules++], l, (size_t)i * stride, name, base);
	}
	win_dump_name_modules(d);
	d->has_all_modules = fit == count;
	return 0;
}

static int modules_read(
	struct win_dump *d, const struct win_src *src, const struct triage *t, struct rs_err *err)
{
	auto_free uint8_t *entries = NULL;
	auto_free uint8_t *pool = NULL;
	struct list l = {.pool_at = t->pool, .shape = &shapes[d->is_64], .is_64 = d->is_64};
	uint32_t count = t->count < WIN_DUMP_MODULES_MAX ? t->count : WIN_DUMP_MODULES_MAX;

	if (!count) {
		rs_note(d->note, sizeof(d->note), "it lists no modules");
		return 0;
	}
	if (count < t->count)
		rs_note(d->note, sizeof(d->note), "of %u modules it claims %u were looked at",
			t->count, count);
	uint64_t span = (uint64_t)count * l.shape->stride_most;
	if (t->pool > t->list && span > t->pool - t->list)
		span = t->pool - t->list; /* the names follow the entries */
	int r = part_read(src, t->list, span, (size_t)WIN_DUMP_MODULES_MAX * l.shape->stride_most,
		&entries, &l.entries.len, err);
	if (r == 0)
		r = part_read(src, t->pool, t->pool_bytes, POOL_MAX, &pool, &l.pool.len, err);
	if (r < 0)
		return r;
	l.entries.p = entries;
	l.pool.p = pool;
	r = modules_take(d, &l, count, err);
	d->has_all_modules = d->has_all_modules && count == t->count;
	return r;
}

/* ---- unloaded modules ---- */

static void unloaded_fill(struct win_unloaded *u, struct rs_view e, bool is_64)
{
	size_t name_at = is_64 ? 16 : 8; /* behind a UNICODE_STRING */
	size_t bytes = rs_le16(e.p) < 2U * WIN_DUMP_GONE_UNITS ? rs_le16(e.p) & ~1U
							       : 2U * WIN_DUMP_GONE_UNITS;
	struct rs_view name = {e.p + name_at, bytes};

	(void)rs_utf16_to_utf8(rs_utf16_text(name), u->name, sizeof(u->name));
	u->base = win_dump_number(e, name_at + 2UL * WIN_DUMP_GONE_UNITS, is_64);
	u->end = win_dump_number(e, name_at + 2UL * WIN_DUMP_GONE_UNITS + (is_64 ? 8 : 4), is_64);
}

static int unloaded_read(
	struct win_dump *d, const struct win_src *src, const struct triage *t, struct rs_err *err)
{
	const struct shape *s = &shapes[d->is_64];
	auto_free uint8_t *p = NULL;
	struct rs_view v = {0};

	int r = !t->unloaded ? 0
			     : part_read(src, t->unloaded,
				       s->unloaded_count + UNLOADED_MAX * s->unloaded_entry,
				       SIZE_MAX, &p, &v.len, err);
	if (r < 0 || !p)
		return r;
	v.p = p;
	uint64_t count = win_dump_number(v, 0, d->is_64);
	if (!count || count > UNLOADED_MAX) /* more than Windows keeps: no list */
		return 0;
	d->unloaded = calloc((size_t)count, sizeof(*d->unloaded));
	if (!d->unloaded)
		return rs_fail(err, RS_E_MEMORY, "the unloaded modules of a dump");
	for (size_t i = 0; i < count; i++) {
		struct win_unloaded *u = &d->unloaded[d->n_unloaded];
		struct rs_view e;
		if (!rs_view_sub(
			    v, s->unloaded_count + i * s->unloaded_entry, s->unloaded_entry, &e))
			break;
		unloaded_fill(u, e, d->is_64);
		if (u->name[0] && u->base < u->end)
			d->n_unloaded++;
		else
			*u = (struct win_unloaded){0};
	}
	return 0;
}

/* ---- the stack ---- */

size_t win_dump_module_at(const struct win_dump *d, uint64_t address)
{
	for (size_t i = 0; i < d->n_modules; i++)
		if (address >= d->modules[i].base &&
			address - d->modules[i].base < d->modules[i].size)
			return i;
	return WIN_NO_MODULE;
}

/* The module that a value on the stack lies in, past its headers, where code can be. */
static size_t code_at(const struct win_dump *d, uint64_t v)
{
	size_t m = win_dump_module_at(d, v);

	return m != WIN_NO_MODULE && v - d->modules[m].base >= IMAGE_HEAD_BYTES ? m : WIN_NO_MODULE;
}

/* Of ARM64 the upper bits of a return address can be its signature; bit 55 tells the half that it
 * lies in (Arm ARM, pointer authentication). */
static uint64_t without_signature(uint64_t v)
{
	return v >> 55 & 1 ? v | 0xFFFF000000000000ULL : v;
}

int win_dump_frames(struct win_dump *d, uint64_t top, struct rs_view stack, struct rs_err *err)
{
	size_t step = d->is_64 ? 8 : 4;
	uint64_t low = UINT64_MAX, high = 0;

	for (size_t i = 0; i < d->n_modules; i++) { /* most values lie in no module */
		const struct win_module *m = &d->modules[i];
		low = m->base < low ? m->base : low;
		high = m->base + m->size > high ? m->base + m->size : high;
	}
	for (size_t at = 0; rs_view_has(stack, at, step) && d->n_frames < FRAMES_MAX; at += step) {
		uint64_t v = win_dump_number(stack, at, d->is_64);
		if (d->machine == PE_MACHINE_ARM64)
			v = without_signature(v);
		if (v < low || v >= high)
			continue;
		size_t m = code_at(d, v);
		if (m == WIN_NO_MODULE)
			continue;
		struct win_frame *f = rs_list_add(&d->frames, &d->n_frames, sizeof(*f));
		if (!f)
			return rs_fail(err, RS_E_MEMORY, "the stack of a dump");
		*f = (struct win_frame){top + at, v, m};
	}
	return 0;
}

static int frames_read(
	struct win_dump *d, const struct win_src *src, const struct triage *t, struct rs_err *err)
{
	auto_free uint8_t *p = NULL;
	struct rs_view v = {0};

	int r = !t->stack ? 0
			  : part_read(src, t->stack, t->stack_bytes, WIN_DUMP_STACK_MAX, &p, &v.len,
				    err);
	if (r < 0)
		return r;
	v.p = p;
	if (!v.len || (v.len < t->stack_bytes && v.len < WIN_DUMP_STACK_MAX))
		rs_note(d->note, sizeof(d->note),
			v.len ? "its stack is cut off" : "it has no stack");
	return v.len ? win_dump_frames(d, t->top, v, err) : 0;
}

/* ---- all of it ---- */

static void triage_fill(struct triage *t, struct rs_view h, bool is_64)
{
	*t = (struct triage){
		.size = rs_le32(h.p + 0x04),
		.valid = rs_le32(h.p + 0x08),
		.unloaded = rs_le32(h.p + 0x18),
		.stack = rs_le32(h.p + 0x28),
		.stack_bytes = rs_le32(h.p + 0x2C),
		.list = rs_le32(h.p + 0x30),
		.count = rs_le32(h.p + 0x34),
		.pool = rs_le32(h.p + 0x38),
		.pool_bytes = rs_le32(h.p + 0x3C),
		.top = win_dump_number(h, 0x48, is_64),
	};
}

/* Windows writes "TRGD" last: without it the dump may be half of one. */
static int ending_check(
	struct win_dump *d, const struct win_src *src, const struct triage *t, struct rs_err *err)
{
	uint8_t *p = NULL;
	size_t len;

	int r = part_read(src, t->valid, 4, 4, &p, &len, err);
	if (r == 0 && (len < 4 || memcmp(p, "TRGD", 4) != 0)) {
		if (t->size > src->size_bytes)
			rs_note(d->note, sizeof(d->note), "cut off: %llu of %u bytes",
				(unsigned long long)src->size_bytes, t->size);
		else
			rs_note(d->note, sizeof(d->note), "it was not written to its end");
	}
	free(p);
	return r;
}

int win_dump_triage(
	struct win_dump *d, const struct win_src *src, uint32_t header_bytes, struct rs_err *err)
{
	uint8_t head[TRIAGE_BYTES];
	struct triage t;

	if (src->size_bytes - header_bytes < sizeof(head)) {
		rs_note(d->note, sizeof(d->note), "cut off after its header");
		return 0;
	}
	int r = src->read(src->user, header_bytes, head, sizeof(head), err);
	if (r < 0)
		return r;
	triage_fill(&t, (struct rs_view){head, sizeof(head)}, d->is_64);
	r = ending_check(d, src, &t, err);
	if (r == 0)
		r = modules_read(d, src, &t, err);
	if (r == 0)
		r = unloaded_read(d, src, &t, err);
	return r < 0 || !d->n_modules ? r : frames_read(d, src, &t, err);
}

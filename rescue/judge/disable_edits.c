/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the registry is to say of what was chosen: Start 4, and its names out of every list of
 * filters. StartOverride stays: it does not undo a 4, and undo needs it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/cleanup.h"
#include "core/list.h"
#include "core/text.h"
#include "format/bytes.h"
#include "judge/disable_internal.h"

#define MOST_UNITS 1024U /* of a name in a list */

static char *text_of(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static char *text_of(const char *fmt, ...)
{
	char *ret = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&ret, fmt, ap) < 0)
		ret = NULL;
	va_end(ap);
	return ret;
}

static bool is_chosen(const struct disable_choice *c, const char *name)
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (c->rows[i].is_chosen && strcasecmp(c->rows[i].name, name) == 0)
			return true;
	return false;
}

static struct disable_edit *edit_new(struct disable_choice *c)
{
	struct disable_edit *e = rs_list_add(&c->edits, &c->n_edits, sizeof(*e));

	if (e)
		*e = (struct disable_edit){0};
	return e;
}

static int edit_start(const struct disable_input *in, const struct win_service *one,
	struct disable_choice *c, struct rs_err *err)
{
	if (one->start == WIN_START_DISABLED)
		return 0;
	struct disable_edit *e = edit_new(c);

	if (one->network > c->network)
		c->network = one->network;

	if (e) {
		e->key =
			text_of("ControlSet%03u\\Services\\%s", in->system->control_set, one->name);
		e->name = "Start";
		e->type = REG_DWORD;
		e->len = sizeof(uint32_t);
		e->p = calloc(e->len, 1);
		e->what = text_of("service %s: Start %u -> 4 (disabled)", one->name, one->start);
	}
	if (!e || !e->key || !e->p || !e->what)
		return rs_fail(err, RS_E_MEMORY, "services");
	e->p[0] = WIN_START_DISABLED;
	return 0;
}

/* ---- lists of filters ---- */

struct list_cut {
	uint8_t *p; /* what stays of the list, as it stood there */
	size_t len, n_left, n_out;
	char out[256]; /* names that went, for people */
};

/* The name at @at: its units without their end, in UTF-8; returns the units with it. */
static size_t name_at(const struct win_filter_list *f, size_t at, char *ret, size_t cap)
{
	size_t n = 0, most = (f->raw_len - at) / 2;

	while (n < most && rs_le16(f->raw + at + 2 * n))
		n++;
	ret[0] = '\0';
	if (n < MOST_UNITS)
		(void)rs_utf16_to_utf8((struct rs_view){f->raw + at, 2 * n}, ret, cap);
	return n + (n < most);
}

/* Bytes that stay are those that were there. An empty name ends a list for some who read it, and
 * the kernel goes on behind it to the end of the value: a name goes out wherever it stands. False:
 * no memory. */
static bool cut(
	const struct disable_choice *c, const struct win_filter_list *f, struct list_cut *ret)
{
	char name[3 * MOST_UNITS + 1];
	size_t at = 0;

	*ret = (struct list_cut){.p = malloc(f->raw_len + 1)};
	if (!ret->p)
		return false;
	while (at + 1 < f->raw_len) {
		const size_t n = 2 * name_at(f, at, name, sizeof(name));
		if (is_chosen(c, name)) {
			ret->n_out++;
			rs_note(ret->out, sizeof(ret->out), "%s", name);
		} else {
			memcpy(ret->p + ret->len, f->raw + at, n);
			ret->len += n;
			ret->n_left += rs_le16(f->raw + at) != 0;
		}
		at += n;
	}
	memcpy(ret->p + ret->len, f->raw + at, f->raw_len - at);
	ret->len += f->raw_len - at;
	return true;
}

static int edit_list(const struct disable_input *in, const struct win_filter_list *f,
	struct disable_choice *c, struct rs_err *err)
{
	const char *name = f->is_upper ? "UpperFilters" : "LowerFilters";
	const bool is_class = strncmp(f->where, "Class\\", 6) == 0;
	struct list_cut left;

	if (!cut(c, f, &left))
		return rs_fail(err, RS_E_MEMORY, "filters");
	struct disable_edit *e = left.n_out ? edit_new(c) : NULL;
	if (!e) {
		free(left.p);
		return left.n_out ? rs_fail(err, RS_E_MEMORY, "filters") : 0;
	}
	e->key = text_of("ControlSet%03u\\%s%s", in->system->control_set,
		is_class ? "Control\\" : "", f->where);
	e->name = name;
	e->type = REG_MULTI_SZ;
	e->what = text_of("%s of %s: without %s%s", name, f->where, left.out,
		left.n_left ? "" : ", and so deleted");
	if (left.n_left) {
		e->p = left.p;
		e->len = left.len;
	} else {
		free(left.p);
	}
	return e->key && e->what ? 0 : rs_fail(err, RS_E_MEMORY, "filters");
}

int disable_edit(const struct disable_input *in, struct disable_choice *c, struct rs_err *err)
{
	const struct win_system *s = in->system;
	int r = 0;

	/* the lists first: a list that names what is disabled keeps its devices from starting */
	for (size_t i = 0; r == 0 && i < s->n_filters; i++)
		r = edit_list(in, &s->filters[i], c, err);
	for (size_t i = 0; r == 0 && i < c->n_rows; i++)
		if (c->rows[i].is_chosen && c->rows[i].service)
			r = edit_start(in, c->rows[i].service, c, err);
	return r;
}

/* ---- what must hold afterwards ---- */

static bool is_started_after(
	const struct win_system *s, const char *name, const struct disable_edit *edits, size_t n)
{
	const struct win_service *one = win_service_named(s, name);

	if (!one || one->start != WIN_START_BOOT)
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(edits[i].name, "Start") == 0 &&
			strcasecmp(win_path_name(edits[i].key), name) == 0)
			return false;
	return true;
}

const char *disable_breaks_minimum(
	const struct win_system *s, const struct disable_edit *edits, size_t n)
{
	const char *const *names = win_boot_minimum;

	for (size_t i = 0; names[i]; i++)
		if (is_started_after(s, names[i], NULL, 0) &&
			!is_started_after(s, names[i], edits, n))
			return names[i];
	return NULL;
}

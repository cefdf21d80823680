/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A change as data, and the closed table of what a change may be about. */
#include "plan/change.h"

#include <stdio.h>
#include <string.h>

#include "core/list.h"
#include "core/text.h"
#include "format/bytes.h"
#include "windows/drivers.h"

static char *copy(const char *text)
{
	return strdup(text ? text : "");
}

struct plan_change *change_new(enum change_kind kind, const char *file)
{
	struct plan_change *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->kind = kind;
	c->file = copy(file);
	if (c->file)
		return c;
	change_free(c);
	return NULL;
}

static void value_done(struct change_value *v)
{
	free(v->key);
	free(v->name);
	free(v->old);
	free(v->p);
	free(v->what);
}

void change_free(struct plan_change *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n; i++)
		value_done(&c->values[i]);
	for (size_t i = 0; i < c->n_touched; i++) {
		free(c->touched[i].name);
		free(c->touched[i].vendor);
		free(c->touched[i].reason);
	}
	free(c->values);
	free(c->touched);
	free(c->file);
	free(c->note);
	free(c->source);
	free(c);
}

void change_drop_value(struct plan_change *c, size_t i)
{
	value_done(&c->values[i]);
	c->n--;
	memmove(&c->values[i], &c->values[i + 1], (c->n - i) * sizeof(*c->values));
}

int change_add(struct plan_change *c, const struct change_edit *edit, struct rs_err *err)
{
	struct change_value *v = NULL;

	if (c->n < CHANGE_MAX_VALUES)
		v = rs_list_add(&c->values, &c->n, sizeof(*v));
	else
		return rs_fail_on(err, RS_E_GUARD, c->file, "more than %u values in one change",
			CHANGE_MAX_VALUES);
	if (!v)
		return rs_fail(err, RS_E_MEMORY, "change");
	v->op = edit->op;
	v->type = edit->type;
	v->len = edit->len;
	v->key = copy(edit->key);
	v->name = copy(edit->name);
	v->what = copy(edit->what);
	v->p = edit->len ? malloc(edit->len) : NULL;
	if (!v->key || !v->name || !v->what || (edit->len && !v->p))
		return rs_fail(err, RS_E_MEMORY, "change"); /* change_free has it */
	if (edit->len)
		memcpy(v->p, edit->p, edit->len);
	return 0;
}

int change_touch(struct plan_change *c, enum touched_kind kind, const char *name,
	const char *vendor, const char *reason, bool is_done, struct rs_err *err)
{
	struct plan_touched *t = rs_list_add(&c->touched, &c->n_touched, sizeof(*t));

	if (!t)
		return rs_fail(err, RS_E_MEMORY, "change");
	*t = (struct plan_touched){.kind = kind,
		.is_done = is_done,
		.name = copy(name),
		.vendor = copy(vendor),
		.reason = copy(reason)};
	return t->name && t->vendor && t->reason ? 0 : rs_fail(err, RS_E_MEMORY, "change");
}

/* ---- what a change may be about ---- */

/* A number that may be written and put back: the start of a service, 0 to 4. */
static bool is_start(uint32_t type, const uint8_t *p, size_t len)
{
	return type == REG_DWORD && len == 4 && rs_le32(p) <= 4;
}

static bool is_number(uint32_t type, const uint8_t *p, size_t len)
{
	(void)p;
	return type == REG_DWORD && len == 4;
}

/* UTF-16 with an end: names of services, or of drivers. */
static bool is_list(uint32_t type, const uint8_t *p, size_t len)
{
	return type == REG_MULTI_SZ && len >= 2 && len % 2 == 0 && len <= 65536 && !p[len - 1] &&
	       !p[len - 2];
}

static bool is_text(uint32_t type, const uint8_t *p, size_t len)
{
	return (type == REG_SZ || type == REG_EXPAND_SZ) && len >= 2 && len % 2 == 0 &&
	       len <= 65536 && !p[len - 1] && !p[len - 2];
}

/* minimal, network, dsrepair */
static bool is_safeboot(uint32_t type, const uint8_t *p, size_t len)
{
	return type == REG_BINARY && len == 8 && rs_le32(p) <= 2 && rs_le32(p + 4) == 0;
}

#define OP(op)	    (1U << (op))
#define VALUES	    (OP(HW_SET) | OP(HW_DELETE_VALUE))
#define MEMORY	    "ControlSet###\\Control\\Session Manager\\Memory Management"
#define CLASS	    "ControlSet###\\Control\\Class\\{*}"
#define DEVICE	    "ControlSet###\\Enum\\*\\*\\*"
#define CBS_PENDING "Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\SessionsPending"

/* In a pattern '#' is a digit, '*' any text without a backslash. No row: no change. */
static const struct allowed {
	const char *hive, *key, *name;
	unsigned ops;
	bool (*is_value)(uint32_t type, const uint8_t *p, size_t len);
} allowed[] = {
	{"SYSTEM", "ControlSet###\\Services\\*", "Start", OP(HW_SET), is_start},
	{"SYSTEM", CLASS, "UpperFilters", VALUES, is_list},
	{"SYSTEM", CLASS, "LowerFilters", VALUES, is_list},
	{"SYSTEM", DEVICE, "UpperFilters", VALUES, is_list},
	{"SYSTEM", DEVICE, "LowerFilters", VALUES, is_list},
	{"SYSTEM", MEMORY, "VerifyDrivers", VALUES, is_text},
	{"SYSTEM", MEMORY, "VerifyDriverLevel", VALUES, is_number},
	{"SOFTWARE", CBS_PENDING, "Exclusive", VALUES, is_number},
	{"BCD", "Objects\\{*}\\Elements\\25000080", "Element",
		OP(HW_SET) | OP(HW_MAKE_KEY) | OP(HW_DELETE_KEY), is_safeboot},
};

static bool is_same_letter(char a, char b)
{
	return strncasecmp(&a, &b, 1) == 0;
}

/* '*' takes no backslash, so that a pattern has as many parts as what it allows. */
static bool fits(const char *pattern, const char *text)
{
	for (; *pattern && *pattern != '*'; pattern++, text++)
		if (*pattern == '#' ? *text < '0' || *text > '9' : !is_same_letter(*pattern, *text))
			return false;
	if (!*pattern)
		return !*text;
	while (*text && *text != '\\')
		if (fits(pattern + 1, ++text))
			return true;
	return false;
}

/* A Windows lies in a folder of the root, or in one named Windows in that (win_probe_all). */
static bool fits_file(const char *hive, const char *file)
{
	static const char *const places[] = {
		"\\Boot\\", "\\*\\System32\\config\\", "\\*\\Windows\\System32\\config\\"};
	const bool is_bcd = strcmp(hive, "BCD") == 0;
	char pattern[64];

	for (size_t i = is_bcd ? 0 : 1; i < (is_bcd ? 1 : 3); i++) {
		(void)snprintf(pattern, sizeof(pattern), "%s%s", places[i], hive);
		if (fits(pattern, file))
			return true;
	}
	return false;
}

/* None of ours is ever about what no Windows starts without. */
static bool is_needed(const char *key)
{
	const char *service = win_path_name(key);

	for (size_t i = 0; win_boot_minimum[i]; i++)
		if (!strcasecmp(service, win_boot_minimum[i]))
			return true;
	return false;
}

/* What a manifest could not keep as it is (it escapes texts) is not changed either. */
static bool is_kept_as_is(const char *text)
{
	char shown[1024];

	(void)rs_escape(text, shown, sizeof(shown));
	return strcmp(shown, text) == 0;
}

bool change_is_allowed(const char *file, const struct change_value *v)
{
	if (!is_kept_as_is(file) || !is_kept_as_is(v->key)) /* a name is one of the table's */
		return false;
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		const struct allowed *a = &allowed[i];
		if (!fits_file(a->hive, file) || !fits(a->key, v->key) ||
			strcasecmp(a->name, v->name) != 0)
			continue;
		if (a->is_value == is_start && is_needed(v->key))
			return false;
		return a->ops & OP(v->op) &&
		       (!change_sets(v->op) || a->is_value(v->type, v->p, v->len)) &&
		       (!v->had || a->is_value(v->old_type, v->old, v->old_len));
	}
	return false;
}

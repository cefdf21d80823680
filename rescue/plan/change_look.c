/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a hive holds now of what a change is about, through our own reader and with its logs laid
 * over it, as Windows would see it at its next start. */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "format/bytes.h"
#include "plan/change.h"
#include "windows/drivers.h"
#include "windows/windows.h"

#define BASE_BYTES 512U

/* ---- one value ---- */

/* @ret->p NULL and *has false: there is no such value; *has_key: nor its key. */
static int read_value(struct win_hive *h, const struct change_value *v, struct win_value *ret,
	bool *has, bool *has_key, struct rs_err *err)
{
	struct rs_err why = {0};
	win_key key = 0;
	int r = win_hive_key(h, win_hive_root(h), v->key, &key, &why);

	*has_key = r == 0;
	if (r == 0)
		r = win_hive_value(h, key, v->name, ret, &why);
	*has = r == 0;
	return r == RS_E_NO_SUCH_FILE || r == 0 ? 0 : rs_err_pass(err, r, &why);
}

static bool is_equal(const struct win_value *now, uint32_t type, const uint8_t *p, size_t len)
{
	return now->type == type && now->len == len && (!len || memcmp(now->p, p, len) == 0);
}

static int value_state(struct win_hive *h, struct change_value *v, struct rs_err *err)
{
	auto_value struct win_value now = {0};
	bool has = false, has_key = false;
	int r = read_value(h, v, &now, &has, &has_key, err);

	if (r < 0)
		return r;
	const bool is_key_ours = v->op == HW_MAKE_KEY || v->op == HW_DELETE_KEY;
	if (change_sets(v->op) ? has && is_equal(&now, v->type, v->p, v->len)
			       : !has && has_key == (v->op == HW_DELETE_VALUE))
		v->state = CHANGE_AFTER;
	else if (v->had ? has && is_equal(&now, v->old_type, v->old, v->old_len)
			: !has && (has_key || v->op == HW_MAKE_KEY))
		v->state = CHANGE_BEFORE;
	else
		v->state = has_key || is_key_ours ? CHANGE_OTHERS : CHANGE_MISSING;
	if (v->state == CHANGE_AFTER && v->is_file_gone)
		v->state = CHANGE_OTHERS;
	return 0;
}

/* ---- what undo must not bring back alone ---- */

/* One name of a list, in UTF-8; returns its bytes there with its end. */
static size_t list_name(const uint8_t *p, size_t len, char *ret, size_t cap)
{
	size_t n = 0;

	while (2 * n + 1 < len && rs_le16(p + 2 * n))
		n++;
	ret[0] = '\0';
	if (n < cap / 3)
		(void)rs_utf16_to_utf8((struct rs_view){p, 2 * n}, ret, cap);
	return 2 * n + 2;
}

static bool is_list_of(const struct change_value *v, const char *service)
{
	char name[1024];

	if (v->old_type != REG_MULTI_SZ || !v->had)
		return false;
	for (size_t at = 0; at < v->old_len;) {
		at += list_name(v->old + at, v->old_len - at, name, sizeof(name));
		if (strcasecmp(name, service) == 0)
			return true;
	}
	return false;
}

/* Of a service that has been taken away since, or that nobody could start any more. */
static bool is_start_lost(struct win_hive *h, const struct change_value *v)
{
	uint64_t start = WIN_START_DISABLED;
	win_key key = 0;

	if (strcasecmp(v->name, "Start") != 0 ||
		(v->state != CHANGE_OTHERS && v->state != CHANGE_MISSING))
		return false;
	return win_hive_key(h, win_hive_root(h), v->key, &key, NULL) < 0 ||
	       win_hive_number(h, key, v->name, &start, NULL) < 0 || start >= WIN_START_DISABLED;
}

/* Loaded before all others: a start stops where the driver of its product is missing (0x178). */
static bool is_early_launch(struct win_hive *h, const struct change_value *v)
{
	char group[32];
	win_key key = 0;

	return strcasecmp(v->name, "Start") == 0 &&
	       win_hive_key(h, win_hive_root(h), v->key, &key, NULL) == 0 &&
	       win_hive_text(h, key, "Group", group, sizeof(group), NULL) == 0 &&
	       strcasecmp(group, "Early-Launch") == 0;
}

/* The name of such a service is not put into a list again: devices whose list has it do not start,
 * disks among them (stop 0x7B). So a list that would get it back is not as we left it any more, nor
 * is an early-launch driver that it may have been disabled with. */
static void those_that_go_with_it(struct win_hive *h, struct plan_change *c)
{
	for (size_t i = 0; i < c->n; i++) {
		if (!is_start_lost(h, &c->values[i]))
			continue;
		for (size_t k = 0; k < c->n; k++)
			if (c->values[k].state == CHANGE_AFTER &&
				(is_list_of(&c->values[k], win_path_name(c->values[i].key)) ||
					is_early_launch(h, &c->values[k])))
				c->values[k].state = CHANGE_OTHERS;
	}
}

/* ---- all of them ---- */

static enum change_state joined(const struct plan_change *c)
{
	enum change_state all = c->n ? c->values[0].state : CHANGE_AFTER;

	for (size_t i = 1; i < c->n; i++)
		if (c->values[i].state != all)
			return CHANGE_OTHERS;
	return all;
}

int change_state(
	struct nt_vol *vol, struct plan_change *c, enum change_state *ret, struct rs_err *err)
{
	auto_hive struct win_hive *h = NULL;
	int r = win_hive_open_in(vol, c->file, &h, err);

	for (size_t i = 0; r == 0 && i < c->n; i++)
		r = value_state(h, &c->values[i], err);
	if (r == 0)
		those_that_go_with_it(h, c);
	if (r == 0)
		*ret = joined(c);
	return r;
}

/* ---- what is kept of the hive itself ---- */

struct counted {
	size_t keys, values;
};

static bool count_key(void *user, const char *name, win_key sub)
{
	(void)name;
	(void)sub;
	((struct counted *)user)->keys++;
	return true;
}

static bool count_value(void *user, const char *name, uint32_t type, uint32_t len)
{
	(void)name;
	(void)type;
	(void)len;
	((struct counted *)user)->values++;
	return true;
}

int change_is_alone(struct win_hive *h, const struct change_value *v, bool *ret, struct rs_err *err)
{
	struct counted n = {0};
	win_key key = 0;
	int r = win_hive_key(h, win_hive_root(h), v->key, &key, err);

	if (r == 0)
		r = win_hive_each_key(h, key, count_key, &n, err);
	if (r == 0)
		r = win_hive_each_value(h, key, count_value, &n, err);
	if (r == 0)
		*ret = !n.keys && n.values <= 1;
	return r;
}

/* A key goes only with what is known of it. */
static int check_alone(struct win_hive *h, const struct change_value *v, struct rs_err *err)
{
	bool is_alone = false;
	int r = change_is_alone(h, v, &is_alone, err);

	if (r == 0 && !v->had)
		return rs_fail_on(err, RS_E_HIVE_EDIT, v->key, "the key has no %s", v->name);
	if (r == 0 && !is_alone)
		return rs_fail_on(err, RS_E_HIVE_EDIT, v->key, "it holds more than %s", v->name);
	return r;
}

/* What it is now is what undo brings back. */
static int keep_old(struct win_hive *h, struct change_value *v, struct rs_err *err)
{
	auto_value struct win_value now = {0};
	bool has_key = false;
	int r = read_value(h, v, &now, &v->had, &has_key, err);

	if (r < 0)
		return r;
	v->old_type = now.type;
	free(v->old);
	v->old = rs_steal(now.p);
	v->old_len = now.len;
	if (!has_key && (v->op == HW_SET || v->op == HW_DELETE_VALUE))
		return rs_fail_on(err, RS_E_NO_SUCH_FILE, v->key, "this key is not in the hive");
	if (has_key && v->op == HW_MAKE_KEY) /* somebody made it: only its value is ours */
		v->op = HW_SET;
	return has_key && v->op == HW_DELETE_KEY ? check_alone(h, v, err) : 0;
}

static bool is_minimum_in(struct win_hive *h, const char *key)
{
	char path[96];
	bool is_there = true;

	for (size_t i = 0; is_there && win_boot_minimum[i]; i++) {
		uint64_t start = 1;
		win_key sub = 0;
		(void)snprintf(path, sizeof(path), "%.13s\\Services\\%s", key, win_boot_minimum[i]);
		is_there = win_hive_key(h, win_hive_root(h), path, &sub, NULL) == 0 &&
			   win_hive_number(h, sub, "Start", &start, NULL) == 0 && start == 0;
	}
	return is_there;
}

bool change_boot_minimum(struct win_hive *h, const struct plan_change *c)
{
	bool is_there = true;

	for (size_t i = 0; is_there && i < c->n; i++)
		if (strncasecmp(c->values[i].key, "ControlSet", 10) == 0)
			is_there = is_minimum_in(h, c->values[i].key);
	return is_there;
}

int change_facts(struct nt_vol *vol, struct win_hive *h, const struct plan_change *c,
	struct change_facts *ret, struct rs_err *err)
{
	auto_free uint8_t *base = NULL;
	uint64_t first = 0, bad = 0, ref;
	struct nt_stat s;
	size_t len = 0;
	int r = nt_lookup(vol, c->file, &ref, err);

	if (r == 0)
		r = nt_stat(vol, ref, &s, err);
	if (r == 0)
		r = nt_file_load(vol, c->file, BASE_BYTES, &base, &len, err);
	if (r == 0)
		r = win_hive_bins(h, NULL, &first, &bad, err);
	if (r < 0)
		return r;
	if (len < BASE_BYTES)
		return rs_fail_on(err, RS_E_HIVE, c->file, "it is too short");
	*ret = (struct change_facts){.stat = s,
		.sequences = {rs_le32(base + 4), rs_le32(base + 8)},
		.is_whole = !bad && !win_hive_is_cut(h),
		.is_boot_minimum = change_boot_minimum(h, c)};
	return 0;
}

int change_look(struct nt_vol *vol, struct plan_change *c, struct rs_err *err)
{
	auto_hive struct win_hive *h = NULL;
	struct change_facts facts = {.is_whole = false};
	int r = win_hive_open_in(vol, c->file, &h, err);

	for (size_t i = 0; r == 0 && i < c->n;) {
		struct change_value *v = &c->values[i];
		r = keep_old(h, v, err);
		if (r == 0 && !change_is_allowed(c->file, v))
			r = rs_fail_on(err, RS_E_HIVE_EDIT, v->key,
				"%s is no value that may be changed, or holds what it should not",
				v->name);
		if (r == 0)
			r = value_state(h, v, err);
		if (r == 0 && v->state == CHANGE_AFTER)
			change_drop_value(c, i);
		else
			i++;
	}
	if (r == 0)
		r = change_facts(vol, h, c, &facts, err);
	if (r < 0)
		return r;
	memcpy(c->sequences, facts.sequences, sizeof(c->sequences));
	c->size_bytes = facts.stat.size_bytes;
	c->is_hive_whole = facts.is_whole;
	c->is_boot_minimum = facts.is_boot_minimum;
	return 0;
}

int change_unchanged(struct nt_vol *vol, struct plan_change *c, struct rs_err *err)
{
	auto_hive struct win_hive *h = NULL;
	struct change_facts now = {.is_whole = false};
	enum change_state state = CHANGE_OTHERS;

	if (c->kind != CHANGE_HIVE)
		return 0; /* its own row looks at it (act/change.h) */
	int r = win_hive_open_in(vol, c->file, &h, err);
	if (r == 0)
		r = change_facts(vol, h, c, &now, err);
	if (r == 0)
		r = change_state(vol, c, &state, err);
	if (r < 0)
		return r;
	if (memcmp(now.sequences, c->sequences, sizeof(c->sequences)) != 0 ||
		now.stat.size_bytes != c->size_bytes || state != CHANGE_BEFORE)
		return rs_fail_on(err, RS_E_CHANGED, c->file,
			"the hive is not as it was when the plan was made");
	return 0;
}

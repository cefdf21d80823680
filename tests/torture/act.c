/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "act.h"

#include <stdio.h>
#include <string.h>

#include "act/quarantine.h"

uint64_t act_setting(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

/* ---- what a state is judged by ---- */

struct text {
	char *p;
	size_t len, cap;
};

static bool add_entry(void *user, const struct nt_entry *e)
{
	struct text *t = user;
	char line[1200];

	if (e->is_system)
		return true; /* $MFT and $Bitmap may have grown */
	int n = snprintf(line, sizeof(line), "%s %llu %llu %llu %llu %llu %u\n", e->path,
		(unsigned long long)e->ref, (unsigned long long)e->size_bytes,
		(unsigned long long)e->created, (unsigned long long)e->modified,
		(unsigned long long)e->changed, e->attributes);
	if (t->len + (size_t)n + 1 > t->cap) {
		t->cap = t->cap * 2 + 65536;
		t->p = realloc(t->p, t->cap);
		assert_non_null(t->p);
	}
	memcpy(t->p + t->len, line, (size_t)n + 1);
	t->len += (size_t)n;
	return true;
}

static void count_fault(void *user, uint64_t record, const char *what)
{
	(void)user;
	(void)record;
	(void)what;
}

char *act_listing(struct blk *b)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	struct text t = {0};
	struct nt_scan_ops ops = {.user = &t, .entry = add_entry, .fault = count_fault};
	struct nt_scan_result result;

	if (nt_raw_open(b, &raw, NULL) < 0 || nt_scan(raw, &ops, NULL, &result, NULL) < 0) {
		free(t.p);
		return NULL;
	}
	return t.p;
}

void act_difference(const char *was, const char *is, char *ret, size_t cap)
{
	const char *a = was, *b = is ? is : "";

	while (*a && *b && strcspn(a, "\n") == strcspn(b, "\n") &&
		!strncmp(a, b, strcspn(a, "\n") + 1)) {
		a += strcspn(a, "\n") + (strchr(a, '\n') != NULL);
		b += strcspn(b, "\n") + (strchr(b, '\n') != NULL);
	}
	(void)snprintf(
		ret, cap, "%.*s is now %.*s", (int)strcspn(a, "\n"), a, (int)strcspn(b, "\n"), b);
}

bool act_is_dirty(struct blk *b)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	struct nt_state state = {0};

	assert_int_equal(nt_raw_open(b, &raw, NULL), 0);
	assert_int_equal(nt_state_read(raw, &state, NULL), 0);
	return state.is_dirty;
}

bool act_is_traced(struct blk *b)
{
	struct nt_vol *vol = NULL;
	uint64_t dir;
	size_t lost = 0;

	if (nt_vol_open(b, 0, &vol, NULL) < 0)
		return false;
	bool is_there = nt_lookup(vol, PLAN_TOP, &dir, NULL) == 0;
	if (!is_there && sweep_count(vol, &lost, NULL) < 0)
		lost = 0;
	bool is_kept = nt_is_flag_ours(vol);
	(void)nt_vol_close(vol, NULL); /* opened for reading */
	return is_there || lost || is_kept;
}

void act_wipe_redo(struct blk *b)
{
	static const uint8_t zeros[512];
	uint64_t places[NT_REDO_PLACES];
	struct nt_raw *raw = NULL;
	size_t n = 0;

	if (nt_raw_open(b, &raw, NULL) < 0)
		return; /* judged as such */
	assert_int_equal(nt_redo_places(raw, places, &n, NULL), 0);
	assert_true(n > 0);
	nt_raw_close(raw);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(blk_write(b, places[i], zeros, sizeof(zeros), NULL), 0);
}

void act_set_dirty(struct blk *b)
{
	struct nt_vol *vol = NULL;

	assert_int_equal(nt_vol_open(b, NT_VOL_WRITE, &vol, NULL), 0);
	assert_int_equal(nt_set_dirty(vol, true, NULL), 0);
	assert_int_equal(nt_vol_close(vol, NULL), 0);
	act_wipe_redo(b); /* which would say that it was us */
}

/* Longer than a record, so that clusters are taken for it. */
static int keep_report(struct blk *b, const struct plan *p, struct rs_err *err)
{
	static uint8_t json[9000], text[300];
	struct nt_vol *vol = NULL;

	memset(json, 'j', sizeof(json));
	memset(text, 't', sizeof(text));
	int s = nt_vol_open(b, NT_VOL_WRITE, &vol, err);
	if (s == 0)
		s = quarantine_keep_report(vol, p, (struct rs_view){json, sizeof(json)},
			(struct rs_view){text, sizeof(text)}, err);
	int closed = nt_vol_close(vol, s == 0 ? err : NULL);
	return s < 0 ? s : closed;
}

/* ---- the two commands, as the engine does them ---- */

static struct plan *new_plan(const struct act_target *t, struct nt_vol *vol)
{
	struct plan *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	p->items = calloc(t->n, sizeof(*p->items));
	assert_non_null(p->items);
	p->n_items = t->n;
	for (unsigned i = 0; i < t->n; i++) {
		struct plan_item *item = &p->items[i];
		item->number = i + 1;
		item->action = PLAN_QUARANTINE;
		item->is_accepted = true;
		item->path = strdup("\\a bad file");
		item->why = strdup("torture");
		item->rule_id = strdup("torture");
		item->file_ref = t->refs[i];
		item->from_ref = t->dir_ref;
		if (nt_stat(vol, item->file_ref, &item->stat, NULL) == 0)
			item->has_sha256 = false;
	}
	return p;
}

/* A quarantine that is there (the first), with its items accepted; NULL when there is none.
 * *ret_is_done: it is, and fix finds none of its files where they were. */
static struct plan *load(struct nt_vol *vol, enum plan_action action, bool *ret_is_done, int *ret)
{
	struct quarantine *all = NULL;
	struct plan *p = NULL;
	size_t n = 0;

	*ret = quarantine_list(vol, &all, &n, NULL);
	*ret_is_done = n && all[0].state == QUARANTINE_ACTIVE;
	bool is_there = n && (action == PLAN_RESTORE || all[0].state == QUARANTINE_UNFINISHED ||
				     *ret_is_done);
	if (*ret == 0 && is_there)
		*ret = quarantine_load(vol, &all[0], action, &p, NULL);
	free(all);
	for (size_t i = 0; p && i < p->n_items; i++) {
		if (nt_stat(vol, p->items[i].file_ref, &p->items[i].stat, NULL) < 0)
			*ret = RS_E_VERIFY;
	}
	plan_accept(p);
	return p;
}

int act_fix(const struct act_target *t, struct blk *b, struct rs_err *err)
{
	struct nt_vol *vol = NULL;
	auto_plan struct plan *p = NULL;
	bool is_done = false;
	int s = nt_vol_open(b, NT_VOL_WRITE, &vol, err);

	if (s == 0)
		p = load(vol, PLAN_FINISH, &is_done, &s);
	if (s == 0 && !p)
		p = new_plan(t, vol);
	if (s == 0 && !is_done)
		s = quarantine_fill(vol, p, NULL, err);
	int closed = nt_vol_close(vol, s == 0 ? err : NULL);
	if (s == 0)
		s = closed;
	if (s == 0)
		s = quarantine_verify(b, p, false, NULL, err);
	return s < 0 || is_done ? s : keep_report(b, p, err);
}

int act_undo(struct blk *b, struct rs_err *err)
{
	struct nt_vol *vol = NULL;
	auto_plan struct plan *p = NULL;
	bool is_done = false;
	int s = nt_vol_open(b, NT_VOL_WRITE, &vol, err);

	if (s == 0)
		p = load(vol, PLAN_RESTORE, &is_done, &s);
	if (s == 0 && p)
		s = quarantine_empty(vol, p, NULL, err);
	int closed = nt_vol_close(vol, s == 0 ? err : NULL);
	if (s == 0)
		s = closed;
	return s < 0 || !p ? s : quarantine_verify(b, p, true, NULL, err);
}

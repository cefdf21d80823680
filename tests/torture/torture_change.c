/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A change of a hive under power cuts and failing requests, as torture_quarantine does it with
 * moves. Two values that lie in different sectors, on a clean hive (an entry in a log, the hive)
 * and on a dirty one (one more entry behind those that wait).
 *
 * After each state two things are asked. What Windows would find, if it were started now: the bytes
 * as they are, without the end of a step that we would bring; read by our reader with the logs laid
 * over the hive, as Windows does it, both values are old or both are new, and the hive is whole.
 * And both ways out: fix ends with the new ones, verified, undo with the old ones, no folder of
 * ours, and nothing allocated that is nobody's; the contents of all other files are what they were.
 *
 * And once more with the driver's file, which is moved in the same run: no state starts the driver
 * (Start 0) while its file is not in its place.
 *
 * Run: STATES=N TORN=N SEED=N SHOWN=N torture_change */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../layers/layers.h"
#include "../unit/act/change_help.h"
#include "act.h"
#include "format/bytes.h"
#include "sound.h"

struct run {
	struct qh q;
	struct lay_watch *watch;
	char *first; /* listing before, without the hive's own lines */
	struct sound sound;
	bool may_stay_dirty, has_file;
	unsigned states, bad, shown, n_old, n_new, n_closed;
};

static void tell(struct run *r, const char *where, const char *what, const struct rs_err *err)
{
	char line[900] = "";

	if (err && err->code)
		rs_err_line(err, line, sizeof(line));
	if (r->bad++ < r->shown)
		printf("FAIL %s: %s %s\n", where, what, line);
}

/* ---- fix and undo ---- */

/* The driver's file goes after the change. */
static int add_file(struct nt_vol *vol, struct plan *p, struct rs_err *err)
{
	static char path[] = "\\Windows\\System32\\drivers\\bad.dat", why[] = "torture";
	struct finding f = {.path = path, .why = why};
	bool is_zero = false;
	int r = nt_lookup(vol, QH_BAD, &f.stat.ref, err);

	if (r == 0)
		r = nt_stat(vol, f.stat.ref, &f.stat, err);
	if (r == 0)
		r = nt_lookup(vol, QH_DRIVERS, &f.parent_ref, err);
	if (r == 0)
		r = judge_hash(vol, f.stat.ref, f.sha256, &is_zero, err);
	f.has_sha256 = true;
	return r < 0 ? r : plan_add_move(p, &f, "torture", "\\Windows", p->items[0].number, err);
}

static struct plan *new_plan(struct nt_vol *vol, bool has_file, int *ret, struct rs_err *err)
{
	struct plan_change *c = ch_disable_x();
	struct plan *p = plan_new();

	assert_non_null(p);
	*ret = change_look(vol, c, err);
	if (*ret < 0 || !c->n) {
		change_free(c);
		return p;
	}
	*ret = plan_add_change(p, c, FILE_IN, "torture", "torture", "\\Windows", false, err);
	if (*ret == 0 && has_file)
		*ret = add_file(vol, p, err);
	return p;
}

/* The first quarantine as a plan; NULL: there is none. */
static struct plan *load(struct nt_vol *vol, bool is_restore, enum quarantine_state *ret_state,
	int *ret, struct rs_err *err)
{
	struct quarantine *all = NULL;
	struct plan *p = NULL;
	size_t n = 0;

	*ret = quarantine_list(vol, &all, &n, err);
	*ret_state = n ? all[0].state : QUARANTINE_EMPTY;
	const bool is_wanted = n && (is_restore || *ret_state == QUARANTINE_UNFINISHED ||
					    *ret_state == QUARANTINE_ACTIVE);
	if (*ret == 0 && is_wanted)
		*ret = quarantine_load(
			vol, &all[0], is_restore ? PLAN_RESTORE : PLAN_FINISH, &p, err);
	free(all);
	return p;
}

static int fix(const struct run *run, struct blk *b, struct rs_err *err)
{
	struct nt_vol *vol = NULL;
	auto_plan struct plan *p = NULL;
	enum quarantine_state state = QUARANTINE_EMPTY;
	int r = nt_vol_open(b, NT_VOL_WRITE, &vol, err);

	if (r == 0)
		p = load(vol, false, &state, &r, err);
	if (r == 0 && !p)
		p = new_plan(vol, run->has_file, &r, err);
	plan_accept(p);
	if (r == 0 && state != QUARANTINE_ACTIVE)
		r = quarantine_fill(vol, p, NULL, err);
	int closed = nt_vol_close(vol, r == 0 ? err : NULL);
	if (r == 0)
		r = closed;
	return r < 0 ? r : quarantine_verify(b, p, false, NULL, err);
}

static int undo(struct blk *b, struct rs_err *err)
{
	struct nt_vol *vol = NULL;
	auto_plan struct plan *p = NULL;
	enum quarantine_state state;
	int r = nt_vol_open(b, NT_VOL_WRITE, &vol, err);

	if (r == 0)
		p = load(vol, true, &state, &r, err);
	plan_accept(p);
	if (r == 0 && p)
		r = quarantine_empty(vol, p, NULL, err);
	int closed = nt_vol_close(vol, r == 0 ? err : NULL);
	if (r == 0)
		r = closed;
	return r < 0 || !p ? r : quarantine_verify(b, p, true, NULL, err);
}

/* ---- what a state holds ---- */

/* Old or new, through the logs; @is_raw: by the bytes as they are. */
static enum change_state values_of(struct run *r, struct blk *b, bool *ret_is_whole)
{
	auto_change struct plan_change *c = ch_disable_x();
	enum change_state state = CHANGE_OTHERS;
	struct nt_vol *vol = NULL;
	struct change_facts facts = {.is_whole = false};
	struct win_hive *h = NULL;

	*ret_is_whole = false;
	if (nt_vol_open(b, 0, &vol, NULL) < 0) {
		r->n_closed++;
		return CHANGE_MISSING;
	}
	/* what it was is told by hand: nothing was written down yet */
	static const uint8_t zero[4];
	static const uint8_t with_x[] = "P\0a\0r\0t\0M\0g\0r\0\0\0x\0\0\0\0";
	for (size_t i = 0; i < 2; i++) {
		struct change_value *v = &c->values[i];
		v->had = true;
		v->old_type = v->type;
		v->old_len = i ? sizeof(with_x) : sizeof(zero);
		v->old = malloc(v->old_len);
		assert_non_null(v->old);
		memcpy(v->old, i ? with_x : zero, v->old_len);
	}
	if (change_state(vol, c, &state, NULL) < 0)
		state = CHANGE_MISSING;
	*ret_is_whole = win_hive_open_in(vol, FILE_IN, &h, NULL) == 0 &&
			change_facts(vol, h, c, &facts, NULL) == 0 && facts.is_whole;
	win_hive_close(h);
	assert_int_equal(nt_vol_close(vol, NULL), 0);
	return state;
}

static bool is_file_there(struct blk *b)
{
	struct nt_vol *vol = NULL;
	uint64_t ref;
	struct nt_stat s;

	if (nt_vol_open(b, 0, &vol, NULL) < 0)
		return false;
	const bool ret = nt_lookup(vol, QH_BAD, &ref, NULL) == 0 &&
			 nt_stat(vol, ref, &s, NULL) == 0 && s.size_bytes;
	assert_int_equal(nt_vol_close(vol, NULL), 0);
	return ret;
}

/* As Windows would find it. The bytes of @state are put back. */
static void judge_for_windows(struct run *r, struct blk *state, const char *where)
{
	const size_t len = (size_t)state->size_bytes;
	uint8_t *copy = malloc(len);
	bool is_whole = false;

	assert_non_null(copy);
	memcpy(copy, lay_mem_bytes(state), len);
	struct blk *raw = lay_mem_new(len, 512);
	assert_non_null(raw);
	memcpy(lay_mem_bytes(raw), copy, len);
	act_wipe_redo(raw);
	const unsigned n_closed = r->n_closed;
	const enum change_state v = values_of(r, raw, &is_whole);
	if (r->n_closed > n_closed)
		is_whole =
			false; /* a torn step of NTFS itself (docs/quarantine.md): not looked at */
	else if (v != CHANGE_BEFORE && v != CHANGE_AFTER)
		tell(r, where, "Windows would find one value old and one new", NULL);
	else if (!is_whole)
		tell(r, where, "Windows would find a damaged hive", NULL);
	if (r->has_file && v == CHANGE_BEFORE && !is_file_there(raw))
		tell(r, where, "Windows would start the driver without its file", NULL);
	r->n_old += v == CHANGE_BEFORE;
	r->n_new += v == CHANGE_AFTER;
	blk_close(raw);
	free(copy);
}

/* Without the hive and its logs, whose own records are not ours to compare here. */
static char *listing(struct blk *b)
{
	char *all = act_listing(b);

	assert_non_null(all);
	for (char *line = all; *line;) {
		char *end = strchr(line, '\n') + 1;
		if (strstr(line, "config/SYSTEM") || strstr(line, "config\\SYSTEM"))
			memmove(line, end, strlen(end) + 1);
		else
			line = end;
	}
	return all;
}

static void judge_end(struct run *r, struct blk *state, const char *where, bool is_undone)
{
	struct sound now;
	char line[700];
	bool is_whole = false;

	if (values_of(r, state, &is_whole) != (is_undone ? CHANGE_BEFORE : CHANGE_AFTER))
		tell(r, where,
			is_undone ? "after undo a value is not the old one"
				  : "after fix a value is not the new one",
			NULL);
	if (r->has_file && is_file_there(state) != is_undone)
		tell(r, where,
			is_undone ? "after undo the file is not there"
				  : "after fix the file is there",
			NULL);
	if (act_is_dirty(state) && !r->may_stay_dirty)
		tell(r, where, "the dirty flag stays", NULL);
	if (act_is_dirty(state) || !is_undone)
		return;
	if (!sound_look(state, &now))
		tell(r, where, "not readable", NULL);
	else if (sound_differs(&r->sound, &now, line, sizeof(line)))
		tell(r, where, line, NULL);
	char *last = listing(state);
	if (strcmp(last, r->first) != 0) {
		act_difference(r->first, last, line, sizeof(line));
		tell(r, where, line, NULL);
	}
	free(last);
}

static void judge_state(struct run *r, struct blk *state, const char *where, bool is_undo)
{
	struct rs_err err = {0};

	r->states++;
	r->may_stay_dirty = !act_is_traced(state);
	judge_for_windows(r, state, where);
	if (!is_undo && fix(r, state, &err) < 0) {
		tell(r, where, "fix does not finish:", &err);
		return;
	}
	if (!is_undo)
		judge_end(r, state, where, false);
	if (undo(state, &err) < 0) {
		tell(r, where, "undo does not finish:", &err);
		return;
	}
	judge_end(r, state, where, true);
}

/* ---- the volume ---- */

static void overwrite(struct qh *q, const char *file, const struct hw_write *w)
{
	assert_int_equal(
		nt_file_overwrite(q->vol, qh_ref(q, file), w->off_bytes, w->after, w->len, NULL),
		0);
}

/* As a Windows that crashed leaves it: its newest change is in a log only, and the hive says so. */
static void make_dirty(struct qh *q)
{
	static const uint8_t three[] = {3, 0, 0, 0}, none[] = {0, 0, 0, 0};
	static const char *const names[] = {HIVE, HIVE ".LOG1", HIVE ".LOG2"};
	const struct hw_edit edits[] = {
		{HW_SET, SET "Services\\y", "Start", DWORD, three, sizeof(three)},
		{HW_SET, "Select", "Default", DWORD, none, sizeof(none)}};
	uint8_t *p[3] = {NULL};
	size_t len[3];
	struct win_bytes bytes[3];
	auto_hw_plan struct hw_plan w = {0};

	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(nt_file_load(q->vol, names[i], 1U << 20, &p[i], &len[i], NULL), 0);
		bytes[i] = (struct win_bytes){p[i], len[i]};
	}
	const struct hw_files f = {.primary = win_src_bytes(&bytes[0]),
		.log1 = win_src_bytes(&bytes[1]),
		.log2 = win_src_bytes(&bytes[2]),
		.has_log1 = true,
		.has_log2 = true};
	assert_int_equal(hw_plan_make(&f, edits, 2, &w, NULL), 0);
	assert_true(w.n > 2);
	for (size_t i = 0; i < w.n; i++) {
		overwrite(q, names[w.writes[i].file], &w.writes[i]);
		if (w.writes[i].is_commit)
			break;
	}
	for (size_t i = 0; i < 3; i++)
		free(p[i]);
}

static void make(struct run *r, bool is_dirty)
{
	ch_make(&r->q);
	if (is_dirty)
		make_dirty(&r->q);
	assert_int_equal(nt_vol_close(r->q.vol, NULL), 0);
	r->q.vol = NULL;
	assert_true(lay_mem_save(r->q.mem));
	r->first = listing(r->q.mem);
	assert_true(sound_look(r->q.mem, &r->sound));
	r->watch = lay_watch_new(r->q.mem);
	assert_non_null(r->watch);
}

static void record(struct run *r)
{
	struct rs_err err = {0};

	r->watch->is_recording = true;
	if (fix(r, &r->watch->blk, &err) < 0 || undo(&r->watch->blk, &err) < 0) {
		tell(r, "record", "fix and undo without a cut:", &err);
		fail();
	}
	r->watch->is_recording = false;
	printf("# %zu writes and flushes of fix and undo\n", r->watch->n_ops);
}

static void cut_everywhere(struct run *r)
{
	char where[64];

	for (size_t n = 0; n <= r->watch->n_ops; n++)
		for (int is_undo = 0; is_undo < 2; is_undo++) {
			(void)snprintf(where, sizeof(where), "cut after operation %zu", n);
			lay_mem_restore(r->q.mem);
			lay_replay_prefix(r->watch, n, r->q.mem);
			judge_state(r, r->q.mem, where, is_undo);
		}
}

static void tear_everywhere(struct run *r, uint64_t states, uint64_t seed)
{
	char where[96];

	r->watch->torn_bytes = 512;
	const size_t all = lay_count_torn(r->watch);
	const size_t step = states && states < all ? all / states : 1;
	for (size_t i = seed % step; i < all; i += step) {
		const struct lay_torn t = lay_nth_torn(r->watch, i);
		(void)snprintf(where, sizeof(where), "operation %zu torn (%d, %zu)", t.op,
			(int)t.tear, t.k);
		lay_mem_restore(r->q.mem);
		lay_replay_torn(r->watch, &t, r->q.mem);
		judge_state(r, r->q.mem, where, (i / step) & 1);
	}
}

static void cut_at_random(struct run *r, uint64_t states, uint64_t seed)
{
	char where[64];

	for (uint64_t i = 0; i < states; i++) {
		size_t part;
		r->watch->torn_bytes = i & 2 ? 512 : 0;
		lay_mem_restore(r->q.mem);
		(void)lay_replay_random(r->watch, seed + i, r->q.mem, &part);
		(void)snprintf(where, sizeof(where), "seed %" PRIu64, seed + i);
		judge_state(r, r->q.mem, where, i & 1);
	}
}

/* The nth read, write or flush fails. */
static void fail_everywhere(struct run *r, int kind)
{
	static const char *const names[] = {"read", "write", "flush"};
	bool is_reached = true;

	for (uint64_t n = 1; is_reached; n += kind ? 1 : 5) {
		struct rs_err err = {0};
		char where[64];
		lay_mem_restore(r->q.mem);
		lay_watch_reset(r->watch);
		*(kind == 0	    ? &r->watch->fail_read
			: kind == 1 ? &r->watch->fail_write
				    : &r->watch->fail_flush) = n;
		int s = fix(r, &r->watch->blk, &err);
		const uint64_t seen = kind == 0	  ? r->watch->reads
				      : kind == 1 ? r->watch->writes
						  : r->watch->flushes;
		is_reached = seen >= n;
		lay_watch_reset(r->watch);
		(void)snprintf(where, sizeof(where), "%s %" PRIu64 " fails", names[kind], n);
		if (s == 0 && is_reached && kind)
			tell(r, where, "and nobody says so", NULL);
		judge_state(r, r->q.mem, where, n & 1);
	}
}

static void torture(bool is_dirty, bool has_file, uint64_t states)
{
	struct run r = {.shown = (unsigned)act_setting("SHOWN", 10), .has_file = has_file};

	make(&r, is_dirty);
	record(&r);
	cut_everywhere(&r);
	tear_everywhere(&r, act_setting("TORN", states / 2), act_setting("SEED", 1));
	cut_at_random(&r, states, act_setting("SEED", 1));
	for (int kind = 0; kind < 3 && !has_file; kind++)
		fail_everywhere(&r, kind); /* torture_quarantine does it with files */
	printf("# %s hive: %u states tried (Windows finds the old values in %u, the new ones in "
	       "%u, in %u NTFS itself is torn), %u bad\n",
		is_dirty ? "dirty" : "clean", r.states, r.n_old, r.n_new, r.n_closed, r.bad);
	assert_true(r.n_old && r.n_new && r.n_closed < r.states / 4);
	blk_close(&r.watch->blk);
	free(r.first);
	qh_done(&r.q);
	assert_int_equal(r.bad, 0);
}

static void test_change__power_cut_on_a_clean_hive__old_or_new(void **state)
{
	(void)state;
	torture(false, false, act_setting("STATES", 1000) / 4);
}

static void test_change__power_cut_on_a_dirty_hive__old_or_new(void **state)
{
	(void)state;
	torture(true, false, act_setting("STATES", 1000) / 4);
}

static void test_change__power_cut_with_the_drivers_file__never_started_without_it(void **state)
{
	(void)state;
	torture(false, true, act_setting("STATES", 1000) / 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_change__power_cut_on_a_clean_hive__old_or_new),
		cmocka_unit_test(test_change__power_cut_on_a_dirty_hive__old_or_new),
		cmocka_unit_test(
			test_change__power_cut_with_the_drivers_file__never_started_without_it),
	};

	return cmocka_run_group_tests_name("torture_change", tests, NULL, NULL);
}

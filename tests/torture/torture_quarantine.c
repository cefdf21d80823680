/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole repair under power cuts and failing requests: quarantine_fill, quarantine_keep_report
 * and quarantine_empty, as fix and undo call them.
 *
 * Cuts: every write and flush is recorded; for every prefix, for STATES (default 1000) states that
 * a disk with a write cache may leave, half of them with writes torn inside, and for TORN (default
 * STATES / 2, 0: all) writes of which only the first or last sectors came or all but one, the
 * volume must open, quarantine_list must name what it finds, and both ways out must work: fix again
 * ends with the files in the quarantine and a clean verification, undo ends with the files where
 * they were, no folder of ours left, and the first listing, both with nothing allocated that is
 * nobody's and $MFTMirr like $MFT. VOLUME_IS_DIRTY is then as it was before the first run, off or
 * on; it may stay on only where the cut left nothing of ours on the volume, so that it may be
 * anybody's. Faults: the nth read, write and flush fails, for every n; then the same two ways out.
 *
 * Run: STATES=N TORN=N SEED=N SHOWN=N torture_quarantine */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../layers/layers.h"
#include "../unit/ntfswrite/vol_help.h"
#include "act.h"
#include "sound.h"

#define DRIVERS "/Windows/System32/drivers"
#define N_BAD	3U

/* Sizes of clusters and of what the format calls a sector (records of 1 KiB, or 4 KiB where it is
 * 4096), and of what the disk writes whole. */
struct kind {
	const char *name;
	unsigned cluster_bytes, format_bytes, sector_bytes;
	unsigned share; /* of STATES: one in so many */
};

static const struct kind plain = {"clusters of 4096", 4096, 512, 512, 1};
static const struct kind others[] = {
	{"clusters of 512", 512, 512, 512, 2},
	{"records of 4096", 4096, 4096, 512, 4},
	{"sectors of 4096", 4096, 4096, 4096, 4},
};

struct run {
	const struct kind *kind;
	struct vh image;
	struct blk *mem; /* saved: the volume before anything */
	struct lay_watch *watch;
	char *first; /* listing before */
	struct sound sound;
	struct act_target target;
	bool was_dirty, may_stay_dirty; /* before all; of this state */
	unsigned states, torn, bad, shown, stayed_dirty;
};

/* First line that differs, for the log. */
static void tell_listing(struct run *r, const char *where, const char *what, const char *last)
{
	char line[700];

	act_difference(r->first, last, line, sizeof(line));
	if (r->bad++ < r->shown)
		printf("FAIL %s: %s: %s\n", where, what, line);
}

static void tell(struct run *r, const char *where, const char *what, const struct rs_err *err)
{
	char line[900] = "";

	if (err && err->code)
		rs_err_line(err, line, sizeof(line));
	if (r->bad++ < r->shown)
		printf("FAIL %s: %s %s\n", where, what, line);
}

static void look_first(struct run *r, struct blk *state)
{
	r->states++;
	r->may_stay_dirty = !act_is_traced(state);
}

static void judge_flag(struct run *r, struct blk *state, const char *where, const char *what)
{
	const bool is_dirty = act_is_dirty(state);

	if (is_dirty == r->was_dirty)
		return;
	if (is_dirty && r->may_stay_dirty)
		r->stayed_dirty++;
	else
		tell(r, where, what, NULL);
}

/* Nothing allocated that is nobody's, no record torn, and $MFTMirr as it should be: unless the flag
 * is left to Windows, whose chkdsk does that. */
static void judge_sound(struct run *r, struct blk *state, const char *where, const char *what)
{
	struct sound now;
	char line[300];

	if (act_is_dirty(state) && !r->was_dirty)
		return;
	if (!sound_look(state, &now))
		tell(r, where, "not readable", NULL);
	else if (sound_differs(&r->sound, &now, line, sizeof(line)) && r->bad++ < r->shown)
		printf("FAIL %s: %s: %s\n", where, what, line);
}

/* The state in @state: is every file there, and do both ways out work? */
static void judge_state(struct run *r, struct blk *state, const char *where)
{
	struct rs_err err = {0};

	look_first(r, state);
	if (act_fix(&r->target, state, &err) < 0) {
		tell(r, where, "fix does not finish:", &err);
		return;
	}
	judge_flag(r, state, where, "the dirty flag after fix");
	judge_sound(r, state, where, "after fix");
	if (act_undo(state, &err) < 0) {
		tell(r, where, "undo after it does not finish:", &err);
		return;
	}
	judge_flag(r, state, where, "the dirty flag after fix and undo");
	judge_sound(r, state, where, "after fix and undo");
	auto_free char *last = act_listing(state);
	if (!last || strcmp(last, r->first) != 0)
		tell_listing(r, where, "after fix and undo", last);
}

static void judge_undo(struct run *r, struct blk *state, const char *where)
{
	struct rs_err err = {0};

	look_first(r, state);
	if (act_undo(state, &err) < 0) {
		tell(r, where, "undo does not finish:", &err);
		return;
	}
	judge_flag(r, state, where, "the dirty flag after undo");
	judge_sound(r, state, where, "after undo");
	auto_free char *last = act_listing(state);
	if (!last || strcmp(last, r->first) != 0)
		tell_listing(r, where, "after undo", last);
}

/* ---- making the volume, recording ---- */

static uint64_t ref_of(struct nt_vol *vol, const char *path)
{
	uint64_t ref = 0;

	assert_int_equal(nt_lookup(vol, path, &ref, NULL), 0);
	return ref;
}

static void make(struct run *r)
{
	struct nt_vol *vol = NULL;
	char path[256];

	vh_make(&r->image, 24, r->kind->cluster_bytes, r->kind->format_bytes);
	r->image.sector_bytes = r->kind->sector_bytes;
	(void)vh_add(&r->image, "/", "Windows", -1);
	(void)vh_add(&r->image, "/Windows", "System32", -1);
	(void)vh_add(&r->image, "/Windows/System32", "drivers", -1);
	vh_add_many(&r->image, DRIVERS, "driver%03u.sys", 120);
	(void)vh_add(&r->image, DRIVERS, "C-00000291-00000000-00000032.sys", 40008);
	vh_add_dos(&r->image, DRIVERS, "C-00000291-00000000-00000032.sys", "C-0000~1.SYS");
	(void)vh_add(&r->image, DRIVERS, "resident.sys", 300);
	(void)vh_add(&r->image, DRIVERS, "large.sys", 90000);
	vh_add_link(&r->image, DRIVERS "/large.sys", "/Windows", "large-link.sys");
	vh_filled(&r->image);
	r->mem = vh_load(&r->image);
	assert_non_null(r->mem);
	assert_true(lay_mem_save(r->mem));
	assert_int_equal(nt_vol_open(r->mem, 0, &vol, NULL), 0);
	static const char *const names[N_BAD] = {
		"C-00000291-00000000-00000032.sys", "resident.sys", "large.sys"};
	r->target.n = N_BAD;
	r->target.dir_ref = ref_of(vol, DRIVERS);
	for (unsigned i = 0; i < N_BAD; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", DRIVERS, names[i]);
		r->target.refs[i] = ref_of(vol, path);
	}
	assert_int_equal(nt_vol_close(vol, NULL), 0);
	r->first = act_listing(r->mem);
	assert_non_null(r->first);
	assert_true(sound_look(r->mem, &r->sound));
	r->watch = lay_watch_new(r->mem);
	assert_non_null(r->watch);
}

static void record(struct run *r)
{
	struct rs_err err = {0};

	lay_mem_restore(r->mem);
	lay_watch_reset(r->watch);
	r->watch->is_recording = true;
	if (act_fix(&r->target, &r->watch->blk, &err) < 0 || act_undo(&r->watch->blk, &err) < 0) {
		tell(r, "record", "fix and undo without a cut:", &err);
		fail();
	}
	r->watch->is_recording = false;
	printf("# %zu writes and flushes of fix and undo\n", r->watch->n_ops);
}

static void cut_everywhere(struct run *r)
{
	char where[64];

	for (size_t n = 0; n <= r->watch->n_ops; n++) {
		(void)snprintf(where, sizeof(where), "cut after operation %zu", n);
		lay_mem_restore(r->mem);
		lay_replay_prefix(r->watch, n, r->mem);
		judge_state(r, r->mem, where);
		lay_mem_restore(r->mem);
		lay_replay_prefix(r->watch, n, r->mem);
		judge_undo(r, r->mem, where);
	}
}

/* Every write of several sectors in part, an even sample of @states (0: all). */
static void tear_everywhere(struct run *r, uint64_t states, uint64_t seed)
{
	static const char *const how[LAY_TEARS] = {
		"first %zu there", "last %zu there", "without %zu"};
	char where[96], part[32];

	r->watch->torn_bytes = r->kind->sector_bytes;
	const size_t all = lay_count_torn(r->watch);
	const size_t step = states && states < all ? all / states : 1;
	for (size_t i = seed % step; i < all; i += step) {
		const struct lay_torn t = lay_nth_torn(r->watch, i);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* from the table above */
		(void)snprintf(part, sizeof(part), how[t.tear], t.k);
#pragma GCC diagnostic pop
		(void)snprintf(where, sizeof(where), "operation %zu of %zu bytes torn, %s", t.op,
			r->watch->ops[t.op].len, part);
		lay_mem_restore(r->mem);
		lay_replay_torn(r->watch, &t, r->mem);
		if ((i / step) & 1)
			judge_undo(r, r->mem, where);
		else
			judge_state(r, r->mem, where);
		r->torn++;
	}
}

static void cut_at_random(struct run *r, uint64_t states, uint64_t seed)
{
	char where[64];

	for (uint64_t i = 0; i < states; i++) {
		size_t part;
		r->watch->torn_bytes = i & 2 ? r->kind->sector_bytes : 0;
		lay_mem_restore(r->mem);
		size_t n = lay_replay_random(r->watch, seed + i, r->mem, &part);
		(void)snprintf(where, sizeof(where),
			"seed %" PRIu64 ": %zu operations and %zu of a window", seed + i, n, part);
		if (i & 1)
			judge_undo(r, r->mem, where);
		else
			judge_state(r, r->mem, where);
	}
}

enum fault { FAULT_READ, FAULT_WRITE, FAULT_FLUSH };

/* The nth request fails: the command says so, and the state that it leaves is like that of a cut.
 */
static void fail_nth(struct run *r, enum fault kind, uint64_t n, bool *ret_reached)
{
	static const char *const names[] = {"read", "write", "flush"};
	struct rs_err err = {0};
	char where[64];

	lay_mem_restore(r->mem);
	lay_watch_reset(r->watch);
	*(kind == FAULT_READ	      ? &r->watch->fail_read
		: kind == FAULT_WRITE ? &r->watch->fail_write
				      : &r->watch->fail_flush) = n;
	int s = act_fix(&r->target, &r->watch->blk, &err);
	uint64_t seen = kind == FAULT_READ    ? r->watch->reads
			: kind == FAULT_WRITE ? r->watch->writes
					      : r->watch->flushes;
	*ret_reached = seen >= n;
	lay_watch_reset(r->watch);
	(void)snprintf(where, sizeof(where), "%s %llu fails", names[kind], (unsigned long long)n);
	if (s == 0 && *ret_reached && kind != FAULT_READ)
		tell(r, where, "and nobody says so", NULL);
	if (n & 1)
		judge_undo(r, r->mem, where);
	else
		judge_state(r, r->mem, where);
}

static void fail_everywhere(struct run *r)
{
	for (int kind = FAULT_READ; kind <= FAULT_FLUSH; kind++) {
		bool is_reached = true;
		/* reads are many and alike: every third */
		for (uint64_t n = 1; is_reached; n += kind == FAULT_READ ? 3 : 1)
			fail_nth(r, (enum fault)kind, n, &is_reached);
	}
}

static void torture(const struct kind *kind, uint64_t states, bool was_dirty)
{
	struct run r = {.kind = kind, .was_dirty = was_dirty};

	r.shown = (unsigned)act_setting("SHOWN", 10);

	make(&r);
	if (was_dirty) {
		act_set_dirty(r.mem);
		assert_true(lay_mem_save(r.mem));
	}
	record(&r);
	if (kind == &plain)
		cut_everywhere(&r);
	tear_everywhere(&r, act_setting("TORN", states / 2), act_setting("SEED", 1));
	cut_at_random(&r, states, act_setting("SEED", 1));
	if (kind == &plain && !was_dirty)
		fail_everywhere(&r);
	printf("# %s, dirty flag %s before: %u states tried (%u of one torn write), %u bad; in %u "
	       "the flag is left to Windows\n",
		kind->name, was_dirty ? "on" : "off", r.states, r.torn, r.bad, r.stayed_dirty);
	blk_close(&r.watch->blk);
	blk_close(r.mem);
	free(r.first);
	vh_remove(&r.image);
	assert_int_equal(r.bad, 0);
}

static void test_repair__power_cut_anywhere__finishes_either_way(void **state)
{
	(void)state;
	torture(&plain, act_setting("STATES", 1000), false);
}

static void test_repair__power_cut_on_a_dirty_volume__stays_dirty(void **state)
{
	(void)state;
	torture(&plain, act_setting("STATES", 1000) / 4, true);
}

static void test_repair__power_cut_on_other_geometries__finishes_either_way(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		torture(&others[i], act_setting("STATES", 1000) / others[i].share, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_repair__power_cut_anywhere__finishes_either_way),
		cmocka_unit_test(test_repair__power_cut_on_a_dirty_volume__stays_dirty),
		cmocka_unit_test(test_repair__power_cut_on_other_geometries__finishes_either_way),
	};

	return cmocka_run_group_tests_name("torture_quarantine", tests, NULL, NULL);
}

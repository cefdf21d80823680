/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Power cuts in the journal's replay, in the fix after it, and in the undo of that.
 *
 * Each of the three is recorded by itself, on volumes that crashed (made from two states, and one
 * of Windows' where the fixtures are). States: every prefix of the writes; STATES (default 1000)
 * for each of the three that a disk with a write cache may leave, any subset and order since the
 * last flush, half of them with writes torn inside; and writes of which only the first or the last
 * sectors arrived, or all but one: all of the replay's, a sample of the others'.
 *
 * A state of the replay must finish by a new plan (if a torn block forbids it, by the saved plan),
 * by the saved plan, and go back by it, each to the very bytes or to the same files; on some the
 * fix and the undo follow. A state of fix or undo has no journal pending, and both ways out work.
 * Every file is there, nothing dangles: the check of the plan and of the quarantine say so from the
 * bytes; The Sleuth Kit and libntfs-3g's programs see the same names on a sample. To libntfs-3g's
 * own rules a journal is clean only where every block of the replay is there: else it, and Windows,
 * take it for one that is to be replayed.
 *
 * Run: STATES=N SEED=N torture_replay */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ntfslog/replay.h"

#include "../layers/layers.h"
#include "../unit/ntfslog/crash_help.h"
#include "../unit/ntfswrite/vol_help.h"
#include "act.h"

#include <ntfs-3g/logfile.h>

#define DRIVERS	   "/Windows/System32/drivers"
#define SAMPLE	   400U /* every so many states are looked at by other programs */
#define FIX_TOO	   10U	/* and fixed and undone after the replay */
#define FIXTURE	   "ntfs/rw-reuse-pending-v20.dd.xz"
#define BIG_NUMBER 1000003ULL
/* what is not deleted; free records of $MFT are not names */
#define NAMES "fls -u -r -p -f ntfs '%s' 2>/dev/null | grep -v OrphanFiles"

enum phase { REPLAY, FIX, UNDO, PHASES };

static const char *const phases[] = {"replay", "fix", "undo"};

struct run {
	const char *name;
	struct vh image; /* a place where other programs can look */
	struct blk *mem; /* saved: the volume before the phase */
	struct lay_watch *watch;
	struct act_target target;
	struct nt_replay *plan;
	uint8_t *file; /* the plan as saved */
	size_t file_len;
	uint8_t *old, *want; /* bytes before and after the replay */
	size_t size;
	char *listing, *names; /* after the replay: ours, and The Sleuth Kit's */
	enum phase phase;
	unsigned states[PHASES], bad, sampled, resumed, open, clean;
};

static bool tell(struct run *r, const char *where, const char *what, const struct rs_err *err)
{
	char line[900] = "";

	if (err && err->code)
		rs_err_line(err, line, sizeof(line));
	if (r->bad++ < 10)
		printf("FAIL %s, %s, %s: %s %s\n", r->name, phases[r->phase], where, what, line);
	return false;
}

static bool same_files(struct run *r, struct blk *b, const char *where, const char *what)
{
	auto_free char *now = act_listing(b);
	char line[700];

	if (now && strcmp(now, r->listing) == 0)
		return true;
	act_difference(r->listing, now, line, sizeof(line));
	return tell(r, where, what, NULL) || tell(r, where, line, NULL);
}

/* ---- the ways out of a cut replay ---- */

static int resume(struct run *r, bool is_back, struct rs_err *err)
{
	auto_replay struct nt_replay *p = NULL;
	uint64_t serial, bytes;
	int s = nt_replay_load((struct rs_view){r->file, r->file_len}, &p, &serial, &bytes, err);

	if (s < 0)
		return s;
	return is_back ? nt_replay_revert(r->mem, p, err)
		       : nt_replay_apply(r->mem, p, true, NULL, err);
}

/* From the saved plan, to the very bytes. */
static bool finish_saved(struct run *r, const char *where, bool is_back)
{
	struct rs_err err = {0};

	if (resume(r, is_back, &err) < 0)
		return tell(r, where, is_back ? "revert:" : "resume:", &err);
	if (memcmp(lay_mem_bytes(r->mem), is_back ? r->old : r->want, r->size) != 0)
		return tell(r, where, "other bytes after the saved plan", NULL);
	return true;
}

/* A new plan, trusted as the first one was. 1: a block is torn, and it is refused, or what it would
 * leave is. */
static int plan_anew(struct run *r, const char *where, bool may_be_torn, struct nt_replay **ret)
{
	struct rs_err err = {0};
	auto_blk struct blk *over = NULL;

	if (nt_replay_plan(r->mem, NULL, ret, &err) < 0)
		return tell(r, where, "plan:", &err) - 1;
	if ((*ret)->refusal.code)
		return 1;
	if (nt_replay_overlay(r->mem, *ret, &over, &err) < 0 ||
		nt_vol_trust_replay(over, *ret, &err) < 0)
		return may_be_torn ? 1 : tell(r, where, "check:", &err) - 1;
	return same_files(r, over, where, "through the overlay:") ? 0 : -1;
}

static bool finish_anew(struct run *r, const char *where, bool may_be_torn)
{
	auto_replay struct nt_replay *p = NULL, *last = NULL;
	struct rs_err err = {0};
	int s = plan_anew(r, where, may_be_torn, &p);

	if (s < 0)
		return false;
	if (s > 0 && !may_be_torn)
		return tell(r, where, "a new plan:", &p->refusal);
	r->resumed += s > 0;
	if (s > 0)
		return finish_saved(r, where, false);
	if (nt_replay_apply(r->mem, p, false, NULL, &err) < 0)
		return tell(r, where, "apply:", &err);
	if (nt_replay_plan(r->mem, NULL, &last, &err) < 0 || last->pending != NT_PENDING_NONE)
		return tell(r, where, "pending again", &err);
	return same_files(r, r->mem, where, "after a new plan:");
}

/* ---- other programs ---- */

static void look_elsewhere(struct run *r, const char *where)
{
	vh_store(&r->image, r->mem);
	auto_free char *names = vh_run(&r->image, NAMES);
	auto_free char *info = vh_run(&r->image, "ntfsinfo -m '%s' 2>/dev/null");

	r->sampled++;
	if (r->names && (!names || strcmp(names, r->names) != 0))
		tell(r, where, "The Sleuth Kit sees other names", NULL);
	if (!info)
		tell(r, where, "libntfs-3g does not mount it", NULL);
}

/* libntfs-3g's idea of the journal; -1: it does not open the volume at all. */
static int clean_to_library(struct blk *b)
{
	struct nt_vol *vol = NULL;
	RESTART_PAGE_HEADER *page = NULL;
	int ret = -1;

	if (nt_vol_open(b, 0, &vol, NULL) < 0)
		return -1;
	ntfs_inode *ni = ntfs_inode_open(vol->lib, FILE_LogFile);
	ntfs_attr *na = ni ? ntfs_attr_open(ni, AT_DATA, AT_UNNAMED, 0) : NULL;
	if (na)
		ret = ntfs_check_logfile(na, &page) && ntfs_is_logfile_clean(na, page);
	free(page);
	ntfs_attr_close(na);
	(void)ntfs_inode_close(ni); /* opened for reading */
	(void)nt_vol_close(vol, NULL);
	return ret;
}

/* Would anybody take what is there for all there is to come? */
static bool is_open_or_whole(struct run *r, const char *where)
{
	const int is_clean = clean_to_library(r->mem);

	r->open += is_clean == 0;
	r->clean += is_clean == 1;
	for (size_t i = 0; is_clean == 1 && i < r->plan->n_blocks; i++) {
		const struct nt_replay_block *b = &r->plan->blocks[i];
		if (b->stage < 2 &&
			memcmp(lay_mem_bytes(r->mem) + b->off_bytes, b->after, b->len_bytes) != 0)
			return tell(r, where, "clean to libntfs-3g, and not replayed", NULL);
	}
	return true;
}

/* ---- judging ---- */

static bool fix_and_undo(struct run *r, const char *where, bool is_undo_only)
{
	struct rs_err err = {0};

	if (!is_undo_only && act_fix(&r->target, r->mem, &err) < 0)
		return tell(r, where, "fix does not finish:", &err);
	if (act_undo(r->mem, &err) < 0)
		return tell(r, where, "undo does not finish:", &err);
	return same_files(r, r->mem, where, "after undo:");
}

static void judge_replay(struct run *r, const char *where, bool may_be_torn)
{
	const unsigned n = r->states[REPLAY]++;
	bool is_right = true;

	free(act_listing(r->mem)); /* the raw state: whatever it is, we can look at it */
	if (!is_open_or_whole(r, where))
		return;
	if (n % 4 == 1)
		is_right = finish_saved(r, where, false);
	else if (n % 4 == 3)
		is_right = finish_saved(r, where, true);
	if (is_right && n % 4 != 1)
		is_right = finish_anew(r, where, may_be_torn);
	if (is_right && n % SAMPLE == 0)
		look_elsewhere(r, where);
	if (is_right && n % FIX_TOO == 0)
		(void)fix_and_undo(r, where, false);
}

static void judge_act(struct run *r, const char *where)
{
	auto_replay struct nt_replay *p = NULL;
	const unsigned n = r->states[r->phase]++;
	struct rs_err err = {0};

	if (nt_replay_plan(r->mem, NULL, &p, &err) < 0 || p->pending != NT_PENDING_NONE) {
		tell(r, where, "a journal is pending", &err);
		return;
	}
	if (fix_and_undo(r, where, n & 1) && n % SAMPLE == 0)
		look_elsewhere(r, where);
}

static void judge(struct run *r, const char *where, bool may_be_torn)
{
	if (r->phase == REPLAY)
		judge_replay(r, where, may_be_torn);
	else
		judge_act(r, where);
}

/* ---- cutting ---- */

static void cut_prefixes(struct run *r)
{
	char where[64];

	for (size_t n = 0; n <= r->watch->n_ops; n++)
		for (unsigned twice = 0; twice < 2; twice++) {
			(void)snprintf(where, sizeof(where), "cut after operation %zu", n);
			lay_mem_restore(r->mem);
			lay_replay_prefix(r->watch, n, r->mem);
			judge(r, where, false);
		}
}

static void cut_at_random(struct run *r, uint64_t states, uint64_t seed)
{
	char where[64];

	for (uint64_t i = 0; i < states; i++) {
		size_t part;
		r->watch->torn_bytes = i & 2 ? 512 : 0;
		lay_mem_restore(r->mem);
		size_t n = lay_replay_random(r->watch, seed + i, r->mem, &part);
		(void)snprintf(where, sizeof(where),
			"seed %" PRIu64 ": %zu operations and %zu of a window", seed + i, n, part);
		judge(r, where, r->watch->torn_bytes != 0);
	}
}

/* Every write of several sectors in part: its first, its last, all but one. An even sample of
 * @states. */
static void tear(struct run *r, uint64_t states, uint64_t seed)
{
	char where[96];

	r->watch->torn_bytes = 512;
	const size_t all = lay_count_torn(r->watch);
	const size_t step = states < all ? all / states : 1;
	for (size_t i = seed % step; i < all; i += step) {
		const struct lay_torn t = lay_nth_torn(r->watch, i);
		lay_mem_restore(r->mem);
		lay_replay_torn(r->watch, &t, r->mem);
		(void)snprintf(where, sizeof(where), "operation %zu of %zu bytes torn, %s %zu",
			t.op, r->watch->ops[t.op].len,
			t.tear == LAY_FIRST  ? "first"
			: t.tear == LAY_LAST ? "last"
					     : "without",
			t.k);
		judge(r, where, true);
	}
}

static int act(struct run *r, struct rs_err *err)
{
	switch (r->phase) {
	case REPLAY:
		return nt_replay_apply(&r->watch->blk, r->plan, false, NULL, err);
	case FIX:
		return act_fix(&r->target, &r->watch->blk, err);
	default:
		return act_undo(&r->watch->blk, err);
	}
}

/* Record one phase, cut it everywhere, and leave the volume as it is after it. */
static void torture_phase(struct run *r, enum phase phase, uint64_t states, uint64_t seed)
{
	struct rs_err err = {0};

	r->phase = phase;
	assert_true(lay_mem_save(r->mem));
	lay_watch_reset(r->watch);
	r->watch->is_recording = true;
	if (act(r, &err) < 0)
		fail_msg("%s, %s: %s", r->name, phases[phase], err.detail);
	r->watch->is_recording = false;
	cut_prefixes(r);
	tear(r, phase == REPLAY ? SIZE_MAX : states, seed);
	cut_at_random(r, states, seed);
	lay_mem_restore(r->mem);
	lay_replay_prefix(r->watch, r->watch->n_ops, r->mem);
}

/* ---- the volumes ---- */

static void open_run(struct run *r, const uint8_t *bytes, size_t size)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	struct rs_err err = {0};

	r->size = size;
	r->mem = lay_mem_new(size, 512);
	r->old = malloc(size);
	r->want = malloc(size);
	assert_true(r->mem && r->old && r->want);
	memcpy(lay_mem_bytes(r->mem), bytes, size);
	memcpy(r->old, bytes, size);
	memcpy(r->want, bytes, size);
	r->watch = lay_watch_new(r->mem);
	assert_non_null(r->watch);
	assert_int_equal(nt_replay_plan(r->mem, NULL, &r->plan, NULL), 0);
	if (r->plan->refusal.code)
		fail_msg("%s: %s", r->name, r->plan->refusal.detail);
	assert_int_equal(r->plan->pending, NT_PENDING_CHANGES);
	for (size_t i = 0; i < r->plan->n_blocks; i++)
		memcpy(r->want + r->plan->blocks[i].off_bytes, r->plan->blocks[i].after,
			r->plan->blocks[i].len_bytes);
	assert_int_equal(nt_raw_open(r->mem, &raw, &err), 0);
	assert_int_equal(nt_replay_save(r->plan, nt_raw_geometry(raw)->serial, size, &r->file,
				 &r->file_len, NULL),
		0);
	memcpy(lay_mem_bytes(r->mem), r->want, size);
	r->listing = act_listing(r->mem);
	assert_non_null(r->listing);
	vh_store(&r->image, r->mem);
	r->names = vh_run(&r->image, NAMES);
	memcpy(lay_mem_bytes(r->mem), r->old, size);
}

static void close_run(struct run *r)
{
	blk_close(&r->watch->blk);
	blk_close(r->mem);
	nt_replay_free(r->plan);
	free(r->file);
	free(r->old);
	free(r->want);
	free(r->listing);
	free(r->names);
	vh_remove(&r->image);
}

static uint64_t find(struct run *r, const char *path)
{
	struct nt_vol *vol = NULL;
	uint64_t ref = 0;

	memcpy(lay_mem_bytes(r->mem), r->want, r->size);
	assert_int_equal(nt_vol_open(r->mem, 0, &vol, NULL), 0);
	if (nt_lookup(vol, path, &ref, NULL) < 0)
		fail_msg("%s: no %s", r->name, path);
	assert_int_equal(nt_vol_close(vol, NULL), 0);
	memcpy(lay_mem_bytes(r->mem), r->old, r->size);
	return ref;
}

static void add_target(struct run *r, const char *dir, const char *name)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	r->target.dir_ref = find(r, dir);
	r->target.refs[r->target.n++] = find(r, path);
}

static void torture(struct run *r, uint64_t states, uint64_t seed)
{
	for (unsigned phase = REPLAY; phase < PHASES; phase++)
		torture_phase(r, phase, states, seed + phase * BIG_NUMBER);
	printf("# %s: %zu blocks; states: replay %u (open to libntfs-3g %u, clean %u), fix %u, "
	       "undo %u; %u finished from the saved plan only, %u seen by others, %u bad\n",
		r->name, r->plan->n_blocks, r->states[REPLAY], r->open, r->clean, r->states[FIX],
		r->states[UNDO], r->resumed, r->sampled, r->bad);
	if (!r->open || !r->clean)
		(void)tell(r, "states", "all open, or all clean", NULL);
}

/* Two states: the second has more files, one fewer, and changes those that will be moved. */
static void make_states(struct vh *v, struct blk **ret_old, struct blk **ret_now)
{
	vh_make(v, 12, 4096, 512);
	(void)vh_add(v, "/", "Windows", -1);
	(void)vh_add(v, "/Windows", "System32", -1);
	(void)vh_add(v, "/Windows/System32", "drivers", -1);
	vh_add_many(v, DRIVERS, "driver%03u.sys", 60);
	(void)vh_add(v, DRIVERS, "bad.sys", 40008);
	vh_add_dos(v, DRIVERS, "bad.sys", "BADSYS~1.SYS");
	(void)vh_add(v, DRIVERS, "resident.sys", 300);
	vh_filled(v);
	*ret_old = vh_load(v);
	v->lib = ntfs_mount(v->path, 0);
	assert_non_null(v->lib);
	vh_add_many(v, DRIVERS, "more%03u.sys", 20);
	vh_add_stream(v, DRIVERS "/resident.sys", "stream", "text");
	vh_set_flags(v, DRIVERS "/driver005.sys", 0x21); /* values only: torn, no replay heals it */
	vh_add_link(v, DRIVERS "/bad.sys", "/Windows", "one more name of it.sys");
	vh_filled(v);
	*ret_now = vh_load(v);
}

static void torture_made(const struct crash_kind *kind, const char *name, struct run *total)
{
	struct run r = {.name = name};
	struct crash c;
	struct blk *old, *now;

	make_states(&r.image, &old, &now);
	crash_make(&c, lay_mem_bytes(old), lay_mem_bytes(now), (size_t)old->size_bytes, kind);
	open_run(&r, c.v.p, c.v.size);
	add_target(&r, DRIVERS, "bad.sys");
	add_target(&r, DRIVERS, "resident.sys");
	torture(&r, act_setting("STATES", 1000) / 3 + 1, act_setting("SEED", 1));
	for (unsigned i = 0; i < PHASES; i++)
		total->states[i] += r.states[i];
	total->bad += r.bad;
	total->resumed += r.resumed;
	crash_done(&c);
	blk_close(old);
	blk_close(now);
	close_run(&r);
}

/* Windows' own: a file deleted, its record used again. */
static void torture_windows(struct run *total)
{
	const char *folder = getenv("UNBRICK_FIXTURES");
	struct run r = {.name = "Windows 10, version 2.0"};
	char command[512];

	vh_make(&r.image, 4, 4096, 512); /* for its place: the image is replaced */
	vh_filled(&r.image);
	(void)snprintf(command, sizeof(command), "xz -dc '%s/" FIXTURE "' >'%s' 2>/dev/null",
		folder && *folder ? folder : "../shared/fixtures", r.image.path);
	if (system(command) != 0) { /* NOLINT(cert-env33-c): a test's own text */
		printf("skip torture_replay on a volume of Windows: no fixture %s\n", FIXTURE);
		vh_remove(&r.image);
		return;
	}
	struct blk *b = vh_load(&r.image);
	open_run(&r, lay_mem_bytes(b), (size_t)b->size_bytes);
	blk_close(b);
	add_target(&r, "", "another_file.txt");
	torture(&r, act_setting("STATES", 1000) / 3 + 1, act_setting("SEED", 1));
	for (unsigned i = 0; i < PHASES; i++)
		total->states[i] += r.states[i];
	total->bad += r.bad;
	close_run(&r);
}

static void test_replay__power_cut_anywhere__old_or_new_state(void **state)
{
	static const struct crash_kind kinds[] = {
		{2, false, false, 0}, {1, true, true, 9}, {2, true, false, 0}};
	static const char *const names[] = {
		"made, version 2.0", "made, 1.1, a loser, half written", "made, 2.0, a loser"};
	struct run total = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		torture_made(&kinds[i], names[i], &total);
	torture_windows(&total);
	printf("# states tried: replay %u, fix %u, undo %u; %u bad\n", total.states[REPLAY],
		total.states[FIX], total.states[UNDO], total.bad);
	assert_true(total.resumed > 0); /* or no torn block was ever met */
	assert_int_equal(total.bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replay__power_cut_anywhere__old_or_new_state)};

	return cmocka_run_group_tests_name("torture_replay", tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../layers/layers.h"
#include "ntfs/check.h"
#include "vol_help.h"

#define STORE "/Windows/WinSxS"
#define HOME  "/Windows/System32"
#define NAME  "svchost.exe"

struct kind {
	unsigned cluster_bytes, sector_bytes;
	bool is_small; /* the folder's index lies in its record */
};

static const struct kind kinds[] = {{4096, 512, false}, {512, 512, false}, {65536, 512, false},
	{4096, 4096, false}, {4096, 512, true}};

struct world {
	struct vh image;
	struct blk *mem;
	struct nt_vol *vol;
	struct nt_hard hard;
};

static void must(int r, const struct rs_err *err)
{
	if (r < 0)
		fail_msg("%s: %s: %s", rs_err_info(err->code)->id, err->object, err->detail);
}

static uint64_t find(struct world *w, const char *path)
{
	struct rs_err err = {0};
	uint64_t ref = 0;

	must(nt_lookup(w->vol, path, &ref, &err), &err);
	return ref;
}

static void open_world(struct world *w, struct blk *src)
{
	struct rs_err err = {0};

	must(nt_vol_open(src, NT_VOL_WRITE, &w->vol, &err), &err);
	w->hard = (struct nt_hard){find(w, STORE "/" NAME), find(w, HOME), NAME};
}

static void close_world(struct world *w)
{
	struct rs_err err = {0};

	must(nt_vol_close(w->vol, &err), &err);
	w->vol = NULL;
}

static void begin(struct world *w, const struct kind *k)
{
	*w = (struct world){0};
	vh_make(&w->image, 24, k->cluster_bytes, k->sector_bytes);
	vh_add(&w->image, "/", "Windows", -1);
	vh_add(&w->image, "/Windows", "System32", -1);
	vh_add(&w->image, "/Windows", "WinSxS", -1);
	vh_add(&w->image, STORE, NAME, 50000);
	vh_add(&w->image, STORE, "full.sys", k->sector_bytes == 4096 ? 3600 : 580);
	vh_add(&w->image, STORE, "linked.sys", 10);
	for (unsigned i = 0; i < 20; i++) {
		char name[64];
		(void)snprintf(name, sizeof(name), "another name of it, number %02u.sys", i);
		vh_add_link(&w->image, STORE "/linked.sys", STORE, name);
	}
	if (!k->is_small)
		vh_add_many(&w->image, HOME, "part%03u.dll", 200);
	vh_filled(&w->image);
	w->mem = vh_load(&w->image);
	open_world(w, w->mem);
}

static void end(struct world *w)
{
	if (w->vol)
		close_world(w);
	blk_close(w->mem);
	vh_remove(&w->image);
}

static int check(struct blk *mem, uint64_t file, uint64_t in, uint64_t out, struct rs_err *err)
{
	struct nt_raw *raw = NULL;
	struct nt_check c = {file, in, out};
	int r = nt_raw_open(mem, &raw, err);

	if (r == 0)
		r = nt_check_touched(raw, &c, err);
	nt_raw_close(raw);
	return r;
}

static enum nt_hard_state state_of(struct world *w)
{
	struct rs_err err = {0};
	enum nt_hard_state s = NT_HARD_HALF;

	must(nt_hard_state(w->vol, &w->hard, &s, &err), &err);
	return s;
}

static uint16_t links(struct world *w)
{
	struct rs_err err = {0};
	struct nt_stat s;

	must(nt_stat(w->vol, w->hard.file_ref, &s, &err), &err);
	return s.links;
}

static void test_link__every_kind_of_volume__there_and_back(void **state)
{
	(void)state;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		struct world w;
		struct rs_err err = {0};
		struct nt_stat before, after;

		begin(&w, &kinds[k]);
		uint64_t store = find(&w, STORE);
		must(nt_stat(w.vol, w.hard.file_ref, &before, &err), &err);
		assert_int_equal(state_of(&w), NT_HARD_ABSENT);
		must(nt_hard_add(w.vol, &w.hard, &err), &err);
		assert_int_equal(state_of(&w), NT_HARD_THERE);
		assert_int_equal(links(&w), 2);
		assert_int_equal(find(&w, HOME "/" NAME), w.hard.file_ref);
		must(check(w.mem, w.hard.file_ref, w.hard.dir_ref, 0, &err), &err);
		must(check(w.mem, w.hard.file_ref, store, 0, &err), &err);
		must(nt_hard_add(w.vol, &w.hard, &err), &err); /* nothing left to do */
		assert_int_equal(links(&w), 2);

		must(nt_hard_drop(w.vol, &w.hard, &err), &err);
		assert_int_equal(state_of(&w), NT_HARD_ABSENT);
		must(check(w.mem, w.hard.file_ref, store, w.hard.dir_ref, &err), &err);
		must(nt_hard_drop(w.vol, &w.hard, &err), &err);
		must(nt_stat(w.vol, w.hard.file_ref, &after, &err), &err);
		assert_int_equal(before.links, after.links);
		assert_int_equal(before.changed, after.changed);
		assert_int_equal(before.modified, after.modified);
		end(&w);
	}
}

static void same_but_instances(const char *a, const char *b)
{
	while (*a && *b) {
		size_t na = strcspn(a, "\n"), nb = strcspn(b, "\n");

		/* what the next attribute of the record would be numbered */
		if ((na != nb || memcmp(a, b, na) != 0) && !strstr(a, "Next Attribute Instance:"))
			fail_msg("'%.*s' became '%.*s'", (int)na, a, (int)nb, b);
		a += na + (a[na] != '\0');
		b += nb + (b[nb] != '\0');
	}
	assert_true(!*a && !*b);
}

static void test_link__and_undo__same_in_the_eyes_of_others(void **state)
{
	struct world w;
	struct rs_err err = {0};

	(void)state;
	begin(&w, &kinds[0]);
	uint64_t number = NT_REF_RECORD(w.hard.file_ref);
	close_world(&w);
	vh_store(&w.image, w.mem);
	char *before = vh_portrait(&w.image, number);
	open_world(&w, w.mem);
	must(nt_hard_add(w.vol, &w.hard, &err), &err);
	close_world(&w);
	vh_store(&w.image, w.mem);
	char *between = vh_portrait(&w.image, number);
	open_world(&w, w.mem);
	must(nt_hard_drop(w.vol, &w.hard, &err), &err);
	close_world(&w);
	vh_store(&w.image, w.mem);
	char *after = vh_portrait(&w.image, number);
	if (before && between && after && strlen(before) > 100) {
		same_but_instances(before, after);
		assert_non_null(strstr(between, "System32/" NAME)); /* The Sleuth Kit's listing */
	} else {
		print_message("no ntfsinfo or sleuthkit here: portraits not compared\n");
	}
	free(before);
	free(between);
	free(after);
	end(&w);
}

/* ---- what is refused, before the first write ---- */

static void refused(struct world *w, const struct nt_hard *h, bool is_drop, int code)
{
	struct rs_err err = {0};
	struct lay_watch *watch = lay_watch_new(w->mem);

	close_world(w);
	must(nt_vol_open(&watch->blk, NT_VOL_WRITE, &w->vol, &err), &err);
	int r = is_drop ? nt_hard_drop(w->vol, h, &err) : nt_hard_add(w->vol, h, &err);
	if (r != code)
		fail_msg("%s: %d and not %d: %s", h->name, r, code, err.detail);
	assert_int_equal(watch->writes, 0);
	close_world(w);
	blk_close(&watch->blk);
	open_world(w, w->mem);
}

static void test_link__name_taken__refused(void **state)
{
	struct world w;
	struct rs_err err = {0};
	uint64_t other;

	(void)state;
	begin(&w, &kinds[0]);
	must(nt_file_create(w.vol, w.hard.dir_ref, "SVCHOST.exe", "x", 1, 0, &other, &err), &err);
	assert_int_equal(state_of(&w), NT_HARD_TAKEN);
	const struct nt_hard h = w.hard;
	refused(&w, &h, false, RS_E_GUARD);
	refused(&w, &h, true, RS_E_GUARD);
	end(&w);
}

/* The record has the name, and the entry was lost; then somebody made another file of that name. */
static void test_link__entry_of_another_file__refused(void **state)
{
	struct world w;
	struct rs_err err = {0};
	ntfs_attr_search_ctx *ctx = NULL;
	ntfs_inode *ni = NULL, *dir = NULL;
	struct nt_file_name fn;
	uint8_t key[NT_IX_FN_MAX];
	size_t len = 0;
	uint64_t other;

	(void)state;
	begin(&w, &kinds[0]);
	const struct nt_hard h = w.hard;
	must(nt_hard_add(w.vol, &h, &err), &err);
	must(nt_inode_open(w.vol, h.file_ref, &ni, &err), &err);
	must(nt_inode_open(w.vol, h.dir_ref, &dir, &err), &err);
	while (!len && nt_next_name(w.vol, ni, &ctx, &fn, NULL) == 1)
		if (fn.parent_ref == h.dir_ref) {
			len = nt_attr_value(ctx).len;
			memcpy(key, nt_attr_value(ctx).p, len);
		}
	assert_true(len > 0);
	assert_int_equal(ntfs_index_remove(dir, NULL, key, (int)len), 0);
	assert_int_equal(ntfs_inode_sync(dir), 0);
	ntfs_attr_put_search_ctx(ctx);
	nt_inode_close(ni);
	nt_inode_close(dir);
	must(nt_sync(w.vol, &err), &err);
	assert_int_equal(state_of(&w), NT_HARD_HALF);
	must(nt_file_create(w.vol, h.dir_ref, NAME, "x", 1, 0, &other, &err), &err);
	assert_int_equal(state_of(&w), NT_HARD_TAKEN);
	refused(&w, &h, false, RS_E_GUARD);
	refused(&w, &h, true, RS_E_GUARD);
	assert_int_equal(find(&w, HOME "/" NAME), other);
	end(&w);
}

static void test_link__same_file_in_other_letters__refused(void **state)
{
	struct world w;
	struct rs_err err = {0};

	(void)state;
	begin(&w, &kinds[0]);
	must(nt_hard_add(w.vol, &w.hard, &err), &err);
	const struct nt_hard upper = {w.hard.file_ref, w.hard.dir_ref, "SvcHost.EXE"};
	refused(&w, &upper, false, RS_E_GUARD);
	refused(&w, &upper, true, RS_E_GUARD);
	assert_int_equal(state_of(&w), NT_HARD_THERE);
	enum nt_hard_state other = NT_HARD_ABSENT;
	must(nt_hard_state(w.vol, &upper, &other, &err), &err);
	assert_int_equal(other, NT_HARD_TAKEN);
	end(&w);
}

static void test_link__a_name_that_begins_like_it__is_another(void **state)
{
	struct world w;
	struct rs_err err = {0};
	enum nt_hard_state is = NT_HARD_HALF;

	(void)state;
	begin(&w, &kinds[0]);
	must(nt_hard_add(w.vol, &w.hard, &err), &err);
	const struct nt_hard longer = {w.hard.file_ref, w.hard.dir_ref, NAME "2"};
	must(nt_hard_add(w.vol, &longer, &err), &err);
	must(nt_hard_drop(w.vol, &w.hard, &err), &err);
	const struct nt_hard more = {w.hard.file_ref, w.hard.dir_ref, NAME "23"};
	must(nt_hard_state(w.vol, &more, &is, &err), &err);
	assert_int_equal(is, NT_HARD_ABSENT);
	assert_int_equal(state_of(&w), NT_HARD_ABSENT);
	end(&w);
}

static void test_link__the_count_is_not_that_of_the_names__refused(void **state)
{
	struct world w;
	struct rs_err err = {0};
	ntfs_inode *ni = NULL;

	(void)state;
	begin(&w, &kinds[0]);
	must(nt_inode_open(w.vol, w.hard.file_ref, &ni, &err), &err);
	ni->mrec->link_count = cpu_to_le16(2);
	ntfs_inode_mark_dirty(ni);
	assert_int_equal(ntfs_inode_sync(ni), 0);
	nt_inode_close(ni);
	must(nt_sync(w.vol, &err), &err);
	refused(&w, &w.hard, false, RS_E_GUARD);
	end(&w);
}

static void test_link__opened_for_reading__refused(void **state)
{
	struct world w;
	struct rs_err err = {0};

	(void)state;
	begin(&w, &kinds[0]);
	const struct nt_hard h = w.hard;
	close_world(&w);
	must(nt_vol_open(w.mem, 0, &w.vol, &err), &err);
	assert_int_equal(nt_hard_add(w.vol, &h, NULL), RS_E_READ_ONLY);
	assert_int_equal(nt_hard_drop(w.vol, &h, NULL), RS_E_READ_ONLY);
	end(&w);
}

static void test_link__what_it_never_does__refused(void **state)
{
	struct world w;

	(void)state;
	begin(&w, &kinds[0]);
	const struct nt_hard folder = {find(&w, STORE), w.hard.dir_ref, "x"};
	const struct nt_hard name = {w.hard.file_ref, w.hard.dir_ref, "a:b"};
	const struct nt_hard old = {w.hard.file_ref + (1ULL << 48), w.hard.dir_ref, NAME};
	const struct nt_hard into_file = {w.hard.file_ref, find(&w, STORE "/linked.sys"), NAME};
	const struct nt_hard full = {find(&w, STORE "/full.sys"), w.hard.dir_ref, "full.sys"};
	const struct nt_hard list = {find(&w, STORE "/linked.sys"), w.hard.dir_ref, "l.sys"};
	refused(&w, &folder, false, RS_E_UNSAFE_PATH);
	refused(&w, &name, false, RS_E_USAGE);
	refused(&w, &old, false, RS_E_NO_SUCH_FILE);
	refused(&w, &into_file, false, RS_E_UNSAFE_PATH);
	refused(&w, &full, false, RS_E_GUARD);
	refused(&w, &list, false, RS_E_GUARD);
	/* its only name; and one that is not of our making */
	const struct nt_hard only = {w.hard.file_ref, find(&w, STORE), NAME};
	refused(&w, &only, true, RS_E_GUARD);
	end(&w);
}

/* Room is in its record, and its attributes are in a list all the same. */
static void test_link__record_with_a_list__refused(void **state)
{
	struct world w;
	struct rs_err err = {0};
	char name[64];

	(void)state;
	begin(&w, &kinds[0]);
	const uint64_t file = find(&w, STORE "/linked.sys"), store = find(&w, STORE);
	for (unsigned i = 0; i < 6; i++) {
		(void)snprintf(name, sizeof(name), "another name of it, number %02u.sys", i);
		must(nt_hard_drop(w.vol, &(struct nt_hard){file, store, name}, &err), &err);
		must(check(w.mem, file, store, 0, &err), &err);
	}
	const struct nt_hard more = {file, w.hard.dir_ref, "l"};
	refused(&w, &more, false, RS_E_GUARD);
	end(&w);
}

static void test_link__a_name_of_a_pair__is_not_taken_away(void **state)
{
	struct world w;

	(void)state;
	w = (struct world){0};
	vh_make(&w.image, 24, 4096, 512);
	vh_add(&w.image, "/", "Windows", -1);
	vh_add(&w.image, "/Windows", "System32", -1);
	vh_add(&w.image, "/Windows", "WinSxS", -1);
	vh_add(&w.image, STORE, NAME, 50);
	vh_add(&w.image, HOME, "a long name of it.exe", 50);
	vh_add_dos(&w.image, HOME, "a long name of it.exe", "ALONGN~1.EXE");
	vh_add_link(&w.image, HOME "/a long name of it.exe", STORE, "b.exe");
	vh_filled(&w.image);
	w.mem = vh_load(&w.image);
	open_world(&w, w.mem);
	const struct nt_hard h = {
		find(&w, STORE "/b.exe"), w.hard.dir_ref, "a long name of it.exe"};
	refused(&w, &h, true, RS_E_CHANGED);
	end(&w);
}

/* ---- cuts ---- */

/* The volume as a cut left it: sound, the file is at its first name, and either way ends clean. */
static void judge_cut(struct world *w, bool is_back, size_t n)
{
	struct rs_err err = {0};
	const struct nt_hard h = w->hard;
	struct world now = {.mem = w->mem};

	open_world(&now, w->mem);
	assert_int_equal(find(&now, STORE "/" NAME), h.file_ref);
	enum nt_hard_state s = state_of(&now);
	if (s == NT_HARD_TAKEN)
		fail_msg("after %zu writes: an entry without its name", n);
	int r = is_back ? nt_hard_drop(now.vol, &h, &err) : nt_hard_add(now.vol, &h, &err);
	must(r, &err);
	assert_int_equal(state_of(&now), is_back ? NT_HARD_ABSENT : NT_HARD_THERE);
	assert_int_equal(links(&now), is_back ? 1 : 2);
	uint64_t store = find(&now, STORE);
	close_world(&now);
	must(check(w->mem, h.file_ref, is_back ? store : h.dir_ref, is_back ? h.dir_ref : 0, &err),
		&err);
}

/* Every prefix of the writes, finished in both directions; and writes lost out of order since the
 * last flush, torn in sectors. */
static void play(struct world *w, struct lay_watch *watch, unsigned sector_bytes)
{
	size_t played;

	for (size_t n = 0; n <= watch->n_ops; n++) {
		for (unsigned back = 0; back < 2; back++) {
			lay_mem_restore(w->mem);
			lay_replay_prefix(watch, n, w->mem);
			judge_cut(w, back, n);
		}
	}
	for (unsigned seed = 0; seed < 40; seed++) {
		watch->torn_bytes = seed & 2 ? 0 : sector_bytes;
		lay_mem_restore(w->mem);
		(void)lay_replay_random(watch, seed, w->mem, &played);
		judge_cut(w, seed & 1, played);
	}
}

static void test_link__power_cut_at_any_write__sound_and_finishes(void **state)
{
	(void)state;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		struct world w;
		struct rs_err err = {0};

		begin(&w, &kinds[k]);
		close_world(&w);
		assert_true(lay_mem_save(w.mem));
		struct lay_watch *watch = lay_watch_new(w.mem);
		open_world(&w, &watch->blk);
		lay_watch_reset(watch);
		watch->is_recording = true;
		must(nt_hard_add(w.vol, &w.hard, &err), &err);
		must(nt_hard_drop(w.vol, &w.hard, &err), &err);
		close_world(&w);
		watch->is_recording = false;
		assert_true(watch->n_ops > 4);
		play(&w, watch, kinds[k].sector_bytes);
		blk_close(&watch->blk);
		end(&w);
	}
}

static bool see_entry(void *user, uint64_t ref, const struct nt_file_name *name)
{
	uint64_t *found = user;
	char text[NT_NAME_BYTES];

	(void)nt_name_text(name->name, text);
	if (!strcmp(text, NAME))
		*found = ref;
	return true;
}

/* Without what a step keeps beside, as Windows would find it: the record is written before the
 * entry, and the entry goes before the record's name. */
static void test_link__cut_between_the_two__is_a_name_without_an_entry(void **state)
{
	struct world w;
	struct rs_err err = {0};
	unsigned half = 0;

	(void)state;
	begin(&w, &kinds[0]);
	close_world(&w);
	assert_true(lay_mem_save(w.mem));
	struct lay_watch *watch = lay_watch_new(w.mem);
	open_world(&w, &watch->blk);
	lay_watch_reset(watch);
	watch->is_recording = true;
	must(nt_hard_add(w.vol, &w.hard, &err), &err);
	must(nt_hard_drop(w.vol, &w.hard, &err), &err);
	close_world(&w);
	watch->is_recording = false;
	for (size_t n = 0; n <= watch->n_ops; n++) {
		struct nt_raw *raw = NULL;
		uint8_t rec[NT_RECORD_MAX];

		lay_mem_restore(w.mem);
		lay_replay_prefix(watch, n, w.mem);
		must(nt_raw_open_plain(w.mem, &raw, &err), &err);
		must(nt_raw_record(raw, NT_REF_RECORD(w.hard.file_ref), rec, &err), &err);
		uint64_t ref = 0;
		unsigned damaged = 0;
		must(nt_index_each(
			     raw, NT_REF_RECORD(w.hard.dir_ref), see_entry, &ref, &damaged, &err),
			&err);
		assert_int_equal(damaged, 0);
		half += rs_le16(rec + 0x12) == 2 && !ref;
		assert_false(rs_le16(rec + 0x12) == 1 && ref);
		nt_raw_close(raw);
	}
	assert_true(half >= 2);
	blk_close(&watch->blk);
	end(&w);
}

static void test_link__any_write_failing__finishes_when_run_again(void **state)
{
	struct world w;
	struct rs_err err = {0};
	unsigned failed = 0;

	(void)state;
	begin(&w, &kinds[0]);
	close_world(&w);
	assert_true(lay_mem_save(w.mem));
	struct lay_watch *watch = lay_watch_new(w.mem);
	for (unsigned at = 1; at < 20; at++) {
		lay_mem_restore(w.mem);
		lay_watch_reset(watch);
		open_world(&w, &watch->blk);
		if (at & 1)
			watch->fail_write = at / 2 + 1;
		else
			watch->fail_flush = at / 2;
		int r = nt_hard_add(w.vol, &w.hard, &err);
		failed += r < 0;
		if (r < 0)
			assert_int_equal(r, RS_E_IO_WRITE);
		watch->fail_write = watch->fail_flush = 0;
		(void)nt_vol_close(w.vol, NULL);
		judge_cut(&w, at & 2, at);
	}
	assert_true(failed > 5);
	w.vol = NULL;
	blk_close(&watch->blk);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_link__every_kind_of_volume__there_and_back),
		cmocka_unit_test(test_link__and_undo__same_in_the_eyes_of_others),
		cmocka_unit_test(test_link__name_taken__refused),
		cmocka_unit_test(test_link__entry_of_another_file__refused),
		cmocka_unit_test(test_link__same_file_in_other_letters__refused),
		cmocka_unit_test(test_link__what_it_never_does__refused),
		cmocka_unit_test(test_link__record_with_a_list__refused),
		cmocka_unit_test(test_link__a_name_of_a_pair__is_not_taken_away),
		cmocka_unit_test(test_link__power_cut_at_any_write__sound_and_finishes),
		cmocka_unit_test(test_link__cut_between_the_two__is_a_name_without_an_entry),
		cmocka_unit_test(test_link__any_write_failing__finishes_when_run_again),
		cmocka_unit_test(test_link__a_name_that_begins_like_it__is_another),
		cmocka_unit_test(test_link__the_count_is_not_that_of_the_names__refused),
		cmocka_unit_test(test_link__opened_for_reading__refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

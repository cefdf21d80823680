/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Windows may have done to the old place and to the quarantine before an undo, in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "act/quarantine.h"
#include "ntfswrite/vol_internal.h"

#include "../../layers/layers.h"
#include "../judge/win_image.h"

#define DRIVERS	 "/Windows/System32/drivers"
#define LONG	 "a long name of a driver.sys"
#define SHORT	 "ALONGN~1.SYS"
#define BAD	 "\\Windows\\System32\\drivers\\" LONG
#define QUARTER	 "quarter"
#define CONTENTS "the bytes of a driver"

struct box {
	struct wi wi;
	struct blk *mem;
	struct nt_vol *vol;
	struct plan *plan; /* as undo loads it */
	const struct win_info *win;
	uint64_t file_ref, home_ref;
};

static void open_for(struct box *b, unsigned flags)
{
	assert_int_equal(nt_vol_close(b->vol, NULL), 0);
	b->vol = NULL;
	assert_int_equal(nt_vol_open(b->mem, flags, &b->vol, NULL), 0);
}

static uint64_t ref_of(struct box *b, const char *path)
{
	uint64_t ref = 0;

	assert_int_equal(nt_lookup(b->vol, path, &ref, NULL), 0);
	return ref;
}

/* Through the library: what only Windows does. */
static void give_short_name(struct box *b, const char *dir, const char *name, const char *dos)
{
	char path[200];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	ntfs_inode *ni = ntfs_inode_open(b->vol->lib, NT_REF_RECORD(ref_of(b, path)));
	ntfs_inode *dir_ni = ntfs_inode_open(b->vol->lib, NT_REF_RECORD(ref_of(b, dir)));
	assert_non_null(ni);
	assert_non_null(dir_ni);
	assert_int_equal(ntfs_set_ntfs_dos_name(ni, dir_ni, dos, strlen(dos), 0), 0); /* closes */
	assert_int_equal(nt_sync(b->vol, NULL), 0);
}

static u8 to_le(const char *name, ntfschar le[64])
{
	for (size_t i = 0; name[i]; i++)
		le[i] = cpu_to_le16((u16)name[i]);
	return (u8)strlen(name);
}

static void rename_in(struct box *b, const char *dir, const char *old, const char *new)
{
	ntfschar le[64];
	char path[200];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, old);
	ntfs_inode *ni = ntfs_inode_open(b->vol->lib, NT_REF_RECORD(ref_of(b, path)));
	ntfs_inode *dir_ni = ntfs_inode_open(b->vol->lib, NT_REF_RECORD(ref_of(b, dir)));
	assert_non_null(ni);
	assert_non_null(dir_ni);
	u8 n = to_le(new, le);
	assert_int_equal(ntfs_link(ni, dir_ni, le, n), 0);
	n = to_le(old, le);
	assert_int_equal(ntfs_delete(b->vol->lib, NULL, ni, dir_ni, le, n), 0); /* closes */
	assert_int_equal(nt_sync(b->vol, NULL), 0);
}

static uint64_t make_file(struct box *b, const char *dir, const char *name)
{
	uint64_t ref = 0;

	assert_int_equal(nt_file_create(b->vol, ref_of(b, dir), name, "new", 3, 0, &ref, NULL), 0);
	return ref;
}

static void fill_plan(struct box *b, struct plan *p, struct plan_item *item)
{
	bool is_zero;

	*item = (struct plan_item){.number = 1,
		.action = PLAN_QUARANTINE,
		.is_accepted = true,
		.file_ref = b->file_ref,
		.from_ref = b->home_ref,
		.path = (char[]){BAD},
		.why = (char[]){"test"},
		.rule_id = (char[]){"test"},
		.has_sha256 = true};
	*p = (struct plan){.items = item, .n_items = 1};
	assert_int_equal(nt_stat(b->vol, b->file_ref, &item->stat, NULL), 0);
	assert_int_equal(judge_hash(b->vol, b->file_ref, item->sha256, &is_zero, NULL), 0);
	assert_int_equal(quarantine_fill(b->vol, p, NULL, NULL), 0);
}

static int setup(void **state)
{
	struct box *b = calloc(1, sizeof(*b));
	struct plan_item item;
	struct plan p;

	assert_non_null(b);
	wi_make(&b->wi);
	if (*state) { /* the values of its SYSTEM hive */
		wi_hive(&b->wi, "SYSTEM", *state);
		b->win = &b->wi.win;
	}
	wi_text(&b->wi, DRIVERS "/" LONG, CONTENTS, "");
	wi_open(&b->wi);
	b->mem = lay_mem_load(b->wi.path, 512);
	assert_non_null(b->mem);
	open_for(b, NT_VOL_WRITE);
	b->file_ref = ref_of(b, DRIVERS "/" LONG);
	b->home_ref = ref_of(b, DRIVERS);
	give_short_name(b, DRIVERS, LONG, SHORT);
	fill_plan(b, &p, &item);
	struct quarantine q = {.is_proven = true};
	(void)snprintf(q.top, sizeof(q.top), "%s", p.top);
	(void)snprintf(q.id, sizeof(q.id), "%s", p.id);
	assert_int_equal(quarantine_load(b->vol, &q, PLAN_RESTORE, &b->plan, NULL), 0);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct box *b = *state;

	plan_free(b->plan);
	assert_int_equal(nt_vol_close(b->vol, NULL), 0);
	blk_close(b->mem);
	wi_done(&b->wi);
	free(b);
	return 0;
}

static const struct plan_item *survey(struct box *b)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	struct rs_err err = {0};

	open_for(b, 0);
	assert_int_equal(nt_raw_open(b->mem, &raw, NULL), 0);
	assert_int_equal(restore_survey(b->vol, raw, b->win, b->plan, &err), 0);
	return &b->plan->items[0];
}

static void assert_says(const char *text, const char *part)
{
	assert_non_null(text);
	if (!strstr(text, part))
		fail_msg("'%s' does not say '%s'", text, part);
}

/* Nobody may overrule it. */
static void assert_stops(struct box *b, const char *part)
{
	struct rs_err err = {0};
	const struct plan_item *item = survey(b);

	assert_says(item->hinder, part);
	assert_non_null(item->next);
	assert_false(item->can_confirm);
	assert_int_equal(restore_verdict(b->plan, true, &err), RS_E_UNDO);
	assert_says(err.detail, part);
}

/* A person decides; without one it is refused. */
static const struct plan_item *assert_asks(struct box *b, const char *part, const char *place)
{
	const struct plan_item *item = survey(b);

	assert_says(item->hinder, part);
	assert_true(item->can_confirm);
	assert_int_equal(restore_verdict(b->plan, false, NULL), RS_E_UNDO);
	assert_int_equal(restore_verdict(b->plan, true, NULL), 0);
	if (place)
		assert_string_equal(item->place, place);
	return item;
}

/* It goes back to this place, whole. */
static void assert_goes_to(struct box *b, const char *place)
{
	struct rs_err err = {0};

	open_for(b, NT_VOL_WRITE);
	plan_accept(b->plan);
	for (size_t i = 0; i < b->plan->n_items; i++)
		assert_int_equal(nt_stat(b->vol, b->file_ref, &b->plan->items[i].stat, NULL), 0);
	int r = quarantine_empty(b->vol, b->plan, NULL, &err);
	if (r < 0)
		fail_msg("%s: %s", rs_err_info(r)->id, err.detail);
	assert_int_equal(ref_of(b, place), b->file_ref);
	assert_int_equal(nt_lookup(b->vol, "Unbrick", &(uint64_t){0}, NULL), RS_E_NO_SUCH_FILE);
	open_for(b, 0);
	assert_int_equal(quarantine_verify(b->mem, b->plan, true, NULL, NULL), 0);
}

static void test_restore__nothing_happened__goes_back(void **state)
{
	struct box *b = *state;
	const struct plan_item *item = survey(b);

	assert_null(item->hinder);
	assert_string_equal(item->place, BAD);
	assert_int_equal(restore_verdict(b->plan, false, NULL), 0);
	assert_goes_to(b, BAD);
}

/* LSN, last access: Windows touches records as it likes. */
static void test_restore__record_touched__goes_back(void **state)
{
	struct box *b = *state;
	struct nt_stat s;

	assert_int_equal(nt_mark(b->vol, b->file_ref, true, NULL), 0);
	assert_int_equal(nt_stat(b->vol, b->file_ref, &s, NULL), 0);
	s.accessed += 10000000;
	s.changed += 10000000;
	assert_int_equal(nt_set_times(b->vol, b->file_ref, &s, NULL), 0);
	assert_null(survey(b)->hinder);
	assert_goes_to(b, BAD);
}

static void test_restore__name_taken__stops(void **state)
{
	struct box *b = *state;

	make_file(b, DRIVERS, "A LONG Name of a driver.SYS");
	assert_stops(b, "is taken there");
}

static void test_restore__short_name_taken__stops(void **state)
{
	struct box *b = *state;

	make_file(b, DRIVERS, "a long name of another.sys");
	give_short_name(b, DRIVERS, "a long name of another.sys", SHORT);
	assert_stops(b, "8.3 name " SHORT " is taken");
}

static void test_restore__content_changed__stops(void **state)
{
	struct box *b = *state;

	assert_int_equal(nt_file_overwrite(b->vol, b->file_ref, 0, "THE", 3, NULL), 0);
	assert_stops(b, "content changed");
}

static void test_restore__folder_gone__stops(void **state)
{
	struct box *b = *state;

	assert_int_equal(
		nt_remove(b->vol, ref_of(b, "/Windows/System32"), "drivers", b->home_ref, NULL), 0);
	assert_stops(b, "is gone");
	/* and the quarantine is no damaged one for that */
	struct quarantine *all = NULL;
	size_t n = 0;
	assert_int_equal(quarantine_list(b->vol, &all, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_int_equal(all[0].state, QUARANTINE_ACTIVE);
	free(all);
}

static void test_restore__folder_made_anew__asks_and_goes_there(void **state)
{
	struct box *b = *state;
	uint64_t parent = ref_of(b, "/Windows/System32"), made = 0;

	assert_int_equal(nt_remove(b->vol, parent, "drivers", b->home_ref, NULL), 0);
	assert_int_equal(nt_mkdir(b->vol, parent, "drivers", &made, NULL), 0);
	assert_true(made != b->home_ref);
	assert_asks(b, "made anew", BAD);
	assert_goes_to(b, BAD);
}

static void test_restore__folder_renamed_and_a_new_one_there__asks_and_goes_to_the_old(void **state)
{
	struct box *b = *state;
	uint64_t made = 0;

	rename_in(b, "/Windows/System32", "drivers", "drivers2");
	assert_int_equal(
		nt_mkdir(b->vol, ref_of(b, "/Windows/System32"), "drivers", &made, NULL), 0);
	assert_asks(b, "its folder is \\Windows\\System32\\drivers2 now",
		"\\Windows\\System32\\drivers2\\" LONG);
	assert_goes_to(b, "\\Windows\\System32\\drivers2\\" LONG);
}

static void test_restore__windows_is_old_now__asks(void **state)
{
	struct box *b = *state;

	rename_in(b, "/", "Windows", "Windows.old");
	assert_asks(
		b, "\\Windows.old\\System32\\drivers", "\\Windows.old\\System32\\drivers\\" LONG);
}

static void test_restore__renamed_in_the_quarantine__asks(void **state)
{
	struct box *b = *state;
	char dir[96];

	plan_target(b->plan, &b->plan->items[0], dir);
	rename_in(b, dir, LONG, "other.sys");
	assert_asks(b, "its name is other.sys", "\\Windows\\System32\\drivers\\other.sys");
}

static void test_restore__deleted_from_the_quarantine__asks_and_ends(void **state)
{
	struct box *b = *state;
	ntfschar le[64];
	const u8 n = to_le(LONG, le);
	const struct plan_item *item = &b->plan->items[0];

	ntfs_inode *ni = ntfs_inode_open(b->vol->lib, NT_REF_RECORD(b->file_ref));
	ntfs_inode *dir = ntfs_inode_open(b->vol->lib, NT_REF_RECORD(item->to_ref));
	assert_int_equal(ntfs_delete(b->vol->lib, NULL, ni, dir, le, n), 0); /* closes */
	assert_int_equal(nt_sync(b->vol, NULL), 0);
	assert_true(assert_asks(b, "removed or replaced it", NULL)->is_gone);
	open_for(b, NT_VOL_WRITE);
	plan_accept(b->plan);
	assert_int_equal(quarantine_empty(b->vol, b->plan, NULL, NULL), 0);
	assert_int_equal(nt_lookup(b->vol, "Unbrick", &(uint64_t){0}, NULL), RS_E_NO_SUCH_FILE);
}

static void test_restore__moved_by_hand__says_where(void **state)
{
	struct box *b = *state;
	struct nt_switch sw = {b->file_ref, b->plan->items[0].to_ref, ref_of(b, "/Windows")};

	assert_int_equal(nt_switch_run(b->vol, &sw, NULL), 0);
	const struct plan_item *item = assert_asks(b, "but \\Windows\\" LONG, NULL);
	assert_true(item->is_gone);
	plan_accept(b->plan);
	assert_int_equal(plan_count_accepted(b->plan), 0);
}

static void test_restore__stranger_in_its_folder__stops(void **state)
{
	struct box *b = *state;
	char dir[96];

	plan_target(b->plan, &b->plan->items[0], dir);
	make_file(b, dir, "desktop.ini");
	assert_stops(b, "desktop.ini");
}

static void test_restore__changed_after_the_plan_was_shown__noticed(void **state)
{
	struct box *b = *state;

	assert_null(survey(b)->hinder);
	assert_int_equal(restore_check(b->vol, NULL, NULL, b->plan, NULL), 0);
	open_for(b, NT_VOL_WRITE);
	make_file(b, DRIVERS, LONG);
	assert_int_equal(restore_check(b->vol, NULL, NULL, b->plan, NULL), RS_E_CHANGED);
}

/* ---- what Windows has before it at its next start ---- */

#define DRIVE "\\??\\C:"
#define KEY   "ControlSet001\\Control\\Session Manager"
#define NAME  "PendingFileRenameOperations"

static const struct wi_value onto_it[] = {
	{KEY, NAME, DRIVE "\\new.tmp\n" DRIVE BAD "\n", 0}, {NULL, NULL, NULL, 0}};
static const struct wi_value deletes_it[] = {
	{KEY, NAME, DRIVE BAD "\n\n", 0}, {NULL, NULL, NULL, 0}};
static const struct wi_value deletes_it_by_the_other_list[] = {
	{KEY, NAME "2", DRIVE BAD "\n\n", 0}, {NULL, NULL, NULL, 0}};
static const struct wi_value renames_above[] = {
	{KEY, NAME, DRIVE "\\Windows\\System32\\DRIVERS\n!" DRIVE "\\Windows\\old\n", 0},
	{NULL, NULL, NULL, 0}};
static const struct wi_value beside_it[] = {
	{KEY, NAME, DRIVE "\\Windows\\System32\\driver\n\n" DRIVE "\\a.tmp\n" DRIVE BAD ".old\n",
		0},
	{NULL, NULL, NULL, 0}};

static void test_restore__pending_rename_onto_it__asks(void **state)
{
	struct box *b = *state;

	assert_says(assert_asks(b, "will put \\new.tmp in its place", BAD)->next, "Windows");
	assert_goes_to(b, BAD);
}

static void test_restore__pending_delete_of_it__asks(void **state)
{
	assert_asks(*state, "Windows will delete it", BAD);
}

static void test_restore__pending_delete_in_the_second_list__asks(void **state)
{
	assert_asks(*state, "Windows will delete it", BAD);
}

static void test_restore__pending_rename_of_its_folder__asks(void **state)
{
	assert_asks(*state, "Windows will rename it", BAD);
}

static void test_restore__pending_rename_of_others__goes_back(void **state)
{
	assert_null(survey(*state)->hinder);
	assert_goes_to(*state, BAD);
}

static void test_restore__rename_done_since__noticed(void **state)
{
	struct box *b = *state;

	assert_asks(b, "Windows will delete it", BAD);
	assert_int_equal(restore_check(b->vol, NULL, b->win, b->plan, NULL), 0);
	b->wi.win.control_set = 2; /* as if Windows had run since */
	assert_int_equal(restore_check(b->vol, NULL, b->win, b->plan, NULL), RS_E_CHANGED);
}

int main(void)
{
#define P(name, values)                                                                            \
	cmocka_unit_test_prestate_setup_teardown(name, setup, teardown, (void *)(uintptr_t)(values))
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_restore__nothing_happened__goes_back),
		T(test_restore__record_touched__goes_back),
		T(test_restore__name_taken__stops),
		T(test_restore__short_name_taken__stops),
		T(test_restore__content_changed__stops),
		T(test_restore__folder_gone__stops),
		T(test_restore__folder_made_anew__asks_and_goes_there),
		T(test_restore__folder_renamed_and_a_new_one_there__asks_and_goes_to_the_old),
		T(test_restore__windows_is_old_now__asks),
		T(test_restore__renamed_in_the_quarantine__asks),
		T(test_restore__deleted_from_the_quarantine__asks_and_ends),
		T(test_restore__moved_by_hand__says_where),
		T(test_restore__stranger_in_its_folder__stops),
		T(test_restore__changed_after_the_plan_was_shown__noticed),
		P(test_restore__pending_rename_onto_it__asks, onto_it),
		P(test_restore__pending_delete_of_it__asks, deletes_it),
		P(test_restore__pending_delete_in_the_second_list__asks,
			deletes_it_by_the_other_list),
		P(test_restore__pending_rename_of_its_folder__asks, renames_above),
		P(test_restore__pending_rename_of_others__goes_back, beside_it),
		P(test_restore__rename_done_since__noticed, deletes_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a manifest may name, and what else must hold before anything in a quarantine is believed,
 * taken away or moved. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "ntfswrite/vol_internal.h"

#include "quarantine_help.h"

#define SHOWN "\\Windows\\System32\\drivers\\bad.dat"

static uint64_t ref_in(struct qh *q, const struct plan *p, const char *leaf)
{
	char path[PLAN_PATH_BYTES];

	plan_path(p->top, p->id, leaf, path);
	return qh_ref(q, path);
}

static bool is_in(struct qh *q, const struct plan *p, const char *leaf)
{
	char path[PLAN_PATH_BYTES];

	plan_path(p->top, p->id, leaf, path);
	return qh_is_there(q, path);
}

static void write_manifest(struct qh *q, const struct plan *p, const struct plan *told)
{
	char path[PLAN_PATH_BYTES];

	plan_path(p->top, p->id, QUARANTINE_MANIFEST, path);
	qh_write_manifest(q, path, told);
	qh_list(q);
	assert_int_equal(q->n, 1);
}

/* ---- items ---- */

static void test_items__two_of_one_number__refused(void **state)
{
	struct qh *q = *state;

	qh_plant(q);
	qh_open(q);
	auto_plan struct plan *p = qh_plan(q, QH_BAD, SHOWN);
	qh_plant_manifest(q, p);
	struct plan_item both[] = {p->items[0], p->items[0]};
	struct plan told = *p;
	told.items = both;
	told.n_items = 2;
	qh_write_manifest(q, QH_PLANTED "/manifest.json", &told);
	qh_expect_load(q, 0, PLAN_RESTORE, RS_E_MANIFEST, "two of this number");
}

static void test_items__shown_path_is_protected__damaged(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = qh_fix(q, QH_BAD);

	free(p->items[0].path);
	p->items[0].path = strdup("\\Windows\\System32\\ntoskrnl.exe");
	write_manifest(q, p, p);
	qh_expect_load(q, 0, PLAN_RESTORE, RS_E_MANIFEST, "of this path is never moved");
}

static void test_items__manifest_of_another_quarantine__damaged(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = qh_fix(q, QH_BAD);
	struct plan told = *p;

	(void)snprintf(told.id, sizeof(told.id), QH_ID);
	write_manifest(q, p, &told);
	qh_expect_load(q, 0, PLAN_RESTORE, RS_E_MANIFEST, "it names " QH_ID);
}

static void test_planted__file_not_there_or_elsewhere__refused(void **state)
{
	struct qh *q = *state;

	qh_plant(q);
	qh_open(q);
	auto_plan struct plan *gone = qh_plan(q, QH_BAD, SHOWN);
	gone->items[0].file_ref += 1ULL << 48;
	qh_plant_manifest(q, gone);
	qh_expect_load(q, 0, PLAN_RESTORE, RS_E_MANIFEST, "the file is not there");
	auto_plan struct plan *other = qh_plan(q, QH_BAD, "\\Windows\\System32\\bad.dat");
	other->items[0].from_ref = qh_ref(q, "/Windows/System32");
	qh_plant_manifest(q, other);
	qh_expect_load(q, 0, PLAN_RESTORE, RS_E_MANIFEST, "neither in the folder it came from");
}

static void test_planted__its_folder_is_a_junction__refused(void **state)
{
	struct qh *q = *state;

	qh_plant(q);
	wi_dir(&q->wi, QH_PLANTED "/0002");
	wi_reparse(&q->wi, QH_PLANTED "/0002", 0xA0000003U);
	qh_open(q);
	auto_plan struct plan *p = qh_plan(q, QH_BAD, SHOWN);
	qh_plant_manifest(q, p);
	qh_expect_load(q, 0, PLAN_RESTORE, 0, NULL);
	p->items[0].number = 2;
	p->items[0].to_ref = qh_ref(q, QH_PLANTED "/0002");
	qh_write_manifest(q, QH_PLANTED "/manifest.json", p);
	qh_expect_load(q, 0, PLAN_RESTORE, RS_E_MANIFEST, "another folder");
}

static void test_place__no_plain_folder__gone(void **state)
{
	static const char *const places[][2] = {
		{"/link", "\\link\\bad.dat"}, {QH_BAD, SHOWN "\\bad.dat"}};
	struct qh *q = *state;
	enum item_place place;

	wi_dir(&q->wi, "/link");
	wi_reparse(&q->wi, "/link", 0xA0000003U);
	qh_open(q);
	for (size_t i = 0; i < 2; i++) {
		auto_plan struct plan *p = qh_plan(q, QH_BAD, places[i][1]);
		auto_free char *real = NULL;
		p->items[0].from_ref = qh_ref(q, places[i][0]);
		assert_int_equal(item_place(q->vol, &p->items[0], &place, &real, NULL), 0);
		assert_int_equal(place, ITEM_PLACE_GONE);
	}
}

/* ---- whose? ---- */

static void expect_unproven(struct qh *q, const char *why)
{
	qh_list(q);
	assert_int_equal(q->n, 1);
	assert_int_equal(q->all[0].state, QUARANTINE_UNPROVEN);
	if (!strstr(q->all[0].err.detail, why))
		fail_msg("'%s', not '%s'", q->all[0].err.detail, why);
}

static ntfs_inode *inode_of(struct qh *q, uint64_t ref)
{
	ntfs_inode *ni = NULL;

	assert_int_equal(nt_inode_open(q->vol, ref, &ni, NULL), 0);
	return ni;
}

static void spoil_permissions(struct qh *q, uint64_t ref)
{
	auto_inode ntfs_inode *ni = inode_of(q, ref);

	assert_int_equal(ntfs_attr_remove(ni, AT_SECURITY_DESCRIPTOR, AT_UNNAMED, 0), 0);
	assert_int_equal(ntfs_inode_sync(ni), 0);
}

static void test_proof__a_file_where_a_folder_is_made__not_ours(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = qh_fix(q, QH_BAD);
	uint64_t ref;

	assert_int_equal(
		nt_file_create(q->vol, ref_in(q, p, ""), "0002", "x", 1, 0, &ref, NULL), 0);
	expect_unproven(q, "it is a file");
}

static void set_attributes(struct qh *q, uint64_t ref, le32 attributes)
{
	auto_inode ntfs_inode *ni = inode_of(q, ref);

	ni->flags = attributes;
	ntfs_inode_mark_dirty(ni);
	assert_int_equal(ntfs_inode_sync(ni), 0);
}

static void test_proof__other_attributes__not_ours(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = qh_fix(q, QH_BAD);

	set_attributes(q, ref_in(q, p, QUARANTINE_STEPS), const_cpu_to_le32(0));
	expect_unproven(q, "lacks an attribute");
	set_attributes(q, ref_in(q, p, QUARANTINE_STEPS), const_cpu_to_le32(0x420));
	expect_unproven(q, "a reparse point");
}

static void test_proof__permissions_of_the_folder_itself__not_ours(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = qh_fix(q, QH_BAD);

	spoil_permissions(q, ref_in(q, p, ""));
	expect_unproven(q, "");
}

/* ---- undone though nothing proves it, as a person wants it ---- */

static void undo(struct qh *q)
{
	auto_plan struct plan *back = NULL;

	assert_int_equal(quarantine_load(q->vol, &q->all[0], PLAN_RESTORE, &back, NULL), 0);
	assert_false(back->is_proven);
	plan_accept(back);
	assert_int_equal(quarantine_empty(q->vol, back, NULL, NULL), 0);
}

static void test_undo__somebody_else_s__his_top_folder_stays(void **state)
{
	struct qh *q = *state;

	qh_plant(q);
	qh_open(q);
	auto_plan struct plan *p =
		qh_plan(q, QH_PLANTED "/0001/evil.dll", "\\Windows\\System32\\evil.dll");
	p->items[0].from_ref = qh_ref(q, "/Windows/System32");
	qh_plant_manifest(q, p);
	undo(q);
	assert_true(qh_is_there(q, "/Windows/System32/evil.dll"));
	assert_false(qh_is_there(q, QH_PLANTED));
	assert_true(qh_is_there(q, "/Unbrick"));
}

static void test_undo__unproven_in_our_folder__its_times_of_the_root_are_not_believed(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = qh_fix(q, QH_BAD);
	struct nt_stat root;

	p->root_stat.created = 1;
	write_manifest(q, p, p);
	spoil_permissions(q, ref_in(q, p, QUARANTINE_STEPS));
	expect_unproven(q, "");
	undo(q);
	assert_true(qh_is_there(q, QH_BAD));
	assert_int_equal(nt_stat(q->vol, qh_ref(q, ""), &root, NULL), 0);
	assert_int_not_equal(root.created, 1);
}

/* ---- what nothing proves has no second way to be believed ---- */

static void plant_report(struct qh *q, const char *path)
{
	auto_plan struct plan *p =
		qh_plan(q, QH_PLANTED "/0001/evil.dll", "\\Windows\\System32\\evil.dll");
	char text[1024];
	uint64_t ref;

	(void)snprintf(p->id, sizeof(p->id), QH_ID);
	qh_report(p, path, text, sizeof(text));
	assert_int_equal(nt_file_create(q->vol, qh_ref(q, QH_PLANTED), QUARANTINE_REPORT_JSON, text,
				 strlen(text), 0, &ref, NULL),
		0);
	expect_unproven(q, "");
}

static void test_planted__a_report_and_no_manifest__not_believed(void **state)
{
	struct qh *q = *state;

	wi_text(&q->wi, QH_PLANTED "/0001/evil.dll", "MZ", "");
	qh_open(q);
	plant_report(q, "\\Windows\\System32\\evil.dll");
	qh_expect_load(q, 0, PLAN_RESTORE, RS_E_MANIFEST_GONE, "no report of ours");
}

static void test_planted__a_report_and_a_damaged_manifest__not_believed(void **state)
{
	struct qh *q = *state;

	qh_plant(q); /* a manifest of blanks */
	qh_open(q);
	plant_report(q, "\\Windows\\System32\\evil.dll");
	qh_expect_load(q, 0, PLAN_RESTORE, RS_E_MANIFEST, NULL);
}

/* ---- what lost its entry ---- */

static void drop_entry(struct qh *q, uint64_t dir_ref, uint64_t ref)
{
	auto_inode ntfs_inode *dir = inode_of(q, dir_ref);
	auto_inode ntfs_inode *ni = inode_of(q, ref);
	auto_ctx ntfs_attr_search_ctx *ctx = ntfs_attr_get_search_ctx(ni, NULL);
	uint8_t copy[NT_IX_FN_MAX];

	assert_non_null(ctx);
	assert_int_equal(
		ntfs_attr_lookup(AT_FILE_NAME, NULL, 0, CASE_SENSITIVE, 0, NULL, 0, ctx), 0);
	struct rs_view key = nt_attr_value(ctx);
	memcpy(copy, key.p, key.len);
	assert_int_equal(ntfs_index_remove(dir, NULL, copy, (int)key.len), 0);
	assert_int_equal(ntfs_inode_sync(dir), 0);
}

/* What tells of files stays as long as there are any. */
static void test_sweep__manifest_without_its_entry__comes_back(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = qh_fix(q, QH_BAD);
	uint64_t manifest = ref_in(q, p, QUARANTINE_MANIFEST);

	drop_entry(q, ref_in(q, p, ""), manifest);
	assert_int_equal(nt_set_dirty(q->vol, true, NULL), 0);
	assert_false(is_in(q, p, QUARANTINE_MANIFEST));
	qh_sweep(q);
	assert_int_equal(ref_in(q, p, QUARANTINE_MANIFEST), manifest);
}

static void test_sweep__more_than_it_remembers__the_rest_next_time(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = qh_fix(q, QH_BAD);
	uint64_t dir = ref_in(q, p, ""), refs[70];
	size_t n = 0;
	char name[8];

	for (unsigned i = 0; i < 70; i++) {
		(void)snprintf(name, sizeof(name), "%04u", i + 2);
		assert_int_equal(nt_mkdir(q->vol, dir, name, &refs[i], NULL), 0);
	}
	for (unsigned i = 0; i < 70; i++)
		drop_entry(q, dir, refs[i]);
	assert_int_equal(nt_set_dirty(q->vol, true, NULL), 0);
	assert_int_equal(sweep_count(q->vol, &n, NULL), 0);
	assert_int_equal(n, 64);
	qh_sweep(q);
	assert_int_equal(sweep_count(q->vol, &n, NULL), 0);
	assert_int_equal(n, 6);
}

static size_t count_lost(struct qh *q)
{
	size_t n = 0;

	assert_int_equal(nt_set_dirty(q->vol, true, NULL), 0);
	assert_int_equal(sweep_count(q->vol, &n, NULL), 0);
	return n;
}

/* A folder with a name and owner of ours in @dir, without its entry. */
static uint64_t lose(struct qh *q, const char *dir, const char *name)
{
	uint64_t dir_ref = qh_ref(q, dir), ref = 0;

	assert_int_equal(nt_mkdir(q->vol, dir_ref, name, &ref, NULL), 0);
	drop_entry(q, dir_ref, ref);
	return ref;
}

static void test_sweep__where_unbrick_makes_none__stays_lost(void **state)
{
	struct qh *q = *state;

	(void)lose(q, QH_DRIVERS, "Unbrick");
	(void)lose(q, QH_DRIVERS, QH_ID);
	(void)lose(q, QH_DRIVERS, "0001");
	(void)lose(q, "", QH_ID);
	assert_int_equal(count_lost(q), 0);
	(void)lose(q, "", "Unbrick");
	assert_int_equal(count_lost(q), 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, qh_setup, qh_teardown)
#define O(name) cmocka_unit_test_setup_teardown(name, qh_setup_open, qh_teardown)
	const struct CMUnitTest tests[] = {
		T(test_items__two_of_one_number__refused),
		O(test_items__shown_path_is_protected__damaged),
		O(test_items__manifest_of_another_quarantine__damaged),
		T(test_planted__file_not_there_or_elsewhere__refused),
		T(test_planted__its_folder_is_a_junction__refused),
		T(test_place__no_plain_folder__gone),
		O(test_proof__a_file_where_a_folder_is_made__not_ours),
		O(test_proof__other_attributes__not_ours),
		O(test_proof__permissions_of_the_folder_itself__not_ours),
		T(test_undo__somebody_else_s__his_top_folder_stays),
		O(test_undo__unproven_in_our_folder__its_times_of_the_root_are_not_believed),
		T(test_planted__a_report_and_no_manifest__not_believed),
		T(test_planted__a_report_and_a_damaged_manifest__not_believed),
		O(test_sweep__where_unbrick_makes_none__stays_lost),
		O(test_sweep__manifest_without_its_entry__comes_back),
		O(test_sweep__more_than_it_remembers__the_rest_next_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

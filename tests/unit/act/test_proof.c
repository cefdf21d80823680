/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose quarantine is it, and what is believed of a manifest? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "ntfswrite/vol_internal.h"

#include "quarantine_help.h"

/* ---- what somebody else put there ---- */

/* As tests of the field plant it: @path is the record named, @shown what the manifest says. */
static void plant_manifest(struct qh *q, const char *path, const char *from, const char *shown)
{
	auto_plan struct plan *p = qh_plan(q, path, shown);

	p->items[0].from_ref = qh_ref(q, from);
	qh_plant_manifest(q, p);
}

static void test_planted__any_file__not_ours_and_not_even_to_be_asked(void **state)
{
	struct qh *q = *state;

	qh_plant(q);
	qh_open(q);
	plant_manifest(q, "/Windows/System32/ntoskrnl.exe", "/Windows/System32",
		"\\Windows\\System32\\ntoskrnl.exe");
	assert_true(q->all[0].is_calling);
	qh_expect_load(q, 0, PLAN_FINISH, RS_E_MANIFEST, "never moved");
	/* another path is shown than the file's */
	plant_manifest(q, "/Windows/System32/ntoskrnl.exe", "/Windows/System32",
		"\\Windows\\System32\\drivers\\bad.dat");
	qh_expect_load(q, 0, PLAN_RESTORE, RS_E_MANIFEST, "does not name the folder");
	plant_manifest(q, QH_BAD, QH_DRIVERS, "\\Windows\\System32\\drivers\\harmless.dat");
	qh_expect_load(q, 0, PLAN_RESTORE, RS_E_MANIFEST, "another name");
	plant_manifest(q, QH_DRIVERS, "/Windows/System32", "\\Windows\\System32\\drivers");
	qh_expect_load(q, 0, PLAN_RESTORE, RS_E_MANIFEST, "no ordinary file");
}

static void test_planted__own_file_in_it__may_be_asked_where_it_says_the_truth(void **state)
{
	struct qh *q = *state;

	qh_plant(q);
	qh_open(q);
	plant_manifest(q, QH_PLANTED "/0001/evil.dll", "/Windows/System32",
		"\\Windows\\System32\\evil.dll");
	assert_false(q->all[0].is_calling);
	qh_expect_load(q, 0, PLAN_RESTORE, 0, NULL); /* and then a person is asked */
	plant_manifest(q, QH_PLANTED "/0001/evil.dll", "/Windows/System32/config",
		"\\Windows\\System32\\config\\evil.dll");
	qh_expect_load(q, 0, PLAN_RESTORE, RS_E_MANIFEST, "never moved");
	plant_manifest(q, QH_PLANTED "/0001/evil.dll", "/Windows/System32", "\\Users\\evil.dll");
	qh_expect_load(q, 0, PLAN_RESTORE, RS_E_MANIFEST, "does not name the folder");
}

static void test_thousand_fakes__ours_beside_them_is_found(void **state)
{
	struct qh *q = *state;
	char path[96];

	for (unsigned i = 0; i < 1200; i++) {
		(void)snprintf(path, sizeof(path), "/Unbrick/2026%04uT000000Z", i);
		wi_dir(&q->wi, path);
	}
	qh_open(q);
	auto_plan struct plan *p = qh_fix(q, QH_BAD);
	assert_true(quarantine_is_shape(p->top, TOP_SHAPE));
	assert_false(qh_is_there(q, QH_BAD));
	qh_list(q);
	assert_int_equal(q->n, 33);
	assert_int_equal(q->all[0].state, QUARANTINE_ACTIVE);
	assert_true(q->all[0].is_proven);
	assert_string_equal(q->all[0].id, p->id);
	assert_int_equal(q->all[1].state, QUARANTINE_UNPROVEN);
	assert_int_equal(q->all[32].n_more, 1200 - 32);

	auto_plan struct plan *back = NULL;
	assert_int_equal(quarantine_load(q->vol, &q->all[0], PLAN_RESTORE, &back, NULL), 0);
	plan_accept(back);
	assert_int_equal(quarantine_empty(q->vol, back, NULL, NULL), 0);
	assert_true(qh_is_there(q, QH_BAD));
	assert_false(qh_is_there(q, p->top));
	assert_true(qh_is_there(q, "/Unbrick/20260000T000000Z"));
}

/* fix and undo beside something of that name; it stays as it was. */
static void run_beside(struct qh *q, const char *name)
{
	struct nt_stat before, after;

	assert_int_equal(nt_stat(q->vol, qh_ref(q, name), &before, NULL), 0);
	auto_plan struct plan *p = qh_fix(q, QH_BAD);
	assert_true(quarantine_is_shape(p->top, TOP_SHAPE));
	qh_list(q);
	assert_int_equal(q->n, 1);
	assert_int_equal(q->all[0].state, QUARANTINE_ACTIVE);
	/* the next one lies in the same folder of ours */
	auto_plan struct plan *second = qh_fix(q, QH_DRIVERS "/other.dat");
	assert_string_equal(p->top, second->top);
	qh_list(q);
	assert_int_equal(q->n, 2);
	for (size_t i = 0; i < 2; i++) {
		auto_plan struct plan *back = NULL;
		assert_int_equal(quarantine_load(q->vol, &q->all[i], PLAN_RESTORE, &back, NULL), 0);
		plan_accept(back);
		assert_int_equal(quarantine_empty(q->vol, back, NULL, NULL), 0);
	}
	assert_false(qh_is_there(q, p->top));
	assert_true(qh_is_there(q, QH_BAD));
	assert_int_equal(nt_stat(q->vol, qh_ref(q, name), &after, NULL), 0);
	assert_int_equal(before.log_lsn, after.log_lsn); /* not even marked */
	assert_int_equal(before.changed, after.changed);
}

static void test_own_folder_unbrick__stays(void **state)
{
	struct qh *q = *state;

	wi_text(&q->wi, "/unbrick/diary.txt", "mine", "");
	qh_open(q);
	run_beside(q, "/unbrick");
	assert_true(qh_is_there(q, "/unbrick/diary.txt"));
}

static void test_own_empty_folder_unbrick__stays(void **state)
{
	struct qh *q = *state;

	wi_dir(&q->wi, "/unbrick");
	qh_open(q);
	run_beside(q, "/unbrick");
}

static void test_file_unbrick__stays(void **state)
{
	struct qh *q = *state;

	wi_text(&q->wi, "/Unbrick", "a file", "");
	qh_open(q);
	run_beside(q, "/Unbrick");
}

static void test_junction_unbrick__stays(void **state)
{
	struct qh *q = *state;

	wi_dir(&q->wi, "/Unbrick");
	wi_reparse(&q->wi, "/Unbrick", 0xA0000003U);
	qh_open(q);
	run_beside(q, "/Unbrick");
}

/* ---- ours ---- */

static void test_made__ours_from_the_top_down(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = qh_fix(q, QH_BAD);
	struct proof proof;

	assert_string_equal(p->top, "Unbrick");
	assert_int_equal(proof_of_quarantine(q->vol, p->top, p->id, &proof, NULL), 0);
	assert_true(proof.is_ours);
	qh_list(q);
	assert_int_equal(q->n, 1);
	assert_int_equal(q->all[0].state, QUARANTINE_ACTIVE);
}

static void add_link(struct qh *q, const char *path)
{
	auto_inode ntfs_inode *ni = NULL;
	auto_inode ntfs_inode *root = NULL;
	ntfschar le[1] = {const_cpu_to_le16('x')};

	assert_int_equal(nt_inode_open(q->vol, qh_ref(q, path), &ni, NULL), 0);
	assert_int_equal(nt_inode_open(q->vol, NT_ROOT_RECORD, &root, NULL), 0);
	assert_int_equal(ntfs_link(ni, root, le, 1), 0);
	assert_int_equal(ntfs_inode_sync(root), 0);
	assert_int_equal(ntfs_inode_sync(ni), 0);
}

static void test_second_name_of_the_manifest__not_ours(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = qh_fix(q, QH_BAD);
	char path[96];

	plan_path(p->top, p->id, QUARANTINE_MANIFEST, path);
	add_link(q, path);
	qh_list(q);
	assert_int_equal(q->all[0].state, QUARANTINE_UNPROVEN);
	assert_non_null(strstr(q->all[0].err.detail, "more than one name"));
}

/* The owner's right over the list: everybody may write, as a product of SYSTEM's leaves it. */
static void test_other_permissions__not_ours(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = qh_fix(q, QH_BAD);
	char path[96];

	plan_path(p->top, p->id, QUARANTINE_STEPS, path);
	auto_inode ntfs_inode *ni = NULL;
	assert_int_equal(nt_inode_open(q->vol, qh_ref(q, path), &ni, NULL), 0);
	assert_int_equal(ntfs_attr_remove(ni, AT_SECURITY_DESCRIPTOR, AT_UNNAMED, 0), 0);
	assert_int_equal(ntfs_inode_sync(ni), 0);
	nt_inode_close(rs_steal(ni));
	qh_list(q);
	assert_int_equal(q->all[0].state, QUARANTINE_UNPROVEN);
}

/* A manifest of ours that the disk contradicts: read as damaged, nothing follows from it. */
static void expect_damaged(struct qh *q, const struct plan *p, const char *detail)
{
	char path[96];

	plan_path(p->top, p->id, QUARANTINE_MANIFEST, path);
	qh_write_manifest(q, path, p);
	qh_list(q);
	assert_int_equal(q->n, 1);
	assert_int_equal(q->all[0].state, QUARANTINE_DAMAGED);
	qh_expect_load(q, 0, PLAN_RESTORE, RS_E_MANIFEST, detail);
}

static void test_items__each_reference_wrong__refused(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = qh_fix(q, QH_BAD);
	const struct plan_item good = p->items[0];
	char path[96];

	struct plan_item *item = &p->items[0];
	item->file_ref = (uint64_t)1 << 48; /* $MFT */
	expect_damaged(q, p, "file system itself");
	item->file_ref = qh_ref(q, "/Windows/System32/ntoskrnl.exe");
	expect_damaged(q, p, "never moved");
	*item = good;
	item->to_ref = good.from_ref;
	expect_damaged(q, p, "another folder");
	*item = good;
	item->from_ref = (uint64_t)11 << 48 | 11; /* $Extend */
	expect_damaged(q, p, "folder of the file system");
	*item = good;
	item->number = 2; /* of which there is no folder */
	expect_damaged(q, p, "another folder");
	*item = good;
	p->root_ref = good.from_ref;
	expect_damaged(q, p, "root folder");
	p->root_ref = qh_ref(q, "");
	plan_path(p->top, p->id, QUARANTINE_MANIFEST, path);
	qh_write_manifest(q, path, p);
	qh_expect_load(q, 0, PLAN_RESTORE, 0, NULL);
}

static void test_place__folder_renamed__told(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = qh_plan(q, QH_BAD, "\\Windows\\System32\\drivers\\bad.dat");
	auto_free char *real = NULL;
	enum item_place place;

	assert_int_equal(item_place(q->vol, &p->items[0], &place, &real, NULL), 0);
	assert_int_equal(place, ITEM_PLACE_SAME);
	free(rs_steal(real));
	free(p->items[0].path);
	p->items[0].path = strdup("\\Windows\\System32\\config\\bad.dat");
	assert_int_equal(item_place(q->vol, &p->items[0], &place, &real, NULL), 0);
	assert_int_equal(place, ITEM_PLACE_OTHER);
	assert_string_equal(real, "\\Windows\\System32\\drivers");
	free(rs_steal(real));
	p->items[0].from_ref ^= (uint64_t)7 << 48;
	assert_int_equal(item_place(q->vol, &p->items[0], &place, &real, NULL), 0);
	assert_int_equal(place, ITEM_PLACE_GONE);
}

/* ---- a manifest that is gone ---- */

static void lose_manifest(struct qh *q, const struct plan *p)
{
	char path[96];

	plan_path(p->top, p->id, "", path);
	uint64_t id_ref = qh_ref(q, path);
	plan_path(p->top, p->id, QUARANTINE_MANIFEST, path);
	assert_int_equal(nt_remove(q->vol, id_ref, QUARANTINE_MANIFEST, qh_ref(q, path), NULL), 0);
	qh_list(q);
	assert_int_equal(q->n, 1);
	assert_int_equal(q->all[0].state, QUARANTINE_LOST);
	assert_int_equal(q->all[0].n_files, 1);
	assert_string_equal(q->all[0].inside, "0001\\bad.dat");
}

static void test_manifest_gone__nothing_is_deleted_and_a_new_file_is_moved(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = qh_fix(q, QH_BAD);
	char path[128];

	lose_manifest(q, p);
	qh_expect_load(q, 0, PLAN_RESTORE, RS_E_MANIFEST_GONE, "no report");
	auto_plan struct plan *second = qh_fix(q, QH_DRIVERS "/other.dat");
	assert_string_equal(second->top, p->top);
	assert_false(qh_is_there(q, QH_DRIVERS "/other.dat"));
	plan_path(p->top, p->id, "0001/bad.dat", path);
	assert_true(qh_is_there(q, path));
	plan_path(p->top, p->id, QUARANTINE_STEPS, path);
	assert_true(qh_is_there(q, path));
}

static void keep_report(struct qh *q, const struct plan *p, const char *path)
{
	char text[1024];

	qh_report(p, path, text, sizeof(text));
	struct rs_view v = {(const uint8_t *)text, strlen(text)};
	assert_int_equal(quarantine_keep_report(q->vol, p, v, v, NULL), 0);
}

static void test_manifest_gone__the_report_puts_back(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = qh_fix(q, QH_BAD);
	auto_plan struct plan *back = NULL;

	keep_report(q, p, "\\Windows\\System32\\drivers\\bad.dat");
	lose_manifest(q, p);
	assert_int_equal(quarantine_load(q->vol, &q->all[0], PLAN_RESTORE, &back, NULL), 0);
	assert_true(back->is_by_report);
	assert_int_equal(back->items[0].file_ref, p->items[0].file_ref);
	plan_accept(back);
	assert_int_equal(quarantine_empty(q->vol, back, NULL, NULL), 0);
	assert_true(qh_is_there(q, QH_BAD));
	assert_false(qh_is_there(q, "Unbrick"));
}

static void test_manifest_gone__a_report_that_lies__refused(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = qh_fix(q, QH_BAD);

	p->items[0].file_ref = qh_ref(q, "/Windows/System32/ntoskrnl.exe");
	keep_report(q, p, "\\Windows\\System32\\drivers\\bad.dat");
	lose_manifest(q, p);
	qh_expect_load(q, 0, PLAN_RESTORE, RS_E_MANIFEST, NULL);
}

/* Somebody keeps a file in a folder of ours: undo gives ours back and leaves his where it is. */
static void test_undo__something_else_lies_there__stays(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = qh_fix(q, QH_BAD);
	auto_plan struct plan *back = NULL;
	char path[96];
	uint64_t ref;

	plan_path(p->top, p->id, "0001", path);
	assert_int_equal(
		nt_file_create(q->vol, qh_ref(q, path), "note.txt", "x", 1, 0, &ref, NULL), 0);
	qh_list(q);
	assert_int_equal(quarantine_load(q->vol, &q->all[0], PLAN_RESTORE, &back, NULL), 0);
	plan_accept(back);
	assert_int_equal(quarantine_empty(q->vol, back, NULL, NULL), 0);
	assert_true(qh_is_there(q, QH_BAD));
	plan_path(p->top, p->id, "0001/note.txt", path);
	assert_true(qh_is_there(q, path));
	/* nor does the next fix stumble over it */
	auto_plan struct plan *second = qh_fix(q, QH_DRIVERS "/other.dat");
	assert_true(qh_is_there(q, path));
	assert_string_equal(second->top, p->top);
}

/* The folder of a filled quarantine lost its entry, on a volume that is dirty: found again, not
 * swept away. */
static void test_sweep__a_filled_folder_without_its_entry__comes_back(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = qh_fix(q, QH_BAD);
	auto_inode ntfs_inode *top = NULL;
	char path[96];

	plan_path(p->top, p->id, "", path);
	uint64_t id_ref = qh_ref(q, path);
	auto_inode ntfs_inode *id = NULL;
	assert_int_equal(nt_inode_open(q->vol, qh_ref(q, p->top), &top, NULL), 0);
	assert_int_equal(nt_inode_open(q->vol, id_ref, &id, NULL), 0);
	auto_ctx ntfs_attr_search_ctx *ctx = ntfs_attr_get_search_ctx(id, NULL);
	assert_non_null(ctx);
	assert_int_equal(
		ntfs_attr_lookup(AT_FILE_NAME, NULL, 0, CASE_SENSITIVE, 0, NULL, 0, ctx), 0);
	struct rs_view key = nt_attr_value(ctx);
	uint8_t copy[NT_IX_FN_MAX];
	memcpy(copy, key.p, key.len);
	assert_int_equal(ntfs_index_remove(top, NULL, copy, (int)key.len), 0);
	assert_int_equal(ntfs_inode_sync(top), 0);
	ntfs_attr_put_search_ctx(rs_steal(ctx));
	nt_inode_close(rs_steal(id));
	nt_inode_close(rs_steal(top));
	assert_int_equal(nt_set_dirty(q->vol, true, NULL), 0);
	assert_false(qh_is_there(q, path));

	qh_sweep(q);
	assert_int_equal(qh_ref(q, path), id_ref);
	plan_path(p->top, p->id, "0001/bad.dat", path);
	assert_true(qh_is_there(q, path));
}

/* ---- the report as a manifest ---- */

static void test_report__cut_anywhere__no_plan_or_a_whole_one(void **state)
{
	static const char text[] =
		"{\"plan\": [{\"item\": 1, \"target\": \"\\\\Unbrick\\\\" QH_ID "\\\\0001\", "
		"\"accepted\": true, \"path\": \"\\\\a\\\\b\", \"record\": 40, \"sequence\": 3}]}";

	(void)state;
	for (size_t len = 0; len <= strlen(text); len++) {
		auto_plan struct plan *p = NULL;
		int r = report_parse(text, len, "Unbrick", QH_ID, &p, NULL);
		assert_int_equal(r, len == strlen(text) ? 0 : RS_E_MANIFEST);
	}
	auto_plan struct plan *p = NULL;
	/* of another quarantine, or of a folder of another name */
	assert_int_equal(report_parse(text, strlen(text), "Unbrick", "20250101T000000Z", &p, NULL),
		RS_E_MANIFEST);
	assert_int_equal(
		report_parse(text, strlen(text), "unbrick", QH_ID, &p, NULL), RS_E_MANIFEST);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, qh_setup, qh_teardown)
#define O(name) cmocka_unit_test_setup_teardown(name, qh_setup_open, qh_teardown)
	const struct CMUnitTest tests[] = {
		T(test_planted__any_file__not_ours_and_not_even_to_be_asked),
		T(test_planted__own_file_in_it__may_be_asked_where_it_says_the_truth),
		T(test_thousand_fakes__ours_beside_them_is_found),
		T(test_own_folder_unbrick__stays),
		T(test_own_empty_folder_unbrick__stays),
		T(test_file_unbrick__stays),
		T(test_junction_unbrick__stays),
		O(test_made__ours_from_the_top_down),
		O(test_second_name_of_the_manifest__not_ours),
		O(test_other_permissions__not_ours),
		O(test_items__each_reference_wrong__refused),
		O(test_place__folder_renamed__told),
		O(test_manifest_gone__nothing_is_deleted_and_a_new_file_is_moved),
		O(test_manifest_gone__the_report_puts_back),
		O(test_manifest_gone__a_report_that_lies__refused),
		O(test_undo__something_else_lies_there__stays),
		O(test_sweep__a_filled_folder_without_its_entry__comes_back),
		cmocka_unit_test(test_report__cut_anywhere__no_plan_or_a_whole_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

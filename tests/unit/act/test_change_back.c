/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file that was taken away, put back and taken back: by one more name, and as a copy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uchar.h>

#include "act/change.h"
#include "judge/putback.h"
#include "ntfswrite/security.h"
#include "ntfswrite/vol_internal.h"
#include "quarantine_help.h"

#include "../../layers/layers.h"

#include <ntfs-3g/bitmap.h>

#define GONE   "\\Windows\\System32\\svchost.exe"
#define STORED "/Windows/WinSxS/component/svchost.exe"
#define OLD    "/Windows.old/svchost.exe"
#define LIKE   "/Windows/System32/ntdll.dll"

static int setup(void **state)
{
	struct qh *q = calloc(1, sizeof(*q));

	assert_non_null(q);
	qh_make(q);
	wi_text(&q->wi, STORED, "the program as it was", "");
	wi_text(&q->wi, OLD, "the program as it was", "");
	wi_text(&q->wi, LIKE, "another part", "");
	qh_open(q);
	*state = q;
	return 0;
}

/* As judging makes it. */
static struct plan *plan_of(struct qh *q, enum putback_how how)
{
	static const struct judge_texts none;
	struct putback *back = calloc(1, sizeof(*back));
	struct judge_said said = {
		.id = "test", .title = "", .windows = "\\Windows", .references = none};
	struct finding f = {.path = strdup(GONE),
		.why = strdup("it is gone"),
		.verdict = JUDGE_REPORT,
		.is_missing = true,
		.putback = back};
	const struct judge_result j = {.said = &said, .n_said = 1, .findings = &f, .n_findings = 1};
	struct plan *p = NULL;
	bool is_zero;

	assert_non_null(back);
	back->how = how;
	back->source = strdup(how == PUTBACK_LINK ? "\\Windows\\WinSxS\\component\\svchost.exe"
						  : "\\Windows.old\\svchost.exe");
	back->proof = strdup("a test");
	back->dir_ref = qh_ref(q, "/Windows/System32");
	const uint64_t ref = qh_ref(q, how == PUTBACK_LINK ? STORED : OLD);
	assert_int_equal(nt_stat(q->vol, ref, &back->stat, NULL), 0);
	assert_int_equal(judge_hash(q->vol, ref, back->sha256, &is_zero, NULL), 0);
	assert_int_equal(plan_from_judge(&j, &p, NULL), 0);
	putback_free(back);
	free(f.path);
	free(f.why);
	assert_int_equal(p->n_items, 1);
	assert_int_equal(p->items[0].action, PLAN_ASK); /* never by itself */
	plan_accept(p);
	assert_int_equal(plan_count_accepted(p), 0);
	p->items[0].is_accepted = true;
	return p;
}

static void fill(struct qh *q, struct plan *p)
{
	struct rs_err err = {0};

	assert_int_equal(guard_unchanged(q->vol, p, NULL), 0);
	if (quarantine_fill(q->vol, p, NULL, &err) < 0)
		fail_msg("%s %s %s", err.object, rs_err_info(err.code)->text, err.detail);
	assert_int_equal(p->items[0].result, PLAN_DONE);
}

static struct plan *load(struct qh *q)
{
	struct plan *p = NULL;
	struct rs_err err = {0};

	qh_list(q);
	assert_int_equal(q->n, 1);
	if (quarantine_load(q->vol, &q->all[0], PLAN_RESTORE, &p, &err) < 0)
		fail_msg("%s", err.detail);
	assert_int_equal(restore_survey(q->vol, NULL, NULL, p, NULL), 0);
	return p;
}

static void verify(struct qh *q, const struct plan *p, bool is_restored, int code)
{
	struct rs_err err = {0};

	assert_int_equal(nt_vol_close(q->vol, NULL), 0);
	q->vol = NULL;
	if (quarantine_verify(q->mem, p, is_restored, NULL, &err) != code)
		fail_msg("%s", err.detail);
	assert_int_equal(nt_vol_open(q->mem, NT_VOL_WRITE, &q->vol, NULL), 0);
}

static void assert_text(struct qh *q, const char *path, const char *text)
{
	auto_free uint8_t *p = NULL;
	size_t len = 0;

	assert_int_equal(nt_file_load(q->vol, path, 1000, &p, &len, NULL), 0);
	assert_int_equal(len, strlen(text));
	assert_memory_equal(p, text, len);
}

static void there_and_back(struct qh *q, enum putback_how how)
{
	struct rs_err err = {0};
	auto_plan struct plan *p = plan_of(q, how);

	fill(q, p);
	assert_text(q, GONE, "the program as it was");
	assert_int_equal(qh_ref(q, GONE) == qh_ref(q, STORED), how == PUTBACK_LINK);
	verify(q, p, false, 0);
	auto_plan struct plan *back = load(q);
	assert_int_equal(q->all[0].state, QUARANTINE_ACTIVE);
	assert_null(back->items[0].hinder);
	plan_accept(back);
	assert_int_equal(restore_verdict(back, false, NULL), 0);
	assert_int_equal(restore_check(q->vol, NULL, NULL, back, NULL), 0);
	if (quarantine_empty(q->vol, back, NULL, &err) < 0)
		fail_msg("%s %s", err.object, err.detail);
	assert_int_equal(back->items[0].result, PLAN_DONE);
	verify(q, back, true, 0);
	assert_false(qh_is_there(q, GONE));
	assert_text(q, STORED, "the program as it was");
	assert_text(q, OLD, "the program as it was");
	assert_false(qh_is_there(q, "/Unbrick"));
}

static void test_back__a_name__there_and_back(void **state)
{
	there_and_back(*state, PUTBACK_LINK);
}

static void test_back__a_copy__there_and_back(void **state)
{
	there_and_back(*state, PUTBACK_COPY);
}

/* Whose and for whom: as Windows' own parts, not as what we make for ourselves. */
static void test_back__a_copy__has_the_permissions_of_windows_parts(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, PUTBACK_COPY);
	auto_free uint8_t *made = NULL, *like = NULL;
	size_t len = 0, like_len = 0;

	fill(q, p);
	assert_int_equal(nt_security_read(q->vol, qh_ref(q, GONE), &made, &len, NULL), 0);
	assert_int_equal(nt_security_read(q->vol, qh_ref(q, LIKE), &like, &like_len, NULL), 0);
	assert_int_equal(len, like_len);
	assert_memory_equal(made, like, len);
	assert_false(nt_security_is_ours((struct rs_view){made, len}, false, NULL, 0));
}

/* Once, with this number, in what was noted on the disk. */
static void assert_step(struct qh *q, const struct plan *p, const char *line)
{
	auto_free uint8_t *steps = NULL;
	char path[PLAN_PATH_BYTES];
	size_t len = 0;

	plan_path(p->top, p->id, QUARANTINE_STEPS, path);
	assert_int_equal(nt_file_load(q->vol, path, 1U << 20, &steps, &len, NULL), 0);
	assert_non_null(memmem(steps, len, line, strlen(line)));
}

static void steps_of(struct qh *q, enum putback_how how)
{
	auto_plan struct plan *p = plan_of(q, how);

	fill(q, p);
	assert_step(q, p, "intent 0001");
	assert_step(q, p, "done 0001");
}

static void test_back__a_name__its_steps_are_noted(void **state)
{
	steps_of(*state, PUTBACK_LINK);
}

static void test_back__a_copy__its_steps_are_noted(void **state)
{
	steps_of(*state, PUTBACK_COPY);
}

static void test_back__nothing_says_whose_a_copy_has_to_be__it_is_not_made(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, PUTBACK_COPY);

	assert_int_equal(nt_remove(q->vol, qh_ref(q, "/Windows/System32"), "ntdll.dll",
				 qh_ref(q, LIKE), NULL),
		0);
	assert_int_equal(quarantine_fill(q->vol, p, NULL, NULL), RS_E_GUARD);
	assert_false(qh_is_there(q, GONE));
}

/* ---- where it stands ---- */

static enum change_state state_of(struct qh *q, const struct plan_item *item)
{
	enum change_state ret = CHANGE_AFTER;

	assert_int_equal(change_ops_of(item)->state(q->vol, item, &ret, NULL), 0);
	return ret;
}

static void elsewhere(struct qh *q, enum putback_how how)
{
	auto_plan struct plan *p = plan_of(q, how);

	assert_int_equal(state_of(q, &p->items[0]), CHANGE_BEFORE);
	p->items[0].from_ref = qh_ref(q, "/Windows");
	assert_int_equal(state_of(q, &p->items[0]), CHANGE_MISSING);
}

static void test_state__the_folder_is_another_one__nowhere(void **state)
{
	elsewhere(*state, PUTBACK_LINK);
	elsewhere(*state, PUTBACK_COPY);
}

static void test_state__the_record_is_another_file_s__nowhere(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, PUTBACK_LINK);

	assert_int_equal(nt_remove(q->vol, qh_ref(q, "/Windows/WinSxS/component"), "svchost.exe",
				 qh_ref(q, STORED), NULL),
		0);
	assert_int_equal(state_of(q, &p->items[0]), CHANGE_MISSING);
}

/* ---- a cut between the two halves of a name ---- */

/* The record has the name, the folder has no entry. */
static void take_entry(struct qh *q)
{
	static const char16_t name[] = u"svchost.exe";
	uint8_t key[66 + 2 * 11] = {0};

	rs_put_le64(key, qh_ref(q, "/Windows/System32"));
	key[64] = 11;
	memcpy(key + 66, name, 2 * 11);
	ntfs_inode *dir =
		ntfs_inode_open(q->vol->lib, NT_REF_RECORD(qh_ref(q, "/Windows/System32")));
	assert_non_null(dir);
	assert_int_equal(ntfs_index_remove(dir, NULL, key, sizeof(key)), 0);
	assert_int_equal(ntfs_inode_close(dir), 0);
	assert_int_equal(nt_sync(q->vol, NULL), 0);
	assert_false(qh_is_there(q, GONE));
}

static unsigned names_of(struct qh *q)
{
	struct nt_stat s;

	assert_int_equal(nt_stat(q->vol, qh_ref(q, STORED), &s, NULL), 0);
	return s.links;
}

static void test_half__is_before__and_no_undo(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, PUTBACK_LINK);
	struct plan_item *item = &p->items[0];

	fill(q, p);
	take_entry(q);
	assert_int_equal(names_of(q), 2);
	assert_int_equal(state_of(q, item), CHANGE_BEFORE);
	struct rs_err err = {0};
	assert_int_equal(change_ops_of(item)->verify(q->vol, item, true, &err), RS_E_VERIFY);
	assert_non_null(strstr(err.detail, "there still"));
	assert_int_equal(change_ops_of(item)->verify(q->vol, item, false, NULL), RS_E_VERIFY);
}

/* Both ways lead out of it. */
static void test_half__is_finished_either_way(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, PUTBACK_LINK);
	struct plan_item *item = &p->items[0];
	struct steps none = {.ref = 0};

	fill(q, p);
	take_entry(q);
	assert_int_equal(change_ops_of(item)->run(q->vol, item, false, &none, NULL), 0);
	assert_text(q, GONE, "the program as it was");
	take_entry(q);
	assert_int_equal(change_ops_of(item)->run(q->vol, item, true, &none, NULL), 0);
	assert_int_equal(item->result, PLAN_DONE);
	assert_int_equal(names_of(q), 1);
}

/* ---- afterwards ---- */

static void take_there(struct qh *q)
{
	const uint64_t dir = qh_ref(q, "/Windows/System32");

	if (qh_ref(q, GONE) == qh_ref(q, STORED))
		assert_int_equal(
			nt_hard_drop(q->vol, &(struct nt_hard){qh_ref(q, GONE), dir, "svchost.exe"},
				NULL),
			0);
	else
		assert_int_equal(nt_remove(q->vol, dir, "svchost.exe", qh_ref(q, GONE), NULL), 0);
}

static void verified(struct qh *q, enum putback_how how)
{
	auto_plan struct plan *p = plan_of(q, how);

	fill(q, p);
	verify(q, p, true, RS_E_VERIFY); /* it is there still */
	take_there(q);
	verify(q, p, false, RS_E_VERIFY);
	verify(q, p, true, 0);
}

static void test_verify__a_name__there_or_not(void **state)
{
	verified(*state, PUTBACK_LINK);
}

static void test_verify__a_copy__there_or_not(void **state)
{
	verified(*state, PUTBACK_COPY);
}

static void test_verify__a_name__of_other_contents__is_seen(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, PUTBACK_LINK);

	fill(q, p);
	assert_int_equal(nt_file_overwrite(q->vol, qh_ref(q, STORED), 0, "X", 1, NULL), 0);
	verify(q, p, false, RS_E_VERIFY);
}

/* It is there, and its record counts as free. */
static void test_verify__a_copy__the_bitmap_is_looked_at(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, PUTBACK_COPY);

	fill(q, p);
	const s64 record = (s64)NT_REF_RECORD(qh_ref(q, GONE));
	assert_int_equal(ntfs_bitmap_clear_bit(q->vol->lib->mftbmp_na, record), 0);
	assert_int_equal(nt_sync(q->vol, NULL), 0);
	assert_int_equal(change_ops_of(&p->items[0])->verify(q->vol, &p->items[0], false, NULL),
		RS_E_VERIFY);
	assert_int_equal(ntfs_bitmap_set_bit(q->vol->lib->mftbmp_na, record), 0);
	assert_int_equal(nt_sync(q->vol, NULL), 0);
	assert_int_equal(change_ops_of(&p->items[0])->verify(q->vol, &p->items[0], false, NULL), 0);
}

/* The name leads there, and the record counts another number of names. */
static void test_verify__a_name__the_record_is_looked_at(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, PUTBACK_LINK);

	fill(q, p);
	ntfs_inode *ni = ntfs_inode_open(q->vol->lib, NT_REF_RECORD(qh_ref(q, STORED)));
	assert_non_null(ni);
	ni->mrec->link_count = cpu_to_le16(5);
	ntfs_inode_mark_dirty(ni);
	assert_int_equal(ntfs_inode_close(ni), 0);
	assert_int_equal(nt_sync(q->vol, NULL), 0);
	assert_int_equal(change_ops_of(&p->items[0])->verify(q->vol, &p->items[0], false, NULL),
		RS_E_VERIFY);
}

/* ---- something has changed ---- */

static void change_bytes(struct qh *q, const char *path)
{
	assert_int_equal(nt_file_overwrite(q->vol, qh_ref(q, path), 0, "X", 1, NULL), 0);
}

static void test_back__source_changed_before__nothing_is_written(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *link = plan_of(q, PUTBACK_LINK);
	auto_plan struct plan *copy = plan_of(q, PUTBACK_COPY);

	change_bytes(q, STORED);
	change_bytes(q, OLD);
	assert_int_equal(guard_unchanged(q->vol, link, NULL), RS_E_CHANGED);
	assert_int_equal(guard_unchanged(q->vol, copy, NULL), RS_E_CHANGED);
	/* and the act itself looks once more */
	assert_int_equal(quarantine_fill(q->vol, link, NULL, NULL), RS_E_CHANGED);
	assert_false(qh_is_there(q, GONE));
}

static void test_back__copy_of_a_changed_source__is_not_made(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *copy = plan_of(q, PUTBACK_COPY);

	change_bytes(q, OLD);
	assert_int_equal(quarantine_fill(q->vol, copy, NULL, NULL), RS_E_CHANGED);
	assert_false(qh_is_there(q, GONE));
}

static void put_another(struct qh *q)
{
	uint64_t made;

	assert_int_equal(nt_file_create(q->vol, qh_ref(q, "/Windows/System32"), "svchost.exe",
				 "new", 3, 0, &made, NULL),
		0);
}

static void test_back__something_is_there_by_now__nothing_is_done(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *copy = plan_of(q, PUTBACK_COPY);

	put_another(q);
	assert_int_equal(quarantine_fill(q->vol, copy, NULL, NULL), RS_E_CHANGED);
	assert_text(q, GONE, "new");
}

static void test_back__name_taken_by_now__nothing_is_done(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *link = plan_of(q, PUTBACK_LINK);

	put_another(q);
	assert_int_equal(quarantine_fill(q->vol, link, NULL, NULL), RS_E_GUARD);
	assert_text(q, GONE, "new");
}

/* What is not ours any more stays, and undo goes on without it when a person says so. */
static void left(struct qh *q, enum putback_how how, void (*change)(struct qh *q))
{
	auto_plan struct plan *p = plan_of(q, how);

	fill(q, p);
	change(q);
	auto_plan struct plan *back = load(q);
	assert_non_null(back->items[0].hinder);
	assert_true(back->items[0].is_gone && back->items[0].can_confirm);
	assert_int_equal(restore_verdict(back, false, NULL), RS_E_UNDO);
	assert_int_equal(restore_verdict(back, true, NULL), 0);
	plan_accept(back);
	assert_int_equal(plan_count_accepted(back), 0);
	assert_int_equal(quarantine_empty(q->vol, back, NULL, NULL), 0);
	assert_true(qh_is_there(q, GONE));
	assert_false(qh_is_there(q, "/Unbrick"));
}

static void change_there(struct qh *q)
{
	change_bytes(q, GONE);
}

static void replace(struct qh *q)
{
	take_there(q);
	put_another(q);
}

/* Servicing has linked the copy into its store. */
static void link_it(struct qh *q)
{
	const struct nt_hard h = {qh_ref(q, GONE), qh_ref(q, "/Windows/WinSxS"), "linked.exe"};

	assert_int_equal(nt_hard_add(q->vol, &h, NULL), 0);
}

static void test_undo__its_content_is_another__stays(void **state)
{
	left(*state, PUTBACK_LINK, change_there);
}

static void test_undo__another_file_has_the_name__stays(void **state)
{
	left(*state, PUTBACK_LINK, replace);
}

static void test_undo__copy_of_other_content__stays(void **state)
{
	left(*state, PUTBACK_COPY, change_there);
}

static void test_undo__copy_that_was_replaced__stays(void **state)
{
	left(*state, PUTBACK_COPY, replace);
}

static void test_undo__copy_with_another_name_by_now__stays(void **state)
{
	left(*state, PUTBACK_COPY, link_it);
}

static void test_undo__it_is_gone_again__nothing_to_do(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, PUTBACK_COPY);

	fill(q, p);
	assert_int_equal(nt_remove(q->vol, qh_ref(q, "/Windows/System32"), "svchost.exe",
				 qh_ref(q, GONE), NULL),
		0);
	auto_plan struct plan *back = load(q);
	assert_null(back->items[0].hinder);
	plan_accept(back);
	assert_int_equal(quarantine_empty(q->vol, back, NULL, NULL), 0);
	assert_int_equal(back->items[0].result, PLAN_ALREADY);
}

/* Whatever let it come so far. */
static void run_back(struct qh *q, enum putback_how how)
{
	auto_plan struct plan *p = plan_of(q, how);
	struct plan_item *item = &p->items[0];
	struct steps none = {.ref = 0};

	fill(q, p);
	change_there(q);
	assert_int_equal(change_ops_of(item)->run(q->vol, item, true, &none, NULL), 0);
	assert_int_equal(item->result, PLAN_SKIPPED);
	assert_true(qh_is_there(q, GONE));
}

static void test_undo__run_on_a_changed_name__stays(void **state)
{
	run_back(*state, PUTBACK_LINK);
}

static void test_undo__run_on_a_changed_copy__stays(void **state)
{
	run_back(*state, PUTBACK_COPY);
}

/* ---- a manifest that says what it should not ---- */

static void test_manifest__of_something_else__refused(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, PUTBACK_LINK);
	struct plan_item *item = &p->items[0];
	const struct change_ops *ops = change_ops_of(item);

	assert_null(ops->refuses(item));
	item->change->n = 1; /* values, of no hive */
	assert_non_null(ops->refuses(item));
	item->change->n = 0;
	const uint64_t ref = item->file_ref;
	item->file_ref = 5;
	assert_non_null(ops->refuses(item));
	item->file_ref = ref;
	item->has_sha256 = false; /* whose content nobody knows */
	assert_non_null(ops->refuses(item));
	item->has_sha256 = true;
	free(item->change->source);
	item->change->source = strdup("\\Users\\x\\svchost.exe");
	assert_non_null(ops->refuses(item));
	free(item->change->source);
	item->change->source = NULL;
	assert_non_null(ops->refuses(item));
	item->change->source = strdup("\\Windows\\WinSxS\\component\\svchost.exe");
	free(item->path); /* never a name in the store itself */
	item->path = strdup("\\Windows\\WinSxS\\x\\svchost.exe");
	assert_non_null(ops->refuses(item));
}

/* Undo would take it away for good. */
static void test_manifest__of_another_folder__refused(void **state)
{
	static const char *const good[] = {"\\Windows\\x.exe", "\\WINNT\\system32\\x.dll",
		"\\Windows\\System32\\Drivers\\x.sys", "\\Windows.old\\WINDOWS\\x.exe",
		"\\Windows.old\\Windows\\SysWOW64\\x.dll"};
	static const char *const bad[] = {"\\x.exe", "x.exe", "\\Windows\\System32\\config\\SYSTEM",
		"\\Users\\x\\Documents\\letter.docx", "\\Windows\\System32\\drivers\\etc\\hosts",
		"\\Windows.old\\Program\\x.exe", "\\\\System32\\x.dll",
		"\\Windows\\System32x\\x.dll", "\\Unbrick\\20240719T041500Z-0011\\0001\\x.sys"};
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, PUTBACK_COPY);
	struct plan_item *item = &p->items[0];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		free(item->path);
		item->path = strdup(good[i]);
		assert_null(change_ops_of(item)->refuses(item));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		free(item->path);
		item->path = strdup(bad[i]);
		assert_non_null(change_ops_of(item)->refuses(item));
	}
}

#define BACK(name) cmocka_unit_test_setup_teardown(name, setup, qh_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BACK(test_back__a_name__there_and_back),
		BACK(test_back__a_copy__there_and_back),
		BACK(test_back__a_copy__has_the_permissions_of_windows_parts),
		BACK(test_back__source_changed_before__nothing_is_written),
		BACK(test_back__copy_of_a_changed_source__is_not_made),
		BACK(test_back__something_is_there_by_now__nothing_is_done),
		BACK(test_back__name_taken_by_now__nothing_is_done),
		BACK(test_undo__its_content_is_another__stays),
		BACK(test_undo__another_file_has_the_name__stays),
		BACK(test_undo__copy_of_other_content__stays),
		BACK(test_undo__copy_that_was_replaced__stays),
		BACK(test_undo__copy_with_another_name_by_now__stays),
		BACK(test_undo__it_is_gone_again__nothing_to_do),
		BACK(test_undo__run_on_a_changed_name__stays),
		BACK(test_undo__run_on_a_changed_copy__stays),
		BACK(test_manifest__of_something_else__refused),
		BACK(test_manifest__of_another_folder__refused),
		BACK(test_back__a_name__its_steps_are_noted),
		BACK(test_back__a_copy__its_steps_are_noted),
		BACK(test_back__nothing_says_whose_a_copy_has_to_be__it_is_not_made),
		BACK(test_state__the_folder_is_another_one__nowhere),
		BACK(test_state__the_record_is_another_file_s__nowhere),
		BACK(test_half__is_before__and_no_undo),
		BACK(test_half__is_finished_either_way),
		BACK(test_verify__a_name__there_or_not),
		BACK(test_verify__a_copy__there_or_not),
		BACK(test_verify__a_name__of_other_contents__is_seen),
		BACK(test_verify__a_copy__the_bitmap_is_looked_at),
		BACK(test_verify__a_name__the_record_is_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

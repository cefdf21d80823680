/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of a hive changed and taken back, on a volume in memory. Expected values come from
 * libhivex, which also plays the Windows that writes to the hive between act and undo. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "change_help.h"

#include <hivex.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "act/change.h"
#include "core/text.h"
#include "format/bytes.h"
#include "ntfswrite/vol_internal.h"

#include "../../layers/layers.h"

/* ---- the other reader and writer ---- */

/* The hive in a file, for libhivex; the path is static. */
static const char *take_out(struct qh *q)
{
	static char path[120];
	auto_free uint8_t *hive = NULL;
	size_t len = 0;

	assert_int_equal(nt_file_load(q->vol, HIVE, 1U << 20, &hive, &len, NULL), 0);
	(void)snprintf(path, sizeof(path), "%s/hive", q->wi.dir);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(hive, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	return path;
}

static hive_node_h node_of(hive_h *h, const char *key)
{
	char copy[200], *save = NULL;
	hive_node_h at = hivex_root(h);

	(void)snprintf(copy, sizeof(copy), "%s", key);
	for (char *p = strtok_r(copy, "\\", &save); p && at; p = strtok_r(NULL, "\\", &save))
		at = hivex_node_get_child(h, at, p);
	return at;
}

/* -1: it is not there. */
static long hivex_bytes(struct qh *q, const char *key, const char *name, uint8_t *ret, size_t cap)
{
	const char *path = take_out(q);
	hive_h *h = hivex_open(path, 0);
	hive_type type;
	size_t len = 0;

	assert_non_null(h);
	hive_node_h at = node_of(h, key);
	hive_value_h v = at ? hivex_node_get_value(h, at, name) : 0;
	char *p = v ? hivex_value_value(h, v, &type, &len) : NULL;
	if (p)
		memcpy(ret, p, len < cap ? len : cap);
	free(p);
	(void)hivex_close(h);
	(void)unlink(path);
	return p ? (long)len : -1;
}

static uint32_t start_of(struct qh *q, const char *key)
{
	uint8_t raw[4];

	assert_int_equal(hivex_bytes(q, key, "Start", raw, sizeof(raw)), 4);
	return rs_le32(raw);
}

static bool lists_x(struct qh *q)
{
	uint8_t raw[200];
	const long n = hivex_bytes(q, CLASS, "UpperFilters", raw, sizeof(raw));

	assert_true(n > 0);
	return (size_t)n != sizeof(ch_without_x);
}

/* Other contents of the hive's file, as a whole. */
static void put_hive(struct qh *q, const uint8_t *p, size_t len)
{
	const uint64_t dir = qh_ref(q, "/Windows/System32/config");
	uint64_t made;

	assert_int_equal(nt_remove(q->vol, dir, "SYSTEM", qh_ref(q, HIVE), NULL), 0);
	assert_int_equal(nt_file_create(q->vol, dir, "SYSTEM", p, len, 0, &made, NULL), 0);
}

/* Windows writes: libhivex changes something, and the whole file is another one afterwards. */
static void hivex_edits(struct qh *q, const char *key,
	void (*edit)(hive_h *h, hive_node_h at, void *arg), void *arg)
{
	static uint8_t all[1U << 20];
	const char *path = take_out(q);
	hive_h *h = hivex_open(path, HIVEX_OPEN_WRITE);

	assert_non_null(h);
	edit(h, node_of(h, key), arg);
	assert_int_equal(hivex_commit(h, path, 0), 0);
	(void)hivex_close(h);
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	const size_t len = fread(all, 1, sizeof(all), f);
	(void)fclose(f);
	(void)unlink(path);
	put_hive(q, all, len);
}

static void set_number(hive_h *h, hive_node_h at, void *arg)
{
	assert_int_equal(hivex_node_set_value(h, at, arg, 0), 0);
}

static void hivex_writes(struct qh *q, const char *key, const char *name, uint32_t number)
{
	char raw[4], text[64];

	rs_put_le32((uint8_t *)raw, number);
	(void)snprintf(text, sizeof(text), "%s", name);
	hive_set_value v = {text, hive_t_dword, sizeof(raw), raw};
	hivex_edits(q, key, set_number, &v);
}

static void take_key(hive_h *h, hive_node_h at, void *arg)
{
	(void)arg;
	assert_int_equal(hivex_node_delete_child(h, at), 0);
}

static void take_values(hive_h *h, hive_node_h at, void *arg)
{
	(void)arg;
	assert_int_equal(hivex_node_set_values(h, at, 0, NULL, 0), 0);
}

static int setup(void **state)
{
	struct qh *q = calloc(1, sizeof(*q));

	assert_non_null(q);
	ch_make(q);
	*state = q;
	return 0;
}

/* ---- plans ---- */

static struct plan_change *disable_y(void)
{
	struct plan_change *c = change_new(CHANGE_HIVE, FILE_IN);

	assert_non_null(c);
	ch_add(c, HW_SET, SET "Services\\y", "Start", DWORD, ch_four, sizeof(ch_four));
	return c;
}

static struct plan *plan_of(struct qh *q, struct plan_change *c)
{
	struct plan *p = plan_new();
	struct rs_err err = {0};

	assert_non_null(p);
	if (change_look(q->vol, c, &err) < 0)
		fail_msg("%s %s", err.object, err.detail);
	assert_int_equal(
		plan_add_change(p, c, FILE_IN, "a test", "test", "\\Windows", false, NULL), 0);
	plan_accept(p);
	assert_int_equal(plan_count_accepted(p), 1);
	return p;
}

static void fill(struct qh *q, struct plan *p)
{
	struct rs_err err = {0};

	if (quarantine_fill(q->vol, p, NULL, &err) < 0)
		fail_msg("%s %s %s", err.object, rs_err_info(err.code)->text, err.detail);
}

static struct plan *load_first(struct qh *q, enum plan_action action)
{
	struct plan *p = NULL;
	struct rs_err err = {0};

	qh_list(q);
	assert_int_equal(q->n, 1);
	if (quarantine_load(q->vol, &q->all[0], action, &p, &err) < 0)
		fail_msg("%s", err.detail);
	plan_accept(p);
	return p;
}

static struct plan *undo(struct qh *q)
{
	struct plan *p = load_first(q, PLAN_RESTORE);
	struct rs_err err = {0};

	assert_int_equal(restore_survey(q->vol, NULL, NULL, p, NULL), 0);
	assert_int_equal(restore_verdict(p, false, NULL), 0);
	assert_int_equal(restore_check(q->vol, NULL, NULL, p, NULL), 0);
	if (quarantine_empty(q->vol, p, NULL, &err) < 0)
		fail_msg("%s %s %s", err.object, rs_err_info(err.code)->text, err.detail);
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

static uint8_t *whole_hive(struct qh *q, size_t *ret_len)
{
	uint8_t *p = NULL;

	assert_int_equal(nt_file_load(q->vol, HIVE, 1U << 20, &p, ret_len, NULL), 0);
	return p;
}

/* ---- there and back ---- */

static void test_change__made_and_taken_back__libhivex_reads_it(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, ch_disable_x());

	assert_int_equal(start_of(q, X), 0);
	assert_int_equal(guard_unchanged(q->vol, p, NULL), 0);
	fill(q, p);
	assert_int_equal(p->items[0].result, PLAN_DONE);
	assert_int_equal(start_of(q, X), 4);
	assert_false(lists_x(q));
	assert_int_equal(start_of(q, SET "Services\\y"), 1);
	verify(q, p, false, 0);
	qh_list(q);
	assert_int_equal(q->n, 1);
	assert_int_equal(q->all[0].state, QUARANTINE_ACTIVE);

	auto_plan struct plan *back = undo(q);
	verify(q, back, true, 0);
	assert_int_equal(start_of(q, X), 0);
	assert_true(lists_x(q));
	qh_list(q);
	assert_int_equal(q->n, 0);
	assert_false(qh_is_there(q, "/Unbrick"));
}

static void test_change__made_twice__nothing_is_left_to_do(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, ch_disable_x());
	auto_change struct plan_change *c = ch_disable_x();
	auto_plan struct plan *none = plan_new();

	fill(q, p);
	assert_int_equal(change_look(q->vol, c, NULL), 0);
	assert_int_equal(c->n, 0);
	assert_int_equal(
		plan_add_change(none, rs_steal(c), FILE_IN, "", "", "", false, NULL), RS_E_GUARD);
}

static void test_change__made__its_steps_are_noted(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, ch_disable_x());
	auto_free uint8_t *steps = NULL;
	char path[PLAN_PATH_BYTES];
	size_t len = 0;

	fill(q, p);
	plan_path(p->top, p->id, QUARANTINE_STEPS, path);
	assert_int_equal(nt_file_load(q->vol, path, 1U << 20, &steps, &len, NULL), 0);
	const char *begun = memmem(steps, len, "intent 0001", 11);
	const char *done = memmem(steps, len, "done 0001", 9);
	assert_true(begun && done > begun);
}

/* All that was overwritten lies in the item's folder, in the order that the head of it tells. */
static void test_change__overwritten_bytes__are_kept_before(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, ch_disable_x());
	auto_free uint8_t *before = NULL, *kept = NULL, *after = NULL;
	size_t len = 0, n = 0, after_len = 0;
	char path[PLAN_PATH_BYTES + 16], file[16];
	unsigned long long off, bytes;
	int used;

	before = whole_hive(q, &len);
	fill(q, p);
	after = whole_hive(q, &after_len);
	assert_int_equal(len, after_len);
	plan_target(p, &p->items[0], path);
	(void)strcat(path, "\\before-1");
	assert_int_equal(nt_file_load(q->vol, path, 1U << 20, &kept, &n, NULL), 0);
	const char *line = strchr((char *)kept, '\n') + 1;
	const uint8_t *data = (const uint8_t *)strstr(line, "\n\n") + 2;
	for (; *line != '\n'; line += used) {
		assert_int_equal(sscanf(line, "%15s %llu %llu\n%n", file, &off, &bytes, &used), 3);
		if (!strcmp(file, "primary"))
			memcpy(after + off, data, bytes);
		data += bytes;
		if (line[used - 1] == '\n' && line[used] == '\n')
			break;
		if (data == kept + n)
			break;
	}
	assert_ptr_equal(data, kept + n);
	assert_memory_equal(
		after, before, len); /* with the last write's bytes first, all is back */
}

/* ---- Windows ran in between ---- */

static void test_undo__windows_wrote_elsewhere__our_values_go_back(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, ch_disable_x());

	fill(q, p);
	hivex_writes(q, SET "Services\\y", "Start", 3);
	auto_plan struct plan *back = undo(q);
	assert_int_equal(start_of(q, X), 0);
	assert_true(lists_x(q));
	assert_int_equal(start_of(q, SET "Services\\y"), 3);
	verify(q, back, true, 0);
}

static void test_undo__a_value_of_ours_was_changed__it_is_left_and_kept(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, ch_disable_x());

	fill(q, p);
	hivex_writes(q, X, "Start", 2);
	auto_plan struct plan *back = undo(q);
	assert_int_equal(start_of(q, X), 2);
	assert_true(lists_x(q));
	assert_int_equal(change_count_left(back), 1);
	assert_true(back->items[0].change->values[0].is_left);
	verify(q, back, true, 0);
	qh_list(q);
	assert_int_equal(q->n, 1);
	assert_int_equal(q->all[0].state, QUARANTINE_LEFT);

	/* once the value is what it was, undo ends it */
	hivex_writes(q, X, "Start", 0);
	auto_plan struct plan *last = undo(q);
	assert_int_equal(change_count_left(last), 0);
	qh_list(q);
	assert_int_equal(q->n, 0);
}

/* Its product was uninstalled. A name in a list whose service is gone keeps disks from starting:
 * undo does not make one. */
static void test_undo__the_key_is_gone__it_is_left_and_so_is_the_list(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, ch_disable_x());

	fill(q, p);
	hivex_edits(q, X, take_key, NULL);
	auto_plan struct plan *back = undo(q);
	assert_int_equal(change_count_left(back), 2);
	assert_false(lists_x(q));
	verify(q, back, true, 0);
	qh_list(q);
	assert_int_equal(q->n, 1);
	assert_int_equal(q->all[0].state, QUARANTINE_LEFT);
}

/* Its product is gone: the early-launch driver that was disabled with it does not start alone. */
static void test_undo__the_key_is_gone__no_early_launch_driver_starts_without_it(void **state)
{
	char name[] = "Group", group[] = "E\0a\0r\0l\0y\0-\0L\0a\0u\0n\0c\0h\0\0";
	hive_set_value v = {name, hive_t_string, sizeof(group), group};
	struct qh *q = *state;
	struct plan_change *c = ch_disable_x();

	ch_add(c, HW_SET, SET "Services\\y", "Start", DWORD, ch_four, sizeof(ch_four));
	auto_plan struct plan *p = plan_of(q, c);
	fill(q, p);
	hivex_edits(q, SET "Services\\y", set_number, &v);
	hivex_edits(q, X, take_key, NULL);
	auto_plan struct plan *back = undo(q);
	assert_int_equal(start_of(q, SET "Services\\y"), 4);
	assert_int_equal(change_count_left(back), 3);
	verify(q, back, true, 0);
}

static void test_undo__left_values__a_new_run_does_not_tidy_them_away(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, ch_disable_x());

	fill(q, p);
	hivex_writes(q, X, "Start", 2);
	plan_free(undo(q));
	auto_plan struct plan *other = plan_of(q, disable_y());
	fill(q, other);
	qh_list(q);
	assert_int_equal(q->n, 2);
}

/* The plan was shown, and then something else changed a value. */
static void test_undo__changed_after_it_was_shown__is_refused(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, ch_disable_x());

	fill(q, p);
	auto_plan struct plan *back = load_first(q, PLAN_RESTORE);
	assert_int_equal(restore_survey(q->vol, NULL, NULL, back, NULL), 0);
	hivex_writes(q, X, "Start", 2);
	assert_int_equal(restore_check(q->vol, NULL, NULL, back, NULL), RS_E_CHANGED);
}

/* Only the numbers of its base block: Windows wrote, and nothing of it is to be seen. */
static void write_base(struct qh *q, uint32_t sequence)
{
	auto_free uint8_t *hive = NULL;
	size_t len = 0;

	hive = whole_hive(q, &len);
	rs_put_le32(hive + 4, sequence);
	rs_put_le32(hive + 8, sequence);
	uint32_t sum = 0;
	for (size_t i = 0; i < 508; i += 4)
		sum ^= rs_le32(hive + i);
	rs_put_le32(hive + 508, sum);
	assert_int_equal(nt_file_overwrite(q->vol, qh_ref(q, HIVE), 0, hive, 512, NULL), 0);
}

static void test_act__changed_after_it_was_planned__is_refused(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, ch_disable_x());
	struct rs_err err = {0};

	write_base(q, 12);
	assert_int_equal(guard_unchanged(q->vol, p, NULL), RS_E_CHANGED);
	write_base(q, 9);
	assert_int_equal(guard_unchanged(q->vol, p, NULL), 0);
	hivex_writes(q, SET "Services\\y", "Start", 3); /* not even one of ours */
	assert_int_equal(guard_unchanged(q->vol, p, NULL), RS_E_CHANGED);
	hivex_writes(q, X, "Start", 3);
	assert_int_equal(quarantine_fill(q->vol, p, NULL, &err), RS_E_CHANGED);
	assert_int_equal(start_of(q, X), 3);
	assert_true(lists_x(q));
}

static void test_act__a_key_went_after_it_was_planned__nothing_is_begun(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, ch_disable_x());

	hivex_edits(q, X, take_key, NULL);
	assert_int_equal(quarantine_fill(q->vol, p, NULL, NULL), RS_E_CHANGED);
	assert_true(lists_x(q));
}

/* Where in the file the key of service x is. */
static size_t key_x(const uint8_t *hive, size_t len)
{
	for (size_t i = 4096; i + 80 < len; i += 4)
		if (!memcmp(hive + i, "nk", 2) && rs_le16(hive + i + 72) == 1 &&
			hive[i + 76] == 'x')
			return i;
	fail_msg("no key x");
	return 0;
}

/* The same numbers, and yet: other values, another length. */
static void test_unchanged__with_the_same_numbers__is_seen(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, ch_disable_x());
	auto_free uint8_t *hive = NULL, *longer = NULL;
	size_t len = 0;

	hive = whole_hive(q, &len);
	longer = calloc(1, len + 4096);
	assert_non_null(longer);
	memcpy(longer, hive, len);
	put_hive(q, longer, len + 4096);
	assert_int_equal(guard_unchanged(q->vol, p, NULL), RS_E_CHANGED);
	put_hive(q, hive, len);
	assert_int_equal(guard_unchanged(q->vol, p, NULL), 0);
	const size_t list = 4096 + 4 + rs_le32(hive + key_x(hive, len) + 40);
	rs_put_le32(hive + 4096 + 4 + rs_le32(hive + list) + 8, 3); /* its one value, Start */
	put_hive(q, hive, len);
	assert_int_equal(start_of(q, X), 3);
	assert_int_equal(guard_unchanged(q->vol, p, NULL), RS_E_CHANGED);
}

/* ---- errors of the disk ---- */

/* What fill says where write number @n fails (0: none), on the volume as it was saved. */
static int fill_with(struct qh *q, uint64_t n, uint64_t *ret_writes)
{
	struct lay_watch *w = lay_watch_new(q->mem);
	struct nt_vol *vol = NULL;
	struct plan_change *c = ch_disable_x();
	auto_plan struct plan *p = plan_new();

	lay_mem_restore(q->mem);
	assert_int_equal(nt_vol_open(&w->blk, NT_VOL_WRITE, &vol, NULL), 0);
	assert_int_equal(change_look(vol, c, NULL), 0);
	assert_int_equal(plan_add_change(p, c, FILE_IN, "", "test", "", false, NULL), 0);
	plan_accept(p);
	lay_watch_reset(w);
	w->fail_write = n;
	int r = quarantine_fill(vol, p, NULL, NULL);
	*ret_writes = w->writes;
	(void)nt_vol_close(vol, NULL);
	blk_close(&w->blk);
	return r;
}

/* The one that failed is the last one of the hive, and told. */
static void test_act__a_write_fails__is_told(void **state)
{
	struct qh *q = *state;
	uint64_t n = 0, other;

	assert_int_equal(nt_vol_close(q->vol, NULL), 0);
	q->vol = NULL;
	assert_true(lay_mem_save(q->mem));
	assert_int_equal(fill_with(q, 0, &n), 0);
	assert_true(n > 20);
	for (uint64_t i = 1; i <= n; i++)
		if (fill_with(q, i, &other) == 0)
			fail_msg("write %u of %u", (unsigned)i, (unsigned)n);
	assert_int_equal(nt_vol_open(q->mem, NT_VOL_WRITE, &q->vol, NULL), 0);
}

/* ---- where it stands ---- */

static enum change_state state_of(struct qh *q, enum hw_op op, const char *key, const char *name,
	uint32_t type, const void *p, size_t len)
{
	auto_change struct plan_change *c = change_new(CHANGE_HIVE, FILE_IN);
	enum change_state ret = CHANGE_AFTER;

	assert_non_null(c);
	ch_add(c, op, key, name, type, p, len);
	assert_int_equal(change_state(q->vol, c, &ret, NULL), 0);
	return ret;
}

static void test_state__type_length_and_key_count(void **state)
{
	static const uint8_t zero[4] = {0};
	struct qh *q = *state;
	const char *none = SET "Services\\none";

	assert_int_equal(state_of(q, HW_SET, X, "Start", DWORD, zero, 4), CHANGE_AFTER);
	assert_int_equal(state_of(q, HW_SET, X, "Start", BINARY, zero, 4), CHANGE_OTHERS);
	assert_int_equal(state_of(q, HW_SET, X, "Start", DWORD, zero, 3), CHANGE_OTHERS);
	assert_int_equal(state_of(q, HW_SET, X, "Other", DWORD, zero, 4), CHANGE_BEFORE);
	assert_int_equal(state_of(q, HW_SET, none, "Start", DWORD, zero, 4), CHANGE_MISSING);
	assert_int_equal(state_of(q, HW_DELETE_VALUE, X, "Other", 0, NULL, 0), CHANGE_AFTER);
	assert_int_equal(state_of(q, HW_DELETE_VALUE, none, "Start", 0, NULL, 0), CHANGE_MISSING);
	assert_int_equal(state_of(q, HW_DELETE_KEY, none, "Start", 0, NULL, 0), CHANGE_AFTER);
	assert_int_equal(state_of(q, HW_DELETE_KEY, X, "Other", 0, NULL, 0), CHANGE_BEFORE);
}

static void test_state__some_of_it_is_done__is_neither(void **state)
{
	struct qh *q = *state;
	auto_change struct plan_change *c = ch_disable_x();
	enum change_state is = CHANGE_AFTER;

	hivex_writes(q, X, "Start", 4);
	c->values[1].had = true; /* what the list is: something else */
	assert_int_equal(change_state(q->vol, c, &is, NULL), 0);
	assert_int_equal(c->values[0].state, CHANGE_AFTER);
	assert_int_equal(is, CHANGE_OTHERS);
}

/* The key of service x leads out of the hive for its values: that is no value that is not there. */
static void test_state__a_value_that_cannot_be_read__is_an_error(void **state)
{
	struct qh *q = *state;
	auto_free uint8_t *hive = NULL;
	enum change_state is;
	auto_change struct plan_change *c = ch_disable_x();
	size_t len = 0;

	hive = whole_hive(q, &len);
	rs_put_le32(hive + key_x(hive, len) + 40, 0x7ffffff0);
	put_hive(q, hive, len);
	assert_int_equal(change_state(q->vol, c, &is, NULL), RS_E_HIVE);
}

/* ---- where the file system has written nothing yet ---- */

/* The log has its size, and of that only so much was ever written: the rest reads as zeros. */
static void cut_valid(struct qh *q, const char *log)
{
	ntfs_inode *ni = ntfs_inode_open(q->vol->lib, NT_REF_RECORD(qh_ref(q, log)));
	assert_non_null(ni);
	ntfs_attr *na = ntfs_attr_open(ni, AT_DATA, NULL, 0);
	assert_non_null(na);
	const s64 size = na->data_size;
	assert_int_equal(ntfs_attr_truncate_solid(na, 512), 0);
	assert_int_equal(ntfs_attr_truncate_solid(na, size), 0);
	assert_true(na->initialized_size <= 512);
	ntfs_attr_close(na);
	assert_int_equal(ntfs_inode_close(ni), 0);
	assert_int_equal(nt_sync(q->vol, NULL), 0);
}

static void test_change__a_log_that_was_never_written_so_far__there_and_back(void **state)
{
	struct qh *q = *state;

	cut_valid(q, HIVE ".LOG1");
	cut_valid(q, HIVE ".LOG2");
	qh_reopen(q);
	auto_plan struct plan *p = plan_of(q, ch_disable_x());
	fill(q, p);
	verify(q, p, false, 0);
	assert_int_equal(start_of(q, X), 4);
	auto_plan struct plan *back = undo(q);
	verify(q, back, true, 0);
	assert_int_equal(start_of(q, X), 0);
	assert_true(lists_x(q));
}

/* ---- no room ---- */

/* Every free cluster taken, and then so many given back. */
static void leave_free(struct qh *q, unsigned n)
{
	const uint64_t dir = qh_ref(q, "");
	uint64_t free_bytes = 0, made[100];
	unsigned k = 0;
	char name[16];

	assert_int_equal(nt_free_bytes(q->vol, &free_bytes, NULL), 0);
	auto_free uint8_t *all = calloc(1, (size_t)free_bytes + 4096);
	assert_non_null(all);
	for (size_t len = (size_t)free_bytes; len >= 4096 && k < 90;) {
		/* the last ones have a cluster each */
		const size_t take = len > 65536 ? len : 4096;
		(void)snprintf(name, sizeof(name), "full%u", k);
		if (nt_file_create(q->vol, dir, name, all, take, take, &made[k], NULL) == 0)
			k++;
		else
			len = take > 4096 ? len / 2 : 0;
	}
	for (unsigned i = 0; i < n; i++) {
		(void)snprintf(name, sizeof(name), "full%u", --k);
		assert_int_equal(nt_remove(q->vol, dir, name, made[k], NULL), 0);
	}
}

/* Whatever room there is: what is written was kept before. */
static void test_act__no_room_to_keep_what_is_overwritten__no_write(void **state)
{
	struct qh *q = *state;
	bool is_done = false;
	unsigned refused = 0;

	assert_true(lay_mem_save(q->mem));
	for (unsigned n = 0; !is_done; n++) {
		auto_free uint8_t *before = NULL, *after = NULL;
		size_t len = 0, after_len = 0;
		char kept[PLAN_PATH_BYTES + 16];
		assert_int_equal(nt_vol_close(q->vol, NULL), 0);
		q->vol = NULL;
		lay_mem_restore(q->mem);
		assert_int_equal(nt_vol_open(q->mem, NT_VOL_WRITE, &q->vol, NULL), 0);
		auto_plan struct plan *p = plan_of(q, ch_disable_x());
		before = whole_hive(q, &len);
		leave_free(q, n);
		int r = quarantine_fill(q->vol, p, NULL, NULL);
		is_done = r == 0;
		assert_true(is_done || r == RS_E_NO_SPACE);
		plan_target(p, &p->items[0], kept);
		(void)strcat(kept, "\\before-1");
		after = whole_hive(q, &after_len);
		if (is_done || memcmp(before, after, len) != 0)
			assert_true(qh_is_there(q, kept));
		refused += !is_done;
	}
	assert_true(refused > 2);
}

static void test_undo__the_volume_is_full__goes_back_all_the_same(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, ch_disable_x());

	fill(q, p);
	leave_free(q, 0);
	auto_plan struct plan *back = undo(q);
	assert_int_equal(start_of(q, X), 0);
	assert_true(lists_x(q));
	verify(q, back, true, 0);
}

/* ---- values that were not there, or go ---- */

static void test_change__value_deleted__comes_back(void **state)
{
	struct qh *q = *state;
	struct plan_change *c = change_new(CHANGE_HIVE, FILE_IN);
	uint8_t raw[4];

	ch_add(c, HW_DELETE_VALUE, MEMORY, "VerifyDriverLevel", 0, NULL, 0);
	auto_plan struct plan *p = plan_of(q, c);
	fill(q, p);
	assert_int_equal(hivex_bytes(q, MEMORY, "VerifyDriverLevel", raw, 4), -1);
	verify(q, p, false, 0);
	plan_free(undo(q));
	assert_int_equal(hivex_bytes(q, MEMORY, "VerifyDriverLevel", raw, 4), 4);
	assert_int_equal(raw[0], 9);
}

static void test_change__value_made__goes_again(void **state)
{
	struct qh *q = *state;
	struct plan_change *c = change_new(CHANGE_HIVE, FILE_IN);
	uint8_t raw[40];

	ch_add(c, HW_SET, CLASS, "LowerFilters", MULTI, ch_without_x, sizeof(ch_without_x));
	auto_plan struct plan *p = plan_of(q, c);
	fill(q, p);
	assert_int_equal(hivex_bytes(q, CLASS, "LowerFilters", raw, 40), sizeof(ch_without_x));
	auto_plan struct plan *back = undo(q);
	assert_int_equal(hivex_bytes(q, CLASS, "LowerFilters", raw, 40), -1);
	verify(q, back, true, 0);
}

static void test_look__a_key_that_is_not_there__is_named(void **state)
{
	struct qh *q = *state;
	auto_change struct plan_change *c = change_new(CHANGE_HIVE, FILE_IN);

	ch_add(c, HW_SET, SET "Services\\none", "Start", DWORD, ch_four, sizeof(ch_four));
	assert_int_equal(change_look(q->vol, c, NULL), RS_E_NO_SUCH_FILE);
}

static void test_look__what_the_table_has_not__is_refused(void **state)
{
	struct qh *q = *state;
	static const uint8_t five[] = {5, 0, 0, 0};
	auto_change struct plan_change *c = change_new(CHANGE_HIVE, FILE_IN);
	auto_change struct plan_change *d = change_new(CHANGE_HIVE, FILE_IN);

	ch_add(c, HW_SET, X, "Start", DWORD, five, sizeof(five));
	assert_int_equal(change_look(q->vol, c, NULL), RS_E_HIVE_EDIT);
	ch_add(d, HW_SET, SET "Services\\disk", "Start", DWORD, ch_four, sizeof(ch_four));
	assert_int_equal(change_look(q->vol, d, NULL), RS_E_HIVE_EDIT);
}

/* What lies behind it is another file's, and what lies in it nobody reads. */
static int setup_reparse(void **state)
{
	static const struct wi_value one[] = {{X, "Start", NULL, 1}, {NULL, NULL, NULL, 0}};
	struct qh *q = calloc(1, sizeof(*q));

	assert_non_null(q);
	qh_make(q);
	wi_hive(&q->wi, "SYSTEM", one);
	wi_reparse(&q->wi, HIVE, 0xA000000CU);
	qh_open(q);
	*state = q;
	return 0;
}

static void test_can__the_hive_is_a_reparse_point__is_refused(void **state)
{
	struct qh *q = *state;
	auto_change struct plan_change *c = change_new(CHANGE_HIVE, FILE_IN);
	struct rs_err err = {0};

	ch_add(c, HW_SET, X, "Start", DWORD, ch_four, sizeof(ch_four));
	assert_int_equal(change_look(q->vol, c, NULL), 0);
	assert_int_equal(change_can(q->vol, c, &err), RS_E_HIVE_EDIT);
	assert_non_null(strstr(err.detail, "reparse point"));
}

/* ---- beside moves ---- */

/* Where the steps say that an item was begun last; 0: nowhere. */
static size_t place_of_last(const char *steps, size_t len, const char *line)
{
	size_t ret = 0;

	for (size_t i = 0; i + STEPS_SLOT_BYTES <= len; i += STEPS_SLOT_BYTES)
		if (memcmp(steps + i + 9, line, strlen(line)) == 0)
			ret = i;
	return ret;
}

static void test_undo__a_change_and_a_file__the_file_first(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = qh_plan(q, QH_BAD, "\\Windows\\System32\\drivers\\bad.dat");
	struct plan_change *c = ch_disable_x();
	auto_free uint8_t *steps = NULL;
	char path[PLAN_PATH_BYTES];
	size_t len = 0;

	assert_int_equal(change_look(q->vol, c, NULL), 0);
	assert_int_equal(plan_add_change(p, c, FILE_IN, "", "test", "", false, NULL), 0);
	plan_accept(p);
	fill(q, p);
	assert_false(qh_is_there(q, QH_BAD));
	assert_int_equal(start_of(q, X), 4);
	hivex_writes(q, X, "Start", 2); /* so that the steps stay */
	auto_plan struct plan *back = undo(q);
	assert_true(qh_is_there(q, QH_BAD));
	assert_true(lists_x(q));
	plan_path(p->top, p->id, QUARANTINE_STEPS, path);
	assert_int_equal(nt_file_load(q->vol, path, 1U << 20, &steps, &len, NULL), 0);
	const size_t file = place_of_last((char *)steps, len, "intent 0002");
	assert_true(file && file < place_of_last((char *)steps, len, "intent 0001"));
	verify(q, back, true, 0);
}

/* ---- a boot configuration: a key that is made or goes ---- */

#define ELEMENTS "Objects\\{b2721d73-1db4-4c62-bf78-c548a880142d}\\Elements"
#define SAFEBOOT ELEMENTS "\\25000080"

static const uint8_t minimal[8] = {0};

/* One of libhivex in \Boot, with logs that Windows has used. */
static void give_bcd(struct qh *q, const struct wi_value *values)
{
	auto_free uint8_t *hive = NULL;
	size_t len = 0;
	uint64_t dir, made;

	assert_int_equal(nt_vol_close(q->vol, NULL), 0);
	q->vol = NULL;
	blk_close(q->mem);
	wi_mount(&q->wi);
	wi_hive(&q->wi, "BCD", values);
	qh_open(q);
	assert_int_equal(
		nt_file_load(q->vol, "/Windows/System32/config/BCD", 1U << 20, &hive, &len, NULL),
		0);
	assert_int_equal(nt_mkdir(q->vol, qh_ref(q, ""), "Boot", &dir, NULL), 0);
	assert_int_equal(nt_file_create(q->vol, dir, "BCD", hive, len, 0, &made, NULL), 0);
	ch_give_logs(q, "/Boot", "BCD");
}

static struct plan_change *safeboot(enum hw_op op)
{
	struct plan_change *c = change_new(CHANGE_HIVE, "\\Boot\\BCD");
	const bool is_set = op == HW_MAKE_KEY;

	assert_non_null(c);
	ch_add(c, op, SAFEBOOT, "Element", is_set ? BINARY : 0, is_set ? minimal : NULL,
		is_set ? sizeof(minimal) : 0);
	return c;
}

static bool has_key(struct qh *q, const char *key)
{
	auto_hive struct win_hive *h = NULL;
	win_key k;

	assert_int_equal(win_hive_open_in(q->vol, "\\Boot\\BCD", &h, NULL), 0);
	return win_hive_key(h, win_hive_root(h), key, &k, NULL) == 0;
}

/* Somebody else's, in the place of a key's value. */
static void put_into(struct qh *q, const char *key, const char *name)
{
	static const uint8_t one[4] = {1};
	auto_free uint8_t *hive = NULL, *log1 = NULL, *log2 = NULL, *image = NULL;
	size_t len = 0, len1 = 0, len2 = 0, n = 0;
	const struct hw_edit edit = {HW_SET, key, name, DWORD, one, sizeof(one)};
	uint64_t made;

	assert_int_equal(nt_file_load(q->vol, "/Boot/BCD", 1U << 20, &hive, &len, NULL), 0);
	assert_int_equal(nt_file_load(q->vol, "/Boot/BCD.LOG1", 1U << 20, &log1, &len1, NULL), 0);
	assert_int_equal(nt_file_load(q->vol, "/Boot/BCD.LOG2", 1U << 20, &log2, &len2, NULL), 0);
	struct win_bytes b[] = {{hive, len}, {log1, len1}, {log2, len2}};
	const struct hw_files f = {.primary = win_src_bytes(&b[0]),
		.log1 = win_src_bytes(&b[1]),
		.log2 = win_src_bytes(&b[2]),
		.has_log1 = true,
		.has_log2 = true};
	assert_int_equal(hw_image(&f, &edit, 1, &image, &n, NULL), 0);
	const uint64_t dir = qh_ref(q, "/Boot");
	assert_int_equal(nt_remove(q->vol, dir, "BCD", qh_ref(q, "/Boot/BCD"), NULL), 0);
	assert_int_equal(nt_file_create(q->vol, dir, "BCD", image, n, 0, &made, NULL), 0);
}

static struct plan *plan_of_bcd(struct qh *q, struct plan_change *c)
{
	struct plan *p = plan_new();
	struct rs_err err = {0};

	if (change_look(q->vol, c, &err) < 0)
		fail_msg("%s %s", err.object, err.detail);
	assert_int_equal(plan_add_change(p, c, c->file, "", "test", "", false, NULL), 0);
	plan_accept(p);
	return p;
}

static void test_change__key_made__goes_again(void **state)
{
	static const struct wi_value values[] = {{ELEMENTS, NULL, NULL, 0}, {NULL, NULL, NULL, 0}};
	struct qh *q = *state;

	give_bcd(q, values);
	auto_plan struct plan *p = plan_of_bcd(q, safeboot(HW_MAKE_KEY));
	fill(q, p);
	assert_true(has_key(q, SAFEBOOT));
	verify(q, p, false, 0);
	auto_plan struct plan *back = undo(q);
	assert_false(has_key(q, SAFEBOOT));
	assert_true(has_key(q, ELEMENTS));
	verify(q, back, true, 0);
}

static void test_change__key_made_and_used_by_others__only_the_value_goes(void **state)
{
	static const struct wi_value values[] = {{ELEMENTS, NULL, NULL, 0}, {NULL, NULL, NULL, 0}};
	struct qh *q = *state;

	give_bcd(q, values);
	auto_plan struct plan *p = plan_of_bcd(q, safeboot(HW_MAKE_KEY));
	fill(q, p);
	put_into(q, SAFEBOOT, "Other");
	auto_plan struct plan *back = undo(q);
	assert_true(has_key(q, SAFEBOOT));
	verify(q, back, true, 0);
	qh_list(q);
	assert_int_equal(q->n, 0);
}

static void test_look__a_key_with_more_in_it__is_not_deleted(void **state)
{
	static const struct wi_value values[] = {{SAFEBOOT, "Element", "no number", 0},
		{SAFEBOOT, "Other", NULL, 1}, {NULL, NULL, NULL, 0}};
	struct qh *q = *state;
	auto_change struct plan_change *c = safeboot(HW_DELETE_KEY);
	struct rs_err err = {0};

	give_bcd(q, values);
	assert_int_equal(change_look(q->vol, c, &err), RS_E_HIVE_EDIT);
	assert_non_null(strstr(err.detail, "holds more"));
}

static void test_look__a_key_with_a_key_below_it__is_not_deleted(void **state)
{
	static const struct wi_value values[] = {{SAFEBOOT, "Element", NULL, 0},
		{SAFEBOOT "\\Below", NULL, NULL, 0}, {NULL, NULL, NULL, 0}};
	struct qh *q = *state;
	auto_change struct plan_change *c = safeboot(HW_DELETE_KEY);
	struct rs_err err = {0};

	give_bcd(q, values);
	assert_int_equal(change_look(q->vol, c, &err), RS_E_HIVE_EDIT);
	assert_non_null(strstr(err.detail, "holds more"));
}

static void test_look__a_key_without_its_value__is_not_deleted(void **state)
{
	static const struct wi_value values[] = {{SAFEBOOT, NULL, NULL, 0}, {NULL, NULL, NULL, 0}};
	struct qh *q = *state;
	auto_change struct plan_change *c = safeboot(HW_DELETE_KEY);
	struct rs_err err = {0};

	give_bcd(q, values);
	assert_int_equal(change_look(q->vol, c, &err), RS_E_HIVE_EDIT);
	assert_non_null(strstr(err.detail, "has no Element"));
}

static void test_undo__the_key_was_there_before__it_stays(void **state)
{
	static const struct wi_value values[] = {{SAFEBOOT, NULL, NULL, 0}, {NULL, NULL, NULL, 0}};
	struct qh *q = *state;

	give_bcd(q, values);
	auto_plan struct plan *p = plan_of_bcd(q, safeboot(HW_MAKE_KEY));
	fill(q, p);
	auto_plan struct plan *back = undo(q);
	assert_true(has_key(q, SAFEBOOT));
	verify(q, back, true, 0);
}

/* ---- afterwards ---- */

static void test_verify__a_value_is_not_as_planned__is_seen(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, ch_disable_x());

	fill(q, p);
	hivex_writes(q, X, "Start", 0);
	verify(q, p, false, RS_E_VERIFY);
	hivex_writes(q, X, "Start", 4);
	verify(q, p, false, 0);
}

static void test_verify__the_minimum_that_every_start_needs__is_looked_at(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, ch_disable_x());

	fill(q, p);
	hivex_writes(q, SET "Services\\volsnap", "Start", 3);
	verify(q, p, false, RS_E_VERIFY);
	p->items[0].change->is_boot_minimum = false; /* it was not so before either */
	verify(q, p, false, 0);
}

static void test_verify__after_undo_a_value_is_not_as_it_was__is_seen(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, ch_disable_x());

	fill(q, p);
	auto_plan struct plan *back = undo(q);
	hivex_writes(q, X, "Start", 4);
	verify(q, back, true, RS_E_VERIFY);
}

static void test_verify__a_part_of_the_minimum_has_no_start_or_is_gone__is_seen(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, ch_disable_x());

	fill(q, p);
	hivex_edits(q, SET "Services\\volsnap", take_values, NULL);
	verify(q, p, false, RS_E_VERIFY);
	hivex_edits(q, SET "Services\\volsnap", take_key, NULL);
	verify(q, p, false, RS_E_VERIFY);
}

static void test_verify__the_hive_is_cut__is_seen(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, ch_disable_x());
	auto_free uint8_t *hive = NULL;
	uint32_t sum = 0;
	size_t len = 0;

	fill(q, p);
	hive = whole_hive(q, &len);
	rs_put_le32(hive + 40, rs_le32(hive + 40) + 512); /* it says that there is more */
	for (size_t i = 0; i < 508; i += 4)
		sum ^= rs_le32(hive + i);
	rs_put_le32(hive + 508, sum);
	put_hive(q, hive, len);
	verify(q, p, false, RS_E_VERIFY);
	p->items[0].change->is_hive_whole = false;
	verify(q, p, false, 0);
}

static void test_verify__the_hive_is_damaged__is_seen(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, ch_disable_x());
	const uint64_t ref = qh_ref(q, HIVE);

	fill(q, p);
	/* the size of its first bin */
	assert_int_equal(nt_file_overwrite(q->vol, ref, 4096 + 8, "\1\1\1\1", 4, NULL), 0);
	verify(q, p, false, RS_E_VERIFY);
	p->items[0].change->is_hive_whole = false; /* it was not so before either */
	verify(q, p, false, 0);
}

/* ---- what a manifest may say ---- */

static void expect_refused(struct qh *q, const char *from, const char *to)
{
	auto_free char *text = NULL;
	auto_plan struct plan *p = load_first(q, PLAN_RESTORE), *forged = NULL;
	struct rs_err err = {0};
	size_t len = 0;

	assert_int_equal(manifest_write(p, &text, &len, NULL), 0);
	char *at = strstr(text, from);
	assert_non_null(at);
	auto_free char *other = NULL;
	assert_true(
		asprintf(&other, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from)) > 0);
	int r = manifest_parse(other, strlen(other), PLAN_RESTORE, &forged, &err);
	if (r == 0) {
		(void)snprintf(forged->top, sizeof(forged->top), "%s", p->top);
		forged->is_proven = true;
		r = items_check(q->vol, forged, &err);
	}
	if (r != RS_E_MANIFEST)
		fail_msg("%s: %d %s", to, r, err.detail);
}

static void test_manifest__says_more_than_the_table__is_refused(void **state)
{
	static const char *const forged[][2] = {
		{"Services\\\\x", "Services\\\\x\\\\Parameters"},
		{"ControlSet001\\\\Services\\\\x", "Setup"},
		{"Services\\\\x", "Services\\\\disk"},
		{"Services\\\\x", "Services\\\\VOLMGR"},
		{"\"Start\"", "\"ImagePath\""},
		{"\"old_hex\": \"00000000\"", "\"old_hex\": \"05000000\""},
		{"\"old_hex\": \"00000000\"", "\"old_hex\": \"0000000\""},
		{"\"old_hex\": \"00000000\"", "\"old_hex\": \"0000000g\""},
		{"\"old_type\": 4", "\"old_type\": 1"},
		{"\"new_hex\": \"04000000\"", "\"new_hex\": \"0400000000\""},
		{"\"does\": \"set\"", "\"does\": \"delete-key\""},
		{"\"does\": \"set\"", "\"does\": \"make-key\""},
		{"\"does\": \"set\"", "\"does\": \"else\""},
		{"UpperFilters", "Class"},
		{"\"id\": \"20", "\"id\": \"2\\u0001"},
		{"\"kind\": \"hive\"", "\"kind\": \"head\""},
		{"\"kind\": \"hive\"", "\"kind\": \"else\""},
		{"\"file\": \"\\\\Windows\\\\System32\\\\config\\\\SYSTEM\"",
			"\"file\": \"\\\\Windows\\\\System32\\\\config\\\\SAM\""},
		{"\"file\": \"\\\\Windows\\\\System32\\\\config\\\\SYSTEM\"",
			"\"file\": \"\\\\Users\\\\a\\\\System32\\\\config\\\\SYSTEM\""},
		{"\"path\": \"\\\\Windows\\\\System32\\\\config\\\\SYSTEM\"",
			"\"path\": \"\\\\Windows\\\\System32\\\\config\\\\SOFTWARE\""},
	};
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, ch_disable_x());

	fill(q, p);
	for (size_t i = 0; i < sizeof(forged) / sizeof(forged[0]); i++)
		expect_refused(q, forged[i][0], forged[i][1]);
	assert_int_equal(start_of(q, X), 4);
}

static int get(const char *change, struct rs_err *err)
{
	auto_free char *text = NULL;
	auto_change struct plan_change *c = NULL;

	assert_true(asprintf(&text, "{\"change\": %s}", change) > 0);
	struct json_object *o = json_tokener_parse(text);
	assert_non_null(o);
	int r = change_get(o, &c, err);
	assert_true(r < 0 || c);
	(void)json_object_put(o);
	return r;
}

#define HEAD "{\"kind\": \"hive\", \"file\": \"f\", "
#define K    HEAD "\"values\": [{\"key\": \"k\", \"name\": \"n\", "
#define OLD  "\"had\": true, \"old_type\": 4, "

/* Each member by itself; that the table would not have it either is another matter. */
static void test_manifest__each_member_of_a_change__is_looked_at(void **state)
{
	static const char *const bad[][2] = {
		{"7", "of a kind"},
		{HEAD "\"values\": [7]}", "key"},
		{HEAD "\"values\": [{\"does\": \"delete-value\", \"had\": true}]}", "key"},
		{HEAD "\"values\": [{\"key\": \"\", \"does\": \"delete-value\"}]}", "key"},
		{K "\"does\": \"else\"}]}", "what it does"},
		{K "\"does\": \"delete-value\"}]}", "nothing to undo"},
		{K "\"does\": \"delete-key\", \"had\": 1}]}", "nothing to undo"},
		{K "\"does\": \"delete-key\", \"had\": true}]}", "a value"},
		{K "\"does\": \"delete-key\", \"had\": true, \"old_type\": 4294967296}]}",
			"a value"},
		{K "\"does\": \"delete-key\", " OLD "\"old_hex\": \"000\"}]}", "a value"},
		{K "\"does\": \"delete-key\", " OLD "\"old_hex\": \"0g\"}]}", "a value"},
		{K "\"does\": \"set\"}]}", "a value"},
		{K "\"does\": \"set\", \"new_type\": 4294967296}]}", "a value"},
		{K "\"does\": \"set\", \"new_type\": 4, \"new_hex\": \"0\"}]}", "a value"},
		{HEAD "\"touched\": [{\"kind\": \"else\"}]}", "what is touched"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct rs_err err = {0};
		if (get(bad[i][0], &err) != RS_E_MANIFEST || !strstr(err.detail, bad[i][1]))
			fail_msg("%s: %s", bad[i][0], err.detail);
	}
	assert_int_equal(get(K "\"does\": \"delete-key\", " OLD "\"old_hex\": \"00\"}]}", NULL), 0);
	assert_int_equal(
		get(K "\"does\": \"set\", \"new_type\": 4, \"new_hex\": \"00\"}]}", NULL), 0);
}

static void test_manifest__more_is_touched_than_a_change_has__is_refused(void **state)
{
	auto_free char *text = NULL;
	struct rs_err err = {0};
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	(void)state;
	assert_non_null(f);
	(void)fputs(HEAD "\"touched\": [", f);
	for (size_t i = 0; i < CHANGE_MAX_VALUES; i++)
		(void)fputs("{\"kind\": \"service\"}, ", f);
	(void)fputs("{\"kind\": \"service\"}]}", f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(get(text, &err), RS_E_MANIFEST);
	assert_non_null(strstr(err.detail, "what is touched"));
}

static void test_manifest__a_change_of_nothing__is_refused(void **state)
{
	struct plan_change none = {.kind = CHANGE_HIVE, .file = (char[]){FILE_IN}};
	const struct plan_item item = {.change = &none};

	(void)state;
	assert_non_null(change_hive.refuses(&item));
}

/* Somebody's folder of such a name is none of what was kept. */
static void test_forget__a_folder_of_that_name__stays(void **state)
{
	struct qh *q = *state;
	uint64_t made;

	const uint64_t dir = qh_ref(q, QH_DRIVERS);
	assert_int_equal(nt_mkdir(q->vol, dir, CHANGE_KEPT "1", &made, NULL), 0);
	assert_int_equal(change_keep(q->vol, dir, "a", 1, NULL), 0);
	assert_true(qh_is_there(q, QH_DRIVERS "/before-2"));
	assert_int_equal(change_forget(q->vol, dir, NULL), 0);
	assert_false(qh_is_there(q, QH_DRIVERS "/before-2"));
	assert_true(qh_is_there(q, QH_DRIVERS "/before-1"));
}

/* What is not proven ours is not even asked about. */
static void test_manifest__not_proven__no_change_is_believed(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, ch_disable_x());

	fill(q, p);
	auto_plan struct plan *loaded = load_first(q, PLAN_RESTORE);
	assert_int_equal(items_check(q->vol, loaded, NULL), 0);
	loaded->is_proven = false;
	assert_int_equal(items_check(q->vol, loaded, NULL), RS_E_MANIFEST);
}

static void test_manifest__with_a_change__older_programs_refuse_it(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, ch_disable_x());
	auto_free char *text = NULL;
	size_t len = 0;

	assert_int_equal(manifest_write(p, &text, &len, NULL), 0);
	assert_non_null(strstr(text, "\"version\": 2"));
}

/* Something took the manifest: the bytes that were overwritten are not tidied away. */
static void test_lost__manifest_is_gone__the_kept_bytes_stay(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, ch_disable_x());
	char path[PLAN_PATH_BYTES];
	uint64_t dir;

	fill(q, p);
	plan_path(p->top, p->id, "", path);
	dir = qh_ref(q, path);
	plan_path(p->top, p->id, QUARANTINE_MANIFEST, path);
	assert_int_equal(nt_remove(q->vol, dir, QUARANTINE_MANIFEST, qh_ref(q, path), NULL), 0);
	qh_list(q);
	assert_int_equal(q->n, 1);
	assert_int_equal(q->all[0].state, QUARANTINE_LOST);

	auto_plan struct plan *other = plan_of(q, disable_y());
	fill(q, other); /* tidies up what is empty */
	plan_target(p, &p->items[0], path);
	assert_true(qh_is_there(q, path));
	(void)strcat(path, "\\before-1");
	assert_true(qh_is_there(q, path));
}

static void put_report(const struct plan *p, char **ret, size_t *ret_len)
{
	struct json_out j = {.f = open_memstream(ret, ret_len), .clean = rs_escape_new};
	char target[PLAN_PATH_BYTES];

	assert_non_null(j.f);
	plan_target(p, &p->items[0], target);
	jo_open(&j, NULL, '{');
	jo_open(&j, "plan", '[');
	jo_open(&j, NULL, '{');
	jo_uint(&j, "item", 1);
	jo_text(&j, "path", p->items[0].path);
	jo_text(&j, "target", target);
	jo_bool(&j, "accepted", true);
	change_put(&j, p->items[0].change);
	jo_close(&j, '}');
	jo_close(&j, ']');
	jo_close(&j, '}');
	assert_int_equal(fclose(j.f), 0);
}

static void test_lost__the_report_is_beside_it__undo_goes_by_that(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of(q, ch_disable_x());
	auto_free char *report = NULL;
	char path[PLAN_PATH_BYTES];
	size_t len = 0;

	fill(q, p);
	put_report(p, &report, &len);
	const struct rs_view text = {(const uint8_t *)report, len};
	assert_int_equal(quarantine_keep_report(q->vol, p, text, text, NULL), 0);
	plan_path(p->top, p->id, "", path);
	const uint64_t dir = qh_ref(q, path);
	plan_path(p->top, p->id, QUARANTINE_MANIFEST, path);
	assert_int_equal(nt_remove(q->vol, dir, QUARANTINE_MANIFEST, qh_ref(q, path), NULL), 0);
	plan_free(undo(q));
	assert_int_equal(start_of(q, X), 0);
	assert_true(lists_x(q));
	qh_list(q);
	assert_int_equal(q->n, 0);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, qh_teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_change__made_and_taken_back__libhivex_reads_it),
		CASE(test_change__made_twice__nothing_is_left_to_do),
		CASE(test_change__overwritten_bytes__are_kept_before),
		CASE(test_undo__windows_wrote_elsewhere__our_values_go_back),
		CASE(test_undo__a_value_of_ours_was_changed__it_is_left_and_kept),
		CASE(test_undo__left_values__a_new_run_does_not_tidy_them_away),
		CASE(test_undo__changed_after_it_was_shown__is_refused),
		CASE(test_act__changed_after_it_was_planned__is_refused),
		CASE(test_change__a_log_that_was_never_written_so_far__there_and_back),
		CASE(test_act__no_room_to_keep_what_is_overwritten__no_write),
		CASE(test_undo__the_volume_is_full__goes_back_all_the_same),
		CASE(test_change__value_deleted__comes_back),
		CASE(test_change__value_made__goes_again),
		CASE(test_look__a_key_that_is_not_there__is_named),
		CASE(test_look__what_the_table_has_not__is_refused),
		cmocka_unit_test_setup_teardown(test_can__the_hive_is_a_reparse_point__is_refused,
			setup_reparse, qh_teardown),
		CASE(test_undo__a_change_and_a_file__the_file_first),
		CASE(test_change__key_made__goes_again),
		CASE(test_change__key_made_and_used_by_others__only_the_value_goes),
		CASE(test_look__a_key_with_more_in_it__is_not_deleted),
		CASE(test_verify__a_value_is_not_as_planned__is_seen),
		CASE(test_verify__the_hive_is_damaged__is_seen),
		CASE(test_verify__the_minimum_that_every_start_needs__is_looked_at),
		CASE(test_manifest__says_more_than_the_table__is_refused),
		CASE(test_manifest__not_proven__no_change_is_believed),
		CASE(test_manifest__with_a_change__older_programs_refuse_it),
		CASE(test_lost__manifest_is_gone__the_kept_bytes_stay),
		CASE(test_lost__the_report_is_beside_it__undo_goes_by_that),
		CASE(test_undo__the_key_is_gone__no_early_launch_driver_starts_without_it),
		CASE(test_undo__the_key_is_gone__it_is_left_and_so_is_the_list),
		CASE(test_act__a_key_went_after_it_was_planned__nothing_is_begun),
		CASE(test_unchanged__with_the_same_numbers__is_seen),
		CASE(test_state__type_length_and_key_count),
		CASE(test_state__some_of_it_is_done__is_neither),
		CASE(test_state__a_value_that_cannot_be_read__is_an_error),
		CASE(test_look__a_key_with_a_key_below_it__is_not_deleted),
		CASE(test_look__a_key_without_its_value__is_not_deleted),
		CASE(test_undo__the_key_was_there_before__it_stays),
		CASE(test_verify__after_undo_a_value_is_not_as_it_was__is_seen),
		CASE(test_verify__a_part_of_the_minimum_has_no_start_or_is_gone__is_seen),
		CASE(test_verify__the_hive_is_cut__is_seen),
		CASE(test_manifest__each_member_of_a_change__is_looked_at),
		CASE(test_manifest__more_is_touched_than_a_change_has__is_refused),
		CASE(test_manifest__a_change_of_nothing__is_refused),
		CASE(test_forget__a_folder_of_that_name__stays),
		CASE(test_act__a_write_fails__is_told),
		CASE(test_change__made__its_steps_are_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

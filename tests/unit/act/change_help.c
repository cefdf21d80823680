/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "change_help.h"

#include <stdio.h>
#include <string.h>

#include "format/bytes.h"

static const struct wi_value values[] = {
	{"Select", "Default", NULL, 1},
	{SET "Services\\ACPI", "Start", NULL, 0},
	{SET "Services\\disk", "Start", NULL, 0},
	{SET "Services\\volmgr", "Start", NULL, 0},
	{SET "Services\\partmgr", "Start", NULL, 0},
	{SET "Services\\volsnap", "Start", NULL, 0},
	{SET "Services\\volume", "Start", NULL, 0},
	{X, "Start", NULL, 0},
	{SET "Services\\y", "Start", NULL, 1},
	{Z, "Start", NULL, 1},
	{Z, "ImagePath", "\\SystemRoot\\other\\z.sys", 0},
	{CLASS, "UpperFilters", "PartMgr\nx\n", 0},
	{MEMORY, "VerifyDriverLevel", NULL, 9},
	{NULL, NULL, NULL, 0},
};

const uint8_t ch_without_x[CH_WITHOUT_X_BYTES] = "P\0a\0r\0t\0M\0g\0r\0\0\0\0";
const uint8_t ch_four[4] = {4, 0, 0, 0};

static uint32_t sum_of(const uint8_t *p)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < 508; i += 4)
		sum ^= rs_le32(p + i);
	return sum;
}

/* The base block that Windows keeps in a log, of an earlier writing of this hive. */
static void make_log(const uint8_t *hive, uint8_t *log)
{
	memcpy(log, hive, 512);
	rs_put_le32(log + 28, 6);
	rs_put_le32(log + 4, 3);
	rs_put_le32(log + 8, 3);
	rs_put_le32(log + 508, sum_of(log));
}

void ch_give_logs(struct qh *q, const char *dir, const char *name)
{
	static const char *const logs[] = {"LOG1", "LOG2"};
	static uint8_t log[65536];
	auto_free uint8_t *hive = NULL;
	size_t len = 0;
	uint64_t made;
	char path[120], log_name[40];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(nt_file_load(q->vol, path, 1U << 20, &hive, &len, NULL), 0);
	rs_put_le32(hive + 4, 9);
	rs_put_le32(hive + 8, 9);
	rs_put_le32(hive + 508, sum_of(hive));
	memset(log, 0, sizeof(log));
	make_log(hive, log);
	assert_int_equal(nt_file_overwrite(q->vol, qh_ref(q, path), 0, hive, 512, NULL), 0);
	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(log_name, sizeof(log_name), "%s.%s", name, logs[i]);
		assert_int_equal(nt_file_create(q->vol, qh_ref(q, dir), log_name, log, sizeof(log),
					 sizeof(log), &made, NULL),
			0);
	}
}

void ch_make(struct qh *q)
{
	qh_make(q);
	wi_hive(&q->wi, "SYSTEM", values);
	qh_open(q);
	ch_give_logs(q, "/Windows/System32/config", "SYSTEM");
	qh_reopen(q);
}

void ch_add(struct plan_change *c, enum hw_op op, const char *key, const char *name, uint32_t type,
	const void *p, size_t len)
{
	const struct change_edit edit = {op, key, name, type, p, len, "a test"};

	assert_int_equal(change_add(c, &edit, NULL), 0);
}

/* Service x off, and its name out of a list. */
struct plan_change *ch_disable_x(void)
{
	struct plan_change *c = change_new(CHANGE_HIVE, FILE_IN);

	assert_non_null(c);
	ch_add(c, HW_SET, X, "Start", DWORD, ch_four, sizeof(ch_four));
	ch_add(c, HW_SET, CLASS, "UpperFilters", MULTI, ch_without_x, sizeof(ch_without_x));
	assert_int_equal(change_touch(c, TOUCHED_SERVICE, "x", "A vendor", NULL, true, NULL), 0);
	return c;
}

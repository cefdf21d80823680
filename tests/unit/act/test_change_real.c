/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hives of real machines (fixtures), changed and taken back on a volume in memory; libhivex reads
 * what is in the file then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <hivex.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "change_help.h"

#include "../../layers/layers.h"
#include "../ntfs/raw_help.h"
#include "../ntfswrite/vol_help.h"

#define CONFIG	 "/Windows/System32/config"
#define BEEP	 SET "Services\\Beep"
#define KEYBOARD SET "Control\\Class\\{4d36e96b-e325-11ce-bfc1-08002be10318}"
#define HIVE_MAX (32U << 20)

struct box {
	struct vh image;
	struct blk *mem;
	struct nt_vol *vol;
	uint8_t *before; /* the hive's file */
	size_t len;
};

static void put(struct box *b, const char *fixture, const char *name)
{
	FILE *f = fopen(rh_fixture(fixture), "rb");
	uint8_t *p = malloc(HIVE_MAX);

	assert_non_null(f);
	assert_non_null(p);
	const size_t len = fread(p, 1, HIVE_MAX, f);
	assert_int_equal(fclose(f), 0);
	(void)vh_add_bytes(&b->image, CONFIG, name, p, len);
	free(p);
}

/* @logs: the hive has its own beside it. */
static void make(struct box *b, const char *hive, bool has_logs)
{
	char name[100];

	*b = (struct box){.len = 0};
	(void)rh_fixture(hive); /* or the test is skipped, before anything is made */
	vh_make(&b->image, 48, 4096, 512);
	(void)vh_add(&b->image, "/", "Windows", -1);
	(void)vh_add(&b->image, "/Windows", "System32", -1);
	(void)vh_add(&b->image, "/Windows/System32", "config", -1);
	put(b, hive, "SYSTEM");
	for (int i = 1; has_logs && i <= 2; i++) {
		char log[16];
		(void)snprintf(name, sizeof(name), "%.*s.LOG%d.xz", (int)strlen(hive) - 3, hive, i);
		(void)snprintf(log, sizeof(log), "SYSTEM.LOG%d", i);
		put(b, name, log);
	}
	vh_filled(&b->image);
	b->mem = vh_load(&b->image);
	assert_int_equal(nt_vol_open(b->mem, NT_VOL_WRITE, &b->vol, NULL), 0);
	assert_int_equal(nt_file_load(b->vol, HIVE, HIVE_MAX, &b->before, &b->len, NULL), 0);
}

static void done(struct box *b)
{
	assert_int_equal(nt_vol_close(b->vol, NULL), 0);
	blk_close(b->mem);
	vh_remove(&b->image);
	free(b->before);
}

/* Is the hive's file byte for byte what it was? */
static bool is_as_before(struct box *b)
{
	auto_free uint8_t *now = NULL;
	size_t len = 0;

	assert_int_equal(nt_file_load(b->vol, HIVE, HIVE_MAX, &now, &len, NULL), 0);
	return len == b->len && memcmp(now, b->before, len) == 0;
}

static struct plan_change *beep_off(void)
{
	struct plan_change *c = change_new(CHANGE_HIVE, FILE_IN);

	assert_non_null(c);
	ch_add(c, HW_SET, BEEP, "Start", DWORD, ch_four, sizeof(ch_four));
	return c;
}

static int look(struct box *b, struct plan_change *c, struct plan **ret)
{
	struct plan *p = plan_new();
	int r = change_look(b->vol, c, NULL);

	assert_non_null(p);
	if (r == 0)
		r = plan_add_change(p, c, FILE_IN, "", "test", "\\Windows", false, NULL);
	else
		change_free(c);
	plan_accept(p);
	*ret = p;
	return r;
}

static void verify(struct box *b, const struct plan *p, bool is_restored)
{
	struct rs_err err = {0};

	assert_int_equal(nt_vol_close(b->vol, NULL), 0);
	if (quarantine_verify(b->mem, p, is_restored, NULL, &err) < 0)
		fail_msg("%s", err.detail);
	assert_int_equal(nt_vol_open(b->mem, NT_VOL_WRITE, &b->vol, NULL), 0);
}

static void undo(struct box *b)
{
	auto_plan struct plan *p = NULL;
	struct quarantine *all = NULL;
	struct rs_err err = {0};
	size_t n = 0;

	assert_int_equal(quarantine_list(b->vol, &all, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_int_equal(quarantine_load(b->vol, &all[0], PLAN_RESTORE, &p, NULL), 0);
	free(all);
	assert_int_equal(restore_survey(b->vol, NULL, NULL, p, NULL), 0);
	plan_accept(p);
	if (quarantine_empty(b->vol, p, NULL, &err) < 0)
		fail_msg("%s %s", err.object, err.detail);
	verify(b, p, true);
}

/* By libhivex, of the file alone. */
static uint32_t start_in_file(struct box *b)
{
	auto_free uint8_t *now = NULL;
	char path[128];
	size_t len = 0;

	assert_int_equal(nt_file_load(b->vol, HIVE, HIVE_MAX, &now, &len, NULL), 0);
	(void)snprintf(path, sizeof(path), "%s/hive", b->image.dir);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(now, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	hive_h *h = hivex_open(path, 0);
	assert_non_null(h);
	hive_node_h at = hivex_node_get_child(h, hivex_root(h), "ControlSet001");
	at = hivex_node_get_child(h, at, "Services");
	at = hivex_node_get_child(h, at, "Beep");
	const int32_t start = hivex_value_dword(h, hivex_node_get_value(h, at, "Start"));
	(void)hivex_close(h);
	(void)unlink(path);
	return (uint32_t)start;
}

static void there_and_back(struct box *b)
{
	auto_plan struct plan *p = NULL;
	struct rs_err err = {0};
	const uint32_t was = start_in_file(b);

	assert_int_equal(look(b, beep_off(), &p), 0);
	assert_int_not_equal(was, 4);
	if (quarantine_fill(b->vol, p, NULL, &err) < 0)
		fail_msg("%s %s", err.object, err.detail);
	verify(b, p, false);
	assert_int_equal(start_in_file(b), 4);
	undo(b);
	assert_int_equal(start_in_file(b), was);
}

/* A clean hive: one sector, and back to the byte. */
static void test_real__windows_7_clean__there_and_back(void **state)
{
	struct box b;

	(void)state;
	make(&b, "registry/regipy-SYSTEM.xz", false);
	there_and_back(&b);
	assert_true(is_as_before(&b));
	done(&b);
}

/* It crashed, and its newest changes are in the logs. */
static void test_real__windows_10_dirty_with_logs__there_and_back(void **state)
{
	struct box b;

	(void)state;
	make(&b, "registry/regipy-SYSTEM_B.xz", true);
	there_and_back(&b);
	done(&b);
}

/* What cannot be written in Windows' order is refused, and the hive stays as it is. */
static void refused(const char *hive, struct plan_change *c)
{
	auto_plan struct plan *p = NULL;
	struct rs_err err = {0};
	struct box b;

	make(&b, hive, false);
	int r = look(&b, c, &p);
	if (r == 0)
		r = quarantine_fill(b.vol, p, NULL, &err);
	assert_true(r == RS_E_HIVE_EDIT || r == RS_E_HIVE);
	assert_true(is_as_before(&b));
	done(&b);
}

static void test_real__dirty_without_its_logs__is_refused(void **state)
{
	(void)state;
	refused("registry/regipy-SYSTEM_WIN_10_1709.xz", beep_off());
}

static void test_real__clean_without_logs_and_two_places__is_refused(void **state)
{
	struct plan_change *c = beep_off();

	(void)state;
	ch_add(c, HW_DELETE_VALUE, KEYBOARD, "UpperFilters", 0, NULL, 0);
	refused("registry/regipy-SYSTEM.xz", c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real__windows_7_clean__there_and_back),
		cmocka_unit_test(test_real__windows_10_dirty_with_logs__there_and_back),
		cmocka_unit_test(test_real__dirty_without_its_logs__is_refused),
		cmocka_unit_test(test_real__clean_without_logs_and_two_places__is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, rh_fixtures_done);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* May the file of a driver that is disabled go as well? Who else has it or loads it, in whichever
 * Windows of the volume, and what protects it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../evidence/made.h"
#include "core/cleanup.h"
#include "judge/diagnosis.h"
#include "judge/disable.h"
#include "win_image.h"

#define DRIVERS "\\Windows\\System32\\drivers\\"
#define BIG	(65536 * 2 + 100)

static struct {
	struct wi w;
	struct judge_result result;
	struct diagnosis *d[2];
	struct disable_choice choice;
	struct disable_row rows[2];
	struct finding *list;
	size_t n;
	struct rs_err err;
} t;

/* A driver of another maker, with its file, that the person names. */
static int make(void **state)
{
	static uint8_t big[BIG];

	(void)state;
	memset(&t, 0, sizeof(t));
	wi_make(&t.w);
	wi_file(&t.w, "/Windows/System32/drivers/own.sys", "MZ own", 6, "");
	wi_file(&t.w, "/Windows/System32/drivers/other.sys", "MZ imports\0OWN.SYS\0", 19, "");
	wi_file(&t.w, "/Windows/System32/drivers/alike.sys", "MZ own.sysx\0 own.sys", 20, "");
	wi_file(&t.w, "/Windows/System32/drivers/CbELAM.sys", "MZ elam", 7, "");
	wi_link(&t.w, "/Windows/System32/drivers/own.sys", "/Windows/System32/drivers/twin.sys");
	wi_file(&t.w, "/Windows/System32/drivers/stored.sys", "MZ store", 8, "");
	wi_dir(&t.w, "/Windows/elsewhere");
	wi_reparse(&t.w, "/Windows/elsewhere", 0xa0000003);
	wi_file(&t.w, "/Windows/System32/drivers/linked.sys", "MZ link", 7, "");
	wi_dir(&t.w, "/Kept/a");
	wi_link(&t.w, "/Windows/System32/drivers/linked.sys", "/Kept/a/linked.sys");
	wi_dir(&t.w, "/Windows/WinSxS/a");
	wi_link(&t.w, "/Windows/System32/drivers/stored.sys", "/Windows/WinSxS/a/stored.sys");
	/* the name lies across two pieces of what is read */
	memcpy(big, "MZ", 2);
	memcpy(big + 65536 - 3, "own.sys", 8);
	wi_file(&t.w, "/Windows/System32/drivers/big.sys", big, sizeof(big), "");
	wi_open(&t.w);
	for (size_t i = 0; i < 2; i++) {
		t.d[i] = calloc(1, sizeof(*t.d[i]));
		assert_non_null(t.d[i]);
		t.d[i]->windows = i ? "\\Other" : "\\Windows";
		t.d[i]->evidence = made_begin();
		(void)made_service(t.d[i]->evidence, i ? "else" : "own",
			i ? "\\Other\\System32\\drivers\\else.sys" : DRIVERS "own.sys", 0, 1);
		t.d[i]->evidence->system->are_services_whole = true;
	}
	t.result = (struct judge_result){.diagnoses = t.d, .n_diagnoses = 2};
	t.choice = (struct disable_choice){.rows = t.rows, .n_rows = 1, .n_chosen = 1};
	return 0;
}

static void forget(void)
{
	for (size_t i = 0; i < t.n; i++)
		judge_finding_done(&t.list[i]);
	free(t.list);
	t.list = NULL;
	t.n = 0;
}

static int unmake(void **state)
{
	(void)state;
	forget();
	for (size_t i = 0; i < 2; i++)
		diagnosis_free(t.d[i]);
	wi_done(&t.w);
	return 0;
}

static struct win_system *system_of(size_t i)
{
	return t.d[i]->evidence->system;
}

static struct win_service *own(void)
{
	return &system_of(0)->services[0];
}

/* Its file would go: what comes of it. */
static int find(void)
{
	const struct disable_files in = {t.w.vol, &t.result, "\\Windows", &t.choice, NULL};

	t.rows[0] = (struct disable_row){
		.service = own(), .name = "own", .is_chosen = true, .is_named = true};
	t.err = (struct rs_err){0};
	forget();
	return disable_find_files(&in, &t.list, &t.n, &t.err);
}

static void expect_refused(const char *why)
{
	if (find() != RS_E_GUARD || !strstr(t.err.detail, why))
		fail_msg("%s: %d %s", why, t.err.code, t.err.detail);
}

static void lies_at(struct win_service *one, const char *path)
{
	free(one->path);
	one->path = strdup(path);
	assert_non_null(one->path);
}

static void test_files__nothing_speaks_against_it__goes(void **state)
{
	(void)state;
	(void)made_service(t.d[0]->evidence, "alike", DRIVERS "alike.sys", 0, 1);
	assert_int_equal(find(), 0);
	assert_int_equal(t.n, 1);
	assert_string_equal(t.list[0].path, DRIVERS "own.sys");
	assert_true(t.list[0].has_sha256 && t.list[0].stat.ref && t.list[0].parent_ref);
}

static void test_files__filters_and_insisted__go_once_it_is_disabled(void **state)
{
	(void)state;
	own()->error_control = 3;
	assert_int_equal(find(), 0);
	assert_int_equal(t.n, 1);
}

static void test_files__not_named_by_a_person__stays(void **state)
{
	const struct disable_files in = {t.w.vol, &t.result, "\\Windows", &t.choice, NULL};

	(void)state;
	t.rows[0] = (struct disable_row){.service = own(), .name = "own", .is_chosen = true};
	assert_int_equal(disable_find_files(&in, &t.list, &t.n, &t.err), 0);
	assert_int_equal(t.n, 0);
	t.rows[0].is_chosen = false;
	t.rows[0].is_named = true;
	assert_int_equal(disable_find_files(&in, &t.list, &t.n, &t.err), 0);
	assert_int_equal(t.n, 0);
}

static void test_files__named_twice__once(void **state)
{
	const struct disable_files in = {t.w.vol, &t.result, "\\Windows", &t.choice, NULL};

	(void)state;
	struct win_service *twin = made_service(t.d[0]->evidence, "twin", DRIVERS "twin.sys", 0, 1);
	t.rows[0] = (struct disable_row){
		.service = own(), .name = "own", .is_chosen = true, .is_named = true};
	t.rows[1] = (struct disable_row){
		.service = twin, .name = "twin", .is_chosen = true, .is_named = true};
	t.choice.n_rows = 2;
	assert_int_equal(disable_find_files(&in, &t.list, &t.n, &t.err), 0);
	assert_int_equal(t.n, 1);
}

/* ---- it stays ---- */

static void test_files__another_service_has_it__stays(void **state)
{
	struct win_service *twin;

	(void)state;
	twin = made_service(t.d[0]->evidence, "twin", DRIVERS "twin.sys", 3, 1);
	expect_refused("twin, which stays, has it, too");
	twin->start = WIN_START_DISABLED;
	twin->has_start = true;
	assert_int_equal(find(), 0);
	twin->has_start = false; /* its Start is no number: nobody knows */
	expect_refused("twin, which stays");
}

/* A row that nobody chose is a service that stays on. */
static void test_files__in_a_row_that_is_not_chosen__stays(void **state)
{
	const struct disable_files in = {t.w.vol, &t.result, "\\Windows", &t.choice, NULL};

	(void)state;
	struct win_service *twin = made_service(t.d[0]->evidence, "twin", DRIVERS "twin.sys", 0, 1);
	t.rows[0] = (struct disable_row){
		.service = own(), .name = "own", .is_chosen = true, .is_named = true};
	t.rows[1] = (struct disable_row){.service = twin, .name = "twin", .is_named = true};
	t.choice.n_rows = 2;
	assert_int_equal(disable_find_files(&in, &t.list, &t.n, &t.err), RS_E_GUARD);
	assert_non_null(strstr(t.err.detail, "twin, which stays"));
}

static void test_files__a_path_that_leads_elsewhere__stays(void **state)
{
	(void)state;
	(void)made_service(t.d[0]->evidence, "far", "\\Windows\\elsewhere\\drivers\\own.sys", 1, 1);
	expect_refused("whether far uses it cannot be told");
}

static void test_files__another_windows_has_it__stays(void **state)
{
	(void)state;
	(void)made_service(t.d[1]->evidence, "same", DRIVERS "own.sys", 2, 1);
	expect_refused("same, which stays, has it, too");
}

static void test_files__one_without_a_path_has_its_name__stays(void **state)
{
	struct win_service *far = made_service(t.d[1]->evidence, "far", "", 1, 1);

	(void)state;
	free(far->image_path);
	far->image_path = strdup("\\Device\\Elsewhere\\OWN.sys");
	expect_refused("far, which stays");
}

static void test_files__a_driver_loads_it__stays(void **state)
{
	struct win_service *other;

	(void)state;
	other = made_service(t.d[0]->evidence, "other", DRIVERS "other.sys", 1, 1);
	expect_refused("other, which stays, loads it");
	other->start = WIN_START_DISABLED;
	other->has_start = true;
	assert_int_equal(find(), 0);
}

static void test_files__a_driver_names_it_by_another_of_its_names__stays(void **state)
{
	(void)state;
	lies_at(own(), DRIVERS "twin.sys");
	assert_int_equal(find(), 0);
	(void)made_service(t.d[0]->evidence, "other", DRIVERS "other.sys", 1, 1);
	expect_refused("other, which stays, loads it");
}

static void test_files__a_driver_names_it_across_two_reads__stays(void **state)
{
	(void)state;
	(void)made_service(t.d[0]->evidence, "big", DRIVERS "big.sys", 1, 1);
	expect_refused("big, which stays, loads it");
}

static void test_files__a_driver_cannot_be_read__stays(void **state)
{
	(void)state;
	(void)made_service(t.d[0]->evidence, "folder", "\\Windows\\System32\\drivers", 1, 1);
	expect_refused("cannot be read");
}

static void test_files__services_not_whole__stays(void **state)
{
	(void)state;
	system_of(1)->are_services_whole = false;
	expect_refused("the services of \\Other cannot all be read");
}

static void test_files__a_program__stays(void **state)
{
	(void)state;
	own()->is_driver = false;
	expect_refused("it is a program");
}

static void test_files__loaded_before_all_others__stays(void **state)
{
	(void)state;
	free(own()->group);
	own()->group = strdup("Early-Launch");
	expect_refused("before all others");
}

static void test_files__protected_by_name__stays(void **state)
{
	(void)state;
	lies_at(own(), DRIVERS "CbELAM.sys");
	expect_refused("it is protected");
}

static void test_files__protected_under_another_name__stays(void **state)
{
	(void)state;
	lies_at(own(), DRIVERS "stored.sys");
	expect_refused("it is protected (\\Windows\\WinSxS");
}

/* The record of a folder, so that nobody can read it; then opened anew. */
static void break_folder(const char *path)
{
	uint64_t ref = 0;

	assert_int_equal(nt_lookup(t.w.vol, path, &ref, NULL), 0);
	const struct nt_geometry *g = nt_raw_geometry(t.w.raw);
	const off_t at = (off_t)(g->mft_off_bytes + NT_REF_RECORD(ref) * g->record_bytes);
	const int fd = open(t.w.path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "BAAD", 4, at), 4);
	(void)close(fd);
	nt_raw_close(t.w.raw);
	assert_int_equal(nt_vol_close(t.w.vol, NULL), 0);
	blk_close(t.w.blk);
	t.w.raw = NULL;
	t.w.vol = NULL;
	t.w.blk = NULL;
	wi_open(&t.w);
}

/* Whether that folder protects it is not known. */
static void test_files__a_name_in_a_folder_that_is_broken__stays(void **state)
{
	(void)state;
	lies_at(own(), DRIVERS "own.sys");
	assert_int_equal(find(), 0);
	break_folder("\\Kept\\a");
	assert_int_equal(find(), 0);
	lies_at(own(), DRIVERS "linked.sys");
	expect_refused("the folder of one of its names cannot be told");
}

static void test_files__not_there_or_nowhere__stays(void **state)
{
	(void)state;
	lies_at(own(), DRIVERS "gone.sys");
	expect_refused("it is not there");
	lies_at(own(), "");
	expect_refused("is not known");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_files__nothing_speaks_against_it__goes),
		TEST(test_files__filters_and_insisted__go_once_it_is_disabled),
		TEST(test_files__not_named_by_a_person__stays),
		TEST(test_files__named_twice__once),
		TEST(test_files__another_service_has_it__stays),
		TEST(test_files__in_a_row_that_is_not_chosen__stays),
		TEST(test_files__a_path_that_leads_elsewhere__stays),
		TEST(test_files__another_windows_has_it__stays),
		TEST(test_files__one_without_a_path_has_its_name__stays),
		TEST(test_files__a_driver_loads_it__stays),
		TEST(test_files__a_driver_names_it_by_another_of_its_names__stays),
		TEST(test_files__a_driver_names_it_across_two_reads__stays),
		TEST(test_files__a_driver_cannot_be_read__stays),
		TEST(test_files__services_not_whole__stays),
		TEST(test_files__a_program__stays),
		TEST(test_files__loaded_before_all_others__stays),
		TEST(test_files__protected_by_name__stays),
		TEST(test_files__protected_under_another_name__stays),
		TEST(test_files__a_name_in_a_folder_that_is_broken__stays),
		TEST(test_files__not_there_or_nowhere__stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the registry of a Windows that was diagnosed says of a file holds for every plan, whoever
 * named the file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../evidence/made.h"
#include "judge/diagnosis.h"
#include "judge/source.h"
#include "judge/structure.h"
#include "win_image.h"

#define DRIVER "\\Windows\\System32\\drivers\\flt.sys"
#define DATA   "\\Windows\\System32\\drivers\\Vendor\\data.sys"
#define NOTES  "\\Users\\anna\\notes.dat"

static struct {
	struct wi w;
	struct judge_result result;
	struct diagnosis *d;
} t;

static int make(void **state)
{
	(void)state;
	wi_make(&t.w);
	wi_file(&t.w, "/Windows/System32/drivers/flt.sys", "MZ and more", 11, "");
	wi_file(&t.w, "/Windows/System32/drivers/Vendor/data.sys", "no program", 10, "");
	wi_file(&t.w, "/Users/anna/notes.dat", "no program", 10, "");
	wi_open(&t.w);
	t.d = calloc(1, sizeof(*t.d));
	assert_non_null(t.d);
	t.d->windows = "\\Windows";
	t.d->evidence = made_begin();
	t.result = (struct judge_result){.diagnoses = &t.d, .n_diagnoses = 1};
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	diagnosis_free(t.d);
	wi_done(&t.w);
	return 0;
}

static const char *forbids(const char *path)
{
	return judge_forbids(&t.result, NULL, t.w.vol, "\\Windows", path);
}

static void test_filter_and_needed_driver__stay(void **state)
{
	struct win_service *s = made_service(t.d->evidence, "flt", DRIVER, WIN_START_SYSTEM, 1);
	const char *why = NULL;

	(void)state;
	assert_null(forbids(DRIVER));
	assert_null(forbids(DATA));
	s->error_control = 3;
	why = forbids(DRIVER);
	assert_non_null(why);
	assert_non_null(strstr(why, "ErrorControl"));
	assert_null(forbids(DATA));
	s->error_control = 1;
	free(s->group);
	s->group = strdup("FSFilter Anti-Virus"); /* a person may */
	assert_null(forbids(DRIVER));
}

/* Data that a diagnosis proposes may have another name, where Windows keeps its own. */
static void test_diagnosis__data_elsewhere__stay(void **state)
{
	struct judge_said said = {.id = "diagnosis", .source = &source_diagnosis};

	(void)state;
	(void)made_service(t.d->evidence, "flt", DRIVER, WIN_START_SYSTEM, 1);
	t.result.said = &said;
	t.result.n_said = 1;
	assert_null(judge_forbids(&t.result, "diagnosis", t.w.vol, "\\Windows", DATA));
	assert_null(judge_forbids(&t.result, "diagnosis", t.w.vol, "\\Windows", DRIVER));
	assert_non_null(judge_forbids(&t.result, "diagnosis", t.w.vol, "\\Windows", NOTES));
	assert_null(judge_forbids(&t.result, NULL, t.w.vol, "\\Windows", NOTES)); /* a person may */
}

/* Without a registry nothing says what a start needs: programs stay, data are data. */
static void test_registry_unread__programs_stay(void **state)
{
	(void)state;
	win_system_free(t.d->evidence->system);
	t.d->evidence->system = NULL;
	assert_non_null(forbids(DRIVER));
	assert_null(forbids(DATA));
	assert_non_null(forbids("\\Windows\\System32\\drivers\\gone.sys")); /* it may be one */
}

static void test_another_windows__says_nothing_of_it(void **state)
{
	(void)state;
	made_service(t.d->evidence, "flt", DRIVER, WIN_START_SYSTEM, 3);
	t.d->windows = "\\WINNT";
	assert_null(forbids(DRIVER));
}

#define KERNEL "\\System32\\ntoskrnl.exe"

static const char *no(
	const struct judge_said *s, struct nt_vol *vol, const char *root, const char *path)
{
	(void)s;
	(void)vol;
	(void)root;
	(void)path;
	return "the source says no";
}

/* Each of those who may say no, alone: the source, this Windows, another one beside it. */
static void test_whoever_says_no__it_stays(void **state)
{
	static char id[] = "made";
	static const struct evidence_source source = {.name = "made", .forbids = no};
	struct judge_said said = {.id = id, .source = &source};

	(void)state;
	made_service(t.d->evidence, "flt", DRIVER, WIN_START_SYSTEM, 1);
	assert_null(judge_forbids(&t.result, id, t.w.vol, "\\Windows", DATA));
	t.result.said = &said;
	t.result.n_said = 1;
	assert_non_null(judge_forbids(&t.result, id, t.w.vol, "\\Windows", DATA));
	assert_null(judge_forbids(&t.result, "other", t.w.vol, "\\Windows", DATA));
	assert_non_null(judge_forbids(&t.result, NULL, t.w.vol, "\\WINNT", "\\Windows" KERNEL));
	assert_non_null(judge_protects(t.w.vol, "no-root"));
	assert_non_null(judge_protects(t.w.vol, ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_filter_and_needed_driver__stay, make, unmake),
		cmocka_unit_test_setup_teardown(test_whoever_says_no__it_stays, make, unmake),
		cmocka_unit_test_setup_teardown(test_registry_unread__programs_stay, make, unmake),
		cmocka_unit_test_setup_teardown(test_diagnosis__data_elsewhere__stay, make, unmake),
		cmocka_unit_test_setup_teardown(
			test_another_windows__says_nothing_of_it, make, unmake),
	};

	return cmocka_run_group_tests_name("judge: forbids", tests, NULL, NULL);
}

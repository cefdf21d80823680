/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may be moved without a person is data: neither a program nor a service's, as far as all of
 * that can be seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "judge/diagnosis.h"
#include "judge/judge_internal.h"
#include "win_image.h"

#define DIR  "/Windows/System32/drivers/Halvard"
#define DATA "\\Windows\\System32\\drivers\\Halvard\\h-0001.sys"

#define SERVICE(set, name, image)                                                                  \
	{"ControlSet" set "\\Services\\" name, "ImagePath", image, 0},                             \
		{"ControlSet" set "\\Services\\" name, "Type", NULL, 1},                           \
	{                                                                                          \
		"ControlSet" set "\\Services\\" name, "Start", NULL, 3                             \
	}
#define END                                                                                        \
	{                                                                                          \
		NULL, NULL, NULL, 0                                                                \
	}
#define USUAL                                                                                      \
	{"Select", "Current", NULL, 1}, SERVICE("001", "disk", "System32\\drivers\\disk.sys"),     \
		SERVICE("002", "disk", "System32\\drivers\\disk.sys")

static const struct wi_value usual[] = {USUAL, END};

/* What the look says of this file. */
static bool is_data(struct wi *w, const char *path)
{
	const struct judge_look in = {.vol = w->vol, .raw = w->raw, .win = &w->win};
	struct finding f = {.path = strdup(path)};
	struct rs_err err = {0};
	bool ret = true;

	assert_int_equal(judge_fill_finding(w->vol, path, 0, &f, &err), 0);
	assert_int_equal(judge_is_data(&in, &f, &ret, &err), 0);
	free(f.path);
	return ret;
}

static struct wi *fill(void **state, const struct wi_value *system)
{
	struct wi *w = *state;

	if (system)
		wi_hive(w, "SYSTEM", system);
	wi_text(w, DIR "/h-0001.sys", "HVC1 some content", "");
	return w;
}

static bool is_data_with(void **state, const struct wi_value *system)
{
	struct wi *w = fill(state, system);

	wi_open(w);
	return is_data(w, DATA);
}

static void test_is_data__content_of_a_product__it_is(void **state)
{
	assert_true(is_data_with(state, usual));
}

static void test_is_data__programs__by_name_or_first_bytes(void **state)
{
	static const char zeros[64];
	struct wi *w = fill(state, usual);

	wi_text(w, DIR "/a.dat", "MZ and more", "");
	wi_text(w, DIR "/m.dat", "M", "");
	wi_file(w, DIR "/empty.dat", "", 0, "");
	wi_file(w, DIR "/zeros.DLL", zeros, sizeof(zeros), "");
	wi_file(w, DIR "/x.exe.dat", zeros, sizeof(zeros), "");
	wi_file(w, "/Windows/System32/drivers/zeros.SYS", zeros, sizeof(zeros), "");
	wi_dir(w, DIR "/folder.dat");
	wi_open(w);
	assert_false(is_data(w, "\\Windows\\System32\\drivers\\Halvard\\a.dat"));
	assert_false(is_data(w, "\\Windows\\System32\\drivers\\Halvard\\zeros.DLL"));
	assert_false(is_data(w, "\\Windows\\System32\\drivers\\zeros.SYS"));
	assert_false(is_data(w, "\\Windows\\System32\\drivers\\Halvard\\folder.dat"));
	assert_true(is_data(w, "\\Windows\\System32\\drivers\\Halvard\\m.dat"));
	assert_true(is_data(w, "\\Windows\\System32\\drivers\\Halvard\\empty.dat"));
	assert_true(is_data(w, "\\Windows\\System32\\drivers\\Halvard\\x.exe.dat"));
}

static void test_is_data__a_service_names_it__it_is_not(void **state)
{
	static const struct wi_value now[] = {USUAL,
		SERVICE("001", "h", "\\SystemRoot\\system32\\DRIVERS\\halvard\\H-0001.SYS"), END};

	assert_false(is_data_with(state, now));
}

/* Last known good, or the one that failed: Windows may start from any of them. */
static void test_is_data__a_service_of_another_set__it_is_not(void **state)
{
	static const struct wi_value other[] = {
		USUAL, SERVICE("002", "h", "System32\\drivers\\Halvard\\h-0001.sys"), END};

	assert_false(is_data_with(state, other));
}

static void test_is_data__another_name_of_it_is_a_service_s__it_is_not(void **state)
{
	static const struct wi_value linked[] = {
		USUAL, SERVICE("001", "h", "System32\\drivers\\hflt.bin"), END};
	struct wi *w = fill(state, linked);

	wi_link(w, DIR "/h-0001.sys", "/Windows/System32/drivers/hflt.bin");
	wi_open(w);
	assert_false(is_data(w, DATA));
}

/* A driver without an ImagePath is loaded from drivers\NAME.sys. */
static void test_is_data__service_without_a_path__by_its_name(void **state)
{
	static const struct wi_value bare[] = {USUAL,
		{"ControlSet001\\Services\\h-0001", "Type", NULL, 1},
		{"ControlSet001\\Services\\h-0001", "Start", NULL, 3}, END};
	struct wi *w = fill(state, bare);

	wi_link(w, DIR "/h-0001.sys", "/Windows/System32/drivers/h-0001.sys");
	wi_open(w);
	assert_false(is_data(w, DATA));
}

static void test_is_data__services_unseen__it_is_not(void **state)
{
	static const struct wi_value odd[] = {
		USUAL, SERVICE("Old", "h", "System32\\drivers\\x.sys"), END};

	assert_false(is_data_with(state, odd)); /* a set that no Windows makes */
}

static void test_is_data__no_services__it_is_not(void **state)
{
	static const struct wi_value none[] = {{"Select", "Current", NULL, 1},
		{"ControlSet001\\Control", "SystemBootDevice", "x", 0}, END};

	assert_false(is_data_with(state, none));
}

static void test_is_data__no_hive__it_is_not(void **state)
{
	assert_false(is_data_with(state, NULL));
}

/* Each of the conditions, taken away alone. */
static void test_stands_alone__all_of_it__or_a_person(void **state)
{
	struct diag_proposal p[2] = {
		{.action = DIAG_MOVE, .can = true, .may_alone = true}, {.action = DIAG_ASK}};
	struct diagnosis d = {.proposals = p, .n_proposals = 2, .certainty = DIAG_C_LIKELY};
	struct finding f = {.verdict = JUDGE_DOUBTFUL};

	(void)state;
	assert_true(judge_stands_alone(&d, p, &f));
	d.certainty = DIAG_C_SURE;
	assert_true(judge_stands_alone(&d, p, &f));
	d.certainty = DIAG_C_UNSURE;
	assert_false(judge_stands_alone(&d, p, &f));
	d.certainty = DIAG_C_LIKELY;
	f.verdict = JUDGE_REPORT; /* it cannot be read */
	assert_false(judge_stands_alone(&d, p, &f));
	f.verdict = JUDGE_DOUBTFUL;
	p[0].may_alone = false;
	assert_false(judge_stands_alone(&d, p, &f));
	p[0].may_alone = true;
	p[1].can = true; /* another file beside it */
	assert_false(judge_stands_alone(&d, p, &f));
	p[0].can = p[1].can = false;
	assert_false(judge_stands_alone(&d, p, &f));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, wi_setup, wi_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stands_alone__all_of_it__or_a_person),
		T(test_is_data__content_of_a_product__it_is),
		T(test_is_data__programs__by_name_or_first_bytes),
		T(test_is_data__a_service_names_it__it_is_not),
		T(test_is_data__a_service_of_another_set__it_is_not),
		T(test_is_data__another_name_of_it_is_a_service_s__it_is_not),
		T(test_is_data__service_without_a_path__by_its_name),
		T(test_is_data__services_unseen__it_is_not),
		T(test_is_data__no_services__it_is_not),
		T(test_is_data__no_hive__it_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

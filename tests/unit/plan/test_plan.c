/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From findings to items: what is moved, what is asked, what is only told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "plan/plan.h"

#define MANY (PLAN_MAX_ITEMS + 1U)

static struct judge_said said = {.id = "t"};
static char some_path[] = "\\Windows\\x.sys";

static struct finding finding_of(uint64_t ref, enum judge_verdict verdict)
{
	return (struct finding){.path = some_path,
		.verdict = verdict,
		.asks_move = true,
		.parent_ref = 5,
		.stat = {.ref = ref}};
}

static struct plan *plan_of(struct finding *all, size_t n)
{
	const struct judge_result judged = {
		.findings = all, .n_findings = n, .said = &said, .n_said = 1};
	struct plan *p = NULL;

	assert_int_equal(plan_from_judge(&judged, &p, NULL), 0);
	return p;
}

static void test_plan__one_file_found_twice__the_stronger_verdict(void **state)
{
	static const enum judge_verdict orders[][2] = {
		{JUDGE_REPORT, JUDGE_BAD}, {JUDGE_BAD, JUDGE_REPORT}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct finding both[] = {
			finding_of(30, orders[i][0]), finding_of(30, orders[i][1])};
		auto_plan struct plan *p = plan_of(both, 2);
		assert_int_equal(p->n_items, 1);
		assert_int_equal(p->items[0].action, PLAN_QUARANTINE);
		assert_false(p->items[0].is_spared);
	}
}

static void test_plan__doubtful_and_not_there__nothing_to_ask(void **state)
{
	struct finding both[] = {finding_of(30, JUDGE_DOUBTFUL), finding_of(31, JUDGE_DOUBTFUL)};

	(void)state;
	both[1].is_missing = true;
	auto_plan struct plan *p = plan_of(both, 2);
	assert_int_equal(p->items[0].action, PLAN_ASK);
	assert_int_equal(p->items[0].file_ref, 30);
	assert_int_equal(p->items[1].action, PLAN_REPORT);
}

static void test_plan__more_than_a_manifest_holds__refused(void **state)
{
	struct finding *many = calloc(MANY, sizeof(*many));
	const struct judge_result judged = {
		.findings = many, .n_findings = MANY, .said = &said, .n_said = 1};
	struct plan *p = NULL;

	(void)state;
	assert_non_null(many);
	for (size_t i = 0; i < MANY; i++)
		many[i] = finding_of(30 + i, JUDGE_BAD);
	assert_int_equal(plan_from_judge(&judged, &p, NULL), RS_E_GUARD);
	assert_null(p);
	free(many);
}

static void test_accept__doubtful_and_gone__are_not(void **state)
{
	struct plan_item items[] = {{.action = PLAN_QUARANTINE}, {.action = PLAN_FINISH},
		{.action = PLAN_RESTORE}, {.action = PLAN_RESTORE, .is_gone = true},
		{.action = PLAN_ASK}, {.action = PLAN_KEEP}, {.action = PLAN_REPORT}};
	struct plan p = {.items = items, .n_items = sizeof(items) / sizeof(items[0])};

	(void)state;
	plan_accept(&p);
	for (size_t i = 0; i < p.n_items; i++)
		assert_int_equal(items[i].is_accepted, i < 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan__one_file_found_twice__the_stronger_verdict),
		cmocka_unit_test(test_plan__doubtful_and_not_there__nothing_to_ask),
		cmocka_unit_test(test_plan__more_than_a_manifest_holds__refused),
		cmocka_unit_test(test_accept__doubtful_and_gone__are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a change may be about: the closed table, from both sides; and its place in a plan. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "plan/plan.h"

#define SYSTEM	 "\\Windows\\System32\\config\\SYSTEM"
#define SOFTWARE "\\Windows\\System32\\config\\SOFTWARE"
#define BCD	 "\\Boot\\BCD"
#define SET	 "ControlSet001\\"
#define CLASS	 SET "Control\\Class\\{4D36E967-E325-11CE-BFC1-08002BE10318}"
#define DEVICE	 SET "Enum\\PCI\\VEN_8086&DEV_1E02\\3&11583659&0&FA"
#define VERIFY	 SET "Control\\Session Manager\\Memory Management"
#define PENDING	 "Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\SessionsPending"
#define SAFEBOOT "Objects\\{b2721d73-1db4-4c62-bf78-c548a880142d}\\Elements\\25000080"

enum { SZ = 1, BINARY = 3, DWORD = 4, MULTI = 7 };

static uint8_t four[] = {4, 0, 0, 0}, five[] = {5, 0, 0, 0}, list[] = {'a', 0, 0, 0, 0, 0};
static uint8_t minimal[8] = {0}, alternate[8] = {3}, high[8] = {0, 0, 0, 0, 1};
static uint8_t no_end[] = {0, 0, 0, 'a'}; /* the last unit is another one than 0 */
static uint8_t large[65538];

struct one {
	const char *file, *key, *name;
	enum hw_op op;
	uint32_t type;
	uint8_t *p;
	size_t len;
};

static bool is_allowed(const struct one *o, bool is_old)
{
	char key[200], name[60];

	(void)snprintf(key, sizeof(key), "%s", o->key);
	(void)snprintf(name, sizeof(name), "%s", o->name);
	struct change_value v = {.key = key, .name = name, .op = o->op};
	v.type = o->type;
	v.p = o->p;
	v.len = o->len;
	v.had = is_old;
	v.old_type = o->type;
	v.old = o->p;
	v.old_len = o->len;
	return change_is_allowed(o->file, &v);
}

static void test_allowed__what_repairs_are_made_of__may_be_changed(void **state)
{
	static const struct one good[] = {
		{SYSTEM, SET "Services\\x", "Start", HW_SET, DWORD, four, 4},
		{"\\windows.OLD\\Windows\\system32\\CONFIG\\system", SET "services\\a b", "START",
			HW_SET, DWORD, four, 4},
		{SYSTEM, CLASS, "UpperFilters", HW_SET, MULTI, list, 6},
		{SYSTEM, CLASS, "LowerFilters", HW_DELETE_VALUE, MULTI, list, 6},
		{SYSTEM, DEVICE, "UpperFilters", HW_SET, MULTI, list, 6},
		{SYSTEM, DEVICE, "LowerFilters", HW_SET, MULTI, list, 6},
		{SYSTEM, VERIFY, "VerifyDrivers", HW_DELETE_VALUE, SZ, list, 6},
		{SYSTEM, VERIFY, "VerifyDriverLevel", HW_DELETE_VALUE, DWORD, four, 4},
		{SOFTWARE, PENDING, "Exclusive", HW_SET, DWORD, four, 4},
		{BCD, SAFEBOOT, "Element", HW_MAKE_KEY, BINARY, minimal, 8},
		{BCD, SAFEBOOT, "Element", HW_DELETE_KEY, BINARY, minimal, 8},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!is_allowed(&good[i], true))
			fail_msg("%s %s", good[i].key, good[i].name);
}

static void test_allowed__anything_else__may_not(void **state)
{
	static const struct one bad[] = {
		{SYSTEM, SET "Services\\x", "Start", HW_SET, DWORD, five, 4},
		{SYSTEM, SET "Services\\x", "Start", HW_SET, DWORD, four, 3},
		{SYSTEM, SET "Services\\x", "Start", HW_SET, SZ, four, 4},
		{SYSTEM, SET "Services\\x", "Start", HW_DELETE_VALUE, DWORD, four, 4},
		{SYSTEM, SET "Services\\x", "Start", HW_DELETE_KEY, DWORD, four, 4},
		{SYSTEM, SET "Services\\x", "ImagePath", HW_SET, DWORD, four, 4},
		{SYSTEM, SET "Services\\x\\StartOverride", "Start", HW_SET, DWORD, four, 4},
		{SYSTEM, SET "Services\\", "Start", HW_SET, DWORD, four, 4},
		{SYSTEM, SET "Services", "Start", HW_SET, DWORD, four, 4},
		{SYSTEM, "ControlSetxxx\\Services\\x", "Start", HW_SET, DWORD, four, 4},
		{SYSTEM, "x\\" SET "Services\\x", "Start", HW_SET, DWORD, four, 4},
		{SYSTEM, SET "Services\\x\x01", "Start", HW_SET, DWORD, four, 4},
		{SYSTEM, "ControlSet///\\Services\\x", "Start", HW_SET, DWORD, four, 4},
		/* what 0x7B needs */
		{SYSTEM, SET "Services\\acpi", "Start", HW_SET, DWORD, four, 4},
		{SYSTEM, SET "Services\\Disk", "Start", HW_SET, DWORD, four, 4},
		{SYSTEM, SET "Services\\volmgr", "Start", HW_SET, DWORD, four, 4},
		{SYSTEM, SET "Services\\partmgr", "Start", HW_SET, DWORD, four, 4},
		{SYSTEM, SET "Services\\volsnap", "Start", HW_SET, DWORD, four, 4},
		{SYSTEM, SET "Services\\volume", "Start", HW_SET, DWORD, four, 4},
		{SYSTEM, CLASS, "Class", HW_SET, MULTI, list, 6},
		{SYSTEM, CLASS, "UpperFilters", HW_SET, MULTI, list, 4 + 1},
		{SYSTEM, CLASS, "UpperFilters", HW_SET, SZ, list, 6},
		{SYSTEM, CLASS, "UpperFilters", HW_SET, MULTI, list, 2},
		{SYSTEM, CLASS, "UpperFilters", HW_SET, MULTI, list + 4, 0}, /* zeros before it */
		{SYSTEM, CLASS, "UpperFilters", HW_SET, MULTI, no_end, 4},
		{SYSTEM, CLASS, "UpperFilters", HW_SET, MULTI, large, sizeof(large)},
		{SYSTEM, CLASS "\\0000", "UpperFilters", HW_SET, MULTI, list, 6},
		{SYSTEM, SET "Enum\\PCI", "UpperFilters", HW_SET, MULTI, list, 6},
		{SYSTEM, VERIFY, "PagingFiles", HW_SET, DWORD, four, 4},
		{SYSTEM, VERIFY, "VerifyDriverLevel", HW_SET, BINARY, four, 4},
		{SYSTEM, VERIFY, "VerifyDriverLevel", HW_SET, DWORD, four, 2},
		{SYSTEM, VERIFY, "VerifyDrivers", HW_SET, BINARY, list, 6},
		{SYSTEM, VERIFY, "VerifyDrivers", HW_SET, SZ, list + 4, 0},
		{SYSTEM, VERIFY, "VerifyDrivers", HW_SET, SZ, list, 5},
		{SYSTEM, VERIFY, "VerifyDrivers", HW_SET, SZ, list, 2},
		{SYSTEM, VERIFY, "VerifyDrivers", HW_SET, SZ, no_end, 4},
		{SYSTEM, VERIFY, "VerifyDrivers", HW_SET, SZ, large, sizeof(large)},
		{SYSTEM, "Select", "Default", HW_SET, DWORD, four, 4},
		{SOFTWARE, SET "Services\\x", "Start", HW_SET, DWORD, four, 4},
		{"\\Windows\\System32\\config\\SAM", SET "Services\\x", "Start", HW_SET, DWORD,
			four, 4},
		{"\\System32\\config\\SYSTEM", SET "Services\\x", "Start", HW_SET, DWORD, four, 4},
		{"\\Boot\\SYSTEM", SET "Services\\x", "Start", HW_SET, DWORD, four, 4},
		{"\\W\x01\\System32\\config\\SYSTEM", SET "Services\\x", "Start", HW_SET, DWORD,
			four, 4},
		{"\\a\\b\\System32\\config\\SYSTEM", SET "Services\\x", "Start", HW_SET, DWORD,
			four, 4},
		{SYSTEM "2", SET "Services\\x", "Start", HW_SET, DWORD, four, 4},
		{"", SET "Services\\x", "Start", HW_SET, DWORD, four, 4},
		{BCD, SAFEBOOT, "Element", HW_SET, BINARY, alternate, 8},
		{BCD, SAFEBOOT, "Element", HW_SET, BINARY, minimal, 4},
		{BCD, SAFEBOOT, "Element", HW_SET, DWORD, minimal, 8},
		{BCD, SAFEBOOT, "Element", HW_SET, BINARY, high, 8},
		{BCD, SAFEBOOT, "Element", HW_DELETE_VALUE, BINARY, minimal, 8},
		/* validated by BitLocker: nx, lastknowngood, advancedoptions */
		{BCD, "Objects\\{b}\\Elements\\25000020", "Element", HW_SET, BINARY, minimal, 8},
		{BCD, "Objects\\{b}\\Elements\\26000025", "Element", HW_SET, BINARY, minimal, 8},
		{BCD, "Objects\\{b}\\Elements\\16000040", "Element", HW_SET, BINARY, minimal, 8},
		{"\\Windows\\Boot\\BCD", SAFEBOOT, "Element", HW_SET, BINARY, minimal, 8},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (is_allowed(&bad[i], false))
			fail_msg("%zu: %s %s", i, bad[i].key, bad[i].name);
}

/* What undo would bring back is looked at as what is set is. */
static void test_allowed__the_old_value_is_none_of_those__may_not(void **state)
{
	char key[] = SET "Services\\x", name[] = "Start";
	struct change_value v = {.key = key, .name = name, .op = HW_SET, .type = DWORD, .p = four};

	(void)state;
	v.len = 4;
	assert_true(change_is_allowed(SYSTEM, &v));
	v.had = true;
	v.old_type = DWORD;
	v.old = five;
	v.old_len = 4;
	assert_false(change_is_allowed(SYSTEM, &v));
	v.old = four;
	assert_true(change_is_allowed(SYSTEM, &v));
}

static struct plan_change *change_of(const char *key)
{
	struct plan_change *c = change_new(CHANGE_HIVE, SYSTEM);
	const struct change_edit edit = {HW_SET, key, "Start", DWORD, four, 4, "off"};

	assert_non_null(c);
	assert_int_equal(change_add(c, &edit, NULL), 0);
	return c;
}

static void test_add__more_values_than_a_change_has__is_refused(void **state)
{
	const struct change_edit edit = {HW_SET, "k", "Start", DWORD, four, 4, ""};
	auto_change struct plan_change *c = change_of("k");

	(void)state;
	while (c->n < CHANGE_MAX_VALUES)
		assert_int_equal(change_add(c, &edit, NULL), 0);
	assert_int_equal(change_add(c, &edit, NULL), RS_E_GUARD);
	assert_int_equal(c->n, CHANGE_MAX_VALUES);
}

static void test_plan__changes_beside_moves__come_first(void **state)
{
	auto_plan struct plan *p = plan_new();

	(void)state;
	p->items = calloc(1, sizeof(*p->items));
	p->n_items = 1;
	p->items[0] =
		(struct plan_item){.number = 1, .action = PLAN_QUARANTINE, .path = strdup("m")};
	assert_int_equal(
		plan_add_change(p, change_of("a"), SYSTEM, "why", "rule", NULL, false, NULL), 0);
	assert_int_equal(
		plan_add_change(p, change_of("b"), SYSTEM, "why", "rule", NULL, true, NULL), 0);
	assert_int_equal(p->n_items, 3);
	assert_string_equal(p->items[0].change->values[0].key, "a");
	assert_string_equal(p->items[1].change->values[0].key, "b");
	assert_null(p->items[2].change);
	assert_int_equal(p->items[0].action, PLAN_CHANGE);
	assert_int_equal(p->items[1].action, PLAN_ASK);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(p->items[i].number, i + 1);
	plan_accept(p);
	assert_true(p->items[0].is_accepted && !p->items[1].is_accepted && p->items[2].is_accepted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allowed__what_repairs_are_made_of__may_be_changed),
		cmocka_unit_test(test_allowed__anything_else__may_not),
		cmocka_unit_test(test_allowed__the_old_value_is_none_of_those__may_not),
		cmocka_unit_test(test_add__more_values_than_a_change_has__is_refused),
		cmocka_unit_test(test_plan__changes_beside_moves__come_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

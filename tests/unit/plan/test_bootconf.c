/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a boot configuration may be changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "plan/bootconf.h"

#define OBJECT "{347518e1-f3cc-11ea-911e-c7eaa7d84b6c}"
#define KEY    "Objects\\" OBJECT "\\Elements\\25000080"

/* Microsoft, "BCD settings and BitLocker": validated by default, of all and of winload; and what
 * that page names as settings that are not. */
static const uint32_t validated[] = {0x11000001, 0x12000002, 0x12000030, 0x16000010, 0x16000040,
	0x16000041, 0x16000048, 0x16000049, 0x16000060, 0x1600007b, 0x22000002, 0x22000011,
	0x22000012, 0x22000053, 0x25000020, 0x25000052, 0x26000022, 0x26000025, 0x26000081,
	0x260000a0, 0x260000f2, 0x26000116};

static void test_bootconf__what_bitlocker_validates__is_never_touched(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(validated) / sizeof(validated[0]); i++)
		assert_false(bootconf_may_touch(validated[i]));
	/* the whole table: safeboot, and nothing else of all that there can be */
	for (uint32_t class = 0x10000000; class <= 0x40000000; class += 0x10000000)
		for (uint32_t format = 0; format <= 0x07000000; format += 0x01000000)
			for (uint32_t id = 0; id < 0x1000; id++)
				assert_int_equal(bootconf_may_touch(class | format | id),
					(class | format | id) == 0x25000080);
}

static void test_bootconf_edits__each_mode__is_the_one_element(void **state)
{
	struct bootconf_edits e;

	(void)state;
	for (enum boot_mode m = BOOT_SAFE; m <= BOOT_DIRECTORY; m++) {
		assert_int_equal(bootconf_edits(OBJECT, m, &e, NULL), 0);
		assert_int_equal(e.n, 2);
		assert_int_equal(e.edits[0].op, HW_MAKE_KEY);
		assert_string_equal(e.edits[0].key, KEY);
		assert_int_equal(e.edits[1].op, HW_SET);
		assert_string_equal(e.edits[1].key, KEY);
		assert_string_equal(e.edits[1].name, "Element");
		assert_int_equal(e.edits[1].type, 3);
		assert_int_equal(e.edits[1].len, 8);
		const uint8_t value[8] = {(uint8_t)(m - BOOT_SAFE)};
		assert_memory_equal(e.edits[1].p, value, 8);
	}
	assert_int_equal(bootconf_edits(OBJECT, BOOT_USUAL, &e, NULL), 0);
	assert_int_equal(e.n, 1);
	assert_int_equal(e.edits[0].op, HW_DELETE_KEY);
	assert_string_equal(e.edits[0].key, KEY);
}

static void test_bootconf_edits__what_is_no_entrys_name__is_refused(void **state)
{
	static const char *const names[] = {"", "{347518e1-f3cc-11ea-911e-c7eaa7d84b6c",
		"347518e1-f3cc-11ea-911e-c7eaa7d84b6c", "{347518e1-f3cc-11ea-911e-c7eaa7d8\\b6c}",
		"{347518e1-f3cc-11ea-911e-c7eaa7d84b6c}\\Elements", "{bootmgr}",
		"(347518e1-f3cc-11ea-911e-c7eaa7d84b6c}", "{347518e1-f3cc-11ea-911e-c7eaa7d84b6c)",
		"{..\\..\\..\\..\\..\\..\\..\\..\\..\\..\\..\\....}"};
	struct bootconf_edits e;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(bootconf_edits(names[i], BOOT_SAFE, &e, NULL), RS_E_GUARD);
	assert_int_equal(bootconf_edits(OBJECT, BOOT_UNKNOWN, &e, NULL), RS_E_GUARD);
}

static void test_bootconf_mode__each_number__has_its_name(void **state)
{
	static const char *const words[] = {"minimal", "network", "directory-services", "unknown"};
	struct win_loader l = {0};

	(void)state;
	assert_string_equal(boot_mode_word(bootconf_mode(&l)), "normal");
	l.has_safeboot = true;
	for (l.safeboot = 0; l.safeboot < 4; l.safeboot++)
		assert_string_equal(boot_mode_word(bootconf_mode(&l)), words[l.safeboot]);
	l.safeboot = UINT64_MAX;
	assert_int_equal(bootconf_mode(&l), BOOT_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bootconf__what_bitlocker_validates__is_never_touched),
		cmocka_unit_test(test_bootconf_edits__each_mode__is_the_one_element),
		cmocka_unit_test(test_bootconf_edits__what_is_no_entrys_name__is_refused),
		cmocka_unit_test(test_bootconf_mode__each_number__has_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

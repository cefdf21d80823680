/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which doors start: one machine a row. What firmware does was seen in OVMF with the real shim
 * (docs/secure-boot.md): with the 2023 certificate alone it starts, with that of 2011 in dbx it
 * does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/firmware.h"

static struct fw_verdict v;

static struct fw_facts on(void)
{
	return (struct fw_facts){.secure_boot = SECURE_BOOT_YES};
}

static void best(
	const struct fw_facts *f, enum fw_best now, enum fw_best without, enum fw_best revoked)
{
	fw_judge(f, &v);
	assert_int_equal(v.best[FW_NOW], now);
	assert_int_equal(v.best[FW_WITHOUT_2011], without);
	assert_int_equal(v.best[FW_REVOKED_2011], revoked);
	for (unsigned when = 0; when < FW_TIMES_END; when++) {
		assert_non_null(v.text[when]);
		assert_non_null(v.next[when]);
		/* whoever is told that it does not start is told what to do */
		if (when == FW_NOW && v.best[when] == FW_BEST_NONE)
			assert_true(v.next[when][0]);
	}
}

static void test_off_or_setup__all_doors_start(void **state)
{
	static const enum secure_boot open[] = {SECURE_BOOT_NO, SECURE_BOOT_SETUP};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct fw_facts f = {.secure_boot = open[i]};
		f.cas[FW_UEFI_2011].is_revoked = true;
		best(&f, FW_BEST_APPLICATION, FW_BEST_APPLICATION, FW_BEST_APPLICATION);
		for (unsigned door = 0; door < FW_DOORS_END; door++)
			assert_int_equal(v.doors[door][FW_NOW], FW_STARTS);
	}
}

static void test_2011_only__starts_until_it_is_gone(void **state)
{
	struct fw_facts f = on();

	(void)state;
	f.cas[FW_UEFI_2011].is_there = true;
	best(&f, FW_BEST_SECOND, FW_BEST_NONE, FW_BEST_NONE);
	assert_int_equal(v.doors[FW_SECOND_2011][FW_NOW], FW_STARTS);
	assert_int_equal(v.doors[FW_SECOND_2023][FW_NOW], FW_REFUSED);
	assert_true(v.is_proven[FW_NOW]);
	assert_false(v.is_proven[FW_WITHOUT_2011]);
	assert_true(v.next[FW_WITHOUT_2011][0]);
}

static void test_2023_only__starts_by_the_second_signature(void **state)
{
	struct fw_facts f = on();

	(void)state;
	f.cas[FW_UEFI_2023].is_there = true;
	best(&f, FW_BEST_SECOND, FW_BEST_SECOND, FW_BEST_NONE);
	assert_int_equal(v.doors[FW_SECOND_2011][FW_NOW], FW_REFUSED);
	assert_int_equal(v.doors[FW_SECOND_2023][FW_WITHOUT_2011], FW_STARTS);
	assert_non_null(strstr(v.next[FW_REVOKED_2011], "sbattach"));
}

static void test_both__one_revoked__refused_whatever_the_other_is_worth(void **state)
{
	struct fw_facts f = on();

	(void)state;
	f.cas[FW_UEFI_2011].is_there = f.cas[FW_UEFI_2023].is_there = true;
	best(&f, FW_BEST_SECOND, FW_BEST_SECOND, FW_BEST_NONE);
	f.cas[FW_UEFI_2011].is_revoked = true;
	best(&f, FW_BEST_NONE, FW_BEST_NONE, FW_BEST_NONE);
	assert_non_null(strstr(v.next[FW_NOW], "sbattach"));
	f.cas[FW_UEFI_2011].is_revoked = false;
	f.cas[FW_UEFI_2023].is_revoked = true;
	best(&f, FW_BEST_NONE, FW_BEST_NONE, FW_BEST_NONE);
}

static void test_windows_only__nothing_starts(void **state)
{
	struct fw_facts f = on();

	(void)state;
	f.cas[FW_WINDOWS_2011].is_there = f.cas[FW_WINDOWS_2023].is_there = true;
	f.cas[FW_UEFI_2011].is_other = f.cas[FW_UEFI_2023].is_other = true;
	best(&f, FW_BEST_NONE, FW_BEST_NONE, FW_BEST_NONE);
	assert_non_null(strstr(v.next[FW_NOW], "BitLocker"));
}

static void test_a_loader_revoked_or_too_old__nothing_starts(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct fw_facts f = on();
		f.cas[FW_UEFI_2011].is_there = true;
		f.is_revoked[FW_SHIM] = i == 0;
		f.is_revoked[FW_GRUB] = i == 1;
		f.is_old[FW_SHIM] = i == 2;
		f.is_old[FW_GRUB] = i == 3;
		best(&f, FW_BEST_NONE, FW_BEST_NONE, FW_BEST_NONE);
	}
}

static void test_own_key_in_db__depends_until_it_is_named(void **state)
{
	struct fw_facts f = on();

	(void)state;
	f.others.n = 1;
	best(&f, FW_BEST_OWN, FW_BEST_OWN, FW_BEST_OWN);
	assert_int_equal(v.doors[FW_APPLICATION_DB][FW_NOW], FW_DEPENDS);
	assert_false(v.is_proven[FW_NOW]);
	f.is_asked = true;
	best(&f, FW_BEST_NONE, FW_BEST_NONE, FW_BEST_NONE);
	f.is_in_db = true;
	best(&f, FW_BEST_OWN, FW_BEST_OWN, FW_BEST_OWN);
	assert_true(v.is_proven[FW_NOW] && v.is_proven[FW_REVOKED_2011]);
	f.is_asked_revoked = true;
	best(&f, FW_BEST_NONE, FW_BEST_NONE, FW_BEST_NONE);
}

static enum fw_answer mok(const struct fw_facts *f)
{
	fw_judge(f, &v);
	return v.doors[FW_APPLICATION_MOK][FW_NOW];
}

static void test_own_key_as_mok__through_shim_alone(void **state)
{
	struct fw_facts f = on();

	(void)state;
	f.is_asked = f.is_in_mok = f.has_mok = true;
	assert_int_equal(mok(&f), FW_REFUSED);
	f.cas[FW_UEFI_2011].is_there = true;
	assert_int_equal(mok(&f), FW_STARTS);
	f.is_old[FW_APPLICATION] = true;
	assert_int_equal(mok(&f), FW_REFUSED);
	f.is_old[FW_APPLICATION] = false;
	f.is_asked_revoked = true;
	assert_int_equal(mok(&f), FW_REFUSED);
	f.is_asked_revoked = f.is_in_mok = false;
	assert_int_equal(mok(&f), FW_REFUSED);
	f.moks.n = 1; /* somebody else's */
	assert_int_equal(mok(&f), FW_REFUSED);
	f.moks.n = 0;
	f.is_in_db = true; /* which shim asks, too */
	assert_int_equal(mok(&f), FW_STARTS);
	f.is_in_db = false;
	f.has_mok = false;
	assert_int_equal(mok(&f), FW_UNKNOWN);
	f.is_asked = false;
	f.has_mok = true;
	assert_int_equal(mok(&f), FW_REFUSED);
	f.moks.n = 1;
	assert_int_equal(mok(&f), FW_DEPENDS);
}

static void test_shim_checks_nothing__the_application_starts_where_shim_does(void **state)
{
	struct fw_facts f = on();

	(void)state;
	f.has_mok_state = f.is_mok_off = true;
	best(&f, FW_BEST_NONE, FW_BEST_NONE, FW_BEST_NONE);
	f.cas[FW_UEFI_2023].is_there = true;
	best(&f, FW_BEST_APPLICATION, FW_BEST_APPLICATION, FW_BEST_NONE);
	assert_int_equal(v.doors[FW_APPLICATION_UNSIGNED][FW_NOW], FW_STARTS);
	assert_int_equal(v.doors[FW_APPLICATION_MOK][FW_NOW], FW_STARTS);
}

/* ---- in words: one row a machine; what is said of it, and what of it not. */

static void says(const struct fw_facts *f, enum fw_time when, const char *text, const char *next)
{
	fw_judge(f, &v);
	if (!strstr(v.text[when], text) || (next && !strstr(v.next[when], next)) ||
		(!next && v.next[when][0]))
		fail_msg("%s | %s; not %s | %s", v.text[when], v.next[when], text,
			next ? next : "nothing");
}

static void test_words__refused__by_what(void **state)
{
	struct fw_facts f = on(), g;

	(void)state;
	says(&f, FW_NOW, "neither Microsoft Corporation UEFI CA 2011 nor", "allow Microsoft's");
	f.cas[FW_UEFI_2023].is_there = true;
	for (unsigned i = 0; i < 4; i++) {
		g = f;
		g.is_revoked[FW_SHIM] = i == 0;
		g.is_revoked[FW_GRUB] = i == 1;
		g.is_old[FW_SHIM] = i == 2;
		g.is_old[FW_GRUB] = i == 3;
		says(&g, FW_NOW, i < 2 ? "GRUB on it is revoked" : "SbatLevel",
			"make the stick anew");
		g.cas[FW_UEFI_2011].is_revoked = true; /* taking a signature off would not help */
		says(&g, FW_NOW,
			i < 2 ? "GRUB on it is revoked" : "a signature of its shim is revoked",
			"make the stick anew");
	}
	g = f;
	g.cas[FW_UEFI_2011].is_revoked = true;
	says(&g, FW_NOW, "a signature of its shim is revoked", "sbattach");
	g.cas[FW_UEFI_2023].is_there = false; /* nothing is left to start it by */
	says(&g, FW_NOW, "a signature of its shim is revoked", "allow Microsoft's");
	g = f;
	g.cas[FW_UEFI_2023].is_revoked = true;
	says(&g, FW_NOW, "a signature of its shim is revoked", "allow Microsoft's");
}

static void test_words__starts__why_and_how_long(void **state)
{
	struct fw_facts f = {.secure_boot = SECURE_BOOT_NO};

	(void)state;
	says(&f, FW_NOW, "Secure Boot checks nothing", NULL);
	says(&f, FW_WITHOUT_2011, ": the same.", NULL);
	says(&f, FW_REVOKED_2011, ": the same.", NULL);
	f = on();
	f.is_mok_off = true;
	f.cas[FW_UEFI_2011].is_there = f.cas[FW_UEFI_2023].is_there = true;
	says(&f, FW_NOW, "shim is told to check nothing", NULL);
	says(&f, FW_WITHOUT_2011, ": the same.", NULL);
	f.is_mok_off = false;
	says(&f, FW_NOW, "through the second door", NULL);
	says(&f, FW_WITHOUT_2011, "by shim's signature of 2023", NULL);
	says(&f, FW_REVOKED_2011, "does not start any more", "sbattach");
	f.cas[FW_UEFI_2023].is_there = false;
	says(&f, FW_WITHOUT_2011, "does not start any more", "let Windows Update");
	says(&f, FW_REVOKED_2011, "does not start any more", "let Windows Update");
	f = on();
	f.others.n = 1;
	says(&f, FW_NOW, "Only an application whose certificate is in db", "--certificate");
	says(&f, FW_REVOKED_2011, ": the same.", NULL);
	f.is_asked = f.is_in_db = true;
	says(&f, FW_NOW, "signed with your key starts", "FIRST_DOOR=application");
	says(&f, FW_WITHOUT_2011, ": the same.", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_off_or_setup__all_doors_start),
		cmocka_unit_test(test_2011_only__starts_until_it_is_gone),
		cmocka_unit_test(test_2023_only__starts_by_the_second_signature),
		cmocka_unit_test(test_both__one_revoked__refused_whatever_the_other_is_worth),
		cmocka_unit_test(test_windows_only__nothing_starts),
		cmocka_unit_test(test_a_loader_revoked_or_too_old__nothing_starts),
		cmocka_unit_test(test_own_key_in_db__depends_until_it_is_named),
		cmocka_unit_test(test_own_key_as_mok__through_shim_alone),
		cmocka_unit_test(test_shim_checks_nothing__the_application_starts_where_shim_does),
		cmocka_unit_test(test_words__refused__by_what),
		cmocka_unit_test(test_words__starts__why_and_how_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every shipped rule of a bad file on a disk that has its incident, and on one that has not. What
 * is expected is what the vendors and Microsoft published (see the references in rescue/rules/). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "win_image.h"

#define SERVICES "ControlSet001\\Services\\"
#define CS	 "/Windows/System32/drivers/CrowdStrike/"
#define CS_FOUND "\\Windows\\System32\\drivers\\CrowdStrike\\"

/* ---- CrowdStrike 291 ---- */

static void test_crowdstrike__minute_by_minute__only_the_window_is_bad(void **state)
{
	struct wi *w = *state;

	wi_text(w, CS "C-00000291-00000000-00000028.sys", "x", "2024-07-19T04:08:59.9999999Z");
	wi_text(w, CS "C-00000291-00000000-00000029.sys", "x", "2024-07-19T04:09:00Z");
	wi_text(w, CS "c-00000291-00000000-00000032.SYS", "x", "2024-07-19T04:09:27Z");
	wi_text(w, CS "C-00000291-00000000-00000039.sys", "x", "2024-07-19T05:26:59.9999999Z");
	wi_text(w, CS "C-00000291-00000000-00000040.sys", "x", "2024-07-19T05:27:00Z");
	wi_text(w, CS "C-00000285-00000000-00000032.sys", "x", "2024-07-19T04:09:27Z");
	wi_text(w, CS "C-00000291-00000000-00000032.sys.bak", "x", "2024-07-19T04:09:27Z");
	wi_text(w, CS "csagent.sys", "x", "2024-07-19T04:09:27Z");
	wi_expect(w, "crowdstrike-291", SAID_MATCHED, 5);
	wi_expect_file(w, CS_FOUND "C-00000291-00000000-00000028.sys", JUDGE_DOUBTFUL);
	wi_expect_file(w, CS_FOUND "C-00000291-00000000-00000029.sys", JUDGE_BAD);
	wi_expect_file(w, CS_FOUND "C-00000291-00000000-00000032.sys", JUDGE_BAD);
	wi_expect_file(w, CS_FOUND "C-00000291-00000000-00000039.sys", JUDGE_BAD);
	wi_expect_file(w, CS_FOUND "C-00000291-00000000-00000040.sys", JUDGE_GOOD);
	const struct finding *f = wi_found(w, CS_FOUND "c-00000291-00000000-00000032.SYS");
	/* the folder's own spelling, and the SHA-256 of "x" as sha256sum prints it */
	assert_string_equal(f->path, CS_FOUND "c-00000291-00000000-00000032.SYS");
	static const uint8_t sha256_of_x[4] = {0x2d, 0x71, 0x16, 0x42};
	assert_true(f->has_sha256);
	assert_memory_equal(f->sha256, sha256_of_x, 4);
	assert_non_null(strstr(f->why, "2024-07-19T04:09:27Z"));
	assert_string_equal(w->res->faults, "");
}

static void test_crowdstrike__zero_filled__is_doubtful_in_every_window(void **state)
{
	struct wi *w = *state;
	static const uint8_t zeros[40000];

	wi_file(w, CS "C-00000291-1.sys", zeros, sizeof(zeros), "2024-07-19T04:10:00Z");
	wi_file(w, CS "C-00000291-2.sys", zeros, sizeof(zeros), "2024-07-19T06:00:00Z");
	wi_file(w, CS "C-00000291-3.sys", zeros, 0, "2024-07-19T04:10:00Z");
	wi_expect(w, "crowdstrike-291", SAID_DOUBT, 3);
	wi_expect_file(w, CS_FOUND "C-00000291-1.sys", JUDGE_DOUBTFUL);
	wi_expect_file(w, CS_FOUND "C-00000291-2.sys", JUDGE_DOUBTFUL);
	wi_expect_file(w, CS_FOUND "C-00000291-3.sys", JUDGE_DOUBTFUL);
	assert_true(wi_found(w, CS_FOUND "C-00000291-1.sys")->is_all_zero);
}

static void test_crowdstrike__only_repaired__says_look_elsewhere(void **state)
{
	struct wi *w = *state;

	wi_text(w, CS "C-00000291-00000000-00000040.sys", "x", "2024-07-19T05:27:00Z");
	wi_text(w, CS "C-00000291-00000000-00000041.sys", "x", "2024-08-01T00:00:00Z");
	wi_expect(w, "crowdstrike-291", SAID_REPAIRED, 2);
}

static void test_crowdstrike__magic_and_program__do_not_matter(void **state)
{
	struct wi *w = *state;

	wi_text(w, CS "C-00000291-1.sys", "MZ and more", "2024-07-19T04:10:00Z");
	wi_text(w, CS "C-00000291-2.sys", "\xaa\xaa\xaa\xaa", "2024-07-19T04:10:00Z");
	wi_hive(w, "SYSTEM",
		(const struct wi_value[]){{SERVICES "CSAgent", "Start", NULL, 1}, {0}});
	wi_expect(w, "crowdstrike-291", SAID_MATCHED, 2);
	wi_expect_file(w, CS_FOUND "C-00000291-1.sys", JUDGE_BAD);
	wi_expect_file(w, CS_FOUND "C-00000291-2.sys", JUDGE_BAD);
	assert_non_null(strstr(w->res->said[0].evidence, "CSAgent"));
}

static void test_crowdstrike__no_folder__no_match(void **state)
{
	wi_expect(*state, "crowdstrike-291", SAID_NO_MATCH, 0);
}

/* ---- content files with an exact name ---- */

static void test_trend_micro__exact_number_below_the_folder__is_bad(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Program Files/Trend Micro/Internet Security/LPT$VPN.594", "p", "");
	wi_text(w, "/Program Files/Trend Micro/lpt$vpn.594", "p", "");
	wi_text(w, "/Program Files/Trend Micro/Internet Security/LPT$VPN.596", "p", "");
	wi_text(w, "/Program Files/Other/LPT$VPN.594", "p", "");
	wi_expect(w, "trend-micro-594", SAID_MATCHED, 2);
	wi_expect_file(
		w, "\\Program Files\\Trend Micro\\Internet Security\\LPT$VPN.594", JUDGE_BAD);
	wi_expect_file(w, "\\Program Files\\Trend Micro\\LPT$VPN.594", JUDGE_BAD);
}

static void test_trend_micro__other_numbers__no_match(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Program Files/Trend Micro/Internet Security/LPT$VPN.596", "p", "");
	wi_expect(w, "trend-micro-594", SAID_NO_MATCH, 0);
}

static void test_sophos__wrong_identity__is_bad(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Program Files (x86)/Sophos/Sophos Anti-Virus/agen-xuv.ide", "i", "");
	wi_text(w, "/Program Files (x86)/Sophos/Sophos Anti-Virus/agen-xuw.ide", "i", "");
	wi_expect(w, "sophos-shh-updater-b", SAID_MATCHED, 1);
}

static void test_sophos__corrected_identity_beside_it__is_doubtful(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Program Files/Sophos/Sophos Anti-Virus/agen-xuv.ide", "i", "");
	wi_text(w, "/Program Files/Sophos/Sophos Anti-Virus/javab-jd.ide", "i", "");
	wi_expect(w, "sophos-shh-updater-b", SAID_DOUBT, 1);
}

static void test_sophos__other_identities__no_match(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Program Files/Sophos/Sophos Anti-Virus/javab-jd.ide", "i", "");
	wi_expect(w, "sophos-shh-updater-b", SAID_NO_MATCH, 0);
}

/* ---- drivers by version ---- */

static void test_hp__old_version__asks_for_the_stop_code(void **state)
{
	struct wi *w = *state;

	w->win.build = 17763;
	wi_program(w, "/Windows/System32/drivers/HpqKbFiltr.sys", (const uint16_t[4]){11, 0, 3, 1});
	wi_expect(w, "hp-keyboard-filter", SAID_DOUBT, 1);
	assert_non_null(strstr(w->res->findings[0].why, "0x10D"));
}

static void test_hp__repaired_version_or_build__is_left(void **state)
{
	struct wi *w = *state;

	w->win.build = 17763;
	wi_program(w, "/Windows/System32/drivers/HpqKbFiltr.sys", (const uint16_t[4]){11, 0, 7, 1});
	wi_expect(w, "hp-keyboard-filter", SAID_REPAIRED, 1);
	w->win.build = 19045;
	wi_expect(w, "hp-keyboard-filter", SAID_NOT_APPLICABLE, 0);
}

static void test_sprotect__listed_version_on_24h2__is_asked_about(void **state)
{
	struct wi *w = *state;

	w->win.build = 26100;
	wi_program(w, "/Windows/System32/drivers/sprotect.sys", (const uint16_t[4]){1, 0, 2, 372});
	wi_expect(w, "senseshield-sprotect", SAID_DOUBT, 1);
	wi_expect_file(w, "\\Windows\\System32\\drivers\\sprotect.sys", JUDGE_DOUBTFUL);
	assert_int_equal(w->res->findings[0].n_services, 1);
	assert_string_equal(w->res->findings[0].services[0], "sprotect.sys");
}

static void test_sprotect__other_version_or_build__is_not(void **state)
{
	struct wi *w = *state;

	w->win.build = 26100;
	wi_program(w, "/Windows/System32/drivers/sprotect.sys", (const uint16_t[4]){2, 0, 0, 0});
	wi_expect(w, "senseshield-sprotect", SAID_NO_MATCH, 0);
	w->win.build = 22631;
	wi_expect(w, "senseshield-sprotect", SAID_NOT_APPLICABLE, 0);
}

static void test_ldiagio__present_on_2004__is_asked_about(void **state)
{
	struct wi *w = *state;

	w->win.build = 19041;
	w->win.revision = 423;
	wi_program(w,
		"/Windows/System32/DriverStore/FileRepository/ldiagio.inf_amd64_1/ldiagio.sys",
		(const uint16_t[4]){3, 0, 0, 0});
	wi_expect(w, "lenovo-ldiagio", SAID_DOUBT, 1);
	assert_int_equal(w->res->findings[0].n_services, 1);
}

static void test_ldiagio__before_the_update_or_absent__is_not(void **state)
{
	struct wi *w = *state;

	w->win.build = 19041;
	w->win.revision = 423;
	wi_expect(w, "lenovo-ldiagio", SAID_NO_MATCH, 0);
	w->win.revision = 422;
	wi_expect(w, "lenovo-ldiagio", SAID_NOT_APPLICABLE, 0);
}

/* ---- what Windows makes anew: on every machine, so only when somebody asks ---- */

#define FONTS "/Windows/ServiceProfiles/LocalService/AppData/Local/"
#define INDEX "/ProgramData/Microsoft/Search/Data/Applications/Windows/"
#define STORE "/Windows/SoftwareDistribution/DataStore/"

static void test_caches__not_asked_for__no_match(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/System32/FNTCACHE.DAT", "fonts", "");
	wi_text(w, INDEX "Windows.edb", "index", "");
	wi_text(w, STORE "DataStore.edb", "store", "");
	wi_expect(w, "font-cache", SAID_NOT_APPLICABLE, 0);
	wi_expect(w, "search-index", SAID_NOT_APPLICABLE, 0);
	wi_expect(w, "update-store", SAID_NOT_APPLICABLE, 0);
}

static void test_caches__asked_for__all_of_one_and_no_other(void **state)
{
	static const uint16_t version[4] = {10, 0, 1, 1};
	struct wi *w = *state;

	w->is_asked = true;
	wi_text(w, "/Windows/System32/FNTCACHE.DAT", "fonts", "");
	wi_text(w, FONTS "FontCache/~FontCache-System.dat", "fonts", "");
	wi_text(w, FONTS "FontCache/Fonts/other.dat", "not ours", "");
	wi_text(w, FONTS "FontCache-S-1-5-21-1.dat", "fonts", "");
	wi_program(w, FONTS "~FontCache-program.dat", version);
	wi_text(w, INDEX "Windows.edb", "index", "");
	wi_text(w, STORE "DataStore.edb", "store", "");
	wi_text(w, STORE "Logs/edb00001.log", "store", "");
	wi_text(w, STORE "Logs/other.log", "not ours", "");
	wi_expect(w, "font-cache", SAID_MATCHED, 4);
	wi_expect_file(w, "\\Windows\\System32\\FNTCACHE.DAT", JUDGE_BAD);
	wi_expect_file(w,
		"\\Windows\\ServiceProfiles\\LocalService\\AppData\\Local\\FontCache-S-1-5-21-1."
		"dat",
		JUDGE_BAD);
	wi_expect_file(w,
		"\\Windows\\ServiceProfiles\\LocalService\\AppData\\Local\\~FontCache-program.dat",
		JUDGE_DOUBTFUL);
	wi_expect(w, "search-index", SAID_MATCHED, 1);
	wi_expect(w, "update-store", SAID_MATCHED, 2);
}

static void test_asking__for_what_is_always_looked_for__is_an_error(void **state)
{
	struct rule_set all = {0};
	struct rs_err err = {0};

	(void)state;
	assert_int_equal(rule_set_load_shipped(&all, &err), 0);
	assert_int_equal(rule_set_ask(&all, "crowdstrike-291", &err), RS_E_USAGE);
	assert_int_equal(rule_set_ask(&all, "no-such-rule", &err), RS_E_USAGE);
	assert_int_equal(rule_set_ask(&all, "font-cache", &err), 0);
	rule_set_done(&all);
}

#define T(name) cmocka_unit_test_setup_teardown(name, wi_setup, wi_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_crowdstrike__minute_by_minute__only_the_window_is_bad),
		T(test_crowdstrike__zero_filled__is_doubtful_in_every_window),
		T(test_crowdstrike__only_repaired__says_look_elsewhere),
		T(test_crowdstrike__magic_and_program__do_not_matter),
		T(test_crowdstrike__no_folder__no_match),
		T(test_trend_micro__exact_number_below_the_folder__is_bad),
		T(test_trend_micro__other_numbers__no_match),
		T(test_sophos__wrong_identity__is_bad),
		T(test_sophos__corrected_identity_beside_it__is_doubtful),
		T(test_sophos__other_identities__no_match),
		T(test_hp__old_version__asks_for_the_stop_code),
		T(test_hp__repaired_version_or_build__is_left),
		T(test_sprotect__listed_version_on_24h2__is_asked_about),
		T(test_sprotect__other_version_or_build__is_not),
		T(test_ldiagio__present_on_2004__is_asked_about),
		T(test_ldiagio__before_the_update_or_absent__is_not),
		T(test_caches__not_asked_for__no_match),
		T(test_caches__asked_for__all_of_one_and_no_other),
		T(test_asking__for_what_is_always_looked_for__is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

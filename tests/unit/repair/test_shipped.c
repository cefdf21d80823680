/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every shipped rule on a disk that has its incident, and on one that has not. What is expected is
 * what the vendors and Microsoft published (see the references in rescue/rules/). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "win_image.h"

#define SERVICES "ControlSet001\\Services\\"
#define PACKAGES                                                                                   \
	"Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages\\Package_for_"
#define SESSIONS "Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\SessionsPending"
#define FONTS	 "Microsoft\\Windows NT\\CurrentVersion\\Fonts"
#define CPU_KEY	 "ControlSet001\\Control\\Session Manager\\Environment"
#define NO_VALUES                                                                                  \
	(const struct wi_value[])                                                                  \
	{                                                                                          \
		{"ControlSet001\\Services\\Tcpip", NULL, NULL, 0},                                 \
		{                                                                                  \
			NULL, NULL, NULL, 0                                                        \
		}                                                                                  \
	}
#define CS	 "/Windows/System32/drivers/CrowdStrike/"
#define CS_FOUND "\\Windows\\System32\\drivers\\CrowdStrike\\"

static int setup(void **state)
{
	struct wi *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	wi_make(w);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	wi_done(*state);
	free(*state);
	return 0;
}

static void expect(struct wi *w, const char *id, enum rule_outcome outcome, size_t n_files)
{
	const struct judge_rule *r = wi_judge_shipped(w, id);

	if (r->outcome != outcome || w->res->n_files != n_files)
		fail_msg("%s: outcome %d, %zu files; why: %s; faults: %s", id, r->outcome,
			w->res->n_files, r->why, w->res->faults);
	assert_true(r->why[0]);
}

static void expect_file(struct wi *w, const char *path, enum judge_verdict verdict)
{
	const struct judge_file *f = wi_found(w, path);

	if (!f)
		fail_msg("%s is not among the findings", path);
	else if (f->verdict != verdict)
		fail_msg("%s: verdict %d (%s)", path, f->verdict, f->why);
}

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
	expect(w, "crowdstrike-291", RULE_MATCHED, 5);
	expect_file(w, CS_FOUND "C-00000291-00000000-00000028.sys", JUDGE_DOUBTFUL);
	expect_file(w, CS_FOUND "C-00000291-00000000-00000029.sys", JUDGE_BAD);
	expect_file(w, CS_FOUND "C-00000291-00000000-00000032.sys", JUDGE_BAD);
	expect_file(w, CS_FOUND "C-00000291-00000000-00000039.sys", JUDGE_BAD);
	expect_file(w, CS_FOUND "C-00000291-00000000-00000040.sys", JUDGE_GOOD);
	const struct judge_file *f = wi_found(w, CS_FOUND "c-00000291-00000000-00000032.SYS");
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
	expect(w, "crowdstrike-291", RULE_DOUBT, 3);
	expect_file(w, CS_FOUND "C-00000291-1.sys", JUDGE_DOUBTFUL);
	expect_file(w, CS_FOUND "C-00000291-2.sys", JUDGE_DOUBTFUL);
	expect_file(w, CS_FOUND "C-00000291-3.sys", JUDGE_DOUBTFUL);
	assert_true(wi_found(w, CS_FOUND "C-00000291-1.sys")->is_all_zero);
}

static void test_crowdstrike__only_repaired__says_look_elsewhere(void **state)
{
	struct wi *w = *state;

	wi_text(w, CS "C-00000291-00000000-00000040.sys", "x", "2024-07-19T05:27:00Z");
	wi_text(w, CS "C-00000291-00000000-00000041.sys", "x", "2024-08-01T00:00:00Z");
	expect(w, "crowdstrike-291", RULE_REPAIRED, 2);
}

static void test_crowdstrike__magic_and_program__do_not_matter(void **state)
{
	struct wi *w = *state;

	wi_text(w, CS "C-00000291-1.sys", "MZ and more", "2024-07-19T04:10:00Z");
	wi_text(w, CS "C-00000291-2.sys", "\xaa\xaa\xaa\xaa", "2024-07-19T04:10:00Z");
	wi_hive(w, "SYSTEM",
		(const struct wi_value[]){{SERVICES "CSAgent", "Start", NULL, 1}, {0}});
	expect(w, "crowdstrike-291", RULE_MATCHED, 2);
	expect_file(w, CS_FOUND "C-00000291-1.sys", JUDGE_BAD);
	expect_file(w, CS_FOUND "C-00000291-2.sys", JUDGE_BAD);
	assert_non_null(strstr(w->res->rules[0].evidence, "CSAgent"));
}

static void test_crowdstrike__no_folder__no_match(void **state)
{
	expect(*state, "crowdstrike-291", RULE_NO_MATCH, 0);
}

/* ---- content files with an exact name ---- */

static void test_trend_micro__exact_number_below_the_folder__is_bad(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Program Files/Trend Micro/Internet Security/LPT$VPN.594", "p", "");
	wi_text(w, "/Program Files/Trend Micro/lpt$vpn.594", "p", "");
	wi_text(w, "/Program Files/Trend Micro/Internet Security/LPT$VPN.596", "p", "");
	wi_text(w, "/Program Files/Other/LPT$VPN.594", "p", "");
	expect(w, "trend-micro-594", RULE_MATCHED, 2);
	expect_file(w, "\\Program Files\\Trend Micro\\Internet Security\\LPT$VPN.594", JUDGE_BAD);
	expect_file(w, "\\Program Files\\Trend Micro\\LPT$VPN.594", JUDGE_BAD);
}

static void test_trend_micro__other_numbers__no_match(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Program Files/Trend Micro/Internet Security/LPT$VPN.596", "p", "");
	expect(w, "trend-micro-594", RULE_NO_MATCH, 0);
}

static void test_sophos__wrong_identity__is_bad(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Program Files (x86)/Sophos/Sophos Anti-Virus/agen-xuv.ide", "i", "");
	wi_text(w, "/Program Files (x86)/Sophos/Sophos Anti-Virus/agen-xuw.ide", "i", "");
	expect(w, "sophos-shh-updater-b", RULE_MATCHED, 1);
}

static void test_sophos__corrected_identity_beside_it__is_doubtful(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Program Files/Sophos/Sophos Anti-Virus/agen-xuv.ide", "i", "");
	wi_text(w, "/Program Files/Sophos/Sophos Anti-Virus/javab-jd.ide", "i", "");
	expect(w, "sophos-shh-updater-b", RULE_DOUBT, 1);
}

static void test_sophos__other_identities__no_match(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Program Files/Sophos/Sophos Anti-Virus/javab-jd.ide", "i", "");
	expect(w, "sophos-shh-updater-b", RULE_NO_MATCH, 0);
}

/* ---- drivers by version ---- */

static void test_hp__old_version__asks_for_the_stop_code(void **state)
{
	struct wi *w = *state;

	w->win.build = 17763;
	wi_program(w, "/Windows/System32/drivers/HpqKbFiltr.sys", (const uint16_t[4]){11, 0, 3, 1});
	expect(w, "hp-keyboard-filter", RULE_DOUBT, 1);
	assert_non_null(strstr(w->res->files[0].why, "0x10D"));
}

static void test_hp__repaired_version_or_build__is_left(void **state)
{
	struct wi *w = *state;

	w->win.build = 17763;
	wi_program(w, "/Windows/System32/drivers/HpqKbFiltr.sys", (const uint16_t[4]){11, 0, 7, 1});
	expect(w, "hp-keyboard-filter", RULE_REPAIRED, 1);
	w->win.build = 19045;
	expect(w, "hp-keyboard-filter", RULE_NOT_APPLICABLE, 0);
}

static void test_sprotect__listed_version_on_24h2__is_reported(void **state)
{
	struct wi *w = *state;

	w->win.build = 26100;
	wi_program(w, "/Windows/System32/drivers/sprotect.sys", (const uint16_t[4]){1, 0, 2, 372});
	expect(w, "senseshield-sprotect", RULE_REPORTED, 1);
	expect_file(w, "\\Windows\\System32\\drivers\\sprotect.sys", JUDGE_REPORT);
}

static void test_sprotect__other_version_or_build__is_not(void **state)
{
	struct wi *w = *state;

	w->win.build = 26100;
	wi_program(w, "/Windows/System32/drivers/sprotect.sys", (const uint16_t[4]){2, 0, 0, 0});
	expect(w, "senseshield-sprotect", RULE_NO_MATCH, 0);
	w->win.build = 22631;
	expect(w, "senseshield-sprotect", RULE_NOT_APPLICABLE, 0);
}

static void test_ldiagio__present_on_2004__is_reported(void **state)
{
	struct wi *w = *state;

	w->win.build = 19041;
	w->win.revision = 423;
	wi_text(w, "/Windows/System32/DriverStore/FileRepository/ldiagio.inf_amd64_1/ldiagio.sys",
		"d", "");
	expect(w, "lenovo-ldiagio", RULE_REPORTED, 1);
}

static void test_ldiagio__before_the_update_or_absent__is_not(void **state)
{
	struct wi *w = *state;

	w->win.build = 19041;
	w->win.revision = 423;
	expect(w, "lenovo-ldiagio", RULE_NO_MATCH, 0);
	w->win.revision = 422;
	expect(w, "lenovo-ldiagio", RULE_NOT_APPLICABLE, 0);
}

/* ---- updates ---- */

static void test_update__exclusive_session__is_reported(void **state)
{
	struct wi *w = *state;

	wi_hive(w, "SYSTEM", NO_VALUES);
	wi_hive(w, "SOFTWARE", (const struct wi_value[]){{SESSIONS, "Exclusive", NULL, 1}, {0}});
	expect(w, "update-half-applied", RULE_REPORTED, 0);
	assert_non_null(strstr(w->res->rules[0].why, "Exclusive"));
}

static void test_update__nothing_pending__no_match(void **state)
{
	struct wi *w = *state;

	wi_hive(w, "SYSTEM", NO_VALUES);
	wi_hive(w, "SOFTWARE", (const struct wi_value[]){{SESSIONS, "Exclusive", NULL, 0}, {0}});
	expect(w, "update-half-applied", RULE_NO_MATCH, 0);
	assert_string_equal(w->res->faults, "");
}

static void test_update__hives_unreadable__is_a_fault_not_a_no(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/System32/config/SOFTWARE", "no hive at all", "");
	expect(w, "update-half-applied", RULE_NO_MATCH, 0);
	assert_true(w->res->unreadable > 0);
	assert_non_null(strstr(w->res->faults, "SOFTWARE"));
}

#define AMD_VALUES(cpu, kb, state)                                                                 \
	wi_hive(w, "SYSTEM",                                                                       \
		(const struct wi_value[]){{CPU_KEY, "PROCESSOR_IDENTIFIER", cpu, 0}, {0}});        \
	wi_hive(w, "SOFTWARE",                                                                     \
		(const struct wi_value[]){{PACKAGES kb "~31bf3856ad364e35~amd64~~10.0.1.1",        \
						  "CurrentState", NULL, state},                    \
			{0}})

static void test_amd__family_15_with_the_update__is_reported(void **state)
{
	struct wi *w = *state;

	w->win.build = 16299;
	AMD_VALUES("AMD64 Family 15 Model 107 Stepping 2, AuthenticAMD", "KB4056892", 0x70);
	expect(w, "amd-january-2018", RULE_REPORTED, 0);
}

static void test_amd__other_processor__does_not_apply(void **state)
{
	struct wi *w = *state;

	w->win.build = 16299;
	AMD_VALUES("AMD64 Family 23 Model 1 Stepping 1, AuthenticAMD", "KB4056892", 0x70);
	expect(w, "amd-january-2018", RULE_NOT_APPLICABLE, 0);
}

static void test_amd__superseded_package__no_match(void **state)
{
	struct wi *w = *state;

	w->win.build = 16299;
	AMD_VALUES("AMD64 Family 15 Model 107 Stepping 2, AuthenticAMD", "KB4056892", 0x50);
	expect(w, "amd-january-2018", RULE_NO_MATCH, 0);
}

static void test_antivirus__rollup_and_sophos__is_reported(void **state)
{
	struct wi *w = *state;

	w->win.build = 7601;
	wi_hive(w, "SYSTEM",
		(const struct wi_value[]){
			{SERVICES "SAVSvc", "DisplayName", "Sophos Anti-Virus", 0}, {0}});
	wi_hive(w, "SOFTWARE",
		(const struct wi_value[]){{PACKAGES "KB4493472~31bf3856ad364e35~amd64~~6.1.1.4",
						  "CurrentState", NULL, 112},
			{0}});
	expect(w, "antivirus-april-2019", RULE_REPORTED, 0);
}

static void test_antivirus__rollup_alone__no_match(void **state)
{
	struct wi *w = *state;

	w->win.build = 7601;
	wi_hive(w, "SYSTEM", NO_VALUES);
	wi_hive(w, "SOFTWARE",
		(const struct wi_value[]){{PACKAGES "KB4493472~31bf3856ad364e35~amd64~~6.1.1.4",
						  "CurrentState", NULL, 112},
			{0}});
	expect(w, "antivirus-april-2019", RULE_NO_MATCH, 0);
}

static void test_font_cache__font_by_path__asks_for_the_stop_code(void **state)
{
	struct wi *w = *state;

	w->win.build = 7601;
	wi_text(w, "/Windows/System32/FNTCACHE.DAT", "cache", "");
	wi_hive(w, "SOFTWARE",
		(const struct wi_value[]){{FONTS, "Own (OpenType)", "D:\\Fonts\\own.OTF", 0}, {0}});
	expect(w, "ms14-045-font-cache", RULE_DOUBT, 1);
	assert_non_null(strstr(w->res->files[0].why, "0x50"));
}

static void test_font_cache__fonts_in_their_folder__no_match(void **state)
{
	struct wi *w = *state;

	w->win.build = 7601;
	wi_text(w, "/Windows/System32/FNTCACHE.DAT", "cache", "");
	wi_hive(w, "SOFTWARE",
		(const struct wi_value[]){{FONTS, "Own (OpenType)", "own.otf", 0}, {0}});
	expect(w, "ms14-045-font-cache", RULE_NO_MATCH, 0);
}

static void test_kb2823324__installed__is_reported(void **state)
{
	struct wi *w = *state;

	w->win.build = 7601;
	wi_hive(w, "SOFTWARE",
		(const struct wi_value[]){{PACKAGES "KB2823324~31bf3856ad364e35~x86~~6.1.1.1",
						  "CurrentState", NULL, 0x70},
			{0}});
	expect(w, "kb2823324-ntfs", RULE_REPORTED, 0);
}

static void test_kb2823324__another_package__no_match(void **state)
{
	struct wi *w = *state;

	w->win.build = 7601;
	wi_hive(w, "SOFTWARE",
		(const struct wi_value[]){{PACKAGES "KB2840149~31bf3856ad364e35~x86~~6.1.1.1",
						  "CurrentState", NULL, 0x70},
			{0}});
	expect(w, "kb2823324-ntfs", RULE_NO_MATCH, 0);
}

static void test_rootkit__driver_differs_from_its_copy__is_reported_never_moved(void **state)
{
	struct wi *w = *state;

	w->win.build = 2600;
	wi_dir(w, "/Windows/$NtUninstallKB977165$");
	wi_text(w, "/Windows/System32/drivers/atapi.sys", "infected", "");
	wi_text(w, "/Windows/System32/dllcache/atapi.sys", "original", "");
	expect(w, "ms10-015-rootkit", RULE_REPORTED, 1);
	expect_file(w, "\\Windows\\System32\\drivers\\atapi.sys", JUDGE_REPORT);
}

static void test_rootkit__same_as_its_copy__no_match(void **state)
{
	struct wi *w = *state;

	w->win.build = 2600;
	wi_dir(w, "/Windows/$NtUninstallKB977165$");
	wi_text(w, "/Windows/System32/drivers/atapi.sys", "original", "");
	wi_text(w, "/Windows/System32/dllcache/atapi.sys", "original", "");
	expect(w, "ms10-015-rootkit", RULE_NO_MATCH, 0);
}

#define INTEL(w)                                                                                   \
	wi_hive(w, "SYSTEM",                                                                       \
		(const struct wi_value[]){                                                         \
			{CPU_KEY, "PROCESSOR_IDENTIFIER",                                          \
				"Intel64 Family 6 Model 140 Stepping 1, GenuineIntel", 0},         \
			{0}})

static void test_txt__pending_since_the_update__is_reported_nothing_moved(void **state)
{
	struct wi *w = *state;

	INTEL(w);
	wi_text(w, "/Windows/WinSxS/pending.xml", "<x/>", "2025-05-14T10:00:00Z");
	expect(w, "kb5058379-intel-txt", RULE_REPORTED, 1);
	expect_file(w, "\\Windows\\WinSxS\\pending.xml", JUDGE_REPORT);
}

static void test_txt__pending_before_the_update__no_match(void **state)
{
	struct wi *w = *state;

	INTEL(w);
	wi_text(w, "/Windows/WinSxS/pending.xml", "<x/>", "2025-05-12T23:59:59Z");
	expect(w, "kb5058379-intel-txt", RULE_NO_MATCH, 0);
	w->win.revision = 5856; /* the cure is in */
	expect(w, "kb5058379-intel-txt", RULE_NOT_APPLICABLE, 0);
}

static void test_printing__waiting_job_on_the_build__is_reported(void **state)
{
	struct wi *w = *state;

	w->win.build = 19042;
	w->win.revision = 867;
	wi_text(w, "/Windows/System32/spool/PRINTERS/00002.SPL", "job", "");
	expect(w, "kb5000802-printing", RULE_REPORTED, 0);
}

static void test_printing__no_job_or_other_build__is_not(void **state)
{
	struct wi *w = *state;

	w->win.build = 19042;
	w->win.revision = 867;
	expect(w, "kb5000802-printing", RULE_NO_MATCH, 0);
	w->win.revision = 868;
	expect(w, "kb5000802-printing", RULE_NOT_APPLICABLE, 0);
}

/* ---- good files taken away ---- */

static void removed(struct wi *w, const char *id, const char *path, const char *copy)
{
	expect(w, id, RULE_REPORTED, 1);
	expect_file(w, path, JUDGE_REPORT);
	assert_true(wi_found(w, path)->is_missing);
	if (copy)
		assert_non_null(strstr(wi_found(w, path)->why, copy));
}

static void test_mcafee__svchost_missing__names_the_copies(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/System32/dllcache/svchost.exe", "copy", "2008-04-14T12:00:00Z");
	wi_text(w, "/Windows/WinSxS/x86_svchost_1/svchost.exe", "copy", "");
	removed(w, "mcafee-5958", "\\Windows\\System32\\svchost.exe", "dllcache\\svchost.exe");
	assert_non_null(strstr(w->res->files[0].why, "WinSxS\\x86_svchost_1\\svchost.exe"));
}

static void test_mcafee__svchost_empty__is_reported(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/System32/svchost.exe", "", "");
	expect(w, "mcafee-5958", RULE_REPORTED, 1);
	assert_false(w->res->files[0].is_missing);
}

static void test_mcafee__svchost_in_place__no_match(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/System32/svchost.exe", "MZ", "");
	expect(w, "mcafee-5958", RULE_NO_MATCH, 0);
}

static void test_symantec__one_of_two_missing__names_that_one(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/System32/netapi32.dll", "MZ", "");
	wi_text(w, "/Windows/System32/dllcache/netapi32.dll", "MZ", "");
	removed(w, "symantec-2007-china", "\\Windows\\System32\\lsasrv.dll", "no copy");
}

static void test_symantec__both_in_place__no_match(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/System32/netapi32.dll", "MZ", "");
	wi_text(w, "/Windows/System32/lsasrv.dll", "MZ", "");
	expect(w, "symantec-2007-china", RULE_NO_MATCH, 0);
}

static void test_avg_2008__user32__missing_and_in_place(void **state)
{
	removed(*state, "avg-2008-user32", "\\Windows\\System32\\user32.dll", NULL);
}

static void test_avg_2008__user32_in_place__no_match(void **state)
{
	wi_text(*state, "/Windows/System32/user32.dll", "MZ", "");
	expect(*state, "avg-2008-user32", RULE_NO_MATCH, 0);
}

static void test_avg_2010__service_without_its_file__is_reported(void **state)
{
	struct wi *w = *state;

	w->win.build = 2600;
	wi_hive(w, "SYSTEM",
		(const struct wi_value[]){{SERVICES "sisperf", "Start", NULL, 0}, {0}});
	removed(w, "avg-2010-sisperf", "\\Windows\\System32\\drivers\\sisperf.sys", NULL);
}

static void test_avg_2010__machine_without_the_chip__no_match(void **state)
{
	struct wi *w = *state;

	w->win.build = 2600;
	wi_hive(w, "SYSTEM", NO_VALUES);
	expect(w, "avg-2010-sisperf", RULE_NO_MATCH, 0);
}

static void test_tcpip__missing__is_reported(void **state)
{
	removed(*state, "tcpip-removed", "\\Windows\\System32\\drivers\\tcpip.sys", NULL);
}

static void test_tcpip__in_place__no_match(void **state)
{
	wi_text(*state, "/Windows/System32/drivers/tcpip.sys", "MZ", "");
	expect(*state, "tcpip-removed", RULE_NO_MATCH, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

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
		T(test_sprotect__listed_version_on_24h2__is_reported),
		T(test_sprotect__other_version_or_build__is_not),
		T(test_ldiagio__present_on_2004__is_reported),
		T(test_ldiagio__before_the_update_or_absent__is_not),
		T(test_update__exclusive_session__is_reported),
		T(test_update__nothing_pending__no_match),
		T(test_update__hives_unreadable__is_a_fault_not_a_no),
		T(test_amd__family_15_with_the_update__is_reported),
		T(test_amd__other_processor__does_not_apply),
		T(test_amd__superseded_package__no_match),
		T(test_antivirus__rollup_and_sophos__is_reported),
		T(test_antivirus__rollup_alone__no_match),
		T(test_font_cache__font_by_path__asks_for_the_stop_code),
		T(test_font_cache__fonts_in_their_folder__no_match),
		T(test_kb2823324__installed__is_reported),
		T(test_kb2823324__another_package__no_match),
		T(test_rootkit__driver_differs_from_its_copy__is_reported_never_moved),
		T(test_rootkit__same_as_its_copy__no_match),
		T(test_txt__pending_since_the_update__is_reported_nothing_moved),
		T(test_txt__pending_before_the_update__no_match),
		T(test_printing__waiting_job_on_the_build__is_reported),
		T(test_printing__no_job_or_other_build__is_not),
		T(test_mcafee__svchost_missing__names_the_copies),
		T(test_mcafee__svchost_empty__is_reported),
		T(test_mcafee__svchost_in_place__no_match),
		T(test_symantec__one_of_two_missing__names_that_one),
		T(test_symantec__both_in_place__no_match),
		T(test_avg_2008__user32__missing_and_in_place),
		T(test_avg_2008__user32_in_place__no_match),
		T(test_avg_2010__service_without_its_file__is_reported),
		T(test_avg_2010__machine_without_the_chip__no_match),
		T(test_tcpip__missing__is_reported),
		T(test_tcpip__in_place__no_match),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

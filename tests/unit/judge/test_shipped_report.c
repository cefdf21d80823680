/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same for the rules of updates and of good files taken away: recognised, explained, and
 * nothing is ever to be moved. */
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
/* ---- updates ---- */

static void test_update__exclusive_session__is_reported(void **state)
{
	struct wi *w = *state;

	wi_hive(w, "SYSTEM", NO_VALUES);
	wi_hive(w, "SOFTWARE", (const struct wi_value[]){{SESSIONS, "Exclusive", NULL, 1}, {0}});
	wi_expect(w, "update-half-applied", SAID_REPORTED, 0);
	assert_non_null(strstr(w->res->said[0].why, "Exclusive"));
}

static void test_update__nothing_pending__no_match(void **state)
{
	struct wi *w = *state;

	wi_hive(w, "SYSTEM", NO_VALUES);
	wi_hive(w, "SOFTWARE", (const struct wi_value[]){{SESSIONS, "Exclusive", NULL, 0}, {0}});
	wi_expect(w, "update-half-applied", SAID_NO_MATCH, 0);
	assert_string_equal(w->res->faults, "");
}

static void test_update__hives_unreadable__is_a_fault_not_a_no(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/System32/config/SOFTWARE", "no hive at all", "");
	wi_expect(w, "update-half-applied", SAID_NO_MATCH, 0);
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
	wi_expect(w, "amd-january-2018", SAID_REPORTED, 0);
}

static void test_amd__other_processor__does_not_apply(void **state)
{
	struct wi *w = *state;

	w->win.build = 16299;
	AMD_VALUES("AMD64 Family 23 Model 1 Stepping 1, AuthenticAMD", "KB4056892", 0x70);
	wi_expect(w, "amd-january-2018", SAID_NOT_APPLICABLE, 0);
}

static void test_amd__superseded_package__no_match(void **state)
{
	struct wi *w = *state;

	w->win.build = 16299;
	AMD_VALUES("AMD64 Family 15 Model 107 Stepping 2, AuthenticAMD", "KB4056892", 0x50);
	wi_expect(w, "amd-january-2018", SAID_NO_MATCH, 0);
}

static void rollup_beside(struct wi *w, const struct wi_value service)
{
	w->win.build = 7601;
	wi_hive(w, "SYSTEM", (const struct wi_value[]){service, {0}});
	wi_hive(w, "SOFTWARE",
		(const struct wi_value[]){{PACKAGES "KB4493472~31bf3856ad364e35~amd64~~6.1.1.4",
						  "CurrentState", NULL, 112},
			{0}});
}

/* The official remedy where Safe Mode does not do: its service, and never its drivers. */
static void test_antivirus__rollup_and_sophos__its_service_is_asked_about(void **state)
{
	struct wi *w = *state;

	rollup_beside(
		w, (struct wi_value){SERVICES "SAVSvc", "DisplayName", "Sophos Anti-Virus", 0});
	wi_expect(w, "antivirus-april-2019", SAID_DOUBT, 1);
	const struct finding *f = &w->res->findings[0];
	assert_int_equal(f->verdict, JUDGE_DOUBTFUL);
	assert_int_equal(f->n_services, 1);
	assert_string_equal(f->services[0], "Sophos Anti-Virus");
	assert_non_null(strstr(f->why, "only if Windows freezes"));
}

static void test_antivirus__rollup_and_another__is_reported(void **state)
{
	struct wi *w = *state;

	rollup_beside(w, (struct wi_value){
				 SERVICES "avast! Antivirus", "DisplayName", "Avast Antivirus", 0});
	wi_expect(w, "antivirus-april-2019", SAID_REPORTED, 0);
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
	wi_expect(w, "antivirus-april-2019", SAID_NO_MATCH, 0);
}

static void test_font_cache__font_by_path__asks_for_the_stop_code(void **state)
{
	struct wi *w = *state;

	w->win.build = 7601;
	wi_text(w, "/Windows/System32/FNTCACHE.DAT", "cache", "");
	wi_hive(w, "SOFTWARE",
		(const struct wi_value[]){{FONTS, "Own (OpenType)", "D:\\Fonts\\own.OTF", 0}, {0}});
	wi_expect(w, "ms14-045-font-cache", SAID_DOUBT, 1);
	assert_non_null(strstr(w->res->findings[0].why, "0x50"));
}

static void test_font_cache__fonts_in_their_folder__no_match(void **state)
{
	struct wi *w = *state;

	w->win.build = 7601;
	wi_text(w, "/Windows/System32/FNTCACHE.DAT", "cache", "");
	wi_hive(w, "SOFTWARE",
		(const struct wi_value[]){{FONTS, "Own (OpenType)", "own.otf", 0}, {0}});
	wi_expect(w, "ms14-045-font-cache", SAID_NO_MATCH, 0);
}

static void test_kb2823324__installed__is_reported(void **state)
{
	struct wi *w = *state;

	w->win.build = 7601;
	wi_hive(w, "SOFTWARE",
		(const struct wi_value[]){{PACKAGES "KB2823324~31bf3856ad364e35~x86~~6.1.1.1",
						  "CurrentState", NULL, 0x70},
			{0}});
	wi_expect(w, "kb2823324-ntfs", SAID_REPORTED, 0);
}

static void test_kb2823324__another_package__no_match(void **state)
{
	struct wi *w = *state;

	w->win.build = 7601;
	wi_hive(w, "SOFTWARE",
		(const struct wi_value[]){{PACKAGES "KB2840149~31bf3856ad364e35~x86~~6.1.1.1",
						  "CurrentState", NULL, 0x70},
			{0}});
	wi_expect(w, "kb2823324-ntfs", SAID_NO_MATCH, 0);
}

static void test_rootkit__driver_differs_from_its_copy__is_reported_never_moved(void **state)
{
	struct wi *w = *state;

	w->win.build = 2600;
	wi_dir(w, "/Windows/$NtUninstallKB977165$");
	wi_text(w, "/Windows/System32/drivers/atapi.sys", "infected", "");
	wi_text(w, "/Windows/System32/dllcache/atapi.sys", "original", "");
	wi_expect(w, "ms10-015-rootkit", SAID_REPORTED, 1);
	wi_expect_file(w, "\\Windows\\System32\\drivers\\atapi.sys", JUDGE_REPORT);
}

static void test_rootkit__same_as_its_copy__no_match(void **state)
{
	struct wi *w = *state;

	w->win.build = 2600;
	wi_dir(w, "/Windows/$NtUninstallKB977165$");
	wi_text(w, "/Windows/System32/drivers/atapi.sys", "original", "");
	wi_text(w, "/Windows/System32/dllcache/atapi.sys", "original", "");
	wi_expect(w, "ms10-015-rootkit", SAID_NO_MATCH, 0);
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
	wi_expect(w, "kb5058379-intel-txt", SAID_REPORTED, 1);
	wi_expect_file(w, "\\Windows\\WinSxS\\pending.xml", JUDGE_REPORT);
}

static void test_txt__pending_before_the_update__no_match(void **state)
{
	struct wi *w = *state;

	INTEL(w);
	wi_text(w, "/Windows/WinSxS/pending.xml", "<x/>", "2025-05-12T23:59:59Z");
	wi_expect(w, "kb5058379-intel-txt", SAID_NO_MATCH, 0);
	w->win.revision = 5856; /* the cure is in */
	wi_expect(w, "kb5058379-intel-txt", SAID_NOT_APPLICABLE, 0);
}

static void test_printing__waiting_job_on_the_build__is_reported(void **state)
{
	struct wi *w = *state;

	w->win.build = 19042;
	w->win.revision = 867;
	wi_text(w, "/Windows/System32/spool/PRINTERS/00002.SPL", "job", "");
	wi_expect(w, "kb5000802-printing", SAID_REPORTED, 0);
}

static void test_printing__no_job_or_other_build__is_not(void **state)
{
	struct wi *w = *state;

	w->win.build = 19042;
	w->win.revision = 867;
	wi_expect(w, "kb5000802-printing", SAID_NO_MATCH, 0);
	w->win.revision = 868;
	wi_expect(w, "kb5000802-printing", SAID_NOT_APPLICABLE, 0);
}

/* ---- good files taken away ---- */

static void removed(struct wi *w, const char *id, const char *path, const char *copy)
{
	wi_expect(w, id, SAID_REPORTED, 1);
	wi_expect_file(w, path, JUDGE_REPORT);
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
	assert_non_null(strstr(w->res->findings[0].why, "WinSxS\\x86_svchost_1\\svchost.exe"));
}

static void test_mcafee__svchost_empty__is_reported(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/System32/svchost.exe", "", "");
	wi_expect(w, "mcafee-5958", SAID_REPORTED, 1);
	assert_false(w->res->findings[0].is_missing);
}

static void test_mcafee__svchost_in_place__no_match(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/System32/svchost.exe", "MZ", "");
	wi_expect(w, "mcafee-5958", SAID_NO_MATCH, 0);
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
	wi_expect(w, "symantec-2007-china", SAID_NO_MATCH, 0);
}

static void test_avg_2008__user32__missing_and_in_place(void **state)
{
	removed(*state, "avg-2008-user32", "\\Windows\\System32\\user32.dll", NULL);
}

static void test_avg_2008__user32_in_place__no_match(void **state)
{
	wi_text(*state, "/Windows/System32/user32.dll", "MZ", "");
	wi_expect(*state, "avg-2008-user32", SAID_NO_MATCH, 0);
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
	wi_expect(w, "avg-2010-sisperf", SAID_NO_MATCH, 0);
}

static void test_tcpip__missing__is_reported(void **state)
{
	removed(*state, "tcpip-removed", "\\Windows\\System32\\drivers\\tcpip.sys", NULL);
}

static void test_tcpip__in_place__no_match(void **state)
{
	wi_text(*state, "/Windows/System32/drivers/tcpip.sys", "MZ", "");
	wi_expect(*state, "tcpip-removed", SAID_NO_MATCH, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, wi_setup, wi_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_update__exclusive_session__is_reported),
		T(test_update__nothing_pending__no_match),
		T(test_update__hives_unreadable__is_a_fault_not_a_no),
		T(test_amd__family_15_with_the_update__is_reported),
		T(test_amd__other_processor__does_not_apply),
		T(test_amd__superseded_package__no_match),
		T(test_antivirus__rollup_and_sophos__its_service_is_asked_about),
		T(test_antivirus__rollup_and_another__is_reported),
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

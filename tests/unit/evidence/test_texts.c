/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts and small records on a volume, as rows of evidence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../windows/help_vol.h"
#include "core/text.h"
#include "evidence/evidence.h"

#define SRT "Windows/System32/LogFiles/Srt/SrtTrail.txt"
#define WER "ProgramData/Microsoft/Windows/WER/ReportArchive/Kernel_d1_1/Report.wer"

struct seen {
	struct tv v;
	struct win_info win;
	struct evidence *e;
	struct rs_view esp;
};

static void seen_new(struct seen *s)
{
	*s = (struct seen){.win = {.root = "\\Windows"}};
	tv_make(&s->v);
	tv_put(&s->v, "Windows/x", "x", 1);
}

static void put(struct seen *s, const char *path, const char *text)
{
	tv_put(&s->v, path, text, strlen(text));
}

static int look(struct seen *s)
{
	tv_open(&s->v);
	s->e = calloc(1, sizeof(*s->e));
	assert_non_null(s->e);
	struct ev_look in = {
		.vol = s->v.vol, .win = &s->win, .clock = {-120, true}, .esp_bootstat = s->esp};
	return ev_from_traces(&in, s->e, NULL);
}

static void seen_done(struct seen *s)
{
	ev_free(s->e);
	tv_done(&s->v);
}

static const struct ev_item *only(const struct seen *s, enum ev_what what, enum ev_source source)
{
	const struct ev_item *ret = NULL;

	for (size_t i = 0; i < s->e->n_items; i++) {
		if (s->e->items[i].what != what || s->e->items[i].source != source)
			continue;
		assert_null(ret);
		ret = &s->e->items[i];
	}
	assert_non_null(ret);
	return ret;
}

static void time_is(uint64_t time, const char *text)
{
	char is[RS_TIME_LEN];

	rs_filetime_text(time, is);
	assert_string_equal(is, text);
}

static void test_texts__none_there__is_no_row_and_nothing_missing(void **state)
{
	struct seen s;

	(void)state;
	seen_new(&s);
	assert_int_equal(look(&s), 0);
	assert_int_equal(s.e->n_items, 0);
	assert_int_equal(s.e->n_missing, 0);
	seen_done(&s);
}

static void test_texts__startup_repair__names_the_file(void **state)
{
	struct seen s;

	(void)state;
	seen_new(&s);
	put(&s, SRT,
		"Log\n---------------------------\nLast successful boot time: 7/2/2025 5:21:02 AM "
		"(GMT)\n\nRoot cause found: \n---------------------------\nBoot critical file "
		"c:\\windows\\system32\\drivers\\mfjrnl.sys is corrupt.\n\n");
	assert_int_equal(look(&s), 0);
	assert_string_equal(only(&s, EV_ROOT_CAUSE, EV_STARTUP_REPAIR)->path,
		"\\windows\\system32\\drivers\\mfjrnl.sys"); /* as it stands there */
	time_is(only(&s, EV_START, EV_STARTUP_REPAIR)->time, "2025-07-02T05:21:02Z");
	assert_true(only(&s, EV_START_FAILED, EV_STARTUP_REPAIR)->time != 0);
	assert_true(s.e->bytes > 100);
	seen_done(&s);
}

static void test_texts__crashes__of_dump_stack_and_report(void **state)
{
	struct seen s;

	(void)state;
	seen_new(&s);
	put(&s, "DumpStack.log",
		"DLOGFILE00010000DUMP            Dump stack initialized at UTC: 2023/05/22 "
		"05:16:03, local\n#BugCheckCode 0x000000001000007E\n#BugCheckP1 0x1\n"
		"#BugCheckP2 0x2\n#BugCheckP3 0x3\n#BugCheckP4 0x4\n");
	put(&s, WER,
		"EventType=BlueScreen\nEventTime=133830000000000000\nSig[0].Value=d1\n"
		"Response.BucketId=AV_tndrvpn!f\n");
	assert_int_equal(look(&s), 0);
	const struct ev_item *i = only(&s, EV_CRASH, EV_DUMP_STACK);
	assert_int_equal(i->crash->code, 0x7E);
	assert_true(i->crash->has_parameters && i->crash->parameters[3] == 4);
	i = only(&s, EV_CRASH, EV_ERROR_REPORT);
	assert_int_equal(i->crash->n_blames, 1);
	assert_string_equal(i->crash->blames[0].module, "tndrvpn");
	seen_done(&s);
}

static void test_texts__driver_installed__with_package_and_path(void **state)
{
	struct seen s;

	(void)state;
	seen_new(&s);
	put(&s, "Windows/INF/setupapi.dev.log",
		">>>  [Device Install (DiInstallDriver) - C:\\x\\tn.inf]\n"
		">>>  Section start 2025/03/04 14:02:19.000\n"
		"     sto: Published Inf Path     = C:\\Windows\\INF\\oem14.inf\n"
		"     flq: Copying 'C:\\a\\tn.sys' to 'C:\\Windows\\System32\\drivers\\tn.sys'.\n"
		"     dvi: Modified service 'tn'.\n<<<  [Exit status: SUCCESS]\n");
	assert_int_equal(look(&s), 0);
	const struct ev_item *i = only(&s, EV_DEVICE_INSTALLED, EV_SETUP_LOG);
	assert_string_equal(i->path, "\\Windows\\System32\\drivers\\tn.sys");
	assert_string_equal(i->service, "tn");
	assert_string_equal(i->package, "oem14.inf");
	time_is(i->time, "2025-03-04T12:02:19Z");
	assert_true(i->is_local);
	seen_done(&s);
}

static void test_texts__of_a_long_log__the_newest_rows(void **state)
{
	static char text[2 << 20];
	size_t n = 0;
	struct seen s;

	(void)state;
	for (unsigned i = 0; n < (1 << 20) + 300000; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
			"2025-01-%02u 10:%02u:%02u, Error                 CBS    Failed %u "
			"[HRESULT = 0x800f0922 - X]\r\n",
			1 + i / 3600 % 28, i / 60 % 60, i % 60, i);
	seen_new(&s);
	put(&s, "Windows/Logs/CBS/CBS.log", text);
	assert_int_equal(look(&s), 0);
	assert_int_equal(s.e->n_items, 32);
	assert_int_equal(s.e->bytes, 1 << 20); /* its tail */
	char last[32];
	const char *at = strrchr(text, 'F');
	(void)snprintf(last, sizeof(last), "%.*s", (int)strcspn(at, "["), at);
	assert_non_null(strstr(s.e->items[31].text, last));
	assert_int_equal(s.e->items[31].id, 0x800f0922);
	seen_done(&s);
}

static void test_texts__pending_steps__are_certain_only_if_they_can_be_read(void **state)
{
	for (unsigned i = 0; i < 2; i++) {
		struct seen s;

		(void)state;
		seen_new(&s);
		put(&s, "Windows/WinSxS/pending.xml",
			i ? "zzzz" : "<PendingTransaction Version=\"3.1\" Identifier=\"30_2\">");
		assert_int_equal(look(&s), 0);
		const struct ev_item *it = only(&s, EV_UPDATE_PENDING, EV_SERVICING);
		assert_int_equal(it->is_certain, !i);
		seen_done(&s);
	}
}

static void test_texts__boot_status__here_and_on_the_esp(void **state)
{
	static uint8_t own[0x800], esp[256];
	struct seen s;

	(void)state;
	memset(own, 0, sizeof(own));
	rs_put_le32(own, 0xC0); /* the last start did not succeed */
	rs_put_le32(esp, 4);
	rs_put_le32(esp + 4, 0x18);
	rs_put_le32(esp + 8, sizeof(esp));
	rs_put_le32(esp + 12, 0x18 + 64);
	rs_put_le32(esp + 16, 0x18);
	rs_put_le32(esp + 0x18 + 24, 64);
	rs_put_le32(esp + 0x18 + 28, 1);
	rs_put_le32(esp + 0x18 + 36, 1);
	rs_put_le16(esp + 0x18 + 40, 2025);
	esp[0x18 + 42] = 7;
	esp[0x18 + 44] = 2;
	esp[0x18 + 46] = 9;
	seen_new(&s);
	tv_put(&s.v, "Windows/bootstat.dat", own, sizeof(own));
	s.esp = (struct rs_view){esp, sizeof(esp)};
	assert_int_equal(look(&s), 0);
	assert_int_equal(only(&s, EV_START_FAILED, EV_BOOT_STATUS)->time, 0);
	time_is(only(&s, EV_START, EV_BOOT_STATUS)->time, "2025-07-02T07:00:00Z");
	seen_done(&s);
}

static void test_texts__quarantined__only_as_long_as_it_is_gone(void **state)
{
	for (unsigned is_back = 0; is_back < 2; is_back++) {
		struct seen s;

		(void)state;
		seen_new(&s);
		put(&s, "ProgramData/Orb/Logs/detect.log",
			"2025-07-02T09:16:05Z QUARANTINE C:\\Windows\\System32\\drivers\\mf.sys "
			"Gen\n");
		put(&s, "ProgramData/Orb/Quarantine/7C.inf",
			"[Item]\r\nPath=C:\\Windows\\System32\\drivers\\mf.sys\r\n"
			"Time=2025-07-02T09:16:05Z\r\n");
		put(&s, "ProgramData/Microsoft/x/Quarantine/7C.inf",
			"Path=C:\\Windows\\System32\\drivers\\other.sys\r\n");
		if (is_back)
			put(&s, "Windows/System32/drivers/mf.sys", "MZ");
		assert_int_equal(look(&s), 0);
		size_t n = 0;
		for (size_t i = 0; i < s.e->n_items; i++) {
			/* of the log something is told in any case */
			assert_false(is_back && strstr(s.e->items[i].text, "in the quarantine"));
			if (s.e->items[i].what != EV_TAKEN_AWAY)
				continue;
			n++;
			assert_string_equal(
				s.e->items[i].path, "\\Windows\\System32\\drivers\\mf.sys");
			assert_string_equal(s.e->items[i].product, "Orb");
			time_is(s.e->items[i].time, "2025-07-02T09:16:05Z");
		}
		assert_int_equal(n, is_back ? 0 : 2);
		seen_done(&s);
	}
}

static void test_texts__vendor_content__is_found_by_its_name(void **state)
{
	struct seen s;

	(void)state;
	seen_new(&s);
	put(&s, "ProgramData/Hal/Content/hs-4127.hvc", "x");
	put(&s, "Program Files/Hal/Sentry/update.log",
		"2025-02-10 22:41:03 content hs-4127.hvc installed\n"
		"2019-02-10 22:41:03 content old.hvc installed\nnothing at 2025-02-10 22:41:09\n");
	s.win.shutdown_filetime = 133837000000000000ULL; /* 2025-02-11 */
	assert_int_equal(look(&s), 0);
	const struct ev_item *i = only(&s, EV_OTHER, EV_VENDOR_LOG);
	assert_string_equal(i->path, "\\ProgramData\\Hal\\Content\\hs-4127.hvc");
	assert_string_equal(i->product, "Hal");
	time_is(i->time, "2025-02-10T20:41:03Z");
	assert_true(i->is_local);
	seen_done(&s);
}

/* Antivirus' own logs: times as people of its country write them, and words of its own. */
static void test_texts__vendor_took_it__in_any_country(void **state)
{
	static const char *const lines[] = {
		"10.02.2025 22:41:03\tC:\\Windows\\System32\\drivers\\x.sys\tWin64:Gen\tMoved to "
		"chest\n",
		"2/10/2025 10:41:03 PM C:\\Windows\\System32\\drivers\\x.sys Trojan.Agent, "
		"quarantined\n",
		"10.02.2025, 22:41:03 In Quarant\xc3\xa4ne verschoben: "
		"C:\\Windows\\System32\\drivers\\x.sys\n",
	};

	(void)state;
	for (size_t k = 0; k < sizeof(lines) / sizeof(lines[0]); k++) {
		struct seen s;
		seen_new(&s);
		put(&s, "ProgramData/Sable/Log/FileShield.txt", lines[k]);
		s.win.shutdown_filetime = 133837000000000000ULL; /* 2025-02-11 */
		assert_int_equal(look(&s), 0);
		const struct ev_item *i = only(&s, EV_TAKEN_AWAY, EV_VENDOR_LOG);
		assert_string_equal(i->path, "\\Windows\\System32\\drivers\\x.sys");
		time_is(i->time, "2025-02-10T20:41:03Z");
		seen_done(&s);
	}
}

static bool stop(void *user, const char *what, uint64_t done, uint64_t total)
{
	(void)user;
	(void)what;
	(void)done;
	(void)total;
	return false;
}

static void test_texts__cancelled__ends(void **state)
{
	struct seen s;
	struct rs_task task = {.progress = stop};

	(void)state;
	seen_new(&s);
	tv_open(&s.v);
	s.e = calloc(1, sizeof(*s.e));
	struct ev_look in = {.vol = s.v.vol, .win = &s.win, .task = &task};
	assert_int_equal(ev_from_traces(&in, s.e, NULL), RS_E_CANCELLED);
	seen_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts__none_there__is_no_row_and_nothing_missing),
		cmocka_unit_test(test_texts__startup_repair__names_the_file),
		cmocka_unit_test(test_texts__crashes__of_dump_stack_and_report),
		cmocka_unit_test(test_texts__driver_installed__with_package_and_path),
		cmocka_unit_test(test_texts__of_a_long_log__the_newest_rows),
		cmocka_unit_test(test_texts__pending_steps__are_certain_only_if_they_can_be_read),
		cmocka_unit_test(test_texts__boot_status__here_and_on_the_esp),
		cmocka_unit_test(test_texts__quarantined__only_as_long_as_it_is_gone),
		cmocka_unit_test(test_texts__vendor_content__is_found_by_its_name),
		cmocka_unit_test(test_texts__vendor_took_it__in_any_country),
		cmocka_unit_test(test_texts__cancelled__ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts of Windows. They are made after real ones: the words are those of the logs, the names are
 * invented. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/text.h"
#include "help.h"
#include "windows/traces.h"
#include "windows/traces_internal.h"

enum { MOST = 64 };

struct got {
	size_t n, most; /* most: how many are wanted, 0: all */
	struct win_trace v[MOST];
	char text[MOST][6][640];
};

static const char *kept(struct got *g, size_t i, const char *s)
{
	(void)snprintf(g->text[g->n][i], sizeof(g->text[0][0]), "%s", s);
	return g->text[g->n][i];
}

static bool take(void *user, const struct win_trace *t)
{
	struct got *g = user;

	assert_true(g->n < MOST);
	assert_true(rs_is_utf8(t->text) && rs_is_utf8(t->path) && rs_is_utf8(t->name));
	g->v[g->n] = *t;
	g->v[g->n].text = kept(g, 0, t->text);
	g->v[g->n].path = kept(g, 1, t->path);
	g->v[g->n].name = kept(g, 2, t->name);
	g->v[g->n].package = kept(g, 3, t->package);
	g->v[g->n].service = kept(g, 4, t->service);
	g->v[g->n].product = kept(g, 5, t->product);
	g->n++;
	return !g->most || g->n < g->most;
}

static struct rs_view view(const char *s)
{
	return (struct rs_view){(const uint8_t *)s, strlen(s)};
}

/* As Windows writes it: UTF-16 with its mark. @is_big: the other way round. */
static struct rs_view wide(const char *s, bool is_big, bool has_mark)
{
	static uint8_t p[65536];
	static uint16_t units[32000];
	size_t at = 0;
	long n = rs_utf8_to_utf16(s, units, 32000);

	assert_true(n >= 0);
	if (has_mark) {
		p[at++] = is_big ? 0xFE : 0xFF;
		p[at++] = is_big ? 0xFF : 0xFE;
	}
	for (long i = 0; i < n; i++) {
		p[at++] = (uint8_t)(is_big ? units[i] >> 8 : units[i]);
		p[at++] = (uint8_t)(is_big ? units[i] : units[i] >> 8);
	}
	return (struct rs_view){p, at};
}

static void time_is(uint64_t time, const char *text)
{
	char is[RS_TIME_LEN];

	rs_filetime_text(time, is);
	assert_string_equal(is, text);
}

static const struct win_clock berlin = {-60, true}, pacific = {480, true};

/* ---- lines, times, paths ---- */

static void test_lines__every_encoding__gives_the_same(void **state)
{
	static const char text[] = "Gerät: ok\r\n\r\n  zwei \xF0\x9F\x98\x80";

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		struct rs_view v = i < 4 ? wide(text, i & 1, i & 2) : view(text);
		struct tr_lines l;

		if (i == 5)
			v = view("\xEF\xBB\xBFGerät: ok\r\n\r\n  zwei \xF0\x9F\x98\x80");
		tr_lines_init(&l, v);
		assert_true(tr_next(&l));
		assert_string_equal(l.line, "Gerät: ok");
		assert_true(tr_next(&l));
		assert_string_equal(l.line, "");
		assert_true(tr_next(&l));
		assert_string_equal(l.line, "zwei \xF0\x9F\x98\x80");
		assert_int_equal(l.indent, 2);
		assert_false(tr_next(&l));
	}
}

static void test_lines__bytes_of_a_code_page__become_text(void **state)
{
	struct tr_lines l;

	(void)state;
	tr_lines_init(&l, view("Ger\xE4t \xFF"));
	assert_true(tr_next(&l));
	assert_string_equal(l.line, "Gerät ÿ");
}

static void test_lines__one_too_long__is_cut_and_the_next_read(void **state)
{
	static char text[9000];
	struct tr_lines l;

	(void)state;
	memset(text, 'x', 8000);
	memcpy(text + 8000, "\nnext", 6);
	tr_lines_init(&l, view(text));
	assert_true(tr_next(&l));
	assert_true(strlen(l.line) < TR_LINE);
	assert_true(tr_next(&l));
	assert_string_equal(l.line, "next");
}

static void test_lines__half_a_pair_and_half_a_unit__do_no_harm(void **state)
{
	static const uint8_t p[] = {0xFF, 0xFE, 'a', 0, 0x3D, 0xD8, 'b'};
	static const uint8_t alone[] = {0xFF, 0xFE, 0x3D, 0xD8, 'b', 0};
	struct tr_lines l;

	(void)state;
	tr_lines_init(&l, (struct rs_view){p, sizeof(p)});
	assert_true(tr_next(&l));
	assert_string_equal(l.line, "a?");
	assert_false(tr_next(&l));
	/* a character behind the half is its own */
	tr_lines_init(&l, (struct rs_view){alone, sizeof(alone)});
	assert_true(tr_next(&l));
	assert_string_equal(l.line, "?b");
	/* half a pair in UTF-8 is none of its characters */
	tr_lines_init(&l, view("\xED\xA0\x80x"));
	assert_true(tr_next(&l));
	assert_true(rs_is_utf8(l.line));
}

static void test_time__impossible_ones__are_none(void **state)
{
	static const char *const bad[] = {"2024/02/30 10:00:00", "2023-02-29 10:00:00",
		"2024-13-01 10:00:00", "2024-00-01 10:00:00", "2024-01-00 10:00:00",
		"2024-01-01 24:00:00", "2024-01-01 10:60:00", "2024-01-01 10:00:61",
		"1601-01-01 00:00:00", "20240101 10:00", "2024-01-01", "", NULL};
	uint64_t t;

	(void)state;
	for (size_t i = 0; bad[i]; i++)
		assert_false(tr_time(bad[i], &t, NULL));
	assert_true(tr_time("2024-02-29T23:59:59.5", &t, NULL));
	time_is(t, "2024-02-29T23:59:59.5Z");
	assert_true(tr_find_time("at 12024-01-01 10:00, 2024/03/12 10:22:00.040 x", &t, NULL));
	time_is(t, "2024-03-12T10:22:00.04Z");
}

static void test_time__without_a_known_bias__stays(void **state)
{
	(void)state;
	assert_int_equal(tr_utc(1000000000000000, (struct win_clock){60, false}), 1000000000000000);
	assert_int_equal(
		tr_utc(1000000000000000, (struct win_clock){99999, true}), 1000000000000000);
	assert_int_equal(tr_utc(0, pacific), 0);
}

static void path_is(const char *line, const char *path)
{
	char ret[TR_PATH];

	(void)tr_path(line, ret, sizeof(ret));
	assert_string_equal(ret, path);
}

static void test_path__of_every_form__is_found_to_its_end(void **state)
{
	(void)state;
	path_is("Boot critical file c:\\windows\\system32\\drivers\\a.sys is corrupt.",
		"c:\\windows\\system32\\drivers\\a.sys");
	path_is("La file C:\\Program Files\\A B\\c d.sys, e", "C:\\Program Files\\A B\\c d.sys");
	path_is("to 'D:\\x y z' and", "D:\\x y z");
	path_is("at \\SystemRoot\\System32\\a.sys.", "\\SystemRoot\\System32\\a.sys");
	path_is("at \\??\\C:\\Windows\\b.dll: no", "\\??\\C:\\Windows\\b.dll");
	path_is("%ProgramData%\\V\\x.dat gone", "%ProgramData%\\V\\x.dat");
	path_is("100% of it\\x", "");
	path_is("nothing: here", "");
	path_is("C:\\Windows is full", "C:\\Windows");
	path_is("abc:\\x", "");
}

static void test_path__that_is_too_long__is_none(void **state)
{
	static char line[1200] = "C:\\";

	(void)state;
	memset(line + 3, 'a', 1000);
	path_is(line, "");
}

/* ---- SrtTrail.txt ---- */

#define DASHES "---------------------------\r\n"

static const char srt_english[] =
	"Startup Repair diagnosis and repair log\r\n" DASHES
	"Last successful boot time: \xE2\x80\x8E"
	"7/\xE2\x80\x8E"
	"2/\xE2\x80\x8E"
	"2025 5:21:02 PM (GMT)\r\n"
	"Number of repair attempts: 2\r\n\r\n"
	"Session details\r\n" DASHES "System Disk = \\Device\\Harddisk0\r\n"
	"Windows directory = C:\\WINDOWS\r\n\r\n"
	"Test Performed: \r\n" DASHES "Name: Check for updates\r\n"
	"Result: Completed successfully. Error code =  0x0\r\nTime taken = 0 ms\r\n\r\n"
	"Test Performed: \r\n" DASHES "Name: System disk test\r\n"
	"Result: Completed successfully. Error code =  0x0\r\nTime taken = 0 ms\r\n\r\n"
	"Root cause found: \r\n" DASHES
	"Boot critical file c:\\windows\\system32\\drivers\\mfjrnl.sys is corrupt.\r\n\r\n"
	"Repair action: File repair\r\nResult: Failed. Error code =  0x2\r\n"
	"Time taken = 1141 ms\r\n\r\n" DASHES DASHES;

static const char srt_spanish[] =
	"Registro de diagnóstico y reparación de Reparación de inicio\r\n" DASHES
	"Hora del último arranque correcto: 02/07/2025 17:21:02 (GMT)\r\n\r\n"
	"Detalles de la sesión\r\n" DASHES "Disco del sistema = \\Device\\Harddisk0\r\n"
	"Directorio de Windows = C:\\Windows\r\n\r\n"
	"Prueba realizada: \r\n" DASHES "Nombre: Buscar actualizaciones\r\n"
	"Resultado: Completado correctamente. Código de error =  0x0\r\n\r\n"
	"Prueba realizada: \r\n" DASHES "Nombre: Prueba del disco del sistema\r\n"
	"Resultado: Completado correctamente. Código de error =  0x0\r\n\r\n"
	"Se encontró la causa principal: \r\n" DASHES
	"El archivo crítico de arranque c:\\windows\\system32\\drivers\\vjox.sys está "
	"dañado.\r\n\r\n"
	"Acción de reparación: \r\nResultado: Error. Código de error =  0x2\r\n";

static const char srt_german[] =
	"Diagnose- und Reparaturprotokoll\r\n" DASHES
	"Letzter erfolgreicher Start: 02.07.2025 05:21:02 (GMT)\r\n\r\n"
	"Durchgeführter Test: \r\n" DASHES "Name: A\r\nErgebnis: Fehlercode = 0x0\r\n\r\n"
	"Durchgeführter Test: \r\n" DASHES "Name: B\r\nErgebnis: Fehlercode = 0x0\r\n\r\n"
	"Diagnose- und Reparaturprotokoll\r\n" DASHES
	"Letzter erfolgreicher Start: 02.07.2025 05:21:02 (GMT)\r\n\r\n"
	"Durchgeführter Test: \r\n" DASHES "Name: A\r\nErgebnis: Fehlercode = 0x0\r\n\r\n"
	"Durchgeführter Test: \r\n" DASHES "Name: B\r\nErgebnis: Fehlercode = 0x0\r\n\r\n"
	"Ursache gefunden: \r\n" DASHES "Unknown Bugcheck: Bugcheck 1000007e. Parameters = "
	"0xffffffffc0000005, 0xfffff8048b58334c, 0xffff850429891ee8, 0xffff850429891720.\r\n";

static const struct win_trace *one(const struct got *g, enum win_trace_kind kind)
{
	const struct win_trace *ret = NULL;

	for (size_t i = 0; i < g->n; i++) {
		if (g->v[i].kind != kind)
			continue;
		assert_null(ret);
		ret = &g->v[i];
	}
	assert_non_null(ret);
	return ret;
}

static void test_srt__english__names_cause_and_last_good_start(void **state)
{
	static struct got g;

	(void)state;
	g.n = 0;
	assert_int_equal(win_srt_read(wide(srt_english, false, true), pacific, take, &g, NULL), 0);
	assert_int_equal(g.n, 3);
	time_is(one(&g, WIN_TRACE_START)->time, "2025-07-02T17:21:02Z");
	(void)one(&g, WIN_TRACE_REPAIR_RAN);
	assert_string_equal(one(&g, WIN_TRACE_REPAIR_CAUSE)->path,
		"c:\\windows\\system32\\drivers\\mfjrnl.sys");
}

static void test_srt__spanish__is_read_by_its_structure(void **state)
{
	static struct got g;

	(void)state;
	g.n = 0;
	(void)win_srt_read(wide(srt_spanish, false, true), pacific, take, &g, NULL);
	assert_int_equal(g.n, 3);
	time_is(one(&g, WIN_TRACE_START)->time, "2025-07-02T17:21:02Z");
	assert_string_equal(
		one(&g, WIN_TRACE_REPAIR_CAUSE)->path, "c:\\windows\\system32\\drivers\\vjox.sys");
}

static void test_srt__german_with_two_runs__tells_the_bug_check(void **state)
{
	static struct got g;

	(void)state;
	g.n = 0;
	(void)win_srt_read(view(srt_german), berlin, take, &g, NULL);
	const struct win_trace *t = one(&g, WIN_TRACE_CRASH);
	assert_int_equal(t->number, 0x1000007E);
	assert_true(t->has_parameters);
	assert_true(t->parameters[1] == 0xfffff8048b58334cULL);
	(void)one(&g, WIN_TRACE_REPAIR_CAUSE);
	assert_int_equal(g.n, 6); /* two heads beside them */
}

/* ---- DumpStack.log, Report.wer, ntbtlog.txt ---- */

static void test_dumpstack__real_layout__gives_code_and_parameters(void **state)
{
	static const char text[] =
		"DLOGFILE00010000DUMP\xF9!          Dump stack initialized at UTC: 2023/05/22 "
		"05:16:03, local time: 2023/05/21 22:16:03.\n#BugCheckCode 0x00000000000000D1\n"
		"#BugCheckP1 0xFFFFC4899E155720\n#BugCheckP2 0x0000000000000002\n"
		"#BugCheckP3 0x0000000000000000\n#BugCheckP4 0xFFFFF803999612D0\n"
		"Progress 0x00000042\nDump completed successfully\n";
	static struct got g;

	(void)state;
	g.n = 0;
	(void)win_dumpstack_read(view(text), take, &g, NULL);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.v[0].kind, WIN_TRACE_CRASH);
	assert_int_equal(g.v[0].number, 0xD1);
	assert_true(g.v[0].has_parameters && g.v[0].parameters[3] == 0xFFFFF803999612D0ULL);
	time_is(g.v[0].time, "2023-05-22T05:16:03Z");
	assert_string_equal(g.v[0].name, "complete");
}

static void test_dumpstack__zeros_or_no_code__tells_nothing(void **state)
{
	static uint8_t zeros[4096];
	static struct got g;

	(void)state;
	g.n = 0;
	(void)win_dumpstack_read((struct rs_view){zeros, sizeof(zeros)}, take, &g, NULL);
	(void)win_dumpstack_read(
		view("DLOGFILE00010000DUMP            \n#BugCheckP1 0x1\n"), take, &g, NULL);
	(void)win_dumpstack_read(
		view("NOLOGFILE0010000DUMP            \n#BugCheckCode 0x00000000000000D1\n"), take,
		&g, NULL);
	assert_int_equal(g.n, 0);
}

static const char wer[] =
	"Version=1\r\nEventType=BlueScreen\r\nEventTime=133830000000000000\r\nReportType=4\r\n"
	"Response.BucketId=0xD1_tndrvpn!unknown_function\r\nSig[0].Name=Code\r\n"
	"Sig[0].Value=d1\r\nSig[1].Name=Parameter 1\r\nSig[1].Value=28\r\nSig[2].Value=2\r\n"
	"Sig[3].Value=0\r\nSig[4].Value=fffff80487e08e34\r\nSig[5].Value=10_0_18363\r\n"
	"File[0].CabName=1.dmp\r\nFile[0].Path=C:\\Windows\\Minidump\\1.dmp\r\n";

static void test_wer__blue_screen__gives_code_and_module(void **state)
{
	static struct got g;

	(void)state;
	g.n = 0;
	(void)win_wer_read(wide(wer, false, true), take, &g, NULL);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.v[0].number, 0xD1);
	assert_true(g.v[0].has_parameters && g.v[0].parameters[3] == 0xfffff80487e08e34ULL);
	assert_string_equal(g.v[0].name, "tndrvpn");
	assert_true(g.v[0].time == 133830000000000000ULL);
}

static void test_wer__of_a_program_or_of_the_kernel__names_none(void **state)
{
	static struct got g;

	(void)state;
	g.n = 0;
	(void)win_wer_read(view("EventType=APPCRASH\nSig[0].Value=d1\n"), take, &g, NULL);
	(void)win_wer_read(view("EventType=LiveKernelEvent\nSig[0].Value=141\n"), take, &g, NULL);
	(void)win_wer_read(view("EventType=BlueScreen\nSig[0].Name=Code\n"), take, &g, NULL);
	assert_int_equal(g.n, 0);
	(void)win_wer_read(view("EventType=BlueScreen\nSig[0].Value=3b\n"
				"Response.BucketId=0x3B_nt!KiX\nEventTime=1\n"),
		take, &g, NULL);
	assert_int_equal(g.n, 1);
	assert_string_equal(g.v[0].name, "");
	assert_int_equal(g.v[0].time, 0);
	assert_false(g.v[0].has_parameters);
}

static void test_ntbtlog__two_starts__each_with_what_did_not_load(void **state)
{
	static const char text[] =
		"Microsoft (R) Windows (R) Version 10.0 (Build 19041)\r\n"
		" 9 21 2020 16:04:01.500\r\n"
		"BOOTLOG_LOADED \\SystemRoot\\system32\\ntoskrnl.exe\r\n"
		"BOOTLOG_NOT_LOADED \\SystemRoot\\System32\\drivers\\dxgkrnl.sys\r\n"
		" 9 22 2020 16:04:01.500\r\n"
		"Geladener Treiber \\SystemRoot\\system32\\ntoskrnl.exe\r\n"
		"Geladener Treiber \\SystemRoot\\system32\\hal.dll\r\n"
		"Treiber wurde nicht geladen \\SystemRoot\\System32\\drivers\\x.sys\r\n";
	static struct got g;

	(void)state;
	g.n = 0;
	(void)win_ntbtlog_read(wide(text, false, true), berlin, take, &g, NULL);
	assert_int_equal(g.n, 7);
	assert_int_equal(g.v[0].kind, WIN_TRACE_BOOT_LOG);
	time_is(g.v[0].time, "2020-09-21T15:04:01Z");
	assert_int_equal(g.v[1].kind, WIN_TRACE_LOADED);
	assert_int_equal(g.v[2].kind, WIN_TRACE_NOT_LOADED);
	assert_int_equal(g.v[5].kind, WIN_TRACE_LOADED);
	assert_int_equal(g.v[6].kind, WIN_TRACE_NOT_LOADED);
	assert_string_equal(g.v[6].path, "\\SystemRoot\\System32\\drivers\\x.sys");
	time_is(g.v[6].time, "2020-09-22T15:04:01Z");
}

/* ---- setupapi.dev.log ---- */

static const char setupapi[] =
	"[Device Install Log]\r\n     OS Version = 10.0.18363\r\n\r\n[BeginLog]\r\n\r\n"
	">>>  [Device Install (DiInstallDriver) - C:\\Program Files\\T VPN\\drv\\tn.inf]\r\n"
	">>>  Section start 2025/03/04 14:02:19.000\r\n"
	"      cmd: \"C:\\Program Files\\T\\setup.exe\" /quiet\r\n"
	"     inf:           Provider: Tundra Networks Oy\r\n"
	"     inf:           Driver Version: 02/20/2025,5.1.0.1180\r\n"
	"     sto:           Driver store filename  = C:\\Windows\\System32\\DriverStore\\"
	"FileRepository\\tn.inf_amd64_c07a55d1e0f3b264\\tn.inf\r\n"
	"     sto:           Published Inf Path     = C:\\Windows\\INF\\oem14.inf\r\n"
	"     flq:      Copying 'C:\\Windows\\System32\\DriverStore\\FileRepository\\"
	"tn.inf_amd64_c07a55d1e0f3b264\\tn.sys' to 'C:\\Windows\\System32\\drivers\\tn.sys'.\r\n"
	"     dvi:      Modified service 'tn'.\r\n"
	"<<<  Section end 2025/03/04 14:02:28.000\r\n<<<  [Exit status: SUCCESS]\r\n\r\n"
	">>>  [Setup Import Driver Package - C:\\x\\y.inf]\r\n"
	">>>  Section start 2025/03/05 08:00:00.000\r\n"
	"<<<  Section end 2025/03/05 08:00:01.000\r\n"
	"<<<  [Exit status: FAILURE(0xe0000203)]\r\n"
	">>>  [Boot Session: 2025/03/05 09:00:00.500]\r\n"
	">>>  Section start 2025/03/05 09:00:00.500\r\n"
	"<<<  Section end 2025/03/05 09:00:00.500\r\n<<<  [Exit status: SUCCESS]\r\n"
	">>>  [Device Install (Hardware initiated) - USB\\VID_1&PID_2]\r\n"
	">>>  Section start 2025/03/06 08:00:00.000\r\n"
	"     svc: {Add Service: usbx}\r\n     svc:  Image Path = System32\\drivers\\usbx.sys\r\n";

static void test_setupapi__update_failure_and_cut_end__are_told(void **state)
{
	static struct got g;

	(void)state;
	g.n = 0;
	(void)win_setupapi_read(view(setupapi), berlin, take, &g, NULL);
	assert_int_equal(g.n, 3);
	assert_int_equal(g.v[0].kind, WIN_TRACE_DEVICE_INSTALL);
	time_is(g.v[0].time, "2025-03-04T13:02:19Z");
	assert_true(g.v[0].is_local);
	assert_string_equal(g.v[0].path, "C:\\Windows\\System32\\drivers\\tn.sys");
	assert_string_equal(g.v[0].name, "oem14.inf");
	assert_string_equal(g.v[0].package, "tn.inf_amd64_c07a55d1e0f3b264");
	assert_string_equal(g.v[0].service, "tn");
	assert_string_equal(g.v[0].product, "Tundra Networks Oy 5.1.0.1180");
	assert_int_equal(g.v[1].kind, WIN_TRACE_FAILED);
	assert_int_equal(g.v[1].number, 0xe0000203);
	assert_string_equal(g.v[1].name, "y.inf");
	assert_string_equal(g.v[2].service, "usbx");
	assert_string_equal(g.v[2].path, "System32\\drivers\\usbx.sys");
}

/* ---- servicing ---- */

static void test_cbs__success_failure_and_errors__are_told(void **state)
{
	static const char text[] =
		"2025-01-14 19:20:00, Info                  CBS    Exec: Processing complete.  "
		"Session: 30_1, Package: Package_for_RollupFix~31bf~amd64~~19041.867.1.8, "
		"Identifier: "
		"KB5000802 [HRESULT = 0x00000000 - S_OK]\r\n"
		"2025-01-14 19:21:00, Info                  CBS    Exec: Processing complete.  "
		"Session: 30_2, Package: Package_for_KB5000803~31bf, hr: 0x800f0831\r\n"
		"2025-01-14 19:22:00, Error                 CBS    Failed to execute execution "
		"chain. "
		"[HRESULT = 0x800f0922 - CBS_E_INSTALLERS_FAILED]\r\n"
		"2025-01-14 19:23:00, Info                  CBS    Failed to do a thing "
		"[HRESULT = 0x80070490 - ERROR_NOT_FOUND]\r\nnot a line\r\n"
		"2025-01-14 19:24:00, Info                  CBS    Exec: Processing complete. "
		"Package: X~1 [HRESULT = 0x00000bc2 - ERROR_SUCCESS_REBOOT_REQUIRED]\r\n";
	static struct got g;

	(void)state;
	g.n = 0;
	(void)win_cbs_read(view(text), pacific, take, &g, NULL);
	assert_int_equal(g.n, 4);
	assert_int_equal(g.v[0].kind, WIN_TRACE_PACKAGE);
	assert_string_equal(g.v[0].name, "KB5000802");
	time_is(g.v[0].time, "2025-01-15T03:20:00Z");
	assert_int_equal(g.v[1].kind, WIN_TRACE_FAILED);
	assert_int_equal(g.v[1].number, 0x800f0831);
	assert_string_equal(g.v[1].name, "KB5000803");
	assert_int_equal(g.v[2].number, 0x800f0922);
	assert_int_equal(g.v[3].kind, WIN_TRACE_PENDING);
	assert_string_equal(g.v[3].name, "X~1");
}

static void test_poqexec__a_status__is_a_failed_step(void **state)
{
	static const char text[] =
		"0: MoveFile \\??\\C:\\Windows\\a.dll (00000000)\r\n"
		"1: HardlinkFile \\SystemRoot\\System32\\b.dll failed: 0xc0000034\r\n"
		"2: c0ffee c00 abcc0000034\r\n";
	static struct got g;

	(void)state;
	g.n = 0;
	(void)win_poqexec_read(wide(text, false, true), take, &g, NULL);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.v[0].number, 0xc0000034);
	assert_string_equal(g.v[0].path, "\\SystemRoot\\System32\\b.dll");
}

static void test_pending__only_a_list_of_steps__counts(void **state)
{
	static struct got g;

	(void)state;
	g.n = 0;
	(void)win_pending_xml_read(view("<?xml version='1.0' encoding='utf-8'?>\r\n"
					"<PendingTransaction Version=\"3.1\" "
					"Identifier=\"30548264_28\">\r\n"),
		take, &g, NULL);
	assert_int_equal(g.n, 1);
	assert_string_equal(g.v[0].name, "30548264_28");
	(void)win_pending_xml_read(view("<html Identifier=\"1\">"), take, &g, NULL);
	assert_int_equal(g.n, 1);
}

static void test_panther__errors_only(void **state)
{
	static const char text[] = "2024-05-05 12:22:33, Info       SP     fine\r\n"
				   "2024-05-05 12:22:34, Error      SP     Error setting it "
				   "C:\\a\\b.dll [0x800700B7]\r\n";
	static struct got g;

	(void)state;
	g.n = 0;
	(void)win_panther_read(view(text), pacific, take, &g, NULL);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.v[0].number, 0x800700B7);
	time_is(g.v[0].time, "2024-05-05T20:22:34Z");
}

/* ---- all of them ---- */

static void read_all(struct rs_view v, struct got *g)
{
	g->n = 0;
	(void)win_srt_read(v, berlin, take, g, NULL);
	(void)win_dumpstack_read(v, take, g, NULL);
	(void)win_ntbtlog_read(v, berlin, take, g, NULL);
	(void)win_setupapi_read(v, berlin, take, g, NULL);
	(void)win_cbs_read(v, berlin, take, g, NULL);
	(void)win_poqexec_read(v, take, g, NULL);
	(void)win_pending_xml_read(v, take, g, NULL);
	(void)win_panther_read(v, berlin, take, g, NULL);
	(void)win_wer_read(v, take, g, NULL);
}

static void test_all__cut_at_every_byte__do_no_harm(void **state)
{
	static const char *const texts[] = {srt_english, srt_spanish, setupapi, wer, NULL};
	static struct got g;

	(void)state;
	for (size_t i = 0; texts[i]; i++) {
		struct rs_view v = wide(texts[i], false, true);

		for (size_t n = 0; n <= v.len; n++) {
			uint8_t *p = fence_copy(v.p, n);
			read_all((struct rs_view){p, n}, &g);
			free(p);
		}
	}
}

static void test_all__who_has_enough__is_not_asked_again(void **state)
{
	static struct got g;

	(void)state;
	g.most = 1;
	g.n = 0;
	(void)win_srt_read(view(srt_english), berlin, take, &g, NULL);
	assert_int_equal(g.n, 1);
	g.n = 0;
	(void)win_setupapi_read(view(setupapi), berlin, take, &g, NULL);
	assert_int_equal(g.n, 1);
	g.most = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines__every_encoding__gives_the_same),
		cmocka_unit_test(test_lines__bytes_of_a_code_page__become_text),
		cmocka_unit_test(test_lines__one_too_long__is_cut_and_the_next_read),
		cmocka_unit_test(test_lines__half_a_pair_and_half_a_unit__do_no_harm),
		cmocka_unit_test(test_time__impossible_ones__are_none),
		cmocka_unit_test(test_time__without_a_known_bias__stays),
		cmocka_unit_test(test_path__of_every_form__is_found_to_its_end),
		cmocka_unit_test(test_path__that_is_too_long__is_none),
		cmocka_unit_test(test_srt__english__names_cause_and_last_good_start),
		cmocka_unit_test(test_srt__spanish__is_read_by_its_structure),
		cmocka_unit_test(test_srt__german_with_two_runs__tells_the_bug_check),
		cmocka_unit_test(test_dumpstack__real_layout__gives_code_and_parameters),
		cmocka_unit_test(test_dumpstack__zeros_or_no_code__tells_nothing),
		cmocka_unit_test(test_wer__blue_screen__gives_code_and_module),
		cmocka_unit_test(test_wer__of_a_program_or_of_the_kernel__names_none),
		cmocka_unit_test(test_ntbtlog__two_starts__each_with_what_did_not_load),
		cmocka_unit_test(test_setupapi__update_failure_and_cut_end__are_told),
		cmocka_unit_test(test_cbs__success_failure_and_errors__are_told),
		cmocka_unit_test(test_poqexec__a_status__is_a_failed_step),
		cmocka_unit_test(test_pending__only_a_list_of_steps__counts),
		cmocka_unit_test(test_panther__errors_only),
		cmocka_unit_test(test_all__cut_at_every_byte__do_no_harm),
		cmocka_unit_test(test_all__who_has_enough__is_not_asked_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules as text: what is accepted, and for each mistake the line that is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/text.h"
#include "judge/rule_internal.h"

#define HEAD                                                                                       \
	"[rule]\nid = a\ntitle = A\nkind = bad-file\naction = quarantine\n"                        \
	"confidence = confirmed\nreference = r\n"			  /* 7 lines */
#define PATH "[file]\npath = %WINDIR%\\System32\\drivers\\X\\bad-*.dat\n" /* 8, 9 */
#define BAD  "[bad]\nsize-min = 1\n"					  /* 10, 11 */
#define GOOD HEAD PATH BAD

static struct rule *parse_ok(const char *text)
{
	struct rs_err err = {0};
	struct rule *r = NULL;

	if (rule_parse("r.ini", text, strlen(text), &r, &err) < 0)
		fail_msg("%s: %s", err.object, err.detail);
	return r;
}

static void parse_fails(const char *text, const char *place, const char *what)
{
	struct rs_err err = {0};
	struct rule *r = NULL;

	if (rule_parse("r.ini", text, strlen(text), &r, &err) != RS_E_RULE)
		fail_msg("accepted: %s", text);
	if (strcmp(err.object, place) != 0 || !strstr(err.detail, what))
		fail_msg("'%s: %s' where '%s ... %s' was expected", err.object, err.detail, place,
			what);
	assert_null(r);
}

/* ---- accepted ---- */

static void test_rule_parse__every_key__lands_in_its_field(void **state)
{
	(void)state;
	struct rule *r = parse_ok(
		"\xef\xbb\xbf; comment\n[rule]\nid = the-id\ntitle = The title\nvendor = V\n"
		"date = 2024-07-19\nkind = bad-file\naction = quarantine\nconfidence = one-source\n"
		"confirm = it crashes\nreference = one\nreference = two\ntext = first line\n"
		"\tsecond line\n[applies]\nbuilds = 7601, 9200-9600, 19041.423-, 22631.10-20\n"
		"arch = x64, arm64\ncpu = *AuthenticAMD\n[file]\npath = %windir%\\a\\bad-?.dat\n"
		"path = \\b\\**\\bad.dat\nnever = \\b\\x\\bad.dat\nmax-files = 3\notherwise = "
		"ignore\n"
		"[bad]\nmodified-from = 2024-07-19T04:09:00Z\nmodified-before = "
		"2024-07-19T05:27:00Z\n"
		"created-from = 2024-01-01T00:00:00Z\ncreated-before = 2025-01-01T00:00:00Z\n"
		"size-min = 0x10\nsize-max = 4096\nis-pe = no\nmagic = 0 aaaa, 4 AA\n"
		"sha256 = 0000000000000000000000000000000000000000000000000000000000000001\n"
		"sha256 = 0000000000000000000000000000000000000000000000000000000000000002\n"
		"version = 1.0.2.372, 1.0.3.48903\nversion-from = 1.0.0.0\nversion-below = "
		"2.0.0.0\n"
		"differs-from = %WINDIR%\\c\\bad.dat\n[repaired]\nsize-min = 5000\n"
		"[doubtful]\nall-zero = yes\n[requires]\nfile-present = \\b\\*\nservice = A*, B b\n"
		"package = KB1, KB22\n[requires-any]\nupdate-pending = yes\n"
		"registry-key = SYSTEM\\CurrentControlSet\\Services\\X*\n[supports]\n"
		"registry-value = SOFTWARE\\A B | C d | like ?:\\*\n[contradicts]\n"
		"registry-any = SOFTWARE\\F | *.otf\n[stop-if]\nfile-missing = \\c\n");
	assert_string_equal(r->about.id, "the-id");
	assert_string_equal(r->about.title, "The title");
	assert_string_equal(r->about.text, "first line\nsecond line");
	assert_string_equal(r->about.references.v[1], "two");
	assert_int_equal(r->about.references.n, 2);
	assert_int_equal(r->about.kind, INCIDENT_BAD_FILE);
	assert_int_equal(r->about.action, RULE_QUARANTINE);
	assert_non_null(strstr(r->about.source, "[stop-if]"));
	assert_int_equal(r->confidence, RULE_ONE_SOURCE);
	assert_int_equal(r->builds.n, 4);
	assert_int_equal(r->builds.v[2].rev_from, 423);
	assert_int_equal(r->builds.v[2].rev_to, UINT32_MAX);
	assert_int_equal(r->builds.v[3].rev_to, 20);
	assert_int_equal(r->archs, 1U << WIN_X64 | 1U << WIN_ARM64);
	assert_int_equal(r->paths.n, 2);
	assert_true(r->paths.v[0].below_windows && !r->paths.v[1].below_windows);
	assert_true(!r->paths.v[0].is_deep && r->paths.v[1].is_deep);
	assert_string_equal(r->paths.v[1].parts[2], "bad.dat");
	assert_int_equal(r->max_files, 3);
	assert_int_equal(r->otherwise, RULE_IGNORE);
	assert_int_equal(r->bad.n, 13);
	/* 2024-07-19T04:09:00Z: 1721362140 s after 1970 (date -u -d) */
	assert_true(r->bad.v[0].number == (1721362140ULL + 11644473600ULL) * 10000000ULL);
	assert_int_equal(r->bad.v[4].number, 16);
	assert_int_equal(r->bad.v[7].n_any, 2);
	assert_int_equal(r->bad.v[8].n_any, 2);
	assert_true(r->bad.v[9].any[1].number == (1ULL << 48 | 3ULL << 16 | 48903));
	assert_int_equal(r->requires.n, 3);
	assert_string_equal(r->requires.v[1].any.v[1], "B b");
	assert_int_equal(r->requires_any.n, 2);
	assert_string_equal(r->requires_any.v[1].key, "CurrentControlSet\\Services\\X*");
	assert_string_equal(r->supports.v[0].value, "C d");
	assert_string_equal(r->supports.v[0].pattern, "?:\\*");
	assert_int_equal(r->stop_if.v[0].kind, RULE_FILE_MISSING);
	rule_free(r);
}

static void test_rule_parse__defaults__ask_about_files_that_fit_by_name(void **state)
{
	(void)state;
	struct rule *r = parse_ok(GOOD);

	assert_int_equal(r->otherwise, RULE_ASK);
	assert_int_equal(r->max_files, RULE_MAX_FILES);
	assert_null(r->about.text);
	rule_free(r);
}

/* ---- mistakes and the line they are on ---- */

static void test_rule_parse__mistakes__are_named_with_their_line(void **state)
{
	static const struct {
		const char *text, *place, *what;
	} cases[] = {
		{GOOD "colour = red\n", "r.ini:12", "unknown key: 'colour'"},
		{GOOD "[colours]\n", "r.ini:12", "unknown section: 'colours'"},
		{GOOD "[colours]\nred = 1\n", "r.ini:12", "unknown section"},
		{"id = a\n" GOOD, "r.ini:1", "before the first section"},
		{GOOD "nonsense\n", "r.ini:12", "neither"},
		{GOOD "[supports\nservice = a\n", "r.ini:12", "neither"},
		{GOOD "size-max =\n", "r.ini:12", "no value"},
		{GOOD "size-min = 2\n", "r.ini:12", "twice"},
		{GOOD "[rule]\nid = b\n", "r.ini:13", "twice"},
		{GOOD "[rule]\nkind = bad-file\n", "r.ini:13", "twice"},
		{GOOD "[file]\nname-is-enough = yes\nname-is-enough = no\n", "r.ini:14", "twice"},
		{GOOD "size-max = 12a\n", "r.ini:12", "number"},
		{GOOD "size-max = 99999999999999999999\n", "r.ini:12", "too large"},
		{GOOD "modified-from = 2024-07-19 04:09\n", "r.ini:12", "time in UTC"},
		{GOOD "modified-from = 2024-02-30T00:00:00Z\n", "r.ini:12", "time in UTC"},
		{GOOD "all-zero = maybe\n", "r.ini:12", "'yes' or 'no'"},
		{GOOD "sha256 = 1234\n", "r.ini:12", "64 hexadecimal"},
		{GOOD "version = 1.0.0.0,,2.0.0.0\n", "r.ini:12", "empty item"},
		{GOOD "magic = 0 4d5\n", "r.ini:12", "pairs"},
		{GOOD "magic = x 4d5a\n", "r.ini:12", "number"},
		{GOOD "version = 1.2.3\n", "r.ini:12", "four numbers"},
		{GOOD "version-below = 1.2.3.70000\n", "r.ini:12", "four numbers"},
		{GOOD "differs-from = \\a*\n", "r.ini:12", "without '*'"},
		{GOOD "[applies]\nbuilds = 10-5\n", "r.ini:13", "a build"},
		{GOOD "[applies]\nbuilds = -\n", "r.ini:13", "a build"},
		{GOOD "[applies]\nbuilds = 19041.\n", "r.ini:13", "a build"},
		{GOOD "[applies]\narch = mips\n", "r.ini:13", "x86 x64"},
		{GOOD "[file]\nmax-files = 0\n", "r.ini:13", "1 to 1000"},
		{GOOD "[file]\notherwise = move\n", "r.ini:13", "ask or ignore"},
		{GOOD "[supports]\npackage = 4493472\n", "r.ini:13", "KB4493472"},
		{GOOD "[supports]\nfile-present = \\a\\**\\b\n", "r.ini:13", "'**'"},
		{GOOD "[supports]\nregistry-key = HKLM\\A\n", "r.ini:13", "SYSTEM, SOFTWARE"},
		{GOOD "[supports]\nregistry-key = SYSTEM\\*\\A\n", "r.ini:13", "last part"},
		{GOOD "[supports]\nregistry-value = SYSTEM\\A | B\n", "r.ini:13", "present"},
		{GOOD "[supports]\nregistry-value = SYSTEM\\A | B | = 4\n", "r.ini:13", "present"},
		{GOOD "[supports]\nupdate-pending = no\n", "r.ini:13", "only 'yes'"},
		{GOOD "[rule]\ndate = 19.7.2024\n", "r.ini:13", "2024-07-19"},
		{"[rule]\nid = A b\n", "r.ini:2", "small letters"},
		{"[rule]\nkind = virus\n", "r.ini:2", "bad-file"},
		{"[rule]\naction = delete\n", "r.ini:2", "quarantine disable report"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		parse_fails(cases[i].text, cases[i].place, cases[i].what);
}

static void test_rule_parse__missing_parts__are_named(void **state)
{
	static const char *const parts[][2] = {{"id", "id = a\n"}, {"title", "title = A\n"},
		{"kind", "kind = bad-file\n"}, {"action", "action = quarantine\n"},
		{"confidence", "confidence = confirmed\n"}, {"reference", "reference = r\n"}};
	char text[512], what[64];

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const char *at = strstr(GOOD, parts[i][1]);
		(void)snprintf(text, sizeof(text), "%.*s%s", (int)(at - GOOD), GOOD,
			at + strlen(parts[i][1]));
		(void)snprintf(what, sizeof(what), "no %s", parts[i][0]);
		parse_fails(text, "r.ini:1", what);
	}
	parse_fails(HEAD BAD, "r.ini:1", "no path");
	parse_fails(HEAD PATH, "r.ini:1", "condition in [bad]");
}

#define DISABLES(kind)                                                                             \
	"[rule]\nid = a\ntitle = A\nkind = " kind "\naction = disable\nconfidence = confirmed\n"   \
	"reference = r\n"
#define SERVICES "[disable]\nservice = flt, The Product's Service\nservice = x.sys\n"

static void test_rule_parse__services_to_disable__each_a_name(void **state)
{
	(void)state;
	struct rule *r = parse_ok(DISABLES("bad-file") SERVICES PATH BAD);
	assert_int_equal(r->about.action, RULE_DISABLE);
	assert_int_equal(r->disable.n, 3);
	assert_string_equal(r->disable.v[1], "The Product's Service");
	assert_int_equal(r->otherwise, RULE_ASK);
	rule_free(r);
	r = parse_ok(DISABLES("update-half-applied") SERVICES "[requires]\nservice = flt\n");
	assert_int_equal(r->disable.n, 3);
	rule_free(r);
	parse_fails(DISABLES("bad-file") PATH BAD, "r.ini:1", "needs a service");
	parse_fails(DISABLES("bad-file") SERVICES PATH, "r.ini:1", "condition in [bad]");
	parse_fails(DISABLES("good-file-removed") SERVICES "[file]\npath = \\x\\y.sys\n", "r.ini:1",
		"nothing is disabled");
	parse_fails(GOOD SERVICES, "r.ini:1", "belongs to the action disable");
	parse_fails(DISABLES("bad-file") "[disable]\nservice = fl*\n" PATH BAD, "r.ini:9",
		"name of a service");
	parse_fails(DISABLES("bad-file") "[disable]\nservice = a,b,c,d,e,f,g,h,i\n" PATH BAD,
		"r.ini:9", "more than 8");
}

static void test_rule_parse__long_line_and_long_text__are_refused(void **state)
{
	static char text[RULE_MAX_BYTES + 8];
	struct rs_err err = {0};
	struct rule *r = NULL;

	(void)state;
	int len = snprintf(text, sizeof(text), "%s; %0190d\n", GOOD, 0);
	assert_int_equal(rule_parse("r.ini", text, (size_t)len, &r, &err), 0); /* 192 bytes */
	rule_free(r);
	len = snprintf(text, sizeof(text), "%s; %0300d\n", GOOD, 0);
	assert_int_equal(rule_parse("r.ini", text, (size_t)len, &r, &err), RS_E_RULE);
	assert_string_equal(err.object, "r.ini:12");
	memset(text, '\n', sizeof(text));
	assert_int_equal(rule_parse("r.ini", text, RULE_MAX_BYTES + 1, &r, &err), RS_E_RULE);
}

static void test_rule_parse__not_utf8_or_nul__is_refused(void **state)
{
	struct rs_err err = {0};
	struct rule *r = NULL;

	(void)state;
	parse_fails(GOOD "; \xff\n", "r.ini:1", "UTF-8");
	assert_int_equal(rule_parse("r.ini", "a\0b", 3, &r, &err), RS_E_RULE);
	assert_int_equal(rule_parse("r.ini", "", 0, &r, &err), RS_E_RULE);
}

static void test_rule_parse__truncated_at_every_byte__never_crashes(void **state)
{
	struct rs_err err = {0};

	(void)state;
	for (size_t len = 0; len < strlen(GOOD); len++) {
		struct rule *r = NULL;
		if (rule_parse("r.ini", GOOD, len, &r, &err) == 0)
			rule_free(r);
	}
}

/* ---- paths ---- */

static void path_fails(const char *path, const char *what)
{
	char text[600];

	(void)snprintf(text, sizeof(text), HEAD "[file]\npath = %s\n" BAD, path);
	parse_fails(text, "r.ini:9", what);
}

static void test_rule_path__unsafe_forms__are_refused(void **state)
{
	(void)state;
	path_fails("C:\\Windows\\bad.dat", "starts with");
	path_fails("%SystemRoot%\\bad.dat", "starts with");
	path_fails("bad.dat", "starts with");
	path_fails("/Windows/bad.dat", "starts with");
	path_fails("%WINDIR%", "starts with");
	path_fails("\\Windows\\..\\bad.dat", "'..'");
	path_fails("\\Windows\\.\\bad.dat", "'..'");
	path_fails("\\\\server\\bad.dat", "empty part");
	path_fails("\\Windows\\\\bad.dat", "empty part");
	path_fails("\\Windows\\bad\\", "empty part");
	path_fails("\\Windows/bad.dat", "cannot have");
	path_fails("\\Windows\\bad.dat:stream", "cannot have");
	path_fails("\\Windows\\%TEMP%\\bad.dat", "cannot have");
	path_fails("\\Windows\\a**\\bad.dat", "stands alone");
	path_fails("\\Windows\\**", "last part");
	path_fails("\\**\\a\\**\\b\\**\\bad.dat", "twice");
}

static void test_rule_path__everything__is_refused(void **state)
{
	(void)state;
	path_fails("\\**\\*", "every file");
	path_fails("\\**\\*.*", "every file");
	path_fails("%WINDIR%\\System32\\drivers\\X\\*", "every file");
	path_fails("%WINDIR%\\System32\\drivers\\X\\a?*.b", "every file");
}

static void test_rule_path__protected_names__are_refused_for_quarantine(void **state)
{
	static const char *const paths[] = {"%WINDIR%\\System32\\ntoskrnl.exe",
		"%WINDIR%\\System32\\NTOSKRN?.EXE", "%WINDIR%\\System32\\drivers\\*.sys",
		"\\**\\csagent.sys", "\\**\\CSAgent*", "%WINDIR%\\System32\\drivers\\*pi.sys",
		"%WINDIR%\\System32\\drivers\\iaStorAVC.sys", "%WINDIR%\\System32\\hal.dll",
		"%WINDIR%\\System32\\config\\SYSTEM", "%WINDIR%\\*\\config\\SOFT*",
		"\\Windows\\System32\\config\\**\\SAM", "\\Boot\\BCD.log", "\\EFI\\**\\abc.efi",
		"\\bootmgr", "\\pagefile.sys", "%WINDIR%\\WinSxS\\pending.xml",
		"\\System Volume Information\\abc", "%WINDIR%\\System32\\drivers\\fvevol.sys",
		"%WINDIR%\\System32\\drivers\\wd\\WdBoot.sys", "\\$MFTMirr", "\\Unbrick\\**\\abc"};
	char text[600];

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		path_fails(paths[i], "needs to start");
		/* a rule that only reports may look at them */
		(void)snprintf(text, sizeof(text),
			"[rule]\nid = a\ntitle = A\nkind = bad-file\naction = report\n"
			"confidence = confirmed\nreference = r\n[file]\npath = %s\n",
			paths[i]);
		rule_free(parse_ok(text));
	}
}

static void test_rule_path__files_like_those_of_incidents__are_accepted(void **state)
{
	static const char *const paths[] = {
		"%WINDIR%\\System32\\drivers\\CrowdStrike\\C-00000291-*.sys",
		"\\Program Files\\Trend Micro\\**\\LPT$VPN.594", "\\**\\agen-xuv.ide",
		"%WINDIR%\\System32\\drivers\\HpqKbFiltr.sys", "%WINDIR%\\System32\\fntcache.dat"};
	char text[600];

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		(void)snprintf(text, sizeof(text), HEAD "[file]\npath = %s\n" BAD, paths[i]);
		rule_free(parse_ok(text));
	}
}

static void test_rule_path_match__patterns__fit_as_documented(void **state)
{
	static const struct {
		const char *pattern, *path;
		bool fits;
	} cases[] = {
		{"%WINDIR%\\a\\b*.dat", "\\WinNT\\A\\BXX.DAT", true},
		{"%WINDIR%\\a\\b*.dat", "\\WinNT\\a\\x\\b.dat", false},
		{"%WINDIR%\\a\\b*.dat", "\\Windows\\a\\b.dat", false},
		{"\\a\\**\\b.dat", "\\a\\b.dat", true},
		{"\\a\\**\\b.dat", "\\a\\x\\y\\b.dat", true},
		{"\\a\\**\\b.dat", "\\b\\a\\b.dat", false},
		{"\\**\\b.dat", "\\b.dat", true},
		{"\\**\\x\\**\\b.dat", "\\1\\x\\2\\x\\b.dat", true},
		{"\\**\\x\\**\\b.dat", "\\1\\2\\b.dat", false},
		{"\\a\\?.dat", "\\a\\\xc3\xa9.dat", true},
		{"\\a\\\xc3\x89.dat", "\\a\\\xc3\xa9.dat", true},
		{"\\a\\b.dat", "\\a\\b.dat\\c", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rule_path p;
		assert_null(rule_path_parse(cases[i].pattern, &p));
		if (rule_path_match(NULL, &p, "\\WinNT", cases[i].path) != cases[i].fits)
			fail_msg("%s and %s", cases[i].pattern, cases[i].path);
		rule_path_done(&p);
	}
}

static void test_rule_paths_meet__many_stars__takes_no_time(void **state)
{
	struct rule_path a, b;
	char pattern[300] = "\\";

	(void)state;
	for (size_t i = 1; i < 201; i += 2)
		memcpy(pattern + i, "a*", 3);
	assert_null(rule_path_parse(pattern, &a));
	pattern[strlen(pattern) - 1] = 'b';
	assert_null(rule_path_parse(pattern, &b));
	assert_true(rule_paths_meet(&a, &b));
	rule_path_done(&a);
	rule_path_done(&b);
}

/* ---- what a rule may do ---- */

static void test_rule_check__contradictions__are_refused(void **state)
{
#define RULE(kind, action, confidence)                                                             \
	"[rule]\nid = a\ntitle = A\nkind = " kind "\naction = " action                             \
	"\nconfidence = " confidence "\nreference = r\n"
	(void)state;
	parse_fails(
		RULE("good-file-removed", "quarantine", "confirmed") "[file]\npath = \\a\\bcd\n",
		"r.ini:1", "only a rule of kind bad-file");
	parse_fails(RULE("bad-file", "quarantine", "unverified") PATH BAD, "r.ini:1",
		"may only report");
	parse_fails(RULE("good-file-removed", "report", "confirmed") "[file]\npath = \\a\\bcd*\n",
		"r.ini:9", "without '*'");
	parse_fails(
		RULE("good-file-removed", "report", "confirmed") "[file]\npath = \\a\\bcd\n" BAD,
		"r.ini:1", "has no [bad]");
	parse_fails(RULE("update-half-applied", "report", "confirmed"), "r.ini:1", "[requires]");
	parse_fails(RULE("update-half-applied", "report", "confirmed") BAD
		"[requires]\nupdate-pending = yes\n",
		"r.ini:1", "without a path");
	parse_fails(GOOD "[file]\ncopy = \\a\\bcd\n", "r.ini:1", "'copy' belongs");
	parse_fails(HEAD PATH "name-is-enough = yes\n", "r.ini:9", "exact name");
	parse_fails(GOOD "size-max = 0\n", "r.ini:1", "nothing can be in this window");
	parse_fails(HEAD PATH "[bad]\nmodified-from = 2024-07-19T05:27:00Z\n"
			      "modified-before = 2024-07-19T05:27:00Z\n",
		"r.ini:1", "nothing can be in this window");
#undef RULE
}

/* ---- sets ---- */

static void put(const char *dir, const char *name, const char *text)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void clear(const char *dir, const char *const *names)
{
	char path[128];

	for (; *names; names++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, *names);
		(void)remove(path);
	}
	(void)rmdir(dir);
}

static void test_rule_set__folder__name_order_and_doubles(void **state)
{
	char dir[] = "/tmp/unbrick-rules-XXXXXX";
	struct rule_set set = {0};
	struct rs_err err = {0};

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(rule_set_load_dir(dir, &set, &err), RS_E_RULE); /* none */
	put(dir, "b.ini", GOOD);
	put(dir, "readme.txt", "not a rule");
	put(dir, ".hidden.ini", "not a rule");
	assert_int_equal(rule_set_load_dir(dir, &set, &err), 0);
	assert_int_equal(set.n, 1);
	rule_set_done(&set);
	put(dir, "a.ini", GOOD);
	assert_int_equal(rule_set_load_dir(dir, &set, &err), RS_E_RULE);
	assert_non_null(strstr(err.object, "b.ini"));
	assert_non_null(strstr(err.detail, "'a' is taken"));
	put(dir, "a.ini", "[rule]\nid = x\n[nothing]\n");
	assert_int_equal(rule_set_load_dir(dir, &set, &err), RS_E_RULE);
	assert_non_null(strstr(err.object, "a.ini:3"));
	clear(dir, (const char *const[]){"a.ini", "b.ini", "readme.txt", ".hidden.ini", NULL});
	assert_int_equal(rule_set_load_dir(dir, &set, &err), RS_E_IO_OPEN);
}

static void test_rule_set__shipped__are_those_of_the_folder(void **state)
{
	struct rule_set shipped = {0}, folder = {0};
	struct rs_err err = {0};

	(void)state;
	assert_int_equal(rule_set_load_shipped(&shipped, &err), 0);
	if (rule_set_load_dir("rescue/rules", &folder, &err) < 0)
		fail_msg("%s: %s", err.object, err.detail);
	assert_int_equal(shipped.n, folder.n);
	for (size_t i = 0; i < folder.n; i++)
		assert_string_equal(shipped.rules[i]->about.source, folder.rules[i]->about.source);
	rule_set_done(&shipped);
	rule_set_done(&folder);
}

static void test_rule_parse__example_of_the_documentation__is_a_rule(void **state)
{
	static char text[32768];
	FILE *f = fopen("docs/rules.md", "r");

	(void)state;
	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	(void)fclose(f);
	/* "```ini file example.ini": a name may stand behind it
	 */
	char *from = strstr(text, "```ini"), *to = from ? strstr(from, "\n```\n") : NULL;
	from = from ? strchr(from, '\n') : NULL;
	if (!from || !to)
		fail_msg("docs/rules.md has no example");
	else
		to[1] = '\0';
	struct rule *r = parse_ok(from ? from + 1 : "");
	assert_string_equal(r->about.id, "example-content-file");
	assert_int_equal(r->builds.n, 3);
	rule_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rule_parse__every_key__lands_in_its_field),
		cmocka_unit_test(test_rule_parse__defaults__ask_about_files_that_fit_by_name),
		cmocka_unit_test(test_rule_parse__mistakes__are_named_with_their_line),
		cmocka_unit_test(test_rule_parse__services_to_disable__each_a_name),
		cmocka_unit_test(test_rule_parse__missing_parts__are_named),
		cmocka_unit_test(test_rule_parse__long_line_and_long_text__are_refused),
		cmocka_unit_test(test_rule_parse__not_utf8_or_nul__is_refused),
		cmocka_unit_test(test_rule_parse__truncated_at_every_byte__never_crashes),
		cmocka_unit_test(test_rule_path__unsafe_forms__are_refused),
		cmocka_unit_test(test_rule_path__everything__is_refused),
		cmocka_unit_test(test_rule_path__protected_names__are_refused_for_quarantine),
		cmocka_unit_test(test_rule_path__files_like_those_of_incidents__are_accepted),
		cmocka_unit_test(test_rule_path_match__patterns__fit_as_documented),
		cmocka_unit_test(test_rule_paths_meet__many_stars__takes_no_time),
		cmocka_unit_test(test_rule_check__contradictions__are_refused),
		cmocka_unit_test(test_rule_set__folder__name_order_and_doubles),
		cmocka_unit_test(test_rule_set__shipped__are_those_of_the_folder),
		cmocka_unit_test(test_rule_parse__example_of_the_documentation__is_a_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

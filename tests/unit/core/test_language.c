/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A language of the test's own, made by msgfmt. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/cleanup.h"
#include "core/err.h"
#include "core/language.h"

#define HEAD                                                                                       \
	"msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=UTF-8\\n"                          \
	"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n<5 ? 1 : 2);\\n\"\n"
#define TEXT(id, text) "msgid \"" id "\"\nmsgstr \"" text "\"\n"

static const char texts[] = HEAD TEXT("%.150s, partition %u", "%s, Teil %u") TEXT(
	"no Windows was found", "kein Windows gefunden") TEXT("the volume is locked",
	"das Volume ist gesperrt") TEXT("volume %u is left: %s",
	"bleibt: %2$s (Volume %1$u)") TEXT("%s is mounted at %s",
	"%s h\xC3\xA4ngt an %s") TEXT("Size:",
	"Gr\xC3\xB6\xC3\x9F"
	"e:") TEXT("Because:", "Weil:") TEXT("Key:", "Schl\xC3\xBCssel:") TEXT("100 %% sure",
	"zu 100 %% sicher") TEXT("at byte %lu: %s", "bei Byte %lu: %s") TEXT("locked",
	"gesperrt") TEXT("tag 0x%08x", "Marke 0x%08x") TEXT("%s: %s",
	"falsch %s %s") TEXT("for it:", "daf\xC3\xBCr:") TEXT("Result: %s.",
	"Ergebnis: %s.") TEXT("%s%zu %s moved", "%s%zu Dateien%.0s bewegt") TEXT("English",
	"Deutsch") TEXT("(nothing on it)", "(nichts darauf)") TEXT("no file %s",
	"keine Datei %s") TEXT("no file of it", "keine davon") TEXT("letter=ASCII ...",
	"\xC3\xA4=ae \xC3\xB6=oe \xC3\xBC=ue \xC3\x9F=ss") "msgid \"file\"\nmsgid_plural "
							   "\"files\"\n"
							   "msgstr[0] \"eine\"\nmsgstr[1] "
							   "\"wenige\"\nmsgstr[2] \"viele\"\n" TEXT(
								   "%zu %s could not be read",
								   "%zu %s unlesbar");

static char dir[64] = "/tmp/unbrick-test.XXXXXX";

static void make(const char *code, const char *po)
{
	char path[200], command[600];

	(void)snprintf(path, sizeof(path), "%s/%s.po", dir, code);
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	assert_true(fputs(po, f) >= 0);
	assert_int_equal(fclose(f), 0);
	(void)snprintf(command, sizeof(command),
		"mkdir -p %s/%s/LC_MESSAGES && msgfmt -o %s/%s/LC_MESSAGES/unbrick.mo %s "
		"2>/dev/null",
		dir, code, dir, code, path);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): names of our own */
}

/* Formats that nearly fit a long row of one letter, and each of them late. */
static void make_slow(void)
{
	static char po[64000];
	size_t n = (size_t)snprintf(po, sizeof(po), "%s", HEAD);

	for (unsigned i = 0; i < 400; i++)
		n += (size_t)snprintf(po + n, sizeof(po) - n,
			"msgid \"%%sa%%sa%%sa%%sa%%sq%04u\"\nmsgstr \"%%s %%s %%s %%s %%s\"\n", i);
	assert_true(n < sizeof(po));
	make("sl", po);
}

static int begin(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(dir));
	make("de", texts);
	make("fr", HEAD TEXT("locked", "verrouill\xC3\xA9"));
	assert_int_equal(setenv("LC_ALL", "C.UTF-8", 1), 0);
	lang_begin(dir);
	return 0;
}

static int end(void **state)
{
	char command[100];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command); /* NOLINT(cert-env33-c): a name of our own */
}

static int german(void **state)
{
	(void)state;
	assert_true(lang_choose("de"));
	return 0;
}

static void is(const char *text, const char *expected)
{
	auto_free char *made = lang_new(text);

	assert_non_null(made);
	assert_string_equal(made, expected);
}

static void test_lang__nothing_chosen__is_english(void **state)
{
	(void)state;
	assert_string_equal(lang_code(), "");
	is("the volume is locked", "the volume is locked");
	assert_string_equal(lang_word("locked"), "locked");
}

static void test_lang_choose__a_dialect__is_its_language(void **state)
{
	(void)state;
	assert_true(lang_choose("de_AT.UTF-8@euro"));
	assert_string_equal(lang_code(), "de");
	assert_true(lang_choose("en_US"));
	assert_string_equal(lang_code(), "en");
	is("locked", "locked");
}

static void test_lang_choose__none_of_it__changes_nothing(void **state)
{
	(void)state;
	assert_true(lang_choose("fr"));
	assert_false(lang_choose("xx"));
	assert_false(lang_choose("../de"));
	assert_false(lang_choose("fr/../de"));
	assert_false(lang_choose("/"));
	assert_false(lang_choose(""));
	assert_false(lang_choose("a_language_of_many_letters"));
	assert_string_equal(lang_code(), "fr");
	is("locked", "verrouill\xC3\xA9");
}

static void test_lang_next__from_each__goes_round(void **state)
{
	char next[LANG_CODE_LEN];

	(void)state;
	lang_next("en", next);
	assert_string_equal(next, "fr");
	lang_next("fr", next);
	assert_string_equal(next, "de");
	lang_next("de", next);
	assert_string_equal(next, "en");
}

static void test_lang_new__made_by_a_format__is_made_again(void **state)
{
	(void)state;
	is("no Windows was found", "kein Windows gefunden");
	is("/dev/sda1 is mounted at /mnt", "/dev/sda1 h\xC3\xA4ngt an /mnt");
	is("volume 3 is left: the volume is locked", "bleibt: das Volume ist gesperrt (Volume 3)");
	is("at byte 512: locked", "bei Byte 512: gesperrt");
	is("tag 0x0000aBcD", "Marke 0x0000aBcD");
	is("100 % sure", "zu 100 % sicher");
	/* no format of it */
	is("volume x is left: locked", "volume x is left: gesperrt");
	is("lockedX", "lockedX");
	is("C:\\locked", "C:\\locked");
	is("", "");
}

static void test_lang_new__with_a_number__has_the_languages_plural(void **state)
{
	(void)state;
	is("1 file could not be read", "1 eine unlesbar");
	is("3 files could not be read", "3 wenige unlesbar");
	is("70 files could not be read", "70 viele unlesbar");
	is("2 files", "2 wenige");
	is("1 file; 9 files", "1 eine; 9 viele");
}

static void test_lang_new__several_texts__are_each_translated(void **state)
{
	(void)state;
	is("disk: the volume is locked; no Windows was found",
		"disk: das Volume ist gesperrt; kein Windows gefunden");
	is("BitLocker (locked)", "BitLocker (gesperrt)");
	is("locked.", "gesperrt.");
	is("no file of it, no Windows was found", "keine davon, kein Windows gefunden");
	is("    ! disk: locked", "    ! disk: gesperrt");
	is("> /dev/sda (nothing on it)", "> /dev/sda (nichts darauf)");
	is("    - locked", "    - gesperrt");
}

static void test_lang_new__a_name_with_a_word_of_ours__stays(void **state)
{
	(void)state;
	is("locked.img", "locked.img");
	is("file(locked).img", "file(locked).img");
	is("a.locked", "a.locked");
	is("for it: locked", "daf\xC3\xBCr: gesperrt");
	is("disk locked.img: the volume is locked", "disk locked.img: das Volume ist gesperrt");
}

static void named(const char *expected, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void named(const char *expected, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	auto_free char *made = lang_vprint_new(fmt, ap);
	va_end(ap);
	assert_non_null(made);
	assert_string_equal(made, expected);
}

/* Whatever it is made of: a word, a text, a text in pieces, what stands around it in ours. */
static void test_lang_vprint__a_name__stays(void **state)
{
	static const char *const names[] = {"locked", "files", "file", "Size:", "error: locked",
		"locked; locked", "x (locked)", "no file of it", "a is mounted at b", "2 files",
		"volume 3 is left: locked", "%s%n", "", " locked ", "Result: 3 files moved.",
		"\xC3\xA4 locked"};
	char text[200];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *name = names[i];
		named(name, "%-s", name);
		(void)snprintf(text, sizeof(text), "%s h\xC3\xA4ngt an %s", name, name);
		named(text, "%-s is mounted at %-s", name, name);
		(void)snprintf(text, sizeof(text), "%s: gesperrt", name);
		named(text, "%-s: %s", name, "locked");
		(void)snprintf(text, sizeof(text), "bleibt: %s (Volume 7)", name);
		named(text, "volume %u is left: %-s", 7U, name);
	}
	/* of a volume the end is ours */
	named("locked, Teil 3: gesperrt", "%-s: %s", "locked, partition 3", "locked");
	named("files, Teil 3", "%-s", "files, partition 3");
	named(", partition x", "%-s", ", partition x");
	named("zu 100 % sicher", "100 %% sure");
	named("gesperrt", "%s", "locked");
	named("gesperrt ", "%-8s", "locked"); /* a column */
}

/* Its own marks open nothing: all of it stays as it is. */
static void test_lang_vprint__a_name_with_marks__is_not_looked_at(void **state)
{
	(void)state;
	named("\x02locked\x01: locked", "%-s: %s", "\x02locked\x01", "locked");
	named("\x02; locked; \x01", "%-s", "\x02; locked; \x01");
	named("\x01\x0E: locked", "%s: %s", "\x01\x0E", "locked");
	named("a: locked\x02", "%-s: %s", "a", "locked\x02");
}

static void test_lang_print__short_of_room__is_cut(void **state)
{
	char text[9];

	(void)state;
	lang_print(text, sizeof(text), "%s at %-s", "locked", "locked");
	assert_string_equal(text, "locked a");
	assert_true(lang_choose("en"));
	named("locked at locked", "%s at %-s", "locked", "locked");
}

static void test_lang_new__text_before_a_text__is_no_part_of_it(void **state)
{
	(void)state;
	is("Result: 3 files moved.", "Ergebnis: 3 Dateien bewegt.");
}

static void test_lang_word__plural__is_found(void **state)
{
	(void)state;
	assert_string_equal(lang_word("files"), "wenige");
	assert_string_equal(lang_word("file"), "eine");
}

static void test_lang_plain__letter_of_the_language__has_its_ascii(void **state)
{
	size_t n = 0;

	(void)state;
	const char *plain = lang_plain("\xC3\xB6", 2, &n);
	assert_non_null(plain);
	assert_int_equal(n, 2);
	assert_memory_equal(plain, "oe", 2);
	assert_null(lang_plain("\xC3\xA9", 2, &n));
	assert_null(lang_plain("o", 1, &n));
}

static void test_lang_name__each__is_its_own_word(void **state)
{
	char name[32];

	(void)state;
	lang_name("de", name, sizeof(name));
	assert_string_equal(name, "Deutsch");
	lang_name("en", name, sizeof(name));
	assert_string_equal(name, "English");
	is("locked", "gesperrt"); /* and nothing changed */
}

static void test_lang_new__a_column__is_not_narrower(void **state)
{
	(void)state;
	is("  Because:  ", "  Weil:     ");
	is("      Size:    ", "      Gr\xC3\xB6\xC3\x9F"
			      "e:   ");
	is("Key: ", "Schl\xC3\xBCssel: ");
}

/* A name of a disk is text: never a format, and it cannot make us slow. */
static void test_lang_new__hostile_name__is_only_text(void **state)
{
	char name[4000], expected[4100];
	const clock_t begun = clock();

	(void)state;
	is("%n%s%s is mounted at %s", "%n%s%s h\xC3\xA4ngt an %s");
	for (size_t i = 0; i + 16 < sizeof(name); i += 15)
		memcpy(name + i, " is mounted at ", 16);
	auto_free char *made = lang_new(name);
	assert_non_null(made);
	assert_true(clock() - begun < CLOCKS_PER_SEC);
	memset(name, ';', sizeof(name) - 1);
	for (size_t i = 1; i < sizeof(name) - 1; i += 2)
		name[i] = ' ';
	name[sizeof(name) - 1] = '\0';
	(void)snprintf(expected, sizeof(expected), "%s", name);
	auto_free char *same = lang_new(name);
	assert_string_equal(same, expected);
	assert_true(clock() - begun < 2 * CLOCKS_PER_SEC);
}

static void test_lang_new__text_of_many_nearly_fitting_formats__ends_soon(void **state)
{
	char text[1000];
	const clock_t begun = clock();

	(void)state;
	make_slow();
	assert_true(lang_choose("sl"));
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (size_t i = 60; i + 2 < sizeof(text); i += 60)
		memcpy(text + i, "; ", 2);
	is(text, text);
	assert_true(clock() - begun < 2 * CLOCKS_PER_SEC);
	assert_true(lang_choose("de"));
	char path[200];
	(void)snprintf(path, sizeof(path), "%s/sl/LC_MESSAGES/unbrick.mo", dir);
	assert_int_equal(remove(path), 0);
}

static void test_lang_begin__terminal_without_utf8__gets_ascii(void **state)
{
	(void)state;
	assert_int_equal(setenv("LC_ALL", "de_XX", 1), 0); /* not there: ASCII */
	lang_begin(dir);
	is("/dev/sd\xC3\xA4 is mounted at x", "/dev/sd\xC3\xA4 haengt an x");
	is("Size:", "Groesse:");
	assert_int_equal(setenv("LC_ALL", "C.UTF-8", 1), 0);
	lang_begin(dir);
}

static void test_rs_err_said__each_part__is_translated(void **state)
{
	struct rs_err err = {0};
	char line[300];

	(void)state;
	err.next = "no Windows was found";
	(void)snprintf(err.object, sizeof(err.object), "locked"); /* a name */
	(void)snprintf(err.detail, sizeof(err.detail), "at byte 5: locked");
	err.code = RS_E_KEY_NEEDED;
	rs_err_said(&err, line, sizeof(line));
	assert_string_equal(line,
		"locked: das Volume ist gesperrt: bei Byte 5: gesperrt; kein Windows gefunden");
	rs_err_line(&err, line, sizeof(line));
	assert_string_equal(
		line, "locked: the volume is locked: at byte 5: locked; no Windows was found");
}

/* Cut off anywhere, or with any byte wrong, it is not read beyond its end. */
static void test_lang_choose__damaged_file__is_survived(void **state)
{
	char path[200], command[300];
	static uint8_t bytes[8192], changed[8192];

	(void)state;
	assert_true(lang_choose("en"));
	(void)snprintf(path, sizeof(path), "%s/de/LC_MESSAGES/unbrick.mo", dir);
	FILE *f = fopen(path, "re");
	assert_non_null(f);
	const size_t len = fread(bytes, 1, sizeof(bytes), f);
	assert_int_equal(fclose(f), 0);
	assert_true(len > 100 && len < sizeof(bytes));
	(void)snprintf(command, sizeof(command), "mkdir -p %s/zz/LC_MESSAGES", dir);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): a name of our own */
	(void)snprintf(path, sizeof(path), "%s/zz/LC_MESSAGES/unbrick.mo", dir);
	for (size_t i = 0; i < 28 + 60; i++) {
		memcpy(changed, bytes, len);
		changed[i] ^= 0xFF;
		f = fopen(path, "we");
		assert_non_null(f);
		assert_int_equal(
			fwrite(changed, 1, i % 2 ? len : len - i, f), i % 2 ? len : len - i);
		assert_int_equal(fclose(f), 0);
		(void)lang_choose("zz"); /* what it has of it is not looked up: gettext trusts it */
		assert_true(lang_choose("en"));
	}
	assert_int_equal(remove(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lang__nothing_chosen__is_english),
		cmocka_unit_test(test_lang_choose__a_dialect__is_its_language),
		cmocka_unit_test(test_lang_choose__none_of_it__changes_nothing),
		cmocka_unit_test(test_lang_next__from_each__goes_round),
		cmocka_unit_test_setup(test_lang_new__made_by_a_format__is_made_again, german),
		cmocka_unit_test_setup(
			test_lang_new__with_a_number__has_the_languages_plural, german),
		cmocka_unit_test_setup(test_lang_new__several_texts__are_each_translated, german),
		cmocka_unit_test_setup(test_lang_new__a_name_with_a_word_of_ours__stays, german),
		cmocka_unit_test_setup(test_lang_vprint__a_name__stays, german),
		cmocka_unit_test_setup(
			test_lang_vprint__a_name_with_marks__is_not_looked_at, german),
		cmocka_unit_test_setup(test_lang_print__short_of_room__is_cut, german),
		cmocka_unit_test_setup(test_lang_new__text_before_a_text__is_no_part_of_it, german),
		cmocka_unit_test_setup(test_lang_word__plural__is_found, german),
		cmocka_unit_test_setup(
			test_lang_plain__letter_of_the_language__has_its_ascii, german),
		cmocka_unit_test_setup(test_lang_name__each__is_its_own_word, german),
		cmocka_unit_test_setup(test_lang_new__a_column__is_not_narrower, german),
		cmocka_unit_test_setup(test_lang_new__hostile_name__is_only_text, german),
		cmocka_unit_test_setup(
			test_lang_new__text_of_many_nearly_fitting_formats__ends_soon, german),
		cmocka_unit_test_setup(test_lang_begin__terminal_without_utf8__gets_ascii, german),
		cmocka_unit_test_setup(test_rs_err_said__each_part__is_translated, german),
		cmocka_unit_test(test_lang_choose__damaged_file__is_survived),
	};

	return cmocka_run_group_tests(tests, begin, end);
}

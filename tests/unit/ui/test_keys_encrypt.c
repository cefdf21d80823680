/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unbrick keys encrypt, policy sign: what is typed twice must be the same, what is given must be
 * enough, nothing is replaced, and no word of it is shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "said.h"
#include "ui/ui.h"

#define ID     "64311DEA-4587-4029-924A-BA299647998E"
#define DIGITS "471207-278498-422125-177177-561902-537405-468006-693451"
#define PHRASE "hunter2 of a whole shift"

static char folder[] = "/tmp/unbrick-keys-XXXXXX", keys[64], sealed[64], words[64];

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static char *text_of(const char *path)
{
	auto_file FILE *f = fopen(path, "re");
	char *ret = calloc(1, 8192);

	assert_non_null(ret);
	if (f)
		(void)!fread(ret, 1, 8191, f);
	return ret;
}

static int begin(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(keys, sizeof(keys), "%s/keys.txt", folder);
	(void)snprintf(sealed, sizeof(sealed), "%s/keys.enc", folder);
	(void)snprintf(words, sizeof(words), "%s/words", folder);
	put(keys, ID " " DIGITS "\n");
	return 0;
}

static int end(void **state)
{
	(void)state;
	(void)unlink(keys);
	(void)unlink(sealed);
	(void)unlink(words);
	assert_int_equal(rmdir(folder), 0);
	(void)strcpy(folder + strlen(folder) - 6, "XXXXXX");
	return 0;
}

static int encrypt(void *user)
{
	static char name[] = "unbrick", command[] = "keys", verb[] = "encrypt";
	char *argv[] = {name, command, verb, keys, sealed, NULL};

	(void)user;
	return ui_main(5, argv);
}

/* It ends so, and says nothing that was typed or read. */
static void typed(const char *answers, int status, const char *why)
{
	struct said s;

	said_call_on_terminal(&s, encrypt, NULL, answers);
	said_expect(&s, status, "", why);
	assert_null(strstr(s.err, "hunter2"));
	assert_null(strstr(s.out, "hunter2"));
	assert_null(strstr(s.err, "471207"));
	said_done(&s);
	assert_int_equal(access(sealed, F_OK) == 0, status == 0);
}

static void test_typed__twice_the_same__a_file_without_the_key(void **state)
{
	(void)state;
	typed(PHRASE "\n" PHRASE "\n", 0, "Once more");
	auto_free char *text = text_of(sealed);
	struct stat st;
	assert_int_equal(strncmp(text, "UNBRICK-KEYS {", 14), 0);
	assert_null(strstr(text, "471207"));
	assert_null(strstr(text, "64311DEA"));
	assert_int_equal(stat(sealed, &st), 0);
	assert_int_equal(st.st_mode & 0002, 0);
}

static void test_typed__not_the_same__no_file(void **state)
{
	(void)state;
	typed(PHRASE "\n" PHRASE "!\n", 6, "the two are not the same; take one of at least 12");
	typed(PHRASE "\nhunter2 of a whole shifT\n", 6, "the two are not the same");
	typed(PHRASE "\nhunter2\n", 6, "the two are not the same; take one of at least 12");
}

static void given(const char *text, int status, const char *why)
{
	struct said s;

	put(words, text);
	said_run(&s, "keys", "encrypt", keys, sealed, "--passphrase-file", words, NULL);
	said_expect(&s, status, "", why);
	assert_null(strstr(s.err, "hunter2"));
	said_done(&s);
	assert_int_equal(access(sealed, F_OK) == 0, status == 0);
}

static void test_given__its_first_line__long_enough(void **state)
{
	(void)state;
	given("hunter2\nmore of it\n", 6, "shorter than 12 characters; take one");
	given("hunter2\r\nmore of it\n", 6, "shorter than 12 characters; take one");
	given("", 6, "shorter than 12 characters; take one");
	given(PHRASE "\n", 0, "");
}

static void test_given__what_does_not_go__no_file(void **state)
{
	struct said s;

	(void)state;
	said_run(&s, "keys", "encrypt", keys, sealed, NULL); /* nobody can type */
	said_expect(&s, 2, "", "nobody is there");
	said_done(&s);
	put(words, PHRASE);
	said_run(&s, "keys", "decrypt", keys, sealed, "--passphrase-file", words, NULL);
	said_expect(&s, 2, "", "is not encrypt");
	said_done(&s);
	said_run(&s, "keys", "encrypt", keys, sealed, "--passphrase-file", words,
		"--passphrase-file", words, NULL);
	said_expect(&s, 2, "", "one passphrase");
	said_done(&s);
	assert_int_equal(access(sealed, F_OK), -1);
	put(sealed, "mine"); /* not replaced */
	said_run(&s, "keys", "encrypt", keys, sealed, "--passphrase-file", words, NULL);
	assert_int_not_equal(s.status, 0);
	said_done(&s);
	auto_free char *text = text_of(sealed);
	assert_string_equal(text, "mine");
	(void)unlink(sealed);
	put(keys, "no key at all\n");
	said_run(&s, "keys", "encrypt", keys, sealed, "--passphrase-file", words, NULL);
	assert_int_not_equal(s.status, 0);
	said_done(&s);
	assert_int_equal(access(sealed, F_OK), -1);
}

/* Each option where it means something, and what it needs. */
static void test_policy__options__of_its_verb(void **state)
{
	static const struct {
		const char *verb, *option, *why;
	} cases[] = {{"shine", NULL, "is not sign, verify or show"},
		{"sign", NULL, "needs --secret-key"}, {"verify", NULL, "needs --policy-keys"},
		{"show", "--secret-key", "is for 'policy sign'"},
		{"show", "--add-rule", "is for 'policy sign'"},
		{"verify", "--expires", "is for 'policy sign'"},
		{"show", "--passphrase-fd", "is for 'policy sign'"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct said s;
		said_run(&s, "policy", cases[i].verb, keys, cases[i].option, "7", NULL);
		said_expect(&s, 2, "", cases[i].why);
		said_done(&s);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_typed__twice_the_same__a_file_without_the_key),
		CASE(test_typed__not_the_same__no_file),
		CASE(test_given__its_first_line__long_enough),
		CASE(test_given__what_does_not_go__no_file),
		CASE(test_policy__options__of_its_verb),
	};

	return cmocka_run_group_tests_name("ui/keys_encrypt", tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A key file that a passphrase opens: what goes in comes out, nothing else does, and a hostile one
 * takes no more memory than it may. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bitlocker/sealed.h"
#include "core/cleanup.h"

#define WORDS "a passphrase of a shift"
#define KEYS  "471207-278498-422125-177177-561902-537405-468006-693451\n"

/* Made by Python's hashlib.scrypt and cryptography's AESGCM, of WORDS and "KEYS\n" (salt 00..0f,
 * nonce 00..0b): another implementation of what sealed.h says. */
#define FOREIGN                                                                                    \
	"UNBRICK-KEYS {\"version\":1,\"kdf\":\"scrypt\",\"n\":16384,\"r\":8,\"p\":1,"              \
	"\"salt\":\"000102030405060708090a0b0c0d0e0f\",\"nonce\":\"000102030405060708090a0b\"}\n"  \
	"PrBkLF0+UaX1VQ+rLlgynvY2sslr\n"                                                           \
	"UNBRICK-KEYS-END\n"

static struct rs_view view(const char *text)
{
	return (struct rs_view){(const uint8_t *)text, strlen(text)};
}

static struct rs_err last; /* of the one that was opened last */

static int open_of(const char *text, const char *passphrase, struct rs_secret *ret)
{
	struct rs_err err = {0};
	size_t at, len;

	assert_true(bl_sealed_find(view(text), &at, &len));
	int r = bl_sealed_open(
		(struct rs_view){(const uint8_t *)text + at, len}, view(passphrase), ret, &err);
	assert_int_equal(err.code, r);
	last = err;
	return r;
}

static char *made(void)
{
	char *ret = NULL;

	assert_int_equal(bl_sealed_make(view(KEYS), view(WORDS), &ret, NULL), 0);
	return ret;
}

static void refused(const char *text, int code)
{
	struct rs_secret keys = {0};

	if (open_of(text, WORDS, &keys) != code)
		fail_msg("opened, or another error: %s", text);
	assert_null(keys.p);
}

static void test_open__of_another_implementation__its_keys(void **state)
{
	auto_secret struct rs_secret keys = {0};

	(void)state;
	assert_int_equal(open_of(FOREIGN, WORDS, &keys), 0);
	assert_int_equal(keys.len, 5);
	assert_memory_equal(keys.p, "KEYS\n", 5);
}

static void test_make__among_other_text__opens_with_its_passphrase_only(void **state)
{
	auto_secret struct rs_secret keys = {0};
	auto_free char *text = made(), *among = NULL, *crlf = calloc(1, 2 * strlen(text) + 1);
	size_t n = 0;

	(void)state;
	assert_null(strstr(text, "471207"));
	assert_int_equal(open_of(text, WORDS " ", &keys), RS_E_KEY_SEALED);
	assert_int_equal(open_of(text, "", &keys), RS_E_KEY_SEALED);
	assert_true(asprintf(&among, "some text%sand more", text) > 0);
	assert_int_equal(open_of(among, WORDS, &keys), 0);
	assert_int_equal(keys.len, strlen(KEYS));
	assert_memory_equal(keys.p, KEYS, keys.len);
	rs_secret_done(&keys);
	for (const char *p = text; *p; p++) { /* as an editor of Windows saves it */
		if (*p == '\n')
			crlf[n++] = '\r';
		crlf[n++] = *p;
	}
	assert_int_equal(open_of(crlf, WORDS, &keys), 0);
}

static void test_open__each_character_changed__never_opens(void **state)
{
	const char *body = strchr(FOREIGN, '\n') + 1;

	(void)state;
	/* one in each part: header (a version is one more blank), salt, nonce, text, tag */
	static const struct {
		const char *from, *to;
	} changes[] = {{"{\"version\"", "{ \"version\""}, {"0f\",\"nonce", "1f\",\"nonce"},
		{"0b\"}", "1b\"}"}};
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		auto_free char *text = NULL;
		const char *at = strstr(FOREIGN, changes[i].from);
		assert_true(asprintf(&text, "%.*s%s%s", (int)(at - FOREIGN), FOREIGN, changes[i].to,
				    at + strlen(changes[i].from)) > 0);
		if (i == 0) /* it has to be found, too */
			memmove(strstr(text, "{ ") + 1, strstr(text, "{ ") + 1, 1);
		refused(text, RS_E_KEY_SEALED);
	}
	for (size_t i = 0; i < 26; i += 5) {
		auto_free char *text = strdup(FOREIGN);
		char *c = text + (body - FOREIGN) + i;
		*c = *c == 'A' ? 'B' : 'A';
		refused(text, RS_E_KEY_SEALED);
	}
}

static void test_open__not_whole_or_too_much__is_refused_before_any_work(void **state)
{
	static const char *const heads[] = {
		"UNBRICK-KEYS {",
		"UNBRICK-KEYS {}\nAAAA\nUNBRICK-KEYS-END\n",
		"UNBRICK-KEYS {\"version\":2,\"kdf\":\"scrypt\"}\nAAAA\nUNBRICK-KEYS-END\n",
		"UNBRICK-KEYS {\"x\":\"UNBRICK-KEYS-END\"}\nAAAA\n",
	};
	static const char *const costs[] = {"\"n\":8192,\"r\":8,\"p\":1",
		"\"n\":262144,\"r\":8,\"p\":1", "\"n\":65537,\"r\":8,\"p\":1",
		"\"n\":16384,\"r\":0,\"p\":1", "\"n\":16384,\"r\":8,\"p\":64",
		"\"n\":16384,\"r\":65,\"p\":1", "\"n\":16384,\"r\":8,\"p\":0",
		"\"n\":-1,\"r\":8,\"p\":1", "\"n\":9223372036854775808,\"r\":8,\"p\":1",
		"\"n\":16384,\"r\":8,\"p\":4294967296",
		/* 2^57: their products are 2^64 and more */
		"\"n\":16384,\"r\":144115188075855872,\"p\":1",
		"\"n\":16384,\"r\":8,\"p\":144115188075855872"};

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		refused(heads[i], RS_E_KEY_FILE);
	for (size_t i = 0; i < sizeof(costs) / sizeof(costs[0]); i++) {
		auto_free char *text = NULL;
		assert_true(asprintf(&text,
				    "UNBRICK-KEYS {\"version\":1,\"kdf\":\"scrypt\",%s,\"salt\":"
				    "\"000102030405060708090a0b0c0d0e0f\",\"nonce\":"
				    "\"000102030405060708090a0b\"}\nAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
				    "UNBRICK-KEYS-END\n",
				    costs[i]) > 0);
		refused(text, RS_E_KEY_FILE);
		assert_non_null(strstr(last.detail, "first line")); /* before scrypt says it */
	}
	auto_free char *text = made();
	*strstr(text, "UNBRICK-KEYS-END") = '\0';
	refused(text, RS_E_KEY_FILE);
}

/* FOREIGN with one of its words changed. */
static void refused_with(const char *from, const char *to, const char *why)
{
	auto_free char *text = NULL;
	const char *at = strstr(FOREIGN, from);

	assert_non_null(at);
	assert_true(asprintf(&text, "%.*s%s%s", (int)(at - FOREIGN), FOREIGN, to,
			    at + strlen(from)) > 0);
	refused(text, RS_E_KEY_FILE);
	if (!strstr(last.detail, why))
		fail_msg("%s: %s", to, last.detail);
}

static void test_open__of_another_form__is_refused_by_its_form(void **state)
{
#define BODY "PrBkLF0+UaX1VQ+rLlgynvY2sslr"
	static char large[BL_SEALED_MOST + 1], long_line[601];

	(void)state;
	refused_with("\"version\":1", "\"version\":2", "another version");
	refused_with("scrypt", "argon2", "another version");
	refused_with("0d0e0f\"", "0d0e0g\"", "first line");
	refused_with("0d0e0f\"", "0d0e0F\"", "first line");
	refused_with("0d0e0f\"", "0d0e0f00\"", "first line");
	refused_with("0a0b\"", "0a\"", "first line");
	memset(long_line, ' ', sizeof(long_line) - 1);
	memcpy(long_line, "{", 1);
	refused_with("{", long_line, "first line");
	/* no more than a tag, less than one, and in no whole groups */
	refused_with(BODY, "AAAAAAAAAAAAAAAAAAAAAA==", "not whole");
	refused_with(BODY, "AAAA", "not whole");
	refused_with(BODY, "PrBkLF0+UaX1VQ+rLlgynvY2ssl", "not whole");
	memset(large, '\n', sizeof(large) - 1);
	memcpy(large, BODY, strlen(BODY));
	refused_with(BODY, large, "too large");
}

static void test_make__too_large__is_refused(void **state)
{
	static char keys[BL_SEALED_MOST / 2 + 2];
	struct rs_err err = {0};
	char *ret = NULL;

	(void)state;
	memset(keys, 'k', sizeof(keys) - 1);
	assert_int_equal(bl_sealed_make(view(keys), view(WORDS), &ret, &err), RS_E_KEY_FILE);
	assert_null(ret);
}

static void test_make__short_passphrase__is_refused(void **state)
{
	char *ret = NULL;

	(void)state;
	assert_int_equal(
		bl_sealed_make(view(KEYS), view("elevenchars"), &ret, NULL), RS_E_KEY_NEW_PHRASE);
	assert_null(ret);
}

static void test_make__twice__nothing_is_the_same(void **state)
{
	auto_free char *a = made(), *b = made();

	(void)state;
	assert_string_not_equal(strchr(a, '\n'), strchr(b, '\n'));
	assert_string_not_equal(strstr(a, "salt"), strstr(b, "salt"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open__of_another_implementation__its_keys),
		cmocka_unit_test(test_make__among_other_text__opens_with_its_passphrase_only),
		cmocka_unit_test(test_open__each_character_changed__never_opens),
		cmocka_unit_test(test_open__not_whole_or_too_much__is_refused_before_any_work),
		cmocka_unit_test(test_open__of_another_form__is_refused_by_its_form),
		cmocka_unit_test(test_make__too_large__is_refused),
		cmocka_unit_test(test_make__short_passphrase__is_refused),
		cmocka_unit_test(test_make__twice__nothing_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signatures that Debian's minisign 0.11 made are verified, both kinds of them, and nothing that
 * differs from them in any byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "policy/minisign.h"
#include "sign.h"

/* minisign -G -W; printf 'the bytes\n' > f; minisign -S [-l] -m f -t COMMENT */
#define KEY_LINE   "RWSKSe6Pz6dpjRoWsjSHjrtCceGsy/tz0KdCiFG8C0y9blwR82y7QGMU"
#define OTHER_LINE "RWRkK2chmJLrXExF7LboG1yguS8dC40HMFqUX7Ok3K0ftozBWs7JQ7P6"
#define KEY	   "untrusted comment: minisign public key 8D69A7CF8FEE498A\n" KEY_LINE "\n"
#define OTHER	   "untrusted comment: minisign public key 5CEB929821672B64\n" OTHER_LINE "\n"
#define BYTES	   "the bytes\n"

static const char hashed[] =
	"untrusted comment: signature from minisign secret key\n"
	"RUSKSe6Pz6dpjU6Iwajn+O6aKMuNcZmFHXsNKdNdutPkogDVg1SQw8GlQvPC6CpNa/qw6biyjGN8fS0kXxrRWu2"
	"eFxxv12EWgQc=\n"
	"trusted comment: unit test, hashed\n"
	"p167QKwdGsLUwlSaqbIz4HDgsTtWDdzDdIwC5ALAnVZ+7Hus6BOZvRUmkNMnQslo3ztae1tULrZkHI8bnoREBg=="
	"\n";
static const char legacy[] =
	"untrusted comment: signature from minisign secret key\n"
	"RWSKSe6Pz6dpjUGZOh5aTs2yyukT0OoYjYBmS0Ubh4e61hnFQdzjnQ5OVjs7WTd0KxpNB3zcTcaPS1zJZPCh/FA"
	"/B1f377SaqQ4=\n"
	"trusted comment: unit test, legacy\n"
	"kSXTT5Sjb3umLffLvhEgpRFZb7y70GQ1qF1gRJDYBDVJr2Qpixcw2sgV8hLc60CpPZrzy06TckqT4rTs5QMcDw=="
	"\n";

static struct rs_view view(const char *text)
{
	return (struct rs_view){(const uint8_t *)text, strlen(text)};
}

static int verify_by(
	const char *keys, const char *bytes, const char *sig, struct minisign_said *said)
{
	struct minisign_keys k;
	struct rs_err err = {0};

	assert_int_equal(minisign_keys_read(view(keys), &k, &err), 0);
	return minisign_verify(view(bytes), view(sig), &k, said, &err);
}

static void test_verify__minisigns_own__both_kinds(void **state)
{
	struct minisign_said said = {0};

	(void)state;
	assert_int_equal(verify_by(KEY, BYTES, hashed, &said), 0);
	assert_string_equal(said.key_id, "8D69A7CF8FEE498A");
	assert_string_equal(said.comment, "unit test, hashed");
	assert_int_equal(verify_by(KEY, BYTES, legacy, &said), 0);
	assert_string_equal(said.comment, "unit test, legacy");
	assert_int_equal(verify_by(OTHER KEY, BYTES, hashed, &said), 0);
}

static void test_verify__other_key__is_named(void **state)
{
	struct minisign_said said = {.key_id = "x"};
	struct minisign_keys k;
	struct rs_err err = {0};

	(void)state;
	assert_int_equal(minisign_keys_read(view(OTHER), &k, &err), 0);
	assert_int_equal(
		minisign_verify(view(BYTES), view(hashed), &k, &said, &err), RS_E_POLICY_KEY);
	assert_non_null(strstr(err.detail, "8D69A7CF8FEE498A"));
	assert_string_equal(said.key_id, "x");
}

/* Another key that has the ID of one that is trusted. */
static void test_verify__same_id_other_key__is_forged(void **state)
{
	const struct sign_how ours = {.key = 1, .id = 7}, theirs = {.key = 2, .id = 7};
	char key[SIGN_TEXT_LEN], sig[SIGN_TEXT_LEN];
	struct minisign_said said;

	(void)state;
	sign_key_text(&ours, key);
	sign_text(&ours, BYTES, strlen(BYTES), sig);
	assert_int_equal(verify_by(key, BYTES, sig, &said), 0);
	sign_text(&theirs, BYTES, strlen(BYTES), sig);
	assert_int_equal(verify_by(key, BYTES, sig, &said), RS_E_POLICY_FORGED);
}

static void test_verify__trusted_comment_changed__is_forged(void **state)
{
	const struct sign_how bare = {.key = 1, .id = 7, .is_bare = true};
	char key[SIGN_TEXT_LEN], sig[SIGN_TEXT_LEN];
	struct minisign_said said;

	(void)state;
	sign_key_text(&bare, key);
	sign_text(&bare, BYTES, strlen(BYTES), sig);
	assert_int_equal(verify_by(key, BYTES, sig, &said), RS_E_POLICY_FORGED);
}

static void test_verify__unknown_kind__is_unsigned(void **state)
{
	static const char *const kinds[] = {"Ee", "ee", "eD", "\0\0"};
	char key[SIGN_TEXT_LEN], sig[SIGN_TEXT_LEN];
	struct minisign_said said;

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct sign_how how = {.key = 1, .id = 7, .kind = kinds[i]};
		sign_key_text(&how, key);
		sign_text(&how, BYTES, strlen(BYTES), sig);
		assert_int_equal(verify_by(key, BYTES, sig, &said), RS_E_POLICY_UNSIGNED);
	}
}

/* A hash that was signed as if it were the bytes says nothing of the bytes. */
static void test_verify__kinds_taken_for_each_other__is_forged(void **state)
{
	struct minisign_said said;
	char sig[sizeof(hashed)];

	(void)state;
	memcpy(sig, hashed, sizeof(hashed));
	char *kind = strstr(sig, "RU");
	kind[1] = 'W'; /* "ED" to "Ed" */
	assert_int_equal(verify_by(KEY, BYTES, sig, &said), RS_E_POLICY_FORGED);
	memcpy(sig, legacy, sizeof(legacy));
	kind = strstr(sig, "RW");
	kind[1] = 'U';
	assert_int_equal(verify_by(KEY, BYTES, sig, &said), RS_E_POLICY_FORGED);
}

static void test_verify__any_byte_changed__is_refused(void **state)
{
	const size_t first = strcspn(hashed, "\n") + 1; /* the first line is trusted by nobody */
	struct minisign_said said;
	char sig[sizeof(hashed)];

	(void)state;
	for (size_t i = first; i + 1 < sizeof(hashed) - 1; i++) {
		memcpy(sig, hashed, sizeof(hashed));
		sig[i] ^= 1;
		if (verify_by(KEY, BYTES, sig, &said) >= 0)
			fail_msg("byte %zu", i);
	}
	memcpy(sig, hashed, sizeof(hashed)); /* the same bytes, spelled in another way */
	strstr(sig, "gQc=")[2] = 'd';
	assert_int_equal(verify_by(KEY, BYTES, sig, &said), RS_E_POLICY_UNSIGNED);
	assert_int_equal(verify_by(KEY, "the bytez\n", hashed, &said), RS_E_POLICY_FORGED);
	assert_int_equal(verify_by(KEY, "", hashed, &said), RS_E_POLICY_FORGED);
}

static void test_verify__cut_anywhere__is_refused(void **state)
{
	struct minisign_said said;
	char sig[sizeof(hashed)];

	(void)state;
	for (size_t i = 0; i + 2 < sizeof(hashed); i++) {
		memcpy(sig, hashed, sizeof(hashed));
		sig[i] = '\0';
		if (verify_by(KEY, BYTES, sig, &said) != RS_E_POLICY_UNSIGNED)
			fail_msg("cut at %zu", i);
	}
}

static void test_verify__more_behind__is_unsigned(void **state)
{
	struct minisign_said said;
	char sig[sizeof(hashed) + 80];

	(void)state;
	(void)snprintf(sig, sizeof(sig), "%s\r\n\n", hashed);
	assert_int_equal(verify_by(KEY, BYTES, sig, &said), 0);
	(void)snprintf(sig, sizeof(sig), "%smore\n", hashed);
	assert_int_equal(verify_by(KEY, BYTES, sig, &said), RS_E_POLICY_UNSIGNED);
}

/* Its first line is trusted by nobody, and is one line of text all the same. */
static void test_verify__first_line__is_a_comment(void **state)
{
	const char *rest = strchr(hashed, '\n');
	static char sig[MINISIGN_TEXT_MOST + sizeof(hashed) + 64];
	struct minisign_keys k;
	struct minisign_said said;
	struct rs_err err = {0};

	(void)state;
	(void)snprintf(sig, sizeof(sig), "untrusted comment: %*s%s", 99, "", rest);
	assert_int_equal(verify_by(KEY, BYTES, sig, &said), 0);
	assert_int_equal(minisign_keys_read(view(KEY), &k, &err), 0);
	const size_t len = strlen(sig);
	sig[50] = '\0';
	assert_int_equal(minisign_verify(view(BYTES), (struct rs_view){(const uint8_t *)sig, len},
				 &k, &said, &err),
		RS_E_POLICY_UNSIGNED);
	(void)snprintf(sig, sizeof(sig), "a comment:%s", rest);
	assert_int_equal(verify_by(KEY, BYTES, sig, &said), RS_E_POLICY_UNSIGNED);
	(void)snprintf(
		sig, sizeof(sig), "untrusted comment: %*s%s", (int)MINISIGN_TEXT_MOST, "", rest);
	assert_int_equal(verify_by(KEY, BYTES, sig, &said), RS_E_POLICY_UNSIGNED);
}

/* minisign's own limit is the same; the buffer behind it is ours. */
static void test_verify__long_comment__is_bounded(void **state)
{
	char key[SIGN_TEXT_LEN], sig[SIGN_TEXT_LEN], comment[MINISIGN_COMMENT + 1];
	struct sign_how how = {.key = 1, .id = 7, .comment = comment};
	struct minisign_said said;

	(void)state;
	sign_key_text(&how, key);
	memset(comment, 'c', sizeof(comment));
	comment[MINISIGN_COMMENT - 1] = '\0';
	sign_text(&how, BYTES, strlen(BYTES), sig);
	assert_int_equal(verify_by(key, BYTES, sig, &said), 0);
	assert_string_equal(said.comment, comment);
	comment[MINISIGN_COMMENT - 1] = 'c';
	comment[MINISIGN_COMMENT] = '\0';
	sign_text(&how, BYTES, strlen(BYTES), sig);
	assert_int_equal(verify_by(key, BYTES, sig, &said), RS_E_POLICY_UNSIGNED);
}

static void expect_keys(const char *text, int code, size_t n)
{
	struct minisign_keys k = {.n = 99};
	struct rs_err err = {0};

	assert_int_equal(minisign_keys_read(view(text), &k, &err), code);
	assert_int_equal(k.n, code ? 99 : n);
}

static void test_keys__lines__are_read(void **state)
{
	char five[5 * 128] = "";

	(void)state;
	expect_keys(KEY, 0, 1);
	expect_keys(KEY_LINE, 0, 1);
	expect_keys(KEY_LINE "\r\n\n" OTHER, 0, 2);
	expect_keys("", RS_E_POLICY_KEYS, 0);
	expect_keys("untrusted comment: nothing\n", RS_E_POLICY_KEYS, 0);
	expect_keys(KEY KEY, RS_E_POLICY_KEYS, 0);
	expect_keys(KEY "what is this\n", RS_E_POLICY_KEYS, 0);
	expect_keys(
		"RUSKSe6Pz6dpjRoWsjSHjrtCceGsy/tz0KdCiFG8C0y9blwR82y7QGMU", RS_E_POLICY_KEYS, 0);
	expect_keys(KEY_LINE "A", RS_E_POLICY_KEYS, 0);
	expect_keys(KEY_LINE "AAAA", RS_E_POLICY_KEYS, 0); /* more than it has room for */
	expect_keys(" " KEY_LINE, RS_E_POLICY_KEYS, 0);
	for (unsigned char i = 0; i < 5; i++) {
		char one[SIGN_TEXT_LEN];
		sign_key_text(&(struct sign_how){.key = i, .id = i}, one);
		(void)strncat(five, one, sizeof(five) - strlen(five) - 1);
		expect_keys(five, i < 4 ? 0 : RS_E_POLICY_KEYS, i + 1U);
	}
}

static void test_keys__too_large__is_refused(void **state)
{
	static char text[MINISIGN_TEXT_MOST + 2];

	(void)state;
	memset(text, '\n', sizeof(text) - 1);
	memcpy(text, KEY_LINE, strlen(KEY_LINE));
	expect_keys(text, RS_E_POLICY_KEYS, 0);
	text[MINISIGN_TEXT_MOST] = '\0';
	expect_keys(text, 0, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verify__minisigns_own__both_kinds),
		cmocka_unit_test(test_verify__other_key__is_named),
		cmocka_unit_test(test_verify__same_id_other_key__is_forged),
		cmocka_unit_test(test_verify__trusted_comment_changed__is_forged),
		cmocka_unit_test(test_verify__unknown_kind__is_unsigned),
		cmocka_unit_test(test_verify__kinds_taken_for_each_other__is_forged),
		cmocka_unit_test(test_verify__any_byte_changed__is_refused),
		cmocka_unit_test(test_verify__cut_anywhere__is_refused),
		cmocka_unit_test(test_verify__more_behind__is_unsigned),
		cmocka_unit_test(test_verify__first_line__is_a_comment),
		cmocka_unit_test(test_verify__long_comment__is_bounded),
		cmocka_unit_test(test_keys__lines__are_read),
		cmocka_unit_test(test_keys__too_large__is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

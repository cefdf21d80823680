/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person types for a server of keys, as lines of a secret file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "engine/engine.h"

static int make(enum net_key_type type, const char *user, const char *typed, char *ret, size_t cap)
{
	auto_secret struct rs_secret u = {0}, t = {0}, lines = {0};
	struct rs_err err = {0};

	if (user)
		assert_int_equal(rs_secret_set(&u, user, strlen(user), NULL), 0);
	assert_int_equal(rs_secret_set(&t, typed, strlen(typed), NULL), 0);
	const int r = en_account_lines(type, &u, &t, &lines, &err);
	assert_true(lines.len < cap);
	memcpy(ret, lines.p ? (const char *)lines.p : "", lines.len);
	ret[lines.len] = '\0';
	assert_null(strstr(err.detail, typed));
	return r;
}

static void test_lines__each_kind__as_the_secret_file_has_it(void **state)
{
	char lines[512];

	(void)state;
	assert_int_equal(make(NET_KEY_LDAP, "svc@corp", "pass: w", lines, sizeof(lines)), 0);
	assert_string_equal(lines, "user: svc@corp\npassword: pass: w\n");
	assert_int_equal(make(NET_KEY_VAULT, NULL, "hvs.a:b", lines, sizeof(lines)), 0);
	assert_string_equal(lines, "X-Vault-Token: hvs.a:b\n");
	assert_int_equal(make(NET_KEY_HTTPS, NULL, "abc", lines, sizeof(lines)), 0);
	assert_string_equal(lines, "Authorization: Bearer abc\n");
	/* RFC 7617, section 2 */
	assert_int_equal(make(NET_KEY_HTTPS, NULL, "Aladdin:open sesame", lines, sizeof(lines)), 0);
	assert_string_equal(lines, "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\n");
	assert_int_equal(make(NET_KEY_GRAPH, NULL, "\xc3\xa4", lines, sizeof(lines)), 0);
	assert_string_equal(lines, "Authorization: Bearer \xc3\xa4\n");
}

/* A line of its own would be another header, or another section. */
static void test_lines__control_characters__refused(void **state)
{
	static const char *const bad[] = {
		"a\nX-Other: b", "a\r", "\x7f", "a\tb\x01", "token\n[other]"};
	char lines[512];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
			make(NET_KEY_VAULT, NULL, bad[i], lines, sizeof(lines)), RS_E_NET_CONFIG);
		assert_string_equal(lines, "");
		assert_int_equal(
			make(NET_KEY_LDAP, bad[i], "x", lines, sizeof(lines)), RS_E_NET_CONFIG);
	}
}

static void test_lines__nothing__is_none(void **state)
{
	auto_secret struct rs_secret none = {0}, some = {0}, lines = {0};

	(void)state;
	assert_int_equal(rs_secret_set(&some, "x", 1, NULL), 0);
	assert_int_equal(
		en_account_lines(NET_KEY_VAULT, &none, &none, &lines, NULL), RS_E_NET_CONFIG);
	/* an empty password would be a log-in as nobody (RFC 4513, section 5.1.2) */
	assert_int_equal(
		en_account_lines(NET_KEY_LDAP, &some, &none, &lines, NULL), RS_E_NET_CONFIG);
	assert_int_equal(
		en_account_lines(NET_KEY_LDAP, &none, &some, &lines, NULL), RS_E_NET_CONFIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines__each_kind__as_the_secret_file_has_it),
		cmocka_unit_test(test_lines__control_characters__refused),
		cmocka_unit_test(test_lines__nothing__is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file with what servers want to know. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "net/secret.h"

#define CERTIFICATE "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
#define TWO_KEYS    KEY KEY CERTIFICATE
#define KEY	    "-----BEGIN EC PRIVATE KEY-----\nBBBB\n-----END EC PRIVATE KEY-----\n"

static const char file[] = "# of the shift\nX-First: 1\r\n\n[vault]\n" CERTIFICATE CERTIFICATE KEY
			   "X-More: two words\n[directory]\nuser: svc@corp.test\npassword:  p:[a]\n"
			   "[empty]\n[last]\nX-Last: 3";

static struct rs_view view(const char *s)
{
	return (struct rs_view){(const uint8_t *)s, strlen(s)};
}

static void is_text(struct rs_view v, const char *expected)
{
	assert_int_equal(v.len, strlen(expected));
	assert_memory_equal(v.p, expected, v.len);
}

static struct net_secret section(const char *name)
{
	struct net_secret s;

	assert_int_equal(net_secret_parse(net_secret_section(view(file), name), &s, NULL), 0);
	return s;
}

static void test_section__by_its_name__nothing_of_another(void **state)
{
	(void)state;
	struct net_secret s = section("");
	assert_int_equal(s.n_headers, 1);
	is_text(s.headers[0], "X-First: 1");
	assert_null(s.key.p);
	net_secret_done(&s);
	s = section("vault");
	assert_int_equal(s.n_headers, 1);
	is_text(s.headers[0], "X-More: two words");
	assert_string_equal((const char *)s.certificate.p, CERTIFICATE CERTIFICATE);
	assert_string_equal((const char *)s.key.p, KEY);
	net_secret_done(&s);
	s = section("directory");
	assert_int_equal(s.n_headers, 0);
	is_text(s.user, "svc@corp.test");
	is_text(s.password, "p:[a]");
	net_secret_done(&s);
	s = section("last");
	is_text(s.headers[0], "X-Last: 3");
	net_secret_done(&s);
	assert_int_equal(net_secret_section(view(file), "empty").len, 0);
	assert_int_equal(net_secret_section(view(file), "vaul").len, 0);
	assert_int_equal(net_secret_section(view(file), "vaults").len, 0);
	assert_int_equal(net_secret_section(view(file), "none").len, 0);
	assert_int_equal(net_secret_section(view(""), "").len, 0);
}

static void test_parse__no_line_end_behind_the_last_line__has_one(void **state)
{
	struct net_secret s;
	static const char text[] =
		KEY "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";

	(void)state;
	assert_int_equal(net_secret_parse(view(text), &s, NULL), 0);
	assert_string_equal((const char *)s.certificate.p, CERTIFICATE);
	net_secret_done(&s);
}

/* The reason has the line's number, and none of its words. */
static void test_parse__what_is_none__refused_without_its_words(void **state)
{
	static const char two_keys[] = TWO_KEYS,
			  endless[] = KEY "-----BEGIN CERTIFICATE-----\nhunter2\n";
	static const char *const bad[] = {"X-A: 1\nhunter2\n", "hunter2: a\x01\n", "hunt er2: 1\n",
		": hunter2\n", "X-A\xc3\xa4: hunter2\n", two_keys, KEY, CERTIFICATE,
		"-----BEGIN CERTIFICATE-----\nhunter2\n", endless, "X-A: a\rb hunter2\n"};
	struct net_secret s;
	char many[NET_HEADERS_MOST * 8 + 16] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct rs_err err = {0};
		if (net_secret_parse(view(bad[i]), &s, &err) != RS_E_NET_CONFIG)
			fail_msg("%s", bad[i]);
		assert_null(strstr(err.detail, "hunter2"));
		assert_null(s.key.p);
	}
	for (unsigned i = 0; i < NET_HEADERS_MOST; i++)
		(void)snprintf(many + strlen(many), 9, "X-%02u: 1\n", i);
	assert_int_equal(net_secret_parse(view(many), &s, NULL), 0);
	net_secret_done(&s);
	(void)snprintf(many + strlen(many), 9, "X-Y: 1\n");
	assert_int_equal(net_secret_parse(view(many), &s, NULL), RS_E_NET_CONFIG);
}

/* Kilobytes of locked memory that this process has. */
static unsigned locked(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[256];
	unsigned ret = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmLck: %u", &ret) == 1)
			break;
	if (f)
		(void)fclose(f);
	return ret;
}

/* Given back means wiped (unit/core/test_wiped). */
static void test_done__certificate_and_key__are_given_back(void **state)
{
	static const char cut[] = CERTIFICATE KEY "X\n";
	struct net_secret s;
	const unsigned before = locked();

	(void)state;
	assert_int_equal(net_secret_parse(view(CERTIFICATE KEY), &s, NULL), 0);
	net_secret_done(&s);
	assert_int_equal(locked(), before);
	assert_int_equal(net_secret_parse(view(cut), &s, NULL), RS_E_NET_CONFIG);
	assert_int_equal(locked(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_section__by_its_name__nothing_of_another),
		cmocka_unit_test(test_parse__no_line_end_behind_the_last_line__has_one),
		cmocka_unit_test(test_parse__what_is_none__refused_without_its_words),
		cmocka_unit_test(test_done__certificate_and_key__are_given_back),
	};

	return cmocka_run_group_tests_name("net/secret", tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is made for collectors, and the addresses of servers that speak no HTTP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "net/sink.h"
#include "net/tls.h"

static struct sink_ask usual(void)
{
	static const char report[] = "{\n\"a\": 1\r\n}";

	return (struct sink_ask){.url = "https://c/r/",
		.id = "0f8fad5b",
		.event = "start",
		.host = "SN 1/\xc3\xa9",
		.result = "do\"n\\e]",
		.unix_s = 1764012000,
		.report = {(const uint8_t *)report, sizeof(report) - 1}};
}

/* ---- a folder that takes PUT ---- */

static void assert_put(const char *url, const char *wanted)
{
	struct sink_ask q = usual();
	struct rs_err err = {0};
	auto_free char *got = NULL;

	q.url = url;
	int r = sink_put_url(&q, &got, &err);
	if (wanted) {
		assert_int_equal(r, 0);
		assert_string_equal(got, wanted);
	} else {
		assert_int_equal(r, RS_E_NET_CONFIG);
		assert_null(got);
	}
}

static void test_put_url__folder__gets_a_name_that_is_the_same_again(void **state)
{
	(void)state;
	assert_put("https://c/r/", "https://c/r/2025-11-24/SN_1___-0f8fad5b-start.json");
}

static void test_put_url__template__is_filled_in_as_it_says(void **state)
{
	(void)state;
	assert_put("https://c/{date}/{serial}", "https://c/2025-11-24/SN_1___");
	assert_put("https://c/{event}-{id}.json", "https://c/start-0f8fad5b.json");
	assert_put("https://c/{event}/", "https://c/start/2025-11-24/SN_1___-0f8fad5b-start.json");
}

static void test_put_url__unknown_field_or_open_brace__is_refused(void **state)
{
	(void)state;
	assert_put("https://c/{name}", NULL);
	assert_put("https://c/{", NULL);
	assert_put("https://c/{id", NULL);
	assert_put("https://c/{}", NULL);
}

static void test_put_url__too_long__is_refused(void **state)
{
	char url[2200];

	(void)state;
	memset(url, 'a', sizeof(url) - 1);
	url[sizeof(url) - 1] = '\0';
	assert_put(url, NULL);
}

/* ---- syslog ---- */

static void test_frame__message__has_its_length_and_no_line_end(void **state)
{
	static const char message[] = "<14>1 2025-11-24T19:20:00Z SN1/ unbrick - start "
				      "[unbrick@32473 id=\"0f8fad5b\" result=\"do\\\"n\\\\e\\]\"] "
				      "{ \"a\": 1  }";
	const struct sink_ask q = usual();
	struct rs_err err = {0};
	auto_free char *frame = NULL;
	size_t len = 0;
	char *end;

	(void)state;
	assert_int_equal(sink_syslog_frame(&q, &frame, &len, &err), 0);
	assert_int_equal(strtoul(frame, &end, 10), sizeof(message) - 1);
	assert_int_equal(*end, ' ');
	assert_int_equal(len - (size_t)(end + 1 - frame), sizeof(message) - 1);
	assert_memory_equal(end + 1, message, sizeof(message) - 1);
}

static void test_frame__no_name__is_a_dash(void **state)
{
	struct sink_ask q = usual();
	struct rs_err err = {0};
	auto_free char *frame = NULL;
	size_t len = 0;

	(void)state;
	q.host = "\xc3\xa9 ";
	assert_int_equal(sink_syslog_frame(&q, &frame, &len, &err), 0);
	assert_non_null(strstr(frame, "00Z - unbrick"));
}

static void test_frame__long_name__is_cut(void **state)
{
	static char host[400];
	struct sink_ask q = usual();
	struct rs_err err = {0};
	auto_free char *frame = NULL;
	size_t len = 0;

	(void)state;
	memset(host, 'h', sizeof(host) - 1);
	q.host = host;
	assert_int_equal(sink_syslog_frame(&q, &frame, &len, &err), 0);
	assert_int_equal(strspn(strchr(frame, 'h'), "h"), 255); /* RFC 5424, 6 */
}

/* An address that is cut is another one: nobody is asked. */
static void test_splunk__address_too_long__is_refused(void **state)
{
	static char url[2041] = "https://c/";
	struct sink_ask q = usual();
	struct rs_err err = {0};

	(void)state;
	memset(url + 10, 'a', sizeof(url) - 11);
	q.url = url;
	assert_int_equal(sink_splunk(&q, &err), RS_E_NET_CONFIG);
}

/* ---- addresses ---- */

static void assert_server(const char *url, const char *host, const char *port)
{
	struct tls_server s;

	assert_true(tls_server(url, "syslog", "6514", &s));
	assert_string_equal(s.host, host);
	assert_string_equal(s.port, port);
}

static void test_server__name_and_port__are_split(void **state)
{
	(void)state;
	assert_server("syslog://logs.example", "logs.example", "6514");
	assert_server("SYSLOG://logs.example/", "logs.example", "6514");
	assert_server("syslog://10.0.0.1:514", "10.0.0.1", "514");
	assert_server("syslog://[fd00::1]", "fd00::1", "6514");
	assert_server("syslog://[fd00::1]:65535/", "fd00::1", "65535");
}

static void test_server__anything_else__is_none(void **state)
{
	static const char *const none[] = {"", "syslog", "syslog:", "syslog://", "syslog:///",
		"syslog://:1", "syslog://a:", "syslog://a:x", "syslog://a:1x", "syslog://a:123456",
		"syslog://a/b", "syslog://a:1/b", "syslog://[", "syslog://[]", "syslog://[::1",
		"syslog://[::1]x", "https://a", "gopher://a", "syslogs://a", "sysl"};
	static const char open_bracket[64] = "syslog://[::1"; /* and zeros behind it */
	char long_name[400] = "syslog://";
	struct tls_server s;

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (tls_server(none[i], "syslog", "6514", &s))
			fail_msg("'%s' is taken as %s port %s", none[i], s.host, s.port);
	assert_false(tls_server(open_bracket, "syslog", "6514", &s));
	memset(long_name + 9, 'a', sizeof(long_name) - 10);
	assert_false(tls_server(long_name, "syslog", "6514", &s));
	long_name[9 + 255] = '\0';
	assert_true(tls_server(long_name, "syslog", "6514", &s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put_url__folder__gets_a_name_that_is_the_same_again),
		cmocka_unit_test(test_put_url__template__is_filled_in_as_it_says),
		cmocka_unit_test(test_put_url__unknown_field_or_open_brace__is_refused),
		cmocka_unit_test(test_put_url__too_long__is_refused),
		cmocka_unit_test(test_frame__message__has_its_length_and_no_line_end),
		cmocka_unit_test(test_frame__no_name__is_a_dash),
		cmocka_unit_test(test_frame__long_name__is_cut),
		cmocka_unit_test(test_splunk__address_too_long__is_refused),
		cmocka_unit_test(test_server__name_and_port__are_split),
		cmocka_unit_test(test_server__anything_else__is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

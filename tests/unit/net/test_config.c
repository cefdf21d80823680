/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources of keys and collectors: what may be in one, and no secret; addresses out of templates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <json-c/json.h>
#include <string.h>

#include "net/config.h"

static int parse(const char *text, struct net_key_source *ret, struct rs_err *err)
{
	struct json_object *o = json_tokener_parse(text);

	*err = (struct rs_err){0};
	const int r = net_key_source_parse(o, ret, err);
	json_object_put(o); /* it has its own */
	return r;
}

static void test_source__https__as_it_says(void **state)
{
	struct net_key_source s;
	struct rs_err err;

	(void)state;
	assert_int_equal(
		parse("{\"type\":\"https\",\"url\":\"https://k.test:8443/k/{key_id}.json?m={mac}\","
		      "\"json_pointer\":\"/data/key\",\"account\":\"keys\",\"timeout_s\":5,"
		      "\"ca\":\"-----BEGIN CERTIFICATE-----\\nx\"}",
			&s, &err),
		0);
	assert_int_equal(s.type, NET_KEY_HTTPS);
	assert_string_equal(s.url, "https://k.test:8443/k/{key_id}.json?m={mac}");
	assert_string_equal(s.json_pointer, "/data/key");
	assert_string_equal(s.account, "keys");
	assert_string_equal(s.ca, "-----BEGIN CERTIFICATE-----\nx");
	assert_int_equal(s.total_ms, 5000);
	net_key_source_done(&s);
	assert_int_equal(parse("{\"type\":\"https\",\"url\":\"https://k/{key_id}\"}", &s, &err), 0);
	assert_string_equal(s.ca, "");
	assert_string_equal(s.account, "");
	assert_int_equal(s.total_ms, 60000);
	net_key_source_done(&s);
}

static void test_source__vault_and_others__with_what_is_usual(void **state)
{
	struct net_key_source s;
	struct rs_err err;

	(void)state;
	assert_int_equal(
		parse("{\"type\":\"vault\",\"url\":\"https://v.test:8200\",\"ca\":\"system\"}", &s,
			&err),
		0);
	assert_string_equal(s.mount, "secret");
	assert_string_equal(s.path, "{key_id}");
	assert_string_equal(s.field, "key");
	assert_string_equal(s.role, "");
	assert_string_equal(s.ca, NET_SYSTEM_CA);
	net_key_source_done(&s);
	assert_int_equal(parse("{\"type\":\"vault\",\"url\":\"https://v\",\"mount\":\"kv/"
			       "b\",\"path\":\"x/{key_id_lower}\","
			       "\"field\":\"password\",\"role\":\"unbrick\",\"namespace\":\"a/b\"}",
				 &s, &err),
		0);
	assert_string_equal(s.mount, "kv/b");
	assert_string_equal(s.space, "a/b");
	assert_string_equal(s.role, "unbrick");
	net_key_source_done(&s);
	assert_int_equal(
		parse("{\"type\":\"graph-export\",\"url\":\"https://k/graph/\"}", &s, &err), 0);
	net_key_source_done(&s);
	assert_int_equal(parse("{\"type\":\"ldap\",\"url\":\"ldaps://"
			       "dc1.corp.test\",\"base\":\"DC=corp,DC=test\"}",
				 &s, &err),
		0);
	assert_string_equal(s.base, "DC=corp,DC=test");
	net_key_source_done(&s);
}

static void test_source__whatever_else__is_refused_with_its_field(void **state)
{
	static const struct {
		const char *text, *field;
	} bad[] = {
		{"[]", "object"},
		{"{}", "'type'"},
		{"{\"type\":1}", "'type'"},
		{"{\"type\":\"http\",\"url\":\"https://k/\"}", "'type'"},
		{"{\"type\":\"https\"}", "'url'"},
		{"{\"type\":\"https\",\"url\":7}", "'url'"},
		{"{\"type\":\"https\",\"url\":\"http://k/{key_id}\"}", "'url'"},
		{"{\"type\":\"https\",\"url\":\"HTTP://k/{key_id}\"}", "'url'"},
		{"{\"type\":\"https\",\"url\":\"HTTPS://k/{key_id}\"}", "'url'"},
		{"{\"type\":\"https2\",\"url\":\"https://k/{key_id}\"}", "'type'"},
		{"{\"type\":\"https\",\"url\":\"https://k/\\\"\"}", "'url'"},
		{"{\"type\":\"https\",\"url\":\"https://k/\\\\x\"}", "'url'"},
		{"{\"type\":\"https\",\"url\":\"https://k/<x>\"}", "'url'"},
		{"{\"type\":\"https\",\"url\":\"https://k/\\u007f\"}", "'url'"},
		{"{\"type\":\"vault\",\"url\":\"https://k\",\"path\":\"a b\"}", "'path'"},
		{"{\"type\":\"vault\",\"url\":\"https://k\",\"path\":\"a%2f%2e%2e\"}", "'path'"},
		{"{\"type\":\"vault\",\"url\":\"https://k\",\"namespace\":\"a\\r\\nX-B: c\"}",
			"'namespace'"},
		{"{\"type\":\"ldap\",\"url\":\"ldaps://dc\",\"base\":\"DC=a\\n\"}", "'base'"},
		{"{\"type\":\"https\",\"url\":\"file:///etc/shadow\"}", "'url'"},
		{"{\"type\":\"https\",\"url\":\"https:///k\"}", "'url'"},
		{"{\"type\":\"https\",\"url\":\"https://{serial}/k\"}", "'url'"},
		{"{\"type\":\"https\",\"url\":\"https://k/{name}\"}", "'url'"},
		{"{\"type\":\"https\",\"url\":\"https://k/{key_id\"}", "'url'"},
		{"{\"type\":\"https\",\"url\":\"https://k/key_id}\"}", "'url'"},
		{"{\"type\":\"https\",\"url\":\"https://k/a b\"}", "'url'"},
		{"{\"type\":\"https\",\"url\":\"https://k/\\u0000x\"}", "'url'"},
		{"{\"type\":\"https\",\"url\":\"https://k/\\u00e4\"}", "'url'"},
		{"{\"type\":\"https\",\"url\":\"https://k/#x\"}", "'url'"},
		{"{\"type\":\"https\",\"url\":\"https://u:p@k/\"}", "'url'"},
		{"{\"type\":\"https\",\"url\":\"https://k/?sv=1&SIG=abc\"}", "'url'"},
		{"{\"type\":\"https\",\"url\":\"https://k/?access_token=abc\"}", "'url'"},
		{"{\"type\":\"https\",\"url\":\"https://k/\",\"headers\":{}}", "'headers'"},
		{"{\"type\":\"https\",\"url\":\"https://k/\",\"mount\":\"a\"}", "'mount'"},
		{"{\"type\":\"https\",\"url\":\"https://k/\",\"json_pointer\":\"key\"}",
			"'json_pointer'"},
		{"{\"type\":\"https\",\"url\":\"https://k/\",\"account\":\"a]\"}", "'account'"},
		{"{\"type\":\"https\",\"url\":\"https://k/\",\"ca\":\"/etc/ca.pem\"}", "'ca'"},
		{"{\"type\":\"https\",\"url\":\"https://k/\",\"ca\":\"-----BEGIN "
		 "CERTIFICATE-----\\n-----BEGIN "
		 "PRIVATE KEY-----\"}",
			"'ca'"},
		{"{\"type\":\"https\",\"url\":\"https://k/\",\"timeout_s\":0}", "'timeout_s'"},
		{"{\"type\":\"https\",\"url\":\"https://k/\",\"timeout_s\":601}", "'timeout_s'"},
		{"{\"type\":\"https\",\"url\":\"https://k/\",\"timeout_s\":\"5\"}", "'timeout_s'"},
		{"{\"type\":\"vault\",\"url\":\"https://k/{key_id}\"}", "'url'"},
		{"{\"type\":\"vault\",\"url\":\"https://k/?a=b\"}", "'url'"},
		{"{\"type\":\"vault\",\"url\":\"https://k\",\"path\":\"../sys\"}", "'path'"},
		{"{\"type\":\"vault\",\"url\":\"https://k\",\"mount\":\"/a\"}", "'mount'"},
		{"{\"type\":\"vault\",\"url\":\"https://k\",\"mount\":\"a?b\"}", "'mount'"},
		{"{\"type\":\"vault\",\"url\":\"https://k\",\"role\":\"a\\\"b\"}", "'role'"},
		{"{\"type\":\"ldap\",\"url\":\"ldap://dc\"}", "'url'"},
		{"{\"type\":\"ldap\",\"url\":\"ldaps://dc\",\"json_pointer\":\"/a\"}",
			"'json_pointer'"},
	};
	struct net_key_source s;
	struct rs_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (parse(bad[i].text, &s, &err) != RS_E_NET_CONFIG)
			fail_msg("%s", bad[i].text);
		if (!strstr(err.detail, bad[i].field))
			fail_msg("%s: %s", bad[i].text, err.detail);
	}
}

/* @before, @n letters, @behind: taken up to @most of them. */
static void at_most(const char *before, const char *behind, size_t most)
{
	static char text[NET_PEM_MOST + 1024];
	struct net_key_source s;
	struct rs_err err;

	for (size_t n = most; n <= most + 1; n++) {
		const size_t at = strlen(before);
		memcpy(text, before, at);
		memset(text + at, 'a', n);
		(void)strcpy(text + at + n, behind);
		if (parse(text, &s, &err) != (n == most ? 0 : RS_E_NET_CONFIG))
			fail_msg("%s, %zu letters: %s", before, n, err.detail);
		net_key_source_done(&s);
	}
}

static void test_source__texts__are_bounded(void **state)
{
#define BEGIN "-----BEGIN CERTIFICATE-----"
	(void)state;
	at_most("{\"type\":\"https\",\"url\":\"https://k/", "\"}",
		NET_URL_MOST - strlen("https://k/"));
	at_most("{\"type\":\"https\",\"url\":\"https://k/\",\"account\":\"", "\"}", 64);
	at_most("{\"type\":\"vault\",\"url\":\"https://k\",\"path\":\"", "\"}", NET_URL_MOST / 4);
	at_most("{\"type\":\"ldap\",\"url\":\"ldaps://k\",\"base\":\"", "\"}", NET_URL_MOST / 4);
	at_most("{\"type\":\"https\",\"url\":\"https://k/\",\"ca\":\"" BEGIN, "\"}",
		NET_PEM_MOST - strlen(BEGIN));
}

static void test_sink__each_type__or_refused(void **state)
{
	static const char *const good[] = {
		"{\"type\":\"webhook\",\"url\":\"https://c/report\",\"account\":\"hook\"}",
		"{\"type\":\"put\",\"url\":\"https://c/reports/{date}/\"}",
		"{\"type\":\"splunk\",\"url\":\"https://c:8088\"}",
		"{\"type\":\"elastic\",\"url\":\"https://c:9200\",\"index\":\"unbrick\"}",
		"{\"type\":\"syslog\",\"url\":\"syslog://c:6514\",\"ca\":\"system\"}"};
	static const char *const bad[] = {"{\"type\":\"loki2\",\"url\":\"https://c/\"}",
		"{\"type\":\"webhook\",\"url\":\"http://c/\"}",
		"{\"type\":\"webhook\",\"url\":\"syslog://c/\"}",
		"{\"type\":\"syslog\",\"url\":\"https://c/\"}",
		"{\"type\":\"webhook\",\"url\":\"https://c/\",\"index\":\"a\"}",
		"{\"type\":\"webhook\",\"url\":\"https://c/\",\"password\":\"a\"}",
		"{\"type\":\"webhook\",\"url\":\"https://c/?token=a\"}", "{\"type\":\"webhook\"}"};
	struct net_sink s;
	struct rs_err err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct json_object *o = json_tokener_parse(good[i]);
		if (net_sink_parse(o, &s, &err) < 0)
			fail_msg("%s: %s", good[i], err.detail);
		assert_int_equal(s.type, i);
		json_object_put(o);
		assert_non_null(s.url);
		net_sink_done(&s);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct json_object *o = json_tokener_parse(bad[i]);
		if (net_sink_parse(o, &s, &err) != RS_E_NET_CONFIG)
			fail_msg("%s", bad[i]);
		json_object_put(o);
	}
}

static void test_template__words__percent_encoded(void **state)
{
	const struct net_words w = {
		"6BC1077E-AAAA-BBBB-CCCC-0123456789AB", "PF 1/2?\xc3\xa4", NULL, ""};
	char ret[128];
	struct rs_err err = {0};

	(void)state;
	assert_int_equal(
		net_template("https://k/{key_id}/{key_id8}.json", &w, ret, sizeof(ret), &err), 0);
	assert_string_equal(ret, "https://k/6BC1077E-AAAA-BBBB-CCCC-0123456789AB/6BC1077E.json");
	assert_int_equal(net_template("{key_id_lower}", &w, ret, sizeof(ret), &err), 0);
	assert_string_equal(ret, "6bc1077e-aaaa-bbbb-cccc-0123456789ab");
	assert_int_equal(net_template("a?s={serial}", &w, ret, sizeof(ret), &err), 0);
	assert_string_equal(ret, "a?s=PF%201%2F2%3F%C3%A4");
	/* what this machine does not tell is asked of nobody */
	assert_int_equal(net_template("{uuid}", &w, ret, sizeof(ret), &err), RS_E_NET_CONFIG);
	assert_non_null(strstr(err.detail, "{uuid}"));
	assert_int_equal(net_template("{mac}", &w, ret, sizeof(ret), &err), RS_E_NET_CONFIG);
	assert_int_equal(net_template("{key_id", &w, ret, sizeof(ret), &err), RS_E_NET_CONFIG);
	assert_int_equal(net_template("{key_id}", &w, ret, 36, &err), RS_E_NET_CONFIG);
	assert_int_equal(net_template("{key_id}", &w, ret, 37, &err), 0);
	assert_int_equal(net_template("{serial}", &w, ret, 17, &err), RS_E_NET_CONFIG);
	assert_int_equal(net_template("a", &w, ret, 0, &err), RS_E_NET_CONFIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_source__https__as_it_says),
		cmocka_unit_test(test_source__vault_and_others__with_what_is_usual),
		cmocka_unit_test(test_source__whatever_else__is_refused_with_its_field),
		cmocka_unit_test(test_source__texts__are_bounded),
		cmocka_unit_test(test_sink__each_type__or_refused),
		cmocka_unit_test(test_template__words__percent_encoded),
	};

	return cmocka_run_group_tests_name("net/config", tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A policy is taken from one hand, in its time, for its machines, and with no field that is not
 * known; whatever else is refused, each with its own error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>

#include "policy/policy.h"
#include "sign.h"

#define ISSUED	1764007200 /* 2025-11-24T18:00:00Z */
#define EXPIRES 1764547200 /* 2025-12-01T00:00:00Z */
#define HEAD_OF(purpose)                                                                           \
	"{\"unbrick_policy\":1,\"purpose\":\"" purpose "\",\"version\":7,"                         \
	"\"issued\":\"2025-11-24T18:00:00Z\",\"expires\":\"2025-12-01T00:00:00Z\",\"act\":"        \
	"\"repair\""
#define HEAD  HEAD_OF("unbrick policy")
#define LEAST HEAD "}"

static const struct policy_clock now = {ISSUED + 60, true};
static const struct sign_how ours = {.key = 1, .id = 1}, theirs = {.key = 2, .id = 2};

static struct rs_view view(const char *text)
{
	return (struct rs_view){(const uint8_t *)text, strlen(text)};
}

/* Signed by @by, read with our key. */
static int read_by(const struct sign_how *by, const char *text, const struct policy_clock *clock,
	unsigned least, struct policy **ret, struct rs_err *err)
{
	char key[SIGN_TEXT_LEN], sig[SIGN_TEXT_LEN];

	*ret = NULL;
	*err = (struct rs_err){0};
	sign_key_text(&ours, key);
	sign_text(by, text, strlen(text), sig);
	return policy_read(
		&(struct policy_files){view(text), view(sig), view(key)}, clock, least, ret, err);
}

static int code_of(const char *text, const struct policy_clock *clock, unsigned least)
{
	struct policy *p;
	struct rs_err err;
	int r = read_by(&ours, text, clock, least, &p, &err);

	assert_true((r == 0) == (p != NULL));
	policy_free(p);
	return r;
}

static void refused(const char *text, const char *why)
{
	struct policy *p;
	struct rs_err err;

	if (read_by(&ours, text, &now, 0, &p, &err) != RS_E_POLICY_INVALID)
		fail_msg("taken: %s", text);
	assert_null(p);
	if (!strstr(err.detail, why))
		fail_msg("'%s' where '%s' was expected", err.detail, why);
}

static struct policy *taken(const char *text)
{
	struct policy *p;
	struct rs_err err;

	if (read_by(&ours, text, &now, 0, &p, &err) < 0)
		fail_msg("%s: %s", text, err.detail);
	return p;
}

static void test_read__least__does_least(void **state)
{
	struct policy *p = taken(LEAST);

	(void)state;
	assert_int_equal(p->version, 7);
	assert_int_equal(p->issued_s, ISSUED);
	assert_int_equal(p->expires_s, EXPIRES);
	assert_int_equal(p->act, POLICY_REPAIR);
	assert_true(p->has_shipped_rules);
	assert_false(p->diagnosis_alone);
	assert_false(p->may_disable);
	assert_false(p->unknown_clock_acts);
	assert_int_equal(p->max_files, 4);
	assert_int_equal(p->replay, POLICY_REPLAY_SAFE);
	assert_int_equal(p->repaired, POLICY_WINDOWS);
	assert_int_equal(p->nothing, POLICY_WINDOWS);
	assert_int_equal(p->failure, POLICY_STAY);
	assert_int_equal(p->delay_s, 0);
	assert_int_equal(p->n_rules, 0);
	assert_null(p->keys);
	assert_null(p->reports);
	assert_string_equal(p->by.key_id, "0101010101010101");
	policy_free(p);
}

static void test_read__all__is_taken(void **state)
{
	struct policy *p = taken(HEAD
		",\"scope\":{\"serials\":[\"S1\",\"S2\"],\"uuids\":"
		"[\"4C4C4544-0044-3510-8052-B4C04F4A3732\"],\"macs\":[\"AA:bb:cc:dd:ee:ff\"],"
		"\"models\":[\"Latitude "
		"5520\"]},\"rules\":[{\"name\":\"x.ini\",\"text\":\"[rule]\"}],"
		"\"shipped_rules\":false,\"diagnosis\":\"alone\","
		"\"acts\":[\"disable\",\"move\"],\"max_files\":64,"
		"\"replay\":\"all\",\"outcomes\":{\"repaired\":\"poweroff\",\"nothing\":\"reboot\","
		"\"failure\":\"windows\"},\"unknown_clock\":\"act\",\"delay_s\":20,"
		"\"keys\":[{\"type\":\"https\",\"url\":\"https://k/{key_id}\"}],"
		"\"reports\":[{\"type\":\"put\",\"url\":\"https://r/\"}]}");

	(void)state;
	assert_int_equal(p->serials.n, 2);
	assert_string_equal(p->serials.v[1], "S2");
	assert_int_equal(p->uuids.n, 1);
	assert_int_equal(p->macs.n, 1);
	assert_int_equal(p->models.n, 1);
	assert_int_equal(p->n_rules, 1);
	assert_string_equal(p->rules[0].name, "x.ini");
	assert_string_equal(p->rules[0].text, "[rule]");
	assert_false(p->has_shipped_rules);
	assert_true(p->diagnosis_alone);
	assert_true(p->may_disable);
	assert_int_equal(p->max_files, 64);
	assert_int_equal(p->replay, POLICY_REPLAY_ALL);
	assert_int_equal(p->repaired, POLICY_POWEROFF);
	assert_int_equal(p->nothing, POLICY_REBOOT);
	assert_int_equal(p->failure, POLICY_WINDOWS);
	assert_true(p->unknown_clock_acts);
	assert_int_equal(p->delay_s, 20);
	assert_int_equal(json_object_array_length(p->keys), 1);
	assert_int_equal(json_object_array_length(p->reports), 1);
	policy_free(p);
}

static void test_read__unsigned__is_refused(void **state)
{
	struct policy *p = NULL;
	struct rs_err err = {0};
	char key[SIGN_TEXT_LEN];

	(void)state;
	sign_key_text(&ours, key);
	assert_int_equal(policy_read(&(struct policy_files){view(LEAST), view(""), view(key)}, &now,
				 0, &p, &err),
		RS_E_POLICY_UNSIGNED);
	assert_int_equal(policy_read(&(struct policy_files){view(LEAST), view(""), view("")}, &now,
				 0, &p, &err),
		RS_E_POLICY_KEYS);
	assert_null(p);
}

static void test_read__other_key__is_refused(void **state)
{
	struct policy *p;
	struct rs_err err;

	(void)state;
	assert_int_equal(read_by(&theirs, LEAST, &now, 0, &p, &err), RS_E_POLICY_KEY);
	assert_null(p);
}

/* Not a byte of it is read before its signature holds. */
static void test_read__forged__says_nothing_of_its_fields(void **state)
{
	const struct sign_how forger = {.key = 2, .id = 1};
	struct policy *p;
	struct rs_err err;

	(void)state;
	assert_int_equal(read_by(&forger, "{\"x\":1}", &now, 0, &p, &err), RS_E_POLICY_FORGED);
	assert_null(p);
}

static void test_read__time__is_within(void **state)
{
	struct policy_clock c = {EXPIRES - 1, true};

	(void)state;
	assert_int_equal(code_of(LEAST, &c, 0), 0);
	c.unix_s = EXPIRES;
	assert_int_equal(code_of(LEAST, &c, 0), RS_E_POLICY_EXPIRED);
	c.unix_s = ISSUED - POLICY_EARLY_S;
	assert_int_equal(code_of(LEAST, &c, 0), 0);
	c.unix_s--;
	assert_int_equal(code_of(LEAST, &c, 0), RS_E_POLICY_EARLY);
}

/* Then it is at least so late as the program was built. */
static void test_read__unknown_clock__knows_a_floor(void **state)
{
	struct policy_clock c = {0, false};

	(void)state;
	assert_int_equal(code_of(LEAST, &c, 0), 0);
	c.unix_s = EXPIRES - 1;
	assert_int_equal(code_of(LEAST, &c, 0), 0);
	c.unix_s = EXPIRES;
	assert_int_equal(code_of(LEAST, &c, 0), RS_E_POLICY_EXPIRED);
}

static void test_read__below_the_floor__is_refused(void **state)
{
	(void)state;
	assert_int_equal(code_of(LEAST, &now, 7), 0);
	assert_int_equal(code_of(LEAST, &now, 8), RS_E_POLICY_OLD);
}

static void test_read__purpose__is_asked_for(void **state)
{
	(void)state;
	refused(HEAD_OF("unbrick release") "}", "purpose");
	refused(HEAD_OF("") "}", "purpose");
	refused("{\"unbrick_policy\":1,\"version\":7,\"issued\":\"2025-11-24T18:00:00Z\","
		"\"expires\":\"2025-12-01T00:00:00Z\",\"act\":\"repair\"}",
		"'purpose' is missing");
}

static void test_read__unknown_field__is_refused(void **state)
{
	(void)state;
	refused(HEAD ",\"serial\":[]}", "unknown field 'serial'");
	refused(HEAD ",\"Scope\":{}}", "unknown field 'Scope'");
	refused(HEAD ",\"scope\":{\"serial\":[]}}", "scope: unknown field 'serial'");
	refused(HEAD ",\"outcomes\":{\"repair\":\"stay\"}}", "outcomes: unknown field");
	refused(HEAD ",\"rules\":[{\"name\":\"x.ini\",\"text\":\"\",\"id\":\"\"}]}",
		"rules: unknown field 'id'");
}

static void test_read__twice__is_refused(void **state)
{
	(void)state;
	refused(HEAD ",\"act\":\"none\"}", "twice");
	refused(HEAD ",\"a\\u0063t\":\"none\"}", "twice");
	refused(HEAD ",\"scope\":{},\"scope\":{\"serials\":[\"x\"]}}", "twice");
	refused(HEAD ",\"scope\":{\"serials\":[\"x\"],\"serials\":[]}}", "twice");
	refused(HEAD ",\"keys\":[{\"url\":\"a\",\"url\":\"b\"}]}", "twice");
	/* json-c takes them for quotes, and what stands in them would not be counted */
	refused(HEAD ",'act':\"none\"}", "other quotes");
	refused(HEAD ",'\"':1,'act':\"none\"}", "other quotes");
}

static void test_read__what_is_missing__is_named(void **state)
{
	(void)state;
	static const char *const needed[][2] = {{"unbrick_policy", "1"},
		{"purpose", "\"unbrick policy\""}, {"version", "7"},
		{"issued", "\"2025-11-24T18:00:00Z\""}, {"expires", "\"2025-12-01T00:00:00Z\""},
		{"act", "\"repair\""}};
	const size_t n = sizeof(needed) / sizeof(needed[0]);

	for (size_t left_out = 0; left_out < n; left_out++) {
		char text[512] = "{\"delay_s\":1", why[64];
		for (size_t i = 0; i < n; i++)
			if (i != left_out)
				(void)snprintf(text + strlen(text), sizeof(text) - strlen(text),
					",\"%s\":%s", needed[i][0], needed[i][1]);
		(void)strcat(text, "}");
		(void)snprintf(why, sizeof(why), "'%s' is missing", needed[left_out][0]);
		refused(text, why);
	}
	refused(HEAD ",\"rules\":[{\"name\":\"x.ini\"}]}", "'text' is missing");
	refused(HEAD ",\"rules\":[{\"text\":\"\"}]}", "'name' is missing");
}

static void test_read__no_json__is_refused(void **state)
{
	static const char *const texts[] = {"", " ", "[]", "1", "null", "{", "{}{}", LEAST "x",
		LEAST ",", "{'unbrick_policy':1}", HEAD ",}", HEAD "/* */}",
		HEAD ",\"keys\":[[[[[[[[[[]]]]]]]]]]}"};
	static const char zero[] = LEAST "\0";
	struct policy *p = NULL;
	struct rs_err err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		refused(texts[i], "");
	refused("", "empty");
	refused("[]", "not one JSON object");
	refused(HEAD ",\"scope\":{\"serials\":[\"\xff\"]}}", "utf-8");
	/* as deep as its own fields go, and not one level more */
	refused(HEAD ",\"keys\":[[[[[[[]]]]]]]}", "a list of objects");
	refused(HEAD ",\"keys\":[[[[[[[[]]]]]]]]}", "nesting");
	assert_int_equal(
		policy_parse((struct rs_view){(const uint8_t *)zero, sizeof(zero) - 1}, &p, &err),
		RS_E_POLICY_INVALID);
	assert_non_null(strstr(err.detail, "no text"));
}

static void test_read__moves_and_no_more__disables_nothing(void **state)
{
	struct policy *p = taken(HEAD ",\"acts\":[\"move\"]}");

	(void)state;
	assert_false(p->may_disable);
	policy_free(p);
}

/* What stands in a text is counted as nothing else. */
static void test_read__marks_in_a_text__are_no_marks(void **state)
{
	(void)state;
	policy_free(taken(HEAD ",\"scope\":{\"serials\":[\"O'Neil: [a]\",\"a\\\":\\\"b\"]}}"));
}

static void test_read__each_value__has_its_kind(void **state)
{
	static const char *const more[] = {"\"scope\":[]", "\"scope\":null", "\"rules\":{}",
		"\"rules\":[1]", "\"shipped_rules\":1", "\"shipped_rules\":\"true\"",
		"\"diagnosis\":\"sure\"", "\"diagnosis\":\"alone2\"", "\"diagnosis\":true",
		"\"max_files\":0", "\"max_files\":65", "\"max_files\":-1", "\"max_files\":1.5",
		"\"max_files\":\"4\"", "\"max_files\":99999999999999999999", "\"replay\":\"maybe\"",
		"\"acts\":\"move\"", "\"acts\":[]", "\"acts\":[\"disable\"]",
		"\"acts\":[\"move\",\"move\"]", "\"acts\":[\"move\",\"disable\",\"disable\"]",
		"\"acts\":[\"move\",\"restore\"]", "\"acts\":[\"move\",1]", "\"acts\":null",
		"\"outcomes\":\"stay\"", "\"outcomes\":{\"repaired\":\"sleep\"}",
		"\"outcomes\":{\"nothing\":\"\"}", "\"outcomes\":{\"failure\":null}",
		"\"unknown_clock\":\"ignore\"", "\"delay_s\":3601", "\"delay_s\":-1", "\"keys\":{}",
		"\"keys\":[1]", "\"keys\":[null]", "\"reports\":[\"https://x\"]",
		"\"keys\":[{\"url\":\"https://x\"}]",
		"\"keys\":[{\"type\":\"https\",\"url\":\"https://x\",\"more\":1}]",
		"\"reports\":[{\"type\":\"pigeon\",\"url\":\"https://x\"}]",
		"\"keys\":[{},{},{},{},{},{},{},{},{}]", "\"scope\":{\"serials\":\"x\"}",
		"\"scope\":{\"serials\":[1]}", "\"scope\":{\"serials\":[\"\"]}",
		"\"scope\":{\"macs\":[\"aa-bb-cc-dd-ee-ff\"]}",
		"\"scope\":{\"macs\":[\"aa:bb:cc:dd:ee:f\"]}",
		"\"scope\":{\"macs\":[\"aa:bb:cc:dd:ee:fff\"]}",
		"\"scope\":{\"macs\":[\"ag:bb:cc:dd:ee:ff\"]}",
		"\"scope\":{\"uuids\":[\"4C4C45440044351080-52B4C04F4A3732\"]}",
		"\"scope\":{\"models\":[\"a\\u0000b\"]}",
		"\"rules\":[{\"name\":\"../x.ini\",\"text\":\"\"}]",
		"\"rules\":[{\"name\":\".ini\",\"text\":\"\"}]",
		"\"rules\":[{\"name\":\".x.ini\",\"text\":\"\"}]",
		"\"rules\":[{\"name\":\"x.txt\",\"text\":\"\"}]",
		"\"rules\":[{\"name\":\"x/y.ini\",\"text\":\"\"}]",
		"\"rules\":[{\"name\":\"x y.ini\",\"text\":\"\"}]",
		"\"rules\":[{\"name\":\"x\",\"text\":\"\"}]",
		"\"rules\":[{\"name\":\"\",\"text\":\"\"}]",
		"\"rules\":[{\"name\":\"x.ini\",\"text\":1}]",
		("\"rules\":[{\"name\":\"x.ini\",\"text\":\"\"},"
		 "{\"name\":\"X.ini\",\"text\":\"\"}]")};

	(void)state;
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		char text[1024];
		(void)snprintf(text, sizeof(text), "%s,%s}", HEAD, more[i]);
		refused(text, "");
	}
}

static void test_read__times_and_numbers_of_the_head__are_checked(void **state)
{
#define WITH(format, version, issued, expires, act)                                                \
	"{\"unbrick_policy\":" format ",\"purpose\":\"unbrick policy\",\"version\":" version       \
	",\"issued\":" issued ",\"expires\":" expires ",\"act\":" act "}"
#define AT "\"2025-11-24T18:00:00Z\""
#define TO "\"2025-12-01T00:00:00Z\""
	(void)state;
	assert_int_equal(code_of(WITH("1", "7", AT, TO, "\"none\""), &now, 0), 0);
	refused(WITH("2", "7", AT, TO, "\"none\""), "unbrick_policy");
	refused(WITH("1", "0", AT, TO, "\"none\""), "version");
	refused(WITH("1", "2000000001", AT, TO, "\"none\""), "version");
	refused(WITH("1", "7", "\"2025-11-24\"", TO, "\"none\""), "issued");
	refused(WITH("1", "7", "1764007200", TO, "\"none\""), "issued");
	refused(WITH("1", "7", AT, "\"never\"", "\"none\""), "expires");
	refused(WITH("1", "7", AT, AT, "\"none\""), "expires");
	refused(WITH("1", "7", TO, AT, "\"none\""), "expires");
	refused(WITH("1", "7", AT, TO, "\"Repair\""), "act");
	refused(WITH("1", "7", AT, TO, "true"), "act");
}

static void test_read__secrets__are_refused(void **state)
{
	static const char *const more[] = {"\"keys\":[{\"headers\":{\"X\":\"y\"}}]",
		"\"keys\":[{\"vault_token\":\"y\"}]", "\"keys\":[{\"Password\":\"y\"}]",
		"\"reports\":[{\"authorization\":\"y\"}]",
		"\"reports\":[{\"url\":\"https://me:word@host/\"}]",
		"\"reports\":[{\"url\":\"https://host/?a=b&api_key=1\"}]",
		"\"keys\":[{\"ca\":\"-----BEGIN PRIVATE KEY-----\"}]",
		"\"keys\":[{\"token\":\"y\"},{\"type\":\"https\",\"url\":\"https://k/{key_id}\"}]",
		"\"keys\":[\"-----BEGIN PRIVATE KEY-----\",\"x\"]",
		"\"keys\":[{\"a\":{\"secret\":\"y\"},\"b\":\"x\"}]",
		("\"scope\":{\"serials\":["
		 "\"563552-689865-117161-606298-318780-443102-078155-712448\"]}")};

	(void)state;
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		char text[1024];
		(void)snprintf(text, sizeof(text), "%s,%s}", HEAD, more[i]);
		refused(text, "secret");
	}
	/* an address with an @ behind its host, and a rule with digits, are none */
	policy_free(taken(
		HEAD ",\"reports\":[{\"type\":\"put\",\"url\":\"https://host/a@b\"}],\"rules\":[{"
		     "\"name\":\"x.ini\",\"text\":\"size = 563552 689865 117161 606298\"}]}"));
}

static void test_read__large__is_bounded(void **state)
{
	const size_t most = POLICY_BYTES_MOST;
	char *text = malloc(most + 2);
	struct policy *p = NULL;
	struct rs_err err = {0};

	(void)state;
	assert_non_null(text);
	memset(text, ' ', most + 1);
	text[most + 1] = '\0';
	memcpy(text, HEAD, strlen(HEAD));
	text[most] = '}';
	refused(text, "larger");
	/* before it is hashed, whoever has signed it */
	assert_int_equal(read_by(&(struct sign_how){.key = 2, .id = 1}, text, &now, 0, &p, &err),
		RS_E_POLICY_INVALID);
	assert_int_equal(policy_parse(view(text), &p, &err), RS_E_POLICY_INVALID);
	text[most] = '\0';
	text[most - 1] = '}';
	policy_free(taken(text));
	size_t at = strlen(HEAD); /* more values than memory should have */
	at += (size_t)sprintf(text + at, ",\"keys\":[");
	while (at + 3 < most)
		at += (size_t)sprintf(text + at, "1,");
	(void)sprintf(text + at, "1]}");
	refused(text, "too many values");
	at = strlen(HEAD); /* also when they lie in each other */
	at += (size_t)sprintf(text + at, ",\"keys\":[");
	while (at + 12 < most)
		at += (size_t)sprintf(text + at, "[[[[]]]],");
	(void)sprintf(text + at, "1]}");
	refused(text, "too many values");
	free(text);
}

/* A list of @n times @one, in which '#' is its number, as the member @name. Free it. */
static char *list_of(const char *name, const char *one, size_t n, const char *end)
{
	char *ret = malloc(strlen(HEAD) + n * (strlen(one) + 12) + 64);
	const size_t before = strcspn(one, "#");

	assert_non_null(ret);
	size_t at = (size_t)sprintf(ret, "%s,%s[", HEAD, name);
	for (size_t i = 0; i < n; i++)
		at += (size_t)sprintf(ret + at, "%s%.*s%zu%s", i ? "," : "", (int)before, one, i,
			one + before + 1);
	(void)sprintf(ret + at, "]%s}", end);
	return ret;
}

static void lists_at_most(const char *name, const char *one, size_t most, const char *end)
{
	char *text = list_of(name, one, most, end);

	policy_free(taken(text));
	free(text);
	text = list_of(name, one, most + 1, end);
	refused(text, "too many");
	free(text);
}

static void test_read__lists_and_texts__are_bounded(void **state)
{
	static char text[2 * 65536];
	char name[160];

	(void)state;
	lists_at_most("\"scope\":{\"serials\":", "\"#\"", POLICY_LIST_MOST, "}");
	lists_at_most("\"rules\":", "{\"name\":\"#.ini\",\"text\":\"\"}", POLICY_RULES_MOST, "");
	lists_at_most("\"keys\":", "{\"type\":\"https\",\"url\":\"https://k/{key_id}/#\"}",
		POLICY_SOURCES_MOST, "");
	lists_at_most("\"reports\":", "{\"type\":\"put\",\"url\":\"https://k/#/\"}",
		POLICY_SOURCES_MOST, "");
	for (size_t n = 127; n <= 128; n++) { /* of a serial number */
		memset(name, 'a', n);
		name[n] = '\0';
		(void)sprintf(text, "%s,\"scope\":{\"serials\":[\"%s\"]}}", HEAD, name);
		if (n < 128)
			policy_free(taken(text));
		else
			refused(text, "serials");
	}
	for (size_t n = 63; n <= 64; n++) { /* of a rule's name */
		(void)snprintf(name, sizeof(name), "%0*d.ini", (int)n - 4, 0);
		(void)sprintf(text, "%s,\"rules\":[{\"name\":\"%s\",\"text\":\"\"}]}", HEAD, name);
		if (n < 64)
			policy_free(taken(text));
		else
			refused(text, "a name must be");
	}
	for (size_t n = 65536; n <= 65537; n++) { /* of a rule */
		(void)sprintf(text, "%s,\"rules\":[{\"name\":\"x.ini\",\"text\":\"%*s\"}]}", HEAD,
			(int)n, "");
		if (n < 65537)
			policy_free(taken(text));
		else
			refused(text, "64 KiB");
	}
}

/* What is read anew before the first write must plan the same. */
static void test_plans__rules_and_limits__are_compared(void **state)
{
#define RULES(a)                                                                                   \
	",\"rules\":[{\"name\":\"x.ini\",\"text\":\"" a "\"},{\"name\":\"y.ini\",\"text\":\"b\"}]"
	static const char two[] = RULES("a");
	static const char *const others[] = {",\"shipped_rules\":false", ",\"diagnosis\":\"alone\"",
		",\"max_files\":5", ",\"replay\":\"no\"", two,
		",\"rules\":[{\"name\":\"x.ini\",\"text\":\"a\"}]"};
	struct policy *p = taken(LEAST), *rules = taken(HEAD RULES("a") "}"),
		      *changed = taken(HEAD RULES("c") "}"),
		      *alike = taken(HEAD ",\"delay_s\":5,\"max_files\":4}");

	(void)state;
	assert_true(policy_plans_alike(p, p));
	assert_true(policy_plans_alike(p, alike));
	assert_true(policy_plans_alike(rules, rules));
	assert_false(policy_plans_alike(rules, changed)); /* in the first of two */
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		char text[512];
		(void)snprintf(text, sizeof(text), "%s%s}", HEAD, others[i]);
		struct policy *other = taken(text);
		if (policy_plans_alike(p, other) || policy_plans_alike(other, p))
			fail_msg("alike: %s", others[i]);
		policy_free(other);
	}
	policy_free(p);
	policy_free(rules);
	policy_free(changed);
	policy_free(alike);
}

/* ---- which machine ---- */

static int fits(const char *scope, const struct policy_machine *m)
{
	char text[1024];
	struct rs_err err = {0};

	(void)snprintf(text, sizeof(text), "%s,\"scope\":%s}", HEAD, scope);
	struct policy *p = taken(text);
	int r = policy_fits(p, m, &err);
	policy_free(p);
	assert_true(r == 0 || r == RS_E_POLICY_FOREIGN);
	return r == 0;
}

static void test_fits__scope__names_machines(void **state)
{
	const struct policy_machine m = {.serial = "PF-1234",
		.uuid = "4c4c4544-0044-3510-8052-b4c04f4a3732",
		.model = "Latitude 5520",
		.vendor = "Dell Inc.",
		.macs = {"aa:bb:cc:dd:ee:01", "aa:bb:cc:dd:ee:02"},
		.n_macs = 2};
	const struct policy_machine nobody = {0};

	(void)state;
	assert_true(fits("{}", &m));
	assert_true(fits("{}", &nobody));
	assert_true(fits("{\"serials\":[],\"uuids\":[],\"macs\":[],\"models\":[]}", &m));
	assert_true(fits("{\"serials\":[\"x\",\"pf-1234\"]}", &m));
	assert_false(fits("{\"serials\":[\"PF-123\"]}", &m));
	assert_false(fits("{\"serials\":[\"PF-1234\"]}", &nobody));
	assert_true(fits("{\"uuids\":[\"4C4C4544-0044-3510-8052-B4C04F4A3732\"]}", &m));
	assert_false(fits("{\"uuids\":[\"4C4C4544-0044-3510-8052-B4C04F4A3733\"]}", &m));
	assert_true(fits("{\"macs\":[\"AA:BB:CC:DD:EE:02\"]}", &m));
	assert_false(fits("{\"macs\":[\"AA:BB:CC:DD:EE:03\"]}", &m));
	assert_true(fits("{\"serials\":[\"other\"],\"macs\":[\"aa:bb:cc:dd:ee:01\"]}", &m));
	assert_true(fits("{\"models\":[\"latitude 5520\"]}", &m));
	assert_true(fits("{\"models\":[\"Dell Inc. Latitude 5520\"]}", &m));
	assert_false(fits("{\"models\":[\"Latitude 552\"]}", &m));
	assert_false(fits("{\"models\":[\"Latitude 5520\"]}", &nobody));
	assert_false(fits("{\"models\":[\" \"]}", &nobody));
	assert_false(fits(
		"{\"models\":[\"Dell Inc.\"]}", &(struct policy_machine){.vendor = "Dell Inc."}));
	assert_false(fits("{\"models\":[\"x\"],\"serials\":[\"PF-1234\"]}", &m));
	assert_false(fits("{\"models\":[\"Latitude 5520\"],\"serials\":[\"x\"]}", &m));
}

static void put(const char *root, const char *name, const char *text)
{
	char path[300];

	(void)snprintf(path, sizeof(path), "%s/%s", root, name);
	for (char *p = path + strlen(root) + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		(void)mkdir(path, 0700);
		*p = '/';
	}
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void test_machine__is_read__from_the_kernels_files(void **state)
{
	char root[] = "/tmp/unbrick-machine-XXXXXX", command[64];
	struct policy_machine m;

	(void)state;
	assert_non_null(mkdtemp(root));
	policy_machine_read(root, &m);
	assert_string_equal(m.serial, "");
	assert_int_equal(m.n_macs, 0);
	put(root, "sys/class/dmi/id/product_serial", " PF-1234 \n");
	put(root, "sys/class/dmi/id/product_uuid", "4c4c4544-0044-3510-8052-b4c04f4a3732\n");
	put(root, "sys/class/dmi/id/product_name", "Latitude 5520\n");
	put(root, "sys/class/dmi/id/sys_vendor", "To be filled by O.E.M.\n");
	put(root, "sys/class/net/eth0/address", "aa:bb:cc:dd:ee:01\n");
	put(root, "sys/class/net/eth0/device/x", "");
	put(root, "sys/class/net/br0/address", "aa:bb:cc:dd:ee:02\n");
	put(root, "sys/class/net/eth1/address", "00:00:00:00:00:00\n");
	put(root, "sys/class/net/eth1/device/x", "");
	policy_machine_read(root, &m);
	assert_string_equal(m.serial, "PF-1234");
	assert_string_equal(m.uuid, "4c4c4544-0044-3510-8052-b4c04f4a3732");
	assert_string_equal(m.model, "Latitude 5520");
	assert_string_equal(m.vendor, "");
	assert_int_equal(m.n_macs, 1);
	assert_string_equal(m.macs[0], "aa:bb:cc:dd:ee:01");
	put(root, "sys/class/dmi/id/product_serial", "Default string\n");
	put(root, "sys/class/dmi/id/product_uuid", "03000200-0400-0500-0006-000700080009\n");
	policy_machine_read(root, &m);
	assert_string_equal(m.serial, "");
	assert_string_equal(m.uuid, "");
	char text[200];
	for (size_t n = 127; n <= 128; n++) { /* a part of one would be another machine's */
		(void)snprintf(text, sizeof(text), "%0*d\n", (int)n, 7);
		put(root, "sys/class/dmi/id/product_serial", text);
		policy_machine_read(root, &m);
		assert_int_equal(strlen(m.serial), n == 127 ? 127 : 0);
	}
	put(root, "sys/class/net/ib0/address", "80:00:00:48:fe:80:00:00\n");
	put(root, "sys/class/net/ib0/device/x", "");
	policy_machine_read(root, &m);
	assert_int_equal(m.n_macs, 1);
	for (unsigned i = 0; i < 2 * POLICY_MACS_MOST; i++) { /* more than there is room for */
		(void)snprintf(text, sizeof(text), "sys/class/net/x%u/address", i);
		put(root, text, "aa:bb:cc:dd:ee:03\n");
		(void)snprintf(text, sizeof(text), "sys/class/net/x%u/device/x", i);
		put(root, text, "");
	}
	policy_machine_read(root, &m);
	assert_int_equal(m.n_macs, POLICY_MACS_MOST);
	(void)snprintf(command, sizeof(command), "rm -rf %s", root);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read__least__does_least),
		cmocka_unit_test(test_read__all__is_taken),
		cmocka_unit_test(test_read__unsigned__is_refused),
		cmocka_unit_test(test_read__other_key__is_refused),
		cmocka_unit_test(test_read__forged__says_nothing_of_its_fields),
		cmocka_unit_test(test_read__time__is_within),
		cmocka_unit_test(test_read__unknown_clock__knows_a_floor),
		cmocka_unit_test(test_read__below_the_floor__is_refused),
		cmocka_unit_test(test_read__purpose__is_asked_for),
		cmocka_unit_test(test_read__unknown_field__is_refused),
		cmocka_unit_test(test_read__twice__is_refused),
		cmocka_unit_test(test_read__what_is_missing__is_named),
		cmocka_unit_test(test_read__no_json__is_refused),
		cmocka_unit_test(test_read__each_value__has_its_kind),
		cmocka_unit_test(test_read__times_and_numbers_of_the_head__are_checked),
		cmocka_unit_test(test_read__secrets__are_refused),
		cmocka_unit_test(test_read__large__is_bounded),
		cmocka_unit_test(test_read__lists_and_texts__are_bounded),
		cmocka_unit_test(test_read__moves_and_no_more__disables_nothing),
		cmocka_unit_test(test_read__marks_in_a_text__are_no_marks),
		cmocka_unit_test(test_plans__rules_and_limits__are_compared),
		cmocka_unit_test(test_fits__scope__names_machines),
		cmocka_unit_test(test_machine__is_read__from_the_kernels_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

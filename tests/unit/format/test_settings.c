/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings by the table in docs/boot.md: each key, each way to write a file, each bad line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/settings.h"

struct told {
	unsigned count;
	unsigned line[64];
	char reason[64][80];
	char text[64][SETTINGS_LINE_MAX + 1];
};

static void keep(void *user, const struct settings_bad *bad)
{
	struct told *t = user;

	assert_true(t->count < 64);
	t->line[t->count] = bad->line;
	assert_true(snprintf(t->reason[t->count], 80, "%s", bad->reason) < 80);
	assert_true(snprintf(t->text[t->count], SETTINGS_LINE_MAX + 1, "%s", bad->text) <=
		    SETTINGS_LINE_MAX);
	t->count++;
}

static unsigned parse_as(
	struct settings *s, const char *text, enum settings_trust trust, struct told *t)
{
	*t = (struct told){.count = 0};
	return settings_parse(s, text, strlen(text), trust, keep, t);
}

static unsigned parse(struct settings *s, const char *text, bool is_trusted, struct told *t)
{
	return parse_as(s, text, is_trusted ? SETTINGS_SIGNED : SETTINGS_UNSIGNED, t);
}

static struct settings good(const char *text)
{
	struct settings s;
	struct told t;

	settings_init(&s);
	assert_int_equal(parse(&s, text, true, &t), 0);
	assert_int_equal(t.count, 0);
	return s;
}

/* By text, as the structure has padding. */
static void assert_same(const struct settings *a, const struct settings *b)
{
	char x[SETTINGS_TEXT_MAX], y[SETTINGS_TEXT_MAX];

	assert_true(settings_format(a, x, sizeof(x)) > 0);
	assert_true(settings_format(b, y, sizeof(y)) > 0);
	assert_string_equal(x, y);
}

static void bad(const char *text, const char *reason)
{
	struct settings s, fresh;
	struct told t;

	settings_init(&s);
	settings_init(&fresh);
	assert_int_equal(parse(&s, text, true, &t), 1);
	assert_int_equal(t.count, 1);
	assert_int_equal(t.line[0], 1);
	assert_string_equal(t.reason[0], reason);
	assert_same(&s, &fresh);
}

static void test_settings__empty_file__gives_the_defaults_of_the_document(void **state)
{
	struct settings s = good("");

	(void)state;
	assert_int_equal(s.timeout_s, 3);
	assert_int_equal(s.menu, SETTINGS_MENU_KEY);
	assert_int_equal(s.mode, SETTINGS_MODE_AUTOMATIC);
	assert_int_equal(s.console, SETTINGS_CONSOLE_ALL);
	assert_int_equal(s.repaired, SETTINGS_END_WINDOWS);
	assert_int_equal(s.nothing, SETTINGS_END_STAY);
	assert_int_equal(s.failure, SETTINGS_END_STAY);
	assert_int_equal(s.wait_s, 10);
	assert_int_equal(s.key_wait_s, 0);
	assert_int_equal(s.report, SETTINGS_REPORT_STICK);
	assert_int_equal(s.rules, SETTINGS_RULES_SIGNED);
	assert_int_equal(s.replay, SETTINGS_REPLAY_SAFE);
	assert_false(s.shell);
	assert_string_equal(s.language, "");
	assert_string_equal(s.keyboard, "");
	assert_int_equal(s.font, FONT_AUTO);
	assert_int_equal(s.contrast, SETTINGS_CONTRAST_NORMAL);
	assert_int_equal(s.network, SETTINGS_NETWORK_AUTO);
	assert_string_equal(s.policy, "");
	assert_string_equal(s.collector, "");
	assert_string_equal(s.address, "");
	assert_string_equal(s.ntp, "");
	assert_int_equal(s.vlan, 0);
	assert_int_equal(s.policy_floor, 0);
}

static void test_settings__every_key_and_value__is_taken(void **state)
{
	(void)state;
	assert_int_equal(good("timeout = 0").timeout_s, 0);
	assert_int_equal(good("timeout = 600").timeout_s, 600);
	assert_int_equal(good("menu = always").menu, SETTINGS_MENU_ALWAYS);
	assert_int_equal(good("mode = technician").mode, SETTINGS_MODE_TECHNICIAN);
	assert_int_equal(good("mode = look").mode, SETTINGS_MODE_LOOK);
	assert_int_equal(good("mode = windows").mode, SETTINGS_MODE_WINDOWS);
	assert_int_equal(good("console = graphics").console, SETTINGS_CONSOLE_GRAPHICS);
	assert_int_equal(good("console = serial").console, SETTINGS_CONSOLE_SERIAL);
	assert_int_equal(good("repaired = stay").repaired, SETTINGS_END_STAY);
	assert_int_equal(good("repaired = poweroff").repaired, SETTINGS_END_POWEROFF);
	assert_int_equal(good("nothing = windows").nothing, SETTINGS_END_WINDOWS);
	assert_int_equal(good("nothing = reboot").nothing, SETTINGS_END_REBOOT);
	assert_int_equal(good("nothing = poweroff").nothing, SETTINGS_END_POWEROFF);
	assert_int_equal(good("failure = reboot").failure, SETTINGS_END_REBOOT);
	assert_int_equal(good("failure = poweroff").failure, SETTINGS_END_POWEROFF);
	assert_int_equal(good("wait = 1").wait_s, 1);
	assert_int_equal(good("wait = 600").wait_s, 600);
	assert_int_equal(good("key_wait = 120").key_wait_s, 120);
	assert_string_equal(good("keyboard = ch_fr").keyboard, "ch_fr");
	assert_string_equal(good("keyboard = auto").keyboard, "");
	assert_string_equal(good("language = de").language, "de");
	assert_string_equal(good("language = pt_BR").language, "pt_BR");
	assert_string_equal(good("language = AUTO").language, "");
	assert_int_equal(good("report = none").report, SETTINGS_REPORT_NONE);
	assert_int_equal(good("rules = shipped").rules, SETTINGS_RULES_SHIPPED);
	assert_int_equal(good("rules = unsigned").rules, SETTINGS_RULES_UNSIGNED);
	assert_int_equal(good("replay = no").replay, SETTINGS_REPLAY_NO);
	assert_int_equal(good("replay = all").replay, SETTINGS_REPLAY_ALL);
	assert_true(good("shell = yes").shell);
	assert_int_equal(good("network = no").network, SETTINGS_NETWORK_NO);
	assert_int_equal(good("network = yes").network, SETTINGS_NETWORK_YES);
	assert_string_equal(good("policy = HTTPS://repair:8443/p/{serial}.json?a=1%20&b=2").policy,
		"HTTPS://repair:8443/p/{serial}.json?a=1%20&b=2");
	assert_string_equal(good("policy = https://[fd77::1]/p").policy, "https://[fd77::1]/p");
	assert_string_equal(good("policy = none").policy, "");
	assert_string_equal(good("collector = https://c/r/").collector, "https://c/r/");
	assert_string_equal(good("collector = syslog://c:6514").collector, "syslog://c:6514");
	assert_string_equal(good("address = DHCP").address, "");
	assert_int_equal(good("vlan = 4094").vlan, 4094);
	assert_string_equal(good("ntp = time-1.example.org").ntp, "time-1.example.org");
	assert_string_equal(good("ntp = fd77::1").ntp, "fd77::1");
	assert_string_equal(good("ntp = dhcp").ntp, "");
	assert_int_equal(good("policy_floor = 9999999").policy_floor, 9999999);
}

static void test_settings__urls__are_https_without_a_user(void **state)
{
	static const char *const wrong[] = {"policy = http://a/b", "policy = https:///b",
		"policy = https://", "policy = https:/a", "policy = https://u:p@a/b",
		"policy = https://a/b\"c", "policy = https://a/b c", "policy = https://a/'",
		"policy = https://a/$(b)", "policy = https://a\\b", "policy = syslog://a",
		"policy = https://-a", "collector = http://a/b", "collector = file:///a",
		"collector = syslog://", NULL};

	(void)state;
	for (unsigned i = 0; wrong[i]; i++)
		bad(wrong[i], "no URL, like https://server/name");
}

static void test_settings__url_longer_than_its_room__is_none(void **state)
{
	char text[SETTINGS_LINE_MAX + 1] = "policy=https://a/";

	(void)state;
	memset(text + strlen(text), 'x', SETTINGS_URL_MAX - 1 - strlen("https://a/"));
	assert_int_equal(strlen(good(text).policy), SETTINGS_URL_MAX - 1);
	text[strlen(text)] = 'x';
	bad(text, "too long");
	memset(text, 0, sizeof(text));
	memcpy(text, "ntp=", 4);
	memset(text + 4, 'a', SETTINGS_HOST_MAX);
	bad(text, "too long");
}

static void test_settings__addresses__are_whole_and_of_one_kind(void **state)
{
	static const char *const right[] = {"10.0.0.5/24", "10.0.0.5/24,10.0.0.1",
		"10.0.0.5/32,10.0.0.1,10.0.0.2", "fd77::5/64,fd77::1,fd77::2", "::/1", "::1/128",
		"1:2:3:4:5:6:7:8/64,fe80::1", "1:2:3:4:5:6:7::/64", "fd77::/64,::FFFF,a::b:c",
		NULL};
	static const char *const wrong[] = {"10.0.0.5", "10.0.0.5/0", "10.0.0.5/33",
		"10.0.0.256/24", "10.0.0/24", "10.0.0.5.6/24", "10.0.0.5/24,", "10.0.0.5/24,x",
		"10.0.0.5/24,10.0.0.1,10.0.0.2,10.0.0.3", "10.0.0.5/24,fd77::1",
		"fd77::5/64,10.0.0.1", "fd77::5", "fd77::5/129", "fd77:5/64", "fd77::5::1/64",
		"1:2:3:4:5:6:7/64", "1:2:3:4:5:6:7:8:9/64", "1:2:3:4:5:6:7:8::/64", "12345::/64",
		"fd77:::1/64", ":1:2:3:4:5:6:7/64", "fd77::5:/64", "fe80::1%eth0/64", "/24", "eth0",
		NULL};
	char line[SETTINGS_LINE_MAX];

	(void)state;
	for (unsigned i = 0; right[i]; i++) {
		(void)snprintf(line, sizeof(line), "address = %s", right[i]);
		assert_string_equal(good(line).address, right[i]);
	}
	for (unsigned i = 0; wrong[i]; i++) {
		(void)snprintf(line, sizeof(line), "address = %s", wrong[i]);
		bad(line, "no address, like 10.0.0.5/24,10.0.0.1,10.0.0.2");
	}
}

/* Whom the network leads to: not for who could not have changed the image. */
static void test_settings__network__leads_nowhere_else_by_an_unsigned_file(void **state)
{
	static const char *const lines[] = {"policy = https://b/p", "collector = https://b/c",
		"address = 10.0.0.5/24", "vlan = 7", "ntp = b", "policy_floor = 7", "policy = none",
		"policy_floor = 0", NULL};
	static const char signed_text[] = "policy = https://a/p\npolicy_floor = 3\n";
	char before[SETTINGS_TEXT_MAX], after[SETTINGS_TEXT_MAX];
	struct settings s;
	struct told t;

	(void)state;
	settings_init(&s);
	assert_int_equal(parse_as(&s, signed_text, SETTINGS_SIGNED, &t), 0);
	(void)settings_format(&s, before, sizeof(before));
	for (unsigned i = 0; lines[i]; i++) {
		assert_int_equal(parse_as(&s, lines[i], SETTINGS_UNSIGNED, &t), 1);
		assert_string_equal(
			t.reason[0], "not taken from an unsigned file under Secure Boot");
		assert_int_equal(parse_as(&s, lines[i], SETTINGS_FOREIGN, &t), 1);
		assert_string_equal(
			t.reason[0], "not taken from a medium that this was not started from");
		(void)settings_format(&s, after, sizeof(after));
		assert_string_equal(before, after);
	}
	/* the same again is no change, to the program's own eyes */
	assert_int_equal(parse_as(&s, signed_text, SETTINGS_UNSIGNED, &t), 0);
	/* a network may be taken away, not given */
	assert_int_equal(parse_as(&s, "network = yes", SETTINGS_UNSIGNED, &t), 1);
	assert_int_equal(parse_as(&s, "network = no", SETTINGS_UNSIGNED, &t), 0);
	assert_int_equal(parse_as(&s, "network = auto", SETTINGS_UNSIGNED, &t), 1);
	assert_int_equal(s.network, SETTINGS_NETWORK_NO);
	/* where nothing is checked the stick could as well be another one */
	for (unsigned i = 0; lines[i]; i++)
		assert_int_equal(parse_as(&s, lines[i], SETTINGS_UNCHECKED, &t), 0);
	assert_int_equal(parse_as(&s, "network = yes", SETTINGS_UNCHECKED, &t), 0);
	assert_string_equal(s.collector, "https://b/c");
	assert_string_equal(s.policy, "");
	assert_int_equal(s.vlan, 7);
}

static void test_settings__values_of_other_keys__are_unknown(void **state)
{
	(void)state;
	bad("repaired = reboot", "unknown value");
	bad("failure = windows", "unknown value");
	bad("mode = stay", "unknown value");
	bad("font = huge", "unknown value");
	bad("font = 2", "unknown value");
	bad("contrast = no", "unknown value");
	bad("screen = text", "unknown value");
	bad("language = ../de", "no code, like de");
	bad("language = d", "no code, like de");
	bad("language = de_", "no code, like de");
	bad("language = de_ATTICA", "no code, like de");
	bad("keyboard = ../de", "no code, like de");
	bad("keyboard = de.map", "no code, like de");
	bad("language = de_ATTIC", "no code, like de");
	bad("network = on", "unknown value");
	bad("ntp = -a", "no name of a computer");
	bad("ntp = a/b", "no name of a computer");
	bad("ntp = a,b", "no name of a computer");
	bad("shell = 1", "unknown value");
	bad("menu = keyx", "unknown value");
	bad("menu = ke", "unknown value");
}

static void test_settings__numbers__have_their_range(void **state)
{
	(void)state;
	bad("timeout = 601", "number out of range");
	bad("wait = 0", "number out of range");
	bad("wait = 601", "number out of range");
	bad("key_wait = 86401", "number out of range");
	bad("timeout = 4294967299", "not a number of seconds"); /* 3 + 2^32 */
	bad("timeout = -1", "not a number of seconds");
	bad("timeout = 3s", "not a number of seconds");
	bad("timeout = 0x3", "not a number of seconds");
	bad("timeout = 1 2", "not a number of seconds");
	bad("vlan = 4095", "number out of range");
	bad("vlan = eth0", "not a number");
	bad("policy_floor = 10000000", "not a number");
	bad("policy_floor = -1", "not a number");
}

static void test_settings__serial_name__is_put_down_in_one_form(void **state)
{
	static const char *const wrong[] = {"console = ttyS", "console = ttyS32",
		"console = ttyS0,", "console = ttyS0,115201", "console = ttyS0,115200n7",
		"console = tty0", "console = ttyS0 init=/bin/sh", "console = ttyS0,115200n8x",
		"console = /dev/ttyS0", "console = ttyS00000000", NULL};
	struct settings s = good("console = TTYs1");

	(void)state;
	assert_int_equal(s.console, SETTINGS_CONSOLE_NAMED);
	assert_string_equal(s.serial, "ttyS1,115200");
	assert_string_equal(good("console = ttyS0,9600n8").serial, "ttyS0,9600");
	assert_string_equal(good("console = ttyS31,921600").serial, "ttyS31,921600");
	for (unsigned i = 0; wrong[i]; i++)
		bad(wrong[i], "unknown value");
}

static void test_settings__blanks_capitals_comments__do_not_matter(void **state)
{
	struct settings s = good("# first\n\n \t# second = 3\n"
				 "\t TimeOut=7\t # seven\r\n"
				 "MODE   =   Look\n");

	(void)state;
	assert_int_equal(s.timeout_s, 7);
	assert_int_equal(s.mode, SETTINGS_MODE_LOOK);
}

static void test_settings__hash_inside_a_word__is_no_comment(void **state)
{
	(void)state;
	bad("mode = look#x", "unknown value");
	assert_int_equal(good("mode = look # x").mode, SETTINGS_MODE_LOOK);
}

static void test_settings__line_ends__count_lines_as_an_editor_does(void **state)
{
	static const char *const files[] = {"timeout = 1\n\nx\n", "timeout = 1\r\n\r\nx\r\n",
		"timeout = 1\r\rx\r", "timeout = 1\n\rx"};
	struct settings s;
	struct told t;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		settings_init(&s);
		assert_int_equal(parse(&s, files[i], true, &t), 1);
		assert_int_equal(s.timeout_s, 1);
		assert_int_equal(t.line[0], 3);
		assert_string_equal(t.text[0], "x");
		assert_string_equal(t.reason[0], "no '='");
	}
}

static void test_settings__bad_shapes__are_named(void **state)
{
	(void)state;
	bad("timeout", "no '='");
	bad("= 3", "no key before '='");
	bad("timeout =", "no value after '='");
	bad("timeout = # 3", "no value after '='");
	bad("tiemout = 3", "unknown key");
	bad("time out = 3", "unknown key");
	bad("timeout = 3 \x01", "control character");
	bad("timeout = \x7F", "control character");
	bad("m\xC3\xB6"
	    "de = look",
		"a character that is not ASCII");
}

static void test_settings__second_line_for_a_key__is_bad_and_the_first_counts(void **state)
{
	struct settings s;
	struct told t;

	(void)state;
	settings_init(&s);
	assert_int_equal(parse(&s, "timeout = 5\nTIMEOUT = 6\nmenu = always\n", true, &t), 1);
	assert_int_equal(s.timeout_s, 5);
	assert_int_equal(s.menu, SETTINGS_MENU_ALWAYS);
	assert_int_equal(t.line[0], 2);
	/* but a bad first line does not count */
	settings_init(&s);
	assert_int_equal(parse(&s, "timeout = x\ntimeout = 6\n", true, &t), 1);
	assert_int_equal(s.timeout_s, 6);
}

static void test_settings__long_lines__only_comments_may_be(void **state)
{
	char text[1000] = "timeout = ";
	struct settings s;
	struct told t;

	(void)state;
	memset(text + 10, '1', SETTINGS_LINE_MAX - 9);
	bad(text, "line too long");
	text[0] = '#';
	assert_int_equal(good(text).timeout_s, 3);
	memcpy(text, "timeout = 4", 11);
	memset(text + 11, ' ', 900);
	text[11 + 900] = '#';
	assert_int_equal(good(text).timeout_s, 4);
	settings_init(&s);
	assert_int_equal(parse(&s, "mode = look", true, &t), 0);
}

static void test_settings__zero_bytes__tell_how_to_save_the_file(void **state)
{
	struct settings s;
	struct told t = {.count = 0};

	(void)state;
	settings_init(&s);
	assert_int_equal(settings_parse(&s, "m\0o\0d\0e\0", 8, SETTINGS_SIGNED, keep, &t), 1);
	assert_string_equal(t.reason[0], "zero byte: save the file as UTF-8 text");
	assert_string_equal(t.text[0], "m?o?d?e?");
}

/* ASCII as UTF-16 with a byte order mark. */
static size_t wide(const char *text, bool is_big, uint8_t *ret)
{
	size_t n = 0;

	ret[n++] = is_big ? 0xFE : 0xFF;
	ret[n++] = is_big ? 0xFF : 0xFE;
	for (; *text; text++) {
		ret[n++] = is_big ? 0 : (uint8_t)*text;
		ret[n++] = is_big ? (uint8_t)*text : 0;
	}
	return n;
}

static void test_settings__byte_order_marks__choose_the_encoding(void **state)
{
	uint8_t buf[200];
	struct settings s;

	(void)state;
	assert_int_equal(good("\xEF\xBB\xBFmode = look\r\n").mode, SETTINGS_MODE_LOOK);
	for (int is_big = 0; is_big < 2; is_big++) {
		struct told t = {.count = 0};
		size_t n = wide("mode = look\r\nbad\r\nwait = 5", is_big, buf);

		settings_init(&s);
		assert_int_equal(settings_parse(&s, buf, n, SETTINGS_SIGNED, keep, &t), 1);
		assert_int_equal(s.mode, SETTINGS_MODE_LOOK);
		assert_int_equal(s.wait_s, 5);
		assert_int_equal(t.line[0], 2);
		/* cut in the middle of a character */
		settings_init(&s);
		t.count = 0;
		assert_int_equal(settings_parse(&s, buf, n - 1, SETTINGS_SIGNED, keep, &t), 2);
		assert_string_equal(t.reason[1], "a character that is not ASCII");
	}
	/* U+0130 must not become '0' */
	static const uint8_t odd[] = "\xFF\xFEw\0a\0i\0t\0=\0\x35\x01";
	struct told t = {.count = 0};
	settings_init(&s);
	assert_int_equal(settings_parse(&s, odd, sizeof(odd) - 1, SETTINGS_SIGNED, keep, &t), 1);
	assert_int_equal(s.wait_s, 10);
}

static void test_settings__file_too_long__is_not_read(void **state)
{
	char *text = calloc(1, SETTINGS_FILE_MAX + 1);
	struct told t = {.count = 0};
	struct settings s;

	(void)state;
	assert_non_null(text);
	memset(text, '\n', SETTINGS_FILE_MAX + 1);
	memcpy(text, "wait = 5", 8);
	settings_init(&s);
	assert_int_equal(
		settings_parse(&s, text, SETTINGS_FILE_MAX + 1, SETTINGS_SIGNED, keep, &t), 1);
	assert_int_equal(t.line[0], 0);
	assert_int_equal(s.wait_s, 10);
	assert_int_equal(settings_parse(&s, text, SETTINGS_FILE_MAX, SETTINGS_SIGNED, keep, &t), 0);
	assert_int_equal(s.wait_s, 5);
	free(text);
}

static void test_settings__many_bad_lines__are_all_counted_some_told(void **state)
{
	char text[400];
	struct settings s;
	struct told t;

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		memcpy(text + 2 * i, "x\n", 3);
	settings_init(&s);
	assert_int_equal(parse(&s, text, true, &t), 100);
	assert_int_equal(t.count, SETTINGS_BAD_MAX);
}

static void test_settings__unsigned_file__may_tighten_but_never_loosen(void **state)
{
	static const char refused[] = "not taken from an unsigned file under Secure Boot";
	struct settings s;
	struct told t;

	(void)state;
	settings_init(&s);
	assert_int_equal(parse(&s, "rules = unsigned\nreplay = all\nshell = yes\n", false, &t), 3);
	for (unsigned i = 0; i < 3; i++)
		assert_string_equal(t.reason[i], refused);
	assert_int_equal(s.rules, SETTINGS_RULES_SIGNED);
	assert_int_equal(s.replay, SETTINGS_REPLAY_SAFE);
	assert_false(s.shell);
	assert_int_equal(parse(&s, "rules = shipped\nreplay = no\nshell = no\n", false, &t), 0);
	assert_int_equal(s.rules, SETTINGS_RULES_SHIPPED);
	/* what the signed settings made stricter than the default stays so */
	assert_int_equal(parse(&s, "rules = signed\nreplay = safe\n", false, &t), 2);
	assert_int_equal(s.rules, SETTINGS_RULES_SHIPPED);
	assert_int_equal(s.replay, SETTINGS_REPLAY_NO);
	/* what the signed settings allow may be said again */
	assert_int_equal(parse(&s, "rules = unsigned\nshell = yes\nreplay = all\n", true, &t), 0);
	assert_int_equal(parse(&s, "rules = unsigned\nshell = yes\nreplay = all\n", false, &t), 0);
	assert_true(s.shell);
}

static void test_settings__unsigned_file__may_set_all_the_rest(void **state)
{
	struct settings s;
	struct told t;

	(void)state;
	settings_init(&s);
	assert_int_equal(parse(&s,
				 "timeout = 9\nmenu = always\nmode = look\nconsole = ttyS1\n"
				 "repaired = stay\nnothing = windows\nfailure = reboot\nwait = 60\n"
				 "key_wait = 5\nreport = none\nfont = large\ncontrast = high\n"
				 "screen = plain\n",
				 false, &t),
		0);
	assert_int_equal(s.failure, SETTINGS_END_REBOOT);
	assert_string_equal(s.serial, "ttyS1,115200");
	assert_int_equal(s.font, FONT_LARGE);
	assert_int_equal(s.contrast, SETTINGS_CONTRAST_HIGH);
	assert_int_equal(s.screen, SETTINGS_SCREEN_PLAIN);
}

static void test_settings__unsigned_file__refused_lines_do_not_use_up_the_key(void **state)
{
	struct settings s;
	struct told t;

	(void)state;
	settings_init(&s);
	assert_int_equal(parse(&s, "rules = unsigned\nrules = shipped\n", false, &t), 1);
	assert_int_equal(s.rules, SETTINGS_RULES_SHIPPED);
}

/* Nor what is done without a person. */
static void test_settings__acts__more_by_signed_settings_only(void **state)
{
	static const enum settings_trust others[] = {SETTINGS_UNSIGNED, SETTINGS_UNCHECKED};
	struct settings s;
	struct told t;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		settings_init(&s);
		assert_int_equal(s.acts, SETTINGS_ACTS_MOVE);
		assert_int_equal(parse_as(&s, "acts = move disable\n", others[i], &t), 1);
		assert_string_equal(t.reason[0], "taken from signed settings only");
		assert_int_equal(s.acts, SETTINGS_ACTS_MOVE);
		assert_int_equal(parse_as(&s, "acts = move disable\n", SETTINGS_SIGNED, &t), 0);
		assert_int_equal(s.acts, SETTINGS_ACTS_DISABLE);
		assert_int_equal(parse_as(&s, "acts = move\n", others[i], &t), 0);
		assert_int_equal(s.acts, SETTINGS_ACTS_MOVE);
		assert_int_equal(parse_as(&s, "acts = disable\n", SETTINGS_SIGNED, &t), 1);
	}
}

/* Whoever can write to the stick is not who signed: not even where nothing is checked. */
static void test_settings__diagnosis__alone_by_signed_settings_only(void **state)
{
	static const enum settings_trust others[] = {SETTINGS_UNSIGNED, SETTINGS_UNCHECKED};
	struct settings s;
	struct told t;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		settings_init(&s);
		assert_int_equal(s.diagnosis, SETTINGS_DIAGNOSIS_ASK);
		assert_int_equal(parse_as(&s, "diagnosis = alone\n", others[i], &t), 1);
		assert_string_equal(t.reason[0], "taken from signed settings only");
		assert_int_equal(s.diagnosis, SETTINGS_DIAGNOSIS_ASK);
		assert_int_equal(parse_as(&s, "diagnosis = alone\n", SETTINGS_SIGNED, &t), 0);
		assert_int_equal(s.diagnosis, SETTINGS_DIAGNOSIS_ALONE);
		assert_int_equal(parse_as(&s, "diagnosis = alone\n", others[i], &t), 0);
		assert_int_equal(s.diagnosis, SETTINGS_DIAGNOSIS_ALONE);
		assert_int_equal(parse_as(&s, "diagnosis = ask\n", others[i], &t), 0);
		assert_int_equal(s.diagnosis, SETTINGS_DIAGNOSIS_ASK);
	}
	/* the other keys are the stick's where nothing is checked */
	assert_int_equal(parse_as(&s, "shell = yes\n", SETTINGS_UNCHECKED, &t), 0);
	assert_true(s.shell);
}

static void test_settings_format__any_settings__come_back_by_parse(void **state)
{
	struct settings s =
		good("timeout=600\nmenu=always\nmode=windows\nconsole=ttyS31,921600\n"
		     "repaired=poweroff\nnothing=poweroff\nfailure=poweroff\nwait=600\n"
		     "key_wait=86400\nreport=none\nrules=unsigned\nreplay=all\nshell=yes\n"
		     "diagnosis=alone\nacts=move disable\n"
		     "font=normal\ncontrast=high\nscreen=plain\nlanguage=pt_BR\nkeyboard=latam\n"
		     "network=yes\npolicy=https://a/p\ncollector=syslog://a\n"
		     "address=10.0.0.5/24,10.0.0.1,10.0.0.2\nvlan=4094\nntp=a\n"
		     "policy_floor=9999999\n");
	char text[SETTINGS_TEXT_MAX], small[SETTINGS_TEXT_MAX];

	(void)state;
	size_t len = settings_format(&s, text, sizeof(text));
	assert_int_equal(len, strlen(text));
	struct settings back = good(text);
	assert_same(&back, &s);
	assert_non_null(strstr(text, "console = ttyS31,921600\n"));
	for (size_t size = 0; size <= len; size++)
		assert_int_equal(settings_format(&s, small, size), 0);
	assert_int_equal(settings_format(&s, small, len + 1), len);
	back = good("console=ttyS1\n");
	assert_int_equal(
		settings_parse(&back, "console = all", 13, SETTINGS_SIGNED, NULL, NULL), 0);
	assert_string_equal(back.serial, "");
}

static void test_settings_format__defaults__are_the_words_of_the_document(void **state)
{
	static const char expected[] = "timeout = 3\nmenu = key\nmode = automatic\nconsole = all\n"
				       "repaired = windows\nnothing = stay\nfailure = stay\n"
				       "wait = 10\nkey_wait = 0\nreport = stick\nrules = signed\n"
				       "replay = safe\nshell = no\ndiagnosis = ask\nacts = move\n"
				       "font = auto\n"
				       "contrast = normal\nscreen = full\nlanguage = auto\n"
				       "keyboard = auto\nnetwork = auto\npolicy = none\n"
				       "collector = none\naddress = dhcp\nvlan = 0\n"
				       "ntp = dhcp\npolicy_floor = 0\n";
	char text[SETTINGS_TEXT_MAX];
	struct settings s;

	(void)state;
	settings_init(&s);
	assert_int_equal(settings_format(&s, text, sizeof(text)), strlen(expected));
	assert_string_equal(text, expected);
	assert_string_equal(settings_mode_name(SETTINGS_MODE_LOOK), "look");
	assert_string_equal(settings_mode_name(99), "automatic");
}

/* A medium that this was not started from: stricter only, and what a person sees. */
static void test_settings__foreign__only_stricter(void **state)
{
	static const struct {
		const char *now, *line;
		bool is_taken;
	} all[] = {
		{"mode = automatic", "mode = look", true},
		{"mode = automatic", "mode = technician", true},
		{"mode = technician", "mode = automatic", false},
		{"mode = look", "mode = technician", false},
		{"mode = automatic", "mode = windows", false},
		{"repaired = windows", "repaired = stay", true},
		{"repaired = windows", "repaired = poweroff", true},
		{"repaired = stay", "repaired = windows", false},
		{"repaired = poweroff", "repaired = windows", false},
		{"nothing = windows", "nothing = reboot", false},
		{"nothing = reboot", "nothing = windows", false},
		{"nothing = stay", "nothing = reboot", false},
		{"failure = stay", "failure = reboot", false},
		{"failure = reboot", "failure = stay", true},
		{"rules = signed", "rules = shipped", true},
		{"rules = signed", "rules = unsigned", false},
		{"rules = shipped", "rules = signed", false},
		{"replay = safe", "replay = no", true},
		{"replay = safe", "replay = all", false},
		{"replay = no", "replay = safe", false},
		{"shell = no", "shell = yes", false},
		{"shell = yes", "shell = no", true},
		{"diagnosis = ask", "diagnosis = alone", false},
		{"diagnosis = alone", "diagnosis = ask", true},
		{"acts = move", "acts = move disable", false},
		{"acts = move disable", "acts = move", true},
		{"report = stick", "report = none", false},
		{"report = none", "report = stick", false},
		{"wait = 10", "wait = 600", false},
		{"key_wait = 0", "key_wait = 5", false},
		{"timeout = 3", "timeout = 0", false},
		{"menu = key", "menu = always", false},
		{"console = all", "console = ttyS1", false},
		{"font = auto", "font = large", true},
		{"contrast = normal", "contrast = high", true},
		{"screen = full", "screen = plain", true},
		{"language = auto", "language = de", true},
		{"keyboard = auto", "keyboard = de", true},
		{"network = auto", "network = no", true},
		{"network = auto", "network = yes", false},
		{"network = no", "network = auto", false},
		{"policy = none", "policy = https://a/p", false},
		{"policy_floor = 1", "policy_floor = 0", false},
		{"vlan = 0", "vlan = 1", false},
	};
	char before[SETTINGS_TEXT_MAX], after[SETTINGS_TEXT_MAX];
	struct settings s;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		settings_init(&s);
		assert_int_equal(settings_parse(&s, all[i].now, strlen(all[i].now), SETTINGS_SIGNED,
					 NULL, NULL),
			0);
		(void)settings_format(&s, before, sizeof(before));
		unsigned bad = settings_parse(
			&s, all[i].line, strlen(all[i].line), SETTINGS_FOREIGN, NULL, NULL);
		(void)settings_format(&s, after, sizeof(after));
		if ((bad == 0) != all[i].is_taken ||
			(strcmp(before, after) == 0) == all[i].is_taken)
			fail_msg("%s, then %s", all[i].now, all[i].line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settings__foreign__only_stricter),
		cmocka_unit_test(test_settings__empty_file__gives_the_defaults_of_the_document),
		cmocka_unit_test(test_settings__every_key_and_value__is_taken),
		cmocka_unit_test(test_settings__values_of_other_keys__are_unknown),
		cmocka_unit_test(test_settings__numbers__have_their_range),
		cmocka_unit_test(test_settings__serial_name__is_put_down_in_one_form),
		cmocka_unit_test(test_settings__blanks_capitals_comments__do_not_matter),
		cmocka_unit_test(test_settings__hash_inside_a_word__is_no_comment),
		cmocka_unit_test(test_settings__line_ends__count_lines_as_an_editor_does),
		cmocka_unit_test(test_settings__bad_shapes__are_named),
		cmocka_unit_test(test_settings__second_line_for_a_key__is_bad_and_the_first_counts),
		cmocka_unit_test(test_settings__long_lines__only_comments_may_be),
		cmocka_unit_test(test_settings__zero_bytes__tell_how_to_save_the_file),
		cmocka_unit_test(test_settings__byte_order_marks__choose_the_encoding),
		cmocka_unit_test(test_settings__file_too_long__is_not_read),
		cmocka_unit_test(test_settings__many_bad_lines__are_all_counted_some_told),
		cmocka_unit_test(test_settings__unsigned_file__may_tighten_but_never_loosen),
		cmocka_unit_test(test_settings__unsigned_file__may_set_all_the_rest),
		cmocka_unit_test(test_settings__unsigned_file__refused_lines_do_not_use_up_the_key),
		cmocka_unit_test(test_settings__acts__more_by_signed_settings_only),
		cmocka_unit_test(test_settings__diagnosis__alone_by_signed_settings_only),
		cmocka_unit_test(test_settings__urls__are_https_without_a_user),
		cmocka_unit_test(test_settings__url_longer_than_its_room__is_none),
		cmocka_unit_test(test_settings__addresses__are_whole_and_of_one_kind),
		cmocka_unit_test(test_settings__network__leads_nowhere_else_by_an_unsigned_file),
		cmocka_unit_test(test_settings_format__any_settings__come_back_by_parse),
		cmocka_unit_test(test_settings_format__defaults__are_the_words_of_the_document),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include <cmocka.h>

#include "core/redact.h"

#define GROUPS 8

static const char *const groups[GROUPS] = {
	"563552", "689865", "117161", "606298", "318780", "443102", "078155", "712448"};

static char shown[8192];
static size_t shown_len;

static void keep(void *user, const char *bytes, size_t len)
{
	(void)user;
	assert_true(shown_len + len < sizeof(shown));
	memcpy(shown + shown_len, bytes, len);
	shown_len += len;
	shown[shown_len] = '\0';
}

static struct rs_redact begin(void)
{
	shown_len = 0;
	shown[0] = '\0';
	return (struct rs_redact){.out = keep};
}

/* @n groups from @first on with @between, after @before and before @after. */
static const char *join(
	const char *before, size_t first, size_t n, const char *between, const char *after)
{
	static char text[1024];
	size_t at = (size_t)snprintf(text, sizeof(text), "%s", before);

	for (size_t i = first; i < first + n; i++)
		at += (size_t)snprintf(
			text + at, sizeof(text) - at, "%s%s", i > first ? between : "", groups[i]);
	(void)snprintf(text + at, sizeof(text) - at, "%s", after);
	return text;
}

static void no_group_in(const char *text, const char *what)
{
	for (size_t i = 0; i < GROUPS; i++)
		if (strstr(text, groups[i]))
			fail_msg("group %zu of the password is shown: %s: %s", i + 1, what, text);
}

static const char *const separators[] = {"-", " ", "", "\n", "\r\n", "\t", " - ", "--", ".", "_",
	"/", ":", ", ", "\xE2\x80\x93", " \xE2\x80\x94 ", "\r\n  ", "\xC2\xA0", "|"};

static void test_redact__each_separator__whole_text(void **state)
{
	(void)state;
	static const char *const around[][2] = {{"", ""}, {"password: ", "\r\n"}, {"x", ""},
		{"\"", "\""}, {"(", ")"}, {"key=", "y"}, {"1 volume: ", " (2)"}};

	for (size_t s = 0; s < sizeof(separators) / sizeof(separators[0]); s++)
		for (size_t a = 0; a < sizeof(around) / sizeof(around[0]); a++) {
			char text[1024];
			(void)snprintf(text, sizeof(text), "%s",
				join(around[a][0], 0, GROUPS, separators[s], around[a][1]));
			rs_redact(text);
			no_group_in(text, separators[s]);
			assert_non_null(strstr(text, RS_REDACTED));
			assert_memory_equal(text, around[a][0], strlen(around[a][0]));
		}
}

/* In pieces of every length, as a terminal's echo and a slow pipe give them. */
static void test_put__each_length_of_pieces__shows_no_group(void **state)
{
	(void)state;
	for (size_t s = 0; s < sizeof(separators) / sizeof(separators[0]); s++)
		for (size_t piece = 1; piece < 80; piece++) {
			struct rs_redact r = begin();
			const char *text =
				join("unbrick: ", 0, GROUPS, separators[s], "\r\nnext line\r\n");
			for (size_t at = 0, len = strlen(text); at < len; at += piece)
				rs_redact_put(&r, text + at, piece < len - at ? piece : len - at);
			rs_redact_end(&r);
			no_group_in(shown, separators[s]);
			assert_non_null(strstr(shown, "next line"));
		}
}

/* A person who types slowly: each pause lets go of what is too short to matter. */
static void test_idle__after_each_digit__shows_eleven_at_most(void **state)
{
	(void)state;
	struct rs_redact r = begin();
	const char *text = join("", 0, GROUPS, "-", "\r\n");

	for (; *text; text++) {
		rs_redact_put(&r, text, 1);
		rs_redact_idle(&r);
	}
	rs_redact_end(&r);
	no_group_in(shown + 6, "typed slowly");
	assert_memory_equal(shown, "563552-", 7);
}

/* What was let go of counts, too: between other digits and letters no two groups are left. */
static void test_idle__among_letters_and_digits__is_hidden(void **state)
{
	(void)state;
	for (size_t piece = 1; piece < 20; piece++) {
		struct rs_redact r = begin();
		const char *text = join("D2", 0, GROUPS, "\xE2\x80\x93", "22222222222.");
		for (size_t i = 0; i < strlen(text); i += piece) {
			rs_redact_put(
				&r, text + i, piece < strlen(text) - i ? piece : strlen(text) - i);
			rs_redact_idle(&r);
		}
		rs_redact_end(&r);
		for (size_t i = 2; i < GROUPS - 1; i++)
			if (strstr(shown, groups[i]))
				fail_msg("pieces of %zu: group %zu is shown: %s", piece, i + 1,
					shown);
	}
}

static void test_redact__mistyped_or_partial__is_hidden(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"563552-689865-117161-606298-318780-443102-078155-71244",   /* a digit too few */
		"563552-689865-117161-606298-318780-443102-078155-7124488", /* one too many */
		"56355-689865-117161-606298-318780-443102-078155-712448",
		"563552-689865-117161-606298-318780-443102-078155", /* a group too few */
		"563552-689865-117161-606298",			    /* half of it */
		"563552-689865-117161-606298-318780-443102-078155-712448-000000",
		"563552689865-117161606298-318780443102-078155712448",
		"5635 5268 9865 1171 6160 6298 3187 8044 3102 0781 5571 2448",
		"abc563552-689865-117161-606298-318780-443102-078155-712448def",
		"2 of 3: 563552-689865-117161-606298-318780-443102-078155-712448 7",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char text[256];
		(void)snprintf(text, sizeof(text), "%s", texts[i]);
		rs_redact(text);
		if (!strstr(text, RS_REDACTED) || strstr(text, "117161") || strstr(text, "606298"))
			fail_msg("%s becomes %s", texts[i], text);
	}
}

static void test_redact__what_is_no_key__stays(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "7", "123456", "disk 1: 512110190592 bytes",
		"12345678-1234-1234-1234-123456789012", "18446744073709551615 18446744073709551615",
		"2024-07-19T04:09:00.1234567Z 2024-07-19T04:09:00.1234567Z",
		"2024-07-19 04:09:00  2024-07-19 04:09:01  2024-07-19 04:09:02",
		"a1b2c31234567890123456789012345678ffee8212345678901234567890abcdef",
		"[123456 ms] 123456 [123456 ms] 123456 [123456 ms] 123456",
		"C-00000291-00000000-00000032.sys", "records 123456, 123457, 123458",
		"12345678  23456789  34567890  45678901", "10.0.22621.3155 10.0.19041.4474",
		"1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20",
		"1234, 1235, 1236, 1237, 1238, 1239, 1240, 1241, 1242, 1243, 1244, 1245",
		"[\"123456\",\"123457\",\"123458\",\"123459\",\"123460\"]",
		"[123456][123457][123458][123459][123460]", "x123456123457123458123459123460",
		"123456123457123458123459123460x", "20261125T031500Z 20261125T031501Z"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char text[256];
		struct rs_redact r = begin();
		(void)snprintf(text, sizeof(text), "%s", texts[i]);
		rs_redact(text);
		assert_string_equal(text, texts[i]);
		for (const char *p = texts[i]; *p; p++)
			rs_redact_put(&r, p, 1);
		rs_redact_end(&r);
		assert_string_equal(shown, texts[i]);
	}
}

/* A run longer than what is held: the password may lie across any place where room was made. */
static void test_put__password_in_a_long_run__is_hidden(void **state)
{
	(void)state;
	for (size_t before = 0; before < 600; before += 7) {
		struct rs_redact r = begin();
		for (size_t i = 0; i < before; i++)
			rs_redact_put(&r, "12 ", 3);
		const char *text = join("", 0, GROUPS, "-", " ");
		rs_redact_put(&r, text, strlen(text));
		for (size_t i = 0; i < 300; i++)
			rs_redact_put(&r, "34 ", 3);
		rs_redact_end(&r);
		no_group_in(shown, "long run");
	}
}

/* What else looks like one, so long that it ends just before there is no room: what was held of the
 * password behind it is no less hidden than the rest. */
static void test_put__password_behind_what_is_hidden__is_hidden(void **state)
{
	char text[2 * RS_REDACT_HELD];

	(void)state;
	for (size_t before = RS_REDACT_HELD - 80; before <= RS_REDACT_HELD; before++) {
		struct rs_redact r = begin();
		memset(text, '2', before);
		(void)snprintf(text + before, sizeof(text) - before, "%s",
			join(".", 0, GROUPS, "\r\n", ".end"));
		rs_redact_put(&r, text, strlen(text));
		rs_redact_end(&r);
		no_group_in(shown, "behind");
		assert_non_null(strstr(shown, RS_REDACTED));
		assert_string_equal(shown + shown_len - 4, ".end");
		rs_redact_mask(text, '*');
		no_group_in(text, "behind, masked");
	}
}

/* Half of one, with a digit too many or too few; more digits than hang on letters, in one group. */
static void test_redact__half_and_mistyped__is_hidden(void **state)
{
	static const char *const texts[] = {"563552-6898655-117161-606298",
		"563552-68986-117161-606298-318780", "5635526898651171616062983187804431020"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char text[256];
		(void)snprintf(text, sizeof(text), "%s", texts[i]);
		rs_redact(text);
		assert_string_equal(text, RS_REDACTED);
	}
}

/* By a digit that comes so late it is another group's, a secret does not become longer. */
static void test_redact__far_away__another_run(void **state)
{
	char text[256] = "563552-689865-117161       606298";

	(void)state;
	rs_redact(text);
	assert_string_equal(text, "563552-689865-117161       606298");
}

/* Digits hang on a letter that came in a piece before, and not on one of somebody else. */
static void test_put__letter_before__of_the_same_text_only(void **state)
{
	struct rs_redact r = begin();
	const char *half = join("", 0, 5, "", "");

	(void)state;
	rs_redact_put(&r, "x", 1);
	rs_redact_put(&r, half, strlen(half));
	rs_redact_end(&r);
	assert_string_equal(shown + 1, half);
	rs_redact_put(&r, "x", 1);
	rs_redact_end(&r);
	shown_len = 0;
	rs_redact_put(&r, half, strlen(half));
	rs_redact_end(&r);
	assert_string_equal(shown, RS_REDACTED);
}

static void test_put__behind_a_long_one__digits_are_shown_again(void **state)
{
	char text[3 * RS_REDACT_HELD];
	struct rs_redact r = begin();

	(void)state;
	memset(text, '2', 2 * RS_REDACT_HELD);
	(void)snprintf(text + 2 * RS_REDACT_HELD, RS_REDACT_HELD, "%s", " and 12 files");
	rs_redact_put(&r, text, strlen(text));
	rs_redact_end(&r);
	assert_string_equal(shown, RS_REDACTED " and 12 files");
}

static void expect_nothing_held(const struct rs_redact *r)
{
	for (size_t i = 0; i < sizeof(r->held); i++)
		assert_int_equal(r->held[i], 0);
}

/* Who watches a terminal has one for as long as the machine runs. */
static void test_put__digits_that_went_on__none_is_left_behind(void **state)
{
	const char *text = join("", 0, GROUPS, "-", "");
	struct rs_redact r = begin();

	(void)state;
	rs_redact_put(&r, text, strlen(text));
	rs_redact_end(&r);
	expect_nothing_held(&r);
	rs_redact_put(&r, text, 11);
	rs_redact_idle(&r);
	expect_nothing_held(&r);
	rs_redact_end(&r);
	for (size_t i = 0; i < RS_REDACT_HELD; i++) /* no secret: half of it goes on at a time */
		rs_redact_put(&r, "1 , ", 4);
	rs_redact_end(&r);
	expect_nothing_held(&r);
	for (size_t i = 0; i < RS_REDACT_HELD / 6; i++) /* all of it is one */
		rs_redact_put(&r, groups[0], 6);
	rs_redact_put(&r, groups[1], 6);
	expect_nothing_held(&r);
}

static void test_put__plain_text__goes_on_at_once(void **state)
{
	(void)state;
	struct rs_redact r = begin();

	rs_redact_put(&r, "Choice: ", 8);
	assert_string_equal(shown, "Choice: ");
	rs_redact_put(&r, "12", 2); /* what is typed at a menu is seen at once */
	assert_string_equal(shown, "Choice: 12");
	assert_false(rs_redact_holds(&r));
	rs_redact_put(&r, "3456 ", 5);
	assert_true(rs_redact_holds(&r));
	rs_redact_idle(&r);
	assert_string_equal(shown, "Choice: 123456 ");
}

static void test_shown__control_characters_between__are_no_disguise(void **state)
{
	(void)state;
	char ret[1024];

	(void)rs_shown(join("", 0, GROUPS, "\x1b", ""), ret, sizeof(ret));
	no_group_in(ret, "escapes");
	(void)rs_shown("a\tb", ret, sizeof(ret));
	assert_string_equal(ret, "a\\x09b");
}

/* Every place stays where it is: digits become the mask, all else is as it was. */
static void expect_masked(const char *before)
{
	char text[4096];

	(void)snprintf(text, sizeof(text), "%s", before);
	rs_redact_mask(text, '*');
	assert_int_equal(strlen(text), strlen(before));
	for (size_t i = 0; before[i]; i++)
		if (text[i] != before[i])
			assert_true(text[i] == '*' && before[i] >= '0' && before[i] <= '9');
	no_group_in(text, before);
}

static void test_mask__whatever_is_between__same_length_no_group(void **state)
{
	char run[2001];

	(void)state;
	for (size_t i = 0; i < sizeof(separators) / sizeof(separators[0]); i++) {
		expect_masked(join("", 0, GROUPS, separators[i], ""));
		expect_masked(join("key: ", 0, GROUPS, separators[i], " [of C: 2024-07-19]\n"));
		expect_masked(join("", 4, 4, separators[i], ", 12 files"));
	}
	for (size_t i = 0; i < sizeof(run) - 1; i++)
		run[i] = groups[i / 6 % GROUPS][i % 6];
	run[sizeof(run) - 1] = '\0';
	expect_masked(run);
}

static char told[512];

static void show_key(void)
{
	char ret[512];

	(void)rs_shown(told, ret, sizeof(ret));
}

static char *told_new;

static void show_key_new(void)
{
	told_new = rs_shown_new(told);
}

/* On a stack that can be looked at. */
static void expect_none_left_by(void (*show)(void))
{
	static char stack[1 << 17];
	static ucontext_t here, there;

	memset(stack, 0, sizeof(stack));
	(void)snprintf(
		told, sizeof(told), "%s", join("the key is ", 0, GROUPS, "-", " as was said"));
	assert_int_equal(getcontext(&there), 0);
	there.uc_stack = (stack_t){.ss_sp = stack, .ss_size = sizeof(stack)};
	there.uc_link = &here;
	makecontext(&there, show, 0);
	assert_int_equal(swapcontext(&here, &there), 0);
	for (size_t i = 0; i < GROUPS; i++)
		assert_null(memmem(stack, sizeof(stack), groups[i], strlen(groups[i])));
	/* by then it stands where it was shown, if not in memory of its own */
	assert_true(told_new || memmem(stack, sizeof(stack), RS_REDACTED, strlen(RS_REDACTED)));
}

static void test_shown__a_key__none_of_it_is_left_behind(void **state)
{
	(void)state;
	expect_none_left_by(show_key);
	expect_none_left_by(show_key_new);
	assert_string_equal(told_new, "the key is " RS_REDACTED " as was said");
	free(told_new);
	told_new = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mask__whatever_is_between__same_length_no_group),
		cmocka_unit_test(test_redact__each_separator__whole_text),
		cmocka_unit_test(test_put__each_length_of_pieces__shows_no_group),
		cmocka_unit_test(test_idle__after_each_digit__shows_eleven_at_most),
		cmocka_unit_test(test_idle__among_letters_and_digits__is_hidden),
		cmocka_unit_test(test_redact__mistyped_or_partial__is_hidden),
		cmocka_unit_test(test_redact__what_is_no_key__stays),
		cmocka_unit_test(test_put__password_in_a_long_run__is_hidden),
		cmocka_unit_test(test_put__password_behind_what_is_hidden__is_hidden),
		cmocka_unit_test(test_redact__half_and_mistyped__is_hidden),
		cmocka_unit_test(test_redact__far_away__another_run),
		cmocka_unit_test(test_put__letter_before__of_the_same_text_only),
		cmocka_unit_test(test_put__behind_a_long_one__digits_are_shown_again),
		cmocka_unit_test(test_put__digits_that_went_on__none_is_left_behind),
		cmocka_unit_test(test_put__plain_text__goes_on_at_once),
		cmocka_unit_test(test_shown__a_key__none_of_it_is_left_behind),
		cmocka_unit_test(test_shown__control_characters_between__are_no_disguise),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

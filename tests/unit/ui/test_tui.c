/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the engine is answered, and what the screens say, without a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ui/keys.h"
#include "ui/tui.h"

static struct tui tui;
static struct tui_secret secret;

static int fresh(void **state)
{
	(void)state;
	secret = (struct tui_secret){0};
	tui = (struct tui){.secret = &secret};
	return 0;
}

static bool says(const struct page *p, const char *text)
{
	for (size_t i = 0; i < p->n; i++)
		if (strstr(p->lines[i].text, text))
			return true;
	return false;
}

static void test_ask__plan__only_what_was_confirmed(void **state)
{
	const struct rs_question q = {.kind = RS_ASK_PLAN, .text = "Move?"};

	(void)state;
	assert_int_equal(tui_events.ask(&tui, &q), RS_ANSWER_CANCEL);
	assert_int_equal(plan_next(&tui), SCREEN_DOING);
	assert_int_equal(tui_events.ask(&tui, &q), RS_ANSWER_YES);
	tui_turn_to(&tui, RS_UNDO, "20261130T102232Z"); /* another plan */
	assert_int_equal(tui_events.ask(&tui, &q), RS_ANSWER_CANCEL);
	assert_string_equal(tui.options.id, "20261130T102232Z");
	tui_turn_to(&tui, RS_FIX, NULL);
	assert_null(tui.options.id);
}

static void test_plan__without_a_repair__cannot_be_confirmed(void **state)
{
	(void)state;
	assert_false(plan_is_open(&tui));
	assert_false(undo_is_open(&tui));
}

/* A volume that no recovery password opens: nobody is asked for one. */
static void test_key__no_recovery_protector__not_asked(void **state)
{
	const struct bl_protector tpm = {.protection = BL_P_TPM};
	const struct rs_key_request q = {.protectors = &tpm, .n_protectors = 1};
	struct rs_key_source source = tui_keys;
	struct rs_secret got = {0};

	(void)state;
	source.user = &tui;
	assert_int_equal(source.ask(&source, &q, &got, NULL), 0);
	assert_null(got.p);
}

static void unlock_page(struct page *p, unsigned attempt, const char *typed)
{
	static const struct bl_protector protectors[] = {
		{.protection = BL_P_RECOVERY, .id = {0xEA, 0x1D, 0x31, 0x64}}};
	struct rs_err last = {0};
	const struct rs_key_request q = {
		"disk.img\x1b, volume 3", protectors, 1, &last, attempt, 3, false};

	(void)rs_fail_on(&last, RS_E_KEY_REJECTED, "disk.img", "1 tried");
	for (; *typed; typed++)
		(void)key_entry_put(&secret.entry, (unsigned char)*typed);
	tui.asked = &q;
	unlock_draw(&tui, p);
	tui.asked = NULL;
}

static void test_unlock__digits__filled_boxes_and_reasons(void **state)
{
	auto_page struct page p = {0};

	(void)state;
	unlock_page(&p, 1, "000011-123456-999999-22");
	assert_true(says(&p, "disk.img\\x1B, volume 3 is locked"));
	assert_true(says(&p, "64311DEA-0000-0000-0000-000000000000"));
	assert_false(says(&p, "Attempt"));
	assert_true(says(&p, "    [******] [******] [******] [**____] [______] [______] [______] "
			     "[______]"));
	assert_true(says(&p, "       ok     ^^^^^^   ^^^^^^   "));
	assert_true(says(&p, "Group 2: it is not a multiple of 11"));
	assert_true(says(&p, "Group 3: it is larger than 720885"));
	assert_false(says(&p, "Group 1") || says(&p, "Group 4"));
	assert_false(says(&p, "123456") || says(&p, "999999") || says(&p, "000011"));
	/* the digits themselves only by the console, each over its sign */
	assert_int_equal(p.n_secret, ENTRY_DIGITS);
	for (size_t i = 0; i < ENTRY_DIGITS; i++) {
		char cell[PAGE_CELL];
		const size_t column = p.secret_cell(p.secret, i, cell);
		assert_int_equal(cell[0], secret.entry.digit[i]);
		assert_int_equal(
			p.lines[p.secret_line].text[column], secret.entry.digit[i] ? '*' : '_');
		if (i == 20)
			assert_int_equal(p.cursor_column, column);
	}
}

static void test_unlock__another_key__says_whose_it_is(void **state)
{
	auto_page struct page p = {0};

	(void)state;
	unlock_page(&p, 2, "");
	assert_true(says(&p, "Attempt 2 of 3. That key was of another volume"));
	/* what is below would be pushed down by what the lines above say already */
	assert_false(says(&p, "1 tried"));
	assert_int_equal(p.cursor_column, p.secret_cell(p.secret, 0, (char[PAGE_CELL]){0}));
}

static void test_unlock__no_key_for_long__what_helps(void **state)
{
	auto_page struct page p = {0}, after = {0};

	(void)state;
	unlock_page(&p, 1, "");
	assert_false(says(&p, "keyboard"));
	tui.wants_hint = true;
	unlock_page(&after, 1, "");
	assert_true(says(&after, "keyboard do nothing?"));
	assert_true(says(&after, "EFI\\unbrick\\keys.txt"));
}

static void test_unlock__only_a_startup_key__the_stick_that_has_it(void **state)
{
	static const struct bl_protector startup = {.protection = BL_P_STARTUP_KEY};
	const struct rs_key_request q = {"disk.img", &startup, 1, NULL, 1, 3, false};
	auto_page struct page p = {0};

	(void)state;
	tui.asked = &q;
	unlock_draw(&tui, &p);
	assert_true(says(&p, "a startup key opens it"));
	assert_true(says(&p, "Plug in the USB stick that has it"));
	assert_false(says(&p, "48 digits") || says(&p, "[______]"));
	assert_false(p.has_cursor);
	assert_false(unlock_put(&tui, '1'));
	assert_int_equal(secret.entry.digit[0], 0);
}

static const struct bl_protector both[] = {
	{.protection = BL_P_PASSPHRASE}, {.protection = BL_P_RECOVERY}};

static void test_passphrase__a_sign_each__the_end_of_a_long_one(void **state)
{
	const struct rs_key_request q = {"disk.img", both, 2, NULL, 1, 3, false};
	auto_page struct page p = {0}, after = {0};
	char cell[PAGE_CELL];

	(void)state;
	tui.asked = &q;
	(void)passphrase_key(&tui, 'a');
	(void)passphrase_key(&tui, UI_KEY_TEXT + 0xDF);
	passphrase_draw(&tui, &p);
	assert_true(says(&p, "    [**____"));
	assert_int_equal(p.cursor_column, 7);
	assert_int_equal(p.n_secret, 2);
	assert_int_equal(p.secret_cell(p.secret, 1, cell), 6);
	assert_string_equal(cell, "\xc3\x9f");
	for (unsigned i = 0; i < 100; i++)
		(void)passphrase_key(&tui, 'b');
	passphrase_draw(&tui, &after);
	assert_true(says(&after, "***]"));
	assert_false(says(&after, "_"));
	assert_int_equal(after.cursor_column, 75);
	(void)after.secret_cell(after.secret, 31, cell);
	assert_string_equal(cell, "");
	assert_int_equal(after.secret_cell(after.secret, 32, cell), 5);
	assert_string_equal(cell, "b");
	assert_int_equal(after.secret_cell(after.secret, 101, cell), 74);
}

static void test_passphrase__offered_where_one_opens_it(void **state)
{
	const struct rs_key_request q = {"disk.img", both, 2, NULL, 1, 3, false};
	const struct rs_key_request only = {"disk.img", both, 1, NULL, 1, 3, false};
	const struct rs_key_request none = {"disk.img", both + 1, 1, NULL, 1, 3, false};

	(void)state;
	assert_false(passphrase_is_open(&tui));
	tui.asked = &none;
	assert_false(passphrase_is_open(&tui));
	tui.asked = &q;
	assert_true(passphrase_is_open(&tui));
	assert_int_equal(passphrase_go(&tui), SCREEN_ANSWER);
	assert_true(tui.is_switched && tui.by_passphrase);
	assert_int_equal(passphrase_back(&tui), SCREEN_ANSWER);
	assert_true(tui.is_switched && !tui.by_passphrase);
	tui.asked = &only; /* there is nothing to go back to */
	tui.by_passphrase = true;
	assert_int_equal(passphrase_back(&tui), SCREEN_ANSWER);
	assert_true(!tui.is_switched && tui.by_passphrase);
}

static void test_trouble__says_why_and_what_helps(void **state)
{
	auto_page struct page p = {0};

	(void)state;
	(void)rs_fail_on(&tui.trouble, RS_E_HIBERNATED, "disk.img", "a detail");
	trouble_draw(&tui, &p);
	assert_true(says(&p, "disk.img: "));
	assert_true(says(&p, "a detail"));
	assert_true(says(&p, "Now: Start Windows"));
	assert_false(says(&p, "What helps: "));
	tui.now = SCREEN_DOING;
	assert_int_equal(tui_failed(&tui, SCREEN_PLAN), SCREEN_TROUBLE);
	assert_int_equal(tui.retry, SCREEN_DOING);
	assert_int_equal(trouble_next(&tui), SCREEN_PLAN); /* never without the plan's key */
	tui.retry = SCREEN_FINDINGS;
	assert_int_equal(trouble_next(&tui), SCREEN_FINDINGS);
	(void)rs_fail(&tui.trouble, RS_E_CANCELLED, "%s", ""); /* by the person: no trouble */
	assert_int_equal(tui_failed(&tui, SCREEN_PLAN), SCREEN_PLAN);
}

static void test_log__warnings__are_on_the_screens_until_another_repair(void **state)
{
	auto_page struct page p = {0}, after = {0};

	(void)state;
	tui_events.log(&tui, RS_LOG_INFO, "of interest");
	tui_events.log(&tui, RS_LOG_WARN, "a\x1b[2J warning");
	tui_events.log(&tui, RS_LOG_ERROR, "an error");
	trouble_draw(&tui, &p);
	assert_true(says(&p, "Warning: a\\x1B[2J warning"));
	assert_true(says(&p, "Warning: an error"));
	assert_false(says(&p, "of interest"));
	for (unsigned i = 0; i < 1000; i++)
		tui_events.log(&tui, RS_LOG_WARN, "again");
	assert_true(tui.warnings.n < 300);
	tui_turn_to(&tui, RS_UNDO, NULL);
	page_done(&tui.log);
	trouble_draw(&tui, &after);
	assert_false(says(&after, "Warning"));
}

static void test_question__each_answer(void **state)
{
	auto_page struct page p = {0};

	(void)state;
	const struct rs_question q = {.kind = RS_ASK_DOUBT, .text = "Move it, too?"};
	tui.question = &q;
	question_draw(&tui, &p);
	assert_true(says(&p, "Move it, too?"));
	(void)question_yes(&tui);
	assert_int_equal(tui.answer, RS_ANSWER_YES);
	(void)question_no(&tui);
	assert_int_equal(tui.answer, RS_ANSWER_NO);
	(void)question_back(&tui);
	assert_int_equal(tui.answer, RS_ANSWER_CANCEL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_ask__plan__only_what_was_confirmed, fresh),
		cmocka_unit_test_setup(test_plan__without_a_repair__cannot_be_confirmed, fresh),
		cmocka_unit_test_setup(test_key__no_recovery_protector__not_asked, fresh),
		cmocka_unit_test_setup(
			test_unlock__only_a_startup_key__the_stick_that_has_it, fresh),
		cmocka_unit_test_setup(test_unlock__digits__filled_boxes_and_reasons, fresh),
		cmocka_unit_test_setup(test_unlock__another_key__says_whose_it_is, fresh),
		cmocka_unit_test_setup(test_unlock__no_key_for_long__what_helps, fresh),
		cmocka_unit_test_setup(test_passphrase__a_sign_each__the_end_of_a_long_one, fresh),
		cmocka_unit_test_setup(test_passphrase__offered_where_one_opens_it, fresh),
		cmocka_unit_test_setup(test_trouble__says_why_and_what_helps, fresh),
		cmocka_unit_test_setup(
			test_log__warnings__are_on_the_screens_until_another_repair, fresh),
		cmocka_unit_test_setup(test_question__each_answer, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

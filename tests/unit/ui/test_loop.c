/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a key to what it does, on screens of the test's own. The consoles are the test's (--wrap):
 * keys come from a list, and whoever sits there may leave. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ui/tui.h"

#define HOME	 SCREEN_FOUND
#define QUESTION SCREEN_QUESTION

static struct tui tui;
static unsigned keys[128], n_keys, at_key, n_went;
static bool is_burst, is_alone, is_cancelled, are_gone, was_working, is_enough_later;
static char shown_keys[512], asked_keys[512]; /* the last ones, those of a question */
static size_t shown_first;
static uint64_t now_ns;

unsigned __wrap_consoles_key(struct consoles *all, unsigned timeout_ms);
bool __wrap_consoles_is_alone(struct consoles *all, unsigned key);
void __wrap_consoles_paint(
	struct consoles *all, const struct console_frame *f, const struct page *p);
bool __wrap_consoles_are_gone(const struct consoles *all);
bool __wrap_term_is_cancelled(void);
uint64_t __wrap_term_now_ns(void);

/* Who has pressed all of them leaves. */
unsigned __wrap_consoles_key(struct consoles *all, unsigned timeout_ms)
{
	(void)all;
	now_ns += 1000000000;
	if (at_key < n_keys && (timeout_ms || is_burst))
		return keys[at_key++];
	if (timeout_ms && is_enough_later)
		tui.supervisor.is_enough = true;
	else if (timeout_ms)
		is_cancelled = true;
	is_enough_later = false;
	return are_gone ? UI_KEY_LOST : UI_KEY_NONE;
}

bool __wrap_consoles_is_alone(struct consoles *all, unsigned key)
{
	(void)all;
	(void)key;
	return is_alone;
}

void __wrap_consoles_paint(
	struct consoles *all, const struct console_frame *f, const struct page *p)
{
	(void)all;
	(void)p;
	(void)snprintf(shown_keys, sizeof(shown_keys), "%s", f->keys);
	if (tui.now == QUESTION)
		(void)snprintf(asked_keys, sizeof(asked_keys), "%s", f->keys);
	shown_first = f->first;
	was_working = tui.is_working;
}

bool __wrap_consoles_are_gone(const struct consoles *all)
{
	(void)all;
	return are_gone;
}

bool __wrap_term_is_cancelled(void)
{
	return is_cancelled;
}

uint64_t __wrap_term_now_ns(void)
{
	return now_ns;
}

static void draw(const struct tui *t, struct page *p)
{
	(void)t;
	for (unsigned i = 0; i < 100; i++)
		page_say(p, false, "line %u", i);
}

static enum screen_id go(struct tui *t)
{
	n_went++;
	t->answer = RS_ANSWER_YES;
	return SCREEN_ANSWER;
}

static enum screen_id stay(struct tui *t)
{
	(void)t;
	n_went++;
	return SCREEN_STAY;
}

static const struct screen screens[SCREENS] = {
	[HOME] = {"home", NULL, draw, .ways = {{'g', 0, "g", "go", NULL, go, false, false}}},
	[QUESTION] = {"question", NULL, draw,
		.ways = {{UI_KEY_F12, 0, "F12", "yes", NULL, go, true, false},
			{'s', 0, "s", "stay", NULL, stay, false, false},
			{'g', 0, "g", "go", NULL, go, false, false}}},
	[SCREEN_STICK] = {"which stick?", NULL, draw, .put = NULL},
};

static int fresh(void **state)
{
	(void)state;
	tui = (struct tui){.screens = screens, .now = HOME};
	n_keys = at_key = n_went = 0;
	is_burst = is_alone = is_cancelled = are_gone = is_enough_later = false;
	now_ns = 100000000000;
	(void)alarm(20);
	return 0;
}

static void press(unsigned key)
{
	keys[n_keys++] = key;
}

/* Who leaves has answered nothing, whatever was answered before. */
static void test_ask__left__is_no_answer(void **state)
{
	(void)state;
	tui.answer = RS_ANSWER_YES;
	tui.is_working = true;
	tui.first = 7;
	(void)snprintf(tui.status, sizeof(tui.status), "of the screen before");
	tui_ask(&tui, QUESTION);
	assert_int_equal(tui.answer, RS_ANSWER_CANCEL);
	assert_string_equal(tui.status, "");
	assert_int_equal(tui.now, HOME);
	assert_int_equal(tui.first, 7);
	assert_true(tui.is_working);
}

static void test_ask__in_the_middle_of_work__has_its_keys(void **state)
{
	(void)state;
	tui.is_working = tui.can_stop = true;
	tui_paint(&tui);
	assert_string_equal(shown_keys, "Esc stop   Ctrl-C exit");
	press('s');
	press('g');
	tui_ask(&tui, QUESTION);
	assert_int_equal(tui.answer, RS_ANSWER_YES);
	assert_int_equal(n_went, 2);
	assert_string_equal(asked_keys, "F12 yes   s stay   g go   Ctrl-C exit");
	assert_true(was_working); /* painted once more */
	tui.is_working = false;
	tui.now = QUESTION;
	tui_paint(&tui);
	assert_string_equal(shown_keys, "F12 yes   s stay   g go   Ctrl-C exit");
}

/* That nobody will answer is said of one question, and of none that a person has called up. */
static void test_ask__enough_waited__is_of_this_question(void **state)
{
	(void)state;
	tui.is_working = true;
	tui.supervisor.is_enough = true; /* it came too late for the one before */
	press('s');
	press('g');
	tui_ask(&tui, QUESTION);
	assert_int_equal(tui.answer, RS_ANSWER_YES);
	is_enough_later = true;
	tui_ask(&tui, QUESTION);
	assert_int_equal(tui.answer, RS_ANSWER_NOBODY);
	assert_false(is_cancelled);
	tui.is_working = false;
	tui.supervisor.is_enough = true;
	press('s');
	press('g');
	tui_ask(&tui, QUESTION);
	assert_int_equal(tui.answer, RS_ANSWER_YES);
	tui.given.say_yes = true; /* by itself, from step to step */
	is_enough_later = true;
	tui_ask(&tui, QUESTION);
	assert_int_equal(tui.answer, RS_ANSWER_NOBODY);
	/* one screen further, it is still the same question */
	tui.is_asked = tui.supervisor.is_enough = true;
	press('s');
	tui_ask(&tui, QUESTION);
	assert_int_equal(tui.answer, RS_ANSWER_NOBODY);
}

/* The first process has a question: it is asked at the disks, and nowhere in the middle of work. */
static void test_wait__which_stick_is_asked__made_anew_at_the_disks_only(void **state)
{
	(void)state;
	tui.supervisor.is_which_due = true;
	tui.supervisor.n_sticks = 2;
	press('s');
	assert_int_equal(tui_wait(&tui, HOME), HOME);
	press('s');
	assert_int_equal(tui_wait(&tui, QUESTION), SCREEN_LEAVE);
	is_cancelled = false;
	tui.supervisor.n_sticks = 0; /* nothing is asked any more */
	assert_int_equal(tui_wait(&tui, HOME), SCREEN_LEAVE);
	is_cancelled = false;
	press('s');
	assert_int_equal(tui_wait(&tui, SCREEN_STICK), SCREEN_STICK);
}

static void test_press__not_alone__does_nothing(void **state)
{
	(void)state;
	press(UI_KEY_F12);
	tui_ask(&tui, QUESTION);
	assert_int_equal(n_went, 0);
	assert_int_equal(tui.answer, RS_ANSWER_CANCEL);
	is_cancelled = false;
	is_alone = true;
	press(UI_KEY_F12);
	tui_ask(&tui, QUESTION);
	assert_int_equal(n_went, 1);
}

/* What comes behind the key that leads on is not for the screen that follows, nor lost by who reads
 * on. */
static void test_press__leads_on__the_rest_is_not_taken(void **state)
{
	(void)state;
	is_burst = true;
	press('g');
	press('x');
	assert_int_equal(tui_wait(&tui, HOME), SCREEN_ANSWER);
	assert_int_equal(at_key, 1);
}

static void test_wait__to_be_left__is_left(void **state)
{
	(void)state;
	is_cancelled = true;
	press('g');
	assert_int_equal(tui_wait(&tui, HOME), SCREEN_LEAVE);
	assert_int_equal(n_went, 0);
}

static void test_scroll__to_the_end_and_no_further(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 50; i++)
		press(UI_KEY_PAGE_DOWN);
	(void)tui_wait(&tui, HOME);
	assert_int_equal(shown_first, 100 - consoles_room(&tui.consoles));
}

/* ---- while it works ---- */

static bool goes_on(void)
{
	now_ns += 1000000000;
	return tui_events.progress(&tui, "scan", 1, 2);
}

static void test_work__esc__stops_it_where_it_may_stop(void **state)
{
	(void)state;
	is_burst = true;
	tui_begin(&tui, true);
	press('g');
	press(UI_KEY_ENTER);
	assert_true(goes_on() && goes_on());
	press(UI_KEY_ESC);
	(void)goes_on();
	assert_false(goes_on());
	tui.trouble.code = RS_E_CANCELLED;
	tui_begin(&tui, false); /* of the step before */
	assert_int_equal(tui.trouble.code, 0);
	assert_true(goes_on());
	press(UI_KEY_ESC);
	assert_true(goes_on() && goes_on());
	assert_int_equal(n_went, 0);
}

static void test_work__to_be_left_or_nobody_sees_it__stops(void **state)
{
	(void)state;
	tui_begin(&tui, true);
	is_cancelled = true;
	assert_false(goes_on());
	is_cancelled = false;
	assert_true(goes_on());
	are_gone = true;
	assert_false(goes_on());
}

/* Keys are looked at while it works, and a console may be gone by then. */
static void test_work__console_is_lost__is_not_read_for_ever(void **state)
{
	(void)state;
	is_burst = true;
	tui_begin(&tui, true);
	for (unsigned i = 0; i < 50; i++)
		press(UI_KEY_LOST);
	assert_true(goes_on());
	assert_int_equal(at_key, 1);
}

static void test_ask__plan_when_it_is_to_be_left__is_not_answered(void **state)
{
	const struct rs_question plan = {.kind = RS_ASK_PLAN, .text = "Move?"};

	(void)state;
	tui.is_confirmed = true;
	assert_int_equal(tui_events.ask(&tui, &plan), RS_ANSWER_YES);
	is_cancelled = true;
	assert_int_equal(tui_events.ask(&tui, &plan), RS_ANSWER_CANCEL);
}

static void test_failed__leads_where_it_may_be_tried_again(void **state)
{
	(void)state;
	tui.trouble.code = RS_E_IO_READ;
	assert_int_equal(tui_failed(&tui, HOME), SCREEN_TROUBLE);
	assert_int_equal(tui.retry, HOME);
	tui.trouble.code = RS_E_CANCELLED; /* by a person */
	assert_int_equal(tui_failed(&tui, QUESTION), QUESTION);
	are_gone = true;
	assert_int_equal(tui_failed(&tui, QUESTION), SCREEN_LEAVE);
	are_gone = false;
	is_cancelled = true;
	assert_int_equal(tui_failed(&tui, QUESTION), SCREEN_LEAVE);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, fresh)
	const struct CMUnitTest tests[] = {
		T(test_ask__left__is_no_answer),
		T(test_ask__in_the_middle_of_work__has_its_keys),
		T(test_ask__enough_waited__is_of_this_question),
		T(test_press__not_alone__does_nothing),
		T(test_wait__which_stick_is_asked__made_anew_at_the_disks_only),
		T(test_press__leads_on__the_rest_is_not_taken),
		T(test_wait__to_be_left__is_left),
		T(test_scroll__to_the_end_and_no_further),
		T(test_work__esc__stops_it_where_it_may_stop),
		T(test_work__to_be_left_or_nobody_sees_it__stops),
		T(test_work__console_is_lost__is_not_read_for_ever),
		T(test_ask__plan_when_it_is_to_be_left__is_not_answered),
		T(test_failed__leads_where_it_may_be_tried_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

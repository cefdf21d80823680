/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person enters at the question for a key, and what is taken of it. The screens are the
 * test's (--wrap of tui_ask): who sits there does at once what the test says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "ui/tui.h"

#define KEY	   "563552689865117161606298318780443102078155712448"
#define PASSPHRASE "Gr\xC3\xBC\xC3\x9F"

static const struct bl_protector recovery = {.protection = BL_P_RECOVERY};
static const struct bl_protector both[] = {
	{.protection = BL_P_RECOVERY}, {.protection = BL_P_PASSPHRASE}};
static struct rs_err last;
static struct tui tui;
static struct tui_secret secret;
static struct rs_key_source source;
static struct rs_secret got;
static struct rs_err err;
static void (*person)(void);
static enum screen_id asked[4];
static bool was_hidden[4];
static unsigned n_asked, n_restored;

void __wrap_tui_ask(struct tui *t, enum screen_id id);
void __wrap_keymap_restore(void);

void __wrap_tui_ask(struct tui *t, enum screen_id id)
{
	assert_ptr_equal(t, &tui);
	assert_non_null(t->asked);
	assert_true(n_asked < 4);
	was_hidden[n_asked] = t->consoles.is_hidden;
	asked[n_asked++] = id;
	person();
}

void __wrap_keymap_restore(void)
{
	n_restored++;
}

static int fresh(void **state)
{
	(void)state;
	tui = (struct tui){.secret = &secret};
	for (size_t i = 0; i < STICKS_MOST; i++)
		tui.sticks.list[i].fd = -1;
	memset(&secret, 0, sizeof(secret));
	source = tui_keys;
	source.user = &tui;
	n_asked = n_restored = 0;
	return 0;
}

static int over(void **state)
{
	(void)state;
	rs_secret_done(&got);
	return 0;
}

static int ask(const struct bl_protector *protectors, unsigned n, unsigned attempt)
{
	const struct rs_key_request q = {"a volume", protectors, n, &last, attempt, 3, false};

	rs_secret_done(&got);
	n_asked = 0;
	const int r = source.ask(&source, &q, &got, &err);
	/* nothing of it is left, whatever came of it */
	for (size_t i = 0; i < sizeof(secret); i++)
		assert_int_equal(((const uint8_t *)&secret)[i], 0);
	assert_null(tui.asked);
	return r;
}

static void types_key(void)
{
	memcpy(secret.entry.digit, KEY, strlen(KEY));
}

static void types_half(void)
{
	memcpy(secret.entry.digit, KEY, strlen(KEY) / 2);
}

static void type_passphrase(bool is_entered)
{
	static const unsigned keys[] = {'G', 'r', UI_KEY_TEXT + 0xFC, UI_KEY_TEXT + 0xDF};

	for (size_t i = 0; i < 4; i++)
		(void)passphrase_put(&secret.passphrase, keys[i]);
	if (is_entered)
		(void)passphrase_put(&secret.passphrase, UI_KEY_ENTER);
}

static void types_passphrase(void)
{
	type_passphrase(true);
}

static void begins_passphrase(void)
{
	type_passphrase(false);
}

static void test_recovery__whole__is_taken(void **state)
{
	(void)state;
	person = types_key;
	assert_int_equal(ask(&recovery, 1, 1), 1);
	assert_int_equal(got.len, strlen(KEY));
	assert_memory_equal(got.p, KEY, strlen(KEY));
	assert_int_equal(asked[0], SCREEN_UNLOCK);
	assert_int_equal(n_restored, 1); /* the keyboard is whose it was */
}

static void test_recovery__half_of_it__is_none(void **state)
{
	(void)state;
	person = types_half;
	assert_int_equal(ask(&recovery, 1, 1), 0);
}

static void test_passphrase__entered__is_taken_and_was_hidden(void **state)
{
	(void)state;
	person = types_passphrase;
	assert_int_equal(ask(&both[1], 1, 1), 2);
	assert_int_equal(got.len, strlen(PASSPHRASE));
	assert_memory_equal(got.p, PASSPHRASE, strlen(PASSPHRASE));
	assert_int_equal(asked[0], SCREEN_PASSPHRASE);
	assert_true(was_hidden[0]);
	assert_false(tui.consoles.is_hidden); /* digits are as they were */
}

static void test_passphrase__without_enter__is_none(void **state)
{
	(void)state;
	person = begins_passphrase;
	assert_int_equal(ask(&both[1], 1, 1), 0);
}

static void switches_then_types(void)
{
	if (n_asked == 1)
		(void)passphrase_go(&tui);
	else
		types_passphrase();
}

/* To the other of the two, which the next attempt begins with. */
static void test_switched__asked_for_the_other__stays_so(void **state)
{
	(void)state;
	person = switches_then_types;
	assert_int_equal(ask(both, 2, 1), 2);
	assert_int_equal(n_asked, 2);
	assert_int_equal(asked[1], SCREEN_PASSPHRASE);
	person = types_passphrase;
	assert_int_equal(ask(both, 2, 2), 2);
	assert_int_equal(asked[0], SCREEN_PASSPHRASE);
	person = types_key; /* another volume */
	assert_int_equal(ask(both, 2, 1), 1);
}

static void plug_in(void)
{
	struct stick_look *l = &tui.sticks.list[0];

	(void)snprintf(l->path, sizeof(l->path), "/dev/sda");
	(void)snprintf(l->key.place, sizeof(l->key.place), "/dev/sda: key.txt");
	assert_int_equal(rs_secret_set(&l->key.bytes, "of a stick", 10, NULL), 0);
}

static void plugs_in_and_types(void)
{
	plug_in();
	types_key();
}

static void plugs_in_and_takes(void)
{
	plug_in();
	(void)sticks_go(&tui);
}

static void test_stick__offered__taken_where_a_person_says_so(void **state)
{
	(void)state;
	person = plugs_in_and_types;
	assert_int_equal(ask(&recovery, 1, 1), 1);
	assert_null(sticks_key(&tui));
	person = plugs_in_and_takes;
	assert_int_equal(ask(&recovery, 1, 1), 3);
	assert_int_equal(got.len, 10);
	assert_memory_equal(got.p, "of a stick", 10);
	assert_null(sticks_key(&tui));
}

static void test_none__nothing_that_is_typed_opens_it__nobody_is_asked(void **state)
{
	static const struct bl_protector tpm = {.protection = BL_P_TPM};

	(void)state;
	person = types_key;
	assert_int_equal(ask(&tpm, 1, 1), 0);
	assert_int_equal(n_asked, 0);
}

static void types_and_leaves(void)
{
	types_key();
	tui.is_switched = true;
	assert_int_equal(raise(SIGTERM), 0);
}

/* The last one: it stays so. */
static void test_left__with_a_whole_key__is_not_taken(void **state)
{
	(void)state;
	term_catch_signals();
	person = types_and_leaves;
	assert_int_equal(ask(&recovery, 1, 1), 0);
	assert_int_equal(n_asked, 1);
	assert_int_equal(ask(&recovery, 1, 1), 0);
	assert_int_equal(n_asked, 0);
	term_release_signals();
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fresh, over)
	const struct CMUnitTest tests[] = {
		T(test_recovery__whole__is_taken),
		T(test_recovery__half_of_it__is_none),
		T(test_passphrase__entered__is_taken_and_was_hidden),
		T(test_passphrase__without_enter__is_none),
		T(test_switched__asked_for_the_other__stays_so),
		T(test_stick__offered__taken_where_a_person_says_so),
		T(test_none__nothing_that_is_typed_opens_it__nobody_is_asked),
		T(test_left__with_a_whole_key__is_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

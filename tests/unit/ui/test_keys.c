/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys out of bytes: sequences as the terminals' documents have them, split anywhere, and what is
 * none of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ui/keys.h"

/* All keys that the bytes give, the end of it followed by silence. Was something no key? */
static bool expect(const char *bytes, size_t len, const unsigned *keys, size_t n)
{
	struct key_reader r = {0};
	size_t got = 0;

	for (size_t i = 0; i <= len; i++) {
		unsigned key = i < len ? key_of_byte(&r, (uint8_t)bytes[i]) : key_of_silence(&r);
		if (!key)
			continue;
		assert_true(got < n);
		assert_int_equal(key, keys[got++]);
	}
	assert_int_equal(got, n);
	assert_false(r.is_in_sequence);
	return r.has_dropped;
}

#define GIVES(bytes, ...)                                                                          \
	(void)expect(bytes, sizeof(bytes) - 1, (const unsigned[]){__VA_ARGS__},                    \
		sizeof((const unsigned[]){__VA_ARGS__}) / sizeof(unsigned))
#define GIVES_NOTHING(bytes) assert_true(expect(bytes, sizeof(bytes) - 1, NULL, 0))

static void test_byte__characters__are_themselves(void **state)
{
	(void)state;
	GIVES("0y~", '0', 'y', '~');
	GIVES("\r\n\t", UI_KEY_ENTER, UI_KEY_ENTER, UI_KEY_TAB);
	GIVES("\x7f\b\x19", UI_KEY_BACKSPACE, UI_KEY_BACKSPACE, UI_KEY_CTRL_Y);
	GIVES("1\xc3\xa4\xe2\x80\x93\xf0\x9f\x94\x91\xff\x00"
	      "2",
		'1', UI_KEY_TEXT + 0xE4, UI_KEY_TEXT + 0x2013, UI_KEY_TEXT + 0x1F511, '2');
	/* malformed, torn, a surrogate, a control character */
	GIVES("\xa4\xc3\x31\xe2\x80\x1b[A\xed\xa0\x80\xc2\x9b\xc0\xb1\xe0\x80\xb1"
	      "2",
		'1', UI_KEY_UP, '2');
}

static void test_byte__sequences__of_each_terminal(void **state)
{
	(void)state;
	GIVES("\x1b[A\x1b[B\x1b[C\x1b[D", UI_KEY_UP, UI_KEY_DOWN, UI_KEY_RIGHT, UI_KEY_LEFT);
	GIVES("\x1bOA\x1bOB\x1bOC\x1bOD", UI_KEY_UP, UI_KEY_DOWN, UI_KEY_RIGHT, UI_KEY_LEFT);
	GIVES("\x1b[H\x1bOH\x1b[1~\x1b[7~", UI_KEY_HOME, UI_KEY_HOME, UI_KEY_HOME, UI_KEY_HOME);
	GIVES("\x1b[F\x1bOF\x1b[4~\x1b[8~", UI_KEY_END, UI_KEY_END, UI_KEY_END, UI_KEY_END);
	GIVES("\x1b[3~\x1b[5~\x1b[6~", UI_KEY_DELETE, UI_KEY_PAGE_UP, UI_KEY_PAGE_DOWN);
	GIVES("\x1b[23~\x1b[24~", UI_KEY_F11, UI_KEY_F12);
	GIVES("\x1b[[A\x1b[[B\x1b[[C\x1b[[D\x1b[[E", UI_KEY_F1, UI_KEY_F1 + 1, UI_KEY_F1 + 2,
		UI_KEY_F1 + 3, UI_KEY_F1 + 4);
	GIVES("\x1b[11~\x1b[12~\x1b[13~\x1b[14~\x1b[15~", UI_KEY_F1, UI_KEY_F1 + 1, UI_KEY_F1 + 2,
		UI_KEY_F1 + 3, UI_KEY_F1 + 4);
	GIVES("\x1b[17~\x1b[18~\x1b[19~\x1b[20~\x1b[21~", UI_KEY_F1 + 5, UI_KEY_F1 + 6,
		UI_KEY_F1 + 7, UI_KEY_F1 + 8, UI_KEY_F10);
	GIVES("\x1bOP\x1bOS", UI_KEY_PF1, UI_KEY_PF4);
	GIVES("\x1bOp\x1bOq\x1bOy\x1bOM", '0', '1', '9', UI_KEY_ENTER); /* the keypad */
}

/* Dropped whole: no digit of them may reach an entry, and none is Esc. */
static void test_byte__unknown_sequences__nothing(void **state)
{
	(void)state;
	GIVES_NOTHING("\x1b[16~\x1b[22~\x1b[25~\x1b[99~\x1b[1;5A\x1b[?62;1c\x1b[200~\x1b[201~");
	GIVES_NOTHING("\x1b[[F\x1b[[1\x1bOT\x1bOl\x1bOn\x1bOz\x1b[Z\x1b[1234567890123456789~");
	GIVES_NOTHING(
		"\x1b[24;2~\x1b[2;4~\x1b[240~\x1b[024~\x1b[24$"); /* nearly the confirming one */
	GIVES_NOTHING("\x1bx\x1b\r\x1b\x19");			  /* with Alt */
	GIVES("\x1b[24\r5", '5');				  /* torn by another key */
	GIVES("\x1b[1\x1b[A", UI_KEY_UP);
	GIVES_NOTHING("\x1b[24");
}

static void test_byte__sequence_for_ever__no_more_is_held_than_there_is_room(void **state)
{
	struct key_reader r = {0};

	(void)state;
	(void)key_of_byte(&r, UI_KEY_ESC);
	(void)key_of_byte(&r, '[');
	for (unsigned i = 0; i < 1000; i++) {
		assert_int_equal(key_of_byte(&r, '2'), UI_KEY_NONE);
		assert_true(r.is_in_sequence && r.n <= sizeof(r.held));
	}
	assert_int_equal(key_of_byte(&r, '~'), UI_KEY_NONE);
	assert_true(r.has_dropped && !r.is_in_sequence);
}

static void test_byte__no_key__is_told(void **state)
{
	static const char *const bad[] = {"1\x1b[99~", "1\x1b[2", "1\x1bq", "1\xff", "1\xa4",
		"\xc3\x31", "1\xc3\x1b[A", "1\xed\xa0\x80", "\x1b[24\x1b[A"};
	static const char *const good[] = {"1\r\t\x7f\b\x19", "\x1b[24~\x1b[A", "\x1b", "\xc3\xa4"};

	(void)state;
	for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]) + sizeof(good) / sizeof(good[0]); k++) {
		const bool is_bad = k < sizeof(bad) / sizeof(bad[0]);
		const char *bytes = is_bad ? bad[k] : good[k - sizeof(bad) / sizeof(bad[0])];
		struct key_reader r = {0};
		for (const char *p = bytes; *p; p++)
			(void)key_of_byte(&r, (uint8_t)*p);
		(void)key_of_silence(&r);
		assert_int_equal(r.has_dropped, is_bad);
	}
}

static void test_silence__alone__is_the_key(void **state)
{
	struct key_reader r = {0};

	(void)state;
	GIVES("\x1b", UI_KEY_ESC);
	GIVES("\x1b\x1b", UI_KEY_ESC, UI_KEY_ESC);
	GIVES("\x1b\x1b[24~", UI_KEY_ESC, UI_KEY_F12);
	assert_int_equal(key_of_silence(&r), UI_KEY_NONE);
	assert_int_equal(key_of_byte(&r, UI_KEY_ESC), UI_KEY_NONE);
	assert_int_equal(key_of_silence(&r), UI_KEY_ESC);
	assert_int_equal(key_of_byte(&r, '['), '['); /* it is over */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_byte__characters__are_themselves),
		cmocka_unit_test(test_byte__sequences__of_each_terminal),
		cmocka_unit_test(test_byte__unknown_sequences__nothing),
		cmocka_unit_test(test_byte__sequence_for_ever__no_more_is_held_than_there_is_room),
		cmocka_unit_test(test_byte__no_key__is_told),
		cmocka_unit_test(test_silence__alone__is_the_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

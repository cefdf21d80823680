/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys out of a terminal's bytes. Digits that no Esc is before are those that come out, and what
 * begins with Esc gives at most one key; the confirming one comes of its own bytes only, or alone
 * in a paste in brackets beside bytes that were dropped. As a line it is the whole word; a digit is
 * one alone. Byte 0xFE is silence. Seeds: none needed. */
#include <stdlib.h>
#include <string.h>

#include "ui/key_entry.h"
#include "ui/keys.h"
#include "ui/passphrase.h"
#include "ui/plain.h"

#define SILENCE 0xFEU /* begins no character (RFC 3629) */
#define F12	"\x1b[24~"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool is_so)
{
	if (!is_so)
		abort();
}

/* A key is what there is a name for, or a character that has bytes. */
static void look_at(unsigned key)
{
	char text[KEY_CHARACTER];
	const size_t n = key_character(key, text);

	expect(key < UI_KEY_LOST || key >= UI_KEY_TEXT + 0xA0);
	expect(strlen(text) == n && n <= 4);
	expect((n > 0) == ((key >= ' ' && key < UI_KEY_BACKSPACE) || key >= UI_KEY_TEXT));
	expect(!n || rs_is_utf8(text));
}

/* What comes behind what has come so far, whatever that was, once Esc has been waited for. */
static void check_rest(const uint8_t *data, size_t size)
{
	struct key_reader r = {0};

	for (size_t i = 0; i < size; i++)
		(void)key_of_byte(&r, data[i]);
	(void)key_of_silence(&r);
	r.has_dropped = false;
	for (const char *p = "0123456789"; *p; p++)
		expect(key_of_byte(&r, (uint8_t)*p) == (unsigned)*p);
	for (const char *p = "\x1b[200~"; *p; p++)
		expect(!key_of_byte(&r, (uint8_t)*p));
	expect(r.has_dropped); /* so what confirms in a paste does not (consoles_is_alone) */
}

/* The same bytes as a line to the screens in plain text: only the whole word confirms. */
static void check_line(const uint8_t *data, size_t size)
{
	char line[64] = "";
	unsigned times;

	memcpy(line, data, size < sizeof(line) ? size : sizeof(line) - 1);
	const unsigned key = plain_key(line, &times);
	expect((key == UI_KEY_F12) == (strcasecmp(line, "yes") == 0));
	expect(key != UI_KEY_CTRL_Y);
	/* a digit alone is a number of a list, and only then */
	expect(key < '0' || key > '9' || (key != '0' && key == (unsigned)line[0] && !line[1]));
	expect((key == UI_KEY_ENTER) == !line[0]);
	if (times != 1)
		expect(strspn(line + 1, "0123456789") == strlen(line + 1) &&
			key == (line[0] == '+' ? UI_KEY_RIGHT : UI_KEY_LEFT));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct key_reader r = {0};
	struct key_entry entry = {0};
	struct passphrase line = {0};
	size_t from = 0, n_keys = 0;

	for (size_t i = 0; i < size; i++) {
		const bool was_between = !r.is_in_sequence;
		const unsigned key =
			data[i] == SILENCE ? key_of_silence(&r) : key_of_byte(&r, data[i]);
		if (was_between && data[i] >= '0' && data[i] <= '9')
			expect(key == data[i]);
		if (r.is_in_sequence && was_between)
			from = i;
		if (!key)
			continue;
		n_keys++;
		look_at(key);
		if (key == UI_KEY_F12)
			expect(i + 1 - from >= sizeof(F12) - 1 &&
				memcmp(data + i + 2 - sizeof(F12), F12, sizeof(F12) - 1) == 0);
		if (key == UI_KEY_CTRL_Y)
			expect(was_between && data[i] == UI_KEY_CTRL_Y);
		(void)key_entry_put(&entry, key_entry_means(key, ENTRY_FROM_SERIAL));
		(void)passphrase_put(&line, key);
	}
	expect(n_keys <= size && entry.at <= ENTRY_DIGITS && line.n <= PASSPHRASE_CHARACTERS);
	for (unsigned i = 0; i < ENTRY_DIGITS; i++)
		expect(!entry.digit[i] || (entry.digit[i] >= '0' && entry.digit[i] <= '9'));
	check_rest(data, size);
	check_line(data, size);
	return 0;
}

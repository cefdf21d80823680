/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/keys.h"

#include <stddef.h>
#include <string.h>

#include "rescue.h"

/* ECMA-48 and what Linux' console, xterm, VT220, rxvt, PuTTY and screen send. The keypad's are
 * those of application mode, whatever NumLock is. */
static const struct {
	const char *text; /* after Esc */
	unsigned key;
} sequences[] = {
	{"[A", UI_KEY_UP},
	{"[B", UI_KEY_DOWN},
	{"[C", UI_KEY_RIGHT},
	{"[D", UI_KEY_LEFT},
	{"OA", UI_KEY_UP},
	{"OB", UI_KEY_DOWN},
	{"OC", UI_KEY_RIGHT},
	{"OD", UI_KEY_LEFT},
	{"[H", UI_KEY_HOME},
	{"OH", UI_KEY_HOME},
	{"[1~", UI_KEY_HOME},
	{"[7~", UI_KEY_HOME},
	{"[F", UI_KEY_END},
	{"OF", UI_KEY_END},
	{"[4~", UI_KEY_END},
	{"[8~", UI_KEY_END},
	{"[3~", UI_KEY_DELETE},
	{"[5~", UI_KEY_PAGE_UP},
	{"[6~", UI_KEY_PAGE_DOWN},
	{"[[A", UI_KEY_F1}, /* Linux' console; rxvt and PuTTY are the next, xterm's are PF */
	{"[[B", UI_KEY_F1 + 1},
	{"[[C", UI_KEY_F1 + 2},
	{"[[D", UI_KEY_F1 + 3},
	{"[[E", UI_KEY_F1 + 4},
	{"[11~", UI_KEY_F1},
	{"[12~", UI_KEY_F1 + 1},
	{"[13~", UI_KEY_F1 + 2},
	{"[14~", UI_KEY_F1 + 3},
	{"[15~", UI_KEY_F1 + 4},
	{"[17~", UI_KEY_F1 + 5}, /* VT220 and all others; it has no 16 and no 22 */
	{"[18~", UI_KEY_F1 + 6},
	{"[19~", UI_KEY_F1 + 7},
	{"[20~", UI_KEY_F1 + 8},
	{"[21~", UI_KEY_F10},
	{"[23~", UI_KEY_F11},
	{"[24~", UI_KEY_F12},
	{"OM", UI_KEY_ENTER},
};

static void begin_anew(struct key_reader *r, bool is_dropped)
{
	*r = (struct key_reader){.has_dropped = r->has_dropped || is_dropped};
}

static unsigned find(const struct key_reader *r)
{
	if (r->n == 2 && r->held[0] == 'O' && r->held[1] >= 'p' && r->held[1] <= 'y')
		return '0' + (unsigned)(r->held[1] - 'p');
	if (r->n == 2 && r->held[0] == 'O' && r->held[1] >= 'P' && r->held[1] <= 'S')
		return UI_KEY_PF1 + (unsigned)(r->held[1] - 'P');
	for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++)
		if (strlen(sequences[i].text) == r->n &&
			memcmp(sequences[i].text, r->held, r->n) == 0)
			return sequences[i].key;
	return UI_KEY_NONE; /* dropped, all of it */
}

/* Is the sequence whole with its last byte? Esc, or Esc [ and parameters up to a letter or ~, or
 * Esc [ [ x of Linux' console, or Esc O x; anything else behind Esc is two bytes (Alt). */
static bool is_whole(const struct key_reader *r, uint8_t byte)
{
	if (r->n == 1)
		return byte != '[' && byte != 'O';
	if (r->n == 2 && byte == '[')
		return false;
	return r->held[0] == 'O' || byte >= 0x40 || byte < 0x20;
}

static unsigned in_sequence(struct key_reader *r, uint8_t byte)
{
	if (byte == UI_KEY_ESC) { /* the one before was the key, or is lost */
		const bool was_alone = r->n == 0;
		r->has_dropped |= !was_alone;
		r->n = 0;
		return was_alone ? UI_KEY_ESC : UI_KEY_NONE;
	}
	if (r->n < sizeof(r->held)) /* else it is longer than any that is known */
		r->held[r->n++] = byte;
	if (!is_whole(r, byte))
		return UI_KEY_NONE;
	const unsigned ret = find(r);
	begin_anew(r, !ret);
	return ret;
}

/* RFC 3629: how many bytes a character has that begins so; 0: none does. */
static unsigned length_of(uint8_t first)
{
	if (first < 0xC2 || first > 0xF4)
		return 0;
	return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

static unsigned in_character(struct key_reader *r, uint8_t byte)
{
	uint32_t code = 0;

	r->held[r->n++] = byte;
	if (r->n < length_of(r->held[0]))
		return UI_KEY_NONE;
	const size_t n = rs_utf8_get(r->held, r->n, &code);
	/* C1 is control; surrogates */
	const bool is_bad = !n || code < 0xA0 || (code & 0xFFFFF800) == 0xD800;
	begin_anew(r, is_bad);
	return is_bad ? UI_KEY_NONE : UI_KEY_TEXT + code;
}

unsigned key_of_byte(struct key_reader *r, uint8_t byte)
{
	if (r->is_in_sequence)
		return in_sequence(r, byte);
	if (r->is_in_character && (byte & 0xC0) == 0x80)
		return in_character(r, byte);
	begin_anew(r, r->is_in_character); /* a character that was torn is none */
	if (byte == UI_KEY_ESC) {
		r->is_in_sequence = true;
		return UI_KEY_NONE;
	}
	if (length_of(byte)) {
		r->held[r->n++] = byte;
		r->is_in_character = true;
		return UI_KEY_NONE;
	}
	if (!byte || byte >= 0x80) {
		r->has_dropped = true;
		return UI_KEY_NONE;
	}
	if (byte == '\b')
		return UI_KEY_BACKSPACE;
	return byte == '\n' ? UI_KEY_ENTER : byte;
}

unsigned key_of_silence(struct key_reader *r)
{
	const bool is_alone = r->is_in_sequence && r->n == 0;

	begin_anew(r, r->is_in_sequence && !is_alone);
	return is_alone ? UI_KEY_ESC : UI_KEY_NONE;
}

/* RFC 3629 */
size_t key_character(unsigned key, char ret[KEY_CHARACTER])
{
	static const uint8_t first[] = {0, 0, 0xC0, 0xE0, 0xF0};
	const uint32_t c = key >= UI_KEY_TEXT			  ? key - UI_KEY_TEXT
			   : key >= ' ' && key < UI_KEY_BACKSPACE ? key
								  : 0;
	const unsigned n = c < 0x80 ? c > 0 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	memset(ret, 0, KEY_CHARACTER);
	for (unsigned i = 0; i < n; i++)
		ret[i] = (char)(i ? 0x80 | (c >> 6 * (n - 1 - i) & 0x3F)
				  : first[n] | c >> 6 * (n - 1));
	return n;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/view.h"

#include <string.h>

#define ROW	16U /* bytes of a line in hex */
#define MASK	'*'
#define NOTHING '"' /* in place of what belongs to no password (core/redact.h) */
#define BETWEEN '-' /* and of what may stand in one */

bool view_is_text(const uint8_t *begin, size_t len, bool *ret_is_utf16)
{
	size_t n_zero = 0, n_odd_zero = 0;

	for (size_t i = 0; i < len; i++) {
		n_zero += !begin[i];
		n_odd_zero += !begin[i] && i % 2;
	}
	/* a byte order mark, or what Latin text has in UTF-16 */
	*ret_is_utf16 = (len >= 2 && begin[0] == 0xFF && begin[1] == 0xFE) ||
			(n_odd_zero > len / 4 && n_zero == n_odd_zero);
	return *ret_is_utf16 || !n_zero;
}

/* Places that belong to a password, where each character has @step bytes and the first one is at
 * @from. What a byte is to a password is kept, and no more. */
static void hide(const struct view *v, size_t from, size_t step, bool *hidden)
{
	char text[sizeof(v->bytes) + 1];
	size_t n = 0;

	for (size_t i = from; i + step <= v->len; i += step) {
		const uint8_t c = v->bytes[i], high = step > 1 ? v->bytes[i + 1] : 0;
		text[n++] = high || c >= 0x80 || c == MASK ? BETWEEN : c ? (char)c : NOTHING;
	}
	text[n] = '\0';
	rs_redact_mask(text, MASK);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < step && text[i] == MASK; k++)
			hidden[from + i * step + k] = true;
	rs_wipe(text, sizeof(text));
}

static void draw_hex(const struct view *v, const bool *hidden, struct page *p)
{
	for (size_t row = v->from; row < v->to; row += ROW) {
		char line[96];
		size_t n = (size_t)snprintf(line, sizeof(line), "%010llx ",
			(unsigned long long)(v->off_bytes + row - v->from));
		const size_t end = v->to - row < ROW ? v->to : row + ROW;
		for (size_t i = row; i < row + ROW; i++)
			n += (size_t)(i >= end	  ? snprintf(line + n, sizeof(line) - n, "   ")
				      : hidden[i] ? snprintf(line + n, sizeof(line) - n, " **")
						  : snprintf(line + n, sizeof(line) - n, " %02x",
							    v->bytes[i]));
		line[n++] = ' ';
		line[n++] = ' ';
		for (size_t i = row; i < end; i++)
			line[n++] = hidden[i]				       ? MASK
				    : v->bytes[i] >= ' ' && v->bytes[i] < 0x7F ? (char)v->bytes[i]
									       : '.';
		line[n] = '\0';
		page_line(p, line);
	}
}

static void draw_lines(char *text, struct page *p)
{
	for (char *line = text, *next; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		for (char *c = line; *c; c++)
			if (*c == '\t' || *c == '\r')
				*c = ' ';
		if (line[strspn(line, " ")])
			page_quote(p, false, line);
		else
			page_line(p, "");
	}
}

static void draw_text(const struct view *v, const bool *hidden, struct page *p)
{
	uint8_t shown[VIEW_BYTES];
	char text[3 * VIEW_BYTES + 1];
	const size_t len = v->to - v->from;
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		shown[i] = !hidden[v->from + i]	  ? v->bytes[v->from + i]
			   : v->is_utf16 && i % 2 ? 0
						  : MASK;
	for (size_t i = 0; v->is_utf16 && i + 1 < len; i += 2)
		if (!shown[i] && !shown[i + 1]) /* which would be its end */
			shown[i] = '.';
	if (v->is_utf16)
		n = rs_utf16_to_utf8((struct rs_view){shown, len}, text, sizeof(text));
	for (size_t i = 0; !v->is_utf16 && i < len; i++)
		text[n++] = shown[i] ? (char)shown[i] : '.';
	text[n] = '\0';
	draw_lines(text, p);
	rs_wipe(shown, sizeof(shown));
	rs_wipe(text, sizeof(text));
}

void view_draw(const struct view *v, struct page *p)
{
	bool hidden[sizeof(v->bytes)] = {false};

	hide(v, 0, 1, hidden);
	hide(v, 0, 2, hidden);
	hide(v, 1, 2, hidden);
	(v->is_hex ? draw_hex : draw_text)(v, hidden, p);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/passphrase.h"

#include <string.h>

#include "ui/keys.h"

/* The character that a key is, 0: none. */
static uint32_t character_of(unsigned key)
{
	if (key >= UI_KEY_TEXT)
		return key - UI_KEY_TEXT;
	return key >= ' ' && key < UI_KEY_BACKSPACE ? key : 0;
}

bool passphrase_put(struct passphrase *p, unsigned key)
{
	const uint32_t c = character_of(key);

	if (p->is_entered) /* what comes behind it belongs to it */
		return true;
	if (c && p->n < PASSPHRASE_CHARACTERS)
		p->character[p->n++] = c;
	else if (key == UI_KEY_BACKSPACE && p->n)
		p->character[--p->n] = 0;
	else if (key == UI_KEY_ENTER)
		p->is_entered = p->n;
	return p->is_entered;
}

/* RFC 3629 */
void passphrase_cell(const struct passphrase *p, size_t i, char ret[PASSPHRASE_CELL])
{
	const uint32_t c = p->character[i];
	const unsigned n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const uint8_t first[] = {0, 0, 0xC0, 0xE0, 0xF0};

	memset(ret, 0, PASSPHRASE_CELL);
	ret[0] = (char)(first[n] | c >> 6 * (n - 1));
	for (unsigned k = 1; k < n; k++)
		ret[k] = (char)(0x80 | (c >> 6 * (n - 1 - k) & 0x3F));
}

int passphrase_take(struct passphrase *p, struct rs_secret *ret, struct rs_err *err)
{
	char cell[PASSPHRASE_CELL];
	int r = rs_secret_init(ret, p->n * sizeof(cell), err);

	for (size_t i = 0; r == 0 && i < p->n; i++) {
		passphrase_cell(p, i, cell);
		const size_t n = strlen(cell);
		memcpy(ret->p + ret->len, cell, n);
		ret->len += n;
	}
	rs_wipe(cell, sizeof(cell));
	rs_wipe(p, sizeof(*p));
	return r;
}

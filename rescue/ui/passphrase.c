/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/passphrase.h"

#include <string.h>

#include "ui/keys.h"

bool passphrase_put(struct passphrase *p, unsigned key)
{
	char cell[PASSPHRASE_CELL];
	const bool is_character = key_character(key, cell) > 0;

	rs_wipe(cell, sizeof(cell));
	if (p->is_entered) /* what comes behind it belongs to it */
		return true;
	if (is_character && p->n < PASSPHRASE_CHARACTERS)
		p->character[p->n++] = key;
	else if (key == UI_KEY_BACKSPACE && p->n)
		p->character[--p->n] = 0;
	else if (key == UI_KEY_ENTER)
		p->is_entered = p->n;
	return p->is_entered;
}

void passphrase_cell(const struct passphrase *p, size_t i, char ret[PASSPHRASE_CELL])
{
	(void)key_character(p->character[i], ret);
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

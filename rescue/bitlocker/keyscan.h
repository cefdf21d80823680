/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recovery passwords and key IDs in decoded text. */
#ifndef UNBRICK_BITLOCKER_KEYSCAN_H
#define UNBRICK_BITLOCKER_KEYSCAN_H

#include "bitlocker/internal.h"

struct scan {
	const char *text; /* decoded by bl_keytext_decode */
	size_t len, at;
};

enum token_kind { TOKEN_ID, TOKEN_KEY, TOKEN_BAD_KEY };

struct token {
	enum token_kind kind;
	/* TOKEN_ID */
	uint8_t id[16]; /* in printed order */
	uint8_t id_nibbles;
	bool is_braced;
	bool is_labelled_other; /* "deviceId": and the like stand before it */
	/* TOKEN_KEY, TOKEN_BAD_KEY */
	uint8_t h0[32];
	enum bl_group_fault fault;
	unsigned group;
};

/** Look at s->at: a token there is taken whole, else one character is passed. True = a token. */
bool scan_next(struct scan *s, struct token *ret);

#endif

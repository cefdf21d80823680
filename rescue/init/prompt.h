/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A key is asked for and nobody types: a keyboard that Linux cannot drive looks like that. */
#ifndef UNBRICK_INIT_PROMPT_H
#define UNBRICK_INIT_PROMPT_H

#include <stdbool.h>
#include <stdint.h>

enum { PROMPT_HINT_MS = 20000 };

/* Zeroed at the start. */
struct prompt {
	uint64_t since_ms; /* 0 = no key is asked for */
	bool was_hinted;
};

/** Is it time for the hint? Once a question. @is_asking: for a key. @typed_ms the last key press.
 */
bool prompt_wants_hint(struct prompt *p, bool is_asking, uint64_t typed_ms, uint64_t now_ms);

#endif

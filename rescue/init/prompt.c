/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/prompt.h"

bool prompt_wants_hint(struct prompt *p, bool is_asking, uint64_t typed_ms, uint64_t now)
{
	if (!is_asking) {
		*p = (struct prompt){0};
		return false;
	}
	if (!p->since_ms)
		p->since_ms = now;
	if (typed_ms > p->since_ms)
		p->was_hinted = true; /* there is somebody, and a keyboard */
	if (p->was_hinted || now < p->since_ms || now - p->since_ms < PROMPT_HINT_MS)
		return false;
	p->was_hinted = true;
	return true;
}

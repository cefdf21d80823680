/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/prompt.h"

#include "init/init.h"

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

void prompt_step(struct init *in)
{
	bool is_asking = !child_is_over(&in->child) && child_asks_secret(&in->child);

	if (!prompt_wants_hint(&in->prompt, is_asking, in->typed_ms, now_ms()))
		return;
	init_show(in, "If the keyboard does nothing: plug in a USB keyboard, or put the key into "
		      "EFI\\unbrick\\keys.txt on the stick and start again. The key is still "
		      "waited for:");
}

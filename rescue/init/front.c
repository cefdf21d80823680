/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/init.h"

#include <signal.h>

enum { ALONE_WAIT_MS = 30000 };

static void on_end(void *user, struct process *p)
{
	struct init *in = user;

	in->front.wait_status = p->wait_status;
	in->front.process = NULL;
}

int front_start(struct init *in, const struct process_plan *plan, struct rs_err *err)
{
	struct process_plan shown = *plan;
	unsigned short size[2];

	if (in->front.process)
		return rs_fail(err, RS_E_BUG, "one is running");
	consoles_size(&in->consoles, &size[0], &size[1]);
	shown.size = size;
	shown.output = said_by_program;
	shown.end = on_end;
	shown.user = in;
	in->front.process = process_start(&in->processes, &shown, err);
	return in->front.process ? 0 : err->code;
}

/* The one that is typed on: a screen of plain text is, too. */
static struct process *typed_on(const struct init *in)
{
	return in->front.process ? in->front.process : in->screen.process;
}

void front_typed(struct init *in, const char *bytes, size_t len)
{
	struct process *p = typed_on(in);

	in->front.typed_ms = now_ms();
	if (p) /* what its buffer has no room for a terminal drops, too */
		(void)process_type(p, bytes, len);
}

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

/* 0 = for ever. A policy's machine has nobody at it, unless it is left on for one. */
static uint64_t wait_for_answer_ms(const struct init *in)
{
	const uint64_t set_ms = (uint64_t)in->facts.settings.key_wait_s * 1000;

	return !set_ms && fleet_is_alone(in) ? ALONE_WAIT_MS : set_ms;
}

/* A person may have left: after the time set, an open question is taken as not answered. */
static void give_up_waiting(struct init *in, struct process *p)
{
	const uint64_t wait_ms = wait_for_answer_ms(in);

	if (!wait_ms || now_ms() - p->active_ms < wait_ms)
		return;
	p->active_ms = now_ms();
	process_signal(p, SIGUSR1);
}

int front_step(struct init *in)
{
	const struct process *p = typed_on(in);

	if (in->front.process)
		give_up_waiting(in, in->front.process);
	if (prompt_wants_hint(
		    &in->front.prompt, p && process_asks_secret(p), in->front.typed_ms, now_ms()))
		init_show(in,
			"If the keyboard does nothing: plug in a USB keyboard, or put the key into "
			"EFI\\unbrick\\keys.txt on the stick and start again. The key is still "
			"waited for:");
	return in->front.process && wait_for_answer_ms(in) ? 1000 : -1;
}

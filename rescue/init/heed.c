/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/heed.h"

#include <signal.h>

#include "init/init.h"

bool watch_heed(struct init *in, const char *what, struct watch *w, const struct watch_sight *s,
	struct process *p)
{
	const enum watch_act act = watch_look(w, s);

	if (w->why && w->why != w->said)
		init_say(in, "%s: the work is ended: %s", what, w->why);
	w->said = w->why;
	if (act == WATCH_TERM || act == WATCH_KILL)
		process_signal(p, act == WATCH_TERM ? SIGTERM : SIGKILL);
	if (act == WATCH_LEAVE)
		process_leave(p);
	return act != WATCH_LEAVE;
}

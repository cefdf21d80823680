/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <signal.h>

#include "init/init.h"
#include "init/watch.h"

void watch_child(struct init *in, const char *what)
{
	struct watch w = {0};
	const char *said = NULL;

	while (!child_is_over(&in->child)) {
		const struct watch_sight s = {now_ms(), in->child.active_ms,
			child_is_asking(&in->child), in->is_stop_wanted};
		enum watch_act act = watch_look(&w, &s);
		if (w.why && w.why != said)
			init_say(in, "%s: the work is ended: %s", what, w.why);
		said = w.why;
		if (act == WATCH_TERM || act == WATCH_KILL)
			child_signal(&in->child, act == WATCH_TERM ? SIGTERM : SIGKILL);
		if (act == WATCH_LEAVE)
			child_leave(&in->child);
		else
			init_step(in, 1000);
	}
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/watch.h"

#include <stddef.h>

static void count(struct watch *w, const struct watch_sight *s)
{
	uint64_t begun_ms = w->seen_ms ? w->seen_ms : s->now_ms;

	if (!w->seen_ms || s->is_asking)
		w->awake_ms = s->now_ms;
	else
		w->work_ms += s->now_ms - begun_ms;
	if (s->active_ms > w->awake_ms)
		w->awake_ms = s->active_ms;
	w->seen_ms = s->now_ms;
}

static bool is_past(uint64_t now_ms, uint64_t since_ms, uint64_t limit_ms)
{
	return now_ms > since_ms && now_ms - since_ms >= limit_ms;
}

static bool is_to_end(struct watch *w, const struct watch_sight *s)
{
	if (s->is_stop_wanted)
		return true;
	if (is_past(s->now_ms, w->awake_ms, WATCH_SILENT_MS))
		w->why = "no sign of life for 10 minutes";
	else if (w->work_ms >= WATCH_WORK_MS)
		w->why = "more than 6 hours";
	return w->why;
}

enum watch_act watch_look(struct watch *w, const struct watch_sight *s)
{
	count(w, s);
	if (w->killed_ms) {
		if (!is_past(s->now_ms, w->killed_ms, WATCH_LEAVE_MS))
			return WATCH_WAIT;
		w->why = w->why ? w->why : "it does not end, not even when it is killed";
		return WATCH_LEAVE;
	}
	if (w->asked_ms) {
		if (!is_past(s->now_ms, w->asked_ms, WATCH_KILL_MS))
			return WATCH_WAIT;
		w->killed_ms = s->now_ms;
		return WATCH_KILL;
	}
	if (!is_to_end(w, s))
		return WATCH_WAIT;
	w->asked_ms = s->now_ms;
	return WATCH_TERM;
}

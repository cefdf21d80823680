/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which earlier repair is to be undone. The one that was just made, or the only one, is not asked
 * about. */
#include <string.h>

#include "ui/times.h"
#include "ui/tui.h"

struct undo {
	const struct run_disk *disk;
	const struct run_volume *volume;
	const struct quarantine *q;
};

/* Is there anything to put back? */
static bool can_undo(const struct quarantine *q)
{
	return q->id[0] && q->state != QUARANTINE_UNDONE && q->state != QUARANTINE_EMPTY;
}

/* The newest first; false: there are no more. */
static bool undo_at(const struct rs_run *run, size_t i, struct undo *ret)
{
	for (size_t d = 0; d < run->n_disks; d++)
		for (size_t k = 0; k < run->disks[d].n_volumes; k++) {
			const struct run_volume *v = &run->disks[d].volumes[k];
			for (size_t n = v->n_quarantines; n-- > 0;) {
				*ret = (struct undo){&run->disks[d], v, &v->quarantines[n]};
				if (can_undo(ret->q) && i-- == 0)
					return true;
			}
		}
	return false;
}

static const struct rs_run *run_of(const struct tui *t)
{
	const struct rs_report *r = tui_report(t);

	return r && !t->is_working ? rs_report_run(r) : NULL;
}

bool undo_is_open(const struct tui *t)
{
	const struct rs_run *run = run_of(t);
	struct undo u;

	const bool is_repair = t->command == RS_FIX || t->command == RS_DISABLE ||
			       t->command == RS_SAFE || t->command == RS_CLEAR;

	return run && is_repair && (run->quarantine.id[0] || undo_at(run, 0, &u));
}

/* From which screen, and what is worked on there. */
static void remember(struct tui *t)
{
	t->undo_from = t->now;
	t->volume_before = t->target.volume;
	(void)snprintf(t->volume_text_before, sizeof(t->volume_text_before), "%s", t->volume);
}

/* By folder and volume: the same second may have two. */
static enum screen_id begin(struct tui *t, const struct undo *u)
{
	char id[PLAN_TOP_LEN + PLAN_ID_LEN];

	remember(t);
	(void)snprintf(id, sizeof(id), "%s\\%s", u->q->top, u->q->id);
	tui_choose_volume(t, u->disk, u->volume);
	tui_turn_to(t, RS_UNDO, id);
	return SCREEN_PLAN;
}

enum screen_id undo_go(struct tui *t)
{
	const struct rs_run *run = run_of(t);
	struct undo u, second;

	t->chosen_undo = 0; /* the newest */
	if (!run)
		return SCREEN_STAY;
	if (run->quarantine.id[0]) { /* what was just made is in no list yet */
		char id[PLAN_ID_LEN];
		remember(t);
		(void)snprintf(id, sizeof(id), "%s", run->quarantine.id);
		(void)snprintf(t->volume, sizeof(t->volume), "%u", run->quarantine.volume);
		t->target.volume = t->volume;
		tui_turn_to(t, RS_UNDO, id);
		return SCREEN_PLAN;
	}
	if (!undo_at(run, 0, &u))
		return SCREEN_STAY;
	return undo_at(run, 1, &second) ? SCREEN_UNDOS : begin(t, &u);
}

/* "20261124T200000Z" as people read a time. Two of the same second have more than that. */
static char *when_new(const struct undo *u)
{
	const char *id = u->q->id;
	char time[RS_TIME_LEN];
	uint64_t t;

	(void)snprintf(time, sizeof(time), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", id, id + 4, id + 6,
		id + 9, id + 11, id + 13);
	if (strlen(id) != strlen("ddddddddTddddddZ") || !rs_filetime_parse(time, &t))
		return strdup(id);
	return times_short_new(t, u->volume->n_windows ? &u->volume->windows[0] : NULL);
}

void undos_draw(const struct tui *t, struct page *p)
{
	const struct rs_run *run = run_of(t);
	struct undo u;

	page_say(p, true, "Several repairs can be undone. %s choose one.",
		t->is_plain ? N_("+ and -") : "Left and Right");
	for (size_t i = 0; run && undo_at(run, i, &u); i++) {
		auto_free char *when = when_new(&u);
		page_blank(p);
		page_say(p, i == t->chosen_undo, "%s %s, volume %u: %zu %s",
			i == t->chosen_undo ? ">" : " ", when ? when : "", u.volume->number,
			u.q->n_files, rs_form(u.q->n_files, "file", "files"));
		if (u.q->rule[0])
			page_say(p, false, "    by %-s", u.q->rule);
		page_say(p, false, "    %-s%s%s", u.q->first,
			u.q->state == QUARANTINE_ACTIVE ? "" : " - state: ",
			u.q->state == QUARANTINE_ACTIVE ? "" : quarantine_state_word(u.q->state));
	}
}

bool undos_put(struct tui *t, unsigned key)
{
	const struct rs_run *run = run_of(t);
	struct undo u;

	if (key == UI_KEY_LEFT && t->chosen_undo)
		t->chosen_undo--;
	else if (key == UI_KEY_RIGHT && run && undo_at(run, t->chosen_undo + 1, &u))
		t->chosen_undo++;
	return false;
}

enum screen_id undos_next(struct tui *t)
{
	const struct rs_run *run = run_of(t);
	struct undo u;

	return run && undo_at(run, t->chosen_undo, &u) ? begin(t, &u) : SCREEN_STAY;
}

enum screen_id undos_back(struct tui *t)
{
	(void)t;
	return SCREEN_FINDINGS;
}

/* Behind a plan that nobody wants: they are of a look that was closed for it. */
enum screen_id undos_enter(struct tui *t)
{
	return tui_reach_screen(t, RS_STEP_JUDGE, SCREEN_UNDOS);
}

enum screen_id undo_back(struct tui *t)
{
	if (t->undo_from != SCREEN_FINDINGS && t->undo_from != SCREEN_UNDOS)
		return SCREEN_FOUND; /* a repair that is done has no step left */
	t->target.volume = t->volume_before;
	(void)snprintf(t->volume, sizeof(t->volume), "%s", t->volume_text_before);
	tui_turn_to(t, RS_FIX, NULL);
	return t->undo_from;
}

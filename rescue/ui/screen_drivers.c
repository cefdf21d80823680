/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drivers of other makers that are started early: all that a start does not need disabled at once,
 * or the one that is marked. The list is the plan of `safe`; nothing is written from here but by
 * the plan's own screen. */
#include <string.h>

#include "ui/tui.h"

/* The change that the plan of `safe` is; NULL: nothing could be disabled. */
static const struct plan_change *change_of(const struct tui *t)
{
	const struct rs_report *r = tui_report(t);
	const struct rs_run *run = r && !t->is_working && t->repair ? rs_report_run(r) : NULL;

	for (size_t i = 0; run && t->command == RS_SAFE && i < run->n_plan; i++)
		if (run->plan[i].item.change)
			return run->plan[i].item.change;
	return NULL;
}

/* A setting keeps Windows from starting: which. */
static bool to_clear(const struct tui *t, enum rs_clear *ret)
{
	const struct rs_report *r = tui_report(t);
	const struct rs_run *run = r && !t->is_working && t->repair ? rs_report_run(r) : NULL;
	const struct run_diagnosis *d = run ? run_worst(run) : NULL;

	if (!d || t->command != RS_FIX)
		return false;
	*ret = d->d.kind == DIAG_VERIFIER ? RS_CLEAR_VERIFIER : RS_CLEAR_UPDATE;
	for (size_t i = 0; i < d->d.n_proposals; i++)
		if (d->d.proposals[i].action == DIAG_REGISTRY_EDIT)
			return d->d.kind == DIAG_VERIFIER || d->d.kind == DIAG_UPDATE;
	return false;
}

bool clear_is_open(const struct tui *t)
{
	enum rs_clear what;

	return to_clear(t, &what);
}

/* Through the plan, which says what is cleared and what follows. */
enum screen_id clear_go(struct tui *t)
{
	enum rs_clear what = RS_CLEAR_VERIFIER;

	if (!to_clear(t, &what))
		return SCREEN_STAY;
	tui_turn_to(t, RS_CLEAR, NULL);
	t->options.clear = what;
	return SCREEN_PLAN;
}

/* Of a Windows that only fails to resume no rule and no diagnosis has anything to move, so no
 * repair is refused: it is offered where what is in the way is told, too. */
static bool is_asleep(const struct tui *t)
{
	const struct rs_report *r = tui_report(t);
	const struct rs_run *run = r ? rs_report_run(r) : NULL;
	const struct run_disk *d = run && run->n_disks ? &run->disks[0] : NULL;
	bool ret = false;

	for (size_t i = 0; d && i < d->n_volumes; i++)
		ret |= d->volumes[i].ntfs && d->volumes[i].ntfs->state.is_hibernated;
	return ret;
}

bool drop_is_open(const struct tui *t)
{
	if (!t->disk || t->is_working)
		return false;
	return t->now == SCREEN_FINDINGS ? is_asleep(t) : t->trouble.code == RS_E_HIBERNATED;
}

void drop_tell(const struct tui *t, struct page *p)
{
	if (drop_is_open(t))
		page_say(p, false,
			"Does it fail to resume at every start? h drops what it would resume from; "
			"you are asked first.");
}

/* Through the plan and a question of its own, which says what is lost. */
enum screen_id drop_go(struct tui *t)
{
	tui_turn_to(t, RS_HIBERNATION, NULL);
	return SCREEN_PLAN;
}

bool drivers_are_open(const struct tui *t)
{
	return tui_report(t) && !t->is_working && t->command == RS_FIX && t->repair;
}

enum screen_id drivers_go(struct tui *t)
{
	t->chosen_driver = 0;
	return SCREEN_DRIVERS;
}

enum screen_id drivers_enter(struct tui *t)
{
	if (t->command != RS_SAFE || !t->repair)
		tui_turn_to(t, RS_SAFE, NULL);
	return tui_reach_screen(t, RS_STEP_PLAN, SCREEN_DRIVERS);
}

static void say_row(struct page *p, const struct plan_touched *row, bool is_marked)
{
	page_say(p, is_marked, "%s %-s%s%-s%s: %s", is_marked ? ">" : " ", row->name,
		row->vendor[0] ? " (" : "", row->vendor, row->vendor[0] ? ")" : "",
		row->is_done ? "can be disabled" : "stays");
	if (is_marked)
		page_say(p, false, "    %s", row->reason);
}

void drivers_draw(const struct tui *t, struct page *p)
{
	const struct plan_change *c = change_of(t);

	if (t->is_working) {
		page_say(p, true, "Looking at the drivers of %-s ...", t->disk ? t->disk : "");
		tui_say_progress(t, p);
		return;
	}
	if (!c) {
		page_say(p, true,
			"No driver of another maker is started early that a start of this machine "
			"could do without.");
		return;
	}
	page_say(p, true, "Drivers of other makers that are started with this Windows");
	page_say(p, false,
		"Enter plans to disable all that a start does not need, like Safe Mode from "
		"outside. "
		"x plans to disable the one marked > alone. Nothing is changed before the plan is "
		"confirmed, and u takes it back.");
	page_say(p, true, "%s", c->note ? c->note : "");
	page_blank(p);
	for (size_t i = 0; i < c->n_touched; i++) {
		if (i == t->chosen_driver) {
			p->has_choice = true;
			p->choice = p->n + 1; /* with its reason */
		}
		say_row(p, &c->touched[i], i == t->chosen_driver);
	}
}

bool drivers_put(struct tui *t, unsigned key)
{
	const struct plan_change *c = change_of(t);

	if ((key == UI_KEY_UP || key == UI_KEY_LEFT) && t->chosen_driver)
		t->chosen_driver--;
	else if ((key == UI_KEY_DOWN || key == UI_KEY_RIGHT) && c &&
		 t->chosen_driver + 1 < c->n_touched)
		t->chosen_driver++;
	return false;
}

bool drivers_can(const struct tui *t)
{
	return change_of(t);
}

enum screen_id drivers_next(struct tui *t)
{
	(void)t; /* the plan is this one's */
	return SCREEN_PLAN;
}

enum screen_id drivers_one(struct tui *t)
{
	const struct plan_change *c = change_of(t);
	struct rs_err err = {0};

	if (!c || t->chosen_driver >= c->n_touched)
		return SCREEN_STAY;
	(void)rs_name_service(t->ui->session, NULL, NULL);
	if (rs_name_service(t->ui->session, c->touched[t->chosen_driver].name, &err) < 0) {
		t->trouble = err;
		return tui_failed(t, SCREEN_DRIVERS);
	}
	tui_turn_to(t, RS_DISABLE, NULL);
	return SCREEN_PLAN;
}

enum screen_id drivers_back(struct tui *t)
{
	tui_turn_to(t, RS_FIX, NULL);
	return SCREEN_FINDINGS;
}

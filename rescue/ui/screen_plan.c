/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What shall be done, and the one key that confirms it. */
#include "ui/tui.h"

enum screen_id plan_enter(struct tui *t)
{
	return tui_reach_screen(t, RS_STEP_PLAN, SCREEN_PLAN);
}

/* The file that a person chose, whatever else speaks of it; NULL: none. */
static const struct run_item *chosen(const struct rs_run *run)
{
	for (size_t i = 0; i < run->n_findings; i++) {
		const struct run_finding *f = &run->findings[i];
		for (size_t k = 0; finding_is_chosen(f) && f->n_files && k < run->n_plan; k++)
			if (run->plan[k].volume == f->volume &&
				run->plan[k].item.file_ref == f->files[0].stat.ref)
				return &run->plan[k];
	}
	return NULL;
}

static size_t count_but(
	const struct rs_run *run, const struct run_item *but, enum plan_action action)
{
	size_t n = 0;

	for (size_t i = 0; i < run->n_plan; i++)
		n += run->plan[i].item.action == action && &run->plan[i] != but;
	return n;
}

static size_t count(const struct rs_run *run, enum plan_action action)
{
	return count_but(run, NULL, action);
}

bool plan_is_open(const struct tui *t)
{
	const struct rs_run *run = t->repair ? rs_report_run(rs_repair_report(t->repair)) : NULL;

	return run &&
	       count(run, PLAN_QUARANTINE) + count(run, PLAN_CHANGE) + count(run, PLAN_ASK) +
		       count(run, PLAN_FINISH) + count(run, PLAN_RESTORE) +
		       (t->command == RS_REPLAY || t->command == RS_HIBERNATION ? run->n_replays
										: 0) +
		       run->safe_mode.n_changes;
}

static void say_count(struct page *p, size_t n, const char *one, const char *many)
{
	if (n)
		page_say(p, true, "%zu %s", n, rs_form(n, one, many));
}

/* What becomes of the chosen file, before what F12 does besides. */
static void say_chosen(struct page *p, const struct run_item *it)
{
	static const char *const told[] = {
		[PLAN_QUARANTINE] = "The file that you chose will be moved into quarantine:",
		[PLAN_ASK] = "You are asked once more before the file that you chose is moved:",
		[PLAN_KEEP] = "The file that you chose is not moved, only told of:",
		[PLAN_REPORT] = "The file that you chose is not moved, only told of:",
		[PLAN_CHANGE] = "What you chose will be changed:",
		[PLAN_FINISH] = "The move of the file that you chose will be finished:",
		[PLAN_RESTORE] = "The file that you chose will be put back:",
	};

	page_say(p, true, "%s", told[it->item.action]);
	page_say(p, true, "  %-s", it->item.path);
	if (it->item.action == PLAN_REPORT)
		page_say(p, false, "    %s", it->item.why);
	for (size_t i = 0; i < it->item.n_against; i++)
		page_say(p, false, "    Against it: %s", it->item.against[i]);
}

/* A plan of undo has no chosen file. */
static size_t count_changes_back(const struct rs_run *run)
{
	size_t n = 0;

	for (size_t i = 0; i < run->n_plan; i++)
		n += run->plan[i].item.action == PLAN_RESTORE && run->plan[i].item.change;
	return n;
}

/* What a change means until it is undone. */
static void say_notes(struct page *p, const struct rs_run *run)
{
	for (size_t i = 0; i < run->n_plan; i++) {
		const struct plan_item *item = &run->plan[i].item;
		if (item->change && item->change->note && item->action != PLAN_RESTORE)
			page_say(p, true, "%s", item->change->note);
	}
}

static void say_counts(struct page *p, const struct rs_run *run, const struct run_item *but)
{
	if (but && count_but(run, but, PLAN_QUARANTINE) + count_but(run, but, PLAN_CHANGE) +
			   count_but(run, but, PLAN_FINISH) + count_but(run, but, PLAN_ASK) +
			   count_but(run, but, PLAN_RESTORE))
		page_say(p, true, "And besides that file:");
	say_count(p, count_but(run, but, PLAN_QUARANTINE), "file will be moved into quarantine.",
		"files will be moved into quarantine.");
	say_count(p, count_but(run, but, PLAN_CHANGE), "change will be made.",
		"changes will be made.");
	say_count(p, count_but(run, but, PLAN_FINISH),
		"move that was interrupted will be finished.",
		"moves that were interrupted will be finished.");
	say_count(p, count_but(run, but, PLAN_ASK), "doubtful file will be asked about.",
		"doubtful files will be asked about, one by one.");
	say_count(p, count_but(run, but, PLAN_RESTORE) - count_changes_back(run),
		"file will be put back.", "files will be put back.");
	say_count(p, count_changes_back(run), "change will be taken back.",
		"changes will be taken back.");
	say_notes(p, run);
}

void plan_draw(const struct tui *t, struct page *p)
{
	const struct rs_report *r = tui_report(t);
	const struct rs_run *run = r ? rs_report_run(r) : NULL;

	if (!t->repair || !run || t->is_working) {
		page_say(p, true, "Making the plan for %-s ...", t->disk ? t->disk : "");
		tui_say_progress(t, p);
		return;
	}
	const struct run_item *own = chosen(run);
	if (own)
		say_chosen(p, own);
	say_counts(p, run, own);
	if (t->command == RS_REPLAY && plan_is_open(t))
		page_say(p, true,
			"The replay of the journal that was cut off will be finished: each block "
			"as its saved plan has it.");
	if (safemode_is_offered(t) && plan_is_open(t))
		page_say(p, true,
			"Unbrick let a Windows of this disk start in Safe Mode. Is it done there? "
			"%s lets it start again as it did before; %s leaves it so for now.",
			t->is_plain ? "yes" : "F12", t->is_plain ? "b" : "Esc");
	if (t->command == RS_HIBERNATION && plan_is_open(t))
		page_say(p, true,
			"Windows will not resume: it starts anew. What was open in it and not "
			"saved "
			"is lost.");
	if (plan_is_open(t))
		page_say(p, false,
			"Nothing is changed before %s here, and nothing is deleted%s. After it the "
			"work is brought to its end, in a few seconds, and cannot be stopped.",
			t->is_plain ? "yes is typed" : "F12 (or Ctrl-Y) is pressed",
			t->command != RS_UNDO && t->command != RS_REPLAY
				? ": all of it can be undone"
				: "");
	else
		page_say(p, true,
			"Nothing is to be changed. Next: go back; at the disks another one "
			"can be chosen, or this one looked at (l).");
	page_blank(p);
	tui_say_part(t, RS_PART_PLAN, p);
	tui_say_warnings(t, p);
}

enum screen_id plan_next(struct tui *t)
{
	t->is_confirmed = true;
	return SCREEN_DOING;
}

enum screen_id plan_back(struct tui *t)
{
	if (t->command == RS_UNDO)
		return undo_back(t);
	if (t->command == RS_SAFE || t->command == RS_DISABLE)
		return SCREEN_DRIVERS;
	if (t->command == RS_CLEAR)
		return drivers_back(t);
	return t->command == RS_FIX ? SCREEN_FINDINGS : SCREEN_FOUND;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was found, and why it is believed to be the cause. */
#include <string.h>

#include "ui/advice.h"
#include "ui/times.h"
#include "ui/tui.h"

enum screen_id findings_enter(struct tui *t)
{
	return tui_reach_screen(t, RS_STEP_JUDGE, SCREEN_FINDINGS);
}

#define MOST_FILES 3U /* named here; the details have all */

/* How sure it is, by what came out of the rule. */
static const char *const how_sure[] = {
	[SAID_NO_MATCH] = "",
	[SAID_MATCHED] = "very. Everything that marks the known fault was found.",
	[SAID_DOUBT] = "not. What was found is no proof: a person has to decide.",
	[SAID_REPAIRED] =
		"very, that this fault is repaired already: look elsewhere for the cause.",
	[SAID_REPORTED] = "very, that it is there; whether it stops Windows is for you to judge.",
	[SAID_STOPPED] = "not. Something speaks against it, and the rule itself stops there.",
	[SAID_NOT_APPLICABLE] = "",
};

struct tally {
	size_t bad, doubtful, good, back; /* back: can be put back */
};

static struct tally count(const struct run_finding *f)
{
	struct tally ret = {0};

	for (size_t i = 0; i < f->n_files; i++) {
		const enum judge_verdict v = f->files[i].verdict;
		ret.bad += v == JUDGE_BAD && f->files[i].asks_move;
		ret.doubtful += v == JUDGE_DOUBTFUL;
		ret.good += v == JUDGE_GOOD;
		ret.back += f->files[i].can_put_back;
	}
	return ret;
}

/* Two conditions of a rule, not before A and before B, are one to a person. */
static void say_why(struct page *p, const struct finding *f, const struct win_info *w)
{
	auto_free char *window = f->window.len ? times_window_new(&f->window, w) : NULL;
	auto_free char *all = NULL;

	if (!window)
		say_timed(p, "    %s", f->why, w);
	else if (asprintf(&all, "%.*s%s%s", (int)f->window.at, f->why, window,
			 f->why + f->window.at + f->window.len) >= 0)
		say_timed(p, "    %s", all, w);
	else
		all = NULL;
}

static void say_files(struct page *p, const struct run_finding *f, const struct win_info *w)
{
	for (size_t i = 0; i < f->n_files && i < MOST_FILES; i++) {
		const struct finding *one = &f->files[i];
		page_say(p, true, "  %-s%s", one->path, one->is_missing ? " (missing)" : "");
		if (one->why[0])
			say_why(p, one, w);
	}
	if (f->n_files > MOST_FILES)
		page_say(p, false, "  and %zu more: d shows them", f->n_files - MOST_FILES);
}

static void say_done(struct page *p, const struct tally *n, bool is_chosen)
{
	/* what is protected is known when it is planned */
	if (is_chosen && n->doubtful)
		page_say(p, false,
			"What will be done: the plan says whether it may be moved; if so, you are "
			"asked once more.");
	else if (n->bad)
		page_say(p, false,
			"What will be done: %zu %s moved into a quarantine folder on the same "
			"volume. Nothing is deleted.",
			n->bad, rs_form(n->bad, "file is", "files are"));
	if (!is_chosen && n->doubtful)
		page_say(p, false, "What will be done: %zu %s, and left where you say no.",
			n->doubtful,
			rs_form(n->doubtful, "doubtful file is asked about",
				"doubtful files are asked about, one by one"));
	if (n->back)
		page_say(
			p, false, "What will be done: you are asked whether the file is put back.");
	if (n->bad + n->doubtful)
		page_say(p, false,
			"How to undo it: u, right after the repair or any day later, puts each "
			"file back exactly as it was.");
	else if (!n->back)
		page_say(p, false, "What will be done: nothing; this is only explained here.");
}

/* As a colleague would tell it. */
static void say_finding(struct page *p, const struct rs_run *run, const struct run_finding *f)
{
	const struct win_info *w = run_windows_at(run, f->volume, f->windows);
	const struct tally n = count(f);

	page_blank(p);
	if (f->windows && f->windows[0] && run_has_several(run_volume_at(run, f->volume)))
		page_say(
			p, true, "%s (volume %u, Windows in %-s)", f->title, f->volume, f->windows);
	else
		page_say(p, true, "%s (volume %u)", f->title, f->volume);
	say_files(p, f, w);
	if (finding_is_of_diagnosis(f)) { /* which has said why, and how sure */
		say_done(p, &n, false);
		return;
	}
	if (!finding_is_chosen(f)) /* that stands at the file */
		say_timed(p, "Why it is believed to be the cause: %s.", f->why, w);
	if (f->evidence[0]) /* "for it: ...; against it: ..." */
		say_timed(p, "Evidence %s.", f->evidence, w);
	page_say(p, false, "How sure: %s", how_sure[f->outcome]);
	say_done(p, &n, finding_is_chosen(f));
	if (f->text[0])
		page_say(p, false, "Good to know: %s", f->text);
}

bool finding_is_chosen(const struct run_finding *f)
{
	return strcmp(f->source, "person") == 0;
}

/* The file that a person chose is what he looks for: it is first. What rules know is surer than
 * what the evidence points to: that is last. */
static unsigned rank(const struct run_finding *f)
{
	return finding_is_chosen(f) ? 0 : finding_is_of_diagnosis(f) ? 2 : 1;
}

static void say_findings(struct page *p, const struct rs_run *run)
{
	for (unsigned now = 0; now < 3; now++) {
		if (now == 2)
			say_diagnoses(p, run);
		for (size_t i = 0; i < run->n_findings; i++)
			if (rank(&run->findings[i]) == now)
				say_finding(p, run, &run->findings[i]);
	}
}

/* No rule has found anything: what that is worth. */
static void say_nothing_found(struct page *p, const struct rs_run *run)
{
	if (run->n_findings)
		return;
	page_blank(p);
	if (run_is_wrong(run_worst(run)))
		page_say(p, true, "No known fault was found: this one no rule knows.");
	else
		page_say(p, true,
			"No known fault was found. That is no proof of health: the cause may be "
			"one that no rule knows.");
	page_say(p, false,
		"Next: back to the disks. There l looks into this one: c copies files out "
		"of it, and m has a file moved away that you suspect.");
}

/* What could not be looked at may be the cause. */
static void say_faults(struct page *p, const struct rs_run *run)
{
	if (!run->unreadable && !run->faults.n)
		return;
	page_blank(p);
	page_say(p, true, "Not looked at (damaged or unreadable): %llu",
		(unsigned long long)run->unreadable);
	for (size_t i = 0; i < run->faults.n; i++)
		page_say(p, false, "  ! %s", run->faults.list[i]);
}

/* Nobody chose one of them. */
static void say_several(const struct tui *t, const struct rs_run *run, struct page *p)
{
	for (size_t i = 0; i < run->n_disks; i++)
		for (size_t k = 0; k < run->disks[i].n_volumes; k++) {
			const struct run_volume *v = &run->disks[i].volumes[k];
			if (!run_has_several(v) || v->chosen)
				continue;
			page_say(p, false,
				"Volume %u has several Windows: every one is looked at.%s",
				v->number,
				t->given.say_yes ? "" : " Esc leads to where one is chosen.");
		}
}

void findings_draw(const struct tui *t, struct page *p)
{
	const struct rs_report *r = tui_report(t);

	if (!r || t->is_working) {
		page_say(p, true, "Looking into %-s ...", t->disk ? t->disk : "");
		tui_say_progress(t, p);
		return;
	}
	tui_say_part(t, RS_PART_DISKS, p);
	const struct rs_run *run = rs_report_run(r);
	say_several(t, run, p);
	const size_t n = p->n;
	for (size_t i = 0; i < run->n_disks; i++)
		say_hindrances(run, &run->disks[i], p);
	if (p->n > n)
		page_say(p, false,
			"    What is in the way may have the plan refused: w tells what to do.");
	page_blank(p);
	say_findings(p, run);
	say_nothing_found(p, run);
	say_faults(p, run);
	if (clear_is_open(t) && !t->given.say_yes) {
		page_blank(p);
		page_say(p, false,
			"v takes that setting out of the registry, after the plan and its "
			"confirmation; it can be put back.");
	}
	if (drop_is_open(t) && !t->given.say_yes) {
		page_blank(p);
		drop_tell(t, p);
	}
	if (drivers_are_open(t) && !t->given.say_yes) {
		page_blank(p);
		page_say(p, false,
			"x shows the drivers of other makers that start with Windows: all of them, "
			"or one, can be disabled, like Safe Mode from outside.");
	}
	tui_say_warnings(t, p);
}

enum screen_id findings_next(struct tui *t)
{
	(void)t;
	return SCREEN_PLAN;
}

enum screen_id findings_back(struct tui *t)
{
	(void)t; /* found_enter closes it */
	return SCREEN_FOUND;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What follows from the evidence that Windows left, as a colleague would tell it: short, with the
 * weightiest reasons; the details have all. */
#include <string.h>

#include "ui/times.h"
#include "ui/tui.h"

#define MOST_WHY 3U

bool finding_is_of_diagnosis(const struct run_finding *f)
{
	return strcmp(f->source, "diagnosis") == 0;
}

/* The first one; a verdict that is none blames nobody. */
static void say_candidate(struct page *p, const struct run_diagnosis *r, const struct win_info *w)
{
	const struct diag_candidate *c = &r->d.candidates[0];
	const enum run_role role = run_role_of(r);

	page_say(p, true,
		role == RUN_AT_FAULT	 ? N_("  At fault: %-s%s%-s%s")
		: role == RUN_TAKEN_AWAY ? N_("  Missing: %-s%s%-s%s")
		: role == RUN_CONCERNED	 ? N_("  Concerned: %-s%s%-s%s")
					 : N_("  Suspect: %-s%s%-s%s"),
		c->path[0] ? c->path : c->service, c->product[0] ? " (" : "", c->product,
		c->product[0] ? ")" : "");
	for (size_t i = 0; i < c->n_why && i < MOST_WHY; i++)
		say_timed(p, "    - %s", c->why[i].text, w);
	if (c->n_why > MOST_WHY)
		page_say(p, false, "    and %zu more: d shows them", c->n_why - MOST_WHY);
}

static void say_proposal(struct page *p, const struct rs_run *run, const struct run_diagnosis *r,
	const struct diag_proposal *proposal, const struct win_info *w)
{
	char why[1200];

	if (run_refusal(run, r, proposal, why, sizeof(why))) {
		page_say(p, true, "The plan refuses to move %-s", proposal->path);
		say_timed(p, "  because: %s", why, w);
		return;
	}
	say_timed(p, "What would help: %s", proposal->text, w);
	if (run_is_left_to_do(proposal))
		page_say(p, false, "This program does not do that: a person has to.");
}

static void say_diagnosis(struct page *p, const struct rs_run *run, const struct run_diagnosis *r)
{
	const struct diagnosis *d = &r->d;
	const struct win_info *w = run_windows_at(run, r->volume, d->windows);

	page_blank(p);
	if (run_has_several(run_volume_at(run, r->volume)))
		page_say(p, true, "The evidence (volume %u, Windows in %-s): %s", r->volume,
			d->windows, run_trouble_text(d->kind));
	else
		page_say(p, true, "The evidence (volume %u): %s", r->volume,
			run_trouble_text(d->kind));
	if (d->text[0])
		say_timed(p, "  %s", d->text, w);
	if (d->n_candidates)
		say_candidate(p, r, w);
	if (d->n_candidates > 1)
		page_say(p, false, "  Less likely: %zu more, d shows them", d->n_candidates - 1);
	if (d->n_suspects && d->kind != DIAG_NONE)
		page_say(
			p, false, "  Not at fault, worth a look: %zu, d shows them", d->n_suspects);
	page_say(p, false, "How sure: %s", run_certainty_text(d));
	for (size_t i = 0; i < d->n_contradictions; i++)
		say_timed(p, "Against it: %s", d->contradictions[i], w);
	for (size_t i = 0; i < d->n_proposals; i++)
		say_proposal(p, run, r, &d->proposals[i], w);
}

/* A known fault of that Windows is above: that no crash is recorded says nothing against it, and
 * would only raise doubts. */
static bool is_idle(const struct rs_run *run, const struct run_diagnosis *r)
{
	for (size_t i = 0; r->d.kind == DIAG_NONE && i < run->n_findings; i++) {
		const struct run_finding *f = &run->findings[i];
		if (f->volume == r->volume &&
			(!f->windows || !f->windows[0] || strcmp(f->windows, r->d.windows) == 0))
			return true;
	}
	return false;
}

void say_diagnoses(struct page *p, const struct rs_run *run)
{
	for (size_t i = 0; i < run->n_diagnoses; i++)
		if (!is_idle(run, &run->diagnoses[i]))
			say_diagnosis(p, run, &run->diagnoses[i]);
}

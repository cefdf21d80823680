/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What follows from the evidence, for people: the verdict with its reasons, and what it was made
 * of. The JSON report has all of it. */
#include <stdio.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/language.h"
#include "core/text.h"
#include "report/render.h"

#define CANDIDATES_MOST 5U
#define WHY_MOST	8U
#define MOMENTS_LAST	12U /* beside those that the verdict rests on */
#define MISSING_MOST	10U
#define CHANGES_MOST	200U
#define SECOND		10000000ULL /* of FILETIME */

/* Whose times it tells. */
struct teller {
	struct printer *p;
	const struct run_diagnosis *of;
};

static char *time_new(const struct teller *t, uint64_t filetime)
{
	char text[RS_TIME_LEN];

	if (!filetime)
		return strdup("");
	rs_filetime_text(filetime - filetime % SECOND, text);
	return text_timed_new(t->p, text, t->of->volume, t->of->d.windows);
}

static void say_more(struct printer *p, size_t n, size_t most)
{
	if (n > most)
		text_say(p, "    ", "and %zu more, in the JSON report", n - most);
}

/* "+40  text (time, where it was read)" */
static void say_why(const struct teller *t, const struct diag_why *w)
{
	char first[32];
	auto_free char *time = time_new(t, w->time);
	const bool has_both = time && time[0] && w->where[0];

	(void)snprintf(first, sizeof(first), "    %+5d ", w->points);
	auto_free char *text = text_timed_new(t->p, w->text, t->of->volume, t->of->d.windows);
	if (time && (time[0] || w->where[0]))
		text_say(t->p, first, "%s (%-s%s%-s)", text ? text : w->text, time,
			has_both ? ", " : "", w->where);
	else
		text_say(t->p, first, "%s", text ? text : w->text);
}

static void say_candidate(const struct teller *t, size_t i)
{
	const struct diag_candidate *c = &t->of->d.candidates[i];
	char path[TEXT_PATH_SHOWN];

	text_path(c->path, path);
	text_say(t->p, !i && run_is_wrong(t->of) ? N_("  At fault:  ") : N_("  Suspect:   "),
		"%-s%s%s%-s%s%-s: %d points", path, path[0] && c->service[0] ? ", " : "",
		c->service[0] ? N_("service ") : "", c->service, c->product[0] ? ", " : "",
		c->product, c->score);
	for (size_t k = 0; k < c->n_why && k < WHY_MOST; k++)
		say_why(t, &c->why[k]);
	say_more(t->p, c->n_why, WHY_MOST);
}

static void say_proposal(struct printer *p, const struct diag_proposal *proposal)
{
	char path[TEXT_PATH_SHOWN];

	text_path(proposal->path, path);
	text_say(p, "  Proposed:  ", "%s", proposal->text);
	if (path[0] || proposal->service[0])
		text_say(p, "             ", "%s: %-s%s%-s", run_act_text(proposal->action), path,
			path[0] && proposal->service[0] ? ", " : "", proposal->service);
	if (proposal->from[0]) {
		text_path(proposal->from, path);
		text_say(p, "             ", "from %-s", path);
	}
	if (!proposal->can && proposal->action != DIAG_ASK)
		text_say(p, "             ", "this program does not do that: a person has to");
}

static void say_moment(const struct teller *t, const struct diag_moment *m)
{
	auto_free char *time = time_new(t, m->time);
	auto_free char *text = text_timed_new(t->p, m->text, t->of->volume, t->of->d.windows);
	const char *said = text && text[0] ? text : ev_what_word(m->what);
	const bool is_path_said = !m->path[0] || strstr(said, m->path);

	text_say(t->p, m->is_key ? "  * " : "    ", "%-s%s%s%s%-s",
		time && time[0] ? time : lang_word(N_("(time not known)")), "  ", said,
		is_path_said ? "" : ": ", is_path_said ? "" : m->path);
}

static void say_timeline(const struct teller *t)
{
	const struct diagnosis *d = &t->of->d;
	size_t shown = 0;

	if (!d->n_timeline)
		return;
	text_say(t->p, "  ", "Timeline (* what the verdict rests on):");
	for (size_t i = 0; i < d->n_timeline; i++) {
		if (!d->timeline[i].is_key && i + MOMENTS_LAST < d->n_timeline)
			continue;
		say_moment(t, &d->timeline[i]);
		shown++;
	}
	say_more(t->p, d->n_timeline, shown);
}

static void say_missing(struct printer *p, const struct run_diagnosis *of)
{
	for (size_t i = 0; i < of->n_missing && i < MISSING_MOST; i++) {
		const struct ev_missing *m = &of->missing[i];
		text_say(p, "  Not seen:  ", "%-s%s%s",
			m->where[0] ? m->where : ev_source_word(m->source), m->why[0] ? ": " : "",
			m->why);
	}
	say_more(p, of->n_missing, MISSING_MOST);
}

static void say_changes(const struct teller *t, uint64_t since)
{
	auto_free char *from = time_new(t, since);

	if (!since)
		return;
	text_say(t->p, "  ", "Changed since %-s: %zu %s", from ? from : "", t->of->n_changes,
		rs_form(t->of->n_changes, "file", "files"));
	for (size_t i = 0; i < t->of->n_changes && i < CHANGES_MOST; i++) {
		const struct run_change *c = &t->of->changes[i];
		auto_free char *time = time_new(t, c->time);
		char path[TEXT_PATH_SHOWN];
		text_path(c->path, path);
		text_say(t->p, "    ", "%-s  %s %-s%s%-s", time ? time : "",
			c->what == EV_FILE_NEW	  ? N_("new:")
			: c->what == EV_FILE_GONE ? N_("gone:")
						  : N_("changed:"),
			path, c->product[0] ? ", " : "", c->product);
	}
	say_more(t->p, t->of->n_changes, CHANGES_MOST);
}

static void say_diagnosis(
	struct printer *p, const struct rs_run *run, const struct run_diagnosis *of, bool is_full)
{
	const struct teller t = {p, of};
	const struct diagnosis *d = &of->d;

	text_blank(p);
	if (run_has_several(run_volume_at(run, of->volume)))
		text_say(p, "Diagnosis: ", "%s, on volume %u, Windows in %-s",
			run_trouble_text(d->kind), of->volume, d->windows);
	else
		text_say(p, "Diagnosis: ", "%s, on volume %u", run_trouble_text(d->kind),
			of->volume);
	text_say_timed(p, "  Verdict:   ", d->text, of->volume, d->windows);
	text_say(p, "  How sure:  ", "%s", run_certainty_text(d->certainty));
	for (size_t i = 0; i < d->n_candidates && i < CANDIDATES_MOST; i++)
		say_candidate(&t, i);
	say_more(p, d->n_candidates, CANDIDATES_MOST);
	for (size_t i = 0; i < d->n_proposals; i++)
		say_proposal(p, &d->proposals[i]);
	for (size_t i = 0; i < d->n_contradictions; i++)
		text_say_timed(p, "  Against:   ", d->contradictions[i], of->volume, d->windows);
	if (is_full) {
		say_timeline(&t);
		say_missing(p, of);
	}
	say_changes(&t, run->since_filetime);
}

void text_diagnoses(struct printer *p, const struct rs_run *run)
{
	const bool is_asked = run->command && strcmp(run->command, "diagnose") == 0;

	for (size_t i = 0; i < run->n_diagnoses; i++) {
		const struct run_diagnosis *of = &run->diagnoses[i];
		say_diagnosis(p, run, of, is_asked || of->d.kind != DIAG_NONE);
	}
}

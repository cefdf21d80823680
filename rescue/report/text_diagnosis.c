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
#define WHY_SUSPECT	3U  /* of one that is not blamed */
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

/* A text of ours in the language of who reads it: on its own, as what stands beside it in a line is
 * none of it. */
static char *said_new(const struct teller *t, const char *text)
{
	auto_free char *timed = text_timed_new(t->p, text, t->of->volume, t->of->d.windows);

	return lang_new(timed ? timed : text);
}

/* "+40  text (time, where it was read)", of the candidate with that path */
static void say_why(const struct teller *t, const struct diag_why *w, const char *path)
{
	char first[32];
	auto_free char *time = time_new(t, w->time);
	auto_free char *said = said_new(t, w->text);
	/* of the file itself: its path is the line above */
	auto_free char *where = where_new(strcasecmp(w->where, path) == 0 ? "" : w->where);
	const bool is_timed = time && time[0], is_placed = where && where[0];

	(void)snprintf(first, sizeof(first), "    %+5d ", w->points);
	text_say(t->p, first, "%-s%-s%-s%-s%-s%-s", said ? said : w->text,
		is_timed || is_placed ? " (" : "", is_timed ? time : "",
		is_timed && is_placed ? ", " : "", is_placed ? where : "",
		is_timed || is_placed ? ")" : "");
}

static void say_candidate(
	const struct teller *t, const struct diag_candidate *c, enum run_role role, size_t most)
{
	static const char *const roles[] = {[RUN_SUSPECT] = N_("  Suspect:   "),
		[RUN_AT_FAULT] = N_("  At fault:  "),
		[RUN_TAKEN_AWAY] = N_("  Missing:   "),
		[RUN_CONCERNED] = N_("  Concerned: ")};
	char path[TEXT_PATH_SHOWN];

	text_path(c->path, path);
	if (!c->n_why) {
		text_say(t->p, roles[role], "%-s", path);
		return;
	}
	text_say(t->p, roles[role], "%-s%-s%-s%-s%-s%-s%-s: %d points", path,
		path[0] && c->service[0] ? ", " : "", c->service[0] ? lang_word(N_("service")) : "",
		c->service[0] ? " " : "", c->service, c->product[0] ? ", " : "", c->product,
		c->score);
	for (size_t k = 0; k < c->n_why && k < most; k++)
		say_why(t, &c->why[k], c->path);
	say_more(t->p, c->n_why, most);
}

static void say_candidates(const struct teller *t)
{
	const struct diagnosis *d = &t->of->d;
	const size_t most = run_is_wrong(t->of) ? WHY_SUSPECT : WHY_MOST;

	for (size_t i = 0; i < d->n_candidates && i < CANDIDATES_MOST; i++)
		say_candidate(t, &d->candidates[i], i ? RUN_SUSPECT : run_role_of(t->of),
			i ? most : WHY_MOST);
	say_more(t->p, d->n_candidates, CANDIDATES_MOST);
	/* where nothing is wrong nobody is suspected; a screen's details have all */
	const size_t n = d->kind != DIAG_NONE || t->p->manner ? d->n_suspects : 0;
	for (size_t i = 0; i < n && i < CANDIDATES_MOST; i++)
		say_candidate(t, &d->suspects[i], RUN_SUSPECT, most);
	say_more(t->p, n, CANDIDATES_MOST);
}

/* How to do it is not told where it is not done. */
static bool say_refused(
	const struct teller *t, const struct rs_run *run, const struct diag_proposal *proposal)
{
	char path[TEXT_PATH_SHOWN], why[1200];

	if (!run_refusal(run, t->of, proposal, why, sizeof(why)))
		return false;
	text_path(proposal->path, path);
	auto_free char *said = said_new(t, why);
	if (proposal->action != DIAG_DISABLE && proposal->action != DIAG_FILTER)
		text_say(t->p, "  Refused:   ", "%-s is not moved: %-s", path, said ? said : why);
	else
		text_say(t->p, "  Refused:   ", "%-s is not disabled: %-s", proposal->service,
			said ? said : why);
	return true;
}

static void say_proposal(
	const struct teller *t, const struct rs_run *run, const struct diag_proposal *proposal)
{
	struct printer *p = t->p;
	char path[TEXT_PATH_SHOWN];

	if (say_refused(t, run, proposal))
		return;
	text_path(proposal->path, path);
	text_say(p, "  Proposed:  ", "%s", proposal->text);
	/* its file stays where it is, whatever the proposal's kind: its text names the command */
	if (t->of->d.kind != DIAG_RESUME && (path[0] || proposal->service[0]))
		text_say(p, "             ", "%s: %-s%-s%-s%-s%-s", run_act_text(proposal->action),
			path, path[0] && proposal->service[0] ? ", " : "",
			proposal->service[0] ? lang_word(N_("service")) : "",
			proposal->service[0] ? " " : "", proposal->service);
	if (proposal->from[0]) {
		text_path(proposal->from, path);
		text_say(p, "             ", "from %-s", path);
	}
	if (run_is_left_to_do(proposal))
		text_say(p, "             ", "this program does not do that: a person has to");
}

static void say_moment(const struct teller *t, const struct diag_moment *m)
{
	auto_free char *time = time_new(t, m->time);
	auto_free char *timed = text_timed_new(t->p, m->text, t->of->volume, t->of->d.windows);
	auto_free char *said = moment_new(m, timed);

	text_say(t->p, m->is_key ? "  * " : "    ", "%-s  %-s",
		time && time[0] ? time : lang_word(N_("(time not known)")), said ? said : "");
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
		if (!moment_is_told_before(d, i))
			say_moment(t, &d->timeline[i]);
		shown++;
	}
	say_more(t->p, d->n_timeline, shown);
}

static void say_missing(struct printer *p, const struct run_diagnosis *of)
{
	for (size_t i = 0; i < of->n_missing && i < MISSING_MOST; i++) {
		const struct ev_missing *m = &of->missing[i];
		auto_free char *where = where_new(m->where);
		text_say(p, "  Not seen:  ", "%-s%s%s",
			where && where[0] ? where : lang_word(ev_source_word(m->source)),
			m->why[0] ? ": " : "", m->why);
	}
	say_more(p, of->n_missing, MISSING_MOST);
}

/* The table of files and the change journal may both know of it. */
static bool is_listed_before(const struct run_diagnosis *of, size_t i)
{
	const struct run_change *c = &of->changes[i];

	for (size_t k = i; k-- > 0 && of->changes[k].time / SECOND == c->time / SECOND;)
		if (of->changes[k].what == c->what && strcasecmp(of->changes[k].path, c->path) == 0)
			return true;
	return false;
}

static void say_changes(const struct teller *t, uint64_t since)
{
	auto_free char *from = time_new(t, since);
	size_t n = 0, shown = 0;

	if (!since)
		return;
	for (size_t i = 0; i < t->of->n_changes; i++)
		n += !is_listed_before(t->of, i);
	text_say(t->p, "  ", "Changed since %-s: %zu %s", from ? from : "", n,
		rs_form(n, "file", "files"));
	for (size_t i = 0; i < t->of->n_changes && shown < CHANGES_MOST; i++) {
		const struct run_change *c = &t->of->changes[i];
		if (is_listed_before(t->of, i))
			continue;
		shown++;
		auto_free char *time = time_new(t, c->time);
		char path[TEXT_PATH_SHOWN];
		text_path(c->path, path);
		text_say(t->p, "    ", "%-s  %s %-s%s%-s", time ? time : "",
			c->what == EV_FILE_NEW	  ? N_("new:")
			: c->what == EV_FILE_GONE ? N_("gone:")
						  : N_("changed:"),
			path, c->product[0] ? ", " : "", c->product);
	}
	say_more(t->p, n, CHANGES_MOST);
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
	text_say(p, "  How sure:  ", "%s", run_certainty_text(d));
	say_candidates(&t);
	for (size_t i = 0; i < d->n_proposals; i++)
		say_proposal(&t, run, &d->proposals[i]);
	for (size_t i = 0; i < d->n_contradictions; i++)
		text_say_timed(p, "  Against:   ", d->contradictions[i], of->volume, d->windows);
	if (is_full) {
		say_timeline(&t);
		say_missing(p, of);
	}
	say_changes(&t, run->since_filetime);
}

static void say_against_of(
	const struct teller *t, const struct diag_candidate *all, size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++) {
		const struct diag_candidate *c = &all[i];
		if (strcasecmp(c->path, path) != 0)
			continue;
		for (size_t k = 0; k < c->n_why; k++) {
			auto_free char *said = said_new(t, c->why[k].text);
			if (c->why[k].points < 0)
				text_say(t->p, "  Against:  ", "%-s", said ? said : "");
		}
	}
}

/* What the evidence says against a file that a person named. */
static void say_against(const struct teller *t, const char *path)
{
	const struct diagnosis *d = &t->of->d;

	say_against_of(t, d->candidates, d->n_candidates, path);
	say_against_of(t, d->suspects, d->n_suspects, path);
	if (run_role_of(t->of) == RUN_AT_FAULT && d->n_candidates &&
		strcasecmp(d->candidates[0].path, path) != 0)
		text_say(t->p, "  Against:  ", "the evidence points to another file: %-s",
			d->candidates[0].path);
}

void text_named(struct printer *p, const struct rs_run *run, const struct run_finding *f)
{
	for (size_t k = 0; k < f->n_files; k++) {
		char path[TEXT_PATH_SHOWN];
		text_path(f->files[k].path, path);
		text_say(p, "  File:     ", "%-s", path);
		for (size_t i = 0; i < run->n_diagnoses; i++) {
			const struct run_diagnosis *of = &run->diagnoses[i];
			if (of->volume == f->volume &&
				(!f->windows || strcmp(f->windows, of->d.windows) == 0))
				say_against(&(struct teller){p, of}, f->files[k].path);
		}
	}
}

void text_diagnoses(struct printer *p, const struct rs_run *run)
{
	const bool is_asked = run->command && strcmp(run->command, "diagnose") == 0;

	for (size_t i = 0; i < run->n_diagnoses; i++) {
		const struct run_diagnosis *of = &run->diagnoses[i];
		say_diagnosis(p, run, of, is_asked || of->d.kind != DIAG_NONE);
	}
}

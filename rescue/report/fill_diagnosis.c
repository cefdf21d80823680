/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A diagnosis, into the model: all of it is copied, as the evidence that its texts belong to is
 * gone before the report is. */
#include "judge/diagnosis.h"

#include "report/report.h"

static size_t at_most(size_t n, size_t most)
{
	return n < most ? n : most;
}

static void candidate(
	struct report_pool *p, const struct diag_candidate *from, struct diag_candidate *ret)
{
	size_t n = at_most(from->n_why, RUN_WHY_MAX);

	*ret = (struct diag_candidate){.path = report_copy(p, from->path),
		.service = report_copy(p, from->service),
		.product = report_copy(p, from->product),
		.score = from->score,
		.why = report_alloc(p, n * sizeof(*ret->why))};
	for (size_t i = 0; ret->why && i < n; i++) {
		struct diag_why *why = &ret->why[ret->n_why++];
		*why = from->why[i];
		why->weight = report_copy(p, why->weight);
		why->text = report_copy(p, why->text);
		why->where = report_copy(p, why->where);
	}
}

static struct diag_candidate *candidates(
	struct report_pool *p, const struct diag_candidate *from, size_t n_from, size_t *ret_n)
{
	size_t n = at_most(n_from, RUN_CANDIDATES_MAX);
	struct diag_candidate *ret = report_alloc(p, n * sizeof(*ret));

	*ret_n = ret ? n : 0;
	for (size_t i = 0; i < *ret_n; i++)
		candidate(p, &from[i], &ret[i]);
	return ret;
}

static void proposals(struct report_pool *p, const struct diagnosis *from, struct diagnosis *ret)
{
	ret->proposals = report_alloc(p, from->n_proposals * sizeof(*ret->proposals));
	for (size_t i = 0; ret->proposals && i < from->n_proposals; i++) {
		struct diag_proposal *to = &ret->proposals[ret->n_proposals++];
		*to = from->proposals[i];
		to->path = report_copy(p, to->path);
		to->service = report_copy(p, to->service);
		to->from = report_copy(p, to->from);
		to->text = report_copy(p, to->text);
	}
}

static void contradictions(
	struct report_pool *p, const struct diagnosis *from, struct diagnosis *ret)
{
	ret->contradictions = report_alloc(p, from->n_contradictions * sizeof(char *));
	for (size_t i = 0; ret->contradictions && i < from->n_contradictions; i++)
		ret->contradictions[ret->n_contradictions++] =
			report_copy(p, from->contradictions[i]);
}

static void also(struct report_pool *p, const struct diag_moment *from, struct diag_moment *ret)
{
	ret->also = report_alloc(p, from->n_also * sizeof(*ret->also));
	ret->n_also = 0;
	for (size_t i = 0; ret->also && i < from->n_also; i++) {
		struct diag_also *to = &ret->also[ret->n_also++];
		*to = from->also[i];
		to->where = report_copy(p, to->where);
	}
}

static void timeline(struct report_pool *p, const struct diagnosis *from, struct run_diagnosis *ret)
{
	struct diagnosis *d = &ret->d;
	size_t keys = 0, skip, n = at_most(from->n_timeline, RUN_MOMENTS_MAX);

	for (size_t i = 0; i < from->n_timeline; i++)
		keys += from->timeline[i].is_key;
	keys = at_most(keys, n);
	/* so many of those that are no key ones go, the oldest first */
	skip = from->n_timeline - n;
	ret->n_left_out += skip;
	d->timeline = report_alloc(p, n * sizeof(*d->timeline));
	for (size_t i = 0; d->timeline && d->n_timeline < n && i < from->n_timeline; i++) {
		if (skip && !(from->timeline[i].is_key && keys)) {
			skip--;
			continue;
		}
		struct diag_moment *to = &d->timeline[d->n_timeline++];
		*to = from->timeline[i];
		keys -= keys && to->is_key;
		to->text = report_copy(p, to->text);
		to->path = report_copy(p, to->path);
		to->where = report_copy(p, to->where);
		also(p, &from->timeline[i], to);
	}
}

static void missing(struct report_pool *p, const struct evidence *e, struct run_diagnosis *ret)
{
	size_t n = at_most(e->n_missing, RUN_MISSING_MAX);

	ret->n_left_out += e->n_missing - n;
	ret->missing = report_alloc(p, n * sizeof(*ret->missing));
	for (size_t i = 0; ret->missing && i < n; i++)
		ret->missing[ret->n_missing++] = (struct ev_missing){.source = e->missing[i].source,
			.where = report_copy(p, e->missing[i].where),
			.why = report_copy(p, e->missing[i].why)};
}

static bool is_change(const struct ev_item *i, uint64_t since)
{
	return i->time >= since && i->path && i->path[0] &&
	       (i->what == EV_FILE_NEW || i->what == EV_FILE_CHANGED || i->what == EV_FILE_GONE);
}

static void changes(
	struct report_pool *p, const struct evidence *e, uint64_t since, struct run_diagnosis *ret)
{
	for (size_t i = 0; since && i < e->n_items; i++) {
		const struct ev_item *from = &e->items[i];
		struct run_change *to;
		if (!is_change(from, since))
			continue;
		if (ret->n_changes == RUN_CHANGES_MAX) {
			ret->n_left_out++;
			continue;
		}
		to = REPORT_ADD(p, ret->changes, ret->n_changes);
		if (!to)
			return;
		*to = (struct run_change){from->what, from->source, from->time,
			report_copy(p, from->path), report_copy(p, from->product),
			report_copy(p, from->where)};
	}
}

void report_diagnosed(struct rs_report *r, const struct judge_result *j, unsigned volume)
{
	struct report_pool *p = &r->kept;

	for (size_t i = 0; i < j->n_diagnoses; i++) {
		const struct diagnosis *from = j->diagnoses[i];
		struct run_diagnosis *to = REPORT_ADD(p, r->run.diagnoses, r->run.n_diagnoses);
		if (!to)
			return;
		*to = (struct run_diagnosis){.volume = volume,
			.d = {.windows = report_copy(p, from->windows),
				.kind = from->kind,
				.certainty = from->certainty,
				.text = report_copy(p, from->text),
				.last_good = from->last_good,
				.first_crash = from->first_crash,
				.last_crash = from->last_crash,
				.n_crashes = from->n_crashes}};
		to->d.candidates =
			candidates(p, from->candidates, from->n_candidates, &to->d.n_candidates);
		to->d.suspects = candidates(p, from->suspects, from->n_suspects, &to->d.n_suspects);
		proposals(p, from, &to->d);
		contradictions(p, from, &to->d);
		timeline(p, from, to);
		if (from->evidence) {
			missing(p, from->evidence, to);
			changes(p, from->evidence, r->run.since_filetime, to);
		}
	}
}

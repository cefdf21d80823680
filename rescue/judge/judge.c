/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all sources of evidence say of a Windows, and what is protected whatever they say. */
#include "judge/judge.h"
#include "core/list.h"

#include <string.h>

#include "core/cleanup.h"
#include "judge/diagnosis.h"
#include "judge/putback.h"
#include "judge/source.h"

/* Without the Windows folder every source would find nothing and be wrong. */
static int check_root(const struct judge_look *in, struct rs_err *err)
{
	struct nt_stat st;
	uint64_t ref = 0;
	int code = nt_lookup(in->vol, in->win->root, &ref, err);

	return code < 0 ? code : nt_stat(in->vol, ref, &st, err);
}

/* What one look at the volume tells of all of its Windows. */
static int gather(const struct judge_look *all, size_t n, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = check_root(&all[i], err);
	for (size_t i = 0; r == 0 && judge_sources[i]; i++)
		if (judge_sources[i]->gather)
			r = judge_sources[i]->gather(all, n, err);
	return r;
}

static int ask_all(const struct judge_look *in, struct judge_result *all, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && judge_sources[i]; i++) {
		size_t from = all->n_said;
		r = judge_sources[i]->look(in, all, err);
		for (size_t k = from; k < all->n_said; k++) {
			all->said[k].source = judge_sources[i];
			if (!all->said[k].windows)
				all->said[k].windows = in->win->root;
		}
	}
	return r;
}

int judge_run(const struct judge_look *in, size_t n, struct judge_result **ret, struct rs_err *err)
{
	auto_free struct judge_look *looks = calloc(n ? n : 1, sizeof(*looks));
	auto_free struct evidence **e = calloc(n ? n : 1, sizeof(struct evidence *));
	struct judge_result *all = calloc(1, sizeof(*all));
	struct rs_err own = {0};
	int r = 0;

	if (all)
		all->faults = strdup("");
	if (!looks || !e || !all || !all->faults)
		r = rs_fail(&own, RS_E_MEMORY, "findings");
	for (size_t i = 0; r == 0 && i < n; i++) {
		looks[i] = in[i];
		looks[i].evidence = &e[i];
	}
	if (r == 0)
		r = gather(looks, n, &own);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = ask_all(&looks[i], all, &own);
	for (size_t i = 0; e && i < n; i++)
		ev_free(e[i]); /* that no source took */
	if (r < 0) {
		judge_free(all);
		return rs_err_pass(err, r, &own);
	}
	*ret = all;
	return 0;
}

void judge_free(struct judge_result *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n_findings; i++)
		judge_finding_done(&r->findings[i]);
	for (size_t i = 0; i < r->n_said; i++) {
		if (r->said[i].source->done)
			r->said[i].source->done(&r->said[i]);
		free(r->said[i].why);
		free(r->said[i].evidence);
	}
	for (size_t i = 0; i < r->n_diagnoses; i++)
		diagnosis_free(r->diagnoses[i]);
	free(r->diagnoses);
	free(r->findings);
	free(r->said);
	free(r->faults);
	free(r);
}

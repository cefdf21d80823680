/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all sources of evidence say of a Windows, and what is protected whatever they say. */
#include "judge/judge.h"

#include <string.h>

#include "judge/diagnosis.h"
#include "judge/source.h"

/* Without the Windows folder every source would find nothing and be wrong. */
static int check_root(const struct judge_look *in, struct rs_err *err)
{
	struct nt_stat st;
	uint64_t ref = 0;
	int code = nt_lookup(in->vol, in->win->root, &ref, err);

	return code < 0 ? code : nt_stat(in->vol, ref, &st, err);
}

int judge_run(const struct judge_look *in, struct judge_result **into, struct rs_err *err)
{
	struct judge_result *all = *into ? *into : calloc(1, sizeof(*all));
	struct rs_err own = {0};

	if (all && !all->faults)
		all->faults = strdup("");
	int code =
		all && all->faults ? check_root(in, &own) : rs_fail(&own, RS_E_MEMORY, "findings");
	for (size_t i = 0; code == 0 && judge_sources[i]; i++) {
		size_t from = all->n_said;
		code = judge_sources[i]->look(in, all, &own);
		for (size_t k = from; k < all->n_said; k++) {
			all->said[k].source = judge_sources[i];
			if (!all->said[k].windows)
				all->said[k].windows = in->win->root;
		}
	}
	if (code < 0 && err)
		*err = own;
	if (code == 0)
		*into = all;
	else if (!*into)
		judge_free(all);
	return code;
}

void judge_free(struct judge_result *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n_findings; i++) {
		free(r->findings[i].path);
		free(r->findings[i].why);
	}
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

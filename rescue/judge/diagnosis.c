/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "judge/diagnosis.h"

#include <stdlib.h>

bool diag_is_nobodys(enum diag_kind kind)
{
	return kind != DIAG_BAD_FILE && kind != DIAG_FILE_REMOVED && kind != DIAG_UNSURE;
}

static void candidates_free(struct diag_candidate *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(c[i].why);
	free(c);
}

void diagnosis_free(struct diagnosis *d)
{
	if (!d)
		return;
	candidates_free(d->candidates, d->n_candidates);
	candidates_free(d->suspects, d->n_suspects);
	free(d->proposals);
	free(d->contradictions);
	for (size_t i = 0; i < d->n_timeline; i++)
		free(d->timeline[i].also);
	free(d->timeline);
	ev_free(d->evidence); /* and all texts */
	free(d);
}

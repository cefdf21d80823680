/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "judge/diagnosis.h"

#include <stdlib.h>

void diagnosis_free(struct diagnosis *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->n_candidates; i++)
		free(d->candidates[i].why);
	free(d->candidates);
	free(d->proposals);
	free(d->contradictions);
	for (size_t i = 0; i < d->n_timeline; i++)
		free(d->timeline[i].also);
	free(d->timeline);
	ev_free(d->evidence); /* and all texts */
	free(d);
}

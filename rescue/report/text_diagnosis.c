/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What follows from the evidence, for people. */
#include "report/render.h"

void text_diagnoses(struct printer *p, const struct rs_run *run)
{
	for (size_t i = 0; i < run->n_diagnoses; i++)
		text_say(p, "", "%s", run->diagnoses[i].d.text);
}

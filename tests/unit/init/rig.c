/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig.h"

void rig_begin(struct init *in)
{
	*in = (struct init){0};
	loop_init(&in->loop);
	processes_init(&in->processes, &in->loop);
	said_init(in);
	facts_init(&in->facts);
	report_begin(in);
}

void rig_end(struct init *in)
{
	json_object_put(in->report.root);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When the start event goes: beside the work, as soon as there is a network. */
#include "init/init.h"

void fleet_step(struct init *in)
{
	const struct network_now *n = &in->network.now;
	void (*tell)(struct init *) = in->fleet.tell_start;

	if (!tell || n->state != NETWORK_UP || n->clock.source == CLOCK_PENDING)
		return;
	in->fleet.tell_start = NULL; /* once */
	tell(in);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When the start event, and that of a person's repair, go: beside the work, as soon as there is a
 * network. */
#include "init/init.h"

static void tell(struct init *in, void (**what)(struct init *in))
{
	void (*tells)(struct init *) = *what;

	if (!tells)
		return;
	*what = NULL; /* once */
	tells(in);
}

void fleet_step(struct init *in)
{
	struct fleet *f = &in->fleet;

	if ((!f->tell_start && !f->tell_end) || !fleet_has_network(in))
		return;
	tell(in, &f->tell_start);
	if (f->tell_end && !f->sending)
		tell(in, &f->tell_end);
}

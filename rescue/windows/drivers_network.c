/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filters of the network (NDIS 6, lightweight): the keys of what was installed into the network say
 * which service each one is and whether network cards wait for it. Source: Microsoft, "Optional
 * NDIS LWF could cause 90-second delay in network availability" (KB 2019184): without an optional
 * one (FilterRunType 2) the network comes up to 90 seconds later, without a mandatory one (1)
 * never. */
#include <strings.h>

#include "windows/drivers_internal.h"

#define NETWORK_SERVICES "Control\\Network\\{4d36e974-e325-11ce-bfc1-08002be10318}"
#define RUN_OPTIONAL	 2U

static bool filter_see(void *user, const char *name, win_key sub)
{
	struct drivers_read *d = user;
	struct hive_wanted w[] = {{.name = "Service"}, {.name = "FilterRunType"}};
	win_key ndi = drivers_goes_on(d) ? drivers_key(d, sub, "Ndi") : 0;

	(void)name;
	if (!ndi)
		return !d->end.code;
	(void)drivers_values(d, ndi, w, 2);
	auto_free char *service = w[1].is_there ? drivers_text(d, &w[0]) : NULL;
	for (size_t i = 0; service && i < d->s->n_services; i++)
		if (strcasecmp(d->s->services[i].name, service) == 0) {
			struct win_service *one = &d->s->services[i];
			const bool is_optional = hive_wanted_u32(&w[1], 0) == RUN_OPTIONAL;
			/* of two the one that more waits for; a number that is none of the two may
			 * be that one */
			if (!is_optional)
				one->network = WIN_NETWORK_WAITS;
			else if (one->network == WIN_NETWORK_NONE)
				one->network = WIN_NETWORK_LATER;
		}
	hive_wanted_done(w, 2);
	return !d->end.code;
}

void drivers_network(struct drivers_read *d)
{
	win_key key = drivers_key(d, d->set, NETWORK_SERVICES);

	if (key)
		drivers_each(d, key, "Control\\Network", filter_see);
}

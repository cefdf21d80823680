/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where all else has to wait for the network: before a policy, and before a report that it is to
 * take. */
#include "init/fleet.h"
#include "init/init.h"

enum { ROUND_MS = 500 };

static bool is_network_to_come(const struct init *in)
{
	const struct network_now *n = &in->network.now;

	if (n->state == NETWORK_OFF)
		return network_is_wanted(in);
	return n->state == NETWORK_UP ? n->clock.source == CLOCK_PENDING : !n->is_late;
}

bool fleet_wait_for_network(struct init *in, unsigned most_ms)
{
	const struct network_now *n = &in->network.now;
	const uint64_t end = now_ms() + most_ms;

	while (!in->is_stop_wanted && now_ms() < end && is_network_to_come(in))
		init_step(in, ROUND_MS);
	return n->state == NETWORK_UP && !in->is_stop_wanted;
}

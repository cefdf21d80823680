/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One round of events for all who wait for something; it knows nobody who calls it. */
#include "init/init.h"

void init_step(struct init *in, int timeout_ms)
{
	timeout_ms = loop_sooner_ms(timeout_ms, said_step(in));
	timeout_ms = loop_sooner_ms(timeout_ms, front_step(in));
	timeout_ms = loop_sooner_ms(timeout_ms, consoles_step(&in->consoles));
	timeout_ms = loop_sooner_ms(timeout_ms, watchdogs_step(in));
	timeout_ms = loop_sooner_ms(timeout_ms, processes_wait_ms(&in->processes));
	timeout_ms = loop_sooner_ms(timeout_ms, stick_step(in));
	timeout_ms = loop_sooner_ms(timeout_ms, network_step(in));
	fleet_step(in);
	loop_step(&in->loop, timeout_ms);
	processes_step(&in->processes);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel's events, its modules, and what they make of the list of disks. */
#ifndef UNBRICK_INIT_MACHINE_H
#define UNBRICK_INIT_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

struct init;

/** From now on; disks that are there come first. */
void machine_start(struct init *in);
/** Is a disk on its way: a controller or a driver that has not said yet what it has? */
bool machine_is_probing(struct init *in);
/** Since when (milliseconds) no storage was told of and nothing is on its way. */
uint64_t machine_quiet_ms(struct init *in);

#endif

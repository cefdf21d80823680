/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What makes a kernel with an archive into a system, and what it says of this start. */
#ifndef UNBRICK_INIT_START_H
#define UNBRICK_INIT_START_H

#include "init/facts.h"

/** Mounts, limits, what makes it a system. Returns what went wrong, "" if nothing. */
void start_system(char *ret_fault, size_t cap);
/** The facts of this start. */
void start_facts(struct facts *f);
/** The machine's serial number, fit for a file name; its UUID or a network address where it has
 * none. @root as in sysfs.h. */
void start_serial(const char *root, char *ret, size_t cap);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef UNBRICK_BLOCK_CLAIM_H
#define UNBRICK_BLOCK_CLAIM_H

#include <stdbool.h>

#include "core/cleanup.h"

/** Take the name; it is held until the descriptor is closed. -1 with errno: EADDRINUSE somebody has
 * it, anything else that it cannot be told here. */
int rs_claim(const char *name);

/** Has somebody taken the name? *ret_pid 0: not known who. */
bool rs_is_claimed(const char *name, int *ret_pid);

#endif

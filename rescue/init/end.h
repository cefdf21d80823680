/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The orderly end of a start. */
#ifndef UNBRICK_INIT_END_H
#define UNBRICK_INIT_END_H

#include "init/result.h"

struct init;

/** Flush, show, forget the keys, and do it; returns only for SETTINGS_END_STAY. */
void end_now(struct init *in, enum settings_end end);

#endif

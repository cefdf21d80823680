/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the watch of a program says is done. */
#ifndef UNBRICK_INIT_HEED_H
#define UNBRICK_INIT_HEED_H

#include "init/watch.h"

struct init;
struct process;

/** Look at the work that @p does, say why it is ended, and end it; false: it was left as it is. */
bool watch_heed(struct init *in, const char *what, struct watch *w, const struct watch_sight *s,
	struct process *p);

#endif

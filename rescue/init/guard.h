/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first process: if it ends, the kernel panics. So it does nothing but wait. */
#ifndef UNBRICK_INIT_GUARD_H
#define UNBRICK_INIT_GUARD_H

#include <signal.h>

#include "init/process.h"

/** Block what both processes wait for, children and the wish to end; @ret is that set. */
void guard_block(sigset_t *ret);

/** Run @supervise(@arg, -1) in a child, pass Ctrl-Alt-Del and signals on to it, bury orphans. When
 * it ends although it never should, say so on the console and wait for Ctrl-Alt-Del. */
_Noreturn void guard(process_fn supervise, void *arg);

#endif

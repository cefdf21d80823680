/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A supervisor before its first disk, for the tests of its parts. */
#ifndef UNBRICK_TESTS_INIT_RIG_H
#define UNBRICK_TESTS_INIT_RIG_H

#include "init/init.h"

/** As main.c makes it, with the settings that hold without a file. */
void rig_begin(struct init *in);
/** What it holds goes back. */
void rig_end(struct init *in);

#endif

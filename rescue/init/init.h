/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The supervisor: its parts, each of which changes nothing but its own struct. Every look at a disk
 * and every act is done by another process (process.h), so that it can neither crash nor hang with
 * a disk. docs/boot.md has its contracts. */
#ifndef UNBRICK_INIT_INIT_H
#define UNBRICK_INIT_INIT_H

#include "init/console.h"
#include "init/disk.h"
#include "init/facts.h"
#include "init/front.h"
#include "init/menu.h"
#include "init/module.h"
#include "init/process.h"
#include "init/report.h"
#include "init/say.h"
#include "init/stick.h"

#define INIT_RUN     "/run/unbrick"
#define INIT_PROGRAM "/bin/unbrick"
#define INIT_RULES   "/usr/share/unbrick/rules"

struct init {
	struct loop loop;
	struct consoles consoles;
	struct processes processes;
	struct modules modules;
	struct disks disks;
	struct stick stick;
	struct said said;
	struct front front;
	struct dialogue dialogue;
	struct boot_report report;
	struct facts facts;
	bool is_stop_wanted; /* Ctrl-Alt-Del, a signal: come to an orderly end */
};

/** One round of events, at most @timeout_ms (-1: for ever). */
void init_step(struct init *in, int timeout_ms);

#endif

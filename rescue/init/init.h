/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The supervisor: its parts, each of which changes nothing but its own struct. Every look at a disk
 * and every act is done by another process (process.h), so that it can neither crash nor hang with
 * a disk. docs/boot.md has its contracts. */
#ifndef UNBRICK_INIT_INIT_H
#define UNBRICK_INIT_INIT_H

#include <json-c/json.h>

#include "core/redact.h"
#include "init/console.h"
#include "init/disk.h"
#include "init/facts.h"
#include "init/fleet.h"
#include "init/module.h"
#include "init/network.h"
#include "init/process.h"
#include "init/report.h"
#include "init/screen.h"
#include "init/stick.h"
#include "init/watchdog.h"

#define INIT_RUN     "/run/unbrick"
#define INIT_PROGRAM "/bin/unbrick"
#define INIT_RULES   "/usr/share/unbrick/rules"

/* Only say.c changes it, but for who is told. */
struct said {
	struct rs_redact filter; /* between the programs and the consoles */
	uint64_t filtered_ms;	 /* when something went into it last */
	struct json_object *timeline;
	size_t n_left_out;				/* of it */
	void (*too)(struct init *in, const char *line); /* is told each stable line; NULL */
	char *shown; /* by programs, for the text of the report */
	size_t shown_len;
};

/* A key is asked for and nobody types: a keyboard that Linux cannot drive looks like that. */
enum { PROMPT_HINT_MS = 20000 };

/* Zeroed at the start. */
struct prompt {
	uint64_t since_ms; /* 0 = no key is asked for */
	bool was_hinted;
};

/* Only front.c changes it. */
struct front {
	struct process *process; /* NULL = none runs, and what the last one said is passed on */
	int wait_status;	 /* of the last one */
	uint64_t typed_ms;	 /* on any console, last */
	struct prompt prompt;
};

struct init {
	struct loop loop;
	struct consoles consoles;
	struct processes processes;
	struct modules modules;
	struct disks disks;
	struct stick stick;
	struct said said;
	struct front front;
	struct screen screen;
	struct boot_report report;
	struct facts facts;
	struct watchdogs watchdogs;
	struct network network;
	struct fleet fleet;
	bool is_stop_wanted;	  /* Ctrl-Alt-Del, a signal: come to an orderly end */
	bool was_alone;		  /* a verdict may have moved a file in this start: one is enough */
	bool is_firmware_awaited; /* what it trusts is being looked at, for the report */
	bool was_reset; /* by the start before, without a repair: no disk of this one resets */
};

/** One round of events, at most @timeout_ms (-1: for ever). */
void init_step(struct init *in, int timeout_ms);

/* ---- what is said: to people on every console, and to the report (say.c) */

void said_init(struct init *in);
/** A stable line: "unbrick: ..." on every console, and with its time in the report. */
#define init_say(in, ...) said_line(in, SAID_TO_CONSOLES | SAID_TO_REPORT | SAID_BY_US, __VA_ARGS__)
/** The same for the report only. */
#define init_log(in, ...) said_line(in, SAID_TO_REPORT, __VA_ARGS__)
/** A line for people: on the consoles only. */
#define init_show(in, ...) said_line(in, SAID_TO_CONSOLES, __VA_ARGS__)
enum { SAID_TO_CONSOLES = 1, SAID_TO_REPORT = 2, SAID_BY_US = 4 };
void said_line(struct init *in, unsigned how, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** What a program says, as a process_output_fn; @user the struct init. Digits that may belong to a
 * key are held back until it is known. */
void said_by_program(void *user, const char *bytes, size_t len);
/** What is held back: nothing more comes. */
void said_end(struct init *in);
/** Before each round of events. Returns how long until that has something to do; -1 = nothing. */
int said_step(struct init *in);

/* ---- the program that runs, on a terminal of its own that all consoles share: a command of
 * unbrick, or a shell (front.c). The work knows no more of it than what stands here and in run.h.
 */

/** Start @plan (program, keys, echo) on the consoles. One at a time.
 * Errors: RS_E_BUG (one runs), and process_start's. */
int front_start(struct init *in, const struct process_plan *plan, struct rs_err *err);
/** Bytes typed on a console; where no program runs they are for nobody. */
void front_typed(struct init *in, const char *bytes, size_t len);
/** Before each round of events: a question that nobody answers, a keyboard that seems dead. Returns
 * how long until that has something to do; -1 = nothing. */
int front_step(struct init *in);
/** Is it time for the hint? Once a question. @is_asking: for a key. @typed_ms the last key press.
 */
bool prompt_wants_hint(struct prompt *p, bool is_asking, uint64_t typed_ms, uint64_t now_ms);

#endif

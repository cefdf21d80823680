/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program that runs, on a terminal of its own that all consoles share: a command of unbrick, or
 * a shell. The dialogue and the work know no more of it than what stands here and in run.h. */
#ifndef UNBRICK_INIT_FRONT_H
#define UNBRICK_INIT_FRONT_H

#include "init/process.h"

struct init;

/* A key is asked for and nobody types: a keyboard that Linux cannot drive looks like that. */
enum { PROMPT_HINT_MS = 20000 };

/* Zeroed at the start. */
struct prompt {
	uint64_t since_ms; /* 0 = no key is asked for */
	bool was_hinted;
};

/** Is it time for the hint? Once a question. @is_asking: for a key. @typed_ms the last key press.
 */
bool prompt_wants_hint(struct prompt *p, bool is_asking, uint64_t typed_ms, uint64_t now_ms);

/* Only front.c changes it. */
struct front {
	struct process *process; /* NULL = none runs */
	int wait_status;	 /* of the last one */
	uint64_t typed_ms;	 /* on any console, last */
	struct prompt prompt;
};

/** Start @plan (program, keys, echo) on the consoles. One at a time.
 * Errors: RS_E_BUG (one runs), and process_start's. */
int front_start(struct init *in, const struct process_plan *plan, struct rs_err *err);
/** True when it has ended and all it said was passed on. */
bool front_is_over(const struct init *in);
/** Bytes typed on a console; false if no program runs that they are for. */
bool front_typed(struct init *in, const char *bytes, size_t len);
/** Before each round of events: a question that nobody answers, a keyboard that seems dead. Returns
 * how long until that has something to do; -1 = nothing. */
int front_step(struct init *in);

#endif

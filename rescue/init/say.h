/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said: to people on every console, and to the report. */
#ifndef UNBRICK_INIT_SAY_H
#define UNBRICK_INIT_SAY_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

#include "core/redact.h"

struct init;

/* Only say.c changes it. */
struct said {
	struct rs_redact filter; /* between the programs and the consoles */
	uint64_t filtered_ms;	 /* when something went into it last */
	struct json_object *timeline;
	char *shown; /* by programs, for the text of the report */
	size_t shown_len;
};

void said_init(struct init *in);
/** A stable line: "unbrick: ..." on every console, and with its time in the report. */
void init_say(struct init *in, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** The same for the report only. */
void init_log(struct init *in, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** A line for people: on the consoles only. */
void init_show(struct init *in, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** What a program says, as a process_output_fn; @user the struct init. Digits that may belong to a
 * key are held back until it is known. */
void said_by_program(void *user, const char *bytes, size_t len);
/** What is held back: nothing more comes. */
void said_end(struct init *in);
/** Before each round of events. Returns how long until that has something to do; -1 = nothing. */
int said_step(struct init *in);

#endif

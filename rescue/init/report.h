/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One report a start (docs/boot-report.md). */
#ifndef UNBRICK_INIT_REPORT_H
#define UNBRICK_INIT_REPORT_H

#include <json-c/json.h>
#include <stdint.h>

#include "init/result.h"
#include "init/run.h"

struct init;

/* Only report.c changes it. */
struct boot_report {
	struct json_object *root, *runs;
	uint64_t started_filetime, started_ms;
	char serial[64];    /* names the machine's folder on the stick */
	char file_time[32]; /* names this start's files */
};

void report_begin(struct init *in);
/** A run of the program; its report is taken over. */
void report_add_run_take(struct init *in, struct run *run);
void report_set(struct init *in, const char *key, struct json_object *value_take);
/** With the outcome, write it to /run, and to the stick if it is there. */
void report_write(struct init *in, enum result result, const char *text, enum settings_end end);

#endif

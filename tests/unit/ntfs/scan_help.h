/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a scan hands out, kept for the tests. */
#ifndef UNBRICK_TESTS_SCAN_HELP_H
#define UNBRICK_TESTS_SCAN_HELP_H

#include "raw_help.h"

#define LINES_MAX 5000U

/* What a scan hands out, as lines "RECORD PATH". */
struct seen {
	char *lines[LINES_MAX];
	struct nt_entry last;
	unsigned n, faults;
	uint64_t fault_record;
	char fault[200];
	unsigned stop_after;
	const char *want; /* a name */
};

bool sh_entry(void *user, const struct nt_entry *e);
void sh_fault(void *user, uint64_t record, const char *what);
struct nt_scan_result sh_scan(struct nt_raw *raw, struct seen *s);
bool sh_has(const struct seen *s, const char *line);
void sh_forget(struct seen *s);

#endif

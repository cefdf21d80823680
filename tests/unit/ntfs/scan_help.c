/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scan_help.h"

#include <stdio.h>
#include <string.h>

bool sh_entry(void *user, const struct nt_entry *e)
{
	struct seen *s = user;
	char line[4096];

	assert_true(s->n < LINES_MAX);
	(void)snprintf(line, sizeof(line), "%llu %.4000s",
		(unsigned long long)NT_REF_RECORD(e->ref), e->path);
	assert_string_equal(e->path + strlen(e->path) - strlen(e->name), e->name);
	s->lines[s->n++] = strdup(line);
	s->last = *e;
	return s->n != s->stop_after;
}

void sh_fault(void *user, uint64_t record, const char *what)
{
	struct seen *s = user;

	s->faults++;
	s->fault_record = record;
	(void)snprintf(s->fault, sizeof(s->fault), "%s", what);
}

static bool on_wants(void *user, const char *name, bool is_dir)
{
	(void)is_dir;
	return strcmp(name, ((struct seen *)user)->want) == 0;
}

struct nt_scan_result sh_scan(struct nt_raw *raw, struct seen *s)
{
	const struct nt_scan_ops ops = {.user = s,
		.entry = sh_entry,
		.fault = sh_fault,
		.wants = s->want ? on_wants : NULL};
	struct nt_scan_result res = {0};
	struct rs_err err = {0};

	if (nt_scan(raw, &ops, NULL, &res, &err) < 0)
		fail_msg("%s", err.detail);
	return res;
}

bool sh_has(const struct seen *s, const char *line)
{
	for (unsigned i = 0; i < s->n; i++)
		if (strcmp(s->lines[i], line) == 0)
			return true;
	return false;
}

void sh_forget(struct seen *s)
{
	for (unsigned i = 0; i < s->n; i++)
		free(s->lines[i]);
	memset(s, 0, sizeof(*s));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SrtTrail.txt, what Startup Repair did. Its labels and causes are in the language of the recovery
 * environment, its structure is not: blocks of a title, a line of dashes, and lines up to an empty
 * one. The title of a test comes again and again; a block with another title right after the tests
 * is the cause. Seen: English, Spanish and Italian samples (facts/windows.md, section 1). */
#include "windows/traces_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "format/text.h"

struct srt {
	win_trace_fn fn;
	void *user;
	bool is_over;
	char title[TR_NAME], test[TR_NAME]; /* of the block; of a test */
	bool is_cause, has_ran;
	char maybe[TR_NAME]; /* a line that is a title if dashes follow */
};

static void tell(struct srt *s, const struct win_trace *t)
{
	if (!s->is_over && !s->fn(s->user, t))
		s->is_over = true;
}

/* ---- the cause ---- */

/* "Bugcheck d1. Parameters = 0x28, 0x2, 0x0, 0xfffff80487e08e34." */
static bool crash_in(const char *line, struct win_trace *t)
{
	const char *at = tr_after(line, "bugcheck");
	uint64_t code = 0;

	while (at && tr_after(at, "bugcheck"))
		at = tr_after(at, "bugcheck"); /* "Unknown Bugcheck: Bugcheck d1" */
	if (!at)
		return false;
	at += strspn(at, " :=");
	if (!tr_hex(at, &code, &at) || !code || code > UINT32_MAX)
		return false;
	t->number = (uint32_t)code;
	for (size_t i = 0; i < 4; i++) {
		at = tr_after(at, "0x");
		if (!at || !tr_hex(at, &t->parameters[i], &at))
			return true;
	}
	t->has_parameters = true;
	return true;
}

static void tell_cause(struct srt *s, const char *line)
{
	char path[TR_PATH];
	struct win_trace crash = tr_trace(WIN_TRACE_CRASH, line);
	struct win_trace t = tr_trace(WIN_TRACE_REPAIR_CAUSE, line);

	(void)tr_path(line, path, sizeof(path));
	t.path = path;
	const char *code = tr_after(line, "0x");
	uint64_t number = 0;
	if (code && tr_hex(code, &number, NULL) && number <= UINT32_MAX)
		t.number = (uint32_t)number;
	tell(s, &t);
	if (crash_in(line, &crash))
		tell(s, &crash);
}

/* Right after tests (the title twice at least), under a title of its own. */
static bool is_cause_title(const struct srt *s, const char *title)
{
	return strncasecmp(title, "Root cause", 10) == 0 ||
	       (s->test[0] && strcmp(s->title, s->test) == 0 && strcmp(title, s->test) != 0);
}

static bool is_dashes(const char *line)
{
	return strlen(line) >= 10 && strspn(line, "-") == strlen(line);
}

static void new_block(struct srt *s)
{
	if (!s->maybe[0])
		return;
	s->is_cause = is_cause_title(s, s->maybe);
	if (s->title[0] && strcmp(s->maybe, s->title) == 0)
		(void)snprintf(s->test, sizeof(s->test), "%s", s->maybe);
	(void)snprintf(s->title, sizeof(s->title), "%s", s->maybe);
	s->maybe[0] = '\0';
}

static void take_line(struct srt *s, const char *line)
{
	uint64_t time = 0;

	if (is_dashes(line)) {
		new_block(s);
		return;
	}
	if (!line[0]) {
		s->is_cause = false;
		s->maybe[0] = '\0';
		return;
	}
	if (tr_find_date(line, &time, NULL)) {
		struct win_trace t = tr_trace(WIN_TRACE_START, line);

		t.time = time; /* "(GMT)" stands behind it */
		t.is_local = true;
		s->is_cause = false; /* the head of another run */
		tell(s, &t);
		t = tr_trace(WIN_TRACE_REPAIR_RAN, s->title);
		tell(s, &t);
		s->has_ran = true;
	} else if (s->is_cause) {
		tell_cause(s, line);
	}
	tr_copy(line, strlen(line), s->maybe, sizeof(s->maybe));
}

int win_srt_read(
	struct rs_view p, struct win_clock c, win_trace_fn fn, void *user, struct rs_err *err)
{
	struct srt s = {.fn = fn, .user = user};
	struct tr_lines l;

	(void)c; /* its only time is told in GMT */
	(void)err;
	tr_lines_init(&l, p);
	while (!s.is_over && tr_next(&l))
		take_line(&s, l.line);
	if (!s.has_ran && s.title[0]) {
		struct win_trace t = tr_trace(WIN_TRACE_REPAIR_RAN, s.title);

		tell(&s, &t);
	}
	return 0;
}

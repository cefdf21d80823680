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

/* ---- the time of the last good start ---- */

/* Which of three numbers is what? "7/2/2025 5:21:02 AM", "02.07.2025 05:21:02", "2025-07-02". */
static bool date_of(const unsigned n[3], char separator, bool is_12, struct tr_civil *c)
{
	if (n[0] >= TR_YEARS_FROM) {
		*c = (struct tr_civil){.year = n[0], .month = n[1], .day = n[2]};
		return true;
	}
	if (n[2] < TR_YEARS_FROM)
		return false;
	bool is_month_first = n[1] > 12 || (separator == '/' && is_12 && n[0] <= 12);
	*c = (struct tr_civil){.year = n[2],
		.month = is_month_first ? n[0] : n[1],
		.day = is_month_first ? n[1] : n[0]};
	return true;
}

static bool three(const char *at, const char *separators, unsigned ret[3], char *ret_separator,
	const char **ret_rest)
{
	for (size_t i = 0; i < 3; i++) {
		unsigned digits = 0;

		ret[i] = 0;
		for (; text_is_digit(*at) && digits < 5; at++, digits++)
			ret[i] = ret[i] * 10 + (unsigned)(*at - '0');
		if (!digits || digits == 5)
			return false;
		if (i == 2)
			break;
		if (!*at || !strchr(separators, *at))
			return false;
		*ret_separator = *at++;
		at += strspn(at, " "); /* "2. 7. 2025" */
	}
	*ret_rest = at;
	return true;
}

static bool is_half(const char *at, const char *mark)
{
	at += strspn(at, " ");
	return strncasecmp(at, mark, 1) == 0 &&
	       (at[1] == 'M' || at[1] == 'm' || strncasecmp(at + 1, ".m", 2) == 0 ||
		       strncasecmp(at + 1, ". m", 3) == 0);
}

static bool time_in(const char *line, uint64_t *ret)
{
	unsigned date[3], clock[3];
	struct tr_civil c;
	char separator = 0, colon = 0;

	for (const char *at = line; *at; at++) {
		const char *rest;

		if (!text_is_digit(*at) || (at > line && text_is_digit(at[-1])) ||
			!three(at, "/.-", date, &separator, &rest))
			continue;
		rest += strcspn(rest, "0123456789");
		if (!three(rest, ":.", clock, &colon, &rest))
			continue;
		bool is_pm = is_half(rest, "p"), is_am = is_half(rest, "a");
		if (!date_of(date, separator, is_pm || is_am, &c))
			continue;
		c.hour = clock[0] + (is_pm && clock[0] < 12 ? 12 : 0);
		c.hour = is_am && clock[0] == 12 ? 0 : c.hour;
		c.minute = clock[1];
		c.second = clock[2];
		return tr_filetime(&c, ret);
	}
	return false;
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
	if (time_in(line, &time)) {
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

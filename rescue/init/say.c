/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/init.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/language.h"

#define LINE_BYTES 1024
#define FILTER_MS  1000
#define SHOWN_MOST (256 * 1024UL)
#define LINES_MOST 4000UL /* in the report: whoever says more is not well */
#define FIRST_KEPT (LINES_MOST / 2)

static struct json_object *entry_new(const char *text)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "ms", json_object_new_uint64(now_ms()));
	json_object_object_add(o, "text", json_object_new_string(text));
	return o;
}

/* How a start began and how it ends is worth more than what was said in between. */
static void leave_one_out(struct said *s)
{
	char text[64];

	(void)json_object_array_del_idx(s->timeline, FIRST_KEPT + (s->n_left_out != 0), 1);
	s->n_left_out += s->n_left_out ? 1 : 2; /* this line takes the place of one, too */
	(void)snprintf(text, sizeof(text), "[%zu lines left out here]", s->n_left_out);
	(void)json_object_array_put_idx(s->timeline, FIRST_KEPT, entry_new(text));
}

static void keep(struct init *in, const char *text)
{
	struct said *s = &in->said;

	if (json_object_array_length(s->timeline) >= LINES_MOST)
		leave_one_out(s);
	json_object_array_add(s->timeline, entry_new(text));
}

static void on_clean(void *user, const char *bytes, size_t len)
{
	struct init *in = user;
	struct said *s = &in->said;

	consoles_write(&in->consoles, bytes, len);
	if (!s->shown)
		s->shown = malloc(SHOWN_MOST);
	if (!s->shown || len > SHOWN_MOST - s->shown_len)
		return; /* the programs' own reports have it all */
	memcpy(s->shown + s->shown_len, bytes, len);
	s->shown_len += len;
}

void said_init(struct init *in)
{
	in->said.filter = (struct rs_redact){.out = on_clean, .user = in};
	in->said.timeline = json_object_new_array();
}

void said_by_program(void *user, const char *bytes, size_t len)
{
	struct init *in = user;

	in->said.filtered_ms = now_ms();
	rs_redact_put(&in->said.filter, bytes, len);
}

void said_end(struct init *in)
{
	rs_redact_end(&in->said.filter);
}

/* Digits that nothing follows are shown a moment later. */
int said_step(struct init *in)
{
	if (!rs_redact_holds(&in->said.filter))
		return -1;
	if (now_ms() - in->said.filtered_ms >= FILTER_MS)
		rs_redact_idle(&in->said.filter);
	return FILTER_MS;
}

static void say_translated(const char *text, char *ret, size_t cap)
{
	auto_free char *line = lang_new(text);

	(void)rs_shown(line ? line : text, ret, cap);
}

void said_line(struct init *in, unsigned how, const char *fmt, ...)
{
	char text[LINE_BYTES], shown[LINE_BYTES], line[LINE_BYTES + 16];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)rs_shown(text, shown, sizeof(shown));
	(void)snprintf(line, sizeof(line), "%s%s", how & SAID_BY_US ? "unbrick: " : "", shown);
	if (how & SAID_TO_CONSOLES) {
		said_end(in);		 /* what a program said comes before */
		if (!(how & SAID_BY_US)) /* those lines are for scripts, too */
			say_translated(text, line, sizeof(line));
		consoles_line(&in->consoles, line);
	}
	if (how & SAID_TO_REPORT)
		keep(in, shown);
	if (how == (SAID_TO_CONSOLES | SAID_TO_REPORT | SAID_BY_US) && in->said.too)
		in->said.too(in, shown);
}

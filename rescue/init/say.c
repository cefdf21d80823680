/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said: to people, and to the report. */
#include <stdarg.h>
#include <stdio.h>

#include "core/redact.h"
#include "init/init.h"

#define LINE_BYTES 1024

static void keep(struct init *in, const char *text)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "ms", json_object_new_uint64(now_ms()));
	json_object_object_add(o, "text", json_object_new_string(text));
	json_object_array_add(in->timeline, o);
}

__attribute__((format(printf, 2, 0))) static void format(
	char ret[LINE_BYTES], const char *fmt, va_list ap)
{
	char text[LINE_BYTES];

	(void)vsnprintf(text, sizeof(text), fmt, ap);
	(void)rs_shown(text, ret, LINE_BYTES);
}

void init_say(struct init *in, const char *fmt, ...)
{
	char text[LINE_BYTES], line[LINE_BYTES + 16];
	va_list ap;

	va_start(ap, fmt);
	format(text, fmt, ap);
	va_end(ap);
	(void)snprintf(line, sizeof(line), "unbrick: %s", text);
	rs_redact_end(&in->filter); /* what a program said comes before */
	consoles_line(&in->consoles, line);
	keep(in, text);
}

void init_log(struct init *in, const char *fmt, ...)
{
	char text[LINE_BYTES];
	va_list ap;

	va_start(ap, fmt);
	format(text, fmt, ap);
	va_end(ap);
	keep(in, text);
}

void init_show(struct init *in, const char *fmt, ...)
{
	char text[LINE_BYTES];
	va_list ap;

	va_start(ap, fmt);
	format(text, fmt, ap);
	va_end(ap);
	rs_redact_end(&in->filter);
	consoles_line(&in->consoles, text);
}

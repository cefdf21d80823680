/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The renderer's tools: members of JSON objects that may lack, and paragraphs that fit the screen.
 */
#include "report/text_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/text.h"
#include "report/text.h"

#define SCREEN_COLUMNS 79  /* the last column makes some consoles wrap */
#define PATH_SHOWN     400 /* five lines; the JSON report has all of it */

static struct json_object *typed(struct json_object *o, const char *key, enum json_type type)
{
	struct json_object *m = NULL;

	if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &m))
		return NULL;
	return json_object_is_type(m, type) ? m : NULL;
}

const char *text_str(struct json_object *o, const char *key)
{
	struct json_object *m = typed(o, key, json_type_string);

	return m ? json_object_get_string(m) : "";
}

uint64_t text_uint(struct json_object *o, const char *key)
{
	struct json_object *m = typed(o, key, json_type_int);

	return m ? json_object_get_uint64(m) : 0;
}

bool text_bool(struct json_object *o, const char *key)
{
	struct json_object *m = typed(o, key, json_type_boolean);

	return m && json_object_get_boolean(m);
}

bool text_has(struct json_object *o, const char *key)
{
	return json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, key, NULL);
}

struct json_object *text_obj(struct json_object *o, const char *key)
{
	return typed(o, key, json_type_object);
}

size_t text_count(struct json_object *o, const char *key)
{
	struct json_object *m = typed(o, key, json_type_array);

	return m ? json_object_array_length(m) : 0;
}

struct json_object *text_item(struct json_object *o, const char *key, size_t i)
{
	return i < text_count(o, key) ? json_object_array_get_idx(typed(o, key, json_type_array), i)
				      : NULL;
}

void report_size_text(uint64_t bytes, char *ret)
{
	static const char *const unit[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	uint64_t whole = bytes;
	uint64_t rest = 0;
	int i = -1;

	if (bytes < 1024) {
		(void)snprintf(ret, 24, "%u %s", (unsigned)bytes, rs_form(bytes, "byte", "bytes"));
		return;
	}
	while (whole >= 1024) {
		rest = whole % 1024;
		whole /= 1024;
		i++;
	}
	if (rest)
		(void)snprintf(ret, 24, "%llu.%llu %s", (unsigned long long)whole,
			(unsigned long long)(rest * 10 / 1024), unit[i]);
	else
		(void)snprintf(ret, 24, "%llu %s", (unsigned long long)whole, unit[i]);
}

/* Columns of @len bytes: characters of UTF-8 count one. */
static size_t columns(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)s[i] & 0xC0) != 0x80;
	return n;
}

/* Bytes of @s that go on a line of @room columns: up to the last blank that fits, or the whole
 * first word when it is longer than the line. */
static size_t fitting(const char *s, size_t room)
{
	size_t fits = 0;

	for (size_t i = 0;; i++) {
		if (s[i] != ' ' && s[i] != '\0')
			continue;
		if (columns(s, i) > room)
			return fits ? fits : i;
		fits = i;
		if (!s[i])
			return i;
	}
}

void text_say(struct printer *p, const char *first, const char *fmt, ...)
{
	auto_free char *body = NULL;
	va_list ap;

	va_start(ap, fmt);
	int body_len = vasprintf(&body, fmt, ap);
	va_end(ap);
	if (body_len < 0)
		body = NULL; /* it says nothing of what is there then */
	auto_free char *line = body ? malloc((size_t)body_len + strlen(first) + 1) : NULL;
	if (!line) {
		p->put(p->user, "(not enough memory for this line)");
		return;
	}
	size_t indent = columns(first, strlen(first));
	size_t room = indent < SCREEN_COLUMNS ? SCREEN_COLUMNS - indent : 1;
	for (const char *s = body;;) {
		size_t n = fitting(s, room);
		size_t begin = s == body ? strlen(first) : indent;
		memset(line, ' ', begin);
		if (s == body)
			memcpy(line, first, begin);
		memcpy(line + begin, s, n);
		size_t len = begin + n;
		while (len > 0 && line[len - 1] == ' ')
			len--;
		line[len] = '\0';
		p->put(p->user, line);
		s += n;
		s += strspn(s, " ");
		if (!*s)
			return;
	}
}

void text_path(struct printer *p, const char *first, const char *path)
{
	char shown[PATH_SHOWN];

	rs_shorten(path, shown, sizeof(shown));
	text_say(p, first, "%s", shown);
}

void text_blank(struct printer *p)
{
	p->put(p->user, "");
}

void text_error(struct printer *p, const char *first, struct json_object *error)
{
	const char *object = text_str(error, "object");
	const char *detail = text_str(error, "detail");
	const char *next = text_str(error, "next");

	if (!error)
		return;
	text_say(p, first, "%s%s%s%s%s%s%s", object, object[0] ? ": " : "", text_str(error, "text"),
		detail[0] ? ": " : "", detail, next[0] ? "; " : "", next);
}

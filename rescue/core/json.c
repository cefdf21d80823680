/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/json.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/redact.h"
#include "core/text.h"

/* A stream that lost something says so at its end: fclose or ferror, by whoever opened it. */

static void quote(struct json_out *j, const char *text)
{
	static const char named[] = "\b\f\n\r\t\"\\", letters[] = "bfnrt\"\\";

	(void)fputc('"', j->f);
	for (; *text; text++) {
		const char *n = strchr(named, *text);
		if (n)
			(void)fprintf(j->f, "\\%c", letters[n - named]);
		else if ((unsigned char)*text < 0x20)
			(void)fprintf(j->f, "\\u%04x", (unsigned char)*text);
		else
			(void)fputc(*text, j->f);
	}
	(void)fputc('"', j->f);
}

static void new_line(struct json_out *j)
{
	if (j->depth > j->lines)
		(void)fputc(' ', j->f);
	else
		(void)fprintf(j->f, "\n%*s", 2 * (int)j->depth, "");
}

static void begin_member(struct json_out *j, const char *key)
{
	if (j->has_member[j->depth])
		(void)fputc(',', j->f);
	if (j->depth)
		new_line(j);
	j->has_member[j->depth] = true;
	if (!key)
		return;
	quote(j, key);
	(void)fputs(": ", j->f);
}

void jo_open(struct json_out *j, const char *key, char bracket)
{
	assert(j->depth < JSON_DEPTH_MAX);
	begin_member(j, key);
	(void)fputc(bracket, j->f);
	j->has_member[++j->depth] = false;
}

void jo_close(struct json_out *j, char bracket)
{
	bool is_line = j->depth-- <= j->lines;

	(void)fprintf(
		j->f, is_line ? "\n%*s%c" : " %*s%c", is_line ? 2 * (int)j->depth : 0, "", bracket);
}

void jo_object(struct json_out *j, const char *key, jo_members *put, const void *of)
{
	jo_open(j, key, '{');
	put(j, of);
	jo_close(j, '}');
}

void jo_objects(struct json_out *j, const char *key, jo_members *put, const void *list, size_t n,
	size_t bytes)
{
	jo_open(j, key, '[');
	for (size_t i = 0; i < n; i++)
		jo_object(j, NULL, put, (const char *)list + i * bytes);
	jo_close(j, ']');
}

static void put_taken(struct json_out *j, const char *key, char *text)
{
	begin_member(j, key);
	quote(j, text ? text : "");
	j->is_failed |= !text;
	free(text);
}

void jo_text(struct json_out *j, const char *key, const char *text)
{
	if (text && text[0])
		put_taken(j, key, j->clean(text));
}

void jo_verbatim(struct json_out *j, const char *key, const char *text)
{
	char *copy = strdup(text);

	if (copy)
		rs_redact(copy);
	put_taken(j, key, copy);
}

void jo_uint(struct json_out *j, const char *key, uint64_t v)
{
	begin_member(j, key);
	(void)fprintf(j->f, "%" PRIu64, v);
}

void jo_int(struct json_out *j, const char *key, int64_t v)
{
	begin_member(j, key);
	(void)fprintf(j->f, "%" PRId64, v);
}

void jo_bool(struct json_out *j, const char *key, bool v)
{
	begin_member(j, key);
	(void)fputs(v ? "true" : "false", j->f);
}

void jo_time(struct json_out *j, const char *key, uint64_t filetime)
{
	char text[RS_TIME_LEN];

	rs_filetime_text(filetime, text);
	jo_text(j, key, filetime ? text : NULL);
}

void jo_guid(struct json_out *j, const char *key, const uint8_t guid[16])
{
	char text[RS_GUID_LEN];

	rs_guid_text(guid, text);
	jo_text(j, key, text);
}

void jo_hex32(struct json_out *j, const char *key, const uint8_t hash[32])
{
	char text[65];

	rs_hex(hash, 32, text);
	jo_text(j, key, text);
}

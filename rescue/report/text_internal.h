/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the files of the text renderer only. */
#ifndef UNBRICK_REPORT_TEXT_INTERNAL_H
#define UNBRICK_REPORT_TEXT_INTERNAL_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct printer {
	void (*put)(void *user, const char *line);
	void *user;
};

/* Members of a JSON object; a missing one, or one of another type, is "", 0, false or NULL. */
const char *text_str(struct json_object *o, const char *key);
uint64_t text_uint(struct json_object *o, const char *key);
bool text_bool(struct json_object *o, const char *key);
bool text_has(struct json_object *o, const char *key);
struct json_object *text_obj(struct json_object *o, const char *key);
size_t text_count(struct json_object *o, const char *key);
struct json_object *text_item(struct json_object *o, const char *key, size_t i);

/** A paragraph: the first line begins with @first, the others with as many blanks. */
void text_say(struct printer *p, const char *first, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** A path of a file: a very long one is cut in the middle. */
void text_path(struct printer *p, const char *first, const char *path);
void text_blank(struct printer *p);
/** An error object on one line: object: text: detail; next step. */
void text_error(struct printer *p, const char *first, struct json_object *error);

/** Disks and volumes as a table (list), or the Windows looked at, a line each (scan, fix, undo). */
void text_disks(struct printer *p, struct json_object *root, bool is_full);
/** "Windows 11 Pro 23H2, build 22631.3880, DESKTOP-1" */
void text_windows_line(struct json_object *windows, char *ret, size_t cap);

#endif

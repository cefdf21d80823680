/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON as it is written: straight to a stream, nothing of it is kept. Reports and manifests; what
 * somebody else wrote is read by json-c. */
#ifndef UNBRICK_CORE_JSON_H
#define UNBRICK_CORE_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define JSON_DEPTH_MAX 16U
#define JSON_ALL_LINES JSON_DEPTH_MAX

struct json_out {
	FILE *f;
	char *(*clean)(const char *); /* rs_shown_new or rs_escape_new: applied to every text */
	unsigned depth;
	unsigned lines; /* members so deep have a line of their own, deeper ones share one */
	bool has_member[JSON_DEPTH_MAX + 1];
	bool is_failed; /* no memory for a text: what was written is not whole */
};

/** Begin and end an object or array: '{' and '[', '}' and ']'. @key NULL: in an array, or the root.
 */
void jo_open(struct json_out *j, const char *key, char bracket);
void jo_close(struct json_out *j, char bracket);
/** An object, whose members @put puts; and an array of such, @n of @bytes each from @list on. */
typedef void jo_members(struct json_out *j, const void *of);
void jo_object(struct json_out *j, const char *key, jo_members *put, const void *of);
void jo_objects(struct json_out *j, const char *key, jo_members *put, const void *list, size_t n,
	size_t bytes);
#define JO_OBJECTS(j, key, put, list, n) jo_objects(j, key, put, list, n, sizeof(*(list)))
/** Members. Texts are cleaned; NULL and "" are left out; so is a time of 0. */
void jo_text(struct json_out *j, const char *key, const char *text);
/** As it is, line ends too; only without what has the shape of a recovery password. */
void jo_verbatim(struct json_out *j, const char *key, const char *text);
void jo_uint(struct json_out *j, const char *key, uint64_t v);
void jo_int(struct json_out *j, const char *key, int64_t v);
void jo_bool(struct json_out *j, const char *key, bool v);
void jo_time(struct json_out *j, const char *key, uint64_t filetime);
void jo_guid(struct json_out *j, const char *key, const uint8_t guid[16]);
void jo_hex32(struct json_out *j, const char *key, const uint8_t hash[32]);

#endif

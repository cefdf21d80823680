/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON that somebody else wrote, through json-c: with a limit on everything before it is parsed,
 * and members that are what they should be or not there. (What we write ourselves: core/json.h.) */
#ifndef UNBRICK_CORE_JSON_IN_H
#define UNBRICK_CORE_JSON_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#define JI_LIST_MOST 4096U /* members of a list that are looked at */

struct ji_limits {
	size_t bytes;
	unsigned values; /* of about 100 bytes of memory each, by the marks between them */
	int depth;
};

/** One object and nothing else but blanks; json_object_put it. @text ends with a NUL after @len
 * bytes. NULL: why not is in *ret_why (static, one clause); NULL there: no memory. */
struct json_object *ji_parse(
	const char *text, size_t len, const struct ji_limits *most, const char **ret_why);

/* Members of an object, or of NULL, which has none. Texts live as long as the object. */

/** "": not there, no text, or one with a NUL in it. */
const char *ji_text(struct json_object *o, const char *key);
bool ji_is_word(struct json_object *o, const char *key, const char *word);
/** True, and not only there. */
bool ji_is_true(struct json_object *o, const char *key);
/** A whole number that is not negative; else false. */
bool ji_number(struct json_object *o, const char *key, uint64_t *ret);
struct json_object *ji_object(struct json_object *o, const char *key);
/** An array; *ret_n 0 where there is none, at most JI_LIST_MOST. */
struct json_object *ji_list(struct json_object *o, const char *key, size_t *ret_n);
/** A member of it (NULL has none) that is an object, else NULL. */
struct json_object *ji_nth(struct json_object *list, size_t i);

#endif

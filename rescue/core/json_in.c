/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/json_in.h"

#include <string.h>

#include "core/text.h"

#define LIST_VALUES   4U /* what a list takes, be it empty */
#define OBJECT_VALUES 9U

const char *ji_text(struct json_object *o, const char *key)
{
	struct json_object *m = NULL;

	if (!json_object_object_get_ex(o, key, &m) || !json_object_is_type(m, json_type_string))
		return "";
	const char *text = json_object_get_string(m);
	return strlen(text) == (size_t)json_object_get_string_len(m) ? text : "";
}

bool ji_is_word(struct json_object *o, const char *key, const char *word)
{
	return strcmp(ji_text(o, key), word) == 0;
}

bool ji_is_true(struct json_object *o, const char *key)
{
	struct json_object *m = NULL;

	return json_object_object_get_ex(o, key, &m) && json_object_is_type(m, json_type_boolean) &&
	       json_object_get_boolean(m);
}

bool ji_number(struct json_object *o, const char *key, uint64_t *ret)
{
	struct json_object *m = NULL;

	if (!json_object_object_get_ex(o, key, &m) || !json_object_is_type(m, json_type_int) ||
		json_object_get_int64(m) < 0)
		return false;
	*ret = json_object_get_uint64(m);
	return true;
}

struct json_object *ji_object(struct json_object *o, const char *key)
{
	struct json_object *m = NULL;

	return json_object_object_get_ex(o, key, &m) && json_object_is_type(m, json_type_object)
		       ? m
		       : NULL;
}

struct json_object *ji_list(struct json_object *o, const char *key, size_t *ret_n)
{
	struct json_object *m = NULL;

	*ret_n = 0;
	if (!json_object_object_get_ex(o, key, &m) || !json_object_is_type(m, json_type_array))
		return NULL;
	*ret_n = json_object_array_length(m);
	*ret_n = *ret_n < JI_LIST_MOST ? *ret_n : JI_LIST_MOST;
	return m;
}

/* Else an empty one would do as well: NULL has no members for the above. */
struct json_object *ji_nth(struct json_object *list, size_t i)
{
	struct json_object *o = json_object_is_type(list, json_type_array)
					? json_object_array_get_idx(list, i)
					: NULL;

	return json_object_is_type(o, json_type_object) ? o : NULL;
}

/* As many values as would be made of it, by the marks between them: a mark in a text counts, too.
 */
static bool is_small(const char *text, size_t len, unsigned most)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += text[i] == '{' ? OBJECT_VALUES : text[i] == '[' ? LIST_VALUES : text[i] == ',';
	return n <= most;
}

struct json_object *ji_parse(
	const char *text, size_t len, const struct ji_limits *most, const char **ret_why)
{
	struct json_object *ret = NULL;

	*ret_why = "too large";
	if (len > most->bytes || !is_small(text, len, most->values))
		return NULL;
	*ret_why = "not a text in UTF-8";
	if (memchr(text, '\0', len) || !rs_is_utf8(text))
		return NULL;
	*ret_why = NULL;
	struct json_tokener *tokener = json_tokener_new_ex(most->depth);
	if (!tokener)
		return NULL;
	ret = json_tokener_parse_ex(tokener, text, (int)len);
	size_t end = json_tokener_get_parse_end(tokener);
	if (!json_object_is_type(ret, json_type_object) ||
		end + strspn(text + end, " \t\r\n") != len) {
		*ret_why = "not one JSON object, or nested too deep, or not whole";
		json_object_put(ret);
		ret = NULL;
	}
	json_tokener_free(tokener);
	return ret;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Members of JSON that somebody else may have written: each has its type, or it is not there. */
#include "act/manifest_internal.h"

bool manifest_text(struct json_object *o, const char *key, const char **ret)
{
	struct json_object *m = NULL;

	if (!json_object_object_get_ex(o, key, &m) || !json_object_is_type(m, json_type_string))
		return false;
	*ret = json_object_get_string(m);
	return true;
}

const char *manifest_text_of(struct json_object *o, const char *key)
{
	const char *text = "";

	(void)manifest_text(o, key, &text);
	return text;
}

bool manifest_uint(struct json_object *o, const char *key, uint64_t most, uint64_t *ret)
{
	struct json_object *m = NULL;

	if (!json_object_object_get_ex(o, key, &m) || !json_object_is_type(m, json_type_int) ||
		json_object_get_int64(m) < 0)
		return false;
	*ret = json_object_get_uint64(m);
	return *ret <= most;
}

bool manifest_list(struct json_object *root, const char *key, struct json_object **ret)
{
	return json_object_object_get_ex(root, key, ret) &&
	       json_object_is_type(*ret, json_type_array);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Members of JSON that somebody else may have written (member.c). */
#ifndef UNBRICK_ACT_MANIFEST_INTERNAL_H
#define UNBRICK_ACT_MANIFEST_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include <json-c/json.h>

/** false: there is none, or it is of another type. @ret borrowed from @o. */
bool manifest_text(struct json_object *o, const char *key, const char **ret);
/** "" where there is none. */
const char *manifest_text_of(struct json_object *o, const char *key);
/** false: none, no number, or more than @most. */
bool manifest_uint(struct json_object *o, const char *key, uint64_t most, uint64_t *ret);
bool manifest_list(struct json_object *o, const char *key, struct json_object **ret);

#endif

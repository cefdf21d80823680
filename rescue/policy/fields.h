/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A policy's JSON: the text, and each of its fields. */
#ifndef UNBRICK_POLICY_FIELDS_H
#define UNBRICK_POLICY_FIELDS_H

#include "policy/policy.h"

/** The text as one object, strictly: RFC 8259, UTF-8, no name twice in an object, no text with a
 * zero in it, no secret, bounded depth and count. Errors: RS_E_POLICY_INVALID, RS_E_MEMORY. */
int policy_json_read(struct rs_view bytes, struct json_object **ret, struct rs_err *err);
/** p->root's fields into @p, whose texts stay those of the object. Errors: as above. */
int policy_take(struct policy *p, struct rs_err *err);

#endif

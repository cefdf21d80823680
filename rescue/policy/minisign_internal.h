/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by who verifies and who signs. */
#ifndef UNBRICK_POLICY_MINISIGN_INTERNAL_H
#define UNBRICK_POLICY_MINISIGN_INTERNAL_H

#include "policy/minisign.h"

#define MINISIGN_LINE_MOST 256U /* characters of base64 */
#define MINISIGN_UNTRUSTED "untrusted comment:"
#define MINISIGN_TRUSTED   "trusted comment: "

/* The second line of a signature: "ED" (of the hash) or "Ed" (of the bytes themselves), the key's
 * ID, the signature. */
#define MINISIGN_RAW	 74
#define MINISIGN_RAW_ID	 2
#define MINISIGN_RAW_SIG 10

/** The next line, without its end, and past it; false: there is none. */
bool minisign_line(struct rs_view *text, struct rs_view *ret);
/** Exactly @len bytes in the one spelling that base64 has for them. */
bool minisign_decode(struct rs_view text, uint8_t *ret, size_t len);
/** BLAKE2b-512. Errors: RS_E_MEMORY. */
int minisign_hash(struct rs_view of, uint8_t ret[64], struct rs_err *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A key file that a passphrase opens (keys.enc, docs/fleet.md): text, so that it can stand among
 * other keys. The first line is "UNBRICK-KEYS " and a JSON object with what the passphrase is
 * stretched by (scrypt, RFC 7914); then base64 of AES-256-GCM (NIST SP 800-38D), which vouches for
 * that line, too; then the line "UNBRICK-KEYS-END". */
#ifndef UNBRICK_BITLOCKER_SEALED_H
#define UNBRICK_BITLOCKER_SEALED_H

#include "core/secret.h"
#include "core/view.h"

#define BL_SEALED_PASSPHRASE_LEAST 12U /* bytes */
#define BL_SEALED_MOST		   (4U << 20)

/** The first one in @all; what has no end goes to the end of all. False: there is none. */
bool bl_sealed_find(struct rs_view all, size_t *ret_at, size_t *ret_len);
/** The keys in one that was found. At most 128 MiB of memory and about a second, whatever it says.
 * Errors: RS_E_KEY_FILE (it is not whole, or asks for more than that or than there is),
 * RS_E_KEY_SEALED (another passphrase, or it was changed), RS_E_MEMORY. */
int bl_sealed_open(struct rs_view sealed, struct rs_view passphrase, struct rs_secret *ret,
	struct rs_err *err);
/** Make one, as a text (free it). Errors: RS_E_KEY_NEW_PHRASE (the passphrase is too short),
 * RS_E_KEY_FILE (too large), RS_E_MEMORY, RS_E_BUG. */
int bl_sealed_make(struct rs_view keys, struct rs_view passphrase, char **ret, struct rs_err *err);

#endif

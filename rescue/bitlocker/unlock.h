/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The second half of unlocking: what the volume master key opens, and whether we may write. */
#ifndef UNBRICK_BITLOCKER_UNLOCK_H
#define UNBRICK_BITLOCKER_UNLOCK_H

#include "bitlocker/internal.h"

/** Sector key, seal of the metadata, look at the file system. Fills seal, can_write and note.
 * Errors: RS_E_BL_DAMAGED, RS_E_BL_METHOD, RS_E_MEMORY. */
int bl_unlock_with_vmk(struct bl_volume *v, const uint8_t vmk[BL_KEY_BYTES],
	struct bl_unlock_result *ret, struct rs_err *err);
/** A decrypted volume needs no key. */
void bl_unlock_plain(struct bl_volume *v, struct bl_unlock_result *ret);

#endif

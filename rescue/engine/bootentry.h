/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The boot entries of the machine's disks: which partitions are started as a Windows? */
#ifndef UNBRICK_ENGINE_BOOTENTRY_H
#define UNBRICK_ENGINE_BOOTENTRY_H

#include "engine/engine.h"

struct en_boots;

/** Every boot configuration (BCD) on the EFI system and other start partitions of both machines'
 * disks. One that cannot be read is kept as such. @others may be NULL.
 * Errors: RS_E_MEMORY, RS_E_CANCELLED. */
int en_boots_read(struct rs_session *s, const struct en_machine *m, const struct en_machine *others,
	struct en_boots **ret, struct rs_err *err);
void en_boots_free(struct en_boots *b);

/** May this locked volume be a Windows that can be started (and so sleep)? Yes, if a boot entry
 * names its partition, its own metadata say so, the BCD of its disk cannot be read, or there is no
 * BCD at all. @ret_why completes "it is locked and ...". */
bool en_boots_may_start(const struct en_boots *b, const struct en_volume *v,
	const struct bl_info *info, char *ret_why, size_t cap);

#endif

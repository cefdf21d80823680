/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What starts Linux: the kernel that our signature covers, which the firmware itself would refuse
 * (by shim's loader where there is one, else by our own; no protocol of the firmware is changed),
 * the initramfs as it asks for it, and what /init is told. */
#ifndef UNBRICK_EFI_LINUX_H
#define UNBRICK_EFI_LINUX_H

#include "efi/app.h"

/** True if shim (16 or newer) started us, or is there to load for us. */
bool load_has_shim(void);

/** Start @kernel with @command_line (UTF-8). Returns only if that fails, having said why.
 * @initrd_bytes what it will ask for: without memory for that and for itself it is not started, as
 * it would stop without a word. */
EFI_STATUS load_kernel(
	EFI_LOADED_IMAGE *own, struct span kernel, struct span command_line, size_t initrd_bytes);

/** Offer @archive, by LoadFile2 on Linux's initrd media device path, with @extra behind it. Nothing
 * is copied before Linux asks, so both must stay. The offer ends when it was taken. */
EFI_STATUS initrd_offer(struct span archive, struct span extra);

/** End the offer if it was not taken. */
void initrd_withdraw(void);

/** Make what /init is told (docs/boot.md, section 1) with the mode that was chosen: one more cpio
 * archive behind the initramfs, to be freed by pool_free. */
EFI_STATUS handover_make(const struct app *app, unsigned mode, struct span *ret);

#endif

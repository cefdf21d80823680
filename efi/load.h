/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Start the kernel that our signature covers, which the firmware itself would refuse: by shim's
 * loader where there is one, else by our own. No protocol of the firmware is changed. */
#ifndef UNBRICK_EFI_LOAD_H
#define UNBRICK_EFI_LOAD_H

#include "efi/sections.h"

/** True if shim (16 or newer) started us, or is there to load for us. */
bool load_has_shim(void);

/** Start @kernel with @command_line (UTF-8). Returns only if that fails, having said why.
 * @initrd_bytes what it will ask for: without memory for that and for itself it is not started, as
 * it would stop without a word. */
EFI_STATUS load_kernel(
	EFI_LOADED_IMAGE *own, struct span kernel, struct span command_line, size_t initrd_bytes);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The initramfs as Linux asks for it: LoadFile2 on Linux's initrd media device path. */
#ifndef UNBRICK_EFI_INITRD_H
#define UNBRICK_EFI_INITRD_H

#include "efi/sections.h"

/** Offer @archive with @extra behind it. Nothing is copied before Linux asks, so both must stay.
 * The offer ends when it was taken. */
EFI_STATUS initrd_offer(struct span archive, struct span extra);

/** End the offer if it was not taken. */
void initrd_withdraw(void);

#endif

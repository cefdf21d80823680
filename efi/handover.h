/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What /init is told (docs/boot.md, section 1): one more cpio archive behind the initramfs. */
#ifndef UNBRICK_EFI_HANDOVER_H
#define UNBRICK_EFI_HANDOVER_H

#include "efi/app.h"

/** Make the archive with the mode that was chosen; to be freed by pool_free. */
EFI_STATUS handover_make(const struct app *app, unsigned mode, struct span *ret);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ways out of the application but Linux and Windows. Each returns only if it fails, having said
 * why. */
#ifndef UNBRICK_EFI_POWER_H
#define UNBRICK_EFI_POWER_H

#include "efi/firmware.h"

/** True if the firmware can be asked to show its setup after a reset. */
bool power_can_setup(void);

EFI_STATUS power_setup(void);
/** @what is said to have failed. */
EFI_STATUS power_reset(EFI_RESET_TYPE type, const char *what);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "efi/console.h"

EFI_STATUS efi_main(void)
{
	say("unbrick: efi started (version %s)\n", UNBRICK_VERSION);
	return EFI_LOAD_ERROR;
}

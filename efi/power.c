/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "efi/app.h"
#include "efi/console.h"

enum { BOOT_TO_FIRMWARE_UI = 1 };

bool power_can_setup(void)
{
	return variable_number("OsIndicationsSupported", 8, 0) & BOOT_TO_FIRMWARE_UI;
}

EFI_STATUS power_reset(EFI_RESET_TYPE type, const char *what)
{
	RT->ResetSystem(type, EFI_SUCCESS, 0, NULL);
	say("unbrick: the firmware did not %s\n", what);
	return EFI_DEVICE_ERROR;
}

EFI_STATUS power_setup(void)
{
	uint64_t wish = variable_number("OsIndications", 8, 0) | BOOT_TO_FIRMWARE_UI;

	if (!power_can_setup()) {
		say("unbrick: firmware setup: this firmware cannot be asked for it; "
		    "press its key after a restart\n");
		return EFI_UNSUPPORTED;
	}
	EFI_STATUS status = variable_set("OsIndications", &wish, sizeof(wish));
	if (status != EFI_SUCCESS)
		return say_failed("firmware setup: OsIndications was not set", status);
	return power_reset(EfiResetCold, "restart");
}

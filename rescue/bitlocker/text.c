/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names for people. */
#include <stdio.h>

#include "bitlocker/internal.h"

void bl_method_text(uint16_t method, char *ret, size_t cap)
{
	static const char *const names[] = {"AES-CBC 128 with diffuser",
		"AES-CBC 256 with diffuser", "AES-CBC 128", "AES-CBC 256", "AES-XTS 128",
		"AES-XTS 256"};

	if (method == BL_NONE)
		(void)snprintf(ret, cap, "none");
	else if (method >= BL_CBC_128_ELEPHANT && method <= BL_XTS_256)
		(void)snprintf(ret, cap, "%s", names[method - BL_CBC_128_ELEPHANT]);
	else
		(void)snprintf(ret, cap, "unknown (0x%04x)", method);
}

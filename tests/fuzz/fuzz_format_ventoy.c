/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as what Ventoy leaves; the sum is made right, so that more than one in 256 goes on. */
#include <stdlib.h>
#include <string.h>

#include "format/ventoy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t bytes[VENTOY_BYTES] = "  www.ventoy.net", sum = 0;
	struct ventoy v;

	(void)ventoy_parse(data, size, &v);
	memcpy(bytes + 17, data, size < sizeof(bytes) - 17 ? size : sizeof(bytes) - 17);
	for (size_t i = 0; i < sizeof(bytes); i++)
		sum = (uint8_t)(sum + bytes[i]);
	bytes[16] = (uint8_t)(bytes[16] - sum);
	if (!ventoy_parse(bytes, sizeof(bytes), &v))
		return 0;
	if (!v.partition || !memchr(v.path, 0, sizeof(v.path)))
		abort();
	for (const char *p = v.path; *p; p++)
		if (*p < ' ' || *p > '~')
			abort(); /* it is shown on a console */
	return 0;
}

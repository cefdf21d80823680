/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "init/serial.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Once as it is, once with what keeps random bytes out: its name, its length, its sum. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spcr s = {0};
	uint8_t *table = malloc(size ? size : 1), sum = 0;

	if (!table)
		return 0;
	(void)spcr_parse((struct rs_view){data, size}, &s);
	memcpy(table, data, size);
	if (size >= 36) {
		memcpy(table, "SPCR", 4);
		table[4] = (uint8_t)size;
		table[5] = (uint8_t)(size >> 8);
		table[6] = (uint8_t)(size >> 16);
		table[7] = table[9] = 0;
		for (size_t i = 0; i < size; i++)
			sum = (uint8_t)(sum + table[i]);
		table[9] = (uint8_t)-sum;
	}
	if (spcr_parse((struct rs_view){table, size}, &s) && (!s.address || s.bauds > 921600))
		__builtin_trap();
	free(table);
	return 0;
}

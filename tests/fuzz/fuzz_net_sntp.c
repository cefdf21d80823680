/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "net/sntp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t time;

	for (uint64_t nonce = 0; nonce < 2; nonce++)
		if (sntp_answer((struct rs_view){data, size}, nonce, &time) &&
			(time < -2208988800LL / 2 || time > 1LL << 33))
			__builtin_trap();
	return 0;
}

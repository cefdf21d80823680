/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An INF of a package, as hostile bytes: which filters it declares. What adds one declares some. */
#include <stdint.h>
#include <stdlib.h>

#include "judge/disable_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (disable_inf_adds(data, size, "mine") && !disable_inf_declares(data, size))
		abort();
	return 0;
}

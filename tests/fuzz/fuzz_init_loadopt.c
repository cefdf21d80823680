/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text.h"
#include "init/efivar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct loadopt o = {0};

	if (loadopt_parse((struct rs_view){data, size}, &o) && !rs_is_utf8(o.title))
		__builtin_trap(); /* they go to the screen */
	return 0;
}

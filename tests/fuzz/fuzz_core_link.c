/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/link.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct link_said said, again;
	char packet[LINK_BYTES];

	if (!link_parse((const char *)data, size, &said))
		return 0;
	for (const char *p = said.text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			__builtin_trap(); /* it goes to a terminal */
	if (said.word == LINK_TAKE && strpbrk(said.text, "/."))
		__builtin_trap(); /* it becomes a part of a path */
	size_t n = link_make(said.word, said.text, packet);
	/* a name with the shape of a recovery password does not go over */
	if (link_parse(packet, n, &again) && again.word != said.word)
		__builtin_trap();
	return 0;
}

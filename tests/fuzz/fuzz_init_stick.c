/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What comes from the stick and from the kernel's events. */
#include <stdlib.h>
#include <string.h>

#include "init/stick_files.h"
#include "init/sysfs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char sig[64];
	struct stick_last last;
	struct stick_unsent unsent;
	char *copy = malloc(size + 1);
	struct uevent e;

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	copy[size] = '\0';
	(void)uevent_parse(copy, size, &e);
	(void)stick_last_of(copy, size, &last);
	if (stick_unsent_of(copy, size, &unsent) && strspn(unsent.id, "0123456789abcdef-") != 36)
		__builtin_trap(); /* it goes into a request */
	if (stick_rule_is_signed(copy, size, data, size, sig, sizeof(sig)))
		__builtin_trap(); /* a signature of zeros is none */
	free(copy);
	return 0;
}

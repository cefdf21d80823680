/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "init/facts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct facts f;
	char *line = malloc(size + 1);

	if (!line)
		return 0;
	memcpy(line, data, size);
	line[size] = '\0';
	facts_init(&f);
	facts_read_command_line(&f, line);
	facts_read_boot_params(&f, data, size);
	facts_read_settings(&f, line, size, SETTINGS_UNSIGNED, "unbrick.conf");
	if (f.settings.shell || f.settings.rules == SETTINGS_RULES_UNSIGNED)
		__builtin_trap(); /* an unsigned file loosens nothing */
	facts_read_boot(&f, line, size);
	free(line);
	return 0;
}

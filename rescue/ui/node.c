/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/node.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void node_line(char *ret, size_t cap, const char *path_fmt, ...)
{
	char path[512];
	va_list ap;

	va_start(ap, path_fmt);
	(void)vsnprintf(path, sizeof(path), path_fmt, ap);
	va_end(ap);
	FILE *f = fopen(path, "re");
	if (!f || !fgets(ret, (int)cap, f))
		ret[0] = '\0';
	if (f)
		(void)fclose(f); /* only read */
	ret[strcspn(ret, "\n")] = '\0';
}

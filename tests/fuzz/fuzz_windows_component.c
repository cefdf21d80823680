/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A manifest of WinSxS, as any program with rights may have left it, and the name of a component's
 * folder: the first line is that name, the rest the manifest. Seeds: both as they are. */
#include <stdlib.h>
#include <string.h>

#include "windows/component.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_place(struct rs_view manifest, const char *name)
{
	char folder[64];

	memset(folder, 'x', sizeof(folder));
	enum win_place is = win_component_place(manifest, name, folder);
	if (!memchr(folder, '\0', sizeof(folder)))
		abort();
	if (is == WIN_PLACE_NAMED && (folder[0] == '\\' || strstr(folder, "$(")))
		abort();
	if (is != WIN_PLACE_PACKED && manifest.len >= 4 && !memcmp(manifest.p, "DCM\x01", 4))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *line = size ? memchr(data, '\n', size) : NULL;
	const size_t n = line ? (size_t)(line - data) : size;
	struct win_component c;
	char *folder = malloc(n + 1);

	if (!folder)
		return 0;
	if (n)
		memcpy(folder, data, n);
	folder[n] = '\0';
	if (win_component_parse(folder, &c) &&
		(!c.arch[0] || strncmp(c.head, c.arch, strlen(c.arch)) != 0 || !c.version[0] ||
			!c.culture[0] || strlen(c.head) + strlen(c.version) >= strlen(folder)))
		abort();
	const struct rs_view manifest = {data + n + (line != NULL), size - n - (line != NULL)};
	check_place(manifest, "svchost.exe");
	check_place(manifest, "a");
	free(folder);
	return 0;
}

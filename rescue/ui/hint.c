/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/hint.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rescue.h"
#include "ui/node.h"

#define DIGIT_KEYS 0xFFCU /* KEY_1 to KEY_0 are 2 to 11: linux/input-event-codes.h */

bool hint_is_due(uint64_t since_ns, uint64_t now_ns, bool is_touched)
{
	return !is_touched && now_ns >= since_ns && now_ns - since_ns >= HINT_NS;
}

bool hint_is_keyboard(const char *keys)
{
	const char *last = strrchr(keys, ' ');

	return (strtoul(last ? last : keys, NULL, 16) & DIGIT_KEYS) == DIGIT_KEYS;
}

static bool has_digits(const char *path)
{
	char keys[1024];

	node_line(keys, sizeof(keys), "%s", path);
	return hint_is_keyboard(keys);
}

bool hint_has_keyboard(const char *folder)
{
	auto_free char *pattern = NULL;
	glob_t found;
	bool ret = false;

	if (asprintf(&pattern, "%s/event*/device/capabilities/key", folder) < 0) {
		pattern = NULL;
		return true;
	}
	int r = glob(pattern, 0, NULL, &found);
	if (r != 0)
		return r != GLOB_NOMATCH || access(folder, R_OK) != 0;
	for (size_t i = 0; i < found.gl_pathc && !ret; i++)
		ret = has_digits(found.gl_pathv[i]);
	globfree(&found);
	return ret;
}

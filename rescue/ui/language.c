/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which language the program speaks: that of --language, or of the environment, as gettext takes
 * it. */
#include <string.h>

#include "ui/ui.h"

static const char *or_none(const char *value)
{
	return value ? value : "";
}

/* "de_AT.UTF-8", or a list "de:fr"; "": English. */
static const char *of_environment(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
	const char *locale = "", *list = or_none(getenv("LANGUAGE"));

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !locale[0]; i++)
		locale = or_none(getenv(names[i]));
	/* who says C wants what the program says by itself, and so do scripts */
	if (!locale[0] || strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0)
		return "";
	return list[0] ? list : locale;
}

void ui_language(void)
{
	lang_begin(NULL);
	for (const char *p = of_environment(); *p; p += *p == ':') {
		if (lang_choose(p))
			return;
		p += strcspn(p, ":");
	}
}

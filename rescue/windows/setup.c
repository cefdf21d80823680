/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SYSTEM\Setup: what Windows runs at its next start in place of a log-on. Setup's own programs are
 * an installation or upgrade under way; any other command is what technicians, imaging tools and
 * resets of passwords leave there, and no upgrade. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "windows/internal.h"

static bool ends_with(const char *s, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len >= n && strncasecmp(s + len - n, end, n) == 0;
}

static bool has_extension(const char *s, size_t len)
{
	static const char *const known[] = {".exe", ".com", ".bat", ".cmd"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (ends_with(s, len, known[i]))
			return true;
	return false;
}

static bool has_folder(const char *s, size_t len)
{
	return memchr(s, '\\', len) || memchr(s, '/', len);
}

/* The program of a command line, as CreateProcess looks for it: quoted, or up to a blank; a path
 * with blanks and no quotes goes on until an extension, or up to the first switch. */
static size_t program_of(const char **line)
{
	const char *s = *line;
	size_t len, next;

	while (*s == ' ' || *s == '\t')
		s++;
	*line = s;
	if (*s == '"') {
		*line = ++s;
		return strcspn(s, "\"");
	}
	len = strcspn(s, " \t");
	while (s[len] && has_folder(s, len) && !has_extension(s, len)) {
		next = len + strspn(s + len, " \t");
		if (!s[next] || s[next] == '/' || s[next] == '-')
			break;
		len = next + strcspn(s + next, " \t");
	}
	return len;
}

bool win_setup_is_own(const char *command)
{
	/* of every Windows since 2000; the names alone, wherever they lie */
	static const char *const own[] = {"setup", "windeploy", "msoobe", "oobe", "oobeldr",
		"oobesetup", "setuphost", "setupprep", "setupplatform", "setupcl", "sysprep",
		"audit", "firstboot"};
	const char *s = command;
	size_t len = program_of(&s);

	for (size_t i = len; i > 0; i--) {
		if (s[i - 1] != '\\' && s[i - 1] != '/')
			continue;
		s += i;
		len -= i;
		break;
	}
	if (has_extension(s, len))
		len -= 4;
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (strlen(own[i]) == len && strncasecmp(s, own[i], len) == 0)
			return true;
	return len == 0;
}

uint64_t win_number(struct win_hive *h, win_key key, const char *name)
{
	uint64_t v = 0;

	return win_hive_number(h, key, name, &v, NULL) < 0 ? 0 : v;
}

void win_setup_read(struct win_hive *h, win_key key, struct win_info *info)
{
	static const char *const certain[] = {"OOBEInProgress", "Upgrade", "RollbackActive"};
	char command[sizeof(info->setup_command)];
	bool is_command;

	for (size_t i = 0; i < sizeof(certain) / sizeof(certain[0]); i++)
		info->setup_in_progress |= win_number(h, key, certain[i]) != 0;
	if (!win_number(h, key, "SetupType") && !win_number(h, key, "SystemSetupInProgress"))
		return;
	/* the usual recipe for a command sets both values */
	is_command = win_number(h, key, "SetupType") &&
		     win_hive_text(h, key, "CmdLine", command, sizeof(command), NULL) == 0 &&
		     !win_setup_is_own(command);
	if (!is_command)
		info->setup_in_progress = true;
	else if (!info->setup_in_progress)
		(void)snprintf(info->setup_command, sizeof(info->setup_command), "%s", command);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which data belong to which program: by the folders that its own text names, and by its vendor's
 * and product's name as a folder ("\ProgramData\Halvard\...", "drivers\CrowdStrike\..."). */
#include <ctype.h>
#include <string.h>

#include "judge/verdict_internal.h"

/* Words of companies that are no name. */
static bool is_filler(const char *w, size_t len)
{
	static const char *const words[] = {"inc", "ltd", "llc", "gmbh", "corp", "corporation",
		"co", "company", "limited", "software", "systems", "technologies", "technology",
		"the", "and", "international", "group", "security", "labs", "solutions", "windows",
		"driver", "drivers", "system", "microsoft", "filter", "file", "engine", "data",
		"common", "files", "program", "services", "service", "network", "networks",
		"computer", "electronics"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == len && strncasecmp(words[i], w, len) == 0)
			return true;
	return false;
}

/* Is a folder of @path called by a word of @name (four letters or more), or begins with it? */
static bool has_folder_of(const char *path, const char *name)
{
	while (*name) {
		size_t len = 0;
		while (*name && !isalnum((unsigned char)*name))
			name++;
		while (isalnum((unsigned char)name[len]) || name[len] == '-')
			len++;
		if (len >= 4 && !is_filler(name, len)) {
			for (const char *p = strchr(path, '\\'); p; p = strchr(p + 1, '\\'))
				if (strncasecmp(p + 1, name, len) == 0 && strchr(p + 1, '\\') &&
					!isalnum((unsigned char)p[1 + len]))
					return true;
		}
		name += len;
	}
	return false;
}

/* Without drive, device or variable in front, so that it begins with the folder of a volume. */
static const char *tail_of(const char *p)
{
	static const struct {
		const char *head, *is;
	} heads[] = {{"%ProgramData%", "\\ProgramData"}, {"%SystemRoot%", "\\Windows"},
		{"\\SystemRoot", "\\Windows"}, {"\\??\\C:", ""}, {"C:", ""}};

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (strncasecmp(p, heads[i].head, strlen(heads[i].head)) == 0 && !heads[i].is[0])
			return p + strlen(heads[i].head);
	return p;
}

/* The last two folders of what a text names are enough: what stands before them is a variable, a
 * device or the Windows folder, in many spellings. */
static bool is_below(const char *path, const char *named)
{
	char folder[200];
	const char *p = tail_of(named);
	size_t len = strlen(p), parts = 0;

	while (len && p[len - 1] != '\\') /* a file or pattern: its folder */
		len--;
	while (len && p[len - 1] == '\\')
		len--;
	if (!len || len >= sizeof(folder))
		return false;
	size_t from = len;
	while (from && parts < 2)
		if (p[--from] == '\\')
			parts++;
	if (parts < 2 || len - from < 8)
		return false;
	memcpy(folder, p + from, len - from);
	folder[len - from] = '\0';
	const char *at = strcasestr(path, folder);
	return at && at[len - from] == '\\';
}

int verdict_is_of_product(const char *path, const struct ev_file *module)
{
	if (!module || !module->is_looked)
		return 0;
	for (size_t i = 0; i < module->image.n_paths; i++)
		if (is_below(path, module->image.paths[i]))
			return 2;
	if (has_folder_of(path, module->image.company) ||
		has_folder_of(path, module->image.product))
		return 1;
	return 0;
}

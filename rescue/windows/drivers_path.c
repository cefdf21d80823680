/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paths as Windows' own tables, dumps and logs have them, as paths on its volume. */
#include "windows/drivers.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "format/text.h"

#define RAW_CAP 2048U /* more is no path */

/* Behind @prefix, if *s begins with it. */
static bool skip(const char **s, const char *prefix)
{
	size_t n = strlen(prefix);

	if (strncasecmp(*s, prefix, n) != 0)
		return false;
	*s += n;
	return true;
}

/* Where the path ends and a program's arguments begin: behind the quotes, or behind the first name
 * that ends as a program's does and stands before a space. */
static void without_arguments(char *s)
{
	static const char *const ends[] = {".exe", ".sys", ".dll", ".com"};

	if (*s == '"') {
		size_t n = strcspn(s + 1, "\"");
		memmove(s, s + 1, n);
		s[n] = '\0';
		return;
	}
	for (char *dot = strchr(s, '.'); dot; dot = strchr(dot + 1, '.'))
		for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
			const char *at = dot;
			if (skip(&at, ends[i]) && (*at == ' ' || *at == '\t')) {
				dot[strlen(ends[i])] = '\0';
				return;
			}
		}
}

/* What Windows' variables and its links stand for, below this volume. */
static const struct {
	const char *name, *below; /* NULL: the folder of Windows */
} places[] = {
	{"\\SystemRoot\\", NULL},
	{"SystemRoot\\", NULL},
	{"%SystemRoot%\\", NULL},
	{"%WinDir%\\", NULL},
	{"%SystemDrive%\\", ""},
	{"%ProgramFiles%\\", "\\Program Files"},
	{"%ProgramW6432%\\", "\\Program Files"},
	{"%ProgramFiles(x86)%\\", "\\Program Files (x86)"},
	{"%CommonProgramFiles%\\", "\\Program Files\\Common Files"},
	{"%ProgramData%\\", "\\ProgramData"},
	{"%AllUsersProfile%\\", "\\ProgramData"},
};

static bool is_below(const char *path, const char *root)
{
	return skip(&path, root) && *path == '\\';
}

/* "C:\x": this volume is C: to its own Windows, nearly always; with another letter it is, if the
 * path leads into the folder of this Windows. */
static const char *of_drive(const char *s, const char *root)
{
	if (!isalpha((unsigned char)s[0]) || s[1] != ':' || s[2] != '\\')
		return NULL;
	return text_lower(s[0]) == 'c' || is_below(s + 2, root) ? s + 2 : NULL;
}

/* "\Device\HarddiskVolume3\x": the number says nothing that could be checked here. */
static const char *of_device(const char *s)
{
	if (!skip(&s, "\\Device\\HarddiskVolume") || !text_is_digit(*s))
		return NULL;
	s += strspn(s, "0123456789");
	return *s == '\\' ? s : NULL;
}

/* A name alone, as dumps have it: where such files are. */
static const char *of_name(const char *s)
{
	const char *dot = strrchr(s, '.');

	if (!dot || dot == s)
		return NULL;
	if (strcasecmp(dot, ".sys") == 0)
		return "\\System32\\drivers\\";
	return strcasecmp(dot, ".exe") == 0 || strcasecmp(dot, ".dll") == 0 ? "\\System32\\" : NULL;
}

/* The path in two or three pieces: folder, what goes between, the rest. */
struct pieces {
	const char *folder, *between, *rest;
};

static bool find_place(const char *s, const char *root, struct pieces *ret)
{
	bool is_short = strncmp(s, "\\\\?\\", 4) == 0 || strncmp(s, "\\\\.\\", 4) == 0;

	if (is_short)
		s += 4;
	else if (!skip(&s, "\\??\\") && !skip(&s, "\\DosDevices\\"))
		(void)skip(&s, "\\GLOBAL??\\");
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (skip(&s, places[i].name)) {
			*ret = (struct pieces){places[i].below ? places[i].below : root, "\\", s};
			return true;
		}
	if (strncasecmp(s, "multi(", 6) == 0 || strncasecmp(s, "scsi(", 5) == 0)
		s += strcspn(s, "\\"); /* as firmware of old called it */
	const char *at = of_drive(s, root);
	if (!at)
		at = of_device(s);
	if (s[0] == '\\' && s[1] != '\\' && strncasecmp(s, "\\Device\\", 8) != 0)
		at = s;
	if (at) {
		*ret = (struct pieces){"", "", at};
		return true;
	}
	if (*s == '\\' || *s == '%' || strncasecmp(s, "UNC\\", 4) == 0 ||
		strncasecmp(s, "Volume{", 7) == 0)
		return false;
	bool is_name = !strchr(s, '\\');
	*ret = (struct pieces){root, is_name ? of_name(s) : "\\", s};
	return ret->between;
}

/* Its parts one after the other: no empty ones, no ".", and ".." goes up. False: it leaves the
 * volume, does not fit, or is no name of a file. */
static bool tidy(const char *path, char *ret, size_t cap)
{
	size_t len = 0;

	for (const char *s = path; *s;) {
		s += strspn(s, "\\");
		size_t n = strcspn(s, "\\");
		if (n == 2 && s[0] == '.' && s[1] == '.') {
			if (!len)
				return false;
			while (ret[--len] != '\\')
				;
		} else if (n && !(n == 1 && s[0] == '.')) {
			if (cap - len < n + 2 || memchr(s, ':', n))
				return false;
			ret[len++] = '\\';
			memcpy(ret + len, s, n);
			len += n;
		}
		s += n;
	}
	ret[len] = '\0';
	return true;
}

void win_path_on_volume(const char *raw, const char *root, char *ret, size_t cap)
{
	char text[RAW_CAP], whole[RAW_CAP + 128];
	struct pieces p;

	ret[0] = '\0';
	raw += strspn(raw, " \t");
	if (strlen(raw) >= sizeof(text))
		return;
	(void)snprintf(text, sizeof(text), "%s", raw);
	without_arguments(text);
	for (size_t n = strlen(text); n && (text[n - 1] == ' ' || text[n - 1] == '\t');)
		text[--n] = '\0';
	for (char *s = text; *s; s++)
		if (*s == '/')
			*s = '\\';
	if (!find_place(text, root, &p))
		return;
	size_t len = (size_t)snprintf(whole, sizeof(whole), "%s%s%s", p.folder, p.between, p.rest);
	if (len >= sizeof(whole) || !tidy(whole, ret, cap))
		ret[0] = '\0';
}

void win_driver_path(
	const char *image_path, const char *name, const char *root, char *ret, size_t cap)
{
	if (image_path[0])
		win_path_on_volume(image_path, root, ret, cap);
	else
		(void)snprintf(ret, cap, "%s\\System32\\drivers\\%.200s.sys", root, name);
}

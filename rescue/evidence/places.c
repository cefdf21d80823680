/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which changes of files can bear on a start: drivers, programs of Windows, packages, contents of
 * products, what boots. */
#include <string.h>
#include <strings.h>

#include "evidence/changes_internal.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* Written all the time, read by nobody at a start. */
static const char *const noise_ends[] = {".log", ".etl", ".evtx", ".tmp", ".temp", ".part",
	".partial", ".download", ".lnk", ".pf", ".dmp", ".url", ".log1", ".log2", ".blf",
	".regtrans-ms", ".wer", ".mui", ".db-wal", ".db-shm", ".sqlite-wal", ".sqlite-shm",
	".db-journal", ".lock", ".png", ".jpg", ".svg", ".html", ".htm", ".css", ".js", ".map",
	".pyc"};

static const char *const noise_names[] = {"pagefile.sys", "hiberfil.sys", "swapfile.sys",
	"bootstat.dat", "BCD", "BCD.LOG", "BCD.LOG1", "BCD.LOG2", "desktop.ini", "Thumbs.db"};

/* Folders of products whose files are no contents. */
static const char *const noise_folders[] = {"Temp", "Tmp", "Cache", "Caches", "CachedData", "Logs",
	"Log", "GPUCache", "Code Cache", "CacheStorage", "ShaderCache", "CrashDumps", "Crashpad",
	"Crash Reports", "Dumps", "WER", "Telemetry", "Diagnostics", "Package Cache", "WindowsApps",
	"Packages", "USOPrivate", "USOShared", "Application Cache", "INetCache", "Locales"};

static const char *const program_ends[] = {".exe", ".dll", ".sys", ".efi"};

/* Microsoft's own below ProgramData is left out, but for what its antivirus reads. */
static const char microsoft[] = "\\ProgramData\\Microsoft\\";
static const char definitions[] =
	"\\ProgramData\\Microsoft\\Windows Defender\\Definition Updates\\";

static bool has_any_end(const char *s, const char *const *ends, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (win_path_ends(s, ends[i]))
			return true;
	return false;
}

/* Behind @start, case-blind; NULL: it does not begin so. */
static const char *behind(const char *path, const char *start)
{
	size_t n = strlen(start);

	return strncasecmp(path, start, n) == 0 ? path + n : NULL;
}

bool ev_name_is_program(const char *path)
{
	return has_any_end(path, program_ends, LENGTH(program_ends));
}

/* Asked of every name of a volume: a first letter that differs is the usual case. */
static bool is_same_name(const char *a, const char *b)
{
	return ((a[0] ^ b[0]) & ~0x20) == 0 && strcasecmp(a, b) == 0;
}

bool ev_name_is_noise(const char *name)
{
	for (size_t i = 0; i < LENGTH(noise_names); i++)
		if (is_same_name(name, noise_names[i]))
			return true;
	const char *end = strrchr(name, '.'); /* none of them has a second dot */
	for (size_t i = 0; end && i < LENGTH(noise_ends); i++)
		if (is_same_name(end + 1, noise_ends[i] + 1))
			return true;
	return false;
}

static bool is_noise_folder(const char *name, size_t len)
{
	for (size_t i = 0; i < LENGTH(noise_folders); i++)
		if (strlen(noise_folders[i]) == len &&
			strncasecmp(name, noise_folders[i], len) == 0)
			return true;
	return false;
}

/* @rest is behind "\ProgramData\" and the like. */
static enum ev_place of_product(const char *path, const char *rest)
{
	if (behind(path, microsoft) && !behind(path, definitions))
		return EV_PLACE_NONE;
	for (const char *end = strchr(rest, '\\'); end; end = strchr(rest, '\\')) {
		if (is_noise_folder(rest, (size_t)(end - rest)))
			return EV_PLACE_NONE;
		rest = end + 1;
	}
	return EV_PLACE_CONTENT;
}

/* @rest is behind "\Windows\". */
static enum ev_place of_windows(const char *rest)
{
	const char *in;

	if (!strchr(rest, '\\'))
		return ev_name_is_program(rest) ? EV_PLACE_SYSTEM : EV_PLACE_NONE;
	if (behind(rest, "Boot\\"))
		return EV_PLACE_BOOT;
	in = behind(rest, "System32\\");
	if (!in)
		return EV_PLACE_NONE;
	if (behind(in, "drivers\\"))
		return behind(in, "drivers\\etc\\") ? EV_PLACE_NONE : EV_PLACE_DRIVER;
	if (behind(in, "DriverStore\\FileRepository\\"))
		return win_path_ends(in, ".sys") || win_path_ends(in, ".inf") ? EV_PLACE_STORE
									      : EV_PLACE_NONE;
	if (strcasecmp(in, "fntcache.dat") == 0)
		return EV_PLACE_CONTENT;
	return !strchr(in, '\\') && ev_name_is_program(in) ? EV_PLACE_SYSTEM : EV_PLACE_NONE;
}

static enum ev_place place_of(const char *root, const char *path)
{
	static const char *const products[] = {
		"\\ProgramData\\", "\\Program Files\\", "\\Program Files (x86)\\"};
	const char *rest = behind(path, root);

	if (path[0] != '\\')
		return EV_PLACE_NONE;
	if (rest && rest[0] == '\\')
		return of_windows(rest + 1);
	for (size_t i = 0; i < LENGTH(products); i++) {
		rest = behind(path, products[i]);
		if (rest)
			return of_product(path, rest);
	}
	if (behind(path, "\\Boot\\") || behind(path, "\\EFI\\"))
		return EV_PLACE_BOOT;
	if (strchr(path + 1, '\\'))
		return EV_PLACE_NONE;
	return win_path_ends(path, ".sys") || strcasecmp(path, "\\bootmgr") == 0 ? EV_PLACE_BOOT
										 : EV_PLACE_NONE;
}

enum ev_place ev_place_of(const char *root, const char *path)
{
	enum ev_place place = place_of(root, path);

	return place != EV_PLACE_NONE && ev_name_is_noise(win_path_name(path)) ? EV_PLACE_NONE
									       : place;
}

enum ev_place ev_place_in(const struct ev_look *in, const char *path)
{
	const enum ev_place place = ev_place_of(in->win->root, path);
	const char *rest = behind(path, in->win->root);

	return (rest && rest[0] == '\\') || place == EV_PLACE_NONE || ev_is_ours(in, 0, 0)
		       ? place
		       : EV_PLACE_NONE;
}

bool ev_is_content_place(const char *root, const char *path)
{
	const enum ev_place place = place_of(root, path);

	if (place != EV_PLACE_DRIVER)
		return place == EV_PLACE_CONTENT;
	/* deeper down products give their data that name, too (incidents 1.1) */
	return !win_path_ends(path, ".sys") ||
	       strchr(path + strlen(root) + strlen("\\System32\\drivers\\"), '\\');
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/times.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE	   600000000LL /* in FILETIME */
#define DAY_LEN	   strlen("2024-07-19 ")
#define MOST_SHOWN 256U

/* "2024-07-19 04:09:27" */
static void seconds_of(uint64_t filetime, char ret[RS_TIME_LEN])
{
	rs_filetime_text(filetime, ret);
	ret[strcspn(ret, ".Z")] = '\0';
	if (strchr(ret, 'T'))
		*strchr(ret, 'T') = ' ';
}

static bool local_of(uint64_t filetime, const struct win_info *w, char ret[RS_TIME_LEN])
{
	if (!w || !w->time_zone[0])
		return false;
	seconds_of(filetime - (uint64_t)(w->bias_minutes * MINUTE), ret);
	return true;
}

/* All that is known of it, in the language of who reads it: the zone is a name. */
char *times_whole_new(uint64_t filetime, const struct win_info *w)
{
	char utc[RS_TIME_LEN], local[RS_TIME_LEN], ret[MOST_SHOWN];

	rs_filetime_text(filetime, utc);
	if (local_of(filetime, w, local))
		lang_print(ret, sizeof(ret), "%s (UTC), local %s (%-s)", utc, local, w->time_zone);
	else
		lang_print(ret, sizeof(ret), "%s (UTC)", utc);
	return strdup(ret);
}

static void short_of(uint64_t filetime, const struct win_info *w, char ret[MOST_SHOWN])
{
	char utc[RS_TIME_LEN], local[RS_TIME_LEN];

	seconds_of(filetime, utc);
	if (local_of(filetime, w, local)) /* of the same day the hours will do */
		(void)snprintf(ret, MOST_SHOWN, "%s UTC (local %s)", utc,
			local + (strncmp(utc, local, DAY_LEN) == 0 ? DAY_LEN : 0));
	else
		(void)snprintf(ret, MOST_SHOWN, "%s UTC", utc);
}

char *times_short_new(uint64_t filetime, const struct win_info *w)
{
	char shown[MOST_SHOWN];

	short_of(filetime, w, shown);
	return strdup(shown);
}

char *times_window_new(const struct judge_window *window, const struct win_info *w)
{
	char at[MOST_SHOWN], from[RS_TIME_LEN], to[RS_TIME_LEN];
	char *ret = NULL;

	short_of(window->time, w, at);
	seconds_of(window->from, from);
	seconds_of(window->before, to);
	const int n =
		window->is_created
			? asprintf(&ret, "created %s, between %s and %s (UTC)", at, from, to)
			: asprintf(&ret, "modified %s, between %s and %s (UTC)", at, from, to);
	return n < 0 ? NULL : ret;
}

/* Bytes of the time at @s; 0: it is none. */
static size_t time_at(const char *s, uint64_t *ret)
{
	char time[RS_TIME_LEN];
	const char *end = strchr(s, 'Z');
	const size_t n = end ? (size_t)(end - s) + 1 : 0;

	if (!n || n >= sizeof(time))
		return 0;
	(void)snprintf(time, sizeof(time), "%.*s", (int)n, s);
	return rs_filetime_parse(time, ret) ? n : 0;
}

#define TIME_WORD "%31[0-9TZ:.-]"

/* Two conditions of a rule, "modified T, not before A, modified T, before B", are one to a person.
 * Returns how much of it that was. */
static size_t window_at(const char *why, const struct win_info *w, FILE *f)
{
	char verb[9], again[9], at[32], same[32], from[32], to[32];
	struct judge_window window = {0};
	int n = 0;

	if (sscanf(why,
		    "%8[a-z] " TIME_WORD ", not before " TIME_WORD ", %8[a-z] " TIME_WORD
		    ", before " TIME_WORD "%n",
		    verb, at, from, again, same, to, &n) != 6 ||
		strcmp(verb, again) != 0 || strcmp(at, same) != 0 || !time_at(at, &window.time) ||
		!time_at(from, &window.from) || !time_at(to, &window.before))
		return 0;
	window.is_created = strcmp(verb, "created") == 0;
	auto_free char *shown = times_window_new(&window, w);
	if (!shown)
		return 0;
	(void)fputs(shown, f);
	return (size_t)n;
}

/* What begins at @s, with times in it; returns how much of the text that was. */
static size_t say_at(const char *s, const struct win_info *w, FILE *f)
{
	char shown[MOST_SHOWN];
	uint64_t t;
	size_t n = window_at(s, w, f);

	if (n)
		return n;
	n = time_at(s, &t);
	if (n) {
		short_of(t, w, shown);
		(void)fputs(shown, f);
		return n;
	}
	/* to where another word begins */
	n = strcspn(s, " (");
	n += strspn(s + n, " (");
	(void)fwrite(s, 1, n, f);
	return n;
}

char *times_new(const char *text, const struct win_info *w)
{
	char *ret = NULL;
	size_t len;
	FILE *f = open_memstream(&ret, &len);

	if (!f)
		return NULL;
	for (const char *s = text; *s;)
		s += say_at(s, w, f);
	if (fclose(f) == 0)
		return ret;
	free(ret);
	return NULL;
}

char *times_of_run_new(void *run, const char *text, unsigned volume, const char *windows)
{
	return times_new(text, run_windows_at(run, volume, windows));
}

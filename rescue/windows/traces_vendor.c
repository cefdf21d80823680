/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A vendor's own logs, and the small texts that lie beside what an antivirus took away. No format
 * is known: a line counts when it has a time and words that say what happened. */
#include "windows/traces_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "format/text.h"

static bool has_any(const char *line, const char *const *words)
{
	for (size_t i = 0; words[i]; i++)
		if (strcasestr(line, words[i]))
			return true;
	return false;
}

static enum win_vendor_act act_of(const char *line, bool has_path)
{
	static const char *const not_done[] = {
		"restored", "would", "not quarantin", "failed to", "cannot", "could not", NULL};
	static const char *const taken[] = {"quarant", "moved", "deleted", "threat", "cleaned",
		"infected", "isolat", "trojan", "malware", "eliminad", "supprim", "verschoben",
		NULL};
	static const char *const thing[] = {"content", "definition", "signature", "pattern",
		"update", "database", "channel", "policy", "engine", "defs", "config", NULL};
	static const char *const came[] = {"install", "->", "active", "activat", "appl", "updated",
		"loaded", "downloaded", "deployed", "complete", "success", "published", NULL};

	if (has_path && has_any(line, taken) && !has_any(line, not_done))
		return WIN_VENDOR_TOOK;
	return has_any(line, thing) && has_any(line, came) ? WIN_VENDOR_BROUGHT
							   : WIN_VENDOR_NOTHING;
}

/* "Z" or "+02:00" behind a time: it is UTC, or so many minutes from it. */
static uint64_t vendor_utc(uint64_t time, const char *rest, struct win_clock c, bool *ret_is_local)
{
	*ret_is_local = false;
	rest += strspn(rest, " ");
	if (*rest == 'Z' || *rest == 'z' || strncasecmp(rest, "UTC", 3) == 0)
		return time;
	if ((*rest == '+' || *rest == '-') && text_is_digit(rest[1]) && text_is_digit(rest[2])) {
		const char *m = rest + 3 + (rest[3] == ':');
		int32_t minutes = ((rest[1] - '0') * 10 + rest[2] - '0') * 60;

		if (text_is_digit(m[0]) && text_is_digit(m[1])) {
			minutes += (m[0] - '0') * 10 + m[1] - '0';
			return tr_utc(
				time, (struct win_clock){*rest == '+' ? -minutes : minutes, true});
		}
	}
	*ret_is_local = true;
	return tr_utc(time, c);
}

/* A word that is a file's name: letters in its extension, no version. */
static void file_name(const char *line, char *ret, size_t cap)
{
	ret[0] = '\0';
	for (const char *at = line; *at;) {
		size_t n = strcspn(at, " \t,;\"'()[]<>=|"), dot = n;

		while (dot && at[dot - 1] != '.')
			dot--;
		if (dot > 1 && n - dot >= 2 && n - dot <= 5 && n < 128 &&
			isalpha((unsigned char)at[dot]) && !memchr(at, '\\', n) &&
			!memchr(at, '/', n) && !memchr(at, ':', n)) {
			tr_copy(at, n, ret, cap);
			return;
		}
		at += n;
		at += strspn(at, " \t,;\"'()[]<>=|");
	}
}

int win_vendor_read(
	struct rs_view p, struct win_clock c, win_trace_fn fn, void *user, struct rs_err *err)
{
	struct tr_lines l;
	bool goes_on = true;

	(void)err;
	tr_lines_init(&l, p);
	while (goes_on && tr_next(&l)) {
		struct win_trace t = tr_trace(WIN_TRACE_VENDOR, l.line);
		char path[TR_PATH], name[TR_NAME];
		const char *rest;
		uint64_t time;

		if (!tr_find_time(l.line, &time, &rest) && !tr_find_date(l.line, &time, &rest))
			continue;
		t.number = act_of(rest, tr_path(rest, path, sizeof(path)) != NULL);
		if (t.number == WIN_VENDOR_NOTHING)
			continue;
		t.time = vendor_utc(time, rest, c, &t.is_local);
		file_name(rest, name, sizeof(name));
		t.path = path;
		t.name = name;
		goes_on = fn(user, &t);
	}
	return 0;
}

/* A key whose value is where the file was: not where its copy lies now. */
static bool is_origin(const char *line, const char *path)
{
	static const char *const elsewhere[] = {
		"quarantine", "vault", "chest", "backup", "store", NULL};
	const char *at = strstr(line, path);
	size_t n = at ? (size_t)(at - line) : 0;

	return n && n < 48 &&
	       memchr(line, '=', n) != memchr(line, ':', n) && /* a key stands there */
	       !has_any(path, elsewhere);
}

int win_taken_read(
	struct rs_view p, struct win_clock c, win_trace_fn fn, void *user, struct rs_err *err)
{
	struct win_trace t = tr_trace(WIN_TRACE_VENDOR, "");
	char path[TR_PATH] = "", text[TR_LINE] = "", one[TR_PATH];
	struct tr_lines l;

	(void)err;
	tr_lines_init(&l, p);
	for (unsigned i = 0; i < 256 && tr_next(&l); i++) {
		const char *rest;
		uint64_t time;

		if (!path[0] && tr_path(l.line, one, sizeof(one)) && is_origin(l.line, one)) {
			tr_copy(one, strlen(one), path, sizeof(path));
			tr_copy(l.line, strlen(l.line), text, sizeof(text));
		}
		if (!t.time &&
			(tr_find_time(l.line, &time, &rest) || tr_find_date(l.line, &time, &rest)))
			t.time = vendor_utc(time, rest, c, &t.is_local);
	}
	if (!path[0])
		return 0;
	t.number = WIN_VENDOR_TOOK;
	t.text = text;
	t.path = path;
	(void)fn(user, &t);
	return 0;
}

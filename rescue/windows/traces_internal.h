/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For the files that read texts of Windows: lines, times, paths, numbers. */
#ifndef UNBRICK_WINDOWS_TRACES_INTERNAL_H
#define UNBRICK_WINDOWS_TRACES_INTERNAL_H

#include "windows/traces.h"

enum {
	TR_LINE = 2048,	      /* bytes of a line that are looked at */
	TR_LINES = 400000,    /* of a text */
	TR_PATH = 600,	      /* of a path in it */
	TR_NAME = 200,	      /* of a name in it */
	TR_YEARS_FROM = 1990, /* before: no time, but a clock that was never set */
};

struct tr_lines {
	const uint8_t *p;
	size_t len, at;
	unsigned unit; /* bytes of one: 1, or 2 of UTF-16 */
	bool is_big;
	size_t n;
	char line[TR_LINE]; /* UTF-8, without the marks of direction, blanks at its ends taken off
			     */
	size_t indent;	    /* blanks that it began with */
};

/** In what it is written: by its mark, else by where its zeros are. */
void tr_lines_init(struct tr_lines *l, struct rs_view p);
/** The next one; false: no more. */
bool tr_next(struct tr_lines *l);

/** A time as people write it, which must be possible. False: it is not. */
struct tr_civil {
	unsigned year, month, day, hour, minute, second, ms;
};
bool tr_filetime(const struct tr_civil *c, uint64_t *ret);
/** "2024/03/12 10:22:00.000", "2024-03-12T10:22:00", "2024-03-12, 10:22:00" at the beginning of
 * @s; what comes after it in *ret_rest (may be NULL). */
bool tr_time(const char *s, uint64_t *ret, const char **ret_rest);
/** The first such time in @s. */
bool tr_find_time(const char *s, uint64_t *ret, const char **ret_rest);
/** The first date and time in any country's order; which number is the month may be a guess. */
bool tr_find_date(const char *s, uint64_t *ret, const char **ret_rest);
/** A local time as UTC. 0 stays 0. */
uint64_t tr_utc(uint64_t local, struct win_clock c);

/** The first path that @s names ("C:\...", "\SystemRoot\...", "\??\...", "\Device\...",
 * "%...%\..."), in quotes or to the end of its file's extension; "" if it names none. What follows
 * it, or NULL. */
const char *tr_path(const char *s, char *ret, size_t cap);
/** Case-blind of ASCII; the place behind @what, or NULL. */
const char *tr_after(const char *s, const char *what);
/** @n bytes of a text, cut at a whole character where they are too many. */
void tr_copy(const char *s, size_t n, char *ret, size_t cap);
/** A word that begins at @s, up to a blank or one of @ends. */
void tr_word(const char *s, const char *ends, char *ret, size_t cap);
/** Hexadecimal digits at @s ("0x" may stand before them). False: none, or more than 16. */
bool tr_hex(const char *s, uint64_t *ret, const char **ret_rest);
/** One with "" for every text but @text. */
struct win_trace tr_trace(enum win_trace_kind kind, const char *text);

#endif

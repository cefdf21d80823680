/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times as a person reads them: in UTC, and beside it by the clock of the Windows that they are of.
 * The engine says all of them in UTC ("2024-07-19T04:09:27.1234567Z"). Pure. */
#ifndef UNBRICK_UI_TIMES_H
#define UNBRICK_UI_TIMES_H

#include "rescue.h"

/** A text with each time in it told so; two limits of one time (a rule's) as one window. @w NULL:
 * no Windows is known, UTC alone. malloc'd; NULL: no memory. */
char *times_new(const char *text, const struct win_info *w);
/** A time as it stands among words: "2024-07-19 04:09:27 UTC (local 2024-07-18 21:09:27)", of
 * one day "(local 11:09:27)". */
char *times_short_new(uint64_t filetime, const struct win_info *w);
/** "modified" or "created" then, and between which times that is looked for. */
char *times_window_new(const struct judge_window *window, const struct win_info *w);
/** With all of its digits, and whose clock it is beside; in the language of who reads it. */
char *times_whole_new(uint64_t filetime, const struct win_info *w);
/** A line in which "%s" is a text with times. */
#define say_timed(p, fmt, text, w)                                                                 \
	do {                                                                                       \
		auto_free char *timed = times_new(text, w);                                        \
		page_say(p, false, fmt, timed ? timed : "");                                       \
	} while (0)
/** The same of a volume of a run (struct rs_manner). @run a struct rs_run. */
char *times_of_run_new(void *run, const char *text, unsigned volume, const char *windows);
#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine's next steps are those of a command line. Where there is none, and at a screen where
 * nobody thinks of one, each is a key or something that is done with hands. One table (by_keys.c),
 * a row for each step that names a command or an option; tests/check-languages finds one that has
 * none. Pure. */
#ifndef UNBRICK_UI_BY_KEYS_H
#define UNBRICK_UI_BY_KEYS_H

#include "rescue.h"

/** A next step as it is made at a screen; what names no command is as it is. */
const char *by_keys(const char *next);
/** The same where screens are plain text: sticks are not looked at there, and keys with Ctrl are
 * not there. */
const char *by_lines(const char *next);
/** The next step of an error there. */
const char *by_keys_of(const struct rs_err *err, bool is_plain);

#endif

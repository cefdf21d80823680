/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What settings may say that is neither one of some words nor a number: the grammar alone, of
 * settings.c. Plain C without libc, too. */
#ifndef UNBRICK_FORMAT_SETTINGS_TEXT_H
#define UNBRICK_FORMAT_SETTINGS_TEXT_H

#include <stdbool.h>

enum settings_text {
	TEXT_NONE,
	TEXT_CODE,    /* of a language, of a keyboard */
	TEXT_URL,     /* https */
	TEXT_TARGET,  /* https, or syslog (over TLS) */
	TEXT_ADDRESS, /* IP/PREFIX[,GATEWAY[,DNS]] */
	TEXT_HOST,    /* a name or an IP */
};

/** Why @word is none of its kind, or NULL. */
const char *settings_text_judge(enum settings_text kind, const char *word);

/** Digits up to the first other character, moved behind them; false if there are none or more than
 * seven. */
bool settings_number(const char **p, unsigned *ret);

#endif

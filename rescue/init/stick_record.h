/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the job that reads the stick gives back: records of a tag, a length (4 bytes, little endian)
 * and bytes. */
#ifndef UNBRICK_INIT_STICK_RECORD_H
#define UNBRICK_INIT_STICK_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "core/secret.h"

enum stick_tag {
	STICK_IS_ONE = 'S',	 /* it has EFI/unbrick */
	STICK_SETTINGS = 'C',	 /* unbrick.conf */
	STICK_STARTUP_KEY = 'B', /* a .BEK file; before the others, so that text comes last */
	STICK_KEYS = 'K',	 /* keys.txt */
	STICK_RULE = 'R',	 /* a rule of it, and whether it is used */
	STICK_RULES_DIR = 'D',	 /* use this folder of rules */
	STICK_LAST = 'L',	 /* struct stick_last */
	STICK_NOTE = 'N',	 /* something is wrong, for people */
};

bool stick_send(int out_fd, enum stick_tag tag, const void *bytes, size_t len);
void stick_say(int out_fd, enum stick_tag tag, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** The whole file, at most @most bytes; a negative errno. */
int stick_read_file(const char *path, size_t most, struct rs_secret *ret);

#endif

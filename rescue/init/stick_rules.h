/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside a job: rules from the stick, and what it shares with stick_files.c. */
#ifndef UNBRICK_INIT_STICK_RULES_H
#define UNBRICK_INIT_STICK_RULES_H

#include "core/secret.h"
#include "init/stick_files.h"

/** Put the shipped rules and those of @top/rules that may be used into one folder, have it checked
 * by the program, and tell which it is. */
void stick_take_rules(enum settings_rules which, const char *top, int out_fd);

bool stick_send(int out_fd, enum stick_tag tag, const void *bytes, size_t len);
void stick_say(int out_fd, enum stick_tag tag, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** The whole file, at most @most bytes; a negative errno. */
int stick_read_file(const char *path, size_t most, struct rs_secret *ret);

#endif

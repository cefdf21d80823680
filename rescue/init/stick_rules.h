/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside a job: rules from the stick. */
#ifndef UNBRICK_INIT_STICK_RULES_H
#define UNBRICK_INIT_STICK_RULES_H

#include "core/secret.h"
#include "init/stick_files.h"

/** Put the shipped rules and those of @top/rules that may be used into one folder, have it checked
 * by the program, and tell which it is. */
void stick_take_rules(enum settings_rules which, const char *top, int out_fd);
/** Why a rule of the stick at @path does not count; NULL: it does. @key of the application, in PEM;
 * empty = there is none. */
const char *stick_rule_refusal(enum settings_rules which, const struct rs_secret *key,
	const char *path, const struct rs_secret *rule);

#endif

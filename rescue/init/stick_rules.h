/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside a job: rules from the stick. */
#ifndef UNBRICK_INIT_STICK_RULES_H
#define UNBRICK_INIT_STICK_RULES_H

#include "init/stick_files.h"

/** Put the shipped rules and those of @top/rules that may be used into one folder, have it checked
 * by the program, and tell which it is. */
void stick_take_rules(enum settings_rules which, const char *top, int out_fd);

#endif

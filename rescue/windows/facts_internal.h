/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of the installation's facts: facts.c (where it is, what it is called), facts_hive.c (what
 * its hives say). */
#ifndef UNBRICK_WINDOWS_FACTS_INTERNAL_H
#define UNBRICK_WINDOWS_FACTS_INTERNAL_H

#include "windows/windows.h"

enum { WIN_PATH_CAP = 320 };

/* facts_hive.c: what cannot be read is noted; only RS_E_MEMORY is an error. */
int win_facts_software(struct nt_vol *vol, struct win_info *info, struct rs_err *err);
int win_facts_system(struct nt_vol *vol, struct win_info *info, struct rs_err *err);

/* setup.c */
/** A number that need not be there: 0 then. */
uint64_t win_number(struct win_hive *h, win_key key, const char *name);
/** Is this an installation, an upgrade, or somebody's command? From SYSTEM's key Setup. */
void win_setup_read(struct win_hive *h, win_key key, struct win_info *info);
/** Is the program of this command line one of Windows' own setup (or none at all)? */
bool win_setup_is_own(const char *command);

/** Path of the control set's key, "ControlSet001\Control". */
void win_control_path(const struct win_info *info, const char *sub, char *ret, size_t cap);

#endif

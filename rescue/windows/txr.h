/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transactions of the registry (TxR) that Windows has not finished: it finishes them when it loads
 * its hives. Their log is one of the Common Log File System, a base log (.blf) and its containers;
 * docs/hives.md, "Transactions", says which log, what is looked for in it, and why that is enough.
 * Format: "CLFS Internals" by A. Ionescu, "Common Log File System" by J. Metz (libfsclfs), and a
 * real log of a hive's transaction manager. */
#ifndef UNBRICK_WINDOWS_TXR_H
#define UNBRICK_WINDOWS_TXR_H

#include "windows/windows.h"

enum win_txr_state {
	WIN_TXR_NONE, /* no transaction waits; or there is no log: Windows makes a new one then */
	WIN_TXR_OPEN, /* one is prepared that was neither made nor taken back */
	WIN_TXR_UNKNOWN, /* the log cannot be read to its end: @why */
};

struct win_txr {
	enum win_txr_state state;
	char why[192];
};

/** What waits in this log. @containers in any order: a block is known by its own number.
 * Errors: RS_E_IO_READ, RS_E_MEMORY. */
int win_txr_read(const struct win_src *base_log, const struct win_src *containers, size_t n,
	struct win_txr *ret, struct rs_err *err);

/** What waits for the hive @path of a Windows ("\Windows\System32\config\SOFTWARE"): all that are
 * loaded with SYSTEM share one log, which the base block of SYSTEM names. No SYSTEM beside it
 * (a boot configuration): none. Errors: those of nt_lookup and nt_file_read, RS_E_MEMORY. */
int win_txr_look(struct nt_vol *vol, const char *path, struct win_txr *ret, struct rs_err *err);

#endif

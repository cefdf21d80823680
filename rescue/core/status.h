/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exit statuses of docs/exit-status.md that do not come from the table of errors alone, or that
 * somebody tells apart. */
#ifndef UNBRICK_CORE_STATUS_H
#define UNBRICK_CORE_STATUS_H

enum rs_status {
	RS_STATUS_DONE = 0,
	RS_STATUS_BUG = 1,
	RS_STATUS_FOUND = 3,
	RS_STATUS_NOTHING = 4,
	RS_STATUS_KEY = 5,
	RS_STATUS_KEY_WRONG = 6,
	RS_STATUS_REFUSED = 7,
	RS_STATUS_NO_WINDOWS = 8,
	RS_STATUS_IO = 10,
	RS_STATUS_DAMAGED = 11,
	RS_STATUS_UNVERIFIED = 12,
	RS_STATUS_CANCELLED = 14,
	RS_STATUS_LEFT = 15,
	RS_STATUS_WRONG = 16, /* something is wrong that this program does not repair */
	RS_STATUS_NETWORK = 17,
};

#endif

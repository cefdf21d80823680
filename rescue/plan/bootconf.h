/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is changed of a boot configuration, and what never is. Pure. */
#ifndef UNBRICK_PLAN_BOOTCONF_H
#define UNBRICK_PLAN_BOOTCONF_H

#include "format/words.h"
#include "hivewrite/hivewrite.h"

/* How an entry starts its Windows; the numbers of Windows' safeboot are one less. */
#define BOOT_MODES(X)                                                                              \
	X(BOOT_USUAL, "normal")                                                                    \
	X(BOOT_SAFE, "minimal")                                                                    \
	X(BOOT_NETWORK, "network")                                                                 \
	X(BOOT_DIRECTORY, "directory-services")                                                    \
	X(BOOT_UNKNOWN, "unknown") /* a number that has no name */
enum boot_mode { BOOT_MODES(JUST_NAME) };
WORDS(boot_mode_word, enum boot_mode, BOOT_MODES)

enum boot_mode bootconf_mode(const struct win_loader *l);

/** May this element be changed? Only those may that BitLocker does not validate by default, so that
 * nobody is asked for a recovery key because of it: one today. */
bool bootconf_may_touch(uint32_t element);

struct bootconf_edits { /* of one entry; points into itself: not to be copied */
	struct hw_edit edits[2];
	size_t n;
	char key[200];
	uint8_t value[8];
};

/** The edits that let the entry start so. Errors: RS_E_GUARD (@object is no entry's name, or the
 * mode no one's that is set). */
int bootconf_edits(
	const char *object, enum boot_mode wanted, struct bootconf_edits *ret, struct rs_err *err);

#endif

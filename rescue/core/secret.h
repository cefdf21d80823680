/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys and passphrases: locked memory, out of core dumps, wiped when done, never printed. */
#ifndef UNBRICK_CORE_SECRET_H
#define UNBRICK_CORE_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include "core/err.h"

struct rs_secret {
	uint8_t *p;
	size_t len; /* bytes used */
	size_t cap; /* bytes there are */
};

/** Room for @cap bytes in locked, dump-excluded memory (locking is tried; failure is no error).
 * Errors: RS_E_MEMORY. */
int rs_secret_init(struct rs_secret *s, size_t cap, struct rs_err *err);

/** Copy @len bytes in. Errors: RS_E_MEMORY. */
int rs_secret_set(struct rs_secret *s, const void *p, size_t len, struct rs_err *err);

/** Wipe, unlock, release; safe on a zeroed struct. */
void rs_secret_done(struct rs_secret *s);

/** Overwrite with zeros in a way that the compiler keeps. */
void rs_wipe(void *p, size_t len);

#define auto_secret __attribute__((cleanup(rs_secret_done)))

#endif

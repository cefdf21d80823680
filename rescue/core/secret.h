/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys and passphrases: locked memory, out of core dumps, wiped when done, never printed. */
#ifndef UNBRICK_CORE_SECRET_H
#define UNBRICK_CORE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"

struct rs_secret {
	uint8_t *p;
	size_t len;	   /* bytes used */
	size_t cap;	   /* bytes there are */
	bool is_swappable; /* locking failed: an ordinary user's limit may be low */
};

/** Room for @cap bytes in locked, dump-excluded memory (that locking failed is no error).
 * Errors: RS_E_MEMORY. */
int rs_secret_init(struct rs_secret *s, size_t cap, struct rs_err *err);

/** Copy @len bytes in. Errors: RS_E_MEMORY. */
int rs_secret_set(struct rs_secret *s, const void *p, size_t len, struct rs_err *err);

/** Wipe, unlock, release; safe on a zeroed struct. */
void rs_secret_done(struct rs_secret *s);

/** Overwrite with zeros in a way that the compiler keeps. */
void rs_wipe(void *p, size_t len);

/** Overwrite what the functions called last have left on the stack, 64 KiB of it. */
void rs_wipe_stack(void);
/** Call @fn with a stack of its own, in locked, dump-excluded memory that is wiped afterwards (in a
 * thread that is waited for). Returns what @fn does. For work with keys that takes its time. */
int rs_on_secret_stack(int (*fn)(void *arg), void *arg);

#define auto_secret __attribute__((cleanup(rs_secret_done)))

#endif

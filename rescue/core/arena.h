/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A heap for what may hold keys and is not ours to lay out: the contexts of a cryptographic
 * library, with the key schedules in them. Its memory is locked and left out of core dumps; what is
 * given back is wiped. For one thread at a time. */
#ifndef UNBRICK_CORE_ARENA_H
#define UNBRICK_CORE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "core/err.h"

struct rs_arena;

/** No memory is taken yet. Errors: RS_E_MEMORY. */
int rs_arena_new(struct rs_arena **ret, struct rs_err *err);
/** Wipes and releases all, whether it was given back or not. */
void rs_arena_free(struct rs_arena *a);
/** As malloc, realloc and free; aligned to 16 bytes, zeroed. */
void *rs_arena_alloc(struct rs_arena *a, size_t len);
void *rs_arena_resize(struct rs_arena *a, void *p, size_t len);
void rs_arena_release(struct rs_arena *a, void *p);
/** Could all of it be locked so far? (An ordinary user's limit may be low.) */
bool rs_arena_is_locked(const struct rs_arena *a);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The four functions that a compiler may call by itself. The host has them in its libc, the
 * application in efi/memory.c. */
#ifndef UNBRICK_FORMAT_MEMORY_H
#define UNBRICK_FORMAT_MEMORY_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t len);
void *memmove(void *to, const void *from, size_t len);
void *memset(void *to, int c, size_t len);
int memcmp(const void *a, const void *b, size_t len);

#endif

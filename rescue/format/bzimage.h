/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a Linux kernel's file says of itself: Linux, Documentation/arch/x86/boot.rst. */
#ifndef UNBRICK_FORMAT_BZIMAGE_H
#define UNBRICK_FORMAT_BZIMAGE_H

#include <stddef.h>
#include <stdint.h>

/** Bytes in one piece that the kernel needs to unpack itself, with what its alignment may cost; 0
 * if the file does not say (no bzImage, or older than boot protocol 2.10). */
uint64_t bzimage_room(const uint8_t *p, size_t len);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an architecture has to say: one source efi/ARCH.c, with memcpy, memmove and memset of
 * <string.h>, and one makefile fragment efi/ARCH.mk (docs/architecture.md). */
#ifndef UNBRICK_EFI_ARCH_H
#define UNBRICK_EFI_ARCH_H

#include <stddef.h>
#include <stdint.h>

/* Of its PE files (format/pe.h). */
extern const uint16_t arch_pe_machine;

/** A number that differs from start to start. */
uint64_t arch_ticks(void);

/** Nothing is left to do. */
_Noreturn void arch_halt(void);

/** Bytes in one piece that a kernel needs to unpack itself, by what its file says; 0: it does not
 * say. */
uint64_t arch_kernel_room(const uint8_t *p, size_t len);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the sources that read a kernel dump. */
#ifndef UNBRICK_WINDOWS_DUMP_INTERNAL_H
#define UNBRICK_WINDOWS_DUMP_INTERNAL_H

#include "windows/dump.h"

/** A word of the machine at @at, of 8 bytes or of 4; 0 past the end. */
uint64_t win_dump_number(struct rs_view v, size_t at, bool is_64);
/** Modules, unloaded ones and the stack of a triage dump whose header of @header_bytes was read
 * (dump_triage.c). What does not fit is noted. Errors: RS_E_IO_READ, RS_E_MEMORY. */
int win_dump_triage(
	struct win_dump *d, const struct win_src *src, uint32_t header_bytes, struct rs_err *err);

#endif

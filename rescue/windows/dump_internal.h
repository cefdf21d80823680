/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the sources that read a kernel dump. */
#ifndef UNBRICK_WINDOWS_DUMP_INTERNAL_H
#define UNBRICK_WINDOWS_DUMP_INTERNAL_H

#include "windows/dump.h"

/** Modules, unloaded ones and the stack of a triage dump whose header of @header_bytes was read
 * (dump_triage.c). What does not fit is noted. Errors: RS_E_IO_READ, RS_E_MEMORY. */
int win_dump_triage(
	struct win_dump *d, const struct win_src *src, uint32_t header_bytes, struct rs_err *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of this system, read whole. */
#ifndef UNBRICK_CORE_FILE_H
#define UNBRICK_CORE_FILE_H

#include <stddef.h>

#include "core/err.h"

/** An ordinary file, or its first @most_bytes (what is larger is for the caller to say: ask for one
 * more). *ret is malloc'd, with a zero behind it. @what for the error without memory. Errors:
 * RS_E_IO_OPEN (also: no ordinary file), RS_E_IO_READ, RS_E_MEMORY. */
int rs_file_load(const char *path, size_t most_bytes, const char *what, char **ret, size_t *ret_len,
	struct rs_err *err);

#endif

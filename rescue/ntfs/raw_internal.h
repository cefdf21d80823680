/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside the reader: what no other room needs. The tests may include it, too. */
#ifndef UNBRICK_NTFS_RAW_INTERNAL_H
#define UNBRICK_NTFS_RAW_INTERNAL_H

#include "ntfs/index.h"

#define NT_RUNS_MAX (1U << 21)

/* ---- raw.c ---- */

/** The boot sector of @src, or its copy at the end. Errors as nt_raw_open. */
int nt_boot_load(struct blk *src, struct nt_geometry *ret, struct rs_err *err);

/* ---- log.c ---- */

/** Sectors of FF, as a log is wiped, or zeros, as copies of metadata leave what they do not need.
 */
bool nt_log_is_blank(const uint8_t *p, size_t len);

#endif

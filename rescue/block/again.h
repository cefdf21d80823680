/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A disk read again after it was written: from the device, past every cache of this machine. */
#ifndef UNBRICK_BLOCK_AGAIN_H
#define UNBRICK_BLOCK_AGAIN_H

#include "block/blk.h"

/** Open for reading after everything was flushed and closed. *ret_is_device: what is read comes
 * from the device; false where this machine gives no way to be sure of that (an image in memory, a
 * file system without direct reads that keeps its cache): then it may come from a cache. Errors:
 * those of blk_file_open. */
int blk_again_open(const char *path, struct blk **ret, bool *ret_is_device, struct rs_err *err);

#endif

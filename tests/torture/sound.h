/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is everything that is allocated somebody's, and $MFTMirr what it mirrors? Counted from the bytes:
 * runs of all records against $Bitmap, records in use against $MFT's bitmap. */
#ifndef UNBRICK_TESTS_SOUND_H
#define UNBRICK_TESTS_SOUND_H

#include <stddef.h>

#include "block/blk.h"

struct sound {
	unsigned leaked, unmarked, twice; /* clusters */
	unsigned records, torn;		  /* in use and in the bitmap differ; not readable */
	unsigned mirror;		  /* records of $MFT that differ from their copies */
};

/** false: not readable at all. */
bool sound_look(struct blk *b, struct sound *ret);
/** In one line, when they differ. */
bool sound_differs(const struct sound *was, const struct sound *is, char *ret, size_t cap);

#endif

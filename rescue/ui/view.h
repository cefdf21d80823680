/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A piece of a file as lines, text or hex, without what has the shape of a recovery password.
 * Pure. */
#ifndef UNBRICK_UI_VIEW_H
#define UNBRICK_UI_VIEW_H

#include "ui/page.h"

#define VIEW_BYTES  4096U /* shown at once */
#define VIEW_AROUND 512U  /* read on each side, so that a password on the border is seen whole */

struct view {
	uint8_t bytes[VIEW_AROUND + VIEW_BYTES + VIEW_AROUND];
	size_t len, from, to; /* what was read; the part of it that is shown */
	uint64_t off_bytes;   /* of bytes[from] in the file */
	bool is_hex, is_utf16;
};

/** Does it look like text, and is it UTF-16 (by the file's first bytes)? */
bool view_is_text(const uint8_t *begin, size_t len, bool *ret_is_utf16);
void view_draw(const struct view *v, struct page *p);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A QR code (ISO/IEC 18004), made without a terminal, painted by console.c. */
#ifndef UNBRICK_UI_QR_H
#define UNBRICK_UI_QR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QR_MARGIN 4 /* modules around it that stay light */

struct qr {
	int width; /* modules, without the margin; 0: none */
	uint8_t *dark;
};

/** As small as the text allows. Upper case, digits and - need the least. False: too long for one,
 * or no memory. */
bool qr_make(const char *text, struct qr *ret);
void qr_done(struct qr *q);
/** @x and @y from the margin's corner on; what is outside is light. */
bool qr_is_dark(const struct qr *q, int x, int y);

#endif

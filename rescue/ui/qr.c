/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/qr.h"

#include <qrencode.h>
#include <stdlib.h>

bool qr_make(const char *text, struct qr *ret)
{
	/* M: what a reflection or a finger on the screen hides, a seventh, is made up for */
	QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);

	*ret = (struct qr){0};
	if (!code)
		return false;
	const size_t n = (size_t)code->width * (size_t)code->width;
	ret->dark = malloc(n);
	for (size_t i = 0; ret->dark && i < n; i++)
		ret->dark[i] = code->data[i] & 1; /* the other bits are its own */
	if (ret->dark)
		ret->width = code->width;
	QRcode_free(code);
	return ret->width;
}

void qr_done(struct qr *q)
{
	free(q->dark);
	*q = (struct qr){0};
}

bool qr_is_dark(const struct qr *q, int x, int y)
{
	x -= QR_MARGIN;
	y -= QR_MARGIN;
	return x >= 0 && y >= 0 && x < q->width && y < q->width && q->dark[y * q->width + x];
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A log of the registry's transactions: the input is laid over one that is sound, the base log
 * first, then its containers. Signatures and checksums are put right, or nothing behind them would
 * be reached. */
#include <stdlib.h>
#include <string.h>

#include "../unit/windows/help_txr.h"
#include "windows/txr.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

static struct txr_made made;

/* 3 bytes of place and one of a new value, over and over; the first byte says what is signed. */
static void change(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i + 4 <= len; i += 4) {
		const size_t at = p[i] | (size_t)p[i + 1] << 8 | (size_t)(p[i + 2] & 1) << 16;
		if (at < sizeof(made.base))
			made.base[at] = p[i + 3];
		else if (at - sizeof(made.base) < sizeof(made.c))
			((uint8_t *)made.c)[at - sizeof(made.base)] = p[i + 3];
	}
}

static void sign_containers(void)
{
	for (size_t at = 0; at + TXR_SECTOR <= sizeof(made.c);) {
		uint8_t *b = (uint8_t *)made.c + at;
		const size_t n = rs_le16(b + 4);
		if (b[0] != 0x15 || !n || n > 8 || at + n * TXR_SECTOR > sizeof(made.c))
			break;
		txr_sign(b, n, 4);
		at += n * TXR_SECTOR;
	}
}

static void start(void)
{
	txr_new(&made);
	for (uint8_t i = 0; i < 12; i++)
		(void)txr_whole(&made, i, i % 2 ? TXR_DONE : TXR_TAKEN_BACK);
	(void)txr_action(&made, TXR_PREPARED, 200);
	txr_restart(&made, 0);
	txr_base(&made);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct win_bytes b[3];
	struct win_txr t;

	if (len < 4)
		return 0;
	start();
	txr_unseal(made.base + TXR_COPY_2, TXR_GENERAL / TXR_SECTOR);
	change(p + 4, len - 4);
	if (!(p[0] & 1))
		txr_seal(made.base + TXR_COPY_2, TXR_GENERAL / TXR_SECTOR);
	if (!(p[0] & 2))
		sign_containers();
	const size_t cut = p[0] & 4 ? rs_le16(p + 1) % sizeof(made.base) : sizeof(made.base);
	/* copies, for what stands behind their ends */
	uint8_t *copy[3] = {malloc(cut + 1), malloc(TXR_CONTAINER), malloc(TXR_CONTAINER)};
	if (copy[0] && copy[1] && copy[2]) {
		memcpy(copy[0], made.base, cut);
		memcpy(copy[1], made.c[0], TXR_CONTAINER);
		memcpy(copy[2], made.c[1], TXR_CONTAINER);
		b[0] = (struct win_bytes){copy[0], cut};
		b[1] = (struct win_bytes){copy[1], TXR_CONTAINER};
		b[2] = (struct win_bytes){copy[2], TXR_CONTAINER};
		const struct win_src base = win_src_bytes(&b[0]);
		const struct win_src c[2] = {win_src_bytes(&b[1]), win_src_bytes(&b[2])};
		if (win_txr_read(&base, c, 2, &t, NULL) < 0 ||
			(t.state == WIN_TXR_UNKNOWN) != (t.why[0] != 0))
			__builtin_trap();
	}
	for (int i = 0; i < 3; i++)
		free(copy[i]);
	return 0;
}

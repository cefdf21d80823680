/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Real images: unpacked one by one into a folder of their own, removed afterwards. */
#ifndef UNBRICK_TESTS_BITLOCKER_FIXTURE_H
#define UNBRICK_TESTS_BITLOCKER_FIXTURE_H

#include "block/blk.h"

struct fixture {
	char dir[64];
	char path[128];
	struct blk *blk;
};

/** Unpack bitlocker/NAME.xz; false with a message when it is not there (the test skips). */
bool fixture_open(struct fixture *f, const char *name, unsigned flags);
void fixture_close(struct fixture *f);
/** A small file of the fixtures as it is; NULL when it is not there. Free it. */
uint8_t *fixture_bytes(const char *name, size_t *ret_len);
/** SHA-256 of a whole source, in hex. */
void fixture_sha256(struct blk *b, char ret[65]);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A volume that crashed, out of two states of it: what the second has more than the first is in the
 * journal only. Contents of files, which no journal has, are on the disk already. Both states are
 * libntfs-3g's work; the right answer is one of them, bit for bit but for LSNs, fixups and what
 * lies behind the bytes in use. */
#ifndef UNBRICK_TESTS_CRASH_HELP_H
#define UNBRICK_TESTS_CRASH_HELP_H

#include "ntfs/internal.h"
#include "replay_help.h"

struct crash_kind {
	uint16_t major;
	bool is_loser;	 /* the transaction never ended: the first state is right */
	bool is_flushed; /* of the blocks every second one reached the disk */
	size_t last;	 /* pages before the end of the ring, 0: from its first page */
};

struct crash {
	struct lh v;		       /* v.p: the crashed volume */
	uint8_t *right;		       /* the answer */
	unsigned files, blocks, pages; /* records of the log for each */
	uint64_t log_lcn;
	struct nt_geometry geo;
};

/** @old and @now: two states of a volume of @size bytes with a wiped journal in one run. */
void crash_make(struct crash *c, const uint8_t *old, const uint8_t *now, size_t size,
	const struct crash_kind *kind);
/** NULL, or the first place where @p is not the answer. To be freed. */
char *crash_differs(const struct crash *c, const uint8_t *p);
void crash_done(struct crash *c);

#endif

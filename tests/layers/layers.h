/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Block sources for tests: memory with a state to go back to, and a layer that counts, fails at the
 * nth request, and records every write and flush so that power cuts can be played afterwards. */
#ifndef UNBRICK_TESTS_LAYERS_H
#define UNBRICK_TESTS_LAYERS_H

#include "block/blk.h"

/* ---- memory ---- */

/** Zeros. Returns NULL without memory. Closed with blk_close. */
struct blk *lay_mem_new(uint64_t size_bytes, uint32_t sector_bytes);
/** The bytes of an image file. NULL: cannot be read. */
struct blk *lay_mem_load(const char *path, uint32_t sector_bytes);
/** Its bytes; changes made through the pointer are not noticed by lay_mem_restore. */
uint8_t *lay_mem_bytes(struct blk *mem);
/** Remember this state ... */
bool lay_mem_save(struct blk *mem);
/** ... and go back to it; costs only what was written since. */
void lay_mem_restore(struct blk *mem);

/* ---- watching ---- */

struct lay_op {
	bool is_flush;
	uint64_t off_bytes;
	size_t len;
	uint8_t *data;
};

struct lay_watch {
	struct blk blk; /* hand &w->blk to the code under test */
	struct blk *parent;
	uint64_t reads, writes, flushes; /* requests so far, failed ones included */
	uint64_t read_bytes, written_bytes;
	uint64_t hinted_at, hinted_bytes; /* blk_will_need: the last one, all of them */
	/* The request with this number (from 1) fails, and every later one too if it is sticky. */
	uint64_t fail_read, fail_write, fail_flush;
	bool is_sticky;
	bool is_recording;
	uint32_t torn_bytes; /* lay_replay_random tears writes at multiples of this; 0: never */
	struct lay_op *ops;
	size_t n_ops, cap_ops;
};

/** The parent stays the caller's. Closed with blk_close(&w->blk). */
struct lay_watch *lay_watch_new(struct blk *parent);
void lay_watch_reset(struct lay_watch *w); /* counts, failures and the record */

/** Play the first @n operations onto @mem: the power was cut after them. */
void lay_replay_prefix(const struct lay_watch *w, size_t n, struct blk *mem);

/** Play a power cut that a disk with a write cache may leave: everything before some flush window,
 * and of that window a random subset, in random order. The same seed gives the same state. Returns
 * the number of operations before the window; *ret_of_window how many of it were played. */
size_t lay_replay_random(
	const struct lay_watch *w, uint64_t seed, struct blk *mem, size_t *ret_of_window);

/** What a cut leaves of one write of several sectors: its first @k, its last @k, or all but the one
 * with the number @k. A disk owes nobody an order inside a request. */
enum lay_tear { LAY_FIRST, LAY_LAST, LAY_LOST, LAY_TEARS };

struct lay_torn {
	size_t op; /* the write; everything before it is there */
	enum lay_tear tear;
	size_t k;
};

/** How many ways there are to tear the record's writes in sectors of torn_bytes. */
size_t lay_count_torn(const struct lay_watch *w);
/** The @nth of them, from 0. */
struct lay_torn lay_nth_torn(const struct lay_watch *w, size_t nth);
void lay_replay_torn(const struct lay_watch *w, const struct lay_torn *t, struct blk *mem);

/** A small generator with good bits (splitmix64): next number, state in *s. */
uint64_t lay_random(uint64_t *s);

#endif

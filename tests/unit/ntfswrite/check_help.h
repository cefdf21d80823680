/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sound volume of libntfs-3g's making, for things to go wrong in, and a plan that says it wrote
 * just those. */
#ifndef UNBRICK_TESTS_CHECK_HELP_H
#define UNBRICK_TESTS_CHECK_HELP_H

#include "ntfslog/replay.h"
#include "vol_help.h"

#define CH_CLUSTER ((size_t)4096)
#define CH_RECORD  ((size_t)1024)
#define CH_SECTOR  ((size_t)512)

struct ch_world {
	struct vh image;
	struct blk *mem;
	uint8_t *p, *clean;
	size_t size;
	uint64_t mft, file, second, dir, big, in_big, linked; /* record numbers */
	struct nt_replay plan;
	struct nt_replay_block blocks[64];
};

extern struct ch_world ch;

int ch_make(void **state);
int ch_remove(void **state);
/** Bytes of the volume; edits stay off the words that fixups cover. */
uint8_t *ch_record(uint64_t number);
uint8_t *ch_attribute(uint64_t number, uint32_t type);
/** Where the first run of an attribute is. */
uint8_t *ch_contents(uint64_t number, uint32_t type);
/** A change that is none: the file's times. */
void ch_touch(uint64_t number);
/** The plan of the damage: the sectors that differ. */
void ch_plan(void);

struct ch_damage {
	const char *name;
	void (*make)(void);
	const char *words; /* NULL: nothing is wrong */
};

/** How many are not refused in their words. */
unsigned ch_judge(const struct ch_damage *damages, size_t n);

#endif

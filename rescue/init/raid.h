/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RAID sets of the firmware (Intel RST and VROC, DDF): each member is handed to mdadm, which puts a
 * set together when all of it is there. The array is then a disk like others, read-only until
 * something is to be changed. A set that lacks a member is left alone: what is written to it would
 * make the missing member worthless. */
#ifndef UNBRICK_INIT_RAID_H
#define UNBRICK_INIT_RAID_H

#include "init/disks.h"
#include "init/process.h"

struct init;

/** Is @d (which has been looked at) a member of a set that can be put together? */
bool raid_is_member(const struct known_disk *d);
/** Hand it to mdadm; it counts as a look. */
void raid_add(struct init *in, struct known_disk *d);
/** Before @disk is written: if it is such an array, let it be, and wait until it is. */
void raid_allow_writes(struct init *in, const char *disk);
/** Say which members are in no array. */
void raid_tell(struct init *in);
/** @run, then wait until the sets are marked clean, as their last writes are over (if there are
 * any, and that program). */
struct process_plan raid_settle(process_fn run);

#endif

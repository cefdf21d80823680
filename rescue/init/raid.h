/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RAID sets of the firmware (Intel RST and VROC, DDF): each member is handed to mdadm, which puts a
 * set together when all of it is there. The array is then a disk like others, read-only until
 * something is to be changed. A set that lacks a member is left alone: what is written to it would
 * make the missing member worthless. */
#ifndef UNBRICK_INIT_RAID_H
#define UNBRICK_INIT_RAID_H

#include "init/disks.h"

struct init;

/** Is @d (which has been looked at) a member of a set that can be put together? */
bool raid_is_member(const struct known_disk *d);
/** Hand it to mdadm; it counts as a look. */
void raid_add(struct init *in, struct known_disk *d);
/** Before @disk is written: if it is such an array, let it be, and wait until it is. */
void raid_allow_writes(struct init *in, const char *disk);
/** Say which members are in no array. */
void raid_tell(struct init *in);
/** The program that waits until the sets are marked clean, as their last writes are over; NULL:
 * there is no such program, or none of them. It is run as the others of them. */
const char *const *raid_settle(void);
extern const char *const raid_environment[];
/* What they say goes to a file: the consoles are for people. */
#define RAID_LOG "/run/unbrick/mdadm.log"

#endif

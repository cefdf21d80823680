/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a disk, or a volume of it, one part of something larger? Then a change to it alone leaves two
 * halves that differ, and both look sound. */
#ifndef UNBRICK_BLOCK_SET_H
#define UNBRICK_BLOCK_SET_H

#include "block/disk.h"

enum member_kind {
	MEMBER_NONE,
	MEMBER_DYNAMIC,	 /* a dynamic disk of Windows (LDM) */
	MEMBER_SPACES,	 /* Storage Spaces */
	MEMBER_FIRMWARE, /* RAID of the firmware: isw, DDF, Promise ... */
	MEMBER_OTHER,	 /* md, LVM, bcache, DRBD ... */
	MEMBER_CLUSTER,	 /* another machine may have it open */
};

#define BLK_BY_HOLDER                                                                              \
	"take the disk out of the cluster's service first, or repair it on the machine that "      \
	"holds it"
#define BLK_BY_CONTROLLER                                                                          \
	"repair it from Windows' recovery environment with the controller's driver; "              \
	"a disk that is in no set can be repaired in another machine"

struct disk_member {
	enum member_kind kind;
	bool is_whole_disk; /* the disk is a part, and all its volumes with it */
	char name[40];	    /* "isw_raid_member", "ldm": libblkid's word where it has one */
	char text[128];	    /* "a part of a firmware RAID (isw_raid_member)" */
	const char *next;   /* what to do instead: a sentence, static; NULL with MEMBER_NONE */
};

/** What @p of @map is a part of, by itself; @p NULL: what the disk as a whole is a part of. A mark
 * of the disk that lies in a partition is at most that partition's own, and those that vol_identify
 * found are weighed there. Places that cannot be read say nothing. */
void blk_member_look(struct blk *disk, const struct disk_map *map, const struct disk_part *p,
	struct disk_member *ret);

typedef int blk_ioctl_fn(int fd, unsigned long request, void *arg);

/** What the disk behind @path is a part of by its controller, and whether a machine has reserved
 * it, if nothing is known of it yet. An image file says nothing. */
void blk_device_look(const char *path, struct disk_member *ret);
/** The two halves of it: a persistent reservation or a key for one, asked with @fn (SG_IO); a
 * controller that is in RAID mode, for the disk @name of /sys/block. */
void blk_reservation_look(int fd, blk_ioctl_fn *fn, struct disk_member *ret);
struct sys_roots;
void blk_controller_look(const struct sys_roots *roots, const char *name, struct disk_member *ret);

/** For an error: RS_E_PART_OF_SET or RS_E_HELD, with the text and the next step; 0 for MEMBER_NONE.
 */
int blk_member_fail(const struct disk_member *m, const char *object, struct rs_err *err);

#endif

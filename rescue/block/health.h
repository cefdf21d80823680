/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a disk says of itself, before reads fail and when they do: NVMe's log page "SMART / Health
 * Information", asked for by libnvme. Nothing of the disk is changed, its pending events stay.
 * Source: NVM Express Base Specification 2.0, 5.16.1.3. */
#ifndef UNBRICK_BLOCK_HEALTH_H
#define UNBRICK_BLOCK_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

struct disk_health {
	bool is_known;
	uint8_t warnings;      /* bits, as in HEALTH_WARNINGS */
	uint8_t used_percent;  /* of the life that its maker has planned; may be above 100 */
	uint8_t spare_percent; /* of the blocks that replace bad ones, what is left */
	uint64_t media_errors; /* data that it could not give as they were written */
	char fault[80];	       /* "" or why it is not known, where it should be */
};

/* W(bit, word of a report, text) */
#define HEALTH_WARNINGS(W)                                                                         \
	W(0, "spare", "its spare blocks are nearly used up")                                       \
	W(1, "temperature", "it is too hot or too cold")                                           \
	W(2, "reliability", "it is degraded by errors, and not reliable any more")                 \
	W(3, "read-only", "it takes no writes any more")                                           \
	W(4, "backup", "the backup of its volatile memory has failed")                             \
	W(5, "memory-region", "its persistent memory is unreliable or read-only")

/** Of a disk of this machine; not known for one that is no NVMe. Asked in a process of its own, as
 * a disk that fails may take minutes: after a few seconds nobody waits. */
void disk_health(const char *path, struct disk_health *ret);

#endif

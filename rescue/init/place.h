/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where in the machine a disk is, held against what the firmware says of the device that it started
 * (format/bootentry.h has the words): the only thing that tells two sticks apart that were written
 * from one image. */
#ifndef UNBRICK_INIT_PLACE_H
#define UNBRICK_INIT_PLACE_H

enum place {
	PLACE_OTHER,   /* it is at another place */
	PLACE_UNKNOWN, /* that cannot be told */
	PLACE_SAME,
};

/** Is the disk of this name at the place that the firmware has named? @said: its words; "" is
 * PLACE_UNKNOWN. @root as in sysfs.h. */
enum place place_of(const char *root, const char *disk, const char *said);

#endif

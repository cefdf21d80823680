/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Ventoy, a program that starts image files off a stick, leaves for the system that it has
 * started. Source: its own documents "Ventoy Information Format" and "How Ventoy Information Passed
 * To OS" (ventoy.net); 512 bytes, little endian, not aligned: 0 16 signature     16 1 makes the sum
 * of all bytes 0     17 16 GUID of the disk, as it stands in its first sector from byte 384     33
 * 8 size of the disk in bytes, as the firmware told it     41 2 partition with the image, from 1 43
 * 2 its file system     45 384 path of the image, UTF-8     481 4 signature of the disk's MBR
 * Whoever was started before us may have written it: nothing in it is believed but which disk to
 * ask. */
#ifndef UNBRICK_FORMAT_VENTOY_H
#define UNBRICK_FORMAT_VENTOY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	VENTOY_BYTES = 512,
	VENTOY_MARK_AT = 384, /* in the first sector of its disk */
	VENTOY_GUID_BYTES = 16,
	VENTOY_PATH_MAX = 97, /* of the text that is shown; longer ones are cut */
	VENTOY_NTFS = 1,      /* a file system */
};

/* The variable of UEFI (4 bytes of attributes come before the value), and the table of ACPI (36
 * bytes of its head). */
#define VENTOY_VARIABLE "VentoyOsParam-77772020-2e77-6576-6e74-6f792e6e6574"
#define VENTOY_TABLE	"VTOY"

struct ventoy {
	uint8_t guid[VENTOY_GUID_BYTES]; /* of the disk; never all zeros */
	uint64_t disk_bytes;
	unsigned partition; /* 1.. */
	unsigned file_system;
	char path[VENTOY_PATH_MAX]; /* plain ASCII: what is none is '?' */
};

/** False, and nothing in @ret, if that is not what Ventoy leaves, or does not name a disk. */
bool ventoy_parse(const uint8_t *p, size_t len, struct ventoy *ret);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Device paths and the firmware's boot entries (Boot####) as bytes: UEFI specification 2.10,
 * sections 3.1.3 and 10.3. */
#ifndef UNBRICK_FORMAT_BOOTENTRY_H
#define UNBRICK_FORMAT_BOOTENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PARTITION_NODE_BYTES = 42,
	PARTITION_GPT = 2, /* kind of signature */
	PARTITION_MBR = 1,
	BOOT_FILE_MAX = 128,
	BOOT_ENTRY_MAX = 512, /* what boot_entry_build makes */
	PATH_BYTES_MAX = 4096,
};

#define BOOT_FILE_WINDOWS "\\EFI\\Microsoft\\Boot\\bootmgfw.efi"

/* A partition as a device path names it. */
struct partition {
	uint8_t node[PARTITION_NODE_BYTES]; /* as it stands in the path */
	uint8_t signature[16];		    /* of a GPT: the partition's GUID */
	unsigned kind;			    /* PARTITION_GPT, PARTITION_MBR */
	uint32_t number;
};

struct boot_entry {
	bool is_active;
	const uint8_t *title; /* UTF-16, borrowed from what was parsed */
	size_t title_bytes;   /* without its zero */
	struct partition partition;
	bool has_partition;
	char file[BOOT_FILE_MAX]; /* "\EFI\...", "" if none or not plain ASCII */
};

/* One hop of a device path, as it stands there: its own bytes begin at p + 4. */
struct path_node {
	const uint8_t *p;
	size_t len;
	unsigned type, subtype;
};

/** The node at *@off of a path of @len bytes, moved behind it; false at the end or where the path
 * is damaged. */
bool path_node_next(const uint8_t *path, size_t len, size_t *off, struct path_node *ret);

/** Length of a device path with its end node; 0 if it is damaged or longer than @max. */
size_t path_length(const uint8_t *path, size_t max);

/** The last partition in a path of @len bytes; false if there is none. */
bool path_partition(const uint8_t *path, size_t len, struct partition *ret);

/* Where in the machine a device is, as words: "root:0 pci:14.0 usb:4 usb:2", each hop from the root
 * of a bus to the device. pci: device and function, hexadecimal; usb: the port, counted from 1, of
 * the controller or a hub; sata: the port, from 0; nvme: the namespace; scsi: target and unit; sd,
 * emmc: the slot, from 0; lun: the unit of a device with several. "other": there are hops that
 * these words do not tell. */
enum { PLACE_TEXT_MAX = 120 };

/** The place of the disk, drive or card that a path of @len bytes leads to. False, and "", if it
 * leads to none or does not fit. */
bool path_place(const uint8_t *path, size_t len, char ret[PLACE_TEXT_MAX]);

/** True if the path leads to the boot image of a CD: what a firmware starts there, real or virtual.
 */
bool path_is_cd(const uint8_t *path, size_t len);

/** Name a partition of a table: @p has its kind, number and signature (of an MBR the disk's, in the
 * first four bytes), and gets its node. Start and length count the disk's own sectors. */
void partition_name(struct partition *p, uint64_t first_sector, uint64_t n_sectors);

/** True if both name the same partition. */
bool partition_is_same(const struct partition *a, const struct partition *b);

/** Read the value of a Boot#### variable; false if it is damaged: the firmware would not start it
 * either. */
bool boot_entry_parse(const uint8_t *p, size_t len, struct boot_entry *ret);

/** True if the entry starts a Windows Boot Manager on a named partition. */
bool boot_entry_is_windows(const struct boot_entry *e);

/** Make the value of a Boot#### variable for a Windows Boot Manager, @file (ASCII) on a partition.
 * Returns its length, 0 if @size is too small. */
size_t boot_entry_build(
	const struct partition *partition, const char *file, uint8_t *ret, size_t size);

#endif

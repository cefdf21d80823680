/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is on a disk: partition table and the kind of each volume, by libblkid, with checks of our
 * own for overlapping and impossible entries. */
#ifndef UNBRICK_BLOCK_DISK_H
#define UNBRICK_BLOCK_DISK_H

#include "block/blk.h"
#include "format/bootsector.h"

#define DISK_SCHEMES(X)                                                                            \
	X(DISK_BARE, "bare")                                                                       \
	X(DISK_GPT, "gpt")                                                                         \
	X(DISK_MBR, "mbr")
enum disk_scheme { DISK_SCHEMES(JUST_NAME) };

struct disk_part {
	unsigned number; /* 1.. as Linux numbers it; 0 for a bare volume */
	uint64_t off_bytes, len_bytes;
	char uuid[40];	    /* GPT unique GUID, or MBR "<id>-<nn>", lower case; "" bare */
	char type[40];	    /* GPT type GUID in lower case, or MBR "0x07"; "" bare */
	char type_name[48]; /* "EFI system", "Microsoft reserved", "Windows data", ... */
	char label[160];    /* GPT name, UTF-8 */
	bool is_active;	    /* of an MBR: a BIOS starts from it */
	enum vol_kind kind;
	char fs_type[40]; /* libblkid's word: ntfs, vfat, BitLocker, ext4 ... */
	char fs_label[160], fs_uuid[64];
	bool is_sound;	    /* the file system describes itself right, as far as was looked */
	char member_of[64]; /* "" or the set or container that it is a part of: not written alone */
	char left_over[64]; /* "" or what left an old signature beside the file system */
	struct rs_err err;  /* code != 0: this volume is broken, and why (one line) */
};

/* A file system or container that is known by name but not opened here. */
struct vol_known {
	const char *type; /* libblkid's word */
	const char *name; /* for people, to follow "it is" */
	const char *next; /* what to do to get at what lies inside; "" if nothing of Windows can */
};

/** NULL: no such type in the table. */
const struct vol_known *vol_known_find(const char *type);
/** Is it a part of a RAID of the firmware? */
bool vol_is_of_firmware(const char *type);

struct disk_map {
	enum disk_scheme scheme;
	char id[40];	       /* disk GUID or MBR signature */
	uint32_t sector_bytes; /* of the table: 512 or 4096 */
	struct disk_part *parts;
	size_t n_parts;
	struct rs_err err; /* code != 0: the table itself is damaged (what could be read is kept) */
	bool is_cut;	   /* it has more partitions than are shown */
	char warning[256]; /* "" or: backup table used, table for a larger disk, ... */
};

/** Read the table of @disk. A disk image with 4096-byte sectors is recognised by its table, and
 * disk->sector_bytes is set. A damaged table is no failure of the call: map->err says it.
 * Errors: RS_E_IO_READ (the first sectors cannot be read), RS_E_MEMORY. */
int disk_map_load(struct blk *disk, struct disk_map **ret, struct rs_err *err);
/** Only the table: which partitions there are, without a look at what they hold or whether they
 * overlap. Errors as above. */
int disk_map_load_table(struct blk *disk, struct disk_map **ret, struct rs_err *err);
void disk_map_free(struct disk_map *map);

/* An image file whose disk lies inside of it. */
struct disk_container {
	const char *name; /* "QCOW2" */
	bool has_parent;  /* it holds only what differs from another image ... */
	char parent[256]; /* ... of this name; "" if it is not said */
};

/** Does the disk begin like one? */
bool disk_container_look(struct blk *disk, const uint8_t sector0[512], struct disk_container *ret);

/** Do its bytes look random in every place that is tried? Then it may be encrypted: a question. */
bool vol_looks_random(struct blk *vol);

/** Say what a volume holds that was first taken for something else: kind and fs_type. */
void disk_part_take_kind(struct disk_part *p, enum vol_kind kind);

RS_DEFINE_AUTO(struct disk_map *, disk_map_free);
#define auto_disk_map __attribute__((cleanup(disk_map_free_auto)))

/** Paths of all disks of the machine (/dev/sda, /dev/nvme0n1 ...): no partitions, no loop, ram,
 * zram, optical or device-mapper devices, none of size 0. A disk by two paths is there once, and of
 * a set that is put together (RAID, multipath) only the set. @ret_paths: malloc'd array of malloc'd
 * strings, NULL at its end; free with disk_list_free. Source: /sys/block. */
int disk_list(char ***ret_paths, struct rs_err *err);
void disk_list_free(char **paths);
/** A device of this machine (or a part of one), and no image behind a loop or network device? */
bool disk_is_of_machine(const char *path);

/** Model and serial number from sysfs, "" where there is none (image files). */
void disk_identity(
	const char *path, char *ret_model, size_t cap_model, char *ret_serial, size_t cap_serial);

#endif

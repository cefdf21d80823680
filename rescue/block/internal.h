/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of this room share with one another and with its tests. */
#ifndef UNBRICK_BLOCK_INTERNAL_H
#define UNBRICK_BLOCK_INTERNAL_H

#include <limits.h>

#include "block/disk.h"
#include "block/health.h"
#include "core/view.h"

#define DISK_PARTS_MAX 256U /* more than any Windows makes; the rest is named in the warning */

/** A new zeroed entry at the end of the map; NULL when it is full (said in the warning) or there is
 * no memory. The pointer is good until the next call. */
struct disk_part *disk_map_add(struct disk_map *map);

/** What is wrong with the table: the first fault wins. Returns false, for use in `return`. */
bool disk_map_fault(struct disk_map *map, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

enum gpt_rank {
	GPT_NONE,      /* no signature, or it cannot be read */
	GPT_SIGNATURE, /* "EFI PART", but the header's checksum or fields are wrong */
	GPT_HEADER,    /* header sound, array of entries damaged or unreadable */
	GPT_SOUND,
};

/** Look for both copies of a GPT with 512 and 4096-byte sectors; the better one fills the map.
 * @ret_rank says how good it is; below GPT_HEADER nothing is added and the caller decides. */
int gpt_load(struct blk *disk, struct disk_map *map, enum gpt_rank *ret_rank);

/** 55AA and four entries that can be a partition table. */
bool mbr_is_sane(const uint8_t sector0[512]);
bool mbr_is_protective(const uint8_t sector0[512]);

/** Sector 0 begins like the boot sector of a volume without a table. Is it a table all the same:
 * all entries inside the disk and apart, and a volume that knows its place where one of them begins
 * (or nothing sound behind the boot sector)? */
bool mbr_outweighs_boot(struct blk *disk, const uint8_t sector0[512], bool is_sound);

/** Fill the map from the master boot record and its chains of logical partitions. */
void mbr_load(struct blk *disk, const uint8_t sector0[512], struct disk_map *map);

/* A signature that libblkid finds on a volume. */
struct vol_sign {
	char type[40], label[160], uuid[64];
	uint64_t at_bytes; /* of its magic */
	bool is_container; /* RAID, volume manager or encryption: what counts lies inside */
};

#define VOL_SIGNS_MAX 8U

struct vol_signs {
	struct vol_sign list[VOL_SIGNS_MAX];
	unsigned n;
};

/** All signatures, by libblkid. @boot: the first sector, or the copy that is used for it. */
void vol_signs_read(struct blk *vol, const uint8_t boot[512], uint64_t len_bytes,
	uint32_t sector_bytes, struct vol_signs *ret);

/** Does the file system that @boot begins describe itself: $MFT, a table, BitLocker's metadata
 * where the boot sector says? *ret_end_bytes, set then only, is where it ends by its own account.
 */
bool vol_is_sound(struct blk *vol, const uint8_t boot[512], uint64_t *ret_end_bytes);

/** Beside a sound file system that ends at @fs_end: is the volume still a part of the container
 * whose signature @s is (true also where that cannot be told), or did an older one leave it? */
bool vol_sign_is_live(
	struct blk *vol, uint64_t len_bytes, uint64_t fs_end, const struct vol_sign *s);

/** Kind, label and fault of the volume in p->off_bytes, p->len_bytes. @disk's end cuts it. */
void vol_identify(struct blk *disk, uint32_t sector_bytes, struct disk_part *p);

/* The kernel's tables; tests put their own trees there. */
struct sys_roots {
	const char *sys, *proc, *dev;
};
extern const struct sys_roots sys_roots_real;

/** What tells this disk from all others, whatever path leads to it; "" when nothing does that can
 * be relied on. @name as in /sys/block. */
void disk_ident(const struct sys_roots *roots, const char *name, char *ret, size_t cap);
/** The name in /sys/block of the disk that a device is (a partition of). */
bool disk_name_of(const struct sys_roots *roots, const struct stat *st, char *ret, size_t cap);

int disk_list_in(const struct sys_roots *roots, char ***ret_paths, struct rs_err *err);

/** Is the file or device behind @path mounted, swap, or held by another device?
 * Errors: RS_E_BUSY with who, RS_E_MEMORY. */
int blk_in_use(const struct sys_roots *roots, const char *path, struct rs_err *err);

/** First line of a small text file, trimmed; "" when it is not there. */
void sys_text(char *ret, size_t cap, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
#define SYS_PAGE_MAX 4096U
/** A page of vital product data of the disk in this folder: its header of 4 bytes, then what it is
 * about. 0: not there. */
size_t sys_page(const char *dir, const char *name, uint8_t ret[SYS_PAGE_MAX]);
/** The folder of a block device in sysfs. False: there is none. */
bool sys_device_dir(const struct sys_roots *roots, dev_t device, char ret[PATH_MAX]);
bool sys_is_partition(const char *dir);
/** The folder of the whole disk that a device is (a partition of). */
bool sys_disk_dir(const struct sys_roots *roots, dev_t device, char ret[PATH_MAX]);

/* ---- access.c: blk_kind.holds of each ---- */
bool blk_device_holds(const char *path, const struct stat *file);
bool blk_file_holds(const char *path, const struct stat *file);

/* ---- names.c ---- */

#define BLK_NAMES_MAX 32U

struct blk_names {
	unsigned n;
	char name[BLK_NAMES_MAX][1024]; /* "disk sda", "file 803:1f4", "naa.5000c500.../512" */
	unsigned n_files;
	char *files[BLK_NAMES_MAX]; /* paths of files behind loop devices, to be locked as well */
};

/** @st: of the path that was given. Free with blk_names_done. */
void blk_names_find(const struct sys_roots *roots, const struct stat *st, struct blk_names *ret);
void blk_names_done(struct blk_names *n);

/* ---- again.c ---- */

/** Open for reading after everything was flushed and closed: from the device, past every cache of
 * this machine. *ret_is_device: what is read comes from the device; false where this machine gives
 * no way to be sure of that (an image in memory, a file system without direct reads that keeps its
 * cache): then it may come from a cache. Errors: RS_E_IO_WRITE (a flush before it failed: what was
 * written may be lost), those of blk_file_open. */
int blk_again_open(const char *path, struct blk **ret, bool *ret_is_device, struct rs_err *err);

/** Drop what the machine has in memory of a file or device, and of what lies below it (loop devices
 * and their files), all flushed first. True: nothing is left that a direct read could meet.
 * *ret_lost_errno: a flush failed for this; 0: none. */
bool blk_cache_drop(const struct sys_roots *roots, const char *path, int *ret_lost_errno);

/** Is nothing of this file in the page cache? */
bool blk_cache_is_empty(int fd, uint64_t size_bytes);

/* health.c: how a log page reads; who is asked, and how long it is waited for */
typedef void disk_health_fn(const char *path, struct disk_health *ret);
void disk_health_parse(const uint8_t log[512], struct disk_health *ret);
void disk_health_within(
	disk_health_fn *ask, const char *path, int timeout_ms, struct disk_health *ret);

#endif

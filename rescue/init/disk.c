/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/disk.h"

#include <blkid/blkid.h>
#include <ctype.h>
#include <fcntl.h>
#include <linux/sed-opal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "block/disk.h"
#include "format/ntfsboot.h"
#include "format/parttype.h"
#include "format/ventoy.h"
#include "init/process.h"
#include "init/sysfs.h"

/* What is at first sight there: the engine looks behind it. */
static void look_at_part(struct blk *disk, struct part *part)
{
	uint8_t boot[512];
	uint32_t sector_bytes, serial;
	struct nt_boot ntfs;

	if (blk_read(disk, part->start_bytes, boot, sizeof(boot), NULL) < 0)
		return;
	part->content = boot_kind(boot, &sector_bytes);
	if ((part->content == VOL_FAT && boot_fat_serial(boot, &serial)) ||
		(part->content == VOL_EXFAT && boot_exfat_serial(boot, &serial)))
		(void)snprintf(part->fs_uuid, sizeof(part->fs_uuid), "%04X-%04X", serial >> 16,
			serial & 0xffff);
	if (part->content == VOL_NTFS) {
		nt_boot_parse(boot, sizeof(boot), &ntfs);
		(void)snprintf(part->fs_uuid, sizeof(part->fs_uuid), "%016llX",
			(unsigned long long)ntfs.geo.serial);
	}
}

/* By the engine's own reader: both see the same partitions, also where the table is damaged. */
static void look_at_table(struct blk *disk, struct disk_facts *ret)
{
	auto_disk_map struct disk_map *map = NULL;

	if (disk_map_load_table(disk, &map, NULL) < 0)
		return;
	ret->sector_bytes = map->sector_bytes;
	for (unsigned i = 0; i < map->n_parts && ret->n_parts < DISK_PARTS; i++) {
		const struct disk_part *p = &map->parts[i];
		struct part *part = &ret->parts[ret->n_parts];
		if (!p->len_bytes || p->off_bytes >= disk->size_bytes)
			continue;
		*part = (struct part){.number = p->number,
			.start_bytes = p->off_bytes,
			.size_bytes = p->len_bytes,
			.is_esp = part_type_is_esp(p->type),
			.is_active = p->is_active};
		(void)snprintf(part->uuid, sizeof(part->uuid), "%s", p->uuid);
		look_at_part(disk, part);
		/* a disk without a table is a volume only if there is one to be seen */
		ret->n_parts += p->number || part->content != VOL_UNKNOWN;
	}
}

static void look_for_raid(int fd, struct disk_facts *ret)
{
	const char *type = NULL;
	blkid_probe probe = blkid_new_probe();

	if (probe && blkid_probe_set_device(probe, fd, 0, 0) == 0) {
		(void)blkid_probe_enable_superblocks(probe, 1); /* fails for no valid probe */
		(void)blkid_probe_filter_superblocks_usage(
			probe, BLKID_FLTR_ONLYIN, BLKID_USAGE_RAID);
		if (blkid_do_probe(probe) == 0 &&
			blkid_probe_lookup_value(probe, "TYPE", &type, NULL) == 0)
			(void)snprintf(ret->raid, sizeof(ret->raid), "%s", type);
	}
	blkid_free_probe(probe);
}

static bool is_opal_locked(int fd)
{
	struct opal_status status = {0};

	/* the kernel answers from what it knows of the drive; nothing is changed */
	return ioctl(fd, IOC_OPAL_GET_STATUS, &status) == 0 && (status.flags & OPAL_FL_LOCKED);
}

bool disk_look(const char *path, struct disk_facts *ret)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	auto_blk struct blk *disk = NULL;
	uint8_t sector[512];

	*ret = (struct disk_facts){0};
	if (fd < 0 || blk_file_open(path, 0, &disk, NULL) < 0)
		return false;
	ret->size_bytes = disk->size_bytes;
	ret->sector_bytes = disk->sector_bytes;
	ret->is_locked = is_opal_locked(fd);
	ret->is_readable = blk_read(disk, 0, sector, sizeof(sector), NULL) == 0;
	if (ret->is_readable) {
		memcpy(ret->mark, sector + VENTOY_MARK_AT, sizeof(ret->mark));
		look_for_raid(fd, ret);
		look_at_table(disk, ret);
	}
	return true;
}

bool disk_is_wanted(const char *root, const char *name)
{
	/* the last two: areas of an eMMC that hold no partitions */
	static const char *const unwanted[] = {"loop[0-9]*", "ram[0-9]*", "zram[0-9]*", "fd[0-9]*",
		"sr[0-9]*", "nbd[0-9]*", "mmcblk*boot*", "mmcblk*rpmb*", NULL};

	return !sysfs_is_like(name, unwanted, 0) &&
	       sysfs_number(0, "%s/sys/block/%s/size", root, name) > 0 &&
	       sysfs_number(0, "%s/sys/block/%s/hidden", root, name) == 0;
}

bool disk_has(const struct disk_facts *f, enum vol_kind content)
{
	for (unsigned i = 0; i < f->n_parts; i++)
		if (f->parts[i].content == content)
			return true;
	return false;
}

/* eMMC is built in, and no removable disk to Linux, either; a disk in a hot-plug bay of SATA is
 * removable to Linux, and a disk of the machine. */
bool disk_is_pluggable(const char *root, const char *name)
{
	char path[512], target[512], type[8];

	(void)snprintf(path, sizeof(path), "%s/sys/block/%s", root, name);
	ssize_t n = readlink(path, target, sizeof(target) - 1);
	target[n > 0 ? n : 0] = '\0';
	return strstr(target, "/usb") ||
	       (sysfs_text(type, sizeof(type), "%s/sys/block/%s/device/type", root, name) &&
		       strcmp(type, "SD") == 0);
}

bool disk_is_read_only(const char *root, const char *name)
{
	return sysfs_number(0, "%s/sys/block/%s/ro", root, name) != 0;
}

/* Boxes for USB are said to share one name by the thousands, and have one path each. */
static bool read_ident(const char *root, const char *name, char *ret, size_t cap)
{
	char path[512], target[512];
	const char *digits;

	ret[0] = '\0';
	(void)snprintf(path, sizeof(path), "%s/sys/block/%s", root, name);
	ssize_t n = readlink(path, target, sizeof(target) - 1);
	target[n > 0 ? n : 0] = '\0';
	if (strstr(target, "/usb"))
		return false;
	if (!sysfs_text(ret, cap, "%s/sys/block/%s/wwid", root, name) || !ret[0])
		(void)sysfs_text(ret, cap, "%s/sys/block/%s/device/wwid", root, name);
	digits = strchr(ret, '.');
	return digits && digits[1 + strspn(digits + 1, "0 -")];
}

bool disk_is_same(const char *root, const char *a, const char *b)
{
	char ident[2][256];

	return read_ident(root, a, ident[0], sizeof(ident[0])) &&
	       read_ident(root, b, ident[1], sizeof(ident[1])) && strcmp(ident[0], ident[1]) == 0 &&
	       sysfs_number(0, "%s/sys/block/%s/size", root, a) ==
		       sysfs_number(0, "%s/sys/block/%s/size", root, b);
}

bool disk_part_name(const char *root, const char *disk, unsigned number, char *ret, size_t cap)
{
	size_t len = strlen(disk);
	/* as the kernel makes it */
	const char *between = len && isdigit((unsigned char)disk[len - 1]) ? "p" : "";

	if (!number)
		(void)snprintf(ret, cap, "%s", disk);
	else
		(void)snprintf(ret, cap, "%s%s%u", disk, between, number);
	return !number ||
	       sysfs_number(0, "%s/sys/block/%s/%s/partition", root, disk, ret) == number;
}

/* ---- the list ---- */

struct known_disk *disks_find(struct disks *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->list[i].state != DISK_GONE && strcmp(all->list[i].name, name) == 0)
			return &all->list[i];
	return NULL;
}

struct known_disk *disks_put(struct disks *all, const char *name)
{
	struct known_disk *d = disks_find(all, name);

	if (!d && all->n == DISK_MOST)
		return NULL;
	if (!d)
		d = &all->list[all->n++];
	*d = (struct known_disk){.status = -1};
	(void)snprintf(d->name, sizeof(d->name), "%s", name);
	return d;
}

void disks_news(struct disks *all)
{
	all->news_ms = now_ms();
}

void disks_look_begun(struct disks *all)
{
	all->n_looking++;
}

void disks_look_over(struct disks *all)
{
	all->n_looking--;
	disks_news(all);
}

void disk_tell(struct known_disk *d, int status, const char *fmt, ...)
{
	va_list ap;

	d->status = status;
	va_start(ap, fmt);
	(void)vsnprintf(d->outcome, sizeof(d->outcome), fmt, ap);
	va_end(ap);
}

void disk_set_done(struct known_disk *d)
{
	if (d->state == DISK_READY)
		d->state = DISK_DONE;
}

void disk_set_again(struct known_disk *d)
{
	if (d->state == DISK_DONE)
		d->state = DISK_READY;
}

/* Has a look ruled out a Windows on all NTFS volumes of it? */
static bool is_without_windows(const struct disk_facts *f)
{
	for (unsigned i = 0; i < f->n_parts; i++)
		if (f->parts[i].content == VOL_NTFS && f->parts[i].look != PART_BARE &&
			f->parts[i].look != PART_HAS)
			return false;
	return !disk_has(f, VOL_BITLOCKER);
}

void disk_set_stick(struct known_disk *d)
{
	d->is_stick = true;
	if (is_without_windows(&d->facts) && d->state == DISK_READY)
		d->state = DISK_LEFT;
}

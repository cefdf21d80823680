/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/disk.h"

#include <blkid/blkid.h>
#include <ctype.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/sed-opal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "format/parttype.h"
#include "init/sysfs.h"

static void look_at_part(int fd, struct part *part)
{
	uint8_t boot[512];
	uint32_t sector_bytes, serial;

	if (pread(fd, boot, sizeof(boot), (off_t)part->start_bytes) != (ssize_t)sizeof(boot))
		return;
	part->content = boot_kind(boot, &sector_bytes);
	if (part->content == VOL_FAT && boot_fat_serial(boot, &serial))
		(void)snprintf(part->fs_uuid, sizeof(part->fs_uuid), "%04X-%04X", serial >> 16,
			serial & 0xffff);
}

static void lower(char *ret, size_t cap, const char *s)
{
	size_t n = 0;

	for (; s && s[n] && n < cap - 1; n++)
		ret[n] = (char)tolower((unsigned char)s[n]);
	ret[n] = '\0';
}

static void look_at_table(int fd, blkid_probe probe, struct disk_facts *ret)
{
	blkid_partlist list = blkid_probe_get_partitions(probe);
	int n = list ? blkid_partlist_numof_partitions(list) : 0;
	blkid_parttable table = list ? blkid_partlist_get_table(list) : NULL;

	ret->is_gpt = table && strcmp(blkid_parttable_get_type(table), "gpt") == 0;
	for (int i = 0; i < n && ret->n_parts < DISK_PARTS; i++) {
		blkid_partition p = blkid_partlist_get_partition(list, i);
		struct part *part = &ret->parts[ret->n_parts];
		blkid_loff_t start = p ? blkid_partition_get_start(p) : -1;
		blkid_loff_t size = p ? blkid_partition_get_size(p) : -1;
		if (start < 0 || size <= 0 || blkid_partition_is_extended(p) ||
			(uint64_t)start > ret->size_bytes / 512)
			continue;
		*part = (struct part){
			.number = (unsigned)blkid_partition_get_partno(p),
			.start_bytes = (uint64_t)start * 512, /* its unit, whatever the disk's */
			.size_bytes = (uint64_t)size * 512,
		};
		if (ret->is_gpt) {
			lower(part->uuid, sizeof(part->uuid), blkid_partition_get_uuid(p));
			lower(part->type, sizeof(part->type), blkid_partition_get_type_string(p));
		}
		part->is_esp = part_type_is_esp(part->type) ||
			       (!ret->is_gpt && blkid_partition_get_type(p) == 0xef);
		look_at_part(fd, part);
		ret->n_parts++;
	}
}

static void look_for_raid(blkid_probe probe, struct disk_facts *ret)
{
	const char *type = NULL;

	(void)blkid_probe_enable_superblocks(probe, 1); /* fails for no valid probe */
	(void)blkid_probe_filter_superblocks_usage(probe, BLKID_FLTR_ONLYIN, BLKID_USAGE_RAID);
	if (blkid_do_probe(probe) == 0 && blkid_probe_lookup_value(probe, "TYPE", &type, NULL) == 0)
		(void)snprintf(ret->raid, sizeof(ret->raid), "%s", type);
	(void)blkid_probe_enable_superblocks(probe, 0);
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
	uint8_t sector[512];
	unsigned sector_bytes = 0;

	*ret = (struct disk_facts){0};
	if (fd < 0)
		return false;
	blkid_probe probe = blkid_new_probe();
	if (!probe || blkid_probe_set_device(probe, fd, 0, 0) < 0) {
		blkid_free_probe(probe);
		return false;
	}
	sector_bytes = blkid_probe_get_sectorsize(probe);
	ret->size_bytes = (uint64_t)blkid_probe_get_size(probe);
	ret->sector_bytes = sector_bytes ? sector_bytes : 512;
	ret->is_locked = is_opal_locked(fd);
	ret->is_readable = pread(fd, sector, sizeof(sector), 0) == (ssize_t)sizeof(sector);
	if (ret->is_readable) {
		look_for_raid(probe, ret);
		look_at_table(fd, probe, ret);
	}
	if (ret->is_readable && !ret->n_parts) {
		ret->parts[0] = (struct part){.size_bytes = ret->size_bytes};
		look_at_part(fd, &ret->parts[0]);
		ret->n_parts = ret->parts[0].content != VOL_UNKNOWN;
	}
	blkid_free_probe(probe);
	return true;
}

bool disk_is_wanted(const char *root, const char *name)
{
	static const char *const unwanted[] = {"loop", "ram", "zram", "fd", "sr", "nbd", NULL};
	const char *boot = strstr(name, "boot");

	for (int i = 0; unwanted[i]; i++)
		if (strncmp(name, unwanted[i], strlen(unwanted[i])) == 0 &&
			isdigit((unsigned char)name[strlen(unwanted[i])]))
			return false;
	/* mmcblk0boot0, mmcblk0rpmb: areas of an eMMC that hold no partitions */
	if (strncmp(name, "mmcblk", 6) == 0 && (boot || strstr(name, "rpmb")))
		return false;
	return sysfs_number(0, "%s/sys/block/%s/size", root, name) > 0 &&
	       sysfs_number(0, "%s/sys/block/%s/hidden", root, name) == 0;
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

struct part_search {
	const char *root, *disk;
	unsigned number;
	char *ret;
	size_t cap;
	bool is_found;
};

static void try_part(void *user, const char *name)
{
	struct part_search *s = user;

	if (!s->is_found && sysfs_number(0, "%s/sys/block/%s/%s/partition", s->root, s->disk,
				    name) == s->number) {
		(void)snprintf(s->ret, s->cap, "%s", name);
		s->is_found = true;
	}
}

bool disk_part_name(const char *root, const char *disk, unsigned number, char *ret, size_t cap)
{
	struct part_search s = {root, disk, number, ret, cap, false};
	char folder[512];

	if (!number) {
		(void)snprintf(ret, cap, "%s", disk);
		return true;
	}
	(void)snprintf(folder, sizeof(folder), "%s/sys/block/%s", root, disk);
	sysfs_each(folder, try_part, &s);
	return s.is_found;
}

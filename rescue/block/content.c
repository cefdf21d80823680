/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a volume holds. libblkid judges file systems; it wants a descriptor, and a block source has
 * none to give (it may be a test's layer, or an opened BitLocker volume). So the places that its
 * probes look at are copied into a memory file of the volume's size, mostly a hole. Bytes that
 * cannot be read stay zero, and a hostile volume is seen through that window only. */
#include <blkid/blkid.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "block/internal.h"
#include "core/text.h"

#define HEAD_BYTES  (1U << 20)	/* btrfs 64 KiB, UDF up to 1 MiB, ZFS 512 KiB */
#define TAIL_BYTES  (64U << 10) /* RAID members keep their superblock at the end */
#define MFT_BYTES   (16U << 10) /* the first four records, of up to 4096 bytes */
#define CHUNK_BYTES (64U << 10)

static void free_probe(blkid_probe *p)
{
	if (*p)
		blkid_free_probe(*p);
}

static bool is_power_of_2(uint32_t v)
{
	return v && !(v & (v - 1));
}

static bool is_sector_size(uint32_t v)
{
	return is_power_of_2(v) && v >= 512 && v <= 4096;
}

static bool is_fat(const uint8_t boot[512])
{
	return is_sector_size(rs_le16(boot + 11)) && is_power_of_2(boot[13]) &&
	       rs_le16(boot + 14) && boot[16] >= 1 && boot[16] <= 2 && boot[21] >= 0xf0 &&
	       (memcmp(boot + 54, "FAT", 3) == 0 || memcmp(boot + 82, "FAT32", 5) == 0);
}

enum vol_kind vol_sniff_boot(const uint8_t boot[512], uint32_t *ret_sector)
{
	/* 4967d63b-2e29-4ad8-8399-f6a339e3d001: BitLocker To Go in a FAT discovery volume. */
	static const uint8_t fve_guid[16] = {0x3b, 0xd6, 0x67, 0x49, 0x29, 0x2e, 0xd8, 0x4a, 0x83,
		0x99, 0xf6, 0xa3, 0x39, 0xe3, 0xd0, 0x01};

	*ret_sector = is_sector_size(rs_le16(boot + 11)) ? rs_le16(boot + 11) : 0;
	if (memcmp(boot + 3, "-FVE-FS-", 8) == 0)
		return VOL_BITLOCKER;
	if (memcmp(boot + 3, "MSWIN4.1", 8) == 0 && memcmp(boot + 424, fve_guid, 16) == 0)
		return VOL_BITLOCKER;
	if (boot[510] != 0x55 || boot[511] != 0xaa)
		return VOL_UNKNOWN;
	if (memcmp(boot + 3, "NTFS    ", 8) == 0 && *ret_sector)
		return VOL_NTFS;
	if (memcmp(boot + 3, "EXFAT   ", 8) == 0) {
		*ret_sector = boot[108] >= 9 && boot[108] <= 12 ? 1U << boot[108] : 0;
		return VOL_EXFAT;
	}
	return is_fat(boot) ? VOL_FAT : VOL_UNKNOWN;
}

/* Copy [off, off+len) of the volume to the memory file. Stops at the first bad place: a dying disk
 * may take seconds for each, and the rest stays a hole. */
static void copy_range(struct blk *vol, int fd, uint64_t off_bytes, uint64_t len)
{
	auto_free uint8_t *chunk = malloc(CHUNK_BYTES);

	while (chunk && len && off_bytes < vol->size_bytes) {
		uint64_t n = vol->size_bytes - off_bytes;
		n = n < CHUNK_BYTES ? n : CHUNK_BYTES;
		n = n < len ? n : len;
		if (blk_read(vol, off_bytes, chunk, (size_t)n, NULL) < 0 ||
			pwrite(fd, chunk, (size_t)n, (off_t)off_bytes) != (ssize_t)n)
			return;
		off_bytes += n;
		len -= n;
	}
}

/* libblkid believes in an NTFS only when it sees the first records of its $MFT. */
static void copy_mft(struct blk *vol, int fd, const uint8_t boot[512])
{
	uint32_t per_cluster = boot[13] <= 128 ? boot[13] : 1U << ((256U - boot[13]) & 31);
	uint64_t off_bytes;

	if (!__builtin_mul_overflow(
		    rs_le64(boot + 48), (uint64_t)rs_le16(boot + 11) * per_cluster, &off_bytes))
		copy_range(vol, fd, off_bytes, MFT_BYTES);
}

static int window_open(struct blk *vol, const uint8_t boot[512], uint64_t len_bytes)
{
	auto_close int fd = memfd_create("volume", MFD_CLOEXEC);

	if (fd < 0 || len_bytes > INT64_MAX || ftruncate(fd, (off_t)len_bytes) < 0)
		return -1;
	copy_range(vol, fd, 0, HEAD_BYTES);
	if (len_bytes > HEAD_BYTES && vol->size_bytes == len_bytes)
		copy_range(vol, fd, len_bytes - TAIL_BYTES, TAIL_BYTES);
	if (memcmp(boot + 3, "NTFS    ", 8) == 0)
		copy_mft(vol, fd, boot);
	return rs_steal_fd(&fd);
}

static void take_value(blkid_probe probe, const char *name, char *ret, size_t cap)
{
	const char *value = NULL;

	if (blkid_probe_lookup_value(probe, name, &value, NULL) == 0 && value)
		(void)snprintf(ret, cap, "%s", value);
}

static enum vol_kind kind_of(const char *fs_type)
{
	static const struct {
		const char *name;
		enum vol_kind kind;
	} known[] = {{"ntfs", VOL_NTFS}, {"vfat", VOL_FAT}, {"exfat", VOL_EXFAT},
		{"BitLocker", VOL_BITLOCKER}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].name, fs_type) == 0)
			return known[i].kind;
	return fs_type[0] ? VOL_OTHER : VOL_UNKNOWN;
}

/* Ask libblkid. No answer and an ambiguous one leave @p as it is. */
static void ask_blkid(int fd, uint32_t sector_bytes, struct disk_part *p)
{
	__attribute__((cleanup(free_probe))) blkid_probe probe = blkid_new_probe();

	if (!probe || blkid_probe_set_device(probe, fd, 0, 0) < 0)
		return;
	(void)blkid_probe_set_sectorsize(probe, sector_bytes); /* 512 stays, which does no harm */
	(void)blkid_probe_enable_partitions(probe, 0);
	(void)blkid_probe_enable_superblocks(probe, 1);
	(void)blkid_probe_set_superblocks_flags(
		probe, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_LABEL | BLKID_SUBLKS_UUID);
	if (blkid_do_safeprobe(probe) != 0)
		return;
	take_value(probe, "TYPE", p->fs_type, sizeof(p->fs_type));
	take_value(probe, "LABEL", p->fs_label, sizeof(p->fs_label));
	take_value(probe, "UUID", p->fs_uuid, sizeof(p->fs_uuid));
	p->kind = kind_of(p->fs_type);
}

/* Our own look at sector 0 wins for BitLocker, and decides where libblkid says nothing (an NTFS
 * whose $MFT is damaged). */
static void settle_kind(enum vol_kind sniffed, struct disk_part *p)
{
	static const char *const words[] = {[VOL_NTFS] = "ntfs",
		[VOL_BITLOCKER] = "BitLocker",
		[VOL_FAT] = "vfat",
		[VOL_EXFAT] = "exfat"};

	if (sniffed == VOL_UNKNOWN || (sniffed != VOL_BITLOCKER && p->kind != VOL_UNKNOWN))
		return;
	if (p->kind != sniffed) /* libblkid took a discovery volume for a FAT */
		p->fs_label[0] = p->fs_uuid[0] = '\0';
	p->kind = sniffed;
	(void)snprintf(p->fs_type, sizeof(p->fs_type), "%s", words[sniffed]);
}

static bool is_windows_type(const struct disk_part *p)
{
	return !p->number || strcmp(p->type, "0x07") == 0 || strcmp(p->type, "0x27") == 0 ||
	       strcmp(p->type, "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7") == 0 ||
	       strcmp(p->type, "de94bba4-06d1-4d40-a16a-bfd50179d6ac") == 0;
}

/* The copy of the boot sector that NTFS keeps in the last sector of its partition. */
static enum vol_kind sniff_end(struct blk *vol, uint64_t len_bytes)
{
	static const uint32_t sizes[] = {512, 4096};
	uint8_t boot[512];
	uint32_t own;

	for (unsigned i = 0; i < 2; i++) {
		enum vol_kind kind;
		if (len_bytes < 2 * (uint64_t)sizes[i] ||
			blk_read(vol, len_bytes - sizes[i], boot, sizeof(boot), NULL) < 0)
			continue;
		kind = vol_sniff_boot(boot, &own);
		if (kind == VOL_NTFS || kind == VOL_BITLOCKER)
			return kind;
	}
	return VOL_UNKNOWN;
}

static void say_unknown(
	struct blk *vol, const uint8_t boot[512], uint64_t len_bytes, struct disk_part *p)
{
	enum vol_kind at_end = sniff_end(vol, len_bytes);
	static const uint8_t zeros[512];
	char hex[2 * 11 + 1];

	if (at_end != VOL_UNKNOWN) {
		settle_kind(at_end, p);
		if (!p->err.code)
			(void)rs_fail(&p->err, RS_E_NTFS_DAMAGED,
				"its first sector is damaged, the copy in the last one says %s",
				p->fs_type);
		return;
	}
	if (p->err.code || !is_windows_type(p) || !p->number)
		return;
	rs_hex(boot, 11, hex);
	if (memcmp(boot, zeros, sizeof(zeros)) == 0)
		(void)rs_fail(&p->err, RS_E_NOT_NTFS, "its first sector is all zeros");
	else
		(void)rs_fail(&p->err, RS_E_NOT_NTFS,
			"its first sector is no known boot sector (it begins %s)", hex);
}

void vol_identify(struct blk *disk, uint32_t sector_bytes, struct disk_part *p)
{
	uint8_t boot[512] = {0};
	uint32_t own_sector;
	auto_blk struct blk *vol = NULL;

	if (strcmp(p->type, "e3c9e316-0b5c-4db8-817d-f92df00215ae") == 0) {
		p->kind = VOL_MSR;
		return;
	}
	if (!p->len_bytes || p->off_bytes >= disk->size_bytes)
		return;
	uint64_t there = disk->size_bytes - p->off_bytes;
	there = there < p->len_bytes ? there : p->len_bytes;
	if (there < sizeof(boot)) {
		if (!p->err.code)
			(void)rs_fail(&p->err, RS_E_TRUNCATED, "not even one sector is there");
		return;
	}
	struct rs_err why = {0};
	if (blk_part_new(disk, p->off_bytes, there, disk->name, &vol, &why) < 0 ||
		blk_read(vol, 0, boot, sizeof(boot), &why) < 0) {
		if (!p->err.code)
			(void)rs_fail(&p->err, why.code, "%s", why.detail);
		return;
	}
	auto_close int fd = window_open(vol, boot, p->len_bytes);
	if (fd >= 0)
		ask_blkid(fd, sector_bytes, p);
	settle_kind(vol_sniff_boot(boot, &own_sector), p);
	if (p->kind == VOL_UNKNOWN)
		say_unknown(vol, boot, there, p);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first signature does not win. NTFS by mkntfs; the other formats byte for byte by the
 * documents that rescue/block/member.c names, checksums by their own definition. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "block/disk.h"
#include "core/view.h"
#include "disk_help.h"

#define MIB 1048576ULL
#define END (64 * MIB)

static uint8_t *ntfs_64; /* a volume of 64 MiB, made once; NULL: no mkntfs */
static uint8_t *ntfs_60; /* 60 MiB in 64: as in a RAID member, with room behind it */

static uint8_t *make_ntfs(const char *sectors)
{
	char *dir = scratch_new(), path[128];
	uint8_t *bytes = calloc(1, END);
	FILE *f = NULL;

	(void)snprintf(path, sizeof(path), "%s/img", dir);
	if (run("truncate -s 64M %s && PATH=$PATH:/sbin:/usr/sbin mkntfs -q -F -p 0 -H 255 -S 63 "
		"%s "
		"%s >/dev/null 2>&1",
		    path, path, sectors))
		f = fopen(path, "re");
	if (!bytes || !f || fread(bytes, 1, END, f) != END) {
		free(bytes);
		bytes = NULL;
	}
	if (f)
		(void)fclose(f); /* only read */
	scratch_done(dir);
	return bytes;
}

static int make_volumes(void **state)
{
	(void)state;
	ntfs_64 = make_ntfs("");
	ntfs_60 = make_ntfs("122880");
	return 0;
}

static int free_volumes(void **state)
{
	(void)state;
	free(ntfs_64);
	free(ntfs_60);
	return 0;
}

static struct blk *volume(const uint8_t *from, uint8_t **ret_bytes)
{
	if (!from)
		skip();
	struct blk *b = mem_disk(64, ret_bytes);
	memcpy(*ret_bytes, from, END);
	return b;
}

static struct disk_map *load(struct blk *b)
{
	struct disk_map *map = NULL;

	assert_int_equal(disk_map_load(b, &map, NULL), 0);
	return map;
}

static void put_be(uint8_t *p, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		p[i] = (uint8_t)(v >> (8 * (bytes - 1 - i)));
}

/* Second header of LUKS2 (specification of the on-disk format, 2.1) */
static void put_luks2(uint8_t *bytes, uint64_t at_bytes)
{
	uint8_t *h = bytes + at_bytes;

	memcpy(h, "SKUL\xba\xbe", 6);
	put_be(h + 6, 2, 2);
	put_be(h + 8, 16384, 8);
	memcpy(h + 168, "11111111-2222-3333-4444-555555555555", 36);
	put_be(h + 256, at_bytes, 8);
}

/* The sum of md_p.h's superblocks, 32 bits a word, in 64 bits, halves added. */
static uint32_t md_checksum(const uint8_t *sb, size_t len)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < len; i += 4)
		sum += rs_le32(sb + i);
	return (uint32_t)((sum & 0xffffffff) + (sum >> 32));
}

static void put_md_090(uint8_t *bytes, uint64_t at_bytes, uint32_t size_kib)
{
	uint8_t *sb = bytes + at_bytes;

	memset(sb, 0, 4096);
	rs_put_le32(sb, 0xa92b4efc);
	rs_put_le32(sb + 8, 90);
	rs_put_le32(sb + 20, 0x12345678);
	rs_put_le32(sb + 28, 1);
	rs_put_le32(sb + 32, size_kib);
	rs_put_le32(sb + 36, 2);
	rs_put_le32(sb + 40, 2);
	rs_put_le32(sb + 152, md_checksum(sb, 4096));
}

static void put_md_1(uint8_t *bytes, uint64_t at_bytes, uint64_t first_sector, uint64_t sectors)
{
	uint8_t *sb = bytes + at_bytes;

	memset(sb, 0, 512);
	rs_put_le32(sb, 0xa92b4efc);
	rs_put_le32(sb + 4, 1);
	memset(sb + 16, 0x5a, 16);
	rs_put_le32(sb + 72, 1);
	rs_put_le64(sb + 80, sectors);
	rs_put_le32(sb + 92, 2);
	rs_put_le64(sb + 128, first_sector);
	rs_put_le64(sb + 136, sectors);
	rs_put_le64(sb + 144, at_bytes / 512);
	rs_put_le32(sb + 220, 128);
	rs_put_le32(sb + 216, md_checksum(sb, 512));
}

static uint32_t crc32_lvm(const uint8_t *p, size_t len)
{
	uint32_t crc = 0xf597a6cf; /* lvm2's initial value; the polynomial is zlib's */

	for (size_t i = 0; i < len; i++) {
		crc ^= p[i];
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
	}
	return crc;
}

static void put_lvm(uint8_t *bytes, uint64_t device_bytes)
{
	uint8_t *label = bytes + 512;

	memset(label, 0, 512);
	memcpy(label, "LABELONE", 8);
	rs_put_le64(label + 8, 1);
	rs_put_le32(label + 20, 32);
	memcpy(label + 24, "LVM2 001", 8);
	memset(label + 32, 'a', 32);
	rs_put_le64(label + 64, device_bytes);
	rs_put_le32(label + 16, crc32_lvm(label + 20, 512 - 20));
}

static void put_swap(uint8_t *bytes)
{
	memcpy(bytes + 4086, "SWAPSPACE2", 10);
	rs_put_le32(bytes + 1024, 1);
	rs_put_le32(bytes + 1028, 1000);
}

/* One label of ZFS: the list's first bytes and some uberblocks (on-disk specification, 1.3) */
static void put_zfs_label(uint8_t *bytes, uint64_t at_bytes)
{
	static const uint8_t list[12] = {1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

	memcpy(bytes + at_bytes + 16384, list, sizeof(list));
	for (unsigned i = 0; i < 16; i++) {
		uint8_t *ub = bytes + at_bytes + 131072 + (size_t)i * 1024;
		rs_put_le64(ub, 0x00bab10c);
		rs_put_le64(ub + 8, 5000);
		rs_put_le64(ub + 16, i + 1);
	}
}

static void expect_ntfs(struct blk *b)
{
	auto_disk_map struct disk_map *map = load(b);

	assert_int_equal(map->scheme, DISK_BARE);
	assert_int_equal(map->parts[0].kind, VOL_NTFS);
	assert_string_equal(map->parts[0].fs_type, "ntfs");
	assert_int_equal(map->parts[0].err.code, 0);
	assert_string_equal(map->parts[0].member_of, "");
}

static void expect_left_over(struct blk *b, const char *of)
{
	auto_disk_map struct disk_map *map = load(b);

	expect_ntfs(b);
	assert_non_null(strstr(map->parts[0].left_over, of));
}

static void expect_member(struct blk *b, enum vol_kind kind, const char *of)
{
	auto_disk_map struct disk_map *map = load(b);

	assert_int_equal(map->parts[0].kind, kind);
	assert_non_null(strstr(map->parts[0].member_of, of));
	assert_string_equal(map->parts[0].left_over, "");
}

static void expect_other(struct blk *b, const char *type)
{
	auto_disk_map struct disk_map *map = load(b);

	assert_int_equal(map->parts[0].kind, VOL_OTHER);
	assert_string_equal(map->parts[0].fs_type, type);
}

static void test_luks2__second_header_in_an_ntfs__is_left_over(void **state)
{
	static const uint64_t at[] = {0x40000, 0x80000, 0x100000, 0x200000, 0x400000};

	(void)state;
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		uint8_t *bytes;
		auto_blk struct blk *b = volume(ntfs_64, &bytes);
		put_luks2(bytes, at[i]);
		expect_left_over(b, "LUKS");
	}
}

static void test_luks2__boot_sector_without_mft__is_luks(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = volume(ntfs_64, &bytes);

	(void)state;
	uint64_t mft = rs_le64(bytes + 48) * 4096, mirror = rs_le64(bytes + 56) * 4096;
	put_luks2(bytes, 0x80000);
	memset(bytes + mft, 0xe5, 4096);
	expect_left_over(b, "LUKS"); /* its mirror still says what $MFT is */
	memset(bytes + mirror, 0xe5, 4096);
	expect_other(b, "crypto_LUKS");
}

static void test_mft__record_that_describes_another_place__is_not_sound(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = volume(ntfs_64, &bytes);

	(void)state;
	/* $MFT and its mirror of another volume: the boot sector says one cluster further */
	uint64_t lcn = rs_le64(bytes + 48);
	memmove(bytes + (lcn + 1) * 4096, bytes + lcn * 4096, 16384);
	rs_put_le64(bytes + 48, lcn + 1);
	put_luks2(bytes, 0x80000);
	expect_other(b, "crypto_LUKS");
}

static void test_md__superblock_inside_the_file_system__is_left_over(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = volume(ntfs_64, &bytes);

	(void)state;
	put_md_090(
		bytes, END - 65536, 65472); /* right in every field, but NTFS goes on behind it */
	expect_left_over(b, "md");
	memset(bytes + END - 65536, 0, 4096);
	put_md_1(bytes, END - 8192, 0, 131056);
	expect_left_over(b, "md");
}

static void test_md__file_system_that_ends_before_the_superblock__is_a_member(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = volume(ntfs_60, &bytes);

	(void)state;
	put_md_090(bytes, END - 65536, 65472);
	expect_member(b, VOL_NTFS, "md");
	memset(bytes + END - 65536, 0, 4096);
	put_md_1(bytes, END - 8192, 0, 131056);
	expect_member(b, VOL_NTFS, "md");
}

static void test_md__superblock_that_does_not_fit__is_left_over(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = volume(ntfs_60, &bytes);

	(void)state;
	put_md_090(bytes, END - 65536, 65472);
	bytes[END - 65536 + 40] ^= 4; /* checksum */
	expect_ntfs(b);
	put_md_090(bytes, END - 65536, 165472); /* size */
	expect_ntfs(b);
	memset(bytes + END - 65536, 0, 4096);
	put_md_1(bytes, END - 8192, 0, 331056);
	expect_ntfs(b);
	put_md_1(bytes, END - 8192, 0, 131056);
	bytes[END - 8192 + 200] ^= 1;
	expect_ntfs(b);
}

static void test_md__striped_member__stays_one(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = volume(ntfs_64, &bytes);

	(void)state;
	/* the file system is that of the set: larger than one member */
	rs_put_le64(bytes + 40, 4 * END / 512);
	put_md_090(bytes, END - 65536, 0);
	expect_member(b, VOL_NTFS, "md");
}

static void test_md__version_1_2_in_the_boot_area__is_a_member(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = volume(ntfs_64, &bytes);

	(void)state;
	put_md_1(bytes, 4096, 2048, 129024); /* a format would have cleared it: it is newer */
	expect_member(b, VOL_NTFS, "md");
	put_md_1(bytes, 4096, 2048, 929024);
	expect_left_over(b, "md");
}

static void test_lvm__label_of_this_size__is_a_member_else_left_over(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = volume(ntfs_64, &bytes);

	(void)state;
	put_lvm(bytes, END);
	expect_member(b, VOL_NTFS, "LVM");
	put_lvm(bytes, END / 2);
	expect_left_over(b, "LVM");
	put_lvm(bytes, END);
	memset(bytes, 0, 512);
	expect_other(b, "LVM2_member");
}

static void test_zfs__labels_at_the_end_alone__are_left_over(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = volume(ntfs_64, &bytes);

	(void)state;
	put_zfs_label(bytes, END - 512 * 1024); /* a format clears the first two, at most */
	put_zfs_label(bytes, END - 256 * 1024);
	expect_ntfs(b);
	memset(bytes + rs_le64(bytes + 48) * 4096, 0, 4096); /* no $MFT, no mirror */
	memset(bytes + rs_le64(bytes + 56) * 4096, 0, 4096);
	put_zfs_label(bytes, 0);
	put_zfs_label(bytes, 256 * 1024);
	expect_other(b, "zfs_member");
}

/* -FVE-FS- in sector 0 and one copy of the metadata: as much as is weighed */
static void put_bitlocker(uint8_t *bytes)
{
	memset(bytes, 0, 512);
	memcpy(bytes, "\xeb\x58\x90-FVE-FS-", 11);
	bytes[12] = 2;
	bytes[13] = 8;
	rs_put_le64(bytes + 176, 33 * MIB);
	bytes[510] = 0x55;
	bytes[511] = 0xaa;
	memcpy(bytes + 33 * MIB, "-FVE-FS-", 8);
	bytes[33 * MIB + 10] = 2;
	bytes[33 * MIB + 12] = 4;
	rs_put_le64(bytes + 33 * MIB + 16, END);
}

static void test_bitlocker__old_signatures__do_not_count(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = mem_disk(64, &bytes);

	(void)state;
	put_bitlocker(bytes);
	put_luks2(bytes, 0x80000);
	put_md_090(bytes, END - 65536, 65472);
	auto_disk_map struct disk_map *map = load(b);
	assert_int_equal(map->parts[0].kind, VOL_BITLOCKER);
	assert_string_equal(map->parts[0].fs_type, "BitLocker");
	assert_string_equal(map->parts[0].member_of, "");
	assert_string_not_equal(map->parts[0].left_over, "");
	rs_put_le64(bytes + 33 * MIB + 16, END - MIB); /* it leaves the superblock its room */
	auto_disk_map struct disk_map *member = load(b);
	assert_int_equal(member->parts[0].kind, VOL_BITLOCKER);
	assert_non_null(strstr(member->parts[0].member_of, "md"));
	memset(bytes + 33 * MIB, 0, 8); /* an old boot sector: nothing is where it points */
	expect_other(b, "linux_raid_member");
}

/* libblkid calls it "crypto" where it sees the metadata, as it calls a LUKS: no part of anything */
static void test_bitlocker__metadata_anywhere__is_whole(void **state)
{
	static const uint64_t places[] = {MIB / 2, 33 * MIB, END - MIB};

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		uint8_t *bytes;
		auto_blk struct blk *b = mem_disk(64, &bytes);
		put_bitlocker(bytes);
		memmove(bytes + places[i], bytes + 33 * MIB, 64);
		rs_put_le64(bytes + 176, places[i]);
		auto_disk_map struct disk_map *map = load(b);
		assert_int_equal(map->parts[0].kind, VOL_BITLOCKER);
		assert_string_equal(map->parts[0].member_of, "");
		assert_string_equal(map->parts[0].left_over, "");
	}
}

static void test_file_systems__left_in_an_ntfs__do_not_count(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = volume(ntfs_64, &bytes);

	(void)state;
	put_swap(bytes);
	expect_left_over(b, "swap");
	memcpy(bytes + 32769, "CD001", 5);
	bytes[32768] = 1;
	expect_left_over(b, "ISO");
}

static void test_copy_at_the_end__below_a_new_file_system__does_not_count(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = volume(ntfs_64, &bytes);

	(void)state;
	memset(bytes, 0, 8192); /* mkswap, mke2fs: the first sector is cleared, the last is not */
	put_swap(bytes);
	expect_other(b, "swap");
}

static void test_member_partition__is_named_and_its_neighbour_is_not(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = mem_disk(160, &bytes);

	(void)state;
	if (!ntfs_60)
		skip();
	put_mbr_entry(bytes, 0, 0x07, 2048, 64 * 2048);
	put_mbr_entry(bytes, 1, 0x07, 67 * 2048, 64 * 2048);
	memcpy(bytes + MIB, ntfs_60, END);
	memcpy(bytes + 67 * MIB, ntfs_64, END);
	put_md_1(bytes + MIB, END - 8192, 0, 131056);
	auto_disk_map struct disk_map *map = load(b);
	assert_int_equal(map->n_parts, 2);
	assert_non_null(strstr(map->parts[0].member_of, "md"));
	assert_string_equal(map->parts[1].member_of, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_luks2__second_header_in_an_ntfs__is_left_over),
		cmocka_unit_test(test_luks2__boot_sector_without_mft__is_luks),
		cmocka_unit_test(test_mft__record_that_describes_another_place__is_not_sound),
		cmocka_unit_test(test_md__superblock_inside_the_file_system__is_left_over),
		cmocka_unit_test(test_md__file_system_that_ends_before_the_superblock__is_a_member),
		cmocka_unit_test(test_md__superblock_that_does_not_fit__is_left_over),
		cmocka_unit_test(test_md__striped_member__stays_one),
		cmocka_unit_test(test_md__version_1_2_in_the_boot_area__is_a_member),
		cmocka_unit_test(test_lvm__label_of_this_size__is_a_member_else_left_over),
		cmocka_unit_test(test_zfs__labels_at_the_end_alone__are_left_over),
		cmocka_unit_test(test_bitlocker__old_signatures__do_not_count),
		cmocka_unit_test(test_bitlocker__metadata_anywhere__is_whole),
		cmocka_unit_test(test_file_systems__left_in_an_ntfs__do_not_count),
		cmocka_unit_test(test_copy_at_the_end__below_a_new_file_system__does_not_count),
		cmocka_unit_test(test_member_partition__is_named_and_its_neighbour_is_not),
	};

	return cmocka_run_group_tests(tests, make_volumes, free_volumes);
}

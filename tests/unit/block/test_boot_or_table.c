/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sector 0 with both: the code of a boot sector and entries of a partition table. */
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

#define MIB	   1048576ULL
#define FIRST	   2048U
#define CODE_BYTES 440U

enum { CODE_NTFS, CODE_FAT, CODE_EXFAT, CODES };

/* The first 440 bytes as mkntfs, mkfs.fat and mkfs.exfat begin theirs. */
static void put_code(uint8_t sector[512], int kind, uint32_t hidden)
{
	memset(sector, 0, CODE_BYTES);
	memcpy(sector, "\xeb\x52\x90", 3);
	if (kind == CODE_EXFAT) {
		memcpy(sector + 3, "EXFAT   ", 8);
		rs_put_le64(sector + 64, hidden);
		sector[108] = 9;
		return;
	}
	memcpy(sector + 3, kind == CODE_NTFS ? "NTFS    " : "mkfs.fat", 8);
	sector[12] = 2; /* 512 bytes a sector */
	sector[13] = 8;
	sector[21] = 0xf8;
	rs_put_le32(sector + 28, hidden);
	if (kind == CODE_NTFS) {
		rs_put_le64(sector + 40, 131071);
		rs_put_le64(sector + 48, 4);
		rs_put_le64(sector + 56, 8191);
		sector[64] = 0xf6;
		return;
	}
	sector[14] = 32;
	sector[16] = 2;
	memcpy(sector + 82, "FAT32   ", 8);
}

static void put_volume(uint8_t *bytes, uint64_t lba, int kind, uint32_t hidden)
{
	put_code(bytes + lba * 512, kind, hidden);
	bytes[lba * 512 + 510] = 0x55;
	bytes[lba * 512 + 511] = 0xaa;
}

static struct disk_map *load(struct blk *b)
{
	struct disk_map *map = NULL;

	assert_int_equal(disk_map_load(b, &map, NULL), 0);
	return map;
}

static void expect(struct blk *b, enum disk_scheme scheme, unsigned n_parts)
{
	auto_disk_map struct disk_map *map = load(b);

	assert_int_equal(map->scheme, scheme);
	assert_int_equal(map->n_parts, n_parts);
}

/* A whole NTFS of 64 MiB without a table. */
static struct blk *bare_ntfs(uint8_t **ret_bytes)
{
	char *dir = scratch_new(), path[128];
	struct blk *b = mem_disk(64, ret_bytes);

	(void)snprintf(path, sizeof(path), "%s/img", dir);
	bool is_made = run("truncate -s 64M %s && PATH=$PATH:/sbin:/usr/sbin mkntfs -q -F -p 0 -H "
			   "255 -S 63 %s >/dev/null 2>&1",
			       path, path) &&
		       mem_disk_load(b, path);
	scratch_done(dir);
	if (!is_made) {
		blk_close(b);
		skip();
	}
	return b;
}

static void test_table__below_an_old_boot_sector__is_a_table(void **state)
{
	(void)state;
	for (int code = 0; code < CODES; code++)
		for (int kind = 0; kind < CODES; kind++) {
			uint8_t *bytes;
			auto_blk struct blk *b = mem_disk(8, &bytes);
			put_code(bytes, code, 0);
			put_mbr_entry(bytes, 1, 0x07, FIRST, 4096);
			put_mbr_entry(bytes, 3, 0x27, FIRST + 4096, 4096);
			put_volume(bytes, FIRST, kind, FIRST);
			expect(b, DISK_MBR, 2);
		}
}

static void test_table__only_a_logical_partition_knows_its_place__is_a_table(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = mem_disk(16, &bytes);

	(void)state;
	put_code(bytes, CODE_FAT, 0);
	put_mbr_entry(bytes, 0, 0x0f, FIRST, 16384);
	put_mbr_entry(bytes + FIRST * 512, 0, 0x07, 2048, 8192);
	put_volume(bytes, FIRST + 2048, CODE_NTFS, FIRST + 2048);
	expect(b, DISK_MBR, 1);
}

static void test_table__old_boot_sector_and_nothing_behind_it__is_a_table(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = mem_disk(8, &bytes);

	(void)state;
	put_code(bytes, CODE_NTFS, 0); /* no $MFT where it says */
	put_mbr_entry(bytes, 0, 0x83, FIRST, 4096);
	expect(b, DISK_MBR, 1);
}

static void test_bare__whole_ntfs_whose_code_passes_for_entries__stays_bare(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = bare_ntfs(&bytes);

	(void)state;
	put_mbr_entry(bytes, 0, 0x07, 100000, 4096);
	put_mbr_entry(bytes, 1, 0x0c, 60000, 4096);
	put_mbr_entry(bytes, 2, 0x83, 110000, 4096);
	put_mbr_entry(bytes, 3, 0x27, 120000, 4096);
	expect(b, DISK_BARE, 1);
	put_volume(bytes, 100000, CODE_NTFS, 63); /* a boot sector inside a file of it */
	expect(b, DISK_BARE, 1);
	put_volume(bytes, 100000, CODE_NTFS, 100000);
	expect(b, DISK_MBR, 4);
	put_mbr_entry(bytes, 1, 0x07, 99000, 4096); /* over the first one */
	expect(b, DISK_BARE, 1);
	put_mbr_entry(bytes, 1, 0x07, 0x80000000, 4096); /* not on this disk */
	expect(b, DISK_BARE, 1);
	put_mbr_entry(bytes, 1, 0x07, 60000, 4096);
	bytes[446 + 32] = 0x13; /* no flag */
	expect(b, DISK_BARE, 1);
}

static void test_bare__whole_ntfs_whose_code_passes_for_a_protective_entry__stays_bare(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = bare_ntfs(&bytes);

	(void)state;
	put_mbr_entry(bytes, 0, 0xee, 1, 131071);
	expect(b, DISK_BARE, 1);
	memset(bytes, 0, CODE_BYTES);
	auto_disk_map struct disk_map *map = load(b);
	assert_int_equal(map->err.code, RS_E_TABLE); /* then it is what is left of a GPT */
}

static void test_gpt__below_the_code_of_a_boot_sector__is_a_gpt(void **state)
{
	char *dir = scratch_new(), path[128];
	uint8_t *bytes;
	auto_blk struct blk *b = mem_disk(64, &bytes);

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/img", dir);
	bool is_made = run("truncate -s 64M %s && PATH=$PATH:/sbin:/usr/sbin sgdisk -n 1:2048:+8M "
			   "-n 2:0:+8M -h 1 %s >/dev/null",
			       path, path) &&
		       mem_disk_load(b, path);
	scratch_done(dir);
	if (!is_made)
		skip();
	put_code(bytes, CODE_NTFS, 0);
	put_volume(bytes, FIRST, CODE_NTFS, FIRST); /* the hybrid MBR has its partition as well */
	expect(b, DISK_GPT, 2);
	memset(bytes + 446, 0, 64); /* no entry at all: the boot sector stands for nothing */
	expect(b, DISK_GPT, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table__below_an_old_boot_sector__is_a_table),
		cmocka_unit_test(test_table__only_a_logical_partition_knows_its_place__is_a_table),
		cmocka_unit_test(test_table__old_boot_sector_and_nothing_behind_it__is_a_table),
		cmocka_unit_test(test_bare__whole_ntfs_whose_code_passes_for_entries__stays_bare),
		cmocka_unit_test(
			test_bare__whole_ntfs_whose_code_passes_for_a_protective_entry__stays_bare),
		cmocka_unit_test(test_gpt__below_the_code_of_a_boot_sector__is_a_gpt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

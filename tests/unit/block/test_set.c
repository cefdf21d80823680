/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Marks of sets on disks of 8 MiB in memory. Layouts: Linux drivers/md/md_p.h (and mdadm's way to
 * sum), Intel's format as mdadm's super-intel.c has it, libblkid's probers for the others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "block/set.h"
#include "core/view.h"
#include "disk_help.h"

#define MIB	1048576ULL
#define SECTORS (8 * 2048U)

/* One NTFS that takes up [off, off + len) of its partition, which may be larger. */
static struct disk_map *map_of(
	struct disk_part *p, uint8_t *bytes, uint64_t part_bytes, uint64_t ntfs_bytes)
{
	static struct disk_map map;

	*p = (struct disk_part){
		.number = 1, .off_bytes = MIB, .len_bytes = part_bytes, .kind = VOL_NTFS};
	(void)snprintf(p->type, sizeof(p->type), "0x07");
	rs_put_le16(bytes + MIB + 11, 512);
	rs_put_le64(bytes + MIB + 40, ntfs_bytes / 512);
	map = (struct disk_map){.scheme = DISK_MBR, .parts = p, .n_parts = 1};
	return &map;
}

static enum member_kind disk_kind(struct blk *b, const struct disk_map *map)
{
	struct disk_member m;

	blk_member_look(b, map, NULL, &m);
	return m.kind;
}

static enum member_kind part_kind(struct blk *b, const struct disk_map *map)
{
	struct disk_member m;

	blk_member_look(b, map, &map->parts[0], &m);
	return m.kind;
}

static void put_be32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void put_isw(uint8_t *bytes)
{
	uint8_t *sb = bytes + 512ULL * (SECTORS - 2);
	uint32_t sum = 0;

	memcpy(sb, "Intel Raid ISM Cfg Sig. 1.1.00", 30);
	rs_put_le32(sb + 36, 480);
	sb[56] = 2;
	sb[57] = 1;
	for (size_t i = 0; i < 480; i += 4)
		sum += rs_le32(sb + i);
	rs_put_le32(sb + 32, sum);
}

static void put_firmware(uint8_t *bytes, const char *type)
{
	uint8_t *last = bytes + 512ULL * (SECTORS - 1);
	uint32_t sum = 0;

	if (strcmp(type, "isw_raid_member") == 0) {
		put_isw(bytes);
	} else if (strcmp(type, "promise_fasttrack_raid_member") == 0) {
		memcpy(last - 62 * 512, "Promise Technology, Inc.", 24);
	} else if (strcmp(type, "lsi_mega_raid_member") == 0) {
		memcpy(last, "$XIDE$", 6);
	} else if (strcmp(type, "adaptec_raid_member") == 0) {
		put_be32(last, 0x37fc4d1e);
		put_be32(last + 256, 0x4450544d);
	} else if (strcmp(type, "hpt37x_raid_member") == 0) {
		rs_put_le32(bytes + 9 * 512 + 32, 0x5a7816f0);
	} else if (strcmp(type, "hpt45x_raid_member") == 0) {
		rs_put_le32(last - 10 * 512, 0x5a7816f3);
	} else if (strcmp(type, "via_raid_member") == 0) {
		rs_put_le16(last, 0xaa55);
		last[2] = 1;
		last[50] = 0x00; /* 55 + aa + 01, in eight bits */
	} else if (strcmp(type, "jmicron_raid_member") == 0) {
		memcpy(last, "JM\1\0", 4);
	} else if (strcmp(type, "nvidia_raid_member") == 0) {
		uint8_t *sb = last - 512;
		memcpy(sb, "NVIDIA  ", 8);
		rs_put_le32(sb + 8, 30);
		rs_put_le16(sb + 16, 0x64);
		for (size_t i = 0; i < 120; i += 4)
			sum += rs_le32(sb + i);
		rs_put_le32(sb + 12, 0U - sum);
	} else if (strcmp(type, "ddf_raid_member") == 0) {
		put_be32(last, 0xde11de11);
		memcpy(last + 32, "01.02.00", 8);
		put_be32(last + 100, SECTORS - 9); /* 64 bits at 96: the primary header */
		memcpy(last - 8 * 512, last, 512);
	}
}

static void test_set__firmware_raid_behind_the_partition__is_named(void **state)
{
	static const char *const all[] = {"isw_raid_member", "ddf_raid_member",
		"promise_fasttrack_raid_member", "lsi_mega_raid_member", "adaptec_raid_member",
		"hpt37x_raid_member", "hpt45x_raid_member", "via_raid_member",
		"jmicron_raid_member", "nvidia_raid_member"};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		uint8_t *bytes;
		struct disk_part p;
		struct disk_member m;
		struct rs_err err = {0};
		auto_blk struct blk *b = mem_disk(8, &bytes);
		const struct disk_map *map = map_of(&p, bytes, 5 * MIB, 5 * MIB);
		assert_int_equal(disk_kind(b, map), MEMBER_NONE);
		put_firmware(bytes, all[i]);
		blk_member_look(b, map, NULL, &m);
		assert_string_equal(m.name, all[i]);
		assert_int_equal(m.kind, MEMBER_FIRMWARE);
		assert_true(m.is_whole_disk);
		assert_int_equal(blk_member_fail(&m, "sda", &err), RS_E_PART_OF_SET);
		assert_non_null(strstr(err.detail, all[i]));
		assert_non_null(strstr(err.detail, "/dev/mdN"));
		assert_int_equal(part_kind(b, map), MEMBER_NONE);
		/* the table gives that place to the partition: the set would never have */
		map = map_of(&p, bytes, 7 * MIB, 6 * MIB);
		if (strcmp(all[i], "hpt37x_raid_member") != 0) /* in sector 9 */
			assert_int_equal(disk_kind(b, map), MEMBER_NONE);
	}
}

/* A RAID 1 half with the superblock of version 1 at @at of the area of @area_bytes. */
static void put_md1(uint8_t *area, uint64_t at, uint64_t data_sectors)
{
	uint8_t *sb = area + at;
	uint64_t sum = 0;

	memset(sb, 0, 1024);
	rs_put_le32(sb, 0xa92b4efc);
	rs_put_le32(sb + 4, 1);
	memset(sb + 16, 0x5a, 16);
	rs_put_le32(sb + 72, 1);
	rs_put_le32(sb + 92, 2);
	rs_put_le64(sb + 128, at ? 0 : 2048);
	rs_put_le64(sb + 136, data_sectors);
	rs_put_le64(sb + 144, at / 512);
	rs_put_le32(sb + 220, 3); /* roles: an odd number sums a half word */
	rs_put_le16(sb + 258, 1);
	rs_put_le16(sb + 260, 0xfffe);
	for (size_t i = 0; i < 260; i += 4)
		sum += rs_le32(sb + i);
	sum += 0xfffe;
	rs_put_le32(sb + 216, (uint32_t)(sum + (sum >> 32)));
}

static void put_md0(uint8_t *area, uint64_t area_bytes, uint32_t size_kib)
{
	uint8_t *sb = area + (area_bytes & ~0xffffULL) - 65536;
	uint64_t sum = 0;

	memset(sb, 0, 4096);
	rs_put_le32(sb, 0xa92b4efc);
	rs_put_le32(sb + 8, 90);
	rs_put_le32(sb + 28, 1);
	rs_put_le32(sb + 32, size_kib);
	rs_put_le32(sb + 40, 2);
	for (size_t i = 0; i < 4096; i += 4)
		sum += rs_le32(sb + i);
	rs_put_le32(sb + 152, (uint32_t)(sum + (sum >> 32)));
}

static void test_set__md_over_the_whole_disk__is_the_disk(void **state)
{
	uint8_t *bytes;
	struct disk_part p;
	auto_blk struct blk *b = mem_disk(8, &bytes);
	const struct disk_map *map = map_of(&p, bytes, 5 * MIB, 4 * MIB);

	(void)state;
	put_md1(bytes, 8 * MIB - 8192, 7 * 2048);
	assert_int_equal(disk_kind(b, map), MEMBER_OTHER);
	assert_int_equal(part_kind(b, map), MEMBER_NONE);
	memset(bytes + 8 * MIB - 8192, 0, 8192);
	put_md0(bytes, 8 * MIB, 7 * 1024);
	assert_int_equal(disk_kind(b, map), MEMBER_OTHER);
	put_md0(bytes, 8 * MIB, 8 * 1024 + 1); /* of a larger disk */
	assert_int_equal(disk_kind(b, map), MEMBER_NONE);
	put_md0(bytes, 8 * MIB, 7 * 1024);
	bytes[8 * MIB - 65536 + 200] ^= 1; /* its checksum */
	assert_int_equal(disk_kind(b, map), MEMBER_NONE);
}

static void test_set__what_was_found_on_the_volume__is_passed_on(void **state)
{
	uint8_t *bytes;
	struct disk_part p;
	struct disk_member m;
	auto_blk struct blk *b = mem_disk(8, &bytes);
	const struct disk_map *map = map_of(&p, bytes, 5 * MIB, 4 * MIB);

	(void)state;
	(void)snprintf(p.fs_type, sizeof(p.fs_type), "linux_raid_member");
	(void)snprintf(p.member_of, sizeof(p.member_of), "a member of a Linux RAID (md)");
	blk_member_look(b, map, &p, &m);
	assert_int_equal(m.kind, MEMBER_OTHER);
	assert_string_equal(m.text, "a member of a Linux RAID (md)");
	(void)snprintf(p.fs_type, sizeof(p.fs_type), "crypto_LUKS"); /* a whole, though locked */
	assert_int_equal(part_kind(b, map), MEMBER_NONE);
}

static void test_set__windows_types__are_named(void **state)
{
	static const struct {
		const char *type;
		enum member_kind kind;
		bool is_whole_disk;
	} all[] = {
		{"0x42", MEMBER_DYNAMIC, true},
		{"5808c8aa-7e8f-42e0-85d2-e1e90434cfb3", MEMBER_DYNAMIC, true},
		{"af9b60a0-1431-4f62-bc68-3311714a69ad", MEMBER_DYNAMIC, true},
		{"e75caf8f-f680-4cee-afa3-b001e56efc2d", MEMBER_SPACES, false},
		{"db97dba9-0840-4bae-97f0-ffb9a327c7e1", MEMBER_CLUSTER, true},
		{"eeff8352-dd2a-44db-ae83-bee1cf7481dc", MEMBER_CLUSTER, true},
		{"558d43c5-a1ac-43c0-aac8-d1472b2923d1", MEMBER_CLUSTER, true},
		{"ebd0a0a2-b9e5-4433-87c0-68b6b72699c7", MEMBER_NONE, true},
		{"0x07", MEMBER_NONE, true},
	};
	uint8_t *bytes;
	auto_blk struct blk *b = mem_disk(8, &bytes);

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct disk_part parts[2] = {
			{.number = 1, .off_bytes = MIB, .len_bytes = MIB, .kind = VOL_NTFS},
			{.number = 2, .off_bytes = 2 * MIB, .len_bytes = MIB}};
		const struct disk_map map = {.parts = parts, .n_parts = 2};
		struct disk_member m;
		struct rs_err err = {0};
		(void)snprintf(parts[1].type, sizeof(parts[1].type), "%s", all[i].type);
		blk_member_look(b, &map, NULL, &m);
		assert_int_equal(m.kind, all[i].is_whole_disk ? all[i].kind : MEMBER_NONE);
		blk_member_look(b, &map, &parts[1], &m);
		assert_int_equal(m.kind, all[i].is_whole_disk ? MEMBER_NONE : all[i].kind);
		blk_member_look(b, &map, &parts[0], &m);
		assert_int_equal(m.kind, MEMBER_NONE);
		m.kind = all[i].kind;
		m.next = "";
		assert_int_equal(blk_member_fail(&m, "", &err), all[i].kind == MEMBER_NONE ? 0
								: all[i].kind == MEMBER_CLUSTER
									? RS_E_HELD
									: RS_E_PART_OF_SET);
	}
}

static void test_set__spaces_header_alone__is_named(void **state)
{
	uint8_t *bytes;
	struct disk_part p;
	auto_blk struct blk *b = mem_disk(8, &bytes);
	const struct disk_map *map = map_of(&p, bytes, 5 * MIB, 0);

	(void)state;
	p.kind = VOL_UNKNOWN;
	memcpy(bytes + MIB, "SPACEDB ", 8);
	assert_int_equal(part_kind(b, map), MEMBER_SPACES);
}

static void test_set__dynamic_disk__names_its_group(void **state)
{
	uint8_t *bytes;
	struct disk_part p;
	struct disk_member m;
	auto_blk struct blk *b = mem_disk(8, &bytes);
	const struct disk_map *map = map_of(&p, bytes, 5 * MIB, 5 * MIB);

	(void)state;
	memcpy(bytes + 6 * 512, "PRIVHEAD", 8);
	memcpy(bytes + 6 * 512 + 0xf0, "PC\033[1mDg0", 10);
	assert_int_equal(disk_kind(b, map), MEMBER_NONE); /* converted back: the types rule */
	(void)snprintf(p.type, sizeof(p.type), "0x42");
	blk_member_look(b, map, NULL, &m);
	assert_non_null(strstr(m.text, "(LDM)"));
	assert_non_null(strstr(m.text, "PC\\x1B[1mDg0"));
	memset(bytes + 6 * 512 + 0xf0, 'x', 100); /* a name without an end */
	blk_member_look(b, map, NULL, &m);
	assert_true(strlen(m.text) < sizeof(m.text));
}

static void test_set__places_that_cannot_be_read__say_nothing(void **state)
{
	uint8_t *bytes;
	struct disk_part p;
	auto_blk struct blk *b = mem_disk(8, &bytes);
	const struct disk_map *map = map_of(&p, bytes, 5 * MIB, 5 * MIB);

	(void)state;
	put_isw(bytes);
	mem_disk_break(b, 8 * MIB - 512, 512);
	assert_int_equal(disk_kind(b, map), MEMBER_NONE);
	mem_disk_break(b, 0, 512);
	assert_int_equal(disk_kind(b, map), MEMBER_FIRMWARE);
	mem_disk_break(b, 7 * MIB, 512); /* far from it */
	assert_int_equal(disk_kind(b, map), MEMBER_FIRMWARE);
	for (uint64_t size = 0; size < 8 * MIB; size += size < 8192 ? 512 : MIB / 2 + 512) {
		mem_disk_cut(b, size);
		(void)disk_kind(b, map);
		(void)part_kind(b, map);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set__firmware_raid_behind_the_partition__is_named),
		cmocka_unit_test(test_set__md_over_the_whole_disk__is_the_disk),
		cmocka_unit_test(test_set__what_was_found_on_the_volume__is_passed_on),
		cmocka_unit_test(test_set__windows_types__are_named),
		cmocka_unit_test(test_set__spaces_header_alone__is_named),
		cmocka_unit_test(test_set__dynamic_disk__names_its_group),
		cmocka_unit_test(test_set__places_that_cannot_be_read__say_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

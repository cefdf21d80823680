/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables by sgdisk and sfdisk, or byte for byte by the UEFI specification. */
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

#define TOOL "PATH=$PATH:/sbin:/usr/sbin "

/* A disk of 64 MiB with the table that @command makes on $IMG; NULL when the tool is missing. */
static struct blk *made(const char *tool, const char *command, uint8_t **ret_bytes)
{
	char *dir = scratch_new();
	struct blk *b = mem_disk(64, ret_bytes);
	char path[128];

	if (!has_program(tool)) {
		print_message("%s is not installed\n", tool);
		scratch_done(dir);
		blk_close(b);
		return NULL;
	}
	(void)snprintf(path, sizeof(path), "%s/img", dir);
	assert_true(run(
		"IMG=%s; truncate -s 64M $IMG && { " TOOL " %s; } >/dev/null 2>&1", path, command));
	assert_true(mem_disk_load(b, path));
	scratch_done(dir);
	return b;
}

static const char gpt_command[] = "sgdisk -U 11111111-2222-3333-4444-555555555555 -n 1:2048:+8M -t "
				  "1:ef00 -n 2:0:+1M -t 2:0c01 "
				  "-n 3:0:+20M -t 3:0700 -u 3:AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE "
				  "-c '3:Basic data \303\244' "
				  "-n 5:0:+4M -t 5:2700 $IMG";

static struct disk_map *load(struct blk *b)
{
	struct disk_map *map = NULL;

	assert_int_equal(disk_map_load(b, &map, NULL), 0);
	return map;
}

/* Made once, and both ends of it copied afterwards: sgdisk waits for a second. */
static struct blk *gpt_disk(uint8_t **ret_bytes)
{
	static uint8_t ends[2][MIB];
	static bool is_made;
	struct blk *b = is_made ? mem_disk(64, ret_bytes) : made("sgdisk", gpt_command, ret_bytes);

	if (!b)
		skip();
	for (size_t i = 0; i < 2; i++) {
		uint8_t *end = *ret_bytes + i * 63 * MIB;

		memcpy(is_made ? end : ends[i], is_made ? ends[i] : end, MIB);
	}
	is_made = true;
	return b;
}

static void check_gpt(const struct disk_map *map)
{
	assert_int_equal(map->scheme, DISK_GPT);
	assert_int_equal(map->n_parts, 4);
	assert_string_equal(map->id, "11111111-2222-3333-4444-555555555555");
	assert_int_equal(map->parts[0].number, 1);
	assert_int_equal(map->parts[0].off_bytes, MIB);
	assert_int_equal(map->parts[0].len_bytes, 8 * MIB);
	assert_string_equal(map->parts[0].type_name, "EFI system");
	assert_int_equal(map->parts[1].kind, VOL_MSR);
	assert_string_equal(map->parts[2].uuid, "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee");
	assert_string_equal(map->parts[2].type, "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7");
	assert_string_equal(map->parts[2].label, "Basic data \303\244");
	assert_int_equal(map->parts[2].off_bytes, 10 * MIB);
	assert_int_equal(map->parts[2].len_bytes, 20 * MIB);
	assert_int_equal(map->parts[3].number, 5);
	assert_string_equal(map->parts[3].type_name, "Windows recovery");
}

static void test_gpt__sound__lists_what_sgdisk_made(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = gpt_disk(&bytes);
	auto_disk_map struct disk_map *map = load(b);

	(void)state;
	check_gpt(map);
	assert_int_equal(map->err.code, 0);
	assert_string_equal(map->warning, "");
	assert_int_equal(map->parts[2].kind, VOL_UNKNOWN);
	assert_int_equal(map->parts[2].err.code, RS_E_NOT_NTFS);
}

static void test_gpt__first_header_damaged__uses_the_copy(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = gpt_disk(&bytes);

	(void)state;
	bytes[512 + 40] ^= 1;
	auto_disk_map struct disk_map *map = load(b);
	check_gpt(map);
	assert_int_equal(map->err.code, 0);
	assert_non_null(strstr(map->warning, "copy"));
}

static void test_gpt__first_table_cannot_be_read__uses_the_copy(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = gpt_disk(&bytes);

	(void)state;
	mem_disk_break(b, 512, 33 * 512);
	auto_disk_map struct disk_map *map = load(b);
	check_gpt(map);
	assert_int_equal(map->err.code, 0);
	assert_non_null(strstr(map->warning, "cannot be read"));
}

static void test_gpt__copy_damaged__is_a_warning(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = gpt_disk(&bytes);

	(void)state;
	bytes[64 * MIB - 512 + 20] ^= 1;
	bytes[64 * MIB - 512 + 40] ^= 1;
	auto_disk_map struct disk_map *map = load(b);
	check_gpt(map);
	assert_int_equal(map->err.code, 0);
	assert_non_null(strstr(map->warning, "damaged"));
}

static void test_gpt__both_lists_damaged__is_an_error_and_keeps_the_entries(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = gpt_disk(&bytes);

	(void)state;
	bytes[1024 + 1000] ^= 1; /* an unused entry of the first, the last byte of the other */
	bytes[64 * MIB - 512 - 1] ^= 1;
	auto_disk_map struct disk_map *map = load(b);
	assert_int_equal(map->err.code, RS_E_TABLE);
	assert_int_equal(map->scheme, DISK_GPT);
	assert_true(map->n_parts >= 4);
}

static void test_gpt__both_headers_damaged__is_an_error(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = gpt_disk(&bytes);

	(void)state;
	bytes[512 + 60] ^= 1;
	bytes[64 * MIB - 512 + 60] ^= 1;
	auto_disk_map struct disk_map *map = load(b);
	assert_int_equal(map->err.code, RS_E_TABLE);
	assert_int_equal(map->n_parts, 0);
	memset(bytes + 512, 0, 33 * 512);
	memset(bytes + 64 * MIB - 33 * 512, 0, 33 * 512);
	auto_disk_map struct disk_map *gone = load(b);
	assert_int_equal(gone->err.code, RS_E_TABLE); /* only the protective MBR is left */
}

static void test_gpt__protective_mbr_missing__is_a_warning(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = gpt_disk(&bytes);

	(void)state;
	memset(bytes, 0, 512);
	auto_disk_map struct disk_map *map = load(b);
	check_gpt(map);
	assert_non_null(strstr(map->warning, "protective MBR"));
}

static void test_gpt__image_truncated__only_the_cut_volumes_are_broken(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = gpt_disk(&bytes);

	(void)state;
	mem_disk_cut(b, 20 * MIB);
	auto_disk_map struct disk_map *map = load(b);
	check_gpt(map);
	assert_int_equal(map->err.code, 0);
	assert_int_equal(map->parts[0].err.code, 0);
	assert_int_equal(map->parts[2].err.code, RS_E_TRUNCATED);
	assert_int_equal(map->parts[3].err.code, RS_E_TRUNCATED);
	assert_non_null(strstr(map->warning, "131072 sectors"));
}

static void test_gpt__truncated_at_every_kib_of_its_first_36__never_crashes(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = gpt_disk(&bytes);

	(void)state;
	for (uint64_t size = 0; size <= 36 * 1024; size += 512) {
		mem_disk_cut(b, size);
		auto_disk_map struct disk_map *map = load(b);
		assert_true(map->n_parts <= 4);
	}
}

static void test_gpt__sectors_of_4096_bytes__are_recognised(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = made("fdisk",
		"printf 'g\\nn\\n1\\n\\n+8M\\nt\\n11\\nw\\n' | fdisk -b 4096 $IMG", &bytes);

	(void)state;
	if (!b)
		skip();
	auto_disk_map struct disk_map *map = load(b);
	assert_int_equal(map->scheme, DISK_GPT);
	assert_int_equal(map->sector_bytes, 4096);
	assert_int_equal(b->sector_bytes, 4096);
	assert_int_equal(map->n_parts, 1);
	assert_int_equal(map->parts[0].off_bytes, MIB);
	assert_int_equal(map->parts[0].len_bytes, 8 * MIB);
	assert_int_equal(map->err.code, 0);
	assert_string_equal(map->warning, "");
}

static void test_mbr__logical_partitions__are_numbered_from_5(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = made("sfdisk",
		"printf 'label: dos\\nlabel-id: "
		"0x1234abcd\\nstart=2048,size=2048,type=7,bootable\\n"
		"start=4096,size=100000,type=f\\nstart=6144,size=2048,type=7\\n"
		"start=10240,size=4096,type=27\\n' | sfdisk $IMG",
		&bytes);

	(void)state;
	if (!b)
		skip();
	bytes[4096 * 512 + 446] = 0x80; /* of a logical one nobody starts */
	auto_disk_map struct disk_map *map = load(b);
	assert_int_equal(map->scheme, DISK_MBR);
	assert_int_equal(map->err.code, 0);
	assert_string_equal(map->id, "1234abcd");
	assert_int_equal(map->n_parts, 3);
	assert_int_equal(map->parts[0].number, 1);
	assert_string_equal(map->parts[0].uuid, "1234abcd-01");
	assert_true(map->parts[0].is_active);
	assert_false(map->parts[1].is_active);
	assert_int_equal(map->parts[1].number, 5);
	assert_int_equal(map->parts[1].off_bytes, 6144 * 512);
	assert_string_equal(map->parts[1].uuid, "1234abcd-05");
	assert_int_equal(map->parts[2].number, 6);
	assert_int_equal(map->parts[2].off_bytes, 10240 * 512);
	assert_int_equal(map->parts[2].len_bytes, 4096 * 512);
	assert_string_equal(map->parts[2].type, "0x27");
}

static void test_mbr__chain_that_comes_back__ends_with_an_error(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = mem_disk(64, &bytes);

	(void)state;
	put_mbr_entry(bytes, 0, 0x05, 2048, 100000);
	put_mbr_entry(bytes + 2048 * 512, 0, 0x07, 2048, 2048);
	put_mbr_entry(bytes + 2048 * 512, 1, 0x05, 8192, 4096);
	put_mbr_entry(bytes + (2048 + 8192) * 512, 0, 0x07, 2048, 2048);
	put_mbr_entry(bytes + (2048 + 8192) * 512, 1, 0x05, 0, 4096);
	auto_disk_map struct disk_map *map = load(b);
	assert_int_equal(map->err.code, RS_E_TABLE);
	assert_non_null(strstr(map->err.detail, "2048"));
	assert_int_equal(map->n_parts, 2);
}

static void test_mbr__chain_into_nothing__keeps_what_came_before(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = mem_disk(64, &bytes);

	(void)state;
	put_mbr_entry(bytes, 0, 0x07, 2048, 2048);
	put_mbr_entry(bytes, 1, 0x0f, 8192, 10000);
	auto_disk_map struct disk_map *map = load(b);
	assert_int_equal(map->err.code, RS_E_TABLE);
	assert_int_equal(map->n_parts, 1);
	put_mbr_entry(bytes, 1, 0x0f, 0xfffffff0, 10000);
	auto_disk_map struct disk_map *outside = load(b);
	assert_int_equal(outside->err.code, RS_E_TABLE);
	assert_int_equal(outside->n_parts, 1);
}

static void test_mbr__overlap_and_zero_length__are_named(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = mem_disk(64, &bytes);

	(void)state;
	put_mbr_entry(bytes, 0, 0x07, 2048, 8192);
	put_mbr_entry(bytes, 1, 0x07, 4096, 2048);
	put_mbr_entry(bytes, 2, 0x07, 40960, 2048);
	put_mbr_entry(bytes, 3, 0x07, 50000, 0);
	auto_disk_map struct disk_map *map = load(b);
	assert_int_equal(map->err.code, RS_E_TABLE);
	assert_int_equal(map->n_parts, 4);
	assert_int_equal(map->parts[0].err.code, RS_E_TABLE);
	assert_int_equal(map->parts[1].err.code, RS_E_TABLE);
	assert_int_equal(map->parts[2].err.code, RS_E_NOT_NTFS);
	assert_int_equal(map->parts[3].err.code, RS_E_TABLE);
	assert_non_null(strstr(map->parts[3].err.detail, "zero"));
}

static void test_mbr__impossible_flags__is_a_damaged_table(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = mem_disk(1, &bytes);

	(void)state;
	put_mbr_entry(bytes, 0, 0x07, 64, 128);
	bytes[446] = 0x13;
	auto_disk_map struct disk_map *map = load(b);
	assert_int_equal(map->err.code, RS_E_TABLE);
	assert_int_equal(map->n_parts, 0);
}

static void test_bare__empty_disk__is_one_unknown_volume(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = mem_disk(1, &bytes);

	(void)state;
	auto_disk_map struct disk_map *map = load(b);
	assert_int_equal(map->scheme, DISK_BARE);
	assert_int_equal(map->n_parts, 1);
	assert_int_equal(map->parts[0].kind, VOL_UNKNOWN);
	mem_disk_cut(b, 100);
	auto_disk_map struct disk_map *tiny = load(b);
	assert_int_equal(tiny->parts[0].err.code, RS_E_TRUNCATED);
	mem_disk_cut(b, 0);
	auto_disk_map struct disk_map *none = load(b);
	assert_int_equal(none->parts[0].len_bytes, 0);
}

static void test_map__first_sector_unreadable__fails(void **state)
{
	uint8_t *bytes;
	struct disk_map *map = NULL;
	struct rs_err err = {0};
	auto_blk struct blk *b = mem_disk(1, &bytes);

	(void)state;
	mem_disk_break(b, 0, 512);
	assert_int_equal(disk_map_load(b, &map, &err), RS_E_IO_READ);
	assert_null(map);
}

static struct blk *ntfs_disk(uint8_t **ret_bytes)
{
	struct blk *b = made("mkntfs", "mkntfs -q -F -L Boden -p 0 -H 255 -S 63 $IMG", ret_bytes);

	if (!b)
		skip();
	return b;
}

static void test_bare__ntfs__is_no_mbr(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = ntfs_disk(&bytes);
	auto_disk_map struct disk_map *map = load(b);

	(void)state;
	assert_int_equal(map->scheme, DISK_BARE);
	assert_int_equal(map->n_parts, 1);
	assert_int_equal(map->parts[0].kind, VOL_NTFS);
	assert_string_equal(map->parts[0].fs_type, "ntfs");
	assert_string_equal(map->parts[0].fs_label, "Boden");
	assert_int_equal(map->parts[0].err.code, 0);
}

static void test_bare__ntfs_with_damaged_mft__is_still_ntfs(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = ntfs_disk(&bytes);

	(void)state;
	memset(bytes + rs_le64(bytes + 48) * 4096, 0, 4096);
	auto_disk_map struct disk_map *map = load(b);
	assert_int_equal(map->parts[0].kind, VOL_NTFS);
}

static void test_ntfs__boot_sector_lost__is_known_by_its_copy(void **state)
{
	uint8_t *bytes;
	auto_blk struct blk *b = ntfs_disk(&bytes);

	(void)state;
	memset(bytes, 0, 512);
	auto_disk_map struct disk_map *map = load(b);
	assert_int_equal(map->parts[0].kind, VOL_NTFS);
	assert_int_equal(map->parts[0].err.code, RS_E_NTFS_DAMAGED);
	memset(bytes + 64 * MIB - 512, 0, 512);
	auto_disk_map struct disk_map *both = load(b);
	assert_int_equal(both->parts[0].kind, VOL_UNKNOWN);
}

static void test_volume__one_unreadable__others_are_listed(void **state)
{
	uint8_t *bytes, *ntfs;
	auto_blk struct blk *n = ntfs_disk(&ntfs);
	auto_blk struct blk *b = mem_disk(80, &bytes);

	(void)state;
	(void)n; /* owns the bytes behind ntfs */
	put_mbr_entry(bytes, 0, 0x07, 2048, 2048);
	put_mbr_entry(bytes, 1, 0x07, 8192, 64 * 2048);
	memcpy(bytes + 8192 * 512, ntfs, 64 * MIB);
	mem_disk_break(b, 2048 * 512, 512);
	auto_disk_map struct disk_map *map = load(b);
	assert_int_equal(map->parts[0].err.code, RS_E_IO_READ);
	assert_int_equal(map->parts[1].kind, VOL_NTFS);
	assert_int_equal(map->parts[1].err.code, 0);
	assert_string_equal(map->parts[1].fs_label, "Boden");
}

static void test_mbr__sectors_of_4096_bytes__are_told_by_the_content(void **state)
{
	uint8_t *bytes, *ntfs;
	auto_blk struct blk *n =
		made("mkntfs", "mkntfs -q -F -s 4096 -p 0 -H 255 -S 63 $IMG", &ntfs);
	auto_blk struct blk *b = mem_disk(80, &bytes);

	(void)state;
	if (!n)
		skip();
	put_mbr_entry(bytes, 0, 0x07, 256, 64 * 256);
	memcpy(bytes + MIB, ntfs, 64 * MIB);
	auto_disk_map struct disk_map *map = load(b);
	assert_int_equal(map->sector_bytes, 4096);
	assert_int_equal(map->parts[0].off_bytes, MIB);
	assert_int_equal(map->parts[0].kind, VOL_NTFS);
	assert_int_equal(b->sector_bytes, 4096);
}

static void check_bitlocker(const char *name)
{
	const char *root = getenv("UNBRICK_FIXTURES");
	char *dir = scratch_new(), path[256];
	struct blk *b = NULL;

	(void)snprintf(path, sizeof(path), "%s/bitlocker/%s.img.xz",
		root ? root : "../shared/fixtures", name);
	if (access(path, R_OK) < 0) {
		print_message("no fixture %s\n", path);
		scratch_done(dir);
		skip();
	}
	assert_true(run("xz -dc %s >%s/img", path, dir));
	(void)snprintf(path, sizeof(path), "%s/img", dir);
	assert_int_equal(blk_file_open(path, 0, &b, NULL), 0);
	auto_disk_map struct disk_map *map = load(b);
	assert_int_equal(map->scheme, DISK_BARE);
	assert_int_equal(map->parts[0].kind, VOL_BITLOCKER);
	assert_string_equal(map->parts[0].fs_type, "BitLocker");
	assert_int_equal(map->sector_bytes, strstr(name, "-4k") ? 4096 : 512);
	blk_close(b);
	scratch_done(dir);
}

static void test_container__its_format__is_an_error_and_no_volume(void **state)
{
	static const struct {
		size_t at;
		const char *magic, *name;
	} all[] = {
		{0, "QFI\xfb", "QCOW2"},
		{0, "vhdxfile", "VHDX, but what it says of itself cannot be read"},
		{0, "conectix", "VHD that grows"},
		{0, "KDMV", "VMDK"},
		{0x40, "\x7f\x10\xda\xbe", "VDI"},
		{0, "\x1f\x8b\x08", "compressed (gzip)"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		uint8_t *p;
		struct blk *b = mem_disk(1, &p);

		memcpy(p + all[i].at, all[i].magic, strlen(all[i].magic));
		struct disk_map *map = load(b);
		assert_int_equal(map->err.code, RS_E_CONTAINER);
		assert_string_equal(map->err.detail, all[i].name);
		assert_int_equal(map->n_parts, 0);
		disk_map_free(map);
		p[510] = 0x55; /* a boot sector: its code may begin with anything */
		p[511] = 0xaa;
		map = load(b);
		assert_int_not_equal(map->err.code, RS_E_CONTAINER);
		disk_map_free(map);
		blk_close(b);
	}
}

static void test_bitlocker__windows_7_and_later__is_known(void **state)
{
	(void)state;
	check_bitlocker("bitlk-aes-xts-128");
	check_bitlocker("bitlk-aes-xts-128-4k");
}

static void test_bitlocker__to_go_and_vista__are_known(void **state)
{
	(void)state;
	check_bitlocker("bitlk-togo-aes-cbc-128");
	check_bitlocker("dissect-vista");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gpt__sound__lists_what_sgdisk_made),
		cmocka_unit_test(test_gpt__first_header_damaged__uses_the_copy),
		cmocka_unit_test(test_gpt__first_table_cannot_be_read__uses_the_copy),
		cmocka_unit_test(test_gpt__copy_damaged__is_a_warning),
		cmocka_unit_test(test_gpt__both_lists_damaged__is_an_error_and_keeps_the_entries),
		cmocka_unit_test(test_gpt__both_headers_damaged__is_an_error),
		cmocka_unit_test(test_gpt__protective_mbr_missing__is_a_warning),
		cmocka_unit_test(test_gpt__image_truncated__only_the_cut_volumes_are_broken),
		cmocka_unit_test(test_gpt__truncated_at_every_kib_of_its_first_36__never_crashes),
		cmocka_unit_test(test_gpt__sectors_of_4096_bytes__are_recognised),
		cmocka_unit_test(test_mbr__logical_partitions__are_numbered_from_5),
		cmocka_unit_test(test_mbr__chain_that_comes_back__ends_with_an_error),
		cmocka_unit_test(test_mbr__chain_into_nothing__keeps_what_came_before),
		cmocka_unit_test(test_mbr__overlap_and_zero_length__are_named),
		cmocka_unit_test(test_mbr__impossible_flags__is_a_damaged_table),
		cmocka_unit_test(test_mbr__sectors_of_4096_bytes__are_told_by_the_content),
		cmocka_unit_test(test_bare__empty_disk__is_one_unknown_volume),
		cmocka_unit_test(test_map__first_sector_unreadable__fails),
		cmocka_unit_test(test_bare__ntfs__is_no_mbr),
		cmocka_unit_test(test_bare__ntfs_with_damaged_mft__is_still_ntfs),
		cmocka_unit_test(test_ntfs__boot_sector_lost__is_known_by_its_copy),
		cmocka_unit_test(test_volume__one_unreadable__others_are_listed),
		cmocka_unit_test(test_container__its_format__is_an_error_and_no_volume),
		cmocka_unit_test(test_bitlocker__windows_7_and_later__is_known),
		cmocka_unit_test(test_bitlocker__to_go_and_vista__are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

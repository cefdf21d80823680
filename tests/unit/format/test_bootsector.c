/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Boot sectors with the fields of their specifications, and one of them wrong at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "format/bootsector.h"

static const uint8_t guid_eow[16] = {0x3B, 0x4D, 0xA8, 0x92, 0x80, 0xDD, 0x0E, 0x4D, 0x9E, 0x4E,
	0xB1, 0xE3, 0x28, 0x4E, 0xAE, 0xD8};

static void begin(uint8_t boot[512], const char *name)
{
	memset(boot, 0, 512);
	memcpy(boot + 3, name, strlen(name));
	boot[12] = 2; /* 512 bytes a sector */
	boot[510] = 0x55;
	boot[511] = 0xaa;
}

static void make_fat32(uint8_t boot[512])
{
	static const uint8_t fields[] = {8, 32, 0, 2, 0, 0, 0, 0, 0xf8};
	static const uint8_t serial[] = {0x29, 0x21, 0x43, 0x65, 0x87};

	begin(boot, "mkfs.fat");
	memcpy(boot + 13, fields, sizeof(fields));
	memcpy(boot + 66, serial, sizeof(serial));
	memcpy(boot + 82, "FAT32   ", 8);
}

static void test_boot_kind__windows_boot_sectors__are_told_apart(void **state)
{
	uint8_t boot[512];
	uint32_t sector;

	(void)state;
	begin(boot, "NTFS    ");
	assert_int_equal(boot_kind(boot, &sector), VOL_NTFS);
	assert_int_equal(sector, 512);
	boot[510] = 0;
	assert_int_equal(boot_kind(boot, &sector), VOL_UNKNOWN);
	assert_true(boot_is_ntfs(boot));
	begin(boot, "NTFS    ");
	boot[12] = 3;
	assert_int_equal(boot_kind(boot, &sector), VOL_UNKNOWN);
	begin(boot, "EXFAT   ");
	boot[108] = 12;
	assert_int_equal(boot_kind(boot, &sector), VOL_EXFAT);
	assert_int_equal(sector, 4096);
	begin(boot, "-FVE-FS-");
	boot[510] = 0; /* the name is enough */
	assert_int_equal(boot_kind(boot, &sector), VOL_BITLOCKER);
	memset(boot, 0, sizeof(boot));
	assert_int_equal(boot_kind(boot, &sector), VOL_UNKNOWN);
}

static void test_boot_kind__fat__has_all_its_fields(void **state)
{
	static const unsigned at[] = {12, 13, 14, 16, 21, 82, 510};
	uint8_t boot[512];
	uint32_t sector, serial;

	(void)state;
	make_fat32(boot);
	assert_int_equal(boot_kind(boot, &sector), VOL_FAT);
	assert_true(boot_fat_serial(boot, &serial));
	assert_int_equal(serial, 0x87654321);
	boot[66] = 0x28;
	assert_false(boot_fat_serial(boot, &serial));
	for (unsigned i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		make_fat32(boot);
		boot[at[i]] = 0;
		assert_int_equal(boot_kind(boot, &sector), VOL_UNKNOWN);
	}
	make_fat32(boot);
	memset(boot + 82, 0, 8);
	memcpy(boot + 54, "FAT16", 5);
	boot[38] = 0x29;
	memcpy(boot + 39, "\1\2\3\4", 4);
	assert_int_equal(boot_kind(boot, &sector), VOL_FAT);
	assert_true(boot_fat_serial(boot, &serial));
	assert_int_equal(serial, 0x04030201);
}

static void test_fve_boot_parse__to_go__is_told_from_a_fat_by_either_guid(void **state)
{
	uint8_t boot[512];
	struct fve_boot fve;
	uint32_t sector;
	bool is_eow;

	(void)state;
	make_fat32(boot);
	memcpy(boot + 3, "MSWIN4.1", 8);
	assert_false(fve_boot_parse(boot, &fve));
	assert_int_equal(boot_kind(boot, &sector), VOL_FAT);
	assert_false(fve_boot_has_guid(boot));
	memcpy(boot + 424, guid_eow, 16);
	boot[440 + 3] = 2; /* the first copy at 32 MiB */
	assert_true(fve_boot_parse(boot, &fve));
	assert_true(fve.is_to_go && !fve.is_vista);
	assert_int_equal(fve.off_bytes[0], 32 << 20);
	assert_true(fve_is_guid(fve.guid, &is_eow) && is_eow);
	assert_int_equal(boot_kind(boot, &sector), VOL_BITLOCKER);
	assert_true(fve_boot_has_guid(boot));
}

static void test_fve_boot_parse__vista__counts_clusters(void **state)
{
	uint8_t boot[512];
	struct fve_boot fve;

	(void)state;
	begin(boot, "-FVE-FS-");
	memcpy(boot, "\xeb\x52\x90", 3);
	boot[13] = 8;
	boot[57] = 1; /* cluster 256 */
	assert_true(fve_boot_parse(boot, &fve));
	assert_true(fve.is_vista);
	assert_int_equal(fve.off_bytes[0], 256 * 4096);
	assert_int_equal(fve.off_bytes[1], 0);
	memset(boot + 56, 0xff, 8); /* more bytes than there can be */
	assert_true(fve_boot_parse(boot, &fve));
	assert_int_equal(fve.off_bytes[0], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boot_kind__windows_boot_sectors__are_told_apart),
		cmocka_unit_test(test_boot_kind__fat__has_all_its_fields),
		cmocka_unit_test(test_fve_boot_parse__to_go__is_told_from_a_fat_by_either_guid),
		cmocka_unit_test(test_fve_boot_parse__vista__counts_clusters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel's events, disks and names in a made /sys, the firmware's variables in a made folder.
 */
#include "init/sysfs.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/cleanup.h"
#include "init/disk.h"
#include "init/efivar.h"
#include "init/machine.h"
#include "init/module.h"
#include "tree.h"

#define EVENT(s) (s), sizeof(s) - 1

static void test_uevent_parse__disk__tells_its_parts(void **state)
{
	(void)state;
	struct uevent e;

	assert_true(uevent_parse(EVENT("add@/devices/x/block/sda\0ACTION=add\0"
				       "DEVPATH=/devices/x/block/sda\0SUBSYSTEM=block\0"
				       "DEVTYPE=disk\0DEVNAME=sda\0SEQNUM=1\0"),
		&e));
	assert_string_equal(e.action, "add");
	assert_string_equal(e.path, "/devices/x/block/sda");
	assert_string_equal(e.subsystem, "block");
	assert_string_equal(e.type, "disk");
	assert_string_equal(e.name, "sda");
	assert_null(e.modalias);
}

static void test_uevent_parse__others_messages__are_none(void **state)
{
	(void)state;
	struct uevent e;

	assert_false(uevent_parse(EVENT("libudev\0\xfe\xed\xca\xfe"), &e));
	assert_false(uevent_parse(EVENT(""), &e));
	assert_false(uevent_parse(EVENT("add@/x\0ACTION=add\0"), &e));
	assert_false(uevent_parse(EVENT("add@/x\0ACTIONS=add\0DEVPATH=/x\0SUBSYSTEM=y\0"), &e));
}

static void test_disk_is_wanted__names__only_disks(void **state)
{
	(void)state;
	static const char *const names[] = {"sda", "nvme0n1", "vda", "mmcblk0", "md126", "loop0",
		"ram0", "zram0", "sr0", "fd0", "mmcblk0boot0", "mmcblk0rpmb", "sdb", "nvme0c0n1"};
	static const bool wanted[] = {1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0};
	const char *root = tree_new();
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "sys/block/%s/size", names[i]);
		tree_file(path, strcmp(names[i], "sdb") == 0 ? "0\n" : "1000\n");
	}
	tree_file("sys/block/nvme0c0n1/hidden", "1\n");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(disk_is_wanted(root, names[i]), wanted[i]);
	tree_done();
}

static void test_disk_is_same__two_paths__by_what_the_disk_says(void **state)
{
	(void)state;
	const char *root = tree_new();
	static const char *const names[] = {"sda", "sdb", "sdc"};
	char path[128];

	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof(path), "sys/block/%s/size", names[i]);
		tree_file(path, "1000\n");
		(void)snprintf(path, sizeof(path), "sys/block/%s/device/wwid", names[i]);
		tree_file(path, i < 2 ? "naa.600508b400010203\n" : "naa.0000000000000000\n");
	}
	tree_file("sys/block/nvme0n1/size", "1000\n");
	tree_file("sys/block/nvme0n1/wwid", "eui.0025385b71b01234\n");
	assert_true(disk_is_same(root, "sda", "sdb"));
	assert_true(disk_is_same(root, "nvme0n1", "nvme0n1"));
	assert_false(disk_is_same(root, "sda", "nvme0n1"));
	assert_false(disk_is_same(root, "sdc", "sdc")); /* says nothing of itself */
	assert_false(disk_is_same(root, "sda", "vda"));
	tree_file("sys/block/sdb/size", "2000\n");
	assert_false(disk_is_same(root, "sda", "sdb"));
	tree_file("sys/devices/pci0/usb1/sdd/wwid", "naa.3044564198838366\n");
	tree_link("sys/block/sdd", "../devices/pci0/usb1/sdd");
	assert_false(disk_is_same(root, "sdd", "sdd"));
	tree_done();
}

static void test_disk_part_name__by_number__whatever_the_name(void **state)
{
	(void)state;
	const char *root = tree_new();
	char name[32];

	tree_file("sys/block/nvme0n1/nvme0n1p3/partition", "3\n");
	tree_file("sys/block/nvme0n1/queue/x", "3\n");
	assert_true(disk_part_name(root, "nvme0n1", 3, name, sizeof(name)));
	assert_string_equal(name, "nvme0n1p3");
	assert_false(disk_part_name(root, "nvme0n1", 4, name, sizeof(name)));
	assert_true(disk_part_name(root, "sdb", 0, name, sizeof(name)));
	assert_string_equal(name, "sdb");
	tree_done();
}

static struct disk_facts look_at(const void *bytes, size_t len)
{
	char path[] = "/tmp/unbrick-disk-XXXXXX";
	auto_close int fd = mkstemp(path);
	struct disk_facts facts;

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, len, 0), len);
	assert_int_equal(ftruncate(fd, 16 << 20), 0);
	assert_true(disk_look(path, &facts));
	assert_int_equal(unlink(path), 0);
	return facts;
}

static void test_disk_look__volumes_without_a_table__are_told_apart(void **state)
{
	static const uint8_t fields[] = {0, 2, 8, 32, 0, 2, 0, 0, 0, 0, 0xf8};
	static const uint8_t fve_guid[16] = {0x3b, 0xd6, 0x67, 0x49, 0x29, 0x2e, 0xd8, 0x4a, 0x83,
		0x99, 0xf6, 0xa3, 0x39, 0xe3, 0xd0, 0x01};
	uint8_t boot[512] = {0};
	struct disk_facts d;

	(void)state;
	memcpy(boot + 3, "MSWIN4.1", 8);
	memcpy(boot + 11, fields, sizeof(fields));
	memcpy(boot + 82, "FAT32   ", 8);
	boot[66] = 0x29;
	memcpy(boot + 67, "\xcd\xab\x34\x12", 4);
	boot[510] = 0x55;
	boot[511] = 0xaa;
	d = look_at(boot, sizeof(boot));
	assert_int_equal(d.n_parts, 1);
	assert_int_equal(d.parts[0].content, VOL_FAT);
	assert_string_equal(d.parts[0].fs_uuid, "1234-ABCD");
	memcpy(boot + 424, fve_guid, sizeof(fve_guid)); /* BitLocker To Go: no stick of ours */
	d = look_at(boot, sizeof(boot));
	assert_int_equal(d.n_parts, 1);
	assert_int_equal(d.parts[0].content, VOL_BITLOCKER);
}

static uint32_t crc32_bitwise(const uint8_t *p, size_t len)
{
	uint32_t crc = ~0U;

	for (size_t i = 0; i < 8 * len; i++) {
		crc ^= i % 8 ? 0 : p[i / 8];
		crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
	}
	return ~crc;
}

/* One entry, an EFI system partition at 1 MiB. */
static void make_gpt(uint8_t sectors[6 * 512])
{
	static const uint8_t entry[] = {0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11, 0xba, 0x4b,
		0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
		14, 15, 0, 8, 0, 0, 0, 0, 0, 0, 0xff, 0x0f};
	uint8_t *header = sectors + 512, *list = sectors + 1024;

	memset(sectors, 0, 512 * 6);
	memcpy(list, entry, sizeof(entry));
	memcpy(header, "EFI PART\0\0\1\0\x5c", 13);
	rs_put_le64(header + 24, 1);
	rs_put_le64(header + 32, 32767);
	rs_put_le64(header + 40, 6);
	rs_put_le64(header + 48, 32760);
	rs_put_le64(header + 72, 2);
	rs_put_le32(header + 80, 16);
	rs_put_le32(header + 84, 128);
	rs_put_le32(header + 88, crc32_bitwise(list, 16 * 128));
	rs_put_le32(header + 16, crc32_bitwise(header, 92));
}

/* libblkid sees no table where the protective MBR is lost, nor where both lists are damaged; the
 * engine does, and the ESP to go back to lies there. */
static void test_disk_look__damaged_gpt__shows_the_partitions_that_the_engine_sees(void **state)
{
	uint8_t sectors[6 * 512];

	(void)state;
	for (int damage = 0; damage < 2; damage++) {
		make_gpt(sectors);
		sectors[1024 + 1500] ^= (uint8_t)damage;
		struct disk_facts d = look_at(sectors, sizeof(sectors));
		assert_int_equal(d.n_parts, 1);
		assert_int_equal(d.parts[0].number, 1);
		assert_int_equal(d.parts[0].start_bytes, 1 << 20);
		assert_int_equal(d.parts[0].size_bytes, 1 << 20);
		assert_true(d.parts[0].is_esp);
		assert_string_equal(d.parts[0].uuid, "03020100-0504-0706-0809-0a0b0c0d0e0f");
	}
}

static void test_disk_look__esp_of_an_mbr__can_be_gone_back_to(void **state)
{
	static const uint8_t entry[] = {0, 0, 0, 0, 0xef, 0, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0};
	uint8_t sector[512] = {0};
	struct partition named;

	(void)state;
	rs_put_le32(sector + 440, 0x1234abcd);
	memcpy(sector + 446, entry, sizeof(entry));
	sector[510] = 0x55;
	sector[511] = 0xaa;
	struct disk_facts d = look_at(sector, sizeof(sector));
	assert_int_equal(d.n_parts, 1);
	assert_true(d.parts[0].is_esp);
	assert_true(loadopt_partition(&d.parts[0], d.sector_bytes, &named));
	assert_int_equal(named.kind, PARTITION_MBR);
	assert_memory_equal(named.signature, "\xcd\xab\x34\x12", 4);
}

static void test_start_serial__placeholders__are_passed_over(void **state)
{
	(void)state;
	const char *root = tree_new();
	char serial[64];

	start_serial(root, serial, sizeof(serial));
	assert_string_equal(serial, "unknown");
	tree_file("sys/class/net/lo/address", "00:00:00:00:00:00\n");
	tree_file("sys/class/net/eth1/address", "52:54:00:12:34:57\n");
	tree_file("sys/class/net/eth1/device/x", "");
	tree_link("sys/class/net/eth0/device", "../../x");
	tree_file("sys/class/net/eth0/address", "52:54:00:12:34:56\n");
	start_serial(root, serial, sizeof(serial));
	assert_string_equal(serial, "52-54-00-12-34-56");
	tree_file("sys/class/dmi/id/product_uuid", "4c4c4544-0042-3510-8054-b4c04f4d4c32\n");
	tree_file("sys/class/dmi/id/product_serial", "To Be Filled By O.E.M.\n");
	start_serial(root, serial, sizeof(serial));
	assert_string_equal(serial, "4c4c4544-0042-3510-8054-b4c04f4d4c32");
	tree_file("sys/class/dmi/id/product_serial", "../PF 2/\\*\n");
	start_serial(root, serial, sizeof(serial));
	assert_string_equal(serial, "---PF-2---");
	tree_done();
}

/* What stands on thousands of machines would start Windows on another one that the stick goes to.
 */
static void test_sysfs_uuid__of_its_vendor__is_none(void **state)
{
	static const char *const placeholders[] = {"00000000-0000-0000-0000-000000000000\n",
		"FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF\n", "ffffffff-ffff-ffff-ffff-ffffffffffff\n",
		"03000200-0400-0500-0006-000700080009\n", "00020003-0004-0005-0006-000700080009\n",
		"12345678-1234-5678-90AB-CDDEEFAABBCC\n", "4c4c4544-0042-3510-8054-b4c04f4d4c3\n",
		"\n"};
	char uuid[SYSFS_UUID];

	(void)state;
	const char *root = tree_new();
	assert_false(sysfs_uuid(root, uuid));
	for (size_t i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]); i++) {
		tree_file("sys/class/dmi/id/product_uuid", placeholders[i]);
		assert_false(sysfs_uuid(root, uuid));
	}
	tree_file("sys/class/dmi/id/product_uuid", "4c4c4544-0042-3510-8054-b4c04f4d4c32\n");
	assert_true(sysfs_uuid(root, uuid));
	assert_string_equal(uuid, "4c4c4544-0042-3510-8054-b4c04f4d4c32");
	tree_done();
}

static void test_module_rank__modaliases__storage_first(void **state)
{
	(void)state;
	static const struct {
		const char *alias;
		enum module_rank rank;
	} all[] = {
		{"pci:v0000144Dd0000A808sv0000144Dsd0000A801bc01sc08i02", MODULE_STORAGE},
		{"pci:v00008086d0000A36Dsv00001028sd0000085Cbc0Csc03i30", MODULE_STORAGE},
		{"pci:v00008086d000015BEsv00001028sd0000085Cbc02sc00i00", MODULE_OTHER},
		{"usb:v0951p1666d0110dc00dsc00dp00ic08isc06ip50in00", MODULE_STORAGE},
		{"usb:v046DpC31Cd6402dc00dsc00dp00ic03isc01ip01in00", MODULE_INPUT},
		{"usb:v0BDAp8153d3000dc00dsc00dp00icFFiscFFip00in00", MODULE_OTHER},
		{"virtio:d00000002v00001AF4", MODULE_STORAGE},
		{"virtio:d00000001v00001AF4", MODULE_OTHER},
		{"scsi:t-0x00", MODULE_STORAGE},
		{"hid:b0003g0001v0000046Dp0000C31C", MODULE_INPUT},
		{"acpi:PNP0C09:", MODULE_OTHER},
		{"acpi:80860F14:PNP0D40:", MODULE_STORAGE},
		{"pci:v000010ECd0000525Asv00001028sd0000085CbcFFsc00i00", MODULE_STORAGE},
		{"platform:rtsx_pci_sdmmc", MODULE_STORAGE},
		{"pci:v00008086d000051E8sv00001028sd00000B04bc0Csc80i00", MODULE_INPUT},
		{"pci:v00008086d0000A0A8sv00001414sd00000038bc07sc80i00", MODULE_INPUT},
		{"pci:v00008086d00009D29sv00008086sd00007270bc11sc80i00", MODULE_INPUT},
		{"acpi:INTC1057:", MODULE_INPUT},
		{"acpi:ELAN0001:PNP0C50:", MODULE_INPUT},
		{"acpi:FTCS1000:ACPI0C50:", MODULE_INPUT},
		{"acpi:MSHW0084:", MODULE_INPUT},
		{"ssam:d01c15t02i01f00", MODULE_INPUT},
		{"platform:pxa2xx-spi", MODULE_INPUT},
		/* watchdogs, and what has them */
		{"platform:iTCO_wdt", MODULE_INPUT},
		{"platform:wdat_wdt", MODULE_INPUT},
		{"acpi:IPI0001:", MODULE_INPUT},
		{"platform:dmi-ipmi-si", MODULE_INPUT},
		{"pci:v00008086d00002918sv00001AF4sd00001100bc06sc01i00", MODULE_INPUT},
		{"pci:v00008086d0000A2A3sv00001028sd000007A1bc0Csc05i00", MODULE_INPUT},
		{"pci:v00001022d0000790Bsv00001022sd0000790Bbc0Csc05i00", MODULE_INPUT},
		{"pci:v0000103Cd00003306sv00001590sd000000E4bc08sc80i00", MODULE_INPUT},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		assert_int_equal(module_rank(all[i].alias), all[i].rank);
}

static void test_efivar__written__reads_back(void **state)
{
	(void)state;
	const char *root = tree_new();
	uint8_t back[16], value[2] = {3, 0};
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/BootNext", root);
	assert_int_equal(efivar_read(path, back, 2), -ENOENT);
	assert_int_equal(efivar_write(path, value, 2), 0);
	assert_int_equal(efivar_read(path, back, 2), 2);
	assert_memory_equal(back, value, 2);
	tree_file("BootNext", "abc");
	assert_int_equal(efivar_read(path, back, 2), -EINVAL);
	tree_done();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uevent_parse__disk__tells_its_parts),
		cmocka_unit_test(test_uevent_parse__others_messages__are_none),
		cmocka_unit_test(test_disk_is_wanted__names__only_disks),
		cmocka_unit_test(test_disk_is_same__two_paths__by_what_the_disk_says),
		cmocka_unit_test(test_disk_part_name__by_number__whatever_the_name),
		cmocka_unit_test(test_disk_look__volumes_without_a_table__are_told_apart),
		cmocka_unit_test(
			test_disk_look__damaged_gpt__shows_the_partitions_that_the_engine_sees),
		cmocka_unit_test(test_disk_look__esp_of_an_mbr__can_be_gone_back_to),
		cmocka_unit_test(test_start_serial__placeholders__are_passed_over),
		cmocka_unit_test(test_sysfs_uuid__of_its_vendor__is_none),
		cmocka_unit_test(test_module_rank__modaliases__storage_first),
		cmocka_unit_test(test_efivar__written__reads_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

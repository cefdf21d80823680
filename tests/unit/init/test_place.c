/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a disk is, in a made /sys, and what the firmware says of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "init/disk.h"
#include "init/place.h"
#include "tree.h"

static const char *root;

static int make(void **state)
{
	(void)state;
	root = tree_new();
	return 0;
}

static int take_away(void **state)
{
	(void)state;
	tree_done();
	return 0;
}

/* A disk at a path below /sys/devices. */
static void disk(const char *name, const char *way)
{
	char path[1536], link[1536];

	(void)snprintf(path, sizeof(path), "sys/devices/%s/block/%s/size", way, name);
	tree_file(path, "1000\n");
	(void)snprintf(path, sizeof(path), "sys/block/%s", name);
	(void)snprintf(link, sizeof(link), "../devices/%s/block/%s", way, name);
	tree_file("sys/block/any", "");
	tree_link(path, link);
}

#define XHCI "pci0000:00/0000:00:14.0"

static void usb(const char *name, const char *way)
{
	char path[256];

	(void)snprintf(path, sizeof(path), XHCI "/%s/host3/target3:0:0/3:0:0:0", way);
	disk(name, path);
}

static void test_place_of__usb__port_by_port(void **state)
{
	(void)state;
	usb("sda", "usb1/1-4/1-4:1.0");
	usb("sdb", "usb1/1-4/1-4.2/1-4.2:1.0");
	usb("sdc", "usb1/1-5/1-5:1.0");
	assert_int_equal(place_of(root, "sda", "root:0 pci:14.0 usb:4"), PLACE_SAME);
	assert_int_equal(place_of(root, "sdb", "root:0 pci:14.0 usb:4"), PLACE_OTHER);
	assert_int_equal(place_of(root, "sdc", "root:0 pci:14.0 usb:4"), PLACE_OTHER);
	assert_int_equal(place_of(root, "sdb", "root:0 pci:14.0 usb:4 usb:2"), PLACE_SAME);
	assert_int_equal(place_of(root, "sda", "root:0 pci:14.0 usb:4 lun:0"), PLACE_SAME);
	assert_int_equal(place_of(root, "sda", "root:0 pci:14.0 usb:4 lun:1"), PLACE_OTHER);
	assert_int_equal(place_of(root, "sda", "root:0 pci:14.1 usb:4"), PLACE_OTHER);
	assert_int_equal(place_of(root, "sda", "root:0 pci:04.0 usb:4"), PLACE_OTHER);
	assert_int_equal(place_of(root, "sda", "root:0 pci:14.0 sata:4"), PLACE_OTHER);
}

/* xHCI counts over both of its buses: the fast ports come behind the slow ones, or before. */
static void test_place_of__usb_fast_and_slow__either_count(void **state)
{
	(void)state;
	tree_file("sys/devices/" XHCI "/usb1/maxchild", "16\n");
	tree_file("sys/devices/" XHCI "/usb2/maxchild", "10\n");
	usb("sda", "usb2/2-4/2-4:1.0");
	usb("sdb", "usb1/1-4/1-4:1.0");
	assert_int_equal(place_of(root, "sda", "root:0 pci:14.0 usb:20"), PLACE_SAME);
	assert_int_equal(place_of(root, "sda", "root:0 pci:14.0 usb:4"), PLACE_SAME);
	assert_int_equal(place_of(root, "sda", "root:0 pci:14.0 usb:5"), PLACE_OTHER);
	assert_int_equal(place_of(root, "sdb", "root:0 pci:14.0 usb:20"), PLACE_OTHER);
	assert_int_equal(place_of(root, "sdb", "root:0 pci:14.0 usb:14"), PLACE_SAME);
	/* ACPI knows */
	tree_file("sys/devices/" XHCI "/usb2/2-0:1.0/usb2-port4/firmware_node/adr", "0x00000014\n");
	assert_int_equal(place_of(root, "sda", "root:0 pci:14.0 usb:20"), PLACE_SAME);
	assert_int_equal(place_of(root, "sda", "root:0 pci:14.0 usb:4"), PLACE_OTHER);
	/* what only looks like a bus is none */
	tree_file("sys/devices/" XHCI "/usbx/maxchild", "7\n");
	assert_int_equal(place_of(root, "sdb", "root:0 pci:14.0 usb:14"), PLACE_SAME);
	usb("sdc", "usb1/usb1-x/1-4/1-4:1.0");
	assert_int_equal(place_of(root, "sdc", "root:0 pci:14.0 usb:14"), PLACE_SAME);
}

static void test_place_of__other_buses(void **state)
{
	(void)state;
	disk("sda", "pci0000:00/0000:00:1f.2/ata7/host6/target6:0:0/6:0:0:0");
	tree_file("sys/devices/pci0000:00/0000:00:1f.2/ata7/ata_port/ata7/port_no", "3\n");
	disk("sdb", "pci0000:00/0000:00:05.0/virtio2/host2/target2:0:3/2:0:3:1");
	disk("vda", "pci0000:00/0000:00:06.0/virtio1");
	disk("nvme1n2", "pci0000:00/0000:00:1d.0/0000:02:00.0/nvme/nvme1");
	tree_file("sys/devices/pci0000:00/0000:00:1d.0/0000:02:00.0/nvme/nvme1/block/nvme1n2/nsid",
		"2\n");
	disk("mmcblk0", "pci0000:00/0000:00:1a.0/mmc_host/mmc0/mmc0:0001");
	tree_file("sys/devices/pci0000:00/0000:00:1a.0/mmc_host/mmc0/mmc0:0001/block/mmcblk0/"
		  "device/type",
		"SD\n");
	assert_int_equal(place_of(root, "sda", "root:0 pci:1f.2 sata:2"), PLACE_SAME);
	assert_int_equal(place_of(root, "sda", "root:0 pci:1f.2 sata:3"), PLACE_OTHER);
	assert_int_equal(place_of(root, "sdb", "root:0 pci:05.0 scsi:3.1"), PLACE_SAME);
	assert_int_equal(place_of(root, "sdb", "root:0 pci:05.0 scsi:3.0"), PLACE_OTHER);
	assert_int_equal(place_of(root, "vda", "root:0 pci:06.0"), PLACE_SAME);
	assert_int_equal(place_of(root, "vda", "root:0 pci:07.0"), PLACE_OTHER);
	assert_int_equal(place_of(root, "nvme1n2", "root:0 pci:1d.0 pci:00.0 nvme:2"), PLACE_SAME);
	assert_int_equal(place_of(root, "nvme1n2", "root:0 pci:1d.0 pci:00.0 nvme:1"), PLACE_OTHER);
	assert_int_equal(place_of(root, "mmcblk0", "root:0 pci:1a.0 sd:0"), PLACE_SAME);
	assert_int_equal(place_of(root, "mmcblk0", "root:0 pci:1a.0 emmc:0"), PLACE_OTHER);
	assert_int_equal(place_of(root, "mmcblk0", "root:0 pci:1a.0 sd:1"), PLACE_UNKNOWN);
	disk("mmcblk1", "pci0000:00/0000:00:1c.0/mmc_host/mmc1/mmc1:0001");
	tree_file("sys/devices/pci0000:00/0000:00:1c.0/mmc_host/mmc1/mmc1:0001/block/mmcblk1/"
		  "device/type",
		"MMC\n");
	assert_int_equal(place_of(root, "mmcblk1", "root:0 pci:1c.0 emmc:0"), PLACE_SAME);
	assert_int_equal(place_of(root, "mmcblk1", "root:0 pci:1c.0 sd:0"), PLACE_OTHER);
}

/* A folder of the kernel's that has such a name and something behind it is no hop. */
static void test_place_of__names_with_more_behind_them__are_no_hops(void **state)
{
	(void)state;
	disk("vda", "pci0000:00/0000:00:06.0/0000:00:06.0:pcie001/virtio1");
	assert_int_equal(place_of(root, "vda", "root:0 pci:06.0"), PLACE_SAME);
	disk("vdb", "pci0000:00/pci0000:00.0/0000:00:06.0/virtio1");
	assert_int_equal(place_of(root, "vdb", "root:0 pci:06.0"), PLACE_SAME);
	disk("vdc", "pci0000:00/0000:00:06.0/virtio1/3:0:0:0.1");
	assert_int_equal(place_of(root, "vdc", "root:0 pci:06.0"), PLACE_SAME);
	tree_file("sys/devices/pci0000:00/0000:00:1f.2/ata7/ata_port/ata7/port_no", "3\n");
	disk("sda", "pci0000:00/0000:00:1f.2/ata7/ata7.00/host6/target6:0:0/6:0:0:0");
	assert_int_equal(place_of(root, "sda", "root:0 pci:1f.2 sata:2"), PLACE_SAME);
}

/* Digits and dashes are ports of USB behind a bus of USB only; a port of SATA has a number. */
static void test_place_of__half_of_what_a_bus_tells__is_not_that_bus(void **state)
{
	(void)state;
	disk("sda", "pci0000:00/0000:00:06.0/1-4/host3/target3:0:0/3:0:0:0");
	assert_int_equal(place_of(root, "sda", "root:0 pci:06.0 scsi:0.0"), PLACE_SAME);
	disk("sdb", "pci0000:00/0000:00:1f.2/ata7/host6/target6:0:0/6:0:0:0");
	assert_int_equal(place_of(root, "sdb", "root:0 pci:1f.2 sata:2"), PLACE_UNKNOWN);
}

/* More of a way than is kept: that the rest of it is the same is not known. */
static void test_place_of__a_way_that_is_too_long__is_not_told(void **state)
{
	char way[1024] = "pci0000:00", said[1024] = "root:0";

	(void)state;
	for (unsigned i = 1; i < 24; i++) {
		(void)snprintf(way + strlen(way), sizeof(way) - strlen(way), "/0000:%02x:06.0", i);
		(void)strcat(said, " pci:06.0");
	}
	char end[1100];
	(void)snprintf(end, sizeof(end), "%s/virtio1", way);
	disk("vda", end);
	assert_int_equal(place_of(root, "vda", said), PLACE_SAME);
	(void)snprintf(end, sizeof(end), "%s/0000:40:07.0/virtio1", way);
	disk("vdb", end);
	assert_int_equal(place_of(root, "vdb", said), PLACE_UNKNOWN);
	(void)strcat(said, " pci:08.0");
	assert_int_equal(place_of(root, "vda", said), PLACE_UNKNOWN);
}

static void test_place_of__roots__by_their_number(void **state)
{
	(void)state;
	disk("vda", "pci0000:40/0000:40:06.0/virtio1");
	assert_int_equal(place_of(root, "vda", "root:2 pci:06.0"), PLACE_UNKNOWN);
	tree_file("sys/devices/pci0000:40/firmware_node/uid", "2\n");
	assert_int_equal(place_of(root, "vda", "root:2 pci:06.0"), PLACE_SAME);
	assert_int_equal(place_of(root, "vda", "root:0 pci:06.0"), PLACE_OTHER);
}

static void test_place_of__what_nobody_can_tell__is_not_told(void **state)
{
	static const char *const unclear[] = {"", "other", "root:0 pci:06.0 other", "root:0",
		"root:0 pci:06.x", "root:0 pci:06", "root:0 pci:06.0.0", "root: pci:06.0",
		"root:0 pci:06x0", "root:0 pci:00000000000000006.01", "root:0 pci:06.0 x",
		"root:0 pci:0606060606060606060606060606060.0"};

	(void)state;
	disk("vda", "pci0000:00/0000:00:06.0/virtio1");
	for (size_t i = 0; i < sizeof(unclear) / sizeof(unclear[0]); i++)
		assert_int_equal(place_of(root, "vda", unclear[i]), PLACE_UNKNOWN);
	assert_int_equal(place_of(root, "vdb", "root:0 pci:06.0"), PLACE_UNKNOWN);
	disk("nvme0n1", "virtual/nvme-subsystem/nvme-subsys0");
	assert_int_equal(place_of(root, "nvme0n1", "root:0 pci:06.0 nvme:1"), PLACE_UNKNOWN);
}

static void test_disk_is_pluggable__usb_and_sd_only(void **state)
{
	(void)state;
	usb("sda", "usb1/1-4/1-4:1.0");
	disk("sdb", "pci0000:00/0000:00:1f.2/ata7/host6/target6:0:0/6:0:0:0");
	tree_file("sys/devices/pci0000:00/0000:00:1f.2/ata7/host6/target6:0:0/6:0:0:0/block/sdb/"
		  "removable",
		"1\n");
	disk("mmcblk0", "pci0000:00/0000:00:1a.0/mmc_host/mmc0/mmc0:0001");
	tree_file("sys/devices/pci0000:00/0000:00:1a.0/mmc_host/mmc0/mmc0:0001/block/mmcblk0/"
		  "device/type",
		"SD\n");
	disk("mmcblk1", "pci0000:00/0000:00:1c.0/mmc_host/mmc1/mmc1:0001");
	tree_file("sys/devices/pci0000:00/0000:00:1c.0/mmc_host/mmc1/mmc1:0001/block/mmcblk1/"
		  "device/type",
		"MMC\n");
	assert_true(disk_is_pluggable(root, "sda"));
	assert_false(disk_is_pluggable(root, "sdb"));
	assert_true(disk_is_pluggable(root, "mmcblk0"));
	assert_false(disk_is_pluggable(root, "mmcblk1"));
	assert_false(disk_is_pluggable(root, "sdz"));
}

#define place_test(f) cmocka_unit_test_setup_teardown(f, make, take_away)

int main(void)
{
	const struct CMUnitTest tests[] = {
		place_test(test_place_of__usb__port_by_port),
		place_test(test_place_of__usb_fast_and_slow__either_count),
		place_test(test_place_of__other_buses),
		place_test(test_place_of__names_with_more_behind_them__are_no_hops),
		place_test(test_place_of__half_of_what_a_bus_tells__is_not_that_bus),
		place_test(test_place_of__a_way_that_is_too_long__is_not_told),
		place_test(test_place_of__roots__by_their_number),
		place_test(test_place_of__what_nobody_can_tell__is_not_told),
		place_test(test_disk_is_pluggable__usb_and_sd_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

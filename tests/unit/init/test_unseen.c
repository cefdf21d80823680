/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tree.h"

static struct unseen list[UNSEEN_MOST];

static void pci(const char *device, const char *class, const char *vendor, const char *id,
	const char *driver)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/class", device);
	tree_file(path, class);
	(void)snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/vendor", device);
	tree_file(path, vendor);
	(void)snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/device", device);
	tree_file(path, id);
	(void)snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/driver", device);
	if (driver)
		tree_link(path, driver);
}

static void test_unseen_find__all_have_drivers__finds_nothing(void **state)
{
	(void)state;
	const char *root = tree_new();

	pci("0000:00:1f.2", "0x010601\n", "0x8086\n", "0x2922\n", "../../bus/pci/drivers/ahci");
	tree_file("sys/bus/pci/devices/0000:00:1f.2/remapped_nvme", "0\n");
	tree_file("sys/bus/pci/devices/0000:00:1f.2/ata1/uevent", "");
	pci("0000:01:00.0", "0x010802\n", "0x144d\n", "0xa808\n", "../../bus/pci/drivers/nvme");
	pci("0000:02:00.0", "0x020000\n", "0x8086\n", "0x10d3\n", NULL);
	tree_file("sys/class/nvme/nvme0/state", "live\n");
	assert_int_equal(unseen_find(root, list), 0);
	tree_done();
}

static void test_unseen_find__rst_remap__says_raid_on_and_warns_of_ahci(void **state)
{
	(void)state;
	const char *root = tree_new();

	pci("0000:00:17.0", "0x010400\n", "0x8086\n", "0x2822\n", "../../bus/pci/drivers/ahci");
	tree_file("sys/bus/pci/devices/0000:00:17.0/remapped_nvme", "1\n");
	tree_file("sys/bus/pci/devices/0000:00:17.0/ata_host", "");
	assert_int_equal(unseen_find(root, list), 0); /* not read while the driver is at work */
	tree_file("sys/bus/pci/devices/0000:00:17.0/ata1/uevent", "");
	assert_int_equal(unseen_find(root, list), 1);
	assert_string_equal(list[0].device, "0000:00:17.0");
	assert_non_null(strstr(list[0].text, "1 NVMe disk is hidden"));
	assert_non_null(strstr(list[0].text, "RAID On"));
	assert_non_null(strstr(list[0].next, "Windows may then not start"));
	tree_done();
}

static void test_unseen_find__vmd_without_driver__names_vmd_and_warns(void **state)
{
	(void)state;
	const char *root = tree_new();

	pci("0000:00:0e.0", "0x010400\n", "0x8086\n", "0x9a0b\n", NULL);
	assert_int_equal(unseen_find(root, list), 1);
	assert_non_null(strstr(list[0].text, "Intel VMD 0000:00:0e.0 (8086:9a0b) has no driver"));
	assert_non_null(strstr(list[0].next, "Windows may then not start"));
	tree_done();
}

static void test_unseen_find__raid_without_driver__names_numbers_only(void **state)
{
	(void)state;
	const char *root = tree_new();

	pci("0000:03:00.0", "0x010400\n", "0x1000\n", "0x005d\n", NULL);
	assert_int_equal(unseen_find(root, list), 1);
	assert_non_null(strstr(list[0].text, "(1000:005d, class 0104)"));
	assert_null(strstr(list[0].next, "AHCI"));
	tree_done();
}

/* Whatever is said of AHCI, the warning is in the same breath. */
static void test_unseen_find__any_kind__never_advises_ahci_without_warning(void **state)
{
	(void)state;
	static const char *const classes[] = {"0x010000", "0x010100", "0x010400", "0x010601",
		"0x010700", "0x010802", "0x080501", NULL};
	static const char *const vendors[] = {"0x8086", "0x1022", "0x1000", NULL};
	static const char *const ids[] = {"0x2822", "0x467f", "0x0001", NULL};

	for (int c = 0; classes[c]; c++)
		for (int v = 0; vendors[v]; v++)
			for (int i = 0; ids[i]; i++) {
				const char *root = tree_new();
				pci("0000:00:17.0", classes[c], vendors[v], ids[i], NULL);
				tree_file("sys/bus/pci/devices/0000:00:17.0/remapped_nvme", "2");
				tree_file("sys/bus/pci/devices/0000:00:17.0/ata9/uevent", "");
				size_t n = unseen_find(root, list);
				assert_int_equal(n, 2);
				for (size_t k = 0; k < n; k++)
					if (strstr(list[k].next, "AHCI"))
						assert_non_null(strstr(list[k].next,
							"Windows may then not start"));
				tree_done();
			}
}

static void ata_id(unsigned word_128)
{
	char text[2048] = "";
	size_t len = 0;

	for (unsigned i = 0; i < 256; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%04x%c",
			i == 128 ? word_128 : 0, i % 8 == 7 ? '\n' : ' ');
	tree_file("sys/class/ata_device/dev1.0/id", text);
}

static void test_unseen_find__ata_locked__says_password(void **state)
{
	(void)state;
	const char *root = tree_new();

	ata_id(0x0007);
	assert_int_equal(unseen_find(root, list), 1);
	assert_non_null(strstr(list[0].text, "dev1.0 is locked by its own password"));
	ata_id(0x0003); /* supported, enabled, given already */
	assert_int_equal(unseen_find(root, list), 0);
	ata_id(0x0021); /* supported only */
	assert_int_equal(unseen_find(root, list), 0);
	tree_done();
}

static void test_unseen_find__nvme_dead__names_the_state(void **state)
{
	(void)state;
	const char *root = tree_new();

	tree_file("sys/class/nvme/nvme0/state", "dead\n");
	assert_int_equal(unseen_find(root, list), 1);
	assert_non_null(strstr(list[0].text, "nvme0"));
	assert_non_null(strstr(list[0].text, "dead"));
	tree_done();
}

static void test_unseen_find__more_than_room__stops(void **state)
{
	(void)state;
	const char *root = tree_new();
	char name[16];

	for (int i = 0; i < UNSEEN_MOST + 8; i++) {
		(void)snprintf(name, sizeof(name), "0000:%02x:00.0", i);
		pci(name, "0x010400", "0x1000", "0x0001", NULL);
	}
	assert_int_equal(unseen_find(root, list), UNSEEN_MOST);
	tree_done();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unseen_find__all_have_drivers__finds_nothing),
		cmocka_unit_test(test_unseen_find__rst_remap__says_raid_on_and_warns_of_ahci),
		cmocka_unit_test(test_unseen_find__vmd_without_driver__names_vmd_and_warns),
		cmocka_unit_test(test_unseen_find__raid_without_driver__names_numbers_only),
		cmocka_unit_test(test_unseen_find__any_kind__never_advises_ahci_without_warning),
		cmocka_unit_test(test_unseen_find__ata_locked__says_password),
		cmocka_unit_test(test_unseen_find__nvme_dead__names_the_state),
		cmocka_unit_test(test_unseen_find__more_than_room__stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trees of /sys as Linux 6.1 shows them; answers of disks as SPC-4 lays them out, the pages and the
 * reservation those of sg3_utils' documentation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <scsi/sg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "block/internal.h"
#include "block/set.h"
#include "core/view.h"
#include "disk_help.h"

struct tree {
	char *dir, sys[64], dev[64];
	struct sys_roots roots;
};

static struct tree tree_new(void)
{
	struct tree t = {.dir = scratch_new()};

	(void)snprintf(t.sys, sizeof(t.sys), "%s/sys", t.dir);
	(void)snprintf(t.dev, sizeof(t.dev), "%s/dev", t.dir);
	assert_true(run("mkdir -p %s/block %s/dev/block %s/bus/pci/devices %s", t.sys, t.sys, t.sys,
		t.dev));
	return t;
}

static const struct sys_roots *roots_of(struct tree *t)
{
	t->roots = (struct sys_roots){t->sys, "/nonexistent", t->dev};
	return &t->roots;
}

/* A disk on @bus ("pci0/0000:00:1f.2/host0"), 1000 sectors. */
static void add_disk(const struct tree *t, const char *name, const char *number, const char *bus)
{
	assert_true(run("cd %s && mkdir -p devices/%s/block/%s/device devices/%s/block/%s/slaves "
			"devices/%s/block/%s/holders && "
			"ln -s ../devices/%s/block/%s block/%s && echo 1000 >block/%s/size && "
			"echo %s >block/%s/dev && ln -s ../../block/%s dev/block/%s",
		t->sys, bus, name, bus, name, bus, name, bus, name, name, name, number, name, name,
		number));
}

static void put(const struct tree *t, const char *file, const void *bytes, size_t len)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", t->sys, file);
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void say(const struct tree *t, const char *file, const char *text)
{
	put(t, file, text, strlen(text));
}

static const char *ident(struct tree *t, const char *name)
{
	static char ret[1024];

	disk_ident(roots_of(t), name, ret, sizeof(ret));
	return ret;
}

/* Target port first, then a T10 name, then NAA 600508b4..., as an array answers. */
static const uint8_t page83[] = {0, 0x83, 0, 48,			      /* */
	1, 0x13, 0, 8, 0x50, 1, 2, 3, 4, 5, 6, 7,			      /* of the port */
	2, 1, 0, 8, 'V', 'E', 'N', 'D', 'O', 'R', ' ', ' ',		      /* T10 */
	1, 3, 0, 16, 0x60, 5, 8, 0xb4, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}; /* NAA */

static void test_ident__by_page_83__prefers_the_logical_units_naa(void **state)
{
	struct tree t = tree_new();

	(void)state;
	add_disk(&t, "sda", "8:0", "pci0/host0");
	assert_string_equal(ident(&t, "sda"), "");
	put(&t, "block/sda/device/vpd_pg83", page83, sizeof(page83));
	assert_string_equal(ident(&t, "sda"), "naa.600508b4000102030405060708090a0b//1000");
	say(&t, "block/sda/device/wwid", "naa.600508b4000102030405060708090a0b\n");
	assert_string_equal(ident(&t, "sda"), "naa.600508b4000102030405060708090a0b//1000");
	put(&t, "block/sda/device/vpd_pg80", "\0\x80\0\3ABC", 7);
	assert_string_equal(ident(&t, "sda"), "naa.600508b4000102030405060708090a0b/414243/1000");
	assert_string_equal(ident(&t, "sdz"), "");
	scratch_done(t.dir);
}

static void test_ident__page_83_cut_anywhere__never_reads_past_it(void **state)
{
	struct tree t = tree_new();
	uint8_t longest[4 + 4 + 255] = {0, 0x83, 0, 255, 1, 3, 0, 255};

	(void)state;
	add_disk(&t, "sda", "8:0", "pci0/host0");
	for (size_t n = 0; n < sizeof(page83); n++) {
		put(&t, "block/sda/device/vpd_pg83", page83, n);
		assert_null(strstr(ident(&t, "sda"), "naa"));
	}
	memset(longest + 8, 0x60, 255);
	put(&t, "block/sda/device/vpd_pg83", longest, sizeof(longest));
	assert_string_equal(ident(&t, "sda"), "");
	scratch_done(t.dir);
}

static void test_ident__nothing_to_go_by__is_empty(void **state)
{
	struct tree t = tree_new();

	(void)state;
	add_disk(&t, "nvme0n1", "259:0", "pci0/0000:01:00.0/nvme/nvme0");
	say(&t, "block/nvme0n1/wwid", "eui.0000000000000000\n");
	assert_string_equal(ident(&t, "nvme0n1"), "");
	say(&t, "block/nvme0n1/nguid", "00000000-0000-0000-0000-000000000000\n");
	assert_string_equal(ident(&t, "nvme0n1"), "");
	say(&t, "block/nvme0n1/eui", "00 25 38 5b 71 b0 12 34\n");
	assert_string_equal(ident(&t, "nvme0n1"), "id.00 25 38 5b 71 b0 12 34//1000");
	say(&t, "block/nvme0n1/wwid", "eui.0025385b71b01234\n");
	assert_string_equal(ident(&t, "nvme0n1"), "eui.0025385b71b01234//1000");
	add_disk(&t, "sdb", "8:16",
		"pci0/usb1/1-1/host3"); /* a box that thousands share a name with */
	say(&t, "block/sdb/device/wwid", "naa.3044564198838366\n");
	assert_string_equal(ident(&t, "sdb"), "");
	scratch_done(t.dir);
}

static void check_list(struct tree *t, const char *expected)
{
	char **paths = NULL, all[512] = "";

	assert_int_equal(disk_list_in(roots_of(t), &paths, NULL), 0);
	for (char **p = paths; *p; p++)
		(void)snprintf(
			all + strlen(all), sizeof(all) - strlen(all), "%s ", strrchr(*p, '/') + 1);
	assert_string_equal(all, expected);
	disk_list_free(paths);
}

static void test_disk_list__one_disk_by_two_paths__once(void **state)
{
	struct tree t = tree_new();

	(void)state;
	add_disk(&t, "sda", "8:0", "pci0/host0");
	add_disk(&t, "sdb", "8:16", "pci0/host1");
	add_disk(&t, "sdc", "8:32", "pci0/host1b");
	say(&t, "block/sda/device/wwid", "naa.600508b4000102030405060708090a0b\n");
	say(&t, "block/sdb/device/wwid", "naa.600508b4000102030405060708090a0b\n");
	say(&t, "block/sdc/device/wwid", "naa.600508b4000102030405060708090a0c\n");
	check_list(&t, "sda sdc ");
	say(&t, "block/sdb/size", "2000\n"); /* so it cannot be the same */
	check_list(&t, "sda sdb sdc ");
	scratch_done(t.dir);
}

static void test_disk_list__members_of_a_running_set__only_the_set(void **state)
{
	struct tree t = tree_new();

	(void)state;
	add_disk(&t, "sda", "8:0", "pci0/host0");
	add_disk(&t, "sdb", "8:16", "pci0/host1");
	add_disk(&t, "md126", "9:126", "virtual");
	assert_true(run("cd %s/block && mkdir md126/md && mkdir sda/holders/md126", t.sys));
	say(&t, "block/md126/md/level", "raid1\n");
	say(&t, "block/md126/md/array_state", "active\n");
	check_list(&t, "md126 sdb ");
	say(&t, "block/md126/md/array_state", "inactive\n"); /* nobody can work on that */
	check_list(&t, "md126 sda sdb ");
	add_disk(&t, "dm-0", "253:0", "virtual");
	assert_true(run("cd %s/block && mkdir dm-0/dm && mkdir sdb/holders/dm-0", t.sys));
	say(&t, "block/dm-0/dm/uuid", "LVM-abc\n");
	check_list(&t, "md126 sda sdb ");
	say(&t, "block/dm-0/dm/uuid", "mpath-3600508b4\n");
	check_list(&t, "dm-0 md126 sda ");
	scratch_done(t.dir);
}

/* ---- reservations ---- */

static struct {
	uint8_t keys[8 + 64], reservation[8 + 16];
	int fails, status, n_asked;
} disk;

static int answer(int fd, unsigned long request, void *arg)
{
	struct sg_io_hdr *h = arg;
	const uint8_t *from = h->cmdp[1] == 0 ? disk.keys : disk.reservation;
	size_t len = h->cmdp[1] == 0 ? sizeof(disk.keys) : sizeof(disk.reservation);

	assert_int_equal(fd, 5);
	assert_int_equal(request, SG_IO);
	assert_int_equal(h->cmdp[0], 0x5e);
	assert_int_equal(h->dxfer_direction, SG_DXFER_FROM_DEV);
	disk.n_asked++;
	if (disk.fails) {
		errno = disk.fails;
		return -1;
	}
	h->status = (unsigned char)disk.status;
	memcpy(h->dxferp, from, len);
	h->resid = (int)(h->dxfer_len - len);
	return 0;
}

static enum member_kind ask(struct disk_member *m)
{
	*m = (struct disk_member){0};
	blk_reservation_look(5, answer, m);
	return m->kind;
}

static void test_reservation__recorded_answers__are_understood(void **state)
{
	struct disk_member m;
	struct rs_err err = {0};

	(void)state;
	memset(&disk, 0, sizeof(disk));
	assert_int_equal(ask(&m), MEMBER_NONE); /* generation 0, no keys */
	assert_int_equal(disk.n_asked, 2);
	disk.keys[3] = 4;
	disk.keys[7] = 16; /* two keys */
	assert_int_equal(ask(&m), MEMBER_CLUSTER);
	assert_non_null(strstr(m.text, "2 keys"));
	assert_true(m.is_whole_disk);
	disk.reservation[7] = 16;
	disk.reservation[8 + 13] = 5; /* write exclusive, registrants only: a failover cluster */
	assert_int_equal(ask(&m), MEMBER_CLUSTER);
	assert_non_null(strstr(m.text, "type 5"));
	assert_int_equal(blk_member_fail(&m, "/dev/sda", &err), RS_E_HELD);
}

static void test_reservation__no_answer__is_none(void **state)
{
	struct disk_member m;

	(void)state;
	memset(&disk, 0, sizeof(disk));
	disk.keys[7] = 16;
	disk.status = 2; /* check condition: no such command */
	assert_int_equal(ask(&m), MEMBER_NONE);
	disk.status = 0;
	disk.fails = EPERM;
	assert_int_equal(ask(&m), MEMBER_NONE);
	disk.fails = 0;
	memset(disk.keys + 4, 0xff, 4); /* more than came */
	assert_int_equal(ask(&m), MEMBER_CLUSTER);
	assert_non_null(strstr(m.text, "8 keys"));
}

/* ---- controllers ---- */

static void add_controller(const struct tree *t, const char *address,
	const char *vendor_device_class, const char *driver)
{
	char vendor[16], device[16], class[16];

	assert_int_equal(sscanf(vendor_device_class, "%15s %15s %15s", vendor, device, class), 3);
	assert_true(run(
		"cd %s && mkdir -p devices/pci0/%s bus/pci/drivers/%s && cd devices/pci0/%s && "
		"echo %s >vendor && echo %s >device && echo %s >class && "
		"ln -s ../../../bus/pci/drivers/%s driver && "
		"ln -s ../../../devices/pci0/%s ../../../bus/pci/devices/%s",
		t->sys, address, driver, address, vendor, device, class, driver, address, address));
}

static enum member_kind controller(struct tree *t, const char *name)
{
	struct disk_member m = {0};

	blk_controller_look(roots_of(t), name, &m);
	return m.kind;
}

static void test_controller__in_raid_mode__is_perhaps_a_set(void **state)
{
	struct tree t = tree_new();

	(void)state;
	add_controller(&t, "0000:00:11.0", "0x1022 0x7905 0x010400", "ahci");
	add_controller(&t, "0000:00:17.0", "0x8086 0x282a 0x010400", "ahci");
	add_controller(&t, "0000:00:18.0", "0x1022 0x7901 0x010601", "ahci");
	add_controller(&t, "0000:03:00.0", "0x1000 0x005d 0x010400", "megaraid_sas");
	add_disk(&t, "sda", "8:0", "pci0/0000:00:11.0/ata1/host0/0:0:0:0");
	add_disk(&t, "sdb", "8:16", "pci0/0000:00:17.0/ata2/host1/1:0:0:0");
	add_disk(&t, "sdc", "8:32", "pci0/0000:00:18.0/ata3/host2/2:0:0:0");
	add_disk(&t, "sdd", "8:48", "pci0/0000:03:00.0/host3/3:0:0:0");
	add_disk(&t, "vda", "254:0", "virtual");
	assert_int_equal(controller(&t, "sda"), MEMBER_FIRMWARE); /* AMD: no format to look for */
	assert_int_equal(controller(&t, "sdb"), MEMBER_NONE);	  /* Intel: isw or nothing */
	assert_int_equal(controller(&t, "sdc"), MEMBER_NONE);
	assert_int_equal(controller(&t, "sdd"), MEMBER_NONE); /* shows finished sets */
	assert_int_equal(controller(&t, "vda"), MEMBER_NONE);
	assert_int_equal(controller(&t, "gone"), MEMBER_NONE);
	scratch_done(t.dir);
}

static void test_controller__amd_raid_over_nvme__is_perhaps_a_set(void **state)
{
	struct tree t = tree_new();

	(void)state;
	add_controller(&t, "0000:01:00.0", "0x144d 0xa808 0x010802", "nvme");
	add_disk(&t, "nvme0n1", "259:0", "pci0/0000:01:00.0/nvme/nvme0");
	assert_int_equal(controller(&t, "nvme0n1"), MEMBER_NONE);
	add_controller(&t, "0000:02:00.0", "0x1022 0xb000 0x010400", "none");
	assert_int_equal(controller(&t, "nvme0n1"), MEMBER_FIRMWARE);
	scratch_done(t.dir);
}

/* ---- all names of a disk ---- */

static bool has_name(const struct blk_names *n, const char *name)
{
	for (unsigned i = 0; i < n->n; i++)
		if (strcmp(n->name[i], name) == 0)
			return true;
	return false;
}

static void find(struct tree *t, unsigned ma, unsigned mi, struct blk_names *ret)
{
	const struct stat st = {.st_mode = S_IFBLK, .st_rdev = makedev(ma, mi)};

	blk_names_find(roots_of(t), &st, ret);
}

static void test_names__of_a_partition__are_its_disks(void **state)
{
	static struct blk_names n;
	struct tree t = tree_new();

	(void)state;
	add_disk(&t, "sda", "8:0", "pci0/host0");
	say(&t, "block/sda/device/wwid", "naa.600508b4000102030405060708090a0b\n");
	assert_true(run("cd %s && mkdir block/sda/sda1 && echo 1 >block/sda/sda1/partition && "
			"echo 8:1 >block/sda/sda1/dev && ln -s ../../block/sda/sda1 dev/block/8:1",
		t.sys));
	find(&t, 8, 1, &n);
	assert_int_equal(n.n, 2);
	assert_true(has_name(&n, "disk sda"));
	assert_true(has_name(&n, "naa.600508b4000102030405060708090a0b//1000"));
	blk_names_done(&n);
	scratch_done(t.dir);
}

static void test_names__of_an_array_and_of_a_loop__go_down_to_what_is_below(void **state)
{
	static struct blk_names n;
	struct tree t = tree_new();
	struct stat st;
	char path[128], name[64];

	(void)state;
	add_disk(&t, "sda", "8:0", "pci0/host0");
	add_disk(&t, "md0", "9:0", "virtual");
	add_disk(&t, "loop250", "7:250", "virtual");
	assert_true(run(
		"cd %s && ln -s $PWD/block/sda block/md0/slaves/sda && mkdir block/loop250/loop && "
		"truncate -s 1M ../disk.img && ln ../disk.img ../other.img && "
		"echo %s/disk.img >block/loop250/loop/backing_file",
		t.sys, t.dir));
	find(&t, 9, 0, &n);
	assert_true(has_name(&n, "disk md0") && has_name(&n, "disk sda"));
	blk_names_done(&n);
	(void)snprintf(path, sizeof(path), "%s/other.img", t.dir);
	assert_int_equal(stat(path, &st), 0);
	(void)snprintf(name, sizeof(name), "file %llx:%llx", (unsigned long long)st.st_dev,
		(unsigned long long)st.st_ino);
	find(&t, 7, 250, &n);
	assert_true(has_name(&n, "disk loop250") && has_name(&n, name));
	assert_int_equal(n.n_files, 1);
	blk_names_done(&n);
	blk_names_find(roots_of(&t), &st, &n);
	assert_int_equal(n.n, 1);
	assert_true(has_name(&n, name));
	/* a circle ends */
	assert_true(run("ln -s ../../md0 %s/block/md0/slaves/md0", t.sys));
	find(&t, 9, 0, &n);
	blk_names_done(&n);
	scratch_done(t.dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ident__by_page_83__prefers_the_logical_units_naa),
		cmocka_unit_test(test_ident__page_83_cut_anywhere__never_reads_past_it),
		cmocka_unit_test(test_ident__nothing_to_go_by__is_empty),
		cmocka_unit_test(test_disk_list__one_disk_by_two_paths__once),
		cmocka_unit_test(test_disk_list__members_of_a_running_set__only_the_set),
		cmocka_unit_test(test_reservation__recorded_answers__are_understood),
		cmocka_unit_test(test_reservation__no_answer__is_none),
		cmocka_unit_test(test_controller__in_raid_mode__is_perhaps_a_set),
		cmocka_unit_test(test_controller__amd_raid_over_nvme__is_perhaps_a_set),
		cmocka_unit_test(test_names__of_a_partition__are_its_disks),
		cmocka_unit_test(test_names__of_an_array_and_of_a_loop__go_down_to_what_is_below),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The trees of /sys and /proc are laid out as Linux 6.1 shows them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "block/internal.h"
#include "disk_help.h"

struct fake {
	char *dir, sys[64], proc[64], dev[64], img[64];
	struct sys_roots roots;
};

static struct fake fake_new(void)
{
	struct fake f = {.dir = scratch_new()};

	(void)snprintf(f.sys, sizeof(f.sys), "%s/sys", f.dir);
	(void)snprintf(f.proc, sizeof(f.proc), "%s/proc", f.dir);
	(void)snprintf(f.dev, sizeof(f.dev), "%s/dev", f.dir);
	(void)snprintf(f.img, sizeof(f.img), "%s/disk.img", f.dir);
	assert_true(run("cd %s && mkdir -p sys/block/loop3/loop sys/block/loop3/holders proc/self "
			"dev && truncate -s 1M disk.img && echo 7:3 >sys/block/loop3/dev && "
			"echo '22 1 8:1 / / rw - ext4 /dev/sda1 rw' >proc/self/mountinfo && "
			"echo 'Filename Type Size Used Priority' >proc/swaps",
		f.dir));
	return f;
}

static int ask(struct fake *f, struct rs_err *err)
{
	f->roots = (struct sys_roots){f->sys, f->proc, f->dev};
	return blk_in_use(&f->roots, f->img, err);
}

static void test_in_use__nothing_on_it__is_free(void **state)
{
	struct fake f = fake_new();

	(void)state;
	assert_int_equal(ask(&f, NULL), 0);
	/* A loop device alone harms nothing. */
	assert_true(run("echo %s >%s/block/loop3/loop/backing_file", f.img, f.sys));
	assert_int_equal(ask(&f, NULL), 0);
	scratch_done(f.dir);
}

static void test_in_use__partition_of_a_loop_device_mounted__says_where(void **state)
{
	struct fake f = fake_new();
	struct rs_err err = {0};

	(void)state;
	assert_true(
		run("echo %s >%s/block/loop3/loop/backing_file && mkdir %s/block/loop3/loop3p1 && "
		    "echo 1 >%s/block/loop3/loop3p1/partition && "
		    "echo 259:0 >%s/block/loop3/loop3p1/dev",
			f.img, f.sys, f.sys, f.sys, f.sys));
	assert_int_equal(ask(&f, NULL), 0);
	assert_true(
		run("echo '40 22 259:0 / /mnt/win ro,relatime shared:9 - fuseblk /dev/loop3p1 ro' "
		    ">>%s/self/mountinfo",
			f.proc));
	assert_int_equal(ask(&f, &err), RS_E_BUSY);
	assert_non_null(strstr(err.detail, "/mnt/win"));
	assert_string_equal(err.object, f.img);
	scratch_done(f.dir);
}

static void test_in_use__held_by_device_mapper__names_the_holder(void **state)
{
	struct fake f = fake_new();
	struct rs_err err = {0};

	(void)state;
	assert_true(run("cd %s/block && echo %s >loop3/loop/backing_file && "
			"mkdir -p dm-0/dm loop3/holders/dm-0 && echo bitlk-5 >dm-0/dm/name",
		f.sys, f.img));
	assert_int_equal(ask(&f, &err), RS_E_BUSY);
	assert_non_null(strstr(err.detail, "dm-0 = bitlk-5"));
	scratch_done(f.dir);
}

static void test_in_use__swap_on_it__is_busy(void **state)
{
	struct fake f = fake_new();
	struct rs_err err = {0};

	(void)state;
	assert_true(run("echo '%s file 1024 0 -2' >>%s/swaps", f.img, f.proc));
	assert_int_equal(ask(&f, &err), RS_E_BUSY);
	assert_non_null(strstr(err.detail, "swap"));
	scratch_done(f.dir);
}

static void test_in_use__image_on_another_file__is_free(void **state)
{
	struct fake f = fake_new();

	(void)state;
	assert_true(run("cd %s && truncate -s 1M other && "
			"echo %s/other >sys/block/loop3/loop/backing_file && "
			"echo '41 22 7:3 / /mnt rw - ext4 /dev/loop3 rw' >>proc/self/mountinfo",
		f.dir, f.dir));
	assert_int_equal(ask(&f, NULL), 0);
	scratch_done(f.dir);
}

static void test_lock__shared_twice__is_fine(void **state)
{
	struct fake f = fake_new();
	struct blk_lock *a = NULL, *b = NULL;

	(void)state;
	assert_int_equal(blk_lock(f.img, false, &a, NULL), 0);
	assert_int_equal(blk_lock(f.img, false, &b, NULL), 0);
	blk_unlock(a);
	blk_unlock(b);
	scratch_done(f.dir);
}

static void test_lock__exclusive_while_held__is_busy_and_says_by_whom(void **state)
{
	struct fake f = fake_new();
	struct rs_err err = {0};
	struct blk_lock *a = NULL, *b = NULL;
	char pid[32];

	(void)state;
	assert_int_equal(blk_lock(f.img, true, &a, NULL), 0);
	assert_int_equal(blk_lock(f.img, true, &b, &err), RS_E_BUSY);
	assert_null(b);
	(void)snprintf(pid, sizeof(pid), "process %d", (int)getpid());
	if (access("/proc/locks", R_OK) == 0)
		assert_non_null(strstr(err.detail, pid));
	assert_int_equal(blk_lock(f.img, false, &b, &err), RS_E_BUSY);
	blk_unlock(a);
	assert_int_equal(blk_lock(f.img, true, &b, NULL), 0);
	blk_unlock(b);
	scratch_done(f.dir);
}

static void test_lock__no_such_file__cannot_open(void **state)
{
	struct blk_lock *l = NULL;

	(void)state;
	assert_int_equal(blk_lock("/nonexistent/disk", false, &l, NULL), RS_E_IO_OPEN);
}

static void test_disk_list__disks_among_virtual_devices__only_the_disks(void **state)
{
	struct fake f = fake_new();
	char **paths = NULL, want[96];

	(void)state;
	assert_true(run("cd %s/block && for d in sda sdb sdaa nvme0n1 nvme0n2 sr0 ram0 zram0 dm-0 "
			"cciss\\!c0d0; do mkdir -p $d; echo 1000 >$d/size; done; "
			"echo 0 >sdb/size; echo 1 >nvme0n2/hidden",
		f.sys));
	f.roots = (struct sys_roots){f.sys, f.proc, "/dev"};
	assert_int_equal(disk_list_in(&f.roots, &paths, NULL), 0);
	want[0] = '\0';
	for (char **p = paths; *p; p++) {
		assert_true(strlen(want) + strlen(*p) + 2 < sizeof(want));
		(void)strcat(strcat(want, *p), " ");
	}
	assert_string_equal(want, "/dev/cciss/c0d0 /dev/nvme0n1 /dev/sda /dev/sdaa ");
	disk_list_free(paths);
	scratch_done(f.dir);
}

static void test_disk_identity__image_file__is_empty(void **state)
{
	char model[32] = "x", serial[32] = "x";

	(void)state;
	disk_identity("/dev/null", model, sizeof(model), serial, sizeof(serial));
	assert_string_equal(model, "");
	assert_string_equal(serial, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_use__nothing_on_it__is_free),
		cmocka_unit_test(test_in_use__partition_of_a_loop_device_mounted__says_where),
		cmocka_unit_test(test_in_use__held_by_device_mapper__names_the_holder),
		cmocka_unit_test(test_in_use__swap_on_it__is_busy),
		cmocka_unit_test(test_in_use__image_on_another_file__is_free),
		cmocka_unit_test(test_lock__shared_twice__is_fine),
		cmocka_unit_test(test_lock__exclusive_while_held__is_busy_and_says_by_whom),
		cmocka_unit_test(test_lock__no_such_file__cannot_open),
		cmocka_unit_test(test_disk_list__disks_among_virtual_devices__only_the_disks),
		cmocka_unit_test(test_disk_identity__image_file__is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

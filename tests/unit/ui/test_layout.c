/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keyboard layouts: found, chosen, loaded; the kernel's tables are the test's (--wrap of ioctl),
 * and so are the files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kd.h>
#include <linux/keyboard.h>

#include "ui/layout.h"

#define FD	   77
#define HEAD	   (7U + 256U)
#define FILE_BYTES (HEAD + 2U * 256U)

static uint16_t tables[256][128];
static unsigned n_written;
static int refused; /* errno */

int __wrap_ioctl(int fd, unsigned long request, struct kbentry *e);

int __wrap_ioctl(int fd, unsigned long request, struct kbentry *e)
{
	assert_int_equal(fd, FD);
	assert_int_equal(request, KDSKBENT);
	errno = refused;
	if (refused)
		return -1;
	assert_true(e->kb_index > 0 && e->kb_index < 128); /* key 0 is the table itself */
	tables[e->kb_table][e->kb_index] = e->kb_value;
	n_written++;
	return 0;
}

static char folder[] = "/tmp/test_layout.XXXXXX";
static uint8_t file[FILE_BYTES + 1];

static void put(const char *name, size_t len)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(file, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

/* kbd, loadkeys -b: tables 0 and 65. */
static int begin(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	memcpy(file, "bkeymap", 7);
	file[7] = file[7 + 65] = 1;
	for (unsigned i = 0; i < 2 * 128; i++) {
		file[HEAD + 2 * i] = (uint8_t)i;
		file[HEAD + 2 * i + 1] = i < 128 ? 0x0B : 0xF1;
	}
	put("us", FILE_BYTES);
	put("de", FILE_BYTES);
	put("ch_fr", FILE_BYTES);
	put(".said", 0);
	put("Readme", 0);
	put("much_too_long", 0);
	put("de.old", 0);
	return 0;
}

static int end(void **state)
{
	char command[64];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

static int fresh(void **state)
{
	(void)state;
	memset(tables, 0, sizeof(tables));
	n_written = 0;
	refused = 0;
	return 0;
}

static void test_find__names__in_order_and_us_first_loaded(void **state)
{
	struct layouts l;

	(void)state;
	layouts_find(folder, &l);
	assert_int_equal(l.n, 3);
	assert_string_equal(l.names[0], "ch_fr");
	assert_string_equal(l.names[1], "de");
	assert_string_equal(l.names[2], "us");
	assert_int_equal(l.at, 2);
	assert_true(layouts_choose(&l, "de"));
	assert_false(layouts_choose(&l, "xx"));
	assert_int_equal(l.at, 1);
	layouts_find("/nowhere", &l);
	assert_int_equal(l.n, 0);
}

static void test_load__each_table_that_is_there(void **state)
{
	struct layouts l;

	(void)state;
	layouts_find(folder, &l);
	assert_int_equal(layouts_load(&l, FD, NULL), 0);
	assert_int_equal(n_written, 2 * 127);
	assert_int_equal(tables[0][2], 0x0B02);
	assert_int_equal(tables[0][127], 0x0B7F);
	assert_int_equal(tables[65][1], 0xF181);
	assert_int_equal(tables[65][127], 0xF1FF);
}

static void assert_refused(size_t len)
{
	struct layouts l;
	struct rs_err err = {0};

	put("bad", len);
	layouts_find(folder, &l);
	assert_true(layouts_choose(&l, "bad"));
	assert_int_equal(layouts_load(&l, FD, &err), RS_E_USAGE);
	assert_int_equal(n_written, 0);
}

static void test_load__no_layout_in_it__nothing_is_written(void **state)
{
	(void)state;
	for (size_t len = 0; len < FILE_BYTES; len++)
		assert_refused(len);
	assert_refused(FILE_BYTES + 1);
	file[7 + 66] = 1; /* a table that is not there */
	assert_refused(FILE_BYTES);
	file[7 + 66] = 0;
	file[0] = 'B';
	assert_refused(FILE_BYTES);
	file[0] = 'b';
	file[7] = file[7 + 65] = 0; /* one without a table */
	assert_refused(HEAD);
	file[7] = file[7 + 65] = 1;
}

static void test_find__more_than_there_is_room__the_first_are_there(void **state)
{
	struct layouts l;
	char name[] = "a_x";

	(void)state;
	for (unsigned i = 0; i < 2 * LAYOUTS_MOST; i++) {
		name[0] = (char)('a' + i % 26);
		name[2] = (char)('a' + i / 26);
		put(name, 0);
	}
	layouts_find(folder, &l);
	assert_int_equal(l.n, LAYOUTS_MOST);
	assert_string_equal(l.names[0], "a_a");
}

static void test_load__refused__is_told(void **state)
{
	struct layouts l;
	struct rs_err err = {0};

	(void)state;
	layouts_find(folder, &l);
	refused = EPERM;
	assert_int_equal(layouts_load(&l, FD, &err), RS_E_USAGE);
	assert_non_null(strstr(err.detail, "stays as it is"));
	refused = EINVAL; /* an entry that this kernel has not: the others count */
	assert_int_equal(layouts_load(&l, FD, &err), 0);
	l.names[l.at][0] = 'x'; /* gone meanwhile */
	assert_int_equal(layouts_load(&l, FD, &err), RS_E_IO_OPEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_find__names__in_order_and_us_first_loaded, fresh),
		cmocka_unit_test_setup(test_load__each_table_that_is_there, fresh),
		cmocka_unit_test_setup(test_load__no_layout_in_it__nothing_is_written, fresh),
		cmocka_unit_test_setup(test_load__refused__is_told, fresh),
		cmocka_unit_test_setup(
			test_find__more_than_there_is_room__the_first_are_there, fresh),
	};

	return cmocka_run_group_tests(tests, begin, end);
}

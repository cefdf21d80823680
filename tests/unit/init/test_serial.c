/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which serial port the firmware names: tables made here, whole, cut and bent. */
#include "init/serial.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tree.h"

enum { TABLE = 80, LATER = 90 };

static uint8_t table[LATER];

static void seal(size_t len)
{
	uint8_t sum = 0;

	table[4] = (uint8_t)len;
	table[9] = 0;
	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + table[i]);
	table[9] = (uint8_t)-sum;
}

/* COM2 at 57600, as a server's firmware has it. */
static void make_table(void)
{
	memset(table, 0, sizeof(table));
	memcpy(table, "SPCR", 4);
	table[8] = 2;
	table[40] = 1; /* an I/O port */
	table[41] = 8;
	table[44] = 0xf8;
	table[45] = 0x02;
	table[52] = 1;
	table[53] = 3;
	table[58] = 6;
	seal(TABLE);
}

static bool parse(size_t len, struct spcr *ret)
{
	return spcr_parse((struct rs_view){table, len}, ret);
}

static void test_spcr__com2__address_and_speed(void **state)
{
	struct spcr s;

	(void)state;
	make_table();
	assert_true(parse(TABLE, &s));
	assert_false(s.is_memory);
	assert_int_equal(s.address, 0x2f8);
	assert_int_equal(s.bauds, 57600);
	assert_true(parse(LATER, &s)); /* what follows is not of it */
}

static void test_spcr__each_speed(void **state)
{
	static const struct {
		uint8_t code;
		unsigned bauds;
	} rows[] = {{0, 0}, {1, 0}, {3, 9600}, {4, 19200}, {5, 0}, {6, 57600}, {7, 115200}, {8, 0},
		{255, 0}};
	struct spcr s;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		make_table();
		table[58] = rows[i].code;
		seal(TABLE);
		assert_true(parse(TABLE, &s));
		assert_int_equal(s.bauds, rows[i].bauds);
	}
}

/* Of revision 4, and only of it; a speed that is none leaves the code. */
static void test_spcr__exact_speed__of_later_tables(void **state)
{
	struct spcr s;

	(void)state;
	make_table();
	table[81] = 0x84;
	table[82] = 0x03; /* 230400 */
	table[8] = 4;
	seal(88);
	assert_true(parse(88, &s));
	assert_int_equal(s.bauds, 230400);
	table[8] = 3;
	seal(88);
	assert_true(parse(88, &s));
	assert_int_equal(s.bauds, 57600);
	table[8] = 4;
	table[81] = 0x85;
	seal(88);
	assert_true(parse(88, &s));
	assert_int_equal(s.bauds, 57600);
	seal(TABLE); /* says 4, and ends before it */
	assert_true(parse(TABLE, &s));
	assert_int_equal(s.bauds, 57600);
	table[81] = 0x84;
	assert_true(parse(LATER, &s)); /* what stands behind its end is another's */
	assert_int_equal(s.bauds, 57600);
}

static void test_spcr__cut_anywhere__is_none(void **state)
{
	struct spcr s;

	(void)state;
	make_table();
	for (size_t len = 0; len < TABLE; len++)
		assert_false(parse(len, &s));
	for (size_t len = 0; len < TABLE; len++) { /* and says so itself, with a right sum */
		make_table();
		seal(len);
		assert_false(parse(TABLE, &s));
	}
	make_table();
	seal(TABLE + 1);
	assert_false(parse(TABLE, &s)); /* longer than it is */
}

static void test_spcr__any_byte_bent__is_none(void **state)
{
	struct spcr s;

	(void)state;
	for (size_t at = 0; at < TABLE; at++) {
		make_table();
		table[at] ^= 0x10;
		assert_false(parse(TABLE, &s));
	}
}

/* ARM's, a PCI space, a console that is switched off, another table. */
static void test_spcr__no_8250_or_no_port__is_none(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
	} rows[] = {{36, 3}, {36, 2}, {36, 0x0d}, {40, 2}, {40, 0x7f}, {0, 'D'}};
	struct spcr s;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		make_table();
		table[rows[i].at] = rows[i].value;
		seal(TABLE);
		assert_false(parse(TABLE, &s));
	}
	make_table();
	table[44] = table[45] = 0;
	seal(TABLE);
	assert_false(parse(TABLE, &s));
	for (uint8_t interface = 0; interface <= 0x12; interface++) {
		make_table();
		table[36] = interface;
		seal(TABLE);
		assert_int_equal(parse(TABLE, &s), interface < 2 || interface == 0x12);
	}
}

static void put_table(const char *root, size_t len)
{
	char path[256];

	tree_file("sys/firmware/acpi/tables/SPCR", "");
	(void)snprintf(path, sizeof(path), "%s/sys/firmware/acpi/tables/SPCR", root);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(table, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void put_port(const char *name, const char *type, const char *port, const char *io_type,
	const char *iomem)
{
	const char *const files[][2] = {
		{"type", type}, {"port", port}, {"io_type", io_type}, {"iomem_base", iomem}};
	char path[128];

	for (size_t i = 0; i < 4; i++) {
		(void)snprintf(path, sizeof(path), "sys/class/tty/%s/%s", name, files[i][0]);
		tree_file(path, files[i][1]);
	}
}

static void test_firmware__its_port__by_address(void **state)
{
	const char *root = tree_new();
	char port[SERIAL_PORT];

	(void)state;
	make_table();
	tree_file("sys/class/tty/tty1/dev", "4:1\n");
	put_port("ttyS0", "4\n", "0x3F8\n", "0\n", "0x0\n");
	put_port("ttyS1", "4\n", "0x2F8\n", "0\n", "0x0\n");
	serial_of_firmware(root, port);
	assert_string_equal(port, ""); /* no table */
	put_table(root, TABLE);
	serial_of_firmware(root, port);
	assert_string_equal(port, "ttyS1,57600");
	table[58] = 0;
	seal(TABLE);
	put_table(root, TABLE);
	serial_of_firmware(root, port);
	assert_string_equal(port, "ttyS1,115200"); /* "as it is": Linux cannot ask for it */
	put_table(root, TABLE - 1);
	serial_of_firmware(root, port);
	assert_string_equal(port, "");
	tree_done();
}

/* An address that no UART answers at, and the same number in the other space. */
static void test_firmware__no_such_port__names_none(void **state)
{
	const char *root = tree_new();
	char port[SERIAL_PORT];

	(void)state;
	make_table();
	put_table(root, TABLE);
	put_port("ttyS1", "0\n", "0x2F8\n", "0\n", "0x0\n");
	put_port("ttyS2", "4\n", "0x2F8\n", "2\n", "0x2F8\n");
	put_port("ttyUSB0", "4\n", "0x2F8\n", "0\n", "0x0\n");
	put_port("ttyS3", "4\n", "0x2F8\n", "1\n", "0x0\n");
	serial_of_firmware(root, port);
	assert_string_equal(port, "");
	table[40] = 0; /* memory */
	seal(TABLE);
	put_table(root, TABLE);
	serial_of_firmware(root, port);
	assert_string_equal(port, "ttyS2,57600");
	/* a hub of ports shows an address for all of them */
	put_port("ttyS2", "0\n", "0x2F8\n", "2\n", "0x2F8\n");
	put_port("ttyS3", "4\n", "0x2F8\n", "1\n", "0x2F8\n");
	serial_of_firmware(root, port);
	assert_string_equal(port, "");
	put_port("ttyS2", "4\n", "0x2F8\n", "2\n", "0x2F8\n");
	assert_true(serial_is_there(root, "ttyS2"));
	assert_false(serial_is_there(root, "ttyS1"));
	assert_false(serial_is_there(root, "ttyS9"));
	tree_done();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spcr__com2__address_and_speed),
		cmocka_unit_test(test_spcr__each_speed),
		cmocka_unit_test(test_spcr__exact_speed__of_later_tables),
		cmocka_unit_test(test_spcr__cut_anywhere__is_none),
		cmocka_unit_test(test_spcr__any_byte_bent__is_none),
		cmocka_unit_test(test_spcr__no_8250_or_no_port__is_none),
		cmocka_unit_test(test_firmware__its_port__by_address),
		cmocka_unit_test(test_firmware__no_such_port__names_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The number row of a keyboard whose layout is not ours to know; the kernel's tables are the test's
 * (--wrap of ioctl). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <linux/kd.h>
#include <linux/keyboard.h>

#include "ui/keymap.h"

#define FD   77
#define KEYS 128

#define TABLES 67

static unsigned short tables[TABLES][KEYS], before[TABLES][KEYS];
static bool is_readable, is_writable;
static unsigned n_written;

int __wrap_ioctl(int fd, unsigned long request, struct kbentry *e);

int __wrap_ioctl(int fd, unsigned long request, struct kbentry *e)
{
	assert_int_equal(fd, FD);
	assert_true(e->kb_table < TABLES && e->kb_index < KEYS);
	if (request == KDGKBENT && is_readable) {
		e->kb_value = tables[e->kb_table][e->kb_index];
		return 0;
	}
	if (request == KDSKBENT && is_writable) {
		n_written++;
		tables[e->kb_table][e->kb_index] = e->kb_value;
		return 0;
	}
	errno = EPERM;
	return -1;
}

static int fresh(void **state)
{
	(void)state;
	for (unsigned t = 0; t < TABLES; t++)
		for (unsigned i = 0; i < KEYS; i++)
			tables[t][i] = before[t][i] = (unsigned short)(0x300 + t * KEYS + i);
	is_readable = is_writable = true;
	n_written = 0;
	return 0;
}

/* linux/input-event-codes.h: KEY_1 2, KEY_9 10, KEY_0 11. */
static void test_digits__both_tables__and_all_as_it_was(void **state)
{
	static const char row[] = "1234567890";

	(void)state;
	keymap_digits(FD);
	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(tables[K_NORMTAB][2 + i], (unsigned char)row[i]);
		assert_int_equal(tables[K_SHIFTTAB][2 + i], (unsigned char)row[i]);
		assert_int_equal(tables[64][2 + i], (unsigned char)row[i]); /* Caps Lock */
		assert_int_equal(tables[65][2 + i], (unsigned char)row[i]);
	}
	assert_memory_equal(tables[2], before[2], sizeof(before[2]));
	for (unsigned t = 0; t < 2; t++) {
		assert_memory_equal(tables[t], before[t], 2 * sizeof(before[t][0]));
		assert_memory_equal(
			&tables[t][12], &before[t][12], (KEYS - 12) * sizeof(before[t][0]));
	}
	keymap_digits(FD); /* once more: what is kept is not the digits */
	keymap_restore();
	assert_memory_equal(tables, before, sizeof(before));
	n_written = 0;
	keymap_restore();
	assert_int_equal(n_written, 0);
}

static void test_digits__not_allowed__nothing_to_put_back(void **state)
{
	(void)state;
	is_writable = false;
	keymap_digits(FD);
	is_writable = true;
	keymap_restore();
	assert_int_equal(n_written, 0);
	is_readable = false;
	keymap_digits(FD);
	keymap_restore();
	assert_int_equal(n_written, 0);
}

/* A console that is not in Unicode mode calls a character beyond its own "none". */
static void test_digits__what_could_not_be_put_back__stays(void **state)
{
	(void)state;
	tables[K_NORMTAB][3] = before[K_NORMTAB][3] = K_HOLE;
	keymap_digits(FD);
	assert_int_equal(tables[K_NORMTAB][3], K_HOLE);
	assert_int_equal(tables[K_SHIFTTAB][3], '2');
	keymap_restore();
	assert_memory_equal(tables, before, sizeof(before));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_digits__both_tables__and_all_as_it_was, fresh),
		cmocka_unit_test_setup(test_digits__not_allowed__nothing_to_put_back, fresh),
		cmocka_unit_test_setup(test_digits__what_could_not_be_put_back__stays, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

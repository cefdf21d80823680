/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Codes: how large one becomes, and that its margin is light. That a reader reads them: check-tui.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ui/qr.h"

/* ISO/IEC 18004: version 3 has 29 modules a side; with the margin 37, or 19 rows of half blocks. */
static void test_make__a_key_id__at_most_version_3(void **state)
{
	struct qr q = {0};

	(void)state;
	assert_true(qr_make("6BC1077E-1716-ECDE-6C25-A68EAC35F8F5", &q));
	assert_true(q.width <= 29);
	qr_done(&q);
	assert_int_equal(q.width, 0);
}

/* The same standard: finder patterns are in three corners, seven modules a side. */
static void test_is_dark__margin_and_corners(void **state)
{
	struct qr q = {0};

	(void)state;
	assert_true(qr_make("A", &q));
	const int last = q.width + 2 * QR_MARGIN - 1;
	for (int i = -3; i <= last + 3; i++)
		for (int k = -3; k < QR_MARGIN; k++) {
			assert_false(qr_is_dark(&q, i, k));
			assert_false(qr_is_dark(&q, k, i));
			assert_false(qr_is_dark(&q, i, last - k));
			assert_false(qr_is_dark(&q, last - k, i));
		}
	for (int i = 0; i < 7; i++) {
		assert_true(qr_is_dark(&q, QR_MARGIN + i, QR_MARGIN));
		assert_true(qr_is_dark(&q, QR_MARGIN, QR_MARGIN + i));
		assert_true(qr_is_dark(&q, last - QR_MARGIN - i, QR_MARGIN));
		assert_true(qr_is_dark(&q, QR_MARGIN, last - QR_MARGIN - i));
	}
	assert_false(qr_is_dark(&q, QR_MARGIN + 1, QR_MARGIN + 1));
	assert_true(qr_is_dark(&q, QR_MARGIN + 3, QR_MARGIN + 3));
	qr_done(&q);
}

static void test_make__too_long__none(void **state)
{
	static char text[5000];
	struct qr q = {0};

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	assert_false(qr_make(text, &q));
	assert_false(qr_make("", &q));
	assert_false(qr_is_dark(&q, 0, 0));
	qr_done(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_make__a_key_id__at_most_version_3),
		cmocka_unit_test(test_is_dark__margin_and_corners),
		cmocka_unit_test(test_make__too_long__none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

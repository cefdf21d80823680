/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is an answer of a time server, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "net/sntp.h"

#define NONCE 0x1122334455667788ULL

/* RFC 4330, section 4; 2026-12-01T15:00:00Z */
static uint8_t good[SNTP_BYTES];

static int make(void **state)
{
	static const uint8_t nonce[8] = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88};
	static const uint8_t time[8] = {0xee, 0xb9, 0x5f, 0x70, 0x80, 0, 0, 0};

	(void)state;
	memset(good, 0, sizeof(good));
	good[0] = 0x24;
	good[1] = 2;
	memcpy(good + 24, nonce, 8);
	memcpy(good + 40, time, 8);
	return 0;
}

static bool is_one(int64_t *ret)
{
	return sntp_answer((struct rs_view){good, sizeof(good)}, NONCE, ret);
}

static void test_ask__a_clients_question_with_the_nonce(void **state)
{
	uint8_t q[SNTP_BYTES];

	(void)state;
	sntp_ask(NONCE, q);
	assert_int_equal(q[0], 0x23);
	assert_memory_equal(q + 40, good + 24, 8);
	for (int i = 1; i < 40; i++)
		assert_int_equal(q[i], 0);
}

static void test_answer__good__its_time(void **state)
{
	int64_t t = 0;

	(void)state;
	assert_true(is_one(&t));
	assert_int_equal(t, 1796137200 /* by date(1) */);
	good[40] = 0x00; /* after 2036 the count begins anew */
	assert_true(is_one(&t));
	assert_int_equal(t, 0xb95f70LL + 4294967296LL - 2208988800LL);
}

static void test_answer__each_fault__is_none(void **state)
{
	static const struct {
		unsigned at;
		uint8_t value;
	} faults[] = {{0, 0x23}, {0, 0x25}, {0, 0xe4}, {1, 0}, {1, 16}, {24, 0x12}, {31, 0}};
	int64_t t;

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		(void)make(NULL);
		good[faults[i].at] = faults[i].value;
		assert_false(is_one(&t));
	}
	(void)make(NULL);
	memset(good + 40, 0, 8);
	assert_false(is_one(&t));
	(void)make(NULL);
	for (size_t len = 0; len < sizeof(good); len++)
		assert_false(sntp_answer((struct rs_view){good, len}, NONCE, &t));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_ask__a_clients_question_with_the_nonce, make),
		cmocka_unit_test_setup(test_answer__good__its_time, make),
		cmocka_unit_test_setup(test_answer__each_fault__is_none, make),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

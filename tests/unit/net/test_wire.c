/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames: what is one, in which direction, and how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/wire.h"

static const enum net_frame to_program[] = {NET_FRAME_SECRET, NET_FRAME_BODY, NET_FRAME_REQUEST};
static const enum net_frame back[] = {
	NET_FRAME_ANSWER, NET_FRAME_KEY, NET_FRAME_NOT_HERE, NET_FRAME_ERROR, NET_FRAME_PROGRESS};

static void comes_back(enum net_frame frame, bool is_to_program)
{
	uint8_t head[NET_HEAD_BYTES];
	size_t most = 0, len = 1;

	while (most < 1UL << 30 && net_head_make(frame, most + 1, head))
		most = most ? most * 2 : 1;
	assert_true(most <= 16UL << 20);
	assert_true(net_head_make(frame, most, head));
	assert_int_equal(net_head_parse(head, is_to_program, &len), frame);
	assert_int_equal(len, most);
	assert_int_equal(net_head_parse(head, !is_to_program, &len), NET_FRAME_NONE);
}

static void test_head__made__is_parsed_in_its_direction_only(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(to_program) / sizeof(to_program[0]); i++)
		comes_back(to_program[i], true);
	for (size_t i = 0; i < sizeof(back) / sizeof(back[0]); i++)
		comes_back(back[i], false);
}

static void test_head__longer_than_its_type__is_none(void **state)
{
	/* as a stranger would write it */
	static const uint8_t heads[][NET_HEAD_BYTES] = {{'K', 65, 0, 0, 0}, {'N', 1, 0, 0, 0},
		{'A', 1, 0, 0, 1}, {'E', 1, 0x10, 0, 0}, {'P', 0xff, 0xff, 0xff, 0xff},
		{'k', 0, 0, 0, 0}, {0, 0, 0, 0, 0}};
	static const uint8_t whole[][NET_HEAD_BYTES] = {
		{'K', 64, 0, 0, 0}, {'A', 0, 0, 0, 1}, {'E', 0, 0x10, 0, 0}};
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		assert_int_equal(net_head_parse(heads[i], false, &len), NET_FRAME_NONE);
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		assert_int_not_equal(net_head_parse(whole[i], false, &len), NET_FRAME_NONE);
}

static void test_make__too_long_or_no_frame__false(void **state)
{
	uint8_t head[NET_HEAD_BYTES];

	(void)state;
	assert_false(net_head_make(NET_FRAME_NONE, 0, head));
	assert_false(net_head_make((enum net_frame)99, 0, head));
	assert_false(net_head_make(NET_FRAME_SECRET, (64U << 10) + 1, head));
	assert_false(net_head_make(NET_FRAME_BODY, (16U << 20) + 1, head));
	assert_false(net_head_make(NET_FRAME_REQUEST, SIZE_MAX, head));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_head__made__is_parsed_in_its_direction_only),
		cmocka_unit_test(test_head__longer_than_its_type__is_none),
		cmocka_unit_test(test_make__too_long_or_no_frame__false),
	};

	return cmocka_run_group_tests_name("net/wire", tests, NULL, NULL);
}

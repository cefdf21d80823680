/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transactions of the registry in their log: which of them Windows would make at its next start,
 * logs that are damaged in every place, and which log is a hive's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "format/guid.h"
#include "help_txr.h"
#include "help_vol.h"
#include "windows/txr.h"

#define CONFIG "Windows/System32/config/"
#define SYSTEM "\\Windows\\System32\\config\\SYSTEM"

static struct txr_made made;

static struct win_src src_of(struct win_bytes *b, const uint8_t *p, size_t len)
{
	*b = (struct win_bytes){p, len};
	return win_src_bytes(b);
}

/* What is cut is a copy that ends where it may be read. */
static struct win_txr look_cut(size_t base_len, size_t len_0, size_t len_1)
{
	const uint8_t *const all[3] = {made.base, made.c[0], made.c[1]};
	const size_t lens[3] = {base_len, len_0, len_1};
	const size_t whole[3] = {TXR_BASE_BYTES, TXR_CONTAINER, TXR_CONTAINER};
	uint8_t *cut[3] = {NULL};
	struct win_bytes b[3];
	struct win_src src[3];
	struct win_txr t;

	for (int i = 0; i < 3; i++) {
		if (lens[i] < whole[i])
			cut[i] = fence_copy(all[i], lens[i]);
		src[i] = src_of(&b[i], cut[i] ? cut[i] : all[i], lens[i]);
	}
	assert_int_equal(win_txr_read(&src[0], &src[1], 2, &t, NULL), 0);
	for (int i = 0; i < 3; i++)
		free(cut[i]);
	return t;
}

static enum win_txr_state look(void)
{
	return look_cut(TXR_BASE_BYTES, TXR_CONTAINER, TXR_CONTAINER).state;
}

static void cannot_for(const char *words)
{
	struct win_txr t = look_cut(TXR_BASE_BYTES, TXR_CONTAINER, TXR_CONTAINER);

	assert_int_equal(t.state, WIN_TXR_UNKNOWN);
	if (!strstr(t.why, words))
		fail_msg("'%s' is not in '%s'", words, t.why);
}

/* ---- what waits ---- */

static void test_txr__new_or_all_done__none(void **state)
{
	(void)state;
	txr_new(&made);
	assert_int_equal(look(), WIN_TXR_NONE);
	txr_whole(&made, 1, TXR_DONE);
	txr_whole(&made, 2, TXR_TAKEN_BACK);
	txr_base(&made);
	assert_int_equal(look(), WIN_TXR_NONE);
	txr_restart(&made, 1);
	txr_base(&made);
	assert_int_equal(look(), WIN_TXR_NONE);
}

static void test_txr__prepared_and_no_end__open(void **state)
{
	(void)state;
	txr_new(&made);
	txr_action(&made, 1, 1);
	txr_action(&made, TXR_PREPARED, 1);
	txr_base(&made);
	assert_int_equal(look(), WIN_TXR_OPEN);
	txr_action(&made, TXR_DONE, 2); /* another one's end */
	txr_base(&made);
	assert_int_equal(look(), WIN_TXR_OPEN);
	txr_action(&made, TXR_DONE, 1);
	txr_base(&made);
	assert_int_equal(look(), WIN_TXR_NONE);
}

static void test_txr__not_prepared__windows_drops_it(void **state)
{
	(void)state;
	txr_new(&made);
	for (uint8_t i = 0; i < 5; i++)
		txr_action(&made, 1, 1);
	txr_base(&made);
	assert_int_equal(look(), WIN_TXR_NONE);
}

static void test_txr__several_in_one_block__each_counts(void **state)
{
	(void)state;
	txr_new(&made);
	txr_say(&made, TXR_PREPARED, 1);
	txr_say(&made, TXR_PREPARED, 2);
	txr_say(&made, TXR_PREPARED, 2);
	txr_say(&made, TXR_DONE, 2);
	txr_end(&made);
	txr_base(&made);
	assert_int_equal(look(), WIN_TXR_OPEN);
	txr_action(&made, TXR_TAKEN_BACK, 1);
	txr_base(&made);
	assert_int_equal(look(), WIN_TXR_NONE);
}

/* After a crash the base log does not know the last records. */
static void test_txr__behind_what_the_base_log_knows__is_read_too(void **state)
{
	(void)state;
	txr_new(&made);
	txr_action(&made, TXR_PREPARED, 1);
	assert_int_equal(look(), WIN_TXR_OPEN);
	txr_action(&made, TXR_DONE, 1);
	assert_int_equal(look(), WIN_TXR_NONE);
}

static void test_txr__restart_record__says_where_windows_begins(void **state)
{
	(void)state;
	txr_new(&made);
	txr_action(&made, TXR_PREPARED, 1); /* settled at a start: no record says so */
	const uint64_t second = txr_action(&made, TXR_PREPARED, 2);
	txr_action(&made, TXR_DONE, 2);
	txr_restart(&made, second);
	txr_base(&made);
	assert_int_equal(look(), WIN_TXR_NONE);
	txr_restart(&made, made.first);
	txr_base(&made);
	assert_int_equal(look(), WIN_TXR_OPEN);
	txr_restart(&made, 1);
	txr_base(&made);
	assert_int_equal(look(), WIN_TXR_NONE);
	txr_restart(&made, TXR_NO_LSN - 1); /* behind itself: no later than itself */
	txr_base(&made);
	assert_int_equal(look(), WIN_TXR_NONE);
	txr_action(&made, TXR_PREPARED, 3);
	assert_int_equal(look(), WIN_TXR_OPEN);
}

/* In the block where Windows begins what stands before that record does not count. */
static void test_txr__begin_within_a_block__only_from_there(void **state)
{
	(void)state;
	txr_new(&made);
	txr_say(&made, TXR_PREPARED, 1);
	txr_say(&made, TXR_PREPARED, 2);
	const uint64_t block = txr_end(&made);
	txr_action(&made, TXR_DONE, 2);
	txr_restart(&made, block | 1);
	txr_base(&made);
	assert_int_equal(look(), WIN_TXR_NONE);
	txr_restart(&made, block);
	txr_base(&made);
	assert_int_equal(look(), WIN_TXR_OPEN);
}

static void test_txr__no_restart_record__from_the_log_s_first(void **state)
{
	(void)state;
	memset(&made, 0, sizeof(made));
	made.restart = TXR_NO_LSN;
	txr_base(&made);
	assert_int_equal(look(), WIN_TXR_NONE); /* nothing was ever written */
	txr_action(&made, TXR_PREPARED, 1);
	made.first = txr_action(&made, 1, 2);
	txr_base(&made);
	assert_int_equal(look(), WIN_TXR_NONE);
	made.first = 0;
	txr_base(&made);
	assert_int_equal(look(), WIN_TXR_OPEN);
}

/* A log goes round: a container that is used again has the next number. */
static void test_txr__containers_in_turn__followed(void **state)
{
	(void)state;
	txr_new(&made);
	txr_action(&made, TXR_PREPARED, 9);
	for (uint8_t i = 0; made.next >> 32 < 3; i++) {
		if (i)
			made.first = txr_whole(&made, i, TXR_DONE);
		txr_base(&made);
		if (i < 3)
			continue;
		txr_restart(&made, 1);
		txr_base(&made);
		assert_int_equal(look(), WIN_TXR_NONE);
	}
	txr_action(&made, TXR_PREPARED, 1);
	assert_int_equal(look(), WIN_TXR_OPEN);
	struct txr_made turned = made; /* in any order */
	memcpy(made.c[0], turned.c[1], TXR_CONTAINER);
	memcpy(made.c[1], turned.c[0], TXR_CONTAINER);
	assert_int_equal(look(), WIN_TXR_OPEN);
}

static void test_txr__other_records__do_not_count(void **state)
{
	uint8_t p[48] = {0};

	(void)state;
	txr_new(&made);
	rs_put_le32(p + 8, TXR_PREPARED);
	txr_add(&made, TXR_DATA, p, 47);	/* too short to be one */
	txr_add(&made, TXR_RESTART, p, 48);	/* no data */
	txr_add(&made, TXR_DATA | 0x10, p, 48); /* the rest of one */
	txr_end(&made);
	txr_base(&made);
	assert_int_equal(look(), WIN_TXR_NONE);
	txr_add(&made, TXR_DATA, p, 48);
	txr_end(&made);
	assert_int_equal(look(), WIN_TXR_OPEN);
}

static void test_txr__too_many_at_once__unknown(void **state)
{
	(void)state;
	txr_new(&made);
	for (uint8_t i = 0; i < 65; i++) {
		txr_say(&made, TXR_PREPARED, i);
		if (i % 16 == 15)
			txr_end(&made);
	}
	txr_end(&made);
	cannot_for("more than 64");
}

/* ---- damage ---- */

static void test_txr__base_log_damaged__unknown(void **state)
{
	(void)state;
	txr_new(&made);
	made.base[TXR_COPY_2 + 300] ^= 1; /* the older copy knows no record: that is one log more */
	assert_int_equal(look(), WIN_TXR_NONE);
	made.base[TXR_COPY_1 + 300] ^= 1;
	cannot_for("base log is damaged");
	txr_base(&made);
	made.base[300] ^= 1;
	cannot_for("base log is damaged");
	txr_control(made.base + 1024, 1); /* the other copy */
	assert_int_equal(look(), WIN_TXR_NONE);
}

/* Of two sound copies it is the newer one that counts, whichever comes first. */
static void test_txr__two_copies__the_newer_one(void **state)
{
	struct txr_made old;

	(void)state;
	txr_new(&made);
	txr_action(&made, TXR_PREPARED, 1);
	old = made; /* begins before it */
	txr_restart(&made, 1);
	for (int is_turned = 0; is_turned < 2; is_turned++) {
		txr_base(&made);
		txr_general(is_turned ? &made : &old, made.base + TXR_COPY_1, is_turned ? 9 : 8);
		txr_general(is_turned ? &old : &made, made.base + TXR_COPY_2, is_turned ? 8 : 9);
		assert_int_equal(look(), WIN_TXR_NONE);
		txr_general(is_turned ? &made : &old, made.base + TXR_COPY_1, is_turned ? 8 : 9);
		txr_general(is_turned ? &old : &made, made.base + TXR_COPY_2, is_turned ? 9 : 8);
		assert_int_equal(look(), WIN_TXR_OPEN);
	}
}

struct broken {
	uint32_t at; /* of the base log */
	uint32_t value;
	const char *why;
};

static void test_txr__fields_of_the_base_log__each_refused(void **state)
{
	enum { R = TXR_RECORD, G = TXR_COPY_2 + TXR_RECORD };
	static const struct broken all[] = {
		{R + 8, 0, "unknown version"},
		{R + 16, 2, "unknown version"},
		{R + 0x14, 1, "longer or shorter"},
		{R + 0x28, 1, "longer or shorter"},
		{R + 0x50 + 3 * 24 + 12, 0xFFFFFF00, ""}, /* then the older copy */
		{G + 0x13C, TXR_CLIENT, "several write into"},
		{G + 0x1330, 0x400000, "several write into"},
		{G + 0x138, 0, "base log is damaged"},
		{G + 0x138, 0xFFFFFFF0, "base log is damaged"},
		{G + TXR_CLIENT, 0xC1FDF008, "base log is damaged"},
		{G + TXR_CLIENT + 0x58, 0x400, "restart record"},
		{G + TXR_CLIENT + 0x58, 1, "restart record"},
		{G + TXR_CLIENT + 0x50, 0x100000, "before its last record"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const bool is_control = all[i].at < TXR_COPY_1;
		uint8_t *block = made.base + (is_control ? 0 : TXR_COPY_2);
		const size_t n = is_control ? 2 : TXR_GENERAL / TXR_SECTOR;
		txr_new(&made);
		txr_unseal(block, n);
		rs_put_le32(made.base + all[i].at, all[i].value);
		txr_seal(block, n);
		if (*all[i].why)
			cannot_for(all[i].why);
		else
			assert_int_equal(look(), WIN_TXR_NONE);
	}
}

static void test_txr__block_of_another_version_or_torn__is_none(void **state)
{
	static const uint16_t at[] = {0, 1, 4, 5, 16, 40, 42, 106, 510, 511};

	(void)state;
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		txr_new(&made);
		txr_action(&made, TXR_PREPARED, 1);
		made.c[0][512 + at[i]] ^= 0xFF;
		assert_int_equal(look(), WIN_TXR_NONE); /* written, and not noted: no record */
		txr_base(&made);
		cannot_for("before its last record");
	}
	txr_new(&made);
	txr_action(&made, TXR_PREPARED, 1);
	rs_put_le32(made.c[0] + 512 + 104, 511); /* what was kept would end behind it */
	assert_int_equal(look(), WIN_TXR_NONE);
}

static void test_txr__record_damaged__unknown(void **state)
{
	static const struct broken all[] = {
		{1, 1, ""},			   /* its number */
		{24, 39, ""},			   /* its size: less than its head */
		{24, 0x1000, ""},		   /* ... more than its block */
		{34, 39, ""},			   /* its data */
		{34, 200, ""}, {36, TXR_DATA, ""}, /* not the last one */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		txr_new(&made);
		txr_say(&made, TXR_PREPARED, 1);
		txr_say(&made, TXR_DONE, 1);
		txr_end(&made);
		txr_base(&made);
		uint8_t *second = made.c[0] + 512 + TXR_RECORD + 88;
		if (all[i].at == 34)
			rs_put_le16(second + 34, (uint16_t)all[i].value);
		else
			rs_put_le32(second + all[i].at, all[i].value);
		cannot_for("records is damaged");
	}
}

/* A cut log is one of which something is missing; never one without the transaction. */
static void test_txr__cut_at_every_byte__never_none(void **state)
{
	(void)state;
	txr_new(&made);
	while (made.next < TXR_CONTAINER / 2)
		txr_action(&made, TXR_PREPARED, 1);
	txr_restart(&made, 0);
	txr_base(&made);
	/* the older copy would do for one whose newer one is cut off: it says the same here */
	txr_general(&made, made.base + TXR_COPY_1, 6);
	const size_t end = (size_t)made.next;
	for (size_t len = 0; len < TXR_BASE_BYTES; len++)
		assert_int_equal(look_cut(len, TXR_CONTAINER, TXR_CONTAINER).state,
			len < TXR_COPY_2 ? WIN_TXR_UNKNOWN : WIN_TXR_OPEN);
	for (size_t len = 0; len < TXR_CONTAINER; len++)
		assert_int_equal(look_cut(TXR_BASE_BYTES, len, TXR_CONTAINER).state,
			len < end ? WIN_TXR_UNKNOWN : WIN_TXR_OPEN);
}

/* A bit anywhere in the blocks that count: it may make a record of another kind, but what is read
 * stays inside. */
static void test_txr__any_bit_turned__is_read_within_its_bytes(void **state)
{
	unsigned n[3] = {0};

	(void)state;
	txr_new(&made);
	txr_action(&made, TXR_PREPARED, 1);
	txr_base(&made);
	for (size_t i = 0; i < (size_t)made.next * 8; i++) {
		made.c[0][i / 8] ^= (uint8_t)(1 << i % 8);
		n[look()]++;
		made.c[0][i / 8] ^= (uint8_t)(1 << i % 8);
	}
	assert_true(n[WIN_TXR_OPEN] > n[WIN_TXR_NONE]);
	assert_true(n[WIN_TXR_UNKNOWN] > 0);
}

static int fails(void *user, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	(void)user;
	(void)off_bytes;
	memset(buf, 0, len);
	return rs_fail(err, RS_E_IO_READ, "a bad sector");
}

static void test_txr__disk_fails__an_error(void **state)
{
	struct win_src bad = {fails, NULL, TXR_BASE_BYTES};
	struct win_bytes b;
	struct win_txr t;

	(void)state;
	txr_new(&made);
	assert_int_equal(win_txr_read(&bad, NULL, 0, &t, NULL), RS_E_IO_READ);
	struct win_src base = src_of(&b, made.base, TXR_BASE_BYTES);
	assert_int_equal(win_txr_read(&base, &bad, 1, &t, NULL), RS_E_IO_READ);
	assert_int_equal(win_txr_read(&base, NULL, 0, &t, NULL), 0);
	assert_int_equal(t.state, WIN_TXR_UNKNOWN); /* its containers are gone */
}

/* ---- which log ---- */

static const uint8_t log_id[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static void base_block(uint8_t p[4096], const uint8_t id[16], uint32_t second)
{
	memset(p, 0, 4096);
	memcpy(p, "regf", 4);
	rs_put_le32(p + 4, 5);
	rs_put_le32(p + 8, second);
	rs_put_le32(p + 20, 1);
	rs_put_le32(p + 24, 5);
	memset(p + 112, 0xEE, 16); /* RmId: is no file's name */
	memcpy(p + 128, id, 16);
	memcpy(p + 164, "rmtm", 4);
	mk_sum(p);
}

static void put_log(struct tv *v, const uint8_t id[16])
{
	char guid[RS_GUID_LEN], path[160];

	rs_guid_lower(id, guid);
	(void)snprintf(path, sizeof(path), CONFIG "TxR/{%s}.TxR.blf", guid);
	tv_put(v, path, made.base, TXR_BASE_BYTES);
	for (int i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), CONFIG "TxR/{%s}.TxR.%d.regtrans-ms", guid, i);
		tv_put(v, path, made.c[i], TXR_CONTAINER);
	}
}

static struct win_txr look_in(struct tv *v, const char *path)
{
	struct win_txr t;

	tv_open(v);
	assert_int_equal(win_txr_look(v->vol, path, &t, NULL), 0);
	return t;
}

static void open_log_made(void)
{
	txr_new(&made);
	txr_action(&made, TXR_PREPARED, 1);
	txr_base(&made);
}

static void test_txr_look__the_log_of_system__is_that_of_its_neighbours(void **state)
{
	static const char *const paths[] = {SYSTEM, "\\Windows\\System32\\config\\SOFTWARE"};

	(void)state;
	for (int i = 0; i < 2; i++) {
		auto_tv struct tv v;
		uint8_t p[4096];
		tv_make(&v);
		open_log_made();
		put_log(&v, log_id);
		base_block(p, log_id, 5);
		tv_put(&v, CONFIG "SYSTEM", p, sizeof(p));
		base_block(p, (const uint8_t[16]){9}, 5);
		tv_put(&v, CONFIG "SOFTWARE", p, sizeof(p));
		assert_int_equal(look_in(&v, paths[i]).state, WIN_TXR_OPEN);
	}
}

/* Windows makes a new log where it finds none, or no name for one. */
static void test_txr_look__no_such_log__none(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		auto_tv struct tv v;
		uint8_t p[4096];
		tv_make(&v);
		open_log_made();
		base_block(p, i == 1 ? (const uint8_t[16]){0} : log_id, 5);
		if (i == 0)
			put_log(&v, (const uint8_t[16]){7});
		else
			put_log(&v, p + 128);
		if (i == 2)
			memcpy(p + 164, "OfRg", 4);
		mk_sum(p);
		if (i != 3)
			tv_put(&v, CONFIG "SYSTEM", p, sizeof(p));
		assert_int_equal(look_in(&v, SYSTEM).state, WIN_TXR_NONE);
	}
}

/* What a start of Windows changed in the base block may be in a log of SYSTEM only. */
static void test_txr_look__dirty_system__its_logs_name_one_too(void **state)
{
	(void)state;
	for (uint32_t second = 4; second <= 5; second++) {
		auto_tv struct tv v;
		uint8_t p[4096];
		tv_make(&v);
		open_log_made();
		put_log(&v, log_id);
		base_block(p, (const uint8_t[16]){7}, second);
		tv_put(&v, CONFIG "SYSTEM", p, sizeof(p));
		base_block(p, log_id, 5);
		tv_put(&v, CONFIG "SYSTEM.LOG2", p, sizeof(p));
		assert_int_equal(
			look_in(&v, SYSTEM).state, second == 4 ? WIN_TXR_OPEN : WIN_TXR_NONE);
	}
}

static void test_txr_look__system_or_log_damaged__unknown(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		auto_tv struct tv v;
		uint8_t p[4096];
		tv_make(&v);
		txr_new(&made);
		made.c[0][511] ^= i == 0;
		put_log(&v, log_id);
		base_block(p, log_id, 5);
		p[60] ^= i == 1;
		tv_put(&v, CONFIG "SYSTEM", p, sizeof(p));
		struct win_txr t = look_in(&v, SYSTEM);
		assert_int_equal(t.state, WIN_TXR_UNKNOWN);
		assert_non_null(strstr(t.why, i ? "base block of SYSTEM" : "restart record"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_txr__new_or_all_done__none),
		cmocka_unit_test(test_txr__prepared_and_no_end__open),
		cmocka_unit_test(test_txr__not_prepared__windows_drops_it),
		cmocka_unit_test(test_txr__several_in_one_block__each_counts),
		cmocka_unit_test(test_txr__behind_what_the_base_log_knows__is_read_too),
		cmocka_unit_test(test_txr__restart_record__says_where_windows_begins),
		cmocka_unit_test(test_txr__begin_within_a_block__only_from_there),
		cmocka_unit_test(test_txr__no_restart_record__from_the_log_s_first),
		cmocka_unit_test(test_txr__containers_in_turn__followed),
		cmocka_unit_test(test_txr__other_records__do_not_count),
		cmocka_unit_test(test_txr__too_many_at_once__unknown),
		cmocka_unit_test(test_txr__base_log_damaged__unknown),
		cmocka_unit_test(test_txr__two_copies__the_newer_one),
		cmocka_unit_test(test_txr__fields_of_the_base_log__each_refused),
		cmocka_unit_test(test_txr__block_of_another_version_or_torn__is_none),
		cmocka_unit_test(test_txr__record_damaged__unknown),
		cmocka_unit_test(test_txr__cut_at_every_byte__never_none),
		cmocka_unit_test(test_txr__any_bit_turned__is_read_within_its_bytes),
		cmocka_unit_test(test_txr__disk_fails__an_error),
		cmocka_unit_test(test_txr_look__the_log_of_system__is_that_of_its_neighbours),
		cmocka_unit_test(test_txr_look__no_such_log__none),
		cmocka_unit_test(test_txr_look__dirty_system__its_logs_name_one_too),
		cmocka_unit_test(test_txr_look__system_or_log_damaged__unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

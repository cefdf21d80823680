/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers that a disk says: none of them rules how long something takes, how much memory it wants,
 * or what is given out when it could not be read. */
#include "raw_help.h"

#include <stdio.h>
#include <string.h>

#include "../../layers/layers.h"

#define HUGE_BYTES (1ULL << 62)

/* $LogFile with these sizes over its wiped clusters. */
static void put_log(struct rh_vol *v, uint64_t data_bytes)
{
	const uint64_t sizes[3] = {data_bytes, data_bytes, 8 * RH_CLUSTER};
	char pairs[32];
	struct rh_rec r;

	(void)snprintf(pairs, sizeof(pairs), "11 08 %02x 00", (unsigned)v->log_lcn);
	rh_begin(&r, 2, 2, 1, 0);
	rh_name(&r, RH_ROOT, "$LogFile", NT_NS_WIN32_DOS);
	rh_runs(&r, NT_AT_DATA, 0, 7, pairs, sizes);
	rh_end(&r);
	rh_put(v, 2, &r);
}

static void test_log__of_2_to_62_bytes__is_named_at_once(void **state)
{
	struct nt_state st;
	struct rh_vol v;

	(void)state;
	rh_vol_make(&v, 64);
	memset(v.p + v.log_lcn * RH_CLUSTER, 0xFF, 8 * RH_CLUSTER);
	put_log(&v, HUGE_BYTES);
	struct lay_watch *w = lay_watch_new(v.mem);
	assert_non_null(w);
	auto_nt_raw struct nt_raw *raw = NULL;
	assert_int_equal(nt_raw_open(&w->blk, &raw, NULL), 0);
	assert_int_equal(nt_state_read(raw, &st, NULL), 0);
	assert_int_equal(st.log, NT_LOG_UNREADABLE);
	assert_non_null(strstr(st.log_reason, "4611686018427387904 bytes"));
	assert_false(st.can_write);
	assert_in_range(w->reads, 1, 100);
	nt_raw_close(rs_steal(raw));
	blk_close(&w->blk);
	blk_close(v.mem);
}

/* ---- outputs are set on success only ---- */

static void test_read__that_fails__leaves_outputs_alone(void **state)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	uint8_t *all = NULL, buf[64];
	size_t len = 77;
	struct rh_vol v;

	(void)state;
	rh_vol_make(&v, 64);
	struct lay_watch *w = lay_watch_new(v.mem);
	assert_non_null(w);
	assert_int_equal(nt_raw_open(&w->blk, &raw, NULL), 0);
	lay_watch_reset(w);
	w->fail_read = 2; /* the first is of the record, the second of the data */
	assert_int_equal(
		nt_raw_read(raw, 2, NT_AT_DATA, "", 0, buf, sizeof(buf), &len, NULL), RS_E_IO_READ);
	assert_int_equal(len, 77);
	lay_watch_reset(w);
	w->fail_read = 2;
	assert_int_equal(
		nt_raw_read_all(raw, 2, NT_AT_DATA, "", 1 << 20, &all, &len, NULL), RS_E_IO_READ);
	assert_int_equal(len, 77);
	assert_null(all);
	nt_raw_close(rs_steal(raw));
	blk_close(&w->blk);
	blk_close(v.mem);
}

/* ---- whatever reads can be cancelled ---- */

static bool never(void *user, const char *what, uint64_t done, uint64_t total)
{
	(void)what;
	(void)done;
	(void)total;
	++*(unsigned *)user;
	return false;
}

static void test_read__cancelled__says_so(void **state)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	struct rs_err err = {0};
	unsigned asked = 0;
	struct rs_task task = {&asked, never};
	struct rh_vol v;
	uint8_t rec[NT_RECORD_MAX];

	(void)state;
	rh_vol_make(&v, 64);
	assert_int_equal(nt_raw_open(v.mem, &raw, NULL), 0);
	v.mem->task = &task;
	assert_int_equal(nt_raw_record(raw, 5, rec, &err), RS_E_CANCELLED);
	assert_int_equal(err.code, RS_E_CANCELLED);
	assert_int_equal(asked, 1);
	nt_raw_close(rs_steal(raw));
	blk_close(v.mem);
}

static bool not_this_time(void *user, const char *what, uint64_t done, uint64_t total)
{
	unsigned *left = user;

	(void)what;
	(void)done;
	(void)total;
	return *left == 0 || --*left > 0;
}

static int read_state(struct nt_raw *raw, struct rs_err *err)
{
	struct nt_state st;

	return nt_state_read(raw, &st, err);
}

static bool goes_on(void *user, const struct nt_entry *e)
{
	(void)user;
	return e != NULL;
}

static int scan(struct nt_raw *raw, struct rs_err *err)
{
	const struct nt_scan_ops ops = {.entry = goes_on};
	struct nt_scan_result res;

	return nt_scan(raw, &ops, NULL, &res, err);
}

/* At each of the reads once, though all later ones would go well: never taken for damage. */
static void assert_cancelled_at_each_read(
	struct rh_vol *v, int (*fn)(struct nt_raw *raw, struct rs_err *err), unsigned least)
{
	for (unsigned n = 1;; n++) {
		auto_nt_raw struct nt_raw *raw = NULL;
		struct rs_err err = {0};
		unsigned left = n;
		struct rs_task task = {&left, not_this_time};
		v->mem->task = NULL;
		assert_int_equal(nt_raw_open(v->mem, &raw, NULL), 0);
		v->mem->task = &task;
		int r = fn(raw, &err);
		if (r == 0 && left) {
			assert_in_range(n, least, 100);
			return;
		}
		assert_int_equal(r, RS_E_CANCELLED);
		assert_int_equal(err.code, RS_E_CANCELLED);
	}
}

static void test_look__cancelled_at_each_read__says_so(void **state)
{
	struct rh_vol v;

	(void)state;
	rh_vol_make(&v, 64);
	memset(v.p + v.log_lcn * RH_CLUSTER, 0xFF, 8 * RH_CLUSTER); /* wiped: all of it is read */
	assert_cancelled_at_each_read(&v, read_state, 9);
	assert_cancelled_at_each_read(&v, scan, 2);
	blk_close(v.mem);
}

static void test_boot__cancelled_at_its_copy__says_so(void **state)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	unsigned left = 2; /* the first sector is read, and damaged */
	struct rs_task task = {&left, not_this_time};
	struct rh_vol v;

	(void)state;
	rh_vol_make(&v, 64);
	memset(v.p, 0, 512);
	v.mem->task = &task;
	assert_int_equal(nt_raw_open(v.mem, &raw, NULL), RS_E_CANCELLED);
	blk_close(v.mem);
}

/* ---- what can be there ---- */

static void put_bitmap(struct rh_vol *v, uint64_t lcn, unsigned clusters, uint64_t data_bytes)
{
	const uint64_t sizes[3] = {data_bytes, data_bytes, 1};
	char pairs[32];
	struct rh_rec r;

	(void)snprintf(pairs, sizeof(pairs), "11 %02x %02x 00", clusters, (unsigned)lcn);
	rh_begin(&r, 6, 6, 1, 0);
	rh_name(&r, RH_ROOT, "$Bitmap", NT_NS_WIN32_DOS);
	rh_runs(&r, NT_AT_DATA, 0, clusters - 1, pairs, sizes);
	rh_end(&r);
	rh_put(v, 6, &r);
}

static void test_read_all__longer_than_its_clusters__no_memory_is_asked_for(void **state)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	uint8_t *all = NULL;
	size_t len = 0;
	struct rh_vol v;

	(void)state;
	rh_vol_make(&v, 64);
	put_bitmap(&v, v.free_lcn, 1, HUGE_BYTES);
	assert_int_equal(nt_raw_open(v.mem, &raw, NULL), 0);
	assert_int_equal(nt_raw_read_all(raw, 6, NT_AT_DATA, "", SIZE_MAX, &all, &len, NULL),
		RS_E_NTFS_DAMAGED);
	assert_null(all);
	nt_raw_close(rs_steal(raw));
	put_bitmap(&v, v.free_lcn, 1, RH_CLUSTER);
	assert_int_equal(nt_raw_open(v.mem, &raw, NULL), 0);
	assert_int_equal(nt_raw_read_all(raw, 6, NT_AT_DATA, "", SIZE_MAX, &all, &len, NULL), 0);
	assert_int_equal(len, RH_CLUSTER);
	free(all);
	nt_raw_close(rs_steal(raw));
	blk_close(v.mem);
}

static void test_runs__more_clusters_than_the_volume__are_not_believed(void **state)
{
	uint8_t pairs[] = {0x11, 0x40, 0x10, 0x11, 0x40, 0x00, 0x11, 0x40, 0x00, 0};
	struct nt_attr a = {.pairs = {pairs, sizeof(pairs)}, .highest_vcn = 3 * 0x40 - 1};
	struct nt_runs runs = {0};
	int code;

	(void)state;
	assert_null(nt_runs_add(&runs, &a, 3 * 0x40, &code));
	assert_int_equal(runs.mapped, 3 * 0x40);
	nt_runs_restart(&runs, 0);
	assert_string_equal(
		nt_runs_add(&runs, &a, 3 * 0x40 - 1, &code), "more clusters than the volume has");
	nt_runs_done(&runs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_all__longer_than_its_clusters__no_memory_is_asked_for),
		cmocka_unit_test(test_runs__more_clusters_than_the_volume__are_not_believed),
		cmocka_unit_test(test_log__of_2_to_62_bytes__is_named_at_once),
		cmocka_unit_test(test_read__that_fails__leaves_outputs_alone),
		cmocka_unit_test(test_read__cancelled__says_so),
		cmocka_unit_test(test_look__cancelled_at_each_read__says_so),
		cmocka_unit_test(test_boot__cancelled_at_its_copy__says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scan of the whole $MFT on records written by hand. */
#include "scan_help.h"

#include <stdio.h>
#include <string.h>

#include "../../layers/layers.h"

static struct seen seen;

static struct nt_scan_result scan_vol(struct rh_vol *v)
{
	auto_nt_raw struct nt_raw *raw = rh_open(v);

	return sh_scan(raw, &seen);
}

static int after_each(void **state)
{
	(void)state;
	sh_forget(&seen);
	return 0;
}

static void put_dir(struct rh_vol *v, uint64_t number, uint64_t parent, const char *name)
{
	struct rh_rec r;

	rh_simple(&r, number, NT_RECORD_IN_USE | NT_RECORD_IS_DIR, parent, name);
	rh_put(v, number, &r);
}

static void put_file(struct rh_vol *v, uint64_t number, uint64_t parent, const char *name)
{
	struct rh_rec r;

	rh_simple(&r, number, NT_RECORD_IN_USE, parent, name);
	rh_put(v, number, &r);
}

static void test_scan__folders_after_and_before_their_files__same_paths(void **state)
{
	struct rh_vol v;

	(void)state;
	rh_vol_make(&v, 64);
	put_file(&v, 30, RH_REF(41, 1), "early.sys");
	put_dir(&v, 40, RH_ROOT, "Windows");
	put_dir(&v, 41, RH_REF(40, 1), "System32");
	put_file(&v, 42, RH_REF(41, 1), "late.sys");
	struct nt_scan_result res = scan_vol(&v);
	assert_true(sh_has(&seen, "30 \\Windows\\System32\\early.sys"));
	assert_true(sh_has(&seen, "42 \\Windows\\System32\\late.sys"));
	assert_true(sh_has(&seen, "41 \\Windows\\System32"));
	assert_true(sh_has(&seen, "0 \\$MFT"));
	assert_int_equal(res.orphans, 0);
	assert_int_equal(res.damaged, 0);
	assert_int_equal(res.dirs, 3);
	blk_close(v.mem);
}

static void test_scan__orphans__below_the_number_of_the_missing_folder(void **state)
{
	struct rh_vol v;

	(void)state;
	rh_vol_make(&v, 64);
	put_file(&v, 30, RH_REF(50, 1), "a");	/* not in use */
	put_dir(&v, 40, RH_REF(51, 9), "lost"); /* neither */
	put_file(&v, 41, RH_REF(40, 1), "b");
	put_dir(&v, 42, RH_ROOT, "reused");
	put_file(&v, 43, RH_REF(42, 7), "older");   /* sequence */
	put_file(&v, 44, RH_REF(41, 1), "in file"); /* no folder */
	put_file(&v, 45, RH_REF(1ULL << 40, 1), "far");
	struct nt_scan_result res = scan_vol(&v);
	assert_true(sh_has(&seen, "30 \\$Orphan\\50\\a"));
	assert_true(sh_has(&seen, "40 \\$Orphan\\51\\lost"));
	assert_true(sh_has(&seen, "41 \\$Orphan\\51\\lost\\b"));
	assert_true(sh_has(&seen, "43 \\$Orphan\\42\\older"));
	assert_true(sh_has(&seen, "44 \\$Orphan\\41\\in file"));
	assert_true(sh_has(&seen, "45 \\$Orphan\\1099511627776\\far"));
	assert_int_equal(res.orphans, 6);
	blk_close(v.mem);
}

static void test_scan__folders_in_a_circle__end_as_orphans(void **state)
{
	struct rh_vol v;

	(void)state;
	rh_vol_make(&v, 64);
	put_dir(&v, 40, RH_REF(41, 1), "x");
	put_dir(&v, 41, RH_REF(40, 1), "y");
	put_dir(&v, 42, RH_REF(42, 1), "self");
	put_file(&v, 43, RH_REF(42, 1), "f");
	struct nt_scan_result res = scan_vol(&v);
	assert_int_equal(res.orphans, 4);
	assert_true(sh_has(&seen, "43 \\$Orphan\\42\\self\\f"));
	assert_int_equal(seen.fault_record, NT_ROOT_RECORD);
	blk_close(v.mem);
}

/* A chain of @n folders, the topmost or the deepest in the first record. */
static struct nt_scan_result scan_chain(unsigned n, bool is_deepest_first, const char *name)
{
	struct rh_vol v;

	rh_vol_make(&v, n + 100);
	for (unsigned i = 0; i < n; i++) {
		unsigned up = is_deepest_first ? i + 1 : i - 1;
		put_dir(&v, 50 + i, up < n ? RH_REF(50 + up, 1) : RH_ROOT, name);
	}
	sh_forget(&seen);
	struct nt_scan_result res = scan_vol(&v);
	blk_close(v.mem);
	return res;
}

static void test_scan__300_deep__all_by_their_paths(void **state)
{
	char want[1024] = "349 ";

	(void)state;
	for (unsigned i = 0; i < 300; i++)
		(void)strcat(want, "\\d");
	struct nt_scan_result res = scan_chain(300, false, "d");
	assert_int_equal(seen.n, 300 + 4); /* every folder is named, and the four system files */
	assert_int_equal(res.orphans, 0);
	assert_int_equal(res.damaged, 0);
	assert_true(sh_has(&seen, want));
	res = scan_chain(300, true, "d");
	assert_int_equal(seen.n, 300 + 4);
	assert_int_equal(res.orphans, 0);
	memcpy(want, "50  ", 3);
	memmove(want + 3, want + 4, strlen(want + 4) + 1);
	assert_true(sh_has(&seen, want));
}

/* What is not followed is counted as not looked at, and no orphan. */
static void test_scan__deeper_or_longer_than_is_followed__counted(void **state)
{
	char name[201];

	(void)state;
	for (unsigned k = 0; k < 2; k++) {
		struct nt_scan_result res = scan_chain(NT_DEPTH_MAX + 150, k == 1, "d");
		assert_int_equal(res.orphans, 0);
		assert_int_equal(seen.n + res.damaged, NT_DEPTH_MAX + 150 + 4);
		assert_in_range(res.damaged, 140, 160);
		assert_int_equal(seen.faults, res.damaged);
	}
	memset(name, 'n', 200);
	name[200] = '\0';
	struct nt_scan_result res = scan_chain(700, false, name);
	assert_int_equal(res.orphans, 0);
	assert_int_equal(seen.n + res.damaged, 700 + 4);
	assert_in_range(res.damaged, 700 - NT_PATH_MAX / 201, 700 - NT_PATH_MAX / 201 + 3);
}

/* ---- names and extension records ---- */

static void test_scan__dos_names__only_where_alone(void **state)
{
	struct rh_vol v;
	struct rh_rec r;

	(void)state;
	rh_vol_make(&v, 64);
	rh_begin(&r, 30, 1, 1, 0);
	rh_times(&r, 0x21);
	rh_name(&r, RH_ROOT, "LONGNA~1.SYS", NT_NS_DOS);
	rh_name(&r, RH_ROOT, "long name.sys", NT_NS_WIN32);
	rh_name(&r, RH_ROOT, "link", NT_NS_POSIX);
	rh_end(&r);
	rh_put(&v, 30, &r);
	rh_begin(&r, 31, 1, 1, 0);
	rh_times(&r, 0x20);
	rh_name(&r, RH_ROOT, "ALONE~1", NT_NS_DOS);
	rh_end(&r);
	rh_put(&v, 31, &r);
	(void)scan_vol(&v);
	assert_int_equal(seen.n, 4 + 3);
	assert_true(sh_has(&seen, "30 \\long name.sys"));
	assert_true(sh_has(&seen, "30 \\link"));
	assert_true(sh_has(&seen, "31 \\ALONE~1"));
	sh_forget(&seen);
	seen.want = "link";
	(void)scan_vol(&v);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.last.hard_links, 2);
	assert_int_equal(seen.last.attributes, 0x21);
	assert_int_equal(seen.last.modified, 0x01DA000000000001ULL);
	blk_close(v.mem);
}

/* Base 40 (sequence 1) with a list; names, times and $DATA in 30 and 50. */
static void put_scattered(struct rh_vol *v, bool is_dir, uint64_t base_of_50)
{
	const uint64_t sizes[3] = {8192, 5000, 5000}, later[3] = {0, 0, 0};
	const uint8_t list[0x20] = {0x30, 0, 0, 0, 0x20};
	struct rh_rec r;

	rh_begin(&r, 40, 1, is_dir ? 3 : 1, 0);
	rh_resident(&r, NT_AT_ATTRIBUTE_LIST, "", list, sizeof(list));
	rh_end(&r);
	rh_put(v, 40, &r);
	rh_begin(&r, 30, 1, 1, RH_REF(40, 1));
	rh_name(&r, RH_ROOT, "one", NT_NS_WIN32);
	rh_runs(&r, NT_AT_DATA, 1, 1, "11 01 21 00", later); /* not the first piece */
	rh_end(&r);
	rh_put(v, 30, &r);
	rh_begin(&r, 50, 1, 1, base_of_50);
	rh_times(&r, 0x2020);
	rh_name(&r, RH_ROOT, "two", NT_NS_POSIX);
	rh_runs(&r, NT_AT_DATA, 0, 0, "11 01 20 00", sizes);
	rh_end(&r);
	rh_put(v, 50, &r);
}

static void test_scan__pieces_around_their_base__are_one_file(void **state)
{
	struct rh_vol v;

	(void)state;
	rh_vol_make(&v, 64);
	put_scattered(&v, false, RH_REF(40, 1));
	struct nt_scan_result res = scan_vol(&v);
	assert_true(sh_has(&seen, "40 \\one"));
	assert_true(sh_has(&seen, "40 \\two"));
	assert_int_equal(seen.last.size_bytes, 5000);
	assert_int_equal(seen.last.allocated_bytes, 8192);
	assert_int_equal(seen.last.attributes, 0x2020);
	assert_int_equal(seen.last.hard_links, 2);
	assert_int_equal(
		res.files, 4 + 1 + 19); /* $MFT to $Volume, this, the nameless ones below 24 */
	assert_int_equal(seen.faults, 0);
	blk_close(v.mem);
}

static void test_scan__name_of_a_folder_in_an_extension__paths_go_through_it(void **state)
{
	struct rh_vol v;

	(void)state;
	rh_vol_make(&v, 64);
	put_scattered(&v, true, RH_REF(40, 1));
	put_file(&v, 55, RH_REF(40, 1), "below");
	(void)scan_vol(&v);
	assert_true(sh_has(&seen, "55 \\one\\below") || sh_has(&seen, "55 \\two\\below"));
	blk_close(v.mem);
}

static void test_scan__extension_of_an_older_file__is_not_joined(void **state)
{
	struct rh_vol v;

	(void)state;
	rh_vol_make(&v, 64);
	put_scattered(&v, false, RH_REF(40, 9));
	(void)scan_vol(&v);
	assert_true(sh_has(&seen, "40 \\one"));
	assert_false(sh_has(&seen, "40 \\two"));
	assert_int_equal(seen.fault_record, 50);
	sh_forget(&seen);
	put_scattered(&v, false, RH_REF(56, 1)); /* not in use */
	(void)scan_vol(&v);
	assert_false(sh_has(&seen, "56 \\two"));
	assert_int_equal(seen.fault_record, 50);
	blk_close(v.mem);
}

static void test_scan__base_without_its_list__still_gets_all_names(void **state)
{
	struct rh_vol v;

	(void)state;
	rh_vol_make(&v, 64);
	put_scattered(&v, false, RH_REF(40, 1));
	put_file(&v, 40, RH_ROOT, "zero");
	(void)scan_vol(&v);
	assert_true(sh_has(&seen, "40 \\zero"));
	assert_true(sh_has(&seen, "40 \\one"));
	assert_true(sh_has(&seen, "40 \\two"));
	assert_true(seen.faults >= 1);
	blk_close(v.mem);
}

/* ---- damage ---- */

static void test_scan__torn_record__is_named_never_parsed(void **state)
{
	struct rh_vol v;

	(void)state;
	rh_vol_make(&v, 64);
	put_file(&v, 30, RH_ROOT, "torn");
	rh_at(&v, 30)[1023] ^= 1;
	struct nt_scan_result res = scan_vol(&v);
	assert_false(sh_has(&seen, "30 \\torn"));
	assert_int_equal(res.damaged, 1);
	assert_int_equal(seen.fault_record, 30);
	assert_string_equal(seen.fault, "torn: written in part");
	blk_close(v.mem);
}

static void test_scan__used_records_of_zeros__are_named_together(void **state)
{
	struct rh_vol v;

	(void)state;
	rh_vol_make(&v, 64);
	memset(rh_at(&v, 30), 0, 3 * RH_RECORD);
	struct nt_scan_result res = scan_vol(&v);
	assert_int_equal(res.damaged, 3);
	assert_int_equal(seen.faults, 1);
	assert_string_equal(seen.fault, "records 30 to 32: all zeros");
	blk_close(v.mem);
}

static void test_scan__unreadable_sectors__cost_only_their_records(void **state)
{
	struct nt_scan_result res = {0};
	struct nt_raw *raw = NULL;
	struct rh_vol v;

	(void)state;
	rh_vol_make(&v, 64);
	put_file(&v, 30, RH_ROOT, "fine");
	struct lay_watch *w = lay_watch_new(v.mem);
	assert_int_equal(nt_raw_open(&w->blk, &raw, NULL), 0);
	const struct nt_scan_ops ops = {.user = &seen, .entry = sh_entry, .fault = sh_fault};
	assert_int_equal(nt_scan(raw, &ops, NULL, &res, NULL), 0);
	uint64_t reads = w->reads;
	sh_forget(&seen);
	for (uint64_t k = 1; k <= 4; k++) { /* every read of the scan once, then all of them */
		lay_watch_reset(w);
		w->fail_read = k;
		assert_int_equal(nt_scan(raw, &ops, NULL, &res, NULL), 0);
		assert_true(sh_has(&seen, "30 \\fine"));
		sh_forget(&seen);
	}
	lay_watch_reset(w);
	w->fail_read = 1;
	w->is_sticky = true;
	assert_int_equal(nt_scan(raw, &ops, NULL, &res, NULL), RS_E_IO_READ);
	assert_true(reads >= 2);
	nt_raw_close(raw);
	blk_close(&w->blk);
	blk_close(v.mem);
}

/* ---- the caller's wishes ---- */

static bool on_progress(void *user, const char *what, uint64_t done, uint64_t total)
{
	assert_string_equal(what, "scan");
	assert_true(done <= total);
	return *(bool *)user;
}

static void test_scan__caller_stops_or_cancels__ends(void **state)
{
	bool is_going = false;
	const struct rs_task task = {&is_going, on_progress};
	const struct nt_scan_ops ops = {.user = &seen, .entry = sh_entry};
	struct nt_scan_result res;
	struct rh_vol v;

	(void)state;
	rh_vol_make(&v, 64);
	seen.stop_after = 2;
	(void)scan_vol(&v);
	assert_int_equal(seen.n, 2);
	sh_forget(&seen);
	auto_nt_raw struct nt_raw *raw = rh_open(&v);
	assert_int_equal(nt_scan(raw, &ops, &task, &res, NULL), RS_E_CANCELLED);
	sh_forget(&seen);
	is_going = true;
	assert_int_equal(nt_scan(raw, &ops, &task, &res, NULL), 0);
	blk_close(v.mem);
}

static bool is_late(void *user, uint64_t created, uint64_t modified, uint64_t changed)
{
	(void)user;
	return (created | modified | changed) == UINT64_MAX;
}

static bool any_name(void *user, const char *name, bool is_dir)
{
	(void)user;
	return name[0] && !is_dir;
}

/* Folders are needed for the paths, and what has its times elsewhere is not judged by them. */
static void test_scan__times_unwanted__are_passed_over(void **state)
{
	const struct nt_scan_ops ops = {
		.user = &seen, .entry = sh_entry, .wants = any_name, .wants_times = is_late};
	struct nt_scan_result res;
	struct rh_vol v;
	struct rh_rec r;

	(void)state;
	rh_vol_make(&v, 64);
	rh_simple(&r, 30, 3, RH_ROOT, "folder");
	rh_put(&v, 30, &r);
	rh_simple(&r, 31, 1, RH_REF(30, 1), "timed");
	rh_put(&v, 31, &r);
	rh_begin(&r, 32, 1, 1, 0);
	rh_name(&r, RH_REF(30, 1), "without times", NT_NS_WIN32);
	rh_end(&r);
	rh_put(&v, 32, &r);
	auto_nt_raw struct nt_raw *raw = rh_open(&v);
	assert_int_equal(nt_scan(raw, &ops, NULL, &res, NULL), 0);
	assert_true(sh_has(&seen, "32 \\folder\\without times"));
	assert_false(sh_has(&seen, "31 \\folder\\timed"));
	assert_int_equal(res.damaged, 0);
	blk_close(v.mem);
}

static bool count_entry(void *user, const struct nt_entry *e)
{
	assert_false(e->is_orphan);
	++*(unsigned *)user;
	return true;
}

static void test_scan__more_waiting_than_memory_for_it__reads_them_again(void **state)
{
	enum { FILES = 30000 };
	unsigned n = 0;
	const struct nt_scan_ops ops = {.user = &n, .entry = count_entry};
	struct nt_scan_result res;
	struct rh_vol v;
	struct rh_rec r;
	char name[220];

	(void)state;
	rh_vol_make(&v, FILES + 100);
	for (unsigned i = 0; i < FILES; i++) { /* about 500 bytes to keep of each: 15 MiB */
		(void)snprintf(name, sizeof(name), "%0200u", i);
		rh_simple(&r, 64 + i, 1, RH_REF(FILES + 80, 1), name);
		rh_put(&v, 64 + i, &r);
	}
	put_dir(&v, FILES + 80, RH_ROOT, "at the end");
	auto_nt_raw struct nt_raw *raw = rh_open(&v);
	assert_int_equal(nt_scan(raw, &ops, NULL, &res, NULL), 0);
	assert_int_equal(n, FILES + 1 + 4);
	assert_int_equal(res.names, n + 1); /* and the root's */
	blk_close(v.mem);
}

#define SCAN_TEST(f) cmocka_unit_test_teardown(f, after_each)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCAN_TEST(test_scan__folders_after_and_before_their_files__same_paths),
		SCAN_TEST(test_scan__orphans__below_the_number_of_the_missing_folder),
		SCAN_TEST(test_scan__folders_in_a_circle__end_as_orphans),
		SCAN_TEST(test_scan__300_deep__all_by_their_paths),
		SCAN_TEST(test_scan__deeper_or_longer_than_is_followed__counted),
		SCAN_TEST(test_scan__dos_names__only_where_alone),
		SCAN_TEST(test_scan__pieces_around_their_base__are_one_file),
		SCAN_TEST(test_scan__name_of_a_folder_in_an_extension__paths_go_through_it),
		SCAN_TEST(test_scan__extension_of_an_older_file__is_not_joined),
		SCAN_TEST(test_scan__base_without_its_list__still_gets_all_names),
		SCAN_TEST(test_scan__torn_record__is_named_never_parsed),
		SCAN_TEST(test_scan__used_records_of_zeros__are_named_together),
		SCAN_TEST(test_scan__unreadable_sectors__cost_only_their_records),
		SCAN_TEST(test_scan__caller_stops_or_cancels__ends),
		SCAN_TEST(test_scan__times_unwanted__are_passed_over),
		SCAN_TEST(test_scan__more_waiting_than_memory_for_it__reads_them_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

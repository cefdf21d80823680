/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sector that cannot be read, in every record and every stream of the file system's own, under
 * every command: each ends with a report, and nothing is taken from what was not read (the
 * sanitizers look on). The engine opens its disk by name; the linker leads that call here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../layers/layers.h"
#include "../judge/win_image.h"
#include "ntfs/internal.h"
#include "rescue.h"

#define PLACES_MAX 400U
#define BAD_FILE   "/Windows/System32/drivers/CrowdStrike/C-00000291-00000000-00000032.sys"

/* ---- the disk ---- */

static struct wi image;
static struct blk *mem;		  /* its bytes */
static uint64_t bad_off, bad_len; /* what cannot be read; len 0: nothing */

struct faulty {
	struct blk blk; /* first */
};

static int faulty_read(struct blk *b, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	if (bad_len && off_bytes < bad_off + bad_len && bad_off < off_bytes + len)
		return rs_fail_on(err, RS_E_IO_READ, b->name, "a bad sector");
	return blk_read(mem, off_bytes, buf, len, err);
}

static int faulty_write(
	struct blk *b, uint64_t off_bytes, const void *buf, size_t len, struct rs_err *err)
{
	(void)b;
	return blk_write(mem, off_bytes, buf, len, err);
}

static void faulty_close(struct blk *b)
{
	free(b);
}

static const struct blk_ops faulty_ops = {
	.read = faulty_read, .write = faulty_write, .close = faulty_close};

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names */
int __real_blk_file_open(const char *path, unsigned flags, struct blk **ret, struct rs_err *err);
int __wrap_blk_file_open(const char *path, unsigned flags, struct blk **ret, struct rs_err *err);

int __wrap_blk_file_open(const char *path, unsigned flags, struct blk **ret, struct rs_err *err)
{
	if (!mem) /* the image is being made */
		return __real_blk_file_open(path, flags, ret, err);
	struct blk *b = calloc(1, sizeof(*b));
	assert_string_equal(path, image.path);
	assert_non_null(b);
	*b = (struct blk){.ops = &faulty_ops,
		.size_bytes = mem->size_bytes,
		.sector_bytes = 512,
		.is_read_only = !(flags & BLK_OPEN_WRITE)};
	(void)snprintf(b->name, sizeof(b->name), "%s", path);
	*ret = b;
	return 0;
}
/* A mount that fails half-way leaves a little of libntfs-3g's own behind; where ours is to be
 * closed, other tests look. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libntfs-3g.so\n";
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* ---- the places ---- */

struct place {
	uint64_t off_bytes, record;
	uint32_t type; /* 0: the record itself */
};

static struct place places[PLACES_MAX];
static size_t n_places;

static void add_place(uint64_t off_bytes, uint64_t record, uint32_t type)
{
	if (n_places < PLACES_MAX)
		places[n_places++] = (struct place){off_bytes, record, type};
}

/* First and last cluster of what is not resident; of files of ours only what the record says. */
static void add_streams(struct nt_raw *raw, uint64_t record, const uint8_t *rec)
{
	struct nt_attrs walk;
	struct nt_attr a;

	nt_attrs_init(&walk, rec, raw->geo.record_bytes);
	while (nt_attrs_next(&walk, &a)) {
		struct nt_runs runs = {0};
		int code;
		if (a.is_resident || a.lowest_vcn)
			continue;
		assert_null(nt_runs_add(&runs, &a, nt_clusters(raw), &code));
		if (runs.n && runs.v[0].lcn != NT_HOLE) {
			const struct nt_run *last = &runs.v[runs.n - 1];
			add_place(runs.v[0].lcn * raw->geo.cluster_bytes, record, a.type);
			if (last->lcn != NT_HOLE && runs.end_vcn > 1)
				add_place((last->lcn + last->clusters - 1) * raw->geo.cluster_bytes,
					record, a.type);
		}
		nt_runs_done(&runs);
	}
}

static void find_places(void)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	uint8_t rec[NT_RECORD_MAX];

	n_places = 0;
	assert_int_equal(nt_raw_open(mem, &raw, NULL), 0);
	add_place(0, 0, 0); /* the boot sector */
	for (uint64_t i = 0; i < raw->records; i++) {
		if (nt_raw_record(raw, i, rec, NULL) < 0 ||
			!(nt_record_flags(rec) & NT_RECORD_IN_USE) || (i >= 12 && i < 24))
			continue;
		add_place(raw->geo.mft_off_bytes + i * raw->geo.record_bytes, i, 0);
		if (i < 4)
			add_place(raw->geo.mftmirr_off_bytes + i * raw->geo.record_bytes, i, 0);
		add_streams(raw, i, rec);
	}
	assert_in_range(n_places, 30, PLACES_MAX - 1);
}

/* ---- the commands ---- */

static const char *disks[1];
static const struct rs_target target = {.disks = disks, .n_disks = 1};

static bool count(void *user, const struct rs_node *n)
{
	(void)n;
	++*(unsigned *)user;
	return true;
}

static int run_tree(struct rs_session *s)
{
	struct rs_report *report = NULL;
	struct rs_tree *t = NULL;
	struct rs_err err = {0};
	uint64_t faults = 0;
	unsigned n = 0;
	struct rs_node node;
	uint8_t buf[512];
	size_t len = 0;

	int r = rs_tree_open(s, &target, &t, &report);
	assert_non_null(report);
	rs_report_free(report);
	if (r < 0)
		return r;
	(void)rs_tree_list(t, "", count, &n, &err);
	(void)rs_tree_walk(t, "", count, &n, &faults, &err);
	if (rs_tree_stat(t, BAD_FILE, &node, &err) == 0)
		(void)rs_tree_read(t, node.ref, 0, buf, sizeof(buf), &len, &err);
	rs_tree_close(t);
	return 0;
}

#define TREE (RS_REPLAY + 1) /* no command: a volume is read */

static int run(int c)
{
	const struct rs_options yes = {.say_yes = true};
	struct rs_session *s = NULL;
	struct rs_report *report = NULL;

	assert_int_equal(rs_session_new(NULL, &s, NULL), 0);
	int r = c == TREE ? run_tree(s)
			  : rs_repair_all(s, (enum rs_command)c, &target, &yes, &report);
	if (c != TREE) {
		assert_non_null(report);
		assert_int_equal(rs_report_run(report)->err.code != 0, r < 0);
		assert_non_null(rs_report_json(report));
		r = rs_report_run(report)->outcome.status;
	}
	rs_report_free(report);
	rs_session_free(s);
	return r;
}

static void under_every_fault(int from, int to)
{
	find_places();
	assert_true(lay_mem_save(mem));
	for (size_t i = 0; i < n_places; i++) {
		for (int c = from; c <= to; c++) {
			bad_off = places[i].off_bytes;
			bad_len = 512;
			(void)run(c);
			bad_len = 0;
			lay_mem_restore(mem);
		}
	}
}

static void test_unreadable_sector__looking__ends_with_a_report(void **state)
{
	(void)state;
	assert_int_equal(run(RS_LIST), 0);
	assert_int_equal(run(RS_SCAN), 3);
	assert_int_equal(run(TREE), 0);
	under_every_fault(RS_LIST, RS_SCAN);
	under_every_fault(TREE, TREE);
}

static void test_unreadable_sector__writing__ends_with_a_report(void **state)
{
	(void)state;
	under_every_fault(RS_FIX, RS_FIX);
	assert_int_equal(run(RS_FIX), 0);
	under_every_fault(RS_UNDO, RS_REPLAY);
	assert_int_equal(run(RS_UNDO), 0);
}

/* As Windows leaves records that it never used: $MFT's bitmap alone tells that they are not
 * damaged. */
static void zero_unused(void)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	uint8_t rec[NT_RECORD_MAX];
	unsigned n = 0;

	assert_int_equal(nt_raw_open(mem, &raw, NULL), 0);
	for (uint64_t i = 24; i < raw->records; i++) {
		if (nt_raw_record(raw, i, rec, NULL) < 0 ||
			(nt_record_flags(rec) & NT_RECORD_IN_USE))
			continue;
		memset(lay_mem_bytes(mem) + raw->geo.mft_off_bytes + i * raw->geo.record_bytes, 0,
			raw->geo.record_bytes);
		n++;
	}
	assert_true(n > 0);
}

static int make_image(void **state)
{
	static const struct wi_value system[] = {{"Select", "Current", NULL, 1},
		{"ControlSet001\\Control", NULL, NULL, 0}, {NULL, NULL, NULL, 0}};
	static const struct wi_value software[] = {
		{"Microsoft\\Windows NT\\CurrentVersion", "CurrentBuild", "19045", 0},
		{NULL, NULL, NULL, 0}};
	static const uint16_t version[4] = {10, 0, 19045, 1};
	char text[9000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	wi_make(&image);
	wi_program(&image, "/Windows/System32/ntoskrnl.exe", version);
	wi_hive(&image, "SYSTEM", system);
	wi_hive(&image, "SOFTWARE", software);
	wi_text(&image, BAD_FILE, text, "2024-07-19T04:09:27Z");
	wi_open(&image);
	mem = lay_mem_load(image.path, 512);
	assert_non_null(mem);
	zero_unused();
	disks[0] = image.path;
	return 0;
}

static int remove_image(void **state)
{
	(void)state;
	blk_close(mem);
	wi_done(&image);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unreadable_sector__looking__ends_with_a_report),
		cmocka_unit_test(test_unreadable_sector__writing__ends_with_a_report),
	};

	return cmocka_run_group_tests(tests, make_image, remove_image);
}

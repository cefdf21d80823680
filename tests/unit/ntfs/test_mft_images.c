/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scan of the whole $MFT on every image of the fixtures against The Sleuth Kit's fls. */
#include "scan_help.h"

#include <stdio.h>
#include <string.h>

#include "block/blk.h"

static struct seen seen;

static int after_each(void **state)
{
	(void)state;
	sh_forget(&seen);
	return 0;
}

/* ---- against The Sleuth Kit ---- */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_unique(struct seen *s)
{
	unsigned n = 0;

	qsort((void *)s->lines, s->n, sizeof(s->lines[0]), by_text);
	for (unsigned i = 0; i < s->n; i++) {
		if (n && strcmp(s->lines[n - 1], s->lines[i]) == 0)
			free(s->lines[i]);
		else
			s->lines[n++] = s->lines[i];
	}
	s->n = n;
}

/* "r/r 30-128-1:\tWindows/x.sys" to "30 \Windows\x.sys"; streams count as their file. */
static void take_fls_line(struct seen *s, const char *line)
{
	char path[2048], out[2200];
	unsigned long number, type;

	if (sscanf(line, "%*c/%*c %lu-%lu-%*u:\t%2047[^\n:]", &number, &type, path) != 3 ||
		strstr(path, "$OrphanFiles") == path)
		return;
	for (char *p = path; *p; p++)
		*p = *p == '/' ? '\\' : *p;
	(void)snprintf(out, sizeof(out), "%lu \\%s", number, path);
	assert_true(s->n < LINES_MAX);
	s->lines[s->n++] = strdup(out);
}

static void compare_with_fls(const char *name, const char *sector, const char *except)
{
	static struct seen theirs;
	struct blk *disk = NULL, *part = NULL;
	const char *path = rh_fixture(name);
	char command[600], line[4096];

	(void)snprintf(command, sizeof(command), "fls -f ntfs -o %s -r -p -u '%s' 2>/dev/null",
		sector, path);
	FILE *f = popen(command, "r"); /* NOLINT(cert-env33-c): a test's own text */
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		take_fls_line(&theirs, line);
	if (pclose(f) != 0) {
		print_message("skip: fls (The Sleuth Kit) is not installed\n");
		skip();
	}
	assert_int_equal(blk_file_open(path, 0, &disk, NULL), 0);
	uint64_t off = strtoull(sector, NULL, 10) * 512;
	assert_int_equal(blk_part_new(disk, off, disk->size_bytes - off, "part", &part, NULL), 0);
	struct nt_raw *raw = NULL;
	assert_int_equal(nt_raw_open(part, &raw, NULL), 0);
	struct nt_scan_result res = sh_scan(raw, &seen);
	assert_int_equal(res.damaged, 0);
	sort_unique(&theirs);
	sort_unique(&seen);
	for (unsigned i = 0; i < theirs.n; i++)
		if (!sh_has(&seen, theirs.lines[i]) &&
			(!except || strcmp(except, theirs.lines[i]) != 0))
			fail_msg("%s: only fls has %s", name, theirs.lines[i]);
	for (unsigned i = 0; i < seen.n; i++)
		if (!sh_has(&theirs, seen.lines[i]))
			fail_msg("%s: fls lacks %s", name, seen.lines[i]);
	assert_true(seen.n > 15);
	sh_forget(&theirs);
	nt_raw_close(raw);
	blk_close(part);
	blk_close(disk);
}

static void test_scan__index_image__as_fls(void **state)
{
	(void)state;
	compare_with_fls("ntfs/dfir-ntfs_index.raw.gz", "128", NULL);
}

static void test_scan__attribute_list_image__as_fls(void **state)
{
	(void)state;
	compare_with_fls("ntfs/dfir-ntfs3_attrlist.raw.gz", "0", NULL);
}

static void test_scan__vsstest_image__as_fls(void **state)
{
	(void)state;
	compare_with_fls("ntfs/plaso-vsstest.qcow2", "0", NULL);
}

static void test_scan__r2_image__as_fls(void **state)
{
	(void)state;
	compare_with_fls("ntfs/r2-ntfs.img.xz", "0", NULL);
}

static void test_scan__idle_image__as_fls(void **state)
{
	(void)state;
	compare_with_fls("ntfs/vr-unclean-idle-v20.dd.xz", "0", NULL);
}

static void test_scan__reuse_image__as_fls_but_for_the_name_in_the_index(void **state)
{
	(void)state;
	/* the trap of this image: the root's index still has test.txt, its record does not */
	compare_with_fls("ntfs/rw-reuse-pending-v20.dd.xz", "0", "37 \\test.txt");
}

static void test_scan__create_image__as_fls(void **state)
{
	(void)state;
	compare_with_fls("ntfs/rw-create-pending-v11.raw.xz", "0", NULL);
}

/* A handful of the damaged ones; tests/disks/check-ntfs-corrupt takes them all. */
static void test_scan__damaged_images__give_names_and_faults(void **state)
{
	static const struct {
		const char *name;
		unsigned least_names, least_faults;
	} row[] = {
		{"bs_mft_record_size", 20, 0},
		{"mft_file_bad_fixup_value_count", 20, 1},
		{"mft_file_missing_data_attr", 400, 1},
		{"mft_record_bad_fields", 30, 5},
		{"mft_table_entry_corruption", 10, 1},
		{"attr_value_offset_corrupted", 15, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		char name[128];
		struct blk *disk = NULL;
		struct nt_raw *raw = NULL;
		(void)snprintf(name, sizeof(name), "ntfs-corrupt/%s.tar.xz", row[i].name);
		assert_int_equal(blk_file_open(rh_fixture(name), 0, &disk, NULL), 0);
		assert_int_equal(nt_raw_open(disk, &raw, NULL), 0);
		(void)sh_scan(raw, &seen);
		assert_true(seen.n >= row[i].least_names);
		assert_true(seen.faults >= row[i].least_faults);
		sh_forget(&seen);
		nt_raw_close(raw);
		blk_close(disk);
	}
}

#define SCAN_TEST(f) cmocka_unit_test_teardown(f, after_each)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCAN_TEST(test_scan__index_image__as_fls),
		SCAN_TEST(test_scan__attribute_list_image__as_fls),
		SCAN_TEST(test_scan__vsstest_image__as_fls),
		SCAN_TEST(test_scan__r2_image__as_fls),
		SCAN_TEST(test_scan__idle_image__as_fls),
		SCAN_TEST(test_scan__reuse_image__as_fls_but_for_the_name_in_the_index),
		SCAN_TEST(test_scan__create_image__as_fls),
		SCAN_TEST(test_scan__damaged_images__give_names_and_faults),
	};

	return cmocka_run_group_tests(tests, NULL, rh_fixtures_done);
}

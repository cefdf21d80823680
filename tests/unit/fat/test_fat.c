/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Volumes by mkfs.vfat and mtools, and hostile ones byte by byte after Microsoft's specification.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "core/view.h"
#include "fat/fat.h"
#include "tests/layers/layers.h"

/* ---- a FAT12 of 200 KiB by hand: sector 0 boot, 1 table, 2 root, 3.. clusters of one sector ----
 */

#define SECTOR	   512U
#define CLUSTER(n) ((3U + (n)-2U) * SECTOR)

static void put_row(
	uint8_t *row, const char name[11], uint8_t attr, uint16_t cluster, uint32_t size)
{
	memcpy(row, name, 11);
	row[11] = attr;
	rs_put_le16(row + 26, cluster);
	rs_put_le32(row + 28, size);
}

static void put_next(uint8_t *bytes, unsigned cluster, uint16_t next)
{
	uint8_t *e = bytes + SECTOR + cluster * 3 / 2;

	rs_put_le16(e, cluster & 1 ? (uint16_t)((e[0] & 0xf) | next << 4)
				   : (uint16_t)((e[1] & 0xf0) << 8 | next));
}

/* \EFI\A.TXT (600 bytes, clusters 3 and 5) and an empty file beside it. */
static struct blk *hand_made(uint8_t **ret_bytes)
{
	struct blk *b = lay_mem_new(400 * SECTOR, 512);
	uint8_t *p = lay_mem_bytes(b);

	rs_put_le16(p + 11, SECTOR);
	p[13] = 1;
	rs_put_le16(p + 14, 1);
	p[16] = 1;
	rs_put_le16(p + 17, 16);
	rs_put_le16(p + 19, 400);
	rs_put_le16(p + 22, 1);
	p[510] = 0x55;
	p[511] = 0xaa;
	put_row(p + 2 * SECTOR, "LABEL      ", 0x08, 0, 0);
	put_row(p + 2 * SECTOR + 32, "EFI        ", 0x10, 2, 0);
	put_row(p + CLUSTER(2), ".          ", 0x10, 2, 0);
	put_row(p + CLUSTER(2) + 32, "\xe5GONE  TXT  ", 0x20, 9, 5);
	put_row(p + CLUSTER(2) + 64, "A       TXT", 0x20, 3, 600);
	put_row(p + CLUSTER(2) + 96, "EMPTY      ", 0x20, 0, 0);
	put_next(p, 2, 0xfff);
	put_next(p, 3, 5);
	put_next(p, 5, 0xff8);
	memset(p + CLUSTER(3), 'x', SECTOR);
	memset(p + CLUSTER(5), 'y', SECTOR);
	*ret_bytes = p;
	return b;
}

static int open_code(struct blk *b)
{
	struct fat *f = NULL;
	int r = fat_open(b, &f, NULL);

	assert_true((r == 0) == (f != NULL));
	fat_close(f);
	return r;
}

/* What reading @path gives: its length, or the error. */
static long read_code(struct blk *b, const char *path, size_t cap)
{
	auto_fat struct fat *f = NULL;
	auto_free uint8_t *p = NULL;
	struct fat_entry e;
	size_t len = 0;
	int r = fat_open(b, &f, NULL);

	if (r == 0)
		r = fat_lookup(f, path, &e, NULL);
	if (r == 0)
		r = fat_read_file(f, &e, cap, &p, &len, NULL);
	return r < 0 ? r : (long)len;
}

static int count(void *ctx, const struct fat_entry *e)
{
	char *names = ctx;

	(void)snprintf(names + strlen(names), 256 - strlen(names), "%s%s ", e->name,
		e->is_folder ? "/" : "");
	return 0;
}

static int list_code(struct blk *b, const char *path, char names[256])
{
	auto_fat struct fat *f = NULL;
	struct fat_entry e;
	int r = fat_open(b, &f, NULL);

	names[0] = '\0';
	if (r == 0)
		r = fat_lookup(f, path, &e, NULL);
	return r < 0 ? r : fat_list(f, &e, count, names, NULL);
}

static void test_fat__made_by_hand__is_read(void **state)
{
	uint8_t *p, *content = NULL;
	char names[256];
	auto_blk struct blk *b = hand_made(&p);
	auto_fat struct fat *f = NULL;
	struct fat_entry e;
	size_t len = 0;

	(void)state;
	assert_int_equal(list_code(b, "", names), 0);
	assert_string_equal(names, "EFI/ ");
	assert_int_equal(list_code(b, "\\efi", names), 0);
	assert_string_equal(names, "A.TXT EMPTY ");
	assert_int_equal(fat_open(b, &f, NULL), 0);
	assert_int_equal(fat_lookup(f, "/Efi\\a.txt", &e, NULL), 0);
	assert_int_equal(fat_read_file(f, &e, 600, &content, &len, NULL), 0);
	assert_int_equal(len, 600);
	assert_int_equal(content[511], 'x');
	assert_int_equal(content[512], 'y');
	assert_int_equal(content[599], 'y');
	free(content);
	assert_int_equal(read_code(b, "EFI/EMPTY", 600), 0);
	assert_int_equal(read_code(b, "EFI/A.TXT", 599), RS_E_UNSUPPORTED);
	assert_int_equal(read_code(b, "EFI", 599), RS_E_NO_SUCH_FILE);
	assert_int_equal(read_code(b, "EFI/A.TXT/B", 599), RS_E_NO_SUCH_FILE);
	assert_int_equal(read_code(b, "EFI/.", 599), RS_E_NO_SUCH_FILE);
	assert_int_equal(read_code(b, "EFI/A.TX", 599), RS_E_NO_SUCH_FILE);
	assert_int_equal(read_code(b, "LABEL", 599), RS_E_NO_SUCH_FILE);
	assert_int_equal(list_code(b, "EFI/A.TXT", names), RS_E_NO_SUCH_FILE);
}

static void test_fat_open__a_field_out_of_range__is_refused(void **state)
{
	static const struct {
		unsigned at, len;
		uint32_t value;
	} bad[] = {{11, 2, 0}, {11, 2, 256}, {11, 2, 513}, {11, 2, 8192}, {11, 2, 0xffff},
		{13, 1, 0}, {13, 1, 3}, {14, 2, 0}, {14, 2, 399}, {14, 2, 0xffff}, {16, 1, 0},
		{16, 1, 3}, {17, 2, 0}, {17, 2, 0xffff}, {19, 2, 3}, {19, 2, 0}, {22, 2, 398},
		{22, 2, 0}, {22, 2, 0xffff}, {510, 2, 0}};
	uint8_t *p;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		auto_blk struct blk *b = hand_made(&p);
		for (unsigned k = 0; k < bad[i].len; k++)
			p[bad[i].at + k] = (uint8_t)(bad[i].value >> 8 * k);
		if (open_code(b) != RS_E_FAT)
			fail_msg("%u = %u", bad[i].at, bad[i].value);
	}
}

static void test_fat_open__fat32_with_its_fields_out_of_range__is_refused(void **state)
{
	uint8_t *p;
	auto_blk struct blk *b = hand_made(&p);

	(void)state;
	rs_put_le16(p + 17, 0);
	rs_put_le16(p + 22, 0);
	rs_put_le32(p + 36, 4);
	assert_int_equal(open_code(b), 0);
	rs_put_le16(p + 40, 0x81); /* the second table is the one in use: there is one */
	assert_int_equal(open_code(b), RS_E_FAT);
	rs_put_le16(p + 40, 0);
	rs_put_le32(p + 36, 0xffffffff);
	assert_int_equal(open_code(b), RS_E_FAT);
	rs_put_le32(p + 36, 4);
	for (uint32_t root = 0; root < 2; root++) {
		char names[256];
		rs_put_le32(p + 44, root);
		assert_int_equal(list_code(b, "", names), RS_E_FAT);
	}
}

static void test_fat__a_chain_that_lies__is_damaged(void **state)
{
	static const uint16_t bad[] = {0, 1, 399, 0xff0, 0xff7};
	uint8_t *p;
	char names[256];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		auto_blk struct blk *b = hand_made(&p);
		put_next(p, 3, bad[i]);
		assert_int_equal(read_code(b, "EFI/A.TXT", 1000), RS_E_FAT);
		put_next(p, 2, bad[i]);
		assert_int_equal(list_code(b, "EFI", names), RS_E_FAT);
	}
	auto_blk struct blk *b = hand_made(&p);
	put_next(p, 3, 0xfff); /* ends before the size */
	assert_int_equal(read_code(b, "EFI/A.TXT", 1000), RS_E_FAT);
	put_next(p, 3, 3); /* in a circle: a file has its size, a folder an end */
	assert_int_equal(read_code(b, "EFI/A.TXT", 1000), 600);
	memset(p + CLUSTER(2) + 128, 'Z', SECTOR - 128);
	put_next(p, 2, 2);
	assert_int_equal(list_code(b, "EFI", names), RS_E_FAT);
	rs_put_le32(p + CLUSTER(2) + 64 + 28, 0xffffffff);
	put_next(p, 2, 0xfff);
	assert_int_equal(read_code(b, "EFI/A.TXT", SIZE_MAX), RS_E_FAT);
	rs_put_le16(p + 2 * SECTOR + 32 + 26, 0); /* a folder that would be the root */
	assert_int_equal(list_code(b, "EFI", names), RS_E_FAT);
	rs_put_le16(p + 2 * SECTOR + 32 + 26, 1);
	assert_int_equal(list_code(b, "EFI", names), RS_E_FAT);
}

static void test_fat__cut_anywhere__fails_or_reads_the_same(void **state)
{
	uint8_t *p;

	(void)state;
	for (uint64_t size = 0; size <= CLUSTER(6); size += size < SECTOR ? 64 : 256) {
		auto_blk struct blk *b = hand_made(&p);
		b->size_bytes = size;
		long r = read_code(b, "EFI/A.TXT", 1000);
		assert_true(r == RS_E_IO_READ || r == 600);
		assert_true((r == 600) == (size >= CLUSTER(5) + 88));
	}
}

/* How much was wiped, and was it before it was given back. */
static size_t wiped;

void __real_rs_wipe(void *p, size_t len); /* NOLINT: the linker's name */
void __wrap_rs_wipe(void *p, size_t len); /* NOLINT: as above */

void __wrap_rs_wipe(void *p, size_t len) /* NOLINT: as above */
{
	wiped += len;
	__real_rs_wipe(p, len);
}

static void test_fat__a_read_error__is_passed_on_and_nothing_is_left(void **state)
{
	uint8_t *p;
	auto_blk struct blk *b = hand_made(&p);
	struct lay_watch *w = lay_watch_new(b);
	uint64_t all;

	(void)state;
	assert_int_equal(read_code(&w->blk, "EFI/A.TXT", 1000), 600);
	all = w->reads;
	for (uint64_t i = 1; i <= all; i++) {
		lay_watch_reset(w);
		w->fail_read = i;
		wiped = 0;
		assert_int_equal(read_code(&w->blk, "EFI/A.TXT", 1000), RS_E_IO_READ);
	}
	assert_int_equal(wiped, 600); /* the last one is in the file */
	blk_close(&w->blk);
}

/* Rows of a long name before "A.TXT", last piece first. */
static void put_long(uint8_t *row, const char *name, unsigned pieces, uint8_t checksum)
{
	static const uint8_t places[] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};

	for (unsigned i = pieces; i > 0; i--, row += 32) {
		memset(row, 0xff, 32);
		row[0] = (uint8_t)(i | (i == pieces ? 0x40 : 0));
		row[11] = 0x0f;
		row[12] = 0;
		row[13] = checksum;
		rs_put_le16(row + 26, 0);
		for (unsigned k = 0; k < 13 && 13 * (i - 1) + k <= strlen(name); k++)
			rs_put_le16(row + places[k], (uint8_t)name[13 * (i - 1) + k]);
	}
	put_row(row, "A       TXT", 0x20, 3, 600);
}

static void test_fat_list__a_long_name_that_is_not_whole__gives_the_short_one(void **state)
{
	/* by the specification's ChkSum() over "A       TXT" */
	const uint8_t sum = 0x5d;
	uint8_t *p;
	char names[256];
	auto_blk struct blk *b = hand_made(&p);
	uint8_t *rows = p + CLUSTER(2) + 64;

	(void)state;
	put_long(rows, "a long name.txt", 2, sum);
	assert_int_equal(list_code(b, "EFI", names), 0);
	assert_string_equal(names, "a long name.txt ");
	put_long(rows, "a long name.txt", 2, sum + 1);
	assert_int_equal(list_code(b, "EFI", names), 0);
	assert_string_equal(names, "A.TXT ");
	put_long(rows, "a long name.txt", 2, sum);
	rows[0] = 0x43; /* a piece is missing */
	assert_int_equal(list_code(b, "EFI", names), 0);
	assert_string_equal(names, "A.TXT ");
	for (unsigned first = 0x40; first <= 0x7f; first += 0x15) { /* 0, 21, 42, 63 pieces */
		rows[0] = (uint8_t)first;
		rows[32] = (uint8_t)(first - 0x41);
		assert_int_equal(list_code(b, "EFI", names), 0);
		assert_string_equal(names, "A.TXT ");
	}
	put_long(rows, "a long name.txt", 2, sum);
	rs_put_le16(rows + 32 + 5, 0); /* an end in the first piece */
	assert_int_equal(list_code(b, "EFI", names), 0);
	assert_string_equal(names, "A.TXT ");
}

static int stop(void *ctx, const struct fat_entry *e)
{
	(void)e;
	++*(int *)ctx;
	return 7;
}

static void test_fat_list__the_caller_ends_it__is_what_comes_back(void **state)
{
	uint8_t *p;
	auto_blk struct blk *b = hand_made(&p);
	auto_fat struct fat *f = NULL;
	struct fat_entry e;
	int n = 0;

	(void)state;
	assert_int_equal(fat_open(b, &f, NULL), 0);
	assert_int_equal(fat_lookup(f, "EFI", &e, NULL), 0);
	assert_int_equal(fat_list(f, &e, stop, &n, NULL), 7);
	assert_int_equal(n, 1);
}

/* ---- volumes by mkfs.vfat, files by mtools ---- */

static const char recipe[] =
	"exec >/dev/null 2>&1; cd '%s' && export PATH=$PATH:/sbin:/usr/sbin LC_ALL=C.UTF-8 "
	"MTOOLS_SKIP_CHECK=1 && truncate -s 40M i && mkfs.vfat %s i && "
	"mmd -i i ::/EFI ::/EFI/Microsoft ::/EFI/Microsoft/Boot && "
	"seq 1 20000 >BCD && mcopy -i i BCD ::/EFI/Microsoft/Boot/BCD && echo hello >h && "
	"mcopy -i i h '::/EFI/A rather long name, with \303\244 in it.config' && "
	"for n in $(seq 1 200); do cp h f$n || exit; done && mcopy -i i f* ::/EFI/Microsoft";

static struct blk *load(const char *dir, const char *name)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	struct blk *b = lay_mem_load(path, 512);
	if (!b)
		fail_msg("%s", path);
	return b;
}

static void check_made(const char *options)
{
	char dir[] = "/tmp/unbrick-fat-XXXXXX", command[1024], names[256];

	assert_non_null(mkdtemp(dir));
	(void)snprintf(command, sizeof(command), recipe, dir, options);
	bool is_made = system(command) == 0; /* NOLINT(cert-env33-c): a fixed command */
	auto_blk struct blk *b = is_made ? load(dir, "i") : NULL;
	auto_blk struct blk *bcd = is_made ? load(dir, "BCD") : NULL;
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): a fixed command */
	if (!b || !bcd) {
		print_message("mkfs.vfat or mtools is not installed\n");
		skip();
		return;
	}

	auto_fat struct fat *f = NULL;
	auto_free uint8_t *content = NULL;
	struct fat_entry e;
	size_t len = 0;
	assert_int_equal(fat_open(b, &f, NULL), 0);
	assert_int_equal(fat_lookup(f, "\\efi\\MICROSOFT\\boot\\bcd", &e, NULL), 0);
	assert_int_equal(fat_read_file(f, &e, 1 << 20, &content, &len, NULL), 0);
	assert_int_equal(len, bcd->size_bytes);
	assert_memory_equal(content, lay_mem_bytes(bcd), len);
	assert_int_equal(read_code(b, "EFI/A rather long name, with \303\244 in it.CONFIG", 99), 6);
	assert_int_equal(read_code(b, "EFI/ARATHE~1.CON", 99), 6);
	assert_int_equal(read_code(b, "EFI/Microsoft/F200", 99), 6);
	assert_int_equal(list_code(b, "EFI", names), 0);
	assert_string_equal(names, "Microsoft/ A rather long name, with \303\244 in it.config ");
}

static void test_fat__by_mkfs__fat12_is_read(void **state)
{
	(void)state;
	check_made("-F 12 -s 32 -n LABEL");
}

static void test_fat__by_mkfs__fat16_is_read(void **state)
{
	(void)state;
	check_made("-F 16 -s 4");
}

static void test_fat__by_mkfs__fat32_is_read(void **state)
{
	(void)state;
	check_made("-F 32 -s 1");
}

static void test_fat__by_mkfs__fat16_of_4096_byte_sectors_is_read(void **state)
{
	(void)state;
	check_made("-F 16 -S 4096 -s 1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fat__made_by_hand__is_read),
		cmocka_unit_test(test_fat_open__a_field_out_of_range__is_refused),
		cmocka_unit_test(test_fat_open__fat32_with_its_fields_out_of_range__is_refused),
		cmocka_unit_test(test_fat__a_chain_that_lies__is_damaged),
		cmocka_unit_test(test_fat__cut_anywhere__fails_or_reads_the_same),
		cmocka_unit_test(test_fat__a_read_error__is_passed_on_and_nothing_is_left),
		cmocka_unit_test(test_fat_list__a_long_name_that_is_not_whole__gives_the_short_one),
		cmocka_unit_test(test_fat_list__the_caller_ends_it__is_what_comes_back),
		cmocka_unit_test(test_fat__by_mkfs__fat12_is_read),
		cmocka_unit_test(test_fat__by_mkfs__fat16_is_read),
		cmocka_unit_test(test_fat__by_mkfs__fat32_is_read),
		cmocka_unit_test(test_fat__by_mkfs__fat16_of_4096_byte_sectors_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was written is compared with what the disk gives back, all of it; and it is read past the
 * page cache, or said that it is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../layers/layers.h"
#include "block/internal.h"
#include "block/overlay.h"

#define DISK_BYTES (1ULL << 20)

static int fsync_errno; /* 0: it does what it should */

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names */
int __real_fsync(int fd);
int __wrap_fsync(int fd);

int __wrap_fsync(int fd)
{
	if (!fsync_errno)
		return __real_fsync(fd);
	errno = fsync_errno;
	return -1;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

struct box {
	struct blk *mem, *through;
	struct blk *record;
};

static void begin(struct box *b, uint64_t size_bytes)
{
	b->mem = lay_mem_new(size_bytes, 512);
	assert_non_null(b->mem);
	assert_int_equal(blk_overlay_new(b->mem, false, &b->record, NULL), 0);
	assert_int_equal(blk_written_through(b->record, b->mem, &b->through, NULL), 0);
}

static void end(struct box *b)
{
	blk_close(b->through);
	blk_close(b->record);
	blk_close(b->mem);
}

static void put(struct box *b, uint64_t off_bytes, uint8_t byte, size_t len)
{
	auto_free uint8_t *p = malloc(len);

	assert_non_null(p);
	memset(p, byte, len);
	assert_int_equal(blk_write(b->through, off_bytes, p, len, NULL), 0);
}

static void test_written__kept__nothing_to_say(void **state)
{
	struct box b;

	(void)state;
	begin(&b, DISK_BYTES - 100); /* an image of odd length */
	put(&b, 0, 1, 512);
	put(&b, 4096, 2, 100000);
	put(&b, 5000, 3, 7);	     /* over it, and inside a sector */
	put(&b, 4096 + 512, 4, 512); /* the last word counts */
	put(&b, DISK_BYTES - 600, 5, 500);
	assert_int_equal(blk_overlay_bytes(b.record) / 512, 1 + 196 + 2);
	assert_int_equal(blk_written_compare(b.record, b.mem, NULL), 0);
	end(&b);
}

/* Whichever byte of what was written is lost: it is found, and where. */
static void test_written__one_byte_lost__is_named(void **state)
{
	static const struct {
		uint64_t off_bytes;
		size_t len;
	} row[] = {{0, 512}, {66048, 70000}, {DISK_BYTES - 512, 512}};
	struct box b;

	(void)state;
	begin(&b, DISK_BYTES);
	for (size_t i = 0; i < 3; i++)
		put(&b, row[i].off_bytes, 7, row[i].len);
	for (size_t i = 0; i < 3; i++) {
		const size_t at[] = {0, row[i].len / 2, row[i].len - 1};
		for (size_t k = 0; k < 3; k++) {
			struct rs_err err = {0};
			char where[32];
			uint64_t lost = row[i].off_bytes + at[k];
			lay_mem_bytes(b.mem)[lost] ^= 1;
			assert_int_equal(blk_written_compare(b.record, b.mem, &err), RS_E_NOT_KEPT);
			(void)snprintf(where, sizeof(where), "byte %" PRIu64 " ", lost / 512 * 512);
			assert_non_null(strstr(err.detail, where));
			lay_mem_bytes(b.mem)[lost] ^= 1;
		}
	}
	lay_mem_bytes(b.mem)[2048] ^= 1; /* not ours */
	assert_int_equal(blk_written_compare(b.record, b.mem, NULL), 0);
	end(&b);
}

/* Nobody knows what is there, so it is not called lost; what is written there later is. */
static void test_written__write_not_taken__not_compared_until_it_is(void **state)
{
	struct box b = {0};
	uint8_t page[4096];
	struct blk *mem = lay_mem_new(DISK_BYTES, 512);
	struct lay_watch *w = lay_watch_new(mem);

	(void)state;
	assert_true(mem && w);
	memset(page, 9, sizeof(page));
	b.mem = &w->blk;
	assert_int_equal(blk_overlay_new(b.mem, false, &b.record, NULL), 0);
	assert_int_equal(blk_written_through(b.record, b.mem, &b.through, NULL), 0);
	put(&b, 0, 1, 512);
	put(&b, 4096, 1, 512); /* acknowledged, and then somewhere between */
	put(&b, 8192, 1, 512);
	w->fail_write = w->writes + 1;
	assert_int_equal(blk_write(b.through, 4096, page, sizeof(page), NULL), RS_E_IO_WRITE);
	assert_int_equal(blk_overlay_bytes(b.record), 2 * 512);
	lay_mem_bytes(mem)[4096] ^= 1;
	assert_int_equal(blk_written_compare(b.record, mem, NULL), 0);
	put(&b, 4096, 2, 512);
	lay_mem_bytes(mem)[4096] ^= 1;
	assert_int_equal(blk_written_compare(b.record, mem, NULL), RS_E_NOT_KEPT);
	lay_mem_bytes(mem)[4096] ^= 1;
	lay_mem_bytes(mem)[8192] ^= 1;
	assert_int_equal(blk_written_compare(b.record, mem, NULL), RS_E_NOT_KEPT);
	end(&b);
	blk_close(mem);
}

static void test_written__bytes_that_cannot_be_read__read_error(void **state)
{
	struct box b;

	(void)state;
	begin(&b, DISK_BYTES);
	put(&b, 4096, 1, 4096);
	struct lay_watch *w = lay_watch_new(b.mem);
	assert_non_null(w);
	w->fail_read = 1;
	assert_int_equal(blk_written_compare(b.record, &w->blk, NULL), RS_E_IO_READ);
	blk_close(&w->blk);
	end(&b);
}

/* ---- past the cache ---- */

static void make_file(char path[64], const char *dir, uint64_t size_bytes)
{
	(void)snprintf(path, 64, "%s/unbrick-again.XXXXXX", dir);
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	for (uint64_t at = 0; at < size_bytes; at += 4096) {
		uint8_t page[4096];
		size_t n =
			size_bytes - at < sizeof(page) ? (size_t)(size_bytes - at) : sizeof(page);
		for (size_t i = 0; i < n; i++)
			page[i] = (uint8_t)((at + i) * 13 / 7);
		assert_int_equal(pwrite(fd, page, n, (off_t)at), n);
	}
	assert_int_equal(fsync(fd), 0);
	assert_int_equal(close(fd), 0);
}

static const char *disk_dir(void)
{
	const char *t = getenv("TMPDIR");

	return t && *t && strlen(t) < 24 ? t : "/tmp";
}

/* Any place and length gives the bytes that are there, the odd end included. */
static void test_again__any_request__right_bytes(void **state)
{
	const uint64_t size = 3 * 65536 + 777;
	struct blk *plain = NULL, *again = NULL;
	bool is_device;
	char path[64];
	uint64_t seed = 1;

	(void)state;
	make_file(path, disk_dir(), size);
	assert_int_equal(blk_file_open(path, 0, &plain, NULL), 0);
	assert_int_equal(blk_again_open(path, &again, &is_device, NULL), 0);
	assert_int_equal(again->size_bytes, size);
	auto_free uint8_t *a = malloc(size), *b = malloc(size);
	assert_true(a && b);
	for (unsigned i = 0; i < 300; i++) {
		uint64_t off = lay_random(&seed) % size;
		size_t len = (size_t)(lay_random(&seed) % (size - off)) + 1;
		len = i % 2 ? len : len % 700 + (len % 700 == 0);
		if (len > size - off)
			len = (size_t)(size - off);
		assert_int_equal(blk_read(plain, off, a, len, NULL), 0);
		assert_int_equal(blk_read(again, off, b, len, NULL), 0);
		assert_memory_equal(a, b, len);
	}
	assert_int_equal(blk_read(again, size - 1, b, 2, NULL), RS_E_IO_READ);
	assert_int_equal(blk_write(again, 0, b, 512, NULL), RS_E_READ_ONLY);
	blk_close(again);
	blk_close(plain);
	(void)unlink(path);
}

/* A file of this size on a disk is out of the cache when it is opened again, and direct reads leave
 * it there. */
static void test_again__file_on_a_disk__comes_from_the_device(void **state)
{
	struct blk *again = NULL;
	bool is_device = false;
	uint8_t buf[512];
	char path[64];

	(void)state;
	make_file(path, disk_dir(), 1 << 20);
	int r = blk_file_open(path, BLK_OPEN_DIRECT, &again, NULL);
	if (r == RS_E_UNSUPPORTED) {
		(void)unlink(path);
		skip(); /* a temporary directory in memory */
	}
	blk_close(again);
	assert_int_equal(blk_again_open(path, &again, &is_device, NULL), 0);
	if (!is_device) {
		blk_close(again);
		(void)unlink(path);
		skip(); /* the same, with a newer kernel */
	}
	assert_int_equal(blk_read(again, 0, buf, sizeof(buf), NULL), 0);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_true(blk_cache_is_empty(fd, 1 << 20));
	assert_int_equal(pread(fd, buf, 512, 700000), 512);
	assert_false(blk_cache_is_empty(fd, 1 << 20));
	assert_int_equal(close(fd), 0);
	blk_close(again);
	(void)unlink(path);
}

static void test_again__file_in_memory__is_said(void **state)
{
	struct blk *again = NULL;
	bool is_device = true;
	uint8_t buf[512];
	char path[64];

	(void)state;
	if (access("/dev/shm", W_OK) < 0)
		skip();
	make_file(path, "/dev/shm", 65536);
	assert_int_equal(blk_again_open(path, &again, &is_device, NULL), 0);
	assert_false(is_device);
	assert_int_equal(blk_read(again, 512, buf, sizeof(buf), NULL), 0);
	assert_int_equal(buf[3], (uint8_t)(515 * 13 / 7));
	blk_close(again);
	(void)unlink(path);
}

/* What is in the cache may never reach the disk: that is no matter of where it is read from. */
static void test_again__flush_fails__is_an_error(void **state)
{
	static const int none[] = {EINVAL, EROFS}; /* it has no such thing */
	struct blk *again = NULL;
	struct rs_err err = {0};
	bool is_device;
	char path[64];

	(void)state;
	make_file(path, disk_dir(), 65536);
	fsync_errno = EIO;
	assert_int_equal(blk_again_open(path, &again, &is_device, &err), RS_E_IO_WRITE);
	assert_non_null(strstr(err.detail, "flush"));
	for (size_t i = 0; i < 2; i++) {
		fsync_errno = none[i];
		assert_int_equal(blk_again_open(path, &again, &is_device, NULL), 0);
		assert_false(is_device);
		blk_close(again);
	}
	fsync_errno = 0;
	(void)unlink(path);
}

/* A loop device on a file that is gone, or that keeps its cache: nobody knows what is read. */
static void test_drop__loop_device_without_its_file__is_not_sure(void **state)
{
	char root[] = "/tmp/unbrick-sys.XXXXXX", path[256], disk[64];
	int lost_errno;
	struct stat st;

	(void)state;
	make_file(disk, disk_dir(), 4096);
	assert_int_equal(stat(disk, &st), 0);
	assert_non_null(mkdtemp(root));
	const struct sys_roots roots = {root, "/proc", "/dev"};
	if (blk_cache_drop(&roots, disk, &lost_errno)) { /* no device below is known there */
		(void)snprintf(path, sizeof(path),
			"mkdir -p %s/dev/block/%u:%u/loop && echo /nowhere/at-all "
			">%s/dev/block/%u:%u/loop/backing_file",
			root, (unsigned)(st.st_dev >> 8 & 0xfff), (unsigned)(st.st_dev & 0xff),
			root, (unsigned)(st.st_dev >> 8 & 0xfff), (unsigned)(st.st_dev & 0xff));
		assert_int_equal(system(path), 0); /* NOLINT(cert-env33-c): a test's own text */
		assert_false(blk_cache_drop(&roots, disk, &lost_errno));
	}
	(void)snprintf(path, sizeof(path), "rm -rf %s", root);
	assert_int_equal(system(path), 0); /* NOLINT(cert-env33-c): a test's own text */
	(void)unlink(disk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_written__kept__nothing_to_say),
		cmocka_unit_test(test_written__one_byte_lost__is_named),
		cmocka_unit_test(test_written__write_not_taken__not_compared_until_it_is),
		cmocka_unit_test(test_written__bytes_that_cannot_be_read__read_error),
		cmocka_unit_test(test_again__any_request__right_bytes),
		cmocka_unit_test(test_again__file_on_a_disk__comes_from_the_device),
		cmocka_unit_test(test_again__file_in_memory__is_said),
		cmocka_unit_test(test_again__flush_fails__is_an_error),
		cmocka_unit_test(test_drop__loop_device_without_its_file__is_not_sure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

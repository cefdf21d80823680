/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../layers/layers.h"
#include "vol_help.h"

static struct vh image;
static uint64_t image_junction;

/* One volume for all tests of this file: 24 MiB, 4 KiB clusters. */
static int make_image(void **state)
{
	(void)state;
	vh_make(&image, 24, 4096, 512);
	vh_add(&image, "/", "Windows", -1);
	vh_add(&image, "/Windows", "System32", -1);
	vh_add(&image, "/Windows/System32", "drivers", -1);
	vh_add_many(&image, "/Windows/System32/drivers", "driver%03u.sys", 300);
	vh_add(&image, "/Windows", "resident.txt", 100);
	vh_add(&image, "/Windows", "big.bin", 200000);
	vh_add(&image, "/Windows", "A rather long name.txt", 10);
	vh_add_dos(&image, "/Windows", "A rather long name.txt", "ARATHE~1.TXT");
	vh_add_stream(&image, "/Windows/resident.txt", "second", "other contents");
	image_junction = vh_add(&image, "/", "junction", -1);
	vh_add_reparse(&image, "/junction", 0xa0000003U);
	vh_add(&image, "/Windows", "wof.dll", 0);
	vh_add_stream(&image, "/Windows/wof.dll", "WofCompressedData", "xpress");
	vh_add_reparse(&image, "/Windows/wof.dll", 0x80000017U);
	vh_add(&image, "/", "compressed", -1);
	vh_set_flags(&image, "/compressed", 0x800);
	vh_add(&image, "/compressed", "packed.txt", 150000);
	vh_filled(&image);
	return 0;
}

static int remove_image(void **state)
{
	(void)state;
	vh_remove(&image);
	return 0;
}

struct open_vol {
	struct blk *mem;
	struct lay_watch *watch;
	struct nt_vol *vol;
};

static void open_vol(struct open_vol *o, unsigned flags)
{
	struct rs_err err = {0};

	o->mem = vh_load(&image);
	o->watch = lay_watch_new(o->mem);
	assert_non_null(o->watch);
	if (nt_vol_open(&o->watch->blk, flags, &o->vol, &err) < 0)
		fail_msg("%s: %s", err.object, err.detail);
}

static void close_vol(struct open_vol *o)
{
	struct rs_err err = {0};

	if (nt_vol_close(o->vol, &err) < 0)
		fail_msg("%s: %s", err.object, err.detail);
	blk_close(&o->watch->blk);
	blk_close(o->mem);
}

static void test_open__for_reading__writes_nothing(void **state)
{
	struct open_vol o;
	struct rs_err err = {0};
	uint64_t ref;

	(void)state;
	open_vol(&o, 0);
	assert_int_equal(nt_lookup(o.vol, "\\windows\\SYSTEM32/Drivers", &ref, &err), 0);
	assert_int_equal(nt_mkdir(o.vol, ref, "x", &ref, &err), RS_E_READ_ONLY);
	assert_int_equal(nt_set_dirty(o.vol, true, &err), RS_E_READ_ONLY);
	assert_int_equal(o.watch->writes, 0);
	close_vol(&o);
}

static void test_open__for_writing__writes_nothing_by_itself(void **state)
{
	struct open_vol o;
	struct lay_watch *w;

	(void)state;
	open_vol(&o, NT_VOL_WRITE);
	w = o.watch;
	assert_int_equal(w->writes, 0);
	struct rs_err err = {0};
	assert_int_equal(nt_vol_close(o.vol, &err), 0);
	assert_int_equal(w->writes, 0);
	blk_close(&w->blk);
	blk_close(o.mem);
}

static void test_open__no_ntfs__says_so(void **state)
{
	struct blk *mem = lay_mem_new(1 << 20, 512);
	struct nt_vol *vol = NULL;
	struct rs_err err = {0};

	(void)state;
	assert_int_equal(nt_vol_open(mem, 0, &vol, &err), RS_E_NOT_NTFS);
	assert_null(vol);
	blk_close(mem);
}

/* libntfs-3g forgets an inode and an attribute when reading $AttrDef fails in the middle of a
 * mount; nothing outside it can free them. Only that one test is let off. Absent without the
 * sanitizer. */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

static void test_open__every_read_failing__is_an_error_and_no_crash(void **state)
{
	struct blk *mem = vh_load(&image);
	struct lay_watch *w = lay_watch_new(mem);
	unsigned n = 0;

	(void)state;
	for (uint64_t at = 1; at < 2000; at++, n++) {
		struct nt_vol *vol = NULL;
		struct rs_err err = {0};

		lay_watch_reset(w);
		w->fail_read = at;
		w->is_sticky = true;
		if (__lsan_disable)
			__lsan_disable();
		int r = nt_vol_open(&w->blk, 0, &vol, &err);
		if (__lsan_enable)
			__lsan_enable();
		if (r == 0) {
			nt_vol_close(vol, NULL);
			break;
		}
		assert_true(err.code == r);
		if (r == RS_E_IO_READ)
			assert_non_null(strstr(err.detail, "made to fail"));
	}
	assert_in_range(n, 5, 1000);
	blk_close(&w->blk);
	blk_close(mem);
}

static void test_open__mirror_older_than_mft__reads_and_mends(void **state)
{
	struct blk *mem = vh_load(&image);
	struct nt_vol *vol = NULL;
	struct rs_err err = {0};
	uint64_t ref;
	uint8_t *p = lay_mem_bytes(mem);
	uint64_t mirror = rs_le64(p + 0x38) * 4096;

	(void)state;
	/* The update sequence number of the copy of record 3 one behind: as after a cut. */
	uint8_t *rec = p + mirror + (size_t)3 * 1024;
	uint16_t usa = rs_le16(rec + 4);
	uint16_t usn = (uint16_t)(rs_le16(rec + usa) - 1);
	rs_put_le16(rec + usa, usn);
	rs_put_le16(rec + 510, usn);
	rs_put_le16(rec + 1022, usn);

	assert_int_equal(lay_mem_save(mem), true);
	assert_int_equal(nt_vol_open(mem, 0, &vol, &err), 0);
	assert_int_equal(nt_lookup(vol, "/Windows", &ref, &err), 0);
	assert_int_equal(nt_vol_close(vol, &err), 0);
	assert_int_equal(rs_le16(rec + usa), usn); /* nothing was written */

	if (nt_vol_open(mem, NT_VOL_WRITE, &vol, &err) < 0)
		fail_msg("%s: %s", err.object, err.detail);
	assert_int_equal(nt_vol_close(vol, &err), 0);
	assert_int_equal(rs_le16(rec + usa), (uint16_t)(usn + 1)); /* mended */
	blk_close(mem);
}

static void test_lookup__paths__found_or_refused(void **state)
{
	static const struct {
		const char *path;
		int code;
		const char *part;
	} all[] = {
		{"", 0, NULL},
		{"\\", 0, NULL},
		{"\\WINDOWS\\", 0, NULL},
		{"/Windows/arathe~1.txt", 0, NULL},
		{"Windows\\A RATHER LONG NAME.TXT", 0, NULL},
		{"\\junction", 0, NULL},
		{"\\junction\\x", RS_E_UNSAFE_PATH, "junction"},
		{"\\Windows\\nothing\\x", RS_E_NO_SUCH_FILE, "nothing"},
		{"\\Windows\\resident.txt\\x", RS_E_NO_SUCH_FILE, "x"},
		{"\\Windows\\..", RS_E_NO_SUCH_FILE, ".."},
		{"\\.", RS_E_NO_SUCH_FILE, "."},
		{"\\Win\xff", RS_E_NO_SUCH_FILE, "Win\xff"},
		/* as the path before, but for its end; and as it, but for its folder */
		{"\\Windows\\resident.txt", 0, NULL},
		{"\\Windows\\nothing", RS_E_NO_SUCH_FILE, "nothing"},
		{"\\Windows\\\\resident.txt", 0, NULL},
		{"\\Windowsx\\resident.txt", RS_E_NO_SUCH_FILE, "Windowsx"},
		{"\\Windows/", 0, NULL},
	};
	struct open_vol o;

	(void)state;
	open_vol(&o, 0);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct rs_err err = {0};
		uint64_t ref = 0;

		assert_int_equal(nt_lookup(o.vol, all[i].path, &ref, &err), all[i].code);
		if (all[i].part)
			assert_string_equal(err.object, all[i].part);
		else
			assert_int_not_equal(ref, 0);
	}
	close_vol(&o);
}

static void test_path__of_a_file__is_its_long_name(void **state)
{
	struct open_vol o;
	struct rs_err err = {0};
	uint64_t ref;
	char path[128];

	(void)state;
	open_vol(&o, 0);
	assert_int_equal(nt_lookup(o.vol, "/Windows/ARATHE~1.TXT", &ref, &err), 0);
	assert_int_equal(nt_path(o.vol, ref, path, sizeof(path), &err), 0);
	assert_string_equal(path, "\\Windows\\A rather long name.txt");
	assert_int_equal(nt_path(o.vol, ref, path, 20, &err), RS_E_NTFS_DAMAGED);
	assert_int_equal(nt_path(o.vol, NT_ROOT_RECORD, path, sizeof(path), &err), 0);
	assert_string_equal(path, "\\");
	close_vol(&o);
}

struct seen {
	unsigned n, dirs;
	char last[NT_NAME_BYTES];
	bool is_sorted;
};

static bool see(void *user, const char *name, uint64_t ref, bool is_dir)
{
	struct seen *s = user;

	assert_int_not_equal(NT_REF_SEQUENCE(ref), 0);
	s->is_sorted = s->is_sorted && strcasecmp(s->last, name) < 0;
	(void)snprintf(s->last, sizeof(s->last), "%s", name);
	s->n++;
	s->dirs += is_dir;
	return true;
}

static void test_list__big_folder__every_name_once_in_order(void **state)
{
	struct open_vol o;
	struct rs_err err = {0};
	uint64_t ref;
	struct seen s = {.is_sorted = true};

	(void)state;
	open_vol(&o, 0);
	assert_int_equal(nt_lookup(o.vol, "/Windows/System32/drivers", &ref, &err), 0);
	assert_int_equal(nt_list(o.vol, ref, see, &s, &err), 0);
	assert_int_equal(s.n, 300);
	assert_true(s.is_sorted);

	assert_int_equal(nt_lookup(o.vol, "/Windows", &ref, &err), 0);
	s = (struct seen){.is_sorted = true};
	assert_int_equal(nt_list(o.vol, ref, see, &s, &err), 0);
	assert_int_equal(s.n, 5); /* the DOS name is not one of them */
	assert_int_equal(s.dirs, 1);
	close_vol(&o);
}

static void check_contents(struct nt_vol *vol, const char *path, uint64_t size)
{
	struct nt_file *f = NULL;
	struct rs_err err = {0};
	uint8_t buf[777];
	uint64_t ref, at = 0;

	assert_int_equal(nt_lookup(vol, path, &ref, &err), 0);
	assert_int_equal(nt_file_open(vol, ref, "", &f, &err), 0);
	assert_int_equal(nt_file_size(f), size);
	for (size_t n = 1; n; at += n) {
		assert_int_equal(nt_file_read(f, at, buf, sizeof(buf), &n, &err), 0);
		for (size_t i = 0; i < n; i++)
			if (buf[i] != vh_byte(at + i))
				fail_msg("%s: byte %llu", path, (unsigned long long)(at + i));
	}
	assert_int_equal(at, size);
	nt_file_close(f);
}

static void test_file__plain_and_compressed__right_bytes(void **state)
{
	struct open_vol o;
	struct rs_err err = {0};
	struct nt_stat st;
	uint64_t ref;

	(void)state;
	open_vol(&o, 0);
	check_contents(o.vol, "/Windows/resident.txt", 100);
	check_contents(o.vol, "/Windows/big.bin", 200000);
	check_contents(o.vol, "/compressed/packed.txt", 150000);
	assert_int_equal(nt_lookup(o.vol, "/compressed/packed.txt", &ref, &err), 0);
	assert_int_equal(nt_stat(o.vol, ref, &st, &err), 0);
	assert_true(st.is_compressed && !st.is_resident && st.size_bytes == 150000);
	assert_true(st.allocated_bytes < 150000);
	assert_int_equal(nt_lookup(o.vol, "/Windows/resident.txt", &ref, &err), 0);
	assert_int_equal(nt_stat(o.vol, ref, &st, &err), 0);
	assert_true(st.is_resident && st.size_bytes == 100 && st.links == 1 && !st.is_dir);
	close_vol(&o);
}

static void test_file__streams_and_refusals__named(void **state)
{
	struct open_vol o;
	struct rs_err err = {0};
	struct nt_file *f = NULL;
	struct nt_stat st;
	char buf[64];
	size_t n;
	uint64_t ref;

	(void)state;
	open_vol(&o, 0);
	assert_int_equal(nt_lookup(o.vol, "/Windows/resident.txt", &ref, &err), 0);
	assert_int_equal(nt_file_open(o.vol, ref, "SECOND", &f, &err), RS_E_NO_SUCH_FILE);
	assert_int_equal(nt_file_open(o.vol, ref, "second", &f, &err), 0);
	assert_int_equal(nt_file_read(f, 0, buf, sizeof(buf), &n, &err), 0);
	assert_int_equal(n, 14);
	assert_memory_equal(buf, "other contents", 14);
	nt_file_close(f);

	assert_int_equal(nt_lookup(o.vol, "/Windows/wof.dll", &ref, &err), 0);
	assert_int_equal(nt_stat(o.vol, ref, &st, &err), 0);
	assert_true(st.is_reparse);
	assert_int_equal(st.reparse_tag, 0x80000017U);
	assert_int_equal(nt_file_open(o.vol, ref, "", &f, &err), RS_E_UNSUPPORTED);
	assert_non_null(strstr(err.detail, "WOF"));

	assert_int_equal(nt_lookup(o.vol, "/Windows", &ref, &err), 0);
	assert_int_equal(nt_file_open(o.vol, ref, "", &f, &err), RS_E_NO_SUCH_FILE);
	assert_int_equal(nt_stat(o.vol, ref + (1ULL << 48), &st, &err), RS_E_NO_SUCH_FILE);
	close_vol(&o);
}

static void test_mkdir__new_existing_and_taken__ref_or_refusal(void **state)
{
	struct open_vol o;
	struct rs_err err = {0};
	uint64_t root, ref, again;

	(void)state;
	open_vol(&o, NT_VOL_WRITE);
	assert_int_equal(nt_lookup(o.vol, "", &root, &err), 0);
	if (nt_mkdir(o.vol, root, "Unbrick", &ref, &err) < 0)
		fail_msg("%s: %s", err.object, err.detail);
	assert_true(o.watch->writes > 0 && o.watch->flushes > 0);
	assert_int_equal(nt_mkdir(o.vol, root, "UNBRICK", &again, &err), 0);
	assert_int_equal(ref, again);
	assert_int_equal(nt_lookup(o.vol, "\\Unbrick", &again, &err), 0);
	assert_int_equal(ref, again);
	assert_int_equal(nt_mkdir(o.vol, root, "junction", &ref, &err), RS_E_UNSAFE_PATH);
	assert_int_equal(nt_lookup(o.vol, "/Windows", &ref, &err), 0);
	assert_int_equal(nt_mkdir(o.vol, ref, "big.bin", &ref, &err), RS_E_UNSAFE_PATH);
	assert_int_equal(nt_mkdir(o.vol, root, "a:b", &ref, &err), RS_E_USAGE);
	close_vol(&o);
}

static void test_create__with_and_without_allocation__read_back(void **state)
{
	struct open_vol o;
	struct rs_err err = {0};
	struct nt_stat st;
	struct nt_file *f;
	uint64_t root, ref;
	size_t n;
	char buf[5000];

	(void)state;
	open_vol(&o, NT_VOL_WRITE);
	assert_int_equal(nt_lookup(o.vol, "", &root, &err), 0);
	assert_int_equal(nt_file_create(o.vol, root, "small", "abc", 3, 0, &ref, &err), 0);
	assert_int_equal(nt_stat(o.vol, ref, &st, &err), 0);
	assert_true(st.is_resident && st.size_bytes == 3);
	assert_int_equal(
		nt_file_create(o.vol, root, "SMALL", "abc", 3, 0, &ref, &err), RS_E_UNSAFE_PATH);
	assert_int_equal(nt_file_create(o.vol, root, "log", "abc", 3, 300, &ref, &err), 0);
	assert_int_equal(nt_stat(o.vol, ref, &st, &err), 0);
	assert_true(!st.is_resident && st.size_bytes == 300);
	assert_int_equal(nt_file_overwrite(o.vol, ref, 298, "yz", 2, &err), 0);
	assert_int_equal(nt_file_overwrite(o.vol, ref, 299, "yz", 2, &err), RS_E_BUG);
	close_vol(&o);

	/* What the library itself reads from the disk afterwards. */
	open_vol(&o, 0); /* a fresh image: nothing of the above in it */
	assert_int_equal(nt_lookup(o.vol, "log", &ref, &err), RS_E_NO_SUCH_FILE);
	close_vol(&o);
	open_vol(&o, NT_VOL_WRITE);
	assert_int_equal(nt_lookup(o.vol, "", &root, &err), 0);
	assert_int_equal(nt_file_create(o.vol, root, "log", "abc", 3, 300, &ref, &err), 0);
	assert_int_equal(nt_file_overwrite(o.vol, ref, 1, "XYZ", 3, &err), 0);
	assert_int_equal(nt_vol_close(o.vol, &err), 0);
	assert_int_equal(nt_vol_open(o.mem, 0, &o.vol, &err), 0);
	assert_int_equal(nt_file_open(o.vol, ref, "", &f, &err), 0);
	assert_int_equal(nt_file_read(f, 0, buf, sizeof(buf), &n, &err), 0);
	assert_int_equal(n, 300);
	assert_memory_equal(buf, "aXYZ\0\0", 6);
	nt_file_close(f);
	close_vol(&o);
}

static void test_create__full_volume__says_so_and_leaves_it(void **state)
{
	struct open_vol o;
	struct rs_err err = {0};
	uint64_t root, ref;
	size_t huge = 16U << 20;
	uint8_t *p = calloc(1, huge);
	int r = 0;

	(void)state;
	assert_non_null(p);
	open_vol(&o, NT_VOL_WRITE);
	assert_int_equal(nt_lookup(o.vol, "", &root, &err), 0);
	for (unsigned i = 0; r == 0 && i < 64; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "fill%u", i);
		uint64_t before = o.watch->writes;
		r = nt_file_create(o.vol, root, name, p, huge, 0, &ref, &err);
		if (r < 0)
			assert_int_equal(o.watch->writes, before);
	}
	assert_int_equal(r, RS_E_NO_SPACE);
	assert_int_equal(nt_mkdir(o.vol, root, "still works", &ref, &err), 0);
	close_vol(&o);
	free(p);
}

static void test_dirty__on_and_off__read_back(void **state)
{
	struct open_vol o;
	struct rs_err err = {0};

	(void)state;
	open_vol(&o, NT_VOL_WRITE);
	assert_int_equal(nt_set_dirty(o.vol, true, &err), 0);
	struct nt_raw *raw = NULL;
	struct nt_state st;
	assert_int_equal(nt_raw_open(o.mem, &raw, &err), 0);
	assert_int_equal(nt_state_read(raw, &st, &err), 0);
	assert_true(st.is_dirty && !st.mirror_differs);
	assert_int_equal(nt_set_dirty(o.vol, false, &err), 0);
	assert_int_equal(nt_state_read(raw, &st, &err), 0);
	assert_true(!st.is_dirty && !st.mirror_differs && st.can_write);
	nt_raw_close(raw);
	close_vol(&o);
}

static void test_write__any_write_or_flush_failing__error_and_still_usable(void **state)
{
	struct open_vol o;
	struct rs_err err = {0};
	uint64_t root, ref;

	(void)state;
	for (unsigned at = 1; at < 40; at++) {
		open_vol(&o, NT_VOL_WRITE);
		assert_int_equal(nt_lookup(o.vol, "", &root, &err), 0);
		if (at & 1)
			o.watch->fail_write = at / 2 + 1;
		else
			o.watch->fail_flush = at / 2;
		int r = nt_mkdir(o.vol, root, "Unbrick", &ref, &err);
		if (r < 0) {
			assert_int_equal(r, RS_E_IO_WRITE);
			assert_non_null(strstr(err.detail, "made to fail"));
			if (nt_mkdir(o.vol, root, "Unbrick", &ref, &err) < 0)
				fail_msg("%u: %s: %s", at, err.object, err.detail);
		}
		o.watch->fail_write = o.watch->fail_flush = 0;
		close_vol(&o);
	}
}

/* ---- what is refused before a byte is written ---- */

static void expect_refused(unsigned flags, bool is_read_only, int code, const char *sleeps)
{
	struct blk *mem = vh_load(&image);
	struct nt_vol *vol = NULL;
	struct rs_err err = {0};

	if (sleeps) {
		uint64_t root, ref;
		assert_int_equal(nt_vol_open(mem, NT_VOL_WRITE, &vol, NULL), 0);
		assert_int_equal(nt_lookup(vol, "", &root, NULL), 0);
		assert_int_equal(
			nt_file_create(vol, root, "hiberfil.sys", sleeps, 4, 8192, &ref, NULL), 0);
		assert_int_equal(nt_vol_close(vol, NULL), 0);
	}
	mem->is_read_only = is_read_only;
	struct lay_watch *w = lay_watch_new(mem);
	assert_non_null(w);
	assert_int_equal(nt_vol_open(&w->blk, flags, &vol, &err), code);
	assert_int_equal(w->writes, 0);
	blk_close(&w->blk);
	blk_close(mem);
}

static void test_open__for_writing__not_where_it_cannot_or_must_not(void **state)
{
	(void)state;
	expect_refused(NT_VOL_WRITE, true, RS_E_READ_ONLY, NULL);
	expect_refused(NT_VOL_WRITE, false, RS_E_HIBERNATED, "HIBR");
}

static void test_remove__not_what_is_not_ours_alone(void **state)
{
	static const struct {
		const char *dir, *name, *of;
		int code;
	} all[] = {
		{"", "Windows", "/Windows", RS_E_GUARD}, /* not empty */
		{"", "junction", "/junction", RS_E_GUARD},
		{"/Windows", "A rather long name.txt", "/Windows/A rather long name.txt",
			RS_E_GUARD}, /* two names */
		{"/Windows", "resident.txt", "/Windows/big.bin", RS_E_CHANGED},
	};
	struct rs_err err = {0};
	struct open_vol o;

	(void)state;
	open_vol(&o, NT_VOL_WRITE);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		uint64_t dir, ref, there;
		if (i == 1) /* a look-up does not end at it */
			ref = image_junction;
		else
			assert_int_equal(nt_lookup(o.vol, all[i].of, &ref, NULL), 0);
		assert_int_equal(nt_lookup(o.vol, all[i].dir, &dir, NULL), 0);
		assert_int_equal(nt_remove(o.vol, dir, all[i].name, ref, &err), all[i].code);
		if (i != 1)
			assert_int_equal(nt_lookup(o.vol, all[i].of, &there, NULL), 0);
	}
	assert_int_equal(o.watch->writes, 0);
	close_vol(&o);
}

static void test_relink__another_folder_or_several_names__refused(void **state)
{
	struct rs_err err = {0};
	struct open_vol o;
	uint64_t root, windows, ref;

	(void)state;
	open_vol(&o, NT_VOL_WRITE);
	assert_int_equal(nt_lookup(o.vol, "", &root, NULL), 0);
	assert_int_equal(nt_lookup(o.vol, "/Windows", &windows, NULL), 0);
	assert_int_equal(nt_lookup(o.vol, "/Windows/resident.txt", &ref, NULL), 0);
	assert_int_equal(nt_relink(o.vol, ref, root, &err), RS_E_CHANGED);
	assert_int_equal(nt_relink(o.vol, ref, windows, &err), RS_E_CHANGED); /* it has one */
	assert_int_equal(nt_lookup(o.vol, "/Windows/A rather long name.txt", &ref, NULL), 0);
	assert_int_equal(nt_relink(o.vol, ref, windows, &err), RS_E_NTFS_DAMAGED);
	assert_int_equal(o.watch->writes, 0);
	close_vol(&o);
}

static void test_overwrite__compressed__refused(void **state)
{
	struct rs_err err = {0};
	struct open_vol o;
	uint64_t ref;

	(void)state;
	open_vol(&o, NT_VOL_WRITE);
	assert_int_equal(nt_lookup(o.vol, "/compressed/packed.txt", &ref, NULL), 0);
	assert_int_equal(nt_file_overwrite(o.vol, ref, 0, "x", 1, &err), RS_E_UNSUPPORTED);
	assert_int_equal(o.watch->writes, 0);
	close_vol(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open__for_reading__writes_nothing),
		cmocka_unit_test(test_open__for_writing__writes_nothing_by_itself),
		cmocka_unit_test(test_open__no_ntfs__says_so),
		cmocka_unit_test(test_open__every_read_failing__is_an_error_and_no_crash),
		cmocka_unit_test(test_open__mirror_older_than_mft__reads_and_mends),
		cmocka_unit_test(test_lookup__paths__found_or_refused),
		cmocka_unit_test(test_path__of_a_file__is_its_long_name),
		cmocka_unit_test(test_list__big_folder__every_name_once_in_order),
		cmocka_unit_test(test_file__plain_and_compressed__right_bytes),
		cmocka_unit_test(test_file__streams_and_refusals__named),
		cmocka_unit_test(test_mkdir__new_existing_and_taken__ref_or_refusal),
		cmocka_unit_test(test_create__with_and_without_allocation__read_back),
		cmocka_unit_test(test_create__full_volume__says_so_and_leaves_it),
		cmocka_unit_test(test_dirty__on_and_off__read_back),
		cmocka_unit_test(test_write__any_write_or_flush_failing__error_and_still_usable),
		cmocka_unit_test(test_open__for_writing__not_where_it_cannot_or_must_not),
		cmocka_unit_test(test_remove__not_what_is_not_ours_alone),
		cmocka_unit_test(test_relink__another_folder_or_several_names__refused),
		cmocka_unit_test(test_overwrite__compressed__refused),
	};

	return cmocka_run_group_tests(tests, make_image, remove_image);
}

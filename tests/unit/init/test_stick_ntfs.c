/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is taken from a stick with NTFS: volumes made by mkntfs and filled by libntfs-3g. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../layers/layers.h"
#include "../ntfswrite/vol_help.h"
#include "init/stick_files.h"
#include "init/stick_ntfs.h"
#include "tree.h"

static struct vh vol;
static const char *root;
static char why[256], notes[4096];

static int begin(void **state)
{
	(void)state;
	vh_make(&vol, 4, 4096, 512);
	root = tree_new();
	why[0] = notes[0] = '\0';
	return 0;
}

static int end(void **state)
{
	(void)state;
	vh_remove(&vol);
	tree_done();
	return 0;
}

static void add(const char *dir, const char *name, const char *text)
{
	if (text)
		(void)vh_add_bytes(&vol, dir, name, text, strlen(text));
	else
		(void)vh_add(&vol, dir, name, -1);
}

/* All notes as one text. */
static void hear(int fd)
{
	uint8_t head[5];
	size_t len = 0;

	(void)lseek(fd, 0, SEEK_SET);
	while (read(fd, head, 5) == 5) {
		uint32_t n = rs_le32(head + 1);
		assert_int_equal(head[0], STICK_NOTE);
		assert_true(len + n + 1 < sizeof(notes));
		assert_int_equal(read(fd, notes + len, n), n);
		len += n;
		notes[len++] = '\n';
		notes[len] = '\0';
	}
}

static bool copy_of(struct blk *mem, bool is_look)
{
	char name[] = "/tmp/unbrick-notes.XXXXXX";
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	(void)unlink(name);
	bool ret = stick_ntfs_copy(mem, is_look, root, fd, why, sizeof(why));
	hear(fd);
	(void)close(fd);
	assert_int_equal(ret, !why[0]);
	return ret;
}

/* Of the volume as it is; no byte of it may be another one then. */
static bool copy(bool is_look)
{
	if (vol.lib)
		vh_filled(&vol);
	struct blk *mem = vh_load(&vol);
	uint8_t *before = malloc(mem->size_bytes);

	assert_non_null(before);
	memcpy(before, lay_mem_bytes(mem), mem->size_bytes);
	bool ret = copy_of(mem, is_look);
	assert_memory_equal(before, lay_mem_bytes(mem), mem->size_bytes);
	free(before);
	blk_close(mem);
	return ret;
}

/* -1: it is not there. */
static long size_of(const char *path)
{
	char full[512];
	struct stat st;

	(void)snprintf(full, sizeof(full), "%s/%s", root, path);
	return stat(full, &st) < 0 ? -1 : (long)st.st_size;
}

static void expect(const char *path, const char *text)
{
	struct rs_secret file = {0};
	char full[512];

	(void)snprintf(full, sizeof(full), "%s/%s", root, path);
	assert_int_equal(stick_read_file(full, 1 << 20, &file), 0);
	assert_int_equal(file.len, strlen(text));
	assert_memory_equal(file.p, text, file.len);
	rs_secret_done(&file);
}

static void test_copy__all_that_we_read__and_nothing_else(void **state)
{
	(void)state;
	add("/", "Unbrick", NULL);
	add("/Unbrick", "UNBRICK.conf", "mode = look\n");
	add("/Unbrick", "keys.txt", "11111");
	add("/Unbrick", "keys.enc", "22222");
	add("/Unbrick", "fleet.secret", "user: a");
	add("/Unbrick", "rules.pub", "key");
	add("/Unbrick", "other.txt", "x");
	add("/Unbrick", "rules", NULL);
	add("/Unbrick/rules", "a.ini", "[rule]\n");
	add("/Unbrick/rules", "a.ini.sig", "sig");
	add("/Unbrick/rules", "readme.txt", "x");
	add("/", "4F1C.BEK", "startup");
	add("/", "unbrick.iso", "x");
	add("/", "ventoy", NULL);
	assert_true(copy(false));
	assert_string_equal(notes, "");
	expect("unbrick/unbrick.conf", "mode = look\n");
	expect("unbrick/keys.txt", "11111");
	expect("unbrick/keys.enc", "22222");
	expect("unbrick/fleet.secret", "user: a");
	expect("unbrick/rules.pub", "key");
	expect("unbrick/rules/a.ini", "[rule]\n");
	expect("unbrick/rules/a.ini.sig", "sig");
	expect("4F1C.BEK", "startup");
	assert_int_equal(size_of("unbrick/rules/readme.txt"), -1);
	assert_int_equal(size_of("unbrick/other.txt"), -1);
	assert_int_equal(size_of("unbrick.iso"), -1);
}

static void test_copy__a_look__is_the_folder_alone(void **state)
{
	(void)state;
	add("/", "EFI", NULL);
	add("/EFI", "unbrick", NULL);
	add("/", "unbrick", NULL);
	add("/EFI/unbrick", "keys.txt", "11111");
	assert_true(copy(true));
	assert_true(size_of("EFI/unbrick") >= 0);
	assert_int_equal(size_of("EFI/unbrick/keys.txt"), -1);
	assert_int_equal(size_of("unbrick"), -1); /* the first one is it */
}

static void test_copy__no_folder_of_ours__nothing_not_even_keys(void **state)
{
	(void)state;
	add("/", "unbrick", "a file");
	add("/", "4F1C.BEK", "startup");
	assert_true(copy(false));
	assert_int_equal(size_of("unbrick"), -1);
	assert_int_equal(size_of("4F1C.BEK"), -1);
}

static void test_copy__a_windows_in_any_folder__refused(void **state)
{
	(void)state;
	add("/", "unbrick", NULL);
	add("/unbrick", "keys.txt", "11111");
	add("/", "Winnt", NULL);
	add("/Winnt", "SYSTEM32", NULL);
	assert_false(copy(false));
	assert_string_equal(why, "there is a Windows on it");
	assert_int_equal(size_of("unbrick"), -1);
}

/* More folders than are looked into may hide one. */
static void test_copy__more_folders_than_are_looked_into__refused(void **state)
{
	(void)state;
	char name[16];

	add("/", "unbrick", NULL);
	for (unsigned i = 0; i < 1000; i++) {
		(void)snprintf(name, sizeof(name), "d%u", i);
		add("/", name, NULL);
	}
	assert_false(copy(true));
	assert_string_equal(why, "it has too many folders to look for a Windows");
}

static void test_copy__a_file_too_long__its_reader_sees_it(void **state)
{
	(void)state;
	add("/", "unbrick", NULL);
	(void)vh_add(&vol, "/unbrick", "keys.txt", (256 << 10) + 5000);
	(void)vh_add(&vol, "/unbrick", "unbrick.conf", 256 << 10);
	assert_true(copy(false));
	assert_int_equal(size_of("unbrick/unbrick.conf"), 256 << 10);
	assert_int_equal(size_of("unbrick/keys.txt"), (256 << 10) + 1);
}

/* What our reader does not read is said, and the rest is there. */
static void test_copy__an_encrypted_file__is_said(void **state)
{
	(void)state;
	add("/", "unbrick", NULL);
	add("/unbrick", "keys.txt", "11111");
	uint64_t n = vh_add(&vol, "/unbrick", "unbrick.conf", 5000);
	vh_filled(&vol);
	struct blk *mem = vh_load(&vol);
	uint8_t *p = lay_mem_bytes(mem);
	/* $MFT of mkntfs begins at the cluster that the boot sector names */
	uint8_t *rec = p + rs_le64(p + 0x30) * 4096 + n * 1024;
	assert_memory_equal(rec, "FILE", 4);
	for (uint8_t *a = rec + rs_le16(rec + 0x14); rs_le32(a) != 0xffffffff; a += rs_le32(a + 4))
		if (rs_le32(a) == 0x80)
			rs_put_le16(a + 12, 0x4000);
	assert_true(copy_of(mem, false));
	assert_non_null(strstr(notes, "unbrick.conf of the stick cannot be read: "));
	assert_int_equal(size_of("unbrick/unbrick.conf"), -1);
	expect("unbrick/keys.txt", "11111");
	blk_close(mem);
}

/* A link of NTFS has no data of its own. */
static void test_copy__reparse_points__are_said_and_not_followed(void **state)
{
	(void)state;
	add("/", "unbrick", NULL);
	add("/unbrick", "keys.txt", "11111");
	add("/", "4F1C.BEK", "startup");
	vh_add_reparse(&vol, "/unbrick/keys.txt", 0xA000000C);
	vh_add_reparse(&vol, "/4F1C.BEK", 0xA000000C);
	assert_true(copy(false));
	assert_non_null(strstr(notes, "keys.txt of the stick cannot be read: its data are els"));
	assert_non_null(strstr(notes, "4F1C.BEK of the stick cannot be read: its data are els"));
	assert_int_equal(size_of("unbrick/keys.txt"), -1);
	assert_int_equal(size_of("4F1C.BEK"), -1);
}

/* The entry of a file whose record was taken by another one since. */
static void test_copy__an_old_entry__is_said_and_not_read(void **state)
{
	(void)state;
	add("/", "unbrick", NULL);
	uint64_t n = vh_add(&vol, "/unbrick", "keys.txt", 10);
	vh_filled(&vol);
	struct blk *mem = vh_load(&vol);
	uint8_t *p = lay_mem_bytes(mem);
	uint8_t *rec = p + rs_le64(p + 0x30) * 4096 + n * 1024;
	rs_put_le16(rec + 0x10, (uint16_t)(rs_le16(rec + 0x10) + 1));
	assert_true(copy_of(mem, false));
	assert_non_null(strstr(notes, "keys.txt of the stick cannot be read: its entry belongs"));
	assert_int_equal(size_of("unbrick/keys.txt"), -1);
	blk_close(mem);
}

/* The root's index is damaged: nobody can say that there is no Windows. */
static void test_copy__a_damaged_root__refused(void **state)
{
	(void)state;
	add("/", "unbrick", NULL);
	vh_add_many(&vol, "/", "file%u", 60); /* so that it has a block of its own */
	vh_filled(&vol);
	struct blk *mem = vh_load(&vol);
	uint8_t *p = lay_mem_bytes(mem);
	unsigned n = 0;
	for (size_t at = 0; at + 4096 <= mem->size_bytes; at += 4096)
		if (memcmp(p + at, "INDX", 4) == 0) {
			p[at] = 'X';
			n++;
		}
	assert_true(n > 0);
	assert_false(copy_of(mem, true));
	assert_string_equal(why, "its folders cannot be read: it may have a Windows");
	blk_close(mem);
}

static void test_copy__no_ntfs_at_all__refused(void **state)
{
	(void)state;
	vh_filled(&vol);
	struct blk *mem = vh_load(&vol);
	memset(lay_mem_bytes(mem), 0, mem->size_bytes);
	assert_false(copy_of(mem, true));
	assert_string_not_equal(why, "");
	blk_close(mem);
}

/* Bytes of its records and folders changed at random: whatever comes of it, it comes to an end. */
static void test_copy__hostile_bytes__come_to_an_end(void **state)
{
	(void)state;
	uint32_t seed = 1;

	add("/", "unbrick", NULL);
	add("/unbrick", "keys.txt", "11111");
	add("/unbrick", "rules", NULL);
	add("/unbrick/rules", "a.ini", "[rule]\n");
	vh_add_many(&vol, "/", "file%u", 60);
	vh_filled(&vol);
	for (unsigned round = 0; round < 300; round++) {
		struct blk *mem = vh_load(&vol);
		uint8_t *p = lay_mem_bytes(mem);
		uint8_t *mft = p + rs_le64(p + 0x30) * 4096;
		for (unsigned i = 0; i < 1 + round % 24; i++) {
			seed = seed * 1664525U + 1013904223U;
			const size_t at = seed >> 8;
			if (round % 3)
				mft[at % (70 * 1024)] = (uint8_t)(seed >> 3);
			else
				p[at % mem->size_bytes] = (uint8_t)(seed >> 3);
		}
		notes[0] = '\0';
		(void)copy_of(mem, false);
		blk_close(mem);
		tree_done();
		root = tree_new();
	}
}

#define ntfs_test(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ntfs_test(test_copy__all_that_we_read__and_nothing_else),
		ntfs_test(test_copy__a_look__is_the_folder_alone),
		ntfs_test(test_copy__no_folder_of_ours__nothing_not_even_keys),
		ntfs_test(test_copy__a_windows_in_any_folder__refused),
		ntfs_test(test_copy__more_folders_than_are_looked_into__refused),
		ntfs_test(test_copy__a_file_too_long__its_reader_sees_it),
		ntfs_test(test_copy__an_encrypted_file__is_said),
		ntfs_test(test_copy__reparse_points__are_said_and_not_followed),
		ntfs_test(test_copy__an_old_entry__is_said_and_not_read),
		ntfs_test(test_copy__a_damaged_root__refused),
		ntfs_test(test_copy__no_ntfs_at_all__refused),
		ntfs_test(test_copy__hostile_bytes__come_to_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of a volume into a folder of this system: what lies there is what the volume has, cut where
 * it must be, and nothing is replaced. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "../engine/rig.h"
#include "ui/copy.h"

#define DRIVERS "\\Windows\\System32\\drivers"
#define FOLDER	"CrowdStrike"
#define HIVE	"\\Windows\\System32\\config\\SYSTEM"
#define PIECE	1000U

static struct rig *rig;
static struct rs_session *session;
static struct rs_tree *tree;
static char to[128];
static uint64_t steps, syncs;

static int open_tree(void **state)
{
	assert_int_equal(rig_make(state, RIG_HAS_BAD | RIG_HAS_DOUBT), 0);
	rig = *state;
	const struct rs_target target = {.disks = rig->disks, .n_disks = rig->n_disks};
	session = rig_session(rig);
	assert_int_equal(rs_tree_open(session, &target, &tree, NULL), 0);
	(void)snprintf(to, sizeof(to), "%s/out", rig->dir);
	assert_int_equal(mkdir(to, 0700), 0);
	steps = 0;
	return 0;
}

static int close_tree(void **state)
{
	char command[160];

	rs_tree_close(tree);
	rs_session_free(session);
	(void)snprintf(command, sizeof(command), "rm -r %s", to);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): a name of ours */
	return rig_unmake(state);
}

static size_t read_all(const char *name, uint8_t *ret, size_t cap)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", to, name);
	FILE *f = fopen(path, "r");
	if (!f)
		return SIZE_MAX;
	const size_t n = fread(ret, 1, cap, f);
	assert_int_equal(fclose(f), 0);
	return n;
}

/* What a person chooses. */
static const struct folder_entry *chosen(const char *path)
{
	static struct folder_entry e;
	static char name[256];

	assert_int_equal(rs_tree_stat(tree, path, &e.node, NULL), 0);
	(void)snprintf(name, sizeof(name), "%s", e.node.name);
	e.name = name;
	return &e;
}

/* As the volume has it, through the engine. */
static size_t in_volume(const char *name, uint8_t *ret, size_t cap, uint64_t *ret_modified)
{
	char path[256];
	struct rs_node n;
	size_t len = 0;

	if (name[0] != '\\')
		(void)snprintf(path, sizeof(path), "%s\\%s\\%s", DRIVERS, FOLDER, name);
	else
		(void)snprintf(path, sizeof(path), "%s", name);
	assert_int_equal(rs_tree_stat(tree, path, &n, NULL), 0);
	*ret_modified = n.modified;
	assert_int_equal(rs_tree_read(tree, n.ref, 0, ret, cap, &len, NULL), 0);
	assert_int_equal(len, n.size_bytes);
	return len;
}

/* In place of libc's: how often it is waited for the stick. */
int syncfs(int fd)
{
	syncs++;
	return fsync(fd);
}

/* What went through its memory is not left there. */
static size_t wiped;

void __real_rs_wipe(void *p, size_t len); /* NOLINT: the linker's name */
void __wrap_rs_wipe(void *p, size_t len); /* NOLINT: as above */

void __wrap_rs_wipe(void *p, size_t len) /* NOLINT: as above */
{
	wiped = len > wiped ? len : wiped;
	__real_rs_wipe(p, len);
}

/* A disk that fails, one that is copied onto, a stick with FAT. */
static int read_fails, list_fails;
static bool is_under, is_fat;

/* NOLINTBEGIN: as above */
int __real_rs_tree_read(struct rs_tree *t, uint64_t ref, uint64_t off, void *buf, size_t len,
	size_t *ret_len, struct rs_err *err);
int __wrap_rs_tree_read(struct rs_tree *t, uint64_t ref, uint64_t off, void *buf, size_t len,
	size_t *ret_len, struct rs_err *err);
int __real_rs_tree_list_ref(struct rs_tree *t, uint64_t ref,
	bool (*fn)(void *user, const struct rs_node *n), void *user, struct rs_err *err);
int __wrap_rs_tree_list_ref(struct rs_tree *t, uint64_t ref,
	bool (*fn)(void *user, const struct rs_node *n), void *user, struct rs_err *err);
bool __wrap_rs_tree_is_under(const struct rs_tree *t, const struct stat *st);
int __real_statfs64(const char *path, struct statfs *ret);
int __wrap_statfs64(const char *path, struct statfs *ret);

int __wrap_rs_tree_read(struct rs_tree *t, uint64_t ref, uint64_t off, void *buf, size_t len,
	size_t *ret_len, struct rs_err *err)
{
	if (read_fails)
		return rs_fail(err, (enum rs_code)read_fails, "the test");
	return __real_rs_tree_read(t, ref, off, buf, len, ret_len, err);
}

int __wrap_rs_tree_list_ref(struct rs_tree *t, uint64_t ref,
	bool (*fn)(void *user, const struct rs_node *n), void *user, struct rs_err *err)
{
	if (list_fails)
		return rs_fail(err, (enum rs_code)list_fails, "the test");
	return __real_rs_tree_list_ref(t, ref, fn, user, err);
}

bool __wrap_rs_tree_is_under(const struct rs_tree *t, const struct stat *st)
{
	(void)t;
	(void)st;
	return is_under;
}

int __wrap_statfs64(const char *path, struct statfs *ret)
{
	const int r = __real_statfs64(path, ret);

	ret->f_type = is_fat ? MSDOS_SUPER_MAGIC : ret->f_type;
	return r;
}
/* NOLINTEND */

static bool stop_at_two(void *user, uint64_t done, uint64_t total)
{
	(void)user;
	assert_true(done <= total || !total);
	return ++steps < 2;
}

static void test_copy__folder__each_file_as_it_is(void **state)
{
	struct copy c = {.tree = tree, .what = chosen(DRIVERS "\\" FOLDER), .folder = "", .to = to};
	static uint8_t want[1 << 16], got[1 << 16];
	const char *const names[] = {RIG_BAD, RIG_DOUBT};
	struct rs_err err = {0};

	(void)state;
	wiped = 0;
	assert_int_equal(copy_run(&c, &err), 0);
	assert_int_equal(wiped, UI_BLOCK_BYTES);
	assert_true(c.files >= 2);
	assert_int_equal(c.files, c.all_files);
	assert_int_equal(c.bytes, c.all_bytes);
	assert_int_equal(c.n_failed, 0);
	assert_int_equal(c.folders, 1);
	for (size_t i = 0; i < 2; i++) {
		char name[256];
		struct stat st;
		uint64_t modified;
		const size_t n = in_volume(names[i], want, sizeof(want), &modified);
		(void)snprintf(name, sizeof(name), "%s/%s", FOLDER, names[i]);
		assert_int_equal(read_all(name, got, sizeof(got)), n);
		assert_memory_equal(got, want, n);
		(void)snprintf(name, sizeof(name), "%s/%s/%s", to, FOLDER, names[i]);
		assert_int_equal(stat(name, &st), 0);
		assert_int_equal(st.st_mtim.tv_sec, modified / 10000000 - 11644473600ULL);
		assert_int_equal(st.st_mode & 0777, 0600);
		(void)snprintf(name, sizeof(name), "%s/%s", to, FOLDER);
		assert_int_equal(stat(name, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0700);
	}
	assert_int_equal(copy_run(&c, &err), RS_E_OUTPUT_EXISTS); /* nothing is replaced */
	copy_done(&c);
}

static void test_copy__larger_than_a_piece__cut_and_whole_together(void **state)
{
	struct copy c = {
		.tree = tree, .what = chosen(HIVE), .folder = "", .to = to, .piece_bytes = PIECE};
	static uint8_t want[1 << 20], got[1 << 20];
	struct rs_err err = {0};
	uint64_t modified;
	size_t n = in_volume(HIVE, want, sizeof(want), &modified), at = 0;

	(void)state;
	assert_true(n > PIECE);
	assert_int_equal(copy_run(&c, &err), 0);
	assert_int_equal(c.cut, 1);
	assert_int_equal(copy_run(&c, &err), RS_E_OUTPUT_EXISTS); /* no piece is replaced */
	for (unsigned i = 1; at < n; i++) {
		char name[64];
		(void)snprintf(name, sizeof(name), "SYSTEM.%03u", i);
		const size_t len = read_all(name, got, sizeof(got));
		assert_int_equal(len, n - at < PIECE ? n - at : PIECE);
		assert_memory_equal(got, want + at, len);
		at += len;
	}
	assert_int_equal(read_all("SYSTEM", got, sizeof(got)), SIZE_MAX);
	copy_done(&c);
}

static void test_copy__a_piece_that_is_somebodys__no_half_is_left(void **state)
{
	struct copy c = {
		.tree = tree, .what = chosen(HIVE), .folder = "", .to = to, .piece_bytes = PIECE};
	struct rs_err err = {0};
	uint8_t got[16];
	char path[160];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/SYSTEM.002", to);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fputs("theirs", f), 1);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(copy_run(&c, &err), RS_E_OUTPUT_EXISTS);
	assert_int_equal(read_all("SYSTEM.001", got, sizeof(got)), SIZE_MAX);
	assert_int_equal(read_all("SYSTEM.002", got, sizeof(got)), strlen("theirs"));
	copy_done(&c);
}

static void test_copy__many_bytes__each_so_many_are_waited_for(void **state)
{
	struct copy c = {.tree = tree, .what = chosen(DRIVERS), .folder = "", .to = to};
	struct rs_err err = {0};

	(void)state;
	syncs = 0;
	assert_int_equal(copy_run(&c, &err), 0);
	assert_int_equal(syncs, 1);
	copy_done(&c);
	struct copy waits = {.tree = tree,
		.what = chosen(HIVE),
		.folder = "",
		.to = to,
		.piece_bytes = PIECE,
		.sync_bytes = PIECE};
	assert_int_equal(copy_run(&waits, &err), 0);
	assert_in_range(syncs, 2 + waits.bytes / PIECE, 3 + waits.bytes / PIECE);
	copy_done(&waits);
	struct copy less = {.tree = tree,
		.what = chosen(HIVE),
		.folder = "",
		.to = to,
		.sync_bytes = UINT64_MAX}; /* not once before its end */
	syncs = 0;
	assert_int_equal(copy_run(&less, &err), 0);
	assert_int_equal(syncs, 1);
	copy_done(&less);
}

static void test_copy__fits_into_a_piece__is_not_cut(void **state)
{
	struct copy c = {
		.tree = tree, .what = chosen(HIVE), .folder = "", .to = to, .piece_bytes = 1 << 20};
	static uint8_t got[1 << 20];
	struct rs_err err = {0};

	(void)state;
	assert_int_equal(copy_run(&c, &err), 0);
	assert_int_equal(c.cut, 0);
	assert_int_equal(read_all("SYSTEM", got, sizeof(got)), c.bytes);
	copy_done(&c);
}

static void test_piece__as_the_file_system_there_takes(void **state)
{
	(void)state;
	assert_int_equal(copy_piece_of(to), 0);
	is_fat = true;
	assert_int_equal(copy_piece_of(to), 4095ULL << 20);
	is_fat = false;
}

/* Nothing is made there, and nothing is counted first. */
static void test_copy__onto_its_own_disk__is_refused(void **state)
{
	struct copy c = {.tree = tree, .what = chosen(HIVE), .folder = "", .to = to};
	uint8_t got[1];
	struct rs_err err = {0};

	(void)state;
	is_under = true;
	assert_int_equal(copy_run(&c, &err), RS_E_ONTO_SOURCE);
	is_under = false;
	assert_int_equal(c.all_files, 0);
	assert_int_equal(read_all("SYSTEM", got, sizeof(got)), SIZE_MAX);
}

static void test_copy__more_than_there_is_room_for__is_not_begun(void **state)
{
	struct folder_entry hive = *chosen(HIVE);
	struct copy c = {.tree = tree, .what = &hive, .folder = "", .to = to};
	uint8_t got[1];
	struct rs_err err = {0};

	(void)state;
	hive.node.size_bytes = 1ULL << 60;
	assert_int_equal(copy_run(&c, &err), RS_E_OUTPUT);
	assert_non_null(strstr(err.detail, "MiB are needed"));
	assert_int_equal(read_all("SYSTEM", got, sizeof(got)), SIZE_MAX);
}

static void test_copy__a_link__is_told_and_left_out(void **state)
{
	struct folder_entry link = *chosen(HIVE);
	struct copy c = {.tree = tree, .what = &link, .folder = "", .to = to};
	uint8_t got[1];
	struct rs_err err = {0};

	(void)state;
	link.node.is_reparse = true;
	assert_int_equal(copy_run(&c, &err), 0);
	assert_int_equal(c.n_failed, 1);
	assert_non_null(strstr(c.failed.lines[0].text, "not on this disk"));
	assert_int_equal(read_all("SYSTEM", got, sizeof(got)), SIZE_MAX);
	copy_done(&c);
}

/* 64 places of 64 KiB, then who waits for each of them has waited enough. */
static void test_copy__disk_gives_nothing__is_given_up(void **state)
{
	struct folder_entry hive = *chosen(HIVE);
	struct copy c = {.tree = tree, .what = &hive, .folder = "", .to = to};
	struct rs_err err = {0};

	(void)state;
	hive.node.size_bytes = 8 << 20;
	read_fails = RS_E_IO_READ;
	assert_int_equal(copy_run(&c, &err), 0);
	read_fails = 0;
	assert_int_equal(c.bytes, 64 << 16);
	assert_int_equal(c.n_failed, 2);
	assert_int_equal(c.files, 0);
	copy_done(&c);
}

/* What ends all ends the copy, too, and is no fault of one file or folder. */
static void test_copy__what_ends_all__ends_it(void **state)
{
	struct copy c = {.tree = tree, .what = chosen(HIVE), .folder = "", .to = to};
	uint8_t got[1];
	struct rs_err err = {0};

	(void)state;
	read_fails = RS_E_MEMORY;
	assert_int_equal(copy_run(&c, &err), RS_E_MEMORY);
	read_fails = 0;
	assert_int_equal(read_all("SYSTEM", got, sizeof(got)), SIZE_MAX);
	c.what = chosen(DRIVERS);
	list_fails = RS_E_MEMORY;
	assert_int_equal(copy_run(&c, &err), RS_E_MEMORY);
	list_fails = 0;
	assert_int_equal(c.n_failed, 0);
}

/* It is no name's fault: the next file would fail as well. */
static void test_copy__no_file_can_be_opened__ends_it(void **state)
{
	struct copy c = {.tree = tree, .what = chosen(DRIVERS), .folder = "", .to = to};
	struct rlimit before, none;
	struct rs_err err = {0};

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	const int r = copy_run(&c, &err);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(r, RS_E_OUTPUT);
	assert_int_equal(c.n_failed, 0);
	copy_done(&c);
}

static void test_copy__what_cannot_be__is_said(void **state)
{
	struct copy c = {.tree = tree, .what = chosen(DRIVERS), .folder = "", .to = "/dev/null"};
	uint8_t got[1];
	struct rs_err err = {0};

	(void)state;
	assert_int_equal(copy_run(&c, &err), RS_E_OUTPUT);
	assert_int_equal(c.all_files, 0); /* it is no folder: nothing is counted first */
	c.to = to;
	c.progress = stop_at_two;
	assert_int_equal(copy_run(&c, &err), RS_E_CANCELLED);
	c.what = chosen(HIVE); /* no half of a file is left */
	for (c.piece_bytes = 0; c.piece_bytes <= PIECE; c.piece_bytes += PIECE) {
		c.bytes = 0;
		steps = c.piece_bytes ? 0 : 1; /* in the second piece, in the file */
		assert_int_equal(copy_run(&c, &err), RS_E_CANCELLED);
		assert_true(c.bytes > 0);
		assert_int_equal(read_all("SYSTEM", got, sizeof(got)), SIZE_MAX);
		assert_int_equal(read_all("SYSTEM.001", got, sizeof(got)), SIZE_MAX);
		assert_int_equal(read_all("SYSTEM.002", got, sizeof(got)), SIZE_MAX);
	}
	copy_done(&c);
}

static bool stop_at_thousand(void *user, uint64_t done, uint64_t total)
{
	(void)user;
	(void)done;
	(void)total;
	return ++steps < 1000;
}

/* The index of a damaged disk, where a folder leads to the one that it is in. An entry is:
 * reference, lengths, then parent, times and sizes, and at 82 its name. */
static void make_loop(void)
{
	static const char name[] = "C\0r\0o\0w\0d\0S\0t\0r\0i\0k\0e";
	struct rs_node above, below;
	struct rig_image *image = &rig->images[0];
	unsigned n = 0;

	assert_int_equal(rs_tree_stat(tree, DRIVERS, &above, NULL), 0);
	const uint64_t ref = above.ref;
	assert_int_equal(rs_tree_stat(tree, DRIVERS "\\" FOLDER, &below, NULL), 0);
	for (size_t i = 82; i + sizeof(name) < image->len; i++) {
		uint64_t entry[3];
		memcpy(entry, image->now + i - 82, sizeof(entry));
		if (memcmp(image->now + i, name, sizeof(name)) != 0 ||
			(entry[0] ^ below.ref) << 16 || (entry[2] ^ ref) << 16)
			continue;
		memcpy(image->now + i - 82, &entry[2], sizeof(entry[2]));
		n++;
	}
	assert_int_equal(n, 1);
}

static void test_copy__folder_in_itself__once(void **state)
{
	struct copy c = {.tree = tree,
		.what = chosen(DRIVERS),
		.folder = "",
		.to = to,
		.progress = stop_at_thousand};
	struct rs_err err = {0};

	(void)state;
	make_loop();
	assert_int_equal(copy_run(&c, &err), 0);
	assert_int_equal(c.n_failed, 1);
	assert_non_null(strstr(c.failed.lines[0].text, "this folder was there before"));
	copy_done(&c);
}

/* A record that is another file's by now: by its number it would be that one's bytes. */
static void test_copy__a_record_used_again__is_not_copied(void **state)
{
	struct folder_entry hive = *chosen(HIVE), folder;
	struct copy c = {.tree = tree, .what = &hive, .folder = "", .to = to};
	uint8_t got[1];
	struct rs_err err = {0};

	(void)state;
	hive.node.ref += 1ULL << 48;
	assert_int_equal(copy_run(&c, &err), 0);
	assert_int_equal(c.files, 0);
	assert_int_equal(c.n_failed, 1);
	assert_int_equal(read_all("SYSTEM", got, sizeof(got)), 0);
	folder = *chosen(DRIVERS);
	folder.node.ref += 1ULL << 48;
	c.what = &folder;
	assert_int_equal(copy_run(&c, &err), 0);
	assert_int_equal(c.files, 0);
	assert_int_equal(c.n_failed, 2);
	copy_done(&c);
}

static void test_name__what_fat_takes(void **state)
{
	static const char *const names[][2] = {
		{"note.txt", "note.txt"},
		{"a<b>c:d\"e|f?g*h", "a_b_c_d_e_f_g_h"},
		{"dots...", "dots"},
		{" . ", "_"},
		{"bell\x07", "bell_"},
		{"gr\xC3\xBC\xC3\x9F", "gr\xC3\xBC\xC3\x9F"},
		{"lone \xED\xB2\x80 one", "lone _ one"},
		{"../up", ".._up"},
	};
	char got[COPY_NAME], longest[400];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		copy_name(names[i][0], got);
		assert_string_equal(got, names[i][1]);
	}
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	copy_name(longest, got);
	assert_int_equal(strlen(got), COPY_NAME - 1);
	memcpy(longest + COPY_NAME - 2, "\xC3\xBC", 2); /* cut at whole characters */
	copy_name(longest, got);
	assert_int_equal(strlen(got), COPY_NAME - 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_copy__folder__each_file_as_it_is, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(
			test_copy__many_bytes__each_so_many_are_waited_for, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(
			test_copy__a_piece_that_is_somebodys__no_half_is_left, open_tree,
			close_tree),
		cmocka_unit_test_setup_teardown(
			test_copy__larger_than_a_piece__cut_and_whole_together, open_tree,
			close_tree),
		cmocka_unit_test_setup_teardown(
			test_copy__what_cannot_be__is_said, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(
			test_copy__folder_in_itself__once, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(
			test_copy__a_record_used_again__is_not_copied, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(
			test_copy__fits_into_a_piece__is_not_cut, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(
			test_copy__onto_its_own_disk__is_refused, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(
			test_copy__more_than_there_is_room_for__is_not_begun, open_tree,
			close_tree),
		cmocka_unit_test_setup_teardown(
			test_copy__a_link__is_told_and_left_out, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(
			test_copy__disk_gives_nothing__is_given_up, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(
			test_copy__what_ends_all__ends_it, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(
			test_copy__no_file_can_be_opened__ends_it, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(
			test_piece__as_the_file_system_there_takes, open_tree, close_tree),
		cmocka_unit_test(test_name__what_fat_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

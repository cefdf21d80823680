/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of a FAT volume replaced: volumes by mkfs.vfat and mtools, which also read what comes out
 * (mcopy), and fsck.fat as who says whether it is sound. Cut anywhere, torn, and in any order
 * between two flushes, the file is the old or the new one, no cluster is in two files, and at worst
 * a chain is nobody's. What is not sound is refused with not one byte written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/view.h"
#include "fat/internal.h"
#include "fat/replace.h"
#include "tests/layers/layers.h"

#define FOLDER "\\EFI\\Microsoft\\Boot"
#define KEPT   "UNBRICK OLD"

/* mkfs.vfat's options, and the volume's size */
static const struct kind {
	const char *options, *size;
	unsigned sector_bytes;
} kinds[] = {{"-F 12 -s 4", "2M", 512}, {"-F 16 -s 1", "4M", 512}, {"-F 32 -s 1", "34M", 512},
	{"-F 16 -s 2 -f 1", "8M", 512}, {"-F 16 -S 4096 -s 1", "24M", 4096}};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const char recipe[] =
	"exec >/dev/null 2>&1; cd '%s' && export PATH=$PATH:/sbin:/usr/sbin LC_ALL=C.UTF-8 "
	"MTOOLS_SKIP_CHECK=1 && truncate -s %s i && mkfs.vfat --invariant %s i && "
	"mmd -i i ::/EFI ::/EFI/Microsoft ::/EFI/Microsoft/Boot && seq 1 4000 >other && "
	"mcopy -i i other '::/EFI/a file that lies before it.txt' && "
	"seq 1 3000 >bcd && mcopy -i i bcd ::/EFI/Microsoft/Boot/BCD && "
	"for n in $(seq 1 %u); do mcopy -i i other ::/EFI/Microsoft/Boot/f$n; done && "
	"mcopy -i i other '::/EFI/Microsoft/Boot/a long name.old' && "
	"mcopy -i i other ::/EFI/Microsoft/behind && mdel -i i '::/EFI/Microsoft/behind'";

struct rig {
	char dir[32];
	struct blk *mem, *old, *other;
	uint8_t *saved;	      /* as the file is that fsck.fat and mtools read */
	uint8_t fresh[20000]; /* what it becomes */
	struct fat_replace what;
	uint64_t asked[1000]; /* what fsck.fat has seen */
	size_t n_asked;
};

static int run_command(const char *command)
{
	return system(command); /* NOLINT(cert-env33-c): a fixed command */
}

static struct blk *load(const struct rig *t, const char *name, unsigned sector_bytes)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%s/%s", t->dir, name);
	struct blk *b = lay_mem_load(path, sector_bytes);
	if (!b)
		fail_msg("%s", path);
	return b;
}

static void rig_make(struct rig *t, const struct kind *k, unsigned n_files)
{
	char command[1500];

	*t = (struct rig){.dir = "/tmp/unbrick-fat-XXXXXX"};
	assert_non_null(mkdtemp(t->dir));
	(void)snprintf(command, sizeof(command), recipe, t->dir, k->size, k->options, n_files);
	if (run_command(command))
		fail_msg("mkfs.vfat and mtools are needed (scripts/install-deps)");
	t->mem = load(t, "i", k->sector_bytes);
	t->old = load(t, "bcd", 512);
	t->other = load(t, "other", 512);
	for (size_t i = 0; i < sizeof(t->fresh); i++)
		t->fresh[i] = (uint8_t)(i * 7 + i / 251);
	t->what = (struct fat_replace){.folder = FOLDER,
		.name = "BCD",
		.p = t->fresh,
		.len = sizeof(t->fresh) - 123,
		.kept = KEPT};
	assert_true(lay_mem_save(t->mem));
}

static void rig_done(struct rig *t)
{
	char command[64];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", t->dir);
	assert_int_equal(run_command(command), 0);
	blk_close(t->mem);
	blk_close(t->old);
	blk_close(t->other);
	free(t->saved);
}

#define auto_rig __attribute__((cleanup(rig_done)))

/* ---- who looks at it ---- */

static void save(struct rig *t)
{
	const size_t step = 4096, size = (size_t)t->mem->size_bytes;
	const uint8_t *now = lay_mem_bytes(t->mem);
	char path[64];

	(void)snprintf(path, sizeof(path), "%s/now", t->dir);
	FILE *f = fopen(path, t->saved ? "r+e" : "we");
	assert_non_null(f);
	if (!t->saved) {
		t->saved = malloc(size);
		assert_non_null(t->saved);
		memset(t->saved, 0, size);
		assert_int_equal(ftruncate(fileno(f), (off_t)size), 0);
	}
	for (size_t at = 0; at < size; at += step) {
		const size_t n = size - at < step ? size - at : step;
		if (memcmp(now + at, t->saved + at, n) == 0)
			continue;
		memcpy(t->saved + at, now + at, n);
		assert_int_equal(fseek(f, (long)at, SEEK_SET), 0);
		assert_int_equal(fwrite(now + at, 1, n, f), n);
	}
	assert_int_equal(fclose(f), 0);
}

/* Tables and folders, as a number: contents of files are nothing to fsck.fat. The folders are what
 * mtools made first. */
static uint64_t tables_of(const struct rig *t, const char *allowed)
{
	auto_fat struct fat *f = NULL;
	uint64_t ret = 14695981039346656037U; /* FNV-1a */

	assert_int_equal(fat_open(t->mem, &f, NULL), 0);
	const size_t len = (size_t)f->data_off + (size_t)8 * f->cluster_bytes;
	for (size_t i = 0; i < len; i++)
		ret = (ret ^ lay_mem_bytes(t->mem)[i]) * 1099511628211U;
	for (; *allowed; allowed++)
		ret = (ret ^ (uint8_t)*allowed) * 1099511628211U;
	return ret;
}

/* fsck.fat says nothing but what @allowed (an extended regular expression) matches. It is asked
 * once about the same. */
static void fsck(struct rig *t, const char *allowed)
{
	char command[512];
	const uint64_t now = tables_of(t, allowed);

	for (size_t i = 0; i < t->n_asked; i++)
		if (t->asked[i] == now)
			return;
	if (t->n_asked < sizeof(t->asked) / sizeof(t->asked[0]))
		t->asked[t->n_asked++] = now;
	save(t);
	(void)snprintf(command, sizeof(command),
		"cd '%s' && /sbin/fsck.fat -n now >said 2>&1; grep -vE '^fsck.fat |^now: [0-9]+ "
		"files|^ *$' said "
		"| grep -vE '%s' >bad && cat said",
		t->dir, allowed);
	assert_int_not_equal(run_command(command), 0);
}

/* What a cut may leave: chains of nobody, a count that is not known, and where only the second
 * table misses, that. */
#define LOST "Reclaimed|Free cluster summary uninitialized|FATs differ|Using first FAT|Leaving"

static bool holds(const struct rig *t, const char *path, const uint8_t *p, size_t len)
{
	auto_fat struct fat *f = NULL;
	auto_free uint8_t *got = NULL;
	struct fat_entry e;
	size_t n = 0;

	return fat_open(t->mem, &f, NULL) == 0 && fat_lookup(f, path, &e, NULL) == 0 &&
	       fat_read_file(f, &e, 1 << 20, &got, &n, NULL) == 0 && n == len &&
	       (len == 0 || memcmp(got, p, len) == 0);
}

static bool is_old(const struct rig *t, const char *path)
{
	return holds(t, path, lay_mem_bytes(t->old), t->old->size_bytes);
}

static bool is_new(const struct rig *t, const char *path)
{
	return holds(t, path, t->what.p, t->what.len);
}

static bool is_there(const struct rig *t, const char *path)
{
	auto_fat struct fat *f = NULL;
	struct fat_entry e;

	return fat_open(t->mem, &f, NULL) == 0 && fat_lookup(f, path, &e, NULL) == 0;
}

/* mtools read the same. */
static void check_mtools(struct rig *t, const char *name, const uint8_t *p, size_t len)
{
	char command[256];

	save(t);
	(void)snprintf(command, sizeof(command),
		"cd '%s' && rm -f got && MTOOLS_SKIP_CHECK=1 mcopy -n -i now "
		"::/EFI/Microsoft/Boot/%s got",
		t->dir, name);
	assert_int_equal(run_command(command), 0);
	auto_blk struct blk *got = load(t, "got", 512);
	assert_int_equal(got->size_bytes, len);
	assert_memory_equal(lay_mem_bytes(got), p, len);
}

static void check_others(const struct rig *t)
{
	assert_true(holds(t, "\\EFI\\a file that lies before it.txt", lay_mem_bytes(t->other),
		t->other->size_bytes));
	assert_true(holds(t, FOLDER "\\f1", lay_mem_bytes(t->other), t->other->size_bytes));
}

static uint32_t info_free(const struct rig *t)
{
	auto_fat struct fat *f = NULL;

	assert_int_equal(fat_open(t->mem, &f, NULL), 0);
	return f->info_sector ? rs_le32(lay_mem_bytes(t->mem) +
					(size_t)f->info_sector * f->sector_bytes + 488)
			      : 0;
}

/* ---- there, again, and back ---- */

static void test_replace__each_kind_of_fat__gives_the_new_file_and_keeps_the_old_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		auto_rig struct rig t;
		struct rs_err err = {0};
		rig_make(&t, &kinds[i], 3);
		const uint32_t free_before = info_free(&t);
		assert_int_equal(fat_replace_check(t.mem, &t.what, &err), 0);
		fsck(&t, "^$");
		if (fat_replace(t.mem, &t.what, &err) != 0)
			fail_msg("%s: %s", kinds[i].options, err.detail);
		fsck(&t, "^$");
		assert_true(is_new(&t, FOLDER "\\BCD"));
		assert_true(is_old(&t, FOLDER "\\UNBRICK.OLD"));
		check_mtools(&t, "BCD", t.what.p, t.what.len);
		check_mtools(&t, "UNBRICK.OLD", lay_mem_bytes(t.old), t.old->size_bytes);
		check_others(&t);
		/* once more: what was kept before goes */
		struct fat_replace again = t.what;
		again.p += 100;
		again.len = 700;
		assert_int_equal(fat_replace(t.mem, &again, NULL), 0);
		fsck(&t, "^$");
		assert_true(is_new(&t, FOLDER "\\UNBRICK.OLD"));
		assert_true(holds(&t, FOLDER "\\BCD", again.p, again.len));
		/* and once more, with what was kept as it is */
		again.what = FAT_KEEP_EARLIER;
		again.p += 50;
		assert_int_equal(fat_replace(t.mem, &again, NULL), 0);
		fsck(&t, "^$");
		assert_true(is_new(&t, FOLDER "\\UNBRICK.OLD"));
		assert_true(holds(&t, FOLDER "\\BCD", again.p, again.len));
		/* back, and nothing is left of it */
		struct fat_replace back = t.what;
		back.p = lay_mem_bytes(t.old);
		back.len = t.old->size_bytes;
		back.what = FAT_KEEP_NONE;
		assert_int_equal(fat_replace(t.mem, &back, NULL), 0);
		fsck(&t, "^$");
		assert_true(is_old(&t, FOLDER "\\BCD"));
		assert_false(is_there(&t, FOLDER "\\UNBRICK.OLD"));
		assert_int_equal(info_free(&t), free_before);
		check_others(&t);
		/* and where none was kept */
		assert_int_equal(fat_replace(t.mem, &back, NULL), 0);
		fsck(&t, "^$");
		assert_true(is_old(&t, FOLDER "\\BCD"));
		assert_int_equal(info_free(&t), free_before);
	}
}

/* ---- cuts ---- */

/* The file has the old contents or the new ones; whatever else there is, is whole. */
static void check_cut(struct rig *t, const char *what, size_t n)
{
	if (!is_old(t, FOLDER "\\BCD") && !is_new(t, FOLDER "\\BCD"))
		fail_msg("%s %zu: neither the old nor the new file", what, n);
	if (is_there(t, FOLDER "\\UNBRICK.OLD") && !is_old(t, FOLDER "\\UNBRICK.OLD") &&
		!is_new(t, FOLDER "\\UNBRICK.OLD") && !holds(t, FOLDER "\\UNBRICK.OLD", NULL, 0))
		fail_msg("%s %zu: the kept file is another one", what, n);
	check_others(t);
	fsck(t, LOST);
}

static bool is_cut(const struct rig *t)
{
	auto_fat struct fat *f = NULL;
	auto_survey struct fat_survey s = {0};

	return fat_open(t->mem, &f, NULL) == 0 && fat_survey(f, &s, NULL) == 0 && s.is_cut;
}

/* Whatever the cut left, our own next run goes through, and nothing but a lost chain stays. */
static void check_again(struct rig *t, const struct fat_replace *r, const char *what, size_t n)
{
	struct rs_err err = {0};
	struct fat_replace done = *r;

	/* each state that is one between the tables, and some of the others */
	if (!is_cut(t) && n % 8)
		return;
	if (fat_replace_check(t->mem, r, &err) != 0 || fat_replace(t->mem, r, &err) != 0)
		fail_msg("%s %zu: %s", what, n, err.detail);
	fsck(t, "Reclaimed|Leaving|summary wrong|Auto-correcting"); /* of the lost ones */
	assert_true(holds(t, FOLDER "\\BCD", r->p, r->len));
	check_others(t);
	done.what = FAT_KEEP_NONE;
	done.is_done = true;
	assert_int_equal(fat_replace_check(t->mem, &done, &err), 0);
}

static void cut_everywhere(struct rig *t, const struct fat_replace *r)
{
	struct lay_watch *w = lay_watch_new(t->mem);

	assert_true(lay_mem_save(t->mem)); /* as it is now */
	w->is_recording = true;
	w->torn_bytes = 512;
	assert_int_equal(fat_replace(&w->blk, r, NULL), 0);
	for (size_t n = 0; n <= w->n_ops; n++) {
		lay_mem_restore(t->mem);
		lay_replay_prefix(w, n, t->mem);
		check_cut(t, "cut after", n);
		check_again(t, r, "cut after", n);
	}
	const size_t n_torn = lay_count_torn(w);
	for (size_t n = 0; n < n_torn; n += n_torn / 10 + 1) {
		const struct lay_torn one = lay_nth_torn(w, n);
		lay_mem_restore(t->mem);
		lay_replay_torn(w, &one, t->mem);
		check_cut(t, "torn", n);
		check_again(t, r, "torn", n);
	}
	for (size_t n = 0; n < 20; n++) {
		size_t played;
		lay_mem_restore(t->mem);
		(void)lay_replay_random(w, n + 1, t->mem, &played);
		check_cut(t, "reordered", n);
		check_again(t, r, "reordered", n);
	}
	lay_mem_restore(t->mem);
	blk_close(&w->blk);
}

static void test_replace__cut_anywhere__is_the_old_or_the_new_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		auto_rig struct rig t;
		rig_make(&t, &kinds[i], 2);
		cut_everywhere(&t, &t.what);
	}
}

static void test_replace__again_cut_anywhere__what_was_kept_before_goes(void **state)
{
	auto_rig struct rig t;

	(void)state;
	rig_make(&t, &kinds[1], 1);
	struct fat_replace first = t.what;
	first.p = lay_mem_bytes(t.old);
	first.len = t.old->size_bytes;
	assert_int_equal(fat_replace(t.mem, &first, NULL), 0);
	cut_everywhere(&t, &t.what);
	t.what.what = FAT_KEEP_EARLIER;
	cut_everywhere(&t, &t.what);
	assert_true(is_old(&t, FOLDER "\\UNBRICK.OLD"));
}

static void test_replace__back_cut_anywhere__is_the_one_or_the_other(void **state)
{
	(void)state;
	for (size_t i = 1; i < 3; i++) {
		auto_rig struct rig t;
		rig_make(&t, &kinds[i], 2);
		assert_int_equal(fat_replace(t.mem, &t.what, NULL), 0);
		struct fat_replace back = t.what;
		back.p = lay_mem_bytes(t.old);
		back.len = t.old->size_bytes;
		back.what = FAT_KEEP_NONE;
		cut_everywhere(&t, &back);
	}
}

/* Between the two tables, whether the chain was on its way in or out, and again while that is taken
 * back. */
static void cut_between_and_again(struct rig *t, const struct fat_replace *r)
{
	struct lay_watch *w = lay_watch_new(t->mem);
	bool is_found = false;

	assert_true(lay_mem_save(t->mem));
	w->is_recording = true;
	assert_int_equal(fat_replace(&w->blk, r, NULL), 0);
	for (size_t n = w->n_ops; !is_found && n-- > 0;) { /* the last one, and so on */
		lay_mem_restore(t->mem);
		lay_replay_prefix(w, n, t->mem);
		is_found = is_cut(t);
	}
	blk_close(&w->blk);
	assert_true(is_found);
	struct fat_replace done = *r;
	struct rs_err err = {0};
	done.is_done = true;
	assert_int_equal(fat_replace_check(t->mem, &done, &err), RS_E_FAT_UNSOUND);
	assert_non_null(strstr(err.detail, "two tables of clusters differ"));
	cut_everywhere(t, r);
}

static void test_replace__cut_between_the_tables__the_next_run_takes_it_back(void **state)
{
	static const size_t some[] = {0, 1, 4};

	(void)state;
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		auto_rig struct rig t;
		rig_make(&t, &kinds[some[i]], 2);
		cut_between_and_again(&t, &t.what); /* in: the chain of the new file */
		assert_int_equal(fat_replace(t.mem, &t.what, NULL), 0);
		struct fat_replace back = t.what;
		back.p = lay_mem_bytes(t.old);
		back.len = t.old->size_bytes;
		back.what = FAT_KEEP_NONE;
		cut_between_and_again(&t, &back); /* out: those of the two old ones */
	}
}

/* ---- errors of the disk ---- */

static void test_replace__each_request_fails_once__is_told_and_no_file_is_harmed(void **state)
{
	auto_rig struct rig t;

	(void)state;
	rig_make(&t, &kinds[2], 2);
	struct lay_watch *w = lay_watch_new(t.mem);
	assert_int_equal(fat_replace(&w->blk, &t.what, NULL), 0);
	const uint64_t reads = w->reads, writes = w->writes, flushes = w->flushes;
	for (uint64_t n = 1; n <= reads + writes + flushes; n++) {
		struct rs_err err = {0};
		lay_mem_restore(t.mem);
		lay_watch_reset(w);
		w->fail_read = n <= reads ? n : 0;
		w->fail_write = n > reads && n <= reads + writes ? n - reads : 0;
		w->fail_flush = n > reads + writes ? n - reads - writes : 0;
		assert_int_equal(fat_replace(&w->blk, &t.what, &err),
			n <= reads ? RS_E_IO_READ : RS_E_IO_WRITE);
		check_cut(&t, "failed", n);
	}
	blk_close(&w->blk);
}

/* ---- refused, and not one byte written ---- */

/* @what: of the reason; the names of files are said without one. */
static void check_refused(struct rig *t, const char *what, int code)
{
	struct lay_watch *w = lay_watch_new(t->mem);
	struct rs_err err = {0};

	assert_int_equal(fat_replace_check(t->mem, &t->what, NULL), code);
	const int r = fat_replace(&w->blk, &t->what, &err);
	if (r != code || w->writes || w->flushes ||
		(code != RS_E_NO_SUCH_FILE && !strstr(err.detail, what)))
		fail_msg("%s: %d, %s", what, r, err.detail);
	blk_close(&w->blk);
	rig_done(t);
}

static void lie_of(struct rig *t, uint32_t cluster, uint32_t next, unsigned first, unsigned end)
{
	auto_fat struct fat *f = NULL;

	assert_int_equal(fat_open(t->mem, &f, NULL), 0);
	for (unsigned i = first; i < end; i++)
		fat_table_put(f, lay_mem_bytes(t->mem) + f->table_off + i * f->table_bytes, cluster,
			next);
}

/* What its tables from @first on say of the cluster of a file. */
static void lie_in(struct rig *t, const char *path, uint32_t next, unsigned first)
{
	auto_fat struct fat *f = NULL;
	struct fat_entry e = {.first_cluster = 1}; /* path NULL: the flags */

	assert_int_equal(fat_open(t->mem, &f, NULL), 0);
	if (path)
		assert_int_equal(fat_lookup(f, path, &e, NULL), 0);
	for (unsigned i = first; i < f->n_copies; i++)
		fat_table_put(f, lay_mem_bytes(t->mem) + f->table_off + i * f->table_bytes,
			e.first_cluster, next);
}

static void lie(struct rig *t, const char *path, uint32_t next)
{
	lie_in(t, path, next, 0);
}

/* A chain in a sector of the table that the next run has nothing else to write to. */
static void test_replace__cut_in_another_sector__is_taken_back(void **state)
{
	auto_rig struct rig t;

	(void)state;
	rig_make(&t, &kinds[2], 1);
	lie_of(&t, 40000, 0x0fffffff, 0, 1);
	assert_true(is_cut(&t));
	assert_int_equal(fat_replace(t.mem, &t.what, NULL), 0);
	assert_false(is_cut(&t));
	assert_true(holds(&t, FOLDER "\\BCD", t.what.p, t.what.len));
}

static uint8_t *row_of(struct rig *t, const char *name)
{
	return memmem(lay_mem_bytes(t->mem), t->mem->size_bytes, name, 11);
}

static void test_replace__a_volume_that_is_not_sound__is_refused(void **state)
{
	struct rig t;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct kind *k = &kinds[i];
		rig_make(&t, k, 1);
		lie_in(&t, FOLDER "\\f1", 0, 1); /* the first one is sound */
		check_refused(&t, "two tables of clusters differ", RS_E_FAT_UNSOUND);
		rig_make(&t, k, 1);
		lie(&t, FOLDER "\\f1", 0);
		check_refused(&t, "runs into what is free", RS_E_FAT_UNSOUND);
		rig_make(&t, k, 1);
		lie(&t, FOLDER "\\f1", 1);
		check_refused(&t, "leaves the volume", RS_E_FAT_UNSOUND);
		rig_make(&t, k, 1);
		lie(&t, FOLDER "\\f1", i == 2 ? 0x0ffffff7 : i == 1 ? 0xfff7 : 0xff7);
		check_refused(&t, "leaves the volume", RS_E_FAT_UNSOUND);
		rig_make(&t, k, 1);
		lie(&t, FOLDER "\\f1", 2);
		check_refused(&t, "cross", RS_E_FAT_UNSOUND);
		rig_make(&t, k, 2); /* each chain as long as its file, and it is one */
		memcpy(row_of(&t, "F1         ") + 20, row_of(&t, "F2         ") + 20, 8);
		check_refused(&t, "cross", RS_E_FAT_UNSOUND);
		rig_make(&t, k, 1);
		rs_put_le32(row_of(&t, "F1         ") + 28, 3);
		check_refused(&t, "not as long as the file", RS_E_FAT_UNSOUND);
		rig_make(&t, k, 1);
		lay_mem_bytes(t.mem)[i == 2 ? 65 : 37] |= 1;
		check_refused(&t, "marked as not dismounted", RS_E_FAT_UNSOUND);
	}
	for (size_t i = 0; i < 3; i++) { /* of clusters that are nobody's */
		rig_make(&t, &kinds[i], 1);
		lie_of(&t, 700, 3, 0, 1);
		lie_of(&t, 700, 5, 1, 2);
		check_refused(&t, "two tables of clusters differ", RS_E_FAT_UNSOUND);
	}
	rig_make(
		&t, &kinds[0], 1); /* an entry in one sector, and half of another one in the next */
	lie_of(&t, 341, 0x123, 0, 1);
	lie_of(&t, 341, 0x143, 1, 2);
	check_refused(&t, "two tables of clusters differ", RS_E_FAT_UNSOUND);
	rig_make(&t, &kinds[2], 1);
	lie_of(&t, 1, 0x0ffffff8, 1, 2);
	check_refused(&t, "two tables of clusters differ", RS_E_FAT_UNSOUND);
	rig_make(&t, &kinds[0], 1);
	t.mem->size_bytes -= 2048;
	check_refused(&t, "larger than its partition", RS_E_FAT_UNSOUND);
	rig_make(&t, &kinds[1], 1);
	lie(&t, NULL, 0x7fff);
	check_refused(&t, "marked as not dismounted", RS_E_FAT_UNSOUND);
	rig_make(&t, &kinds[2], 1);
	lie(&t, NULL, 0x0bffffff);
	check_refused(&t, "having bad sectors", RS_E_FAT_UNSOUND);
	rig_make(&t, &kinds[2], 1);
	rs_put_le16(lay_mem_bytes(t.mem) + 40, 0x80);
	check_refused(&t, "of a kind that is not changed", RS_E_UNSUPPORTED);
	rig_make(&t, &kinds[2], 1);
	t.mem->sector_bytes = 4096;
	check_refused(&t, "sectors are smaller than the disk's", RS_E_UNSUPPORTED);
}

static void test_replace__no_place_for_it__is_refused(void **state)
{
	struct rig t;

	(void)state;
	rig_make(&t, &kinds[1], 1);
	t.what.name = "BCD2";
	check_refused(&t, "no such file", RS_E_NO_SUCH_FILE);
	rig_make(&t, &kinds[1], 1);
	t.what.folder = "\\EFI\\Nobody";
	check_refused(&t, "no such folder", RS_E_NO_SUCH_FILE);
	rig_make(&t, &kinds[1], 1);
	t.what.folder = "\\EFI\\Microsoft";
	t.what.name = "BOOT";
	check_refused(&t, "a folder", RS_E_NO_SUCH_FILE);
	rig_make(&t, &kinds[1], 1);
	memcpy(row_of(&t, "F1         "), "BCD        ", 11);
	check_refused(&t, "two files have this name", RS_E_FAT_UNSOUND);
	rig_make(&t, &kinds[1], 1);
	memcpy(row_of(&t, "ALONGN~1OLD"), KEPT, 11); /* before it is a long name's row */
	check_refused(&t, "none of ours", RS_E_FAT_UNSOUND);
	rig_make(&t, &kinds[1], 1);
	memcpy(row_of(&t, "F1         "), KEPT, 11);
	row_of(&t, KEPT)[11] = FAT_ATTR_LABEL;
	check_refused(&t, "none of ours", RS_E_FAT_UNSOUND);
	rig_make(&t, &kinds[1], 1);
	t.what.len = 0;
	check_refused(&t, "0 bytes", RS_E_UNSUPPORTED);
	rig_make(&t, &kinds[1], 1);
	uint8_t *rows = row_of(&t, "BCD        ");
	rows -= (size_t)(rows - lay_mem_bytes(t.mem)) % 512; /* the folder's one cluster */
	for (unsigned i = 0; i < 16; i++)
		if (!rows[32 * i]) {
			memcpy(rows + 32 * i, "FILL       ", 11);
			rows[32 * i + 4] = (uint8_t)('A' + i);
			rows[32 * i + 11] = 0x20;
		}
	check_refused(&t, "no row is free in the folder", RS_E_FAT_FULL);
}

static void test_replace__a_full_volume__is_refused(void **state)
{
	static const struct kind small = {"-F 12 -s 1", "200K", 512};
	auto_rig struct rig t;

	(void)state;
	rig_make(&t, &small, 2);
	struct rs_err err = {0};
	struct lay_watch *w = lay_watch_new(t.mem);
	uint8_t *big = calloc(1, 150 << 10);
	assert_non_null(big);
	t.what.p = big;
	t.what.len = 150 << 10;
	assert_int_equal(fat_replace(&w->blk, &t.what, &err), RS_E_FAT_FULL);
	assert_int_equal(w->writes + w->flushes, 0);
	blk_close(&w->blk);
	free(big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_replace__each_kind_of_fat__gives_the_new_file_and_keeps_the_old_one),
		cmocka_unit_test(test_replace__cut_anywhere__is_the_old_or_the_new_file),
		cmocka_unit_test(test_replace__again_cut_anywhere__what_was_kept_before_goes),
		cmocka_unit_test(test_replace__back_cut_anywhere__is_the_one_or_the_other),
		cmocka_unit_test(test_replace__cut_between_the_tables__the_next_run_takes_it_back),
		cmocka_unit_test(test_replace__cut_in_another_sector__is_taken_back),
		cmocka_unit_test(
			test_replace__each_request_fails_once__is_told_and_no_file_is_harmed),
		cmocka_unit_test(test_replace__a_volume_that_is_not_sound__is_refused),
		cmocka_unit_test(test_replace__no_place_for_it__is_refused),
		cmocka_unit_test(test_replace__a_full_volume__is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

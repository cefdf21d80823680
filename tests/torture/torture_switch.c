/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Power cuts in the middle of a quarantine and of its undo.
 *
 * Every write and flush of: dirty flag, two folders, a manifest, the switch, the switch back, is
 * recorded. Then for every prefix of them, and for STATES (default 1000) states that a disk with a
 * write cache may leave (any subset, in any order, of the writes since the last flush), the volume
 * must open through libntfs-3g and by our own reader, every file must be reachable, the moved one
 * in its old or new place, and running the switch (or the undo) again must end in a clean check.
 *
 * Every prefix is judged twice (finished forwards or backwards), once as Windows or a program
 * without our redo would find it (what the step kept is wiped): there the order of the writes alone
 * must do, and writes are whole. With the redo, writes torn in sectors of 512 bytes are played too.
 *
 * Run: STATES=N SEED=N torture_switch */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/text.h"

#include "../layers/layers.h"
#include "../unit/ntfswrite/vol_help.h"
#include "act.h"
#include "ntfs/check.h"

#define DRIVERS "/Windows/drivers"
#define FILES	160U

/* Long names make a tree of three levels out of few files. */
struct kind {
	unsigned cluster_bytes;
	const char *format;
};

#define LONG                                                                                       \
	"a name that is as long as names in an index may be, so that few of them fill a block "    \
	"and the tree grows a level more than it would with short ones, driver%03u.sys"

static const struct kind kinds[] = {
	{4096, "driver%03u.sys"}, {512, LONG}, {65536, "driver%03u.sys"}, {4096, LONG}};

#define PAIR "C-00000291-00000000-00000032.sys" /* has an 8.3 name beside it */

#define LINKED "linked.sys" /* so many names that some lie in extension records */

#define FULL	   "full.sys" /* no room in its record for one name more */
#define FULL_BYTES 640

struct run {
	struct vh image;
	struct blk *mem;
	struct lay_watch *watch;
	const struct kind *kind;
	char target[256];
	uint64_t file, drivers, quarantine, item, manifest;
	unsigned states, bad;
};

static uint64_t setting(const char *name, uint64_t otherwise)
{
	const char *t = getenv(name);

	return t && *t ? strtoull(t, NULL, 10) : otherwise;
}

/* ---- the act that is cut ---- */

static int make_folders(struct run *t, struct nt_vol *vol, struct rs_err *err)
{
	uint64_t root;
	int r = nt_lookup(vol, "", &root, err);

	if (r == 0)
		r = nt_mkdir(vol, root, "Quarantine", &t->quarantine, err);
	return r < 0 ? r : nt_mkdir(vol, t->quarantine, "0001", &t->item, err);
}

static int act(struct run *t, struct nt_vol *vol, struct rs_err *err)
{
	char text[600];
	int r = nt_set_dirty(vol, true, err);

	memset(text, 'm', sizeof(text));
	if (r == 0)
		r = make_folders(t, vol, err);
	if (r == 0)
		r = nt_file_create(vol, t->quarantine, "manifest.json", text, sizeof(text), 8192,
			&t->manifest, err);
	if (r == 0)
		r = nt_switch_run(vol, &(struct nt_switch){t->file, t->drivers, t->item}, err);
	if (r == 0)
		r = nt_file_overwrite(vol, t->manifest, 600, "done", 4, err);
	if (r == 0)
		r = nt_switch_run(vol, &(struct nt_switch){t->file, t->item, t->drivers}, err);
	return r < 0 ? r : nt_set_dirty(vol, false, err);
}

/* ---- what must hold afterwards ---- */

static int look(
	struct nt_vol *vol, const char *dir, const char *name, uint64_t *ret, struct rs_err *err)
{
	char path[320];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return nt_lookup(vol, path, ret, err);
}

static void file_name(const struct kind *k, unsigned i, char ret[256])
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* from the table above */
	(void)snprintf(ret, 256, k->format, i);
#pragma GCC diagnostic pop
}

static int everybody_there(const struct run *t, struct nt_vol *vol, struct rs_err *err)
{
	uint64_t ref;

	for (unsigned i = 0; i < FILES; i++) {
		char name[256];

		file_name(t->kind, i, name);
		int r = strcmp(name, t->target) ? look(vol, DRIVERS, name, &ref, err) : 0;
		if (r < 0)
			return r;
	}
	if (look(vol, DRIVERS, t->target, &ref, err) < 0 &&
		look(vol, "/Quarantine/0001", t->target, &ref, err) < 0)
		return err->code;
	if (ref != t->file)
		return rs_fail(err, RS_E_VERIFY, "another file has its name");
	struct nt_file *f = NULL;
	uint8_t first;
	size_t n;
	int r = nt_file_open(vol, ref, "", &f, err);
	if (r == 0)
		r = nt_file_read(f, 0, &first, 1, &n, err);
	nt_file_close(f);
	return r;
}

static int check_raw(struct run *t, const struct nt_check *c, struct rs_err *err)
{
	struct nt_raw *raw = NULL;
	int r = nt_raw_open(t->mem, &raw, err);

	if (r == 0 && c)
		r = nt_check_touched(raw, c, err);
	nt_raw_close(raw);
	return r;
}

static int finish(struct run *t, bool is_undo, struct rs_err *err)
{
	struct nt_vol *vol = NULL;
	uint64_t from = t->drivers, to = 0;
	enum nt_switch_state s = NT_SWITCH_ELSEWHERE;
	int r = nt_vol_open(t->mem, NT_VOL_WRITE, &vol, err);

	if (r == 0)
		r = make_folders(t, vol, err);
	to = t->item;
	if (is_undo) {
		to = from;
		from = t->item;
		if (r == 0) /* not begun: nothing to undo */
			r = nt_switch_state(vol, &(struct nt_switch){t->file, from, to}, &s, err);
	}
	if (r == 0)
		r = nt_switch_run(vol, &(struct nt_switch){t->file, from, to}, err);
	if (r == 0)
		r = everybody_there(t, vol, err);
	int c = nt_vol_close(vol, r < 0 ? NULL : err);
	if (r == 0)
		r = c;
	return r < 0 ? r : check_raw(t, &(struct nt_check){t->file, to, from}, err);
}

static void judge(struct run *t, const char *what, uint64_t number)
{
	struct rs_err err = {0};
	struct nt_vol *vol = NULL;
	const char *where = "raw reader";
	int r = check_raw(t, NULL, &err);

	if (r == 0) {
		where = "open";
		r = nt_vol_open(t->mem, 0, &vol, &err);
	}
	if (r == 0) {
		where = "reach";
		r = everybody_there(t, vol, &err);
	}
	nt_vol_close(vol, NULL);
	if (r == 0) {
		where = number & 1 ? "undo again" : "switch again";
		r = finish(t, number & 1, &err);
	}
	t->states++;
	if (r == 0)
		return;
	t->bad++;
	if (t->bad <= 10)
		print_message("%s, %s %llu: %s: %s: %s %s\n", t->target, what,
			(unsigned long long)number, where, rs_err_info(err.code)->id, err.object,
			err.detail);
}

static void cut_everywhere(struct run *t, uint64_t states, uint64_t seed)
{
	size_t played;

	for (size_t n = 0; n <= t->watch->n_ops; n++) {
		for (unsigned i = 0; i < 2; i++) {
			lay_mem_restore(t->mem);
			lay_replay_prefix(t->watch, n, t->mem);
			if (i)
				act_wipe_redo(t->mem);
			judge(t, i ? "prefix, no redo" : "prefix", n / 2 + i);
		}
	}
	for (uint64_t i = 0; i < states; i++) {
		t->watch->torn_bytes = i & 2 ? 0 : 512;
		lay_mem_restore(t->mem);
		(void)lay_replay_random(t->watch, seed + i, t->mem, &played);
		if (i & 2)
			act_wipe_redo(t->mem);
		judge(t, i & 2 ? "seed, no redo" : "seed, torn", seed + i);
	}
}

/* Names of the entries in inner nodes: taking one out of there is the hard case. */
struct inner {
	char names[64][256];
	unsigned n;
};

static bool see_entry(void *user, const struct nt_ix_entry *e)
{
	struct inner *in = user;
	struct nt_file_name fn;

	if (e->has_child && in->n < 64 && nt_file_name_parse(e->key, &fn) &&
		fn.name_space != NT_NS_DOS) {
		in->names[in->n][rs_utf16_to_utf8(fn.name, in->names[in->n], 255)] = '\0';
		in->n++;
	}
	return true;
}

static void find_inner(struct nt_vol *vol, uint64_t ref, struct inner *ret)
{
	struct rs_err err = {0};
	auto_inode ntfs_inode *dir = NULL;
	auto_free uint8_t *root = NULL;
	auto_attr ntfs_attr *alloc = NULL;
	struct nt_ix ix;

	assert_int_equal(nt_inode_open(vol, ref, &dir, &err), 0);
	assert_int_equal(nt_dir_index(vol, dir, &ix, &root, &alloc, &err), 0);
	assert_int_equal(nt_ix_walk(&ix, &(struct nt_ix_visit){ret, see_entry, NULL}, &err), 0);
}

static void make_image(struct run *t)
{
	char name[256];

	vh_make(&t->image, 12, t->kind->cluster_bytes, 512);
	vh_add(&t->image, "/", "Windows", -1);
	vh_add(&t->image, "/Windows", "drivers", -1);
	for (unsigned i = 0; i < FILES; i++) { /* not in order: blocks of all degrees of fullness */
		file_name(t->kind, i * 77 % FILES, name);
		vh_add(&t->image, DRIVERS, name, 8);
	}
	vh_add(&t->image, DRIVERS, PAIR, 40);
	vh_add_dos(&t->image, DRIVERS, PAIR, "C-0000~1.SYS");
	vh_add(&t->image, DRIVERS, FULL, FULL_BYTES);
	vh_add(&t->image, DRIVERS, LINKED, 40);
	for (unsigned i = 0; i < 20; i++) {
		(void)snprintf(name, sizeof(name), "one more name of it, number %02u.sys", i);
		vh_add_link(&t->image, DRIVERS "/" LINKED, i % 3 ? "/Windows" : DRIVERS, name);
	}
	vh_filled(&t->image);
	t->mem = vh_load(&t->image);
	assert_true(lay_mem_save(t->mem));
	t->watch = lay_watch_new(t->mem);
	assert_non_null(t->watch);
}

/* The record is as full as it is meant to be, and has not moved its data out. */
static void assert_full(const struct run *t)
{
	struct nt_raw *raw = NULL;
	uint8_t rec[NT_RECORD_MAX];

	assert_int_equal(nt_raw_open(t->mem, &raw, NULL), 0);
	assert_int_equal(nt_raw_record(raw, NT_REF_RECORD(t->file), rec, NULL), 0);
	assert_in_range(rs_le32(rec + 0x18), 1024 - 0x60, 1024);
	nt_raw_close(raw);
}

/* @number 0: the pair; 2: many names; 4: a full record; odd: an entry of an inner node; even: any.
 */
static void choose(struct run *t, struct nt_vol *vol, unsigned number)
{
	struct rs_err err = {0};
	static struct inner in;

	in.n = 0;
	assert_int_equal(nt_lookup(vol, DRIVERS, &t->drivers, &err), 0);
	find_inner(vol, t->drivers, &in);
	if (!number)
		(void)snprintf(t->target, sizeof(t->target), "%s", PAIR);
	else if (number == 2)
		(void)snprintf(t->target, sizeof(t->target), "%s", LINKED);
	else if (number == 4)
		(void)snprintf(t->target, sizeof(t->target), "%s", FULL);
	else if ((number & 1) && in.n)
		(void)snprintf(t->target, sizeof(t->target), "%s", in.names[number / 2 % in.n]);
	else
		file_name(t->kind, number * 13 % FILES, t->target);
	assert_int_equal(look(vol, DRIVERS, t->target, &t->file, &err), 0);
	if (number == 4)
		assert_full(t);
}

static void torture(struct run *t, unsigned number, uint64_t states)
{
	struct rs_err err = {0};
	struct nt_vol *vol = NULL;

	make_image(t);
	if (nt_vol_open(&t->watch->blk, NT_VOL_WRITE, &vol, &err) < 0)
		fail_msg("%s: %s", err.object, err.detail);
	choose(t, vol, number);
	lay_watch_reset(t->watch);
	t->watch->is_recording = true;
	if (act(t, vol, &err) < 0)
		fail_msg("%s: %s", err.object, err.detail);
	assert_int_equal(nt_vol_close(vol, &err), 0);
	t->watch->is_recording = false;
	cut_everywhere(t, states, setting("SEED", 1) + number * 1000003ULL);
	print_message("clusters of %5u, file %2u: %llu writes, %llu flushes, %u states, %u bad\n",
		t->kind->cluster_bytes, number, (unsigned long long)t->watch->writes,
		(unsigned long long)t->watch->flushes, t->states, t->bad);
	blk_close(&t->watch->blk);
	blk_close(t->mem);
	vh_remove(&t->image);
}

static void test_switch__power_cut_anywhere__nothing_lost_and_finishes(void **state)
{
	const unsigned n_kinds = sizeof(kinds) / sizeof(kinds[0]), files = 16;
	uint64_t states = setting("STATES", 1000), total = 0, bad = 0, runs = 0;

	(void)state;
	for (unsigned k = 0; k < n_kinds; k++) {
		for (unsigned i = 0; i < files; i++) {
			struct run t = {.kind = &kinds[k]};

			torture(&t, i, states / (n_kinds * files) + 1);
			total += t.states;
			bad += t.bad;
			runs++;
		}
	}
	print_message("%llu acts, %llu states, %llu bad\n", (unsigned long long)runs,
		(unsigned long long)total, (unsigned long long)bad);
	assert_int_equal(bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_switch__power_cut_anywhere__nothing_lost_and_finishes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole crashes, in every shape of volume and of log: clusters of 512 bytes to 4 KiB, MFT records
 * of 1 and 4 KiB, both versions, logs that run over the end of their ring, records of several
 * pages, losers, blocks that reached the disk. Two states that libntfs-3g made; the journal between
 * them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../layers/layers.h"
#include "../ntfslog/crash_help.h"
#include "ntfslog/replay.h"
#include "vol_help.h"

#define DRIVERS "/drivers"

struct shape {
	unsigned cluster_bytes, sector_bytes;
};

static const struct shape shapes[] = {{4096, 512}, {1024, 512}, {512, 512}, {4096, 4096}};

static void mount_again(struct vh *v)
{
	v->lib = ntfs_mount(v->path, 0);
	assert_non_null(v->lib);
}

static void delete_file(struct vh *v, const char *dir, const char *name)
{
	char path[256];
	ntfschar le[256];
	size_t n = strlen(name);

	for (size_t i = 0; i < n; i++)
		le[i] = cpu_to_le16((u16)(unsigned char)name[i]);
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(
		ntfs_delete(v->lib, path, vh_open(v, path), vh_open(v, dir), le, (u8)n), 0);
}

/* Two states: some files and folders, then some more, some fewer, one longer. */
static void make_states(const struct shape *s, struct blk **ret_old, struct blk **ret_now)
{
	struct vh v;

	vh_make(&v, 12, s->cluster_bytes, s->sector_bytes);
	vh_add(&v, "/", "drivers", -1);
	vh_add_many(&v, DRIVERS, "driver%03u.sys", 120);
	vh_add(&v, DRIVERS, "gone.sys", 30000);
	vh_add(&v, DRIVERS, "small.sys", 100);
	vh_filled(&v);
	*ret_old = vh_load(&v);
	mount_again(&v);
	vh_add(&v, DRIVERS, "fresh.sys", 50000);
	vh_add(&v, DRIVERS, "resident.sys", 200);
	vh_add_many(&v, DRIVERS, "more%03u.sys", 60);
	vh_add_stream(&v, DRIVERS "/small.sys", "stream", "text");
	delete_file(&v, DRIVERS, "gone.sys");
	vh_set_flags(&v, DRIVERS "/driver005.sys", 0x21);
	vh_add(&v, "/", "folder", -1);
	vh_add_link(&v, DRIVERS "/fresh.sys", "/folder", "link.sys");
	vh_filled(&v);
	*ret_now = vh_load(&v);
	vh_remove(&v);
}

static unsigned replay(const struct crash *c, uint32_t sector_bytes, const char *what)
{
	struct blk *mem = lay_mem_new(c->v.size, sector_bytes), *over = NULL;
	auto_replay struct nt_replay *p = NULL, *again = NULL;
	struct rs_err err = {0};
	char *wrong = NULL;

	assert_non_null(mem);
	memcpy(lay_mem_bytes(mem), c->v.p, c->v.size);
	int r = nt_replay_plan(mem, NULL, &p, &err);
	if (r == 0 && p->refusal.code) {
		r = p->refusal.code;
		err = p->refusal;
	}
	if (r == 0)
		r = nt_replay_overlay(mem, p, &over, &err);
	if (r == 0)
		r = nt_vol_trust_replay(over, p, &err);
	blk_close(over);
	if (r == 0)
		r = nt_replay_apply(mem, p, false, NULL, &err);
	if (r == 0)
		wrong = crash_differs(c, lay_mem_bytes(mem));
	if (r == 0)
		r = nt_replay_plan(mem, NULL, &again, &err);
	if (r == 0 && again->pending != NT_PENDING_NONE)
		wrong = strdup("pending again");
	if (r < 0 || wrong)
		print_message("%s: %s\n", what, wrong ? wrong : err.detail);
	bool is_bad = r < 0 || wrong;
	free(wrong);
	blk_close(mem);
	return is_bad;
}

static void test_replay__every_shape__gives_the_state_that_was_logged(void **state)
{
	unsigned bad = 0, n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct blk *old, *now;
		make_states(&shapes[i], &old, &now);
		for (unsigned k = 0; k < 16; k++, n++) {
			const struct crash_kind kind = {k & 1 ? 1 : 2, k & 2, k & 4, k & 8 ? 9 : 0};
			struct crash c;
			char what[120];
			(void)snprintf(what, sizeof(what), "clusters of %u, sectors of %u, case %u",
				shapes[i].cluster_bytes, shapes[i].sector_bytes, k);
			crash_make(&c, lay_mem_bytes(old), lay_mem_bytes(now),
				(size_t)old->size_bytes, &kind);
			assert_true(c.files > 20 && c.blocks > 1 && c.pages);
			assert_int_equal(c.v.seq, k & 8 ? 4 : 3); /* over the end of the ring */
			bad += replay(&c, shapes[i].sector_bytes, what);
			crash_done(&c);
		}
		blk_close(old);
		blk_close(now);
	}
	assert_int_equal(bad, 0);
	assert_true(n == 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replay__every_shape__gives_the_state_that_was_logged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

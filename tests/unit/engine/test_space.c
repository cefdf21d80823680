/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A volume that is nearly full, in clusters of 64 KiB: either nothing is begun, or all of it, the
 * kept report included, finds room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "engine/guards.h"

#include "../../layers/layers.h"

#define CLUSTER 65536U
#define FILES	9U
#define MOST	32U /* free clusters that are tried, down from here */
#define REPORT	20000U

struct box {
	struct rs_repair u;
	struct blk *mem;
	struct en_disk disk;
	struct en_volume v;
	struct plan plan;
	struct plan_item items[FILES];
};

/* Long enough that a folder with it alone needs an index block. */
static void name_of(unsigned i, char ret[256])
{
	memset(ret, 'n', 240);
	(void)snprintf(ret + 240, 16, "%u.sys", i);
}

static void load(struct box *b)
{
	char dir[] = "/tmp/unbrick-space-XXXXXX", path[64], command[300];

	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/image", dir);
	(void)snprintf(command, sizeof(command),
		"truncate -s 24M '%s' && PATH=$PATH:/usr/sbin:/sbin mkntfs -F -Q -q -c %u -s 512 "
		"-p 0 "
		"-H 16 -S 63 '%s' >/dev/null 2>&1",
		path, CLUSTER, path);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): a test's own text */
	b->mem = lay_mem_load(path, 512);
	assert_non_null(b->mem);
	(void)unlink(path);
	(void)rmdir(dir);
}

static uint64_t free_clusters(struct nt_vol *vol)
{
	uint64_t bytes = 0;

	assert_int_equal(nt_free_bytes(vol, &bytes, NULL), 0);
	return bytes / CLUSTER;
}

/* Only this many clusters stay free. */
static void leave(struct box *b, const char *name, uint64_t n)
{
	struct nt_vol *vol = NULL;
	uint64_t root = 0, ref = 0;

	assert_int_equal(nt_vol_open(b->mem, NT_VOL_WRITE, &vol, NULL), 0);
	uint64_t too_many = free_clusters(vol) - n;
	assert_int_equal(nt_lookup(vol, "", &root, NULL), 0);
	if (too_many)
		assert_int_equal(
			nt_file_create(vol, root, name, "", 0, too_many * CLUSTER, &ref, NULL), 0);
	assert_int_equal(free_clusters(vol), n);
	assert_int_equal(nt_vol_close(vol, NULL), 0);
}

static void make_files(struct box *b)
{
	static char text[] = "\\a file";
	struct nt_vol *vol = NULL;
	uint64_t root = 0;

	assert_int_equal(nt_vol_open(b->mem, NT_VOL_WRITE, &vol, NULL), 0);
	assert_int_equal(nt_lookup(vol, "", &root, NULL), 0);
	for (unsigned i = 0; i < FILES; i++) {
		struct plan_item *item = &b->items[i];
		char name[256];

		name_of(i, name);
		*item = (struct plan_item){.number = i + 1,
			.action = PLAN_QUARANTINE,
			.is_accepted = true,
			.from_ref = root,
			.path = text,
			.why = text,
			.rule_id = text};
		assert_int_equal(
			nt_file_create(vol, root, name, "bad", 3, 0, &item->file_ref, NULL), 0);
		assert_int_equal(nt_stat(vol, item->file_ref, &item->stat, NULL), 0);
	}
	assert_int_equal(nt_vol_close(vol, NULL), 0);
}

static int setup(void **state)
{
	struct box *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	load(b);
	make_files(b);
	leave(b, "much", MOST);
	assert_true(lay_mem_save(b->mem));
	assert_int_equal(report_new("fix", &b->u.report, NULL), 0);
	b->v = (struct en_volume){.number = 1, .disk = &b->disk, .stack.blk[EN_PART] = b->mem};
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct box *b = *state;

	blk_close(b->mem);
	report_free(b->u.report);
	free(b);
	return 0;
}

static int ask(struct box *b)
{
	struct plan *plans[] = {&b->plan};
	const struct en_act act = {.u = &b->u, .v = &b->v, .plans = plans, .n = 1};
	struct rs_err err = {0};

	b->plan = (struct plan){.items = b->items, .n_items = FILES};
	assert_int_equal(nt_raw_open(b->mem, &b->v.stack.raw, NULL), 0);
	int r = en_foresee(&act, &err);
	nt_raw_close(b->v.stack.raw);
	b->v.stack.raw = NULL;
	if (r < 0)
		assert_int_equal(r, RS_E_NO_SPACE);
	return r;
}

static void do_it(struct box *b)
{
	auto_free uint8_t *report = calloc(1, REPORT);
	const struct rs_view text = {report, REPORT};
	struct nt_vol *vol = NULL;

	assert_int_equal(nt_vol_open(b->mem, NT_VOL_WRITE, &vol, NULL), 0);
	assert_int_equal(quarantine_fill(vol, &b->plan, NULL, NULL), 0);
	assert_int_equal(quarantine_keep_report(vol, &b->plan, text, text, NULL), 0);
	assert_int_equal(nt_vol_close(vol, NULL), 0);
}

static void test_space__nearly_full__nothing_or_all(void **state)
{
	struct box *b = *state;
	unsigned refused = 0, done = 0;

	for (unsigned n = MOST; n-- > 0;) {
		lay_mem_restore(b->mem);
		leave(b, "more", n);
		struct lay_watch *w = lay_watch_new(b->mem);
		assert_non_null(w);
		b->v.stack.blk[EN_PART] = &w->blk;
		int r = ask(b);
		b->v.stack.blk[EN_PART] = b->mem;
		assert_int_equal(w->writes, 0);
		blk_close(&w->blk);
		refused += r < 0;
		done += r == 0;
		if (r == 0)
			do_it(b);
	}
	assert_true(done > 0);
	/* what a sum in bytes took for enough: 512 KiB and 16 KiB a file, 11 clusters of this size
	 */
	assert_true(refused > 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_space__nearly_full__nothing_or_all, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

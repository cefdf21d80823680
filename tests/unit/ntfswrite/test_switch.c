/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../layers/layers.h"
#include "ntfs/check.h"
#include "vol_help.h"

#include <ntfs-3g/object_id.h>

#define DRIVERS "/Windows/drivers"

struct kind {
	unsigned cluster_bytes, sector_bytes;
};

static const struct kind kinds[] = {
	{4096, 512}, {512, 512}, {1024, 512}, {65536, 512}, {4096, 4096}};

struct world {
	struct vh image;
	struct blk *mem;
	struct nt_vol *vol;
	uint64_t drivers, quarantine, item;
};

static const char *const files[] = {
	"C-00000291-00000000-00000032.sys", /* 8.3 name, stream, object id, hard link elsewhere */
	"full.sys",			    /* no room in the record for one more name */
	"big.sys",			    /* not resident */
	"linked.sys",			    /* names in extension records */
	"packed.sys",			    /* compressed */
	"folder",			    /* a folder with a file in it */
};

static void fill_drivers(struct vh *v)
{
	char name[64];

	vh_add(v, "/", "Windows", -1);
	vh_add(v, "/Windows", "drivers", -1);
	vh_add(v, "/", "other", -1);
	vh_add_many(v, DRIVERS, "driver%03u.sys", 200);
	vh_add(v, DRIVERS, files[0], 40);
	vh_add_dos(v, DRIVERS, files[0], "C-0000~1.SYS");
	vh_add_stream(
		v, DRIVERS "/C-00000291-00000000-00000032.sys", "Zone.Identifier", "ZoneId=3");
	vh_add_link(v, DRIVERS "/C-00000291-00000000-00000032.sys", "/other", "the same file.sys");
	ntfs_inode *ni = vh_open(v, DRIVERS "/C-00000291-00000000-00000032.sys");
	assert_int_equal(ntfs_set_ntfs_object_id(ni, "0123456789abcdef", 16, 0), 0);
	assert_int_equal(ntfs_inode_close(ni), 0);
	vh_add(v, DRIVERS, files[1], v->sector_bytes == 4096 ? 3600 : 580);
	vh_add(v, DRIVERS, files[2], 100000);
	vh_add(v, DRIVERS, files[3], 10);
	for (unsigned i = 0; i < 30; i++) {
		(void)snprintf(name, sizeof(name), "another name of it, number %02u.sys", i);
		vh_add_link(v, DRIVERS "/linked.sys", i % 2 ? "/other" : DRIVERS, name);
	}
	vh_add(v, DRIVERS, files[4], 0);
	if (v->lib->cluster_size <= 4096)
		vh_set_flags(v, DRIVERS "/packed.sys", 0x800);
	vh_add(v, DRIVERS, files[5], -1);
	vh_add(v, DRIVERS "/folder", "inside.txt", 5);
}

static void must(int r, const struct rs_err *err)
{
	if (r < 0)
		fail_msg("%s: %s: %s", rs_err_info(err->code)->id, err->object, err->detail);
}

static void open_world(struct world *w, unsigned flags)
{
	struct rs_err err = {0};

	must(nt_vol_open(w->mem, flags, &w->vol, &err), &err);
	must(nt_lookup(w->vol, DRIVERS, &w->drivers, &err), &err);
}

static void close_world(struct world *w)
{
	struct rs_err err = {0};

	must(nt_vol_close(w->vol, &err), &err);
	w->vol = NULL;
}

static void begin(struct world *w, const struct kind *k)
{
	struct rs_err err = {0};
	uint64_t root;

	*w = (struct world){0};
	vh_make(&w->image, 24, k->cluster_bytes, k->sector_bytes);
	fill_drivers(&w->image);
	vh_filled(&w->image);
	w->mem = vh_load(&w->image);
	open_world(w, NT_VOL_WRITE);
	must(nt_lookup(w->vol, "", &root, &err), &err);
	must(nt_mkdir(w->vol, root, "Quarantine", &w->quarantine, &err), &err);
	must(nt_mkdir(w->vol, w->quarantine, "0001", &w->item, &err), &err);
}

static void end(struct world *w)
{
	if (w->vol)
		close_world(w);
	blk_close(w->mem);
	vh_remove(&w->image);
}

static void check(struct world *w, uint64_t file, uint64_t in, uint64_t out)
{
	struct rs_err err = {0};
	struct nt_raw *raw = NULL;
	struct nt_check c = {file, in, out};

	must(nt_raw_open(w->mem, &raw, &err), &err);
	must(nt_check_touched(raw, &c, &err), &err);
	nt_raw_close(raw);
}

static uint64_t find(struct world *w, const char *dir, const char *name)
{
	struct rs_err err = {0};
	char path[256];
	uint64_t ref;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	must(nt_lookup(w->vol, path, &ref, &err), &err);
	return ref;
}

static enum nt_switch_state state_of(struct world *w, const struct nt_switch *sw)
{
	struct rs_err err = {0};
	enum nt_switch_state s;

	must(nt_switch_state(w->vol, sw, &s, &err), &err);
	return s;
}

/* Member by member: the padding between them may hold anything. */
static void same_stat(const struct nt_stat *a, const struct nt_stat *b)
{
	assert_int_equal(a->ref, b->ref);
	assert_int_equal(a->attributes, b->attributes);
	assert_int_equal(a->reparse_tag, b->reparse_tag);
	assert_int_equal(a->size_bytes, b->size_bytes);
	assert_int_equal(a->allocated_bytes, b->allocated_bytes);
	assert_int_equal(a->created, b->created);
	assert_int_equal(a->modified, b->modified);
	assert_int_equal(a->changed, b->changed);
	assert_int_equal(a->accessed, b->accessed);
	assert_int_equal(a->links, b->links);
	assert_int_equal(a->is_resident, b->is_resident);
	assert_int_equal(a->log_lsn, b->log_lsn);
}

static void there_and_back(struct world *w, const char *name)
{
	struct rs_err err = {0};
	struct nt_switch sw = {find(w, DRIVERS, name), w->drivers, w->item};
	struct nt_switch undo = {sw.file_ref, w->item, w->drivers};
	struct nt_stat before, after;

	must(nt_stat(w->vol, sw.file_ref, &before, &err), &err);
	assert_int_equal(state_of(w, &sw), NT_SWITCH_AT_FROM);
	must(nt_switch_run(w->vol, &sw, &err), &err);
	assert_int_equal(state_of(w, &sw), NT_SWITCH_AT_TO);
	assert_int_equal(state_of(w, &undo), NT_SWITCH_AT_FROM);
	check(w, sw.file_ref, w->item, w->drivers);
	assert_int_equal(find(w, "/Quarantine/0001", name), sw.file_ref);
	must(nt_stat(w->vol, sw.file_ref, &after, &err), &err);
	same_stat(&before, &after);
	must(nt_switch_run(w->vol, &sw, &err), &err); /* nothing left to do */

	must(nt_switch_run(w->vol, &undo, &err), &err);
	check(w, sw.file_ref, w->drivers, w->item);
	must(nt_stat(w->vol, sw.file_ref, &after, &err), &err);
	same_stat(&before, &after);
}

static void same_lines(const char *a, const char *b)
{
	while (*a && *b) {
		size_t na = strcspn(a, "\n"), nb = strcspn(b, "\n");

		if (na != nb || memcmp(a, b, na) != 0)
			fail_msg("'%.*s' became '%.*s'", (int)na, a, (int)nb, b);
		a += na + (a[na] != '\0');
		b += nb + (b[nb] != '\0');
	}
	assert_true(!*a && !*b);
}

/* The Sleuth Kit and ntfsinfo see the same file and the same names, with all times. */
static void same_portrait(struct world *w, const char *name)
{
	uint64_t number = NT_REF_RECORD(find(w, DRIVERS, name));

	close_world(w);
	vh_store(&w->image, w->mem);
	char *before = vh_portrait(&w->image, number);
	open_world(w, NT_VOL_WRITE);
	there_and_back(w, name);
	close_world(w);
	vh_store(&w->image, w->mem);
	char *after = vh_portrait(&w->image, number);
	open_world(w, NT_VOL_WRITE);
	if (before && after && strlen(before) > 100)
		same_lines(before, after);
	else
		print_message("no ntfsinfo or sleuthkit here: portraits not compared\n");
	free(before);
	free(after);
}

static void test_switch__every_kind_of_file_and_volume__there_and_back(void **state)
{
	(void)state;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		struct world w;

		begin(&w, &kinds[k]);
		for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
			there_and_back(&w, files[i]);
		end(&w);
	}
}

static void test_switch__and_undo__same_in_the_eyes_of_others(void **state)
{
	struct world w;

	(void)state;
	begin(&w, &kinds[0]);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		same_portrait(&w, files[i]);
	end(&w);
}

/* Every file of the folder, which takes entries out of leaves and inner nodes alike. */
static void test_switch__whole_folder__moves_and_comes_back(void **state)
{
	struct world w;
	struct rs_err err = {0};
	char name[32];

	(void)state;
	begin(&w, &kinds[0]);
	for (int back = 0; back < 2; back++) {
		for (unsigned i = 0; i < 200; i++) {
			(void)snprintf(name, sizeof(name), "driver%03u.sys", i * 77 % 200);
			uint64_t file = find(&w, back ? "/Quarantine/0001" : DRIVERS, name);
			struct nt_switch sw = {
				file, back ? w.item : w.drivers, back ? w.drivers : w.item};

			must(nt_switch_run(w.vol, &sw, &err), &err);
			if (i % 10 == 0)
				check(&w, file, sw.to_ref, sw.from_ref);
		}
	}
	check(&w, find(&w, DRIVERS, files[0]), w.drivers, w.item);
	end(&w);
}

static void test_switch__name_taken__refused_before_any_write(void **state)
{
	struct world w;
	struct rs_err err = {0};
	struct lay_watch *watch;
	uint64_t other;

	(void)state;
	begin(&w, &kinds[0]);
	uint64_t file = find(&w, DRIVERS, "big.sys");
	must(nt_file_create(w.vol, w.item, "BIG.sys", "x", 1, 0, &other, &err), &err);
	close_world(&w);
	watch = lay_watch_new(w.mem);
	must(nt_vol_open(&watch->blk, NT_VOL_WRITE, &w.vol, &err), &err);
	struct nt_switch sw = {file, w.drivers, w.item};
	assert_int_equal(nt_switch_run(w.vol, &sw, &err), RS_E_GUARD);
	assert_int_equal(watch->writes, 0);
	assert_int_equal(state_of(&w, &sw), NT_SWITCH_AT_FROM);

	struct nt_switch other_way = {file, w.item, w.quarantine};
	assert_int_equal(state_of(&w, &other_way), NT_SWITCH_ELSEWHERE);
	assert_int_equal(nt_switch_run(w.vol, &other_way, &err), RS_E_CHANGED);
	struct nt_switch old = {file + (1ULL << 48), w.drivers, w.item};
	assert_int_equal(state_of(&w, &old), NT_SWITCH_ELSEWHERE);
	close_world(&w);
	blk_close(&watch->blk);
	end(&w);
}

/* The mark of `fsutil file setCaseSensitiveInfo`: the version number in $STANDARD_INFORMATION. */
static void mark_case_sensitive(struct world *w, uint64_t dir_ref)
{
	uint8_t *p = lay_mem_bytes(w->mem);
	uint8_t *rec =
		p + rs_le64(p + 0x30) * kinds[0].cluster_bytes + NT_REF_RECORD(dir_ref) * 1024;
	uint8_t *attr = rec + rs_le16(rec + 0x14);

	assert_int_equal(rs_le32(attr), AT_STANDARD_INFORMATION);
	rs_put_le32(attr + rs_le16(attr + 0x14) + 40, 1);
}

static void test_switch__case_sensitive_folder__only_the_same_name_is_taken(void **state)
{
	struct world w;
	struct rs_err err = {0};
	uint64_t upper, same;

	(void)state;
	begin(&w, &kinds[0]);
	uint64_t file = find(&w, DRIVERS, "big.sys");
	struct nt_switch sw = {file, w.drivers, w.item}, undo = {file, w.item, w.drivers};
	must(nt_switch_run(w.vol, &sw, &err), &err);
	must(nt_file_create(w.vol, w.drivers, "BIG.sys", "x", 1, 0, &upper, &err), &err);
	assert_int_equal(nt_switch_run(w.vol, &undo, &err), RS_E_GUARD);
	close_world(&w);
	mark_case_sensitive(&w, w.drivers);
	open_world(&w, NT_VOL_WRITE);
	must(nt_switch_run(w.vol, &undo, &err), &err);
	check(&w, file, w.drivers, w.item);
	assert_int_equal(find(&w, DRIVERS, "big.sys"), file);
	assert_int_equal(find(&w, DRIVERS, "BIG.sys"), upper);
	must(nt_switch_run(w.vol, &sw, &err), &err);
	close_world(&w);
	open_world(&w, NT_VOL_WRITE);
	/* a name of the same case is taken there, too */
	struct nt_switch other = {upper, w.drivers, w.quarantine};
	must(nt_switch_run(w.vol, &other, &err), &err);
	must(nt_file_create(w.vol, w.drivers, "big.sys", "x", 1, 0, &same, &err), &err);
	assert_int_equal(nt_switch_run(w.vol, &undo, &err), RS_E_GUARD);
	end(&w);
}

/* The short name's entry is lost: the long one alone would be moved. */
static void test_switch__a_name_without_its_entry__refused(void **state)
{
	struct world w;
	struct rs_err err = {0};
	enum nt_switch_state at;
	struct nt_file_name fn;
	uint8_t key[NT_IX_FN_MAX];
	size_t len = 0;

	(void)state;
	begin(&w, &kinds[0]);
	const struct nt_switch sw = {find(&w, DRIVERS, files[0]), w.drivers, w.item};
	ntfs_inode *ni = NULL, *dir = NULL;
	ntfs_attr_search_ctx *ctx = NULL;
	must(nt_inode_open(w.vol, sw.file_ref, &ni, &err), &err);
	must(nt_inode_open(w.vol, w.drivers, &dir, &err), &err);
	while (!len && nt_next_name(w.vol, ni, &ctx, &fn, NULL) == 1)
		if (fn.name_space == NT_NS_DOS) {
			len = nt_attr_value(ctx).len;
			memcpy(key, nt_attr_value(ctx).p, len);
		}
	assert_true(len > 0);
	assert_int_equal(ntfs_index_remove(dir, NULL, key, (int)len), 0);
	assert_int_equal(ntfs_inode_sync(dir), 0);
	ntfs_attr_put_search_ctx(ctx);
	nt_inode_close(ni);
	nt_inode_close(dir);
	must(nt_sync(w.vol, &err), &err);
	assert_int_equal(nt_switch_state(w.vol, &sw, &at, &err), RS_E_NTFS_DAMAGED);
	assert_int_equal(nt_switch_run(w.vol, &sw, &err), RS_E_NTFS_DAMAGED);
	assert_int_equal(find(&w, DRIVERS, files[0]), sw.file_ref);
	end(&w);
}

static void test_switch__folder_into_itself__refused(void **state)
{
	struct world w;
	struct rs_err err = {0};
	uint64_t below;

	(void)state;
	begin(&w, &kinds[0]);
	uint64_t folder = find(&w, DRIVERS, "folder");
	must(nt_mkdir(w.vol, folder, "below", &below, &err), &err);
	struct nt_switch sw = {folder, w.drivers, below};
	assert_int_equal(nt_switch_run(w.vol, &sw, &err), RS_E_GUARD);
	end(&w);
}

static void test_switch__any_write_failing__finishes_when_run_again(void **state)
{
	struct world w;
	struct rs_err err = {0};
	struct lay_watch *watch;
	unsigned failed = 0;

	(void)state;
	begin(&w, &kinds[0]);
	uint64_t file = find(&w, DRIVERS, files[0]);
	close_world(&w);
	assert_true(lay_mem_save(w.mem));
	watch = lay_watch_new(w.mem);
	for (unsigned at = 1; at < 20; at++) {
		struct nt_switch sw = {file, w.drivers, w.item};

		lay_mem_restore(w.mem);
		lay_watch_reset(watch);
		must(nt_vol_open(&watch->blk, NT_VOL_WRITE, &w.vol, &err), &err);
		if (at & 1)
			watch->fail_write = at / 2 + 1;
		else
			watch->fail_flush = at / 2;
		int r = nt_switch_run(w.vol, &sw, &err);
		failed += r < 0;
		if (r < 0) {
			assert_int_equal(r, RS_E_IO_WRITE);
			must(nt_switch_run(w.vol, &sw, &err), &err);
		}
		watch->fail_write = watch->fail_flush = 0;
		close_world(&w);
		check(&w, file, w.item, w.drivers);
	}
	assert_in_range(failed, 6, 19);
	blk_close(&watch->blk);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_switch__every_kind_of_file_and_volume__there_and_back),
		cmocka_unit_test(test_switch__and_undo__same_in_the_eyes_of_others),
		cmocka_unit_test(test_switch__whole_folder__moves_and_comes_back),
		cmocka_unit_test(test_switch__name_taken__refused_before_any_write),
		cmocka_unit_test(test_switch__case_sensitive_folder__only_the_same_name_is_taken),
		cmocka_unit_test(test_switch__a_name_without_its_entry__refused),
		cmocka_unit_test(test_switch__folder_into_itself__refused),
		cmocka_unit_test(test_switch__any_write_failing__finishes_when_run_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

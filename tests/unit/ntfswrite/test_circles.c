/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Structures that lead back to themselves, and sizes that the library would follow for ever: each
 * ends with a reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "../../layers/layers.h"
#include "vol_help.h"

#define LIMIT_S 30U /* the alarm that ends a test which hangs */

static struct vh image;
static uint64_t folder;

static int make_image(void **state)
{
	(void)state;
	vh_make(&image, 16, 4096, 512);
	vh_add(&image, "/", "many", -1);
	vh_add_many(&image, "/many", "file%03u.sys", 200);
	ntfs_inode *ni = vh_open(&image, "/many");
	folder = ni->mft_no;
	assert_int_equal(ntfs_inode_close(ni), 0);
	vh_filled(&image);
	(void)alarm(LIMIT_S);
	return 0;
}

static int remove_image(void **state)
{
	(void)state;
	vh_remove(&image);
	return 0;
}

/* A block of 4096 with its fixups taken off and put on again. */
static void unprotect(uint8_t *p, size_t len)
{
	assert_null(nt_fixup(p, len));
}

static void protect(uint8_t *p, size_t len)
{
	uint16_t at = rs_le16(p + 4);

	for (size_t i = 1; i <= len / 512; i++) {
		memcpy(p + at + 2 * i, p + i * 512 - 2, 2);
		memcpy(p + i * 512 - 2, p + at, 2);
	}
}

static bool lies_in(const struct nt_runs *runs, uint64_t lcn)
{
	for (size_t i = 0; i < runs->n; i++)
		if (lcn >= runs->v[i].lcn && lcn - runs->v[i].lcn < runs->v[i].clusters)
			return true;
	return false;
}

/* The end of every leaf of the folder's index gets a child: the leaf itself. */
static void tie_leaves(struct blk *mem)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	struct nt_stream s = {0};
	unsigned n = 0;

	assert_int_equal(nt_raw_open(mem, &raw, NULL), 0);
	assert_int_equal(nt_stream_open(raw, folder, NT_AT_INDEX_ALLOCATION, "$I30", &s, NULL), 0);
	for (uint64_t lcn = 0; lcn < mem->size_bytes / 4096; lcn++) {
		uint8_t *p = lay_mem_bytes(mem) + lcn * 4096, *header = p + 0x18;
		if (!lies_in(&s.runs, lcn) || memcmp(p, "INDX", 4) != 0)
			continue;
		unprotect(p, 4096);
		uint32_t used = rs_le32(header + 4);
		uint8_t *end = header + used - 0x10;
		if (used + 8 <= rs_le32(header + 8) && rs_le16(end + 12) == 2) {
			rs_put_le16(end + 8, 0x18);
			rs_put_le16(end + 12, 3);
			memcpy(end + 0x10, p + 0x10, 8); /* its own VCN */
			rs_put_le32(header + 4, used + 8);
			header[12] |= 1;
			n++;
		}
		protect(p, 4096);
	}
	nt_stream_done(&s);
	assert_true(n > 0);
}

static bool see(void *user, const char *name, uint64_t ref, bool is_dir)
{
	(void)name;
	(void)ref;
	(void)is_dir;
	return ++*(unsigned *)user < 1000000;
}

static void test_index__leads_back_to_itself__ends(void **state)
{
	struct blk *mem = vh_load(&image);
	struct nt_vol *vol = NULL;
	struct rs_err err = {0};
	uint64_t ref = 0;
	unsigned n = 0;

	(void)state;
	tie_leaves(mem);
	assert_int_equal(nt_vol_open(mem, 0, &vol, NULL), 0);
	assert_int_equal(nt_lookup(vol, "many/zzzz.sys", &ref, &err), RS_E_NTFS_DAMAGED);
	assert_non_null(strstr(err.detail, "leads back to itself"));
	assert_int_equal(nt_lookup(vol, "many", &ref, NULL), 0); /* the next is not punished */
	assert_int_equal(nt_list(vol, ref, see, &n, NULL), RS_E_NTFS_DAMAGED);
	assert_in_range(n, 0, 2000);
	assert_int_equal(nt_vol_close(vol, NULL), 0);
	blk_close(mem);
}

/* Sizes in the header of an attribute that is not resident: allocated and data, not initialized. */
static void put_sizes(struct blk *mem, uint64_t number, uint32_t type, uint64_t bytes)
{
	auto_nt_raw struct nt_raw *raw = NULL;

	assert_int_equal(nt_raw_open(mem, &raw, NULL), 0);
	const struct nt_geometry *g = nt_raw_geometry(raw);
	uint8_t *rec = lay_mem_bytes(mem) + g->mft_off_bytes + number * g->record_bytes;
	unprotect(rec, g->record_bytes);
	size_t at = rs_le16(rec + 0x14);
	while (rs_le32(rec + at) != type)
		at += rs_le32(rec + at + 4);
	assert_int_equal(rec[at + 8], 1);
	rs_put_le64(rec + at + 0x28, bytes);
	rs_put_le64(rec + at + 0x30, bytes);
	protect(rec, g->record_bytes);
}

static void test_bitmap__of_2_to_62_bytes__is_not_written_to(void **state)
{
	struct blk *mem = vh_load(&image);
	struct nt_vol *vol = NULL;
	struct rs_err err = {0};

	(void)state;
	put_sizes(mem, 6, NT_AT_DATA, 1ULL << 62);
	assert_int_equal(nt_vol_open(mem, NT_VOL_WRITE, &vol, &err), RS_E_NTFS_DAMAGED);
	assert_non_null(strstr(err.detail, "4611686018427387904 bytes"));
	blk_close(mem);
}

/* As many windows of clusters as a boot sector says would be looked for, each in the whole $MFT. */
static void test_volume__of_2_to_60_bytes__is_not_written_to(void **state)
{
	struct blk *mem = vh_load(&image);
	struct nt_vol *vol = NULL;

	(void)state;
	rs_put_le64(lay_mem_bytes(mem) + 0x28, 1ULL << 51);
	put_sizes(mem, 6, NT_AT_DATA, 1ULL << 45);
	assert_true(nt_vol_open(mem, NT_VOL_WRITE, &vol, NULL) < 0);
	blk_close(mem);
}

static void test_index__of_2_to_62_bytes__no_loop_and_no_memory(void **state)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	struct blk *mem = vh_load(&image);
	struct nt_vol *vol = NULL;
	unsigned n = 0;
	uint64_t ref;

	(void)state;
	tie_leaves(mem);
	put_sizes(mem, folder, NT_AT_INDEX_ALLOCATION, 1ULL << 62);
	assert_int_equal(nt_raw_open(mem, &raw, NULL), 0);
	struct lay_watch *w = lay_watch_new(mem);
	assert_non_null(w);
	if (nt_vol_open(&w->blk, 0, &vol, NULL) == 0) {
		if (nt_lookup(vol, "many", &ref, NULL) == 0)
			assert_true(nt_list(vol, ref, see, &n, NULL) < 0);
		assert_in_range(n, 0, 2000);
		assert_int_equal(nt_vol_close(vol, NULL), 0);
	}
	struct nt_stream s = {0};
	assert_int_equal(nt_stream_open(raw, folder, NT_AT_INDEX_ALLOCATION, "$I30", &s, NULL), 0);
	assert_int_equal(nt_stream_there(raw, &s), s.runs.mapped * 4096);
	s.data_bytes = 4096;
	assert_int_equal(nt_stream_there(raw, &s), 4096);
	nt_stream_done(&s);
	assert_in_range(w->reads, 1, 100000);
	nt_raw_close(rs_steal(raw));
	blk_close(&w->blk);
	blk_close(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_index__leads_back_to_itself__ends),
		cmocka_unit_test(test_bitmap__of_2_to_62_bytes__is_not_written_to),
		cmocka_unit_test(test_volume__of_2_to_60_bytes__is_not_written_to),
		cmocka_unit_test(test_index__of_2_to_62_bytes__no_loop_and_no_memory),
	};

	return cmocka_run_group_tests(tests, make_image, remove_image);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One place of the volume as two things: a block with its fixups, and bytes of a page. Expected
 * bytes are written by hand from the format's description. */
#include <stdlib.h>
#include <string.h>

#include "../../layers/layers.h"
#include "../ntfs/raw_help.h"
#include "ntfslog/replay.h"
#include "replay_help.h"

#define ENTRY	   0x20U
#define ENTRIES_AT 0x40U
#define IN_SECTOR  (3 * 512U + 0x20) /* of the index block, behind its entries */
#define USN_BEFORE 7U		     /* replay_help.c */

static const struct lh_rec forget = {.redo = 0x1B, .undo = 1, .transaction = 0x18};

static struct nt_replay *plan_of(struct lh *v)
{
	struct blk *mem = lay_mem_new(v->size, 512);
	struct nt_replay *p = NULL;

	lh_add(v, &forget);
	lh_end(v);
	assert_non_null(mem);
	memcpy(lay_mem_bytes(mem), v->p, v->size);
	assert_int_equal(nt_replay_plan(mem, NULL, &p, NULL), 0);
	blk_close(mem);
	assert_int_equal(p->refusal.code, 0);
	return p;
}

/* The volume's bytes as they will be, of @v. */
static void put_plan(struct lh *v, const struct nt_replay *p)
{
	for (size_t i = 0; i < p->n_blocks; i++)
		memcpy(v->p + p->blocks[i].off_bytes, p->blocks[i].after, p->blocks[i].len_bytes);
}

/* Bytes of a page, in the cluster of the index block. */
static uint64_t add_bytes(struct lh *v, uint16_t at, const char *text)
{
	const struct lh_rec r = {.redo = 8,
		.undo = 8,
		.attr = LH_ATTR_DATA,
		.transaction = 0x18,
		.lcn = LH_INDX_LCN,
		.record_off = at,
		.redo_data = text,
		.undo_data = text,
		.redo_len = (uint16_t)strlen(text),
		.undo_len = (uint16_t)strlen(text)};

	return lh_add(v, &r);
}

static uint64_t add_entry(struct lh *v, uint8_t fill)
{
	uint8_t e[ENTRY];

	memset(e, fill, sizeof(e));
	rs_put_le16(e + 8, ENTRY);
	rs_put_le16(e + 0xA, ENTRY - 0x10);
	rs_put_le16(e + 0xC, 0);
	const struct lh_rec r = {.redo = 0x0E,
		.undo = 0x0F,
		.attr = LH_ATTR_INDX,
		.attr_off = ENTRIES_AT,
		.transaction = 0x18,
		.lcn = LH_INDX_LCN,
		.redo_data = e,
		.redo_len = ENTRY};

	return lh_add(v, &r);
}

static void assert_protected(const uint8_t *block, uint16_t usn)
{
	for (size_t i = 1; i <= LH_CLUSTER / 512; i++)
		assert_int_equal(rs_le16(block + i * 512 - 2), usn);
}

/* Sectors come one by one, in any order, before the block that is made of them. */
static void test_block__sectors_known_before__is_one(void **state)
{
	struct lh v;

	(void)state;
	lh_make(&v, 64, 2, false);
	uint8_t *block = v.p + LH_INDX_LCN * LH_CLUSTER;
	add_bytes(&v, 5 * 512 + 8, "fifth");
	add_bytes(&v, IN_SECTOR, "third");
	uint64_t lsn = add_entry(&v, 'e');
	struct nt_replay *p = plan_of(&v);
	assert_int_equal(p->redone, 3);
	put_plan(&v, p);
	assert_protected(block, USN_BEFORE + 1);
	assert_int_equal(rs_le64(block + 8), lsn);
	assert_memory_equal(block + IN_SECTOR, "third", 5);
	assert_memory_equal(block + 5 * 512 + 8, "fifth", 5);
	assert_int_equal(block[ENTRIES_AT], 'e');
	assert_int_equal(rs_le32(block + 0x1C), 0x38 + ENTRY);
	assert_int_equal(rs_le16(block + ENTRIES_AT + ENTRY + 0xC), 2); /* the end entry */
	nt_replay_free(p);
	free(v.p);
}

/* A block, bytes in it, the block again: each sees what was before it, and one counter is enough.
 */
static void test_block__bytes_between_two_changes__keep_their_order(void **state)
{
	struct lh v;

	(void)state;
	lh_make(&v, 64, 2, false);
	uint8_t *block = v.p + LH_INDX_LCN * LH_CLUSTER;
	add_entry(&v, 'a');
	add_bytes(&v, ENTRIES_AT, "A");
	uint64_t lsn = add_entry(&v, 'b');
	struct nt_replay *p = plan_of(&v);
	assert_int_equal(p->redone, 3);
	put_plan(&v, p);
	assert_protected(block, USN_BEFORE + 1);
	assert_int_equal(rs_le64(block + 8), lsn);
	assert_int_equal(block[ENTRIES_AT], 'b');
	assert_memory_equal(block + ENTRIES_AT + ENTRY, "Aaaa", 4);
	nt_replay_free(p);
	free(v.p);
}

/* What is on the disk already was looked at, and not one byte of it changes. */
static void test_block__newer_on_the_disk__only_other_bytes_change(void **state)
{
	struct lh v;

	(void)state;
	lh_make(&v, 64, 2, false);
	uint8_t *block = v.p + LH_INDX_LCN * LH_CLUSTER;
	lh_unprotect(block, LH_CLUSTER);
	rs_put_le64(block + 8, INT64_MAX);
	memset(block + 512 - 2, 0xA5, 2); /* that a fixup stands for */
	lh_protect(block, LH_CLUSTER);
	add_entry(&v, 'e');
	add_bytes(&v, IN_SECTOR, "third");
	struct nt_replay *p = plan_of(&v);
	assert_int_equal(p->redone, 1);
	assert_int_equal(p->skipped, 1);
	for (size_t i = 0; i < p->n_blocks; i++) {
		const struct nt_replay_block *b = &p->blocks[i];
		if (b->stage < 2) {
			assert_int_equal(b->off_bytes, LH_INDX_LCN * LH_CLUSTER + 3 * 512ULL);
			assert_int_equal(b->len_bytes, 512);
			assert_memory_equal(b->after + 0x20, "third", 5);
			memcpy(b->after + 0x20, b->before + 0x20, 5);
			assert_memory_equal(b->after, b->before, 512);
		}
	}
	assert_int_equal(p->n_blocks, 3);
	nt_replay_free(p);
	free(v.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_block__sectors_known_before__is_one),
		cmocka_unit_test(test_block__bytes_between_two_changes__keep_their_order),
		cmocka_unit_test(test_block__newer_on_the_disk__only_other_bytes_change),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

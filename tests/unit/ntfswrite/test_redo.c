/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a step keeps beside: it ends every torn step, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ntfs/redo_format.h"

#include "../../layers/layers.h"
#include "vol_help.h"

#define SECTOR	      512U
#define VOLUME_RECORD 3U
#define MAGIC	      "UNBRICK REDO 1\r\n"

struct box {
	struct vh image;
	struct blk *mem;
	struct lay_watch *watch;
	struct nt_vol *vol;
	uint64_t record, copy; /* where $Volume's are */
	uint64_t log;	       /* $LogFile */
};

static void find_places(struct box *b)
{
	auto_nt_stream struct nt_stream log = {0};
	auto_nt_raw struct nt_raw *raw = NULL;

	assert_int_equal(nt_raw_open(b->mem, &raw, NULL), 0);
	const struct nt_geometry *g = nt_raw_geometry(raw);
	b->record = g->mft_off_bytes + (uint64_t)VOLUME_RECORD * g->record_bytes;
	b->copy = g->mftmirr_off_bytes + (uint64_t)VOLUME_RECORD * g->record_bytes;
	assert_int_equal(nt_stream_open(raw, 2, NT_AT_DATA, "", &log, NULL), 0);
	b->log = log.runs.v[0].lcn * g->cluster_bytes;
}

static int setup(void **state)
{
	struct box *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	vh_make(&b->image, 12, 4096, SECTOR);
	(void)vh_add(&b->image, "/", "Windows", -1);
	vh_add_many(&b->image, "/", "file%03u", 40); /* the root's entries fill blocks */
	vh_filled(&b->image);
	b->mem = vh_load(&b->image);
	assert_true(lay_mem_save(b->mem));
	b->watch = lay_watch_new(b->mem);
	assert_non_null(b->watch);
	b->watch->torn_bytes = SECTOR;
	find_places(b);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct box *b = *state;

	(void)nt_vol_close(b->vol, NULL); /* whatever the test left */
	blk_close(&b->watch->blk);
	blk_close(b->mem);
	vh_remove(&b->image);
	free(b);
	return 0;
}

/* What happens in @vol, recorded; not closed, as after a cut. */
static void record_steps(struct box *b, bool is_folder_too)
{
	uint64_t root = 0, made = 0;

	assert_int_equal(nt_vol_open(&b->watch->blk, NT_VOL_WRITE, &b->vol, NULL), 0);
	b->watch->is_recording = true;
	assert_int_equal(nt_set_dirty(b->vol, true, NULL), 0);
	assert_int_equal(nt_lookup(b->vol, "", &root, NULL), 0);
	if (is_folder_too)
		assert_int_equal(nt_mkdir(b->vol, root, "Made", &made, NULL), 0);
	b->watch->is_recording = false;
}

/* The record ends with the folder's: everything up to the last write that keeps a step. */
static size_t last_kept(const struct box *b)
{
	size_t n = b->watch->n_ops;

	while (n > 0 && (b->watch->ops[n - 1].is_flush ||
				memcmp(b->watch->ops[n - 1].data, MAGIC, 16) != 0))
		n--;
	assert_true(n > 0);
	return n;
}

static bool is_made(struct blk *mem, unsigned flags, bool *ret_is_whole)
{
	struct nt_vol *vol = NULL;
	struct rs_err err = {0};
	uint64_t ref;

	if (nt_vol_open(mem, flags, &vol, &err) < 0)
		fail_msg("%s: %s", err.object, err.detail);
	bool ret = nt_lookup(vol, "Made", &ref, NULL) == 0;
	*ret_is_whole = nt_is_whole(vol);
	assert_int_equal(nt_vol_close(vol, NULL), 0);
	return ret;
}

/* As the look at a volume sees it, without libntfs-3g. */
static bool is_sound(struct blk *mem)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	struct nt_state s = {0};

	assert_int_equal(nt_raw_open(mem, &raw, NULL), 0);
	assert_int_equal(nt_state_read(raw, &s, NULL), 0);
	return s.can_write && !s.mirror_differs;
}

static void test_redo__any_write_torn__read_as_it_will_end_and_ended(void **state)
{
	struct box *b = *state;

	record_steps(b, true);
	const size_t n = lay_count_torn(b->watch);
	assert_true(n > 30);
	for (size_t i = 0; i < n; i++) {
		const struct lay_torn t = lay_nth_torn(b->watch, i);
		bool is_whole = false;

		lay_mem_restore(b->mem);
		lay_replay_torn(b->watch, &t, b->mem);
		assert_true(is_sound(b->mem));
		bool is_seen = is_made(b->mem, 0, &is_whole);
		bool is_there = is_made(b->mem, NT_VOL_WRITE, &is_whole);
		assert_int_equal(is_seen, is_there);
		assert_true(is_whole);
		assert_true(is_sound(b->mem));
		assert_int_equal(is_there, t.op + 1 > last_kept(b));
	}
}

/* The folder's step, kept whole, and the first @n of its writes. */
static void cut_folder(struct box *b, size_t n)
{
	record_steps(b, true);
	assert_true(last_kept(b) + n <= b->watch->n_ops);
	lay_mem_restore(b->mem);
	lay_replay_prefix(b->watch, last_kept(b) + n, b->mem);
}

static void find(struct box *b, struct nt_redo *ret)
{
	auto_nt_raw struct nt_raw *raw = NULL;

	assert_int_equal(nt_raw_open_plain(b->mem, &raw, NULL), 0);
	assert_int_equal(nt_redo_find(raw, ret, NULL), 0);
}

static uint8_t *kept(struct box *b)
{
	return lay_mem_bytes(b->mem) + b->vol->dev.redo.off_bytes;
}

static void assert_believed(struct box *b, bool is_believed)
{
	auto_redo struct nt_redo redo = {0};

	find(b, &redo);
	assert_int_equal(redo.is_found, is_believed);
	if (!is_believed)
		assert_int_equal(redo.n, 0);
}

static void test_redo__log_written_since__not_believed(void **state)
{
	struct box *b = *state;

	cut_folder(b, 2);
	assert_believed(b, true);
	lay_mem_bytes(b->mem)[b->log + 4096] ^= 1; /* the second restart page */
	assert_believed(b, false);
	lay_mem_bytes(b->mem)[b->log + 4096] ^= 1;
	assert_believed(b, true);
}

static void test_redo__a_sector_of_it_written_since__not_believed(void **state)
{
	struct box *b = *state;
	auto_redo struct nt_redo redo = {0};

	cut_folder(b, 2);
	find(b, &redo);
	assert_true(redo.n > 3);
	for (size_t i = 0; i < redo.n; i++) {
		uint8_t *p = lay_mem_bytes(b->mem) + redo.units[i].off_bytes + 100;

		*p ^= 0x55;
		assert_believed(b, false);
		*p ^= 0x55;
	}
	assert_believed(b, true);
}

static void test_redo__header_changed__not_believed(void **state)
{
	struct box *b = *state;

	cut_folder(b, 2);
	for (size_t i = 0; i < 128; i++) {
		kept(b)[i] ^= 1;
		assert_believed(b, false);
		kept(b)[i] ^= 1;
	}
	assert_believed(b, true);
}

/* Its header stands at the front: what lies behind it is older or newer. */
static void test_redo__kept_in_part__nothing_was_begun(void **state)
{
	struct box *b = *state;
	auto_redo struct nt_redo redo = {0};

	cut_folder(b, 0);
	kept(b)[SECTOR] ^= 1;
	find(b, &redo);
	assert_true(redo.is_found);
	assert_int_equal(redo.n, 0);
}

/* As whoever knows the log could write it. */
static void seal(struct box *b)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	uint8_t *h = kept(b), key[NT_REDO_KEY];
	const size_t len = nt_redo_payload_bytes(rs_le32(h + OFF_COUNT), SECTOR);

	assert_int_equal(nt_raw_open_plain(b->mem, &raw, NULL), 0);
	assert_true(nt_redo_key(raw, key));
	assert_true(nt_sha256(h + SECTOR, len, h + OFF_DIGEST));
	assert_true(nt_redo_seal(key, h, h + OFF_SEAL));
}

static void test_redo__row_beside_the_sectors_or_the_volume__not_believed(void **state)
{
	struct box *b = *state;
	uint8_t sha[SHA];

	cut_folder(b, 2);
	seal(b);
	assert_believed(b, true);
	uint8_t *row = kept(b) + SECTOR;
	const uint64_t odd = rs_le64(row) + 8, size = b->mem->size_bytes;
	const uint64_t places[] = {odd, size, size - 8, UINT64_MAX - 511};
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		rs_put_le64(row, places[i]);
		assert_true(nt_sha256(lay_mem_bytes(b->mem) + odd, SECTOR, sha));
		memcpy(row + ROW_OLD, sha, NT_REDO_DIGEST);
		seal(b);
		assert_believed(b, false);
	}
}

/* The flag's own step, kept but not begun: the volume is clean, and stays as it is. */
static void test_redo__flag_off__not_carried_out(void **state)
{
	struct box *b = *state;
	struct nt_vol *vol = NULL;

	record_steps(b, false);
	lay_mem_restore(b->mem);
	lay_replay_prefix(b->watch, last_kept(b), b->mem);
	assert_believed(b, true);
	for (unsigned flags = 0; flags <= NT_VOL_WRITE; flags++) {
		assert_int_equal(nt_vol_open(b->mem, flags, &vol, NULL), 0);
		assert_false(nt_is_dirty(vol));
		assert_true(nt_is_whole(vol));
		assert_int_equal(nt_vol_close(vol, NULL), 0);
	}
}

/* Half of all clusters taken, each second one: no place. */
static void test_redo__no_room_for_it__written_without_and_left_to_chkdsk(void **state)
{
	struct box *b = *state;
	auto_nt_stream struct nt_stream bits = {0};
	struct nt_raw *raw = NULL;
	bool is_whole = true;

	assert_int_equal(nt_raw_open(b->mem, &raw, NULL), 0);
	assert_int_equal(nt_stream_open(raw, 6, NT_AT_DATA, "", &bits, NULL), 0);
	uint8_t *p =
		lay_mem_bytes(b->mem) + bits.runs.v[0].lcn * nt_raw_geometry(raw)->cluster_bytes;
	for (uint64_t i = 0; i < bits.data_bytes; i++)
		p[i] |= 0x55;
	nt_raw_close(raw);
	assert_true(lay_mem_save(b->mem));
	record_steps(b, true);
	assert_int_equal(b->vol->dev.redo.off_bytes, 0);
	assert_true(is_made(b->mem, 0, &is_whole));
	assert_false(is_whole);
}

static unsigned count_headers(struct box *b)
{
	const uint8_t *p = lay_mem_bytes(b->mem);
	unsigned n = 0;

	for (uint64_t at = 0; at < b->mem->size_bytes; at += SECTOR)
		n += memcmp(p + at, MAGIC, 16) == 0;
	return n;
}

/* What the step before kept would say that all is whole, whatever this one leaves. */
static void test_redo__step_too_large_for_it__the_one_before_is_forgotten_first(void **state)
{
	struct box *b = *state;
	uint64_t root = 0, made = 0;
	bool is_whole = true;

	record_steps(b, false);
	assert_int_equal(count_headers(b), 1);
	b->vol->dev.redo.len_bytes = SECTOR; /* no step fits */
	assert_int_equal(nt_lookup(b->vol, "", &root, NULL), 0);
	lay_watch_reset(b->watch);
	b->watch->is_recording = true;
	assert_int_equal(nt_mkdir(b->vol, root, "Made", &made, NULL), 0);
	b->watch->is_recording = false;
	assert_true(b->watch->n_ops > 2);
	assert_int_equal(b->watch->ops[0].off_bytes, b->vol->dev.redo.off_bytes);
	assert_true(b->watch->ops[1].is_flush);
	assert_int_equal(count_headers(b), 0);
	assert_true(is_made(b->mem, 0, &is_whole));
	assert_false(is_whole);
}

/* ---- one bit, one sector ---- */

static void assert_write(const struct box *b, size_t op, uint64_t off_bytes)
{
	const struct lay_op *o = &b->watch->ops[op];

	assert_false(o->is_flush);
	assert_int_equal(o->len, SECTOR);
	assert_in_range(off_bytes, o->off_bytes, o->off_bytes + SECTOR - 1);
}

static uint64_t flags_at(const struct box *b, uint64_t record)
{
	uint8_t rec[1024];
	struct nt_attrs walk;
	struct nt_attr a;

	memcpy(rec, lay_mem_bytes(b->mem) + record, sizeof(rec));
	assert_null(nt_record_prepare(rec, sizeof(rec)));
	nt_attrs_init(&walk, rec, sizeof(rec));
	while (nt_attrs_next(&walk, &a) && a.type != NT_AT_VOLUME_INFORMATION)
		;
	return record + (uint64_t)(a.value.p - rec) + 10;
}

static void test_redo__flag_on__one_sector_and_then_one_of_the_copy(void **state)
{
	struct box *b = *state;

	record_steps(b, false);
	assert_int_equal(b->watch->n_ops, 6);
	assert_memory_equal(b->watch->ops[0].data, MAGIC, 16);
	assert_true(b->watch->ops[1].is_flush);
	assert_write(b, 2, flags_at(b, b->record));
	assert_true(b->watch->ops[3].is_flush);
	assert_write(b, 4, flags_at(b, b->copy));
}

static void test_redo__flag_off__the_copy_first(void **state)
{
	struct box *b = *state;

	record_steps(b, false);
	lay_watch_reset(b->watch);
	b->watch->is_recording = true;
	assert_int_equal(nt_set_dirty(b->vol, false, NULL), 0);
	assert_int_equal(b->watch->n_ops, 6);
	assert_write(b, 2, flags_at(b, b->copy));
	assert_write(b, 4, flags_at(b, b->record));
}

/* A cut between the two, and nothing kept: whichever came first, $MFT says how it is. */
static void test_redo__only_the_flag_differs_from_the_copy__can_be_written(void **state)
{
	struct box *b = *state;
	auto_nt_raw struct nt_raw *raw = NULL;
	struct nt_state s = {0};

	lay_mem_bytes(b->mem)[flags_at(b, b->copy)] ^= 1;
	assert_int_equal(nt_raw_open(b->mem, &raw, NULL), 0);
	assert_int_equal(nt_state_read(raw, &s, NULL), 0);
	assert_true(s.mirror_differs);
	assert_true(s.can_write);
	lay_mem_bytes(b->mem)[flags_at(b, b->copy)] ^= 2; /* another flag: one of them is damaged */
	assert_int_equal(nt_state_read(raw, &s, NULL), 0);
	assert_false(s.can_write);
}

/* ---- the place ---- */

static void test_redo__ended__forgotten(void **state)
{
	struct box *b = *state;

	record_steps(b, true);
	assert_int_equal(count_headers(b), 1);
	assert_int_equal(nt_set_dirty(b->vol, false, NULL), 0);
	assert_int_equal(nt_vol_close(b->vol, NULL), 0);
	b->vol = NULL;
	assert_int_equal(count_headers(b), 0);
}

static void test_redo__cut_and_flag_still_on__kept_for_the_next_run(void **state)
{
	struct box *b = *state;
	bool is_whole = false;

	record_steps(b, true);
	assert_int_equal(nt_vol_close(b->vol, NULL), 0);
	b->vol = NULL;
	assert_int_equal(count_headers(b), 1);
	assert_true(is_made(b->mem, NT_VOL_WRITE, &is_whole));
	assert_true(is_whole);
	assert_int_equal(count_headers(b), 1); /* in its old place */
}

static void test_redo__volume_filled__the_place_is_not_taken(void **state)
{
	struct box *b = *state;
	uint64_t root = 0, made = 0, room = 0;
	uint64_t places[NT_REDO_PLACES];
	auto_nt_raw struct nt_raw *raw = NULL;
	size_t n = 0;

	assert_int_equal(nt_vol_open(&b->watch->blk, NT_VOL_WRITE, &b->vol, NULL), 0);
	assert_int_equal(nt_lookup(b->vol, "", &root, NULL), 0);
	for (unsigned i = 0; i < 3; i++) { /* an estimate: whatever it leaves is filled, too */
		char name[16] = {'b', 'i', 'g', (char)('0' + i), 0};

		assert_int_equal(nt_free_bytes(b->vol, &room, NULL), 0);
		(void)nt_file_create(
			b->vol, root, name, "", 0, (size_t)(room - room / 16), &made, NULL);
	}
	assert_true(room < 512 << 10);
	assert_int_equal(nt_raw_open_plain(b->mem, &raw, NULL), 0);
	assert_int_equal(nt_redo_places(raw, places, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_int_equal(places[0], b->vol->dev.redo.off_bytes);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_redo__any_write_torn__read_as_it_will_end_and_ended),
		T(test_redo__log_written_since__not_believed),
		T(test_redo__a_sector_of_it_written_since__not_believed),
		T(test_redo__header_changed__not_believed),
		T(test_redo__kept_in_part__nothing_was_begun),
		T(test_redo__row_beside_the_sectors_or_the_volume__not_believed),
		T(test_redo__flag_off__not_carried_out),
		T(test_redo__no_room_for_it__written_without_and_left_to_chkdsk),
		T(test_redo__step_too_large_for_it__the_one_before_is_forgotten_first),
		T(test_redo__flag_on__one_sector_and_then_one_of_the_copy),
		T(test_redo__flag_off__the_copy_first),
		T(test_redo__only_the_flag_differs_from_the_copy__can_be_written),
		T(test_redo__ended__forgotten),
		T(test_redo__cut_and_flag_still_on__kept_for_the_next_run),
		T(test_redo__volume_filled__the_place_is_not_taken),
	};

	return cmocka_run_group_tests_name("redo", tests, NULL, NULL);
}

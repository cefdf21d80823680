/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "check_help.h"

#include <stdio.h>
#include <string.h>

#include "../../layers/layers.h"

#define LINKS 30U

struct ch_world ch;

static uint64_t find(struct nt_vol *vol, const char *path)
{
	uint64_t ref = 0;

	if (nt_lookup(vol, path, &ref, NULL) < 0)
		fail_msg("%s", path);
	return NT_REF_RECORD(ref);
}

int ch_make(void **state)
{
	struct nt_vol *vol = NULL;
	char name[64];

	(void)state;
	vh_make(&ch.image, 16, CH_CLUSTER, CH_SECTOR);
	vh_add(&ch.image, "/", "dir", -1);
	vh_add(&ch.image, "/dir", "file.bin", 20000);
	vh_add(&ch.image, "/", "second.bin", 20000);
	vh_add(&ch.image, "/", "big", -1);
	vh_add_many(&ch.image, "/big", "name%03u.txt", 120);
	vh_add(&ch.image, "/dir", "linked.bin", 20000);
	for (unsigned i = 0; i < LINKS; i++) {
		(void)snprintf(name, sizeof(name), "one more name of it, number %02u.sys", i);
		vh_add_link(&ch.image, "/dir/linked.bin", "/big", name);
	}
	vh_filled(&ch.image);
	ch.mem = vh_load(&ch.image);
	ch.p = lay_mem_bytes(ch.mem);
	ch.size = (size_t)ch.mem->size_bytes;
	ch.clean = malloc(ch.size);
	assert_non_null(ch.clean);
	memcpy(ch.clean, ch.p, ch.size);
	ch.mft = rs_le64(ch.p + 0x30) * CH_CLUSTER;
	assert_int_equal(nt_vol_open(ch.mem, 0, &vol, NULL), 0);
	ch.file = find(vol, "/dir/file.bin");
	ch.second = find(vol, "/second.bin");
	ch.dir = find(vol, "/dir");
	ch.big = find(vol, "/big");
	ch.in_big = find(vol, "/big/name060.txt");
	ch.linked = find(vol, "/dir/linked.bin");
	return nt_vol_close(vol, NULL);
}

int ch_remove(void **state)
{
	(void)state;
	blk_close(ch.mem);
	free(ch.clean);
	vh_remove(&ch.image);
	return 0;
}

/* ---- bytes of the volume; the edits stay off the words that fixups cover ---- */

uint8_t *ch_record(uint64_t number)
{
	return ch.p + ch.mft + number * CH_RECORD;
}

uint8_t *ch_attribute(uint64_t number, uint32_t type)
{
	uint8_t *rec = ch_record(number);
	size_t at = rs_le16(rec + 0x14);

	while (rs_le32(rec + at) != type) {
		assert_int_not_equal(rs_le32(rec + at), UINT32_MAX);
		at += rs_le32(rec + at + 4);
	}
	return rec + at;
}

/* Where the first run of an attribute is. */
uint8_t *ch_contents(uint64_t number, uint32_t type)
{
	struct nt_raw *raw = NULL;
	struct nt_stream s = {0};
	bool is_index = type == NT_AT_INDEX_ALLOCATION;

	assert_int_equal(nt_raw_open(ch.mem, &raw, NULL), 0);
	assert_int_equal(
		nt_stream_open(raw, number, (int)type, is_index ? "$I30" : "", &s, NULL), 0);
	assert_true(s.runs.n && s.runs.v[0].lcn != NT_HOLE);
	uint8_t *p = ch.p + s.runs.v[0].lcn * CH_CLUSTER;
	nt_stream_done(&s);
	nt_raw_close(raw);
	return p;
}

/* A change that is none: the file's times. */
void ch_touch(uint64_t number)
{
	ch_attribute(number, NT_AT_STANDARD_INFORMATION)[0x18] ^= 1;
}

/* ---- the plan ---- */

void ch_plan(void)
{
	size_t n = 0;

	for (size_t at = 0; at < ch.size; at += CH_SECTOR) {
		if (memcmp(ch.p + at, ch.clean + at, CH_SECTOR) == 0)
			continue;
		size_t from = at / CH_RECORD * CH_RECORD, len = CH_RECORD;
		if (memcmp(ch.p + at / CH_CLUSTER * CH_CLUSTER, "INDX", 4) == 0) {
			from = at / CH_CLUSTER * CH_CLUSTER;
			len = CH_CLUSTER;
		}
		if (n && ch.blocks[n - 1].off_bytes + ch.blocks[n - 1].len_bytes > at)
			continue;
		assert_true(n < sizeof(ch.blocks) / sizeof(ch.blocks[0]));
		ch.blocks[n++] = (struct nt_replay_block){.off_bytes = from,
			.len_bytes = (uint32_t)len,
			.before = ch.clean + from,
			.after = ch.p + from};
	}
	ch.plan.blocks = ch.blocks;
	ch.plan.n_blocks = n;
}

unsigned ch_judge(const struct ch_damage *damages, size_t n)
{
	unsigned bad = 0;

	for (size_t i = 0; i < n; i++) {
		const struct ch_damage *d = &damages[i];
		struct rs_err err = {0};
		memcpy(ch.p, ch.clean, ch.size);
		ch.plan = (struct nt_replay){0};
		d->make();
		ch_plan();
		int r = nt_vol_trust_replay(ch.mem, &ch.plan, &err);
		bool is_right = d->words ? r < 0 && strstr(err.detail, d->words) : r == 0;
		if (!is_right)
			print_message("%s: %d %s\n", d->name, r, err.detail);
		bad += !is_right;
	}
	memcpy(ch.p, ch.clean, ch.size);
	return bad;
}

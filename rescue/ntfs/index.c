/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names in a folder's index, for the few look-ups that must work without libntfs-3g. */
#include <string.h>

#include "ntfs/raw_internal.h"

#define ROOT_HEADER	0x10U /* index header in $INDEX_ROOT */
#define BLOCK_HEADER	0x18U /* index header in an INDX block */
#define ENTRY_BYTES	0x10U
#define ENTRY_IS_LAST	2U
#define BITMAP_MAX	(1U << 20)
#define BLOCKS_UNMARKED 65536U /* looked at when the bitmap cannot be read */
#define NAME_OF_INDEX	"$I30"

struct walk {
	bool (*fn)(void *user, uint64_t ref, const struct nt_file_name *name);
	void *user;
	unsigned damaged;
	bool is_stopped;
};

/* The entries behind an index header at @header; false when they are malformed. */
static bool walk_entries(struct walk *w, struct rs_view v, size_t header)
{
	uint32_t first, used;
	struct rs_view all;

	if (!rs_view_u32(v, header, &first) || !rs_view_u32(v, header + 4, &used) ||
		!rs_view_sub(v, header, used, &all))
		return false;
	for (size_t pos = first; !w->is_stopped;) {
		struct rs_view e;
		struct nt_file_name name;
		uint16_t len;
		if (!rs_view_u16(all, pos + 8, &len) || len < ENTRY_BYTES || len % 8 ||
			!rs_view_sub(all, pos, len, &e))
			return false;
		if (rs_le16(e.p + 0xC) & ENTRY_IS_LAST)
			return true;
		struct rs_view key;
		if (!rs_view_sub(e, ENTRY_BYTES, rs_le16(e.p + 0xA), &key) ||
			!nt_file_name_parse(key, &name))
			return false;
		w->is_stopped = !w->fn(w->user, rs_le64(e.p), &name);
		pos += len;
	}
	return true;
}

static bool walk_block(struct walk *w, uint8_t *block, size_t len)
{
	if (memcmp(block, "INDX", 4) != 0 || nt_fixup(block, len))
		return false;
	return walk_entries(w, (struct rs_view){block, len}, BLOCK_HEADER);
}

/* All blocks that the index's bitmap marks. */
static int walk_blocks(struct nt_raw *raw, uint64_t number, uint32_t block_bytes, struct walk *w,
	struct rs_err *err)
{
	auto_nt_stream struct nt_stream s = {0};
	auto_free uint8_t *bitmap = NULL;
	size_t bitmap_len = 0, got;

	int r = nt_stream_open(raw, number, NT_AT_INDEX_ALLOCATION, NAME_OF_INDEX, &s, err);
	if (r == RS_E_NO_SUCH_FILE)
		return 0; /* small: all in the root */
	if (r < 0)
		return r;
	uint64_t n = nt_stream_there(raw, &s) / block_bytes;
	if (nt_raw_read_all(raw, number, NT_AT_BITMAP, NAME_OF_INDEX, BITMAP_MAX, &bitmap,
		    &bitmap_len, NULL) < 0) {
		w->damaged++;
		n = n < BLOCKS_UNMARKED ? n : BLOCKS_UNMARKED;
	} else if (n > 8ULL * bitmap_len) {
		n = 8ULL * bitmap_len;
	}
	auto_free uint8_t *block = malloc(NT_INDEX_MAX);
	if (!block)
		return rs_fail(err, RS_E_MEMORY, "index");
	for (uint64_t i = 0; i < n && !w->is_stopped; i++) {
		if (bitmap && !(bitmap[i / 8] >> (i % 8) & 1))
			continue;
		if (nt_stream_read(raw, &s, i * block_bytes, block, block_bytes, &got, NULL) < 0 ||
			got != block_bytes || !walk_block(w, block, block_bytes))
			w->damaged++;
	}
	return 0;
}

int nt_index_each(struct nt_raw *raw, uint64_t number,
	bool (*fn)(void *user, uint64_t ref, const struct nt_file_name *name), void *user,
	unsigned *ret_damaged, struct rs_err *err)
{
	struct walk w = {.fn = fn, .user = user};
	auto_free uint8_t *root = NULL;
	uint32_t block_bytes;
	size_t len = 0;

	int r = nt_raw_read_all(
		raw, number, NT_AT_INDEX_ROOT, NAME_OF_INDEX, NT_INDEX_MAX, &root, &len, err);
	if (r < 0)
		return r;
	struct rs_view v = {root, len};
	if (!rs_view_u32(v, 8, &block_bytes) || block_bytes < NT_STRIDE_BYTES ||
		block_bytes > NT_INDEX_MAX || block_bytes % NT_STRIDE_BYTES)
		return rs_fail_on(err, RS_E_NTFS_DAMAGED, raw->src->name,
			"MFT record %llu: size of an index block", (unsigned long long)number);
	if (!walk_entries(&w, v, ROOT_HEADER))
		w.damaged++;
	if (!w.is_stopped)
		r = walk_blocks(raw, number, block_bytes, &w, err);
	*ret_damaged = w.damaged;
	return r;
}

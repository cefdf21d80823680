/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The drop of an image to resume from, as a plan of one page: written, read back and taken back
 * like that of a journal. */
#include <string.h>

#include "act/replay.h"
#include "ntfs/raw.h"

/* One block for each piece of the page, in the order on the disk. */
static int add_block(struct nt_replay *p, uint64_t off_bytes, const uint8_t *before, uint32_t len,
	struct rs_err *err)
{
	uint8_t *bytes = calloc(2, len); /* before and after in one, the second half zeros */
	size_t at = p->n_blocks;

	if (!bytes)
		return rs_fail(err, RS_E_MEMORY, "plan");
	memcpy(bytes, before, len);
	while (at > 0 && p->blocks[at - 1].off_bytes > off_bytes) {
		p->blocks[at] = p->blocks[at - 1];
		at--;
	}
	p->blocks[at] = (struct nt_replay_block){
		.off_bytes = off_bytes, .len_bytes = len, .before = bytes, .after = bytes + len};
	p->n_blocks++;
	p->bytes += len;
	return 0;
}

static int make(const struct nt_hiber_page *page, struct nt_replay **ret, struct rs_err *err)
{
	auto_replay struct nt_replay *p = calloc(1, sizeof(*p));
	uint32_t at = 0;
	int r = 0;

	if (!p || !(p->blocks = calloc(NT_HIBER_PIECES, sizeof(*p->blocks))))
		return rs_fail(err, RS_E_MEMORY, "plan");
	for (unsigned i = 0; r == 0 && i < page->n; at += page->len_bytes[i++])
		r = add_block(p, page->off_bytes[i], page->bytes + at, page->len_bytes[i], err);
	if (r == 0)
		*ret = rs_steal(p);
	return r;
}

/* The volume as it will be then: nothing but its journal may speak against writing to it. */
static int foresee(struct blk *top, const struct nt_replay *p, struct rs_err *err)
{
	auto_blk struct blk *seen = NULL;
	auto_nt_raw struct nt_raw *raw = NULL;
	struct nt_state end = {0};
	int r = nt_replay_overlay(top, p, &seen, err);

	if (r == 0)
		r = nt_raw_open(seen, &raw, err);
	if (r == 0)
		r = nt_state_read(raw, &end, err);
	if (r < 0)
		return r;
	if (end.is_hibernated)
		return rs_fail_on(err, RS_E_HIBERNATED, top->name, "%s", end.hibernation);
	return end.can_write || end.refusal_code == RS_E_LOG_UNCLEAN
		       ? 0
		       : rs_fail_on(err, end.refusal_code, top->name, "%s", end.refusal);
}

int hibernation_plan(struct blk *top, struct nt_replay **ret, struct rs_err *err)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	auto_replay struct nt_replay *p = NULL;
	struct nt_hiber_page page = {0};
	int r = nt_raw_open(top, &raw, err);

	if (r == 0)
		r = nt_hibernation_page(raw, &page, err);
	if (r == 0)
		r = make(&page, &p, err);
	if (r == 0)
		r = foresee(top, p, err);
	if (r == 0)
		*ret = rs_steal(p);
	return r;
}

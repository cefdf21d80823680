/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plan onto the disk, and back. The order is the promise: until the restart pages are written the
 * log is open and a second run replays it; after them everything else is there. */
#include <inttypes.h>
#include <string.h>

#include "ntfslog/replay_internal.h"

#define MIRROR	    1U
#define RESTART_2ND 2U
#define RESTART_1ST 3U

static const unsigned order[] = {NT_RP_FIRST, 0, MIRROR, RESTART_2ND, RESTART_1ST};
static const unsigned order_back[] = {RESTART_1ST, RESTART_2ND, MIRROR, 0, NT_RP_FIRST};
#define STAGES (sizeof(order) / sizeof(order[0]))

enum found { FOUND_BEFORE, FOUND_AFTER, FOUND_TORN, FOUND_OTHER };

/* What lies at a block's place now. Torn: each byte is of the one or of the other. */
static enum found look(const struct nt_replay_block *b, const uint8_t *now)
{
	if (memcmp(now, b->before, b->len_bytes) == 0)
		return FOUND_BEFORE;
	if (memcmp(now, b->after, b->len_bytes) == 0)
		return FOUND_AFTER;
	for (uint32_t i = 0; i < b->len_bytes; i++)
		if (now[i] != b->before[i] && now[i] != b->after[i])
			return FOUND_OTHER;
	return FOUND_TORN;
}

static size_t longest(const struct nt_replay *p)
{
	size_t n = 1;

	for (size_t i = 0; i < p->n_blocks; i++)
		n = p->blocks[i].len_bytes > n ? p->blocks[i].len_bytes : n;
	return n;
}

static int find(struct blk *src, const struct nt_replay_block *b, uint8_t *buf, enum found *ret,
	struct rs_err *err)
{
	int r = blk_read(src, b->off_bytes, buf, b->len_bytes, err);

	if (r == 0)
		*ret = look(b, buf);
	return r;
}

static int changed(
	struct blk *src, const struct nt_replay_block *b, const char *how, struct rs_err *err)
{
	return rs_fail_on(err, RS_E_CHANGED, src->name, "%" PRIu32 " bytes at %" PRIu64 " are %s",
		b->len_bytes, b->off_bytes, how);
}

/* Every block is one that this plan knows. Nothing is written before all were looked at. */
static int compare(struct blk *src, const struct nt_replay *p, bool may_be_torn, uint8_t *buf,
	struct rs_err *err)
{
	for (size_t i = 0; i < p->n_blocks; i++) {
		enum found f = FOUND_OTHER;
		int r = find(src, &p->blocks[i], buf, &f, err);
		if (r < 0)
			return r;
		if (f == FOUND_OTHER)
			return changed(src, &p->blocks[i],
				"neither those before nor those after the replay", err);
		if (f == FOUND_TORN && !may_be_torn)
			return changed(src, &p->blocks[i], "written in part", err);
	}
	return 0;
}

static int write_stage(struct blk *src, const struct nt_replay *p, unsigned stage, bool is_back,
	uint8_t *buf, struct rs_err *err)
{
	for (size_t i = 0; i < p->n_blocks; i++) {
		const struct nt_replay_block *b = &p->blocks[i];
		enum found f = FOUND_OTHER;
		if (b->stage != stage)
			continue;
		int r = find(src, b, buf, &f, err);
		if (r < 0)
			return r;
		if (f == (is_back ? FOUND_BEFORE : FOUND_AFTER))
			continue;
		r = blk_write(src, b->off_bytes, is_back ? b->before : b->after, b->len_bytes, err);
		if (r < 0)
			return r;
	}
	/* also what an earlier run wrote may not be on stable storage yet */
	return blk_flush(src, err);
}

static int verify(
	struct blk *src, const struct nt_replay *p, bool is_back, uint8_t *buf, struct rs_err *err)
{
	for (size_t i = 0; i < p->n_blocks; i++) {
		const struct nt_replay_block *b = &p->blocks[i];
		int r = blk_read(src, b->off_bytes, buf, b->len_bytes, err);
		if (r < 0)
			return r;
		if (memcmp(buf, is_back ? b->before : b->after, b->len_bytes) != 0)
			return rs_fail_on(err, RS_E_VERIFY, src->name,
				"%" PRIu32 " bytes at %" PRIu64 " read back differently",
				b->len_bytes, b->off_bytes);
	}
	return 0;
}

static int refused(struct blk *src, const struct nt_replay *p, struct rs_err *err)
{
	if (p->refusal.code)
		return rs_err_pass(err, p->refusal.code, &p->refusal);
	if (src->is_read_only)
		return rs_fail_on(err, RS_E_READ_ONLY, src->name, "opened for reading only");
	return 0;
}

int nt_replay_compare(struct blk *src, const struct nt_replay *p, struct rs_err *err)
{
	auto_free uint8_t *buf = malloc(longest(p));

	return buf ? compare(src, p, true, buf, err)
		   : rs_fail_on(err, RS_E_MEMORY, src->name, "block of the journal's plan");
}

/* The plan onto the disk, or (@is_back) what was there before it. */
static int run(struct blk *src, const struct nt_replay *p, bool is_back, bool may_be_torn,
	const struct rs_task *task, struct rs_err *err)
{
	int r = refused(src, p, err);

	if (r < 0)
		return r;
	auto_free uint8_t *buf = malloc(longest(p));
	if (!buf)
		return rs_fail_on(err, RS_E_MEMORY, src->name, "block of the journal's plan");
	if (!rs_task_step(task, "journal", 0, STAGES))
		return rs_fail_on(err, RS_E_CANCELLED, src->name, "%s", "");
	r = compare(src, p, may_be_torn, buf, err);
	for (unsigned i = 0; r == 0 && i < STAGES; i++) {
		r = write_stage(src, p, is_back ? order_back[i] : order[i], is_back, buf, err);
		/* once begun it goes on to the end: that is the state nobody has to finish */
		(void)rs_task_step(task, "journal", i + 1, STAGES);
	}
	return r < 0 ? r : verify(src, p, is_back, buf, err);
}

int nt_replay_apply(struct blk *src, const struct nt_replay *p, bool is_resume,
	const struct rs_task *task, struct rs_err *err)
{
	return run(src, p, false, is_resume, task, err);
}

int nt_replay_revert(struct blk *src, const struct nt_replay *p, struct rs_err *err)
{
	/* a block that a cut tore is put right by its before bytes as well */
	return run(src, p, true, true, NULL, err);
}

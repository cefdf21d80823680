/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A replay onto the disk, its end, and the way back. */
#include "act/replay.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <string.h>

#include "ntfswrite/vol.h"

#define MFT_CHUNK (1U << 20)

RS_DEFINE_AUTO(EVP_MD_CTX *, EVP_MD_CTX_free);

static int hash_mft(struct nt_raw *raw, const struct rs_task *task, EVP_MD_CTX *md, uint8_t *buf,
	struct rs_err *err)
{
	uint64_t size = 0, off = 0;
	int r = nt_raw_size(raw, 0, NT_AT_DATA, "", &size, err);

	/* what was never written is zeros, and no part of any file */
	if (r == 0 && size > nt_raw_geometry(raw)->volume_bytes)
		r = rs_fail(
			err, RS_E_NTFS_DAMAGED, "$MFT says that it has %" PRIu64 " bytes", size);
	while (r == 0 && off < size) {
		size_t len = 0;
		if (!rs_task_step(task, "journal", off, size))
			return rs_fail(err, RS_E_CANCELLED, "%s", "");
		r = nt_raw_read(raw, 0, NT_AT_DATA, "", off, buf, MFT_CHUNK, &len, err);
		if (r == 0 && !len)
			return rs_fail(err, RS_E_NTFS_DAMAGED, "$MFT ends at %" PRIu64, off);
		if (r == 0 && EVP_DigestUpdate(md, buf, len) != 1)
			return rs_fail(err, RS_E_BUG, "SHA-256");
		off += len;
	}
	return r;
}

/* Of the whole $MFT as it is after @p. */
static int hash_after(struct blk *top, const struct nt_replay *p, const struct rs_task *task,
	uint8_t ret[32], struct rs_err *err)
{
	__attribute__((cleanup(EVP_MD_CTX_free_auto))) EVP_MD_CTX *md = EVP_MD_CTX_new();
	auto_blk struct blk *seen = NULL;
	auto_nt_raw struct nt_raw *raw = NULL; /* closed before what it reads */
	auto_free uint8_t *buf = malloc(MFT_CHUNK);
	unsigned len = 0;

	if (!buf || !md || EVP_DigestInit_ex(md, EVP_sha256(), NULL) != 1)
		return rs_fail_on(err, RS_E_MEMORY, top->name, "hash of $MFT");
	int r = nt_replay_overlay(top, p, &seen, err);
	if (r == 0)
		r = nt_raw_open(seen, &raw, err);
	if (r == 0)
		r = hash_mft(raw, task, md, buf, err);
	if (r == 0 && (EVP_DigestFinal_ex(md, ret, &len) != 1 || len != 32))
		r = rs_fail(err, RS_E_BUG, "SHA-256");
	return r;
}

int replay_write(struct blk *top, struct replay *p, const struct replay_place *place,
	const struct rs_task *task, struct rs_err *err)
{
	const uint64_t before = top->n_writes;
	int r = hash_after(top, p->plan, task, p->mft_sha256, err);

	if (r == 0)
		r = replay_save(p, place, err);
	if (r < 0)
		return r;
	r = nt_replay_apply(top, p->plan, false, task, err);
	if (r < 0 && top->n_writes == before) /* the plan is of no use */
		(void)unlink(place->path);
	return r;
}

/* ---- from a saved plan ---- */

/* Was anything written since but this plan? A block of it that has other bytes is found when it is
 * compared; what lies elsewhere changes $MFT. */
static int check_mft(
	struct blk *top, const struct replay *p, const struct rs_task *task, struct rs_err *err)
{
	uint8_t now[32];
	int r = hash_after(top, p->plan, task, now, err);

	if (r == 0 && memcmp(now, p->mft_sha256, sizeof(now)) != 0)
		r = rs_fail_on(err, RS_E_REPLAY_CHANGED, top->name,
			"files were written to it since the plan was made");
	return r;
}

/* The state that a file's plan would leave, in memory. */
static int foresee(struct blk *top, const struct replay *saved, bool is_back, struct nt_state *ret,
	struct rs_err *err)
{
	const struct nt_replay *p = saved->plan;
	auto_blk struct blk *seen = NULL;
	auto_nt_raw struct nt_raw *raw = NULL;
	int r = nt_replay_overlay(top, p, &seen, err);

	for (size_t i = 0; r == 0 && is_back && i < p->n_blocks; i++)
		r = blk_overlay_put(seen, p->blocks[i].off_bytes, p->blocks[i].before,
			p->blocks[i].len_bytes, err);
	if (r == 0)
		r = nt_raw_open(seen, &raw, err);
	if (r == 0)
		r = nt_state_read(raw, ret, err);
	return r < 0 || is_back || saved->is_hibernation ? r : nt_vol_trust_replay(seen, p, err);
}

/* A checksum tells damage from a plan, not a plan from a forgery: what it would leave is looked at
 * before the first byte is written. */
static int check_end(struct blk *top, const struct replay *saved, const char *path, bool is_back,
	struct rs_err *err)
{
	struct nt_state end = {0};
	struct rs_err why = {0};
	int r = foresee(top, saved, is_back, &end, &why);

	if (rs_err_unread(r))
		return rs_err_pass(err, r, &why);
	if (r < 0)
		return rs_fail_on(err, RS_E_REPLAY_PLAN, path,
			"it would leave a volume that is not sound: %s", why.detail);
	if (saved->is_hibernation)
		return end.is_hibernated == is_back
			       ? 0
			       : rs_fail_on(err, RS_E_REPLAY_PLAN, path,
					 "it would leave a volume that is not as it says: %s",
					 end.hibernation);
	if ((end.log == NT_LOG_CLEAN) == is_back)
		return rs_fail_on(err, RS_E_REPLAY_PLAN, path,
			"it would leave a journal that is %s", nt_log_state_text(end.log));
	return 0;
}

int replay_write_saved(struct blk *top, const struct replay *p, const char *path, bool is_back,
	const struct rs_task *task, struct rs_err *err)
{
	struct rs_err why = {0};
	int r = check_mft(top, p, task, &why);

	if (r == 0)
		r = nt_replay_compare(top, p->plan, &why);
	if (r == 0)
		r = check_end(top, p, path, is_back, &why);
	if (r == 0)
		r = is_back ? nt_replay_revert(top, p->plan, &why)
			    : nt_replay_apply(top, p->plan, true, task, &why);
	if (r == RS_E_CHANGED)
		return rs_fail_on(err, RS_E_REPLAY_CHANGED, top->name, "%s", why.detail);
	return r < 0 ? rs_err_pass(err, r, &why) : 0;
}

int replay_verify(struct blk *top, const struct replay *p, bool is_back, struct rs_err *err)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	struct nt_state state = {0};
	int r = nt_raw_open(top, &raw, err);

	if (r == 0)
		r = nt_state_read(raw, &state, err);
	if (r == 0 && p->is_hibernation)
		return state.is_hibernated == is_back
			       ? nt_replay_compare(top, p->plan, err)
			       : rs_fail(err, RS_E_VERIFY, "hiberfil.sys: %s", state.hibernation);
	if (r == 0 && (state.log == NT_LOG_CLEAN) == is_back)
		r = rs_fail(err, RS_E_VERIFY, "the journal is %s", nt_log_state_text(state.log));
	return r < 0 || is_back ? r : nt_vol_trust_replay(top, p->plan, err);
}

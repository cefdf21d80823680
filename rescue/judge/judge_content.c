/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conditions on one file: times, size, contents. */
#include <inttypes.h>
#include <openssl/evp.h>
#include <string.h>

#include "core/text.h"
#include "judge/judge_internal.h"

#define HASH_CHUNK 65536U
#define HOLES_MOST                                                                                 \
	(1ULL << 30) /* zeros that no cluster holds: a hash of terabytes of them says nothing */

RS_DEFINE_AUTO(EVP_MD_CTX *, EVP_MD_CTX_free);

static int hash_file(struct nt_file *f, const struct rs_task *task, EVP_MD_CTX *md,
	bool *ret_is_all_zero, struct rs_err *err)
{
	auto_free uint8_t *buf = malloc(HASH_CHUNK);
	uint64_t size = nt_file_size(f);
	bool is_all_zero = true;

	if (!buf)
		return rs_fail(err, RS_E_MEMORY, "hash");
	for (uint64_t off = 0; off < size;) {
		size_t len = 0;
		if (!rs_task_goes_on(task)) /* what was never written is not read either */
			return rs_fail(err, RS_E_CANCELLED, "while it was hashed");
		int r = nt_file_read(f, off, buf, HASH_CHUNK, &len, err);
		if (r < 0)
			return r;
		if (!len)
			return rs_fail(err, RS_E_NTFS_DAMAGED,
				"the data end at byte %" PRIu64 " of %" PRIu64, off, size);
		if (EVP_DigestUpdate(md, buf, len) != 1)
			return rs_fail(err, RS_E_BUG, "SHA-256");
		is_all_zero = is_all_zero && rs_is_zero(buf, len);
		off += len;
	}
	*ret_is_all_zero = is_all_zero;
	return 0;
}

/* A sparse file of terabytes is sound, and so is one that a record says is larger than any disk. */
static int can_be_there(struct nt_vol *vol, uint64_t ref, struct rs_err *err)
{
	const uint64_t most = nt_vol_source(vol)->size_bytes;
	struct nt_stat s;
	int r = nt_stat(vol, ref, &s, err);

	if (r < 0)
		return r;
	uint64_t there = s.is_compressed ? most : s.allocated_bytes;
	there = there < most ? there : most;
	if (s.size_bytes > there && s.size_bytes - there > HOLES_MOST)
		return rs_fail(err, RS_E_UNSUPPORTED,
			"%" PRIu64 " bytes, of which at most %" PRIu64 " are on the disk",
			s.size_bytes, there);
	return 0;
}

int judge_hash(struct nt_vol *vol, uint64_t ref, uint8_t ret[32], bool *ret_is_all_zero,
	struct rs_err *err)
{
	auto_nt_file struct nt_file *f = NULL;
	__attribute__((cleanup(EVP_MD_CTX_free_auto))) EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool is_all_zero = false;
	unsigned len = 0;

	if (!md || EVP_DigestInit_ex(md, EVP_sha256(), NULL) != 1)
		return rs_fail(err, RS_E_MEMORY, "SHA-256");
	int r = can_be_there(vol, ref, err);
	if (r == 0)
		r = nt_file_open(vol, ref, "", &f, err);
	if (r == 0)
		r = hash_file(f, nt_vol_source(vol)->task, md, &is_all_zero, err);
	if (r < 0)
		return r;
	if (EVP_DigestFinal_ex(md, ret, &len) != 1 || len != 32)
		return rs_fail(err, RS_E_BUG, "SHA-256");
	*ret_is_all_zero = is_all_zero;
	return 0;
}

void judge_probe_hash(struct judge_ctx *ctx, struct judge_probe *p)
{
	if (p->is_hash_tried)
		return;
	p->is_hash_tried = true;
	(void)judge_hash(ctx->vol, p->stat.ref, p->sha256, &p->is_all_zero, &p->hash_err);
}

static void probe_pe(struct judge_ctx *ctx, struct judge_probe *p)
{
	auto_nt_file struct nt_file *f = NULL;

	if (p->is_pe_tried)
		return;
	p->is_pe_tried = true;
	if (nt_file_open(ctx->vol, p->stat.ref, "", &f, &p->pe_err) < 0)
		return;
	struct win_src src = win_src_file(f);
	(void)win_pe_read(&src, &p->pe, &p->pe_err);
}

static enum judge_truth truth(bool is_so)
{
	return is_so ? JUDGE_YES : JUDGE_NO;
}

void judge_probe_unread(struct judge_ctx *ctx, struct judge_probe *p, const struct rs_err *e,
	const char *between, char **why)
{
	judge_add(ctx, why, between, "contents not readable (%s%s%s)", rs_err_info(e->code)->text,
		e->detail[0] ? ": " : "", e->detail);
	p->is_unread_told = true;
}

static enum judge_truth unreadable(
	struct judge_ctx *ctx, struct judge_probe *p, const struct rs_err *e, char **why)
{
	judge_probe_unread(ctx, p, e, ", ", why);
	return JUDGE_UNKNOWN;
}

/* ---- times and sizes ---- */

static enum judge_truth cond_time(
	struct judge_ctx *ctx, const struct rule_cond *c, struct judge_probe *p, char **why)
{
	bool is_created = c->kind == RULE_CREATED_FROM || c->kind == RULE_CREATED_BEFORE;
	bool wants_before = c->kind == RULE_MODIFIED_BEFORE || c->kind == RULE_CREATED_BEFORE;
	uint64_t time = is_created ? p->stat.created : p->stat.modified;
	bool is_before = time < c->number;
	char found[RS_TIME_LEN], limit[RS_TIME_LEN];

	rs_filetime_text(time, found);
	rs_filetime_text(c->number, limit);
	if (time == 0) { /* never set: says nothing */
		judge_add(ctx, why, ", ", "no time when it was %s",
			is_created ? "created" : "modified");
		return JUDGE_UNKNOWN;
	}
	judge_add(ctx, why, ", ",
		is_created  ? is_before ? "created %s, before %s" : "created %s, not before %s"
		: is_before ? "modified %s, before %s"
			    : "modified %s, not before %s",
		found, limit);
	return truth(is_before == wants_before);
}

static enum judge_truth cond_size(
	struct judge_ctx *ctx, const struct rule_cond *c, struct judge_probe *p, char **why)
{
	bool wants_min = c->kind == RULE_SIZE_MIN;
	uint64_t size = p->stat.size_bytes;
	bool is_so = wants_min ? size >= c->number : size <= c->number;

	judge_add(ctx, why, ", ", "%" PRIu64 " %s, %s %" PRIu64, size,
		rs_form(size, "byte", "bytes"), wants_min == is_so ? "at least" : "at most",
		c->number);
	return truth(is_so);
}

/* ---- contents ---- */

static enum judge_truth cond_hash(
	struct judge_ctx *ctx, const struct rule_cond *c, struct judge_probe *p, char **why)
{
	bool is_so = false;

	judge_probe_hash(ctx, p);
	if (p->hash_err.code)
		return unreadable(ctx, p, &p->hash_err, why);
	if (c->kind == RULE_ALL_ZERO) {
		judge_add(ctx, why, ", ", "%s",
			p->is_all_zero && !p->stat.size_bytes ? "empty"
			: p->is_all_zero		      ? "all bytes are zero"
							      : "not all bytes are zero");
		return truth(p->is_all_zero == (c->number != 0));
	}
	for (size_t i = 0; i < c->n_any; i++)
		is_so = is_so || memcmp(c->any[i].bytes, p->sha256, sizeof(p->sha256)) == 0;
	judge_add(ctx, why, ", ", "%s",
		is_so ? "its SHA-256 is listed" : "its SHA-256 is not listed");
	return truth(is_so);
}

static enum judge_truth cond_magic(
	struct judge_ctx *ctx, const struct rule_cond *c, struct judge_probe *p, char **why)
{
	auto_nt_file struct nt_file *f = NULL;
	struct rs_err err = {0};
	uint8_t buf[32];
	bool is_so = false;

	if (nt_file_open(ctx->vol, p->stat.ref, "", &f, &err) < 0)
		return unreadable(ctx, p, &err, why);
	for (size_t i = 0; i < c->n_any && !is_so; i++) {
		size_t len = 0;
		if (nt_file_read(f, c->any[i].number, buf, c->any[i].len, &len, &err) < 0)
			return unreadable(ctx, p, &err, why);
		is_so = len == c->any[i].len && memcmp(buf, c->any[i].bytes, len) == 0;
	}
	judge_add(ctx, why, ", ", "%s", is_so ? "the magic bytes are there" : "other magic bytes");
	return truth(is_so);
}

static enum judge_truth cond_version(
	struct judge_ctx *ctx, const struct rule_cond *c, struct judge_probe *p, char **why)
{
	uint64_t version = 0;
	bool is_listed = false;

	probe_pe(ctx, p);
	if (p->pe_err.code)
		return unreadable(ctx, p, &p->pe_err, why);
	if (c->kind == RULE_IS_PE) {
		judge_add(ctx, why, ", ", "%s",
			p->pe.is_pe ? "a program file" : "not a program file");
		return truth(p->pe.is_pe == (c->number != 0));
	}
	if (!p->pe.has_version) {
		judge_add(ctx, why, ", ", "no file version");
		return JUDGE_UNKNOWN;
	}
	for (unsigned i = 0; i < 4; i++)
		version = version << 16 | p->pe.version[i];
	for (size_t i = 0; i < c->n_any; i++)
		is_listed = is_listed || c->any[i].number == version;
	bool is_below = version < c->number;
	judge_add(ctx, why, ", ", "file version %u.%u.%u.%u, %s", p->pe.version[0],
		p->pe.version[1], p->pe.version[2], p->pe.version[3],
		c->kind == RULE_VERSION ? (is_listed ? "listed" : "not listed")
		: is_below		? "below the rule's limit"
					: "not below the rule's limit");
	return truth(c->kind == RULE_VERSION	    ? is_listed
		     : c->kind == RULE_VERSION_FROM ? !is_below
						    : is_below);
}

static enum judge_truth cond_differs(
	struct judge_ctx *ctx, const struct rule_cond *c, struct judge_probe *p, char **why)
{
	auto_free char *path = judge_path_text(ctx, &c->path);
	struct judge_probe other = {0};
	struct rs_err err = {0};
	uint64_t ref = 0;

	int r = path ? nt_lookup(ctx->vol, path, &ref, &err) : RS_E_MEMORY;
	if (r == RS_E_NO_SUCH_FILE) {
		judge_add(ctx, why, ", ", "no %s to compare it with", path);
		return JUDGE_NO;
	}
	if (r < 0)
		return unreadable(ctx, p, &err, why);
	other.stat.ref = ref;
	judge_probe_hash(ctx, p);
	judge_probe_hash(ctx, &other);
	if (p->hash_err.code || other.hash_err.code)
		return unreadable(ctx, p, p->hash_err.code ? &p->hash_err : &other.hash_err, why);
	bool is_same = memcmp(p->sha256, other.sha256, sizeof(p->sha256)) == 0;
	judge_add(ctx, why, ", ", is_same ? "the same as %s" : "not the same as %s", path);
	return truth(!is_same);
}

/* Zeros that are there only because the journal does not hold small contents say nothing, neither
 * for a rule nor against it. */
static bool is_lost(struct judge_ctx *ctx, struct judge_probe *p)
{
	if (!p->stat.is_unlogged || !p->stat.size_bytes)
		return false;
	judge_probe_hash(ctx, p);
	return !p->hash_err.code && p->is_all_zero;
}

static const struct {
	enum judge_truth (*look)(struct judge_ctx *ctx, const struct rule_cond *c,
		struct judge_probe *p, char **why);
	bool is_cheap; /* told by the file's record */
} conds[] = {
	[RULE_MODIFIED_FROM] = {cond_time, true},
	[RULE_MODIFIED_BEFORE] = {cond_time, true},
	[RULE_CREATED_FROM] = {cond_time, true},
	[RULE_CREATED_BEFORE] = {cond_time, true},
	[RULE_SIZE_MIN] = {cond_size, true},
	[RULE_SIZE_MAX] = {cond_size, true},
	[RULE_SHA256] = {cond_hash, false},
	[RULE_ALL_ZERO] = {cond_hash, false},
	[RULE_IS_PE] = {cond_version, false},
	[RULE_MAGIC] = {cond_magic, false},
	[RULE_VERSION] = {cond_version, false},
	[RULE_VERSION_FROM] = {cond_version, false},
	[RULE_VERSION_BELOW] = {cond_version, false},
	[RULE_DIFFERS_FROM] = {cond_differs, false},
};

bool judge_cond_is_cheap(const struct rule_cond *c)
{
	return conds[c->kind].is_cheap;
}

enum judge_truth judge_cond(
	struct judge_ctx *ctx, const struct rule_cond *c, struct judge_probe *p, char **why)
{
	if (!judge_cond_is_cheap(c) && is_lost(ctx, p)) {
		judge_add(ctx, why, ", ", "%s",
			"reads as zeros only because the journal does not hold its contents");
		return JUDGE_UNKNOWN;
	}
	return conds[c->kind].look(ctx, c, p, why);
}

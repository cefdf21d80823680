/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "act/proof.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ntfswrite/security.h"

__attribute__((format(printf, 3, 4))) static int no(
	struct proof *p, const char *path, const char *fmt, ...)
{
	va_list ap;

	int n = snprintf(p->why, sizeof(p->why), "%.60s: ", path);
	va_start(ap, fmt);
	(void)vsnprintf(p->why + n, sizeof(p->why) - (size_t)n, fmt, ap);
	va_end(ap);
	p->is_ours = false;
	return 0;
}

static const char *wrong_kind(const struct nt_stat *s, bool is_dir)
{
	if (s->is_reparse)
		return "it is a reparse point";
	if (s->is_dir != is_dir)
		return s->is_dir ? "it is a folder" : "it is a file";
	if (!(s->attributes & QUARANTINE_ATTR))
		return "it lacks an attribute that Unbrick's have";
	if (s->links != 1)
		return "it has more than one name";
	return NULL;
}

int proof_of(struct nt_vol *vol, uint64_t ref, bool is_dir, const char *path, struct proof *ret,
	struct rs_err *err)
{
	auto_free uint8_t *sd = NULL;
	struct rs_err why = {0};
	struct nt_stat s;
	char reason[160];
	size_t len = 0;

	*ret = (struct proof){.is_ours = false};
	int r = nt_stat(vol, ref, &s, &why);
	if (r == 0) {
		const char *wrong = wrong_kind(&s, is_dir);
		if (wrong)
			return no(ret, path, "%s", wrong);
		r = nt_security_read(vol, ref, &sd, &len, &why);
	}
	if (rs_err_unread(r))
		return rs_err_pass(err, r, &why);
	if (r < 0)
		return no(ret, path, "its owner cannot be read (%.80s)", why.detail);
	if (!nt_security_is_ours((struct rs_view){sd, len}, is_dir, reason, sizeof(reason)))
		return no(ret, path, "%s", reason);
	ret->is_ours = true;
	return 0;
}

/* Names that mean something to us; what else lies there is never touched. */
static bool is_of_us(const char *name)
{
	return inside_is_our_file(name) || quarantine_is_shape(name, "dddd");
}

static int prove_members(struct nt_vol *vol, const char *path, const struct entries *e,
	struct proof *ret, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && ret->is_ours && i < e->n; i++) {
		char whole[PLAN_TOP_LEN + 64];
		bool is_dir = quarantine_is_shape(e->all[i].name, "dddd");
		(void)snprintf(whole, sizeof(whole), "%.56s\\%.24s", path, e->all[i].name);
		r = proof_of(vol, e->all[i].ref, is_dir, whole, ret, err);
	}
	return r;
}

int proof_of_quarantine(
	struct nt_vol *vol, const char *top, const char *id, struct proof *ret, struct rs_err *err)
{
	auto_entries struct entries e = {.wants = is_of_us};
	struct rs_err why = {0};
	char path[PLAN_PATH_BYTES];
	uint64_t ref;

	*ret = (struct proof){.is_ours = false};
	plan_path(top, id, "", path);
	int r = nt_lookup(vol, path, &ref, &why);
	if (r == 0)
		r = proof_of(vol, ref, true, path, ret, &why);
	if (r == 0 && ret->is_ours) {
		r = entries_read(vol, ref, &e, &why);
		if (r == 0 && e.is_more)
			return no(ret, path, "more lies in it than Unbrick makes");
		if (r == 0)
			r = prove_members(vol, path, &e, ret, &why);
	}
	if (rs_err_unread(r))
		return rs_err_pass(err, r, &why);
	return r < 0 ? no(ret, path, "it cannot be read (%.80s)", why.detail) : 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a finding tells of a file, of a source that has its path only. */
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/list.h"
#include "judge/judge_internal.h"
#include "judge/putback.h"

/* The folder that the name stands in. */
static int find_parent(struct nt_vol *vol, const char *path, uint64_t *ret, struct rs_err *err)
{
	const char *slash = strrchr(path, '\\');
	auto_free char *folder = strndup(path, slash ? (size_t)(slash - path) : 0);

	if (!folder)
		return rs_fail(err, RS_E_MEMORY, "path");
	return nt_lookup(vol, folder, ret, err);
}

/* What cannot be read (it has no data, is encrypted, lies on a bad place) could not be proven to be
 * whole after a move: told of only. */
static int hash(struct nt_vol *vol, uint64_t ref, struct finding *f, struct rs_err *err)
{
	struct rs_err why = {0};
	const int r = judge_hash(vol, ref, f->sha256, &f->is_all_zero, &why);

	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	f->has_sha256 = r == 0;
	if (r < 0) {
		f->verdict = JUDGE_REPORT;
		f->asks_move = false;
	}
	return 0;
}

int judge_fill_finding(struct nt_vol *vol, const char *path, uint64_t wanted_ref, struct finding *f,
	struct rs_err *err)
{
	uint64_t ref;
	int r = nt_lookup(vol, path, &ref, err);

	if (r == 0 && wanted_ref && ref != wanted_ref)
		return rs_fail_on(err, RS_E_NO_SUCH_FILE, path, "the path leads to another file");
	if (r == 0)
		r = nt_stat(vol, ref, &f->stat, err);
	if (r == 0)
		r = find_parent(vol, path, &f->parent_ref, err);
	if (r == 0 && !f->stat.is_dir)
		r = hash(vol, ref, f, err);
	return r;
}

void judge_finding_done(const struct finding *f)
{
	for (size_t k = 0; k < f->n_services; k++)
		free(f->services[k]);
	free(f->services);
	free(f->path);
	free(f->why);
	putback_free(f->putback);
}

bool judge_add_service(struct finding *f, const char *name)
{
	auto_free char *own = strdup(name);
	char **to = own ? rs_list_add(&f->services, &f->n_services, sizeof(*to)) : NULL;

	if (to)
		*to = rs_steal(own);
	return to;
}

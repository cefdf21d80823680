/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folder of all quarantines. "Unbrick" in the root can be taken by any user before we come, by
 * a folder, a file or a junction; then ours has a name with 64 random bits. Either is found again
 * by its proof, never by its name alone. */
#include "act/proof.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "core/list.h"

#define UNPROVEN_MAX 32U /* told of; there may be any number of them */
#define RANDOM_TRIES 16U

void tops_done(struct tops *t)
{
	free(t->all);
	*t = (struct tops){0};
}

bool top_is_name(const char *name)
{
	return !strcmp(name, PLAN_TOP) || quarantine_is_shape(name, TOP_SHAPE);
}

struct collecting {
	struct nt_vol *vol;
	struct tops *tops;
	bool no_memory;
};

static bool collect(void *user, const char *name, uint64_t ref, bool is_dir)
{
	struct collecting *c = user;
	bool is_like = nt_name_equal(c->vol, name, PLAN_TOP); /* "unbrick", too */

	c->tops->is_name_taken |= is_like;
	if (!is_like && !top_is_name(name))
		return true;
	struct top *t = rs_list_add(&c->tops->all, &c->tops->n, sizeof(*t));
	c->no_memory = !t;
	if (!t)
		return false;
	*t = (struct top){.ref = ref, .is_dir = is_dir};
	(void)snprintf(t->name, sizeof(t->name), "%s", name);
	return true;
}

static int prove(struct nt_vol *vol, struct top *t, struct rs_err *err)
{
	struct proof proof;
	char path[PLAN_TOP_LEN + 1];

	(void)snprintf(path, sizeof(path), "\\%s", t->name);
	int r = proof_of(vol, t->ref, true, path, &proof, err);
	if (r < 0)
		return r;
	t->is_proven = proof.is_ours && top_is_name(t->name);
	if (!t->is_proven)
		(void)snprintf(t->why, sizeof(t->why), "%s",
			proof.is_ours ? "its name is not spelled as ours" : proof.why);
	return 0;
}

static int by_proof(const void *a, const void *b)
{
	const struct top *x = a, *y = b;

	if (x->is_proven != y->is_proven)
		return x->is_proven ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* An 8.3 name takes it, too: whoever opens that gets to the folder or file that has it. */
static int look_at_short_name(struct nt_vol *vol, bool *ret_is_taken, struct rs_err *err)
{
	struct rs_err why = {0};
	uint64_t ref;
	int r = nt_lookup(vol, PLAN_TOP, &ref, &why);

	if (r == RS_E_NO_SUCH_FILE)
		return 0;
	if (r < 0 && r != RS_E_UNSAFE_PATH)
		return rs_err_pass(err, r, &why);
	*ret_is_taken = true;
	return 0;
}

int tops_read(struct nt_vol *vol, struct tops *ret, struct rs_err *err)
{
	auto_tops struct tops tops = {0};
	struct collecting c = {vol, &tops, false};
	int r = nt_list(vol, NT_ROOT_RECORD, collect, &c, err);

	if (r == 0 && c.no_memory)
		r = rs_fail(err, RS_E_MEMORY, "folders");
	for (size_t i = 0; r == 0 && i < tops.n; i++)
		r = prove(vol, &tops.all[i], err);
	if (r < 0)
		return r;
	if (!tops.is_name_taken)
		r = look_at_short_name(vol, &tops.is_name_taken, err);
	if (r < 0)
		return r;
	if (tops.n)
		qsort(tops.all, tops.n, sizeof(*tops.all), by_proof);
	while (tops.n_proven < tops.n && tops.all[tops.n_proven].is_proven)
		tops.n_proven++;
	if (tops.n - tops.n_proven > UNPROVEN_MAX) {
		tops.n_more = tops.n - tops.n_proven - UNPROVEN_MAX;
		tops.n -= tops.n_more;
	}
	*ret = tops;
	tops = (struct tops){0};
	return 0;
}

/* Not there yet. */
static int new_name(struct nt_vol *vol, char name[PLAN_TOP_LEN], struct rs_err *err)
{
	for (unsigned i = 0; i < RANDOM_TRIES; i++) {
		uint64_t ref, random;
		if (!quarantine_is_shape(name, TOP_SHAPE)) {
			if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
				return rs_fail(err, RS_E_BUG, "no random numbers");
			(void)snprintf(name, PLAN_TOP_LEN, PLAN_TOP "-%016llx",
				(unsigned long long)random);
		}
		struct rs_err why = {0};
		int r = nt_lookup(vol, name, &ref, &why);
		if (r == RS_E_NO_SUCH_FILE)
			return 0;
		if (r < 0)
			return rs_err_pass(err, r, &why);
		name[0] = '\0';
	}
	return rs_fail(err, RS_E_GUARD, "no free name for the quarantine's folder");
}

int top_choose(struct nt_vol *vol, char name[PLAN_TOP_LEN], uint64_t *ret_ref, struct rs_err *err)
{
	auto_tops struct tops tops = {0};
	int r = tops_read(vol, &tops, err);

	if (r < 0)
		return r;
	*ret_ref = tops.n_proven ? tops.all[0].ref : 0;
	if (tops.n_proven)
		(void)snprintf(name, PLAN_TOP_LEN, "%s", tops.all[0].name);
	else if (!tops.is_name_taken)
		(void)snprintf(name, PLAN_TOP_LEN, "%s", PLAN_TOP);
	else
		r = new_name(vol, name, err);
	return r;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lies in a quarantine's folder: nothing of it is ever deleted but what we made ourselves, and
 * of that only when nothing else is there. */
#include "act/proof.h"

#include <stdio.h>
#include <string.h>

struct entry {
	char name[NT_NAME_BYTES];
	uint64_t ref;
	bool is_dir;
};

struct entries {
	struct entry *all;
	size_t n;
	bool no_memory, is_more; /* than we ever make */
};

#define ENTRIES_MAX (PLAN_MAX_ITEMS + 4U)

static void entries_done(struct entries *e)
{
	free(e->all);
}

#define auto_entries __attribute__((cleanup(entries_done)))

static bool collect(void *user, const char *name, uint64_t ref, bool is_dir)
{
	struct entries *e = user;

	e->is_more = e->n == ENTRIES_MAX;
	if (e->is_more)
		return false;
	if ((e->n & (e->n - 1)) == 0) {
		struct entry *more = reallocarray(e->all, e->n ? 2 * e->n : 1, sizeof(*more));
		e->no_memory = !more;
		if (!more)
			return false;
		e->all = more;
	}
	struct entry *one = &e->all[e->n++];
	*one = (struct entry){.ref = ref, .is_dir = is_dir};
	(void)snprintf(one->name, sizeof(one->name), "%s", name);
	return true;
}

static int list(struct nt_vol *vol, uint64_t dir_ref, struct entries *ret, struct rs_err *err)
{
	int r = nt_list(vol, dir_ref, collect, ret, err);

	return r == 0 && ret->no_memory ? rs_fail(err, RS_E_MEMORY, "quarantine") : r;
}

static bool is_our_file(const char *name)
{
	return !strcmp(name, QUARANTINE_MANIFEST) || !strcmp(name, QUARANTINE_STEPS) ||
	       !strcmp(name, QUARANTINE_REPORT_JSON) || !strcmp(name, QUARANTINE_REPORT_TEXT);
}

static int is_nothing(struct nt_vol *vol, const struct entry *e, bool *ret, struct rs_err *err)
{
	struct nt_stat s;
	int r = nt_stat(vol, e->ref, &s, err);

	if (r < 0)
		return r;
	*ret = !s.is_reparse && s.links == 1;
	if (*ret && s.is_dir && quarantine_is_shape(e->name, "dddd"))
		return nt_is_empty(vol, e->ref, ret, err);
	*ret = *ret && !s.is_dir && is_our_file(e->name);
	return 0;
}

int inside_is_hollow(struct nt_vol *vol, uint64_t id_ref, bool *ret, struct rs_err *err)
{
	auto_entries struct entries all = {0};
	bool is_hollow = true;
	int r = list(vol, id_ref, &all, err);

	for (size_t i = 0; r == 0 && is_hollow && i < all.n; i++)
		r = is_nothing(vol, &all.all[i], &is_hollow, err);
	if (r == 0)
		*ret = is_hollow && !all.is_more;
	return r;
}

static void append(char *ret, size_t cap, const char *folder, const char *name)
{
	size_t len = strlen(ret);

	if (cap - len > 64) /* the rest is counted */
		(void)snprintf(ret + len, cap - len, "%s%s\\%.200s", len ? ", " : "", folder, name);
}

int inside_tell(struct nt_vol *vol, uint64_t id_ref, char *ret, size_t cap, size_t *ret_n,
	struct rs_err *err)
{
	auto_entries struct entries all = {0};
	size_t n = 0;
	int r = list(vol, id_ref, &all, err);

	ret[0] = '\0';
	for (size_t i = 0; r == 0 && i < all.n; i++) {
		auto_entries struct entries below = {0};
		if (!all.all[i].is_dir)
			continue;
		r = list(vol, all.all[i].ref, &below, err);
		for (size_t k = 0; r == 0 && k < below.n; k++, n++)
			append(ret, cap, all.all[i].name, below.all[k].name);
	}
	if (r == 0)
		*ret_n = n;
	return r;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may be moved without a person has to be data. The verdict took the file for that by what it
 * had gathered; here it is looked at once more, by itself and without it: a program that goes away
 * may keep Windows from starting, and a security product must not lose one to whoever can write
 * a dump. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/text.h"
#include "judge/diagnosis.h"
#include "judge/judge_internal.h"
#include "windows/drivers.h"

enum { SETS_MAX = 16 }; /* control sets; Windows keeps two or three */

bool judge_stands_alone(
	const struct diagnosis *d, const struct diag_proposal *p, const struct finding *f)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n_proposals; i++)
		n += d->proposals[i].can;
	return p->may_alone && n == 1 && d->certainty >= DIAG_C_LIKELY &&
	       f->verdict == JUDGE_DOUBTFUL;
}

/* "\\...\\drivers\\x.sys". Deeper down products give their data that name, too (incidents 1.1). */
static bool is_where_drivers_are(const char *path)
{
	static const char folder[] = "\\drivers";
	const char *slash = strrchr(path, '\\');
	const size_t len = sizeof(folder) - 1;

	return slash && (size_t)(slash - path) >= len && strncasecmp(slash - len, folder, len) == 0;
}

static bool is_program_by_name(const char *path)
{
	static const char *const ends[] = {"exe", "dll", "com", "ocx", "cpl", "scr", "drv", "efi",
		"mui", "bat", "cmd", "ps1", "vbs", "js", "msi"};
	const char *dot = strrchr(path, '.'), *slash = strrchr(path, '\\');

	for (size_t i = 0; dot && dot > slash && i < sizeof(ends) / sizeof(ends[0]); i++)
		if (strcasecmp(dot + 1, ends[i]) == 0)
			return true;
	return dot && dot > slash && strcasecmp(dot, ".sys") == 0 && is_where_drivers_are(path);
}

/* ---- services ---- */

struct sets {
	unsigned number[SETS_MAX];
	size_t n;
	bool is_odd; /* more of them, or one that Windows would not have made */
};

static bool add_set(void *user, const char *name, win_key sub)
{
	static const char word[] = "ControlSet";
	struct sets *s = user;
	char *end;

	(void)sub;
	if (strncasecmp(name, word, sizeof(word) - 1) != 0)
		return true;
	const unsigned long n = strtoul(name + sizeof(word) - 1, &end, 10);
	s->is_odd |= !n || n > 999 || *end || s->n == SETS_MAX;
	if (!s->is_odd)
		s->number[s->n++] = (unsigned)n;
	return !s->is_odd;
}

/* By any path that leads to it: a short name, another hard link. */
static bool leads_to(struct nt_vol *vol, const char *path, uint64_t ref)
{
	uint64_t there;

	return path[0] && nt_lookup(vol, path, &there, NULL) == 0 && there == ref;
}

static bool names_file(const struct judge_look *in, const struct win_service *s,
	const struct finding *f, const char *last)
{
	char path[NT_NAME_BYTES];

	if (strcasestr(s->image_path, last))
		return true;
	win_path_on_volume(s->image_path, in->win->root, path, sizeof(path));
	return leads_to(in->vol, s->path, f->stat.ref) || leads_to(in->vol, path, f->stat.ref);
}

/* *ret: no service of this set names the file, and all of them were seen. */
static int look_at_set(const struct judge_look *in, struct win_hive *h, unsigned set,
	const struct finding *f, bool *ret, struct rs_err *err)
{
	struct win_system *s = NULL;
	struct rs_err why = {0};
	int r = win_system_read(h, set, in->win->root, in->task, &s, &why);

	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	*ret = r == 0 && s->n_services && s->are_services_whole;
	for (size_t i = 0; *ret && i < s->n_services; i++)
		*ret = !names_file(in, &s->services[i], f, win_path_name(f->path));
	win_system_free(s);
	return 0;
}

static int look_at_services(
	const struct judge_look *in, const struct finding *f, bool *ret, struct rs_err *err)
{
	auto_hive struct win_hive *h = NULL;
	char path[NT_NAME_BYTES + 64];
	struct rs_err why = {0};
	struct sets sets = {.n = 0};

	(void)snprintf(path, sizeof(path), "%s\\System32\\config\\SYSTEM", in->win->root);
	int r = win_hive_open_in(in->vol, path, &h, &why);
	if (r == 0)
		r = win_hive_each_key(h, win_hive_root(h), add_set, &sets, &why);
	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	*ret = r == 0 && sets.n && !sets.is_odd;
	for (r = 0; r == 0 && *ret && sets.n; sets.n--)
		r = look_at_set(in, h, sets.number[sets.n - 1], f, ret, err);
	return r;
}

int judge_is_data(
	const struct judge_look *in, const struct finding *f, bool *ret, struct rs_err *err)
{
	*ret = false;
	if (f->stat.is_dir || !f->path || is_program_by_name(f->path) ||
		judge_is_program(in->vol, f->stat.ref))
		return 0;
	return look_at_services(in, f, ret, err);
}

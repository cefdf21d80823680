/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What changed on the volume between two times, from $MFT and the change journal. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/language.h"
#include "core/text.h"
#include "evidence/changes_internal.h"

/* Written again so long after it came, that counts as a change of its own: 10 minutes. */
#define SETTLED (10ULL * 60 * 10000000)

/* What is kept for one Windows. */
struct run {
	const struct ev_span *of;
	struct ev_kept new_ones, changed;
};

struct pass {
	struct run *runs;
	size_t n;
	bool is_no_memory;
};

static bool wants(void *user, const char *name, bool is_dir)
{
	(void)user;
	return !is_dir && !ev_name_is_noise(name);
}

static bool is_inside(const struct run *run, uint64_t time)
{
	return time >= run->of->since && time <= run->of->until;
}

/* Each Windows has a window of its own: what none of them wants is passed over. */
static bool wants_times(void *user, uint64_t created, uint64_t modified, uint64_t changed)
{
	const struct pass *pass = user;

	for (size_t i = 0; i < pass->n; i++)
		if (is_inside(&pass->runs[i], created) || is_inside(&pass->runs[i], modified) ||
			is_inside(&pass->runs[i], changed))
			return true;
	return false;
}

static bool tell(struct run *run, const struct nt_entry *entry, enum ev_what what,
	enum ev_place place, uint64_t time, const char *how)
{
	struct ev_change c = {.what = what,
		.place = place,
		.time = time,
		.ref = entry->ref,
		.size_bytes = entry->size_bytes,
		.how = how,
		.path = strdup(entry->path)};

	return ev_kept_add_take(what == EV_FILE_NEW ? &run->new_ones : &run->changed, &c);
}

/* False: no memory. */
static bool look_at_entry(struct run *run, const struct nt_entry *entry)
{
	bool is_new = is_inside(run, entry->created);
	bool is_written = is_inside(run, entry->modified);
	bool is_moved = is_inside(run, entry->changed);

	if (!is_new && !is_written && !is_moved)
		return true;
	enum ev_place place = ev_place_in(run->of->in, entry->path);
	if (place == EV_PLACE_NONE)
		return true;
	if (is_new && !tell(run, entry, EV_FILE_NEW, place, entry->created, N_("created")))
		return false;
	if (is_new && (!is_written || entry->modified < entry->created + SETTLED))
		return true;
	/* Windows' own programs change by the thousand in an update: its own history tells that */
	if (place == EV_PLACE_SYSTEM || place == EV_PLACE_STORE)
		return true;
	if (is_written)
		return tell(
			run, entry, EV_FILE_CHANGED, place, entry->modified, "contents written");
	return !is_moved || tell(run, entry, EV_FILE_CHANGED, place, entry->changed,
				    "moved, renamed or its attributes changed");
}

static bool on_entry(void *user, const struct nt_entry *entry)
{
	struct pass *pass = user;

	if (entry->is_dir || entry->is_orphan || entry->is_system)
		return true;
	for (size_t i = 0; i < pass->n && !pass->is_no_memory; i++)
		pass->is_no_memory = !look_at_entry(&pass->runs[i], entry);
	return !pass->is_no_memory;
}

static int rows_add(struct evidence *e, const struct ev_kept *k, struct rs_err *err)
{
	for (size_t i = 0; i < k->n; i++) {
		const struct ev_change *c = &k->v[i];
		struct ev_item *row = ev_add(e, c->what, EV_FILE, c->time);
		if (!row)
			return rs_fail(err, RS_E_MEMORY, "evidence");
		row->where = row->path = ev_text(e, "%s", c->path);
		row->text = ev_text(e, "%s, %" PRIu64 " %s", c->how, c->size_bytes,
			rs_form(c->size_bytes, "byte", "bytes"));
	}
	return 0;
}

/* What was found for one Windows, as its rows; @r and @why of the pass. */
static int finish(struct run *run, const struct nt_scan_result *res, int r,
	const struct rs_err *why, struct rs_err *err)
{
	const struct ev_look *in = run->of->in;
	struct evidence *e = run->of->e;

	if (r < 0 && !run->of->is_listed)
		(void)ev_lose(
			e, EV_FILE, "$MFT", why->detail[0] ? why->detail : rs_err_info(r)->text, 0);
	else if (res->damaged && !run->of->is_listed)
		(void)ev_lose(e, EV_FILE, "$MFT",
			ev_text(e, "%" PRIu64 " of its records cannot be read", res->damaged), 0);
	ev_kept_trim(&run->new_ones);
	ev_kept_trim(&run->changed);
	const uint64_t dropped = run->new_ones.dropped + run->changed.dropped;
	e->are_changes_cut |= dropped && !run->of->is_listed;
	if (dropped)
		(void)ev_miss(e, EV_FILE, "$MFT",
			ev_text(e, "%" PRIu64 " older changes of files are left out", dropped));
	r = rows_add(e, &run->new_ones, err);
	if (r == 0)
		r = rows_add(e, &run->changed, err);
	if (r == 0 && !run->of->is_listed)
		r = ev_changes_contents(in, e, &run->new_ones, err);
	if (r == 0 && !run->of->is_listed)
		r = ev_changes_contents(in, e, &run->changed, err);
	if (r == 0)
		r = ev_changes_journal(in, e, run->of->since, run->of->until, err);
	return r < 0 || run->of->is_listed ? r : ev_changes_drivers(in, e, err);
}

static int scan(struct pass *pass, struct rs_err *err)
{
	const struct ev_look *in = pass->runs[0].of->in;
	const struct nt_scan_ops ops = {
		.user = pass, .entry = on_entry, .wants = wants, .wants_times = wants_times};
	struct nt_scan_result res = {0};
	struct rs_err why = {0};

	int scanned = nt_scan(in->raw, &ops, in->task, &res, &why);
	if (pass->is_no_memory)
		return rs_fail(err, RS_E_MEMORY, "evidence");
	if (rs_err_ends(scanned))
		return rs_err_pass(err, scanned, &why);
	int r = 0;
	for (size_t i = 0; r == 0 && i < pass->n; i++)
		r = finish(&pass->runs[i], &res, scanned, &why, err);
	return r;
}

int ev_from_files(const struct ev_span *all, size_t n, struct rs_err *err)
{
	auto_free struct run *runs = calloc(n ? n : 1, sizeof(*runs));
	struct pass pass = {.runs = runs, .n = n};

	if (!runs)
		return rs_fail(err, RS_E_MEMORY, "evidence");
	for (size_t i = 0; i < n; i++)
		runs[i].of = &all[i];
	int r = n ? scan(&pass, err) : 0;
	for (size_t i = 0; i < n; i++) {
		ev_kept_done(&runs[i].new_ones);
		ev_kept_done(&runs[i].changed);
	}
	return r;
}

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

struct run {
	const struct ev_look *in;
	uint64_t since, until;
	struct ev_kept new_ones, changed;
	bool is_no_memory;
};

static bool wants(void *user, const char *name, bool is_dir)
{
	(void)user;
	return !is_dir && !ev_name_is_noise(name);
}

static bool is_inside(const struct run *run, uint64_t time)
{
	return time >= run->since && time <= run->until;
}

static bool wants_times(void *user, uint64_t created, uint64_t modified, uint64_t changed)
{
	const struct run *run = user;

	return is_inside(run, created) || is_inside(run, modified) || is_inside(run, changed);
}

static void tell(struct run *run, const struct nt_entry *entry, enum ev_what what,
	enum ev_place place, uint64_t time, const char *how)
{
	struct ev_change c = {.what = what,
		.place = place,
		.time = time,
		.ref = entry->ref,
		.size_bytes = entry->size_bytes,
		.how = how,
		.path = strdup(entry->path)};
	struct ev_kept *k = what == EV_FILE_NEW ? &run->new_ones : &run->changed;

	run->is_no_memory = run->is_no_memory || !ev_kept_add_take(k, &c);
}

static bool on_entry(void *user, const struct nt_entry *entry)
{
	struct run *run = user;
	bool is_new = is_inside(run, entry->created);
	bool is_written = is_inside(run, entry->modified);
	bool is_moved = is_inside(run, entry->changed);

	if (entry->is_dir || entry->is_orphan || entry->is_system ||
		!(is_new || is_written || is_moved))
		return true;
	enum ev_place place = ev_place_of(run->in->win->root, entry->path);
	if (place == EV_PLACE_NONE)
		return true;
	if (is_new)
		tell(run, entry, EV_FILE_NEW, place, entry->created, N_("created"));
	if (is_new && (!is_written || entry->modified < entry->created + SETTLED))
		return !run->is_no_memory;
	/* Windows' own programs change by the thousand in an update: its own history tells that */
	if (place == EV_PLACE_SYSTEM || place == EV_PLACE_STORE)
		return !run->is_no_memory;
	if (is_written)
		tell(run, entry, EV_FILE_CHANGED, place, entry->modified, "contents written");
	else if (is_moved)
		tell(run, entry, EV_FILE_CHANGED, place, entry->changed,
			"moved, renamed or its attributes changed");
	return !run->is_no_memory;
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

static int scan(const struct ev_look *in, struct evidence *e, struct run *run, struct rs_err *err)
{
	const struct nt_scan_ops ops = {
		.user = run, .entry = on_entry, .wants = wants, .wants_times = wants_times};
	struct nt_scan_result res = {0};
	struct rs_err why = {0};

	int r = nt_scan(in->raw, &ops, in->task, &res, &why);
	if (run->is_no_memory)
		return rs_fail(err, RS_E_MEMORY, "evidence");
	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (r < 0)
		(void)ev_miss(
			e, EV_FILE, "$MFT", why.detail[0] ? why.detail : rs_err_info(r)->text);
	else if (res.damaged)
		(void)ev_miss(e, EV_FILE, "$MFT",
			ev_text(e, "%" PRIu64 " of its records cannot be read", res.damaged));
	ev_kept_trim(&run->new_ones);
	ev_kept_trim(&run->changed);
	r = rows_add(e, &run->new_ones, err);
	if (r == 0)
		r = rows_add(e, &run->changed, err);
	if (r == 0)
		r = ev_changes_contents(in, e, &run->new_ones, err);
	return r < 0 ? r : ev_changes_contents(in, e, &run->changed, err);
}

int ev_from_files(const struct ev_look *in, struct evidence *e, uint64_t since, uint64_t until,
	struct rs_err *err)
{
	struct run run = {.in = in, .since = since, .until = until};

	int r = scan(in, e, &run, err);
	ev_kept_done(&run.new_ones);
	ev_kept_done(&run.changed);
	if (r == 0)
		r = ev_changes_journal(in, e, since, until, err);
	if (r == 0)
		r = ev_changes_drivers(in, e, err);
	return r;
}

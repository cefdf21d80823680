/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the change journal tells: files that came, were written, were renamed or deleted, also those
 * that are no longer there. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/cleanup.h"
#include "core/language.h"
#include "core/text.h"
#include "evidence/changes_internal.h"
#include "ntfs/usn.h"

#define PARENTS	  256U /* folders whose paths are remembered */
#define PATH_ROOM 1024U
#define JOURNAL	  "\\$Extend\\$UsnJrnl:$J"
#define WRITTEN	  (NT_USN_OVERWRITE | NT_USN_EXTEND | NT_USN_TRUNCATE)

struct parent {
	uint64_t ref; /* 0: none */
	char *path;   /* NULL: it has none any more */
};

struct run {
	const struct ev_look *in;
	uint64_t until;
	struct ev_kept kept[3]; /* new, changed, gone */
	struct parent parents[PARENTS];
	uint64_t old_ref; /* renamed: its name up to now is in old_path */
	uint64_t old_time;
	char *old_path;
	bool is_no_memory;
	struct rs_err why;
};

static struct ev_kept *kept_of(struct run *run, enum ev_what what)
{
	return &run->kept[what == EV_FILE_NEW ? 0 : what == EV_FILE_CHANGED ? 1 : 2];
}

static const char *parent_path(struct run *run, uint64_t ref)
{
	struct parent *p = &run->parents[NT_REF_RECORD(ref) % PARENTS];
	char path[PATH_ROOM];

	if (p->ref == ref)
		return p->path;
	free(p->path);
	p->path = NULL;
	p->ref = ref;
	int r = nt_path(run->in->vol, ref, path, sizeof(path), &run->why);
	if (r == 0)
		p->path = strdup(path);
	run->is_no_memory = run->is_no_memory || r == RS_E_MEMORY || (r == 0 && !p->path);
	return p->path;
}

/* Its path, if it matters; else NULL. For free(). */
static char *path_of(struct run *run, const struct nt_usn *u)
{
	const char *parent;
	char *path = NULL;

	if (ev_name_is_noise(u->name))
		return NULL;
	parent = parent_path(run, u->parent_ref);
	if (!parent ||
		asprintf(&path, "%s\\%s", strcmp(parent, "\\") == 0 ? "" : parent, u->name) < 0)
		return NULL;
	if (ev_place_in(run->in, path) != EV_PLACE_NONE)
		return path;
	free(path);
	return NULL;
}

/* The change of the same kind that is known of the file already. */
static struct ev_change *known(struct ev_kept *k, uint64_t ref, const char *path)
{
	for (size_t i = k->n; i-- > 0;)
		if (k->v[i].ref == ref && strcmp(k->v[i].path, path) == 0)
			return &k->v[i];
	return NULL;
}

static void tell(struct run *run, enum ev_what what, const struct nt_usn *u, const char *how,
	const char *path, const char *to)
{
	struct ev_kept *k = kept_of(run, what);
	struct ev_change *c = known(k, u->ref, path);

	if (c) { /* records come in several; of writing the last one counts, else the first */
		c->time = what == EV_FILE_CHANGED && u->time > c->time ? u->time : c->time;
		return;
	}
	struct ev_change add = {.what = what,
		.time = u->time,
		.ref = u->ref,
		.how = how,
		.path = strdup(path),
		.to = to ? strdup(to) : NULL};
	if (!ev_kept_add_take(k, &add))
		run->is_no_memory = true;
}

/* The name up to now went, and nothing says to where: out of the folders that are looked at, or the
 * machine stopped in between. */
static void old_name_end(struct run *run, const char *to)
{
	if (run->old_path && (!to || strcmp(to, run->old_path) != 0)) {
		struct nt_usn u = {.ref = run->old_ref, .time = run->old_time};
		tell(run, EV_FILE_GONE, &u, to ? "renamed or moved" : "moved away", run->old_path,
			to);
	}
	free(run->old_path);
	run->old_path = NULL;
}

static bool on_record(void *user, const struct nt_usn *u)
{
	struct run *run = user;

	if (u->time > run->until || u->attributes & 0x10) /* a folder */
		return !run->is_no_memory;
	auto_free char *path = path_of(run, u);
	bool is_rename = u->reason & (NT_USN_RENAME_OLD | NT_USN_RENAME_NEW);
	if (run->old_path && !(u->reason & NT_USN_RENAME_NEW && u->ref == run->old_ref))
		old_name_end(run, NULL);
	if (u->reason & NT_USN_RENAME_OLD) {
		run->old_ref = u->ref;
		run->old_time = u->time;
		run->old_path = rs_steal(path);
		return !run->is_no_memory;
	}
	if (u->reason & NT_USN_RENAME_NEW && run->old_path)
		old_name_end(run, path);
	if (!path)
		return !run->is_no_memory;
	if (u->reason & NT_USN_DELETE)
		tell(run, EV_FILE_GONE, u, N_("deleted"), path, NULL);
	else if (u->reason & NT_USN_CREATE)
		tell(run, EV_FILE_NEW, u, N_("created"), path, NULL);
	else if (is_rename)
		tell(run, EV_FILE_NEW, u, "got this name", path, NULL);
	else if (u->reason & WRITTEN)
		tell(run, EV_FILE_CHANGED, u, "written", path, NULL);
	return !run->is_no_memory;
}

static int row_add(
	const struct ev_look *in, struct evidence *e, const struct ev_change *c, struct rs_err *err)
{
	uint64_t ref = 0;
	bool is_there = false;

	if (c->what == EV_FILE_GONE) {
		int r = nt_lookup(in->vol, c->path, &ref, err);
		if (rs_err_ends(r))
			return r;
		is_there = r == 0;
	}
	struct ev_item *i = ev_add(e, c->what, EV_CHANGE_JOURNAL, c->time);
	if (!i)
		return rs_fail(err, RS_E_MEMORY, "evidence");
	i->where = JOURNAL;
	i->path = ev_text(e, "%s", c->path);
	i->text = ev_text(e, "%s%s%s%s", c->how, c->to ? " to " : "", c->to ? c->to : "",
		is_there ? "; a file of this name is there now" : "");
	return 0;
}

static int rows_add(struct run *run, struct evidence *e, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; i < 3; i++) {
		ev_kept_trim(&run->kept[i]);
		for (size_t k = 0; k < run->kept[i].n && r == 0; k++)
			r = row_add(run->in, e, &run->kept[i].v[k], err);
	}
	return r;
}

static void run_done(struct run *run)
{
	for (size_t i = 0; i < 3; i++)
		ev_kept_done(&run->kept[i]);
	for (size_t i = 0; i < PARENTS; i++)
		free(run->parents[i].path);
	free(run->old_path);
	free(run);
}
RS_DEFINE_AUTO(struct run *, run_done);

int ev_changes_journal(const struct ev_look *in, struct evidence *e, uint64_t since, uint64_t until,
	struct rs_err *err)
{
	__attribute__((cleanup(run_done_auto))) struct run *run = calloc(1, sizeof(*run));
	struct rs_err why = {0};
	uint64_t n = 0, skipped = 0;

	if (!run)
		return rs_fail(err, RS_E_MEMORY, "change journal");
	run->in = in;
	run->until = until;
	int r = nt_usn_read(in->raw, since, on_record, run, in->task, &n, &skipped, &why);
	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (run->is_no_memory)
		return rs_fail(err, RS_E_MEMORY, "change journal");
	if (r < 0) {
		const char *text = why.detail[0] ? why.detail : rs_err_info(r)->text;
		(void)(r == RS_E_NO_SUCH_FILE ? ev_miss(e, EV_CHANGE_JOURNAL, JOURNAL, text)
					      : ev_lose(e, EV_CHANGE_JOURNAL, JOURNAL, text, 0));
		return 0;
	}
	e->bytes += 100 * n; /* about what its records take */
	if (skipped)
		(void)ev_lose(e, EV_CHANGE_JOURNAL, JOURNAL,
			ev_text(e, "%" PRIu64 " of its bytes are no records", skipped), 0);
	old_name_end(run, NULL);
	return rows_add(run, e, err);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One opened volume for ls, cat, export and mount. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "engine/engine.h"

struct rs_tree {
	struct rs_session *session;
	struct en_machine *m;
	struct en_volume *v;
	struct rs_tree_facts facts;
	struct nt_file *file; /* the one read last */
	uint64_t file_ref;
	char path[NT_PATH_MAX];
};

static bool has_content(const struct en_volume *v)
{
	return v->part->kind == VOL_NTFS || v->part->kind == VOL_BITLOCKER;
}

/* The only volume that can be meant: the one named; else the only one there is; else the only
 * Windows. */
static int choose(const struct rs_target *t, struct en_machine *m, struct rs_session *s,
	struct en_volume **ret, struct rs_err *err)
{
	struct en_volume *only = NULL, *windows = NULL;
	size_t n = 0, n_windows = 0;

	for (size_t i = 0; i < m->n_volumes; i++) {
		struct en_volume *v = &m->volumes[i];
		if (!en_is_selected(t, v) || (!t->volume && !has_content(v)))
			continue;
		only = v;
		n++;
	}
	for (size_t i = 0; n > 1 && i < m->n_volumes; i++) {
		struct en_volume *v = &m->volumes[i];
		if (!en_is_selected(t, v) || !has_content(v))
			continue;
		en_volume_look(s, v, false);
		if (!v->is_windows && !en_is_locked(v))
			continue;
		windows = v; /* a Windows, or a locked volume that may hold one */
		n_windows++;
	}
	if (n > 1 && n_windows != 1)
		return rs_fail_on(err, RS_E_AMBIGUOUS, t->n_disks ? t->disks[0] : "", "%zu %s", n,
			rs_form(n, "volume", "volumes"));
	*ret = n > 1 ? windows : only;
	if (*ret)
		return 0;
	const struct rs_err *disk = en_disk_error(m);
	if (!disk)
		return rs_fail_on(err, RS_E_NOT_NTFS, t->n_disks ? t->disks[0] : "", "no volume");
	*err = *disk;
	return disk->code ? disk->code : RS_E_BUG;
}

static int tree_open(
	struct rs_session *s, const struct rs_target *target, struct rs_tree *t, struct rs_err *err)
{
	int r = en_machine_open(target, EN_HOLD_SHARED, &t->m, err);

	if (r == 0)
		r = choose(target, t->m, s, &t->v, err);
	if (r != 0)
		return r;
	if (en_is_locked(t->v) && s->n_sources)
		en_volume_close_to(t->v, EN_DISK); /* again, and this time a person may be asked */
	en_volume_look(s, t->v, true);
	if (t->v->stack.raw)
		en_journal_tell(s, t->v);
	if (t->v->part->kind == VOL_BITLOCKER && !t->v->stack.blk[EN_CLEAR])
		return rs_err_pass(err, t->v->err.code, &t->v->err);
	/* what is no NTFS at all can still be exported */
	r = en_stack_part(&t->v->stack, t->v, err);
	if (r < 0)
		return r;
	t->facts = (struct rs_tree_facts){
		t->v->name, "", en_volume_blk(t->v)->size_bytes, en_journal_is_open(t->v)};
	if (t->v->err.code) /* the cause alone: who shows it adds what and where */
		t->facts.fault =
			t->v->err.detail[0] ? t->v->err.detail : rs_err_info(t->v->err.code)->text;
	return 0;
}

int rs_tree_open(struct rs_session *s, const struct rs_target *target, struct rs_tree **ret,
	struct rs_report **ret_report)
{
	struct rs_report *report = NULL;
	struct rs_err err = {0};
	struct rs_tree *t = calloc(1, sizeof(*t));
	int r = report_new("open", &report, &err);

	if (r == 0 && !t)
		r = rs_fail(&err, RS_E_MEMORY, "volume");
	if (r == 0) {
		t->session = s;
		r = tree_open(s, target, t, &err);
	}
	if (report) {
		if (t && t->m)
			en_machine_report(t->m, report);
		report_finish(report, 0, r < 0 ? RUN_FAILED : RUN_DONE, "", &err);
	}
	if (ret_report)
		*ret_report = report;
	else
		report_free(report);
	if (r < 0) {
		rs_tree_close(t);
		return r;
	}
	*ret = t;
	return 0;
}

void rs_tree_close(struct rs_tree *t)
{
	if (!t)
		return;
	nt_file_close(t->file);
	en_machine_close(t->m);
	free(t);
}

const struct rs_tree_facts *rs_tree_facts(const struct rs_tree *t)
{
	return &t->facts;
}

static int need(const struct rs_tree *t, bool is_there, struct rs_err *err)
{
	if (is_there)
		return 0;
	if (t->v->err.code)
		return rs_err_pass(err, t->v->err.code, &t->v->err);
	return rs_fail_on(err, RS_E_NOT_NTFS, t->v->name, "%s", run_inside_word(t->v->inside));
}

static void node_of(const struct nt_stat *s, const char *path, struct rs_node *ret)
{
	const char *slash = strrchr(path, '\\');

	*ret = (struct rs_node){.name = slash ? slash + 1 : path,
		.path = path,
		.ref = s->ref,
		.is_dir = s->is_dir,
		.is_reparse = s->is_reparse,
		.is_unlogged = s->is_unlogged,
		.attributes = s->attributes,
		.size_bytes = s->size_bytes,
		.allocated_bytes = s->allocated_bytes,
		.created = s->created,
		.modified = s->modified,
		.changed = s->changed,
		.accessed = s->accessed,
		.links = s->links};
}

int rs_tree_stat(struct rs_tree *t, const char *path, struct rs_node *ret, struct rs_err *err)
{
	struct nt_stat s;
	uint64_t ref;
	int r = need(t, t->v->stack.nt, err);

	if (r == 0)
		r = nt_lookup(t->v->stack.nt, path, &ref, err);
	if (r == 0)
		r = nt_stat(t->v->stack.nt, ref, &s, err);
	if (r == 0)
		r = nt_path(t->v->stack.nt, ref, t->path, sizeof(t->path), err);
	if (r == 0)
		node_of(&s, t->path, ret);
	return r;
}

struct listing {
	struct rs_tree *t;
	rs_node_fn fn;
	void *user;
	const char *dir;
	bool is_out_of_memory;
};

static bool list_one(void *user, const char *name, uint64_t ref, bool is_dir)
{
	struct listing *l = user;
	auto_free char *path = NULL;
	struct nt_stat s = {.ref = ref, .is_dir = is_dir};
	struct rs_node n;
	struct rs_err why = {0};

	if (asprintf(&path, "%s\\%s", l->dir, name) < 0) {
		path = NULL;
		l->is_out_of_memory = true;
		return false;
	}
	if (nt_stat(l->t->v->stack.nt, ref, &s, &why) < 0)
		en_log(l->t->session, RS_LOG_WARN, "%s: %s", path, why.detail);
	node_of(&s, path, &n);
	n.name = path + strlen(l->dir) + 1; /* it may have a backslash in it */
	return l->fn(l->user, &n);
}

static int list(struct rs_tree *t, uint64_t ref, struct listing *l, struct rs_err *err)
{
	int r = nt_list(t->v->stack.nt, ref, list_one, l, err);

	return r == 0 && l->is_out_of_memory ? rs_fail(err, RS_E_MEMORY, "paths") : r;
}

int rs_tree_list_ref(struct rs_tree *t, uint64_t ref, rs_node_fn fn, void *user, struct rs_err *err)
{
	struct listing l = {.t = t, .fn = fn, .user = user, .dir = ""};
	int r = need(t, t->v->stack.nt, err);

	return r == 0 ? list(t, ref ? ref : NT_ROOT_RECORD, &l, err) : r;
}

int rs_tree_list(struct rs_tree *t, const char *path, rs_node_fn fn, void *user, struct rs_err *err)
{
	struct listing l = {.t = t, .fn = fn, .user = user};
	struct rs_node n;
	int r = rs_tree_stat(t, path, &n, err);

	if (r != 0)
		return r;
	if (!n.is_dir || n.is_reparse) {
		(void)fn(user, &n);
		return 0;
	}
	auto_free char *dir = strdup(strcmp(n.path, "\\") ? n.path : "");
	l.dir = dir; /* t->path is another one as soon as the listener asks for more */
	if (!dir)
		return rs_fail(err, RS_E_MEMORY, "paths");
	return list(t, n.ref, &l, err);
}

struct walk {
	struct rs_tree *t;
	rs_node_fn fn;
	void *user;
	const char *below; /* only what begins with it; "" all */
};

static bool is_below(const char *path, const char *below)
{
	size_t n = strlen(below);

	return !n || (!strncasecmp(path, below, n) && (path[n] == '\\' || !path[n]));
}

static bool walk_entry(void *user, const struct nt_entry *e)
{
	struct walk *w = user;
	struct rs_node n = {.name = e->name,
		.path = e->path,
		.ref = e->ref,
		.is_dir = e->is_dir,
		.is_reparse = e->is_reparse,
		.is_orphan = e->is_orphan,
		.attributes = e->attributes,
		.size_bytes = e->size_bytes,
		.allocated_bytes = e->allocated_bytes,
		.created = e->created,
		.modified = e->modified,
		.changed = e->changed,
		.accessed = e->accessed,
		.links = e->hard_links};

	if (!is_below(e->path, w->below))
		return true;
	return w->fn(w->user, &n);
}

static void walk_fault(void *user, uint64_t record, const char *what)
{
	struct walk *w = user;

	en_log(w->t->session, RS_LOG_WARN, "%s: record %" PRIu64 ": %s", w->t->v->name, record,
		what);
}

int rs_tree_walk(struct rs_tree *t, const char *path, rs_node_fn fn, void *user,
	uint64_t *ret_faults, struct rs_err *err)
{
	struct walk w = {.t = t, .fn = fn, .user = user, .below = ""};
	auto_free char *below = NULL;
	struct nt_scan_ops ops = {.user = &w, .entry = walk_entry, .fault = walk_fault};
	struct nt_scan_result result = {0};
	struct rs_node n;

	int r = need(t, t->v->stack.raw, err);
	if (r < 0)
		return r;
	if (path[0] && strcmp(path, "/") != 0 && strcmp(path, "\\") != 0) {
		r = rs_tree_stat(t, path, &n, err);
		if (r != 0)
			return r;
		w.below = below = strdup(n.path);
		if (!below)
			return rs_fail(err, RS_E_MEMORY, "paths");
	}
	r = nt_scan(t->v->stack.raw, &ops, &t->session->task, &result, err);
	*ret_faults = result.damaged;
	return r;
}

int rs_tree_read(struct rs_tree *t, uint64_t ref, uint64_t off_bytes, void *buf, size_t len,
	size_t *ret_len, struct rs_err *err)
{
	int r = need(t, t->v->stack.nt, err);

	if (r < 0)
		return r;
	if (!t->file || t->file_ref != ref) {
		nt_file_close(t->file);
		t->file = NULL;
		r = nt_file_open(t->v->stack.nt, ref, "", &t->file, err);
		if (r < 0)
			return r;
		t->file_ref = ref;
	}
	return nt_file_read(t->file, off_bytes, buf, len, ret_len, err);
}

bool rs_tree_is_under(const struct rs_tree *t, const struct stat *file)
{
	const struct en_disk *d = t->v->disk;

	return d->kind->holds(d->path, file);
}

int rs_tree_read_raw(
	struct rs_tree *t, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	return blk_read(en_volume_blk(t->v), off_bytes, buf, len, err);
}

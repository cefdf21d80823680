/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of one hive, by value: what is to be written is planned anew (hivewrite/) on the hive as
 * it is now, dirty or clean, whatever Windows did to it since; so a cut is finished, and an undo
 * years later done, by the same way. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "act/change.h"
#include "core/text.h"
#include "windows/txr.h"

#define PATH_BYTES 512U

static int look(struct nt_vol *vol, const struct plan_item *item, enum change_state *ret,
	struct rs_err *err)
{
	return change_state(vol, item->change, ret, err);
}

/* ---- the files ---- */

struct files {
	struct nt_file *f[3]; /* by enum hw_file */
	uint64_t ref[3];
	struct hw_files hive;
};

static void files_done(struct files *f)
{
	for (size_t i = 0; i < 3; i++)
		nt_file_close(f->f[i]);
}

#define auto_files __attribute__((cleanup(files_done)))

static int open_one(struct nt_vol *vol, const char *path, struct files *f, size_t i,
	struct win_src *ret, struct rs_err *err)
{
	struct nt_stat s;
	int r = nt_lookup(vol, path, &f->ref[i], err);

	if (r == 0)
		r = nt_stat(vol, f->ref[i], &s, err);
	if (r == 0 && s.is_reparse)
		return rs_fail_on(err, RS_E_HIVE_EDIT, path,
			"it is a reparse point: Windows reads its contents elsewhere");
	if (r == 0)
		r = nt_file_open(vol, f->ref[i], "", &f->f[i], err);
	if (r == 0)
		*ret = win_src_file(f->f[i]);
	return r;
}

/* A hive may have one log or none; one that is there and cannot be read is an error. */
static int open_log(
	struct nt_vol *vol, const char *hive, struct files *f, size_t i, struct rs_err *err)
{
	struct win_src *const log = i == HW_LOG1 ? &f->hive.log1 : &f->hive.log2;
	struct rs_err why = {0};
	char path[PATH_BYTES];

	(void)snprintf(path, sizeof(path), "%s.LOG%zu", hive, i);
	int r = open_one(vol, path, f, i, log, &why);
	if (r == RS_E_NO_SUCH_FILE)
		return 0;
	*(i == HW_LOG1 ? &f->hive.has_log1 : &f->hive.has_log2) = r == 0;
	return r < 0 ? rs_err_pass(err, r, &why) : 0;
}

/* A log that cannot be read may hold some: then nobody knows what the next start makes of the hive.
 */
static int look_for_transactions(
	struct nt_vol *vol, const char *hive, struct files *f, struct rs_err *err)
{
	struct win_txr txr;

	int r = win_txr_look(vol, hive, &txr, err);
	if (r < 0)
		return r;
	if (txr.state == WIN_TXR_UNKNOWN)
		return rs_fail(err, RS_E_HIVE_TXR, "their log cannot be read: %s", txr.why);
	if (txr.state == WIN_TXR_OPEN)
		f->hive.flags |= HW_TXR_PENDING;
	return 0;
}

static int files_open(struct nt_vol *vol, const char *hive, struct files *f, struct rs_err *err)
{
	int r = strlen(hive) < PATH_BYTES - 8
			? open_one(vol, hive, f, HW_PRIMARY, &f->hive.primary, err)
			: rs_fail(err, RS_E_GUARD, "its path is too long");

	for (size_t i = HW_LOG1; r == 0 && i <= HW_LOG2; i++)
		r = open_log(vol, hive, f, i, err);
	if (r == 0)
		r = look_for_transactions(vol, hive, f, err);
	f->hive.now_filetime = rs_filetime_now();
	return r;
}

/* ---- the edits ---- */

struct edits {
	struct hw_edit *all;
	size_t n;
};

static void edits_done(struct edits *e)
{
	free(e->all);
}

#define auto_edits __attribute__((cleanup(edits_done)))

static void add(struct edits *e, enum hw_op op, const struct change_value *v, bool is_old)
{
	struct hw_edit *one = &e->all[e->n++];

	*one = (struct hw_edit){.op = op, .key = v->key};
	if (op == HW_SET || op == HW_DELETE_VALUE)
		one->name = v->name;
	if (op != HW_SET)
		return;
	one->type = is_old ? v->old_type : v->type;
	one->p = is_old ? v->old : v->p;
	one->len = is_old ? v->old_len : v->len;
}

static void add_forward(struct edits *e, const struct change_value *v)
{
	if (v->op == HW_MAKE_KEY)
		add(e, HW_MAKE_KEY, v, false);
	add(e, v->op == HW_MAKE_KEY ? HW_SET : v->op, v, false);
}

/* A key that we made goes only while nobody has put anything else into it. */
static void add_back(struct edits *e, const struct change_value *v, bool is_alone)
{
	if (v->op == HW_MAKE_KEY) {
		add(e, is_alone ? HW_DELETE_KEY : HW_DELETE_VALUE, v, true);
		return;
	}
	if (v->op == HW_DELETE_KEY)
		add(e, HW_MAKE_KEY, v, true);
	add(e, v->had ? HW_SET : HW_DELETE_VALUE, v, true);
}

static int fill_back(struct nt_vol *vol, struct plan_change *c, struct edits *e, struct rs_err *err)
{
	auto_hive struct win_hive *h = NULL;
	int r = win_hive_open_in(vol, c->file, &h, err);

	for (size_t i = 0; r == 0 && i < c->n; i++) {
		struct change_value *v = &c->values[i];
		bool is_alone = false;
		v->is_left = v->state == CHANGE_OTHERS || v->state == CHANGE_MISSING;
		if (v->state != CHANGE_AFTER)
			continue;
		if (v->op == HW_MAKE_KEY)
			r = change_is_alone(h, v, &is_alone, err);
		if (r == 0)
			add_back(e, v, is_alone);
	}
	return r;
}

/* Nothing is begun on values that somebody else has changed since the plan was made. */
static int fill_forward(const struct plan_change *c, struct edits *e, struct rs_err *err)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct change_value *v = &c->values[i];
		if (v->state == CHANGE_OTHERS || v->state == CHANGE_MISSING)
			return rs_fail_on(err, RS_E_CHANGED, v->key,
				"%s is not what it was when the plan was made", v->name);
		if (v->state == CHANGE_BEFORE)
			add_forward(e, v);
	}
	return 0;
}

/* ---- the writes ---- */

/* "primary 4096 512\n" for each piece, an empty line, then all of them one after another. */
static int keep(struct nt_vol *vol, const struct plan_item *item, const struct hw_plan *w,
	struct rs_err *err)
{
	static const char *const names[] = {"primary", "LOG1", "LOG2"};
	auto_free char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return rs_fail(err, RS_E_MEMORY, "overwritten bytes");
	(void)fprintf(f, "Unbrick: bytes of %s before they were overwritten\n", item->change->file);
	for (size_t i = 0; i < w->n; i++)
		(void)fprintf(f, "%s %" PRIu64 " %zu\n", names[w->writes[i].file],
			w->writes[i].off_bytes, w->writes[i].len);
	(void)fputc('\n', f);
	for (size_t i = 0; i < w->n; i++)
		(void)fwrite(w->writes[i].before, 1, w->writes[i].len, f);
	if (fclose(f) != 0)
		return rs_fail(err, RS_E_MEMORY, "overwritten bytes");
	return change_keep(vol, item->to_ref, text, len, err);
}

/* A flush after each of them: more than the steps of @w ask for. */
static int write_all(
	struct nt_vol *vol, const uint64_t refs[3], const struct hw_plan *w, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->n; i++) {
		const struct hw_write *one = &w->writes[i];
		r = nt_file_overwrite(
			vol, refs[one->file], one->off_bytes, one->after, one->len, err);
	}
	return r;
}

/* No file of the volume stays open: a write that fails mounts it once more. */
static int make_plan(struct nt_vol *vol, const char *hive, const struct edits *e,
	struct hw_plan *ret, uint64_t refs[3], struct rs_err *err)
{
	auto_files struct files f = {.f = {NULL}};
	int r = files_open(vol, hive, &f, err);

	memcpy(refs, f.ref, sizeof(f.ref));
	return r < 0 ? r : hw_plan_make(&f.hive, e->all, e->n, ret, err);
}

/* Nothing is overwritten that was not kept; but the way back is not barred by a volume that has
 * become full since: what undo overwrites is what we wrote, and its manifest tells it. */
static int keep_first(struct nt_vol *vol, const struct plan_item *item, const struct hw_plan *w,
	bool is_restore, struct rs_err *err)
{
	struct rs_err why = {0};
	int r = w->n && item->to_ref ? keep(vol, item, w, &why) : 0;

	if (r == RS_E_NO_SPACE && is_restore)
		return 0;
	return r < 0 ? rs_err_pass(err, r, &why) : 0;
}

struct way {
	bool is_restore;
	struct steps *j;
};

static int carry_out(struct nt_vol *vol, const struct plan_item *item, const struct edits *e,
	const struct way *way, struct rs_err *err)
{
	auto_hw_plan struct hw_plan w = {0};
	struct steps *j = way->j;
	uint64_t refs[3];
	int r = make_plan(vol, item->change->file, e, &w, refs, err);

	if (r == 0)
		r = keep_first(vol, item, &w, way->is_restore, err);
	if (r == 0)
		r = steps_add_item(j, "intent", item->number, err);
	if (r == 0)
		r = write_all(vol, refs, &w, err);
	return r < 0 ? r : steps_add_item(j, "done", item->number, err);
}

static int run(struct nt_vol *vol, struct plan_item *item, bool is_restore, struct steps *j,
	struct rs_err *err)
{
	struct plan_change *c = item->change;
	auto_edits struct edits e = {calloc(2 * c->n + 1, sizeof(*e.all)), 0};
	enum change_state state;
	int r = e.all ? change_state(vol, c, &state, err) : rs_fail(err, RS_E_MEMORY, "change");

	if (r == 0)
		r = is_restore ? fill_back(vol, c, &e, err) : fill_forward(c, &e, err);
	if (r == 0 && e.n)
		r = carry_out(vol, item, &e, &(struct way){is_restore, j}, err);
	if (r < 0)
		return rs_err_object(err, c->file), r;
	item->result = e.n ? PLAN_DONE : PLAN_ALREADY;
	return 0;
}

int change_can(struct nt_vol *vol, struct plan_change *c, struct rs_err *err)
{
	auto_free struct hw_edit *all = calloc(2 * c->n + 1, sizeof(*all));
	struct edits e = {all, 0};
	auto_hw_plan struct hw_plan w = {0};
	enum change_state state;
	uint64_t refs[3];
	int r = all ? change_state(vol, c, &state, err) : rs_fail(err, RS_E_MEMORY, "change");

	if (r == 0)
		r = fill_forward(c, &e, err);
	if (r == 0 && e.n)
		r = make_plan(vol, c->file, &e, &w, refs, err);
	return r < 0 ? rs_err_object(err, c->file) : 0;
}

/* ---- afterwards ---- */

static int verify_values(const struct plan_change *c, bool is_restored, struct rs_err *err)
{
	const enum change_state wanted = is_restored ? CHANGE_BEFORE : CHANGE_AFTER;

	for (size_t i = 0; i < c->n; i++) {
		const struct change_value *v = &c->values[i];
		if (v->state != wanted && !(is_restored && v->is_left))
			return rs_fail_on(err, RS_E_VERIFY, c->file,
				"%.200s: %.60s is not as it was "
				"to be",
				v->key, v->name);
	}
	return 0;
}

static int verify(
	struct nt_vol *vol, const struct plan_item *item, bool is_restored, struct rs_err *err)
{
	auto_hive struct win_hive *h = NULL;
	struct plan_change *c = item->change;
	struct change_facts now = {.is_whole = false};
	enum change_state state;
	int r = change_state(vol, c, &state, err);

	if (r == 0)
		r = verify_values(c, is_restored, err);
	if (r == 0)
		r = win_hive_open_in(vol, c->file, &h, err);
	if (r == 0)
		r = change_facts(vol, h, c, &now, err);
	if (r == 0 && c->is_hive_whole && !now.is_whole)
		r = rs_fail_on(err, RS_E_VERIFY, c->file, "the hive is damaged now");
	if (r == 0 && c->is_boot_minimum && !now.is_boot_minimum)
		r = rs_fail_on(err, RS_E_VERIFY, c->file,
			"a driver that every start of Windows needs is not started any more");
	return r;
}

static const char *refuses(const struct plan_item *item)
{
	const struct plan_change *c = item->change;

	if (!c->n)
		return "its change names no value";
	for (size_t i = 0; i < c->n; i++)
		if (!change_is_allowed(c->file, &c->values[i]))
			return "its change names a value that is never changed";
	return NULL;
}

const struct change_ops change_hive = {
	look, run, verify, refuses, "its values are as planned and the hive is as sound as before"};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Undo looks before it writes: Windows may have run since, and its vendor's service may have
 * fetched the file anew, an upgrade may have put \Windows aside, a folder may be renamed or made
 * anew. What Windows does to a record on its way (LSN, last access, security) is no reason; what a
 * person has to decide is asked; and where the file cannot go back, the plan says why and what to
 * do. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "act/change.h"
#include "ntfs/check.h"

#define PATH_BYTES 4096U

static const char move_away[] =
	"move the other file away in Windows' recovery environment; or leave "
	"this one in the quarantine, where 'unbrick cat' reads it";
static const char answer[] = "answer the question at a terminal";

/* What is found of one item. */
struct look {
	char *place, *hinder, *next;
	bool can_confirm, is_gone;
	uint64_t home_ref;
};

struct survey {
	struct nt_vol *vol;
	struct nt_raw *raw;
	struct win_pending pending;
};

static void look_done(struct look *l)
{
	free(l->place);
	free(l->hinder);
	free(l->next);
}

#define auto_look __attribute__((cleanup(look_done)))

/* One reason more; the next step of the first stays, but one that ends it goes before one that a
 * person may overrule. */
__attribute__((format(printf, 4, 5))) static void hinder(
	struct look *l, bool can_confirm, const char *next, const char *fmt, ...)
{
	char text[700];
	char *all = NULL;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap); /* cut is fine */
	va_end(ap);
	if (asprintf(&all, "%s%s%s", l->hinder ? l->hinder : "", l->hinder ? "; " : "", text) < 0)
		all = NULL;
	if (!l->next || (l->can_confirm && !can_confirm)) {
		free(l->next);
		l->next = strdup(next);
	}
	l->can_confirm = can_confirm && (!l->hinder || l->can_confirm);
	if (all) {
		free(l->hinder);
		l->hinder = all;
	}
}

/* ---- folders ---- */

/* ---- one item ---- */

/* The file's own names: is each free, and does the path name one of them? */
struct names {
	const struct survey *s;
	struct look *look;
	const char *wanted; /* the last part of the item's path */
	char shown[NT_NAME_BYTES];
	bool is_wanted;
};

static void see_name(void *user, const struct nt_switch_name *n)
{
	struct names *all = user;
	struct nt_vol *vol = all->s->vol;
	char other[PATH_BYTES] = "another file";

	if (nt_name_equal(vol, n->name, all->wanted)) {
		all->is_wanted = true;
		(void)snprintf(all->shown, sizeof(all->shown), "%s", n->name);
	} else if (!all->is_wanted && (!n->is_dos || !all->shown[0])) {
		(void)snprintf(all->shown, sizeof(all->shown), "%s", n->name);
	}
	if (!n->taken_ref)
		return;
	(void)nt_path(vol, n->taken_ref, other, sizeof(other), NULL); /* only to tell more */
	hinder(all->look, false, move_away,
		"its %s %.200s is taken there by %.300s (record %" PRIu64 ")",
		n->is_dos ? "8.3 name" : "name", n->name, other,
		(uint64_t)NT_REF_RECORD(n->taken_ref));
}

/* The path as the records have it, whatever the manifest says. */
static int see_place(const struct survey *s, const struct plan_item *item, bool is_at_home,
	struct look *l, struct rs_err *err)
{
	const char *slash = strrchr(item->path, '\\');
	struct names names = {.s = s, .look = l, .wanted = slash ? slash + 1 : item->path};
	const struct nt_switch back = {item->file_ref, item->to_ref, l->home_ref};
	char dir[PATH_BYTES];
	uint64_t named = 0;
	int r = is_at_home ? 0 : nt_switch_look(s->vol, &back, see_name, &names, err);

	if (r == 0)
		r = folder_of_path(s->vol, item->path, &named, err);
	if (r == 0 && named != l->home_ref)
		r = nt_path(s->vol, l->home_ref, dir, sizeof(dir), err);
	else if (r == 0)
		(void)snprintf(dir, sizeof(dir), "%.*s", slash ? (int)(slash - item->path) : 0,
			item->path);
	if (r < 0)
		return r;
	if (asprintf(&l->place, "%s\\%s", strcmp(dir, "\\") != 0 ? dir : "",
		    is_at_home ? names.wanted : names.shown) < 0)
		return l->place = NULL, rs_fail(err, RS_E_MEMORY, "path");
	if (is_at_home)
		return 0;
	if (l->home_ref != item->from_ref || item->is_anew)
		hinder(l, true, answer, "its folder was made anew: it is another one now");
	else if (named != l->home_ref)
		hinder(l, true, answer, "its folder is %.400s now", dir);
	if (!names.is_wanted)
		hinder(l, true, answer, "its name is %.300s now", names.shown);
	return 0;
}

/* No folder: neither the one it came from, nor another one at its path. */
static void no_home(struct look *l, const struct plan_item *item)
{
	hinder(l, false,
		"make that folder again in Windows' recovery environment; 'unbrick cat' reads the "
		"file "
		"in the quarantine",
		"the folder that it came from is gone, and none is there any more where %.400s was",
		item->path);
}

static bool is_other_content(const struct survey *s, const struct plan_item *item, struct look *l)
{
	struct rs_err why = {0};
	uint8_t sha256[32];
	struct nt_stat now;
	bool is_zero;

	if (nt_stat(s->vol, item->file_ref, &now, NULL) < 0)
		return false; /* gone: said elsewhere */
	if (now.size_bytes != item->stat.size_bytes)
		return true;
	if (!item->has_sha256)
		return now.modified != item->stat.modified;
	if (judge_hash(s->vol, item->file_ref, sha256, &is_zero, &why) == 0)
		return memcmp(sha256, item->sha256, sizeof(sha256)) != 0;
	hinder(l, true, answer, "whether its content is the same cannot be told: %s", why.detail);
	return false;
}

static void see_content(const struct survey *s, const struct plan_item *item, struct look *l)
{
	if (is_other_content(s, item, l))
		hinder(l, false,
			"look at it with 'unbrick cat'; what is in the quarantine is not what was "
			"moved "
			"there",
			"its content changed in the quarantine");
}

/* Other things in its folder would be left without one. */
struct strangers {
	struct look *look;
	uint64_t file_ref;
};

static bool see_stranger(void *user, const char *name, uint64_t ref, bool is_dir)
{
	const struct strangers *s = user;

	(void)is_dir;
	if (ref == s->file_ref)
		return true;
	hinder(s->look, false, "move it away from there",
		"something else lies in its folder of the quarantine: %.300s", name);
	return false;
}

/* Does the path lie at or below what a rename is about? */
static bool is_at_or_below(struct nt_vol *vol, const char *path, const char *top)
{
	size_t n = strlen(top);

	if (!n || strlen(path) < n || (path[n] && path[n] != '\\'))
		return false;
	auto_free char *head = strndup(path, n);
	return head && nt_name_equal(vol, head, top);
}

static void see_pending(const struct survey *s, struct look *l)
{
	for (size_t i = 0; l->place && i < s->pending.n_renames; i++) {
		const struct win_rename *n = &s->pending.renames[i];

		if (is_at_or_below(s->vol, l->place, n->target))
			hinder(l, true, "let Windows finish it first, or answer at a terminal",
				"at its next start Windows will put %.200s in its place",
				n->source);
		if (is_at_or_below(s->vol, l->place, n->source))
			hinder(l, true, "let Windows finish it first, or answer at a terminal",
				"at its next start Windows will %s it",
				n->target[0] ? "rename" : "delete");
	}
}

/* On indexes or a record that are damaged already nothing is begun. */
static int see_damage(
	const struct survey *s, const struct plan_item *item, struct look *l, struct rs_err *err)
{
	const struct nt_check c = {item->file_ref, item->to_ref, l->home_ref};
	struct rs_err why = {0};
	int r = s->raw ? nt_check_touched(s->raw, &c, &why) : 0;

	if (r == RS_E_VERIFY || r == RS_E_NTFS_DAMAGED)
		hinder(l, false, "let chkdsk repair it from Windows' recovery environment",
			"the file system is damaged there: %s", why.detail);
	else if (r < 0)
		return *err = why, r;
	return 0;
}

/* Neither here nor there: nothing can be put back, and the others are for a person to decide. */
static void gone(const struct survey *s, const struct plan_item *item, struct look *l)
{
	char now[PATH_BYTES] = "";

	l->is_gone = true;
	if (nt_path(s->vol, item->file_ref, now, sizeof(now), NULL) == 0)
		hinder(l, true, "answer the question at a terminal: it stays there",
			"it is not in the quarantine any more, but %.400s", now);
	else
		hinder(l, true, "answer the question at a terminal: there is nothing to put back",
			"it is not in the quarantine any more: something removed or replaced it");
}

/* Values that somebody else has changed are no hindrance: they are left as they are, and the plan
 * shows which. A hive that cannot be read is one. */
static int see_change(
	const struct survey *s, const struct plan_item *item, struct look *l, struct rs_err *err)
{
	struct rs_err why = {0};
	enum change_state state;
	int r = change_ops_of(item)->state(s->vol, item, &state, &why);

	if (rs_err_unread(r))
		return rs_err_pass(err, r, &why);
	if (r == RS_E_NO_SUCH_FILE) {
		l->is_gone = true;
		hinder(l, true,
			"answer the question at a terminal: there is nothing to change back",
			"the file is not there any more");
	} else if (r < 0) {
		hinder(l, false, rs_err_info(r)->advice, "%s: %.300s", rs_err_info(r)->text,
			why.detail);
	} else if (item->change->kind != CHANGE_HIVE &&
		   (state == CHANGE_OTHERS || state == CHANGE_MISSING)) {
		l->is_gone = true;
		hinder(l, true, "answer the question at a terminal: what is there stays",
			"it is not what was put back any more, and stays as it is");
	}
	l->place = strdup(item->change->file);
	return l->place ? 0 : rs_fail(err, RS_E_MEMORY, "path");
}

static int see_item(
	const struct survey *s, const struct plan_item *item, struct look *l, struct rs_err *err)
{
	struct strangers strangers = {l, item->file_ref};
	enum nt_switch_state state = NT_SWITCH_ELSEWHERE;

	if (item->change)
		return see_change(s, item, l, err);
	int r = restore_home(s->vol, item, &l->home_ref, err);

	if (r == 0)
		r = quarantine_item_state(s->vol, item, &state, err);
	if (r < 0)
		return r;
	if (state == NT_SWITCH_ELSEWHERE)
		return gone(s, item, l), 0;
	if (state == NT_SWITCH_AT_FROM || state == NT_SWITCH_AT_FROM_EXTRA)
		return see_place(s, item, true, l, err);
	see_content(s, item, l);
	if (!l->home_ref)
		return no_home(l, item), 0;
	r = see_place(s, item, false, l, err);
	if (r == 0)
		r = nt_list(s->vol, item->to_ref, see_stranger, &strangers, err);
	if (r == 0 && state == NT_SWITCH_AT_TO)
		r = see_damage(s, item, l, err);
	see_pending(s, l);
	return r;
}

/* ---- all of them ---- */

static int survey_begin(struct survey *s, const struct win_info *win, struct rs_err *err)
{
	return win ? win_pending_read(s->vol, win, &s->pending, err) : 0;
}

static void keep(struct plan_item *item, struct look *l)
{
	free(item->place);
	free(item->hinder);
	free(item->next);
	item->place = rs_steal(l->place);
	item->hinder = rs_steal(l->hinder);
	item->next = rs_steal(l->next);
	item->can_confirm = l->can_confirm;
	item->is_gone = l->is_gone;
	for (size_t i = 0; item->change && i < item->change->n; i++) {
		struct change_value *v = &item->change->values[i];
		v->is_left = v->state == CHANGE_OTHERS || v->state == CHANGE_MISSING;
	}
	item->is_anew |= l->home_ref && l->home_ref != item->from_ref;
	if (l->home_ref)
		item->from_ref = l->home_ref;
}

int restore_survey(struct nt_vol *vol, struct nt_raw *raw, const struct win_info *win,
	struct plan *p, struct rs_err *err)
{
	struct survey s = {.vol = vol, .raw = raw};
	int r = survey_begin(&s, win, err);

	for (size_t i = 0; r == 0 && i < p->n_items; i++) {
		auto_look struct look l = {0};

		r = see_item(&s, &p->items[i], &l, err);
		if (r == 0)
			keep(&p->items[i], &l);
		else
			(void)rs_err_object(err, p->items[i].path);
	}
	if (r == 0)
		r = restore_hold_starts(vol, p, err);
	win_pending_done(&s.pending);
	return r;
}

int restore_verdict(const struct plan *p, bool is_confirmed, struct rs_err *err)
{
	const struct plan_item *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < p->n_items; i++) {
		const struct plan_item *item = &p->items[i];

		if (!item->hinder || (is_confirmed && item->can_confirm))
			continue;
		if (!first || (first->can_confirm && !item->can_confirm))
			first = item;
		n++;
	}
	if (!first)
		return 0;
	return rs_fail_on(err, RS_E_UNDO, first->path, "%.300s%s", first->hinder,
		n > 1 ? " (and others: see the plan)" : "");
}

/* Is one of its values left as it is that was not when the plan was shown, or the other way round?
 */
static bool is_left_otherwise(const struct plan_item *item)
{
	for (size_t i = 0; item->change && i < item->change->n; i++) {
		const struct change_value *v = &item->change->values[i];
		if (v->is_left != (v->state == CHANGE_OTHERS || v->state == CHANGE_MISSING))
			return true;
	}
	return false;
}

static bool is_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

int restore_check(struct nt_vol *vol, struct nt_raw *raw, const struct win_info *win,
	const struct plan *p, struct rs_err *err)
{
	struct survey s = {.vol = vol, .raw = raw};
	int r = survey_begin(&s, win, err);

	for (size_t i = 0; r == 0 && i < p->n_items; i++) {
		const struct plan_item *item = &p->items[i];
		auto_look struct look l = {0};

		r = see_item(&s, item, &l, err);
		if (r == 0 && is_left_otherwise(item))
			r = rs_fail(err, RS_E_CHANGED, "its values are others now");
		if (r == 0 && (!is_same(l.place, item->place) || !is_same(l.hinder, item->hinder) ||
				      l.is_gone != item->is_gone))
			r = rs_fail(err, RS_E_CHANGED, "%.300s",
				l.hinder ? l.hinder : "its place is another one now");
		if (r < 0)
			(void)rs_err_object(err, item->path);
	}
	win_pending_done(&s.pending);
	return r;
}

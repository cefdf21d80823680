/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of Windows that was taken away, put back. CHANGE_LINK: its record,
 * which WinSxS holds still, gets one more name in the folder where it belongs
 * (ntfswrite/link.c). CHANGE_COPY: a new file there with the contents of
 * another one. The item's file is the source, from_ref the folder. Undo takes
 * just that name away, or that file, while it still is that record's and the
 * content is the one that was put back; else it stays, and that is told. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "act/change.h"
#include "ntfs/check.h"

#define FIRST_USER_RECORD 24U
#define STORE		  "\\WinSxS\\"
#define COPY_MOST	  (64U << 20)
#define PATH_CAP	  600U

static struct nt_hard hard_of(const struct plan_item *item)
{
	return (struct nt_hard){item->file_ref, item->from_ref, win_path_name(item->path)};
}

/* Is its content the one of the plan? What cannot be read is not. */
static int is_content(struct nt_vol *vol, const struct plan_item *item, uint64_t ref, bool *ret,
	struct rs_err *err)
{
	uint8_t sha256[32];
	struct rs_err why = {0};
	bool is_zero;
	int r = judge_hash(vol, ref, sha256, &is_zero, &why);

	*ret = r == 0 && item->has_sha256 && memcmp(sha256, item->sha256, sizeof(sha256)) == 0;
	return rs_err_ends(r) ? rs_err_pass(err, r, &why) : 0;
}

/* *ret_is_whole: no step of it was cut off. A name without its entry is not
 * there for anybody. */
static int link_look_at(struct nt_vol *vol, const struct plan_item *item, enum change_state *ret,
	bool *ret_is_whole, struct rs_err *err)
{
	const struct nt_hard h = hard_of(item);
	enum nt_hard_state state = NT_HARD_ABSENT;
	struct rs_err why = {0};
	uint64_t folder = 0;
	bool is_it = false;
	int r = folder_of_path(vol, item->path, &folder, &why);

	*ret = CHANGE_MISSING;
	*ret_is_whole = false;
	if (r == 0 && folder == item->from_ref)
		r = nt_hard_state(vol, &h, &state, &why);
	else if (r == 0)
		return 0; /* the folder is gone, or another one */
	if (r == RS_E_NO_SUCH_FILE || r == RS_E_UNSAFE_PATH)
		return 0; /* the record is another file's */
	if (r == 0 && state == NT_HARD_THERE)
		r = is_content(vol, item, item->file_ref, &is_it, &why);
	if (r < 0)
		return rs_err_pass(err, r, &why);
	*ret_is_whole = state != NT_HARD_HALF;
	if (state == NT_HARD_ABSENT || state == NT_HARD_HALF)
		*ret = CHANGE_BEFORE;
	else
		*ret = is_it ? CHANGE_AFTER : CHANGE_OTHERS;
	return 0;
}

static int link_look(struct nt_vol *vol, const struct plan_item *item, enum change_state *ret,
	struct rs_err *err)
{
	bool is_whole;

	return link_look_at(vol, item, ret, &is_whole, err);
}

static int link_add(struct nt_vol *vol, const struct plan_item *item, struct rs_err *err)
{
	const struct nt_hard h = hard_of(item);
	bool is_it = false;
	int r = is_content(vol, item, item->file_ref, &is_it, err);

	if (r == 0 && !is_it)
		r = rs_fail_on(err, RS_E_CHANGED, item->path,
			"%s is not what it was when the plan was made", item->change->source);
	return r < 0 ? r : nt_hard_add(vol, &h, err);
}

/* What is not ours any more stays. */
static int link_drop(
	struct nt_vol *vol, struct plan_item *item, bool *ret_is_left, struct rs_err *err)
{
	const struct nt_hard h = hard_of(item);
	enum nt_hard_state state;
	bool is_it = false;
	int r = nt_hard_state(vol, &h, &state, err);

	if (r == 0 && (state == NT_HARD_THERE || state == NT_HARD_HALF))
		r = is_content(vol, item, item->file_ref, &is_it, err);
	*ret_is_left = !is_it;
	return r < 0 || !is_it ? r : nt_hard_drop(vol, &h, err);
}

static int link_run(struct nt_vol *vol, struct plan_item *item, bool is_restore, struct steps *j,
	struct rs_err *err)
{
	const enum change_state wanted = is_restore ? CHANGE_BEFORE : CHANGE_AFTER;
	enum change_state state;
	bool is_whole = false, is_left = false;
	int r = link_look_at(vol, item, &state, &is_whole, err);

	if (r == 0 && state == wanted && is_whole) {
		item->result = PLAN_ALREADY;
		return 0;
	}
	if (r == 0)
		r = steps_add_item(j, "intent", item->number, err);
	if (r == 0)
		r = is_restore ? link_drop(vol, item, &is_left, err) : link_add(vol, item, err);
	if (r == 0)
		r = steps_add_item(j, "done", item->number, err);
	if (r == 0)
		item->result = is_left ? PLAN_SKIPPED : PLAN_DONE;
	return r;
}

/* The record, all folders with a name of it, and both bitmaps, without
 * libntfs-3g. @out_ref: a folder that has none. */
static int check(
	struct nt_vol *vol, uint64_t ref, uint64_t in_ref, uint64_t out_ref, struct rs_err *err)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	const struct nt_check c = {ref, in_ref, out_ref};
	int r = nt_raw_open(nt_vol_source(vol), &raw, err);

	return r < 0 ? r : nt_check_touched(raw, &c, err);
}

static int link_verify(
	struct nt_vol *vol, const struct plan_item *item, bool is_restored, struct rs_err *err)
{
	enum change_state state;
	bool is_whole;
	int r = link_look_at(vol, item, &state, &is_whole, err);

	if (r < 0 || (is_restored && item->result == PLAN_SKIPPED))
		return r; /* it is not ours any more */
	if (!is_whole || state != (is_restored ? CHANGE_BEFORE : CHANGE_AFTER))
		return rs_fail_on(err, RS_E_VERIFY, item->path,
			is_restored ? "the name is there still"
				    : "the name is not there, or leads to something else");
	return check(vol, item->file_ref, is_restored ? 0 : item->from_ref,
		is_restored ? item->from_ref : 0, err);
}

/* The folders into which files are put back (judge/putback.c), of a Windows that lies in a folder
 * of the root or in one named Windows in that. */
static bool is_place(const char *path)
{
	static const char *const folders[] = {
		"", "\\System32", "\\System32\\drivers", "\\SysWOW64"};
	static const char inner[] = "\\Windows";
	const size_t len = (size_t)(win_path_name(path) - path);
	const size_t root = path[0] == '\\' ? 1 + strcspn(path + 1, "\\") : len;

	for (size_t i = 0; root > 1 && i < 2 * sizeof(folders) / sizeof(folders[0]); i++) {
		const char *folder = folders[i / 2];
		const size_t head = root + (i % 2 ? strlen(inner) : 0), tail = strlen(folder);
		if (len == head + tail + 1 && strncasecmp(path + root, inner, head - root) == 0 &&
			strncasecmp(path + head, folder, tail) == 0)
			return true;
	}
	return false;
}

/* Of a manifest that is proven ours, and yet: only a name in Windows, of what
 * Windows' store has. */
static const char *refuses(const struct plan_item *item)
{
	const struct plan_change *c = item->change;

	if (c->n)
		return "its change names values, and is about none";
	if (NT_REF_RECORD(item->file_ref) < FIRST_USER_RECORD || !item->has_sha256)
		return "its change names no file";
	if (!c->source || strcasestr(item->path, STORE) ||
		(c->kind == CHANGE_LINK && !strcasestr(c->source, STORE)))
		return "its change is not about a file that Windows' store has";
	if (!is_place(item->path))
		return "its change is about a folder into which no file is put back";
	return NULL;
}

const struct change_ops change_link = {link_look, link_run, link_verify, refuses,
	"the name is as planned, one of the file of Windows' store or gone; record, indexes, "
	"link count and bitmaps are consistent"};

/* ---- a copy ---- */

/* The file at the path now, 0: none. */
static int copy_look_at(struct nt_vol *vol, const struct plan_item *item, enum change_state *ret,
	uint64_t *ret_ref, struct rs_err *err)
{
	struct rs_err why = {0};
	struct nt_stat s;
	uint64_t folder = 0;
	bool is_it = false;
	int r = folder_of_path(vol, item->path, &folder, &why);

	*ret = CHANGE_MISSING;
	*ret_ref = 0;
	if (r == 0 && folder != item->from_ref)
		return 0; /* the folder is gone, or another one */
	if (r == 0)
		r = nt_lookup(vol, item->path, ret_ref, &why);
	if (r == RS_E_NO_SUCH_FILE) {
		*ret = CHANGE_BEFORE;
		*ret_ref = 0;
		return 0;
	}
	if (r == 0)
		r = nt_stat(vol, *ret_ref, &s, &why);
	if (r == 0 && !s.is_dir && !s.is_reparse && s.links == 1)
		r = is_content(vol, item, *ret_ref, &is_it, &why);
	if (r < 0)
		return rs_err_pass(err, r, &why);
	*ret = is_it ? CHANGE_AFTER : CHANGE_OTHERS; /* one with other names is not ours */
	return 0;
}

static int copy_look(struct nt_vol *vol, const struct plan_item *item, enum change_state *ret,
	struct rs_err *err)
{
	uint64_t ref;

	return copy_look_at(vol, item, ret, &ref, err);
}

/* A part of every Windows, with the owner and permissions that its files have.
 */
static int find_like(
	struct nt_vol *vol, const struct plan_item *item, uint64_t *ret, struct rs_err *err)
{
	static const char *const parts[] = {"\\System32\\", "\\SysWOW64\\"};
	static const char *const names[] = {"ntdll.dll", "kernel32.dll"};
	size_t root = (size_t)(win_path_name(item->path) - 1 - item->path);
	char path[PATH_CAP];

	for (size_t i = 0; i < 2; i++) {
		const char *at = strcasestr(item->path, parts[i]);
		if (at && (size_t)(at - item->path) < root)
			root = (size_t)(at - item->path);
	}
	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(
			path, sizeof(path), "%.*s\\System32\\%s", (int)root, item->path, names[i]);
		int r = nt_lookup(vol, path, ret, err);
		if (r != RS_E_NO_SUCH_FILE)
			return r;
	}
	return rs_fail_on(err, RS_E_GUARD, item->path,
		"whose it has to be cannot be told: System32 has no ntdll.dll");
}

static int copy_load(struct nt_vol *vol, const struct plan_item *item, uint8_t **ret,
	size_t *ret_len, struct rs_err *err)
{
	auto_nt_file struct nt_file *f = NULL;
	auto_free uint8_t *p = NULL;
	bool is_it = false;
	int r = is_content(vol, item, item->file_ref, &is_it, err);

	if (r == 0 && !is_it)
		r = rs_fail_on(err, RS_E_CHANGED, item->path,
			"%s is not what it was when the plan was made", item->change->source);
	if (r == 0)
		r = nt_file_open(vol, item->file_ref, "", &f, err);
	if (r < 0)
		return r;
	const uint64_t size = nt_file_size(f);
	if (size > COPY_MOST)
		return rs_fail_on(
			err, RS_E_GUARD, item->path, "%" PRIu64 " bytes are too much", size);
	p = malloc((size_t)size + 1);
	if (!p)
		return rs_fail(err, RS_E_MEMORY, "file");
	r = nt_file_read(f, 0, p, (size_t)size, ret_len, err);
	if (r == 0)
		*ret = rs_steal(p);
	return r;
}

static int copy_add(struct nt_vol *vol, const struct plan_item *item, struct rs_err *err)
{
	auto_free uint8_t *p = NULL;
	uint64_t like = 0, made = 0;
	size_t len = 0;
	int r = copy_load(vol, item, &p, &len, err);

	if (r == 0)
		r = find_like(vol, item, &like, err);
	return r < 0 ? r
		     : nt_file_restore(vol, item->from_ref, win_path_name(item->path),
			       (struct rs_view){p, len}, like, &made, err);
}

static int copy_run(struct nt_vol *vol, struct plan_item *item, bool is_restore, struct steps *j,
	struct rs_err *err)
{
	enum change_state state;
	uint64_t ref;
	int r = copy_look_at(vol, item, &state, &ref, err);

	if (r < 0)
		return r;
	if (state == (is_restore ? CHANGE_BEFORE : CHANGE_AFTER)) {
		item->result = PLAN_ALREADY;
		return 0;
	}
	if (is_restore && state != CHANGE_AFTER) {
		item->result = PLAN_SKIPPED; /* not ours any more */
		return 0;
	}
	if (!is_restore && state != CHANGE_BEFORE)
		return rs_fail_on(err, RS_E_CHANGED, item->path, "something else is there now");
	r = steps_add_item(j, "intent", item->number, err);
	if (r == 0)
		r = is_restore ? nt_remove(vol, item->from_ref, win_path_name(item->path), ref, err)
			       : copy_add(vol, item, err);
	if (r == 0)
		r = steps_add_item(j, "done", item->number, err);
	if (r == 0)
		item->result = PLAN_DONE;
	return r;
}

static int copy_verify(
	struct nt_vol *vol, const struct plan_item *item, bool is_restored, struct rs_err *err)
{
	enum change_state state;
	uint64_t ref;
	int r = copy_look_at(vol, item, &state, &ref, err);

	if (r < 0 || (is_restored && item->result == PLAN_SKIPPED))
		return r;
	if (state != (is_restored ? CHANGE_BEFORE : CHANGE_AFTER))
		return rs_fail_on(err, RS_E_VERIFY, item->path,
			is_restored ? "the file is there still"
				    : "the file is not there, or is another one");
	return is_restored ? 0 : check(vol, ref, item->from_ref, 0, err);
}

const struct change_ops change_copy = {copy_look, copy_run, copy_verify, refuses,
	"the file has the contents of the plan; record, indexes, link count and "
	"bitmaps are consistent"};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moving a file by switching the parent reference inside its MFT record.
 *
 * The names keep their length, so the record never grows (a second FILE_NAME, as link + unlink
 * would need, does not fit into the full records that small resident drivers have). Nothing is
 * renamed, so 8.3 names and namespaces stay. At every moment each name in the record has its entry
 * in the index of the folder the record names; what may be left over is an entry in the other
 * index, which chkdsk removes and nt_switch_run finishes.
 *
 * Times of the two folders: libntfs-3g's index functions leave them alone (its FUSE program is what
 * sets them), and so do we; after a switch and its undo the listing with all times is therefore the
 * first one. The entry in the index is copied, not made from the record: sizes and times in entries
 * are refreshed lazily by Windows and differ from the record's. */
#include "ntfswrite/vol_internal.h"

#include <errno.h>
#include <string.h>

#include "core/list.h"

#define NAMES_MAX 1024U /* hard links of one file, as NTFS limits them, DOS names included */

struct name {
	uint8_t key[NT_IX_FN_MAX]; /* FILE_NAME as in the record */
	uint16_t len;
	bool is_from, is_to; /* the folder that the record says */
};

struct names {
	struct name *all;
	size_t n, n_from, n_to;
	uint64_t file_ref;
	bool is_dir;
};

static void names_done(struct names *names)
{
	free(names->all);
}

#define auto_names __attribute__((cleanup(names_done)))

/* ---- looking ---- */

static int add_name(struct names *names, const struct nt_file_name *fn, struct rs_view key,
	const struct nt_switch *sw, struct rs_err *err)
{
	bool is_from = fn->parent_ref == sw->from_ref, is_to = fn->parent_ref == sw->to_ref;

	if (!is_from && !is_to)
		return 0;
	if (names->n == NAMES_MAX)
		return rs_fail(err, RS_E_NTFS_DAMAGED, "more than %u names", NAMES_MAX);
	struct name *n = rs_list_add(&names->all, &names->n, sizeof(*n));
	if (!n)
		return rs_fail(err, RS_E_MEMORY, "names of the file");
	n->is_from = is_from;
	n->is_to = is_to;
	n->len = (uint16_t)(NT_IX_FN_BYTES + fn->name.len);
	memcpy(n->key, key.p, n->len);
	names->n_from += is_from;
	names->n_to += is_to;
	return 0;
}

/* The names of the file in either folder. None when the record is another file's by now. */
static int read_names(
	struct nt_vol *vol, const struct nt_switch *sw, struct names *ret, struct rs_err *err)
{
	auto_inode ntfs_inode *ni = NULL;
	auto_ctx ntfs_attr_search_ctx *ctx = NULL;
	struct nt_file_name fn;
	struct rs_err why = {0};
	int r = nt_inode_open(vol, sw->file_ref, &ni, &why);

	if (r == RS_E_NO_SUCH_FILE)
		return 0;
	if (r < 0)
		return rs_err_pass(err, r, &why);
	ret->file_ref = nt_inode_ref(ni);
	ret->is_dir = nt_inode_is_dir(ni);
	while (r == 0 && (r = nt_next_name(vol, ni, &ctx, &fn, err)) == 1)
		r = add_name(ret, &fn, nt_attr_value(ctx), sw, err);
	return r;
}

/* The entry of exactly this name, *ret_ref 0 if there is none; its FILE_NAME is copied when
 * @ret_key is given. */
static int find_entry(struct nt_vol *vol, ntfs_inode *dir, const struct name *name,
	uint64_t *ret_ref, struct name *ret_key, struct rs_err *err)
{
	int r = 0;

	*ret_ref = 0;
	nt_lib_begin(vol);
	ntfs_index_context *ix = ntfs_index_ctx_get(dir, NTFS_INDEX_I30, 4);
	if (!ix)
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "index of a folder", err);
	if (ntfs_index_lookup(name->key, name->len, ix)) {
		if (errno != ENOENT || vol->dev.io_err.code)
			r = nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "index of a folder", err);
	} else {
		*ret_ref = le64_to_cpu(ix->entry->indexed_file);
		if (ret_key && ix->data_len == name->len)
			memcpy(ret_key->key, ix->data, name->len);
	}
	ntfs_index_ctx_put(ix);
	return r;
}

/* How many of the file's names have an entry of the file in this folder? *ret_missing: names that
 * the record puts there but the index does not have. */
static int count_entries(struct nt_vol *vol, uint64_t dir_ref, bool is_to,
	const struct names *names, size_t ret_count[2], struct rs_err *err)
{
	auto_inode ntfs_inode *dir = NULL;
	int r = nt_folder_open(vol, dir_ref, &dir, err);

	ret_count[0] = ret_count[1] = 0;
	for (size_t i = 0; r == 0 && i < names->n; i++) {
		const struct name *n = &names->all[i];
		uint64_t ref;

		r = find_entry(vol, dir, n, &ref, NULL, err);
		ret_count[0] += r == 0 && ref == names->file_ref;
		ret_count[1] += r == 0 && ref != names->file_ref && (is_to ? n->is_to : n->is_from);
	}
	return r;
}

static int judge(struct nt_vol *vol, const struct nt_switch *sw, const struct names *names,
	enum nt_switch_state *ret, struct rs_err *err)
{
	size_t from[2] = {0}, to[2];

	if (!names->n) {
		*ret = NT_SWITCH_ELSEWHERE;
		return 0;
	}
	int r = sw->from_ref ? count_entries(vol, sw->from_ref, false, names, from, err) : 0;
	if (r == 0)
		r = count_entries(vol, sw->to_ref, true, names, to, err);
	if (r != 0)
		return r;
	if (from[1] || to[1])
		return rs_fail(
			err, RS_E_NTFS_DAMAGED, "a name of the file has no entry in its folder");
	/* A pair of names in two records (base and extension) may be half switched: not yet. */
	if (names->n_from)
		*ret = to[0] ? NT_SWITCH_AT_FROM_EXTRA : NT_SWITCH_AT_FROM;
	else
		*ret = from[0] ? NT_SWITCH_AT_TO_EXTRA : NT_SWITCH_AT_TO;
	return 0;
}

/* Both references as the records have them, so that parent references can be compared whole. */
static int complete(
	struct nt_vol *vol, const struct nt_switch *sw, struct nt_switch *ret, struct rs_err *err)
{
	auto_inode ntfs_inode *from = NULL;
	auto_inode ntfs_inode *to = NULL;
	int r = sw->from_ref ? nt_folder_open(vol, sw->from_ref, &from, err) : 0;

	if (r == 0 && NT_REF_RECORD(sw->from_ref) == NT_REF_RECORD(sw->to_ref))
		return rs_fail(err, RS_E_BUG, "a switch from a folder to itself");
	if (r == 0)
		r = nt_folder_open(vol, sw->to_ref, &to, err);
	if (r < 0)
		return r;
	*ret = (struct nt_switch){sw->file_ref, from ? nt_inode_ref(from) : 0, nt_inode_ref(to)};
	return 0;
}

int nt_switch_state(struct nt_vol *vol, const struct nt_switch *sw, enum nt_switch_state *ret,
	struct rs_err *err)
{
	auto_names struct names names = {0};
	struct nt_switch whole;
	int r = complete(vol, sw, &whole, err);

	if (r == 0)
		r = read_names(vol, &whole, &names, err);
	return r < 0 ? r : judge(vol, &whole, &names, ret, err);
}

/* ---- guards ---- */

/* fsutil file setCaseSensitiveInfo: no versions, of which this is the first. */
static int is_case_sensitive(struct nt_vol *vol, ntfs_inode *dir, bool *ret, struct rs_err *err)
{
	uint32_t versions, version;

	auto_ctx ntfs_attr_search_ctx *ctx = ntfs_attr_get_search_ctx(dir, NULL);
	if (!ctx)
		return rs_fail(err, RS_E_MEMORY, "record");
	if (ntfs_attr_lookup(
		    AT_STANDARD_INFORMATION, AT_UNNAMED, 0, CASE_SENSITIVE, 0, NULL, 0, ctx))
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "record of a folder", err);
	struct rs_view si = nt_attr_value(ctx);
	*ret = rs_view_u32(si, 36, &versions) && rs_view_u32(si, 40, &version) && !versions &&
	       version == 1;
	return 0;
}

/* Which file has this name in a folder? Case-blind, but for folders where it is not: elsewhere
 * Windows would see only one of two names that differ in case. */
static int find_taken(struct nt_vol *vol, ntfs_inode *to, const struct name *name,
	uint64_t *ret_ref, struct rs_err *err)
{
	struct nt_file_name fn;
	bool is_exact = false;
	int r = is_case_sensitive(vol, to, &is_exact, err);

	if (r < 0)
		return r;
	if (is_exact)
		return find_entry(vol, to, name, ret_ref, NULL, err);
	(void)nt_file_name_parse((struct rs_view){name->key, name->len}, &fn); /* parsed before */
	const struct nt_name units = nt_name_of(fn.name);
	return nt_dir_find(vol, to, &units, ret_ref, err);
}

static int check_free(struct nt_vol *vol, const struct nt_switch *sw, const struct names *names,
	struct rs_err *err)
{
	auto_inode ntfs_inode *to = NULL;
	int r = nt_folder_open(vol, sw->to_ref, &to, err);

	for (size_t i = 0; r == 0 && i < names->n; i++) {
		uint64_t ref = 0;

		r = find_taken(vol, to, &names->all[i], &ref, err);
		if (r == 0 && ref && ref != names->file_ref)
			r = rs_fail(err, RS_E_GUARD, "the name is taken there by another file");
	}
	return r;
}

int nt_switch_look(struct nt_vol *vol, const struct nt_switch *sw,
	void (*fn)(void *user, const struct nt_switch_name *n), void *user, struct rs_err *err)
{
	auto_names struct names names = {0};
	auto_inode ntfs_inode *to = NULL;
	struct nt_switch whole;
	char text[NT_NAME_BYTES];
	int r = complete(vol, sw, &whole, err);

	if (r == 0)
		r = read_names(vol, &whole, &names, err);
	if (r == 0)
		r = nt_folder_open(vol, whole.to_ref, &to, err);
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		struct nt_switch_name n = {.name = text};
		struct nt_file_name f = {0};

		r = find_taken(vol, to, &names.all[i], &n.taken_ref, err);
		if (r < 0)
			break;
		(void)nt_file_name_parse((struct rs_view){names.all[i].key, names.all[i].len}, &f);
		(void)nt_name_text(f.name, text);
		n.is_dos = f.name_space == NT_NS_DOS;
		if (n.taken_ref == names.file_ref)
			n.taken_ref = 0;
		fn(user, &n);
	}
	return r;
}

/* A folder must not go below itself. */
static int check_not_below(struct nt_vol *vol, const struct nt_switch *sw, struct rs_err *err)
{
	uint64_t at = sw->to_ref;

	for (unsigned depth = 0; NT_REF_RECORD(at) != NT_ROOT_RECORD; depth++) {
		auto_inode ntfs_inode *ni = NULL;
		auto_ctx ntfs_attr_search_ctx *ctx = NULL;
		struct nt_file_name fn = {0};

		if (NT_REF_RECORD(at) == NT_REF_RECORD(sw->file_ref) || depth == NT_DEPTH_MAX)
			return rs_fail(err, RS_E_GUARD, "a folder cannot be moved into itself");
		int r = nt_inode_open(vol, at, &ni, err);
		if (r == 0)
			r = nt_next_name(vol, ni, &ctx, &fn, err);
		if (r == 0)
			r = rs_fail(err, RS_E_NTFS_DAMAGED, "a folder without a name");
		if (r < 0)
			return r;
		at = fn.parent_ref;
	}
	return 0;
}

/* ---- the three steps; each opens and closes its own inodes, because a failed step unmounts ----
 */

static int add_entries(struct nt_vol *vol, const struct nt_switch *sw, const struct names *names,
	struct rs_err *err)
{
	auto_inode ntfs_inode *from = NULL;
	auto_inode ntfs_inode *to = NULL;
	int r = nt_folder_open(vol, sw->from_ref, &from, err);

	if (r == 0)
		r = nt_folder_open(vol, sw->to_ref, &to, err);
	for (size_t i = 0; r == 0 && i < names->n; i++) {
		struct name copy = names->all[i];
		uint64_t ref;

		r = find_entry(vol, to, &copy, &ref, NULL, err);
		if (r < 0 || ref)
			continue; /* there already: ours, as check_free knows */
		r = find_entry(vol, from, &names->all[i], &ref, &copy, err);
		if (r < 0)
			break;
		rs_put_le64(copy.key, sw->to_ref);
		if (ntfs_index_add_filename(
			    to, (FILE_NAME_ATTR *)(void *)copy.key, names->file_ref))
			r = nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "index of the new folder", err);
	}
	if (r == 0 && ntfs_inode_sync(to))
		r = nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "index of the new folder", err);
	return r;
}

/* The commit: one record, unless the names lie in two. */
static int switch_parents(struct nt_vol *vol, const struct nt_switch *sw, struct rs_err *err)
{
	auto_inode ntfs_inode *ni = NULL;
	auto_ctx ntfs_attr_search_ctx *ctx = NULL;
	struct nt_file_name fn;
	int r = nt_inode_open(vol, sw->file_ref, &ni, err);

	if (r < 0)
		return r;
	while ((r = nt_next_name(vol, ni, &ctx, &fn, err)) == 1) {
		if (fn.parent_ref != sw->from_ref)
			continue;
		rs_put_le64(
			(uint8_t *)ctx->attr + le16_to_cpu(ctx->attr->value_offset), sw->to_ref);
		ntfs_inode_mark_dirty(ctx->ntfs_ino);
	}
	if (r == 0 && ntfs_inode_sync(ni))
		r = nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "record of the file", err);
	return r;
}

static int remove_entries(struct nt_vol *vol, const struct nt_switch *sw, const struct names *names,
	struct rs_err *err)
{
	auto_inode ntfs_inode *from = NULL;
	int r = nt_folder_open(vol, sw->from_ref, &from, err);

	for (size_t i = 0; r == 0 && i < names->n; i++) {
		const struct name *n = &names->all[i];
		uint64_t ref;

		r = find_entry(vol, from, n, &ref, NULL, err);
		if (r < 0 || ref != names->file_ref)
			continue;
		if (ntfs_index_remove(from, NULL, n->key, n->len))
			r = nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "index of the old folder", err);
	}
	if (r == 0 && ntfs_inode_sync(from))
		r = nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "index of the old folder", err);
	return r;
}

static int run(struct nt_vol *vol, const struct nt_switch *sw, const struct names *names,
	struct rs_err *err)
{
	uint64_t from[] = {sw->from_ref, 0}, to[] = {sw->to_ref, 0}, none[] = {0};
	int r = 0;

	if (names->n_from) {
		r = nt_step_end(vol, to, add_entries(vol, sw, names, err), err);
		if (r == 0)
			r = nt_step_end(vol, none, switch_parents(vol, sw, err), err);
	}
	return r < 0 ? r : nt_step_end(vol, from, remove_entries(vol, sw, names, err), err);
}

int nt_switch_run(struct nt_vol *vol, const struct nt_switch *sw, struct rs_err *err)
{
	auto_names struct names names = {0};
	enum nt_switch_state state;
	struct nt_switch whole;
	int r = nt_step_begin(vol, err);

	if (r == 0)
		r = complete(vol, sw, &whole, err);
	if (r == 0)
		r = nt_tree_trim(vol, whole.from_ref, err);
	if (r == 0)
		r = nt_tree_trim(vol, whole.to_ref, err);
	if (r == 0)
		r = read_names(vol, &whole, &names, err);
	if (r == 0)
		r = judge(vol, &whole, &names, &state, err);
	if (r != 0)
		return r;
	if (state == NT_SWITCH_ELSEWHERE)
		return rs_fail(err, RS_E_CHANGED, "the file is in neither of the two folders");
	if (state == NT_SWITCH_AT_TO)
		return 0;
	if (names.n_from) {
		r = check_free(vol, &whole, &names, err);
		if (r == 0 && names.is_dir)
			r = check_not_below(vol, &whole, err);
		if (r < 0)
			return r;
	}
	return run(vol, &whole, &names, err);
}

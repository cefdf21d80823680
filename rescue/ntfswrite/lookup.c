/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paths, folders and records, through libntfs-3g. */
#include "ntfswrite/vol_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "ntfslog/replay.h"

#define READALL_MAX                                                                                \
	65536		    /* a reparse point has 16 KiB at most, the root of an index is shorter \
			     */
#define LINKS_MAX    2048U  /* 1024 hard links, as NTFS limits them, each with a name for DOS */
#define LOOKUP_READS 65536U /* the library follows an index that leads back to itself for ever */

/* ---- records ---- */

void nt_inode_close(ntfs_inode *ni)
{
	if (!ni || !ntfs_inode_close(ni))
		return;
	/* The library keeps an inode that it could not write; ours is discarded by then, so what
	 * is in its memory no longer matters. */
	ni->state &= ~(1UL << NI_Dirty | 1UL << NI_AttrListDirty | 1UL << NI_FileNameDirty);
	for (s32 i = 0; i < ni->nr_extents; i++)
		ni->extent_nis[i]->state &= ~(1UL << NI_Dirty);
	(void)ntfs_inode_close(ni); /* nothing left to write */
}

uint64_t nt_inode_ref(const ntfs_inode *ni)
{
	return ni->mft_no | (uint64_t)le16_to_cpu(ni->mrec->sequence_number) << 48;
}

bool nt_inode_is_dir(const ntfs_inode *ni)
{
	return (ni->mrec->flags & MFT_RECORD_IS_DIRECTORY) != 0;
}

int nt_inode_open(struct nt_vol *vol, uint64_t ref, ntfs_inode **ret, struct rs_err *err)
{
	char object[64];

	(void)snprintf(object, sizeof(object), "MFT record %" PRIu64, (uint64_t)NT_REF_RECORD(ref));
	if (!vol->lib)
		return rs_fail_on(err, RS_E_NTFS_DAMAGED, vol->dev.src->name,
			"the volume could not be opened again after a failed step");
	nt_lib_begin(vol);
	auto_inode ntfs_inode *ni = ntfs_inode_open(vol->lib, NT_REF_RECORD(ref));
	if (!ni)
		return nt_lib_fail(
			vol, errno == ENOENT ? RS_E_NO_SUCH_FILE : RS_E_NTFS_DAMAGED, object, err);
	if (NT_REF_SEQUENCE(ref) && nt_inode_ref(ni) != ref)
		return rs_fail_on(err, RS_E_NO_SUCH_FILE, object,
			"it belongs to another file now (sequence %u, not %u)",
			NT_REF_SEQUENCE(nt_inode_ref(ni)), NT_REF_SEQUENCE(ref));
	if (ni->mrec->base_mft_record)
		return rs_fail_on(err, RS_E_NO_SUCH_FILE, object, "it is a part of another record");
	*ret = rs_steal(ni);
	return 0;
}

struct rs_view nt_attr_value(const ntfs_attr_search_ctx *ctx)
{
	const ATTR_RECORD *a = ctx->attr;
	struct rs_view v = {(const uint8_t *)a, le32_to_cpu(a->length)};

	if (a->non_resident ||
		!rs_view_sub(v, le16_to_cpu(a->value_offset), le32_to_cpu(a->value_length), &v))
		return (struct rs_view){NULL, 0};
	return v;
}

void *nt_readall(ntfs_inode *ni, ATTR_TYPES type, ntfschar *name, u32 name_len, s64 *ret_len)
{
	auto_attr ntfs_attr *na = ntfs_attr_open(ni, type, name, name_len);

	if (!na)
		return NULL;
	if (na->data_size < 0 || na->data_size > READALL_MAX) {
		errno = EIO;
		return NULL;
	}
	return ntfs_attr_readall(ni, type, name, name_len, ret_len);
}

static uint32_t reparse_tag(ntfs_inode *ni)
{
	s64 len = 0;
	auto_free uint8_t *p = nt_readall(ni, AT_REPARSE_POINT, NULL, 0, &len);

	return p && len >= 4 ? rs_le32(p) : 0;
}

static void stat_data(ntfs_inode *ni, struct nt_stat *st)
{
	auto_attr ntfs_attr *na = ntfs_attr_open(ni, AT_DATA, NULL, 0);

	if (!na)
		return; /* a folder, or a file without data: 0 bytes */
	st->size_bytes = (uint64_t)na->data_size;
	bool is_thin = na->data_flags & (ATTR_IS_SPARSE | ATTR_IS_COMPRESSED);
	st->allocated_bytes = (uint64_t)(NAttrNonResident(na) && is_thin ? na->compressed_size
									 : na->allocated_size);
	st->is_resident = !NAttrNonResident(na);
	st->is_compressed |= (na->data_flags & ATTR_IS_COMPRESSED) != 0;
}

/* The flag or the attribute: a volume on which they disagree must not lead us astray. */
bool nt_is_reparse(ntfs_inode *ni)
{
	return (ni->flags & FILE_ATTR_REPARSE_POINT) ||
	       ntfs_attr_exist(ni, AT_REPARSE_POINT, NULL, 0);
}

int nt_stat(struct nt_vol *vol, uint64_t ref, struct nt_stat *ret, struct rs_err *err)
{
	auto_inode ntfs_inode *ni = NULL;
	int r = nt_inode_open(vol, ref, &ni, err);

	if (r < 0)
		return r;
	struct nt_stat st = {.ref = nt_inode_ref(ni),
		.is_dir = nt_inode_is_dir(ni),
		.attributes = le32_to_cpu(ni->flags),
		.created = (uint64_t)sle64_to_cpu(ni->creation_time),
		.modified = (uint64_t)sle64_to_cpu(ni->last_data_change_time),
		.changed = (uint64_t)sle64_to_cpu(ni->last_mft_change_time),
		.accessed = (uint64_t)sle64_to_cpu(ni->last_access_time),
		.links = le16_to_cpu(ni->mrec->link_count),
		.log_lsn = (uint64_t)sle64_to_cpu(ni->mrec->lsn)};
	st.is_reparse = nt_is_reparse(ni);
	st.is_compressed = (ni->flags & FILE_ATTR_COMPRESSED) != 0;
	if (st.is_reparse)
		st.reparse_tag = reparse_tag(ni);
	if (!st.is_dir)
		stat_data(ni, &st);
	st.is_unlogged = st.is_resident && vol->replay &&
			 nt_replay_zeroed(vol->replay, NT_REF_RECORD(st.ref));
	if (vol->dev.io_err.code)
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, NULL, err);
	*ret = st;
	return 0;
}

/* ---- names ---- */

bool nt_name_init(struct nt_name *name, const char *utf8)
{
	uint16_t units[NT_NAME_UNITS];
	long n = rs_utf8_to_utf16(utf8, units, NT_NAME_UNITS);

	name->n = n > 0 ? (size_t)n : 0;
	for (size_t i = 0; i < name->n; i++)
		name->le[i] = cpu_to_le16(units[i]);
	return n >= 0;
}

struct nt_name nt_name_of(struct rs_view utf16)
{
	struct nt_name ret = {.n = utf16.len / 2};

	memcpy(ret.le, utf16.p, 2 * ret.n);
	return ret;
}

int nt_next_name(struct nt_vol *vol, ntfs_inode *ni, ntfs_attr_search_ctx **ctx,
	struct nt_file_name *ret, struct rs_err *err)
{
	if (!*ctx) {
		*ctx = ntfs_attr_get_search_ctx(ni, NULL);
		nt_lib_begin(vol);
	}
	if (!*ctx)
		return rs_fail(err, RS_E_MEMORY, "record");
	if (ntfs_attr_lookup(AT_FILE_NAME, NULL, 0, CASE_SENSITIVE, 0, NULL, 0, *ctx))
		return errno == ENOENT ? 0 : nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "record", err);
	return nt_file_name_parse(nt_attr_value(*ctx), ret)
		       ? 1
		       : rs_fail(err, RS_E_NTFS_DAMAGED, "a malformed name");
}

int nt_links(struct nt_vol *vol, uint64_t ref, bool (*fn)(void *user, const struct nt_link *link),
	void *user, struct rs_err *err)
{
	auto_inode ntfs_inode *ni = NULL;
	auto_ctx ntfs_attr_search_ctx *ctx = NULL;
	char name[NT_NAME_BYTES];
	struct nt_file_name own;
	size_t n = 0;
	int r = nt_inode_open(vol, ref, &ni, err);

	while (r == 0 && (r = nt_next_name(vol, ni, &ctx, &own, err)) == 1) {
		if (n++ == LINKS_MAX)
			return rs_fail(err, RS_E_NTFS_DAMAGED, "more than %u names", LINKS_MAX);
		(void)nt_name_text(own.name, name);
		struct nt_link link = {name, own.parent_ref, own.name_space == NT_NS_DOS};
		r = !fn(user, &link);
		if (r)
			return 0;
	}
	return r;
}

/* ---- folders ---- */

int nt_folder_open(struct nt_vol *vol, uint64_t ref, ntfs_inode **ret, struct rs_err *err)
{
	auto_inode ntfs_inode *ni = NULL;
	int r = nt_inode_open(vol, ref, &ni, err);

	if (r < 0)
		return r;
	if (!nt_inode_is_dir(ni) || nt_is_reparse(ni))
		return rs_fail(err, RS_E_UNSAFE_PATH, "not a plain folder");
	*ret = rs_steal(ni);
	return 0;
}

int nt_dir_find(struct nt_vol *vol, ntfs_inode *dir, const struct nt_name *name, uint64_t *ret_ref,
	struct rs_err *err)
{
	*ret_ref = 0;
	if (!name->n)
		return 0;
	nt_lib_begin(vol);
	vol->dev.reads_left = LOOKUP_READS;
	u64 ref = ntfs_inode_lookup_by_name(dir, name->le, (int)name->n);
	if (ref == (u64)-1 && errno == ENOENT) {
		/* Only here: cleared for good, the library would list lower-case names. */
		vol->lib->state &= ~(1UL << NV_CaseSensitive);
		ref = ntfs_inode_lookup_by_name(dir, name->le, (int)name->n);
		vol->lib->state |= 1UL << NV_CaseSensitive;
	}
	vol->dev.reads_left = UINT64_MAX;
	if (ref == (u64)-1 && (errno != ENOENT || vol->dev.io_err.code))
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "index of a folder", err);
	if (ref != (u64)-1)
		*ret_ref = ref;
	return 0;
}

static int read_alloc(void *user, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	ntfs_attr *na = user;

	if (ntfs_attr_pread(na, (s64)off_bytes, (s64)len, buf) == (s64)len)
		return 0;
	const struct nt_dev *dev = na->ni->vol->dev->d_private;
	if (dev->io_err.code)
		return rs_err_pass(err, dev->io_err.code, &dev->io_err);
	return rs_fail(err, RS_E_NTFS_DAMAGED, "index of the folder: block at %" PRIu64, off_bytes);
}

/* Bytes of an index as far as there are clusters for them: it has no holes. */
static uint64_t there(const struct nt_vol *vol, ntfs_attr *na)
{
	uint64_t clusters = 0, all = (uint64_t)vol->lib->nr_clusters;

	if (ntfs_attr_map_whole_runlist(na))
		return 0; /* then a block of it cannot be read either */
	for (const runlist_element *rl = na->rl; rl && rl->length; rl++)
		clusters += rl->lcn < 0 ? 0 : (uint64_t)rl->length;
	clusters = clusters < all ? clusters : all;
	uint64_t bytes = clusters << vol->lib->cluster_size_bits;
	return bytes < (uint64_t)na->data_size ? bytes : (uint64_t)na->data_size;
}

int nt_dir_index(struct nt_vol *vol, ntfs_inode *dir, struct nt_ix *ret, uint8_t **ret_root,
	ntfs_attr **ret_alloc, struct rs_err *err)
{
	s64 len = 0;

	nt_lib_begin(vol);
	auto_free uint8_t *root = nt_readall(dir, AT_INDEX_ROOT, NTFS_INDEX_I30, 4, &len);
	if (!root)
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "index of a folder", err);
	auto_attr ntfs_attr *na = ntfs_attr_open(dir, AT_INDEX_ALLOCATION, NTFS_INDEX_I30, 4);
	if (!na && errno != ENOENT)
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "index of a folder", err);
	*ret = (struct nt_ix){.root = {root, (size_t)len},
		.number = dir->mft_no,
		.cluster_bytes = vol->lib->cluster_size,
		.alloc_bytes = na ? there(vol, na) : 0,
		.read = read_alloc,
		.read_user = na};
	int r = nt_ix_sizes(ret, err);
	if (r < 0)
		return r;
	*ret_root = rs_steal(root);
	*ret_alloc = rs_steal(na);
	return 0;
}

struct lister {
	bool (*fn)(void *user, const char *name, uint64_t ref, bool is_dir);
	void *user;
};

static bool list_entry(void *user, const struct nt_ix_entry *e)
{
	const struct lister *l = user;
	struct nt_file_name fn;
	char name[NT_NAME_BYTES];

	if (!nt_file_name_parse(e->key, &fn) || fn.name_space == NT_NS_DOS)
		return true;
	(void)nt_name_text(fn.name, name);
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return true;
	return l->fn(l->user, name, e->ref, fn.attributes & NT_FILE_NAME_IS_DIR);
}

int nt_list(struct nt_vol *vol, uint64_t dir_ref,
	bool (*fn)(void *user, const char *name, uint64_t ref, bool is_dir), void *user,
	struct rs_err *err)
{
	auto_inode ntfs_inode *dir = NULL;
	auto_free uint8_t *root = NULL;
	auto_attr ntfs_attr *alloc = NULL;
	struct nt_ix ix;
	struct lister l = {fn, user};
	int r = nt_inode_open(vol, dir_ref, &dir, err);

	if (r < 0)
		return r;
	if (!nt_inode_is_dir(dir))
		return rs_fail(err, RS_E_NO_SUCH_FILE, "not a folder");
	r = nt_dir_index(vol, dir, &ix, &root, &alloc, err);
	if (r < 0)
		return r;
	return nt_ix_walk(&ix, &(struct nt_ix_visit){.user = &l, .entry = list_entry}, err);
}

/* ---- paths ---- */

static bool is_separator(char c)
{
	return c == '\\' || c == '/';
}

/* One part of a path, below @dir. @part is its text, for the error. */
static int find_part(struct nt_vol *vol, uint64_t dir_ref, const char *part, uint64_t *ret_ref,
	struct rs_err *err)
{
	auto_inode ntfs_inode *dir = NULL;
	struct nt_name name;
	int r = nt_inode_open(vol, dir_ref, &dir, err);

	*ret_ref = 0;
	if (r == 0 && nt_inode_is_dir(dir) && strcmp(part, ".") != 0 && strcmp(part, "..") != 0 &&
		nt_name_init(&name, part))
		r = nt_dir_find(vol, dir, &name, ret_ref, err);
	return r < 0 || *ret_ref ? r : rs_fail_on(err, RS_E_NO_SUCH_FILE, part, "%s", "");
}

/* A part that more parts follow: not through a junction, nor anything else that is redirected. */
static int check_middle(struct nt_vol *vol, uint64_t ref, const char *part, struct rs_err *err)
{
	auto_inode ntfs_inode *ni = NULL;
	int r = nt_inode_open(vol, ref, &ni, err);

	if (r < 0)
		return r;
	if (nt_is_reparse(ni))
		return rs_fail_on(
			err, RS_E_UNSAFE_PATH, part, "a reparse point (junction or link)");
	return 0;
}

static const char *behind_separators(const char *path)
{
	while (is_separator(*path))
		path++;
	return path;
}

/* The folder [path, end) was walked to. Where anything may change, every path is walked anew. */
static void walked_keep(struct nt_vol *vol, const char *path, const char *end, uint64_t ref)
{
	size_t len = (size_t)(end - path);

	if (vol->can_write || len > sizeof(vol->walked))
		return;
	memcpy(vol->walked, path, len);
	vol->walked_len = len;
	vol->walked_ref = ref;
}

/* What is left of the path behind the folder of the last one, *ret_ref that folder; NULL: it leads
 * elsewhere. */
static const char *walked_skip(const struct nt_vol *vol, const char *path, uint64_t *ret_ref)
{
	size_t len = vol->walked_len;

	if (!len || strncmp(path, vol->walked, len) != 0 || !is_separator(path[len]))
		return NULL;
	path = behind_separators(path + len);
	*ret_ref = vol->walked_ref;
	return *path ? path : NULL;
}

static int root_ref(struct nt_vol *vol, uint64_t *ret, struct rs_err *err)
{
	auto_inode ntfs_inode *root = NULL;
	int r = nt_inode_open(vol, NT_ROOT_RECORD, &root, err);

	if (r == 0)
		*ret = nt_inode_ref(root);
	return r;
}

int nt_lookup(struct nt_vol *vol, const char *path, uint64_t *ret_ref, struct rs_err *err)
{
	uint64_t ref = 0;
	const char *start = behind_separators(path);
	int r = 0;

	path = walked_skip(vol, start, &ref);
	if (!path) {
		path = start;
		r = root_ref(vol, &ref, err);
	}
	while (r == 0 && *path) {
		char part[NT_NAME_BYTES];
		size_t len = strcspn(path, "\\/");

		if (len >= sizeof(part))
			return rs_fail_on(err, RS_E_NO_SUCH_FILE, path, "a name too long for NTFS");
		memcpy(part, path, len);
		part[len] = '\0';
		const char *end = path + len;
		path = behind_separators(end);
		r = find_part(vol, ref, part, &ref, err);
		if (r == 0 && *path)
			r = check_middle(vol, ref, part, err);
		if (r == 0 && *path)
			walked_keep(vol, start, end, ref);
	}
	if (r == 0)
		*ret_ref = ref;
	return r;
}

/* A name of the record that is not DOS-only (or that, if there is no other). */
static int any_name(struct nt_vol *vol, ntfs_inode *ni, char name[NT_NAME_BYTES],
	uint64_t *ret_parent, struct rs_err *err)
{
	auto_ctx ntfs_attr_search_ctx *ctx = NULL;
	struct nt_file_name fn = {.name_space = NT_NS_DOS};
	bool is_found = false;
	int r;

	while ((r = nt_next_name(vol, ni, &ctx, &fn, err)) == 1) {
		if (is_found && fn.name_space == NT_NS_DOS)
			continue;
		(void)nt_name_text(fn.name, name);
		*ret_parent = fn.parent_ref;
		is_found = true;
		if (fn.name_space != NT_NS_DOS)
			return 0;
	}
	return r < 0 || is_found ? r : rs_fail(err, RS_E_NTFS_DAMAGED, "a record without a name");
}

int nt_path(struct nt_vol *vol, uint64_t ref, char *ret, size_t cap, struct rs_err *err)
{
	char name[NT_NAME_BYTES];
	size_t at = cap; /* built from the end */

	if (cap < 2)
		return rs_fail(err, RS_E_BUG, "no room for a path");
	ret[--at] = '\0';
	for (unsigned depth = 0; NT_REF_RECORD(ref) != NT_ROOT_RECORD; depth++) {
		auto_inode ntfs_inode *ni = NULL;
		int r = nt_inode_open(vol, ref, &ni, err);

		if (r == 0 && depth == NT_DEPTH_MAX)
			r = rs_fail(err, RS_E_NTFS_DAMAGED, "folders in a circle");
		if (r == 0)
			r = any_name(vol, ni, name, &ref, err);
		if (r < 0)
			return r;
		size_t len = strlen(name);
		if (at < len + 1)
			return rs_fail(err, RS_E_NTFS_DAMAGED, "the path is longer than %zu", cap);
		at -= len;
		memcpy(ret + at, name, len);
		ret[--at] = '\\';
	}
	if (!ret[at])
		ret[--at] = '\\';
	memmove(ret, ret + at, cap - at);
	return 0;
}

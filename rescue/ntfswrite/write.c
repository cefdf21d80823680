/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making folders and files. Each call is one step: it is wholly on the disk when it returns 0, and
 * not at all when it fails before the first write. */
#include "ntfswrite/vol_internal.h"

#include <string.h>

/* What is to be made. */
struct object {
	uint64_t dir_ref;
	const char *utf8;
	struct nt_name name;
	mode_t type;
	struct rs_view data; /* of a file */
	size_t min_alloc_bytes;
	uint64_t like_ref; /* whose security it gets; 0: ours */
};

/* The name must be one that Windows can open again: none of its forbidden characters, no dot or
 * space at the end. */
static int begin(struct nt_vol *vol, struct object *o, struct rs_err *err)
{
	int r = nt_step_begin(vol, err);

	if (r == 0 && (!nt_name_init(&o->name, o->utf8) || !o->name.n ||
			      ntfs_forbidden_chars(o->name.le, (int)o->name.n, TRUE)))
		r = rs_fail_on(err, RS_E_USAGE, o->utf8, "not a name that Windows could open");
	return r < 0 ? r : nt_tree_trim(vol, o->dir_ref, err);
}

/* The new record, not yet written. By itself nobody but SYSTEM and Administrators may touch it: by
 * an entry of $Secure that is there already, or by a descriptor of its own. */
static int make(struct nt_vol *vol, ntfs_inode *dir, const struct object *o, ntfs_inode **ret,
	struct rs_err *err)
{
	uint8_t ours[NT_SECURITY_OURS_MAX];
	struct rs_view sd = {ours, nt_security_make(o->type == S_IFDIR, ours)};
	auto_free uint8_t *other = NULL;
	auto_inode ntfs_inode *ni = NULL;
	uint32_t id = 0;
	int r = o->like_ref ? nt_security_read(vol, o->like_ref, &other, &sd.len, err) : 0;

	if (other)
		sd.p = other;
	if (r == 0)
		r = nt_security_find(vol, sd, &id, err);
	if (r < 0)
		return r;
	nt_lib_begin(vol);
	ni = ntfs_create(dir, cpu_to_le32(id), o->name.le, (u8)o->name.n, o->type);
	if (!ni)
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, o->utf8, err);
	if (vol->dev.io_err.code) /* it goes on over an index block that it could not read */
		return nt_lib_fail(vol, RS_E_IO_READ, o->utf8, err);
	if (!id)
		r = nt_security_set(vol, ni, sd, err);
	if (r < 0)
		return r;
	if (vol->is_marking && !o->like_ref)
		nt_inode_mark(vol, ni);
	*ret = rs_steal(ni);
	return 0;
}

/* Is there one already, and is it a folder? *ret_ref 0: none. */
static int find_existing(
	struct nt_vol *vol, const struct object *o, uint64_t *ret_ref, struct rs_err *err)
{
	auto_inode ntfs_inode *dir = NULL;
	auto_inode ntfs_inode *there = NULL;
	int r = nt_folder_open(vol, o->dir_ref, &dir, err);

	if (r == 0)
		r = nt_dir_find(vol, dir, &o->name, ret_ref, err);
	if (r < 0 || !*ret_ref)
		return r;
	if (NT_REF_RECORD(*ret_ref) == dir->mft_no)
		return rs_fail_on(err, RS_E_UNSAFE_PATH, o->utf8, "the folder itself");
	r = nt_inode_open(vol, *ret_ref, &there, err);
	if (r < 0)
		return r;
	if (!nt_inode_is_dir(there) || nt_is_reparse(there))
		return rs_fail_on(err, RS_E_UNSAFE_PATH, o->utf8,
			"a file, a junction or a link has this name");
	return 0;
}

static int write_all(struct nt_vol *vol, ntfs_attr *na, uint64_t off_bytes, struct rs_view data,
	struct rs_err *err)
{
	for (size_t done = 0; done < data.len;) {
		s64 n = ntfs_attr_pwrite(
			na, (s64)(off_bytes + done), (s64)(data.len - done), data.p + done);

		if (n <= 0)
			return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "file contents", err);
		done += (size_t)n;
	}
	return 0;
}

/* Contents: the data and zeros up to @min_alloc_bytes, which also keep it out of the record. */
static int fill(struct nt_vol *vol, ntfs_inode *ni, const struct object *o, struct rs_err *err)
{
	auto_attr ntfs_attr *na = ntfs_attr_open(ni, AT_DATA, NULL, 0);
	size_t total = o->data.len > o->min_alloc_bytes ? o->data.len : o->min_alloc_bytes;

	if (!na)
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "new file", err);
	auto_free uint8_t *all = calloc(1, total + 1);
	if (!all)
		return rs_fail(err, RS_E_MEMORY, "file contents");
	if (o->data.len)
		memcpy(all, o->data.p, o->data.len);
	int r = write_all(vol, na, 0, (struct rs_view){all, total}, err);
	if (r == 0 && o->min_alloc_bytes && !NAttrNonResident(na) &&
		ntfs_attr_force_non_resident(na))
		r = nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "new file", err);
	return r;
}

static int make_whole(
	struct nt_vol *vol, const struct object *o, uint64_t *ret_ref, struct rs_err *err)
{
	auto_inode ntfs_inode *dir = NULL;
	auto_inode ntfs_inode *ni = NULL;
	uint64_t there = 0;
	int r = nt_folder_open(vol, o->dir_ref, &dir, err);

	if (r == 0)
		r = nt_dir_find(vol, dir, &o->name, &there, err);
	if (r == 0 && there)
		r = rs_fail_on(err, RS_E_UNSAFE_PATH, o->utf8, "the name exists already");
	if (r == 0)
		r = make(vol, dir, o, &ni, err);
	if (r == 0 && o->type == S_IFREG)
		r = fill(vol, ni, o, err);
	/* The folder first: to refresh the file's entry, the library opens it once more by itself.
	 */
	if (r == 0 && (ntfs_inode_sync(dir) || ntfs_inode_sync(ni)))
		r = nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "folder", err);
	if (r == 0)
		*ret_ref = nt_inode_ref(ni);
	return r;
}

static int make_step(
	struct nt_vol *vol, const struct object *o, uint64_t *ret_ref, struct rs_err *err)
{
	uint64_t ref = 0;
	int r = make_whole(vol, o, &ref, err);

	r = nt_step_end(vol, (uint64_t[]){o->dir_ref, 0}, r, err);
	if (r == 0)
		*ret_ref = ref;
	return r;
}

int nt_mkdir(struct nt_vol *vol, uint64_t dir_ref, const char *name, uint64_t *ret_ref,
	struct rs_err *err)
{
	struct object o = {.dir_ref = dir_ref, .utf8 = name, .type = S_IFDIR};
	uint64_t ref = 0;
	int r = begin(vol, &o, err);

	if (r == 0)
		r = find_existing(vol, &o, &ref, err);
	if (r == 0 && !ref)
		r = make_step(vol, &o, &ref, err);
	if (r == 0)
		*ret_ref = ref;
	return r;
}

int nt_file_create(struct nt_vol *vol, uint64_t dir_ref, const char *name, const void *p,
	size_t len, size_t min_alloc_bytes, uint64_t *ret_ref, struct rs_err *err)
{
	struct object o = {.dir_ref = dir_ref,
		.utf8 = name,
		.type = S_IFREG,
		.data = {p, len},
		.min_alloc_bytes = min_alloc_bytes};
	int r = begin(vol, &o, err);

	return r < 0 ? r : make_step(vol, &o, ret_ref, err);
}

int nt_file_restore(struct nt_vol *vol, uint64_t dir_ref, const char *name, struct rs_view data,
	uint64_t like_ref, uint64_t *ret_ref, struct rs_err *err)
{
	struct object o = {.dir_ref = dir_ref,
		.utf8 = name,
		.type = S_IFREG,
		.data = data,
		.like_ref = like_ref};
	int r = like_ref ? begin(vol, &o, err) : rs_fail_on(err, RS_E_BUG, name, "like nothing");

	return r < 0 ? r : make_step(vol, &o, ret_ref, err);
}

static int overwrite(struct nt_vol *vol, uint64_t ref, uint64_t off_bytes, struct rs_view data,
	struct rs_err *err)
{
	auto_inode ntfs_inode *ni = NULL;
	auto_attr ntfs_attr *na = NULL;
	int r = nt_inode_open(vol, ref, &ni, err);

	if (r < 0)
		return r;
	nt_lib_begin(vol);
	na = ntfs_attr_open(ni, AT_DATA, NULL, 0);
	if (!na)
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "file contents", err);
	if (na->data_flags & (ATTR_IS_COMPRESSED | ATTR_IS_ENCRYPTED | ATTR_IS_SPARSE))
		return rs_fail(err, RS_E_UNSUPPORTED,
			"a compressed, encrypted or sparse file cannot be changed in place");
	uint64_t size = (uint64_t)na->data_size;
	if (off_bytes > size || size - off_bytes < data.len)
		return rs_fail(err, RS_E_BUG, "a change past the end of the file");
	r = write_all(vol, na, off_bytes, data, err);
	if (r < 0)
		return r;
	ntfs_attr_close(rs_steal(na));
	return ntfs_inode_sync(ni) ? nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "file", err) : 0;
}

int nt_file_overwrite(struct nt_vol *vol, uint64_t ref, uint64_t off_bytes, const void *p,
	size_t len, struct rs_err *err)
{
	int r = nt_step_begin(vol, err);

	if (r < 0)
		return r;
	r = overwrite(vol, ref, off_bytes, (struct rs_view){p, len}, err);
	return nt_step_end(vol, (uint64_t[]){0}, r, err);
}

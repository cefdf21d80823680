/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making folders and files. Each call is one step: it is wholly on the disk when it returns 0, and
 * not at all when it fails before the first write. */
#include "ntfswrite/security_internal.h"

#include <errno.h>
#include <string.h>

#include "core/text.h"

#define NAME_UNITS 255U

struct new_name {
	const char *utf8;
	uint16_t units[NAME_UNITS];
	ntfschar le[NAME_UNITS];
	size_t n;
};

/* What Windows can open again: none of its forbidden characters, no dot or space at the end. */
static int name_init(struct new_name *name, const char *utf8, struct rs_err *err)
{
	long n = rs_utf8_to_utf16(utf8, name->units, NAME_UNITS);

	name->utf8 = utf8;
	name->n = n > 0 ? (size_t)n : 0;
	for (size_t i = 0; i < name->n; i++)
		name->le[i] = cpu_to_le16(name->units[i]);
	if (n <= 0 || ntfs_forbidden_chars(name->le, (int)n, TRUE))
		return rs_fail_on(err, RS_E_USAGE, utf8, "not a name that Windows could open");
	return 0;
}

static int open_dir(struct nt_vol *vol, uint64_t ref, ntfs_inode **ret, struct rs_err *err)
{
	auto_inode ntfs_inode *dir = NULL;
	int r = nt_inode_open(vol, ref, &dir, err);

	if (r < 0)
		return r;
	if (!nt_inode_is_dir(dir) || nt_is_reparse(dir))
		return rs_fail(err, RS_E_UNSAFE_PATH, "not a plain folder");
	*ret = rs_steal(dir);
	return 0;
}

/* The new record, not yet written. Nobody but SYSTEM and Administrators may touch it: by an entry
 * of $Secure that is there already, or by a descriptor of its own. */
static int make(struct nt_vol *vol, ntfs_inode *dir, const struct new_name *name, mode_t type,
	ntfs_inode **ret, struct rs_err *err)
{
	uint8_t ours[NT_SECURITY_OURS_MAX];
	struct rs_view sd = {ours, nt_security_make(type == S_IFDIR, ours)};
	auto_inode ntfs_inode *ni = NULL;
	uint32_t id = 0;
	int r = nt_security_find(vol, sd, &id, err);

	if (r < 0)
		return r;
	nt_lib_begin(vol);
	ni = ntfs_create(dir, cpu_to_le32(id), name->le, (u8)name->n, type);
	if (!ni)
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, name->utf8, err);
	if (vol->dev.io_err.code) /* it goes on over an index block that it could not read */
		return nt_lib_fail(vol, RS_E_IO_READ, name->utf8, err);
	if (!id)
		r = nt_security_set(vol, ni, sd, err);
	if (r < 0)
		return r;
	if (vol->is_marking)
		nt_inode_mark(vol, ni);
	*ret = rs_steal(ni);
	return 0;
}

/* The folder first: to refresh the file's entry, the library opens the folder once more by itself.
 */
static int sync_both(struct nt_vol *vol, ntfs_inode *ni, ntfs_inode *dir, struct rs_err *err)
{
	if (ntfs_inode_sync(dir) || ntfs_inode_sync(ni))
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "folder", err);
	return 0;
}

static int make_dir(struct nt_vol *vol, uint64_t dir_ref, const struct new_name *name,
	uint64_t *ret_ref, struct rs_err *err)
{
	auto_inode ntfs_inode *dir = NULL;
	auto_inode ntfs_inode *ni = NULL;
	int r = open_dir(vol, dir_ref, &dir, err);

	if (r == 0)
		r = make(vol, dir, name, S_IFDIR, &ni, err);
	if (r == 0)
		r = sync_both(vol, ni, dir, err);
	if (r == 0)
		*ret_ref = nt_inode_ref(ni);
	return r;
}

/* Is there one already, and is it a folder? *ret_ref 0: none. */
static int find_existing(struct nt_vol *vol, uint64_t dir_ref, const struct new_name *name,
	uint64_t *ret_ref, struct rs_err *err)
{
	auto_inode ntfs_inode *dir = NULL;
	auto_inode ntfs_inode *there = NULL;
	int r = open_dir(vol, dir_ref, &dir, err);

	if (r == 0)
		r = nt_dir_find(vol, dir, name->units, name->n, ret_ref, err);
	if (r < 0 || !*ret_ref)
		return r;
	if (NT_REF_RECORD(*ret_ref) == dir->mft_no)
		return rs_fail_on(err, RS_E_UNSAFE_PATH, name->utf8, "the folder itself");
	r = nt_inode_open(vol, *ret_ref, &there, err);
	if (r < 0)
		return r;
	if (!nt_inode_is_dir(there) || nt_is_reparse(there))
		return rs_fail_on(err, RS_E_UNSAFE_PATH, name->utf8,
			"a file, a junction or a link has this name");
	return 0;
}

int nt_mkdir(struct nt_vol *vol, uint64_t dir_ref, const char *name, uint64_t *ret_ref,
	struct rs_err *err)
{
	struct new_name n;
	uint64_t ref = 0;
	int r = nt_step_begin(vol, err);

	if (r == 0)
		r = name_init(&n, name, err);
	if (r == 0)
		r = nt_tree_trim(vol, dir_ref, err);
	if (r == 0)
		r = find_existing(vol, dir_ref, &n, &ref, err);
	if (r == 0 && !ref) {
		r = make_dir(vol, dir_ref, &n, &ref, err);
		r = nt_step_end(vol, (uint64_t[]){dir_ref, 0}, r, err);
	}
	if (r == 0)
		*ret_ref = ref;
	return r;
}

/* Contents: @len bytes and zeros up to @min_alloc_bytes, which also keep it out of the record. */
static int fill(struct nt_vol *vol, ntfs_inode *ni, struct rs_view data, size_t min_alloc_bytes,
	struct rs_err *err)
{
	auto_attr ntfs_attr *na = ntfs_attr_open(ni, AT_DATA, NULL, 0);
	size_t total = data.len > min_alloc_bytes ? data.len : min_alloc_bytes;

	if (!na)
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "new file", err);
	auto_free uint8_t *all = calloc(1, total ? total : 1);
	if (!all)
		return rs_fail(err, RS_E_MEMORY, "file contents");
	if (data.len)
		memcpy(all, data.p, data.len);
	for (size_t done = 0; done < total;) {
		s64 n = ntfs_attr_pwrite(na, (s64)done, (s64)(total - done), all + done);

		if (n <= 0)
			return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "new file", err);
		done += (size_t)n;
	}
	if (min_alloc_bytes && !NAttrNonResident(na) && ntfs_attr_force_non_resident(na))
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "new file", err);
	return 0;
}

struct new_file {
	uint64_t dir_ref;
	struct new_name name;
	struct rs_view data;
	size_t min_alloc_bytes;
};

static int make_file(
	struct nt_vol *vol, const struct new_file *f, uint64_t *ret_ref, struct rs_err *err)
{
	auto_inode ntfs_inode *dir = NULL;
	auto_inode ntfs_inode *ni = NULL;
	uint64_t there = 0;
	int r = open_dir(vol, f->dir_ref, &dir, err);

	if (r == 0)
		r = nt_dir_find(vol, dir, f->name.units, f->name.n, &there, err);
	if (r == 0 && there)
		r = rs_fail_on(err, RS_E_UNSAFE_PATH, f->name.utf8, "the name exists already");
	if (r == 0)
		r = make(vol, dir, &f->name, S_IFREG, &ni, err);
	if (r == 0)
		r = fill(vol, ni, f->data, f->min_alloc_bytes, err);
	if (r == 0)
		r = sync_both(vol, ni, dir, err);
	if (r == 0)
		*ret_ref = nt_inode_ref(ni);
	return r;
}

int nt_file_create(struct nt_vol *vol, uint64_t dir_ref, const char *name, const void *p,
	size_t len, size_t min_alloc_bytes, uint64_t *ret_ref, struct rs_err *err)
{
	struct new_file f = {
		.dir_ref = dir_ref, .data = {p, len}, .min_alloc_bytes = min_alloc_bytes};
	uint64_t ref = 0;
	int r = nt_step_begin(vol, err);

	if (r == 0)
		r = name_init(&f.name, name, err);
	if (r == 0)
		r = nt_tree_trim(vol, dir_ref, err);
	if (r < 0)
		return r;
	r = make_file(vol, &f, &ref, err);
	r = nt_step_end(vol, (uint64_t[]){dir_ref, 0}, r, err);
	if (r == 0)
		*ret_ref = ref;
	return r;
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
	for (size_t done = 0; done < data.len;) {
		s64 n = ntfs_attr_pwrite(
			na, (s64)(off_bytes + done), (s64)(data.len - done), data.p + done);

		if (n <= 0)
			return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "file contents", err);
		done += (size_t)n;
	}
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

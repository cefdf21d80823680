/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The descriptor of a record: a shared one in $Secure, named by an ID in $STANDARD_INFORMATION, or
 * an attribute of its own, as in NTFS before version 3, which every Windows still reads. New ones
 * are never added to $Secure: that cannot be taken back. */
#include "ntfswrite/vol_internal.h"

#include <errno.h>
#include <string.h>

#include "core/list.h"

#define SDS_MAX_BYTES                                                                              \
	(256U << 20) /* a server with very many different permissions has some 10 MiB */

static ntfs_attr *open_sds(struct nt_vol *vol)
{
	struct nt_name name;

	return vol->lib->secure_ni && nt_name_init(&name, "$SDS")
		       ? ntfs_attr_open(vol->lib->secure_ni, AT_DATA, name.le, (u32)name.n)
		       : NULL;
}

/* @len bytes of an attribute, in memory of their own. */
static int read_bytes(struct nt_vol *vol, ntfs_attr *na, uint64_t off_bytes, size_t len,
	uint8_t **ret, struct rs_err *err)
{
	auto_free uint8_t *p = malloc(len + 1);

	if (!p)
		return rs_fail(err, RS_E_MEMORY, "security descriptor");
	nt_lib_begin(vol);
	if (!na || ntfs_attr_pread(na, (s64)off_bytes, (s64)len, p) != (s64)len)
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "security descriptor", err);
	*ret = rs_steal(p);
	return 0;
}

static bool add_entry(void *user, const struct nt_sds_entry *e, struct rs_view sd)
{
	struct nt_sds *sds = user;
	struct nt_sds_entry *to = rs_list_add(&sds->all, &sds->n, sizeof(*to));

	(void)sd;
	if (to)
		*to = *e;
	sds->is_short = !to;
	return to;
}

/* Blocks that cannot be read are passed over: what they hold is not found. */
static int load_sds(struct nt_vol *vol, struct nt_sds *sds, struct rs_err *err)
{
	auto_attr ntfs_attr *na = open_sds(vol);
	auto_free uint8_t *block = malloc(NT_SDS_BLOCK_BYTES);

	*sds = (struct nt_sds){0};
	if (!block)
		return rs_fail(err, RS_E_MEMORY, "security descriptors");
	s64 size = na && na->data_size < SDS_MAX_BYTES ? na->data_size : na ? SDS_MAX_BYTES : 0;
	for (s64 at = 0; at < size; at += 2 * (s64)NT_SDS_BLOCK_BYTES) {
		s64 want = size - at < NT_SDS_BLOCK_BYTES ? size - at : NT_SDS_BLOCK_BYTES;
		s64 got = ntfs_attr_pread(na, at, want, block);

		if (got <= 0)
			continue;
		nt_sds_each((struct rs_view){block, (size_t)got}, (uint64_t)at, add_entry, sds);
		if (sds->is_short)
			return rs_fail(err, RS_E_MEMORY, "security descriptors");
	}
	nt_lib_begin(vol); /* an unreadable block is no error of the next call */
	return 0;
}

static int need_sds(struct nt_vol *vol, struct rs_err *err)
{
	if (vol->sds.is_there)
		return 0;
	free(vol->sds.all); /* of a try before */
	int r = load_sds(vol, &vol->sds, err);
	vol->sds.is_there = r == 0;
	return r;
}

static int read_shared(
	struct nt_vol *vol, const struct nt_sds_entry *e, uint8_t **ret, struct rs_err *err)
{
	auto_attr ntfs_attr *na = open_sds(vol);

	return read_bytes(vol, na, e->off_bytes, e->len, ret, err);
}

static int read_by_id(
	struct nt_vol *vol, uint32_t id, uint8_t **ret, size_t *ret_len, struct rs_err *err)
{
	int r = need_sds(vol, err);

	for (size_t i = 0; r == 0 && i < vol->sds.n; i++) {
		const struct nt_sds_entry *e = &vol->sds.all[i];
		if (e->id != id)
			continue;
		*ret_len = e->len;
		return read_shared(vol, e, ret, err);
	}
	return r < 0 ? r : rs_fail(err, RS_E_NO_SUCH_FILE, "$Secure has no entry %u", id);
}

static int read_own(
	struct nt_vol *vol, ntfs_inode *ni, uint8_t **ret, size_t *ret_len, struct rs_err *err)
{
	nt_lib_begin(vol);
	auto_attr ntfs_attr *na = ntfs_attr_open(ni, AT_SECURITY_DESCRIPTOR, NULL, 0);
	if (!na)
		return nt_lib_fail(vol, errno == ENOENT ? RS_E_NO_SUCH_FILE : RS_E_NTFS_DAMAGED,
			"security descriptor", err);
	if (na->data_size < 0 || na->data_size > NT_SECURITY_MAX)
		return rs_fail(err, RS_E_NTFS_DAMAGED, "a security descriptor too long");
	*ret_len = (size_t)na->data_size;
	return read_bytes(vol, na, 0, *ret_len, ret, err);
}

int nt_security_read(
	struct nt_vol *vol, uint64_t ref, uint8_t **ret, size_t *ret_len, struct rs_err *err)
{
	auto_inode ntfs_inode *ni = NULL;
	int r = nt_inode_open(vol, ref, &ni, err);

	if (r < 0)
		return r;
	/* an ID of 0, as chkdsk leaves it, means the attribute as well */
	if (test_nino_flag(ni, v3_Extensions) && ni->security_id)
		return read_by_id(vol, le32_to_cpu(ni->security_id), ret, ret_len, err);
	return read_own(vol, ni, ret, ret_len, err);
}

int nt_security_find(struct nt_vol *vol, struct rs_view sd, uint32_t *ret_id, struct rs_err *err)
{
	uint32_t hash = nt_security_hash(sd);
	int r = need_sds(vol, err);

	*ret_id = 0;
	for (size_t i = 0; r == 0 && !*ret_id && i < vol->sds.n; i++) {
		const struct nt_sds_entry *e = &vol->sds.all[i];
		auto_free uint8_t *p = NULL;
		if (e->hash == hash && e->len == sd.len && read_shared(vol, e, &p, NULL) == 0 &&
			p && !memcmp(p, sd.p, sd.len))
			*ret_id = e->id;
	}
	return r;
}

int nt_security_set(struct nt_vol *vol, ntfs_inode *ni, struct rs_view sd, struct rs_err *err)
{
	nt_lib_begin(vol);
	/* the library has given it one that lets everybody do everything */
	if (ntfs_attr_exist(ni, AT_SECURITY_DESCRIPTOR, AT_UNNAMED, 0) &&
		ntfs_attr_remove(ni, AT_SECURITY_DESCRIPTOR, AT_UNNAMED, 0))
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "security descriptor", err);
	if (ntfs_attr_add(ni, AT_SECURITY_DESCRIPTOR, AT_UNNAMED, 0, sd.p, (s64)sd.len))
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "security descriptor", err);
	return 0;
}

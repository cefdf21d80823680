/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the streams of a file. */
#include "ntfswrite/vol_internal.h"

#include <errno.h>

#define TAG_WOF	  0x80000017U /* compressed by the system ("compact /exe", CompactOS) */
#define TAG_DEDUP 0x80000013U

struct nt_file {
	struct nt_vol *vol;
	ntfs_inode *ni;
	ntfs_attr *na;
};

void nt_file_close(struct nt_file *f)
{
	if (!f)
		return;
	if (f->na)
		ntfs_attr_close(f->na);
	nt_inode_close(f->ni);
	free(f);
}

/* Files whose unnamed stream is not what a program in Windows reads. */
static int refuse_redirected(struct nt_file *f, struct rs_err *err)
{
	s64 len = 0;

	if (!(f->ni->flags & FILE_ATTR_REPARSE_POINT))
		return 0;
	auto_free uint8_t *p = nt_readall(f->ni, AT_REPARSE_POINT, NULL, 0, &len);
	if (!p || len < 4)
		return nt_lib_fail(f->vol, RS_E_NTFS_DAMAGED, "reparse point", err);
	if (rs_le32(p) == TAG_WOF)
		return rs_fail(err, RS_E_UNSUPPORTED,
			"the file is compressed by the system (WOF, WofCompressedData)");
	if (rs_le32(p) == TAG_DEDUP)
		return rs_fail(err, RS_E_UNSUPPORTED, "the file's data are deduplicated");
	return 0;
}

static int open_stream(struct nt_file *f, const char *stream, struct rs_err *err)
{
	struct nt_name name;

	if (!nt_name_init(&name, stream))
		return rs_fail_on(err, RS_E_NO_SUCH_FILE, stream, "not a name of a stream");
	if (nt_inode_is_dir(f->ni) && !name.n)
		return rs_fail(err, RS_E_NO_SUCH_FILE, "a folder has no contents");
	int r = name.n ? 0 : refuse_redirected(f, err);
	if (r < 0)
		return r;
	nt_lib_begin(f->vol);
	f->na = ntfs_attr_open(f->ni, AT_DATA, name.n ? name.le : NULL, (u32)name.n);
	if (!f->na)
		return nt_lib_fail(f->vol, errno == ENOENT ? RS_E_NO_SUCH_FILE : RS_E_NTFS_DAMAGED,
			stream, err);
	if (f->na->data_flags & ATTR_IS_ENCRYPTED)
		return rs_fail(err, RS_E_UNSUPPORTED, "the file is encrypted (EFS)");
	return 0;
}

int nt_file_open(struct nt_vol *vol, uint64_t ref, const char *stream, struct nt_file **ret,
	struct rs_err *err)
{
	auto_nt_file struct nt_file *f = calloc(1, sizeof(*f));

	if (!f)
		return rs_fail(err, RS_E_MEMORY, "file");
	f->vol = vol;
	int r = nt_inode_open(vol, ref, &f->ni, err);
	if (r == 0)
		r = open_stream(f, stream, err);
	if (r < 0)
		return r;
	*ret = rs_steal(f);
	return 0;
}

uint64_t nt_file_size(const struct nt_file *f)
{
	return (uint64_t)f->na->data_size;
}

int nt_file_read(struct nt_file *f, uint64_t off_bytes, void *buf, size_t len, size_t *ret_len,
	struct rs_err *err)
{
	uint64_t size = nt_file_size(f);
	size_t done = 0;

	if (off_bytes >= size)
		len = 0;
	else if (size - off_bytes < len)
		len = (size_t)(size - off_bytes);
	nt_lib_begin(f->vol);
	while (done < len) {
		s64 n = ntfs_attr_pread(
			f->na, (s64)(off_bytes + done), (s64)(len - done), (uint8_t *)buf + done);

		if (n <= 0)
			return nt_lib_fail(f->vol, RS_E_NTFS_DAMAGED, "file contents", err);
		done += (size_t)n;
	}
	*ret_len = done;
	return 0;
}

int nt_file_load(struct nt_vol *vol, const char *path, size_t most_bytes, uint8_t **ret,
	size_t *ret_len, struct rs_err *err)
{
	auto_nt_file struct nt_file *f = NULL;
	uint64_t ref;
	int r = nt_lookup(vol, path, &ref, err);

	if (r == 0)
		r = nt_file_open(vol, ref, "", &f, err);
	if (r != 0)
		return r;
	size_t len = nt_file_size(f) < most_bytes ? (size_t)nt_file_size(f) : most_bytes;
	auto_free uint8_t *p = calloc(1, len + 1);
	if (!p)
		return rs_fail_on(err, RS_E_MEMORY, path, "contents");
	r = nt_file_read(f, 0, p, len, ret_len, err);
	if (r == 0)
		*ret = rs_steal(p);
	return r;
}

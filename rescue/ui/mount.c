/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The FUSE file system, for reading: what may be changed is changed by a plan. One request at a
 * time (libntfs-3g is not made for more). */
#include "ui/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define FILETIME_UNIX_EPOCH 11644473600LL /* seconds from 1601 to 1970 */

static struct mount_fs *fs(void)
{
	return fuse_get_context()->private_data;
}

/* The errno that says what @err says. */
static int errno_of(const struct rs_err *err)
{
	static const struct {
		int code, number;
	} known[] = {
		{0, 0},
		{RS_E_NO_SUCH_FILE, ENOENT},
		{RS_E_USAGE, EINVAL},
		{RS_E_READ_ONLY, EROFS},
		{RS_E_NO_SPACE, ENOSPC},
		{RS_E_MEMORY, ENOMEM},
		{RS_E_UNSUPPORTED, EOPNOTSUPP},
		{RS_E_UNSAFE_PATH, EPERM},
		{RS_E_GUARD, EPERM},
		{RS_E_BL_AREA, EPERM},
		{RS_E_BUSY, EBUSY},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].code == err->code)
			return known[i].number;
	return EIO;
}

static struct timespec to_timespec(uint64_t filetime)
{
	if (!filetime || filetime >> 63)
		return (struct timespec){0};
	return (struct timespec){
		.tv_sec = (time_t)(filetime / 10000000) - FILETIME_UNIX_EPOCH,
		.tv_nsec = (long)(filetime % 10000000) * 100,
	};
}

static void to_stat(const struct rs_node *n, struct stat *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->st_ino = n->ref & 0xFFFFFFFFFFFF;
	ret->st_mode = n->is_dir ? S_IFDIR | 0555 : S_IFREG | 0444;
	ret->st_nlink = n->is_dir || !n->links ? 1 : n->links;
	ret->st_uid = fs()->uid;
	ret->st_gid = fs()->gid;
	ret->st_size = n->is_dir ? 0 : (off_t)n->size_bytes;
	ret->st_blocks = (blkcnt_t)(n->allocated_bytes / 512);
	ret->st_blksize = 4096;
	ret->st_atim = to_timespec(n->accessed);
	ret->st_mtim = to_timespec(n->modified);
	ret->st_ctim = to_timespec(n->changed);
}

static int fs_getattr(const char *path, struct stat *st, struct fuse_file_info *fi)
{
	struct rs_err err = {0};
	struct rs_node n;

	(void)fi; /* the path always leads there: nothing changes */
	if (rs_tree_stat(fs()->tree, path, &n, &err) < 0)
		return -errno_of(&err);
	to_stat(&n, st);
	return 0;
}

struct fill {
	void *buf;
	fuse_fill_dir_t filler;
};

static bool on_name(void *user, const struct rs_node *n)
{
	const struct fill *f = user;
	struct stat st;

	/* names that a damaged volume may have, and for which the kernel refuses the folder */
	if (!n->name[0] || strchr(n->name, '/') || strcmp(n->name, ".") == 0 ||
		strcmp(n->name, "..") == 0 || strlen(n->name) > 1024)
		return true;
	to_stat(n, &st);
	return f->filler(f->buf, n->name, &st, 0, 0) == 0;
}

static int fs_readdir(const char *path, void *buf, fuse_fill_dir_t filler, off_t off,
	struct fuse_file_info *fi, enum fuse_readdir_flags flags)
{
	struct fill f = {buf, filler};
	struct rs_err err = {0};

	(void)off; /* the whole folder in one go */
	(void)fi;
	(void)flags;
	if (filler(buf, ".", NULL, 0, 0) || filler(buf, "..", NULL, 0, 0))
		return -ENOMEM;
	return rs_tree_list(fs()->tree, path, on_name, &f, &err) < 0 ? -errno_of(&err) : 0;
}

static int fs_open(const char *path, struct fuse_file_info *fi)
{
	struct rs_err err = {0};
	struct rs_node n;

	if ((fi->flags & O_ACCMODE) != O_RDONLY)
		return -EROFS;
	if (rs_tree_stat(fs()->tree, path, &n, &err) < 0)
		return -errno_of(&err);
	if (n.is_dir)
		return -EISDIR;
	fi->fh = n.ref;
	return 0;
}

static int fs_read(const char *path, char *buf, size_t len, off_t off, struct fuse_file_info *fi)
{
	struct rs_err err = {0};
	size_t have = 0;

	(void)path;
	while (have < len) {
		size_t n = 0;
		int r = rs_tree_read(
			fs()->tree, fi->fh, (uint64_t)off + have, buf + have, len - have, &n, &err);
		if (r < 0)
			return -errno_of(&err);
		if (!n)
			break;
		have += n;
	}
	return (int)have;
}

static int fs_statfs(const char *path, struct statvfs *st)
{
	(void)path;
	memset(st, 0, sizeof(*st));
	st->f_bsize = st->f_frsize = 4096;
	st->f_blocks = rs_tree_bytes(fs()->tree) / 4096;
	st->f_namemax = 255;
	st->f_flag = ST_RDONLY;
	return 0;
}

static void *fs_init(struct fuse_conn_info *conn, struct fuse_config *config)
{
	(void)conn;
	config->use_ino = 1;
	config->kernel_cache = 1; /* nothing changes */
	return fs();
}

const struct fuse_operations mount_operations = {
	.init = fs_init,
	.getattr = fs_getattr,
	.readdir = fs_readdir,
	.open = fs_open,
	.read = fs_read,
	.statfs = fs_statfs,
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mount: opens the volume, mounts it, and goes into the background.
 *
 * The program splits before it opens anything: locked memory is not inherited, so the process that
 * holds the keys must be the one that stays. The first one waits until the mount is up. */
#define FUSE_USE_VERSION 312

#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ui/ui.h"

/* ---- the file system, for reading: what may be changed is changed by a plan. One request at a
 * time (libntfs-3g is not made for more) ---- */

#define FILETIME_UNIX_EPOCH 11644473600LL /* seconds from 1601 to 1970 */

static struct rs_tree *tree(void)
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
	ret->st_uid = getuid(); /* whom all files belong to: the one who mounts */
	ret->st_gid = getgid();
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
	if (rs_tree_stat(tree(), path, &n, &err) < 0)
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
	return rs_tree_list(tree(), path, on_name, &f, &err) < 0 ? -errno_of(&err) : 0;
}

static int fs_open(const char *path, struct fuse_file_info *fi)
{
	struct rs_err err = {0};
	struct rs_node n;

	if ((fi->flags & O_ACCMODE) != O_RDONLY)
		return -EROFS;
	if (rs_tree_stat(tree(), path, &n, &err) < 0)
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
			tree(), fi->fh, (uint64_t)off + have, buf + have, len - have, &n, &err);
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
	st->f_blocks = rs_tree_facts(tree())->bytes / 4096;
	st->f_namemax = 255;
	st->f_flag = ST_RDONLY;
	return 0;
}

static void *fs_init(struct fuse_conn_info *conn, struct fuse_config *config)
{
	(void)conn;
	config->use_ino = 1;
	config->kernel_cache = 1; /* nothing changes */
	return tree();
}

static const struct fuse_operations mount_operations = {
	.init = fs_init,
	.getattr = fs_getattr,
	.readdir = fs_readdir,
	.open = fs_open,
	.read = fs_read,
	.statfs = fs_statfs,
};

/* ---- the command ---- */

int check_mount(const struct options *o, struct rs_err *err)
{
	const char *path = o->args[1];
	struct stat st;

	if (stat(path, &st) < 0)
		return rs_fail_on(err, RS_E_MOUNT, path, "%s", strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return rs_fail_on(err, RS_E_MOUNT, path, "%s", strerror(ENOTDIR));
	return 0;
}

/* The disk's name as the mount table shows it; commas and backslashes mean something to libfuse. */
static void fuse_options(const struct ui *ui, char *ret, size_t cap)
{
	size_t len = (size_t)snprintf(ret, cap, "ro,default_permissions,subtype=unbrick,fsname=");

	for (const char *p = ui->opt.args[0]; *p && len + 3 < cap; p++) {
		if (*p == ',' || *p == '\\')
			ret[len++] = '\\';
		ret[len++] = *p;
	}
	ret[len] = '\0';
}

static int mount_up(struct ui *ui, struct rs_tree *t, struct fuse **ret, struct rs_err *err)
{
	char options[4096], program[] = "unbrick", o[] = "-o";
	char *argv[] = {program, o, options, NULL};
	struct fuse_args args = FUSE_ARGS_INIT(3, argv);

	fuse_options(ui, options, sizeof(options));
	struct fuse *fuse = fuse_new(&args, &mount_operations, sizeof(struct fuse_operations), t);
	fuse_opt_free_args(&args);
	if (!fuse)
		return rs_fail_on(err, RS_E_MOUNT, ui->opt.args[1], "FUSE does not start");
	if (fuse_mount(fuse, ui->opt.args[1]) != 0) {
		fuse_destroy(fuse);
		return rs_fail_on(err, RS_E_MOUNT, ui->opt.args[1], "FUSE refuses, see above");
	}
	*ret = fuse;
	return 0;
}

/* Leave the terminal and let the first process go. The working folder stays: the disk's name may
 * be relative to it. */
static void detach(int ready)
{
	const char ok = 0;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)setsid(); /* a child is no group leader: it cannot fail */
	for (int fd = 0; null >= 0 && fd <= 2; fd++)
		(void)dup2(null, fd); /* at worst the terminal stays open */
	if (null > 2)
		(void)close(null);   /* /dev/null */
	(void)!write(ready, &ok, 1); /* if nobody waits any more, so be it */
	(void)close(ready);
}

static int serve(struct rs_tree *t, struct fuse *fuse, const char *folder)
{
	struct fuse_session *session = fuse_get_session(fuse);
	struct rs_err err = {0};

	term_release_signals(); /* FUSE installs its own only over the default ones */
	bool has_handlers = fuse_set_signal_handlers(session) == 0;
	int r = fuse_loop(fuse); /* a signal's number, 0 after fusermount3 -u, or an error */
	if (has_handlers)
		fuse_remove_signal_handlers(session);
	fuse_unmount(fuse);
	fuse_destroy(fuse);
	rs_tree_close(t);
	if (r < 0) {
		(void)rs_fail_on(&err, RS_E_MOUNT, folder, "%s", strerror(-r));
		return out_error(&err);
	}
	return 0;
}

/* @ready a pipe's end to report to, -1 in the foreground. */
static int mount_here(struct ui *ui, int ready)
{
	struct rs_tree *t = NULL;
	struct fuse *fuse = NULL;
	struct rs_err err = {0};

	int r = ui_open_tree(ui, &t, &err);
	if (r == 0 && rs_tree_facts(t)->fault[0])
		r = rs_fail_on(&err, RS_E_NTFS_DAMAGED, rs_tree_facts(t)->name, "%s",
			rs_tree_facts(t)->fault);
	if (r == 0)
		r = mount_up(ui, t, &fuse, &err);
	term_show_typing();
	int status = ui_end(ui, "mounted", &err);
	if (r < 0) {
		rs_tree_close(t);
		return status;
	}
	if (ready >= 0)
		detach(ready);
	return serve(t, fuse, ui->opt.args[1]);
}

/* Wait until the mount is up (a byte) or the other process ended (its status). */
static int wait_for(pid_t child, int ready)
{
	char byte;
	int status = 0;
	ssize_t n;

	/* a signal from the terminal reaches the other process, too: it decides */
	while ((n = read(ready, &byte, 1)) < 0 && errno == EINTR)
		;
	(void)close(ready);
	if (n == 1)
		return byte;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int cmd_mount(struct ui *ui)
{
	struct rs_err err = {0};
	int ends[2];

	if (is_given(&ui->opt, OPT_FOREGROUND))
		return mount_here(ui, -1);
	if (pipe2(ends, O_CLOEXEC) < 0) {
		(void)rs_fail(&err, RS_E_MOUNT, "%s", strerror(errno));
		return ui_fail(ui, &err);
	}
	pid_t child = fork();
	if (child > 0) {
		(void)close(ends[1]);
		return wait_for(child, ends[0]);
	}
	(void)close(ends[0]);
	if (child == 0)
		return mount_here(ui, ends[1]);
	(void)close(ends[1]);
	(void)rs_fail(&err, RS_E_MOUNT, "%s", strerror(errno));
	return ui_fail(ui, &err);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mount: opens the volume, mounts it, and goes into the background.
 *
 * The program splits before it opens anything: locked memory is not inherited, so the process that
 * holds the keys must be the one that stays. The first one waits until the mount is up. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ui/mount.h"
#include "ui/ui.h"

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

static int mount_up(struct ui *ui, struct mount_fs *fs, struct fuse **ret, struct rs_err *err)
{
	char options[4096], program[] = "unbrick", o[] = "-o";
	char *argv[] = {program, o, options, NULL};
	struct fuse_args args = FUSE_ARGS_INIT(3, argv);

	fuse_options(ui, options, sizeof(options));
	struct fuse *fuse = fuse_new(&args, &mount_operations, sizeof(struct fuse_operations), fs);
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

static int serve(struct mount_fs *fs, struct fuse *fuse, const char *folder)
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
	rs_tree_close(fs->tree);
	if (r < 0) {
		(void)rs_fail_on(&err, RS_E_MOUNT, folder, "%s", strerror(-r));
		return out_error(&err);
	}
	return 0;
}

/* @ready a pipe's end to report to, -1 in the foreground. */
static int mount_here(struct ui *ui, int ready)
{
	struct mount_fs fs = {
		.uid = getuid(),
		.gid = getgid(),
	};
	struct fuse *fuse = NULL;
	struct rs_err err = {0};

	int r = ui_open_tree(ui, &fs.tree, &err);
	if (r == 0 && rs_tree_fault(fs.tree)[0])
		r = rs_fail_on(&err, RS_E_NTFS_DAMAGED, rs_tree_name(fs.tree), "%s",
			rs_tree_fault(fs.tree));
	if (r == 0)
		r = mount_up(ui, &fs, &fuse, &err);
	term_show_typing();
	int status = ui_end(ui, "mounted", &err);
	if (r < 0) {
		rs_tree_close(fs.tree);
		return status;
	}
	if (ready >= 0)
		detach(ready);
	return serve(&fs, fuse, ui->opt.args[1]);
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

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --report FILE. A file that is there is never replaced: reports are kept, and a name that someone
 * else made (a link, a named pipe) is not written through. So that a report is whole or not there,
 * it is written beside FILE and gets its name last; that other name is made before the work begins,
 * because a repair whose report cannot be kept is better not begun. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ui/ui.h"

/* The table's next steps are those of an export. */
static int refuse(int cause, const char *path, struct rs_err *err)
{
	const bool is_there = cause == EEXIST;
	int r = rs_fail_on(err, is_there ? RS_E_OUTPUT_EXISTS : RS_E_OUTPUT, path, "%s",
		is_there ? "" : strerror(cause));

	if (err)
		err->next = is_there ? "choose another name: a report replaces no file"
				     : "make room or choose another place";
	return r;
}

/* The last name of @path, and which folder it is in; NULL: none that is there. */
static const char *split(const char *path, struct stat *ret_folder)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];

	(void)snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) + 1 : 1,
		slash ? path : ".");
	return stat(folder, ret_folder) == 0 ? slash ? slash + 1 : path : NULL;
}

/* Would two names that are to be made (what is there already is refused) be one file? Folders are
 * compared as what they are, whatever leads to them. */
static bool is_one_new_file(const char *a, const char *b)
{
	struct stat of_a, of_b;
	const char *name_a = split(a, &of_a), *name_b = split(b, &of_b);

	return name_a && name_b && strcmp(name_a, name_b) == 0 && of_a.st_dev == of_b.st_dev &&
	       of_a.st_ino == of_b.st_ino;
}

int report_file_open(struct ui *ui, struct rs_err *err)
{
	struct report_file *f = &ui->report;
	const char *path = ui->opt.report;

	if (!path)
		return 0;
	if (ui->opt.plan && is_one_new_file(path, ui->opt.plan)) /* it will be there, then */
		return rs_fail_on(err, RS_E_USAGE, path, "--plan is the same file");
	if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return refuse(EEXIST, path, err);
	if (asprintf(&f->temp, "%s.XXXXXX", path) < 0) {
		f->temp = NULL;
		return rs_fail(err, RS_E_MEMORY, "report");
	}
	f->fd = mkostemp(f->temp, O_CLOEXEC);
	if (f->fd >= 0) {
		term_drop_file(f->temp);
		return 0;
	}
	int cause = errno;
	free(f->temp);
	f->temp = NULL;
	return refuse(cause, path, err);
}

static int place(struct report_file *f, const char *path)
{
	if (renameat2(AT_FDCWD, f->temp, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	/* a file system without that flag: a link never replaces anything either */
	if (link(f->temp, path) < 0)
		return -1;
	(void)unlink(f->temp); /* the report has its name, this one is only left over */
	return 0;
}

int report_file_write(struct ui *ui, const char *json, struct rs_err *err)
{
	struct report_file *f = &ui->report;
	int r = 0;

	if (!f->temp)
		return 0;
	if (!json)
		r = rs_fail(err, RS_E_MEMORY, "report");
	if (r == 0)
		r = out_write(f->fd, json, strlen(json), ui->opt.report, err);
	if (r == 0 && fsync(f->fd) < 0 && errno != EINVAL && errno != EROFS)
		r = refuse(errno, ui->opt.report, err);
	term_drop_file(NULL);
	if (close(f->fd) < 0 && r == 0)
		r = refuse(errno, ui->opt.report, err);
	if (r < 0) {
		(void)unlink(f->temp); /* not complete, so nobody's loss */
	} else if (place(f, ui->opt.report) < 0) {
		r = rs_fail_on(err, RS_E_OUTPUT, ui->opt.report, "%s; the report is in %s",
			strerror(errno), f->temp);
		if (err)
			err->next = "give it its name by hand";
	}
	free(f->temp);
	f->temp = NULL;
	return r;
}

int report_file_save(const char *path, const char *text, struct rs_err *err)
{
	struct ui one = {.opt = {.report = path}};
	int r = report_file_open(&one, err);

	return r < 0 ? r : report_file_write(&one, text, err);
}

int report_file_check(const char *a, const char *b, struct rs_err *err)
{
	if (a && b && is_one_new_file(a, b))
		return rs_fail_on(err, RS_E_USAGE, a, "two outputs in the same file");
	for (int i = 0; i < 2; i++) {
		const char *path = i ? b : a;
		if (path && faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			return refuse(EEXIST, path, err);
	}
	return 0;
}

/* Of one Windows, the @nth of those that have one. */
static int save_one(
	const struct rs_report *report, size_t nth, const char *path, struct rs_err *err)
{
	struct ui one = {.opt = {.report = path}};
	auto_free char *text = NULL;
	size_t len = 0;
	int r = report_file_open(&one, err);

	if (r < 0)
		return r;
	FILE *f = open_memstream(&text, &len);
	if (f)
		(void)rs_report_svg(report, nth, f); /* whoever calls knows that there is one */
	if (f && fclose(f) != 0) {
		free(text);
		text = NULL;
	}
	return report_file_write(&one, text, err);
}

/* "NAME-2.svg" of "NAME.svg"; NULL: no memory. */
static char *numbered_new(const char *path, size_t number)
{
	const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
	const int len = (int)(dot ? (size_t)(dot - path) : strlen(path));
	char *ret = NULL;

	if (asprintf(&ret, "%.*s-%zu%s", len, path, number, dot ? dot : "") < 0)
		return NULL;
	return ret;
}

int picture_save(const struct rs_report *report, const char *path, struct rs_err *err)
{
	int r = save_one(report, 0, path, err);

	for (size_t nth = 1; r == 0 && rs_report_svg(report, nth, NULL); nth++) {
		auto_free char *name = numbered_new(path, nth + 1);
		r = name ? save_one(report, nth, name, err) : rs_fail(err, RS_E_MEMORY, "report");
	}
	return r;
}

int picture_check(const struct options *o, struct rs_err *err)
{
	if (!o->svg)
		return 0;
	if (o->report && is_one_new_file(o->svg, o->report))
		return rs_fail_on(err, RS_E_USAGE, o->svg, "--report is the same file");
	return faccessat(AT_FDCWD, o->svg, F_OK, AT_SYMLINK_NOFOLLOW) == 0
		       ? refuse(EEXIST, o->svg, err)
		       : 0;
}

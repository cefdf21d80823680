/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Standard output and standard error: lines for people, and bytes. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "ui/ui.h"

#define LINE_BYTES 8192

/* The program has one standard output, and whether its reader went away is a fact about it. */
static bool is_broken;
static int lost_errno;

int out_write(int fd, const void *p, size_t len, const char *name, struct rs_err *err)
{
	const char *at = p;

	while (len) {
		ssize_t n = write(fd, at, len);
		if (n < 0 && errno == EINTR && !term_is_cancelled())
			continue;
		if (n < 0 && errno == EINTR)
			return rs_fail_on(err, RS_E_CANCELLED, name, "%s", "");
		if (n < 0 && errno == EPIPE && fd == STDOUT_FILENO)
			is_broken = true;
		if (n < 0)
			return rs_fail_on(err, RS_E_OUTPUT, name, "%s", strerror(errno));
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

int out_finish(struct rs_err *err)
{
	if (!lost_errno && fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	int cause = lost_errno ? lost_errno : errno;
	if (cause == EPIPE)
		is_broken = true;
	return rs_fail_on(err, RS_E_OUTPUT, "standard output", "%s", strerror(cause));
}

void out_line(const char *line)
{
	auto_free char *escaped = rs_shown_new(line);

	if (!escaped || printf("%s\n", escaped) < 0)
		lost_errno = escaped ? errno : ENOMEM; /* out_finish reports it */
}

int out_error(const struct rs_err *err)
{
	char line[LINE_BYTES], escaped[LINE_BYTES];

	progress_clear();
	rs_err_said(err, line, sizeof(line));
	(void)rs_shown(line, escaped, sizeof(escaped));
	if (!(err->code == RS_E_OUTPUT && is_broken)) /* nobody reads on: leave quietly */
		(void)fprintf(stderr, "unbrick: %s\n", escaped);
	return rs_err_info(err->code)->exit_status;
}

void out_warn(const char *fmt, ...)
{
	char escaped[LINE_BYTES];
	va_list ap;

	va_start(ap, fmt);
	auto_free char *line = lang_vprint_new(fmt, ap);
	va_end(ap);
	progress_clear();
	(void)rs_shown(line ? line : "", escaped, sizeof(escaped));
	(void)fprintf(stderr, "unbrick: %s\n", escaped);
}

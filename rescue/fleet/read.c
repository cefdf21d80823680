/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Folders and files of reports. A collector's folder may hold anything that a machine could put
 * there: links are not followed, only ordinary files are read, and of each only so much. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/redact.h"
#include "fleet/internal.h"

#define DEPTH_MOST 16U
#define PATH_BYTES 1024U

struct reading {
	struct fleet *f;
	fleet_go_on *go_on;
	void *user;
	size_t files;
	char path[PATH_BYTES]; /* of what is read */
	size_t skip;	       /* of it, the folder that was named */
	char *buffer;	       /* FLEET_BYTES_MOST and two more */
};

/* What a file's name says of what is in it. */
enum content { CONTENT_OTHER, CONTENT_ONE, CONTENT_LINES };

static bool ends_with(const char *name, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len > n && strncasecmp(name + len - n, end, n) == 0;
}

static enum content content_of(const char *name)
{
	size_t len = strlen(name), digits = len;

	if (ends_with(name, len, ".json"))
		return CONTENT_ONE;
	while (digits && name[digits - 1] >= '0' && name[digits - 1] <= '9')
		digits--;
	if (digits < len && digits && name[digits - 1] == '.')
		len = digits - 1; /* a log that was turned over */
	return ends_with(name, len, ".ndjson") || ends_with(name, len, ".jsonl") ||
			       ends_with(name, len, ".log")
		       ? CONTENT_LINES
		       : CONTENT_OTHER;
}

/* ---- one report ---- */

static void broken(struct reading *r, const char *source, const char *why)
{
	struct fleet *f = r->f;
	char line[PATH_BYTES + 128];

	f->counts.broken++;
	if (f->n_broken == FLEET_BROKEN_MOST)
		return;
	(void)snprintf(line, sizeof(line), "%s: %s", source, why);
	f->broken[f->n_broken] = rs_shown_new(line);
	f->n_broken += f->broken[f->n_broken] != NULL; /* counted it is */
}

/* The end of a path, where it is long. */
static int take(struct reading *r, char *text, size_t len, size_t line, struct rs_err *err)
{
	const char *why = NULL;
	char source[PATH_BYTES + 32];

	(void)snprintf(source, sizeof(source), line ? "%s:%zu" : "%s", r->path + r->skip, line);
	text[len] = '\0';
	int taken = fleet_take(r->f, text, len, source, &why, err);
	if (taken == 0)
		broken(r, source, why);
	return taken < 0 ? taken : 0;
}

static int read_one(struct reading *r, int fd, struct rs_err *err)
{
	size_t len = 0;
	ssize_t n;

	while (len <= FLEET_BYTES_MOST &&
		(n = read(fd, r->buffer + len, FLEET_BYTES_MOST + 1 - len)) != 0) {
		if (n < 0 && errno != EINTR) {
			broken(r, r->path, strerror(errno));
			return 0;
		}
		len += n > 0 ? (size_t)n : 0;
	}
	return take(r, r->buffer, len, 0, err);
}

/* ---- one a line ---- */

struct lines {
	size_t number, len; /* of the line that is begun, and bytes of it */
	bool is_long;	    /* the rest of it is passed over */
};

static int end_line(struct reading *r, struct lines *l, struct rs_err *err)
{
	char *json = memchr(r->buffer, '{', l->len);
	int e = 0;

	l->number++;
	if (l->is_long || (l->len > FLEET_BYTES_MOST))
		e = take(r, r->buffer, l->len, l->number, err); /* says that it is too large */
	else if (json)						/* what syslog has put before it */
		e = take(r, json, (size_t)(r->buffer + l->len - json), l->number, err);
	else
		r->f->counts.others++; /* of another program's log */
	l->len = 0;
	l->is_long = false;
	return e;
}

static int put_line(struct reading *r, struct lines *l, const char *p, size_t n, struct rs_err *err)
{
	int e = 0;

	while (n && e == 0) {
		const char *end = memchr(p, '\n', n);
		size_t part = end ? (size_t)(end - p) : n, room = FLEET_BYTES_MOST + 1 - l->len;
		size_t taken = part < room ? part : room;
		l->is_long |= taken < part;
		memcpy(r->buffer + l->len, p, taken);
		l->len += taken;
		if (end)
			e = end_line(r, l, err);
		part += end != NULL;
		p += part;
		n -= part;
	}
	return e;
}

static int read_lines(struct reading *r, int fd, struct rs_err *err)
{
	struct lines l = {0};
	char block[65536];
	int e = 0;

	while (e == 0) {
		ssize_t n = read(fd, block, sizeof(block));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			broken(r, r->path, strerror(errno));
		if (n <= 0)
			break;
		e = put_line(r, &l, block, (size_t)n, err);
		if (e == 0 && r->go_on && !r->go_on(r->user, r->files))
			e = rs_fail(err, RS_E_CANCELLED, "%s", "");
	}
	return e == 0 && l.len ? end_line(r, &l, err) : e;
}

/* ---- folders ---- */

static int read_folder(struct reading *r, int fd_take, unsigned depth, struct rs_err *err);

static int read_entry(
	struct reading *r, int folder, const char *name, unsigned depth, struct rs_err *err)
{
	enum content content = content_of(name);
	auto_close int fd =
		openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0) {
		if (errno == ELOOP || content == CONTENT_OTHER)
			r->f->counts.others++;
		else
			broken(r, r->path, strerror(errno));
		return 0;
	}
	if (S_ISDIR(st.st_mode) && depth < DEPTH_MOST)
		return read_folder(r, rs_steal_fd(&fd), depth + 1, err);
	if (!S_ISREG(st.st_mode) || content == CONTENT_OTHER) {
		r->f->counts.others++;
		return 0;
	}
	r->files++;
	if (r->go_on && !r->go_on(r->user, r->files))
		return rs_fail(err, RS_E_CANCELLED, "%s", "");
	return content == CONTENT_ONE ? read_one(r, fd, err) : read_lines(r, fd, err);
}

static int read_folder(struct reading *r, int fd_take, unsigned depth, struct rs_err *err)
{
	size_t len = strlen(r->path);
	auto_dir DIR *d = fdopendir(fd_take);
	struct dirent *entry;
	int e = 0;

	if (!d) {
		(void)close(fd_take); /* only read */
		return rs_fail(err, RS_E_MEMORY, "reports");
	}
	while (e == 0 && (entry = readdir(d))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		(void)snprintf(r->path + len, sizeof(r->path) - len, "/%s", entry->d_name);
		e = read_entry(r, dirfd(d), entry->d_name, depth, err);
		r->path[len] = '\0';
	}
	return e;
}

int fleet_read(
	struct fleet *f, const char *path, fleet_go_on *go_on, void *user, struct rs_err *err)
{
	auto_free char *buffer = malloc(FLEET_BYTES_MOST + 2);
	struct reading r = {.f = f, .go_on = go_on, .user = user, .buffer = buffer};
	auto_close int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (!buffer)
		return rs_fail(err, RS_E_MEMORY, "reports");
	if (fd < 0 || fstat(fd, &st) < 0)
		return rs_fail_on(err, RS_E_IO_OPEN, path, "%s", strerror(errno));
	(void)snprintf(r.path, sizeof(r.path), "%s", path);
	if (S_ISDIR(st.st_mode)) {
		r.skip = strlen(r.path) + 1;
		return read_folder(&r, rs_steal_fd(&fd), 0, err);
	}
	if (!S_ISREG(st.st_mode))
		return rs_fail_on(err, RS_E_IO_OPEN, path, "it is neither a folder nor a file");
	return content_of(path) == CONTENT_LINES ? read_lines(&r, fd, err) : read_one(&r, fd, err);
}

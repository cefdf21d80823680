/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <search.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "ui/ui.h"

#define FAT_PIECE    (4095ULL << 20) /* FAT: below 4 GiB */
#define BAD_BYTES    (64ULL << 10)   /* that are left out where the disk does not give them */
#define MOST_BAD     64U	     /* such places of a file, then it is given up */
#define MOST_FAILED  1000U	     /* told one by one */
#define MOST_FOLDERS 1000000U
#define UNIX_EPOCH   116444736000000000ULL /* in FILETIME */
#define SECOND	     10000000ULL
#define REF_NUMBER   0xFFFFFFFFFFFFULL /* of the record; above it how often it was used */

/* A folder that is still to be copied. */
struct task {
	uint64_t ref;
	char *from, *to; /* from: its path, for people; to NULL: only counted */
};

struct walk {
	struct copy *c;
	struct task *tasks; /* a stack */
	size_t n;
	bool is_below; /* below what is wanted */
	uint8_t *block;
	uint64_t unsynced; /* bytes */
	void *known;	   /* a tree (search.h) of the folders that were met, each by its number */
};

static int compare_refs(const void *a, const void *b)
{
	return a < b ? -1 : a > b;
}

/* A folder has one place. One that is met again is so by damage, and might lead to itself. Without
 * memory to know it by it is left out as well. */
static bool is_new(struct walk *w, uint64_t ref)
{
	const void *number = (const void *)(uintptr_t)((ref & REF_NUMBER) + 1);

	return !tfind(number, &w->known, compare_refs) && tsearch(number, &w->known, compare_refs);
}

static void forget_known(struct walk *w)
{
	while (w->known)
		(void)tdelete(*(void **)w->known, &w->known, compare_refs);
}

void copy_name(const char *name, char ret[COPY_NAME])
{
	const uint8_t *p = (const uint8_t *)name;
	size_t n = 0, left = strlen(name);

	while (left) {
		uint32_t code;
		const size_t len = rs_utf8_get(p, left, &code);
		/* a lone surrogate (WTF-8) is no character anywhere else */
		const bool is_bad = !len || (code >= 0xD800 && code < 0xE000) || code < ' ' ||
				    (code < 0x80 && strchr("<>:\"/\\|?*", (int)code));
		const size_t room = is_bad ? 1 : len;
		if (n + room > COPY_NAME - 1)
			break;
		if (is_bad)
			ret[n] = '_';
		else
			memcpy(ret + n, p, len);
		n += room;
		p += len ? len : 1;
		left -= len ? len : 1;
	}
	while (n && (ret[n - 1] == '.' || ret[n - 1] == ' '))
		n--;
	if (!n)
		ret[n++] = '_';
	ret[n] = '\0';
}

uint64_t copy_piece_of(const char *folder)
{
	struct statfs s;

	return statfs(folder, &s) == 0 && s.f_type == MSDOS_SUPER_MAGIC ? FAT_PIECE : 0;
}

__attribute__((format(printf, 3, 4))) static void fail(
	struct copy *c, const char *path, const char *fmt, ...)
{
	char why[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap); /* cut is fine */
	va_end(ap);
	if (c->n_failed++ < MOST_FAILED)
		page_say(&c->failed, false, "%-s: %s", path, why);
}

/* Both paths are the stack's from now on. */
static int push_take(struct walk *w, uint64_t ref, char *from, char *to, struct rs_err *err)
{
	struct task *more =
		w->n < MOST_FOLDERS ? reallocarray(w->tasks, w->n + 1, sizeof(*more)) : NULL;

	if (!more) {
		free(from);
		free(to);
		return rs_fail(err, RS_E_MEMORY, "folders");
	}
	w->tasks = more;
	more[w->n++] = (struct task){ref, from, to};
	return 0;
}

/* ---- one file ---- */

static int go_on(const struct copy *c, struct rs_err *err)
{
	if (c->progress && !c->progress(c->user, c->bytes, c->all_bytes))
		return rs_fail_on(err, RS_E_CANCELLED, c->what->name, "%s", "");
	return 0;
}

static int cannot_write(const char *path, int cause, struct rs_err *err)
{
	int r = rs_fail_on(err, cause == EEXIST ? RS_E_OUTPUT_EXISTS : RS_E_OUTPUT, path, "%s",
		cause == EEXIST ? "" : strerror(cause));

	if (err)
		err->next = "make room or choose another folder; no file is replaced";
	return r;
}

/* It is about this name, and the next one may do. */
static bool is_name_fault(int cause)
{
	return cause == EEXIST || cause == EINVAL || cause == ENAMETOOLONG || cause == EILSEQ;
}

/* Of the piece @number of @path, 0: all of it. */
static char *piece_name(const char *path, unsigned number)
{
	char name[32] = "", *ret;

	if (number)
		(void)snprintf(name, sizeof(name), ".%03u", number);
	return asprintf(&ret, "%s%s", path, name) < 0 ? NULL : ret;
}

static int open_piece(const char *path, unsigned number, struct rs_err *err)
{
	auto_free char *whole = piece_name(path, number);

	if (!whole)
		return rs_fail(err, RS_E_MEMORY, "file");
	const int fd = open(whole, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	const int cause = errno;
	const int ret = fd < 0 ? cannot_write(whole, cause, err) : fd;
	errno = cause;
	return ret;
}

static int close_piece(int fd, const char *path, const struct rs_node *n, struct rs_err *err)
{
	const uint64_t unix_100ns = n->modified > UNIX_EPOCH ? n->modified - UNIX_EPOCH : 0;
	const struct timespec times[2] = {
		{.tv_nsec = UTIME_OMIT}, {.tv_sec = (time_t)(unix_100ns / SECOND),
						 .tv_nsec = (long)(unix_100ns % SECOND) * 100}};

	if (unix_100ns)
		(void)futimens(fd, times); /* a stick that has none: the time of the copy */
	return close(fd) < 0 ? cannot_write(path, errno, err) : 0;
}

/* The next bytes of a file; zeros in place of those that the disk does not give. *ret_len 0: its
 * end, or it is given up. */
static int read_some(struct walk *w, const char *from, const struct rs_node *n, uint64_t at,
	unsigned *bad, size_t *ret_len, struct rs_err *err)
{
	struct rs_err why = {0};
	const int r = rs_tree_read(w->c->tree, n->ref, at, w->block, UI_BLOCK_BYTES, ret_len, &why);

	if (r >= 0)
		return 0;
	*ret_len = 0;
	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (r != RS_E_IO_READ || ++*bad > MOST_BAD || at >= n->size_bytes) {
		fail(w->c, from, "%s%s%s", rs_err_info(r)->text, why.detail[0] ? ": " : "",
			why.detail);
		return 0;
	}
	if (*bad == 1)
		fail(w->c, from, "not all of it can be read; zeros stand there instead");
	const uint64_t left = n->size_bytes - at;
	*ret_len = (size_t)(left < BAD_BYTES ? left : BAD_BYTES);
	memset(w->block, 0, *ret_len);
	return 0;
}

/* @fd: any file there. */
static int sync_now_and_then(struct walk *w, int fd, size_t len, struct rs_err *err)
{
	w->unsynced += len;
	if (!w->c->sync_bytes || w->unsynced < w->c->sync_bytes)
		return 0;
	w->unsynced = 0;
	return syncfs(fd) < 0 ? cannot_write(w->c->to, errno, err) : 0;
}

/* Up to the end of a piece. *at is moved on; true in *ret_more: there is more of the file. */
static int copy_piece(struct walk *w, const char *from, const struct rs_node *n, int fd,
	const char *to, uint64_t *at, bool *ret_more, struct rs_err *err)
{
	struct copy *c = w->c;
	const uint64_t end = c->piece_bytes ? *at + c->piece_bytes : UINT64_MAX;
	unsigned bad = 0;

	for (*ret_more = false; *at < end;) {
		size_t len = 0;
		int r = read_some(w, from, n, *at, &bad, &len, err);
		if (r < 0 || !len)
			return r;
		if (len > end - *at)
			len = (size_t)(end - *at);
		r = out_write(fd, w->block, len, to, err);
		*at += len;
		c->bytes += len;
		if (r == 0)
			r = sync_now_and_then(w, fd, len, err);
		if (r == 0)
			r = go_on(c, err);
		if (r < 0)
			return r;
	}
	*ret_more = *at < n->size_bytes;
	return 0;
}

/* Half of a file would be taken for all of it. Those before @end are all of our making. */
static void drop_pieces(const char *path, unsigned first, unsigned end)
{
	for (unsigned number = first; number < end; number++) {
		auto_free char *whole = piece_name(path, number);
		if (whole)
			(void)unlink(whole); /* a stick that takes nothing any more */
	}
}

/* What was wanted itself is not left out, something below it is. */
static int leave_name(struct walk *w, const char *from, int code, struct rs_err *err)
{
	if (!is_name_fault(errno) || !w->is_below)
		return code;
	fail(w->c, from, "no file of this name can be made there");
	*err = (struct rs_err){0};
	return 0;
}

static int copy_file(struct walk *w, const char *from, const struct rs_node *n, const char *to,
	struct rs_err *err)
{
	struct copy *c = w->c;
	const bool is_cut = c->piece_bytes && n->size_bytes > c->piece_bytes;
	const uint64_t failed_before = c->n_failed;
	uint64_t at = 0;
	bool has_more = true;
	int r = 0;

	for (unsigned number = is_cut; r == 0 && has_more; number++) {
		const int fd = open_piece(to, number, err);
		if (fd < 0) {
			const int cause = errno;
			drop_pieces(to, is_cut, number);
			errno = cause;
			return leave_name(w, from, fd, err);
		}
		r = copy_piece(w, from, n, fd, to, &at, &has_more, err);
		const int closed = close_piece(fd, to, n, r < 0 ? NULL : err);
		r = r < 0 ? r : closed;
		if (r < 0)
			drop_pieces(to, is_cut, number + 1);
	}
	c->files += r == 0 && c->n_failed == failed_before;
	c->cut += is_cut;
	return r;
}

/* ---- folders ---- */

/* One name of a folder that is at work. */
static int copy_entry(
	struct walk *w, const struct task *in, const struct folder_entry *e, struct rs_err *err)
{
	const struct rs_node *n = &e->node;
	auto_free char *from = folder_path(in->from, e->name);
	auto_free char *to = NULL;
	char name[COPY_NAME];

	copy_name(e->name, name);
	if (in->to && asprintf(&to, "%s/%s", in->to, name) < 0)
		to = NULL;
	if (!from || (in->to && !to))
		return rs_fail(err, RS_E_MEMORY, "paths");
	if (n->is_reparse) {
		if (to)
			fail(w->c, from, "a link, or contents that are not on this disk");
		return 0;
	}
	if (n->is_dir && !is_new(w, n->ref)) {
		if (to)
			fail(w->c, from, "this folder was there before, by another name");
		return 0;
	}
	if (n->is_dir && to && mkdir(to, 0700) < 0) {
		const int cause = errno;
		const int r = cannot_write(to, cause, err);
		errno = cause;
		return leave_name(w, from, r, err);
	}
	if (n->is_dir) {
		w->c->folders += to != NULL;
		return push_take(w, n->ref, rs_steal(from), rs_steal(to), err);
	}
	if (to)
		return copy_file(w, from, n, to, err);
	w->c->all_files++;
	w->c->all_bytes += n->size_bytes;
	return 0;
}

static int copy_folder(struct walk *w, const struct task *in, struct rs_err *err)
{
	struct rs_err why = {0};
	struct folder here = {0};
	int r = folder_read(w->c->tree, in->ref, SIZE_MAX, &here, &why);

	if (r < 0 && !rs_err_ends(r) && in->to)
		fail(w->c, in->from, "%s: %s", rs_err_info(r)->text, why.detail);
	r = rs_err_ends(r) ? rs_err_pass(err, r, &why) : go_on(w->c, err);
	for (size_t i = 0; r == 0 && i < here.n; i++)
		r = copy_entry(w, in, &here.entries[i], err);
	folder_done(&here);
	return r;
}

/* All below what is wanted; @to NULL: only counted. */
static int walk_all(struct walk *w, const char *to, struct rs_err *err)
{
	const struct task in = {
		0, (char *)(uintptr_t)w->c->folder, (char *)(uintptr_t)to}; /* only read */
	w->is_below = false;
	int r = copy_entry(w, &in, w->c->what, err);

	w->is_below = true;
	while (r == 0 && w->n) {
		struct task next = w->tasks[--w->n];
		r = copy_folder(w, &next, err);
		free(next.from);
		free(next.to);
	}
	for (; w->n; w->n--) {
		free(w->tasks[w->n - 1].from);
		free(w->tasks[w->n - 1].to);
	}
	free(w->tasks);
	w->tasks = NULL;
	forget_known(w);
	return r;
}

static int has_room(const struct copy *c, struct rs_err *err)
{
	struct statvfs s;

	if (statvfs(c->to, &s) < 0)
		return cannot_write(c->to, errno, err);
	const uint64_t room = (uint64_t)s.f_bavail * s.f_frsize;
	if (room >= c->all_bytes)
		return 0;
	int r = rs_fail_on(err, RS_E_OUTPUT, c->to, "%llu MiB are needed, %llu MiB are free",
		(unsigned long long)(c->all_bytes >> 20), (unsigned long long)(room >> 20));
	err->next = "make room or choose another folder";
	return r;
}

static int run(struct walk *w, struct rs_err *err)
{
	struct copy *c = w->c;
	int r = walk_all(w, NULL, err);

	if (r == 0)
		r = has_room(c, err);
	if (r == 0)
		r = walk_all(w, c->to, err);
	const int fd = open(c->to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || syncfs(fd) < 0)
		r = r < 0 ? r : cannot_write(c->to, errno, err);
	if (fd >= 0)
		(void)close(fd); /* nothing was written through it */
	return r;
}

int copy_run(struct copy *c, struct rs_err *err)
{
	auto_free uint8_t *block = malloc(UI_BLOCK_BYTES);
	struct walk w = {.c = c, .block = block};
	struct stat st;

	if (!block)
		return rs_fail(err, RS_E_MEMORY, "a block to read");
	if (stat(c->to, &st) < 0 || !S_ISDIR(st.st_mode))
		return cannot_write(c->to, errno ? errno : ENOTDIR, err);
	if (rs_tree_is_under(c->tree, &st))
		return rs_fail_on(err, RS_E_ONTO_SOURCE, c->to, "%s", "");
	const int r = run(&w, err);
	rs_wipe(block, UI_BLOCK_BYTES); /* a file of keys may be among them */
	return r;
}

void copy_done(struct copy *c)
{
	page_done(&c->failed);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/stick_ntfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "init/process.h"
#include "init/stick_files.h"
#include "ntfs/index.h"

#define FILE_MOST    (256U << 10) /* of any file that somebody reads then (a rule) */
#define FOLDERS_MOST 1000U	  /* in the root, in each of which a Windows may be */
#define FILES_MOST   600U	  /* of one folder: each rule has a signature beside it */
#define NAME_MOST    100U

struct copying {
	struct nt_raw *raw;
	const char *to;
	int out_fd;
};

/* ---- what a folder has ---- */

/* As the kernel's drivers give them: a name of NTFS, in letters that a path of ours may have. */
static bool name_of(const struct nt_file_name *n, char ret[NT_NAME_BYTES])
{
	const size_t len = nt_name_text(n->name, ret);

	if (len > NAME_MOST || strlen(ret) != len || ret[0] == '.')
		return false;
	for (const char *p = ret; *p; p++)
		if (*p < ' ' || *p > '~' || *p == '/')
			return false;
	return true;
}

static bool is_folder(const struct nt_file_name *n)
{
	return n->attributes & NT_FILE_NAME_IS_DIR;
}

struct finding {
	const char *name;
	bool is_dir, is_found;
	uint64_t ref;
};

static bool on_found(void *user, uint64_t ref, const struct nt_file_name *n)
{
	struct finding *f = user;
	char name[NT_NAME_BYTES];

	if (name_of(n, name) && strcasecmp(name, f->name) == 0 && is_folder(n) == f->is_dir) {
		f->is_found = true;
		f->ref = ref;
	}
	return !f->is_found;
}

/* 1: *ret_ref is it; 0: there is none of that name; a negative error: that cannot be told. */
static int find(const struct copying *c, uint64_t folder, const char *name, bool is_dir,
	uint64_t *ret_ref, struct rs_err *err)
{
	struct finding f = {.name = name, .is_dir = is_dir};
	unsigned damaged = 0;
	int r = nt_index_each(c->raw, NT_REF_RECORD(folder), on_found, &f, &damaged, err);

	if (r < 0)
		return r;
	if (!f.is_found && damaged)
		return rs_fail(err, RS_E_NTFS_DAMAGED, "a folder is damaged");
	*ret_ref = f.ref;
	return f.is_found;
}

/* ---- is there a Windows? In any folder at its top, as the engine looks for one. */

struct folders {
	uint64_t refs[FOLDERS_MOST];
	unsigned n;
};

static bool on_folder(void *user, uint64_t ref, const struct nt_file_name *n)
{
	struct folders *all = user;

	if (!is_folder(n) || NT_REF_RECORD(ref) == NT_ROOT_RECORD)
		return true;
	if (all->n < FOLDERS_MOST)
		all->refs[all->n] = ref;
	return all->n++ < FOLDERS_MOST;
}

/* What cannot be ruled out is one. */
static bool may_have_windows(const struct copying *c, char *ret_text, size_t cap)
{
	static struct folders all;
	struct rs_err err = {0};
	unsigned damaged = 0;
	uint64_t ref;

	all.n = 0;
	(void)snprintf(ret_text, cap, "its folders cannot be read: it may have a Windows");
	if (nt_index_each(c->raw, NT_ROOT_RECORD, on_folder, &all, &damaged, &err) < 0 || damaged)
		return true;
	if (all.n > FOLDERS_MOST) {
		(void)snprintf(ret_text, cap, "it has too many folders to look for a Windows");
		return true;
	}
	for (unsigned i = 0; i < all.n; i++) {
		int r = find(c, all.refs[i], "System32", true, &ref, &err);
		if (r == 1)
			(void)snprintf(ret_text, cap, "there is a Windows on it");
		if (r == 1 || (r < 0 && r != RS_E_NO_SUCH_FILE))
			return true;
	}
	ret_text[0] = '\0';
	return false;
}

/* ---- copying ---- */

/* The entry of a folder may be older than the file; and what is a link, or kept elsewhere (by
 * Windows' deduplication, say), has no data of its own. */
static int check_ref(const struct copying *c, uint64_t ref, struct rs_err *err)
{
	uint8_t rec[NT_RECORD_MAX] = {0};
	struct nt_attr link;
	int r = nt_raw_record(c->raw, NT_REF_RECORD(ref), rec, err);

	if (r == 0 && (nt_record_sequence(rec) != NT_REF_SEQUENCE(ref) ||
			      !(nt_record_flags(rec) & NT_RECORD_IN_USE)))
		r = rs_fail(err, RS_E_NTFS_DAMAGED, "its entry belongs to another file");
	if (r == 0 &&
		nt_attr_find(rec, c->raw->geo.record_bytes, NT_AT_REPARSE_POINT, "", 0, &link))
		r = rs_fail(err, RS_E_UNSUPPORTED, "its data are elsewhere (a reparse point)");
	return r;
}

static int write_failed(struct rs_err *err)
{
	return rs_fail(err, RS_E_MEMORY, "%s", strerror(errno));
}

static int copy_bytes(const struct copying *c, uint64_t number, int fd, struct rs_err *err)
{
	auto_secret struct rs_secret bytes = {0};
	uint64_t size = 0;
	size_t len = 0;
	int r = nt_raw_size(c->raw, number, NT_AT_DATA, "", &size, err);

	if (r == 0 && size > FILE_MOST)
		return ftruncate(fd, FILE_MOST + 1) < 0 ? write_failed(err) : 0;
	if (r == 0)
		r = rs_secret_init(&bytes, (size_t)size + 1, err);
	if (r == 0)
		r = nt_raw_read(
			c->raw, number, NT_AT_DATA, "", 0, bytes.p, (size_t)size, &len, err);
	if (r == 0 && !process_write(fd, bytes.p, len))
		r = write_failed(err);
	return r;
}

static void copy_file(const struct copying *c, uint64_t ref, const char *folder, const char *name)
{
	struct rs_err err = {0};
	char path[512];
	int r = check_ref(c, ref, &err);

	(void)snprintf(path, sizeof(path), "%s/%s%s%s", c->to, folder, folder[0] ? "/" : "", name);
	auto_close int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return; /* two of one name: the first is it */
	if (r == 0)
		r = copy_bytes(c, NT_REF_RECORD(ref), fd, &err);
	if (r == 0)
		return;
	(void)unlink(path);
	stick_say(c->out_fd, STICK_NOTE, "%s of the stick cannot be read: %s", name,
		err.detail[0] ? err.detail : "not enough memory");
}

static void copy_named(const struct copying *c, uint64_t from, const char *folder, const char *name)
{
	struct rs_err err = {0};
	uint64_t ref = 0;
	int r = find(c, from, name, false, &ref, &err);

	if (r == 1)
		copy_file(c, ref, folder, name);
	else if (r < 0)
		stick_say(c->out_fd, STICK_NOTE, "%s of the stick cannot be read: %s", name,
			err.detail);
}

struct copying_all {
	const struct copying *c;
	const char *folder;
	const char *const *ends; /* of names that are wanted */
	unsigned n;
};

static bool on_file(void *user, uint64_t ref, const struct nt_file_name *n)
{
	struct copying_all *all = user;
	char name[NT_NAME_BYTES];

	if (!name_of(n, name) || n->name_space == NT_NS_DOS || is_folder(n))
		return true;
	for (const char *const *end = all->ends; *end; end++) {
		const size_t len = strlen(name), tail = strlen(*end);
		if (len <= tail || strcasecmp(name + len - tail, *end) != 0)
			continue;
		copy_file(all->c, ref, all->folder, name);
		return ++all->n < FILES_MOST;
	}
	return true;
}

static void copy_like(
	const struct copying *c, uint64_t from, const char *folder, const char *const *ends)
{
	struct copying_all all = {.c = c, .folder = folder, .ends = ends};
	struct rs_err err = {0};
	unsigned damaged = 0;

	if (nt_index_each(c->raw, NT_REF_RECORD(from), on_file, &all, &damaged, &err) < 0 ||
		damaged)
		stick_say(c->out_fd, STICK_NOTE, "%s of the stick: the folder is damaged", folder);
}

static bool make_folder(const struct copying *c, const char *name)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", c->to, name);
	return mkdir(path, 0700) == 0;
}

static void copy_folder(const struct copying *c, uint64_t top, const char *name)
{
	static const char *const rules[] = {".ini", ".ini.sig", NULL};
	struct rs_err err = {0};
	char folder[64];
	uint64_t ref;

	copy_named(c, top, name, "unbrick.conf");
	copy_named(c, top, name, "keys.txt");
	copy_named(c, top, name, "keys.enc");
	copy_named(c, top, name, "fleet.secret");
	copy_named(c, top, name, "rules.pub");
	(void)snprintf(folder, sizeof(folder), "%s/rules", name);
	if (find(c, top, "rules", true, &ref, &err) == 1 && make_folder(c, folder))
		copy_like(c, ref, folder, rules);
}

/* "EFI/unbrick" before "unbrick"; NULL: it has neither. */
static const char *find_top(const struct copying *c, uint64_t *ret)
{
	struct rs_err err = {0};
	uint64_t efi;

	if (find(c, NT_ROOT_RECORD, "EFI", true, &efi, &err) == 1 &&
		find(c, efi, "unbrick", true, ret, &err) == 1)
		return make_folder(c, "EFI") ? "EFI/unbrick" : NULL;
	return find(c, NT_ROOT_RECORD, "unbrick", true, ret, &err) == 1 ? "unbrick" : NULL;
}

bool stick_ntfs_copy(
	struct blk *vol, bool is_look, const char *to, int out_fd, char *ret_text, size_t cap)
{
	static const char *const keys[] = {".BEK", NULL};
	auto_nt_raw struct nt_raw *raw = NULL;
	struct rs_err err = {0};
	uint64_t top = 0;

	if (nt_raw_open_plain(vol, &raw, &err) < 0) {
		(void)snprintf(ret_text, cap, "%s", err.detail);
		return false;
	}
	const struct copying c = {.raw = raw, .to = to, .out_fd = out_fd};
	if (may_have_windows(&c, ret_text, cap))
		return false;
	const char *name = find_top(&c, &top);
	if (!name || !make_folder(&c, name) || is_look)
		return true;
	copy_like(&c, NT_ROOT_RECORD, "", keys);
	copy_folder(&c, top, name);
	return true;
}

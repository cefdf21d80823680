/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plan of a replay as a file, for finishing it after a power cut or taking it back:
 * nt_replay_save's bytes, "UNBRKMF2" ("UNBRKHB1" of hibernation), the SHA-256 of the whole $MFT
 * after the replay, and that of the 64 bytes that are the last of nt_replay_save and that hash. It
 * holds parts of the volume in clear: readable by its owner only. */
#include "act/replay.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/text.h"

#define TAIL_MAGIC "UNBRKMF2"
#define TAIL_HIBER "UNBRKHB1"
#define HASH_BYTES 32U
#define TAIL_BYTES (8U + 2 * HASH_BYTES)
/* twice the 64 MiB that a plan changes at most, and what it says of them */
#define FILE_MAX (160ULL << 20)

bool replay_is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char *replay_file_name(const char *folder, uint64_t now_filetime, unsigned number)
{
	char time[RS_TIME_LEN];
	char *ret = NULL;

	rs_filetime_name(now_filetime, time);
	/* to the tenth of a microsecond: many disks may be repaired in one folder at a time */
	if (asprintf(&ret, "%s/unbrick-%.15s.%07uZ-%u.plan", folder, time,
		    (unsigned)(now_filetime % 10000000), number) < 0)
		return NULL;
	return ret;
}

/* The last bytes of a file: @core_end are the 32 before them. */
static int make_tail(const uint8_t *core_end, const uint8_t *mft_sha256, bool is_hibernation,
	uint8_t ret[TAIL_BYTES])
{
	uint8_t both[2 * HASH_BYTES];
	unsigned n = HASH_BYTES;

	memcpy(both, core_end, HASH_BYTES);
	memcpy(both + HASH_BYTES, mft_sha256, HASH_BYTES);
	memcpy(ret, is_hibernation ? TAIL_HIBER : TAIL_MAGIC, 8);
	memcpy(ret + 8, mft_sha256, HASH_BYTES);
	return EVP_Digest(both, sizeof(both), ret + 8 + HASH_BYTES, &n, EVP_sha256(), NULL) == 1
		       ? 0
		       : RS_E_MEMORY;
}

/* ---- saving ---- */

static int unsaved(const char *path, struct rs_err *err)
{
	return rs_fail_on(err, RS_E_PLAN_FILE, path, "%s", strerror(errno));
}

static int write_all(int fd, const uint8_t *p, size_t len)
{
	while (len) {
		ssize_t n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* To be cut to its folder, and that further. */
static int copy_path(const char *path, char ret[PATH_MAX], struct rs_err *err)
{
	if (strlen(path) >= PATH_MAX)
		return rs_fail_on(err, RS_E_PLAN_FILE, path, "%s", strerror(ENAMETOOLONG));
	(void)snprintf(ret, PATH_MAX, "%s", path);
	return 0;
}

/* Opened as a place only: it need not be readable; nor a folder, where it is the disk itself. */
static int enter(const struct replay_place *p, const char *folder, struct rs_err *err)
{
	struct stat name, st;
	auto_close int fd = open(folder, O_PATH | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) < 0 || lstat(folder, &name) < 0)
		return unsaved(p->path, err);
	if (p->kind->holds(p->disk, &st))
		return rs_fail_on(err, RS_E_ONTO_SOURCE, p->path, "%s", "");
	errno = ENOTDIR;
	if (!S_ISDIR(st.st_mode))
		return unsaved(p->path, err);
	if (p->is_private && S_ISLNK(name.st_mode) && name.st_uid != geteuid())
		return rs_fail_on(err, RS_E_PLAN_FILE, folder, "it is another user's link");
	if (p->is_private && st.st_uid != geteuid())
		return rs_fail_on(err, RS_E_PLAN_FILE, folder, "it belongs to another user");
	if (p->is_private && (st.st_mode & (S_IWGRP | S_IWOTH)))
		return rs_fail_on(err, RS_E_PLAN_FILE, folder, "other users may write to it");
	return rs_steal_fd(&fd);
}

int replay_check_place(const struct replay_place *place, struct rs_err *err)
{
	struct replay_place there = *place;
	char copy[PATH_MAX];
	int r = copy_path(place->path, copy, err);

	if (r < 0)
		return r;
	const char *folder = dirname(copy);
	/* a link that leads nowhere is there, and in the way */
	while (place->is_private && faccessat(AT_FDCWD, folder, F_OK, AT_SYMLINK_NOFOLLOW) < 0 &&
		errno == ENOENT) {
		there.is_private = false; /* what is missing is made */
		folder = dirname(copy);
	}
	auto_close int fd = enter(&there, folder, err);
	if (fd < 0)
		return fd;
	if (access(folder, W_OK | X_OK) < 0)
		return unsaved(place->path, err);
	errno = EEXIST;
	return faccessat(AT_FDCWD, place->path, F_OK, AT_SYMLINK_NOFOLLOW) == 0
		       ? unsaved(place->path, err)
		       : 0;
}

/* With what is missing above it, and so that it survives a power cut. */
static int make_folder(char *folder)
{
	for (char *p = strchr(folder + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		(void)mkdir(folder, 0700); /* whether it is there, the last one tells */
		*p = '/';
	}
	if (mkdir(folder, 0700) < 0)
		return errno == EEXIST ? 0 : -1;
	auto_close int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -1 : syncfs(fd);
}

/* Whole, and its name in the folder @at, too; else it is gone. */
static int write_new(
	int at, const char *name, const uint8_t *p, size_t len, const uint8_t tail[TAIL_BYTES])
{
	auto_close int fd = openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return -1;
	auto_close int folder = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* a file system that cannot sync a folder says EINVAL */
	if (write_all(fd, p, len) == 0 && write_all(fd, tail, TAIL_BYTES) == 0 && fsync(fd) == 0 &&
		folder >= 0 && (fsync(folder) == 0 || errno == EINVAL))
		return 0;
	int cause = errno;
	(void)unlinkat(at, name, 0); /* ours, and not whole */
	errno = cause;
	return -1;
}

int replay_save(const struct replay *p, const struct replay_place *place, struct rs_err *err)
{
	auto_free uint8_t *bytes = NULL;
	const char *slash = strrchr(place->path, '/');
	char copy[PATH_MAX];
	uint8_t tail[TAIL_BYTES];
	size_t len = 0;
	int r = copy_path(place->path, copy, err);

	if (r < 0)
		return r;
	char *folder = dirname(copy);
	if (place->is_private && make_folder(folder) < 0)
		return unsaved(place->path, err);
	auto_close int at = enter(place, folder, err);
	if (at < 0)
		return at;
	r = nt_replay_save(p->plan, p->serial, p->volume_bytes, &bytes, &len, err);
	if (r == 0 &&
		make_tail(bytes + len - HASH_BYTES, p->mft_sha256, p->is_hibernation, tail) < 0)
		r = rs_fail_on(err, RS_E_MEMORY, place->path, "checksum of the journal's plan");
	if (r == 0 && write_new(at, slash ? slash + 1 : place->path, bytes, len, tail) < 0)
		r = unsaved(place->path, err);
	return r;
}

/* ---- loading ---- */

static int read_at(int fd, uint64_t off, uint8_t *p, size_t len)
{
	while (len) {
		ssize_t n = pread(fd, p, len, (off_t)off);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		p += n;
		off += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

/* Both ends, before there is memory for what is between. */
static int look_at_ends(int fd, const char *path, size_t *ret_len, struct rs_err *err)
{
	uint8_t head[8], tail[TAIL_BYTES];
	struct stat st;

	if (fstat(fd, &st) < 0)
		return rs_fail_on(err, RS_E_IO_OPEN, path, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return rs_fail_on(err, RS_E_REPLAY_PLAN, path, "it is no file");
	if (st.st_size < (off_t)(sizeof(head) + TAIL_BYTES) || (uint64_t)st.st_size > FILE_MAX)
		return rs_fail_on(err, RS_E_REPLAY_PLAN, path, "no file of that size is one");
	*ret_len = (size_t)st.st_size;
	if (read_at(fd, 0, head, sizeof(head)) < 0 ||
		read_at(fd, *ret_len - TAIL_BYTES, tail, TAIL_BYTES) < 0)
		return rs_fail_on(err, RS_E_IO_OPEN, path, "it cannot be read to its end");
	if (memcmp(head, "UNBRKRPL", sizeof(head)) != 0)
		return rs_fail_on(err, RS_E_REPLAY_PLAN, path, "it does not begin like one");
	if (memcmp(tail, TAIL_MAGIC, 8) != 0 && memcmp(tail, TAIL_HIBER, 8) != 0)
		return rs_fail_on(err, RS_E_REPLAY_PLAN, path, "its end is missing");
	return 0;
}

int replay_load(const char *path, struct replay *ret, struct rs_err *err)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	uint8_t want[TAIL_BYTES];
	struct rs_err why = {0};
	size_t len = 0;

	if (fd < 0)
		return rs_fail_on(err, RS_E_IO_OPEN, path, "%s", strerror(errno));
	int r = look_at_ends(fd, path, &len, err);
	if (r < 0)
		return r;
	auto_free uint8_t *bytes = malloc(len);
	if (!bytes)
		return rs_fail_on(err, RS_E_MEMORY, path, "plan of a replay");
	if (read_at(fd, 0, bytes, len) < 0)
		return rs_fail_on(err, RS_E_IO_OPEN, path, "it cannot be read to its end");
	const uint8_t *tail = bytes + len - TAIL_BYTES;
	r = nt_replay_load((struct rs_view){bytes, len - TAIL_BYTES}, &ret->plan, &ret->serial,
		&ret->volume_bytes, &why);
	if (r == RS_E_MANIFEST)
		return rs_fail_on(err, RS_E_REPLAY_PLAN, path, "%s", why.detail);
	if (r < 0)
		return rs_fail_on(err, r, path, "%s", why.detail);
	ret->is_hibernation = memcmp(tail, TAIL_HIBER, 8) == 0;
	memcpy(ret->mft_sha256, tail + 8, sizeof(ret->mft_sha256));
	if (make_tail(tail - HASH_BYTES, tail + 8, ret->is_hibernation, want) < 0 ||
		memcmp(want, tail, TAIL_BYTES) != 0) {
		nt_replay_free(ret->plan);
		ret->plan = NULL;
		return rs_fail_on(err, RS_E_REPLAY_PLAN, path, "the checksum of its end is wrong");
	}
	return 0;
}

/* ---- finding one ---- */

#define PLAN_FIRST "unbrick-" /* replay_file_name */
#define PLAN_LAST  ".plan"

static int is_plan_name(const struct dirent *e)
{
	const size_t len = strlen(e->d_name), last = strlen(PLAN_LAST);

	return strncmp(e->d_name, PLAN_FIRST, strlen(PLAN_FIRST)) == 0 && len > last &&
	       strcmp(e->d_name + len - last, PLAN_LAST) == 0;
}

/* Names sort as the times do; the newest first. */
static int by_age(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*b)->d_name, (*a)->d_name);
}

int replay_load_newest(const char *folder, bool (*fits)(void *user, const struct replay *p),
	void *user, struct replay *ret, char **ret_path, struct rs_err *err)
{
	struct dirent **names = NULL;
	const int n = scandir(folder, &names, is_plan_name, by_age);
	int r = n < 0 && errno != ENOENT
			? rs_fail_on(err, RS_E_IO_OPEN, folder, "%s", strerror(errno))
			: 1;

	for (int i = 0; i < n; free(names[i++])) {
		struct replay one = {0};
		auto_free char *path = NULL;
		if (r <= 0)
			continue;
		if (asprintf(&path, "%s/%s", folder, names[i]->d_name) < 0) {
			path = NULL;
			r = rs_fail_on(err, RS_E_MEMORY, folder, "plans in it");
		} else if (replay_load(path, &one, NULL) == 0 && fits(user, &one)) {
			*ret = one;
			*ret_path = rs_steal(path);
			r = 0;
		} else {
			nt_replay_free(one.plan);
		}
	}
	free(names);
	return r <= 0 ? r
		      : rs_fail_on(err, RS_E_REPLAY_PLAN, folder,
				"no plan in it is of a volume of this disk");
}

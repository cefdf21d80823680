/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plan of a replay as a file, for finishing it after a power cut or taking it back:
 * nt_replay_save's bytes, "UNBRKMF2", the SHA-256 of the whole $MFT after the replay, and that of
 * the 64 bytes that are the last of nt_replay_save and that hash. It holds parts of the volume in
 * clear: readable by its owner only. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/text.h"
#include "engine/engine.h"

#define TAIL_MAGIC "UNBRKMF2"
#define HASH_BYTES 32U
#define TAIL_BYTES (8U + 2 * HASH_BYTES)
/* twice the 64 MiB that a plan changes at most, and what it says of them */
#define FILE_MAX  (160ULL << 20)
#define MFT_CHUNK (1U << 20)

RS_DEFINE_AUTO(EVP_MD_CTX *, EVP_MD_CTX_free);

bool en_plan_is_folder(const char *wanted)
{
	struct stat st;

	return wanted && stat(wanted, &st) == 0 && S_ISDIR(st.st_mode);
}

char *en_plan_file_name(const struct en_volume *v, const char *wanted)
{
	char time[RS_TIME_LEN];
	bool is_folder = en_plan_is_folder(wanted);
	char *ret = NULL;

	if (wanted && !is_folder)
		return strdup(wanted);
	rs_filetime_text(rs_filetime_now(), time);
	/* to the tenth of a microsecond: many disks may be repaired in one folder at a time */
	if (asprintf(&ret, "%s%sunbrick-%.4s%.2s%.2sT%.2s%.2s%s-%u.plan", is_folder ? wanted : "",
		    is_folder ? "/" : "", time, time + 5, time + 8, time + 11, time + 14, time + 17,
		    v->number) < 0)
		return NULL;
	return ret;
}

static int hash_mft(struct nt_raw *raw, const struct rs_task *task, EVP_MD_CTX *md, uint8_t *buf,
	struct rs_err *err)
{
	uint64_t size = 0, off = 0;
	int r = nt_raw_size(raw, 0, NT_AT_DATA, "", &size, err);

	/* what was never written is zeros, and no part of any file */
	if (r == 0 && size > nt_raw_geometry(raw)->volume_bytes)
		r = rs_fail(
			err, RS_E_NTFS_DAMAGED, "$MFT says that it has %" PRIu64 " bytes", size);
	while (r == 0 && off < size) {
		size_t len = 0;
		if (!rs_task_step(task, "journal", off, size))
			return rs_fail(err, RS_E_CANCELLED, "%s", "");
		r = nt_raw_read(raw, 0, NT_AT_DATA, "", off, buf, MFT_CHUNK, &len, err);
		if (r == 0 && !len)
			return rs_fail(err, RS_E_NTFS_DAMAGED, "$MFT ends at %" PRIu64, off);
		if (r == 0 && EVP_DigestUpdate(md, buf, len) != 1)
			return rs_fail(err, RS_E_BUG, "SHA-256");
		off += len;
	}
	return r;
}

int en_mft_hash(struct blk *src, const struct rs_task *task, uint8_t ret[32], struct rs_err *err)
{
	__attribute__((cleanup(EVP_MD_CTX_free_auto))) EVP_MD_CTX *md = EVP_MD_CTX_new();
	auto_nt_raw struct nt_raw *raw = NULL;
	auto_free uint8_t *buf = malloc(MFT_CHUNK);
	unsigned len = 0;

	if (!buf || !md || EVP_DigestInit_ex(md, EVP_sha256(), NULL) != 1)
		return rs_fail_on(err, RS_E_MEMORY, src->name, "hash of $MFT");
	int r = nt_raw_open(src, &raw, err);
	if (r == 0)
		r = hash_mft(raw, task, md, buf, err);
	if (r == 0 && (EVP_DigestFinal_ex(md, ret, &len) != 1 || len != 32))
		r = rs_fail(err, RS_E_BUG, "SHA-256");
	return r;
}

/* The last bytes of a file: @core_end are the 32 before them. */
static int make_tail(const uint8_t *core_end, const uint8_t *mft_sha256, uint8_t ret[TAIL_BYTES])
{
	uint8_t both[2 * HASH_BYTES];
	unsigned n = HASH_BYTES;

	memcpy(both, core_end, HASH_BYTES);
	memcpy(both + HASH_BYTES, mft_sha256, HASH_BYTES);
	memcpy(ret, TAIL_MAGIC, 8);
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

/* The name must survive a power cut, too. */
static int sync_folder(const char *path)
{
	char copy[PATH_MAX];

	(void)snprintf(copy, sizeof(copy), "%s", path);
	auto_close int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* a file system that cannot sync a folder says EINVAL */
	return fd < 0 || (fsync(fd) < 0 && errno != EINVAL) ? -1 : 0;
}

static int check_folder(const char *path, const struct en_disk *disk, struct rs_err *err)
{
	char copy[PATH_MAX];
	struct stat st;

	if (strlen(path) >= sizeof(copy))
		return rs_fail_on(err, RS_E_PLAN_FILE, path, "%s", strerror(ENAMETOOLONG));
	(void)snprintf(copy, sizeof(copy), "%s", path);
	if (stat(dirname(copy), &st) < 0)
		return unsaved(path, err);
	if (disk->kind->holds(disk->path, &st))
		return rs_fail_on(err, RS_E_ONTO_SOURCE, path, "%s", "");
	return 0;
}

int en_plan_check(const struct en_volume *v, struct rs_err *err)
{
	auto_free char *path =
		v->journal.plan_file ? strdup(v->journal.plan_file) : en_plan_file_name(v, NULL);
	char folder[PATH_MAX];

	if (!path)
		return rs_fail_on(err, RS_E_MEMORY, v->name, "plan of the journal");
	int r = check_folder(path, v->disk, err);
	if (r < 0)
		return r;
	(void)snprintf(folder, sizeof(folder), "%s", path);
	if (access(dirname(folder), W_OK | X_OK) < 0)
		return unsaved(path, err);
	errno = EEXIST;
	return access(path, F_OK) == 0 ? unsaved(path, err) : 0;
}

static int write_new(
	const char *path, const uint8_t *p, size_t len, const uint8_t *tail, struct rs_err *err)
{
	auto_close int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return unsaved(path, err);
	if (write_all(fd, p, len) < 0 || write_all(fd, tail, TAIL_BYTES) < 0 || fsync(fd) < 0 ||
		sync_folder(path) < 0) {
		(void)unsaved(path, err);
		(void)unlink(path); /* ours, and not whole */
		return RS_E_PLAN_FILE;
	}
	return 0;
}

int en_plan_save(struct rs_session *s, const struct en_volume *v, struct rs_err *err)
{
	const struct nt_geometry *g = nt_raw_geometry(v->stack.raw);
	const char *path = v->journal.plan_file;
	auto_free uint8_t *bytes = NULL;
	uint8_t mft_sha256[HASH_BYTES] = {0}, tail[TAIL_BYTES];
	size_t len = 0;
	int r = check_folder(path, v->disk, err);

	if (r == 0)
		r = en_mft_hash(v->stack.blk[EN_REPLAYED], &s->task, mft_sha256, err);
	if (r == 0)
		r = nt_replay_save(
			v->journal.replay, g->serial, g->volume_bytes, &bytes, &len, err);
	if (r == 0 && make_tail(bytes + len - HASH_BYTES, mft_sha256, tail) < 0)
		r = rs_fail_on(err, RS_E_MEMORY, path, "checksum of the journal's plan");
	return r < 0 ? r : write_new(path, bytes, len, tail, err);
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
	if (memcmp(tail, TAIL_MAGIC, 8) != 0)
		return rs_fail_on(err, RS_E_REPLAY_PLAN, path, "its end is missing");
	return 0;
}

int en_plan_load(const char *path, struct en_saved *ret, struct rs_err *err)
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
	memcpy(ret->mft_sha256, tail + 8, sizeof(ret->mft_sha256));
	if (make_tail(tail - HASH_BYTES, tail + 8, want) < 0 ||
		memcmp(want, tail, TAIL_BYTES) != 0) {
		nt_replay_free(ret->plan);
		ret->plan = NULL;
		return rs_fail_on(err, RS_E_REPLAY_PLAN, path, "the checksum of its end is wrong");
	}
	return 0;
}

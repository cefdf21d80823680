/* SPDX-License-Identifier: GPL-3.0-or-later */
/* export: the opened volume's bytes into a file (sparse, resumable) or to standard output. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ui/ui.h"

#define HOLE_BYTES	    65536U	   /* zeros are looked for in pieces of this size */
#define STATE_EVERY	    (256ULL << 20) /* how much may have to be done again */
#define EXPORT_STATE_SUFFIX ".unbrick-export"

/* What the sidecar file holds: enough to refuse another volume. */
struct export_state {
	char volume[512];
	char id[65]; /* SHA-256 of the volume's first block, in hex */
	uint64_t bytes, done;
};

struct export_job {
	struct ui *ui;
	struct rs_tree *tree;
	const char *path; /* NULL: standard output */
	int fd;
	bool is_file; /* holes are possible */
	uint8_t *block;
	EVP_MD_CTX *hash;
	struct export_state state;
	uint64_t data_bytes, saved_at, resumed_at;
};

/* ---- the sidecar of an export that is not complete ---- */

#define HEAD "unbrick-export 1\n"

static int state_path(const char *path, const char *more, char ret[PATH_MAX], struct rs_err *err)
{
	int n = snprintf(ret, PATH_MAX, "%s" EXPORT_STATE_SUFFIX "%s", path, more);

	if (n < 0 || n >= PATH_MAX)
		return rs_fail_on(err, RS_E_OUTPUT, path, "%s", strerror(ENAMETOOLONG));
	return 0;
}

/* RS_E_RESUME: not there, not ours. @path the output's. */
static int export_state_load(const char *path, struct export_state *ret, struct rs_err *err)
{
	char name[PATH_MAX], text[1024];

	int r = state_path(path, "", name, err);
	if (r < 0)
		return r;
	FILE *f = fopen(name, "re");
	if (!f)
		return rs_fail_on(
			err, RS_E_RESUME, name, "%s (complete, or never begun)", strerror(errno));
	size_t n = fread(text, 1, sizeof(text) - 1, f);
	(void)fclose(f); /* only read */
	text[n] = '\0';
	if (strncmp(text, HEAD, strlen(HEAD)) != 0 ||
		sscanf(text + strlen(HEAD),
			"bytes=%" SCNu64 " done=%" SCNu64 " id=%64s volume=%511[^\n]", &ret->bytes,
			&ret->done, ret->id, ret->volume) != 4 ||
		ret->done > ret->bytes)
		return rs_fail_on(err, RS_E_RESUME, name, "it is not a state file of this program");
	return 0;
}

/* Replaces the sidecar as a whole: the old one or the new one is there. */
static int export_state_save(const char *path, const struct export_state *s, struct rs_err *err)
{
	char name[PATH_MAX], fresh[PATH_MAX], text[1024];

	int r = state_path(path, "", name, err);
	if (r == 0)
		r = state_path(path, ".new", fresh, err);
	if (r < 0)
		return r;
	int n = snprintf(text, sizeof(text), HEAD "bytes=%llu\ndone=%llu\nid=%s\nvolume=%s\n",
		(unsigned long long)s->bytes, (unsigned long long)s->done, s->id, s->volume);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return rs_fail_on(err, RS_E_OUTPUT, fresh, "%s", strerror(errno));
	r = out_write(fd, text, (size_t)n, fresh, err);
	if (r == 0 && fsync(fd) < 0)
		r = rs_fail_on(err, RS_E_OUTPUT, fresh, "%s", strerror(errno));
	if (close(fd) < 0 && r == 0)
		r = rs_fail_on(err, RS_E_OUTPUT, fresh, "%s", strerror(errno));
	if (r == 0 && rename(fresh, name) < 0)
		r = rs_fail_on(err, RS_E_OUTPUT, name, "%s", strerror(errno));
	return r;
}

static int export_state_remove(const char *path, struct rs_err *err)
{
	char name[PATH_MAX];

	int r = state_path(path, "", name, err);
	if (r == 0 && unlink(name) < 0 && errno != ENOENT)
		r = rs_fail_on(err, RS_E_OUTPUT, name, "%s", strerror(errno));
	return r;
}

/* ---- the output: never the disk that is read ---- */

/* Before anything is created: the file if it is there, otherwise its folder. */
static int check_place(const char *path, const struct rs_tree *source, struct rs_err *err)
{
	struct stat st;
	char copy[PATH_MAX];

	(void)snprintf(copy, sizeof(copy), "%s", path);
	if (stat(path, &st) < 0 && stat(dirname(copy), &st) < 0)
		return rs_fail_on(err, RS_E_OUTPUT, path, "%s", strerror(errno));
	if (rs_tree_is_under(source, &st))
		return rs_fail_on(err, RS_E_ONTO_SOURCE, path, "%s", "");
	return 0;
}

/* The output, for reading and writing; readable by its owner only, as it is decrypted data. */
static int export_open(struct export_job *x, bool is_resume, struct rs_err *err)
{
	const char *path = x->path;
	struct stat st;
	int flags = O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

	int r = check_place(path, x->tree, err);
	if (r < 0)
		return r;
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return rs_fail_on(err, RS_E_OUTPUT, path, "neither a file nor a disk");
	/* O_EXCL: a new file must be new, and a disk that somebody uses refuses */
	if (!is_resume && !is_given(&x->ui->opt, OPT_FORCE))
		flags |= O_CREAT | O_EXCL;
	else if (stat(path, &st) == 0 && S_ISBLK(st.st_mode))
		flags |= O_EXCL;
	else if (!is_resume)
		flags |= O_CREAT;
	int fd = open(path, flags, 0600);
	if (fd < 0 && errno == EEXIST)
		return rs_fail_on(err, RS_E_OUTPUT_EXISTS, path, "%s", "");
	if (fd < 0 && is_resume && errno == ENOENT)
		return rs_fail_on(err, RS_E_RESUME, path, "it is not there");
	if (fd < 0)
		return rs_fail_on(err, RS_E_OUTPUT, path, "%s", strerror(errno));
	if (fstat(fd, &st) < 0 || rs_tree_is_under(x->tree, &st)) {
		(void)close(fd); /* nothing was written */
		return rs_fail_on(err, RS_E_ONTO_SOURCE, path, "%s", "");
	}
	x->fd = fd;
	x->is_file = S_ISREG(st.st_mode);
	return 0;
}

/* ---- the bytes ---- */

int ui_hash_text(EVP_MD_CTX *hash, char *ret, struct rs_err *err)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (EVP_DigestFinal_ex(hash, digest, &len) != 1)
		return rs_fail(err, RS_E_BUG, "SHA-256");
	rs_hex(digest, len, ret);
	return 0;
}

static int hash_add(struct export_job *x, size_t len, struct rs_err *err)
{
	if (EVP_DigestUpdate(x->hash, x->block, len) != 1)
		return rs_fail(err, RS_E_BUG, "SHA-256");
	return 0;
}

static size_t next_len(const struct export_job *x, uint64_t end)
{
	uint64_t rest = end - x->state.done;

	return rest < UI_BLOCK_BYTES ? (size_t)rest : UI_BLOCK_BYTES;
}

/* What identifies the volume to a later --resume. */
static int identify(struct export_job *x, struct rs_err *err)
{
	x->state.bytes = rs_tree_facts(x->tree)->bytes;
	(void)rs_escape(rs_tree_facts(x->tree)->name, x->state.volume, sizeof(x->state.volume));
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	size_t len = x->state.bytes < HOLE_BYTES ? (size_t)x->state.bytes : HOLE_BYTES;
	int r = rs_tree_read_raw(x->tree, 0, x->block, len, err);

	if (r < 0)
		return r;
	if (EVP_Digest(x->block, len, digest, &n, EVP_sha256(), NULL) != 1)
		return rs_fail(err, RS_E_MEMORY, "SHA-256");
	rs_hex(digest, n, x->state.id);
	return 0;
}

static int save_state(struct export_job *x, struct rs_err *err)
{
	struct stat st;

	if (!x->path)
		return 0;
	/* zeros at the end were not written: where the file cannot be made as long as that, what is
	 * there counts */
	if (x->is_file && fstat(x->fd, &st) == 0 && (uint64_t)st.st_size < x->state.done &&
		ftruncate(x->fd, (off_t)x->state.done) < 0)
		x->state.done = (uint64_t)st.st_size / UI_BLOCK_BYTES * UI_BLOCK_BYTES;
	if (fdatasync(x->fd) < 0)
		return rs_fail_on(err, RS_E_OUTPUT, x->path, "%s", strerror(errno));
	x->saved_at = x->state.done;
	return export_state_save(x->path, &x->state, err);
}

static int pwrite_all(
	struct export_job *x, const uint8_t *p, size_t len, uint64_t off, struct rs_err *err)
{
	while (len) {
		ssize_t n = pwrite(x->fd, p, len, (off_t)off);
		if (n < 0 && errno == EINTR)
			continue; /* the loop around looks at the wish to stop */
		if (n < 0)
			return rs_fail_on(err, RS_E_OUTPUT, x->path, "%s", strerror(errno));
		p += n;
		off += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

/* One block: pieces that are all zeros stay holes in a file, the others are counted. */
static int put_block(struct export_job *x, size_t len, bool is_there, struct rs_err *err)
{
	int r = 0;

	for (size_t at = 0; r == 0 && at < len; at += HOLE_BYTES) {
		size_t n = len - at < HOLE_BYTES ? len - at : HOLE_BYTES;
		bool is_hole = rs_is_zero(x->block + at, n);
		x->data_bytes += is_hole ? 0 : n;
		if (!is_there && !(is_hole && x->is_file))
			r = pwrite_all(x, x->block + at, n, x->state.done + at, err);
	}
	return r;
}

/* Resumed: what is there already goes into the hash, read back from the file. */
static int hash_existing(struct export_job *x, uint64_t end, struct rs_err *err)
{
	for (x->state.done = 0; x->state.done < end;) {
		size_t len = next_len(x, end);
		ssize_t n = pread(x->fd, x->block, len, (off_t)x->state.done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return rs_fail_on(err, RS_E_RESUME, x->path, "%s",
				n ? strerror(errno) : "it is shorter than its state file says");
		int r = hash_add(x, (size_t)n, err);
		if (r < 0)
			return r;
		(void)put_block(x, (size_t)n, true, err); /* nothing is written */
		x->state.done += (uint64_t)n;
		if (!progress_step("check what is there", x->state.done, end, true))
			return rs_fail_on(err, RS_E_CANCELLED, x->path, "%s", "");
	}
	return 0;
}

static int resume(struct export_job *x, struct rs_err *err)
{
	struct export_state old = {0};

	int r = export_state_load(x->path, &old, err);
	if (r < 0)
		return r;
	if (old.bytes != x->state.bytes || strcmp(old.id, x->state.id) != 0)
		return rs_fail_on(err, RS_E_RESUME, x->path, "it was begun with another volume: %s",
			old.volume);
	r = hash_existing(x, old.done, err);
	x->resumed_at = x->saved_at = old.done;
	/* what came after the last saved state may be torn */
	if (r == 0 && x->is_file && ftruncate(x->fd, (off_t)old.done) < 0)
		return rs_fail_on(err, RS_E_OUTPUT, x->path, "%s", strerror(errno));
	return r;
}

static int copy_all(struct export_job *x, struct rs_err *err)
{
	while (x->state.done < x->state.bytes) {
		size_t len = next_len(x, x->state.bytes);
		if (!progress_step("export", x->state.done, x->state.bytes, true))
			return rs_fail_on(err, RS_E_CANCELLED, rs_tree_facts(x->tree)->name, "%s",
				x->path ? "go on with --resume" : "");
		int r = rs_tree_read_raw(x->tree, x->state.done, x->block, len, err);
		/* a stream is as fast as it can be: who reads it can hash it */
		if (r == 0 && x->path)
			r = hash_add(x, len, err);
		if (r == 0)
			r = x->path ? put_block(x, len, false, err)
				    : out_write(
					      STDOUT_FILENO, x->block, len, "standard output", err);
		if (r < 0)
			return r;
		x->state.done += len;
		if (x->state.done - x->saved_at >= STATE_EVERY)
			r = save_state(x, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int finish_file(struct export_job *x, struct rs_err *err)
{
	if ((x->is_file && ftruncate(x->fd, (off_t)x->state.bytes) < 0) || fsync(x->fd) < 0)
		return rs_fail_on(err, RS_E_OUTPUT, x->path, "%s", strerror(errno));
	return export_state_remove(x->path, err);
}

static int to_file(struct export_job *x, struct rs_err *err)
{
	const bool is_resume = is_given(&x->ui->opt, OPT_RESUME);
	struct rs_err ignored = {0};

	int r = export_open(x, is_resume, err);
	if (r < 0)
		return r;
	if (is_resume)
		r = resume(x, err);
	else if (x->is_file && ftruncate(x->fd, 0) < 0)
		r = rs_fail_on(err, RS_E_OUTPUT, x->path, "%s", strerror(errno));
	else
		r = save_state(x, err);
	if (r < 0)
		return r;
	r = copy_all(x, err);
	if (r < 0) {
		(void)save_state(x, &ignored); /* the older state is good, too */
		return r;
	}
	return finish_file(x, err);
}

/* What was written to a file, for people or for the report. */
static int tell(struct export_job *x, struct rs_err *err)
{
	char hex[2 * EVP_MAX_MD_SIZE + 1], name[4096];

	int r = ui_hash_text(x->hash, hex, err);
	if (r < 0)
		return r;
	progress_clear();
	(void)rs_escape(x->path, name, sizeof(name));
	if (!is_given(&x->ui->opt, OPT_JSON)) {
		/* ui_end finds a lost line */
		(void)printf("%s: %" PRIu64 " bytes, %" PRIu64 " of them not in empty blocks\n",
			name, x->state.bytes, x->data_bytes);
		(void)printf("SHA-256: %s\n", hex);
		return 0;
	}
	const struct run_export told = {x->state.bytes, x->data_bytes, x->resumed_at, x->path, hex};
	if (x->ui->own)
		rs_report_export(x->ui->own, &told);
	return 0;
}

/* NULL: standard output. */
static const char *output_of(const struct options *o)
{
	const char *file = o->n_args > 1 ? o->args[1] : o->output;

	return file && strcmp(file, "-") != 0 ? file : NULL;
}

int check_export(const struct options *o, struct rs_err *err)
{
	const char *const path = output_of(o);
	const bool is_resume = is_given(o, OPT_RESUME), is_force = is_given(o, OPT_FORCE);
	const char *why = NULL;

	if (o->n_args > 1 && o->output)
		why = "two output files";
	else if (path && is_resume && is_force)
		why = "either --resume or --force";
	else if (!path && (is_resume || is_force))
		why = "--resume and --force need -o FILE";
	else if (!path && is_given(o, OPT_JSON))
		why = "--json needs -o FILE";
	else if (!path && isatty(STDOUT_FILENO))
		why = "standard output is a terminal: give -o FILE";
	return why ? rs_fail_on(err, RS_E_USAGE, "export", "%s", why) : 0;
}

int cmd_export(struct ui *ui, struct rs_tree *t, struct rs_err *err)
{
	auto_free uint8_t *block = malloc(UI_BLOCK_BYTES);
	struct export_job x = {.ui = ui,
		.tree = t,
		.path = output_of(&ui->opt),
		.fd = -1,
		.block = block,
		.hash = EVP_MD_CTX_new()};
	int r = 0;

	if (rs_tree_facts(t)->is_replayed)
		out_warn("warning: %-s: the copy has the bytes of the disk, its journal is not "
			 "applied",
			rs_tree_facts(t)->name);
	if (!block)
		r = rs_fail(err, RS_E_MEMORY, "a block to read");
	else if (!x.hash || EVP_DigestInit_ex(x.hash, EVP_sha256(), NULL) != 1)
		r = rs_fail(err, RS_E_MEMORY, "SHA-256");
	if (r == 0)
		r = identify(&x, err);
	if (r == 0)
		r = x.path ? to_file(&x, err) : copy_all(&x, err);
	if (x.fd >= 0 && close(x.fd) < 0 && r == 0)
		r = rs_fail_on(err, RS_E_OUTPUT, x.path, "%s", strerror(errno));
	if (r == 0 && x.path)
		r = tell(&x, err);
	EVP_MD_CTX_free(x.hash);
	return r;
}

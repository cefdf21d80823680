/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <openssl/evp.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/text.h"

extern char **environ;

static void path_of(const char *name, const char *suffix, char *ret, size_t cap)
{
	const char *base = getenv("UNBRICK_FIXTURES");

	(void)snprintf(
		ret, cap, "%s/bitlocker/%s%s", base ? base : "../shared/fixtures", name, suffix);
}

static void unpack(const char *from, const char *to)
{
	char xz[] = "xz", opt[] = "-dc", *argv[] = {xz, opt, strdup(from), NULL};
	posix_spawn_file_actions_t fa;
	pid_t pid;
	int status = -1;

	assert_int_equal(posix_spawn_file_actions_init(&fa), 0);
	assert_int_equal(posix_spawn_file_actions_addopen(&fa, 1, to, O_WRONLY | O_CREAT, 0600), 0);
	assert_int_equal(posix_spawnp(&pid, "xz", &fa, NULL, argv, environ), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	(void)posix_spawn_file_actions_destroy(&fa);
	free(argv[2]);
}

bool fixture_open(struct fixture *f, const char *name, unsigned flags)
{
	char from[512];
	struct stat st;
	struct rs_err err = {0};

	*f = (struct fixture){0};
	path_of(name, ".xz", from, sizeof(from));
	if (stat(from, &st) < 0) {
		print_message("no fixture %s: skipped (set UNBRICK_FIXTURES)\n", from);
		return false;
	}
	(void)snprintf(f->dir, sizeof(f->dir), "/tmp/unbrick-test-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	(void)snprintf(f->path, sizeof(f->path), "%s/disk.img", f->dir);
	unpack(from, f->path);
	assert_int_equal(blk_file_open(f->path, flags, &f->blk, &err), 0);
	return true;
}

void fixture_close(struct fixture *f)
{
	blk_close(f->blk);
	if (f->path[0])
		(void)unlink(f->path);
	if (f->dir[0])
		(void)rmdir(f->dir);
	*f = (struct fixture){0};
}

uint8_t *fixture_bytes(const char *name, size_t *ret_len)
{
	char path[512];
	uint8_t *p = NULL;

	path_of(name, "", path, sizeof(path));
	FILE *in = fopen(path, "rb");
	if (!in) {
		print_message("no fixture %s: skipped (set UNBRICK_FIXTURES)\n", path);
		return NULL;
	}
	p = malloc(65536);
	assert_non_null(p);
	*ret_len = fread(p, 1, 65536, in);
	(void)fclose(in);
	return p;
}

void fixture_sha256(struct blk *b, char ret[65])
{
	enum { STEP = 1 << 20 };
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t *buf = malloc(STEP), hash[32];
	struct rs_err err = {0};

	assert_non_null(ctx);
	assert_non_null(buf);
	assert_int_equal(EVP_DigestInit_ex(ctx, EVP_sha256(), NULL), 1);
	for (uint64_t at = 0; at < b->size_bytes; at += STEP) {
		size_t n = b->size_bytes - at < STEP ? (size_t)(b->size_bytes - at) : STEP;
		assert_int_equal(blk_read(b, at, buf, n, &err), 0);
		assert_int_equal(EVP_DigestUpdate(ctx, buf, n), 1);
	}
	assert_int_equal(EVP_DigestFinal_ex(ctx, hash, NULL), 1);
	rs_hex(hash, sizeof(hash), ret);
	EVP_MD_CTX_free(ctx);
	free(buf);
}

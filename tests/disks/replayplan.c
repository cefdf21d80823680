/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal's replay without the program around it: for tests and for looking into a volume.
 *
 *	replayplan show IMAGE [KEYS]           what is pending, one fact a line
 *	replayplan check IMAGE [KEYS]          the same, and the checks on the overlay
 *	replayplan blocks IMAGE [KEYS]         every block of the plan
 *	replayplan time IMAGE [KEYS]           seconds: reading the log's bytes, the plan; peak KiB
 *	replayplan cold IMAGE [KEYS]           the same, not from the page cache: by the clock
 *	replayplan save IMAGE FILE [KEYS]      the plan as a file
 *	replayplan export IMAGE COPY [KEYS]    COPY, a copy of IMAGE, gets the bytes of the overlay
 *	replayplan apply IMAGE [KEYS]          for real, then planned again
 *	replayplan resume IMAGE FILE [KEYS]    finish from a saved plan
 *	replayplan revert IMAGE FILE [KEYS]    the bytes before
 *
 * The volume begins at the first byte of IMAGE. KEYS: a key file, the volume is BitLocker's. Status
 * 0; 1 an error; 3 refused. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "ntfs/internal.h"
#include "ntfslog/replay.h"
#include "ntfswrite/vol.h"
#include "tests/disks/locked.h"

/* by enum nt_pending */
static const char *const words[] = {"clean", "idle", "pending", "torn", "not-supported"};

struct job {
	struct blk *disk, *clear;
	struct blk *vol; /* one of the two */
	const char *file, *image;
	bool is_cold;
	struct nt_replay *plan;
};

static int say(const struct rs_err *err, int status)
{
	char line[900];

	rs_err_line(err, line, sizeof(line));
	(void)fprintf(stderr, "replayplan: %s\n", line);
	return status;
}

static uint8_t *read_file(const char *path, size_t *ret_len)
{
	FILE *f = fopen(path, "rb");
	uint8_t *bytes = NULL;
	long n = -1;

	if (f && !fseek(f, 0, SEEK_END) && (n = ftell(f)) >= 0) {
		rewind(f);
		bytes = malloc((size_t)n + 1);
		if (bytes && fread(bytes, 1, (size_t)n, f) != (size_t)n) {
			free(bytes);
			bytes = NULL;
		}
	}
	if (f)
		(void)fclose(f); /* only read */
	*ret_len = n > 0 ? (size_t)n : 0;
	return bytes;
}

static void show(const struct nt_replay *p)
{
	printf("state %s\n", words[p->pending]);
	printf("version %u.%u\n", p->log_major, p->log_minor);
	printf("checkpoint %#llx oldest %#llx last %#llx\n", (unsigned long long)p->checkpoint_lsn,
		(unsigned long long)p->oldest_lsn, (unsigned long long)p->last_lsn);
	printf("records %llu redone %llu skipped %llu\n", (unsigned long long)p->records,
		(unsigned long long)p->redone, (unsigned long long)p->skipped);
	printf("transactions %u losers %u\n", p->transactions, p->losers);
	printf("blocks %zu bytes %llu\n", p->n_blocks, (unsigned long long)p->bytes);
	printf("zeroed");
	for (size_t i = 0; i < p->zeroed.n; i++)
		printf(" %llu", (unsigned long long)p->zeroed.v[i]);
	printf("\nchanged");
	for (size_t i = 0; i < p->changed.n; i++)
		printf(" %llu", (unsigned long long)p->changed.v[i]);
	printf("\n");
	if (p->refusal.code)
		printf("refusal %s: %s\n", p->refusal.object, p->refusal.detail);
}

static int check(struct job *j, struct rs_err *err)
{
	struct blk *over = NULL;
	int r = nt_replay_overlay(j->vol, j->plan, &over, err);

	if (r == 0)
		r = nt_vol_trust_replay(over, j->plan, err);
	blk_close(over);
	return r;
}

static int save(struct job *j, struct rs_err *err)
{
	auto_free uint8_t *bytes = NULL;
	auto_nt_raw struct nt_raw *raw = NULL;
	size_t len = 0;
	int r = nt_raw_open(j->vol, &raw, err);

	if (r == 0)
		r = nt_replay_save(j->plan, nt_raw_geometry(raw)->serial,
			nt_raw_geometry(raw)->volume_bytes, &bytes, &len, err);
	if (r < 0)
		return r;
	FILE *f = fopen(j->file, "wb");
	bool is_whole = f && fwrite(bytes, 1, len, f) == len;

	if (f && fclose(f))
		is_whole = false;
	return is_whole ? 0 : rs_fail_on(err, RS_E_OUTPUT, j->file, "not written whole");
}

static int load(struct job *j, struct rs_err *err)
{
	size_t len = 0;
	auto_free uint8_t *bytes = read_file(j->file, &len);
	uint64_t serial, size;

	nt_replay_free(j->plan);
	j->plan = NULL;
	if (!bytes)
		return rs_fail_on(err, RS_E_IO_OPEN, j->file, "not read");
	return nt_replay_load((struct rs_view){bytes, len}, &j->plan, &serial, &size, err);
}

/* What a reader of the overlay gets, not the plan's own bytes. */
static int export(struct job *j, struct rs_err *err)
{
	auto_blk struct blk *copy = NULL;
	auto_blk struct blk *over = NULL;
	int r = blk_file_open(j->file, BLK_OPEN_WRITE, &copy, err);

	if (r == 0)
		r = nt_replay_overlay(j->vol, j->plan, &over, err);
	for (size_t i = 0; r == 0 && i < j->plan->n_blocks; i++) {
		const struct nt_replay_block *b = &j->plan->blocks[i];
		auto_free uint8_t *buf = malloc(b->len_bytes);

		r = buf ? blk_read(over, b->off_bytes, buf, b->len_bytes, err)
			: rs_fail(err, RS_E_MEMORY, "block");
		if (r == 0)
			r = blk_write(copy, b->off_bytes, buf, b->len_bytes, err);
	}
	return r < 0 ? r : blk_flush(copy, err);
}

static int apply(struct job *j, struct rs_err *err)
{
	int r = check(j, err);

	if (r == 0)
		r = nt_replay_apply(j->vol, j->plan, false, NULL, err);
	if (r < 0)
		return r;
	nt_replay_free(j->plan);
	j->plan = NULL;
	r = nt_replay_plan(j->vol, NULL, &j->plan, err);
	if (r == 0)
		printf("afterwards %s\n", words[j->plan->pending]);
	return r;
}

static int blocks(struct job *j)
{
	for (size_t i = 0; i < j->plan->n_blocks; i++)
		printf("%#llx %u stage %u\n", (unsigned long long)j->plan->blocks[i].off_bytes,
			j->plan->blocks[i].len_bytes, j->plan->blocks[i].stage);
	return 0;
}

/* Out of the page cache, processor time: the machine has other work, too. */
static double now(const struct job *j)
{
	struct timespec t = {0};

	if (j->is_cold) {
		int fd = open(j->image, O_RDONLY | O_CLOEXEC);
		if (fd >= 0) {
			(void)fsync(fd);
			(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
			(void)close(fd);
		}
	}
	(void)clock_gettime(j->is_cold ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The bytes of $LogFile, in the requests that the replay makes, and nothing done with them. */
static int read_log(struct blk *vol, struct rs_err *err)
{
	enum { REQUEST = 1 << 20 };
	auto_free uint8_t *buf = malloc(REQUEST);
	auto_nt_raw struct nt_raw *raw = NULL;
	auto_nt_stream struct nt_stream log = {0};
	size_t n = 1;
	int r = buf ? nt_raw_open(vol, &raw, err) : rs_fail(err, RS_E_MEMORY, "log");

	if (r == 0)
		r = nt_stream_open(raw, 2, NT_AT_DATA, "", &log, err);
	for (uint64_t at = 0; r == 0 && n; at += n)
		r = nt_stream_read(raw, &log, at, buf, REQUEST, &n, err);
	return r;
}

/* The best of some runs in turn. */
static int measure(struct job *j, struct rs_err *err)
{
	double read_s = 1e9, plan_s = 1e9;
	struct rusage u = {0};
	int r = 0;

	for (int i = 0; r == 0 && i < 7; i++) {
		double t = now(j), d;
		r = read_log(j->vol, err);
		d = now(j) - t;
		read_s = d < read_s ? d : read_s;
		nt_replay_free(j->plan);
		j->plan = NULL;
		t = now(j);
		if (r == 0)
			r = nt_replay_plan(j->vol, NULL, &j->plan, err);
		d = now(j) - t;
		plan_s = d < plan_s ? d : plan_s;
	}
	(void)getrusage(RUSAGE_SELF, &u); /* of this process: cannot fail */
	if (r == 0)
		printf("%.6f %.6f %ld\n", read_s, plan_s, u.ru_maxrss);
	return r;
}

static bool is_timing(const char *what)
{
	return !strcmp(what, "time") || !strcmp(what, "cold");
}

static int run(struct job *j, const char *what, struct rs_err *err)
{
	bool from_file = !strcmp(what, "resume") || !strcmp(what, "revert");
	int r = from_file ? load(j, err) : nt_replay_plan(j->vol, NULL, &j->plan, err);

	if (r < 0)
		return say(err, 1);
	if (!from_file && !is_timing(what))
		show(j->plan);
	if (j->plan->refusal.code)
		return say(&j->plan->refusal, 3);
	if (!strcmp(what, "check"))
		r = check(j, err);
	else if (!strcmp(what, "blocks"))
		r = blocks(j);
	else if (is_timing(what))
		r = measure(j, err);
	else if (!strcmp(what, "save"))
		r = save(j, err);
	else if (!strcmp(what, "export"))
		r = export(j, err);
	else if (!strcmp(what, "apply"))
		r = apply(j, err);
	else if (!strcmp(what, "resume"))
		r = nt_replay_apply(j->vol, j->plan, true, NULL, err);
	else if (!strcmp(what, "revert"))
		r = nt_replay_revert(j->vol, j->plan, err);
	return r < 0 ? say(err, err->code == RS_E_IO_READ ? 1 : 3) : 0;
}

int main(int argc, char **argv)
{
	struct job j = {0};
	struct rs_err err = {0};
	const char *what = argc > 2 ? argv[1] : "";
	bool has_file = strstr(" save export resume revert ", what) && *what;
	bool is_writing = strstr(" apply resume revert ", what) && *what;
	int keys = has_file ? 4 : 3;

	if (argc < keys || argc > keys + 1) {
		(void)fprintf(stderr,
			"usage: replayplan show|check|blocks|time|cold|apply IMAGE [KEYS]\n"
			"       replayplan save|export|resume|revert IMAGE FILE [KEYS]\n");
		return 2;
	}
	j.image = argv[2];
	j.is_cold = !strcmp(what, "cold");
	j.file = has_file ? argv[3] : NULL;
	int r = blk_file_open(argv[2], is_writing ? BLK_OPEN_WRITE : 0, &j.disk, &err);
	if (r == 0 && argc > keys)
		r = open_locked(j.disk, argv[keys], &j.clear, &err);
	j.vol = j.clear ? j.clear : j.disk;
	r = r < 0 ? say(&err, 1) : run(&j, what, &err);
	nt_replay_free(j.plan);
	blk_close(j.clear);
	blk_close(j.disk);
	return r;
}

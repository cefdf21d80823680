/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/job.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/child.h"

#define GRACE_MS 3000 /* between the wish to end and the end */

void jobs_init(struct jobs *j, struct loop *loop)
{
	*j = (struct jobs){.loop = loop};
}

bool job_is_good(const struct job *job)
{
	return WIFEXITED(job->wait_status) && WEXITSTATUS(job->wait_status) == 0;
}

bool job_is_late(const struct job *job)
{
	return job->was_asked;
}

static void tell_end(struct job *job)
{
	job_end_fn end = job->end;

	job->end = NULL;
	if (end)
		end(job->user, job);
	rs_secret_done(&job->result);
}

static void end_if_over(struct job *job)
{
	if (!job->is_reaped || job->fd >= 0)
		return;
	tell_end(job);
	*job = (struct job){.fd = -1};
}

static void close_result(struct job *job)
{
	if (job->fd < 0)
		return;
	loop_remove(job->all->loop, job->fd);
	(void)close(job->fd); /* read to its end */
	job->fd = -1;
}

static void on_result(void *user, int fd, short events)
{
	struct job *job = user;
	size_t room = job->result.cap - job->result.len;
	ssize_t n = room ? read(fd, job->result.p + job->result.len, room) : 0;

	(void)events;
	if (n > 0) {
		job->result.len += (size_t)n;
		return;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	close_result(job); /* its end, or more than it may say: the writer gets SIGPIPE */
	end_if_over(job);
}

struct job *job_start(struct jobs *j, job_fn run, void *arg, size_t cap, job_end_fn end, void *user)
{
	struct job *job = NULL;
	int ends[2];

	for (unsigned i = 0; i < JOB_MOST && !job; i++)
		if (!j->list[i].pid)
			job = &j->list[i];
	if (!job || pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return NULL;
	*job = (struct job){.all = j, .fd = ends[0], .end = end, .user = user};
	if (rs_secret_init(&job->result, cap, NULL) < 0 ||
		!loop_add(j->loop, ends[0], POLLIN, on_result, job))
		goto failed;
	job->pid = fork();
	if (job->pid == 0) {
		child_reset_process();
		child_close_others(ends[1], -1);
		(void)fcntl(ends[1], F_SETFL, 0); /* the function may wait for its reader */
		_exit(run(arg, ends[1]));
	}
	if (job->pid < 0) {
		loop_remove(j->loop, ends[0]);
		goto failed;
	}
	(void)close(ends[1]); /* the child has it */
	return job;
failed:
	rs_secret_done(&job->result);
	*job = (struct job){.fd = -1};
	(void)close(ends[0]); /* nothing was written */
	(void)close(ends[1]);
	return NULL;
}

struct waiting {
	long len;
	bool is_over;
	void *ret;
};

static void on_over(void *user, struct job *job)
{
	struct waiting *w = user;

	w->is_over = true;
	w->len = job_is_good(job) ? (long)job->result.len : -EIO;
	if (w->len > 0)
		memcpy(w->ret, job->result.p, job->result.len);
}

long job_run(struct jobs *j, job_fn run, void *arg, void *ret, size_t cap, uint64_t ms)
{
	struct waiting w = {.len = -ETIMEDOUT, .ret = ret};
	uint64_t end = now_ms() + ms;
	struct job *job = job_start(j, run, arg, cap, on_over, &w);

	if (!job)
		return -EAGAIN;
	job_limit(job, ms);
	for (uint64_t now = now_ms(); !w.is_over && now < end; now = now_ms()) {
		loop_step(j->loop, loop_left_ms(now, end));
		jobs_step(j);
	}
	if (w.is_over)
		return w.len;
	job->end = NULL; /* the rest of it is for jobs_step */
	jobs_step(j);
	return w.len;
}

void job_limit(struct job *job, uint64_t ms)
{
	job->end_ms = now_ms() + ms;
}

int jobs_wait_ms(const struct jobs *j)
{
	uint64_t now = now_ms();
	int ret = -1;

	for (unsigned i = 0; i < JOB_MOST; i++) {
		const struct job *job = &j->list[i];
		if (!job->pid || !job->end_ms)
			continue;
		int left = loop_left_ms(now, job->end_ms);
		ret = ret < 0 || left < ret ? left : ret;
	}
	return ret;
}

static void end_late(struct job *job, uint64_t now)
{
	bool was_killed = job->was_killed;

	job->end_ms = now + GRACE_MS;
	if (!job->is_reaped && !was_killed)
		(void)kill(job->pid,
			job->was_asked ? SIGKILL : SIGTERM); /* not reaped: it is its own */
	job->was_killed = job->was_asked;
	job->was_asked = true;
	if (!was_killed && !job->is_reaped)
		return;
	/* it waits in the kernel, or a child of its own has the other end */
	job->end_ms = 0;
	close_result(job);
	if (!job->is_reaped)
		job->wait_status = SIGKILL;
	tell_end(job);
	end_if_over(job);
}

void jobs_step(struct jobs *j)
{
	uint64_t now = now_ms();

	for (unsigned i = 0; i < JOB_MOST; i++) {
		struct job *job = &j->list[i];
		if (job->pid && job->end_ms && now >= job->end_ms)
			end_late(job, now);
	}
}

bool jobs_reaped(struct jobs *j, pid_t pid, int wait_status)
{
	for (unsigned i = 0; i < JOB_MOST; i++) {
		struct job *job = &j->list[i];
		if (!job->pid || job->pid != pid || job->is_reaped)
			continue;
		job->is_reaped = true;
		job->wait_status = wait_status;
		end_if_over(job);
		return true;
	}
	return false;
}

bool job_write(int fd, const void *p, size_t len)
{
	const char *at = p;

	while (len) {
		ssize_t n = write(fd, at, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

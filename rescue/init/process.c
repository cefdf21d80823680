/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/language.h"
#include "init/sysfs.h"

#define GRACE_MS   3000	     /* between the wish to end and the end */
#define PIPE_BYTES (1 << 20) /* all that a coldplug sends while one driver takes its time */

void processes_init(struct processes *all, struct loop *loop)
{
	*all = (struct processes){.loop = loop};
}

/* ---- the new process ---- */

/* What is between it and us, read end first; -1 = not there. */
struct ends {
	int said[2]; /* its terminal, or the pipe of its result: ours, its own */
	int input[2], keys[2], accounts[2];
	const struct process_plan *plan;
};

#define NO_ENDS(plan)                                                                              \
	{                                                                                          \
		{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}, plan                                       \
	}

static void reset_process(void)
{
	sigset_t none;

	/* init itself is the last to go when memory runs out, its children are not */
	(void)sysfs_put("/proc/self/oom_score_adj", "0\n"); /* else it is protected, too */
	for (int i = 1; i < SIGRTMAX; i++)
		(void)signal(i, SIG_DFL); /* refused for some, which have no handler anyway */
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Put @fd (-1: nothing) where the process looks for it; @flags O_CLOEXEC: not for its program. */
static bool place(int fd, int number, int flags)
{
	if (fd == number)
		return fcntl(fd, F_SETFD, flags ? FD_CLOEXEC : 0) == 0;
	return fd < 0 || dup3(fd, number, flags) == number;
}

/* Out of the way of what is placed before it. */
static int lifted(int fd)
{
	return fd < 0 ? -1 : fcntl(fd, F_DUPFD, PROCESS_ACCOUNTS + 1);
}

/* What it held would keep a terminal or a pipe open that we close. */
static bool close_others(bool has_fd, bool has_link, bool has_accounts)
{
	return (has_fd || close_range(PROCESS_FD, PROCESS_FD, 0) == 0) &&
	       (has_link || close_range(PROCESS_LINK, PROCESS_LINK, 0) == 0) &&
	       close_range(PROCESS_ACCOUNTS + has_accounts, ~0U, 0) == 0;
}

static bool place_all(const struct ends *e)
{
	bool has_terminal = e->plan->size;

	if (has_terminal && (setsid() < 0 || ioctl(e->said[1], TIOCSCTTY, 0) < 0))
		return false;
	for (int i = 0; has_terminal && i < 3; i++)
		if (!place(e->said[1], i, 0))
			return false;
	bool has_keys = e->keys[0] >= 0, has_result = !has_terminal && !has_keys && e->said[1] >= 0;
	const int link = lifted(e->plan->link ? e->plan->link : -1),
		  accounts = lifted(e->accounts[0]);
	/* with keys, what it says has no other place than its log */
	if (!place(e->input[0], 0, 0) || !place(e->keys[0], PROCESS_FD, 0) ||
		(has_result && !place(e->said[1], PROCESS_FD, O_CLOEXEC)) ||
		(e->plan->link && link < 0) || !place(link, PROCESS_LINK, 0) ||
		(e->accounts[0] >= 0 && accounts < 0) || !place(accounts, PROCESS_ACCOUNTS, 0))
		return false;
	return close_others(has_keys || has_result, link >= 0, accounts >= 0);
}

static bool place_log(const char *log)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int said = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	return null >= 0 && said >= 0 && place(null, 0, 0) && place(said, 1, 0) &&
	       place(said, 2, 0);
}

static int become(void *arg, int out_fd)
{
	char language[32];
	const char *const usual[] = {"PATH=/bin:/sbin:/usr/bin:/usr/sbin", "TERM=linux", "HOME=/",
		"LANG=C.UTF-8", language, NULL};
	const struct ends *e = arg;
	const struct process_plan *plan = e->plan;

	(void)snprintf(language, sizeof(language), "LANGUAGE=%s", lang_code());
	reset_process();
	if (!place_all(e))
		return 126;
	int r = plan->run ? plan->run(plan->arg, out_fd) : 0;
	if (r || !plan->argv)
		return r;
	if (plan->log && !place_log(plan->log))
		return 126;
	const char *const *environment = plan->environment ? plan->environment : usual;
	/* the strings are only read: POSIX keeps the type for old programs */
	(void)execve(plan->argv[0], (char *const *)(uintptr_t)plan->argv,
		(char *const *)(uintptr_t)environment);
	(void)dprintf(2, "unbrick: %s: %s\n", plan->argv[0], strerror(errno));
	return 127;
}

pid_t process_fork(process_fn run, void *arg, int out_fd)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(run(arg, out_fd));
	return pid;
}

int process_wait(const struct process_plan *plan)
{
	struct ends e = NO_ENDS(plan);
	pid_t pid = process_fork(become, &e, -1);
	int status = -1;

	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return status;
}

/* ---- what is between it and us ---- */

/* All of it fits into a pipe: nobody has to wait for the other end. */
static int secret_pipe(const struct rs_secret *secret, int ends[2], struct rs_err *err)
{
	if (!secret || !secret->len)
		return 0;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return rs_fail(err, RS_E_MEMORY, "pipe: %s", strerror(errno));
	(void)fcntl(ends[1], F_SETPIPE_SZ, 128 * 1024); /* else the write below says it */
	(void)fcntl(ends[1], F_SETFL, O_NONBLOCK);
	return write(ends[1], secret->p, secret->len) == (ssize_t)secret->len
		       ? 0
		       : rs_fail(err, RS_E_MEMORY, "no room to hand the keys over");
}

static void hide_typing(int fd)
{
	struct termios t;

	if (tcgetattr(fd, &t) < 0)
		return; /* a pseudo-terminal always has settings */
	t.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL | ICANON);
	(void)tcsetattr(fd, TCSANOW, &t); /* as above */
}

static int open_pty(const struct process_plan *plan, int ret[2])
{
	struct winsize window = {.ws_row = plan->size[0], .ws_col = plan->size[1]};
	char name[64];

	ret[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (ret[0] < 0 || unlockpt(ret[0]) < 0 || ptsname_r(ret[0], name, sizeof(name)) != 0)
		return -1;
	ret[1] = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (ret[1] < 0)
		return -1;
	(void)ioctl(ret[1], TIOCSWINSZ, &window); /* else it has none */
	if (!plan->has_echo)
		hide_typing(ret[1]);
	return 0;
}

static int open_ends(const struct process_plan *plan, struct ends *e, struct rs_err *err)
{
	if ((plan->size ? open_pty(plan, e->said) : pipe2(e->said, O_CLOEXEC)) < 0 ||
		(plan->has_input && pipe2(e->input, O_CLOEXEC) < 0) ||
		fcntl(e->said[0], F_SETFL, O_RDWR | O_NONBLOCK) < 0)
		return rs_fail(err, RS_E_MEMORY, "pseudo-terminal or pipe: %s", strerror(errno));
	if (plan->has_input) {
		(void)fcntl(e->input[1], F_SETPIPE_SZ, PIPE_BYTES); /* else less goes in at once */
		(void)fcntl(e->input[1], F_SETFL, O_NONBLOCK);
	}
	int r = secret_pipe(plan->keys, e->keys, err);
	return r < 0 ? r : secret_pipe(plan->accounts, e->accounts, err);
}

static void close_ends(const struct ends *e)
{
	for (int i = 0; i < 2; i++) {
		rs_auto_close(&e->said[i]);
		rs_auto_close(&e->input[i]);
		rs_auto_close(&e->keys[i]);
		rs_auto_close(&e->accounts[i]);
	}
}

/* ---- its end ---- */

static void close_output(struct process *p)
{
	if (p->fd >= 0) {
		loop_remove(p->all->loop, p->fd);
		(void)close(p->fd); /* read to its end */
	}
	p->fd = -1;
}

static void tell_end(struct process *p)
{
	process_end_fn end = p->end;

	p->end = NULL;
	if (end)
		end(p->user, p);
	rs_secret_done(&p->result);
}

static void end_if_over(struct process *p)
{
	if (!p->is_reaped || p->fd >= 0)
		return;
	tell_end(p);
	rs_auto_close(&p->input);
	*p = (struct process){0};
}

static bool keep(struct process *p, const char *bytes, size_t len)
{
	p->is_cut = len > p->result.cap - p->result.len;
	if (!p->is_cut) {
		memcpy(p->result.p + p->result.len, bytes, len);
		p->result.len += len;
	}
	return !p->is_cut;
}

static void on_output(void *user, int fd, short events)
{
	struct process *p = user;
	char bytes[4096];
	ssize_t n = read(fd, bytes, sizeof(bytes));
	bool is_over = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);

	(void)events;
	if (n > 0) {
		p->active_ms = now_ms();
		if (p->output)
			p->output(p->user, bytes, (size_t)n);
		else
			is_over = !keep(p, bytes, (size_t)n);
	}
	rs_wipe(bytes, sizeof(bytes)); /* a key, or its echo if a program lets one through */
	if (!is_over)
		return;
	close_output(p); /* its end, or more than it may say: the writer gets SIGPIPE */
	end_if_over(p);
}

struct process *process_start(
	struct processes *all, const struct process_plan *plan, struct rs_err *err)
{
	struct ends e = NO_ENDS(plan);
	struct process *p = all->list;
	pid_t pid = -1;

	while (p < all->list + PROCESS_MOST && p->pid)
		p++;
	if (p == all->list + PROCESS_MOST) {
		(void)rs_fail(err, RS_E_MEMORY, "too many processes");
		return NULL;
	}
	*p = (struct process){.all = all, .fd = -1, .output = plan->output, .end = plan->end};
	p->user = plan->user;
	p->tag = plan->tag;
	if (open_ends(plan, &e, err) < 0 ||
		(plan->cap && rs_secret_init(&p->result, plan->cap, err) < 0))
		goto failed;
	if (!loop_add(all->loop, e.said[0], POLLIN, on_output, p)) {
		(void)rs_fail(err, RS_E_MEMORY, "too many processes");
		goto failed;
	}
	pid = process_fork(become, &e, plan->size ? STDOUT_FILENO : PROCESS_FD);
	if (pid < 0) {
		(void)rs_fail(err, RS_E_MEMORY, "process: %s", strerror(errno));
		loop_remove(all->loop, e.said[0]);
		goto failed;
	}
	p->pid = pid;
	p->active_ms = now_ms();
	p->end_ms = plan->limit_ms ? p->active_ms + plan->limit_ms : 0;
	p->fd = rs_steal_fd(&e.said[0]);
	p->input = plan->has_input ? rs_steal_fd(&e.input[1]) : -1;
	close_ends(&e);
	return p;
failed:
	rs_secret_done(&p->result);
	close_ends(&e);
	return NULL;
}

void process_leave(struct process *p)
{
	p->end_ms = 0;
	close_output(p);
	if (!p->is_reaped)
		p->wait_status = SIGKILL;
	tell_end(p);
	end_if_over(p);
}

/* ---- waiting ---- */

struct waiting {
	long len;
	bool is_over;
	void *ret;
};

static void on_over(void *user, struct process *p)
{
	struct waiting *w = user;

	w->is_over = true;
	w->len = process_is_good(p) ? (long)p->result.len : -EIO;
	if (w->len > 0)
		memcpy(w->ret, p->result.p, p->result.len);
}

long process_run(struct processes *all, const struct process_plan *plan, void *ret)
{
	struct waiting w = {.len = -ETIMEDOUT, .ret = ret};
	struct process_plan waited = *plan;
	uint64_t end = now_ms() + plan->limit_ms;

	waited.end = on_over;
	waited.user = &w;
	struct process *p = process_start(all, &waited, NULL);
	if (!p)
		return -EAGAIN;
	for (uint64_t now = now_ms(); !w.is_over && now < end; now = now_ms()) {
		loop_step(all->loop, loop_left_ms(now, end));
		processes_step(all);
	}
	if (w.is_over)
		return w.len;
	p->end = NULL; /* the rest of it is for processes_step */
	processes_step(all);
	return w.len;
}

int processes_wait_ms(const struct processes *all)
{
	uint64_t now = now_ms();
	int ret = -1;

	for (unsigned i = 0; i < PROCESS_MOST; i++) {
		const struct process *p = &all->list[i];
		if (p->pid && p->end_ms)
			ret = loop_sooner_ms(ret, loop_left_ms(now, p->end_ms));
	}
	return ret;
}

static void end_late(struct process *p, uint64_t now)
{
	int number = p->was_asked ? SIGKILL : SIGTERM;
	bool is_left = p->is_reaped || p->was_killed;

	p->was_killed = p->was_asked;
	p->was_asked = true;
	p->end_ms = now + GRACE_MS;
	if (is_left)
		process_leave(p); /* in the kernel, or a child of its own has the other end */
	else
		process_signal(p, number);
}

void processes_step(struct processes *all)
{
	uint64_t now = now_ms();

	for (unsigned i = 0; i < PROCESS_MOST; i++) {
		struct process *p = &all->list[i];
		if (p->pid && p->end_ms && now >= p->end_ms)
			end_late(p, now);
	}
}

pid_t process_bury(int flags, int *ret_wait_status)
{
	pid_t pid;

	while ((pid = waitpid(-1, ret_wait_status, flags)) < 0 && errno == EINTR)
		continue;
	return pid;
}

static void reaped(struct process *p, int wait_status)
{
	p->is_reaped = true;
	p->wait_status = wait_status;
	end_if_over(p);
}

void processes_reap(struct processes *all)
{
	int status;
	pid_t pid;

	while ((pid = process_bury(WNOHANG, &status)) > 0)
		for (unsigned i = 0; i < PROCESS_MOST; i++)
			if (all->list[i].pid == pid && !all->list[i].is_reaped)
				reaped(&all->list[i], status);
}

/* ---- while it runs ---- */

bool process_type(struct process *p, const char *bytes, size_t len)
{
	int fd = p->input >= 0 ? p->input : p->fd;

	p->active_ms = now_ms();
	return fd >= 0 && write(fd, bytes, len) == (ssize_t)len;
}

static tcflag_t local_modes(const struct process *p)
{
	struct termios t;

	return p->fd >= 0 && tcgetattr(p->fd, &t) == 0 ? t.c_lflag : 0;
}

bool process_is_asking(const struct process *p)
{
	return local_modes(p) & ICANON;
}

bool process_asks_secret(const struct process *p)
{
	return (local_modes(p) & (ICANON | ECHO)) == ICANON;
}

void process_signal(const struct process *p, int number)
{
	if (p->pid && !p->is_reaped)
		(void)kill(p->pid, number); /* not reaped: it is its own */
}

bool process_is_good(const struct process *p)
{
	return !p->is_cut && WIFEXITED(p->wait_status) && WEXITSTATUS(p->wait_status) == 0;
}

void process_end_text(int wait_status, char *ret, size_t cap)
{
	if (WIFSIGNALED(wait_status))
		(void)snprintf(ret, cap, "killed by signal %d (%s)", WTERMSIG(wait_status),
			strsignal(WTERMSIG(wait_status)));
	else
		(void)snprintf(ret, cap, "exit status %d", WEXITSTATUS(wait_status));
}

bool process_write(int fd, const void *p, size_t len)
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

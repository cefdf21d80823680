/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/child.h"

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

void child_reset_process(void)
{
	sigset_t none;
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	/* init itself is the last to go when memory runs out, its children are not */
	if (fd >= 0) {
		if (write(fd, "0\n", 2) < 0)
			(void)0; /* then it is protected, too */
		(void)close(fd); /* as above */
	}
	for (int i = 1; i < SIGRTMAX; i++)
		(void)signal(i, SIG_DFL); /* refused for some, which have no handler anyway */
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

void child_close_others(int keep_a, int keep_b)
{
	int low = keep_a < keep_b ? keep_a : keep_b, high = keep_a < keep_b ? keep_b : keep_a;
	unsigned from = 3;

	/* these fail for a wrong order only */
	if (low > (int)from)
		(void)close_range(from, (unsigned)low - 1, 0);
	from = low >= (int)from ? (unsigned)low + 1 : from;
	if (high > (int)from)
		(void)close_range(from, (unsigned)high - 1, 0);
	from = high >= (int)from ? (unsigned)high + 1 : from;
	(void)close_range(from, ~0U, 0);
}

static void exec_child(const struct child *c, char *const argv[], int slave, int keys)
{
	static char path[] = "PATH=/bin:/sbin:/usr/bin:/usr/sbin", term[] = "TERM=linux",
		    home[] = "HOME=/", language[] = "LANG=C.UTF-8";
	char *const environment[] = {path, term, home, language, NULL};

	child_reset_process();
	if (setsid() < 0 || ioctl(slave, TIOCSCTTY, 0) < 0 || dup2(slave, 0) < 0 ||
		dup2(slave, 1) < 0 || dup2(slave, 2) < 0)
		_exit(126);
	if (keys >= 0 && keys != CHILD_KEYS_FD && dup2(keys, CHILD_KEYS_FD) < 0)
		_exit(126);
	if (keys == CHILD_KEYS_FD && fcntl(keys, F_SETFD, 0) < 0)
		_exit(126);
	if (c->prepare)
		c->prepare(c->prepare_arg);
	(void)execve(argv[0], argv, environment);
	(void)dprintf(2, "unbrick: %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/* All keys fit into a pipe: nobody has to wait for the other end. */
static int keys_pipe(const struct rs_secret *keys, int *ret, struct rs_err *err)
{
	int ends[2];

	*ret = -1;
	if (!keys || !keys->len)
		return 0;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return rs_fail(err, RS_E_MEMORY, "pipe: %s", strerror(errno));
	(void)fcntl(ends[1], F_SETPIPE_SZ, 128 * 1024); /* else the write below says it */
	(void)fcntl(ends[1], F_SETFL, O_NONBLOCK);
	ssize_t n = write(ends[1], keys->p, keys->len);
	(void)close(ends[1]); /* the write has told */
	if (n != (ssize_t)keys->len) {
		(void)close(ends[0]);
		return rs_fail(err, RS_E_MEMORY, "no room to hand the keys over");
	}
	*ret = ends[0];
	return 0;
}

static void hide_typing(int fd)
{
	struct termios t;

	if (tcgetattr(fd, &t) < 0)
		return; /* a pseudo-terminal always has settings */
	t.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL | ICANON);
	(void)tcsetattr(fd, TCSANOW, &t); /* as above */
}

static int open_pty(const unsigned short size[2], int *ret_master, int *ret_slave)
{
	struct winsize window = {.ws_row = size[0], .ws_col = size[1]};
	char name[64];

	*ret_slave = -1;
	*ret_master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*ret_master < 0 || unlockpt(*ret_master) < 0 ||
		ptsname_r(*ret_master, name, sizeof(name)) != 0)
		return -1;
	*ret_slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*ret_slave < 0 || fcntl(*ret_master, F_SETFL, O_RDWR | O_NONBLOCK) < 0)
		return -1;
	(void)ioctl(*ret_slave, TIOCSWINSZ, &window); /* else it has none */
	return 0;
}

static void close_master(struct child *c)
{
	loop_remove(c->loop, c->master);
	(void)close(c->master); /* read to its end */
	c->master = -1;
}

static void on_output(void *user, int fd, short events)
{
	struct child *c = user;
	char bytes[4096];
	ssize_t n = read(fd, bytes, sizeof(bytes));

	(void)events;
	if (n > 0) {
		c->active_ms = now_ms();
		c->output(c->user, bytes, (size_t)n);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		close_master(c); /* EIO: nobody has the other end any more */
	}
	rs_wipe(bytes, sizeof(bytes)); /* an echo of a key, if a program lets one through */
}

int child_start(struct child *c, char *const argv[], const struct rs_secret *keys,
	const unsigned short size[2], struct rs_err *err)
{
	auto_close int master = -1, slave = -1, key_end = -1;

	if (c->pid && !child_is_over(c))
		return rs_fail(err, RS_E_BUG, "one is running");
	if (open_pty(size, &master, &slave) < 0)
		return rs_fail(err, RS_E_MEMORY, "pseudo-terminal: %s", strerror(errno));
	if (!c->has_echo)
		hide_typing(slave);
	if (keys_pipe(keys, &key_end, err) < 0)
		return err->code;
	pid_t pid = fork();
	if (pid < 0)
		return rs_fail(err, RS_E_MEMORY, "process: %s", strerror(errno));
	if (pid == 0)
		exec_child(c, argv, slave, key_end);
	c->pid = pid;
	c->is_reaped = false;
	c->active_ms = now_ms();
	c->master = rs_steal_fd(&master);
	if (!loop_add(c->loop, c->master, POLLIN, on_output, c))
		close_master(c); /* then it runs unseen */
	return 0;
}

void child_leave(struct child *c)
{
	if (c->master >= 0)
		close_master(c);
	c->is_reaped = true;
	c->wait_status = SIGKILL;
}

bool child_is_over(const struct child *c)
{
	return c->pid == 0 || (c->is_reaped && c->master < 0);
}

bool child_reaped(struct child *c, pid_t pid, int wait_status)
{
	if (!c->pid || pid != c->pid || c->is_reaped)
		return false;
	c->is_reaped = true;
	c->wait_status = wait_status;
	return true;
}

void child_type(struct child *c, const char *bytes, size_t len)
{
	c->active_ms = now_ms();
	if (c->master >= 0 && write(c->master, bytes, len) < 0)
		return; /* its buffer is full: what a terminal drops, too */
}

static tcflag_t local_modes(const struct child *c)
{
	struct termios t;

	return c->master >= 0 && tcgetattr(c->master, &t) == 0 ? t.c_lflag : 0;
}

bool child_is_asking(const struct child *c)
{
	return local_modes(c) & ICANON;
}

bool child_asks_secret(const struct child *c)
{
	return (local_modes(c) & (ICANON | ECHO)) == ICANON;
}

void child_signal(const struct child *c, int number)
{
	if (c->pid && !c->is_reaped)
		(void)kill(c->pid, number); /* it may just have ended */
}

void child_end_text(int wait_status, char *ret, size_t cap)
{
	if (WIFSIGNALED(wait_status))
		(void)snprintf(ret, cap, "killed by signal %d (%s)", WTERMSIG(wait_status),
			strsignal(WTERMSIG(wait_status)));
	else
		(void)snprintf(ret, cap, "exit status %d", WEXITSTATUS(wait_status));
}

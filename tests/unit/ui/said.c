/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "said.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "ui/ui.h"

#define SHOWN_MAX 65536U

static char *text_of(int fd)
{
	off_t len = lseek(fd, 0, SEEK_END);
	char *ret = calloc(1, (size_t)len + 1);

	assert_non_null(ret);
	assert_int_equal(pread(fd, ret, (size_t)len, 0), len);
	(void)close(fd);
	return ret;
}

static int status_of(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void end_child(int (*fn)(void *user), void *user)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS};

	for (unsigned i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		(void)signal(faults[i], SIG_DFL); /* cmocka's would go on with its tests */
	int status = fn(user);
	(void)fflush(NULL);
	_exit(status);
}

void said_call(struct said *ret, int (*fn)(void *user), void *user)
{
	int out = memfd_create("out", MFD_CLOEXEC), err = memfd_create("err", MFD_CLOEXEC);

	assert_true(out >= 0 && err >= 0);
	(void)fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		int none = open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (dup2(none, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
			_exit(99);
		end_child(fn, user);
	}
	ret->status = status_of(child);
	ret->out = text_of(out);
	ret->err = text_of(err);
}

static int run_program(void *user)
{
	char **argv = user;
	int argc = 0;

	while (argv[argc])
		argc++;
	return ui_main(argc, argv);
}

void said_run(struct said *ret, ...)
{
	char *argv[SAID_ARGS + 2] = {strdup("unbrick")};
	const char *arg;
	unsigned n = 1;
	va_list ap;

	va_start(ap, ret);
	while ((arg = va_arg(ap, const char *)) != NULL) {
		assert_true(n <= SAID_ARGS);
		argv[n++] = strdup(arg);
	}
	va_end(ap);
	said_call(ret, run_program, argv);
	while (n)
		free(argv[--n]);
}

/* ---- on a terminal ---- */

/* The next line of @*typed, once a question is there. */
static void answer(int fd, const char **typed, char *shown, size_t *len, size_t *answered)
{
	if (*len == *answered || !**typed || *len < 2)
		return;
	if (memcmp(shown + *len - 2, "] ", 2) != 0 && memcmp(shown + *len - 2, ": ", 2) != 0 &&
		memcmp(shown + *len - 2, ". ", 2) != 0)
		return;
	size_t n = strcspn(*typed, "\n");
	n += (*typed)[n] == '\n';
	assert_int_equal(write(fd, *typed, n), n);
	*typed += n;
	*answered = *len + n;
}

static void talk(int fd, const char *typed, char *shown)
{
	size_t len = 0, answered = 0;
	struct pollfd p = {fd, POLLIN, 0};

	while (len < SHOWN_MAX - 1 && poll(&p, 1, 5000) > 0) {
		ssize_t n = read(fd, shown + len, SHOWN_MAX - 1 - len);
		if (n <= 0)
			return; /* EIO: nobody has it open any more */
		len += (size_t)n;
		answer(fd, &typed, shown, &len, &answered);
	}
}

void said_call_on_terminal(struct said *ret, int (*fn)(void *user), void *user, const char *typed)
{
	int out = memfd_create("out", MFD_CLOEXEC);
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	assert_true(out >= 0 && master >= 0);
	assert_int_equal(grantpt(master), 0);
	assert_int_equal(unlockpt(master), 0);
	ret->err = calloc(1, SHOWN_MAX);
	assert_non_null(ret->err);
	(void)fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		(void)setsid();
		int tty = open(ptsname(master), O_RDWR | O_CLOEXEC);
		(void)close(master);
		if (tty < 0 || ioctl(tty, TIOCSCTTY, 0) < 0 || dup2(tty, 0) < 0 ||
			dup2(out, 1) < 0 || dup2(tty, 2) < 0)
			_exit(99);
		(void)close(tty);
		end_child(fn, user);
	}
	talk(master, typed, ret->err);
	(void)close(master); /* whoever still waits for an answer gets a hang-up */
	ret->status = status_of(child);
	ret->out = text_of(out);
}

void said_done(struct said *s)
{
	free(s->out);
	free(s->err);
	*s = (struct said){0};
}

void said_expect(const struct said *s, int status, const char *out_part, const char *err_part)
{
	if (s->status != status || !strstr(s->out, out_part) || !strstr(s->err, err_part))
		fail_msg("ended with %d, not %d; or without '%s', '%s' in\n%s%s", s->status, status,
			out_part, err_part, s->out, s->err);
}

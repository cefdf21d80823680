/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The system calls that are left to the process that speaks to a network, each tried in one of its
 * own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/calls.h"
#include "net/spawn.h"

typedef int try_fn(void);

/* What a try says: its status, or a signal as a negative number. */
static int ended(try_fn *run, bool is_limited)
{
	int status;
	const pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)signal(SIGSEGV, SIG_DFL); /* cmocka has one of its own */
		if (is_limited && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || !calls_limit()))
			_exit(99);
		_exit(run());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* ... behind the limit. */
static int tried(try_fn *run)
{
	return ended(run, true);
}

/* 0, or the error's number. */
static int error_of(long r)
{
	return r < 0 ? errno : 0;
}

/* ---- what is needed ---- */

static void *in_thread(void *arg)
{
	*(int *)arg = 1;
	return NULL;
}

static int use_thread(void)
{
	pthread_t t;
	int was_here = 0;

	if (pthread_create(&t, NULL, in_thread, &was_here) || pthread_join(t, NULL))
		return 1;
	return was_here ? 0 : 2;
}

static int use_names(void)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *all = NULL;

	if (getaddrinfo("localhost", "443", &hints, &all))
		return 1;
	freeaddrinfo(all);
	return 0;
}

static int use_sockets(void)
{
	const struct sockaddr_in nobody = {
		.sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int no_wait = 1;

	if (fd < 0 || ioctl(fd, FIONBIO, &no_wait) < 0)
		return 1;
	(void)connect(fd, (const struct sockaddr *)(const void *)&nobody, sizeof(nobody));
	return errno == ENOSYS ? 2 : 0;
}

static int use_files(void)
{
	char c;
	const int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

	return fd >= 0 && read(fd, &c, 1) == 1 ? 0 : 1;
}

static int use_memory(void)
{
	void *p = malloc(8UL << 20);

	if (!p)
		return 1;
	memset(p, 1, 8UL << 20);
	free(p);
	return prctl(PR_SET_NAME, "x", 0, 0, 0) ? 2 : 0;
}

static void test_calls__what_it_needs__is_left(void **state)
{
	static try_fn *const all[] = {use_thread, use_names, use_sockets, use_files, use_memory};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		assert_int_equal(tried(all[i]), 0);
}

/* ---- what is refused ---- */

static int write_file(void)
{
	return error_of(open("/dev/null", O_WRONLY | O_CLOEXEC));
}

static int make_file(void)
{
	return error_of(open("/tmp", O_TMPFILE | O_RDONLY | O_CLOEXEC, 0600));
}

static int read_and_write_file(void)
{
	return error_of(syscall(SYS_open, "/dev/null", O_RDWR));
}

static int raw_frames(void)
{
	return error_of(socket(AF_PACKET, SOCK_RAW, 0));
}

static int virtual_machine(void)
{
	return error_of(socket(AF_VSOCK, SOCK_STREAM, 0));
}

static int become_dumpable(void)
{
	return error_of(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

static int push_characters(void)
{
	char c = '\n';

	return error_of(ioctl(STDIN_FILENO, TIOCSTI, &c));
}

static int remove_file(void)
{
	return error_of(unlink("/tmp/nothing.of.ours"));
}

static int signal_other(void)
{
	return error_of(kill(1, 0));
}

static void test_calls__what_it_never_needs__is_an_error(void **state)
{
	static const struct {
		try_fn *run;
		int error;
	} all[] = {{write_file, EACCES}, {make_file, EACCES}, {read_and_write_file, EACCES},
		{raw_frames, EAFNOSUPPORT}, {virtual_machine, EAFNOSUPPORT},
		{become_dumpable, EPERM}, {push_characters, ENOTTY}, {remove_file, ENOSYS},
		{signal_other, ENOSYS}};

	(void)state;
	for (size_t i = 0; NET_IS_BOUNDED && i < sizeof(all) / sizeof(all[0]); i++)
		if (tried(all[i].run) != all[i].error)
			fail_msg("try %zu: %d instead of %d", i, tried(all[i].run), all[i].error);
}

static int run_program(void)
{
	char *const argv[] = {(char[]){"true"}, NULL};

	return execv("/bin/true", argv);
}

static int make_process(void)
{
	return fork() < 0;
}

static int look_into_others(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0;
}

static int file_of_memory(void)
{
	return syscall(SYS_memfd_create, "x", 0) < 0;
}

static int own_world(void)
{
	return syscall(SYS_unshare, 0x10000000L) < 0;
}

static int listen_there(void)
{
	return listen(socket(AF_INET, SOCK_STREAM, 0), 1) < 0;
}

static int call_of_x32(void)
{
	return syscall(SYS_getpid | 0x40000000L) < 0;
}

/* int 0x80: the calls of 32 bits, whose numbers are others (20 is getpid). */
static int call_of_32_bits(void)
{
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(20L) : "memory");
	return ret < 0;
}

static void test_calls__what_an_attacker_wants__ends_it(void **state)
{
	static try_fn *const all[] = {run_program, make_process, look_into_others, file_of_memory,
		own_world, listen_there, call_of_x32, call_of_32_bits};

	const bool has_all = ended(call_of_32_bits, false) != -SIGSEGV;

	(void)state;
	/* a kernel that is built without calls of 32 bits ends who makes one, before any limit */
	for (size_t i = 0; NET_IS_BOUNDED && i < sizeof(all) / sizeof(all[0]); i++)
		if (tried(all[i]) != -SIGSYS && (all[i] != call_of_32_bits || has_all))
			fail_msg("try %zu: %d", i, tried(all[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls__what_it_needs__is_left),
		cmocka_unit_test(test_calls__what_it_never_needs__is_an_error),
		cmocka_unit_test(test_calls__what_an_attacker_wants__ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

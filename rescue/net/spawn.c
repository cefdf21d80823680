/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/cleanup.h"

#define REAP_MS	     2000
#define LAST_CAP     63UL
#define MEMORY_BYTES (1UL << 30) /* of addresses: threads and libraries take most of it */
#define MOST_FILES   32

/* ---- the new process, before it becomes the program: signal-safe calls only ---- */

static void reset_signals(void)
{
	sigset_t none;

	for (int i = 1; i < SIGRTMAX; i++)
		(void)signal(i, SIG_DFL); /* refused for some, which have no handler anyway */
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)setsid(); /* a Ctrl-C is for who asks: it cancels */
}

static bool set_limits(void)
{
	const struct rlimit none = {0, 0}, files = {MOST_FILES, MOST_FILES};
	const struct rlimit memory = {MEMORY_BYTES, MEMORY_BYTES};

	return setrlimit(RLIMIT_CORE, &none) == 0 && setrlimit(RLIMIT_FSIZE, &none) == 0 &&
	       setrlimit(RLIMIT_NOFILE, &files) == 0 &&
	       (!NET_IS_BOUNDED || setrlimit(RLIMIT_AS, &memory) == 0);
}

/* Those of other users, then every capability: effective, permitted, inheritable, ambient and, as
 * long as we may, what could be regained. */
static bool give_up_rights(void)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	const struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};

	for (unsigned long i = 0; i <= LAST_CAP; i++)
		(void)prctl(PR_CAPBSET_DROP, i, 0, 0, 0); /* without the right: it has none */
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); /* as above */
	if (geteuid() == 0 || getuid() == 0) {
		if (setgroups(0, NULL) < 0 || setresgid(NET_NOBODY, NET_NOBODY, NET_NOBODY) < 0 ||
			setresuid(NET_NOBODY, NET_NOBODY, NET_NOBODY) < 0)
			return false;
	}
	return syscall(SYS_capset, &head, none) == 0 &&
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 &&
	       prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0;
}

/* The socket, and nothing where messages of a library would go: another socket would be there. */
static bool place(int fd, int program)
{
	const int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0 ||
		dup2(fd, STDIN_FILENO) < 0 || dup3(program, 3, O_CLOEXEC) < 0)
		return false;
	return close_range(4, ~0U, 0) == 0;
}

/* It is opened while we may: the folder that it is in may be closed to nobody. */
static void become(int fd, int program)
{
	char name[] = "unbrick-net";
	char *const argv[] = {name, NULL}, *const environment[] = {NULL};
	/* those that stand in the way of the numbers that are wanted go up first */
	const int socket = fcntl(fd, F_DUPFD, 10), file = fcntl(program, F_DUPFD, 10);

	reset_signals();
	if (socket < 0 || file < 0 || !place(socket, file))
		_exit(NET_SPAWN_PLACE);
	if (!set_limits() || !give_up_rights())
		_exit(NET_SPAWN_RIGHTS);
	(void)fexecve(3, argv, environment);
	_exit(NET_SPAWN_EXEC);
}

/* ---- from outside ---- */

int net_spawn(const char *program, pid_t *ret_pid, int *ret_fd, struct rs_err *err)
{
	int ends[2];
	auto_close int file = open(program, O_RDONLY | O_CLOEXEC);

	if (file < 0)
		return rs_fail_on(err, RS_E_NET_PROGRAM, program, "%s", strerror(errno));
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return rs_fail_on(err, RS_E_MEMORY, program, "socket: %s", strerror(errno));
	auto_close int ours = ends[0], theirs = ends[1];
	const pid_t pid = fork();
	if (pid == 0)
		become(theirs, file);
	if (pid < 0)
		return rs_fail_on(err, RS_E_MEMORY, program, "process: %s", strerror(errno));
	(void)fcntl(ours, F_SETFL, O_RDWR | O_NONBLOCK); /* fails for a wrong descriptor only */
	*ret_pid = pid;
	*ret_fd = rs_steal_fd(&ours);
	return 0;
}

int net_reap(pid_t pid)
{
	int status;
	pid_t r;

	for (int left = REAP_MS; left > 0; left -= 10) {
		r = waitpid(pid, &status, WNOHANG);
		if (r == pid)
			return status;
		if (r < 0 && errno != EINTR)
			return -1;
		(void)poll(NULL, 0, 10); /* only waits */
	}
	(void)kill(pid, SIGKILL); /* it is there: nobody has waited for it */
	do
		r = waitpid(pid, &status, 0);
	while (r < 0 && errno == EINTR);
	return r == pid ? status : -1;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/guard.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/process.h"

void guard_block(sigset_t *ret)
{
	(void)sigemptyset(ret); /* these fail for wrong numbers only */
	(void)sigaddset(ret, SIGCHLD);
	(void)sigaddset(ret, SIGINT);
	(void)sigaddset(ret, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, ret, NULL);
}

static void say_end(int wait_status)
{
	char how[96], line[256];
	int fd = open("/dev/console", O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	process_end_text(wait_status, how, sizeof(how));
	(void)snprintf(line, sizeof(line),
		"\r\nunbrick: staying: the supervising process has ended (%s); what was begun on a "
		"disk is brought to an end, nothing more is done; Ctrl-Alt-Del restarts\r\n",
		how);
	if (fd < 0)
		return;
	if (write(fd, line, strlen(line)) < 0)
		(void)0; /* there is nobody else to tell */
	(void)close(fd); /* as above */
}

/* Bury what has ended; true when the supervisor was among it. */
static int bury(pid_t supervisor)
{
	int status, is_supervisor = 0;
	pid_t pid;

	while ((pid = process_bury(WNOHANG, &status)) > 0)
		if (pid == supervisor) {
			say_end(status);
			is_supervisor = 1;
		}
	return is_supervisor;
}

_Noreturn void guard(process_fn supervise, void *arg)
{
	sigset_t set;

	guard_block(&set);
	(void)reboot(RB_DISABLE_CAD); /* Ctrl-Alt-Del becomes SIGINT */
	pid_t pid = process_fork(supervise, arg, -1);
	for (;;) {
		int number = sigwaitinfo(&set, NULL);
		if (number == SIGCHLD) {
			if (bury(pid))
				pid = -1;
			continue;
		}
		if (number < 0)
			continue;
		if (pid > 0) {
			(void)kill(pid, number); /* it comes to an orderly end */
			continue;
		}
		sync();
		(void)reboot(RB_AUTOBOOT);
	}
}

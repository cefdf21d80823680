/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A power cut for a whole program: it is killed before its next write at a place (pwrite, as only
 * disks are written), after so many of them:  cutwrite COUNT PROGRAM ARGUMENT... Ends with 137 when
 * it was killed, else as the program does; the last line on standard error is the number of writes.
 * 125: nothing can be traced here. */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#define CANNOT 125
#define CUT    137

/* Of all system calls only this one stops the program: stopping at each is most of its time. */
static int stop_at_writes(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pwrite64, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

static void run(char **argv)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		_exit(CANNOT);
	(void)raise(SIGSTOP);
	if (stop_at_writes())
		_exit(CANNOT);
	(void)execvp(argv[0], argv);
	_exit(127);
}

/* Until the program ends or the power is cut. */
static int follow(pid_t pid, unsigned long count, unsigned long *ret_writes)
{
	int status = 0, signal = 0;

	for (;;) {
		if (ptrace(PTRACE_CONT, pid, NULL, (void *)(long)signal) < 0 ||
			waitpid(pid, &status, 0) < 0)
			return CANNOT;
		if (WIFEXITED(status))
			return WEXITSTATUS(status);
		if (WIFSIGNALED(status))
			return 128 + WTERMSIG(status);
		signal = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
		if (status >> 8 != (SIGTRAP | PTRACE_EVENT_SECCOMP << 8))
			continue;
		if (*ret_writes == count) {
			(void)kill(pid, SIGKILL);
			(void)waitpid(pid, &status, 0);
			return CUT;
		}
		++*ret_writes;
	}
}

int main(int argc, char **argv)
{
	unsigned long writes = 0;
	int status = 0;

	if (argc < 3) {
		(void)fprintf(stderr, "usage: cutwrite COUNT PROGRAM ARGUMENT...\n");
		return 2;
	}
	pid_t pid = fork();
	if (pid < 0)
		return CANNOT;
	if (!pid)
		run(argv + 2);
	if (waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status) ||
		ptrace(PTRACE_SETOPTIONS, pid, NULL,
			(void *)(long)(PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL)) < 0) {
		(void)fprintf(stderr, "cutwrite: %s\n", strerror(errno));
		return CANNOT;
	}
	int r = follow(pid, strtoul(argv[1], NULL, 10), &writes);
	(void)fprintf(stderr, "%lu\n", writes);
	return r;
}

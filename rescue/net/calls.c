/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A server's answer goes through large libraries (TLS, HTTP, ASN.1, LDAP). Whoever takes this
 * process over by one finds a kernel that is as small as it can be. */
#include "net/calls.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "net/spawn.h"

#define X32	     0x40000000U /* the other kind of calls of this architecture */
#define SIOCGIFINDEX 0x8933U	 /* "fe80::1%eth0" */
#define WRITES	     (O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY))
#define COUNT(a)     (sizeof(a) / sizeof((a)[0]))

/* What glibc, its resolver and threads, OpenSSL, GnuTLS, libcurl and libldap use; some of it in
 * other versions of them. Files are opened below. */
static const uint16_t allowed[] = {SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64,
	SYS_close, SYS_fstat, SYS_newfstatat, SYS_stat, SYS_lstat, SYS_statx, SYS_lseek, SYS_access,
	SYS_faccessat, SYS_faccessat2, SYS_readlink, SYS_readlinkat, SYS_getdents64, SYS_getcwd,
	SYS_mmap, SYS_munmap, SYS_mprotect, SYS_mremap, SYS_madvise, SYS_brk, SYS_mlock, SYS_mlock2,
	SYS_munlock, SYS_poll, SYS_ppoll, SYS_select, SYS_pselect6, SYS_epoll_create1,
	SYS_epoll_ctl, SYS_epoll_wait, SYS_epoll_pwait, SYS_eventfd2, SYS_pipe2, SYS_socketpair,
	SYS_connect, SYS_bind, SYS_getsockname, SYS_getpeername, SYS_getsockopt, SYS_setsockopt,
	SYS_sendto, SYS_recvfrom, SYS_sendmsg, SYS_recvmsg, SYS_sendmmsg, SYS_recvmmsg,
	SYS_shutdown, SYS_fcntl, SYS_dup, SYS_futex, SYS_clock_gettime, SYS_clock_getres,
	SYS_clock_nanosleep, SYS_nanosleep, SYS_gettimeofday, SYS_time, SYS_getpid, SYS_gettid,
	SYS_getppid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid, SYS_getrandom, SYS_uname,
	SYS_sysinfo, SYS_sched_yield, SYS_sched_getaffinity, SYS_rt_sigaction, SYS_rt_sigprocmask,
	SYS_rt_sigreturn, SYS_sigaltstack, SYS_set_robust_list, SYS_rseq, SYS_set_tid_address,
	SYS_prlimit64, SYS_getrlimit, SYS_restart_syscall, SYS_tgkill, SYS_exit, SYS_exit_group};

/* By one of its arguments: (argument & mask) == value. */
static const struct {
	uint16_t call;
	uint8_t argument;
	uint32_t mask, value;
} allowed_with[] = {
	{SYS_open, 1, WRITES, O_RDONLY},
	{SYS_openat, 2, WRITES, O_RDONLY},
	{SYS_socket, 0, ~0U, AF_INET},
	{SYS_socket, 0, ~0U, AF_INET6},
	{SYS_socket, 0, ~0U, AF_UNIX},	  /* a host's cache of names */
	{SYS_socket, 0, ~0U, AF_NETLINK}, /* which kinds of addresses this machine has */
	{SYS_ioctl, 1, ~0U, FIONBIO},
	{SYS_ioctl, 1, ~0U, FIONREAD},
	{SYS_ioctl, 1, ~0U, SIOCGIFINDEX},
	{SYS_prctl, 0, ~0U, PR_SET_NAME},
	{SYS_prctl, 0, ~0U, PR_SET_VMA},
	{SYS_clone, 0, CLONE_THREAD, CLONE_THREAD},
};

/* 0: it ends the process. */
static const struct {
	uint16_t call, error;
} refused[] = {
	{SYS_open, EACCES},
	{SYS_openat, EACCES},
	{SYS_socket, EAFNOSUPPORT},
	{SYS_ioctl, ENOTTY},
	{SYS_prctl, EPERM},
	{SYS_clone, 0},
	{SYS_fork, 0},
	{SYS_vfork, 0},
	{SYS_execve, 0},
	{SYS_execveat, 0},
	{SYS_ptrace, 0},
	{SYS_process_vm_readv, 0},
	{SYS_process_vm_writev, 0},
	{SYS_pidfd_getfd, 0},
	{SYS_memfd_create, 0},
	{SYS_userfaultfd, 0},
	{SYS_io_uring_setup, 0},
	{SYS_bpf, 0},
	{SYS_perf_event_open, 0},
	{SYS_unshare, 0},
	{SYS_setns, 0},
	{SYS_mount, 0},
	{SYS_umount2, 0},
	{SYS_move_mount, 0},
	{SYS_open_tree, 0},
	{SYS_fsopen, 0},
	{SYS_pivot_root, 0},
	{SYS_chroot, 0},
	{SYS_keyctl, 0},
	{SYS_add_key, 0},
	{SYS_request_key, 0},
	{SYS_init_module, 0},
	{SYS_finit_module, 0},
	{SYS_delete_module, 0},
	{SYS_kexec_load, 0},
	{SYS_kexec_file_load, 0},
	{SYS_reboot, 0},
	{SYS_listen, 0},
};

#define FIELD(name)    (uint32_t) offsetof(struct seccomp_data, name)
#define LOAD(place)    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (place))
#define SKIP_NOT(k, n) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (k), 0, (n))
#define SKIP(k, n)     BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (k), (n), 0)
#define SKIP_LESS(k)   BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (k), 0, 1)
#define END(how)       BPF_STMT(BPF_RET | BPF_K, (how))

/* One after another, without a jump that is longer than its entry. */
enum {
	HEAD = 6,
	WITH = 6,
	LINES = HEAD + WITH * COUNT(allowed_with) + 2 * COUNT(allowed) + 2 * COUNT(refused) + 1
};

struct lines {
	struct sock_filter code[LINES];
	unsigned short len;
};

static void add(struct lines *l, const struct sock_filter *more, size_t n)
{
	for (size_t i = 0; i < n; i++)
		l->code[l->len++] = more[i];
}

static void add_head(struct lines *l)
{
	const struct sock_filter head[HEAD] = {
		LOAD(FIELD(arch)),
		SKIP(AUDIT_ARCH_X86_64, 1),
		END(SECCOMP_RET_KILL_PROCESS),
		LOAD(FIELD(nr)),
		SKIP_LESS(X32),
		END(SECCOMP_RET_KILL_PROCESS),
	};

	add(l, head, HEAD);
}

static void add_with(struct lines *l, size_t i)
{
	const struct sock_filter with[WITH] = {
		SKIP_NOT(allowed_with[i].call, 5),
		LOAD(FIELD(args) + 8U * allowed_with[i].argument), /* its lower half comes first */
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, allowed_with[i].mask),
		SKIP_NOT(allowed_with[i].value, 1),
		END(SECCOMP_RET_ALLOW),
		LOAD(FIELD(nr)),
	};

	add(l, with, WITH);
}

static void add_one(struct lines *l, uint32_t call, uint32_t how)
{
	const struct sock_filter one[] = {SKIP_NOT(call, 1), END(how)};

	add(l, one, COUNT(one));
}

bool calls_limit(void)
{
	static struct lines l;
	const struct sock_filter last = END(SECCOMP_RET_ERRNO | ENOSYS);

	if (!NET_IS_BOUNDED)
		return true;
	add_head(&l);
	for (size_t i = 0; i < COUNT(allowed_with); i++)
		add_with(&l, i);
	for (size_t i = 0; i < COUNT(allowed); i++)
		add_one(&l, allowed[i], SECCOMP_RET_ALLOW);
	for (size_t i = 0; i < COUNT(refused); i++)
		add_one(&l, refused[i].call,
			refused[i].error ? SECCOMP_RET_ERRNO | refused[i].error
					 : SECCOMP_RET_KILL_PROCESS);
	add(&l, &last, 1);
	const struct sock_fprog program = {l.len, l.code};
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

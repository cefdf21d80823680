/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /init. If the first process ends, the kernel panics: so it does nothing but wait. Its one child
 * is the supervisor, so that a fault of ours is told and does not stop the kernel. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/language.h"
#include "init/hand.h"
#include "init/init.h"
#include "init/machine.h"
#include "init/serial.h"
#include "init/sysfs.h"
#include "init/work.h"

/* ---- process 1 ---- */

/* Block what both processes wait for, children and the wish to end; @ret is that set. */
static void block_signals(sigset_t *ret)
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

/* Run @supervise(@arg, -1) in a child, pass Ctrl-Alt-Del and signals on to it, bury orphans. When
 * it ends although it never should, say so on the console and wait for Ctrl-Alt-Del. */
static _Noreturn void guard(process_fn supervise, void *arg)
{
	sigset_t set;

	block_signals(&set);
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

/* ---- the supervisor ---- */

static void on_typed(void *user, const char *bytes, size_t len)
{
	front_typed(user, bytes, len);
}

static void on_signal(void *user, int fd, short events)
{
	struct init *in = user;
	struct signalfd_siginfo info;

	(void)events;
	while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			processes_reap(&in->processes);
		else
			in->is_stop_wanted = true;
	}
}

static bool catch_signals(struct init *in)
{
	sigset_t set;

	block_signals(&set);
	(void)signal(SIGPIPE, SIG_IGN);
	return loop_add(
		&in->loop, signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), POLLIN, on_signal, in);
}

/* A UPS, a modem: to open the line may switch it off, so it is only named. */
static void tell_unused(void *user, const char *name)
{
	struct init *in = user;

	if (strncmp(name, "ttyS", 4) != 0 || !serial_is_there("", name))
		return;
	for (size_t i = 0; i < in->consoles.n; i++)
		if (strcmp(in->consoles.list[i].name, name) == 0)
			return;
	init_log(in, "serial port %s: not opened, as neither firmware nor settings name it", name);
}

static void open_consoles(struct init *in)
{
	char active[256], firmware[SERIAL_PORT];
	const struct settings *s = &in->facts.settings;

	(void)sysfs_text(active, sizeof(active), "/sys/class/tty/console/active");
	serial_of_firmware("", firmware);
	consoles_init(&in->consoles, &in->loop, on_typed, in);
	consoles_open(
		&in->consoles, s->console, &(struct console_names){active, s->serial, firmware});
	consoles_look(&in->consoles, s);
	if (firmware[0])
		init_log(in, "serial port %s: the firmware's console", firmware);
	sysfs_each(tell_unused, in, "/sys/class/tty");
}

static void say_started(struct init *in, const char *fault)
{
	struct utsname u = {0};
	char origin[512];

	(void)uname(&u); /* cannot fail */
	init_say(in, "started (version %s, kernel %s, door %s, secure boot %s)", UNBRICK_VERSION,
		u.release, door_word(in->facts.door), facts_secure_boot_name(&in->facts));
	init_say(in, "%s", facts_door_meaning(&in->facts));
	facts_origin_text(&in->facts, origin, sizeof(origin));
	if (in->facts.is_network)
		init_say(in, "loaded by %s", origin);
	const char *why = facts_key_refusal(&in->facts);
	if (why)
		init_say(in, "no key is used or asked for: %s", why);
	for (unsigned i = 0; i < in->facts.n_notes; i++)
		init_say(in, "settings: %s", in->facts.notes[i]);
	if (fault[0])
		init_say(in, "fault: %s", fault);
}

static bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

/* Each archive of the initramfs has a mark as its last file; that of the network is not always one
 * of them. */
static bool is_complete(void)
{
	bool has_network = is_there("/bin/unbrick-net") || is_there("/etc/passwd");

	return is_there("/unbrick/complete") &&
	       (!has_network || is_there("/unbrick/network-complete"));
}

static void say_incomplete(struct init *in)
{
	uint64_t total_kib = 0;
	char text[4096];

	if (sysfs_text(text, sizeof(text), "/proc/meminfo"))
		(void)sscanf(text, "MemTotal: %lu kB", &total_kib);
	init_say(in,
		"not enough memory: this system was not unpacked whole (%lu MB are there, 256 "
		"MB are needed), so nothing is done",
		total_kib / 1024);
}

static int supervise(void *arg, int out_fd)
{
	static struct init in;
	char fault[256];

	(void)snprintf(fault, sizeof(fault), "%s", (const char *)arg);
	(void)out_fd; /* it has the console */
	loop_init(&in.loop);
	processes_init(&in.processes, &in.loop);
	said_init(&in);
	report_begin(&in);
	lang_begin(NULL);
	start_facts(&in.facts);
	open_consoles(&in);
	if (!catch_signals(&in))
		return 1;
	say_started(&in, fault);
	if (!is_complete()) {
		say_incomplete(&in);
		modes_incomplete(&in);
	}
	watchdogs_begin(&in.watchdogs, "", "/dev");
	machine_start(&in);
	firmware_look(&in);
	modes_main(&in);
}

/* The same program as dhcpcd's hook, and on a host. */
static int by_another_name(char **argv)
{
	const char *name = argv[0] ? strrchr(argv[0], '/') : NULL;

	if (name && strcmp(name + 1, LEASE_HOOK) == 0)
		return lease_hook(argv[0], (const char *const *)environ);
	const int r = argv[0] ? by_hand(argv + 1) : -1;
	if (r >= 0)
		return r;
	(void)dprintf(2, "init: the first process of the rescue system: the kernel starts it\n");
	return 2;
}

int main(int argc, char **argv)
{
	static char fault[256];

	(void)argc;
	if (getpid() != 1) {
		return by_another_name(argv);
	}
	consoles_quiet(STDIN_FILENO);
	start_system(fault, sizeof(fault));
	guard(supervise, fault);
}

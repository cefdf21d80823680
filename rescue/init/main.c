/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /init. The first process proper (guard.c) only waits; what is here is its one child, so that a
 * fault of ours is told and does not stop the kernel. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "init/guard.h"
#include "init/init.h"
#include "init/machine.h"
#include "init/start.h"
#include "init/sysfs.h"

static void on_typed(void *user, const char *bytes, size_t len)
{
	if (!front_typed(user, bytes, len))
		menu_typed(user, bytes, len);
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

	guard_block(&set);
	(void)signal(SIGPIPE, SIG_IGN);
	return loop_add(
		&in->loop, signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), POLLIN, on_signal, in);
}

static void open_consoles(struct init *in)
{
	char active[256];
	const struct settings *s = &in->facts.settings;

	(void)sysfs_text(active, sizeof(active), "/sys/class/tty/console/active");
	consoles_init(&in->consoles, &in->loop, on_typed, in);
	consoles_open(&in->consoles, active, s->console, s->serial);
}

static void say_started(struct init *in, const char *fault)
{
	struct utsname u = {0};

	(void)uname(&u); /* cannot fail */
	init_say(in, "started (version %s, kernel %s, door %s, secure boot %s)", UNBRICK_VERSION,
		u.release, facts_door_name(&in->facts), facts_secure_boot_name(&in->facts));
	init_say(in, "%s", facts_door_meaning(&in->facts));
	for (unsigned i = 0; i < in->facts.n_notes; i++)
		init_say(in, "settings: %s", in->facts.notes[i]);
	if (fault[0])
		init_say(in, "fault: %s", fault);
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
	start_facts(&in.facts);
	open_consoles(&in);
	if (!catch_signals(&in))
		return 1;
	say_started(&in, fault);
	if (access("/unbrick/complete", F_OK) < 0) {
		say_incomplete(&in);
		menu_incomplete(&in);
	}
	machine_start(&in);
	menu_main(&in);
}

int main(void)
{
	static char fault[256];

	if (getpid() != 1) {
		(void)dprintf(
			2, "init: the first process of the rescue system: the kernel starts it\n");
		return 2;
	}
	consoles_quiet(STDIN_FILENO);
	start_system(fault, sizeof(fault));
	guard(supervise, fault);
}

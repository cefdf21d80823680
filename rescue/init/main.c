/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /init. The first process proper (guard.c) only waits; what is here is its one child, so that a
 * fault of ours is told and does not stop the kernel. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/text.h"
#include "init/guard.h"
#include "init/init.h"
#include "init/menu.h"
#include "init/prompt.h"
#include "init/stick.h"
#include "init/unseen.h"

#define FILTER_MS 1000

static void on_typed(void *user, const char *bytes, size_t len)
{
	struct init *in = user;

	in->typed_ms = now_ms();
	if (!child_is_over(&in->child))
		child_type(&in->child, bytes, len);
	else
		menu_typed(in, bytes, len);
}

static void on_shown(void *user, const char *bytes, size_t len)
{
	struct init *in = user;

	in->filtered_ms = now_ms();
	rs_redact_put(&in->filter, bytes, len);
}

static void on_clean(void *user, const char *bytes, size_t len)
{
	struct init *in = user;

	consoles_write(&in->consoles, bytes, len);
	report_keep_shown(in, bytes, len);
}

/* Digits that nothing follows are shown a moment later. */
static int step_filter(struct init *in)
{
	if (!rs_redact_holds(&in->filter))
		return -1;
	if (now_ms() - in->filtered_ms >= FILTER_MS)
		rs_redact_idle(&in->filter);
	return FILTER_MS;
}

static void reap(struct init *in)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (!child_reaped(&in->child, pid, status))
			(void)jobs_reaped(&in->jobs, pid, status); /* or a loader of modules */
}

static void on_signal(void *user, int fd, short events)
{
	struct init *in = user;
	struct signalfd_siginfo info;

	(void)events;
	while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			reap(in);
		else
			in->is_stop_wanted = true;
	}
}

static bool catch_signals(struct init *in)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	in->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return loop_add(&in->loop, in->signals, POLLIN, on_signal, in);
}

/* A person may have left: after the time set, an open question is taken as not answered. */
static void give_up_waiting(struct init *in)
{
	uint64_t wait_ms = (uint64_t)in->facts.settings.key_wait_s * 1000;

	if (!wait_ms || child_is_over(&in->child) || now_ms() - in->child.active_ms < wait_ms)
		return;
	in->child.active_ms = now_ms();
	child_signal(&in->child, SIGUSR1);
}

/* -1 = never */
static int sooner(int a_ms, int b_ms)
{
	return a_ms < 0 || (b_ms >= 0 && b_ms < a_ms) ? b_ms : a_ms;
}

void init_step(struct init *in, int timeout_ms)
{
	timeout_ms = sooner(timeout_ms, step_filter(in));
	timeout_ms = sooner(timeout_ms, jobs_wait_ms(&in->jobs));
	if (!child_is_over(&in->child) && in->facts.settings.key_wait_s)
		timeout_ms = sooner(timeout_ms, 1000);
	loop_step(&in->loop, timeout_ms);
	jobs_step(&in->jobs);
	give_up_waiting(in);
	prompt_step(in);
	stick_step(in);
}

static void open_consoles(struct init *in)
{
	char active[256];
	const struct settings *s = &in->facts.settings;
	enum console_choice choice = s->console == SETTINGS_CONSOLE_GRAPHICS ? CONSOLE_GRAPHICS
				     : s->console == SETTINGS_CONSOLE_SERIAL ? CONSOLE_SERIAL
				     : s->console == SETTINGS_CONSOLE_NAMED  ? CONSOLE_NAMED
									     : CONSOLE_ALL;

	(void)sysfs_text(active, sizeof(active), "/sys/class/tty/console/active");
	consoles_init(&in->consoles, &in->loop, on_typed, in);
	consoles_open(&in->consoles, active, choice, s->serial);
	in->filter = (struct rs_redact){.out = on_clean, .user = in};
	in->child = (struct child){.loop = &in->loop, .output = on_shown, .user = in, .master = -1};
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

static int supervise(void *arg)
{
	static struct init in;
	char fault[256];

	(void)snprintf(fault, sizeof(fault), "%s", (const char *)arg);
	(void)snprintf(in.program, sizeof(in.program), "%s", INIT_PROGRAM);
	in.started_ms = now_ms();
	in.started_filetime = rs_filetime_now();
	loop_init(&in.loop);
	jobs_init(&in.jobs, &in.loop);
	start_facts(&in.facts);
	report_begin(&in);
	open_consoles(&in);
	if (!catch_signals(&in))
		return 1;
	say_started(&in, fault);
	in.is_complete = access("/unbrick/complete", F_OK) == 0;
	if (in.is_complete)
		machine_start(&in);
	else
		say_incomplete(&in);
	menu_main(&in);
	return 0;
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

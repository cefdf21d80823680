/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A screen on the consoles, from its start to its end, whatever it is for. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "init/heed.h"
#include "init/init.h"
#include "init/machine.h"
#include "init/module.h"
#include "init/screen.h"

#define TERM_LINE "vt220" /* what nearly everything at the end of a line can be */

bool screen_is_plain(const struct init *in)
{
	return in->facts.settings.screen == SETTINGS_SCREEN_PLAIN;
}

size_t screen_options(struct init *in, const char **args)
{
	static char consoles[CONSOLE_MOST][CONSOLE_NAME + 16];
	size_t n = 0;

	args[n++] = "--supervisor";
	args[n++] = "4"; /* PROCESS_LINK */
	if (screen_is_plain(in)) {
		args[n++] = "--plain";
		return n;
	}
	args[n++] = "--font";
	args[n++] = font_size_word(in->facts.settings.font % (FONT_NORMAL + 1));
	if (in->facts.settings.contrast == SETTINGS_CONTRAST_HIGH) {
		args[n++] = "--contrast";
		args[n++] = "high";
	}
	if (in->facts.settings.keyboard[0]) {
		args[n++] = "--keyboard";
		args[n++] = in->facts.settings.keyboard;
	}
	for (size_t i = 0; i < in->consoles.n; i++) {
		const char *name = in->consoles.list[i].name;
		(void)snprintf(consoles[i], sizeof(consoles[i]), "/dev/%s,%s", name,
			console_is_graphics(name) ? "linux" : TERM_LINE);
		args[n++] = "--console";
		args[n++] = consoles[i];
	}
	return n;
}

static void on_end(void *user, struct process *p)
{
	struct init *in = user;

	in->screen.wait_status = p->wait_status;
	in->screen.process = NULL;
}

/* In its process, before the program: a stick that somebody plugs in is mounted by the screen, and
 * the kernel asks nobody for a driver. After a start without a stick nobody else has loaded it. */
static int enter(void *arg, int out_fd)
{
	const struct process_plan *plan = arg;
	char why[256];

	(void)module_load_fat(why, sizeof(why)); /* then the mount says it */
	return plan->run ? plan->run(plan->arg, out_fd) : 0;
}

bool screen_begin(struct init *in, const struct process_plan *plan, screen_done_fn done)
{
	struct screen *s = &in->screen;
	struct process_plan inner = *plan, linked = *plan;
	struct rs_err err = {0};
	unsigned short size[2];
	int ends[2];

	(void)unlink(SCREEN_LOG); /* of the one before */
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return false;
	linked.run = enter;
	linked.arg = &inner;
	if (screen_is_plain(in)) {
		consoles_size(&in->consoles, &size[0], &size[1]);
		linked.size = size;
		linked.output = said_by_program;
	} else {
		linked.log = SCREEN_LOG;
	}
	linked.link = ends[1];
	linked.end = on_end;
	linked.user = in;
	*s = (struct screen){
		.fd = ends[0], .n_quick = s->n_quick, .state = LINK_IDLE, .done = done};
	s->started_ms = s->active_ms = now_ms();
	s->stick = stick_state(in);
	s->process = loop_add(&in->loop, s->fd, POLLIN, screen_on_link, in)
			     ? process_start(&in->processes, &linked, &err)
			     : NULL;
	(void)close(ends[1]); /* it has its own */
	if (!s->process) {
		loop_remove(&in->loop, s->fd);
		rs_auto_close(&s->fd);
		s->fd = 0;
		return false;
	}
	if (!screen_is_plain(in))
		consoles_lend(&in->consoles);
	screen_tell_all(in);
	if (!screen_is_plain(in))
		init_show(in, "Press a key here for the screen.");
	return true;
}

/* What it has left to say is heard, then the consoles are ours. */
static void close_link(struct init *in)
{
	struct screen *s = &in->screen;
	char byte;

	while (recv(s->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0)
		screen_on_link(in, s->fd, POLLIN);
	loop_remove(&in->loop, s->fd);
	(void)close(s->fd); /* nothing was written to a file */
	s->fd = 0;
	said_end(in);
	consoles_take_back(&in->consoles, !WIFEXITED(s->wait_status));
}

bool screen_has_died(const struct screen *s)
{
	return !s->is_ended && !WIFEXITED(s->wait_status);
}

/* Half of a mirror is never written alone, whatever it asks. */
static void allow_writes(struct init *in, const char *name)
{
	const struct known_disk *d = disks_find(&in->disks, name);

	if (!d || raid_is_member(d) || d->facts.is_locked) {
		screen_tell(&in->screen, LINK_ERROR,
			d && d->outcome[0] ? d->outcome : "it is no disk of this machine");
		return;
	}
	init_say(in, "disk /dev/%s: written from now on", name);
	in->screen.may_have_written = true;
	(void)watchdogs_allow(in); /* a person has decided; they are told */
	raid_allow_writes(in, name);
	screen_tell(&in->screen, LINK_GO, NULL);
}

/* A line is given, a set of disks made writable: neither from within a round of events. */
static void give(struct init *in)
{
	struct screen *s = &in->screen;
	char name[sizeof(s->wanted)];

	if (s->wanted[0]) {
		(void)snprintf(name, sizeof(name), "%s", s->wanted);
		s->wanted[0] = '\0';
		if (console_lend(&in->consoles, name))
			screen_tell(s, LINK_YOURS, name);
	}
	if (s->written[0]) {
		(void)snprintf(name, sizeof(name), "%s", s->written);
		s->written[0] = '\0';
		allow_writes(in, name);
	}
}

/* A person may have left: after the time set, what is asked is taken as not answered. */
static void give_up(struct init *in)
{
	struct screen *s = &in->screen;
	const uint64_t wait_ms = (uint64_t)in->facts.settings.key_wait_s * 1000;

	if (!wait_ms || s->state != LINK_WAITING || now_ms() - s->active_ms < wait_ms)
		return;
	s->active_ms = now_ms();
	screen_tell(s, LINK_ENOUGH, NULL);
}

static void watch(struct init *in, const char *what, struct watch *w)
{
	struct screen *s = &in->screen;
	const struct watch_sight sight = {now_ms(), s->active_ms,
		s->state != LINK_WORKING || (s->process && process_is_asking(s->process)),
		s->is_ended};
	if (s->process) /* else it has ended while we did what it asked for */
		(void)watch_heed(in, what, w, &sight, s->process);
}

void screen_live(struct init *in, const char *what, void (*turn)(struct init *in))
{
	struct screen *s = &in->screen;
	struct watch w = {0};

	while (s->process) {
		if (turn)
			turn(in);
		else
			give_up(in);
		if (!s->is_ended && in->is_stop_wanted)
			screen_end(in);
		give(in);
		watch(in, what, &w);
		if (s->process)
			init_step(in, s->is_ended ? 100 : 500);
	}
	s->is_ended |= w.why != NULL;
	close_link(in);
}

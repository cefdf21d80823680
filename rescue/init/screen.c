/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The technician's screen (`unbrick tui`) on the consoles: started, heard, asked to end, and
 * started again. What it says is a stranger's word (core/link.h). */
#include "init/screen.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "init/init.h"
#include "init/machine.h"
#include "init/sysfs.h"
#include "init/work.h"

#define LOG	   INIT_RUN "/screen.log"
#define ARGS_MOST  (16 + 2 * CONSOLE_MOST)
#define WORD(n)	   #n
#define NUMBER(n)  WORD(n)
#define TERM_LINE  "vt220" /* what nearly everything at the end of a line can be */
#define QUICK_MS   10000   /* one that ends sooner would end again */
#define QUICK_MOST 3
#define SETTLED_MS 1000 /* that long without news of storage before disks are listed */

/* ---- its life ---- */

struct arguments {
	const char *list[ARGS_MOST];
	char consoles[CONSOLE_MOST][CONSOLE_NAME + 16];
};

static void put_arguments(struct init *in, struct arguments *a)
{
	static const char *const replays[] = {REPLAY_POLICIES(JUST_WORD)};
	size_t n = 0;

	a->list[n++] = INIT_PROGRAM;
	a->list[n++] = "tui";
	a->list[n++] = "--supervisor";
	a->list[n++] = NUMBER(4);
	a->list[n++] = "--plan";
	a->list[n++] = "."; /* where stick_offer_folder has it start */
	a->list[n++] = "--replay";
	a->list[n++] = replays[in->facts.settings.replay % 3];
	if (in->stick.rules[0]) {
		a->list[n++] = "--rules";
		a->list[n++] = in->stick.rules;
	}
	if (in->facts.settings.keyboard[0]) {
		a->list[n++] = "--keyboard";
		a->list[n++] = in->facts.settings.keyboard;
	}
	if (in->stick.keys.len) {
		a->list[n++] = "--keys-fd";
		a->list[n++] = NUMBER(3);
	}
	for (size_t i = 0; i < in->consoles.n; i++) {
		const char *name = in->consoles.list[i].name;
		if (in->consoles.list[i].fd < 0)
			continue;
		(void)snprintf(a->consoles[i], sizeof(a->consoles[i]), "/dev/%s,%s", name,
			console_is_graphics(name) ? "linux" : TERM_LINE);
		a->list[n++] = "--console";
		a->list[n++] = a->consoles[i];
	}
	a->list[n] = NULL;
}

static void on_end(void *user, struct process *p)
{
	struct init *in = user;

	in->screen.wait_status = p->wait_status;
	in->screen.process = NULL;
}

/* The stick is in use while the screen is there, so that a journal's plan can be kept on it. Not
 * where it is a disk that may be worked on. */
static bool is_stick_free(const struct init *in)
{
	for (size_t i = 0; i < in->disks.n; i++)
		if (in->disks.list[i].is_stick && in->disks.list[i].state != DISK_LEFT &&
			in->disks.list[i].state != DISK_GONE)
			return false;
	return true;
}

static bool start(struct init *in)
{
	struct screen *s = &in->screen;
	static struct arguments arguments;
	struct process_plan plan = {.argv = arguments.list,
		.keys = &in->stick.keys,
		.log = LOG,
		.end = on_end,
		.user = in};
	struct rs_err err = {0};
	int ends[2];

	(void)unlink(LOG); /* of the one before */
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return false;
	put_arguments(in, &arguments);
	plan.link = ends[1];
	if (is_stick_free(in))
		stick_offer_folder(in, &plan);
	*s = (struct screen){.fd = ends[0], .n_quick = s->n_quick, .state = LINK_IDLE};
	s->started_ms = s->active_ms = now_ms();
	s->stick = stick_state(in);
	s->process = loop_add(&in->loop, s->fd, POLLIN, screen_on_link, in)
			     ? process_start(&in->processes, &plan, &err)
			     : NULL;
	(void)close(ends[1]); /* it has its own */
	if (!s->process) {
		loop_remove(&in->loop, s->fd);
		rs_auto_close(&s->fd);
		s->fd = 0;
		return false;
	}
	consoles_lend(&in->consoles);
	screen_tell_all(in);
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
	consoles_take_back(&in->consoles);
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
	init_say(in, "disk /dev/%s: repair, as a person has confirmed", name);
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

/* ---- the round ---- */

static unsigned disks_sum(const struct init *in)
{
	unsigned ret = 0;

	for (size_t i = 0; i < in->disks.n; i++)
		ret = ret * 31 + (in->disks.list[i].state != DISK_GONE) + 1;
	return ret;
}

static void tell_disks(struct init *in)
{
	struct screen *s = &in->screen;
	const uint64_t wait_ms = (uint64_t)in->facts.settings.wait_s * 1000;
	/* what it has of the stick (keys) it has from its start */
	const bool is_over = machine_quiet_ms(in) >= SETTLED_MS && !machine_is_probing(in) &&
			     !stick_is_awaited(in);

	if (!is_over && (s->has_disks || now_ms() - in->report.started_ms < wait_ms))
		return;
	if (s->has_disks && s->disks == disks_sum(in))
		return;
	s->disks = disks_sum(in);
	/* where all of them were worked on already, nothing is begun unasked */
	screen_tell(s,
		!s->has_disks && in->facts.settings.mode == SETTINGS_MODE_TECHNICIAN ? LINK_BEGIN
										     : LINK_DISKS,
		NULL);
	s->has_disks = true;
}

static bool is_work_there(struct init *in)
{
	const unsigned mode = in->facts.settings.mode;

	return (mode == SETTINGS_MODE_AUTOMATIC || mode == SETTINGS_MODE_LOOK) && work_next(in);
}

/* What is open is not taken from a person. */
static void end_if_due(struct init *in)
{
	struct screen *s = &in->screen;

	if (!s->is_ended && s->state == LINK_IDLE &&
		(is_work_there(in) || s->stick != stick_state(in)))
		screen_end(in);
	if (!s->is_ended && in->is_stop_wanted)
		screen_end(in);
}

static void watch(struct init *in, struct watch *w, const char **said)
{
	struct screen *s = &in->screen;
	const struct watch_sight sight = {
		now_ms(), s->active_ms, s->state != LINK_WORKING, s->is_ended};
	enum watch_act act = watch_look(w, &sight);

	if (w->why && w->why != *said)
		init_say(in, "the screen is ended: %s", w->why);
	*said = w->why;
	if (act == WATCH_TERM || act == WATCH_KILL)
		process_signal(s->process, act == WATCH_TERM ? SIGTERM : SIGKILL);
	if (act == WATCH_LEAVE)
		process_leave(s->process);
}

static void last_line(char *ret, size_t cap)
{
	char text[4096];
	long n = sysfs_bytes(LOG, text, sizeof(text) - 1);

	text[n < 0 ? 0 : n] = '\0';
	for (long i = n; i > 0 && text[i - 1] == '\n'; i--)
		text[i - 1] = '\0';
	const char *line = strrchr(text, '\n');
	(void)snprintf(ret, cap, "%.200s", line ? line + 1 : text);
}

static bool is_left(const struct screen *s)
{
	return s->has_spoken && WIFEXITED(s->wait_status) &&
	       WEXITSTATUS(s->wait_status) != RS_STATUS_BUG;
}

/* Nobody of us has ended it. Keys that cannot be read must not keep it from coming up. */
static void tell_end(struct init *in)
{
	struct screen *s = &in->screen;
	const bool is_quick = now_ms() - s->started_ms < QUICK_MS;
	char how[128], line[256];

	if (is_quick && in->stick.keys.len && WIFEXITED(s->wait_status) &&
		WEXITSTATUS(s->wait_status) == RS_STATUS_KEY_WRONG) {
		last_line(line, sizeof(line));
		init_say(in, "keys of the stick: not used: %s", line);
		stick_forget_keys(in);
		return;
	}
	process_end_text(s->wait_status, how, sizeof(how));
	/* a person may leave it as often as they like */
	s->n_quick = !is_quick || is_left(s) ? 0 : s->n_quick + 1;
	if (s->n_quick < QUICK_MOST) {
		init_say(in, "the screen has ended (%s): started again", how);
		return;
	}
	last_line(line, sizeof(line));
	init_say(in, "staying: the screen ends again and again (%s; %s); Ctrl-Alt-Del restarts",
		how, line);
}

void screen_run(struct init *in)
{
	struct screen *s = &in->screen;
	struct watch w = {0};
	const char *said = NULL;

	if (s->n_quick >= QUICK_MOST || !start(in)) {
		s->n_quick = QUICK_MOST;
		init_step(in, 1000); /* Ctrl-Alt-Del, and disks that come, are heeded still */
		return;
	}
	init_show(in, "Press a key here for the screen.");
	while (s->process) {
		screen_begin_asked(in);
		end_if_due(in);
		give(in);
		tell_disks(in);
		watch(in, &w, &said);
		if (s->process)
			init_step(in, s->is_ended ? 100 : 500);
	}
	close_link(in);
	if (s->is_ended || w.why)
		screen_finish_asked(in, s->asked);
	else
		tell_end(in);
}

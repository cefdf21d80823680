/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The technician's screen: `unbrick tui`, started again whenever it ends. */
#include "init/screen.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "init/init.h"
#include "init/machine.h"
#include "init/picture.h"
#include "init/stick_ask.h"
#include "init/sysfs.h"
#include "init/work.h"

#define ARGS_MOST     (16 + SCREEN_OPTIONS + FLEET_KEY_OPTIONS)
#define QUICK_MS      10000 /* one that ends sooner would end again */
#define QUICK_MOST    3
#define LEFT_ALONE_MS 30000 /* nobody has touched it since */
#define SETTLED_MS    1000  /* that long without news of storage before disks are listed */

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

static enum run_command command_of(const struct json_object *report)
{
	const char *word = json_object_get_string(json_object_object_get(report, "command"));

	for (unsigned i = RUN_UNDO; word && i < RUN_COMMANDS; i++)
		if (strcmp(word, run_word((enum run_command)i)) == 0)
			return (enum run_command)i;
	return RUN_FIX;
}

/* The report of a repair, in a file that nobody can change any more. */
static void take_report(struct init *in, const char *disk, int fd)
{
	struct run run = {.command = RUN_FIX, .status = -1};
	struct known_disk *d = disks_find(&in->disks, disk);
	struct stat st;

	if (fd < 0 || fcntl(fd, F_GET_SEALS) != LINK_SEALS || fstat(fd, &st) < 0)
		return;
	if (!report_has_room(in, (size_t)st.st_size)) {
		init_log(in, "disk /dev/%s: its report is not kept: too many were given", disk);
		return;
	}
	run.report = json_object_from_fd(fd);
	if (!json_object_is_type(run.report, json_type_object)) {
		json_object_put(run.report);
		return;
	}
	run.command = command_of(run.report);
	run.status = json_object_get_int(
		json_object_object_get(json_object_object_get(run.report, "outcome"), "status"));
	run_read(&run);
	if (d) {
		run.disk = d->name;
		disk_tell(d, run.status, "%s", run.outcome);
		init_say(in, "%s /dev/%s: %s%s%s",
			run.status == RS_STATUS_DONE && run.command == RUN_FIX ? "repaired"
									       : "disk",
			d->name, run.command == RUN_FIX ? "" : run_word(run.command),
			run.command == RUN_FIX ? "" : ": ", run.outcome);
	}
	(void)snprintf(run.end, sizeof(run.end), "on the screen");
	report_add_run_take(in, &run);
	if (fleet_has_collector(in))
		in->fleet.tell_end = report_send_by_hand;
}

static bool start(struct init *in)
{
	static const char *const replays[] = {REPLAY_POLICIES(JUST_WORD)};
	static const char *args[ARGS_MOST];
	struct process_plan plan = {.argv = args, .keys = &in->stick.keys};
	size_t n = 0;

	args[n++] = INIT_PROGRAM;
	args[n++] = "tui";
	n += screen_options(in, args + n);
	report_drop_pictures(INIT_RUN); /* it replaces none */
	args[n++] = "--svg";
	args[n++] = RUN_PICTURE; /* with each report, and then taken away */
	args[n++] = "--plan";
	args[n++] = "."; /* where stick_offer_folder has it start */
	args[n++] = "--replay";
	args[n++] = replays[in->facts.settings.replay % 3];
	n += run_stick_options(in, true, args + n);
	const size_t n_keys = fleet_key_options(in, args + n);
	if (n_keys)
		plan.accounts = &in->stick.accounts;
	args[n + n_keys] = NULL;
	if (is_stick_free(in))
		stick_offer_folder(in, &plan);
	return screen_begin(in, &plan, take_report);
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

/* Which of several the stick is; nobody is asked but by this screen. */
static void ask_about_sticks(struct init *in)
{
	struct screen *s = &in->screen;
	char text[LINK_BYTES];

	if (s->meant[0])
		stick_answer(in, s->meant);
	s->meant[0] = '\0';
	if (s->question == in->stick.question)
		return;
	s->question = in->stick.question;
	for (unsigned i = 0; i < in->stick.asked.n; i++) {
		stick_ask_text(in, "", i, text, sizeof(text));
		screen_tell(s, LINK_STICK, text);
	}
	screen_tell(s, LINK_WHICH, NULL);
}

static bool is_work_there(struct init *in)
{
	const unsigned mode = in->facts.settings.mode;

	return (mode == SETTINGS_MODE_AUTOMATIC || mode == SETTINGS_MODE_LOOK) &&
	       fleet_has_work(in, work_next(in));
}

/* What is open is not taken from a person, nor what they are reading. */
static void end_if_due(struct init *in)
{
	struct screen *s = &in->screen;
	const bool is_alone =
		!s->touched_ms || s->has_meant || now_ms() - s->touched_ms >= LEFT_ALONE_MS;

	if (!s->is_ended && s->state == LINK_IDLE && is_alone &&
		(is_work_there(in) || s->stick != stick_state(in)))
		screen_end(in);
}

static void turn(struct init *in)
{
	screen_begin_asked(in);
	ask_about_sticks(in);
	end_if_due(in);
	tell_disks(in);
}

static void last_line(char *ret, size_t cap)
{
	char text[4096];
	long n = sysfs_bytes(SCREEN_LOG, text, sizeof(text) - 1);

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

	if (!consoles_are_there(&in->consoles)) { /* nobody could see it; it would end again */
		init_step(in, 1000);
		return;
	}
	if (s->n_quick >= QUICK_MOST || !start(in)) {
		s->n_quick = QUICK_MOST;
		init_step(in, 1000); /* Ctrl-Alt-Del, and disks that come, are heeded still */
		return;
	}
	screen_live(in, "the screen", turn);
	if (s->is_ended)
		screen_finish_asked(in, s->asked);
	else
		tell_end(in);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/init.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init/machine.h"
#include "init/work.h"

#define SHELL "/bin/sh"

struct item {
	const char *word, *text;
	void (*run)(struct init *in); /* NULL: @command on the disk that is chosen */
	bool (*is_there)(const struct init *in);
	const char *note; /* of @command */
	enum run_command command;
	enum settings_end end; /* what follows; SETTINGS_END_STAY is 0 */
};

/* ---- a line, typed on any console ---- */

static void echo(struct init *in, const char *text)
{
	consoles_write(&in->consoles, text, strlen(text));
}

/* No choice has more than three digits; what is longer may be a key, typed where none is asked. */
static const char *shown_as(const struct init *in, char c)
{
	static char one[2];
	size_t digits = 0;

	for (size_t i = 0; i < in->dialogue.len; i++)
		digits += in->dialogue.line[i] >= '0' && in->dialogue.line[i] <= '9';
	one[0] = digits > 3 ? '*' : c;
	return one;
}

static void type(struct init *in, char c)
{
	if (c == '\r' || c == '\n') {
		in->dialogue.line[in->dialogue.len] = '\0';
		in->dialogue.is_ready = true;
		echo(in, "\r\n");
	} else if ((c == 0x7f || c == '\b') && in->dialogue.len) {
		in->dialogue.len--;
		echo(in, "\b \b");
	} else if (c == 3 || c == 0x15) { /* ^C, ^U: begin again */
		while (in->dialogue.len) {
			in->dialogue.len--;
			echo(in, "\b \b");
		}
	} else if (c >= ' ' && c < 0x7f && in->dialogue.len < sizeof(in->dialogue.line) - 1) {
		in->dialogue.line[in->dialogue.len++] = c;
		echo(in, shown_as(in, c));
	}
}

void menu_typed(struct init *in, const char *bytes, size_t len)
{
	/* what is typed while nothing is asked is not an answer to what is asked next */
	for (size_t i = 0; i < len && in->dialogue.is_wanted && !in->dialogue.is_ready; i++)
		type(in, bytes[i]);
}

/* False when something else comes first: a signal, or a disk on which work is to be done. */
static bool read_line(struct init *in, const char *prompt, bool ends_for_disks)
{
	echo(in, prompt);
	in->dialogue.is_wanted = true;
	in->dialogue.is_ready = false;
	in->dialogue.len = 0;
	while (!in->dialogue.is_ready && !in->is_stop_wanted && !(ends_for_disks && work_next(in)))
		init_step(in, -1);
	in->dialogue.is_wanted = false;
	return in->dialogue.is_ready;
}

/* ---- disks ---- */

static void describe(struct init *in, unsigned number, const struct known_disk *d)
{
	init_show(in, "  %2u  /dev/%-10s %6llu.%llu GB  %s%s%s", number, d->name,
		(unsigned long long)(d->facts.size_bytes / 1000000000),
		(unsigned long long)(d->facts.size_bytes / 100000000 % 10),
		d->is_stick ? "the stick" : "", d->outcome[0] ? " " : "", d->outcome);
}

static struct known_disk *choose_disk(struct init *in)
{
	struct known_disk *list[DISK_MOST];
	unsigned n = 0;
	char *end;

	for (size_t i = 0; i < in->disks.n; i++)
		if (in->disks.list[i].state != DISK_GONE && !in->disks.list[i].is_stick)
			list[n++] = &in->disks.list[i];
	if (!n) {
		init_show(in, "There is no disk.");
		return NULL;
	}
	if (n == 1)
		return list[0];
	for (unsigned i = 0; i < n; i++)
		describe(in, i + 1, list[i]);
	if (!read_line(in, "Which disk? ", false))
		return NULL;
	unsigned long k = strtoul(in->dialogue.line, &end, 10);
	if (end == in->dialogue.line || *end || k < 1 || k > n) {
		init_show(in, "There is no disk of that number.");
		return NULL;
	}
	return list[k - 1];
}

static void run_on_disk(struct init *in, enum run_command command, const char *note)
{
	struct known_disk *d = choose_disk(in);
	struct run run;

	if (!d)
		return;
	if (raid_is_member(d) || d->facts.is_locked) {
		init_show(in, "/dev/%s: %s", d->name, d->outcome);
		return;
	}
	init_say(in, "disk /dev/%s: %s", d->name, note);
	run_program(in, command, d->name, NULL, &run);
	disk_tell(d, run.status, "%s", run.report ? run.outcome : run.end);
	init_log(in, "disk /dev/%s: %s: %s", d->name, run_word(command), d->outcome);
	report_add_run_take(in, &run);
}

/* ---- what can be chosen ---- */

static void do_list(struct init *in)
{
	struct run run;

	run_program(in, RUN_LIST, NULL, NULL, &run);
	report_add_run_take(in, &run);
}

static void do_report(struct init *in)
{
	report_write(
		in, RESULT_TECHNICIAN, result_texts[RESULT_TECHNICIAN].text, SETTINGS_END_STAY);
}

static void do_windows(struct init *in)
{
	char entry[16], text[320];

	if (!windows_set_next(in, NULL, entry, text, sizeof(text))) {
		init_show(in, "Windows cannot be started from here: %s", text);
		return;
	}
	report_write(
		in, RESULT_TECHNICIAN, result_texts[RESULT_WINDOWS].text, SETTINGS_END_WINDOWS);
	init_say(in, "starting Windows (%s)", entry);
	end_now(in, SETTINGS_END_WINDOWS);
}

static void do_setup(struct init *in)
{
	char text[320];

	if (!windows_set_setup(in, text, sizeof(text))) {
		init_show(in, "%s", text);
		return;
	}
	do_report(in);
	end_now(in, SETTINGS_END_REBOOT);
}

static void do_shell(struct init *in)
{
	static const char *const argv[] = {SHELL, "-i", NULL};
	const struct process_plan plan = {.argv = argv, .has_echo = true};
	struct rs_err err = {0};
	char line[512];

	init_log(in, "a shell was opened");
	if (front_start(in, &plan, &err) < 0) {
		rs_err_line(&err, line, sizeof(line));
		init_show(in, "%s", line);
	}
	while (in->front.process && !in->is_stop_wanted)
		init_step(in, -1);
}

static bool is_shell_there(const struct init *in)
{
	return in->facts.settings.shell && access(SHELL, X_OK) == 0;
}

static const struct item items[] = {
	{"list", "show disks, volumes and the Windows on them", .run = do_list},
	{"scan", "look for what stops a Windows; changes nothing", .command = RUN_SCAN,
		.note = "looking, nothing is changed"},
	{"fix", "repair a disk; asks first", .command = RUN_FIX, .note = "repair, asking first"},
	{"undo", "take a repair back; asks first", .command = RUN_UNDO,
		.note = "taking a repair back, asking first"},
	{"report", "write the report to the stick", .run = do_report},
	{"windows", "start Windows now", .run = do_windows},
	{"firmware", "restart into the firmware's setup", .run = do_setup},
	{"restart", "restart the machine", .run = do_report, .end = SETTINGS_END_REBOOT},
	{"poweroff", "switch the machine off", .run = do_report, .end = SETTINGS_END_POWEROFF},
	{"shell", "a shell", .run = do_shell, .is_there = is_shell_there},
};

#define ITEMS (sizeof(items) / sizeof(items[0]))

static bool is_there(const struct init *in, size_t i)
{
	return !items[i].is_there || items[i].is_there(in);
}

static void show_menu(struct init *in)
{
	init_show(in, "%s", "");
	for (size_t i = 0; i < ITEMS; i++)
		if (is_there(in, i))
			init_show(in, "  %2zu  %-9s %s", i + 1, items[i].word, items[i].text);
}

static void obey(struct init *in)
{
	char *end;
	unsigned long k = strtoul(in->dialogue.line, &end, 10);
	bool is_number = end != in->dialogue.line && !*end;

	if (!in->dialogue.line[0])
		return;
	for (size_t i = 0; i < ITEMS; i++)
		if (is_there(in, i) &&
			(is_number ? k == i + 1
				   : strcasecmp(in->dialogue.line, items[i].word) == 0)) {
			if (items[i].run)
				items[i].run(in);
			else
				run_on_disk(in, items[i].command, items[i].note);
			end_now(in, items[i].end);
			return;
		}
	init_show(in, "There is no such choice.");
}

static void leave(struct init *in)
{
	in->is_stop_wanted = false;
	init_say(in, "Ctrl-Alt-Del: restarting");
	report_write(in, RESULT_CANCELLED, "restarted by Ctrl-Alt-Del", SETTINGS_END_REBOOT);
	end_now(in, SETTINGS_END_REBOOT);
}

_Noreturn void menu_incomplete(struct init *in)
{
	init_say(in, "staying: not enough memory; Ctrl-Alt-Del restarts");
	for (;;) {
		init_step(in, -1);
		if (in->is_stop_wanted)
			end_now(in, SETTINGS_END_REBOOT);
	}
}

_Noreturn void menu_main(struct init *in)
{
	bool is_work = true; /* a disk that comes later is taken up, too */

	for (;;) {
		unsigned mode = in->facts.settings.mode;
		bool is_automatic = mode == SETTINGS_MODE_AUTOMATIC || mode == SETTINGS_MODE_LOOK;
		if (in->is_stop_wanted)
			leave(in);
		if (is_work && is_automatic)
			modes_automatic(in);
		else if (is_work && mode == SETTINGS_MODE_WINDOWS)
			modes_windows(in);
		if (in->is_stop_wanted)
			continue;
		show_menu(in);
		is_work = !read_line(in, "Choice: ", is_automatic) && is_automatic;
		if (in->dialogue.is_ready && !in->is_stop_wanted)
			obey(in);
		rs_wipe(in->dialogue.line, sizeof(in->dialogue.line));
	}
}

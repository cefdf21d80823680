/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <unistd.h>

#include "init/init.h"
#include "init/machine.h"
#include "init/screen.h"
#include "init/work.h"

#define SHELL "/bin/sh"

static void write_report(struct init *in)
{
	report_write(
		in, RESULT_TECHNICIAN, result_texts[RESULT_TECHNICIAN].text, SETTINGS_END_STAY);
}

static void want_windows(struct init *in)
{
	struct screen *s = &in->screen;
	char text[320];

	if (windows_set_next(in, NULL, s->entry, text, sizeof(text))) {
		screen_end(in);
		return;
	}
	screen_tell(s, LINK_ERROR, text);
	init_log(in, "Windows cannot be started from here: %s", text);
	s->asked = LINK_NOTHING;
}

static void want_firmware(struct init *in)
{
	char text[320];

	if (windows_set_setup(in, text, sizeof(text))) {
		screen_end(in);
		return;
	}
	screen_tell(&in->screen, LINK_ERROR, text);
	in->screen.asked = LINK_NOTHING;
}

/* While it is there: what needs no end of it, and whether what does can be done at all. */
void screen_begin_asked(struct init *in)
{
	struct screen *s = &in->screen;

	if (s->is_ended || !s->asked)
		return;
	switch (s->asked) {
	case LINK_REPORT:
		write_report(in);
		s->asked = LINK_NOTHING;
		break;
	case LINK_WINDOWS:
		want_windows(in);
		break;
	case LINK_FIRMWARE:
		want_firmware(in);
		break;
	default:
		screen_end(in);
		break;
	}
}

static void run_shell(struct init *in)
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

/* It has ended, because of that. */
void screen_finish_asked(struct init *in, enum link_word asked)
{
	switch (asked) {
	case LINK_WINDOWS:
		report_write(in, RESULT_TECHNICIAN, result_texts[RESULT_WINDOWS].text,
			SETTINGS_END_WINDOWS);
		init_say(in, "starting Windows (%s)", in->screen.entry);
		end_now(in, SETTINGS_END_WINDOWS);
		break;
	case LINK_FIRMWARE:
	case LINK_RESTART:
		write_report(in);
		end_now(in, SETTINGS_END_REBOOT);
		break;
	case LINK_POWEROFF:
		write_report(in);
		end_now(in, SETTINGS_END_POWEROFF);
		break;
	case LINK_SHELL:
		run_shell(in);
		break;
	case LINK_PLAIN:
		in->facts.settings.screen =
			screen_is_plain(in) ? SETTINGS_SCREEN_FULL : SETTINGS_SCREEN_PLAIN;
		break;
	default:
		break;
	}
}

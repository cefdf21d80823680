/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the modes do, and how a run ends. A reset never follows a reset without something having
 * been repaired in between. */
#include "init/work.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "init/efivar.h"
#include "init/init.h"
#include "init/machine.h"

/* A repair that has to be made again and again is no repair: something brings the file back. */
#define REPAIRS_MOST 3
#define MEMORY_MS    10000
#define LAST_END     EFIVAR_OURS("UnbrickLastEnd")

/* ---- the memory of the run before: the stick's last report, else a variable of the firmware ----
 */

static int memory_read(void *arg, int out_fd)
{
	char text[128], value[32] = "";

	(void)arg;
	if (efivar_mount(text, sizeof(text)))
		(void)efivar_read(LAST_END, value, sizeof(value) - 1);
	return process_write(out_fd, value, strlen(value)) ? 0 : 1;
}

static int memory_write(void *arg, int out_fd)
{
	const char *value = arg;
	char text[128];

	(void)out_fd;
	return efivar_mount(text, sizeof(text)) && efivar_write(LAST_END, value, strlen(value)) == 0
		       ? 0
		       : 1;
}

static bool memorize(struct init *in, const char *value)
{
	const struct process_plan plan = {
		.run = memory_write, .arg = (void *)(uintptr_t)value, .limit_ms = MEMORY_MS};

	return process_run(&in->processes, &plan, NULL) >= 0;
}

/* How did the last run on this machine end, as far as a reset without a repair is concerned?
 * The variable is of that one run: once it was heeded, it says nothing of the next, but holds for
 * every disk of this start, however late it comes. It is asked beside the stick, too, on which that
 * run could perhaps keep nothing (full, write-protected). */
static bool was_reset_before(struct init *in)
{
	char value[32] = "";

	if (in->was_reset)
		return true;
	if (in->stick.state == STICK_READ && in->facts.settings.report == SETTINGS_REPORT_STICK &&
		(strcmp(in->stick.last.end, end_words[SETTINGS_END_WINDOWS]) == 0 ||
			strcmp(in->stick.last.end, end_words[SETTINGS_END_REBOOT]) == 0))
		return true;
	const struct process_plan plan = {
		.run = memory_read, .cap = sizeof(value) - 1, .limit_ms = MEMORY_MS};
	(void)process_run(&in->processes, &plan, value);
	if (strcmp(value, "reset") != 0)
		return false;
	(void)memorize(in, "none"); /* if that fails it stays once more */
	in->was_reset = true;
	return true;
}

/* What is on a stick that we were not started from may be anybody's, and a second one that was
 * given the report is not asked at the next start: neither is the only memory. */
static bool remember_reset(struct init *in)
{
	bool is_kept = in->stick.is_written;

	if (!is_kept || in->stick.is_foreign || in->stick.is_read_only)
		is_kept |= memorize(in, "reset");
	return is_kept;
}

/* ---- the end of a run ---- */

static enum settings_end decide(struct init *in, const struct work *w, char *ret_why, size_t cap)
{
	const struct settings *s = &in->facts.settings;
	enum settings_end end = w->result == RESULT_DONE ? s->repaired
				: w->result == RESULT_FAILED || w->result == RESULT_LEFT ||
						w->result == RESULT_WRONG
					? s->failure
					: s->nothing;
	bool is_reset = end == SETTINGS_END_WINDOWS || end == SETTINGS_END_REBOOT;

	(void)snprintf(ret_why, cap, "%s", w->text);
	if (!in->is_stop_wanted && fleet_end_of(in, w->result, &end))
		is_reset = end == SETTINGS_END_WINDOWS || end == SETTINGS_END_REBOOT;
	else if (in->is_stop_wanted || w->result == RESULT_FOUND)
		return SETTINGS_END_STAY;
	if (w->result == RESULT_DONE && is_reset && w->n_before >= REPAIRS_MOST) {
		(void)snprintf(ret_why, cap,
			"repaired now, and %u %s before: something brings the bad file back; start "
			"Windows on the screen: o",
			w->n_before, rs_form(w->n_before, "time", "times"));
		return SETTINGS_END_STAY;
	}
	if (w->result != RESULT_DONE && is_reset && was_reset_before(in)) {
		(void)snprintf(ret_why, cap,
			"%s; the last run on this machine ended with a restart already, another "
			"one would change nothing",
			w->text);
		return SETTINGS_END_STAY;
	}
	return end;
}

static bool set_windows(
	struct init *in, const char *disk, char ret_entry[16], char *ret_why, size_t cap)
{
	char text[320];
	struct json_object *o = json_object_new_object();
	bool is_set = windows_set_next(in, disk, ret_entry, text, sizeof(text));

	json_object_object_add(o, "set", json_object_new_boolean(is_set));
	if (is_set)
		json_object_object_add(o, "entry", json_object_new_string(ret_entry));
	json_object_object_add(o, "text", json_object_new_string(text));
	report_set(in, "bootnext", o);
	if (!is_set)
		(void)snprintf(ret_why, cap, "Windows cannot be started from here: %s", text);
	return is_set;
}

static void come_to_end(struct init *in, const struct work *w)
{
	char why[800], entry[16] = "";
	enum settings_end end = decide(in, w, why, sizeof(why));

	if (in->is_stop_wanted)
		return; /* whoever heeds it writes the report, too */
	if (end == SETTINGS_END_WINDOWS &&
		!set_windows(in, w->disk[0] ? w->disk : NULL, entry, why, sizeof(why)))
		end = SETTINGS_END_STAY;
	firmware_wait(in);
	report_write(in, w->result, w->text, end);
	if (w->result != RESULT_DONE &&
		(end == SETTINGS_END_WINDOWS || end == SETTINGS_END_REBOOT) &&
		!remember_reset(in)) {
		end = SETTINGS_END_STAY;
		(void)snprintf(why, sizeof(why),
			"%s; it cannot be noted anywhere that a restart was made, so none is made",
			w->text);
	}
	if (end == SETTINGS_END_WINDOWS)
		init_say(in, "starting Windows (%s)", entry);
	end_now(in, end);
	init_say(in, "staying: %s", why);
}

void modes_automatic(struct init *in)
{
	struct work w;

	if (fleet_begin(in, &w)) {
		work_all(in, &w);
		work_tell(in, &w);
	}
	come_to_end(in, &w);
}

/* A machine that waits for its policy asks for that first, and goes on as it was where there is
 * none. */
static void modes_again(struct init *in, bool is_first)
{
	if (is_first || !in->fleet.again_ms || fleet_again(in))
		modes_automatic(in);
}

/* The disk with the entry's partition has to be there, to see that its file exists. */
void modes_windows(struct init *in)
{
	uint64_t wait_ms = (uint64_t)in->facts.settings.wait_s * 1000;
	char why[400] = "stopped", entry[16];

	while (!in->is_stop_wanted) {
		bool is_quiet = machine_quiet_ms(in) >= wait_ms;
		if (!machine_is_probing(in) || is_quiet) {
			if (set_windows(in, NULL, entry, why, sizeof(why))) {
				report_write(in, RESULT_WINDOWS, result_texts[RESULT_WINDOWS].text,
					SETTINGS_END_WINDOWS);
				init_say(in, "starting Windows (%s)", entry);
				end_now(in, SETTINGS_END_WINDOWS);
			}
			if (is_quiet)
				break;
		}
		init_step(in, 500);
	}
	report_write(in, RESULT_FAILED, why, SETTINGS_END_STAY);
	init_say(in, "staying: %s", why);
}

static void leave(struct init *in)
{
	in->is_stop_wanted = false;
	init_say(in, "Ctrl-Alt-Del: restarting");
	report_write(in, RESULT_CANCELLED, "restarted by Ctrl-Alt-Del", SETTINGS_END_REBOOT);
	end_now(in, SETTINGS_END_REBOOT);
}

_Noreturn void modes_incomplete(struct init *in)
{
	init_say(in, "staying: not enough memory; Ctrl-Alt-Del restarts");
	for (;;) {
		init_step(in, -1);
		if (in->is_stop_wanted)
			end_now(in, SETTINGS_END_REBOOT);
	}
}

_Noreturn void modes_main(struct init *in)
{
	bool is_first = true; /* a disk that comes later is taken up, too */

	for (;; is_first = false) {
		unsigned mode = in->facts.settings.mode;
		bool is_automatic = mode == SETTINGS_MODE_AUTOMATIC || mode == SETTINGS_MODE_LOOK;
		if (in->is_stop_wanted)
			leave(in);
		if (is_automatic && (is_first || fleet_has_work(in, work_next(in))))
			modes_again(in, is_first);
		else if (is_first && mode == SETTINGS_MODE_WINDOWS)
			modes_windows(in);
		if (!in->is_stop_wanted)
			screen_run(in);
	}
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/work.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "init/init.h"
#include "init/machine.h"
#include "init/sysfs.h"

#define SETTLED_MS 500 /* after a repair: that long without news of storage */

/* ---- one disk ---- */

static bool is_stick_to_come(struct init *in)
{
	uint64_t wait_ms = (uint64_t)in->facts.settings.wait_s * 1000;

	return stick_is_coming(in) || (stick_is_awaited(in) && machine_quiet_ms(in) < wait_ms);
}

static enum result result_of(const struct run *run)
{
	switch (run->status) {
	case RS_STATUS_DONE:
		return RESULT_DONE;
	case RS_STATUS_FOUND:
		return RESULT_FOUND;
	case RS_STATUS_NOTHING:
		return RESULT_NOTHING_TO_DO;
	case RS_STATUS_NO_WINDOWS:
		return RESULT_NO_WINDOWS;
	case RS_STATUS_LEFT:
		return RESULT_LEFT;
	case RS_STATUS_WRONG:
		return RESULT_WRONG;
	default:
		return run->is_foreign ? RESULT_NO_WINDOWS : RESULT_FAILED;
	}
}

static void count_repair(struct work *w, struct known_disk *d, const struct run *run)
{
	const unsigned n_before = run->n_before;

	w->n_by_diagnosis += run->is_by_diagnosis;
	w->n[RESULT_DONE]++;
	if (!w->disk[0])
		(void)snprintf(w->disk, sizeof(w->disk), "%s", d->name);
	if (n_before > w->n_before)
		w->n_before = n_before;
	d->work.was_repaired = true;
}

static void count_result(
	struct init *in, struct work *w, struct known_disk *d, const struct run *run)
{
	enum result result = result_of(run);

	if (result != RESULT_DONE)
		w->n[result]++;
	else if (!d->work.was_repaired)
		count_repair(w, d, run);
	if (result == RESULT_NO_WINDOWS && run->is_foreign)
		init_say(in, "disk /dev/%s: %s", d->name, d->outcome);
	else
		init_say(in, "%s /dev/%s: %s%s", result_texts[result].before, d->name,
			result_texts[result].after,
			result_texts[result].has_outcome ? d->outcome : "");
	if (result == RESULT_NOTHING_TO_DO && run->n_before)
		init_say(in,
			"disk /dev/%s: repaired before: %u %s, the last one is %s; to take it "
			"back: undo",
			d->name, run->n_before, rs_form(run->n_before, "time", "times"),
			run->newest_before);
}

/* Without the stick, which is on its way, no journal is replayed: the plan is to be kept on it. */
static const char *replay_for(struct init *in, struct known_disk *d)
{
	static const char *const replays[] = {REPLAY_POLICIES(JUST_WORD)};
	enum settings_replay wanted = in->facts.settings.replay;

	d->work.waits_for_stick = wanted != SETTINGS_REPLAY_NO && is_stick_to_come(in) &&
				  in->facts.settings.report == SETTINGS_REPORT_STICK;
	return replays[d->work.waits_for_stick ? SETTINGS_REPLAY_NO : wanted % 3];
}

/* A verdict moves one file in a start, on whichever disk; of a run that left no report nobody knows
 * whether it did; one that was refused wrote nothing. */
static void run_fix(struct init *in, struct known_disk *d, const char *replay, struct run *ret)
{
	const char *const *policy = fleet_options(in, false);
	const bool may_alone = policy || (!in->was_alone && !facts_alone_refusal(&in->facts));
	const char *fix[8] = {"--yes", "--replay", replay};
	size_t n = 3;

	if (may_alone) {
		fix[n++] = "--diagnosis";
		fix[n++] = "alone";
	}
	if (facts_may_disable(&in->facts)) {
		fix[n++] = "--acts";
		fix[n++] = "move,disable";
	}

	run_program(in, RUN_FIX, d->name, policy ? policy : fix, ret);
	in->was_alone |=
		may_alone && (!ret->report || (ret->is_alone && ret->status != RS_STATUS_REFUSED));
}

/* @replay NULL: only looked at. */
static void run_one(struct init *in, struct known_disk *d, const char *replay, struct run *ret)
{
	if (replay)
		run_fix(in, d, replay, ret);
	else
		run_program(in, RUN_SCAN, d->name, fleet_options(in, true), ret);
}

static void run_for(struct init *in, struct known_disk *d, bool is_look, struct run *ret)
{
	const char *replay = is_look ? NULL : replay_for(in, d);
	bool had_stick = in->stick.disk[0];

	d->work.had_rules = in->stick.rules[0];
	d->work.had_keys = in->stick.keys.len;
	d->work.had_accounts = in->stick.accounts.len;
	run_one(in, d, replay, ret);
	if (ret->status != RS_STATUS_IO || !had_stick || in->stick.disk[0])
		return;
	/* pulled out before it had the plan: nothing was changed yet, or it goes on */
	json_object_put(ret->report);
	run_one(in, d, replay, ret);
}

/* This stick, or another one, let a Windows of this disk start in Safe Mode, and comes back now:
 * what was to be done there is done, and it starts as usual again. That is all for this start: a
 * disk that is locked, say, could not be looked at either. */
static bool set_back(struct init *in, struct work *w, struct known_disk *d)
{
	static const char *const clear[] = {"clear", NULL};
	const bool was_set = safemode_was_set(in, d);
	struct run run;

	if (!was_set && !safemode_may_be_on_ntfs(&d->facts))
		return false;
	if (was_set)
		init_say(
			in, "disk /dev/%s: Safe Mode was set by Unbrick: setting it back", d->name);
	run_program(in, RUN_SAFEMODE, d->name, clear, &run);
	const bool is_done = run.status == RS_STATUS_DONE;
	if (!was_set && !is_done && run.status != RS_STATUS_REFUSED) {
		json_object_put(run.report); /* nothing of the kind, as on most disks */
		return false;
	}
	if (is_done) {
		d->status = run.status;
		disk_set_done(d);
		disk_tell(d, run.status, "%s", run.outcome);
		w->n_set_back++;
		count_repair(w, d, &run);
	}
	if (run.status != RS_STATUS_NOTHING)
		init_say(in, "disk /dev/%s: %s", d->name, run.outcome[0] ? run.outcome : run.end);
	report_add_run_take(in, &run);
	return is_done;
}

static void work_on(struct init *in, struct work *w, struct known_disk *d)
{
	bool is_look = in->facts.settings.mode == SETTINGS_MODE_LOOK || fleet_only_looks(in);
	struct run run;

	if (!watchdogs_allow(in) && !is_look) {
		init_say(in,
			"disk /dev/%s: a watchdog may reset this machine meanwhile: nothing is "
			"written without a person",
			d->name);
		is_look = true;
	}
	if (!is_look && set_back(in, w, d))
		return;
	init_say(in, "disk /dev/%s: %s", d->name,
		is_look ? "looking, nothing is changed" : "looking for what stops its Windows");
	run_for(in, d, is_look, &run);
	d->status = run.status;
	d->work.waits_for_stick &=
		run.status == RS_STATUS_REFUSED && d->state == DISK_READY && !is_look;
	if (d->work.waits_for_stick) {
		json_object_put(run.report);
		init_say(in, "disk /dev/%s: refused so far; once more when the stick is there",
			d->name);
		return;
	}
	disk_set_done(d);
	if (is_look && run.status == RS_STATUS_DONE)
		run.status = RS_STATUS_NOTHING;
	if (d->work.was_repaired && run.status == RS_STATUS_NOTHING) {
		d->status = RS_STATUS_DONE; /* the stick's rules had nothing to add */
	} else {
		if (run.report)
			disk_tell(d, run.status, "%s", run.outcome);
		else
			disk_tell(d, run.status,
				"the work ended without a report (%s); start it again, it goes on "
				"where it stopped",
				run.end);
		count_result(in, w, d, &run);
	}
	report_add_run_take(in, &run);
	stick_consider_again(in, d); /* it may have come meanwhile */
}

/* ---- all disks ---- */

/* A Windows that sleeps on a disk that is on its way may hold a volume of this one open: unbrick
 * looks at the disks that are there. A drive that never comes to an end is not waited for longer
 * than for any other news. */
static bool is_disk_to_come(struct init *in)
{
	uint64_t wait_ms = (uint64_t)in->facts.settings.wait_s * 1000;

	return machine_is_probing(in) && now_ms() - in->report.started_ms < wait_ms;
}

struct known_disk *work_next(struct init *in)
{
	bool has_to_wait = is_stick_to_come(in);
	struct known_disk *locked = NULL;

	if (is_disk_to_come(in))
		return NULL;

	/* settings of the stick may forbid what the defaults allow */
	if (has_to_wait && (in->facts.door == DOOR_GRUB || in->facts.door == DOOR_BIOS))
		return NULL;
	for (size_t i = 0; i < in->disks.n; i++) {
		struct known_disk *d = &in->disks.list[i];
		if (d->state != DISK_READY || (d->work.waits_for_stick && has_to_wait))
			continue;
		if (!disk_has(&d->facts, VOL_BITLOCKER))
			return d;
		/* somebody may have to type a key: that comes last, and not before the stick's */
		if (!locked && (in->stick.keys.len || !has_to_wait))
			locked = d;
	}
	/* with a look outstanding, an open disk may come before */
	return in->disks.n_looking && !in->stick.keys.len ? NULL : locked;
}

/* A USB disk takes a second from its driver to its first block: its host has no target yet. */
static void look_into_usb(void *user, const char *name)
{
	char class[8];

	if (sysfs_text(class, sizeof(class), "/sys/bus/usb/devices/%s/bInterfaceClass", name) &&
		strcmp(class, "08") == 0 &&
		!sysfs_has("/sys/bus/usb/devices/%s/host*/target*", name))
		*(bool *)user = true;
}

static bool is_usb_waiting(void)
{
	bool is_waiting = false;

	sysfs_each(look_into_usb, &is_waiting, "/sys/bus/usb/devices");
	return is_waiting;
}

/* May it be said that no more comes? */
static bool is_over(struct init *in, const struct work *w, int *ret_wait_ms)
{
	uint64_t wait_ms = (uint64_t)in->facts.settings.wait_s * 1000, quiet = machine_quiet_ms(in);
	uint64_t least = w->n[RESULT_DONE] && !stick_is_awaited(in) && !is_usb_waiting()
				 ? SETTLED_MS
				 : wait_ms;

	(void)stick_step(in); /* another one may be taken just now, and has room for the report */
	if (in->stick.state == STICK_READING || in->stick.is_busy || machine_is_probing(in)) {
		*ret_wait_ms = 200; /* it may end without an event */
		return false;
	}
	*ret_wait_ms = quiet < least ? (int)(least - quiet) : 0;
	if (*ret_wait_ms > 1000)
		*ret_wait_ms = 1000; /* what is looked at above has no event */
	return quiet >= least;
}

static void conclude(struct init *in, struct work *w)
{
	/* of several disks the first of these that one of them had */
	static const enum result order[] = {RESULT_DONE, RESULT_FAILED, RESULT_LEFT, RESULT_FOUND,
		RESULT_WRONG, RESULT_NOTHING_TO_DO};
	bool has_disk = false;

	for (size_t i = 0; i < in->disks.n; i++)
		has_disk |= in->disks.list[i].state != DISK_GONE && !in->disks.list[i].is_stick;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (w->n[order[i]]) {
			w->result = order[i];
			return;
		}
	w->result = in->is_stop_wanted ? RESULT_CANCELLED
		    : has_disk	       ? RESULT_NO_WINDOWS
				       : RESULT_NO_DISK;
}

void work_all(struct init *in, struct work *ret)
{
	int wait_ms;

	*ret = (struct work){0};
	for (size_t i = 0; i < in->disks.n; i++)
		in->disks.list[i].work.was_repaired = false;
	while (!in->is_stop_wanted) {
		struct known_disk *d = work_next(in);
		if (d)
			work_on(in, ret, d);
		else if (is_over(in, ret, &wait_ms) && !work_next(in))
			break;
		else
			init_step(in, wait_ms);
	}
	if (!in->is_stop_wanted)
		stick_tell_missing(in);
	conclude(in, ret);
}

static void tell_repaired(struct work *w)
{
	const unsigned n = w->n[RESULT_DONE], some = w->n_by_diagnosis;
	const char *disks = rs_form(n, "disk", "disks");

	if (n && n == w->n_set_back)
		(void)snprintf(w->text, sizeof(w->text),
			"%u %s set back from Safe Mode, as Unbrick had set it", n, disks);
	else if (!some)
		(void)snprintf(w->text, sizeof(w->text), "%u %s repaired", n, disks);
	else if (some == n)
		(void)snprintf(w->text, sizeof(w->text),
			"%u %s repaired, by a diagnosis and not by a rule", n, disks);
	else
		(void)snprintf(w->text, sizeof(w->text),
			"%u %s repaired, %u of them by a diagnosis and not by a rule", n, disks,
			some);
}

void work_tell(struct init *in, struct work *w)
{
	if (w->result == RESULT_DONE)
		tell_repaired(w);
	else
		(void)snprintf(w->text, sizeof(w->text), "%s", result_texts[w->result].text);
	if (w->result != RESULT_DONE && w->result != RESULT_FAILED)
		init_say(in, "%s", w->text);
	if (w->result == RESULT_DONE || w->result == RESULT_CANCELLED)
		return; /* stopped: drivers may be at work still */
	raid_tell(in);
	unseen_tell(in);
}

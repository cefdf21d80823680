/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/work.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/raid.h"
#include "init/stick.h"
#include "init/unseen.h"
#include "init/watch.h"

#define SETTLED_MS 500 /* after a repair: that long without news of storage */
#define ARGS_MOST  16

/* ---- one run of the program ---- */

static char *json_text(struct json_object *o, const char *a, const char *b)
{
	struct json_object *at = NULL, *v = NULL;
	static char none[] = "";

	if (!json_object_object_get_ex(o, a, &at) || !json_object_object_get_ex(at, b, &v))
		return none;
	const char *s = json_object_get_string(v);
	return s ? (char *)(uintptr_t)s : none;
}

void work_outcome_text(struct json_object *report, char *ret, size_t cap)
{
	const char *object = json_text(report, "error", "object");
	const char *text = json_text(report, "error", "text");
	const char *detail = json_text(report, "error", "detail");
	const char *next = json_text(report, "error", "next");

	if (text[0])
		(void)snprintf(ret, cap, "%s%s%s%s%s%s%s", object, object[0] ? ": " : "", text,
			detail[0] ? ": " : "", detail, next[0] ? "; " : "", next);
	else
		(void)snprintf(ret, cap, "%s", json_text(report, "outcome", "text"));
}

/* What it works on, for a line. */
static const char *disk_of(const char *const *args)
{
	for (int i = 1; args[i]; i++)
		if (strncmp(args[i], "/dev/", 5) == 0)
			return args[i];
	return args[0];
}

static size_t common_args(struct init *in, bool takes_rules, const char *report, char *argv[])
{
	static char rules[] = "--rules", keys[] = "--keys-fd", keys_fd[] = "3", file[] = "--report";
	static char path[64];
	size_t n = 0;

	if (takes_rules && in->rules[0]) {
		argv[n++] = rules;
		argv[n++] = in->rules;
	}
	if (in->keys.len) {
		argv[n++] = keys;
		argv[n++] = keys_fd;
	}
	(void)snprintf(path, sizeof(path), "%s", report);
	argv[n++] = file;
	argv[n++] = path;
	return n;
}

/* The plan of a journal's replay has to outlive this machine's memory. The stick is not mounted
 * where it would make the disk that is worked on one in use. */
static void prepare_writing(struct init *in, const char *const *args)
{
	bool is_stick = false;

	if (strcmp(args[0], "fix") != 0 && strcmp(args[0], "undo") != 0)
		return;
	for (int i = 1; args[i]; i++) {
		if (strncmp(args[i], "/dev/", 5) != 0)
			continue;
		raid_allow_writes(in, args[i] + 5);
		is_stick |= strcmp(args[i] + 5, in->stick.disk) == 0;
	}
	if (!is_stick)
		(void)stick_offer_folder(in); /* else it stays in memory, as the text says */
}

static int run_once(struct init *in, const char *const *args, struct json_object **ret_report,
	char *ret_end, size_t cap)
{
	static char report[] = INIT_RUN "/run.json";
	bool takes_rules = strcmp(args[0], "scan") == 0 || strcmp(args[0], "fix") == 0;
	char *argv[ARGS_MOST + 8] = {in->program};
	unsigned short size[2];
	size_t n = 1;
	struct rs_err err = {0};

	*ret_report = NULL;
	(void)unlink(report); /* of the run before: it is in our report */
	for (int i = 0; i < ARGS_MOST && args[i]; i++)
		argv[n++] = (char *)(uintptr_t)args[i];
	(void)common_args(in, takes_rules, report, argv + n);
	consoles_size(&in->consoles, &size[0], &size[1]);
	prepare_writing(in, args);
	if (child_start(&in->child, argv, &in->keys, size, &err) < 0) {
		in->child.prepare = NULL;
		rs_err_line(&err, ret_end, cap);
		return -1;
	}
	in->child.prepare = NULL;
	watch_child(in, disk_of(args));
	child_end_text(in->child.wait_status, ret_end, cap);
	*ret_report = json_object_from_file(report);
	return WIFEXITED(in->child.wait_status) ? WEXITSTATUS(in->child.wait_status) : -1;
}

/* Keys of the stick that cannot be read must not keep an open disk from being repaired. */
static bool are_keys_bad(struct init *in, struct json_object *report)
{
	return in->keys.len &&
	       strncmp(json_text(report, "error", "object"), "descriptor ", 11) == 0;
}

int work_run(struct init *in, const char *const *args, struct json_object **ret_report,
	char *ret_end, size_t cap)
{
	int status = run_once(in, args, ret_report, ret_end, cap);

	if (!are_keys_bad(in, *ret_report))
		return status;
	init_say(in, "keys of the stick: not used: %s; %s",
		json_text(*ret_report, "error", "detail"), json_text(*ret_report, "error", "next"));
	json_object_put(*ret_report);
	rs_secret_done(&in->keys);
	in->stick.has_keys = false;
	return run_once(in, args, ret_report, ret_end, cap);
}

/* ---- one disk ---- */

static bool is_stick_to_come(struct init *in)
{
	uint64_t wait_ms = (uint64_t)in->facts.settings.wait_s * 1000;

	return stick_is_awaited(in) && machine_quiet_ms(in) < wait_ms;
}

static void tell_before(struct init *in, const struct known_disk *d, struct json_object *report)
{
	char id[64];
	unsigned n = work_repairs_before(report, id, sizeof(id));

	if (n)
		init_say(in,
			"disk /dev/%s: repaired before: %u time%s, the last one is %s; to take it "
			"back: undo",
			d->name, n, n == 1 ? "" : "s", id);
}

static void count_result(
	struct init *in, struct work *w, struct known_disk *d, struct json_object *report)
{
	char id[64];
	unsigned before = work_repairs_before(report, id, sizeof(id));

	switch (d->status) {
	case STATUS_DONE:
		if (!w->disk[0])
			(void)snprintf(w->disk, sizeof(w->disk), "%s", d->name);
		if (before > w->n_before && !d->was_repaired)
			w->n_before = before;
		w->n_repaired += !d->was_repaired;
		d->was_repaired = true;
		init_say(in, "repaired /dev/%s: %s", d->name, d->outcome);
		break;
	case STATUS_NOTHING:
		w->n_nothing++;
		init_say(in, "disk /dev/%s: nothing to repair", d->name);
		tell_before(in, d, report);
		break;
	case STATUS_LEFT:
		w->n_left++;
		init_say(in, "disk /dev/%s: a person must decide: %s", d->name, d->outcome);
		break;
	case STATUS_FOUND:
		w->n_found++;
		init_say(in, "disk /dev/%s: something to repair was found, nothing was changed",
			d->name);
		break;
	case STATUS_NO_WINDOWS:
		w->n_no_windows++;
		init_say(in, "disk /dev/%s: no Windows", d->name);
		break;
	default:
		if (work_is_foreign_set(report)) {
			w->n_no_windows++;
			init_say(in, "disk /dev/%s: %s", d->name, d->outcome);
			break;
		}
		w->n_failed++;
		init_say(in, "not repaired /dev/%s: %s", d->name, d->outcome);
	}
}

/* Without the stick, which is on its way, no journal is replayed: the plan is to be kept on it. */
static const char *replay_for(struct init *in, struct known_disk *d)
{
	static const char *const replays[] = {[SETTINGS_REPLAY_SAFE] = "safe",
		[SETTINGS_REPLAY_NO] = "no",
		[SETTINGS_REPLAY_ALL] = "all"};
	enum settings_replay wanted = in->facts.settings.replay;

	d->waits_for_stick = wanted != SETTINGS_REPLAY_NO && is_stick_to_come(in) &&
			     in->facts.settings.report == SETTINGS_REPORT_STICK;
	return replays[d->waits_for_stick ? SETTINGS_REPLAY_NO : wanted % 3];
}

static void work_on(struct init *in, struct work *w, struct known_disk *d)
{
	bool is_look = in->facts.settings.mode == SETTINGS_MODE_LOOK;
	char path[DISK_NAME + 8], end[128];
	const char *const fix[] = {"fix", "--yes", "--replay", replay_for(in, d), path, NULL};
	const char *const scan[] = {"scan", path, NULL};
	struct json_object *report;
	char first[sizeof(d->outcome)];

	(void)snprintf(first, sizeof(first), "%s", d->outcome);
	(void)snprintf(path, sizeof(path), "/dev/%s", d->name);
	init_say(in, "disk %s: %s", path,
		is_look ? "looking, nothing is changed" : "looking for what stops its Windows");
	bool had_stick = in->stick.disk[0];
	d->had_rules = in->rules[0];
	d->had_keys = in->keys.len;
	d->status = work_run(in, is_look ? scan : fix, &report, end, sizeof(end));
	if (d->status == STATUS_IO && had_stick && !in->stick.disk[0]) {
		/* pulled out before it had the plan: nothing was changed yet, or it goes on */
		json_object_put(report);
		d->status = work_run(in, is_look ? scan : fix, &report, end, sizeof(end));
	}
	d->waits_for_stick &= d->status == STATUS_REFUSED && d->state == DISK_READY && !is_look;
	if (d->waits_for_stick) {
		json_object_put(report);
		init_say(in, "disk %s: refused so far; once more when the stick is there", path);
		return;
	}
	if (d->state == DISK_READY)
		d->state = DISK_DONE;
	if (report)
		work_outcome_text(report, d->outcome, sizeof(d->outcome));
	else
		(void)snprintf(d->outcome, sizeof(d->outcome),
			"the work ended without a report (%s); start it again, it goes on where it "
			"stopped",
			end);
	if (is_look && d->status == STATUS_DONE)
		d->status = STATUS_NOTHING;
	int status = d->status;
	if (d->was_repaired && status == STATUS_NOTHING) {
		d->status = STATUS_DONE; /* the stick's rules had nothing to add */
		(void)snprintf(d->outcome, sizeof(d->outcome), "%s", first);
	} else {
		count_result(in, w, d, report);
	}
	report_add_run_take(in, is_look ? "scan" : "fix", d->name, status, end, report);
	stick_consider_again(in, d); /* it may have come meanwhile */
}

/* ---- all disks ---- */

static bool is_locked(const struct known_disk *d)
{
	for (unsigned i = 0; i < d->facts.n_parts; i++)
		if (d->facts.parts[i].content == PART_BITLOCKER)
			return true;
	return false;
}

/* A Windows that sleeps on a disk that is on its way may hold a volume of this one open: unbrick
 * looks at the disks that are there. A drive that never comes to an end is not waited for longer
 * than for any other news. */
static bool is_disk_to_come(struct init *in)
{
	uint64_t wait_ms = (uint64_t)in->facts.settings.wait_s * 1000;

	return machine_is_probing(in) && now_ms() - in->started_ms < wait_ms;
}

struct known_disk *work_next(struct init *in)
{
	bool has_to_wait = is_stick_to_come(in);
	struct known_disk *locked = NULL;

	if (is_disk_to_come(in))
		return NULL;

	/* settings of the stick may forbid what the defaults allow */
	if (has_to_wait && in->facts.door == DOOR_GRUB)
		return NULL;
	for (size_t i = 0; i < in->n_disks; i++) {
		struct known_disk *d = &in->disks[i];
		if (d->state != DISK_READY || (d->waits_for_stick && has_to_wait))
			continue;
		if (!is_locked(d))
			return d;
		/* somebody may have to type a key: that comes last, and not before the stick's */
		if (!locked && (in->keys.len || !has_to_wait))
			locked = d;
	}
	/* with a look outstanding, an open disk may come before */
	return in->n_looking && !in->keys.len ? NULL : locked;
}

static void count_target(void *user, const char *name)
{
	if (strncmp(name, "target", 6) == 0)
		(*(unsigned *)user)++;
}

struct usb_search {
	char interface[64];
	unsigned n_targets, n_waiting;
};

static void look_into_host(void *user, const char *name)
{
	struct usb_search *s = user;
	char folder[256];

	if (strncmp(name, "host", 4) != 0)
		return;
	(void)snprintf(folder, sizeof(folder), "/sys/bus/usb/devices/%s/%s", s->interface, name);
	sysfs_each(folder, count_target, &s->n_targets);
}

/* A USB disk takes a second from its driver to its first block: its host has no target yet. */
static void look_into_usb(void *user, const char *name)
{
	struct usb_search *s = user;
	char class[8], folder[256];

	if (!sysfs_text(class, sizeof(class), "/sys/bus/usb/devices/%s/bInterfaceClass", name) ||
		strcmp(class, "08") != 0)
		return;
	(void)snprintf(s->interface, sizeof(s->interface), "%s", name);
	(void)snprintf(folder, sizeof(folder), "/sys/bus/usb/devices/%s", name);
	s->n_targets = 0;
	sysfs_each(folder, look_into_host, s);
	s->n_waiting += s->n_targets == 0;
}

static bool is_usb_waiting(void)
{
	struct usb_search s = {0};

	sysfs_each("/sys/bus/usb/devices", look_into_usb, &s);
	return s.n_waiting > 0;
}

/* May it be said that no more comes? */
static bool is_over(struct init *in, const struct work *w, int *ret_wait_ms)
{
	uint64_t wait_ms = (uint64_t)in->facts.settings.wait_s * 1000, quiet = machine_quiet_ms(in);
	uint64_t least =
		w->n_repaired && !stick_is_awaited(in) && !is_usb_waiting() ? SETTLED_MS : wait_ms;

	if (in->stick.state == STICK_READING || machine_is_probing(in)) {
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
	bool has_disk = false;

	for (size_t i = 0; i < in->n_disks; i++)
		has_disk |= in->disks[i].state != DISK_GONE && !in->disks[i].is_stick;
	w->result = w->n_repaired	 ? WORK_REPAIRED
		    : w->n_failed	 ? WORK_FAILED
		    : w->n_left		 ? WORK_LEFT
		    : w->n_found	 ? WORK_FOUND
		    : w->n_nothing	 ? WORK_NOTHING
		    : in->is_stop_wanted ? WORK_NONE
		    : has_disk		 ? WORK_NO_WINDOWS
					 : WORK_NO_DISK;
}

void work_all(struct init *in, struct work *ret)
{
	int wait_ms;

	*ret = (struct work){0};
	for (size_t i = 0; i < in->n_disks; i++)
		in->disks[i].was_repaired = false;
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

void work_tell(struct init *in, struct work *w)
{
	switch (w->result) {
	case WORK_REPAIRED:
		(void)snprintf(w->text, sizeof(w->text), "%u disk%s repaired", w->n_repaired,
			w->n_repaired == 1 ? "" : "s");
		break;
	case WORK_FAILED:
		(void)snprintf(w->text, sizeof(w->text), "not repaired");
		break;
	case WORK_LEFT:
		(void)snprintf(w->text, sizeof(w->text),
			"something doubtful was left: a person must decide");
		break;
	case WORK_FOUND:
		(void)snprintf(w->text, sizeof(w->text), "something to repair was found");
		break;
	case WORK_NOTHING:
		(void)snprintf(w->text, sizeof(w->text), "nothing to repair");
		break;
	case WORK_NO_WINDOWS:
		(void)snprintf(w->text, sizeof(w->text), "no Windows found");
		break;
	case WORK_NO_DISK:
		(void)snprintf(w->text, sizeof(w->text), "no disk found");
		break;
	default:
		(void)snprintf(w->text, sizeof(w->text), "stopped");
	}
	if (w->result != WORK_REPAIRED && w->result != WORK_FAILED)
		init_say(in, "%s", w->text);
	if (w->result == WORK_REPAIRED || w->result == WORK_NONE)
		return; /* stopped: drivers may be at work still */
	raid_tell(in);
	unseen_tell(in);
}

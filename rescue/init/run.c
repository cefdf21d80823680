/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/run.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "format/words.h"
#include "init/heed.h"
#include "init/init.h"
#include "init/machine.h"
#include "init/picture.h"
#include "init/sysfs.h"

#define ARGS_MOST  (28 + SCREEN_OPTIONS)
#define SHOWN_MOST (64 * 1024UL)
#define REPORT	   INIT_RUN "/run.json"
#define KEYS_FD	   "3" /* PROCESS_FD */

static const struct command {
	const char *word;
	bool takes_rules, takes_keys, may_write, keeps_plan;
} commands[] = {
	[RUN_SCAN] = {"scan", true, true, false, false},
	[RUN_FIX] = {"fix", true, true, true, true},
	[RUN_UNDO] = {"undo", false, true, true, true},
	[RUN_REPLAY] = {"replay", false, true, true, true},
	[RUN_SAFEMODE] = {"safemode", false, false, true, true},
	[RUN_DISABLE] = {.word = "disable"},
	[RUN_SAFE] = {.word = "safe"},
	[RUN_CLEAR] = {.word = "clear"},
	[RUN_HIBERNATION] = {.word = "hibernation"},
};

const char *run_word(enum run_command command)
{
	return commands[command].word;
}

/* The work on one disk must not stop the work on others. */
static void watch_program(struct init *in, const char *what)
{
	struct watch w = {0};

	while (in->front.process) {
		struct process *p = in->front.process;
		const struct watch_sight s = {
			now_ms(), p->active_ms, process_is_asking(p), in->is_stop_wanted};
		if (watch_heed(in, what, &w, &s, p))
			init_step(in, 1000);
	}
}

/* ---- what its report says that the next steps depend on (docs/report.md) ---- */

/* "" where there is none */
static const char *text(struct json_object *o, const char *key)
{
	const char *s = json_object_get_string(json_object_object_get(o, key));

	return s ? s : "";
}

static struct json_object *list(struct json_object *o, const char *key, size_t *ret_n)
{
	struct json_object *a = json_object_object_get(o, key);

	*ret_n = json_object_is_type(a, json_type_array) ? json_object_array_length(a) : 0;
	return a;
}

static void read_quarantines(struct json_object *volume, struct run *r)
{
	size_t n;
	struct json_object *all = list(volume, "quarantines", &n);

	for (size_t i = 0; i < n; i++) {
		struct json_object *q = json_object_array_get_idx(all, i);
		if (strcmp(text(q, "state"), quarantine_state_word(QUARANTINE_ACTIVE)) != 0 ||
			!text(q, "id")[0])
			continue;
		r->n_before++;
		if (strcmp(text(q, "id"), r->newest_before) > 0)
			(void)snprintf(
				r->newest_before, sizeof(r->newest_before), "%s", text(q, "id"));
	}
}

/* Whatever came of it: planned is enough. */
static bool has_item_alone(struct json_object *report)
{
	size_t n;
	struct json_object *plan = list(report, "plan", &n);

	for (size_t i = 0; i < n; i++)
		if (json_object_get_boolean(
			    json_object_object_get(json_object_array_get_idx(plan, i), "alone")))
			return true;
	return false;
}

/* Of those that a source (a rule has its own id) had moved. */
static bool is_item_of(struct json_object *plan, size_t n, struct json_object *action, bool is_rule)
{
	for (size_t i = 0; i < n; i++) {
		struct json_object *item = json_object_array_get_idx(plan, i);
		const char *by = text(item, "rule");
		const bool is_diagnosis = strcmp(by, "diagnosis") == 0;
		if (json_object_get_int(json_object_object_get(item, "item")) ==
				json_object_get_int(json_object_object_get(action, "item")) &&
			json_object_get_int(json_object_object_get(item, "volume")) ==
				json_object_get_int(json_object_object_get(action, "volume")))
			return is_rule ? by[0] && !is_diagnosis && strcmp(by, "named") != 0
				       : is_diagnosis;
	}
	return false;
}

/* Who reads one line knows whether a rule knew the file, or evidence pointed to it. */
static void tell_source(struct run *r)
{
	size_t n_plan, n_actions, by_rule = 0, by_diagnosis = 0;
	struct json_object *plan = list(r->report, "plan", &n_plan);
	struct json_object *actions = list(r->report, "actions", &n_actions);

	for (size_t i = 0; i < n_actions; i++) {
		struct json_object *action = json_object_array_get_idx(actions, i);
		if (strcmp(text(action, "result"), "done") != 0)
			continue;
		by_rule += is_item_of(plan, n_plan, action, true);
		by_diagnosis += is_item_of(plan, n_plan, action, false);
	}
	r->is_by_diagnosis = by_diagnosis;
	const size_t len = strlen(r->outcome);
	if (by_diagnosis)
		(void)snprintf(r->outcome + len, sizeof(r->outcome) - len, "%s",
			by_rule ? ", in part by a diagnosis and not by a rule"
				: ", by a diagnosis and not by a rule");
}

/* A part of another system's RAID or of a pool is no failure. */
static bool is_foreign(const char *id)
{
	return strcmp(id, rs_err_info(RS_E_PART_OF_SET)->id) == 0 || strncmp(id, "volume.", 7) == 0;
}

void run_read(struct run *ret)
{
	struct json_object *error = json_object_object_get(ret->report, "error");
	struct json_object *outcome = json_object_object_get(ret->report, "outcome");
	size_t n_disks, n_volumes;
	struct json_object *disks = list(ret->report, "disks", &n_disks);
	const char *object = text(error, "object"), *detail = text(error, "detail"),
		   *next = text(error, "next");

	ret->has_disks = disks;
	ret->is_alone = has_item_alone(ret->report);
	ret->is_foreign = is_foreign(text(error, "id"));
	for (size_t i = 0; i < n_disks; i++) {
		struct json_object *volumes =
			list(json_object_array_get_idx(disks, i), "volumes", &n_volumes);
		for (size_t k = 0; k < n_volumes; k++) {
			struct json_object *v = json_object_array_get_idx(volumes, k);
			read_quarantines(v, ret);
			ret->is_foreign &= !json_object_object_get_ex(v, "windows", NULL) &&
					   !json_object_object_get_ex(v, "bitlocker", NULL);
		}
	}
	(void)snprintf(ret->detail, sizeof(ret->detail), "%s", detail);
	(void)snprintf(ret->next, sizeof(ret->next), "%s", next);
	if (text(error, "text")[0])
		(void)snprintf(ret->outcome, sizeof(ret->outcome), "%s%s%s%s%s%s%s", object,
			object[0] ? ": " : "", text(error, "text"), detail[0] ? ": " : "", detail,
			next[0] ? "; " : "", next);
	else
		(void)snprintf(ret->outcome, sizeof(ret->outcome), "%s", text(outcome, "text"));
	tell_source(ret);
}

/* ---- the run ---- */

/* The plan of a journal's replay has to outlive this machine's memory. The stick is not mounted
 * where it would make the disk that is worked on one in use. */
static void prepare_writing(struct init *in, const char *disk, struct process_plan *plan)
{
	if (disk)
		raid_allow_writes(in, disk);
	if (!disk || strcmp(disk, in->stick.disk) != 0)
		stick_offer_folder(in, plan); /* else it stays in memory, as the text says */
}

/* What a screen has printed, which is what the command would have: for the consoles, now that they
 * are ours again, and for the report in text. */
static void pass_on(struct init *in)
{
	char *bytes = malloc(SHOWN_MOST);
	long n = bytes ? sysfs_bytes(SCREEN_LOG, bytes, SHOWN_MOST) : 0;

	for (char *p = bytes; n > 0; n--, p++) {
		if (*p == '\n')
			said_by_program(in, "\r", 1);
		said_by_program(in, p, 1);
	}
	said_end(in);
	free(bytes);
}

/* Of a screen that died nothing is known but what it was allowed. */
static bool is_to_be_done_without(struct init *in)
{
	const struct screen *s = &in->screen;
	char how[128];

	if (!s->has_spoken || !screen_has_died(s) || s->may_have_written)
		return !s->has_spoken;
	process_end_text(s->wait_status, how, sizeof(how));
	init_say(in, "the screen has ended (%s) before anything was written: done without it", how);
	return true;
}

/* As a screen that moves on by itself; false where none came up, or it died before it wrote: it
 * then is done without, once. */
static bool run_on_screen(struct init *in, const struct process_plan *plan, const char *what,
	const char **args, size_t n)
{
	args[1] = "tui";
	args[n + screen_options(in, args + n)] = NULL;
	if (!screen_begin(in, plan, NULL))
		return false;
	screen_live(in, what, NULL);
	pass_on(in);
	in->front.wait_status = in->screen.wait_status;
	return !is_to_be_done_without(in);
}

/* On a terminal that all consoles share. */
static bool run_as_text(struct init *in, const struct process_plan *plan, const char *what,
	const char *word, struct run *ret)
{
	struct rs_err err = {0};

	if (front_start(in, plan, &err) < 0) {
		rs_err_line(&err, ret->end, sizeof(ret->end));
		return false;
	}
	watch_program(in, what ? what : word);
	return true;
}

size_t run_stick_options(const struct init *in, bool takes_rules, const char **args)
{
	size_t n = 0;

	if (takes_rules && in->stick.rules[0]) {
		args[n++] = "--rules";
		args[n++] = in->stick.rules;
	}
	if (facts_key_refusal(&in->facts)) {
		args[n++] = "--no-keys";
	} else if (in->stick.keys.len) {
		args[n++] = "--keys-fd";
		args[n++] = KEYS_FD;
	}
	return n;
}

/* Servers of keys are those of a policy, and of nobody else. */
static bool has_accounts(const struct init *in, const struct command *c)
{
	return c->takes_rules && fleet_is_alone(in) && in->stick.accounts.len;
}

static size_t put_arguments(struct init *in, const struct command *c, const char *path,
	const char *const *options, const char **args)
{
	size_t n = 0;

	args[n++] = INIT_PROGRAM;
	args[n++] = c->word;
	while (options && *options)
		args[n++] = *options++;
	if (path)
		args[n++] = path;
	/* a policy brings its own rules */
	if (c->takes_keys)
		n += run_stick_options(in, c->takes_rules && !fleet_is_alone(in), args + n);
	if (has_accounts(in, c)) {
		args[n++] = "--keys-secret-fd";
		args[n++] = RUN_ACCOUNTS_FD;
	}
	args[n++] = "--report";
	args[n++] = REPORT;
	if (c->takes_rules) { /* those that make a diagnosis, too */
		args[n++] = "--svg";
		args[n++] = RUN_PICTURE;
	}
	if (c->keeps_plan) {
		args[n++] = "--plan";
		args[n++] = "."; /* where prepare_writing has the program start */
	}
	args[n] = NULL;
	return n;
}

static void run_once(struct init *in, enum run_command command, const char *disk,
	const char *const *options, struct run *ret)
{
	const struct command *c = &commands[command];
	char path[DISK_NAME + 8];
	const char *args[ARGS_MOST];
	struct process_plan plan = {.argv = args,
		.keys = &in->stick.keys,
		.accounts = has_accounts(in, c) ? &in->stick.accounts : NULL};

	*ret = (struct run){.command = command, .disk = disk, .status = -1};
	(void)snprintf(path, sizeof(path), "/dev/%s", disk ? disk : "");
	const char *what = disk ? path : NULL;
	(void)unlink(REPORT); /* of the run before: it is in our report */
	report_drop_pictures(INIT_RUN);
	size_t n = put_arguments(in, c, what, options, args);
	if (c->may_write)
		prepare_writing(in, disk, &plan);
	/* plain text moves on by itself anyway, and only asks what has to be asked */
	if (command != RUN_FIX || fleet_is_alone(in) || screen_is_plain(in) ||
		!consoles_are_there(&in->consoles) || !run_on_screen(in, &plan, what, args, n)) {
		(void)unlink(REPORT); /* that there was none */
		report_drop_pictures(INIT_RUN);
		(void)put_arguments(in, c, what, options, args);
		if (!run_as_text(in, &plan, what, c->word, ret))
			return;
	}
	process_end_text(in->front.wait_status, ret->end, sizeof(ret->end));
	if (WIFEXITED(in->front.wait_status))
		ret->status = WEXITSTATUS(in->front.wait_status);
	ret->report = json_object_from_file(REPORT);
	run_read(ret);
}

/* Keys of the stick that cannot be read must not keep an open disk from being repaired. */
static bool are_keys_bad(const struct init *in, const struct run *r)
{
	return in->stick.keys.len && r->status == RS_STATUS_KEY_WRONG && r->report && !r->has_disks;
}

/* Whoever reads why a disk stayed locked knows that its key may be there. */
static void tell_sealed(struct init *in, const struct run *r)
{
	static const char sealed[] = "UNBRICK-KEYS "; /* docs/fleet.md, An encrypted key file */
	const struct rs_secret *keys = &in->stick.keys;

	if ((r->status == RS_STATUS_KEY || r->status == RS_STATUS_NETWORK) && keys->len &&
		memmem(keys->p, keys->len, sealed, sizeof(sealed) - 1))
		init_say(in, "keys of the stick: keys.enc was not opened: nobody has typed its "
			     "passphrase");
}

void run_program(struct init *in, enum run_command command, const char *disk,
	const char *const *options, struct run *ret)
{
	run_once(in, command, disk, options, ret);
	tell_sealed(in, ret);
	if (!are_keys_bad(in, ret))
		return;
	init_say(in, "keys of the stick: not used: %s; %s", ret->detail, ret->next);
	json_object_put(ret->report);
	stick_forget_keys(in);
	run_once(in, command, disk, options, ret);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/run.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/init.h"
#include "init/raid.h"
#include "init/watch.h"

#define ARGS_MOST 24
#define REPORT	  INIT_RUN "/run.json"
#define KEYS_FD	  "3" /* PROCESS_FD */

static const struct command {
	const char *word;
	bool takes_rules, may_write;
} commands[] = {
	[RUN_LIST] = {"list", false, false},
	[RUN_SCAN] = {"scan", true, false},
	[RUN_FIX] = {"fix", true, true},
	[RUN_UNDO] = {"undo", false, true},
};

const char *run_word(enum run_command command)
{
	return commands[command].word;
}

/* The work on one disk must not stop the work on others. */
static void watch_program(struct init *in, const char *what)
{
	struct watch w = {0};
	const char *said = NULL;

	while (!front_is_over(in)) {
		struct process *p = in->front.process;
		const struct watch_sight s = {
			now_ms(), p->active_ms, process_is_asking(p), in->is_stop_wanted};
		enum watch_act act = watch_look(&w, &s);
		if (w.why && w.why != said)
			init_say(in, "%s: the work is ended: %s", what, w.why);
		said = w.why;
		if (act == WATCH_TERM || act == WATCH_KILL)
			process_signal(p, act == WATCH_TERM ? SIGTERM : SIGKILL);
		if (act == WATCH_LEAVE)
			process_leave(p);
		else
			init_step(in, 1000);
	}
}

/* The plan of a journal's replay has to outlive this machine's memory. The stick is not mounted
 * where it would make the disk that is worked on one in use. */
static void prepare_writing(struct init *in, const char *disk, struct process_plan *plan)
{
	if (disk)
		raid_allow_writes(in, disk);
	if (!disk || strcmp(disk, in->stick.disk) != 0)
		stick_offer_folder(in, plan); /* else it stays in memory, as the text says */
}

static void run_once(struct init *in, const char *path, const char *const *options, struct run *ret)
{
	const struct command *c = &commands[ret->command];
	const char *args[ARGS_MOST] = {INIT_PROGRAM, c->word};
	struct process_plan plan = {.argv = args, .keys = &in->stick.keys};
	struct rs_err err = {0};
	size_t n = 2;

	(void)unlink(REPORT); /* of the run before: it is in our report */
	while (options && *options)
		args[n++] = *options++;
	if (path)
		args[n++] = path;
	if (c->takes_rules && in->stick.rules[0]) {
		args[n++] = "--rules";
		args[n++] = in->stick.rules;
	}
	if (in->stick.keys.len) {
		args[n++] = "--keys-fd";
		args[n++] = KEYS_FD;
	}
	args[n++] = "--report";
	args[n++] = REPORT;
	if (c->may_write)
		prepare_writing(in, ret->disk, &plan);
	ret->status = -1;
	if (front_start(in, &plan, &err) < 0) {
		rs_err_line(&err, ret->end, sizeof(ret->end));
		return;
	}
	watch_program(in, path ? path : c->word);
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

void run_program(struct init *in, enum run_command command, const char *disk,
	const char *const *options, struct run *ret)
{
	char path[DISK_NAME + 8];

	(void)snprintf(path, sizeof(path), "/dev/%s", disk ? disk : "");
	*ret = (struct run){.command = command, .disk = disk};
	run_once(in, disk ? path : NULL, options, ret);
	if (!are_keys_bad(in, ret))
		return;
	init_say(in, "keys of the stick: not used: %s; %s", ret->detail, ret->next);
	json_object_put(ret->report);
	stick_forget_keys(in);
	*ret = (struct run){.command = command, .disk = disk};
	run_once(in, disk ? path : NULL, options, ret);
}

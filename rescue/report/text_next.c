/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What to type next. Each line is copied into a shell as it is: it works there, or says why none
 * can. */
#include <stdio.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/language.h"
#include "core/redact.h"
#include "core/status.h"
#include "core/text.h"
#include "report/render.h"

#define FINISH "To finish it"
#define BACK   "To take it back"

/* ---- one command ---- */

struct next {
	const char *label, *command; /* "To take it back", "undo" */
	unsigned volume;
	const char *rest; /* behind the disk: "" or " --revert " */
	const char *plan; /* NULL: none */
};

static const struct run_disk *disk_of(const struct rs_run *run, unsigned volume)
{
	for (size_t i = 0; i < run->n_disks; i++)
		for (size_t k = 0; k < run->disks[i].n_volumes; k++)
			if (run->disks[i].volumes[k].number == volume)
				return &run->disks[i];
	return run->n_disks ? &run->disks[0] : NULL;
}

/* Its number for a command that names this disk alone. */
static unsigned number_of(const struct run_disk *disk, unsigned volume)
{
	for (size_t k = 0; disk && k < disk->n_volumes; k++)
		if (disk->volumes[k].number == volume)
			return (unsigned)k + 1;
	return volume;
}

/* As a word of a shell; where what is shown would not be the name itself, a word in its place. */
static char *word_new(const char *name, const char *instead, bool *ret_is_name)
{
	auto_free char *shown = rs_shown_new(name);

	*ret_is_name = shown && strcmp(shown, name) == 0;
	return rs_shell_new(*ret_is_name ? name : instead);
}

static void say_unshown(struct printer *p, const char *word, const char *what)
{
	text_say(p, "    ",
		"%-s stands for the name of %s, which has characters that cannot be shown or "
		"typed: "
		"give it another name, or a link (ln -s), and type that.",
		word, what);
}

/* The next repair is about the one Windows that this run was about. */
static const struct win_info *chosen_of(const struct rs_run *run, const struct next *n)
{
	const struct run_volume *v = run_volume_at(run, n->volume);

	return v && strcmp(n->command, "fix") == 0 ? v->chosen : NULL;
}

/* " --file PATH" for each that a person named on this disk; NULL: no memory. */
static char *named_new(const struct rs_run *run, const struct run_disk *d, bool *ret_is_name)
{
	char *ret = strdup("");

	for (size_t i = 0; ret && i < run->n_findings; i++) {
		const struct run_finding *f = &run->findings[i];
		bool is_name = true, is_file = f->n_files && strcmp(f->source, "person") == 0;
		auto_free char *before = ret;
		auto_free char *word = word_new(is_file ? f->files[0].path : "", "PATH", &is_name);
		const bool is_told = is_file && disk_of(run, f->volume) == d;
		if (!word || asprintf(&ret, "%s%s%s", before, is_told ? " --file " : "",
				     is_told ? word : "") < 0)
			ret = NULL;
		*ret_is_name &= is_name || !is_told;
	}
	return ret;
}

static void say(struct printer *p, const struct rs_run *run, const struct next *n)
{
	const struct run_disk *d = disk_of(run, n->volume);
	bool is_disk = true, is_plan = true, is_folder = true;
	auto_free char *disk = word_new(d ? d->path : "", "DISK", &is_disk);
	auto_free char *plan = word_new(n->plan ? n->plan : "", "PLAN", &is_plan);
	const struct win_info *w = chosen_of(run, n);
	auto_free char *folder = word_new(w ? w->root : "", "FOLDER", &is_folder);
	bool is_file = true;
	auto_free char *files =
		strcmp(n->command, "fix") == 0 ? named_new(run, d, &is_file) : strdup("");
	char only[48] = "";

	if (!disk || !plan || !folder || !files) {
		text_line(p, "%s", lang_word("(not enough memory for this line)"));
		return;
	}
	if (w)
		(void)snprintf(
			only, sizeof(only), " --volume %u --windows ", number_of(d, n->volume));
	text_line(p, "%s: unbrick %s %s%s%s%s%s%s", lang_word(n->label), n->command, disk, n->rest,
		n->plan ? plan : "", only, w ? folder : "", files);
	if (!is_disk)
		say_unshown(p, disk, "the disk");
	if (!is_plan)
		say_unshown(p, plan, "the saved plan");
	if (w && !is_folder)
		say_unshown(p, folder, "the Windows folder");
	if (!is_file)
		say_unshown(p, "PATH", "the named file");
}

/* ---- by what was done ---- */

/* Each disk of which @wants an item; returns whether there is any. */
static bool say_each_disk(struct printer *p, const struct rs_run *run, const char *label,
	bool (*wants)(const struct plan_item *))
{
	const struct run_disk *last = NULL;

	for (size_t i = 0; i < run->n_plan; i++) {
		const struct run_disk *d = disk_of(run, run->plan[i].volume);
		if (!wants(&run->plan[i].item) || d == last)
			continue;
		say(p, run, &(struct next){label, "fix", run->plan[i].volume, "", NULL});
		last = d;
	}
	return last;
}

static bool is_to_move(const struct plan_item *item)
{
	return item->action == PLAN_QUARANTINE || item->action == PLAN_CHANGE ||
	       item->action == PLAN_ASK || item->action == PLAN_FINISH;
}

static bool is_accepted(const struct plan_item *item)
{
	return item->is_accepted;
}

static bool is_open(const struct plan_item *item)
{
	return item->is_accepted && item->result != PLAN_DONE && item->result != PLAN_ALREADY;
}

/* May its ID alone mean a quarantine of another volume of the disk? */
static bool is_alone(const struct rs_run *run, unsigned volume)
{
	const struct run_disk *d = disk_of(run, volume);

	for (size_t i = 0; i < run->n_actions; i++)
		if (run->actions[i].volume != volume && disk_of(run, run->actions[i].volume) == d)
			return false;
	for (size_t k = 0; d && k < d->n_volumes; k++)
		if (d->volumes[k].number != volume && d->volumes[k].n_quarantines)
			return false;
	return true;
}

/* Files moved, or perhaps moved. */
static bool is_begun(const struct run_item *it)
{
	return it->item.result == PLAN_DONE || it->item.result == PLAN_FAILED;
}

static bool is_any(const struct run_item *it)
{
	return it;
}

/* Each quarantine that files were moved into or out of; its name is a part of where they lie. */
static void say_undo(struct printer *p, const struct rs_run *run, const char *label,
	bool (*wants)(const struct run_item *))
{
	const struct run_item *last = NULL;

	for (size_t i = 0; i < run->n_actions; i++) {
		const struct run_item *it = &run->actions[i];
		const char *id = it->target[0] ? strchr(it->target + 1, '\\') : NULL;
		if (!wants(it) || !id)
			continue;
		const int len = (int)strcspn(++id, "\\");
		if (last && last->volume == it->volume &&
			!strncmp(last->target, it->target, (size_t)(id - it->target + len) + 1))
			continue;
		char volume[24] = "", rest[64];
		if (!is_alone(run, it->volume))
			(void)snprintf(volume, sizeof(volume), " --volume %u",
				number_of(disk_of(run, it->volume), it->volume));
		(void)snprintf(rest, sizeof(rest), " %.*s%s", len, id, volume);
		say(p, run, &(struct next){label, "undo", it->volume, rest, NULL});
		last = it;
	}
}

/* Is what it did a change of the registry, or of one name, that `undo` takes back? */
static bool is_by_undo(const char *command)
{
	static const char *const by_undo[] = {"fix", "disable", "safe", "clear"};
	bool ret = false;

	for (size_t i = 0; i < sizeof(by_undo) / sizeof(by_undo[0]); i++)
		ret |= strcmp(command, by_undo[i]) == 0;
	return ret;
}

/* An image to resume from that was dropped: half of it is dropped once more, without a plan. */
static void say_dropped(struct printer *p, const struct rs_run *run, const struct run_replay *r)
{
	if (r->result == RUN_REPLAY_FAILED)
		say(p, run, &(struct next){FINISH, "hibernation", r->volume, "", NULL});
	if (r->result == RUN_REPLAY_FAILED || r->result == RUN_REPLAY_DONE)
		say(p, run,
			&(struct next){BACK, "hibernation", r->volume, " --revert ", r->plan_file});
}

/* A replay that was begun is finished, or one that was done taken back, by its plan. */
static void say_replays(struct printer *p, const struct rs_run *run)
{
	const bool is_replay = strcmp(run->command, "replay") == 0;

	for (size_t i = 0; i < run->n_replays; i++) {
		const struct run_replay *r = &run->replays[i];
		if (r->is_hibernation) {
			if (r->plan_file)
				say_dropped(p, run, r);
			continue;
		}
		const bool is_cut = r->result == RUN_REPLAY_FAILED && r->plan_file;
		if (is_cut)
			say(p, run,
				&(struct next){
					FINISH, "replay", r->volume, " --resume ", r->plan_file});
		if (is_cut || (is_replay && r->result == RUN_REPLAY_DONE))
			say(p, run,
				&(struct next){
					BACK, "replay", r->volume, " --revert ", r->plan_file});
	}
}

/* Journals that are as they were, a disk each: those that are replayed are not open any more. */
static void say_unreplayed(struct printer *p, const struct rs_run *run)
{
	const struct run_disk *last = NULL;

	for (size_t i = 0; i < run->n_replays; i++) {
		const struct run_replay *r = &run->replays[i];
		const struct run_disk *d = disk_of(run, r->volume);
		if (r->result == RUN_REPLAY_DONE || r->plan_file || d == last)
			continue;
		say(p, run, &(struct next){FINISH, "replay", r->volume, "", NULL});
		last = d;
	}
}

/* A Windows that starts in Safe Mode does so until somebody sets it back. */
static void say_safe_mode(struct printer *p, const struct rs_run *run)
{
	for (size_t i = 0; i < run->safe_mode.n_changes; i++) {
		const struct run_boot_change *c = &run->safe_mode.changes[i];
		if (c->is_done && c->after != BOOT_USUAL)
			say(p, run, &(struct next){BACK, "safemode off", c->store, "", NULL});
	}
}

/* Nothing was to be done, and a journal waits for Windows. */
static void say_pending(struct printer *p, const struct rs_run *run)
{
	for (size_t i = 0; i < run->n_disks; i++)
		for (size_t k = 0; k < run->disks[i].n_volumes; k++) {
			const struct run_volume *v = &run->disks[i].volumes[k];
			if (!v->ntfs || v->ntfs->journal.state != RUN_JOURNAL_PENDING)
				continue;
			say(p, run,
				&(struct next){
					"To apply the journal now", "replay", v->number, "", NULL});
			break; /* it takes all of a disk */
		}
}

/* It failed or was stopped after something was written. */
static void say_cut_short(struct printer *p, const struct rs_run *run)
{
	say_replays(p, run);
	if (strcmp(run->command, "replay") == 0)
		say_unreplayed(p, run);
	if (strcmp(run->command, "fix") == 0) {
		if (!say_each_disk(p, run, FINISH, is_open))
			(void)say_each_disk(p, run, FINISH, is_accepted); /* flag, report */
	}
	if (is_by_undo(run->command))
		say_undo(p, run, BACK, is_begun);
	if (strcmp(run->command, "undo") == 0)
		say_undo(p, run, FINISH, is_any);
}

void text_next(struct printer *p, const struct rs_run *run)
{
	const struct run_outcome *o = &run->outcome;

	if (!run->command)
		return;
	if (run->err.code) {
		/* of a disk that lost something none of ours is safe */
		if (o->is_written && o->status != RS_STATUS_UNVERIFIED)
			say_cut_short(p, run);
		return;
	}
	if (o->result == RUN_FOUND) /* of scan, diagnose */
		(void)say_each_disk(p, run, "To repair it", is_to_move);
	if (is_by_undo(run->command))
		say_undo(p, run, BACK, is_begun);
	say_safe_mode(p, run);
	if (strcmp(run->command, "fix") == 0 && o->status == RS_STATUS_NOTHING)
		say_pending(p, run);
	if (strcmp(run->command, "replay") == 0 || strcmp(run->command, "hibernation") == 0)
		say_replays(p, run);
}

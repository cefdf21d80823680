/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/language.h"
#include "core/redact.h"
#include "core/text.h"
#include "report/render.h"

static bool is_command(const struct rs_run *run, const char *command)
{
	return run->command && strcmp(run->command, command) == 0;
}

static bool has(const char *text)
{
	return text && text[0];
}

/* "  Rule:     "; a longer word makes the line begin later. */
static void say_source(struct printer *p, const struct run_finding *f)
{
	char word[32], first[40];

	static const char *const known[] = {N_("Rule:")};

	(void)known; /* it is found by what is made here */
	(void)snprintf(word, sizeof(word), "%s:", f->source);
	word[0] = (char)toupper((unsigned char)word[0]);
	(void)snprintf(first, sizeof(first), "  %-9s ", word);
	text_say(p, first, "%-s (%s)", f->id, run_finding_word(f->outcome));
}

/* The diagnosis itself tells of its files, with their reasons. */
static bool is_told_below(const struct rs_run *run, const struct run_finding *f)
{
	return run->n_diagnoses && strcmp(f->source, "diagnosis") == 0;
}

static void say_findings(struct printer *p, const struct rs_run *run)
{
	for (size_t i = 0; i < run->n_findings; i++) {
		const struct run_finding *f = &run->findings[i];
		const bool is_named = strcmp(f->source, "person") == 0;

		if (is_told_below(run, f))
			continue;
		text_blank(p);
		if (has(f->windows) && run_has_several(run_volume_at(run, f->volume)))
			text_say(p, "Found: ", "%s, on volume %u, Windows in %-s", f->title,
				f->volume, f->windows);
		else
			text_say(p, "Found: ", "%s, on volume %u", f->title, f->volume);
		if (is_named) {
			text_named(p, run, f);
		} else {
			say_source(p, f);
			text_say_if(p, "  Because:  ", f->why);
		}
		text_say_if(p, "  Evidence: ", f->evidence);
		text_say_if(p, "  Note:     ", f->text);
		for (size_t k = 0; k < f->references.n; k++)
			text_say(p, "  See:      ", "%-s", f->references.list[k]);
	}
}

static void say_faults(struct printer *p, const struct rs_run *run)
{
	if (!run->unreadable && !run->faults.n)
		return;
	text_blank(p);
	text_say(p, "", "Not looked at (damaged or unreadable): %llu",
		(unsigned long long)run->unreadable);
	for (size_t i = 0; i < run->faults.n; i++)
		text_say(p, "  ! ", "%s", run->faults.list[i]);
}

static const char *plan_verb(enum plan_action action)
{
#define VERB(name, word, verb) verb,
	static const char *const verbs[] = {PLAN_ACTIONS(VERB)};

	return verbs[action];
}

#define NAMES_MAX 16U /* of a file, in the text; the JSON report has all */

/* What goes with it, and what else the file is known by. */
static void say_names(struct printer *p, const struct plan_item *item)
{
	size_t told = 0;

	for (size_t i = 0; item->n_names > 1 && i < item->n_names; i++) {
		const struct plan_name *name = &item->names[i];
		const char *other = strrchr(name->path, '\\');
		const char *own = strrchr(item->path, '\\');
		/* the one that the plan is about, here or in the quarantine */
		if (name->is_moved && other && own && strcmp(other, own) == 0)
			continue;
		if (told++ < NAMES_MAX)
			text_say(p, "      Also:    ", "%-s (%s)", name->path,
				name->is_moved ? "goes with it" : "stays, the same file");
	}
	if (told > NAMES_MAX)
		text_say(p, "      Also:    ", "and %zu more names", told - NAMES_MAX);
}

static void say_file(struct printer *p, const struct run_item *it)
{
	const struct plan_item *item = &it->item;
	char size[24], time[RS_TIME_LEN], hash[65];

	if (item->file_ref) {
		report_size_text(item->stat.size_bytes, size);
		text_say(p, "      Size:    ", "%s (%llu), volume %u", size,
			(unsigned long long)item->stat.size_bytes, it->volume);
	}
	if (item->file_ref && item->stat.modified) {
		rs_filetime_text(item->stat.modified, time);
		text_say_timed(p, "      Changed: ", time, it->volume, item->windows);
	}
	if (item->has_sha256) {
		rs_hex(item->sha256, sizeof(item->sha256), hash);
		text_say(p, "      SHA-256: ", "%s", hash);
	}
}

static void say_value(struct printer *p, const struct change_value *v, bool is_back)
{
	const char *what = has(v->what) ? v->what : v->key;

	if (v->is_left && v->is_file_gone)
		text_say(p, "      Left:    ", "%s: its file is gone, and a start would want it",
			what);
	else if (v->is_left)
		text_say(p, "      Left:    ", "%s: something else has changed it since", what);
	else
		text_say(p, is_back ? N_("      Undoes:  ") : N_("      Changes: "), "%s", what);
}

/* What is changed, and what is not, with the reason: all of it. */
static void say_change(struct printer *p, const struct plan_item *item)
{
	const struct plan_change *c = item->change;
	const bool is_back = item->action == PLAN_RESTORE;

	for (size_t i = 0; i < c->n; i++)
		say_value(p, &c->values[i], is_back);
	for (size_t i = 0; i < c->n_touched; i++) {
		const struct plan_touched *t = &c->touched[i];
		const char *first = t->is_done ? N_("      Of:      ") : N_("      Stays:   ");
		if (t->kind == TOUCHED_SETTING) { /* named by us, in the reader's language */
			text_say_if(p, first, t->name);
			continue;
		}
		text_say(p, first, "%-s%s%-s%s%s%s", t->name, has(t->vendor) ? " (" : "", t->vendor,
			has(t->vendor) ? ")" : "", has(t->reason) ? ": " : "", t->reason);
	}
	if (!is_back)
		text_say_if(p, "      Note:    ", c->note);
}

static void say_way(struct printer *p, const struct run_item *it)
{
	const struct plan_item *item = &it->item;
	int top_len = (int)strcspn(it->target + 1, "\\"); /* "Unbrick" of "\Unbrick\<time>\NNNN" */

	if (item->change) {
		if (item->action != PLAN_RESTORE && item->action != PLAN_REPORT &&
			!has(item->change->source)) /* what is put back replaces nothing */
			text_say(p, "      Kept:    ",
				"what it was, in a folder of its own below \\%.*s, on this volume",
				top_len, it->target + 1);
	} else if (item->action == PLAN_RESTORE) {
		text_say(p, "      From:    ", "%-s", it->target);
		if (has(item->place))
			text_say(p, "      To:      ", "%-s", item->place);
	} else if (item->action != PLAN_KEEP && item->action != PLAN_REPORT) {
		/* the folder's name is known only after the answer: not among the lines of the plan
		 */
		text_say(p, "      To:      ", "a folder of its own below \\%.*s, on this volume",
			top_len, it->target + 1);
	}
}

/* A rule's name is its own; what is no rule has a word of ours. */
static const char *source_id(const struct plan_item *item)
{
	static const char *const ours[] = {N_("diagnosis"), N_("named")};

	for (size_t i = 0; has(item->rule_id) && i < sizeof(ours) / sizeof(ours[0]); i++)
		if (strcmp(item->rule_id, ours[i]) == 0)
			return lang_word(ours[i]);
	return has(item->rule_id) ? item->rule_id : "";
}

static void say_plan_item(struct printer *p, const struct run_item *it)
{
	const struct plan_item *item = &it->item;
	char first[64], path[TEXT_PATH_SHOWN];
	auto_free char *timed =
		has(item->why) ? text_timed_new(p, item->why, it->volume, item->windows) : NULL;
	auto_free char *why = timed ? lang_new(timed) : NULL; /* by itself it is recognised */

	/* an undone change puts nothing back: the hive stays, a name that was put back goes */
	(void)snprintf(first, sizeof(first), "%4u. %-9s ", item->number,
		item->change && item->action == PLAN_RESTORE ? N_("TAKE BACK")
							     : plan_verb(item->action));
	text_path(item->path, path);
	text_say(p, first, "%-s", path);
	say_names(p, item);
	say_file(p, it);
	if (item->change)
		say_change(p, item);
	if (has(item->rule_id) || has(why))
		text_say(p, "      Because: ", "%-s%s%-s", source_id(item),
			has(item->rule_id) && has(why) ? ": " : "", has(why) ? why : "");
	for (size_t i = 0; i < item->n_against; i++)
		text_say(p, "      Against: ", "%s", item->against[i]);
	if (item->is_alone)
		text_say(p, "      Alone:   ",
			"moved by the diagnosis alone: nobody was asked about this file");
	if (item->hinder) {
		text_say_timed(p,
			item->can_confirm ? "      Ask:     " : "      CANNOT:  ", item->hinder,
			it->volume, item->windows);
		text_say_if(p, "      Next:    ", text_step(p, item->next));
	}
	say_way(p, it);
}

static void say_replay(struct printer *p, const struct run_replay *r)
{
	const struct run_counts *c = &r->counts;

	if (r->is_hibernation)
		text_say(p, "      HIBERNATION ",
			"the first page of hiberfil.sys of volume %u, with the image to resume "
			"from",
			r->volume);
	else
		text_say(p, "      REPLAY    ",
			"the journal of volume %u: %llu of %llu %s, %llu %s", r->volume,
			(unsigned long long)c->redone, (unsigned long long)c->records,
			rs_form(c->records, "record", "records"), (unsigned long long)r->blocks,
			rs_form(r->blocks, "block", "blocks"));
	if (c->losers)
		text_say(p, "      Losers:  ", "%llu %s never ended: undone, as Windows would",
			(unsigned long long)c->losers,
			rs_form(c->losers, "transaction", "transactions"));
	if (r->zeroed)
		text_say(p, "      Note:    ",
			"the contents of %llu %s are not in the journal: they read as zeros, as "
			"they will in Windows",
			(unsigned long long)r->zeroed,
			rs_form(r->zeroed, "small file", "small files"));
	if (has(r->plan_file))
		text_say(p, "      Saved in: ", "%-s", r->plan_file);
}

static void say_plan(struct printer *p, const struct rs_run *run)
{
	if (!run->n_plan && !run->n_replays)
		return;
	text_blank(p);
	text_say(p, "", "Plan:");
	for (size_t i = 0; i < run->n_replays; i++)
		say_replay(p, &run->replays[i]);
	for (size_t i = 0; i < run->n_plan; i++)
		say_plan_item(p, &run->plan[i]);
}

/* Was there an attempt? */
static bool is_begun(const struct run_replay *r)
{
	return r->result != RUN_REPLAY_PLANNED && r->result != RUN_REPLAY_REFUSED;
}

static void say_replayed(struct printer *p, const struct rs_run *run)
{
	for (size_t i = 0; i < run->n_replays; i++) {
		const struct run_replay *r = &run->replays[i];
		char first[64];

		if (!is_begun(r))
			continue;
		(void)snprintf(first, sizeof(first), "      %-9s ", run_replay_word(r->result));
		text_say(p, first,
			r->is_hibernation ? "hiberfil.sys of volume %u"
					  : "the journal of volume %u",
			r->volume);
		text_error(p, "      ! ", &r->err);
	}
}

static void say_left(struct printer *p, const struct rs_run *run)
{
	for (size_t i = 0; i < run->n_left; i++) {
		char label[48];

		(void)snprintf(label, sizeof(label), "Left, volume %u: ", run->left[i].volume);
		text_blank(p);
		text_error(p, label, &run->left[i].err);
	}
}

static void say_actions(struct printer *p, const struct rs_run *run)
{
	bool is_undo = is_command(run, "undo"), is_any = run->n_actions > 0;

	for (size_t i = 0; i < run->n_replays; i++)
		is_any |= is_begun(&run->replays[i]);
	if (!is_any)
		return;
	text_blank(p);
	text_say(p, "", "Done:");
	say_replayed(p, run);
	for (size_t i = 0; i < run->n_actions; i++) {
		const struct run_item *it = &run->actions[i];
		const struct plan_item *item = &it->item;
		char first[64], path[TEXT_PATH_SHOWN];

		(void)snprintf(first, sizeof(first), "%4u. %-9s ", item->number,
			run_done_word(item->result));
		text_path(is_undo && has(item->place) ? item->place : item->path, path);
		if (item->change) /* it stays where it is */
			text_say(p, first, "%-s", path);
		else
			text_say(p, first, "%-s -> %-s", is_undo ? it->target : path,
				is_undo ? path : it->target);
		text_error(p, "      ! ", &item->err);
	}
}

static void say_verification(struct printer *p, const struct rs_run *run)
{
	const struct run_verification *v = &run->verification;
	const char *what = v->read_from == RUN_SOURCE_DEVICE ? "Read back from the device"
			   : v->read_from == RUN_SOURCE_CACHE
				   ? "Read again, but only from this machine's cache"
				   : "Read back";

	if (!v->is_done)
		return;
	text_blank(p);
	text_say(p, "", "%s: %s", what, v->is_passed ? N_("passed") : N_("FAILED"));
	for (size_t i = 0; i < v->checks.n; i++)
		text_say(p, "  - ", "%s", v->checks.list[i]);
	text_error(p, "  ! ", &v->err);
}

/* A text of several lines, as it is. */
static void say_verbatim(struct printer *p, const char *text)
{
	auto_free char *copy = strdup(text);

	if (copy)
		rs_redact(copy); /* whole: a line end may stand in the middle of a secret */
	for (const char *at = copy; at && *at;) {
		size_t len = strcspn(at, "\n");
		/* a tab stands only where a continued line begins */
		bool is_tab = *at == '\t';
		text_line(p, "%s%.*s", is_tab ? "        " : "", (int)(len - is_tab), at + is_tab);
		at += len + (at[len] == '\n');
	}
}

static void say_rules(struct printer *p, const struct rs_run *run)
{
	for (size_t i = 0; i < run->n_rules; i++) {
		const struct run_rule *r = &run->rules[i];

		text_say(p, "",
			r->is_on_request ? "%-s (%s, %s; only when asked for)" : "%-s (%s, %s)",
			r->id, run_kind_word(r->kind), run_rule_action_word(r->action));
		text_say(p, "  ", "%s", r->title);
	}
	if (run->rule_text && !run->rule_file)
		say_verbatim(p, run->rule_text);
	for (size_t i = 0; i < run->n_checked; i++) {
		if (!run->checked[i].err.code)
			text_say(p, "good  ", "%-s", run->checked[i].file);
		text_error(p, "BAD   ", &run->checked[i].err);
	}
}

/* The last line. */
static void say_outcome(struct printer *p, const struct rs_run *run)
{
	const struct run_outcome *o = &run->outcome;

	if (!o->is_known)
		return;
	if (!run->err.code && o->text[0]) {
		text_blank(p);
		text_say(p, "", "Result: %s.", o->text);
		if (o->is_copy)
			text_say(p, "",
				"This copy was made before it was kept here: if that, or "
				"what came after it, failed, only the program's own report "
				"says so.");
	}
}

static void say_servers(
	struct printer *p, const char *head, const struct run_texts *t, const char *none)
{
	for (size_t i = 0; i < t->n; i++)
		text_say(p, head, "%-s", t->list[i]);
	if (!t->n)
		text_say(p, head, "%s", none);
}

static void say_policy_file(struct printer *p, const struct run_policy_file *f)
{
	char from[RS_TIME_LEN], to[RS_TIME_LEN];

	rs_filetime_text(f->issued_filetime, from);
	rs_filetime_text(f->expires_filetime, to);
	text_say(p, "File:     ", "%-s, version %u", f->file, f->version);
	text_say(p, "Act:      ", "%s", policy_act_word(f->act));
	text_say(p, "Time:     ", "%s to %s", from, to);
	if (f->n_machines)
		text_say(p, "Machines: ", "%zu by serial number, UUID or MAC", f->n_machines);
	if (f->n_models)
		text_say(p, "Models:   ", "%zu", f->n_models);
	if (!f->n_machines && !f->n_models)
		text_say(p, "Machines: ", "all that take it");
	for (size_t i = 0; i < f->rules.n; i++)
		text_say(p, "Rule:     ", "%-s", f->rules.list[i]);
	if (f->has_shipped_rules)
		text_say(p, "Rules:    ", "those that the program ships with");
	text_say(p, "Diagnosis: ", "%s",
		f->is_alone ? "one that is sure may act" : "moves nothing, as nobody is there");
	text_say(p, "Acts:     ", "%s",
		f->may_disable ? "files are moved, and services disabled by a rule"
			       : "files are moved");
	text_say(p, "At most:  ", "%u %s", f->max_files, rs_form(f->max_files, "file", "files"));
	text_say(p, "Journals: ", "%s", f->replay);
	text_say(p, "Then:     ", "repaired: %s, nothing to repair: %s, failure: %s", f->repaired,
		f->nothing, f->failure);
	text_say(p, "Without a clock: ", "%s",
		f->unknown_clock_acts ? "it repairs all the same" : "it only looks and reports");
	text_say(p, "Waits:    ", "up to %u s", f->delay_s);
	say_servers(p, "Keys:     ", &f->keys, "no server is asked");
	say_servers(p, "Reports:  ", &f->reports, "to nobody");
}

static void say_policy(struct printer *p, const struct rs_run *run)
{
	const struct run_policy *o = &run->policy;

	if (o->is_given && o->version)
		text_say(p, "Policy: ", "version %u, signed with key %s", o->version, o->key_id);
	if (run->is_drill)
		text_say(p, "Drill:  ", "all is done but the write");
	if (o->is_given || run->is_drill)
		text_blank(p);
}

void report_text_part(const struct rs_run *run, enum rs_part part, const struct rs_manner *manner,
	void (*put)(void *user, const char *line), void *user)
{
	struct printer p = {put, user, manner};
	bool is_list = is_command(run, "list");

	switch (part) {
	case RS_PART_DISKS:
		say_policy(&p, run);
		text_disks(&p, run, is_list);
		break;
	case RS_PART_FINDINGS:
		say_findings(&p, run);
		say_faults(&p, run);
		break;
	case RS_PART_DIAGNOSIS:
		text_diagnoses(&p, run);
		break;
	case RS_PART_PLAN:
		say_plan(&p, run);
		text_safe_mode(&p, run);
		say_left(&p, run);
		break;
	case RS_PART_DONE:
		say_actions(&p, run);
		say_verification(&p, run);
		say_rules(&p, run);
		if (run->policy_file.file)
			say_policy_file(&p, &run->policy_file);
		if (run->firmware)
			text_firmware(&p, run->firmware);
		if (!manner && !is_list && !is_command(run, "rules")) /* a screen begins with it */
			say_outcome(&p, run);
		break;
	case RS_PART_NEXT:
		if (run->outcome.is_known && !is_list && !is_command(run, "rules"))
			text_next(&p, run);
		break;
	case RS_PARTS:
		break;
	}
}

void report_text(const struct rs_run *run, void (*put)(void *user, const char *line), void *user)
{
	for (unsigned part = 0; part < RS_PARTS; part++)
		report_text_part(run, (enum rs_part)part, NULL, put, user);
}

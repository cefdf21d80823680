/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The model in the words of docs/report.md. */
#include <string.h>

#include "act/change.h"
#include "core/redact.h"
#include "report/render.h"

static void texts(struct json_out *j, const char *key, const struct run_texts *t)
{
	jo_open(j, key, '[');
	for (size_t i = 0; i < t->n; i++)
		jo_text(j, NULL, t->list[i]);
	jo_close(j, ']');
}

static void texts_if(struct json_out *j, const char *key, const struct run_texts *t)
{
	if (t->n)
		texts(j, key, t);
}

static void tool(struct json_out *j, const void *of)
{
	(void)of;
	jo_text(j, "name", "unbrick");
	jo_text(j, "version", UNBRICK_VERSION);
}

static void machine(struct json_out *j, const void *of)
{
	const struct run_machine *m = of;

	jo_text(j, "system", m->system);
	jo_text(j, "cpu", m->cpu);
	if (m->memory_bytes)
		jo_uint(j, "memory_bytes", m->memory_bytes);
	jo_text(j, "vendor", m->vendor);
	jo_text(j, "product", m->product);
	jo_text(j, "serial", m->serial);
}

static void policy(struct json_out *j, const void *of)
{
	const struct run_policy *p = of;

	if (p->version) {
		jo_uint(j, "version", p->version);
		jo_text(j, "key_id", p->key_id);
		jo_text(j, "act", policy_act_word(p->act));
	}
	jo_text(j, "result", run_policy_word(p->result));
	if (p->is_clock_unknown)
		jo_text(j, "clock", "unknown");
}

/* By what it was done without a person. */
static void under(struct json_out *j, const struct rs_run *run)
{
	if (run->policy.is_given)
		jo_object(j, "policy", policy, &run->policy);
	if (run->is_drill)
		jo_bool(j, "drill", true);
}

static void head(struct json_out *j, const struct rs_run *run)
{
	jo_uint(j, "schema_version", REPORT_SCHEMA_VERSION);
	jo_object(j, "tool", tool, NULL);
	if (!run->has_machine)
		jo_time(j, "started", run->started_filetime);
	jo_text(j, "command", run->command);
	if (run->has_machine) {
		jo_time(j, "started", run->started_filetime);
		jo_object(j, "machine", machine, &run->machine);
	}
	under(j, run);
}

/* A file that stays, as its services are disabled: no plan tells its facts. */
static void driver(struct json_out *j, const struct finding *f)
{
	jo_open(j, NULL, '{');
	jo_text(j, "path", f->path);
	jo_uint(j, "size_bytes", f->stat.size_bytes);
	jo_time(j, "created", f->stat.created);
	jo_time(j, "modified", f->stat.modified);
	if (f->has_sha256)
		jo_hex32(j, "sha256", f->sha256);
	jo_open(j, "services", '[');
	for (size_t i = 0; i < f->n_services; i++)
		jo_text(j, NULL, f->services[i]);
	jo_close(j, ']');
	jo_close(j, '}');
}

static void drivers(struct json_out *j, const struct run_finding *f)
{
	bool is_open = false;

	for (size_t i = 0; i < f->n_files; i++) {
		if (!f->files[i].n_services || !f->files[i].stat.ref)
			continue;
		if (!is_open)
			jo_open(j, "drivers", '[');
		is_open = true;
		driver(j, &f->files[i]);
	}
	if (is_open)
		jo_close(j, ']');
}

static void finding(struct json_out *j, const void *of)
{
	const struct run_finding *f = of;

	jo_uint(j, "volume", f->volume);
	jo_text(j, "windows", f->windows);
	jo_text(j, "source", f->source);
	jo_text(j, "rule", f->id); /* as in the plan */
	jo_text(j, "title", f->title);
	jo_text(j, "kind", run_kind_word(f->kind));
	jo_text(j, "outcome", run_finding_word(f->outcome));
	jo_text(j, "why", f->why);
	jo_text(j, "evidence", f->evidence);
	jo_text(j, "text", f->text);
	texts_if(j, "references", &f->references);
	drivers(j, f);
}

static void name(struct json_out *j, const void *of)
{
	const struct plan_name *n = of;

	jo_text(j, "path", n->path);
	jo_bool(j, "moved", n->is_moved);
}

static void file_facts(struct json_out *j, const struct plan_item *item)
{
	if (item->file_ref) {
		jo_uint(j, "size_bytes", item->stat.size_bytes);
		jo_uint(j, "record", NT_REF_RECORD(item->file_ref));
		jo_uint(j, "sequence", NT_REF_SEQUENCE(item->file_ref));
		jo_time(j, "created", item->stat.created);
		jo_time(j, "modified", item->stat.modified);
		jo_time(j, "changed", item->stat.changed);
		jo_time(j, "accessed", item->stat.accessed);
	}
	if (item->has_sha256)
		jo_hex32(j, "sha256", item->sha256);
}

static void item_head(struct json_out *j, const struct run_item *it)
{
	jo_uint(j, "volume", it->volume);
	jo_uint(j, "item", it->item.number);
	jo_text(j, "action", run_action_word(it->item.action));
	jo_text(j, "path", it->item.path);
}

static void against(struct json_out *j, const struct plan_item *item)
{
	if (!item->n_against)
		return;
	jo_open(j, "against", '[');
	for (size_t i = 0; i < item->n_against; i++)
		jo_text(j, NULL, item->against[i]);
	jo_close(j, ']');
}

static void plan_item(struct json_out *j, const void *of)
{
	const struct run_item *it = of;
	const struct plan_item *item = &it->item;
	bool is_told = item->action == PLAN_KEEP || item->action == PLAN_REPORT;

	item_head(j, it);
	jo_text(j, "windows", item->windows);
	jo_text(j, "rule", item->rule_id);
	jo_text(j, "why", item->why);
	if (item->is_spared)
		jo_text(j, "refused", item->refused ? item->refused : item->why);
	against(j, item);
	if (item->n_names > 1) /* most files have one name, which is the path */
		JO_OBJECTS(j, "names", name, item->names, item->n_names);
	jo_text(j, "target", is_told ? NULL : it->target);
	jo_text(j, "place", item->place);
	jo_text(j, "hinder", item->hinder);
	jo_text(j, "next", item->next);
	if (item->hinder)
		jo_bool(j, "asked", item->can_confirm);
	file_facts(j, item);
	if (item->change)
		change_put(j, item->change);
	if (item->after)
		jo_uint(j, "after", item->after);
	if (it->is_answered)
		jo_bool(j, "accepted", item->is_accepted);
	if (item->is_alone)
		jo_bool(j, "alone", true);
}

static void plan(struct json_out *j, const struct rs_run *run)
{
	if (run->is_planned)
		JO_OBJECTS(j, "plan", plan_item, run->plan, run->n_plan);
}

static void left(struct json_out *j, const void *of)
{
	const struct run_left *l = of;

	jo_uint(j, "volume", l->volume);
	report_json_error(j, "error", &l->err);
}

static void replay(struct json_out *j, const void *of)
{
	const struct run_replay *r = of;

	jo_uint(j, "volume", r->volume);
	if (r->is_hibernation)
		jo_text(j, "of", "hibernation");
	jo_text(j, "state",
		run_journal_word(r->is_pending ? RUN_JOURNAL_PENDING : RUN_JOURNAL_IDLE));
	report_json_counts(j, &r->counts);
	jo_uint(j, "blocks", r->blocks);
	jo_uint(j, "bytes", r->bytes);
	jo_uint(j, "zeroed", r->zeroed);
	jo_text(j, "plan", r->plan_file);
	jo_text(j, "result", run_replay_word(r->result));
	report_json_error(j, "error", &r->err);
}

static void replays(struct json_out *j, const struct rs_run *run)
{
	if (run->n_replays)
		JO_OBJECTS(j, "replay", replay, run->replays, run->n_replays);
}

static void action(struct json_out *j, const void *of)
{
	const struct run_item *it = of;

	item_head(j, it);
	jo_text(j, "target", it->target);
	jo_text(j, "place", it->item.place);
	jo_text(j, "result", run_done_word(it->item.result));
	report_json_error(j, "error", &it->item.err);
}

static void verification(struct json_out *j, const void *of)
{
	const struct run_verification *v = of;

	texts(j, "checks", &v->checks);
	jo_text(j, "read_from", run_source_word(v->read_from));
	jo_bool(j, "passed", v->is_passed);
	report_json_error(j, "error", &v->err);
}

static void kept(struct json_out *j, const void *of)
{
	const struct run_kept *k = of;

	jo_text(j, "id", k->id);
	jo_uint(j, "volume", k->volume);
	jo_text(j, "report", k->report);
}

static void rule(struct json_out *j, const void *of)
{
	const struct run_rule *r = of;

	jo_text(j, "id", r->id);
	jo_text(j, "title", r->title);
	jo_text(j, "kind", run_kind_word(r->kind));
	jo_text(j, "action", run_rule_action_word(r->action));
	if (r->is_on_request)
		jo_bool(j, "on_request", true);
	texts_if(j, "references", &r->references);
}

static void shown_rule(struct json_out *j, const void *of)
{
	const struct rs_run *run = of;

	jo_text(j, "id", run->rule_id);
	/* not escaped: it is a text file of several lines, and was checked when parsed */
	jo_verbatim(j, "text", run->rule_text);
	jo_text(j, "file", run->rule_file);
}

static void policy_outcomes(struct json_out *j, const void *of)
{
	const struct run_policy_file *f = of;

	jo_text(j, "repaired", f->repaired);
	jo_text(j, "nothing", f->nothing);
	jo_text(j, "failure", f->failure);
}

static void policy_file(struct json_out *j, const void *of)
{
	const struct run_policy_file *f = of;

	jo_text(j, "file", f->file);
	jo_uint(j, "version", f->version);
	jo_text(j, "act", policy_act_word(f->act));
	jo_time(j, "issued", f->issued_filetime);
	jo_time(j, "expires", f->expires_filetime);
	jo_uint(j, "machines", f->n_machines);
	jo_uint(j, "models", f->n_models);
	texts(j, "rules", &f->rules);
	jo_bool(j, "shipped_rules", f->has_shipped_rules);
	jo_text(j, "diagnosis", f->is_alone ? "alone" : "ask");
	jo_open(j, "acts", '[');
	jo_text(j, NULL, "move");
	if (f->may_disable)
		jo_text(j, NULL, "disable");
	jo_close(j, ']');
	jo_uint(j, "max_files", f->max_files);
	jo_text(j, "replay", f->replay);
	jo_object(j, "outcomes", policy_outcomes, f);
	jo_text(j, "unknown_clock", f->unknown_clock_acts ? "act" : "report");
	jo_uint(j, "delay_s", f->delay_s);
	texts(j, "keys", &f->keys);
	texts(j, "reports", &f->reports);
}

static void checked(struct json_out *j, const void *of)
{
	const struct run_check *c = of;

	jo_text(j, "file", c->file);
	jo_bool(j, "ok", !c->err.code);
	report_json_error(j, "error", &c->err);
}

static void export(struct json_out *j, const void *of)
{
	const struct run_export *x = of;

	jo_uint(j, "bytes", x->bytes);
	jo_uint(j, "data_bytes", x->data_bytes);
	jo_text(j, "file", x->file);
	jo_text(j, "sha256", x->sha256);
	jo_uint(j, "resumed_at", x->resumed_at);
}

static void outcome(struct json_out *j, const void *of)
{
	const struct run_outcome *o = of;

	jo_int(j, "status", o->status);
	jo_text(j, "result", run_result_word(o->result));
	jo_text(j, "text", o->text);
	if (o->can_write)
		jo_bool(j, "written", o->is_written);
	if (o->is_copy)
		jo_bool(j, "copy", true);
}

/* What was done follows what was found; that a file goes back is planned before. */
static void acts(struct json_out *j, const struct rs_run *run)
{
	bool is_back = run->command && strcmp(run->command, "undo") == 0;

	if (run->n_left)
		JO_OBJECTS(j, "left", left, run->left, run->n_left);
	if (is_back)
		plan(j, run);
	if (run->is_acted)
		JO_OBJECTS(j, "actions", action, run->actions, run->n_actions);
	if (run->verification.is_done)
		jo_object(j, "verification", verification, &run->verification);
	if (is_back)
		replays(j, run);
	if (run->quarantine.id[0])
		jo_object(j, "quarantine", kept, &run->quarantine);
	if (is_back)
		return;
	plan(j, run);
	replays(j, run);
}

static const struct run_bitlocker *opened_by_recovery(const struct run_volume *v)
{
	const struct run_bitlocker *b = v->bitlocker;

	return b && b->is_unlocked && bl_is_kind(b->unlock.protection, BL_P_RECOVERY) ? b : NULL;
}

/* For who changes them: a key that was used is known to more people than before. */
static void used_keys(struct json_out *j, const struct rs_run *run)
{
	bool is_open = false;

	for (size_t i = 0; i < run->n_disks; i++)
		for (size_t k = 0; k < run->disks[i].n_volumes; k++) {
			const struct run_bitlocker *b =
				opened_by_recovery(&run->disks[i].volumes[k]);
			if (b && !is_open)
				jo_open(j, "used_key_ids", '[');
			is_open |= b != NULL;
			if (b)
				jo_guid(j, NULL, b->unlock.protector_id);
		}
	if (is_open)
		jo_close(j, ']');
}

static void boot_entry(struct json_out *j, const void *of)
{
	const struct run_boot_entry *e = of;

	jo_uint(j, "store_volume", e->store);
	if (e->volume)
		jo_uint(j, "volume", e->volume);
	jo_text(j, "entry", e->object);
	jo_text(j, "description", e->description);
	jo_bool(j, "default", e->is_default);
	jo_text(j, "start", boot_mode_word(e->mode));
	if (e->mode != BOOT_USUAL)
		jo_bool(j, "by_unbrick", e->is_ours);
}

static void boot_change(struct json_out *j, const void *of)
{
	const struct run_boot_change *c = of;

	jo_uint(j, "store_volume", c->store);
	if (c->volume)
		jo_uint(j, "volume", c->volume);
	jo_text(j, "entry", c->object);
	jo_text(j, "description", c->description);
	jo_text(j, "before", boot_mode_word(c->before));
	jo_text(j, "after", boot_mode_word(c->after));
	jo_bool(j, "done", c->is_done);
}

static void safe_mode(struct json_out *j, const void *of)
{
	const struct run_safe_mode *s = of;

	JO_OBJECTS(j, "changes", boot_change, s->changes, s->n_changes);
	texts_if(j, "texts", &s->texts);
}

static void begin(struct json_out *j, const struct rs_run *run)
{
	jo_open(j, NULL, '{');
	head(j, run);
	if (run->n_findings)
		JO_OBJECTS(j, "findings", finding, run->findings, run->n_findings);
	report_json_diagnoses(j, run);
	if (run->is_judged)
		jo_uint(j, "unreadable", run->unreadable);
	texts_if(j, "faults", &run->faults);
	report_json_disks(j, run);
	if (run->n_boot_entries)
		JO_OBJECTS(j, "boot_entries", boot_entry, run->boot_entries, run->n_boot_entries);
	if (run->safe_mode.is_planned)
		jo_object(j, "safe_mode", safe_mode, &run->safe_mode);
	used_keys(j, run);
	acts(j, run);
	if (run->n_rules)
		JO_OBJECTS(j, "rules", rule, run->rules, run->n_rules);
	if (run->rule_id)
		jo_object(j, "rule", shown_rule, run);
	if (run->policy_file.file)
		jo_object(j, "policy_file", policy_file, &run->policy_file);
	if (run->is_checked)
		JO_OBJECTS(j, "checked", checked, run->checked, run->n_checked);
	if (run->export.file)
		jo_object(j, "export", export, &run->export);
	if (run->firmware)
		jo_object(j, "firmware", fw_json, run->firmware);
	if (run->help)
		jo_verbatim(j, "help", run->help);
}

static int end(struct json_out *j, const struct rs_report *r)
{
	const struct rs_run *run = &r->run;

	if (run->outcome.is_known) {
		if (run->is_front)
			jo_uint(j, "duration_ms", run->duration_ms);
		jo_object(j, "outcome", outcome, &run->outcome);
		report_json_error(j, "error", &run->err);
		if (!run->is_front)
			jo_uint(j, "duration_ms", run->duration_ms);
	}
	jo_close(j, '}');
	(void)fputc('\n', j->f);
	return j->is_failed || r->kept.is_short || r->planned.is_short ? RS_E_MEMORY : 0;
}

static struct json_out out_to(const struct rs_report *r, FILE *f)
{
	return (struct json_out){
		.f = f, .clean = rs_shown_new, .lines = r->run.is_front ? 1 : JSON_ALL_LINES};
}

void report_entries_begin(struct rs_report *r, FILE *f)
{
	r->out = out_to(r, f);
	begin(&r->out, &r->run);
	r->out.lines = 2;
	jo_open(&r->out, "entries", '[');
}

int report_write_json(struct rs_report *r, FILE *f)
{
	struct json_out whole = out_to(r, f), *j = r->out.f ? &r->out : &whole;

	if (r->out.f) {
		jo_close(j, ']');
		j->lines = 1;
	} else {
		begin(j, &r->run);
	}
	return end(j, r);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The model in the words of docs/report.md. */
#include <string.h>

#include "core/redact.h"
#include "report/render.h"

static void texts(struct json_out *j, const char *key, const struct run_texts *t)
{
	if (t->n)
		jo_open(j, key, '[');
	for (size_t i = 0; i < t->n; i++)
		jo_text(j, NULL, t->list[i]);
	if (t->n)
		jo_close(j, ']');
}

static void tool(struct json_out *j, const struct rs_run *run)
{
	const struct run_machine *m = &run->machine;

	jo_uint(j, "schema_version", REPORT_SCHEMA_VERSION);
	jo_open(j, "tool", '{');
	jo_text(j, "name", "unbrick");
	jo_text(j, "version", UNBRICK_VERSION);
	jo_close(j, '}');
	if (!run->has_machine)
		jo_time(j, "started", run->started_filetime);
	jo_text(j, "command", run->command);
	if (!run->has_machine)
		return;
	jo_time(j, "started", run->started_filetime);
	jo_open(j, "machine", '{');
	jo_text(j, "system", m->system);
	jo_text(j, "cpu", m->cpu);
	if (m->memory_bytes)
		jo_uint(j, "memory_bytes", m->memory_bytes);
	jo_text(j, "vendor", m->vendor);
	jo_text(j, "product", m->product);
	jo_text(j, "serial", m->serial);
	jo_close(j, '}');
}

static void finding(struct json_out *j, const struct run_finding *f)
{
	jo_open(j, NULL, '{');
	jo_uint(j, "volume", f->volume);
	jo_text(j, "rule", f->rule);
	jo_text(j, "title", f->title);
	jo_text(j, "kind", run_kind_word(f->kind));
	jo_text(j, "outcome", run_finding_word(f->outcome));
	jo_text(j, "why", f->why);
	jo_text(j, "evidence", f->evidence);
	jo_text(j, "text", f->text);
	texts(j, "references", &f->references);
	jo_close(j, '}');
}

static void findings(struct json_out *j, const struct rs_run *run)
{
	if (run->n_findings)
		jo_open(j, "findings", '[');
	for (size_t i = 0; i < run->n_findings; i++)
		finding(j, &run->findings[i]);
	if (run->n_findings)
		jo_close(j, ']');
	if (run->is_judged)
		jo_uint(j, "unreadable", run->unreadable);
	texts(j, "faults", &run->faults);
}

/* Only where there are several: most files have one name, which is the path. */
static void names(struct json_out *j, const struct plan_item *item)
{
	if (item->n_names < 2)
		return;
	jo_open(j, "names", '[');
	for (size_t i = 0; i < item->n_names; i++) {
		jo_open(j, NULL, '{');
		jo_text(j, "path", item->names[i].path);
		jo_bool(j, "moved", item->names[i].is_moved);
		jo_close(j, '}');
	}
	jo_close(j, ']');
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
	jo_open(j, NULL, '{');
	jo_uint(j, "volume", it->volume);
	jo_uint(j, "item", it->item.number);
	jo_text(j, "action", run_action_word(it->item.action));
	jo_text(j, "path", it->item.path);
}

static void plan_item(struct json_out *j, const struct run_item *it)
{
	const struct plan_item *item = &it->item;
	bool is_told = item->action == PLAN_KEEP || item->action == PLAN_REPORT;

	item_head(j, it);
	jo_text(j, "rule", item->rule_id);
	jo_text(j, "why", item->why);
	names(j, item);
	jo_text(j, "target", is_told ? NULL : it->target);
	jo_text(j, "place", item->place);
	jo_text(j, "hinder", item->hinder);
	jo_text(j, "next", item->next);
	if (item->hinder)
		jo_bool(j, "asked", item->can_confirm);
	file_facts(j, item);
	if (it->is_answered)
		jo_bool(j, "accepted", item->is_accepted);
	jo_close(j, '}');
}

static void plan(struct json_out *j, const struct rs_run *run)
{
	if (!run->is_planned)
		return;
	jo_open(j, "plan", '[');
	for (size_t i = 0; i < run->n_plan; i++)
		plan_item(j, &run->plan[i]);
	jo_close(j, ']');
}

static void left(struct json_out *j, const struct rs_run *run)
{
	if (!run->n_left)
		return;
	jo_open(j, "left", '[');
	for (size_t i = 0; i < run->n_left; i++) {
		jo_open(j, NULL, '{');
		jo_uint(j, "volume", run->left[i].volume);
		report_json_error(j, "error", &run->left[i].err);
		jo_close(j, '}');
	}
	jo_close(j, ']');
}

static void replay(struct json_out *j, const struct run_replay *r)
{
	jo_open(j, NULL, '{');
	jo_uint(j, "volume", r->volume);
	jo_text(j, "state",
		run_journal_word(r->is_pending ? RUN_JOURNAL_PENDING : RUN_JOURNAL_IDLE));
	report_json_counts(j, &r->counts);
	jo_uint(j, "blocks", r->blocks);
	jo_uint(j, "bytes", r->bytes);
	jo_uint(j, "zeroed", r->zeroed);
	jo_text(j, "plan", r->plan_file);
	jo_text(j, "result", run_replay_word(r->result));
	report_json_error(j, "error", &r->err);
	jo_close(j, '}');
}

static void replays(struct json_out *j, const struct rs_run *run)
{
	if (!run->n_replays)
		return;
	jo_open(j, "replay", '[');
	for (size_t i = 0; i < run->n_replays; i++)
		replay(j, &run->replays[i]);
	jo_close(j, ']');
}

static void actions(struct json_out *j, const struct rs_run *run)
{
	if (!run->is_acted)
		return;
	jo_open(j, "actions", '[');
	for (size_t i = 0; i < run->n_actions; i++) {
		const struct plan_item *item = &run->actions[i].item;
		item_head(j, &run->actions[i]);
		jo_text(j, "target", run->actions[i].target);
		jo_text(j, "place", item->place);
		jo_text(j, "result", run_done_word(item->result));
		report_json_error(j, "error", &item->err);
		jo_close(j, '}');
	}
	jo_close(j, ']');
}

static void verification(struct json_out *j, const struct rs_run *run)
{
	const struct run_verification *v = &run->verification;

	if (!v->is_done)
		return;
	jo_open(j, "verification", '{');
	jo_open(j, "checks", '[');
	for (size_t i = 0; i < v->checks.n; i++)
		jo_text(j, NULL, v->checks.list[i]);
	jo_close(j, ']');
	jo_text(j, "read_from", run_source_word(v->read_from));
	jo_bool(j, "passed", v->is_passed);
	report_json_error(j, "error", &v->err);
	jo_close(j, '}');
}

static void kept(struct json_out *j, const struct rs_run *run)
{
	if (!run->quarantine.id[0])
		return;
	jo_open(j, "quarantine", '{');
	jo_text(j, "id", run->quarantine.id);
	jo_uint(j, "volume", run->quarantine.volume);
	jo_text(j, "report", run->quarantine.report);
	jo_close(j, '}');
}

static void rules(struct json_out *j, const struct rs_run *run)
{
	if (run->n_rules)
		jo_open(j, "rules", '[');
	for (size_t i = 0; i < run->n_rules; i++) {
		const struct run_rule *r = &run->rules[i];
		jo_open(j, NULL, '{');
		jo_text(j, "id", r->id);
		jo_text(j, "title", r->title);
		jo_text(j, "kind", run_kind_word(r->kind));
		jo_text(j, "action", run_rule_action_word(r->action));
		texts(j, "references", &r->references);
		jo_close(j, '}');
	}
	if (run->n_rules)
		jo_close(j, ']');
	if (!run->rule_id)
		return;
	jo_open(j, "rule", '{');
	jo_text(j, "id", run->rule_id);
	/* not escaped: it is a text file of several lines, and was checked when parsed */
	jo_verbatim(j, "text", run->rule_text);
	jo_close(j, '}');
}

static void checked(struct json_out *j, const struct rs_run *run)
{
	if (!run->is_checked)
		return;
	jo_open(j, "checked", '[');
	for (size_t i = 0; i < run->n_checked; i++) {
		jo_open(j, NULL, '{');
		jo_text(j, "file", run->checked[i].file);
		jo_bool(j, "ok", !run->checked[i].err.code);
		report_json_error(j, "error", &run->checked[i].err);
		jo_close(j, '}');
	}
	jo_close(j, ']');
}

static void export(struct json_out *j, const struct rs_run *run)
{
	const struct run_export *x = &run->export;

	if (!x->file)
		return;
	jo_open(j, "export", '{');
	jo_uint(j, "bytes", x->bytes);
	jo_uint(j, "data_bytes", x->data_bytes);
	jo_text(j, "file", x->file);
	jo_text(j, "sha256", x->sha256);
	jo_uint(j, "resumed_at", x->resumed_at);
	jo_close(j, '}');
}

static void outcome(struct json_out *j, const struct rs_run *run)
{
	const struct run_outcome *o = &run->outcome;

	if (run->is_front)
		jo_uint(j, "duration_ms", run->duration_ms);
	jo_open(j, "outcome", '{');
	jo_int(j, "status", o->status);
	jo_text(j, "result", run_result_word(o->result));
	jo_text(j, "text", o->text);
	if (o->can_write)
		jo_bool(j, "written", o->is_written);
	jo_close(j, '}');
	report_json_error(j, "error", &run->err);
	if (!run->is_front)
		jo_uint(j, "duration_ms", run->duration_ms);
}

/* What was done follows what was found; that a file goes back is planned before. */
static void acts(struct json_out *j, const struct rs_run *run)
{
	bool is_back = run->command && strcmp(run->command, "undo") == 0;

	left(j, run);
	if (is_back)
		plan(j, run);
	actions(j, run);
	verification(j, run);
	if (is_back)
		replays(j, run);
	kept(j, run);
	if (is_back)
		return;
	plan(j, run);
	replays(j, run);
}

static void begin(struct json_out *j, const struct rs_run *run)
{
	jo_open(j, NULL, '{');
	tool(j, run);
	findings(j, run);
	report_json_disks(j, run);
	acts(j, run);
	rules(j, run);
	checked(j, run);
	export(j, run);
	if (run->help)
		jo_verbatim(j, "help", run->help);
}

static int end(struct json_out *j, const struct rs_report *r)
{
	if (r->run.outcome.is_known)
		outcome(j, &r->run);
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

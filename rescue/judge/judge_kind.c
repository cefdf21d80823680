/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One rule: its evidence, its files, its outcome; one way for each kind of incident. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "judge/judge_internal.h"
#include "judge/putback.h"

#define MAX_COPIES 8U /* named in a finding */

struct run {
	struct judge_ctx *ctx;
	const struct rule *r;
	struct judge_said *out;
	struct judge_note note;
};

/* ---- evidence of a whole section ---- */

/* What the rule requires. NO: *why names what is missing. */
static enum judge_truth requirements(struct run *u, char **why)
{
	const struct rule *r = u->r;
	enum judge_truth any = r->requires_any.n ? JUDGE_NO : JUDGE_YES, ret = JUDGE_YES;

	for (size_t i = 0; i < r->requires.n; i++) {
		enum judge_truth one = judge_evidence(u->ctx, &r->requires.v[i], why);
		if (one == JUDGE_NO) {
			free(*why);
			*why = NULL;
			judge_add(u->ctx, why, ", ", "required and not found: %s",
				r->requires.v[i].text);
			return JUDGE_NO;
		}
		if (one == JUDGE_UNKNOWN)
			ret = JUDGE_UNKNOWN;
	}
	for (size_t i = 0; i < r->requires_any.n && any != JUDGE_YES; i++) {
		enum judge_truth one = judge_evidence(u->ctx, &r->requires_any.v[i], why);
		if (one != JUDGE_NO)
			any = one;
	}
	if (any == JUDGE_NO)
		judge_add(u->ctx, why, ", ", "none of the signs required");
	return any == JUDGE_YES ? ret : any;
}

/* [stop-if]: one is enough; what cannot be looked at is a doubt. */
static void stops(struct run *u)
{
	for (size_t i = 0; i < u->r->stop_if.n; i++) {
		const struct rule_evidence *e = &u->r->stop_if.v[i];
		auto_free char *why = NULL;
		enum judge_truth one = judge_evidence(u->ctx, e, &why);
		if (one != JUDGE_NO)
			judge_add(u->ctx, one == JUDGE_YES ? &u->note.stop : &u->note.doubt, ", ",
				"%s", why ? why : e->text);
	}
}

/* [supports] and [contradicts], in one line for the report; what contradicts is a doubt as well. */
static void weigh(struct run *u)
{
	const struct rule *r = u->r;

	for (size_t i = 0; i < r->supports.n + r->contradicts.n; i++) {
		bool is_against = i >= r->supports.n;
		const struct rule_evidence *e =
			is_against ? &r->contradicts.v[i - r->supports.n] : &r->supports.v[i];
		auto_free char *why = NULL;
		enum judge_truth one = judge_evidence(u->ctx, e, &why);
		if (one == JUDGE_NO)
			continue;
		const char *what = why ? why : e->text;
		judge_add(u->ctx, &u->out->evidence, "; ", "%s%s",
			one == JUDGE_UNKNOWN ? ""
			: is_against	     ? "against it: "
					     : "for it: ",
			what);
		if (is_against && one == JUDGE_YES)
			judge_add(u->ctx, &u->note.doubt, ", ", "against it: %s", what);
	}
}

/* ---- kind: a bad file is present ---- */

static enum said_outcome outcome_of(struct judge_ctx *ctx, size_t from)
{
	size_t n[4] = {0};

	for (size_t i = from; i < ctx->res->n_findings; i++)
		n[ctx->res->findings[i].verdict]++;
	return n[JUDGE_BAD]	   ? SAID_MATCHED
	       : n[JUDGE_DOUBTFUL] ? SAID_DOUBT
	       : n[JUDGE_REPORT]   ? SAID_REPORTED
	       : n[JUDGE_GOOD]	   ? SAID_REPAIRED
				   : SAID_NO_MATCH;
}

/* More bad files than the incident ever had: the rule is wrong about this machine. */
static void stop_at_too_many(struct run *u, size_t from)
{
	const struct judge_result *res = u->ctx->res;
	const uint32_t most = u->r->max_files;
	size_t n = 0;

	for (size_t i = from; i < res->n_findings; i++)
		n += res->findings[i].verdict == JUDGE_BAD;
	if (n <= most)
		return;
	judge_add(u->ctx, &u->note.stop, ", ", "%zu files fit, at most %" PRIu32 " %s expected", n,
		most, rs_form(most, "was", "were"));
	for (size_t i = from; i < res->n_findings; i++) {
		struct finding *f = &res->findings[i];
		if (f->verdict != JUDGE_BAD)
			continue;
		f->verdict = JUDGE_REPORT;
		judge_add(u->ctx, &f->why, "; ", "the rule stops: too many files");
	}
}

static const char *const outcome_texts[] = {
	[SAID_NO_MATCH] = "no file fits",
	[SAID_MATCHED] = "bad files found",
	[SAID_DOUBT] = "only doubtful files found",
	[SAID_REPAIRED] = "only the repaired file is here: look elsewhere",
	[SAID_REPORTED] = "recognised; nothing is moved",
};

static void judge_all(struct run *u, const struct judge_list *found)
{
	size_t from = u->ctx->res->n_findings;
	struct judge_said *out = u->out;

	stops(u);
	weigh(u);
	for (size_t i = 0; i < found->n && !u->ctx->end.code; i++)
		judge_one(u->ctx, u->r, &found->v[i], &u->note);
	if (!u->note.stop)
		stop_at_too_many(u, from);
	enum said_outcome o = outcome_of(u->ctx, from);
	out->outcome = u->note.stop && o != SAID_NO_MATCH ? SAID_STOPPED : o;
	judge_add(u->ctx, &out->why, "; ", "%s",
		out->outcome == SAID_STOPPED ? u->note.stop : outcome_texts[o]);
	if (u->note.doubt && o != SAID_NO_MATCH)
		judge_add(u->ctx, &out->why, "; ", "%s", u->note.doubt);
}

/* @found begins with what the scan of the whole MFT found. */
static void run_bad_file(struct run *u, struct judge_list *found)
{
	struct judge_ctx *ctx = u->ctx;
	struct judge_said *out = u->out;
	enum judge_truth required = JUDGE_YES;
	auto_free char *why = NULL;

	for (size_t i = 0; i < u->r->paths.n && !ctx->end.code; i++)
		if (!u->r->paths.v[i].is_deep)
			judge_find(ctx, &u->r->paths.v[i], found, &out->why);
	bool is_blocked = out->why != NULL;
	if (found->n)
		required = requirements(u, &why);
	if (required == JUDGE_UNKNOWN)
		judge_add(
			ctx, &u->note.doubt, ", ", "%s", why ? why : "a requirement is not known");
	if (required == JUDGE_NO)
		judge_add(ctx, &out->why, "; ", "%s", why ? why : "a requirement does not hold");
	else
		judge_all(u, found);
	if (is_blocked && out->outcome == SAID_NO_MATCH)
		out->outcome = SAID_STOPPED;
}

/* ---- kind: a good file was taken away ---- */

/* Where the file could come from, into the finding's line. */
static void add_copies(struct run *u, const char *name, char **why)
{
	struct judge_ctx *ctx = u->ctx;
	const struct rule_paths *copies = &u->r->copies;
	struct judge_list found = {0};
	auto_free char *blocked = NULL;
	size_t n = 0;

	for (size_t i = 0; i < copies->n && !ctx->end.code; i++)
		if (nt_name_match(NULL, copies->v[i].parts[copies->v[i].n_parts - 1], name))
			judge_find(ctx, &copies->v[i], &found, &blocked);
	for (size_t i = 0; i < found.n; i++) {
		struct nt_stat st;
		char time[RS_TIME_LEN];
		if (nt_stat(ctx->vol, found.v[i].ref, &st, NULL) < 0 || st.is_dir || !st.size_bytes)
			continue;
		rs_filetime_text(st.modified, time);
		if (n < MAX_COPIES)
			judge_add(ctx, why, n ? ", " : "; copies to put back: ",
				"%s (%" PRIu64 " %s, modified %s)", found.v[i].path, st.size_bytes,
				rs_form(st.size_bytes, "byte", "bytes"), time);
		n++;
	}
	if (n > MAX_COPIES)
		judge_add(ctx, why, ", ", "and %zu more", n - MAX_COPIES);
	if (!n)
		judge_add(ctx, why, "; ", "no copy found on this volume");
	judge_list_done(&found);
}

/* What is proven to be the file, or why nothing is. */
static void add_putback(struct run *u, const char *path, struct finding *f)
{
	struct judge_ctx *ctx = u->ctx;
	const struct putback_look in = {
		.vol = ctx->vol, .raw = ctx->raw, .win = ctx->win, .task = ctx->task};
	auto_free char *not = NULL;
	struct rs_err why = {0};
	int r = putback_find(&in, path, &f->putback, &not, &why);

	f->can_put_back = f->putback != NULL;
	if (r < 0)
		judge_pass(ctx, path, &why);
	else if (f->putback)
		judge_add(ctx, &f->why, "; ", "it can be put back: %s", f->putback->proof);
	else
		judge_add(ctx, &f->why, "; ", "it is not put back: %s", not );
}

static void add_missing(struct run *u, const char *path, const struct nt_stat *st)
{
	struct judge_ctx *ctx = u->ctx;
	struct finding f = judge_finding(u->r, &u->note);
	const char *last = strrchr(path, '\\');
	auto_free char *folder = strndup(path, (size_t)(last - path));

	f.verdict = JUDGE_REPORT;
	f.is_missing = !st;
	f.path = strdup(path);
	if (judge_has(ctx, folder) && nt_lookup(ctx->vol, folder, &f.parent_ref, NULL) < 0)
		f.parent_ref = 0; /* the folder is gone as well */
	if (st)
		f.stat = *st;
	judge_add(ctx, &f.why, "; ", "%s",
		st ? "a system file has 0 bytes" : "a system file is missing");
	add_copies(u, last + 1, &f.why);
	if (!st)
		add_putback(u, path, &f);
	(void)judge_add_finding_take(ctx, &f); /* it ends the run then */
}

static void run_one_removed(struct run *u, const struct rule_path *p)
{
	struct judge_ctx *ctx = u->ctx;
	auto_free char *path = judge_path_text(ctx, p);
	struct rs_err why = {0};
	struct nt_stat st = {0};
	uint64_t ref = 0;

	if (!path)
		return;
	int code = nt_lookup(ctx->vol, path, &ref, &why);
	if (code == 0)
		code = nt_stat(ctx->vol, ref, &st, &why);
	if (code == RS_E_NO_SUCH_FILE) {
		add_missing(u, path, NULL);
	} else if (code < 0) {
		judge_add(ctx, &u->out->why, "; ", "%s: %s%s%s", path, rs_err_info(code)->text,
			why.detail[0] ? ": " : "", why.detail);
		judge_pass(ctx, path, &why);
	} else if (!st.size_bytes && !st.is_reparse) {
		add_missing(u, path, &st);
	}
}

static void run_removed(struct run *u)
{
	struct judge_ctx *ctx = u->ctx;
	struct judge_said *out = u->out;
	size_t from = ctx->res->n_findings;
	auto_free char *why = NULL;
	enum judge_truth required = requirements(u, &why);

	if (required == JUDGE_UNKNOWN)
		judge_fault(ctx, "rule %s: %s", u->r->about.id, why ? why : "not looked at");
	if (required != JUDGE_YES) {
		judge_add(ctx, &out->why, "; ", "%s", why ? why : "a requirement does not hold");
		return;
	}
	for (size_t i = 0; i < u->r->paths.n && !ctx->end.code; i++)
		run_one_removed(u, &u->r->paths.v[i]);
	bool is_blocked = out->why != NULL;
	bool is_found = ctx->res->n_findings > from;
	if (is_found)
		weigh(u);
	out->outcome = is_found ? SAID_REPORTED : is_blocked ? SAID_STOPPED : SAID_NO_MATCH;
	judge_add(ctx, &out->why, "; ", "%s",
		is_found     ? "a system file was taken away: put it back, move nothing"
		: is_blocked ? "not all files could be looked at"
			     : "its files are in place");
}

/* ---- kind: an update is half applied; no file, only signs ---- */

/* No file is at fault: what is told of is the hive in which its services are disabled. */
static void add_services(struct run *u)
{
	struct judge_ctx *ctx = u->ctx;
	struct finding f = judge_finding(u->r, &u->note);
	char path[NT_NAME_BYTES + 64];
	struct rs_err why = {0};

	(void)snprintf(path, sizeof(path), "%s\\System32\\config\\SYSTEM", ctx->win->root);
	f.verdict = u->note.doubt || u->r->confirm ? JUDGE_DOUBTFUL : JUDGE_BAD;
	f.path = strdup(path);
	judge_add(ctx, &f.why, "; ", "%s", u->out->why);
	if (u->r->confirm)
		judge_add(ctx, &f.why, "; ", "only if %s", u->r->confirm);
	if (nt_lookup(ctx->vol, path, &f.stat.ref, &why) < 0 ||
		nt_stat(ctx->vol, f.stat.ref, &f.stat, &why) < 0)
		f.is_missing = true; /* then no hive is there to edit either */
	judge_add_disabled(ctx, u->r, &f);
	u->out->outcome = f.verdict == JUDGE_BAD ? SAID_MATCHED : SAID_DOUBT;
	(void)judge_add_finding_take(ctx, &f);
}

/* A rule may speak of several products and know a remedy for one of them only. A file's name is no
 * service's: that is looked for with the plan. */
static bool has_services(struct run *u)
{
	struct rule_evidence e = {.kind = RULE_SERVICE, .any = u->r->disable};
	auto_free char *why = NULL;
	static char text[] = "";

	e.text = text;
	for (size_t i = 0; i < u->r->disable.n; i++)
		if (strchr(u->r->disable.v[i], '.'))
			return true;
	return judge_evidence(u->ctx, &e, &why) != JUDGE_NO;
}

static void run_signs(struct run *u)
{
	struct judge_ctx *ctx = u->ctx;
	struct judge_said *out = u->out;
	auto_free char *why = NULL;
	enum judge_truth required = requirements(u, &why);

	judge_add(ctx, &out->why, "; ", "%s", why ? why : "its signs are here");
	if (required == JUDGE_UNKNOWN)
		judge_fault(ctx, "rule %s: %s", u->r->about.id, why ? why : "not looked at");
	if (required != JUDGE_YES)
		return;
	if (u->note.doubt)
		judge_add(ctx, &out->why, "; ", "%s", u->note.doubt);
	stops(u);
	weigh(u);
	out->outcome = u->note.stop ? SAID_STOPPED : SAID_REPORTED;
	if (u->note.stop)
		judge_add(ctx, &out->why, "; ", "%s", u->note.stop);
	else if (u->r->about.action == RULE_DISABLE && has_services(u))
		add_services(u);
}

void judge_rule_run(struct judge_ctx *ctx, size_t i)
{
	struct judge_work *w = &ctx->work[i];
	const struct rule *r = ctx->set->rules[i];
	struct run u = {.ctx = ctx, .r = r, .out = &ctx->out[i]};

	u.note.said = (size_t)(u.out - ctx->res->said);
	u.note.doubt = rs_steal(w->doubt);
	if (r->about.kind == INCIDENT_GOOD_FILE_REMOVED)
		run_removed(&u);
	else if (r->paths.n)
		run_bad_file(&u, &w->deep);
	else
		run_signs(&u);
	free(u.note.doubt);
	free(u.note.stop);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the screens and the engine: a repair that stays open from step to step, and what it
 * tells and asks meanwhile. */
#include <string.h>

#include "ui/by_keys.h"
#include "ui/times.h"
#include "ui/tui.h"

#define MOST_LOG      1000U /* lines */
#define MOST_WARNINGS 200U  /* lines */
#define BAR_COLUMNS   60U
#define PAINT_NS      100000000ULL /* progress is painted, and keys are looked at, so often */

const struct rs_report *tui_report(const struct tui *t)
{
	return t->repair ? rs_repair_report(t->repair) : t->report;
}

void tui_manner(const struct tui *t, const struct rs_report *r, struct rs_manner *ret_manner)
{
	*ret_manner = (struct rs_manner){(void *)(uintptr_t)rs_report_run(r),
		t->is_plain ? by_lines : by_keys, times_of_run_new};
}

void tui_say_part(const struct tui *t, enum rs_part part, struct page *p)
{
	const struct rs_report *r = tui_report(t);

	struct rs_manner manner;

	if (!r || t->is_working) /* it is being written */
		return;
	tui_manner(t, r, &manner);
	rs_report_part(r, part, &manner, page_put, p);
}

void tui_say_warnings(const struct tui *t, struct page *p)
{
	page_blank(p);
	for (size_t i = 0; i < t->warnings.n; i++)
		page_say(p, true, "%s", t->warnings.lines[i].text);
}

/* The engine's words for its tasks, as a person is told. */
static const struct {
	const char *what, *told;
	bool is_bytes;
} tasks[] = {
	{"scan", "Reading the file table", true},
	{"search", "Looking for what BitLocker keeps of itself", true},
	{"unlock", "Trying the key, as slowly as it was made to be", false},
	{"rules", "Asking the rules", false},
	{"journal", "Working through the journal", false},
	{"fix", "Moving files", false},
	{"undo", "Putting files back", false},
	{"copy", N_("Copying"), true},
};

void tui_say_progress(const struct tui *t, struct page *p)
{
	const struct progress *g = &t->progress;
	const char *told = g->what;
	char bar[BAR_COLUMNS + 1], amounts[128];
	bool is_bytes = false;

	page_blank(p);
	for (size_t i = 0; i < sizeof(tasks) / sizeof(tasks[0]); i++)
		if (strcmp(tasks[i].what, g->what) == 0) {
			told = tasks[i].told;
			is_bytes = tasks[i].is_bytes;
		}
	if (g->what[0]) {
		progress_amounts(g, t->progress_ns, is_bytes, amounts, sizeof(amounts));
		progress_bar(g, BAR_COLUMNS, bar, sizeof(bar));
		page_say(p, false, "%s:", lang_word(told));
		if (g->total)
			page_say(p, true, "%s %3u %%", bar, progress_percent(g));
		page_say(p, false, "%s", amounts);
	}
	page_blank(p);
	if (t->can_stop)
		page_say(p, false, "Nothing was changed so far. %s",
			t->is_plain ? "Ctrl-C stops this safely." : "Esc stops this safely.");
	else if (t->now == SCREEN_DOING)
		page_say(p, false, "It is brought to its end now and cannot be stopped.");
}

/* ---- what the engine tells and asks ---- */

static void on_found(void *user, const struct rs_found *f)
{
	struct tui *t = user;

	/* whoever sits before it reads what that Windows speaks, where nobody said anything else */
	if (f->volume && f->volume->n_windows && f->volume->windows[0].language[0] &&
		!lang_code()[0] && lang_choose(f->volume->windows[0].language))
		tui_name_language(t);
	if (f->volume)
		(void)snprintf(t->status, sizeof(t->status), "Looked at volume %u%s",
			f->volume->number, f->volume->n_windows ? ": a Windows" : "");
	tui_paint(t);
}

static void on_log(void *user, enum rs_log_level level, const char *line)
{
	struct tui *t = user;
	static const char *const levels[] = {[RS_LOG_ERROR] = "error: ",
		[RS_LOG_WARN] = "warning: ",
		[RS_LOG_INFO] = "",
		[RS_LOG_DEBUG] = ""};

	if (t->log.n > MOST_LOG)
		page_done(&t->log); /* what is older is of no use any more */
	page_say(&t->log, false, "%s%s", levels[level], line);
	if (level <= RS_LOG_WARN && t->warnings.n < MOST_WARNINGS)
		page_say(&t->warnings, true, "Warning: %s", line);
}

/* Keys that are pressed while it works are for nothing but Esc. */
static void look_at_keys(struct tui *t)
{
	unsigned key;

	while ((key = consoles_key(&t->consoles, 0)) && key != UI_KEY_LOST)
		t->is_stopped |= key == UI_KEY_ESC && t->can_stop;
}

static bool on_progress(void *user, const char *what, uint64_t done, uint64_t total)
{
	struct tui *t = user;
	const uint64_t now = term_now_ns();

	if (what)
		(void)progress_take(&t->progress, what, done, total, now);
	if (term_is_cancelled() || t->is_stopped || consoles_are_gone(&t->consoles))
		return false;
	if (now - t->painted_ns < PAINT_NS)
		return true;
	look_at_keys(t);
	t->progress_ns = now;
	supervisor_say_state(&t->supervisor, LINK_WORKING);
	(void)supervisor_hear(&t->supervisor, &t->consoles);
	(void)consoles_fit(&t->consoles);
	tui_paint(t);
	return true;
}

static enum rs_answer on_ask(void *user, const struct rs_question *q)
{
	struct tui *t = user;

	if (term_is_cancelled())
		return RS_ANSWER_CANCEL;
	if (q->kind == RS_ASK_PLAN) /* SCREEN_PLAN has asked it */
		return t->is_confirmed ? RS_ANSWER_YES : RS_ANSWER_CANCEL;
	t->question = q;
	tui_ask(t, SCREEN_QUESTION);
	t->question = NULL;
	return t->answer;
}

const struct rs_events tui_events = {
	.found = on_found, .log = on_log, .progress = on_progress, .ask = on_ask};

/* ---- a repair ---- */

void tui_begin(struct tui *t, bool can_stop)
{
	t->trouble = (struct rs_err){0};
	t->is_stopped = false;
	t->can_stop = can_stop;
	t->progress = (struct progress){0};
	t->is_working = true;
	supervisor_say_state(&t->supervisor, LINK_WORKING);
	tui_paint(t);
}

void tui_end(struct tui *t)
{
	t->is_working = false;
	t->status[0] = '\0';
	/* by itself, one step follows the other: a person is waited for where one is asked */
	supervisor_say_state(&t->supervisor, t->given.say_yes ? LINK_WORKING
					     : t->repair      ? LINK_WAITING
							      : LINK_IDLE);
}

int tui_list(struct tui *t)
{
	tui_begin(t, false);
	rs_report_free(t->listed);
	int r = rs_repair_all(t->ui->session, RS_LIST, &t->ui->target, NULL, &t->listed);
	tui_end(t);
	return r;
}

int tui_open_tree(struct tui *t, struct rs_tree **ret)
{
	struct rs_report *report = NULL;

	tui_begin(t, true);
	int r = rs_tree_open(t->ui->session, &t->target, ret, &report);
	if (r < 0 && report)
		t->trouble = rs_report_run(report)->err;
	else if (r < 0)
		(void)rs_fail(&t->trouble, r, "volume");
	rs_report_free(report);
	tui_end(t);
	return r;
}

/* One that ended before it was begun is none. */
static void tell_report(struct tui *t)
{
	const struct rs_run *run = rs_report_run(t->report);

	if (!t->supervisor.is_there || (run->err.code == RS_E_CANCELLED && !run->quarantine.id[0]))
		return;
	/* before it is told: then it is looked for, and taken away */
	if (t->ui->opt.svg && rs_report_svg(t->report, 0, NULL))
		(void)picture_save(t->report, t->ui->opt.svg, NULL); /* the report has all of it */
	supervisor_report(&t->supervisor, t->disk, rs_report_json(t->report));
}

void tui_close(struct tui *t)
{
	struct rs_report *report = NULL;

	if (!t->repair)
		return;
	if (rs_repair_close(t->repair, &report) < 0)
		t->trouble = rs_report_run(report)->err;
	t->repair = NULL;
	rs_report_free(t->report);
	t->report = report;
	tell_report(t);
	supervisor_say_state(&t->supervisor, LINK_IDLE);
}

int tui_reach(struct tui *t, enum rs_step step)
{
	int r = 0;

	tui_begin(t, step < RS_STEP_ACT);
	if (!t->repair)
		r = rs_repair_open(t->ui->session, t->command, &t->target, &t->options, &t->repair);
	if (t->repair)
		r = rs_repair_to(t->repair, step);
	else
		(void)rs_fail(&t->trouble, r, "repair");
	if (r < 0)
		tui_close(t);
	tui_end(t);
	return r;
}

void tui_choose_volume(struct tui *t, const struct run_disk *d, const struct run_volume *v)
{
	/* alone, the disk's volumes count from 1 */
	(void)snprintf(t->volume, sizeof(t->volume), "%zu", (size_t)(v - d->volumes) + 1);
	t->target.volume = t->volume;
}

void tui_turn_to(struct tui *t, enum rs_command command, const char *id)
{
	(void)snprintf(t->id, sizeof(t->id), "%s", id ? id : ""); /* it is a report's, which goes */
	tui_close(t);
	page_done(&t->warnings);
	t->command = command;
	t->options = t->given;
	t->options.id = t->id[0] ? t->id : NULL;
	t->is_confirmed = false;
}

enum screen_id tui_failed(struct tui *t, enum screen_id back)
{
	if (term_is_cancelled() || consoles_are_gone(&t->consoles))
		return SCREEN_LEAVE;
	if (t->trouble.code == RS_E_CANCELLED) /* a person wants it so */
		return back;
	t->retry = t->now;
	return SCREEN_TROUBLE;
}

enum screen_id tui_reach_screen(struct tui *t, enum rs_step step, enum screen_id id)
{
	return tui_reach(t, step) < 0 ? tui_failed(t, SCREEN_FOUND) : id;
}

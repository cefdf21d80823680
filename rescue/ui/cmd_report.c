/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands whose report the engine makes from end to end. */
#include <string.h>

#include "ui/ui.h"

int ui_fail(struct ui *ui, const struct rs_err *err)
{
	struct envelope e;

	envelope_begin_take(&e, ui, NULL);
	return envelope_end(&e, "", err);
}

/* A report, or only its code when there was no memory for one. */
static int show(struct ui *ui, int code, struct rs_report *report)
{
	struct rs_err err = {0};

	if (report)
		return ui_show_report_take(ui, report);
	(void)rs_fail(&err, code < 0 ? code : RS_E_BUG, "no report");
	return ui_fail(ui, &err);
}

int cmd_list(struct ui *ui)
{
	struct rs_report *report = NULL;
	struct rs_err err = {0};

	if (ui_open_session(ui, &err) < 0)
		return ui_fail(ui, &err);
	int r = rs_list(ui->session, &ui->target, &report);
	return show(ui, r, report);
}

int cmd_scan(struct ui *ui)
{
	struct rs_report *report = NULL;
	struct rs_err err = {0};

	if (ui_open_session(ui, &err) < 0)
		return ui_fail(ui, &err);
	int r = rs_scan(ui->session, &ui->target, &report);
	return show(ui, r, report);
}

static int read_choice(const struct options *o, struct rs_replay_choice *ret, struct rs_err *err)
{
	static const char *const words[] = {REPLAY_POLICIES(JUST_WORD)};

	*ret = (struct rs_replay_choice){.plan_file = o->plan};
	if (!o->replay)
		return 0;
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		ret->policy = (enum rs_replay_policy)i;
		if (strcmp(o->replay, words[i]) == 0)
			return 0;
	}
	return rs_fail_on(err, RS_E_USAGE, "--replay", "'%.64s' is not safe, no or all", o->replay);
}

int cmd_fix(struct ui *ui)
{
	struct rs_fix_options fix = {.say_yes = is_given(&ui->opt, OPT_YES)};
	struct rs_report *report = NULL;
	struct rs_err err = {0};

	if (read_choice(&ui->opt, &fix.replay, &err) < 0 || ui_open_session(ui, &err) < 0)
		return ui_fail(ui, &err);
	int r = rs_fix(ui->session, &ui->target, &fix, &report);
	return show(ui, r, report);
}

int cmd_undo(struct ui *ui)
{
	struct rs_undo_options undo = {
		.id = ui->opt.n_args > 1 ? ui->opt.args[1] : NULL,
		.say_yes = is_given(&ui->opt, OPT_YES),
	};
	struct rs_report *report = NULL;
	struct rs_err err = {0};

	ui->target.n_disks = 1;
	if (read_choice(&ui->opt, &undo.replay, &err) < 0 || ui_open_session(ui, &err) < 0)
		return ui_fail(ui, &err);
	int r = rs_undo(ui->session, &ui->target, &undo, &report);
	return show(ui, r, report);
}

int cmd_replay(struct ui *ui)
{
	const struct options *o = &ui->opt;
	bool is_resume = is_given(o, OPT_RESUME_PLAN), is_revert = is_given(o, OPT_REVERT);
	struct rs_replay_options replay = {
		.how = is_resume   ? RS_REPLAY_RESUME
		       : is_revert ? RS_REPLAY_REVERT
				   : RS_REPLAY_NEW,
		.say_yes = is_given(o, OPT_YES),
	};
	struct rs_report *report = NULL;
	struct rs_err err = {0};

	if (is_resume + is_revert + is_given(o, OPT_PLAN) > 1)
		(void)rs_fail_on(&err, RS_E_USAGE, "replay", "one of --plan, --resume, --revert");
	if (err.code || read_choice(o, &replay.choice, &err) < 0 || ui_open_session(ui, &err) < 0)
		return ui_fail(ui, &err);
	int r = rs_replay(ui->session, &ui->target, &replay, &report);
	return show(ui, r, report);
}

int cmd_rules(struct ui *ui)
{
	const char *verb = ui->opt.n_args ? ui->opt.args[0] : "list";
	const char *const *rest = (const char *const *)ui->opt.args + 1;
	unsigned n_rest = ui->opt.n_args ? ui->opt.n_args - 1 : 0;
	struct rs_report *report = NULL;
	struct rs_err err = {0};
	int r;

	if (strcmp(verb, "list") != 0 && strcmp(verb, "show") != 0 && strcmp(verb, "check") != 0)
		(void)rs_fail_on(
			&err, RS_E_USAGE, "rules", "'%.64s' is not list, show or check", verb);
	else if (strcmp(verb, "list") == 0 && n_rest)
		(void)rs_fail_on(
			&err, RS_E_USAGE, "rules list", "too many arguments, it takes none");
	else if (strcmp(verb, "show") == 0 && n_rest != 1)
		(void)rs_fail_on(&err, RS_E_USAGE, "rules show", "needs one ID");
	else if (strcmp(verb, "check") == 0 && !n_rest)
		(void)rs_fail_on(&err, RS_E_USAGE, "rules check", "needs PATH...");
	if (err.code || ui_open_session(ui, &err) < 0)
		return ui_fail(ui, &err);
	if (strcmp(verb, "show") == 0)
		r = rs_rules_show(ui->session, rest[0], &report);
	else if (strcmp(verb, "check") == 0)
		r = rs_rules_check(ui->session, rest, n_rest, &report);
	else
		r = rs_rules_list(ui->session, &report);
	return show(ui, r, report);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line: read it, run one command, end with its exit status. All that is known here of
 * disks the engine was asked for (rescue.h). */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "ui/ui.h"

static void on_log(void *user, enum rs_log_level level, const char *line)
{
	const struct ui *ui = user;

	if (level == RS_LOG_ERROR || level == RS_LOG_WARN || is_given(&ui->opt, OPT_VERBOSE))
		out_warn("%s%s", level == RS_LOG_WARN ? "warning: " : "", line);
}

static bool on_progress(void *user, const char *what, uint64_t done, uint64_t total)
{
	(void)user;
	return progress_step(what, done, total, false);
}

static enum rs_answer on_question(void *user, const struct rs_question *q)
{
	struct ui *ui = user;

	if (term_is_cancelled())
		return RS_ANSWER_CANCEL;
	if (q->report)
		ui_show_so_far(ui, q->report);
	return term_ask(q->text);
}

/* Errors: those of ui_open_session. */
static int open_session(struct ui *ui, struct rs_err *err)
{
	bool can_ask = term_can_ask();
	const struct rs_events events = {
		.user = ui,
		.log = on_log,
		.progress = on_progress,
		.ask = can_ask && !ui->policy ? on_question : NULL,
	};
	/* a list says what is locked, and safemode needs none of it */
	bool may_ask = can_ask && !(ui->opt.command->bit & (CMD_LIST | CMD_SAFEMODE));

	return ui_open_session(ui, &events, may_ask ? &term_keys : NULL, err);
}

int ui_open_tree(struct ui *ui, struct rs_tree **ret, struct rs_err *err)
{
	struct rs_report *report = NULL;

	int r = open_session(ui, err);
	if (r == 0) {
		r = rs_tree_open(ui->session, &ui->target, ret, &report);
		const struct rs_err *why = report ? &rs_report_run(report)->err : NULL;
		if (r < 0 && why && why->code)
			*err = *why;
		else if (r < 0)
			(void)rs_fail_on(err, r, ui->opt.args[0], "%s", "");
	}
	ui_begin_take(ui, report);
	return r;
}

int cmd_help(struct ui *ui)
{
	const struct options *o = &ui->opt;
	const struct command_spec *about = NULL;
	struct rs_err err = {0};

	if (o->command->bit != CMD_HELP)
		about = o->command; /* COMMAND --help */
	else if (o->n_args)
		about = command_find(o->args[0]);
	if (o->command->bit == CMD_HELP && o->n_args && !about)
		(void)rs_fail(&err, RS_E_USAGE, "there is no command '%.64s'", o->args[0]);
	ui->opt.command = command_find("help");
	ui_begin_take(ui, NULL);
	if (!err.code && is_given(o, OPT_JSON)) {
		auto_free char *text = NULL;
		size_t len = 0;
		FILE *f = open_memstream(&text, &len);
		(void)lang_choose("en"); /* it is a report, and always there */
		if (f) {
			help_print(f, about);
			(void)fclose(f); /* memory */
			if (ui->own)
				rs_report_help(ui->own, text);
		}
	} else if (!err.code) {
		help_print(stdout, about);
	}
	return ui_end(ui, "help shown", &err);
}

int cmd_version(struct ui *ui)
{
	const struct rs_err none = {0};

	ui->opt.command = command_find("version"); /* COMMAND --version */
	ui_begin_take(ui, NULL);
	if (!is_given(&ui->opt, OPT_JSON))
		(void)printf("unbrick %s\n", rs_version()); /* ui_end finds a lost line */
	return ui_end(ui, "version shown", &none);
}

/* A command of the engine's: its report, or only its code when there was no memory for one. */
static int run_report(struct ui *ui, report_command *command)
{
	struct rs_options options;
	struct rs_report *report = NULL;
	struct rs_err err = {0};

	if (ui_read_options(&ui->opt, &options, &err) < 0 || policy_begin(ui, &err) < 0 ||
		open_session(ui, &err) < 0 || policy_follow(ui, &options, &err) < 0)
		return ui_fail(ui, &err);
	int r = command(ui, &options, &report);
	if (report)
		return ui_show_report_take(ui, report);
	(void)rs_fail(&err, r < 0 ? r : RS_E_BUG, "no report");
	return ui_fail(ui, &err);
}

static int run_look(struct ui *ui, const struct command_spec *command)
{
	struct rs_tree *t = NULL;
	struct rs_err err = {0};

	if (ui_open_tree(ui, &t, &err) == 0)
		(void)command->look(ui, t, &err); /* the report takes the error */
	rs_tree_close(t);
	return ui_end(ui, command->done, &err);
}

static int run(struct ui *ui)
{
	const struct options *o = &ui->opt;
	const struct command_spec *c = o->command;
	struct rs_err err = {0};
	int status;

	if (is_given(o, OPT_HELP))
		return cmd_help(ui);
	if (is_given(o, OPT_VERSION))
		return cmd_version(ui);
	ui->target = (struct rs_target){.disks = (const char *const *)o->args,
		.n_disks = c->bit & (CMD_LIST | CMD_LOOK | CMD_TUI) ? o->n_args : 1,
		.volume = o->volume,
		.windows = o->windows,
		.beside = o->beside,
		.n_beside = o->n_beside};
	(void)ui_parse_since(o->since, &ui->target.since, NULL); /* check_look says what is wrong */
	if (c->check && c->check(o, &err) < 0)
		status = ui_fail(ui, &err);
	else if (c->report)
		status = run_report(ui, c->report);
	else
		status = c->look ? run_look(ui, c) : c->run(ui);
	term_show_typing();
	rs_session_free(ui->session);
	ui->session = NULL;
	policy_end(ui);
	return status;
}

int ui_main(int argc, char **argv)
{
	struct ui ui = {.started_filetime = rs_filetime_now()};
	struct rs_err err = {0};

	/* what is opened later must not be taken for an output that nobody gave us; written to,
	 * this fails */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != fd)
			return rs_err_info(RS_E_OUTPUT)->exit_status;
	term_catch_signals();
	ui_language();
	int r = memory_protect(&err);
	if (r < 0)
		return out_error(&err);
	r = options_parse(argc, argv, &ui.opt, &err);
	if (ui.opt.language && !lang_choose(ui.opt.language) && r == 0)
		r = rs_fail_on(&err, RS_E_USAGE, "--language",
			"there is no translation into '%.64s'", ui.opt.language);
	struct rs_err *own = r < 0 ? NULL : &err; /* the first error is the one to tell */
	if (report_file_open(&ui, own) < 0 && r == 0)
		r = err.code;
	return r < 0 ? ui_fail(&ui, &err) : run(&ui);
}

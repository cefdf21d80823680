/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Show reports: the engine's, and those of commands that end in the front end. A plan that was
 * shown with a question is not shown again with the end: the lines of an unfinished report are the
 * first lines of the finished one. */
#include <string.h>

#include "ui/ui.h"

static void forget_from(struct shown *s, size_t first)
{
	while (s->n > first)
		free(s->lines[--s->n]);
	if (!s->n) {
		free(s->lines);
		s->lines = NULL;
	}
}

static void put_new_line(void *user, const char *line)
{
	struct shown *s = user;

	if (s->next < s->n && strcmp(s->lines[s->next], line) == 0) {
		s->next++;
		return;
	}
	forget_from(s, s->next);
	(void)fprintf(s->out, "%s\n", line); /* out_finish finds a lost line */
	char **more = reallocarray(s->lines, s->n + 1, sizeof(*more));
	if (!more)
		return; /* then it is only shown again */
	s->lines = more;
	s->lines[s->n] = strdup(line);
	if (s->lines[s->n])
		s->next = ++s->n;
}

void ui_show_so_far(struct ui *ui, const struct rs_report *r)
{
	progress_clear();
	ui->shown.out = is_given(&ui->opt, OPT_JSON) ? stderr : stdout;
	ui->shown.next = 0;
	rs_report_text(r, put_new_line, &ui->shown);
	(void)fflush(ui->shown.out); /* out_finish reports what was lost */
}

/* The report as JSON on standard output, or that there is no memory for it; @status where that is
 * an error already. */
static int print_json(struct rs_report *r, int status)
{
	const struct rs_err no_memory = {.code = RS_E_MEMORY, .object = "report"};

	if (r && rs_report_print(r, stdout) == 0) /* out_finish finds a lost line */
		return status;
	int lost_status = out_error(&no_memory);
	return status ? status : lost_status;
}

/* @r NULL: no memory for one. The command's own error is told first, then what was lost of standard
 * output and of the report's file. */
static int end_take(struct ui *ui, struct rs_report *r, const struct rs_err *own)
{
	int status = r		 ? rs_report_run(r)->outcome.status
		     : own->code ? rs_err_info(own->code)->exit_status
				 : 0;
	struct rs_err lost[3] = {0};

	term_work_is_over();
	progress_clear();
	if (is_given(&ui->opt, OPT_JSON))
		status = print_json(r, status);
	else if (r && !rs_report_run(r)->is_front)
		ui_show_so_far(ui, r);
	forget_from(&ui->shown, 0);
	const char *json = r && ui->report.temp ? rs_report_json(r) : NULL;
	(void)out_finish(&lost[0]);
	(void)report_file_write(ui, json, &lost[1]);
	if (r && ui->opt.svg && rs_report_svg(r, 0, NULL))
		(void)picture_save(r, ui->opt.svg, &lost[2]);
	else if (ui->opt.svg && !own->code && ui->opt.command->bit & CMD_LOOK)
		out_warn("there is no timeline to draw: no diagnosis was made, or it knows of no "
			 "time");
	if (own->code)
		(void)out_error(own);
	for (int i = 0; i < 3; i++) {
		int lost_status = lost[i].code ? out_error(&lost[i]) : 0;
		status = status ? status : lost_status;
	}
	rs_report_free(r);
	return status;
}

int ui_show_report_take(struct ui *ui, struct rs_report *r)
{
	return end_take(ui, r, &rs_report_run(r)->err);
}

void ui_begin_take(struct ui *ui, struct rs_report *opened)
{
	const struct command_spec *command = ui->opt.command;

	ui->own = opened;
	if (rs_report_own(command ? command->name : NULL, ui->started_filetime, &ui->own) < 0)
		ui->own = NULL; /* ui_end says so */
	if (ui->own && ui->policy)
		rs_report_policy(
			ui->own, rs_policy_told(ui->policy), is_given(&ui->opt, OPT_DRILL));
}

void ui_entry(struct ui *ui, const struct rs_node *n, const char *sha256)
{
	if (is_given(&ui->opt, OPT_JSON) && ui->own)
		rs_report_entry(ui->own, stdout, n, sha256);
}

int ui_end(struct ui *ui, const char *text, const struct rs_err *err)
{
	if (ui->own)
		rs_report_end(ui->own, text, err);
	return end_take(ui, rs_steal(ui->own), err);
}

int ui_fail(struct ui *ui, const struct rs_err *err)
{
	ui_begin_take(ui, NULL);
	return ui_end(ui, "", err);
}

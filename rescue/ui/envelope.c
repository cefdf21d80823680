/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report of commands that end in the front end. */
#include "ui/ui.h"

static bool is_json(const struct envelope *e)
{
	return is_given(&e->ui->opt, OPT_JSON);
}

void envelope_begin_take(struct envelope *e, struct ui *ui, struct rs_report *opened)
{
	const struct command_spec *command = ui->opt.command;

	*e = (struct envelope){.ui = ui, .report = opened};
	if (rs_report_own(command ? command->name : NULL, ui->started_filetime, &e->report) < 0)
		e->report = NULL; /* envelope_end says so */
}

void envelope_entry(struct envelope *e, const struct rs_node *n, const char *sha256)
{
	if (is_json(e) && e->report)
		rs_report_entry(e->report, stdout, n, sha256);
}

int envelope_end(struct envelope *e, const char *text, const struct rs_err *err)
{
	struct rs_report *r = e->report;
	int status = err->code ? rs_err_info(err->code)->exit_status : 0;

	progress_clear();
	if (r)
		rs_report_end(r, text, err);
	if (is_json(e))
		status = ui_print_json(r, status);
	const char *json = r && report_file_is_open(e->ui) ? rs_report_json(r) : NULL;
	status = ui_finish(e->ui, json, err, status);
	rs_report_free(r);
	e->report = NULL;
	return status;
}

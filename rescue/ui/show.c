/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Show reports. A plan that was shown with a question is not shown again with the end: the lines of
 * an unfinished report are the first lines of the finished one. */
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

int ui_finish(struct ui *ui, const char *json, const struct rs_err *own, int status)
{
	struct rs_err lost[2] = {0}; /* of standard output, of the report's file */

	(void)out_finish(&lost[0]);
	(void)report_file_write(ui, json, &lost[1]);
	if (own && own->code)
		(void)out_error(own);
	for (int i = 0; i < 2; i++) {
		int lost_status = lost[i].code ? out_error(&lost[i]) : 0;
		status = status ? status : lost_status;
	}
	return status;
}

int ui_print_json(struct rs_report *r, int status)
{
	const struct rs_err no_memory = {.code = RS_E_MEMORY, .object = "report"};

	if (r && rs_report_print(r, stdout) == 0) /* out_finish finds a lost line */
		return status;
	int lost_status = out_error(&no_memory);
	return status ? status : lost_status;
}

int ui_show_report_take(struct ui *ui, struct rs_report *r)
{
	int status = rs_report_exit(r);

	progress_clear();
	if (is_given(&ui->opt, OPT_JSON))
		status = ui_print_json(r, status);
	else
		ui_show_so_far(ui, r);
	forget_from(&ui->shown, 0);
	const char *json = report_file_is_open(ui) ? rs_report_json(r) : NULL;
	status = ui_finish(ui, json, rs_report_err(r), status);
	rs_report_free(r);
	return status;
}

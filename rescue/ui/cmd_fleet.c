/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unbrick report: what the reports of many machines say together. */
#include <string.h>

#include "ui/ui.h"

RS_DEFINE_AUTO(struct fleet *, fleet_free);

int check_fleet(const struct options *o, struct rs_err *err)
{
	const char *page = o->output && strcmp(o->output, "-") != 0 ? o->output : NULL;

	if (o->output && !page && is_given(o, OPT_JSON))
		return rs_fail_on(err, RS_E_USAGE, "report", "two outputs in the same file");
	return report_file_check(page, o->csv, err);
}

static bool go_on(void *user, size_t files)
{
	(void)user;
	return progress_step("reading reports", files, 0, false);
}

static int read_all(const struct ui *ui, struct fleet *f, struct rs_err *err)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && i < ui->opt.n_args; i++)
		r = fleet_read(f, ui->opt.args[i], go_on, NULL, err);
	progress_clear();
	return r < 0 ? r : fleet_join(f, err);
}

/* Into memory, so that a file is whole or not there; NULL: no memory. */
static char *made_new(const struct fleet *f, bool is_page, struct rs_err *err)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);
	int r = 0;

	if (!to)
		return NULL;
	if (is_page)
		r = fleet_page(f, to, err);
	else
		fleet_csv(f, to);
	bool is_whole = !ferror(to);
	if (fclose(to) == 0 && is_whole && r == 0)
		return text;
	free(text);
	return NULL;
}

static int write_page(const struct options *o, const struct fleet *f, struct rs_err *err)
{
	auto_free char *text = made_new(f, true, err);

	if (!text)
		return err->code ? err->code : rs_fail(err, RS_E_MEMORY, "reports");
	return strcmp(o->output, "-") == 0
		       ? out_write(STDOUT_FILENO, text, strlen(text), "standard output", err)
		       : report_file_save(o->output, text, err);
}

static int write_csv(const struct options *o, const struct fleet *f, struct rs_err *err)
{
	auto_free char *text = made_new(f, false, err);

	return report_file_save(o->csv, text, err);
}

static void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	auto_free char *line = lang_vprint_new(fmt, ap);
	va_end(ap);
	if (line)
		out_line(line);
}

static void show_counts(const struct fleet *f)
{
	const struct fleet_counts *c = fleet_counts(f);

	say("%zu reports of %zu machines", c->reports, c->machines);
	for (enum fleet_state s = 0; s < FLEET_STATES_END; s++)
		if (c->machines_in[s])
			say("%8zu %s", c->machines_in[s], lang_word(fleet_state_text(s)));
	if (c->keys)
		say("%zu recovery keys were used: replace them by new ones", c->keys);
}

/* What was not taken as it is. */
static void warn(const struct fleet *f)
{
	const struct fleet_counts *c = fleet_counts(f);

	for (size_t i = 0; fleet_broken_at(f, i); i++)
		out_warn("no report: %-s", fleet_broken_at(f, i));
	if (c->broken)
		out_warn("%zu could not be read as reports", c->broken);
	if (c->conflicts)
		out_warn("%zu reports contradict another one of the same id", c->conflicts);
	if (c->beyond)
		out_warn("%zu reports are left out: there are too many", c->beyond);
}

int cmd_fleet(struct ui *ui)
{
	__attribute__((cleanup(fleet_free_auto))) struct fleet *f = NULL;
	const struct options *o = &ui->opt;
	struct rs_err err = {0};
	char text[128] = "";
	int r = fleet_new(&f, &err);

	ui_begin_take(ui, NULL);
	if (r == 0)
		r = read_all(ui, f, &err);
	if (r == 0 && fleet_counts(f)->reports == 0)
		r = rs_fail_on(&err, RS_E_NO_SUCH_FILE, o->args[0], "no report in it");
	if (r == 0 && o->csv)
		r = write_csv(o, f, &err);
	if (r == 0 && o->output)
		r = write_page(o, f, &err);
	if (f)
		warn(f);
	if (r == 0) {
		const struct fleet_counts *c = fleet_counts(f);
		bool is_shown = !is_given(o, OPT_JSON) && !(o->output && !strcmp(o->output, "-"));
		(void)snprintf(
			text, sizeof(text), "%zu reports of %zu machines", c->reports, c->machines);
		if (is_shown)
			show_counts(f);
	}
	return ui_end(ui, text, &err);
}

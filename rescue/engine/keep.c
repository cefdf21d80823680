/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report of a repair, kept on the disk beside the quarantine, and read back. */
#include <stdio.h>
#include <string.h>

#include "engine/guards.h"

struct kept {
	const struct en_work *w;
	struct rs_view json, text;
};

struct lines {
	char *p;
	size_t len;
	FILE *f;
};

static void put_line(void *user, const char *line)
{
	const struct lines *t = user;

	(void)fprintf(t->f, "%s\r\n", line); /* for Notepad; fclose finds a lost line */
}

static int render(const struct rs_report *report, struct lines *t, struct rs_err *err)
{
	t->f = open_memstream(&t->p, &t->len);
	if (!t->f)
		return rs_fail(err, RS_E_MEMORY, "report");
	rs_report_text(report, put_line, t);
	return fclose(t->f) == 0 ? 0 : rs_fail(err, RS_E_MEMORY, "report");
}

/* Plans of which nothing was carried out have no folder. */
static bool is_there(const struct plan *p)
{
	return p->has_manifest && plan_count_accepted(p);
}

static int write_all(const struct kept *k, struct rs_err *err)
{
	struct en_stack stack;
	int r = en_stack_open(k->w->v, &stack, err);

	if (r == 0)
		r = en_stack_files(&stack, true, err);
	for (size_t i = 0; r == 0 && i < k->w->n_plans; i++) {
		const struct plan *p = k->w->plans[i];
		if (is_there(p))
			r = quarantine_keep_report(stack.nt, p, k->json, k->text, err);
	}
	return en_stack_close(&stack, r, err);
}

static int same_file(struct nt_vol *vol, const struct plan *p, const char *name,
	struct rs_view want, struct rs_err *err)
{
	auto_free uint8_t *got = NULL;
	char path[PLAN_PATH_BYTES];
	size_t len = 0;

	plan_path(p->top, p->id, name, path);
	int r = nt_file_load(vol, path, want.len + 1, &got, &len, err);
	if (r == 0 && (len != want.len || memcmp(got, want.p, len) != 0))
		r = rs_fail_on(err, RS_E_VERIFY, path, "it reads back differently");
	return r;
}

static int read_back(const struct kept *k, struct rs_err *err)
{
	struct en_stack stack;
	int r = en_again_open(k->w->v, &stack, NULL, err);

	if (r == 0)
		r = en_stack_files(&stack, false, err);
	for (size_t i = 0; r == 0 && i < k->w->n_plans; i++) {
		const struct plan *p = k->w->plans[i];
		if (!is_there(p))
			continue;
		r = same_file(stack.nt, p, QUARANTINE_REPORT_JSON, k->json, err);
		if (r == 0)
			r = same_file(stack.nt, p, QUARANTINE_REPORT_TEXT, k->text, err);
	}
	return en_stack_close(&stack, r, err);
}

int en_keep_report(const struct en_work *w, struct rs_report *report, struct rs_err *err)
{
	struct lines lines = {0};
	struct kept k = {.w = w};
	const char *json = rs_report_json(report);
	int r = json ? render(report, &lines, err) : rs_fail(err, RS_E_MEMORY, "report");

	if (r == 0) {
		k.json = (struct rs_view){(const uint8_t *)json, strlen(json)};
		k.text = (struct rs_view){(const uint8_t *)lines.p, lines.len};
		r = write_all(&k, err);
	}
	if (r == 0)
		r = read_back(&k, err);
	free(lines.p);
	return r < 0 ? rs_err_object(err, w->v->name) : r;
}

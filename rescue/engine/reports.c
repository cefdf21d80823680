/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reports for front ends. */
#include "engine/engine.h"
#include "report/report.h"

const struct rs_run *rs_report_run(const struct rs_report *r)
{
	return &r->run;
}

const char *rs_report_json(struct rs_report *r)
{
	size_t len;

	free(r->json);
	r->json = NULL;
	FILE *f = open_memstream(&r->json, &len);
	int lost = f ? report_write_json(r, f) : RS_E_MEMORY;
	if (!f || fclose(f) != 0 || lost < 0) {
		free(r->json);
		r->json = NULL;
	}
	return r->json;
}

void rs_report_text(
	const struct rs_report *r, void (*put)(void *user, const char *line), void *user)
{
	report_text(&r->run, put, user);
}

void rs_report_part(const struct rs_report *r, enum rs_part part, const struct rs_manner *manner,
	void (*put)(void *user, const char *line), void *user)
{
	report_text_part(&r->run, part, manner, put, user);
}

void rs_report_disk(const struct rs_report *r, size_t i, const struct rs_manner *manner,
	void (*put)(void *user, const char *line), void *user)
{
	struct rs_run one = r->run;

	one.disks += i;
	one.n_disks = 1;
	report_text_part(&one, RS_PART_DISKS, manner, put, user);
}

bool rs_report_svg(const struct rs_report *r, size_t nth, FILE *f)
{
	return report_svg(&r->run, nth, f);
}

void rs_report_free(struct rs_report *r)
{
	report_free(r);
}

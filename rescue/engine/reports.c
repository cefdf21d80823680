/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reports for front ends. */
#include <stdio.h>
#include <stdlib.h>

#include "engine/engine.h"
#include "report/text.h"

const char *rs_report_json(struct rs_report *r)
{
	report_redact(r);
	const char *text = json_object_to_json_string_ext(r->root,
		JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);

	free(r->json);
	r->json = NULL;
	return text && asprintf(&r->json, "%s\n", text) > 0 ? r->json : NULL;
}

void rs_report_text(
	const struct rs_report *r, void (*put)(void *user, const char *line), void *user)
{
	report_redact((struct rs_report *)(uintptr_t)r); /* its facts stay as they are */
	report_text(r->root, put, user);
}

int rs_report_exit(const struct rs_report *r)
{
	return r->exit_status;
}

const struct rs_err *rs_report_err(const struct rs_report *r)
{
	return &r->err;
}

void rs_report_free(struct rs_report *r)
{
	report_free(r);
}

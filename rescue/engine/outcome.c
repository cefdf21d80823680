/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The end of a run that may have written. No text says by itself that nothing was changed: the
 * writes that were issued are counted where they go to the disk. */
#include <stdio.h>
#include <string.h>

#include "core/status.h"
#include "engine/engine.h"

bool en_is_written(const struct en_machine *m)
{
	for (size_t i = 0; m && i < m->n_disks; i++)
		if (m->disks[i].n_writes)
			return true;
	return false;
}

void en_err_written(struct rs_err *err, int code)
{
	const struct rs_err why = *err;
	const struct rs_err_info *info = rs_err_info(why.code);

	if (!why.code)
		return;
	switch (info->exit_status) {
	case RS_STATUS_BUG:
	case RS_STATUS_IO:
	case RS_STATUS_UNVERIFIED:
	case RS_STATUS_CANCELLED:
		return;
	default:
		(void)rs_fail(
			err, code, "%s%s%s", info->text, why.detail[0] ? ": " : "", why.detail);
	}
}

static void finish(struct rs_report *report, bool written, int exit_status, enum run_result result,
	const char *text, const struct rs_err *err)
{
	report_finish(report, exit_status, result, text, err);
	report->run.outcome.can_write = true;
	report->run.outcome.is_written = written;
}

void en_finish_done(struct rs_report *report, const struct en_machine *m, int exit_status,
	enum run_result result, const char *text)
{
	char all[1500];
	const bool written = en_is_written(m);

	(void)snprintf(all, sizeof(all), "%s%s", text, written ? "" : ", nothing was changed");
	finish(report, written, exit_status, result, all, NULL);
}

void en_finish_failed(struct rs_report *report, const struct en_machine *m,
	const struct en_score *score, const struct rs_err *err)
{
	const bool written = en_is_written(m);
	struct rs_err told = *err;
	char text[128] = "nothing was changed";

	if (written && score->total)
		(void)snprintf(text, sizeof(text), "%zu of %zu %s", score->done, score->total,
			score->total == 1 ? score->one : score->many);
	else if (written)
		(void)snprintf(text, sizeof(text), "the disk was written");
	size_t len = strlen(text);
	if (err->code == RS_E_NOT_KEPT)
		(void)snprintf(
			text + len, sizeof(text) - len, ", %s", "as far as the disk keeps it");
	/* a long cause is cut, not this */
	size_t room = sizeof(told.detail) - strlen(text) - 3;
	(void)snprintf(told.detail, sizeof(told.detail), "%.*s%s%s", (int)room, err->detail,
		err->detail[0] ? "; " : "", text);
	finish(report, written, 0, err->code == RS_E_CANCELLED ? RUN_CANCELLED : RUN_FAILED, text,
		&told);
}

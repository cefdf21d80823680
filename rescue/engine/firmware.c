/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check-firmware. */
#include "core/status.h"
#include "engine/engine.h"

int rs_check_firmware(struct rs_session *s, const char *variables, const char *certificate,
	struct rs_report **ret)
{
	struct rs_err err = {0};
	int r = report_new("check-firmware", ret, &err);

	(void)s;
	if (r < 0)
		return r;
	struct fw_report *told = report_alloc(&(*ret)->kept, sizeof(*told));
	if (!told)
		r = rs_fail(&err, RS_E_MEMORY, "report");
	else
		r = fw_read(variables, certificate, &told->facts, &err);
	if (r < 0) {
		report_finish(*ret, 0, RUN_FAILED, "", &err);
		return r;
	}
	const struct fw_verdict *v = &told->verdict;
	fw_judge(&told->facts, &told->verdict);
	(*ret)->run.firmware = told;
	if (!v->is_proven[FW_NOW])
		report_finish(
			*ret, RS_STATUS_WRONG, RUN_WRONG, "the stick does not start here", &err);
	else if (!v->is_proven[FW_WITHOUT_2011])
		report_finish(*ret, RS_STATUS_FOUND, RUN_FOUND,
			"the stick starts here, and will not without the certificates of 2011",
			&err);
	else
		report_finish(*ret, RS_STATUS_DONE, RUN_DONE, "the stick starts here", &err);
	return 0;
}

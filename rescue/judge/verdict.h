/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From evidence to a verdict. Pure: no disk is read here. How points become a verdict is told in
 * docs/diagnosis.md. */
#ifndef UNBRICK_JUDGE_VERDICT_H
#define UNBRICK_JUDGE_VERDICT_H

#include "judge/diagnosis.h"

/* A file that a rule names: more evidence. */
struct verdict_rule {
	const char *id, *path;
};

struct verdict_input {
	struct evidence *e; /* taken, also after an error */
	const struct win_info *win;
	const char *starts; /* it was put aside: the folder of the Windows that starts; NULL: no */
	const struct verdict_rule *rules;
	size_t n_rules;
};

/** Errors: RS_E_MEMORY. */
int verdict_make(const struct verdict_input *in, struct diagnosis **ret, struct rs_err *err);

#endif

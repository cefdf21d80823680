/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules are read from folders that a user names. Whatever the text: a rule or an error with a
 * place, and a quarantine rule that comes through reaches no protected name. Seeds: the files of
 * rescue/rules/. */
#include <assert.h>
#include <string.h>

#include "judge/rule_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rule *r = NULL;
	struct rs_err err = {0};

	if (rule_parse("fuzz.ini", (const char *)data, size, &r, &err) < 0) {
		assert(strncmp(err.object, "fuzz.ini", 8) == 0);
		return 0;
	}
	for (size_t i = 0; i < r->paths.n; i++) {
		bool fits = rule_path_match(NULL, &r->paths.v[i], "\\Windows",
			"\\Windows\\System32\\drivers\\CrowdStrike\\csagent.sys");
		assert(!fits || r->about.action != RULE_QUARANTINE);
	}
	rule_free(r);
	return 0;
}

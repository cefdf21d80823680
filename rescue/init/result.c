/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/result.h"

const struct result_words result_words[RESULTS_END] = {
#define X(name, word, text, before, after, has_outcome) {word, text, before, after, has_outcome},
	RESULTS(X)
#undef X
};

const char *const end_words[] = {[END_STAY] = "stay",
	[END_WINDOWS] = "windows",
	[END_REBOOT] = "reboot",
	[END_POWEROFF] = "poweroff"};

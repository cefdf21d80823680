/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/result.h"

const struct result_words result_words[RESULTS_END] = {
#define X(name, word, text, before, after, has_outcome) {word, text, before, after, has_outcome},
	RESULTS(X)
#undef X
};

const char *const end_words[] = {[SETTINGS_END_STAY] = "stay",
	[SETTINGS_END_WINDOWS] = "windows",
	[SETTINGS_END_REBOOT] = "reboot",
	[SETTINGS_END_POWEROFF] = "poweroff"};

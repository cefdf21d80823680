/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as settings; the first chooses whether they are trusted. What comes out must be read
 * back the same, and untrusted bytes must not loosen anything. Seeds: the texts in
 * tests/unit/format/test_settings.c. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void touch(void *user, const struct settings_bad *bad)
{
	size_t *n = user;

	*n += strlen(bad->text) + strlen(bad->reason);
	for (const char *p = bad->text; *p; p++) {
		if (*p < ' ' || *p > '~')
			abort(); /* it is shown on a console */
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[SETTINGS_TEXT_MAX], again[SETTINGS_TEXT_MAX];
	struct settings s, back;
	size_t told = 0;

	if (size == 0)
		return 0;
	const enum settings_trust trust = (enum settings_trust)(data[0] % 4);
	settings_init(&s);
	(void)settings_parse(&s, data + 1, size - 1, trust, touch, &told);
	if (trust <= SETTINGS_UNSIGNED &&
		(s.shell || s.rules == SETTINGS_RULES_UNSIGNED || s.replay == SETTINGS_REPLAY_ALL))
		abort();
	if (trust <= SETTINGS_UNSIGNED &&
		(s.policy[0] || s.collector[0] || s.address[0] || s.ntp[0] || s.vlan ||
			s.policy_floor || s.network == SETTINGS_NETWORK_YES))
		abort();
	if (trust == SETTINGS_FOREIGN &&
		(s.mode == SETTINGS_MODE_WINDOWS || s.report != SETTINGS_REPORT_STICK ||
			s.failure != SETTINGS_END_STAY || s.nothing != SETTINGS_END_STAY ||
			s.wait_s != 10))
		abort();
	size_t len = settings_format(&s, text, sizeof(text));
	settings_init(&back);
	if (len == 0 || settings_parse(&back, text, len, SETTINGS_SIGNED, NULL, NULL) != 0 ||
		settings_format(&back, again, sizeof(again)) != len ||
		memcmp(text, again, len) != 0)
		abort();
	return 0;
}

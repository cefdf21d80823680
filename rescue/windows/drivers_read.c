/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the reader of drivers.h share: what is damaged is noted, what ends it ends it.
 */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "windows/drivers_internal.h"

void drivers_pass(struct drivers_read *d, const char *where, int r, const struct rs_err *why)
{
	if (r >= 0 || d->end.code)
		return;
	if (rs_err_ends(r))
		d->end = *why;
	else
		rs_note(d->s->note, sizeof(d->s->note), "%s: %s", where,
			why->detail[0] ? why->detail : rs_err_info(r)->text);
}

bool drivers_has(struct drivers_read *d, const void *memory)
{
	if (!memory && !d->end.code)
		(void)rs_fail(&d->end, RS_E_MEMORY, "drivers");
	return memory;
}

bool drivers_goes_on(struct drivers_read *d)
{
	if (!d->end.code && !rs_task_goes_on(d->task))
		(void)rs_fail(&d->end, RS_E_CANCELLED, "drivers");
	return !d->end.code;
}

win_key drivers_key(struct drivers_read *d, win_key from, const char *path)
{
	struct rs_err why = {0};
	win_key key = 0;

	int r = win_hive_key(d->h, from, path, &key, &why);
	if (r != RS_E_NO_SUCH_FILE)
		drivers_pass(d, path, r, &why);
	return r < 0 ? 0 : key;
}

bool drivers_values(struct drivers_read *d, win_key key, struct hive_wanted *w, size_t n)
{
	struct rs_err why = {0};
	uint64_t written = 0;

	int r = hive_wanted_read(d->h, key, w, n, &written, &why);
	drivers_pass(d, "values", r, &why);
	if (written > d->s->written)
		d->s->written = written;
	for (size_t i = 0; i < n; i++)
		if (w[i].is_there)
			return !d->end.code;
	return false;
}

void drivers_each(struct drivers_read *d, win_key key, const char *what,
	bool (*fn)(void *user, const char *name, win_key sub))
{
	struct rs_err why = {0};

	drivers_pass(d, what, win_hive_each_key(d->h, key, fn, d, &why), &why);
}

char *drivers_text(struct drivers_read *d, const struct hive_wanted *w)
{
	char *text = hive_wanted_text(w);

	return drivers_has(d, text) ? text : NULL;
}

char *drivers_copy(struct drivers_read *d, const char *text)
{
	char *copy = strdup(text);

	return drivers_has(d, copy) ? copy : NULL;
}

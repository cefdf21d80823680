/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/picture.h"

#include <stdio.h>
#include <unistd.h>

#define PICTURES_MOST 99U

/* Of a run, the @nth from 1. */
static void drawn_name(const char *folder, unsigned nth, char *ret, size_t cap)
{
	char number[16] = "";

	if (nth > 1)
		(void)snprintf(number, sizeof(number), "-%u", nth);
	(void)snprintf(ret, cap, "%s/run%s.svg", folder, number);
}

unsigned report_take_pictures(
	const char *folder, unsigned n_before, const char *time, struct json_object *ret_names)
{
	char from[256], to[256], name[64];
	unsigned n = n_before;

	for (unsigned nth = 1; n < PICTURES_MOST; nth++) {
		drawn_name(folder, nth, from, sizeof(from));
		(void)snprintf(to, sizeof(to), "%s/report-%u.svg", folder, n + 1);
		if (rename(from, to) < 0)
			break; /* there are no more */
		n++;
		(void)snprintf(name, sizeof(name), "%s-%u.svg", time, n);
		json_object_array_add(ret_names, json_object_new_string(name));
	}
	report_drop_pictures(folder);
	return n;
}

void report_drop_pictures(const char *folder)
{
	char path[256];

	for (unsigned nth = 1; nth <= PICTURES_MOST; nth++) {
		drawn_name(folder, nth, path, sizeof(path));
		(void)unlink(path); /* mostly there is none */
	}
}

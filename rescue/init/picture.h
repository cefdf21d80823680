/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Timelines that programs drew, on their way to the stick. */
#ifndef UNBRICK_INIT_PICTURE_H
#define UNBRICK_INIT_PICTURE_H

#include <json-c/json.h>

/** Take the timelines that a run drew in @folder away to where the report's files are (the same
 * folder), with the numbers after @n_before. Their names on the stick ("TIME-3.svg") go into
 * @ret_names. Returns the last number. */
unsigned report_take_pictures(
	const char *folder, unsigned n_before, const char *time, struct json_object *ret_names);
/** Forget those that nobody took. */
void report_drop_pictures(const char *folder);

#endif

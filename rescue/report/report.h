/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report's one data model: a json-c tree as docs/report.md defines it, built step by step by
 * the engine, written as JSON or as text. Text that comes from a volume is escaped on its way in.
 */
#ifndef UNBRICK_REPORT_REPORT_H
#define UNBRICK_REPORT_REPORT_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "bitlocker/bitlocker.h"
#include "block/disk.h"
#include "ntfs/raw.h"
#include "ntfslog/replay.h"
#include "windows/windows.h"

#define REPORT_SCHEMA_VERSION 1

struct rs_report {
	struct json_object *root;
	struct rs_err err;
	int exit_status;
	uint64_t started_filetime;
	char *json; /* what rs_report_json handed out last */
};

/** A report with tool, machine, command and start time. Errors: RS_E_MEMORY. */
int report_new(const char *command, struct rs_report **ret, struct rs_err *err);
void report_free(struct rs_report *r);
/** Take what has the shape of a recovery password out of every text, before it is rendered. */
void report_redact(struct rs_report *r);

/** Close it: duration, outcome, error (when err->code is not 0). @result one of docs/report.md's
 * words; the exit status is @exit_status, or the error's when there is one. */
void report_finish(struct rs_report *r, int exit_status, const char *result, const char *text,
	const struct rs_err *err);

/** Member setters. Strings are escaped; NULL and "" are left out; so is a time of 0. */
void report_text_set(struct json_object *o, const char *key, const char *text);
void report_uint_set(struct json_object *o, const char *key, uint64_t v);
void report_int_set(struct json_object *o, const char *key, int64_t v);
void report_bool_set(struct json_object *o, const char *key, bool v);
void report_time_set(struct json_object *o, const char *key, uint64_t filetime);
void report_guid_set(struct json_object *o, const char *key, const uint8_t guid[16]);
void report_hex_set(struct json_object *o, const char *key, const uint8_t *p, size_t len);
/** "error" with the members of an error object; nothing when code is 0. */
void report_err_set(struct json_object *o, const char *key, const struct rs_err *err);
/** The array (object) member @key, made if it is not there. Borrowed. */
struct json_object *report_array(struct json_object *o, const char *key);
struct json_object *report_object(struct json_object *o, const char *key);
/** A new object at the end of an array. Borrowed. */
struct json_object *report_append(struct json_object *array);

/* ---- what the lower rooms found, as docs/report.md spells it (facts.c) ---- */

void report_bitlocker(struct json_object *volume, const struct bl_info *info,
	const struct bl_unlock_result *unlocked);
void report_ntfs(struct json_object *volume, const struct nt_geometry *g, const struct nt_state *s);
/** The member "journal" of the volume's "ntfs": @on_disk as it lies there; @p what it holds, or
 * NULL; @since_filetime of the oldest change, 0 if not known. */
void report_journal(struct json_object *volume, const struct nt_state *on_disk,
	const struct nt_replay *p, uint64_t since_filetime);
/** How much a plan holds: members of "journal" and of an item of "replay". */
void report_replay_counts(
	struct json_object *o, const struct nt_replay *p, uint64_t since_filetime);
/** The first is the volume's "windows", the others are its "other_windows". */
void report_windows(struct json_object *volume, const struct win_info *w, size_t n);
void report_partition(struct json_object *volume, const struct disk_part *p);

#endif

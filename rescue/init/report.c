/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/report.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/redact.h"
#include "core/text.h"
#include "init/init.h"
#include "init/machine.h"
#include "init/picture.h"

#define PRINT_FLAGS                                                                                \
	(JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE)
#define JSON_FILE INIT_RUN "/report.json"
#define TEXT_FILE INIT_RUN "/report.txt"
#define HAND_FILE INIT_RUN "/by-hand.json"
/* a person with many disks has a part of it */
#define RUNS_MOST   200U
#define GIVEN_BYTES LINK_REPORT_BYTES

const struct result_text result_texts[RESULTS_END] = {
	[RESULT_DONE] = {"", "repaired", "", true},
	[RESULT_NOTHING_TO_DO] = {"nothing to repair", "disk", "nothing to repair", false},
	[RESULT_FOUND] = {"something to repair was found", "disk",
		"something to repair was found, nothing was changed", false}, /* looked only */
	[RESULT_LEFT] = {"something doubtful was left: a person must decide", "disk",
		"a person must decide: ", true},
	[RESULT_WRONG] = {"something is wrong that is not repaired here: a person must look",
		"disk", "not repaired here: ", true},
	[RESULT_FAILED] = {"not repaired", "not repaired", "", true},
	[RESULT_CANCELLED] = {"stopped", "", "", false}, /* before it came to its end */
	[RESULT_NO_DISK] = {"no disk found", "", "", false},
	[RESULT_NO_WINDOWS] = {"no Windows found", "disk", "no Windows", false},
	[RESULT_WINDOWS] = {"starting Windows, as asked", "", "", false},
	[RESULT_TECHNICIAN] = {"used by a technician", "", "", false},
};

const char *const result_words[] = {RUN_RESULTS(JUST_WORD) START_RESULTS(JUST_WORD)};

const char *const end_words[] = {SETTINGS_END_WORDS};

static void set_text(struct json_object *o, const char *key, const char *text)
{
	char escaped[1024];

	if (!text[0])
		return;
	(void)rs_shown(text, escaped, sizeof(escaped));
	json_object_object_add(o, key, json_object_new_string(escaped));
}

void report_set(struct init *in, const char *key, struct json_object *value_take)
{
	json_object_object_add(in->report.root, key, value_take);
}

static void set_tool(struct init *in)
{
	struct json_object *tool = json_object_new_object();
	char time[RS_TIME_LEN];

	json_object_object_add(in->report.root, "schema_version", json_object_new_int(2));
	set_text(tool, "name", "unbrick");
	set_text(tool, "version", UNBRICK_VERSION);
	json_object_object_add(in->report.root, "tool", tool);
	json_object_object_add(in->report.root, "command", json_object_new_string("boot"));
	rs_filetime_text(in->report.started_filetime, time);
	set_text(in->report.root, "started", time);
}

void report_begin(struct init *in)
{
	in->report.started_ms = now_ms();
	in->report.started_filetime = rs_filetime_now();
	in->report.root = json_object_new_object();
	in->report.runs = json_object_new_array();
	start_serial("", in->report.serial, sizeof(in->report.serial));
	set_tool(in);
	rs_filetime_name(in->report.started_filetime, in->report.file_time);
	json_object_object_add(in->report.root, "timeline", in->said.timeline);
	json_object_object_add(in->report.root, "runs", in->report.runs);
}

static struct json_object *alone_facts(const struct facts *f)
{
	struct json_object *o = json_object_new_object();
	const char *why = facts_alone_refusal(f);

	json_object_object_add(o, "alone", json_object_new_boolean(!why));
	set_text(o, "why_not", why ? why : "");
	return o;
}

static struct json_object *boot_facts(const struct init *in)
{
	const struct facts *f = &in->facts;
	struct json_object *o = json_object_new_object(), *notes = json_object_new_array();
	char settings[SETTINGS_TEXT_MAX];
	struct utsname u = {0};

	(void)uname(&u); /* cannot fail */
	set_text(o, "door", door_word(f->door));
	set_text(o, "meaning", facts_door_meaning(f));
	set_text(o, "secure_boot", secure_boot_word(f->secure_boot));
	set_text(o, "kernel", u.release);
	set_text(o, "loader", f->loader);
	set_text(o, "application", f->version);
	set_text(o, "partition", f->partition);
	set_text(o, "stick_uuid", f->stick_uuid);
	set_text(o, "place", f->place);
	set_text(o, "medium", f->is_ventoy ? "ventoy" : f->is_cd ? "cd" : "");
	set_text(o, "image", f->is_ventoy ? f->ventoy.path : "");
	json_object_object_add(o, "network", json_object_new_boolean(f->is_network));
	set_text(o, "how", f->how);
	set_text(o, "boot_url", f->boot_url);
	set_text(o, "boot_mac", f->boot_mac);
	set_text(o, "boot_pci", f->boot_pci);
	if (f->boot_vlan)
		json_object_object_add(o, "boot_vlan", json_object_new_int((int)f->boot_vlan));
	set_text(o, "windows_entry", f->windows_entry);
	set_text(o, "chosen", f->chosen);
	set_text(o, "mode", settings_mode_name(f->settings.mode));
	if (settings_format(&f->settings, settings, sizeof(settings)))
		json_object_object_add(o, "settings", json_object_new_string(settings));
	json_object_object_add(o, "diagnosis", alone_facts(f));
	for (unsigned i = 0; i < f->n_notes; i++)
		json_object_array_add(notes, json_object_new_string(f->notes[i]));
	json_object_object_add(o, "notes", notes);
	set_text(o, "machine", in->report.serial);
	json_object_object_add(o, "init_ms", json_object_new_uint64(in->report.started_ms));
	return o;
}

static struct json_object *stick_facts(const struct init *in)
{
	const struct stick *s = &in->stick;
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "found", json_object_new_boolean(s->state == STICK_READ));
	set_text(o, "disk", s->disk);
	set_text(o, "folder", s->top);
	json_object_object_add(o, "foreign", json_object_new_boolean(s->is_foreign));
	set_text(o, "in_doubt", s->same);
	set_text(o, "second", s->second);
	json_object_object_add(o, "keys", json_object_new_boolean(s->keys.len > 0));
	json_object_object_add(o, "rules", json_object_new_boolean(s->rules[0] != '\0'));
	set_text(o, "last_run", s->last.run);
	return o;
}

static struct json_object *disk_facts(const struct init *in)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < in->disks.n; i++) {
		const struct known_disk *d = &in->disks.list[i];
		struct json_object *o = json_object_new_object();
		set_text(o, "name", d->name);
		json_object_object_add(
			o, "size_bytes", json_object_new_uint64(d->facts.size_bytes));
		json_object_object_add(
			o, "sector_bytes", json_object_new_uint64(d->facts.sector_bytes));
		json_object_object_add(o, "stick", json_object_new_boolean(d->is_stick));
		json_object_object_add(o, "gone", json_object_new_boolean(d->state == DISK_GONE));
		if (d->status >= 0)
			json_object_object_add(o, "status", json_object_new_int(d->status));
		set_text(o, "outcome", d->outcome);
		json_object_array_add(list, o);
	}
	return list;
}

bool report_has_room(struct init *in, size_t bytes)
{
	struct boot_report *r = &in->report;

	if (json_object_array_length(r->runs) >= RUNS_MOST || bytes > GIVEN_BYTES - r->given_bytes)
		return false;
	r->given_bytes += bytes;
	return true;
}

static void add_pictures(struct init *in, struct json_object *o)
{
	struct json_object *names = json_object_new_array();

	in->report.n_pictures =
		report_take_pictures(INIT_RUN, in->report.n_pictures, in->report.file_time, names);
	if (json_object_array_length(names))
		json_object_object_add(o, "pictures", names);
	else
		json_object_put(names);
}

void report_add_run_take(struct init *in, struct run *run)
{
	struct json_object *o = json_object_new_object();

	in->report.n_by_diagnosis += run->is_by_diagnosis;
	add_pictures(in, o);

	set_text(o, "command", run_word(run->command));
	if (run->disk)
		set_text(o, "disk", run->disk);
	if (run->status >= 0)
		json_object_object_add(o, "status", json_object_new_int(run->status));
	set_text(o, "end", run->end);
	if (run->report)
		json_object_object_add(o, "report", rs_steal(run->report));
	json_object_array_add(in->report.runs, o);
}

static void put_outcome(FILE *f, const struct init *in, const char *text)
{
	char time[RS_TIME_LEN], keys[1024];

	rs_filetime_text(in->report.started_filetime, time);
	(void)fprintf(f, "Unbrick %s, started %s, machine %s\r\n", UNBRICK_VERSION, time,
		in->report.serial);
	(void)fprintf(f, "Door: %s: %s.\r\nSecure Boot: %s. Mode: %s.\r\n",
		door_word(in->facts.door), facts_door_meaning(&in->facts),
		facts_secure_boot_name(&in->facts), settings_mode_name(in->facts.settings.mode));
	const char *why = facts_alone_refusal(&in->facts);
	(void)fprintf(f, "A diagnosis may move a file without a person: %s%s%s.\r\n\r\n",
		why ? "no" : "yes, one", why ? ": " : "", why ? why : "");
	(void)fprintf(f, "Outcome: %s\r\n", text);
	fleet_used_keys_text(in->report.runs, keys, sizeof(keys));
	(void)fprintf(f, "%s%s%s\r\n", keys[0] ? "Recovery keys used, to be changed: " : "", keys,
		keys[0] ? "\r\n" : "");
}

/* What the screen had: our lines, each with its time since the start, then the programs' own. */
static bool write_text_report(struct init *in, const char *text)
{
	size_t n = json_object_array_length(in->said.timeline);
	FILE *f = fopen(TEXT_FILE, "we");

	if (!f)
		return false;
	put_outcome(f, in, text);
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_array_get_idx(in->said.timeline, i);
		(void)fprintf(f, "[%6llu ms] %s\r\n",
			(unsigned long long)json_object_get_uint64(json_object_object_get(o, "ms")),
			json_object_get_string(json_object_object_get(o, "text")));
	}
	if (in->said.shown_len)
		(void)fprintf(f, "\r\nShown by the program:\r\n\r\n%.*s", (int)in->said.shown_len,
			in->said.shown);
	bool is_whole = !ferror(f);
	return fclose(f) == 0 && is_whole;
}

static void set_outcome(
	struct init *in, enum result result, const char *text, enum settings_end end)
{
	struct json_object *o = json_object_new_object();

	set_text(o, "result", result_words[result]);
	set_text(o, "text", text);
	set_text(o, "end", end_words[end]);
	if (in->report.n_by_diagnosis)
		json_object_object_add(
			o, "by_diagnosis", json_object_new_int((int)in->report.n_by_diagnosis));
	report_set(in, "outcome", o);
	report_set(in, "boot", boot_facts(in));
	report_set(in, "stick", stick_facts(in));
	report_set(in, "disks", disk_facts(in));
	fleet_facts(in, in->report.root);
	report_set(in, "duration_ms", json_object_new_uint64(now_ms() - in->report.started_ms));
}

bool report_write_start(struct init *in, const char *path, char *ret_hash)
{
	struct json_object *o = json_object_new_object();

	json_object_object_foreach(in->report.root, key, value)
	{
		/* the head alone: nothing was run yet */
		if (!json_object_is_type(value, json_type_array))
			json_object_object_add(o, key, json_object_get(value));
	}
	json_object_object_add(o, "boot", boot_facts(in));
	fleet_facts(in, o);
	json_object_object_add(o, "event", json_object_new_string("start"));
	json_object_object_del(o, "sent");
	const char *text = json_object_to_json_string_ext(o, PRINT_FLAGS);
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool is_whole = fd >= 0 && text && process_write(fd, text, strlen(text));
	if (fd >= 0)
		is_whole &= close(fd) == 0;
	if (is_whole)
		fleet_hash(text, strlen(text), ret_hash);
	json_object_put(o);
	return is_whole;
}

static void keep(struct init *in, bool is_sent)
{
	char text[320];

	if (in->facts.settings.report == SETTINGS_REPORT_NONE)
		return;
	if (stick_write_report(in, text, sizeof(text))) {
		init_say(in, "report: written to the stick: %s/reports/%s/%s.txt", text,
			in->report.serial, in->report.file_time);
		return;
	}
	init_say(in, "report: not kept on a stick: %s", text);
	if (!is_sent && fleet_has_collector(in))
		init_say(in, "report: not kept anywhere: neither a collector nor a stick has it");
}

/* For nobody else to read: the mask of a new file's rights says it (start.c). */
static bool write_files(struct init *in, const char *text)
{
	if (json_object_to_file_ext(JSON_FILE, in->report.root, PRINT_FLAGS) >= 0 &&
		write_text_report(in, text))
		return true;
	init_say(in, "report: not written: not enough memory");
	return false;
}

void report_write(struct init *in, enum result result, const char *text, enum settings_end end)
{
	fleet_before_end(in);
	said_end(in);
	in->report.result_word = result_words[result];
	in->fleet.tell_end = NULL; /* it is in this one */
	in->fleet.revision++;
	set_outcome(in, result, text, end);
	if (!write_files(in, text))
		return;
	const bool is_sent = fleet_send_end(in, JSON_FILE);
	in->fleet.code[0] = '\0';
	in->report.is_unsent = fleet_is_told_to_nobody(in, is_sent);
	if (in->report.is_unsent)
		fleet_code(in, in->fleet.code, sizeof(in->fleet.code));
	if (is_sent)
		fleet_send_kept(in);
	if (fleet_has_collector(in)) { /* what the stick gets says who has it, too */
		fleet_facts(in, in->report.root);
		(void)write_files(in, text); /* it was said */
	}
	keep(in, is_sent);
}

void report_send_by_hand(struct init *in)
{
	in->report.result_word = result_words[RESULT_TECHNICIAN];
	in->fleet.revision++;
	set_outcome(in, RESULT_TECHNICIAN, result_texts[RESULT_TECHNICIAN].text, SETTINGS_END_STAY);
	if (json_object_to_file_ext(HAND_FILE, in->report.root, PRINT_FLAGS) >= 0)
		fleet_send_by_hand(in, HAND_FILE);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Disks and volumes for people. */
#include "report/text_internal.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "report/text.h"

#define DETAIL "       " /* below a volume's row, under its CONTENT */

struct word {
	const char *key, *text;
};

static const char *word_of(const struct word *words, const char *key)
{
	for (; words->key; words++)
		if (strcmp(words->key, key) == 0)
			return words->text;
	return key;
}

void text_windows_line(struct json_object *w, char *ret, size_t cap)
{
	const char *product = text_str(w, "product");
	const char *release = text_str(w, "display_version");
	const char *computer = text_str(w, "computer_name");
	char build[48] = "";

	if (text_has(w, "build") && text_has(w, "revision"))
		(void)snprintf(build, sizeof(build), ", build %llu.%llu",
			(unsigned long long)text_uint(w, "build"),
			(unsigned long long)text_uint(w, "revision"));
	else if (text_has(w, "build"))
		(void)snprintf(build, sizeof(build), ", build %llu",
			(unsigned long long)text_uint(w, "build"));
	(void)snprintf(ret, cap, "%s%s%s%s%s%s", product[0] ? product : "Windows (unknown edition)",
		release[0] ? " " : "", release, build, computer[0] ? ", computer " : "", computer);
}

static void say_windows(struct printer *p, struct json_object *w)
{
	char line[1024];
	const char *arch = text_str(w, "arch");
	const char *root = text_str(w, "root");
	const char *zone = text_str(w, "time_zone");

	if (!w)
		return;
	text_windows_line(w, line, sizeof(line));
	text_say(p, DETAIL "Windows:   ", "%s%s%s", line, arch[0] ? ", " : "", arch);
	if (root[0] || zone[0])
		text_say(p, DETAIL "           ", "%s%s%s%s", root[0] ? "in " : "", root,
			root[0] && zone[0] ? ", time zone "
			: zone[0]	   ? "time zone "
					   : "",
			zone);
	if (text_has(w, "shutdown"))
		text_say(p, DETAIL "           ", "last shut down %s", text_str(w, "shutdown"));
	if (text_bool(w, "setup_in_progress"))
		text_say(p, DETAIL "           ", "an installation or upgrade is in progress");
	if (text_has(w, "setup_command"))
		text_say(p, DETAIL "           ", "a command is set to run at the next start: %s",
			text_str(w, "setup_command"));
	if (text_has(w, "note"))
		text_say(p, DETAIL "           ", "%s", text_str(w, "note"));
}

/* Other Windows folders of the volume: whole ones are judged, too. */
static void say_others(struct printer *p, const char *first, struct json_object *volume)
{
	for (size_t i = 0; i < text_count(volume, "other_windows"); i++) {
		struct json_object *w = text_item(volume, "other_windows", i);
		char line[1024];

		if (!text_bool(w, "whole")) {
			text_say(p, first, "%s: remains of a Windows, not looked at",
				text_str(w, "root"));
			continue;
		}
		text_windows_line(w, line, sizeof(line));
		text_say(p, first, "another Windows in %s: %s", text_str(w, "root"), line);
	}
}

static void say_fault(struct printer *p, const char *first, struct json_object *w)
{
	if (text_has(w, "cannot_start"))
		text_say(p, first, "this Windows cannot start: %s", text_str(w, "cannot_start"));
}

static void say_protectors(struct printer *p, struct json_object *b)
{
	char line[1024] = "";
	size_t len = 0;

	for (size_t i = 0; i < text_count(b, "protectors") && len < sizeof(line); i++) {
		struct json_object *one = text_item(b, "protectors", i);
		int n = snprintf(line + len, sizeof(line) - len, "%s%s", i ? ", " : "",
			text_str(one, "kind"));
		len += n > 0 ? (size_t)n : 0;
	}
	if (line[0])
		text_say(p, DETAIL "Opened by: ", "%s", line);
	for (size_t i = 0; i < text_count(b, "recovery_key_ids"); i++)
		text_say(p, DETAIL "Key ID:    ", "%s",
			json_object_get_string(text_item(b, "recovery_key_ids", i)));
}

static void say_bitlocker(struct printer *p, struct json_object *b)
{
	static const struct word states[] = {
		{"encrypted", "encrypted"},
		{"suspended", "suspended (its key lies open on the disk)"},
		{"converting", "encryption or decryption unfinished"},
		{"converting-eow", "encryption unfinished (encrypt on write)"},
		{"decrypted", "decrypted"},
		{"unknown", "state unknown"},
		{NULL, NULL},
	};
	struct json_object *by = text_obj(b, "unlocked_by");
	const char *method = text_str(b, "method");

	if (!b)
		return;
	text_say(p, DETAIL "BitLocker: ", "%s%s%s, %s%s%s", method, method[0] ? ", " : "",
		word_of(states, text_str(b, "state")), text_bool(b, "unlocked") ? "open" : "locked",
		by ? " by " : "", text_str(by, "kind"));
	say_protectors(p, b);
	if (text_has(b, "description"))
		text_say(p, DETAIL "           ", "%s", text_str(b, "description"));
	if (text_has(b, "note"))
		text_say(p, DETAIL "           ", "%s", text_str(b, "note"));
	for (size_t i = 0; i < text_count(b, "copies_good"); i++)
		if (!json_object_get_boolean(text_item(b, "copies_good", i)))
			text_say(p, DETAIL "           ", "metadata copy %zu of %zu is damaged",
				i + 1, text_count(b, "copies_good"));
}

/* "pending (version 2.0): 106 records, 41 to apply, 2 transactions, 1 never ended, since ..." */
static void journal_line(struct json_object *j, char *ret, size_t cap)
{
	const char *state = text_str(j, "state");
	const char *reason = text_str(j, "reason");
	bool is_pending = text_bool(j, "pending");
	char version[40] = "", counts[160] = "";

	if (text_has(j, "version"))
		(void)snprintf(
			version, sizeof(version), " (version %.20s)", text_str(j, "version"));
	if (is_pending)
		(void)snprintf(counts, sizeof(counts),
			": %llu %s, %llu to apply, %llu %s, %llu never ended, since %s%.40s",
			(unsigned long long)text_uint(j, "records"),
			rs_form(text_uint(j, "records"), "record", "records"),
			(unsigned long long)text_uint(j, "redone"),
			(unsigned long long)text_uint(j, "transactions"),
			rs_form(text_uint(j, "transactions"), "transaction", "transactions"),
			(unsigned long long)text_uint(j, "losers"),
			text_has(j, "since") ? "" : "LSN ",
			text_has(j, "since") ? text_str(j, "since") : text_str(j, "since_lsn"));
	(void)snprintf(ret, cap, "%s%s%s%s%s", state[0] ? state : "unknown", version, counts,
		!is_pending && reason[0] ? ", " : "", is_pending ? "" : reason);
}

static void say_journal(
	struct printer *p, const char *first, const char *more, struct json_object *j)
{
	char line[600];

	if (!j)
		return;
	journal_line(j, line, sizeof(line));
	text_say(p, first, "%s", line);
	if (text_bool(j, "can_replay") && text_bool(j, "pending"))
		text_say(p, more, "shown as Windows will see it; nothing was written for that");
	if (text_obj(j, "refused")) {
		text_say(p, more, "shown as it lies on the disk, no repair is offered:");
		text_error(p, more, text_obj(j, "refused"));
	}
}

static void say_ntfs(struct printer *p, struct json_object *ntfs)
{
	struct json_object *h = text_obj(ntfs, "hibernation");

	if (!ntfs)
		return;
	say_journal(p, DETAIL "Journal:   ", DETAIL "           ", text_obj(ntfs, "journal"));
	if (text_bool(h, "hibernated"))
		text_say(p, DETAIL "Hibernated: ", "yes%s%s", text_has(h, "detail") ? ", " : "",
			text_str(h, "detail"));
	if (text_bool(ntfs, "dirty"))
		text_say(p, DETAIL "           ",
			"marked dirty: Windows will check it at its start");
	if (strcmp(text_str(ntfs, "boot_sector"), "backup") == 0)
		text_say(p, DETAIL "           ", "boot sector damaged, its backup is used");
	if (text_bool(ntfs, "mirror_differs"))
		text_say(p, DETAIL "           ", "the mirror of the MFT differs");
	if (text_has(ntfs, "refusal") && !text_obj(text_obj(ntfs, "journal"), "refused"))
		text_say(p, DETAIL "No repair: ", "%s", text_str(ntfs, "refusal"));
}

/* What is not as it should be about one. */
static void say_doubts(struct printer *p, const char *first, struct json_object *q)
{
	unsigned long long more = text_uint(q, "more");

	if (text_has(q, "inside"))
		text_say(p, first, "in %s: %s", text_str(q, "folder"), text_str(q, "inside"));
	text_error(p, first, text_obj(q, "error"));
	if (more)
		text_say(p, first, "and %llu more %s that nothing proves to be Unbrick's", more,
			rs_form(more, "folder", "folders"));
}

static void say_quarantines(struct printer *p, struct json_object *volume)
{
	for (size_t i = 0; i < text_count(volume, "quarantines"); i++) {
		struct json_object *q = text_item(volume, "quarantines", i);
		unsigned long long files = text_uint(q, "files");

		text_say(p, DETAIL "Undo ID:   ", "%s, %llu %s, %s", text_str(q, "id"), files,
			rs_form(files, "file", "files"), text_str(q, "state"));
		say_doubts(p, DETAIL "           ", q);
	}
}

/* What a volume is that holds no Windows, and what to do. */
static void say_passed(struct printer *p, const char *first, struct json_object *passed)
{
	const char *next = text_str(passed, "next");

	text_say(p, first, "%s%s%s", text_str(passed, "is"), next[0] ? "; " : "", next);
}

static void content_text(struct json_object *volume, char *ret, size_t cap)
{
	static const struct word words[] = {
		{"ntfs", "NTFS"},
		{"fat", "FAT"},
		{"exfat", "exFAT"},
		{"msr", "reserved (MSR)"},
		{NULL, NULL},
	};
	const char *content = text_str(volume, "content");
	const char *fs = text_str(volume, "file_system");
	struct json_object *b = text_obj(volume, "bitlocker");

	if (b || strcmp(content, "bitlocker") == 0)
		(void)snprintf(ret, cap, "BitLocker (%s)",
			text_bool(b, "unlocked") ? word_of(words, text_str(b, "inside"))
						 : "locked");
	else if (strcmp(content, "other") == 0 && fs[0])
		(void)snprintf(ret, cap, "%s", fs);
	else
		(void)snprintf(ret, cap, "%s", content[0] ? word_of(words, content) : "unknown");
}

static void volume_row(struct printer *p, struct json_object *volume)
{
	struct json_object *part = text_obj(volume, "partition");
	const char *label = text_str(volume, "label");
	const char *type = text_str(part, "type_name");
	char size[24], content[64], number[24] = "-", row[160];

	report_size_text(text_uint(volume, "size_bytes"), size);
	content_text(volume, content, sizeof(content));
	if (text_has(part, "number"))
		(void)snprintf(number, sizeof(number), "%llu",
			(unsigned long long)text_uint(part, "number"));
	if (!label[0])
		label = text_str(text_obj(volume, "ntfs"), "label");
	(void)snprintf(row, sizeof(row), "%4llu %4s %10s  %-18s ",
		(unsigned long long)text_uint(volume, "number"), number, size, content);
	text_say(p, row, "%s%s%s%s%s", label, label[0] && type[0] ? " " : "", type[0] ? "(" : "",
		type, type[0] ? ")" : "");
}

/* What a disk or a volume is only a part of, and what to do instead. */
static void say_member(
	struct printer *p, const char *first, const char *subject, struct json_object *member)
{
	if (member)
		text_say(p, first, "%s %s: it is not changed alone; %s", subject,
			text_str(member, "text"), text_str(member, "next"));
}

static void volume_full(struct printer *p, struct json_object *volume)
{
	struct json_object *part = text_obj(volume, "partition");

	volume_row(p, volume);
	if (text_has(part, "uuid"))
		text_say(p, DETAIL "UUID:      ", "%s", text_str(part, "uuid"));
	if (text_has(volume, "left_over"))
		text_say(p, DETAIL "           ",
			"an old signature is there, too (%s): the file system is sound and counts",
			text_str(volume, "left_over"));
	say_bitlocker(p, text_obj(volume, "bitlocker"));
	say_windows(p, text_obj(volume, "windows"));
	say_fault(p, DETAIL "! ", text_obj(volume, "windows"));
	say_others(p, DETAIL "           ", volume);
	say_ntfs(p, text_obj(volume, "ntfs"));
	say_quarantines(p, volume);
	say_member(p, DETAIL "! ", "it is", text_obj(volume, "member"));
	if (text_has(text_obj(volume, "passed_over"), "next"))
		say_passed(p, DETAIL "! ", text_obj(volume, "passed_over"));
	else
		text_error(p, DETAIL "! ", text_obj(volume, "error"));
}

/* One line for a volume that was looked into, or its error. */
static void volume_brief(struct printer *p, struct json_object *volume)
{
	struct json_object *w = text_obj(volume, "windows");
	struct json_object *journal = text_obj(text_obj(volume, "ntfs"), "journal");
	unsigned long long number = text_uint(volume, "number");
	char first[48], line[1024];

	(void)snprintf(first, sizeof(first), "Volume %llu: ", number);
	if (w) {
		text_windows_line(w, line, sizeof(line));
		text_say(p, first, "%s: %s", text_str(volume, "name"), line);
		say_fault(p, "  ! ", w);
		say_others(p, "  Also:    ", volume);
	}
	say_member(p, first, "it is", text_obj(volume, "member"));
	if (text_obj(volume, "passed_over"))
		say_passed(p, first, text_obj(volume, "passed_over"));
	else
		text_error(p, first, text_obj(volume, "error"));
	for (size_t i = 0; i < text_count(volume, "quarantines"); i++)
		text_error(p,
			"  Quarantine: ", text_obj(text_item(volume, "quarantines", i), "error"));
	if (text_bool(journal, "pending") || text_obj(journal, "refused"))
		say_journal(p, "  Journal: ", "           ", journal);
}

static void disk_head(struct printer *p, struct json_object *disk)
{
	static const struct word schemes[] = {
		{"gpt", "GPT"},
		{"mbr", "MBR"},
		{"bare", "no partition table"},
		{NULL, NULL},
	};
	const char *scheme = text_str(disk, "scheme");
	const char *model = text_str(disk, "model");
	const char *serial = text_str(disk, "serial");
	char size[24];

	report_size_text(text_uint(disk, "size_bytes"), size);
	if (text_has(disk, "size_bytes"))
		text_say(p, "", "%s: %s%s%s, %llu-byte sectors%s%s%s%s%s", text_str(disk, "path"),
			size, scheme[0] ? ", " : "", word_of(schemes, scheme),
			(unsigned long long)text_uint(disk, "sector_bytes"), model[0] ? ", " : "",
			model, serial[0] ? " (serial " : "", serial, serial[0] ? ")" : "");
	else
		text_say(p, "", "%s:", text_str(disk, "path"));
	if (text_has(disk, "warning"))
		text_say(p, "  ! ", "%s", text_str(disk, "warning"));
}

static void disk_full(struct printer *p, struct json_object *disk)
{
	disk_head(p, disk);
	say_member(p, "  ! ", "the disk is", text_obj(disk, "member"));
	text_error(p, "  ! ", text_obj(disk, "error"));
	if (!text_count(disk, "volumes"))
		return;
	p->put(p->user, "  NO PART       SIZE  CONTENT            LABEL");
	for (size_t i = 0; i < text_count(disk, "volumes"); i++)
		volume_full(p, text_item(disk, "volumes", i));
}

void text_disks(struct printer *p, struct json_object *root, bool is_full)
{
	for (size_t i = 0; i < text_count(root, "disks"); i++) {
		struct json_object *disk = text_item(root, "disks", i);

		if (is_full) {
			if (i)
				text_blank(p);
			disk_full(p, disk);
			continue;
		}
		say_member(p, "Disk: ", "the disk is", text_obj(disk, "member"));
		text_error(p, "Disk: ", text_obj(disk, "error"));
		if (text_has(disk, "warning"))
			text_say(p, "Disk: ", "%s: %s", text_str(disk, "path"),
				text_str(disk, "warning"));
		for (size_t k = 0; k < text_count(disk, "volumes"); k++)
			volume_brief(p, text_item(disk, "volumes", k));
	}
}

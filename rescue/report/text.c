/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/text.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "report/text_internal.h"

static void say_findings(struct printer *p, struct json_object *root)
{
	for (size_t i = 0; i < text_count(root, "findings"); i++) {
		struct json_object *f = text_item(root, "findings", i);

		text_blank(p);
		text_say(p, "Found: ", "%s, on volume %llu", text_str(f, "title"),
			(unsigned long long)text_uint(f, "volume"));
		text_say(p, "  Rule:     ", "%s (%s)", text_str(f, "rule"), text_str(f, "outcome"));
		if (text_has(f, "why"))
			text_say(p, "  Because:  ", "%s", text_str(f, "why"));
		if (text_has(f, "evidence"))
			text_say(p, "  Evidence: ", "%s", text_str(f, "evidence"));
		if (text_has(f, "text"))
			text_say(p, "  Note:     ", "%s", text_str(f, "text"));
		for (size_t k = 0; k < text_count(f, "references"); k++)
			text_say(p, "  See:      ", "%s",
				json_object_get_string(text_item(f, "references", k)));
	}
}

static void say_faults(struct printer *p, struct json_object *root)
{
	unsigned long long n = text_uint(root, "unreadable");

	if (!n && !text_count(root, "faults"))
		return;
	text_blank(p);
	text_say(p, "", "Not looked at (damaged or unreadable): %llu", n);
	for (size_t i = 0; i < text_count(root, "faults"); i++)
		text_say(p, "  ! ", "%s", json_object_get_string(text_item(root, "faults", i)));
}

static const char *plan_verb(const char *action)
{
	static const char *const verbs[][2] = {
		{"quarantine", "MOVE AWAY"},
		{"ask", "ASK FIRST"},
		{"keep", "leave"},
		{"report", "tell only"},
		{"restore", "PUT BACK"},
		{"finish", "FINISH"},
	};

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i][0], action) == 0)
			return verbs[i][1];
	return action;
}

/* Does the file go from the quarantine to its path, not the other way? */
static bool is_back(struct json_object *item)
{
	return strcmp(text_str(item, "action"), "restore") == 0;
}

#define NAMES_MAX 16U /* of a file, in the text; the JSON report has all */

/* What goes with it, and what else the file is known by. */
static void say_names(struct printer *p, struct json_object *item)
{
	size_t n = text_count(item, "names"), told = 0;

	for (size_t i = 0; i < n; i++) {
		struct json_object *name = text_item(item, "names", i);
		const char *other = strrchr(text_str(name, "path"), '\\');
		const char *own = strrchr(text_str(item, "path"), '\\');
		bool is_moved = text_bool(name, "moved");
		/* the one that the plan is about, here or in the quarantine */
		if (is_moved && other && own && strcmp(other, own) == 0)
			continue;
		if (told++ < NAMES_MAX)
			text_say(p, "      Also:    ", "%s (%s)", text_str(name, "path"),
				is_moved ? "goes with it" : "stays, the same file");
	}
	if (told > NAMES_MAX)
		text_say(p, "      Also:    ", "and %zu more names", told - NAMES_MAX);
}

/* "Unbrick" out of "\Unbrick\<time>\NNNN" */
static int top_len(const char *target)
{
	return target[0] == '\\' ? (int)strcspn(target + 1, "\\") : 0;
}

static void say_plan_item(struct printer *p, struct json_object *item)
{
	char first[64], size[24];

	(void)snprintf(first, sizeof(first), "%4llu. %-9s ",
		(unsigned long long)text_uint(item, "item"), plan_verb(text_str(item, "action")));
	text_path(p, first, text_str(item, "path"));
	say_names(p, item);
	report_size_text(text_uint(item, "size_bytes"), size);
	if (text_has(item, "size_bytes"))
		text_say(p, "      Size:    ", "%s (%llu), volume %llu", size,
			(unsigned long long)text_uint(item, "size_bytes"),
			(unsigned long long)text_uint(item, "volume"));
	if (text_has(item, "modified"))
		text_say(p, "      Changed: ", "%s", text_str(item, "modified"));
	if (text_has(item, "sha256"))
		text_say(p, "      SHA-256: ", "%s", text_str(item, "sha256"));
	if (text_has(item, "rule") || text_has(item, "why"))
		text_say(p, "      Because: ", "%s%s%s", text_str(item, "rule"),
			text_has(item, "rule") && text_has(item, "why") ? ": " : "",
			text_str(item, "why"));
	if (text_has(item, "hinder"))
		text_say(p, text_bool(item, "asked") ? "      Ask:     " : "      CANNOT:  ", "%s",
			text_str(item, "hinder"));
	if (text_has(item, "hinder") && text_has(item, "next"))
		text_say(p, "      Next:    ", "%s", text_str(item, "next"));
	/* the folder's name is known only after the answer: not among the lines of the plan */
	if (text_has(item, "target") && is_back(item))
		text_say(p, "      From:    ", "%s", text_str(item, "target"));
	if (text_has(item, "place") && is_back(item))
		text_say(p, "      To:      ", "%s", text_str(item, "place"));
	if (text_has(item, "target") && !is_back(item))
		text_say(p, "      To:      ", "a folder of its own below \\%.*s, on this volume",
			top_len(text_str(item, "target")), text_str(item, "target") + 1);
}

static void say_replay_item(struct printer *p, struct json_object *item)
{
	unsigned long long zeroed = text_uint(item, "zeroed"), losers = text_uint(item, "losers");

	text_say(p, "      REPLAY    ", "the journal of volume %llu: %llu of %llu %s, %llu %s",
		(unsigned long long)text_uint(item, "volume"),
		(unsigned long long)text_uint(item, "redone"),
		(unsigned long long)text_uint(item, "records"),
		rs_form(text_uint(item, "records"), "record", "records"),
		(unsigned long long)text_uint(item, "blocks"),
		rs_form(text_uint(item, "blocks"), "block", "blocks"));
	if (losers)
		text_say(p, "      Losers:  ", "%llu %s never ended: undone, as Windows would",
			losers, rs_form(losers, "transaction", "transactions"));
	if (zeroed)
		text_say(p, "      Note:    ",
			"the contents of %llu %s are not in the journal: they read as zeros, as "
			"they will in Windows",
			zeroed, rs_form(zeroed, "small file", "small files"));
	if (text_has(item, "plan"))
		text_say(p, "      Saved in: ", "%s", text_str(item, "plan"));
}

static void say_plan(struct printer *p, struct json_object *root)
{
	if (!text_count(root, "plan") && !text_count(root, "replay"))
		return;
	text_blank(p);
	text_say(p, "", "Plan:");
	for (size_t i = 0; i < text_count(root, "replay"); i++)
		say_replay_item(p, text_item(root, "replay", i));
	for (size_t i = 0; i < text_count(root, "plan"); i++)
		say_plan_item(p, text_item(root, "plan", i));
}

/* Was there an attempt? */
static bool is_begun(struct json_object *replay)
{
	const char *result = text_str(replay, "result");

	return strcmp(result, "planned") != 0 && strcmp(result, "refused") != 0;
}

static bool is_any_replayed(struct json_object *root)
{
	for (size_t i = 0; i < text_count(root, "replay"); i++)
		if (is_begun(text_item(root, "replay", i)))
			return true;
	return false;
}

static void say_replayed(struct printer *p, struct json_object *root)
{
	for (size_t i = 0; i < text_count(root, "replay"); i++) {
		struct json_object *item = text_item(root, "replay", i);
		char first[64];

		if (!is_begun(item))
			continue;
		(void)snprintf(first, sizeof(first), "      %-9s ", text_str(item, "result"));
		text_say(p, first, "the journal of volume %llu",
			(unsigned long long)text_uint(item, "volume"));
		text_error(p, "      ! ", text_obj(item, "error"));
	}
}

static void say_left(struct printer *p, struct json_object *root)
{
	for (size_t i = 0; i < text_count(root, "left"); i++) {
		struct json_object *one = text_item(root, "left", i);
		char label[48];
		(void)snprintf(label, sizeof(label),
			"Left, volume %llu: ", (unsigned long long)text_uint(one, "volume"));
		text_blank(p);
		text_error(p, label, text_obj(one, "error"));
	}
}

static void say_actions(struct printer *p, struct json_object *root)
{
	bool is_undo = strcmp(text_str(root, "command"), "undo") == 0;

	if (!text_count(root, "actions") && !is_any_replayed(root))
		return;
	text_blank(p);
	text_say(p, "", "Done:");
	say_replayed(p, root);
	for (size_t i = 0; i < text_count(root, "actions"); i++) {
		struct json_object *a = text_item(root, "actions", i);
		char first[64], path[400];

		(void)snprintf(first, sizeof(first), "%4llu. %-9s ",
			(unsigned long long)text_uint(a, "item"), text_str(a, "result"));
		bool is_placed = is_undo && text_has(a, "place");
		rs_shorten(text_str(a, is_placed ? "place" : "path"), path, sizeof(path));
		text_say(p, first, "%s%s%s", is_undo ? text_str(a, "target") : path,
			text_has(a, "target") ? " -> " : "",
			is_undo ? path : text_str(a, "target"));
		text_error(p, "      ! ", text_obj(a, "error"));
	}
}

static void say_verification(struct printer *p, struct json_object *root)
{
	struct json_object *v = text_obj(root, "verification");

	const char *from = text_str(v, "read_from");
	const char *what = !strcmp(from, "device") ? "Read back from the device"
			   : !strcmp(from, "cache")
				   ? "Read again, but only from this machine's cache"
				   : "Read back";

	if (!v)
		return;
	text_blank(p);
	text_say(p, "", "%s: %s", what, text_bool(v, "passed") ? "passed" : "FAILED");
	for (size_t i = 0; i < text_count(v, "checks"); i++)
		text_say(p, "  - ", "%s", json_object_get_string(text_item(v, "checks", i)));
	text_error(p, "  ! ", text_obj(v, "error"));
}

/* A text of several lines, as it is. */
static void say_verbatim(struct printer *p, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		char line[1024];

		/* a tab stands only where a continued line begins */
		bool is_tab = *text == '\t';
		(void)snprintf(line, sizeof(line), "%s%.*s", is_tab ? "        " : "",
			(int)(len - is_tab), text + is_tab);
		p->put(p->user, line);
		text += len + (text[len] == '\n');
	}
}

static void say_rules(struct printer *p, struct json_object *root)
{
	for (size_t i = 0; i < text_count(root, "rules"); i++) {
		struct json_object *r = text_item(root, "rules", i);

		text_say(p, "", "%s (%s, %s)", text_str(r, "id"), text_str(r, "kind"),
			text_str(r, "action"));
		text_say(p, "  ", "%s", text_str(r, "title"));
	}
	say_verbatim(p, text_str(text_obj(root, "rule"), "text"));
	for (size_t i = 0; i < text_count(root, "checked"); i++) {
		struct json_object *c = text_item(root, "checked", i);

		if (text_bool(c, "ok"))
			text_say(p, "good  ", "%s", text_str(c, "file"));
		else if (text_obj(c, "error"))
			text_error(p, "BAD   ", text_obj(c, "error"));
		else
			text_say(p, "BAD   ", "%s", text_str(c, "file"));
	}
}

static void say_export(struct printer *p, struct json_object *e)
{
	char size[24], data[24];

	if (!e)
		return;
	report_size_text(text_uint(e, "bytes"), size);
	report_size_text(text_uint(e, "data_bytes"), data);
	text_say(p, "", "%s: %s (%llu), of it %s that are not zero",
		text_has(e, "file") ? text_str(e, "file") : "standard output", size,
		(unsigned long long)text_uint(e, "bytes"), data);
	if (text_has(e, "sha256"))
		text_say(p, "SHA-256: ", "%s", text_str(e, "sha256"));
}

/* A command is copied: it stays on one line, however long the plan's name is. */
static void say_revert(struct printer *p, struct json_object *root, const char *path)
{
	char line[8192];

	for (size_t i = 0; i < text_count(root, "replay"); i++) {
		struct json_object *item = text_item(root, "replay", i);

		if (strcmp(text_str(item, "result"), "done") != 0)
			continue;
		(void)snprintf(line, sizeof(line), "To take it back: unbrick replay %s --revert %s",
			path, text_str(item, "plan"));
		p->put(p->user, line);
	}
}

/* The last line; and for a plan or a quarantine, the command that comes next. */
static void say_outcome(struct printer *p, struct json_object *root)
{
	struct json_object *o = text_obj(root, "outcome");
	struct json_object *q = text_obj(root, "quarantine");
	const char *path = text_str(text_item(root, "disks", 0), "path");

	if (!o || text_obj(root, "error") || !text_has(o, "text"))
		return;
	text_blank(p);
	text_say(p, "", "Result: %s.", text_str(o, "text"));
	if (strcmp(text_str(root, "command"), "scan") == 0 &&
		strcmp(text_str(o, "result"), "found") == 0)
		text_say(p, "", "To repair it: unbrick fix %s", path);
	if (strcmp(text_str(root, "command"), "fix") == 0 && text_has(q, "id"))
		text_say(p, "", "To take it back: unbrick undo %s %s", path, text_str(q, "id"));
	if (strcmp(text_str(root, "command"), "replay") == 0)
		say_revert(p, root, path);
}

void report_text(struct json_object *root, void (*put)(void *user, const char *line), void *user)
{
	struct printer p = {put, user};
	const char *command = text_str(root, "command");
	bool is_list = strcmp(command, "list") == 0;

	text_disks(&p, root, is_list);
	say_findings(&p, root);
	say_faults(&p, root);
	say_plan(&p, root);
	say_left(&p, root);
	say_actions(&p, root);
	say_verification(&p, root);
	say_rules(&p, root);
	say_export(&p, text_obj(root, "export"));
	if (!is_list && strcmp(command, "rules") != 0)
		say_outcome(&p, root);
}

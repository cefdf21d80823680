/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The JSON report of commands that end in the front end. Entries are written as they come, so that
 * a volume of millions of files needs no memory; what is known only at the end comes last. */
#include <string.h>

#include "ui/ui.h"

#define PRINT_FLAGS (JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE)

static bool is_json(const struct envelope *e)
{
	return is_given(&e->ui->opt, OPT_JSON);
}

static void set_text(struct json_object *o, const char *key, const char *text)
{
	ui_auto_free char *escaped = text && text[0] ? rs_shown_new(text) : NULL;

	if (escaped)
		json_object_object_add(o, key, json_object_new_string(escaped));
}

/* What the engine would have said had it been asked. */
static struct json_object *own_root(const struct ui *ui)
{
	struct json_object *root = json_object_new_object();
	struct json_object *tool = json_object_new_object();
	char time[32];

	rs_filetime_text(ui->started_filetime, time);
	json_object_object_add(root, "schema_version", json_object_new_int(1));
	set_text(tool, "name", "unbrick");
	set_text(tool, "version", rs_version());
	json_object_object_add(root, "tool", tool);
	json_object_object_add(root, "started", json_object_new_string(time));
	return root;
}

void envelope_begin_take(struct envelope *e, struct ui *ui, struct rs_report *opened)
{
	const struct command_spec *command = ui->opt.command;

	*e = (struct envelope){.ui = ui};
	const char *json = opened ? rs_report_json(opened) : NULL;
	if (json)
		e->root = json_tokener_parse(json);
	rs_report_free(opened);
	if (!e->root)
		e->root = own_root(ui);
	if (command)
		set_text(e->root, "command", command->name);
	json_object_object_del(e->root, "duration_ms");
	json_object_object_del(e->root, "outcome");
	json_object_object_del(e->root, "error");
}

void envelope_add_take(struct envelope *e, const char *key, struct json_object *value)
{
	json_object_object_add(e->root, key, value);
}

static void print_members(FILE *f, struct json_object *o, bool *is_first)
{
	json_object_object_foreach(o, key, value)
	{
		struct json_object *name = json_object_new_string(key);
		(void)fprintf(f, "%s\n  %s: ", *is_first ? "" : ",",
			json_object_to_json_string_ext(name, PRINT_FLAGS));
		(void)fputs(json_object_to_json_string_ext(value, PRINT_FLAGS), f);
		json_object_put(name);
		*is_first = false;
	}
}

static void begin_entries(struct envelope *e)
{
	bool is_first = true;

	(void)fputs("{", stdout); /* out_finish finds a lost byte, here and below */
	print_members(stdout, e->root, &is_first);
	(void)fputs(",\n  \"entries\": [", stdout);
	e->has_entries = true;
}

void ui_attribute_letters(const struct rs_node *n, char none, char ret[8])
{
	static const struct {
		uint32_t bit;
		char letter;
	} letters[] = {{1, 'R'}, {2, 'H'}, {4, 'S'}, {0x20, 'A'}, {0x400, 'L'}};
	size_t len = 0;

	if (n->is_dir || none)
		ret[len++] = n->is_dir ? 'D' : none;
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		bool has = n->attributes & letters[i].bit;
		if (has || none)
			ret[len++] = has ? letters[i].letter : none;
	}
	ret[len] = '\0';
}

void envelope_entry(struct envelope *e, const struct rs_node *n, const char *sha256)
{
	struct json_object *o;
	char time[32], attributes[8];

	if (!is_json(e))
		return;
	if (!e->has_entries)
		begin_entries(e);
	o = json_object_new_object();
	set_text(o, "path", n->path && n->path[0] ? n->path : n->name);
	set_text(o, "type", n->is_reparse ? "reparse" : n->is_dir ? "folder" : "file");
	if (!n->is_dir)
		json_object_object_add(o, "size_bytes", json_object_new_uint64(n->size_bytes));
	if (n->modified) {
		rs_filetime_text(n->modified, time);
		set_text(o, "modified", time);
	}
	ui_attribute_letters(n, 0, attributes);
	set_text(o, "attributes", attributes);
	json_object_object_add(o, "record", json_object_new_uint64(n->ref & 0xFFFFFFFFFFFF));
	if (n->is_orphan)
		json_object_object_add(o, "orphan", json_object_new_boolean(1));
	if (n->is_unlogged)
		json_object_object_add(o, "unlogged", json_object_new_boolean(1));
	set_text(o, "sha256", sha256);
	(void)printf("%s\n    %s", e->n_entries++ ? "," : "",
		json_object_to_json_string_ext(o, PRINT_FLAGS));
	json_object_put(o);
}

static struct json_object *error_object(const struct rs_err *err)
{
	const struct rs_err_info *info = rs_err_info(err->code);
	struct json_object *o = json_object_new_object();

	set_text(o, "id", info->id);
	json_object_object_add(o, "status", json_object_new_int(info->exit_status));
	set_text(o, "object", err->object);
	set_text(o, "text", info->text);
	set_text(o, "detail", err->detail);
	set_text(o, "next", info->advice);
	return o;
}

static void print_end(struct envelope *e, FILE *f, const char *text, const struct rs_err *err)
{
	struct json_object *end = json_object_new_object();
	struct json_object *outcome = json_object_new_object();
	const struct rs_err_info *info = rs_err_info(err->code);
	uint64_t took_ns = term_now_ns() - e->ui->started_ns;
	bool is_first = true;

	json_object_object_add(end, "duration_ms", json_object_new_uint64(took_ns / 1000000));
	json_object_object_add(
		outcome, "status", json_object_new_int(err->code ? info->exit_status : 0));
	set_text(outcome, "result",
		err->code == RS_E_CANCELLED ? "cancelled"
		: err->code		    ? "failed"
					    : "done");
	set_text(outcome, "text", err->code ? info->text : text);
	json_object_object_add(end, "outcome", outcome);
	if (err->code)
		json_object_object_add(end, "error", error_object(err));

	if (e->has_entries) {
		(void)fputs("\n  ],", f);
	} else {
		(void)fputs("{", f);
		print_members(f, e->root, &is_first);
		(void)fputs(",", f);
	}
	is_first = true;
	print_members(f, end, &is_first);
	(void)fputs("\n}\n", f);
	json_object_put(end);
}

/* For --report; the commands that have it have no entries here. NULL when there is no memory. */
static char *end_text(struct envelope *e, const char *text, const struct rs_err *err)
{
	char *ret = NULL;
	size_t len;
	FILE *f = open_memstream(&ret, &len);

	if (!f)
		return NULL;
	print_end(e, f, text, err);
	if (fclose(f) == 0)
		return ret;
	free(ret);
	return NULL;
}

int envelope_end(struct envelope *e, const char *text, const struct rs_err *err)
{
	int status = err->code ? rs_err_info(err->code)->exit_status : 0;
	ui_auto_free char *json = NULL;

	progress_clear();
	if (is_json(e))
		print_end(e, stdout, text, err);
	if (report_file_is_open(e->ui))
		json = end_text(e, text, err);
	json_object_put(e->root);
	e->root = NULL;
	return ui_finish(e->ui, json, err, status);
}

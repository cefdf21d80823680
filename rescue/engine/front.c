/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reports that the front end ends: of a volume that it reads, of itself, of what it could not do.
 * Entries are written as they come, so that a volume of millions of files needs no memory. */
#include "engine/engine.h"

int rs_report_own(const char *command, uint64_t started_filetime, struct rs_report **r)
{
	if (!*r) {
		*r = calloc(1, sizeof(**r));
		if (!*r)
			return RS_E_MEMORY;
		(*r)->run.started_filetime = started_filetime;
	}
	(*r)->run.command = command;
	(*r)->run.is_front = true;
	return 0;
}

void rs_report_policy(struct rs_report *r, const struct run_policy *told, bool is_drill)
{
	r->run.policy = *told;
	r->run.is_drill = is_drill;
}

void rs_report_help(struct rs_report *r, const char *text)
{
	r->run.help = report_copy(&r->kept, text);
}

void rs_report_export(struct rs_report *r, const struct run_export *x)
{
	r->run.export = *x;
	r->run.export.file = report_copy(&r->kept, x->file);
	r->run.export.sha256 = report_copy(&r->kept, x->sha256);
}

void rs_attribute_letters(const struct rs_node *n, char none, char ret[8])
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

void rs_report_entry(struct rs_report *r, FILE *f, const struct rs_node *n, const char *sha256)
{
	struct json_out *j = &r->out;
	char attributes[8];

	if (!j->f)
		report_entries_begin(r, f);
	rs_attribute_letters(n, 0, attributes);
	jo_open(j, NULL, '{');
	jo_text(j, "path", n->path && n->path[0] ? n->path : n->name);
	jo_text(j, "type", n->is_reparse ? "reparse" : n->is_dir ? "folder" : "file");
	if (!n->is_dir)
		jo_uint(j, "size_bytes", n->size_bytes);
	jo_time(j, "modified", n->modified);
	jo_text(j, "attributes", attributes);
	jo_uint(j, "record", NT_REF_RECORD(n->ref));
	if (n->is_orphan)
		jo_bool(j, "orphan", true);
	if (n->is_unlogged)
		jo_bool(j, "unlogged", true);
	jo_text(j, "sha256", sha256);
	jo_close(j, '}');
}

void rs_report_end(struct rs_report *r, const char *text, const struct rs_err *err)
{
	report_finish(r, 0,
		err->code == RS_E_CANCELLED ? RUN_CANCELLED
		: err->code		    ? RUN_FAILED
					    : RUN_DONE,
		err->code ? rs_err_info(err->code)->text : text, err);
}

int rs_report_print(struct rs_report *r, FILE *f)
{
	if (r->out.f)
		return report_write_json(r, f);
	const char *json = rs_report_json(r);
	if (json)
		(void)fputs(json, f);
	return json ? 0 : RS_E_MEMORY;
}

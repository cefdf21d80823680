/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/report.h"

#include <json-c/json_visit.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "core/redact.h"
#include "core/text.h"

void report_text_set(struct json_object *o, const char *key, const char *text)
{
	auto_free char *escaped = text && text[0] ? rs_escape_new(text) : NULL;

	if (escaped)
		json_object_object_add(o, key, json_object_new_string(escaped));
}

void report_uint_set(struct json_object *o, const char *key, uint64_t v)
{
	json_object_object_add(o, key, json_object_new_uint64(v));
}

void report_int_set(struct json_object *o, const char *key, int64_t v)
{
	json_object_object_add(o, key, json_object_new_int64(v));
}

void report_bool_set(struct json_object *o, const char *key, bool v)
{
	json_object_object_add(o, key, json_object_new_boolean(v));
}

void report_time_set(struct json_object *o, const char *key, uint64_t filetime)
{
	char text[RS_TIME_LEN];

	if (!filetime)
		return;
	rs_filetime_text(filetime, text);
	json_object_object_add(o, key, json_object_new_string(text));
}

void report_guid_set(struct json_object *o, const char *key, const uint8_t guid[16])
{
	char text[RS_GUID_LEN];

	rs_guid_text(guid, text);
	json_object_object_add(o, key, json_object_new_string(text));
}

void report_hex_set(struct json_object *o, const char *key, const uint8_t *p, size_t len)
{
	char text[2 * 64 + 1];

	rs_hex(p, len > 64 ? 64 : len, text);
	json_object_object_add(o, key, json_object_new_string(text));
}

void report_err_set(struct json_object *o, const char *key, const struct rs_err *err)
{
	if (!err || !err->code)
		return;
	const struct rs_err_info *info = rs_err_info(err->code);
	struct json_object *e = json_object_new_object();

	report_text_set(e, "id", info->id);
	report_int_set(e, "status", info->exit_status);
	report_text_set(e, "object", err->object);
	report_text_set(e, "text", info->text);
	report_text_set(e, "detail", err->detail);
	report_text_set(e, "next", rs_err_next(err));
	json_object_object_add(o, key, e);
}

static struct json_object *member(
	struct json_object *o, const char *key, struct json_object *(*make)(void))
{
	struct json_object *m = NULL;

	if (!json_object_object_get_ex(o, key, &m)) {
		m = make();
		json_object_object_add(o, key, m);
	}
	return m;
}

struct json_object *report_array(struct json_object *o, const char *key)
{
	return member(o, key, json_object_new_array);
}

struct json_object *report_object(struct json_object *o, const char *key)
{
	return member(o, key, json_object_new_object);
}

struct json_object *report_append(struct json_object *array)
{
	struct json_object *o = json_object_new_object();

	json_object_array_add(array, o);
	return o;
}

/* One line of a small text file; "" when it cannot be read. */
static void first_line(const char *path, const char *after, char *ret, size_t cap)
{
	char line[512];
	FILE *f = fopen(path, "re");

	ret[0] = '\0';
	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		if (after && strncmp(line, after, strlen(after)) != 0)
			continue;
		const char *p = after ? strchr(line, ':') : line;
		p = p && after ? p + 1 + strspn(p + 1, " \t") : p;
		if (p)
			(void)snprintf(ret, cap, "%.*s", (int)strcspn(p, "\n"), p);
		break;
	}
	(void)fclose(f); /* only read */
}

static void machine(struct json_object *root)
{
	struct json_object *m = report_object(root, "machine");
	struct utsname u;
	struct sysinfo info;
	char text[256];

	if (uname(&u) == 0) {
		(void)snprintf(
			text, sizeof(text), "%.60s %.60s %.60s", u.sysname, u.release, u.machine);
		report_text_set(m, "system", text);
	}
	first_line("/proc/cpuinfo", "model name", text, sizeof(text));
	report_text_set(m, "cpu", text);
	if (sysinfo(&info) == 0)
		report_uint_set(m, "memory_bytes", (uint64_t)info.totalram * info.mem_unit);
	first_line("/sys/class/dmi/id/sys_vendor", NULL, text, sizeof(text));
	report_text_set(m, "vendor", text);
	first_line("/sys/class/dmi/id/product_name", NULL, text, sizeof(text));
	report_text_set(m, "product", text);
	first_line("/sys/class/dmi/id/product_serial", NULL, text, sizeof(text));
	report_text_set(m, "serial", text);
}

int report_new(const char *command, struct rs_report **ret, struct rs_err *err)
{
	struct rs_report *r = calloc(1, sizeof(*r));

	if (!r || !(r->root = json_object_new_object())) {
		free(r);
		return rs_fail(err, RS_E_MEMORY, "report");
	}
	r->started_filetime = rs_filetime_now();
	report_uint_set(r->root, "schema_version", REPORT_SCHEMA_VERSION);
	struct json_object *tool = report_object(r->root, "tool");
	report_text_set(tool, "name", "unbrick");
	report_text_set(tool, "version", UNBRICK_VERSION);
	report_text_set(r->root, "command", command);
	report_time_set(r->root, "started", r->started_filetime);
	machine(r->root);
	*ret = r;
	return 0;
}

void report_free(struct rs_report *r)
{
	if (!r)
		return;
	json_object_put(r->root);
	free(r->json);
	free(r);
}

static int redact_one(struct json_object *o, int flags, struct json_object *parent, const char *key,
	size_t *index, void *user)
{
	(void)flags;
	(void)parent;
	(void)key;
	(void)index;
	(void)user;
	if (!json_object_is_type(o, json_type_string))
		return JSON_C_VISIT_RETURN_CONTINUE;
	char *copy = strdup(json_object_get_string(o));
	if (copy)
		rs_redact(copy);
	(void)json_object_set_string(o, copy ? copy : RS_REDACTED); /* fails for other types only */
	free(copy);
	return JSON_C_VISIT_RETURN_CONTINUE;
}

void report_redact(struct rs_report *r)
{
	(void)json_c_visit(r->root, 0, redact_one, NULL); /* our function never fails */
}

void report_finish(struct rs_report *r, int exit_status, const char *result, const char *text,
	const struct rs_err *err)
{
	uint64_t now = rs_filetime_now();
	uint64_t took = now > r->started_filetime ? now - r->started_filetime : 0;
	struct json_object *o = report_object(r->root, "outcome");

	if (err && err->code == RS_E_NOT_KEPT)
		result = "not-kept"; /* no failure of the repair, but of the disk */
	r->exit_status = exit_status;
	if (err && err->code) {
		r->err = *err;
		r->exit_status = rs_err_info(err->code)->exit_status;
		report_err_set(r->root, "error", err);
	}
	report_uint_set(r->root, "duration_ms", took / 10000);
	report_int_set(o, "status", r->exit_status);
	report_text_set(o, "result", result);
	report_text_set(o, "text", text);
}

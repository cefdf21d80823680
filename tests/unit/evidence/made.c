/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "made.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/list.h"

struct evidence *made_begin(void)
{
	struct evidence *e = calloc(1, sizeof(*e));

	assert_non_null(e);
	e->root = "\\Windows";
	e->system = calloc(1, sizeof(*e->system));
	assert_non_null(e->system);
	e->system->are_services_whole = true;
	return e;
}

void made_run(struct evidence *e, uint64_t from, uint64_t to)
{
	(void)made_row(e, EV_START, EV_EVENT_LOG, from, "");
	(void)made_row(e, EV_STOP, EV_EVENT_LOG, to, "");
}

static const char *last_part(const char *path)
{
	const char *p = strrchr(path, '\\');

	return p ? p + 1 : path;
}

struct ev_item *made_dump(struct evidence *e, uint64_t time, uint32_t code, unsigned uptime_minutes,
	enum ev_blame_how how, const char *path)
{
	struct ev_item *i = ev_add_crash(e, EV_DUMP, time);

	assert_non_null(i);
	i->where = ev_text(e, "\\Windows\\Minidump\\%llu.dmp", (unsigned long long)time);
	i->crash->code = code;
	i->crash->is_dump = true;
	i->crash->uptime = uptime_minutes * MIN;
	if (path) {
		i->crash->blames[0] = (struct ev_blame){
			.how = how, .module = last_part(path), .path = path, .offset = 0x1234};
		i->crash->n_blames = 1;
	}
	return i;
}

void made_logged(struct evidence *e, uint64_t start, uint32_t code)
{
	struct ev_item *i;

	(void)made_row(e, EV_START, EV_EVENT_LOG, start, "");
	i = ev_add_crash(e, EV_EVENT_LOG, start + MIN / 60);
	assert_non_null(i);
	i->crash->code = code;
	i = ev_add_crash(e, EV_EVENT_LOG, start + MIN / 4);
	assert_non_null(i);
	i->crash->code = code;
}

struct ev_item *made_row(struct evidence *e, enum ev_what what, enum ev_source source,
	uint64_t time, const char *path)
{
	struct ev_item *i = ev_add(e, what, source, time);

	assert_non_null(i);
	i->path = path;
	i->where = "made";
	i->text = ev_what_word(what);
	return i;
}

struct ev_file *made_file(struct evidence *e, const char *path, const char *company)
{
	struct ev_file *f = calloc(1, sizeof(*f)), **to;

	assert_non_null(f);
	to = rs_list_add(&e->files, &e->n_files, sizeof(struct ev_file *));
	assert_non_null(to);
	*to = f;
	*f = (struct ev_file){
		.path = path, .ref = 1000 + e->n_files, .is_looked = true, .fault = ""};
	f->size_bytes = 5000;
	f->created = f->modified = f->changed = AT(-100000);
	if (company) {
		f->image.is_pe = true;
		f->image.timestamp = 0x60000000;
		(void)strncpy(f->image.company, company, sizeof(f->image.company) - 1);
	}
	return f;
}

static char *copy(const char *text)
{
	char *ret = strdup(text);

	assert_non_null(ret);
	return ret;
}

struct win_service *made_service(struct evidence *e, const char *name, const char *path,
	uint32_t start, uint32_t error_control)
{
	struct win_service *s =
		rs_list_add(&e->system->services, &e->system->n_services, sizeof(*s));

	assert_non_null(s);
	*s = (struct win_service){.name = copy(name),
		.path = copy(path),
		.image_path = copy(""),
		.group = copy(""),
		.display = copy(""),
		.inf = copy("oem7.inf"),
		.altitude = copy(""),
		.type = 1,
		.start = start,
		.error_control = error_control,
		.override = -1,
		.has_start = true,
		.is_driver = true,
		.is_boot = start == 0};
	return s;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/report.h"

#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "core/text.h"

struct report_chunk {
	struct report_chunk *next;
	max_align_t data[];
};

void *report_alloc(struct report_pool *p, size_t len)
{
	struct report_chunk *c = calloc(1, sizeof(*c) + len);

	if (!c) {
		p->is_short = true;
		return NULL;
	}
	c->next = p->first;
	p->first = c;
	return c->data;
}

void report_pool_free(struct report_pool *p)
{
	while (p->first) {
		struct report_chunk *c = p->first;
		p->first = c->next;
		free(c);
	}
}

const char *report_copy(struct report_pool *p, const char *text)
{
	size_t len = text ? strlen(text) + 1 : 0;
	char *ret = len > 1 ? report_alloc(p, len) : NULL;

	return ret ? memcpy(ret, text, len) : "";
}

void *report_add(struct report_pool *p, void *list, size_t *n, size_t size)
{
	char *at;

	memcpy(&at, list, sizeof(at));
	if (!(*n & (*n - 1))) { /* 0, 1, 2, 4 ...: it is full */
		char *more = report_alloc(p, (*n ? 2 * *n : 1) * size);
		if (!more)
			return NULL;
		if (*n)
			memcpy(more, at, *n * size);
		at = more;
		memcpy(list, &at, sizeof(at));
	}
	return at + (*n)++ * size;
}

void report_add_text(struct report_pool *p, struct run_texts *texts, const char *text)
{
	const char **at = REPORT_ADD(p, texts->list, texts->n);

	if (at)
		*at = report_copy(p, text);
}

/* One line of a small text file; "" when it cannot be read. */
static void first_line(const char *path, const char *after, char *ret, size_t cap)
{
	char line[512];
	FILE *f = fopen(path, "re");

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

static void machine_look(struct run_machine *m)
{
	struct utsname u;
	struct sysinfo info;

	if (uname(&u) == 0)
		(void)snprintf(m->system, sizeof(m->system), "%.60s %.60s %.60s", u.sysname,
			u.release, u.machine);
	if (sysinfo(&info) == 0)
		m->memory_bytes = (uint64_t)info.totalram * info.mem_unit;
	first_line("/proc/cpuinfo", "model name", m->cpu, sizeof(m->cpu));
	first_line("/sys/class/dmi/id/sys_vendor", NULL, m->vendor, sizeof(m->vendor));
	first_line("/sys/class/dmi/id/product_name", NULL, m->product, sizeof(m->product));
	first_line("/sys/class/dmi/id/product_serial", NULL, m->serial, sizeof(m->serial));
}

int report_new(const char *command, struct rs_report **ret, struct rs_err *err)
{
	struct rs_report *r = calloc(1, sizeof(*r));

	if (!r)
		return rs_fail(err, RS_E_MEMORY, "report");
	r->run.command = command;
	r->run.started_filetime = rs_filetime_now();
	r->run.has_machine = true;
	machine_look(&r->run.machine);
	*ret = r;
	return 0;
}

void report_free(struct rs_report *r)
{
	if (!r)
		return;
	report_pool_free(&r->kept);
	report_pool_free(&r->planned);
	free(r->json);
	free(r);
}

void report_plan_begin(struct rs_report *r)
{
	struct rs_run *run = &r->run;

	report_pool_free(&r->planned);
	run->plan = NULL;
	run->replays = NULL;
	run->n_plan = run->n_replays = 0;
	run->is_planned = false;
}

void report_finish(struct rs_report *r, int exit_status, enum run_result result, const char *text,
	const struct rs_err *err)
{
	struct rs_run *run = &r->run;
	uint64_t now = rs_filetime_now();
	bool is_failed = err && err->code;

	run->duration_ms = now > run->started_filetime ? (now - run->started_filetime) / 10000 : 0;
	run->err = is_failed ? *err : (struct rs_err){0};
	if (is_failed && err->code == RS_E_NOT_KEPT) {
		result = RUN_NOT_KEPT; /* no failure of the repair, but of the disk */
		/* what was read back well before is as uncertain as the rest */
		run->verification.is_passed = false;
		if (run->verification.is_done && !run->verification.err.code)
			run->verification.err = *err;
	}
	run->outcome.is_known = true;
	run->outcome.status = is_failed ? rs_err_info(err->code)->exit_status : exit_status;
	run->outcome.result = result;
	(void)snprintf(run->outcome.text, sizeof(run->outcome.text), "%s", text);
}

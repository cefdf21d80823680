/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootstat.dat: a header (of a Windows' own only), and the log of boot manager and loader.
 * Layout: facts/windows.md, section 9, and a real BOOTSTAT.DAT of 97 records: event 17 starts a
 * program and names it, 18 is its end with a status; records of level 3 with events 80 and 82 come
 * with every good start there and tell nothing. Its times are those of the machine's clock, which
 * Windows sets to local time. */
#include "windows/traces_internal.h"

#include <string.h>
#include <strings.h>

#include "core/text.h"

enum {
	LOG_VERSION = 4,
	HEADER_BYTES = 0x800,
	RECORD_BYTES = 40, /* before its data */
	APP_LOADER = 3,
};
enum { /* events */
	EVENT_INITIALIZED = 1,
	EVENT_LAUNCH = 17,
	EVENT_RETURN = 18,
	EVENT_LAUNCH_OS = 49,
	EVENT_LOADER_ENTRY = 80,
	EVENT_LOADER_LOG = 82,
};
enum { LEVEL_ERROR = 3 };

struct log {
	struct rs_view p; /* from the log's head on */
	uint32_t start, next, first;
};

struct record {
	uint32_t level, app, event;
	struct rs_view data;
};

struct reader {
	struct win_clock clock;
	win_trace_fn fn;
	void *user;
	uint64_t time;
	char launched[TR_PATH]; /* the last program that was started */
};

/* ---- the header ---- */

static bool is_log(struct rs_view p, struct log *ret)
{
	uint32_t version, size;

	if (!rs_view_u32(p, 0, &version) || !rs_view_u32(p, 4, &ret->start) ||
		!rs_view_u32(p, 8, &size) || !rs_view_u32(p, 12, &ret->next) ||
		!rs_view_u32(p, 16, &ret->first))
		return false;
	ret->p = p;
	if (size < p.len)
		ret->p.len = size;
	return version == LOG_VERSION && ret->start >= 20 && ret->start < ret->p.len;
}

bool win_bootstat_head(struct rs_view p, struct win_bootstat *ret)
{
	uint32_t size;
	uint8_t boot, shutdown, attempts;

	/* a log alone begins with its version, and 4 is no size */
	if (!rs_view_u32(p, 0, &size) || size < 64 || size > HEADER_BYTES ||
		!rs_view_u8(p, 10, &boot) || !rs_view_u8(p, 11, &shutdown) ||
		!rs_view_u8(p, 48, &attempts) || boot > 1 || shutdown > 1)
		return false;
	*ret = (struct win_bootstat){boot, shutdown, attempts};
	return true;
}

/* ---- one record ---- */

static bool record_at(const struct log *log, uint32_t at, struct record *ret, uint32_t *ret_size)
{
	struct rs_view v;

	if (!rs_view_u32(log->p, at + 24UL, ret_size) || !rs_view_sub(log->p, at, *ret_size, &v) ||
		!rs_view_sub(v, RECORD_BYTES, *ret_size - RECORD_BYTES, &ret->data))
		return false;
	(void)rs_view_u32(v, 28, &ret->level);
	(void)rs_view_u32(v, 32, &ret->app);
	(void)rs_view_u32(v, 36, &ret->event);
	return true;
}

static uint64_t time_of(struct rs_view data)
{
	uint16_t n[7];
	uint64_t ret;

	for (size_t i = 0; i < 7; i++)
		if (!rs_view_u16(data, i * 2, &n[i]))
			return 0;
	struct tr_civil c = {n[0], n[1], n[2], n[3], n[4], n[5], n[6]};
	return tr_filetime(&c, &ret) ? ret : 0;
}

/* The first path in UTF-16 among the data, and where it ends. */
static void path_in(struct rs_view data, char *ret, size_t cap, size_t *ret_end)
{
	ret[0] = '\0';
	for (size_t i = 0; i + 8 <= data.len; i += 2) {
		size_t n = 0;

		if (data.p[i] != '\\')
			continue;
		while (i + n + 2 <= data.len && data.p[i + n] >= 0x20 && data.p[i + n] < 0x7F &&
			!data.p[i + n + 1])
			n += 2;
		if (n < 12)
			continue; /* not even "\a.sys" */
		(void)rs_utf16_to_utf8((struct rs_view){data.p + i, n}, ret, cap);
		*ret_end = i + n;
		return;
	}
}

static bool is_file_that_loads(const char *path)
{
	static const char *const ends[] = {".sys", ".dll", ".exe", ".efi", NULL};
	size_t n = strlen(path);

	for (size_t i = 0; ends[i]; i++)
		if (n > 4 && strcasecmp(path + n - 4, ends[i]) == 0)
			return true;
	return false;
}

/* An entry of the loader's log that names a file and, behind it, why it could not be loaded: a
 * status of severity error, as it stands at a place of four bytes. */
static bool loader_fault(struct rs_view data, struct win_trace *t, char *path, size_t cap)
{
	size_t end = 0;
	uint32_t status;

	path_in(data, path, cap, &end);
	if (!is_file_that_loads(path))
		return false;
	for (size_t i = end; i + 4 <= data.len; i += 2) {
		if (rs_view_u32(data, i, &status) && (status & 0xFFFF0000U) == 0xC0000000U &&
			status != 0xC0000000U) {
			t->number = status;
			t->path = path;
			t->text = "the loader could not load a file";
			return true;
		}
	}
	return false;
}

/* ---- what a record tells; WIN_TRACE_LOADED: nothing ---- */

static enum win_trace_kind tells(
	struct reader *r, const struct record *rec, struct win_trace *t, char *path, size_t cap)
{
	size_t end = 0;

	if (rec->event == EVENT_INITIALIZED) {
		r->time = tr_utc(time_of(rec->data), r->clock);
		t->text = rec->app == APP_LOADER ? "the loader began" : "the boot manager began";
		return WIN_TRACE_START;
	}
	if (rec->event == EVENT_LAUNCH || rec->event == EVENT_LAUNCH_OS) {
		path_in(rec->data, path, cap, &end);
		(void)memcpy(r->launched, path, strlen(path) + 1);
		t->path = path;
		t->text = "a program is started";
		return path[0] ? WIN_TRACE_LAUNCH : WIN_TRACE_LOADED;
	}
	if (rec->event == EVENT_RETURN) {
		(void)rs_view_u32(rec->data, 16, &t->number);
		t->path = r->launched;
		t->text = "the program that was started came back";
		return WIN_TRACE_START_ERROR;
	}
	if (rec->level == LEVEL_ERROR && loader_fault(rec->data, t, path, cap))
		return WIN_TRACE_START_ERROR;
	if (rec->level != LEVEL_ERROR || rec->event == EVENT_LOADER_ENTRY ||
		rec->event == EVENT_LOADER_LOG)
		return WIN_TRACE_LOADED;
	t->text = "an error";
	t->number = rec->event;
	return WIN_TRACE_START_ERROR;
}

static bool one(struct reader *r, const struct record *rec)
{
	struct win_trace t = tr_trace(WIN_TRACE_LOADED, "");
	char path[TR_PATH];

	t.kind = tells(r, rec, &t, path, sizeof(path));
	t.time = r->time;
	t.is_local = true;
	return t.kind == WIN_TRACE_LOADED || r->fn(r->user, &t);
}

/* From @at to @end, or to a record that is none. False: enough. */
static bool walk(struct reader *r, const struct log *log, uint32_t at, uint32_t end)
{
	while (at < end) {
		struct record rec;
		uint32_t size;

		if (!record_at(log, at, &rec, &size))
			break; /* the ring turns here, or it is damaged */
		if (!one(r, &rec))
			return false;
		at += size;
	}
	return true;
}

int win_bootstat_read(
	struct rs_view p, struct win_clock c, win_trace_fn fn, void *user, struct rs_err *err)
{
	struct reader r = {.clock = c, .fn = fn, .user = user};
	struct log log = {.start = 0};

	(void)err;
	if (!is_log(p, &log) &&
		(p.len < HEADER_BYTES ||
			!is_log((struct rs_view){p.p + HEADER_BYTES, p.len - HEADER_BYTES}, &log)))
		return 0;
	/* a ring: the oldest record is at first, the newest before next */
	if (log.first > log.next && !walk(&r, &log, log.first, (uint32_t)log.p.len))
		return 0;
	(void)walk(&r, &log, log.first > log.next || log.first < log.start ? log.start : log.first,
		log.next < log.p.len ? log.next : (uint32_t)log.p.len);
	return 0;
}

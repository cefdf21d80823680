/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Event logs: each that is there, read once, in the order of its records. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "evidence/events_internal.h"

#define MINUTE	   (60 * 10000000ULL)
#define CLOCK_BACK (1440 * MINUTE) /* zones, summer time and small corrections are less */

/* Cheap, of every record: when this run of Windows was last seen. */
static void on_seen(void *user, uint64_t record, uint64_t time)
{
	struct event_log *l = user;
	struct event_run *run = &l->run;

	(void)record;
	l->newest = time > l->newest ? time : l->newest;
	l->last = time;
	if (!run->is_there || time < run->start)
		return;
	uint64_t *last = run->n_times ? &run->times[(run->n_times - 1) % EVENTS_RUN_TIMES] : NULL;
	if (last && time / MINUTE == *last / MINUTE) {
		*last = time > *last ? time : *last;
		return;
	}
	run->times[run->n_times++ % EVENTS_RUN_TIMES] = time;
}

static bool on_wants(void *user, uint32_t id, const char *provider)
{
	(void)user;
	return event_is_wanted(id, provider);
}

static bool on_event(void *user, const struct win_event *ev)
{
	struct event_log *l = user;

	event_take(l, ev);
	return !l->has_no_memory;
}

/* The other logs only add to what System.evtx tells. */
static bool damage_tell(struct event_log *l, bool is_system, const struct win_evtx_info *info)
{
	char why[320];

	if (!info->bad_chunks && !info->bad_records && !info->note[0])
		return true;
	(void)snprintf(why, sizeof(why),
		"%" PRIu64 " of its chunks and %" PRIu64 " records are damaged and left out%s%s",
		info->bad_chunks, info->bad_records, info->note[0] ? "; " : "", info->note);
	return is_system ? ev_lose(l->e, EV_EVENT_LOG, l->name, why, 0)
			 : ev_miss(l->e, EV_EVENT_LOG, l->name, why);
}

static int log_read(struct event_log *l, const struct win_src *src, bool is_system,
	struct win_evtx_info *info, struct rs_err *err)
{
	struct win_evtx_ops ops = {
		.user = l, .wants = on_wants, .seen = on_seen, .event = on_event};

	int r = win_evtx_read(src, &ops, l->in->task, info, err);
	if (r == 0) {
		event_run_end(l, 0);
		event_rows_give(l);
		if (!damage_tell(l, is_system, info) || l->has_no_memory)
			return rs_fail(err, RS_E_MEMORY, "event log");
	}
	if (is_system && info->newest) {
		l->e->log_oldest = info->oldest;
		l->e->log_newest = info->newest;
		if (l->is_bad_end && l->newest - l->last > CLOCK_BACK)
			l->e->clock_back = l->newest - l->last;
	}
	l->e->bytes += src->size_bytes;
	return r;
}

static int open_log(
	const struct ev_look *in, const char *name, struct nt_file **ret, struct rs_err *err)
{
	char path[256];
	uint64_t ref;

	(void)snprintf(path, sizeof(path), "%s\\System32\\winevt\\Logs\\%s", in->win->root, name);
	int r = nt_lookup(in->vol, path, &ref, err);
	if (r == 0)
		r = nt_file_open(in->vol, ref, "", ret, err);
	return r;
}

static void log_free(struct event_log **l)
{
	if (*l)
		event_log_done(*l);
	free(*l);
}

static int one_log(const struct ev_look *in, struct evidence *e, const char *name, bool is_system,
	struct rs_err *err)
{
	__attribute__((cleanup(log_free))) struct event_log *l = calloc(1, sizeof(*l));
	auto_nt_file struct nt_file *f = NULL;
	struct win_evtx_info info = {0};
	struct rs_err why = {0};

	if (!l)
		return rs_fail(err, RS_E_MEMORY, "event log");
	l->in = in;
	l->e = e;
	l->name = name;
	int r = open_log(in, name, &f, &why);
	if (r == RS_E_NO_SUCH_FILE && !is_system)
		return 0; /* many a Windows has none of it */
	if (r == 0) {
		struct win_src src = win_src_file(f);
		r = log_read(l, &src, is_system, &info, &why);
	}
	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (r == 0)
		return 0;
	const char *text = r == RS_E_NO_SUCH_FILE ? "it is not there"
			   : why.detail[0]	  ? why.detail
						  : rs_err_info(r)->text;
	bool is_said = is_system ? ev_lose(e, EV_EVENT_LOG, name, text, 0)
				 : ev_miss(e, EV_EVENT_LOG, name, text);
	return is_said ? 0 : rs_fail(err, RS_E_MEMORY, "event log");
}

int ev_from_events(const struct ev_look *in, struct evidence *e, struct rs_err *err)
{
	static const char *const names[] = {"System.evtx", "Setup.evtx",
		"Microsoft-Windows-Kernel-PnP%4Configuration.evtx",
		"Microsoft-Windows-UserPnp%4DeviceInstall.evtx",
		"Microsoft-Windows-Windows Defender%4Operational.evtx"};
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(names) / sizeof(names[0]); i++)
		r = one_log(in, e, names[i], i == 0, err);
	return r;
}

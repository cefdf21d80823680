/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Windows event logs (.evtx): chunks, templates and binary XML, read as far as they go. Bounded:
 * one chunk of 64 KiB in memory; a damaged chunk or record is counted and stepped over. */
#ifndef UNBRICK_WINDOWS_EVTX_H
#define UNBRICK_WINDOWS_EVTX_H

#include "windows/windows.h"

#define WIN_EVENT_DATA_MAX 40U

struct win_event_data {
	const char *name; /* of <Data Name=...>, or of the element in UserData; "" if it has none */
	const char *text; /* as Windows writes it into the XML, UTF-8 */
};

struct win_event { /* borrowed for the call */
	uint64_t record;
	uint64_t time;	      /* FILETIME, UTC: TimeCreated */
	const char *provider; /* its Name, else EventSourceName */
	const char *channel, *computer;
	uint32_t id; /* without qualifiers */
	uint8_t level;
	struct win_event_data data[WIN_EVENT_DATA_MAX];
	size_t n_data;
};

/** The value of the Data of this name, else (@name NULL or not there) number @i; NULL: none. */
const char *win_event_get(const struct win_event *e, const char *name, size_t i);

struct win_evtx_ops {
	void *user;
	/* Cheap, before the data are read. NULL: all. */
	bool (*wants)(void *user, uint32_t id, const char *provider);
	/* Cheapest, of every record that is whole, before @wants: its number and when it was
	 * written (FILETIME). NULL: nobody counts. */
	void (*seen)(void *user, uint64_t record, uint64_t time);
	/* false ends the reading. */
	bool (*event)(void *user, const struct win_event *e);
};

struct win_evtx_info {
	uint64_t records; /* that were read, wanted or not */
	uint64_t chunks;  /* that the file has, empty ones too */
	uint64_t bad_chunks, bad_records;
	bool is_dirty;		 /* not closed: its header is older than its chunks */
	uint64_t oldest, newest; /* times of records; 0: none */
	char note[200];
};

/** In the order of the records' numbers, chunk by chunk, wherever a log that wrapped begins. What a
 * start writes late (the last events of the run before it) has a number of that start.
 * Errors: RS_E_UNSUPPORTED (no event log), RS_E_IO_READ, RS_E_CANCELLED, RS_E_MEMORY. */
int win_evtx_read(const struct win_src *src, const struct win_evtx_ops *ops,
	const struct rs_task *task, struct win_evtx_info *ret, struct rs_err *err);

#endif

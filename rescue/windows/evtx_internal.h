/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of the reader of event logs: evtx.c (file, chunks, records), evtx_xml.c (binary XML of one
 * record), evtx_gather.c (what is wanted of it), evtx_value.c (values to text). All offsets count
 * from the beginning of the chunk. Format: libyal, "Windows XML Event Log (EVTX) format";
 * [MS-EVEN6], section 2.2.12 and following.
 */
#ifndef UNBRICK_WINDOWS_EVTX_INTERNAL_H
#define UNBRICK_WINDOWS_EVTX_INTERNAL_H

#include "core/view.h"
#include "windows/evtx.h"

enum {
	EVTX_CHUNK_BYTES = 65536,
	EVTX_TEXT_BYTES = 192 * 1024, /* all texts of one record: a chunk as UTF-8, and as much */
	EVTX_VALUES = 256,	      /* of one template that are known */
	EVTX_NEST = 6,		      /* templates and binary XML in each other */
	EVTX_DEPTH = 24,	      /* elements in each other */
	EVTX_RECORD_STEPS = 16384,
	EVTX_CHUNK_STEPS = 1 << 18, /* a full chunk of real logs takes a tenth */
	EVTX_STEP_BYTES = 16,	    /* bytes of a value that count as one step more */
	EVTX_PLAINS = 64,	    /* templates of a chunk that are remembered; by their place */
	EVTX_PLAIN_NAME = 96,
};

/* Types of values; the highest bit: many of them. */
enum {
	EVTX_NULL = 0,
	EVTX_STRING = 1,
	EVTX_ANSI = 2,
	EVTX_INT8 = 3,
	EVTX_UINT8 = 4,
	EVTX_INT16 = 5,
	EVTX_UINT16 = 6,
	EVTX_INT32 = 7,
	EVTX_UINT32 = 8,
	EVTX_INT64 = 9,
	EVTX_UINT64 = 10,
	EVTX_REAL32 = 11,
	EVTX_REAL64 = 12,
	EVTX_BOOL = 13,
	EVTX_BINARY = 14,
	EVTX_GUID = 15,
	EVTX_SIZE = 16,
	EVTX_FILETIME = 17,
	EVTX_SYSTEMTIME = 18,
	EVTX_SID = 19,
	EVTX_HEX32 = 20,
	EVTX_HEX64 = 21,
	EVTX_BINXML = 33,
	EVTX_XML = 35,
	EVTX_MANY = 0x80,
};

struct evtx_text { /* texts of a record, one after another; always room for a NUL */
	char *p;
	size_t n, cap;
};

/** Append a value as Windows writes it into the XML; what has no room is cut. False: it is too
 * short for its type; an unknown one shows as nothing. */
bool evtx_value_put(struct evtx_text *t, uint8_t type, struct rs_view v);
/** The first item of an array and what is behind it; false: no more, or no array that can be
 * taken apart. */
bool evtx_value_next(uint8_t type, struct rs_view *rest, struct rs_view *ret);
/** As a number: integers, times, digits. False: it is none. */
bool evtx_value_number(uint8_t type, struct rs_view v, uint64_t *ret);
void evtx_text_put(struct evtx_text *t, struct rs_view utf16);
void evtx_text_char(struct evtx_text *t, char c);

struct evtx_value {
	uint16_t off, len;
	uint8_t type;
};

/* A template of a record whose provider stands in it and whose number is the value @id: the next
 * record of it is known to be unwanted before it is gone through. */
struct evtx_plain {
	uint32_t at; /* 0: none */
	uint16_t id;
	char provider[EVTX_PLAIN_NAME];
};

struct evtx_level { /* an element that is open */
	uint8_t kind;
	bool is_parent; /* has elements of its own */
};

struct evtx_xml {
	/* given */
	const struct win_evtx_ops *ops;
	struct rs_view chunk;
	size_t chunk_steps;
	/* of the chunk: evtx_chunk_begin */
	struct evtx_plain plains[EVTX_PLAINS];
	/* of the record */
	uint32_t template_at; /* its outermost; 0: none yet */
	uint16_t id_value;    /* the value of that template which is its number */
	bool is_plain;
	struct win_event event;
	const char *source; /* EventSourceName */
	struct evtx_text text;
	size_t start; /* of the text that is being gathered */
	size_t steps;
	uint64_t number; /* that is being gathered */
	bool has_number, is_absent, is_asked, is_found, is_unwanted;
	uint8_t target;
	const char *name; /* of the leaf that is open */
	unsigned depth;
	struct evtx_level levels[EVTX_DEPTH];
	struct evtx_value values[EVTX_NEST][EVTX_VALUES];
	char texts[EVTX_TEXT_BYTES];
};

/* What the text that comes now is for. */
enum evtx_target {
	EVTX_T_NONE,
	EVTX_T_PROVIDER,
	EVTX_T_SOURCE,
	EVTX_T_CHANNEL,
	EVTX_T_COMPUTER,
	EVTX_T_NAME,
	EVTX_T_TEXT,
	EVTX_T_NUMBERS, /* from here on */
	EVTX_T_ID = EVTX_T_NUMBERS,
	EVTX_T_LEVEL,
	EVTX_T_TIME,
	EVTX_T_RECORD,
};

/* evtx_gather.c */
/** What comes now is for this. */
void evtx_begin(struct evtx_xml *x, enum evtx_target t);
/** It is whole: to where it belongs. */
void evtx_end(struct evtx_xml *x);
/** A piece of it; false: too short for its type, or the record is too much work. */
bool evtx_put(struct evtx_xml *x, uint8_t type, struct rs_view v);
/** An array: a row for each item. */
bool evtx_put_many(struct evtx_xml *x, uint8_t type, struct rs_view v);
/** Steps of the record's budget; false: it has none left. */
bool evtx_pay(struct evtx_xml *x, size_t bytes);

/** A chunk begins: the view of it, and nothing remembered of the last. */
void evtx_chunk_begin(struct evtx_xml *x, struct rs_view chunk);

enum evtx_read { EVTX_BAD, EVTX_SKIPPED, EVTX_READ };

/** The binary XML of a record in [off, end) of the chunk into x->event. EVTX_SKIPPED: nobody wants
 * it. */
enum evtx_read evtx_xml_read(struct evtx_xml *x, size_t off, size_t end);

#endif

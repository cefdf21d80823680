/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Event logs made field by field: chunks, records, templates, values. */
#ifndef UNBRICK_TESTS_WINDOWS_HELP_EVTX_H
#define UNBRICK_TESTS_WINDOWS_HELP_EVTX_H

#include "help.h"
#include "windows/evtx.h"

enum { MKX_HEAD = 4096, MKX_CHUNK = 65536, MKX_FIRST = 512 };

struct mkx_data {
	const char *name; /* NULL: <Data> without one */
	const char *text; /* a string; NULL: @type and @p */
	uint8_t type;
	const void *p;
	uint16_t len;
};

struct mkx_event {
	uint32_t id;
	const char *provider;
	uint64_t time;
	const struct mkx_data *data;
	size_t n_data;
	const char *user_data; /* the element in UserData; NULL: EventData */
	bool is_optional;      /* its values are */
};

struct mkx {
	struct bytes b;
	uint8_t *chunk;
	size_t off; /* in the chunk */
	uint64_t next;
	size_t last;	    /* where the last record is, in the chunk */
	size_t template_at; /* of the last record */
};

/** A log with one empty chunk, the next record having this number. */
void mkx_new(struct mkx *m, uint64_t number);
/** One chunk more. */
void mkx_chunk(struct mkx *m);
void mkx_event(struct mkx *m, const struct mkx_event *e);
/** The same event as the last one, by its template, with another id and time. */
void mkx_again(struct mkx *m, uint32_t id, uint64_t time);
/** A record whose binary XML is these bytes; NULL: where it begins, for the caller to fill. */
uint8_t *mkx_raw(struct mkx *m, const void *p, size_t len);

/* Binary XML piece by piece, between mkx_record and mkx_record_end. */

void mkx_record(struct mkx *m, uint64_t time);
void mkx_record_end(struct mkx *m);
void mkx_put(struct mkx *m, const void *p, size_t len);
void mkx_put8(struct mkx *m, unsigned v);
void mkx_put16(struct mkx *m, size_t v);
void mkx_put32(struct mkx *m, size_t v);
void mkx_units(struct mkx *m, const char *s);
void mkx_name(struct mkx *m, const char *s);
void mkx_fragment(struct mkx *m);
/** An element's head; where its size stands, for its end. */
size_t mkx_element(struct mkx *m, const char *s, bool has_attribute);
void mkx_element_end(struct mkx *m, size_t at);
void mkx_attribute(struct mkx *m, const char *s);
void mkx_literal(struct mkx *m, const char *s);
void mkx_value(struct mkx *m, size_t i, unsigned type, bool is_optional);
/** A template's head; where its size stands, for its end. Its values are to follow. */
size_t mkx_template(struct mkx *m);
void mkx_template_end(struct mkx *m, size_t at);

void mkx_dirty(struct mkx *m);
#define auto_mkx __attribute__((cleanup(mkx_done)))
void mkx_done(struct mkx *m);

#endif

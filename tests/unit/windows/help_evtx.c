/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The maker of event logs. It knows the format from [MS-EVEN6] and real logs, and shares no code
 * with the reader. */
#include "help_evtx.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SYSTEM_VALUES 5U /* id, level, time, number, the data */

static void put(struct mkx *m, const void *p, size_t len)
{
	assert(len <= MKX_CHUNK - m->off);
	memcpy(m->chunk + m->off, p, len);
	m->off += len;
}

static void put8(struct mkx *m, unsigned v)
{
	put(m, &(uint8_t){(uint8_t)v}, 1);
}

static void put16(struct mkx *m, size_t v)
{
	put8(m, v & 255);
	put8(m, v >> 8 & 255);
}

static void put32(struct mkx *m, size_t v)
{
	put16(m, v & 0xFFFF);
	put16(m, v >> 16);
}

static void put64(struct mkx *m, uint64_t v)
{
	put32(m, v & 0xFFFFFFFF);
	put32(m, v >> 32);
}

static void units(struct mkx *m, const char *s)
{
	for (; *s; s++)
		put16(m, (uint8_t)*s);
}

static void name(struct mkx *m, const char *s)
{
	put32(m, m->off + 4); /* it follows */
	put32(m, 0);
	put16(m, 0);
	put16(m, strlen(s));
	units(m, s);
	put16(m, 0);
}

static void number_at(struct mkx *m, size_t at, size_t v)
{
	rs_put_le32(m->chunk + at, (uint32_t)v);
}

/* An element's head; where its size stands. */
static size_t start_of(struct mkx *m, const char *s, bool has_attribute)
{
	put8(m, has_attribute ? 0x41 : 0x01);
	put16(m, 0xFFFF);
	size_t at = m->off;
	put32(m, 0);
	name(m, s);
	if (has_attribute)
		put32(m, 0);
	return at;
}

static void attribute(struct mkx *m, const char *s)
{
	put8(m, 0x06);
	name(m, s);
}

static void literal(struct mkx *m, const char *s)
{
	put8(m, 0x05);
	put8(m, 1);
	put16(m, strlen(s));
	units(m, s);
}

static void value(struct mkx *m, size_t i, unsigned type, bool is_optional)
{
	put8(m, is_optional ? 0x0E : 0x0D);
	put16(m, i);
	put8(m, type);
}

static void end_of(struct mkx *m, size_t at)
{
	put8(m, 0x04);
	number_at(m, at, m->off - at - 4);
}

static void leaf(struct mkx *m, const char *s, size_t i, unsigned type)
{
	size_t at = start_of(m, s, false);
	put8(m, 0x02);
	value(m, i, type, true);
	end_of(m, at);
}

static void words(struct mkx *m, const char *s, const char *text)
{
	size_t at = start_of(m, s, false);
	put8(m, 0x02);
	literal(m, text);
	end_of(m, at);
}

static void fragment(struct mkx *m)
{
	put32(m, 0x0001010F);
}

/* A template's head; where its size stands. */
static size_t template_open(struct mkx *m)
{
	put8(m, 0x0C);
	put8(m, 1);
	put32(m, 0x1234);
	put32(m, m->off + 4);
	m->template_at = m->off;
	put32(m, 0);
	put(m, "................", 16);
	put32(m, 0);
	fragment(m);
	return m->off - 8;
}

static void template_close(struct mkx *m, size_t at)
{
	put8(m, 0x00);
	number_at(m, at, m->off - at - 4);
}

static void system_put(struct mkx *m, const char *provider)
{
	size_t all = start_of(m, "System", false);
	put8(m, 0x02);
	size_t at = start_of(m, "Provider", true);
	attribute(m, "Name");
	literal(m, provider);
	put8(m, 0x03);
	number_at(m, at, m->off - at - 4);
	leaf(m, "EventID", 0, 6);
	leaf(m, "Level", 1, 4);
	at = start_of(m, "TimeCreated", true);
	attribute(m, "SystemTime");
	value(m, 2, 17, true);
	put8(m, 0x03);
	number_at(m, at, m->off - at - 4);
	leaf(m, "EventRecordID", 3, 10);
	words(m, "Channel", "System");
	words(m, "Computer", "PC");
	end_of(m, all);
}

static uint16_t data_len(const struct mkx_data *d)
{
	return d->text ? (uint16_t)(2 * strlen(d->text)) : d->len;
}

static void data_put(struct mkx *m, const struct mkx_event *e)
{
	fragment(m);
	size_t size_at = template_open(m);
	size_t all = start_of(m, e->user_data ? "UserData" : "EventData", false);
	put8(m, 0x02);
	size_t inner = e->user_data ? start_of(m, e->user_data, false) : 0;
	if (e->user_data)
		put8(m, 0x02);
	for (size_t i = 0; i < e->n_data; i++) {
		const struct mkx_data *d = &e->data[i];
		bool has_name = d->name && !e->user_data;
		size_t at = start_of(m, e->user_data ? d->name : "Data", has_name);
		if (has_name) {
			attribute(m, "Name");
			literal(m, d->name);
		}
		put8(m, 0x02);
		value(m, i, d->text ? 1 : d->type, e->is_optional);
		end_of(m, at);
	}
	if (e->user_data)
		end_of(m, inner);
	end_of(m, all);
	template_close(m, size_at);
	put32(m, e->n_data);
	for (size_t i = 0; i < e->n_data; i++) {
		put16(m, data_len(&e->data[i]));
		put16(m, e->data[i].text ? 1 : e->data[i].type);
	}
	for (size_t i = 0; i < e->n_data; i++) {
		if (e->data[i].text)
			units(m, e->data[i].text);
		else
			put(m, e->data[i].p, e->data[i].len);
	}
	put8(m, 0x00);
}

static void record_open(struct mkx *m, uint64_t time)
{
	m->last = m->off;
	put(m, "**\0", 4);
	put32(m, 0);
	put64(m, m->next);
	put64(m, time);
}

static void record_close(struct mkx *m)
{
	while ((m->off - m->last + 4) % 8)
		put8(m, 0);
	put32(m, m->off - m->last + 4);
	number_at(m, m->last + 4, m->off - m->last);
	m->next++;
	number_at(m, 44, m->last);
	number_at(m, 48, m->off);
	rs_put_le64(m->chunk + 16, m->next - 1);
	rs_put_le64(m->chunk + 32, m->next - 1);
	rs_put_le64(m->b.p + 24, m->next);
}

/* Values of the record's own template; where the size of the data stands. */
static size_t values_put(struct mkx *m, uint32_t id, uint64_t time)
{
	static const uint16_t lens[] = {2, 1, 8, 8, 0}, types[] = {6, 4, 17, 10, 33};

	put32(m, SYSTEM_VALUES);
	size_t at = m->off + 4 * (SYSTEM_VALUES - 1);
	for (size_t i = 0; i < SYSTEM_VALUES; i++) {
		put16(m, lens[i]);
		put16(m, types[i]);
	}
	put16(m, id);
	put8(m, 2);
	put64(m, time);
	put64(m, m->next);
	return at;
}

void mkx_event(struct mkx *m, const struct mkx_event *e)
{
	record_open(m, e->time);
	fragment(m);
	size_t size_at = template_open(m);
	size_t template_at = m->template_at;
	size_t all = start_of(m, "Event", false);
	put8(m, 0x02);
	system_put(m, e->provider);
	value(m, 4, 33, true);
	end_of(m, all);
	template_close(m, size_at);
	size_t at = values_put(m, e->id, e->time);
	size_t from = m->off;
	data_put(m, e);
	rs_put_le16(m->chunk + at, (uint16_t)(m->off - from));
	put8(m, 0x00);
	record_close(m);
	m->template_at = template_at;
}

void mkx_again(struct mkx *m, uint32_t id, uint64_t time)
{
	record_open(m, time);
	fragment(m);
	put8(m, 0x0C);
	put8(m, 1);
	put32(m, 0x1234);
	put32(m, m->template_at);
	(void)values_put(m, id, time);
	put8(m, 0x00);
	record_close(m);
}

uint8_t *mkx_raw(struct mkx *m, const void *p, size_t len)
{
	record_open(m, 1);
	uint8_t *at = m->chunk + m->off;
	if (p)
		put(m, p, len);
	else
		m->off += len;
	record_close(m);
	return at;
}

void mkx_chunk(struct mkx *m)
{
	uint8_t *more = realloc(m->b.p, m->b.len + MKX_CHUNK);

	assert(more);
	m->b.p = more;
	m->chunk = m->b.p + m->b.len;
	m->b.len += MKX_CHUNK;
	memset(m->chunk, 0, MKX_CHUNK);
	memcpy(m->chunk, "ElfChnk", 8);
	rs_put_le64(m->chunk + 8, m->next);
	rs_put_le64(m->chunk + 24, m->next);
	m->off = 40;
	put32(m, 128);
	m->off = MKX_FIRST;
	number_at(m, 48, m->off);
	rs_put_le16(m->b.p + 42, (uint16_t)((m->b.len - MKX_HEAD) / MKX_CHUNK));
}

void mkx_new(struct mkx *m, uint64_t number)
{
	*m = (struct mkx){.next = number};
	m->b.p = calloc(1, MKX_HEAD);
	m->b.len = MKX_HEAD;
	assert(m->b.p);
	memcpy(m->b.p, "ElfFile", 8);
	rs_put_le32(m->b.p + 32, 128);
	rs_put_le16(m->b.p + 36, 1);
	rs_put_le16(m->b.p + 38, 3);
	rs_put_le16(m->b.p + 40, MKX_HEAD);
	mkx_chunk(m);
}

void mkx_dirty(struct mkx *m)
{
	rs_put_le32(m->b.p + 120, 1);
}

void mkx_done(struct mkx *m)
{
	bytes_done(&m->b);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The maker of event logs. It knows the format from [MS-EVEN6] and real logs, and shares no code
 * with the reader. */
#include "help_evtx.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SYSTEM_VALUES 5U /* id, level, time, number, the data */

void mkx_put(struct mkx *m, const void *p, size_t len)
{
	assert(len <= MKX_CHUNK - m->off);
	memcpy(m->chunk + m->off, p, len);
	m->off += len;
}

void mkx_put8(struct mkx *m, unsigned v)
{
	mkx_put(m, &(uint8_t){(uint8_t)v}, 1);
}

void mkx_put16(struct mkx *m, size_t v)
{
	mkx_put8(m, v & 255);
	mkx_put8(m, v >> 8 & 255);
}

void mkx_put32(struct mkx *m, size_t v)
{
	mkx_put16(m, v & 0xFFFF);
	mkx_put16(m, v >> 16);
}

static void put64(struct mkx *m, uint64_t v)
{
	mkx_put32(m, v & 0xFFFFFFFF);
	mkx_put32(m, v >> 32);
}

void mkx_units(struct mkx *m, const char *s)
{
	for (; *s; s++)
		mkx_put16(m, (uint8_t)*s);
}

void mkx_name(struct mkx *m, const char *s)
{
	mkx_put32(m, m->off + 4); /* it follows */
	mkx_put32(m, 0);
	mkx_put16(m, 0);
	mkx_put16(m, strlen(s));
	mkx_units(m, s);
	mkx_put16(m, 0);
}

static void number_at(struct mkx *m, size_t at, size_t v)
{
	rs_put_le32(m->chunk + at, (uint32_t)v);
}

size_t mkx_element(struct mkx *m, const char *s, bool has_attribute)
{
	mkx_put8(m, has_attribute ? 0x41 : 0x01);
	mkx_put16(m, 0xFFFF);
	size_t at = m->off;
	mkx_put32(m, 0);
	mkx_name(m, s);
	if (has_attribute)
		mkx_put32(m, 0);
	return at;
}

void mkx_attribute(struct mkx *m, const char *s)
{
	mkx_put8(m, 0x06);
	mkx_name(m, s);
}

void mkx_literal(struct mkx *m, const char *s)
{
	mkx_put8(m, 0x05);
	mkx_put8(m, 1);
	mkx_put16(m, strlen(s));
	mkx_units(m, s);
}

void mkx_value(struct mkx *m, size_t i, unsigned type, bool is_optional)
{
	mkx_put8(m, is_optional ? 0x0E : 0x0D);
	mkx_put16(m, i);
	mkx_put8(m, type);
}

void mkx_element_end(struct mkx *m, size_t at)
{
	mkx_put8(m, 0x04);
	number_at(m, at, m->off - at - 4);
}

static void leaf(struct mkx *m, const char *s, size_t i, unsigned type)
{
	size_t at = mkx_element(m, s, false);
	mkx_put8(m, 0x02);
	mkx_value(m, i, type, true);
	mkx_element_end(m, at);
}

static void words(struct mkx *m, const char *s, const char *text)
{
	size_t at = mkx_element(m, s, false);
	mkx_put8(m, 0x02);
	mkx_literal(m, text);
	mkx_element_end(m, at);
}

void mkx_fragment(struct mkx *m)
{
	mkx_put32(m, 0x0001010F);
}

size_t mkx_template(struct mkx *m)
{
	mkx_put8(m, 0x0C);
	mkx_put8(m, 1);
	mkx_put32(m, 0x1234);
	mkx_put32(m, m->off + 4);
	m->template_at = m->off;
	mkx_put32(m, 0);
	mkx_put(m, "................", 16);
	mkx_put32(m, 0);
	mkx_fragment(m);
	return m->off - 8;
}

void mkx_template_end(struct mkx *m, size_t at)
{
	mkx_put8(m, 0x00);
	number_at(m, at, m->off - at - 4);
}

static void system_put(struct mkx *m, const char *provider)
{
	size_t all = mkx_element(m, "System", false);
	mkx_put8(m, 0x02);
	size_t at = mkx_element(m, "Provider", true);
	mkx_attribute(m, "Name");
	mkx_literal(m, provider);
	mkx_put8(m, 0x03);
	number_at(m, at, m->off - at - 4);
	leaf(m, "EventID", 0, 6);
	leaf(m, "Level", 1, 4);
	at = mkx_element(m, "TimeCreated", true);
	mkx_attribute(m, "SystemTime");
	mkx_value(m, 2, 17, true);
	mkx_put8(m, 0x03);
	number_at(m, at, m->off - at - 4);
	leaf(m, "EventRecordID", 3, 10);
	words(m, "Channel", "System");
	words(m, "Computer", "PC");
	mkx_element_end(m, all);
}

static uint16_t data_len(const struct mkx_data *d)
{
	return d->text ? (uint16_t)(2 * strlen(d->text)) : d->len;
}

static void data_put(struct mkx *m, const struct mkx_event *e)
{
	mkx_fragment(m);
	size_t size_at = mkx_template(m);
	size_t all = mkx_element(m, e->user_data ? "UserData" : "EventData", false);
	mkx_put8(m, 0x02);
	size_t inner = e->user_data ? mkx_element(m, e->user_data, false) : 0;
	if (e->user_data)
		mkx_put8(m, 0x02);
	for (size_t i = 0; i < e->n_data; i++) {
		const struct mkx_data *d = &e->data[i];
		bool has_name = d->name && !e->user_data;
		size_t at = mkx_element(m, e->user_data ? d->name : "Data", has_name);
		if (has_name) {
			mkx_attribute(m, "Name");
			mkx_literal(m, d->name);
		}
		mkx_put8(m, 0x02);
		mkx_value(m, i, d->text ? 1 : d->type, e->is_optional);
		mkx_element_end(m, at);
	}
	if (e->user_data)
		mkx_element_end(m, inner);
	mkx_element_end(m, all);
	mkx_template_end(m, size_at);
	mkx_put32(m, e->n_data);
	for (size_t i = 0; i < e->n_data; i++) {
		mkx_put16(m, data_len(&e->data[i]));
		mkx_put16(m, e->data[i].text ? 1 : e->data[i].type);
	}
	for (size_t i = 0; i < e->n_data; i++) {
		if (e->data[i].text)
			mkx_units(m, e->data[i].text);
		else
			mkx_put(m, e->data[i].p, e->data[i].len);
	}
	mkx_put8(m, 0x00);
}

void mkx_record(struct mkx *m, uint64_t time)
{
	m->last = m->off;
	mkx_put(m, "**\0", 4);
	mkx_put32(m, 0);
	put64(m, m->next);
	put64(m, time);
}

void mkx_record_end(struct mkx *m)
{
	while ((m->off - m->last + 4) % 8)
		mkx_put8(m, 0);
	mkx_put32(m, m->off - m->last + 4);
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

	mkx_put32(m, SYSTEM_VALUES);
	size_t at = m->off + 4 * (SYSTEM_VALUES - 1);
	for (size_t i = 0; i < SYSTEM_VALUES; i++) {
		mkx_put16(m, lens[i]);
		mkx_put16(m, types[i]);
	}
	mkx_put16(m, id);
	mkx_put8(m, 2);
	put64(m, time);
	put64(m, m->next);
	return at;
}

void mkx_event(struct mkx *m, const struct mkx_event *e)
{
	mkx_record(m, e->time);
	mkx_fragment(m);
	size_t size_at = mkx_template(m);
	size_t template_at = m->template_at;
	size_t all = mkx_element(m, "Event", false);
	mkx_put8(m, 0x02);
	system_put(m, e->provider);
	mkx_value(m, 4, 33, true);
	mkx_element_end(m, all);
	mkx_template_end(m, size_at);
	size_t at = values_put(m, e->id, e->time);
	size_t from = m->off;
	data_put(m, e);
	rs_put_le16(m->chunk + at, (uint16_t)(m->off - from));
	mkx_put8(m, 0x00);
	mkx_record_end(m);
	m->template_at = template_at;
}

void mkx_again(struct mkx *m, uint32_t id, uint64_t time)
{
	mkx_record(m, time);
	mkx_fragment(m);
	mkx_put8(m, 0x0C);
	mkx_put8(m, 1);
	mkx_put32(m, 0x1234);
	mkx_put32(m, m->template_at);
	(void)values_put(m, id, time);
	mkx_put8(m, 0x00);
	mkx_record_end(m);
}

uint8_t *mkx_raw(struct mkx *m, const void *p, size_t len)
{
	mkx_record(m, 1);
	uint8_t *at = m->chunk + m->off;
	if (p)
		mkx_put(m, p, len);
	else
		m->off += len;
	mkx_record_end(m);
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
	mkx_put32(m, 128);
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

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is bounded in a record of an event log, piece by piece: values and binary XML that end where
 * nobody may read on, and records that no Windows writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "help_evtx.h"
#include "windows/evtx_internal.h"

#define TIME   133600000000000000ULL
#define LEN(s) (sizeof(s) - 1)

/* ---- values ---- */

/* A copy that ends at the fence. */
static struct rs_view copied(const void *p, size_t len)
{
	return (struct rs_view){fence_copy(p, len), len};
}

static void view_done(struct rs_view *v)
{
	free((void *)(uintptr_t)v->p);
}
#define auto_view __attribute__((cleanup(view_done)))

struct said {
	bool is_right;
	size_t n; /* of the text, which may have a NUL in it */
	char text[200];
};

static struct said put(unsigned type, const void *p, size_t len, size_t cap)
{
	auto_view struct rs_view v = copied(p, len);
	char *room = malloc(cap);
	struct evtx_text t = {room, 0, cap};
	struct said ret = {0};

	assert_non_null(room);
	ret.is_right = evtx_value_put(&t, (uint8_t)type, v);
	ret.n = t.n;
	assert_true(t.n < cap && cap <= sizeof(ret.text));
	memcpy(ret.text, room, t.n);
	free(room);
	return ret;
}

static void is_put(unsigned type, const void *p, size_t len, const char *text)
{
	struct said s = put(type, p, len, 199);

	assert_true(s.is_right);
	assert_string_equal(s.text, text);
	assert_int_equal(s.n, strlen(text));
}

static const uint8_t sizes[] = {[EVTX_INT8] = 1,
	[EVTX_UINT8] = 1,
	[EVTX_INT16] = 2,
	[EVTX_UINT16] = 2,
	[EVTX_INT32] = 4,
	[EVTX_UINT32] = 4,
	[EVTX_INT64] = 8,
	[EVTX_UINT64] = 8,
	[EVTX_REAL32] = 4,
	[EVTX_REAL64] = 8,
	[EVTX_BOOL] = 4,
	[EVTX_GUID] = 16,
	[EVTX_FILETIME] = 8,
	[EVTX_SYSTEMTIME] = 16,
	[EVTX_HEX32] = 4,
	[EVTX_HEX64] = 8};

static void test_evtx_value__too_short_for_its_type__is_none(void **state)
{
	static const uint8_t zeros[16] = {0};

	(void)state;
	fence_up();
	for (unsigned type = 0; type < sizeof(sizes); type++)
		for (size_t n = 1; n < sizes[type]; n++) {
			uint64_t number;
			auto_view struct rs_view v = copied(zeros, n);
			assert_false(put(type, zeros, n, 100).is_right);
			assert_false(evtx_value_number((uint8_t)type, v, &number));
		}
	for (size_t n = 1; n < 10; n++)
		assert_int_equal(put(EVTX_SIZE, zeros, n, 100).is_right, n == 4 || n == 8);
	fence_down();
}

static void test_evtx_value__longer_than_its_type__counts_as_far_as_that(void **state)
{
	(void)state;
	fence_up();
	is_put(EVTX_UINT32, "\1\0\0\0\1\0\0\0", 8, "1");
	is_put(EVTX_HEX32, "\1\0\0\0\1", 5, "0x1");
	is_put(EVTX_UINT32, "", 0, "");
	is_put(EVTX_BOOL, "\0\0\0\0", 4, "false");
	is_put(EVTX_FILETIME, "\0\0\0\0\0\0\0\0", 8, "never");
	is_put(EVTX_ANSI, "ok\0x", 4, "ok");
	is_put(EVTX_ANSI, "a\x7F\x80", 3, "a\x7F?");
	is_put(EVTX_SIZE, "\1\0\0\0\1\0\0\0", 8, "0x100000001");
	for (unsigned type = 36; type < 256; type++)
		is_put(type, "abc", 3, "");
	fence_down();
}

static void test_evtx_value__sid__has_as_many_parts_as_it_says(void **state)
{
	uint8_t sid[8 + 16 * 4] = {1, 0, 0, 0, 0, 0, 0, 5};

	(void)state;
	fence_up();
	for (size_t n = 1; n < 8; n++)
		assert_false(put(EVTX_SID, sid, n, 100).is_right);
	is_put(EVTX_SID, sid, 8, "S-1-5");
	for (size_t parts = 1; parts <= 16; parts++) {
		sid[1] = (uint8_t)parts;
		assert_false(put(EVTX_SID, sid, 8 + 4 * parts - 1, 100).is_right);
		assert_int_equal(put(EVTX_SID, sid, 8 + 4 * parts, 100).is_right, parts <= 15);
	}
	fence_down();
}

static void test_evtx_value__no_room__is_cut(void **state)
{
	static const struct {
		unsigned type;
		const char *p;
		size_t len;
		const char *text;
	} cases[] = {{EVTX_ANSI, "abcdefgh", 8, "abcdefgh"},
		{EVTX_BINARY, "\1\2\3\4", 4, "01020304"},
		{EVTX_UINT32, "\xFF\xFF\xFF\xFF", 4, "4294967295"},
		{EVTX_STRING, "a\0b\0c\0d\0", 8, "abcd"},
		{EVTX_SID, "\1\1\0\0\0\0\0\5\x20\0\0\0", 12, "S-1-5-32"}};

	(void)state;
	fence_up();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t cap = 1; cap < 16; cap++) {
			struct said s = put(cases[i].type, cases[i].p, cases[i].len, cap);
			size_t n = strlen(cases[i].text);
			assert_int_equal(s.n, n < cap ? n : cap - 1);
			assert_memory_equal(s.text, cases[i].text, s.n);
		}
	fence_down();
}

static void many_is(unsigned type, const void *p, size_t len, size_t n_items, size_t n_rest)
{
	auto_view struct rs_view all = copied(p, len);
	struct rs_view rest = all, one;
	size_t n = 0;

	while (n < 100 && evtx_value_next((uint8_t)(type | EVTX_MANY), &rest, &one)) {
		assert_true(one.p >= all.p && one.p + one.len <= all.p + all.len);
		n++;
	}
	assert_int_equal(n, n_items);
	assert_int_equal(rest.len, n_rest);
}

static void test_evtx_array__of_each_type__ends_where_it_ends(void **state)
{
	static const char sids[] = "\1\1\0\0\0\0\0\5\x12\0\0\0\1\0\0\0\0\0\0\5";

	(void)state;
	fence_up();
	many_is(EVTX_STRING, "", 0, 0, 0);
	many_is(EVTX_STRING, "a\0\0\0b\0\0\0", 8, 2, 0);
	many_is(EVTX_STRING, "a\0\0\0b\0", 6, 2, 0); /* the last one without a NUL */
	many_is(EVTX_STRING, "a\0\0\0b\0\0", 7, 2, 0);
	many_is(EVTX_ANSI, "a\0b\0", 4, 2, 0);
	many_is(EVTX_ANSI, "a\0b", 3, 2, 0);
	many_is(EVTX_SIZE, "\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\3", 17, 2, 1);
	many_is(EVTX_UINT16, "\1\0\2\0\3", 5, 2, 1);
	many_is(EVTX_SID, sids, LEN(sids), 2, 0);
	for (size_t n = 1; n < 12; n++)
		many_is(EVTX_SID, sids, n, 0, n);
	many_is(EVTX_SID, sids, 13, 1, 1);
	many_is(EVTX_BINARY, "abc", 3, 0, 3); /* nothing says how long one is */
	many_is(99, "abc", 3, 0, 3);
	fence_down();
}

static void number_is(unsigned type, const void *p, size_t len, bool is_one, uint64_t number)
{
	auto_view struct rs_view v = copied(p, len);
	uint64_t n = 0;

	assert_int_equal(evtx_value_number((uint8_t)type, v, &n), is_one);
	assert_int_equal(n, number);
}

static void test_evtx_number__of_each_type__or_none(void **state)
{
	static const char most[] = "1\0008\0004\0004\0006\0007\0004\0004\0000\0007\0003\0007\0000\0"
				   "9\0005\0005\0001\0006\0001\0005\0";

	(void)state;
	fence_up();
	number_is(EVTX_STRING, "4\0001\0", 4, true, 41);
	number_is(EVTX_STRING, "9\0000\0\0\0x\0", 8, true, 90);
	number_is(EVTX_STRING, "7\0", 2, true, 7);
	number_is(EVTX_STRING, "/\0", 2, false, 0);
	number_is(EVTX_STRING, "1\0/\0", 4, false, 0);
	number_is(EVTX_STRING, "1\0:\0", 4, false, 0);
	number_is(EVTX_STRING, "", 0, false, 0);
	number_is(EVTX_STRING, most, LEN(most), true, UINT64_MAX);
	char more[LEN(most)];
	memcpy(more, most, sizeof(more));
	more[LEN(most) - 2] = '6';
	number_is(EVTX_STRING, more, sizeof(more), false, 0);
	more[0] = '3';
	number_is(EVTX_STRING, more, sizeof(more), false, 0);
	number_is(EVTX_UINT16, "\x29\0\1", 3, true, 41);
	number_is(EVTX_FILETIME, "\1\0\0\0\0\0\0\1", 8, true, 0x0100000000000001);
	number_is(EVTX_REAL32, "\1\0\0\0", 4, false, 0);
	number_is(EVTX_REAL64, "\1\0\0\0\0\0\0\0", 8, false, 0);
	number_is(EVTX_GUID, "0123456789012345", 16, false, 0);
	number_is(EVTX_BINARY, "\1\0\0\0", 4, false, 0);
	for (unsigned type = 36; type < 256; type++)
		number_is(type, "\1\0\0\0\0\0\0\0", 8, false, 0);
	fence_down();
}

/* ---- binary XML ---- */

/* A record of a log with one chunk, of which nothing behind it can be read. */
struct rec {
	struct mkx m;
	struct evtx_xml *x;
	struct rs_view chunk;
};

static void rec_begin(struct rec *r)
{
	*r = (struct rec){0};
	mkx_new(&r->m, 1);
	mkx_record(&r->m, TIME);
	mkx_fragment(&r->m);
}

static enum evtx_read rec_read(struct rec *r, const struct win_evtx_ops *ops)
{
	static const struct win_evtx_ops all = {0};

	mkx_put8(&r->m, 0x00);
	free(r->x);
	view_done(&r->chunk);
	fence_up();
	r->chunk = copied(r->m.chunk, r->m.off);
	r->x = calloc(1, sizeof(*r->x));
	fence_down();
	assert_non_null(r->x);
	r->x->ops = ops ? ops : &all;
	evtx_chunk_begin(r->x, r->chunk);
	return evtx_xml_read(r->x, r->m.last + 24, r->m.off);
}

static void rec_done(struct rec *r)
{
	mkx_done(&r->m);
	free(r->x);
	view_done(&r->chunk);
}
#define auto_rec __attribute__((cleanup(rec_done)))

static void row_is(const struct rec *r, size_t i, const char *name, const char *text)
{
	assert_true(i < r->x->event.n_data);
	assert_string_equal(r->x->event.data[i].name, name);
	assert_string_equal(r->x->event.data[i].text, text);
}

/* An element of a fragment that is no template. */
static size_t bare(struct mkx *m, const char *name)
{
	mkx_put8(m, 0x01);
	size_t at = m->off;
	mkx_put32(m, 0);
	mkx_name(m, name);
	return at;
}

static void bare_leaf(struct mkx *m, const char *name, const char *text)
{
	size_t at = bare(m, name);

	mkx_put8(m, 0x02);
	mkx_literal(m, text);
	mkx_element_end(m, at);
}

static size_t bare_open(struct mkx *m, const char *name)
{
	size_t at = bare(m, name);

	mkx_put8(m, 0x02);
	return at;
}

/* System with a number; Event stays open. */
static size_t bare_system(struct mkx *m)
{
	size_t event = bare_open(m, "Event");
	size_t at = bare_open(m, "System");

	bare_leaf(m, "EventID", "41");
	bare_leaf(m, "EventIDs", "42");
	bare_leaf(m, "Computer", "PC");
	mkx_element_end(m, at);
	return event;
}

static void test_evtx_xml__without_a_template__is_read(void **state)
{
	auto_rec struct rec r;

	(void)state;
	rec_begin(&r);
	size_t event = bare_system(&r.m);
	size_t at = bare_open(&r.m, "EventData");
	bare_leaf(&r.m, "Data", "one");
	bare_leaf(&r.m, "Database", "two");
	mkx_element_end(&r.m, at);
	at = bare_open(&r.m, "Other"); /* RenderingInfo */
	bare_leaf(&r.m, "Data", "three");
	mkx_element_end(&r.m, at);
	mkx_element_end(&r.m, event);
	assert_int_equal(rec_read(&r, NULL), EVTX_READ);
	assert_int_equal(r.x->event.id, 41);
	assert_string_equal(r.x->event.computer, "PC");
	assert_int_equal(r.x->event.n_data, 2);
	row_is(&r, 0, "", "one");
	row_is(&r, 1, "Database", "two");
}

static void test_evtx_xml__cdata_characters_and_entities__are_text(void **state)
{
	static const char *const names[] = {"lt", "gt", "amp", "quot", "apos", "nbsp"};
	auto_rec struct rec r;

	(void)state;
	rec_begin(&r);
	size_t event = bare_system(&r.m);
	size_t all = bare_open(&r.m, "EventData");
	size_t at = bare_open(&r.m, "Data");
	mkx_put8(&r.m, 0x07); /* CDATA */
	mkx_put16(&r.m, 2);
	mkx_units(&r.m, "ab");
	mkx_put8(&r.m, 0x08); /* a character */
	mkx_put16(&r.m, 'c');
	for (size_t i = 0; i < 6; i++) {
		mkx_put8(&r.m, 0x09);
		mkx_name(&r.m, names[i]);
	}
	mkx_put8(&r.m, 0x0A); /* an instruction and its data */
	mkx_name(&r.m, "target");
	mkx_put8(&r.m, 0x0B);
	mkx_put16(&r.m, 1);
	mkx_units(&r.m, "z");
	mkx_element_end(&r.m, at);
	mkx_element_end(&r.m, all);
	mkx_element_end(&r.m, event);
	assert_int_equal(rec_read(&r, NULL), EVTX_READ);
	assert_int_equal(r.x->event.n_data, 1);
	row_is(&r, 0, "", "abc<>&\"'");
}

/* What lies in an element that has elements is no text of it. */
static void test_evtx_xml__text_between_elements__is_none(void **state)
{
	auto_rec struct rec r;

	(void)state;
	rec_begin(&r);
	size_t event = bare_system(&r.m);
	size_t all = bare_open(&r.m, "UserData");
	size_t at = bare_open(&r.m, "Outer");
	mkx_literal(&r.m, "before");
	bare_leaf(&r.m, "Inner", "in");
	mkx_literal(&r.m, "after");
	mkx_element_end(&r.m, at);
	mkx_element_end(&r.m, all);
	mkx_element_end(&r.m, event);
	assert_int_equal(rec_read(&r, NULL), EVTX_READ);
	assert_int_equal(r.x->event.n_data, 1);
	row_is(&r, 0, "Inner", "in");
}

static enum evtx_read nested(size_t n)
{
	auto_rec struct rec r;
	size_t at[64];

	rec_begin(&r);
	size_t event = bare_system(&r.m);
	size_t all = bare_open(&r.m, "UserData");
	for (size_t i = 0; i < n; i++)
		at[i] = bare_open(&r.m, "e");
	for (size_t i = n; i > 0; i--)
		mkx_element_end(&r.m, at[i - 1]);
	mkx_element_end(&r.m, all);
	mkx_element_end(&r.m, event);
	return rec_read(&r, NULL);
}

static void test_evtx_xml__elements_in_each_other__are_bounded(void **state)
{
	(void)state;
	assert_int_equal(nested(EVTX_DEPTH - 2), EVTX_READ);
	assert_int_equal(nested(EVTX_DEPTH - 1), EVTX_BAD);
	assert_int_equal(nested(40), EVTX_BAD);
}

/* Templates in each other, each in the fragment of the one around it, all of them whole. */
static enum evtx_read templates(size_t n)
{
	auto_rec struct rec r;
	size_t at[16];

	rec_begin(&r);
	for (size_t i = 0; i < n; i++)
		at[i] = mkx_template(&r.m);
	size_t event = mkx_element(&r.m, "Event", false);
	mkx_put8(&r.m, 0x02);
	size_t system = mkx_element(&r.m, "System", false);
	mkx_put8(&r.m, 0x02);
	size_t id = mkx_element(&r.m, "EventID", false);
	mkx_put8(&r.m, 0x02);
	mkx_literal(&r.m, "41");
	mkx_element_end(&r.m, id);
	mkx_element_end(&r.m, system);
	mkx_element_end(&r.m, event);
	for (size_t i = n; i > 0; i--) {
		mkx_template_end(&r.m, at[i - 1]);
		mkx_put32(&r.m, 0); /* no values */
	}
	return rec_read(&r, NULL);
}

static void test_evtx_xml__templates_in_each_other__are_bounded(void **state)
{
	(void)state;
	assert_int_equal(templates(1), EVTX_READ);
	assert_int_equal(templates(EVTX_NEST), EVTX_READ);
	assert_int_equal(templates(EVTX_NEST + 1), EVTX_BAD);
}

/* An element that ends, a value, an attribute where nothing is open, and an end of what is not its
 * own. */
static void test_evtx_xml__end_of_what_was_not_begun__is_bad(void **state)
{
	static const uint8_t tokens[] = {0x02, 0x03, 0x04};

	(void)state;
	for (size_t i = 0; i < sizeof(tokens); i++) {
		auto_rec struct rec r;
		rec_begin(&r);
		mkx_put8(&r.m, tokens[i]);
		size_t event = bare_system(&r.m);
		mkx_element_end(&r.m, event);
		assert_int_equal(rec_read(&r, NULL), EVTX_BAD);
	}
	auto_rec struct rec outer; /* a template ends the element that it stands in */
	rec_begin(&outer);
	(void)bare_system(&outer.m);
	size_t whole = mkx_template(&outer.m);
	mkx_put8(&outer.m, 0x04);
	mkx_template_end(&outer.m, whole);
	mkx_put32(&outer.m, 0);
	assert_int_equal(rec_read(&outer, NULL), EVTX_BAD);
	auto_rec struct rec r;
	rec_begin(&r);
	mkx_attribute(&r.m, "Name");
	size_t event = bare_system(&r.m);
	mkx_element_end(&r.m, event);
	assert_int_equal(rec_read(&r, NULL), EVTX_BAD);
}

static void test_evtx_xml__record_that_says_too_little__is_bad(void **state)
{
	auto_rec struct rec r, s, t;
	size_t event, at;

	(void)state;
	rec_begin(&r); /* it ends before its elements do */
	(void)bare_system(&r.m);
	assert_int_equal(rec_read(&r, NULL), EVTX_BAD);
	rec_begin(&s); /* a number that is none */
	event = bare_open(&s.m, "Event");
	at = bare_open(&s.m, "System");
	bare_leaf(&s.m, "EventID", "x");
	mkx_element_end(&s.m, at);
	mkx_element_end(&s.m, event);
	assert_int_equal(rec_read(&s, NULL), EVTX_BAD);
	rec_begin(&t); /* its number outside of System */
	event = bare_open(&t.m, "Event");
	mkx_element_end(&t.m, event);
	assert_int_equal(rec_read(&t, NULL), EVTX_BAD);
}

/* Each byte of a record is the last one, and each is another one; nothing is read behind them. */
static void test_evtx_xml__ends_anywhere__nothing_behind_is_read(void **state)
{
	static const struct mkx_data data[] = {{"a", .text = "b"},
		{"c", NULL, 0x81, "d\0\0\0e\0", 6},
		{"f", NULL, 19, "\1\1\0\0\0\0\0\5\x12\0\0\0", 12}};
	static const struct win_evtx_ops all = {0};
	static struct evtx_xml x;
	struct mkx m;

	(void)state;
	mkx_new(&m, 1);
	mkx_event(
		&m, &(struct mkx_event){
			    .id = 1001, .provider = "P", .time = TIME, .data = data, .n_data = 3});
	size_t end = m.off - 4, begin = m.last + 24;
	x.ops = &all;
	for (size_t n = begin; n <= end; n++) {
		fence_up();
		auto_view struct rs_view v = copied(m.chunk, n);
		fence_down();
		evtx_chunk_begin(&x, v);
		assert_int_equal(evtx_xml_read(&x, begin, n), n < end - 4 ? EVTX_BAD : EVTX_READ);
	}
	fence_up();
	auto_view struct rs_view v = copied(m.chunk, end);
	fence_down();
	uint8_t *p = (uint8_t *)(uintptr_t)v.p;
	for (size_t i = begin; i < end; i++) {
		static const uint8_t values[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
			15, 0x41, 0x46, 0x7F, 0x81, 0x93, 0xFF};
		uint8_t was = p[i];
		for (size_t k = 0; k < sizeof(values); k++) {
			p[i] = values[k];
			evtx_chunk_begin(&x, v);
			(void)evtx_xml_read(&x, begin, end);
		}
		p[i] = was;
	}
	mkx_done(&m);
}

/* ---- records and chunks ---- */

static bool one_more(void *user, const struct win_event *e)
{
	(void)e;
	++*(unsigned *)user;
	return true;
}

static int log_read(struct mkx *m, unsigned *ret_n, struct win_evtx_info *info, struct rs_err *err)
{
	struct win_src src = bytes_src(&m->b);
	struct win_evtx_ops ops = {.user = ret_n, .event = one_more};

	*ret_n = 0;
	fence_up();
	int r = win_evtx_read(&src, &ops, NULL, info, err);
	fence_down();
	return r;
}

/* The first one, before which lie zeros. */
static void test_evtx__record_of_a_size_that_cannot_be__is_stepped_over(void **state)
{
	static const uint32_t no_size[] = {0, 4, 8, 24, 27, 0x10000, 0x7FFFFFFF, 0xFFFFFFFF};

	(void)state;
	for (size_t i = 0; i < sizeof(no_size) / sizeof(no_size[0]); i++) {
		auto_mkx struct mkx m;
		struct win_evtx_info info;
		unsigned n;
		mkx_new(&m, 1);
		uint8_t *p = mkx_raw(&m, NULL, 60) - 24;
		mkx_event(&m, &(struct mkx_event){.id = 2, .provider = "P", .time = TIME});
		for (size_t at = 4; at < 88; at += 4) /* and again behind it, wherever that is */
			rs_put_le32(p + at, no_size[i]);
		assert_int_equal(log_read(&m, &n, &info, NULL), 0);
		assert_int_equal(n, 1);
		assert_int_equal(info.bad_records, 1);
	}
}

static void test_evtx__nothing_that_can_be_read__is_no_empty_log(void **state)
{
	auto_mkx struct mkx m;
	struct win_evtx_info info;
	struct rs_err err = {0};
	unsigned n;

	(void)state;
	mkx_new(&m, 1);
	mkx_event(&m, &(struct mkx_event){.id = 1, .provider = "P", .time = TIME});
	memset(m.b.p, 0xFF, 128);
	m.b.fail_at = 2;
	assert_int_equal(log_read(&m, &n, &info, &err), RS_E_IO_READ);
	assert_string_equal(err.detail, "no chunk of the event log can be read");
	m.b.reads = 0;
	m.b.fail_at = 1;
	assert_int_equal(log_read(&m, &n, &info, NULL), RS_E_IO_READ);
	m.b.reads = 0;
	m.b.fail_at = 3; /* the chunk, after its head */
	memcpy(m.b.p, "ElfFile", 8);
	assert_int_equal(log_read(&m, &n, &info, NULL), 0);
	assert_int_equal(n, 0);
	assert_int_equal(info.bad_chunks, 1);
}

/* ---- templates that are known to be unwanted ---- */

static bool wants_41_of_q(void *user, uint32_t id, const char *provider)
{
	(void)user;
	return id == 41 && strcmp(provider, "Q") == 0;
}

/* A record of the template of the first one (0: its own is written), whose provider is a value. */
static void by_value(struct mkx *m, const char *provider, unsigned type, const void *id, size_t len)
{
	static size_t template_at;

	mkx_record(m, TIME);
	mkx_fragment(m);
	if (m->next == 1) {
		size_t whole = mkx_template(m);
		template_at = m->template_at;
		size_t event = mkx_element(m, "Event", false);
		mkx_put8(m, 0x02);
		size_t system = mkx_element(m, "System", false);
		mkx_put8(m, 0x02);
		size_t at = mkx_element(m, "Provider", true);
		mkx_attribute(m, "Name");
		mkx_value(m, 0, 1, false);
		mkx_put8(m, 0x04);
		rs_put_le32(m->chunk + at, (uint32_t)(m->off - at - 4));
		at = mkx_element(m, "EventID", false);
		mkx_put8(m, 0x02);
		mkx_value(m, 1, 6, true);
		mkx_element_end(m, at);
		mkx_element_end(m, system);
		mkx_element_end(m, event);
		mkx_template_end(m, whole);
	} else {
		mkx_put8(m, 0x0C);
		mkx_put8(m, 1);
		mkx_put32(m, 0x1234);
		mkx_put32(m, template_at);
	}
	mkx_put32(m, 2);
	mkx_put16(m, 2 * strlen(provider));
	mkx_put16(m, 1);
	mkx_put16(m, len);
	mkx_put16(m, type);
	mkx_units(m, provider);
	mkx_put(m, id, len);
	mkx_put8(m, 0x00);
	mkx_record_end(m);
}

static void read_wanted(struct mkx *m, unsigned *ret_n, struct win_evtx_info *info)
{
	struct win_src src = bytes_src(&m->b);
	struct win_evtx_ops ops = {.user = ret_n, .wants = wants_41_of_q, .event = one_more};

	*ret_n = 0;
	assert_int_equal(win_evtx_read(&src, &ops, NULL, info, NULL), 0);
}

static void test_evtx__provider_that_is_a_value__is_asked_for_each_record(void **state)
{
	auto_mkx struct mkx m;
	struct win_evtx_info info;
	unsigned n;

	(void)state;
	mkx_new(&m, 1);
	by_value(&m, "P", 6, "\x29\0", 2);
	by_value(&m, "Q", 6, "\x29\0", 2);
	by_value(&m, "P", 6, "\x29\0", 2);
	read_wanted(&m, &n, &info);
	assert_int_equal(n, 1);
	assert_int_equal(info.records, 3);
}

/* The next ones of a template that is known give their number in another way, or not at all. */
static void test_evtx__number_of_another_kind__is_looked_at(void **state)
{
	static const struct {
		uint16_t len, type;
		const char *p;
		unsigned n, bad;
	} cases[] = {{2, 6, "\x29\0", 1, 0}, {2, 6, "\x28\0", 0, 0}, {4, 1, "4\0001\0", 1, 0},
		{1, 6, "\x28", 0, 1}, {4, 8, "\x29\0\0\0", 1, 0}};

	(void)state;
	for (size_t i = 0; i <= sizeof(cases) / sizeof(cases[0]); i++) {
		auto_mkx struct mkx m;
		struct win_evtx_info info;
		unsigned n;
		mkx_new(&m, 1);
		mkx_event(&m, &(struct mkx_event){.id = 40, .provider = "Q", .time = TIME});
		mkx_record(&m, TIME);
		mkx_fragment(&m);
		mkx_put8(&m, 0x0C);
		mkx_put8(&m, 1);
		mkx_put32(&m, 0x1234);
		mkx_put32(&m, m.template_at);
		bool is_none = i == sizeof(cases) / sizeof(cases[0]);
		mkx_put32(&m, is_none ? 0 : 1);
		if (!is_none) {
			mkx_put16(&m, cases[i].len);
			mkx_put16(&m, cases[i].type);
			mkx_put(&m, cases[i].p, cases[i].len);
		}
		mkx_put8(&m, 0x00);
		mkx_record_end(&m);
		read_wanted(&m, &n, &info);
		assert_int_equal(n, is_none ? 0 : cases[i].n);
		assert_int_equal(info.bad_records, is_none ? 1 : cases[i].bad);
	}
}

/* As long as there is room for, and longer. */
static void test_evtx__provider_with_a_long_name__is_not_remembered(void **state)
{
	static const size_t lens[] = {EVTX_PLAIN_NAME - 1, EVTX_PLAIN_NAME, 20000};
	static char name[20001];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		auto_mkx struct mkx m;
		struct win_evtx_info info;
		unsigned n;
		memset(name, 'x', lens[i]);
		mkx_new(&m, 1);
		mkx_event(&m, &(struct mkx_event){.id = 40, .provider = name, .time = TIME});
		mkx_again(&m, 41, TIME);
		read_wanted(&m, &n, &info);
		assert_int_equal(n, 0);
		assert_int_equal(info.records, 2);
	}
}

static void test_evtx__record_without_a_time__has_that_of_its_event(void **state)
{
	auto_mkx struct mkx m;
	struct win_evtx_info info;
	unsigned n;

	(void)state;
	mkx_new(&m, 1);
	mkx_event(&m, &(struct mkx_event){.id = 40, .provider = "Q", .time = TIME});
	mkx_again(&m, 40, TIME + 9);
	rs_put_le64(m.chunk + m.last + 16, 0);
	read_wanted(&m, &n, &info);
	assert_true(info.oldest == TIME && info.newest == TIME + 9);
}

static void test_event__its_data__by_name_or_place(void **state)
{
	const struct win_event e = {.data = {{"a", "1"}, {"b", "2"}, {"", "3"}}, .n_data = 2};

	(void)state;
	assert_string_equal(win_event_get(&e, "b", 0), "2");
	assert_string_equal(win_event_get(&e, "c", 0), "1");
	assert_string_equal(win_event_get(&e, NULL, 1), "2");
	assert_null(win_event_get(&e, "c", 2));
	assert_null(win_event_get(&e, "", 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_evtx_value__too_short_for_its_type__is_none),
		cmocka_unit_test(test_evtx_value__longer_than_its_type__counts_as_far_as_that),
		cmocka_unit_test(test_evtx_value__sid__has_as_many_parts_as_it_says),
		cmocka_unit_test(test_evtx_value__no_room__is_cut),
		cmocka_unit_test(test_evtx_array__of_each_type__ends_where_it_ends),
		cmocka_unit_test(test_evtx_number__of_each_type__or_none),
		cmocka_unit_test(test_evtx_xml__without_a_template__is_read),
		cmocka_unit_test(test_evtx_xml__cdata_characters_and_entities__are_text),
		cmocka_unit_test(test_evtx_xml__text_between_elements__is_none),
		cmocka_unit_test(test_evtx_xml__elements_in_each_other__are_bounded),
		cmocka_unit_test(test_evtx_xml__templates_in_each_other__are_bounded),
		cmocka_unit_test(test_evtx_xml__end_of_what_was_not_begun__is_bad),
		cmocka_unit_test(test_evtx_xml__record_that_says_too_little__is_bad),
		cmocka_unit_test(test_evtx_xml__ends_anywhere__nothing_behind_is_read),
		cmocka_unit_test(test_evtx__record_of_a_size_that_cannot_be__is_stepped_over),
		cmocka_unit_test(test_evtx__nothing_that_can_be_read__is_no_empty_log),
		cmocka_unit_test(test_evtx__provider_that_is_a_value__is_asked_for_each_record),
		cmocka_unit_test(test_evtx__number_of_another_kind__is_looked_at),
		cmocka_unit_test(test_evtx__provider_with_a_long_name__is_not_remembered),
		cmocka_unit_test(test_evtx__record_without_a_time__has_that_of_its_event),
		cmocka_unit_test(test_event__its_data__by_name_or_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

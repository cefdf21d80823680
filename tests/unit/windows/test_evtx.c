/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Event logs: real ones, whose contents evtxexport has told, and made ones with what those lack. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/text.h"
#include "help_evtx.h"

#define TIME 133600000000000000ULL

struct heard {
	struct win_evtx_info info;
	struct rs_err err;
	unsigned n, seen, n_of[65536];
	uint64_t numbers[64];
	struct win_event last;
	char last_texts[WIN_EVENT_DATA_MAX][600], last_names[WIN_EVENT_DATA_MAX][64];
	char provider[120], computer[64];
	uint32_t only;	 /* the id that is wanted; 0: all */
	unsigned enough; /* 0: never */
};

static bool wants(void *user, uint32_t id, const char *provider)
{
	const struct heard *h = user;

	return (!h->only || h->only == id) && provider;
}

static void seen(void *user, uint64_t record, uint64_t time)
{
	struct heard *h = user;

	(void)record;
	(void)time;
	h->seen++;
}

static bool event(void *user, const struct win_event *e)
{
	struct heard *h = user;

	if (h->n < 64)
		h->numbers[h->n] = e->record;
	h->n++;
	h->n_of[e->id & 0xFFFF]++;
	h->last = *e;
	(void)snprintf(h->provider, sizeof(h->provider), "%s", e->provider);
	(void)snprintf(h->computer, sizeof(h->computer), "%s", e->computer);
	for (size_t i = 0; i < e->n_data; i++) {
		(void)snprintf(h->last_texts[i], sizeof(h->last_texts[i]), "%s", e->data[i].text);
		(void)snprintf(h->last_names[i], sizeof(h->last_names[i]), "%s", e->data[i].name);
	}
	return !h->enough || h->n < h->enough;
}

static int hear(struct heard *h, struct bytes *b)
{
	struct win_src src = bytes_src(b);
	struct win_evtx_ops ops = {.user = h, .wants = wants, .seen = seen, .event = event};

	return win_evtx_read(&src, &ops, NULL, &h->info, &h->err);
}

static void data_is(const struct heard *h, size_t i, const char *name, const char *text)
{
	assert_true(i < h->last.n_data);
	assert_string_equal(h->last_names[i], name);
	assert_string_equal(h->last_texts[i], text);
}

/* ---- real logs ---- */

/* the README of the fixtures, by evtxexport */
static void test_evtx__real_windows_7__has_what_evtxexport_tells(void **state)
{
	auto_bytes struct bytes b = {0};
	struct heard h = {.only = 0};
	char time[RS_TIME_LEN];

	(void)state;
	if (!fixture_load("evtx/plaso-System.evtx.xz", &b))
		skip();
	assert_int_equal(hear(&h, &b), 0);
	assert_int_equal(h.n, 5009);
	assert_int_equal(h.seen, 5009);
	assert_int_equal(h.info.records, 5009);
	assert_int_equal(h.info.bad_chunks + h.info.bad_records, 0);
	assert_false(h.info.is_dirty);
	assert_int_equal(h.n_of[7036], 3434);
	assert_int_equal(h.n_of[7040], 1018);
	assert_int_equal(h.n_of[7045], 25);
	assert_int_equal(h.n_of[41], 2);
	assert_int_equal(h.n_of[1001], 0);
	h = (struct heard){.only = 41, .enough = 1};
	assert_int_equal(hear(&h, &b), 0);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.numbers[0], 325);
	assert_string_equal(h.provider, "Microsoft-Windows-Kernel-Power");
	assert_string_equal(h.computer, "WIN-NBRJP24VCHB");
	rs_filetime_text(h.last.time, time);
	assert_memory_equal(time, "2015-08-08T18:08:30", 19);
	data_is(&h, 0, "BugcheckCode", "0");
	data_is(&h, 1, "BugcheckParameter1", "0x0");
}

static void test_evtx__real_dirty_windows_10__is_read_whole(void **state)
{
	auto_bytes struct bytes b = {0};
	struct heard h = {.only = 0};

	(void)state;
	if (!fixture_load("evtx/evtx-2-vss_7-System.evtx.xz", &b))
		skip();
	assert_int_equal(hear(&h, &b), 0);
	assert_true(h.info.is_dirty);
	assert_int_equal(h.n, 1160);
	assert_int_equal(h.n_of[7045], 19);
	assert_int_equal(h.n_of[7026], 3);
	assert_int_equal(h.n_of[41] + h.n_of[1001], 0);
}

static void test_evtx__real_services__have_their_data(void **state)
{
	auto_bytes struct bytes b = {0};
	struct heard h = {.only = 7045};

	(void)state;
	if (!fixture_load("evtx/attack-LM_Remote_Service02_7045.evtx.xz", &b))
		skip();
	assert_int_equal(hear(&h, &b), 0);
	assert_int_equal(h.n, 3);
	assert_string_equal(h.provider, "Service Control Manager");
	assert_int_equal(h.last.n_data, 5);
	assert_string_equal(h.last_names[0], "ServiceName");
	assert_string_equal(h.last_names[1], "ImagePath");
	assert_string_equal(h.last_names[4], "AccountName");
}

/* ---- made ones ---- */

static void make(struct mkx *m, const struct mkx_data *data, size_t n)
{
	mkx_new(m, 7);
	mkx_event(m, &(struct mkx_event){
			     .id = 1001, .provider = "P", .time = TIME, .data = data, .n_data = n});
}

static void test_evtx__every_type__is_written_as_windows_does(void **state)
{
	static const uint8_t sid[] = {1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0};
	static const uint8_t guid[] = {0xC8, 0xA8, 0xA6, 0xB7, 0, 0x4F, 0xD7, 0xB6, 0xA6, 0x98, 7,
		0xE2, 0xDE, 0x0F, 0x1F, 0x5D};
	static const uint8_t when[] = {0xE9, 7, 2, 0, 1, 0, 10, 0, 22, 0, 47, 0, 44, 0, 7, 0};
	static const uint8_t many[] = {'a', 0, 'b', 0, 0, 0, 0, 0, 'c', 0, 0, 0};
	static const struct mkx_data data[] = {{"s", .text = "x <y>"}, {"i8", NULL, 3, "\xFE", 1},
		{"u8", NULL, 4, "\xFE", 1}, {"i16", NULL, 5, "\xFE\xFF", 2},
		{"u16", NULL, 6, "\xFE\xFF", 2}, {"i32", NULL, 7, "\xFE\xFF\xFF\xFF", 4},
		{"u32", NULL, 8, "\xFE\xFF\xFF\xFF", 4},
		{"i64", NULL, 9, "\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8},
		{"u64", NULL, 10, "\1\0\0\0\1\0\0\0", 8}, {"f", NULL, 11, "\0\0\xC0\x3F", 4},
		{"d", NULL, 12, "\0\0\0\0\0\0\xF8\x3F", 8}, {"b", NULL, 13, "\1\0\0\0", 4},
		{"bin", NULL, 14, "\x0F\xA0", 2}, {"g", NULL, 15, guid, 16},
		{"size", NULL, 16, "\1\2\0\0", 4},
		{"t", NULL, 17, "\0\xDE\xD1\x85\xAE\x89\xDB\1", 8}, {"st", NULL, 18, when, 16},
		{"sid", NULL, 19, sid, 16}, {"h32", NULL, 20, "\5\0\7\x80", 4},
		{"h64", NULL, 21, "\x80\0\0\0\0\0\0\x80", 8}, {"ansi", NULL, 2, "ok\0x", 4},
		{"null", NULL, 0, "", 0}, {NULL, NULL, 0x81, many, 12},
		{"n", NULL, 0x88, "\1\0\0\0\2\0\0\0", 8}, {"odd", NULL, 99, "abc", 3},
		{"end", .text = "."}};
	static const char *const texts[] = {"x <y>", "-2", "254", "-2", "65534", "-2", "4294967294",
		"-2", "4294967297", "1.5", "1.5", "true", "0FA0",
		"{B7A6A8C8-4F00-B6D7-A698-07E2DE0F1F5D}", "0x201", "2025-02-28T07:01:00.000000000Z",
		"2025-02-10T22:47:44.007Z", "S-1-5-32-544", "0x80070005", "0x8000000000000080",
		"ok", "", "ab", "", "c", "1", "2", "", "."};
	auto_mkx struct mkx m;
	struct heard h = {.only = 0};

	(void)state;
	make(&m, data, sizeof(data) / sizeof(data[0]));
	assert_int_equal(hear(&h, &m.b), 0);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.last.id, 1001);
	assert_int_equal(h.last.level, 2);
	assert_int_equal(h.last.record, 7);
	assert_true(h.last.time == TIME);
	assert_string_equal(h.provider, "P");
	assert_int_equal(h.last.n_data, sizeof(texts) / sizeof(texts[0]));
	for (size_t i = 0; i < h.last.n_data; i++)
		assert_string_equal(h.last_texts[i], texts[i]);
	data_is(&h, 17, "sid", "S-1-5-32-544");
}

static void test_evtx__user_data__has_the_names_of_its_elements(void **state)
{
	static const struct mkx_data data[] = {
		{"DriverName", .text = "x.inf"}, {"None", NULL, 0, "", 0}, {"Last", .text = ""}};
	auto_mkx struct mkx m;
	struct heard h = {.only = 0};

	(void)state;
	mkx_new(&m, 1);
	mkx_event(&m, &(struct mkx_event){20001, "P", TIME, data, 3, "InstallDeviceID", true});
	assert_int_equal(hear(&h, &m.b), 0);
	assert_int_equal(
		h.last.n_data, 2); /* an optional value that is not there: nor its element */
	data_is(&h, 0, "DriverName", "x.inf");
	data_is(&h, 1, "Last", "");
}

static void test_evtx__template_of_an_earlier_record__is_used(void **state)
{
	auto_mkx struct mkx m;
	struct heard h = {.only = 0};

	(void)state;
	make(&m, NULL, 0);
	mkx_again(&m, 41, TIME + 5);
	assert_int_equal(hear(&h, &m.b), 0);
	assert_int_equal(h.n, 2);
	assert_int_equal(h.last.id, 41);
	assert_int_equal(h.last.record, 8);
	assert_string_equal(h.provider, "P");
	assert_true(h.info.oldest == TIME && h.info.newest == TIME + 5);
}

static void test_evtx__unwanted__are_counted_and_not_told(void **state)
{
	auto_mkx struct mkx m;
	struct heard h = {.only = 41};

	(void)state;
	make(&m, NULL, 0);
	mkx_again(&m, 41, TIME);
	assert_int_equal(hear(&h, &m.b), 0);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.seen, 2);
	assert_int_equal(h.info.records, 2);
}

/* What was learnt of a template from an unwanted record holds for the next ones, not for all. */
static void test_evtx__unwanted_template__is_asked_for_each_record(void **state)
{
	auto_mkx struct mkx m;
	struct heard h = {.only = 41};

	(void)state;
	make(&m, NULL, 0);
	mkx_again(&m, 40, TIME + 1);
	mkx_again(&m, 41, TIME + 2);
	mkx_again(&m, 42, TIME + 3);
	mkx_again(&m, 41, TIME + 4);
	mkx_chunk(&m);
	mkx_event(&m, &(struct mkx_event){.id = 7, .provider = "Q", .time = TIME + 5});
	mkx_again(&m, 41, TIME + 6);
	assert_int_equal(hear(&h, &m.b), 0);
	assert_int_equal(h.n, 3);
	assert_int_equal(h.n_of[41], 3);
	assert_string_equal(h.provider, "Q");
	assert_int_equal(h.seen, 7);
	assert_int_equal(h.info.records, 7);
	assert_int_equal(h.info.bad_records, 0);
	assert_true(h.info.newest == TIME + 6);
}

static void test_evtx__wrapped__comes_in_the_order_of_numbers(void **state)
{
	auto_mkx struct mkx m;
	struct heard h = {.only = 0};

	(void)state;
	mkx_new(&m, 100);
	mkx_event(&m, &(struct mkx_event){.id = 1, .provider = "P", .time = TIME});
	m.next = 50;
	mkx_chunk(&m);
	mkx_event(&m, &(struct mkx_event){.id = 2, .provider = "P", .time = TIME});
	rs_put_le64(m.chunk + 8, 999); /* the header's own number is not believed */
	assert_int_equal(hear(&h, &m.b), 0);
	assert_int_equal(h.numbers[0], 50);
	assert_int_equal(h.numbers[1], 100);
}

static void test_evtx__records_behind_the_end__count_while_they_go_on(void **state)
{
	auto_mkx struct mkx m;
	struct heard h = {.only = 0};

	(void)state;
	make(&m, NULL, 0);
	uint32_t end = rs_le32(m.chunk + 48);
	mkx_again(&m, 1, TIME);
	m.next = 3; /* of an earlier turn */
	mkx_again(&m, 2, TIME);
	rs_put_le32(m.chunk + 48, end);
	assert_int_equal(hear(&h, &m.b), 0);
	assert_int_equal(h.n, 2);
	assert_int_equal(h.numbers[1], 8);
	assert_int_equal(h.info.bad_records, 0);
}

static void test_evtx__damaged_record__is_stepped_over(void **state)
{
	auto_mkx struct mkx m;

	(void)state;
	make(&m, NULL, 0);
	size_t first = m.last;
	mkx_again(&m, 41, TIME);
	size_t at = m.last;
	mkx_again(&m, 42, TIME);
	for (size_t i = 0; i < 8; i++) {
		struct heard h = {.only = 0};
		m.chunk[at + i] ^= 0x55;
		assert_int_equal(hear(&h, &m.b), 0);
		assert_int_equal(h.n, 2);
		assert_int_equal(h.info.bad_records, 1);
		assert_int_equal(h.last.id, 42);
		m.chunk[at + i] ^= 0x55;
	}
	struct heard h = {.only = 0};
	m.chunk[first + 24] = 0x33; /* its XML, where no token is */
	assert_int_equal(hear(&h, &m.b), 0);
	assert_int_equal(h.n, 2);
	assert_int_equal(h.info.bad_records, 1);
}

static void test_evtx__damaged_chunk__is_stepped_over(void **state)
{
	auto_mkx struct mkx m;
	struct heard h = {.only = 0};

	(void)state;
	make(&m, NULL, 0);
	mkx_chunk(&m);
	mkx_event(&m, &(struct mkx_event){.id = 2, .provider = "P", .time = TIME});
	m.chunk[0] = 'x';
	mkx_chunk(&m);
	memset(m.chunk, 0, MKX_CHUNK); /* room that was never used */
	mkx_chunk(&m);
	mkx_event(&m, &(struct mkx_event){.id = 3, .provider = "P", .time = TIME});
	m.b.len -= 60000; /* and a file that was cut */
	assert_int_equal(hear(&h, &m.b), 0);
	assert_int_equal(h.info.bad_chunks, 1);
	assert_int_equal(h.n, 2);
	assert_int_equal(h.last.id, 3);
	assert_int_equal(h.info.chunks, 4);
}

static void test_evtx__read_error__costs_its_chunk(void **state)
{
	auto_mkx struct mkx m;
	struct heard h = {.only = 0};

	(void)state;
	make(&m, NULL, 0);
	mkx_chunk(&m);
	mkx_event(&m, &(struct mkx_event){.id = 2, .provider = "P", .time = TIME});
	m.b.fail_at = 2; /* the first chunk's header */
	assert_int_equal(hear(&h, &m.b), 0);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.info.bad_chunks, 1);
}

static void test_evtx__no_log__is_told(void **state)
{
	uint8_t zeros[70000] = {0};
	struct bytes b = {zeros, 0, 0, 0};
	struct heard h = {.only = 0};

	(void)state;
	assert_int_equal(hear(&h, &b), RS_E_UNSUPPORTED);
	assert_string_equal(h.err.detail, "it is empty");
	b.len = sizeof(zeros);
	assert_int_equal(hear(&h, &b), RS_E_UNSUPPORTED);
	assert_string_equal(h.err.detail, "it holds only zeros");
	zeros[5000] = 1;
	memset(zeros + 4096, 'x', 60);
	assert_int_equal(hear(&h, &b), RS_E_UNSUPPORTED);
	assert_string_equal(h.err.detail, "it is no event log");
}

static void test_evtx__damaged_header__does_not_matter(void **state)
{
	auto_mkx struct mkx m;
	struct heard h = {.only = 0};

	(void)state;
	make(&m, NULL, 0);
	memset(m.b.p, 0xFF, 128);
	assert_int_equal(hear(&h, &m.b), 0);
	assert_int_equal(h.n, 1);
	assert_string_equal(h.info.note, "its header is damaged");
}

static bool stop(void *user, const char *what, uint64_t done, uint64_t total)
{
	(void)user;
	(void)what;
	(void)done;
	(void)total;
	return false;
}

static void test_evtx__cancelled__ends(void **state)
{
	auto_mkx struct mkx m;
	struct rs_task task = {NULL, stop};
	struct win_evtx_info info;

	(void)state;
	make(&m, NULL, 0);
	struct win_src src = bytes_src(&m.b);
	struct win_evtx_ops ops = {.event = event};
	assert_int_equal(win_evtx_read(&src, &ops, &task, &info, NULL), RS_E_CANCELLED);
}

/* ---- hostile ones ---- */

static void test_evtx__template_in_itself__is_a_bad_record(void **state)
{
	/* a template whose definition is an instance of it */
	static const uint8_t self[] = {0x0F, 1, 1, 0, 0x0C, 1, 0, 0, 0, 0, 0x26, 2, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 14, 0, 0, 0, 0x0C, 1, 0, 0, 0, 0,
		0x26, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
	auto_mkx struct mkx m;
	struct heard h = {.only = 0};

	(void)state;
	mkx_new(&m, 1);
	(void)mkx_raw(&m, self, sizeof(self));
	assert_int_equal(hear(&h, &m.b), 0);
	assert_int_equal(h.n, 0);
	assert_int_equal(h.info.bad_records, 1);
}

static void test_evtx__many_values__are_cut_at_the_limit(void **state)
{
	struct mkx_data data[60];
	uint8_t many[400] = {0};
	auto_mkx struct mkx m;
	struct heard h = {.only = 0};

	(void)state;
	for (size_t i = 0; i < 60; i++)
		data[i] = (struct mkx_data){"x", .text = "y"};
	data[0] = (struct mkx_data){"x", NULL, 0x81, many, sizeof(many)};
	make(&m, data, 60);
	assert_int_equal(hear(&h, &m.b), 0);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.last.n_data, WIN_EVENT_DATA_MAX);
}

static void test_evtx__every_cut_and_every_changed_byte__is_survived(void **state)
{
	static const struct mkx_data data[] = {{"a", .text = "b"},
		{"c", NULL, 0x81, "d\0\0\0e\0", 6},
		{"f", NULL, 19, "\1\1\0\0\0\0\0\5\x12\0\0\0", 12}};
	auto_mkx struct mkx m;
	size_t end;

	(void)state;
	make(&m, data, 3);
	mkx_again(&m, 41, TIME);
	end = m.off;
	for (size_t i = 0; i < end; i++) {
		static const uint8_t values[] = {0x00, 0x0C, 0x21, 0x41, 0x7F, 0xFF};
		uint8_t was = m.chunk[i];
		for (size_t k = 0; k < sizeof(values); k++) {
			struct heard h = {.only = 0};
			m.chunk[i] = values[k];
			assert_int_equal(hear(&h, &m.b), 0);
		}
		m.chunk[i] = was;
	}
	for (size_t n = 0; n < end; n++) {
		struct heard h = {.only = 0};
		m.b.len = MKX_HEAD + n;
		(void)hear(&h, &m.b); /* it returns, and reads nothing behind the end */
		assert_true(h.n <= 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_evtx__real_windows_7__has_what_evtxexport_tells),
		cmocka_unit_test(test_evtx__real_dirty_windows_10__is_read_whole),
		cmocka_unit_test(test_evtx__real_services__have_their_data),
		cmocka_unit_test(test_evtx__every_type__is_written_as_windows_does),
		cmocka_unit_test(test_evtx__user_data__has_the_names_of_its_elements),
		cmocka_unit_test(test_evtx__template_of_an_earlier_record__is_used),
		cmocka_unit_test(test_evtx__unwanted__are_counted_and_not_told),
		cmocka_unit_test(test_evtx__unwanted_template__is_asked_for_each_record),
		cmocka_unit_test(test_evtx__wrapped__comes_in_the_order_of_numbers),
		cmocka_unit_test(test_evtx__records_behind_the_end__count_while_they_go_on),
		cmocka_unit_test(test_evtx__damaged_record__is_stepped_over),
		cmocka_unit_test(test_evtx__damaged_chunk__is_stepped_over),
		cmocka_unit_test(test_evtx__read_error__costs_its_chunk),
		cmocka_unit_test(test_evtx__no_log__is_told),
		cmocka_unit_test(test_evtx__damaged_header__does_not_matter),
		cmocka_unit_test(test_evtx__cancelled__ends),
		cmocka_unit_test(test_evtx__template_in_itself__is_a_bad_record),
		cmocka_unit_test(test_evtx__many_values__are_cut_at_the_limit),
		cmocka_unit_test(test_evtx__every_cut_and_every_changed_byte__is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

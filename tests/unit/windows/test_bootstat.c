/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootstat.dat: a real one of an ESP, and made ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/text.h"
#include "help.h"
#include "windows/traces.h"

struct got {
	size_t n_starts, n_launches, n_errors;
	uint64_t first, last;
	char launched[260], fault[260];
	uint64_t status;
	char text[64]; /* of the last */
};

static bool take(void *user, const struct win_trace *t)
{
	struct got *g = user;

	(void)snprintf(g->text, sizeof(g->text), "%s", t->text);
	if (t->kind == WIN_TRACE_START) {
		if (!g->n_starts++)
			g->first = t->time;
		g->last = t->time;
	} else if (t->kind == WIN_TRACE_LAUNCH) {
		g->n_launches++;
		(void)snprintf(g->launched, sizeof(g->launched), "%s", t->path);
	} else if (t->kind == WIN_TRACE_START_ERROR) {
		g->n_errors++;
		g->status = t->number;
		(void)snprintf(g->fault, sizeof(g->fault), "%s", t->path);
	} else {
		fail();
	}
	return true;
}

static void time_is(uint64_t time, const char *text)
{
	char is[RS_TIME_LEN];

	rs_filetime_text(time, is);
	assert_string_equal(is, text);
}

static const struct win_clock zero = {0, true};

static void test_bootstat__real_one_of_an_esp__has_its_starts(void **state)
{
	struct bytes b;
	struct got g = {0};

	(void)state;
	if (!fixture_load("registry/BOOTSTAT-winefi.DAT", &b))
		skip();
	assert_int_equal(win_bootstat_read((struct rs_view){b.p, b.len}, zero, take, &g, NULL), 0);
	assert_int_equal(g.n_starts, 23);
	assert_int_equal(g.n_launches, 24);
	time_is(g.first, "2020-09-10T17:16:45Z");
	time_is(g.last, "2020-09-22T04:35:11Z");
	/* one wake-up that came back, and Windows was started instead; the 47 records of level 3
	 * that came with good starts are none */
	assert_int_equal(g.n_errors, 1);
	assert_int_equal(g.status, 0xC0000411);
	assert_string_equal(g.fault, "\\Windows\\system32\\winresume.efi");
	assert_string_equal(g.launched, "\\Windows\\system32\\winload.efi");
	struct win_bootstat head;
	assert_false(win_bootstat_head((struct rs_view){b.p, b.len}, &head));
	bytes_done(&b);
}

/* ---- made ---- */

enum { HEADER = 0x800, LOG = 0x1000 };

struct made {
	uint8_t p[HEADER + LOG];
	uint32_t next;
};

static void made_new(struct made *m)
{
	memset(m, 0, sizeof(*m));
	rs_put_le32(m->p, 0xC0);
	m->p[10] = 0;
	m->p[11] = 1;
	m->p[48] = 3;
	rs_put_le32(m->p + HEADER, 4);
	rs_put_le32(m->p + HEADER + 4, 0x18);
	rs_put_le32(m->p + HEADER + 8, LOG);
	rs_put_le32(m->p + HEADER + 16, 0x18);
	m->next = 0x18;
	rs_put_le32(m->p + HEADER + 12, m->next);
}

static uint8_t *add(struct made *m, uint32_t level, uint32_t app, uint32_t event, uint32_t len)
{
	uint8_t *at = m->p + HEADER + m->next;

	rs_put_le32(at + 24, 40 + len);
	rs_put_le32(at + 28, level);
	rs_put_le32(at + 32, app);
	rs_put_le32(at + 36, event);
	m->next += 40 + len;
	rs_put_le32(m->p + HEADER + 12, m->next);
	return at + 40;
}

static void add_start(struct made *m, uint16_t year)
{
	static const uint16_t rest[] = {7, 2, 9, 16, 5};
	uint8_t *at = add(m, 1, 3, 1, 24);

	rs_put_le16(at, year);
	for (size_t i = 0; i < 5; i++)
		rs_put_le16(at + 2 + 2 * i, rest[i]);
}

static void put_path(uint8_t *at, const char *path)
{
	for (size_t i = 0; path[i]; i++)
		at[2 * i] = (uint8_t)path[i];
}

static struct got read_made(const struct made *m)
{
	struct got g = {0};

	assert_int_equal(win_bootstat_read((struct rs_view){m->p, sizeof(m->p)},
				 (struct win_clock){-120, true}, take, &g, NULL),
		0);
	return g;
}

static void test_bootstat__of_a_windows__has_a_header(void **state)
{
	static struct made m;
	struct win_bootstat head;

	(void)state;
	made_new(&m);
	add_start(&m, 2025);
	assert_true(win_bootstat_head((struct rs_view){m.p, sizeof(m.p)}, &head));
	assert_false(head.last_boot_succeeded);
	assert_true(head.last_shutdown_succeeded);
	assert_int_equal(head.attempts, 3);
	struct got g = read_made(&m);
	assert_int_equal(g.n_starts, 1);
	time_is(g.first, "2025-07-02T07:16:05Z"); /* local: two hours east */
	m.p[10] = 7;
	assert_false(win_bootstat_head((struct rs_view){m.p, sizeof(m.p)}, &head));
	m.p[10] = 1;
	m.p[11] = 2;
	assert_false(win_bootstat_head((struct rs_view){m.p, sizeof(m.p)}, &head));
	m.p[11] = 1;
	assert_true(win_bootstat_head((struct rs_view){m.p, sizeof(m.p)}, &head));
	static const uint32_t sizes[] = {4, 12, 63, HEADER + 1};
	for (size_t i = 0; i < 4; i++) {
		rs_put_le32(m.p, sizes[i]);
		assert_false(win_bootstat_head((struct rs_view){m.p, sizeof(m.p)}, &head));
	}
}

static void test_bootstat__a_driver_that_did_not_load__is_named(void **state)
{
	static const char path[] = "\\Windows\\System32\\drivers\\mfjrnl.sys";
	static struct made m;

	(void)state;
	made_new(&m);
	add_start(&m, 2025);
	uint8_t *at = add(&m, 3, 3, 80, 160);
	put_path(at + 48, path);
	struct got g = read_made(&m);
	assert_int_equal(g.n_errors, 0); /* without a status */
	rs_put_le32(at + 48 + 2 * sizeof(path), 0xC0000034);
	g = read_made(&m);
	assert_int_equal(g.n_errors, 1);
	assert_int_equal(g.status, 0xC0000034);
	assert_string_equal(g.fault, path);
	put_path(at + 48, "\\Windows\\System32\\drivers\\mfjrnl.bmp");
	g = read_made(&m);
	assert_int_equal(g.n_errors, 0);
}

static void test_bootstat__what_is_no_fault_of_a_driver__names_none(void **state)
{
	static const char path[] = "\\Windows\\System32\\drivers\\mfjrnl.sys";
	static struct made m;

	(void)state;
	made_new(&m);
	add_start(&m, 2025);
	uint8_t *at = add(&m, 1, 3, 80, 160); /* not of level 3 */
	put_path(at + 48, path);
	rs_put_le32(at + 48 + 2 * sizeof(path), 0xC0000034);
	at = add(&m, 3, 3, 82, 160); /* its status is none */
	put_path(at + 48, path);
	rs_put_le32(at + 48 + 2 * sizeof(path), 0xC0000000);
	(void)add(&m, 3, 3, 80, 16);
	(void)add(&m, 1, 3, 81, 16);
	assert_int_equal(read_made(&m).n_errors, 0);
	(void)add(&m, 3, 3, 81, 16);
	struct got g = read_made(&m);
	assert_int_equal(g.n_errors, 1);
	assert_int_equal(g.status, 81);
	assert_string_equal(g.text, "an error");
}

/* Where a path begins and ends among other bytes. */
static void test_bootstat__program_that_came_back__is_named_with_its_status(void **state)
{
	static const char path[] = "\\EFI\\winload.efi";
	static const uint32_t launches[] = {17, 49};
	static struct made m;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		made_new(&m);
		add_start(&m, 2025);
		assert_string_equal(read_made(&m).text, "the loader began");
		uint8_t *at = add(&m, 1, 3, launches[i], 160);
		put_path(at, "Windows: \\a"); /* no path yet */
		put_path(at + 40, path);
		rs_put_le16(at + 40 + 2 * strlen(path), i ? 0x7F : 0x141);
		struct got g = read_made(&m);
		assert_int_equal(g.n_launches, 1);
		assert_string_equal(g.launched, path);
		at = add(&m, 1, 3, 18, 24);
		rs_put_le32(at + 16, 0xC0000411);
		g = read_made(&m);
		assert_int_equal(g.n_errors, 1);
		assert_int_equal(g.status, 0xC0000411);
		assert_string_equal(g.fault, path);
		(void)add(&m, 1, 3, launches[i], 16); /* of no program */
		assert_int_equal(read_made(&m).n_launches, 1);
	}
	made_new(&m);
	(void)add(&m, 1, 1, 1, 24);
	assert_string_equal(read_made(&m).text, "the boot manager began");
}

static void test_bootstat__log_alone__ends_where_it_says(void **state)
{
	static struct made m;
	struct got g = {0};

	(void)state;
	made_new(&m);
	add_start(&m, 2023);
	uint32_t next = m.next;
	add_start(&m, 2024);
	(void)win_bootstat_read((struct rs_view){m.p + HEADER, LOG}, zero, take, &g, NULL);
	assert_int_equal(g.n_starts, 2);
	rs_put_le32(m.p + HEADER + 16, 0); /* no first one: from the beginning */
	assert_int_equal(read_made(&m).n_starts, 2);
	rs_put_le32(m.p + HEADER + 12, next); /* behind it lies one of an earlier turn */
	assert_int_equal(read_made(&m).n_starts, 1);
	rs_put_le32(m.p + HEADER + 12, LOG);
	rs_put_le32(m.p + HEADER + 8, next);
	assert_int_equal(read_made(&m).n_starts, 1);
	rs_put_le32(m.p + HEADER + 8, LOG);
	rs_put_le32(m.p + HEADER + 4, 16); /* a first record in the log's own head */
	rs_put_le32(m.p + HEADER + 16 + 24, 64);
	rs_put_le32(m.p + HEADER + 16 + 36, 1);
	assert_int_equal(read_made(&m).n_starts, 0);
}

static void test_bootstat__ring_that_turned__begins_with_the_oldest(void **state)
{
	static struct made m;

	(void)state;
	made_new(&m);
	add_start(&m, 2025);
	uint32_t end = m.next;
	m.next = 0x800;
	add_start(&m, 2023);
	add_start(&m, 2024);
	rs_put_le32(m.p + HEADER + 12, end);
	rs_put_le32(m.p + HEADER + 16, 0x800);
	struct got g = read_made(&m);
	assert_int_equal(g.n_starts, 3);
	time_is(g.first, "2023-07-02T07:16:05Z");
	time_is(g.last, "2025-07-02T07:16:05Z");
}

static void test_bootstat__sizes_that_cannot_be__end_it(void **state)
{
	static const uint32_t sizes[] = {0, 39, 0xFFFFFFFF, LOG + 1};
	static struct made m;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		made_new(&m);
		add_start(&m, 2025);
		add_start(&m, 2025);
		rs_put_le32(m.p + HEADER + 0x18 + 64 + 24, sizes[i]);
		assert_int_equal(read_made(&m).n_starts, 1);
	}
	made_new(&m);
	add_start(&m, 2025);
	rs_put_le32(m.p + HEADER, 5); /* another version */
	assert_int_equal(read_made(&m).n_starts, 0);
}

static void read_fenced(const uint8_t *from, size_t n)
{
	struct got g = {0};
	struct win_bootstat head;
	uint8_t *p = fence_copy(from, n);

	(void)win_bootstat_read((struct rs_view){p, n}, zero, take, &g, NULL);
	(void)win_bootstat_head((struct rs_view){p, n}, &head);
	free(p);
}

static void test_bootstat__cut_anywhere_and_any_size__reads_nothing_behind(void **state)
{
	static const uint32_t extremes[] = {
		0, 1, 3, 19, 20, 39, 40, 41, LOG - 1, LOG, LOG + 1, 0x7FFFFFFF, 0xFFFFFFFF};
	static struct made m;

	(void)state;
	made_new(&m);
	add_start(&m, 2025);
	put_path(add(&m, 1, 3, 17, 64), "\\Windows\\x.sys");
	uint8_t *at = add(&m, 3, 3, 80, 160);
	put_path(at + 48, "\\Windows\\System32\\drivers\\mfjrnl.sys");
	(void)add(&m, 1, 3, 18, 8);
	put_path(add(&m, 1, 3, 17, 30), "\\Windows\\to.end"); /* and nothing behind */
	size_t end = HEADER + m.next;
	for (size_t n = 0; n <= end; n += n < 64 || n + 1 >= HEADER ? 1 : 97) {
		read_fenced(m.p, n);
		if (n > HEADER) { /* the log alone, which says less than it has */
			rs_put_le32(m.p + HEADER + 8, (uint32_t)(n - HEADER));
			read_fenced(m.p + HEADER, end - HEADER);
			rs_put_le32(m.p + HEADER + 8, LOG);
			read_fenced(m.p + HEADER, n - HEADER);
		}
	}
	for (size_t off = HEADER; off < end; off += 4)
		for (size_t i = 0; i < sizeof(extremes) / sizeof(extremes[0]); i++) {
			uint32_t was = rs_le32(m.p + off);
			rs_put_le32(m.p + off, extremes[i]);
			read_fenced(m.p, end);
			rs_put_le32(m.p + off, was);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bootstat__real_one_of_an_esp__has_its_starts),
		cmocka_unit_test(test_bootstat__of_a_windows__has_a_header),
		cmocka_unit_test(test_bootstat__a_driver_that_did_not_load__is_named),
		cmocka_unit_test(test_bootstat__what_is_no_fault_of_a_driver__names_none),
		cmocka_unit_test(test_bootstat__program_that_came_back__is_named_with_its_status),
		cmocka_unit_test(test_bootstat__log_alone__ends_where_it_says),
		cmocka_unit_test(test_bootstat__ring_that_turned__begins_with_the_oldest),
		cmocka_unit_test(test_bootstat__sizes_that_cannot_be__end_it),
		cmocka_unit_test(test_bootstat__cut_anywhere_and_any_size__reads_nothing_behind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whoever writes a report, with each allocation failing once: the whole of it is there, or it is
 * said that there is no memory; never half of one, and never an end by a signal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../engine/rig.h"
#include "said.h"
#include "ui/ui.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAS_OWN_HEAP 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_OWN_HEAP 1
#endif
#endif
#ifndef HAS_OWN_HEAP
#define HAS_OWN_HEAP 0
#endif

static uint64_t fail_at, n_allocations; /* 0: not counted */

#if !HAS_OWN_HEAP
static bool fails(void)
{
	if (!fail_at || ++n_allocations != fail_at)
		return false;
	errno = ENOMEM;
	return true;
}

/* Those of the whole process, libraries and all. NOLINTBEGIN: the C library's own names */
void *__libc_malloc(size_t len);
void *__libc_calloc(size_t n, size_t len);
void *__libc_realloc(void *p, size_t len);

void *malloc(size_t len)
{
	return fails() ? NULL : __libc_malloc(len);
}

void *calloc(size_t n, size_t len)
{
	return fails() ? NULL : __libc_calloc(n, len);
}

void *realloc(void *p, size_t len)
{
	return fails() ? NULL : __libc_realloc(p, len);
}
/* NOLINTEND */
#endif

static struct rig rig;
static char report_path[128];
static struct rs_report *report; /* of a scan with something in it */
static char *whole;		 /* its JSON */

static int setup(void **state)
{
	size_t len;

	(void)state;
	rig_begin(&rig);
	uint8_t *bytes = rig_windows(RIG_HAS_BAD, &len);
	rig_add_take(&rig, bytes, len);
	const struct rs_target target = {.disks = rig.disks, .n_disks = 1};
	struct rs_session *s = rig_session(&rig);
	assert_int_equal(rs_repair_all(s, RS_SCAN, &target, NULL, &report), 0);
	rs_session_free(s);
	whole = strdup(rs_report_json(report));
	assert_non_null(whole);
	(void)snprintf(report_path, sizeof(report_path), "%s/report.json", rig.dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(whole);
	rs_report_free(report);
	rig_done(&rig);
	return 0;
}

static void put(void *user, const char *line)
{
	(void)line;
	++*(unsigned *)user;
}

static unsigned count_lines(const char *text)
{
	unsigned n = 0;

	while ((text = strchr(text, '\n')) != NULL) {
		text++;
		n++;
	}
	return n;
}

/* A string that could not be looked through for keys is left out; no member may be missing. */
static bool is_whole(const char *json)
{
	struct json_object *o = json_tokener_parse(json);
	const bool ret = o && count_lines(json) == count_lines(whole);

	json_object_put(o);
	return ret;
}

/* The child's memory is its own, so each starts with the report as it was. */
static int render(void *user)
{
	fail_at = *(const uint64_t *)user;
	n_allocations = 0;
	const char *json = rs_report_json(report);
	const bool is_hit = fail_at && n_allocations >= fail_at;
	fail_at = 0;
	if (json ? !is_whole(json) : !is_hit)
		return 1;
	return is_hit ? 0 : 77;
}

static int render_text(void *user)
{
	unsigned n = 0;

	fail_at = *(const uint64_t *)user;
	n_allocations = 0;
	rs_report_text(report, put, &n);
	const bool is_hit = n_allocations >= fail_at;
	fail_at = 0;
	return is_hit ? 0 : 77;
}

static void every_allocation(int (*fn)(void *user))
{
	uint64_t at = 1;

	if (HAS_OWN_HEAP)
		skip();
	for (bool is_over = false; !is_over; at += at / 40 + 1) {
		struct said s = {0};
		said_call(&s, fn, &at);
		is_over = s.status == 77; /* that many are not asked for */
		if (s.status != 0 && !is_over)
			fail_msg("allocation %llu: ended with %d: %s%s", (unsigned long long)at,
				s.status, s.out, s.err);
		said_done(&s);
	}
	assert_true(at > 3);
}

static void test_json__each_allocation_fails__whole_or_none(void **state)
{
	(void)state;
	every_allocation(render);
}

static void test_text__each_allocation_fails__goes_on(void **state)
{
	(void)state;
	every_allocation(render_text);
}

/* ---- the front end ---- */

struct show {
	uint64_t at;
	bool is_json, has_file;
};

/* The end of a command. */
static int show(void *user)
{
	const struct show *how = user;
	struct ui ui = {.opt = {.report = how->has_file ? report_path : NULL,
				.flags = how->is_json ? 1ULL << OPT_JSON : 0}};
	struct rs_err err = {0};

	if (report_file_open(&ui, &err) < 0)
		return 98;
	fail_at = how->at;
	n_allocations = 0;
	const int status = ui_show_report_take(&ui, report);
	const bool is_hit = n_allocations >= fail_at;
	fail_at = 0;
	return is_hit ? status : 77;
}

static void check_shown(const struct show *how, const struct said *s)
{
	if (s->status != 3 && s->status != 1 && s->status != 77)
		fail_msg("allocation %llu: ended with %d: %s%s", (unsigned long long)how->at,
			s->status, s->out, s->err);
	if (how->is_json && !is_whole(s->out) &&
		(s->out[0] || !strstr(s->err, "not enough memory")))
		fail_msg("allocation %llu: '%s', %s", (unsigned long long)how->at, s->out, s->err);
	if (how->has_file && access(report_path, F_OK) == 0)
		assert_int_equal(unlink(report_path), 0);
	else if (how->has_file)
		assert_non_null(strstr(s->err, "not enough memory"));
}

static void every_show(struct show how)
{
	struct said s = {0};

	if (HAS_OWN_HEAP)
		skip();
	for (how.at = 1; how.at < 20000; how.at += how.at / 30 + 1) {
		said_call(&s, show, &how);
		check_shown(&how, &s);
		const bool is_over = s.status == 77;
		said_done(&s);
		if (is_over)
			return;
	}
}

static void test_show__each_allocation_fails__whole_or_said(void **state)
{
	(void)state;
	every_show((struct show){.is_json = true});
	every_show((struct show){.is_json = true, .has_file = true});
	every_show((struct show){.has_file = true});
}

/* ---- a report that cannot be rendered at all ---- */

static bool is_none;

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names */
const char *__real_rs_report_json(struct rs_report *r);
const char *__wrap_rs_report_json(struct rs_report *r);

const char *__wrap_rs_report_json(struct rs_report *r)
{
	return is_none ? NULL : __real_rs_report_json(r);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static void test_show__no_json__said_and_no_file(void **state)
{
	struct show how = {.at = 0, .is_json = true, .has_file = true};
	struct said s;

	(void)state;
	is_none = true;
	said_call(&s, show, &how);
	is_none = false;
	said_expect(&s, 3, "", "not enough memory");
	assert_string_equal(s.out, "");
	assert_int_not_equal(access(report_path, F_OK), 0);
	said_done(&s);
}

static int list_nothing(void *user)
{
	struct ui ui = {.opt = {.flags = 1ULL << OPT_JSON, .command = command_find("ls")}};
	struct rs_err err = {0};

	(void)user;
	is_none = true;
	ui_begin_take(&ui, report);
	return ui_end(&ui, "listed", &err);
}

static void test_listing__no_json__said(void **state)
{
	struct said s;

	(void)state;
	said_call(&s, list_nothing, NULL);
	said_expect(&s, 1, "", "not enough memory");
	assert_string_equal(s.out, "");
	said_done(&s);
}

/* A report that the front end begins and ends itself, with an entry. */
static int list_one(void *user)
{
	const struct rs_node node = {.name = "a", .path = "\\a", .size_bytes = 1};
	struct ui ui = {.opt = {.flags = 1ULL << OPT_JSON, .command = command_find("ls")}};
	struct rs_err err = {0};

	fail_at = *(const uint64_t *)user;
	n_allocations = 0;
	ui_begin_take(&ui, NULL);
	ui_entry(&ui, &node, NULL);
	const int status = ui_end(&ui, "listed", &err);
	const bool is_hit = n_allocations >= fail_at;
	fail_at = 0;
	return is_hit ? status : 77;
}

static void test_listing__each_allocation_fails__whole_or_said(void **state)
{
	struct said s;
	bool is_over = HAS_OWN_HEAP;

	(void)state;
	for (uint64_t at = 1; !is_over; at++) {
		said_call(&s, list_one, &at);
		is_over = s.status == 77;
		struct json_object *o = json_tokener_parse(s.out);
		if (!strstr(s.err, "not enough memory") && !o)
			fail_msg("allocation %llu: '%s', %s", (unsigned long long)at, s.out, s.err);
		json_object_put(o);
		said_done(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json__each_allocation_fails__whole_or_none),
		cmocka_unit_test(test_text__each_allocation_fails__goes_on),
		cmocka_unit_test(test_show__each_allocation_fails__whole_or_said),
		cmocka_unit_test(test_show__no_json__said_and_no_file),
		cmocka_unit_test(test_listing__no_json__said),
		cmocka_unit_test(test_listing__each_allocation_fails__whole_or_said),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

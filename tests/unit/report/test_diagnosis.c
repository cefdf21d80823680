/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A diagnosis from judge/ to the report: as JSON, as text, as a picture; whatever a disk says in
 * it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "core/cleanup.h"
#include "core/text.h"
#include "report/render.h"
#include "report/report.h"

#define FILE_PATH "\\Windows\\System32\\drivers\\tnd\\c.dat"
#define T0	  133500000000000000ULL /* 2024-01-18T21:20:00Z */
#define HOUR	  36000000000ULL

static struct rs_report *report;
static char out[1 << 20];

static int begin(void **state)
{
	(void)state;
	return report_new("diagnose", &report, NULL);
}

static int end(void **state)
{
	(void)state;
	report_free(report);
	return 0;
}

/* As verdict.c makes one. */
static struct diagnosis *made(enum diag_kind kind, enum diag_certainty certainty, size_t n_moments)
{
	struct diagnosis *d = calloc(1, sizeof(*d));

	d->evidence = calloc(1, sizeof(*d->evidence));
	d->windows = ev_text(d->evidence, "\\Windows");
	d->kind = kind;
	d->certainty = certainty;
	d->text = ev_text(d->evidence, "the content file of Tnd is at fault");
	d->timeline = calloc(n_moments ? n_moments : 1, sizeof(*d->timeline));
	for (size_t i = 0; i < n_moments; i++)
		d->timeline[d->n_timeline++] = (struct diag_moment){.time = T0 + i * HOUR,
			.what = EV_CRASH,
			.source = EV_EVENT_LOG,
			.text = ev_text(d->evidence, "moment %zu", i),
			.path = "",
			.where = "System.evtx, record 7",
			.is_key = i == 0};
	d->last_good = T0;
	d->first_crash = T0 + HOUR;
	d->last_crash = T0 + 3 * HOUR;
	d->n_crashes = 3;
	return d;
}

static void blame(struct diagnosis *d, const char *path)
{
	struct diag_candidate *c = calloc(1, sizeof(*c));

	d->candidates = c;
	d->n_candidates = 1;
	*c = (struct diag_candidate){.path = ev_text(d->evidence, "%s", path),
		.service = "tnd",
		.product = "Tnd Inc.",
		.score = 85,
		.why = calloc(1, sizeof(*c->why)),
		.n_why = 1};
	c->why[0] = (struct diag_why){"in-dump-at-fault", 40,
		ev_text(d->evidence, "the newest dump blames it"), EV_DUMP, T0 + HOUR,
		"\\Windows\\Minidump\\1.dmp"};
}

static void propose(struct diagnosis *d, enum diag_action action, const char *path, bool can)
{
	d->proposals = calloc(1, sizeof(*d->proposals));
	d->n_proposals = 1;
	d->proposals[0] = (struct diag_proposal){.action = action,
		.path = ev_text(d->evidence, "%s", path),
		.service = "",
		.from = "",
		.text = ev_text(d->evidence, "move the content file away"),
		.can = can};
}

static void contradict(struct diagnosis *d, const char *text)
{
	d->contradictions = calloc(1, sizeof(char *));
	d->contradictions[d->n_contradictions++] = ev_text(d->evidence, "%s", text);
}

/* The report takes copies: nothing of @d is there when it is rendered. */
static void tell_take(struct diagnosis *d, unsigned volume)
{
	struct diagnosis **list = malloc(sizeof(struct diagnosis *));
	const struct judge_result j = {.diagnoses = list, .n_diagnoses = 1};

	list[0] = d;
	report_diagnosed(report, &j, volume);
	diagnosis_free(d);
	free(list);
}

static struct json_object *json_new(void)
{
	FILE *f = fmemopen(out, sizeof(out), "w");

	assert_int_equal(report_write_json(report, f), 0);
	(void)fclose(f);
	struct json_object *ret = json_tokener_parse(out);
	assert_non_null(ret);
	return ret;
}

static struct json_object *at(struct json_object *o, const char *pointer)
{
	struct json_object *ret = NULL;

	return json_pointer_get(o, pointer, &ret) == 0 ? ret : NULL;
}

#define expect(o, pointer, text) assert_string_equal(json_object_get_string(at(o, pointer)), text)

static void put(void *user, const char *line)
{
	size_t len = strlen(out);

	(void)user;
	(void)snprintf(out + len, sizeof(out) - len, "%s\n", line);
}

static const char *as_text(void)
{
	out[0] = '\0';
	report_text(&report->run, put, NULL);
	return out;
}

static const char *as_picture(void)
{
	FILE *f = fmemopen(out, sizeof(out), "w");

	assert_true(report_svg(&report->run, 0, f));
	(void)fclose(f);
	return out;
}

static void test_json__a_bad_file__every_member(void **state)
{
	struct diagnosis *d = made(DIAG_BAD_FILE, DIAG_C_LIKELY, 2);

	(void)state;
	blame(d, FILE_PATH);
	propose(d, DIAG_MOVE, FILE_PATH, true);
	contradict(d, "the clock was set");
	assert_true(ev_miss(d->evidence, EV_DUMP, "\\Windows\\MEMORY.DMP", "not there"));
	tell_take(d, 3);
	struct json_object *o = json_new();
	expect(o, "/diagnosis/volume", "3");
	expect(o, "/diagnosis/windows", "\\Windows");
	expect(o, "/diagnosis/kind", "bad-file");
	expect(o, "/diagnosis/certainty", "likely");
	expect(o, "/diagnosis/candidates/0/path", FILE_PATH);
	expect(o, "/diagnosis/candidates/0/score", "85");
	expect(o, "/diagnosis/candidates/0/why/0/weight", "in-dump-at-fault");
	expect(o, "/diagnosis/candidates/0/why/0/points", "40");
	expect(o, "/diagnosis/candidates/0/why/0/source", "dump");
	expect(o, "/diagnosis/candidates/0/why/0/time", "2024-01-17T22:20:00Z");
	expect(o, "/diagnosis/proposal/0/action", "move");
	expect(o, "/diagnosis/proposal/0/can", "true");
	expect(o, "/diagnosis/contradictions/0", "the clock was set");
	expect(o, "/diagnosis/crashes", "3");
	expect(o, "/diagnosis/timeline/0/what", "crash");
	expect(o, "/diagnosis/timeline/0/key", "true");
	assert_null(at(o, "/diagnosis/timeline/1/key"));
	expect(o, "/diagnosis/missing/0/source", "dump");
	expect(o, "/diagnosis/missing/0/why", "not there");
	assert_null(at(o, "/diagnosis/changes"));
	assert_null(at(o, "/diagnoses"));
	json_object_put(o);
}

static void test_json__none_made__no_member(void **state)
{
	(void)state;
	struct json_object *o = json_new();
	assert_null(at(o, "/diagnosis"));
	json_object_put(o);
}

static void test_json__several_windows__the_worst_and_all(void **state)
{
	(void)state;
	tell_take(made(DIAG_NONE, DIAG_C_SURE, 0), 1);
	tell_take(made(DIAG_HARDWARE, DIAG_C_SURE, 0), 2);
	tell_take(made(DIAG_BAD_FILE, DIAG_C_LIKELY, 0), 3);
	tell_take(made(DIAG_UNSURE, DIAG_C_UNSURE, 0), 4);
	struct json_object *o = json_new();
	expect(o, "/diagnosis/kind", "hardware");
	assert_int_equal(json_object_array_length(at(o, "/diagnoses")), 4);
	json_object_put(o);
}

static void test_wrong__only_what_is_no_guess(void **state)
{
	static const struct {
		enum diag_kind kind;
		enum diag_certainty certainty;
		bool is_wrong;
	} all[] = {{DIAG_BAD_FILE, DIAG_C_LIKELY, true}, {DIAG_BAD_FILE, DIAG_C_UNSURE, false},
		{DIAG_HARDWARE, DIAG_C_SURE, true}, {DIAG_NO_DRIVER, DIAG_C_SURE, false},
		{DIAG_NONE, DIAG_C_SURE, false}, {DIAG_UNSURE, DIAG_C_LIKELY, false}};

	(void)state;
	assert_false(run_is_wrong(NULL));
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const struct run_diagnosis d = {
			.d = {.kind = all[i].kind, .certainty = all[i].certainty}};
		assert_int_equal(run_is_wrong(&d), all[i].is_wrong);
	}
}

/* A log of years: what is kept is bounded, and what the verdict rests on is among it. */
static void test_timeline__too_long__keys_and_the_newest_stay(void **state)
{
	struct diagnosis *d = made(DIAG_BAD_FILE, DIAG_C_LIKELY, 5 * RUN_MOMENTS_MAX);

	(void)state;
	d->timeline[7].is_key = true;
	tell_take(d, 1);
	struct json_object *o = json_new();
	assert_int_equal(json_object_array_length(at(o, "/diagnosis/timeline")), RUN_MOMENTS_MAX);
	expect(o, "/diagnosis/timeline/0/text", "moment 0");
	expect(o, "/diagnosis/timeline/1/text", "moment 7");
	expect(o, "/diagnosis/timeline/299/text", "moment 1499");
	expect(o, "/diagnosis/left_out", "1200");
	json_object_put(o);
	assert_non_null(strstr(as_text(), "and 286 more, in the JSON report"));
}

static void test_since__files_that_changed_from_then_on(void **state)
{
	struct diagnosis *d = made(DIAG_NONE, DIAG_C_SURE, 0);

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct ev_item *e = ev_add(
			d->evidence, i == 3 ? EV_CRASH : EV_FILE_NEW, EV_FILE, T0 + i * HOUR);
		e->path = i == 2 ? "" : "\\Windows\\System32\\drivers\\new.sys";
	}
	report->run.since_filetime = T0 + HOUR;
	tell_take(d, 1);
	struct json_object *o = json_new();
	expect(o, "/since", "2024-01-17T22:20:00Z");
	assert_int_equal(json_object_array_length(at(o, "/diagnosis/changes")), 1);
	expect(o, "/diagnosis/changes/0/what", "file-new");
	json_object_put(o);
	assert_non_null(strstr(as_text(), "  Changed since 2024-01-17T22:20:00Z: 1 file\n"
					  "    2024-01-17T22:20:00Z  new: "
					  "\\Windows\\System32\\drivers\\new.sys\n"));
}

static void test_text__a_bad_file__as_a_colleague_tells_it(void **state)
{
	struct diagnosis *d = made(DIAG_BAD_FILE, DIAG_C_LIKELY, 1);

	(void)state;
	blame(d, FILE_PATH);
	propose(d, DIAG_DISABLE, "", false);
	contradict(d, "the clock was set");
	assert_true(ev_miss(d->evidence, EV_DUMP, "\\Windows\\MEMORY.DMP", "not there"));
	tell_take(d, 3);
	assert_string_equal(as_text(),
		"\n"
		"Diagnosis: a bad file is there, on volume 3\n"
		"  Verdict:   the content file of Tnd is at fault\n"
		"  How sure:  likely, a person decides\n"
		"  At fault:  \\Windows\\System32\\drivers\\tnd\\c.dat, service tnd, Tnd Inc.: 85\n"
		"             points\n"
		"      +40 the newest dump blames it (2024-01-17T22:20:00Z,\n"
		"          \\Windows\\Minidump\\1.dmp)\n"
		"  Proposed:  move the content file away\n"
		"             this program does not do that: a person has to\n"
		"  Against:   the clock was set\n"
		"  Timeline (* what the verdict rests on):\n"
		"  * 2024-01-17T21:20:00Z  moment 0\n"
		"  Not seen:  \\Windows\\MEMORY.DMP: not there\n");
}

/* What is missing is not at fault, and where nothing is proposed nobody decides. */
static void test_text__taken_away__missing_and_no_more_sure_than_it_is(void **state)
{
	struct diagnosis *d = made(DIAG_FILE_REMOVED, DIAG_C_SURE, 0);

	(void)state;
	blame(d, FILE_PATH);
	d->candidates[0].why[0].where = FILE_PATH;
	tell_take(d, 3);
	assert_non_null(strstr(as_text(), "  How sure:  sure\n"));
	assert_non_null(strstr(out, "  Missing:   \\Windows\\"));
	assert_non_null(strstr(out, "blames it (2024-01-17T22:20:00Z)\n"));
	assert_null(strstr(out, "At fault"));
}

static void test_text__its_own_text_says_that_it_is_not_done__once(void **state)
{
	struct diagnosis *d = made(DIAG_FILE_REMOVED, DIAG_C_SURE, 0);

	(void)state;
	propose(d, DIAG_RESTORE, FILE_PATH, false);
	d->proposals[0].text = "Put it back. This program does not do that yet.";
	tell_take(d, 3);
	assert_non_null(strstr(as_text(), "This program does not do that yet."));
	assert_null(strstr(out, "a person has to"));
}

static void test_text__two_sources_of_one_thing__told_once(void **state)
{
	struct diagnosis *d = made(DIAG_BAD_FILE, DIAG_C_LIKELY, 4);

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		d->timeline[i].time = T0;
		d->timeline[i].what = EV_FILE_NEW;
		d->timeline[i].path = i == 2 ? "\\b.sys" : "\\a.sys";
	}
	d->timeline[3].what = EV_FILE_GONE;
	tell_take(d, 3);
	assert_non_null(strstr(as_text(), "moment 0"));
	assert_null(strstr(out, "moment 1"));
	assert_non_null(strstr(out, "moment 2"));
	assert_non_null(strstr(out, "moment 3"));
}

/* What the plan refuses is told, and not how to do it: of the file, of its volume, of all. */
static void test_proposal__refused__said_instead(void **state)
{
	static char path[] = FILE_PATH, why[] = "the evidence; not moved: it is protected",
		    refused[] = "it is protected";
	struct run_item item = {
		.volume = 3, .item = {.number = 1, .path = path, .why = why, .refused = refused}};
	struct run_left left = {3, {.code = RS_E_PENDING, .detail = "an upgrade"}};
	struct diagnosis *d = made(DIAG_BAD_FILE, DIAG_C_LIKELY, 1);
	struct rs_run *run = &report->run;
	struct json_object *o;

	(void)state;
	blame(d, FILE_PATH);
	propose(d, DIAG_MOVE, FILE_PATH, true);
	tell_take(d, 3);
	assert_non_null(strstr(as_text(), "  Proposed:  move the content file away\n"));
	run->is_planned = true;
	run->plan = &item;
	run->n_plan = 1;
	item.item.action = PLAN_ASK;
	assert_non_null(strstr(as_text(), "  Proposed:  move the content file away\n"));
	item.item.action = PLAN_REPORT;
	item.item.is_spared = true;
	assert_null(strstr(as_text(), "Proposed:"));
	assert_non_null(strstr(out, "  Refused:   " FILE_PATH " is not moved: it is protected\n"));
	assert_non_null(strstr(as_picture(), ">Refused: it is protected<"));
	o = json_new();
	expect(o, "/diagnosis/proposal/0/can", "false");
	expect(o, "/diagnosis/proposal/0/refused", "it is protected");
	expect(o, "/plan/0/refused", "it is protected");
	json_object_put(o);
	/* its volume stays as it is */
	item.item.is_spared = false;
	run->left = &left;
	run->n_left = 1;
	assert_non_null(strstr(as_text(), "an upgrade\n"));
	assert_null(strstr(out, "Proposed:"));
	left.volume = 4;
	assert_non_null(strstr(as_text(), "Proposed:"));
	/* all of it is refused */
	run->n_left = 0;
	run->err = left.err;
	assert_null(strstr(as_text(), "Proposed:"));
	run->is_acted = true; /* then something else went wrong */
	assert_non_null(strstr(as_text(), "Proposed:"));
	/* the plan does not have it */
	run->err.code = 0;
	run->n_plan = 0;
	assert_null(strstr(as_text(), "Proposed:"));
	assert_non_null(strstr(out, "Refused:"));
	run->n_actions = 0;
}

/* All that speaks against a file stands at it, for who is asked. */
static void test_plan__against__all_of_it(void **state)
{
	static char path[] = FILE_PATH, one[] = "it belongs to a security product",
		    two[] = "Safe Mode loads it, too";
	char *against[] = {one, two};
	struct run_item item = {.volume = 3,
		.item = {.number = 1,
			.action = PLAN_ASK,
			.path = path,
			.against = against,
			.n_against = 2}};
	struct json_object *o;

	(void)state;
	report->run.is_planned = true;
	report->run.plan = &item;
	report->run.n_plan = 1;
	assert_non_null(strstr(as_text(), "      Against: it belongs to a security product\n"
					  "      Against: Safe Mode loads it, too\n"));
	o = json_new();
	expect(o, "/plan/0/against/0", one);
	expect(o, "/plan/0/against/1", two);
	json_object_put(o);
}

static void test_text__named_by_a_person__what_speaks_against_it(void **state)
{
	struct diagnosis *d = made(DIAG_BAD_FILE, DIAG_C_LIKELY, 0);
	static char named[] = FILE_PATH, other[] = "\\other.sys";
	struct finding files[2] = {{.path = named}, {.path = other}};
	const struct run_finding f = {
		.volume = 3, .windows = "\\Windows", .files = files, .n_files = 2};
	struct printer p = {put, NULL, NULL};

	(void)state;
	blame(d, FILE_PATH);
	d->candidates[0].why[0].points = -20;
	tell_take(d, 3);
	out[0] = '\0';
	text_named(&p, &report->run, &f);
	assert_string_equal(out, "  File:     " FILE_PATH "\n"
				 "  Against:  the newest dump blames it\n"
				 "  File:     \\other.sys\n"
				 "  Against:  the evidence points to another file:\n"
				 "            " FILE_PATH "\n");
}

#define HOSTILE "</text><script>alert(1)</script>\x1b[2J\xE2\x80\xAE&\"'\xEF\xBF\xBF\xff"

/* A path is whatever had the disk before. */
static void test_hostile_names__nothing_of_them_acts(void **state)
{
	struct diagnosis *d = made(DIAG_BAD_FILE, DIAG_C_SURE, 1);

	(void)state;
	blame(d, "\\" HOSTILE);
	d->timeline[0].text = ev_text(d->evidence, "%s came", HOSTILE);
	d->text = ev_text(d->evidence, "%s is at fault", HOSTILE);
	propose(d, DIAG_MOVE, "\\" HOSTILE, true);
	tell_take(d, 1);
	json_object_put(json_new());
	assert_null(strchr(out, '\x1b'));
	(void)as_text();
	assert_null(strchr(out, '\x1b'));
	assert_null(strstr(out, "\xE2\x80\xAE"));
	(void)as_picture();
	assert_null(strchr(out, '\x1b'));
	assert_null(strstr(out, "<script"));
	assert_null(strstr(out, "\xEF\xBF\xBF"));
	assert_true(rs_is_utf8(out));
	assert_non_null(strstr(out, "&lt;script&gt;alert(1)"));
}

/* One crash is one moment, and says what else tells of it, each once. */
static void test_timeline__several_tell_of_it__with_their_names(void **state)
{
	struct diagnosis *d = made(DIAG_BAD_FILE, DIAG_C_SURE, 1);
	static const struct diag_also all[] = {
		{EV_EVENT_LOG, 41, T0 + HOUR, "System.evtx, record 8"},
		{EV_EVENT_LOG, 1001, T0 + HOUR, "System.evtx, record 9"},
		{EV_EVENT_LOG, 41, T0 + HOUR, "System.evtx, record 10"},
		{EV_PAGEFILE, 0, T0, "\\pagefile.sys"}};

	(void)state;
	d->timeline[0].also = malloc(sizeof(all));
	memcpy(d->timeline[0].also, all, sizeof(all));
	d->timeline[0].n_also = 4;
	tell_take(d, 3);
	struct json_object *o = json_new();
	expect(o, "/diagnosis/timeline/0/also/0/event", "41");
	expect(o, "/diagnosis/timeline/0/also/0/source", "event-log");
	expect(o, "/diagnosis/timeline/0/also/1/where", "System.evtx, record 9");
	expect(o, "/diagnosis/timeline/0/also/3/source", "page-file");
	expect(o, "/diagnosis/timeline/0/also/3/time", "2024-01-17T21:20:00Z");
	assert_null(at(o, "/diagnosis/timeline/0/also/3/event"));
	json_object_put(o);
	assert_non_null(strstr(
		as_text(), "moment 0 (also told by event 41, event 1001, the page\n    file)\n"));
	assert_non_null(strstr(
		as_picture(), ">moment 0 (also told by event 41, event 1001, the page file)<"));
}

/* What two sources say of one file in one second is one row of the picture, too. */
static void test_picture__told_twice__once(void **state)
{
	struct diagnosis *d = made(DIAG_BAD_FILE, DIAG_C_SURE, 2);
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		d->timeline[i].time = T0;
		d->timeline[i].what = EV_FILE_NEW;
		d->timeline[i].path = "\\a.sys";
		d->timeline[i].text = "created";
		d->timeline[i].is_key = false;
	}
	tell_take(d, 3);
	(void)as_picture();
	for (const char *p = out; (p = strstr(p, ">created: \\a.sys<")) != NULL; p++)
		n++;
	assert_int_equal(n, 1);
}

static void test_picture__many_moments__bounded_with_the_keys(void **state)
{
	struct diagnosis *d = made(DIAG_BAD_FILE, DIAG_C_SURE, 4000);
	size_t n = 0;

	(void)state;
	d->timeline[1].time = 0; /* not known: no place on the line */
	tell_take(d, 1);
	(void)as_picture();
	for (const char *p = out; (p = strstr(p, ">moment ")) != NULL; p++)
		n++;
	assert_int_equal(n, 48);
	assert_non_null(strstr(out, ">moment 0<"));
	assert_non_null(strstr(out, ">moment 3999<"));
	assert_null(strstr(out, ">moment 3000<"));
	assert_null(strstr(out, "href"));
	assert_non_null(strstr(out, "</svg>\n"));
}

/* The widest line of text in the picture, in columns: what is no letter of Europe counts two. */
static size_t widest(const char *from)
{
	size_t ret = 0;

	for (const char *p = from; (p = strstr(p, "<text ")) != NULL;) {
		size_t n = 0;
		for (p = strchr(p, '>') + 1; *p != '<'; p++)
			n += ((unsigned char)*p & 0xC0) == 0x80 ? 0
			     : (unsigned char)*p >= 0xE1	? 2
								: 1;
		ret = n > ret ? n : ret;
	}
	return ret;
}

/* No reader of SVG breaks a line. */
static void test_picture__long_texts__lines_within_it(void **state)
{
	struct diagnosis *d = made(DIAG_BAD_FILE, DIAG_C_SURE, 2);
	char path[1200] = "\\";

	(void)state;
	for (size_t i = 0; i < 300; i++)
		strcat(path, "\xE6\xBC\xA2"); /* without a blank, and wide */
	blame(d, path);
	d->text = ev_text(d->evidence, "%s",
		"the newest dump blames the content file of this product, which came in the last "
		"minutes before the first crash of this series, and which its driver reads when "
		"Windows starts, at the end");
	d->timeline[0].text = ev_text(d->evidence, "%s came: %s", path, "at the very end");
	propose(d, DIAG_MOVE, path, true);
	tell_take(d, 1);
	(void)as_picture();
	assert_in_range(widest(out), 60, 125);
	assert_non_null(strstr(out, "at the end</text>")); /* not cut: on another line */
	assert_non_null(strstr(out, "very end</text>"));
	const char *row = strstr(out, "2024-01-17");
	assert_non_null(row);
	assert_in_range(widest(strstr(row, "x=\"220\"") - 8), 60, 98);
}

/* Each Windows has its own, the worst first; one without any time has none. */
static void test_picture__several_windows__one_each(void **state)
{
	struct diagnosis *well = made(DIAG_NONE, DIAG_C_LIKELY, 1);

	(void)state;
	well->text = ev_text(well->evidence, "nothing wrong here");
	tell_take(well, 1);
	tell_take(made(DIAG_UNSURE, DIAG_C_UNSURE, 0), 2);
	tell_take(made(DIAG_BAD_FILE, DIAG_C_SURE, 1), 3);
	assert_non_null(strstr(as_picture(), "content file of Tnd"));
	assert_true(report_svg(&report->run, 1, NULL));
	FILE *f = fmemopen(out, sizeof(out), "w");
	assert_true(report_svg(&report->run, 1, f));
	(void)fclose(f);
	assert_non_null(strstr(out, "nothing wrong here"));
	assert_false(report_svg(&report->run, 2, NULL));
}

static void test_picture__no_diagnosis__none(void **state)
{
	(void)state;
	assert_false(report_svg(&report->run, 0, stderr));
}

#define diagnosis_test(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		diagnosis_test(test_json__a_bad_file__every_member),
		diagnosis_test(test_json__none_made__no_member),
		diagnosis_test(test_json__several_windows__the_worst_and_all),
		diagnosis_test(test_wrong__only_what_is_no_guess),
		diagnosis_test(test_timeline__too_long__keys_and_the_newest_stay),
		diagnosis_test(test_since__files_that_changed_from_then_on),
		diagnosis_test(test_text__a_bad_file__as_a_colleague_tells_it),
		diagnosis_test(test_text__taken_away__missing_and_no_more_sure_than_it_is),
		diagnosis_test(test_text__its_own_text_says_that_it_is_not_done__once),
		diagnosis_test(test_text__two_sources_of_one_thing__told_once),
		diagnosis_test(test_proposal__refused__said_instead),
		diagnosis_test(test_plan__against__all_of_it),
		diagnosis_test(test_text__named_by_a_person__what_speaks_against_it),
		diagnosis_test(test_hostile_names__nothing_of_them_acts),
		diagnosis_test(test_picture__many_moments__bounded_with_the_keys),
		diagnosis_test(test_timeline__several_tell_of_it__with_their_names),
		diagnosis_test(test_picture__told_twice__once),
		diagnosis_test(test_picture__long_texts__lines_within_it),
		diagnosis_test(test_picture__several_windows__one_each),
		diagnosis_test(test_picture__no_diagnosis__none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

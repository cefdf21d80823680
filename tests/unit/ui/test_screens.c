/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the screens say of a run, without a terminal and without a disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "report/report.h"
#include "ui/battery.h"
#include "ui/times.h"
#include "ui/tui.h"

#define FALCON "\\Windows\\System32\\drivers\\CrowdStrike\\C-00000291-00000000-00000032.sys"

static struct tui tui;
static struct rs_report report;
static struct win_info windows;
static struct run_volume volume;
static struct run_disk disk;
static struct run_finding finding;
static struct finding files[5];

/* However it is folded. */
static bool says(const struct page *p, const char *text)
{
	char all[8192];
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		for (const char *at = p->lines[i].text; n < sizeof(all) - 2;) {
			const bool was_blank = !n || all[n - 1] == ' ';
			if (*at != ' ' && *at)
				all[n++] = *at;
			else if (!was_blank)
				all[n++] = ' ';
			if (!*at++)
				break;
		}
	all[n] = '\0';
	return strstr(all, text);
}

/* One finding with one bad file, on a Windows west of Greenwich. */
static int fresh(void **state)
{
	uint64_t changed;

	(void)state;
	assert_true(rs_filetime_parse("2024-07-19T04:09:27.1234567Z", &changed));
	windows = (struct win_info){.bias_minutes = 420, .time_zone = "Pacific Standard Time"};
	volume = (struct run_volume){.number = 3, .windows = &windows, .n_windows = 1};
	disk = (struct run_disk){.path = "disk.img", .volumes = &volume, .n_volumes = 1};
	for (size_t i = 0; i < 5; i++)
		files[i] = (struct finding){.verdict = JUDGE_BAD,
			.asks_move = true,
			.path = (char *)(uintptr_t)FALCON,
			.why = (char *)(uintptr_t) "modified in the window",
			.has_sha256 = true,
			.sha256 = {[0 ... 31] = 0xab},
			.stat = {.size_bytes = 36830, .modified = changed}};
	finding = (struct run_finding){.volume = 3,
		.source = "rule",
		.id = "crowdstrike-291",
		.title = "Falcon channel file",
		.why = "bad files found",
		.evidence = "for it: csagent.sys",
		.text = "It fetches the repaired one.",
		.outcome = SAID_MATCHED,
		.files = files,
		.n_files = 1};
	report = (struct rs_report){
		.run = {.disks = &disk, .n_disks = 1, .findings = &finding, .n_findings = 1}};
	tui = (struct tui){.report = &report};
	return 0;
}

static void draw_findings(struct page *p)
{
	findings_draw(&tui, p);
}

static void test_findings__sure__what_why_how_sure_what_next(void **state)
{
	auto_page struct page p = {0};

	(void)state;
	draw_findings(&p);
	assert_true(says(&p, "Falcon channel file (volume 3)"));
	assert_true(says(&p, FALCON));
	assert_true(says(&p, "modified in the window"));
	assert_true(says(&p, "Why it is believed to be the cause: bad files found."));
	assert_true(says(&p, "Evidence for it: csagent.sys."));
	assert_true(says(&p, "How sure: very"));
	assert_true(says(&p, "What will be done: 1 file is moved into a quarantine"));
	assert_true(says(&p, "How to undo it: u"));
	assert_true(says(&p, "Good to know: It fetches"));
	assert_false(says(&p, "doubtful"));
}

#define FROM(t, from) "modified " t ", not before " from
#define BEFORE(t, to) "modified " t ", before " to
#define T_AT	      "2024-07-19T04:09:27.1234567Z"
#define T_FROM	      "2024-07-19T04:09:00Z"
#define T_TO	      "2024-07-19T05:27:00Z"
#define S_AT	      "2024-07-19 04:09:27 UTC (local 2024-07-18 21:09:27)"
#define S_FROM	      "2024-07-19 04:09:00 UTC (local 2024-07-18 21:09:00)"
#define S_TO	      "2024-07-19 05:27:00 UTC (local 2024-07-18 22:27:00)"

static void expect_why(bool is_created, const char *said)
{
	static char why[] = "36 KiB, this and that; doubtful: x";
	auto_page struct page p = {0};
	struct judge_window *w = &files[0].window;

	files[0].why = why;
	*w = (struct judge_window){
		.at = strlen("36 KiB, "), .len = strlen("this and that"), .is_created = is_created};
	assert_true(rs_filetime_parse("2024-07-19T04:09:27.1234567Z", &w->time));
	assert_true(rs_filetime_parse("2024-07-19T04:09:00Z", &w->from));
	assert_true(rs_filetime_parse("2024-07-19T05:27:00Z", &w->before));
	draw_findings(&p);
	assert_true(says(&p, said));
	assert_false(says(&p, "this and that"));
}

/* Where the judge says that two conditions are one to a person; what else it says stays. */
static void test_findings__two_limits_of_a_time__are_one_window(void **state)
{
	auto_page struct page p = {0};

	(void)state;
	expect_why(false, "36 KiB, modified " S_AT ", between 2024-07-19 04:09:00 and "
			  "2024-07-19 05:27:00 (UTC); doubtful: x");
	expect_why(true, "36 KiB, created " S_AT ", between");
	files[0].window = (struct judge_window){0};
	draw_findings(&p);
	assert_true(says(&p, "36 KiB, this and that; doubtful: x"));
}

static void expect_words(const char *why, const char *said)
{
	auto_free char *told = times_new(why, &windows);

	assert_string_equal(told, said);
}

/* The same in words, as the plan has them; what is not of that shape stays. */
static void test_times__two_limits_in_words__are_one_window(void **state)
{
	(void)state;
	expect_words(FROM(T_AT, T_FROM) ", " BEFORE(T_AT, T_TO),
		"modified " S_AT ", between 2024-07-19 04:09:00 and 2024-07-19 05:27:00 (UTC)");
	expect_words("36 KiB, created " T_AT ", not before " T_FROM ", created " T_AT
		     ", before " T_TO "; doubtful: x",
		"36 KiB, created " S_AT
		", between 2024-07-19 04:09:00 and 2024-07-19 05:27:00 (UTC); doubtful: x");
	expect_words(FROM(T_AT, T_FROM), FROM(S_AT, S_FROM));
	expect_words(FROM(T_AT, T_FROM) ", " BEFORE(T_TO, T_TO),
		FROM(S_AT, S_FROM) ", " BEFORE(S_TO, S_TO));
	expect_words(FROM(T_AT, T_FROM) ", created " T_AT ", before " T_TO,
		FROM(S_AT, S_FROM) ", created " S_AT ", before " S_TO);
}

/* Whatever stands around it, and what only looks like one. */
static void test_times__among_words__each_of_them(void **state)
{
	static const char *const texts[][3] = {
		/* said, told, and without a Windows */
		{"since " T_AT ", or so", "since " S_AT ", or so",
			"since 2024-07-19 04:09:27 UTC, or so"},
		{"(" T_FROM ")", "(" S_FROM ")", "(2024-07-19 04:09:00 UTC)"},
		{T_TO, S_TO, "2024-07-19 05:27:00 UTC"},
		{"2024-07-19T04:09:00", "2024-07-19T04:09:00", "2024-07-19T04:09:00"},
		{"20240719T040900Z 2024-13-19T04:09:00Z", "20240719T040900Z 2024-13-19T04:09:00Z",
			"20240719T040900Z 2024-13-19T04:09:00Z"},
		{"", "", ""},
		{"a  ((b", "a  ((b", "a  ((b"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		auto_free char *told = times_new(texts[i][0], &windows);
		auto_free char *bare = times_new(texts[i][0], NULL);
		assert_string_equal(told, texts[i][1]);
		assert_string_equal(bare, texts[i][2]);
	}
}

/* The plan's, too, though the report renders it; and of the volume that each file is on. */
static void test_plan__times__utc_and_the_clock_of_windows(void **state)
{
	struct run_volume both[] = {volume, {.number = 4}};
	struct run_item items[2] = {0};
	auto_page struct page p = {0};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		items[i].volume = both[i].number;
		items[i].item = (struct plan_item){.number = (unsigned)i + 1,
			.file_ref = i + 40,
			.path = (char *)(uintptr_t)FALCON,
			.why = (char *)(uintptr_t)(FROM(T_AT, T_FROM) ", " BEFORE(T_AT, T_TO)),
			.stat = files[0].stat};
		(void)snprintf(items[i].target, sizeof(items[i].target), "\\Unbrick\\X\\0001");
	}
	disk.volumes = both;
	disk.n_volumes = 2;
	report.run.plan = items;
	report.run.n_plan = 2;
	tui_say_part(&tui, RS_PART_PLAN, &p);
	assert_true(says(&p, "Because: modified " S_AT ", between 2024-07-19 04:09:00 and"));
	assert_true(says(&p, "Because: modified 2024-07-19 04:09:27 UTC, between 2024-07-19"));
	assert_true(says(&p, "Changed: " S_AT));
	assert_true(says(&p, "Changed: 2024-07-19 04:09:27 UTC Because"));
}

static void test_findings__doubt__is_asked_about(void **state)
{
	auto_page struct page p = {0};

	(void)state;
	files[0].verdict = files[1].verdict = JUDGE_DOUBTFUL;
	finding.n_files = 2;
	finding.outcome = SAID_DOUBT;
	draw_findings(&p);
	assert_true(says(&p, "How sure: not"));
	assert_true(says(&p, "2 doubtful files are asked about, one by one"));
	assert_false(says(&p, "is moved"));
}

/* A bad file that its source would leave is not said to be moved. */
static void test_findings__only_told__nothing_will_be_done(void **state)
{
	auto_page struct page p = {0};

	(void)state;
	files[0].asks_move = false;
	files[0].is_missing = true;
	finding.outcome = SAID_REPORTED;
	draw_findings(&p);
	assert_true(says(&p, FALCON " (missing)"));
	assert_true(says(&p, "What will be done: nothing"));
	assert_false(says(&p, "How to undo"));
}

static void test_findings__many_files__the_rest_is_counted(void **state)
{
	auto_page struct page p = {0};
	size_t n = 0;

	(void)state;
	finding.n_files = 5;
	draw_findings(&p);
	for (size_t i = 0; i < p.n; i++)
		n += strstr(p.lines[i].text, FALCON) != NULL;
	assert_int_equal(n, 3);
	assert_true(says(&p, "and 2 more"));
}

static void test_findings__none__says_what_that_is_worth(void **state)
{
	auto_page struct page p = {0};
	const char *fault = "record 77 is torn";

	(void)state;
	report.run.n_findings = 0;
	report.run.unreadable = 1;
	report.run.faults = (struct run_texts){&fault, 1};
	draw_findings(&p);
	assert_true(says(&p, "No known fault was found. That is no proof"));
	assert_true(says(&p, "Not looked at (damaged or unreadable): 1"));
	assert_true(says(&p, "record 77 is torn"));
}

static struct diag_why reasons[4] = {{"a", 40, "the newest dump blames it", EV_DUMP, 0, "x.dmp"},
	{"b", 20, "it came at 2024-07-19T04:09:27Z", EV_FILE, 0, ""},
	{"c", 10, "its siblings are older", EV_FILE, 0, ""},
	{"d", 5, "the weakest of all", EV_FILE, 0, ""}};
static struct diag_candidate culprit = {.path = FALCON,
	.service = "",
	.product = "Falcon",
	.score = 75,
	.why = reasons,
	.n_why = 4};
static struct diag_proposal proposal = {.action = DIAG_DISABLE,
	.path = "",
	.service = "csagent",
	.from = "",
	.text = "turn the service off"};
static const char *contradiction = "the clock was set";
static struct diag_moment moment = {.time = 133500000000000000,
	.what = EV_CRASH,
	.source = EV_EVENT_LOG,
	.text = "it stopped",
	.path = "",
	.where = "",
	.is_key = true};

static struct run_diagnosis diagnosed(void)
{
	return (struct run_diagnosis){.volume = 3,
		.d = {.windows = "\\Windows",
			.kind = DIAG_BAD_FILE,
			.certainty = DIAG_C_LIKELY,
			.text = "A content file of Falcon is at fault.",
			.candidates = &culprit,
			.n_candidates = 1,
			.proposals = &proposal,
			.n_proposals = 1,
			.contradictions = &contradiction,
			.n_contradictions = 1,
			.timeline = &moment,
			.n_timeline = 1}};
}

static void test_findings__diagnosis__at_fault_why_how_sure_what_helps(void **state)
{
	auto_page struct page p = {0}, all = {0};
	struct run_diagnosis d = diagnosed();

	(void)state;
	report.run.diagnoses = &d;
	report.run.n_diagnoses = 1;
	report.run.n_findings = 0;
	draw_findings(&p);
	assert_true(says(&p, "The evidence (volume 3): a bad file is there"));
	assert_true(says(&p, "A content file of Falcon is at fault."));
	assert_true(says(&p, "At fault: \\Windows\\"));
	assert_true(says(&p, "- the newest dump blames it"));
	assert_true(says(&p, "- it came at 2024-07-19 04:09:27 UTC (local"));
	assert_true(says(&p, "- its siblings are older"));
	assert_false(says(&p, "the weakest of all"));
	assert_true(says(&p, "and 1 more: d shows them"));
	assert_true(says(&p, "How sure: likely, a person decides"));
	assert_true(says(&p, "Against it: the clock was set"));
	assert_true(says(&p, "What would help: turn the service off"));
	assert_true(says(&p, "This program does not do that"));
	assert_true(says(&p, "No known fault was found: this one no rule knows."));
	assert_true(details_is_open(&tui));
	details_draw(&tui, &all);
	assert_true(says(&all, "the weakest of all"));
	assert_true(says(&all, "it stopped"));
}

/* What the plan refuses is no help. */
static void test_findings__proposal_is_refused__says_so_and_why(void **state)
{
	auto_page struct page p = {0};
	static char path[] = FALCON, why[] = "it is protected";
	struct run_item item = {.volume = 3,
		.item = {.action = PLAN_REPORT, .path = path, .is_spared = true, .refused = why}};
	struct diag_proposal move = {.action = DIAG_MOVE,
		.path = FALCON,
		.service = "",
		.from = "",
		.text = "move it away",
		.can = true};
	struct run_diagnosis d = diagnosed();

	(void)state;
	d.d.proposals = &move;
	report.run.diagnoses = &d;
	report.run.n_diagnoses = 1;
	report.run.plan = &item;
	report.run.n_plan = 1;
	report.run.is_planned = true;
	draw_findings(&p);
	assert_false(says(&p, "What would help"));
	assert_true(says(&p, "The plan refuses to move \\Windows"));
	assert_true(says(&p, "because: it is protected"));
}

static void test_findings__nothing_seen_beside_a_known_fault__the_fault_alone(void **state)
{
	auto_page struct page p = {0}, all = {0}, alone = {0};
	struct run_diagnosis d = diagnosed();

	(void)state;
	d.d.kind = DIAG_NONE;
	d.d.suspects = d.d.candidates;
	d.d.n_suspects = d.d.n_candidates;
	d.d.n_candidates = 0;
	report.run.diagnoses = &d;
	report.run.n_diagnoses = 1;
	d.volume = report.run.findings[0].volume;
	draw_findings(&p);
	assert_false(says(&p, "The evidence"));
	details_draw(&tui, &all);
	assert_true(says(&all, "Suspect:"));
	assert_false(says(&all, "At fault:"));
	d.volume++; /* of another volume it says something */
	draw_findings(&alone);
	assert_true(says(&alone, "The evidence"));
	assert_false(says(&alone, "worth a look"));
	assert_false(says(&alone, "Suspect:"));
}

static void test_findings__no_file_at_fault__what_it_concerns_and_others_apart(void **state)
{
	auto_page struct page p = {0}, all = {0};
	struct run_diagnosis d = diagnosed();
	struct diag_candidate hive = {.path = "\\Windows\\System32\\config\\SYSTEM",
		.service = "",
		.product = "",
		.score = 40,
		.why = reasons,
		.n_why = 1};

	(void)state;
	d.d.kind = DIAG_REGISTRY;
	d.d.suspects = d.d.candidates;
	d.d.n_suspects = 1;
	d.d.candidates = &hive;
	report.run.diagnoses = &d;
	report.run.n_diagnoses = 1;
	draw_findings(&p);
	assert_true(says(&p, "Concerned: \\Windows\\System32\\config\\SYSTEM"));
	assert_true(says(&p, "Not at fault, worth a look: 1"));
	assert_false(says(&p, "At fault:"));
	details_draw(&tui, &all);
	assert_true(says(&all, "Concerned:"));
	assert_true(says(&all, "Suspect:"));
}

static void test_picture__new_file__whole_and_never_over_another(void **state)
{
	char folder[] = "/tmp/unbrick-picture.XXXXXX", path[64], bytes[64] = "";
	struct run_diagnosis d = diagnosed();
	struct rs_err err = {0};
	struct options o = {.svg = path};

	(void)state;
	report.run.diagnoses = &d;
	report.run.n_diagnoses = 1;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/a.svg", folder);
	assert_int_equal(picture_check(&o, &err), 0);
	assert_int_equal(picture_save(&report, path, &err), 0);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(bytes, sizeof(bytes), f));
	(void)fclose(f);
	assert_string_equal(bytes, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	assert_int_equal(picture_check(&o, &err), RS_E_OUTPUT_EXISTS);
	assert_int_equal(picture_save(&report, path, &err), RS_E_OUTPUT_EXISTS);
	o.report = path;
	assert_int_equal(picture_check(&o, &err), RS_E_USAGE);
	(void)unlink(path);
	(void)rmdir(folder);
}

/* What it would move is told with it, once. */
static void test_findings__file_of_the_diagnosis__with_it(void **state)
{
	auto_page struct page p = {0};
	struct run_diagnosis d = diagnosed();

	(void)state;
	report.run.diagnoses = &d;
	report.run.n_diagnoses = 1;
	finding.source = "diagnosis";
	files[0].verdict = JUDGE_DOUBTFUL;
	draw_findings(&p);
	assert_true(says(&p, "1 doubtful file is asked about"));
	assert_false(says(&p, "Why it is believed"));
	assert_true(says(&p, "How sure: likely"));
	assert_false(says(&p, "How sure: very"));
}

/* What a person chose is what he looks for, whatever rules have found before it. */
static void test_findings__chosen_file__before_what_rules_found(void **state)
{
	auto_page struct page p = {0};
	struct run_finding both[2] = {finding, finding};
	size_t at[2] = {0};

	(void)state;
	both[1].source = "person";
	both[1].title = "A file that a person named";
	struct finding own = files[0];
	own.verdict = JUDGE_DOUBTFUL;
	both[1].files = &own;
	report.run.findings = both;
	report.run.n_findings = 2;
	draw_findings(&p);
	for (size_t i = 0; i < p.n; i++)
		for (size_t k = 0; k < 2; k++)
			if (strncmp(p.lines[i].text, both[k].title, strlen(both[k].title)) == 0)
				at[k] = i;
	assert_true(at[1] && at[1] < at[0]);
	/* nobody knows yet whether it is protected */
	assert_true(says(&p, "the plan says whether it may be moved"));
	assert_false(says(&p, "doubtful file is asked about"));
}

/* Where nobody can type a command none is told: the keys do it. */
static void test_done__next_step__by_keys_on_the_stick(void **state)
{
	auto_page struct page line = {0}, plain = {0}, stick = {0}, windows_may = {0},
			      not_written = {0};
	struct run_item moved = {.volume = 3,
		.target = "\\Unbrick\\20260505T000000Z\\0001",
		.item = {.number = 1, .path = (char *)(uintptr_t)FALCON, .result = PLAN_DONE}};

	(void)state;
	tui.command = RS_FIX;
	report.run.command = "fix";
	report.run.actions = &moved;
	report.run.n_actions = 1;
	report.run.quarantine = (struct run_kept){.id = "20260505T000000Z", .volume = 3};
	report.run.outcome =
		(struct run_outcome){.is_known = true, .is_written = true, .text = "1 file moved"};
	done_draw(&tui, &line);
	assert_true(says(&line, "Next: Ctrl-C leaves; then start Windows"));
	assert_true(says(&line, "If Windows does not start: u takes it back"));
	assert_false(says(&line, "unbrick undo"));
	tui.is_plain = true;
	done_draw(&tui, &plain);
	assert_true(says(&plain, "Next: q leaves"));
	tui.is_plain = false;
	tui.supervisor.is_there = true;
	done_draw(&tui, &stick);
	assert_true(says(&stick, "Next: o, switch the machine off, pull the stick out"));
	assert_true(says(&stick, "u takes it back"));
	assert_false(says(&stick, "unbrick undo") || says(&stick, "Ctrl-C"));
	tui.supervisor.may = 1U << LINK_WINDOWS;
	done_draw(&tui, &windows_may);
	assert_true(says(&windows_may, "Next: o, Start Windows now."));
	auto_page struct page undone = {0};
	tui.command = RS_UNDO;
	done_draw(&tui, &undone);
	assert_true(says(&undone, "Next: back to the disks"));
	assert_false(says(&undone, "tart Windows"));
	tui.command = RS_FIX;
	report.run.outcome.is_written = false;
	done_draw(&tui, &not_written);
	assert_false(says(&not_written, "Next: "));
}

static void test_details__times__utc_and_the_clock_of_windows(void **state)
{
	auto_page struct page p = {0}, without = {0};

	(void)state;
	assert_true(details_is_open(&tui));
	details_draw(&tui, &p);
	assert_true(says(&p, "By the rule crowdstrike-291"));
	assert_true(
		says(&p, "Changed: 2024-07-19T04:09:27.1234567Z (UTC), local 2024-07-18 21:09:27"));
	assert_true(says(&p, "SHA-256: abababababababab"));
	for (size_t i = 0; i < p.n; i++) /* in one column */
		if (strncmp(p.lines[i].text, "    ", 4) == 0 && p.lines[i].text[4] != ' ' &&
			strchr(p.lines[i].text, ':'))
			assert_int_not_equal(p.lines[i].text[14], ' ');
	assert_true(says(&p, "Size: 36830 bytes"));
	windows.bias_minutes = -120;
	auto_page struct page east = {0};
	details_draw(&tui, &east);
	assert_true(says(&east, "local 2024-07-19 06:09:27"));
	files[0].stat.modified = 1; /* before which there is no time */
	windows.bias_minutes = 420;
	details_draw(&tui, &without);
	assert_false(says(&without, "local 2024"));
	report.run.n_findings = 0;
	assert_false(details_is_open(&tui));
}

static void test_question__doubtful_file__which_of_how_many_and_its_facts(void **state)
{
	auto_page struct page p = {0};
	struct run_item plan[3] = {0};
	struct rs_question q = {RS_ASK_DOUBT, "Move it, too?", &report, NULL};

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		plan[i] = (struct run_item){.volume = 3,
			.item = {.number = i + 1,
				.action = i ? PLAN_ASK : PLAN_QUARANTINE,
				.file_ref = 50 + i,
				.path = (char *)(uintptr_t)FALCON,
				.stat = files[0].stat}};
	report.run.plan = plan;
	report.run.n_plan = 3;
	q.item = &plan[2].item;
	tui.question = &q;
	question_draw(&tui, &p);
	assert_true(says(&p, "File 2 of 2 that are doubtful"));
	assert_true(says(&p, "Move it, too?"));
	assert_true(says(&p, "local 2024-07-18 21:09:27"));
	assert_true(says(&p, "F12: yes. n: it stays"));
	auto_page struct page plain = {0}; /* of keys that nobody can type nothing is said */
	tui.is_plain = true;
	question_draw(&tui, &plain);
	assert_true(says(&plain, "yes: it is moved. n: it stays"));
	assert_false(says(&plain, "F12") || says(&plain, "Esc"));
}

static struct quarantine quarantines[] = {
	{.top = "Unbrick", .id = "20260101T000000Z", .n_files = 1, .rule = "old"},
	{.top = "Unbrick", .id = "20260202T000000Z", .state = QUARANTINE_UNDONE},
	{.top = "Unbrick",
		.id = "20260303T112233Z",
		.n_files = 2,
		.rule = "new",
		.first = "\\bad.sys",
		.state = QUARANTINE_UNFINISHED},
	{.top = "Unbrick", .id = "20260404T000000Z", .state = QUARANTINE_EMPTY},
};

/* What is undone already or empty is none of them; the newest is first. */
static void test_undos__several__one_is_chosen_by_folder_and_volume(void **state)
{
	auto_page struct page p = {0};

	(void)state;
	tui.command = RS_FIX;
	assert_false(undo_is_open(&tui));
	volume.quarantines = quarantines;
	volume.n_quarantines = 4;
	assert_true(undo_is_open(&tui));
	assert_int_equal(undo_go(&tui), SCREEN_UNDOS);
	assert_int_equal(tui.command, RS_FIX); /* not before it is chosen */
	undos_draw(&tui, &p);
	assert_true(says(&p, "> 2026-03-03 11:22:33 UTC (local 04:22:33), volume 3: 2 files by new "
			     "\\bad.sys - state: unfinished"));
	assert_true(says(&p,
		"2026-01-01 00:00:00 UTC (local 2025-12-31 17:00:00), volume 3: 1 file by old"
		""));
	assert_false(says(&p, "2026-02-02") || says(&p, "2026-04-04"));
	auto_page struct page plain = {0};
	assert_true(says(&p, "Left and Right choose one"));
	tui.is_plain = true;
	undos_draw(&tui, &plain);
	assert_true(says(&plain, "+ and - choose one"));
	assert_false(undos_put(&tui, UI_KEY_LEFT));
	assert_int_equal(tui.chosen_undo, 0);
	for (unsigned i = 0; i < 3; i++)
		(void)undos_put(&tui, UI_KEY_RIGHT);
	assert_int_equal(tui.chosen_undo, 1);
	assert_int_equal(undos_next(&tui), SCREEN_PLAN);
	assert_int_equal(tui.command, RS_UNDO);
	assert_string_equal(tui.options.id, "Unbrick\\20260101T000000Z");
	assert_string_equal(tui.target.volume, "1"); /* on its disk alone */
}

/* To where it was asked for, and to what was worked on there. */
static void test_undo__not_wanted__back_by_one_step(void **state)
{
	(void)state;
	volume.quarantines = quarantines;
	volume.n_quarantines = 4;
	for (unsigned i = 0; i < 2; i++) {
		tui.command = RS_FIX;
		tui.now = i ? SCREEN_UNDOS : SCREEN_FINDINGS;
		tui.target.volume = i ? tui.volume : NULL;
		(void)snprintf(tui.volume, sizeof(tui.volume), "7");
		assert_int_equal(undos_next(&tui), SCREEN_PLAN);
		assert_int_equal(plan_back(&tui), i ? SCREEN_UNDOS : SCREEN_FINDINGS);
		assert_int_equal(tui.command, RS_FIX);
		assert_null(tui.options.id);
		if (i)
			assert_string_equal(tui.target.volume, "7");
		else
			assert_null(tui.target.volume);
	}
	tui.now = SCREEN_DONE;
	assert_int_equal(undos_next(&tui), SCREEN_PLAN);
	assert_int_equal(plan_back(&tui), SCREEN_FOUND);
}

static struct run_boot_entry entries[2];
static struct ui named_none;

static void safe_mode(bool is_ours)
{
	volume.number = 1;
	entries[0] = (struct run_boot_entry){.store = 9, .mode = BOOT_USUAL};
	entries[1] = (struct run_boot_entry){.store = 1, .mode = BOOT_SAFE, .is_ours = is_ours};
	report.run.boot_entries = entries;
	report.run.n_boot_entries = 2;
	tui.listed = &report;
	tui.now = SCREEN_FOUND;
	tui.ui = &named_none;
}

/* The stick that set it is back: that is the first thing that is asked, and once. */
static void test_safe_mode__set_by_unbrick__asked_first_and_once(void **state)
{
	(void)state;
	safe_mode(true);
	assert_ptr_equal(safemode_due(&tui), &disk);
	assert_true(found_work(&tui));
	assert_int_equal(safemode_offer(&tui), SCREEN_PLAN);
	assert_int_equal(tui.command, RS_SAFEMODE);
	assert_int_equal(tui.options.safemode, RS_SAFEMODE_CLEAR);
	assert_string_equal(tui.target.disks[0], "disk.img");
	assert_true(safemode_is_offered(&tui));
	assert_null(safemode_due(&tui));
	assert_int_equal(plan_back(&tui), SCREEN_FOUND);
	free(tui.disk);
}

static void test_safe_mode__of_somebody_else_or_just_decided__not_asked(void **state)
{
	(void)state;
	safe_mode(false);
	assert_null(safemode_due(&tui));
	safe_mode(true);
	entries[1].store = 8; /* of no disk that is listed */
	assert_null(safemode_due(&tui));
	safe_mode(true);
	assert_int_equal(safemode_go(&tui), SCREEN_PLAN); /* f */
	assert_int_equal(tui.options.safemode, RS_SAFEMODE_OFF);
	assert_false(safemode_is_offered(&tui));
	assert_null(safemode_due(&tui));
	free(tui.disk);
}

static void test_undos__one_or_just_made__not_asked_about(void **state)
{
	(void)state;
	tui.command = RS_FIX;
	volume.quarantines = quarantines;
	volume.n_quarantines = 2;
	assert_int_equal(undo_go(&tui), SCREEN_PLAN);
	assert_string_equal(tui.options.id, "Unbrick\\20260101T000000Z");
	tui.command = RS_FIX;
	volume.n_quarantines = 4;
	report.run.quarantine = (struct run_kept){.id = "20260505T000000Z", .volume = 2};
	assert_int_equal(undo_go(&tui), SCREEN_PLAN);
	assert_string_equal(tui.options.id, "20260505T000000Z");
	assert_string_equal(tui.target.volume, "2");
}

/* Two Windows on a disk: all of it, or one of them. */
static void test_found__two_windows__disk_and_each(void **state)
{
	auto_page struct page p = {0};
	struct run_volume two[3] = {volume, {.number = 4}, volume};
	struct ui ui = {0};

	(void)state;
	two[0].number = 3;
	two[2].number = 5;
	disk.volumes = two;
	disk.n_volumes = 3;
	tui.listed = &report;
	tui.ui = &ui;
	found_draw(&tui, &p);
	assert_true(
		says(&p, "> disk.img") && says(&p, "only volume 3") && says(&p, "only volume 5"));
	assert_false(says(&p, "only volume 4"));
	assert_int_equal(found_next(&tui), SCREEN_FINDINGS);
	assert_null(tui.target.volume);
	for (unsigned i = 0; i < 5; i++)
		(void)found_put(&tui, UI_KEY_RIGHT);
	assert_int_equal(tui.chosen, 2);
	assert_int_equal(found_next(&tui), SCREEN_FINDINGS);
	assert_string_equal(tui.target.volume, "3");
	assert_string_equal(tui.target.disks[0], "disk.img");
	free(tui.disk);
	tui.listed = NULL;
}

/* Two Windows on one volume: all of it, or one of them, with what tells it from the other. */
static void test_found__two_windows_on_a_volume__each_alone(void **state)
{
	auto_page struct page both = {0}, one = {0};
	struct win_info three[3] = {windows, windows, windows};
	struct ui ui = {.target.windows = "\\Given"};

	(void)state;
	for (size_t i = 0; i < 3; i++)
		three[i].parts = i < 2 ? WIN_PARTS : 1;
	(void)strcpy(three[0].root, "\\Windows");
	(void)strcpy(three[1].root, "\\WINNT");
	(void)strcpy(three[2].root, "\\Remains");
	(void)strcpy(three[1].product, "Windows 10 Pro");
	(void)strcpy(three[1].computer_name, "PC-2");
	three[1].build = 19045;
	assert_true(rs_filetime_parse("2026-11-24T20:01:02.1234567Z", &three[1].crashed_filetime));
	assert_true(rs_filetime_parse("2026-11-23T08:09:10Z", &three[1].shutdown_filetime));
	volume.windows = three;
	volume.n_windows = 3;
	tui.listed = &report;
	tui.ui = &ui;
	found_draw(&tui, &both);
	assert_true(says(&both, "> disk.img") && says(&both, "only \\Windows:"));
	assert_true(says(&both, "only \\WINNT: Windows 10 Pro, build 19045, PC-2, crashed "
				"2026-11-24 20:01 (UTC), shut down 2026-11-23 08:09 (UTC)"));
	assert_false(says(&both, "only volume") || says(&both, "only \\Remains"));
	assert_true(says(&both, "Every Windows there is looked at and repaired"));
	assert_int_equal(found_next(&tui), SCREEN_FINDINGS);
	assert_string_equal(tui.target.windows, "\\Given"); /* on the command line */
	for (unsigned i = 0; i < 5; i++)
		(void)found_put(&tui, UI_KEY_RIGHT);
	found_draw(&tui, &one);
	assert_true(says(&one, "> only \\WINNT:"));
	assert_true(says(&one, "This Windows alone is looked at"));
	assert_int_equal(found_next(&tui), SCREEN_FINDINGS);
	assert_string_equal(tui.target.windows, "\\WINNT");
	assert_string_equal(tui.target.volume, "1");
	free(tui.disk);
	tui.listed = NULL;
}

/* Whose each finding is; what nobody chose, and how it can be. */
static void test_findings__two_windows_on_a_volume__which_is_told(void **state)
{
	auto_page struct page both = {0}, by_itself = {0}, one = {0};
	struct win_info two[2] = {windows, windows};

	(void)state;
	two[0].parts = two[1].parts = WIN_PARTS;
	(void)strcpy(two[0].root, "\\Windows");
	(void)strcpy(two[1].root, "\\WINNT");
	volume.windows = two;
	volume.n_windows = 2;
	finding.windows = "\\WINNT";
	draw_findings(&both);
	assert_true(says(&both, "Falcon channel file (volume 3, Windows in \\WINNT)"));
	assert_true(says(&both, "every one is looked at. Esc leads to where one is chosen."));
	tui.given.say_yes = true;
	draw_findings(&by_itself);
	assert_true(says(&by_itself, "every one is looked at."));
	assert_false(says(&by_itself, "Esc leads to"));
	tui.given.say_yes = false;
	volume.chosen = &two[1];
	draw_findings(&one);
	assert_false(says(&one, "every one is looked at"));
}

/* Of the chosen one all is told first, and from its first line on. */
static void test_found__two_disks__the_chosen_one_is_told_first(void **state)
{
	auto_page struct page p = {0};
	struct run_disk two[2] = {disk, disk};

	(void)state;
	two[1].path = "other.img";
	two[0].err.code = two[1].err.code = RS_E_IO_OPEN;
	report.run.command = "list";
	report.run.disks = two;
	report.run.n_disks = 2;
	tui.listed = &report;
	tui.first = 7;
	(void)found_put(&tui, UI_KEY_RIGHT);
	assert_int_equal(tui.first, 0);
	found_draw(&tui, &p);
	size_t at[2] = {0};
	for (size_t i = 0; i < p.n; i++)
		for (size_t k = 0; k < 2; k++)
			if (strncmp(p.lines[i].text, two[k].path, strlen(two[k].path)) == 0)
				at[k] = i;
	assert_true(at[1] && at[1] < at[0]);
	tui.listed = NULL;
}

/* ---- long work ---- */

#define SECOND 1000000000ULL

static void test_progress__bar_rate_and_time_left(void **state)
{
	struct progress g = {0};
	char text[128], bar[13];

	(void)state;
	assert_true(progress_take(&g, "scan", 0, 8 << 20, 5 * SECOND));
	assert_false(progress_take(&g, "scan", 2 << 20, 8 << 20, 6 * SECOND));
	progress_amounts(&g, 6 * SECOND, true, text, sizeof(text));
	assert_string_equal(text, "2.0 MiB of 8.0 MiB, 2.0 MiB/s, 0:00:03 left");
	progress_bar(&g, 12, bar, sizeof(bar));
	assert_string_equal(bar, "[##........]");
	assert_int_equal(progress_percent(&g), 25);
	assert_true(progress_take(&g, "scan", 0, 8 << 20, 9 * SECOND)); /* another one of these */
	progress_amounts(&g, 9 * SECOND, true, text, sizeof(text));
	assert_string_equal(text, "0 B of 8.0 MiB, 0 B/s");
	progress_bar(&g, 12, bar, sizeof(bar));
	assert_string_equal(bar, "[..........]");
	(void)progress_take(&g, "rules", 3000, 0, 9 * SECOND); /* nobody knows how many */
	(void)progress_take(&g, "rules", 5000, 0, 11 * SECOND);
	progress_amounts(&g, 11 * SECOND, false, text, sizeof(text));
	assert_string_equal(text, "5.0k, 1.0k/s");
	assert_int_equal(progress_percent(&g), 0);
	(void)progress_take(&g, "rules", 9, 8, 11 * SECOND); /* more than all */
	progress_bar(&g, 12, bar, sizeof(bar));
	assert_string_equal(bar, "[##########]");
}

static void test_work__says_how_far_and_whether_it_stops(void **state)
{
	auto_page struct page p = {0}, last = {0};

	(void)state;
	tui.is_working = tui.can_stop = true;
	tui.now = SCREEN_FINDINGS;
	(void)progress_take(&tui.progress, "scan", 1 << 20, 2 << 20, SECOND);
	(void)progress_take(&tui.progress, "scan", 3 << 19, 2 << 20, 2 * SECOND);
	tui.progress_ns = 2 * SECOND;
	findings_draw(&tui, &p);
	assert_true(says(&p, "Reading the file table: [####"));
	assert_true(says(&p, " 75 %") && says(&p, "512.0 KiB/s, 0:00:01 left"));
	assert_true(says(&p, "Esc stops this safely"));
	tui.can_stop = false;
	tui.now = SCREEN_DOING;
	doing_draw(&tui, &last);
	assert_true(says(&last, "cannot be stopped"));
	assert_false(says(&last, "Esc stops"));
}

static char power[64];

static void supply(const char *name, const char *file, const char *word)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", power, name);
	(void)mkdir(path, 0700);
	(void)snprintf(path, sizeof(path), "%s/%s/%s", power, name, file);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fprintf(f, "%s\n", word) > 0);
	assert_int_equal(fclose(f), 0);
}

static int power_made(void **state)
{
	(void)snprintf(power, sizeof(power), "/tmp/unbrick-power.XXXXXX");
	assert_non_null(mkdtemp(power));
	return fresh(state);
}

static int power_gone(void **state)
{
	char command[96];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -r %s", power);
	return system(command); /* NOLINT(cert-env33-c): a name of ours */
}

static void test_battery__below_15_without_a_charger__is_low(void **state)
{
	unsigned percent;

	(void)state;
	assert_false(battery_is_low("/no/such/folder", &percent));
	assert_false(battery_is_low(power, &percent)); /* a desktop has none */
	supply("BAT0", "type", "Battery");
	supply("BAT0", "status", "Discharging");
	supply("BAT0", "capacity", "14");
	supply("AC", "type", "Mains");
	supply("AC", "online", "0");
	assert_true(battery_is_low(power, &percent));
	assert_int_equal(percent, 14);
	supply("BAT0", "capacity", "15");
	assert_false(battery_is_low(power, &percent));
	supply("BAT0", "capacity", "3");
	supply("AC", "online", "1");
	assert_false(battery_is_low(power, &percent));
	supply("AC", "online", "0");
	supply("BAT0", "status", "Charging"); /* some machines have no charger in the list */
	assert_false(battery_is_low(power, &percent));
	supply("BAT0", "status", "Discharging");
	supply("mouse", "type", "Battery");
	supply("mouse", "scope", "Device");
	supply("mouse", "capacity", "90");
	assert_true(battery_is_low(power, &percent));
	assert_int_equal(percent, 3);
	supply("BAT1", "type", "Battery"); /* the second one of a laptop is full */
	supply("BAT1", "status", "Unknown");
	supply("BAT1", "capacity", "80");
	assert_false(battery_is_low(power, &percent));
}

static void test_battery__charger_comes__goes_on_by_itself(void **state)
{
	auto_page struct page p = {0};

	(void)state;
	tui.power = power;
	supply("BAT0", "type", "Battery");
	supply("BAT0", "status", "Discharging");
	supply("BAT0", "capacity", "7");
	tui.percent = 7;
	battery_draw(&tui, &p);
	assert_true(says(&p, "battery is at 7 %") && says(&p, "connect the charger"));
	assert_int_equal(battery_idle(&tui), SCREEN_STAY);
	assert_int_equal(tui.answer, RS_ANSWER_NO);
	supply("BAT0", "status", "Charging");
	assert_int_equal(battery_idle(&tui), SCREEN_ANSWER);
	assert_int_equal(tui.answer, RS_ANSWER_YES);
	assert_true(battery_allows(&tui));
}

/* ---- a name that is typed ---- */

static void test_path__typed__corrected_at_whole_characters(void **state)
{
	auto_page struct page p = {0};

	(void)state;
	(void)snprintf(tui.path, sizeof(tui.path), "/tmp/\xC3\xA4");
	tui.path_what = "Save the report in which file?";
	path_draw(&tui, &p);
	assert_string_equal(p.lines[p.cursor_line].text, "/tmp/\xC3\xA4");
	assert_false(path_put(&tui, UI_KEY_BACKSPACE));
	assert_string_equal(tui.path, "/tmp/");
	(void)path_put(&tui, 'x');
	(void)path_put(&tui, UI_KEY_UP);
	(void)path_put(&tui, UI_KEY_TAB);
	assert_string_equal(tui.path, "/tmp/x");
	(void)path_put(&tui, UI_KEY_TEXT + 0xFC);
	(void)path_put(&tui, UI_KEY_TEXT + 0x1F98A);
	(void)path_put(&tui, UI_KEY_F12);
	assert_string_equal(tui.path, "/tmp/x\xC3\xBC\xF0\x9F\xA6\x8A");
	path_draw(&tui, &p);
	assert_int_equal(p.cursor_column, 9);
	for (unsigned i = 0; i < 400; i++)
		(void)path_put(&tui, 'y');
	(void)path_put(&tui, UI_KEY_BACKSPACE);
	(void)path_put(&tui, UI_KEY_TEXT + 0xFC); /* not half of it */
	(void)path_put(&tui, 'y');
	assert_int_equal(strlen(tui.path), sizeof(tui.path) - 1);
	for (unsigned i = 0; i < 400; i++)
		(void)path_put(&tui, UI_KEY_BACKSPACE);
	assert_string_equal(tui.path, "");
	(void)path_next(&tui);
	assert_int_equal(tui.answer, RS_ANSWER_CANCEL);
}

static void test_path__a_recovery_key__is_no_name(void **state)
{
	static const char zeros[sizeof(tui.path)];

	(void)state;
	tui.answer = RS_ANSWER_CANCEL;
	(void)snprintf(tui.path, sizeof(tui.path), "%s",
		"563552-689865-117161-606298-318780-443102-078155-712448");
	assert_int_equal(path_next(&tui), SCREEN_STAY);
	assert_int_equal(tui.answer, RS_ANSWER_CANCEL);
	assert_memory_equal(tui.path, zeros, sizeof(zeros));
	assert_non_null(strstr(tui.status, "recovery key"));
	(void)snprintf(tui.path, sizeof(tui.path), "/mnt/unbrick-20261130T170000Z.txt");
	assert_int_equal(path_next(&tui), SCREEN_ANSWER);
	assert_int_equal(tui.answer, RS_ANSWER_YES);
}

static void test_log__all_levels__the_newest_first_and_not_without_end(void **state)
{
	auto_page struct page p = {0};

	(void)state;
	assert_false(log_is_open(&tui));
	tui_events.log(&tui, RS_LOG_INFO, "volume 3: opened");
	tui_events.log(&tui, RS_LOG_WARN, "volume 4: damaged");
	assert_true(log_is_open(&tui));
	log_draw(&tui, &p);
	assert_string_equal(p.lines[0].text, "warning: volume 4: damaged");
	assert_string_equal(p.lines[1].text, "volume 3: opened");
	for (unsigned i = 0; i < 5000; i++)
		tui_events.log(&tui, RS_LOG_DEBUG, "again");
	assert_true(tui.log.n < 1200);
	page_done(&tui.log);
	page_done(&tui.warnings);
}

/* The kernel's tree is the test's. */
bool __wrap_rs_stick_is_one(const char *sys, const char *path); /* NOLINT: the linker's name */

bool __wrap_rs_stick_is_one(const char *sys, const char *path) /* NOLINT: as above */
{
	(void)sys;
	return strncmp(path, "/dev/nvme", strlen("/dev/nvme")) != 0;
}

/* Sticks of this machine are offered, never the disk that is looked into. */
static void test_where__sticks__but_not_of_the_same_disk(void **state)
{
	auto_page struct page p = {0}, rescue = {0}, none = {0};
	struct run_volume own = {.part = {.number = 1, .kind = VOL_FAT}};
	struct run_volume stick[] = {{.part = {.number = 1, .kind = VOL_EXFAT, .fs_label = "DATA"}},
		{.part = {.number = 2, .kind = VOL_NTFS}},
		{.part = {.number = 3, .kind = VOL_FAT}}};
	struct run_volume file = {.part = {.kind = VOL_FAT}};
	struct run_volume card = {.part = {.number = 2, .kind = VOL_FAT}};
	struct run_disk disks[] = {{.path = "/dev/sda", .volumes = &own, .n_volumes = 1},
		{.path = "/dev/sdb", .volumes = stick, .n_volumes = 3},
		{.path = "disk.img", .volumes = &file, .n_volumes = 1},
		{.path = "/dev/mmcblk0", .volumes = &card, .n_volumes = 1},
		{.path = "/dev/nvme0n1", .volumes = &card, .n_volumes = 1},
		{.path = "/dev/sdc", .volumes = &file, .n_volumes = 1}};

	(void)state;
	report.run.disks = disks;
	report.run.n_disks = 6;
	tui.listed = &report;
	tui.disk = (char *)(uintptr_t) "/dev/sda";
	where_draw(&tui, &p);
	assert_true(says(&p, "> /dev/sdb1, exFAT, 0 MiB DATA"));
	assert_true(says(&p, " /dev/mmcblk0p2, FAT") && says(&p, " /dev/sdc, FAT"));
	assert_true(says(&p, " /dev/sdb3, FAT") && says(&p, "a folder of this system"));
	assert_true(says(&p, "/dev/nvme0n1p2 is not offered: its disk is built in"));
	assert_false(says(&p, "/dev/nvme0n1p2, FAT") || says(&p, "/dev/sda1") ||
		     says(&p, "/dev/sdb2") || says(&p, "disk.img"));
	for (unsigned i = 0; i < 5; i++)
		(void)where_put(&tui, UI_KEY_DOWN);
	assert_int_equal(tui.where, 4);
	(void)where_put(&tui, UI_KEY_UP);
	assert_int_equal(tui.where, 3);
	tui.supervisor.is_there = true; /* what it has as folders is memory */
	where_draw(&tui, &rescue);
	assert_false(says(&rescue, "a folder of this system"));
	auto_page struct page plain = {0};
	tui.is_plain = true;
	where_draw(&tui, &plain);
	assert_true(says(&rescue, "Up and Down choose") && says(&plain, "+ and - choose"));
	report.run.n_disks = 1;
	where_draw(&tui, &none);
	assert_true(says(&none, "There is no stick"));
	tui.listed = NULL;
	tui.disk = NULL;
}

/* ---- a key ---- */

static struct run_bitlocker bitlocked[3];
static struct run_volume volumes[4];

/* Volumes with as many recovery keys as there can be, and one of that name that has none. */
static void lock_volumes(struct rs_key_request *q)
{
	for (size_t i = 0; i < 3; i++) {
		struct bl_info *info = &bitlocked[i].info;
		bitlocked[i] = (struct run_bitlocker){.is_unlocked = false};
		info->n_protectors = BL_MAX_PROTECTORS;
		for (size_t k = 0; k < BL_MAX_PROTECTORS; k++)
			info->protectors[k] = (struct bl_protector){
				.protection = BL_P_RECOVERY, .id = {[3] = 0x10 + (uint8_t)i}};
		volumes[i] = (struct run_volume){.bitlocker = &bitlocked[i], .name = "the volume"};
	}
	volumes[3] = (struct run_volume){.name = "the volume"};
	disk.volumes = volumes;
	disk.n_volumes = 4;
	*q = (struct rs_key_request){.volume = "the volume", .attempt = 1, .most = 3};
	tui.listed = &report;
	tui.asked = q;
}

static void test_key_id__more_than_there_is_room__the_first_are_shown(void **state)
{
	auto_page struct page last = {0};
	struct rs_key_request q;

	(void)state;
	lock_volumes(&q);
	for (unsigned i = 0; i < 3 * BL_MAX_PROTECTORS; i++)
		(void)key_id_put(&tui, UI_KEY_RIGHT);
	key_id_draw(&tui, &last);
	assert_true(says(&last, "Key ID 64 of 64:"));
}

/* What a TPM opens has an ID as well, by which nobody finds a key. */
static void test_key_id__of_recovery_keys_only(void **state)
{
	auto_page struct page p = {0};
	struct rs_key_request q;

	(void)state;
	lock_volumes(&q);
	disk.n_volumes = 1;
	bitlocked[0].info.n_protectors = 2;
	bitlocked[0].info.protectors[0] =
		(struct bl_protector){.protection = BL_P_TPM, .id = {[3] = 0x77}};
	tui.id_at = 5; /* of a list that was longer */
	key_id_draw(&tui, &p);
	assert_true(says(&p, "Key ID: 10000000-0000-0000- 0000-000000000000"));
	assert_false(says(&p, "77000000"));
}

/* A phone has it in its hands: no key, and nothing that is more than letters there. */
static void test_result__code__has_ids_and_only_its_letters(void **state)
{
	static struct run_bitlocker open[2];
	static struct run_volume two[2];
	static struct run_disk one = {.volumes = two, .n_volumes = 2};
	struct run_machine m = {
		.serial = "pf\n1<b>471207-278498-422125-177177-561902-537405-468006-693451"};
	struct rs_run run = {.machine = m, .disks = &one, .n_disks = 1};
	char text[512];

	(void)state;
	for (int i = 0; i < 2; i++) {
		open[i].is_unlocked = true;
		open[i].unlock.protection = i ? BL_P_TPM : BL_P_RECOVERY;
		open[i].unlock.protector_id[3] = (uint8_t)(0x77 + i);
		two[i].bitlocker = &open[i];
	}
	run.outcome =
		(struct run_outcome){.is_known = true, .status = 4, .result = RUN_NOTHING_TO_DO};
	run.started_filetime = 116444736000000000ULL; /* 1970 */
	result_text(&run, false, text, sizeof(text));
	assert_string_equal(text,
		"UNBRICK NOTHING-TO-DO 4 SN PF-1-B--KEY HIDDEN- AT 19700101T000000Z "
		"KEY 77000000-0000-0000-0000-000000000000");
	result_text(&run, true, text, sizeof(text));
	assert_non_null(strstr(text, " KEY 77000000"));
	assert_null(strstr(text, "77000000-"));
	assert_null(strstr(text, "471207"));
	assert_true(strlen(text) < 80);
}

static void test_code__of_a_start__shown_and_short(void **state)
{
	auto_page struct page p = {0};
	char text[512];

	(void)state;
	code_shorten("UNBRICK DONE SN KEY-1 AT 20261125T030000Z ID 0F8FAD5B-D9CB-469F KEY "
		     "64311DEA-0000-0000 KEY 77000000-1",
		text, sizeof(text));
	assert_string_equal(text,
		"UNBRICK DONE SN KEY-1 AT 20261125T030000Z ID 0F8FAD5B KEY 64311DEA KEY 77000000");
	assert_false(code_is_open(&tui));
	(void)snprintf(tui.supervisor.result, sizeof(tui.supervisor.result), "UNBRICK DONE SN A");
	tui.supervisor.is_result_due = true;
	assert_true(code_is_open(&tui));
	assert_int_equal(code_enter(&tui), SCREEN_CODE);
	assert_false(tui.supervisor.is_result_due); /* not again by itself */
	code_draw(&tui, &p);
	assert_true(says(&p, "UNBRICK DONE SN A"));
	assert_true(says(&p, "No collector has the report of this start."));
}

static void test_unlock__function_keys__are_digits_of_the_screen_only(void **state)
{
	static const struct bl_protector recovery = {.protection = BL_P_RECOVERY};
	static struct tui_secret secret;
	struct console line = {.is_serial = true}, screen = {.is_private = true};
	const struct console *const at[] = {NULL, &line, &screen};
	const struct rs_key_request q = {.protectors = &recovery, .n_protectors = 1};

	(void)state;
	tui.asked = &q;
	tui.secret = &secret;
	for (size_t i = 0; i < 3; i++) {
		secret = (struct tui_secret){0};
		tui.consoles.at = (struct console *)(uintptr_t)at[i];
		assert_false(unlock_put(&tui, UI_KEY_F1));
		assert_int_equal(secret.entry.digit[0], i == 2 ? '1' : 0);
	}
}

static void test_passphrase__layout__of_the_machines_own_keyboard(void **state)
{
	static const struct bl_protector by_passphrase = {.protection = BL_P_PASSPHRASE};
	static struct tui_secret secret;
	struct console line = {0}, screen = {.is_private = true, .in = stdin};
	const struct rs_key_request q = {
		.volume = "", .protectors = &by_passphrase, .n_protectors = 1, .attempt = 1};
	auto_page struct page p = {0};

	(void)state;
	tui.asked = &q;
	tui.secret = &secret;
	tui.consoles.at = &screen;
	(void)passphrase_key(&tui, UI_KEY_LEFT); /* there is none */
	assert_int_equal(tui.layouts.at, 0);
	tui.layouts = (struct layouts){.n = 3, .at = 1, .folder = "/no/such/folder"};
	tui.consoles.at = &line;
	(void)passphrase_key(&tui, UI_KEY_RIGHT);
	assert_string_equal(tui.status, ""); /* not even tried */
	tui.consoles.at = &screen;
	(void)passphrase_key(&tui, UI_KEY_RIGHT);
	assert_string_not_equal(tui.status, "");
	assert_int_equal(tui.layouts.at, 1); /* as it is */
	passphrase_draw(&tui, &p);
	assert_false(says(&p, "F11") || says(&p, "Keyboard:")); /* on a line nobody sees either */
}

static void test_save__only_what_is_done_and_only_where_it_lasts(void **state)
{
	(void)state;
	assert_true(save_is_open(&tui));
	tui.is_working = true;
	assert_false(save_is_open(&tui));
	tui.is_working = false;
	tui.supervisor.is_there = true;
	assert_false(save_is_open(&tui));
}

static void test_stick__several__named_by_what_a_person_sees(void **state)
{
	auto_page struct page p = {0}, plain = {0};
	struct supervisor *s = &tui.supervisor;

	(void)state;
	assert_false(stick_is_open(&tui) || stick_is_due(&tui));
	s->sticks[0] = (struct stick_told){"1-0", "sdb1", 15540000000, "2-1.4", "60A44C", "Ultra"};
	s->sticks[1] = (struct stick_told){"1-1", "sdc1", 7800000000, "1-2", "-", "JetFlash"};
	s->n_sticks = 2;
	s->is_which_due = true;
	assert_true(stick_is_open(&tui) && stick_is_due(&tui));
	assert_int_equal(stick_enter(&tui), SCREEN_STICK);
	assert_false(stick_is_due(&tui)); /* once */
	stick_draw(&tui, &p);
	assert_true(says(&p, "> 1: Ultra, 15.5 GB port 2-1.4, serial number 60A44C (/dev/sdb1)"));
	assert_true(says(&p, " 2: JetFlash, 7.8 GB port 1-2, serial number - (/dev/sdc1)"));
	assert_true(says(&p, "Left and Right or its number"));
	tui.is_plain = true;
	(void)stick_put(&tui, '2');
	stick_draw(&tui, &plain);
	assert_true(says(&plain, "> 2: JetFlash"));
	assert_true(says(&plain, "+ and - or its number"));
	(void)stick_put(&tui, '3'); /* there is none */
	(void)stick_put(&tui, UI_KEY_RIGHT);
	assert_int_equal(tui.chosen_stick, 1);
	(void)stick_put(&tui, UI_KEY_LEFT);
	(void)stick_put(&tui, UI_KEY_LEFT);
	assert_int_equal(tui.chosen_stick, 0);
	s->is_which_due = true;
	assert_int_equal(stick_back(&tui), SCREEN_FOUND);
	assert_int_equal(stick_next(&tui), SCREEN_FOUND);
	assert_false(stick_is_open(&tui) || stick_is_due(&tui));
	assert_int_equal(stick_enter(&tui), SCREEN_FOUND); /* it was withdrawn */
}

/* A disk of another Windows, which may sleep on it, what the firmware starts from, and half of a
 * mirror are no sticks. */
static void test_where__disks_of_the_machine__are_no_sticks(void **state)
{
	auto_page struct page p = {0};
	struct run_volume of_windows[] = {{.part = {.number = 1, .kind = VOL_FAT}},
		{.part = {.number = 2, .kind = VOL_NTFS}, .windows = &windows, .n_windows = 1}};
	struct run_volume locked[] = {{.part = {.number = 1, .kind = VOL_EXFAT}},
		{.part = {.number = 2, .kind = VOL_BITLOCKER}}};
	struct run_volume efi = {.part = {.number = 1, .kind = VOL_FAT, .type_name = "EFI system"}};
	struct run_volume plain = {.part = {.number = 1, .kind = VOL_FAT}};
	struct run_volume half = {
		.part = {.number = 1, .kind = VOL_FAT}, .member = {.kind = MEMBER_FIRMWARE}};
	struct run_volume held = {.part = {.number = 1, .kind = VOL_FAT, .member_of = "LVM"}};
	struct run_disk disks[] = {{.path = "/dev/sdb", .volumes = of_windows, .n_volumes = 2},
		{.path = "/dev/sdc", .volumes = locked, .n_volumes = 2},
		{.path = "/dev/sdd", .volumes = &efi, .n_volumes = 1},
		{.path = "/dev/sde",
			.volumes = &plain,
			.n_volumes = 1,
			.member = {.kind = MEMBER_FIRMWARE}},
		{.path = "/dev/sdf", .volumes = &half, .n_volumes = 1},
		{.path = "/dev/sdg", .volumes = &held, .n_volumes = 1},
		{.path = "/dev/sdh", .volumes = &plain, .n_volumes = 1}};

	(void)state;
	report.run.disks = disks;
	report.run.n_disks = sizeof(disks) / sizeof(disks[0]);
	tui.listed = &report;
	tui.where = 0;
	where_draw(&tui, &p);
	assert_true(says(&p, "> /dev/sdh1, FAT"));
	for (char name[] = "/dev/sdb"; name[7] < 'h'; name[7]++)
		assert_false(says(&p, name));
	tui.listed = NULL;
}

/* The way out is never pushed off the line of keys, whatever else is open. Of these two one is
 * closed: who saves a report (s) has no first process that others (o) are asked of. */
static void test_keys__all_ways_open__fit_the_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCREENS; i++)
		for (unsigned without = 'o'; without <= 's'; without += 's' - 'o') {
			size_t n = strlen("Ctrl-C exit");
			for (size_t k = 0; k < SCREEN_WAYS; k++) {
				const struct screen_way *w = &tui_screens[i].ways[k];
				if (w->shown && !w->is_unlisted && w->key != without)
					n += strlen(w->shown) + strlen(w->label) + 4;
			}
			if (n > PAGE_COLUMNS)
				fail_msg("%s: %zu columns", tui_screens[i].title, n);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_findings__sure__what_why_how_sure_what_next, fresh),
		cmocka_unit_test_setup(test_findings__two_limits_of_a_time__are_one_window, fresh),
		cmocka_unit_test_setup(test_times__two_limits_in_words__are_one_window, fresh),
		cmocka_unit_test_setup(test_times__among_words__each_of_them, fresh),
		cmocka_unit_test_setup(test_plan__times__utc_and_the_clock_of_windows, fresh),
		cmocka_unit_test_setup(test_findings__doubt__is_asked_about, fresh),
		cmocka_unit_test_setup(test_findings__only_told__nothing_will_be_done, fresh),
		cmocka_unit_test_setup(test_findings__many_files__the_rest_is_counted, fresh),
		cmocka_unit_test_setup(test_findings__none__says_what_that_is_worth, fresh),
		cmocka_unit_test_setup(
			test_findings__diagnosis__at_fault_why_how_sure_what_helps, fresh),
		cmocka_unit_test_setup(test_findings__proposal_is_refused__says_so_and_why, fresh),
		cmocka_unit_test_setup(
			test_findings__nothing_seen_beside_a_known_fault__the_fault_alone, fresh),
		cmocka_unit_test_setup(
			test_findings__no_file_at_fault__what_it_concerns_and_others_apart, fresh),
		cmocka_unit_test_setup(test_findings__file_of_the_diagnosis__with_it, fresh),
		cmocka_unit_test_setup(test_picture__new_file__whole_and_never_over_another, fresh),
		cmocka_unit_test_setup(test_findings__chosen_file__before_what_rules_found, fresh),
		cmocka_unit_test_setup(test_done__next_step__by_keys_on_the_stick, fresh),
		cmocka_unit_test_setup(test_found__two_windows_on_a_volume__each_alone, fresh),
		cmocka_unit_test_setup(
			test_findings__two_windows_on_a_volume__which_is_told, fresh),
		cmocka_unit_test_setup(test_found__two_disks__the_chosen_one_is_told_first, fresh),
		cmocka_unit_test_setup(test_details__times__utc_and_the_clock_of_windows, fresh),
		cmocka_unit_test_setup(
			test_question__doubtful_file__which_of_how_many_and_its_facts, fresh),
		cmocka_unit_test_setup(
			test_undos__several__one_is_chosen_by_folder_and_volume, fresh),
		cmocka_unit_test_setup(test_undos__one_or_just_made__not_asked_about, fresh),
		cmocka_unit_test_setup(test_safe_mode__set_by_unbrick__asked_first_and_once, fresh),
		cmocka_unit_test_setup(
			test_safe_mode__of_somebody_else_or_just_decided__not_asked, fresh),
		cmocka_unit_test_setup(test_undo__not_wanted__back_by_one_step, fresh),
		cmocka_unit_test_setup(test_found__two_windows__disk_and_each, fresh),
		cmocka_unit_test_setup(test_path__typed__corrected_at_whole_characters, fresh),
		cmocka_unit_test_setup(test_path__a_recovery_key__is_no_name, fresh),
		cmocka_unit_test_setup(
			test_log__all_levels__the_newest_first_and_not_without_end, fresh),
		cmocka_unit_test_setup(test_where__sticks__but_not_of_the_same_disk, fresh),
		cmocka_unit_test_setup(test_where__disks_of_the_machine__are_no_sticks, fresh),
		cmocka_unit_test_setup(
			test_key_id__more_than_there_is_room__the_first_are_shown, fresh),
		cmocka_unit_test_setup(test_key_id__of_recovery_keys_only, fresh),
		cmocka_unit_test_setup(test_result__code__has_ids_and_only_its_letters, fresh),
		cmocka_unit_test_setup(test_code__of_a_start__shown_and_short, fresh),
		cmocka_unit_test_setup(
			test_unlock__function_keys__are_digits_of_the_screen_only, fresh),
		cmocka_unit_test_setup(
			test_passphrase__layout__of_the_machines_own_keyboard, fresh),
		cmocka_unit_test_setup(test_stick__several__named_by_what_a_person_sees, fresh),
		cmocka_unit_test_setup(test_save__only_what_is_done_and_only_where_it_lasts, fresh),
		cmocka_unit_test(test_keys__all_ways_open__fit_the_line),
		cmocka_unit_test(test_progress__bar_rate_and_time_left),
		cmocka_unit_test_setup(test_work__says_how_far_and_whether_it_stops, fresh),
		cmocka_unit_test_setup_teardown(
			test_battery__below_15_without_a_charger__is_low, power_made, power_gone),
		cmocka_unit_test_setup_teardown(
			test_battery__charger_comes__goes_on_by_itself, power_made, power_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

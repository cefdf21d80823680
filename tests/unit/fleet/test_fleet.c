/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the reports of many machines say together: each counts once, none is believed, and nothing
 * of one is more than text in the page and the table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "fleet/internal.h"

#define TOOL "\"tool\":{\"name\":\"unbrick\",\"version\":\"0.1.0\"},"
#define RUN(command, machine, when)                                                                \
	"{\"schema_version\":1," TOOL "\"command\":\"" command "\",\"started\":\"" when            \
	"\",\"machine\":{\"vendor\":\"Acme\",\"product\":\"One\",\"serial\":\"" machine "\"},"
#define NOW   "2026-11-24T20:00:00Z"
#define LATER "2026-11-24T21:00:00Z"
#define ID    "64311dea-4587-4029-924a-ba299647998e"
#define KEY   "64311DEA-4587-4029-924A-BA299647998E"
#define OTHER "74311DEA-4587-4029-924A-BA299647998E"
#define OUTCOME(result, status)                                                                    \
	"\"outcome\":{\"status\":" #status ",\"result\":\"" result "\",\"text\":\"told\"}"
#define BOOT(event, machine, when)                                                                 \
	"{\"schema_version\":2," TOOL "\"command\":\"boot\",\"event\":\"" event                    \
	"\",\"report_id\":\"" ID "\",\"started\":\"" when "\",\"boot\":{\"machine\":\"" machine    \
	"\"}"
#define START BOOT("start", "M1", NOW) "}"
#define END   BOOT("end", "M1", NOW) "," OUTCOME("done", 0) "}"
#define TROUBLE(path)                                                                              \
	"\"diagnosis\":{\"kind\":\"bad-file\",\"certainty\":\"likely\",\"candidates\":[{"          \
	"\"path\":\"" path "\",\"product\":\"Acme\"}]},"

static struct fleet *fleet_made(void)
{
	struct fleet *f = NULL;

	assert_int_equal(fleet_new(&f, NULL), 0);
	return f;
}

static void add(struct fleet *f, const char *text)
{
	const char *why = NULL;

	if (fleet_take(f, text, strlen(text), "a file", &why, NULL) != 1)
		fail_msg("%s: %s", why, text);
}

static void add_all(struct fleet *f, const char *const *texts)
{
	while (*texts)
		add(f, *texts++);
	assert_int_equal(fleet_join(f, NULL), 0);
}

/* The text of the page or the table; free it. */
static char *made_of(const struct fleet *f, bool is_page)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	assert_non_null(to);
	if (is_page)
		assert_int_equal(fleet_page(f, to, NULL), 0);
	else
		fleet_csv(f, to);
	assert_int_equal(fclose(to), 0);
	return text;
}

static enum fleet_state state_of(const char *report)
{
	struct fleet *f = fleet_made();

	add(f, report);
	enum fleet_state ret = f->rows[0].state;
	fleet_free(f);
	return ret;
}

/* ---- one report ---- */

static void test_take__each_end_of_a_run__is_its_state(void **state)
{
	static const struct {
		const char *report;
		enum fleet_state state;
	} cases[] = {
		{RUN("fix", "M", NOW) OUTCOME("done", 0) "}", FLEET_REPAIRED},
		{RUN("undo", "M", NOW) OUTCOME("done", 0) "}", FLEET_UNDONE},
		{RUN("replay", "M", NOW) OUTCOME("done", 0) "}", FLEET_OTHER},
		{RUN("fix", "M", NOW) OUTCOME("nothing-to-do", 4) "}", FLEET_SOUND},
		{RUN("undo", "M", NOW) OUTCOME("nothing-to-do", 4) "}", FLEET_OTHER},
		{RUN("scan", "M", NOW) OUTCOME("found", 3) "}", FLEET_TO_REPAIR},
		{RUN("fix", "M", NOW) OUTCOME("left", 15) "}", FLEET_PERSON},
		{RUN("scan", "M", NOW) OUTCOME("wrong", 16) "}", FLEET_PERSON},
		{RUN("fix", "M", NOW) OUTCOME("failed", 5) "}", FLEET_KEY},
		{RUN("fix", "M", NOW) OUTCOME("failed", 6) "}", FLEET_KEY},
		{RUN("fix", "M", NOW) OUTCOME("failed", 7) "}", FLEET_REFUSED},
		{RUN("fix", "M", NOW) OUTCOME("failed", 10) "}", FLEET_FAILED},
		{RUN("fix", "M", NOW) OUTCOME("cannot-start", 11) "}", FLEET_FAILED},
		{RUN("fix", "M", NOW) OUTCOME("not-kept", 12) "}", FLEET_FAILED},
		{RUN("fix", "M", NOW) OUTCOME("unheard-of", 0) "}", FLEET_OTHER},
		{RUN("fix", "M", NOW) "\"drill\":true," OUTCOME("found", 3) "}", FLEET_DRILL},
		{RUN("fix", "M", NOW) "\"drill\":true," OUTCOME("failed", 7) "}", FLEET_REFUSED},
		{END, FLEET_REPAIRED},
		{START, FLEET_MISSING},
		{BOOT("end", "M", NOW) "," OUTCOME("no-disk", 0) "}", FLEET_FAILED},
		{BOOT("end", "M", NOW) "," OUTCOME("technician", 0) "}", FLEET_OTHER},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (state_of(cases[i].report) != cases[i].state)
			fail_msg("%s: %s", fleet_state_word(state_of(cases[i].report)),
				cases[i].report);
}

static void test_take__start_that_failed__has_its_runs_reason_and_keys(void **state)
{
	struct fleet *f = fleet_made();

	(void)state;
	add(f, BOOT("end", "M1", NOW) ",\"runs\":[{\"report\":" RUN("fix", "S", NOW) OUTCOME(
		       "nothing-to-do", 4) "}},{\"report\":" RUN("fix", "S",
		       NOW) "\"error\":{"
			    "\"id\":\"ntfs.hibernated\"},\"disks\":[{\"volumes\":[{\"bitlocker\":{"
			    "\"unlocked_by\":{\"kind\":\"recovery password\",\"id\":\"" KEY "\"}}},"
			    "{\"bitlocker\":{\"unlocked_by\":{\"kind\":\"passphrase\",\"id\":"
			    "\"" OTHER
			    "\"}}}]}]," OUTCOME("failed", 7) "}}]," OUTCOME("failed", 0) "}");
	assert_int_equal(f->rows[0].state, FLEET_REFUSED);
	assert_string_equal(f->rows[0].reason, "ntfs.hibernated");
	assert_string_equal(f->rows[0].machine, "M1");
	assert_string_equal(f->rows[0].model, "Acme One");
	assert_int_equal(f->rows[0].n_keys, 1);
	assert_string_equal(f->rows[0].keys[0], KEY);
	fleet_free(f);
}

static void test_take__technician__counts_by_the_last_repair(void **state)
{
	(void)state;
	assert_int_equal(state_of(BOOT("end", "M1", NOW) ",\"runs\":[{\"report\":" RUN("fix", "S",
				 NOW) OUTCOME("failed", 5) "}},{\"report\":" RUN("fix", "S",
				 NOW) OUTCOME("done", 0) "}},{\"report\":" RUN("list", "S", NOW)
					 OUTCOME("done", 0) "}}]," OUTCOME("technician", 0) "}"),
		FLEET_REPAIRED);
}

static void test_take__key_ids__are_guids_and_each_once(void **state)
{
	struct fleet *f = fleet_made();

	(void)state;
	add(f, RUN("fix", "M", NOW) "\"used_key_ids\":[\"" KEY "\",\"{" ID
				    "}\",\"<b>\",7,null,\"" OTHER "\"]," OUTCOME("done", 0) "}");
	assert_int_equal(f->rows[0].n_keys, 2);
	assert_string_equal(f->rows[0].keys[0], KEY);
	assert_string_equal(f->rows[0].keys[1], OTHER);
	fleet_free(f);
}

static void test_take__more_keys_than_there_is_room_for__are_left_out(void **state)
{
	char text[4096] = RUN("fix", "M", NOW) "\"used_key_ids\":[";
	struct fleet *f = fleet_made();

	(void)state;
	for (unsigned i = 0; i < 3 * FLEET_KEYS_MOST; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text),
			"%s\"%08X-4587-4029-924A-BA299647998E\"", i ? "," : "", i);
	(void)strcat(text, "]," OUTCOME("done", 0) "}");
	add(f, text);
	assert_int_equal(f->rows[0].n_keys, FLEET_KEYS_MOST);
	assert_int_equal(f->rows[0].state, FLEET_REPAIRED);
	fleet_free(f);
}

static void test_take__id_of_another_form__is_none(void **state)
{
	static const char *const ids[] = {"64311de", "../../../etc/passwd", "<script>alert(1)",
		"64311dea4587402992", "64311dea-4587-4029-924a-ba299647998e64311dea"};

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct fleet *f = fleet_made();
		auto_free char *text = NULL;
		assert_true(asprintf(&text, "%s\"report_id\":\"%s\"," OUTCOME("done", 0) "}",
				    RUN("fix", "M", NOW), ids[i]) > 0);
		add(f, text);
		assert_string_equal(f->rows[0].id, i == 3 ? ids[i] : "");
		fleet_free(f);
	}
}

/* A trouble is what a rule has found, or what a diagnosis is sure enough of. */
static void test_take__what_names_no_trouble__is_none(void **state)
{
#define FOUND(source, outcome)                                                                     \
	"\"findings\":[{\"source\":\"" source "\",\"rule\":\"r1\",\"title\":\"t\",\"kind\":"       \
	"\"bad-file\",\"outcome\":\"" outcome "\"}],"
#define DIAGNOSED(kind, certainty)                                                                 \
	"\"diagnosis\":{\"kind\":\"" kind "\",\"certainty\":\"" certainty "\",\"candidates\":[{"   \
	"\"path\":\"p\",\"product\":\"q\"}]},"
	static const struct {
		const char *report, *rule, *kind, *path;
	} cases[] = {
		{RUN("fix", "M", NOW) FOUND("rule", "matched") OUTCOME("done", 0) "}", "r1",
			"bad-file", ""},
		{RUN("fix", "M", NOW) FOUND("verdict", "matched") OUTCOME("done", 0) "}", "", "",
			""},
		{RUN("fix", "M", NOW) FOUND("rule", "no-match") OUTCOME("done", 0) "}", "", "", ""},
		{RUN("fix", "M", NOW) DIAGNOSED("bad-file", "sure") OUTCOME("wrong", 16) "}", "",
			"bad-file", "p"},
		{RUN("fix", "M", NOW) DIAGNOSED("bad-file", "unsure") OUTCOME("wrong", 16) "}", "",
			"", ""},
		{RUN("fix", "M", NOW) DIAGNOSED("none", "sure") OUTCOME("wrong", 16) "}", "", "",
			""},
		{RUN("fix", "M", NOW) FOUND("rule", "matched") DIAGNOSED("other", "sure")
				OUTCOME("done", 0) "}",
			"r1", "bad-file", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fleet *f = fleet_made();
		add(f, cases[i].report);
		assert_string_equal(f->rows[0].rule, cases[i].rule);
		assert_string_equal(f->rows[0].kind, cases[i].kind);
		assert_string_equal(f->rows[0].path, cases[i].path);
		fleet_free(f);
	}
}

/* As nginx has it, with an offset. */
static void test_take__times__to_utc_or_none(void **state)
{
	static const char *const cases[][2] = {
		{"2026-11-24T22:30:00+02:00", "2026-11-24T20:30:00Z"},
		{"2026-11-24T22:30:00-02:30", "2026-11-25T01:00:00Z"},
		{"2026-11-24T22:30:00Z", "2026-11-24T22:30:00Z"},
		{"2026-11-24T22:30:00+15:00", ""},
		{"2026-11-24T22:30:00+01:60", ""},
		{"2026-11-24T22:30:00*01:00", ""},
		{"1601-01-01T00:30:00+01:00", ""},
		{"+01:00", ""},
		{"a", ""},
		{"", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fleet *f = fleet_made();
		auto_free char *text = NULL;
		uint64_t when = 0;
		assert_true(asprintf(&text,
				    "{\"schema_version\":1,\"tool\":{\"name\":\"unbrick\"},"
				    "\"command\":\"fix\",\"started\":\"%s\","
				    "\"outcome\":{\"result\":\"done\"}}",
				    cases[i][0]) > 0);
		add(f, text);
		if (cases[i][1][0])
			assert_true(rs_filetime_parse(cases[i][1], &when));
		if (f->rows[0].when != when)
			fail_msg("%s", cases[i][0]);
		fleet_free(f);
	}
}

static void test_take__no_report__says_why(void **state)
{
	static const char *const cases[][2] = {
		{"", "not one JSON object"},
		{"[]", "not one JSON object"},
		{"{\"a\":", "not one JSON object"},
		{"{\"a\":\"\xff\"}", "UTF-8"},
		{"{}", "no report of this program"},
		{"{\"schema_version\":1,\"tool\":{\"name\":\"other\"},\"command\":\"fix\"}",
			"no report of this program"},
		{"{\"schema_version\":9," TOOL "\"command\":\"fix\"," OUTCOME("done", 0) "}",
			"another version"},
		{"{" TOOL "\"command\":\"fix\"," OUTCOME("done", 0) "}", "another version"},
		{"{\"schema_version\":1," TOOL OUTCOME("done", 0) "}", "no report of this program"},
		{"{\"schema_version\":1," TOOL "\"command\":\"fix\"}", "without an outcome"},
		{"{\"body\":\"{\"}", "not one JSON object"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fleet *f = fleet_made();
		const char *why = NULL;
		assert_int_equal(
			fleet_take(f, cases[i][0], strlen(cases[i][0]), "f", &why, NULL), 0);
		if (!strstr(why, cases[i][1]))
			fail_msg("%s: %s", cases[i][0], why);
		assert_int_equal(f->n, 0);
		fleet_free(f);
	}
}

static void test_take__line_of_nginx__is_the_report_at_the_time_it_came(void **state)
{
	struct fleet *f = fleet_made();
	uint64_t when = 0;

	(void)state;
	add(f, "{\"t\":\"2026-11-24T22:30:00+02:00\",\"ip\":\"::1\",\"body\":\"{"
	       "\\\"schema_version\\\":1,\\\"tool\\\":{\\\"name\\\":\\\"unbrick\\\"},"
	       "\\\"command\\\":\\\"fix\\\",\\\"started\\\":\\\"2001-01-01T00:00:00Z\\\","
	       "\\\"outcome\\\":{\\\"result\\\":\\\"done\\\"}}\"}");
	assert_true(rs_filetime_parse("2026-11-24T20:30:00Z", &when));
	assert_true(f->rows[0].when == when);
	assert_int_equal(f->rows[0].state, FLEET_REPAIRED);
	fleet_free(f);
}

static void test_take__recovery_password_in_a_text__is_hidden(void **state)
{
	struct fleet *f = fleet_made();

	(void)state;
	add(f, RUN("fix", "M", NOW) "\"outcome\":{\"result\":\"failed\",\"text\":\"key "
				    "471207-278498-422125-177177-561902-537405-468006-693451\"}}");
	assert_null(strstr(f->rows[0].text, "471207"));
	assert_null(strstr(f->rows[0].text, "693451"));
	fleet_free(f);
}

static void test_take__more_than_there_is_room_for__is_counted(void **state)
{
	struct fleet *f = fleet_made();

	(void)state;
	f->n = FLEET_ROWS_MOST;
	add(f, START);
	assert_int_equal(f->counts.beyond, 1);
	f->n = 0;
	fleet_free(f);
}

/* ---- all of them ---- */

static void expect_join(const char *const *reports, size_t n, size_t repeated, size_t conflicts)
{
	struct fleet *f = fleet_made();

	add_all(f, reports);
	assert_int_equal(f->counts.reports, n);
	assert_int_equal(f->counts.repeated, repeated);
	assert_int_equal(f->counts.conflicts, conflicts);
	fleet_free(f);
}

static void test_join__retries__count_once(void **state)
{
	(void)state;
	expect_join((const char *[]){END, START, END, START, END, NULL}, 1, 3, 0);
	/* without an id: the same bytes */
	expect_join((const char *[]){RUN("fix", "M", NOW) OUTCOME("done", 0) "}",
			    RUN("fix", "M", NOW) OUTCOME("done", 0) "}",
			    RUN("fix", "M", LATER) OUTCOME("done", 0) "}", NULL},
		2, 1, 0);
}

static void test_join__ends_that_contradict__are_counted(void **state)
{
	(void)state;
	expect_join(
		(const char *[]){END, BOOT("end", "M1", LATER) "," OUTCOME("failed", 7) "}", NULL},
		1, 0, 1);
	/* somebody else's id */
	expect_join((const char *[]){END, BOOT("end", "M2", NOW) "," OUTCOME("done", 0) "}", NULL},
		2, 0, 1);
	/* not the end of this start */
	expect_join(
		(const char *[]){START,
			BOOT("end", "M1", NOW) ",\"start_sha256\":\"00\"," OUTCOME("done", 0) "}",
			NULL},
		1, 0, 1);
}

/* A start that went on after its end: its last word counts, whenever it came. */
static void test_join__later_word_of_a_start__is_no_contradiction(void **state)
{
	struct fleet *f = fleet_made();

	(void)state;
	add_all(f,
		(const char *[]){BOOT("end", "M1", NOW) ",\"revision\":2," OUTCOME("done", 0) "}",
			BOOT("end", "M1", LATER) "," OUTCOME("failed", 7) "}", NULL});
	assert_int_equal(f->counts.conflicts, 0);
	assert_int_equal(f->counts.machines_in[FLEET_REPAIRED], 1);
	fleet_free(f);
	expect_join(
		(const char *[]){BOOT("end", "M1", NOW) ",\"revision\":2," OUTCOME("done", 0) "}",
			BOOT("end", "M1", NOW) ",\"revision\":2," OUTCOME("failed", 7) "}", NULL},
		1, 0, 1);
}

static void test_join__start_without_its_end__never_came_back(void **state)
{
	struct fleet *f = fleet_made();

	(void)state;
	add_all(f, (const char *[]){END, BOOT("start", "M2", NOW) "}", NULL});
	assert_int_equal(f->counts.machines_in[FLEET_MISSING], 1);
	assert_int_equal(f->counts.machines_in[FLEET_REPAIRED], 1);
	fleet_free(f);
	f = fleet_made();
	add_all(f, (const char *[]){END, START, NULL});
	assert_int_equal(f->counts.machines_in[FLEET_MISSING], 0);
	assert_int_equal(f->counts.machines_in[FLEET_REPAIRED], 1);
	fleet_free(f);
}

static void test_join__machine_with_several__counts_by_the_newest(void **state)
{
	struct fleet *f = fleet_made();

	(void)state;
	add_all(f, (const char *[]){RUN("fix", "M", LATER) OUTCOME("done", 0) "}",
			   RUN("fix", "M", NOW) OUTCOME("failed", 5) "}",
			   RUN("fix", "", NOW) OUTCOME("failed", 7) "}",
			   RUN("fix", "", LATER) OUTCOME("failed", 7) "}", NULL});
	assert_int_equal(f->counts.machines, 3); /* two that have no name */
	assert_int_equal(f->counts.machines_in[FLEET_REPAIRED], 1);
	assert_int_equal(f->counts.machines_in[FLEET_KEY], 0);
	assert_int_equal(f->counts.machines_in[FLEET_REFUSED], 2);
	fleet_free(f);
}

static void expect_trouble(const char *const *reports, size_t groups, bool is_new)
{
	struct fleet *f = fleet_made();
	size_t n;

	add_all(f, reports);
	auto_free struct fleet_group *g = fleet_groups(f, fleet_by_trouble, &n);
	assert_int_equal(n, groups);
	assert_int_equal(fleet_is_new(&g[0]), is_new);
	fleet_free(f);
}

static void test_join__machines_without_a_serial_number__are_not_one(void **state)
{
	struct fleet *f = fleet_made();

	(void)state;
	add(f, BOOT("end", "unknown", NOW) "," OUTCOME("done", 0) "}");
	add(f, BOOT("end", "unknown", LATER) "," OUTCOME("failed", 10) "}");
	f->rows[1].id[0] = '7'; /* of another start */
	assert_int_equal(fleet_join(f, NULL), 0);
	assert_int_equal(fleet_counts(f)->machines, 2);
	assert_int_equal(fleet_counts(f)->machines_in[FLEET_REPAIRED], 1);
	fleet_free(f);
}

static void test_groups__second_machine__is_a_new_incident(void **state)
{
	(void)state;
	expect_trouble((const char *[]){RUN("fix", "M1", NOW) TROUBLE("\\\\W\\\\a-0012.sys")
						OUTCOME("wrong", 16) "}",
			       RUN("fix", "M2", NOW) TROUBLE("\\\\w\\\\A-73721.sys")
				       OUTCOME("wrong", 16) "}",
			       NULL},
		1, true);
	expect_trouble((const char *[]){RUN("fix", "M1", NOW) TROUBLE("\\\\W\\\\a-0012.sys")
						OUTCOME("wrong", 16) "}",
			       RUN("fix", "M1", LATER) TROUBLE("\\\\W\\\\a-0012.sys")
				       OUTCOME("wrong", 16) "}",
			       NULL},
		1, false);
	expect_trouble(
		(const char *[]){RUN("fix", "M1", NOW) TROUBLE("\\\\W\\\\a1.sys")
					 OUTCOME("wrong", 16) "}",
			RUN("fix", "M2", NOW) TROUBLE("\\\\W\\\\a2.sys") OUTCOME("wrong", 16) "}",
			NULL},
		2, false);
}

#define KNOWN                                                                                      \
	"\"findings\":[{\"source\":\"rule\",\"rule\":\"r1\",\"title\":\"t\",\"kind\":\"bad-"       \
	"file\","                                                                                  \
	"\"outcome\":\"matched\"}],"

static void test_groups__what_a_rule_knows__is_not_new(void **state)
{
	(void)state;
	expect_trouble((const char *[]){RUN("fix", "M1", NOW) KNOWN TROUBLE("\\\\W\\\\a")
						OUTCOME("done", 0) "}",
			       RUN("fix", "M2", NOW) KNOWN OUTCOME("done", 0) "}", NULL},
		1, false);
}

/* What the end does not say, its start has said. */
static void test_join__end_without_a_model__has_its_starts(void **state)
{
	struct fleet *f = fleet_made();

	(void)state;
	add_all(f, (const char *[]){BOOT("start", "M1", NOW) ",\"machine\":{\"product\":\"Two\"},"
							     "\"policy\":{\"version\":7}}",
			   END, NULL});
	assert_int_equal(f->n, 1);
	assert_string_equal(f->rows[0].model, "Two");
	assert_string_equal(f->rows[0].policy, "7");
	fleet_free(f);
}

/* ---- what is made of them ---- */

#define HOSTILE "</script><script>alert(1)</script><img src=x onerror=alert(2)>\\\"'&"

static struct fleet *hostile(void)
{
	struct fleet *f = fleet_made();

	add_all(f, (const char *[]){
			   "{\"schema_version\":1," TOOL "\"command\":\"fix\",\"machine\":{"
			   "\"serial\":\"=HYPERLINK(1)\",\"product\":\"" HOSTILE "\"},"
			   "\"error\":{\"id\":\"" HOSTILE "\"},"
			   "\"findings\":[{\"source\":\"rule\",\"outcome\":\"matched\",\"rule\":"
			   "\"" HOSTILE "\",\"title\":\"" HOSTILE "\"}],"
			   "\"outcome\":{\"result\":\"failed\",\"text\":\"a \\\"b\\\"\\r\\n=c\"}}",
			   NULL});
	return f;
}

static void test_page__hostile_texts__are_text(void **state)
{
	struct fleet *f = hostile();
	auto_free char *page = made_of(f, true);
	const char *scripts = page;
	unsigned n = 0;

	(void)state;
	assert_null(strstr(page, "<img"));
	assert_null(strstr(page, "<script>alert"));
	for (; (scripts = strstr(scripts, "<script")); scripts++)
		n++;
	assert_int_equal(n, 2); /* the data, the page's own */
	assert_non_null(strstr(page, "&lt;script&gt;alert(1)"));
	assert_non_null(strstr(page, "\\u003c/script\\u003e"));
	assert_non_null(strstr(page, "data-search=\"&lt;/script&gt;&lt;script&gt;alert(1)&lt;/"
				     "script&gt;&lt;img src=x onerror=alert(2)&gt;&quot;'&amp;"));
	fleet_free(f);
}

/* The script reads what was said, character by character. */
static void test_page__data__is_json_with_the_same_words(void **state)
{
	struct fleet *f = hostile();
	auto_free char *page = made_of(f, true);
	char *data = strstr(page, "id=\"data\">"), *end;

	(void)state;
	assert_non_null(data);
	data += strlen("id=\"data\">");
	end = strstr(data, "</script>");
	assert_non_null(end);
	*end = '\0';
	struct json_object *all = json_tokener_parse(data);
	struct json_object *row = json_object_array_get_idx(json_object_object_get(all, "rows"), 0);
	assert_string_equal(
		json_object_get_string(json_object_array_get_idx(row, 2)), "=HYPERLINK(1)");
	assert_string_equal(json_object_get_string(json_object_array_get_idx(row, 3)),
		"</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&");
	assert_string_equal(json_object_get_string(json_object_array_get_idx(row, 4)), "");
	json_object_put(all);
	fleet_free(f);
}

static unsigned count_of(const char *text, const char *what)
{
	unsigned n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

/* As many groups as it likes, and times from the first to the last year: shown in part. */
static void test_page__many_groups_and_years__are_bounded(void **state)
{
	struct fleet *f = fleet_made();

	(void)state;
	for (unsigned i = 0; i < 250; i++) {
		auto_free char *text = NULL;
		assert_true(asprintf(&text,
				    "{\"schema_version\":1,\"tool\":{\"name\":\"unbrick\"},"
				    "\"command\":\"fix\",\"started\":\"%u-01-02T00:00:00Z\","
				    "\"machine\":{\"serial\":\"M%u\"},"
				    "\"error\":{\"id\":\"reason-%u\"},"
				    "\"outcome\":{\"result\":\"failed\"}}",
				    1601 + i * 32, i, i) > 0);
		add(f, text);
	}
	assert_int_equal(fleet_join(f, NULL), 0);
	auto_free char *page = made_of(f, true);
	assert_int_equal(count_of(page, "data-search=\"reason-"), 200);
	assert_int_equal(count_of(page, ">reason-"), 200 + 12); /* the table, the chart */
	fleet_free(f);
}

static void test_page__policy__names_the_hashes_of_its_own(void **state)
{
	struct fleet *f = hostile();
	auto_free char *page = made_of(f, true);

	(void)state;
	assert_non_null(strstr(page, "content=\"default-src 'none'; base-uri 'none'; form-action "
				     "'none'; img-src data:; style-src 'sha256-"));
	assert_non_null(strstr(page, "; script-src 'sha256-"));
	assert_null(strstr(page, "unsafe"));
	assert_null(strstr(page, "http:"));
	assert_null(strstr(page, "https:"));
	fleet_free(f);
}

static void test_csv__formulas_and_quotes__stay_text(void **state)
{
	struct fleet *f = hostile();
	auto_free char *csv = made_of(f, false);

	(void)state;
	assert_non_null(strstr(csv, ",\"'=HYPERLINK(1)\","));
	assert_non_null(strstr(csv, ",\"a \"\"b\"\"\\x0D\\x0A=c\","));
	assert_non_null(strstr(csv, "\r\n\"failed\",\"yes\","));
	assert_string_equal(csv + strlen(csv) - 2, "\r\n");
	fleet_free(f);
}

static void test_csv__formulas_of_other_languages__stay_text(void **state)
{
	static const struct {
		const char *serial, *field;
	} cases[] = {
		{"x;=1+1", ",\"x;'=1+1\","},
		{"x; \\\"@A1;-2", ",\"x;' \"\"@A1;'-2\","},
		{" =1", ",\"' =1\","},
		{"\xef\xbc\x9d\x31", ",\"'\xef\xbc\x9d\x31\","},
		{"a;b=c", ",\"a;b=c\","},
		{"+1", ",\"'+1\","},
		{"-1", ",\"'-1\","},
		{"@A1", ",\"'@A1\","},
		{"|calc", ",\"'|calc\","},
		{"%0", ",\"'%0\","},
		{"'=1", ",\"''=1\","},
		{"a-1+2", ",\"a-1+2\","},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fleet *f = fleet_made();
		auto_free char *report = NULL;
		assert_true(asprintf(&report,
				    "{\"schema_version\":1,\"tool\":{\"name\":\"unbrick\"},"
				    "\"command\":\"fix\",\"machine\":{\"serial\":\"%s\"},"
				    "\"outcome\":{\"result\":\"done\"}}",
				    cases[i].serial) > 0);
		add(f, report);
		auto_free char *csv = made_of(f, false);
		assert_non_null(strstr(csv, cases[i].field));
		fleet_free(f);
	}
}

/* ---- folders ---- */

static char *put_file(const char *folder, const char *name, const char *text)
{
	char *path = NULL;

	assert_true(asprintf(&path, "%s/%s", folder, name) > 0);
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	return path;
}

static void remove_file(char *path)
{
	assert_int_equal(unlink(path), 0);
	free(path);
}

static void test_read__folder_of_anything__takes_the_reports(void **state)
{
	char folder[] = "/tmp/unbrick-fleet-XXXXXX", link[64], pipe[64], wide[64];
	struct fleet *f = fleet_made();

	(void)state;
	assert_non_null(mkdtemp(folder));
	char *one = put_file(folder, "one.JSON", END);
	char *log = put_file(folder, "r.ndjson.1",
		"<14>1 - h unbrick 1 REPORT [x y=\"z\"] " START
		"\nnothing\n\n{\n" BOOT("end", "M3", NOW) "," OUTCOME("done", 0) "}");
	char *other = put_file(folder, "picture.svg", "<svg/>");
	char *bad = put_file(folder, "bad.json", "{");
	(void)snprintf(link, sizeof(link), "%s/link.json", folder);
	(void)snprintf(pipe, sizeof(pipe), "%s/pipe.json", folder);
	(void)snprintf(wide, sizeof(wide), "%s/loop", folder);
	assert_int_equal(symlink(one, link), 0);
	assert_int_equal(symlink(folder, wide), 0);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	assert_int_equal(fleet_read(f, folder, NULL, NULL, NULL), 0);
	assert_int_equal(f->n, 3);
	assert_int_equal(f->counts.broken, 2);
	assert_int_equal(f->counts.others, 4 + 2); /* picture, pipe, two links; two lines */
	assert_true(strstr(fleet_broken_at(f, 0), "bad.json: not one") ||
		    strstr(fleet_broken_at(f, 1), "bad.json: not one"));
	assert_null(fleet_broken_at(f, 2));
	fleet_free(f);
	(void)unlink(link);
	(void)unlink(wide);
	(void)unlink(pipe);
	remove_file(one);
	remove_file(log);
	remove_file(other);
	remove_file(bad);
	assert_int_equal(rmdir(folder), 0);
}

static void test_read__too_large__is_named_and_the_next_line_read(void **state)
{
	char folder[] = "/tmp/unbrick-fleet-XXXXXX";
	struct fleet *f = fleet_made();
	auto_free char *text = malloc(FLEET_BYTES_MOST + 4096);

	(void)state;
	assert_non_null(text);
	assert_non_null(mkdtemp(folder));
	memset(text, '{', FLEET_BYTES_MOST + 100);
	(void)snprintf(text + FLEET_BYTES_MOST + 100, 2000, "\n<14>1 - h unbrick: " END "\n");
	char *log = put_file(folder, "r.log", text);
	memset(text, ' ', FLEET_BYTES_MOST + 100);
	(void)snprintf(text + FLEET_BYTES_MOST + 100, 2000, "%s", END);
	char *one = put_file(folder, "large.json", text);
	assert_int_equal(fleet_read(f, log, NULL, NULL, NULL), 0);
	assert_int_equal(f->n, 1);
	assert_non_null(strstr(fleet_broken_at(f, 0), "r.log:1: too large"));
	assert_int_equal(fleet_read(f, one, NULL, NULL, NULL), 0);
	assert_int_equal(f->n, 1);
	assert_non_null(strstr(fleet_broken_at(f, 1), "large.json: too large"));
	fleet_free(f);
	remove_file(log);
	remove_file(one);
	assert_int_equal(rmdir(folder), 0);
}

/* A collector's folder may be as hostile as its machines. */
static void test_read__many_broken_ones__named_in_part_and_plainly(void **state)
{
	char folder[] = "/tmp/unbrick-fleet-XXXXXX", lines[3 * FLEET_BROKEN_MOST + 1] = "";
	struct fleet *f = fleet_made();

	(void)state;
	assert_non_null(mkdtemp(folder));
	char *odd = put_file(folder, "\033[2J471207-278498-422125-177177.json", "{");
	assert_int_equal(fleet_read(f, folder, NULL, NULL, NULL), 0);
	assert_int_equal(f->n_broken, 1);
	assert_null(strchr(fleet_broken_at(f, 0), '\033'));
	for (unsigned i = 0; i < FLEET_BROKEN_MOST + 50; i++)
		(void)memcpy(lines + 2 * i, "{\n", 3);
	char *log = put_file(folder, "r.log", lines);
	assert_int_equal(fleet_read(f, log, NULL, NULL, NULL), 0);
	assert_int_equal(f->counts.broken, FLEET_BROKEN_MOST + 51);
	assert_int_equal(f->n_broken, FLEET_BROKEN_MOST);
	fleet_free(f);
	remove_file(odd);
	remove_file(log);
	assert_int_equal(rmdir(folder), 0);
}

static void test_read__folders_in_folders__to_a_depth(void **state)
{
	char folder[512] = "/tmp/unbrick-fleet-XXXXXX", command[600];
	struct fleet *f = fleet_made();

	(void)state;
	assert_non_null(mkdtemp(folder));
	const size_t top = strlen(folder);
	for (unsigned i = 1; i <= 18; i++) {
		(void)strcat(folder, "/d");
		assert_int_equal(mkdir(folder, 0700), 0);
		if (i >= 16)
			free(put_file(folder, "one.json",
				i == 16	  ? RUN("fix", "M16", NOW) OUTCOME("done", 0) "}"
				: i == 17 ? RUN("fix", "M17", NOW) OUTCOME("done", 0) "}"
					  : RUN("fix", "M18", NOW) OUTCOME("done", 0) "}"));
	}
	folder[top] = '\0';
	assert_int_equal(fleet_read(f, folder, NULL, NULL, NULL), 0);
	assert_int_equal(f->n, 1);
	assert_string_equal(f->rows[0].machine, "M16");
	fleet_free(f);
	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
}

static bool stop(void *user, size_t files)
{
	(void)user;
	(void)files;
	return false;
}

static void test_read__what_is_not_there_or_stopped__is_an_error(void **state)
{
	char folder[] = "/tmp/unbrick-fleet-XXXXXX";
	struct fleet *f = fleet_made();
	struct rs_err err = {0};

	(void)state;
	assert_int_equal(fleet_read(f, "/nowhere", NULL, NULL, &err), RS_E_IO_OPEN);
	assert_int_equal(fleet_read(f, "/dev/null", NULL, NULL, &err), RS_E_IO_OPEN);
	assert_non_null(mkdtemp(folder));
	char *one = put_file(folder, "one.json", END);
	assert_int_equal(fleet_read(f, folder, stop, NULL, &err), RS_E_CANCELLED);
	fleet_free(f);
	remove_file(one);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_take__each_end_of_a_run__is_its_state),
		cmocka_unit_test(test_take__start_that_failed__has_its_runs_reason_and_keys),
		cmocka_unit_test(test_take__technician__counts_by_the_last_repair),
		cmocka_unit_test(test_take__key_ids__are_guids_and_each_once),
		cmocka_unit_test(test_take__more_keys_than_there_is_room_for__are_left_out),
		cmocka_unit_test(test_take__id_of_another_form__is_none),
		cmocka_unit_test(test_take__what_names_no_trouble__is_none),
		cmocka_unit_test(test_take__times__to_utc_or_none),
		cmocka_unit_test(test_join__end_without_a_model__has_its_starts),
		cmocka_unit_test(test_page__data__is_json_with_the_same_words),
		cmocka_unit_test(test_page__many_groups_and_years__are_bounded),
		cmocka_unit_test(test_read__many_broken_ones__named_in_part_and_plainly),
		cmocka_unit_test(test_read__folders_in_folders__to_a_depth),
		cmocka_unit_test(test_take__no_report__says_why),
		cmocka_unit_test(test_take__line_of_nginx__is_the_report_at_the_time_it_came),
		cmocka_unit_test(test_take__recovery_password_in_a_text__is_hidden),
		cmocka_unit_test(test_take__more_than_there_is_room_for__is_counted),
		cmocka_unit_test(test_join__retries__count_once),
		cmocka_unit_test(test_join__ends_that_contradict__are_counted),
		cmocka_unit_test(test_join__later_word_of_a_start__is_no_contradiction),
		cmocka_unit_test(test_join__start_without_its_end__never_came_back),
		cmocka_unit_test(test_join__machine_with_several__counts_by_the_newest),
		cmocka_unit_test(test_join__machines_without_a_serial_number__are_not_one),
		cmocka_unit_test(test_groups__second_machine__is_a_new_incident),
		cmocka_unit_test(test_groups__what_a_rule_knows__is_not_new),
		cmocka_unit_test(test_page__hostile_texts__are_text),
		cmocka_unit_test(test_page__policy__names_the_hashes_of_its_own),
		cmocka_unit_test(test_csv__formulas_and_quotes__stay_text),
		cmocka_unit_test(test_csv__formulas_of_other_languages__stay_text),
		cmocka_unit_test(test_read__folder_of_anything__takes_the_reports),
		cmocka_unit_test(test_read__too_large__is_named_and_the_next_line_read),
		cmocka_unit_test(test_read__what_is_not_there_or_stopped__is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

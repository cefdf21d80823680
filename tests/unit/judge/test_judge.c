/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What judge does when something is odd: links, protected names, unreadable places, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "ntfslog/replay.h"
#include "win_image.h"

#define RULE(path, rest)                                                                           \
	"[rule]\nid = t\ntitle = T\nkind = bad-file\naction = quarantine\n"                        \
	"confidence = confirmed\nreference = r\n[file]\npath = " path "\n" rest
#define ANY_SIZE "[bad]\nsize-min = 0\n"

enum { TAG_JUNCTION = 0xA0000003, TAG_WOF = 0x80000017 };

static void expect(struct wi *w, const char *rule, enum said_outcome outcome, size_t n_files)
{
	const struct judge_said *r = wi_judge_text(w, rule);

	if (r->outcome != outcome || w->res->n_findings != n_files)
		fail_msg("outcome %d, %zu files; why: %s; faults: %s", r->outcome,
			w->res->n_findings, r->why, w->res->faults);
}

static size_t count(const struct wi *w, enum judge_verdict verdict)
{
	size_t n = 0;

	for (size_t i = 0; i < w->res->n_findings; i++)
		n += w->res->findings[i].verdict == verdict;
	return n;
}

/* ---- what is never moved ---- */

static void test_judge__protected_place__is_reported_only(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/System32/config/bad.dat", "x", "");
	wi_text(w, "/Windows/Temp/bad.dat", "x", "");
	wi_text(w, "/Unbrick/20260101T000000Z/0001/bad.dat", "x", "");
	expect(w, RULE("\\**\\bad.dat", ANY_SIZE), SAID_MATCHED, 3);
	wi_expect_file(w, "\\Windows\\Temp\\bad.dat", JUDGE_BAD);
	wi_expect_file(w, "\\Windows\\System32\\config\\bad.dat", JUDGE_REPORT);
	wi_expect_file(w, "\\Unbrick\\20260101T000000Z\\0001\\bad.dat", JUDGE_REPORT);
	assert_non_null(
		strstr(wi_found(w, "\\Windows\\System32\\config\\bad.dat")->why, "protected"));
}

static void test_judge__never_list__is_reported_only(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/Temp/bad-1.dat", "x", "");
	wi_text(w, "/Windows/Temp/bad-2.dat", "x", "");
	expect(w, RULE("%WINDIR%\\Temp\\bad-*.dat", "never = %WINDIR%\\Temp\\BAD-2*\n" ANY_SIZE),
		SAID_MATCHED, 2);
	wi_expect_file(w, "\\Windows\\Temp\\bad-1.dat", JUDGE_BAD);
	wi_expect_file(w, "\\Windows\\Temp\\bad-2.dat", JUDGE_REPORT);
}

static void test_judge__too_many_files__stops_and_moves_none(void **state)
{
	struct wi *w = *state;

	for (int c = '1'; c <= '3'; c++) {
		char path[] = "/Windows/Temp/bad-X.dat";
		*strchr(path, 'X') = (char)c;
		wi_text(w, path, "x", "");
	}
	expect(w, RULE("%WINDIR%\\Temp\\bad-*.dat", "max-files = 2\n" ANY_SIZE), SAID_STOPPED, 3);
	assert_int_equal(count(w, JUDGE_REPORT), 3);
	expect(w, RULE("%WINDIR%\\Temp\\bad-*.dat", "max-files = 3\n" ANY_SIZE), SAID_MATCHED, 3);
}

static void test_judge__stop_condition__stops(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/Temp/bad.dat", "x", "");
	expect(w,
		RULE("%WINDIR%\\Temp\\bad.dat",
			ANY_SIZE "[stop-if]\nfile-missing = %WINDIR%\\Temp\\good.dat\n"),
		SAID_STOPPED, 1);
	assert_int_equal(count(w, JUDGE_REPORT), 1);
	expect(w,
		RULE("%WINDIR%\\Temp\\bad.dat",
			ANY_SIZE "[stop-if]\nfile-present = %WINDIR%\\Temp\\good.dat\n"),
		SAID_MATCHED, 1);
}

static void test_judge__contradiction_or_confirmation__is_doubtful(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/Temp/bad.dat", "x", "");
	expect(w,
		RULE("%WINDIR%\\Temp\\bad.dat",
			ANY_SIZE "[contradicts]\nfile-present = %WINDIR%\\Temp\\bad.*\n"),
		SAID_DOUBT, 1);
	assert_non_null(strstr(w->res->said[0].evidence, "against it: file"));
	expect(w, RULE("%WINDIR%\\Temp\\bad.dat", ANY_SIZE "[rule]\nconfirm = it crashed\n"),
		SAID_DOUBT, 1);
	assert_non_null(strstr(w->res->findings[0].why, "only if it crashed"));
}

static void test_judge__fits_the_repaired_file_too__is_doubtful(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/Temp/bad.dat", "x", "");
	expect(w, RULE("%WINDIR%\\Temp\\bad.dat", ANY_SIZE "[repaired]\nsize-max = 9\n"),
		SAID_DOUBT, 1);
	assert_non_null(strstr(w->res->findings[0].why, "both the bad and the repaired"));
}

static void test_judge__what_is_required_is_not_there__no_file(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/Temp/bad.dat", "x", "");
	expect(w,
		RULE("%WINDIR%\\Temp\\bad.dat",
			ANY_SIZE "[requires]\nfile-present = %WINDIR%\\Temp\\good.dat\n"),
		SAID_NO_MATCH, 0);
}

static void test_judge__stop_condition_not_known__is_doubtful(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/Temp/bad.dat", "x", "");
	expect(w, RULE("%WINDIR%\\Temp\\bad.dat", ANY_SIZE "[stop-if]\nservice = abc\n"),
		SAID_DOUBT, 1);
}

static void test_judge__rule_that_only_reports__moves_nothing(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/Temp/bad.dat", "x", "");
	expect(w,
		"[rule]\nid = t\ntitle = T\nkind = bad-file\naction = report\n"
		"confidence = confirmed\nreference = r\n"
		"[file]\npath = %WINDIR%\\Temp\\bad.dat\n" ANY_SIZE,
		SAID_REPORTED, 1);
	wi_expect_file(w, "\\Windows\\Temp\\bad.dat", JUDGE_REPORT);
}

/* Overwrite the record of a file in the image, as a disk with a bad spot has it. */
static void lose_record(struct wi *w, const char *path)
{
	static const uint8_t zeros[1024];
	uint64_t ref = 0;

	wi_open(w);
	assert_int_equal(nt_lookup(w->vol, path, &ref, NULL), 0);
	const struct nt_geometry *g = nt_raw_geometry(w->raw);
	int fd = open(w->path, O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, zeros, g->record_bytes,
				 (off_t)(g->mft_off_bytes + NT_REF_RECORD(ref) * g->record_bytes)),
		g->record_bytes);
	assert_int_equal(close(fd), 0);
}

static void test_judge__evidence_whose_record_is_gone__is_none(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/Temp/bad.dat", "x", "");
	wi_text(w, "/Windows/Temp/proof.dat", "x", "");
	lose_record(w, "\\Windows\\Temp\\proof.dat");
	const struct judge_said *r =
		wi_judge_text(w, RULE("%WINDIR%\\Temp\\bad.dat", ANY_SIZE
					 "[supports]\nfile-present = %WINDIR%\\Temp\\proof.dat\n"));
	assert_null(strstr(r->evidence, "for it: file"));
	assert_non_null(strstr(r->evidence, "not looked at"));
	assert_true(w->res->unreadable > 0);
	assert_non_null(strstr(w->res->faults, "proof.dat"));
}

/* ---- links ---- */

static void test_judge__junction_in_the_way__is_named_not_followed(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Elsewhere/bad.dat", "x", "");
	wi_dir(w, "/Windows/System32/drivers/Link");
	wi_reparse(w, "/Windows/System32/drivers/Link", TAG_JUNCTION);
	expect(w, RULE("%WINDIR%\\System32\\drivers\\Link\\bad.dat", ANY_SIZE), SAID_STOPPED, 0);
	assert_non_null(strstr(w->res->said[0].why, "drivers\\Link: a reparse point"));
	assert_true(w->res->unreadable > 0);
	expect(w, RULE("%WINDIR%\\System32\\drivers\\Link\\a\\bad.dat", ANY_SIZE), SAID_STOPPED, 0);
	expect(w, RULE("%WINDIR%\\System32\\drivers\\Link\\**\\bad.dat", ANY_SIZE), SAID_STOPPED,
		0);
	expect(w, RULE("%WINDIR%\\System32\\drivers\\L*\\bad.dat", ANY_SIZE), SAID_STOPPED, 0);
	/* another folder of the same rule does not suffer */
	wi_judge_text(w, RULE("%WINDIR%\\System32\\drivers\\Link\\bad.dat",
				 "path = \\Elsewhere\\bad.dat\n" ANY_SIZE));
	assert_int_equal(w->res->said[0].outcome, SAID_MATCHED);
	assert_non_null(strstr(w->res->said[0].why, "reparse point"));
}

static void test_judge__file_is_a_link__is_doubtful(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/Temp/bad.dat", "", "");
	wi_reparse(w, "/Windows/Temp/bad.dat", 0xA000000C); /* symbolic link */
	expect(w, RULE("%WINDIR%\\Temp\\bad.dat", ANY_SIZE), SAID_DOUBT, 1);
	assert_non_null(strstr(w->res->findings[0].why, "0xa000000c"));
	assert_false(w->res->findings[0].has_sha256);
}

static void test_judge__compressed_by_windows__has_no_hash_and_says_so(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/Temp/bad.dat", "", "2024-07-19T04:09:00Z");
	wi_reparse(w, "/Windows/Temp/bad.dat", TAG_WOF);
	expect(w, RULE("%WINDIR%\\Temp\\bad.dat", "[bad]\nmodified-from = 2024-07-19T04:09:00Z\n"),
		SAID_MATCHED, 1);
	assert_false(w->res->findings[0].has_sha256);
	assert_non_null(strstr(w->res->findings[0].why, "contents not readable"));
	/* a condition on the contents cannot be answered: no verdict of bad */
	expect(w, RULE("%WINDIR%\\Temp\\bad.dat", ANY_SIZE "[doubtful]\nall-zero = yes\n"),
		SAID_DOUBT, 1);
}

/* A replay of the journal leaves zeros where a small file's contents were never logged. */
static void test_judge__zeros_of_the_journal__prove_nothing(void **state)
{
	static const char *const rules[] = {
		RULE("%WINDIR%\\Temp\\bad-*.dat", "[bad]\nall-zero = yes\n"),
		RULE("%WINDIR%\\Temp\\bad-*.dat",
			"[bad]\nsha256 = "
			"8855508aade16ec573d21e6a485dfd0a7624085c1a14b5ecdd6485de0c6839a4\n"),
		RULE("%WINDIR%\\Temp\\bad-*.dat", ANY_SIZE "[doubtful]\nall-zero = yes\n")};
	struct wi *w = *state;
	struct nt_replay p = {0};
	uint64_t refs[2], numbers[2];

	wi_file(w, "/Windows/Temp/bad-zero.dat", "\0\0\0\0\0", 5, "");
	wi_text(w, "/Windows/Temp/bad-later.dat", "text", "");
	wi_open(w);
	assert_int_equal(nt_lookup(w->vol, "\\Windows\\Temp\\bad-zero.dat", &refs[0], NULL), 0);
	assert_int_equal(nt_lookup(w->vol, "\\Windows\\Temp\\bad-later.dat", &refs[1], NULL), 0);
	expect(w, rules[0], SAID_MATCHED, 2); /* the other one fits by name */
	wi_expect_file(w, "\\Windows\\Temp\\bad-zero.dat", JUDGE_BAD);
	assert_true(wi_found(w, "\\Windows\\Temp\\bad-zero.dat")->is_all_zero);
	numbers[0] = NT_REF_RECORD(refs[0]);
	numbers[1] = NT_REF_RECORD(refs[1]);
	p.zeroed = (struct rs_numbers){numbers, 2};
	nt_vol_set_replay(w->vol, &p);
	for (size_t i = 0; i < 3; i++) {
		const struct finding *f;
		(void)wi_judge_text(w, rules[i]);
		wi_expect_file(w, "\\Windows\\Temp\\bad-zero.dat", JUDGE_DOUBTFUL);
		f = wi_found(w, "\\Windows\\Temp\\bad-zero.dat");
		assert_non_null(strstr(f->why, "the journal does not hold its contents"));
		assert_false(f->is_all_zero);
	}
	wi_expect_file(
		w, "\\Windows\\Temp\\bad-later.dat", JUDGE_BAD); /* it has contents after all */
	nt_vol_set_replay(w->vol, NULL);
}

static void test_judge__hard_links__one_finding_a_name(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/Temp/bad-1.dat", "x", "");
	wi_link(w, "/Windows/Temp/bad-1.dat", "/Windows/Temp/bad-2.dat");
	wi_link(w, "/Windows/Temp/bad-1.dat", "/Windows/Other/bad-3.dat");
	expect(w, RULE("%WINDIR%\\Temp\\bad-*.dat", ANY_SIZE), SAID_MATCHED, 2);
	assert_true(w->res->findings[0].stat.ref == w->res->findings[1].stat.ref);
	assert_int_equal(w->res->findings[0].stat.links, 3);
	expect(w, RULE("%WINDIR%\\**\\bad-*.dat", ANY_SIZE), SAID_MATCHED, 3);
}

static void test_judge__folder_of_that_name__is_no_file(void **state)
{
	struct wi *w = *state;

	wi_dir(w, "/Windows/Temp/bad.dat");
	expect(w, RULE("%WINDIR%\\Temp\\bad.dat", ANY_SIZE), SAID_NO_MATCH, 0);
	expect(w, RULE("%WINDIR%\\Temp\\bad.dat\\bad.dat", ANY_SIZE), SAID_NO_MATCH, 0);
}

/* ---- what cannot be read ---- */

static void break_record(struct wi *w, const char *path)
{
	uint64_t ref = 0;
	struct rs_err err = {0};

	wi_open(w);
	assert_int_equal(nt_lookup(w->vol, path, &ref, &err), 0);
	const struct nt_geometry *g = nt_raw_geometry(w->raw);
	off_t at = (off_t)(g->mft_off_bytes + NT_REF_RECORD(ref) * g->record_bytes);
	char was[4];
	int fd = open(w->path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, was, 4, at), 4);
	assert_memory_equal(was, "FILE", 4);
	assert_int_equal(pwrite(fd, "BAAD", 4, at), 4);
	(void)close(fd);
	nt_raw_close(w->raw);
	assert_int_equal(nt_vol_close(w->vol, &err), 0);
	blk_close(w->blk);
	w->raw = NULL;
	w->vol = NULL;
	w->blk = NULL;
}

static void test_judge__damaged_folder__is_a_fault_not_a_no(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/System32/drivers/X/bad.dat", "x", "");
	break_record(w, "\\Windows\\System32\\drivers\\X");
	wi_judge_text(w, RULE("%WINDIR%\\System32\\drivers\\X\\bad.dat", ANY_SIZE));
	assert_int_equal(w->res->n_findings, 0);
	assert_true(w->res->unreadable > 0);
	assert_non_null(strstr(w->res->faults, "drivers\\X"));
}

static void test_judge__damaged_record_in_the_scan__is_a_fault(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/a/bad.dat", "x", "");
	wi_text(w, "/Windows/b/bad.dat", "x", "");
	break_record(w, "\\Windows\\a\\bad.dat");
	wi_judge_text(w, RULE("\\**\\bad.dat", ANY_SIZE));
	wi_expect_file(w, "\\Windows\\b\\bad.dat", JUDGE_BAD);
	assert_int_equal(w->res->n_findings, 1);
	assert_int_equal(w->res->unreadable, 1);
	assert_non_null(strstr(w->res->faults, "record"));
}

/* Where it lies nobody knows: no folder, so nothing that could be moved from there. */
static void test_judge__folder_is_lost__its_files_are_not_found(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Lost/bad.dat", "x", "");
	lose_record(w, "\\Lost");
	wi_judge_text(w, RULE("\\**\\bad.dat", ANY_SIZE));
	assert_int_equal(w->res->n_findings, 0);
}

static void test_judge__requirement_not_known__is_doubtful(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/Temp/bad.dat", "x", "");
	expect(w, RULE("%WINDIR%\\Temp\\bad.dat", ANY_SIZE "[requires]\nservice = abc\n"),
		SAID_DOUBT, 1);
	assert_non_null(strstr(w->res->findings[0].why, "SYSTEM hive"));
}

static void test_judge__build_not_known__is_doubtful(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/Temp/bad.dat", "x", "");
	w->win.build = 0;
	expect(w, RULE("%WINDIR%\\Temp\\bad.dat", ANY_SIZE "[applies]\nbuilds = 1-\n"), SAID_DOUBT,
		1);
	w->win.arch[0] = '\0';
	expect(w, RULE("%WINDIR%\\Temp\\bad.dat", ANY_SIZE "[applies]\narch = x64\n"), SAID_DOUBT,
		1);
	(void)snprintf(w->win.arch, sizeof(w->win.arch), "x86");
	expect(w, RULE("%WINDIR%\\Temp\\bad.dat", ANY_SIZE "[applies]\narch = x64\n"),
		SAID_NOT_APPLICABLE, 0);
}

static bool no_more(void *user, const char *what, uint64_t done, uint64_t total)
{
	(void)user;
	(void)what;
	(void)done;
	(void)total;
	return false;
}

static void test_judge__cancelled_or_no_windows__is_an_error(void **state)
{
	struct wi *w = *state;
	struct rs_task task = {NULL, no_more};
	struct judge_result *res = NULL;
	struct rs_err err = {0};

	wi_judge_text(w, RULE("\\**\\bad.dat", ANY_SIZE));
	struct judge_look in = {
		.vol = w->vol, .raw = w->raw, .win = &w->win, .rules = &w->set, .task = &task};
	assert_int_equal(judge_run(&in, 1, &res, &err), RS_E_CANCELLED);
	(void)snprintf(w->win.root, sizeof(w->win.root), "\\WINNT");
	in.task = NULL;
	assert_int_equal(judge_run(&in, 1, &res, &err), RS_E_NO_SUCH_FILE);
	assert_null(res);
}

/* ---- contents ---- */

static void test_judge_hash__known_bytes__known_sum(void **state)
{
	/* FIPS 180-2, appendix B.1: "abc" */
	static const uint8_t sum[32] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41,
		0x40, 0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c,
		0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
	static uint8_t big[65536 + 65536 + 1];
	struct wi *w = *state;
	struct rs_err err = {0};
	uint8_t got[32];
	bool is_zero = true;
	uint64_t ref = 0;

	wi_text(w, "/abc", "abc", "");
	wi_file(w, "/zeros", big, sizeof(big), "");
	big[sizeof(big) - 1] = 1;
	wi_file(w, "/one", big, sizeof(big), "");
	wi_open(w);
	assert_int_equal(nt_lookup(w->vol, "\\abc", &ref, &err), 0);
	assert_int_equal(judge_hash(w->vol, ref, got, &is_zero, &err), 0);
	assert_memory_equal(got, sum, 32);
	assert_false(is_zero);
	assert_int_equal(nt_lookup(w->vol, "\\zeros", &ref, &err), 0);
	assert_int_equal(judge_hash(w->vol, ref, got, &is_zero, &err), 0);
	assert_true(is_zero);
	assert_int_equal(nt_lookup(w->vol, "\\one", &ref, &err), 0);
	assert_int_equal(judge_hash(w->vol, ref, got, &is_zero, &err), 0);
	assert_false(is_zero);
}

static void test_judge__content_conditions__decide(void **state)
{
	struct wi *w = *state;
	static const char *const hold[] = {"size-min = 3\nsize-max = 3\n", "magic = 1 6263\n",
		"magic = 0 ff, 0 6162\n", "is-pe = no\n", "all-zero = no\n",
		"sha256 = ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n",
		"differs-from = \\other\n", "modified-before = 2024-01-02T00:00:01Z\n"};
	static const char *const fail[] = {"size-min = 4\n", "size-max = 2\n", "magic = 2 6263\n",
		"magic = 0 ff\n", "is-pe = yes\n", "all-zero = yes\n",
		"sha256 = ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ae\n",
		"differs-from = \\same\n", "modified-before = 2024-01-02T00:00:00Z\n",
		"created-before = 2001-01-01T00:00:00Z\n"};
	char rule[600];

	wi_text(w, "/Windows/Temp/bad.dat", "abc", "2024-01-02T00:00:00Z");
	wi_text(w, "/other", "abd", "");
	wi_text(w, "/same", "abc", "");
	for (size_t i = 0; i < sizeof(hold) / sizeof(hold[0]); i++) {
		(void)snprintf(rule, sizeof(rule), RULE("%%WINDIR%%\\Temp\\bad.dat", "[bad]\n%s"),
			hold[i]);
		expect(w, rule, SAID_MATCHED, 1);
	}
	for (size_t i = 0; i < sizeof(fail) / sizeof(fail[0]); i++) {
		(void)snprintf(rule, sizeof(rule), RULE("%%WINDIR%%\\Temp\\bad.dat", "[bad]\n%s"),
			fail[i]);
		expect(w, rule, SAID_DOUBT, 1);
		(void)snprintf(rule, sizeof(rule),
			RULE("%%WINDIR%%\\Temp\\bad.dat", "otherwise = ignore\n[bad]\n%s"),
			fail[i]);
		expect(w, rule, SAID_NO_MATCH, 0);
	}
}

static void test_judge__version_not_there__is_doubtful(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/Temp/bad.dat", "abc", "");
	expect(w, RULE("%WINDIR%\\Temp\\bad.dat", "[bad]\nversion-below = 1.0.0.0\n"), SAID_DOUBT,
		1);
	assert_non_null(strstr(w->res->findings[0].why, "no file version"));
}

#define FROM	    "modified-from = 2024-07-19T04:09:00Z\n"
#define TIMES(rest) RULE("%WINDIR%\\Temp\\bad.dat", "[bad]\n" rest)
#define BEFORE	    "modified-before = 2024-07-19T05:27:00Z\n"

/* What the screen tells as one, for it to find without reading words. */
static void expect_window(struct wi *w, const char *rule, const char *first)
{
	(void)wi_judge_text(w, rule);
	const struct finding *f = wi_found(w, "\\Windows\\Temp\\bad.dat");
	assert_non_null(f);
	const struct judge_window *t = &f->window;
	assert_int_equal(t->len > 0, first != NULL);
	if (!first)
		return;
	auto_free char *told = strndup(f->why + t->at, t->len);
	auto_free char *before = strndup(f->why, t->at);
	assert_string_equal(before, first);
	assert_int_equal(strncmp(told, "modified ", 9), 0);
	const char *second = strstr(told, ", modified ");
	assert_non_null(second);
	assert_non_null(strstr(told, "not before 2024-07-19T04:09:00"));
	assert_string_equal(strstr(second, "before "), "before 2024-07-19T05:27:00Z");
	assert_true(t->from < t->time && t->time < t->before && !t->is_created);
	assert_int_equal(t->time, f->stat.modified);
}

static void test_judge__two_limits_of_a_time__are_a_window(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/Windows/Temp/bad.dat", "x", "2024-07-19T04:09:27Z");
	expect_window(w, TIMES(FROM BEFORE), "");
	expect_window(w, TIMES("size-min = 1\n" FROM BEFORE), "1 byte, at least 1, ");
	expect_window(w, TIMES(FROM), NULL);
	expect_window(w, TIMES(BEFORE), NULL);
	expect_window(w, TIMES(FROM "size-min = 1\n" BEFORE), NULL);
	expect_window(w, TIMES(FROM "created-before = 2024-07-19T05:27:00Z\n" BEFORE), NULL);
	expect_window(w,
		TIMES(FROM "modified-before = 2024-07-19T04:09:10Z\n[repaired]\n" FROM BEFORE),
		"the repaired file: ");
}

static void test_judge__other_windows_folder__is_used(void **state)
{
	struct wi *w = *state;

	wi_text(w, "/WINNT/Temp/bad.dat", "abc", "");
	wi_text(w, "/Windows/Temp/bad.dat", "abc", "");
	(void)snprintf(w->win.root, sizeof(w->win.root), "\\winnt");
	expect(w, RULE("%WINDIR%\\**\\bad.dat", ANY_SIZE), SAID_MATCHED, 1);
	wi_expect_file(w, "\\WINNT\\Temp\\bad.dat", JUDGE_BAD);
	expect(w, RULE("%WINDIR%\\temp\\bad.dat", ANY_SIZE), SAID_MATCHED, 1);
	assert_string_equal(w->res->findings[0].path, "\\WINNT\\Temp\\bad.dat");
}

#define T(name) cmocka_unit_test_setup_teardown(name, wi_setup, wi_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_judge__protected_place__is_reported_only),
		T(test_judge__never_list__is_reported_only),
		T(test_judge__too_many_files__stops_and_moves_none),
		T(test_judge__stop_condition__stops),
		T(test_judge__fits_the_repaired_file_too__is_doubtful),
		T(test_judge__what_is_required_is_not_there__no_file),
		T(test_judge__stop_condition_not_known__is_doubtful),
		T(test_judge__rule_that_only_reports__moves_nothing),
		T(test_judge__folder_is_lost__its_files_are_not_found),
		T(test_judge__evidence_whose_record_is_gone__is_none),
		T(test_judge__contradiction_or_confirmation__is_doubtful),
		T(test_judge__junction_in_the_way__is_named_not_followed),
		T(test_judge__file_is_a_link__is_doubtful),
		T(test_judge__compressed_by_windows__has_no_hash_and_says_so),
		T(test_judge__zeros_of_the_journal__prove_nothing),
		T(test_judge__hard_links__one_finding_a_name),
		T(test_judge__folder_of_that_name__is_no_file),
		T(test_judge__damaged_folder__is_a_fault_not_a_no),
		T(test_judge__damaged_record_in_the_scan__is_a_fault),
		T(test_judge__requirement_not_known__is_doubtful),
		T(test_judge__build_not_known__is_doubtful),
		T(test_judge__cancelled_or_no_windows__is_an_error),
		T(test_judge_hash__known_bytes__known_sum),
		T(test_judge__content_conditions__decide),
		T(test_judge__version_not_there__is_doubtful),
		T(test_judge__two_limits_of_a_time__are_a_window),
		T(test_judge__other_windows_folder__is_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

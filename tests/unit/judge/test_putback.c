/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What proves that a file of the store of components is the one that was taken away: each part of
 * the proof alone missing, and nothing is put back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "judge/putback.h"
#include "win_image.h"

#define GONE   "\\Windows\\System32\\svchost.exe"
#define STEM   "amd64_microsoft-windows-services-svchost_31bf3856ad364e35_"
#define FOLDER STEM "10.0.19041.546_none_d1b1e2bbd5f1ad3a"
#define NEWER  STEM "10.0.19041.4648_none_e0e0e2bbd5f1ad3b"
#define STORE  "/Windows/WinSxS/"
#define KEY    "Microsoft\\Windows\\CurrentVersion\\SideBySide\\Winners\\" STEM "none_1111222233334444"
#define MANIFEST                                                                                   \
	"<assembly><file name=\"svchost.exe\" destinationPath=\"$(runtime.system32)\\\"/>"         \
	"</assembly>"

struct made { /* what differs from a Windows whose proof is whole; NULL: as it is */
	const char *winner, *branch, *more_winner; /* a second key for the component */
	const char *manifest;
	const char *linked; /* a name of the file elsewhere */
	const char *exe;    /* other bytes */
	const char *other;  /* another component's folder, which wins, too */
	const char *other_key;
	const char *path; /* asked for */
	bool is_pending, has_no_software, is_reparse;
};

static const uint16_t version[] = {10, 0, 19041, 546};

static void make_registry(struct wi *w, const struct made *m)
{
	char branch[400], more[300], more_branch[400], other[300], other_branch[400];

	(void)snprintf(branch, sizeof(branch), "%s\\%s", KEY, m->branch ? m->branch : "10.0");
	(void)snprintf(more, sizeof(more), "%.*s9999", (int)strlen(KEY) - 4, KEY);
	(void)snprintf(more_branch, sizeof(more_branch), "%s\\10.0", more);
	(void)snprintf(other, sizeof(other), "%s",
		m->other_key ? m->other_key : "Microsoft\\Windows\\CurrentVersion\\Other");
	(void)snprintf(other_branch, sizeof(other_branch), "%s\\10.0", other);
	const struct wi_value values[] = {{KEY, "", "10.0", 0},
		{branch, "", m->winner ? m->winner : "10.0.19041.546", 0},
		{m->more_winner ? more : "A", "", "10.0", 0},
		{m->more_winner ? more_branch : "A", "", m->more_winner ? m->more_winner : "", 0},
		{other, "", "10.0", 0}, {other_branch, "", "10.0.19041.1", 0},
		{m->is_pending ? "Microsoft\\Windows\\CurrentVersion\\Component Based "
				 "Servicing\\SessionsPending"
			       : "A",
			"Exclusive", NULL, 3},
		{NULL, NULL, NULL, 0}};
	const struct wi_value system[] = {
		{"ControlSet001\\Control\\Session Manager", NULL, NULL, 0},
		{"MountedDevices", NULL, NULL, 0}, {NULL, NULL, NULL, 0}};

	if (!m->has_no_software)
		wi_hive(w, "SOFTWARE", values);
	wi_hive(w, "SYSTEM", system);
}

static void make(struct wi *w, const struct made *m)
{
	char path[300];

	if (m->exe)
		wi_text(w, STORE FOLDER "/svchost.exe", m->exe, "");
	else
		wi_program(w, STORE FOLDER "/svchost.exe", version);
	wi_program(w, STORE NEWER "/svchost.exe", version); /* the highest proves nothing */
	wi_dir(w, STORE "Manifests");
	if (!m->manifest || m->manifest[0])
		wi_text(w, STORE "Manifests/" FOLDER ".manifest",
			m->manifest ? m->manifest : MANIFEST, "");
	if (m->linked)
		wi_link(w, STORE FOLDER "/svchost.exe", m->linked);
	if (m->is_reparse)
		wi_reparse(w, STORE FOLDER "/svchost.exe", 0x80000017);
	if (m->other) {
		(void)snprintf(path, sizeof(path), STORE "%s/svchost.exe", m->other);
		wi_program(w, path, version);
	}
	make_registry(w, m);
}

/* Judged; *why is static. NULL: it is proven. */
static const char *why_not(const struct made *m)
{
	static char text[600];
	struct wi w;
	struct rs_err err = {0};
	struct putback *p = NULL;
	char *why = NULL;

	wi_make(&w);
	make(&w, m);
	wi_open(&w);
	const struct putback_look in = {.vol = w.vol, .raw = w.raw, .win = &w.win};
	assert_int_equal(putback_find(&in, m->path ? m->path : GONE, &p, &why, &err), 0);
	assert_true(!p == !!why);
	(void)snprintf(text, sizeof(text), "%s", why ? why : "");
	if (p) {
		uint64_t ref = 0;
		assert_string_equal(p->source, "\\Windows\\WinSxS\\" FOLDER "\\svchost.exe");
		assert_int_equal(nt_lookup(w.vol, p->source, &ref, &err), 0);
		assert_int_equal(p->stat.ref, ref);
		assert_int_equal(nt_lookup(w.vol, "\\Windows\\System32", &ref, &err), 0);
		assert_int_equal(p->dir_ref, ref);
		assert_int_equal(p->how, PUTBACK_LINK);
	}
	putback_free(p);
	free(why);
	wi_done(&w);
	return why ? text : NULL;
}

static void proven(const struct made *m)
{
	const char *why = why_not(m);

	if (why)
		fail_msg("not proven: %s", why);
}

static void refused(const struct made *m, const char *words)
{
	const char *why = why_not(m);

	if (!why || !strstr(why, words))
		fail_msg("'%s' and not '%s'", why ? why : "proven", words);
}

static void test_putback__whole_proof__is_one(void **state)
{
	(void)state;
	proven(&(struct made){.winner = NULL});
	proven(&(struct made){.manifest = "DCM\x01PA30 compressed"}); /* named, not read */
}

static void test_putback__winner_not_proven__nothing(void **state)
{
	(void)state;
	refused(&(struct made){.winner = "10.0.19041.1"}, "does not say that Windows uses");
	refused(&(struct made){.winner = "11.0.19041.546"}, "not told clearly");
	refused(&(struct made){.winner = "10.0"}, "not told clearly");
	refused(&(struct made){.winner = "10.01.19041.546"}, "not told clearly");
	refused(&(struct made){.branch = "6.3"}, "not told clearly");
	refused(&(struct made){.more_winner = "10.0.19041.546"}, "not told clearly");
	refused(&(struct made){.has_no_software = true}, "registry (SOFTWARE): no such file");
	refused(&(struct made){.is_pending = true}, "half applied");
}

static void test_putback__not_that_file__nothing(void **state)
{
	(void)state;
	refused(&(struct made){.linked = "/Windows/System32/elsewhere.exe"},
		"in its place already");
	refused(&(struct made){.linked = "/Windows.old/svchost.exe"}, "in its place already");
	refused(&(struct made){.manifest = ""}, "no manifest any more");
	refused(&(struct made){.manifest = "<assembly/>"}, "does not put");
	refused(&(struct made){.manifest = "<file name=\"svchost.exe\" "
					   "destinationPath=\"$(runtime.drivers)\"/>"},
		"elsewhere: System32\\drivers");
	refused(&(struct made){.other = "amd64_another_31bf3856ad364e35_10.0.19041.1_none_"
					"0123456789abcdef",
			.other_key =
				"Microsoft\\Windows\\CurrentVersion\\SideBySide\\Winners\\amd64_"
				"another_31bf3856ad364e35_none_0123456789abcdef"},
		"two components");
	/* for another processor: only the other one counts */
	proven(&(struct made){.other = "x86_another_31bf3856ad364e35_10.0.19041.1_none_"
				       "0123456789abcdef",
		.other_key = "Microsoft\\Windows\\CurrentVersion\\SideBySide\\Winners\\x86_"
			     "another_31bf3856ad364e35_none_0123456789abcdef"});
}

static void test_putback__not_whole__nothing(void **state)
{
	(void)state;
	refused(&(struct made){.exe = "PA30 and what follows"}, "compressed as a difference");
	refused(&(struct made){.exe = "no program at all"}, "not whole");
	refused(&(struct made){.exe = "MZ"}, "not whole");
	refused(&(struct made){.is_reparse = true}, "\\svchost.exe");
}

static void test_putback__folder_not_known__nothing(void **state)
{
	(void)state;
	refused(&(struct made){.path = "\\Program Files\\X\\svchost.exe"}, "cannot be told");
	refused(&(struct made){.path = "\\Windows\\System32\\wbem\\svchost.exe"}, "cannot be told");
	refused(&(struct made){.path = "\\Windows2\\svchost.exe"}, "cannot be told");
	refused(&(struct made){.path = "\\Xindows\\System32\\svchost.exe"}, "cannot be told");
	refused(&(struct made){.path = "svchost.exe"}, "path is not known");
	refused(&(struct made){.path = "\\Windows\\System32\\other.exe"}, "no file of that name");
	refused(&(struct made){.path = "\\Windows\\SysWOW64\\svchost.exe"},
		"its folder: no such file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_putback__whole_proof__is_one),
		cmocka_unit_test(test_putback__winner_not_proven__nothing),
		cmocka_unit_test(test_putback__not_that_file__nothing),
		cmocka_unit_test(test_putback__not_whole__nothing),
		cmocka_unit_test(test_putback__folder_not_known__nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

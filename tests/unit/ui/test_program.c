/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole program, run as a person or a script does: how it ends, what it prints where, and the
 * file of --report. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../engine/rig.h"
#include "said.h"
#include "ui/ui.h"

static struct rig rig, crashed;
static char report[128];

/* The images are made where no other process' OpenSSL is touched: the program chooses its memory.
 */
static int make(void *user)
{
	size_t len;

	(void)user;
	rig_begin(&rig);
	uint8_t *bytes = rig_windows(RIG_HAS_BAD, &len);
	rig_add_take(&rig, bytes, len);
	rig_begin(&crashed);
	bytes = rig_crashed(RIG_HAS_BAD, false, &len);
	rig_add_take(&crashed, bytes, len);
	return 0;
}

static int setup(void **state)
{
	(void)state;
	make(NULL);
	(void)snprintf(report, sizeof(report), "%s/report.json", rig.dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_done(&rig);
	rig_done(&crashed);
	return 0;
}

/* ---- how it ends ---- */

static int end_with(void *user)
{
	struct rs_err err = {0};

	return out_error((rs_fail_on(&err, *(int *)user, "object", "the cause"), &err));
}

/* Rows of the table by index 0..; NULL after the last. */
static const struct rs_err_info *row_at(unsigned index)
{
	return index + 1 < RS_E_INDEX_END ? rs_err_info(-(int)index - 1) : NULL;
}

static void test_each_error__its_line_and_status(void **state)
{
	(void)state;
	for (unsigned i = 0; row_at(i); i++) {
		const struct rs_err_info *info = row_at(i);
		int code = info->code;
		struct said s;
		if (!code)
			continue;
		said_call(&s, end_with, &code);
		said_expect(&s, info->exit_status, "", "unbrick: object: ");
		assert_non_null(strstr(s.err, info->text));
		assert_non_null(strstr(s.err, "the cause"));
		assert_non_null(strstr(s.err, info->advice));
		assert_string_equal(s.out, "");
		said_done(&s);
	}
}

static void wrong(const char *part, const char *a, const char *b, const char *c, const char *d)
{
	struct said s;

	said_run(&s, a, b, c, d, NULL);
	said_expect(&s, 2, "", part);
	assert_string_equal(s.out, "");
	said_done(&s);
	said_run(&s, "--json", a, b, c, d, NULL);
	said_expect(&s, 2, "\"status\": 2", part);
	struct json_object *o = json_tokener_parse(s.out);
	assert_non_null(o); /* one report, whole */
	json_object_put(o);
	said_done(&s);
}

static void test_wrong_values__usage_and_nothing_printed(void **state)
{
	const char *disk = rig.disks[0];

	(void)state;
	wrong("'maybe' is not safe, no or all", "fix", disk, "--replay", "maybe");
	wrong("'maybe' is not safe, no or all", "undo", disk, "--replay", "maybe");
	wrong("'maybe' is not safe, no or all", "replay", disk, "--replay", "maybe");
	wrong("one of --plan, --resume, --revert", "replay", disk, "--plan=x", "--revert=y");
	wrong("one of --plan, --resume, --revert", "replay", disk, "--resume=x", "--revert=y");
	wrong("--keys-fd needs the number", "list", disk, "--keys-fd", "x");
	wrong("--keys-fd needs the number", "list", disk, "--keys-fd", "-1");
	wrong("--keys-fd needs the number", "list", disk, "--keys-fd", "70000");
	wrong("no such volume", "list", disk, "--volume", "7");
	wrong("is not list, show, check or write", "rules", "print", NULL, NULL);
	wrong("needs --from REPORT", "rules", "write", NULL, NULL);
	wrong("--from is for 'rules write'", "rules", "list", "--from", "x");
	wrong("it takes none", "rules", "list", "more", NULL);
	wrong("needs one ID", "rules", "show", NULL, NULL);
	wrong("needs PATH", "rules", "check", NULL, NULL);
	wrong("no rule has this id", "rules", "show", "nothing", NULL);
	wrong("there is no command 'nothing'", "help", "nothing", NULL, NULL);
	wrong("no such file or folder", "cat", disk, "/nothing", NULL);
	wrong("it is a folder", "cat", disk, "/Windows", NULL);
	assert_true(rig_is_as_made(&rig));
}

static void test_missing_files__cannot_open(void **state)
{
	static const char *const options[] = {"--keys", "--passphrase-file", "--startup-key"};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct said s;
		said_run(&s, "list", rig.disks[0], options[i], "/nonexistent", NULL);
		said_expect(&s, 10, "", "/nonexistent");
		said_done(&s);
	}
	struct said s;
	said_run(&s, "list", "/nonexistent", NULL);
	said_expect(&s, 10, "", "cannot open");
	said_done(&s);
}

static void test_commands__on_a_windows__end_as_they_should(void **state)
{
	struct said s;

	(void)state;
	said_run(&s, "version", NULL);
	said_expect(&s, 0, rs_version(), "");
	said_done(&s);
	said_run(&s, "list", rig.disks[0], NULL);
	said_expect(&s, 0, "\\Windows", "");
	said_done(&s);
	said_run(&s, "scan", rig.disks[0], NULL);
	said_expect(&s, 3, RIG_BAD, "");
	said_done(&s);
	said_run(&s, "ls", rig.disks[0], "/Windows", NULL);
	said_expect(&s, 0, "System32\n", "");
	said_done(&s);
	said_run(&s, "ls", "-lr", rig.disks[0], NULL);
	said_expect(&s, 0, "ntoskrnl.exe\n", "");
	said_done(&s);
	said_run(&s, "cat", rig.disks[0], RIG_DIR "/" RIG_BAD, NULL);
	said_expect(&s, 0, "one", "");
	said_done(&s);
	said_run(&s, "cat", "--json", rig.disks[0], RIG_DIR "/" RIG_BAD, NULL);
	/* of "one", by sha256sum */
	said_expect(&s, 0, "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed", "");
	said_done(&s);
	said_run(&s, "fix", rig.disks[0], NULL); /* nobody to ask */
	said_expect(&s, 14, RIG_BAD, "cancelled");
	said_done(&s);
	assert_true(rig_is_as_made(&rig));
	said_run(&s, "fix", "--yes", rig.disks[0], NULL);
	said_expect(&s, 0, "1 file moved into quarantine", "");
	said_done(&s);
	said_run(&s, "fix", "--yes", rig.disks[0], NULL);
	said_expect(&s, 4, "", "");
	said_done(&s);
	said_run(&s, "undo", "--yes", rig.disks[0], NULL);
	said_expect(&s, 0, "1 file put back", "");
	said_done(&s);
	rig_reset(&rig);
}

/* ---- where it goes ---- */

static void test_json__each_command__one_object_on_standard_output(void **state)
{
	static const char *const commands[] = {"list", "scan", "fix", "undo", "replay", "ls"};

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		struct json_object *command = NULL, *o;
		struct said s;
		said_run(&s, commands[i], "--json", rig.disks[0], NULL);
		o = json_tokener_parse(s.out);
		assert_non_null(o);
		assert_true(json_object_object_get_ex(o, "command", &command));
		assert_string_equal(json_object_get_string(command), commands[i]);
		json_object_put(o);
		said_done(&s);
	}
}

/* An option that is a command ends as that one, whatever stands before it. */
static void test_json__version_and_help_of_a_command__no_report_of_that_one(void **state)
{
	static const char *const words[] = {"version", "help"};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct json_object *command = NULL;
		struct said s;
		said_run(&s, "fix", i ? "--help" : "--version", "--json", NULL);
		struct json_object *o = json_tokener_parse(s.out);
		assert_non_null(o);
		assert_true(json_object_object_get_ex(o, "command", &command));
		assert_string_equal(json_object_get_string(command), words[i]);
		json_object_put(o);
		said_done(&s);
	}
}

struct full {
	const char *command, *argument;
};

static int to_full(void *user)
{
	const struct full *f = user;
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	char name[] = "unbrick", command[16], argument[128];
	char *argv[] = {name, command, argument, NULL};

	if (fd < 0 || dup2(fd, 1) < 0)
		return 99;
	(void)snprintf(command, sizeof(command), "%s", f->command);
	(void)snprintf(argument, sizeof(argument), "%s", f->argument);
	return ui_main(3, argv);
}

static void test_standard_output__full__write_error(void **state)
{
	const struct full all[] = {
		{"list", rig.disks[0]}, {"rules", "list"}, {"help", "fix"}, {"ls", rig.disks[0]}};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct full one = all[i];
		struct said s;
		said_call(&s, to_full, &one);
		said_expect(&s, 10, "", "cannot write the output");
		said_done(&s);
	}
}

/* ---- --report ---- */

static char *read_report(void)
{
	static char text[65536];
	FILE *f = fopen(report, "rb");

	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	(void)fclose(f);
	return text;
}

static unsigned count_files(void)
{
	DIR *d = opendir(rig.dir);
	unsigned n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	(void)closedir(d);
	return n;
}

static void test_file_and_since__as_people_write_them(void **state)
{
	static const char *const ways[] = {"\\Windows\\System32\\ntoskrnl.exe",
		"C:\\Windows\\System32\\ntoskrnl.exe", "c:/Windows/System32/ntoskrnl.exe",
		"Windows/System32/ntoskrnl.exe"};
	struct said s;

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		said_run(&s, "diagnose", rig.disks[0], "--file", ways[i], "--since", "2026-11-24",
			NULL);
		said_expect(&s, 3, "a person named it", "");
		said_done(&s);
	}
	said_run(&s, "scan", rig.disks[0], "--file", "/Windows/none", NULL);
	said_expect(&s, 2, "", "\\Windows\\none: no such file or folder");
	said_done(&s);
	said_run(&s, "fix", "--yes", rig.disks[0], "--file", "/Windows/none", NULL);
	said_expect(&s, 2, "", "nothing was changed"); /* whatever rules have found */
	said_done(&s);
	said_run(&s, "scan", rig.disks[0], "--since", "yesterday", NULL);
	said_expect(&s, 2, "", "'yesterday' is no date");
	said_done(&s);
	said_run(&s, "scan", rig.disks[0], "--svg", rig.disks[0], NULL);
	said_expect(&s, 2, "", "already there");
	said_done(&s);
}

static void test_report__whole_beside_the_text_and_readable_by_its_owner(void **state)
{
	struct said s;
	struct stat st;

	(void)state;
	said_run(&s, "scan", rig.disks[0], "--report", report, NULL);
	said_expect(&s, 3, RIG_BAD, "");
	said_done(&s);
	struct json_object *o = json_tokener_parse(read_report());
	assert_non_null(o);
	json_object_put(o);
	assert_int_equal(stat(report, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(unlink(report), 0);
	said_run(&s, "scan", rig.disks[0], "--json", "--report", report, NULL);
	assert_string_equal(s.out, read_report());
	said_done(&s);
	assert_int_equal(unlink(report), 0);
}

static void test_report__there_already__not_replaced_and_nothing_begun(void **state)
{
	struct said s;
	const unsigned n = count_files();

	(void)state;
	FILE *f = fopen(report, "w");
	assert_non_null(f);
	(void)fputs("mine", f);
	(void)fclose(f);
	said_run(&s, "fix", "--yes", rig.disks[0], "--report", report, NULL);
	said_expect(&s, 2, "", "already there; choose another name");
	assert_null(strstr(s.err, "export"));
	said_done(&s);
	assert_string_equal(read_report(), "mine");
	assert_int_equal(unlink(report), 0);
	assert_int_equal(symlink("/nonexistent/x", report), 0);
	said_run(&s, "fix", "--yes", rig.disks[0], "--report", report, NULL);
	said_expect(&s, 2, "", "already there");
	said_done(&s);
	assert_int_equal(unlink(report), 0);
	said_run(&s, "fix", "--yes", rig.disks[0], "--report", "/nonexistent/report", NULL);
	said_expect(&s, 10, "", "cannot write the output");
	said_done(&s);
	said_run(&s, "fix", "--yes", rig.disks[0], "--report", rig.disks[0], NULL);
	said_expect(&s, 2, "", "already there"); /* the disk itself is a file, too */
	said_done(&s);
	assert_int_equal(count_files(), n); /* nor is one left beside it */
	assert_true(rig_is_as_made(&rig));
}

static void test_report__of_a_usage_error__is_kept_too(void **state)
{
	struct said s;

	(void)state;
	said_run(&s, "fix", rig.disks[0], "--report", report, "--replay", "maybe", NULL);
	said_expect(&s, 2, "", "maybe");
	said_done(&s);
	assert_non_null(strstr(read_report(), "\"usage.arguments\""));
	assert_int_equal(unlink(report), 0);
}

/* ---- where the plan of a replay goes ---- */

/* unbrick replay --yes DISK [--report FILE]; the plan's path as it is printed, in a place that is
 * reused. */
static const char *replay_saves(const char *option, const char *value)
{
	static char path[300];
	struct said s;

	rig_reset(&crashed);
	said_run(&s, "replay", "--yes", crashed.disks[0], option, value, NULL);
	said_expect(&s, 0, "Saved in: ", "");
	const char *at = strstr(s.out, "Saved in: ") + strlen("Saved in: ");
	(void)snprintf(path, sizeof(path), "%.*s", (int)strcspn(at, "\n"), at);
	assert_int_equal(access(path, R_OK), 0);
	said_done(&s);
	return path;
}

static void saves_in(const char *folder, const char *option, const char *value)
{
	const char *path = replay_saves(option, value);

	assert_int_equal(unlink(path), 0);
	*strrchr(path, '/') = '\0';
	assert_string_equal(path, folder);
}

static void test_plan__no_place_is_named__beside_the_report_or_in_the_state_folder(void **state)
{
	char top[64], folder[128];
	struct stat st;
	struct said s;

	(void)state;
	(void)snprintf(top, sizeof(top), "%s", crashed.dir);
	(void)snprintf(report, sizeof(report), "%s/report.json", top);
	assert_int_equal(setenv("XDG_STATE_HOME", "/nonexistent/state", 1), 0);
	saves_in(top, "--report", report);
	assert_non_null(strstr(read_report(), "/unbrick-20")); /* and there it is named */
	assert_int_equal(unlink(report), 0);
	saves_in(top, "--plan", top);
	(void)snprintf(folder, sizeof(folder), "%s/state", top);
	assert_int_equal(setenv("XDG_STATE_HOME", folder, 1), 0);
	(void)snprintf(folder, sizeof(folder), "%s/state/unbrick", top);
	saves_in(folder, NULL, NULL);
	assert_int_equal(stat(folder, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(rmdir(folder), 0);
	*strrchr(folder, '/') = '\0';
	assert_int_equal(rmdir(folder), 0);

	assert_int_equal(setenv("XDG_STATE_HOME", "relative", 1), 0); /* is none */
	assert_int_equal(setenv("HOME", top, 1), 0);
	(void)snprintf(folder, sizeof(folder), "%s/.local/state/unbrick", top);
	saves_in(folder, NULL, NULL);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(rmdir(folder), 0);
		*strrchr(folder, '/') = '\0';
	}
	said_run(&s, "replay", "--replay", "no", "--resume", report, crashed.disks[0], NULL);
	said_expect(&s, 2, "", "--replay is for a new one");
	said_done(&s);
	said_run(&s, "replay", "--yes", "--plan", report, "--report", report, crashed.disks[0],
		NULL);
	said_expect(&s, 2, "", "--plan is the same file");
	said_done(&s);
	char other[PATH_MAX], link[PATH_MAX]; /* the same by other names */
	(void)snprintf(other, sizeof(other), "%.*s/.%s", (int)(strrchr(report, '/') - report),
		report, strrchr(report, '/'));
	(void)snprintf(
		link, sizeof(link), "%.*s/link", (int)(strrchr(report, '/') - report), report);
	said_run(
		&s, "replay", "--yes", "--plan", other, "--report", report, crashed.disks[0], NULL);
	said_expect(&s, 2, "", "--plan is the same file");
	said_done(&s);
	assert_int_equal(symlink(".", link), 0);
	(void)snprintf(other, sizeof(other), "%s%s", link, strrchr(report, '/'));
	said_run(
		&s, "replay", "--yes", "--plan", other, "--report", report, crashed.disks[0], NULL);
	said_expect(&s, 2, "", "--plan is the same file");
	said_done(&s);
	assert_int_equal(unlink(link), 0);
	assert_int_equal(unsetenv("XDG_STATE_HOME"), 0);
	assert_int_equal(unsetenv("HOME"), 0);
	rig_reset(&crashed);
	said_run(&s, "replay", "--yes", crashed.disks[0], NULL);
	said_expect(&s, 10, "", "no folder for it is known");
	said_done(&s);
	assert_true(rig_is_as_made(&crashed));
}

/* Somebody else takes the name while the work is done. */
static int write_late(void *user)
{
	struct ui ui = {.opt = {.report = report}};
	struct rs_err err = {0};

	(void)user;
	if (report_file_open(&ui, &err) < 0)
		return 98;
	int fd = open(report, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd < 0 || close(fd) < 0)
		return 97;
	return report_file_write(&ui, "{}\n", &err) < 0 ? out_error(&err) : 0;
}

static void test_report__its_name_is_taken_meanwhile__kept_beside_it(void **state)
{
	char kept[160] = "", bytes[8] = "";
	struct said s;

	(void)state;
	said_call(&s, write_late, NULL);
	said_expect(&s, 10, "", "File exists; the report is in ");
	const char *name = strstr(s.err, "the report is in ");
	assert_int_equal(sscanf(name, "the report is in %159[^;\n]", kept), 1);
	said_done(&s);
	FILE *f = fopen(kept, "r");
	assert_non_null(f);
	assert_int_equal(fread(bytes, 1, sizeof(bytes), f), 3);
	assert_memory_equal(bytes, "{}\n", 3);
	(void)fclose(f);
	assert_int_equal(unlink(kept), 0);
	assert_int_equal(unlink(report), 0);
}

static int with_no_output(void *user)
{
	char name[] = "unbrick", command[] = "scan", json[] = "--json", option[] = "--report",
	     disk[128];
	char *argv[] = {name, command, json, option, report, disk, NULL};

	(void)user;
	(void)snprintf(disk, sizeof(disk), "%s", rig.disks[0]);
	return close(1) < 0 ? 98 : ui_main(6, argv);
}

/* Then the first file that is opened would be the output: the report, or a disk. */
static void test_standard_output__closed__no_file_takes_its_place(void **state)
{
	struct said s;

	(void)state;
	said_call(&s, with_no_output, NULL);
	assert_int_equal(s.status, 3);
	said_done(&s);
	assert_null(strstr(read_report(), "\n{")); /* what was printed is not behind it */
	assert_int_equal(unlink(report), 0);
	assert_true(rig_is_as_made(&rig));
}

/* ---- what is shown ---- */

static int show_hostile(void *user)
{
	struct rs_err err = {0};

	(void)user;
	out_line("a\x1b[31mb\xe2\x80\xae"
		 "c\nd");
	out_line("key 000011-000022-000033-000044-000055-000066-000077-720885 end");
	out_warn("%s", "w\x1b]0;title\a");
	(void)rs_fail_on(&err, RS_E_KEY_FORMAT, "f\nile", "%s",
		"000011-000022-000033-000044-000055-000066-000077-720885");
	return out_error(&err);
}

static void test_shown__names_and_keys__escaped_and_taken_out(void **state)
{
	struct said s;

	(void)state;
	said_call(&s, show_hostile, NULL);
	said_expect(&s, 6, "a\\x1B[31mb\\u202Ec\\x0Ad\n", "w\\x1B]0;title\\x07");
	assert_null(strstr(s.out, "720885"));
	assert_null(strstr(s.err, "720885"));
	assert_null(strchr(s.out, '\x1b'));
	assert_null(strchr(s.err, '\x1b'));
	said_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_error__its_line_and_status),
		cmocka_unit_test(test_wrong_values__usage_and_nothing_printed),
		cmocka_unit_test(test_missing_files__cannot_open),
		cmocka_unit_test(test_commands__on_a_windows__end_as_they_should),
		cmocka_unit_test(test_json__each_command__one_object_on_standard_output),
		cmocka_unit_test(test_json__version_and_help_of_a_command__no_report_of_that_one),
		cmocka_unit_test(test_standard_output__full__write_error),
		cmocka_unit_test(test_file_and_since__as_people_write_them),
		cmocka_unit_test(test_report__whole_beside_the_text_and_readable_by_its_owner),
		cmocka_unit_test(test_report__there_already__not_replaced_and_nothing_begun),
		cmocka_unit_test(test_report__of_a_usage_error__is_kept_too),
		cmocka_unit_test(
			test_plan__no_place_is_named__beside_the_report_or_in_the_state_folder),
		cmocka_unit_test(test_report__its_name_is_taken_meanwhile__kept_beside_it),
		cmocka_unit_test(test_standard_output__closed__no_file_takes_its_place),
		cmocka_unit_test(test_shown__names_and_keys__escaped_and_taken_out),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

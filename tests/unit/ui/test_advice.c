/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is told where it does not go on: every error has its words, or is one of those that need
 * none; each fits the smallest screen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"
#include "ui/advice.h"
#include "ui/by_keys.h"
#include "ui/health.h"
#include "ui/tui.h"

#define ROOM 19U /* lines of a page on 80x24 */

/* Those whose line and next step say it all: our bugs, words of a command line, of commands that
 * the screen does not have, and what a person wanted. */
static const int general[] = {RS_E_BUG, RS_E_MEMORY, RS_E_USAGE, RS_E_AMBIGUOUS,
	RS_E_NO_SUCH_VOLUME, RS_E_NO_SUCH_WINDOWS, RS_E_RULE, RS_E_SETTINGS, RS_E_NO_SUCH_FILE,
	RS_E_NO_SUCH_QUARANTINE, RS_E_OUTPUT_EXISTS, RS_E_RESUME, RS_E_REPLAY_CHANGED, RS_E_BL_AREA,
	RS_E_ONTO_SOURCE, RS_E_OUTPUT, RS_E_MOUNT, RS_E_NO_FIRMWARE, RS_E_CERTIFICATE,
	RS_E_NOT_VARIABLES, RS_E_FIRMWARE, RS_E_FAT, RS_E_FAT_UNSOUND, RS_E_FAT_FULL,
	RS_E_BOOT_ENTRY, RS_E_FAT_UNSOUND, RS_E_FAT_FULL, RS_E_HIVE_EDIT, RS_E_HIVE_TXR,
	RS_E_REPLAY_PLAN, RS_E_CANCELLED, RS_E_KEY_NEW_PHRASE /* of a command alone */};

/* A policy and a server are nobody's who stands before the machine, and the error says who can do
 * something. */
static bool is_general(int code)
{
	if (strncmp(rs_err_info(code)->id, "policy.", 7) == 0 ||
		strncmp(rs_err_info(code)->id, "net.", 4) == 0)
		return true;
	for (size_t i = 0; i < sizeof(general) / sizeof(general[0]); i++)
		if (general[i] == code)
			return true;
	return false;
}

static void test_advice__every_error__a_row_or_general(void **state)
{
	static const int codes[] = {
#define X(name, exit_status, id, text, advice) RS_E_##name,
#include "core/errors.def"
#undef X
	};

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		const struct rs_err e = {.code = codes[i], .object = "disk.img, volume 3"};
		if (!advice_find(NULL, &e) != is_general(codes[i]))
			fail_msg("%s has%s a row", rs_err_info(codes[i])->id,
				is_general(codes[i]) ? "" : " no");
	}
}

static bool says(const struct page *p, const char *text)
{
	for (size_t i = 0; i < p->n; i++)
		if (strstr(p->lines[i].text, text))
			return true;
	return false;
}

static void test_trouble__every_row__fits_the_smallest_screen(void **state)
{
	const struct advice *a;

	(void)state;
	for (size_t i = 0; (a = advice_at(i)); i++) {
		auto_page struct page p = {0};
		struct tui t = {0};
		if (a->code == ADVICE_NO_DISK || a->fits)
			continue;
		(void)rs_fail_on(&t.trouble, a->code, "/dev/nvme0n1, volume 3",
			"a cause of some sixty characters, as most of them have it");
		trouble_draw(&t, &p);
		/* what follows would be below it */
		const size_t n = p.n - (p.n && !p.lines[p.n - 1].text[0]);
		if (n > ROOM)
			fail_msg("%s: %zu lines", a->title, n);
		assert_string_equal(p.lines[0].text, a->title);
		assert_true(says(&p, "/dev/nvme0n1, volume 3: "));
		assert_false(says(&p, "What helps: ")); /* the row says it, and once */
		assert_true(says(&p, "Now: "));
	}
}

/* No row hides behind one of the same code that takes all. */
static void test_advice__rows__the_general_one_is_last(void **state)
{
	const struct advice *a, *b;

	(void)state;
	for (size_t i = 0; (a = advice_at(i)); i++) {
		assert_true(a->title[0] && a->means[0] && a->now[0] && a->or_else);
		for (size_t k = i + 1; !a->fits && (b = advice_at(k)); k++)
			assert_int_not_equal(a->code, b->code);
	}
}

/* Who wrote rules cannot help with a driver that a person chose. */
static void test_advice__driver_that_must_stay__another_one_is_chosen(void **state)
{
	static const struct rs_err e = {.code = RS_E_GUARD, .object = "vault"};
	static const char *const of_drivers[] = {"disable", "safe"};
	struct rs_run run = {0};

	(void)state;
	const struct advice *of_rules = advice_find(&run, &e);
	assert_non_null(strstr(of_rules->now, "rule"));
	run.command = "fix";
	assert_ptr_equal(advice_find(&run, &e), of_rules);
	for (size_t i = 0; i < 2; i++) {
		run.command = of_drivers[i];
		assert_non_null(strstr(advice_find(&run, &e)->now, "another driver"));
	}
}

/* ---- by what the report tells ---- */

static struct nt_state sleeping = {.is_hibernated = true, .hibernation = "hibernated (HIBR)"};
static struct run_ntfs ntfs;
static struct win_info windows;
static struct run_bitlocker bitlocker;
static struct run_volume volume;
static struct run_disk disk;
static struct rs_report report;

static int fresh(void **state)
{
	(void)state;
	ntfs = (struct run_ntfs){0};
	windows = (struct win_info){0};
	bitlocker = (struct run_bitlocker){0};
	volume = (struct run_volume){.number = 3, .name = "disk.img, volume 3"};
	disk = (struct run_disk){.path = "disk.img", .volumes = &volume, .n_volumes = 1};
	report = (struct rs_report){.run = {.disks = &disk, .n_disks = 1}};
	return 0;
}

/* The name of a command of ours behind the program's, or an option. */
static bool names_command(const char *text)
{
	for (const char *at = text; (at = strstr(at, "unbrick ")); at++) {
		const char *word = at + strlen("unbrick ");
		const struct command_spec *c;
		for (unsigned i = 0; (c = command_at(i)); i++) {
			const size_t len = strlen(c->name);
			if (strncmp(word, c->name, len) == 0 &&
				!(word[len] >= 'a' && word[len] <= 'z'))
				return true;
		}
	}
	for (const char *at = text; (at = strstr(at, "--")); at++)
		if ((at == text || strchr(" ('", at[-1])) && at[2] >= 'a' && at[2] <= 'z')
			return true;
	return false;
}

static void expect_no_command(const struct page *p, const char *of)
{
	auto_free char *all = NULL; /* what is folded may be folded in the middle of one */
	size_t len;
	FILE *f = open_memstream(&all, &len);

	assert_non_null(f);
	for (size_t i = 0; i < p->n; i++)
		(void)fprintf(f, "%s ", p->lines[i].text + strspn(p->lines[i].text, " "));
	(void)fclose(f);
	if (names_command(all))
		fail_msg("%s: names a command: %s", of, all);
}

/* Whatever goes wrong, and whoever started the screen: each next step is a key, or is done with
 * hands. */
static void test_screens__every_error_and_row__no_command_is_named(void **state)
{
	const struct advice *a;

	(void)state;
	assert_true(names_command("see 'unbrick list'") && names_command("with --keys FILE") &&
		    names_command("--yes"));
	assert_false(names_command("run unbrick on it") || names_command("a -- b"));
	for (int code = -1; code > -RS_E_INDEX_END; code--)
		for (unsigned how = 0; how < 4; how++) {
			auto_page struct page p = {0};
			struct tui t = {.listed = &report, .report = how & 2 ? &report : NULL};
			t.supervisor.is_there = how & 1;
			(void)rs_fail_on(&t.trouble, code, volume.name, "a cause");
			volume.err = disk.err = t.trouble;
			trouble_draw(&t, &p);
			hindrances_draw(&t, &p);
			found_draw(&t, &p);
			findings_draw(&t, &p);
			expect_no_command(&p, rs_err_info(code)->id);
		}
	for (size_t i = 0; (a = advice_at(i)); i++)
		if (names_command(a->title) || names_command(a->means) || names_command(a->now) ||
			names_command(a->or_else))
			fail_msg("%s: names a command", a->title);
}

/* On a command line the same errors go on to name what is typed there. */
static void test_by_keys__other_steps__stay(void **state)
{
	struct rs_err e = {.code = RS_E_KEY_NEEDED};

	(void)state;
	assert_true(strstr(rs_err_next(&e), "--keys FILE"));
	assert_true(strstr(by_keys_of(&e, false), "Ctrl-U"));
	assert_false(strstr(by_keys_of(&e, true), "Ctrl-"));
	e.next = "do something else";
	assert_ptr_equal(by_keys_of(&e, false), e.next);
	e.next = "look at it with 'unbrick cat'; what is in the quarantine is not what was moved "
		 "there";
	assert_true(strstr(by_keys_of(&e, true), "(l at the disks)"));
}

/* What a replay leaves that was cut off is finished by a key; another trouble has none. */
static void test_trouble__replay_cut_off__a_key_finishes_it(void **state)
{
	static const int codes[] = {RS_E_LOG_TORN, RS_E_LOG_UNSUPPORTED, RS_E_LOG_CHECK};
	struct run_replay replay = {.result = RUN_REPLAY_FAILED, .plan_file = "x.plan"};
	struct tui t = {.report = &report, .disk = (char *)(uintptr_t) "disk.img"};
	auto_page struct page p = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		t.trouble.code = codes[i];
		assert_true(finish_is_open(&t));
	}
	trouble_draw(&t, &p);
	assert_true(says(&p, "r finishes it by the plan"));
	t.trouble.code = RS_E_IO_WRITE;
	assert_false(finish_is_open(&t));
	report.run.replays = &replay;
	report.run.n_replays = 1;
	assert_true(finish_is_open(&t));
	replay.plan_file = NULL;
	assert_false(finish_is_open(&t));
	replay.plan_file = "x.plan";
	replay.result = RUN_REPLAY_DONE;
	assert_false(finish_is_open(&t));
	t.trouble.code = RS_E_LOG_TORN;
	t.disk = NULL;
	assert_false(finish_is_open(&t));
}

static const char *title_of(int code, const char *object)
{
	struct rs_err e = {0};

	(void)rs_fail_on(&e, code, object, "%s", "");
	const struct advice *a = advice_find(&report.run, &e);
	return a ? a->title : "";
}

static void test_advice__set_of_disks__its_own_kind(void **state)
{
	static const struct {
		enum member_kind kind;
		const char *title;
	} kinds[] = {
		{MEMBER_DYNAMIC, "A dynamic disk of Windows"},
		{MEMBER_SPACES, "A part of Storage Spaces"},
		{MEMBER_FIRMWARE, "A part of a RAID"},
		{MEMBER_OTHER, "A part of a larger set of disks"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		volume.member = (struct disk_member){0};
		disk.member = (struct disk_member){.kind = kinds[i].kind, .text = "a part"};
		assert_string_equal(title_of(RS_E_PART_OF_SET, "disk.img"), kinds[i].title);
		assert_string_equal(
			title_of(RS_E_PART_OF_SET, "disk.img, volume 3"), kinds[i].title);
		volume.member = disk.member;
		disk.member = (struct disk_member){0};
		assert_string_equal(
			title_of(RS_E_PART_OF_SET, "disk.img, volume 3"), kinds[i].title);
	}
}

static void test_advice__refs__plain_and_in_bitlocker(void **state)
{
	(void)state;
	assert_string_equal(title_of(RS_E_NOT_OPENED, "disk.img, volume 3"),
		"A kind of volume that is not opened here");
	(void)snprintf(volume.part.fs_type, sizeof(volume.part.fs_type), "ReFS");
	assert_string_equal(
		title_of(RS_E_NOT_OPENED, "disk.img, volume 3"), "ReFS: it is not opened here");
	assert_string_equal(
		title_of(RS_E_NOT_OPENED, "other.img"), "A kind of volume that is not opened here");
	volume.part.fs_type[0] = '\0';
	bitlocker.inside = RUN_INSIDE_REFS;
	volume.bitlocker = &bitlocker;
	assert_string_equal(
		title_of(RS_E_NOT_OPENED, "disk.img, volume 3"), "ReFS: it is not opened here");
}

static void expect_hindrances(const char *const *lines, size_t n)
{
	auto_page struct page p = {0};

	say_hindrances(&report.run, &disk, &p);
	for (size_t i = 0; i < n; i++)
		if (!says(&p, lines[i]))
			fail_msg("not told: %s", lines[i]);
	assert_int_equal(p.n, n);
	for (size_t i = 0; i < p.n; i++)
		assert_true(p.lines[i].is_strong);
}

#define HINDRANCES(...)                                                                            \
	expect_hindrances((const char *const[]){__VA_ARGS__},                                      \
		sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void test_hindrances__what_a_look_tells__all_of_it(void **state)
{
	auto_page struct page none = {0};

	(void)state;
	say_hindrances(&report.run, &disk, &none);
	assert_int_equal(none.n, 0);
	volume.err.code = RS_E_KEY_NEEDED; /* the next step asks for it */
	say_hindrances(&report.run, &disk, &none);
	assert_int_equal(none.n, 0);
	volume.err.code = 0;
	ntfs.state = sleeping;
	volume.ntfs = &ntfs;
	HINDRANCES("volume 3: Windows is hibernated, not shut down (hibernated (HIBR))");
	(void)snprintf(windows.hive_fault, sizeof(windows.hive_fault), "SYSTEM is empty");
	windows.setup_in_progress = true;
	volume.windows = &windows;
	volume.n_windows = 1;
	ntfs.journal.refused.code = RS_E_LOG_TORN;
	disk.member = (struct disk_member){.kind = MEMBER_CLUSTER, .text = "reserved"};
	HINDRANCES("the disk: Another machine may hold this disk (reserved)", "is hibernated",
		"volume 3: The journal is damaged",
		"volume 3: An update or upgrade of Windows is half way",
		"volume 3: Windows' registry is empty or damaged (SYSTEM is empty)");
}

static void test_hindrances__no_windows_here__what_may_hold_it(void **state)
{
	(void)state;
	volume.passed_code = RS_E_VIRTUAL_DISK;
	(void)snprintf(volume.passed_over, sizeof(volume.passed_over), "NTFS, 1 disk");
	volume.member = (struct disk_member){.kind = MEMBER_DYNAMIC, .text = "dynamic"};
	HINDRANCES("Windows may start from a virtual disk (VHD) (NTFS, 1 disk)",
		"A dynamic disk of Windows (dynamic)");
}

/* No repair is refused where nothing is to be moved: the key that the screen names is there all the
 * same. */
static void test_findings__a_windows_that_sleeps__its_image_can_be_dropped(void **state)
{
	auto_page struct page asleep = {0}, awake = {0};
	struct tui t = {.report = &report, .now = SCREEN_FINDINGS};
	char name[] = "disk.img";

	(void)state;
	t.disk = name;
	volume.ntfs = &ntfs;
	ntfs.state = sleeping;
	assert_true(drop_is_open(&t));
	findings_draw(&t, &asleep);
	assert_true(says(&asleep, "h drops what it would resume from"));
	ntfs.state.is_hibernated = false;
	t.trouble.code = RS_E_HIBERNATED; /* of a disk before */
	assert_false(drop_is_open(&t));
	findings_draw(&t, &awake);
	assert_false(says(&awake, "h drops"));
}

/* What the help desk asks for stands above what it means. */
static void test_trouble__no_key__ids_and_machine(void **state)
{
	auto_page struct page p = {0};
	struct tui t = {.report = &report};
	struct rs_report listed = {.run = {.has_machine = true}};

	(void)state;
	(void)snprintf(listed.run.machine.vendor, sizeof(listed.run.machine.vendor), "Dell");
	(void)snprintf(listed.run.machine.serial, sizeof(listed.run.machine.serial), "7XQ2");
	t.listed = &listed;
	bitlocker.info.n_protectors = 1;
	bitlocker.info.protectors[0] =
		(struct bl_protector){.protection = BL_P_RECOVERY, .id = {0xEA, 0x1D, 0x31, 0x64}};
	(void)snprintf(bitlocker.info.description, sizeof(bitlocker.info.description),
		"DESKTOP-1 C: 1.7.2024");
	volume.bitlocker = &bitlocker;
	(void)rs_fail_on(&t.trouble, RS_E_KEY_NEEDED, "disk.img, volume 3", "%s", "");
	trouble_draw(&t, &p);
	assert_string_equal(p.lines[0].text, "No key at hand");
	assert_string_equal(
		p.lines[1].text, "Volume 3, key ID: 64311DEA-0000-0000-0000-000000000000");
	assert_true(says(&p, "DESKTOP-1 C: 1.7.2024") && says(&p, "serial number 7XQ2"));
	bitlocker.is_unlocked = true; /* of one that is open nobody asks */
	auto_page struct page open = {0};
	trouble_draw(&t, &open);
	assert_false(says(&open, "64311DEA"));
	auto_page struct page line = {0}, stick = {0};
	volume.err = t.trouble;
	trouble_draw(&t, &line);
	assert_true(says(&line, "Now: Give the help desk the key ID"));
	assert_false(says(&line, "is asked for")); /* all of it stands above */
	assert_false(says(&line, "Volume 3: "));
	assert_false(says(&line, "--keys"));
	t.supervisor.is_there = true; /* nobody can type that there */
	trouble_draw(&t, &stick);
	assert_false(says(&stick, "--keys"));
	assert_true(says(&stick, "Now: Give the help desk the key ID"));
}

static void test_trouble__wrong_passphrase__is_not_told_as_a_key(void **state)
{
	auto_page struct page digits = {0}, phrase = {0};
	struct tui t = {0};

	(void)state;
	(void)rs_fail_on(&t.trouble, RS_E_KEY_REJECTED, "disk.img", "3 tried");
	trouble_draw(&t, &digits);
	assert_string_equal(digits.lines[0].text, "Wrong key: it belongs to another volume");
	t.by_passphrase = true;
	trouble_draw(&t, &phrase);
	assert_string_equal(phrase.lines[0].text, "Wrong passphrase");
}

/* Only who said --replay no is told of it. */
static void test_advice__open_journal__forbidden_or_not_readable(void **state)
{
	struct rs_err e = {0};

	(void)state;
	(void)rs_fail_on(&e, RS_E_LOG_UNCLEAN, "disk.img",
		"41 changes wait, and it was forbidden to apply it");
	assert_string_equal(
		advice_find(NULL, &e)->title, "The journal has changes that are not applied");
	(void)rs_fail_on(&e, RS_E_LOG_UNCLEAN, "disk.img", "the image ends before the journal");
	assert_string_equal(
		advice_find(NULL, &e)->title, "The journal is open and cannot be applied here");
}

/* What the kernel counted, by its nodes; an image has none. */
static void test_health__what_the_kernel_counted(void **state)
{
	static const char *const files[][2] = {
		{"state", "running"}, {"iorequest_cnt", "0x1f4"}, {"ioerr_cnt", "0x11"}};
	char folder[] = "/tmp/unbrick-health.XXXXXX", command[128], path[128];
	auto_page struct page p = {0}, none = {0}, gone = {0};

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(command, sizeof(command), "mkdir -p %s/sda/device", folder);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): a name of ours */
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof(path), "%s/sda/device/%s", folder, files[i][0]);
		FILE *f = fopen(path, "w");
		assert_non_null(f);
		assert_true(fprintf(f, "%s\n", files[i][1]) > 0);
		assert_int_equal(fclose(f), 0);
	}
	health_say(folder, "/dev/sda", &p);
	assert_int_equal(p.n, 1);
	assert_true(says(&p, "the kernel counts 17 errors in 500 requests to /dev/sda"));
	health_say(folder, "disk.img", &none);
	health_say(folder, "/dev/sdb", &none);
	health_say(folder, "/dev/sda/../sda", &none);
	assert_int_equal(none.n, 0);
	(void)snprintf(command, sizeof(command), "echo offline >%s/sda/device/state", folder);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): as above */
	health_say(folder, "/dev/sda", &gone);
	assert_true(says(&gone, "its state offline"));
	(void)snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): as above */
}

/* Where a disk fails what it says of itself stands at the top; nowhere else. */
static void test_health__what_the_disk_says__where_it_fails(void **state)
{
	auto_page struct page p = {0}, key = {0}, fault = {0};
	struct run_disk failing = {.path = "/dev/nowhere",
		.health = {.is_known = true, .used_percent = 98, .media_errors = 5}};
	struct rs_report r = {.run = {.command = "fix", .disks = &failing, .n_disks = 1}};
	struct tui t = {.listed = &r, .report = &r, .disk = (char *)(uintptr_t) "/dev/nowhere"};

	(void)state;
	(void)rs_fail_on(&t.trouble, RS_E_IO_READ, "/dev/nowhere", "%s", "");
	trouble_draw(&t, &p);
	assert_true(says(&p, "Health: 98 % of its life used, 0 % of its spare blocks left"));
	failing.health = (struct disk_health){.fault = "it does not answer"};
	trouble_draw(&t, &fault);
	assert_true(says(&fault, "Health: not known, it does not answer"));
	(void)rs_fail_on(&t.trouble, RS_E_KEY_NEEDED, "/dev/nowhere", "%s", "");
	trouble_draw(&t, &key);
	assert_false(says(&key, "Health"));
}

static void test_found__no_disk__says_where_it_may_be(void **state)
{
	auto_page struct page p = {0};
	struct rs_report listed = {0};
	const struct tui t = {.listed = &listed};

	(void)state;
	found_draw(&t, &p);
	assert_string_equal(p.lines[0].text, "No disk was found");
	assert_true(says(&p, "VMD") && says(&p, "AHCI") && p.n <= ROOM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_advice__every_error__a_row_or_general),
		cmocka_unit_test(test_trouble__every_row__fits_the_smallest_screen),
		cmocka_unit_test(test_advice__rows__the_general_one_is_last),
		cmocka_unit_test(test_advice__driver_that_must_stay__another_one_is_chosen),
		cmocka_unit_test_setup(
			test_screens__every_error_and_row__no_command_is_named, fresh),
		cmocka_unit_test(test_by_keys__other_steps__stay),
		cmocka_unit_test_setup(test_trouble__replay_cut_off__a_key_finishes_it, fresh),
		cmocka_unit_test_setup(test_advice__set_of_disks__its_own_kind, fresh),
		cmocka_unit_test_setup(test_advice__refs__plain_and_in_bitlocker, fresh),
		cmocka_unit_test_setup(test_hindrances__what_a_look_tells__all_of_it, fresh),
		cmocka_unit_test_setup(test_hindrances__no_windows_here__what_may_hold_it, fresh),
		cmocka_unit_test_setup(
			test_findings__a_windows_that_sleeps__its_image_can_be_dropped, fresh),
		cmocka_unit_test_setup(test_trouble__no_key__ids_and_machine, fresh),
		cmocka_unit_test(test_trouble__wrong_passphrase__is_not_told_as_a_key),
		cmocka_unit_test(test_advice__open_journal__forbidden_or_not_readable),
		cmocka_unit_test(test_health__what_the_kernel_counted),
		cmocka_unit_test(test_health__what_the_disk_says__where_it_fails),
		cmocka_unit_test_setup(test_found__no_disk__says_where_it_may_be, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

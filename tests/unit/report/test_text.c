/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/text.h"
#include "report/report.h"

static char out[65536];

static void put(void *user, const char *line)
{
	size_t len = strlen(out);

	(void)user;
	assert_null(strchr(line, '\n'));
	(void)snprintf(out + len, sizeof(out) - len, "%s\n", line);
}

static const char *render(const struct rs_run *run)
{
	out[0] = '\0';
	report_text(run, put, NULL);
	return out;
}

static struct win_info windows_whole(const char *product)
{
	struct win_info w = {.parts = WIN_PARTS};

	(void)snprintf(w.product, sizeof(w.product), "%s", product);
	return w;
}

static void test_list__bitlocker_and_windows__each_has_its_line(void **state)
{
	struct run_bitlocker b = {
		.info = {.state = BL_ENCRYPTED,
			.method = BL_XTS_128,
			.n_protectors = 2,
			.protectors = {{.protection = BL_P_TPM}, {.protection = BL_P_RECOVERY}},
			.copy_is_good = {true, false, true}},
		.is_unlocked = true,
		.unlock = {.protection = BL_P_RECOVERY},
		.inside = RUN_INSIDE_NTFS};
	struct run_ntfs n = {.state = {.label = "Windows",
				     .is_hibernated = true,
				     .hibernation = "hibr",
				     .refusal = "no"},
		.journal = {.state = RUN_JOURNAL_UNCLEAN, .major = 2, .reason = "3 records"}};
	struct win_info w = windows_whole("Windows 11 Pro");
	struct quarantine q = {.id = "20261124T200000Z", .state = QUARANTINE_ACTIVE, .n_files = 1};
	struct run_volume volumes[] = {{.number = 1,
					       .part = {.number = 1,
						       .type_name = "EFI system",
						       .len_bytes = 104857600,
						       .kind = VOL_FAT,
						       .fs_label = "SYSTEM"}},
		{.number = 3,
			.part = {.number = 3,
				.uuid = "aa-bb",
				.len_bytes = 1610612736,
				.kind = VOL_BITLOCKER},
			.bitlocker = &b,
			.ntfs = &n,
			.windows = &w,
			.n_windows = 1,
			.quarantines = &q,
			.n_quarantines = 1}};
	struct run_disk disk = {.path = "d.img",
		.is_open = true,
		.has_table = true,
		.size_bytes = 68719476736,
		.sector_bytes = 512,
		.scheme = DISK_GPT,
		.volumes = volumes,
		.n_volumes = 2};
	const struct rs_run run = {.command = "list",
		.disks = &disk,
		.n_disks = 1,
		.outcome = {.is_known = true, .text = "listed"}};

	(void)state;
	assert_true(rs_guid_parse("64311DEA-4587-4029-924A-BA299647998E", b.info.protectors[1].id));
	w.build = 22631;
	w.revision = 3880;
	(void)strcpy(w.root, "\\Windows");
	(void)strcpy(w.display_version, "23H2");
	(void)strcpy(w.computer_name, "PC");
	(void)strcpy(w.arch, "x64");
	assert_string_equal(render(&run),
		"d.img: 64 GiB, GPT, 512-byte sectors\n"
		"  NO PART       SIZE  CONTENT            LABEL\n"
		"   1    1    100 MiB  FAT                SYSTEM (EFI system)\n"
		"   3    3    1.5 GiB  BitLocker (NTFS)   Windows\n"
		"       UUID:      aa-bb\n"
		"       BitLocker: AES-XTS 128, encrypted, open by recovery password\n"
		"       Opened by: TPM, recovery password\n"
		"       Key ID:    64311DEA-4587-4029-924A-BA299647998E\n"
		"                  metadata copy 2 of 3 is damaged\n"
		"       Windows:   Windows 11 Pro 23H2, build 22631.3880, computer PC, x64\n"
		"                  in \\Windows\n"
		"       Journal:   unclean (version 2.0), 3 records\n"
		"       Hibernated: yes, hibr\n"
		"       No repair: no\n"
		"       Undo ID:   20261124T200000Z, 1 file, active\n");
}

/* A scan of one volume with a Windows and this journal. */
static const char *render_journal(const struct run_journal *journal)
{
	const struct run_ntfs n = {.journal = *journal};
	const struct win_info w = windows_whole("W");
	struct run_volume volume = {
		.number = 3, .name = "d", .ntfs = &n, .windows = &w, .n_windows = 1};
	struct run_disk disk = {.path = "d", .volumes = &volume, .n_volumes = 1};
	const struct rs_run run = {.command = "scan", .disks = &disk, .n_disks = 1};

	return render(&run);
}

static void test_journal__pending__said_with_what_is_shown(void **state)
{
	(void)state;
	assert_string_equal(render_journal(&(struct run_journal){.state = RUN_JOURNAL_PENDING,
				    .major = 2,
				    .reason = "open",
				    .is_counted = true,
				    .is_pending = true,
				    .counts = {.records = 106,
					    .redone = 41,
					    .transactions = 22,
					    .losers = 1,
					    .since_lsn = 0x287b04},
				    .can_replay = true}),
		"Volume 3: d: W\n"
		"  Journal: pending (version 2.0): 106 records, 41 to apply, 22 transactions, 1\n"
		"           never ended, since LSN 0x287b04\n"
		"           shown as Windows will see it; nothing was written for that\n");
}

static void test_journal__refused__said_with_the_reason(void **state)
{
	struct run_journal j = {.state = RUN_JOURNAL_TORN, .reason = "open"};

	(void)state;
	(void)rs_fail_on(&j.refused, RS_E_LOG_TORN, "d", "LSN 7");
	/* a wiped one has lost nothing, and is not said to have */
	j.state = RUN_JOURNAL_WIPED;
	assert_non_null(strstr(render_journal(&j), "Journal: empty, nothing to apply"));
	j.state = RUN_JOURNAL_TORN;
	j.refused.next = "chkdsk";
	char expected[1024];
	(void)snprintf(expected, sizeof(expected),
		"Volume 3: d: W\n"
		"  Journal: torn, open\n"
		"           shown as it lies on the disk, no repair is offered:\n"
		"           d: %s: LSN 7; chkdsk\n",
		rs_err_info(RS_E_LOG_TORN)->text);
	assert_string_equal(render_journal(&j), expected);
}

static void test_journal__idle_or_clean__no_word_in_a_scan(void **state)
{
	(void)state;
	assert_string_equal(
		render_journal(&(struct run_journal){
			.state = RUN_JOURNAL_IDLE, .is_counted = true, .can_replay = true}),
		"Volume 3: d: W\n");
}

static void test_journal__one_of_each__in_the_singular(void **state)
{
	struct run_replay replay = {.volume = 3,
		.is_pending = true,
		.counts = {.records = 1, .redone = 1, .losers = 1},
		.blocks = 1,
		.zeroed = 2};
	const struct rs_run run = {.command = "replay", .replays = &replay, .n_replays = 1};

	(void)state;
	assert_string_equal(render_journal(&(struct run_journal){.state = RUN_JOURNAL_PENDING,
				    .major = 2,
				    .is_counted = true,
				    .is_pending = true,
				    .counts = {.records = 1,
					    .redone = 1,
					    .transactions = 1,
					    .losers = 1,
					    .since_lsn = 1}}),
		"Volume 3: d: W\n"
		"  Journal: pending (version 2.0): 1 record, 1 to apply, 1 transaction, 1 never\n"
		"           ended, since LSN 0x1\n");
	assert_string_equal(render(&run),
		"\nPlan:\n"
		"      REPLAY    the journal of volume 3: 1 of 1 record, 1 block\n"
		"      Losers:  1 transaction never ended: undone, as Windows would\n"
		"      Note:    the contents of 2 small files are not in the journal: they read\n"
		"               as zeros, as they will in Windows\n");
}

#define REPLAY_TEXT                                                                                \
	"\nPlan:\n"                                                                                \
	"      REPLAY    the journal of volume 3: 41 of 106 records, 13 blocks\n"                  \
	"      Losers:  2 transactions never ended: undone, as Windows would\n"                    \
	"      Note:    the contents of 1 small file are not in the journal: they read\n"          \
	"               as zeros, as they will in Windows\n"                                       \
	"      Saved in: a long name of a plan, that is longer than a line is by\n"                \
	"                itself.plan\n"

static void test_replay__plan__is_the_beginning_of_the_end(void **state)
{
	struct run_replay replay = {.volume = 3,
		.is_pending = true,
		.counts = {.records = 106, .redone = 41, .losers = 2},
		.blocks = 13,
		.zeroed = 1,
		.plan_file = "a long name of a plan, that is longer than a line is by itself.plan"};
	struct run_disk disk = {.path = "d"};
	struct rs_run run = {.command = "replay",
		.disks = &disk,
		.n_disks = 1,
		.replays = &replay,
		.n_replays = 1};

	(void)state;
	assert_string_equal(render(&run), REPLAY_TEXT);
	replay.result = RUN_REPLAY_DONE;
	run.outcome = (struct run_outcome){.is_known = true, .text = "t"};
	assert_string_equal(render(&run),
		REPLAY_TEXT "\nDone:\n      done      the journal of volume 3\n\nResult: t.\n"
			    "To take it back: unbrick replay d --revert 'a long name of a plan, "
			    "that is longer than a line is by itself.plan'\n");
}

/* What a disk says of itself: a warning wherever the disk is told of, the rest in its list. */
static void test_health__warnings__are_never_left_out(void **state)
{
	struct run_disk disk = {.path = "d"};
	struct rs_run list = {.command = "list", .disks = &disk, .n_disks = 1}, scan = list;

	(void)state;
	scan.command = "scan";
	assert_null(strstr(render(&list), "Health"));
	disk.health = (struct disk_health){
		.is_known = true, .used_percent = 3, .spare_percent = 100, .media_errors = 7};
	assert_non_null(strstr(render(&list),
		"Health: 3 % of its life used, 100 % of its spare blocks left, media"));
	assert_null(strstr(render(&list), "warns"));
	assert_null(strstr(render(&scan), "Health"));
	disk.health.warnings = 1 << 0 | 1 << 3;
	for (unsigned i = 0; i < 2; i++) {
		const char *text = render(i ? &scan : &list);
		assert_non_null(strstr(text, "d warns: its spare blocks are nearly used up."));
		assert_non_null(strstr(text, "d warns: it takes no writes any more."));
	}
	disk.health = (struct disk_health){.fault = "it does not answer"};
	assert_non_null(strstr(render(&list), "  Health: not known, it does not answer"));
}

static void test_list__broken_disk_and_volume__error_on_its_own_line(void **state)
{
	struct run_volume volume = {.number = 1, .part = {.len_bytes = 512, .kind = VOL_UNKNOWN}};
	struct run_disk disks[] = {{.path = "a"}, {.path = "b",
							  .is_open = true,
							  .has_table = true,
							  .size_bytes = 512,
							  .sector_bytes = 512,
							  .scheme = DISK_BARE,
							  .warning = "odd",
							  .volumes = &volume,
							  .n_volumes = 1}};
	const struct rs_run run = {.command = "list", .disks = disks, .n_disks = 2};
	char expected[1024];

	(void)state;
	(void)rs_fail_on(&disks[0].err, RS_E_IO_OPEN, "a", "No such file");
	disks[0].err.next = "check";
	(void)rs_fail(&volume.err, RS_E_NTFS_DAMAGED, "%s", "");
	volume.err.next = "y";
	(void)snprintf(expected, sizeof(expected),
		"a:\n"
		"  ! a: %s: No such file; check\n"
		"\n"
		"b: 512 bytes, no partition table, 512-byte sectors\n"
		"  ! odd\n"
		"  NO PART       SIZE  CONTENT            LABEL\n"
		"   1    -  512 bytes  unknown\n"
		"       ! %s; y\n",
		rs_err_info(RS_E_IO_OPEN)->text, rs_err_info(RS_E_NTFS_DAMAGED)->text);
	assert_string_equal(render(&run), expected);
}

/* A scan or fix that found one file. */
struct found {
	struct win_info w;
	struct run_volume volumes[2];
	struct run_disk disk;
	const char *reference, *fault;
	struct run_finding finding;
	struct run_item item;
	struct rs_run run;
};

static void found_init(struct found *f, const char *command)
{
	*f = (struct found){.w = windows_whole("Windows 10 Pro"),
		.volumes = {{.number = 3, .name = "d.img, partition 3"},
			{.number = 4, .name = "x"}},
		.disk = {.path = "d.img", .n_volumes = 2},
		.reference = "https://example.org/a",
		.fault = "record 7",
		.finding = {.volume = 3,
			.source = "rule",
			.id = "crowdstrike-291",
			.title = "Channel file 291",
			.outcome = SAID_MATCHED,
			.why = "name and time fit"},
		.item = {.volume = 3,
			.target = "\\Unbrick\\T\\0001",
			.item = {.number = 1,
				.action = PLAN_QUARANTINE,
				.path = (char *)(uintptr_t) "\\W\\C-291.sys",
				.rule_id = (char *)(uintptr_t) "crowdstrike-291",
				.why = (char *)(uintptr_t) "all fits",
				.file_ref = 7,
				.stat = {.size_bytes = 41752},
				.has_sha256 = true}},
		.run = {.command = command,
			.n_disks = 1,
			.n_findings = 1,
			.unreadable = 1,
			.n_plan = 1}};
	memset(f->item.item.sha256, 0xab, 32);
	assert_true(rs_filetime_parse("2024-07-19T04:09:00Z", &f->item.item.stat.modified));
	f->volumes[0].windows = &f->w;
	f->volumes[0].n_windows = 1;
	f->disk.volumes = f->volumes;
	f->finding.references = (struct run_texts){&f->reference, 1};
	f->run.disks = &f->disk;
	f->run.findings = &f->finding;
	f->run.faults = (struct run_texts){&f->fault, 1};
	f->run.plan = &f->item;
}

#define PLAN_TEXT                                                                                  \
	"Volume 3: d.img, partition 3: Windows 10 Pro\n"                                           \
	"\n"                                                                                       \
	"Found: Channel file 291, on volume 3\n"                                                   \
	"  Rule:     crowdstrike-291 (matched)\n"                                                  \
	"  Because:  name and time fit\n"                                                          \
	"  See:      https://example.org/a\n"                                                      \
	"\n"                                                                                       \
	"Not looked at (damaged or unreadable): 1\n"                                               \
	"  ! record 7\n"                                                                           \
	"\n"                                                                                       \
	"Plan:\n"                                                                                  \
	"   1. MOVE AWAY \\W\\C-291.sys\n"                                                         \
	"      Size:    40.7 KiB (41752), volume 3\n"                                              \
	"      Changed: 2024-07-19T04:09:00Z\n"                                                    \
	"      SHA-256: abab" HASH_END "\n"                                                        \
	"      Because: crowdstrike-291: all fits\n"                                               \
	"      To:      a folder of its own below \\Unbrick, on this volume\n"
#define HASH_END "abababababababababababababababababababababababababababababab"

static void test_scan__something_found__plan_and_next_command(void **state)
{
	struct found f;

	(void)state;
	found_init(&f, "scan");
	f.run.outcome = (struct run_outcome){
		.is_known = true, .status = 3, .result = RUN_FOUND, .text = "1 file to repair"};
	assert_string_equal(render(&f.run),
		PLAN_TEXT "\nResult: 1 file to repair.\nTo repair it: unbrick fix d.img\n");
}

/* The next command has the file that a person named, too. */
static void test_scan__a_file_was_named__next_command_names_it(void **state)
{
	struct finding file = {.path = (char *)(uintptr_t) "\\W\\a b.sys"};
	struct found f;

	(void)state;
	found_init(&f, "scan");
	f.finding.source = "person";
	f.finding.files = &file;
	f.finding.n_files = 1;
	f.run.outcome = (struct run_outcome){.is_known = true, .status = 3, .result = RUN_FOUND};
	assert_non_null(
		strstr(render(&f.run), "To repair it: unbrick fix d.img --file '\\W\\a b.sys'\n"));
	file.path = (char *)(uintptr_t) "\\W\\a\x1b";
	assert_non_null(strstr(render(&f.run), "To repair it: unbrick fix d.img --file PATH\n"));
}

static void test_fix__unfinished__is_the_beginning_of_the_finished(void **state)
{
	const char *check = "opened again";
	struct run_item done = {.target = "\\U\\T\\0001",
		.item = {.number = 1, .path = (char *)(uintptr_t) "\\W", .result = PLAN_DONE}};
	struct found f;
	char so_far[8192];

	(void)state;
	found_init(&f, "fix");
	(void)snprintf(so_far, sizeof(so_far), "%s", render(&f.run));
	assert_string_equal(so_far, PLAN_TEXT);
	f.run.actions = &done;
	f.run.n_actions = 1;
	f.run.verification = (struct run_verification){.is_done = true,
		.is_passed = true,
		.read_from = RUN_SOURCE_DEVICE,
		.checks = {&check, 1}};
	f.run.outcome = (struct run_outcome){.is_known = true, .text = "1 file moved"};
	const char *end = render(&f.run);
	assert_memory_equal(end, so_far, strlen(so_far));
	assert_string_equal(end + strlen(so_far),
		"\nDone:\n   1. done      \\W -> \\U\\T\\0001\n"
		"\nRead back from the device: passed\n  - opened again\n"
		"\nResult: 1 file moved.\nTo take it back: unbrick undo d.img T\n");

	struct run_item two[3] = {done, done, done};
	two[0].volume = two[1].volume = 1;
	two[2].volume = 2;
	f.run.actions = two;
	f.run.n_actions = 3;
	assert_non_null(strstr(render(&f.run),
		"Result: 1 file moved.\nTo take it back: unbrick undo d.img T --volume 1\n"
		"To take it back: unbrick undo d.img T --volume 2\n"));
}

/* ---- the commands that come next ---- */

/* A fix of two disks that moved a file on each. */
struct two {
	struct run_volume volumes[3];
	struct run_disk disks[2];
	struct run_item done[2];
	struct rs_run run;
};

static void two_init(struct two *t, const char *command)
{
	const struct run_item done = {.volume = 1,
		.target = "\\Unbrick\\T\\0001",
		.item = {.path = (char *)(uintptr_t) "\\W",
			.action = PLAN_QUARANTINE,
			.is_accepted = true,
			.result = PLAN_DONE}};

	*t = (struct two){.volumes = {{.number = 1}, {.number = 2}, {.number = 3}},
		.disks = {{.path = "a b's.img", .n_volumes = 1},
			{.path = "-b.img", .n_volumes = 2}},
		.done = {done, done},
		.run = {.command = command,
			.n_disks = 2,
			.n_actions = 2,
			.outcome = {.is_known = true, .can_write = true, .is_written = true}}};
	t->done[1].volume = 3;
	t->disks[0].volumes = t->volumes;
	t->disks[1].volumes = t->volumes + 1;
	t->run.disks = t->disks;
	t->run.actions = t->done;
}

/* It failed with @code. */
static void cut(struct two *t, int code)
{
	(void)rs_fail(&t->run.err, code, "%s", "");
	t->run.outcome.status = rs_err_info(code)->exit_status;
	t->run.plan = t->done;
	t->run.n_plan = 2;
}

#define UNDO_TEXT                                                                                  \
	"To take it back: unbrick undo 'a b'\\''s.img' T\n"                                        \
	"To take it back: unbrick undo ./-b.img T\n"

static bool ends_with(const char *text, const char *end)
{
	const size_t len = strlen(text), n = strlen(end);

	return len >= n && strcmp(text + len - n, end) == 0;
}

static void test_next__two_disks__each_by_its_own_name(void **state)
{
	struct quarantine q = {.id = "T"};
	struct two t;

	(void)state;
	two_init(&t, "fix");
	assert_true(ends_with(render(&t.run), UNDO_TEXT));
	t.volumes[1].quarantines = &q;
	/* the ID may be another volume's of the same disk: its number there, without the others */
	t.volumes[1].n_quarantines = 1;
	assert_true(ends_with(render(&t.run), "unbrick undo ./-b.img T --volume 2\n"));
}

/* Shown, a name with such characters is not the name any more: no command has it. */
static void test_next__name_that_cannot_be_shown__said_and_not_pretended(void **state)
{
	static const char *const names[] = {"a\nb", "a\x1b[31mb",
		"a\xff"
		"b",
		"a\xe2\x80\xae"
		"b"};
	struct two t;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct run_replay done = {
			.volume = 1, .result = RUN_REPLAY_DONE, .plan_file = names[i]};
		two_init(&t, "fix");
		t.disks[0].path = names[i];
		assert_non_null(strstr(render(&t.run),
			"To take it back: unbrick undo DISK T\n"
			"    DISK stands for the name of the disk, which has characters"));
		two_init(&t, "replay");
		t.run.n_actions = 0;
		t.run.replays = &done;
		t.run.n_replays = 1;
		assert_non_null(strstr(render(&t.run), "--revert PLAN\n    PLAN stands for the "
						       "name of the saved plan, which has"));
	}
}

static void test_next__cut_short__what_finishes_and_what_takes_back(void **state)
{
	struct two t;

	(void)state;
	two_init(&t, "fix");
	cut(&t, RS_E_CUT_SHORT);
	t.done[1].item.result = PLAN_FAILED; /* it may have been moved */
	assert_true(ends_with(render(&t.run), "\nTo finish it: unbrick fix ./-b.img\n" UNDO_TEXT));
	t.done[1].item.result = PLAN_DONE; /* what comes after the files */
	assert_true(ends_with(render(&t.run), "To finish it: unbrick fix 'a b'\\''s.img'\n"
					      "To finish it: unbrick fix ./-b.img\n" UNDO_TEXT));
	t.run.outcome.is_written = false;
	assert_null(strstr(render(&t.run), ": unbrick "));
	two_init(&t, "fix");
	cut(&t, RS_E_NOT_KEPT); /* nothing more is to be written there */
	assert_null(strstr(render(&t.run), ": unbrick "));
	two_init(&t, "undo");
	cut(&t, RS_E_CANCELLED);
	t.run.n_actions = t.run.n_plan = 1;
	t.done[0].item.result = PLAN_SKIPPED;
	assert_true(ends_with(render(&t.run), "\nTo finish it: unbrick undo 'a b'\\''s.img' T\n"));
}

static void test_next__one_of_two_journals_replayed__its_way_back(void **state)
{
	struct run_replay both[2] = {{.volume = 1, .result = RUN_REPLAY_DONE, .plan_file = "p"},
		{.volume = 3, .result = RUN_REPLAY_REFUSED}};
	struct two t;

	(void)state;
	two_init(&t, "replay");
	cut(&t, RS_E_CANCELLED);
	t.run.n_actions = t.run.n_plan = 0;
	t.run.replays = both;
	t.run.n_replays = 2;
	assert_true(ends_with(render(&t.run),
		"To take it back: unbrick replay 'a b'\\''s.img' --revert p\n"
		"To finish it: unbrick replay ./-b.img\n"));
	both[1].result = RUN_REPLAY_FAILED;
	both[1].plan_file = "q";
	assert_true(
		ends_with(render(&t.run), "--revert p\n"
					  "To finish it: unbrick replay ./-b.img --resume q\n"
					  "To take it back: unbrick replay ./-b.img --revert q\n"));
}

static void test_fix__failed_item__its_error_below_it(void **state)
{
	struct run_item item = {.target = "\\U",
		.item = {.number = 2, .path = (char *)(uintptr_t) "\\W", .result = PLAN_FAILED}};
	struct rs_run run = {.command = "fix",
		.actions = &item,
		.n_actions = 1,
		.verification = {.is_done = true},
		.outcome = {.is_known = true, .text = "write error"}};
	char expected[1024];

	(void)state;
	(void)rs_fail_on(&item.item.err, RS_E_IO_WRITE, "d", "%s", "");
	item.item.err.next = "check";
	(void)rs_fail(&run.verification.err, RS_E_VERIFY, "%s", "");
	run.verification.err.next = "stop";
	(void)rs_fail(&run.err, RS_E_IO_WRITE, "%s", "");
	(void)snprintf(expected, sizeof(expected),
		"\nDone:\n   2. failed    \\W -> \\U\n      ! d: %s; check\n"
		"\nRead back: FAILED\n  ! %s; stop\n",
		rs_err_info(RS_E_IO_WRITE)->text, rs_err_info(RS_E_VERIFY)->text);
	assert_string_equal(render(&run), expected);
}

static void test_undo__plan_and_action__lead_back(void **state)
{
	struct run_item item = {.target = "\\U",
		.item = {.number = 1,
			.action = PLAN_RESTORE,
			.path = (char *)(uintptr_t) "\\W",
			.result = PLAN_DONE}};
	const struct rs_run run = {
		.command = "undo", .plan = &item, .n_plan = 1, .actions = &item, .n_actions = 1};

	(void)state;
	assert_string_equal(render(&run), "\nPlan:\n   1. PUT BACK  \\W\n      From:    \\U\n"
					  "\nDone:\n   1. done      \\U -> \\W\n");
}

static void test_rules__list_show_check__each_as_it_is(void **state)
{
	struct run_rule rule = {
		.id = "a", .title = "T", .kind = INCIDENT_BAD_FILE, .action = RULE_QUARANTINE};
	const struct rs_run list = {.command = "rules",
		.rules = &rule,
		.n_rules = 1,
		.outcome = {.is_known = true, .text = "x"}};
	const struct rs_run show = {
		.command = "rules", .rule_id = "a", .rule_text = "[rule]\n\n  id = a\n\tb\n"};
	struct run_check checked[] = {{.file = "a"}, {.file = "b"}};
	const struct rs_run check = {.command = "rules", .checked = checked, .n_checked = 2};
	char expected[512];

	(void)state;
	assert_string_equal(render(&list), "a (bad-file, quarantine)\n  T\n");
	assert_string_equal(render(&show), "[rule]\n\n  id = a\n        b\n");
	(void)rs_fail_on(&checked[1].err, RS_E_RULE, "b:3", "%s", "");
	checked[1].err.next = "n";
	(void)snprintf(expected, sizeof(expected), "good  a\nBAD   b:3: %s; n\n",
		rs_err_info(RS_E_RULE)->text);
	assert_string_equal(render(&check), expected);
}

static const char *render_why(const char *why)
{
	struct run_finding f = {.volume = 1,
		.source = "rule",
		.id = "r",
		.title = "t",
		.outcome = SAID_DOUBT,
		.why = why};
	const struct rs_run run = {.command = "fix", .findings = &f, .n_findings = 1};

	return render(&run);
}

static void test_text__long_paragraph__breaks_before_column_80(void **state)
{
	(void)state;
	assert_string_equal(
		render_why("some words that are long enough to need a second line on a console of "
			   "eighty columns, and then a path\xC3\xA4 "
			   "\\a\\very\\long\\path\\without\\any\\blank\\that\\does\\not\\fit\\one"
			   "\\line\\at\\all.sys and more"),
		"\nFound: t, on volume 1\n"
		"  Rule:     r (doubt)\n"
		"  Because:  some words that are long enough to need a second line on a console\n"
		"            of eighty columns, and then a path\xC3\xA4\n"
		"            "
		"\\a\\very\\long\\path\\without\\any\\blank\\that\\does\\not\\fit\\one\\line\\at\\a"
		"ll.sys\n"
		"            and more\n");
}

static void test_text__what_a_terminal_obeys_and_keys__not_shown(void **state)
{
	(void)state;
	assert_string_equal(
		render_why("a\x1b[2Jb 042647-302313-590458-071500-554323-116567-412181-516978"),
		"\nFound: t, on volume 1\n"
		"  Rule:     r (doubt)\n"
		"  Because:  a\\x1B[2Jb [key hidden]\n");
}

/* What is in nobody's language is filtered all the same. */
static void test_text__verbatim__what_a_terminal_obeys_not_shown(void **state)
{
	char text[] = "a\x1b[2Jb\n";
	const struct rs_run run = {.command = "rules", .rule_text = text};

	(void)state;
	assert_non_null(strstr(render(&run), "a\\x1B[2Jb\n"));
}

static void test_text__wide_characters__counted_as_one_column(void **state)
{
	struct run_rule rule = {.id = "a"};
	const struct rs_run run = {.command = "rules", .rules = &rule, .n_rules = 1};
	char title[512] = "", expected[512] = "a (bad-file, quarantine)\n  ";

	(void)state;
	/* 77 letters of two bytes each fit beside the indent of two */
	for (int i = 0; i < 77; i++) {
		strcat(title, "\xC3\xA4");
		strcat(expected, "\xC3\xA4");
	}
	strcat(title, " x");
	strcat(expected, "\n  x\n");
	rule.title = title;
	assert_string_equal(render(&run), expected);
}

static void test_text__nothing__no_line(void **state)
{
	const struct rs_run run = {0};

	(void)state;
	assert_string_equal(render(&run), "");
}

static void test_size_text__limits__unit_changes_there(void **state)
{
	(void)state;
	static const struct {
		uint64_t bytes;
		const char *text;
	} sizes[] = {{0, "0 bytes"}, {1023, "1023 bytes"}, {1024, "1 KiB"}, {1536, "1.5 KiB"},
		{1048575, "1023.9 KiB"}, {1048576, "1 MiB"}, {512110190592, "476.9 GiB"},
		{1ULL << 60, "1 EiB"}, {UINT64_MAX, "15.9 EiB"}};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char text[24];
		report_size_text(sizes[i].bytes, text);
		assert_string_equal(text, sizes[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list__bitlocker_and_windows__each_has_its_line),
		cmocka_unit_test(test_journal__pending__said_with_what_is_shown),
		cmocka_unit_test(test_journal__refused__said_with_the_reason),
		cmocka_unit_test(test_journal__one_of_each__in_the_singular),
		cmocka_unit_test(test_journal__idle_or_clean__no_word_in_a_scan),
		cmocka_unit_test(test_replay__plan__is_the_beginning_of_the_end),
		cmocka_unit_test(test_health__warnings__are_never_left_out),
		cmocka_unit_test(test_list__broken_disk_and_volume__error_on_its_own_line),
		cmocka_unit_test(test_scan__something_found__plan_and_next_command),
		cmocka_unit_test(test_scan__a_file_was_named__next_command_names_it),
		cmocka_unit_test(test_fix__unfinished__is_the_beginning_of_the_finished),
		cmocka_unit_test(test_next__two_disks__each_by_its_own_name),
		cmocka_unit_test(test_next__name_that_cannot_be_shown__said_and_not_pretended),
		cmocka_unit_test(test_next__cut_short__what_finishes_and_what_takes_back),
		cmocka_unit_test(test_next__one_of_two_journals_replayed__its_way_back),
		cmocka_unit_test(test_fix__failed_item__its_error_below_it),
		cmocka_unit_test(test_undo__plan_and_action__lead_back),
		cmocka_unit_test(test_rules__list_show_check__each_as_it_is),
		cmocka_unit_test(test_text__long_paragraph__breaks_before_column_80),
		cmocka_unit_test(test_text__what_a_terminal_obeys_and_keys__not_shown),
		cmocka_unit_test(test_text__verbatim__what_a_terminal_obeys_not_shown),
		cmocka_unit_test(test_text__wide_characters__counted_as_one_column),
		cmocka_unit_test(test_text__nothing__no_line),
		cmocka_unit_test(test_size_text__limits__unit_changes_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done on which disk, and how a start ends. The program, the firmware, the reset and the
 * kernel's news are ours (--wrap): each test says what they answer, and sees what they were asked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "init/init.h"
#include "init/machine.h"
#include "init/work.h"
#include "rig.h"
#include "tree.h"

void __wrap_run_program(struct init *in, enum run_command command, const char *disk,
	const char *const *options, struct run *ret);
bool __wrap_safemode_was_set(struct init *in, const struct known_disk *d);
void __wrap_end_now(struct init *in, enum settings_end end);
void __wrap_report_write(
	struct init *in, enum result result, const char *text, enum settings_end end);
bool __wrap_windows_set_next(
	struct init *in, const char *disk, char ret_entry[16], char *ret_text, size_t cap);
long __wrap_process_run(struct processes *all, const struct process_plan *plan, void *ret);
bool __wrap_machine_is_probing(struct init *in);
uint64_t __wrap_machine_quiet_ms(struct init *in);

static struct init in;
static struct run answers[4];
static unsigned n_runs;
static struct {
	enum run_command command;
	char disk[DISK_NAME], replay[16];
	bool is_alone;	  /* --diagnosis alone */
	bool may_disable; /* --acts move,disable */
	bool is_by_policy;
} runs[4];
static enum settings_end ended, reported;
static enum result result;
static char memory[16]; /* of the firmware */
static bool is_firmware_full, is_set, is_stick_pulled, is_quiet_later, is_safe_mode;
static uint64_t quiet_ms;

void __wrap_run_program(struct init *i, enum run_command command, const char *disk,
	const char *const *options, struct run *ret)
{
	assert_true(n_runs < 4);
	runs[n_runs].command = command;
	(void)snprintf(runs[n_runs].disk, sizeof(runs[0].disk), "%s", disk);
	runs[n_runs].is_by_policy = options && strcmp(options[0], "--policy") == 0;
	if (command == RUN_SAFEMODE) {
		assert_string_equal(options[0], "clear");
		assert_null(options[1]);
	} else if (options && !runs[n_runs].is_by_policy) {
		(void)snprintf(runs[n_runs].replay, sizeof(runs[0].replay), "%s", options[2]);
		runs[n_runs].is_alone = options[3] && strcmp(options[3], "--diagnosis") == 0 &&
					strcmp(options[4], "alone") == 0;
		const size_t acts = runs[n_runs].is_alone ? 5 : 3;
		runs[n_runs].may_disable = options[acts] && strcmp(options[acts], "--acts") == 0 &&
					   strcmp(options[acts + 1], "move,disable") == 0;
		assert_null(options[acts + (runs[n_runs].may_disable ? 2 : 0)]);
	}
	*ret = answers[n_runs++];
	ret->command = command;
	ret->disk = disk;
	if (is_quiet_later)
		quiet_ms = 1000000;
	if (is_stick_pulled)
		i->stick.disk[0] = '\0';
}

bool __wrap_safemode_was_set(struct init *i, const struct known_disk *d)
{
	(void)i;
	(void)d;
	return is_safe_mode;
}

void __wrap_end_now(struct init *i, enum settings_end end)
{
	(void)i;
	ended = end;
}

void __wrap_report_write(struct init *i, enum result r, const char *text, enum settings_end end)
{
	(void)i;
	(void)text;
	result = r;
	reported = end;
}

bool __wrap_windows_set_next(
	struct init *i, const char *disk, char ret_entry[16], char *ret_text, size_t cap)
{
	(void)i;
	(void)disk;
	(void)snprintf(ret_entry, 16, "Boot0003");
	(void)snprintf(ret_text, cap, "text");
	return is_set;
}

long __wrap_process_run(struct processes *all, const struct process_plan *plan, void *ret)
{
	(void)all;
	if (ret) {
		(void)snprintf(ret, plan->cap, "%s", memory);
		return (long)strlen(memory);
	}
	if (is_firmware_full)
		return -EIO;
	(void)snprintf(memory, sizeof(memory), "%s", (const char *)plan->arg);
	return 0;
}

bool __wrap_machine_is_probing(struct init *i)
{
	(void)i;
	return false;
}

uint64_t __wrap_machine_quiet_ms(struct init *i)
{
	(void)i;
	return quiet_ms;
}

static int begin(void **state)
{
	(void)state;
	rig_begin(&in);
	memset(answers, 0, sizeof(answers));
	memset(runs, 0, sizeof(runs));
	n_runs = 0;
	ended = reported = SETTINGS_END_STAY;
	result = RESULT_CANCELLED;
	memory[0] = '\0';
	is_firmware_full = is_stick_pulled = is_quiet_later = is_safe_mode = false;
	is_set = true;
	quiet_ms = 1000000;
	in.facts.settings.report = SETTINGS_REPORT_NONE;
	return 0;
}

static int end(void **state)
{
	(void)state;
	rig_end(&in);
	return 0;
}

static struct known_disk *add_disk(const char *name, enum vol_kind content)
{
	struct known_disk *d = disks_put(&in.disks, name);

	d->state = DISK_READY;
	d->facts.n_parts = 1;
	d->facts.parts[0].content = content;
	return d;
}

static void answer(unsigned i, int status, unsigned n_before)
{
	answers[i].status = status;
	answers[i].n_before = n_before;
}

/* One disk, whose run ends with @status; how the start ends then. */
static enum settings_end end_of(int status, unsigned n_before)
{
	add_disk("sda", VOL_NTFS);
	answer(0, status, n_before);
	modes_automatic(&in);
	assert_int_equal(ended, reported);
	return ended;
}

/* ---- what is run ---- */

/* The machine may be reset before the repair is over: a person has to be there. */
static void test_work__watchdog_that_nobody_feeds__looks_only(void **state)
{
	(void)state;
	in.facts.settings.repaired = in.facts.settings.failure = SETTINGS_END_REBOOT;
	watchdogs_begin(&in.watchdogs, tree_new(), "/nowhere");
	tree_file("sys/class/watchdog/watchdog0/device/driver/module/refcnt", "1\n");
	tree_file("sys/class/watchdog/watchdog0/timeleft", "25\n");
	assert_int_equal(end_of(RS_STATUS_FOUND, 0), SETTINGS_END_STAY);
	assert_int_equal(n_runs, 1);
	assert_int_equal(runs[0].command, RUN_SCAN);
	assert_int_equal(result, RESULT_FOUND);
	tree_done();
}

/* Nothing keeps us from it. */
static void test_work__watchdog_that_rests__repairs(void **state)
{
	(void)state;
	in.facts.settings.repaired = SETTINGS_END_REBOOT;
	watchdogs_begin(&in.watchdogs, tree_new(), "/nowhere");
	tree_file("sys/class/watchdog/watchdog0/device/driver/module/refcnt", "0\n");
	assert_int_equal(end_of(RS_STATUS_DONE, 0), SETTINGS_END_REBOOT);
	assert_int_equal(runs[0].command, RUN_FIX);
	tree_done();
}

static void test_work__mode_look__never_writes(void **state)
{
	(void)state;
	in.facts.settings.mode = SETTINGS_MODE_LOOK;
	assert_int_equal(end_of(RS_STATUS_FOUND, 0), SETTINGS_END_STAY);
	assert_int_equal(n_runs, 1);
	assert_int_equal(runs[0].command, RUN_SCAN);
	assert_int_equal(result, RESULT_FOUND);
}

static void test_work__mode_look_finds_nothing__nothing_to_repair(void **state)
{
	(void)state;
	in.facts.settings.mode = SETTINGS_MODE_LOOK;
	(void)end_of(RS_STATUS_DONE, 0);
	assert_int_equal(result, RESULT_NOTHING_TO_DO);
}

static void test_work__replay__as_the_settings_allow(void **state)
{
	static const char *const words[] = {[SETTINGS_REPLAY_SAFE] = "safe",
		[SETTINGS_REPLAY_NO] = "no",
		[SETTINGS_REPLAY_ALL] = "all"};

	for (unsigned i = 0; i < 3; i++) {
		(void)end(state);
		(void)begin(state);
		in.facts.settings.replay = i;
		(void)end_of(RS_STATUS_NOTHING, 0);
		assert_int_equal(runs[0].command, RUN_FIX);
		assert_string_equal(runs[0].replay, words[i]);
	}
}

/* ---- Safe Mode that Unbrick set ---- */

static void test_work__safe_mode_of_ours__is_set_back_and_windows_started(void **state)
{
	(void)state;
	is_safe_mode = true;
	in.facts.settings.repaired = SETTINGS_END_WINDOWS;
	assert_int_equal(end_of(RS_STATUS_DONE, 0), SETTINGS_END_WINDOWS);
	assert_int_equal(n_runs, 1); /* and nothing else */
	assert_int_equal(runs[0].command, RUN_SAFEMODE);
	assert_int_equal(result, RESULT_DONE);
}

static void test_work__safe_mode_of_others_or_in_vain__is_repaired_as_ever(void **state)
{
	static const int statuses[] = {RS_STATUS_NOTHING, RS_STATUS_REFUSED, RS_STATUS_IO};

	for (unsigned i = 0; i < 3; i++) {
		(void)end(state);
		(void)begin(state);
		is_safe_mode = true;
		answer(1, RS_STATUS_DONE, 0);
		(void)end_of(statuses[i], 0);
		assert_int_equal(n_runs, 2);
		assert_int_equal(runs[0].command, RUN_SAFEMODE);
		assert_int_equal(runs[1].command, RUN_FIX);
		assert_int_equal(result, RESULT_DONE);
	}
}

/* The disk of a BIOS: only the program can tell, and what it does not find is not spoken of. */
static void test_work__table_of_a_bios__the_program_is_asked(void **state)
{
	static const int statuses[] = {
		RS_STATUS_DONE, RS_STATUS_NOTHING, RS_STATUS_NO_WINDOWS, RS_STATUS_REFUSED};

	for (unsigned i = 0; i < 4; i++) {
		(void)end(state);
		(void)begin(state);
		struct known_disk *d = add_disk("sda", VOL_NTFS);
		d->facts.parts[0].is_active = true;
		answer(0, statuses[i], 0);
		answer(1, RS_STATUS_NOTHING, 0);
		modes_automatic(&in);
		assert_int_equal(n_runs, i ? 2 : 1);
		assert_int_equal(runs[0].command, RUN_SAFEMODE);
	}
}

static void test_safe_mode__on_ntfs__of_a_bios_table_alone(void **state)
{
	struct disk_facts f = {.n_parts = 1};

	(void)state;
	f.parts[0] = (struct part){.number = 1, .content = VOL_NTFS, .is_active = true};
	assert_true(safemode_may_be_on_ntfs(&f));
	f.parts[0].content = VOL_BITLOCKER;
	assert_false(safemode_may_be_on_ntfs(&f));
	f.parts[0].content = VOL_NTFS;
	f.parts[0].is_active = false; /* as on every GPT */
	assert_false(safemode_may_be_on_ntfs(&f));
	f.n_parts = 0;
	assert_false(safemode_may_be_on_ntfs(&f));
}

static void test_work__safe_mode_of_ours_in_mode_look__stays(void **state)
{
	(void)state;
	is_safe_mode = true;
	in.facts.settings.mode = SETTINGS_MODE_LOOK;
	(void)end_of(RS_STATUS_NOTHING, 0);
	assert_int_equal(n_runs, 1);
	assert_int_equal(runs[0].command, RUN_SCAN);
}

/* Signed settings, seen to be signed: nothing less. */
static void let_act_alone(void)
{
	in.facts.settings.diagnosis = SETTINGS_DIAGNOSIS_ALONE;
	in.facts.door = DOOR_APPLICATION;
	in.facts.secure_boot = SECURE_BOOT_YES;
}

static bool is_let_alone(void **state, unsigned diagnosis, enum door door, enum secure_boot secure)
{
	(void)end(state);
	(void)begin(state);
	in.facts.settings.diagnosis = diagnosis;
	in.facts.door = door;
	in.facts.secure_boot = secure;
	(void)end_of(RS_STATUS_NOTHING, 0);
	assert_int_equal(n_runs, 1);
	return runs[0].is_alone;
}

static void test_work__services__disabled_by_signed_settings_that_were_checked_only(void **state)
{
	for (unsigned i = 0; i < 8; i++) {
		(void)end(state);
		(void)begin(state);
		in.facts.settings.acts = i & 1 ? SETTINGS_ACTS_DISABLE : SETTINGS_ACTS_MOVE;
		in.facts.door = i & 2 ? DOOR_APPLICATION : DOOR_GRUB;
		in.facts.secure_boot = i & 4 ? SECURE_BOOT_YES : SECURE_BOOT_NO;
		(void)end_of(RS_STATUS_NOTHING, 0);
		assert_int_equal(runs[0].may_disable, i == 7);
	}
}

static void test_work__verdict_alone__signed_settings_that_were_checked_only(void **state)
{
	const unsigned ask = SETTINGS_DIAGNOSIS_ASK, alone = SETTINGS_DIAGNOSIS_ALONE;

	assert_true(is_let_alone(state, alone, DOOR_APPLICATION, SECURE_BOOT_YES));
	assert_false(is_let_alone(state, ask, DOOR_APPLICATION, SECURE_BOOT_YES));
	assert_false(is_let_alone(state, alone, DOOR_GRUB, SECURE_BOOT_YES));
	assert_false(is_let_alone(state, alone, DOOR_DIRECT, SECURE_BOOT_YES));
	assert_false(is_let_alone(state, alone, DOOR_APPLICATION, SECURE_BOOT_NO));
	assert_false(is_let_alone(state, alone, DOOR_APPLICATION, SECURE_BOOT_SETUP));
}

/* Two disks: the first run ends so. Is the second one's verdict let act? */
static bool is_second_let_alone(
	void **state, struct json_object *report_take, bool is_alone, int status)
{
	(void)end(state);
	(void)begin(state);
	let_act_alone();
	add_disk("sdb", VOL_NTFS);
	answers[0].report = report_take;
	answers[0].is_alone = is_alone;
	(void)end_of(status, 0);
	assert_int_equal(n_runs, 2);
	assert_true(runs[0].is_alone);
	return runs[1].is_alone;
}

static void test_work__verdict_alone__one_file_in_a_start(void **state)
{
	assert_false(is_second_let_alone(state, json_object_new_object(), true, RS_STATUS_DONE));
	assert_true(is_second_let_alone(state, json_object_new_object(), false, RS_STATUS_DONE));
	assert_true(is_second_let_alone(state, json_object_new_object(), true, RS_STATUS_REFUSED));
	assert_false(is_second_let_alone(state, NULL, false, RS_STATUS_IO)); /* who knows */
}

/* The plan of a replay is kept on the stick: while that is on its way, no journal is replayed. */
static void test_work__stick_is_to_come__no_replay_and_once_more(void **state)
{
	(void)state;
	(void)snprintf(in.facts.partition, sizeof(in.facts.partition), "of-the-stick");
	in.facts.settings.report = SETTINGS_REPORT_STICK;
	in.facts.settings.wait_s = 10;
	quiet_ms = 0;
	is_quiet_later = true;
	answer(1, RS_STATUS_NOTHING, 0);
	(void)end_of(RS_STATUS_REFUSED, 0);
	assert_int_equal(n_runs, 2);
	assert_string_equal(runs[0].replay, "no");
	assert_string_equal(runs[1].replay, "safe");
	assert_int_equal(result, RESULT_NOTHING_TO_DO);
}

static void test_work__through_grub_without_the_stick__waits_for_its_settings(void **state)
{
	(void)state;
	add_disk("sda", VOL_NTFS);
	(void)snprintf(in.facts.stick_uuid, sizeof(in.facts.stick_uuid), "1234-ABCD");
	in.facts.settings.wait_s = 10;
	in.facts.door = DOOR_GRUB;
	quiet_ms = 9999;
	assert_null(work_next(&in));
	quiet_ms = 10000;
	assert_non_null(work_next(&in));
	quiet_ms = 0;
	in.facts.door = DOOR_APPLICATION;
	assert_non_null(work_next(&in));
}

static void test_work__locked_disk__comes_last_and_not_before_the_keys(void **state)
{
	(void)state;
	struct known_disk *locked = add_disk("sda", VOL_BITLOCKER);
	struct known_disk *open = add_disk("sdb", VOL_NTFS);

	assert_ptr_equal(work_next(&in), open);
	disk_set_done(open);
	assert_ptr_equal(work_next(&in), locked);
	in.stick.state = STICK_READING;
	in.facts.settings.wait_s = 2000;
	assert_null(work_next(&in));
	in.stick.keys.len = 1;
	assert_ptr_equal(work_next(&in), locked);
	locked->state = DISK_LEFT; /* the stick, a part of a RAID */
	assert_null(work_next(&in));
}

static void test_work__stick_pulled_out_before_the_plan__once_more(void **state)
{
	(void)state;
	(void)snprintf(in.stick.disk, sizeof(in.stick.disk), "sdb");
	is_stick_pulled = true;
	answer(1, RS_STATUS_DONE, 0);
	(void)end_of(RS_STATUS_IO, 0);
	assert_int_equal(n_runs, 2);
	assert_int_equal(result, RESULT_DONE);
}

/* ---- how it ends ---- */

static void test_modes__repaired__starts_windows(void **state)
{
	(void)state;
	in.facts.settings.repaired = SETTINGS_END_WINDOWS;
	assert_int_equal(end_of(RS_STATUS_DONE, 3 - 1), SETTINGS_END_WINDOWS);
	assert_int_equal(result, RESULT_DONE);
}

/* The one line of the result. */
static void test_work__by_a_diagnosis__the_result_says_so(void **state)
{
	static const char *const texts[] = {"2 disks repaired",
		"2 disks repaired, 1 of them by a diagnosis and not by a rule",
		"2 disks repaired, by a diagnosis and not by a rule"};

	(void)state;
	for (unsigned n = 0; n < 3; n++) {
		struct work w;
		(void)end(NULL);
		(void)begin(NULL);
		(void)add_disk("sda", VOL_NTFS);
		(void)add_disk("sdb", VOL_NTFS);
		for (unsigned i = 0; i < 2; i++) {
			answer(i, RS_STATUS_DONE, 0);
			answers[i].is_by_diagnosis = i < n;
		}
		work_all(&in, &w);
		work_tell(&in, &w);
		assert_string_equal(w.text, texts[n]);
		assert_int_equal(in.report.n_by_diagnosis, n);
	}
}

static void test_modes__repaired_for_the_fourth_time__stays(void **state)
{
	(void)state;
	in.facts.settings.repaired = SETTINGS_END_WINDOWS;
	assert_int_equal(end_of(RS_STATUS_DONE, 3), SETTINGS_END_STAY);
	assert_int_equal(result, RESULT_DONE);
}

static void test_modes__no_way_back_to_windows__stays(void **state)
{
	(void)state;
	is_set = false;
	in.facts.settings.repaired = SETTINGS_END_WINDOWS;
	assert_int_equal(end_of(RS_STATUS_DONE, 0), SETTINGS_END_STAY);
}

/* A reset never follows a reset without something having been repaired in between. */
static void test_modes__reset_after_a_reset__stays_and_forgets_it(void **state)
{
	(void)state;
	in.facts.settings.nothing = SETTINGS_END_REBOOT;
	assert_int_equal(end_of(RS_STATUS_NOTHING, 0), SETTINGS_END_REBOOT);
	assert_string_equal(memory, "reset");
	(void)end(state);
	char kept[16];
	memcpy(kept, memory, sizeof(kept));
	(void)begin(state);
	memcpy(memory, kept, sizeof(memory));
	in.facts.settings.nothing = SETTINGS_END_REBOOT;
	assert_int_equal(end_of(RS_STATUS_NOTHING, 0), SETTINGS_END_STAY);
	assert_string_equal(memory, "none");
	add_disk("sdb", VOL_NTFS); /* late, in the same start */
	answer(1, RS_STATUS_NOTHING, 0);
	modes_automatic(&in);
	assert_int_equal(n_runs, 2);
	assert_int_equal(ended, SETTINGS_END_STAY);
	assert_string_equal(memory, "none");
}

static void test_modes__reset_that_the_stick_remembers__stays(void **state)
{
	(void)state;
	in.facts.settings.failure = SETTINGS_END_REBOOT;
	in.facts.settings.report = SETTINGS_REPORT_STICK;
	in.stick.state = STICK_READ;
	(void)snprintf(in.stick.last.end, sizeof(in.stick.last.end), "windows");
	assert_int_equal(end_of(RS_STATUS_REFUSED, 0), SETTINGS_END_STAY);
	assert_int_equal(result, RESULT_FAILED);
}

/* A stick that is full or write-protected, and the firmware that remembers instead of it. */
static void test_modes__reset_that_the_stick_could_not_keep__stays_the_next_time(void **state)
{
	char kept[sizeof(memory)];

	(void)state;
	for (int start = 0; start < 2; start++) {
		if (start) {
			memcpy(kept, memory, sizeof(kept));
			(void)end(state);
			(void)begin(state);
			memcpy(memory, kept, sizeof(memory));
		}
		in.facts.settings.nothing = SETTINGS_END_REBOOT;
		in.facts.settings.report = SETTINGS_REPORT_STICK;
		in.stick.state = STICK_READ;
		(void)snprintf(in.stick.last.end, sizeof(in.stick.last.end), "stay");
		assert_int_equal(end_of(RS_STATUS_NOTHING, 0),
			start ? SETTINGS_END_STAY : SETTINGS_END_REBOOT);
	}
}

/* It takes the report, and may show another one at the next start. */
static void test_modes__reset_on_a_stick_of_others__is_remembered_by_the_firmware(void **state)
{
	(void)state;
	in.facts.settings.nothing = SETTINGS_END_REBOOT;
	in.facts.settings.report = SETTINGS_REPORT_STICK;
	in.stick.state = STICK_READ;
	in.stick.is_written = in.stick.is_foreign = true;
	assert_int_equal(end_of(RS_STATUS_NOTHING, 0), SETTINGS_END_REBOOT);
	assert_string_equal(memory, "reset");
}

/* The next start asks the stick, which has no report of this one. */
static void test_modes__reset_on_a_second_stick__is_remembered_by_the_firmware(void **state)
{
	(void)state;
	in.facts.settings.nothing = SETTINGS_END_REBOOT;
	in.facts.settings.report = SETTINGS_REPORT_STICK;
	in.stick.state = STICK_READ;
	in.stick.is_written = in.stick.is_read_only = true;
	assert_int_equal(end_of(RS_STATUS_NOTHING, 0), SETTINGS_END_REBOOT);
	assert_string_equal(memory, "reset");
}

/* With a BIOS it is the only memory. */
static void test_modes__reset_on_a_stick_of_others_without_a_variable__is_made(void **state)
{
	(void)state;
	is_firmware_full = true;
	in.facts.settings.nothing = SETTINGS_END_REBOOT;
	in.facts.settings.report = SETTINGS_REPORT_STICK;
	in.stick.state = STICK_READ;
	in.stick.is_written = in.stick.is_foreign = true;
	assert_int_equal(end_of(RS_STATUS_NOTHING, 0), SETTINGS_END_REBOOT);
}

static void test_modes__reset_that_nothing_can_remember__is_not_made(void **state)
{
	(void)state;
	is_firmware_full = true;
	in.facts.settings.failure = SETTINGS_END_REBOOT;
	add_disk("sda", VOL_NTFS);
	answer(0, RS_STATUS_REFUSED, 0);
	modes_automatic(&in);
	assert_int_equal(ended, SETTINGS_END_STAY);
}

static void test_modes__something_doubtful_left__is_no_repair(void **state)
{
	(void)state;
	in.facts.settings.repaired = SETTINGS_END_WINDOWS;
	in.facts.settings.failure = SETTINGS_END_STAY;
	assert_int_equal(end_of(RS_STATUS_LEFT, 0), SETTINGS_END_STAY);
	assert_int_equal(result, RESULT_LEFT);
}

static void test_modes__wrong_and_not_repaired_here__is_no_repair(void **state)
{
	(void)state;
	in.facts.settings.repaired = in.facts.settings.nothing = SETTINGS_END_WINDOWS;
	in.facts.settings.failure = SETTINGS_END_STAY;
	assert_int_equal(end_of(RS_STATUS_WRONG, 0), SETTINGS_END_STAY);
	assert_int_equal(result, RESULT_WRONG);
}

static void test_modes__looked_and_found__stays_whatever_is_set(void **state)
{
	(void)state;
	in.facts.settings.mode = SETTINGS_MODE_LOOK;
	in.facts.settings.nothing = in.facts.settings.failure = SETTINGS_END_REBOOT;
	in.facts.settings.repaired = SETTINGS_END_WINDOWS;
	assert_int_equal(end_of(RS_STATUS_FOUND, 0), SETTINGS_END_STAY);
	assert_int_equal(result, RESULT_FOUND);
}

/* ---- with a policy ---- */

static void take(enum policy_act act)
{
	in.fleet.is_accepted = true;
	in.fleet.policy = (struct fleet_policy){.version = 7,
		.act = act,
		.repaired = POLICY_POWEROFF,
		.nothing = POLICY_STAY,
		.failure = POLICY_REBOOT};
	in.network.now.clock.source = CLOCK_NETWORK;
}

static void test_modes__by_a_policy__its_options_and_its_end(void **state)
{
	(void)state;
	take(POLICY_REPAIR);
	assert_int_equal(end_of(RS_STATUS_DONE, 0), SETTINGS_END_POWEROFF);
	assert_int_equal(n_runs, 1);
	assert_int_equal(runs[0].command, RUN_FIX);
	assert_true(runs[0].is_by_policy);
}

static void test_modes__by_a_policy_that_fails__its_end_and_not_twice(void **state)
{
	(void)state;
	take(POLICY_REPAIR);
	assert_int_equal(end_of(RS_STATUS_REFUSED, 0), SETTINGS_END_REBOOT);
	assert_string_equal(memory, "reset");
	ended = reported = SETTINGS_END_STAY;
	n_runs = 0;
	assert_int_equal(end_of(RS_STATUS_REFUSED, 0), SETTINGS_END_STAY); /* round and round */
}

static void test_modes__policy_with_a_clock_not_known__only_looks(void **state)
{
	(void)state;
	take(POLICY_REPAIR);
	in.network.now.clock.source = CLOCK_UNKNOWN;
	(void)end_of(RS_STATUS_FOUND, 0);
	assert_int_equal(runs[0].command, RUN_SCAN);
	assert_true(runs[0].is_by_policy);
}

static void test_modes__policy_refused__no_disk_is_worked_on(void **state)
{
	(void)state;
	in.facts.door = DOOR_GRUB;
	(void)snprintf(in.facts.settings.policy, sizeof(in.facts.settings.policy), "https://h/p");
	in.facts.settings.failure = SETTINGS_END_POWEROFF;
	assert_int_equal(end_of(RS_STATUS_DONE, 0), SETTINGS_END_POWEROFF);
	assert_int_equal(n_runs, 0);
	assert_int_equal(result, RESULT_FAILED);
}

/* Whoever heeds the wish to stop writes the report, too. */
static void test_modes__stopped__says_nothing_of_an_end(void **state)
{
	(void)state;
	in.is_stop_wanted = true;
	reported = ended = SETTINGS_END_POWEROFF;
	result = RESULT_FOUND;
	modes_automatic(&in);
	assert_int_equal(ended, SETTINGS_END_POWEROFF);
	assert_int_equal(reported, SETTINGS_END_POWEROFF);
	assert_int_equal(result, RESULT_FOUND); /* no report was written */
}

static void test_modes__several_disks__the_weightiest_counts(void **state)
{
	(void)state;
	add_disk("sdb", VOL_NTFS);
	answer(1, RS_STATUS_REFUSED, 0);
	(void)end_of(RS_STATUS_NOTHING, 0);
	assert_int_equal(n_runs, 2);
	assert_int_equal(result, RESULT_FAILED);
}

static void test_modes__part_of_a_foreign_set__is_no_failure(void **state)
{
	(void)state;
	answers[0].is_foreign = true;
	(void)end_of(RS_STATUS_REFUSED, 0);
	assert_int_equal(result, RESULT_NO_WINDOWS);
}

/* docs/boot-report.md: a run's words where they mean the same, no others for that. */
static void test_modes__each_end_of_a_run__its_word(void **state)
{
	static const struct {
		int status;
		const char *word;
	} ends[] = {{RS_STATUS_DONE, "done"}, {RS_STATUS_FOUND, "found"},
		{RS_STATUS_NOTHING, "nothing-to-do"}, {RS_STATUS_LEFT, "left"},
		{RS_STATUS_WRONG, "wrong"}, {RS_STATUS_NO_WINDOWS, "no-windows"},
		{RS_STATUS_KEY, "failed"}, {RS_STATUS_REFUSED, "failed"}, {RS_STATUS_IO, "failed"},
		{RS_STATUS_DAMAGED, "failed"}, {1, "failed"}, {-1, "failed"}};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		(void)end_of(ends[i].status, 0);
		assert_string_equal(result_words[result], ends[i].word);
		(void)end(state);
		(void)begin(state);
	}
}

static void test_work__nothing_is_run__its_word(void **state)
{
	struct work w;

	(void)state;
	work_all(&in, &w);
	assert_string_equal(result_words[w.result], "no-disk");
	in.is_stop_wanted = true;
	work_all(&in, &w);
	assert_string_equal(result_words[w.result], "cancelled");
	assert_int_equal(n_runs, 0);
}

#define work_test(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		work_test(test_work__watchdog_that_nobody_feeds__looks_only),
		work_test(test_work__watchdog_that_rests__repairs),
		work_test(test_work__mode_look__never_writes),
		work_test(test_work__mode_look_finds_nothing__nothing_to_repair),
		work_test(test_work__replay__as_the_settings_allow),
		work_test(test_work__services__disabled_by_signed_settings_that_were_checked_only),
		work_test(test_work__safe_mode_of_ours__is_set_back_and_windows_started),
		work_test(test_work__safe_mode_of_others_or_in_vain__is_repaired_as_ever),
		work_test(test_work__table_of_a_bios__the_program_is_asked),
		work_test(test_safe_mode__on_ntfs__of_a_bios_table_alone),
		work_test(test_work__safe_mode_of_ours_in_mode_look__stays),
		work_test(test_work__verdict_alone__signed_settings_that_were_checked_only),
		work_test(test_work__verdict_alone__one_file_in_a_start),
		work_test(test_work__stick_is_to_come__no_replay_and_once_more),
		work_test(test_work__through_grub_without_the_stick__waits_for_its_settings),
		work_test(test_work__locked_disk__comes_last_and_not_before_the_keys),
		work_test(test_work__stick_pulled_out_before_the_plan__once_more),
		work_test(test_modes__repaired__starts_windows),
		work_test(test_work__by_a_diagnosis__the_result_says_so),
		work_test(test_modes__repaired_for_the_fourth_time__stays),
		work_test(test_modes__no_way_back_to_windows__stays),
		work_test(test_modes__reset_after_a_reset__stays_and_forgets_it),
		work_test(test_modes__reset_that_the_stick_remembers__stays),
		work_test(test_modes__reset_that_the_stick_could_not_keep__stays_the_next_time),
		work_test(test_modes__reset_on_a_stick_of_others__is_remembered_by_the_firmware),
		work_test(test_modes__reset_on_a_stick_of_others_without_a_variable__is_made),
		work_test(test_modes__reset_on_a_second_stick__is_remembered_by_the_firmware),
		work_test(test_modes__reset_that_nothing_can_remember__is_not_made),
		work_test(test_modes__something_doubtful_left__is_no_repair),
		work_test(test_modes__several_disks__the_weightiest_counts),
		work_test(test_modes__wrong_and_not_repaired_here__is_no_repair),
		work_test(test_modes__looked_and_found__stays_whatever_is_set),
		work_test(test_modes__by_a_policy__its_options_and_its_end),
		work_test(test_modes__by_a_policy_that_fails__its_end_and_not_twice),
		work_test(test_modes__policy_with_a_clock_not_known__only_looks),
		work_test(test_modes__policy_refused__no_disk_is_worked_on),
		work_test(test_modes__stopped__says_nothing_of_an_end),
		work_test(test_modes__part_of_a_foreign_set__is_no_failure),
		work_test(test_modes__each_end_of_a_run__its_word),
		work_test(test_work__nothing_is_run__its_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

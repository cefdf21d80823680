/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of several volumes is the stick, and what one that we were not started from may do. The
 * disks are made up: where they are, whether they can be plugged in, and what a job finds on them
 * the test says (--wrap). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "init/init.h"
#include "init/place.h"
#include "init/stick_ask.h"
#include "init/stick_choose.h"
#include "init/stick_files.h"
#include "rig.h"
#include "tree.h"

enum place __wrap_place_of(const char *root, const char *disk, const char *said);
bool __wrap_disk_is_pluggable(const char *root, const char *name);
bool __wrap_disk_is_read_only(const char *root, const char *name);
bool __wrap_disk_part_name(
	const char *root, const char *disk, unsigned number, char *ret, size_t cap);
struct process *__wrap_process_start(
	struct processes *all, const struct process_plan *plan, struct rs_err *err);

#define GUID "bb019aa8-c802-4c24-a94c-d0f324f77871"

static struct init in;
static char same_place[DISK_NAME], built_in[DISK_NAME], protected[DISK_NAME];
static struct {
	struct stick_read read;
	struct process_plan plan;
	bool is_there;
} job;
static char said[4096];
static int job_status; /* as wait(2) gives it */

enum place __wrap_place_of(const char *root, const char *disk, const char *place)
{
	(void)root;
	(void)place;
	return strcmp(disk, same_place) == 0 ? PLACE_SAME
	       : same_place[0]		     ? PLACE_OTHER
					     : PLACE_UNKNOWN;
}

bool __wrap_disk_is_pluggable(const char *root, const char *name)
{
	(void)root;
	return strcmp(name, built_in) != 0;
}

bool __wrap_disk_is_read_only(const char *root, const char *name)
{
	(void)root;
	return strcmp(name, protected) == 0;
}

bool __wrap_disk_part_name(
	const char *root, const char *disk, unsigned number, char *ret, size_t cap)
{
	(void)root;
	(void)snprintf(ret, cap, "%s%u", disk, number);
	return true;
}

struct process *__wrap_process_start(
	struct processes *all, const struct process_plan *plan, struct rs_err *err)
{
	static struct process begun;

	(void)all;
	(void)err;
	assert_ptr_equal(plan->run, stick_read_run);
	assert_false(job.is_there); /* one at a time */
	job.read = *(const struct stick_read *)plan->arg;
	job.plan = *plan;
	job.is_there = true;
	return &begun;
}

/* How long there was no news of storage. */
static void set_quiet(uint64_t ms)
{
	in.disks.news_ms = now_ms() - ms;
}

static void hear(struct init *i, const char *line)
{
	size_t len = strlen(said);

	(void)i;
	(void)snprintf(said + len, sizeof(said) - len, "%s\n", line);
}

static int begin(void **state)
{
	(void)state;
	rig_begin(&in);
	in.said.too = hear;
	in.report.started_ms = now_ms();
	in.facts.settings.wait_s = 10;
	in.facts.door = DOOR_GRUB;
	same_place[0] = built_in[0] = protected[0] = said[0] = '\0';
	job_status = 0;
	job.is_there = false;
	set_quiet(20000);
	return 0;
}

static int end(void **state)
{
	(void)state;
	stick_forget_keys(&in);
	rig_end(&in);
	return 0;
}

static struct known_disk *plug(
	const char *name, const char *uuid, const char *fs_uuid, enum vol_kind content)
{
	struct known_disk *d = disks_put(&in.disks, name);
	struct part *p = &d->facts.parts[0];

	d->state = DISK_READY;
	d->facts.n_parts = 1;
	*p = (struct part){.number = 1, .content = content, .size_bytes = 1 << 30};
	(void)snprintf(p->uuid, sizeof(p->uuid), "%s", uuid);
	(void)snprintf(p->fs_uuid, sizeof(p->fs_uuid), "%s", fs_uuid);
	stick_consider(&in, d);
	return d;
}

static void pull(struct known_disk *d)
{
	d->state = DISK_GONE;
	stick_gone(&in, d->name);
	(void)stick_step(&in);
}

static uint8_t answer[1024];
static size_t answer_len;

static void add_record(enum stick_tag tag, const char *text)
{
	answer[answer_len] = (uint8_t)tag;
	rs_put_le32(answer + answer_len + 1, (uint32_t)strlen(text));
	memcpy(answer + answer_len + 5, text, strlen(text));
	answer_len += 5 + strlen(text);
}

/* What the job finds; @top NULL: no folder of ours; "!": refused. */
static void answers(const char *top, const char *settings, const char *keys)
{
	struct process p = {.tag = job.plan.tag, .wait_status = job_status};

	answer_len = 0;
	if (top && top[0] == '!')
		add_record(STICK_REFUSED, top + 1);
	else if (top)
		add_record(STICK_IS_ONE, top);
	if (settings && !job.read.is_look)
		add_record(STICK_SETTINGS, settings);
	if (keys && !job.read.is_look)
		add_record(STICK_KEYS, keys);
	assert_true(job.is_there);
	job.is_there = false;
	p.result.p = answer;
	p.result.len = answer_len;
	const uint64_t news_ms = in.disks.news_ms;
	job.plan.end(&in, &p);
	in.disks.news_ms = news_ms;
	(void)stick_step(&in);
}

static void own(const char *partition, const char *stick_uuid)
{
	(void)snprintf(in.facts.partition, sizeof(in.facts.partition), "%s", partition);
	(void)snprintf(in.facts.stick_uuid, sizeof(in.facts.stick_uuid), "%s", stick_uuid);
}

/* ---- two of one image */

static void test_choose__two_the_same__neither_is_read_and_both_are_named(void **state)
{
	(void)state;
	own(GUID, "");
	set_quiet(0); /* both come within that */
	struct known_disk *a = plug("sdx", GUID, "1-1", VOL_FAT), *b;
	b = plug("sdy", GUID, "1-1", VOL_FAT);
	set_quiet(20000);
	(void)stick_step(&in);
	(void)stick_step(&in);
	assert_false(job.is_there);
	assert_int_equal(in.stick.state, STICK_NONE);
	assert_true(a->is_stick && b->is_stick); /* and no disk to work on */
	assert_false(stick_is_awaited(&in));
	char *first = strstr(said, "sticks /dev/sdx and /dev/sdy: two that the stick may be");
	assert_non_null(first);
	assert_null(strstr(first + 1, "sticks /dev/sdx")); /* once */
	pull(a);					   /* a person's answer */
	assert_true(job.is_there);
	assert_string_equal(job.read.device, "/dev/sdy1");
	assert_false(job.read.is_foreign);
}

static void test_choose__second_one_later__the_first_is_let_go(void **state)
{
	(void)state;
	own("", "1234-ABCD");
	in.facts.settings.mode = SETTINGS_MODE_AUTOMATIC;
	(void)plug("sdx", "", "1234-ABCD", VOL_FAT);
	answers("EFI/unbrick", "mode = look\n", "11111");
	assert_int_equal(in.stick.state, STICK_READ);
	assert_int_equal(in.facts.settings.mode, SETTINGS_MODE_LOOK);
	(void)plug("sdy", "", "1234-ABCD", VOL_FAT);
	assert_false(job.is_there);
	assert_int_equal(in.stick.state, STICK_NONE);
	assert_int_equal(in.stick.keys.len, 0);
	assert_int_equal(in.facts.settings.mode, SETTINGS_MODE_AUTOMATIC);
	assert_non_null(strstr(said, "two that the stick may be"));
}

static void test_choose__two_the_same__the_place_says_which(void **state)
{
	(void)state;
	own(GUID, "");
	set_quiet(0);
	(void)snprintf(same_place, sizeof(same_place), "sdy");
	struct known_disk *other = plug("sdw", "", "5-5", VOL_FAT);
	job.is_there = false;
	other->facts.parts[0].look = PART_BARE;
	(void)plug("sdx", GUID, "1-1", VOL_FAT);
	assert_false(job.is_there); /* at another place: it is waited for the one */
	struct known_disk *b = plug("sdy", GUID, "1-1", VOL_FAT);
	assert_true(job.is_there);
	assert_string_equal(job.read.device, "/dev/sdy1");
	answers("EFI/unbrick", NULL, NULL);
	assert_non_null(strstr(said, "stick /dev/sdx: the same as /dev/sdy"));
	assert_null(strstr(said, "stick /dev/sdw"));
	assert_false(other->facts.parts[0].is_set_aside);
	pull(b); /* the other one does not take its place */
	set_quiet(20000);
	(void)stick_step(&in);
	assert_false(job.is_there);
	assert_string_equal(in.stick.disk, "");
	(void)plug("sdz", GUID, "1-1", VOL_FAT); /* nor does one that is gone */
	assert_string_equal(in.stick.disk, "sdz");
}

static void test_choose__the_wrong_one_was_first__gives_way(void **state)
{
	(void)state;
	own(GUID, "");
	(void)snprintf(same_place, sizeof(same_place), "sdy");
	(void)plug("sdx", GUID, "1-1", VOL_FAT);
	answers("EFI/unbrick", NULL, "11111");
	assert_string_equal(in.stick.disk, "sdx");
	(void)plug("sdy", GUID, "1-1", VOL_FAT);
	assert_true(job.is_there);
	assert_string_equal(job.read.device, "/dev/sdy1");
	assert_int_equal(in.stick.keys.len, 0);
}

/* By its number alone: a volume that is no FAT, that has none, or that was found bare is not it. */
static void test_choose__half_of_what_it_is_known_by__is_another_one(void **state)
{
	(void)state;
	own("", "1234-ABCD");
	struct known_disk *d = plug("sdx", "", "1234-ABCD", VOL_EXFAT);
	assert_true(job.is_there && job.read.is_look && job.read.is_foreign);
	assert_false(d->is_stick);
	answers(NULL, NULL, NULL);
	d = disks_put(&in.disks, "sdy");
	d->state = DISK_READY;
	d->facts.n_parts = 1;
	d->facts.parts[0] = (struct part){
		.number = 1, .content = VOL_FAT, .look = PART_BARE, .fs_uuid = "1234-ABCD"};
	stick_consider(&in, d);
	assert_false(job.is_there);
	assert_false(d->is_stick);
}

static void test_choose__without_a_number__no_other_without_one_is_the_same(void **state)
{
	(void)state;
	own(GUID, "");
	(void)plug("sdx", GUID, "", VOL_FAT);
	answers("EFI/unbrick", NULL, "11111");
	struct known_disk *d = plug("sdy", "", "", VOL_FAT);
	assert_false(d->is_stick);
	assert_string_equal(in.stick.disk, "sdx");
	assert_int_equal(in.stick.keys.len, 5);
}

static void test_choose__pulled_out__only_the_same_one_comes_back(void **state)
{
	static const char *const numbers[][2] = {{"1-1", "1-2"}, {"", ""}};

	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(end(state), 0);
		assert_int_equal(begin(state), 0);
		struct known_disk *d = plug("sdx", "", numbers[i][0], VOL_FAT);
		answers("unbrick", NULL, NULL);
		assert_true(d->is_stick); /* before it is read */
		answers("unbrick", NULL, "11111");
		assert_string_equal(in.stick.disk, "sdx");
		pull(d);
		(void)plug("sdy", "", numbers[i][1], VOL_FAT);
		assert_false(job.is_there);
		assert_string_equal(in.stick.disk, "");
	}
	assert_int_equal(end(state), 0);
	assert_int_equal(begin(state), 0);
	struct known_disk *d = plug("sdx", "", "1-1", VOL_FAT);
	answers("unbrick", NULL, NULL);
	answers("unbrick", NULL, "11111");
	(void)plug("sdy", "", "1-2", VOL_FAT);
	assert_false(job.is_there); /* it can be written to: no other is needed */
	pull(d);
	(void)plug("sdz", "", "1-1", VOL_FAT);
	assert_string_equal(in.stick.disk, "sdz");
	assert_false(job.is_there); /* what is on it is known */
	assert_int_equal(in.stick.keys.len, 5);
}

/* Two that have its number, at once: neither is the one that was pulled out. */
static void test_choose__two_come_back__neither(void **state)
{
	static const char *const names[] = {"sdy", "sdz"};

	(void)state;
	struct known_disk *d = plug("sdx", "", "1-1", VOL_FAT);
	answers("unbrick", NULL, NULL);
	answers("unbrick", NULL, NULL);
	pull(d);
	for (size_t i = 0; i < 2; i++) {
		d = disks_put(&in.disks, names[i]);
		d->state = DISK_READY;
		d->facts.n_parts = 1;
		d->facts.parts[0] =
			(struct part){.number = 1, .content = VOL_FAT, .fs_uuid = "1-1"};
	}
	(void)stick_step(&in);
	assert_string_equal(in.stick.disk, "");
}

/* As long as a disk is looked at, another one that is the same may come; not for ever. */
static void test_choose__not_all_are_looked_at__it_is_waited_for_a_while(void **state)
{
	(void)state;
	own(GUID, "");
	in.disks.n_looking = 1;
	(void)plug("sdx", GUID, "1-1", VOL_FAT);
	assert_false(job.is_there);
	assert_true(stick_is_awaited(&in));
	in.report.started_ms = now_ms() - 10000; /* that is `wait` */
	(void)stick_step(&in);
	assert_true(job.is_there);
}

/* What is used already is not let go for the first one that says to be ours: a second may follow.
 */
static void test_choose__our_own_comes_late__is_waited_for_its_like(void **state)
{
	(void)state;
	own("", "1234-ABCD");
	in.facts.settings.wait_s = 1;
	(void)plug("sdx", "", "1-1", VOL_FAT);
	answers("unbrick", NULL, NULL);
	answers("unbrick", NULL, "11111");
	assert_string_equal(in.stick.disk, "sdx");
	in.facts.settings.wait_s = 100;
	set_quiet(0);
	(void)plug("sdy", "", "1234-ABCD", VOL_FAT);
	assert_string_equal(in.stick.disk, "sdx");
	assert_int_equal(in.stick.keys.len, 5);
	set_quiet(20000);
	(void)stick_step(&in);
	assert_true(job.is_there);
	assert_string_equal(job.read.device, "/dev/sdy1");
}

/* What a volume may have that Linux has no driver for is not looked for. */
static void test_choose__another_kind_of_volume__is_not_looked_into(void **state)
{
	(void)state;
	struct known_disk *d = disks_put(&in.disks, "sdx");

	d->state = DISK_READY;
	d->facts.n_parts = 1;
	d->facts.parts[0] = (struct part){.number = 1, .content = VOL_UNKNOWN, .size_bytes = 1000};
	stick_consider(&in, d);
	assert_false(job.is_there);
}

/* ---- a person says which */

static void person_names(unsigned i)
{
	char which[32];

	(void)snprintf(which, sizeof(which), "%u-%u", in.stick.question, i);
	stick_answer(&in, which);
	(void)stick_step(&in);
}

static void test_choose__two_the_same__a_person_names_one(void **state)
{
	(void)state;
	own(GUID, "");
	set_quiet(0);
	(void)plug("sdx", GUID, "1-1", VOL_FAT);
	(void)plug("sdy", GUID, "1-1", VOL_FAT);
	set_quiet(20000);
	(void)stick_step(&in);
	assert_int_equal(in.stick.asked.n, 2);
	const unsigned question = in.stick.question;
	(void)stick_step(&in);
	assert_int_equal(in.stick.question, question); /* it is the same one */
	stick_answer(&in, "0-1");
	stick_answer(&in, "1-9");
	stick_answer(&in, "1-1x");
	(void)stick_step(&in);
	assert_false(job.is_there);
	person_names(1);
	assert_true(job.is_there);
	assert_string_equal(job.read.device, "/dev/sdy1");
	assert_false(job.read.is_foreign);
	assert_int_equal(in.stick.asked.n, 0);
	answers("EFI/unbrick", NULL, "11111");
	assert_int_equal(in.stick.state, STICK_READ);
	(void)stick_step(&in);
	assert_int_equal(in.stick.state, STICK_READ); /* the other one stays out of it */
	assert_non_null(strstr(said, "stick /dev/sdx: a person has named another one"));
}

static void test_choose__three_others__a_person_names_one(void **state)
{
	static const char *const names[] = {"sdx", "sdy", "sdz"};

	(void)state;
	set_quiet(0);
	for (unsigned i = 0; i < 3; i++) {
		(void)plug(names[i], "", names[i], VOL_FAT);
		answers("unbrick", NULL, NULL);
	}
	set_quiet(20000);
	(void)stick_step(&in);
	assert_int_equal(in.stick.asked.n, 3);
	person_names(0);
	assert_true(job.is_there);
	assert_string_equal(job.read.device, "/dev/sdx1");
	assert_true(job.read.is_foreign); /* a person's word is none about who made it */
	assert_int_equal(job.read.trust, SETTINGS_FOREIGN);
}

static void test_choose__more_than_a_person_is_asked_about__the_first_ones(void **state)
{
	char name[8];

	(void)state;
	own(GUID, "");
	set_quiet(0);
	for (unsigned i = 0; i < STICK_ASKED_MOST + 2; i++) {
		(void)snprintf(name, sizeof(name), "sd%c", 'a' + i);
		(void)plug(name, GUID, "1-1", VOL_FAT);
	}
	set_quiet(20000);
	(void)stick_step(&in);
	assert_false(job.is_there);
	assert_int_equal(in.stick.asked.n, STICK_ASKED_MOST);
	person_names(STICK_ASKED_MOST - 1);
	assert_true(job.is_there);
	assert_int_equal(in.stick.disk[2], 'a' + STICK_ASKED_MOST - 1);
}

/* The work may have it open: it is looked into again after a while, and not for ever. */
static void test_choose__cannot_be_read_now__is_tried_again_a_while(void **state)
{
	unsigned n = 1;

	(void)state;
	struct known_disk *d = plug("sdx", "", "1-1", VOL_FAT);
	in.stick.looked_ms = 0;
	(void)plug("sdy", "", "1-2", VOL_EXFAT); /* one at a time, see __wrap_process_start */
	assert_string_equal(job.read.device, "/dev/sdx1");
	in.stick.looked_ms = now_ms();
	for (; n < 100 && d->facts.parts[0].look == PART_UNSEEN; n++) {
		struct process p = {.tag = job.plan.tag};
		answer_len = 0;
		add_record(STICK_NOTE, "busy");
		p.result.p = answer;
		p.result.len = answer_len;
		job.is_there = false;
		job.plan.end(&in, &p);
		(void)stick_step(&in);
		if (d->facts.parts[0].look != PART_UNSEEN)
			break;
		assert_false(job.is_there); /* at once it is no better */
		in.stick.looked_ms = 0;
		(void)stick_step(&in);
		assert_true(job.is_there);
	}
	assert_in_range(n, 2, 50);
	assert_int_equal(d->facts.parts[0].look, PART_BARE);
}

/* What was listed is not there any more, and another one has its name: that is another question. */
static void test_choose__answer_to_another_question__names_none(void **state)
{
	(void)state;
	char which[32];

	set_quiet(0);
	struct known_disk *a = plug("sdx", "", "1-1", VOL_FAT);
	answers("unbrick", NULL, NULL);
	(void)plug("sdy", "", "1-2", VOL_FAT);
	answers("unbrick", NULL, NULL);
	set_quiet(20000);
	(void)stick_step(&in);
	(void)snprintf(which, sizeof(which), "%u-0", in.stick.question);
	set_quiet(0);
	pull(a);
	(void)plug("sdx", "", "1-3", VOL_FAT);
	answers("unbrick", NULL, NULL);
	set_quiet(20000);
	(void)stick_step(&in);
	assert_int_equal(in.stick.asked.n, 2);
	stick_answer(&in, which);
	(void)stick_step(&in);
	assert_false(job.is_there);
}

static void test_ask_text__of_a_usb_stick__what_a_person_sees(void **state)
{
	(void)state;
	char text[LINK_BYTES], packet[LINK_BYTES];
	const char *root = tree_new();
	struct link_said told;

	tree_file("sys/devices/pci0/usb2/2-1/2-1.4/idVendor", "0951\n");
	tree_file("sys/devices/pci0/usb2/2-1/2-1.4/serial", "60A4 4C\x1b\n");
	tree_file("sys/devices/pci0/usb2/2-1/2-1.4/2-1.4:1.0/host3/block/sdx/size", "30273536\n");
	tree_file("sys/devices/pci0/usb2/2-1/2-1.4/2-1.4:1.0/host3/block/sdx/device/model",
		"DataTraveler 3.0\n");
	tree_file("sys/block/any", "");
	tree_link("sys/block/sdx", "../devices/pci0/usb2/2-1/2-1.4/2-1.4:1.0/host3/block/sdx");
	in.stick.question = 3;
	in.stick.asked.n = 1;
	in.stick.asked.list[0] = (struct stick_place){.disk = "sdx", .part = 1};
	stick_ask_text(&in, root, 0, text, sizeof(text));
	assert_string_equal(text, "3-0 sdx1 15500050432 2-1.4 60A4_4C_ DataTraveler 3.0");
	assert_true(link_parse(packet, link_make(LINK_STICK, text, packet), &told));
	assert_string_equal(told.text, text);
	tree_done();
}

/* ---- one that we were not started from */

static void test_choose__another_stick__with_our_folder_only_and_less_trust(void **state)
{
	(void)state;
	in.facts.door = DOOR_APPLICATION;
	in.facts.is_cd = true;
	in.facts.settings.rules = SETTINGS_RULES_UNSIGNED;
	(void)plug("sdx", "", "1-1", VOL_FAT);
	assert_true(job.is_there && job.read.is_look && job.read.is_foreign);
	answers(NULL, NULL, NULL);
	assert_false(job.is_there);
	(void)plug("sdy", "", "1-2", VOL_EXFAT);
	assert_true(job.is_there && job.read.is_look);
	answers("unbrick", NULL, NULL);
	assert_true(job.is_there);
	assert_false(job.read.is_look);
	assert_true(job.read.is_foreign);
	assert_int_equal(job.read.content, VOL_EXFAT);
	assert_int_equal(job.read.trust, SETTINGS_FOREIGN);
	assert_true(job.read.reads_settings); /* the application has not seen them */
	assert_int_equal(stick_rules_of(&job.read, &job.read.settings), SETTINGS_RULES_SIGNED);
	answers("unbrick", "shell = yes\nmode = look\nreport = none\n", "11111");
	assert_int_equal(in.stick.state, STICK_READ);
	assert_true(in.stick.is_foreign);
	assert_string_equal(in.stick.top, "unbrick");
	assert_int_equal(in.stick.keys.len, 5);
	assert_int_equal(in.facts.settings.mode, SETTINGS_MODE_LOOK);
	assert_false(in.facts.settings.shell);
	assert_int_equal(in.facts.settings.report, SETTINGS_REPORT_STICK);
	assert_int_equal(in.facts.n_notes, 2);
}

/* A person has chosen in the application's menu. */
static void test_choose__another_sticks_mode__not_against_a_persons(void **state)
{
	(void)state;
	in.facts.door = DOOR_APPLICATION;
	(void)snprintf(in.facts.chosen, sizeof(in.facts.chosen), "key");
	(void)plug("sdx", "", "1-1", VOL_FAT);
	answers("unbrick", NULL, NULL);
	answers("unbrick", "mode = look\n", NULL);
	assert_int_equal(in.facts.settings.mode, SETTINGS_MODE_AUTOMATIC);
}

static void test_choose__two_others__neither_until_one_is_pulled_out(void **state)
{
	(void)state;
	set_quiet(0);
	struct known_disk *a = plug("sdx", "", "1-1", VOL_FAT);
	answers("unbrick", NULL, NULL);
	(void)plug("sdy", "", "1-2", VOL_FAT);
	answers("EFI/unbrick", NULL, NULL);
	set_quiet(20000);
	(void)stick_step(&in);
	assert_false(job.is_there);
	assert_non_null(strstr(said, "sticks /dev/sdx and /dev/sdy: two that the stick may be"));
	pull(a);
	assert_true(job.is_there);
	assert_string_equal(job.read.device, "/dev/sdy1");
}

/* Our own has the seconds of `wait` to appear, and takes its place also later. */
static void test_choose__our_own_is_to_come__no_other_before(void **state)
{
	(void)state;
	own("", "1234-ABCD");
	set_quiet(9000);
	(void)plug("sdx", "", "1-1", VOL_FAT);
	answers("unbrick", NULL, NULL);
	assert_false(job.is_there);
	set_quiet(10000);
	(void)stick_step(&in);
	assert_true(job.is_there);
	answers("unbrick", NULL, "11111");
	assert_true(in.stick.is_foreign);
	(void)plug("sdy", "", "1234-ABCD", VOL_FAT);
	assert_true(job.is_there);
	assert_string_equal(job.read.device, "/dev/sdy1");
	assert_false(job.read.is_foreign);
	assert_int_equal(in.stick.keys.len, 0);
}

static void test_choose_allows__only_what_one_plugs_in_and_has_no_windows(void **state)
{
	struct known_disk d = {.name = "sdx", .state = DISK_READY, .status = -1};
	struct part *p = d.facts.parts;

	(void)state;
	d.facts.n_parts = 2;
	p[0] = (struct part){.number = 1, .content = VOL_EXFAT, .size_bytes = 1ULL << 36};
	p[1] = (struct part){.number = 2, .content = VOL_UNKNOWN, .size_bytes = 1 << 20};
	assert_true(choose_allows("", &d, false));
	static const enum vol_kind windows[] = {VOL_NTFS, VOL_BITLOCKER, VOL_MSR};
	for (size_t i = 0; i < 3; i++) {
		p[1].content = windows[i];
		assert_false(choose_allows("", &d, false));
	}
	p[1].content = VOL_UNKNOWN;
	p[1].size_bytes = 1ULL << 30; /* whose beginning may be damaged */
	assert_false(choose_allows("", &d, false));
	d.facts.n_parts = 1;
	assert_true(choose_allows("", &d, false));
	d.work.was_repaired = true;
	assert_false(choose_allows("", &d, false));
	d.work.was_repaired = false;
	d.status = RS_STATUS_DONE;
	assert_false(choose_allows("", &d, false));
	d.status = -1;
	d.facts.is_locked = true;
	assert_false(choose_allows("", &d, false));
	d.facts.is_locked = false;
	d.facts.raid[0] = 'x';
	assert_false(choose_allows("", &d, false));
	d.facts.raid[0] = '\0';
	d.state = DISK_GONE;
	assert_false(choose_allows("", &d, false));
	d.state = DISK_LOOKING; /* what is on it is not known yet */
	assert_false(choose_allows("", &d, false));
	d.state = DISK_READY;
	(void)snprintf(built_in, sizeof(built_in), "sdx");
	assert_false(choose_allows("", &d, false));
}

static void test_choose__disk_with_windows__is_not_even_looked_into(void **state)
{
	(void)state;
	struct known_disk *d = disks_put(&in.disks, "sdx");

	d->state = DISK_READY;
	d->facts.n_parts = 2;
	d->facts.parts[0] = (struct part){.number = 1, .content = VOL_FAT, .fs_uuid = "1-1"};
	d->facts.parts[1] = (struct part){.number = 2, .content = VOL_NTFS};
	stick_consider(&in, d);
	assert_false(job.is_there);
	assert_false(d->is_stick);
}

/* ---- Ventoy */

static struct known_disk *plug_ventoy(const char *name, const char *fs_uuid)
{
	struct known_disk *d = disks_put(&in.disks, name);

	d->state = DISK_READY;
	d->facts.n_parts = 2;
	memset(d->facts.mark, 7, sizeof(d->facts.mark));
	d->facts.parts[0] = (struct part){.number = 1, .content = VOL_EXFAT};
	(void)snprintf(d->facts.parts[0].fs_uuid, DISK_UUID, "%s", fs_uuid);
	d->facts.parts[1] = (struct part){.number = 2, .content = VOL_FAT, .fs_uuid = "2-2"};
	stick_consider(&in, d);
	return d;
}

static void test_choose__ventoys_own_stick__before_others(void **state)
{
	(void)state;
	in.facts.is_ventoy = true;
	in.facts.ventoy.partition = 1;
	memset(in.facts.ventoy.guid, 7, sizeof(in.facts.ventoy.guid));
	set_quiet(0);
	(void)plug("sdx", "", "1-1", VOL_FAT);
	answers("unbrick", NULL, NULL);
	(void)plug_ventoy("sdy", "3-3");
	assert_string_equal(job.read.device, "/dev/sdy1");
	answers("unbrick", NULL, NULL);
	set_quiet(20000);
	(void)stick_step(&in);
	assert_true(job.is_there); /* its volume 2 was not looked into */
	assert_string_equal(job.read.device, "/dev/sdy1");
	assert_true(job.read.is_foreign);
}

static void test_choose__two_of_ventoys__neither(void **state)
{
	(void)state;
	in.facts.is_ventoy = true;
	in.facts.ventoy.partition = 1;
	memset(in.facts.ventoy.guid, 7, sizeof(in.facts.ventoy.guid));
	set_quiet(0);
	(void)plug_ventoy("sdx", "3-3");
	answers("unbrick", NULL, NULL);
	(void)plug_ventoy("sdy", "3-3");
	answers("unbrick", NULL, NULL);
	set_quiet(20000);
	(void)stick_step(&in);
	assert_false(job.is_there);
	assert_non_null(strstr(said, "two that the stick may be"));
}

/* ---- NTFS */

static void set_ventoy(void)
{
	in.facts.is_ventoy = true;
	in.facts.ventoy.partition = 1;
	memset(in.facts.ventoy.guid, 7, sizeof(in.facts.ventoy.guid));
}

static struct known_disk *plug_ventoy_ntfs(const char *name)
{
	struct known_disk *d = disks_put(&in.disks, name);

	d->state = DISK_READY;
	d->facts.n_parts = 2;
	memset(d->facts.mark, 7, sizeof(d->facts.mark));
	d->facts.parts[0] = (struct part){.number = 1,
		.content = VOL_NTFS,
		.size_bytes = 1ULL << 35,
		.fs_uuid = "0123456789ABCDEF"};
	d->facts.parts[1] = (struct part){.number = 2, .content = VOL_FAT, .fs_uuid = "2-2"};
	stick_consider(&in, d);
	return d;
}

static void test_choose__ventoys_ntfs__is_read_and_never_written(void **state)
{
	(void)state;
	char why[256];

	set_ventoy();
	struct known_disk *d = plug_ventoy_ntfs("sdy");
	assert_true(job.is_there && job.read.is_look);
	assert_int_equal(job.read.content, VOL_NTFS);
	answers("unbrick", NULL, NULL);
	assert_true(job.is_there && !job.read.is_look && job.read.is_foreign);
	assert_string_equal(job.read.device, "/dev/sdy1");
	assert_int_equal(job.read.trust, SETTINGS_FOREIGN);
	answers("unbrick", "shell = yes\nmode = look\n", "11111");
	assert_int_equal(in.stick.state, STICK_READ);
	assert_int_equal(in.stick.keys.len, 5);
	assert_int_equal(in.facts.settings.mode, SETTINGS_MODE_LOOK);
	assert_false(in.facts.settings.shell);
	assert_int_equal(d->state, DISK_LEFT); /* it has no Windows: nobody works on it */
	assert_non_null(strstr(said, "stick /dev/sdy: it is NTFS, which is never written"));
	assert_false(stick_write_report(&in, why, sizeof(why)));
	assert_false(job.is_there); /* no job that could write was begun */
	assert_non_null(strstr(why, "none to write to"));
	assert_false(stick_set_next(&in, why, sizeof(why)));
}

/* It comes back, and is the same one; another one is not. */
static void test_choose__ventoys_ntfs_pulled_out__known_by_its_number(void **state)
{
	(void)state;
	set_ventoy();
	struct known_disk *d = plug_ventoy_ntfs("sdy");
	answers("unbrick", NULL, NULL);
	answers("unbrick", NULL, "11111");
	pull(d);
	(void)plug_ventoy_ntfs("sdz");
	assert_string_equal(in.stick.disk, ""); /* before it was looked into */
	answers("unbrick", NULL, NULL);
	assert_string_equal(in.stick.disk, "sdz");
	assert_true(in.stick.is_read_only);
}

static void test_choose__ntfs_with_a_windows__nothing_of_the_disk_is_used(void **state)
{
	(void)state;
	set_ventoy();
	struct known_disk *d = plug_ventoy_ntfs("sdy");
	answers("!there is a Windows on it", NULL, NULL);
	assert_false(job.is_there);
	assert_false(d->is_stick);
	assert_int_equal(d->facts.parts[0].look, PART_REFUSED);
	assert_int_equal(d->state, DISK_READY); /* it is worked on as any disk */
}

static void test_choose__a_look_into_ntfs_that_dies__is_a_refusal(void **state)
{
	(void)state;
	set_ventoy();
	struct known_disk *d = plug_ventoy_ntfs("sdy");
	job_status = 9; /* killed: it took too long */
	answers("unbrick", NULL, NULL);
	assert_int_equal(d->facts.parts[0].look, PART_REFUSED);
	assert_false(job.is_there);
	assert_false(d->is_stick);
}

/* A FAT beside an NTFS: that one is looked into first, whatever the order. */
static void test_choose__ntfs_behind_a_fat__is_looked_into_before_it_is_used(void **state)
{
	(void)state;
	set_ventoy();
	struct known_disk *d = disks_put(&in.disks, "sdx");

	d->state = DISK_READY;
	d->facts.n_parts = 2;
	d->facts.parts[0] = (struct part){.number = 1, .content = VOL_FAT, .fs_uuid = "1-1"};
	d->facts.parts[1] = (struct part){.number = 2, .content = VOL_NTFS, .fs_uuid = "1"};
	stick_consider(&in, d);
	assert_string_equal(job.read.device, "/dev/sdx1");
	answers("unbrick", NULL, NULL);
	assert_string_equal(job.read.device, "/dev/sdx2");
	assert_true(job.read.is_look);
	answers("!there is a Windows on it", NULL, NULL);
	assert_false(job.is_there);
	assert_string_equal(in.stick.disk, "");
}

static void test_choose_allows__ntfs__only_with_ventoy_and_not_refused(void **state)
{
	struct known_disk d = {.name = "sdx", .state = DISK_READY, .status = -1};
	struct part *p = d.facts.parts;

	(void)state;
	d.facts.n_parts = 1;
	p[0] = (struct part){.number = 1, .content = VOL_NTFS, .size_bytes = 1ULL << 36};
	assert_false(choose_allows("", &d, false));
	assert_true(choose_allows("", &d, true));
	p[0].look = PART_REFUSED;
	assert_false(choose_allows("", &d, true));
	p[0].look = PART_HAS;
	d.facts.n_parts = 2;
	p[1] = (struct part){.number = 2, .content = VOL_BITLOCKER};
	assert_false(choose_allows("", &d, true));
}

/* ---- a second one for the reports */

static void test_choose__own_stick_is_protected__reports_go_to_another_one(void **state)
{
	(void)state;
	own("", "1234-ABCD");
	(void)snprintf(protected, sizeof(protected), "sdx");
	(void)plug("sdx", "", "1234-ABCD", VOL_FAT);
	answers("EFI/unbrick", NULL, NULL);
	assert_non_null(strstr(said, "stick /dev/sdx: it is write-protected"));
	struct known_disk *d = plug("sdy", "", "1-1", VOL_EXFAT);
	assert_true(job.is_there && job.read.is_look && job.read.is_foreign);
	answers("unbrick", NULL, "11111");
	assert_false(job.is_there); /* no settings, keys or rules of it are read */
	assert_string_equal(in.stick.disk, "sdx");
	assert_string_equal(in.stick.second, "sdy");
	assert_true(d->is_stick);
	const char *told =
		strstr(said, "stick /dev/sdy: reports go there, into the folder unbrick");
	assert_non_null(told);
	(void)stick_step(&in);
	assert_null(strstr(told + 1, "stick /dev/sdy")); /* once */
	pull(d);
	assert_string_equal(in.stick.second, "");
}

static void test_choose__ventoys_ntfs__its_report_goes_to_another_one(void **state)
{
	(void)state;
	set_ventoy();
	(void)plug_ventoy_ntfs("sdy");
	answers("unbrick", NULL, NULL);
	answers("unbrick", NULL, NULL);
	(void)plug("sdx", "", "1-1", VOL_FAT);
	answers("EFI/unbrick", NULL, NULL);
	assert_string_equal(in.stick.second, "sdx");
}

static void test_choose__second_one__is_no_ntfs(void **state)
{
	(void)state;
	set_ventoy();
	(void)plug_ventoy_ntfs("sdy");
	answers("unbrick", NULL, NULL);
	answers("unbrick", NULL, NULL);
	(void)plug("sdx", "", "1-1", VOL_NTFS);
	if (job.is_there) /* it may have a Windows */
		answers("unbrick", NULL, NULL);
	assert_string_equal(in.stick.second, "");
}

static void test_choose__second_ones__none_that_is_protected_and_no_two(void **state)
{
	(void)state;
	own("", "1234-ABCD");
	(void)snprintf(protected, sizeof(protected), "sdx");
	(void)plug("sdx", "", "1234-ABCD", VOL_FAT);
	answers("EFI/unbrick", NULL, NULL);
	(void)snprintf(protected, sizeof(protected), "sdy");
	(void)plug("sdy", "", "1-1", VOL_FAT);
	assert_false(job.is_there);
	set_quiet(0);
	struct known_disk *a = plug("sdz", "", "1-2", VOL_FAT);
	answers("unbrick", NULL, NULL);
	(void)plug("sdw", "", "1-3", VOL_FAT);
	answers("unbrick", NULL, NULL);
	set_quiet(20000);
	(void)stick_step(&in);
	assert_string_equal(in.stick.second, "");
	assert_non_null(strstr(said, "sticks /dev/sdz and /dev/sdw: two that reports may go to"));
	pull(a);
	assert_string_equal(in.stick.second, "sdw");
}

/* One that can be written to has its own reports, and nothing else is looked into. */
static void test_choose__own_stick_can_be_written__no_second_one(void **state)
{
	(void)state;
	own("", "1234-ABCD");
	(void)plug("sdx", "", "1234-ABCD", VOL_FAT);
	answers("EFI/unbrick", NULL, NULL);
	(void)plug("sdy", "", "1-1", VOL_FAT);
	assert_false(job.is_there);
	assert_string_equal(in.stick.second, "");
}

#define choose_test(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		choose_test(test_choose__two_the_same__neither_is_read_and_both_are_named),
		choose_test(test_choose__half_of_what_it_is_known_by__is_another_one),
		choose_test(test_choose__without_a_number__no_other_without_one_is_the_same),
		choose_test(test_choose__pulled_out__only_the_same_one_comes_back),
		choose_test(test_choose__another_kind_of_volume__is_not_looked_into),
		choose_test(test_choose__cannot_be_read_now__is_tried_again_a_while),
		choose_test(test_choose__more_than_a_person_is_asked_about__the_first_ones),
		choose_test(test_choose__our_own_comes_late__is_waited_for_its_like),
		choose_test(test_choose__not_all_are_looked_at__it_is_waited_for_a_while),
		choose_test(test_choose__two_come_back__neither),
		choose_test(test_choose__second_one__is_no_ntfs),
		choose_test(test_choose__second_one_later__the_first_is_let_go),
		choose_test(test_choose__two_the_same__the_place_says_which),
		choose_test(test_choose__the_wrong_one_was_first__gives_way),
		choose_test(test_choose__two_the_same__a_person_names_one),
		choose_test(test_choose__three_others__a_person_names_one),
		choose_test(test_choose__answer_to_another_question__names_none),
		choose_test(test_ask_text__of_a_usb_stick__what_a_person_sees),
		choose_test(test_choose__another_stick__with_our_folder_only_and_less_trust),
		choose_test(test_choose__another_sticks_mode__not_against_a_persons),
		choose_test(test_choose__two_others__neither_until_one_is_pulled_out),
		choose_test(test_choose__our_own_is_to_come__no_other_before),
		choose_test(test_choose_allows__only_what_one_plugs_in_and_has_no_windows),
		choose_test(test_choose__disk_with_windows__is_not_even_looked_into),
		choose_test(test_choose__ventoys_own_stick__before_others),
		choose_test(test_choose__two_of_ventoys__neither),
		choose_test(test_choose__ventoys_ntfs__is_read_and_never_written),
		choose_test(test_choose__ventoys_ntfs_pulled_out__known_by_its_number),
		choose_test(test_choose__ntfs_with_a_windows__nothing_of_the_disk_is_used),
		choose_test(test_choose__a_look_into_ntfs_that_dies__is_a_refusal),
		choose_test(test_choose__ntfs_behind_a_fat__is_looked_into_before_it_is_used),
		choose_test(test_choose_allows__ntfs__only_with_ventoy_and_not_refused),
		choose_test(test_choose__own_stick_is_protected__reports_go_to_another_one),
		choose_test(test_choose__ventoys_ntfs__its_report_goes_to_another_one),
		choose_test(test_choose__second_ones__none_that_is_protected_and_no_two),
		choose_test(test_choose__own_stick_can_be_written__no_second_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

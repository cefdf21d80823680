/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screen's supervisor. The program is the test, at the other end of the link; a round of events
 * is its turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "init/init.h"
#include "init/machine.h"
#include "init/screen.h"
#include "init/work.h"
#include "rig.h"

void __wrap_init_step(struct init *in, int timeout_ms);
struct process *__wrap_process_start(
	struct processes *all, const struct process_plan *plan, struct rs_err *err);
bool __wrap_module_load_fat(char *ret_failed, size_t cap);
void __wrap_process_signal(const struct process *p, int number);
int __wrap_front_start(struct init *in, const struct process_plan *plan, struct rs_err *err);
void __wrap_end_now(struct init *in, enum settings_end end);
void __wrap_report_write(
	struct init *in, enum result result, const char *text, enum settings_end end);
bool __wrap_windows_set_next(
	struct init *in, const char *disk, char ret_entry[16], char *ret_text, size_t cap);
bool __wrap_windows_set_setup(struct init *in, char *ret_text, size_t cap);
bool __wrap_machine_is_probing(struct init *in);
uint64_t __wrap_machine_quiet_ms(struct init *in);
struct known_disk *__wrap_work_next(struct init *in);
bool __wrap_network_is_wanted(const struct init *in);
void __wrap_raid_allow_writes(struct init *in, const char *disk);
void __wrap_stick_offer_folder(struct init *in, struct process_plan *plan);
uint64_t __real_now_ms(void); /* NOLINT: the linker's name */
uint64_t __wrap_now_ms(void); /* NOLINT: as above */

static struct init in;
static int consoles[2]; /* the other ends of tty1 and ttyS0 */
static int peer;	/* the program's end of the link */
static struct process program;
static process_end_fn on_end;
static void (*turn)(unsigned round);
static unsigned n_rounds, n_loaded, n_offered, n_inside, n_set, n_reports,
	n_late; /* rounds that it takes to end */
static int signal_sent, asked_to_end = 14 << 8;
static char arguments[1024], heard[65536], ran[1024], allowed[64];
static enum settings_end ended, reported;
static bool is_set, is_probing, leaves_early, is_on_terminal, was_lent, stays;
static struct known_disk *next;
static uint64_t passed_ms; /* more than have */

static void hear(void)
{
	char packet[LINK_BYTES];
	size_t len = strlen(heard);
	ssize_t n;

	while ((n = recv(peer, packet, sizeof(packet), MSG_DONTWAIT)) > 0)
		len += (size_t)snprintf(heard + len, sizeof(heard) - len, "%.*s\n", (int)n, packet);
}

static void say(const char *packet)
{
	assert_int_equal(send(peer, packet, strlen(packet), 0), strlen(packet));
}

static void finish(int wait_status)
{
	program.wait_status = wait_status;
	hear();
	(void)close(peer);
	on_end(&in, &program);
}

void __wrap_init_step(struct init *i, int timeout_ms)
{
	(void)timeout_ms;
	assert_true(n_rounds < 50);
	if (i->front.process) {
		assert_false(i->is_stop_wanted);
		i->is_stop_wanted = true;
		return;
	}
	if (turn && signal_sent && !n_late--) {
		finish(asked_to_end); /* as a person who leaves it */
		n_late = 0;
		return;
	}
	if (!turn || signal_sent)
		return;
	hear();
	turn(n_rounds++);
	loop_step(&i->loop, 10);
	loop_step(&i->loop, 10);
}

bool __wrap_module_load_fat(char *ret_failed, size_t cap)
{
	(void)ret_failed;
	(void)cap;
	n_loaded++;
	return false; /* it comes up all the same */
}

struct process *__wrap_process_start(
	struct processes *all, const struct process_plan *plan, struct rs_err *err)
{
	(void)all;
	(void)err;
	/* what a stick is mounted by, though none was there at the start */
	n_loaded = 0;
	assert_int_equal(plan->run(plan->arg, -1), 0);
	assert_int_equal(n_loaded, 1);
	arguments[0] = '\0';
	for (size_t i = 0; plan->argv[i]; i++)
		(void)snprintf(arguments + strlen(arguments), sizeof(arguments) - strlen(arguments),
			"%s ", plan->argv[i]);
	peer = fcntl(plan->link, F_DUPFD_CLOEXEC, 3);
	on_end = plan->end;
	is_on_terminal = plan->size && plan->output == said_by_program && !plan->log;
	signal_sent = 0;
	program = (struct process){.pid = 1};
	return &program;
}

void __wrap_process_signal(const struct process *p, int number)
{
	assert_ptr_equal(p, &program);
	assert_int_equal(signal_sent, 0); /* the second one would end it at once, in any write */
	signal_sent = number;
}

int __wrap_front_start(struct init *i, const struct process_plan *plan, struct rs_err *err)
{
	ran[0] = '\0';
	for (size_t k = 0; plan->argv[k]; k++)
		(void)snprintf(ran + strlen(ran), sizeof(ran) - strlen(ran), "%s ", plan->argv[k]);
	i->front.process = stays ? &program : NULL;
	return stays ? 0 : rs_fail(err, RS_E_BUG, "not here");
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
	assert_int_equal(r, RESULT_TECHNICIAN);
	reported = end;
	n_reports++;
	(void)snprintf(ran, sizeof(ran), "report");
}

bool __wrap_windows_set_next(
	struct init *i, const char *disk, char ret_entry[16], char *ret_text, size_t cap)
{
	(void)i;
	assert_null(disk);
	n_set++;
	if (leaves_early)
		finish(14 << 8);
	(void)snprintf(ret_entry, 16, "Boot0003");
	(void)snprintf(ret_text, cap, "no boot manager");
	return is_set;
}

bool __wrap_windows_set_setup(struct init *i, char *ret_text, size_t cap)
{
	(void)i;
	(void)snprintf(ret_text, cap, "no setup");
	return is_set;
}

bool __wrap_machine_is_probing(struct init *i)
{
	(void)i;
	return is_probing;
}

uint64_t __wrap_machine_quiet_ms(struct init *i)
{
	(void)i;
	return is_probing ? 0 : 100000;
}

bool __wrap_network_is_wanted(const struct init *i)
{
	return i->facts.settings.network == SETTINGS_NETWORK_YES;
}

struct known_disk *__wrap_work_next(struct init *i)
{
	(void)i;
	return next;
}

void __wrap_raid_allow_writes(struct init *i, const char *disk)
{
	(void)i;
	(void)snprintf(allowed, sizeof(allowed), "%s", disk);
}

uint64_t __wrap_now_ms(void) /* NOLINT: as above */
{
	return __real_now_ms() + passed_ms;
}

/* In its process. */
static int in_folder(void *arg, int out_fd)
{
	(void)arg;
	(void)out_fd;
	n_inside++;
	return 0;
}

void __wrap_stick_offer_folder(struct init *i, struct process_plan *plan)
{
	(void)i;
	plan->run = in_folder;
	n_offered++;
}

static unsigned count_heard(const char *line)
{
	unsigned n = 0;

	for (const char *at = heard; (at = strstr(at, line)); at += strlen(line))
		n++;
	return n;
}

static void on_typed(void *user, const char *bytes, size_t len)
{
	(void)user;
	(void)bytes;
	(void)len;
	fail_msg("what is typed for the screen was read");
}

static int begin(void **state)
{
	static const char *const names[] = {"tty1", "ttyS0"};
	int ends[2];

	(void)state;
	rig_begin(&in);
	in.facts.settings.mode = SETTINGS_MODE_TECHNICIAN;
	consoles_init(&in.consoles, &in.loop, on_typed, &in);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
		consoles[i] = ends[0];
		assert_true(console_add_take(&in.consoles, ends[1], names[i], 0));
	}
	heard[0] = ran[0] = allowed[0] = '\0';
	n_rounds = n_offered = n_inside = n_set = n_reports = n_late = 0;
	ended = reported = SETTINGS_END_STAY;
	is_set = is_probing = stays = false;
	next = NULL;
	return 0;
}

static int end(void **state)
{
	(void)state;
	(void)close(consoles[0]);
	(void)close(consoles[1]);
	rig_end(&in);
	return 0;
}

static const char *seen_on(int console)
{
	static char text[65536];
	ssize_t n = recv(consoles[console], text, sizeof(text) - 1, MSG_DONTWAIT);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void run(void (*what)(unsigned round))
{
	turn = what;
	screen_run(&in);
}

static void ends_at_once(unsigned round)
{
	(void)round;
	was_lent = in.consoles.list[0].is_lent;
	finish(11);
}

static void test_start__what_it_is_given__consoles_and_words(void **state)
{
	(void)state;
	init_say(&in, "a line before");
	run(ends_at_once);
	assert_non_null(strstr(arguments,
		"/bin/unbrick tui --supervisor 4 --font auto --console /dev/tty1,linux "
		"--console /dev/ttyS0,vt220 --svg /run/unbrick/run.svg --plan . "
		"--replay safe "));
	assert_non_null(strstr(heard, "may windows\n"));
	assert_non_null(strstr(heard, "line a line before\n"));
	assert_null(strstr(heard, "result"));
	assert_non_null(strstr(heard, "begin\n"));
	assert_null(strstr(heard, "may shell"));
	assert_null(strstr(arguments, "--keyboard"));
}

static void test_start__a_keyboard_that_is_set__is_given(void **state)
{
	(void)state;
	(void)snprintf(in.facts.settings.keyboard, sizeof(in.facts.settings.keyboard), "ch_fr");
	run(ends_at_once);
	assert_non_null(strstr(arguments, "--keyboard ch_fr --console"));
}

/* The stick is not mounted where a person may work on it. */
static void test_start__stick_that_is_a_disk__not_in_use(void **state)
{
	struct known_disk *d = disks_put(&in.disks, "sda");

	(void)state;
	d->is_stick = true;
	d->state = DISK_READY;
	run(ends_at_once);
	assert_int_equal(n_offered, 0);
	d->state = DISK_LEFT;
	n_rounds = 0;
	run(ends_at_once);
	assert_int_equal(n_offered, 1);
	d->state = DISK_GONE;
	n_rounds = 0;
	run(ends_at_once);
	assert_int_equal(n_offered, 2);
	assert_int_equal(n_inside, 2);
}

static void test_start__letters_that_are_set__are_given(void **state)
{
	(void)state;
	in.facts.settings.font = FONT_LARGE;
	run(ends_at_once);
	assert_non_null(strstr(arguments, " --font large --console"));
}

/* What is typed goes to it, and what it prints to all. */
static void test_plain__on_a_terminal_that_all_share(void **state)
{
	(void)state;
	in.facts.settings.screen = SETTINGS_SCREEN_PLAIN;
	run(ends_at_once);
	assert_non_null(strstr(arguments,
		"/bin/unbrick tui --supervisor 4 --plain --svg /run/unbrick/run.svg "
		"--plan . --replay safe "));
	assert_null(strstr(arguments, "--console"));
	assert_true(is_on_terminal);
	assert_false(was_lent);
	in.facts.settings.screen = SETTINGS_SCREEN_FULL;
	run(ends_at_once);
	assert_null(strstr(arguments, "--plain"));
	assert_false(is_on_terminal);
	assert_true(was_lent);
}

static void is_typed_on(unsigned round)
{
	int ends[2];
	char text[8];

	(void)round;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	program.fd = ends[1];
	program.input = -1;
	front_typed(&in, "q\r", 2);
	assert_int_equal(read(ends[0], text, sizeof(text)), 2);
	program.fd = 0;
	(void)close(ends[0]);
	(void)close(ends[1]);
	finish(0);
}

static void test_plain__what_is_typed__goes_to_it(void **state)
{
	(void)state;
	in.facts.settings.screen = SETTINGS_SCREEN_PLAIN;
	(void)alarm(20);
	run(is_typed_on);
	(void)alarm(0);
}

static void wants_the_other_kind(unsigned round)
{
	if (round == 0)
		say("plain");
}

static void test_plain__asked_for__and_back(void **state)
{
	(void)state;
	run(wants_the_other_kind);
	assert_non_null(strstr(heard, "may plain\n"));
	assert_int_equal(in.facts.settings.screen, SETTINGS_SCREEN_PLAIN);
	n_rounds = 0;
	run(wants_the_other_kind);
	assert_int_equal(in.facts.settings.screen, SETTINGS_SCREEN_FULL);
}

static void test_shell__only_where_settings_allow_it(void **state)
{
	(void)state;
	assert_false(screen_may(&in, LINK_SHELL));
	in.facts.settings.shell = 1;
	assert_true(screen_may(&in, LINK_SHELL));
	assert_false(screen_may(&in, LINK_GO));
	assert_false(screen_may(&in, LINK_DONE));
}

static void test_report__only_where_settings_allow_it(void **state)
{
	(void)state;
	assert_true(screen_may(&in, LINK_REPORT));
	in.facts.settings.report = SETTINGS_REPORT_NONE;
	assert_false(screen_may(&in, LINK_REPORT));
}

static void wants_a_shell(unsigned round)
{
	if (round == 0)
		say("shell");
	else if (round == 3)
		finish(0);
}

static void test_shell__asked_for__only_where_it_may_be(void **state)
{
	(void)state;
	run(wants_a_shell);
	assert_string_equal(ran, "");
	n_rounds = 0;
	in.facts.settings.shell = 1;
	run(wants_a_shell);
	assert_int_equal(signal_sent, SIGTERM);
	assert_string_equal(ran, "/bin/sh -i ");
}

static void test_shell__stop_wanted__is_not_waited_for(void **state)
{
	(void)state;
	in.facts.settings.shell = 1;
	stays = true;
	run(wants_a_shell);
	assert_string_equal(ran, "/bin/sh -i ");
	assert_true(in.is_stop_wanted);
	in.front.process = NULL;
}

/* Nothing is written where it paints; a line has ours until it is taken. */
static void takes_the_line(unsigned round)
{
	if (round == 0) {
		assert_non_null(strstr(seen_on(1), "Press a key here"));
		assert_string_equal(seen_on(0), "");
		assert_int_equal(write(consoles[1], "1", 1), 1);
		say("take ttyS0");
	} else if (round == 1) {
		init_say(&in, "after it");
	} else if (round == 2) {
		assert_non_null(strstr(heard, "yours ttyS0\n"));
		assert_non_null(strstr(heard, "line after it\n"));
		assert_string_equal(seen_on(0), "");
		assert_string_equal(seen_on(1), "");
		say("take ttyS9");
	} else if (round == 4) {
		assert_null(strstr(heard, "yours ttyS9"));
		assert_int_equal(count_heard("yours "), 1); /* each time it is asked for */
		finish(11);
	}
}

static void test_line__taken__given_and_taken_back(void **state)
{
	char typed[8];

	(void)state;
	run(takes_the_line);
	assert_non_null(strstr(seen_on(0), "the screen has ended (killed by signal 11"));
	const char *said = seen_on(1);
	assert_int_equal(strncmp(said, "\x1b[?1049l", 8), 0);
	assert_non_null(strstr(said, "started again"));
	assert_true(in.consoles.is_read);
	/* what was typed for it is not an answer to anything of ours */
	(void)recv(in.consoles.list[1].fd, typed, sizeof(typed), MSG_DONTWAIT);
}

/* It may come back meanwhile, and the screen looks for it, too. */
static void test_start__without_a_console__waits_for_one(void **state)
{
	(void)state;
	(void)close(consoles[1]);
	loop_step(&in.loop, 100);
	assert_int_equal(in.consoles.list[1].fd, -1);
	run(ends_at_once);
	assert_non_null(strstr(arguments, "--console /dev/ttyS0,vt220 "));
	(void)close(consoles[0]);
	loop_step(&in.loop, 100);
	arguments[0] = '\0';
	run(ends_at_once);
	assert_string_equal(arguments, "");
	consoles[0] = consoles[1] = -1;
}

static void left_at_once(unsigned round)
{
	if (round == 0)
		say("idle");
	else
		finish(14 << 8);
}

/* What a terminal has to be told is its own business (an emulator's, in a boot): that it is told,
 * and only where the screen has painted. */
static void test_died__painted_on__put_in_order(void **state)
{
	(void)state;
	run(ends_at_once);
	const char *said = seen_on(0);
	assert_int_equal(strncmp(said, "\x1b[?1049l", 8), 0);
	assert_non_null(strstr(said, "\x1b[H\x1b[2J\r\nunbrick: the screen has ended"));
	assert_null(strchr(seen_on(1), '\x1b'));
}

static void test_left__painted_on__it_did_that_itself(void **state)
{
	(void)state;
	run(left_at_once);
	assert_null(strchr(seen_on(0), '\x1b'));
	assert_null(strchr(seen_on(1), '\x1b'));
}

static void wants_windows(unsigned round)
{
	if (round == 0)
		say("windows");
	else if (round == 3)
		finish(0);
}

static void test_windows__cannot_be_set__said_and_nothing_done(void **state)
{
	(void)state;
	run(wants_windows);
	assert_non_null(strstr(heard, "error no boot manager\n"));
	assert_int_equal(ended, SETTINGS_END_STAY);
	assert_int_equal(signal_sent, 0);
	assert_int_equal(n_set, 1); /* once for each time it is asked for */
	n_rounds = 0;
	n_late = 2;
	is_set = true;
	run(wants_windows);
	assert_int_equal(n_set, 2);
	assert_int_equal(signal_sent, SIGTERM);
	assert_int_equal(reported, SETTINGS_END_WINDOWS);
	assert_int_equal(ended, SETTINGS_END_WINDOWS);
}

/* Who chose that and leaves while it is set is not waited for. */
static void test_windows__left_meanwhile__is_started(void **state)
{
	(void)state;
	is_set = leaves_early = true;
	run(wants_windows);
	leaves_early = false;
	assert_int_equal(signal_sent, 0);
	assert_int_equal(ended, SETTINGS_END_WINDOWS);
}

static const char *wish;

static void wants_that(unsigned round)
{
	if (round == 0)
		say(wish);
	else if (round == 3)
		finish(0);
}

static void test_machine__each_wish(void **state)
{
	static const struct {
		const char *wish;
		enum settings_end end;
		const char *ran;
	} wishes[] = {{"restart", SETTINGS_END_REBOOT, "report"},
		{"poweroff", SETTINGS_END_POWEROFF, "report"},
		{"firmware", SETTINGS_END_REBOOT, "report"},
		{"report", SETTINGS_END_STAY, "report"}, {"may shell", SETTINGS_END_STAY, ""},
		{"go", SETTINGS_END_STAY, ""}, {"restart now", SETTINGS_END_STAY, ""},
		{"\x1b[2J", SETTINGS_END_STAY, ""}};

	(void)state;
	is_set = true;
	for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
		wish = wishes[i].wish;
		ended = SETTINGS_END_STAY;
		ran[0] = '\0';
		n_rounds = 0;
		in.screen.n_quick = 0;
		n_reports = 0;
		run(wants_that);
		assert_int_equal(ended, wishes[i].end);
		assert_string_equal(ran, wishes[i].ran);
		assert_int_equal(n_reports, ran[0] != '\0');
	}
}

static void writes(unsigned round)
{
	if (round == 0)
		say("writes sda");
	else if (round == 3)
		finish(0);
}

static void test_writes__part_of_a_raid__not_alone(void **state)
{
	struct known_disk *d = disks_put(&in.disks, "sda");

	(void)state;
	d->state = DISK_LEFT;
	disk_tell(d, -1, "a part of a RAID");
	(void)snprintf(d->facts.raid, sizeof(d->facts.raid), "isw_raid_member");
	run(writes);
	assert_non_null(strstr(heard, "error a part of a RAID\n"));
	assert_null(strstr(heard, "go\n"));
	assert_string_equal(allowed, "");
	d->facts.raid[0] = '\0';
	d->facts.is_locked = true;
	n_rounds = 0;
	run(writes);
	assert_null(strstr(heard, "go\n"));
	d->facts.is_locked = false;
	n_rounds = 0;
	run(writes);
	assert_int_equal(count_heard("go\n"), 1);
	assert_string_equal(allowed, "sda");
}

/* ---- reports ---- */

static int seals;
static size_t n_files = 1; /* with one word */

static void send_report(const char *json)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(2 * sizeof(int))];
	} with = {.head = {CMSG_LEN(n_files * sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
	char word[] = "done sda";
	struct iovec part = {word, strlen(word)};
	struct msghdr m = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = with.bytes,
		.msg_controllen = CMSG_SPACE(n_files * sizeof(int))};
	int fd = memfd_create("report", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_int_equal(write(fd, json, strlen(json)), strlen(json));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
	for (size_t i = 0; i < n_files; i++)
		memcpy(CMSG_DATA(&with.head) + i * sizeof(fd), &fd, sizeof(fd));
	assert_true(sendmsg(peer, &m, 0) > 0);
	(void)close(fd);
}

static const char *report;

static void has_report(unsigned round)
{
	if (round == 0)
		send_report(report);
	else if (round == 2)
		finish(0);
}

static size_t n_runs(void)
{
	return json_object_array_length(in.report.runs);
}

static void test_done__its_report__is_a_run_of_the_start(void **state)
{
	struct known_disk *d = disks_put(&in.disks, "sda");

	(void)state;
	d->state = DISK_READY;
	seals = LINK_SEALS;
	report = "{\"command\": \"fix\", \"outcome\": {\"status\": 0, \"text\": \"1 file moved\"}}";
	run(has_report);
	assert_int_equal(n_runs(), 1);
	struct json_object *r = json_object_array_get_idx(in.report.runs, 0);
	assert_string_equal(json_object_get_string(json_object_object_get(r, "command")), "fix");
	assert_int_equal(json_object_get_int(json_object_object_get(r, "status")), 0);
	assert_string_equal(d->outcome, "1 file moved");
	assert_non_null(strstr(seen_on(1), "unbrick: repaired /dev/sda: 1 file moved"));
	report = "{}"; /* of a screen gone bad */
	n_rounds = 0;
	run(has_report);
	assert_int_equal(n_runs(), 2);
}

static void test_done__other_than_a_repair__is_told_by_its_name(void **state)
{
	static const char *const words[] = {
		"undo", "replay", "safemode", "disable", "safe", "clear", "hibernation"};
	char text[128], line[64];

	(void)state;
	disks_put(&in.disks, "sda")->state = DISK_READY;
	seals = LINK_SEALS;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		(void)snprintf(text, sizeof(text),
			"{\"command\": \"%s\", \"outcome\": {\"status\": 0, \"text\": \"1 "
			"change\"}}",
			words[i]);
		report = text;
		n_rounds = 0;
		run(has_report);
		struct json_object *r = json_object_array_get_idx(in.report.runs, i);
		assert_string_equal(
			json_object_get_string(json_object_object_get(r, "command")), words[i]);
		(void)snprintf(
			line, sizeof(line), "unbrick: disk /dev/sda: %s: 1 change", words[i]);
		assert_non_null(strstr(seen_on(1), line));
	}
	assert_null(strstr(seen_on(1), "unbrick: repaired"));
}

/* A collector hears of it, if one is to. */
static void test_done__its_report__goes_to_a_collector(void **state)
{
	(void)state;
	seals = LINK_SEALS;
	report = "{\"command\": \"fix\", \"outcome\": {\"status\": 0, \"text\": \"1 file moved\"}}";
	run(has_report);
	assert_null(in.fleet.tell_end);
	(void)snprintf(in.facts.settings.collector, sizeof(in.facts.settings.collector),
		"https://log.example/reports/");
	in.facts.settings.network = SETTINGS_NETWORK_YES;
	n_rounds = 0;
	run(has_report);
	assert_ptr_equal(in.fleet.tell_end, report_send_by_hand);
	in.fleet.tell_end = NULL;
}

static void test_start__nobody_heard_of_it__a_code_for_the_screen(void **state)
{
	(void)state;
	(void)snprintf(in.fleet.code, sizeof(in.fleet.code), "UNBRICK DONE SN PF-1");
	run(ends_at_once);
	assert_non_null(strstr(heard, "result UNBRICK DONE SN PF-1\n"));
}

static void test_done__what_is_no_report__is_none(void **state)
{
	static const char *const none[] = {"", "[1]", "{\"command\": ", "null", "\x01\x02"};

	(void)state;
	seals = LINK_SEALS;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		report = none[i];
		n_rounds = 0;
		in.screen.n_quick = 0;
		run(has_report);
		assert_int_equal(n_runs(), 0);
	}
	seals = LINK_SEALS & ~F_SEAL_WRITE; /* it could be changed while it is read */
	report = "{\"command\": \"fix\"}";
	n_rounds = 0;
	run(has_report);
	assert_int_equal(n_runs(), 0);
}

static void says_much_at_its_end(unsigned round)
{
	(void)round;
	for (unsigned i = 0; i < 5; i++)
		send_report(report);
	finish(0);
}

static void test_done__said_at_its_end__is_heard(void **state)
{
	(void)state;
	seals = LINK_SEALS;
	report = "{\"command\": \"fix\"}";
	run(says_much_at_its_end);
	assert_int_equal(n_runs(), 5);
}

static void has_many_reports(unsigned round)
{
	if (round < 20)
		send_report(report);
	else
		finish(0);
}

/* A screen gone bad sends words and reports for ever. */
static void test_done__too_many__no_more_are_kept(void **state)
{
	static char large[1 << 20];

	(void)state;
	(void)snprintf(large, sizeof(large), "{\"command\": \"fix\", \"x\": \"%0*d\"}",
		(int)sizeof(large) - 100, 0);
	seals = LINK_SEALS;
	report = large;
	run(has_many_reports);
	assert_in_range(n_runs(), 15, 17); /* of a mebibyte each */
	const struct json_object *last = json_object_array_get_idx(
		in.said.timeline, json_object_array_length(in.said.timeline) - 2);
	assert_non_null(strstr(json_object_get_string(json_object_object_get(last, "text")),
		"its report is not kept"));
	in.report.given_bytes = 0;
	for (unsigned i = 0; i < 200; i++)
		if (report_has_room(&in, 1))
			json_object_array_add(in.report.runs, json_object_new_object());
	assert_int_equal(n_runs(), 200);
}

static const char *line_of(size_t i)
{
	return json_object_get_string(
		json_object_object_get(json_object_array_get_idx(in.said.timeline, i), "text"));
}

static void test_lines__for_ever__the_first_and_the_last_are_kept(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 10000; i++)
		init_log(&in, "line %u", i);
	const size_t n = json_object_array_length(in.said.timeline);
	assert_int_equal(n, 4000);
	assert_string_equal(line_of(0), "line 0");
	assert_string_equal(line_of(1999), "line 1999");
	assert_string_equal(line_of(2000), "[6001 lines left out here]");
	assert_string_equal(line_of(2001), "line 8001");
	assert_string_equal(line_of(n - 1), "line 9999");
}

/* More than the link takes at once: the newest of them. */
static void test_lines__said_before_it_came__the_last_are_told(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		init_log(&in, "line %u", i);
	run(ends_at_once);
	assert_non_null(strstr(heard, "line line 999\n"));
	assert_null(strstr(heard, "line line 899\n"));
}

static void reads_nothing(unsigned round)
{
	for (unsigned i = 0; round == 0 && i < 2000; i++)
		init_say(&in, "line %u", i);
	if (round == 1)
		finish(0);
}

static void test_lines__nobody_takes_them__no_matter(void **state)
{
	(void)state;
	(void)alarm(20);
	run(reads_nothing);
	(void)alarm(0);
}

static void babbles(unsigned round)
{
	if (round < 20)
		say("\x1b[2J");
	else
		finish(0);
}

static void test_babble__told_once(void **state)
{
	(void)state;
	run(babbles);
	size_t n = 0;
	for (size_t i = 0; i < json_object_array_length(in.said.timeline); i++)
		n += strstr(line_of(i), "no word of its own") != NULL;
	assert_int_equal(n, 1);
}

static size_t count_open(void)
{
	size_t n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void test_done__two_files__none_stays_open(void **state)
{
	(void)state;
	seals = 0; /* of neither a report is made */
	report = "{}";
	run(has_report);
	const size_t n = count_open();
	n_files = 2;
	n_rounds = 0;
	in.screen.n_quick = 0;
	run(has_report);
	n_files = 1;
	assert_int_equal(count_open(), n);
}

/* ---- its end ---- */

static void works_and_waits(unsigned round)
{
	if (round == 0) {
		say("working");
		say("waiting");
	} else if (round == 2) {
		finish(0);
	}
}

/* It is they who sit there. */
static void test_technician__waits__nobody_is_called(void **state)
{
	(void)state;
	run(works_and_waits);
	assert_null(strstr(seen_on(1), "a person is asked"));
}

static void test_end__at_once_again_and_again__is_given_up(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		n_rounds = 0;
		assert_null(strstr(seen_on(1), "staying"));
		run(ends_at_once);
	}
	assert_non_null(strstr(seen_on(1), "staying: the screen ends again and again"));
	arguments[0] = '\0';
	turn = NULL; /* a step that only waits */
	screen_run(&in);
	assert_string_equal(arguments, ""); /* and is not started again */
}

static void test_end__left_by_a_person__never_given_up(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		n_rounds = 0;
		run(left_at_once);
	}
	assert_int_equal(in.screen.n_quick, 0);
	assert_null(strstr(seen_on(1), "staying"));
}

static void says_that_it_is_broken(unsigned round)
{
	if (round == 0)
		say("idle");
	else
		finish(RS_STATUS_BUG << 8);
}

static void test_end__by_a_bug_after_a_word__is_given_up(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		n_rounds = 0;
		run(says_that_it_is_broken);
	}
	assert_non_null(strstr(seen_on(1), "staying: the screen ends again and again"));
}

static void idles(unsigned round)
{
	if (round == 0)
		say("waiting");
	else if (round == 1)
		(void)snprintf(in.stick.disk, sizeof(in.stick.disk), "sdz");
	else if (round == 4)
		say("idle"); /* it is read now */
	else if (round == 7)
		passed_ms += 30000;
	else if (round > 8)
		fail_msg("a stick that has come is not taken up");
}

static void nobody(unsigned round)
{
	if (round == 0)
		say("idle");
	else if (round == 1)
		(void)snprintf(in.stick.disk, sizeof(in.stick.disk), "sdz");
	else if (round > 2)
		fail_msg("a stick that has come is not taken up");
}

static void presses(unsigned round)
{
	if (round < 2)
		say("idle"); /* and again, as it does of a key */
	else if (round == 2)
		(void)snprintf(in.stick.disk, sizeof(in.stick.disk), "sdz");
	else if (round == 5)
		passed_ms += 30000;
	else if (round > 6)
		fail_msg("a stick that has come is not taken up");
}

/* Its keys and rules are what the screen is started with. */
static void test_stick__comes__not_taken_from_a_person(void **state)
{
	(void)state;
	run(idles);
	assert_int_equal(signal_sent, SIGTERM);
	assert_true(n_rounds > 7);
}

static void test_stick__comes__taken_up_where_nobody_is(void **state)
{
	(void)state;
	run(nobody);
	assert_int_equal(signal_sent, SIGTERM);
}

static void test_stick__comes__not_taken_from_who_pressed_a_key(void **state)
{
	(void)state;
	run(presses);
	assert_int_equal(signal_sent, SIGTERM);
	assert_true(n_rounds > 5);
}

/* Which question that is, without disks: those of a list that changes. */
static void put_candidates(const char *a, const char *b)
{
	struct stick *s = &in.stick;

	s->asked = (struct stick_asked){.n = b ? 2 : 0};
	if (b) {
		(void)snprintf(s->asked.list[0].disk, DISK_NAME, "%s", a);
		(void)snprintf(s->asked.list[1].disk, DISK_NAME, "%s", b);
		(void)snprintf(s->asked.list[2].disk, DISK_NAME, "of before");
	}
	s->question++;
}

static void is_asked_which(unsigned round)
{
	if (round == 0)
		put_candidates("sdx", "sdy");
	else if (round == 2) {
		assert_non_null(strstr(heard, "stick 1-0 sdx 0 - - -\n"));
		assert_non_null(strstr(heard, "stick 1-1 sdy 0 - - -\nwhich\n"));
		say("meant 1-2"); /* there is none of that number */
	} else if (round == 3) {
		assert_string_equal(in.stick.meant.disk, "");
		say("meant 2-1"); /* nor was that asked */
	} else if (round == 4) {
		assert_string_equal(in.stick.meant.disk, "");
		say("idle");
		say("meant 1-1");
	} else if (round == 6) {
		assert_string_equal(in.stick.meant.disk, "sdy");
		put_candidates(NULL, NULL);
		say("idle");
		say("idle"); /* a key: a person is there */
		(void)snprintf(in.stick.disk, sizeof(in.stick.disk), "sdy");
	} else if (round > 9) {
		fail_msg("the stick that was named is not taken up");
	}
}

static void test_stick__several__a_person_names_one(void **state)
{
	(void)state;
	run(is_asked_which);
	assert_int_equal(signal_sent, SIGTERM); /* with its keys it is started anew, at once */
	assert_int_equal(count_heard("which\n"), 2);
}

static void waits(unsigned round)
{
	if (round == 0)
		say("waiting");
	else if (round == 2)
		next = &in.disks.list[0];
	else if (round == 5)
		say("idle");
	else if (round == 6)
		passed_ms += 30000;
	else if (round > 7)
		fail_msg("a disk that has come is not taken up");
}

static void test_work__a_disk_comes__not_taken_from_a_person(void **state)
{
	(void)state;
	in.facts.settings.mode = SETTINGS_MODE_AUTOMATIC;
	run(waits);
	assert_int_equal(signal_sent, SIGTERM);
	assert_true(n_rounds > 5);
	assert_null(strstr(heard, "begin\n")); /* what was worked on is not begun again unasked */
	assert_non_null(strstr(heard, "disks\n"));
	assert_null(strstr(seen_on(1), "started again"));
}

static void comes_late(unsigned round)
{
	if (round == 2) {
		assert_null(strstr(heard, "begin"));
		is_probing = false;
	} else if (round == 4) {
		assert_non_null(strstr(heard, "begin\n"));
		assert_null(strstr(heard, "disks\n"));
		disks_put(&in.disks, "sdb")->state = DISK_READY;
	} else if (round == 6) {
		assert_non_null(strstr(heard, "disks\n"));
		finish(0);
	}
}

static void test_disks__on_their_way__are_told_when_they_are_there(void **state)
{
	(void)state;
	is_probing = true;
	run(comes_late);
}

static void stops(unsigned round)
{
	in.is_stop_wanted = round > 0;
	assert_true(round < 3);
}

static void test_stop__wanted__ends_it(void **state)
{
	(void)state;
	run(stops);
	assert_int_equal(signal_sent, SIGTERM);
}

static void fails_by_keys(unsigned round)
{
	(void)round;
	finish(RS_STATUS_KEY_WRONG << 8);
}

static void test_keys__that_it_cannot_read__are_left_out(void **state)
{
	(void)state;
	assert_int_equal(rs_secret_init(&in.stick.keys, 8, NULL), 0);
	in.stick.keys.len = 8;
	run(fails_by_keys);
	assert_non_null(strstr(arguments, "--keys-fd 3 "));
	assert_non_null(strstr(seen_on(1), "keys of the stick: not used"));
	assert_int_equal(in.stick.keys.len, 0);
	assert_int_equal(in.screen.n_quick, 0);
}

static void test_keys__none_were_given__it_is_a_screen_that_ends(void **state)
{
	(void)state;
	run(fails_by_keys);
	assert_int_equal(in.screen.n_quick, 1);
	assert_null(strstr(seen_on(1), "keys of the stick"));
}

/* ---- work that moves on by itself ---- */

static const char *const yes[] = {"--yes", "--replay", "no", NULL};

static void repairs(unsigned round)
{
	if (round == 0) {
		say("working");
	} else if (round == 1) {
		say("asks");
		say("waiting");
	} else if (round == 2) {
		say("working");
		say("waiting");
		say("waiting");	 /* a sign of life */
		say("done sda"); /* its report is a file */
	} else if (round == 3) {
		say("restart"); /* no wish is offered, and none is heeded */
	} else if (round == 5) {
		assert_int_equal(signal_sent, 0);
		finish(RS_STATUS_LEFT << 8);
	}
}

static void test_work__as_a_screen__status_and_what_is_asked(void **state)
{
	struct run r;

	(void)state;
	turn = repairs;
	run_program(&in, RUN_FIX, "sda", yes, &r);
	assert_int_equal(r.status, RS_STATUS_LEFT);
	assert_string_equal(r.end, "exit status 15");
	assert_non_null(strstr(arguments,
		"/bin/unbrick tui --yes --replay no /dev/sda --report /run/unbrick/run.json --svg "
		"/run/unbrick/run.svg --plan . "
		"--supervisor 4 --font auto --console /dev/tty1,linux --console "
		"/dev/ttyS0,vt220 "));
	assert_null(strstr(heard, "may "));
	assert_string_equal(ran, ""); /* not once more without a screen */
	assert_int_equal(ended, SETTINGS_END_STAY);
	const char *said = seen_on(1);
	assert_non_null(strstr(said, "unbrick: a recovery key is asked for: press a key here"));
	const char *asked = strstr(said, "unbrick: a person is asked: press a key here");
	assert_non_null(asked);
	assert_null(strstr(asked + strlen("unbrick: a person"), "a person is asked"));
}

static void cannot_come_up(unsigned round)
{
	(void)round;
	finish(RS_STATUS_BUG << 8);
}

static void test_work__no_screen_comes_up__is_done_without(void **state)
{
	struct run r;

	(void)state;
	turn = cannot_come_up;
	run_program(&in, RUN_FIX, "sda", yes, &r);
	assert_string_equal(ran, "/bin/unbrick fix --yes --replay no /dev/sda --report "
				 "/run/unbrick/run.json --svg /run/unbrick/run.svg --plan . ");
	ran[0] = '\0';
	n_rounds = 0;
	run_program(&in, RUN_SCAN, "sda", NULL, &r);
	assert_non_null(strstr(ran, "/bin/unbrick scan /dev/sda "));
}

static void test_work__plain_text__as_the_command(void **state)
{
	struct run r;

	(void)state;
	in.facts.settings.screen = SETTINGS_SCREEN_PLAIN;
	arguments[0] = '\0';
	run_program(&in, RUN_FIX, "sda", yes, &r);
	assert_string_equal(arguments, "");
	assert_non_null(strstr(ran, "/bin/unbrick fix --yes "));
}

static bool was_said(const char *what)
{
	for (size_t i = 0; i < json_object_array_length(in.said.timeline); i++)
		if (strstr(json_object_get_string(json_object_object_get(
				   json_object_array_get_idx(in.said.timeline, i), "text")),
			    what))
			return true;
	return false;
}

static int ends_as;

static void stays_locked(unsigned round)
{
	if (round == 0)
		say("working");
	else if (round == 2)
		finish(ends_as << 8);
}

/* Whoever reads why it stayed locked knows where its key may be. */
static void test_work__locked_and_an_encrypted_key_file__said(void **state)
{
	static const char sealed[] = "000000\nUNBRICK-KEYS {}";
	static const int statuses[] = {0, 4, 5, 17};
	struct run r;

	(void)state;
	turn = stays_locked;
	ends_as = 5;
	run_program(&in, RUN_FIX, "sda", yes, &r);
	assert_int_equal(r.status, 5);
	assert_int_equal(rs_secret_set(&in.stick.keys, sealed, sizeof(sealed) - 1, NULL), 0);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(was_said("keys.enc was not opened"), i == 3);
		json_object_array_del_idx(
			in.said.timeline, 0, json_object_array_length(in.said.timeline));
		ends_as = statuses[i];
		n_rounds = 0;
		run_program(&in, RUN_FIX, "sda", yes, &r);
	}
	assert_true(was_said("keys.enc was not opened"));
	rs_secret_done(&in.stick.keys);
}

/* Nobody is there to look at a screen, and its rules are its own. */
static void test_work__by_a_policy__as_the_command_with_its_own_rules(void **state)
{
	static const char *const by[] = {"--policy", "p.json", NULL};
	struct run r;

	(void)state;
	in.fleet.is_accepted = true;
	(void)snprintf(in.stick.rules, sizeof(in.stick.rules), "/run/unbrick/rules");
	arguments[0] = '\0';
	run_program(&in, RUN_FIX, "sda", by, &r);
	assert_string_equal(arguments, "");
	assert_string_equal(ran, "/bin/unbrick fix --policy p.json /dev/sda --report "
				 "/run/unbrick/run.json --svg /run/unbrick/run.svg --plan . ");
	assert_int_equal(rs_secret_set(&in.stick.accounts, "user: a", 7, NULL), 0);
	run_program(&in, RUN_FIX, "sda", by, &r);
	assert_non_null(strstr(ran, " --keys-secret-fd 5 "));
	run_program(&in, RUN_UNDO, "sda", NULL, &r);
	assert_null(strstr(ran, "--keys-secret-fd"));
	in.fleet.is_accepted = false;
	in.facts.settings.screen = SETTINGS_SCREEN_PLAIN;
	run_program(&in, RUN_FIX, "sda", yes, &r);
	assert_non_null(strstr(ran, " --rules /run/unbrick/rules "));
	assert_null(strstr(ran, "--no-keys"));
	assert_null(strstr(ran, "--keys-secret-fd"));
	rs_secret_done(&in.stick.accounts);
	in.facts.door = DOOR_GRUB;
	in.facts.is_network = true;
	run_program(&in, RUN_FIX, "sda", yes, &r);
	assert_non_null(strstr(ran, " --no-keys "));
	assert_null(strstr(ran, "--keys-fd"));
}

static void dies_reading(unsigned round)
{
	if (round == 0)
		say("working");
	else
		finish(11);
}

static void dies_writing(unsigned round)
{
	if (round == 0)
		say("writes sda");
	else if (round == 2)
		finish(11);
}

static void dies_when_it_is_to_stop(unsigned round)
{
	if (round == 0)
		say("working");
	in.is_stop_wanted = true;
}

/* Once without a screen, and never where something may have been written. */
static void test_work__screen_dies__is_done_without_before_a_write_only(void **state)
{
	struct run r;

	(void)state;
	turn = dies_reading;
	run_program(&in, RUN_FIX, "sda", yes, &r);
	assert_non_null(strstr(ran, "/bin/unbrick fix --yes "));
	assert_non_null(strstr(seen_on(1), "before anything was written: done without it"));
	disks_put(&in.disks, "sda")->state = DISK_READY;
	ran[0] = '\0';
	n_rounds = 0;
	turn = dies_writing;
	run_program(&in, RUN_FIX, "sda", yes, &r);
	assert_string_equal(allowed, "sda");
	assert_string_equal(ran, "");
	assert_non_null(strstr(r.end, "killed by signal 11"));
	n_rounds = 0;
	turn = dies_reading; /* what was allowed to the one before is not its */
	run_program(&in, RUN_FIX, "sda", yes, &r);
	assert_non_null(strstr(ran, "/bin/unbrick fix --yes "));
	ran[0] = '\0';
	n_rounds = 0;
	turn = dies_when_it_is_to_stop;
	asked_to_end = 11;
	run_program(&in, RUN_FIX, "sda", yes, &r);
	asked_to_end = 14 << 8;
	assert_string_equal(ran, "");
}

static void hangs(unsigned round)
{
	if (round == 0)
		say("working");
	else if (round == 2)
		passed_ms += 11 * 60000;
	assert_true(round < 6);
}

/* It would hang without a screen, too. */
static void test_work__ended_by_the_watch__is_not_done_once_more(void **state)
{
	struct run r;

	(void)state;
	turn = hangs;
	asked_to_end = 15;
	run_program(&in, RUN_FIX, "sda", yes, &r);
	asked_to_end = 14 << 8;
	assert_string_equal(ran, "");
}

static void test_work__no_console_is_there__is_done_without(void **state)
{
	struct run r;

	(void)state;
	for (int i = 0; i < 2; i++)
		(void)close(consoles[i]);
	loop_step(&in.loop, 100);
	consoles[0] = consoles[1] = -1;
	arguments[0] = '\0';
	turn = cannot_come_up;
	run_program(&in, RUN_FIX, "sda", yes, &r);
	assert_string_equal(arguments, "");
	assert_non_null(strstr(ran, "/bin/unbrick fix --yes "));
}

static void nobody_answers(unsigned round)
{
	if (round == 0) {
		say("working");
	} else if (round == 1) {
		in.screen.active_ms -= 60000; /* at work: that is for the watch */
	} else if (round == 2) {
		assert_null(strstr(heard, "enough"));
		say("waiting");
	} else if (round == 3) {
		assert_null(strstr(heard, "enough"));
		in.screen.active_ms -= 60000;
	} else if (round == 6) {
		assert_int_equal(
			count_heard("enough\n"), 1); /* another question has its own time */
		finish(5 << 8);
	}
}

static void test_work__nobody_answers_in_time__told_that_it_is_enough(void **state)
{
	struct run r;

	(void)state;
	in.facts.settings.key_wait_s = 60;
	turn = nobody_answers;
	run_program(&in, RUN_FIX, "sda", yes, &r);
	assert_int_equal(r.status, 5);
}

static void waits_for_ever(unsigned round)
{
	if (round == 0)
		say("waiting");
	in.screen.active_ms -= 60000;
	if (round == 4) {
		assert_null(strstr(heard, "enough"));
		finish(0);
	}
}

static void test_technician__waits_as_long_as_a_person_likes(void **state)
{
	(void)state;
	in.facts.settings.key_wait_s = 60;
	run(waits_for_ever);
}

#define screen_test(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		screen_test(test_start__what_it_is_given__consoles_and_words),
		screen_test(test_start__a_keyboard_that_is_set__is_given),
		screen_test(test_start__letters_that_are_set__are_given),
		screen_test(test_start__stick_that_is_a_disk__not_in_use),
		screen_test(test_plain__on_a_terminal_that_all_share),
		screen_test(test_plain__what_is_typed__goes_to_it),
		screen_test(test_plain__asked_for__and_back),
		screen_test(test_work__plain_text__as_the_command),
		screen_test(test_work__locked_and_an_encrypted_key_file__said),
		screen_test(test_work__by_a_policy__as_the_command_with_its_own_rules),
		screen_test(test_shell__only_where_settings_allow_it),
		screen_test(test_report__only_where_settings_allow_it),
		screen_test(test_shell__asked_for__only_where_it_may_be),
		screen_test(test_shell__stop_wanted__is_not_waited_for),
		screen_test(test_line__taken__given_and_taken_back),
		screen_test(test_start__without_a_console__waits_for_one),
		screen_test(test_died__painted_on__put_in_order),
		screen_test(test_left__painted_on__it_did_that_itself),
		screen_test(test_work__screen_dies__is_done_without_before_a_write_only),
		screen_test(test_done__too_many__no_more_are_kept),
		screen_test(test_lines__for_ever__the_first_and_the_last_are_kept),
		screen_test(test_lines__nobody_takes_them__no_matter),
		screen_test(test_lines__said_before_it_came__the_last_are_told),
		screen_test(test_babble__told_once),
		screen_test(test_windows__cannot_be_set__said_and_nothing_done),
		screen_test(test_machine__each_wish),
		screen_test(test_writes__part_of_a_raid__not_alone),
		screen_test(test_done__its_report__is_a_run_of_the_start),
		screen_test(test_done__other_than_a_repair__is_told_by_its_name),
		screen_test(test_done__said_at_its_end__is_heard),
		screen_test(test_done__its_report__goes_to_a_collector),
		screen_test(test_start__nobody_heard_of_it__a_code_for_the_screen),
		screen_test(test_done__what_is_no_report__is_none),
		screen_test(test_done__two_files__none_stays_open),
		screen_test(test_end__at_once_again_and_again__is_given_up),
		screen_test(test_end__left_by_a_person__never_given_up),
		screen_test(test_end__by_a_bug_after_a_word__is_given_up),
		screen_test(test_work__a_disk_comes__not_taken_from_a_person),
		screen_test(test_stick__comes__not_taken_from_a_person),
		screen_test(test_stick__comes__taken_up_where_nobody_is),
		screen_test(test_stick__comes__not_taken_from_who_pressed_a_key),
		screen_test(test_stick__several__a_person_names_one),
		screen_test(test_disks__on_their_way__are_told_when_they_are_there),
		screen_test(test_work__as_a_screen__status_and_what_is_asked),
		screen_test(test_work__no_screen_comes_up__is_done_without),
		screen_test(test_work__ended_by_the_watch__is_not_done_once_more),
		screen_test(test_work__no_console_is_there__is_done_without),
		screen_test(test_work__nobody_answers_in_time__told_that_it_is_enough),
		screen_test(test_technician__waits_as_long_as_a_person_likes),
		screen_test(test_technician__waits__nobody_is_called),
		screen_test(test_stop__wanted__ends_it),
		screen_test(test_windows__left_meanwhile__is_started),
		screen_test(test_keys__that_it_cannot_read__are_left_out),
		screen_test(test_keys__none_were_given__it_is_a_screen_that_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dialogue, on a console that is ours: what is typed, what is shown, what is obeyed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "init/init.h"

#define ROUND_MS 20

void __wrap_init_step(struct init *in, int timeout_ms);
int __wrap_front_start(struct init *in, const struct process_plan *plan, struct rs_err *err);
void __wrap_run_program(struct init *in, enum run_command command, const char *disk,
	const char *const *options, struct run *ret);

static struct init in;
static int person; /* the other end of the console */
static char shown[65536];
static const char *const *to_type; /* one a round; NULL is the end */
static char ran[256];
static jmp_buf out;

/* Each wait is the person's turn. */
void __wrap_init_step(struct init *i, int timeout_ms)
{
	(void)timeout_ms;
	if (!*to_type)
		longjmp(out, 1);
	assert_true(write(person, *to_type, strlen(*to_type)) > 0);
	to_type++;
	loop_step(&i->loop, ROUND_MS);
	loop_step(&i->loop, ROUND_MS);
}

int __wrap_front_start(struct init *i, const struct process_plan *plan, struct rs_err *err)
{
	(void)i;
	(void)snprintf(ran, sizeof(ran), "%s", plan->argv[0]);
	return rs_fail(err, RS_E_BUG, "not here");
}

void __wrap_run_program(struct init *i, enum run_command command, const char *disk,
	const char *const *options, struct run *ret)
{
	(void)i;
	assert_null(options); /* no --yes: a person answers */
	(void)snprintf(ran, sizeof(ran), "%s %s", run_word(command), disk ? disk : "all");
	*ret = (struct run){.command = command, .disk = disk, .end = "exit status 0"};
}

static void on_typed(void *user, const char *bytes, size_t len)
{
	menu_typed(user, bytes, len);
}

static void read_shown(void)
{
	size_t len = 0;
	ssize_t n;

	while ((n = recv(person, shown + len, sizeof(shown) - 1 - len, MSG_DONTWAIT)) > 0)
		len += (size_t)n;
	shown[len] = '\0';
}

static void say(const char *const *lines)
{
	to_type = lines;
	ran[0] = '\0';
	if (setjmp(out) == 0)
		menu_main(&in);
	read_shown();
}

static int begin(void **state)
{
	int ends[2];

	(void)state;
	in = (struct init){0};
	loop_init(&in.loop);
	processes_init(&in.processes, &in.loop);
	said_init(&in);
	facts_init(&in.facts);
	report_begin(&in);
	in.facts.settings.mode = SETTINGS_MODE_TECHNICIAN;
	consoles_init(&in.consoles, &in.loop, on_typed, &in);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	person = ends[0];
	assert_true(console_add_take(&in.consoles, ends[1], "console", 0));
	return 0;
}

static int end(void **state)
{
	(void)state;
	(void)close(person);
	json_object_put(in.report.root);
	return 0;
}

static void test_menu__shell_not_allowed__is_no_choice(void **state)
{
	static const char *const words[] = {"shell\r", "10\r", NULL};

	(void)state;
	say(words);
	assert_string_equal(ran, "");
	assert_null(strstr(shown, "a shell"));
	assert_non_null(strstr(shown, "There is no such choice."));
}

static void test_menu__shell_allowed_by_the_settings__is_started(void **state)
{
	static const char *const words[] = {"shell\r", NULL};

	(void)state;
	in.facts.settings.shell = 1;
	say(words);
	assert_string_equal(ran, "/bin/sh");
}

static void test_menu__number_or_word__is_obeyed(void **state)
{
	static const char *const number[] = {"1\r", NULL}, *const word[] = {"LIST\r", NULL};
	static const char *const two[] = {"12\r", "list x\r", NULL};

	(void)state;
	say(number);
	assert_string_equal(ran, "list all");
	say(word);
	assert_string_equal(ran, "list all");
	say(two);
	assert_string_equal(ran, "");
}

static void test_menu__fix__asks_on_the_disk_that_is_chosen(void **state)
{
	static const char *const choose[] = {"fix\r", "2\r", NULL}, *const none[] = {
									    "fix\r", "3\r", NULL};

	(void)state;
	disks_put(&in.disks, "sda")->state = DISK_READY;
	disks_put(&in.disks, "sdb")->state = DISK_READY;
	disk_set_stick(disks_put(&in.disks, "sdc"));
	say(choose);
	assert_string_equal(ran, "fix sdb");
	say(none);
	assert_string_equal(ran, "");
	assert_non_null(strstr(shown, "There is no disk of that number."));
}

static void test_menu__part_of_a_raid__is_not_worked_on(void **state)
{
	static const char *const words[] = {"fix\r", NULL};
	struct known_disk *d = disks_put(&in.disks, "sda");

	(void)state;
	d->state = DISK_LEFT;
	(void)snprintf(d->facts.raid, sizeof(d->facts.raid), "isw_raid_member");
	say(words);
	assert_string_equal(ran, "");
	d->facts.raid[0] = '\0';
	d->facts.is_locked = true;
	say(words);
	assert_string_equal(ran, "");
}

/* What was typed before anybody asked is no answer to what is asked next. */
static void test_menu__typed_ahead__is_thrown_away(void **state)
{
	static const char *const words[] = {"fix\rlist\r", "\r", NULL};

	(void)state;
	menu_typed(&in, "list\r", 5);
	assert_int_equal(in.dialogue.len, 0);
	say(words); /* of one line's bytes only the first line counts */
	assert_string_equal(ran, "");
	assert_non_null(strstr(shown, "There is no disk."));
}

/* A key that is typed where none is asked for. */
static void test_menu__many_digits__are_not_shown_and_not_kept(void **state)
{
	static const char *const words[] = {"563552-689865\r", NULL};
	static const char none[sizeof(in.dialogue.line)];

	(void)state;
	say(words);
	assert_null(strstr(shown, "5635"));
	assert_non_null(strstr(shown, "563*"));
	assert_memory_equal(in.dialogue.line, none, sizeof(none));
}

static void test_menu__keys_of_a_line__edit_it(void **state)
{
	static const char *const words[] = {"lixx\b\177st\r", NULL}, *const again[] = {
									     "fix\003list\r", NULL};

	(void)state;
	say(words);
	assert_string_equal(ran, "list all");
	say(again);
	assert_string_equal(ran, "list all");
}

#define menu_test(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		menu_test(test_menu__shell_not_allowed__is_no_choice),
		menu_test(test_menu__shell_allowed_by_the_settings__is_started),
		menu_test(test_menu__number_or_word__is_obeyed),
		menu_test(test_menu__fix__asks_on_the_disk_that_is_chosen),
		menu_test(test_menu__part_of_a_raid__is_not_worked_on),
		menu_test(test_menu__typed_ahead__is_thrown_away),
		menu_test(test_menu__many_digits__are_not_shown_and_not_kept),
		menu_test(test_menu__keys_of_a_line__edit_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

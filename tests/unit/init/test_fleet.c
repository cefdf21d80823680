/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A start by a policy: when nothing is done, what a run gets, how it ends, and what a collector
 * hears. The jobs that ask the network are ours (--wrap): each test says what they answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init/init.h"
#include "init/work.h"
#include "rig.h"

long __wrap_process_run(struct processes *all, const struct process_plan *plan, void *ret);
struct process *__wrap_process_start(
	struct processes *all, const struct process_plan *plan, struct rs_err *err);
void __wrap_init_step(struct init *in, int timeout_ms);
bool __wrap_report_write_start(struct init *in, const char *path, char *ret_hash);
int64_t __wrap_clock_floor(const char *root);
bool __wrap_network_is_wanted(const struct init *in);

#define BUILT 1764000000LL

static struct init in;
static struct work w;
static struct fleet_policy answer;
static struct fleet_policy on_the_way = {
	.code = FLEET_ON_THE_WAY, .text = "boot.example: once more in 4 s\033"};
static size_t answer_len;
static bool is_twice, is_sent_empty;
static struct process fetching;
static struct fleet_fetch asked;
static struct fleet_sent taken;
static struct fleet_send sent[2];
static struct process sending;
static bool is_wanted;
static unsigned n_starts, n_fetches, n_sends, n_steps, up_at_step;

long __wrap_process_run(struct processes *all, const struct process_plan *plan, void *ret)
{
	(void)all;
	if (plan->run == fleet_send_run) {
		sent[n_sends++ % 2] = *(const struct fleet_send *)plan->arg;
		memcpy(ret, &taken, sizeof(taken));
		return taken.n || is_sent_empty ? (long)sizeof(taken) : -EIO;
	}
	fail();
	return -EIO;
}

/* The job that fetches, as a pipe gives what it says: in pieces. */
static void fetch_says(const void *bytes, size_t len)
{
	for (size_t at = 0, n; at < len; at += n) {
		n = len - at < 333 ? len - at : 333;
		fetching.output(fetching.user, (const char *)bytes + at, n);
	}
}

static void end_fetch(void)
{
	const process_end_fn is_over = fetching.end;
	struct fleet_policy other = answer;

	fetching.end = NULL;
	other.version = 6;
	if (answer_len)
		fetch_says(&on_the_way, sizeof(on_the_way));
	fetch_says(&answer, answer_len);
	if (is_twice)
		fetch_says(&other, sizeof(other));
	is_over(fetching.user, &fetching);
}

struct process *__wrap_process_start(
	struct processes *all, const struct process_plan *plan, struct rs_err *err)
{
	(void)all;
	(void)err;
	if (plan->run == fleet_fetch_run) {
		assert_true(plan->limit_ms > 0);
		asked = *(const struct fleet_fetch *)plan->arg;
		n_fetches++;
		fetching = (struct process){
			.output = plan->output, .end = plan->end, .user = plan->user};
		return &fetching;
	}
	assert_ptr_equal(plan->run, fleet_send_run);
	sent[n_sends++ % 2] = *(const struct fleet_send *)plan->arg;
	sending = (struct process){.end = plan->end, .user = plan->user};
	return &sending;
}

void __wrap_init_step(struct init *i, int timeout_ms)
{
	(void)i;
	(void)timeout_ms;
	if (fetching.end) {
		end_fetch();
		return;
	}
	n_steps++;
	if (n_steps == 3)
		i->network.now.is_late = true;
	if (n_steps == up_at_step)
		i->network.now.state = NETWORK_UP;
}

bool __wrap_report_write_start(struct init *i, const char *path, char *ret_hash)
{
	(void)i;
	(void)path;
	n_starts++;
	(void)snprintf(ret_hash, FLEET_HASH, "00ff");
	return true;
}

bool __wrap_network_is_wanted(const struct init *i)
{
	(void)i;
	return is_wanted;
}

int64_t __wrap_clock_floor(const char *root)
{
	(void)root;
	return BUILT;
}

static int begin(void **state)
{
	(void)state;
	rig_begin(&in);
	w = (struct work){0};
	in.facts.door = DOOR_APPLICATION;
	(void)snprintf(in.facts.settings.policy, sizeof(in.facts.settings.policy),
		"https://boot.example/policy.json");
	in.network.now.state = NETWORK_UP;
	in.network.now.clock.source = CLOCK_NETWORK;
	answer = (struct fleet_policy){.version = 7,
		.key_id = "F2A0C1D3E4B59687",
		.act = POLICY_REPAIR,
		.repaired = POLICY_WINDOWS,
		.nothing = POLICY_POWEROFF,
		.failure = POLICY_REBOOT};
	answer_len = sizeof(answer);
	is_twice = is_sent_empty = false;
	taken = (struct fleet_sent){.n = 1, .n_taken = 1};
	is_wanted = true;
	n_starts = n_fetches = n_sends = n_steps = up_at_step = 0;
	return 0;
}

static int end(void **state)
{
	(void)state;
	rig_end(&in);
	return 0;
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

/* Nothing may be done on a disk, and why is said. */
static void is_refused(const char *why)
{
	assert_false(fleet_begin(&in, &w));
	assert_int_equal(w.result, RESULT_FAILED);
	assert_non_null(strstr(w.text, why));
	assert_true(was_said(why));
	assert_false(fleet_is_alone(&in));
	assert_null(fleet_options(&in, false));
	enum settings_end how;
	assert_false(fleet_end_of(&in, RESULT_FAILED, &how)); /* as the settings say */
}

static void test_fleet__no_policy_wanted__as_without_a_network(void **state)
{
	(void)state;
	in.facts.settings.policy[0] = '\0';
	in.network.now.state = NETWORK_OFF;
	is_wanted = false;
	assert_true(fleet_begin(&in, &w));
	fleet_step(&in);
	assert_int_equal(n_fetches + n_sends + n_steps, 0);
	assert_null(fleet_options(&in, false));
	in.network.now.clock.source = CLOCK_UNKNOWN;
	assert_false(fleet_only_looks(&in));
	(void)snprintf(in.facts.settings.collector, sizeof(in.facts.settings.collector),
		"https://log.example/reports/"); /* and no network to reach it by */
	assert_true(fleet_send_end(&in, "/nothing"));
	assert_int_equal(n_sends, 0);
	in.facts.settings.collector[0] = '\0';
	fleet_facts(&in, in.report.root);
	assert_null(json_object_object_get(in.report.root, "report_id"));
	assert_null(json_object_object_get(in.report.root, "network"));
	/* it is kept for a collector, to which another start sends it by its id */
	(void)snprintf(in.facts.settings.collector, sizeof(in.facts.settings.collector),
		"https://log.example/reports/");
	fleet_facts(&in, in.report.root);
	assert_non_null(json_object_object_get(in.report.root, "report_id"));
	assert_null(json_object_object_get(in.report.root, "network"));
}

static void test_fleet__second_door__no_policy_counts(void **state)
{
	static const enum door doors[] = {DOOR_GRUB, DOOR_BIOS, DOOR_DIRECT};

	(void)state;
	for (size_t i = 0; i < sizeof(doors) / sizeof(doors[0]); i++) {
		in.facts.door = doors[i];
		is_refused("a policy counts only in a system that the application has started");
	}
	in.facts.secure_boot = SECURE_BOOT_YES;
	in.facts.door = DOOR_GRUB;
	is_refused("under Secure Boot only the key for policies in unbrick.efi counts");
	assert_int_equal(n_fetches, 0);
}

/* What was accepted before counts no longer. */
static void test_fleet__asked_again__begins_anew(void **state)
{
	(void)state;
	assert_true(fleet_begin(&in, &w));
	in.facts.door = DOOR_GRUB;
	is_refused("a policy counts only in a system that the application has started");
}

static void test_fleet__no_link__said_and_nothing_done(void **state)
{
	(void)state;
	in.network.now.state = NETWORK_NO_LINK;
	is_refused("no network cable has a link");
	assert_int_equal(n_steps, 3);
	assert_int_equal(n_fetches, 0);
}

static void test_fleet__no_network_in_the_image__not_waited_for(void **state)
{
	(void)state;
	in.network.now.state = NETWORK_OFF;
	is_wanted = false;
	is_refused("this image has no network");
	assert_int_equal(n_steps, 0);
}

static void test_fleet__accepted__what_a_run_gets(void **state)
{
	(void)state;
	in.facts.settings.policy_floor = 5;
	assert_true(fleet_begin(&in, &w));
	assert_string_equal(asked.url, "https://boot.example/policy.json");
	assert_string_equal(asked.keys, "/unbrick/policy.pub");
	assert_string_equal(asked.ca, "/unbrick/ca.pem");
	assert_int_equal(asked.floor_version, 5);
	assert_true(asked.clock.is_known && asked.clock.unix_s > BUILT);
	assert_true(was_said("policy: boot.example: once more in 4 s\\x1B"));
	assert_true(fleet_is_alone(&in));
	assert_false(fleet_only_looks(&in));
	const char *const *o = fleet_options(&in, false);
	static const char *const want[] = {"--policy", "/run/unbrick/policy.json", "--policy-url",
		"https://boot.example/policy.json", "--policy-ca", "/unbrick/ca.pem",
		"--policy-keys", "/unbrick/policy.pub", "--policy-floor", "7"};
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		assert_string_equal(o[i], want[i]);
	assert_null(o[10]);
	o = fleet_options(&in, true); /* a look is not asked about again */
	assert_string_equal(o[2], "--keys-ca");
}

static void test_fleet__more_after_its_end__not_taken(void **state)
{
	(void)state;
	is_twice = true;
	assert_true(fleet_begin(&in, &w));
	assert_int_equal(in.fleet.policy.version, 7);
	assert_true(fleet_is_alone(&in));
}

static void test_fleet__refused__with_the_reason_and_nothing_else(void **state)
{
	(void)state;
	answer.code = RS_E_POLICY_FORGED;
	(void)snprintf(answer.text, sizeof(answer.text), "forged\033[2J");
	is_refused("forged\\x1B[2J");
}

static void test_fleet__answer_of_another_form__refused(void **state)
{
	static const char why[] = "the process that fetches it has failed";

	(void)state;
	answer_len = 0;
	is_refused(why);
	answer_len = sizeof(answer) - 1;
	is_refused(why);
	answer_len = sizeof(answer);
	memset(answer.text, 'x', sizeof(answer.text));
	is_refused(why);
	answer.text[0] = '\0';
	memset(answer.key_id, 'x', sizeof(answer.key_id));
	is_refused(why);
	answer.key_id[0] = '\0';
	answer.code = 7;
	(void)snprintf(answer.text, sizeof(answer.text), "odd");
	is_refused("odd");
	answer.code = 0;
	answer.text[0] = '\0';
	answer.repaired = (enum policy_end)9;
	is_refused(why);
	answer.repaired = POLICY_WINDOWS;
	answer.nothing = (enum policy_end)9;
	is_refused(why);
	answer.nothing = POLICY_STAY;
	answer.act = (enum policy_act)9;
	is_refused(why);
	answer.act = POLICY_REPAIR;
	answer.failure = (enum policy_end)9;
	is_refused(why);
	answer.failure = POLICY_STAY;
	answer.delay_s = POLICY_DELAY_MOST_S + 1;
	is_refused(why);
	answer.delay_s = 0;
	assert_true(fleet_begin(&in, &w));
}

static void test_fleet__withdrawn__nothing_done_and_its_end(void **state)
{
	enum settings_end how;

	(void)state;
	answer.act = POLICY_NONE;
	assert_false(fleet_begin(&in, &w));
	assert_int_equal(w.result, RESULT_CANCELLED);
	assert_true(was_said("withdrawn, nothing is done"));
	assert_true(fleet_end_of(&in, w.result, &how));
	assert_int_equal(how, SETTINGS_END_POWEROFF);
	assert_true(fleet_only_looks(&in));
}

static void test_fleet__ends__as_the_policy_says(void **state)
{
	enum settings_end how;

	(void)state;
	assert_true(fleet_begin(&in, &w));
	assert_true(fleet_end_of(&in, RESULT_DONE, &how));
	assert_int_equal(how, SETTINGS_END_WINDOWS);
	assert_true(fleet_end_of(&in, RESULT_NOTHING_TO_DO, &how));
	assert_int_equal(how, SETTINGS_END_POWEROFF);
	assert_true(fleet_end_of(&in, RESULT_FOUND, &how));
	assert_int_equal(how, SETTINGS_END_POWEROFF);
	assert_true(fleet_end_of(&in, RESULT_FAILED, &how));
	assert_int_equal(how, SETTINGS_END_REBOOT);
	assert_true(fleet_end_of(&in, RESULT_LEFT, &how));
	assert_int_equal(how, SETTINGS_END_REBOOT);
	assert_true(fleet_end_of(&in, RESULT_WRONG, &how));
	assert_int_equal(how, SETTINGS_END_REBOOT);
}

static void test_fleet__clock_not_known__only_looks_unless_it_may(void **state)
{
	(void)state;
	in.network.now.clock.source = CLOCK_UNKNOWN;
	assert_true(fleet_begin(&in, &w));
	assert_false(asked.clock.is_known);
	assert_int_equal(asked.clock.unix_s, BUILT);
	assert_true(fleet_only_looks(&in));
	assert_string_equal(fleet_options(&in, false)[10], "--unknown-clock");
	in.fleet.policy.unknown_clock_acts = true;
	assert_false(fleet_only_looks(&in));
	assert_string_equal(fleet_options(&in, false)[10], "--unknown-clock");
}

static void test_fleet__verdict_has_acted__the_next_disk_is_looked_at(void **state)
{
	(void)state;
	assert_true(fleet_begin(&in, &w));
	in.was_alone = true;
	assert_true(fleet_only_looks(&in));
}

static void test_fleet__clock_still_asked__waited_for(void **state)
{
	(void)state;
	in.network.now.clock.source = CLOCK_PENDING;
	in.is_stop_wanted = true;
	assert_false(fleet_begin(&in, &w));
	assert_int_equal(w.result, RESULT_CANCELLED);
	assert_int_equal(n_fetches, 0);
}

static void test_fleet__events__each_its_id_and_the_collectors_of_the_policy(void **state)
{
	(void)state;
	(void)snprintf(in.facts.settings.collector, sizeof(in.facts.settings.collector),
		"https://log.example/reports/");
	(void)snprintf(in.fleet.id, sizeof(in.fleet.id), "11111111-2222");
	fleet_step(&in); /* nothing is known yet */
	assert_int_equal(n_sends, 0);
	assert_true(fleet_begin(&in, &w));
	in.network.now.state = NETWORK_NO_ADDRESS;
	fleet_step(&in);
	assert_int_equal(n_sends, 0);
	in.network.now.state = NETWORK_UP;
	in.network.now.clock.source = CLOCK_PENDING; /* it would have the wrong time */
	fleet_step(&in);
	assert_int_equal(n_sends, 0);
	in.network.now.clock.source = CLOCK_NETWORK;
	fleet_step(&in);
	fleet_step(&in);
	fleet_send_start(&in, "/run/unbrick/start.json"); /* it is on its way */
	assert_int_equal(n_sends, 1);
	assert_int_equal(n_starts, 1);
	assert_string_equal(sent[0].id, "11111111-2222");
	assert_int_equal(sent[0].event, FLEET_START);
	assert_null(sent[0].result);
	assert_string_equal(sent[0].collector, "https://log.example/reports/");
	assert_string_equal(sent[0].sinks, "");
	assert_string_equal(in.fleet.start_hash, "00ff");
	fleet_facts(&in, in.report.root); /* the end names its start */
	assert_string_equal(
		json_object_get_string(json_object_object_get(in.report.root, "start_sha256")),
		"00ff");
	in.fleet.policy.n_reports = 2;
	in.report.result_word = "failed";
	assert_true(fleet_send_end(&in, "/run/unbrick/report.json"));
	assert_string_equal(sent[1].id, "11111111-2222");
	assert_int_equal(sent[1].event, FLEET_END);
	assert_string_equal(sent[1].result, "failed");
	assert_string_equal(sent[1].sinks, "/run/unbrick/collectors.json");
	assert_string_equal(sent[1].collector, "");
	assert_true(sent[1].total_ms <= 300000);
	assert_true(was_said("report: the end was taken by 1 of 1 collector"));
}

/* The servers of keys are those of a policy that counts, and for who may use a key at all. */
static void test_fleet__screen__asks_the_servers_of_the_policy(void **state)
{
	const char *args[FLEET_KEY_OPTIONS];

	(void)state;
	assert_int_equal(fleet_key_options(&in, args), 0);
	in.fleet.policy.n_keys = 1; /* what was not accepted names none */
	assert_int_equal(fleet_key_options(&in, args), 0);
	in.fleet.policy.n_keys = 0;
	in.fleet.is_accepted = true;
	assert_int_equal(fleet_key_options(&in, args), 0); /* it names none */
	in.fleet.policy.n_keys = 1;
	in.fleet.policy.act = POLICY_REPAIR;
	in.facts.door = DOOR_APPLICATION;
	assert_int_equal(fleet_key_options(&in, args), 4);
	assert_string_equal(args[0], "--keys-from");
	assert_string_equal(args[1], "/run/unbrick/keys.json");
	assert_string_equal(args[2], "--keys-ca");
	assert_string_equal(args[3], "/unbrick/ca.pem");
	assert_int_equal(rs_secret_set(&in.stick.accounts, "user: a", 7, NULL), 0);
	assert_int_equal(fleet_key_options(&in, args), 6);
	assert_string_equal(args[4], "--keys-secret-fd");
	assert_string_equal(args[5], "5");
	rs_secret_done(&in.stick.accounts);
	in.fleet.policy.act = POLICY_NONE;
	assert_int_equal(fleet_key_options(&in, args), 0);
	in.fleet.policy.act = POLICY_REPAIR;
	in.facts.door = DOOR_GRUB;
	in.facts.is_network = true;
	assert_int_equal(fleet_key_options(&in, args), 0);
}

static void test_fleet__refused_policy__still_told_to_the_collector(void **state)
{
	(void)state;
	(void)snprintf(in.facts.settings.collector, sizeof(in.facts.settings.collector),
		"https://log.example/reports/");
	answer.code = RS_E_POLICY_EXPIRED;
	assert_false(fleet_begin(&in, &w));
	fleet_step(&in);
	assert_int_equal(n_sends, 1);
	taken = (struct fleet_sent){.n = 1, .n_taken = 0, .text = "log.example: away\033"};
	assert_false(fleet_send_end(&in, "/run/unbrick/report.json"));
	assert_true(was_said("by 0 of 1 collector: log.example: away\\x1B"));
	taken = (struct fleet_sent){0};
	assert_false(fleet_send_end(&in, "/run/unbrick/report.json"));
	assert_true(was_said("the process that sends it has failed"));
	in.network.now.state = NETWORK_NO_LINK;
	n_sends = n_steps = 0;
	assert_false(fleet_send_end(&in, "/run/unbrick/report.json"));
	assert_int_equal(n_sends + n_steps, 0); /* not waited for */
	assert_true(was_said("by 0 of 1 collector: no network cable has a link"));
}

/* A policy that was refused names no collector, is no drill, and no secret of it is told. */
static void test_fleet__refused_policy__is_followed_in_nothing(void **state)
{
	(void)state;
	answer.code = RS_E_POLICY_FORGED;
	answer.n_reports = 2;
	answer.act = POLICY_DRILL;
	(void)snprintf(answer.text, sizeof(answer.text),
		"key 471207-278498-422125-177177-561902-537405-468006-693451");
	assert_false(fleet_begin(&in, &w));
	fleet_step(&in);
	assert_false(fleet_has_collector(&in));
	assert_int_equal(n_sends, 0);
	fleet_facts(&in, in.report.root);
	assert_null(json_object_object_get(in.report.root, "drill"));
	assert_null(strstr(json_object_to_json_string(in.report.root), "471207"));
	(void)snprintf(in.facts.settings.collector, sizeof(in.facts.settings.collector),
		"https://log.example/reports/");
	assert_true(fleet_send_end(&in, "/run/unbrick/report.json"));
	assert_string_equal(sent[0].sinks, "");
	assert_string_equal(sent[0].collector, "https://log.example/reports/");
}

/* What the job says counts when it has ended well and said all of it. */
static void start_said(const void *said, size_t len, int wait_status, const char *line)
{
	fleet_send_start(&in, "/run/unbrick/start.json");
	sending.wait_status = wait_status;
	sending.result = (struct rs_secret){.p = (uint8_t *)(uintptr_t)said, .len = len};
	sending.end(sending.user, &sending);
	assert_null(in.fleet.sending);
	if (!was_said(line))
		fail_msg("not said: %s", line);
}

static void test_fleet__start__counts_as_its_job_says(void **state)
{
	static struct fleet_sent two = {.n = 3, .n_taken = 2}, *said = &two;

	(void)state;
	start_said(said, sizeof(*said), 0, "the start was taken by 2 of 3 collectors");
	two.n = 5;
	start_said(said, sizeof(*said) - 1, 0, "0 of 1 collector: the process that sends it");
	two.n = 6;
	start_said(said, sizeof(*said), 9, "0 of 1 collector: the process that sends it");
	assert_false(was_said("of 5 collectors") || was_said("of 6 collectors"));
	memset(two.text, 'x', sizeof(two.text)); /* without an end */
	start_said(said, sizeof(*said), 0, "2 of 6 collectors: xxx");
	assert_int_equal(strlen(in.fleet.sent[FLEET_START].text), FLEET_TEXT - 1);
}

/* No collector at all is no success, and a person waits for less long. */
static void test_fleet__end__nobody_took_it(void **state)
{
	(void)state;
	in.facts.settings.policy[0] = '\0';
	(void)snprintf(in.facts.settings.collector, sizeof(in.facts.settings.collector),
		"https://log.example/reports/");
	taken = (struct fleet_sent){0};
	is_sent_empty = true;
	assert_false(fleet_send_end(&in, "/run/unbrick/report.json"));
	assert_int_equal(sent[0].total_ms, 30000);
}

static void test_fleet__over_before_the_network_is_there__waited_for(void **state)
{
	(void)state;
	in.facts.settings.policy[0] = '\0';
	(void)snprintf(in.facts.settings.collector, sizeof(in.facts.settings.collector),
		"https://log.example/reports/");
	in.network.now.state = NETWORK_NO_ADDRESS;
	up_at_step = 2;
	report_write(&in, RESULT_DONE, "", SETTINGS_END_WINDOWS);
	assert_int_equal(n_steps, 2);
	struct json_object *said = json_object_object_get(in.report.root, "network");
	assert_string_equal(json_object_get_string(json_object_object_get(said, "state")), "up");
	in.network.now.state = NETWORK_NO_ADDRESS; /* it does not come */
	n_steps = up_at_step = 0;
	fleet_before_end(&in);
	assert_int_equal(n_steps, 3);
	in.network.now.is_late = false;
	in.is_stop_wanted = true;
	fleet_before_end(&in);
	in.is_stop_wanted = false;
	in.facts.settings.collector[0] = '\0'; /* nobody gets it */
	fleet_before_end(&in);
	assert_int_equal(n_steps, 3);
}

static void test_fleet__start_not_taken__said(void **state)
{
	(void)state;
	(void)snprintf(in.facts.settings.collector, sizeof(in.facts.settings.collector),
		"https://log.example/reports/");
	in.facts.settings.policy[0] = '\0';
	assert_true(fleet_begin(&in, &w));
	fleet_step(&in);
	sending.wait_status = 9; /* killed */
	sending.end(sending.user, &sending);
	assert_null(in.fleet.sending);
	assert_true(was_said("report: the start was taken by 0 of 1 collector"));
}

static void test_facts__of_a_policy(void **state)
{
	(void)state;
	(void)snprintf(in.fleet.id, sizeof(in.fleet.id), "11111111-2222");
	answer.act = POLICY_DRILL;
	assert_true(fleet_begin(&in, &w));
	fleet_facts(&in, in.report.root);
	struct json_object *p = json_object_object_get(in.report.root, "policy");
	assert_true(json_object_get_boolean(json_object_object_get(p, "accepted")));
	assert_int_equal(json_object_get_int(json_object_object_get(p, "version")), 7);
	assert_true(json_object_get_boolean(json_object_object_get(in.report.root, "drill")));
	assert_string_equal(
		json_object_get_string(json_object_object_get(in.report.root, "report_id")),
		"11111111-2222");
	struct json_object *c = json_object_object_get(in.report.root, "clock");
	assert_true(json_object_get_boolean(json_object_object_get(c, "known")));
}

static void test_hash__of_abc(void **state)
{
	char hash[FLEET_HASH];

	(void)state;
	fleet_hash("abc", 3, hash); /* FIPS 180-4's example */
	assert_string_equal(
		hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void test_used_keys__each_once(void **state)
{
	static const char text[] =
		"[{\"report\":{\"used_key_ids\":[\"AA\"]}},{\"end\":\"x\"},{\"report\":{"
		"\"used_key_ids\":[\"AA\",\"BB\",\"\"]}},{\"report\":{\"used_key_ids\":3}}]";
	struct json_object *runs = json_tokener_parse(text), *keys = fleet_used_keys(runs);

	(void)state;
	assert_string_equal(
		json_object_to_json_string_ext(keys, JSON_C_TO_STRING_PLAIN), "[\"AA\",\"BB\"]");
	json_object_put(keys);
	json_object_put(runs);
	assert_null(fleet_used_keys(NULL));
	runs = json_tokener_parse(text);
	char shown[64];
	fleet_used_keys_text(runs, shown, sizeof(shown));
	assert_string_equal(shown, "AA, BB");
	json_object_put(runs);
	fleet_used_keys_text(NULL, shown, sizeof(shown));
	assert_string_equal(shown, "");
}

/* A server that is away is asked again, each time later; what is wrong stays refused. */
static void test_again__server_away__later_and_later(void **state)
{
	(void)state;
	answer.code = RS_E_NET_CONNECT;
	(void)snprintf(answer.text, sizeof(answer.text), "boot.example: away");
	assert_true(
		fleet_has_work(&in, true) == false); /* nothing was asked: the first round does */
	assert_false(fleet_begin(&in, &w));
	assert_true(was_said("policy: asked for again in "));
	assert_true(in.fleet.again_ms >= now_ms() + 59000 && in.fleet.again_ms < now_ms() + 76000);
	assert_false(fleet_has_work(&in, true)); /* whatever disks are there */
	uint64_t before = 60000;
	for (int i = 0; i < 6; i++) {
		in.fleet.again_ms = now_ms() - 1;
		assert_true(fleet_has_work(&in, false));
		in.network.now.state = NETWORK_NO_LINK;
		assert_false(fleet_has_work(&in, true));
		in.network.now.state = NETWORK_UP;
		in.network.now.clock.source = CLOCK_PENDING;
		assert_false(fleet_has_work(&in, true));
		in.network.now.clock.source = CLOCK_NETWORK;
		const unsigned n = n_fetches;
		assert_false(fleet_again(&in));
		assert_int_equal(n_fetches, n + 1);
		assert_int_equal(asked.total_ms, 20000); /* a person may come */
		const uint64_t want = before * 2 > 900000 ? 900000 : before * 2;
		assert_true(in.fleet.again_ms >= now_ms() + want - 1000);
		assert_true(in.fleet.again_ms <= now_ms() + want + want / 4);
		before = want;
	}
	assert_true(was_said("policy: still none: boot.example: away"));
	answer.code = 0;
	assert_true(fleet_again(&in));
	assert_false(fleet_is_alone(&in)); /* the round asks for itself */
	assert_true(fleet_begin(&in, &w));
	assert_int_equal(in.fleet.again_ms, 0);
	assert_true(fleet_has_work(&in, true));
	assert_false(fleet_has_work(&in, false));
}

static void test_again__withdrawn__asked_and_what_is_wrong_not(void **state)
{
	static const int wrong[] = {RS_E_POLICY_UNSIGNED, RS_E_POLICY_EXPIRED, RS_E_POLICY_KEY};

	(void)state;
	answer.act = POLICY_NONE;
	assert_false(fleet_begin(&in, &w));
	assert_true(in.fleet.again_ms);
	assert_false(fleet_has_work(&in, true));
	assert_false(fleet_again(&in)); /* still so */
	assert_true(in.fleet.again_ms);
	answer.act = POLICY_DRILL;
	assert_true(fleet_again(&in));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		answer.code = wrong[i];
		assert_false(fleet_begin(&in, &w));
		assert_int_equal(in.fleet.again_ms, 0);
		assert_false(fleet_has_work(&in, true));
	}
	in.facts.door = DOOR_GRUB;
	assert_false(fleet_begin(&in, &w));
	assert_int_equal(in.fleet.again_ms, 0);
	in.facts.settings.policy[0] = '\0'; /* none is wanted: disks alone decide */
	assert_true(fleet_has_work(&in, true));
}

static void keep_two(void)
{
	static const struct stick_unsent one = {.folder = "PF-9",
		.name = "20261125T030000Z",
		.id = "0f8fad5b-d9cb-469f-a165-70867728950e",
		.result = "done",
		.revision = 2};

	in.stick.unsent[0] = in.stick.unsent[1] = one;
	in.stick.unsent[1].number = 1;
	in.stick.n_unsent = 2;
	in.stick.n_sent = 0;
}

/* What was kept goes with its own id, after the end event; what is not taken stays. */
static void test_kept__sent_with_their_own_ids(void **state)
{
	(void)state;
	(void)snprintf(in.facts.settings.collector, sizeof(in.facts.settings.collector),
		"https://log.example/reports/");
	keep_two();
	fleet_send_kept(&in);
	assert_int_equal(n_sends, 2);
	assert_string_equal(sent[0].path, "/run/unbrick/unsent-0.json");
	assert_string_equal(sent[1].path, "/run/unbrick/unsent-1.json");
	assert_string_equal(sent[0].id, "0f8fad5b-d9cb-469f-a165-70867728950e");
	assert_string_equal(sent[0].host, "PF-9");
	assert_string_equal(sent[0].result, "done");
	assert_int_equal(sent[0].event, FLEET_END);
	assert_int_equal(sent[0].revision, 2);
	assert_true(sent[0].total_ms <= 30000);
	assert_int_equal(in.stick.n_unsent, 0);
	assert_int_equal(in.stick.n_sent, 2);
	assert_true(was_said("report: of earlier starts, kept by the stick: 2 of 2 sent"));
	keep_two();
	taken.n_taken = 0;
	n_sends = 0;
	fleet_send_kept(&in);
	assert_int_equal(n_sends, 1); /* the next one would not be taken either */
	assert_int_equal(in.stick.n_unsent, 2);
	assert_int_equal(in.stick.n_sent, 0);
	in.facts.settings.collector[0] = '\0';
	fleet_send_kept(&in);
	assert_int_equal(n_sends, 1);
}

/* A phone reads what no collector has. */
static void test_code__of_a_start_that_nobody_heard_of(void **state)
{
	char text[LINK_BYTES];
	struct run run = {.report = json_tokener_parse(
				  "{\"used_key_ids\":[\"64311DEA-0000-0000-0000-00000000000A\"]}")};

	(void)state;
	assert_true(fleet_is_told_to_nobody(&in, true)); /* its policy was not to be had */
	in.fleet.is_accepted = true;
	assert_false(fleet_is_told_to_nobody(&in, false)); /* it wants none */
	in.fleet.policy.n_reports = 1;
	assert_true(fleet_is_told_to_nobody(&in, false));
	assert_false(fleet_is_told_to_nobody(&in, true));
	is_wanted = false; /* nothing of a network in this image */
	assert_true(fleet_is_told_to_nobody(&in, true));
	in.facts.settings.policy[0] = '\0';
	assert_false(fleet_is_told_to_nobody(&in, false));
	report_add_run_take(&in, &run);
	in.report.result_word = "done";
	(void)snprintf(in.report.serial, sizeof(in.report.serial),
		"pf\n471207-278498-422125-177177-561902-537405-468006-693451");
	(void)snprintf(in.report.file_time, sizeof(in.report.file_time), "20261125T030000Z");
	(void)snprintf(in.fleet.id, sizeof(in.fleet.id), "0f8fad5b-d9cb");
	fleet_code(&in, text, sizeof(text));
	assert_string_equal(text,
		"UNBRICK DONE SN PF--KEY HIDDEN- AT 20261125T030000Z ID 0F8FAD5B-D9CB KEY "
		"64311DEA-0000-0000-0000-00000000000A");
}

static void tells(struct init *i)
{
	fleet_send_by_hand(i, "/run/unbrick/by-hand.json");
}

/* What a person did goes beside all else, and not while another event is on its way. */
static void test_by_hand__sent_beside(void **state)
{
	(void)state;
	(void)snprintf(in.facts.settings.collector, sizeof(in.facts.settings.collector),
		"https://log.example/reports/");
	in.fleet.revision = 3;
	in.fleet.tell_end = tells;
	in.network.now.state = NETWORK_NO_LINK;
	fleet_step(&in);
	assert_int_equal(n_sends, 0);
	in.network.now.state = NETWORK_UP;
	in.fleet.sending = &sending;
	fleet_step(&in);
	assert_int_equal(n_sends, 0);
	in.fleet.sending = NULL;
	fleet_step(&in);
	fleet_step(&in);
	assert_int_equal(n_sends, 1);
	assert_int_equal(sent[0].event, FLEET_END);
	assert_int_equal(sent[0].revision, 3);
	assert_string_equal(sent[0].path, "/run/unbrick/by-hand.json");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_fleet__no_policy_wanted__as_without_a_network),
		CASE(test_fleet__second_door__no_policy_counts),
		CASE(test_fleet__no_link__said_and_nothing_done),
		CASE(test_fleet__no_network_in_the_image__not_waited_for),
		CASE(test_fleet__accepted__what_a_run_gets),
		CASE(test_fleet__more_after_its_end__not_taken),
		CASE(test_fleet__refused__with_the_reason_and_nothing_else),
		CASE(test_fleet__answer_of_another_form__refused),
		CASE(test_fleet__withdrawn__nothing_done_and_its_end),
		CASE(test_fleet__ends__as_the_policy_says),
		CASE(test_fleet__clock_not_known__only_looks_unless_it_may),
		CASE(test_fleet__verdict_has_acted__the_next_disk_is_looked_at),
		CASE(test_fleet__clock_still_asked__waited_for),
		CASE(test_fleet__events__each_its_id_and_the_collectors_of_the_policy),
		CASE(test_fleet__screen__asks_the_servers_of_the_policy),
		CASE(test_fleet__refused_policy__still_told_to_the_collector),
		CASE(test_fleet__asked_again__begins_anew),
		CASE(test_fleet__refused_policy__is_followed_in_nothing),
		CASE(test_fleet__start__counts_as_its_job_says),
		CASE(test_fleet__end__nobody_took_it),
		CASE(test_fleet__over_before_the_network_is_there__waited_for),
		CASE(test_fleet__start_not_taken__said),
		CASE(test_facts__of_a_policy),
		CASE(test_hash__of_abc),
		CASE(test_used_keys__each_once),
		CASE(test_again__server_away__later_and_later),
		CASE(test_again__withdrawn__asked_and_what_is_wrong_not),
		CASE(test_kept__sent_with_their_own_ids),
		CASE(test_code__of_a_start_that_nobody_heard_of),
		CASE(test_by_hand__sent_beside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The jobs that ask the network for a start without a person: what is kept of a policy, and who
 * gets a report. The network and who may be believed are ours (--wrap); tests/net/check-fleet has
 * the real ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/fleet.h"
#include "net/client.h"
#include "net/config.h"
#include "tree.h"

void __wrap_net_set_secrets(struct net_client *c, const struct rs_secret *all);
int __wrap_net_open(const char *program, struct net_client **ret, struct rs_err *err);
void __wrap_net_close(struct net_client *c);
int __wrap_net_set_ca(struct net_client *c, const char *pem, struct rs_err *err);
void __wrap_net_watch(
	struct net_client *c, bool (*go_on)(void *user, const char *line), void *user);
int __wrap_net_get(
	struct net_client *c, const struct net_get *q, struct rs_secret *ret, struct rs_err *err);
int __wrap_net_send(struct net_client *c, const struct net_sink *sink, const struct net_report *p,
	struct rs_err *err);
int __wrap_policy_read(const struct policy_files *f, const struct policy_clock *now,
	unsigned floor_version, struct policy **ret, struct rs_err *err);
int __wrap_policy_fits(const struct policy *p, const struct policy_machine *m, struct rs_err *err);

static const char *root;
static int read_code, fits_code, get_code;
static unsigned n_gets, n_sends, floor_seen;
static char ca_seen[32], urls[4][128], types[4][16];
static size_t most[4];
static unsigned times[4];
static bool is_first_away, is_slow;

int __wrap_net_open(const char *program, struct net_client **ret, struct rs_err *err)
{
	static int client;

	(void)program;
	(void)err;
	*ret = (struct net_client *)(void *)&client;
	return 0;
}

void __wrap_net_close(struct net_client *c)
{
	(void)c;
}

int __wrap_net_set_ca(struct net_client *c, const char *pem, struct rs_err *err)
{
	(void)c;
	(void)err;
	(void)snprintf(ca_seen, sizeof(ca_seen), "%s", pem);
	return 0;
}

static char accounts_seen[64];

void __wrap_net_set_secrets(struct net_client *c, const struct rs_secret *all)
{
	(void)c;
	(void)snprintf(accounts_seen, sizeof(accounts_seen), "%.*s", (int)all->len,
		all->len ? (const char *)all->p : "");
}

static bool (*watching)(void *user, const char *line);
static void *watching_user;

void __wrap_net_watch(struct net_client *c, bool (*go_on)(void *user, const char *line), void *user)
{
	(void)c;
	watching = go_on;
	watching_user = user;
}

static const char policy_text[] =
	"{\"unbrick_policy\":1,\"purpose\":\"unbrick policy\",\"version\":7,\"issued\":"
	"\"2026-11-24T18:00:00Z\",\"expires\":\"2026-12-20T00:00:00Z\",\"act\":\"repair\","
	"\"scope\":{"
	"\"serials\":[],\"uuids\":[],\"macs\":[],\"models\":[]},\"rules\":[],\"shipped_rules\":"
	"true,"
	"\"diagnosis\":\"ask\",\"max_files\":4,\"replay\":\"safe\",\"outcomes\":{\"repaired\":"
	"\"windows\",\"nothing\":\"stay\",\"failure\":\"reboot\"},\"unknown_clock\":\"report\","
	"\"delay_s\":20,\"keys\":[],\"reports\":[]}";

int __wrap_net_get(
	struct net_client *c, const struct net_get *q, struct rs_secret *ret, struct rs_err *err)
{
	(void)c;
	assert_false(q->is_plain_allowed);
	(void)snprintf(urls[n_gets % 4], sizeof(urls[0]), "%s", q->url);
	most[n_gets % 4] = q->most_bytes;
	n_gets++;
	assert_true(watching(watching_user, NULL));
	if (is_slow)
		assert_true(watching(watching_user, "h: once more in 4 s"));
	if (get_code <= 0)
		return get_code < 0 ? rs_fail(err, get_code, "away") : 0;
	const char *text = n_gets == 1 ? policy_text : "signature";
	assert_int_equal(rs_secret_init(ret, strlen(text) + 1, NULL), 0);
	memcpy(ret->p, text, strlen(text) + 1);
	ret->len = strlen(text);
	return 1;
}

int __wrap_net_send(struct net_client *c, const struct net_sink *sink, const struct net_report *p,
	struct rs_err *err)
{
	(void)c;
	assert_string_equal(p->event, "end");
	(void)snprintf(urls[n_sends % 4], sizeof(urls[0]), "%s", sink->url);
	(void)snprintf(types[n_sends % 4], sizeof(types[0]), "%s", net_sink_type_word(sink->type));
	times[n_sends % 4] = sink->total_ms;
	n_sends++;
	return is_first_away && n_sends == 1 ? rs_fail(err, RS_E_NET_CONNECT, "it is away") : 0;
}

int __wrap_policy_read(const struct policy_files *f, const struct policy_clock *now,
	unsigned floor_version, struct policy **ret, struct rs_err *err)
{
	(void)now;
	floor_seen = floor_version;
	assert_int_equal(f->sig.len, strlen("signature"));
	assert_int_equal(f->keys.len, strlen("key"));
	return read_code ? rs_fail(err, read_code, "as the test says")
			 : policy_parse(f->bytes, ret, err);
}

int __wrap_policy_fits(const struct policy *p, const struct policy_machine *m, struct rs_err *err)
{
	(void)p;
	(void)m;
	return fits_code ? rs_fail(err, fits_code, "as the test says") : 0;
}

static int begin(void **state)
{
	(void)state;
	root = tree_new();
	tree_file("policy.pub", "key");
	tree_file("ca.pem", "the CA");
	tree_file("out/old", "");
	read_code = fits_code = 0;
	get_code = 1;
	n_gets = n_sends = 0;
	is_first_away = is_slow = false;
	ca_seen[0] = '\0';
	return 0;
}

static int end(void **state)
{
	(void)state;
	tree_done();
	return 0;
}

static bool is_there(const char *name)
{
	char path[256];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s", root, name);
	if (stat(path, &st) < 0)
		return false;
	assert_int_equal(st.st_mode & 0777, 0600);
	return true;
}

static void fetch(struct fleet_policy *ret)
{
	struct fleet_fetch q = {.url = "https://h/policy.json", .floor_version = 3};
	int ends[2];

	(void)snprintf(q.ca, sizeof(q.ca), "%s/ca.pem", root);
	(void)snprintf(q.keys, sizeof(q.keys), "%s/policy.pub", root);
	(void)snprintf(q.folder, sizeof(q.folder), "%s/out", root);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fleet_fetch_run(&q, ends[1]), 0);
	assert_int_equal(read(ends[0], ret, sizeof(*ret)), sizeof(*ret));
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void test_fetch__good__told_and_kept_for_nobody_else(void **state)
{
	struct fleet_policy p;

	(void)state;
	fetch(&p);
	assert_int_equal(p.code, 0);
	assert_int_equal(p.version, 7);
	assert_int_equal(p.act, POLICY_REPAIR);
	assert_int_equal(p.repaired, POLICY_WINDOWS);
	assert_int_equal(p.nothing, POLICY_STAY);
	assert_int_equal(p.failure, POLICY_REBOOT);
	assert_false(p.unknown_clock_acts);
	assert_int_equal(p.delay_s, 20);
	assert_int_equal(floor_seen, 3);
	assert_string_equal(ca_seen, "the CA");
	assert_string_equal(urls[0], "https://h/policy.json");
	assert_string_equal(urls[1], "https://h/policy.json.minisig");
	assert_int_equal(most[0], POLICY_BYTES_MOST);
	assert_int_equal(most[1], MINISIGN_TEXT_MOST);
	assert_true(is_there("out/policy.json") && is_there("out/policy.json.minisig"));
	assert_true(is_there("out/keys.json") && is_there("out/collectors.json"));
	char path[200];
	(void)snprintf(path, sizeof(path), "%s/out/keys.json", root);
	struct json_object *kept = json_object_from_file(path); /* as --keys-from reads it */
	assert_true(json_object_is_type(json_object_object_get(kept, "keys"), json_type_array));
	json_object_put(kept);
}

static void test_fetch__slow__lines_come_before(void **state)
{
	struct fleet_policy p;

	(void)state;
	is_slow = true;
	fetch(&p);
	assert_int_equal(p.code, FLEET_ON_THE_WAY);
	assert_string_equal(p.text, "h: once more in 4 s");
}

static void is_refused(int code, const char *why)
{
	struct fleet_policy p;

	n_gets = 0;
	fetch(&p);
	assert_int_equal(p.code, code);
	assert_non_null(strstr(p.text, why));
	assert_false(is_there("out/policy.json"));
}

static void test_fetch__not_wholly_right__nothing_is_kept(void **state)
{
	char path[256];

	(void)state;
	read_code = RS_E_POLICY_FORGED;
	is_refused(RS_E_POLICY_FORGED, "not what was signed");
	read_code = 0;
	fits_code = RS_E_POLICY_FOREIGN;
	is_refused(RS_E_POLICY_FOREIGN, "as the test says");
	fits_code = 0;
	get_code = RS_E_NET_CONNECT;
	is_refused(RS_E_NET_CONNECT, "away");
	get_code = 0;
	is_refused(RS_E_NET_HTTP, "404");
	get_code = 1;
	(void)snprintf(path, sizeof(path), "%s/policy.pub", root);
	assert_int_equal(unlink(path), 0);
	is_refused(RS_E_POLICY_KEYS, "policy.pub");
	assert_int_equal(n_gets, 0);
}

/* What lies in the way is not followed: nothing else is written. */
static void test_fetch__link_in_its_place__not_followed(void **state)
{
	char target[200];
	struct fleet_policy p;
	struct stat st;

	(void)state;
	tree_file("victim", "");
	(void)snprintf(target, sizeof(target), "%s/victim", root);
	tree_link("out/policy.json.new", target);
	fetch(&p);
	assert_true(p.code < 0);
	assert_int_equal(stat(target, &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_false(is_there("out/policy.json.minisig"));
}

static void send_to(const char *sinks, const char *collector, struct fleet_sent *ret)
{
	struct fleet_send q = {.event = FLEET_END, .total_ms = 60000};
	int ends[2];

	tree_file("report.json", "{}");
	(void)snprintf(q.path, sizeof(q.path), "%s/report.json", root);
	(void)snprintf(q.collector, sizeof(q.collector), "%s", collector);
	if (sinks) {
		tree_file("sinks.json", sinks);
		(void)snprintf(q.sinks, sizeof(q.sinks), "%s/sinks.json", root);
	}
	n_sends = 0;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fleet_send_run(&q, ends[1]), 0);
	assert_int_equal(read(ends[0], ret, sizeof(*ret)), sizeof(*ret));
	(void)close(ends[0]);
	(void)close(ends[1]);
}

/* In a process of its own, with its descriptors as they are placed: what reached the network's
 * process comes back. */
static int send_with_accounts(void *arg, int out_fd)
{
	struct fleet_send q = {.event = FLEET_END, .total_ms = 60000};
	const int null = open("/dev/null", O_WRONLY | O_CLOEXEC), *accounts = arg;

	q.has_accounts = *accounts >= 0;
	(void)snprintf(q.path, sizeof(q.path), "%s/report.json", root);
	(void)snprintf(q.collector, sizeof(q.collector), "https://h/");
	if (q.has_accounts && dup2(*accounts, PROCESS_ACCOUNTS) < 0)
		return 1;
	(void)fleet_send_run(&q, null);
	return process_write(out_fd, accounts_seen, sizeof(accounts_seen)) ? 0 : 1;
}

static void test_send__accounts__come_on_their_descriptor(void **state)
{
	static const char text[] = "[splunk]\nAuthorization: x";

	(void)state;
	tree_file("report.json", "{}");
	for (int i = 0; i < 2; i++) {
		char got[sizeof(accounts_seen)] = "?";
		int ends[2], accounts[2], none = -1, in;
		assert_int_equal(pipe(ends), 0);
		assert_int_equal(pipe(accounts), 0);
		assert_int_equal(write(accounts[1], text, sizeof(text) - 1), sizeof(text) - 1);
		(void)close(accounts[1]);
		/* far from where the descriptor is placed */
		const int out = fcntl(ends[1], F_DUPFD_CLOEXEC, 20);
		in = fcntl(accounts[0], F_DUPFD, 20);
		const pid_t pid = process_fork(send_with_accounts, i ? &in : &none, out);
		assert_int_equal(read(ends[0], got, sizeof(got)), sizeof(got));
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		assert_string_equal(got, i ? text : "");
		(void)close(out);
		(void)close(in);
		(void)close(ends[0]);
		(void)close(ends[1]);
		(void)close(accounts[0]);
	}
}

static void test_send__one_of_the_settings__its_kind_by_its_form(void **state)
{
	static const char *const forms[][2] = {{"https://h/reports/", "put"},
		{"https://h/report", "webhook"}, {"syslog://h:6514", "syslog"}};
	struct fleet_sent s;

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		send_to(NULL, forms[i][0], &s);
		assert_int_equal(s.n, 1);
		assert_int_equal(s.n_taken, 1);
		assert_string_equal(urls[0], forms[i][0]);
		assert_string_equal(types[0], forms[i][1]);
	}
}

static void test_send__one_is_away__the_others_get_it_in_time(void **state)
{
	struct fleet_sent s;

	(void)state;
	is_first_away = true;
	send_to("[{\"type\":\"put\",\"url\":\"https://a/\"},{\"type\":\"splunk\",\"url\":\"https://"
		"b\"},"
		"{\"url\":3}]",
		"", &s);
	assert_int_equal(n_sends, 2);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.n_taken, 1);
	assert_int_equal(times[0], 20000); /* its part */
	assert_string_equal(types[1], "splunk");
	assert_true(s.text[0]);
}

static void test_send__no_list__none_taken(void **state)
{
	struct fleet_sent s;

	(void)state;
	send_to("{\"a\":1}", "", &s);
	assert_int_equal(s.n, 0);
	assert_int_equal(n_sends, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_fetch__good__told_and_kept_for_nobody_else),
		CASE(test_fetch__slow__lines_come_before),
		CASE(test_fetch__not_wholly_right__nothing_is_kept),
		CASE(test_fetch__link_in_its_place__not_followed),
		CASE(test_send__accounts__come_on_their_descriptor),
		CASE(test_send__one_of_the_settings__its_kind_by_its_form),
		CASE(test_send__one_is_away__the_others_get_it_in_time),
		CASE(test_send__no_list__none_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who asks, and a process that answers as it likes: this program itself, which is the other one
 * where its descriptor 0 is a socket. The address that is asked for says what it does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <json-c/json.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "net/client.h"
#include "net/spawn.h"
#include "net/wire.h"

/* The clock is ours: nobody waits here for what takes long. */
static int skipped_s;

int clock_gettime(clockid_t id, struct timespec *ret)
{
	const long r = syscall(SYS_clock_gettime, id, ret);

	ret->tv_sec += skipped_s;
	return (int)r;
}

/* ---- the other one ---- */

static void put(char type, const void *bytes, size_t len)
{
	const uint8_t head[NET_HEAD_BYTES] = {(uint8_t)type, (uint8_t)len, (uint8_t)(len >> 8),
		(uint8_t)(len >> 16), (uint8_t)(len >> 24)};

	(void)!write(0, head, sizeof(head));
	(void)!write(0, bytes, len);
}

static void put_text(char type, const char *text)
{
	put(type, text, strlen(text));
}

/* Everything that has come, one frame after another; what is kept is the request. */
static char asked[8192], secret[256];

static bool take(void *p, size_t len)
{
	for (size_t at = 0; at < len;) {
		ssize_t n = read(0, (char *)p + at, len - at);
		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	return true;
}

static void hear(void)
{
	uint8_t head[NET_HEAD_BYTES];
	size_t len;

	while (take(head, sizeof(head))) {
		const enum net_frame frame = net_head_parse(head, true, &len);
		char *to = frame == NET_FRAME_SECRET ? secret : asked;
		if (frame == NET_FRAME_NONE || !take(to, len))
			_exit(9);
		if (frame == NET_FRAME_REQUEST)
			return;
	}
	_exit(8);
}

static void tell_itself(void)
{
	char text[4096] = "", line[256];
	FILE *f = fopen("/proc/self/status", "re");
	size_t at = 0;

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, "Uid:", 4) == 0 || strncmp(line, "Gid:", 4) == 0 ||
			strncmp(line, "Groups:", 7) == 0 || strncmp(line, "Cap", 3) == 0 ||
			strncmp(line, "NoNewPrivs:", 11) == 0 || strncmp(line, "SigBlk", 6) == 0 ||
			strncmp(line, "SigIgn", 6) == 0)
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%s", line);
	if (f)
		(void)fclose(f);
	for (int i = 0; i < 64; i++) {
		struct stat st;
		if (fstat(i, &st) == 0)
			at += (size_t)snprintf(text + at, sizeof(text) - at, "fd%d=%s ", i,
				S_ISSOCK(st.st_mode)			     ? "socket"
				: S_ISCHR(st.st_mode) && st.st_rdev == 0x103 ? "null"
									     : "other");
	}
	static const int limits[] = {RLIMIT_CORE, RLIMIT_FSIZE, RLIMIT_NOFILE, RLIMIT_AS};
	at += (size_t)snprintf(text + at, sizeof(text) - at, "\nlimits");
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit limit = {1, 1};
		(void)getrlimit((__rlimit_resource_t)limits[i], &limit);
		at += (size_t)snprintf(
			text + at, sizeof(text) - at, " %lld", (long long)limit.rlim_max);
	}
	at += (size_t)snprintf(text + at, sizeof(text) - at, "\nsession %s",
		getsid(0) == getpid() ? "of its own" : "of who asks");
	extern char **environ;
	(void)snprintf(text + at, sizeof(text) - at, "\nenvironment %s\n",
		environ[0] ? environ[0] : "none");
	put_text('A', text);
}

static void tell_what_was_heard(void)
{
	struct json_object *all = json_object_new_object(), *q = json_tokener_parse(asked),
			   *v = NULL;
	char text[300];

	(void)json_object_object_get_ex(q, "key_id", &v);
	(void)snprintf(text, sizeof(text), "%.100s %.40s", secret, json_object_get_string(v));
	(void)json_object_object_get_ex(q, "ca", &v);
	(void)snprintf(text + strlen(text), 20, " %.10s", json_object_get_string(v));
	(void)json_object_object_get_ex(q, "is_system_ca", &v);
	(void)snprintf(text + strlen(text), 20, " system %.10s", json_object_get_string(v));
	(void)json_object_object_add(all, "id", json_object_new_string("net.denied"));
	(void)json_object_object_add(all, "detail", json_object_new_string(text));
	put_text('E', json_object_to_json_string(all));
}

static bool is(const char *scene)
{
	return strstr(asked, scene) != NULL;
}

static int other(void)
{
	static char large[70000];
	static const char zero[] = "0 1796137200\0x";

	hear();
	if (is("scene:itself"))
		tell_itself();
	if (is("scene:request"))
		put_text('A', asked);
	if (is("scene:secret"))
		put_text('A', secret);
	if (is("scene:none"))
		put_text('N', "");
	if (is("scene:error"))
		put_text('E',
			"{\"id\":\"net.denied\",\"object\":\"keys\",\"detail\":\"status 401\"}");
	if (is("scene:hear"))
		tell_what_was_heard();
	if (is("scene:foreign"))
		put_text('E', "{\"id\":\"verify.failed\",\"object\":\"disk\"}");
	if (is("scene:noise"))
		put_text('E', "{\"id\":");
	if (is("scene:key"))
		put_text('K', "1");
	if (is("scene:pass"))
		put_text('K', "000011 000022 000033 000044 000055 000066 000077 720885\n");
	if (is("scene:eleven")) /* not by 11 */
		put_text('K', "000012-000022-000033-000044-000055-000066-000077-720885");
	if (is("scene:words"))
		put_text('K', "<html>");
	if (is("scene:bytes"))
		put_text('A', "000011-000022-000033-000044-000055-000066-000077-720885");
	if (is("scene:type"))
		put_text('Z', "1");
	if (is("scene:large"))
		put('A', large, sizeof(large));
	if (is("scene:page"))
		put('A', large, 4096);
	if (is("scene:stays")) {
		put_text('A', "1");
		(void)pause();
	}
	if (is("scene:t-good"))
		put_text('A', "1 1796137200");
	if (is("scene:t-which"))
		put_text('A', "2 1796137200");
	if (is("scene:t-blank"))
		put_text('A', "0x1796137200");
	if (is("scene:t-end"))
		put_text('A', "0 1796137200x");
	if (is("scene:t-none"))
		put_text('A', "0 ");
	if (is("scene:t-zero"))
		put_text('A', "0 0");
	if (is("scene:t-before"))
		put_text('A', "0 -1796137200");
	if (is("scene:t-huge"))
		put_text('A', "0 99999999999999999999");
	if (is("scene:t-nul"))
		put('A', zero, sizeof(zero) - 1);
	if (is("scene:crash"))
		(void)raise(SIGKILL);
	if (is("scene:progress")) {
		put_text('P', "one");
		put_text('P', "two");
		put_text('A', "three");
	}
	if (is("scene:flood"))
		for (unsigned i = 0; i < 100000; i++)
			put_text('P', "");
	if (is("scene:half"))
		(void)!write(0, "A\x08\0\0\0ab", 7);
	if (is("scene:forever"))
		(void)pause();
	return 7;
}

/* ---- who asks ---- */

/* A sanitizer needs terabytes of addresses (net/spawn.c). */
#if defined(__SANITIZE_ADDRESS__)
#define IS_BOUNDED 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_BOUNDED 0
#endif
#endif
#ifndef IS_BOUNDED
#define IS_BOUNDED 1
#endif

static char told[256];

static bool go_on(void *user, const char *line)
{
	const bool *is_enough = user;

	if (line)
		(void)snprintf(told + strlen(told), sizeof(told) - strlen(told), "%s ", line);
	return !is_enough || !*is_enough;
}

static int get(const char *url, struct rs_secret *ret, struct rs_err *err)
{
	struct net_client *c = NULL;
	auto_secret struct rs_secret words = {0};

	*err = (struct rs_err){0};
	*ret = (struct rs_secret){0};
	told[0] = '\0';
	assert_int_equal(rs_secret_set(&words, "X-Token: 1", 10, NULL), 0);
	assert_int_equal(net_open("/proc/self/exe", &c, err), 0);
	net_watch(c, go_on, NULL);
	assert_int_equal(net_set_ca(c, "the CA", NULL), 0);
	const struct net_get q = {.url = url, .secret = &words, .total_ms = 300};
	int r = net_get(c, &q, ret, err);
	net_close(c);
	return r;
}

static void answers(const char *url, const char *text)
{
	auto_secret struct rs_secret got = {0};
	struct rs_err err;

	assert_int_equal(get(url, &got, &err), 1);
	if (!strstr((const char *)got.p, text))
		fail_msg("%s: %s", url, (const char *)got.p);
}

static void fails(const char *url, int code, const char *detail)
{
	auto_secret struct rs_secret got = {0};
	struct rs_err err;

	assert_int_equal(get(url, &got, &err), code);
	assert_int_equal(err.code, code);
	if (!strstr(err.detail, detail))
		fail_msg("%s: %s", url, err.detail);
	assert_null(got.p); /* nothing of it is left */
}

/* Signals 32 and 33 are the C library's own: nobody can set them by its functions, and whoever
 * starts a test may have left them ignored. */
static void ignores_none(void)
{
	auto_secret struct rs_secret got = {0};
	struct rs_err err;

	assert_int_equal(get("scene:itself", &got, &err), 1);
	const char *at = strstr((const char *)got.p, "SigIgn:\t");
	assert_non_null(at);
	assert_int_equal(strtoull(at + 8, NULL, 16) & ~(3ULL << 31), 0);
}

static void test_program__started__owns_nothing(void **state)
{
	(void)state;
	answers("scene:itself", "CapInh:\t0000000000000000");
	answers("scene:itself", "CapPrm:\t0000000000000000");
	answers("scene:itself", "CapEff:\t0000000000000000");
	answers("scene:itself", "CapAmb:\t0000000000000000");
	answers("scene:itself", "NoNewPrivs:\t1");
	answers("scene:itself", "limits 0 0 32 ");
	if (IS_BOUNDED)
		answers("scene:itself", "limits 0 0 32 1073741824\n");
	answers("scene:itself", "session of its own");
	ignores_none();
	answers("scene:itself", "SigBlk:\t0000000000000000");
	answers("scene:itself", "\nenvironment none");
	answers("scene:itself", "fd0=socket fd1=null fd2=null \n");
	if (geteuid() != 0)
		return;
	answers("scene:itself", "Uid:\t65534\t65534\t65534\t65534");
	answers("scene:itself", "Gid:\t65534\t65534\t65534\t65534");
	answers("scene:itself", "Groups:\t \n");
	answers("scene:itself", "CapBnd:\t0000000000000000");
}

static void test_request__has_what_was_asked__and_no_secret(void **state)
{
	(void)state;
	answers("scene:request", "\"ca\":\"the CA\"");
	answers("scene:request", "\"total_ms\":300");
	answers("scene:secret", "X-Token: 1");
	auto_secret struct rs_secret got = {0};
	struct rs_err err;
	assert_int_equal(get("scene:request", &got, &err), 1);
	assert_null(strstr((const char *)got.p, "X-Token"));
}

/* What is asked for says it, and whatever is not allowed is not in it. */
static void test_request__get__has_its_limits(void **state)
{
	static const struct {
		struct net_get q;
		int64_t now;
		const char *has, *has_not;
	} rows[] = {
		{{.url = "scene:request"}, 0, "\"total_ms\":60000", "is_plain"},
		{{.url = "scene:request"}, 0, "\"most\":65536", "\"now\""},
		{{.url = "scene:request", .most_bytes = 500}, 0, "\"most\":500", "is_system_ca"},
		{{.url = "scene:request", .is_plain_allowed = true}, 0, "\"is_plain\":1", "x"},
		{{.url = "scene:request", .is_system_ca = true}, 0, "\"is_system_ca\":1", "\"ca\""},
		{{.url = "scene:request", .is_system_ca = true, .ca = "its CA"}, 0,
			"\"is_system_ca\":1", "\"ca\""},
		{{.url = "scene:request", .ca = "its CA"}, 1796137200, "\"ca\":\"its CA\"",
			"the CA"},
		{{.url = "scene:request"}, 1796137200, "\"now\":1796137200", "is_plain"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_secret struct rs_secret got = {0};
		struct net_client *c = NULL;
		struct rs_err err = {0};
		assert_int_equal(net_open("/proc/self/exe", &c, &err), 0);
		assert_int_equal(net_set_ca(c, "the CA", NULL), 0);
		net_set_now(c, rows[i].now);
		assert_int_equal(net_get(c, &rows[i].q, &got, &err), 1);
		if (!strstr((const char *)got.p, rows[i].has) ||
			strstr((const char *)got.p, rows[i].has_not))
			fail_msg("%zu: %s", i, (const char *)got.p);
		net_close(c);
	}
}

static void test_answer__as_long_as_a_page__has_a_zero_behind_it(void **state)
{
	auto_secret struct rs_secret got = {0};
	struct rs_err err;

	(void)state;
	assert_int_equal(get("scene:page", &got, &err), 1);
	assert_int_equal(got.len, 4096);
	assert_true(got.cap > got.len);
}

static void test_answer__of_each_kind__as_it_is(void **state)
{
	auto_secret struct rs_secret got = {0};
	struct rs_err err;

	(void)state;
	assert_int_equal(get("scene:none", &got, &err), 0);
	answers("scene:progress", "three");
	assert_string_equal(told, "one two ");
	fails("scene:error", RS_E_NET_DENIED, "status 401");
}

static void test_answer__of_a_stranger__is_none(void **state)
{
	(void)state;
	fails("scene:foreign", RS_E_NET_ANSWER, ""); /* no error of a disk comes from there */
	fails("scene:noise", RS_E_NET_ANSWER, "");
	fails("scene:key", RS_E_NET_ANSWER, "something else");
	fails("scene:type", RS_E_NET_ANSWER, "no answer");
	fails("scene:large", RS_E_NET_TOO_LARGE, "");
	fails("scene:flood", RS_E_NET_ANSWER, "never comes to an end");
	fails("scene:half", RS_E_NET_PROGRAM, "exit status 7");
	fails("scene:other", RS_E_NET_PROGRAM, "exit status 7");
	fails("scene:crash", RS_E_NET_PROGRAM, "signal 9");
}

static void test_wait__nobody_wants_it_any_more__cancelled(void **state)
{
	struct net_client *c = NULL;
	auto_secret struct rs_secret got = {0};
	bool is_enough = true;
	struct rs_err err = {0};

	(void)state;
	assert_int_equal(net_open("/proc/self/exe", &c, &err), 0);
	net_watch(c, go_on, &is_enough);
	const struct net_get q = {.url = "scene:forever", .total_ms = 2000};
	assert_int_equal(net_get(c, &q, &got, &err), RS_E_CANCELLED);
	net_close(c);
}

static uint64_t real_ms(void)
{
	struct timespec now;

	(void)syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Whoever cancels is not kept waiting for a process that does not hear it. */
static void test_wait__cancelled__at_once(void **state)
{
	const uint64_t begun = real_ms();

	test_wait__nobody_wants_it_any_more__cancelled(state);
	assert_true(real_ms() - begun < 1800); /* net_reap waits for 2 s */
}

static bool not_that_line(void *user, const char *line)
{
	(void)user;
	return !line || strcmp(line, "two") != 0;
}

static void test_wait__line_that_is_enough__cancelled(void **state)
{
	struct net_client *c = NULL;
	auto_secret struct rs_secret got = {0};
	struct rs_err err = {0};

	(void)state;
	assert_int_equal(net_open("/proc/self/exe", &c, &err), 0);
	net_watch(c, not_that_line, NULL);
	const struct net_get q = {.url = "scene:progress", .total_ms = 2000};
	assert_int_equal(net_get(c, &q, &got, &err), RS_E_CANCELLED);
	net_close(c);
}

static bool time_flies(void *user, const char *line)
{
	unsigned *n = user;

	if (!line && ++*n == 2)
		skipped_s = 7; /* its own limit, and the 5 s that it has to say so */
	return *n < 20;
}

static void test_wait__past_the_limit__slow(void **state)
{
	struct net_client *c = NULL;
	auto_secret struct rs_secret got = {0};
	unsigned n = 0;
	struct rs_err err = {0};

	(void)state;
	assert_int_equal(net_open("/proc/self/exe", &c, &err), 0);
	net_watch(c, time_flies, &n);
	const struct net_get q = {.url = "scene:forever", .total_ms = 1000};
	const int r = net_get(c, &q, &got, &err);
	skipped_s = 0;
	assert_int_equal(r, RS_E_NET_SLOW);
	net_close(c);
}

/* It has answered, and does not end: it is ended. */
static void test_end__of_one_that_stays__is_made(void **state)
{
	(void)state;
	answers("scene:stays", "1");
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* Whoever asked is gone without a word: so is the process that asks the network. */
static void test_end__of_who_asks__ends_it(void **state)
{
	pid_t pid = 0;
	int ends[2], status = 0;

	(void)state;
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
	assert_int_equal(pipe(ends), 0);
	const pid_t middle = fork();
	if (middle == 0) {
		int fd = -1;
		uint8_t head[NET_HEAD_BYTES];
		if (net_spawn("/proc/self/exe", &pid, &fd, NULL) == 0 &&
			net_head_make(NET_FRAME_REQUEST, 13, head) &&
			write(fd, head, sizeof(head)) > 0 && write(fd, "scene:forever", 13) == 13 &&
			read(fd, head, 1) < 0 && poll(NULL, 0, 200) == 0)
			(void)!write(ends[1], &pid, sizeof(pid));
		_exit(0);
	}
	assert_int_equal(waitpid(middle, &status, 0), middle);
	assert_int_equal(read(ends[0], &pid, sizeof(pid)), sizeof(pid));
	for (int i = 0; i < 200 && waitpid(pid, &status, WNOHANG) == 0; i++)
		(void)poll(NULL, 0, 10);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
		(void)kill(pid, SIGKILL);
		fail_msg("it is still there, or ended with %x", (unsigned)status);
	}
	(void)close(ends[0]);
	(void)close(ends[1]);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0), 0);
}

/* ---- the time ---- */

static int ask_time(const char *scene, int64_t *ret, size_t *ret_which)
{
	const char *const servers[] = {scene, "b"};
	const struct net_time q = {.servers = servers, .n = 2, .total_ms = 300};
	struct net_client *c = NULL;
	struct rs_err err = {0};

	assert_int_equal(net_open("/proc/self/exe", &c, &err), 0);
	const int r = net_time(c, &q, ret, ret_which, &err);
	net_close(c);
	return r;
}

static void test_time__two_numbers__or_none(void **state)
{
	static const char *const bad[] = {"scene:t-which", "scene:t-blank", "scene:t-end",
		"scene:t-none", "scene:t-zero", "scene:t-before", "scene:t-huge", "scene:t-nul",
		"scene:none"};
	int64_t time = 0;
	size_t which = 0;

	(void)state;
	assert_int_equal(ask_time("scene:t-good", &time, &which), 0);
	assert_int_equal(time, 1796137200);
	assert_int_equal(which, 1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (ask_time(bad[i], &time, &which) != RS_E_NET_ANSWER)
			fail_msg("%s", bad[i]);
	assert_int_equal(time, 1796137200);
}

/* ---- keys ---- */

static const struct net_words words = {"6BC1077E-0000-1111-2222-333333333333", "PF1", "", NULL};

static int key(const char *source, const char *secrets, struct rs_secret *ret, struct rs_err *err)
{
	struct json_object *o = json_tokener_parse(source);
	struct net_key_source s;
	struct net_client *c = NULL;
	auto_secret struct rs_secret all = {0};

	*err = (struct rs_err){0};
	*ret = (struct rs_secret){0};
	assert_int_equal(net_key_source_parse(o, &s, err), 0);
	assert_int_equal(rs_secret_set(&all, secrets, strlen(secrets), NULL), 0);
	assert_int_equal(net_open("/proc/self/exe", &c, err), 0);
	assert_int_equal(net_set_ca(c, "the CA", NULL), 0);
	net_set_secrets(c, &all);
	const int r = net_key(c, &s, &words, ret, err);
	net_close(c);
	net_key_source_done(&s);
	json_object_put(o);
	return r;
}

static void test_key__a_recovery_password__in_its_form(void **state)
{
	auto_secret struct rs_secret got = {0};
	struct rs_err err;

	(void)state;
	assert_int_equal(
		key("{\"type\":\"https\",\"url\":\"https://scene:pass\"}", "", &got, &err), 1);
	assert_string_equal(
		(const char *)got.p, "000011-000022-000033-000044-000055-000066-000077-720885");
	assert_int_equal(got.len, 55);
}

static void test_key__anything_else__is_none_and_not_told(void **state)
{
	static const char *const sources[] = {
		"{\"type\":\"https\",\"url\":\"https://scene:eleven\"}",
		"{\"type\":\"https\",\"url\":\"https://scene:words\"}",
		"{\"type\":\"https\",\"url\":\"https://scene:bytes\"}"};
	struct rs_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		auto_secret struct rs_secret got = {0};
		assert_int_equal(key(sources[i], "", &got, &err), RS_E_NET_ANSWER);
		assert_null(got.p);
		assert_null(strstr(err.detail, "000012"));
		assert_non_null(strstr(err.object, "scene"));
	}
	auto_secret struct rs_secret got = {0};
	assert_int_equal(
		key("{\"type\":\"https\",\"url\":\"https://scene:none\"}", "", &got, &err), 0);
}

/* Of the secret file what the source names, and nothing where there is no such section. */
static void test_key__secrets__of_its_section_only(void **state)
{
	static const char file[] = "X-First: 1\n[a]\nX-A: 2\n[b]\nX-B: 3\n";
	static const struct {
		const char *source, *has, *has_not;
	} rows[] = {{"{\"type\":\"https\",\"url\":\"https://scene:hear\"}", "X-First: 1", "X-A"},
		{"{\"type\":\"https\",\"url\":\"https://scene:hear\",\"account\":\"a\"}", "X-A: 2",
			"X-B"}};
	static const struct {
		const char *ca, *has;
	} cas[] = {{"system", " (null) system 1"},
		{"-----BEGIN CERTIFICATE-----", " -----BEGIN system (null)"}};
	struct rs_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_secret struct rs_secret got = {0};
		/* told back as its error's cause */
		assert_int_equal(key(rows[i].source, file, &got, &err), RS_E_NET_DENIED);
		assert_non_null(strstr(err.detail, rows[i].has));
		assert_null(strstr(err.detail, rows[i].has_not));
		assert_non_null(strstr(err.detail, "6BC1077E"));
		assert_non_null(strstr(err.detail, "the CA"));
	}
	for (size_t i = 0; i < sizeof(cas) / sizeof(cas[0]); i++) {
		auto_secret struct rs_secret got = {0};
		char source[200];
		(void)snprintf(source, sizeof(source),
			"{\"type\":\"https\",\"url\":\"https://scene:hear\",\"ca\":\"%s\"}",
			cas[i].ca);
		assert_int_equal(key(source, file, &got, &err), RS_E_NET_DENIED);
		if (!strstr(err.detail, cas[i].has))
			fail_msg("%s: %s", cas[i].ca, err.detail);
	}
	auto_secret struct rs_secret got = {0};
	assert_int_equal(
		key("{\"type\":\"https\",\"url\":\"https://scene:hear\",\"account\":\"c\"}", file,
			&got, &err),
		RS_E_NET_CONFIG);
	assert_non_null(strstr(err.detail, "[c]"));
}

static void test_open__no_program__says_so(void **state)
{
	struct net_client *c = NULL;
	struct rs_err err = {0};

	(void)state;
	assert_int_equal(net_open("/nowhere/unbrick-net", &c, &err), RS_E_NET_PROGRAM);
	assert_string_equal(err.object, "/nowhere/unbrick-net");
	net_close(NULL);
}

/* What was not taken, whatever is said in place of it, is not sent. */
static void test_send__answers__only_one_is_taken(void **state)
{
	static const struct {
		const char *scene;
		int wanted;
	} cases[] = {{"scene:request", 0}, {"scene:none", RS_E_NET_SINK},
		{"scene:error", RS_E_NET_DENIED}, {"scene:key", RS_E_NET_ANSWER},
		{"scene:crash", RS_E_NET_PROGRAM}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct net_sink sink = {.type = NET_SINK_PUT,
			.url = cases[i].scene,
			.ca = "",
			.account = "",
			.index = "",
			.total_ms = 300};
		const struct net_report p = {
			.id = "1", .event = "end", .host = "h", .bytes = "{}", .len = 2};
		struct net_client *c = NULL;
		struct rs_err err = {0};
		assert_int_equal(net_open("/proc/self/exe", &c, &err), 0);
		assert_int_equal(net_send(c, &sink, &p, &err), cases[i].wanted);
		net_close(c);
	}
}

/* To a collector goes what its own section has, and it is believed by its own CA. */
static void test_send__secrets_and_ca__its_own(void **state)
{
	static const char file[] = "X-First: 1\n[a]\nX-A: 2\n";
	static const struct {
		const char *account, *ca;
		int wanted;
		const char *has;
	} rows[] = {{"", "", RS_E_NET_DENIED, "X-First: 1\n (null) the CA system (null)"},
		{"a", "-----BEGIN CERTIFICATE-----", RS_E_NET_DENIED,
			"X-A: 2\n (null) -----BEGIN system (null)"},
		{"a", "system", RS_E_NET_DENIED, "(null) system 1"},
		{"c", "", RS_E_NET_CONFIG, "[c]"}};
	auto_secret struct rs_secret all = {0};

	(void)state;
	assert_int_equal(rs_secret_set(&all, file, sizeof(file) - 1, NULL), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct net_sink sink = {.type = NET_SINK_PUT,
			.url = "scene:hear",
			.ca = rows[i].ca,
			.account = rows[i].account,
			.index = "",
			.total_ms = 300};
		const struct net_report p = {.id = "1", .event = "end", .host = "h", .len = 0};
		struct net_client *c = NULL;
		struct rs_err err = {0};
		assert_int_equal(net_open("/proc/self/exe", &c, &err), 0);
		assert_int_equal(net_set_ca(c, "the CA", NULL), 0);
		net_set_secrets(c, &all);
		assert_int_equal(net_send(c, &sink, &p, &err), rows[i].wanted);
		if (!strstr(err.detail, rows[i].has))
			fail_msg("%zu: %s", i, err.detail);
		net_close(c);
	}
}

int main(void)
{
	struct stat st;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_send__answers__only_one_is_taken),
		cmocka_unit_test(test_program__started__owns_nothing),
		cmocka_unit_test(test_request__has_what_was_asked__and_no_secret),
		cmocka_unit_test(test_answer__of_each_kind__as_it_is),
		cmocka_unit_test(test_answer__of_a_stranger__is_none),
		cmocka_unit_test(test_wait__nobody_wants_it_any_more__cancelled),
		cmocka_unit_test(test_key__a_recovery_password__in_its_form),
		cmocka_unit_test(test_key__anything_else__is_none_and_not_told),
		cmocka_unit_test(test_key__secrets__of_its_section_only),
		cmocka_unit_test(test_open__no_program__says_so),
		cmocka_unit_test(test_request__get__has_its_limits),
		cmocka_unit_test(test_answer__as_long_as_a_page__has_a_zero_behind_it),
		cmocka_unit_test(test_wait__cancelled__at_once),
		cmocka_unit_test(test_wait__line_that_is_enough__cancelled),
		cmocka_unit_test(test_wait__past_the_limit__slow),
		cmocka_unit_test(test_end__of_one_that_stays__is_made),
		cmocka_unit_test(test_end__of_who_asks__ends_it),
		cmocka_unit_test(test_time__two_numbers__or_none),
		cmocka_unit_test(test_send__secrets_and_ca__its_own),
	};

	if (fstat(0, &st) == 0 && S_ISSOCK(st.st_mode))
		return other();
	/* what must not be handed on; without the right there are no groups to lose */
	const gid_t group = 4;
	sigset_t blocked;
	(void)setgroups(1, &group);
	(void)sigemptyset(&blocked);
	(void)sigaddset(&blocked, SIGUSR1);
	(void)sigprocmask(SIG_BLOCK, &blocked, NULL);
	(void)signal(SIGUSR2, SIG_IGN);
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct mine[2];
	if (syscall(SYS_capget, &head, mine) == 0) {
		for (int i = 0; i < 2; i++)
			mine[i].inheritable = mine[i].permitted;
		(void)syscall(SYS_capset, &head, mine); /* without any there is nothing to lose */
	}
	return cmocka_run_group_tests_name("net/client", tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/client.h"

#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/json_in.h"
#include "net/client_internal.h"
#include "net/secret.h"
#include "net/spawn.h"

#define SLICE_MS   100	 /* so often it is asked whether to go on */
#define GRACE_MS   5000U /* after its own limit: it says why itself */
#define BESIDE	   "unbrick-net"
#define IN_IMAGE   "/bin/unbrick-net"
#define BODY_BYTES (64U << 10)
#define LINES_MOST 2000U /* of progress: it says one a try */

static uint64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
	return (uint64_t)now.tv_sec * 1000U + (uint64_t)now.tv_nsec / 1000000U;
}

/* ---- the client ---- */

static char *find_program(void)
{
	char self[PATH_MAX];
	const ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - sizeof(BESIDE));
	char *slash = NULL;

	if (n > 0 && (size_t)n < sizeof(self) - sizeof(BESIDE)) {
		self[n] = '\0';
		slash = strrchr(self, '/');
	}
	if (slash) {
		memcpy(slash + 1, BESIDE, sizeof(BESIDE));
		if (access(self, F_OK) == 0)
			return strdup(self);
	}
	return strdup(IN_IMAGE);
}

int net_open(const char *program, struct net_client **ret, struct rs_err *err)
{
	struct net_client *c = calloc(1, sizeof(*c));

	if (c)
		c->program = program ? strdup(program) : find_program();
	if (!c || !c->program) {
		net_close(c);
		return rs_fail(err, RS_E_MEMORY, "network process");
	}
	if (access(c->program, X_OK) < 0) {
		(void)rs_fail_on(err, RS_E_NET_PROGRAM, c->program, "%s", strerror(errno));
		net_close(c);
		return RS_E_NET_PROGRAM;
	}
	*ret = c;
	return 0;
}

void net_close(struct net_client *c)
{
	if (!c)
		return;
	free(c->program);
	free(c->ca);
	free(c);
}

void net_watch(struct net_client *c, bool (*go_on)(void *user, const char *line), void *user)
{
	c->go_on = go_on;
	c->user = user;
}

int net_set_ca(struct net_client *c, const char *pem, struct rs_err *err)
{
	char *copy = pem ? strdup(pem) : NULL;

	if (pem && !copy)
		return rs_fail(err, RS_E_MEMORY, "request");
	free(c->ca);
	c->ca = copy;
	return 0;
}

void net_set_now(struct net_client *c, int64_t unix_s)
{
	c->now_unix_s = unix_s;
}

void net_set_secrets(struct net_client *c, const struct rs_secret *all)
{
	c->secrets = all;
}

int net_section(
	const struct net_client *c, const char *name, struct rs_secret *ret, struct rs_err *err)
{
	struct rs_view all = {NULL, 0};

	if (c->secrets)
		all = (struct rs_view){c->secrets->p, c->secrets->len};
	const struct rs_view section = net_secret_section(all, name);
	if (section.len)
		return rs_secret_set(ret, section.p, section.len, err);
	return !name[0]
		       ? 0
		       : rs_fail(err, RS_E_NET_CONFIG, "no secret file has the section [%s]", name);
}

/* ---- over the socket ---- */

struct call {
	struct net_client *c;
	int fd;
	uint64_t end_ms;
};

/* Until it can be read or written, for a slice. Errors: RS_E_CANCELLED, RS_E_NET_SLOW. */
static int wait_for(const struct call *call, short events, struct rs_err *err)
{
	struct pollfd polled = {call->fd, events, 0};

	for (;;) {
		if (call->c->go_on && !call->c->go_on(call->c->user, NULL))
			return rs_fail(err, RS_E_CANCELLED, "%s", "");
		if (now_ms() >= call->end_ms)
			return rs_fail(err, RS_E_NET_SLOW, "the network process does not answer");
		if (poll(&polled, 1, SLICE_MS) > 0)
			return 0;
	}
}

static int ended(struct rs_err *err)
{
	return rs_fail(err, RS_E_NET_PROGRAM, "it ended without an answer");
}

static int send_all(const struct call *call, const void *bytes, size_t len, struct rs_err *err)
{
	const uint8_t *p = bytes;

	while (len) {
		const ssize_t n = send(call->fd, p, len, MSG_NOSIGNAL);
		if (n > 0) {
			p += n;
			len -= (size_t)n;
			continue;
		}
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return ended(err);
		int r = wait_for(call, POLLOUT, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int receive_all(const struct call *call, void *bytes, size_t len, struct rs_err *err)
{
	uint8_t *p = bytes;

	while (len) {
		const ssize_t n = recv(call->fd, p, len, 0);
		if (n > 0) {
			p += n;
			len -= (size_t)n;
			continue;
		}
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			return ended(err);
		int r = wait_for(call, POLLIN, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int send_frame(const struct call *call, enum net_frame frame, const void *bytes, size_t len,
	struct rs_err *err)
{
	uint8_t head[NET_HEAD_BYTES];

	if (!net_head_make(frame, len, head))
		return rs_fail(err, RS_E_NET_TOO_LARGE, "%zu bytes for one request", len);
	int r = send_all(call, head, sizeof(head), err);
	return r < 0 ? r : send_all(call, bytes, len, err);
}

static int receive_frame(const struct call *call, enum net_frame *ret, struct rs_secret *ret_bytes,
	struct rs_err *err)
{
	uint8_t head[NET_HEAD_BYTES];
	size_t len = 0;

	int r = receive_all(call, head, sizeof(head), err);
	if (r < 0)
		return r;
	*ret = net_head_parse(head, false, &len);
	if (*ret == NET_FRAME_NONE)
		return rs_fail(err, RS_E_NET_ANSWER, "the network process says what is no answer");
	rs_secret_done(ret_bytes);
	r = rs_secret_init(ret_bytes, len + 1, err); /* with a NUL behind it */
	if (r == 0)
		r = receive_all(call, ret_bytes->p, len, err);
	ret_bytes->len = r < 0 ? 0 : len;
	return r;
}

/* ---- what it says ---- */

/* Errors of a network only: another one would tell of a disk. */
static int code_of(const char *id)
{
	static const int codes[] = {
#define X(name, exit_status, id, text, advice) RS_E_##name,
#include "core/errors.def"
#undef X
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(rs_err_info(codes[i])->id, id) == 0 &&
			(strncmp(id, "net.", 4) == 0 || codes[i] == RS_E_MEMORY))
			return codes[i];
	return RS_E_NET_ANSWER;
}

static int take_error(const struct rs_secret *said, struct rs_err *err)
{
	struct json_object *all = json_tokener_parse((const char *)said->p);
	const int code = code_of(ji_text(all, "id"));

	(void)rs_fail_on(err, code, ji_text(all, "object"), "%s", ji_text(all, "detail"));
	json_object_put(all);
	return code;
}

/* The answer to what was sent. 1: it is in @ret, 0: not here. */
static int take_answer(
	const struct call *call, enum net_frame wanted, struct rs_secret *ret, struct rs_err *err)
{
	enum net_frame frame;
	unsigned lines = 0;

	for (;;) {
		int r = receive_frame(call, &frame, ret, err);
		if (r < 0)
			return r;
		if (frame == NET_FRAME_PROGRESS) {
			if (++lines > LINES_MOST)
				return rs_fail(err, RS_E_NET_ANSWER,
					"the network process never comes to an end");
			if (call->c->go_on && !call->c->go_on(call->c->user, (const char *)ret->p))
				return rs_fail(err, RS_E_CANCELLED, "%s", "");
			continue;
		}
		if (frame == NET_FRAME_ERROR)
			return take_error(ret, err);
		if (frame == NET_FRAME_NOT_HERE)
			return 0;
		return frame == wanted ? 1
				       : rs_fail(err, RS_E_NET_ANSWER,
						 "the network process answers something else");
	}
}

static int explain(const struct net_client *c, int status, int r, struct rs_err *err)
{
	if (r != RS_E_NET_PROGRAM || status < 0)
		return r;
	if (WIFSIGNALED(status))
		return rs_fail_on(err, r, c->program, "ended by signal %d", WTERMSIG(status));
	switch (WEXITSTATUS(status)) {
	case NET_SPAWN_RIGHTS:
		return rs_fail_on(err, r, c->program, "it cannot give up its rights here");
	case NET_SPAWN_PLACE:
	case NET_SPAWN_EXEC:
		return rs_fail_on(err, r, c->program, "it cannot be started");
	default:
		return rs_fail_on(err, r, c->program, "it ended without an answer (exit status %d)",
			WEXITSTATUS(status));
	}
}

static int send_request(const struct call *call, const struct net_request *q, struct rs_err *err)
{
	const char *text = json_object_to_json_string_ext(q->json, JSON_C_TO_STRING_PLAIN);
	int r = 0;

	if (q->secret && q->secret->len)
		r = send_frame(call, NET_FRAME_SECRET, q->secret->p, q->secret->len, err);
	if (r == 0 && q->body.len)
		r = send_frame(call, NET_FRAME_BODY, q->body.p, q->body.len, err);
	if (r < 0)
		return r;
	return text ? send_frame(call, NET_FRAME_REQUEST, text, strlen(text), err)
		    : rs_fail(err, RS_E_MEMORY, "request");
}

int net_ask(struct net_client *c, const struct net_request *q, struct rs_secret *ret,
	struct rs_err *err)
{
	struct call call = {.c = c, .fd = -1};
	const unsigned total_ms = q->total_ms ? q->total_ms : NET_TOTAL_MS;
	pid_t pid;

	if (!net_json_int(q->json, "total_ms", total_ms) ||
		!net_json_int(q->json, "now", c->now_unix_s))
		return rs_fail(err, RS_E_MEMORY, "request");
	int r = net_spawn(c->program, &pid, &call.fd, err);
	if (r < 0)
		return r;
	call.end_ms = now_ms() + total_ms + GRACE_MS;
	r = send_request(&call, q, err);
	if (r == 0)
		r = take_answer(&call, q->wanted, ret, err);
	if (r < 0)
		rs_secret_done(ret);
	if (r == RS_E_CANCELLED || r == RS_E_NET_SLOW || r == RS_E_NET_ANSWER)
		(void)kill(pid, SIGKILL); /* it is ours, and not waited for yet */
	(void)close(call.fd);
	return explain(c, net_reap(pid), r, err);
}

bool net_json_text(struct json_object *all, const char *key, const char *text)
{
	struct json_object *v = text ? json_object_new_string(text) : NULL;

	return !text || (v && json_object_object_add(all, key, v) == 0);
}

bool net_json_int(struct json_object *all, const char *key, int64_t number)
{
	struct json_object *v = number ? json_object_new_int64(number) : NULL;

	return !number || (v && json_object_object_add(all, key, v) == 0);
}

bool net_json_begin(struct json_object **ret, const char *what)
{
	*ret = json_object_new_object();
	return *ret && net_json_text(*ret, "do", what);
}

/* ---- requests ---- */

int net_get(
	struct net_client *c, const struct net_get *q, struct rs_secret *ret, struct rs_err *err)
{
	const size_t most = q->most_bytes ? q->most_bytes : BODY_BYTES;
	struct net_request request = {
		.secret = q->secret, .total_ms = q->total_ms, .wanted = NET_FRAME_ANSWER};
	int r;

	if (net_json_begin(&request.json, "get") && net_json_text(request.json, "url", q->url) &&
		net_json_text(request.json, "ca",
			q->is_system_ca ? NULL
			: q->ca		? q->ca
					: c->ca) &&
		net_json_int(request.json, "is_system_ca", q->is_system_ca) &&
		net_json_int(request.json, "is_plain", q->is_plain_allowed) &&
		net_json_int(request.json, "most", (int64_t)most))
		r = net_ask(c, &request, ret, err);
	else
		r = rs_fail(err, RS_E_MEMORY, "request");
	json_object_put(request.json);
	if (r == 1 && ret->len > most) {
		rs_secret_done(ret);
		r = rs_fail(err, RS_E_NET_TOO_LARGE, "%zu bytes at most", most);
	}
	return r;
}

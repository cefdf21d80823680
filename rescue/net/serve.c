/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/serve.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "core/text.h"

#define MOST_MS 86400000L

/* Put another kind of request here. */
static const struct {
	const char *name;
	job_fn *run;
} kinds[] = {
	{"get", do_get},
	{"key", do_key},
	{"ldap", do_ldap},
	{"send", do_send},
	{"time", do_time},
};

/* ---- the socket ---- */

static bool receive(int fd, void *bytes, size_t len)
{
	uint8_t *p = bytes;

	while (len) {
		const ssize_t n = recv(fd, p, len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

/* A server's words may be any bytes. */
static void add_text(struct json_object *all, const char *key, const char *text)
{
	char clean[1024];

	(void)rs_escape(text, clean, sizeof(clean));
	(void)json_object_object_add(all, key, json_object_new_string(clean)); /* else without */
}

static void answer_error(const struct job *j, const struct rs_err *err)
{
	struct json_object *all = json_object_new_object();

	add_text(all, "id", rs_err_info(err->code)->id);
	add_text(all, "object", err->object);
	add_text(all, "detail", err->detail);
	const char *text = json_object_to_json_string(all);
	if (text)
		(void)job_answer(j, NET_FRAME_ERROR, text, strlen(text), NULL); /* it fits */
	json_object_put(all);
}

/* ---- the request ---- */

static bool parse(struct job *j, const struct rs_secret *text)
{
	struct json_tokener *tokener = json_tokener_new_ex(32);

	if (!tokener)
		return false;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	j->q = json_tokener_parse_ex(tokener, (const char *)text->p, (int)text->len + 1);
	const bool is_good = json_tokener_get_error(tokener) == json_tokener_success &&
			     json_object_is_type(j->q, json_type_object);
	json_tokener_free(tokener);
	return is_good;
}

/* False: what came is no request. */
static bool read_request(struct job *j)
{
	uint8_t head[NET_HEAD_BYTES];
	size_t len;

	for (;;) {
		auto_secret struct rs_secret got = {0};
		if (!receive(j->fd, head, sizeof(head)))
			return false;
		const enum net_frame frame = net_head_parse(head, true, &len);
		if (frame == NET_FRAME_NONE || rs_secret_init(&got, len + 1, NULL) < 0 ||
			!receive(j->fd, got.p, len))
			return false;
		got.len = len;
		if (frame == NET_FRAME_REQUEST)
			return parse(j, &got);
		struct rs_secret *to = frame == NET_FRAME_SECRET ? &j->secret : &j->body;
		if (to->p)
			return false; /* each once */
		*to = got;
		got = (struct rs_secret){0};
	}
}

static int run(struct job *j, struct rs_err *err)
{
	const char *what = job_text(j, "do");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, what) == 0)
			return kinds[i].run(j, err);
	return rs_fail(err, RS_E_NET_CONFIG, "the network process knows no request '%.32s'", what);
}

int serve(int fd)
{
	struct job j = {.fd = fd};
	struct rs_err err = {0};
	int status = 1;

	if (read_request(&j)) {
		const int64_t total = job_int(&j, "total_ms");
		j.end_ms =
			job_now_ms() + (total > 0 && total < MOST_MS ? (uint64_t)total : MOST_MS);
		j.now_unix_s = job_int(&j, "now");
		const int r = run(&j, &err);
		if (r < 0)
			answer_error(&j, &err);
		else if (r == 0)
			(void)job_answer(&j, NET_FRAME_NOT_HERE, "", 0, NULL); /* it fits */
		status = 0;
	}
	rs_secret_done(&j.secret);
	rs_secret_done(&j.body);
	json_object_put(j.q);
	return status;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "time": what the first time server that answers says. */
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "net/serve.h"
#include "net/sntp.h"

enum { SERVERS_MOST = 16, ANSWER_MS = 1500, TRIES = 2, ADDRESSES_MOST = 4 };

/* Until @end_ms, past whatever is no answer to this question. */
static bool await_answer(const struct job *j, int fd, uint64_t nonce, int64_t *ret)
{
	const uint64_t end_ms = job_now_ms() + ANSWER_MS;
	uint8_t bytes[512];

	for (uint64_t now = job_now_ms(); now < end_ms && job_is_wanted(j); now = job_now_ms()) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		if (poll(&p, 1, (int)(end_ms - now)) <= 0)
			continue;
		const ssize_t n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (n < 0)
			return false; /* nobody listens there */
		if (sntp_answer((struct rs_view){bytes, (size_t)n}, nonce, ret))
			return true;
	}
	return false;
}

static bool ask_address(const struct job *j, const struct addrinfo *a, int64_t *ret)
{
	uint8_t question[SNTP_BYTES];
	uint64_t nonce;
	auto_close int fd = socket(a->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	/* connected: from nobody else does anything come */
	if (fd < 0 || connect(fd, a->ai_addr, a->ai_addrlen) < 0 ||
		getrandom(&nonce, sizeof(nonce), 0) != sizeof(nonce))
		return false;
	sntp_ask(nonce, question);
	for (int i = 0; i < TRIES; i++)
		if (send(fd, question, sizeof(question), 0) == (ssize_t)sizeof(question) &&
			await_answer(j, fd, nonce, ret))
			return true;
	return false;
}

static bool ask_server(const struct job *j, const char *name, int64_t *ret)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_DGRAM};
	struct addrinfo *all = NULL;
	bool is_known = false;
	int n = 0;

	if (getaddrinfo(name, "123", &hints, &all) != 0)
		return false;
	for (const struct addrinfo *a = all; a && !is_known && n++ < ADDRESSES_MOST; a = a->ai_next)
		is_known = ask_address(j, a, ret);
	freeaddrinfo(all);
	return is_known;
}

int do_time(struct job *j, struct rs_err *err)
{
	struct json_object *servers = json_object_object_get(j->q, "servers");
	const size_t n = json_object_is_type(servers, json_type_array)
				 ? json_object_array_length(servers)
				 : 0;
	char answer[64];
	int64_t time;

	if (!n || n > SERVERS_MOST)
		return rs_fail(err, RS_E_NET_CONFIG, "%zu time servers", n);
	for (size_t i = 0; i < n && job_is_wanted(j) && job_now_ms() < j->end_ms; i++) {
		const char *name = json_object_get_string(json_object_array_get_idx(servers, i));
		if (!name || !ask_server(j, name, &time))
			continue;
		const int len = snprintf(answer, sizeof(answer), "%zu %lld", i, (long long)time);
		return job_answer(j, NET_FRAME_ANSWER, answer, (size_t)len, err);
	}
	return rs_fail(err, RS_E_NET_CLOCK, "%zu asked", n);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "get": the bytes that lie at an address. */
#include "net/http.h"
#include "net/serve.h"

#define MOST_BYTES (16L << 20)

int do_get(struct job *j, struct rs_err *err)
{
	const struct rs_view text = {j->secret.p, j->secret.len};
	const int64_t most = job_int(j, "most");
	struct net_secret secret;
	auto_answer struct http_answer answer = {0};

	if (most < 1 || most > MOST_BYTES)
		return rs_fail(err, RS_E_NET_CONFIG, "a limit of %lld bytes", (long long)most);
	int r = net_secret_parse(text, &secret, err);
	if (r < 0)
		return r;
	const struct http_ask ask = {.job = j,
		.url = job_text(j, "url"),
		.ca = job_text(j, "ca"),
		.is_system_ca = job_int(j, "is_system_ca"),
		.is_plain = job_int(j, "is_plain"),
		.secret = &secret,
		.most = (size_t)most};
	r = http_run(&ask, &answer, err);
	if (r > 0)
		r = job_answer(j, NET_FRAME_ANSWER, answer.body.p, answer.body.len, err);
	net_secret_done(&secret);
	return r;
}

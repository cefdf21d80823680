/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "send": a report to a collector. */
#include <string.h>

#include "net/serve.h"
#include "net/sink.h"

static const struct {
	const char *type;
	sink_fn *send;
} kinds[] = {
	{"webhook", sink_webhook},
	{"put", sink_put},
	{"splunk", sink_splunk},
	{"elastic", sink_elastic},
	{"syslog", sink_syslog},
};

int do_send(struct job *j, struct rs_err *err)
{
	const struct rs_view text = {j->secret.p, j->secret.len};
	const char *type = job_text(j, "type");
	struct net_secret secret;

	if (!j->body.len || j->body.p[0] != '{')
		return rs_fail(err, RS_E_NET_CONFIG, "no report to send");
	int r = net_secret_parse(text, &secret, err);
	if (r < 0)
		return r;
	const struct sink_ask ask = {.job = j,
		.url = job_text(j, "url"),
		.ca = job_text(j, "ca"),
		.is_system_ca = job_int(j, "is_system_ca"),
		.index = job_text(j, "index"),
		.secret = &secret,
		.id = job_text(j, "id"),
		.event = job_text(j, "event"),
		.host = job_text(j, "host"),
		.result = job_text(j, "result"),
		.unix_s = job_int(j, "unix_s"),
		.report = {j->body.p, j->body.len}};
	r = rs_fail(err, RS_E_NET_CONFIG, "no such kind of collector: '%.32s'", type);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].type, type) == 0)
			r = kinds[i].send(&ask, err);
	net_secret_done(&secret);
	return r > 0 ? job_answer(j, NET_FRAME_ANSWER, "", 0, err) : r;
}

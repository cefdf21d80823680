/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A report is handed over, and counts as sent only when the answer says so. */
#include <json-c/json.h>
#include <string.h>

#include "net/client_internal.h"

static bool make_request(struct json_object **q, const struct net_client *c,
	const struct net_sink *s, const struct net_report *p)
{
	const bool is_system = strcmp(s->ca, NET_SYSTEM_CA) == 0;

	return net_json_begin(q, "send") &&
	       net_json_text(*q, "type", net_sink_type_word(s->type)) &&
	       net_json_text(*q, "url", s->url) &&
	       net_json_text(*q, "ca",
		       is_system  ? NULL
		       : s->ca[0] ? s->ca
				  : c->ca) &&
	       net_json_int(*q, "is_system_ca", is_system) &&
	       net_json_text(*q, "index", s->index) && net_json_text(*q, "id", p->id) &&
	       net_json_text(*q, "event", p->event) && net_json_text(*q, "host", p->host) &&
	       net_json_text(*q, "result", p->result) && net_json_int(*q, "unix_s", p->unix_s);
}

int net_send(struct net_client *c, const struct net_sink *sink, const struct net_report *p,
	struct rs_err *err)
{
	auto_secret struct rs_secret section = {0}, nothing = {0};
	struct net_request request = {.secret = &section,
		.body = {p->bytes, p->len},
		.total_ms = sink->total_ms,
		.wanted = NET_FRAME_ANSWER};
	int r = net_section(c, sink->account, &section, err);

	if (r < 0)
		return r;
	r = make_request(&request.json, c, sink, p) ? net_ask(c, &request, &nothing, err)
						    : rs_fail(err, RS_E_MEMORY, "request");
	json_object_put(request.json);
	if (r == 0)
		r = rs_fail(err, RS_E_NET_SINK, "nothing is there (404)");
	return r < 0 ? (rs_err_object(err, sink->url), r) : 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The time is asked for; whether it can be right is the asker's to say. */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "net/client_internal.h"

static bool make_request(struct json_object **ret, const struct net_time *q)
{
	struct json_object *servers = json_object_new_array();

	if (!servers || !net_json_begin(ret, "time") ||
		json_object_object_add(*ret, "servers", servers) < 0) {
		json_object_put(servers);
		return false;
	}
	for (size_t i = 0; i < q->n; i++)
		if (json_object_array_add(servers, json_object_new_string(q->servers[i])) < 0)
			return false;
	return true;
}

/* "NUMBER SECONDS", and nothing else. */
static bool parse(const char *text, size_t n, int64_t *ret_unix_s, size_t *ret_which)
{
	char *end;

	errno = 0;
	const unsigned long which = strtoul(text, &end, 10);
	if (end == text || *end != ' ' || which >= n)
		return false;
	const char *rest = end + 1;
	const long long time = strtoll(rest, &end, 10);
	if (end == rest || *end || errno || time <= 0)
		return false;
	*ret_which = which;
	*ret_unix_s = time;
	return true;
}

int net_time(struct net_client *c, const struct net_time *q, int64_t *ret_unix_s, size_t *ret_which,
	struct rs_err *err)
{
	auto_secret struct rs_secret answer = {0};
	struct net_request request = {.total_ms = q->total_ms, .wanted = NET_FRAME_ANSWER};
	int r = make_request(&request.json, q) ? net_ask(c, &request, &answer, err)
					       : rs_fail(err, RS_E_MEMORY, "request");

	json_object_put(request.json);
	if (r < 0)
		return r;
	if (r == 0 || strlen((const char *)answer.p) != answer.len ||
		!parse((const char *)answer.p, q->n, ret_unix_s, ret_which))
		return rs_fail(err, RS_E_NET_ANSWER, "no time");
	return 0;
}

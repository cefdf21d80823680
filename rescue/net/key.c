/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A key is asked for, and what comes is looked at before it is one: the process that asked the
 * server is a stranger. */
#include <json-c/json.h>
#include <string.h>

#include "net/client_internal.h"
#include "net/form.h"

static bool add_source(
	struct json_object *q, const struct net_key_source *s, const struct net_client *c)
{
	const bool is_system = strcmp(s->ca, NET_SYSTEM_CA) == 0;

	return net_json_text(q, "ca",
		       is_system  ? NULL
		       : s->ca[0] ? s->ca
				  : c->ca) &&
	       net_json_int(q, "is_system_ca", is_system) && net_json_text(q, "url", s->url) &&
	       net_json_text(q, "base", s->base) &&
	       json_object_object_add(q, "source", json_object_get(s->json)) == 0;
}

static int take_password(struct rs_secret *said, struct rs_err *err)
{
	auto_secret struct rs_secret password = {0};
	int r = rs_secret_init(&password, NET_PASSWORD_BYTES, err);

	if (r == 0 && !net_password((struct rs_view){said->p, said->len}, (char *)password.p))
		r = rs_fail(err, RS_E_NET_ANSWER, "it is no recovery password");
	rs_secret_done(said);
	if (r < 0)
		return r;
	password.len = NET_PASSWORD_BYTES - 1;
	*said = password;
	password = (struct rs_secret){0};
	return 1;
}

int net_key(struct net_client *c, const struct net_key_source *source,
	const struct net_words *words, struct rs_secret *ret, struct rs_err *err)
{
	auto_secret struct rs_secret section = {0};
	struct net_request request = {
		.secret = &section, .total_ms = source->total_ms, .wanted = NET_FRAME_KEY};
	int r = net_section(c, source->account, &section, err);

	if (r < 0)
		return r;
	if (net_json_begin(&request.json, source->type == NET_KEY_LDAP ? "ldap" : "key") &&
		add_source(request.json, source, c) &&
		net_json_text(request.json, "key_id", words->key_id) &&
		net_json_text(request.json, "serial", words->serial) &&
		net_json_text(request.json, "uuid", words->uuid) &&
		net_json_text(request.json, "mac", words->mac))
		r = net_ask(c, &request, ret, err);
	else
		r = rs_fail(err, RS_E_MEMORY, "request");
	json_object_put(request.json);
	if (r == 1)
		r = take_password(ret, err);
	if (r < 0)
		(void)rs_err_object(err, source->url);
	return r;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a server of keys wants to know of who asks, where no secret file has it: asked of whoever
 * sits there, and made into the lines that such a file would have (net/secret.h). */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "engine/engine.h"

#define LINE_EXTRA 64U /* what stands around it */

/* A line is its own: nobody types another header, or a section, into it. */
static int check_typed(const struct rs_secret *s, struct rs_err *err)
{
	if (!s->len)
		return rs_fail(err, RS_E_NET_CONFIG, "nothing was typed");
	for (size_t i = 0; i < s->len; i++)
		if (s->p[i] < ' ' || s->p[i] == 0x7f)
			return rs_fail(
				err, RS_E_NET_CONFIG, "what was typed has a control character");
	return 0;
}

static void add(struct rs_secret *to, const void *bytes, size_t len)
{
	memcpy(to->p + to->len, bytes, len); /* there is room for all of it */
	to->len += len;
}

static void add_text(struct rs_secret *to, const char *text)
{
	add(to, text, strlen(text));
}

static void add_line(struct rs_secret *to, const char *name, const struct rs_secret *value)
{
	add_text(to, name);
	add(to, value->p, value->len);
	add_text(to, "\n");
}

/* RFC 7617 and RFC 6750: a pair, or else a token. */
static void add_authorization(struct rs_secret *to, const struct rs_secret *typed)
{
	add_text(to, "Authorization: ");
	if (!memchr(typed->p, ':', typed->len)) {
		add_line(to, "Bearer ", typed);
		return;
	}
	add_text(to, "Basic ");
	to->len += (size_t)EVP_EncodeBlock(to->p + to->len, typed->p, (int)typed->len);
	add_text(to, "\n");
}

int en_account_lines(enum net_key_type type, const struct rs_secret *user,
	const struct rs_secret *typed, struct rs_secret *ret, struct rs_err *err)
{
	int r = type == NET_KEY_LDAP ? check_typed(user, err) : 0;

	if (r == 0)
		r = check_typed(typed, err);
	if (r == 0)
		r = rs_secret_init(ret, user->len + typed->len * 4 / 3 + LINE_EXTRA, err);
	if (r < 0)
		return r;
	if (type == NET_KEY_LDAP) {
		add_line(ret, "user: ", user);
		add_line(ret, "password: ", typed);
	} else if (type == NET_KEY_VAULT) {
		add_line(ret, "X-Vault-Token: ", typed);
	} else {
		add_authorization(ret, typed);
	}
	return 0;
}

static const struct rs_key_source *person_of(const struct rs_session *s)
{
	for (size_t i = 0; i < s->n_sources; i++)
		if (s->sources[i].is_person && s->sources[i].account)
			return &s->sources[i];
	return NULL;
}

bool en_account_may_ask(const struct rs_session *s)
{
	return person_of(s);
}

int en_account_ask(struct rs_session *s, const struct net_key_source *source,
	struct rs_account_request *q, struct rs_secret *ret, struct rs_err *err)
{
	const struct rs_key_source *person = person_of(s);
	auto_secret struct rs_secret user = {0}, typed = {0};

	q->server = source->url;
	q->is_login = source->type == NET_KEY_LDAP;
	q->may_be_pair = source->type == NET_KEY_HTTPS || source->type == NET_KEY_GRAPH;
	const int r = person ? person->account(person, q, &user, &typed, err) : 0;
	if (r <= 0)
		return r;
	return en_account_lines(source->type, &user, &typed, ret, err) < 0 ? err->code : 1;
}

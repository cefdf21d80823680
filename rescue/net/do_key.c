/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "key": a recovery password from a server that keeps it: any that gives it at an address of its
 * own (a folder of nginx, an export of Microsoft Graph), or HashiCorp Vault (KV version 2; API of
 * its auth/cert and secret/data paths). What the server says stays in locked memory and is wiped.
 */
#include <stdio.h>
#include <string.h>

#include "net/config.h"
#include "net/form.h"
#include "net/http.h"
#include "net/serve.h"

#define ANSWER_MOST   (64U << 10)
#define ADDRESS_BYTES (4 * NET_URL_MOST)
#define TOKEN_BYTES   1024U
#define TOKEN_HEADER  "X-Vault-Token: "

struct asked {
	struct job *job;
	const struct net_key_source *source;
	struct net_words words;
	struct net_secret secret;
	struct rs_secret headers; /* of Vault: the token, the namespace */
};

static struct http_ask ask_for(const struct asked *a, const char *url)
{
	return (struct http_ask){.job = a->job,
		.url = url,
		.ca = job_text(a->job, "ca"),
		.is_system_ca = job_int(a->job, "is_system_ca"),
		.secret = &a->secret,
		.most = ANSWER_MOST};
}

/* ---- what came ---- */

static int say_pick(enum net_pick picked, const char *pointer, struct rs_err *err)
{
	return picked == NET_PICK_NO_JSON
		       ? rs_fail(err, RS_E_NET_ANSWER, "it is no JSON that is whole")
	       : picked == NET_PICK_NOT_THERE
		       ? rs_fail(err, RS_E_NET_ANSWER, "it has no '%.64s'", pointer)
		       : rs_fail(err, RS_E_NET_ANSWER, "'%.64s' is no recovery password", pointer);
}

/* The first of the places that is there; none: the whole is the password. */
static int take_password(const struct asked *a, struct rs_view body, const char *const *places,
	size_t n_places, struct rs_err *err)
{
	auto_secret struct rs_secret text = {0}, password = {0};
	enum net_pick picked = NET_PICK_NOT_THERE;
	const char *place = "";

	if (rs_secret_init(&text, 256, err) < 0 ||
		rs_secret_init(&password, NET_PASSWORD_BYTES, err) < 0)
		return RS_E_MEMORY;
	for (size_t i = 0; i < n_places && picked == NET_PICK_NOT_THERE; i++) {
		place = places[i];
		picked = net_pick(body, place, (char *)text.p, text.cap);
	}
	if (n_places && picked != NET_PICK_DONE)
		return say_pick(picked, place, err);
	if (n_places)
		body = (struct rs_view){text.p, strlen((const char *)text.p)};
	if (!net_password(body, (char *)password.p))
		return n_places ? say_pick(NET_PICK_NO_TEXT, place, err)
				: rs_fail(err, RS_E_NET_ANSWER, "it is no recovery password");
	return job_answer(a->job, NET_FRAME_KEY, password.p, NET_PASSWORD_BYTES - 1, err);
}

static int fetch(const struct asked *a, const char *url, const char *const *places, size_t n_places,
	struct rs_err *err)
{
	static const char *const usual[] = {"/key", "/value/key"};
	auto_answer struct http_answer answer = {0};
	const struct http_ask ask = ask_for(a, url);

	int r = http_run(&ask, &answer, err);
	if (r <= 0)
		return r;
	const struct rs_view body = {answer.body.p, answer.body.len};
	size_t at = 0;
	while (at < body.len && (body.p[at] == ' ' || body.p[at] == '\n'))
		at++;
	if (!n_places && at < body.len && body.p[at] == '{') {
		places = usual;
		n_places = sizeof(usual) / sizeof(usual[0]);
	}
	return take_password(a, body, places, n_places, err);
}

/* ---- the kinds ---- */

typedef int kind_fn(struct asked *a, struct rs_err *err);

static int ask_https(struct asked *a, struct rs_err *err)
{
	const char *const place = a->source->json_pointer;
	char url[ADDRESS_BYTES];

	int r = net_template(a->source->url, &a->words, url, sizeof(url), err);
	return r < 0 ? r : fetch(a, url, &place, place[0] != '\0', err);
}

/* As Graph gives them, one file an ID. */
static int ask_graph(struct asked *a, struct rs_err *err)
{
	static const char *const places[] = {"/key", "/value/key"};
	char name[64], url[ADDRESS_BYTES];
	const size_t len = strlen(a->source->url);

	int r = net_template("{key_id_lower}.json", &a->words, name, sizeof(name), err);
	if (r < 0)
		return r;
	(void)snprintf(url, sizeof(url), "%s%s%s", a->source->url,
		a->source->url[len - 1] == '/' ? "" : "/", name); /* one that is cut is not found */
	return fetch(a, url, places, sizeof(places) / sizeof(places[0]), err);
}

/* One more header, whose text lies in locked memory. */
static int add_header(struct asked *a, size_t len, struct rs_err *err)
{
	struct net_secret *s = &a->secret;

	if (s->n_headers == NET_HEADERS_MOST)
		return rs_fail(err, RS_E_NET_CONFIG, "more than %u headers", NET_HEADERS_MOST);
	s->headers[s->n_headers++] = (struct rs_view){a->headers.p + a->headers.len, len};
	a->headers.len += len + 1;
	return 0;
}

static int add_namespace(struct asked *a, struct rs_err *err)
{
	char *to = (char *)a->headers.p + a->headers.len;
	const int n = snprintf(
		to, a->headers.cap - a->headers.len, "X-Vault-Namespace: %s", a->source->space);

	return a->source->space[0] ? add_header(a, (size_t)n, err) : 0;
}

static bool has_token(const struct net_secret *s)
{
	for (unsigned i = 0; i < s->n_headers; i++)
		if (s->headers[i].len >= sizeof(TOKEN_HEADER) &&
			strncasecmp((const char *)s->headers[i].p, TOKEN_HEADER,
				sizeof(TOKEN_HEADER) - 2) == 0)
			return true;
	return false;
}

/* The client certificate for a token, which is used once. */
static int log_in(struct asked *a, const char *server, struct rs_err *err)
{
	char url[ADDRESS_BYTES], body[128] = "{}";
	auto_answer struct http_answer answer = {0};

	(void)snprintf(url, sizeof(url), "%s/v1/auth/cert/login", server);
	if (a->source->role[0]) /* of letters, digits and the like */
		(void)snprintf(body, sizeof(body), "{\"name\":\"%s\"}", a->source->role);
	struct http_ask ask = ask_for(a, url);
	ask.body = (struct rs_view){(const uint8_t *)body, strlen(body)};
	ask.type = "application/json";
	int r = http_run(&ask, &answer, err);
	if (r == RS_E_NET_HTTP) /* 400: no certificate, or none that it knows */
		r = rs_fail(err, RS_E_NET_DENIED, "%s", "it accepts no log-in by this certificate");
	if (r <= 0)
		return r < 0 ? r : rs_fail(err, RS_E_NET_HTTP, "it knows no log-in by certificate");
	char *to = (char *)a->headers.p + a->headers.len;
	memcpy(to, TOKEN_HEADER, sizeof(TOKEN_HEADER));
	if (net_pick((struct rs_view){answer.body.p, answer.body.len}, "/auth/client_token",
		    to + sizeof(TOKEN_HEADER) - 1, TOKEN_BYTES) != NET_PICK_DONE)
		return rs_fail(err, RS_E_NET_ANSWER, "it has no '%.64s'", "/auth/client_token");
	for (const char *p = to + sizeof(TOKEN_HEADER) - 1; *p; p++)
		if (*p <= ' ' || *p > '~')
			return rs_fail(err, RS_E_NET_ANSWER, "a token with other characters");
	return add_header(a, strlen(to), err);
}

static int ask_vault(struct asked *a, struct rs_err *err)
{
	const struct net_key_source *s = a->source;
	char server[NET_URL_MOST + 1], path[NET_URL_MOST], url[ADDRESS_BYTES], place[128];
	const char *const places = place;

	(void)snprintf(server, sizeof(server), "%s", s->url); /* no longer than that */
	while (server[strlen(server) - 1] == '/')
		server[strlen(server) - 1] = '\0';
	int r = net_template(s->path, &a->words, path, sizeof(path), err);
	if (r == 0)
		r = add_namespace(a, err);
	if (r == 0 && !has_token(&a->secret))
		r = log_in(a, server, err);
	if (r < 0)
		return r;
	(void)snprintf(url, sizeof(url), "%s/v1/%s/data/%s", server, s->mount, path);
	(void)snprintf(place, sizeof(place), "/data/data/%s", s->field);
	return fetch(a, url, &places, 1, err);
}

static kind_fn *const kinds[] = {
	[NET_KEY_HTTPS] = ask_https, [NET_KEY_VAULT] = ask_vault, [NET_KEY_GRAPH] = ask_graph};

int do_key(struct job *j, struct rs_err *err)
{
	const struct rs_view text = {j->secret.p, j->secret.len};
	struct net_key_source source;
	struct asked a = {.job = j,
		.source = &source,
		.words = {job_text(j, "key_id"), job_text(j, "serial"), job_text(j, "uuid"),
			job_text(j, "mac")}};

	/* once more here: who asks may be of another version */
	int r = net_key_source_parse(json_object_object_get(j->q, "source"), &source, err);
	if (r < 0)
		return r;
	if ((size_t)source.type >= sizeof(kinds) / sizeof(kinds[0]))
		r = rs_fail(err, RS_E_NET_CONFIG, "%s", "");
	if (r == 0)
		r = rs_secret_init(&a.headers, 4UL * TOKEN_BYTES, err);
	if (r == 0)
		r = net_secret_parse(text, &a.secret, err);
	if (r == 0)
		r = kinds[source.type](&a, err);
	net_secret_done(&a.secret);
	rs_secret_done(&a.headers);
	net_key_source_done(&source);
	return r;
}

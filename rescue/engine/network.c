/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys over a network: the servers that a configuration or a policy names are asked for the
 * recovery password of a locked volume by its ID, one after another, for what is locked on this
 * machine and nothing else. Who asks them is another process (net/client.h). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "core/file.h"
#include "core/json_in.h"
#include "engine/engine.h"
#include "net/client.h"
#include "net/secret.h"
#include "policy/policy.h"

#define CONFIG_BYTES (1U << 20)
/* A directory locks an account after a few wrong passwords: two are a typing error. */
#define ACCOUNT_ATTEMPTS 2U

struct en_network {
	struct rs_session *s;
	struct net_client *client;
	struct rs_secret secrets; /* the client borrows it */
	struct net_key_source sources[NET_SOURCES_MOST];
	bool is_closed[NET_SOURCES_MOST];	  /* not asked any more in this run */
	bool is_unsaid[NET_SOURCES_MOST];	  /* nobody says who asks */
	struct rs_secret typed[NET_SOURCES_MOST]; /* lines of a secret file, by a person */
	size_t n_sources;
	struct policy_machine machine;
	size_t next;	   /* of the pairs of source and protector: the first that was not asked */
	struct rs_err why; /* of the first source that was closed */
};

static void network_free(struct en_network *n)
{
	if (!n)
		return;
	for (size_t i = 0; i < n->n_sources; i++)
		net_key_source_done(&n->sources[i]);
	for (size_t i = 0; i < NET_SOURCES_MOST; i++)
		rs_secret_done(&n->typed[i]);
	net_close(n->client);
	rs_secret_done(&n->secrets);
	free(n);
}

/* Whoever did not answer in the repair before is asked in the next one: a cable may be in now, or a
 * person knows the password. */
static void network_again(struct en_network *n)
{
	memset(n->is_closed, 0, sizeof(n->is_closed));
	memset(n->is_unsaid, 0, sizeof(n->is_unsaid));
	n->why = (struct rs_err){0};
}

static bool go_on(void *user, const char *line)
{
	const struct en_network *n = user;

	if (line)
		en_log(n->s, RS_LOG_WARN, "%s", line);
	return rs_task_goes_on(&n->s->task);
}

/* ---- what it is told before ---- */

static int read_secrets(struct en_network *n, const struct rs_network *how, struct rs_err *err)
{
	auto_close int file =
		how->secrets ? open(how->secrets, O_RDONLY | O_CLOEXEC | O_NOCTTY) : -1;

	if (how->secrets && file < 0)
		return rs_fail_on(err, RS_E_IO_OPEN, how->secrets, "%s", strerror(errno));
	const int fd = how->secrets ? file : how->secrets_fd;
	int r = fd < 0 ? 0 : en_read_secret(fd, &n->secrets, err);
	if (r < 0 && how->secrets)
		(void)rs_err_object(err, how->secrets);
	return r < 0 ? r : 0;
}

static int read_ca(struct en_network *n, const char *path, struct rs_err *err)
{
	auto_free char *pem = NULL;
	size_t len = 0;

	if (!path)
		return 0;
	int r = rs_file_load(path, NET_PEM_MOST, "CA", &pem, &len, err);
	if (r == 0 && !strstr(pem, "-----BEGIN CERTIFICATE-----"))
		r = rs_fail_on(err, RS_E_NET_CONFIG, path, "it is no certificate as PEM");
	return r < 0 ? r : net_set_ca(n->client, pem, err);
}

int rs_network_use(struct rs_session *s, const struct rs_network *how, struct rs_err *err)
{
	struct en_network *n = calloc(1, sizeof(*n));

	if (!n)
		return rs_fail(err, RS_E_MEMORY, "network");
	n->s = s;
	int r = net_open(how->program, &n->client, err);
	if (r == 0)
		r = read_ca(n, how->ca, err);
	if (r == 0)
		r = read_secrets(n, how, err);
	if (r < 0) {
		network_free(n);
		return r;
	}
	net_watch(n->client, go_on, n);
	net_set_secrets(n->client, &n->secrets);
	policy_machine_read(how->root ? how->root : "", &n->machine);
	network_free(s->network);
	s->network = n;
	s->network_free = network_free;
	s->network_again = network_again;
	return 0;
}

/* ---- asking ---- */

/* Its answer as a line of a list of keys, so that it is tried on this protector alone. */
static int give(
	const char *id, const struct rs_secret *password, struct rs_secret *ret, struct rs_err *err)
{
	const size_t len = strlen(id) + 1 + password->len + 1;
	int r = rs_secret_init(ret, len + 1, err);

	if (r < 0)
		return r;
	(void)snprintf((char *)ret->p, ret->cap, "%s %s\n", id, (const char *)password->p);
	ret->len = len;
	return 1;
}

/* Whom it makes no sense to ask again: an account would be locked, time would be lost. One answer
 * that was none says nothing of the next. */
static void close_source(struct en_network *n, size_t i, const struct rs_err *why)
{
	if (why->code != RS_E_NET_ANSWER && why->code != RS_E_NET_TOO_LARGE)
		n->is_closed[i] = true;
	if (!n->why.code)
		n->why = *why;
}

/* ---- an account that a person types ---- */

/* A server that wants one, of which the secret file has nothing. */
static bool lacks_account(const struct en_network *n, size_t i)
{
	const struct net_key_source *from = &n->sources[i];
	const struct rs_view all = {n->secrets.p, n->secrets.len};
	const bool wants =
		from->type == NET_KEY_LDAP || from->type == NET_KEY_VAULT || from->account[0];

	return wants && !net_secret_section(all, from->account).len;
}

/* What was typed for it, or for another one that would have the same section; NULL: nothing. */
static struct rs_secret *typed_for(struct en_network *n, size_t i)
{
	for (size_t k = 0; k < n->n_sources; k++)
		if (n->typed[k].len && n->sources[k].type == n->sources[i].type &&
			strcmp(n->sources[k].account, n->sources[i].account) == 0)
			return &n->typed[k];
	return NULL;
}

/* What was typed goes to that server alone, as if it were the whole of the secret file. */
static int ask_server(struct en_network *n, size_t i, const struct net_words *words,
	struct rs_secret *ret, struct rs_err *err)
{
	struct net_key_source source = n->sources[i];
	const struct rs_secret *typed = lacks_account(n, i) ? typed_for(n, i) : NULL;

	if (typed)
		source.account = "";
	net_set_secrets(n->client, typed ? typed : &n->secrets);
	const int r = net_key(n->client, &source, words, ret, err);
	net_set_secrets(n->client, &n->secrets);
	return r;
}

/* 1: it is there now; 0: nobody says it; negative. */
static int ask_account(
	struct en_network *n, size_t i, struct rs_account_request *q, struct rs_err *err)
{
	struct rs_secret *old = typed_for(n, i);
	struct rs_err why = {0};

	if (old)
		rs_secret_done(old);
	const int r = en_account_ask(n->s, &n->sources[i], q, &n->typed[i], &why);
	n->is_unsaid[i] = r == 0;
	return r < 0 ? rs_err_pass(err, r, &why) : r;
}

/* Without an account that a person would know, it is asked for first, and once more where the
 * server does not take it. */
static int ask_with_account(struct en_network *n, size_t i, const struct net_words *words,
	struct rs_secret *ret, struct rs_err *err)
{
	struct rs_err last = {0};
	struct rs_account_request q = {.last = &last, .most = ACCOUNT_ATTEMPTS, .attempt = 1};
	const bool may_ask = lacks_account(n, i) && !n->is_unsaid[i] && en_account_may_ask(n->s);
	int r;

	if (may_ask && !typed_for(n, i)) {
		r = ask_account(n, i, &q, err);
		if (r < 0)
			return r;
		q.attempt = 2;
	}
	r = ask_server(n, i, words, ret, err);
	for (; may_ask && r == RS_E_NET_DENIED && typed_for(n, i) && q.attempt <= q.most;
		q.attempt++) {
		last = *err;
		const int said = ask_account(n, i, &q, err);
		if (said <= 0)
			return said < 0 ? said : rs_err_pass(err, r, &last);
		*err = (struct rs_err){0};
		r = ask_server(n, i, words, ret, err);
	}
	return r;
}

static int ask_one(struct en_network *n, size_t i, const struct bl_protector *p,
	struct rs_secret *ret, struct rs_err *err)
{
	auto_secret struct rs_secret password = {0};
	char id[RS_GUID_LEN];
	const struct net_words words = {.key_id = id,
		.serial = n->machine.serial,
		.uuid = n->machine.uuid,
		.mac = n->machine.n_macs ? n->machine.macs[0] : NULL};

	rs_guid_text(p->id, id);
	int r = ask_with_account(n, i, &words, &password, err);
	if (r < 0 && !rs_err_ends(r)) {
		char line[512];
		close_source(n, i, err);
		rs_err_line(err, line, sizeof(line));
		en_log(n->s, RS_LOG_WARN, "%s", line);
		return 0;
	}
	return r == 1 ? give(id, &password, ret, err) : r;
}

static int ask(const struct rs_key_source *self, const struct rs_key_request *q,
	struct rs_secret *ret, struct rs_err *err)
{
	struct en_network *n = self->user;
	const size_t n_pairs = n->n_sources * q->n_protectors;

	if (q->attempt == 1)
		n->next = 0;
	while (n->next < n_pairs) {
		const size_t i = n->next / q->n_protectors;
		const struct bl_protector *p = &q->protectors[n->next % q->n_protectors];
		n->next++;
		if (n->is_closed[i] || !bl_is_kind(p->protection, BL_P_RECOVERY))
			continue;
		int r = ask_one(n, i, p, ret, err);
		if (r)
			return r;
	}
	if (q->attempt > 1)
		return 0;  /* what it gave is why */
	if (n->why.code) { /* with the server's name: the volume's comes before it */
		(void)rs_fail(err, n->why.code, "%s%s%s", n->why.object,
			n->why.detail[0] ? ": " : "", n->why.detail);
		return 0;
	}
	en_log(n->s, RS_LOG_WARN, "%s: no server that was asked has its key", q->volume);
	return 0;
}

/* ---- sources ---- */

static int add_one(struct en_network *n, struct json_object *o, struct rs_err *err)
{
	if (n->n_sources == NET_SOURCES_MOST)
		return rs_fail(
			err, RS_E_NET_CONFIG, "more than %u sources of keys", NET_SOURCES_MOST);
	int r = net_key_source_parse(o, &n->sources[n->n_sources], err);
	n->n_sources += r == 0;
	return r;
}

int en_keys_from_list(struct rs_session *s, struct json_object *list, struct rs_err *err)
{
	static const struct rs_network usual = {.secrets_fd = -1};
	int r = s->network ? 0 : rs_network_use(s, &usual, err);

	if (r < 0)
		return r;
	const struct rs_key_source source = {
		.name = "network", .user = s->network, .form = RS_KEY_LIST, .ask = ask};
	const bool is_new = !s->network->n_sources;
	for (size_t i = 0; r == 0 && i < json_object_array_length(list); i++)
		r = add_one(s->network, json_object_array_get_idx(list, i), err);
	return r < 0 || !is_new || !s->network->n_sources ? r : rs_keys_add_source(s, &source, err);
}

int rs_keys_from_network(struct rs_session *s, const char *config, struct rs_err *err)
{
	static const struct ji_limits most = {CONFIG_BYTES, 1000, 8};
	auto_free char *text = NULL;
	const char *why = NULL;
	size_t len = 0;

	int r = rs_file_load(config, CONFIG_BYTES + 1, "sources of keys", &text, &len, err);
	if (r < 0)
		return r;
	struct json_object *all = ji_parse(text, len, &most, &why), *list = NULL;
	if (!all)
		return why ? rs_fail_on(err, RS_E_NET_CONFIG, config, "%s", why)
			   : rs_fail(err, RS_E_MEMORY, "sources of keys");
	if (json_object_object_length(all) != 1 || !json_object_object_get_ex(all, "keys", &list) ||
		!json_object_is_type(list, json_type_array))
		r = rs_fail(
			err, RS_E_NET_CONFIG, "it is no object with one member, the list \"keys\"");
	else
		r = en_keys_from_list(s, list, err);
	json_object_put(all); /* each source has its own */
	if (r < 0)
		(void)rs_err_object(err, config);
	return r;
}

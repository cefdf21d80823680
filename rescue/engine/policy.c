/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A site's policy: taken once before the disk is opened, and once more before the first write, when
 * nothing else is left that could refuse. Between the two it may have been withdrawn. */
#include <string.h>

#include "core/file.h"
#include "core/text.h"
#include "engine/engine.h"
#include "net/client.h"

#define FETCH_MS 60000U /* with all that is tried again */

RS_DEFINE_AUTO(struct net_client *, net_close);
#define auto_net __attribute__((cleanup(net_close_auto)))

struct rs_policy {
	const struct rs_policy_source *from;
	char *keys;
	size_t keys_len;
	struct policy *p;		  /* as it was in the beginning */
	const struct rs_session *session; /* whose repair goes by it */
	bool is_drill;
	struct run_policy told;
};

/* ---- its files ---- */

struct texts {
	char *bytes, *sig;
	size_t bytes_len, sig_len;
};

static void texts_done(const struct texts *t)
{
	free(t->bytes);
	free(t->sig);
}

static int load_files(const char *path, struct texts *ret, struct rs_err *err)
{
	auto_free char *sig = NULL;
	struct rs_err why = {0};
	int r = rs_file_load(
		path, POLICY_BYTES_MOST + 1, "policy", &ret->bytes, &ret->bytes_len, err);

	if (r < 0)
		return r;
	if (asprintf(&sig, "%s%s", path, MINISIGN_SIG_SUFFIX) < 0) {
		sig = NULL;
		return rs_fail(err, RS_E_MEMORY, "policy");
	}
	r = rs_file_load(sig, MINISIGN_TEXT_MOST + 1, "policy", &ret->sig, &ret->sig_len, &why);
	if (r == RS_E_IO_OPEN)
		return rs_fail_on(err, RS_E_POLICY_UNSIGNED, path, "%s: %s", sig, why.detail);
	return r < 0 ? rs_err_pass(err, r, &why) : 0;
}

/* ---- from the network ---- */

static bool go_on(void *user, const char *line)
{
	const struct rs_session *s = user;

	if (line)
		en_log(s, RS_LOG_WARN, "%s", line);
	return !s->events.progress || s->events.progress(s->events.user, NULL, 0, 0);
}

static int open_net(const struct rs_policy *p, struct net_client **ret, struct rs_err *err)
{
	auto_free char *pem = NULL;
	auto_net struct net_client *c = NULL;
	size_t len = 0;
	int r = net_open(NULL, &c, err);

	if (r == 0 && p->from->ca)
		r = rs_file_load(p->from->ca, NET_PEM_MOST, "certificate", &pem, &len, err);
	if (r == 0 && pem)
		r = net_set_ca(c, pem, err);
	if (r < 0)
		return r;
	net_watch(c, go_on, (void *)(uintptr_t)p->session);
	*ret = rs_steal(c);
	return 0;
}

static int fetch(struct net_client *c, const char *url, size_t most, char **ret, size_t *ret_len,
	struct rs_err *err)
{
	const struct net_get q = {.url = url, .most_bytes = most, .total_ms = FETCH_MS};
	auto_secret struct rs_secret got = {0};
	int r = net_get(c, &q, &got, err);

	if (r < 0)
		return r;
	if (r == 0)
		return rs_fail_on(err, RS_E_POLICY_AGAIN, url, "the server has none");
	*ret = malloc(got.len + 1);
	if (!*ret)
		return rs_fail(err, RS_E_MEMORY, "policy");
	memcpy(*ret, got.p, got.len);
	*ret_len = got.len;
	return 0;
}

static int fetch_both(const struct rs_policy *p, struct texts *ret, struct rs_err *err)
{
	auto_net struct net_client *c = NULL;
	auto_free char *sig = NULL;
	int r = open_net(p, &c, err);

	if (r < 0)
		return r;
	if (asprintf(&sig, "%s%s", p->from->url, MINISIGN_SIG_SUFFIX) < 0) {
		sig = NULL;
		return rs_fail(err, RS_E_MEMORY, "policy");
	}
	r = fetch(c, p->from->url, POLICY_BYTES_MOST, &ret->bytes, &ret->bytes_len, err);
	return r < 0 ? r : fetch(c, sig, MINISIGN_TEXT_MOST, &ret->sig, &ret->sig_len, err);
}

/* ---- taken ---- */

static struct rs_view view(const char *p, size_t len)
{
	return (struct rs_view){(const uint8_t *)p, len};
}

static int take(const struct rs_policy *p, const struct texts *t, const char *name,
	struct policy **ret, struct rs_err *err)
{
	const struct policy_files f = {
		view(t->bytes, t->bytes_len), view(t->sig, t->sig_len), view(p->keys, p->keys_len)};
	const struct policy_clock now = {
		p->from->is_clock_unknown ? 0
					  : (int64_t)(rs_filetime_now() / 10000000) - 11644473600,
		!p->from->is_clock_unknown};
	struct policy_machine m;
	auto_policy struct policy *policy = NULL;
	int r = policy_read(&f, &now, p->from->floor, &policy, err);

	if (r == 0) {
		policy_machine_read(p->from->root, &m);
		r = policy_fits(policy, &m, err);
	}
	if (r < 0 || !policy)
		return rs_err_object(err, name);
	*ret = rs_steal(policy);
	return 0;
}

static void tell(struct rs_policy *p, const struct policy *of, enum run_policy_result result)
{
	p->told.version = of->version;
	memcpy(p->told.key_id, of->by.key_id, sizeof(p->told.key_id));
	p->told.act = of->act;
	p->told.result = result;
}

int rs_policy_open(const struct rs_policy_source *from, struct rs_policy **ret, struct rs_err *err)
{
	struct rs_policy *p = calloc(1, sizeof(*p));
	struct texts t = {0};

	*ret = p;
	if (!p)
		return rs_fail(err, RS_E_MEMORY, "policy");
	p->from = from;
	p->told = (struct run_policy){.is_given = true,
		.result = RUN_POLICY_REFUSED,
		.is_clock_unknown = from->is_clock_unknown};
	int r = rs_file_load(
		from->keys, MINISIGN_TEXT_MOST + 1, "keys", &p->keys, &p->keys_len, err);
	if (r == 0)
		r = load_files(from->file, &t, err);
	if (r == 0)
		r = take(p, &t, from->file, &p->p, err);
	texts_done(&t);
	if (r < 0 || !p->p)
		return r;
	tell(p, p->p, RUN_POLICY_VALID);
	if (from->is_to_write && p->p->act == POLICY_NONE) {
		p->told.result = RUN_POLICY_WITHDRAWN;
		r = rs_fail_on(err, RS_E_POLICY_WITHDRAWN, from->file, "version %u says so",
			p->p->version);
	}
	return r;
}

void rs_policy_free(struct rs_policy *p)
{
	if (!p)
		return;
	policy_free(p->p);
	free(p->keys);
	free(p);
}

const struct run_policy *rs_policy_told(const struct rs_policy *p)
{
	return &p->told;
}

/* ---- read anew ---- */

/* What was taken anew is another version of what this run began with. */
static int compare(const struct rs_policy *p, const struct policy *now, struct rs_err *err)
{
	if (now->version < p->p->version)
		return rs_fail(err, RS_E_POLICY_OLD, "version %u, and this run began with %u",
			now->version, p->p->version);
	if (now->act == POLICY_NONE)
		return rs_fail(err, RS_E_POLICY_WITHDRAWN, "by version %u", now->version);
	if (now->act == POLICY_DRILL && !p->is_drill)
		return rs_fail(
			err, RS_E_POLICY_WITHDRAWN, "version %u is only a drill", now->version);
	if (p->from->is_clock_unknown && !now->unknown_clock_acts)
		return rs_fail(
			err, RS_E_POLICY_CLOCK, "version %u only reports then", now->version);
	if (!policy_plans_alike(p->p, now))
		return rs_fail(err, RS_E_POLICY_CHANGED, "version %u has other rules or limits",
			now->version);
	return 0;
}

/* Whatever it is that went wrong on the way, this is what it means. */
static int not_read(const char *name, struct rs_err *err)
{
	const struct rs_err why = *err;

	return rs_fail_on(err, RS_E_POLICY_AGAIN, name, "%s%s%s", rs_err_info(why.code)->text,
		why.detail[0] ? ": " : "", why.detail);
}

static int confirm(void *user, struct rs_err *err)
{
	struct rs_policy *p = user;
	const char *name = p->from->url ? p->from->url : p->from->file;
	auto_policy struct policy *now = NULL;
	struct texts t = {0};
	struct rs_err why = {0};
	int r = p->from->url ? fetch_both(p, &t, &why) : load_files(name, &t, &why);

	if (r < 0 && r != RS_E_POLICY_AGAIN && r != RS_E_POLICY_UNSIGNED && !rs_err_ends(r))
		r = not_read(name, &why);
	if (r == 0)
		r = take(p, &t, name, &now, &why);
	texts_done(&t);
	if (r == 0 && now) {
		tell(p, now, RUN_POLICY_CONFIRMED);
		r = compare(p, now, &why);
	}
	if (r < 0) {
		p->told.result =
			r == RS_E_POLICY_WITHDRAWN ? RUN_POLICY_WITHDRAWN : RUN_POLICY_UNCONFIRMED;
		(void)rs_err_object(&why, name);
		return rs_err_pass(err, r, &why);
	}
	return 0;
}

/* ---- followed ---- */

int en_policy_rules(const struct policy *p, struct rule_set *ret, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_rules; i++)
		r = rule_set_add(ret, p->rules[i].name, p->rules[i].text, err);
	return r == 0 && p->has_shipped_rules ? rule_set_add_shipped(ret, err) : r;
}

static int use_rules(const struct policy *p, struct rs_session *s, struct rs_err *err)
{
	struct rule_set set = {0};
	int r = en_policy_rules(p, &set, err);

	if (r < 0) {
		rule_set_done(&set);
		return r;
	}
	rule_set_done(&s->rules);
	s->rules = set;
	s->has_rules = true;
	return 0;
}

/* Its sources of keys, with those that a person has named before them. */
static int use_keys(const struct rs_policy *p, struct rs_session *s, struct rs_err *err)
{
	const struct rs_network how = {.ca = p->from->ca, .secrets_fd = -1, .root = p->from->root};
	int r = 0;

	if (p->p->keys && !s->network)
		r = rs_network_use(s, &how, err);
	return r < 0 || !p->p->keys ? r : en_keys_from_list(s, p->p->keys, err);
}

int rs_policy_use(
	struct rs_policy *p, struct rs_session *s, struct rs_options *o, struct rs_err *err)
{
	_Static_assert((int)POLICY_REPLAY_ALL == (int)RS_REPLAY_ALL, "words");
	p->session = s;
	p->is_drill = o->is_drill || p->p->act == POLICY_DRILL;
	o->is_drill = p->is_drill;
	o->say_yes = true;
	o->diagnosis_alone = p->p->diagnosis_alone;
	o->may_disable = p->p->may_disable;
	o->policy = (enum rs_replay_policy)p->p->replay;
	o->max_files = p->p->max_files;
	o->may_write = confirm;
	o->may_write_user = p;
	o->told = &p->told;
	int r = use_rules(p->p, s, err);
	return r < 0 ? r : use_keys(p, s, err);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* policy sign, verify, show: for who writes policies. A policy is signed only if it would be taken
 * and its rules are rules; one that is changed must be the site's own before. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>

#include "core/file.h"
#include "core/text.h"
#include "engine/engine.h"
#include "policy/minisign_sign.h"

#define UNIX_FILETIME 11644473600LL
#define TICKS_S	      10000000LL

/* ---- files ---- */

struct text {
	char *p;
	size_t len;
};

static struct rs_view view(const struct text *t)
{
	return (struct rs_view){(const uint8_t *)t->p, t->len};
}

static int load(const char *path, size_t most, struct text *ret, struct rs_err *err)
{
	int r = rs_file_load(path, most + 1, "policy", &ret->p, &ret->len, err);

	return r == 0 && ret->len > most
		       ? rs_fail_on(err, RS_E_POLICY_INVALID, path, "it is too large")
		       : r;
}

static char *beside(const char *path, const char *end)
{
	char *ret = NULL;

	return asprintf(&ret, "%s%s", path, end) < 0 ? NULL : ret;
}

static int load_signature(const char *path, struct text *ret, struct rs_err *err)
{
	auto_free char *sig = beside(path, MINISIGN_SIG_SUFFIX);
	struct rs_err why = {0};
	int r = sig ? load(sig, MINISIGN_TEXT_MOST, ret, &why)
		    : rs_fail(&why, RS_E_MEMORY, "policy");

	return r == RS_E_IO_OPEN ? rs_fail_on(err, RS_E_POLICY_UNSIGNED, path, "%s", why.detail)
	       : r < 0		 ? rs_err_pass(err, r, &why)
				 : 0;
}

/* Whole, or as it was: written beside it, then in its place. */
static int replace(const char *path, const char *text, struct rs_err *err)
{
	auto_free char *temp = beside(path, ".new");

	if (!temp)
		return rs_fail(err, RS_E_MEMORY, "policy");
	(void)unlink(temp); /* of one that was cut off */
	auto_close int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	int r = fd < 0 ? rs_fail_on(err, RS_E_OUTPUT, temp, "%s", strerror(errno))
		       : en_write_text(fd, temp, text, err);
	if (r == 0 && rename(temp, path) < 0)
		r = rs_fail_on(err, RS_E_OUTPUT, path, "%s", strerror(errno));
	if (r < 0 && fd >= 0)
		(void)unlink(temp); /* not complete, so nobody's loss */
	return r;
}

/* ---- what is told ---- */

static uint64_t filetime(int64_t unix_s)
{
	return (uint64_t)((unix_s + UNIX_FILETIME) * TICKS_S);
}

static int64_t unix_now(void)
{
	return (int64_t)(rs_filetime_now() / TICKS_S) - UNIX_FILETIME;
}

/* Of each its kind and address: all that is no certificate of somebody. */
static void tell_servers(struct rs_report *r, struct json_object *list, struct run_texts *ret)
{
	const size_t n = list ? json_object_array_length(list) : 0;

	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		const char *type = json_object_get_string(json_object_object_get(o, "type"));
		const char *url = json_object_get_string(json_object_object_get(o, "url"));
		auto_free char *text = NULL;
		if (asprintf(&text, "%s %s", type ? type : "", url ? url : "") < 0)
			text = NULL;
		if (text)
			report_add_text(&r->kept, ret, text);
	}
}

static void tell(struct rs_report *r, const char *file, const struct policy *p)
{
	struct run_policy_file *f = &r->run.policy_file;

	*f = (struct run_policy_file){.file = report_copy(&r->kept, file),
		.version = p->version,
		.act = p->act,
		.issued_filetime = filetime(p->issued_s),
		.expires_filetime = filetime(p->expires_s),
		.n_machines = p->serials.n + p->uuids.n + p->macs.n,
		.n_models = p->models.n,
		.has_shipped_rules = p->has_shipped_rules,
		.is_alone = p->diagnosis_alone,
		.may_disable = p->may_disable,
		.max_files = p->max_files,
		.replay = policy_replay_word(p->replay),
		.repaired = policy_end_word(p->repaired),
		.nothing = policy_end_word(p->nothing),
		.failure = policy_end_word(p->failure),
		.unknown_clock_acts = p->unknown_clock_acts,
		.delay_s = p->delay_s};
	tell_servers(r, p->keys, &f->keys);
	tell_servers(r, p->reports, &f->reports);
	for (size_t i = 0; i < p->n_rules; i++)
		report_add_text(&r->kept, &f->rules, p->rules[i].name);
}

static void tell_signer(struct rs_report *r, const struct policy *p, const struct minisign_said *by)
{
	struct run_policy *o = &r->run.policy;

	*o = (struct run_policy){
		.is_given = true, .version = p->version, .act = p->act, .result = RUN_POLICY_VALID};
	memcpy(o->key_id, by->key_id, sizeof(o->key_id));
}

/* ---- verify, show ---- */

int rs_policy_verify(struct rs_session *s, const char *file, const char *keys, unsigned least,
	struct rs_report **ret)
{
	struct text bytes = {0}, sig = {0}, key = {0};
	const struct policy_clock now = {unix_now(), true};
	auto_policy struct policy *p = NULL;
	struct rs_err err = {0};
	int r = report_new("policy", ret, &err);

	(void)s;
	if (r < 0)
		return r;
	r = load(file, POLICY_BYTES_MOST, &bytes, &err);
	if (r == 0)
		r = load_signature(file, &sig, &err);
	if (r == 0)
		r = load(keys, MINISIGN_TEXT_MOST, &key, &err);
	if (r == 0)
		r = policy_read(&(struct policy_files){view(&bytes), view(&sig), view(&key)}, &now,
			least, &p, &err);
	if (r == 0) {
		tell(*ret, file, p);
		tell_signer(*ret, p, &p->by);
	}
	if (r < 0)
		(void)rs_err_object(&err, file);
	free(bytes.p);
	free(sig.p);
	free(key.p);
	report_finish(*ret, 0, r < 0 ? RUN_FAILED : RUN_DONE, "the policy is valid now", &err);
	return r;
}

int rs_policy_show(struct rs_session *s, const char *file, struct rs_report **ret)
{
	struct text bytes = {0};
	auto_policy struct policy *p = NULL;
	struct rs_err err = {0};
	int r = report_new("policy", ret, &err);

	(void)s;
	if (r < 0)
		return r;
	r = load(file, POLICY_BYTES_MOST, &bytes, &err);
	if (r == 0)
		r = policy_parse(view(&bytes), &p, &err);
	if (r == 0)
		tell(*ret, file, p);
	else
		(void)rs_err_object(&err, file);
	free(bytes.p);
	report_finish(*ret, 0, r < 0 ? RUN_FAILED : RUN_DONE,
		"shown; its signature was not looked at", &err);
	return r;
}

/* ---- sign ---- */

static int load_secret(
	const struct rs_policy_sign *o, struct minisign_secret *ret, struct rs_err *err)
{
	auto_close int fd = open(o->secret_key, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	auto_secret struct rs_secret text = {0};
	ssize_t n = 1;

	if (fd < 0)
		return rs_fail_on(err, RS_E_IO_OPEN, o->secret_key, "%s", strerror(errno));
	int r = rs_secret_init(&text, MINISIGN_TEXT_MOST, err);
	while (r == 0 && n > 0 && text.len < text.cap) {
		n = read(fd, text.p + text.len, text.cap - text.len);
		if (n < 0)
			r = rs_fail(err, RS_E_IO_READ, "%s", strerror(errno));
		else
			text.len += (size_t)n;
	}
	if (r == 0)
		r = minisign_secret_read(
			(struct rs_view){text.p, text.len}, o->passphrase, o->user, ret, err);
	return r < 0 ? rs_err_object(err, o->secret_key) : 0;
}

/* The keys that a signed policy must be by: those given, or the signer's own. */
static int load_keys(const struct rs_policy_sign *o, const struct minisign_secret *secret,
	struct minisign_keys *ret, struct rs_err *err)
{
	struct text text = {0};

	if (!o->keys)
		return minisign_public(secret, ret, err);
	int r = load(o->keys, MINISIGN_TEXT_MOST, &text, err);
	if (r == 0)
		r = minisign_keys_read(view(&text), ret, err);
	free(text.p);
	return r < 0 ? rs_err_object(err, o->keys) : 0;
}

static void put(struct json_object *o, const char *key, struct json_object *v)
{
	json_object_object_add(o, key, v); /* what is missing then is found when it is read */
}

static int put_rule(struct policy *p, const char *path, struct rs_err *err)
{
	auto_free char *copy = strdup(path);
	struct json_object *rules = NULL;
	struct rule *rule = NULL;
	int r = rule_load(path, &rule, err);

	if (r < 0)
		return r;
	const char *name = copy ? basename(copy) : "", *text = rule_about(rule)->source;
	for (size_t i = 0; r == 0 && i < p->n_rules; i++)
		if (strcmp(p->rules[i].text, text) == 0)
			r = rs_fail_on(err, RS_E_USAGE, path, "the policy has it already");
	if (r == 0 && !json_object_object_get_ex(p->root, "rules", &rules)) {
		rules = json_object_new_array();
		put(p->root, "rules", rules);
	}
	if (r == 0) {
		struct json_object *o = json_object_new_object();
		put(o, "name", json_object_new_string(name));
		put(o, "text", json_object_new_string(text));
		(void)json_object_array_add(rules, o); /* as above */
	}
	rule_free(rule);
	return r;
}

/* A newer version of what the file has, which must be signed by one of the keys; its time begins
 * now. *ret is malloc'd. */
static int change(const struct rs_policy_sign *o, const struct minisign_keys *keys,
	const struct text *old, struct text *ret, struct rs_err *err)
{
	struct text sig = {0};
	struct minisign_said by;
	char time[RS_TIME_LEN];
	auto_policy struct policy *p = NULL;
	int r = load_signature(o->file, &sig, err);

	if (r == RS_E_POLICY_UNSIGNED && err)
		err->next = o->rule ? "sign it once without --add-rule and --expires"
				    : "write the new end into it (\"expires\") and sign it once "
				      "without --expires";
	if (r == 0)
		r = minisign_verify(view(old), view(&sig), keys, &by, err);
	free(sig.p);
	if (r == 0)
		r = policy_parse(view(old), &p, err);
	if (r == 0 && o->rule)
		r = put_rule(p, o->rule, err);
	if (r < 0 || !p)
		return r;
	rs_filetime_text(filetime(unix_now()), time);
	put(p->root, "version", json_object_new_int64((int64_t)p->version + 1));
	put(p->root, "issued", json_object_new_string(time));
	if (o->expires)
		put(p->root, "expires", json_object_new_string(o->expires));
	else if (p->expires_s <= unix_now())
		return rs_fail(err, RS_E_POLICY_EXPIRED, "give a new time with --expires");
	const char *text = json_object_to_json_string_ext(p->root,
		JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);
	ret->p = text ? beside(text, "\n") : NULL;
	ret->len = ret->p ? strlen(ret->p) : 0;
	return ret->p ? 0 : rs_fail(err, RS_E_MEMORY, "policy");
}

/* Would a machine take it, with all of its rules? */
static int check_whole(const struct text *t, struct policy **ret, struct rs_err *err)
{
	struct rule_set set = {0};
	int r = policy_parse(view(t), ret, err);

	if (r == 0)
		r = en_policy_rules(*ret, &set, err);
	rule_set_done(&set);
	return r;
}

static int sign(const struct rs_policy_sign *o, const struct minisign_secret *secret,
	struct rs_report *report, struct rs_err *err)
{
	struct text old = {0}, new = {0};
	struct minisign_keys keys;
	struct minisign_said by;
	char comment[64];
	auto_free char *sig = NULL, *sig_file = beside(o->file, MINISIGN_SIG_SUFFIX);
	auto_policy struct policy *p = NULL;
	const bool is_changed = o->rule || o->expires;
	int r = load_keys(o, secret, &keys, err);

	if (r == 0)
		r = load(o->file, POLICY_BYTES_MOST, &old, err);
	if (r == 0 && is_changed)
		r = change(o, &keys, &old, &new, err);
	const struct text *t = is_changed ? &new : &old;
	if (r == 0)
		r = check_whole(t, &p, err);
	if (r == 0) {
		(void)snprintf(comment, sizeof(comment), "policy version %u", p->version);
		r = minisign_sign(secret, view(t), comment, &sig, err);
	}
	if (r == 0) /* by a key that the machines know */
		r = minisign_verify(
			view(t), (struct rs_view){(uint8_t *)sig, strlen(sig)}, &keys, &by, err);
	if (r == 0 && is_changed)
		r = replace(o->file, new.p, err);
	if (r == 0)
		r = sig_file ? replace(sig_file, sig, err) : rs_fail(err, RS_E_MEMORY, "policy");
	if (r == 0) {
		tell(report, o->file, p);
		tell_signer(report, p, &by);
	}
	free(old.p);
	free(new.p);
	return r < 0 ? rs_err_object(err, o->file) : 0;
}

int rs_policy_sign(struct rs_session *s, const struct rs_policy_sign *o, struct rs_report **ret)
{
	struct minisign_secret secret = {0};
	struct rs_err err = {0};
	int r = report_new("policy", ret, &err);

	(void)s;
	if (r < 0)
		return r;
	r = load_secret(o, &secret, &err);
	if (r == 0)
		r = sign(o, &secret, *ret, &err);
	minisign_secret_done(&secret);
	report_finish(*ret, 0, r < 0 ? RUN_FAILED : RUN_DONE, "the policy is signed", &err);
	return r;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <openssl/evp.h>
#include <string.h>

#include "core/redact.h"
#include "core/text.h"
#include "init/clock.h"
#include "init/init.h"

#define CODE_KEYS_MOST 4U

void fleet_hash(const void *bytes, size_t len, char ret[FLEET_HASH])
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	ret[0] = '\0';
	if (EVP_Digest(bytes, len, hash, &n, EVP_sha256(), NULL) == 1 && 2 * n < FLEET_HASH)
		rs_hex(hash, n, ret);
}

/* ---- key IDs, for who has to give new keys out ---- */

static bool has(struct json_object *list, const char *id)
{
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (strcmp(json_object_get_string(json_object_array_get_idx(list, i)), id) == 0)
			return true;
	return false;
}

static void take_report(struct json_object *report, struct json_object *list)
{
	struct json_object *used = json_object_object_get(report, "used_key_ids");
	const size_t n =
		json_object_is_type(used, json_type_array) ? json_object_array_length(used) : 0;

	for (size_t i = 0; i < n; i++) {
		const char *id = json_object_get_string(json_object_array_get_idx(used, i));
		if (id && id[0] && !has(list, id))
			json_object_array_add(list, json_object_new_string(id));
	}
}

struct json_object *fleet_used_keys(struct json_object *runs)
{
	struct json_object *list = json_object_new_array();
	const size_t n =
		json_object_is_type(runs, json_type_array) ? json_object_array_length(runs) : 0;

	for (size_t i = 0; i < n; i++)
		take_report(
			json_object_object_get(json_object_array_get_idx(runs, i), "report"), list);
	if (json_object_array_length(list))
		return list;
	json_object_put(list);
	return NULL;
}

void fleet_used_keys_text(struct json_object *runs, char *ret, size_t cap)
{
	struct json_object *list = fleet_used_keys(runs);
	const size_t n = list ? json_object_array_length(list) : 0;

	ret[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		const size_t at = strlen(ret);
		(void)snprintf(ret + at, cap - at, "%s%s", i ? ", " : "",
			json_object_get_string(json_object_array_get_idx(list, i)));
	}
	json_object_put(list);
}

/* ---- for a phone ---- */

void fleet_code(struct init *in, char *ret, size_t cap)
{
	struct json_object *keys = fleet_used_keys(in->report.runs);
	const size_t n = keys ? json_object_array_length(keys) : 0;
	char serial[sizeof(in->report.serial)];

	(void)snprintf(serial, sizeof(serial), "%s", in->report.serial);
	rs_redact_code(serial); /* before it is cut, or half a secret would be none */
	(void)snprintf(ret, cap, "UNBRICK %s SN %s AT %s ID %s", in->report.result_word, serial,
		in->report.file_time, fleet_id(in));
	for (size_t i = 0; i < n && i < CODE_KEYS_MOST; i++) {
		const size_t at = strlen(ret);
		(void)snprintf(ret + at, cap - at, " KEY %.36s",
			json_object_get_string(json_object_array_get_idx(keys, i)));
	}
	json_object_put(keys);
	for (char *p = ret; *p; p++)
		*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
}

/* ---- the facts ---- */

static void add_text(struct json_object *o, const char *key, const char *text)
{
	char shown[1024];

	if (!o || !text[0])
		return;
	(void)rs_shown(text, shown, sizeof(shown));
	json_object_object_add(o, key, json_object_new_string(shown));
}

static struct json_object *clock_facts(const struct clock_now *c)
{
	struct json_object *o = json_object_new_object();
	char text[200];

	clock_text(c, text, sizeof(text));
	json_object_object_add(o, "known", json_object_new_boolean(clock_is_known(c)));
	add_text(o, "text", text);
	add_text(o, "server", c->server);
	if (c->source == CLOCK_NETWORK)
		json_object_object_add(o, "off_s", json_object_new_int64(c->off_s));
	return o;
}

static struct json_object *policy_facts(const struct init *in)
{
	const struct fleet *f = &in->fleet;
	struct json_object *o = json_object_new_object();

	add_text(o, "url", fleet_policy_url(in));
	json_object_object_add(o, "accepted", json_object_new_boolean(f->is_accepted));
	if (f->is_accepted) {
		json_object_object_add(o, "version", json_object_new_int64(f->policy.version));
		add_text(o, "key_id", f->policy.key_id);
		add_text(o, "act", policy_act_word(f->policy.act));
	} else {
		add_text(o, "why_not", f->policy.text);
	}
	return o;
}

static struct json_object *machine_facts(const struct policy_machine *m)
{
	struct json_object *o = json_object_new_object();

	add_text(o, "vendor", m->vendor);
	add_text(o, "product", m->model);
	add_text(o, "serial", m->serial);
	return o;
}

static struct json_object *sent_facts(const struct fleet_sent *s)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "collectors", json_object_new_int64(s->n));
	json_object_object_add(o, "taken", json_object_new_int64(s->n_taken));
	add_text(o, "text", s->text);
	return o;
}

static void add_sent(const struct fleet *f, struct json_object *root)
{
	struct json_object *o = json_object_new_object();

	for (enum fleet_event i = FLEET_START; i <= FLEET_END; i++)
		if (f->sent[i].n)
			json_object_object_add(o, fleet_event_word(i), sent_facts(&f->sent[i]));
	json_object_object_add(root, "sent", o);
}

void fleet_facts(struct init *in, struct json_object *root)
{
	const struct fleet *f = &in->fleet;
	struct json_object *keys = fleet_used_keys(json_object_object_get(root, "runs"));

	if (keys)
		json_object_object_add(root, "used_key_ids", keys);
	if (in->network.now.state == NETWORK_OFF && !f->is_asked && !fleet_collector(in)[0])
		return; /* a stick's start has nothing of it */
	add_text(root, "event", "end");
	add_text(root, "report_id", fleet_id(in));
	if (f->revision > 1)
		json_object_object_add(root, "revision", json_object_new_int((int)f->revision));
	struct policy_machine m;
	policy_machine_read("", &m);
	json_object_object_add(root, "machine", machine_facts(&m));
	add_text(json_object_object_get(root, "boot"), "uuid", m.uuid); /* as its firmware asks */
	json_object_object_add(root, "clock", clock_facts(&in->network.now.clock));
	if (in->network.now.state != NETWORK_OFF)
		json_object_object_add(root, "network", network_facts(in));
	if (f->is_asked)
		json_object_object_add(root, "policy", policy_facts(in));
	if (f->is_accepted && f->policy.act == POLICY_DRILL)
		json_object_object_add(root, "drill", json_object_new_boolean(true));
	add_text(root, "start_sha256", f->start_hash);
	add_sent(f, root);
}

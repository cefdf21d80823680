/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is asked of the network for a start without a person, each in a process of its own. */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/text.h"
#include "init/fleet.h"
#include "init/stick_files.h"
#include "net/client.h"
#include "net/config.h"

RS_DEFINE_AUTO(struct net_client *, net_close);
#define auto_net __attribute__((cleanup(net_close_auto)))

/* ---- the policy ---- */

static int open_client(
	const char *program, const char *ca, struct net_client **ret, struct rs_err *err)
{
	auto_secret struct rs_secret pem = {0};
	auto_net struct net_client *c = NULL;
	int r = net_open(program[0] ? program : NULL, &c, err);

	if (r < 0)
		return r;
	/* without one nobody is believed, which the request says */
	if (stick_read_file(ca, NET_PEM_MOST, &pem) == 0 && pem.len) {
		pem.p[pem.len] = '\0'; /* it has room for that */
		r = net_set_ca(c, (const char *)pem.p, err);
		if (r < 0)
			return r;
	}
	*ret = rs_steal(c);
	return 0;
}

static int keep(
	const char *folder, const char *name, const void *bytes, size_t len, struct rs_err *err)
{
	char path[160], temp[168];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	(void)snprintf(temp, sizeof(temp), "%s.new", path);
	auto_close int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || !process_write(fd, bytes, len) || rename(temp, path) < 0)
		return rs_fail_on(err, RS_E_MEMORY, path, "%s", strerror(errno));
	return 0;
}

static int keep_list(
	const char *folder, const char *name, struct json_object *list, struct rs_err *err)
{
	const char *text =
		list ? json_object_to_json_string_ext(list, JSON_C_TO_STRING_PLAIN) : "[]";

	return keep(folder, name, text, strlen(text), err);
}

/* As --keys-from reads it. */
static int keep_keys(const char *folder, struct json_object *list, struct rs_err *err)
{
	struct json_object *all = json_object_new_object();

	json_object_object_add(all, "keys", list ? json_object_get(list) : json_object_new_array());
	const int r = keep_list(folder, "keys.json", all, err);
	json_object_put(all);
	return r;
}

static int get_file(struct net_client *c, const struct fleet_fetch *q, const char *suffix,
	struct rs_secret *ret, struct rs_err *err)
{
	char url[FLEET_URL + 16];

	(void)snprintf(url, sizeof(url), "%s%s", q->url, suffix);
	const struct net_get get = {.url = url,
		.most_bytes = suffix[0] ? MINISIGN_TEXT_MOST : POLICY_BYTES_MOST,
		.total_ms = q->total_ms};
	const int r = net_get(c, &get, ret, err);
	if (r)
		return r < 0 ? r : 0;
	return rs_fail_on(err, suffix[0] ? RS_E_POLICY_UNSIGNED : RS_E_NET_HTTP, url,
		"the server has no such file (404)");
}

static struct rs_view view_of(const struct rs_secret *s)
{
	return (struct rs_view){s->p, s->len};
}

/* What goes on, while a server is waited for. */
static bool tell_way(void *user, const char *line)
{
	struct fleet_policy said;

	if (!line)
		return true;
	memset(&said, 0, sizeof(said));
	said.code = FLEET_ON_THE_WAY;
	(void)snprintf(said.text, sizeof(said.text), "%s", line);
	return process_write(*(const int *)user, &said, sizeof(said));
}

static int fetch(
	const struct fleet_fetch *q, int *out_fd, struct fleet_policy *ret, struct rs_err *err)
{
	auto_secret struct rs_secret bytes = {0}, sig = {0}, keys = {0};
	auto_net struct net_client *c = NULL;
	auto_policy struct policy *p = NULL;
	struct policy_machine machine;
	int r = stick_read_file(q->keys, MINISIGN_TEXT_MOST, &keys);

	if (r < 0)
		return rs_fail_on(err, RS_E_POLICY_KEYS, q->keys, "%s", strerror(-r));
	r = open_client(q->program, q->ca, &c, err);
	if (r < 0)
		return r;
	net_watch(c, tell_way, out_fd);
	if ((r = get_file(c, q, "", &bytes, err)) < 0 ||
		(r = get_file(c, q, MINISIGN_SIG_SUFFIX, &sig, err)) < 0)
		return r;
	const struct policy_files files = {view_of(&bytes), view_of(&sig), view_of(&keys)};
	policy_machine_read("", &machine);
	if ((r = policy_read(&files, &q->clock, q->floor_version, &p, err)) < 0 ||
		(r = policy_fits(p, &machine, err)) < 0 ||
		(r = keep(q->folder, "policy.json", bytes.p, bytes.len, err)) < 0 ||
		(r = keep(q->folder, "policy.json.minisig", sig.p, sig.len, err)) < 0 ||
		(r = keep_keys(q->folder, p->keys, err)) < 0 ||
		(r = keep_list(q->folder, "collectors.json", p->reports, err)) < 0)
		return r;
	ret->version = p->version;
	(void)snprintf(ret->key_id, sizeof(ret->key_id), "%s", p->by.key_id);
	ret->act = p->act;
	ret->repaired = p->repaired;
	ret->nothing = p->nothing;
	ret->failure = p->failure;
	ret->unknown_clock_acts = p->unknown_clock_acts;
	ret->delay_s = p->delay_s;
	ret->n_keys = (unsigned)(p->keys ? json_object_array_length(p->keys) : 0);
	ret->n_reports = (unsigned)(p->reports ? json_object_array_length(p->reports) : 0);
	return 0;
}

int fleet_fetch_run(void *arg, int out_fd)
{
	struct fleet_policy said;
	struct rs_err err = {0};

	memset(&said, 0, sizeof(said));
	said.code = fetch(arg, &out_fd, &said, &err);
	if (said.code < 0)
		rs_err_line(&err, said.text, sizeof(said.text));
	return process_write(out_fd, &said, sizeof(said)) ? 0 : 1;
}

/* ---- a report ---- */

enum { REPORT_MOST = 16 << 20, ACCOUNTS_MOST = 64 * 1024 };

/* What one collector gets. */
static int send_one(struct net_client *c, const struct fleet_send *q,
	const struct rs_secret *report, struct json_object *sink, struct rs_err *err)
{
	struct net_sink to = {0};
	char event[24];
	const struct net_report r = {.id = q->id,
		.event = event,
		.host = q->host,
		.result = q->result,
		.unix_s = time(NULL),
		.bytes = report->p,
		.len = report->len};
	int code = net_sink_parse(sink, &to, err);

	if (code < 0)
		return code;
	(void)snprintf(event, sizeof(event), q->revision > 1 ? "%s-%u" : "%s",
		fleet_event_word(q->event), q->revision);
	to.total_ms = q->total_ms;
	code = net_send(c, &to, &r, err);
	net_sink_done(&to);
	return code;
}

/* The policy's list, or the one of the settings: a folder that takes PUT where it ends with a
 * slash, else something that takes POST. */
static struct json_object *sinks_of(const struct fleet_send *q)
{
	if (q->sinks[0])
		return json_object_from_file(q->sinks);
	struct json_object *list = json_object_new_array(), *o = json_object_new_object();
	const size_t len = strlen(q->collector);
	const char *type = strncmp(q->collector, "syslog", 6) == 0 ? "syslog"
			   : len && q->collector[len - 1] == '/'   ? "put"
								   : "webhook";
	json_object_object_add(o, "type", json_object_new_string(type));
	json_object_object_add(o, "url", json_object_new_string(q->collector));
	json_object_array_add(list, o);
	return list;
}

static bool fail_sent(struct fleet_sent *said, const struct rs_err *err)
{
	rs_err_line(err, said->text, sizeof(said->text));
	return false;
}

static int take_accounts(const struct fleet_send *q, struct rs_secret *ret, struct rs_err *err)
{
	ssize_t n = 0;

	if (!q->has_accounts)
		return 0;
	if (rs_secret_init(ret, ACCOUNTS_MOST, err) < 0)
		return RS_E_MEMORY;
	while (ret->len < ret->cap &&
		(n = read(PROCESS_ACCOUNTS, ret->p + ret->len, ret->cap - ret->len)) > 0)
		ret->len += (size_t)n;
	return n < 0 ? rs_fail(err, RS_E_IO_READ, "fleet.secret: %s", strerror(errno)) : 0;
}

/* Each has its part of the time: one that is away must not keep the others from it. */
static bool send_all(const struct fleet_send *q, struct fleet_sent *said)
{
	auto_secret struct rs_secret report = {0}, accounts = {0};
	auto_net struct net_client *c = NULL;
	struct rs_err err = {0};
	struct json_object *sinks = sinks_of(q);
	struct fleet_send part = *q;

	said->n = (unsigned)(json_object_is_type(sinks, json_type_array)
				     ? json_object_array_length(sinks)
				     : 0);
	if (stick_read_file(q->path, REPORT_MOST, &report) < 0)
		(void)rs_fail_on(&err, RS_E_IO_OPEN, q->path, "it does not open");
	else if (take_accounts(q, &accounts, &err) == 0 &&
		 open_client(q->program, q->ca, &c, &err) == 0) {
		net_set_secrets(c, &accounts);
		for (unsigned i = 0; i < said->n; i++) {
			part.total_ms = q->total_ms / said->n;
			said->n_taken += send_one(c, &part, &report,
						 json_object_array_get_idx(sinks, i), &err) == 0;
		}
	}
	json_object_put(sinks);
	return said->n_taken == said->n || fail_sent(said, &err);
}

int fleet_send_run(void *arg, int out_fd)
{
	struct fleet_sent said;

	memset(&said, 0, sizeof(said));
	(void)send_all(arg, &said); /* what failed is in it */
	return process_write(out_fd, &said, sizeof(said)) ? 0 : 1;
}

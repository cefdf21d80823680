/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Collectors that take HTTPS: a web hook, a folder that takes PUT (RFC 9110, 9.3.4; nginx' dav),
 * Splunk's HTTP Event Collector, Elasticsearch. What was sent once and comes again is the same for
 * each: by its key, its name, or its id. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/cleanup.h"
#include "net/http.h"
#include "net/sink.h"

#define ANSWER_MOST  (64U << 10)
#define URL_MOST     2000U
#define ELASTIC_OLD  409 /* it has this id: taken before */
#define SPLUNK_TAKEN 0

/* ---- texts that grow ---- */

struct text {
	char *p;
	size_t len;
	FILE *f;
};

static bool text_begin(struct text *t)
{
	t->f = open_memstream(&t->p, &t->len);
	return t->f;
}

/* False: no memory. */
static bool text_end(struct text *t)
{
	return fclose(t->f) == 0 && t->p;
}

/* As a part of a file's name on whatever server: of other characters none, as one that takes a
 * report may decode them to a folder. */
static void put_name(FILE *f, const char *text)
{
	for (const char *p = text; *p; p++)
		(void)fputc((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
					    (*p >= '0' && *p <= '9') || *p == '-' || *p == '_'
				    ? *p
				    : '_',
			f);
}

static void put_quoted(FILE *f, const char *text)
{
	struct json_object *o = json_object_new_string(text);
	const char *quoted = o ? json_object_to_json_string(o) : NULL;

	(void)fputs(quoted ? quoted : "\"\"", f);
	json_object_put(o);
}

static bool utc(int64_t unix_s, char ret[32])
{
	const time_t at = (time_t)unix_s;
	struct tm tm;

	return gmtime_r(&at, &tm) && strftime(ret, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

/* ---- what they share ---- */

static int ask(const struct sink_ask *q, const char *method, const char *url, struct rs_view body,
	const char *header, struct http_answer *answer, struct rs_err *err)
{
	const struct http_ask http = {.job = q->job,
		.method = method,
		.url = url,
		.ca = q->ca,
		.is_system_ca = q->is_system_ca,
		.secret = q->secret,
		.body = body,
		.type = "application/json",
		.header = header,
		.most = ANSWER_MOST};
	const int r = http_run(&http, answer, err);

	return r ? r : rs_fail_on(err, RS_E_NET_SINK, url, "status 404: nothing is there");
}

/* ---- the kinds ---- */

int sink_webhook(const struct sink_ask *q, struct rs_err *err)
{
	auto_answer struct http_answer answer = {0};
	char key[160];

	(void)snprintf(key, sizeof(key), "Idempotency-Key: %.100s-%.32s", q->id, q->event);
	return ask(q, "POST", q->url, q->report, key, &answer, err);
}

static const char *field(const struct sink_ask *q, const char *name, size_t len, char date[32])
{
	const struct {
		const char *name, *value;
	} fields[] = {{"date", date}, {"host", q->host}, {"serial", q->host}, {"id", q->id},
		{"event", q->event}};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strlen(fields[i].name) == len && memcmp(fields[i].name, name, len) == 0)
			return fields[i].value;
	return NULL;
}

/* False: braces with no such name in them. */
static bool fill(const struct sink_ask *q, const char *template, char date[32], FILE *f)
{
	for (const char *p = template; *p;) {
		const size_t plain = strcspn(p, "{");
		(void)fwrite(p, 1, plain, f);
		p += plain;
		if (!*p)
			return true;
		const char *end = strchr(p, '}');
		const char *value = end ? field(q, p + 1, (size_t)(end - p) - 1, date) : NULL;
		if (!value)
			return false;
		put_name(f, value);
		p = end + 1;
	}
	return true;
}

int sink_put_url(const struct sink_ask *q, char **ret, struct rs_err *err)
{
	const size_t len = strlen(q->url);
	struct text t = {0};
	char date[32];

	if (!utc(q->unix_s, date) || !text_begin(&t))
		return rs_fail(err, RS_E_MEMORY, "address of a report");
	date[10] = '\0'; /* without the time */
	bool is_good = fill(q, q->url, date, t.f);
	if (is_good && len && q->url[len - 1] == '/')
		is_good = fill(q, "{date}/{host}-{id}-{event}.json", date, t.f);
	const bool is_whole = text_end(&t);
	if (is_whole && is_good && t.len <= URL_MOST) {
		*ret = t.p;
		return 0;
	}
	free(t.p);
	return is_whole ? rs_fail_on(err, RS_E_NET_CONFIG, q->url,
				  "only {date}, {host}, {serial}, {id} and {event} are filled in")
			: rs_fail(err, RS_E_MEMORY, "address of a report");
}

int sink_put(const struct sink_ask *q, struct rs_err *err)
{
	auto_answer struct http_answer answer = {0};
	auto_free char *url = NULL;
	const int r = sink_put_url(q, &url, err);

	return r < 0 ? r : ask(q, "PUT", url, q->report, NULL, &answer, err);
}

/* 200 and a code of its own. */
static bool is_taken(const struct http_answer *answer)
{
	struct json_object *o = json_tokener_parse((const char *)answer->body.p), *code = NULL;
	const bool is_zero = json_object_is_type(o, json_type_object) &&
			     json_object_object_get_ex(o, "code", &code) &&
			     json_object_is_type(code, json_type_int) &&
			     json_object_get_int(code) == SPLUNK_TAKEN;

	json_object_put(o);
	return is_zero;
}

int sink_splunk(const struct sink_ask *q, struct rs_err *err)
{
	auto_answer struct http_answer answer = {0};
	auto_free char *body = NULL;
	struct text t = {0};
	char url[URL_MOST];
	int n = snprintf(url, sizeof(url), "%s%s", q->url,
		strstr(q->url, "/services/collector") ? "" : "/services/collector/event");

	if (n < 0 || (size_t)n >= sizeof(url) || !text_begin(&t))
		return rs_fail_on(err, RS_E_NET_CONFIG, q->url, "too long");
	(void)fprintf(t.f, "{\"time\":%lld,\"host\":", (long long)q->unix_s);
	put_quoted(t.f, q->host);
	(void)fputs(",\"source\":\"unbrick\",\"sourcetype\":\"_json\",\"event\":", t.f);
	(void)fwrite(q->report.p, 1, q->report.len, t.f);
	(void)fputs("}", t.f);
	const bool is_whole = text_end(&t);
	body = t.p;
	if (!is_whole)
		return rs_fail(err, RS_E_MEMORY, "report");
	const int r = ask(
		q, "POST", url, (struct rs_view){(const uint8_t *)body, t.len}, NULL, &answer, err);
	return r < 0 || is_taken(&answer)
		       ? r
		       : rs_fail_on(err, RS_E_NET_SINK, q->url, "it says that it did not take it");
}

/* The time that its pages sort by, before all else in the object. */
static bool stamp(const struct sink_ask *q, struct text *t)
{
	const char *open = memchr(q->report.p, '{', q->report.len);
	char when[32];

	if (!open || !utc(q->unix_s, when) || !text_begin(t))
		return false;
	const size_t before = (size_t)((const uint8_t *)open + 1 - q->report.p);
	(void)fprintf(t->f, "{\"@timestamp\":\"%s\",", when);
	(void)fwrite(q->report.p + before, 1, q->report.len - before, t->f);
	return text_end(t);
}

int sink_elastic(const struct sink_ask *q, struct rs_err *err)
{
	auto_answer struct http_answer answer = {0};
	struct text t = {0}, url = {0};
	int r = RS_E_MEMORY;

	const bool is_made = stamp(q, &t) && text_begin(&url);
	if (is_made) {
		(void)fprintf(url.f, "%s/", q->url);
		put_name(url.f, q->index[0] ? q->index : "unbrick");
		(void)fputs("/_create/", url.f);
		put_name(url.f, q->id);
		(void)fputc('-', url.f);
		put_name(url.f, q->event);
	}
	if (!is_made || !text_end(&url))
		(void)rs_fail(err, RS_E_MEMORY, "report");
	else
		r = ask(q, "PUT", url.p, (struct rs_view){(const uint8_t *)t.p, t.len}, NULL,
			&answer, err);
	free(t.p);
	free(url.p);
	return r == RS_E_NET_HTTP && answer.status == ELASTIC_OLD ? 1 : r;
}

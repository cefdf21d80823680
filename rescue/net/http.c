/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/http.h"
#include "net/config.h"

#include <curl/curl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "core/cleanup.h"

static const char *const protocols[] = {"https", "https,http"};

#define REDIRECTS_MOST	 4
#define CONNECT_MS	 10000U
#define TRY_MS		 30000U
#define JITTER_MOST_MS	 60000U
#define RETRY_AFTER_MOST 120
#define LEAST_LEFT_MS	 50U
#define LEAST_TRY_MS	 500U /* less is no try: it would hide why the one before it failed */
#define TIME_TEXT	 24

/* One try: what its callbacks need. */
struct
try {
	const struct http_ask *q;
	struct http_answer *ret;
	bool is_too_large, is_no_memory;
	int verify; /* X509_V_ERR_* of the certificate that was refused */
	char from[TIME_TEXT], to[TIME_TEXT];
};

void http_answer_done(struct http_answer *a)
{
	rs_secret_done(&a->body);
}

/* ---- callbacks ---- */

static size_t on_body(char *bytes, size_t size, size_t n, void *user)
{
	struct try *t = user;
	struct rs_secret *body = &t->ret->body;
	const size_t len = size * n;

	t->is_too_large |= len > t->q->most - body->len;
	if (t->is_too_large)
		return 0; /* ends it */
	if (body->cap - body->len <= len) {
		struct rs_secret larger;
		if (rs_secret_init(&larger, 2 * (body->len + len) + 1024, NULL) < 0) {
			t->is_no_memory = true;
			return 0;
		}
		if (body->len)
			memcpy(larger.p, body->p, body->len);
		larger.len = body->len;
		rs_secret_done(body);
		*body = larger;
	}
	memcpy(body->p + body->len, bytes, len);
	body->len += len;
	return len;
}

static int on_progress(void *user, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct try *t = user;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return !job_is_wanted(t->q->job);
}

static void time_text(const ASN1_TIME *at, char ret[TIME_TEXT])
{
	struct tm tm;

	if (!at || ASN1_TIME_to_tm(at, &tm) != 1 ||
		!strftime(ret, TIME_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm))
		(void)snprintf(ret, TIME_TEXT, "?");
}

static int try_index = -1;

static int on_certificate(int is_good, X509_STORE_CTX *store)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct try *t = ssl ? SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), try_index) : NULL;
	const X509 *certificate = X509_STORE_CTX_get_current_cert(store);

	if (!is_good && t && certificate) {
		t->verify = X509_STORE_CTX_get_error(store);
		time_text(X509_get0_notBefore(certificate), t->from);
		time_text(X509_get0_notAfter(certificate), t->to);
	}
	return is_good;
}

/* Called by libcurl when all else is set: the time, and who hears what is wrong. */
static CURLcode on_context(CURL *curl, void *context, void *user)
{
	struct try *t = user;
	SSL_CTX *ssl = context;

	(void)curl;
	if (try_index < 0)
		try_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
	if (try_index < 0 || SSL_CTX_set_ex_data(ssl, try_index, t) != 1)
		return CURLE_OUT_OF_MEMORY;
	if (t->q->job->now_unix_s)
		X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(ssl), t->q->job->now_unix_s);
	SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, on_certificate);
	return CURLE_OK;
}

/* ---- one try ---- */

static struct curl_blob blob(const void *p, size_t len)
{
	/* libcurl only reads it */
	return (struct curl_blob){(void *)(uintptr_t)p, len, CURL_BLOB_NOCOPY};
}

static bool set_server(CURL *curl, struct try *t)
{
	const struct http_ask *q = t->q;
	const struct curl_blob ca = blob(q->ca, strlen(q->ca));
	bool is_set =
		curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, on_context) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, t) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK;

	if (!q->is_system_ca) /* and nothing that this system trusts */
		is_set = is_set && curl_easy_setopt(curl, CURLOPT_CAINFO, NULL) == CURLE_OK &&
			 curl_easy_setopt(curl, CURLOPT_CAPATH, NULL) == CURLE_OK &&
			 curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &ca) == CURLE_OK;
	if (q->secret && q->secret->key.len) {
		const struct curl_blob certificate =
			blob(q->secret->certificate.p, q->secret->certificate.len);
		const struct curl_blob key = blob(q->secret->key.p, q->secret->key.len);
		is_set = is_set &&
			 curl_easy_setopt(curl, CURLOPT_SSLCERT_BLOB, &certificate) == CURLE_OK &&
			 curl_easy_setopt(curl, CURLOPT_SSLKEY_BLOB, &key) == CURLE_OK;
	}
	return is_set;
}

static bool set_limits(CURL *curl, struct try *t)
{
	const uint64_t now = job_now_ms(), end = t->q->job->end_ms;
	const uint64_t left = end > now ? end - now : LEAST_LEFT_MS;
	const long try_ms = (long)(left < TRY_MS ? left : TRY_MS);

	return curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, try_ms) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_XFERINFODATA, t) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEDATA, t) == CURLE_OK;
}

static bool add_header(struct curl_slist **list, const char *text)
{
	struct curl_slist *longer = curl_slist_append(*list, text);

	*list = longer ? longer : *list;
	return longer;
}

static bool make_headers(const struct http_ask *q, struct curl_slist **ret)
{
	char line[96];
	bool is_made = add_header(ret, "Expect:");

	(void)snprintf(line, sizeof(line), "Content-Type: %s", q->type ? q->type : "");
	if (q->type)
		is_made = is_made && add_header(ret, line);
	if (q->header)
		is_made = is_made && add_header(ret, q->header);
	for (unsigned i = 0; is_made && q->secret && i < q->secret->n_headers; i++) {
		auto_secret struct rs_secret text = {0};
		const struct rs_view h = q->secret->headers[i];
		is_made = rs_secret_init(&text, h.len + 1, NULL) == 0;
		if (is_made) {
			memcpy(text.p, h.p, h.len); /* with a NUL behind it */
			is_made = add_header(ret, (const char *)text.p);
		}
	}
	return is_made;
}

static bool set_request(
	CURL *curl, const struct http_ask *q, const char *url, const struct curl_slist *headers)
{
	bool is_set =
		curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols[q->is_plain]) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_USERAGENT, "Unbrick/" UNBRICK_VERSION " (Linux)") ==
			CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK;

	if (q->body.p)
		is_set = is_set &&
			 curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)q->body.len) == CURLE_OK &&
			 curl_easy_setopt(curl, CURLOPT_POSTFIELDS, q->body.p) == CURLE_OK;
	if (q->method)
		is_set = is_set &&
			 curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, q->method) == CURLE_OK;
	return is_set;
}

static int explain_certificate(const struct try *t, struct rs_err *err)
{
	char now[TIME_TEXT];
	struct tm tm;
	const time_t at = t->q->job->now_unix_s ? (time_t)t->q->job->now_unix_s : time(NULL);

	switch (t->verify) {
	case X509_V_OK:
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return rs_fail(err, RS_E_NET_TLS_NAME, "%s", "");
	case X509_V_ERR_CERT_NOT_YET_VALID:
	case X509_V_ERR_CERT_HAS_EXPIRED:
		if (!gmtime_r(&at, &tm) || !strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", &tm))
			now[0] = '\0';
		return rs_fail(err, RS_E_NET_TLS_CLOCK,
			"it is valid from %s to %s, and the clock says %s", t->from, t->to, now);
	default:
		return rs_fail(
			err, RS_E_NET_TLS_CA, "%s", X509_verify_cert_error_string(t->verify));
	}
}

static int explain(
	CURL *curl, CURLcode code, const struct try *t, const char *words, struct rs_err *err)
{
	curl_off_t connected_us = 0;

	(void)curl_easy_getinfo(curl, CURLINFO_CONNECT_TIME_T, &connected_us); /* else 0 */
	if (t->is_no_memory || code == CURLE_OUT_OF_MEMORY)
		return rs_fail(err, RS_E_MEMORY, "answer of the server");
	if (t->is_too_large)
		return rs_fail(err, RS_E_NET_TOO_LARGE, "%zu bytes at most", t->q->most);
	switch (code) {
	case CURLE_ABORTED_BY_CALLBACK:
		return rs_fail(err, RS_E_NET_SLOW, "nobody waits for it any more");
	case CURLE_COULDNT_RESOLVE_HOST:
		return rs_fail(err, RS_E_NET_NAME, "%s", "");
	case CURLE_COULDNT_CONNECT:
		return rs_fail(err, RS_E_NET_CONNECT, "%s", words);
	case CURLE_OPERATION_TIMEDOUT:
		return connected_us ? rs_fail(err, RS_E_NET_SLOW, "%s", words)
				    : rs_fail(err, RS_E_NET_CONNECT, "%s", words);
	case CURLE_PEER_FAILED_VERIFICATION:
		return explain_certificate(t, err);
	case CURLE_SSL_CERTPROBLEM:
		return rs_fail(
			err, RS_E_NET_CONFIG, "the client certificate or its key: %s", words);
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CACERT_BADFILE:
		return rs_fail(err, RS_E_NET_TLS, "%s", words);
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
		if (connected_us) /* of what came */
			return rs_fail(err, RS_E_NET_ANSWER, "%s", words);
		return rs_fail(err, RS_E_NET_CONFIG, "no address that can be asked: %s", words);
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return rs_fail(err, RS_E_NET_BROKEN_OFF, "%s", words);
	default:
		return rs_fail(
			err, RS_E_NET_ANSWER, "%s", words[0] ? words : curl_easy_strerror(code));
	}
}

static void take_head(CURL *curl, struct http_answer *ret)
{
	curl_off_t after = 0;
	char *type = NULL;

	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &ret->status); /* else 0 */
	(void)curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &after);
	(void)curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
	/* a date before what this machine's clock says: one of the two clocks is wrong */
	ret->retry_after_s = after < 0			? 0
			     : after > RETRY_AFTER_MOST ? RETRY_AFTER_MOST
							: (long)after;
	const uint8_t *p = ret->body.p;
	size_t at = 0;
	while (at < ret->body.len && (p[at] == ' ' || p[at] == '\r' || p[at] == '\n' ||
					     p[at] == '\t' || p[at] >= 0xbb)) /* a mark of order */
		at++;
	ret->is_html = (type && strncasecmp(type, "text/html", 9) == 0) ||
		       (at < ret->body.len && p[at] == '<');
}

/* One request to one address; *ret_to where it is sent on to (free it), or NULL. */
static int ask_once(const struct http_ask *q, const char *url, struct http_answer *ret,
	char **ret_to, struct rs_err *err)
{
	char words[CURL_ERROR_SIZE] = "";
	struct try t = {.q = q, .ret = ret};
	struct curl_slist *headers = NULL;
	CURL *curl = curl_easy_init();
	char *to = NULL;
	int r = 0;

	*ret_to = NULL;
	*ret = (struct http_answer){0};
	if (!curl || rs_secret_init(&ret->body, 1, NULL) < 0 || !make_headers(q, &headers) ||
		!set_request(curl, q, url, headers) || !set_server(curl, &t) ||
		!set_limits(curl, &t)) {
		r = rs_fail(err, RS_E_MEMORY, "request");
	} else {
		(void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words); /* else no words */
		const CURLcode code = curl_easy_perform(curl);
		take_head(curl, ret);
		if (code != CURLE_OK)
			r = explain(curl, code, &t, words, err);
		else if (curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &to) == CURLE_OK && to)
			*ret_to = strdup(to);
	}
	curl_easy_cleanup(curl);
	curl_slist_free_all(headers);
	if (r < 0)
		http_answer_done(ret);
	return r;
}

/* ---- redirects ---- */

static char *part_of(const char *url, CURLUPart part)
{
	CURLU *all = curl_url();
	char *found = NULL, *ret = NULL;

	if (all && curl_url_set(all, CURLUPART_URL, url, 0) == CURLUE_OK &&
		curl_url_get(all, part, &found, CURLU_DEFAULT_PORT) == CURLUE_OK)
		ret = strdup(found);
	curl_free(found);
	curl_url_cleanup(all);
	return ret;
}

static bool is_same_server(const char *one, const char *other)
{
	static const CURLUPart parts[] = {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT};
	bool is_same = true;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		auto_free char *a = part_of(one, parts[i]), *b = part_of(other, parts[i]);
		is_same &= a && b && strcasecmp(a, b) == 0;
	}
	return is_same;
}

/* What is shown of an address: its server. */
static void name_of(const char *url, char *ret, size_t cap)
{
	auto_free char *host = part_of(url, CURLUPART_HOST), *port = part_of(url, CURLUPART_PORT);
	const char *usual = strncmp(url, "http:", 5) == 0 ? "80" : "443";

	if (host && port && strcmp(port, usual) == 0)
		(void)snprintf(ret, cap, "%s", host);
	else
		(void)snprintf(ret, cap, "%s:%s", host ? host : "?", port ? port : "?");
}

int http_ask(const struct http_ask *q, struct http_answer *ret, struct rs_err *err)
{
	auto_free char *url = strdup(q->url);
	char name[200];
	int r = url ? 0 : rs_fail(err, RS_E_MEMORY, "address");

	*ret = (struct http_answer){0};
	name_of(q->url, name, sizeof(name));
	if (!q->is_system_ca && !q->ca[0] && strncasecmp(q->url, "http:", 5) != 0)
		r = rs_fail_on(err, RS_E_NET_CONFIG, name, NET_NO_CA);
	for (int i = 0; r == 0; i++) {
		auto_free char *to = NULL;
		r = ask_once(q, url, ret, &to, err);
		if (r < 0 || !to)
			break;
		http_answer_done(ret);
		if (i == REDIRECTS_MOST)
			r = rs_fail(err, RS_E_NET_REDIRECT, "more than %d times", REDIRECTS_MOST);
		else if (q->body.p || !is_same_server(url, to)) {
			char other[200];
			name_of(to, other, sizeof(other));
			r = rs_fail(err, RS_E_NET_REDIRECT, "to %s", other);
		}
		free(url);
		url = rs_steal(to);
	}
	if (r < 0)
		(void)rs_err_object(err, name);
	return r;
}

/* ---- statuses, and once more ---- */

int http_status(const struct http_ask *q, const struct http_answer *a, struct rs_err *err)
{
	char name[200];

	name_of(q->url, name, sizeof(name));
	if (a->status >= 200 && a->status < 300)
		return a->is_html ? rs_fail_on(err, RS_E_NET_CAPTIVE, name, "%s", "") : 1;
	if (a->status == 404)
		return 0;
	if (a->status == 401 || a->status == 403)
		return rs_fail_on(err, RS_E_NET_DENIED, name, "status %ld", a->status);
	if (a->status == 408 || a->status == 429 || a->status >= 500)
		return rs_fail_on(err, RS_E_NET_DOWN, name, "status %ld", a->status);
	return rs_fail_on(err, RS_E_NET_HTTP, name, "status %ld", a->status);
}

static bool may_pass(int code)
{
	return code == RS_E_NET_DOWN || code == RS_E_NET_NAME || code == RS_E_NET_CONNECT ||
	       code == RS_E_NET_SLOW || code == RS_E_NET_BROKEN_OFF;
}

/* Full jitter: as many machines as ask at once, so many different moments. */
static uint64_t jitter_ms(unsigned tries)
{
	const uint64_t most =
		tries < 6 ? 2000ULL << tries : JITTER_MOST_MS; /* 2, 4, 8, ... 60 seconds */
	uint32_t random = 0;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
		random = (uint32_t)job_now_ms(); /* no secret */
	return random % (most < JITTER_MOST_MS ? most : JITTER_MOST_MS);
}

bool http_again(
	const struct job *j, unsigned tries, long retry_after_s, int code, const struct rs_err *err)
{
	const uint64_t wait_ms = retry_after_s ? (uint64_t)retry_after_s * 1000U : jitter_ms(tries);

	if (!may_pass(code) || job_now_ms() + wait_ms + LEAST_TRY_MS >= j->end_ms)
		return false; /* or it would be too late */
	job_say(j, "%s: %s; once more in %llu s", err->object, rs_err_info(code)->text,
		(unsigned long long)(wait_ms + 999) / 1000);
	return job_wait_ms(j, wait_ms);
}

int http_run(const struct http_ask *q, struct http_answer *ret, struct rs_err *err)
{
	for (unsigned i = 0;; i++) {
		int r = http_ask(q, ret, err);
		if (r == 0)
			r = http_status(q, ret, err);
		if (r >= 0 || !http_again(q->job, i, ret->retry_after_s, r, err))
			return r;
		http_answer_done(ret);
	}
}

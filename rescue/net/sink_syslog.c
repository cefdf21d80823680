/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A report as one message of syslog over TLS (RFC 5424, RFC 5425). Nothing says that it was taken:
 * the connection that was closed in order is all that there is. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/cleanup.h"
#include "net/http.h"
#include "net/sink.h"
#include "net/tls.h"

#define PORT	      "6514"
#define PRIORITY      14 /* user-level, informational */
#define STRUCTURED_ID "unbrick@32473"

/* ---- the message ---- */

/* HOSTNAME and the like: printable ASCII, no blank; "-" for none. */
static void put_name(FILE *f, const char *text, size_t most)
{
	size_t n = 0;

	for (const char *p = text; *p && n < most; p++)
		if (*p > ' ' && *p < 0x7F) {
			(void)fputc(*p, f);
			n++;
		}
	if (!n)
		(void)fputc('-', f);
}

/* PARAM-VALUE (RFC 5424, 6.3.3) */
static void put_value(FILE *f, const char *text)
{
	for (const char *p = text; *p; p++) {
		if (strchr("\"\\]", *p))
			(void)fputc('\\', f);
		(void)fputc(*p, f);
	}
}

/* JSON has no line end inside of its texts: between them a blank is as good. */
static void put_on_one_line(FILE *f, struct rs_view json)
{
	for (size_t i = 0; i < json.len; i++)
		(void)fputc(json.p[i] == '\n' || json.p[i] == '\r' ? ' ' : json.p[i], f);
}

int sink_syslog_frame(const struct sink_ask *q, char **ret, size_t *ret_len, struct rs_err *err)
{
	auto_free char *message = NULL;
	size_t len = 0, all = 0;
	char when[32];
	const time_t at = (time_t)q->unix_s;
	struct tm tm;
	FILE *f = open_memstream(&message, &len), *whole;

	if (!f || !gmtime_r(&at, &tm) || !strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm)) {
		if (f)
			(void)fclose(f);
		return rs_fail(err, RS_E_MEMORY, "report");
	}
	(void)fprintf(f, "<%d>1 %s ", PRIORITY, when);
	put_name(f, q->host, 255);
	(void)fputs(" unbrick - ", f);
	put_name(f, q->event, 32);
	(void)fputs(" [" STRUCTURED_ID " id=\"", f);
	put_value(f, q->id);
	(void)fputs("\" result=\"", f);
	put_value(f, q->result);
	(void)fputs("\"] ", f);
	put_on_one_line(f, q->report);
	if (fclose(f) != 0 || !message || !(whole = open_memstream(ret, &all)))
		return rs_fail(err, RS_E_MEMORY, "report");
	(void)fprintf(whole, "%zu ", len);
	(void)fwrite(message, 1, len, whole);
	if (fclose(whole) != 0)
		return rs_fail(err, RS_E_MEMORY, "report");
	*ret_len = all;
	return 0;
}

/* ---- the connection ---- */

static int once(const struct tls_ask *q, const char *frame, size_t len, struct rs_err *err)
{
	struct tls line;

	int r = tls_open(&line, q, err);
	if (r == 0)
		r = tls_write(&line, frame, len, err);
	if (r == 0)
		r = tls_end(&line, err);
	tls_close(&line);
	return r;
}

int sink_syslog(const struct sink_ask *q, struct rs_err *err)
{
	struct tls_ask ask = {
		.job = q->job, .ca = q->ca, .is_system_ca = q->is_system_ca, .secret = q->secret};
	auto_free char *frame = NULL;
	size_t len = 0;

	if (!tls_server(q->url, "syslog", PORT, &ask.server))
		return rs_fail_on(err, RS_E_NET_CONFIG, q->url,
			"a syslog server is syslog://name or syslog://name:port");
	int r = sink_syslog_frame(q, &frame, &len, err);
	if (r < 0)
		return r;
	for (unsigned i = 0;; i++) {
		r = once(&ask, frame, len, err);
		if (r == 0)
			return 1;
		(void)rs_err_object(err, q->url);
		if (!http_again(q->job, i, 0, r, err))
			return r;
	}
}

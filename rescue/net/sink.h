/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where reports go: each kind of collector has its request, and its own word for "taken". */
#ifndef UNBRICK_NET_SINK_H
#define UNBRICK_NET_SINK_H

#include "core/view.h"
#include "net/job.h"
#include "net/secret.h"

struct sink_ask {
	struct job *job;
	const char *url, *ca;
	bool is_system_ca;
	const char *index; /* of Elasticsearch; "": "unbrick" */
	const struct net_secret *secret;
	const char *id;	       /* of the report: the same in every try */
	const char *event;     /* "start", "end" */
	const char *host;      /* the machine's serial number or what else names it */
	const char *result;    /* a word, "" where none is known yet */
	int64_t unix_s;	       /* when it happened */
	struct rs_view report; /* JSON, an object */
};

/* A kind: 1: taken; negative: why not. */
typedef int sink_fn(const struct sink_ask *q, struct rs_err *err);

sink_fn sink_webhook, sink_put, sink_splunk, sink_elastic; /* over HTTPS (sink_http.c) */
sink_fn sink_syslog;					   /* over TLS (sink_syslog.c) */

/** One message as RFC 5424 has it, with its length before it (RFC 6587, 3.4.1, as RFC 5425 asks);
 * JSON on one line. Errors: RS_E_MEMORY. */
int sink_syslog_frame(const struct sink_ask *q, char **ret, size_t *ret_len, struct rs_err *err);
/** @url with {date} {host} {serial} {id} {event} filled in, each in letters, digits, - and _
 * (others become _); one that ends with a slash gets "{date}/{host}-{id}-{event}.json" behind it.
 * Errors: RS_E_NET_CONFIG, RS_E_MEMORY. */
int sink_put_url(const struct sink_ask *q, char **ret, struct rs_err *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests over HTTPS, by libcurl: one server, no proxy, no cookie, no file of this system but what
 * names need. A redirect leads to another path of the same server or nowhere. */
#ifndef UNBRICK_NET_HTTP_H
#define UNBRICK_NET_HTTP_H

#include "core/view.h"
#include "net/job.h"
#include "net/secret.h"

struct http_ask {
	struct job *job;
	const char *method; /* NULL: GET */
	const char *url;
	const char *ca; /* PEM; "": none, and then only with... */
	bool is_system_ca;
	bool is_plain;			 /* http: is no error */
	const struct net_secret *secret; /* NULL: none */
	struct rs_view body;		 /* what is sent */
	const char *type;		 /* of what is sent */
	const char *header;		 /* "Name: value", one more; NULL: none */
	size_t most;			 /* bytes of the answer */
};

struct http_answer {
	long status;
	struct rs_secret body; /* with a NUL behind it */
	bool is_html;
	long retry_after_s; /* 0: not said */
};

#define auto_answer __attribute__((cleanup(http_answer_done)))
void http_answer_done(struct http_answer *a);

/** Once. 0: there is an answer, whatever its status. Errors: RS_E_NET_*, RS_E_MEMORY. */
int http_ask(const struct http_ask *q, struct http_answer *ret, struct rs_err *err);

/** What a status says. 1: done (2xx), 0: not here (404). Errors: RS_E_NET_DENIED, RS_E_NET_DOWN
 * (may be tried again), RS_E_NET_HTTP, RS_E_NET_CAPTIVE. */
int http_status(const struct http_ask *q, const struct http_answer *a, struct rs_err *err);

/** After try number @tries (from 0) failed with @code: may it pass, and is there time? Then it is
 * said, and waited for: full jitter up to a minute, or @retry_after_s where the server says so (two
 * minutes at most). False: that was the last one. */
bool http_again(const struct job *j, unsigned tries, long retry_after_s, int code,
	const struct rs_err *err);

/** Until it is done, is not here, cannot be, or the job's time is over. As http_status. */
int http_run(const struct http_ask *q, struct http_answer *ret, struct rs_err *err);

#endif

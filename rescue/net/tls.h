/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line to a server by TLS (1.2 or later) that is no HTTP: whose name and CA are checked, within
 * the time of a job. */
#ifndef UNBRICK_NET_TLS_H
#define UNBRICK_NET_TLS_H

#include "net/job.h"
#include "net/secret.h"

struct tls_server {
	char host[256], port[8];
};

struct tls_ask {
	struct job *job;
	struct tls_server server;
	const char *ca; /* PEM */
	bool is_system_ca;
	const struct net_secret *secret; /* its certificate and key; NULL: none */
};

struct tls {
	const struct tls_ask *q;
	int fd;
	struct ssl_ctx_st *context;
	struct ssl_st *ssl;
	uint64_t end_ms; /* of this try */
};

/** "scheme://host", "scheme://host:port", an address of IPv6 in brackets, a slash behind it or
 * none;
 * @standard the port where none stands there. False: it is none. Pure. */
bool tls_server(const char *url, const char *scheme, const char *standard, struct tls_server *ret);

/** Whatever is returned, tls_close ends it. Errors: RS_E_NET_NAME, RS_E_NET_CONNECT, RS_E_NET_SLOW,
 * RS_E_NET_TLS, RS_E_NET_TLS_*, RS_E_NET_CONFIG, RS_E_MEMORY. */
int tls_open(struct tls *l, const struct tls_ask *q, struct rs_err *err);
/** Errors: RS_E_NET_BROKEN_OFF. */
int tls_write(const struct tls *l, const char *bytes, size_t len, struct rs_err *err);
/** Say that nothing follows, and wait until the other side does. Errors: RS_E_NET_BROKEN_OFF: it
 * never did, so nobody knows what it has read. */
int tls_end(const struct tls *l, struct rs_err *err);
void tls_close(struct tls *l);

#endif

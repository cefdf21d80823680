/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whoever needs a network asks unbrick-net, a program of its own that holds nothing: no file, no
 * disk, no right. It is started anew for each request and ends with its answer, so that no request
 * leaves anything for the next one. Started by root it runs as nobody, without capabilities; with
 * whomever it runs, it can gain none, leaves no core dump, and has one descriptor that leads
 * anywhere: the socket to us. Certificates and secrets are handed to it, never paths.
 *
 * It is a stranger: an answer is bytes of bounded length, to be checked by who asked. */
#ifndef UNBRICK_NET_CLIENT_H
#define UNBRICK_NET_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"
#include "core/secret.h"
#include "net/config.h"

struct net_client;

/** @program NULL: "unbrick-net" beside this program, or /bin/unbrick-net. Nothing is started yet.
 * Errors: RS_E_NET_PROGRAM, RS_E_MEMORY. */
int net_open(const char *program, struct net_client **ret, struct rs_err *err);
/** NULL is fine. */
void net_close(struct net_client *c);

/** Asked several times a second while something is waited for; false: cancel it. @line NULL, or
 * what is to be told ("keys.example: the server cannot answer now; once more in 4 s"), not escaped.
 */
void net_watch(struct net_client *c, bool (*go_on)(void *user, const char *line), void *user);
/** The CA (PEM, copied) for whatever names none of its own; NULL: none. Errors: RS_E_MEMORY. */
int net_set_ca(struct net_client *c, const char *pem, struct rs_err *err);
/** Certificates are judged at this time instead of the system's; 0: the system's. */
void net_set_now(struct net_client *c, int64_t unix_s);

/** The secret file (net/secret.h) whose sections sources and collectors name; borrowed, NULL: none.
 */
void net_set_secrets(struct net_client *c, const struct rs_secret *all);

#define NET_TOTAL_MS 60000U /* with all that is tried again, where the caller says nothing */

struct net_get {
	const char *url; /* https, unless... */
	bool is_plain_allowed;
	const char *ca;			/* PEM; NULL: that of net_set_ca */
	bool is_system_ca;		/* instead: whatever this system trusts */
	const struct rs_secret *secret; /* headers, certificate and key (net/secret.h), or NULL */
	size_t most_bytes;		/* 0: 64 KiB */
	unsigned total_ms;		/* 0: NET_TOTAL_MS */
};

/** Fetch it; what a server cannot do now is tried again until the time is over. 1: the bytes are in
 * @ret, to be ended with rs_secret_done; 0: the server says that it has none (404).
 * Errors: RS_E_NET_*, RS_E_CANCELLED, RS_E_MEMORY. */
int net_get(
	struct net_client *c, const struct net_get *q, struct rs_secret *ret, struct rs_err *err);

/** Ask one source for the recovery password with that ID. 1: it is in @ret, as 8 groups of 6 digits
 * with a dash between, each of them possible; 0: the source has none with that ID. What comes back
 * may be another volume's all the same. Errors: RS_E_NET_*, RS_E_CANCELLED, RS_E_MEMORY. */
int net_key(struct net_client *c, const struct net_key_source *source,
	const struct net_words *words, struct rs_secret *ret, struct rs_err *err);

/* A report on its way. */
struct net_report {
	const char *id;	    /* the same whenever it is sent again */
	const char *event;  /* "start" or "end" */
	const char *host;   /* what names the machine: its serial number */
	const char *result; /* a word; NULL: none yet */
	int64_t unix_s;	    /* when it happened */
	const void *bytes;  /* JSON, an object */
	size_t len;
};

/** Send it to one collector; what that cannot take now is sent again until the time is over. 0: it
 * was taken (of syslog: went out whole, which is all that there is to know).
 * Errors: RS_E_NET_*, RS_E_CANCELLED, RS_E_MEMORY. */
int net_send(struct net_client *c, const struct net_sink *sink, const struct net_report *p,
	struct rs_err *err);

struct net_time {
	const char *const *servers; /* names or addresses, asked one after another */
	size_t n;
	unsigned total_ms; /* 0: NET_TOTAL_MS */
};

/** Ask for the time (RFC 4330): what the first one that answers says, and which one that is. It is
 * not signed. Errors: RS_E_NET_CLOCK (none answers), RS_E_NET_*, RS_E_CANCELLED, RS_E_MEMORY. */
int net_time(struct net_client *c, const struct net_time *q, int64_t *ret_unix_s, size_t *ret_which,
	struct rs_err *err);

#endif

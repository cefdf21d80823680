/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a server wants to know of who asks: lines of a file or a descriptor, of which those of one
 * section are handed to unbrick-net. Pure.
 *
 *   X-Api-Key: 0123                    before the first section: of a source that names none
 *   [vault]                            of the sources with "secret": "vault"
 *   -----BEGIN CERTIFICATE-----        the client's, with those that lead to its CA
 *   -----BEGIN PRIVATE KEY-----        and its key (without a passphrase)
 *   [directory]
 *   user: svc-unbrick@corp.example     not sent as headers: of a directory
 *   password: ...
 *
 * Empty lines and those that begin with # are nothing. */
#ifndef UNBRICK_NET_SECRET_H
#define UNBRICK_NET_SECRET_H

#include "core/err.h"
#include "core/secret.h"
#include "core/view.h"

#define NET_HEADERS_MOST 16U

struct net_secret {
	struct rs_view headers[NET_HEADERS_MOST]; /* "Name: value", views into the text */
	unsigned n_headers;
	struct rs_view user, password;
	struct rs_secret certificate, key; /* PEM, with a NUL behind it; empty: none */
};

/** The lines of a section ("": before the first one), a view into @text; empty where there is none.
 */
struct rs_view net_secret_section(struct rs_view text, const char *name);
/** Errors: RS_E_NET_CONFIG (with the line's number, never its words), RS_E_MEMORY. */
int net_secret_parse(struct rs_view section, struct net_secret *ret, struct rs_err *err);
void net_secret_done(struct net_secret *s);

#endif

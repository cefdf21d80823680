/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the requests of this room share. */
#ifndef UNBRICK_NET_CLIENT_INTERNAL_H
#define UNBRICK_NET_CLIENT_INTERNAL_H

#include <json-c/json.h>

#include "core/view.h"
#include "net/client.h"
#include "net/wire.h"

struct net_client {
	char *program;
	char *ca; /* NULL: none */
	int64_t now_unix_s;
	const struct rs_secret *secrets;	     /* borrowed; NULL: none */
	bool (*go_on)(void *user, const char *line); /* NULL: always */
	void *user;
};

struct net_request {
	struct json_object *json; /* "do" and what belongs to it */
	const struct rs_secret *secret;
	struct rs_view body;
	unsigned total_ms;
	enum net_frame wanted; /* ANSWER or KEY */
};

/** Ask a process of its own. 1: the answer is in @ret (with a NUL behind it), 0: not here.
 * Errors: RS_E_NET_*, RS_E_CANCELLED, RS_E_MEMORY. */
int net_ask(struct net_client *c, const struct net_request *q, struct rs_secret *ret,
	struct rs_err *err);

/** The section of the secret file that is named so, into memory of its own. Errors: RS_E_NET_CONFIG
 * (there is none), RS_E_MEMORY. */
int net_section(
	const struct net_client *c, const char *name, struct rs_secret *ret, struct rs_err *err);

/** Members of a request; NULL and 0 are left out. False: no memory. */
bool net_json_begin(struct json_object **ret, const char *what);
bool net_json_text(struct json_object *all, const char *key, const char *text);
bool net_json_int(struct json_object *all, const char *key, int64_t number);

#endif

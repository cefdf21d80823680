/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where keys are and where reports go: one JSON object each, as a policy or a file of this machine
 * has them (docs/fleet.md). A field that is not known is refused, and so is whatever looks like a
 * secret: those are in a file of their own (net/secret.h). Pure. */
#ifndef UNBRICK_NET_CONFIG_H
#define UNBRICK_NET_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "core/err.h"
#include "format/words.h"

struct json_object;

#define NET_URL_MOST	 2048U
#define NET_PEM_MOST	 (64U << 10)
#define NET_SOURCES_MOST 8U
#define NET_SYSTEM_CA	 "system"
/* What a server without any is refused with. */
#define NET_NO_CA "no CA is given for it: give --keys-ca or --policy-ca, or 'ca' beside its address"

/* T(NAME, word) */
#define NET_KEY_TYPES(T)                                                                           \
	T(NET_KEY_HTTPS, "https")	 /* any server: the address is a template */               \
	T(NET_KEY_VAULT, "vault")	 /* HashiCorp Vault, KV version 2 */                       \
	T(NET_KEY_GRAPH, "graph-export") /* a folder of answers of Microsoft Graph, ID.json */     \
	T(NET_KEY_LDAP, "ldap")		 /* Active Directory by LDAPS */
enum net_key_type { NET_KEY_TYPES(JUST_NAME) };
WORDS(net_key_type_word, enum net_key_type, NET_KEY_TYPES)

struct net_key_source {
	enum net_key_type type;
	const char *url;	  /* a template where it is https */
	const char *ca;		  /* PEM; "": the caller's; NET_SYSTEM_CA */
	const char *account;	  /* section of the secret file; "": what is before the first one */
	const char *json_pointer; /* of https; "": /key or text */
	const char *mount, *path, *field, *role, *space; /* of vault */
	const char *base;				 /* of ldap; "": the server's own */
	unsigned total_ms;
	struct json_object *json; /* what all of it lies in */
};

#define NET_SINK_TYPES(T)                                                                          \
	T(NET_SINK_WEBHOOK, "webhook")                                                             \
	T(NET_SINK_PUT, "put")                                                                     \
	T(NET_SINK_SPLUNK, "splunk")                                                               \
	T(NET_SINK_ELASTIC, "elastic")                                                             \
	T(NET_SINK_SYSLOG, "syslog")
enum net_sink_type { NET_SINK_TYPES(JUST_NAME) };
WORDS(net_sink_type_word, enum net_sink_type, NET_SINK_TYPES)

struct net_sink {
	enum net_sink_type type;
	const char *url, *ca, *account; /* as above */
	const char *index;		/* of elastic; "": its own */
	unsigned total_ms;
	struct json_object *json;
};

/** @o is kept (its own reference). Errors: RS_E_NET_CONFIG, which names the field. */
int net_key_source_parse(struct json_object *o, struct net_key_source *ret, struct rs_err *err);
void net_key_source_done(struct net_key_source *s);
/** The same for reports. */
int net_sink_parse(struct json_object *o, struct net_sink *ret, struct rs_err *err);
void net_sink_done(struct net_sink *s);

/* What an address is made of; "" or NULL: not known. */
struct net_words {
	const char *key_id; /* "6BC1077E-..." */
	const char *serial, *uuid, *mac;
};

/** Fill in {key_id} {key_id_lower} {key_id8} {serial} {uuid} {mac}, percent-encoded (RFC 3986: all
 * but unreserved characters). Errors: RS_E_NET_CONFIG (a word that is not known, or one that this
 * machine does not have, or too long). */
int net_template(const char *template, const struct net_words *words, char *ret, size_t cap,
	struct rs_err *err);

#endif

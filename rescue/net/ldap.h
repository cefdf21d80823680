/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recovery passwords as Active Directory keeps them: an object of the class
 * msFVE-RecoveryInformation below its computer's, found by its GUID, since a locked volume does not
 * tell its computer's name (MS-ADTS; RFC 4511, RFC 4515). By LDAPS and an account with a password
 * only: nothing else is spoken, no referral followed. */
#ifndef UNBRICK_NET_LDAP_H
#define UNBRICK_NET_LDAP_H

#include "net/job.h"
#include "net/secret.h"

struct ldap_ask {
	struct job *job;
	const char *url;		 /* ldaps://server[:port] */
	const char *base;		 /* where it begins; "": the server's own domain */
	const char *ca;			 /* PEM */
	const struct net_secret *secret; /* user and password */
	const char *key_id;		 /* a GUID as text */
};

/** 1: the password is in @ret, with a NUL behind it; 0: nothing with that ID is seen by this
 * account. Errors: RS_E_NET_CONFIG, RS_E_NET_CONNECT, RS_E_NET_SLOW, RS_E_NET_TLS_*,
 * RS_E_NET_DENIED (the account is refused, or may not read it), RS_E_NET_DOWN, RS_E_NET_ANSWER,
 * RS_E_MEMORY. */
int ldap_key(const struct ldap_ask *q, struct rs_secret *ret, struct rs_err *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/ldap.h"
#include "net/config.h"

#include <fcntl.h>
#include <ldap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "format/guid.h"
#include "net/tls.h"

#define PORT	      "636"
#define PASSWORD_MOST 256U /* as the schema has it */
#define CONNECT_S     10
#define LEAST_MS      100U
#define FILTER_BYTES  160
#define ATTRIBUTE     "msFVE-RecoveryPassword"

struct talk {
	const struct ldap_ask *q;
	LDAP *ld;
};

/* ---- what went wrong ---- */

/* What Windows means by a number in its refusal (Win32 error codes, in hexadecimal). */
static const struct {
	const char *data, *words;
} refusals[] = {
	{"525", "there is no such user"},
	{"52e", "user or password is wrong"},
	{"530", "it may not log on at this time"},
	{"531", "it may not log on from here"},
	{"532", "its password has expired"},
	{"533", "it is disabled"},
	{"701", "it has expired"},
	{"773", "it has to change its password first"},
	{"775", "it is locked out"},
};

static const char *why_refused(const char *said)
{
	const char *data = strstr(said, "data ");

	for (size_t i = 0; data && i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (strncasecmp(data + 5, refusals[i].data, 3) == 0)
			return refusals[i].words;
	return "user or password is wrong";
}

/* The library has one code and no words for all that keeps it from a server: look ourselves. */
static int explain_silence(const struct talk *t, struct rs_err *err)
{
	struct tls_ask ask = {.job = t->q->job, .ca = t->q->ca};
	struct tls line = {.fd = -1};

	if (!tls_server(t->q->url, "ldaps", PORT, &ask.server))
		return rs_fail(err, RS_E_NET_CONFIG, "no address that can be asked");
	const int r = tls_open(&line, &ask, err);
	tls_close(&line);
	return r < 0 ? r : rs_fail(err, RS_E_NET_BROKEN_OFF, "%s", "");
}

static int explain(const struct talk *t, int code, struct rs_err *err)
{
	char *said = NULL;
	int r;

	(void)ldap_get_option(t->ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &said); /* else none */
	const char *words = said ? said : "";
	switch (code) {
	case LDAP_INVALID_CREDENTIALS:
		r = rs_fail(err, RS_E_NET_DENIED, "the account is refused: %s", why_refused(words));
		break;
	case LDAP_STRONG_AUTH_REQUIRED:
	case LDAP_INAPPROPRIATE_AUTH:
	case LDAP_INSUFFICIENT_ACCESS:
		r = rs_fail(err, RS_E_NET_DENIED, "%s", ldap_err2string(code));
		break;
	case LDAP_SERVER_DOWN:
	case LDAP_CONNECT_ERROR:
		r = explain_silence(t, err);
		break;
	case LDAP_TIMEOUT:
	case LDAP_TIMELIMIT_EXCEEDED:
		r = rs_fail(err, RS_E_NET_SLOW, "%s", "");
		break;
	case LDAP_BUSY:
	case LDAP_UNAVAILABLE:
		r = rs_fail(err, RS_E_NET_DOWN, "%s", ldap_err2string(code));
		break;
	case LDAP_NO_SUCH_OBJECT:
	case LDAP_INVALID_DN_SYNTAX:
	case LDAP_REFERRAL:
		r = rs_fail(err, RS_E_NET_CONFIG, "base '%.120s': %s", t->q->base,
			ldap_err2string(code));
		break;
	case LDAP_NO_MEMORY:
		r = rs_fail(err, RS_E_MEMORY, "directory");
		break;
	default:
		r = rs_fail(err, RS_E_NET_ANSWER, "%s", ldap_err2string(code));
	}
	ldap_memfree(said);
	return r;
}

/* ---- the connection ---- */

static struct timeval left(const struct job *j, unsigned most_s)
{
	const uint64_t now = job_now_ms();
	uint64_t ms = j->end_ms > now + LEAST_MS ? j->end_ms - now : LEAST_MS;

	if (ms > most_s * 1000ULL)
		ms = most_s * 1000ULL;
	return (struct timeval){(time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000)};
}

/* The library takes a CA by a file's name only, and this process may make no file: a pipe has one.
 */
static int set_ca(const struct talk *t)
{
	const size_t len = strlen(t->q->ca);
	const int demand = LDAP_OPT_X_TLS_HARD, is_server = 0;
	int ends[2];
	char path[48];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return false;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
	const bool is_in = write(ends[1], t->q->ca, len) == (ssize_t)len; /* 64 KiB at most */
	(void)close(ends[1]);
	/* read whole by the last of these */
	const bool is_set =
		is_in &&
		ldap_set_option(t->ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) == LDAP_OPT_SUCCESS &&
		ldap_set_option(t->ld, LDAP_OPT_X_TLS_CACERTFILE, path) == LDAP_OPT_SUCCESS &&
		ldap_set_option(t->ld, LDAP_OPT_X_TLS_NEWCTX, &is_server) == LDAP_OPT_SUCCESS;

	(void)close(ends[0]);
	return is_set;
}

static int open_server(struct talk *t, struct rs_err *err)
{
	const struct timeval connect = left(t->q->job, CONNECT_S);
	const int version = LDAP_VERSION3;
	struct tls_server server;

	if (!tls_server(t->q->url, "ldaps", PORT, &server))
		return rs_fail(
			err, RS_E_NET_CONFIG, "a directory is ldaps://name or ldaps://name:port");
	if (!t->q->ca[0])
		return rs_fail(err, RS_E_NET_CONFIG, NET_NO_CA);
	if (!t->q->secret->user.len || !t->q->secret->password.len)
		/* an empty password would be let in as nobody (RFC 4513, 5.1.2) */
		return rs_fail(err, RS_E_NET_CONFIG, "no user and password are given for it");
	if (ldap_initialize(&t->ld, t->q->url) != LDAP_SUCCESS)
		return rs_fail(err, RS_E_NET_CONFIG, "no address that can be asked");
	if (ldap_set_option(t->ld, LDAP_OPT_PROTOCOL_VERSION, &version) != LDAP_OPT_SUCCESS ||
		ldap_set_option(t->ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) != LDAP_OPT_SUCCESS ||
		ldap_set_option(t->ld, LDAP_OPT_NETWORK_TIMEOUT, &connect) != LDAP_OPT_SUCCESS ||
		ldap_set_option(t->ld, LDAP_OPT_TIMEOUT, &connect) != LDAP_OPT_SUCCESS)
		return rs_fail(err, RS_E_MEMORY, "directory");
	return set_ca(t) ? 0 : rs_fail(err, RS_E_NET_CONFIG, "its CA is no certificate (PEM)");
}

static int bind_account(const struct talk *t, struct rs_err *err)
{
	const struct net_secret *s = t->q->secret;
	auto_secret struct rs_secret user = {0}, password = {0};

	if (rs_secret_init(&user, s->user.len + 1, err) < 0 ||
		rs_secret_init(&password, s->password.len + 1, err) < 0)
		return RS_E_MEMORY;
	memcpy(user.p, s->user.p, s->user.len); /* each with a NUL behind it */
	memcpy(password.p, s->password.p, s->password.len);
	struct berval words = {s->password.len, (char *)password.p};
	const int code = ldap_sasl_bind_s(
		t->ld, (const char *)user.p, LDAP_SASL_SIMPLE, &words, NULL, NULL, NULL);
	return code == LDAP_SUCCESS ? 0 : explain(t, code, err);
}

/* ---- what is asked ---- */

/* Of the domain controller itself: its domain. */
static int find_base(const struct talk *t, char **ret, struct rs_err *err)
{
	char name[] = "defaultNamingContext", *names[] = {name, NULL};
	struct timeval most = left(t->q->job, CONNECT_S);
	LDAPMessage *rows = NULL;
	int r = 0;

	if (t->q->base[0]) {
		*ret = strdup(t->q->base);
		return *ret ? 0 : rs_fail(err, RS_E_MEMORY, "directory");
	}
	const int code = ldap_search_ext_s(t->ld, "", LDAP_SCOPE_BASE, "(objectClass=*)", names, 0,
		NULL, NULL, &most, 1, &rows);
	LDAPMessage *row = code == LDAP_SUCCESS ? ldap_first_entry(t->ld, rows) : NULL;
	struct berval **values = row ? ldap_get_values_len(t->ld, row, name) : NULL;
	if (values && values[0])
		*ret = strndup(values[0]->bv_val, values[0]->bv_len);
	if (code != LDAP_SUCCESS)
		r = explain(t, code, err);
	else if (!*ret)
		r = rs_fail(err, RS_E_NET_CONFIG,
			"the server names no domain of its own: give the base");
	ldap_value_free_len(values);
	(void)ldap_msgfree(rows);
	return r;
}

/* Octets of a filter (RFC 4515, section 3): each as a backslash and two digits. */
static void make_filter(const uint8_t guid[16], char ret[FILTER_BYTES])
{
	int at = snprintf(
		ret, FILTER_BYTES, "(&(objectClass=msFVE-RecoveryInformation)(msFVE-RecoveryGuid=");

	for (int i = 0; i < 16; i++)
		at += snprintf(ret + at, FILTER_BYTES - (size_t)at, "\\%02x", guid[i]);
	(void)snprintf(ret + at, FILTER_BYTES - (size_t)at, "))");
}

static int take_password(
	const struct talk *t, LDAPMessage *row, struct rs_secret *ret, struct rs_err *err)
{
	struct berval **values = ldap_get_values_len(t->ld, row, ATTRIBUTE);
	int r;

	if (!values || !values[0])
		r = rs_fail(err, RS_E_NET_DENIED,
			"the account sees this key ID and may not read the password: it has no "
			"control access to the confidential attribute " ATTRIBUTE);
	else if (values[0]->bv_len > PASSWORD_MOST)
		r = rs_fail(err, RS_E_NET_ANSWER, "a password of %lu bytes",
			(unsigned long)values[0]->bv_len);
	else
		r = rs_secret_init(ret, values[0]->bv_len + 1, err);
	if (r == 0) {
		memcpy(ret->p, values[0]->bv_val, values[0]->bv_len);
		ret->len = values[0]->bv_len;
	}
	for (size_t i = 0; values && values[i]; i++)
		rs_wipe(values[i]->bv_val, values[i]->bv_len);
	ldap_value_free_len(values);
	return r < 0 ? r : 1;
}

static int search(const struct talk *t, const char *base, const uint8_t guid[16],
	struct rs_secret *ret, struct rs_err *err)
{
	char filter[FILTER_BYTES], name[] = ATTRIBUTE, *names[] = {name, NULL};
	struct timeval most = left(t->q->job, 60);
	LDAPMessage *rows = NULL;
	int r = 0;

	make_filter(guid, filter);
	const int code = ldap_search_ext_s(
		t->ld, base, LDAP_SCOPE_SUBTREE, filter, names, 0, NULL, NULL, &most, 1, &rows);
	/* a copy of a row left by replication is no reason to have none */
	LDAPMessage *row = code == LDAP_SUCCESS || code == LDAP_SIZELIMIT_EXCEEDED
				   ? ldap_first_entry(t->ld, rows)
				   : NULL;
	if (row)
		r = take_password(t, row, ret, err);
	else if (code != LDAP_SUCCESS)
		r = explain(t, code, err);
	(void)ldap_msgfree(rows);
	return r;
}

int ldap_key(const struct ldap_ask *q, struct rs_secret *ret, struct rs_err *err)
{
	struct talk t = {.q = q};
	auto_free char *base = NULL;
	uint8_t guid[16];

	if (!rs_guid_parse(q->key_id, guid))
		return rs_fail_on(err, RS_E_NET_CONFIG, q->url, "the key ID is no GUID");
	int r = open_server(&t, err);
	if (r == 0)
		r = bind_account(&t, err);
	if (r == 0)
		r = find_base(&t, &base, err);
	if (r == 0)
		r = search(&t, base, guid, ret, err);
	if (t.ld)
		(void)ldap_unbind_ext_s(t.ld, NULL, NULL); /* frees it, whatever it says */
	return r < 0 ? (rs_err_object(err, q->url), r) : r;
}

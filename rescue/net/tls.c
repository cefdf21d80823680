/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/tls.h"
#include "net/config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SLICE_MS   200
#define CONNECT_MS 10000U
#define WRITE_MOST (1U << 14)

bool tls_server(const char *url, const char *scheme, const char *standard, struct tls_server *ret)
{
	const size_t len = strlen(scheme);
	const char *at = url + len + 3, *end, *colon;

	if (strncasecmp(url, scheme, len) != 0 || strncmp(url + len, "://", 3) != 0)
		return false;
	const bool is_v6 = *at == '[';
	at += is_v6;
	end = at + strcspn(at, is_v6 ? "]" : ":/");
	if (end == at || (size_t)(end - at) >= sizeof(ret->host) || (is_v6 && *end != ']'))
		return false;
	memcpy(ret->host, at, (size_t)(end - at));
	ret->host[end - at] = '\0';
	colon = end + is_v6;
	const bool has_port = *colon == ':';
	const size_t digits = has_port ? strspn(colon + 1, "0123456789") : 0;
	const char *rest = has_port ? colon + 1 + digits : colon;
	if ((has_port && (!digits || digits > 5)) || (*rest && strcmp(rest, "/") != 0))
		return false;
	(void)snprintf(ret->port, sizeof(ret->port), "%.*s", has_port ? (int)digits : 5,
		has_port ? colon + 1 : standard);
	return true;
}

static bool wait_for(const struct tls *l, short events)
{
	while (job_now_ms() < l->end_ms && job_is_wanted(l->q->job)) {
		struct pollfd polled = {l->fd, events, 0};
		if (poll(&polled, 1, SLICE_MS) > 0)
			return true;
	}
	return false;
}

static int connect_one(struct tls *l, const struct addrinfo *a)
{
	int error = 0;
	socklen_t len = sizeof(error);

	l->fd = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, a->ai_protocol);
	if (l->fd < 0)
		return errno;
	if (connect(l->fd, a->ai_addr, a->ai_addrlen) == 0)
		return 0;
	const bool is_begun = errno == EINPROGRESS;
	if (is_begun && !wait_for(l, POLLOUT))
		error = ETIMEDOUT;
	else if (!is_begun || getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		error = errno;
	if (error) {
		(void)close(l->fd);
		l->fd = -1;
	}
	return error;
}

static int connect_to(struct tls *l, struct rs_err *err)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct addrinfo *all = NULL;
	int error = ETIMEDOUT;

	if (getaddrinfo(l->q->server.host, l->q->server.port, &hints, &all) != 0)
		return rs_fail(err, RS_E_NET_NAME, "%s", "");
	for (const struct addrinfo *a = all; a && error; a = a->ai_next)
		error = connect_one(l, a);
	freeaddrinfo(all);
	return error ? rs_fail(err, RS_E_NET_CONNECT, "%s", strerror(error)) : 0;
}

static bool trust(SSL_CTX *context, const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *certificate;
	unsigned n = 0;

	while (bio && (certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
		n += X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate) == 1;
		X509_free(certificate);
	}
	BIO_free(bio);
	ERR_clear_error(); /* the end of the text is one */
	return n;
}

static bool show_certificate(SSL_CTX *context, const struct net_secret *s)
{
	BIO *certificate = BIO_new_mem_buf(s->certificate.p, (int)s->certificate.len);
	BIO *key = BIO_new_mem_buf(s->key.p, (int)s->key.len);
	X509 *x = certificate ? PEM_read_bio_X509(certificate, NULL, NULL, NULL) : NULL;
	EVP_PKEY *k = key ? PEM_read_bio_PrivateKey(key, NULL, NULL, NULL) : NULL;
	const bool is_set = x && k && SSL_CTX_use_certificate(context, x) == 1 &&
			    SSL_CTX_use_PrivateKey(context, k) == 1;

	X509_free(x);
	EVP_PKEY_free(k);
	BIO_free(certificate);
	BIO_free(key);
	return is_set;
}

static int prepare(struct tls *l, struct rs_err *err)
{
	const struct tls_ask *q = l->q;
	const char *host = q->server.host;
	unsigned char address[16];
	const bool is_address =
		inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;

	l->context = SSL_CTX_new(TLS_client_method());
	if (!l->context || SSL_CTX_set_min_proto_version(l->context, TLS1_2_VERSION) != 1)
		return rs_fail(err, RS_E_MEMORY, "connection");
	SSL_CTX_set_verify(l->context, SSL_VERIFY_PEER, NULL);
	if (!(q->is_system_ca ? SSL_CTX_set_default_verify_paths(l->context) == 1
			      : trust(l->context, q->ca)))
		return rs_fail(err, RS_E_NET_CONFIG, NET_NO_CA);
	if (q->secret && q->secret->key.len && !show_certificate(l->context, q->secret))
		return rs_fail(err, RS_E_NET_CONFIG, "the client certificate or its key");
	if (q->job->now_unix_s)
		X509_VERIFY_PARAM_set_time(
			SSL_CTX_get0_param(l->context), (time_t)q->job->now_unix_s);
	l->ssl = SSL_new(l->context);
	if (!l->ssl || SSL_set_fd(l->ssl, l->fd) != 1 ||
		(is_address ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(l->ssl), host)
			    /* the macro SSL_set_tlsext_host_name, which casts const away */
			    : SSL_ctrl(l->ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME,
				      TLSEXT_NAMETYPE_host_name,
				      (void *)(uintptr_t)host) == 1 && /* it is copied */
					SSL_set1_host(l->ssl, host)) != 1)
		return rs_fail(err, RS_E_MEMORY, "connection");
	return 0;
}

/* May it be called again? Waits for what it wants. */
static bool goes_on(const struct tls *l, int returned)
{
	switch (SSL_get_error(l->ssl, returned)) {
	case SSL_ERROR_WANT_READ:
		return wait_for(l, POLLIN);
	case SSL_ERROR_WANT_WRITE:
		return wait_for(l, POLLOUT);
	default:
		return false;
	}
}

static int explain(const struct tls *l, struct rs_err *err)
{
	const long verify = SSL_get_verify_result(l->ssl);

	if (job_now_ms() >= l->end_ms)
		return rs_fail(err, RS_E_NET_SLOW, "%s", "");
	switch (verify) {
	case X509_V_OK:
		return rs_fail(err, RS_E_NET_TLS, "%s", "");
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return rs_fail(err, RS_E_NET_TLS_NAME, "%s", "");
	case X509_V_ERR_CERT_NOT_YET_VALID:
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return rs_fail(
			err, RS_E_NET_TLS_CLOCK, "%s", X509_verify_cert_error_string(verify));
	default:
		return rs_fail(err, RS_E_NET_TLS_CA, "%s", X509_verify_cert_error_string(verify));
	}
}

int tls_open(struct tls *l, const struct tls_ask *q, struct rs_err *err)
{
	*l = (struct tls){.q = q, .fd = -1, .end_ms = job_now_ms() + CONNECT_MS};
	if (l->end_ms > q->job->end_ms)
		l->end_ms = q->job->end_ms;
	int r = connect_to(l, err);
	if (r == 0)
		r = prepare(l, err);
	while (r == 0) {
		const int n = SSL_connect(l->ssl);
		if (n == 1)
			break;
		if (!goes_on(l, n))
			r = explain(l, err);
	}
	return r;
}

int tls_write(const struct tls *l, const char *bytes, size_t len, struct rs_err *err)
{
	while (len) {
		const int n = SSL_write(l->ssl, bytes, (int)(len < WRITE_MOST ? len : WRITE_MOST));
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		} else if (!goes_on(l, n)) {
			return rs_fail(err, RS_E_NET_BROKEN_OFF, "%s", "");
		}
	}
	return 0;
}

/* The end of the stream, without a word of TLS before it (RFC 8446, 6.1). */
static bool is_closed(void)
{
	return ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
}

int tls_end(const struct tls *l, struct rs_err *err)
{
	int n;

	/* ours, then the other side's: it has read what came before it. One that only closes has,
	 * too, and one that cuts the connection off has not
	 */
	ERR_clear_error();
	while ((n = SSL_shutdown(l->ssl)) != 1)
		if (n < 0 && !goes_on(l, n))
			return is_closed() ? 0
					   : rs_fail(err, RS_E_NET_BROKEN_OFF,
						     "before all of it was read");
	return 0;
}

void tls_close(struct tls *l)
{
	SSL_free(l->ssl);
	SSL_CTX_free(l->context);
	if (l->fd >= 0)
		(void)close(l->fd);
	*l = (struct tls){.fd = -1};
}

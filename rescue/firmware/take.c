/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one variable says, into the facts. Certificates are read by libcrypto; none is trusted here:
 * what counts is whether the very bytes are those that Microsoft publishes. */
#include "firmware/firmware.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/text.h"

#define DEBIAN_CA "Debian Secure Boot CA"
#define HEX_LEN	  65

RS_DEFINE_AUTO(X509 *, X509_free);
#define auto_x509 __attribute__((cleanup(X509_free_auto)))

/* Hashes of the part of a certificate that is signed, as a dbx names a certificate. */
struct signed_part {
	bool is_known;
	uint8_t sha256[32], sha384[48], sha512[64];
};

struct fw_reading {
	struct fw_facts *facts;
	X509 *asked; /* the application's; NULL: not known */
	struct signed_part asked_part;
	struct signed_part parts[FW_CAS_END]; /* of Microsoft's own ones that were met */
	enum list { LIST_DB, LIST_DBX, LIST_KEK, LIST_MOK, LIST_MOKX } list;
};

/* Types of entries (UEFI specification, EFI_CERT_..._GUID), as they lie in memory. */
#define SHA256_TYPE "\x26\x16\xc4\xc1\x4c\x50\x92\x40\xac\xa9\x41\xf9\x36\x93\x43\x28"
#define X509_TYPE   "\xa1\x59\xc0\xa5\xe4\x94\xa7\x4a\x87\xb5\xab\x15\x5c\x2b\xf0\x72"
#define TBS256_TYPE "\x92\xa4\xd2\x3b\xc0\x96\x79\x40\xb4\x20\xfc\xf9\x8e\xf1\x03\xed"
#define TBS384_TYPE "\x6e\x87\x76\x70\xc2\x80\xe6\x4e\xaa\xd2\x28\xb3\x49\xa6\x86\x5b"
#define TBS512_TYPE "\x63\xbf\x6d\x44\x02\x25\xda\x4c\xbc\xfa\x24\x65\xd2\xb0\xfe\x9d"

static bool is_type(const uint8_t type[16], const char *known)
{
	return memcmp(type, known, 16) == 0;
}

struct fw_reading *fw_reading_new(struct fw_facts *facts)
{
	struct fw_reading *r = calloc(1, sizeof(*r));

	if (r)
		r->facts = facts;
	return r;
}

void fw_reading_free(struct fw_reading *r)
{
	if (r)
		X509_free(r->asked);
	free(r);
}

static struct signed_part part_of(X509 *x)
{
	struct signed_part ret = {.is_known = true};
	unsigned char *der = NULL;
	int len = i2d_re_X509_tbs(x, &der);

	if (len <= 0)
		return (struct signed_part){0};
	(void)SHA256(der, (size_t)len, ret.sha256);
	(void)SHA384(der, (size_t)len, ret.sha384);
	(void)SHA512(der, (size_t)len, ret.sha512);
	OPENSSL_free(der);
	return ret;
}

static X509 *x509_of(struct rs_view der)
{
	const unsigned char *p = der.p;
	X509 *ret = der.len <= 1U << 20 ? d2i_X509(NULL, &p, (long)der.len) : NULL;

	ERR_clear_error();
	return ret;
}

/* Its common name, or all of its name. */
static void name_of(X509 *x, char ret[FW_NAME])
{
	const X509_NAME *subject = X509_get_subject_name(x);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	const X509_NAME_ENTRY *e = at >= 0 ? X509_NAME_get_entry(subject, at) : NULL;
	unsigned char *utf8 = NULL;
	int len = e ? ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(e)) : -1;

	ret[0] = '\0';
	if (len > 0)
		(void)rs_escape((const char *)utf8, ret, FW_NAME);
	else
		(void)X509_NAME_oneline(subject, ret, FW_NAME);
	OPENSSL_free(utf8);
	ERR_clear_error();
}

bool fw_reading_ask(struct fw_reading *r, struct rs_view certificate)
{
	X509 *x = x509_of(certificate);

	if (!x && certificate.len <= 1U << 20) {
		BIO *bio = BIO_new_mem_buf(certificate.p, (int)certificate.len);
		x = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
		(void)BIO_free(bio); /* memory */
		ERR_clear_error();
	}
	if (!x)
		return false;
	X509_free(r->asked);
	r->asked = x;
	r->asked_part = part_of(x);
	r->facts->is_asked = true;
	return true;
}

/* Would what the asked certificate signs be accepted because of @x? It is the same, or has issued
 * it. */
static bool vouches(const struct fw_reading *r, X509 *x)
{
	if (!r->asked)
		return false;
	if (X509_cmp(r->asked, x) == 0)
		return true;
	EVP_PKEY *key = X509_get0_pubkey(x);
	bool ret = key && X509_check_issued(x, r->asked) == X509_V_OK &&
		   X509_verify(r->asked, key) == 1;
	ERR_clear_error();
	return ret;
}

static void names_add(struct fw_names *names, const char *name)
{
	if (names->n < FW_NAMES_MAX)
		(void)snprintf(names->list[names->n], FW_NAME, "%s", name[0] ? name : "?");
	names->n++;
}

/* Which of Microsoft's it is, or says to be; FW_CAS_END: none. */
static enum fw_ca_name ca_of(const char *name, const char *variable)
{
	for (unsigned i = 0; i < FW_CAS_END; i++)
		if (strcmp(name, fw_known[i].name) == 0 &&
			(!variable || strcmp(fw_known[i].variable, variable) == 0))
			return (enum fw_ca_name)i;
	return FW_CAS_END;
}

static bool is_hash(struct rs_view bytes, const char *hex)
{
	uint8_t hash[32];
	char text[HEX_LEN];

	(void)SHA256(bytes.p, bytes.len, hash);
	rs_hex(hash, sizeof(hash), text);
	return strcmp(text, hex) == 0;
}

/* db and KEK */
static void take_trusted(struct fw_reading *r, X509 *x, struct rs_view der, const char *name)
{
	static const char *const variables[] = {[LIST_DB] = "db", [LIST_KEK] = "KEK"};
	struct fw_facts *f = r->facts;
	enum fw_ca_name id = ca_of(name, variables[r->list]);

	if (id != FW_CAS_END && is_hash(der, fw_known[id].sha256)) {
		f->cas[id].is_there = true;
		r->parts[id] = part_of(x);
	} else if (id != FW_CAS_END) {
		f->cas[id].is_other = true;
	}
	if (r->list == LIST_KEK)
		return;
	if (id == FW_CAS_END)
		names_add(&f->others, name);
	f->is_in_db |= vouches(r, x);
}

/* dbx and shim's own */
static void take_revoked(struct fw_reading *r, X509 *x, struct rs_view der, const char *name)
{
	struct fw_facts *f = r->facts;
	enum fw_ca_name id = ca_of(name, NULL);

	if (id != FW_CAS_END && r->list == LIST_DBX && is_hash(der, fw_known[id].sha256))
		f->cas[id].is_revoked = true;
	if (strcmp(name, DEBIAN_CA) == 0)
		f->is_revoked[FW_GRUB] = f->is_revoked[FW_GRUB_NET] = true;
	f->is_asked_revoked |= vouches(r, x);
}

static void take_certificate(struct fw_reading *r, struct rs_view der)
{
	char name[FW_NAME];

	auto_x509 X509 *x = x509_of(der);
	if (!x)
		return; /* the firmware does not understand it, either */
	name_of(x, name);
	if (r->list == LIST_MOK) {
		names_add(&r->facts->moks, name);
		r->facts->is_in_mok |= vouches(r, x);
	} else if (r->list == LIST_DB || r->list == LIST_KEK) {
		take_trusted(r, x, der, name);
	} else {
		take_revoked(r, x, der, name);
	}
}

/* A file, by its hash. */
static void take_file(struct fw_reading *r, struct rs_view hash)
{
	char text[HEX_LEN];

	if (r->list != LIST_DBX && r->list != LIST_MOKX)
		return;
	rs_hex(hash.p, 32, text);
	for (unsigned i = 0; i < FW_LOADERS; i++)
		if (fw_loaders[i].sha256 && strcmp(fw_loaders[i].sha256, text) == 0)
			r->facts->is_revoked[i] = true;
}

/* A certificate, by the hash of its signed part; after it the time from which on it counts. */
static void take_part(struct fw_reading *r, const uint8_t *hash, size_t len)
{
	for (unsigned i = 0; i <= FW_CAS_END; i++) {
		const struct signed_part *p = i < FW_CAS_END ? &r->parts[i] : &r->asked_part;
		const uint8_t *own = len == 32 ? p->sha256 : len == 48 ? p->sha384 : p->sha512;
		if (!p->is_known || memcmp(own, hash, len) != 0)
			continue;
		if (i == FW_CAS_END)
			r->facts->is_asked_revoked = true;
		else if (r->list == LIST_DBX)
			r->facts->cas[i].is_revoked = true;
	}
}

#define TIME_LEN 16U

static bool on_entry(void *user, const uint8_t type[16], struct rs_view entry)
{
	static const struct {
		const char *type;
		size_t len;
	} parts[] = {{TBS256_TYPE, 32}, {TBS384_TYPE, 48}, {TBS512_TYPE, 64}};
	struct fw_reading *r = user;
	struct fw_facts *f = r->facts;
	bool is_certificate = is_type(type, X509_TYPE);

	if (r->list == LIST_DB)
		*(is_certificate ? &f->n_db : &f->n_db_hashes) += 1;
	else if (r->list == LIST_DBX)
		*(is_certificate ? &f->n_dbx : &f->n_dbx_hashes) += 1;
	if (is_certificate)
		take_certificate(r, entry);
	if (is_type(type, SHA256_TYPE)) {
		if (entry.len != 32)
			return false;
		take_file(r, entry);
	}
	for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!is_type(type, parts[i].type))
			continue;
		if (entry.len != parts[i].len + TIME_LEN)
			return false;
		take_part(r, entry.p, parts[i].len);
	}
	return true;
}

/* ---- SbatLevel: lines "component,generation"; the first one has the list's own date behind ----
 */

static void weigh_sbat(struct fw_facts *f, const char *component, unsigned long generation)
{
	for (size_t i = 0; i < fw_n_sbat; i++)
		if (strcmp(fw_sbat[i].component, component) == 0 &&
			generation > fw_sbat[i].generation)
			f->is_old[fw_sbat[i].whose] = true;
}

static bool take_sbat_line(struct fw_facts *f, const char *line, size_t len)
{
	char text[FW_SBAT_TEXT], *end = NULL;

	if (len >= sizeof(text) || memchr(line, 0, len))
		return false;
	(void)snprintf(text, sizeof(text), "%.*s", (int)len, line);
	char *comma = strchr(text, ',');
	if (!comma || comma == text || comma[1] < '0' || comma[1] > '9')
		return false;
	unsigned long generation = strtoul(comma + 1, &end, 10);
	if (*end && *end != ',' && *end != '\r')
		return false;
	if (f->n_sbat < FW_SBAT_MAX)
		(void)rs_escape(text, f->sbat[f->n_sbat++], FW_SBAT_TEXT);
	*comma = '\0';
	weigh_sbat(f, text, generation);
	return true;
}

static bool take_sbat(struct fw_facts *f, struct rs_view v)
{
	const char *p = (const char *)v.p, *end = p + v.len;

	f->has_sbat = true;
	while (p < end && *p) {
		const char *line_end = memchr(p, '\n', (size_t)(end - p));
		const char *zero = memchr(p, 0, (size_t)(end - p));
		const char *stop = line_end ? line_end : zero ? zero : end;
		if (stop != p && !take_sbat_line(f, p, (size_t)(stop - p)))
			return false;
		p = line_end ? line_end + 1 : stop;
	}
	return true;
}

static bool take_flag(struct rs_view v, bool *ret)
{
	uint8_t byte;

	if (v.len != 1 || !rs_view_u8(v, 0, &byte))
		return false;
	*ret = byte == 1;
	return true;
}

static bool take_list(struct fw_reading *r, enum list list, struct rs_view value)
{
	r->list = list;
	return fw_lists_each(value, on_entry, r);
}

static bool take_state(struct fw_facts *f, const char *name, struct rs_view value)
{
	bool is_on = false;

	if (!take_flag(value, &is_on))
		return false;
	if (strcmp(name, "MokSBState") == 0) {
		f->has_mok_state = true;
		f->is_mok_off = is_on;
	} else if (is_on) {
		f->secure_boot =
			strcmp(name, "SetupMode") == 0 ? SECURE_BOOT_SETUP : SECURE_BOOT_YES;
	}
	return true;
}

bool fw_take(struct fw_reading *r, const char *name, struct rs_view value)
{
	static const struct {
		const char *name;
		enum list list;
	} lists[] = {{"db", LIST_DB}, {"dbx", LIST_DBX}, {"KEK", LIST_KEK}, {"MokList", LIST_MOK},
		{"MokListX", LIST_MOKX}};

	r->facts->has_mok |= strcmp(name, "MokList") == 0;
	for (unsigned i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (strcmp(name, lists[i].name) == 0)
			return take_list(r, lists[i].list, value);
	if (strcmp(name, "SbatLevel") == 0)
		return take_sbat(r->facts, value);
	return take_state(r->facts, name, value);
}

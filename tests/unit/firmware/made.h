/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of variables, made as the UEFI specification says; the numbers and GUIDs are written out
 * here once more, not taken from the reader. */
#ifndef UNBRICK_TESTS_FIRMWARE_MADE_H
#define UNBRICK_TESTS_FIRMWARE_MADE_H

#include <openssl/x509.h>

#include "firmware/firmware.h"
#include "format/guid.h"

struct made {
	uint8_t p[16384];
	size_t len;
};

#define TYPE_SHA256 "c1c41626-504c-4092-aca9-41f936934328"
#define TYPE_X509   "a5c059a1-94e4-4aa7-87b5-ab155c2bf072"
#define TYPE_TBS256 "3bd2a492-96c0-4079-b420-fcf98ef103ed"
#define TYPE_TBS384 "7076876e-80c2-4ee6-aad2-28b349a6865b"
#define TYPE_TBS512 "446dbf63-2502-4cda-bcfa-2465d2b0fe9d"

void made_add(struct made *m, const void *bytes, size_t len);
void made_u32(struct made *m, uint32_t v);
void made_guid(struct made *m, const char *guid);
/** A list of one entry. */
void made_list(struct made *m, const char *type, const void *entry, size_t len);
static inline struct rs_view made_view(const struct made *m)
{
	return (struct rs_view){m->p, m->len};
}

/* A certificate and its key; by @issuer, NULL: by itself. */
struct made_cert {
	EVP_PKEY *key;
	X509 *x;
	uint8_t der[2048];
	size_t len;
};

void made_cert(struct made_cert *c, const char *name, const struct made_cert *issuer);
void made_cert_done(struct made_cert *c);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signatures as minisign makes them: Ed25519 of the bytes ("Ed") or of their BLAKE2b-512 ("ED"),
 * and a second one over the first and the trusted comment. Only libcrypto. Format: minisign's own
 * page, "Signature format", "Public key format", "Secret key format". */
#ifndef UNBRICK_POLICY_MINISIGN_H
#define UNBRICK_POLICY_MINISIGN_H

#include "core/secret.h"
#include "core/view.h"

#define MINISIGN_KEYS_MOST  4U
#define MINISIGN_TEXT_MOST  4096U /* bytes of a file of keys, or of a signature */
#define MINISIGN_COMMENT    1024U
#define MINISIGN_ID_LEN	    17 /* room for "F2A0C1D3E4B59687" */
#define MINISIGN_SIG_SUFFIX ".minisig"

struct minisign_keys {
	struct {
		uint8_t id[8], key[32];
	} list[MINISIGN_KEYS_MOST];
	size_t n;
};

/* What a signature that was verified says. */
struct minisign_said {
	char key_id[MINISIGN_ID_LEN];	/* as minisign prints it */
	char comment[MINISIGN_COMMENT]; /* the trusted one; to be escaped for a terminal */
};

/** Public keys, one a line, with or without minisign's "untrusted comment:" lines between; at most
 * four, no two of one ID. Errors: RS_E_POLICY_KEYS. */
int minisign_keys_read(struct rs_view text, struct minisign_keys *ret, struct rs_err *err);

/** Is @sig (the text of a .minisig file) one of the bytes @of by one of @keys? Both of its
 * signatures are asked. Errors: RS_E_POLICY_UNSIGNED (it is no signature), RS_E_POLICY_KEY (by
 * another key), RS_E_POLICY_FORGED, RS_E_MEMORY. */
int minisign_verify(struct rs_view of, struct rs_view sig, const struct minisign_keys *keys,
	struct minisign_said *ret, struct rs_err *err);

/** minisign's name of a key: its ID as a number, in hexadecimal. */
void minisign_id_text(const uint8_t id[8], char ret[MINISIGN_ID_LEN]);

#endif

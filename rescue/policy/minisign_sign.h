/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signatures with a secret key of minisign. Who only verifies links nothing of this. */
#ifndef UNBRICK_POLICY_MINISIGN_SIGN_H
#define UNBRICK_POLICY_MINISIGN_SIGN_H

#include "policy/minisign.h"

/* From minisign_secret_read on; to be ended with minisign_secret_done. */
struct minisign_secret {
	uint8_t id[8];
	struct rs_secret seed; /* 32 bytes */
};

/** Read the text of a secret key's file. @ask is called where a passphrase protects it (into @ret,
 * which is wiped then); NULL: nobody can be asked. Opening one takes minisign's usual second or
 * more and 1 GiB. Errors: RS_E_POLICY_SECRET, RS_E_MEMORY, those of @ask. */
int minisign_secret_read(struct rs_view text,
	int (*ask)(void *user, struct rs_secret *ret, struct rs_err *err), void *user,
	struct minisign_secret *ret, struct rs_err *err);
/** Wipes. */
void minisign_secret_done(struct minisign_secret *s);

/** Its public part. Errors: RS_E_MEMORY. */
int minisign_public(const struct minisign_secret *s, struct minisign_keys *ret, struct rs_err *err);
/** The text of a .minisig file, of the hash as minisign's own are; @comment, one line, is signed,
 * too. *ret is malloc'd. Errors: RS_E_MEMORY. */
int minisign_sign(const struct minisign_secret *s, struct rs_view of, const char *comment,
	char **ret, struct rs_err *err);

#endif

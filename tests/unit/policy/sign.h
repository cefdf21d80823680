/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signatures for tests, made with libcrypto alone: not by what is tested. */
#ifndef UNBRICK_TESTS_POLICY_SIGN_H
#define UNBRICK_TESTS_POLICY_SIGN_H

#include <stdbool.h>
#include <stddef.h>

#define SIGN_TEXT_LEN 2048

struct sign_how {
	unsigned char key;   /* which of 256 pairs of keys: its seed is all of this */
	unsigned char id;    /* the ID is all of this */
	bool is_legacy;	     /* "Ed", of the bytes themselves */
	bool is_bare;	     /* the second signature is of another comment */
	const char *kind;    /* two letters instead of "Ed" or "ED" */
	const char *comment; /* trusted; NULL: "t" */
};

/** The text of a .minisig file. */
void sign_text(const struct sign_how *how, const void *of, size_t len, char ret[SIGN_TEXT_LEN]);
/** The text of a file with the public key. */
void sign_key_text(const struct sign_how *how, char ret[SIGN_TEXT_LEN]);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is something signed by somebody whose certificate was issued by one of those that are pinned? As
 * Windows signs: PKCS #7 over a content of its own kind, one signer. Catalogues of Windows' files
 * are that, and a program's own signature. Whether a certificate was revoked is not
 * known here: docs/repairs.md, "Put a file back". */
#ifndef UNBRICK_WINDOWS_SIGNED_H
#define UNBRICK_WINDOWS_SIGNED_H

#include "windows/windows.h"

struct win_roots;

/** Certificates (DER) that are believed, whoever issued them. Errors: RS_E_MEMORY, RS_E_BUG (one
 * is no certificate). */
int win_roots_new(
	const struct rs_view *certificates, size_t n, struct win_roots **ret, struct rs_err *err);
/** Those that are pinned in this program (rescue/roots). Errors: as above. */
int win_roots_pinned(struct win_roots **ret, struct rs_err *err);
void win_roots_free(struct win_roots *r);
RS_DEFINE_AUTO(struct win_roots *, win_roots_free);
#define auto_roots __attribute__((cleanup(win_roots_free_auto)))

/* What the signer's certificate must be for. */
enum win_use {
	WIN_USE_WINDOWS, /* parts of Windows itself: 1.3.6.1.4.1.311.10.3.6 */
	WIN_USE_DRIVER,	 /* those, or drivers that Microsoft tests or attests for their makers:
			    ...10.3.5, ...10.3.5.1, ...10.3.39 */
	WIN_USE_CODE,	 /* programs of others: 1.3.6.1.5.5.7.3.3, and not parts of Windows */
	WIN_USE_STAMP,	 /* time stamps: 1.3.6.1.5.5.7.3.8 */
};

#define WIN_SIGNED_MAX	 (16U << 20)
#define WIN_DIGEST_MOST	 (64U << 20)
#define WIN_SIGNED_WHY	 160U
#define WIN_SIGNER_BYTES 128U

struct win_signed {
	char type[48];		/* of the content, an OID in digits */
	struct rs_view content; /* DER with its header; borrowed */
	char signer[WIN_SIGNER_BYTES];
	int64_t signed_unix; /* when, by a time stamp that is as trusted; 0: not known */
};

/** Take @der apart and prove it: the content is what was signed (SHA-256, 384 or 512), by the one
 * signer, whose certificate is for @use, and whose chain ends in one of @roots; a
 * time stamp, if it has one, is good. Then @fn is called
 * with the content, which is borrowed for that call. *why is "" then, else the reason.
 * Errors: RS_E_MEMORY. */
int win_signed_check(struct rs_view der, const struct win_roots *roots, enum win_use use,
	void (*fn)(void *user, const struct win_signed *s), void *user, char why[WIN_SIGNED_WHY],
	struct rs_err *err);

/** Does the content of a catalogue (szOID_CTL, with its header) list a file of this Authenticode
 * digest? Untrusted bytes, though a signed catalogue is somebody's whom we trust. */
bool win_catalogue_has(struct rs_view ctl, const uint8_t sha256[32]);

/** Is the catalogue @der trusted, and does it have the digest? *why as above. */
int win_catalogue_check(struct rs_view der, const struct win_roots *roots, enum win_use use,
	const uint8_t sha256[32], bool *ret, char why[WIN_SIGNED_WHY], struct rs_err *err);

/** The Authenticode digest (SHA-256) of a program: all but its checksum, its directory's entry of
 * the signature, and the signature. false: it is none, or too large (WIN_DIGEST_MOST), or not a
 * multiple of eight bytes long. Errors: RS_E_IO_READ, RS_E_MEMORY. */
int win_image_digest(
	const struct win_src *src, bool *ret, uint8_t ret_sha256[32], struct rs_err *err);

struct win_proof {
	bool is_trusted;
	char signer[WIN_SIGNER_BYTES]; /* if it is */
	int64_t signed_unix;	       /* 0: not known */
	char why[WIN_SIGNED_WHY];      /* if not */
};

/** Is the program signed by itself, by another maker than Windows' own, and is that trusted, as
 * win_signed_check has it? By its first signature, or one nested in it. @sha256 is its digest of
 * win_image_digest. Errors: RS_E_IO_READ, RS_E_MEMORY. */
int win_image_signed(const struct win_src *src, const struct win_roots *roots,
	const uint8_t sha256[32], struct win_proof *ret, struct rs_err *err);

#endif

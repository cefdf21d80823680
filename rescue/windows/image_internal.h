/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a portable executable's headers say, and the parts that look at a program: pe.c (headers,
 * version resource), version.c (its texts), image_text.c (paths in its bytes), image_digest.c (its
 * signature), image.c. Offsets are those of Microsoft's "PE Format". */
#ifndef UNBRICK_WINDOWS_IMAGE_INTERNAL_H
#define UNBRICK_WINDOWS_IMAGE_INTERNAL_H

#include "windows/image.h"

#define PE_SECTIONS_MAX 96U	    /* the loader's limit */
#define PE_VERSION_MAX	(64U << 10) /* of a version resource that is looked at */

struct pe_headers {
	const struct win_src *src;
	bool is_mz, is_pe;
	bool is_old; /* "NE", "LE", "LX": a program of an older kind */
	bool is_cut; /* the file ends before its headers do */
	bool has_optional;
	uint16_t machine, subsystem, n_sections;
	uint64_t at; /* of "PE\0\0" */
	uint64_t sections_at;
	uint32_t timestamp, image_size, header_bytes, checksum;
	uint64_t checksum_at;
	uint64_t security_dir_at; /* the data directory's entry 4; 0: there is none */
	uint32_t security_at, security_bytes;
	uint32_t resources_rva, resources_bytes;
	uint64_t resources_at; /* in the file; 0: nowhere */
	uint64_t version_at;   /* VS_VERSIONINFO in the file; 0: none */
	uint32_t version_bytes;
};

struct pe_place { /* a section's bytes in the file */
	uint32_t rva, virtual_bytes, at, bytes, flags;
};

#define PE_HAS_CODE 0x20000020U /* MEM_EXECUTE, CNT_CODE */

/** Headers. No PE: is_pe false. Errors: RS_E_IO_READ. */
int pe_headers_read(const struct win_src *src, struct pe_headers *ret, struct rs_err *err);
/** Section @i below n_sections: 1, 0 (not inside the file) or RS_E_IO_READ. */
int pe_section_read(
	const struct pe_headers *pe, uint16_t i, struct pe_place *ret, struct rs_err *err);
/** Where the version resource is (version_at) and what it says of the file's version.
 * Errors: RS_E_IO_READ. */
int pe_version_read(struct pe_headers *pe, struct win_pe *ret, struct rs_err *err);

/** Texts of a VS_VERSIONINFO (the first of each name). */
void version_texts(struct rs_view info, struct win_image *ret);

/* ---- paths in bytes, handed over in order and in pieces of any length ---- */

#define TEXT_RUN_BYTES 600U

struct text_run { /* of characters that can be in a path, UTF-8 */
	char text[TEXT_RUN_BYTES];
	size_t len;
};

struct image_text {
	struct text_run ascii, wide[2]; /* UTF-16 at even and at odd places */
	uint8_t low;			/* the byte before */
	uint64_t at;
};

void image_text_add(struct image_text *t, const uint8_t *p, size_t len, struct win_image *ret);
void image_text_end(struct image_text *t, struct win_image *ret);

/* ---- the digest that a signature holds ---- */

#define DIGEST_BYTES_MAX 64U

struct image_digest {
	bool is_signed;
	int nid; /* of the digest's algorithm (libcrypto), 0: not known */
	uint8_t digest[DIGEST_BYTES_MAX];
	size_t len;
	char signer[128];
	char why[96]; /* is_signed without nid: why not */
};

/** What a DER element of @tag at *p holds; *p is then behind it. False: there is none. */
bool der_take(const uint8_t **p, const uint8_t *end, int tag, struct rs_view *ret);
/** SpcIndirectDataContent with its header: its digest. NULL, or what is wrong. */
const char *indirect_read(struct rs_view der, struct image_digest *ret);
/** Its signature's bytes (PKCS #7), malloc'd; NULL: *ret_why it has none that is read.
 * Errors: RS_E_IO_READ, RS_E_MEMORY. */
int image_certificate_read(const struct pe_headers *pe, uint8_t **ret, size_t *ret_len,
	const char **ret_why, struct rs_err *err);
/** The attribute certificate at @pe's directory 4. A signature that cannot be read is one that is
 * not known. Errors: RS_E_IO_READ, RS_E_MEMORY. */
int image_digest_read(const struct pe_headers *pe, struct image_digest *ret, struct rs_err *err);

#endif

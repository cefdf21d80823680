/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Security descriptors: whose an object is, and who may touch it. What Unbrick makes gets one that
 * no ordinary user can make, whatever else is his (docs/quarantine.md, "Whose quarantine?"). */
#ifndef UNBRICK_NTFS_SECURITY_H
#define UNBRICK_NTFS_SECURITY_H

#include "ntfswrite/vol.h"

#define NT_SECURITY_MAX	     65536U /* the longest that Windows makes */
#define NT_SECURITY_OURS_MAX 160U

/* ---- descriptor.c: bytes only ---- */

/** Our own, for a folder or a file. Returns its length. */
size_t nt_security_make(bool is_dir, uint8_t ret[NT_SECURITY_OURS_MAX]);
/** Untrusted bytes: is it ours, in whatever order Windows keeps its parts and with SYSTEM or
 * Administrators as the owner? If not, @why (may be NULL, 0) gets the reason. */
bool nt_security_is_ours(struct rs_view sd, bool is_dir, char *why, size_t cap);
/** The hash that $Secure sorts by. */
uint32_t nt_security_hash(struct rs_view sd);

/* One entry of $Secure:$SDS. */
struct nt_sds_entry {
	uint32_t hash, id;
	uint64_t off_bytes; /* of the descriptor in $SDS */
	uint32_t len;	    /* of the descriptor */
};

#define NT_SDS_BLOCK_BYTES 262144U /* every second block is a copy of the one before it */

/** Entries of one block that begins at @block_off_bytes of $SDS, until one that makes no sense. @fn
 * returns false to stop. */
void nt_sds_each(struct rs_view block, uint64_t block_off_bytes,
	bool (*fn)(void *user, const struct nt_sds_entry *e, struct rs_view sd), void *user);

/* ---- security.c ---- */

/** The descriptor of a record, out of $Secure or its own attribute. *ret is malloc'd.
 * Errors: RS_E_NO_SUCH_FILE (it has none), RS_E_NTFS_DAMAGED, RS_E_IO_READ, RS_E_MEMORY. */
int nt_security_read(
	struct nt_vol *vol, uint64_t ref, uint8_t **ret, size_t *ret_len, struct rs_err *err);

#endif

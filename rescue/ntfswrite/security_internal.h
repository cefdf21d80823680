/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef UNBRICK_NTFS_SECURITY_INTERNAL_H
#define UNBRICK_NTFS_SECURITY_INTERNAL_H

#include "ntfswrite/security.h"
#include "ntfswrite/vol_internal.h"

/* What $Secure:$SDS holds, read once (nothing here ever writes $Secure). */
struct nt_sds {
	struct nt_sds_entry *all;
	size_t n;
};

void nt_sds_free(struct nt_sds *sds);

/** The ID of an entry of $Secure with exactly these bytes; 0: there is none.
 * Errors: RS_E_MEMORY, RS_E_IO_READ. What is damaged counts as not there. */
int nt_security_find(struct nt_vol *vol, struct rs_view sd, uint32_t *ret_id, struct rs_err *err);
/** Give a new record, made without an ID, this descriptor of its own. Not yet written. */
int nt_security_set(struct nt_vol *vol, ntfs_inode *ni, struct rs_view sd, struct rs_err *err);

#endif

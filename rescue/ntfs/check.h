/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef UNBRICK_NTFS_CHECK_H
#define UNBRICK_NTFS_CHECK_H

#include "ntfs/raw.h"

struct nt_check {
	uint64_t file_ref;
	uint64_t in_ref;  /* folder that must hold the file's names ... */
	uint64_t out_ref; /* ... and one that must not (0: none) */
};

/** Independent look at what an act touched, straight from the bytes (nt_raw, not libntfs-3g): the
 * record is sound and in use; each FILE_NAME's parent index has exactly one entry for it and the
 * @out folder none; link count = number of names; $MFT's bitmap says used; $Bitmap covers the runs
 * of the file and of both folders; both indexes are well-formed and sorted.
 * Errors: RS_E_VERIFY (what is wrong), RS_E_NTFS_DAMAGED, RS_E_IO_READ. */
int nt_check_touched(struct nt_raw *raw, const struct nt_check *c, struct rs_err *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The change journal, $Extend\$UsnJrnl:$J: sparse, records of versions 2 and 3, read from its end
 * backwards in pieces so far as a time is wanted. */
#ifndef UNBRICK_NTFS_USN_H
#define UNBRICK_NTFS_USN_H

#include "ntfs/raw.h"

#define NT_USN_OVERWRITE  0x1U
#define NT_USN_EXTEND	  0x2U
#define NT_USN_TRUNCATE	  0x4U
#define NT_USN_CREATE	  0x100U
#define NT_USN_DELETE	  0x200U
#define NT_USN_RENAME_OLD 0x1000U
#define NT_USN_RENAME_NEW 0x2000U
#define NT_USN_BASIC_INFO 0x8000U
#define NT_USN_CLOSE	  0x80000000U

struct nt_usn { /* borrowed for the call */
	uint64_t ref, parent_ref;
	uint64_t usn, time; /* FILETIME, UTC */
	uint32_t reason, attributes;
	const char *name; /* WTF-8 */
};

/** Records from @since (FILETIME) on, in the order of the journal; false from @fn ends it. *ret_n
 * of them, *ret_skipped bytes that were no record (may be NULL). Errors: RS_E_NO_SUCH_FILE (no
 * journal), RS_E_NTFS_DAMAGED, RS_E_IO_READ, RS_E_CANCELLED, RS_E_MEMORY. Format: Microsoft's
 * USN_RECORD_V2, USN_RECORD_V3. */
int nt_usn_read(struct nt_raw *raw, uint64_t since, bool (*fn)(void *user, const struct nt_usn *u),
	void *user, const struct rs_task *task, uint64_t *ret_n, uint64_t *ret_skipped,
	struct rs_err *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stick with NTFS: Ventoy's data partition may have it. The kernel's drivers for it are not in
 * the image, and it is never written. Our own reader copies what lies there for us into a folder in
 * memory, in a job; what is made of it is the same as for FAT and exFAT (stick_files.h). */
#ifndef UNBRICK_INIT_STICK_NTFS_H
#define UNBRICK_INIT_STICK_NTFS_H

#include "block/blk.h"

/** Copy settings, keys and rules (EFI/unbrick or unbrick) and startup keys (*.BEK at its top) of
 * the NTFS @vol into the folder @to, each with its name there; @is_look: only the folder. A file
 * that is too long for us is one of zeros that is too long as well, so that its reader says it. One
 * that cannot be read is left out and said to @out_fd (STICK_NOTE). False: the volume is none to
 * take anything from, and @ret_text says why (a Windows may be on it, it is damaged); else that is
 * empty. */
bool stick_ntfs_copy(
	struct blk *vol, bool is_look, const char *to, int out_fd, char *ret_text, size_t cap);

#endif

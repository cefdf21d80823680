/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NTFS images for the tests: made by mkntfs, filled by libntfs-3g itself through its own file
 * access, so that nothing under test takes part in making them. */
#ifndef UNBRICK_TESTS_VOL_HELP_H
#define UNBRICK_TESTS_VOL_HELP_H

#include <stdint.h>

#include "ntfswrite/vol_internal.h"

struct vh {
	char dir[64], path[96];
	uint32_t sector_bytes;
	ntfs_volume *lib; /* while it is being filled */
};

/** mkntfs in a new temporary directory; mounted for filling. Fails the test on trouble. */
void vh_make(struct vh *v, unsigned mib, unsigned cluster_bytes, unsigned sector_bytes);
/** Unmount; the image is complete. */
void vh_filled(struct vh *v);
/** The image into memory. */
struct blk *vh_load(const struct vh *v);
/** Write memory back to the image, for other programs to look at. */
void vh_store(const struct vh *v, struct blk *mem);
void vh_remove(struct vh *v);

ntfs_inode *vh_open(struct vh *v, const char *path);
/** A file or (len < 0) a folder with a name of namespace POSIX. Returns the record number. */
uint64_t vh_add(struct vh *v, const char *dir, const char *name, long len);
/** A file with these bytes. Returns the record number. */
uint64_t vh_add_bytes(
	struct vh *v, const char *dir, const char *name, const void *bytes, size_t len);
void vh_add_many(struct vh *v, const char *dir, const char *format, unsigned n);
/** Makes the name a WIN32 one with this DOS name beside it. */
void vh_add_dos(struct vh *v, const char *dir, const char *name, const char *dos);
void vh_add_link(struct vh *v, const char *file, const char *dir, const char *name);
void vh_add_stream(struct vh *v, const char *file, const char *stream, const char *text);
void vh_add_reparse(struct vh *v, const char *file, uint32_t tag);
void vh_set_flags(struct vh *v, const char *file, uint32_t flags);
/** Byte i of every file made by vh_add. */
uint8_t vh_byte(uint64_t i);

/** Output of a program, "%s" in @format being the image's path; NULL when it is not installed or
 * fails. To be freed. */
char *vh_run(const struct vh *v, const char *format);
/** The same volume, as The Sleuth Kit and ntfsinfo see it: all names and the record in full, but
 * for what every write changes (update sequence numbers). To be freed. */
char *vh_portrait(const struct vh *v, uint64_t record);

#endif

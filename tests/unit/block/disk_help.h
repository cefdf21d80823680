/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Disks in memory and scratch folders for the tests of this room. */
#ifndef UNBRICK_TESTS_BLOCK_DISK_HELP_H
#define UNBRICK_TESTS_BLOCK_DISK_HELP_H

#include "block/disk.h"

/** A disk of @mib MiB of zeros in memory, writable. *ret_bytes may be changed by the test. */
struct blk *mem_disk(unsigned mib, uint8_t **ret_bytes);

/** Reads that touch [off, off+len) of a mem_disk fail from now on. */
void mem_disk_break(struct blk *b, uint64_t off_bytes, uint64_t len);

/** Make the disk smaller, as a truncated image is. */
void mem_disk_cut(struct blk *b, uint64_t size_bytes);

/** Copy the whole of a file over the disk from byte 0. */
bool mem_disk_load(struct blk *b, const char *path);

/** A new folder; remove it with scratch_done. */
char *scratch_new(void);
void scratch_done(char *dir);

/** Run a shell command made by printf; true when it exits with 0. */
bool run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** Is a program there? */
bool has_program(const char *name);

/** One entry of a master boot record. */
void put_mbr_entry(uint8_t *sector, unsigned slot, uint8_t type, uint32_t lba, uint32_t sectors);

#endif

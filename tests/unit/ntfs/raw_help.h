/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NTFS structures written by hand for the tests of the raw reader, from the format's description,
 * and the images of the fixtures folder. */
#ifndef UNBRICK_TESTS_RAW_HELP_H
#define UNBRICK_TESTS_RAW_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ntfs/internal.h"

#define RH_RECORD		 ((size_t)1024)
#define RH_CLUSTER		 ((size_t)4096)
#define RH_MFT_LCN		 ((uint64_t)4)
#define RH_REF(number, sequence) ((uint64_t)(sequence) << 48 | (number))
#define RH_ROOT			 RH_REF(5, 5)

/** A boot sector: 512-byte sectors, clusters of 4096, records of 1024, $MFT at cluster 4. */
void rh_boot(uint8_t sector[512], uint64_t total_sectors, uint64_t mirror_lcn);

/* A record in the making. */
struct rh_rec {
	uint8_t b[RH_RECORD];
	size_t pos;
};

void rh_begin(struct rh_rec *r, uint64_t number, uint16_t sequence, uint16_t flags, uint64_t base);
void rh_resident(struct rh_rec *r, uint32_t type, const char *name, const void *value, size_t len);
/** @sizes allocated, data, initialized. */
void rh_runs(struct rh_rec *r, uint32_t type, uint64_t lowest_vcn, uint64_t highest_vcn,
	const char *pairs_hex, const uint64_t sizes[3]);
void rh_times(struct rh_rec *r, uint32_t attributes);
void rh_name(struct rh_rec *r, uint64_t parent, const char *name, uint8_t name_space);
/** End mark, bytes in use, fixups. */
void rh_end(struct rh_rec *r);
/** A file or folder with one name: the whole record. */
void rh_simple(
	struct rh_rec *r, uint64_t number, uint16_t flags, uint64_t parent, const char *name);
/** Protect a block with fixups whose array is at @ofs. */
void rh_protect(uint8_t *p, size_t len, uint16_t ofs);
size_t rh_hex(const char *hex, uint8_t *ret, size_t cap);

/* A volume in memory: boot sector and its copy, $MFT with @records records, $MFTMirr, a wiped
 * $LogFile, $Volume, an empty root. Every record in use is marked in $MFT's bitmap. */
struct rh_vol {
	struct blk *mem;
	uint8_t *p;
	unsigned records;
	uint64_t mirror_lcn, log_lcn, free_lcn;
};

void rh_vol_make(struct rh_vol *v, unsigned records);
/** Put a record in its place (the first four in the mirror too). */
void rh_put(struct rh_vol *v, uint64_t number, const struct rh_rec *r);
uint8_t *rh_at(struct rh_vol *v, uint64_t number);
struct nt_raw *rh_open(struct rh_vol *v);

/** Path of a fixture, unpacked into a temporary directory (shared, removed by rh_fixtures_done);
 * skips the test when the file is not there. @name below fixtures/, with .xz, .gz, .tar.xz. */
const char *rh_fixture(const char *name);
int rh_fixtures_done(void **state);

#endif

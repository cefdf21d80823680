/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a kept step lies on the disk: ntfs/redo.c finds it, ntfswrite/redo_write.c writes it. */
#ifndef UNBRICK_NTFS_REDO_FORMAT_H
#define UNBRICK_NTFS_REDO_FORMAT_H

#include "ntfs/record.h"
#include "ntfs/redo.h"

/* One unit of header, the table, the contents; each begins at a unit. */
#define REDO_MAGIC   "UNBRICK REDO 1\r\n"
#define OFF_UNIT     16U /* u32: bytes of a unit */
#define OFF_COUNT    20U /* u32 */
#define OFF_PLACE    24U /* u64: where this is */
#define OFF_NUMBER   32U /* u64: of the step */
#define OFF_FLAG     40U /* u32: 1 = VOLUME_IS_DIRTY, if it is on, is of our making */
#define OFF_DIGEST   64U /* SHA-256 of table and contents */
#define OFF_SEAL     96U /* SHA-256 of key and header up to here */
#define HEADER_BYTES 128U
#define SHA	     NT_SHA256_BYTES

#define ROW_RANK      8U  /* u32 */
#define ROW_IS_BITMAP 12U /* u32 */
#define ROW_OLD	      16U /* digest of the bytes before; of a bitmap also ... */
#define ROW_MID	      32U /* ... with its new bits set and the old ones not yet clear */
#define ROW_BYTES     48U

/** Binds the header to @key. false: no digest could be made. */
bool nt_redo_seal(const uint8_t key[NT_REDO_KEY], const uint8_t *header, uint8_t ret[SHA]);
size_t nt_redo_table_bytes(size_t n, uint32_t unit_bytes);
/** Table and contents. */
size_t nt_redo_payload_bytes(size_t n, uint32_t unit_bytes);

#endif

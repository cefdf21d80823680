/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small volume in memory whose metadata a test can bend: 8 MiB, three copies, a clear key by
 * default (so that no test has to wait for stretching). Sealing is done here with OpenSSL alone. */
#ifndef UNBRICK_TESTS_BITLOCKER_MINI_H
#define UNBRICK_TESTS_BITLOCKER_MINI_H

#include "bitlocker/bitlocker.h"
#include "core/view.h"

#define MINI_BYTES     (8U << 20)
#define MINI_AREA      65536U
#define MINI_RELOCATED (7U << 20)
#define MINI_R	       8192U
#define MINI_PASSWORD  "000011-000022-000033-000044-000055-000066-000077-720885"

struct mini {
	struct blk *disk; /* lay_mem */
	uint32_t sector_bytes;
	uint16_t method;
	uint8_t area[MINI_AREA];
	size_t end; /* of the entries so far, from the area's start */
	uint32_t nonce;
	uint8_t vmk[32], fvek[64];
	size_t fvek_len;
};

/** Size, keys, boot sector, header and dataset; no entries yet. */
void mini_begin(struct mini *m, uint16_t method, uint32_t sector_bytes);
/** Append an entry. */
void mini_entry(struct mini *m, uint16_t type, uint16_t value, const void *body, size_t len);
/** A whole sealed datum (with its entry header) around a key; returns its length. */
size_t mini_seal(struct mini *m, const uint8_t with[32], uint16_t key_type, const void *key,
	size_t len, uint8_t *ret);
/** Protectors; @tag goes into every byte of the ID. */
void mini_clear(struct mini *m, uint8_t tag);
void mini_recovery(struct mini *m, uint8_t tag, const char *password);
void mini_passphrase(struct mini *m, uint8_t tag, const char *text);
void mini_startup(struct mini *m, uint8_t tag, const uint8_t key[32]);
/** A protector with any protection word and these nested bytes. */
void mini_vmk(struct mini *m, uint8_t tag, uint16_t protection, const void *nested, size_t len);
void mini_fvek(struct mini *m);
void mini_relocation(struct mini *m);
/** Sizes, seal, checksum; then the three copies go to the disk. */
void mini_finish(struct mini *m);
/** Only the checksum of m->area, without touching the rest; and write the copies. */
void mini_checksum(struct mini *m);
void mini_write(struct mini *m);
void mini_write_copy(struct mini *m, unsigned copy);
uint64_t mini_copy_at(unsigned copy);
/** A volume as Windows leaves it, by clear key, with an NTFS boot sector inside. */
void mini_usual(struct mini *m, uint16_t method, uint32_t sector_bytes);
void mini_done(struct mini *m);

enum mini_outcome {
	MINI_OPEN = 1,	    /* for writing */
	MINI_READ_ONLY = 2, /* opens, and is not writable */
};

/** Load and unlock by the clear key; an outcome or the error. */
int mini_try(struct mini *m, struct rs_err *err, char note[256]);

/** A startup key file for mini_startup; returns its length. */
size_t mini_bek(uint8_t tag, const uint8_t key[32], bool is_win11, uint8_t *ret);
/** Stretching written with one-shot hashes; slow, for few rounds of use. */
void mini_stretch(const uint8_t h0[32], const uint8_t salt[16], uint8_t ret[32]);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mkbitlocker: makes BitLocker volumes for tests, on its own: it shares no code with the reader in
 * rescue/bitlocker, so that a mistake cannot hide by being made twice. Everything that is random
 * comes from --seed. Errors end the program: it is a tool of the tests, not of the user. */
#ifndef MKBITLOCKER_MKB_H
#define MKBITLOCKER_MKB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

#define MK_AREA	      65536u
#define MK_MAX_PROT   48
#define MK_MAX_REGION 48
#define MK_FIXED_TIME UINT64_C(133645680000000000) /* 2024-07-04 12:00 UTC as FILETIME */

enum mk_kind {
	MK_RECOVERY,
	MK_PASSPHRASE,
	MK_STARTUP,
	MK_CLEAR,
	MK_TPM,
	MK_TPM_PIN,
	MK_SMART_CARD,
	MK_UNKNOWN,
};

struct mk_prot {
	enum mk_kind kind;
	const char *arg; /* digits or "auto"; file of the passphrase; file to write the key to */
	uint8_t guid[16];
	bool has_guid;
};

struct mk_range {
	uint64_t off, len;
};

/* Where BitLocker's own parts lie, in bytes from the start of the volume. */
struct mk_places {
	uint64_t area[3];
	uint64_t reloc, reloc_len; /* the moved first bytes of the volume */
	uint64_t spare;		   /* the 65536 bytes behind them (file FVE2.{da392a22-...}) */
	uint64_t eow[2], log;	   /* only with --eow */
};

struct mk_opt {
	const char *image, *out, *make_ntfs, *keys_file, *secrets_file, *damage, *cipher,
		*description;
	uint64_t damage_arg, watermark, in_off, in_len, seed;
	struct mk_prot prot[MK_MAX_PROT];
	unsigned prots;
	uint32_t sector;
	uint16_t current, next;
	bool has_state, has_watermark, has_places, in, reserve, used_only, eow, decrypted, togo,
		vista;
	bool win7, no_entry_f, short_file, long_file, stale_hash, bek_win11, quiet;
	struct mk_places places;
};

struct mk_region {
	uint64_t off, len;
	uint32_t bits;
	uint8_t map[476]; /* a bit per 8 MiB: 1 = encrypted */
};

struct mk_vol {
	int fd;
	uint64_t base, size;
	uint32_t sector, cluster;
	bool ntfs;
	uint8_t *used; /* a bit per cluster, or NULL: every cluster counts as used */
	uint64_t used_bits;
};

struct mk_cipher;

struct mk {
	struct mk_opt opt;
	struct mk_vol vol;
	struct mk_places at;
	struct mk_range hole[10]; /* what is not encrypted in place, in ascending order */
	unsigned holes;
	struct mk_region *region; /* only with --eow */
	unsigned regions;
	EVP_CIPHER_CTX *rng;
	struct mk_cipher *cipher;
	uint16_t method;
	uint32_t counter; /* of the next sealed datum */
	uint8_t vmk[32], fvek[64], volume_guid[16];
	char digits[64]; /* the first recovery password, for damages that need it again */
};

struct mk_buf {
	uint8_t p[2 * MK_AREA];
	size_t len;
};

/* main.c */
/** A line "NAME HEX" for --secrets: what a reader's memory is searched for. */
void mk_note_secret(const struct mk *mk, const char *name, const uint8_t *p, size_t len);
__attribute__((noreturn)) void mk_die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void *mk_alloc(size_t len);		     /* zeroed; never NULL */
void mk_text(uint8_t *to, const char *text); /* without its NUL, as on disks */
void mk_pread(const struct mk_vol *vol, uint64_t off_bytes, void *ret, size_t len);
void mk_pwrite(const struct mk_vol *vol, uint64_t off_bytes, const void *p, size_t len);

/* crypt.c */
void mk_rng_init(struct mk *mk);
void mk_random(struct mk *mk, void *ret, size_t len);
void mk_sha256(const void *p, size_t len, uint8_t ret[32]);
uint32_t mk_crc32(const uint8_t *p, size_t len);
/** 2^20 rounds over the hash of a secret and a salt. Kept in the file $MKBITLOCKER_STRETCHED, if
 * that is set: a seed asks for the same often. */
void mk_stretch(const uint8_t hash[32], const uint8_t salt[16], uint8_t ret[32]);
/** AES-256-CCM; @ret holds the tag and then @len bytes. */
void mk_seal(
	const uint8_t key[32], const uint8_t nonce[12], const uint8_t *p, size_t len, uint8_t *ret);
uint16_t mk_method_parse(const char *name);
struct mk_cipher *mk_cipher_new(uint16_t method, const uint8_t fvek[64], uint32_t sector);
/** Encrypt whole sectors in place as those at @off_bytes of the volume. */
void mk_encrypt(struct mk_cipher *c, uint64_t off_bytes, uint8_t *p, size_t len);

/* entry.c: the parts that metadata consist of */
void mk_put(struct mk_buf *b, const void *p, size_t len);
void mk_put16(struct mk_buf *b, unsigned v);
void mk_put32(struct mk_buf *b, uint32_t v);
void mk_put64(struct mk_buf *b, uint64_t v);
void mk_put_utf16(struct mk_buf *b, const char *ascii);
/** Begin an entry; returns its start, to be given to mk_close when its content is complete. */
size_t mk_open(struct mk_buf *b, unsigned type, unsigned value, unsigned version);
void mk_close(struct mk_buf *b, size_t start);
/** An entry of value 5 with @len bytes sealed by @key. */
void mk_put_sealed(struct mk *mk, struct mk_buf *b, unsigned type, const uint8_t key[32],
	const struct mk_buf *payload);
struct mk_key {
	unsigned type;
	const uint8_t *p;
	size_t len;
};
/** A key datum, as it stands inside a sealed one. */
void mk_put_key(struct mk_buf *b, const struct mk_key *key);
/** A sealed entry whose payload is a key datum. */
void mk_put_sealed_key(struct mk *mk, struct mk_buf *b, unsigned type, const uint8_t by[32],
	const struct mk_key *key);

/* protect.c */
/** One VMK entry and what the person who holds its key gets (line of the keys file, BEK). */
void mk_put_protector(struct mk *mk, struct mk_buf *b, struct mk_prot *prot);
/** The head of a VMK entry; the nested parts follow, then mk_close. */
size_t mk_open_vmk(struct mk_buf *b, const uint8_t guid[16], unsigned protection, unsigned version);
/** A recovery password's key for a salt. */
void mk_recovery_key(
	const char *digits, const uint8_t salt[16], uint8_t ret_pass[16], uint8_t ret_key[32]);
void mk_random_digits(struct mk *mk, char ret[64]);
void mk_keys_close(struct mk *mk);

/* meta.c */
/** The block and its validation, as one area of 65536 bytes. */
void mk_meta_build(struct mk *mk, uint8_t area[MK_AREA]);
size_t mk_block_len(const struct mk *mk, const uint8_t *area);

/* boot.c */
/** The bytes that stand at the start of the disk instead of the file system's. */
void mk_boot_write(struct mk *mk, const uint8_t plain_sector[4096]);

/* eow.c */
void mk_eow_plan(struct mk *mk);
void mk_eow_write(struct mk *mk);

/* disk.c */
void mk_copy_file(const char *from, const char *to);
void mk_run_mkntfs(const struct mk_opt *opt);
void mk_holes_plan(struct mk *mk);
/** Is the disk byte at @off_bytes ciphertext when the work is done? */
bool mk_is_cipher(const struct mk *mk, uint64_t off_bytes);
void mk_encrypt_volume(struct mk *mk);

/* ntfsvol.c, fatvol.c: find or make the clusters that BitLocker's own parts need */
void mk_ntfs_places(struct mk *mk, bool may_create);
void mk_ntfs_used(struct mk *mk);
void mk_fat_places(struct mk *mk);

/* damage.c, damage_parts.c */
bool mk_damage_is(const struct mk *mk, const char *name);
void mk_damage_list(void);
void mk_damage_setup(struct mk *mk);
void mk_damage_first_entries(struct mk *mk, struct mk_buf *b);
void mk_damage_block(struct mk *mk, struct mk_buf *block);
void mk_damage_area(struct mk *mk, uint8_t area[MK_AREA], unsigned copy);
void mk_damage_boot(struct mk *mk, uint8_t *sector);
void mk_damage_bek(struct mk *mk, struct mk_buf *bek);
/** The keys file as a whole (text so far); true when it was written in another way. */
bool mk_damage_keys(struct mk *mk, const char *path, const char *text);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of this room share. Nothing here is for other rooms. */
#ifndef UNBRICK_BITLOCKER_INTERNAL_H
#define UNBRICK_BITLOCKER_INTERNAL_H

#include "bitlocker/bitlocker.h"
#include "core/text.h"
#include "core/view.h"
#include "format/bootsector.h"

#define BL_AREA_BYTES	  65536U /* one metadata area of version 2 */
#define BL_COPIES	  FVE_COPIES
#define BL_MAX_ENTRIES	  1024
#define BL_MAX_TRIES	  32 /* protectors tried with one key: each costs 2^20 rounds */
#define BL_STRETCH_ROUNDS 1048576U
#define BL_KEY_BYTES	  32 /* every key that seals another */

/* ---- load.c: sector 0, the copies, what they say ---- */
struct bl_header {
	enum bl_flavour flavour;
	bool is_eow; /* the boot sector has the encrypt-on-write GUID */
	uint32_t sector_bytes;
	uint32_t cluster_bytes;	     /* 0 if not said */
	uint64_t offsets[BL_COPIES]; /* Vista: the first only */
};

/** Errors: RS_E_UNSUPPORTED (unknown GUID, sector size). */
int bl_header_parse(struct rs_view sector, struct bl_header *ret, struct rs_err *err);

/* ---- entry.c: the type-length-value records of the metadata ---- */
enum bl_entry_type {
	BL_T_PROPERTY = 0x00,
	BL_T_VMK = 0x02,
	BL_T_FVEK = 0x03,
	BL_T_STARTUP_KEY = 0x06,
	BL_T_DESCRIPTION = 0x07,
	BL_T_RELOCATION = 0x0F,
};

enum bl_value_type {
	BL_V_KEY = 1,
	BL_V_TEXT = 2,
	BL_V_STRETCH = 3,
	BL_V_USE = 4,
	BL_V_SEALED = 5,
	BL_V_VMK = 8,
	BL_V_EXTERNAL = 9,
	BL_V_RELOCATION = 15,
};

enum bl_key_type {
	BL_K_CLEAR = 0x2000,
	BL_K_EXTERNAL = 0x2002,
	BL_K_VMK = 0x2003,
	BL_K_HASH = 0x2005,
};

struct bl_entry {
	uint16_t type, value, version;
	struct rs_view all; /* with the 8 bytes of its own header: offsets as the format counts */
};

/** Walk: *off_bytes starts at 0. 1 = an entry, 0 = the end, -1 = malformed (stop). */
int bl_entry_next(struct rs_view list, size_t *off_bytes, struct bl_entry *ret);
/** Shorter than the fixed part of its value type: nothing in it can be trusted. */
bool bl_entry_is_short(const struct bl_entry *e);
/** What follows the fixed part (nested entries, key bytes, text). */
struct rs_view bl_entry_rest(const struct bl_entry *e);
/** First nested entry of that value that is long enough, from *off_bytes on; false if none. */
bool bl_entry_find(struct rs_view list, size_t *off_bytes, uint16_t value, struct bl_entry *ret);
/** UTF-16 to escaped UTF-8, stopping at a NUL; at most 512 units. */
void bl_entry_text(struct rs_view utf16, char *ret, size_t cap);

/* ---- unseal.c: AES-CCM and the datum inside ---- */
/** Open a sealed datum (@sealed: the whole entry) into @ret, the payload. False: wrong key, or not
 * a payload of @key_type (0: any). *ret_key and *ret_type describe the key inside @ret. */
bool bl_unseal(struct rs_view sealed, const uint8_t key[BL_KEY_BYTES], uint16_t key_type,
	struct rs_secret *ret, struct rs_view *ret_key, uint16_t *ret_type);
bool bl_sha256(const void *p, size_t len, uint8_t ret[32]);

/* ---- meta.c: one copy of the metadata ---- */
struct bl_meta {
	uint8_t *raw; /* the whole area, owned */
	size_t raw_len;
	struct rs_view block;	/* what CRC and seal cover */
	struct rs_view entries; /* top level */
	uint16_t version, state_current, state_next;
	uint64_t encrypted_bytes; /* volume size, or watermark while converting */
	uint32_t log_bytes;
	uint32_t relocated_sectors;
	uint64_t offsets[BL_COPIES];
	uint64_t relocated_off, relocated_len;
	uint8_t volume_id[16];
	uint32_t next_nonce;
	uint16_t method;
	uint64_t created_filetime;
	uint32_t build;
	char description[256];
	unsigned n_vmk;
	bool has_bad_vmk;	   /* a protector's nested entries are malformed */
	struct rs_view seal;	   /* sealed datum of the validation; empty if there is none */
	struct rs_view plain_hash; /* 32 bytes on a decrypted volume; empty otherwise */
};

/** Parse @raw (taken over, freed on failure too). Errors: RS_E_BL_DAMAGED, RS_E_UNSUPPORTED. */
int bl_meta_parse_take(uint8_t *raw, size_t len, uint16_t version, uint32_t sector_bytes,
	struct bl_meta **ret, struct rs_err *err);
/** Ranges inside the volume, aligned, disjoint. Errors: RS_E_BL_DAMAGED. */
int bl_meta_check_ranges(
	const struct bl_meta *m, uint32_t sector_bytes, uint64_t device_bytes, struct rs_err *err);
/** Size of the opened volume: from the metadata when finished, else that of the device. */
uint64_t bl_meta_volume_bytes(
	const struct bl_meta *m, uint32_t sector_bytes, uint64_t device_bytes);
void bl_meta_free(struct bl_meta *m);
RS_DEFINE_AUTO(struct bl_meta *, bl_meta_free);
#define auto_meta __attribute__((cleanup(bl_meta_free_auto)))

/** Is the block the same, byte for byte? */
bool bl_meta_is_same(const struct bl_meta *a, const struct bl_meta *b);

/** bl_load behind the first sector. */
int bl_load_header(
	struct blk *src, const struct bl_header *h, struct bl_volume **ret, struct rs_err *err);
/** It is listed, and never opened: @code says why. */
void bl_volume_refuse(struct bl_volume *v, int code, const char *why);
struct bl_volume {
	struct bl_info info;
	struct bl_header header;
	char name[256];
	struct bl_meta *copies[BL_COPIES]; /* the good ones */
	unsigned used;
	uint64_t watermark; /* disk bytes at and above it are plain */
	bool has_rivals;    /* a copy with the same counter and other bytes */
	bool is_unreadable; /* by state: see refusal */
	int refusal;	    /* code for bl_unlock when it is */
	struct blk *src;    /* borrowed: must outlive the volume */
	struct rs_secret fvek;
	uint16_t method; /* of the FVEK; 0 when plain */
	bool is_unlocked, can_write;
};

/** Fill info, watermark and refusal from the copy in use. */
void bl_volume_adopt(struct bl_volume *v, unsigned copy, uint64_t device_bytes);

/* ---- protector.c ---- */
/** The @index-th VMK entry of a copy; false after the last. */
bool bl_vmk_at(const struct bl_meta *m, unsigned index, struct bl_entry *ret);
/** How many protectors of just this kind? */
unsigned bl_count_kind(const struct bl_info *in, uint16_t kind);
void bl_vmk_describe(const struct bl_entry *vmk, struct bl_protector *ret);
/** Are its nested entries well formed (to the depth that we use)? */
bool bl_vmk_is_sound(const struct bl_entry *vmk);

/** Open a VMK entry. @secret: BL_KEY_BYTES of the one thing that its kind takes (an item's), or
 * NULL. @ret, the owner's, gets the VMK's 32 bytes. 1 opened, 0 not by this one, negative: stop.
 * Errors: RS_E_CANCELLED, RS_E_MEMORY. */
typedef int bl_unwrap_fn(const struct bl_entry *vmk, const uint8_t *secret,
	const struct rs_task *task, struct rs_secret *ret, struct rs_err *err);

/* A kind of protector: all that is known of it. */
struct bl_protector_row {
	uint16_t kind;	      /* BL_P_*: what it takes */
	uint32_t rounds;      /* of stretching, for each try */
	const char *name;     /* for people, and in reports */
	bl_unwrap_fn *unwrap; /* NULL: it takes what nobody can give here */
	const char *way;      /* who has no recovery password: "give ..."; NULL: no way */
	const char *hint;     /* what to say where that is the only way; NULL: nothing */
};

/** By kind or by the word on disk; NULL: not known. */
const struct bl_protector_row *bl_protector_find(unsigned protection);
/** Row by index 0..; NULL after the last. */
const struct bl_protector_row *bl_protector_at(size_t index);

/* ---- keyring.c ---- */
enum bl_group_fault {
	BL_G_OK,
	BL_G_DIVISIBLE,
	BL_G_RANGE,
	BL_G_DIGITS,
	BL_G_COUNT,
	BL_G_CHAR,
	BL_G_MISSING, /* an ID in a key file without a password beside it */
};
enum bl_item_kind {
	BL_I_BAD = 1, /* fits nothing */
	BL_I_STARTUP = BL_P_STARTUP_KEY,
	BL_I_RECOVERY = BL_P_RECOVERY,
	BL_I_PASSPHRASE = BL_P_PASSPHRASE,
};

struct bl_item {
	enum bl_item_kind kind;
	uint8_t id_nibbles;	   /* how many hex digits of the ID are known: 0, 8..32 */
	uint8_t id[16];		   /* in the order in which they are printed, not as on disk */
	enum bl_group_fault fault; /* BL_I_BAD: what is wrong, */
	uint8_t bad_group;	   /* and in which group, or (BL_G_COUNT) how many digits */
	uint32_t line;		   /* in the key file; 0 typed */
	const uint8_t *secret;	   /* 32 bytes: h0 (recovery, passphrase) or the external key */
};

size_t bl_keyring_count(const struct bl_keyring *k);
const struct bl_item *bl_keyring_at(const struct bl_keyring *k, size_t index);
/** The volume master key that a protector of these bytes gave before; borrowed; NULL: it did not.
 */
const struct rs_secret *bl_keyring_known(
	const struct bl_keyring *k, const uint8_t entry_sha256[32]);
/** Remember it as long as the keyring lives. Without memory it is forgotten, which costs time only.
 */
void bl_keyring_learn(
	const struct bl_keyring *k, const uint8_t entry_sha256[32], const struct rs_secret *vmk);
/** Copy an item; @secret 32 bytes or NULL (BL_I_BAD). */
int bl_keyring_put(struct bl_keyring *k, const struct bl_item *item, const uint8_t *secret,
	struct rs_err *err);
/** Does the item's ID (if any) name this protector? */
bool bl_item_fits(const struct bl_item *item, const uint8_t protector_id[16]);
/** Bytes of a GUID as on disk to the order in which they are printed. */
void bl_id_from_guid(const uint8_t guid[16], uint8_t ret[16]);

/* ---- recovery.c ---- */
/** 48 digits to h0. On failure *ret_group is 1..8. */
enum bl_group_fault bl_recovery_digits(const char digits[48], uint8_t h0[32], unsigned *ret_group);
/** The same for text (already decoded): dashes, blanks or nothing between the digits. BL_G_COUNT:
 * *ret_group is the number of digits, 255 at most. BL_G_CHAR: it does not even look like one (other
 * characters, or fewer than 20 digits). */
enum bl_group_fault bl_recovery_text(
	const char *text, size_t len, uint8_t h0[32], unsigned *ret_group);
/** Words for it, with the group but never with its digits. */
void bl_recovery_fault_text(enum bl_group_fault f, unsigned group, char *ret, size_t cap);

/* ---- keytext.c ---- */
/** Decode a text file: one byte for each character. Dashes, blanks and line ends of all kinds are
 * '-', ' ' and '\n' then, anything else outside ASCII is 0x01. Errors: RS_E_MEMORY. */
int bl_keytext_decode(struct rs_view raw, struct rs_secret *ret, struct rs_err *err);

/* ---- fvek.c: what the volume master key opens, and whether we may write ---- */
/** Sector key, seal of the metadata, look at the file system. Fills seal, can_write and note.
 * Errors: RS_E_BL_DAMAGED, RS_E_BL_METHOD, RS_E_MEMORY. */
int bl_unlock_with_vmk(struct bl_volume *v, const uint8_t vmk[BL_KEY_BYTES],
	struct bl_unlock_result *ret, struct rs_err *err);
/** A decrypted volume needs no key. */
void bl_unlock_plain(struct bl_volume *v, struct bl_unlock_result *ret);

/* ---- cipher*.c, diffuser.c ---- */
/** Bytes of a method's key as unsealed; 0: there is no such method. */
size_t bl_method_key_bytes(uint16_t method);
struct bl_cipher {
	uint16_t method;
	uint32_t sector_bytes;
	size_t key_len;			      /* of one AES key */
	struct evp_cipher_ctx_st *dec, *enc;  /* of the data */
	struct evp_cipher_ctx_st *ecb;	      /* XTS: tweaks; CBC: initial vectors */
	struct evp_cipher_ctx_st *sector_key; /* Elephant */
	struct rs_secret scratch;
};

int bl_xts_run(struct bl_cipher *c, bool is_encrypt, uint64_t off_bytes, uint8_t *buf, size_t len);
int bl_cbc_run(struct bl_cipher *c, bool is_encrypt, uint64_t off_bytes, uint8_t *buf, size_t len);

#define BL_LANES	  8 /* sectors that the diffusers take at once */
#define BL_DIFFUSER_BYTES (BL_LANES * 4096U + 8U * 32U) /* their scratch memory */
/** Both diffusers and the sector keys (32 bytes each) over @n whole sectors, in place. @scratch has
 * BL_DIFFUSER_BYTES and is aligned to 32. */
void bl_diffuse(uint8_t *buf, uint32_t sector_bytes, size_t n, const uint8_t *keys, void *scratch,
	bool is_encrypt);
/** The plain way, one sector; the reference for the one with lanes. */
void bl_diffuse_one(uint8_t *sector, uint32_t sector_bytes, const uint8_t key[32], bool is_encrypt);
/** Lanes with and without AVX2, for the tests. False if this machine cannot. */
bool bl_diffuse_lanes(uint8_t *buf, uint32_t sector_bytes, const uint8_t *keys, void *scratch,
	bool is_encrypt, bool use_avx2);

/* ---- map.c: virtual offset to disk offset ---- */
struct bl_map {
	uint64_t size_bytes, watermark;
	uint64_t relocated_off, relocated_len;
	uint64_t areas[BL_COPIES];
	uint32_t sector_bytes;
};

enum bl_run_kind { BL_RUN_SEALED, BL_RUN_PLAIN, BL_RUN_ZERO };

struct bl_run {
	enum bl_run_kind kind;
	uint64_t disk_off; /* not for BL_RUN_ZERO */
	uint64_t len;
};

void bl_map_init(struct bl_map *map, const struct bl_volume *v);
/** The run at @off_bytes (inside the volume), at most @len long. */
struct bl_run bl_map_at(const struct bl_map *map, uint64_t off_bytes, uint64_t len);
/** Does a range touch one of BitLocker's own areas? Names it in @ret_what. */
bool bl_map_is_refused(
	const struct bl_map *map, uint64_t off_bytes, uint64_t len, const char **ret_what);

/* Recovery passwords and key IDs in decoded text. */

struct scan {
	const char *text; /* decoded by bl_keytext_decode */
	size_t len, at;
};

enum token_kind { TOKEN_ID, TOKEN_KEY, TOKEN_BAD_KEY };

struct token {
	enum token_kind kind;
	/* TOKEN_ID */
	uint8_t id[16]; /* in printed order */
	uint8_t id_nibbles;
	bool is_braced;
	bool is_labelled_other; /* "deviceId": and the like stand before it */
	/* TOKEN_KEY, TOKEN_BAD_KEY */
	uint8_t h0[32];
	enum bl_group_fault fault;
	unsigned group;
};

/** Look at s->at: a token there is taken whole, else one character is passed. True = a token. */
bool scan_next(struct scan *s, struct token *ret);

#endif

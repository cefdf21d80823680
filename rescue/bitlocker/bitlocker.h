/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BitLocker: metadata, protectors, keys, and the opened volume as a block source.
 * Format: docs/bitlocker-format.md and the comments in the files that read each structure. */
#ifndef UNBRICK_BITLOCKER_BITLOCKER_H
#define UNBRICK_BITLOCKER_BITLOCKER_H

#include "block/blk.h"
#include "core/events.h"
#include "core/protector.h"
#include "core/secret.h"
#include "format/words.h"

enum bl_flavour { BL_VISTA = 1, BL_WIN7 = 2, BL_TO_GO = 3 };

/* X(name, its word in a report, what a person is told) */
#define BL_STATES(X)                                                                               \
	X(BL_ENCRYPTED, "encrypted", "encrypted") /* finished: read and write */                   \
	/* finished, and a clear key lies beside: opens without any key */                         \
	X(BL_SUSPENDED, "suspended", "suspended (its key lies open on the disk)")                  \
	/* encryption or decryption unfinished, or about to start */                               \
	X(BL_CONVERTING, "converting", "encryption or decryption unfinished")                      \
	/* the same, by Windows 8+ encrypt-on-write */                                             \
	X(BL_EOW, "converting-eow", "encryption unfinished (encrypt on write)")                    \
	X(BL_DECRYPTED, "decrypted", "decrypted") /* plain data behind a BitLocker header */       \
	X(BL_STATE_UNKNOWN, "unknown", "state unknown")
enum bl_state { BL_STATES(JUST_NAME) };

enum bl_method {
	BL_NONE = 0,
	BL_CBC_128_ELEPHANT = 0x8000,
	BL_CBC_256_ELEPHANT = 0x8001,
	BL_CBC_128 = 0x8002,
	BL_CBC_256 = 0x8003,
	BL_XTS_128 = 0x8004,
	BL_XTS_256 = 0x8005,
};

#define BL_MAX_PROTECTORS 64

/* What the metadata say; no key needed. */
struct bl_info {
	enum bl_flavour flavour;
	enum bl_state state;
	uint16_t state_current, state_next; /* as on disk */
	uint16_t method;		    /* enum bl_method or what stands there */
	uint32_t sector_bytes;
	uint64_t volume_bytes; /* size of the opened volume */
	uint8_t volume_id[16];
	uint64_t created_filetime;
	char description[256];	     /* UTF-8, escaped */
	uint32_t encrypted_by_build; /* Windows build, 0 if not said */
	unsigned n_protectors;
	struct bl_protector protectors[BL_MAX_PROTECTORS];
	bool copy_is_good[3];	  /* CRC and position right */
	unsigned copy_used;	  /* 0..2 */
	bool can_read, can_write; /* by state and metadata alone, before the seal is checked */
	char note[256]; /* why not, or what is odd ("copy 1 of 3 is damaged"); "" if nothing */
};

/** "AES-XTS 128" and so on; "unknown (0x8006)" in @ret otherwise. */
void bl_method_text(uint16_t method, char *ret, size_t cap);
/** "recovery password", "TPM and PIN", "unknown (0x4000)" ... */
void bl_protector_text(uint16_t protection, char *ret, size_t cap);
/** Does opening it take @what (one BL_P_*, perhaps with others)? Of a kind that is known. */
bool bl_protector_takes(unsigned protection, unsigned what);

/** The IDs of the recovery keys among @n protectors, "A, B and 7 more (...)": @most of them, the
 * others counted. */
void bl_list_ids(const struct bl_protector *p, unsigned n, unsigned most, char *ret, size_t cap);

struct bl_volume; /* parsed metadata of one volume, and its keys once unlocked */

/** Read and check the three copies, choose one (highest nonce counter with good CRC and
 * position). @src must outlive the volume. Volumes that can never be opened still load when their
 * metadata can be read, so that they can be listed: bl_info says it.
 * Errors: RS_E_BL_DAMAGED (no good copy; the reason named), RS_E_BL_VISTA only from bl_unlock,
 * RS_E_UNSUPPORTED (unknown GUID or version, named), RS_E_IO_READ, RS_E_MEMORY. */
int bl_load(struct blk *src, struct bl_volume **ret, struct rs_err *err);
/** Look for a copy of the metadata of a volume whose first sector is lost: first where Windows puts
 * it, then in the first GiB, for 10 seconds at most. @task: "search" in bytes; may cancel.
 * Errors: RS_E_UNSUPPORTED (none is there), RS_E_CANCELLED, RS_E_MEMORY. */
int bl_search(struct blk *src, const struct rs_task *task, uint64_t *ret, struct rs_err *err);
/** Load the volume by the copy that bl_search found: for its description only, it is never opened.
 * Errors: as bl_load. */
int bl_load_lost(struct blk *src, uint64_t at_bytes, struct bl_volume **ret, struct rs_err *err);
void bl_free(struct bl_volume *v);
RS_DEFINE_AUTO(struct bl_volume *, bl_free);
#define auto_bl __attribute__((cleanup(bl_free_auto)))

/** Borrowed until bl_free. */
const struct bl_info *bl_get_info(const struct bl_volume *v);

/* ---- key material (keyring.c, keyfile.c) ---- */

struct bl_keyring; /* passwords with or without a key ID, passphrases, startup keys */

/** Errors: RS_E_MEMORY. */
int bl_keyring_new(struct bl_keyring **ret, struct rs_err *err);
/** Wipes all that is in it. NULL is fine. */
void bl_keyring_free(struct bl_keyring *k);

/** Add what a person typed: a 48-digit recovery password (dashes, spaces, nothing between), or
 * else a passphrase. A text that looks like a recovery password (only digits, dashes, spaces, 20 or
 * more digits) is checked group by group; the wrong group is named,
 * never its digits. Errors: RS_E_KEY_FORMAT ("group 3 is not divisible by 11"), RS_E_MEMORY. */
int bl_keyring_add_typed(struct bl_keyring *k, const char *text, size_t len, struct rs_err *err);
/** Only a passphrase, whatever it looks like. UTF-8; one trailing newline is dropped. Nothing of
 * @text is kept, here and below: it stays the caller's to wipe. Errors: RS_E_KEY_FORMAT,
 * RS_E_MEMORY. */
int bl_keyring_add_passphrase(
	struct bl_keyring *k, const char *text, size_t len, struct rs_err *err);
/** The contents of a --keys file: one key; "ID KEY" or "ID,KEY" lines or a directory's CSV export;
 * the text file that Windows saves (UTF-16 or UTF-8, any language); manage-bde output.
 * At most 64 MiB. @name for errors. Errors: RS_E_KEY_FILE, RS_E_KEY_FORMAT, RS_E_MEMORY. */
int bl_keyring_add_file(
	struct bl_keyring *k, const char *name, const uint8_t *p, size_t len, struct rs_err *err);
/** Is there a recovery password in it beside the ID (or its beginning) of this protector? */
bool bl_keyring_has(const struct bl_keyring *k, const uint8_t protector_id[16]);
/** Do these bytes begin with a startup key (.BEK) that lies in them whole? Its length, else 0. */
size_t bl_bek_length(const uint8_t *p, size_t len);
/** The contents of a .BEK file. Errors: RS_E_KEY_FILE, RS_E_MEMORY. */
int bl_keyring_add_bek(
	struct bl_keyring *k, const char *name, const uint8_t *p, size_t len, struct rs_err *err);

/* ---- unlock ---- */

struct bl_unlock_result {
	uint16_t protection; /* kind that opened it */
	uint8_t protector_id[16];
	bool is_seal_good; /* sealed SHA-256 of the metadata matched */
	bool can_write;	   /* all conditions for writing hold */
	char note[256];	   /* why not writable, "" otherwise */
};

/** Open the volume master key and the sector key. Order: clear key, startup keys by GUID, keys
 * whose ID names a protector of this volume, then keys without an ID on every protector of their
 * kind. A key whose ID names another volume is never tried. @keys may be NULL (clear key only).
 * @task: "unlock" progress in rounds of stretching; may cancel.
 * Errors: RS_E_KEY_NEEDED (nothing to try; detail names the recovery key IDs), RS_E_KEY_OTHER (and
 * it has no recovery password; detail names what opens it), RS_E_KEY_REJECTED,
 * RS_E_BL_NO_PROTECTOR, RS_E_BL_VISTA, RS_E_BL_METHOD, RS_E_CONVERSION (cannot even be read),
 * RS_E_BL_DAMAGED, RS_E_CANCELLED, RS_E_MEMORY. */
int bl_unlock(struct bl_volume *v, const struct bl_keyring *keys, const struct rs_task *task,
	struct bl_unlock_result *ret, struct rs_err *err);

/** The opened volume as a block source over @src (the source the volume was loaded from, or the
 * same one opened again for writing; must outlive the result). @v may be freed afterwards: keys are
 * copied. Writable only if @src is and bl_unlock said can_write. Reads of BitLocker's own areas
 * give zeros; a write that touches one is refused whole (RS_E_BL_AREA).
 * Errors: RS_E_KEY_NEEDED (not unlocked), RS_E_CONVERSION, RS_E_MEMORY. */
int bl_open(const struct bl_volume *v, struct blk *src, struct blk **ret, struct rs_err *err);

/** 2^20 rounds. @h0 32 bytes, @salt 16 bytes, @ret 32 bytes, secret. Errors: RS_E_CANCELLED. */
int bl_stretch(const uint8_t h0[32], const uint8_t salt[16], const struct rs_task *task,
	uint8_t ret[32], struct rs_err *err);

/** Decrypt or encrypt whole sectors in place; for bench and tests. @key as unsealed (16, 32, 64).
 * @off_bytes the DISK offset of the first sector. Errors: RS_E_BL_METHOD. */
struct bl_cipher;
int bl_cipher_new(uint16_t method, uint32_t sector_bytes, const uint8_t *key, size_t key_len,
	struct bl_cipher **ret, struct rs_err *err);
int bl_cipher_run(
	struct bl_cipher *c, bool is_encrypt, uint64_t off_bytes, uint8_t *buf, size_t len);
void bl_cipher_free(struct bl_cipher *c);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What this machine's firmware trusts, out of its variables, and which doors of the stick start
 * with that (docs/secure-boot.md): Secure Boot, Microsoft's certificates, what is revoked, shim's
 * lists. Only reads. Sources: UEFI specification ("Secure Boot and Driver Signing":
 * EFI_SIGNATURE_LIST and how an image is checked); the kernel's efivarfs (four bytes of attributes
 * before each value); EDK2's store of authenticated variables; shim's MokVars.txt and SBAT.md. */
#ifndef UNBRICK_FIRMWARE_FIRMWARE_H
#define UNBRICK_FIRMWARE_FIRMWARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"
#include "core/json.h"
#include "core/view.h"
#include "format/words.h"

/* Where the kernel shows them. */
#define FW_FOLDER "/sys/firmware/efi/efivars"

enum {
	FW_NAME = 128,	   /* of a certificate, UTF-8 */
	FW_NAMES_MAX = 16, /* names that are kept of a list; the others are counted */
	FW_SBAT_MAX = 32,  /* entries of SbatLevel that are kept */
	FW_SBAT_TEXT = 64,
};

/* Microsoft's certificates: ROW(NAME, its name, variable, SHA-256 of its DER). The hashes are those
 * of the files that Microsoft publishes; two of them are in shim's own signatures. */
#define FW_CAS(ROW)                                                                                \
	ROW(FW_WINDOWS_2011, "Microsoft Windows Production PCA 2011", "db",                        \
		"e8e95f0733a55e8bad7be0a1413ee23c51fcea64b3c8fa6a786935fddcc71961")                \
	ROW(FW_WINDOWS_2023, "Windows UEFI CA 2023", "db",                                         \
		"076f1fea90ac29155ebf77c17682f75f1fdd1be196da302dc8461e350a9ae330")                \
	ROW(FW_UEFI_2011, "Microsoft Corporation UEFI CA 2011", "db",                              \
		"48e99b991f57fc52f76149599bff0a58c47154229b9f8d603ac40d3500248507")                \
	ROW(FW_UEFI_2023, "Microsoft UEFI CA 2023", "db",                                          \
		"f6124e34125bee3fe6d79a574eaa7b91c0e7bd9d929c1a321178efd611dad901")                \
	ROW(FW_OPTION_ROM_2023, "Microsoft Option ROM UEFI CA 2023", "db",                         \
		"e5be3e64c6e66a281457ecdece0d6d0787577aad2a3a0144262c10c14ba8d8f1")                \
	ROW(FW_KEK_2011, "Microsoft Corporation KEK CA 2011", "KEK",                               \
		"a1117f516a32cefcba3f2d1ace10a87972fd6bbe8fe0d0b996e09e65d802a503")                \
	ROW(FW_KEK_2023, "Microsoft Corporation KEK 2K CA 2023", "KEK",                            \
		"3cd3f0309edae228767a976dd40d9f4affc4fbd5218f2e8cc3c9dd97e8ac6f9d")
enum fw_ca_name { FW_CAS(JUST_NAME) FW_CAS_END };

struct fw_known {
	const char *name, *variable, *sha256;
};
extern const struct fw_known fw_known[FW_CAS_END];

/* What of Debian's is on the stick, with the SHA-256 that a dbx would have of it (Authenticode).
 * tests/image/check-loaders compares with what is built. */
enum fw_loader_name { FW_SHIM, FW_GRUB, FW_GRUB_NET, FW_APPLICATION, FW_LOADERS };
struct fw_loader {
	const char *file, *sha256; /* NULL: it differs with every build */
};
extern const struct fw_loader fw_loaders[FW_LOADERS];

/* The generation of each of their SBAT entries. */
struct fw_sbat {
	const char *component;
	enum fw_loader_name whose;
	unsigned generation;
};
extern const struct fw_sbat fw_sbat[];
extern const size_t fw_n_sbat;

struct fw_ca {
	bool is_there, is_revoked; /* in db or KEK; in dbx */
	bool is_other; /* a certificate of that name is there that is not Microsoft's own: it counts
			* for no door */
};

struct fw_names {
	size_t n; /* all; the first FW_NAMES_MAX of them are kept */
	char list[FW_NAMES_MAX][FW_NAME];
};

/* As the variables say it. */
struct fw_facts {
	enum secure_boot secure_boot;
	struct fw_ca cas[FW_CAS_END];
	struct fw_names others; /* certificates in db that are not Microsoft's */
	size_t n_db, n_db_hashes, n_dbx, n_dbx_hashes;
	bool has_mok; /* shim has shown its list to this system */
	struct fw_names moks;
	bool has_mok_state, is_mok_off; /* shim was told to check nothing */
	bool has_sbat;
	size_t n_sbat;
	char sbat[FW_SBAT_MAX][FW_SBAT_TEXT]; /* "shim,4" */
	bool is_revoked[FW_LOADERS];	      /* by its hash or by its signer's certificate */
	bool is_old[FW_LOADERS];	      /* SbatLevel asks for a newer one */
	/* of the certificate that was asked about: */
	bool is_asked, is_in_db, is_in_mok, is_asked_revoked;
	char fault[160]; /* what of shim's own lists could not be read; "" */
};

/** The variables in @path: a folder as efivarfs has it, or the file of a virtual machine's
 * variables (OVMF, raw); NULL: this system's. @certificate, PEM or DER, is the one that the
 * application is signed with; NULL: not known. Errors: RS_E_NO_FIRMWARE (this system has none),
 * RS_E_NOT_VARIABLES (@path has none), RS_E_CERTIFICATE, RS_E_IO_OPEN, RS_E_IO_READ (no rights),
 * RS_E_FIRMWARE (a list that is not what the specification says), RS_E_MEMORY. */
int fw_read(const char *path, const char *certificate, struct fw_facts *ret, struct rs_err *err);

/* ---- what starts ---- */

#define FW_DOORS(ROW)                                                                              \
	ROW(FW_APPLICATION_UNSIGNED, "application-unsigned")                                       \
	ROW(FW_APPLICATION_DB, "application-db") /* signed by a key whose certificate is in db */  \
	ROW(FW_APPLICATION_MOK, "application-mok") /* the same, in shim's list */                  \
	ROW(FW_SECOND_2011, "second-door-2011")	   /* by shim's first signature */                 \
	ROW(FW_SECOND_2023, "second-door-2023")	   /* by its second one */
enum fw_door { FW_DOORS(JUST_NAME) FW_DOORS_END };

#define FW_ANSWERS(ROW)                                                                            \
	ROW(FW_REFUSED, "refused")                                                                 \
	ROW(FW_UNKNOWN, "unknown") /* shim has not shown its lists to this system */               \
	ROW(FW_DEPENDS, "depends") /* on whose key it is signed with: no certificate was named */  \
	ROW(FW_STARTS, "starts")
enum fw_answer { FW_ANSWERS(JUST_NAME) };

/* Running out changes nothing: firmware does not look at the dates. What may come: */
#define FW_TIMES(ROW)                                                                              \
	ROW(FW_NOW, "now")                                                                         \
	ROW(FW_WITHOUT_2011,                                                                       \
		"without_2011") /* Microsoft's 2011 certificates are no longer in db */            \
	ROW(FW_REVOKED_2011, "revoked_2011") /* and its UEFI CA 2011 is in dbx */
enum fw_time { FW_TIMES(JUST_NAME) FW_TIMES_END };

/* The best of the doors. */
#define FW_BESTS(ROW)                                                                              \
	ROW(FW_BEST_NONE, "none")                                                                  \
	ROW(FW_BEST_OWN, "own-key") /* only what is signed with a key of one's own, if it is */    \
	ROW(FW_BEST_SECOND, "second-door")                                                         \
	ROW(FW_BEST_APPLICATION, "application")
enum fw_best { FW_BESTS(JUST_NAME) };

WORDS(fw_door_word, enum fw_door, FW_DOORS)
WORDS(fw_answer_word, enum fw_answer, FW_ANSWERS)
WORDS(fw_time_word, enum fw_time, FW_TIMES)
WORDS(fw_best_word, enum fw_best, FW_BESTS)

struct fw_verdict {
	enum fw_answer doors[FW_DOORS_END][FW_TIMES_END];
	enum fw_best best[FW_TIMES_END];
	bool is_proven[FW_TIMES_END]; /* a door starts, whatever is not known */
	const char *text[FW_TIMES_END], *next[FW_TIMES_END]; /* static; next "": nothing to do */
};

void fw_judge(const struct fw_facts *f, struct fw_verdict *ret);

struct fw_report {
	struct fw_facts facts;
	struct fw_verdict verdict;
};

/** The members of "firmware" in both reports (docs/report.md, docs/boot-report.md). */
void fw_json(struct json_out *j, const void *of);

/* ---- its parts, for tests ---- */

/** Each entry of a variable with signature lists, without its owner. @type as in the list; false
 * ends it. Returns false: it is malformed, or the function said so. */
typedef bool (*fw_entry_fn)(void *user, const uint8_t type[16], struct rs_view entry);
bool fw_lists_each(struct rs_view value, fw_entry_fn fn, void *user);
/** A variable of the file of an OVMF; false: not there, or the file is no such. */
bool fw_store_is_one(struct rs_view file);
bool fw_store_find(
	struct rs_view file, const char *name, const uint8_t vendor[16], struct rs_view *ret);
/** The value of one variable, into the facts; false: malformed. Order: db before dbx. */
struct fw_reading;
struct fw_reading *fw_reading_new(struct fw_facts *facts);
void fw_reading_free(struct fw_reading *r);
/** PEM or DER. False: it is none. */
bool fw_reading_ask(struct fw_reading *r, struct rs_view certificate);
bool fw_take(struct fw_reading *r, const char *name, struct rs_view value);

#endif

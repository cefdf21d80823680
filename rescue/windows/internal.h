/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of the hive reader: hive.c (base block, cells, look-ups), hive_index.c (lists of
 * sub-keys), hive_value.c, hive_log.c (transaction logs), hive_name.c (names and their case).
 * Format: "Windows registry file format specification" by M. Suhanov. All offsets named _off are
 * relative to the first hive bin, which begins 4096 bytes into the file. */
#ifndef UNBRICK_WINDOWS_INTERNAL_H
#define UNBRICK_WINDOWS_INTERNAL_H

#include "windows/hive.h"
#include "windows/windows.h"

enum {
	HIVE_BASE_BYTES = 4096,
	HIVE_LOG_BASE_BYTES = 512, /* of the base block, as a log keeps it */
	HIVE_PAGE_BYTES = 4096,
	HIVE_CACHE_PAGES = 240,
	HIVE_MAX_PATCHES = 1 << 18, /* 4 MiB; a log of 64 MiB has 16384 pages */
	HIVE_NAME_UNITS = 256,	    /* of a key's name; the format's limit is 255 */
	HIVE_VALUE_NAME_UNITS = 16384,
	HIVE_MAX_VALUE_BYTES = 16 << 20,
	HIVE_BINS_STEPS = 1 << 30, /* pages times pieces of logs that win_hive_bins looks at */
};
#define HIVE_NIL 0xFFFFFFFFU

struct hive_base { /* base block of a primary file or of a log */
	uint32_t primary_sequence, secondary_sequence;
	uint32_t minor, file_type;
	uint32_t root_off, bins_bytes;
	bool is_regf, is_checksum_right;
};

struct hive_patch { /* pages of a log that lie over the primary file */
	uint32_t off, len;
	uint32_t at_bytes; /* in the log */
	uint32_t log;	   /* 0 or 1 */
};

struct win_hive {
	struct win_src primary;
	struct win_src log[2]; /* size_bytes 0: none */
	struct hive_base base;
	uint32_t bins_bytes; /* with the logs laid over */
	bool is_dirty, is_base_sound;
	unsigned log_entries;
	uint32_t log_next, log_flags;	  /* behind the last entry, of it */
	int log_last;			  /* which log has it; -1: none */
	struct win_hive_log log_state[2]; /* of a dirty hive */
	struct hive_patch *patches;	  /* in the order of their application */
	size_t n_patches;
	uint8_t *cache; /* direct mapped: page n is in slot n % HIVE_CACHE_PAGES */
	uint32_t slot_page[HIVE_CACHE_PAGES];
	uint32_t slot_len[HIVE_CACHE_PAGES]; /* bytes that exist; 0: slot unused */
	char note[192];
	void *owned; /* what win_hive_open_in opened */
	void (*owned_close)(void *owned);
};

struct hive_cell {
	uint32_t off; /* of the data, behind the size field */
	uint32_t len; /* bytes of data */
};

struct hive_nk {
	struct hive_cell cell;
	uint64_t written; /* FILETIME */
	uint32_t parent;
	uint32_t n_keys, keys_off;
	uint32_t n_values, values_off;
	uint16_t flags, name_len;
};

/* hive.c */
void hive_base_parse(struct rs_view v, struct hive_base *ret);
/** An allocated cell that lies wholly inside the bins. @what names it in errors. */
int hive_cell_at(struct win_hive *h, uint32_t off, const char *what, struct hive_cell *ret,
	struct rs_err *err);
/** Bytes of a cell; RS_E_HIVE when they are not inside it. */
int hive_cell_read(struct win_hive *h, struct hive_cell cell, uint32_t at, void *buf, uint32_t len,
	struct rs_err *err);
int hive_cell_u32(
	struct win_hive *h, struct hive_cell cell, uint32_t at, uint32_t *ret, struct rs_err *err);
int hive_nk_load(struct win_hive *h, uint32_t off, struct hive_nk *ret, struct rs_err *err);

/* hive_index.c */
/** @fn returns 0 to go on, 1 to stop, or an error. Calls it for at most nk->n_keys entries. */
int hive_index_each(struct win_hive *h, const struct hive_nk *nk,
	int (*fn)(void *user, uint32_t off, struct rs_err *err), void *user, struct rs_err *err);

/* hive_log.c */
/** Find the entries of the logs that belong over a dirty primary; what stops it is noted. */
int hive_log_apply(struct win_hive *h, struct rs_err *err);
/** What the logs of a clean hive are. Nothing is noted: nobody needs them. */
void hive_log_look(struct win_hive *h);
/** Marvin32 with the seed that the registry uses, over pieces whose lengths are multiples of 4. */
struct hive_marvin {
	uint32_t lo, hi;
};
extern const struct hive_marvin hive_marvin_seed;
void hive_marvin_words(struct hive_marvin *m, const uint8_t *p, size_t len);
uint64_t hive_marvin_done(struct hive_marvin *m);

/* hive_value.c */
#define HIVE_WANTED_BYTES 65536U /* of one value that is read among others */
struct hive_wanted {
	const char *name; /* of a value, in ASCII; "" the default value */
	bool is_there;
	struct win_value v; /* as win_hive_value gives it */
};
/** Several values of a key in one walk over them; one that is damaged or too long is as if it were
 * not there. @ret_written may be NULL: FILETIME of the key. For hive_wanted_done whatever comes
 * back. Errors: RS_E_HIVE (the key or the list of its values is damaged), RS_E_IO_READ,
 * RS_E_MEMORY. */
int hive_wanted_read(struct win_hive *h, win_key key, struct hive_wanted *w, size_t n,
	uint64_t *ret_written, struct rs_err *err);
void hive_wanted_done(struct hive_wanted *w, size_t n);
/** What a value says, if it is there and of a type that fits: text in memory of its own ("" if
 * not; NULL: no memory), a number (@otherwise if not), a list (false: no memory). */
char *hive_wanted_text(const struct hive_wanted *w);
uint32_t hive_wanted_u32(const struct hive_wanted *w, uint32_t otherwise);
bool hive_wanted_list(const struct hive_wanted *w, struct win_list *ret);

/* hive_name.c */
bool hive_name_equal(const uint16_t *a, size_t n_a, const uint16_t *b, size_t n_b);
/** Name bytes of a cell (Latin-1 or UTF-16LE) as units. @cap units, RS_E_HIVE when it has more. */
struct hive_name {
	struct hive_cell cell;
	uint32_t at, len_bytes;
	bool is_latin;
};
int hive_name_load(struct win_hive *h, const struct hive_name *name, uint16_t *ret, size_t cap,
	size_t *ret_n, struct rs_err *err);
/** UTF-8 of units, which are used up; a NUL inside shows as U+2400, since the name goes to callers
 * as a C string. */
void hive_name_text(uint16_t *units, size_t n, char *ret, size_t cap);

/* Inside of the installation's facts: facts.c (where it is, what it is called), facts_hive.c (what
 * its hives say). */

enum { WIN_PATH_CAP = 320 };

/* facts_hive.c: what cannot be read is noted; only RS_E_MEMORY is an error. */
int win_facts_software(struct nt_vol *vol, struct win_info *info, struct rs_err *err);
int win_facts_system(struct nt_vol *vol, struct win_info *info, struct rs_err *err);
/** The same of a hive that is open. */
void win_software_read(struct win_hive *h, struct win_info *info);
void win_system_facts(struct win_hive *h, struct win_info *info);

/* setup.c */
/** A number that need not be there: 0 then. */
uint64_t win_number(struct win_hive *h, win_key key, const char *name);
/** Is this an installation, an upgrade, or somebody's command? From SYSTEM's key Setup. */
void win_setup_read(struct win_hive *h, win_key key, struct win_info *info);
/** Is the program of this command line one of Windows' own setup (or none at all)? */
bool win_setup_is_own(const char *command);

/* pending.c */
/** What two hives say, either may be NULL, added to @p. Errors: RS_E_HIVE, RS_E_IO_READ,
 * RS_E_MEMORY. */
int win_pending_of(struct win_hive *software, struct win_hive *system, const struct win_info *info,
	struct win_pending *p, struct rs_err *err);

/** Path of the control set's key, "ControlSet001\Control". */
void win_control_path(const struct win_info *info, const char *sub, char *ret, size_t cap);

#endif

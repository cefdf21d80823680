/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Edits of a registry hive as writes in Windows' own order (docs/hives.md). Pure: nothing here
 * writes. Format: "Windows registry file format specification" by M. Suhanov. */
#ifndef UNBRICK_HIVEWRITE_HIVEWRITE_H
#define UNBRICK_HIVEWRITE_HIVEWRITE_H

#include "windows/windows.h"

enum hw_op {
	HW_SET,		 /* a value; made where it is not there. Its key must be */
	HW_DELETE_VALUE, /* nothing to do where it is not there */
	HW_MAKE_KEY,	 /* with its missing parents; nothing to do where it is there */
	HW_DELETE_KEY,	 /* with all below it; nothing to do where it is not there */
};

/* Edits are made in the order given; a value that is already so is no change. */
struct hw_edit {
	enum hw_op op;
	const char *key;  /* from the hive's root: "ControlSet001\\Services\\x" */
	const char *name; /* of the value, "" the default one; NULL for keys */
	uint32_t type;	  /* REG_DWORD is 4 */
	const uint8_t *p;
	size_t len; /* at most 16344 bytes */
};

enum hw_flags {
	HW_TXR_PENDING = 1, /* transactions of this hive wait in System32\config\TxR */
};

struct hw_files {
	struct win_src primary, log1, log2;
	bool has_log1, has_log2;
	unsigned flags;
	uint64_t now_filetime; /* for the keys' time stamps */
};

enum hw_file { HW_PRIMARY, HW_LOG1, HW_LOG2 };

struct hw_write {
	unsigned file; /* enum hw_file */
	uint64_t off_bytes;
	size_t len; /* both a multiple of 512; inside the file as it is */
	const uint8_t *before, *after;
	unsigned step;	/* ascending: all of one is flushed before the next begins */
	bool is_commit; /* of its step: with it the new state is what Windows reads */
};

enum hw_way {
	HW_NOTHING, /* all is already so: no write */
	HW_SECTOR,  /* one sector of a clean hive */
	HW_LOG,	    /* a clean hive: an entry in a log, then the hive */
	HW_APPEND,  /* a hive whose logs hold more than it does: one more entry, then the hive */
	HW_ASIDE,   /* a clean hive without such a log: beside what is there, then one sector */
};

struct hw_plan {
	enum hw_way way;
	struct hw_write *writes;
	size_t n;
	unsigned n_steps;
	uint8_t *bytes; /* what the writes' pointers point into */
};

/** The writes that make these edits. A cut anywhere in them, with the writes of one step in any
 * order and each of them in any of its sectors, leaves a hive that Windows reads with none of the
 * edits or with all; from the commit's flush on it is all of them. All has been read when this
 * returns; the plan holds no pointer into @f or @edits. For hw_plan_done.
 * Errors: RS_E_HIVE_EDIT (this hive is not edited in place, or not so: said why), RS_E_HIVE_TXR
 * (HW_TXR_PENDING), RS_E_HIVE (no hive, or a damaged one), RS_E_NO_SUCH_FILE (the key of a HW_SET),
 * RS_E_IO_READ, RS_E_MEMORY. */
int hw_plan_make(const struct hw_files *f, const struct hw_edit *edits, size_t n,
	struct hw_plan *ret, struct rs_err *err);
void hw_plan_done(struct hw_plan *p);
#define auto_hw_plan __attribute__((cleanup(hw_plan_done)))

/** The whole hive with the edits made, for a file that is written anew (a BCD on FAT): its logs
 * replayed, clean, with a sequence number that is higher than theirs, and it may be longer.
 * *ret is malloc'd. Errors: those of hw_plan_make. */
int hw_image(const struct hw_files *f, const struct hw_edit *edits, size_t n, uint8_t **ret,
	size_t *ret_len, struct rs_err *err);

/** The hive as Windows' recovery makes it of hive and logs, clean. *ret is malloc'd.
 * Errors: RS_E_HIVE_EDIT (logs of before Windows 8.1), RS_E_HIVE, RS_E_IO_READ, RS_E_MEMORY. */
int hw_replay(const struct hw_files *f, uint8_t **ret, size_t *ret_len, struct rs_err *err);

#endif

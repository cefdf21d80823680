/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The boot configurations of the disks that a run is about: which entry starts which Windows, and
 * how. They lie in the open, whatever BitLocker holds. */
#ifndef UNBRICK_ENGINE_BOOTCONF_H
#define UNBRICK_ENGINE_BOOTCONF_H

#include "act/bootconf.h"
#include "engine/guards.h"
#include "format/espnames.h"
#include "plan/bootconf.h"

#define EN_STORE_FOLDER ESP_BOOT_FOLDER("\\") /* of it and its logs */

#define EN_BIOS_FOLDER "\\Boot" /* of a BIOS: on NTFS */
#define EN_BIOS_BCD    EN_BIOS_FOLDER "\\BCD"
#define EN_BCD_MOST    (16U << 20)

struct en_store_file {
	uint8_t *p; /* NULL: it is not there */
	size_t len;
};

/* One entry that Unbrick set, by the quarantine that says so. */
struct en_set {
	const struct quarantine *q; /* of the store's volume */
	char object[48];
	enum boot_mode before;
	bool is_set; /* it is still as Unbrick set it */
};

struct en_store {
	const struct en_volume *v; /* the EFI system partition, or a BIOS' active one, it lies on */
	struct en_store_file bcd, log1, log2;
	struct win_loader *loaders; /* as Windows reads them, its logs applied */
	size_t n;
	/* What Unbrick kept of the one before; not there, or not to be read: none. */
	bool has_kept, has_taken; /* ESP_KEPT, ESP_TAKEN */
	struct win_loader *kept;
	size_t n_kept;
	bool is_ntfs; /* of a BIOS */
	struct en_set *sets;
	size_t n_sets;
	struct rs_err err; /* it is there, and cannot be read */
};

struct en_stores {
	struct en_store *list;
	size_t n;
	bool has_bios; /* a disk whose boot configuration, for a BIOS, is another one */
};

/** Those on the EFI system partitions of the disks, and on active partitions with NTFS as far as
 * those were looked at. One that cannot be read is among them, with its
 * error. *ret is to be ended also after an error. Errors: RS_E_MEMORY, RS_E_CANCELLED. */
int en_stores_read(const struct en_machine *m, struct en_stores *ret, struct rs_err *err);
/** One of them anew, out of any view of its partition; for en_store_done. Errors: RS_E_NO_SUCH_FILE
 * (it has none), RS_E_FAT, RS_E_HIVE, RS_E_IO_READ, RS_E_MEMORY. */
int en_store_read(struct blk *part, struct en_store *ret, struct rs_err *err);
/** The entries of a hive, its logs applied. Errors: RS_E_HIVE, RS_E_MEMORY. (bootconf_ntfs.c) */
int en_loaders_read(const struct en_store_file *hive, const struct en_store_file *log1,
	const struct en_store_file *log2, struct win_loader **ret, size_t *ret_n,
	struct rs_err *err);
/* Of the folder of @from one file; for free(). Errors: RS_E_NO_SUCH_FILE and others. */
typedef int en_store_reader(
	void *from, const char *name, struct en_store_file *ret, struct rs_err *err);
/** Hive, logs (which may be missing) and entries. Errors: those of @read, RS_E_HIVE, RS_E_MEMORY.
 * (bootconf_ntfs.c) */
int en_store_fill(en_store_reader *read, void *from, struct en_store *ret, struct rs_err *err);
void en_store_done(struct en_store *s);
void en_stores_done(struct en_stores *s);

/** The volume of @m that the entry's Windows lies on; NULL: on none that is known. */
const struct en_volume *en_loader_volume(
	const struct en_machine *m, const struct en_store *s, const struct win_loader *l);
/** Was it Unbrick that set it to Safe Mode? The configuration that is kept beside has it without,
 * or with another one. */
bool en_loader_is_ours(const struct en_store *s, const struct win_loader *l);
/** How it started before Unbrick set it; of somebody else's: as usual. */
enum boot_mode en_loader_before(const struct en_store *s, const struct win_loader *l);
/** All entries, into the report. */
void en_stores_report(
	const struct en_machine *m, const struct en_stores *s, struct rs_report *report);

/** Read, told, and forgotten. Errors: RS_E_MEMORY, RS_E_CANCELLED. */
int en_stores_look(const struct en_machine *m, struct rs_report *report, struct rs_err *err);

/* ---- bootconf_ntfs.c ---- */

/** Is it an active partition with NTFS, which a BIOS starts from? */
static inline bool en_is_active(const struct en_volume *v)
{
	return v->part->is_active && v->part->kind == VOL_NTFS;
}
/** The boot configuration on NTFS; with ret->v also what Unbrick set of it. For en_store_done, also
 * after an error. Errors: RS_E_NO_SUCH_FILE (there is none), RS_E_HIVE, RS_E_IO_READ, RS_E_MEMORY.
 */
int en_store_read_ntfs(struct nt_vol *vol, struct en_store *ret, struct rs_err *err);
/** The newest of what Unbrick set of this entry, and nobody has changed since; NULL: none. */
const struct en_set *en_set_of(const struct en_store *s, const struct win_loader *l);

/* ---- of safemode: what is changed ---- */

#define EN_SAFE_CHANGES 64U /* entries of one store */

struct en_safe_change {
	const struct win_loader *l;
	enum boot_mode after;
};

struct en_safe_act {
	struct plan *p;
	bool is_restore;
};

/* One boot configuration that is written. */
struct en_safe_work {
	const struct en_store *store;
	struct en_safe_change changes[EN_SAFE_CHANGES];
	size_t n;
	uint8_t *after;
	size_t after_len;
	const char *kept;   /* the file that is given the one that is there now, */
	enum fat_kept what; /* and whether it is */
	struct en_safe_act acts[EN_SAFE_CHANGES]; /* on NTFS, in this order */
	size_t n_acts;
	bool is_done;
};

struct en_safe {
	struct en_stores stores;
	struct en_safe_work *works;
	size_t n;
};

/** Several disks can have the same number of a volume: it is found by its place. */
struct en_volume *en_safe_volume(const struct rs_repair *u, const struct en_safe_work *w);
/** Is each entry as it was, but for how those that are meant start? */
bool en_safe_is_as_wanted(const struct en_safe_work *w, const struct win_loader *now, size_t n);

/* ---- safemode_esp.c: one on FAT ---- */

/** The new file; nothing is written. Errors: those of hw_image and bootconf_check. */
int en_esp_plan(struct rs_repair *u, struct en_safe_work *w, struct rs_err *err);
/** Errors: those of bootconf_write. */
int en_esp_act(struct rs_repair *u, struct en_safe_work *w, struct rs_err *err);
/** Read past this machine's caches. Errors: RS_E_VERIFY. */
int en_esp_verify(struct rs_repair *u, const struct en_safe_work *w, struct rs_err *err);

/* ---- safemode_bios.c: a boot configuration on NTFS (w->store->is_ntfs) ---- */

/** What is done about w->changes, as plans: what Unbrick set is undone, all else a change. Told.
 * Errors: those of the guards, of change_look and change_can, of restore_survey. */
int en_bios_plan(struct rs_repair *u, struct en_safe_work *w, struct rs_err *err);
/** Replay and undo, as far as a person must be asked. Errors: RS_E_CANCELLED, RS_E_UNDO. */
int en_bios_consent(struct rs_repair *u, struct en_safe_work *w, struct rs_err *err);
/** Errors: those of en_foresee and en_act. */
int en_bios_act(struct rs_repair *u, struct en_safe_work *w, struct rs_err *err);
/** The same as en_esp_verify. */
int en_bios_verify(struct rs_repair *u, const struct en_safe_work *w, struct rs_err *err);
/** The finished report beside what is kept. Errors: those of en_keep_report. */
int en_bios_keep_report(struct rs_repair *u, struct en_safe_work *w, struct rs_err *err);

/* ---- safemode_say.c ---- */

/** Before an entry starts so: what is to be known, into the report. @v: its Windows' volume, NULL:
 * not known. */
void en_safe_say_on(struct rs_report *r, const struct win_loader *l, enum boot_mode after,
	const struct en_volume *v);
/** Before one is set back. @is_of_others: somebody else set it. @is_in_one: it was in another Safe
 * Mode before, and is in that one again. */
void en_safe_say_off(struct rs_report *r, bool is_of_others, bool is_in_one);

#endif

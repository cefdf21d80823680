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

struct en_store_file {
	uint8_t *p; /* NULL: it is not there */
	size_t len;
};

struct en_store {
	const struct en_volume *v; /* the EFI system partition that it lies on */
	struct en_store_file bcd, log1, log2;
	struct win_loader *loaders; /* as Windows reads them, its logs applied */
	size_t n;
	/* What Unbrick kept of the one before; not there, or not to be read: none. */
	bool has_kept, has_taken; /* ESP_KEPT, ESP_TAKEN */
	struct win_loader *kept;
	size_t n_kept;
	struct rs_err err; /* it is there, and cannot be read */
};

struct en_stores {
	struct en_store *list;
	size_t n;
	bool has_bios; /* a disk whose boot configuration, for a BIOS, is another one */
};

/** Those on the EFI system partitions of the disks. One that cannot be read is among them, with its
 * error. *ret is to be ended also after an error. Errors: RS_E_MEMORY, RS_E_CANCELLED. */
int en_stores_read(const struct en_machine *m, struct en_stores *ret, struct rs_err *err);
/** One of them anew, out of any view of its partition; for en_store_done. Errors: RS_E_NO_SUCH_FILE
 * (it has none), RS_E_FAT, RS_E_HIVE, RS_E_IO_READ, RS_E_MEMORY. */
int en_store_read(struct blk *part, struct en_store *ret, struct rs_err *err);
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

/* ---- of safemode: what is changed ---- */

#define EN_SAFE_CHANGES 64U /* entries of one store */

struct en_safe_change {
	const struct win_loader *l;
	enum boot_mode after;
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
	bool is_done;
};

struct en_safe {
	struct en_stores stores;
	struct en_safe_work *works;
	size_t n;
};

/* ---- safemode_say.c ---- */

/** Before an entry starts so: what is to be known, into the report. @v: its Windows' volume, NULL:
 * not known. */
void en_safe_say_on(struct rs_report *r, const struct win_loader *l, enum boot_mode after,
	const struct en_volume *v);
/** Before one is set back. @is_of_others: somebody else set it. @is_in_one: it was in another Safe
 * Mode before, and is in that one again. */
void en_safe_say_off(struct rs_report *r, bool is_of_others, bool is_in_one);

#endif

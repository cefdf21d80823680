/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The firmware's variables, as files of efivarfs, and which of its boot entries starts a Windows.
 * libefivar chooses how it reaches them when a program is loaded, and at that time nothing is
 * mounted yet; so this is our own. What the firmware holds is as untrusted as any other input
 * (format/bootentry.h). */
#ifndef UNBRICK_INIT_EFIVAR_H
#define UNBRICK_INIT_EFIVAR_H

#include "core/view.h"
#include "format/bootentry.h"
#include "init/disk.h"

#define EFIVAR_GLOBAL "8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define EFIVAR_FOLDER "/sys/firmware/efi/efivars"
/* The file of a variable of the firmware's, and of ours. */
#define EFIVAR_PATH(name) EFIVAR_FOLDER "/" name "-" EFIVAR_GLOBAL
#define EFIVAR_OURS(name) EFIVAR_FOLDER "/" name "-3d1c6d1e-7c1a-4d0b-9e0a-6b9a1f0c52d4"

/** The value without its attributes; bytes, or a negative errno. */
long efivar_read(const char *path, void *ret, size_t cap);
/** A value that is kept, for the firmware and for systems. 0, or a negative errno. One write, as
 * efivarfs wants it; a variable that the kernel protects against "rm" is made writable first. */
int efivar_write(const char *path, const void *p, size_t len);
/** Mount it (in a job: module, file system); "" or the reason why there is none. */
bool efivar_mount(char *ret_text, size_t cap);

enum { LOADOPT_TEXT = 256 };

struct loadopt {
	unsigned number;	  /* Boot#### */
	size_t rank;		  /* the less, the sooner the firmware would try it */
	char title[LOADOPT_TEXT]; /* escaped */
	struct boot_entry entry;  /* its title is gone with the bytes that it was parsed from */
};

/** False when it is malformed. */
bool loadopt_parse(struct rs_view bytes, struct loadopt *ret);

/** Its rank: active ones first, then in the order of @order (BootOrder), then by number. */
size_t loadopt_rank(const struct loadopt *o, const uint16_t *order, size_t n_order);

/** A partition as the firmware names it; false: it has no name to be found by. */
bool loadopt_partition(const struct part *p, uint32_t sector_bytes, struct partition *ret);

/** Which entry starts the Windows of the ESP @partition? The first of those whose file is
 * bootmgfw.efi on that partition. NULL if there is none. */
const struct loadopt *loadopt_choose(
	const struct loadopt *list, size_t n, const struct partition *partition);

/** An ESP with a Windows Boot Manager, as a place to go back to. */
struct loadopt_target {
	const struct loadopt *entry; /* NULL: there is none for it */
	bool is_preferred;	     /* on the disk that was repaired */
};

/** Is @a the one to start? An entry that is there goes before one that would have to be made, then
 * the preferred ESP, then what the firmware would try first. */
bool loadopt_is_better(const struct loadopt_target *a, const struct loadopt_target *b);

#endif

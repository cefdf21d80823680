/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of the firmware's boot entries starts a Windows? What the firmware holds is as untrusted as
 * any other input (format/bootentry.h). */
#ifndef UNBRICK_INIT_LOADOPT_H
#define UNBRICK_INIT_LOADOPT_H

#include "core/view.h"
#include "format/bootentry.h"
#include "init/disk.h"

enum { LOADOPT_TEXT = 256 };

struct loadopt {
	unsigned number;	  /* Boot#### */
	char title[LOADOPT_TEXT]; /* escaped */
	struct boot_entry entry;  /* its title is gone with the bytes that it was parsed from */
};

/** False when it is malformed. */
bool loadopt_parse(struct rs_view bytes, struct loadopt *ret);

/** A partition as the firmware names it; false: it has no name to be found by. */
bool loadopt_partition(const struct part *p, uint32_t sector_bytes, struct partition *ret);

/** Which entry starts the Windows of the ESP @partition? One whose file is bootmgfw.efi on that
 * partition, active ones first, then in the order of @order (BootOrder), then by number. NULL if
 * there is none. */
const struct loadopt *loadopt_choose(const struct loadopt *list, size_t n, const uint16_t *order,
	size_t n_order, const struct partition *partition);

/** An ESP with a Windows Boot Manager, as a place to go back to. */
struct loadopt_target {
	const struct loadopt *entry; /* NULL: there is none for it */
	bool is_preferred;	     /* on the disk that was repaired */
};

/** Is @a the one to start? An entry that is there goes before one that would have to be made, then
 * the preferred ESP, then what the firmware would try first. */
bool loadopt_is_better(const struct loadopt_target *a, const struct loadopt_target *b,
	const uint16_t *order, size_t n_order);

#endif

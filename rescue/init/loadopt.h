/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The firmware's boot entries (UEFI specification: EFI_LOAD_OPTION, device paths). What the
 * firmware holds is as untrusted as any other input. */
#ifndef UNBRICK_INIT_LOADOPT_H
#define UNBRICK_INIT_LOADOPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/view.h"

enum { LOADOPT_TEXT = 256, LOADOPT_MOST = 512 };

struct loadopt {
	unsigned number; /* Boot#### */
	bool is_active;
	bool is_windows;	  /* its file is bootmgfw.efi */
	char title[LOADOPT_TEXT]; /* escaped */
	bool has_partition;	  /* GPT */
	char partition[40];	  /* its GUID, lower case */
	char file[LOADOPT_TEXT];  /* "\EFI\Microsoft\Boot\bootmgfw.efi" */
};

/** False when it is malformed. */
bool loadopt_parse(struct rs_view bytes, struct loadopt *ret);

/** Which entry starts the Windows of the ESP @partition? One whose file is bootmgfw.efi on that
 * partition, active ones first, then in the order of @order (BootOrder), then by number. NULL if
 * there is none. */
const struct loadopt *loadopt_choose(const struct loadopt *list, size_t n, const uint16_t *order,
	size_t n_order, const char *partition);

/** An ESP with a Windows Boot Manager, as a place to go back to. */
struct loadopt_target {
	const struct loadopt *entry; /* NULL: there is none for it */
	bool is_preferred;	     /* on the disk that was repaired */
};

/** Is @a the one to start? An entry that is there goes before one that would have to be made, then
 * the preferred ESP, then what the firmware would try first. */
bool loadopt_is_better(const struct loadopt_target *a, const struct loadopt_target *b,
	const uint16_t *order, size_t n_order);

struct loadopt_new {
	uint32_t part_number;
	uint64_t start_bytes, size_bytes;
	uint32_t sector_bytes;
	const char *partition; /* GUID text */
};

/** An entry "Windows Boot Manager" for an ESP; its length, 0 if that is impossible. */
size_t loadopt_make(const struct loadopt_new *n, uint8_t ret[LOADOPT_MOST]);

#endif

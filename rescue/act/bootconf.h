/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The boot configuration on the EFI system partition, written anew. */
#ifndef UNBRICK_ACT_BOOTCONF_H
#define UNBRICK_ACT_BOOTCONF_H

#include "fat/replace.h"

struct bootconf_write {
	const char *folder; /* "\\EFI\\Microsoft\\Boot" */
	const uint8_t *before, *after;
	size_t before_len, after_len;
	const char *kept;   /* the file that is given @before: ESP_KEPT, ESP_TAKEN */
	enum fat_kept what; /* of that file, and of @before */
	bool is_done;	    /* of bootconf_check: it was written, and nothing is left to mend */
};

/** Could it be written? Nothing is. Errors: those of fat_replace_check; RS_E_CHANGED (the file is
 * not @before any more). */
int bootconf_check(struct blk *vol, const struct bootconf_write *w, struct rs_err *err);
/** Write it. Errors: as above, RS_E_IO_WRITE. */
int bootconf_write(struct blk *vol, const struct bootconf_write *w, struct rs_err *err);

#endif

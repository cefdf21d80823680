/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files and folders of an opened volume into a folder of this system, as a person's data are saved:
 * what cannot be read is told and not the end of it. */
#ifndef UNBRICK_UI_COPY_H
#define UNBRICK_UI_COPY_H

#include "ui/folder.h"
#include "ui/page.h"

#define COPY_NAME 256U	      /* bytes of a name, with its NUL */
#define COPY_SYNC (32U << 20) /* a slow stick has them in seconds */

struct copy {
	/* what is wanted */
	struct rs_tree *tree;
	const struct folder_entry *what;
	const char *folder;   /* that it is in, its path for people, "" the root */
	const char *to;	      /* folder that is there */
	uint64_t piece_bytes; /* a larger file is cut into NAME.001, NAME.002 ...; 0: none is */
	uint64_t sync_bytes;  /* after so many it is waited until they are on the stick, so that the
			       * end does not take long without a sign; 0: only at the end */
	bool (*progress)(void *user, uint64_t done, uint64_t total); /* false: stop */
	void *user;
	/* what came of it */
	uint64_t files, folders, bytes, cut;
	uint64_t all_files, all_bytes; /* counted before */
	struct page failed;	       /* a line each, the first ones */
	uint64_t n_failed;
};

/** What may be a name on FAT and exFAT, too. */
void copy_name(const char *name, char ret[COPY_NAME]);
/** The largest file that the folder's file system takes as pieces, 0: any. */
uint64_t copy_piece_of(const char *folder);
/** Count, look whether there is room, copy. Nothing that is there is replaced, and no half of a
 * file is left where it ends before. Errors:
 * RS_E_ONTO_SOURCE, RS_E_OUTPUT (no room, or it cannot be written),
 * RS_E_OUTPUT_EXISTS, RS_E_CANCELLED, RS_E_MEMORY. */
int copy_run(struct copy *c, struct rs_err *err);
void copy_done(struct copy *c);

#endif

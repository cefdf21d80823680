/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a folder of an opened volume has. It is found by its reference, as its names may be those of
 * other programs than Windows: Foo beside foo, a\b as one name. */
#ifndef UNBRICK_UI_FOLDER_H
#define UNBRICK_UI_FOLDER_H

#include "ui/ui.h"

struct folder_entry {
	char *name;
	struct rs_node node; /* its pointers are the engine's, and not kept */
};

struct folder {
	struct folder_entry *entries;
	size_t n;
	bool is_cut; /* there are more */
};

/** At most @most entries. After an error those that came before it are there as well. Errors: those
 * of rs_tree_list. */
int folder_read(
	struct rs_tree *t, uint64_t ref, size_t most, struct folder *ret, struct rs_err *err);
void folder_done(struct folder *f);
/** The path of @name in the folder of the path @above, for people; "": the root. NULL: no memory.
 */
char *folder_path(const char *above, const char *name);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a technician is told where it does not go on: what it means, what to do now, what else is
 * possible. One table (advice.c), a row for each trouble that has words of its own; whatever has
 * none is told by its error line and the next step alone. Pure. */
#ifndef UNBRICK_UI_ADVICE_H
#define UNBRICK_UI_ADVICE_H

#include "ui/page.h"

/* beside the codes of errors, which are negative */
enum {
	ADVICE_NO_DISK = 1,
	ADVICE_WRONG_PASSPHRASE, /* RS_E_KEY_REJECTED, where no digits were given */
};

struct advice {
	int code; /* RS_E_*, ADVICE_* */
	/* Is it this kind of that trouble? NULL: any. */
	bool (*fits)(const struct rs_run *run, const struct rs_err *e);
	const char *title;
	const char *means, *now, *or_else; /* or_else "": nothing */
};

/** The row of the table, NULL past the last. */
const struct advice *advice_at(size_t i);
/** The row for an error of this run (NULL: not known), NULL: none. */
const struct advice *advice_find(const struct rs_run *run, const struct rs_err *e);
/** What will stand in the way of a repair of this volume, as far as looking at it told; @i from 0,
 * false: no more. A volume that only wants its key has none. */
bool advice_of_volume(const struct run_volume *v, size_t i, struct rs_err *ret);
/** The same of a disk as a whole. */
bool advice_of_disk(const struct run_disk *d, struct rs_err *ret);

/** What it means, what to do now, what else is possible. */
void advice_draw(const struct advice *a, struct page *p);
/** A line for each thing that will stand in the way on this disk. */
void say_hindrances(const struct rs_run *run, const struct run_disk *d, struct page *p);

#endif

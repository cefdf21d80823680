/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes of files: places.c (which files matter), changes_kept.c (the newest of them),
 * changes_journal.c (the change journal), changes_contents.c (are they whole?), changes.c ($MFT).
 */
#ifndef UNBRICK_EVIDENCE_CHANGES_INTERNAL_H
#define UNBRICK_EVIDENCE_CHANGES_INTERNAL_H

#include "evidence/evidence.h"

enum ev_place {
	EV_PLACE_NONE,
	EV_PLACE_DRIVER,  /* System32\drivers */
	EV_PLACE_SYSTEM,  /* programs directly in System32 and the Windows folder */
	EV_PLACE_STORE,	  /* packages of drivers */
	EV_PLACE_CONTENT, /* of products: Program Files, ProgramData; fntcache.dat */
	EV_PLACE_BOOT,
};

/** Where a path lies, if changes there are looked at. Noise (logs, caches, what every start writes)
 * is EV_PLACE_NONE. @root "\Windows". */
enum ev_place ev_place_of(const char *root, const char *path);
/** The same for the Windows that is looked at: of several on one volume what lies beside their
 * folders is the affair of one. */
enum ev_place ev_place_in(const struct ev_look *in, const char *path);
/** Can a file of this name be none of those, wherever it lies? */
bool ev_name_is_noise(const char *name);
/** A program, by its name. */
bool ev_name_is_program(const char *path);

/* One change, not yet a row. */
struct ev_change {
	enum ev_what what; /* EV_FILE_NEW, EV_FILE_CHANGED, EV_FILE_GONE */
	enum ev_place place;
	uint64_t time, ref, size_bytes;
	const char *how; /* static */
	char *path, *to; /* to: where it was moved to, or NULL */
};

/* The newest of one kind: at most EV_CHANGES_MAX are left by ev_kept_trim. */
struct ev_kept {
	struct ev_change *v;
	size_t n;
	uint64_t dropped;
};

/** Takes its texts, also where it fails. False: no memory. */
bool ev_kept_add_take(struct ev_kept *k, struct ev_change *c);
/** Sorted, the newest first. */
void ev_kept_trim(struct ev_kept *k);
void ev_kept_done(struct ev_kept *k);

/** Rows of the journal between two times. Errors: those that end the run. */
int ev_changes_journal(const struct ev_look *in, struct evidence *e, uint64_t since, uint64_t until,
	struct rs_err *err);
/** Look at the contents of what changed, the newest first, within bounds. Errors: as above. */
int ev_changes_contents(
	const struct ev_look *in, struct evidence *e, const struct ev_kept *k, struct rs_err *err);
/** Files of drivers that a start loads: missing ones and damaged ones are rows. Errors: as above.
 */
int ev_changes_drivers(const struct ev_look *in, struct evidence *e, struct rs_err *err);

#endif

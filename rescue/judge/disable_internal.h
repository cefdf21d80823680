/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of disable.h: disable.c (the choice), disable_stays.c (reasons), disable_edits.c (what the
 * registry says then). */
#ifndef UNBRICK_JUDGE_DISABLE_INTERNAL_H
#define UNBRICK_JUDGE_DISABLE_INTERNAL_H

#include "judge/disable.h"

/** Why does it stay where all that a start does not need is meant, though somebody who names it
 * could have it? NULL: it goes. */
const char *disable_stays_in_safe(const struct win_system *s, size_t i);
/** The name of its file as its path has it; "": none is known. */
const char *disable_file(const struct win_service *one);
/** Is it what a person may call it, besides its own name: its file, what it is called? Many are
 * called nothing: that names none of them. */
bool disable_is_called(const struct win_service *one, const char *name);
/** Does the loader take it, and do disks stand on it, as far as its registry says? */
bool disable_is_under_disks(const struct win_system *s, const struct win_service *one);
/** Does an early-launch driver's product stop a start without @i's driver, or the other way round?
 */
bool disable_is_early(const struct win_service *one);
bool disable_is_security(const struct win_service *one);
/** Would one of two services load the other one's file? By their paths, by the record that both
 * lead to (short names, hard links); where a driver's path leads nowhere on this volume, by the
 * file's name alone. */
bool disable_is_same_file(const struct win_service *a, const struct disable_maker *of_a,
	const struct win_service *b, const struct disable_maker *of_b);
/** An INF, of one or two bytes a letter: does it declare filters, and does it declare the service
 * with this name as one? Pure. */
bool disable_inf_declares(const uint8_t *p, size_t len);
bool disable_inf_adds(const uint8_t *p, size_t len, const char *name);

/* Those of packages of other makers that declare filters. */
struct disable_infs {
	struct disable_inf {
		uint8_t *p;
		size_t len;
	} * list;
	size_t n, n_bytes;
	bool is_cut; /* there are more than are looked at */
};

/** Load them; one that cannot be read is none. For disable_infs_done also after an error. Errors:
 * those that end the run, RS_E_MEMORY. */
int disable_infs_load(const struct ev_look *in, const struct win_system *s,
	struct disable_infs *ret, struct rs_err *err);
void disable_infs_done(struct disable_infs *s);
/** Does one of them, or may one, declare this service as a filter? */
bool disable_infs_add(const struct disable_infs *s, const char *name);

/** Does a list of filters that can be edited have this name? */
bool disable_is_filter(const struct win_system *s, const char *name);
/** Edits for @c's chosen rows. Errors: RS_E_MEMORY; a list that is not whole is a refusal. */
int disable_edit(const struct disable_input *in, struct disable_choice *c, struct rs_err *err);

#endif

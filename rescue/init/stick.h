/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stick that this system came from. It is mounted only for the moment in which it is read or
 * written, so that it may be pulled out at any time. */
#ifndef UNBRICK_INIT_STICK_H
#define UNBRICK_INIT_STICK_H

#include "init/init.h"

/** A disk was looked at: is it the stick? Then it is read (settings, keys, rules, last report). */
void stick_consider(struct init *in, struct known_disk *d);
/** A disk that only the shipped rules were held against, or that had no key, is worked on once more
 * if the stick has brought some since. */
void stick_consider_again(const struct init *in, struct known_disk *d);
/** After each round of events: read the next volume that may be the stick's. */
void stick_step(struct init *in);
/** The seconds of `wait` are over: say once that there is none, if there should be. */
void stick_tell_missing(struct init *in);
/** Is the stick expected, and has not been read yet? */
bool stick_is_awaited(const struct init *in);
/** Let the program of @plan keep its files on the stick; without one nothing changes. */
void stick_offer_folder(struct init *in, struct process_plan *plan);
/** Write the report's files of INIT_RUN to it; false with a reason. Waits for the job. */
bool stick_write_report(struct init *in, char *ret_text, size_t cap);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which volume is the stick's. Images that were written with dd, Rufus or Etcher share every number
 * that they have, so two of them in one machine are told apart by the place of the device that the
 * firmware started (place.h), or not at all: then neither is used, both are named, and whoever is
 * there pulls one out. */
#ifndef UNBRICK_INIT_STICK_CHOOSE_H
#define UNBRICK_INIT_STICK_CHOOSE_H

#include "init/disk.h"

struct init;

/** May a stick that we were not started from be taken off this disk? Only off what one plugs in,
 * where there is no Windows (nor anything large that is not known) and nothing was repaired.
 * @with_ntfs: it may have NTFS volumes, but for those that a look has refused. */
bool choose_allows(const char *root, const struct known_disk *d, bool with_ntfs);
/** Begin a look into this volume of @d, if none is under way: part.look is what came of it
 * (stick_look.c). */
void stick_look_into(struct init *in, const struct known_disk *d, struct part *part);

#endif

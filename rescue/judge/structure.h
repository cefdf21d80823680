/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a start of this very Windows is built on, by what its own registry says and never by names
 * alone (protect.h's table knows those): such a file is not moved, such a service not disabled. */
#ifndef UNBRICK_JUDGE_STRUCTURE_H
#define UNBRICK_JUDGE_STRUCTURE_H

#include "windows/drivers.h"

enum structure {
	STRUCTURE_FREE,	    /* nothing is known that speaks against it */
	STRUCTURE_SECURITY, /* of a security product: a person may, nobody else */
	/* not moved either, until another act goes with it: */
	STRUCTURE_FILTER,   /* a list of filters names it: its name has to go out of it first */
	STRUCTURE_INSISTED, /* ErrorControl 2 or 3: the service has to be disabled first */
	STRUCTURE_NEVER,
};

/** May it be moved or disabled? @s NULL: the hive cannot be read, and nothing may. @path on this
 * volume and @service: either may be "", all services that fit one of them count. *ret_why: the
 * reason in plain words, static or as long as @s, "" if there is none; it is one that forbids
 * before one that asks. */
enum structure structure_protects(
	const struct win_system *s, const char *path, const char *service, const char **ret_why);

typedef void structure_tell(void *user, const char *why);
/** Tell all that speaks against moving the file at @path, whether it forbids that or a person may
 * decide: each reason of structure_protects, and what a start does with it. @why is static; the
 * same may come for several services. */
void structure_against(
	const struct win_system *s, const char *path, structure_tell *tell, void *user);

/** Why must this driver not be disabled either, though its names go out of all lists of filters and
 * what goes with it is disabled, too? NULL: nothing speaks against it. Static. */
const char *structure_stays(const struct win_system *s, const struct win_service *one);
/** Is it loaded before all others (early launch)? A driver of a security product by its group or
 * altitude? Does a list of filters of disks, volumes or their controllers name it? */
bool structure_is_early(const struct win_service *one);
bool structure_is_security(const struct win_service *one);
bool structure_filters_disks(const struct win_system *s, const char *name);

/** Does a list of filters, of a class or a device, have this name (of @n bytes)? @s NULL: no. */
bool structure_is_filter(const struct win_system *s, const char *name, size_t n);

#endif

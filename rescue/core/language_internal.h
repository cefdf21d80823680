/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by language.c (which language, its texts) and language_match.c (what a text was made of).
 */
#ifndef UNBRICK_CORE_LANGUAGE_INTERNAL_H
#define UNBRICK_CORE_LANGUAGE_INTERNAL_H

#include "core/language.h"

/* A text of the sources that the language has. */
struct lang_entry {
	const char *one, *many; /* @many NULL: it has no plural */
	unsigned letters;	/* beside its conversions: the more, the surer it is recognised */
	bool has_start;		/* it begins with a few of them */
};

/* Those that have a conversion or a plural, the surest first. */
const struct lang_entry *lang_entries(size_t *ret_n);

/** @n: for a text with a plural. As in the sources when it is not there. */
const char *lang_look_up(const struct lang_entry *e, unsigned long n);

/* The terminal has ASCII only. */
bool lang_is_plain(void);

/* @p[0] is a '%': the conversion there, "%5.2f", "%-9s", "%%". */
struct lang_spec {
	size_t len;
	char kind;	   /* its last letter */
	unsigned position; /* of "%2$s"; 0: in its turn */
	bool is_left_out;  /* "%.0s" */
};
struct lang_spec lang_spec_at(const char *p);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the two ways of putting a file back share: putback.c (a record of WinSxS) and putback_copy.c
 * (contents that a catalogue lists). */
#ifndef UNBRICK_JUDGE_PUTBACK_INTERNAL_H
#define UNBRICK_JUDGE_PUTBACK_INTERNAL_H

#include "judge/judge.h"
#include "judge/putback.h"
#include "windows/component.h"
#include "windows/image.h"

#define COPIES_MAX 256U
#define PATH_CAP   600U

struct copy {
	char *path;
	uint64_t ref;
	struct win_component c; /* of one in the store */
};

struct find {
	const struct putback_look *in;
	const char *name;   /* the last part of the path */
	const char *folder; /* below the Windows folder, "System32" */
	bool is_32;	    /* of a 64-bit Windows, the folder for 32-bit programs */
	uint64_t dir_ref;
	struct copy *copies; /* in the store */
	size_t n;
	struct copy *others; /* all other files of the name, by whatever path */
	size_t n_others;
	bool no_memory;
	char *why;
};

/** It cannot be proven: why. Errors: RS_E_MEMORY. */
int putback_no(struct find *f, struct rs_err *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** What cannot be looked at proves nothing; what ends the run does that. */
int putback_unknown(
	struct find *f, const char *what, int r, const struct rs_err *why, struct rs_err *err);
/** The first step of both: files of that name, in the store and elsewhere. @f->why where that tells
 * nothing. */
int putback_copies(struct find *f, struct rs_err *err);
/** The other way: of all files of that name those whose content a catalogue of this Windows lists,
 * if they are one content. @f->why: there is none. (putback_copy.c) */
int putback_listed(struct find *f, struct putback **ret, struct rs_err *err);
/** Is it a whole program, for the processor of its folder? Else @f->why. */
int putback_check_image(struct find *f, const struct copy *c, struct rs_err *err);
/** Of the programs in its folder. */
uint16_t putback_machine(const struct find *f);

#endif

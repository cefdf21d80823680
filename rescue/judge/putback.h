/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What could be put back where a file of Windows was taken away, and what proves that it is the
 * right one. Looks only. Without a proof there is a reason and nothing else: docs/repairs.md, "Put
 * a file back". */
#ifndef UNBRICK_JUDGE_PUTBACK_H
#define UNBRICK_JUDGE_PUTBACK_H

#include "evidence/evidence.h"
#include "windows/signed.h"

enum putback_how {
	PUTBACK_LINK, /* one more name of the record that the store of components has */
	PUTBACK_COPY, /* a new file with those contents */
};

struct putback {
	enum putback_how how;
	char *source;	     /* "\Windows\WinSxS\...\svchost.exe" */
	char *proof;	     /* a line for people */
	uint64_t dir_ref;    /* the folder that the file belongs to */
	struct nt_stat stat; /* of the source */
	uint8_t sha256[32];
};

void putback_free(struct putback *p);
RS_DEFINE_AUTO(struct putback *, putback_free);
#define auto_putback __attribute__((cleanup(putback_free_auto)))

struct putback_look {
	struct nt_vol *vol;
	struct nt_raw *raw; /* over the same source */
	const struct win_info *win;
	const struct rs_task *task;
	const struct win_roots
		*roots; /* whose signatures are believed; NULL: those that are pinned */
};

/** For the file that is not at @path ("\Windows\System32\x.dll"). *ret NULL: nothing is proven, and
 * *ret_why (malloc'd) says what was found and what is missing for a proof. Reads the whole $MFT.
 * Errors: those that end the run (rs_err_ends), RS_E_MEMORY. */
int putback_find(const struct putback_look *in, const char *path, struct putback **ret,
	char **ret_why, struct rs_err *err);

/* ---- putback_taker.c: what took it away ---- */

/** The product that took the file at @path away, by its log, its event, or its vault: a folder's
 * name, or what the event calls it; "": not known, or several say so. As long as @e. */
const char *putback_taker(struct evidence *e, const char *path);
/** The services and drivers of that product that are not disabled: those in a folder of its name,
 * and drivers of security whose own text names it. *ret: a list for free(), its names as long as
 * @e. Errors: those that end the run, RS_E_MEMORY. */
int putback_taker_services(const struct ev_look *in, struct evidence *e, const char *product,
	const char ***ret, size_t *ret_n, struct rs_err *err);

#endif

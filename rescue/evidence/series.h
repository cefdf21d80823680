/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happened in the order of time: which rows speak of one and the same crash, when this Windows
 * ran well last, and which crashes belong to the trouble that it is in now. */
#ifndef UNBRICK_EVIDENCE_SERIES_H
#define UNBRICK_EVIDENCE_SERIES_H

#include "evidence/evidence.h"

enum ev_trouble_kind {
	EV_T_CRASH,  /* a bug check */
	EV_T_POWER,  /* lost power, as far as the log tells */
	EV_T_BUTTON, /* a person held the button */
	EV_T_FAILED, /* a start that did not come to its end, without a bug check that is known */
	EV_T_UNCLEAN /* it ended somehow */
};

#define EV_TROUBLE_ITEMS 8U

struct ev_trouble {
	enum ev_trouble_kind kind;
	uint64_t time;			/* FILETIME, UTC */
	bool is_exact;			/* else that of the start after it */
	uint32_t code;			/* of a crash; 0: not known */
	uint64_t uptime;		/* 100 ns; 0: not known */
	size_t items[EV_TROUBLE_ITEMS]; /* rows of the evidence that speak of it */
	size_t n_items;
};

struct ev_series {
	struct ev_trouble *list; /* by time */
	size_t n;
	size_t first, last;    /* of this trouble, in the list; n: there is none */
	uint64_t good_start;   /* when the last run began that went well before it; 0: not known */
	uint64_t last_good;    /* and when it was last seen to be well */
	uint64_t good_after;   /* it ran well after the last one: that is past; 0: no */
	unsigned n_crashes;    /* bug checks from first to last */
	uint64_t since, until; /* changes between them can be the cause */
	/* and those of the run before it, where the last good one ended in the first crash: what
	 * came then may take its time; = since where there is none */
	uint64_t since_before;
};

/** Of evidence that is sorted (ev_sort). Errors: RS_E_MEMORY. */
int ev_series_make(const struct evidence *e, struct ev_series *ret, struct rs_err *err);
void ev_series_done(struct ev_series *s);
#define auto_series __attribute__((cleanup(ev_series_done)))

/** Was it seen to run well between the two times (some play after the first)? */
bool ev_ran_between(const struct evidence *e, uint64_t from, uint64_t to);
/** The same between two troubles, the first @a: also by how long Windows had run when @b came. */
bool ev_ran_well(const struct evidence *e, const struct ev_trouble *a, const struct ev_trouble *b);
/** Its dump, of several the one that blames most; NULL: none with modules was read. */
const struct ev_item *ev_trouble_dump(const struct evidence *e, const struct ev_trouble *t);
/** When it was last seen to be well; 0: never. */
uint64_t ev_last_well(const struct ev_series *s);
/** The newest update of Windows itself, none of definitions, between the last good start and the
 * first crash; NULL: none. */
const struct ev_item *ev_update_of_window(const struct evidence *e, const struct ev_series *s);

#endif

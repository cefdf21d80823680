/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef UNBRICK_FLEET_INTERNAL_H
#define UNBRICK_FLEET_INTERNAL_H

#include <stdint.h>

#include "core/text.h"
#include "fleet/fleet.h"

#define FLEET_BYTES_MOST  (8U << 20) /* of one report */
#define FLEET_ROWS_MOST	  200000U    /* of about 2 KiB each */
#define FLEET_KEYS_MOST	  8U	     /* of one report */
#define FLEET_BROKEN_MOST 200U	     /* that are named */

/* One report. Texts are as they may be shown (rs_shown), shortened where they are longer. */
struct fleet_row {
	enum fleet_state state;
	bool is_start;	/* it tells that work begins, and its end is another one */
	bool is_newest; /* of its machine */
	char id[40], machine[64], model[96], command[20];
	uint64_t when;	  /* FILETIME: received, or else begun by the machine's own clock; 0 */
	uint64_t seconds; /* that it took */
	char reason[64];  /* an error's id, or the result's word */
	char text[240];	  /* what a person was told */
	char kind[28];	  /* of the trouble; "" none is known */
	char path[192];	  /* of what does the harm */
	char product[64];
	char rule[64];	    /* that knows it; "" a diagnosis names it */
	char certainty[16]; /* of the diagnosis */
	char windows[80];
	char policy[16], tool[20], secure_boot[16], source[200];
	char keys[FLEET_KEYS_MOST][RS_GUID_LEN]; /* that were used */
	unsigned n_keys;
	uint8_t hash[32];    /* of its bytes */
	char start_hash[65]; /* of its start's, as it says */
	unsigned revision;   /* of its end: a higher one takes the place of those before */
};

struct fleet {
	struct fleet_row *rows; /* fleet_join: each once, by machine, the newest first */
	size_t n;
	char *broken[FLEET_BROKEN_MOST];
	size_t n_broken; /* that are named */
	struct fleet_counts counts;
};

/* ---- take.c ---- */

/** Take one report, or the line that nginx has logged of one. 1: taken; 0: it is broken or none,
 * *ret_why (static) says so; negative: RS_E_MEMORY. @text ends with a NUL after @len bytes. */
int fleet_take(struct fleet *f, const char *text, size_t len, const char *source,
	const char **ret_why, struct rs_err *err);

/* ---- group.c ---- */

/* Machines that have something in common, by the newest report of each. */
struct fleet_group {
	const struct fleet_row *first; /* row of it, whose words it is named by */
	size_t n;
	size_t in[FLEET_STATES_END];
	uint64_t since, until; /* FILETIME, 0: no time is known */
};

/* By what: what has no name by it ("") is in no group. */
typedef void fleet_name(const struct fleet_row *row, char *ret, size_t cap);
fleet_name fleet_by_reason, fleet_by_model, fleet_by_trouble;

/** The largest first; free() it. NULL with *ret_n 0: none, or no memory. */
struct fleet_group *fleet_groups(const struct fleet *f, fleet_name *name, size_t *ret_n);
/** Is it a trouble that no rule knows, on a second machine? */
bool fleet_is_new(const struct fleet_group *trouble);

/* A recovery key that was used, and the last report that says so. */
struct fleet_key {
	const char *id;
	const struct fleet_row *row;
};

/** Each once; free *ret. False: no memory. */
bool fleet_keys(const struct fleet *f, struct fleet_key **ret, size_t *ret_n);

/* ---- page.c, chart.c ---- */

/** Columns over time, bars of groups; SVG. */
void fleet_chart_times(const struct fleet *f, FILE *to);
void fleet_chart_groups(const struct fleet_group *g, size_t n, fleet_name *name, FILE *to);
const char *fleet_state_word(enum fleet_state state);
const char *fleet_state_colour(enum fleet_state state);

/* What scripts/embed-page has made of page.css and page.js. */
extern const char fleet_css[], fleet_js[];

/* ---- data.c ---- */

/** For HTML: text, or an attribute in double quotes. */
void fleet_html(FILE *to, const char *text);

/** The rows for the page's script: a JSON object in which no mark of HTML stands. */
void fleet_data(const struct fleet *f, FILE *to);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef UNBRICK_JUDGE_VERDICT_INTERNAL_H
#define UNBRICK_JUDGE_VERDICT_INTERNAL_H

#include "evidence/series.h"
#include "judge/verdict.h"

enum weight {
#define X(name, word, points, reason) W_##name,
#include "judge/weights.def"
#undef X
	W_COUNT
};

/* Sums from which a verdict is made of a candidate (docs/diagnosis.md). */
#define SCORE_LIKELY 50
#define SCORE_SURE   80
#define SCORE_MARGIN 15 /* ahead of the second one that is linked as well */

struct candidate {
	struct diag_candidate d; /* path, service, product, why ... */
	bool is_early;		 /* that link is of the time of a start alone: never sure */
	bool has_link;		 /* something but time ties it to the trouble */
	bool is_content;	 /* data, no program */
	bool is_own;		 /* Windows' */
	bool is_damaged, is_named;
	unsigned n_fault, n_first, n_stack, n_unloaded; /* crashes of the series */
	uint64_t changed; /* when it came or changed, in the window; 0: it did not */
	enum ev_source changed_by;
	const char *changed_where;
	bool has_package, has_log;
	const struct ev_blame *blame; /* the best one */
	const char *blame_where;
	uint64_t blame_time;
	const struct win_service *svc;
};

struct verdict {
	struct evidence *e;
	const struct win_info *win;
	const struct verdict_input *in;
	struct diagnosis *d;
	struct ev_series s;
	struct candidate *c;
	size_t n;
	unsigned n_dumps;		/* crashes of the series with modules */
	unsigned n_lost;		/* dumps that cannot be read */
	unsigned n_others;		/* different modules at fault in them */
	bool is_recurring;		/* it crashes and starts again, and again */
	const struct ev_item *gone;	/* the file whose absence it is; NULL: none */
	const struct ev_item *gone_too; /* one that is gone, and is not what it is about; NULL */
	bool is_out;			/* of memory */
};

/* verdict_find.c */
void verdict_find(struct verdict *v);
/* verdict_score.c */
void verdict_score(struct verdict *v);
/** The points that one dump can give a file. */
int verdict_most_of_a_dump(void);
/** Kept points with a reason; @fmt the text. */
void verdict_why(struct verdict *v, struct candidate *c, enum weight w, enum ev_source source,
	uint64_t time, const char *where, const char *fmt, ...)
	__attribute__((format(printf, 7, 8)));
void verdict_contradict(struct verdict *v, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* verdict_product.c */
/** Is the file at @path data of the product that @module (a program) belongs to? 2: its text names
 * the folder; 1: by the vendor's folder; 0: no. */
int verdict_is_of_product(const char *path, const struct ev_file *module);
/* verdict_kind.c: kind, certainty, text */
void verdict_kind(struct verdict *v);
/* verdict_lost.c */
/** Dumps of this trouble that cannot be read; before the points. */
void verdict_count_lost(struct verdict *v);
/** What is there and cannot be read makes the verdict less certain, never more. */
void verdict_lower(struct verdict *v);
/* verdict_propose.c */
void verdict_propose(struct verdict *v);
/** "3 minutes", "51 seconds", "2 days"; @ret is returned. */
/* verdict_score.c */
const char *verdict_span(uint64_t filetime, char ret[40]);

#endif

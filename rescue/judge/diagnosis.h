/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What follows from the evidence of one Windows: what kind of trouble it is, which file is at
 * fault, how sure that is, and the smallest repair that is safe. Data only: verdict.c makes it,
 * reports render it. */
#ifndef UNBRICK_JUDGE_DIAGNOSIS_H
#define UNBRICK_JUDGE_DIAGNOSIS_H

#include "evidence/evidence.h"

#define DIAG_KINDS(X)                                                                              \
	X(DIAG_UNSURE, "unsure")                                                                   \
	X(DIAG_NONE, "none") /* nothing wrong is seen */                                           \
	X(DIAG_BAD_FILE, "bad-file")                                                               \
	X(DIAG_FILE_REMOVED, "file-removed")                                                       \
	X(DIAG_UPDATE, "update-half-applied")                                                      \
	X(DIAG_REGISTRY, "registry-unreadable")                                                    \
	X(DIAG_HARDWARE, "hardware")   /* or disk, or file system */                               \
	X(DIAG_NO_DRIVER, "no-driver") /* a power button, a lost power */                          \
	X(DIAG_VERIFIER, "verifier")                                                               \
	X(DIAG_RESUME, "resume-loop")
#define DIAG_CERTAINTIES(X)                                                                        \
	X(DIAG_C_UNSURE, "unsure")                                                                 \
	X(DIAG_C_LIKELY, "likely")                                                                 \
	X(DIAG_C_SURE, "sure")
/* what would be done; this program moves, disables, and takes a name out of lists of filters */
#define DIAG_ACTIONS(X)                                                                            \
	X(DIAG_MOVE, "move")                                                                       \
	X(DIAG_DISABLE, "disable")                                                                 \
	X(DIAG_RESTORE, "restore")                                                                 \
	X(DIAG_REGISTRY_EDIT, "registry")                                                          \
	X(DIAG_FILTER, "filter")                                                                   \
	X(DIAG_ASK, "ask") /* a person is told what to look at */
enum diag_kind { DIAG_KINDS(JUST_NAME) };
enum diag_certainty { DIAG_CERTAINTIES(JUST_NAME) };
enum diag_action { DIAG_ACTIONS(JUST_NAME) };
WORDS(diag_kind_word, enum diag_kind, DIAG_KINDS)
WORDS(diag_certainty_word, enum diag_certainty, DIAG_CERTAINTIES)
WORDS(diag_action_word, enum diag_action, DIAG_ACTIONS)

struct diag_why {
	const char *weight; /* the row of the table in docs/diagnosis.md, "in-dump-at-fault" */
	int points;
	const char *text; /* in plain words, one line */
	enum ev_source source;
	uint64_t time;	   /* FILETIME, UTC; 0: none */
	const char *where; /* where it was read */
};

struct diag_candidate {
	const char *path, *service, *product; /* "" where there is none */
	int score;
	struct diag_why *why; /* the heaviest first */
	size_t n_why;
	const struct ev_file *file; /* NULL: not known */
};

struct diag_proposal {
	enum diag_action action;
	const char *path, *service; /* "" where there is none */
	const char *from;	    /* of DIAG_RESTORE: a good copy that was found; "" */
	const char *text;	    /* what to do and why, one line or two sentences */
	bool can;		    /* this program does it (fix): see DIAG_ACTIONS */
	bool may_alone; /* the file is neither a program nor a service's: signed settings may let
			 * it be moved without a person */
};

struct diag_also { /* another row that tells of the same crash */
	enum ev_source source;
	uint32_t event; /* its number in the event log; 0: it is in none */
	uint64_t time;
	const char *where;
};

struct diag_moment { /* of the timeline, in the order of time */
	uint64_t time;
	enum ev_what what;
	enum ev_source source;
	const char *text, *path, *where;
	bool is_key;		/* last good start, first crash, the change that is blamed */
	struct diag_also *also; /* one crash is one moment: what else tells of it */
	size_t n_also;
};

/* Texts belong to the evidence (ev_text), which it owns, or are static. */
struct diagnosis {
	const char *windows; /* its folder */
	enum diag_kind kind;
	enum diag_certainty certainty;
	const char *text; /* the verdict in a sentence or two */
	/* best first; where no file is at fault (diag_is_nobodys) only what it is about: the hive,
	 * the image of a hibernation */
	struct diag_candidate *candidates;
	size_t n_candidates;
	struct diag_candidate *suspects; /* then those that have points all the same; best first */
	size_t n_suspects;
	struct diag_proposal *proposals; /* none: nothing is proposed */
	size_t n_proposals;
	const char **contradictions; /* what speaks against it */
	size_t n_contradictions;
	struct diag_moment *timeline;
	size_t n_timeline;
	uint64_t last_good, first_crash, last_crash; /* of this series; 0: not known */
	unsigned n_crashes;
	struct evidence *evidence; /* owned; its .missing is told beside */
};

/** Is it a trouble that no file is the cause of? Then nothing in the list of candidates accuses. */
bool diag_is_nobodys(enum diag_kind kind);
/** With its evidence. NULL is fine. */
void diagnosis_free(struct diagnosis *d);
RS_DEFINE_AUTO(struct diagnosis *, diagnosis_free);
#define auto_diagnosis __attribute__((cleanup(diagnosis_free_auto)))

#endif

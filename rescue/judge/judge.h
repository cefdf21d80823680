/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judge: sources of evidence (source.h) look at a Windows and tell what they find of its files.
 * Looks only; decides nothing about acting (plan and guards do) and never writes. Whoever works on
 * findings need not know which source they come from. */
#ifndef UNBRICK_JUDGE_JUDGE_H
#define UNBRICK_JUDGE_JUDGE_H

#include "core/view.h"
#include "format/words.h"
#include "windows/windows.h"

struct diagnosis;
struct evidence;
struct evidence_source;
struct putback;
struct rule_set;

struct judge_texts {
	char **v;
	size_t n;
};

/* X(name, word): what a source, a rule's file and a report call it. */
#define INCIDENT_KINDS(X)                                                                          \
	X(INCIDENT_BAD_FILE, "bad-file")                                                           \
	X(INCIDENT_GOOD_FILE_REMOVED, "good-file-removed")                                         \
	X(INCIDENT_UPDATE_HALF_APPLIED, "update-half-applied")
#define SAID_OUTCOMES(X)                                                                           \
	X(SAID_NO_MATCH, "")                                                                       \
	X(SAID_MATCHED, "matched")   /* at least one BAD */                                        \
	X(SAID_DOUBT, "doubt")	     /* only doubtful files */                                     \
	X(SAID_REPAIRED, "repaired") /* only repaired files here: look elsewhere */                \
	X(SAID_REPORTED, "reported") /* recognised, explained, nothing to move */                  \
	X(SAID_STOPPED, "stopped")   /* its stop condition holds, or too many files */             \
	X(SAID_NOT_APPLICABLE, "")   /* wrong build or CPU */
enum incident_kind { INCIDENT_KINDS(JUST_NAME) };
enum said_outcome { SAID_OUTCOMES(JUST_NAME) };

enum judge_verdict {
	JUDGE_BAD,	/* it does the harm: its source is sure */
	JUDGE_DOUBTFUL, /* something does not fit: shown, asked about, never by --yes */
	JUDGE_GOOD,	/* the repaired one: shown, stays */
	JUDGE_REPORT,	/* told of only: no file to move, protected, the source stops, ... */
};

/* What one thing of a source (a rule, a dump) says of one Windows: the report tells all but those
 * that do not match. Borrowed from the source, for as long as the result lives, but for why and
 * evidence. */
struct judge_said {
	const struct evidence_source *source; /* judge_run's */
	const char *windows; /* judge_run's: the folder of the Windows, of judge_look; "": of none,
			      * it is of the volume */
	void *by;	     /* the thing, for the source itself */
	const char *id, *title; /* the id is its own among all sources */
	const char *text;	/* what to tell the technician; NULL if nothing */
	struct judge_texts references;
	enum incident_kind kind;
	enum said_outcome outcome;
	char *why;	/* one line */
	char *evidence; /* corroborating and contradicting evidence found, one line; "" if none */
};

/* Two conditions that stand beside each other in a finding's why, and say of one time of the file
 * that it lies between two others: for who tells them as one. */
struct judge_window {
	size_t at, len;	 /* in why; len 0: there is none */
	bool is_created; /* else modified */
	uint64_t time, from, before;
};

/* What it says of one file. Strings are owned by the result. */
struct finding {
	size_t said; /* which of the result's says so */
	enum judge_verdict verdict;
	bool may_alone; /* signed settings may let it be moved without a person: of the source
			 * "diagnosis" alone (judge_alone.c) */
	bool asks_move; /* the source would have something done about a bad file, not only told of
			 */
	/* It is not to be moved: these services are to be disabled (the first that it is about),
	 * owned. None: it is to be moved. */
	char **services;
	size_t n_services;
	bool can_move; /* of services: where the registry cannot be edited, it may be moved instead
			*/
	char *path;    /* "\Windows\System32\drivers\CrowdStrike\C-....sys" */
	char *why;     /* the evidence, one line: what held or did not */
	struct judge_window window;
	uint64_t parent_ref;
	struct nt_stat stat;
	bool has_sha256;
	uint8_t sha256[32];
	bool is_all_zero;
	bool is_missing;	 /* the path names a file that is not there and should be */
	struct putback *putback; /* of one that is missing: what is proven to be it (putback.h), for
				  * a person to decide; NULL: nothing is (nor in a report) */
	bool can_put_back;	 /* there is such a one */
};

struct judge_result {
	struct judge_said *said; /* of the source "rules": every rule of the set, in its order */
	size_t n_said;
	struct finding *findings;
	size_t n_findings;
	uint64_t unreadable; /* records or files that could not be looked at, named in faults */
	char *faults;	     /* lines, "" if none: "not found" is not said without this */
	struct diagnosis **diagnoses; /* one of each Windows that was diagnosed; owned */
	size_t n_diagnoses;
};

/* A file that a person named. */
struct judge_named {
	char *path;   /* as he gave it */
	uint64_t ref; /* and which one it must lead to; 0: any */
};

/* One Windows, and what its sources go by. */
struct judge_look {
	struct nt_vol *vol;
	struct nt_raw *raw; /* over the same source */
	const struct win_info *win;
	const struct win_info *windows; /* of the volume, with this one; NULL: it is alone */
	size_t n_windows;
	const struct rule_set *rules;
	const struct rs_task *task;
	struct judge_named *named; /* what is said of one has it as its thing (judge_said.by) */
	size_t n_named;
	struct rs_view esp_bootstat; /* BOOTSTAT.DAT of the ESP of its disk; len 0: none */
	uint64_t since; /* tell what changed from then on (scan --since), FILETIME; 0: not asked */
	struct evidence **evidence; /* judge_run's: gathered, until the diagnosis takes it */
};

void judge_finding_done(const struct finding *f);
/** One more service that @f would have disabled. False: no memory. */
bool judge_add_service(struct finding *f, const char *name);

/** Ask every source of each of @n Windows of one volume (the same vol, raw and task). @task "scan".
 * Errors: RS_E_IO_READ, RS_E_NTFS_DAMAGED only when nothing can be judged; RS_E_NO_SUCH_FILE (no
 * Windows folder), RS_E_CANCELLED, RS_E_MEMORY. */
int judge_run(const struct judge_look *in, size_t n, struct judge_result **ret, struct rs_err *err);
void judge_free(struct judge_result *r);

/** What protects a file of this path, whatever is found of it, or NULL. Every Windows on the volume
 * counts. */
const char *judge_protects(struct nt_vol *vol, const char *path);
/** NULL, or why the file that @id tells of (NULL: a manifest) is not to be moved under its name
 * @path: its source says so, or it is protected, in the Windows folder @root or elsewhere.
 * @judged may be NULL. */
const char *judge_forbids(const struct judge_result *judged, const char *id, struct nt_vol *vol,
	const char *root, const char *path);

/** The same of a driver's file that goes once nothing starts it any more: that a list of filters
 * names it, or that Windows insists on it, forbids nothing then. */
const char *judge_forbids_disabled(
	const struct judge_result *judged, struct nt_vol *vol, const char *root, const char *path);

/* ---- all names of a file, as paths (names.c) ---- */

struct file_name {
	char *path;	  /* "\Windows\x.sys"; "\?\x.sys" where its folder cannot be read */
	const char *name; /* the last part of it */
	uint64_t parent_ref;
};

struct file_names {
	struct file_name *all;
	size_t n;
};

/** Errors: RS_E_NO_SUCH_FILE, RS_E_NTFS_DAMAGED, RS_E_IO_READ, RS_E_MEMORY. */
int file_names_read(struct nt_vol *vol, uint64_t ref, struct file_names *ret, struct rs_err *err);
void file_names_done(struct file_names *names);
#define auto_file_names __attribute__((cleanup(file_names_done)))

/** Tell what the registries of those Windows that were diagnosed, and the file itself, say against
 * moving the file at @path: all of it, not only what forbids it. @why is static; the same may come
 * several times. */
void judge_against(const struct judge_result *judged, struct nt_vol *vol, const char *path,
	void (*tell)(void *user, const char *why), void *user);

/** SHA-256 of a file's unnamed data, and whether all of it is zero. */
int judge_hash(struct nt_vol *vol, uint64_t ref, uint8_t ret[32], bool *ret_is_all_zero,
	struct rs_err *err);

#endif

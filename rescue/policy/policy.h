/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A site's policy: what machines without a person may do, as a signed file (docs/policy.md).
 * Nothing of it is believed before one of the keys has verified it, and then no field that is not
 * known. */
#ifndef UNBRICK_POLICY_POLICY_H
#define UNBRICK_POLICY_POLICY_H

#include "core/cleanup.h"
#include "core/err.h"
#include "core/view.h"
#include "format/words.h"
#include "policy/minisign.h"

struct json_object;

#define POLICY_FORMAT	    1
#define POLICY_PURPOSE	    "unbrick policy"
#define POLICY_BYTES_MOST   (1U << 20)
#define POLICY_RULES_MOST   64U
#define POLICY_FILES_MOST   64U
#define POLICY_LIST_MOST    30000U /* serial numbers and the like, each list */
#define POLICY_SOURCES_MOST 8U	   /* of keys, and of reports */
#define POLICY_DELAY_MOST_S 3600U
#define POLICY_EARLY_S	    300 /* a clock that is so much behind the signer's is none that is wrong */

/* X(NAME, word) */
#define POLICY_ACTS(X)                                                                             \
	X(POLICY_REPAIR, "repair")                                                                 \
	X(POLICY_DRILL, "drill") /* all but the write */                                           \
	X(POLICY_NONE, "none")	 /* withdrawn: only report */
enum policy_act { POLICY_ACTS(JUST_NAME) };
WORDS(policy_act_word, enum policy_act, POLICY_ACTS)

#define POLICY_ENDS(X)                                                                             \
	X(POLICY_WINDOWS, "windows") /* start Windows */                                           \
	X(POLICY_STAY, "stay")                                                                     \
	X(POLICY_POWEROFF, "poweroff")                                                             \
	X(POLICY_REBOOT, "reboot")
enum policy_end { POLICY_ENDS(JUST_NAME) };
WORDS(policy_end_word, enum policy_end, POLICY_ENDS)

#define X(name, ...) POLICY_REPLAY_##name,
enum policy_replay { REPLAY_POLICIES(X) };
#undef X
WORDS(policy_replay_word, enum policy_replay, REPLAY_POLICIES)

struct policy_texts {
	const char **v;
	size_t n;
};

struct policy_rule {
	const char *name; /* "x.ini" */
	const char *text; /* as a rule's file has it (docs/rules.md); not parsed here */
};

struct policy {
	unsigned version;	     /* from 1 on */
	int64_t issued_s, expires_s; /* since 1970, UTC */
	enum policy_act act;
	/* Which machines: one of these names it (all are empty: every machine), and its model is
	 * listed (empty: every model). */
	struct policy_texts serials, uuids, macs, models;
	struct policy_rule *rules;
	size_t n_rules;
	bool has_shipped_rules; /* those that the program ships with count, too */
	bool diagnosis_alone;	/* a sure diagnosis may act, within docs/diagnosis.md */
	bool may_disable;   /* a rule may have services disabled, too, and not only move files */
	unsigned max_files; /* more than these are not moved, and then none is */
	enum policy_replay replay;
	enum policy_end repaired, nothing, failure;
	bool unknown_clock_acts; /* else a machine without a clock only reports */
	unsigned delay_s;	 /* at most so long a random wait before the policy is fetched */
	/* Lists of objects, as they are in the file; NULL: none. */
	struct json_object *keys, *reports;

	struct minisign_said by;  /* who has signed it */
	struct json_object *root; /* what all texts above lie in */
};

struct policy_clock {
	int64_t unix_s; /* not known: it is at least so late (when the program was built), or 0 */
	bool is_known;
};

/* The files as they are. */
struct policy_files {
	struct rs_view bytes; /* policy.json */
	struct rs_view sig;   /* policy.json.minisig */
	struct rs_view keys;  /* minisign's public keys, at most MINISIGN_KEYS_MOST */
};

/** Verify the signature, and only then read: every field is known, none is there twice, all are in
 * their bounds; its version is @floor_version at least; it is issued and not expired by @now.
 * Errors: RS_E_POLICY_KEYS, _UNSIGNED, _KEY, _FORGED, _INVALID, _OLD, _EARLY, _EXPIRED,
 * RS_E_MEMORY.
 */
int policy_read(const struct policy_files *f, const struct policy_clock *now,
	unsigned floor_version, struct policy **ret, struct rs_err *err);
/** The same without a signature, a clock and a floor: for who signs it, and for who only shows it.
 * ret->by is empty. Errors: RS_E_POLICY_INVALID, RS_E_MEMORY. */
int policy_parse(struct rs_view bytes, struct policy **ret, struct rs_err *err);
/** Version and times alone. Errors: RS_E_POLICY_OLD, _EARLY, _EXPIRED. */
int policy_check(const struct policy *p, const struct policy_clock *now, unsigned floor_version,
	struct rs_err *err);
/** Would a plan that was made by one be made by the other, too: the same rules and limits? */
bool policy_plans_alike(const struct policy *a, const struct policy *b);
/** NULL is fine. */
void policy_free(struct policy *p);
RS_DEFINE_AUTO(struct policy *, policy_free);
#define auto_policy __attribute__((cleanup(policy_free_auto)))

/* ---- machine.c: which machine this is ---- */

#define POLICY_MACS_MOST 16

struct policy_machine {
	char serial[128], uuid[40], model[128], vendor[128]; /* "": not known */
	char macs[POLICY_MACS_MOST][18];		     /* "aa:bb:cc:dd:ee:ff" */
	size_t n_macs;
};

/** From SMBIOS and the network cards, below @root ("": this system's /sys). What is not there, or
 * what a maker left as it was ("To be filled by O.E.M."), is not known. */
void policy_machine_read(const char *root, struct policy_machine *ret);
/** Is it for this machine? Errors: RS_E_POLICY_FOREIGN. */
int policy_fits(const struct policy *p, const struct policy_machine *m, struct rs_err *err);

#endif

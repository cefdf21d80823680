/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run as data: what was looked at, found, planned, done and verified, and how it ended. The
 * engine fills it as it goes; JSON (docs/report.md tells what each member means) and text are made
 * of it, and a front end reads it (rs_report_run). Everything lives as long as its report; texts
 * are as they were found, not escaped. "" and a time of 0: not known. Sizes are bytes, times
 * FILETIME. */
#ifndef UNBRICK_REPORT_MODEL_H
#define UNBRICK_REPORT_MODEL_H

#include "act/quarantine.h"
#include "bitlocker/bitlocker.h"
#include "block/health.h"
#include "block/set.h"
#include "firmware/firmware.h"
#include "format/words.h"
#include "judge/diagnosis.h"
#include "judge/judge.h"
#include "judge/rule.h"
#include "ntfs/raw.h"
#include "plan/bootconf.h"
#include "plan/plan.h"
#include "policy/policy.h"
#include "windows/windows.h"

/* ---- words: each list is the enum and what it is called in a report ---- */

#define RUN_JOURNALS(X)                                                                            \
	X(RUN_JOURNAL_WIPED, "wiped")                                                              \
	X(RUN_JOURNAL_CLEAN, "clean")                                                              \
	X(RUN_JOURNAL_UNCLEAN, "unclean")                                                          \
	X(RUN_JOURNAL_CHKDSK, "chkdsk")                                                            \
	X(RUN_JOURNAL_TORN, "torn")                                                                \
	X(RUN_JOURNAL_UNSUPPORTED, "unsupported")                                                  \
	X(RUN_JOURNAL_UNREADABLE, "unreadable")                                                    \
	X(RUN_JOURNAL_IDLE, "idle")                                                                \
	X(RUN_JOURNAL_PENDING, "pending")
#define RUN_REPLAYS(X)                                                                             \
	X(RUN_REPLAY_PLANNED, "planned")                                                           \
	X(RUN_REPLAY_REFUSED, "refused") /* nobody agreed, no plan was saved */                    \
	X(RUN_REPLAY_DONE, "done")                                                                 \
	X(RUN_REPLAY_RESUMED, "resumed")                                                           \
	X(RUN_REPLAY_REVERTED, "reverted")                                                         \
	X(RUN_REPLAY_FAILED, "failed")
#define RUN_SOURCES(X)                                                                             \
	X(RUN_SOURCE_NONE, "")                                                                     \
	X(RUN_SOURCE_DEVICE, "device") /* past every cache of the machine */                       \
	X(RUN_SOURCE_CACHE, "cache")
#define RUN_INSIDES(X)                                                                             \
	X(RUN_INSIDE_NONE, "") /* not opened, or not looked at */                                  \
	X(RUN_INSIDE_NTFS, "ntfs")                                                                 \
	X(RUN_INSIDE_FAT, "fat")                                                                   \
	X(RUN_INSIDE_EXFAT, "exfat")                                                               \
	X(RUN_INSIDE_REFS, "refs")                                                                 \
	X(RUN_INSIDE_OTHER, "other")

enum run_result {
#define X(name, word) RUN_##name,
	RUN_RESULTS(X)
#undef X
};
enum run_journal_state { RUN_JOURNALS(JUST_NAME) };
enum run_replay_result { RUN_REPLAYS(JUST_NAME) };
enum run_source { RUN_SOURCES(JUST_NAME) };
enum run_inside { RUN_INSIDES(JUST_NAME) };

WORDS(run_result_word, enum run_result, RUN_RESULTS)
WORDS(run_journal_word, enum run_journal_state, RUN_JOURNALS)
WORDS(run_replay_word, enum run_replay_result, RUN_REPLAYS)
WORDS(run_source_word, enum run_source, RUN_SOURCES)
WORDS(run_inside_word, enum run_inside, RUN_INSIDES)

/* What is told together, in this order. */
enum rs_part {
	RS_PART_DISKS,	  /* disks, volumes, Windows */
	RS_PART_FINDINGS, /* and what could not be looked at */
	RS_PART_DIAGNOSIS,
	RS_PART_PLAN, /* and what is left as it is */
	RS_PART_DONE, /* how it was verified, and how it ended */
	RS_PART_NEXT, /* the commands that come next, for who has a command line */
	RS_PARTS
};

/* How a front end has its people told what is said for a command line otherwise. */
struct rs_manner {
	void *user;
	/* A next step as it is made there; both are ours and stay. */
	const char *(*next)(const char *next);
	/* A text with the times in it as people read them there, of that volume's Windows;
	 * malloc'd, NULL: as it is. */
	char *(*times_new)(void *user, const char *text, unsigned volume, const char *windows);
};

/* ---- what was looked at ---- */

struct run_texts {
	const char **list;
	size_t n;
};

struct run_machine { /* as far as it can be read */
	char system[192], cpu[256], vendor[256], product[256], serial[256];
	uint64_t memory_bytes;
};

struct run_bitlocker {
	struct bl_info info;
	bool is_unlocked;
	struct bl_unlock_result unlock; /* of one that is */
	enum run_inside inside;
};

struct run_counts { /* of a journal or of a replay's plan */
	uint64_t records, redone, transactions, losers, since_filetime, since_lsn;
};

struct run_journal {
	enum run_journal_state state;
	uint16_t major, minor; /* as it lies on the disk; major 0: not known */
	char reason[160];
	bool is_counted; /* understood: the counts are known, and whether changes wait */
	bool is_pending;
	struct run_counts counts;
	bool is_judged;	 /* open or refused: */
	bool can_replay; /* what is told of the volume is what Windows will see */
	struct rs_err refused;
};

struct run_ntfs {
	struct nt_geometry geometry;
	struct nt_state state; /* the journal applied where it can be */
	struct run_journal journal;
};

struct run_volume {
	unsigned number;
	char name[192];
	struct disk_part part;
	struct disk_member member;
	const struct run_bitlocker *bitlocker; /* NULL: none */
	const struct run_ntfs *ntfs;	       /* NULL: none that was opened */
	const struct win_info *windows;	       /* the first, then the others, remains among them */
	size_t n_windows;
	const struct win_info *chosen; /* the one of them that the run is about; NULL: all */
	const struct quarantine *quarantines;
	size_t n_quarantines;
	char passed_over[256]; /* no Windows on it: what it is; "" if there is one, or an error */
	const char *passed_next;
	int passed_code; /* the error that it is where no Windows is found; 0: none */
	struct rs_err err;
};

struct run_disk {
	const char *path;
	char model[128], serial[128];
	struct disk_health health;
	bool is_open, has_table;
	uint64_t size_bytes;
	uint32_t sector_bytes;
	enum disk_scheme scheme;
	char id[40], warning[256];
	struct disk_member member;
	struct rs_err err;
	struct run_volume *volumes;
	size_t n_volumes;
};

/* ---- what was found ---- */

struct run_finding { /* what one thing of a source of evidence says of one volume */
	unsigned volume;
	const char *windows;	 /* the folder of the Windows on it; "": of none of several */
	const char *source, *id; /* "rule" and its id */
	const char *title, *why, *evidence, *text;
	enum incident_kind kind;
	enum said_outcome outcome;
	struct run_texts references;
	struct finding *files; /* for who shows findings before there is a plan, which tells
				* the same files in the report */
	size_t n_files;
};

/* What is kept of one diagnosis; what goes beyond is counted. A moment that the verdict rests on is
 * always kept, and of the others the newest. */
#define RUN_CANDIDATES_MAX 32U
#define RUN_WHY_MAX	   32U
#define RUN_MOMENTS_MAX	   300U
#define RUN_MISSING_MAX	   100U
#define RUN_CHANGES_MAX	   1200U

struct run_change { /* a file that came, changed or went (scan --since) */
	enum ev_what what;
	enum ev_source source;
	uint64_t time;
	const char *path, *product, *where;
};

struct run_diagnosis { /* of one Windows */
	unsigned volume;
	struct diagnosis d; /* its evidence is NULL, and no candidate has its file: */
	struct ev_missing *missing;
	size_t n_missing;
	struct run_change *changes; /* where somebody asked since when */
	size_t n_changes;
	size_t n_left_out; /* moments, missing pieces and changes */
};

/* ---- what is planned and done ---- */

struct run_item {
	unsigned volume;
	bool is_answered; /* the question was asked: item.is_accepted counts */
	char target[PLAN_PATH_BYTES];
	struct plan_item item;
};

struct run_left { /* to be repaired, too, and left as it is */
	unsigned volume;
	struct rs_err err;
};

struct run_replay {
	unsigned volume;
	bool is_hibernation; /* no journal: the image to resume from is dropped */
	bool is_pending;
	struct run_counts counts;
	uint64_t blocks, bytes, zeroed;
	const char *plan_file; /* NULL: none */
	enum run_replay_result result;
	struct rs_err err;
};

struct run_verification {
	bool is_done, is_passed;   /* done: of all that was written */
	enum run_source read_from; /* of several volumes the weakest */
	struct run_texts checks;
	struct rs_err err;
};

struct run_kept { /* the quarantine that was filled or emptied; id "": none */
	char id[PLAN_ID_LEN];
	unsigned volume;
	char report[PLAN_PATH_BYTES]; /* where this report lies on the volume */
};

/* ---- what is told beside ---- */

struct run_rule {
	const char *id, *title;
	enum incident_kind kind;
	enum rule_action action;
	bool is_on_request; /* looked for only when somebody asks */
	struct run_texts references;
};

struct run_check { /* of a rule's file */
	const char *file;
	struct rs_err err; /* code 0: good */
};

struct run_export {
	uint64_t bytes, data_bytes, resumed_at;
	const char *file; /* NULL: nothing was exported */
	const char *sha256;
};

/* An entry of a boot configuration that starts a Windows. */
struct run_boot_entry {
	unsigned store,
		volume; /* the volume that it stands on; that of its Windows, 0: not known */
	const char *object, *description;
	bool is_default;
	enum boot_mode mode;
	bool is_ours; /* Unbrick set it to Safe Mode */
};

struct run_boot_change { /* of one of them */
	const char *object, *description;
	unsigned store, volume;
	enum boot_mode before, after;
	bool is_done;
};

/* How a Windows is to start from now on (safemode). */
struct run_safe_mode {
	bool is_planned;
	struct run_boot_change *changes;
	size_t n_changes;
	struct run_texts texts; /* what a person has to know before it is done */
};

struct run_outcome {
	bool is_known; /* the run is over */
	int status;    /* docs/exit-status.md */
	enum run_result result;
	char text[1536];
	bool can_write; /* fix, undo, replay: */
	bool is_written;
	bool is_copy; /* kept beside a quarantine: how that went cannot be in it */
};

/* How it went with the policy: it was not taken, or was by its signature, times and machines; and
 * where something was to be written it was read anew before that. */
#define RUN_POLICIES(X)                                                                            \
	X(RUN_POLICY_REFUSED, "refused")                                                           \
	X(RUN_POLICY_VALID, "valid")                                                               \
	X(RUN_POLICY_CONFIRMED, "confirmed")                                                       \
	X(RUN_POLICY_WITHDRAWN, "withdrawn")                                                       \
	X(RUN_POLICY_UNCONFIRMED, "not-confirmed")
enum run_policy_result { RUN_POLICIES(JUST_NAME) };
WORDS(run_policy_word, enum run_policy_result, RUN_POLICIES)

/* The site's policy that this run goes by. */
struct run_policy {
	bool is_given;
	unsigned version; /* 0: nothing of it was verified */
	char key_id[MINISIGN_ID_LEN];
	enum policy_act act;
	enum run_policy_result result;
	bool is_clock_unknown;
};

/* What is in one, for who signs it. */
struct run_policy_file {
	const char *file; /* NULL: none */
	unsigned version;
	enum policy_act act;
	uint64_t issued_filetime, expires_filetime;
	size_t n_machines, n_models; /* 0: all */
	struct run_texts rules;
	bool has_shipped_rules, is_alone, may_disable;
	unsigned max_files;
	const char *replay, *repaired, *nothing, *failure; /* words */
	bool unknown_clock_acts;
	unsigned delay_s;
	struct run_texts keys, reports; /* "vault https://...", asked and told in this order */
};

/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): in the order of the report */
struct rs_run {
	const char *command; /* NULL: none was understood */
	bool is_front;	     /* the front end ends it: ls, cat, export, mount, help, usage errors */
	bool has_machine;
	uint64_t started_filetime, duration_ms;
	struct run_machine machine;
	struct run_policy policy;
	bool is_drill;	/* all but the write */
	bool is_opened; /* the disks are known */
	struct run_disk *disks;
	size_t n_disks;

	struct run_finding *findings;
	size_t n_findings;
	struct run_diagnosis *diagnoses;
	size_t n_diagnoses;
	uint64_t since_filetime; /* changes are asked for from then on; 0: not asked */
	bool is_judged;
	uint64_t unreadable; /* records and files, faults names them */
	struct run_texts faults;

	bool is_planned;
	struct run_item *plan;
	size_t n_plan;
	struct run_replay *replays;
	size_t n_replays;
	struct run_left *left;
	size_t n_left;
	bool is_acted;
	struct run_item *actions;
	size_t n_actions;
	struct run_kept quarantine;
	struct run_boot_entry *boot_entries; /* where they were looked at */
	size_t n_boot_entries;
	struct run_safe_mode safe_mode;
	struct run_verification verification;

	struct run_rule *rules;
	size_t n_rules;
	const char *rule_id, *rule_text;    /* rules show, write */
	const char *rule_file;		    /* where it was written to; NULL: nowhere */
	struct run_policy_file policy_file; /* policy */
	bool is_checked;
	struct run_check *checked;
	size_t n_checked;
	struct run_export export;
	const struct fw_report *firmware; /* NULL: not looked at */
	const char *help;

	struct run_outcome outcome;
	struct rs_err err; /* code 0: none */
};

/** Of several diagnoses the one with the worst trouble; NULL: none was made. */
const struct run_diagnosis *run_worst(const struct rs_run *run);
/** For people: what kind of trouble, how sure that is, what would be done. */
const char *run_trouble_text(enum diag_kind kind);
const char *run_certainty_text(const struct diagnosis *d);
const char *run_act_text(enum diag_action action);
/** Is it to be told that this program does not do that? Its own text may have told so. */
bool run_is_left_to_do(const struct diag_proposal *proposal);
/** Does the plan refuse what @proposal, of the diagnosis @of, would have done by this program? Then
 * why, in English, in @ret ("" and false: no). */
bool run_refusal(const struct rs_run *run, const struct run_diagnosis *of,
	const struct diag_proposal *proposal, char *ret, size_t cap);
/** What the first candidate is said to be: only a bad file that is no guess is at fault, one that
 * was taken away is missing, and where no file is at fault the trouble concerns it. */
enum run_role { RUN_SUSPECT, RUN_AT_FAULT, RUN_TAKEN_AWAY, RUN_CONCERNED };
enum run_role run_role_of(const struct run_diagnosis *d);
/** Is something wrong by this diagnosis, and is that no guess? */
bool run_is_wrong(const struct run_diagnosis *d);
/** The volume of this number; NULL: none. */
const struct run_volume *run_volume_at(const struct rs_run *run, unsigned number);
/** Is its Windows number @i judged, unless another one is chosen: not only remains beside one? */
bool run_is_judgeable(const struct run_volume *v, size_t i);
/** Are several Windows on it that can be judged? @v may be NULL. */
bool run_has_several(const struct run_volume *v);
/** The Windows in this folder of the volume, or where there is none (@folder may be NULL) the
 * volume's first; NULL: none. */
const struct win_info *run_windows_at(
	const struct rs_run *run, unsigned volume, const char *folder);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Unbrick's engine: the one public header. Front ends include nothing else of rescue/.
 *
 * Every operation takes a session (events, keys, rules) and a target, and gives back a report, also
 * when it fails: the report says what was found, planned, done and verified, and the outcome with
 * its exit status. The engine never prints, reads a terminal, or exits. */
#ifndef UNBRICK_RESCUE_H
#define UNBRICK_RESCUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/arena.h" /* memory for keys, for a front end that hands it to libraries */
#include "core/cleanup.h"
#include "core/err.h"	   /* struct rs_err, RS_E_* and the table of errors */
#include "core/font.h"	   /* letters of Linux' console */
#include "core/language.h" /* lang_new: for people */
#include "core/link.h"	   /* to the first process that started a front end */
#include "core/protector.h"
#include "core/redact.h" /* rs_shown: whatever is shown */
#include "core/secret.h"
#include "core/text.h"
#include "fleet/fleet.h" /* what the reports of many machines say together */
#include "format/words.h"
#include "report/model.h" /* struct rs_run: a run as data */

struct rs_session;
struct rs_report;
struct stat;

/* ---- events: how the engine talks to whoever sits in front of it ---- */

enum rs_log_level { RS_LOG_ERROR, RS_LOG_WARN, RS_LOG_INFO, RS_LOG_DEBUG };

enum rs_question_kind {
	RS_ASK_PLAN,   /* carry out the plan shown? */
	RS_ASK_DOUBT,  /* move this doubtful file, too? */
	RS_ASK_LOSERS, /* undo transactions of the journal that never ended? */
	RS_ASK_RISK,   /* go on though there is a reason not to? Never asked with --yes */
};

struct rs_question {
	enum rs_question_kind kind;
	const char *text;		/* one line, escaped for a terminal */
	const struct rs_report *report; /* so far: its plan can be shown with rs_report_text */
	const struct plan_item *item;	/* RS_ASK_DOUBT: the file that is asked about, else NULL */
};

enum rs_answer {
	RS_ANSWER_NO,
	RS_ANSWER_YES,
	RS_ANSWER_CANCEL,
	RS_ANSWER_NOBODY, /* nobody is there to answer: as no, and the outcome says so */
};

struct rs_found {			 /* one of: */
	const struct run_volume *volume; /* was looked at */
	const struct run_finding *finding;
};

struct rs_events {
	void *user;
	/* As it is found, long before the report is whole; borrowed for the call. */
	void (*found)(void *user, const struct rs_found *f);
	void (*log)(void *user, enum rs_log_level level, const char *line);
	/* A long task goes on; @total 0 if not known; @what NULL: nothing to show, only asked.
	 * Return false to cancel. */
	bool (*progress)(void *user, const char *what, uint64_t done, uint64_t total);
	enum rs_answer (*ask)(void *user, const struct rs_question *q);
};

/** All callbacks may be NULL: then nothing is asked, and every answer is no. @events is copied.
 * Errors: RS_E_MEMORY. */
int rs_session_new(const struct rs_events *events, struct rs_session **ret, struct rs_err *err);
/** Wipes all keys. */
void rs_session_free(struct rs_session *s);

/* ---- keys and rules ---- */

/* A volume that nothing opens so far. */
struct rs_key_request {
	const char *volume;		       /* "/dev/sda3" or "disk.img, volume 3" */
	const struct bl_protector *protectors; /* each would open it */
	unsigned n_protectors;
	const struct rs_err *last; /* why nothing did yet */
	unsigned attempt, most;	   /* 1.. with this source, and how often it is asked */
	/* Of a person only: not a key of the volume is asked for (there are no protectors), but the
	 * passphrase of the key file that may have one: what is answered is it, whatever is
	 * returned. */
	bool is_key_file;
};

/* A server of keys wants to know who asks, and no secret file says it. */
struct rs_account_request {
	const char *server;	   /* its address, as whoever named it has it */
	bool is_login;		   /* a user's name and a password; else a token, or */
	bool may_be_pair;	   /* USER:PASSWORD */
	unsigned attempt, most;	   /* 1.. */
	const struct rs_err *last; /* why what was said before was not taken; code 0: nothing was */
};

/* How an answer is read. */
enum rs_key_form {
	RS_KEY_TYPED,	   /* a recovery password, or else a passphrase */
	RS_KEY_LIST,	   /* startup keys (.BEK) one after another, or none; then text with
			    * recovery passwords and their IDs */
	RS_KEY_PASSPHRASE, /* whatever it looks like */
	RS_KEY_STARTUP,	   /* a .BEK file */
};

/* Where keys come from. Nothing of it is kept but the struct itself, copied. */
struct rs_key_source {
	const char *name; /* for errors; static, or as long as the session */
	void *user;
	enum rs_key_form form;
	bool is_person; /* who is also asked for the passphrase of a key file (is_key_file) */
	/* 1: the key is in @ret (2: and it is a passphrase, 3: and it is a file as for RS_KEY_LIST,
	 * whatever @form says), which is zeroed before and belongs to the engine whatever is
	 * returned (it wipes it); 0: not here (with a code in @err: told already, and why the
	 * volume stays locked if no other source is asked); negative: it could not be asked, why is
	 * in @err. The others are asked then. RS_E_CANCELLED and RS_E_MEMORY end the operation. */
	int (*ask)(const struct rs_key_source *self, const struct rs_key_request *q,
		struct rs_secret *ret, struct rs_err *err);
	/* Of a person, or NULL: who asks a server. 1: it is in @ret_user (of a login alone) and
	 * @ret, both zeroed before, which belong to the engine whatever is returned; 0: nobody says
	 * it, and nobody is asked about that server again; negative as above. */
	int (*account)(const struct rs_key_source *self, const struct rs_account_request *q,
		struct rs_secret *ret_user, struct rs_secret *ret, struct rs_err *err);
};

/** Ask this one, too, after those before it, when nothing opens a volume; a person after all
 * others, whenever those were added. Errors: RS_E_BUG (more than four). */
int rs_keys_add_source(
	struct rs_session *s, const struct rs_key_source *source, struct rs_err *err);
/** Contents are read at once, before anything else, and wiped.
 * Errors: RS_E_IO_OPEN, RS_E_KEY_FILE, RS_E_KEY_FORMAT, RS_E_MEMORY. */
int rs_keys_from_file(
	struct rs_session *s, const char *path, enum rs_key_form form, struct rs_err *err);
/** The same of a descriptor, with the form RS_KEY_LIST. Errors: as above. */
int rs_keys_from_fd(struct rs_session *s, int fd, struct rs_err *err);
/* How servers are asked, by a process of its own (docs/fleet.md). */
struct rs_network {
	const char *ca;	     /* PEM file of the CA for whatever names none; NULL: none */
	const char *secrets; /* what servers want to know, a file; NULL: */
	int secrets_fd;	     /* an open descriptor, -1: nothing */
	const char *program; /* NULL: unbrick-net beside this one */
	const char *root;    /* below it the machine's /sys; NULL: this system's */
};

/** Once, before sources are added. Errors: RS_E_NET_PROGRAM, RS_E_NET_CONFIG, RS_E_IO_OPEN,
 * RS_E_IO_READ, RS_E_KEY_FILE, RS_E_MEMORY. */
int rs_network_use(struct rs_session *s, const struct rs_network *how, struct rs_err *err);
/** Ask the servers that a file names ({"keys": [...]}) for the recovery password of a volume that
 * nothing opens, by its ID; as one source (rs_keys_add_source). Errors: RS_E_NET_CONFIG,
 * RS_E_NET_PROGRAM, RS_E_IO_OPEN, RS_E_IO_READ, RS_E_BUG, RS_E_MEMORY. */
int rs_keys_from_network(struct rs_session *s, const char *config, struct rs_err *err);
/* A file on a stick that names a protector of a volume: its bytes are for a source that answers 3.
 */
struct rs_stick_key {
	char place[384]; /* "/dev/sdb, partition 1: BitLocker Recovery Key 6BC1077E.TXT" */
	struct rs_secret bytes;
};

#define RS_STICK_SYS "/sys"
#define RS_STICK_FD  "/proc/self/fd/%d" /* the device of an open descriptor, to mount it by */

/** Is the disk one that is plugged in (by USB, a removable one, a card), and not built in? @sys as
 * RS_STICK_SYS. */
bool rs_stick_is_one(const char *sys, const char *path);
/** Those of the machine, their paths with a blank between. Errors: RS_E_MEMORY. */
int rs_stick_list(char *ret, size_t cap, struct rs_err *err);
/** Look on the FAT volumes of one (at the top, and in EFI\\unbrick) for a startup key or a saved
 * recovery key of the volume that is asked about; only reads. 1: it is in @ret, 0: none.
 * Errors: RS_E_MEMORY. */
int rs_stick_look(const char *path, const struct rs_key_request *q, struct rs_stick_key *ret,
	struct rs_err *err);
/** Open the device of a volume that was listed. Errors: RS_E_IO_OPEN, RS_E_OUTPUT (it is another
 * disk or another file system now). */
int rs_stick_open(const char *device, const struct run_disk *d, const struct run_volume *v,
	int *ret_fd, struct rs_err *err);
/** Wiped. */
void rs_stick_key_done(struct rs_stick_key *k);
/** Encrypt a key file with a passphrase; *ret is a text that rs_keys_from_file takes, too (free
 * it). Errors: RS_E_IO_OPEN, RS_E_KEY_FILE (no key in it), RS_E_KEY_NEW_PHRASE (of the passphrase:
 * too short), RS_E_MEMORY. */
int rs_keys_seal(
	const char *path, const struct rs_secret *passphrase, char **ret, struct rs_err *err);
/** Use the rules of a folder (NULL: the shipped ones, the default). Errors: RS_E_RULE. */
int rs_rules_from(struct rs_session *s, const char *dir, struct rs_err *err);

/** A person believes that this file, too, does the harm ("\\Windows\\...", copied; NULL: none any
 * more), the one with that reference and no other that the path may lead to (0: whichever it is).
 * A scan or fix that finds it on a volume with a Windows tells of it as doubtful: it is asked
 * about, never moved by say_yes, and what Windows needs to start is never moved. One that is on
 * none of them ends the run with RS_E_NO_SUCH_FILE. Errors: RS_E_MEMORY. */
int rs_name_file(struct rs_session *s, const char *path, uint64_t ref, struct rs_err *err);

/** Look for this rule of the session's, too, which only says what to do when somebody asks for it
 * (docs/rules.md, "when"). Errors: RS_E_USAGE (there is none, or it is always looked for),
 * RS_E_RULE, RS_E_MEMORY. */
int rs_ask_rule(struct rs_session *s, const char *id, struct rs_err *err);

/** A service that RS_DISABLE is about, by its key's name or its driver's file (copied; NULL: none
 * any more). Errors: RS_E_MEMORY. */
int rs_name_service(struct rs_session *s, const char *name, struct rs_err *err);

/** Save plans of a replay in @folder (copied) where no rs_options names a place; without both
 * none is saved, and no journal replayed. @is_private: it is this user's alone, made where it is
 * not there, and refused where another user could have made it or write to it. Errors: RS_E_MEMORY.
 */
int rs_plans_in(struct rs_session *s, const char *folder, bool is_private, struct rs_err *err);

/* ---- operations; each returns the outcome's code (0 or RS_E_*) and a report to be freed ---- */

struct rs_target {
	const char *const *disks; /* paths; NULL or none = every disk of the machine */
	size_t n_disks;
	const char *volume;  /* NULL, a number as `list` counts, or a partition UUID */
	const char *windows; /* NULL, or of scan, diagnose and fix: the folder of the one Windows
			      * that is meant, as `list` tells it ("\\WINNT"); others are left */
	const char *const *beside; /* other disks of the machine, only looked at: does a Windows
				    * sleep there? Real disks are found without it */
	size_t n_beside;
	uint64_t since; /* FILETIME, or 0: of scan and diagnose, what changed in the folders of
			 * drivers, vendors and the start from then on is listed */
};

enum rs_command {
	/* What is there; asks for no key. Errors: RS_E_KEY_REJECTED (of a key given), the first
	 * disk or volume that is damaged or cannot be read, RS_E_NO_SUCH_VOLUME, RS_E_CANCELLED,
	 * RS_E_MEMORY. */
	RS_LIST,
	/* Judge every Windows, or the one that is meant, and plan; ends as RS_FIX would. Errors:
	 * RS_E_KEY_* (a volume stays locked), RS_E_NO_WINDOWS and what says where it may be,
	 * RS_E_NO_SUCH_WINDOWS (none in the folder that is meant), RS_E_AMBIGUOUS (one on each of
	 * several volumes), RS_E_RULE, whatever refuses a fix, and as above. */
	RS_SCAN,
	/* Move what is bad, after a question. Errors: as RS_SCAN; RS_E_BUSY, RS_E_READ_ONLY,
	 * RS_E_PLAN_FILE, RS_E_IO_WRITE, RS_E_CUT_SHORT, RS_E_VERIFY, RS_E_NOT_KEPT. Refused (exit
	 * status 7): nothing was written. */
	RS_FIX,
	/* Put a quarantine's files back. Errors: RS_E_NO_SUCH_QUARANTINE, RS_E_AMBIGUOUS (names
	 * them), RS_E_UNDO, RS_E_UNPROVEN, RS_E_MANIFEST*, and those of writing above. */
	RS_UNDO,
	/* A journal alone. Errors: RS_E_LOG_* (why not), RS_E_REPLAY_PLAN, RS_E_REPLAY_CHANGED,
	 * RS_E_NO_SUCH_VOLUME (a plan of another one), and those of writing above. */
	RS_REPLAY,
	/* As RS_SCAN: the same is looked at, and the same planned. */
	RS_DIAGNOSE,
	/* Drop the image that a Windows would resume from, or take that back (RS_REPLAY_REVERT): a
	 * person is asked, whatever say_yes is. Errors: as RS_REPLAY; RS_E_HIBERNATED (nobody was
	 * there to answer), RS_E_NTFS_DAMAGED (the file is not as Windows makes it). */
	RS_HIBERNATION,
	/* Keep the services that rs_name_service named from starting, in the one Windows that is
	 * meant; or all boot- and system-start drivers that a start does not need. Errors: as
	 * RS_FIX; RS_E_GUARD (one must stay), RS_E_USAGE (no such service), RS_E_AMBIGUOUS (several
	 * Windows), RS_E_HIVE_EDIT. */
	RS_DISABLE,
	RS_SAFE,
	/* Take a setting (rs_options.clear) out of the registry of the one Windows that is meant.
	 * Errors: as RS_DISABLE. */
	RS_CLEAR,
	/* How a Windows starts: in Safe Mode, or as usual. It needs no key: what is written lies on
	 * the EFI system partition, in the open. Errors: RS_E_BOOT_ENTRY (no entry starts it),
	 * RS_E_AMBIGUOUS, RS_E_UNSUPPORTED (it starts by BIOS), RS_E_HIVE, RS_E_HIVE_EDIT,
	 * RS_E_FAT_UNSOUND, RS_E_FAT_FULL, and those of writing above. */
	RS_SAFEMODE,
};

/* X(name, its word on a command line) */
#define RS_CLEARS(X)                                                                               \
	X(RS_CLEAR_VERIFIER, "verifier") /* Driver Verifier's */                                   \
	X(RS_CLEAR_UPDATE, "update")	 /* the lock of an update that is half applied */
enum rs_clear { RS_CLEARS(JUST_NAME) };

#define X(name, word, looseness) RS_REPLAY_##name,
enum rs_replay_policy { REPLAY_POLICIES(X) }; /* what each means: format/words.h */
#undef X

enum rs_replay_how {
	RS_REPLAY_NEW,	  /* what the journals hold now */
	RS_REPLAY_RESUME, /* finish one that was cut off, from its saved plan */
	RS_REPLAY_REVERT, /* put the bytes before back */
};

enum rs_safemode {
	RS_SAFEMODE_OFF,   /* whoever set it */
	RS_SAFEMODE_CLEAR, /* what Unbrick set, and nothing else; asks nobody */
	RS_SAFEMODE_ON,
	RS_SAFEMODE_NETWORK,
	RS_SAFEMODE_DIRECTORY, /* Directory Services Restore Mode: a person is asked, --yes is none
				*/
};

struct rs_options {
	bool say_yes;	      /* answers the plan's question, never a doubtful one */
	bool diagnosis_alone; /* with say_yes: if there is exactly one file that a verdict may have
			       * moved without a person (docs/diagnosis.md), it is, and nobody is
			       * asked about it */
	bool may_disable; /* with say_yes, of RS_FIX: services that a rule is sure of are disabled,
			   * too, and not only files moved */
	bool with_files;  /* of RS_DISABLE: the files of the drivers that are named go, too, once
			   * they are disabled */
	enum rs_clear clear; /* of RS_CLEAR */
	enum rs_replay_policy policy;
	const char *plan_file;	   /* a new file, saved before the first write, or a folder for
				    * it; NULL: the folder of rs_plans_in. Resume and revert: the
				    * saved plan, or of those in the folder the newest one that
				    * is of a volume of the target */
	enum rs_replay_how how;	   /* of RS_REPLAY */
	enum rs_safemode safemode; /* of RS_SAFEMODE */
	const char *id; /* of RS_UNDO: the quarantine's folder name; NULL = the only one */
	/* Of RS_FIX, what a policy sets (rs_policy_use): */
	unsigned max_files; /* if more would be moved, none is; 0: any number. Of RS_SCAN, too */
	bool is_drill;	    /* end before the first write, as RS_SCAN ends */
	/* NULL, or the last word before the first write: 0, or why not. */
	int (*may_write)(void *user, struct rs_err *err);
	void *may_write_user;
	const struct run_policy *told; /* in the report, also as may_write leaves it; NULL: none */
};

/* ---- a site's policy: what is done without a person (docs/policy.md) ---- */

struct rs_policy_source {
	const char *file; /* its signature is beside it, FILE.minisig */
	const char *url;  /* where it is fetched anew, with its signature; NULL: @file is read */
	const char *keys; /* a file of public keys of minisign */
	unsigned floor;	  /* the least version */
	bool is_clock_unknown;
	bool is_to_write; /* one that is withdrawn is refused at once, before a disk is opened */
	const char *root; /* below it the machine's /sys; "": this system's */
	const char *
		ca; /* a file with the CA (PEM) that vouches for @url's server; NULL: nobody does */
};

struct rs_policy;

/** Read, verify, and see whether it is for this machine. What @from points to must stay as long.
 * *ret is to be freed also after an error, but RS_E_MEMORY: rs_policy_told tells what went wrong.
 * Errors: RS_E_POLICY_*, RS_E_IO_OPEN, RS_E_IO_READ, RS_E_MEMORY. */
int rs_policy_open(const struct rs_policy_source *from, struct rs_policy **ret, struct rs_err *err);
/** For reports; borrowed, and changed by what happens. */
const struct run_policy *rs_policy_told(const struct rs_policy *p);
/** Its rules become the session's, its limits the options': nobody is asked, and may_write reads it
 * anew. Errors: RS_E_RULE, RS_E_MEMORY. */
int rs_policy_use(
	struct rs_policy *p, struct rs_session *s, struct rs_options *o, struct rs_err *err);
void rs_policy_free(struct rs_policy *p);

/* For who makes policies. */
struct rs_policy_sign {
	const char *file;	/* its signature is made beside it */
	const char *secret_key; /* minisign's */
	const char *keys; /* a file of public keys, one of which it is to be; NULL: the key's own */
	/* A policy that is changed must be signed by one of the keys before; its version is one
	 * more then, and it is issued now. Both NULL: it is signed as it is. */
	const char *rule;    /* a rule's file that is put into it */
	const char *expires; /* RFC 3339, UTC */
	/* The passphrase, where one is needed; NULL: nobody can be asked. */
	int (*passphrase)(void *user, struct rs_secret *ret, struct rs_err *err);
	void *user;
};

/** Errors: RS_E_POLICY_SECRET, RS_E_POLICY_*, RS_E_RULE, RS_E_USAGE (the rule is in it),
 * RS_E_IO_OPEN, RS_E_IO_READ, RS_E_OUTPUT, RS_E_MEMORY. */
int rs_policy_sign(struct rs_session *s, const struct rs_policy_sign *o, struct rs_report **ret);
/** Would a machine take it now? Errors: RS_E_POLICY_*, RS_E_IO_OPEN, RS_E_IO_READ, RS_E_MEMORY. */
int rs_policy_verify(struct rs_session *s, const char *file, const char *keys, unsigned least,
	struct rs_report **ret);
/** What is in it, whoever signed it. Errors: RS_E_POLICY_INVALID, RS_E_IO_OPEN, RS_E_MEMORY. */
int rs_policy_show(struct rs_session *s, const char *file, struct rs_report **ret);

/** One command from its first step to its last. @o NULL: as zeroed. */
int rs_repair_all(struct rs_session *s, enum rs_command command, const struct rs_target *t,
	const struct rs_options *o, struct rs_report **ret);

/** Errors: RS_E_RULE, RS_E_MEMORY; rs_rules_show: RS_E_USAGE (no such rule); rs_rules_check: the
 * first fault, RS_E_IO_OPEN. */
int rs_rules_list(struct rs_session *s, struct rs_report **ret);
/** The rule's INI text is in the report ("rule.text"). */
int rs_rules_show(struct rs_session *s, const char *id, struct rs_report **ret);
/** Check INI files or folders of them. */
int rs_rules_check(
	struct rs_session *s, const char *const *paths, size_t n, struct rs_report **ret);

/** Write the rule that a report (the file @from) teaches: of a fix that moved a file, or of a scan
 * or diagnosis that proposes it; @path of its files the one that is meant, or NULL. The rule is in
 * the report ("rule"), and in @output, a new file, unless that is NULL. Errors: RS_E_USAGE,
 * RS_E_IO_OPEN, RS_E_IO_READ, RS_E_OUTPUT_EXISTS, RS_E_OUTPUT, RS_E_MEMORY. */
int rs_rules_write(struct rs_session *s, const char *from, const char *path, const char *output,
	struct rs_report **ret);

/** What the firmware trusts, and which doors of the stick start with that. @variables: a folder as
 * efivarfs has it or the file of an OVMF's variables, NULL: this system's. @certificate, PEM or
 * DER: the one that the application is signed with, NULL: not known. Errors: RS_E_NO_FIRMWARE,
 * RS_E_FIRMWARE, RS_E_IO_OPEN, RS_E_IO_READ, RS_E_MEMORY. */
int rs_check_firmware(struct rs_session *s, const char *variables, const char *certificate,
	struct rs_report **ret);

/* ---- the same in steps, with a person's thinking time between two of them ---- */

struct rs_repair; /* the machine stays open from the first step to the last */

enum rs_step {
	RS_STEP_LOOK,	 /* every volume, opened as far as it goes; keys are asked for */
	RS_STEP_JUDGE,	 /* findings */
	RS_STEP_PLAN,	 /* what shall happen to which file, and whether anything forbids it */
	RS_STEP_CONSENT, /* the questions */
	RS_STEP_ACT, /* whatever could refuse once more; then volume after volume is written, each
		      * once the one before it is verified */
	RS_STEP_VERIFY, /* what was written last, from its disk; then the report is kept there */
	RS_STEPS
};

/** Open the target's disks; a second Unbrick is kept from them until rs_repair_close. What @t and
 * @o point to must stay as long. *ret NULL: no memory; else it is to be closed, also after an
 * error, and rs_repair_close gives the report. Scan has no step after its plan, list none after
 * its look, undo and replay none that judges. Errors: RS_E_BUSY, RS_E_NO_SUCH_VOLUME, RS_E_MEMORY.
 */
int rs_repair_open(struct rs_session *s, enum rs_command command, const struct rs_target *t,
	const struct rs_options *o, struct rs_repair **ret);
/** Every step up to @step that was not made yet. After an error no other is: it is returned again.
 * Errors: the outcome's code. */
int rs_repair_to(struct rs_repair *u, enum rs_step step);
/** What is known so far; borrowed until the next step. As long as anything written is not read
 * back it has no verification, and before its last step no outcome. */
const struct rs_report *rs_repair_report(const struct rs_repair *u);
/** The end, and the report, to be freed. Closed before its act it was cancelled; nobody leaves out
 * the verification of what was written: it is made here. Returns the outcome's code. */
int rs_repair_close(struct rs_repair *u, struct rs_report **ret);

/* ---- one opened volume: ls, cat, export, mount ---- */

struct rs_tree;

/** Open exactly one volume of the target (unlocking it if need be), for reading. A volume whose
 * file system libntfs-3g refuses still opens for ls -r (rs_tree_walk) and export; then
 * its facts say why. *ret_report may be given NULL. Errors: RS_E_AMBIGUOUS, RS_E_KEY_*,
 * RS_E_NOT_NTFS (only when asked for files), ... */
int rs_tree_open(struct rs_session *s, const struct rs_target *t, struct rs_tree **ret,
	struct rs_report **ret_report);
/** NULL is fine. */
void rs_tree_close(struct rs_tree *t);

struct rs_tree_facts {
	const char *name;  /* "disk.img, volume 3" */
	const char *fault; /* "" or the reason why only part of it can be read */
	uint64_t bytes;	   /* of the opened volume (decrypted), as they lie on the disk */
	bool is_replayed;  /* the files are those after a replay of the journal, while the disk's
			    * bytes are those before */
};

/** Borrowed until it is closed. */
const struct rs_tree_facts *rs_tree_facts(const struct rs_tree *t);

struct rs_node {
	const char *name; /* UTF-8 (WTF-8 for names that are no UTF-16), not escaped */
	const char *path;
	uint64_t ref;
	bool is_dir, is_reparse, is_orphan;
	bool is_unlogged; /* reads as zeros: a replay of the journal cannot know its contents */
	uint32_t attributes;
	uint64_t size_bytes, allocated_bytes;
	uint64_t created, modified, changed, accessed; /* FILETIME */
	uint16_t links;
};

typedef bool (*rs_node_fn)(void *user, const struct rs_node *n);

/* Of all that read: RS_E_NO_SUCH_FILE, RS_E_NTFS_DAMAGED, RS_E_IO_READ, RS_E_UNSUPPORTED
 * (compressed by Windows, encrypted), RS_E_CANCELLED, RS_E_MEMORY. */

/** Names of a folder (or the file itself). */
int rs_tree_list(
	struct rs_tree *t, const char *path, rs_node_fn fn, void *user, struct rs_err *err);
/** The same of the folder of this reference, with its sequence number (0: the root): names that
 * differ by case only, or have a backslash in them, lead nowhere else. The paths are as in the
 * root. */
int rs_tree_list_ref(
	struct rs_tree *t, uint64_t ref, rs_node_fn fn, void *user, struct rs_err *err);
/** Everything below a folder ("" = the volume), from the MFT. Faults come as log events and are
 * counted in *ret_faults. */
int rs_tree_walk(struct rs_tree *t, const char *path, rs_node_fn fn, void *user,
	uint64_t *ret_faults, struct rs_err *err);
/** Pointers of *ret are valid until the next call. */
int rs_tree_stat(struct rs_tree *t, const char *path, struct rs_node *ret, struct rs_err *err);
/** Bytes of a file's data; *ret_len 0 at the end. */
int rs_tree_read(struct rs_tree *t, uint64_t ref, uint64_t off_bytes, void *buf, size_t len,
	size_t *ret_len, struct rs_err *err);

/** Does a file (or device) lie on its disk, itself or through what its device is made of? */
bool rs_tree_is_under(const struct rs_tree *t, const struct stat *file);
int rs_tree_read_raw(
	struct rs_tree *t, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err);

/* ---- reports ---- */

/** JSON (docs/report.md), one object with a trailing newline; borrowed until the next call or
 * until the report is freed. NULL when there is no memory for it. */
const char *rs_report_json(struct rs_report *r);
/** The same to @f, all of it or nothing; after entries the rest, to where they went. Errors:
 * RS_E_MEMORY; what @f lost is for its owner. */
int rs_report_print(struct rs_report *r, FILE *f);
/** The disks part of it, of the disk number @i (of its run) alone; @manner NULL: as for a command
 * line. */
void rs_report_disk(const struct rs_report *r, size_t i, const struct rs_manner *manner,
	void (*put)(void *user, const char *line), void *user);
/** For people: lines through @put, escaped for a terminal, no colours. */
void rs_report_text(
	const struct rs_report *r, void (*put)(void *user, const char *line), void *user);
/** The same of a part of it (report/model.h). */
void rs_report_part(const struct rs_report *r, enum rs_part part, const struct rs_manner *manner,
	void (*put)(void *user, const char *line), void *user);
/** What it says, as data (report/model.h); borrowed until the report is freed. Of a report so far
 * only until the question is answered. */
const struct rs_run *rs_report_run(const struct rs_report *r);
/** The timeline of a diagnosis as a picture (SVG) that needs nothing from elsewhere, in the
 * language of who reads it. @nth from 0: of several Windows the one with the worst trouble first.
 * False: there are not so many that have one (@f NULL: only that); what @f lost is for its owner.
 */
bool rs_report_svg(const struct rs_report *r, size_t nth, FILE *f);
void rs_report_free(struct rs_report *r);

/* ---- reports that the front end ends ---- */

/** Go on with *r, the report of opening (rs_tree_open), as that of @command (static, NULL: none was
 * understood); or make one (*r NULL). Errors: RS_E_MEMORY. */
int rs_report_own(const char *command, uint64_t started_filetime, struct rs_report **r);
void rs_report_policy(struct rs_report *r, const struct run_policy *told, bool is_drill);
void rs_report_help(struct rs_report *r, const char *text);
void rs_report_export(struct rs_report *r, const struct run_export *x);
/** One more of "entries", written to @f at once, after all that comes before them. @sha256 may be
 * NULL. */
void rs_report_entry(struct rs_report *r, FILE *f, const struct rs_node *n, const char *sha256);
/** The outcome: @text, or the error. */
void rs_report_end(struct rs_report *r, const char *text, const struct rs_err *err);
/** Attributes as letters, "DRHSAL"; @none stands for those that are not set, 0 leaves them out. */
void rs_attribute_letters(const struct rs_node *n, char none, char ret[8]);

const char *rs_version(void);

#endif

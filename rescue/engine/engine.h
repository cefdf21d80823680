/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine's inside: sessions, the machine's disks and volumes as they are opened step by step.
 * This is where the rooms are put together; it decides nothing about files (judge/ and plan/ do).
 */
#ifndef UNBRICK_ENGINE_ENGINE_H
#define UNBRICK_ENGINE_ENGINE_H

#include "act/quarantine.h"
#include "act/replay.h"
#include "bitlocker/bitlocker.h"
#include "block/disk.h"
#include "block/overlay.h"
#include "block/set.h"
#include "judge/rule.h"
#include "net/config.h"
#include "ntfswrite/vol.h"
#include "report/report.h"
#include "rescue.h"
#include "windows/windows.h"

#define EN_SOURCES_MAX 4U

struct en_network;
struct json_object;

struct rs_session {
	struct rs_events events;
	struct rs_task task; /* hands progress on to events */
	struct bl_keyring *keys;
	bool has_keys; /* somebody gave some before the operation began */
	struct rs_key_source sources[EN_SOURCES_MAX]; /* asked in this order */
	size_t n_sources;
	struct rs_secret sealed; /* a key file that a passphrase opens; none any more once it is */
	bool is_sealed_left;	 /* nobody could open it, and it is not asked for again */
	struct rule_set rules;
	bool has_rules;		   /* loaded (the shipped ones at first use) */
	struct judge_named *named; /* of rs_name_file */
	size_t n_named;
	char **services; /* of rs_name_service */
	size_t n_services;
	char *plan_folder; /* of rs_plans_in; NULL: none is known */
	bool is_plan_private;
	struct en_network *network;		     /* NULL: none was named */
	void (*network_free)(struct en_network *n);  /* wipes it; with it */
	void (*network_again)(struct en_network *n); /* a repair begins */
};

struct en_disk {
	char *path;
	const struct blk_kind *kind; /* NULL: nothing is there that can be opened */
	struct blk_lock *lock;
	struct blk *blk;
	struct disk_map *map;
	struct disk_member member; /* what the disk as a whole is a part of */
	struct blk *written;	   /* by this run, in an overlay; NULL: nothing yet */
	uint64_t n_writes;	   /* of this run, once the stack that issued them is closed */
	struct rs_err err;	   /* could not be opened or its table read */
};

/* What a volume is seen through, each over the one before it; a stack need not have all. */
enum en_layer {
	EN_DISK,     /* the disk, opened for this stack alone; none: en_disk.blk */
	EN_WRITES,   /* remembers what is written (en_disk.written) */
	EN_PART,     /* the partition */
	EN_CLEAR,    /* BitLocker, opened */
	EN_MEMORY,   /* takes what is written, and nothing goes further down */
	EN_REPLAYED, /* the journal applied, in memory */
	EN_READER,   /* our own reader of NTFS: en_stack.raw */
	EN_FILES,    /* libntfs-3g: en_stack.nt */
};

struct en_stack {
	struct en_disk *disk;		  /* counts the writes */
	struct blk *blk[EN_REPLAYED + 1]; /* by enum en_layer; NULL: it has none */
	struct nt_raw *raw;
	struct nt_vol *nt;
};

/* The journal of a volume that Windows did not dismount, and what is done about it. */
struct en_journal {
	struct nt_state on_disk;  /* the state as it lies on the disk */
	struct nt_replay *replay; /* what the journal holds; NULL: not open, or not read */
	struct rs_err refusal;	  /* why it cannot be applied; then the disk's own state is shown */
	uint64_t since_filetime;  /* time of the oldest change that waits, 0 if not known */
	bool is_planned;	  /* to be written by this run */
	struct replay saved;	  /* its plan is not NULL: that is written, not the journal's own */
	bool is_unsaved;	  /* ... and was made by this run: it is kept in plan_file first */
	bool is_back;		  /* ... and backwards */
	char *plan_file;	  /* where the plan is or will be saved; NULL: not known */
	bool is_plan_private;	  /* see struct replay_place */
	enum run_replay_result result;
	struct rs_err err; /* when refused or failed */
};

/* No Windows on it that could be looked at: what it is instead. */
struct en_passed {
	char is[256];	  /* "" if there is a Windows, or an error says more */
	const char *next; /* NULL: nothing to do, or the code's own next step */
	int code;	  /* RS_E_* if the Windows may be in it; 0 if it cannot */
};

/* One volume and how far it could be opened. Its stack is for reading; an act opens another. */
struct en_volume {
	unsigned number; /* 1.. over all disks */
	char name[192];	 /* "disk.img, partition 3" */
	struct en_disk *disk;
	const struct disk_part *part;
	struct disk_member member; /* what this volume by itself is a part of */
	bool is_looked_at;
	struct en_stack stack;
	struct bl_volume *bl; /* BitLocker metadata, or NULL */
	struct bl_unlock_result unlock;
	enum run_inside inside; /* the opened BitLocker volume */
	/* Valid with stack.raw: of what is shown, the journal applied if it can be. */
	struct nt_state state;
	struct en_journal journal;
	bool is_windows;
	struct win_info win;	  /* valid with is_windows: the chosen one, or the first of ... */
	struct win_info *windows; /* ... all that are on the volume; remains among them */
	size_t n_windows;
	const struct win_info *chosen; /* the one of them that alone is meant; NULL: all */
	struct quarantine *quarantines;
	size_t n_quarantines;
	struct rs_err err; /* where it stopped, and why */
	/* Reasons to refuse that a person may answer for (guards.h); code 0: none. */
	struct rs_err rename_risk, sleep_risk;
	struct en_passed passed; /* after en_passed_look */
};

struct en_machine {
	struct en_disk *disks;
	size_t n_disks;
	struct en_volume *volumes;
	size_t n_volumes;
};

/* ---- session.c ---- */
void en_log(const struct rs_session *s, enum rs_log_level level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int en_rules(struct rs_session *s, struct rs_err *err);

/* ---- teach.c ---- */

/** The whole text, onto the disk. Errors: RS_E_OUTPUT. */
int en_write_text(int fd, const char *path, const char *text, struct rs_err *err);

/* ---- policy.c ---- */

/** Its rules, with those of the program where it says so; *ret is to be ended also after an error.
 * Errors: RS_E_RULE, RS_E_MEMORY. */
int en_policy_rules(const struct policy *p, struct rule_set *ret, struct rs_err *err);

/* ---- keys.c ---- */

/** Open v->bl with what is in the keyring, and if @may_ask with what the sources give.
 * Errors: those of bl_unlock; RS_E_KEY_FILE, RS_E_KEY_FORMAT. */
int en_unlock(struct rs_session *s, struct en_volume *v, bool may_ask, struct rs_err *err);
/** The whole of a descriptor into locked memory, 64 MiB at most. 1: done.
 * Errors: RS_E_IO_OPEN, RS_E_KEY_FILE, RS_E_MEMORY. */
int en_read_secret(int fd, struct rs_secret *ret, struct rs_err *err);

/* ---- network.c ---- */

/** Sources of keys out of a policy or a configuration, an array of objects (net/config.h); together
 * they are one source of the session. Errors: RS_E_NET_CONFIG, RS_E_NET_PROGRAM, RS_E_BUG (more
 * sources than four), RS_E_MEMORY. */
int en_keys_from_list(struct rs_session *s, struct json_object *list, struct rs_err *err);

/* ---- account.c ---- */

/** May a person be asked who asks a server? */
bool en_account_may_ask(const struct rs_session *s);
/** Ask that of whoever can be (rs_key_source.account); @q has the attempt and what came of the one
 * before. 1: the lines that a secret file would have are in @ret; 0: nobody says it. Errors:
 * RS_E_NET_CONFIG (what was typed can be none), RS_E_CANCELLED, RS_E_MEMORY. */
int en_account_ask(struct rs_session *s, const struct net_key_source *source,
	struct rs_account_request *q, struct rs_secret *ret, struct rs_err *err);
/** Those lines of what was typed (@user of a login alone). Errors: RS_E_NET_CONFIG, RS_E_MEMORY. */
int en_account_lines(enum net_key_type type, const struct rs_secret *user,
	const struct rs_secret *typed, struct rs_secret *ret, struct rs_err *err);

/* ---- machine.c ---- */

/* How disks are held against a second Unbrick. */
enum en_hold {
	EN_HOLD_NOT, /* other disks, to be looked at only */
	EN_HOLD_SHARED,
	EN_HOLD_ALONE, /* for writing */
};

/** Open the target's disks for reading and read their tables. A disk that cannot be opened is kept
 * with its error. Errors: RS_E_MEMORY, RS_E_BUSY, RS_E_NO_SUCH_VOLUME (t->volume names none). */
int en_machine_open(
	const struct rs_target *t, enum en_hold hold, struct en_machine **ret, struct rs_err *err);
void en_machine_close(struct en_machine *m);
RS_DEFINE_AUTO(struct en_machine *, en_machine_close);
#define auto_machine __attribute__((cleanup(en_machine_close_auto)))

/** Does the target's selector mean this volume? */
bool en_is_selected(const struct rs_target *t, const struct en_volume *v);
/** First error of a disk, if there is one. */
const struct rs_err *en_disk_error(const struct en_machine *m);

/* ---- volume.c ---- */

/** Open as far as it goes: BitLocker, NTFS, Windows, quarantines. What goes wrong stands in v->err.
 * @may_ask: ask for a key when those of the session do not open it. */
void en_volume_look(struct rs_session *s, struct en_volume *v, bool may_ask);
/** The state of its NTFS alone (stack.raw, v->state), without asking for keys: may it be asleep?
 * Not for a volume that is worked on. What goes wrong stands in v->err. */
void en_volume_peek(struct rs_session *s, struct en_volume *v);
/** Close what lies above @to. With EN_DISK all that was found is forgotten, too, and the volume can
 * be looked at again; else it stays known. */
void en_volume_close_to(struct en_volume *v, enum en_layer to);
/** What is below NTFS: the opened BitLocker volume, or the partition. */
struct blk *en_volume_blk(const struct en_volume *v);
/** A BitLocker volume that no key opened yet? */
static inline bool en_is_locked(const struct en_volume *v)
{
	return v->bl && !v->stack.blk[EN_CLEAR];
}
/** Can this one be judged: a whole Windows, or the only one there is? */
static inline bool en_is_judged(const struct en_volume *v, size_t i)
{
	return i == 0 || win_is_whole(&v->windows[i]);
}
/** ... and is it meant? What holds for the volume as a whole is asked of the others, too. */
static inline bool en_is_meant(const struct en_volume *v, size_t i)
{
	return en_is_judged(v, i) && (!v->chosen || v->chosen == &v->windows[i]);
}
/** Guards about the volume as a whole; with a saved plan whatever the state of its journal is, as
 * that puts it right. */
int en_volume_guard(const struct en_volume *v, struct rs_err *err);
/** Did nothing else write to it since it was looked at? Journal, flags and hibernation, read again
 * from the disk. Errors: RS_E_CHANGED, RS_E_CANCELLED, those of nt_raw_open and nt_state_read. */
int en_volume_unchanged(const struct en_volume *v, struct rs_err *err);
/** Is a volume, or its disk, one part of a set, or may another machine hold the disk? The first one
 * that is. Errors: RS_E_PART_OF_SET, RS_E_HELD. */
int en_members_guard(const struct en_machine *m, struct rs_err *err);

/* ---- lost.c ---- */

/** Is @v, that nothing else is known of, a BitLocker volume whose first sector is lost? 0: yes,
 * *err says where it was found, and v->bl describes it if its metadata can be read. Errors:
 * RS_E_UNSUPPORTED (no), RS_E_CANCELLED, RS_E_IO_READ, RS_E_MEMORY. */
int en_bitlocker_lost(struct rs_session *s, struct en_volume *v, struct rs_err *err);
/** Does the partition end before what is in it, though the disk has all of it? Then RS_E_TABLE. */
int en_check_length(const struct en_volume *v, struct rs_err *err);

/* ---- passed.c, inner.c, esp.c: where no Windows is ---- */

/** What is each volume without a Windows that was looked at? */
void en_passed_look(struct en_machine *m);
/** No Windows on any volume: the one that may hold it, or all that there is.
 * Errors: RS_E_VIRTUAL_DISK, RS_E_ENCRYPTED, RS_E_NOT_OPENED, RS_E_NO_WINDOWS. */
int en_passed_verdict(const struct en_machine *m, struct rs_err *err);
/** Is a file of @nt a virtual disk that holds only the changes to another one? */
bool en_inner_has_parent(struct nt_vol *nt, uint64_t ref);
/** What other encryption left in the open, in words; "" if nothing. */
void en_esp_traces(const struct en_machine *m, char *ret, size_t cap);
/** The log of the boot manager on an EFI partition of the disk (BOOTSTAT.DAT, at most 128 KiB), for
 * free(); NULL: there is none that can be read. Errors: RS_E_MEMORY, RS_E_CANCELLED. */
int en_esp_bootstat(const struct en_machine *m, const struct en_disk *d, uint8_t **ret,
	size_t *ret_len, struct rs_err *err);

/* ---- meant.c: one Windows of several ---- */

/** Is there a Windows on it that the target means? Where that names one, it is v->chosen then. */
bool en_is_windows_meant(const struct rs_target *t, struct en_volume *v);
/** The target names one: is it on exactly one volume? Errors: RS_E_NO_SUCH_WINDOWS (also where no
 * Windows is at all), RS_E_AMBIGUOUS. */
int en_windows_verdict(const struct rs_target *t, const struct en_machine *m, struct rs_err *err);
/** "not chosen: \Windows on volume 1", appended (rs_note) where the target names another one. */
void en_windows_left(const struct rs_target *t, const struct en_machine *m, char *ret, size_t cap);

/** Are several on it that can be judged? */
bool en_has_several(const struct en_volume *v);

/* ---- journal.c ---- */

/** An open journal: plan its replay and, if it can be trusted, lay it over the volume (stack.raw
 * and v->state are then those of the result). A refusal is no failure. Errors: RS_E_CANCELLED,
 * RS_E_MEMORY. */
int en_journal_look(struct rs_session *s, struct en_volume *v, struct rs_err *err);
/** Tell the listener that what is shown is not what lies on the disk, or that it is. */
void en_journal_tell(struct rs_session *s, const struct en_volume *v);
/** Have changes to be applied, or at least restart pages? */
static inline bool en_journal_is_open(const struct en_volume *v)
{
	return v->stack.blk[EN_REPLAYED] != NULL;
}
/** What a replay writes. */
static inline const struct nt_replay *en_replay_of(const struct en_volume *v)
{
	return v->journal.saved.plan ? v->journal.saved.plan : v->journal.replay;
}

/* ---- outcome.c: what was changed is said from what was written ---- */

/* How far a run came: "2 of 3 files put back". */
struct en_score {
	size_t done, total;
	const char *one, *many; /* "file put back", "files put back" */
};

/** Was any write issued to a disk? @m may be NULL. */
bool en_is_written(const struct en_machine *m);
/** @err came after something was written. Then it is no refusal, no wrong name and no fault of the
 * disk: what was seen may be what the disk lost, or what our own half left. Such a one becomes
 * @code (RS_E_CUT_SHORT, RS_E_VERIFY), with what it was as the cause. */
void en_err_written(struct rs_err *err, int code);

/** End a run. @m may be NULL: then nothing was opened. When nothing was written @text is followed
 * by
 * ", nothing was changed". */
void en_finish_done(struct rs_report *report, const struct en_machine *m, int exit_status,
	enum run_result result, const char *text);
/** The same of one that failed: "nothing was changed" or how far it came, in the outcome's text and
 * at the end of the error's. */
void en_finish_failed(struct rs_report *report, const struct en_machine *m,
	const struct en_score *score, const struct rs_err *err);

/* ---- tell.c: what is known, into the report ---- */

/** All disks and volumes, as far as they were looked at. */
void en_machine_report(const struct en_machine *m, struct rs_report *r);
/** The quarantine that @p filled or emptied. */
void en_kept_report(const struct en_volume *v, const struct plan *p, struct rs_report *r);
/** What is said of @v; each finding is an event. */
void en_judged_report(struct rs_session *s, const struct en_volume *v, const struct judge_result *j,
	struct rs_report *r);
/** The event that a volume was looked at. */
void en_found_volume(struct rs_session *s, const struct en_volume *v);

/* ---- stack.c ---- */

/** Open @v's partition on the stack's disk, unless it is open. Errors: RS_E_TRUNCATED, RS_E_MEMORY.
 */
int en_stack_part(struct en_stack *s, const struct en_volume *v, struct rs_err *err);
/** The partition and, with @v->bl (unlocked), BitLocker over it. Errors: also RS_E_CONVERSION. */
int en_stack_bytes(struct en_stack *s, const struct en_volume *v, struct rs_err *err);
/** What is on top of its sources. */
struct blk *en_stack_top(const struct en_stack *s);
/** libntfs-3g over the top. Errors: those of nt_vol_open. */
int en_stack_files(struct en_stack *s, bool is_writable, struct rs_err *err);
/** The volume's bytes, the disk opened again for writing; what is written is remembered.
 * Errors: those of blk_file_open, RS_E_MEMORY. */
int en_stack_open(const struct en_volume *v, struct en_stack *ret, struct rs_err *err);
/** The volume as it will be with its journal replayed, over @v's own sources: whatever is written
 * stays in memory. Errors: RS_E_MEMORY, those of nt_vol_open. */
int en_stack_rehearse(const struct en_volume *v, struct en_stack *ret, struct rs_err *err);
/** Close what lies above @to. Errors: those of nt_vol_close. */
int en_stack_close_to(struct en_stack *s, enum en_layer to, struct rs_err *err);
/** Close all of it, also when opening failed. Returns @r, or where that is 0 the error of closing.
 */
int en_stack_close(struct en_stack *s, int r, struct rs_err *err);

/* ---- again.c: what was written, read back ---- */

/** Open for reading past the caches of this machine (blk_again_open), and compare all that this run
 * wrote to the disk with what the disk gives back. @told, if not NULL, is the report whose
 * verification says where the bytes came from and what was compared.
 * Errors: RS_E_NOT_KEPT, RS_E_IO_READ, RS_E_IO_OPEN, RS_E_MEMORY. */
int en_again_open(const struct en_volume *v, struct en_stack *ret, struct rs_report *told,
	struct rs_err *err);
/** For an outcome's text: "verified", or what can be said where a cache was read. */
const char *en_verified_text(const struct rs_report *r);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evidence: what a Windows that crashes leaves behind, gathered from each place where it may be, as
 * rows with their time in UTC and where they were read. It only tells; what follows from it is
 * judge/'s affair (verdict.h). Nothing is written, and what is not there or cannot be read is a row
 * of its own (missing). */
#ifndef UNBRICK_EVIDENCE_EVIDENCE_H
#define UNBRICK_EVIDENCE_EVIDENCE_H

#include "format/words.h"
#include "windows/drivers.h"
#include "windows/dump.h"
#include "windows/image.h"
#include "windows/traces.h"

/* Where a row comes from: the enum, its word in a report. */
#define EV_SOURCES(X)                                                                              \
	X(EV_DUMP, "dump")		   /* Minidump\*.dmp, MEMORY.DMP */                        \
	X(EV_PAGEFILE, "page-file")	   /* a dump that no start took out of it yet */           \
	X(EV_DUMP_STACK, "dump-stack-log") /* \DumpStack.log */                                    \
	X(EV_LIVE_DUMP, "live-dump")	   /* LiveKernelReports: weak */                           \
	X(EV_EVENT_LOG, "event-log")                                                               \
	X(EV_REGISTRY, "registry")                                                                 \
	X(EV_DRIVER_STORE, "driver-store") /* DriverDatabase: ImportDate */                        \
	X(EV_STARTUP_REPAIR, "startup-repair")                                                     \
	X(EV_BOOT_LOG, "boot-log")                                                                 \
	X(EV_SETUP_LOG, "setup-log")	   /* setupapi.dev.log, Panther */                         \
	X(EV_SERVICING, "servicing")	   /* CBS.log, pending.xml, poqexec.log */                 \
	X(EV_ERROR_REPORT, "error-report") /* WER */                                               \
	X(EV_BOOT_STATUS, "boot-status")   /* bootstat.dat */                                      \
	X(EV_FILE, "file")		   /* its times, its contents */                           \
	X(EV_CHANGE_JOURNAL, "change-journal")                                                     \
	X(EV_VENDOR_LOG, "vendor-log")                                                             \
	X(EV_RULE, "rule")                                                                         \
	X(EV_HIBERNATION, "hibernation")                                                           \
	X(EV_QUARANTINE, "quarantine") /* ours */
enum ev_source { EV_SOURCES(JUST_NAME) };
WORDS(ev_source_word, enum ev_source, EV_SOURCES)

/* What happened: the enum, its word in a report. */
#define EV_WHATS(X)                                                                                \
	X(EV_START, "start")		     /* Windows began to start */                          \
	X(EV_STOP, "stop")		     /* in order */                                        \
	X(EV_ALIVE, "alive")		     /* it ran at that time, well after its start */       \
	X(EV_CRASH, "crash")		     /* a bug check; .crash */                             \
	X(EV_UNCLEAN, "unclean-stop")	     /* it ended somehow: 6008 */                          \
	X(EV_POWER_LOSS, "power-loss")	     /* 41 with code 0 */                                  \
	X(EV_BUTTON, "power-button")	     /* held by a person */                                \
	X(EV_DUMP_FAILED, "dump-failed")     /* volmgr 46, 161: a crash may leave no dump */       \
	X(EV_START_FAILED, "start-failed")   /* Startup Repair ran, the loader told an error */    \
	X(EV_ROOT_CAUSE, "root-cause")	     /* that Startup Repair names; .path */                \
	X(EV_RESTART_ASKED, "restart-asked") /* 1074 */                                            \
	X(EV_FILE_NEW, "file-new")                                                                 \
	X(EV_FILE_CHANGED, "file-changed")                                                         \
	X(EV_FILE_GONE, "file-gone")		   /* deleted or moved away */                     \
	X(EV_PACKAGE, "package")		   /* a driver package came */                     \
	X(EV_DEVICE_INSTALLED, "device-installed") /* 20001, 400/410 */                            \
	X(EV_SERVICE_NEW, "service-new")	   /* 7045, 20003 */                               \
	X(EV_SERVICE_FAILED, "service-failed")	   /* 7000, 7001, 7009, 7026, 219 */               \
	X(EV_UPDATE, "update")			   /* installed */                                 \
	X(EV_UPDATE_STARTED, "update-started")                                                     \
	X(EV_UPDATE_FAILED, "update-failed")                                                       \
	X(EV_UPDATE_PENDING, "update-pending") /* half applied: pending.xml, SessionsPending */    \
	X(EV_FS_DAMAGE, "file-system-damage")  /* Ntfs 55, 98, 130.. */                            \
	X(EV_DISK_ERROR, "disk-error")	       /* disk 7, 11, 51, 52, 153, 154; storahci 129 */    \
	X(EV_HARDWARE_ERROR, "hardware-error") /* WHEA-Logger */                                   \
	X(EV_TAKEN_AWAY, "taken-away")	       /* by an antivirus: .path */                        \
	X(EV_VERIFIER_ON, "verifier-on")                                                           \
	X(EV_REGISTRY_BAD, "registry-unreadable") /* a hive that a start needs */                  \
	X(EV_HIBERNATED, "hibernated")		  /* an image to resume from; .is_certain */       \
	X(EV_RESUME_FAILED, "resume-failed")                                                       \
	X(EV_SETUP, "setup")	     /* an upgrade is under way */                                 \
	X(EV_CLOCK_SET, "clock-set") /* Kernel-General 1, by more than seconds */                  \
	X(EV_LOG_CLEARED, "log-cleared")                                                           \
	X(EV_REPAIRED, "repaired") /* by us, or another tool */                                    \
	X(EV_OTHER, "other")
enum ev_what { EV_WHATS(JUST_NAME) };
WORDS(ev_what_word, enum ev_what, EV_WHATS)

/* How a module comes into a crash, the strongest first. */
#define EV_BLAMES(X)                                                                               \
	X(EV_AT_FAULT, "at-fault") /* the address of the code's parameter lies in it */            \
	X(EV_NAMED, "named")	   /* the code, a text or an error report names it */              \
	X(EV_UNLOADED, "unloaded") /* the address lies where it was before it was unloaded */      \
	X(EV_FIRST_FOREIGN, "first-foreign") /* first on the stack that is not Windows' own */     \
	X(EV_ON_STACK, "on-stack")
enum ev_blame_how { EV_BLAMES(JUST_NAME) };
WORDS(ev_blame_word, enum ev_blame_how, EV_BLAMES)

struct ev_blame {
	enum ev_blame_how how;
	const char *module; /* "tndrvpn.sys" */
	const char *path;   /* on this volume, "" if not known */
	uint32_t offset;
	uint32_t timestamp, size; /* of the module in the dump; 0: not known */
};

#define EV_BLAMES_MAX 12U

struct ev_crash {
	uint32_t code; /* without 0x10000000 */
	bool has_parameters;
	uint64_t parameters[4];
	uint64_t uptime; /* 100 ns; 0: not known */
	bool is_dump;	 /* a dump with modules was read: its blames are whole */
	bool is_sleep;	 /* SleepInProgress of 41 */
	struct ev_blame blames[EV_BLAMES_MAX];
	size_t n_blames;
};

/* One row. All texts belong to the evidence (ev_text); "" where there is none, never NULL. */
struct ev_item {
	enum ev_what what;
	enum ev_source source;
	uint64_t time;	   /* FILETIME, UTC; 0: not known */
	bool is_local;	   /* made of a local time: may be an hour off */
	bool is_asleep;	   /* of what a start looks back at: on its way into or out of sleep */
	bool is_safe_mode; /* of a start in Safe Mode, and of what is told of that run */
	bool is_certain;   /* of EV_HIBERNATED, EV_UPDATE_PENDING, ...: no doubt about it; of
			    * EV_RESTART_ASKED: a program asked that no session goes on without */
	bool is_forced;	   /* of EV_STOP: such a program ended it minutes after its start */
	bool is_filter;	   /* of EV_FILE_GONE: disks or volumes wait for it, as a list of filters
			    * names it, and no service of that name is started */
	const char
		*where; /* where it was read: "\Windows\Minidump\x.dmp", "System.evtx, record 7" */
	const char *text;	/* in plain words, one line */
	const char *path;	/* the file on this volume that it speaks of */
	const char *service;	/* its key's name */
	const char *product;	/* provider, company, KB */
	const char *package;	/* its folder in the driver store, or its oemNN.inf */
	uint32_t id;		/* event, status, ... */
	struct ev_crash *crash; /* of EV_CRASH; else NULL */
};

/* A file that the evidence speaks of, as it lies there. */
struct ev_file {
	const char *path;
	uint64_t ref;	  /* 0: it is not there */
	bool is_looked;	  /* @image was filled; else why not is in @fault */
	bool is_unlogged; /* reads as zeros only because a replay cannot know its contents */
	uint64_t size_bytes, created, modified, changed;
	struct win_image image;
	bool is_magic_odd; /* unlike its siblings, which agree among themselves */
	bool is_unwritten; /* all of it zeros that were never written, as NTFS leaves what was
			    * not on the disk yet when the machine stopped: no fault of its maker */
	const char *fault; /* of looking: "cannot be read: ..." */
};

struct ev_missing {
	enum ev_source source;
	const char *where, *why;
	bool is_lost;  /* it is there, or was, and what it says is not known: see ev_lose */
	uint64_t time; /* of a lost dump: when its file was written; 0: not known */
};

struct evidence {
	const char *root;      /* "\Windows" */
	struct ev_item *items; /* as they were gathered; ev_sort: by time, unknown times first */
	size_t n_items;
	struct ev_file **files; /* each its own allocation: a pointer to one stays */
	size_t n_files;
	struct ev_missing *missing;
	size_t n_missing;
	bool are_changes_cut; /* so many files changed in the window that the older ones are left
				 out */
	struct win_system *system;	 /* NULL: the hive cannot be read */
	uint64_t log_oldest, log_newest; /* of System.evtx; 0: none */
	uint64_t clock_back; /* so much older the last record of System.evtx is than the newest,
				where the last end that it tells of was a bad one: times are not in
				the order of what happened; 0: they are, or all ended well */
	uint64_t bytes;	     /* that were read for it, beside $MFT */
	char **texts;	     /* of all rows */
	size_t n_texts;
};

/* What is looked at. */
struct ev_look {
	struct nt_vol *vol;
	struct nt_raw *raw;
	const struct win_info *win;
	const struct win_info *windows; /* of the volume, with this one; NULL: it is alone */
	size_t n_windows;
	const struct rs_task *task;  /* "evidence" */
	struct rs_view esp_bootstat; /* BOOTSTAT.DAT of the ESP of the same disk; len 0: none */
	struct win_clock clock;	     /* of this Windows */
	uint64_t since; /* list all changes since then; 0: those that can be the cause */
};

/* ---- for the files of this room (evidence.c) ---- */

/** A text that lives as long as the evidence; "" without memory. */
const char *ev_text(struct evidence *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** One more row, zeroed but for what is given and with "" for its texts; NULL: no memory. */
struct ev_item *ev_add(struct evidence *e, enum ev_what what, enum ev_source source, uint64_t time);
/** The same, with a crash. */
struct ev_item *ev_add_crash(struct evidence *e, enum ev_source source, uint64_t time);
/* A file's bytes, counted in the evidence as they are read. */
struct ev_counted {
	struct win_src file;
	uint64_t *bytes;
};
/** @c is filled, and must live as long as the source that comes back; so must @f and @e. */
struct win_src ev_counted_src(struct evidence *e, struct nt_file *f, struct ev_counted *c);
/** Does what lies beside the folders of several Windows on one volume speak of this one? Of a dump
 * by its build where that fits one of them only (0: not known), of what is older than the Windows
 * that starts by its time (0: not known): else of the one that starts (evidence.c). */
bool ev_is_ours(const struct ev_look *in, uint32_t build, uint64_t time);
/** Say that a piece of evidence is not there, or why it cannot be read. False: no memory. */
bool ev_miss(struct evidence *e, enum ev_source source, const char *where, const char *why);
/** The same of one that every such Windows has or that is there, and what it says is not known: it
 * might speak against a verdict. @time of a dump's file, 0: not known. */
bool ev_lose(struct evidence *e, enum ev_source source, const char *where, const char *why,
	uint64_t time);
/** What is known of a file, looked at once: @is_full as win_image_look (a second look that wants
 * more is made). *ret stays as long as the evidence; a path that leads to none has ref 0. Errors:
 * those that end the run; all else is in the row (files.c). */
int ev_file_look(const struct ev_look *in, struct evidence *e, const char *path, bool is_full,
	struct ev_file **ret, struct rs_err *err);
/** The same without a look at it: is it there? One that was only found is looked at by the next
 * ev_file_look. */
int ev_file_find(const struct ev_look *in, struct evidence *e, const char *path,
	struct ev_file **ret, struct rs_err *err);
/** Is the file part of Windows itself? By its version's company, its package (came with Windows),
 * the kernel's own list; only ever evidence, as a file can claim anything. Not there, not known:
 * false. */
bool ev_is_windows_own(const struct evidence *e, const struct ev_file *f);
/** Do products keep their contents at @path of the Windows in @root: below Program Files and
 * ProgramData, or in System32\drivers, but for what is a driver by its name? Elsewhere lie Windows'
 * own data, which a start may need, and people's. */
bool ev_is_content_place(const char *root, const char *path);

/** Is the update that @text names one of an antivirus' definitions, and none of Windows? */
bool ev_is_definitions(const char *text);

/* Each gathers from its places; what is damaged there is a row or missing. Errors: those that end
 * the run (rs_err_ends), nothing else. */
int ev_from_dumps(const struct ev_look *in, struct evidence *e, struct rs_err *err);  /* dumps.c */
int ev_from_events(const struct ev_look *in, struct evidence *e, struct rs_err *err); /* events.c */
int ev_from_system(const struct ev_look *in, struct evidence *e, struct rs_err *err); /* system.c */
int ev_from_traces(const struct ev_look *in, struct evidence *e, struct rs_err *err); /* texts.c */
/* repaired.c */
int ev_from_quarantine(const struct ev_look *in, struct evidence *e, struct rs_err *err);
/* What is looked at of one Windows, and between which times something counts there. */
struct ev_span {
	const struct ev_look *in;
	struct evidence *e;
	uint64_t since, until;
	bool is_listed; /* a person wants to see what changed then: beside another one, that counts
			 */
};

/** Of each of @n Windows of one volume (their @in have the same vol, raw and task): files that
 * appeared, changed or went between two times in driver, vendor, content and boot folders, by one
 * pass over $MFT for all of them, and the change journal; and missing or damaged files of services
 * that a start needs, whenever they changed. The nearest to @until first where there are too many
 * (EV_CHANGES_MAX of each kind). */
#define EV_CHANGES_MAX 400U
int ev_from_files(const struct ev_span *all, size_t n, struct rs_err *err); /* changes.c */

/* ---- for judge/ ---- */

/** All of it, of each of @n Windows of one volume (@in as for ev_from_files): ret[i] of in[i], none
 * after an error. Errors: those that end the run. */
int ev_gather(const struct ev_look *in, size_t n, struct evidence **ret, struct rs_err *err);
void ev_free(struct evidence *e);
RS_DEFINE_AUTO(struct evidence *, ev_free);
#define auto_evidence __attribute__((cleanup(ev_free_auto)))
/** By time; and rows of a run in Safe Mode are marked as such, and stops that nobody wanted. */
void ev_sort(struct evidence *e);

#endif

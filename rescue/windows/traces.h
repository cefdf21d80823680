/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts and small records in which Windows tells how its starts and installations went. Each is
 * read to its end or to a cap, from its tail where only that counts; a line that is not understood
 * is stepped over. */
#ifndef UNBRICK_WINDOWS_TRACES_H
#define UNBRICK_WINDOWS_TRACES_H

#include "windows/dump.h"

struct win_clock {	      /* how local times become UTC */
	int32_t bias_minutes; /* UTC = local + bias */
	bool is_known;
};

#define WIN_TRACES(X)                                                                              \
	X(WIN_TRACE_REPAIR_RAN, "startup-repair") /* SrtTrail: when it ran */                      \
	X(WIN_TRACE_REPAIR_CAUSE, "root-cause")	  /* text; path: a file that it names */           \
	X(WIN_TRACE_CRASH, "crash")		  /* DumpStack.log, WER: code and parameters */    \
	X(WIN_TRACE_LOADED, "loaded")		  /* ntbtlog */                                    \
	X(WIN_TRACE_NOT_LOADED, "not-loaded")                                                      \
	X(WIN_TRACE_BOOT_LOG, "boot-log")	      /* ntbtlog: a start begins */                \
	X(WIN_TRACE_DEVICE_INSTALL, "device-install") /* setupapi.dev.log: inf, driver, service */ \
	X(WIN_TRACE_PACKAGE, "package")		      /* setupapi, CBS: package and its state */   \
	X(WIN_TRACE_PENDING, "pending")		      /* pending.xml, poqexec.log: a step */       \
	X(WIN_TRACE_FAILED, "failed")		      /* a step that failed: status in number */   \
	X(WIN_TRACE_START, "start")		/* bootstat: a start of the boot manager/loader */ \
	X(WIN_TRACE_START_ERROR, "start-error") /* bootstat: an error there; path if named */      \
	X(WIN_TRACE_LAUNCH, "launch")		/* bootstat: the program that it starts: path */   \
	X(WIN_TRACE_UPGRADE, "upgrade")		/* Panther */                                      \
	X(WIN_TRACE_VENDOR, "vendor")		/* a vendor's own log near the crash */
enum win_trace_kind { WIN_TRACES(JUST_NAME) };
WORDS(win_trace_word, enum win_trace_kind, WIN_TRACES)

struct win_trace { /* borrowed for the call */
	enum win_trace_kind kind;
	uint64_t time;	  /* FILETIME, UTC; 0: not known */
	bool is_local;	  /* was a local time, or has the precision of a day */
	const char *text; /* the line, shortened, UTF-8 */
	const char *path; /* a file that it names, as it stands there, or "" */
	const char *name; /* service, inf, package or KB, or "" */
	/* of setupapi.dev.log, or "": its folder in the driver store; the service's key; who made
	 * it, and the version */
	const char *package, *service, *product;
	uint32_t number; /* bug check code, status, line */
	uint64_t parameters[4];
	bool has_parameters;
};

typedef bool (*win_trace_fn)(void *user, const struct win_trace *t);

/* Each: @p the file's bytes (or its tail), UTF-16 with or without a mark, or UTF-8. Never fail on
 * what is in them; errors: RS_E_MEMORY. @fn false: enough. */

/** System32\LogFiles\Srt\SrtTrail.txt, in any language: WIN_TRACE_START is the last start that
 * went well (is_local: which number is the month may be a guess). */
int win_srt_read(
	struct rs_view p, struct win_clock c, win_trace_fn fn, void *user, struct rs_err *err);
/** \DumpStack.log and DumpStack.log.tmp. */
int win_dumpstack_read(struct rs_view p, win_trace_fn fn, void *user, struct rs_err *err);
/** ntbtlog.txt. */
int win_ntbtlog_read(
	struct rs_view p, struct win_clock c, win_trace_fn fn, void *user, struct rs_err *err);
/** INF\setupapi.dev.log. */
int win_setupapi_read(
	struct rs_view p, struct win_clock c, win_trace_fn fn, void *user, struct rs_err *err);
/** Logs\CBS\CBS.log. */
int win_cbs_read(
	struct rs_view p, struct win_clock c, win_trace_fn fn, void *user, struct rs_err *err);
/** WinSxS\poqexec.log. */
int win_poqexec_read(struct rs_view p, win_trace_fn fn, void *user, struct rs_err *err);
/** WinSxS\pending.xml (only its head counts: is there a transaction, and of what). */
int win_pending_xml_read(struct rs_view p, win_trace_fn fn, void *user, struct rs_err *err);
/** Panther\setupact.log, setuperr.log. */
int win_panther_read(
	struct rs_view p, struct win_clock c, win_trace_fn fn, void *user, struct rs_err *err);
/** Report.wer of a Kernel_* report. */
int win_wer_read(struct rs_view p, win_trace_fn fn, void *user, struct rs_err *err);
/** bootstat.dat of a Windows (with its header of 0x800) or of an ESP (log only). Its times are
 * local, without a zone: @c. */
int win_bootstat_read(
	struct rs_view p, struct win_clock c, win_trace_fn fn, void *user, struct rs_err *err);
/** What the header of a Windows' bootstat.dat says. False: it has none. */
struct win_bootstat {
	bool last_boot_succeeded, last_shutdown_succeeded;
	uint32_t attempts;
};
bool win_bootstat_head(struct rs_view p, struct win_bootstat *ret);

/* What a line of a vendor's log says, in win_trace.number. */
enum win_vendor_act {
	WIN_VENDOR_NOTHING,
	WIN_VENDOR_TOOK,    /* path: a file that was taken away, it says */
	WIN_VENDOR_BROUGHT, /* content, definitions or a program came; name: a file's, if it has one
			     */
};
/** A vendor's own log: lines with a time and words that say so. */
int win_vendor_read(
	struct rs_view p, struct win_clock c, win_trace_fn fn, void *user, struct rs_err *err);
/** The text beside a file in an antivirus' quarantine: a key whose value is the path where it was;
 * one row (WIN_VENDOR_TOOK) or none. */
int win_taken_read(
	struct rs_view p, struct win_clock c, win_trace_fn fn, void *user, struct rs_err *err);

#endif

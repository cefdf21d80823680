/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stick that this system came from, or, where there is none to be found or it cannot be written
 * to (a CD, the network, an image that Ventoy has started), another one: settings of that may only
 * make stricter, its rules need a signature, and its keys are tried. Two that might be it are no
 * stick. It is mounted only for the moment in which it is read or written, so that it may be pulled
 * out at any time. */
#ifndef UNBRICK_INIT_STICK_H
#define UNBRICK_INIT_STICK_H

#include "core/secret.h"
#include "core/view.h"
#include "init/disk.h"
#include "init/process.h"
#include "init/stick_files.h"

struct init;

enum { STICK_SAME_TEXT = 256, STICK_ASKED_MOST = 8 };

struct stick_place {
	char disk[DISK_NAME];
	unsigned part;
};

/* Volumes of which each may be the stick. */
struct stick_asked {
	struct stick_place list[STICK_ASKED_MOST];
	unsigned n;
};

enum stick_state { STICK_NONE, STICK_READING, STICK_READ, STICK_BAD };

/* Only stick.c and stick_choose.c change it. */
struct stick {
	enum stick_state state;
	char disk[DISK_NAME]; /* where it is now; "" = pulled out, or never seen */
	unsigned part;
	char top[DISK_TOP];	    /* its folder of ours */
	bool is_foreign;	    /* we were not started from it */
	bool is_busy;		    /* a job looks whether a volume has a folder of ours */
	bool is_ventoy_asked;	    /* a job asks the firmware for what Ventoy has left */
	bool is_open;		    /* something is to be decided once storage is quiet */
	uint64_t reading_ms;	    /* since when it is read */
	uint64_t looked_ms;	    /* the last look into a volume */
	char same[STICK_SAME_TEXT]; /* those that it might be, as they were told last */
	struct stick_asked now;	    /* those that it might be, in this round */
	struct stick_asked asked;   /* as a person is asked about them (stick_ask.c) */
	unsigned question;	    /* which question that is: another one for each list */
	struct stick_place meant;   /* what was answered, until it is heeded; "" = nothing */
	struct settings before;	    /* as they were without it */
	bool has_before;
	char fs_uuid[DISK_UUID]; /* so that it is known when it comes back */
	bool is_read_only;	 /* NTFS, or protected: its reports go to the second one */
	char second[DISK_NAME];	 /* another one, for reports alone; "" = there is none */
	unsigned second_part;
	char second_same[STICK_SAME_TEXT]; /* those that it might be, as they were told last */
	struct rs_secret keys;		   /* startup keys and keys.txt */
	struct rs_secret accounts;	   /* fleet.secret: what servers of keys and reports want */
	char rules[64];			   /* folder for --rules; "" = the shipped ones */
	bool is_written;		   /* the last report is on it */
	bool is_missed;			   /* and that was said */
	struct stick_unsent unsent[STICK_UNSENT_MOST], sent[STICK_UNSENT_MOST];
	unsigned n_unsent, n_sent; /* reports of earlier starts; sent ones are to be marked */
	struct stick_last last;	   /* what the report before on this machine says */
};

/** Ask the firmware whether Ventoy has started this system. */
void stick_start(struct init *in);
/** A disk was looked at: is it the stick? Then it is read (settings, keys, rules, last report). */
void stick_consider(struct init *in, struct known_disk *d);
/** What reading it gave back: records (stick_record.h). Settings count only where the application
 * has not judged them already, and loosen nothing under Secure Boot. */
void stick_take(struct init *in, struct rs_view said);
/** Do we know what of a volume tells that we came from it? */
bool stick_has_identity(const struct init *in);
/** The disk of the stick is none to work on, unless there is a Windows on it, too. */
void stick_mark(struct init *in);
/** Read the volume that was chosen (disk, part, is_foreign), in a job. */
void stick_read(struct init *in, enum vol_kind content);
/** As if it had never been there: its keys, rules and settings are no longer used. */
void stick_let_go(struct init *in);
/** A disk that only the shipped rules were held against, or that had no key, is worked on once more
 * if the stick has brought some since. */
void stick_consider_again(const struct init *in, struct known_disk *d);
/** Before each round of events: choose the stick, if that can be done now. Returns how long until
 * that has something to do; -1 = nothing. */
int stick_step(struct init *in);
/** This disk was pulled out. */
void stick_gone(struct init *in, const char *disk);
/** Its keys are of no use, or the machine goes down. */
void stick_forget_keys(struct init *in);
/** Does the work have to wait for the stick's settings and keys, however long storage is quiet?
 * They are being read. */
bool stick_is_coming(const struct init *in);
/** The seconds of `wait` are over: say once that there is none, if there should be. */
void stick_tell_missing(struct init *in);
/** Is the stick expected, and has not been read yet? */
bool stick_is_awaited(const struct init *in);
/** Let the program of @plan keep its files on the stick; without one nothing changes. */
void stick_offer_folder(struct init *in, struct process_plan *plan);
/** A number that changes when there is something new for a program: keys, rules, the stick itself.
 */
unsigned stick_state(const struct init *in);
/** Write the report's files of INIT_RUN to it, or to the second one; @ret_text is the folder then,
 * else (false) a reason. Waits for the job. */
bool stick_write_report(struct init *in, char *ret_text, size_t cap);
/** Let the stick's loader for a BIOS stand back at the next start, once, so that the BIOS goes on
 * to its next disk. False with what a person does instead: a CD and the network take no note. Waits
 * for the job. */
bool stick_set_next(struct init *in, char *ret_text, size_t cap);

#endif

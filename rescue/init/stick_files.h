/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done with the stick's files, in a job: the volume is mounted in a mount namespace of the
 * job's own and is gone with it. */
#ifndef UNBRICK_INIT_STICK_FILES_H
#define UNBRICK_INIT_STICK_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/secret.h"
#include "format/settings.h"
#include "init/disk.h"

enum { STICK_FILE_MOST = 64 * 1024, STICK_RESULT_MOST = 256 * 1024 };

/* What the job that reads the stick gives back: records of a tag, a length (4 bytes, little endian)
 * and bytes. */
enum stick_tag {
	STICK_IS_ONE = 'S',	 /* it has a folder of ours: which */
	STICK_SETTINGS = 'C',	 /* unbrick.conf */
	STICK_STARTUP_KEY = 'B', /* a .BEK file; before the others, so that text comes last */
	STICK_KEYS = 'K',	 /* keys.txt */
	STICK_ACCOUNTS = 'A',	 /* fleet.secret */
	STICK_RULE = 'R',	 /* a rule of it, and whether it is used */
	STICK_RULES_DIR = 'D',	 /* use this folder of rules */
	STICK_LAST = 'L',	 /* struct stick_last */
	STICK_UNSENT = 'U',	 /* struct stick_unsent */
	STICK_NOTE = 'N',	 /* something is wrong, for people */
	STICK_REFUSED = 'X',	 /* its NTFS is not to be used, nor the disk that it is on: why */
};

bool stick_send(int out_fd, enum stick_tag tag, const void *bytes, size_t len);
void stick_say(int out_fd, enum stick_tag tag, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** The whole file, at most @most bytes; a negative errno. */
int stick_read_file(const char *path, size_t most, struct rs_secret *ret);

/* Of a report: its outcome, for the next start. Fixed size: it comes through a pipe. */
struct stick_last {
	char run[256]; /* when it started and what it came to; "" = none */
	char end[32];  /* how it ended: a word of end_words */
};

/* A report of an earlier start, of this machine or another one, that no collector has: a file
 * NAME.unsent lies beside it. */
struct stick_unsent {
	char folder[64], name[48]; /* reports/FOLDER/NAME.json */
	char id[40], result[24];   /* its report_id, its outcome's word */
	unsigned revision;
	unsigned number; /* its copy: unsent-NUMBER.json in stick_read.run */
};
enum { STICK_UNSENT_MOST = 8, STICK_UNSENT_BYTES = 1 << 20, STICK_UNSENT_ALL = 4 << 20 };

struct stick_read {
	char device[DISK_NAME + 8]; /* "/dev/sdb1" */
	enum vol_kind content;
	bool is_foreign;	   /* not what we were started from */
	bool is_look;		   /* only whether it has a folder of ours */
	char serial[64];	   /* the machine's folder below reports */
	struct settings settings;  /* so far */
	bool reads_settings;	   /* the stick's own file counts (the application has not) */
	enum settings_trust trust; /* and may loosen so much */
	const char *key_refusal;   /* facts_stick_key_refusal */
	char run[64];		   /* where copies of unsent reports go; "" = none is looked for */
};

struct stick_write {
	char device[DISK_NAME + 8], top[DISK_TOP];
	enum vol_kind content;
	char serial[64], name[32];
	unsigned n_pictures; /* "report-1.svg"..., which become "NAME-1.svg"... */
	bool is_unsent;	     /* no collector has this one: it is marked so */
	struct stick_unsent sent[STICK_UNSENT_MOST]; /* earlier ones that a collector has now */
	unsigned n_sent;
};

/** Functions of a process (process.h). */
int stick_read_run(void *arg, int out_fd);
int stick_write_run(void *arg, int out_fd);
/** For GRUB on a BIOS: initramfs/grub-menu reads it. @arg is a struct stick_write. */
int stick_next_run(void *arg, int out_fd);
/** Before a program: mount the stick for this process and make the machine's folder of reports its
 * working folder, where the plan of a journal's replay is kept. Without a stick that can be written
 * the working folder stays. @arg is a struct stick_write. */
int stick_enter(void *arg, int out_fd);

/** Which rules of it are taken: of a medium that we were not started from never unsigned ones. */
enum settings_rules stick_rules_of(const struct stick_read *r, const struct settings *settings);
/** Read the stick's folder @top ("…/EFI/unbrick"), mounted already. */
void stick_read_folder(const struct stick_read *r, const char *top, int out_fd);
/** Write report files from @from, and the timelines beside them, into @top/reports/SERIAL. "" or
 * the reason. */
void stick_write_folder(
	const struct stick_write *w, const char *from, const char *top, char *ret_text, size_t cap);

/** Write into the environment block of GRUB @top/bios/env that it stands back at the next start of
 * the machine with this UUID (36 characters). The file is there, of its size, and its clusters
 * stay: GRUB writes it as blocks.
 * "" or the reason. */
void stick_set_next_in(const char *top, const char *machine, char *ret_text, size_t cap);
/** Send each startup key file (*.BEK) in the folder @top, where Windows keeps them on a stick. What
 * is no startup key is told by its name. */
void stick_send_startup_keys(const char *top, int out_fd);
/** Put the shipped rules and those of @top/rules that may be used into one folder, have it checked
 * by the program, and tell which it is. @key_refusal why a key in @top does not count, or NULL. */
void stick_take_rules(
	enum settings_rules which, const char *key_refusal, const char *top, int out_fd);

/* Public keys (PEM) that sign rules; empty = there is none. */
struct stick_rule_keys {
	struct rs_secret application; /* in it, or in the initramfs of the second door */
	struct rs_secret own;	      /* on the stick, where that counts */
};

/** The key @top/rules.pub, and that it counts or why not (@refusal, or what is wrong with it). No
 * such file: @ret is empty and nothing is said. Free it. */
void stick_take_own_key(const char *top, const char *refusal, int out_fd, struct rs_secret *ret);
/** Why a rule of the stick at @path does not count; NULL: it does, and @ret_why says on whose word.
 */
const char *stick_rule_refusal(enum settings_rules which, const struct stick_rule_keys *keys,
	const char *path, const struct rs_secret *rule, const char **ret_why);
/** Is @sig (64 bytes, Ed25519) the signature of @bytes by the public key in @pem? */
bool stick_rule_is_signed(const char *pem, size_t pem_len, const void *bytes, size_t len,
	const unsigned char *sig, size_t sig_len);
/** What sends a kept report again is in @ret; false if it is none that can be sent. */
bool stick_unsent_of(const char *json, size_t len, struct stick_unsent *ret);
/** The outcome of a report; false if it is no report of ours. */
bool stick_last_of(const char *json, size_t len, struct stick_last *ret);

#endif

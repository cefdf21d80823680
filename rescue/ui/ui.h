/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the files of the command line program. */
#ifndef UNBRICK_UI_UI_H
#define UNBRICK_UI_UI_H

#include <openssl/types.h>
#include <stdio.h>
#include <termios.h>

#include "rescue.h"
#include "ui/options.h"

#define UI_BLOCK_BYTES (1U << 20) /* how much is read at once */

/* Lines that were printed already, so that the finished report goes on after the plan shown. */
struct shown {
	char **lines;
	size_t n, next;
	FILE *out;
};

/* --report FILE: the file beside it that becomes it. */
struct report_file {
	char *temp; /* NULL when none is open */
	int fd;
};

struct ui {
	struct options opt;
	struct rs_session *session;
	struct rs_policy_source policy_from;
	struct rs_policy *policy; /* NULL: none is given */
	struct rs_target target;
	uint64_t started_filetime;
	struct shown shown;
	struct report_file report;
	struct rs_report *own; /* of a command that the engine does not see the end of (ls, cat,
				* export, mount, usage errors): its report of opening, then members
				* of ours. NULL: no memory */
};

/* ---- run.c ---- */

/** The whole program: protect memory, read the command line, run one command. Once a process, as
 * signal handlers and OpenSSL's memory are the process'. @argv is reordered, and wiped of a
 * recovery password. Returns the exit status. */
int ui_main(int argc, char **argv);

/* ---- language.c ---- */

/** Speak the language that the environment names, if there is a translation. Before threads. */
void ui_language(void);

/* ---- policy.c ---- */

/** --policy and what belongs to it: is all of it there, and nothing that the policy says? Errors:
 * RS_E_USAGE. */
int policy_options_check(const struct options *o, struct rs_err *err);
/** --policy-floor; NULL: 0. Errors: RS_E_USAGE. */
int policy_read_floor(const char *text, unsigned *ret, struct rs_err *err);
/** Take the policy, where one is given. Errors: those of rs_policy_open. */
int policy_begin(struct ui *ui, struct rs_err *err);
/** The open session and the options of its repair go by it. Errors: those of rs_policy_use. */
int policy_follow(struct ui *ui, struct rs_options *o, struct rs_err *err);
void policy_end(struct ui *ui);

/* ---- cmd_policy.c ---- */

report_command cmd_policy;
int check_policy(const struct options *o, struct rs_err *err);

/* ---- session.c ---- */

/** Session, keys and rules as the options say; @asked (NULL: nobody) is asked for keys on the
 * terminal, where what is typed is hidden from then on. Errors: RS_E_KEY_*, RS_E_IO_OPEN,
 * RS_E_RULE, RS_E_MEMORY. */
int ui_open_session(struct ui *ui, const struct rs_events *events,
	const struct rs_key_source *asked, struct rs_err *err);

/** What a repair may do, as the options say. Errors: RS_E_USAGE. */
int ui_read_options(const struct options *o, struct rs_options *ret, struct rs_err *err);
/** A time as --since takes it, UTC; no text: 0. Errors: RS_E_USAGE. */
int ui_parse_since(const char *text, uint64_t *ret, struct rs_err *err);
/** A number for @option. Errors: RS_E_USAGE. */
int ui_parse_fd(const char *option, const char *text, int *ret, struct rs_err *err);

/* ---- terminal.c: signals, questions, key prompt ---- */

/** SIGINT, SIGTERM, SIGHUP and SIGQUIT ask to stop; SIGPIPE becomes a write error; one that kills
 * gives terminals and keyboard back first. */
void term_catch_signals(void);
/** If the program dies, this terminal is as @before again; until term_keep_no_more. */
void term_keep(int fd, const struct termios *before);
void term_keep_no_more(int fd);
/** And what is painted on it by @out is gone; -1: nothing is. */
void term_paint(int fd, int out);
/** Only what is told is still to be written: a signal does not cut that short any more. */
void term_work_is_over(void);
/** A second signal ends the program on the spot, and this file, which is not complete, goes with
 * it. Borrowed until NULL is given. */
void term_drop_file(const char *path);
/** Default handling again (the mount has its own). */
void term_release_signals(void);
bool term_is_cancelled(void);
/** From now on what is typed is shown only where it is asked for. Nothing where nobody can answer.
 */
void term_hide_typing(void);
/** The terminal as it was, without what was typed meanwhile. */
void term_show_typing(void);
/** Somebody who can answer: standard input is a terminal and /dev/tty opens. */
bool term_can_ask(void);
/* What may come while a line is waited for. */
struct term_news {
	const int *fd;		  /* -1: none any more */
	bool (*take)(void *user); /* true: the line is not waited for any more */
	void *user;
};

#define TERM_NEWS (-2)

/** A line from the terminal, with its echo; what was typed before @prompt is thrown away, and
 * nothing that is typed when it is seen. @news may be NULL. Its length, -1: its end, or a signal,
 * TERM_NEWS. */
long term_read_line(const char *prompt, const struct term_news *news, char *buf, size_t cap);
/** One yes or no on the terminal. */
enum rs_answer term_ask(const char *question);
/** A line that is not seen, after @prompt; wiped by who gets it. 0: nobody is there. Errors:
 * RS_E_MEMORY. */
int term_ask_hidden(const char *prompt, struct rs_secret *ret, struct rs_err *err);
/** Whoever sits there, asked without echo. */
extern const struct rs_key_source term_keys;
/** What is asked of whoever asks a server: the user's name, or what is secret. */
const char *term_account_question(const struct rs_account_request *q, bool is_user);
/** Wall-independent clock. */
uint64_t term_now_ns(void);

/* ---- memory.c ---- */

/** No core dump of this process, and locked memory for OpenSSL. Before anything else.
 * Errors: RS_E_MEMORY, RS_E_BUG. */
int memory_protect(struct rs_err *err);
/** Where memory cannot be locked it is told, once. */
void memory_warn(void);

/* ---- progress.c ---- */

/* How far one task is. The clock is handed in. */
struct progress {
	char what[64];
	uint64_t began_ns, began_done, done, total; /* total 0: not known */
};

/** A step. True where it is another task, or one that begins anew: it counts from here. */
bool progress_take(
	struct progress *g, const char *what, uint64_t done, uint64_t total, uint64_t now_ns);
unsigned progress_percent(const struct progress *g);
/** "1.2 GiB of 3.0 GiB, 120 MiB/s, 0:00:15 left"; @is_bytes sizes, not counts. */
void progress_amounts(
	const struct progress *g, uint64_t now_ns, bool is_bytes, char *ret, size_t cap);
/** "[####....]", so wide; @cap and @columns are 3 or more. */
void progress_bar(const struct progress *g, unsigned columns, char *ret, size_t cap);

/** Progress line on a terminal, only after a second; false = stop. @is_bytes sizes, not counts. */
bool progress_step(const char *what, uint64_t done, uint64_t total, bool is_bytes);
/** Take the line away (before anything else is printed). */
void progress_clear(void);

/* ---- output.c: standard output, error lines ---- */

/** Write all bytes. Errors: RS_E_OUTPUT. A reader that went away is noted. */
int out_write(int fd, const void *p, size_t len, const char *name, struct rs_err *err);
/** Flush standard output; RS_E_OUTPUT if anything written before was lost. */
int out_finish(struct rs_err *err);
/** "unbrick: object: text: detail; next" on standard error, escaped; returns the exit status. */
int out_error(const struct rs_err *err);
void out_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/** A line of text on standard output, escaped. */
void out_line(const char *line);

/* ---- show.c: the end of every command ---- */

/** Show a finished report (JSON or text), its error, and free it; what was printed and the file of
 * --report are made sure of. Returns the exit status. */
int ui_show_report_take(struct ui *ui, struct rs_report *r);
/** Begin our own report; @opened may be NULL. */
void ui_begin_take(struct ui *ui, struct rs_report *opened);
/** With --json, an entry of it; printed at once. */
void ui_entry(struct ui *ui, const struct rs_node *n, const char *sha256);
/** Close it with our outcome and show it, as above; prints the error line. */
int ui_end(struct ui *ui, const char *text, const struct rs_err *err);
/** A command that failed before the engine could begin: report, error line, exit status. */
int ui_fail(struct ui *ui, const struct rs_err *err);
/** For reports so far: remembers what was printed. */
void ui_show_so_far(struct ui *ui, const struct rs_report *r);

/* ---- report_file.c ---- */

/** Make the file for --report, if that was given. Errors: RS_E_OUTPUT_EXISTS, RS_E_OUTPUT,
 * RS_E_MEMORY. */
int report_file_open(struct ui *ui, struct rs_err *err);
/** Write it, flush it, give it its name; nothing if none is open. Whatever comes of it, it is
 * closed. @json NULL = there was no memory for it. Errors: as above. */
int report_file_write(struct ui *ui, const char *json, struct rs_err *err);

/** A text in a new file, whole or not there. @text NULL = there was no memory for it. Errors: as
 * above. */
int report_file_save(const char *path, const char *text, struct rs_err *err);
/** Are they names of two files that are not there yet? Each may be NULL. Errors: RS_E_USAGE,
 * RS_E_OUTPUT_EXISTS. */
int report_file_check(const char *a, const char *b, struct rs_err *err);

/** The timeline of a report that has one, as a picture in a new file; those of further Windows
 * beside it ("NAME-2.svg", in the order of rs_report_svg). Errors: as above. */
int picture_save(const struct rs_report *report, const char *path, struct rs_err *err);
/** Can --svg be made, if it was given? Errors: RS_E_USAGE, RS_E_OUTPUT_EXISTS. */
int picture_check(const struct options *o, struct rs_err *err);

/** End of a SHA-256, in hex; @ret has 65 bytes or more (cmd_export.c). Errors: RS_E_BUG. */
int ui_hash_text(EVP_MD_CTX *hash, char *ret, struct rs_err *err);

/* ---- commands ---- */

report_command cmd_repair, cmd_rules, cmd_check_firmware, cmd_safemode;
look_command cmd_ls, cmd_cat, cmd_export;
int cmd_mount(struct ui *ui);
int cmd_tui(struct ui *ui);
int cmd_fleet(struct ui *ui);
int cmd_keys(struct ui *ui);
int cmd_help(struct ui *ui);
int cmd_version(struct ui *ui);

/* What can be said of the options before anything is opened. */

/** Errors: RS_E_USAGE. */
int check_replay(const struct options *o, struct rs_err *err);
/** Errors: RS_E_USAGE. */
int check_safemode(const struct options *o, struct rs_err *err);
/** Errors: RS_E_USAGE. */
int check_tui(const struct options *o, struct rs_err *err);
/** --since. Errors: RS_E_USAGE, RS_E_OUTPUT_EXISTS (--svg). */
int check_look(const struct options *o, struct rs_err *err);
/** Errors: RS_E_USAGE. */
int check_rules(const struct options *o, struct rs_err *err);
/** Errors: RS_E_USAGE. */
int check_export(const struct options *o, struct rs_err *err);
/** Errors: RS_E_USAGE, RS_E_OUTPUT_EXISTS. */
int check_fleet(const struct options *o, struct rs_err *err);
/** Errors: RS_E_USAGE, RS_E_OUTPUT_EXISTS. */
int check_keys(const struct options *o, struct rs_err *err);
/** Errors: RS_E_MOUNT. */
int check_mount(const struct options *o, struct rs_err *err);

/** Session, keys and rules as the options say, then the volume of the first argument; begins our
 * own report in any case. */
int ui_open_tree(struct ui *ui, struct rs_tree **ret, struct rs_err *err);

/* ---- help.c ---- */

/** Help of a command, or of the program (NULL). */
void help_print(FILE *f, const struct command_spec *command);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The technician's screen, shared by its files. From the bottom up: page.c and console*.c know
 * no disk; tui_loop.c shows a screen until a key leads on; tui_work.c leads a repair from step to
 * step (rescue.h) and is asked by it; screen_NAME.c is what one screen says and where its keys
 * lead; cmd_tui.c has the table of screens. Another screen is a row there, and a file. */
#ifndef UNBRICK_UI_TUI_H
#define UNBRICK_UI_TUI_H

#include "ui/consoles.h"
#include "ui/key_entry.h"
#include "ui/layout.h"
#include "ui/passphrase.h"
#include "ui/supervisor.h"
#include "ui/ui.h"

enum screen_id {
	SCREEN_FOUND,  /* disks, volumes, Windows */
	SCREEN_UNLOCK, /* a recovery password */
	SCREEN_PASSPHRASE,
	SCREEN_ACCOUNT,	 /* by which a server of keys knows who asks */
	SCREEN_KEY_ID,	 /* by which somebody else finds the key */
	SCREEN_FINDINGS, /* what was found, and why it is believed */
	SCREEN_PLAN,	 /* what will be done */
	SCREEN_QUESTION, /* one thing that a person has to decide */
	SCREEN_DOING,
	SCREEN_DONE,
	SCREEN_TROUBLE,	   /* it did not go on, and what helps */
	SCREEN_HINDRANCES, /* what will be in the way */
	SCREEN_PATH,	   /* the name of a file or folder of this system */
	SCREEN_LOG,	   /* what the engine said */
	SCREEN_BROWSE,	   /* volumes, folders */
	SCREEN_WHERE,	   /* a copy goes to */
	SCREEN_COPIED,	   /* what came of a copy */
	SCREEN_VIEW,	   /* a file */
	SCREEN_BATTERY,	   /* too little power to write */
	SCREEN_UNDOS,	   /* several repairs can be undone: which? */
	SCREEN_DETAILS,	   /* rule, evidence, times, hashes */
	SCREEN_ACTIONS,	   /* other things to do */
	SCREEN_SAID,	   /* by the first process */
	SCREEN_STICK,	   /* which of several the stick is */
	SCREEN_RESULT,	   /* of the last repair, as a code */
	SCREEN_CODE,	   /* of this start, as a code */
	SCREEN_DRIVERS,	   /* of other makers, that can be disabled */
	SCREENS,
	SCREEN_STAY,   /* no other one */
	SCREEN_ANSWER, /* back to who asked for it */
	SCREEN_LEAVE,
};

struct tui;

#define SCREEN_WAYS 9

/* Where a key leads. */
struct screen_way {
	unsigned key, also; /* ui_key */
	const char *shown;  /* in the line of keys, "Enter"; NULL: no such way */
	const char *label;
	bool (*is_open)(const struct tui *t); /* NULL: always */
	enum screen_id (*go)(struct tui *t);  /* NULL: put takes it, and it is only listed */
	bool is_alone;	  /* only a key that comes by itself: nothing is confirmed by a part of
			   * something else */
	bool is_unlisted; /* the page tells it: not in the line of keys */
};

struct screen {
	const char *title;
	/* What is to be done before it is waited at; returns another screen where it is not to be
	 * shown. NULL: nothing. */
	enum screen_id (*enter)(struct tui *t);
	void (*draw)(const struct tui *t, struct page *p);
	/* Keys of its own; true: with this one it is answered. NULL: none. */
	bool (*put)(struct tui *t, unsigned key);
	struct screen_way ways[SCREEN_WAYS]; /* in the order of the line of keys */
	/* Every WAIT_MS (tui_loop.c) without a key. NULL: nothing. */
	enum screen_id (*idle)(struct tui *t);
};

extern const struct screen tui_screens[SCREENS]; /* cmd_tui.c */

#define STICKS_MOST 8

/* Sticks that may have the key that is asked for. */
struct sticks {
	uint64_t listed_ns;
	struct stick_look {
		char path[64]; /* "": none */
		pid_t pid;     /* that looks, or is not buried yet */
		int fd;	       /* what it says; of one that is there, -1: all of it is said */
		bool is_late;  /* it is not waited for any more */
		uint64_t begun_ns;
		struct rs_secret got;
		struct rs_stick_key key; /* place "": it has none */
	} list[STICKS_MOST];
	bool is_taken;
};

/* Everything in which a part of a key may lie: in locked memory. */
struct tui_secret {
	struct console_bytes in[CONSOLES_MOST];
	struct key_entry entry;
	struct passphrase passphrase;
};

/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): what belongs together, together */
struct tui {
	struct ui *ui;
	const struct screen *screens;
	struct consoles consoles;
	struct supervisor supervisor;
	size_t action; /* of the other ones, which is marked */
	size_t chosen_stick;
	struct rs_secret locked;
	struct tui_secret *secret;
	/* what is seen */
	enum screen_id now;
	size_t first, n_lines;
	bool has_choice; /* keys move it, and do not scroll */
	char status[PAGE_COLUMNS + 1];
	uint64_t painted_ns;
	uint64_t shown_ns; /* since when this screen is waited at */
	bool is_touched, wants_hint;
	char language[32];    /* that Ctrl-L turns to; "": there is only one */
	enum font_size font;  /* of the machine's own screen */
	struct page warnings; /* of this repair, told on its screens and once more at the end */
	bool is_asked;	      /* in the middle of the engine's work */
	bool is_working, can_stop; /* the engine is at it; Esc may end that */
	struct progress progress;
	/* what was said of it as plain text (--plain), and on which screen */
	char said[sizeof(((struct progress *)0)->what)];
	enum screen_id said_on;
	unsigned said_tenth;
	bool is_plain;
	bool is_told;	      /* the screen as plain text, now */
	uint64_t progress_ns; /* when it was looked at */
	const char *power;    /* BATTERY_FOLDER */
	unsigned percent;     /* of the battery */
	struct rs_err trouble;
	enum screen_id retry; /* of SCREEN_TROUBLE: where it was */
	/* the disks */
	struct rs_report *listed;
	bool is_listed_again, is_safe_mode_decided;
	size_t chosen, chosen_undo, chosen_driver;
	char path[256];	       /* that was typed */
	const char *path_what; /* and what for */
	struct page log;       /* what the engine said, the last lines of it */
	size_t where;	       /* a copy goes to: which of the sticks, then a folder */
	struct copy *copy;     /* the last one, for as long as it is told of */
	struct browse *browse; /* NULL: not looked into */
	char *disk;
	const char *beside[MOST_BESIDE];
	struct rs_target target;
	char volume[16];  /* of the target, as text */
	char windows[64]; /* the same, one of several on it */
	/* the repair */
	enum rs_command command;
	struct rs_options options, given;    /* of this one, and of the command line for all */
	char id[PLAN_TOP_LEN + PLAN_ID_LEN]; /* of an undo */
	enum screen_id undo_from;	     /* and where it was asked for, */
	const char *volume_before;	     /* with what is worked on there */
	char volume_text_before[16];
	struct rs_repair *repair;
	struct rs_report *report; /* of the last one that ended */
	bool is_stopped;	  /* by Esc */
	bool is_confirmed;	  /* the plan as it was shown */
	/* what it asks */
	const struct rs_key_request *asked;
	const struct rs_account_request *account;
	bool is_user_asked; /* of it, and not what is secret */
	const struct rs_question *question;
	bool by_passphrase, was_passphrase; /* now, and at the attempt before */
	bool is_switched;		    /* to the other of the two */
	size_t id_at;			    /* of several key IDs */
	struct layouts layouts;
	struct sticks sticks;
	enum rs_answer answer;
};

/* ---- tui_loop.c ---- */

void tui_paint(struct tui *t);
/** Show a screen until one of its keys leads on; SCREEN_LEAVE when the program is to end. */
enum screen_id tui_wait(struct tui *t, enum screen_id id);
/** In the middle of a step of the engine: the screen, and then the one that was there. */
void tui_ask(struct tui *t, enum screen_id id);

/** Turn to the next language. */
enum screen_id tui_language(struct tui *t);

/** Ctrl-L turns to the next language: find out what it is called. */
void tui_name_language(struct tui *t);

/** Letters of another size (as long as they are the machine's own screen's); high contrast, or not
 * any more. */
void tui_turn_letters(struct tui *t);
void tui_turn_contrast(struct tui *t);

/* ---- tui_work.c ---- */

/** What the engine tells and asks; @user a struct tui. */
extern const struct rs_events tui_events;

/** Work of the engine begins, and Esc may end it; it is at its end. */
void tui_begin(struct tui *t, bool can_stop);
void tui_end(struct tui *t);
/** Look at all disks, without keys. */
int tui_list(struct tui *t);
/** The repair, opened if it is not, up to that step. After an error it is closed. */
int tui_reach(struct tui *t, enum rs_step step);
/** End it, whatever was reached; its report is the last one. */
void tui_close(struct tui *t);
/** A volume of the target, for reading; asks for its key. What was wrong is the trouble. */
int tui_open_tree(struct tui *t, struct rs_tree **ret);
/** Which screen follows an error: @back where a person went back. */
enum screen_id tui_failed(struct tui *t, enum screen_id back);
/** To that step, and then @id; else the trouble, or the disks where a person wanted no more. */
enum screen_id tui_reach_screen(struct tui *t, enum rs_step step, enum screen_id id);
/** Work on this volume of the disk alone. */
void tui_choose_volume(struct tui *t, const struct run_disk *d, const struct run_volume *v);
/** Work on another command from now on. */
void tui_turn_to(struct tui *t, enum rs_command command, const char *id);
/** Of the repair so far, or of the last one; NULL: none. */
const struct rs_report *tui_report(const struct tui *t);
/** How the people at a screen are told of it; @ret_manner is to last as long. */
void tui_manner(const struct tui *t, const struct rs_report *r, struct rs_manner *ret_manner);
void tui_say_part(const struct tui *t, enum rs_part part, struct page *p);
/* How far it is, and whether it can be stopped. */
void tui_say_progress(const struct tui *t, struct page *p);
void tui_say_warnings(const struct tui *t, struct page *p);
/** The error itself, in a line: of what, what, why. */
void say_error(const struct rs_err *e, bool is_strong, struct page *p);

/* ---- ask_key.c ---- */

/** Whoever sits there; @user a struct tui. */
extern const struct rs_key_source tui_keys;
/** Is one of the protectors of this kind, BL_P_*? */
bool key_request_takes(const struct rs_key_request *q, unsigned kind);

/* ---- screen_*.c ---- */

enum screen_id found_enter(struct tui *t), found_next(struct tui *t);
/** Work on the one disk that was named. */
bool found_only(struct tui *t);
/* On the one that is chosen. */
bool found_work(struct tui *t);
void found_draw(const struct tui *t, struct page *p);
bool found_put(struct tui *t, unsigned key);
/* The disk that is chosen there, or on which the chosen volume is; NULL: none. */
const struct run_disk *found_disk(const struct tui *t);
bool found_is_open(const struct tui *t);
void unlock_draw(const struct tui *t, struct page *p);
void unlock_draw_attempt(const struct tui *t, struct page *p);
void unlock_draw_hint(const struct tui *t, struct page *p);
bool unlock_put(struct tui *t, unsigned key);
enum screen_id unlock_back(struct tui *t);
/** What the code of a run says, short for a small screen; no key, and only letters that a code
 * needs the least room for. @cap 512 or more. */
void result_text(const struct rs_run *run, bool is_short, char *ret, size_t cap);
void result_draw(const struct tui *t, struct page *p);
bool result_is_open(const struct tui *t);
/** That there is one. */
void result_tell(const struct tui *t, struct page *p);
enum screen_id result_go(struct tui *t);
/** Of what a start came to (LINK_RESULT), with the first digits of each ID alone. */
void code_shorten(const char *text, char *ret, size_t cap);
enum screen_id code_enter(struct tui *t), code_go(struct tui *t), code_back(struct tui *t);
bool code_is_open(const struct tui *t);
void code_draw(const struct tui *t, struct page *p);
void key_id_draw(const struct tui *t, struct page *p);
bool key_id_put(struct tui *t, unsigned key);
bool key_id_is_open(const struct tui *t);
enum screen_id key_id_go(struct tui *t);
enum screen_id sticks_idle(struct tui *t), sticks_go(struct tui *t);
void sticks_draw(const struct tui *t, struct page *p);
/* The first that was found, or NULL. */
const struct rs_stick_key *sticks_key(const struct tui *t);
/* Nothing is asked for any more. */
void sticks_done(struct tui *t);
bool sticks_are_open(const struct tui *t);
void passphrase_draw(const struct tui *t, struct page *p);
void account_draw(const struct tui *t, struct page *p);
enum screen_id account_back(struct tui *t);
bool passphrase_key(struct tui *t, unsigned key);
bool passphrase_is_open(const struct tui *t);
enum screen_id passphrase_go(struct tui *t), passphrase_back(struct tui *t);
enum screen_id findings_enter(struct tui *t), findings_next(struct tui *t),
	findings_back(struct tui *t);
void findings_draw(const struct tui *t, struct page *p);
/* Is it of the file that a person named (rs_name_file)? */
bool finding_is_chosen(const struct run_finding *f);
/* What follows from the evidence; and is a finding of it, told with it? */
void say_diagnoses(struct page *p, const struct rs_run *run);
bool finding_is_of_diagnosis(const struct run_finding *f);
bool details_is_open(const struct tui *t);
enum screen_id details_go(struct tui *t);
void details_draw(const struct tui *t, struct page *p);
/* Size, times (of @w's clock, too; NULL: only UTC) and SHA-256 (NULL: not known). */
void say_file(
	struct page *p, const struct nt_stat *s, const uint8_t *sha256, const struct win_info *w);
/* "2024-07-19 04:09", without what only a program needs. */
void brief_time(uint64_t filetime, char ret[RS_TIME_LEN]);
bool undo_is_open(const struct tui *t);
enum screen_id undo_go(struct tui *t), undos_enter(struct tui *t), undos_next(struct tui *t),
	undos_back(struct tui *t);
/** From the plan of an undo that nobody wants to where it was asked for. */
enum screen_id undo_back(struct tui *t);
void undos_draw(const struct tui *t, struct page *p);
bool undos_put(struct tui *t, unsigned key);
enum screen_id drivers_go(struct tui *t), drivers_enter(struct tui *t), drivers_next(struct tui *t),
	drivers_one(struct tui *t), drivers_back(struct tui *t);
/* What the diagnosis finds set in the registry, to be cleared (`clear`). */
bool clear_is_open(const struct tui *t);
enum screen_id clear_go(struct tui *t);
bool drivers_are_open(const struct tui *t), drivers_can(const struct tui *t);
void drivers_draw(const struct tui *t, struct page *p);
bool drivers_put(struct tui *t, unsigned key);
enum screen_id plan_enter(struct tui *t), plan_next(struct tui *t), plan_back(struct tui *t);
void plan_draw(const struct tui *t, struct page *p);
bool plan_is_open(const struct tui *t);
void question_draw(const struct tui *t, struct page *p);
enum screen_id question_yes(struct tui *t), question_no(struct tui *t),
	question_back(struct tui *t);
enum screen_id browse_go(struct tui *t), browse_enter(struct tui *t), browse_next(struct tui *t),
	browse_back(struct tui *t), view_file_turn(struct tui *t), view_file_back(struct tui *t);
void browse_draw(const struct tui *t, struct page *p);
bool browse_put(struct tui *t, unsigned key);
void view_file_draw(const struct tui *t, struct page *p);
bool view_file_put(struct tui *t, unsigned key);
/* Nothing is looked into any more. */
void browse_close(struct tui *t);
/* The volume that is looked into, and what is chosen there (NULL: nothing is) in which folder, its
 * path for people. */
struct rs_tree *browse_tree(const struct tui *t);
const struct folder_entry *browse_chosen(const struct tui *t, const char **ret_folder);
bool copy_is_open(const struct tui *t), name_is_open(const struct tui *t);
enum screen_id name_go(struct tui *t);
enum screen_id copy_go(struct tui *t), where_next(struct tui *t);
void where_draw(const struct tui *t, struct page *p);
bool where_put(struct tui *t, unsigned key);
void copied_draw(const struct tui *t, struct page *p);
/* Ask for a path; what t->path has is offered. */
bool path_ask(struct tui *t, const char *what);
void path_draw(const struct tui *t, struct page *p);
bool path_put(struct tui *t, unsigned key);
enum screen_id path_next(struct tui *t);
bool save_is_open(const struct tui *t), log_is_open(const struct tui *t);
enum screen_id save_go(struct tui *t), log_go(struct tui *t);
void log_draw(const struct tui *t, struct page *p);
/* May it be written? Waits for the charger or a person's word. */
bool battery_allows(struct tui *t);
void battery_draw(const struct tui *t, struct page *p);
enum screen_id battery_idle(struct tui *t);
enum screen_id doing_enter(struct tui *t);
void doing_draw(const struct tui *t, struct page *p);
void done_draw(const struct tui *t, struct page *p);
enum screen_id done_back(struct tui *t);
void trouble_draw(const struct tui *t, struct page *p);
/* Of a replay that was cut off. */
bool finish_is_open(const struct tui *t);
enum screen_id finish_go(struct tui *t);
/* The same of an image to resume from. */
bool drop_is_open(const struct tui *t);
void drop_tell(const struct tui *t, struct page *p);
enum screen_id drop_go(struct tui *t);
/* Can the Windows of this disk be started in Safe Mode, or as usual again? It needs no key. */
bool safemode_is_open(const struct tui *t);
bool safemode_is_on(const struct run_disk *d, unsigned volume);
/* A disk with a Safe Mode that Unbrick set, and nobody was asked about: the first thing to be
 * asked. NULL: none. */
const struct run_disk *safemode_due(const struct tui *t);
/* Of the disk that is worked on. */
enum screen_id safemode_offer(struct tui *t);
/* Is that what the plan is about? */
bool safemode_is_offered(const struct tui *t);
void safemode_tell(const struct tui *t, struct page *p);
enum screen_id safemode_go(struct tui *t);
bool hindrances_is_open(const struct tui *t);
enum screen_id hindrances_go(struct tui *t), visit_back(struct tui *t);
void hindrances_draw(const struct tui *t, struct page *p);
bool actions_is_open(const struct tui *t);
enum screen_id actions_visit(struct tui *t), actions_go(struct tui *t);
void actions_draw(const struct tui *t, struct page *p);
bool actions_put(struct tui *t, unsigned key);
/* Is there a question which of several the stick is, and was it not asked yet? */
bool stick_is_due(const struct tui *t);
bool stick_is_open(const struct tui *t);
enum screen_id stick_go(struct tui *t), stick_enter(struct tui *t), stick_next(struct tui *t),
	stick_back(struct tui *t);
void stick_draw(const struct tui *t, struct page *p);
bool stick_put(struct tui *t, unsigned key);
void said_draw(const struct tui *t, struct page *p);
/* Why the machine stays, say: the line would be lost under the screen. */
void said_last_draw(const struct tui *t, struct page *p);
enum screen_id trouble_next(struct tui *t), trouble_back(struct tui *t);

#endif

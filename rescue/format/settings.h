/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings (docs/boot.md, section 2). Plain C without libc and firmware calls: built into the UEFI
 * application, into /init, and for the host's tests. */
#ifndef UNBRICK_FORMAT_SETTINGS_H
#define UNBRICK_FORMAT_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "format/words.h"

enum {
	SETTINGS_FILE_MAX = 64 * 1024, /* a longer file is not read at all */
	SETTINGS_LINE_MAX = 200,       /* characters; comments may be longer */
	SETTINGS_TEXT_MAX = 2048,      /* enough for settings_format */
	SETTINGS_BAD_MAX = 32,	       /* bad lines told by one settings_parse */
	SETTINGS_SERIAL_MAX = 24,
	SETTINGS_CODE_MAX = 8,
	SETTINGS_URL_MAX = 192,
	SETTINGS_TARGET_MAX = SETTINGS_URL_MAX,
	SETTINGS_ADDRESS_MAX = 128,
	SETTINGS_HOST_MAX = 64,
	SETTINGS_FLOOR_MAX = 9999999,
	SETTINGS_VLAN_MAX = 4094,
};

enum settings_menu { SETTINGS_MENU_KEY, SETTINGS_MENU_ALWAYS };
enum settings_mode {
	SETTINGS_MODE_AUTOMATIC,
	SETTINGS_MODE_TECHNICIAN,
	SETTINGS_MODE_LOOK,
	SETTINGS_MODE_WINDOWS,
};
enum settings_console {
	SETTINGS_CONSOLE_ALL,
	SETTINGS_CONSOLE_GRAPHICS,
	SETTINGS_CONSOLE_SERIAL,
	SETTINGS_CONSOLE_NAMED, /* the name is in `serial` */
};
/* What to do at the end: each of `repaired`, `nothing` and `failure` takes some of these. */
enum settings_end {
	SETTINGS_END_STAY,
	SETTINGS_END_WINDOWS, /* BootNext, then reset */
	SETTINGS_END_REBOOT,
	SETTINGS_END_POWEROFF,
};
#define SETTINGS_END_WORDS "stay", "windows", "reboot", "poweroff"
enum settings_report { SETTINGS_REPORT_STICK, SETTINGS_REPORT_NONE };
enum settings_rules { SETTINGS_RULES_SIGNED, SETTINGS_RULES_SHIPPED, SETTINGS_RULES_UNSIGNED };
#define X(name, word, looseness) SETTINGS_REPLAY_##name,
enum settings_replay { REPLAY_POLICIES(X) };
#undef X
enum settings_diagnosis { SETTINGS_DIAGNOSIS_ASK, SETTINGS_DIAGNOSIS_ALONE };
/* What is done without a person, by a rule that says so. */
enum settings_acts { SETTINGS_ACTS_MOVE, SETTINGS_ACTS_DISABLE /* and move */ };
enum settings_screen { SETTINGS_SCREEN_FULL, SETTINGS_SCREEN_PLAIN };
enum settings_contrast { SETTINGS_CONTRAST_NORMAL, SETTINGS_CONTRAST_HIGH };
/* AUTO: where the network started us, or a policy is to be fetched. */
enum settings_network { SETTINGS_NETWORK_AUTO, SETTINGS_NETWORK_NO, SETTINGS_NETWORK_YES };

/* Whose words they are, the least first. */
enum settings_trust {
	SETTINGS_FOREIGN,   /* a medium that this system was not started from */
	SETTINGS_UNSIGNED,  /* an unsigned file under Secure Boot */
	SETTINGS_UNCHECKED, /* the stick's own file, where nothing is checked */
	SETTINGS_SIGNED,    /* a part of the signed application, or judged by it */
};

struct settings {
	unsigned timeout_s;		  /* 0..600 */
	unsigned menu;			  /* enum settings_menu, and so on */
	unsigned mode;			  /* enum settings_mode */
	unsigned console;		  /* enum settings_console */
	char serial[SETTINGS_SERIAL_MAX]; /* "ttyS0,115200" or "" */
	unsigned repaired;		  /* enum settings_end */
	unsigned nothing;		  /* enum settings_end */
	unsigned failure;		  /* enum settings_end */
	unsigned wait_s;		  /* 1..600 */
	unsigned key_wait_s;		  /* 0 = for ever */
	unsigned report;		  /* enum settings_report */
	unsigned rules;			  /* enum settings_rules */
	unsigned replay;		  /* enum settings_replay */
	unsigned shell;			  /* 1 = there is one */
	unsigned diagnosis;		  /* enum settings_diagnosis */
	unsigned acts;			  /* enum settings_acts */
	unsigned font;			  /* enum font_size */
	unsigned contrast;		  /* enum settings_contrast */
	unsigned screen;		  /* enum settings_screen */
	/* "de", "pt_BR"; "": not set, the Windows that is found may tell */
	char language[SETTINGS_CODE_MAX];
	char keyboard[SETTINGS_CODE_MAX];    /* "de", "ch_fr"; "": the kernel's, which is "us" */
	unsigned network;		     /* enum settings_network */
	char policy[SETTINGS_URL_MAX];	     /* https URL, or "" */
	char collector[SETTINGS_TARGET_MAX]; /* https or syslog URL for reports, or "" */
	char address[SETTINGS_ADDRESS_MAX];  /* "IP/PREFIX[,GATEWAY[,DNS]]", or "": DHCP */
	unsigned vlan;			     /* 0: none of its own, the firmware's counts */
	char ntp[SETTINGS_HOST_MAX];	     /* name or IP of a time server, or "": DHCP's */
	unsigned policy_floor;		     /* no policy with a lower version counts */
};

/** A line that was skipped. @line from 1; 0 = the whole file. @text how the line begins, printable
 * ASCII, "" for the whole file. @reason in words. Valid during the call. */
struct settings_bad {
	unsigned line;
	const char *text;
	const char *reason;
};

typedef void settings_bad_fn(void *user, const struct settings_bad *bad);

/** The defaults. */
void settings_init(struct settings *s);

/** Read a file's bytes into @s, over what is there: call it for the signed settings first, then for
 * the file on the stick. A bad line is told to @bad (may be NULL) and skipped; so is the second
 * line for one key.
 * SETTINGS_UNSIGNED: `rules`, `replay`, `shell` and `network` may be made stricter than @s has
 * them, never looser; of `diagnosis` and `acts` that holds for every file but SETTINGS_SIGNED; whom
 * the network leads to (`policy` to `policy_floor`) is not set at all. SETTINGS_FOREIGN: these,
 * `mode` and what is done at the end may be made stricter, what a person sees and types may be set,
 * nothing else.
 * Returns the number of bad lines (not only those told); 1 for a file that is too long. */
unsigned settings_parse(struct settings *s, const void *bytes, size_t len,
	enum settings_trust trust, settings_bad_fn *bad, void *user);

/** All settings as text, one `key = value` line each; settings_parse (signed) gives the same back.
 * Returns the length without the closing zero; 0 if @size is too small (SETTINGS_TEXT_MAX is
 * not). */
size_t settings_format(const struct settings *s, char *ret, size_t size);

/** "automatic", "technician", "look", "windows"; "automatic" for what is none of these. */
const char *settings_mode_name(unsigned mode);

#endif

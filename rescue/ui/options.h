/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line: what may be said, and what was said. */
#ifndef UNBRICK_UI_OPTIONS_H
#define UNBRICK_UI_OPTIONS_H

#include "rescue.h"

enum command_bit {
	CMD_LIST = 1 << 0,
	CMD_SCAN = 1 << 1,
	CMD_FIX = 1 << 2,
	CMD_UNDO = 1 << 3,
	CMD_RULES = 1 << 4,
	CMD_LS = 1 << 5,
	CMD_CAT = 1 << 6,
	CMD_EXPORT = 1 << 7,
	CMD_MOUNT = 1 << 8,
	CMD_HELP = 1 << 9,
	CMD_VERSION = 1 << 10,
	CMD_REPLAY = 1 << 11,
	CMD_TUI = 1 << 12,
	CMD_DIAGNOSE = 1 << 13,
	CMD_CHECK_FIRMWARE = 1 << 14,
	CMD_REPORT = 1 << 15,
	CMD_POLICY = 1 << 16,
	CMD_KEYS = 1 << 17,
	CMD_HIBERNATION = 1 << 18,
	CMD_DISABLE = 1 << 19,
	CMD_SAFE = 1 << 20,
	CMD_CLEAR = 1 << 21,
	CMD_SAFEMODE = 1 << 22,
	CMD_LOOK = CMD_SCAN | CMD_DIAGNOSE,
	CMD_TREE = CMD_LS | CMD_CAT | CMD_EXPORT | CMD_MOUNT,
	CMD_SERVICES = CMD_DISABLE | CMD_SAFE | CMD_CLEAR,
	CMD_WRITE = CMD_FIX | CMD_UNDO | CMD_REPLAY | CMD_SERVICES,
	CMD_DISK = CMD_LIST | CMD_LOOK | CMD_WRITE | CMD_HIBERNATION | CMD_TREE | CMD_TUI,
	CMD_ASKS = CMD_DISK & ~CMD_LIST, /* for keys */
	CMD_ALL = (1 << 23) - 1,
};

enum option_id {
	OPT_KEYS,
	OPT_KEYS_FD,
	OPT_PASSPHRASE_FILE,
	OPT_STARTUP_KEY,
	OPT_KEYS_FROM,
	OPT_KEYS_SECRET,
	OPT_KEYS_SECRET_FD,
	OPT_KEYS_CA,
	OPT_NO_KEYS,
	OPT_VOLUME,
	OPT_WINDOWS,
	OPT_BESIDE,
	OPT_PLAIN,
	OPT_CONSOLE,
	OPT_SUPERVISOR,
	OPT_KEYBOARD,
	OPT_FONT,
	OPT_CONTRAST,
	OPT_RULES,
	OPT_YES,
	OPT_REPLAY,
	OPT_DIAGNOSIS,
	OPT_ACTS,
	OPT_WITH_FILES,
	OPT_PLAN,
	OPT_RESUME_PLAN,
	OPT_REVERT,
	OPT_REPORT,
	OPT_LONG,
	OPT_RECURSIVE,
	OPT_OUTPUT,
	OPT_FROM,
	OPT_RESUME,
	OPT_FORCE,
	OPT_FOREGROUND,
	OPT_JSON,
	OPT_VERBOSE,
	OPT_LANGUAGE,
	OPT_SINCE,
	OPT_FILE,
	OPT_RULE,
	OPT_SVG,
	OPT_VARIABLES,
	OPT_CERTIFICATE,
	OPT_CSV,
	OPT_POLICY,
	OPT_POLICY_URL,
	OPT_POLICY_CA,
	OPT_POLICY_KEYS,
	OPT_POLICY_FLOOR,
	OPT_UNKNOWN_CLOCK,
	OPT_MACHINE,
	OPT_DRILL,
	OPT_SECRET_KEY,
	OPT_PASSPHRASE_FD,
	OPT_ADD_RULE,
	OPT_EXPIRES,
	OPT_NETWORK,
	OPT_DIRECTORY,
	OPT_HELP,
	OPT_VERSION,
	OPT_COUNT,
};
_Static_assert(OPT_COUNT <= 64, "flags");

struct option_spec {
	enum option_id id;
	char letter;	   /* short form, 0 if none */
	const char *name;  /* without the dashes */
	const char *arg;   /* what it takes, NULL if nothing */
	unsigned commands; /* command_bit */
	size_t place; /* in struct options, of a value that is given once; 0: not such an option */
	const char *help;
};

struct named_option {
	enum option_id id;
	const char *name;
};

struct ui;
struct options;

/* One whose report the engine makes from end to end. */
typedef int report_command(struct ui *ui, const struct rs_options *o, struct rs_report **ret);
/* One that looks into a volume that is open. */
typedef int look_command(struct ui *ui, struct rs_tree *t, struct rs_err *err);

struct command_spec {
	const char *name;
	enum command_bit bit;
	unsigned short least_args, most_args;
	const char *args;    /* "DISK [PATH]" */
	const char *summary; /* one line */
	const char *text;    /* the rest of its help */
	/* one of: */
	report_command *report;
	enum rs_command repair; /* of cmd_repair: which */
	look_command *look;
	int (*run)(struct ui *ui);
	const char *done;					   /* how a look ends */
	int (*check)(const struct options *o, struct rs_err *err); /* NULL: nothing more */
};

/* Keys may come from several places; each is read in the order given. */
struct key_option {
	enum option_id id;
	const char *value;
};

#define MOST_KEY_OPTIONS 16
#define MOST_BESIDE	 64
#define MOST_CONSOLES	 8
#define MOST_FILES_NAMED 64

struct options {
	const struct command_spec *command; /* NULL until known */
	uint64_t flags;			    /* 1 << option_id of every option given */
	struct key_option keys[MOST_KEY_OPTIONS];
	unsigned n_keys;
	const char *beside[MOST_BESIDE];
	unsigned n_beside;
	const char *consoles[MOST_CONSOLES];
	unsigned n_consoles;
	const char *files[MOST_FILES_NAMED]; /* --file */
	unsigned n_files;
	const char *keyboard, *font, *contrast;
	bool is_plain; /* --plain */
	const char *volume, *windows, *rules, *rule, *output, *from, *report, *language,
		*supervisor;
	const char *keys_from, *keys_secret, *keys_secret_fd, *keys_ca;
	const char *since, *svg;
	const char *variables, *certificate;
	const char *csv;
	const char *policy, *policy_url, *policy_ca, *policy_keys, *policy_floor, *machine;
	const char *secret_key, *passphrase_fd, *add_rule, *expires;
	const char *diagnosis;	   /* ask or alone */
	const char *acts;	   /* move, or move,disable */
	const char *replay, *plan; /* how; the plan's file, new or (resume, revert) saved */
	char **args;		   /* what is no option, the command not among it; inside argv */
	unsigned n_args;
};

static inline bool is_given(const struct options *o, enum option_id id)
{
	return o->flags & 1ULL << id;
}

extern const struct option_spec option_table[OPT_COUNT];

/** Parse; reorders argv. A recovery password among the arguments is wiped and refused.
 * @ret is filled as far as it was understood, also on failure (so that --json is heeded).
 * Errors: RS_E_USAGE. */
int options_parse(int argc, char **argv, struct options *ret, struct rs_err *err);

/** 48 digits, with or without dashes or blanks. */
bool is_recovery_password(const char *s);

/** Row of the command table; NULL if there is no such command. Index form: NULL past the last. */
const struct command_spec *command_find(const char *name);
const struct command_spec *command_at(unsigned index);

#endif

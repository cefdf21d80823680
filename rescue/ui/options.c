/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/options.h"

#include <string.h>

#define NO_PASSWORD_HERE                                                                           \
	"a recovery password does not belong on the command line, where every user of this "       \
	"machine can read it: put it into a file (--keys FILE) or type it when asked"

const struct option_spec option_table[OPT_COUNT] = {
#define AT(member) offsetof(struct options, member)
	{OPT_KEYS, 0, "keys", "FILE", CMD_DISK, 0,
		"keys: one, 'ID KEY' or 'ID,KEY' lines, or the text file that Windows saves"},
	{OPT_KEYS_FD, 0, "keys-fd", "N", CMD_DISK, 0, "the same, from file descriptor N"},
	{OPT_PASSPHRASE_FILE, 0, "passphrase-file", "FILE", CMD_DISK | CMD_KEYS, 0,
		"a passphrase, in a file"},
	{OPT_STARTUP_KEY, 0, "startup-key", "FILE", CMD_DISK, 0, "a startup key (.BEK)"},
	{OPT_KEYS_FROM, 0, "keys-from", "FILE", CMD_ASKS, AT(keys_from),
		"ask the servers that FILE names for the keys of locked volumes, by their IDs"},
	{OPT_KEYS_SECRET, 0, "keys-secret", "FILE", CMD_ASKS, AT(keys_secret),
		"what those servers want to know: headers, client certificate and its key"},
	{OPT_KEYS_SECRET_FD, 0, "keys-secret-fd", "N", CMD_ASKS, AT(keys_secret_fd),
		"the same, from file descriptor N"},
	{OPT_KEYS_CA, 0, "keys-ca", "FILE", CMD_ASKS, AT(keys_ca),
		"the CA (PEM) of servers for which FILE of --keys-from names none"},
	{OPT_NO_KEYS, 0, "no-keys", NULL, CMD_ASKS, 0,
		"ask nobody for a key: what is locked stays locked"},
	{OPT_VOLUME, 0, "volume", "N|UUID", CMD_DISK | CMD_SAFEMODE, AT(volume),
		"this volume: its number in 'unbrick list', or its partition UUID"},
	{OPT_WINDOWS, 0, "windows", "FOLDER", CMD_LOOK | CMD_FIX | CMD_SERVICES | CMD_TUI,
		AT(windows),
		"of several Windows this one alone: its folder in 'unbrick list' ('\\WINNT')"},
	{OPT_BESIDE, 0, "beside", "DISK", CMD_LOOK | CMD_WRITE | CMD_HIBERNATION | CMD_TUI, 0,
		"another disk of the same machine, only looked at: does a Windows sleep there?"},
	{OPT_PLAIN, 0, "plain", NULL, CMD_TUI, 0,
		"the screens as text, line by line, for a screen reader"},
	{OPT_CONSOLE, 0, "console", "TTY", CMD_TUI, 0,
		"show it there, too (several times); on a serial line once a key is pressed"},
	{OPT_SUPERVISOR, 0, "supervisor", "N", CMD_TUI, AT(supervisor),
		"who has started it is at the other end of this socket (the boot stick's /init)"},
	{OPT_KEYBOARD, 0, "keyboard", "LAYOUT", CMD_TUI, AT(keyboard),
		"the layout of this machine's own keyboard (in the boot image only)"},
	{OPT_FONT, 0, "font", "SIZE", CMD_TUI, AT(font),
		"letters of the machine's own screen: auto, large or normal (as they are)"},
	{OPT_CONTRAST, 0, "contrast", "HOW", CMD_TUI, AT(contrast),
		"high: white on black; normal (default): the terminal's own colours"},
	{OPT_RULES, 0, "rules", "DIR", CMD_LOOK | CMD_FIX | CMD_RULES | CMD_TUI, AT(rules),
		"the rules of this folder instead of the shipped ones"},
	{OPT_YES, 'y', "yes", NULL, CMD_WRITE | CMD_TUI | CMD_SAFEMODE, 0,
		"answer yes to the plan's question, and to no other"},
	{OPT_REPLAY, 0, "replay", "HOW", CMD_WRITE | CMD_TUI | CMD_SAFEMODE, AT(replay),
		"an open journal: safe (default), no, or all (--yes answers for losers, too)"},
	{OPT_DIAGNOSIS, 0, "diagnosis", "HOW", CMD_FIX | CMD_TUI, AT(diagnosis),
		"with --yes: ask (default), or alone: move the one file that a diagnosis blames, "
		"if it is no program"},
	{OPT_ACTS, 0, "acts", "WHAT", CMD_FIX | CMD_TUI, AT(acts),
		"with --yes: move (default), or move,disable: what a rule disables, too"},
	{OPT_WITH_FILES, 0, "with-files", NULL, CMD_DISABLE, 0,
		"once a driver that is named is disabled, move its file into quarantine, too"},
	{OPT_PLAN, 0, "plan", "FILE", CMD_WRITE | CMD_HIBERNATION | CMD_TUI | CMD_SAFEMODE,
		AT(plan),
		"save a replay's plan, or a dropped page, there (else beside the report, or in "
		"~/.local/state/unbrick)"},
	{OPT_RESUME_PLAN, 0, "resume", "PLAN", CMD_REPLAY, AT(plan),
		"finish a replay that was cut off; a folder: its newest plan"},
	{OPT_REVERT, 0, "revert", "PLAN", CMD_REPLAY | CMD_HIBERNATION, AT(plan),
		"put back what was changed, if nothing else was written since"},
	{OPT_REPORT, 0, "report", "FILE",
		CMD_LIST | CMD_LOOK | CMD_WRITE | CMD_HIBERNATION | CMD_TUI | CMD_SAFEMODE,
		AT(report), "write the report in JSON to FILE, too (not if it is there already)"},
	{OPT_LONG, 'l', "long", NULL, CMD_LS, 0, "attributes, size and time of change, too"},
	{OPT_RECURSIVE, 'r', "recursive", NULL, CMD_LS, 0, "everything below, from the file table"},
	{OPT_OUTPUT, 'o', "output", "FILE", CMD_EXPORT | CMD_RULES | CMD_REPORT, AT(output),
		"write to FILE; - is standard output"},
	{OPT_FROM, 0, "from", "REPORT", CMD_RULES, AT(from),
		"the report (JSON) that a rule is written from"},
	{OPT_RESUME, 0, "resume", NULL, CMD_EXPORT, 0, "go on with an export that was interrupted"},
	{OPT_FORCE, 0, "force", NULL, CMD_EXPORT, 0,
		"overwrite FILE if it is there, or write to a disk"},
	{OPT_FOREGROUND, 0, "foreground", NULL, CMD_MOUNT, 0, "stay until unmounted"},
	{OPT_JSON, 0, "json", NULL, CMD_ALL & ~CMD_TUI, 0,
		"print a report in JSON, and nothing else"},
	{OPT_VERBOSE, 'v', "verbose", NULL, CMD_ALL & ~CMD_TUI, 0, "tell more on standard error"},
	{OPT_LANGUAGE, 0, "language", "CODE", CMD_ALL, AT(language),
		"speak it (de, en) instead of the environment's; reports in JSON are English"},
	{OPT_SINCE, 0, "since", "TIME", CMD_LOOK, AT(since),
		"list what changed since then: 2026-11-24, or 2026-11-24T20:00:00Z"},
	{OPT_FILE, 0, "file", "PATH", CMD_LOOK | CMD_FIX, 0,
		"this file does the harm (several times); it is asked about like a doubtful one"},
	{OPT_RULE, 0, "rule", "ID", CMD_LOOK | CMD_FIX, AT(rule),
		"a rule that waits to be asked for: 'font-cache' and others in 'unbrick rules "
		"list'"},
	{OPT_SVG, 0, "svg", "FILE", CMD_LOOK | CMD_FIX | CMD_TUI, AT(svg),
		"draw the timeline into FILE (not if it is there already)"},
	{OPT_VARIABLES, 0, "variables", "FILE", CMD_CHECK_FIRMWARE, AT(variables),
		"a folder as efivarfs has it, or the file of an OVMF's variables, instead of this "
		"machine's"},
	{OPT_CERTIFICATE, 0, "certificate", "FILE", CMD_CHECK_FIRMWARE, AT(certificate),
		"the certificate that your application is signed with (PEM or DER)"},
	{OPT_CSV, 0, "csv", "FILE", CMD_REPORT, AT(csv),
		"write a table for a spreadsheet to FILE (not if it is there already)"},
	{OPT_POLICY, 0, "policy", "FILE", CMD_SCAN | CMD_FIX, AT(policy),
		"a site's signed policy says what is done, and nobody is asked; its signature is "
		"FILE.minisig"},
	{OPT_POLICY_URL, 0, "policy-url", "URL", CMD_FIX, AT(policy_url),
		"where it is fetched anew immediately before the first write (else FILE is read)"},
	{OPT_POLICY_CA, 0, "policy-ca", "FILE", CMD_FIX, AT(policy_ca),
		"the CA (PEM) that vouches for the server of --policy-url"},
	{OPT_POLICY_KEYS, 0, "policy-keys", "FILE", CMD_SCAN | CMD_FIX | CMD_POLICY,
		AT(policy_keys), "the public keys of minisign that may sign it, up to four"},
	{OPT_POLICY_FLOOR, 0, "policy-floor", "N", CMD_SCAN | CMD_FIX | CMD_POLICY,
		AT(policy_floor), "the least version of it that is taken"},
	{OPT_UNKNOWN_CLOCK, 0, "unknown-clock", NULL, CMD_SCAN | CMD_FIX, 0,
		"this machine's clock is not known: without the policy's leave nothing is written"},
	{OPT_MACHINE, 0, "machine", "FOLDER", CMD_SCAN | CMD_FIX, AT(machine),
		"the machine that the policy is asked about: sys/class/dmi/id and sys/class/net "
		"in it"},
	{OPT_DRILL, 0, "drill", NULL, CMD_FIX, 0,
		"with --policy: do all but the write, and end as 'scan' does"},
	{OPT_SECRET_KEY, 0, "secret-key", "FILE", CMD_POLICY, AT(secret_key),
		"of 'sign': minisign's secret key"},
	{OPT_PASSPHRASE_FD, 0, "passphrase-fd", "N", CMD_POLICY, AT(passphrase_fd),
		"its passphrase, from file descriptor N, instead of asking for it"},
	{OPT_ADD_RULE, 0, "add-rule", "FILE", CMD_POLICY, AT(add_rule),
		"put this rule into the policy, raise its version, and sign it"},
	{OPT_EXPIRES, 0, "expires", "TIME", CMD_POLICY, AT(expires),
		"let it expire then (2026-12-01T00:00:00Z), raise its version, and sign it"},
	{OPT_NETWORK, 0, "network", NULL, CMD_SAFEMODE, 0, "of 'on': Safe Mode with networking"},
	{OPT_DIRECTORY, 0, "directory-services", NULL, CMD_SAFEMODE, 0,
		"of 'on': Directory Services Restore Mode, for a domain controller; always asked"},
	{OPT_HELP, 'h', "help", NULL, CMD_ALL, 0, "show help"},
	{OPT_VERSION, 0, "version", NULL, CMD_ALL, 0, "show the version"},
};

bool is_recovery_password(const char *s)
{
	unsigned digits = 0;

	for (; *s; s++) {
		if (*s >= '0' && *s <= '9')
			digits++;
		else if (*s != '-' && *s != ' ')
			return false;
	}
	return digits == 48;
}

/* One name may mean different things to different commands (--resume). */
static const struct option_spec *find_long(const struct options *o, const char *name, size_t len)
{
	const struct option_spec *ret = NULL;

	for (unsigned i = 0; i < OPT_COUNT; i++) {
		const struct option_spec *s = &option_table[i];
		if (strlen(s->name) != len || strncmp(s->name, name, len) != 0)
			continue;
		if (o->command && (s->commands & o->command->bit))
			return s;
		ret = s;
	}
	return ret;
}

static const struct option_spec *find_short(char letter)
{
	for (unsigned i = 0; i < OPT_COUNT; i++)
		if (option_table[i].letter == letter)
			return &option_table[i];
	return NULL;
}

/* Note what was given; @value NULL for options that take none. */
static int take(struct options *o, const struct option_spec *spec, char *value, struct rs_err *err)
{
	if (value && is_recovery_password(value)) {
		explicit_bzero(value, strlen(value)); /* out of the process list */
		return rs_fail(err, RS_E_USAGE, NO_PASSWORD_HERE);
	}
	if (value && !*value)
		return rs_fail(err, RS_E_USAGE, "--%s needs %s", spec->name, spec->arg);
	if (spec->place) {
		if (is_given(o, spec->id))
			return rs_fail(err, RS_E_USAGE, "--%s is given twice", spec->name);
		*(const char **)(void *)((char *)o + spec->place) = value;
	} else if (spec->id == OPT_BESIDE) {
		if (o->n_beside == MOST_BESIDE)
			return rs_fail(err, RS_E_USAGE, "more than %d disks beside", MOST_BESIDE);
		o->beside[o->n_beside++] = value;
	} else if (spec->id == OPT_CONSOLE) {
		if (o->n_consoles == MOST_CONSOLES)
			return rs_fail(err, RS_E_USAGE, "more than %d consoles", MOST_CONSOLES);
		o->consoles[o->n_consoles++] = value;
	} else if (spec->id == OPT_FILE) {
		if (o->n_files == MOST_FILES_NAMED)
			return rs_fail(err, RS_E_USAGE, "more than %d files", MOST_FILES_NAMED);
		o->files[o->n_files++] = value;
	} else if (value) {
		if (o->n_keys == MOST_KEY_OPTIONS)
			return rs_fail(
				err, RS_E_USAGE, "more than %d key options", MOST_KEY_OPTIONS);
		o->keys[o->n_keys++] = (struct key_option){spec->id, value};
	}
	o->flags |= 1ULL << spec->id;
	o->is_plain = is_given(o, OPT_PLAIN);
	return 0;
}

/* "--name", "--name=value", "--name value"; @next the following argument or NULL. Returns how many
 * arguments were used. */
static int parse_long(struct options *o, char *arg, char *next, struct rs_err *err)
{
	char *name = arg + 2;
	size_t len = strcspn(name, "=");
	char *value = name[len] ? name + len + 1 : NULL;
	const struct option_spec *spec = find_long(o, name, len);

	if (!spec)
		return rs_fail(
			err, RS_E_USAGE, "unknown option --%.*s", (int)(len > 64 ? 64 : len), name);
	if (!spec->arg && value)
		return rs_fail(err, RS_E_USAGE, "--%s takes no value", spec->name);
	bool is_apart = spec->arg && !value;
	if (is_apart && !next)
		return rs_fail(err, RS_E_USAGE, "--%s needs %s", spec->name, spec->arg);
	int r = take(o, spec, is_apart ? next : value, err);
	return r < 0 ? r : 1 + is_apart;
}

/* "-lr", "-oFILE", "-o FILE" */
static int parse_short(struct options *o, char *arg, char *next, struct rs_err *err)
{
	for (char *p = arg + 1; *p; p++) {
		const struct option_spec *spec = find_short(*p);
		if (!spec)
			return rs_fail(err, RS_E_USAGE, "unknown option -%c", *p);
		if (spec->arg && !p[1] && !next)
			return rs_fail(err, RS_E_USAGE, "-%c needs %s", *p, spec->arg);
		int r = take(o, spec, !spec->arg ? NULL : p[1] ? p + 1 : next, err);
		if (r < 0)
			return r;
		if (spec->arg)
			return p[1] ? 1 : 2;
	}
	return 1;
}

static int take_argument(struct options *o, char *arg, struct rs_err *err)
{
	if (is_recovery_password(arg)) {
		explicit_bzero(arg, strlen(arg));
		return rs_fail(err, RS_E_USAGE, NO_PASSWORD_HERE);
	}
	if (!o->command) {
		o->command = command_find(arg);
		return o->command ? 0
				  : rs_fail(err, RS_E_USAGE, "there is no command '%.64s'", arg);
	}
	o->args[o->n_args++] = arg;
	return 0;
}

/* Does everything that was given fit the command? */
static int check(struct options *o, struct rs_err *err)
{
	const struct command_spec *c = o->command;

	if (!c && is_given(o, OPT_VERSION))
		c = o->command = command_find("version");
	if (!c && is_given(o, OPT_HELP))
		c = o->command = command_find("help");
	if (!c)
		return rs_fail(err, RS_E_USAGE, "which command?");
	if (is_given(o, OPT_HELP) || is_given(o, OPT_VERSION))
		return 0; /* shown instead, whatever else is there */
	for (unsigned i = 0; i < OPT_COUNT; i++)
		if (is_given(o, (enum option_id)i) && !(option_table[i].commands & c->bit))
			return rs_fail_on(err, RS_E_USAGE, c->name, "--%s does not belong here",
				option_table[i].name);
	if (o->n_args < c->least_args)
		return rs_fail_on(err, RS_E_USAGE, c->name, "needs %s", c->args);
	if (o->n_args > c->most_args)
		return rs_fail_on(err, RS_E_USAGE, c->name, "too many arguments, it takes %s",
			c->args[0] ? c->args : "none");
	return 0;
}

int options_parse(int argc, char **argv, struct options *ret, struct rs_err *err)
{
	struct rs_err first = {0};
	bool is_over = false; /* after "--" */

	*ret = (struct options){.args = argv};
	for (int i = 1; i < argc;) {
		char *next = i + 1 < argc ? argv[i + 1] : NULL;
		struct rs_err e = {0};
		int r = 1;
		if (!is_over && strcmp(argv[i], "--") == 0)
			is_over = true;
		else if (!is_over && strncmp(argv[i], "--", 2) == 0)
			r = parse_long(ret, argv[i], next, &e);
		else if (!is_over && argv[i][0] == '-' && argv[i][1])
			r = parse_short(ret, argv[i], next, &e);
		else if (take_argument(ret, argv[i], &e) < 0)
			r = e.code;
		if (r < 0 && !first.code)
			first = e; /* read on: --json may follow, and a key be wiped */
		i += r < 0 ? 1 : r;
	}
	if (first.code) {
		*err = first;
		return first.code;
	}
	return check(ret, err);
}

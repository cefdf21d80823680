/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "ui/ui.h"

static const struct command_spec commands[] = {
	{"list", CMD_LIST, 0, 1024, "[DISK...]", "show disks, volumes and the Windows on them",
		"Without DISK, every disk of this machine. Looks only. A DISK is a device "
		"(/dev/sda) or\n"
		"an image file. With a key, locked volumes are looked into as well.\n",
		.report = cmd_repair, .repair = RS_LIST},
	{"scan", CMD_SCAN, 1, 1024, "DISK...", "say what 'fix' would do, and show the plan",
		"Looks only. The reasons at length, and trouble that no file is the cause of, are\n"
		"what 'diagnose' is for. Ends with 3 if there is something to repair, with 0 if\n"
		"there is not, with 16 if something else is wrong, and as 'fix' would where that\n"
		"would refuse.\n",
		.report = cmd_repair, .repair = RS_SCAN, .check = check_look},
	{"diagnose", CMD_DIAGNOSE, 1, 1024, "DISK...",
		"name what keeps Windows from starting, with reasons",
		"Looks only, at what a crashing Windows leaves behind: dumps, logs, the registry, "
		"files\n"
		"that came or changed. Says what kind of trouble it is, which file is at fault, "
		"how\n"
		"sure that is, and what would be done. Ends as 'scan' does; with 16 if something "
		"is\n"
		"wrong that this program does not repair.\n",
		.report = cmd_repair, .repair = RS_DIAGNOSE, .check = check_look},
	{"fix", CMD_FIX, 1, 1, "DISK", "carry out the plan: move bad files out of the way",
		"Shows the plan that 'scan' shows, asks once, moves each file into a folder of its "
		"own\n"
		"(\\Unbrick\\TIME\\NNNN) on the same volume, and verifies. Nothing is deleted. "
		"Doubtful\n"
		"files are asked about one by one. Run it again after an interruption. DISK is a\n"
		"device or a raw image file; name the machine's other images with --beside.\n",
		.report = cmd_repair, .repair = RS_FIX, .check = policy_options_check},
	{"disable", CMD_DISABLE, 2, 1024, "DISK SERVICE...",
		"keep drivers or services of other makers from starting",
		"SERVICE is its name in the registry, or its driver's file (x.sys). Sets Start to "
		"4 and\n"
		"takes its name out of every list of filters, in one step of its own; what has "
		"the same\n"
		"file, or belongs to it, goes with it. What a start needs is refused by name. "
		"With\n"
		"--with-files the files of the drivers that are named are moved away after that, "
		"in the\n"
		"same plan. 'undo' takes it back, the files first.\n",
		.report = cmd_repair, .repair = RS_DISABLE},
	{"safe", CMD_SAFE, 1, 1, "DISK",
		"disable all early drivers of other makers, like Safe Mode from outside",
		"Every driver of another maker that is started with Windows and that no start of "
		"this\n"
		"machine needs, each with its maker and the reason, and those that stay with "
		"theirs.\n"
		"The Windows then runs without its security product, until 'undo'.\n",
		.report = cmd_repair, .repair = RS_SAFE},
	{"clear", CMD_CLEAR, 2, 2, "DISK WHAT",
		"take a setting out of the registry that keeps Windows from starting",
		"WHAT is 'verifier': Driver Verifier's settings, which stop a machine at the first "
		"fault;\n"
		"or 'update': the lock of an update that is half applied "
		"(SessionsPending\\Exclusive), "
		"which\n"
		"is the first of Microsoft's steps only: the others are told. 'undo' takes it "
		"back.\n",
		.report = cmd_repair, .repair = RS_CLEAR},
	{"undo", CMD_UNDO, 1, 2, "DISK [ID]", "take a repair back: moved files, and changes",
		"ID is the folder's name below \\Unbrick, needed if there are several. A file that "
		"cannot\n"
		"go back to its old place is told or asked about; with --yes that is refused, "
		"too.\n",
		.report = cmd_repair, .repair = RS_UNDO},
	{"replay", CMD_REPLAY, 1, 1, "DISK", "apply what a crashed Windows left in its journal",
		"Shows what is pending, asks once, saves the plan (the bytes before and after) in "
		"a file,\n"
		"writes, and verifies. Windows does the same at its next start; 'fix' and 'undo' "
		"do "
		"it\n"
		"by themselves before they move a file.\n",
		.report = cmd_repair, .repair = RS_REPLAY, .check = check_replay},
	{"hibernation", CMD_HIBERNATION, 1, 1, "DISK",
		"drop the image of a Windows that fails to resume from it",
		"Asks a person, whatever was open there is lost; saves the first page of "
		"hiberfil.sys in a\n"
		"file, writes zeros over it, and verifies. Windows then starts anew, as after a "
		"power cut.\n"
		"--revert takes it back as long as no file of that volume was changed since.\n",
		.report = cmd_repair, .repair = RS_HIBERNATION, .check = check_replay},
	{"safemode", CMD_SAFEMODE, 2, 2, "on | off | clear DISK",
		"let a Windows start in Safe Mode, also a locked one",
		"Needs no key: the setting lies on the EFI system partition (of a BIOS on the "
		"active\n"
		"one), and BitLocker does not validate it by default. Without --volume it is the\n"
		"Windows that is started when nobody chooses. It stays so until 'off', which sets "
		"back\n"
		"whoever's it was; 'clear' sets back what Unbrick set, and asks nobody.\n",
		.report = cmd_safemode, .repair = RS_SAFEMODE, .check = check_safemode},
	{"tui", CMD_TUI, 0, 1024, "[DISK...]",
		"list, scan, fix and undo on one screen, step by step",
		"Shows what was found, asks for a recovery key, says what was found and what would "
		"be\n"
		"done, and does it when F12 (or Ctrl-Y) confirms the plan. Needs a terminal of at "
		"least\n"
		"80 x 24. Without DISK, every disk of this machine. With --yes, 'fix --yes' of one "
		"DISK\n"
		"on the screen, which moves on by itself.\n",
		.run = cmd_tui, .check = check_tui},
	{"rules", CMD_RULES, 0, 1024, "[list | show ID | check PATH... | write [PATH]]",
		"list, show, check or write rules",
		"'check' reads rule files, or folders of them, and names each fault with its "
		"line.\n"
		"'write' makes a rule of a report (--from) of a fix that moved a file, or of a "
		"scan that\n"
		"proposes it; PATH is the one that is meant, of several. Without --output it is "
		"printed.\n",
		.report = cmd_rules, .check = check_rules},
	{"policy", CMD_POLICY, 2, 2, "sign | verify | show FILE",
		"sign, verify or show a site's policy",
		"'sign' makes FILE.minisig with a secret key of minisign (--secret-key), which "
		"plain "
		"minisign\n"
		"verifies, too; with --add-rule it puts a rule into FILE before, which must be "
		"signed "
		"by then.\n"
		"'verify' says whether a machine would take it now (--policy-keys); 'show' what is "
		"in "
		"it.\n",
		.report = cmd_policy, .check = check_policy},
	{"check-firmware", CMD_CHECK_FIRMWARE, 0, 0, "",
		"say which doors of the stick this firmware lets in",
		"Looks only, at the firmware's variables: Secure Boot, Microsoft's certificates of "
		"2011 "
		"and\n"
		"2023, what is revoked, shim's lists. Ends with 0 if the stick starts, also "
		"without "
		"the\n"
		"certificates of 2011; with 3 if it starts now and would not then; with 16 if it "
		"does "
		"not.\n",
		.report = cmd_check_firmware},
	{"report", CMD_REPORT, 1, 1024, "PATH...", "make one page of the reports of many machines",
		"PATH is a folder of reports (of runs, of starts from the stick or the network), "
		"also in\n"
		"an nginx's log, one a line. The page (-o FILE) needs nothing from elsewhere: who "
		"is\n"
		"repaired, who is not and why, who never came back, new incidents, keys to "
		"rotate.\n"
		"Without -o and --csv only the counts are printed.\n",
		.run = cmd_fleet, .check = check_fleet},
	{"keys", CMD_KEYS, 3, 3, "encrypt KEYS OUT", "encrypt a key file with a passphrase",
		"OUT, a new file, is used as KEYS is (--keys, or as keys.enc on the stick): its "
		"passphrase\n"
		"is asked for once, when the first volume needs a key. It has at least 12 "
		"characters.\n",
		.run = cmd_keys, .check = check_keys},
	{"ls", CMD_LS, 1, 2, "DISK [PATH]", "list a folder of a volume, without mounting it",
		"PATH has / or \\ between its parts. With -l: attributes (R read-only, H hidden,\n"
		"S system, D folder, A archive, L reparse point), size, time of change (UTC), "
		"name.\n",
		.look = cmd_ls, .done = "listed"},
	{"cat", CMD_CAT, 2, 2, "DISK PATH", "write a file's bytes to standard output",
		"With --json the bytes are read, not printed: the report has the SHA-256.\n",
		.look = cmd_cat, .done = "read"},
	{"export", CMD_EXPORT, 1, 2, "DISK [FILE]", "write the opened (decrypted) volume to a file",
		"The bytes are those of the disk: a journal is copied, not applied.\n"
		"Without FILE (or -o FILE), to standard output. A file is sparse: blocks of zeros "
		"stay "
		"holes.\n"
		"An export to a file that was interrupted goes on with --resume; until it is "
		"complete,\n"
		"FILE.unbrick-export says how far it came.\n",
		.look = cmd_export, .done = "exported", .check = check_export},
	{"mount", CMD_MOUNT, 2, 2, "DISK FOLDER", "mount a volume by FUSE",
		"Read-only. Unmount with: fusermount3 -u FOLDER\n", .run = cmd_mount,
		.check = check_mount},
	{"help", CMD_HELP, 0, 1, "[COMMAND]", "show help", "", .run = cmd_help},
	{"version", CMD_VERSION, 0, 0, "", "show the version", "", .run = cmd_version},
};

const struct command_spec *command_at(unsigned index)
{
	return index < sizeof(commands) / sizeof(commands[0]) ? &commands[index] : NULL;
}

const struct command_spec *command_find(const char *name)
{
	for (unsigned i = 0; command_at(i); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static void print_option(FILE *f, const struct option_spec *s)
{
	char left[64];
	int columns = 0;

	(void)snprintf(left, sizeof(left), "%c%c%s --%s%s%s", s->letter ? '-' : ' ',
		s->letter ? s->letter : ' ', s->letter ? "," : " ", s->name, s->arg ? " " : "",
		s->arg ? lang_word(s->arg) : "");
	for (const char *p = left; *p; p++)
		columns += ((unsigned char)*p & 0xC0) != 0x80;
	if (columns > 28)
		(void)fprintf(f, "  %s\n  %-28s %s\n", left, "", lang_word(s->help));
	else
		(void)fprintf(f, "  %s%*s %s\n", left, 28 - columns, "", lang_word(s->help));
}

static void print_command(FILE *f, const struct command_spec *c)
{
	const char *summary = lang_word(c->summary), *text = c->text[0] ? lang_word(c->text) : "";
	const char first = summary[0]; /* a sentence, where it begins with an ASCII letter */

	(void)fprintf(f, "unbrick %s %s%s[OPTION...]\n\n%c%s.\n%s\n%s\n", c->name,
		c->args[0] ? lang_word(c->args) : "", c->args[0] ? " " : "",
		first >= 'a' && first <= 'z' ? first - 'a' + 'A' : first, summary + 1, text,
		lang_word(N_("Options:")));
	for (unsigned i = 0; i < OPT_COUNT; i++)
		if (option_table[i].commands & c->bit)
			print_option(f, &option_table[i]);
}

void help_print(FILE *f, const struct command_spec *command)
{
	if (command) {
		print_command(f, command);
		return;
	}
	(void)fputs(lang_word("unbrick: repair a Windows that does not start, from outside\n\n"
			      "Usage: unbrick COMMAND [OPTION...] [--] ARGUMENT...\n\nCommands:\n"),
		f);
	for (unsigned i = 0; command_at(i); i++)
		(void)fprintf(f, "  %-16s%s\n", commands[i].name, lang_word(commands[i].summary));
	(void)fputs(lang_word("\nTo repair a disk:     unbrick fix /dev/sda\n"
			      "To take that back:    unbrick undo /dev/sda\n"
			      "More on a command:    unbrick help COMMAND, or man unbrick\n\n"
			      "Exit status: 0 done, 1 a bug of ours, 2 usage, 3 scan found "
			      "something to repair,\n"
			      "4 nothing to do, 5 key needed, 6 key wrong, 7 refused for safety, 8 "
			      "no Windows "
			      "found,\n"
			      "9 not supported, 10 read or write error, 11 damaged, 12 "
			      "verification failed, 13 "
			      "busy,\n"
			      "14 cancelled, 15 something was left for a person to decide, 16 "
			      "something is\n"
			      "wrong that this program does not repair, 17 the network.\n"),
		f);
}

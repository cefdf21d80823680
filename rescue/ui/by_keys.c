/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/by_keys.h"

#include <string.h>

#define BROWSER "look at it in the browser (l at the disks)"

static const struct {
	int code;	   /* whose step the table of errors has, */
	const char *typed; /* or the step itself */
	const char *keys;
} table[] = {
	{RS_E_BUG, NULL, "report it with the report, which s saves"},
	{RS_E_USAGE, NULL, "correct what it was started with: on a stick, its settings"},
	{RS_E_AMBIGUOUS, NULL, "choose one volume at the disks"},
	{RS_E_NO_SUCH_VOLUME, NULL, "choose a volume at the disks"},
	{RS_E_NO_SUCH_WINDOWS, NULL, "choose a Windows at the disks"},
	{RS_E_NO_SUCH_FILE, NULL, "look for it in the browser (l at the disks)"},
	{RS_E_NO_SUCH_QUARANTINE, NULL, "u at the findings shows those that exist"},
	{RS_E_OUTPUT_EXISTS, NULL, "choose another name"},
	{RS_E_RESUME, NULL, "choose another name for it"},
	{RS_E_KEY_NEEDED, NULL,
		"type its recovery key where it is asked for, or put in a stick with a key file: "
		"Ctrl-U takes it"},
	{RS_E_KEY_OTHER, NULL,
		"where its key is asked for, Ctrl-U takes a startup key from a stick, and Ctrl-P "
		"asks for a passphrase"},
	{RS_E_POLICY_KEYS, NULL, "ask who made this stick: it needs the site's public key"},
	{RS_E_POLICY_UNSIGNED, NULL, "ask who signs the policy: its signature is missing"},
	{RS_E_POLICY_KEY, NULL, "ask who signs the policy, and who made this stick"},
	{RS_E_LOG_UNCLEAN, NULL,
		"a repair applies them; so does Windows' recovery environment when it is started"},
	{RS_E_LOG_TORN, NULL,
		"run chkdsk C: /f at the command prompt of Windows' recovery environment; a replay "
		"that was cut off is finished by r, where the repair is refused"},
	{RS_E_LOG_LOSERS, NULL, "try again and answer the question with yes"},
	{RS_E_HIBERNATED, NULL,
		"start it and shut it down completely (Shift and Shut down); if it does not start, "
		"h at the findings drops what it would resume from: what was open in it is lost"},
	{RS_E_REPLAY_CHANGED, NULL,
		"leave the replay; what the volume is now is told at the disks"},
	{RS_E_UNSAFE_PATH, NULL,
		BROWSER " and rename it at the command prompt of Windows' recovery environment"},
	{RS_E_UNPROVEN, NULL, BROWSER "; u at the findings asks about each of its files"},
	{RS_E_RENAME, NULL,
		"try again and answer the question, or delete the value "
		"PendingFileRenameOperations in Windows' recovery environment (reg load)"},
	{RS_E_NEIGHBOUR_LOCKED, NULL,
		"give its key, too (48 digits, or Ctrl-U and a stick with a key file), or answer "
		"the "
		"question"},
	{RS_E_NOT_NTFS, NULL, "what each volume is stands at the disks"},
	{RS_E_IO_WRITE, NULL,
		"check cable and disk health; then the same repair or undo once more finishes it"},
	{RS_E_CUT_SHORT, NULL,
		"check cable and disk health; then the same repair once more finishes it, u takes "
		"it "
		"back, and r finishes a journal's replay"},
	{RS_E_OUTPUT, NULL, "make room or choose another place"},
	{RS_E_PLAN_FILE, NULL, "put the stick back in, or make room on it"},
	{RS_E_REPLAY_PLAN, NULL,
		"put in the stick that the replay was started from, and restart from it"},
	{RS_E_MANIFEST_GONE, NULL,
		"u at the findings goes by the report beside it; without one, move the files named "
		"back with 'move' in Windows' recovery environment"},
	{0, "'unbrick safemode off' sets it back", "f at the disks sets it back"},
	{0, "'unbrick safemode on' does that", "f at the disks does that"},
	{RS_E_BOOT_ENTRY, NULL, "choose the disk with the Windows at the disks"},
	{0, "choose one by its ID: unbrick undo DISK ID", "u at the findings lets you choose one"},
	{0, "--yes answers the plan's question where nobody can", "F12 at the plan answers it"},
	{0, "start it again without --replay no",
		"whoever started it said so: on a stick, change the line 'replay' of its settings, "
		"and start again"},
	{0,
		"move the other file away in Windows' recovery environment; or leave this one in "
		"the "
		"quarantine, where 'unbrick cat' reads it",
		"move the other file away in Windows' recovery environment; or leave this one in "
		"the "
		"quarantine, where the browser (l at the disks) shows it"},
	{0,
		"make that folder again in Windows' recovery environment; 'unbrick cat' reads the "
		"file in the quarantine",
		"make that folder again in Windows' recovery environment; the browser (l at the "
		"disks) shows the file in the quarantine, and c there copies it out"},
	{0,
		"look at it with 'unbrick cat'; what is in the quarantine is not what was moved "
		"there",
		BROWSER "; what is in the quarantine is not what was moved there"},
	{0, "put the set together on Linux (mdadm --assemble) and run unbrick on its device",
		"put the set together on Linux (mdadm), and look at the whole of it there"},
	{0,
		"assemble the set ('mdadm --assemble --scan') and name the array, /dev/mdN, "
		"instead; "
		"what is only left over of an earlier set goes with 'wipefs', on a copy first",
		"attach every disk of the set and choose the whole of it at the disks; what is "
		"only "
		"left over of an earlier set is taken away on a copy first"},
};

/* What is another step where screens are plain text. */
static const struct {
	int code;
	const char *lines;
} in_lines[] = {
	{RS_E_KEY_NEEDED, "type its recovery key where it is asked for"},
	{RS_E_KEY_OTHER,
		"type its passphrase where its key is asked for; a startup key lies on the stick "
		"before the machine is started from it"},
	{RS_E_NEIGHBOUR_LOCKED, "give its key, too, or answer the question"},
};

const char *by_keys(const char *next)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(next, table[i].typed ? table[i].typed
						: rs_err_info(table[i].code)->advice) == 0)
			return table[i].keys;
	return next;
}

const char *by_lines(const char *next)
{
	for (size_t i = 0; i < sizeof(in_lines) / sizeof(in_lines[0]); i++)
		if (strcmp(next, rs_err_info(in_lines[i].code)->advice) == 0)
			return in_lines[i].lines;
	return by_keys(next);
}

const char *by_keys_of(const struct rs_err *err, bool is_plain)
{
	return is_plain ? by_lines(rs_err_next(err)) : by_keys(rs_err_next(err));
}

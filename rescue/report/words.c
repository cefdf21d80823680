/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each state's word in a report, in one place. */
#include "report/render.h"

#define WORD(name, word) [name] = (word),

const char *run_result_word(enum run_result r)
{
	static const char *const words[] = {RUN_RESULTS(WORD)};

	return words[r];
}

const char *run_journal_word(enum run_journal_state s)
{
	static const char *const words[] = {RUN_JOURNALS(WORD)};

	return words[s];
}

const char *run_replay_word(enum run_replay_result r)
{
	static const char *const words[] = {RUN_REPLAYS(WORD)};

	return words[r];
}

const char *run_source_word(enum run_source s)
{
	static const char *const words[] = {RUN_SOURCES(WORD)};

	return words[s];
}

const char *run_action_word(enum plan_action a)
{
	static const char *const words[] = {[PLAN_QUARANTINE] = "quarantine",
		[PLAN_ASK] = "ask",
		[PLAN_KEEP] = "keep",
		[PLAN_REPORT] = "report",
		[PLAN_FINISH] = "finish",
		[PLAN_RESTORE] = "restore"};

	return words[a];
}

const char *run_done_word(enum plan_result r)
{
	static const char *const words[] = {[PLAN_OPEN] = "skipped",
		[PLAN_DONE] = "done",
		[PLAN_ALREADY] = "already",
		[PLAN_SKIPPED] = "skipped",
		[PLAN_FAILED] = "failed"};

	return words[r];
}

const char *run_kind_word(enum rule_kind k)
{
	static const char *const words[] = {[RULE_BAD_FILE] = "bad-file",
		[RULE_GOOD_FILE_REMOVED] = "good-file-removed",
		[RULE_UPDATE_HALF_APPLIED] = "update-half-applied"};

	return words[k];
}

const char *run_rule_action_word(enum rule_action a)
{
	return a == RULE_QUARANTINE ? "quarantine" : "report";
}

const char *run_finding_word(enum rule_outcome o)
{
	static const char *const words[] = {[RULE_MATCHED] = "matched",
		[RULE_DOUBT] = "doubt",
		[RULE_REPAIRED] = "repaired",
		[RULE_REPORTED] = "reported",
		[RULE_STOPPED] = "stopped"};

	return words[o];
}

const char *run_bitlocker_word(enum bl_state s)
{
	static const char *const words[] = {[BL_ENCRYPTED] = "encrypted",
		[BL_SUSPENDED] = "suspended",
		[BL_CONVERTING] = "converting",
		[BL_EOW] = "converting-eow",
		[BL_DECRYPTED] = "decrypted",
		[BL_STATE_UNKNOWN] = "unknown"};

	return words[s];
}

const char *run_bitlocker_note(const struct run_bitlocker *b)
{
	return b->is_unlocked && !b->info.note[0] ? b->unlock.note : b->info.note;
}

const char *run_content_word(enum vol_kind k)
{
	static const char *const words[] = {[VOL_UNKNOWN] = "unknown",
		[VOL_NTFS] = "ntfs",
		[VOL_BITLOCKER] = "bitlocker",
		[VOL_FAT] = "fat",
		[VOL_EXFAT] = "exfat",
		[VOL_MSR] = "msr",
		[VOL_OTHER] = "other",
		[VOL_EXTENDED] = "other"};

	return words[k];
}

const char *run_scheme_word(enum disk_scheme s)
{
	static const char *const words[] = {
		[DISK_BARE] = "bare", [DISK_GPT] = "gpt", [DISK_MBR] = "mbr"};

	return words[s];
}

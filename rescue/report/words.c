/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each state's word in a report, in one place. */
#include "report/render.h"

#define WORDS(function, type, list)                                                                \
	const char *function(type v)                                                               \
	{                                                                                          \
		static const char *const words[] = {list(JUST_WORD)};                              \
                                                                                                   \
		return words[v];                                                                   \
	}

WORDS(run_result_word, enum run_result, RUN_RESULTS)
WORDS(run_journal_word, enum run_journal_state, RUN_JOURNALS)
WORDS(run_replay_word, enum run_replay_result, RUN_REPLAYS)
WORDS(run_source_word, enum run_source, RUN_SOURCES)
WORDS(run_action_word, enum plan_action, PLAN_ACTIONS)
WORDS(run_done_word, enum plan_result, PLAN_RESULTS)
WORDS(run_kind_word, enum incident_kind, INCIDENT_KINDS)
WORDS(run_rule_action_word, enum rule_action, RULE_ACTIONS)
WORDS(run_finding_word, enum said_outcome, SAID_OUTCOMES)
WORDS(run_bitlocker_word, enum bl_state, BL_STATES)
WORDS(run_content_word, enum vol_kind, VOL_KINDS)

const char *run_bitlocker_note(const struct run_bitlocker *b)
{
	return b->is_unlocked && !b->info.note[0] ? b->unlock.note : b->info.note;
}

const char *run_scheme_word(enum disk_scheme s)
{
	static const char *const words[] = {
		[DISK_BARE] = "bare", [DISK_GPT] = "gpt", [DISK_MBR] = "mbr"};

	return words[s];
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words that rooms far apart spell: the command line, settings, reports and who reads them. */
#ifndef UNBRICK_FORMAT_WORDS_H
#define UNBRICK_FORMAT_WORDS_H

/* Of such a list, for an enum and for an array of texts: */
#define JUST_NAME(name, ...)	   name,
#define JUST_WORD(name, word, ...) word,
/* ... and for the function that tells a value's word. */
#define WORDS(function, type, list)                                                                \
	static inline const char *function(type v)                                                 \
	{                                                                                          \
		static const char *const words[] = {list(JUST_WORD)};                              \
                                                                                                   \
		return words[v];                                                                   \
	}

/* The journal of a Windows that crashed has to be replayed before anything else is written:
 * X(NAME, word, how much more it lets happen than the others). */
#define REPLAY_POLICIES(X)                                                                         \
	/* as part of the plan; transactions that never ended are asked about */                   \
	X(SAFE, "safe", 1)                                                                         \
	/* never: refuse */                                                                        \
	X(NO, "no", 0)                                                                             \
	/* as part of the plan, whatever is in it */                                               \
	X(ALL, "all", 2)

/* How large the letters of the machine's own screen are (core/font.h). */
#define FONT_SIZES(X)                                                                              \
	X(FONT_AUTO, "auto")	 /* as large as a metre away wants them */                         \
	X(FONT_LARGE, "large")	 /* as large as 80x24 allows */                                    \
	X(FONT_NORMAL, "normal") /* as the kernel has them */
enum font_size { FONT_SIZES(JUST_NAME) };
WORDS(font_size_word, enum font_size, FONT_SIZES)

/* How a run ended, as its report calls it; the report of a start has these words where it means the
 * same (init/report.h). */
#define RUN_RESULTS(X)                                                                             \
	X(DONE, "done")                                                                            \
	X(NOTHING_TO_DO, "nothing-to-do")                                                          \
	X(FOUND, "found")                                                                          \
	X(LEFT, "left")                                                                            \
	X(WRONG, "wrong") /* something is, that this program does not repair */                    \
	X(CANNOT_START, "cannot-start")                                                            \
	X(FAILED, "failed")                                                                        \
	X(CANCELLED, "cancelled")                                                                  \
	X(NOT_KEPT, "not-kept")

/* What a quarantine is, as a report calls it. */
#define QUARANTINE_STATES(X)                                                                       \
	X(QUARANTINE_ACTIVE, "active") /* every file is in it */                                   \
	X(QUARANTINE_UNDONE, "undone") /* every file is back; only our own folders are left */     \
	/* undone but for values that somebody else had changed since: the manifest says what they \
	 * were */                                                                                 \
	X(QUARANTINE_LEFT, "left")                                                                 \
	/* interrupted, be it at the report: fix or undo finishes it */                            \
	X(QUARANTINE_UNFINISHED, "unfinished")                                                     \
	/* folders without a manifest: interrupted before anything moved */                        \
	X(QUARANTINE_EMPTY, "empty")                                                               \
	/* a manifest that cannot be read, or that does not fit the disk */                        \
	X(QUARANTINE_DAMAGED, "damaged")                                                           \
	X(QUARANTINE_LOST, "lost")	   /* files, and no manifest: something took it */         \
	X(QUARANTINE_UNPROVEN, "unproven") /* anybody may have made it (act/proof.h) */
enum quarantine_state { QUARANTINE_STATES(JUST_NAME) };
WORDS(quarantine_state_word, enum quarantine_state, QUARANTINE_STATES)

/* Which way this system was started. */
#define DOORS(X)                                                                                   \
	X(DOOR_APPLICATION, "application") /* unbrick.efi: one signature covers all of this */     \
	/* Debian's signed chain: nobody vouches for the initramfs */                              \
	X(DOOR_GRUB, "grub")                                                                       \
	X(DOOR_BIOS, "bios")	 /* GRUB without UEFI: nobody vouches for anything */              \
	X(DOOR_DIRECT, "direct") /* something else started the kernel */
enum door { DOORS(JUST_NAME) };
WORDS(door_word, enum door, DOORS)

/* "setup": on for whoever enrols a key first. */
#define SECURE_BOOT_STATES(X)                                                                      \
	X(SECURE_BOOT_NO, "no")                                                                    \
	X(SECURE_BOOT_YES, "yes")                                                                  \
	X(SECURE_BOOT_SETUP, "setup")
enum secure_boot { SECURE_BOOT_STATES(JUST_NAME) };
WORDS(secure_boot_word, enum secure_boot, SECURE_BOOT_STATES)

#endif

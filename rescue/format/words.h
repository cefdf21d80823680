/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words that rooms far apart spell: of the command line, the settings and /init. */
#ifndef UNBRICK_FORMAT_WORDS_H
#define UNBRICK_FORMAT_WORDS_H

/* The journal of a Windows that crashed has to be replayed before anything else is written:
 * X(NAME, word, how much more it lets happen than the others). */
#define REPLAY_POLICIES(X)                                                                         \
	/* as part of the plan; transactions that never ended are asked about */                   \
	X(SAFE, "safe", 1)                                                                         \
	/* never: refuse */                                                                        \
	X(NO, "no", 0)                                                                             \
	/* as part of the plan, whatever is in it */                                               \
	X(ALL, "all", 2)

/* Of such a list, for an enum and for an array of texts: */
#define JUST_NAME(name, ...)	   name,
#define JUST_WORD(name, word, ...) word,

#endif

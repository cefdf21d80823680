/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a program file what it was when it was made? Headers, sections, checksum, and the digest that
 * its own signature holds: whether it is whole, never whether it is to be trusted. */
#ifndef UNBRICK_WINDOWS_IMAGE_H
#define UNBRICK_WINDOWS_IMAGE_H

#include "windows/windows.h"

#define WIN_DIGESTS(X)                                                                             \
	X(WIN_DIGEST_NONE, "none") /* no signature in the file (a catalogue may hold one) */       \
	X(WIN_DIGEST_MATCHES, "matches")                                                           \
	X(WIN_DIGEST_DIFFERS, "differs")                                                           \
	X(WIN_DIGEST_UNREADABLE, "unreadable")
enum win_digest { WIN_DIGESTS(JUST_NAME) };
WORDS(win_digest_word, enum win_digest, WIN_DIGESTS)

#define WIN_SOUNDNESS(X)                                                                           \
	X(WIN_SOUND, "sound") /* nothing is known against it */                                    \
	X(WIN_EMPTY, "empty") /* 0 bytes */                                                        \
	X(WIN_ALL_ZERO, "all-zero")                                                                \
	X(WIN_ZERO_TAIL, "zero-tail")	/* of a program: sections that hold only zeros */          \
	X(WIN_CUT, "cut-off")		/* shorter than its own headers say */                     \
	X(WIN_BAD_HEADER, "bad-header") /* begins as a program, and is none */                     \
	X(WIN_BAD_CHECKSUM, "bad-checksum")                                                        \
	X(WIN_BAD_DIGEST, "bad-digest") /* is not what was signed */                               \
	X(WIN_NO_PROGRAM, "no-program") /* where one should be: other bytes */
enum win_soundness { WIN_SOUNDNESS(JUST_NAME) };
WORDS(win_soundness_word, enum win_soundness, WIN_SOUNDNESS)

#define WIN_IMAGE_PATHS 24U
/* A full look goes so far and no further: digest and checksum of what is larger are not known. */
#define WIN_IMAGE_MOST (128ULL << 20)

struct win_image {
	bool is_pe, is_native; /* a driver by its subsystem */
	bool is_full;	       /* all its bytes were looked at */
	uint16_t machine;
	uint64_t size_bytes;
	uint32_t image_size, timestamp, checksum; /* as its header says */
	uint8_t head[16];
	bool has_version;
	uint16_t version[4];
	char company[128], product[128], description[128], original[128]; /* "" if not there */
	enum win_digest digest;
	char signer[128]; /* who signed it, as the file says it */
	enum win_soundness soundness;
	char fault[200]; /* in words, or "" */
	char note[120];	 /* what of a full look could not be, and why, or "" */
	/* folders and files that its text names ("\ProgramData\Vendor\x", "%ProgramData%\..."),
	 * UTF-16 and ASCII, each once */
	char paths[WIN_IMAGE_PATHS][200];
	size_t n_paths;
};

/** @is_full: every byte (zeros, checksum, digest, text); else headers, version and size only, some
 * KiB. @is_program: by its name or use it should be one. Errors: RS_E_IO_READ, RS_E_MEMORY,
 * RS_E_CANCELLED. Specification: Microsoft's PE format, Authenticode. */
int win_image_look(const struct win_src *src, bool is_program, bool is_full,
	const struct rs_task *task, struct win_image *ret, struct rs_err *err);

#endif

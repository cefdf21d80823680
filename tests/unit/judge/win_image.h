/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small NTFS image with a Windows folder, for the tests of rules and judge. Made by mkntfs and
 * filled by libntfs-3g itself, hives by libhivex: nothing under test takes part in making it. */
#ifndef UNBRICK_TESTS_WIN_IMAGE_H
#define UNBRICK_TESTS_WIN_IMAGE_H

#include "judge/rule.h"

struct wi {
	char dir[64], path[96];
	void *lib; /* libntfs-3g's volume while it is being filled */
	struct blk *blk;
	struct nt_vol *vol;
	struct nt_raw *raw;
	struct win_info win;
	struct rule_set set;
	bool is_asked;		  /* for the rule that is judged by: somebody is */
	struct judge_result *res; /* of the last wi_judge */
};

/** An image with \Windows\System32\{config,drivers}; build 19045 x64 until @win is changed. */
void wi_make(struct wi *w);
void wi_done(struct wi *w);

/** Mount it once more, closed, for more to be filled in. */
void wi_mount(struct wi *w);

/* Paths have '/' and start at the root; folders on the way are made. @modified "" = as it comes. */
void wi_dir(struct wi *w, const char *path);
void wi_file(struct wi *w, const char *path, const void *p, size_t len, const char *modified);
void wi_text(struct wi *w, const char *path, const char *text, const char *modified);
void wi_link(struct wi *w, const char *file, const char *path);
void wi_reparse(struct wi *w, const char *path, uint32_t tag);
/** A program file with this version ("11.0.3.1" as four numbers). */
void wi_program(struct wi *w, const char *path, const uint16_t version[4]);

/** The same, and its own text says that name (NULL: none). */
void wi_program_named(
	struct wi *w, const char *path, const uint16_t version[4], const char *original);

#define WI_PROGRAM_BYTES 0x400
#define WI_PROGRAM_DIR	 (0x40 + 24 + 112 + 32) /* its directory's entry of a signature */
/** Its bytes, not written. */
void wi_program_bytes(uint8_t *p, const uint16_t version[4], const char *original);

struct wi_value { /* one value, or only a key when name is NULL; the last one has key NULL */
	const char *key, *name, *text;
	uint32_t number; /* REG_DWORD when text is NULL; one of lines is a REG_MULTI_SZ */
};
/** A hive in System32\config. */
void wi_hive(struct wi *w, const char *name, const struct wi_value *values);

/** Unmount and open for reading. Called by wi_judge when needed. */
void wi_open(struct wi *w);
/** Run one shipped rule (by its id, from rescue/rules/) or a rule's text. The result stays in
 * w->res until the next call. Returns the rule's part of it. */
const struct judge_said *wi_judge_shipped(struct wi *w, const char *id);
const struct judge_said *wi_judge_text(struct wi *w, const char *text);
/** The finding of that path (Windows spelling), or NULL. */
const struct finding *wi_found(const struct wi *w, const char *path);

/** Judge by a shipped rule and fail the test unless this comes out. */
void wi_expect(struct wi *w, const char *id, enum said_outcome outcome, size_t n_files);
void wi_expect_file(const struct wi *w, const char *path, enum judge_verdict verdict);

/** cmocka's: a fresh image for each test. */
int wi_setup(void **state);
int wi_teardown(void **state);

#endif

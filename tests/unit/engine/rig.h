/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A disk image with a Windows, and runs of the engine on it as a front end starts them: through
 * rescue.h alone, with a person who gives the answers that the test wants. What a run said is its
 * report, rendered. */
#ifndef UNBRICK_TESTS_RIG_H
#define UNBRICK_TESTS_RIG_H

#include <json-c/json.h>

#include "rescue.h"

#include "../judge/win_image.h"

#define RIG_DIR	       "/Windows/System32/drivers/CrowdStrike"
#define RIG_SECOND_DIR "/Windows2/System32/drivers/CrowdStrike" /* of RIG_SECOND_BAD */
#define RIG_BAD	       "C-00000291-00000000-00000031.sys"
#define RIG_DOUBT      "C-00000291-00000000-00000032.sys" /* zeros: asked about */
#define RIG_RULE       "crowdstrike-291"
#define RIG_DISKS      3U
#define RIG_KINDS      4U /* of questions */
#define RIG_PASSED     "/Windows/note.txt"

enum rig_content {
	RIG_HAS_BAD = 1,
	RIG_HAS_DOUBT = 2,
	RIG_SLEEPS = 4,
	RIG_HAS_PASSED = 8, /* RIG_PASSED, which no rule names */
	RIG_RENAMES = 16,   /* Windows will put another file in the bad one's place */
	RIG_COMMAND = 32,   /* a command is set to run at the next start */
	RIG_UPGRADES = 64,
	RIG_SECOND = 128,     /* another Windows on the volume, which renames as of RIG_RENAMES */
	RIG_SECOND_BAD = 256, /* another Windows on the volume, with a bad file of its own */
	RIG_CONTENTS = 512
};

struct rig_image {
	char *path;
	uint8_t *bytes; /* as made */
	uint8_t *now;	/* the file, mapped */
	size_t len;
};

struct rig {
	char dir[64];
	const char *disks[RIG_DISKS];
	size_t n_disks;
	struct rig_image images[RIG_DISKS];

	/* the person; nobody is there until is_there */
	bool is_there;
	enum rs_answer says[RIG_KINDS]; /* by kind of question; all no at first */
	unsigned asked[RIG_KINDS];
	char question[2048];	 /* the last one */
	const char *const *keys; /* typed one after another; NULL: nobody types */
	unsigned n_keys, keys_asked;
	char last_key_error[512];
	uint64_t stop_at_step; /* progress says stop from this call on; 0: never */
	uint64_t steps;
	char log[16384];
	char found[4096]; /* the events of findings, a line each: source, id, why, evidence */

	/* the session's */
	const char *key_file, *bek_file;
	char rules[128]; /* a folder with the one rule that is about RIG_BAD; "": the shipped ones
			  */
	const char *volume, *windows; /* of the target */
	const char *plans; /* the folder of rs_plans_in, at first the rig's; NULL: none */
	bool is_plan_private;

	/* the last run's */
	struct json_object *json;
	char text[65536];
};

/** Nothing on it yet. Everything of a rig is gone after rig_done. */
void rig_begin(struct rig *r);
void rig_done(struct rig *r);
/** cmocka's: a rig of its own with one disk, rig_windows(@content). */
int rig_make(void **state, unsigned content);
int rig_unmake(void **state);
/** A disk more, an image with these bytes (taken over, malloc'd). */
void rig_add_take(struct rig *r, uint8_t *bytes, size_t len);
/** A whole volume with a Windows; malloc'd. @content: enum rig_content. */
uint8_t *rig_windows(unsigned content, size_t *ret_len);
/** The same after a crash: RIG_PASSED's making is in the journal only. @is_loser: it never ended.
 */
uint8_t *rig_crashed(unsigned content, bool is_loser, size_t *ret_len);
/** Two volumes behind an MBR; the parts are freed. */
uint8_t *rig_join_take(uint8_t *const parts[2], const size_t lens[2], size_t *ret_len);

/** All images as they were made, the person gone. */
void rig_reset(struct rig *r);
/** Has not one byte of any image changed since? */
bool rig_is_as_made(const struct rig *r);
/** What somebody else writes meanwhile: the bad file's time. */
void rig_touch_bad(struct nt_vol *vol);
/** The images as they are now are what rig_reset goes back to. */
void rig_keep(struct rig *r);
bool rig_has_file(const struct rig *r, size_t disk, const char *path);

/** Run one command; returns the exit status. @options may be NULL. Fails the test
 * where report, error and status do not fit each other. */
int rig_run(struct rig *r, enum rs_command c, const struct rs_options *options);
/** The same of rules: list, show @id, check @paths. */
int rig_rules_list(struct rig *r);
int rig_rules_show(struct rig *r, const char *id);
int rig_rules_check(struct rig *r, const char *const *paths, size_t n);
/** A session as the rig's person and keys make it. */
struct rs_session *rig_session(struct rig *r);
/** The report is read and freed; returns its exit status. */
int rig_read_take(struct rig *r, struct rs_report *report, int code);

/** A member of the last report, "plan.0.action"; "" if it is not there. Borrowed until the next
 * run.
 */
const char *rig_get(const struct rig *r, const char *path);
size_t rig_count(const struct rig *r, const char *path); /* of an array; 0 if not there */
/** Fails with what it is instead. */
void rig_expect(const struct rig *r, const char *path, const char *value);
void rig_expect_part(const struct rig *r, const char *path, const char *part);
/** Fails where the last report does not fit docs/report.schema.json, for an independent program. */
void rig_fits_schema(const struct rig *r);
/** Questions of all kinds. */
unsigned rig_asked(const struct rig *r);

#endif

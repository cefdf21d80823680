/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A rule as parsed, for the files of judge alone. What each field means: docs/rules.md, section and
 * key of the same name. */
#ifndef UNBRICK_JUDGE_RULE_INTERNAL_H
#define UNBRICK_JUDGE_RULE_INTERNAL_H

#include "judge/rule.h"

/* ---- path patterns (rule_path.c) ---- */

struct rule_path {
	char *text;	    /* as written */
	bool below_windows; /* "%WINDIR%\...": parts start below the Windows folder */
	bool is_deep;	    /* has a "**" part */
	size_t n_parts;
	char **parts; /* into one block that parts[0] starts */
};

struct rule_paths {
	struct rule_path *v;
	size_t n;
};

/** Parse "%WINDIR%\..." or "\...". NULL on success, else what is wrong (static text). */
const char *rule_path_parse(const char *text, struct rule_path *ret);
void rule_path_done(struct rule_path *p);
bool rule_part_is_pattern(const char *part);
/** Could one path fit both? Wild cards on both sides; ASCII case. */
bool rule_paths_meet(const struct rule_path *a, const struct rule_path *b);
/** Full volume path against the pattern. @root is the Windows folder ("\Windows"). */
bool rule_path_match(
	struct nt_vol *vol, const struct rule_path *p, const char *root, const char *path);
/** The same against each of a list. */
bool rule_path_matches_any(
	struct nt_vol *vol, const struct rule_paths *list, const char *root, const char *path);

/* ---- what no rule may move (protect.c) ---- */

/** The protected name or folder that the pattern could reach, or NULL. */
const char *protect_pattern(const struct rule_path *p);
/** Must a driver whose file has this name stay enabled? Of the table, but for those that go with
 * what else has to be undone for them: early-launch drivers, filters. */
bool protect_from_disable(const char *file);
/** The same for one file found. */
const char *protect_path(struct nt_vol *vol, const char *root, const char *path);

/* ---- conditions on one file ---- */

enum rule_cond_kind {
	RULE_MODIFIED_FROM,
	RULE_MODIFIED_BEFORE,
	RULE_CREATED_FROM,
	RULE_CREATED_BEFORE,
	RULE_SIZE_MIN,
	RULE_SIZE_MAX,
	RULE_SHA256,
	RULE_ALL_ZERO,
	RULE_IS_PE,
	RULE_MAGIC,
	RULE_VERSION,
	RULE_VERSION_FROM,
	RULE_VERSION_BELOW,
	RULE_DIFFERS_FROM,
};

struct rule_value {	 /* one of a list */
	uint64_t number; /* version, offset of the magic */
	uint8_t bytes[32];
	size_t len;
};

struct rule_cond {
	enum rule_cond_kind kind;
	uint64_t number;	/* time, size, yes/no, version */
	struct rule_value *any; /* hash, magic, version: one of these */
	size_t n_any;
	struct rule_path path; /* differs-from */
};

struct rule_conds {
	struct rule_cond *v;
	size_t n;
};

/* ---- evidence beside the file ---- */

enum rule_evidence_kind {
	RULE_FILE_PRESENT,
	RULE_FILE_MISSING,
	RULE_REGISTRY_KEY,
	RULE_REGISTRY_VALUE,
	RULE_REGISTRY_ANY,
	RULE_SERVICE,
	RULE_PACKAGE,
	RULE_UPDATE_PENDING,
};

enum { JUDGE_SYSTEM, JUDGE_SOFTWARE, JUDGE_COMPONENTS, JUDGE_N_HIVES };
extern const char *const rule_hives[JUDGE_N_HIVES];

enum rule_value_test { RULE_VALUE_PRESENT, RULE_VALUE_ABSENT, RULE_VALUE_NONZERO, RULE_VALUE_LIKE };

struct rule_evidence {
	enum rule_evidence_kind kind;
	char *text; /* as written */
	struct rule_path path;
	unsigned hive;		     /* its place in rule_hives */
	char *key, *value, *pattern; /* registry */
	enum rule_value_test test;
	struct judge_texts any; /* service, package: one of these */
};

struct rule_evidences {
	struct rule_evidence *v;
	size_t n;
};

/* ---- the rule ---- */

#define RULE_CONFIDENCES(X)                                                                        \
	X(RULE_CONFIRMED, "confirmed")                                                             \
	X(RULE_ONE_SOURCE, "one-source")                                                           \
	X(RULE_UNVERIFIED, "unverified")
enum rule_confidence { RULE_CONFIDENCES(JUST_NAME) };

struct rule_builds {
	uint32_t from, to;	   /* build numbers, both included */
	uint32_t rev_from, rev_to; /* revisions, of a single build only */
};

struct rule_build_list {
	struct rule_builds *v;
	size_t n;
};

enum rule_otherwise { RULE_UNSAID, RULE_ASK, RULE_IGNORE };

struct rule {
	struct rule_about about;
	bool is_asked; /* of when = asked: somebody does */
	char *vendor, *date, *confirm;
	enum rule_confidence confidence;

	struct rule_build_list builds;
	unsigned archs; /* 1 << its place in win_archs; 0 = any */
	struct judge_texts cpus;

	struct judge_texts disable; /* services */
	struct rule_paths paths, never, copies;
	uint32_t max_files;
	enum rule_otherwise otherwise; /* a file that fits by name alone: shown and asked about? */
	bool name_is_enough;

	struct rule_conds bad, repaired, doubtful;
	struct rule_evidences requires, requires_any, supports, contradicts, stop_if;
};

#define RULE_MAX_LIST	   256U
#define RULE_MAX_BYTES	   65536U
#define RULE_MAX_FILES	   8U /* unless the rule says otherwise */
#define RULE_MAX_PARTS	   32U
#define RULE_MAX_SERVICES  8U
#define RULE_SERVICE_CHARS 128U

/** Make room for one more element: returns it, zeroed; NULL when memory or RULE_MAX_LIST is out. */
void *rule_list_add(void *list_ptr, size_t *n, size_t size);
/** The same of a text, a struct judge_texts. NULL on success, else what is wrong. */
const char *rule_text_add(void *texts, const char *text);
void rule_texts_done(struct judge_texts *texts);

/** Checks that need the whole rule. NULL or what is wrong; *ret_path the path it is about. */
const char *rule_check(const struct rule *r, const struct rule_path **ret_path);

/* ---- values (rule_value.c): NULL on success, else what is wrong ---- */

const char *rule_value_number(const char *text, uint64_t most, uint64_t *ret);
const char *rule_value_yes_no(const char *text, bool *ret);
const char *rule_value_version(const char *text, uint64_t *ret);
const char *rule_value_builds(const char *text, struct rule_builds *ret);
const char *rule_value_hex(const char *text, struct rule_value *ret);
/** Split at commas, trimmed; calls @fn for each. Empty items are an error. */
const char *rule_value_each(
	const char *text, const char *(*fn)(void *user, const char *item), void *user);
/** From @from on @len bytes, without the blanks around them; NULL: no memory. */
char *rule_value_trimmed(const char *from, size_t len);

/* ---- conditions and evidence by the name of a key (rule_cond.c); *ret_known: is there such a key?
 * @list a struct rule_conds or rule_evidences ---- */

const char *rule_cond_add(void *list, const char *key, const char *text, bool *ret_known);
const char *rule_evidence_add(void *list, const char *key, const char *text, bool *ret_known);
void rule_conds_done(struct rule_conds *list);
void rule_evidences_done(struct rule_evidences *list);

/* ---- the shipped rules, generated by scripts/embed-rules ---- */

struct rule_shipped {
	const char *name, *text;
};

extern const struct rule_shipped rule_shipped[]; /* ends with {NULL, NULL} */

#endif

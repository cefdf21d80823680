/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From what one machine taught to a rule for the others. */
#ifndef UNBRICK_JUDGE_RULE_WRITE_H
#define UNBRICK_JUDGE_RULE_WRITE_H

#include "judge/rule.h"

#define RULE_FACTS_FILES  8U
#define RULE_FACTS_CODES  4U
#define RULE_FACTS_HIDDEN 16U

struct rule_facts_file {
	const char *path;	    /* on the volume, "\\Windows\\..." */
	uint64_t size_bytes;	    /* has_size */
	uint64_t created, modified; /* FILETIME; 0: not known */
	bool has_size, has_sha256;
	uint8_t sha256[32];
};

/* Of one incident. Texts are borrowed; "" or NULL where there is none. All of them are somebody
 * else's: nothing that is put in here makes a rule that reaches further than its folder. */
struct rule_facts {
	const char *windows; /* the folder of the Windows, "\\Windows" */
	struct rule_facts_file files[RULE_FACTS_FILES];
	size_t n_files;
	bool is_moved;	  /* a person had them moved (or disabled); false: it was proposed only */
	bool is_disabled; /* the files stay: @service is disabled instead */
	const char *product, *service;
	uint32_t build;			  /* of the Windows; 0: not known */
	uint32_t codes[RULE_FACTS_CODES]; /* bug checks of the crashes */
	size_t n_codes;
	uint64_t reported; /* when the report was begun */
	/* names that are the machine's or its people's: none of them may stand in a rule */
	const char *hidden[RULE_FACTS_HIDDEN];
	size_t n_hidden;
};

/** The rule, parsed; its text is rule_about()->source. It finds each of the files, by a path in
 * which what differs between machines is a pattern, by size, bytes and time. Errors:
 * RS_E_USAGE (why no rule can be made of this), RS_E_MEMORY. */
int rule_write(const struct rule_facts *f, struct rule **ret, struct rs_err *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Change: what a repair does that is no move, as data. An item of a plan that has one is shown,
 * confirmed, kept in the manifest, verified and undone like a move; only what is carried out
 * differs, and each kind of change is a row (act/change.h). One item is one file and one commit:
 * all values that a repair changes in one hive are one change. */
#ifndef UNBRICK_PLAN_CHANGE_H
#define UNBRICK_PLAN_CHANGE_H

#include "format/words.h"
#include "hivewrite/hivewrite.h"
#include "windows/windows.h"

/* X(name, its word in manifests and reports) */
#define CHANGE_KINDS(X)                                                                            \
	X(CHANGE_HIVE, "hive") /* values of one hive */                                            \
	X(CHANGE_LINK, "link") /* a name that was taken away, given to its record again */         \
	X(CHANGE_COPY, "copy") /* a file made again, of contents that lie elsewhere */
enum change_kind { CHANGE_KINDS(JUST_NAME) CHANGE_N_KINDS };
WORDS(change_kind_word, enum change_kind, CHANGE_KINDS)

/* What a value, or all of a change, is now: by the disk, never by what was written down. */
#define CHANGE_STATES(X)                                                                           \
	X(CHANGE_BEFORE, "before")   /* as it was found */                                         \
	X(CHANGE_AFTER, "after")     /* as we made it */                                           \
	X(CHANGE_OTHERS, "others")   /* somebody else has changed it since */                      \
	X(CHANGE_MISSING, "missing") /* its key (or file) is not there any more */
enum change_state { CHANGE_STATES(JUST_NAME) };
WORDS(change_state_word, enum change_state, CHANGE_STATES)

/* One value of a hive. @op is one of
 * HW_SET: @name gets @type and @p; its key must be there.
 * HW_DELETE_VALUE: @name goes.
 * HW_MAKE_KEY: the key is not there; it is made (with missing parents) and gets the value.
 * HW_DELETE_KEY: the key goes, which holds nothing but this value. */
struct change_value {
	char *key;  /* from the root: "ControlSet001\\Services\\x" */
	char *name; /* "": the default value */
	enum hw_op op;
	bool had; /* it was there: what it was (change_look fills these) */
	uint32_t old_type;
	uint8_t *old;
	size_t old_len;
	uint32_t type; /* what it is to be; nothing where it goes */
	uint8_t *p;
	size_t len;
	char *what;		 /* for people: "service tndrvpn: Start 0 -> 4 (disabled)" */
	enum change_state state; /* as it was looked at last */
	bool is_left;		 /* undo does not touch it: somebody else has changed it since */
	bool is_file_gone;	 /* undo: the driver that it starts early has lost its file since
				  * (restore_start.c); it counts as changed by somebody else */
};

/** Does it give its value contents, and not only take away? */
static inline bool change_sets(enum hw_op op)
{
	return op == HW_SET || op == HW_MAKE_KEY;
}

#define TOUCHED_KINDS(X)                                                                           \
	X(TOUCHED_SERVICE, "service")                                                              \
	X(TOUCHED_FILE, "file")                                                                    \
	X(TOUCHED_SETTING, "setting")
enum touched_kind { TOUCHED_KINDS(JUST_NAME) };
WORDS(touched_kind_word, enum touched_kind, TOUCHED_KINDS)

/* A service, file or setting that a change is about, and those that stay as they are, too: the list
 * that a person sees. */
struct plan_touched {
	enum touched_kind kind;
	char *name, *vendor, *reason; /* "" where not known */
	bool is_done;		      /* it is changed; false: it stays, for @reason */
};

struct plan_change {
	enum change_kind kind;
	char *file; /* "\Windows\System32\config\SYSTEM" */
	struct change_value *values;
	size_t n;
	struct plan_touched *touched;
	size_t n_touched;
	char *note; /* what it means until undo ("this Windows runs without ..."), or NULL */
	/* CHANGE_HIVE: as it was planned (change_look) */
	uint32_t sequences[2];
	uint64_t size_bytes;
	bool is_hive_whole;   /* no bad bins: it must not be less sound afterwards */
	bool is_boot_minimum; /* what 0x7B needs was there, and started */
	/* CHANGE_LINK, CHANGE_COPY: where it comes from */
	char *source;
};

#define CHANGE_MAX_VALUES 4096U

/** NULL: no memory. Texts are copied. */
struct plan_change *change_new(enum change_kind kind, const char *file);
void change_free(struct plan_change *c);
RS_DEFINE_AUTO(struct plan_change *, change_free);
#define auto_change __attribute__((cleanup(change_free_auto)))

/** One more value; what it was is filled in by change_look. @p is copied. Errors: RS_E_MEMORY. */
struct change_edit {
	enum hw_op op;
	const char *key, *name;
	uint32_t type;
	const void *p;
	size_t len;
	const char *what;
};
int change_add(struct plan_change *c, const struct change_edit *edit, struct rs_err *err);
/** One more line of the list that a person sees; NULL is "". Errors: RS_E_MEMORY. */
int change_touch(struct plan_change *c, enum touched_kind kind, const char *name,
	const char *vendor, const char *reason, bool is_done, struct rs_err *err);

void change_drop_value(struct plan_change *c, size_t i);

/** Is this value of this file one that a change of ours may be about, whoever says so? A closed
 * table of key patterns: a manifest is not believed beyond it, and no plan goes beyond it. */
bool change_is_allowed(const char *file, const struct change_value *v);

/** Look at the hive where it lies in @vol: what each value is now becomes its old one, those that
 * are as wanted already are dropped (@c->n may become 0). Sequence numbers, size and soundness are
 * kept for guard_unchanged and the verification. Errors: RS_E_NO_SUCH_FILE (the file or a key that
 * must be there), RS_E_HIVE_EDIT (not in the table; a key that holds more), RS_E_HIVE,
 * RS_E_IO_READ, RS_E_MEMORY. */
int change_look(struct nt_vol *vol, struct plan_change *c, struct rs_err *err);
/** Is the hive as change_look saw it: sequence numbers, size, each value? Errors: RS_E_CHANGED,
 * those of change_state. */
int change_unchanged(struct nt_vol *vol, struct plan_change *c, struct rs_err *err);
/** Each value's state, as the hive with its logs is now (a list of filters is CHANGE_OTHERS, too,
 * where undo would bring a name back into it whose service is gone by now); *ret what all of them
 * make: CHANGE_BEFORE or CHANGE_AFTER only where every value is that. Errors: RS_E_HIVE,
 * RS_E_IO_READ, RS_E_MEMORY. */
int change_state(
	struct nt_vol *vol, struct plan_change *c, enum change_state *ret, struct rs_err *err);

/* What is asked of a hive before it is changed and after it. */
struct change_facts {
	struct nt_stat stat;
	uint32_t sequences[2];
	bool is_whole;	      /* bins, and not cut short */
	bool is_boot_minimum; /* change_boot_minimum */
};
/** Of the hive that @h reads in @vol. Errors: RS_E_HIVE, RS_E_IO_READ, RS_E_MEMORY. */
int change_facts(struct nt_vol *vol, struct win_hive *h, const struct plan_change *c,
	struct change_facts *ret, struct rs_err *err);
/** Does the key of @v hold nothing but its value? Errors: RS_E_HIVE, RS_E_IO_READ. */
int change_is_alone(
	struct win_hive *h, const struct change_value *v, bool *ret, struct rs_err *err);
/** Are the services of win_boot_minimum there and started by the loader, in every control set that
 * @c changes? */
bool change_boot_minimum(struct win_hive *h, const struct plan_change *c);

#endif

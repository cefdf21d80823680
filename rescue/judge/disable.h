/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Disable: which services of a Windows may be kept from starting (Start 4), which must stay and
 * why, and what of the registry that changes: pure, over what was read of the SYSTEM hive. Nothing
 * is written here. What is not known forbids. docs/repairs.md. */
#ifndef UNBRICK_JUDGE_DISABLE_H
#define UNBRICK_JUDGE_DISABLE_H

#include "evidence/evidence.h"
#include "judge/judge.h"
#include "windows/drivers.h"

/* Who made the program of a service, as far as its file and its package say so (disable_look). */
struct disable_maker {
	char vendor[128]; /* "": it names none */
	bool is_known;	  /* the file could be looked at and is a program, or its package says it */
	bool is_own;	  /* a part of Windows */
	bool is_declared; /* its package adds filters to devices by AddFilter, and not by a list, or
			   * another package adds this one */
	uint64_t ref;	  /* a driver's file, whatever its path calls it; 0: not found */
};

struct disable_input {
	const struct win_system *system;
	const struct disable_maker *makers; /* one for each service of @system, in its order */
	const char *const
		*names; /* services (or names in lists of filters) that are to be disabled */
	size_t n_names;
	bool is_safe; /* all boot- and system-start drivers of others that no start here needs */
};

/* One service in the list that a person sees. */
struct disable_row {
	const struct win_service *service; /* NULL: a name that only lists of filters have */
	const char *name, *vendor;
	char *why;	/* it is chosen, or must stay */
	bool is_chosen; /* it is disabled, or its name goes out of lists of filters */
	bool is_named;	/* somebody wants just this one */
};

struct disable_edit {
	char *key;	  /* "ControlSet001\Services\x" */
	const char *name; /* "Start", "UpperFilters", "LowerFilters" */
	uint32_t type;
	uint8_t *p; /* the value as it is to be; NULL: it is deleted */
	size_t len;
	char *what; /* "service x: Start 0 -> 4 (disabled)" */
};

struct disable_choice {
	struct disable_row *rows; /* those that change first */
	size_t n_rows, n_chosen;
	struct disable_edit *edits; /* one commit: either all of them or none */
	size_t n_edits;
	bool is_security;	  /* a security product is among those that change */
	enum win_network network; /* the most that becomes of the network */
	/* Somebody wants one that must stay, or is not there: its name and why; NULL: none. Then
	 * there is no edit. */
	const char *refused;
	const char *refused_why;
	bool is_unknown; /* it is not there at all */
};

/** Choose. Services that share a file go together, and an early-launch driver with its product's
 * driver (stop 0x178); one that must stay keeps those that go with it. Borrows from @in. Errors:
 * RS_E_MEMORY. */
int disable_choose(const struct disable_input *in, struct disable_choice **ret, struct rs_err *err);
void disable_free(struct disable_choice *c);
RS_DEFINE_AUTO(struct disable_choice *, disable_free);
#define auto_disable __attribute__((cleanup(disable_free_auto)))

/* Where the files of @choice are looked for. */
struct disable_files {
	struct nt_vol *vol;
	const struct judge_result *judged; /* every Windows of the volume that was looked at */
	const char *root;		   /* of the one that @choice is about */
	const struct disable_choice *choice;
	const struct rs_task *task;
};

/** The files of the drivers that are disabled because somebody named them, to be moved once they
 * are: *ret, a list for free() with findings for judge_finding_done, also after an error; each file
 * once. One that must stay is an error, by its name: a program, what is protected or of the driver
 * store, what is loaded before all others, what is not there, what another service or driver that
 * stays has or loads. Errors: RS_E_GUARD, RS_E_MEMORY, those that end the run. */
int disable_find_files(
	const struct disable_files *in, struct finding **ret, size_t *ret_n, struct rs_err *err);

/** Who made the programs of the services of @e->system that a choice may be about: those that are
 * started early, those of security products, those that are @names, and what shares their files.
 * Of all others nothing is known. Files are looked at, and kept in @e; *ret is for free(). Errors:
 * those that end the run, RS_E_MEMORY. */
int disable_look(const struct ev_look *in, struct evidence *e, const char *const *names,
	size_t n_names, struct disable_maker **ret, struct rs_err *err);

/** Why must this one stay, whatever is wanted? NULL: nothing is known that speaks against it (but
 * what goes with it may). Static. */
const char *disable_stays(const struct win_system *system, const struct disable_maker *maker,
	const struct win_service *one);

/** Is there something of this name to disable: a service, its driver's file, what it is called, or
 * a name in a list of filters? */
bool disable_finds(const struct win_system *system, const char *name);

/** Does @asked mean this service: its key's name, its driver's file, what it is called? */
bool disable_means(const struct win_service *one, const char *asked);

/** What Microsoft names for stop 0x7B (win_boot_minimum: there, and Start 0): does what was so
 * before hold with these edits, too? The name that does not; NULL: all hold. */
const char *disable_breaks_minimum(
	const struct win_system *system, const struct disable_edit *edits, size_t n);

#endif

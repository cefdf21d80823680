/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose quarantine is it? Every user of a Windows may make \Unbrick\<id>\manifest.json and name in
 * it what he likes. Ours is told by what he cannot make: the owner and the permissions of every
 * object from the top folder down (ntfswrite/security.h). What is not proven is shown, and nothing
 * that it says is done unless a person says so for each file. */
#ifndef UNBRICK_ACT_PROOF_H
#define UNBRICK_ACT_PROOF_H

#include "act/quarantine.h"

/* ---- top.c: the folder in the root in which quarantines lie ---- */

/* Where "Unbrick" is somebody else's, a name that nobody can take in advance. */
#define TOP_SHAPE "Unbrick-hhhhhhhhhhhhhhhh"

struct top {
	char name[PLAN_TOP_LEN];
	uint64_t ref;
	bool is_dir, is_proven;
	char why[192]; /* it is not */
};

struct tops {
	struct top *all; /* proven ones first */
	size_t n, n_proven;
	size_t n_more;	    /* not proven, and not in the list either */
	bool is_name_taken; /* "Unbrick", by whatever */
};

/** Every folder, file or reparse point in the root whose name is one of these. Errors:
 * RS_E_NTFS_DAMAGED, RS_E_IO_READ, RS_E_MEMORY. */
int tops_read(struct nt_vol *vol, struct tops *ret, struct rs_err *err);
void tops_done(struct tops *t);
#define auto_tops __attribute__((cleanup(tops_done)))

/** Is it the name of a top folder, as we spell it? */
bool top_is_name(const char *name);
/** Where a new quarantine goes: the proven folder that is there (*ret_ref) or (*ret_ref 0) a name
 * that is free. What @name holds before is kept if it still does. Errors: as tops_read. */
int top_choose(struct nt_vol *vol, char name[PLAN_TOP_LEN], uint64_t *ret_ref, struct rs_err *err);

/* ---- proof.c ---- */

struct proof {
	bool is_ours;
	char why[192]; /* it is not: "\Unbrick: its owner is S-1-5-21-..." */
};

/** One object. @path only for the reason. Errors: RS_E_IO_READ, RS_E_MEMORY. */
int proof_of(struct nt_vol *vol, uint64_t ref, bool is_dir, const char *path, struct proof *ret,
	struct rs_err *err);
/** A quarantine in a proven top folder: its own folder and all that is directly in it. */
int proof_of_quarantine(
	struct nt_vol *vol, const char *top, const char *id, struct proof *ret, struct rs_err *err);

/* ---- item.c: what a manifest says of a file against the disk ---- */

enum item_place {
	ITEM_PLACE_SAME,  /* the folder part of its path names the folder it came from */
	ITEM_PLACE_OTHER, /* ... another folder now (or none), the old one is elsewhere */
	ITEM_PLACE_GONE,  /* the folder it came from is no more */
};

/** Where would it really go back to? *ret_path (malloc'd, NULL when GONE) is that folder.
 * Errors: RS_E_IO_READ, RS_E_MEMORY. */
int item_place(struct nt_vol *vol, const struct plan_item *item, enum item_place *ret,
	char **ret_path, struct rs_err *err);

/** Is everything that a loaded plan says of its items true and allowed? If not, RS_E_MANIFEST and
 * which item, why. A plan that is not proven is asked more: nothing may be left open. Other errors:
 * RS_E_IO_READ, RS_E_MEMORY. */
int items_check(struct nt_vol *vol, const struct plan *p, struct rs_err *err);

/** The manifest alone, as quarantine_load reads it, and nothing of it checked against the disk
 * (load.c). Errors: RS_E_MANIFEST, RS_E_IO_READ, RS_E_MEMORY. */
int manifest_load(struct nt_vol *vol, const struct quarantine *q, enum plan_action action,
	struct plan **ret, struct rs_err *err);

/** Is there a file (or folder) of this name in it? (load.c) */
bool quarantine_has(struct nt_vol *vol, const struct quarantine *q, const char *leaf);

/* ---- folder.c: folders by path or reference, and what lies in them ---- */

/** "\Windows\System32" of "\Windows\System32\x.sys", malloc'd; NULL: no memory. */
char *folder_of(const char *path);
/** What plan_path names, looked up. Errors: those of nt_lookup. */
int quarantine_lookup(struct nt_vol *vol, const char *top, const char *id, const char *leaf,
	uint64_t *ret, struct rs_err *err);
/** Is @ref a folder, and no reparse point? Not, if it is gone, another file's, or 0. Errors:
 * RS_E_NTFS_DAMAGED, RS_E_IO_READ. */
int folder_is_plain(struct nt_vol *vol, uint64_t ref, bool *ret, struct rs_err *err);
/** The folder that a file's path names; 0: none, or one that is reached through a junction only. */
int folder_of_path(struct nt_vol *vol, const char *path, uint64_t *ret, struct rs_err *err);

/** Has @ref a name in the folder @dir_ref, whatever became of the folder? @name: just this one;
 * NULL: any. Errors: those of nt_links. */
int folder_holds(struct nt_vol *vol, uint64_t dir_ref, uint64_t ref, const char *name, bool *ret,
	struct rs_err *err);

struct entry {
	char name[NT_NAME_BYTES];
	uint64_t ref;
	bool is_dir;
};

struct entries {
	struct entry *all;
	size_t n;
	bool no_memory, is_more; /* than we ever make */
	bool (*wants)(const char *name);
};

/** @ret->wants chooses by name; NULL: all. Errors: RS_E_NTFS_DAMAGED, RS_E_IO_READ, RS_E_MEMORY. */
int entries_read(struct nt_vol *vol, uint64_t dir_ref, struct entries *ret, struct rs_err *err);
void entries_done(struct entries *e);
#define auto_entries __attribute__((cleanup(entries_done)))

/* ---- inside.c: what lies in a quarantine's folder ---- */

/** Is it the name of a file that we make there? */
bool inside_is_our_file(const char *name);

/** Is there nothing but our own files, and folders with nothing in them? @is_kept_nothing: the
 * bytes that a change has overwritten count as nothing (it is undone, and its manifest is there).
 */
int inside_is_hollow(
	struct nt_vol *vol, uint64_t id_ref, bool is_kept_nothing, bool *ret, struct rs_err *err);
/** What lies in its NNNN folders, as a line of text; *ret_n how many. */
int inside_tell(struct nt_vol *vol, uint64_t id_ref, char *ret, size_t cap, size_t *ret_n,
	struct rs_err *err);

#endif

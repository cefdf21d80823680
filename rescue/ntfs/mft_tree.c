/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Folders by record number, and paths out of them. A folder's place is final as soon as its chain
 * reaches the root; what has not reached it when all folders are read is an orphan. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/list.h"
#include "ntfs/internal.h"

#define NAME_BLOCK 65536U
#define ROOT	   1U

int nt_tree_init(struct nt_tree *t, uint64_t records, struct rs_err *err)
{
	*t = (struct nt_tree){0};
	t->n_pages = (size_t)((records + NT_PAGE_RECORDS - 1) / NT_PAGE_RECORDS);
	t->pages = calloc(t->n_pages + 1, sizeof(struct nt_kept *));
	t->folders = calloc(2, sizeof(*t->folders));
	t->path = malloc(NT_PATH_BYTES);
	if (records > UINT32_MAX || !t->pages || !t->folders || !t->path)
		return rs_fail(err, RS_E_MEMORY, "list of folders");
	/* the root is known by its number, even where its record is damaged */
	t->folders[ROOT] = (struct nt_folder){.record = NT_ROOT_RECORD, .state = NT_FOLDER_ROOTED};
	t->n_folders = 2;
	struct nt_kept *kept = t->n_pages ? nt_tree_keep(t, NT_ROOT_RECORD) : NULL;
	if (!kept)
		return rs_fail(err, RS_E_MEMORY, "list of folders");
	kept->folder = ROOT;
	return 0;
}

void nt_tree_done(struct nt_tree *t)
{
	for (size_t i = 0; t->pages && i < t->n_pages; i++)
		free(t->pages[i]);
	for (size_t i = 0; i < t->n_names; i++)
		free(t->names[i]);
	free((void *)t->pages);
	free((void *)t->names);
	free(t->folders);
	free(t->stack);
	free(t->path);
	*t = (struct nt_tree){0};
}

struct nt_kept *nt_tree_keep(struct nt_tree *t, uint64_t number)
{
	struct nt_kept **page = &t->pages[number / NT_PAGE_RECORDS];

	if (!*page)
		*page = calloc(NT_PAGE_RECORDS, sizeof(**page));
	return *page ? *page + number % NT_PAGE_RECORDS : NULL;
}

const struct nt_kept *nt_tree_look(const struct nt_tree *t, uint64_t number)
{
	const uint64_t page = number / NT_PAGE_RECORDS;

	return page < t->n_pages && t->pages[page] ? t->pages[page] + number % NT_PAGE_RECORDS
						   : NULL;
}

static uint32_t folder_of(const struct nt_tree *t, uint64_t number)
{
	const struct nt_kept *kept = nt_tree_look(t, number);

	return kept ? kept->folder : 0;
}

/* Keep a name; 0: no memory. */
static uint32_t keep_name(struct nt_tree *t, struct rs_view name)
{
	if (!t->n_names || NAME_BLOCK - t->used < NT_NAME_BYTES) {
		char **to = t->n_names < UINT32_MAX / NAME_BLOCK
				    ? rs_list_add((void *)&t->names, &t->n_names, sizeof(char *))
				    : NULL;
		if (!to || !(*to = malloc(NAME_BLOCK)))
			return 0;
		t->used = t->n_names == 1; /* offset 0 of all means "none" */
	}
	uint32_t ret = (uint32_t)(t->n_names - 1) * NAME_BLOCK + t->used;
	t->used += (uint32_t)nt_name_text(name, t->names[t->n_names - 1] + t->used) + 1;
	return ret;
}

static const char *name_of(const struct nt_tree *t, const struct nt_folder *f)
{
	return t->names[f->name / NAME_BLOCK] + f->name % NAME_BLOCK;
}

int nt_tree_add(struct nt_tree *t, uint64_t number, uint64_t parent_ref, struct rs_view name,
	struct rs_err *err)
{
	if (number == NT_ROOT_RECORD)
		return 0;
	struct nt_kept *kept = nt_tree_keep(t, number);
	if (!kept)
		return rs_fail(err, RS_E_MEMORY, "list of folders");
	uint32_t at = kept->folder;
	if (!at) {
		if (!rs_list_add(&t->folders, &t->n_folders, sizeof(*t->folders)))
			return rs_fail(err, RS_E_MEMORY, "list of folders");
		at = kept->folder = (uint32_t)t->n_folders - 1;
	}
	struct nt_folder f = {.record = (uint32_t)number, .parent_ref = parent_ref};
	f.name = name.len ? keep_name(t, name) : 0;
	if (name.len && !f.name)
		return rs_fail(err, RS_E_MEMORY, "names of folders");
	t->folders[at] = f;
	return 0;
}

bool nt_tree_has_name(const struct nt_tree *t, uint64_t number)
{
	uint32_t at = folder_of(t, number);

	return at == ROOT || (at && t->folders[at].name);
}

/* The folder that a reference means, 0 = not there (or not yet). */
static uint32_t find_folder(const struct nt_tree *t, uint64_t ref)
{
	const struct nt_kept *kept = nt_tree_look(t, NT_REF_RECORD(ref));

	if (!kept || kept->folder <= ROOT)
		return kept ? kept->folder : 0;
	return kept->sequence == NT_REF_SEQUENCE(ref) && t->folders[kept->folder].name
		       ? kept->folder
		       : 0;
}

static bool push(struct nt_tree *t, size_t n, uint32_t at)
{
	uint32_t *to = rs_list_add(&t->stack, &n, sizeof(*to));

	if (!to)
		return false;
	*to = at;
	t->folders[at].is_visiting = true;
	return true;
}

/* Give the folder its state by its parent's. */
static void settle(struct nt_tree *t, struct nt_folder *f, uint32_t parent)
{
	const struct nt_folder *up = &t->folders[parent];

	f->is_visiting = false;
	if (parent && up->state == NT_FOLDER_UNKNOWN)
		return; /* as soon as the chain is there */
	if (parent && (up->state == NT_FOLDER_TOO_DEEP || up->depth >= NT_DEPTH_MAX - 1)) {
		f->state = NT_FOLDER_TOO_DEEP; /* sound, and said: never an orphan */
		return;
	}
	if (!parent) {
		f->state = t->is_complete ? NT_FOLDER_ORPHAN_TOP : NT_FOLDER_UNKNOWN;
		return;
	}
	f->parent = parent;
	f->depth = (uint16_t)(up->depth + 1);
	f->state = up->state == NT_FOLDER_ROOTED ? NT_FOLDER_ROOTED : NT_FOLDER_ORPHAN;
	f->is_below_extend = up->is_below_extend || up->record == NT_EXTEND_RECORD;
}

/* Settle a folder and all above it. False: no memory. */
static bool resolve(struct nt_tree *t, uint32_t at)
{
	size_t n = 0;
	uint32_t up = at;

	/* before all folders are in, a long walk that ends nowhere would be made again and again */
	while (up && t->folders[up].state == NT_FOLDER_UNKNOWN && !t->folders[up].is_visiting &&
		(t->is_complete || n < NT_DEPTH_EARLY)) {
		if (!push(t, n++, up))
			return false;
		up = find_folder(t, t->folders[up].parent_ref);
	}
	if (up && t->folders[up].is_visiting) {
		t->loops += t->is_complete;
		up = 0; /* a loop is cut where the walk met itself */
	}
	while (n--) {
		settle(t, &t->folders[t->stack[n]], up);
		up = t->stack[n];
	}
	return true;
}

int nt_tree_is_known(struct nt_tree *t, uint64_t parent_ref, struct rs_err *err)
{
	uint32_t at = find_folder(t, parent_ref);

	if (at && t->folders[at].state == NT_FOLDER_UNKNOWN && !resolve(t, at))
		return rs_fail(err, RS_E_MEMORY, "paths");
	return t->is_complete || (at && (t->folders[at].state == NT_FOLDER_ROOTED ||
						t->folders[at].state == NT_FOLDER_TOO_DEEP));
}

int nt_tree_complete(struct nt_tree *t, struct rs_err *err)
{
	t->is_complete = true;
	t->path_len = 0;
	for (uint32_t i = ROOT + 1; i < t->n_folders; i++)
		if (t->folders[i].state == NT_FOLDER_UNKNOWN && !resolve(t, i))
			return rs_fail(err, RS_E_MEMORY, "paths");
	return 0;
}

/* The path of the folder into t->path, with a backslash at its end. */
static void build_prefix(struct nt_tree *t, uint64_t parent_ref)
{
	uint32_t chain[NT_DEPTH_MAX + 1];
	uint32_t at = find_folder(t, parent_ref), n = 0;
	uint64_t missing = at ? 0 : NT_REF_RECORD(parent_ref);
	size_t len = 64;
	char *p = t->path;

	t->path_parent = parent_ref;
	t->path_len = 1; /* known, if only to be none */
	t->is_path_too_long = at && t->folders[at].state == NT_FOLDER_TOO_DEEP;
	if (t->is_path_too_long)
		return;
	t->is_path_orphan = !at || t->folders[at].state != NT_FOLDER_ROOTED;
	t->is_path_extend =
		at && (t->folders[at].is_below_extend || t->folders[at].record == NT_EXTEND_RECORD);
	while (at > ROOT && n <= NT_DEPTH_MAX) {
		chain[n++] = at;
		len += strlen(name_of(t, &t->folders[at])) + 1;
		if (t->folders[at].state == NT_FOLDER_ORPHAN_TOP)
			missing = NT_REF_RECORD(t->folders[at].parent_ref);
		at = t->folders[at].parent;
	}
	t->is_path_too_long = len > NT_PATH_MAX;
	if (t->is_path_too_long)
		return;
	if (t->is_path_orphan)
		p += snprintf(p, 64, "\\$Orphan\\%" PRIu64, missing);
	while (n--) {
		const char *name = name_of(t, &t->folders[chain[n]]);
		*p++ = '\\';
		p = mempcpy(p, name, strlen(name));
	}
	*p++ = '\\';
	t->path_len = (size_t)(p - t->path);
}

const char *nt_tree_path(struct nt_tree *t, uint64_t parent_ref, const char *name,
	bool *ret_is_orphan, bool *ret_is_below_extend)
{
	/* files of a folder come one after the other: its path is built once */
	if (!t->path_len || t->path_parent != parent_ref)
		build_prefix(t, parent_ref);
	if (t->is_path_too_long)
		return NULL;
	memcpy(t->path + t->path_len, name, strlen(name) + 1);
	*ret_is_orphan = t->is_path_orphan;
	*ret_is_below_extend = t->is_path_extend;
	return t->path;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From what the records say to files: names handed out, extension records joined to their base. */
#include <string.h>

#include "ntfs/internal.h"

void nt_scan_fault(struct nt_scan_run *s, uint64_t number, const char *what)
{
	if (s->ops->fault)
		s->ops->fault(s->ops->user, number, what);
}

/* Is the name one that is handed out: not a DOS name, unless it is the only one. */
static bool is_shown(const struct nt_file_name *n, unsigned links)
{
	return n->name_space != NT_NS_DOS || links == 0;
}

unsigned nt_scan_links(const struct nt_parsed *p)
{
	unsigned links = 0;

	for (unsigned i = 0; i < p->piece.n_names; i++)
		links += p->names[i].name_space != NT_NS_DOS;
	return links;
}

/* Hand out one name of a joined file. */
static void emit(struct nt_scan_run *s, const struct nt_piece *p, const struct nt_file_name *n,
	const char *name, unsigned links)
{
	bool is_extend;
	struct nt_entry e = {.ref = p->base_ref,
		.parent_ref = n->parent_ref,
		.name = name,
		.is_dir = p->flags & NT_PIECE_DIR,
		.is_reparse = (p->flags & NT_PIECE_REPARSE) || (p->attributes & NT_FILE_REPARSE),
		.attributes = p->attributes,
		.size_bytes = p->size_bytes,
		.allocated_bytes = p->allocated_bytes,
		.created = p->created,
		.modified = p->modified,
		.changed = p->changed,
		.accessed = p->accessed,
		.hard_links = (uint16_t)(links ? links : 1)};

	e.path = nt_tree_path(&s->tree, n->parent_ref, name, &e.is_orphan, &is_extend);
	if (!e.path) {
		s->res.damaged++;
		nt_scan_fault(s, NT_REF_RECORD(p->base_ref),
			"in folders too deep or too long to be followed");
		return;
	}
	e.is_system = NT_REF_RECORD(p->base_ref) < NT_SYSTEM_RECORDS || is_extend;
	s->res.orphans += e.is_orphan;
	if (!s->ops->entry(s->ops->user, &e))
		s->is_stopped = true;
}

uint64_t nt_scan_wanted(struct nt_scan_run *s, const struct nt_parsed *p, unsigned links)
{
	uint64_t ret = 0;

	if (NT_REF_RECORD(p->piece.base_ref) == NT_ROOT_RECORD)
		return 0; /* its name is "." */
	for (unsigned i = 0; i < p->piece.n_names; i++) {
		if (!is_shown(&p->names[i], links))
			continue;
		if (s->ops->wants) {
			(void)nt_name_text(p->names[i].name, s->name);
			if (!s->ops->wants(s->ops->user, s->name, p->piece.flags & NT_PIECE_DIR))
				continue;
		}
		ret |= 1ULL << i;
	}
	return ret;
}

int nt_scan_is_ready(
	struct nt_scan_run *s, const struct nt_parsed *p, uint64_t wanted, struct rs_err *err)
{
	int r = 1;

	for (unsigned i = 0; r == 1 && i < p->piece.n_names; i++)
		if (wanted >> i & 1)
			r = nt_tree_is_known(&s->tree, p->names[i].parent_ref, err);
	return r;
}

void nt_scan_emit(struct nt_scan_run *s, const struct nt_piece *p, const struct nt_parsed *from,
	uint64_t wanted, unsigned links)
{
	for (unsigned i = 0; i < from->piece.n_names && !s->is_stopped; i++) {
		if (!(wanted >> i & 1))
			continue;
		(void)nt_name_text(from->names[i].name, s->name);
		emit(s, p, &from->names[i], s->name, links);
	}
}

/* The pieces of one file: [i, end) of the sorted store. */
static size_t group_end(const struct nt_store *st, size_t i)
{
	uint64_t base = NT_REF_RECORD(st->pieces[i]->base_ref);

	while (i < st->n && NT_REF_RECORD(st->pieces[i]->base_ref) == base)
		i++;
	return i;
}

/* The base of a group that begins with an extension: it was handed out (then it has no attribute
 * list that says so), it waits, or it is not there. */
static bool find_base(struct nt_scan_run *s, struct nt_piece *first, struct nt_parsed *ret)
{
	uint64_t number = NT_REF_RECORD(first->base_ref);
	uint8_t rec[NT_RECORD_MAX];
	const struct nt_kept *kept = nt_tree_look(&s->tree, number);

	if (number >= s->raw->records || !kept || !(kept->seen & NT_SEEN_IN_USE) ||
		kept->sequence != NT_REF_SEQUENCE(first->base_ref) ||
		nt_raw_record(s->raw, number, rec, NULL) < 0)
		return false;
	(void)nt_piece_parse(
		rec, s->raw->geo.record_bytes, number, NT_ATTRS_ALL, ret); /* said before */
	ret->piece.flags |= NT_PIECE_GONE;
	return true;
}

/* Add what an extension says to its base; false when it belongs to another file. */
static bool join(struct nt_piece *base, const struct nt_piece *ext)
{
	if (ext->base_ref != base->base_ref)
		return false;
	if ((ext->flags & NT_PIECE_TIMES) && !(base->flags & NT_PIECE_TIMES)) {
		base->created = ext->created;
		base->modified = ext->modified;
		base->changed = ext->changed;
		base->accessed = ext->accessed;
		base->attributes = ext->attributes;
	}
	if ((ext->flags & NT_PIECE_DATA) && !(base->flags & NT_PIECE_DATA)) {
		base->size_bytes = ext->size_bytes;
		base->allocated_bytes = ext->allocated_bytes;
	}
	base->flags |= ext->flags & (NT_PIECE_TIMES | NT_PIECE_DATA | NT_PIECE_REPARSE);
	return true;
}

/* A folder goes into the tree by its WIN32 or POSIX name, wherever that is. */
int nt_scan_add_folder(
	struct nt_scan_run *s, uint64_t number, const struct nt_parsed *p, struct rs_err *err)
{
	const struct nt_file_name *best = NULL;

	for (unsigned i = 0; i < p->piece.n_names; i++)
		if (!best || best->name_space == NT_NS_DOS)
			best = &p->names[i];
	const struct rs_view none = {(const uint8_t *)"", 0};
	return nt_tree_add(
		&s->tree, number, best ? best->parent_ref : 0, best ? best->name : none, err);
}

/* Folders whose name is in an extension record must have it before any path is built. */
int nt_scan_name_folders(struct nt_scan_run *s, struct rs_err *err)
{
	struct nt_store *st = &s->store;

	for (size_t i = 0; i < st->n; i++) {
		uint64_t number = NT_REF_RECORD(st->pieces[i]->base_ref);
		const struct nt_kept *kept = nt_tree_look(&s->tree, number);
		if (!kept || !kept->folder || !st->pieces[i]->n_names ||
			kept->sequence != NT_REF_SEQUENCE(st->pieces[i]->base_ref) ||
			nt_tree_has_name(&s->tree, number))
			continue;
		nt_store_get(st->pieces[i], &s->parsed);
		int r = nt_scan_add_folder(s, number, &s->parsed, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static void emit_group(struct nt_scan_run *s, size_t first, size_t end)
{
	struct nt_store *st = &s->store;
	struct nt_piece whole = *st->pieces[first];
	struct nt_parsed base;
	unsigned links = 0, names = 0;
	bool is_gone = false;

	if (!(whole.flags & NT_PIECE_BASE)) {
		if (!find_base(s, st->pieces[first], &base)) {
			nt_scan_fault(s, whole.number, "extension of a file that is not there");
			return;
		}
		is_gone = true;
		whole = base.piece;
		links = nt_scan_links(&base);
		nt_scan_fault(s, whole.number, "an extension record is not in its attribute list");
	}
	for (size_t i = first; i < end; i++) {
		if (!join(&whole, st->pieces[i])) {
			nt_scan_fault(s, st->pieces[i]->number, "extension of an older file");
			continue;
		}
		nt_store_get(st->pieces[i], &s->parsed);
		links += nt_scan_links(&s->parsed);
		names += s->parsed.piece.n_names;
	}
	if (!names && !is_gone && NT_REF_RECORD(whole.base_ref) >= NT_SYSTEM_RECORDS)
		nt_scan_fault(s, whole.number, "in use, but without a name");
	/* a plain file that waited for its folders was counted when it was read */
	if (is_gone || (whole.flags & NT_PIECE_LIST))
		s->res.names += links ? links : names > 0;
	for (size_t i = first; i < end && !s->is_stopped; i++) {
		if (st->pieces[i]->base_ref != whole.base_ref)
			continue;
		nt_store_get(st->pieces[i], &s->parsed);
		uint64_t wanted = nt_scan_wanted(s, &s->parsed, links);
		nt_scan_emit(s, &whole, &s->parsed, wanted, links);
	}
}

void nt_scan_emit_stored(struct nt_scan_run *s)
{
	nt_store_sort(&s->store);
	for (size_t i = 0, end; i < s->store.n && !s->is_stopped; i = end) {
		end = group_end(&s->store, i);
		emit_group(s, i, end);
	}
	nt_store_done(&s->store);
}

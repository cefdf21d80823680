/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one record says about a file, and a store of such pieces until they can be joined. */
#include <string.h>

#include "core/list.h"
#include "ntfs/internal.h"

#define STORE_BLOCK (256U << 10)
#define TIMES_BYTES 0x24U /* of $STANDARD_INFORMATION, up to the DOS flags */
#define NAME_RECORD 12U	  /* stored name: parent, units, name space, then the name */

static const char *add_times(const struct nt_attr *a, struct nt_piece *p)
{
	if (!a->is_resident || a->value.len < TIMES_BYTES)
		return "length of $STANDARD_INFORMATION";
	const uint8_t *v = a->value.p;
	p->created = rs_le64(v);
	p->modified = rs_le64(v + 8);
	p->changed = rs_le64(v + 0x10);
	p->accessed = rs_le64(v + 0x18);
	p->attributes = rs_le32(v + 0x20);
	p->flags |= NT_PIECE_TIMES;
	return NULL;
}

static const char *add_name(const struct nt_attr *a, struct nt_parsed *ret)
{
	struct nt_file_name fn;

	if (!a->is_resident || !nt_file_name_parse(a->value, &fn))
		return "a malformed $FILE_NAME";
	if (ret->piece.n_names == NT_PIECE_NAMES)
		return "too many names";
	ret->names[ret->piece.n_names++] = fn;
	return NULL;
}

static void add_data(const struct nt_attr *a, struct nt_piece *p)
{
	if (a->name.len || a->lowest_vcn)
		return;
	p->size_bytes = a->data_bytes;
	p->allocated_bytes = a->is_resident ? 0 : a->compressed_bytes;
	p->flags |= NT_PIECE_DATA;
}

static const char *add_attr(const struct nt_attr *a, struct nt_parsed *ret)
{
	switch (a->type) {
	case NT_AT_STANDARD_INFORMATION:
		return add_times(a, &ret->piece);
	case NT_AT_ATTRIBUTE_LIST:
		ret->piece.flags |= NT_PIECE_LIST;
		return NULL;
	case NT_AT_FILE_NAME:
		return add_name(a, ret);
	case NT_AT_DATA:
		add_data(a, &ret->piece);
		return NULL;
	case NT_AT_REPARSE_POINT:
		ret->piece.flags |= NT_PIECE_REPARSE;
		return NULL;
	default:
		return NULL;
	}
}

const char *nt_piece_parse(
	const uint8_t *rec, size_t len, uint64_t number, uint32_t types, struct nt_parsed *ret)
{
	const uint64_t base = nt_record_base(rec);
	const char *what = NULL;
	struct nt_attrs walk;
	struct nt_attr a;

	ret->piece = (struct nt_piece){.base_ref = base, .number = number};
	if (!base) {
		ret->piece.base_ref = number | (uint64_t)nt_record_sequence(rec) << 48;
		ret->piece.flags = NT_PIECE_BASE;
	}
	if (nt_record_flags(rec) & NT_RECORD_IS_DIR)
		ret->piece.flags |= NT_PIECE_DIR;
	nt_attrs_init(&walk, rec, len);
	while (nt_attrs_next_of(&walk, types, &a)) {
		const char *bad = add_attr(&a, ret);
		what = what ? what : bad;
	}
	return what ? what : walk.fault;
}

static uint8_t *store_room(struct nt_store *s, size_t len)
{
	if (!s->n_blocks || STORE_BLOCK - s->used < len) {
		uint8_t **to = rs_list_add((void *)&s->blocks, &s->n_blocks, sizeof(uint8_t *));
		if (!to || !(*to = malloc(STORE_BLOCK)))
			return NULL;
		s->bytes += STORE_BLOCK;
		s->used = 0;
	}
	uint8_t *ret = s->blocks[s->n_blocks - 1] + s->used;
	s->used += (len + 7) / 8 * 8;
	return ret;
}

int nt_store_add(struct nt_store *s, const struct nt_parsed *p, struct rs_err *err)
{
	size_t len = sizeof(p->piece);

	for (unsigned i = 0; i < p->piece.n_names; i++)
		len += NAME_RECORD + p->names[i].name.len;
	uint8_t *at = store_room(s, len);
	struct nt_piece **to =
		at ? rs_list_add((void *)&s->pieces, &s->n, sizeof(struct nt_piece *)) : NULL;
	if (!to)
		return rs_fail(err, RS_E_MEMORY, "extension records");
	*to = (struct nt_piece *)(void *)at; /* our own block, 8-aligned */
	memcpy(at, &p->piece, sizeof(p->piece));
	at += sizeof(p->piece);
	for (unsigned i = 0; i < p->piece.n_names; i++) {
		const struct nt_file_name *name = &p->names[i];
		rs_put_le64(at, name->parent_ref);
		at[8] = (uint8_t)(name->name.len / 2);
		at[9] = name->name_space;
		memcpy(at + NAME_RECORD, name->name.p, name->name.len);
		at += NAME_RECORD + name->name.len;
	}
	return 0;
}

void nt_store_get(const struct nt_piece *stored, struct nt_parsed *ret)
{
	const uint8_t *at = (const uint8_t *)(stored + 1);

	ret->piece = *stored;
	for (unsigned i = 0; i < stored->n_names; i++) {
		ret->names[i] = (struct nt_file_name){.parent_ref = rs_le64(at),
			.name = {at + NAME_RECORD, (size_t)2 * at[8]},
			.name_space = at[9]};
		at += NAME_RECORD + ret->names[i].name.len;
	}
}

static int by_base(const void *pa, const void *pb)
{
	const struct nt_piece *a = *(struct nt_piece *const *)pa,
			      *b = *(struct nt_piece *const *)pb;
	uint64_t ra = NT_REF_RECORD(a->base_ref), rb = NT_REF_RECORD(b->base_ref);

	if (ra != rb)
		return ra < rb ? -1 : 1;
	int base = (b->flags & NT_PIECE_BASE) - (a->flags & NT_PIECE_BASE);
	return base ? base : (a->number > b->number) - (a->number < b->number);
}

void nt_store_sort(struct nt_store *s)
{
	if (s->n)
		/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
		qsort((void *)s->pieces, s->n, sizeof(*s->pieces), by_base);
}

void nt_store_done(struct nt_store *s)
{
	for (size_t i = 0; i < s->n_blocks; i++)
		free(s->blocks[i]);
	free((void *)s->blocks);
	free((void *)s->pieces);
	*s = (struct nt_store){0};
}

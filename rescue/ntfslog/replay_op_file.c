/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operations on an MFT record whose fixups are undone. Each checks its own bounds: a hostile log
 * says what it likes. */
#include <string.h>

#include "ntfslog/replay_internal.h"

#define HEADER_BYTES 0x28U
#define RESIDENT     0x18U
#define NOT_RESIDENT 0x40U
#define OUTSIDE	     "outside of the record"
#define NO_ROOM	     "no room in the record"
#define BAD_ATTR     "not an attribute there"
#define BAD_DATA     "length of its data"

static uint32_t align8(uint32_t v)
{
	return (v + 7) & ~7U;
}

/* A record and where the operation points. */
struct place {
	uint8_t *rec;
	uint32_t len, used, a, o; /* attribute, offset in it */
	uint32_t attr_len;
	const struct nt_rp_op *op;
};

static uint8_t *attr(const struct place *p)
{
	return p->rec + p->a;
}

/* The attribute at record_off, wholly inside the bytes in use. */
static bool has_attr(struct place *p)
{
	if (p->a < HEADER_BYTES || p->a % 8 || p->used < RESIDENT || p->a > p->used - RESIDENT ||
		rs_le32(attr(p)) == UINT32_MAX)
		return false;
	p->attr_len = rs_le32(attr(p) + 4);
	if (p->attr_len < RESIDENT || p->attr_len % 8 || p->attr_len > p->used - p->a)
		return false;
	return !attr(p)[8] || p->attr_len >= NOT_RESIDENT;
}

/* Give the attribute a new length and move what follows. */
static bool resize(struct place *p, uint32_t to)
{
	uint32_t end = p->a + p->attr_len;

	if (to < RESIDENT || to % 8 || to > p->len - p->a || p->used - end > p->len - p->a - to)
		return false;
	memmove(attr(p) + to, p->rec + end, p->used - end);
	if (to > p->attr_len)
		memset(p->rec + end, 0, to - p->attr_len);
	rs_put_le32(attr(p) + 4, to);
	p->used = p->used - p->attr_len + to;
	p->attr_len = to;
	rs_put_le32(p->rec + 0x18, p->used);
	return true;
}

static void put_data(uint8_t *to, const struct nt_rp_op *op)
{
	if (op->is_zero)
		memset(to, 0, op->data_len);
	else
		memcpy(to, op->data.p, op->data_len);
}

/* The undo of a deallocation: of the record only what that changed was logged. */
static const char *revive(struct place *p)
{
	const uint8_t *head = p->op->data.p;

	if (memcmp(p->rec, "FILE", 4) != 0 || memcmp(head, p->rec, 8) != 0 ||
		rs_le16(head + 0x14) != rs_le16(p->rec + 0x14))
		return "the header of another MFT record in its data";
	memcpy(p->rec, head, NT_RP_FREED_BYTES);
	return NULL;
}

static const char *init_record(struct place *p)
{
	const struct nt_rp_op *op = p->op;

	if (nt_rp_is_revival(op))
		return revive(p);
	if (op->data_len < HEADER_BYTES + 8 || op->data_len > p->len ||
		memcmp(op->data.p, "FILE", 4) != 0)
		return "no MFT record in its data";
	memset(p->rec, 0, p->len);
	put_data(p->rec, op);
	return nt_record_check(p->rec, p->len) ? "header of the MFT record in its data" : NULL;
}

static const char *deallocate(struct place *p)
{
	uint16_t seq = (uint16_t)(rs_le16(p->rec + 0x10) + 1);

	rs_put_le16(p->rec + 0x10, seq ? seq : 1);
	rs_put_le16(p->rec + 0x16, (uint16_t)(rs_le16(p->rec + 0x16) & ~NT_RECORD_IN_USE));
	return NULL;
}

static const char *write_end(struct place *p)
{
	if (p->a < HEADER_BYTES || p->a > p->used || p->op->data_len < 4 ||
		p->op->data_len > p->len - p->a)
		return OUTSIDE;
	put_data(p->rec + p->a, p->op);
	uint32_t used = align8(p->a + p->op->data_len);
	if (used > p->len)
		return OUTSIDE;
	rs_put_le32(p->rec + 0x18, used);
	return NULL;
}

/* A name in an index counts as a link: the record says how many it has. */
static void count_link(struct place *p, const uint8_t *a, int by)
{
	if (!a[8] && (a[0x16] & 1))
		rs_put_le16(p->rec + 0x12, (uint16_t)(rs_le16(p->rec + 0x12) + by));
}

static const char *create_attribute(struct place *p)
{
	const struct nt_rp_op *op = p->op;

	if (op->data_len < RESIDENT || rs_le32(op->data.p + 4) != align8(op->data_len))
		return BAD_DATA;
	uint32_t n = align8(op->data_len);
	if (p->a < HEADER_BYTES || p->a % 8 || p->used < 4 || p->a > p->used - 4)
		return OUTSIDE;
	if (n > p->len - p->used)
		return NO_ROOM;
	memmove(p->rec + p->a + n, p->rec + p->a, p->used - p->a);
	memset(p->rec + p->a, 0, n);
	put_data(p->rec + p->a, op);
	rs_put_le32(p->rec + 0x18, p->used + n);
	uint16_t instance = rs_le16(attr(p) + 0xE);
	if (instance >= rs_le16(p->rec + 0x28))
		rs_put_le16(p->rec + 0x28, (uint16_t)(instance + 1));
	count_link(p, attr(p), 1);
	return NULL;
}

static const char *delete_attribute(struct place *p)
{
	if (!has_attr(p))
		return BAD_ATTR;
	uint32_t end = p->a + p->attr_len;
	count_link(p, attr(p), -1);
	memmove(attr(p), p->rec + end, p->used - end);
	rs_put_le32(p->rec + 0x18, p->used - p->attr_len);
	return NULL;
}

static const char *update_resident(struct place *p)
{
	const uint32_t n = p->op->data_len;

	if (!has_attr(p) || attr(p)[8])
		return BAD_ATTR;
	uint32_t value = rs_le16(attr(p) + 0x14);
	if (p->o > p->len || n > p->len - p->o || value < RESIDENT)
		return OUTSIDE;
	if (p->op->is_resized) {
		if (p->o < value)
			return "before the value";
		if (!resize(p, align8(p->o + n)))
			return NO_ROOM;
		rs_put_le32(attr(p) + 0x10, p->o + n - value);
	} else if (p->o > p->attr_len || n > p->attr_len - p->o || (n && p->o < RESIDENT)) {
		return "outside of the attribute";
	}
	put_data(attr(p) + p->o, p->op);
	return NULL;
}

/* The last VCN, from the runs as they are now. Places are checked when the plan is whole. */
static const char *set_highest_vcn(const struct place *p)
{
	const uint8_t *a = attr(p);
	uint64_t vcn = rs_le64(a + 0x10);
	uint32_t pos = rs_le16(a + 0x20);

	if (pos < NOT_RESIDENT || pos > p->attr_len || vcn > INT64_MAX / 512)
		return "place of the runs";
	while (pos < p->attr_len && a[pos]) {
		unsigned n = a[pos] & 15U, m = a[pos] >> 4;
		uint64_t clusters = 0;
		if (!n || n > 8 || m > 8 || n + m >= p->attr_len - pos)
			return "its runs";
		for (unsigned i = n; i; i--)
			clusters = clusters << 8 | a[pos + i];
		if (!clusters || clusters > INT64_MAX / 512 - vcn)
			return "its runs";
		vcn += clusters;
		pos += 1 + n + m;
	}
	if (pos >= p->attr_len)
		return "no end behind its runs";
	rs_put_le64(attr(p) + 0x18, vcn - 1);
	return NULL;
}

static const char *update_pairs(struct place *p)
{
	const uint32_t n = p->op->data_len;

	if (!has_attr(p) || !attr(p)[8])
		return BAD_ATTR;
	if (p->o < NOT_RESIDENT || p->o > p->attr_len || n > p->len - p->o)
		return OUTSIDE;
	if (!resize(p, align8(p->o + n)))
		return NO_ROOM;
	put_data(attr(p) + p->o, p->op);
	/* what aligns them is not theirs: an old byte must not look like a run */
	memset(attr(p) + p->o + n, 0, p->attr_len - p->o - n);
	return set_highest_vcn(p);
}

static const char *set_sizes(struct place *p)
{
	const uint32_t n = p->op->data_len;
	const uint8_t *d = p->op->data.p;

	if (!has_attr(p) || !attr(p)[8])
		return BAD_ATTR;
	if (n < 24)
		return BAD_DATA;
	memcpy(attr(p) + 0x28, d, 8);
	memcpy(attr(p) + 0x38, d + 8, 8);
	memcpy(attr(p) + 0x30, d + 16, 8);
	if (n >= 32 && p->attr_len >= 0x48 && rs_le16(attr(p) + 0x20) >= 0x48)
		memcpy(attr(p) + 0x40, d + 24, 8);
	return NULL;
}

/* ---- $INDEX_ROOT ---- */

/* Header of the index in the root, and where its entries end; NULL: it is none. */
static uint8_t *root_header(struct place *p, uint32_t *ret_end)
{
	if (!has_attr(p) || attr(p)[8] || rs_le32(attr(p)) != NT_AT_INDEX_ROOT)
		return NULL;
	uint32_t value = rs_le16(attr(p) + 0x14), n = rs_le32(attr(p) + 0x10);
	if (value < RESIDENT || value > p->attr_len || n > p->attr_len - value || n < 0x20)
		return NULL;
	uint8_t *h = attr(p) + value + 0x10;
	uint32_t used = rs_le32(h + 4);
	if (used > n - 0x10 || used < 0x10 || p->o < value + 0x20)
		return NULL;
	*ret_end = value + 0x10 + used;
	return h;
}

static void root_resized(struct place *p, uint8_t *h, uint32_t by)
{
	rs_put_le32(attr(p) + 0x10, rs_le32(attr(p) + 0x10) + by);
	rs_put_le32(h + 4, rs_le32(h + 4) + by);
	rs_put_le32(h + 8, rs_le32(h + 8) + by);
}

static const char *add_entry(struct place *p)
{
	uint32_t end;
	uint8_t *h = root_header(p, &end);

	if (!h)
		return "no root of an index there";
	uint32_t n = nt_rp_entry_bytes(p->op->data.p, p->op->data_len);
	if (!n || n != p->op->data_len)
		return BAD_DATA;
	if (p->o > end)
		return OUTSIDE;
	if (!resize(p, p->attr_len + n))
		return NO_ROOM;
	memmove(attr(p) + p->o + n, attr(p) + p->o, end - p->o);
	memcpy(attr(p) + p->o, p->op->data.p, n);
	root_resized(p, h, n);
	return NULL;
}

/* The entry at attr_off; NULL: there is none. */
static uint8_t *root_entry(struct place *p, uint8_t **ret_header, uint32_t *ret_end)
{
	*ret_header = root_header(p, ret_end);
	if (!*ret_header || p->o > *ret_end)
		return NULL;
	uint8_t *e = attr(p) + p->o;
	return nt_rp_entry_bytes(e, *ret_end - p->o) ? e : NULL;
}

static const char *delete_entry(struct place *p)
{
	uint32_t end;
	uint8_t *h, *e = root_entry(p, &h, &end);

	if (!e)
		return "no entry there";
	uint32_t n = rs_le16(e + 8);
	if (n > p->attr_len - RESIDENT || n > rs_le32(h + 8))
		return OUTSIDE;
	memmove(e, e + n, end - p->o - n);
	/* what is behind the entries keeps its place before the next attribute */
	memmove(attr(p) + end - n, attr(p) + end, p->attr_len - end);
	uint32_t to = p->attr_len - n;
	memmove(attr(p) + to, attr(p) + p->attr_len, p->used - p->a - p->attr_len);
	rs_put_le32(attr(p) + 4, to);
	rs_put_le32(p->rec + 0x18, p->used - n);
	root_resized(p, h, 0U - n);
	return NULL;
}

static const char *update_entry(struct place *p)
{
	uint32_t end;
	uint8_t *h, *e = root_entry(p, &h, &end);

	return e ? nt_rp_do_entry(e, rs_le16(e + 8), p->op) : "no entry there";
}

static const char *zero_end(struct place *p)
{
	uint64_t at = (uint64_t)p->a + p->o;

	if (at < HEADER_BYTES || at > p->len || p->op->data_len > p->len - at)
		return OUTSIDE;
	memset(p->rec + at, 0, p->op->data_len);
	return NULL;
}

static const char *(*const functions[])(struct place *p) = {
	[0x03] = deallocate,
	[0x04] = write_end,
	[0x05] = create_attribute,
	[0x06] = delete_attribute,
	[0x07] = update_resident,
	[0x09] = update_pairs,
	[0x0B] = set_sizes,
	[0x0C] = add_entry,
	[0x0D] = delete_entry,
	[0x11] = update_entry,
	[0x13] = update_entry,
	[0x21] = update_entry,
	[0x25] = zero_end,
};

const char *nt_rp_do_file(uint8_t *rec, uint32_t len, const struct nt_rp_op *op)
{
	struct place p = {rec, len, rs_le32(rec + 0x18), op->record_off, op->attr_off, 0, op};

	if (op->op == 0x02)
		return init_record(&p);
	if (p.used > len || p.used < HEADER_BYTES + 8)
		return "bytes in use of the record";
	if (p.a > p.used || p.o > len)
		return OUTSIDE;
	if (op->op >= sizeof(functions) / sizeof(functions[0]) || !functions[op->op])
		return "not an operation on MFT records";
	return functions[op->op](&p);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Security descriptors as bytes: [MS-DTYP] 2.4.6 (self-relative), 2.4.5 (lists), 2.4.4.1 (entries),
 * 2.4.2.2 (SIDs); the hash and $SDS as in ntfs-3g's layout.h. */
#include <stdio.h>
#include <string.h>

#include "ntfswrite/security.h"

#define HEADER_BYTES	 20U
#define ACL_HEADER_BYTES 8U
#define ACE_HEADER_BYTES 8U /* with the mask */
#define SDS_HEADER_BYTES 20U
#define SELF_RELATIVE	 0x8000U
#define DACL_PROTECTED	 0x1000U
#define SACL_PRESENT	 0x0010U
#define DACL_PRESENT	 0x0004U
#define ACL_REVISION	 2U
#define ACE_ALLOW	 0U
#define ACE_AUDIT	 2U
#define ACE_INHERIT	 0x03U /* to folders and files below */
#define ACE_AUDIT_FAILED 0x80U
#define MASK_ALL	 0x001f01ffU
#define MASK_DELETE	 0x00010000U
#define SID_SUBS_MAX	 15U

/* S-1-5-18 and S-1-5-32-544 */
#define SYSTEM 1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0
#define ADMINS 1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0
static const struct rs_view sid_system = {(const uint8_t[]){SYSTEM}, 12};
static const struct rs_view sid_admins = {(const uint8_t[]){ADMINS}, 16};

/* ---- making ---- */

/* Our own, for a file. The audit entry is what nobody can set without the right to manage auditing,
 * not even by a file that is SYSTEM's and open to everybody: it tells ours from those. SYSTEM never
 * fails to delete, so it never makes an event. */
static const uint8_t ours[] = {
	/* revision, control: self-relative, both lists are there and protected */
	1, 0, 0x14, 0xb0,
	/* places of owner, group, SACL, DACL */
	100, 0, 0, 0, 112, 0, 0, 0, 20, 0, 0, 0, 48, 0, 0, 0,
	/* SACL: revision, length, one entry ... */
	ACL_REVISION, 0, 28, 0, 1, 0, 0, 0,
	/* ... that audits SYSTEM failing to delete */
	ACE_AUDIT, ACE_AUDIT_FAILED, 20, 0, 0, 0, 1, 0, SYSTEM,
	/* DACL: revision, length, two entries: */
	ACL_REVISION, 0, 52, 0, 2, 0, 0, 0,
	/* SYSTEM everything */
	ACE_ALLOW, 0, 20, 0, 0xff, 0x01, 0x1f, 0, SYSTEM,
	/* Administrators everything */
	ACE_ALLOW, 0, 24, 0, 0xff, 0x01, 0x1f, 0, ADMINS,
	/* owner, group */
	SYSTEM, SYSTEM};
#define ALLOW_1_FLAGS 57U
#define ALLOW_2_FLAGS 77U

size_t nt_security_make(bool is_dir, uint8_t ret[NT_SECURITY_OURS_MAX])
{
	memcpy(ret, ours, sizeof(ours));
	if (is_dir)
		ret[ALLOW_1_FLAGS] = ret[ALLOW_2_FLAGS] = ACE_INHERIT;
	return sizeof(ours);
}

/* ---- judging ---- */

/* The SID that begins there, by its own length. */
static bool get_sid(struct rs_view sd, size_t off_bytes, struct rs_view *ret)
{
	uint8_t revision, subs;

	return rs_view_u8(sd, off_bytes, &revision) && revision == 1 &&
	       rs_view_u8(sd, off_bytes + 1, &subs) && subs <= SID_SUBS_MAX &&
	       rs_view_sub(sd, off_bytes, 8 + (size_t)4 * subs, ret);
}

static bool is_sid(struct rs_view sid, struct rs_view want)
{
	return sid.len == want.len && memcmp(sid.p, want.p, sid.len) == 0;
}

/* "S-1-5-21-..." */
static void sid_text(struct rs_view sid, char *ret, size_t cap)
{
	uint64_t authority = 0;

	for (size_t i = 2; i < 8; i++)
		authority = authority << 8 | sid.p[i];
	int n = snprintf(ret, cap, "S-1-%llu", (unsigned long long)authority);
	for (size_t i = 8; i + 4 <= sid.len && n > 0 && (size_t)n < cap; i += 4)
		n += snprintf(ret + n, cap - (size_t)n, "-%u", rs_le32(sid.p + i));
}

/* One entry of an access list; @acl is cut to its own length. */
struct ace {
	uint8_t type, flags;
	uint32_t mask;
	struct rs_view sid;
};

static bool get_ace(struct rs_view acl, size_t *off_bytes, struct ace *ret)
{
	struct rs_view ace;
	uint16_t len;

	if (!rs_view_u16(acl, *off_bytes + 2, &len) || len < ACE_HEADER_BYTES ||
		!rs_view_sub(acl, *off_bytes, len, &ace) ||
		!get_sid(ace, ACE_HEADER_BYTES, &ret->sid))
		return false;
	ret->type = ace.p[0];
	ret->flags = ace.p[1];
	ret->mask = rs_le32(ace.p + 4);
	*off_bytes += len;
	return true;
}

/* The list at the offset that the header holds at @field. */
static bool get_acl(struct rs_view sd, size_t field, struct rs_view *ret, uint16_t *ret_aces)
{
	struct rs_view head;
	uint32_t off;

	if (!rs_view_u32(sd, field, &off) || off < HEADER_BYTES ||
		!rs_view_sub(sd, off, ACL_HEADER_BYTES, &head) || head.p[0] != ACL_REVISION)
		return false;
	*ret_aces = rs_le16(head.p + 4);
	return rs_view_sub(sd, off, rs_le16(head.p + 2), ret) && ret->len >= ACL_HEADER_BYTES;
}

/* SYSTEM and Administrators, each everything, and nobody else. */
static bool is_dacl_ours(struct rs_view sd, bool is_dir)
{
	size_t at = ACL_HEADER_BYTES;
	bool has_system = false, has_admins = false;
	struct rs_view acl;
	uint16_t n;

	if (!get_acl(sd, 16, &acl, &n) || n != 2)
		return false;
	for (unsigned i = 0; i < 2; i++) {
		struct ace ace;
		if (!get_ace(acl, &at, &ace) || ace.type != ACE_ALLOW || ace.mask != MASK_ALL ||
			ace.flags != (is_dir ? ACE_INHERIT : 0))
			return false;
		has_system |= is_sid(ace.sid, sid_system);
		has_admins |= is_sid(ace.sid, sid_admins);
	}
	return has_system && has_admins;
}

static bool is_sacl_ours(struct rs_view sd)
{
	size_t at = ACL_HEADER_BYTES;
	struct rs_view acl;
	struct ace ace;
	uint16_t n;

	return get_acl(sd, 12, &acl, &n) && n == 1 && get_ace(acl, &at, &ace) &&
	       ace.type == ACE_AUDIT && ace.flags == ACE_AUDIT_FAILED && ace.mask == MASK_DELETE &&
	       is_sid(ace.sid, sid_system);
}

static bool is_owner_ours(struct rs_view sd, char *why, size_t cap)
{
	struct rs_view owner;
	uint32_t off;

	if (!rs_view_u32(sd, 4, &off) || off < HEADER_BYTES || !get_sid(sd, off, &owner)) {
		(void)snprintf(why, cap, "it has no owner");
		return false;
	}
	if (is_sid(owner, sid_system) || is_sid(owner, sid_admins))
		return true;
	char text[128];
	sid_text(owner, text, sizeof(text));
	(void)snprintf(why, cap, "its owner is %s", text);
	return false;
}

bool nt_security_is_ours(struct rs_view sd, bool is_dir, char *why, size_t cap)
{
	const uint16_t want = SELF_RELATIVE | DACL_PROTECTED | DACL_PRESENT | SACL_PRESENT;
	uint16_t control;

	(void)snprintf(why, cap, "%s", "");
	if (sd.len < HEADER_BYTES || sd.p[0] != 1) {
		(void)snprintf(why, cap, "its security descriptor is malformed");
		return false;
	}
	if (!is_owner_ours(sd, why, cap))
		return false;
	control = rs_le16(sd.p + 2);
	if ((control & want) != want || !is_dacl_ours(sd, is_dir) || !is_sacl_ours(sd)) {
		(void)snprintf(why, cap, "its permissions are not those that Unbrick gives");
		return false;
	}
	return true;
}

/* ---- $Secure ---- */

uint32_t nt_security_hash(struct rs_view sd)
{
	uint32_t hash = 0;

	for (size_t i = 0; i + 4 <= sd.len; i += 4)
		hash = rs_le32(sd.p + i) + (hash << 3 | hash >> 29);
	return hash;
}

void nt_sds_each(struct rs_view block, uint64_t block_off_bytes,
	bool (*fn)(void *user, const struct nt_sds_entry *e, struct rs_view sd), void *user)
{
	for (size_t at = 0; rs_view_has(block, at, SDS_HEADER_BYTES);) {
		const uint8_t *p = block.p + at;
		uint32_t len = rs_le32(p + 16);
		struct rs_view all, sd;

		if (rs_le64(p + 8) != block_off_bytes + at || len < SDS_HEADER_BYTES ||
			!rs_view_sub(block, at, len, &all))
			return;
		sd = (struct rs_view){all.p + SDS_HEADER_BYTES, len - SDS_HEADER_BYTES};
		struct nt_sds_entry e = {.hash = rs_le32(p),
			.id = rs_le32(p + 4),
			.off_bytes = block_off_bytes + at + SDS_HEADER_BYTES,
			.len = (uint32_t)sd.len};
		if (!fn(user, &e, sd))
			return;
		at += (len + 15) & ~(size_t)15;
	}
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recovery passwords: 8 groups of 6 digits; each is a multiple of 11 and group / 11 is a u16, the
 * eight of them (little-endian) are the 16 bytes that get hashed and stretched. Also passphrases,
 * since both end as the 32 bytes that go into the stretching. */
#include <stdio.h>
#include <string.h>

#include "bitlocker/internal.h"

#define GROUPS		  8UL
#define GROUP_DIGITS	  6UL
#define DIGITS		  (GROUPS * GROUP_DIGITS)
#define GROUP_MOST	  720885U /* 65535 * 11 */
#define LOOKS_LIKE_DIGITS 20
#define PASSPHRASE_UNITS  1024UL

enum bl_group_fault bl_recovery_digits(const char digits[48], uint8_t h0[32], unsigned *ret_group)
{
	uint8_t key[16];
	enum bl_group_fault fault = BL_G_OK;

	for (unsigned g = 0; g < GROUPS && fault == BL_G_OK; g++) {
		uint32_t v = 0;
		for (unsigned i = 0; i < GROUP_DIGITS; i++)
			v = v * 10 + (uint32_t)(digits[g * GROUP_DIGITS + i] - '0');
		*ret_group = g + 1;
		if (v % 11)
			fault = BL_G_DIVISIBLE;
		else if (v > GROUP_MOST)
			fault = BL_G_RANGE;
		else
			rs_put_le16(key + (size_t)2 * g, (uint16_t)(v / 11));
	}
	if (fault == BL_G_OK && !bl_sha256(key, sizeof(key), h0))
		fault = BL_G_CHAR; /* libcrypto without SHA-256: cannot be */
	rs_wipe(key, sizeof(key));
	return fault;
}

void bl_recovery_fault_text(enum bl_group_fault f, unsigned group, char *ret, size_t cap)
{
	switch (f) {
	case BL_G_DIVISIBLE:
		(void)snprintf(ret, cap, "group %u is not divisible by 11", group);
		break;
	case BL_G_RANGE:
		(void)snprintf(ret, cap, "group %u is above %u", group, GROUP_MOST);
		break;
	case BL_G_DIGITS:
		(void)snprintf(ret, cap, "group %u has not 6 digits", group);
		break;
	case BL_G_COUNT:
		(void)snprintf(ret, cap, "not 8 groups of 6 digits: %u %s",
			group < DIGITS ? (unsigned)DIGITS - group : group - (unsigned)DIGITS,
			group < DIGITS ? "missing" : "too many");
		break;
	case BL_G_MISSING:
		(void)snprintf(ret, cap, "no recovery password beside it");
		break;
	case BL_G_OK:
	case BL_G_CHAR:
		(void)snprintf(ret, cap, "not a recovery password");
		break;
	}
}

struct typed {
	char digits[DIGITS];
	size_t n;
	unsigned groups, odd; /* the first group with another length than 6; 0 none */
};

/* False: a character that stands in no recovery password. */
static bool collect(const char *text, size_t len, struct typed *t)
{
	size_t in_group = 0;

	for (size_t i = 0; i <= len; i++) {
		char c = i < len ? text[i] : '-';
		if (c >= '0' && c <= '9') {
			if (t->n < DIGITS)
				t->digits[t->n] = c;
			t->n++;
			in_group++;
			continue;
		}
		if (c != '-' && c != ' ' && c != '\t' && c != '\n')
			return false;
		if (in_group) {
			t->groups++;
			if (in_group != GROUP_DIGITS && !t->odd)
				t->odd = t->groups;
		}
		in_group = 0;
	}
	return true;
}

enum bl_group_fault bl_recovery_text(
	const char *text, size_t len, uint8_t h0[32], unsigned *ret_group)
{
	struct typed t = {0};
	enum bl_group_fault f = BL_G_CHAR;

	if (collect(text, len, &t) && t.n >= LOOKS_LIKE_DIGITS) {
		/* with groups to be seen, the odd one is the wrong one; the last may be cut short
		 */
		bool is_seen = t.groups > 1 && t.odd && t.odd <= GROUPS;
		bool is_cut = t.n < DIGITS && t.odd == t.groups;
		f = is_seen && !is_cut ? BL_G_DIGITS : BL_G_COUNT;
		*ret_group = f == BL_G_DIGITS ? t.odd : t.n < UINT8_MAX ? (unsigned)t.n : UINT8_MAX;
		if (t.n == DIGITS)
			f = bl_recovery_digits(t.digits, h0, ret_group);
	}
	rs_wipe(&t, sizeof(t));
	return f;
}

static int passphrase_h0(const char *text, size_t len, uint8_t h0[32], struct rs_err *err)
{
	auto_secret struct rs_secret z = {0}, units = {0};
	int r = rs_secret_init(&z, len + 1, err);

	if (r == 0)
		r = rs_secret_init(&units, PASSPHRASE_UNITS * 2, err);
	if (r < 0)
		return r;
	memcpy(z.p, text, len);
	const char *s = (const char *)z.p;
	if (strlen(s) != len || !rs_is_utf8(s))
		return rs_fail(err, RS_E_KEY_FORMAT, "the passphrase is not valid UTF-8");
	long n = rs_utf8_to_utf16(s, (uint16_t *)(void *)units.p, PASSPHRASE_UNITS);
	if (n <= 0)
		return rs_fail(
			err, RS_E_KEY_FORMAT, "the passphrase is %s", n < 0 ? "too long" : "empty");
	if (!bl_sha256(units.p, (size_t)n * 2, h0) || !bl_sha256(h0, 32, h0))
		return rs_fail(err, RS_E_BUG, "SHA-256");
	return 0;
}

int bl_keyring_add_passphrase(
	struct bl_keyring *k, const char *text, size_t len, struct rs_err *err)
{
	const struct bl_item item = {.kind = BL_I_PASSPHRASE};
	uint8_t h0[32];

	if (len && text[len - 1] == '\n')
		len--;
	if (len && text[len - 1] == '\r')
		len--;
	if (len > PASSPHRASE_UNITS * 4)
		return rs_fail(err, RS_E_KEY_FORMAT, "the passphrase is too long");
	int r = passphrase_h0(text, len, h0, err);
	if (r == 0)
		r = bl_keyring_put(k, &item, h0, err);
	rs_wipe(h0, sizeof(h0));
	rs_wipe_stack();
	return r;
}

int bl_keyring_add_typed(struct bl_keyring *k, const char *text, size_t len, struct rs_err *err)
{
	const struct bl_item item = {.kind = BL_I_RECOVERY};
	auto_secret struct rs_secret plain = {0};
	uint8_t h0[32];
	unsigned group;

	int r = bl_keytext_decode((struct rs_view){(const uint8_t *)text, len}, &plain, err);
	if (r < 0)
		return r;
	enum bl_group_fault f = bl_recovery_text((const char *)plain.p, plain.len, h0, &group);
	if (f != BL_G_OK && f != BL_G_CHAR) {
		char why[80];
		bl_recovery_fault_text(f, group, why, sizeof(why));
		return rs_fail(err, RS_E_KEY_FORMAT, "%s", why);
	}
	if (f == BL_G_OK)
		r = bl_keyring_put(k, &item, h0, err);
	rs_wipe(h0, sizeof(h0));
	/* 48 digits may also be somebody's passphrase */
	return r < 0 ? r : bl_keyring_add_passphrase(k, text, len, err);
}

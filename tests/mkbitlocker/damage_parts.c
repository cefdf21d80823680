/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The malformed cases that add entries to the metadata, and those of the key files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/view.h"
#include "mkb.h"

static size_t open_recovery_vmk(struct mk *mk, struct mk_buf *b)
{
	uint8_t guid[16];

	mk_random(mk, guid, sizeof(guid));
	return mk_open_vmk(b, guid, 0x0800, 1);
}

static void put_stretch(struct mk_buf *b, const uint8_t salt[16])
{
	size_t e = mk_open(b, 0, 3, 1);

	mk_put32(b, 0x1000);
	mk_put(b, salt, 16);
	mk_close(b, e);
}

static void put_cut_sealed(struct mk *mk, struct mk_buf *b, size_t len)
{
	uint8_t raw[64];
	size_t e = mk_open(b, 0, 5, 1);

	mk_random(mk, raw, sizeof(raw));
	mk_put(b, raw, len);
	mk_close(b, e);
}

static void put_false_recovery(struct mk *mk, struct mk_buf *b)
{
	uint8_t noise[48];
	size_t e = open_recovery_vmk(mk, b);

	mk_random(mk, noise, sizeof(noise));
	put_stretch(b, noise);
	mk_put_sealed_key(mk, b, 0, noise + 16, &(struct mk_key){0x2003, mk->vmk, 32});
	mk_close(b, e);
}

/* Sealed by the right password, but the payload says it has 65535 bytes. */
static void put_inner_size(struct mk *mk, struct mk_buf *b)
{
	static struct mk_buf payload;
	uint8_t salt[16], pass[16], key[32];
	struct mk_prot *prot = mk->opt.prot;

	while (prot < mk->opt.prot + mk->opt.prots && prot->kind != MK_RECOVERY)
		prot++;
	if (prot == mk->opt.prot + mk->opt.prots)
		mk_die("this damage needs a recovery password");
	if (!strcmp(prot->arg, "auto")) {
		mk_random_digits(mk, mk->digits);
		prot->arg = mk->digits;
	}
	mk_random(mk, salt, sizeof(salt));
	mk_recovery_key(prot->arg, salt, pass, key);
	payload.len = 0;
	mk_put_key(&payload, &(struct mk_key){0x2003, mk->vmk, 32});
	rs_put_le16(payload.p, 0xFFFF);
	size_t e = open_recovery_vmk(mk, b);
	put_stretch(b, salt);
	mk_put_sealed(mk, b, 0, key, &payload);
	mk_close(b, e);
}

static void put_bad_clear(struct mk *mk, struct mk_buf *b)
{
	uint8_t noise[64];

	mk_random(mk, noise, sizeof(noise));
	size_t e = mk_open_vmk(b, noise, 0, 1);
	size_t k = mk_open(b, 0, 1, 1);
	mk_put32(b, 0x2000);
	mk_put(b, noise, 32);
	mk_close(b, k);
	mk_put_sealed_key(mk, b, 0, noise + 32, &(struct mk_key){0x2003, mk->vmk, 32});
	mk_close(b, e);
}

static void put_plain_entries(struct mk_buf *b, unsigned count, unsigned type, unsigned value)
{
	while (count--)
		mk_close(b, mk_open(b, type, value, 1));
}

static void put_odd_vmk(struct mk *mk, struct mk_buf *b)
{
	uint8_t salt[16];
	size_t e = open_recovery_vmk(mk, b);

	mk_random(mk, salt, sizeof(salt));
	if (!mk_damage_is(mk, "vmk-no-stretch"))
		put_stretch(b, salt);
	if (mk_damage_is(mk, "sealed-18-bytes"))
		put_cut_sealed(mk, b, 10);
	else if (mk_damage_is(mk, "sealed-payload-0"))
		put_cut_sealed(mk, b, 28);
	else
		put_cut_sealed(mk, b, 64);
	mk_close(b, e);
	if (mk_damage_is(mk, "nested-too-long")) /* the stretch key's size */
		rs_put_le16(b->p + e + 36, 0x400);
}

void mk_damage_first_entries(struct mk *mk, struct mk_buf *b)
{
	static const char *const odd[] = {
		"vmk-no-stretch", "sealed-18-bytes", "sealed-payload-0", "nested-too-long"};

	for (unsigned i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		if (mk_damage_is(mk, odd[i]))
			put_odd_vmk(mk, b);
	if (mk_damage_is(mk, "entries-7000")) {
		put_plain_entries(b, 7000, 0x3F, 0);
	} else if (mk_damage_is(mk, "unknown-entries")) {
		put_plain_entries(b, 1, 0x7777, 0x99);
		put_plain_entries(b, 1, 0x30, 1);
		put_plain_entries(b, 1, 0xFFFF, 0xFFFF);
	} else if (mk_damage_is(mk, "vmk-20-bytes")) {
		size_t e = mk_open(b, 2, 8, 1);
		mk_put(b, "twelve bytes", 12);
		mk_close(b, e);
	} else if (mk_damage_is(mk, "false-recovery-20")) {
		for (unsigned i = 0; i < 20; i++)
			put_false_recovery(mk, b);
	} else if (mk_damage_is(mk, "clear-key-bad-first")) {
		put_bad_clear(mk, b);
	} else if (mk_damage_is(mk, "vmk-inner-size")) {
		put_inner_size(mk, b);
	}
}

void mk_damage_bek(struct mk *mk, struct mk_buf *bek)
{
	if (mk_damage_is(mk, "bek-truncated"))
		bek->len = 100;
	else if (mk_damage_is(mk, "bek-size"))
		rs_put_le32(bek->p, 0x1000);
	else if (mk_damage_is(mk, "bek-other-guid"))
		bek->p[16] = bek->p[56] ^= 0xFF; /* the head's and the entry's, still equal */
	if (!mk_damage_is(mk, "bek-two-entries"))
		return;
	mk_put(bek, bek->p + 48, bek->len - 48);
	rs_put_le32(bek->p, (uint32_t)bek->len);
	rs_put_le32(bek->p + 12, (uint32_t)bek->len);
}

static void write_keys(const char *path, const char *p, size_t len, off_t size)
{
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(p, 1, len, f) != len || fclose(f) || (size && truncate(path, size)))
		mk_die("%s: cannot write", path);
}

/* The third group of the first key plus @add, or as it stands in @group. */
static void change_group(char *text, long add, const char *group)
{
	char *at = strchr(text, ' ');
	char digits[24];

	if (!at)
		mk_die("this damage needs a recovery password");
	at += 1 + 2 * 7;
	if (group)
		(void)snprintf(digits, sizeof(digits), "%s", group);
	else
		(void)snprintf(digits, sizeof(digits), "%06ld", strtol(at, NULL, 10) + add);
	memcpy(at, digits, 6);
}

bool mk_damage_keys(struct mk *mk, const char *path, const char *text)
{
	char copy[8192];
	size_t len = strlen(text), out = 0;

	(void)snprintf(copy, sizeof(copy), "%s", text);
	if (mk_damage_is(mk, "keys-utf16-no-bom")) {
		char wide[16384];

		for (size_t i = 0; i < len; i++) {
			wide[2 * i] = text[i];
			wide[2 * i + 1] = 0;
		}
		write_keys(path, wide, 2 * len, 0);
	} else if (mk_damage_is(mk, "keys-nul")) {
		char nul[8200] = {0};

		(void)snprintf(nul + 3, sizeof(nul) - 3, "%s", text);
		write_keys(path, nul, len + 6, 0);
	} else if (mk_damage_is(mk, "keys-100mib")) {
		write_keys(path, text, len, 100 << 20);
	} else if (mk_damage_is(mk, "keys-glued")) { /* 48 digits in a row, no identifier */
		for (const char *p = strchr(text, ' '); p && *p && *p != '\n'; p++)
			if (*p >= '0' && *p <= '9')
				copy[out++] = *p;
		copy[out++] = '\n';
		write_keys(path, copy, out, 0);
	} else if (mk_damage_is(mk, "keys-group-720896")) {
		change_group(copy, 0, "720896");
		write_keys(path, copy, len, 0);
	} else if (mk_damage_is(mk, "keys-group-off-11") || mk_damage_is(mk, "keys-group-off-1")) {
		change_group(copy, mk_damage_is(mk, "keys-group-off-1") ? 1 : 11, NULL);
		write_keys(path, copy, len, 0);
	} else {
		return false;
	}
	return true;
}

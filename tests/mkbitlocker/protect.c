/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Key protectors: a VMK entry each, and the recovery password or startup key that opens it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "core/view.h"
#include "mkb.h"

static char keys_text[8192]; /* what goes into the keys file: "ID KEY" lines */

void mk_keys_close(struct mk *mk)
{
	const char *path = mk->opt.keys_file;

	if (!path) {
		if (!mk->opt.quiet)
			(void)fputs(keys_text, stdout);
		return;
	}
	if (mk_damage_keys(mk, path, keys_text))
		return;
	FILE *f = fopen(path, "w");
	if (!f || fputs(keys_text, f) < 0 || fclose(f))
		mk_die("%s: cannot write", path);
}

static void note_key(const uint8_t guid[16], const char *digits)
{
	char id[RS_GUID_LEN];
	size_t used = strlen(keys_text);

	rs_guid_text(guid, id);
	(void)snprintf(keys_text + used, sizeof(keys_text) - used, "%s %s\n", id, digits);
}

size_t mk_open_vmk(struct mk_buf *b, const uint8_t guid[16], unsigned protection, unsigned version)
{
	size_t e = mk_open(b, 2, 8, version);

	mk_put(b, guid, 16);
	mk_put64(b, MK_FIXED_TIME);
	mk_put16(b, 0);
	mk_put16(b, protection);
	return e;
}

void mk_recovery_key(
	const char *digits, const uint8_t salt[16], uint8_t ret_pass[16], uint8_t ret_key[32])
{
	uint8_t hash[32];

	for (unsigned i = 0; i < 8; i++) {
		char *end;
		unsigned long group = strtoul(digits, &end, 10);

		if (end - digits != 6 || group % 11 || group / 11 > 65535 || *end != "-\0"[i == 7])
			mk_die("recovery password: group %u is not valid", i + 1);
		rs_put_le16(ret_pass + (size_t)2 * i, (uint16_t)(group / 11));
		digits = end + 1;
	}
	mk_sha256(ret_pass, 16, hash);
	mk_stretch(hash, salt, ret_key);
}

void mk_random_digits(struct mk *mk, char ret[64])
{
	uint8_t raw[16];

	mk_random(mk, raw, sizeof(raw));
	for (unsigned i = 0; i < 8; i++)
		(void)snprintf(ret + (size_t)7 * i, 8, "%06u%s", rs_le16(raw + (size_t)2 * i) * 11u,
			i < 7 ? "-" : "");
}

static void put_name(struct mk_buf *b, const char *name)
{
	size_t e = mk_open(b, 0, 2, 1);

	mk_put_utf16(b, name);
	mk_close(b, e);
}

/* The nested copies, which only Windows reads: they hold the password and the stretched key. */
static void put_recovery(struct mk *mk, struct mk_buf *b, struct mk_prot *prot)
{
	uint8_t salt[16], pass[16], key[32];
	char digits[64];

	if (!strcmp(prot->arg, "auto"))
		mk_random_digits(mk, digits);
	else
		(void)snprintf(digits, sizeof(digits), "%s", prot->arg);
	mk_random(mk, salt, sizeof(salt));
	mk_recovery_key(digits, salt, pass, key);
	mk_note_secret(mk, "stretched", key, sizeof(key));
	note_key(prot->guid, digits);
	if (!mk->digits[0])
		(void)snprintf(mk->digits, sizeof(mk->digits), "%s", digits);

	bool win7 = mk->opt.win7 || mk->opt.vista;
	if (win7)
		put_name(b, "DiskPassword");
	size_t e = mk_open(b, 0, 3, 1);
	mk_put32(b, 0x1000);
	mk_put(b, salt, 16);
	mk_put_sealed_key(mk, b, win7 ? 0 : 0x12, mk->vmk, &(struct mk_key){0x1000, pass, 16});
	if (!win7)
		mk_put_sealed_key(mk, b, 0x13, mk->vmk, &(struct mk_key){0x2008, key, 32});
	mk_close(b, e);
	mk_put_sealed_key(mk, b, 0, key, &(struct mk_key){0x2003, mk->vmk, 32});
	if (win7)
		return;
	e = mk_open(b, 0, 0x15, 1); /* "saved": two times */
	mk_put64(b, MK_FIXED_TIME);
	mk_put64(b, MK_FIXED_TIME);
	mk_put32(b, 0x00020008);
	mk_close(b, e);
}

/* The first line of a file, as UTF-16LE without NUL, hashed twice. */
static void passphrase_hash(const char *path, uint8_t ret[32])
{
	char line[512];
	uint16_t wide[512];
	uint8_t raw[1024];
	FILE *f = fopen(path, "r");

	if (!f)
		mk_die("%s: cannot open", path);
	if (!fgets(line, sizeof(line), f))
		mk_die("%s: no passphrase in it", path);
	(void)fclose(f); /* only read */
	line[strcspn(line, "\r\n")] = '\0';
	long n = rs_utf8_to_utf16(line, wide, 512);
	if (n < 0)
		mk_die("%s: not UTF-8", path);
	for (long i = 0; i < n; i++)
		rs_put_le16(raw + 2 * i, wide[i]);
	mk_sha256(raw, (size_t)n * 2, ret);
	mk_sha256(ret, 32, ret);
}

static void put_passphrase(struct mk *mk, struct mk_buf *b, const struct mk_prot *prot)
{
	uint8_t salt[16], hash[32], key[32];

	passphrase_hash(prot->arg, hash);
	mk_random(mk, salt, sizeof(salt));
	mk_stretch(hash, salt, key);
	size_t e = mk_open(b, 0, 3, 1);
	mk_put32(b, 0x1001);
	mk_put(b, salt, 16);
	mk_put_sealed_key(mk, b, 0, mk->vmk, &(struct mk_key){0x2007, key, 32});
	mk_close(b, e);
	mk_put_sealed_key(mk, b, 0, key, &(struct mk_key){0x2003, mk->vmk, 32});
}

static void write_bek(struct mk *mk, const struct mk_prot *prot, const uint8_t key[32])
{
	static struct mk_buf bek;

	bek.len = 0;
	mk_put32(&bek, 0); /* the size, twice: below */
	mk_put32(&bek, 1);
	mk_put32(&bek, 48);
	mk_put32(&bek, 0);
	mk_put(&bek, prot->guid, 16);
	mk_put32(&bek, 1);
	mk_put32(&bek, 0);
	mk_put64(&bek, MK_FIXED_TIME);
	size_t e = mk_open(&bek, 6, 9, 1);
	mk_put(&bek, prot->guid, 16);
	mk_put64(&bek, MK_FIXED_TIME);
	put_name(&bek, "ExternalKey");
	if (mk->opt.bek_win11) {
		size_t g = mk_open(&bek, 0x19, 0x17, 1);
		mk_put(&bek, mk->volume_guid, 16);
		mk_close(&bek, g);
	}
	size_t k = mk_open(&bek, 0, 1, 1);
	mk_put32(&bek, 0x2002);
	mk_put(&bek, key, mk_damage_is(mk, "bek-key-16") ? 16 : 32);
	mk_close(&bek, k);
	mk_close(&bek, e);
	rs_put_le32(bek.p, (uint32_t)bek.len);
	rs_put_le32(bek.p + 12, (uint32_t)bek.len);
	mk_damage_bek(mk, &bek);

	FILE *f = fopen(prot->arg, "wb");
	if (!f || fwrite(bek.p, 1, bek.len, f) != bek.len || fclose(f))
		mk_die("%s: cannot write", prot->arg);
	if (mk_damage_is(mk, "bek-1mib") && truncate(prot->arg, 1 << 20))
		mk_die("%s: cannot extend", prot->arg);
}

static void put_startup(struct mk *mk, struct mk_buf *b, const struct mk_prot *prot)
{
	uint8_t key[32];

	mk_random(mk, key, sizeof(key));
	write_bek(mk, prot, key);
	put_name(b, "ExternalKey");
	size_t e = mk_open(b, 0, 4, 1);
	mk_put32(b, 0x2002);
	mk_put_sealed_key(mk, b, 0, mk->vmk, &(struct mk_key){0x2002, key, 32});
	mk_close(b, e);
	mk_put_sealed_key(mk, b, 0, key, &(struct mk_key){0x2003, mk->vmk, 32});
}

static void put_clear(struct mk *mk, struct mk_buf *b)
{
	uint8_t key[32];
	size_t e = mk_open(b, 0, 1, 1);

	mk_random(mk, key, sizeof(key));
	mk_put32(b, 0x2000);
	mk_put(b, key, 32);
	mk_close(b, e);
	mk_put_sealed_key(mk, b, 0, key, &(struct mk_key){0x2003, mk->vmk, 32});
}

static void put_noise(struct mk *mk, struct mk_buf *b, unsigned type, unsigned value, size_t len)
{
	uint8_t raw[512];
	size_t e = mk_open(b, type, value, 1);

	mk_random(mk, raw, len);
	mk_put(b, raw, len);
	mk_close(b, e);
}

/* Sealed by a key that nobody has: what only a TPM or a card could give. */
static void put_lost(struct mk *mk, struct mk_buf *b)
{
	uint8_t key[32];

	mk_random(mk, key, sizeof(key));
	mk_put_sealed_key(mk, b, 0, key, &(struct mk_key){0x2003, mk->vmk, 32});
}

static void put_tpm(struct mk *mk, struct mk_buf *b, bool pin)
{
	uint8_t raw[216];

	mk_random(mk, raw, sizeof(raw));
	if (pin) {
		size_t s = mk_open(b, 0, 3, 1);
		mk_put16(b, 0x2004);
		mk_put16(b, 0x0014);
		mk_put(b, raw, 16);
		mk_close(b, s);
	}
	size_t e = mk_open(b, 0, 6, 1);
	mk_put32(b, 1u << 7 | 1u << 11); /* PCR 7 and 11 */
	mk_put(b, raw + 16, 200);
	mk_close(b, e);
	put_lost(mk, b);
}

static void put_smart_card(struct mk *mk, struct mk_buf *b)
{
	uint8_t key[32], thumbprint[20];

	put_noise(mk, b, 0, 0x0C, 256);
	put_noise(mk, b, 0x0C, 0x0D, 283);
	mk_random(mk, thumbprint, sizeof(thumbprint));
	size_t e = mk_open(b, 0, 0x0E, 1);
	mk_put(b, "gsin", 4);
	mk_put32(b, 37);
	mk_put16(b, 0);
	mk_put16(b, 2);
	mk_put32(b, 20);
	mk_put(b, thumbprint, 20);
	mk_put(b, "", 1);
	mk_close(b, e);
	mk_random(mk, key, sizeof(key));
	e = mk_open(b, 0, 4, 1);
	mk_put32(b, 0x2006);
	mk_put_sealed_key(mk, b, 0, mk->vmk, &(struct mk_key){0x2006, key, 32});
	mk_close(b, e);
	put_lost(mk, b);
}

void mk_put_protector(struct mk *mk, struct mk_buf *b, struct mk_prot *prot)
{
	static const unsigned bits[] = {
		0x0800, 0x2000, 0x0200, 0x0000, 0x0100, 0x0500, 0x1000, 0x4000};
	bool win7 = mk->opt.win7 || mk->opt.vista;

	if (!prot->has_guid)
		mk_random(mk, prot->guid, 16);
	size_t e = mk_open_vmk(
		b, prot->guid, bits[prot->kind], prot->kind == MK_CLEAR && !win7 ? 3 : 1);
	switch (prot->kind) {
	case MK_RECOVERY:
		put_recovery(mk, b, prot);
		break;
	case MK_PASSPHRASE:
		put_passphrase(mk, b, prot);
		break;
	case MK_STARTUP:
		put_startup(mk, b, prot);
		break;
	case MK_CLEAR:
		put_clear(mk, b);
		break;
	case MK_TPM:
	case MK_TPM_PIN:
		put_tpm(mk, b, prot->kind == MK_TPM_PIN);
		break;
	case MK_SMART_CARD:
		put_smart_card(mk, b);
		break;
	case MK_UNKNOWN:
		put_noise(mk, b, 0, 0x3F, 40);
		put_lost(mk, b);
		break;
	}
	mk_close(b, e);
}

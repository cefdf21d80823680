/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mini.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <string.h>

#include "../../layers/layers.h"
#include "core/text.h"

static const uint8_t salt_of_all[16] = "salt of the test";

uint64_t mini_copy_at(unsigned copy)
{
	return ((uint64_t)copy + 1) << 20;
}

static void boot_sector(struct mini *m)
{
	static const uint8_t guid[16] = {0x3B, 0xD6, 0x67, 0x49, 0x29, 0x2E, 0xD8, 0x4A, 0x83, 0x99,
		0xF6, 0xA3, 0x39, 0xE3, 0xD0, 0x01};
	uint8_t *p = lay_mem_bytes(m->disk);

	memcpy(p, "\xEB\x58\x90-FVE-FS-", 11);
	rs_put_le16(p + 11, (uint16_t)m->sector_bytes);
	p[13] = (uint8_t)(4096 / m->sector_bytes);
	memcpy(p + 160, guid, 16);
	for (unsigned i = 0; i < 3; i++)
		rs_put_le64(p + 176 + 8 * i, mini_copy_at(i));
}

void mini_begin(struct mini *m, uint16_t method, uint32_t sector_bytes)
{
	static const uint8_t lens[] = {64, 64, 16, 32, 32, 64};

	*m = (struct mini){.sector_bytes = sector_bytes, .method = method, .nonce = 1, .end = 112};
	m->disk = lay_mem_new(MINI_BYTES, 512);
	assert_non_null(m->disk);
	memset(m->vmk, 0x5A, sizeof(m->vmk));
	for (size_t i = 0; i < sizeof(m->fvek); i++)
		m->fvek[i] = (uint8_t)(i * 5 + 1);
	m->fvek_len = lens[(method - BL_CBC_128_ELEPHANT) % 6];
	boot_sector(m);

	uint8_t *p = m->area;
	memcpy(p, "-FVE-FS-", 8);
	rs_put_le16(p + 10, 2);
	rs_put_le16(p + 12, 4);
	rs_put_le16(p + 14, 4);
	rs_put_le64(p + 16, MINI_BYTES);
	rs_put_le32(p + 28, MINI_R / sector_bytes);
	for (unsigned i = 0; i < 3; i++)
		rs_put_le64(p + 32 + 8 * i, mini_copy_at(i));
	rs_put_le64(p + 56, MINI_RELOCATED);
	rs_put_le32(p + 68, 1);
	rs_put_le32(p + 72, 48);
	memset(p + 80, 0xDD, 16);
	rs_put_le16(p + 100, method);
	rs_put_le64(p + 104, 132000000000000000ULL);
}

void mini_entry(struct mini *m, uint16_t type, uint16_t value, const void *body, size_t len)
{
	uint8_t *p = m->area + m->end;

	assert_true(m->end + 8 + len < MINI_AREA - 128);
	rs_put_le16(p, (uint16_t)(8 + len));
	rs_put_le16(p + 2, type);
	rs_put_le16(p + 4, value);
	rs_put_le16(p + 6, 1);
	if (len)
		memcpy(p + 8, body, len);
	m->end += 8 + len;
}

size_t mini_seal(struct mini *m, const uint8_t with[32], uint16_t key_type, const void *key,
	size_t len, uint8_t *ret)
{
	uint8_t payload[12 + 64] = {0};
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	rs_put_le16(payload, (uint16_t)(12 + len));
	rs_put_le16(payload + 4, 1);
	rs_put_le16(payload + 8, key_type);
	memcpy(payload + 12, key, len);
	memset(ret, 0, 36);
	rs_put_le16(ret, (uint16_t)(36 + 12 + len));
	rs_put_le16(ret + 4, 5);
	rs_put_le16(ret + 6, 1);
	rs_put_le64(ret + 8, 132000000000000000ULL);
	rs_put_le32(ret + 16, m->nonce++);
	assert_int_equal(EVP_EncryptInit_ex(ctx, EVP_aes_256_ccm(), NULL, NULL, NULL), 1);
	assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, 12, NULL), 1);
	assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, 16, NULL), 1);
	assert_int_equal(EVP_EncryptInit_ex(ctx, NULL, NULL, with, ret + 8), 1);
	assert_int_equal(EVP_EncryptUpdate(ctx, ret + 36, &n, payload, (int)(12 + len)), 1);
	assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, ret + 20), 1);
	EVP_CIPHER_CTX_free(ctx);
	return 36 + 12 + len;
}

void mini_vmk(struct mini *m, uint8_t tag, uint16_t protection, const void *nested, size_t len)
{
	uint8_t body[1024] = {0};

	memset(body, tag, 16);
	rs_put_le64(body + 16, 132000000000000000ULL);
	rs_put_le16(body + 26, protection);
	if (len)
		memcpy(body + 28, nested, len);
	mini_entry(m, 2, 8, body, 28 + len);
}

void mini_clear(struct mini *m, uint8_t tag)
{
	uint8_t n[256] = {0}, key[32];

	memset(key, tag ^ 0x33, sizeof(key));
	rs_put_le16(n, 44);
	rs_put_le16(n + 4, 1);
	rs_put_le16(n + 6, 1);
	rs_put_le16(n + 8, 0x2000);
	memcpy(n + 12, key, 32);
	mini_vmk(m, tag, BL_P_CLEAR, n, 44 + mini_seal(m, key, 0x2003, m->vmk, 32, n + 44));
}

void mini_stretch(const uint8_t h0[32], const uint8_t salt[16], uint8_t ret[32])
{
	uint8_t b[88] = {0};
	EVP_MD *md = EVP_MD_fetch(NULL, "SHA256", NULL);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	memcpy(b + 32, h0, 32);
	memcpy(b + 64, salt, 16);
	assert_int_equal(EVP_DigestInit_ex2(ctx, md, NULL), 1);
	for (uint64_t i = 0; i < 1048576; i++) {
		rs_put_le64(b + 80, i);
		(void)EVP_DigestInit_ex2(ctx, NULL, NULL);
		(void)EVP_DigestUpdate(ctx, b, sizeof(b));
		(void)EVP_DigestFinal_ex(ctx, b, NULL);
	}
	memcpy(ret, b, 32);
	EVP_MD_CTX_free(ctx);
	EVP_MD_free(md);
}

static void stretched(struct mini *m, uint8_t tag, uint16_t protection, const uint8_t h0[32])
{
	uint8_t n[256] = {0}, key[32];

	mini_stretch(h0, salt_of_all, key);
	rs_put_le16(n, 28);
	rs_put_le16(n + 4, 3);
	rs_put_le16(n + 6, 1);
	rs_put_le16(n + 8, protection == BL_P_RECOVERY ? 0x1000 : 0x1001);
	memcpy(n + 12, salt_of_all, 16);
	mini_vmk(m, tag, protection, n, 28 + mini_seal(m, key, 0x2003, m->vmk, 32, n + 28));
}

void mini_recovery(struct mini *m, uint8_t tag, const char *password)
{
	uint8_t key[16], h0[32];

	for (unsigned g = 0; g < 8; g++) {
		unsigned v = 0;
		for (unsigned i = 0; i < 6; i++)
			v = v * 10 + (unsigned)(password[g * 7 + i] - '0');
		rs_put_le16(key + 2 * g, (uint16_t)(v / 11));
	}
	assert_int_equal(EVP_Digest(key, 16, h0, NULL, EVP_sha256(), NULL), 1);
	stretched(m, tag, BL_P_RECOVERY, h0);
}

void mini_passphrase(struct mini *m, uint8_t tag, const char *text)
{
	uint8_t utf16[128], h0[32];
	size_t n = 0;

	for (; text[n]; n++)
		rs_put_le16(utf16 + 2 * n, (uint16_t)text[n]); /* ASCII only */
	assert_int_equal(EVP_Digest(utf16, 2 * n, h0, NULL, EVP_sha256(), NULL), 1);
	assert_int_equal(EVP_Digest(h0, 32, h0, NULL, EVP_sha256(), NULL), 1);
	stretched(m, tag, BL_P_PASSPHRASE, h0);
}

void mini_startup(struct mini *m, uint8_t tag, const uint8_t key[32])
{
	uint8_t n[256] = {0};

	rs_put_le16(n, 12);
	rs_put_le16(n + 4, 4);
	rs_put_le16(n + 6, 1);
	rs_put_le16(n + 8, 0x2002);
	mini_vmk(m, tag, BL_P_STARTUP_KEY, n, 12 + mini_seal(m, key, 0x2003, m->vmk, 32, n + 12));
}

void mini_fvek(struct mini *m)
{
	uint8_t sealed[128];
	size_t n = mini_seal(m, m->vmk, m->method, m->fvek, m->fvek_len, sealed);

	mini_entry(m, 3, 5, sealed + 8, n - 8);
}

void mini_relocation(struct mini *m)
{
	uint8_t body[16];

	rs_put_le64(body, MINI_RELOCATED);
	rs_put_le64(body + 8, MINI_R);
	mini_entry(m, 15, 15, body, sizeof(body));
}

static uint32_t crc32_bitwise(const uint8_t *p, size_t len)
{
	uint32_t crc = 0xFFFFFFFF;

	while (len--) {
		crc ^= *p++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
	}
	return ~crc;
}

static size_t block_len(const struct mini *m)
{
	return (size_t)rs_le16(m->area + 8) * 16;
}

void mini_checksum(struct mini *m)
{
	size_t len = block_len(m);

	if (len >= 112 && len + 8 <= MINI_AREA)
		rs_put_le32(m->area + len + 4, crc32_bitwise(m->area, len));
}

void mini_write_copy(struct mini *m, unsigned copy)
{
	memcpy(lay_mem_bytes(m->disk) + mini_copy_at(copy), m->area, MINI_AREA);
}

void mini_write(struct mini *m)
{
	for (unsigned i = 0; i < 3; i++)
		mini_write_copy(m, i);
}

void mini_finish(struct mini *m)
{
	uint8_t hash[32];
	size_t len = (m->end + 15) / 16 * 16;

	rs_put_le16(m->area + 8, (uint16_t)(len / 16));
	rs_put_le32(m->area + 64, (uint32_t)(m->end - 64));
	rs_put_le32(m->area + 76, (uint32_t)(m->end - 64));
	rs_put_le32(m->area + 96, m->nonce + 1);
	uint8_t *v = m->area + len;
	rs_put_le16(v, (uint16_t)(MINI_AREA - len));
	rs_put_le16(v + 2, 2);
	assert_int_equal(EVP_Digest(m->area, len, hash, NULL, EVP_sha256(), NULL), 1);
	(void)mini_seal(m, m->vmk, 0x2005, hash, 32, v + 8);
	mini_checksum(m);
	mini_write(m);
}

void mini_usual(struct mini *m, uint16_t method, uint32_t sector_bytes)
{
	uint8_t boot[4096] = {0};
	struct bl_cipher *c = NULL;
	struct rs_err err = {0};

	mini_begin(m, method, sector_bytes);
	mini_clear(m, 0xC1);
	mini_fvek(m);
	mini_relocation(m);
	mini_finish(m);
	memcpy(boot, "\xEB\x52\x90NTFS    ", 11);
	rs_put_le16(boot + 11, (uint16_t)sector_bytes);
	rs_put_le64(boot + 40, MINI_BYTES / sector_bytes - 1);
	assert_int_equal(bl_cipher_new(method, sector_bytes, m->fvek, m->fvek_len, &c, &err), 0);
	assert_int_equal(bl_cipher_run(c, true, MINI_RELOCATED, boot, sector_bytes), 0);
	memcpy(lay_mem_bytes(m->disk) + MINI_RELOCATED, boot, sector_bytes);
	bl_cipher_free(c);
}

void mini_done(struct mini *m)
{
	blk_close(m->disk);
	m->disk = NULL;
}

size_t mini_bek(uint8_t tag, const uint8_t key[32], bool is_win11, uint8_t *ret)
{
	size_t at = 48 + 32;

	memset(ret, 0, 256);
	memset(ret + 16, tag, 16);
	memset(ret + 48 + 8, tag, 16);
	if (is_win11) {
		rs_put_le16(ret + at, 24);
		rs_put_le16(ret + at + 2, 0x19);
		rs_put_le16(ret + at + 4, 0x17);
		memset(ret + at + 8, 0xDD, 16);
		at += 24;
	}
	rs_put_le16(ret + at, 44);
	rs_put_le16(ret + at + 4, 1);
	rs_put_le16(ret + at + 8, 0x2002);
	memcpy(ret + at + 12, key, 32);
	at += 44;
	rs_put_le32(ret, (uint32_t)at);
	rs_put_le32(ret + 4, 1);
	rs_put_le32(ret + 8, 48);
	rs_put_le32(ret + 12, (uint32_t)at);
	rs_put_le16(ret + 48, (uint16_t)(at - 48));
	rs_put_le16(ret + 50, 6);
	rs_put_le16(ret + 52, 9);
	return at;
}

int mini_try(struct mini *m, struct rs_err *err, char note[256])
{
	struct bl_volume *v = NULL;
	struct bl_unlock_result res = {0};

	*err = (struct rs_err){0};
	note[0] = '\0';
	int r = bl_load(m->disk, &v, err);
	if (r == 0) {
		memcpy(note, bl_get_info(v)->note, 256);
		r = bl_unlock(v, NULL, NULL, &res, err);
		if (r == 0 && res.note[0])
			memcpy(note, res.note, 256);
	}
	bl_free(v);
	return r < 0 ? r : res.can_write ? MINI_OPEN : MINI_READ_ONLY;
}

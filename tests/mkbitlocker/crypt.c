/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hashes, sealing, sector ciphers (encryption only) and the seeded random numbers. */
#define OPENSSL_SUPPRESS_DEPRECATED  /* SHA256_Transform: 2^21 of them, EVP costs four times more  \
				      */

#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "core/view.h"
#include "mkb.h"

void mk_rng_init(struct mk *mk)
{
	uint8_t text[24] = "mkbitlocker seed";
	uint8_t key[32];
	static const uint8_t iv[16];

	rs_put_le64(text + 16, mk->opt.seed);
	mk_sha256(text, sizeof(text), key);
	mk->rng = EVP_CIPHER_CTX_new();
	if (!mk->rng || EVP_EncryptInit_ex(mk->rng, EVP_aes_256_ctr(), NULL, key, iv) != 1)
		mk_die("random numbers: libcrypto");
}

void mk_random(struct mk *mk, void *ret, size_t len)
{
	int n;

	memset(ret, 0, len);
	if (EVP_EncryptUpdate(mk->rng, ret, &n, ret, (int)len) != 1)
		mk_die("random numbers: libcrypto");
}

void mk_sha256(const void *p, size_t len, uint8_t ret[32])
{
	if (EVP_Digest(p, len, ret, NULL, EVP_sha256(), NULL) != 1)
		mk_die("SHA-256: libcrypto");
}

uint32_t mk_crc32(const uint8_t *p, size_t len)
{
	uint32_t crc = 0xFFFFFFFFu;

	for (size_t i = 0; i < len; i++) {
		crc ^= p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
	}
	return ~crc;
}

/* A key that was stretched before: lines 'HASH SALT KEY' of a file that the environment names. */
#define KEPT_LINE (64 + 1 + 32 + 1)

static void kept_line(const uint8_t hash[32], const uint8_t salt[16], char ret[KEPT_LINE + 1])
{
	for (unsigned i = 0; i < 32; i++)
		(void)sprintf(ret + (size_t)2 * i, "%02x", hash[i]);
	ret[64] = ' ';
	for (unsigned i = 0; i < 16; i++)
		(void)sprintf(ret + 65 + (size_t)2 * i, "%02x", salt[i]);
	ret[97] = ' ';
	ret[98] = '\0';
}

static bool is_kept(FILE *f, const char *wanted, uint8_t ret[32])
{
	char line[KEPT_LINE + 64 + 2];

	while (fgets(line, sizeof(line), f)) {
		if (strlen(line) != KEPT_LINE + 64 + 1 || strncmp(line, wanted, KEPT_LINE) != 0)
			continue;
		for (unsigned i = 0; i < 32; i++) {
			char byte[3] = {line[KEPT_LINE + 2 * i], line[KEPT_LINE + 2 * i + 1], '\0'};

			ret[i] = (uint8_t)strtoul(byte, NULL, 16);
		}
		return true;
	}
	return false;
}

static void keep(FILE *f, const char *wanted, const uint8_t key[32])
{
	char hex[65];

	for (unsigned i = 0; i < 32; i++)
		(void)sprintf(hex + (size_t)2 * i, "%02x", key[i]);
	(void)fprintf(f, "%s%s\n", wanted, hex); /* fclose tells */
}

static void stretch(const uint8_t hash[32], const uint8_t salt[16], uint8_t ret[32])
{
	uint8_t block[128] = {0}; /* 88 bytes of input and their padding */

	memcpy(block + 32, hash, 32);
	memcpy(block + 64, salt, 16);
	block[88] = 0x80;
	block[126] = 88 * 8 >> 8;
	block[127] = (88 * 8) & 0xFF;
	for (uint64_t round = 0; round < 1u << 20; round++) {
		SHA256_CTX ctx;

		rs_put_le64(block + 80, round);
		SHA256_Init(&ctx);
		SHA256_Transform(&ctx, block);
		SHA256_Transform(&ctx, block + 64);
		for (unsigned i = 0; i < 8; i++) {
			uint32_t h = ctx.h[i];

			block[(size_t)4 * i] = (uint8_t)(h >> 24);
			block[(size_t)4 * i + 1] = (uint8_t)(h >> 16);
			block[(size_t)4 * i + 2] = (uint8_t)(h >> 8);
			block[(size_t)4 * i + 3] = (uint8_t)h;
		}
	}
	memcpy(ret, block, 32);
}

void mk_stretch(const uint8_t hash[32], const uint8_t salt[16], uint8_t ret[32])
{
	const char *path = getenv("MKBITLOCKER_STRETCHED");
	FILE *f = path ? fopen(path, "a+e") : NULL;
	char wanted[KEPT_LINE + 1];

	if (!f) {
		stretch(hash, salt, ret);
		return;
	}
	kept_line(hash, salt, wanted);
	rewind(f);
	if (!is_kept(f, wanted, ret)) {
		stretch(hash, salt, ret);
		keep(f, wanted, ret);
	}
	if (fclose(f))
		mk_die("%s: cannot be kept", path);
}

void mk_seal(
	const uint8_t key[32], const uint8_t nonce[12], const uint8_t *p, size_t len, uint8_t *ret)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n;

	if (!c || EVP_EncryptInit_ex(c, EVP_aes_256_ccm(), NULL, NULL, NULL) != 1 ||
		EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_IVLEN, 12, NULL) != 1 ||
		EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, 16, NULL) != 1 ||
		EVP_EncryptInit_ex(c, NULL, NULL, key, nonce) != 1 ||
		EVP_EncryptUpdate(c, ret + 16, &n, p, (int)len) != 1 ||
		EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, ret) != 1)
		mk_die("AES-CCM: libcrypto");
	EVP_CIPHER_CTX_free(c);
}

uint16_t mk_method_parse(const char *name)
{
	static const char *const names[] = {
		"cbc128-elephant", "cbc256-elephant", "cbc128", "cbc256", "xts128", "xts256"};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return (uint16_t)(0x8000 + i);
	mk_die("unknown cipher '%s'", name);
}

struct mk_cipher {
	EVP_CIPHER_CTX *data;  /* XTS or CBC */
	EVP_CIPHER_CTX *iv;    /* ECB with the same key; NULL for XTS */
	EVP_CIPHER_CTX *tweak; /* ECB with the second key; only with the diffuser */
	uint32_t sector;
};

static EVP_CIPHER_CTX *new_ctx(const EVP_CIPHER *type, const uint8_t *key)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();

	if (!c || EVP_EncryptInit_ex(c, type, NULL, key, NULL) != 1)
		mk_die("sector cipher: libcrypto");
	EVP_CIPHER_CTX_set_padding(c, 0);
	return c;
}

struct mk_cipher *mk_cipher_new(uint16_t method, const uint8_t fvek[64], uint32_t sector)
{
	struct mk_cipher *c = mk_alloc(sizeof(*c));
	bool wide = method & 1; /* the odd methods are those with 256 bits */
	c->sector = sector;
	if (method >= 0x8004) {
		c->data = new_ctx(wide ? EVP_aes_256_xts() : EVP_aes_128_xts(), fvek);
		return c;
	}
	c->data = new_ctx(wide ? EVP_aes_256_cbc() : EVP_aes_128_cbc(), fvek);
	c->iv = new_ctx(wide ? EVP_aes_256_ecb() : EVP_aes_128_ecb(), fvek);
	if (method <= 0x8001)
		c->tweak = new_ctx(wide ? EVP_aes_256_ecb() : EVP_aes_128_ecb(), fvek + 32);
	return c;
}

static inline uint32_t rol(uint32_t v, unsigned n)
{
	return n ? v << n | v >> (32 - n) : v;
}

/* XOR with the sector key, then undo what decryption does last: A backwards, then B backwards. */
static void diffuse(uint8_t *p, uint32_t sector, const uint8_t key[32])
{
	static const unsigned turn_a[4] = {9, 0, 13, 0}, turn_b[4] = {0, 10, 0, 25};
	uint32_t d[1024];
	unsigned n = sector / 4, mask = n - 1;

	for (unsigned i = 0; i < n; i++)
		d[i] = rs_le32(p + (size_t)4 * i) ^ rs_le32(key + (size_t)4 * (i & 7));
	for (int cycle = 0; cycle < 5; cycle++)
		for (unsigned i = n; i-- > 0;)
			d[i] -= d[(i - 2) & mask] ^ rol(d[(i - 5) & mask], turn_a[i & 3]);
	for (int cycle = 0; cycle < 3; cycle++)
		for (unsigned i = n; i-- > 0;)
			d[i] -= d[(i + 2) & mask] ^ rol(d[(i + 5) & mask], turn_b[i & 3]);
	for (unsigned i = 0; i < n; i++)
		rs_put_le32(p + (size_t)4 * i, d[i]);
}

static void update(EVP_CIPHER_CTX *c, uint8_t *to, const uint8_t *from, size_t len)
{
	int n;

	if (EVP_EncryptUpdate(c, to, &n, from, (int)len) != 1 || (size_t)n != len)
		mk_die("encryption: libcrypto");
}

void mk_encrypt(struct mk_cipher *c, uint64_t off_bytes, uint8_t *p, size_t len)
{
	for (size_t done = 0; done < len; done += c->sector) {
		uint64_t off = off_bytes + done;
		uint8_t iv[16] = {0}, key[32];

		rs_put_le64(iv, c->iv ? off : off / c->sector);
		if (c->tweak) {
			uint8_t in[32] = {0};

			rs_put_le64(in, off);
			rs_put_le64(in + 16, off);
			in[31] = 0x80;
			update(c->tweak, key, in, 32);
			diffuse(p + done, c->sector, key);
		}
		if (c->iv)
			update(c->iv, iv, iv, 16);
		if (EVP_EncryptInit_ex(c->data, NULL, NULL, NULL, iv) != 1)
			mk_die("encryption: libcrypto");
		update(c->data, p + done, p + done, c->sector);
	}
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sector ciphers: set-up and the common door. Keys as unsealed: CBC, the key; XTS, data key then
 * tweak key; Elephant, AES key at 0 and sector key at 32, each 16 or 32 bytes used. */
#include <stdio.h>
#include <string.h>

#include "bitlocker/cipher.h"

/* A context that keeps @key and a vector of zeros; padding off. NULL: out of memory or no such
 * cipher. */
static EVP_CIPHER_CTX *evp_new(const char *name, const uint8_t *key, bool is_encrypt)
{
	static const uint8_t zero[16];
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
	EVP_CIPHER_CTX *ctx = cipher ? EVP_CIPHER_CTX_new() : NULL;

	if (ctx && EVP_CipherInit_ex2(ctx, cipher, key, zero, is_encrypt, NULL) == 1) {
		(void)EVP_CIPHER_CTX_set_padding(ctx, 0); /* always 1 */
	} else {
		EVP_CIPHER_CTX_free(ctx);
		ctx = NULL;
	}
	EVP_CIPHER_free(cipher); /* the context holds its own reference */
	return ctx;
}

bool bl_evp_run(EVP_CIPHER_CTX *ctx, const uint8_t *iv, const uint8_t *in, uint8_t *out, size_t len)
{
	int n = 0;

	if (iv && EVP_CipherInit_ex2(ctx, NULL, NULL, iv, -1, NULL) != 1)
		return false;
	return EVP_CipherUpdate(ctx, out, &n, in, (int)len) == 1 && (size_t)n == len;
}

bool bl_evp_numbers(EVP_CIPHER_CTX *ecb, uint64_t first, uint64_t step, size_t n, uint8_t *ret)
{
	memset(ret, 0, 16 * n);
	for (size_t i = 0; i < n; i++)
		rs_put_le64(ret + 16 * i, first + i * step);
	return bl_evp_run(ecb, NULL, ret, ret, 16 * n);
}

/* From BL_CBC_128_ELEPHANT on. */
static const struct plan {
	const char *name; /* for people */
	const char *data, *ecb;
	size_t key_len;	  /* as unsealed */
	size_t aes_len;	  /* of one AES key */
	size_t second_at; /* XTS tweak key, Elephant sector key; 0 none */
	bool is_xts;
} plans[] = {
	{"AES-CBC 128 with diffuser", "AES-128-CBC", "AES-128-ECB", 64, 16, 32, false},
	{"AES-CBC 256 with diffuser", "AES-256-CBC", "AES-256-ECB", 64, 32, 32, false},
	{"AES-CBC 128", "AES-128-CBC", "AES-128-ECB", 16, 16, 0, false},
	{"AES-CBC 256", "AES-256-CBC", "AES-256-ECB", 32, 32, 0, false},
	{"AES-XTS 128", "AES-128-ECB", "AES-128-ECB", 32, 16, 16, true},
	{"AES-XTS 256", "AES-256-ECB", "AES-256-ECB", 64, 32, 32, true},
};

static const struct plan *plan_find(uint16_t method)
{
	return method >= BL_CBC_128_ELEPHANT && method <= BL_XTS_256
		       ? &plans[method - BL_CBC_128_ELEPHANT]
		       : NULL;
}

size_t bl_method_key_bytes(uint16_t method)
{
	const struct plan *p = plan_find(method);

	return p ? p->key_len : 0;
}

void bl_method_text(uint16_t method, char *ret, size_t cap)
{
	const struct plan *p = plan_find(method);

	if (p || method == BL_NONE)
		(void)snprintf(ret, cap, "%s", p ? p->name : "none");
	else
		(void)snprintf(ret, cap, "unknown (0x%04x)", method);
}

static bool set_up(struct bl_cipher *c, const struct plan *p, const uint8_t *key)
{
	const char *data = p->data;

	/* OpenSSL's own XTS is the faster one on long sectors; its setting costs too much on short
	 */
	if (p->is_xts && c->sector_bytes == 4096)
		data = p->aes_len == 16 ? "AES-128-XTS" : "AES-256-XTS";
	c->dec = evp_new(data, key, false);
	c->enc = evp_new(data, key, true);
	c->ecb = evp_new(p->ecb, p->is_xts ? key + p->second_at : key, true);
	if (p->second_at && !p->is_xts) {
		c->sector_key = evp_new(p->ecb, key + p->second_at, true);
		if (!c->sector_key)
			return false;
	}
	return c->dec && c->enc && c->ecb;
}

int bl_cipher_new(uint16_t method, uint32_t sector_bytes, const uint8_t *key, size_t key_len,
	struct bl_cipher **ret, struct rs_err *err)
{
	const struct plan *p = plan_find(method);
	char text[40];

	bl_method_text(method, text, sizeof(text));
	if (!p || (sector_bytes != 512 && sector_bytes != 4096))
		return rs_fail(err, RS_E_BL_METHOD, "%s, sectors of %u bytes", text, sector_bytes);
	if (key_len != p->key_len)
		return rs_fail(err, RS_E_BL_METHOD, "%s with a key of %zu bytes", text, key_len);
	struct bl_cipher *c = calloc(1, sizeof(*c));
	if (!c)
		return rs_fail(err, RS_E_MEMORY, "cipher");
	c->method = method;
	c->sector_bytes = sector_bytes;
	c->key_len = p->aes_len;
	int r = rs_secret_init(&c->scratch, BL_SCRATCH_BYTES, err);
	if (r == 0 && !set_up(c, p, key))
		r = rs_fail(err, RS_E_BL_METHOD, "%s: not in this libcrypto", text);
	rs_wipe_stack(); /* what the set-up of key schedules left there */
	if (r < 0) {
		bl_cipher_free(c);
		return r;
	}
	*ret = c;
	return 0;
}

int bl_cipher_run(
	struct bl_cipher *c, bool is_encrypt, uint64_t off_bytes, uint8_t *buf, size_t len)
{
	if (len % c->sector_bytes || off_bytes % c->sector_bytes)
		return RS_E_BUG;
	for (size_t done = 0; done < len;) {
		size_t n = len - done < BL_BATCH_BYTES ? len - done : BL_BATCH_BYTES;
		int r = (c->method >= BL_XTS_128 ? bl_xts_run : bl_cbc_run)(
			c, is_encrypt, off_bytes + done, buf + done, n);
		if (r < 0)
			return r;
		done += n;
	}
	return 0;
}

void bl_cipher_free(struct bl_cipher *c)
{
	if (!c)
		return;
	EVP_CIPHER_CTX_free(c->dec); /* each wipes its key schedule */
	EVP_CIPHER_CTX_free(c->enc);
	EVP_CIPHER_CTX_free(c->ecb);
	EVP_CIPHER_CTX_free(c->sector_key);
	rs_secret_done(&c->scratch);
	free(c);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Known answers (dislocker, Python and pyca agree on them) and each fast way against a plain one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "bitlocker/internal.h"
#include "core/text.h"

#define SECTORS 70 /* more than one batch of 512-byte sectors, and no multiple of the lanes */
#define MOST	(SECTORS * 4096)

static const size_t key_lens[] = {64, 64, 16, 32, 32, 64};

static void fill(uint8_t *p, size_t len, uint32_t seed)
{
	for (size_t i = 0; i < len; i++) {
		seed = seed * 1664525 + 1013904223;
		p[i] = (uint8_t)(seed >> 24);
	}
}

static struct bl_cipher *cipher(uint16_t method, uint32_t sector_bytes, const uint8_t *key)
{
	struct bl_cipher *c = NULL;
	struct rs_err err = {0};

	assert_int_equal(bl_cipher_new(method, sector_bytes, key,
				 key_lens[method - BL_CBC_128_ELEPHANT], &c, &err),
		0);
	return c;
}

static void check_elephant(
	uint16_t method, uint32_t sector_bytes, uint64_t off, unsigned step, const char *want)
{
	uint8_t key[64], buf[4096], hash[32];
	char hex[65];

	for (unsigned i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	for (unsigned i = 0; i < sector_bytes; i++)
		buf[i] = (uint8_t)(i * step);
	struct bl_cipher *c = cipher(method, sector_bytes, key);
	assert_int_equal(bl_cipher_run(c, false, off, buf, sector_bytes), 0);
	assert_true(bl_sha256(buf, sector_bytes, hash));
	rs_hex(hash, sizeof(hash), hex);
	assert_string_equal(hex, want);
	bl_cipher_free(c);
}

static void test_elephant__known_input__known_output(void **state)
{
	(void)state;
	check_elephant(BL_CBC_128_ELEPHANT, 512, 0x12345600, 1,
		"9c117472702fbefdcd5c5edd29b2017ea338f5c76193c4d3f0bf65568012009e");
	check_elephant(BL_CBC_256_ELEPHANT, 512, 0x12345600, 1,
		"5aac97d62c5ed2c316caf2daa099581e60248888803d4788a21918db285f5ecc");
	check_elephant(BL_CBC_128_ELEPHANT, 4096, 0x12345000, 7,
		"24ba0cdc287dc1a0d3496dd0408d2d44fdb9531b3371c97a81ad4b9add0c8635");
}

/* One sector the plain way, by OpenSSL alone. */
static void reference_decrypt(
	uint16_t method, const uint8_t *key, uint64_t off, uint8_t *buf, uint32_t bytes)
{
	static const char *const names[] = {"AES-128-CBC", "AES-256-CBC", "AES-128-CBC",
		"AES-256-CBC", "AES-128-XTS", "AES-256-XTS"};
	static const char *const ecbs[] = {"AES-128-ECB", "AES-256-ECB"};
	bool is_xts = method >= BL_XTS_128;
	uint8_t iv[16] = {0}, keys[32] = {0};
	EVP_CIPHER *ci = EVP_CIPHER_fetch(NULL, names[method & 7], NULL);
	EVP_CIPHER *ecb = EVP_CIPHER_fetch(NULL, ecbs[method & 1], NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	rs_put_le64(iv, is_xts ? off / bytes : off);
	memcpy(keys, iv, 16);
	memcpy(keys + 16, iv, 16);
	keys[31] = 0x80;
	if (!is_xts) {
		assert_int_equal(EVP_EncryptInit_ex2(ctx, ecb, key, NULL, NULL), 1);
		assert_int_equal(EVP_EncryptUpdate(ctx, iv, &n, iv, 16), 1);
	}
	if (method <= BL_CBC_256_ELEPHANT) {
		assert_int_equal(EVP_EncryptInit_ex2(ctx, ecb, key + 32, NULL, NULL), 1);
		assert_int_equal(EVP_EncryptUpdate(ctx, keys, &n, keys, 32), 1);
	}
	assert_int_equal(EVP_DecryptInit_ex2(ctx, ci, key, iv, NULL), 1);
	assert_int_equal(EVP_CIPHER_CTX_set_padding(ctx, 0), 1);
	assert_int_equal(EVP_DecryptUpdate(ctx, buf, &n, buf, (int)bytes), 1);
	assert_int_equal(n, (int)bytes);
	if (method <= BL_CBC_256_ELEPHANT)
		bl_diffuse_one(buf, bytes, keys, false);
	EVP_CIPHER_CTX_free(ctx);
	EVP_CIPHER_free(ci);
	EVP_CIPHER_free(ecb);
}

static void check_against_reference(uint16_t method, uint32_t bytes)
{
	uint8_t key[64], *buf = malloc(MOST), *want = malloc(MOST), *plain = malloc(MOST);
	size_t len = SECTORS * (size_t)bytes;
	uint64_t off = 0x123456789ULL * 4096;

	assert_true(buf && want && plain);
	fill(key, sizeof(key), method);
	fill(want, len, method + bytes);
	memcpy(buf, want, len);
	struct bl_cipher *c = cipher(method, bytes, key);
	assert_int_equal(bl_cipher_run(c, false, off, buf, len), 0);
	memcpy(plain, want, len);
	for (size_t s = 0; s < SECTORS; s++)
		reference_decrypt(method, key, off + s * bytes, plain + s * bytes, bytes);
	assert_memory_equal(buf, plain, len);
	assert_int_equal(bl_cipher_run(c, true, off, buf, len), 0);
	assert_memory_equal(buf, want, len);
	bl_cipher_free(c);
	free(buf);
	free(want);
	free(plain);
}

static void test_cipher__many_sectors__equals_one_by_one_and_back(void **state)
{
	(void)state;
	for (uint16_t m = BL_CBC_128_ELEPHANT; m <= BL_XTS_256; m++) {
		check_against_reference(m, 512);
		check_against_reference(m, 4096);
	}
}

static void check_lanes(uint32_t bytes, bool is_encrypt, bool use_avx2)
{
	uint8_t *a = malloc(BL_LANES * 4096), *b = malloc(BL_LANES * 4096), keys[32 * BL_LANES];
	void *scratch = aligned_alloc(64, (BL_DIFFUSER_BYTES + 63) / 64 * 64);

	assert_true(a && b && scratch);
	fill(a, BL_LANES * bytes, bytes);
	fill(keys, sizeof(keys), 5);
	memcpy(b, a, BL_LANES * bytes);
	if (bl_diffuse_lanes(a, bytes, keys, scratch, is_encrypt, use_avx2)) {
		for (size_t s = 0; s < BL_LANES; s++)
			bl_diffuse_one(b + s * bytes, bytes, keys + 32 * s, is_encrypt);
		assert_memory_equal(a, b, BL_LANES * bytes);
	} else {
		print_message("no AVX2 here: that half not tested\n");
	}
	free(a);
	free(b);
	free(scratch);
}

static void test_diffuser__lanes__equal_one_by_one(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 8; i++)
		check_lanes(i & 1 ? 512 : 4096, i & 2, i & 4);
}

/* Written down from the definition with indices modulo n, to check the unrolled one. */
static void test_diffuser__textbook__equal(void **state)
{
	static const unsigned ra[4] = {9, 0, 13, 0}, rb[4] = {0, 10, 0, 25};
	uint8_t sector[512], key[32] = {0};
	uint32_t d[128];
	const unsigned n = 128;

	(void)state;
	fill(sector, sizeof(sector), 77);
	for (unsigned i = 0; i < n; i++)
		d[i] = rs_le32(sector + 4 * i);
	for (unsigned i = 0; i < 3 * n; i++) {
		uint32_t x = d[(i + 5) % n];
		unsigned r = rb[i % 4];
		d[i % n] += d[(i + 2) % n] ^ (x << r | (uint32_t)((uint64_t)x >> (32 - r)));
	}
	for (unsigned i = 0; i < 5 * n; i++) {
		uint32_t x = d[(i + n - 5) % n];
		unsigned r = ra[i % 4];
		d[i % n] += d[(i + n - 2) % n] ^ (x << r | (uint32_t)((uint64_t)x >> (32 - r)));
	}
	bl_diffuse_one(sector, sizeof(sector), key, false);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(rs_le32(sector + 4 * i), d[i]);
}

static void test_cipher__wrong_method_key_or_sector__refused(void **state)
{
	static const uint8_t key[64];
	struct bl_cipher *c = NULL;
	struct rs_err err = {0};

	(void)state;
	assert_int_equal(bl_cipher_new(0x8006, 512, key, 64, &c, &err), RS_E_BL_METHOD);
	assert_int_equal(bl_cipher_new(0, 512, key, 64, &c, &err), RS_E_BL_METHOD);
	assert_int_equal(bl_cipher_new(BL_XTS_128, 1024, key, 32, &c, &err), RS_E_BL_METHOD);
	assert_int_equal(bl_cipher_new(BL_XTS_128, 512, key, 31, &c, &err), RS_E_BL_METHOD);
	assert_null(c);
}

static void check_stretch(const uint8_t h0[32], const uint8_t salt[16], const char *want)
{
	uint8_t out[32];
	char hex[65];
	struct rs_err err = {0};

	assert_int_equal(bl_stretch(h0, salt, NULL, out, &err), 0);
	rs_hex(out, sizeof(out), hex);
	assert_string_equal(hex, want);
}

static void test_stretch__known_input__known_output(void **state)
{
	static const uint8_t salt2[16] = {0x2b, 0xa0, 0x80, 0x98, 0x9a, 0xf9, 0xb5, 0x0c, 0x20,
		0x3a, 0xae, 0xbd, 0x0b, 0x40, 0xd4, 0x98};
	static const char password[] = "235818357951253979013365241120245575342914591910";
	uint8_t h0[32], salt[16];
	unsigned group;

	(void)state;
	memset(h0, 1, sizeof(h0));
	memset(salt, 7, sizeof(salt));
	check_stretch(h0, salt, "dac7ad2f6e047e4d443c08a842486130cde5952fa0b049c0d1d8533b8e92ef32");
	assert_int_equal(bl_recovery_digits(password, h0, &group), BL_G_OK);
	check_stretch(
		h0, salt2, "1a39f926dab83e947fa85125b91e556e9ecc2bc5968924e03de234878d1fd4bd");
}

static bool stop_half_way(void *user, const char *what, uint64_t done, uint64_t total)
{
	(void)user;
	assert_string_equal(what, "unlock");
	return done < total / 2;
}

static void test_stretch__caller_says_stop__cancelled(void **state)
{
	static const uint8_t zero[32];
	struct rs_task task = {.progress = stop_half_way};
	uint8_t out[32];
	struct rs_err err = {0};

	(void)state;
	assert_int_equal(bl_stretch(zero, zero, &task, out, &err), RS_E_CANCELLED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_elephant__known_input__known_output),
		cmocka_unit_test(test_cipher__many_sectors__equals_one_by_one_and_back),
		cmocka_unit_test(test_diffuser__lanes__equal_one_by_one),
		cmocka_unit_test(test_diffuser__textbook__equal),
		cmocka_unit_test(test_cipher__wrong_method_key_or_sector__refused),
		cmocka_unit_test(test_stretch__known_input__known_output),
		cmocka_unit_test(test_stretch__caller_says_stop__cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

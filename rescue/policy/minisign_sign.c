/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/minisign_sign.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "core/cleanup.h"
#include "format/bytes.h"
#include "policy/minisign_internal.h"

/* What the second line of a secret key is. */
#define RAW	   158U
#define AT_KDF	   2U
#define AT_SALT	   6U
#define AT_OPS	   38U
#define AT_MEM	   46U
#define AT_KEY	   54U /* what a passphrase covers: ID, seed, public key, checksum */
#define KEY	   104U
#define KEY_SEED   8U
#define KEY_PUBLIC 40U

/* What minisign's own keys want ("sensitive": 1 GiB, 2^25 operations), and twice the work. */
#define MEMORY_MOST	(1ULL << 30)
#define OPERATIONS_MOST (1ULL << 26)
#define SALT		32U

static int refuse(struct rs_err *err, const char *why)
{
	(void)rs_fail(err, RS_E_POLICY_SECRET, "%s", why);
	return RS_E_POLICY_SECRET;
}

/* libsodium's two limits as scrypt's N and p (r is 8): as much memory as it may take, then as many
 * passes as are left; where few operations are wanted, these alone. False: out of all bounds. */
static bool limits_of(uint64_t ops, uint64_t mem, uint64_t *ret_n, uint64_t *ret_p)
{
	const uint64_t least = 32768;
	uint64_t most, n = 2;

	ops = ops < least ? least : ops;
	if (mem > MEMORY_MOST || ops > OPERATIONS_MOST)
		return false;
	const bool is_by_ops = ops < mem / 32;
	most = is_by_ops ? ops / 32 : mem / 1024;
	while (n <= most / 2)
		n *= 2;
	*ret_n = n;
	*ret_p = is_by_ops ? 1 : ops / 4 / n / 8;
	return *ret_p > 0;
}

static int uncover(
	const uint8_t *raw, const struct rs_secret *word, uint8_t *key, struct rs_err *err)
{
	uint8_t stream[KEY];
	uint64_t n, p;

	(void)limits_of(rs_le64(raw + AT_OPS), rs_le64(raw + AT_MEM), &n, &p); /* open_key: yes */
	if (EVP_PBE_scrypt((const char *)word->p, word->len, raw + AT_SALT, SALT, n, 8, p,
		    MEMORY_MOST + (64U << 20), stream, sizeof(stream)) != 1)
		return rs_fail(err, RS_E_MEMORY, "passphrase");
	for (size_t i = 0; i < KEY; i++)
		key[i] ^= stream[i];
	rs_wipe(stream, sizeof(stream));
	return 0;
}

static EVP_PKEY *key_new(const uint8_t seed[32])
{
	return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
}

static bool public_of(const uint8_t seed[32], uint8_t ret[32])
{
	EVP_PKEY *key = key_new(seed);
	size_t n = 32;
	const bool is_there = key && EVP_PKEY_get_raw_public_key(key, ret, &n) == 1 && n == 32;

	EVP_PKEY_free(key);
	return is_there;
}

/* The public key in it says whether it was opened: it is the seed's own. */
static int open_key(uint8_t *raw, int (*ask)(void *user, struct rs_secret *ret, struct rs_err *err),
	void *user, struct rs_err *err)
{
	const bool is_covered = memcmp(raw + AT_KDF, "Sc", 2) == 0;
	auto_secret struct rs_secret word = {0};
	uint8_t public[32];
	uint64_t n, p;
	int r = 0;

	if (memcmp(raw, "Ed", 2) != 0 || (!is_covered && memcmp(raw + AT_KDF, "\0\0", 2) != 0))
		return refuse(err, "it is none of minisign");
	/* before somebody types it, and nothing is computed */
	if (is_covered && !limits_of(rs_le64(raw + AT_OPS), rs_le64(raw + AT_MEM), &n, &p))
		return refuse(err,
			"its passphrase is stretched with more memory or work than minisign uses, "
			"or in a way that is not known");
	if (is_covered && !ask)
		return refuse(err, "a passphrase protects it, and nobody can be asked");
	if (is_covered)
		r = ask(user, &word, err);
	if (r == 0 && is_covered)
		r = uncover(raw, &word, raw + AT_KEY, err);
	if (r < 0)
		return r;
	if (!public_of(raw + AT_KEY + KEY_SEED, public))
		return rs_fail(err, RS_E_MEMORY, "secret key");
	if (memcmp(public, raw + AT_KEY + KEY_PUBLIC, sizeof(public)) != 0)
		return refuse(err, is_covered ? "this is not its passphrase" : "it is damaged");
	return 0;
}

int minisign_secret_read(struct rs_view text,
	int (*ask)(void *user, struct rs_secret *ret, struct rs_err *err), void *user,
	struct minisign_secret *ret, struct rs_err *err)
{
	struct rs_view comment, line;
	uint8_t raw[RAW];

	if (!minisign_line(&text, &comment) || !minisign_line(&text, &line) ||
		!minisign_decode(line, raw, sizeof(raw)))
		return refuse(err, "it is none of minisign");
	int r = open_key(raw, ask, user, err);
	if (r == 0)
		r = rs_secret_set(&ret->seed, raw + AT_KEY + KEY_SEED, 32, err);
	if (r == 0)
		memcpy(ret->id, raw + AT_KEY, sizeof(ret->id));
	rs_wipe(raw, sizeof(raw));
	return r;
}

void minisign_secret_done(struct minisign_secret *s)
{
	rs_secret_done(&s->seed);
}

int minisign_public(const struct minisign_secret *s, struct minisign_keys *ret, struct rs_err *err)
{
	*ret = (struct minisign_keys){.n = 1};
	memcpy(ret->list[0].id, s->id, sizeof(s->id));
	return public_of(s->seed.p, ret->list[0].key) ? 0 : rs_fail(err, RS_E_MEMORY, "secret key");
}

static bool sign_one(const uint8_t seed[32], struct rs_view of, uint8_t ret[64])
{
	EVP_PKEY *key = key_new(seed);
	EVP_MD_CTX *ctx = key ? EVP_MD_CTX_new() : NULL;
	size_t n = 64;
	const bool is_done = ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
			     EVP_DigestSign(ctx, ret, &n, of.p, of.len) == 1 && n == 64;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return is_done;
}

int minisign_sign(const struct minisign_secret *s, struct rs_view of, const char *comment,
	char **ret, struct rs_err *err)
{
	uint8_t raw[MINISIGN_RAW] = "ED", hash[64], both[64 + MINISIGN_COMMENT], global[64];
	char first[MINISIGN_LINE_MOST], last[MINISIGN_LINE_MOST];
	const size_t n = strnlen(comment, MINISIGN_COMMENT - 1);
	char *text = NULL;
	int r = minisign_hash(of, hash, err);

	if (r < 0)
		return r;
	memcpy(raw + MINISIGN_RAW_ID, s->id, sizeof(s->id));
	bool is_done = sign_one(s->seed.p, (struct rs_view){hash, 64}, raw + MINISIGN_RAW_SIG);
	memcpy(both, raw + MINISIGN_RAW_SIG, 64);
	memcpy(both + 64, comment, n);
	is_done = is_done && sign_one(s->seed.p, (struct rs_view){both, 64 + n}, global);
	if (!is_done)
		return rs_fail(err, RS_E_MEMORY, "signature");
	(void)EVP_EncodeBlock((uint8_t *)first, raw, sizeof(raw));
	(void)EVP_EncodeBlock((uint8_t *)last, global, sizeof(global));
	if (asprintf(&text,
		    MINISIGN_UNTRUSTED " signature of a policy of unbrick\n%s\n" MINISIGN_TRUSTED
				       "%.*s\n%s\n",
		    first, (int)n, comment, last) < 0)
		return rs_fail(err, RS_E_MEMORY, "signature");
	*ret = text;
	return 0;
}

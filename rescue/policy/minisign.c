/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/minisign.h"

#include <string.h>

#include <openssl/evp.h>

#include "policy/minisign_internal.h"

void minisign_id_text(const uint8_t id[8], char ret[MINISIGN_ID_LEN])
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < 8; i++) { /* little endian */
		ret[2 * i] = digits[id[7 - i] >> 4];
		ret[2 * i + 1] = digits[id[7 - i] & 15];
	}
	ret[16] = '\0';
}

bool minisign_line(struct rs_view *text, struct rs_view *ret)
{
	if (!text->len)
		return false;
	const uint8_t *end = memchr(text->p, '\n', text->len);
	size_t len = end ? (size_t)(end - text->p) : text->len;

	*ret = (struct rs_view){text->p, len};
	text->p += end ? len + 1 : len;
	text->len -= end ? len + 1 : len;
	if (ret->len && ret->p[ret->len - 1] == '\r')
		ret->len--;
	return true;
}

/* One spelling only: what is decoded must give the same text again. */
bool minisign_decode(struct rs_view text, uint8_t *ret, size_t len)
{
	uint8_t bytes[3 * (MINISIGN_LINE_MOST / 4) + 3], again[MINISIGN_LINE_MOST + 4];
	const size_t chars = (len + 2) / 3 * 4;

	if (text.len != chars || chars > MINISIGN_LINE_MOST ||
		EVP_DecodeBlock(bytes, text.p, (int)text.len) < (int)len)
		return false;
	const bool is_same = EVP_EncodeBlock(again, bytes, (int)len) == (int)chars &&
			     memcmp(again, text.p, chars) == 0;

	if (is_same)
		memcpy(ret, bytes, len);
	rs_wipe(bytes, sizeof(bytes)); /* of a secret key, too */
	rs_wipe(again, sizeof(again));
	return is_same;
}

static bool is_comment(struct rs_view line, const char *kind)
{
	const size_t n = strlen(kind);

	return line.len >= n && memcmp(line.p, kind, n) == 0;
}

static bool has_id(const struct minisign_keys *keys, const uint8_t id[8])
{
	for (size_t i = 0; i < keys->n; i++)
		if (memcmp(keys->list[i].id, id, 8) == 0)
			return true;
	return false;
}

int minisign_keys_read(struct rs_view text, struct minisign_keys *ret, struct rs_err *err)
{
	struct minisign_keys all = {0};
	struct rs_view line;

	if (text.len > MINISIGN_TEXT_MOST)
		return rs_fail(err, RS_E_POLICY_KEYS, "too large");
	while (minisign_line(&text, &line)) {
		uint8_t raw[42]; /* "Ed", ID, key */
		if (!line.len || is_comment(line, MINISIGN_UNTRUSTED))
			continue;
		if (!minisign_decode(line, raw, sizeof(raw)) || memcmp(raw, "Ed", 2) != 0)
			return rs_fail(err, RS_E_POLICY_KEYS,
				"a line is neither a comment nor a public key of minisign");
		if (all.n == MINISIGN_KEYS_MOST)
			return rs_fail(err, RS_E_POLICY_KEYS, "more than %u", MINISIGN_KEYS_MOST);
		if (has_id(&all, raw + 2))
			return rs_fail(err, RS_E_POLICY_KEYS, "two keys have the same ID");
		memcpy(all.list[all.n].id, raw + 2, 8);
		memcpy(all.list[all.n++].key, raw + 10, 32);
	}
	if (!all.n)
		return rs_fail(err, RS_E_POLICY_KEYS, "there is none");
	*ret = all;
	return 0;
}

/* ---- signatures ---- */

struct parsed {
	uint8_t raw[MINISIGN_RAW];
	struct rs_view comment;
	uint8_t global[64];
};

/* Four lines: comment, signature, trusted comment, signature of both. */
static bool parse(struct rs_view text, struct parsed *ret)
{
	struct rs_view line;
	const size_t skip = strlen(MINISIGN_TRUSTED);

	if (text.len > MINISIGN_TEXT_MOST || memchr(text.p, '\0', text.len))
		return false;
	if (!minisign_line(&text, &line) || !is_comment(line, MINISIGN_UNTRUSTED))
		return false;
	if (!minisign_line(&text, &line) || !minisign_decode(line, ret->raw, sizeof(ret->raw)))
		return false;
	if (!minisign_line(&text, &line) || !is_comment(line, MINISIGN_TRUSTED) ||
		!rs_view_sub(line, skip, line.len - skip, &ret->comment) ||
		ret->comment.len >= MINISIGN_COMMENT)
		return false;
	if (!minisign_line(&text, &line) ||
		!minisign_decode(line, ret->global, sizeof(ret->global)))
		return false;
	while (minisign_line(&text, &line))
		if (line.len)
			return false;
	return true;
}

/* 1 yes, 0 no, negative: no memory. */
static int is_signed(const uint8_t key[32], const uint8_t sig[64], struct rs_view of)
{
	EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, 32);
	EVP_MD_CTX *ctx = pkey ? EVP_MD_CTX_new() : NULL;
	int r = -1;

	if (ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) == 1)
		r = EVP_DigestVerify(ctx, sig, 64, of.p, of.len) == 1;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	return r;
}

int minisign_hash(struct rs_view of, uint8_t ret[64], struct rs_err *err)
{
	return EVP_Digest(of.p, of.len, ret, NULL, EVP_blake2b512(), NULL) == 1
		       ? 0
		       : rs_fail(err, RS_E_MEMORY, "signature");
}

static int verify_by(
	const uint8_t key[32], struct rs_view of, const struct parsed *p, struct rs_err *err)
{
	uint8_t hash[64], both[64 + MINISIGN_COMMENT];
	struct rs_view what = of;

	if (p->raw[1] == 'D') {
		if (minisign_hash(of, hash, err) < 0)
			return err->code;
		what = (struct rs_view){hash, sizeof(hash)};
	}
	memcpy(both, p->raw + MINISIGN_RAW_SIG, 64);
	memcpy(both + 64, p->comment.p, p->comment.len);
	int r = is_signed(key, p->raw + MINISIGN_RAW_SIG, what);
	if (r == 0)
		return rs_fail(err, RS_E_POLICY_FORGED, "not these bytes were signed");
	if (r > 0)
		r = is_signed(key, p->global, (struct rs_view){both, 64 + p->comment.len});
	if (r == 0)
		return rs_fail(
			err, RS_E_POLICY_FORGED, "the signature's trusted comment was changed");
	return r < 0 ? rs_fail(err, RS_E_MEMORY, "signature") : 0;
}

int minisign_verify(struct rs_view of, struct rs_view sig, const struct minisign_keys *keys,
	struct minisign_said *ret, struct rs_err *err)
{
	struct parsed p = {0};
	struct minisign_said said = {0};

	if (!parse(sig, &p))
		return rs_fail(err, RS_E_POLICY_UNSIGNED, "no signature of minisign");
	if (p.raw[0] != 'E' || (p.raw[1] != 'D' && p.raw[1] != 'd'))
		return rs_fail(err, RS_E_POLICY_UNSIGNED, "a signature of an unknown kind");
	minisign_id_text(p.raw + MINISIGN_RAW_ID, said.key_id);
	for (size_t i = 0; i < keys->n; i++) {
		if (memcmp(keys->list[i].id, p.raw + MINISIGN_RAW_ID, 8) != 0)
			continue;
		int r = verify_by(keys->list[i].key, of, &p, err);
		if (r < 0)
			return r;
		memcpy(said.comment, p.comment.p, p.comment.len);
		*ret = said;
		return 0;
	}
	return rs_fail(err, RS_E_POLICY_KEY, "by key %s, which is not among them", said.key_id);
}

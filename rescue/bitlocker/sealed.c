/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bitlocker/sealed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "core/cleanup.h"
#include "core/json_in.h"
#include "core/text.h"

#define BEGIN	    "UNBRICK-KEYS "
#define END	    "UNBRICK-KEYS-END"
#define HEADER_MOST 512U
#define SALT	    16U
#define NONCE	    12U /* SP 800-38D, 5.2.1.1: what a counter begins with by itself */
#define TAG	    16U
#define KEY	    32U
#define LINE	    48U /* bytes of a line of base64 */
/* RFC 7914, 2: N is CPU and memory cost, 128 * N * r the bytes it takes */
#define N_MADE	    32768U /* 32 MiB: the rescue system has 256 */
#define R_MADE	    8U
#define P_MADE	    3U
#define N_LEAST	    16384U /* less is guessed too fast */
#define MEMORY_MOST (128ULL << 20)
#define WORK_MOST   (2ULL << 20) /* N * r * p */

struct header {
	uint64_t n, r, p;
	uint8_t salt[SALT], nonce[NONCE];
};

/* ---- finding ---- */

static const uint8_t *find(struct rs_view in, const char *what)
{
	return memmem(in.p, in.len, what, strlen(what));
}

bool bl_sealed_find(struct rs_view all, size_t *ret_at, size_t *ret_len)
{
	const uint8_t *begin = find(all, BEGIN "{");

	if (!begin)
		return false;
	*ret_at = (size_t)(begin - all.p);
	const struct rs_view rest = {begin, all.len - *ret_at};
	const uint8_t *end = find(rest, END);
	*ret_len = end ? (size_t)(end - begin) + strlen(END) : rest.len;
	return true;
}

/* ---- the first line ---- */

static const char *fault_of(struct json_object *o, struct header *ret)
{
	uint64_t version = 0;

	if (!ji_number(o, "version", &version) || version != 1 || !ji_is_word(o, "kdf", "scrypt"))
		return "it is of another version of this program";
	if (!ji_number(o, "n", &ret->n) || !ji_number(o, "r", &ret->r) ||
		!ji_number(o, "p", &ret->p) || !rs_unhex(ji_text(o, "salt"), ret->salt, SALT) ||
		!rs_unhex(ji_text(o, "nonce"), ret->nonce, NONCE))
		return "its first line is damaged";
	/* each small enough for the products that follow */
	if (ret->n < N_LEAST || ret->n > MEMORY_MOST || ret->n & (ret->n - 1) || !ret->r ||
		ret->r > 64 || !ret->p || ret->p > 64 || 128 * ret->n * ret->r > MEMORY_MOST ||
		ret->n * ret->r * ret->p > WORK_MOST)
		return "its first line asks for too much memory, or for too little";
	return NULL;
}

/* The line without its end, which is what is vouched for; NULL: there is none. */
static const char *read_header(struct rs_view sealed, struct rs_view *ret_line, struct header *ret)
{
	static const struct ji_limits most = {HEADER_MOST, 64, 3};
	const uint8_t *end = memchr(sealed.p, '\n', sealed.len);
	char text[HEADER_MOST + 1];
	const char *why;

	if (!end)
		return "it is not whole";
	*ret_line = (struct rs_view){sealed.p, (size_t)(end - sealed.p)};
	ret_line->len -= ret_line->len && end[-1] == '\r';
	if (ret_line->len < strlen(BEGIN) || ret_line->len - strlen(BEGIN) > HEADER_MOST)
		return "its first line is damaged";
	const size_t len = ret_line->len - strlen(BEGIN);
	memcpy(text, ret_line->p + strlen(BEGIN), len);
	text[len] = '\0';
	struct json_object *o = ji_parse(text, len, &most, &why);
	why = o ? fault_of(o, ret) : "its first line is damaged";
	json_object_put(o);
	return why;
}

/* ---- opening ---- */

static int stretch(const struct header *h, struct rs_view passphrase, struct rs_secret *ret,
	struct rs_err *err)
{
	int r = rs_secret_init(ret, KEY, err);

	if (r < 0)
		return r;
	if (!EVP_PBE_scrypt((const char *)passphrase.p, passphrase.len, h->salt, SALT, h->n, h->r,
		    h->p, MEMORY_MOST + (2U << 20), ret->p, KEY))
		return rs_fail(err, RS_E_KEY_FILE, "this machine has not enough memory for it");
	ret->len = KEY;
	return 0;
}

/* Base64 between the lines; free it. NULL: it is none, or no memory. */
static uint8_t *decode_new(struct rs_view text, size_t *ret_len)
{
	EVP_ENCODE_CTX *ctx = EVP_ENCODE_CTX_new();
	uint8_t *ret = malloc(text.len + 64);
	int len = 0, last = 0;
	bool is_good = ctx && ret;

	if (is_good) {
		EVP_DecodeInit(ctx);
		is_good = EVP_DecodeUpdate(ctx, ret, &len, text.p, (int)text.len) >= 0 &&
			  EVP_DecodeFinal(ctx, ret + len, &last) == 1;
	}
	EVP_ENCODE_CTX_free(ctx);
	*ret_len = (size_t)len + (size_t)last;
	if (is_good && *ret_len > TAG)
		return ret;
	free(ret);
	return NULL;
}

static bool gcm_open(const uint8_t *key, const struct header *h, struct rs_view line,
	struct rs_view body, uint8_t *ret)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	uint8_t tag[TAG];
	const size_t len = body.len - TAG;
	int n = 0;

	memcpy(tag, body.p + len, TAG);
	bool is_good = c && EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, h->nonce) &&
		       EVP_DecryptUpdate(c, NULL, &n, line.p, (int)line.len) &&
		       EVP_DecryptUpdate(c, ret, &n, body.p, (int)len) &&
		       EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG, tag) &&
		       EVP_DecryptFinal_ex(c, ret + n, &n) > 0;
	EVP_CIPHER_CTX_free(c);
	return is_good;
}

int bl_sealed_open(
	struct rs_view sealed, struct rs_view passphrase, struct rs_secret *ret, struct rs_err *err)
{
	auto_secret struct rs_secret key = {0}, keys = {0};
	struct rs_view line;
	struct header h;
	size_t len = 0;

	if (sealed.len > BL_SEALED_MOST)
		return rs_fail(err, RS_E_KEY_FILE, "it is too large");
	const char *why = read_header(sealed, &line, &h);
	if (why)
		return rs_fail(err, RS_E_KEY_FILE, "%s", why);
	const struct rs_view rest = {line.p + line.len, sealed.len - line.len};
	const uint8_t *end = find(rest, END);
	auto_free uint8_t *body =
		end ? decode_new((struct rs_view){rest.p, (size_t)(end - rest.p)}, &len) : NULL;
	if (!body)
		return rs_fail(err, RS_E_KEY_FILE, "it is not whole");
	int r = stretch(&h, passphrase, &key, err);
	if (r == 0)
		r = rs_secret_init(&keys, len, err);
	if (r < 0)
		return r;
	if (!gcm_open(key.p, &h, line, (struct rs_view){body, len}, keys.p))
		return rs_fail(err, RS_E_KEY_SEALED, "%s", "");
	keys.len = len - TAG;
	*ret = keys;
	keys = (struct rs_secret){0};
	return 0;
}

/* ---- making ---- */

static bool gcm_seal(const uint8_t *key, const struct header *h, const char *line,
	struct rs_view keys, uint8_t *ret)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n = 0;
	bool is_good = c && EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, h->nonce) &&
		       EVP_EncryptUpdate(c, NULL, &n, (const uint8_t *)line, (int)strlen(line)) &&
		       EVP_EncryptUpdate(c, ret, &n, keys.p, (int)keys.len) &&
		       EVP_EncryptFinal_ex(c, ret + n, &n) &&
		       EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG, ret + keys.len);

	EVP_CIPHER_CTX_free(c);
	return is_good;
}

static char *text_new(const char *line, struct rs_view body)
{
	unsigned char base64[4 * LINE / 3 + 1];
	char *ret = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&ret, &size);

	if (!f)
		return NULL;
	(void)fprintf(f, "%s\n", line);
	for (size_t at = 0; at < body.len; at += LINE) {
		const size_t n = body.len - at < LINE ? body.len - at : LINE;
		(void)EVP_EncodeBlock(base64, body.p + at, (int)n);
		(void)fprintf(f, "%s\n", base64);
	}
	(void)fputs(END "\n", f);
	if (fclose(f) == 0)
		return ret;
	free(ret);
	return NULL;
}

static void put_line(const struct header *h, char *ret, size_t cap)
{
	char salt[2 * SALT + 1], nonce[2 * NONCE + 1];

	rs_hex(h->salt, SALT, salt);
	rs_hex(h->nonce, NONCE, nonce);
	(void)snprintf(ret, cap,
		BEGIN "{\"version\":1,\"kdf\":\"scrypt\",\"n\":%u,\"r\":%u,\"p\":%u,"
		      "\"salt\":\"%s\",\"nonce\":\"%s\"}",
		N_MADE, R_MADE, P_MADE, salt, nonce);
}

int bl_sealed_make(struct rs_view keys, struct rs_view passphrase, char **ret, struct rs_err *err)
{
	struct header h = {.n = N_MADE, .r = R_MADE, .p = P_MADE};
	auto_secret struct rs_secret key = {0};
	char line[HEADER_MOST];

	if (passphrase.len < BL_SEALED_PASSPHRASE_LEAST)
		return rs_fail(err, RS_E_KEY_NEW_PHRASE,
			"the passphrase is shorter than %u characters", BL_SEALED_PASSPHRASE_LEAST);
	if (keys.len > BL_SEALED_MOST / 2)
		return rs_fail(err, RS_E_KEY_FILE, "it is too large");
	auto_free uint8_t *body = malloc(keys.len + TAG);
	if (!body)
		return rs_fail(err, RS_E_MEMORY, "key file");
	if (RAND_bytes(h.salt, SALT) != 1 || RAND_bytes(h.nonce, NONCE) != 1)
		return rs_fail(err, RS_E_BUG, "no random numbers");
	put_line(&h, line, sizeof(line));
	int r = stretch(&h, passphrase, &key, err);
	if (r < 0)
		return r;
	if (!gcm_seal(key.p, &h, line, keys, body))
		return rs_fail(err, RS_E_BUG, "AES-256-GCM");
	*ret = text_new(line, (struct rs_view){body, keys.len + TAG});
	return *ret ? 0 : rs_fail(err, RS_E_MEMORY, "key file");
}

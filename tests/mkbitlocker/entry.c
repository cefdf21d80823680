/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts that BitLocker metadata consist of: an entry is size, type, value type, version. */
#include <string.h>

#include "core/view.h"
#include "mkb.h"

void mk_put(struct mk_buf *b, const void *p, size_t len)
{
	if (len > sizeof(b->p) - b->len)
		mk_die("the metadata do not fit");
	memcpy(b->p + b->len, p, len);
	b->len += len;
}

void mk_put16(struct mk_buf *b, unsigned v)
{
	uint8_t raw[2];

	rs_put_le16(raw, (uint16_t)v);
	mk_put(b, raw, sizeof(raw));
}

void mk_put32(struct mk_buf *b, uint32_t v)
{
	uint8_t raw[4];

	rs_put_le32(raw, v);
	mk_put(b, raw, sizeof(raw));
}

void mk_put64(struct mk_buf *b, uint64_t v)
{
	uint8_t raw[8];

	rs_put_le64(raw, v);
	mk_put(b, raw, sizeof(raw));
}

void mk_put_utf16(struct mk_buf *b, const char *ascii)
{
	do
		mk_put16(b, (unsigned char)*ascii);
	while (*ascii++);
}

size_t mk_open(struct mk_buf *b, unsigned type, unsigned value, unsigned version)
{
	size_t start = b->len;

	mk_put16(b, 0); /* the size: mk_close */
	mk_put16(b, type);
	mk_put16(b, value);
	mk_put16(b, version);
	return start;
}

void mk_close(struct mk_buf *b, size_t start)
{
	rs_put_le16(b->p + start, (uint16_t)(b->len - start));
}

void mk_put_key(struct mk_buf *b, const struct mk_key *key)
{
	size_t e = mk_open(b, 0, 1, 0);

	mk_put16(b, key->type);
	mk_put16(b, 0);
	mk_put(b, key->p, key->len);
	mk_close(b, e);
}

void mk_put_sealed(struct mk *mk, struct mk_buf *b, unsigned type, const uint8_t key[32],
	const struct mk_buf *payload)
{
	uint8_t nonce[12], out[256];
	size_t e = mk_open(b, type, 5, 1);

	if (payload->len > sizeof(out) - 16)
		mk_die("payload too long");
	rs_put_le64(nonce, MK_FIXED_TIME);
	rs_put_le32(nonce + 8, mk->counter++);
	mk_seal(key, nonce, payload->p, payload->len, out);
	mk_put(b, nonce, sizeof(nonce));
	mk_put(b, out, 16 + payload->len);
	mk_close(b, e);
}

void mk_put_sealed_key(struct mk *mk, struct mk_buf *b, unsigned type, const uint8_t by[32],
	const struct mk_key *key)
{
	struct mk_buf payload;

	payload.len = 0;
	mk_put_key(&payload, key);
	mk_put_sealed(mk, b, type, by, &payload);
}

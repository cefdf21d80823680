/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of an event as the texts that Windows' XML shows. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "windows/evtx_internal.h"

#define SID_PARTS_MAX 15U /* SID_MAX_SUB_AUTHORITIES of winnt.h */
#define PER_SECOND    10000000U

void evtx_text_char(struct evtx_text *t, char c)
{
	if (t->n + 1 < t->cap)
		t->p[t->n++] = c;
}

static __attribute__((format(printf, 2, 3))) void put(struct evtx_text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(t->p + t->n, t->cap - t->n, fmt, ap);
	va_end(ap);
	if (n > 0)
		t->n += (size_t)n < t->cap - t->n ? (size_t)n : t->cap - t->n - 1;
}

void evtx_text_put(struct evtx_text *t, struct rs_view utf16)
{
	t->n += rs_utf16_to_utf8(rs_utf16_text(utf16), t->p + t->n, t->cap - t->n);
}

/* ---- of each type ---- */

static bool put_string(struct evtx_text *t, uint8_t type, struct rs_view v)
{
	(void)type;
	evtx_text_put(t, v);
	return true;
}

/* The code page of the machine is not known: what is not ASCII shows as "?". */
static bool put_ansi(struct evtx_text *t, uint8_t type, struct rs_view v)
{
	(void)type;
	for (size_t i = 0; i < v.len && v.p[i]; i++)
		evtx_text_char(t, (char)(v.p[i] < 0x80 ? v.p[i] : '?'));
	return true;
}

/* Of at most 8 bytes. */
static uint64_t little(struct rs_view v)
{
	uint64_t n = 0;

	for (size_t i = v.len; i > 0; i--)
		n = n << 8 | v.p[i - 1];
	return n;
}

static bool put_unsigned(struct evtx_text *t, uint8_t type, struct rs_view v)
{
	(void)type;
	put(t, "%" PRIu64, little(v));
	return true;
}

static int64_t sign_extended(uint64_t n, size_t bytes)
{
	unsigned shift = (unsigned)(64 - 8 * bytes);

	return (int64_t)(n << shift) >> shift;
}

static size_t size_of(uint8_t type);

static bool put_signed(struct evtx_text *t, uint8_t type, struct rs_view v)
{
	put(t, "%" PRId64, sign_extended(little(v), size_of(type)));
	return true;
}

static bool put_hex(struct evtx_text *t, uint8_t type, struct rs_view v)
{
	(void)type;
	put(t, "0x%" PRIx64, little(v));
	return true;
}

static bool put_real(struct evtx_text *t, uint8_t type, struct rs_view v)
{
	uint64_t bits = little(v);
	uint32_t low = (uint32_t)bits;
	float single;
	double n;

	memcpy(&single, &low, sizeof(single));
	memcpy(&n, &bits, sizeof(n));
	put(t, "%g", type == EVTX_REAL32 ? (double)single : n);
	return true;
}

static bool put_bool(struct evtx_text *t, uint8_t type, struct rs_view v)
{
	(void)type;
	put(t, "%s", little(v) ? "true" : "false");
	return true;
}

static bool put_binary(struct evtx_text *t, uint8_t type, struct rs_view v)
{
	static const char digits[] = "0123456789ABCDEF";

	(void)type;
	for (size_t i = 0; i < v.len; i++) {
		evtx_text_char(t, digits[v.p[i] >> 4]);
		evtx_text_char(t, digits[v.p[i] & 15]);
	}
	return true;
}

static bool put_guid(struct evtx_text *t, uint8_t type, struct rs_view v)
{
	char text[RS_GUID_LEN];

	(void)type;
	rs_guid_text(v.p, text);
	put(t, "{%s}", text);
	return true;
}

static bool put_size(struct evtx_text *t, uint8_t type, struct rs_view v)
{
	if (v.len != 4 && v.len != 8)
		return false;
	return put_hex(t, type, v);
}

/* Nine decimals, as Windows 10 writes them. */
static bool put_filetime(struct evtx_text *t, uint8_t type, struct rs_view v)
{
	char text[RS_TIME_LEN];
	uint64_t time = little(v);

	(void)type;
	rs_filetime_text(time - time % PER_SECOND, text);
	char *end = strchr(text, 'Z');
	if (end)
		(void)snprintf(end, sizeof(text) - (size_t)(end - text), ".%07u00Z",
			(unsigned)(time % PER_SECOND));
	put(t, "%s", text);
	return true;
}

static bool put_systemtime(struct evtx_text *t, uint8_t type, struct rs_view v)
{
	uint16_t part[8]; /* year, month, weekday, day, hour, minute, second, ms */

	(void)type;
	for (size_t i = 0; i < 8; i++)
		part[i] = rs_le16(v.p + 2 * i);
	put(t, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", part[0], part[1], part[3], part[4], part[5],
		part[6], part[7]);
	return true;
}

/* [MS-DTYP] 2.4.2.2: the authority is big-endian, the parts are not. */
static bool put_sid(struct evtx_text *t, uint8_t type, struct rs_view v)
{
	uint64_t authority = 0;

	(void)type;
	if (v.len < 8 || v.p[1] > SID_PARTS_MAX || v.len < 8 + 4U * v.p[1])
		return false;
	for (size_t i = 2; i < 8; i++)
		authority = authority << 8 | v.p[i];
	put(t, "S-%u-%" PRIu64, v.p[0], authority);
	for (size_t i = 0; i < v.p[1]; i++)
		put(t, "-%" PRIu32, rs_le32(v.p + 8 + 4 * i));
	return true;
}

/* By type: how long it is (0: as long as it is) and how it is written. */
static const struct {
	uint8_t bytes;
	bool (*put)(struct evtx_text *t, uint8_t type, struct rs_view v);
} types[] = {
	[EVTX_STRING] = {0, put_string},
	[EVTX_ANSI] = {0, put_ansi},
	[EVTX_INT8] = {1, put_signed},
	[EVTX_UINT8] = {1, put_unsigned},
	[EVTX_INT16] = {2, put_signed},
	[EVTX_UINT16] = {2, put_unsigned},
	[EVTX_INT32] = {4, put_signed},
	[EVTX_UINT32] = {4, put_unsigned},
	[EVTX_INT64] = {8, put_signed},
	[EVTX_UINT64] = {8, put_unsigned},
	[EVTX_REAL32] = {4, put_real},
	[EVTX_REAL64] = {8, put_real},
	[EVTX_BOOL] = {4, put_bool},
	[EVTX_BINARY] = {0, put_binary},
	[EVTX_GUID] = {16, put_guid},
	[EVTX_SIZE] = {0, put_size},
	[EVTX_FILETIME] = {8, put_filetime},
	[EVTX_SYSTEMTIME] = {16, put_systemtime},
	[EVTX_SID] = {0, put_sid},
	[EVTX_HEX32] = {4, put_hex},
	[EVTX_HEX64] = {8, put_hex},
	[EVTX_XML] = {0, put_string},
};
#define N_TYPES (sizeof(types) / sizeof(types[0]))

static size_t size_of(uint8_t type)
{
	return type < N_TYPES ? types[type].bytes : 0;
}

bool evtx_value_put(struct evtx_text *t, uint8_t type, struct rs_view v)
{
	if (type >= N_TYPES || !types[type].put || v.len == 0)
		return true; /* nothing, or nothing that is known */
	if (v.len < types[type].bytes)
		return false;
	if (types[type].bytes)
		v.len = types[type].bytes;
	return types[type].put(t, type, v);
}

/* Texts end at a NUL each, SIDs say their length, all else is of one size. */
bool evtx_value_next(uint8_t type, struct rs_view *rest, struct rs_view *ret)
{
	size_t n = 0, skip = 0;

	type &= (uint8_t)~EVTX_MANY;
	if (type == EVTX_STRING) {
		n = rs_utf16_text(*rest).len;
		skip = n + 2 <= rest->len ? 2 : rest->len - n;
	} else if (type == EVTX_ANSI) {
		n = strnlen((const char *)rest->p, rest->len);
		skip = n < rest->len;
	} else if (type == EVTX_SID) {
		n = rest->len < 2 ? 0 : 8 + 4U * rest->p[1];
	} else {
		n = type == EVTX_SIZE ? 8 : size_of(type);
	}
	if (n + skip == 0 || !rs_view_sub(*rest, 0, n, ret))
		return false;
	*rest = (struct rs_view){rest->p + n + skip, rest->len - n - skip};
	return true;
}

static bool digits(struct rs_view v, uint64_t *ret)
{
	uint64_t n = 0;

	v = rs_utf16_text(v);
	for (size_t i = 0; i + 2 <= v.len; i += 2) {
		uint16_t unit = rs_le16(v.p + i);
		if (unit < '0' || unit > '9' || __builtin_mul_overflow(n, 10U, &n) ||
			__builtin_add_overflow(n, (uint64_t)(unit - '0'), &n))
			return false;
	}
	*ret = n;
	return v.len >= 2;
}

bool evtx_value_number(uint8_t type, struct rs_view v, uint64_t *ret)
{
	if (type == EVTX_STRING)
		return digits(v, ret);
	size_t n = size_of(type);
	if (n == 0 || n > 8 || v.len < n || type == EVTX_REAL32 || type == EVTX_REAL64)
		return false;
	*ret = little((struct rs_view){v.p, n});
	return true;
}

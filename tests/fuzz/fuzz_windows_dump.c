/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kernel dump, made of less than it has: which of the two headers, its machine, code, parameters
 * and type, then what follows it. The first input has a list of modules, a stack and an unloaded
 * module. Or a large dump, of zeros but for the pieces that the input has: the first of those has
 * tables of pages of every size, and in them the same. Seeds: it makes its own. */
#include <stdlib.h>
#include <string.h>

#include "windows/dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);
size_t LLVMFuzzerCustomMutator(uint8_t *p, size_t len, size_t cap, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *p, size_t len, size_t cap);

/* Of an input: 1 byte for the header's width, 1 for its type, 2 for the machine, 4 for the code, 32
 * for the parameters, 16 for time and attributes; the rest of the file. */
enum { HEAD = 56, MADE = HEAD + 0x800 };

/* Of an input of pieces: 0x80, 1 byte for how much is cut off, then for each 2 bytes of where in
 * the file, 1 of how long, and the piece. */
enum { PIECES = 2, LARGE_BYTES = 0xB000, PAGE = 0x1000 };

struct data {
	const uint8_t *p;
	size_t len;
};

static int data_read(void *user, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	const struct data *d = user;

	(void)err;
	if (off_bytes > d->len || d->len - off_bytes < len)
		__builtin_trap();
	memcpy(buf, d->p + off_bytes, len);
	return 0;
}

static void check(const struct win_dump *d)
{
	for (size_t i = 0; i < d->n_frames; i++)
		if (d->frames[i].module >= d->n_modules)
			__builtin_trap();
	for (size_t i = 0; i < d->n_modules; i++)
		if (!memchr(d->modules[i].path, 0, sizeof(d->modules[i].path)) ||
			d->modules[i].name < d->modules[i].path)
			__builtin_trap();
	if (d->fault_module != WIN_NO_MODULE && (!d->has_fault || d->fault_module >= d->n_modules))
		__builtin_trap();
	if (d->fault_unloaded != WIN_NO_MODULE && d->fault_unloaded >= d->n_unloaded)
		__builtin_trap();
}

static void module(uint8_t *p, uint32_t entry, uint32_t name, uint32_t i, bool is_64)
{
	uint8_t *body = p + HEAD;
	uint32_t head = is_64 ? 0x2000 : 0x1000;

	rs_put_le32(body + entry, head + name);
	rs_put_le32(body + entry + (is_64 ? 0x38 : 0x1C), 0x80000000U + 0x100000U * i);
	rs_put_le32(body + entry + (is_64 ? 0x48 : 0x24), 0x10000);
	rs_put_le32(body + name, 3);
	memcpy(body + name + 4, "a\0b\0c", 6);
}

static size_t made(uint8_t *p, size_t cap, bool is_64)
{
	uint32_t head = is_64 ? 0x2000 : 0x1000, stride = is_64 ? 0x98 : 0x4C;
	uint8_t *h = p + HEAD;

	if (cap < MADE)
		return 0;
	memset(p, 0, MADE);
	p[0] = is_64;
	p[1] = 4;
	rs_put_le16(p + 2, is_64 ? 0x8664 : 0x14C);
	rs_put_le32(p + 4, 0xD1);
	rs_put_le32(p + 8 + (is_64 ? 24 : 12), 0x80001234);
	rs_put_le32(h + 0x18, head + 0x60);
	rs_put_le32(h + 0x60, 1);
	rs_put_le32(h + 0x28, head + 0x100);
	rs_put_le32(h + 0x2C, 0x40);
	rs_put_le32(h + 0x100, 0x80101234);
	rs_put_le32(h + 0x30, head + 0x200);
	rs_put_le32(h + 0x34, 4);
	rs_put_le32(h + 0x38, head + 0x500);
	rs_put_le32(h + 0x3C, 0x200);
	for (uint32_t i = 0; i < 4; i++)
		module(p, 0x200 + i * stride, 0x500 + i * 16, i, is_64);
	return MADE;
}

/* ---- a large dump ---- */

struct pieces {
	uint8_t *p;
	size_t len, cap;
	uint32_t pages_at; /* of the first page in the file */
};

static void piece(struct pieces *to, uint32_t at, const void *p, uint8_t len)
{
	if (to->cap - to->len < 3U + len)
		return;
	rs_put_le16(to->p + to->len, (uint16_t)at);
	to->p[to->len + 2] = len;
	memcpy(to->p + to->len + 3, p, len);
	to->len += 3U + len;
}

static void number(struct pieces *to, uint32_t at, uint64_t v)
{
	uint8_t p[8];

	rs_put_le64(p, v);
	piece(to, at, p, sizeof(p));
}

/* Eight physical pages: 0 to 3 are tables, through which each is seen as one of 4 KiB, in one of
 * 2 MiB and in one of 1 GiB. */
#define SMALL_VIEW  0xFFFFFFFFFFE00000ULL
#define MIDDLE_VIEW 0xFFFFFFFFFFC00000ULL
#define GREAT_VIEW  0xFFFFFFFF80000000ULL
#define LIST	    (SMALL_VIEW + 0x4010)

static void tables(struct pieces *to)
{
	number(to, to->pages_at + 511 * 8, PAGE | 1);
	number(to, to->pages_at + PAGE + 510 * 8, 0x81);
	number(to, to->pages_at + PAGE + 511 * 8, 2 * PAGE | 1);
	number(to, to->pages_at + 2 * PAGE + 510 * 8, 0x81);
	number(to, to->pages_at + 2 * PAGE + 511 * 8, 3 * PAGE | 1);
	for (uint32_t i = 0; i < 8; i++)
		number(to, to->pages_at + 3 * PAGE + 8 * i, i * PAGE | 1);
}

static void list(struct pieces *to)
{
	uint32_t page = to->pages_at + 4 * PAGE;
	uint8_t entry[0x68] = {0};

	number(to, page + 0x10, LIST + 0x100);
	number(to, page + 0x18, LIST + 0x400);
	for (uint32_t i = 1; i <= 4; i++) {
		rs_put_le64(entry, i == 4 ? LIST : LIST + 0x100 * (i + 1));
		rs_put_le64(entry + 8, i == 1 ? LIST : LIST + 0x100 * (i - 1));
		rs_put_le64(
			entry + 0x30, i == 1 ? MIDDLE_VIEW + 7 * PAGE : GREAT_VIEW + i * 0x10000);
		rs_put_le32(entry + 0x40, 0x8000);
		rs_put_le32(entry + 0x48, 6);
		rs_put_le64(entry + 0x50, i == 3 ? 0 : LIST + 0x800);
		rs_put_le32(entry + 0x58, 4);
		rs_put_le64(entry + 0x60, LIST + 0x802);
		piece(to, page + 0x10 + 0x100 * i, entry, sizeof(entry));
	}
	piece(to, page + 0x810, "a\0b\0c", 6);
}

static void rest(struct pieces *to)
{
	uint32_t block = to->pages_at + 5 * PAGE, stack = to->pages_at + 6 * PAGE;

	piece(to, block + 0x10, "KDBG\x60\x03\0", 8);
	number(to, block + 0x18, MIDDLE_VIEW + 7 * PAGE);
	number(to, block + 0x48, LIST);
	number(to, block + 0x220, SMALL_VIEW + 5 * PAGE + 0x400);
	number(to, block + 0x228, SMALL_VIEW + 5 * PAGE + 0x408);
	number(to, block + 0x400, SMALL_VIEW + 5 * PAGE + 0x410);
	number(to, block + 0x408, 1);
	number(to, block + 0x410, 4);
	number(to, block + 0x418, LIST + 0x800);
	number(to, block + 0x420, GREAT_VIEW + 0x90000);
	number(to, block + 0x428, GREAT_VIEW + 0x98000);
	number(to, stack + 0xF00, MIDDLE_VIEW + 7 * PAGE + 0x1234);
	number(to, stack + 0xF08, GREAT_VIEW + 0x21234);
	piece(to, to->pages_at + 7 * PAGE, "MZ", 2);
	number(to, to->pages_at + 7 * PAGE + 0x3C, 0x80);
	piece(to, to->pages_at + 7 * PAGE + 0x80, "PE\0\0\x64\x86\0\0\x11\x22\x33\x44", 12);
}

static size_t made_large(uint8_t *p, size_t cap, bool is_runs)
{
	struct pieces to = {p, PIECES, cap, is_runs ? 0x2000 : 0x3000};

	if (cap < MADE)
		return 0;
	p[0] = 0x80;
	p[1] = 0;
	piece(&to, 0, "PAGEDU64", 8);
	number(&to, 0x10, 0);
	number(&to, 0x20, LIST);
	number(&to, 0x30, 0x8664);
	number(&to, 0x38, 0xD1);
	number(&to, 0x58, GREAT_VIEW + 0x22222);
	number(&to, 0x80, SMALL_VIEW + 5 * PAGE);
	number(&to, 0x88, 1);
	number(&to, 0x98, 0);
	number(&to, 0xA0, 8);
	number(&to, 0x348 + 0x98, SMALL_VIEW + 6 * PAGE + 0xEF0);
	number(&to, 0xF98, is_runs ? 1 : 6);
	if (!is_runs) {
		piece(&to, 0x2000, "SDMPDUMP", 8);
		number(&to, 0x2020, 0x3000);
		number(&to, 0x2030, 8);
		number(&to, 0x2038, 0xFF);
	}
	tables(&to);
	list(&to);
	rest(&to);
	return to.len;
}

/* One piece of it becomes another, its place or its length seldom. */
static size_t piece_mutate(uint8_t *p, size_t len, unsigned seed)
{
	size_t at = PIECES, count = 0, which;

	for (size_t i = PIECES; i + 3 <= len; i += 3U + p[i + 2])
		count++;
	if (!count)
		return len;
	which = (seed >> 8) % count;
	for (size_t i = 0; i < which; i++)
		at += 3U + p[at + 2];
	size_t body = p[at + 2], room = len - at - 3 < body ? len - at - 3 : body;
	if (seed % 16 == 0)
		(void)LLVMFuzzerMutate(p + at, 3, 3);
	else if (seed % 32 == 1)
		p[1] = (uint8_t)(seed >> 16);
	else if (room)
		(void)LLVMFuzzerMutate(p + at + 3, room < 8 ? room : 8, room < 8 ? room : 8);
	return len;
}

static size_t large_of(const uint8_t *p, size_t len, uint8_t **ret)
{
	uint8_t *f = calloc(1, LARGE_BYTES);

	*ret = f;
	if (!f)
		return 0;
	for (size_t i = PIECES; i + 3 <= len; i += 3U + p[i + 2]) {
		size_t at = rs_le16(p + i), n = p[i + 2];
		if (n > len - i - 3)
			n = len - i - 3;
		if (at < LARGE_BYTES)
			memcpy(f + at, p + i + 3, n < LARGE_BYTES - at ? n : LARGE_BYTES - at);
	}
	return LARGE_BYTES - 0xB0U * p[1];
}

/* ---- inputs ---- */

/* Most of such a file is filling: half of the changes go to where it matters. */
size_t LLVMFuzzerCustomMutator(uint8_t *p, size_t len, size_t cap, unsigned seed)
{
	if (len < HEAD + 0x50 || seed % 64 == 0)
		len = seed >> 7 & 1 ? made_large(p, cap, seed >> 6 & 1)
				    : made(p, cap, seed >> 6 & 1);
	if (len > PIECES && p[0] & 0x80 && seed % 8)
		return piece_mutate(p, len, seed);
	if (len > HEAD + 0x50 && seed & 1) {
		size_t at = (seed >> 8) % (seed & 2 ? HEAD + 0x50 : len);
		size_t room = len - at < 8 ? len - at : 8;
		(void)LLVMFuzzerMutate(p + at, room, room);
		return len;
	}
	return LLVMFuzzerMutate(p, len, cap);
}

/* The file of an input; its length. */
static size_t file_of(const uint8_t *p, size_t len, uint8_t **ret)
{
	bool is_64 = p[0] & 1;
	size_t head = is_64 ? 0x2000 : 0x1000;
	uint8_t *f = calloc(1, head + len - HEAD);

	*ret = f;
	if (!f)
		return 0;
	memcpy(f, is_64 ? "PAGEDU64" : "PAGEDUMP", 8);
	f[is_64 ? 0xF98 : 0xF88] = p[1];
	memcpy(f + (is_64 ? 0x30 : 0x20), p + 2, 2);
	memcpy(f + (is_64 ? 0x38 : 0x28), p + 4, 4);
	memcpy(f + (is_64 ? 0x40 : 0x2C), p + 8, is_64 ? 32 : 16);
	memcpy(f + (is_64 ? 0xFA8 : 0xFC0), p + 40, 8);
	memcpy(f + (is_64 ? 0x1050 : 0x8A0), p + 48, 4);
	memcpy(f + head, p + HEAD, len - HEAD);
	return p[0] & 2 ? (p[0] >> 2) * 128U % (head + len - HEAD + 1) : head + len - HEAD;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	uint8_t *file = NULL;
	struct data data = {p, len};

	if (len >= HEAD) {
		data.len = p[0] & 0x80 ? large_of(p, len, &file) : file_of(p, len, &file);
		data.p = file;
	}
	struct win_src src = {data_read, &data, data.len};
	struct win_dump *d = NULL;
	struct rs_err err = {0};
	int r = win_dump_read(&src, &d, &err);
	if (r < 0 && r != RS_E_UNSUPPORTED)
		__builtin_trap();
	if (r == 0)
		check(d);
	win_dump_free(d);
	free(file);
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kernel dump, made of less than it has: which of the two headers, its machine, code, parameters
 * and type, then what follows it. The first input has a list of modules, a stack and an unloaded
 * module. Seeds: it makes its own. */
#include <stdlib.h>
#include <string.h>

#include "windows/dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);
size_t LLVMFuzzerCustomMutator(uint8_t *p, size_t len, size_t cap, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *p, size_t len, size_t cap);

/* Of an input: 1 byte for the header's width, 1 for its type, 2 for the machine, 4 for the code, 32
 * for the parameters, 16 for time and attributes; the rest of the file. */
enum { HEAD = 56, MADE = HEAD + 0x800 };

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

/* Most of such a file is filling: half of the changes go to where it matters. */
size_t LLVMFuzzerCustomMutator(uint8_t *p, size_t len, size_t cap, unsigned seed)
{
	if (len < HEAD + 0x50 || seed % 64 == 0)
		len = made(p, cap, seed >> 6 & 1);
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
		data.len = file_of(p, len, &file);
		data.p = file;
	}
	struct win_src src = {data_read, &data, data.len};
	for (int is_head = 0; is_head < 2; is_head++) {
		struct win_dump *d = NULL;
		struct rs_err err = {0};
		int r = win_dump_read(&src, is_head, &d, &err);
		if (r < 0 && r != RS_E_UNSUPPORTED)
			__builtin_trap();
		if (r == 0)
			check(d);
		win_dump_free(d);
	}
	free(file);
	return 0;
}

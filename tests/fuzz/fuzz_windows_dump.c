/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kernel dump. The first input becomes a small triage dump of either width, which has a list of
 * modules, a stack and an unloaded module; later ones are read as they are. Seeds: any *.dmp. */
#include <string.h>

#include "windows/dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);
size_t LLVMFuzzerCustomMutator(uint8_t *p, size_t len, size_t cap, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *p, size_t len, size_t cap);

enum { AT_TRIAGE = 0x60, MADE = 0x800 };

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
		if (!d->modules[i].name ||
			!memchr(d->modules[i].path, 0, sizeof(d->modules[i].path)))
			__builtin_trap();
	if (d->fault_module != WIN_NO_MODULE && (!d->has_fault || d->fault_module >= d->n_modules))
		__builtin_trap();
	if (d->fault_unloaded != WIN_NO_MODULE && d->fault_unloaded >= d->n_unloaded)
		__builtin_trap();
}

/* A module at @e of the list, its name in the pool at @name. */
static void module(uint8_t *file, uint32_t e, uint32_t name, uint32_t i, bool is_64)
{
	rs_put_le32(file + e, name);
	rs_put_le32(file + e + (is_64 ? 0x38 : 0x1C), 0x80000000U + 0x100000U * i);
	rs_put_le32(file + e + (is_64 ? 0x48 : 0x24), 0x10000);
	rs_put_le32(file + name, 3);
	memcpy(file + name + 4, "a\0b\0c", 6);
}

static size_t made(uint8_t *p, size_t cap, bool is_64)
{
	uint32_t head = is_64 ? 0x2000 : 0x1000, stride = is_64 ? 0x98 : 0x4C;
	uint8_t *h = p + head;

	if (cap < head + MADE)
		return 0;
	memset(p, 0, head + MADE);
	memcpy(p, is_64 ? "PAGEDU64" : "PAGEDUMP", 8);
	rs_put_le32(p + (is_64 ? 0x30 : 0x20), is_64 ? 0x8664 : 0x14C);
	rs_put_le32(p + (is_64 ? 0x38 : 0x28), 0xD1);
	rs_put_le32(p + (is_64 ? 0x58 : 0x38), 0x80001234);
	rs_put_le32(p + (is_64 ? 0xF98 : 0xF88), 4);
	rs_put_le32(h + 0x18, head + AT_TRIAGE);
	rs_put_le32(h + AT_TRIAGE, 1);
	rs_put_le32(h + 0x28, head + 0x100);
	rs_put_le32(h + 0x2C, 0x40);
	rs_put_le32(h + 0x100, 0x80101234);
	rs_put_le32(h + 0x30, head + 0x200);
	rs_put_le32(h + 0x34, 4);
	rs_put_le32(h + 0x38, head + 0x500);
	rs_put_le32(h + 0x3C, 0x200);
	for (uint32_t i = 0; i < 4; i++)
		module(p, head + 0x200 + i * stride, head + 0x500 + i * 16, i, is_64);
	return head + MADE;
}

/* Most of such a file is filling: half of the changes go to where it matters. */
size_t LLVMFuzzerCustomMutator(uint8_t *p, size_t len, size_t cap, unsigned seed)
{
	if (len < 0x1000 || seed % 64 == 0)
		len = made(p, cap, seed >> 6 & 1);
	size_t head = len >= 8 && p[6] == '6' ? 0x2000 : 0x1000;
	if (len > head + 0x50 && seed & 1) {
		size_t at =
			seed & 2 ? head + (seed >> 8) % 0x50 : head + (seed >> 8) % (len - head);
		size_t room = len - at < 8 ? len - at : 8;
		(void)LLVMFuzzerMutate(p + at, room, room);
		return len;
	}
	return LLVMFuzzerMutate(p, len, cap);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct data data = {p, len};
	struct win_src src = {data_read, &data, len};

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
	return 0;
}

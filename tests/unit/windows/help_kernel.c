/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "help_kernel.h"

#include <stdlib.h>
#include <string.h>

#include "format/pe.h"

#define PAGE	4096U
#define PRESENT 0x63U /* present, writable, accessed, dirty */
#define LARGE	0x80U

uint8_t *mk_physical(struct mk_kernel *k, uint64_t pfn)
{
	for (size_t i = 0; i < k->n_pages; i++)
		if (k->pages[i].pfn == pfn)
			return k->pages[i].p;
	if (k->n_pages == MK_PAGES_MAX)
		abort();
	struct mk_page *to = &k->pages[k->n_pages++];
	*to = (struct mk_page){pfn, calloc(1, PAGE)};
	if (!to->p)
		abort();
	return to->p;
}

uint8_t *mk_entry(struct mk_kernel *k, uint64_t address, unsigned level)
{
	uint64_t table = k->root;

	for (unsigned l = k->levels - 1;; l--) {
		uint8_t *e = mk_physical(k, table) + 8 * (address >> (12 + 9 * l) & 511);
		if (l == level)
			return e;
		if (!rs_le64(e))
			rs_put_le64(e, k->next++ << 12 | PRESENT);
		table = (rs_le64(e) & 0xFFFFFFFFFF000ULL) >> 12;
	}
}

uint8_t *mk_memory(struct mk_kernel *k, uint64_t address)
{
	uint64_t large = rs_le64(mk_entry(k, address, 1));

	if (large & LARGE)
		return mk_physical(k, (large & 0xFFFFFFFE00000ULL) >> 12 | (address >> 12 & 511)) +
		       address % PAGE;
	uint8_t *e = mk_entry(k, address, 0);
	if (!rs_le64(e))
		rs_put_le64(e, k->next++ << 12 | PRESENT | 1ULL << 63); /* not to be executed */
	return mk_physical(k, (rs_le64(e) & 0xFFFFFFFFFF000ULL) >> 12) + address % PAGE;
}

void mk_write(struct mk_kernel *k, uint64_t address, const void *p, size_t len)
{
	const uint8_t *from = p;

	for (size_t i = 0; i < len; i++)
		*mk_memory(k, address + i) = from[i];
}

void mk_number(struct mk_kernel *k, uint64_t address, uint64_t number)
{
	uint8_t p[8];

	rs_put_le64(p, number);
	mk_write(k, address, p, sizeof(p));
}

void mk_leave_out(struct mk_kernel *k, uint64_t address)
{
	uint8_t *p = mk_memory(k, address) - address % PAGE;

	for (size_t i = 0; i < k->n_pages; i++) {
		if (k->pages[i].p != p)
			continue;
		free(p);
		k->pages[i] = k->pages[--k->n_pages];
		return;
	}
}

struct mk_kernel *mk_kernel_empty(unsigned levels)
{
	struct mk_kernel *k = calloc(1, sizeof(*k));

	if (!k)
		abort();
	k->type = 6;
	k->summary = "SDMPDUMP";
	k->levels = levels;
	k->list = MK_LIST_HEAD;
	k->sp = MK_SP;
	k->kdbg = MK_KDBG;
	k->code = 0xD1;
	k->root = MK_PFN_TABLES;
	k->next = MK_PFN_TABLES + 1;
	return k;
}

void mk_kernel_free(struct mk_kernel *k)
{
	for (size_t i = 0; k && i < k->n_pages; i++)
		free(k->pages[i].p);
	free(k);
}

/* A UNICODE_STRING, and its letters elsewhere. */
static void text(struct mk_kernel *k, uint64_t address, uint64_t letters, const char *s)
{
	uint64_t units = strlen(s);

	mk_number(k, address, units * 2 | (units * 2 + 2) << 16);
	mk_number(k, address + 8, letters);
	for (uint64_t i = 0; i < units; i++) {
		uint8_t unit[2] = {(uint8_t)s[i], 0};
		mk_write(k, letters + 2 * i, unit, 2);
	}
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '\\');

	return slash ? slash + 1 : path;
}

static void image_head(struct mk_kernel *k, const struct mk_module *m)
{
	uint8_t head[0x200] = "MZ";

	rs_put_le32(head + 0x3C, 0xF8);
	memcpy(head + 0xF8, "PE\0\0", 4);
	rs_put_le16(head + 0xFC, PE_MACHINE_X64);
	rs_put_le32(head + 0x100, m->timestamp);
	rs_put_le32(head + 0x150, m->timestamp ^ 0xFFFF);
	mk_write(k, m->base, head, sizeof(head));
}

static void module(struct mk_kernel *k, const struct mk_module *m, size_t i, size_t n)
{
	uint64_t at = MK_POOL + i * MK_POOL_STEP;

	mk_number(k, at, i + 1 == n ? MK_LIST_HEAD : at + MK_POOL_STEP);
	mk_number(k, at + 8, i ? at - MK_POOL_STEP : MK_LIST_HEAD);
	mk_number(k, at + 0x30, m->base);
	mk_number(k, at + 0x40, m->size);
	text(k, at + 0x48, MK_NAMES + i * MK_NAMES_STEP, m->path);
	text(k, at + 0x58, at + 0x100, last_part(m->path));
	image_head(k, m);
}

/* The array is a ring: the newest lies before the place that is written next, the first slots hold
 * what came round. */
static void gone(struct mk_kernel *k, const struct mk_module *unloaded)
{
	size_t n = 0;

	while (unloaded && unloaded[n].path)
		n++;
	mk_number(k, MK_GONE_AT, MK_GONE);
	mk_number(k, MK_GONE_AT + 8, 1);
	for (size_t i = 0; i < n; i++) {
		uint64_t slot = (50 + 1 - n + i) % 50, at = MK_GONE + slot * 0x28;
		text(k, at, MK_GONE + 0x1000 + slot * 0x80, unloaded[i].path);
		mk_number(k, at + 0x10, unloaded[i].base);
		mk_number(k, at + 0x18, unloaded[i].base + unloaded[i].size);
	}
	mk_write(k, MK_KDBG + 0x10, "KDBG\x60\x03\0", 8);
	mk_number(k, MK_KDBG + 0x18, MK_NT);
	mk_number(k, MK_KDBG + 0x48, MK_LIST_HEAD);
	mk_number(k, MK_KDBG + 0x220, MK_GONE_AT);
	mk_number(k, MK_KDBG + 0x228, MK_GONE_AT + 8);
}

struct mk_kernel *mk_kernel_new(const struct mk_module *modules, const struct mk_module *unloaded,
	const uint64_t *stack, size_t n_stack)
{
	struct mk_kernel *k = mk_kernel_empty(4);
	size_t n = 0;

	rs_put_le64(
		mk_entry(k, MK_NT, 1), (uint64_t)MK_PFN_LARGE << 12 | LARGE | PRESENT | 1 << 12);
	while (modules[n].path)
		n++;
	for (size_t i = 0; i < n; i++)
		module(k, &modules[i], i, n);
	mk_number(k, MK_LIST_HEAD, MK_POOL);
	mk_number(k, MK_LIST_HEAD + 8, MK_POOL + (n - 1) * MK_POOL_STEP);
	gone(k, unloaded);
	(void)mk_memory(k, MK_SP);
	for (size_t i = 0; i < n_stack; i++)
		mk_number(k, MK_SP + 8 * i, stack[i]);
	return k;
}

/* ---- the file ---- */

static int by_pfn(const void *a, const void *b)
{
	const struct mk_page *x = a, *y = b;

	return x->pfn < y->pfn ? -1 : x->pfn > y->pfn;
}

static void header(const struct mk_kernel *k, uint8_t *p)
{
	struct mk_dump m = {.type = k->type, .code = k->code, .ip = MK_NT + 0x3333};
	struct bytes b;

	memcpy(m.parameters, k->parameters, sizeof(m.parameters));
	mk_dump_make(&m, &b);
	memcpy(p, b.p, 0x2000);
	bytes_done(&b);
	rs_put_le64(p + 0x10, k->root << 12 | 2); /* with the process' number below */
	rs_put_le64(p + 0x20, k->list);
	rs_put_le64(p + 0x80, k->kdbg);
	rs_put_le64(p + 0x348 + 0x98, k->sp);
}

static uint64_t bitmap(const struct mk_kernel *k, uint8_t *file)
{
	uint64_t bits = k->pages[k->n_pages - 1].pfn + 1;
	uint64_t at = (0x2038 + (bits + 7) / 8 + PAGE - 1) / PAGE * PAGE;

	if (file) {
		memcpy(file + 0x2000, k->summary, 8);
		rs_put_le64(file + 0x2020, at);
		rs_put_le64(file + 0x2028, k->n_pages);
		rs_put_le64(file + 0x2030, bits);
		for (size_t i = 0; i < k->n_pages; i++)
			file[0x2038 + k->pages[i].pfn / 8] |= (uint8_t)(1 << k->pages[i].pfn % 8);
	}
	return at;
}

static void runs(const struct mk_kernel *k, uint8_t *file)
{
	uint32_t n = 0;

	for (size_t i = 0, end; i < k->n_pages; i = end, n++) {
		for (end = i + 1; end < k->n_pages; end++)
			if (k->pages[end].pfn != k->pages[end - 1].pfn + 1)
				break;
		rs_put_le64(file + 0x98 + 16UL * n, k->pages[i].pfn);
		rs_put_le64(file + 0xA0 + 16UL * n, end - i);
	}
	rs_put_le32(file + 0x88, n);
	rs_put_le64(file + 0x90, k->n_pages);
}

void mk_kernel_write(struct mk_kernel *k, struct bytes *ret)
{
	qsort(k->pages, k->n_pages, sizeof(*k->pages), by_pfn);
	uint64_t at = k->type == 1 ? 0x2000 : bitmap(k, NULL);

	*ret = (struct bytes){.len = at + k->n_pages * PAGE};
	ret->p = calloc(1, ret->len);
	if (!ret->p)
		abort();
	header(k, ret->p);
	if (k->type == 1)
		runs(k, ret->p);
	else
		(void)bitmap(k, ret->p);
	for (size_t i = 0; i < k->n_pages; i++)
		memcpy(ret->p + at + i * PAGE, k->pages[i].p, PAGE);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "help_dump.h"

#include <stdlib.h>
#include <string.h>

#include "format/pe.h"

static void word(uint8_t *p, uint64_t v, bool is_32)
{
	if (is_32)
		rs_put_le32(p, (uint32_t)v);
	else
		rs_put_le64(p, v);
}

uint32_t mk_dump_header(const struct mk_dump *m)
{
	return m->is_32 ? 0x1000 : 0x2000;
}

static void header(uint8_t *p, const struct mk_dump *m)
{
	uint32_t type = m->type ? m->type : 4;
	uint16_t machine = m->machine ? m->machine : m->is_32 ? PE_MACHINE_X86 : PE_MACHINE_X64;
	uint32_t ip = machine == PE_MACHINE_ARM64 ? 0x108 : machine == PE_MACHINE_X64 ? 0xF8 : 0xB8;

	for (uint32_t i = 0; i < mk_dump_header(m); i += 4)
		memcpy(p + i, "PAGE", 4); /* as Windows fills what it does not know */
	memcpy(p + 4, m->is_32 ? "DUMP" : "DU64", 4);
	rs_put_le32(p + 8, 15);
	rs_put_le32(p + 12, 19041);
	rs_put_le32(p + (m->is_32 ? 0x20 : 0x30), machine);
	rs_put_le32(p + (m->is_32 ? 0x28 : 0x38), m->code);
	for (uint32_t i = 0; i < 4; i++)
		word(p + (m->is_32 ? 0x2C + 4 * i : 0x40 + 8 * i), m->parameters[i], m->is_32);
	word(p + (m->is_32 ? 0x320 : 0x348) + ip, m->ip, m->is_32);
	rs_put_le32(p + (m->is_32 ? 0xF88 : 0xF98), type);
	rs_put_le64(p + (m->is_32 ? 0xFC0 : 0xFA8), m->time ? m->time : MK_TIME);
	rs_put_le64(p + (m->is_32 ? 0xFB8 : 0x1030), m->uptime ? m->uptime : 10000000);
}

static size_t count(const struct mk_module *m)
{
	size_t n = 0;

	while (m && m[n].path)
		n++;
	return n;
}

static void unloaded(uint8_t *p, const struct mk_dump *m)
{
	size_t name = m->is_32 ? 8 : 16;

	word(p, count(m->unloaded), m->is_32);
	p += m->is_32 ? 4 : 8;
	for (size_t i = 0; i < count(m->unloaded); i++, p += m->is_32 ? 0x28 : 0x38) {
		const struct mk_module *u = &m->unloaded[i];
		rs_put_le16(p, (uint16_t)(2 * strlen(u->path)));
		for (size_t c = 0; c < 12 && u->path[c]; c++)
			p[name + 2 * c] = (uint8_t)u->path[c];
		word(p + name + 24, u->base, m->is_32);
		word(p + name + 24 + (m->is_32 ? 4 : 8), u->base + u->size, m->is_32);
	}
}

/* The entries, and their names behind them; where that ends. */
static uint32_t modules(uint8_t *file, uint32_t list, const struct mk_dump *m)
{
	uint32_t stride = m->stride ? m->stride : m->is_32 ? 0x4C : 0x90;
	uint32_t pool = list + stride * (uint32_t)count(m->modules);
	uint32_t name = pool;
	uint8_t *h = file + mk_dump_header(m);

	for (size_t i = 0; i < count(m->modules); i++) {
		const struct mk_module *k = &m->modules[i];
		uint8_t *e = file + list + stride * (uint32_t)i;
		uint32_t units = (uint32_t)strlen(k->path);
		memset(e, 0xCD, stride); /* pointers that nobody reads */
		rs_put_le32(e, name);
		word(e + (m->is_32 ? 0x1C : 0x38), k->base, m->is_32);
		rs_put_le32(e + (m->is_32 ? 0x24 : 0x48), k->size);
		rs_put_le32(e + (m->is_32 ? 0x44 : 0x80), 0x1234 + (uint32_t)i);
		rs_put_le32(e + (m->is_32 ? 0x48 : 0x88), k->timestamp);
		rs_put_le32(file + name, units);
		for (uint32_t c = 0; c < units; c++)
			file[name + 4 + 2 * c] = (uint8_t)k->path[c];
		name += (4 + 2 * (units + 1) + 7) / 8 * 8;
	}
	rs_put_le32(h + 0x30, list);
	rs_put_le32(h + 0x34, (uint32_t)count(m->modules));
	rs_put_le32(h + 0x38, pool);
	rs_put_le32(h + 0x3C, name - pool);
	return name;
}

void mk_dump_make(const struct mk_dump *m, struct bytes *ret)
{
	uint32_t at = mk_dump_header(m);

	*ret = (struct bytes){.p = calloc(1, 0x10000), .len = 0x10000};
	if (!ret->p)
		abort();
	header(ret->p, m);
	uint8_t *h = ret->p + at;
	if (m->type && m->type != 4)
		return;
	rs_put_le32(h + 0x18, at + MK_UNLOADED);
	unloaded(h + MK_UNLOADED, m);
	rs_put_le32(h + 0x28, m->n_stack ? at + MK_STACK : 0);
	rs_put_le32(h + 0x2C, (uint32_t)m->n_stack * (m->is_32 ? 4 : 8));
	for (size_t i = 0; i < m->n_stack; i++)
		word(h + MK_STACK + i * (m->is_32 ? 4 : 8), m->stack[i], m->is_32);
	word(h + 0x48, m->top, m->is_32);
	uint32_t end = modules(ret->p, at + MK_LIST, m);
	rs_put_le32(h + 8, end);
	memcpy(ret->p + end, "TRGD", 4);
	rs_put_le32(h + 4, end + 4);
	ret->len = end + 4;
}

int mk_dump_read(struct bytes *b, struct win_dump **ret, struct rs_err *err)
{
	struct win_src src = bytes_src(b);

	return win_dump_read(&src, ret, err);
}

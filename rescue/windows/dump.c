/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The header of a kernel dump. Offsets are those of
 * Microsoft's DUMP_HEADER32/64 and TRIAGE_DUMP_HEADER32/64 (ntdumpx.h of the WDK), checked on real
 * dumps. */
#include "windows/dump_internal.h"

#include <stdio.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/list.h"
#include "core/text.h"
#include "format/pe.h"

#define UNSET		   0x45474150U /* "PAGE": what a field holds that nobody filled */
#define LIVE_ATTRIBUTE	   0x10U
#define RESERVED_ATTRIBUTE 0xFFFF0000U /* all zero where the field was filled */
#define YEAR_2000	   125911584000000000ULL
#define YEAR_2100	   157469184000000000ULL
#define CENTURY		   31557600000000000ULL
#define HEADER_PARTS	   0x60U /* code and parameters end before */

/* Where the two headers have the same thing. */
struct layout {
	const char *signature;
	uint32_t bytes; /* the triage header follows */
	uint32_t machine, code, parameters;
	uint32_t context, context_bytes;
	uint32_t type, needed, time, uptime, attributes;
};

static const struct layout layouts[2] = {
	{"PAGEDUMP", 0x1000, 0x20, 0x28, 0x2C, 0x320, 1200, 0xF88, 0xFA0, 0xFC0, 0xFB8, 0x8A0},
	{"PAGEDU64", 0x2000, 0x30, 0x38, 0x40, 0x348, 3000, 0xF98, 0xFA0, 0xFA8, 0x1030, 0x1050},
};

void win_dump_free(struct win_dump *d)
{
	if (!d)
		return;
	free(d->modules);
	free(d->unloaded);
	free(d->frames);
	free(d);
}

static size_t unloaded_at(const struct win_dump *d, uint64_t address)
{
	/* the newest come first where an address was used again */
	for (size_t i = 0; i < d->n_unloaded; i++)
		if (address >= d->unloaded[i].base && address < d->unloaded[i].end)
			return i;
	return WIN_NO_MODULE;
}

/* Can an instruction lie there? Not in the first 64 KiB, which no system maps, and not between the
 * halves of a 64-bit space (as wide as they are with five levels of tables). */
static bool is_address(const struct win_dump *d, uint64_t v)
{
	if (v < 0x10000)
		return false;
	return !d->is_64 || v >> 56 == 0 || v >> 56 == 0xFF;
}

static uint64_t possible_time(uint64_t filetime)
{
	return filetime >= YEAR_2000 && filetime < YEAR_2100 ? filetime : 0;
}

/* Where the instruction pointer is in a CONTEXT of @machine; 0: not known. */
static uint32_t ip_at(uint16_t machine)
{
	switch (machine) {
	case PE_MACHINE_X64:
		return 0xF8;
	case PE_MACHINE_ARM64:
		return 0x108;
	case PE_MACHINE_X86:
		return 0xB8;
	case PE_MACHINE_ARM:
		return 0x40;
	default:
		return 0;
	}
}

static void ip_read(struct win_dump *d, const struct layout *l, struct rs_view head)
{
	uint32_t at = ip_at(d->machine);
	uint64_t wide = 0;
	uint32_t narrow = 0;

	if (!at)
		return;
	if (d->is_64 ? !rs_view_u64(head, l->context + at, &wide)
		     : !rs_view_u32(head, l->context + at, &narrow))
		return;
	d->ip = d->is_64 ? wide : narrow;
	d->has_ip = is_address(d, d->ip) && (uint32_t)d->ip != UNSET;
}

static enum win_dump_kind kind_of(uint32_t type, uint32_t attributes)
{
	static const enum win_dump_kind kinds[] = {[1] = WIN_DUMP_FULL,
		[2] = WIN_DUMP_KERNEL,
		[4] = WIN_DUMP_TRIAGE,
		[5] = WIN_DUMP_FULL,
		[6] = WIN_DUMP_KERNEL,
		[7] = WIN_DUMP_KERNEL,
		[8] = WIN_DUMP_KERNEL,
		[9] = WIN_DUMP_KERNEL,
		[10] = WIN_DUMP_FULL};
	enum win_dump_kind kind =
		type < sizeof(kinds) / sizeof(kinds[0]) ? kinds[type] : WIN_DUMP_UNKNOWN;
	bool is_filled = attributes != UNSET && !(attributes & RESERVED_ATTRIBUTE);

	/* a triage dump of a live one has modules as any other */
	if (is_filled && attributes & LIVE_ATTRIBUTE && kind != WIN_DUMP_TRIAGE)
		return WIN_DUMP_LIVE;
	return kind;
}

static void header_read(struct win_dump *d, const struct layout *l, struct rs_view head)
{
	uint64_t uptime = win_dump_number(head, l->uptime, true);

	d->build = (uint32_t)win_dump_number(head, 0xC, false);
	d->machine = (uint16_t)win_dump_number(head, l->machine, false);
	d->raw_code = (uint32_t)win_dump_number(head, l->code, false);
	d->code = win_bugcheck_code(d->raw_code);
	for (uint32_t i = 0; i < 4; i++)
		d->parameters[i] =
			win_dump_number(head, l->parameters + (d->is_64 ? 8 : 4) * i, d->is_64);
	d->crashed = possible_time(win_dump_number(head, l->time, true));
	d->uptime = uptime < CENTURY ? uptime : 0;
	d->kind = kind_of((uint32_t)win_dump_number(head, l->type, false),
		(uint32_t)win_dump_number(head, l->attributes, false));
	ip_read(d, l, head);
	if (head.len < l->bytes)
		rs_note(d->note, sizeof(d->note), "cut off in its header, after %zu bytes",
			head.len);
}

/* The address that the code's parameter holds, or the context's where that one is of the fault: of
 * the codes with a small context (0x1000007E, 0x1000008E) only. */
static void fault_find(struct win_dump *d)
{
	const struct win_bugcheck *b = win_bugcheck(d->code);

	d->fault_module = d->fault_unloaded = d->ip_module = WIN_NO_MODULE;
	if (d->has_ip)
		d->ip_module = win_dump_module_at(d, d->ip);
	if (!b || !b->fault_parameter)
		return;
	uint64_t fault = d->parameters[b->fault_parameter - 1];
	if (!is_address(d, fault) && d->raw_code != d->code && d->has_ip)
		fault = d->ip;
	if (!is_address(d, fault))
		return;
	d->has_fault = true;
	d->fault = fault;
	d->fault_module = win_dump_module_at(d, fault);
	if (d->fault_module == WIN_NO_MODULE && d->has_all_modules)
		d->fault_unloaded = unloaded_at(d, fault);
}

/* Which of the two it is, or why none. */
static int layout_of(
	const struct win_src *src, struct rs_view head, size_t *ret, struct rs_err *err)
{
	if (!src->size_bytes)
		return rs_fail(err, RS_E_UNSUPPORTED, "it is empty");
	if (rs_is_zero(head.p, head.len))
		return rs_fail(err, RS_E_UNSUPPORTED, "it holds zeros where a dump begins");
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		if (head.len < 8 || memcmp(head.p, layouts[i].signature, 8) != 0)
			continue;
		if (head.len < HEADER_PARTS)
			return rs_fail(err, RS_E_UNSUPPORTED,
				"it is cut off after %zu bytes, before its bug check", head.len);
		*ret = i;
		return 0;
	}
	return rs_fail(err, RS_E_UNSUPPORTED, "it does not begin as a kernel dump does");
}

static void shorter(struct win_dump *d, const struct win_src *src, uint64_t needed)
{
	/* a field that nobody filled says nothing */
	if ((uint32_t)needed != UNSET && needed > src->size_bytes)
		rs_note(d->note, sizeof(d->note), "cut off: %llu of %llu bytes",
			(unsigned long long)src->size_bytes, (unsigned long long)needed);
}

/* What it has besides, by its kind. */
static int body_read(struct win_dump *d, const struct win_src *src, const struct layout *l,
	struct rs_view head, struct rs_err *err)
{
	if (d->kind == WIN_DUMP_TRIAGE)
		return win_dump_triage(d, src, l->bytes, err);
	shorter(d, src, win_dump_number(head, l->needed, true));
	if (d->kind == WIN_DUMP_UNKNOWN || d->kind == WIN_DUMP_LIVE)
		return 0;
	return win_dump_kernel(d, src, head, (uint32_t)win_dump_number(head, l->type, false), err);
}

int win_dump_read(const struct win_src *src, struct win_dump **ret, struct rs_err *err)
{
	uint8_t buf[0x2000];
	size_t which = 0;
	struct rs_view head = {buf, sizeof(buf)};

	if (src->size_bytes < head.len)
		head.len = (size_t)src->size_bytes;
	int r = head.len ? src->read(src->user, 0, buf, head.len, err) : 0;
	if (r == 0)
		r = layout_of(src, head, &which, err);
	if (r < 0)
		return r;
	auto_dump struct win_dump *d = calloc(1, sizeof(*d));
	if (!d)
		return rs_fail(err, RS_E_MEMORY, "a dump");
	const struct layout *l = &layouts[which];
	d->is_64 = which == 1;
	if (head.len > l->bytes)
		head.len = l->bytes;
	header_read(d, l, head);
	if (head.len == l->bytes)
		r = body_read(d, src, l, head, err);
	if (r < 0)
		return r;
	fault_find(d);
	*ret = rs_steal(d);
	return 0;
}

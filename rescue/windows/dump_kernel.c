/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a full or kernel dump of x64 tells of the crash, out of the memory in it: the loaded modules
 * by PsLoadedModuleList, the unloaded ones where the debugger's block proves their place, the stack
 * of the thread that crashed. A list is followed only as long as each entry points back to the one
 * before it: so it has no circle; from both ends where it has a gap. Sources: LDR_DATA_TABLE_ENTRY
 * as the debugger shows it, KDDEBUGGER_DATA64 (wdbgexts.h), CONTEXT (winnt.h), Microsoft PE Format.
 */
#include "windows/dump_internal.h"

#include <stdlib.h>
#include <string.h>

#include "core/list.h"
#include "core/text.h"
#include "format/pe.h"

#define PAGE		0x1000U
#define DEBUGGER_AT	0x80U
#define CONTEXT_AT	0x348U
#define CONTEXT_BYTES	0x100U /* up to behind Rip */
#define CONTEXT_SP	0x98U
#define CONTEXT_IP	0xF8U
#define ENTRY_BYTES	0x68U /* of LDR_DATA_TABLE_ENTRY, up to behind BaseDllName */
#define ENTRY_BASE	0x30U
#define ENTRY_SIZE	0x40U
#define ENTRY_FULL	0x48U
#define ENTRY_SHORT	0x58U
#define DEBUGGER_BYTES	0x230U /* of KDDEBUGGER_DATA64, up to behind MmLastUnloadedDriver */
#define UNLOADED_KEPT	50U
#define UNLOADED_BYTES	0x28U
#define PE_AT_MAX	(PAGE - PE_HEAD_BYTES)
#define PE_HEAD_BYTES	0x60U
#define IMAGE_BYTES_MAX (1U << 30)

struct kernel {
	struct win_dump *d;
	struct win_memory *memory;
	struct rs_view head;
};

/* The upper half is the kernel's. */
static bool is_kernels(uint64_t address)
{
	return address >> 63;
}

static const char *why(enum win_page how)
{
	switch (how) {
	case WIN_PAGE_LEFT_OUT:
		return "the dump does not have that memory";
	case WIN_PAGE_CUT_OFF:
		return "the dump is cut off before that memory";
	case WIN_PAGE_TOO_MANY:
		return "too many pages would have to be read";
	default:
		return "there is no such memory";
	}
}

/* Memory of the kernel's, or why not. */
static int get(struct kernel *k, uint64_t address, void *buf, size_t len, enum win_page *ret,
	struct rs_err *err)
{
	*ret = WIN_PAGE_UNMAPPED;
	return is_kernels(address) ? win_memory_read(k->memory, address, buf, len, ret, err) : 0;
}

/* ---- modules ---- */

/* The text of a UNICODE_STRING at @at of @entry, printable all of it; "": it cannot be read. */
static int text_of(struct kernel *k, struct rs_view entry, size_t at, char *ret, size_t cap,
	struct rs_err *err)
{
	uint8_t raw[2 * WIN_DUMP_NAME_UNITS];
	uint16_t bytes = 0;
	enum win_page how;

	ret[0] = '\0';
	(void)rs_view_u16(entry, at, &bytes);
	if (!bytes || bytes % 2 || bytes > sizeof(raw))
		return 0;
	int r = get(k, win_dump_number(entry, at + 8, true), raw, bytes, &how, err);
	if (r < 0 || how != WIN_PAGE_THERE)
		return r;
	for (size_t i = 0; i < bytes; i += 2)
		if (rs_le16(raw + i) < 0x20)
			return 0;
	(void)rs_utf16_to_utf8((struct rs_view){raw, bytes}, ret, cap);
	return 0;
}

/* One entry becomes a module, if it is one that has a name. The short name lies beside the entry,
 * the path often where it is paged out. */
static int module_take(struct kernel *k, struct rs_view entry, bool *ret_is_one, struct rs_err *err)
{
	char text[3 * WIN_DUMP_NAME_UNITS + 1];
	uint64_t base = win_dump_number(entry, ENTRY_BASE, true);
	uint32_t size = (uint32_t)win_dump_number(entry, ENTRY_SIZE, false);

	*ret_is_one = false;
	if (!is_kernels(base) || base % PAGE || !size || size > IMAGE_BYTES_MAX ||
		base > UINT64_MAX - size)
		return 0;
	int r = text_of(k, entry, ENTRY_FULL, text, sizeof(text), err);
	if (r == 0 && !text[0])
		r = text_of(k, entry, ENTRY_SHORT, text, sizeof(text), err);
	if (r < 0 || !text[0])
		return r;
	struct win_module *m = rs_list_add(&k->d->modules, &k->d->n_modules, sizeof(*m));
	if (!m)
		return rs_fail(err, RS_E_MEMORY, "the modules of a dump");
	rs_shorten(text, m->path, sizeof(m->path));
	m->base = base;
	m->size = size;
	*ret_is_one = true;
	return 0;
}

/* From one end of the list to the other, or to where it is broken. */
struct walk {
	bool is_back;
	uint64_t before, at;
	size_t n, n_left_out;
	const char *broken; /* why it did not come to the other end; NULL: it did */
};

/* The entry that is next, if it points to the one before it. */
static int entry_read(
	struct kernel *k, struct walk *w, uint8_t entry[ENTRY_BYTES], struct rs_err *err)
{
	enum win_page how;

	int r = get(k, w->at, entry, ENTRY_BYTES, &how, err);
	if (r < 0)
		return r;
	if (how != WIN_PAGE_THERE)
		w->broken = why(how);
	else if (rs_le64(entry + (w->is_back ? 0 : 8)) != w->before)
		w->broken = "its entries do not fit together";
	return 0;
}

/* Each entry is that of one neighbour on this side only, so none is met twice, by a walk from the
 * other end neither; @most bounds it all the same. */
static int walk(struct kernel *k, struct walk *w, size_t most, struct rs_err *err)
{
	uint64_t list = w->before;
	uint8_t entry[ENTRY_BYTES];
	bool is_one;

	for (; !w->broken && w->at != list; w->n++) {
		if (w->n >= most) {
			w->broken = "it has more than any machine";
			return 0;
		}
		int r = entry_read(k, w, entry, err);
		if (r < 0 || w->broken)
			return r;
		r = module_take(k, (struct rs_view){entry, sizeof(entry)}, &is_one, err);
		if (r < 0)
			return r;
		if (!w->is_back && !w->n && !is_one) /* it has to be the first */
			w->broken = "the kernel's own entry cannot be read";
		w->n_left_out += !is_one;
		w->before = w->at;
		w->at = rs_le64(entry + (w->is_back ? 8 : 0));
	}
	return 0;
}

static void modules_say(struct win_dump *d, const struct walk *w, const struct walk *back)
{
	if (back->n)
		rs_note(d->note, sizeof(d->note),
			"its list of modules has a gap after %zu, with %zu behind it: %s", w->n,
			back->n, w->broken);
	else if (w->broken)
		rs_note(d->note, sizeof(d->note), "its list of modules ends after %zu: %s", w->n,
			w->broken);
	else if (!w->n)
		rs_note(d->note, sizeof(d->note), "it lists no modules");
	else if (w->n_left_out)
		rs_note(d->note, sizeof(d->note), "%zu of its %zu modules cannot be read",
			w->n_left_out, w->n);
}

/* From its head on; where it breaks there, from its end back as well. */
static int modules_read(struct kernel *k, struct rs_err *err)
{
	uint64_t list = win_dump_number(k->head, WIN_DUMP_MODULES_AT, true);
	struct walk w = {.before = list, .at = list}, back = {.is_back = true, .before = list};
	uint8_t links[16] = {0};
	enum win_page how;

	int r = get(k, list, links, sizeof(links), &how, err);
	if (r < 0)
		return r;
	if (how != WIN_PAGE_THERE)
		w.broken = why(how);
	else
		w.at = rs_le64(links);
	r = walk(k, &w, WIN_DUMP_MODULES_MAX, err);
	if (r == 0 && w.broken && k->d->n_modules) {
		back.at = rs_le64(links + 8);
		r = walk(k, &back, WIN_DUMP_MODULES_MAX - w.n, err);
	}
	if (r < 0)
		return r;
	k->d->has_all_modules = !w.broken && !w.n_left_out;
	modules_say(k->d, &w, &back);
	win_dump_name_modules(k->d);
	return 0;
}

/* ---- what is said of those that matter ---- */

/* Time stamp and checksum of a module's headers, where they are in the dump. */
static int stamp_read(struct kernel *k, struct win_module *m, struct rs_err *err)
{
	uint8_t dos[0x40], pe[PE_HEAD_BYTES];
	enum win_page how;

	int r = get(k, m->base, dos, sizeof(dos), &how, err);
	if (r < 0 || how != WIN_PAGE_THERE || dos[0] != 'M' || dos[1] != 'Z')
		return r;
	uint32_t at = rs_le32(dos + 0x3C);
	if (at > PE_AT_MAX)
		return 0;
	r = get(k, m->base + at, pe, sizeof(pe), &how, err);
	if (r < 0 || how != WIN_PAGE_THERE || memcmp(pe, "PE\0\0", 4) != 0 ||
		rs_le16(pe + 4) != PE_MACHINE_X64)
		return r;
	m->timestamp = rs_le32(pe + 8);
	m->checksum = rs_le32(pe + 0x58);
	return 0;
}

/* Only of those that a frame, the context or a parameter lies in: of all it would be a page each.
 */
static int stamps_read(struct kernel *k, struct rs_err *err)
{
	struct win_dump *d = k->d;
	bool is_wanted[WIN_DUMP_MODULES_MAX] = {false};
	uint64_t addresses[] = {
		d->ip, d->parameters[0], d->parameters[1], d->parameters[2], d->parameters[3]};
	int r = 0;

	for (size_t i = 0; i < d->n_frames; i++)
		is_wanted[d->frames[i].module] = true;
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		size_t module = win_dump_module_at(d, addresses[i]);
		if (module != WIN_NO_MODULE)
			is_wanted[module] = true;
	}
	for (size_t i = 0; r == 0 && i < d->n_modules; i++)
		if (is_wanted[i])
			r = stamp_read(k, &d->modules[i], err);
	return r;
}

/* ---- unloaded modules ---- */

/* Where the array of them is, and the place in it that is written next; 0: not proven. Since
 * Windows 8 the block can be encoded, and is then none. */
static int unloaded_find(struct kernel *k, uint64_t *ret, uint32_t *ret_next, struct rs_err *err)
{
	uint8_t block[DEBUGGER_BYTES], pointer[8], next[4];
	enum win_page how;

	*ret = 0;
	int r = get(
		k, win_dump_number(k->head, DEBUGGER_AT, true), block, sizeof(block), &how, err);
	if (r < 0 || how != WIN_PAGE_THERE || memcmp(block + 0x10, "KDBG", 4) != 0 ||
		rs_le32(block + 0x14) < DEBUGGER_BYTES ||
		rs_le64(block + 0x18) != k->d->modules[0].base ||
		rs_le64(block + 0x48) != win_dump_number(k->head, WIN_DUMP_MODULES_AT, true))
		return r;
	r = get(k, rs_le64(block + 0x220), pointer, sizeof(pointer), &how, err);
	if (r < 0 || how != WIN_PAGE_THERE)
		return r;
	r = get(k, rs_le64(block + 0x228), next, sizeof(next), &how, err);
	if (r < 0 || how != WIN_PAGE_THERE)
		return r;
	*ret = rs_le64(pointer);
	*ret_next = rs_le32(next);
	return 0;
}

static int unloaded_take(struct kernel *k, uint64_t at, struct rs_err *err)
{
	uint8_t raw[UNLOADED_BYTES];
	struct rs_view e = {raw, sizeof(raw)};
	char text[3 * WIN_DUMP_NAME_UNITS + 1];
	enum win_page how;

	int r = get(k, at, raw, sizeof(raw), &how, err);
	if (r < 0 || how != WIN_PAGE_THERE)
		return r;
	uint64_t base = rs_le64(raw + 0x10), end = rs_le64(raw + 0x18);
	if (!is_kernels(base) || base % PAGE || end <= base || end - base > IMAGE_BYTES_MAX)
		return 0;
	r = text_of(k, e, 0, text, sizeof(text), err);
	if (r < 0 || !text[0])
		return r;
	struct win_unloaded *u = rs_list_add(&k->d->unloaded, &k->d->n_unloaded, sizeof(*u));
	if (!u)
		return rs_fail(err, RS_E_MEMORY, "the unloaded modules of a dump");
	*u = (struct win_unloaded){.base = base, .end = end};
	for (size_t i = 0, n = 0; text[i] && i + 1 < sizeof(u->name); i++) {
		n += ((unsigned char)text[i] & 0xC0) != 0x80; /* as short as in a small dump */
		if (n > WIN_DUMP_GONE_UNITS)
			break;
		u->name[i] = text[i];
	}
	return 0;
}

/* Newest first, as in a small dump. */
static int unloaded_read(struct kernel *k, struct rs_err *err)
{
	uint64_t array;
	uint32_t next = 0;

	int r = unloaded_find(k, &array, &next, err);
	for (uint32_t i = 0; r == 0 && array && i < UNLOADED_KEPT; i++) {
		uint32_t at = (next % UNLOADED_KEPT + 2 * UNLOADED_KEPT - 1 - i) % UNLOADED_KEPT;
		r = unloaded_take(k, array + (uint64_t)at * UNLOADED_BYTES, err);
	}
	return r;
}

/* ---- the stack ---- */

/* From @sp up to where it is not mapped, or as many bytes as are read of a small dump's. */
static int stack_read(struct kernel *k, uint64_t sp, enum win_page *ret, struct rs_err *err)
{
	uint8_t p[PAGE];
	size_t done = 0, n;
	int r = 0;

	*ret = WIN_PAGE_UNMAPPED;
	for (sp &= ~7ULL; r == 0 && done < WIN_DUMP_STACK_MAX; done += n, sp += n) {
		enum win_page how;
		n = PAGE - (size_t)(sp % PAGE);
		r = get(k, sp, p, n, &how, err);
		if (r == 0 && (how != WIN_PAGE_UNMAPPED || !done))
			*ret = how;
		if (r < 0 || how != WIN_PAGE_THERE)
			break;
		r = win_dump_frames(k->d, sp, (struct rs_view){p, n}, err);
	}
	return r;
}

/* The context that a parameter of these codes points to, if it is that of the fault. */
static int context_of(struct kernel *k, uint64_t *ret_sp, struct rs_err *err)
{
	uint8_t context[CONTEXT_BYTES];
	const struct win_dump *d = k->d;
	enum win_page how;
	uint64_t at = d->code == 0x3B ? d->parameters[2] : d->code == 0x7E ? d->parameters[3] : 0;

	*ret_sp = 0;
	int r = get(k, at, context, sizeof(context), &how, err);
	if (r == 0 && how == WIN_PAGE_THERE && rs_le64(context + CONTEXT_IP) == d->parameters[1])
		*ret_sp = rs_le64(context + CONTEXT_SP);
	return r;
}

static int frames_read(struct kernel *k, struct rs_err *err)
{
	struct win_dump *d = k->d;
	enum win_page how, other;
	uint64_t sp;

	int r = stack_read(k, win_dump_number(k->head, CONTEXT_AT + CONTEXT_SP, true), &how, err);
	if (r == 0 && !d->n_frames)
		r = context_of(k, &sp, err);
	else
		sp = 0;
	if (r == 0 && sp)
		r = stack_read(k, sp, &other, err);
	if (r == 0 && how != WIN_PAGE_THERE && d->n_frames)
		rs_note(d->note, sizeof(d->note), "its stack is not whole: %s", why(how));
	else if (r == 0 && how != WIN_PAGE_THERE)
		rs_note(d->note, sizeof(d->note), "its stack is not there: %s", why(how));
	return r;
}

/* ---- all of it ---- */

int win_dump_kernel(struct win_dump *d, const struct win_src *src, struct rs_view head,
	uint32_t type, struct rs_err *err)
{
	auto_memory struct win_memory *memory = NULL;
	struct rs_err reason = {0};
	struct kernel k = {.d = d, .head = head};

	int r = d->machine != PE_MACHINE_X64
			? rs_fail(&reason, RS_E_UNSUPPORTED, "its memory is not that of x64")
			: win_memory_open(src, head, type, &memory, &reason);
	if (r == RS_E_UNSUPPORTED) {
		rs_note(d->note, sizeof(d->note), "no modules: %s", reason.detail);
		return 0;
	}
	if (r < 0)
		return rs_err_pass(err, r, &reason);
	k.memory = memory;
	r = modules_read(&k, err);
	if (r == 0 && d->n_modules)
		r = frames_read(&k, err);
	if (r == 0 && d->n_modules)
		r = stamps_read(&k, err);
	if (r == 0 && d->n_modules)
		r = unloaded_read(&k, err);
	return r;
}

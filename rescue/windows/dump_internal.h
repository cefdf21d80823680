/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the sources that read a kernel dump. */
#ifndef UNBRICK_WINDOWS_DUMP_INTERNAL_H
#define UNBRICK_WINDOWS_DUMP_INTERNAL_H

#include "windows/dump.h"

/** A word of the machine at @at, of 8 bytes or of 4; 0 past the end. */
uint64_t win_dump_number(struct rs_view v, size_t at, bool is_64);
/** Modules, unloaded ones and the stack of a triage dump whose header of @header_bytes was read
 * (dump_triage.c). What does not fit is noted. Errors: RS_E_IO_READ, RS_E_MEMORY. */
int win_dump_triage(
	struct win_dump *d, const struct win_src *src, uint32_t header_bytes, struct rs_err *err);
/** The name of each module: the last part of its path, once the list is whole. */
void win_dump_name_modules(struct win_dump *d);
/** The values of a piece of a stack, that lies at @top, which lie in modules: behind the frames
 * that are there, until there are enough. Errors: RS_E_MEMORY. */
int win_dump_frames(struct win_dump *d, uint64_t top, struct rs_view stack, struct rs_err *err);

enum {
	WIN_DUMP_MODULES_MAX = 2048, /* a machine has about 250 */
	WIN_DUMP_STACK_MAX = 64 << 10,
	WIN_DUMP_NAME_UNITS = 300, /* Windows' paths have 260 at most */
	WIN_DUMP_GONE_UNITS = 12,  /* of the name of an unloaded module */
};

/** Modules, unloaded ones and the stack out of the memory that a full or kernel dump of x64 holds
 * (dump_kernel.c). @head: its whole header; @type as it stands there. What is not there is noted.
 * Errors: RS_E_IO_READ, RS_E_MEMORY. */
int win_dump_kernel(struct win_dump *d, const struct win_src *src, struct rs_view head,
	uint32_t type, struct rs_err *err);

/* ---- the memory in a large dump (dump_memory.c) ---- */

#define WIN_DUMP_MODULES_AT 0x20U /* PsLoadedModuleList, in the header */

struct win_memory;
enum win_page {
	WIN_PAGE_THERE,
	WIN_PAGE_UNMAPPED, /* the tables have nothing there */
	WIN_PAGE_LEFT_OUT, /* this page, or one of its tables, is not in the dump */
	WIN_PAGE_CUT_OFF,  /* it lies behind the file's end */
	WIN_PAGE_TOO_MANY, /* as many pages as are read of one dump were read */
};

/** @src must outlive it. At most 0.5 MiB, however large the dump is.
 * Errors: RS_E_UNSUPPORTED (why the pages cannot be found), RS_E_IO_READ, RS_E_MEMORY. */
int win_memory_open(const struct win_src *src, struct rs_view head, uint32_t type,
	struct win_memory **ret, struct rs_err *err);
void win_memory_close(struct win_memory *m);
RS_DEFINE_AUTO(struct win_memory *, win_memory_close);
#define auto_memory __attribute__((cleanup(win_memory_close_auto)))
/** All of @len bytes at a virtual address, or why not (@buf is then undefined): no error.
 * Errors: RS_E_IO_READ. */
int win_memory_read(struct win_memory *m, uint64_t address, void *buf, size_t len,
	enum win_page *ret, struct rs_err *err);

#endif

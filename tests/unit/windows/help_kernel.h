/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Full and kernel dumps of x64 made page by page: tables, a list of modules, a stack. What a test
 * wants broken it breaks in the memory, before that is written as a dump. */
#ifndef UNBRICK_TESTS_WINDOWS_HELP_KERNEL_H
#define UNBRICK_TESTS_WINDOWS_HELP_KERNEL_H

#include "help_dump.h"

/* Where things lie in the memory of a made one. The kernel is in a page of 2 MiB. */
#define MK_NT	      0xFFFFF80470000000ULL
#define MK_LIST_HEAD  (MK_NT + 0x1F00) /* PsLoadedModuleList */
#define MK_KDBG	      (MK_NT + 0x2400)
#define MK_GONE_AT    (MK_NT + 0x2A00) /* MmUnloadedDrivers, then MmLastUnloadedDriver */
#define MK_POOL	      0xFFFF8A0000010FC0ULL
#define MK_POOL_STEP  0x800U /* an entry and its short name; some reach over a page */
#define MK_NAMES      0xFFFFC90000020F80ULL
#define MK_NAMES_STEP 0x200U
#define MK_GONE	      0xFFFF8A0000050F00ULL
#define MK_SP	      0xFFFF850429890F08ULL /* in its header's context */

enum { MK_PAGES_MAX = 6000, MK_PFN_TABLES = 0x1AD, MK_PFN_LARGE = 0x9200 };

struct mk_page {
	uint64_t pfn;
	uint8_t *p;
};

struct mk_kernel {
	uint32_t type;	     /* 1 makes it one with runs */
	const char *summary; /* "SDMPDUMP" */
	unsigned levels;
	uint64_t list, sp, kdbg;
	uint32_t code;
	uint64_t parameters[4];
	struct mk_page pages[MK_PAGES_MAX];
	size_t n_pages;
	uint64_t root, next; /* pages: the uppermost table, the next free one */
};

/** Modules (the first is the kernel at MK_NT), unloaded ones (oldest first), the stack from MK_SP
 * on. Free it with mk_kernel_free. */
struct mk_kernel *mk_kernel_new(const struct mk_module *modules, const struct mk_module *unloaded,
	const uint64_t *stack, size_t n_stack);
/** The same with tables of so many levels, and nothing in it. */
struct mk_kernel *mk_kernel_empty(unsigned levels);
void mk_kernel_free(struct mk_kernel *k);
/** A physical page, made if it is not there. */
uint8_t *mk_physical(struct mk_kernel *k, uint64_t pfn);
/** The entry of the table of @level (0: the lowest) for a virtual address; tables above are made.
 */
uint8_t *mk_entry(struct mk_kernel *k, uint64_t address, unsigned level);
/** The byte at a virtual address, which is mapped if it is not. Valid to the end of its page. */
uint8_t *mk_memory(struct mk_kernel *k, uint64_t address);
void mk_write(struct mk_kernel *k, uint64_t address, const void *p, size_t len);
void mk_number(struct mk_kernel *k, uint64_t address, uint64_t number);
/** It is not in the dump any more. */
void mk_leave_out(struct mk_kernel *k, uint64_t address);
/** As a file; free it with bytes_done. */
void mk_kernel_write(struct mk_kernel *k, struct bytes *ret);

#endif

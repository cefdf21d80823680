/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kernel dumps made field by field, as the real ones are laid out. */
#ifndef UNBRICK_TESTS_WINDOWS_HELP_DUMP_H
#define UNBRICK_TESTS_WINDOWS_HELP_DUMP_H

#include "help.h"
#include "windows/dump.h"

#define MK_TIME 133700000000000000ULL /* 2024-09-05 */

/* Where the parts of a made triage dump lie, behind the header. */
enum {
	MK_TRIAGE = 0,
	MK_UNLOADED = 0x100,
	MK_STACK = 0x800,
	MK_LIST = 0x1800,
	MK_MODULES_MOST = 16
};

struct mk_module {
	const char *path; /* NULL: the end */
	uint64_t base;
	uint32_t size, timestamp;
};

struct mk_dump {
	bool is_32;
	uint16_t machine; /* 0: x64 or x86 */
	uint32_t type;	  /* 0: triage */
	uint32_t code;
	uint64_t parameters[4];
	uint64_t time, uptime; /* 0: MK_TIME */
	uint64_t ip, top;
	uint32_t stride; /* 0: the usual */
	const struct mk_module *modules, *unloaded;
	const uint64_t *stack;
	size_t n_stack;
};

/** The dump; free it with bytes_done. */
void mk_dump_make(const struct mk_dump *m, struct bytes *ret);
/** Bytes of its header: the triage header follows. */
uint32_t mk_dump_header(const struct mk_dump *m);
/** Of a made one. */
int mk_dump_read(struct bytes *b, struct win_dump **ret, struct rs_err *err);

#endif

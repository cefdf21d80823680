/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kernel dumps (DUMP_HEADER32/64): triage, full and summary ones, live dumps, and one that still
 * lies in the page file. Nothing is told that the bytes do not prove. */
#ifndef UNBRICK_WINDOWS_DUMP_H
#define UNBRICK_WINDOWS_DUMP_H

#include "windows/windows.h"

/* ---- what a bug check's code says (bugcheck.c) ---- */

/* What a code speaks of, before anything else is known. */
#define WIN_STOPS(X)                                                                               \
	X(WIN_STOP_OTHER, "other")	       /* nothing can be said */                           \
	X(WIN_STOP_DRIVER, "driver")	       /* code ran where it must not: an address counts */ \
	X(WIN_STOP_MEMORY, "memory")	       /* structures are broken: a driver, or the RAM */   \
	X(WIN_STOP_HARDWARE, "hardware")       /* 0x124, 0x101, 0x9C, ... */                       \
	X(WIN_STOP_DISK, "disk")	       /* 0x24, 0x7A, 0x77, 0xED, 0x154 ... */             \
	X(WIN_STOP_BOOT_DEVICE, "boot-device") /* 0x7B */                                          \
	X(WIN_STOP_REGISTRY, "registry")       /* 0x51, 0x74, 0xC0000218 */                        \
	X(WIN_STOP_SYSTEM_FILE, "system-file") /* 0xC000021A, 0xC0000221, 0xEF, 0xF4, 0x6B ... */  \
	X(WIN_STOP_VERIFIER, "verifier")       /* 0xC4, 0xC9, 0xE6 ... */                          \
	X(WIN_STOP_POWER, "power")	       /* 0x9F, 0xA0: a driver and sleep */                \
	X(WIN_STOP_RESUME, "resume")	       /* hibernation: 0xA2 */                             \
	X(WIN_STOP_VIDEO, "video")	       /* 0x116, 0x117, 0x119, 0x141, 0xEA */              \
	X(WIN_STOP_SECURITY, "security")       /* 0x178, ... */                                    \
	X(WIN_STOP_USER, "user")	       /* 0xE2, 0x1C8, 0xDEADDEAD: a person wanted it */
enum win_stop { WIN_STOPS(JUST_NAME) };
WORDS(win_stop_word, enum win_stop, WIN_STOPS)

struct win_bugcheck {
	uint32_t code;
	const char *name; /* "PAGE_FAULT_IN_NONPAGED_AREA" */
	enum win_stop stop;
	uint8_t fault_parameter; /* 1..4: that holds the address of the instruction; 0: none does */
};

/** The row of a code, without the bit that only tells of a small context (0x10000000); NULL: not
 * known. Static. */
const struct win_bugcheck *win_bugcheck(uint32_t code);
/** What it speaks of; WIN_STOP_OTHER where it is not known. */
enum win_stop win_bugcheck_stop(uint32_t code);
/** That code without that bit (0x1000007E is 0x7E; 0xC000021A stays). */
uint32_t win_bugcheck_code(uint32_t raw);

/* ---- dumps (dump.c) ---- */

#define WIN_DUMP_KINDS(X)                                                                          \
	X(WIN_DUMP_UNKNOWN, "unknown")                                                             \
	X(WIN_DUMP_TRIAGE, "triage")                                                               \
	X(WIN_DUMP_FULL, "full")                                                                   \
	X(WIN_DUMP_KERNEL, "kernel") /* summary, bitmap */                                         \
	X(WIN_DUMP_LIVE, "live")
enum win_dump_kind { WIN_DUMP_KINDS(JUST_NAME) };
WORDS(win_dump_word, enum win_dump_kind, WIN_DUMP_KINDS)

struct win_module {
	char path[260];	  /* as it stands there, UTF-8: "\SystemRoot\...", "\??\C:\...", bare */
	const char *name; /* its last part */
	uint64_t base;
	uint32_t size, timestamp, checksum; /* 0: not known */
};
struct win_unloaded {
	char name[40]; /* cut to 12 characters by Windows */
	uint64_t base, end;
};
struct win_frame {	/* a value on the stack that lies in a module, past its headers */
	uint64_t stack; /* where it lies */
	uint64_t address;
	size_t module;
};
#define WIN_NO_MODULE SIZE_MAX

struct win_dump {
	enum win_dump_kind kind;
	bool is_64;
	uint16_t machine; /* PE_MACHINE_*; 0: not known */
	uint32_t build;
	uint32_t raw_code, code; /* as it stands there; without the bit above */
	uint64_t parameters[4];
	uint64_t crashed; /* FILETIME, UTC; 0: not known, or no possible time */
	uint64_t uptime;  /* 100 ns; 0: not known */
	/* the address that matters for this code, where its parameters (or, of 0x1000007E, its
	 * context) hold one that can be an instruction */
	bool has_fault;
	uint64_t fault;
	size_t fault_module, fault_unloaded; /* index, or WIN_NO_MODULE */
	bool has_ip;
	uint64_t ip; /* of the saved context */
	size_t ip_module;
	struct win_module *modules;
	size_t n_modules;
	bool has_all_modules; /* else what lies in none of them may lie in one that is not known */
	struct win_unloaded *unloaded;
	size_t n_unloaded;
	struct win_frame *frames; /* innermost first */
	size_t n_frames;
	char note[256]; /* what is missing or does not fit: "cut off after its header", or "" */
};

/** @src: a file, or a page file that begins with a dump. Of a triage dump all is read, of a full or
 * kernel one of x64 the memory that tells of the crash (at most 4096 pages and its bitmap; 0.5 MiB
 * are held at a time), of all others the header; where there is less than there could be, @note
 * says why. Errors: RS_E_UNSUPPORTED (no dump: empty, zeros, another signature; said which),
 * RS_E_IO_READ, RS_E_MEMORY. Layout: fixtures' README section 5, Microsoft's DUMP_HEADER64. */
int win_dump_read(const struct win_src *src, struct win_dump **ret, struct rs_err *err);
void win_dump_free(struct win_dump *d);
RS_DEFINE_AUTO(struct win_dump *, win_dump_free);
#define auto_dump __attribute__((cleanup(win_dump_free_auto)))

/** The module an address lies in, or WIN_NO_MODULE. */
size_t win_dump_module_at(const struct win_dump *d, uint64_t address);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 64-bit PE files for UEFI: find sections in our own image, and load one ourselves. Source:
 * Microsoft PE Format; the same checks as the firmware's loader makes, and more: everything it does
 * not need is refused. */
#ifndef UNBRICK_FORMAT_PE_H
#define UNBRICK_FORMAT_PE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PE_MACHINE_X86 = 0x014C,
	PE_MACHINE_X64 = 0x8664,
	PE_MACHINE_ARM = 0x01C4,
	PE_MACHINE_ARM64 = 0xAA64,
	PE_PAGE_BYTES = 4096,
	PE_SECTION_EXECUTE = 0x20000000,
	PE_SECTION_WRITE = (int)0x80000000,
	PE_NAME_BYTES = 8,
};

struct pe {
	const uint8_t *p; /* borrowed */
	size_t len;
	size_t table_off; /* of the section headers */
	unsigned sections;
	uint32_t entry;	      /* from the image's start */
	uint32_t image_bytes; /* in memory */
	uint32_t header_bytes;
	uint32_t align_bytes; /* of sections in memory */
	uint32_t reloc_bytes; /* of the table of relocations */
	bool is_nx_compat;    /* runs where data is not executable */
};

struct pe_section {
	char name[PE_NAME_BYTES + 1];
	uint32_t at, bytes;	     /* in memory */
	uint32_t raw_off, raw_bytes; /* in the file */
	uint32_t flags;
};

/** Read the headers. Returns NULL, or why they are not those of a 64-bit PE file for @machine. */
const char *pe_open(struct pe *ret, const void *p, size_t len, uint16_t machine);

/** Bytes of a section in an image that is mapped (pe->p is where the image is in memory). False if
 * there is none, there are two, or it reaches over the image. */
bool pe_find_mapped(const struct pe *pe, const char *name, const uint8_t **ret, size_t *ret_len);

/** NULL if the file can be loaded by pe_load; else why not. */
const char *pe_check(const struct pe *pe);

/** Lay out a file that pe_check passed in @to, pe->image_bytes long, aligned to pe->align_bytes.
 * What no bytes of the file cover becomes zero. */
void pe_load(const struct pe *pe, uint8_t *to);

/* ---- rights of the pages of an image that pe_load laid out, for firmware where memory is not
 * executable by itself: code read-only, everything else not executable */

/* The rights taken away, numbered as in EFI_MEMORY_ATTRIBUTE_PROTOCOL. */
enum { NX_NO_EXECUTE = 0x4000, NX_READ_ONLY = 0x20000 };

/* That protocol, or a test's; each returns true if it was done. Ranges are whole pages. */
struct nx_pages {
	void *user;
	/* @is_taken: take the rights away, else give them */
	bool (*change)(void *user, bool is_taken, uint64_t base, uint64_t len, uint64_t rights);
};

/** Protect an image at @base before it runs. False if that failed and it must not run. */
bool nx_protect(const struct nx_pages *pages, const struct pe *pe, uint64_t base);

/** Make all of it plain data again, before its memory is freed. */
void nx_release(const struct nx_pages *pages, const struct pe *pe, uint64_t base);

/* ---- what a Linux kernel's file says besides: Linux, Documentation/arch/x86/boot.rst */

/** Bytes in one piece that the kernel needs to unpack itself, with what its alignment may cost; 0
 * if the file does not say (no bzImage, or older than boot protocol 2.10). */
uint64_t bzimage_room(const uint8_t *p, size_t len);

#endif

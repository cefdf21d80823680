/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small PE file made here by the Microsoft PE Format document, for the loader's tests. */
#ifndef UNBRICK_TESTS_FORMAT_HELP_PE_H
#define UNBRICK_TESTS_FORMAT_HELP_PE_H

#include <stddef.h>
#include <stdint.h>

/* Where things are in it. Sections: .text 0x1000 + 0x500 (raw 0x600 at 0x400), read and execute;
 * .data 0x2000 + 0x3000 (raw 0x200 at 0xA00), read and write. */
enum {
	HELP_BYTES = 0xC00,
	HELP_IMAGE_BYTES = 0x6000,
	HELP_COFF = 0x80,
	HELP_OPTIONAL = HELP_COFF + 24,
	HELP_TABLE = HELP_OPTIONAL + 160,
	HELP_ENTRY = 0x1010,
};

/* Fields of it that tests break: offsets from its start. */
enum {
	HELP_SECTIONS = HELP_COFF + 6,
	HELP_F_ENTRY = HELP_OPTIONAL + 16,
	HELP_F_ALIGN = HELP_OPTIONAL + 32,
	HELP_F_IMAGE = HELP_OPTIONAL + 56,
	HELP_F_HEADERS = HELP_OPTIONAL + 60,
	HELP_F_DLL = HELP_OPTIONAL + 70,
	HELP_F_DIRECTORIES = HELP_OPTIONAL + 108,
	HELP_F_RELOC = HELP_OPTIONAL + 112 + 5 * 8,
	HELP_TEXT = HELP_TABLE,
	HELP_DATA = HELP_TABLE + 40,
	HELP_S_BYTES = 8,
	HELP_S_AT = 12,
	HELP_S_RAW_BYTES = 16,
	HELP_S_RAW_OFF = 20,
	HELP_S_FLAGS = 36,
};

void help_put32(uint8_t *p, size_t off, uint32_t v);

/** .text's bytes are 0xC3, .data's 0xDA, all other bytes of the file 0 or headers. */
void help_pe_make(uint8_t p[HELP_BYTES]);

#endif

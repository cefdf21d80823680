/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "help_pe.h"

#include <string.h>

void help_put32(uint8_t *p, size_t off, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		p[off + i] = (uint8_t)(v >> 8 * i);
}

static void put_section(uint8_t *p, const char *name, const uint32_t fields[4], uint32_t flags)
{
	memcpy(p, name, strlen(name));
	for (unsigned i = 0; i < 4; i++)
		help_put32(p, 8 + 4 * (size_t)i, fields[i]);
	help_put32(p, HELP_S_FLAGS, flags);
}

void help_pe_make(uint8_t p[HELP_BYTES])
{
	memset(p, 0, HELP_BYTES);
	memcpy(p, "MZ", 2);
	help_put32(p, 60, HELP_COFF);
	memcpy(p + HELP_COFF, "PE\0\0\x64\x86\x02", 7); /* x86-64, two sections */
	help_put32(p, HELP_COFF + 20, 160);		/* optional header: 112 + 6 directories */
	help_put32(p, HELP_OPTIONAL, 0x20B);
	help_put32(p, HELP_F_ENTRY, HELP_ENTRY);
	help_put32(p, HELP_F_ALIGN, 0x1000);
	help_put32(p, HELP_F_IMAGE, HELP_IMAGE_BYTES);
	help_put32(p, HELP_F_HEADERS, 0x400);
	help_put32(p, HELP_OPTIONAL + 68, 10 | 0x100U << 16); /* application, NX_COMPAT */
	help_put32(p, HELP_F_DIRECTORIES, 6);
	put_section(p + HELP_TEXT, ".text", (const uint32_t[]){0x500, 0x1000, 0x600, 0x400},
		0x60000020);
	put_section(p + HELP_DATA, ".data", (const uint32_t[]){0x3000, 0x2000, 0x200, 0xA00},
		0xC0000040);
	memset(p + 0x400, 0xC3, 0x600);
	memset(p + 0xA00, 0xDA, 0x200);
}

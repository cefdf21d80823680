/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a PE file: read, checked, and laid out in memory of just the size it asks for.
 * Seeds: the file that tests/unit/format/help_pe.c makes, efi/stub.efi of a build. */
#include <stdlib.h>

#include "format/pe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool inside(void *user, bool is_taken, uint64_t base, uint64_t len, uint64_t rights)
{
	const struct pe *pe = user;
	uint64_t all = ((uint64_t)pe->image_bytes + PE_PAGE_BYTES - 1) & ~(uint64_t)4095;

	(void)is_taken;
	(void)rights;
	if (base % PE_PAGE_BYTES || len % PE_PAGE_BYTES || base > all || len > all - base)
		abort();
	return true;
}

/* Enough of the headers made right that the fuzzer gets behind them: PE at 64, an optional header
 * of 160 bytes with pages of 4096, behind it as many sections as there may be. */
static void repair(uint8_t *p, size_t size)
{
	static const struct {
		uint16_t off, value;
	} fields[] = {{0, 0x5A4D}, {60, 64}, {62, 0}, {64, 0x4550}, {66, 0}, {68, 0x8664},
		{84, 160}, {88, 0x20B}, {88 + 32, 4096}, {88 + 34, 0}, {88 + 68, 10},
		{88 + 112 + 44, 0}, {88 + 112 + 46, 0}};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if ((size_t)fields[i].off + 2 > size)
			return;
		p[fields[i].off] = (uint8_t)fields[i].value;
		p[fields[i].off + 1] = (uint8_t)(fields[i].value >> 8);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *section = NULL;
	size_t section_len = 0;
	struct pe pe;

	if (size < 96 || size > 65536)
		return 0;
	uint8_t *p = malloc(size);
	if (!p)
		return 0;
	for (size_t i = 0; i < size; i++)
		p[i] = data[i];
	if (data[2] & 1)
		repair(p, size);
	if (!pe_open(&pe, p, size, PE_MACHINE_X64)) {
		if (pe_find_mapped(&pe, ".linux", &section, &section_len) && section_len)
			p[0] = section[section_len - 1];
		if (!pe_check(&pe) && pe.image_bytes < 1 << 24) {
			struct nx_pages pages = {&pe, inside};
			uint8_t *image = malloc(pe.image_bytes);
			if (image)
				pe_load(&pe, image);
			free(image);
			(void)nx_protect(&pages, &pe, 0);
			nx_release(&pages, &pe, 0);
		}
	}
	free(p);
	return 0;
}

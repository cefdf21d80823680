/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the application carries: sections of its own PE file, covered by its one signature. */
#ifndef UNBRICK_EFI_SECTIONS_H
#define UNBRICK_EFI_SECTIONS_H

#include "efi/firmware.h"

/* In the order in which the UKI specification has them measured; ours, which it does not know,
 * last. */
enum section {
	SECTION_LINUX,
	SECTION_OSREL,
	SECTION_CMDLINE,
	SECTION_INITRD,
	SECTION_UNAME,
	SECTION_SBAT,
	SECTION_CONF,
	SECTION_RULEKEY,
	SECTIONS,
};

struct span {
	const uint8_t *p; /* NULL: the section is not there */
	size_t len;
};

/** Find all sections in our image. False, having said so, if one is missing that must be there. */
bool sections_open(const EFI_LOADED_IMAGE *image, struct span ret[SECTIONS]);

/* ---- into the TPM goes what is started */

enum { MEASURE_PCR_UNSIGNED = 12 };

/** Extend a PCR with bytes and log them under a name. Does nothing without a TPM; a TPM that fails
 * is told, and no reason to stop: nothing of ours is sealed to it. */
void measure(unsigned pcr, const char *name, const void *bytes, size_t len);

/** Each section that is there: its name with the zero, then its bytes, as the UKI specification
 * says. */
void measure_sections(const struct span sections[SECTIONS]);

#endif

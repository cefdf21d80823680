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

/** ".linux" and so on. */
const char *section_name(enum section s);

#endif

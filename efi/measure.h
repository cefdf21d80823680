/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Into the TPM goes what is started. */
#ifndef UNBRICK_EFI_MEASURE_H
#define UNBRICK_EFI_MEASURE_H

#include "efi/sections.h"

enum { MEASURE_PCR_SECTIONS = 11, MEASURE_PCR_UNSIGNED = 12 };

/** Extend a PCR with bytes and log them under a name. Does nothing without a TPM; a TPM that fails
 * is told, and no reason to stop: nothing of ours is sealed to it. */
void measure(unsigned pcr, const char *name, const void *bytes, size_t len);

/** Each section that is there: its name with the zero, then its bytes, as the UKI specification
 * says. */
void measure_sections(const struct span sections[SECTIONS]);

#endif

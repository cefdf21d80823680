/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A key protector of a BitLocker volume, as a source of keys is told of it. */
#ifndef UNBRICK_CORE_PROTECTOR_H
#define UNBRICK_CORE_PROTECTOR_H

#include <stdbool.h>
#include <stdint.h>

/* The high byte of the on-disk protection word: what opens a protector, all of its bits together.
 * Its kinds are the rows of protector.c. */
enum bl_protector_kind {
	BL_P_CLEAR = 0x0000, /* nothing: the key lies beside it */
	BL_P_TPM = 0x0100,
	BL_P_STARTUP_KEY = 0x0200,
	BL_P_PIN = 0x0400,
	BL_P_RECOVERY = 0x0800,
	BL_P_PUBLIC_KEY = 0x1000,
	BL_P_PASSPHRASE = 0x2000,
};

struct bl_protector {
	uint16_t protection; /* as on disk: see bl_is_kind */
	uint8_t id[16];	     /* key ID, Microsoft order */
	uint64_t changed_filetime;
	char name[128]; /* UTF-8, "" if none */
};

/** Is it of just this kind? */
static inline bool bl_is_kind(unsigned protection, unsigned kind)
{
	return (protection & 0xFF00) == kind;
}

#endif

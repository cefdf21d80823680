/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rights of the pages of an image that pe_load laid out, for firmware where memory is not
 * executable by itself: code read-only, everything else not executable. */
#ifndef UNBRICK_FORMAT_NX_H
#define UNBRICK_FORMAT_NX_H

#include "format/pe.h"

/* The rights taken away, numbered as in EFI_MEMORY_ATTRIBUTE_PROTOCOL. */
enum { NX_NO_EXECUTE = 0x4000, NX_READ_ONLY = 0x20000 };

/* That protocol, or a test's; each returns true if it was done. Ranges are whole pages. */
struct nx_pages {
	void *user;
	bool (*set)(void *user, uint64_t base, uint64_t len, uint64_t rights);
	bool (*clear)(void *user, uint64_t base, uint64_t len, uint64_t rights);
};

/** Protect an image at @base before it runs. False if that failed and it must not run. */
bool nx_protect(const struct nx_pages *pages, const struct pe *pe, uint64_t base);

/** Make all of it plain data again, before its memory is freed. */
void nx_release(const struct nx_pages *pages, const struct pe *pe, uint64_t base);

#endif

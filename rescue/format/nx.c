/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/nx.h"

static uint64_t page_up(uint64_t n)
{
	return (n + PE_PAGE_BYTES - 1) & ~(uint64_t)(PE_PAGE_BYTES - 1);
}

bool nx_protect(const struct nx_pages *pages, const struct pe *pe, uint64_t base)
{
	uint64_t all = page_up(pe->image_bytes);
	struct pe_section s;

	/* an image that does not know of it may run its data: no more can be done than allow all */
	if (!pe->is_nx_compat) {
		(void)pages->clear(pages->user, base, all, NX_READ_ONLY | NX_NO_EXECUTE);
		return true;
	}
	if (!pages->set(pages->user, base, all, NX_NO_EXECUTE) ||
		!pages->clear(pages->user, base, all, NX_READ_ONLY))
		return false;
	for (unsigned i = 0; i < pe->sections; i++) {
		pe_section_at(pe, i, &s);
		uint64_t len = page_up(s.bytes);
		if (!(s.flags & PE_SECTION_EXECUTE) || !len)
			continue;
		/* in this order no page is ever writable and executable */
		if (!pages->set(pages->user, base + s.at, len, NX_READ_ONLY) ||
			!pages->clear(pages->user, base + s.at, len, NX_NO_EXECUTE))
			return false;
	}
	return true;
}

void nx_release(const struct nx_pages *pages, const struct pe *pe, uint64_t base)
{
	uint64_t all = page_up(pe->image_bytes);

	(void)pages->set(pages->user, base, all, NX_NO_EXECUTE);
	(void)pages->clear(pages->user, base, all, NX_READ_ONLY);
}

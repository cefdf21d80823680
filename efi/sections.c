/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "efi/sections.h"
#include "efi/arch.h"
#include "efi/console.h"
#include "format/pe.h"

static const struct {
	const char *name;
	bool is_optional;
} table[SECTIONS] = {
	[SECTION_LINUX] = {".linux", false},
	[SECTION_OSREL] = {".osrel", false},
	[SECTION_CMDLINE] = {".cmdline", false},
	[SECTION_INITRD] = {".initrd", false},
	[SECTION_UNAME] = {".uname", false},
	[SECTION_SBAT] = {".sbat", false},
	[SECTION_CONF] = {".conf", true},
	[SECTION_RULEKEY] = {".rulekey", true},
};

const char *section_name(enum section s)
{
	return table[s].name;
}

bool sections_open(const EFI_LOADED_IMAGE *image, struct span ret[SECTIONS])
{
	struct pe own;
	const char *why = pe_open(&own, image->ImageBase, image->ImageSize, arch_pe_machine);

	if (why) {
		say("unbrick: unbrick.efi: own headers cannot be read: %s\n", why);
		return false;
	}
	for (unsigned i = 0; i < SECTIONS; i++) {
		ret[i] = (struct span){NULL, 0};
		if (pe_find_mapped(&own, table[i].name, &ret[i].p, &ret[i].len))
			continue;
		ret[i] = (struct span){NULL, 0};
		if (table[i].is_optional)
			continue;
		say("unbrick: unbrick.efi: section %s is missing or damaged: "
		    "copy the file again\n",
			table[i].name);
		return false;
	}
	return true;
}

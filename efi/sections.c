/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "efi/app.h"

#include <string.h>

#include "efi/arch.h"
#include "efi/console.h"
#include "format/bytes.h"
#include "format/pe.h"

enum {
	EVENT_IPL = 13,
	EVENT_HEADER_BYTES = 14, /* from header_size to type */
	EVENT_HEADER_VERSION = 1,
	NAME_MAX = 32,
	PCR_SECTIONS = 11,
};

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
	[SECTION_POLKEY] = {".polkey", true},
	[SECTION_NETCA] = {".netca", true},
};

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

/* ---- into the TPM goes what is started */

static struct tcg2 *tpm_find(void)
{
	struct tcg2_capability capability = {.size = sizeof(capability)};
	struct tcg2 *tpm = protocol_any(&guid_tcg2);

	if (!tpm || tpm->get_capability(tpm, &capability) != EFI_SUCCESS || !capability.is_present)
		return NULL;
	return tpm;
}

void measure(unsigned pcr, const char *name, const void *bytes, size_t len)
{
	uint8_t buf[sizeof(struct tcg2_event) + 2 * (size_t)(NAME_MAX + 1)] = {0};
	struct tcg2_event *event = (struct tcg2_event *)buf;
	struct tcg2 *tpm = tpm_find();
	size_t n = 0;

	if (!tpm)
		return;
	for (; n < NAME_MAX && name[n]; n++) /* the log's readers expect UTF-16 */
		event->text[2 * n] = (uint8_t)name[n];
	rs_put_le32(event->size, (uint32_t)(sizeof(*event) + 2 * (n + 1)));
	rs_put_le32(event->header_size, EVENT_HEADER_BYTES);
	rs_put_le16(event->header_version, EVENT_HEADER_VERSION);
	rs_put_le32(event->pcr, pcr);
	rs_put_le32(event->type, EVENT_IPL);
	EFI_STATUS status = tpm->hash_log_extend_event(tpm, 0, (uintptr_t)bytes, len, event);
	if (status != EFI_SUCCESS)
		say("unbrick: TPM: %s not measured into PCR %u: %s\n", name, pcr,
			status_text(status));
}

void measure_sections(const struct span sections[SECTIONS])
{
	for (enum section s = 0; s < SECTIONS; s++) {
		const char *name = table[s].name;
		if (!sections[s].p)
			continue;
		measure(PCR_SECTIONS, name, name, strlen(name) + 1);
		measure(PCR_SECTIONS, name, sections[s].p, sections[s].len);
	}
}

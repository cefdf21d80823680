/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as each variable (the first byte chooses), as a certificate and as the file of an
 * OVMF's variables; then what starts with that. Seeds: what tests/unit/firmware makes. */
#include <stdlib.h>
#include <string.h>

#include "firmware/firmware.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct fw_facts *f)
{
	static struct fw_verdict v;

	for (size_t i = 0; i < f->n_sbat; i++)
		if (i >= FW_SBAT_MAX || !memchr(f->sbat[i], 0, FW_SBAT_TEXT))
			abort();
	for (size_t i = 0; i < f->others.n && i < FW_NAMES_MAX; i++)
		if (!memchr(f->others.list[i], 0, FW_NAME))
			abort();
	fw_judge(f, &v);
	for (unsigned when = 0; when < FW_TIMES_END; when++)
		if (!v.text[when] || !v.next[when])
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"SecureBoot", "SetupMode", "KEK", "db", "dbx",
		"MokList", "MokListX", "MokSBState", "SbatLevel"};
	static struct fw_facts facts;
	struct fw_reading *r = fw_reading_new(&facts);
	struct rs_view v = {0}, found;

	if (!r || !size) {
		fw_reading_free(r);
		return 0;
	}
	v = (struct rs_view){data + 1, size - 1};
	facts = (struct fw_facts){.secure_boot = SECURE_BOOT_YES};
	(void)fw_reading_ask(r, v);
	(void)fw_take(r, names[data[0] % (sizeof(names) / sizeof(names[0]))], v);
	if (fw_store_is_one(v) && fw_store_find(v, "db", data, &found) &&
		(found.p < v.p || found.len > v.len))
		abort();
	check(&facts);
	fw_reading_free(r);
	return 0;
}

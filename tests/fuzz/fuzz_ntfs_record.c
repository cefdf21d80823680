/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MFT records, attributes, names, attribute lists. Seeds: records of any NTFS volume, for instance
 * `icat IMG 0 | split -b 1024`. Fixups are made to fit, or nothing would pass them. */
#include <string.h>

#include "ntfs/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void mend(uint8_t *rec, size_t len)
{
	size_t ofs = rs_le16(rec + 4);

	if (ofs + 2 > len)
		return;
	for (size_t i = 1; i <= len / NT_STRIDE_BYTES; i++)
		memcpy(rec + i * NT_STRIDE_BYTES - 2, rec + ofs, 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct nt_parsed parsed;
	uint8_t rec[NT_RECORD_MAX] = {0};
	struct nt_list_entry e;
	const char *fault = NULL;
	struct nt_attrs w;
	struct nt_attr a;

	if (size > sizeof(rec))
		return 0;
	memcpy(rec, data, size);
	size_t len = size > 1024 ? 4096 : 1024;
	mend(rec, len);
	if (nt_record_prepare(rec, len))
		return 0;
	(void)nt_piece_parse(rec, len, 30, NT_ATTRS_ALL, &parsed);
	for (unsigned i = 0; i < parsed.piece.n_names; i++) {
		char name[NT_NAME_BYTES];
		(void)nt_name_text(parsed.names[i].name, name);
	}
	struct nt_store store = {0};
	(void)nt_store_add(&store, &parsed, NULL);
	nt_store_done(&store);
	nt_attrs_init(&w, rec, len);
	while (nt_attrs_next(&w, &a)) {
		size_t pos = 0;
		while (nt_list_next(a.value, &pos, &e, &fault))
			;
		(void)nt_attr_is_named(&a, "$I30");
	}
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The restart pages of $LogFile. Seeds: `icat IMG 2 | head -c 8192`. Fixups are made to fit. */
#include <string.h>

#include "ntfs/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t log[16384];
	struct nt_state st = {0};

	if (size > sizeof(log))
		return 0;
	memcpy(log, data, size);
	for (size_t page = 0; size > 0x40 && page + 4096 <= size; page += 4096) {
		size_t ofs = rs_le16(log + page + 4);
		for (size_t i = 1; ofs < 4000 && i <= 8; i++)
			memcpy(log + page + 512 * i - 2, log + page + ofs, 2);
	}
	nt_log_parse((struct rs_view){log, size}, &st);
	(void)nt_log_state_text(st.log);
	return 0;
}

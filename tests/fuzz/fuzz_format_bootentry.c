/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a Boot#### variable and as a device path. Seeds: what
 * tests/unit/format/test_bootentry.c makes. */
#include <stdlib.h>
#include <string.h>

#include "format/bootentry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char place[PLACE_TEXT_MAX];
	struct boot_entry e;
	struct partition p;

	size_t len = path_length(data, size);
	if (len > size)
		abort();
	(void)path_partition(data, len, &p);
	(void)path_is_cd(data, len);
	bool has_place = path_place(data, len, place);
	if (!memchr(place, 0, sizeof(place)) || has_place != (place[0] != '\0'))
		abort();
	if (boot_entry_parse(data, size, &e)) {
		if (!memchr(e.file, 0, sizeof(e.file)))
			abort();
		(void)boot_entry_is_windows(&e);
	}
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A boot configuration. Seeds: boot stores, tests/disks/mkbcd. The checksum is put right first, or
 * nothing behind it would ever be reached. */
#include <string.h>

#include "core/view.h"
#include "windows/windows.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct win_bcd bcd = {0};
	auto_free uint8_t *copy = malloc(len ? len : 1);
	uint32_t sum = 0;

	if (!copy)
		return 0;
	memcpy(copy, p, len);
	if (len >= 512) {
		for (size_t i = 0; i < 508; i += 4)
			sum ^= rs_le32(copy + i);
		rs_put_le32(copy + 508, sum == 0 ? 1 : sum == 0xFFFFFFFF ? 0xFFFFFFFE : sum);
	}
	struct win_bytes bytes = {copy, len};
	const struct win_src src = win_src_bytes(&bytes);
	if (win_bcd_read(&src, &bcd, NULL) == 0 && bcd.n > WIN_BCD_DEVICES_MAX)
		__builtin_trap();
	auto_free struct win_loader *loaders = NULL;
	size_t n = 0;
	if (win_bcd_loaders(&src, NULL, NULL, &loaders, &n, NULL) == 0)
		for (size_t i = 0; i < n; i++)
			if (!memchr(loaders[i].object, '\0', sizeof(loaders[i].object)))
				__builtin_trap();
	return 0;
}

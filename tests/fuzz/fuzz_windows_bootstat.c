/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootstat.dat; of the first byte's lowest bit: a log of an ESP made of the rest. */
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "windows/traces.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

static bool take(void *user, const struct win_trace *t)
{
	size_t *n = user;

	if (!rs_is_utf8(t->text) || !rs_is_utf8(t->path) || !win_trace_word(t->kind))
		__builtin_trap();
	return ++*n < 100000;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct win_bootstat head;
	size_t n = 0;

	if (!len)
		return 0;
	uint8_t *made = malloc(len + 20);
	if (!made)
		return 0;
	/* a log's head that fits, so that records are reached at once */
	rs_put_le32(made, 4);
	rs_put_le32(made + 4, 0x18);
	rs_put_le32(made + 8, (uint32_t)len + 20);
	rs_put_le32(made + 12, (uint32_t)len + 20);
	rs_put_le32(made + 16, p[0] & 2 ? 0x18 : (uint32_t)len);
	memcpy(made + 20, p, len);
	struct rs_view v = p[0] & 1 ? (struct rs_view){made, len + 20} : (struct rs_view){p, len};
	if (win_bootstat_read(v, (struct win_clock){60, true}, take, &n, NULL) < 0)
		__builtin_trap();
	if (win_bootstat_head(v, &head) && v.len < 49)
		__builtin_trap();
	free(made);
	return 0;
}

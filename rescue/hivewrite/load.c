/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hive's bins in memory. */
#include <stdlib.h>

#include "hivewrite/internal.h"

void hw_hive_free(struct hw_hive *h)
{
	if (!h)
		return;
	free(h->p);
	free(h->starts);
	free(h->seen);
	free(h->bin);
	free(h->sk);
	free(h->unneeded);
	free(h);
}

int hw_load(struct win_hive *from, uint32_t cap, struct hw_hive **ret, struct rs_err *err)
{
	auto_hw_hive struct hw_hive *h = calloc(1, sizeof(*h));
	struct win_hive_state st;

	win_hive_state(from, &st);
	if (cap < st.bins_bytes)
		return rs_fail(err, RS_E_HIVE_EDIT,
			"its logs make it longer than its file, which does not grow in place");
	if (h) {
		h->len = st.bins_bytes;
		h->cap = cap;
		h->minor = st.minor;
		h->root = st.root_off;
		h->p = malloc(cap);
		h->starts = calloc(1, cap / 64);
		h->seen = calloc(1, cap / 64);
		h->bin = calloc(cap / HW_PAGE, sizeof(*h->bin));
	}
	if (!h || !h->p || !h->starts || !h->seen || !h->bin)
		return rs_fail(err, RS_E_MEMORY, "hive of %u bytes", st.bins_bytes);
	int r = win_hive_read(from, 0, h->p, h->len, err);
	if (r == 0)
		r = hw_check(h, err);
	if (r == 0)
		*ret = rs_steal(h);
	return r;
}

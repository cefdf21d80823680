/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EFI_SIGNATURE_LIST: type, bytes of the list, bytes of a header, bytes of an entry; then entries,
 * each with its owner's GUID before it. */
#include "firmware/firmware.h"

#define LIST_HEAD  28U
#define OWNER_LEN  16U
#define LIST_BYTES 16
#define HEAD_BYTES 20
#define ENTRY_LEN  24

/* One list; its length in *ret_len. */
static bool list_each(struct rs_view v, uint32_t *ret_len, fw_entry_fn fn, void *user)
{
	uint32_t len, head, entry;

	if (!rs_view_u32(v, LIST_BYTES, &len) || !rs_view_u32(v, HEAD_BYTES, &head) ||
		!rs_view_u32(v, ENTRY_LEN, &entry))
		return false;
	if (len < LIST_HEAD || len > v.len || head > len - LIST_HEAD || entry <= OWNER_LEN)
		return false;
	if ((len - LIST_HEAD - head) % entry != 0)
		return false;
	for (uint32_t at = LIST_HEAD + head; at < len; at += entry)
		if (!fn(user, v.p, (struct rs_view){v.p + at + OWNER_LEN, entry - OWNER_LEN}))
			return false;
	*ret_len = len;
	return true;
}

bool fw_lists_each(struct rs_view value, fw_entry_fn fn, void *user)
{
	while (value.len) {
		uint32_t len = 0;
		if (!list_each(value, &len, fn, user))
			return false;
		value = (struct rs_view){value.p + len, value.len - len};
	}
	return true;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file in which QEMU keeps an OVMF's variables: a firmware volume with EDK2's store of
 * authenticated variables (VARIABLE_STORE_HEADER, AUTHENTICATED_VARIABLE_HEADER). */
#include "firmware/firmware.h"

#include <string.h>

#include "format/guid.h"

#define VOLUME_SIGN	0x28 /* "_FVH" */
#define VOLUME_HEAD_LEN 0x30
#define STORE_BYTES	16
#define STORE_HEAD	28U
#define VAR_HEAD	60U
#define VAR_START	0x55AA
#define VAR_STATE	2
#define VAR_NAME_LEN	36
#define VAR_DATA_LEN	40
#define VAR_VENDOR	44
#define STATE_ADDED	0x3F
#define STATE_LEAVING	0x3E /* to be replaced: it holds until the new one is there */

/* The variables of it. */
static bool store_of(struct rs_view file, struct rs_view *ret)
{
	static const uint8_t authenticated[16] = {0x78, 0x2c, 0xf3, 0xaa, 0x7b, 0x94, 0x9a, 0x43,
		0xa1, 0x80, 0x2e, 0x14, 0x4e, 0xc3, 0x77, 0x92};
	struct rs_view sign, store;
	uint16_t head;
	uint32_t len;

	if (!rs_view_sub(file, VOLUME_SIGN, 4, &sign) || memcmp(sign.p, "_FVH", 4) != 0 ||
		!rs_view_u16(file, VOLUME_HEAD_LEN, &head) ||
		!rs_view_sub(file, head, STORE_HEAD, &store) ||
		memcmp(store.p, authenticated, sizeof(authenticated)) != 0 ||
		!rs_view_u32(store, STORE_BYTES, &len) || len < STORE_HEAD ||
		!rs_view_sub(file, head, len, &store))
		return false;
	return rs_view_sub(store, STORE_HEAD, len - STORE_HEAD, ret);
}

bool fw_store_is_one(struct rs_view file)
{
	struct rs_view store;

	return store_of(file, &store);
}

/* UTF-16 with its zero, against a name in ASCII. */
static bool is_name(struct rs_view wide, const char *name)
{
	size_t n = strlen(name) + 1;

	if (wide.len != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (wide.p[2 * i] != (uint8_t)name[i] || wide.p[2 * i + 1] != 0)
			return false;
	return true;
}

bool fw_store_find(
	struct rs_view file, const char *name, const uint8_t vendor[16], struct rs_view *ret)
{
	struct rs_view v, wide, data;
	uint16_t start;
	bool is_found = false;

	if (!store_of(file, &v))
		return false;
	while (rs_view_has(v, 0, VAR_HEAD) && rs_view_u16(v, 0, &start) && start == VAR_START) {
		uint32_t name_len = rs_le32(v.p + VAR_NAME_LEN);
		uint32_t data_len = rs_le32(v.p + VAR_DATA_LEN);
		uint8_t state = v.p[VAR_STATE];
		size_t all = VAR_HEAD + (size_t)name_len + data_len;

		if (!rs_view_sub(v, VAR_HEAD, name_len, &wide) ||
			!rs_view_sub(v, VAR_HEAD + (size_t)name_len, data_len, &data))
			return is_found;
		if ((state == STATE_ADDED || (state == STATE_LEAVING && !is_found)) &&
			memcmp(v.p + VAR_VENDOR, vendor, 16) == 0 && is_name(wide, name)) {
			*ret = data;
			is_found = true;
		}
		all = (all + 3) & ~(size_t)3;
		if (all >= v.len)
			return is_found;
		v = (struct rs_view){v.p + all, v.len - all};
	}
	return is_found;
}

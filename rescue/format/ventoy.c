/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/ventoy.h"

#include <string.h>

#include "format/bytes.h"

enum {
	GUID_AT = 17,
	SIZE_AT = 33,
	PARTITION_AT = 41,
	FILE_SYSTEM_AT = 43,
	PATH_AT = 45,
	PATH_BYTES = 384,
	PARTITIONS_MOST = 128,
};

static void take_path(const uint8_t *p, char ret[VENTOY_PATH_MAX])
{
	size_t n = 0;

	for (; n < PATH_BYTES && n < VENTOY_PATH_MAX - 1 && p[n]; n++)
		ret[n] = (char)(p[n] >= ' ' && p[n] <= '~' ? p[n] : '?');
	ret[n] = '\0';
}

bool ventoy_parse(const uint8_t *p, size_t len, struct ventoy *ret)
{
	static const uint8_t zeros[VENTOY_GUID_BYTES];

	*ret = (struct ventoy){.partition = 0};
	if (len < VENTOY_BYTES || memcmp(p, "  www.ventoy.net", 16) != 0 ||
		!rs_sums_to_zero(p, VENTOY_BYTES))
		return false;
	unsigned partition = rs_le16(p + PARTITION_AT);
	if (partition < 1 || partition > PARTITIONS_MOST ||
		memcmp(p + GUID_AT, zeros, sizeof(zeros)) == 0)
		return false;
	memcpy(ret->guid, p + GUID_AT, sizeof(ret->guid));
	ret->disk_bytes = rs_le64(p + SIZE_AT);
	ret->partition = partition;
	ret->file_system = rs_le16(p + FILE_SYSTEM_AT);
	take_path(p + PATH_AT, ret->path);
	return true;
}

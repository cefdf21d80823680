/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/guid.h"

/* which byte each pair of digits is */
static const uint8_t place[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

static bool has_dash(unsigned pair)
{
	return pair == 4 || pair == 6 || pair == 8 || pair == 10;
}

static void write(const uint8_t guid[16], const char digits[16], char *ret)
{
	for (unsigned i = 0; i < 16; i++) {
		if (has_dash(i))
			*ret++ = '-';
		*ret++ = digits[guid[place[i]] >> 4];
		*ret++ = digits[guid[place[i]] & 15];
	}
	*ret = '\0';
}

void rs_guid_text(const uint8_t guid[16], char ret[RS_GUID_LEN])
{
	write(guid, "0123456789ABCDEF", ret);
}

void rs_guid_lower(const uint8_t guid[16], char ret[RS_GUID_LEN])
{
	write(guid, "0123456789abcdef", ret);
}

/* -1: no digit */
static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 'a' - 'A';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool rs_guid_parse(const char *text, uint8_t ret[16])
{
	bool has_brace = *text == '{';
	const char *p = text + has_brace;

	for (unsigned i = 0; i < 16; i++, p += 2) {
		if (has_dash(i) && *p++ != '-')
			return false;
		int high = digit(p[0]), low = high < 0 ? -1 : digit(p[1]);
		if (low < 0)
			return false;
		ret[place[i]] = (uint8_t)(high << 4 | low);
	}
	return has_brace ? p[0] == '}' && !p[1] : !p[0];
}

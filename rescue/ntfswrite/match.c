/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names under $UpCase, and patterns with '*' and '?'. */
#include "ntfswrite/vol_internal.h"

#include "core/text.h"

#define UNITS_MAX 1024

/* Without a volume: ASCII, Latin-1, Latin Extended-A, Greek and Cyrillic, what rules are written
 * in, and U+03C2 as it is (rs_upcase makes it U+03A3). Volumes bring their own table. */
static uint16_t built_in_upcase(uint16_t c)
{
	bool is_greek = c >= 0x3b1 && c <= 0x3cb && c != 0x3c2;

	return c <= 0x17f || is_greek || (c >= 0x430 && c <= 0x45f) ? rs_upcase(c) : c;
}

static uint16_t upcase(const struct nt_vol *vol, uint16_t c)
{
	if (!vol || !vol->lib)
		return built_in_upcase(c);
	return c < vol->lib->upcase_len ? le16_to_cpu(vol->lib->upcase[c]) : c;
}

bool nt_name_equal(struct nt_vol *vol, const char *a, const char *b)
{
	uint16_t ua[UNITS_MAX], ub[UNITS_MAX];
	long na = rs_utf8_to_utf16(a, ua, UNITS_MAX), nb = rs_utf8_to_utf16(b, ub, UNITS_MAX);

	if (na < 0 || na != nb)
		return false;
	for (long i = 0; i < na; i++)
		if (upcase(vol, ua[i]) != upcase(vol, ub[i]))
			return false;
	return true;
}

/* Greedy with one place to come back to, the last '*': earlier ones need no second try, so the time
 * is at most pattern times name. */
bool nt_name_match(struct nt_vol *vol, const char *pattern, const char *name)
{
	uint16_t up[UNITS_MAX], un[UNITS_MAX];
	long np = rs_utf8_to_utf16(pattern, up, UNITS_MAX);
	long nn = rs_utf8_to_utf16(name, un, UNITS_MAX);
	long p = 0, n = 0, star = -1, retry = 0;

	if (np < 0 || nn < 0)
		return false;
	while (n < nn) {
		if (p < np && up[p] == '*') {
			star = p++;
			retry = n;
		} else if (p < np && (up[p] == '?' || upcase(vol, up[p]) == upcase(vol, un[n]))) {
			p++;
			n++;
		} else if (star >= 0) {
			p = star + 1;
			n = ++retry;
		} else {
			return false;
		}
	}
	while (p < np && up[p] == '*')
		p++;
	return p == np;
}

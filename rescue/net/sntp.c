/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/sntp.h"

#include <string.h>

/* RFC 4330, section 4: where things are, in network order */
enum { STRATUM = 1, ORIGINATE = 24, TRANSMIT = 40 };
enum { VERSION_CLIENT = 4 << 3 | 3, MODE = 7, SERVER = 4, UNSYNCHRONISED = 3, STRATUM_MOST = 15 };

#define UNTIL_1970_S 2208988800LL /* from 1900 on */
#define ERA_S	     (1LL << 32)
#define ERA_BIT	     0x80000000U /* without it: after 2036 */

static void put_be64(uint8_t *p, uint64_t n)
{
	for (int i = 7; i >= 0; i--, n >>= 8)
		p[i] = (uint8_t)n;
}

static uint64_t be64(const uint8_t *p)
{
	uint64_t ret = 0;

	for (int i = 0; i < 8; i++)
		ret = ret << 8 | p[i];
	return ret;
}

void sntp_ask(uint64_t nonce, uint8_t ret[SNTP_BYTES])
{
	memset(ret, 0, SNTP_BYTES);
	ret[0] = VERSION_CLIENT;
	put_be64(ret + TRANSMIT, nonce); /* for the server it is a time, which it only gives back */
}

bool sntp_answer(struct rs_view v, uint64_t nonce, int64_t *ret_unix_s)
{
	if (v.len < SNTP_BYTES || (v.p[0] & MODE) != SERVER || v.p[0] >> 6 == UNSYNCHRONISED ||
		!v.p[STRATUM] || v.p[STRATUM] > STRATUM_MOST || be64(v.p + ORIGINATE) != nonce)
		return false;
	const uint64_t time = be64(v.p + TRANSMIT);
	const uint32_t since_1900_s = (uint32_t)(time >> 32);
	if (!time)
		return false;
	*ret_unix_s = since_1900_s - UNTIL_1970_S + (since_1900_s & ERA_BIT ? 0 : ERA_S);
	return true;
}

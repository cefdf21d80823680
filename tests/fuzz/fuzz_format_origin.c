/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a device path, as an answer of DHCP, and of DHCPv6: what comes out is plain. Seeds:
 * the bytes in tests/unit/format/test_origin.c. */
#include <stdint.h>
#include <stdlib.h>

#include "format/origin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *url)
{
	if (url[0] && !origin_is_url(url))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char url[ORIGIN_URL_MAX];
	struct origin o;

	(void)origin_of_path(data, size, &o);
	check(o.url);
	if (!*origin_how_word(o.how) || o.vlan > 0xFFF)
		abort();
	(void)origin_of_dhcp4(data, size, url);
	check(url);
	(void)origin_of_dhcp6(data, size, url);
	check(url);
	return 0;
}

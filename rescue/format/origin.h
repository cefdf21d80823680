/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the firmware had this program from, of what it leaves: the device path of the handle that
 * loaded it (UEFI specification 2.10, section 10.3.4) and the answers of DHCP that PXE keeps (RFC
 * 2131, 2132, 8415). Hints for where to go on, from strangers: nothing is allowed because of them.
 * Plain C without libc and firmware calls. */
#ifndef UNBRICK_FORMAT_ORIGIN_H
#define UNBRICK_FORMAT_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	ORIGIN_URL_MAX = 192,
	ORIGIN_MAC_BYTES = 6,
	DHCP_BYTES_MAX = 1472, /* of a packet as PXE keeps it */
};

#define ORIGIN_HOWS(X)                                                                             \
	X(DISK, "disk")                                                                            \
	X(USB, "usb") X(CD, "cd") X(PXE, "pxe") X(HTTP, "http") X(HTTPS, "https") X(IPXE, "ipxe")
#define X(name, word) ORIGIN_##name,
enum origin_how { ORIGIN_HOWS(X) };
#undef X

struct origin {
	enum origin_how how;
	bool has_mac, has_vlan, is_ip6;
	uint8_t mac[ORIGIN_MAC_BYTES];
	unsigned vlan;
	char url[ORIGIN_URL_MAX]; /* of the file; "" if it is not known or not plain */
};

/** "disk", "usb", ... */
const char *origin_how_word(enum origin_how how);

/** What a device path of @len bytes tells. False, and nothing but ORIGIN_DISK, if it leads to
 * nothing that is known. */
bool origin_of_path(const uint8_t *path, size_t len, struct origin *ret);

/** Is @url of at most ORIGIN_URL_MAX - 1 plain characters, with a scheme, and without a user? */
bool origin_is_url(const char *url);

/** The URL of the boot file that an answer of DHCP names: in IPv4's packet option 67, else its
 * field for the file; a name becomes one of TFTP on the server of the packet (its field, else
 * option 54). False, and "", if it names none or none that is plain. */
bool origin_of_dhcp4(const uint8_t *packet, size_t len, char ret[ORIGIN_URL_MAX]);

/** The same of IPv6's: its option 59 is a URL. */
bool origin_of_dhcp6(const uint8_t *packet, size_t len, char ret[ORIGIN_URL_MAX]);

#endif

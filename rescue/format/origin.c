/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/origin.h"

#include <string.h>

#include "format/bootentry.h"
#include "format/bytes.h"
#include "format/text.h"

enum {
	TYPE_MESSAGING = 3,
	MESSAGING_USB = 5,
	MESSAGING_MAC = 11,
	MESSAGING_IP6 = 13,
	MESSAGING_VLAN = 20,
	MESSAGING_URI = 24,
	TYPE_MEDIA = 4,
	MEDIA_CD = 2,
	/* RFC 2131, figure 1 */
	BOOTP_NEXT_SERVER = 20,
	BOOTP_FILE = 108,
	BOOTP_FILE_BYTES = 128,
	BOOTP_OPTIONS = 240, /* behind the magic number */
	/* RFC 2132 */
	OPTION_PAD = 0,
	OPTION_OVERLOAD = 52,
	OVERLOAD_FILE = 1, /* the field for the file has options */
	OPTION_SERVER = 54,
	OPTION_FILE = 67,
	OPTION_END = 255,
	/* RFC 8415 and 5970 */
	DHCP6_OPTIONS = 4,
	DHCP6_FILE_URL = 59,
};

const char *origin_how_word(enum origin_how how)
{
#define X(name, word) word,
	static const char *const words[] = {ORIGIN_HOWS(X)};
#undef X

	return words[how];
}

static bool is_alphanumeric(char c)
{
	c = text_lower(c);
	return text_is_digit(c) || (c >= 'a' && c <= 'z');
}

static bool is_one_of(char c, const char *all)
{
	while (*all && *all != c)
		all++;
	return *all;
}

bool origin_is_url(const char *url)
{
	size_t n = 0;

	while (is_alphanumeric(url[n]) || url[n] == '+')
		n++;
	if (!n || url[n] != ':' || url[n + 1] != '/' || url[n + 2] != '/')
		return false;
	for (n += 3; url[n]; n++) {
		if (n == ORIGIN_URL_MAX - 1 ||
			(!is_alphanumeric(url[n]) && !is_one_of(url[n], "-._~:/?&=%+,;[]")))
			return false;
	}
	return true;
}

/* Bytes without an end of their own, as text; nothing if they are no plain URL. */
static bool take_url(const uint8_t *p, size_t len, char ret[ORIGIN_URL_MAX])
{
	ret[0] = '\0';
	if (len >= ORIGIN_URL_MAX)
		return false;
	memcpy(ret, p, len);
	ret[len] = '\0'; /* one before ends it, too */
	if (!origin_is_url(ret))
		ret[0] = '\0';
	return ret[0];
}

static bool is_scheme(const struct path_node *n, const char *scheme)
{
	size_t at = 4;

	for (; *scheme && at < n->len && text_lower((char)n->p[at]) == *scheme; at++)
		scheme++;
	return !*scheme;
}

static void take_messaging(const struct path_node *n, struct origin *o)
{
	switch (n->subtype) {
	case MESSAGING_USB:
		o->how = ORIGIN_USB;
		break;
	case MESSAGING_MAC:
		if (n->len < 4 + ORIGIN_MAC_BYTES)
			break;
		/* iPXE puts an interface of its own onto the firmware's */
		o->how = o->has_mac ? ORIGIN_IPXE : ORIGIN_PXE;
		o->has_mac = true;
		memcpy(o->mac, n->p + 4, ORIGIN_MAC_BYTES);
		break;
	case MESSAGING_IP6:
		o->is_ip6 = true;
		break;
	case MESSAGING_VLAN:
		if (n->len < 6)
			break;
		o->vlan = rs_le16(n->p + 4) & 0xFFFU;
		o->has_vlan = true;
		break;
	case MESSAGING_URI:
		(void)take_url(n->p + 4, n->len - 4, o->url); /* else it is not known */
		if (o->how == ORIGIN_PXE && is_scheme(n, "http:"))
			o->how = ORIGIN_HTTP;
		if (o->how == ORIGIN_PXE && is_scheme(n, "https:"))
			o->how = ORIGIN_HTTPS;
		break;
	default:
		break;
	}
}

bool origin_of_path(const uint8_t *path, size_t len, struct origin *ret)
{
	struct path_node n;

	*ret = (struct origin){.how = ORIGIN_DISK};
	for (size_t off = 0; path_node_next(path, len, &off, &n);) {
		if (n.type == TYPE_MESSAGING)
			take_messaging(&n, ret);
		else if (n.type == TYPE_MEDIA && n.subtype == MEDIA_CD)
			ret->how = ORIGIN_CD;
	}
	return ret->how != ORIGIN_DISK;
}

/* ---- DHCP */

struct option {
	const uint8_t *p;
	size_t len;
};

static bool find_option(const uint8_t *p, size_t len, unsigned wanted, struct option *ret)
{
	size_t off = BOOTP_OPTIONS;

	while (off < len && p[off] != OPTION_END) {
		if (p[off] == OPTION_PAD) {
			off++;
			continue;
		}
		if (len - off < 2 || p[off + 1] > len - off - 2)
			return false;
		if (p[off] == wanted) {
			*ret = (struct option){p + off + 2, p[off + 1]};
			return true;
		}
		off += 2U + p[off + 1];
	}
	return false;
}

/* The name of the file, of plain characters only; "" if there is none. */
static void file_name(const uint8_t *p, size_t len, char ret[ORIGIN_URL_MAX])
{
	struct option o, overload;
	size_t n = 0;

	if (!find_option(p, len, OPTION_FILE, &o) || !o.len || !o.p[0]) {
		o = (struct option){p + BOOTP_FILE, BOOTP_FILE_BYTES};
		if (find_option(p, len, OPTION_OVERLOAD, &overload) && overload.len &&
			overload.p[0] & OVERLOAD_FILE)
			o.len = 0;
	}
	for (; n < o.len && o.p[n] && n < ORIGIN_URL_MAX - 1; n++)
		ret[n] = o.p[n] == '\\' ? '/' : (char)o.p[n];
	ret[n] = '\0';
}

static bool server_of(const uint8_t *p, size_t len, const uint8_t **ret)
{
	struct option o;

	*ret = p + BOOTP_NEXT_SERVER;
	if (rs_le32(*ret) == 0 && find_option(p, len, OPTION_SERVER, &o) && o.len == 4)
		*ret = o.p;
	return rs_le32(*ret) != 0;
}

bool origin_of_dhcp4(const uint8_t *packet, size_t len, char ret[ORIGIN_URL_MAX])
{
	static const uint8_t magic[] = {99, 130, 83, 99};
	char name[ORIGIN_URL_MAX];
	const uint8_t *server;
	struct text t;

	ret[0] = '\0';
	if (len < BOOTP_OPTIONS || memcmp(packet + BOOTP_OPTIONS - 4, magic, 4) != 0)
		return false;
	file_name(packet, len, name);
	if (origin_is_url(name)) {
		memcpy(ret, name, ORIGIN_URL_MAX);
		return true;
	}
	if (!name[0] || !server_of(packet, len, &server))
		return false;
	text_init(&t, ret, ORIGIN_URL_MAX);
	text_add(&t, "tftp://%u.%u.%u.%u/%s", (unsigned)server[0], (unsigned)server[1],
		(unsigned)server[2], (unsigned)server[3], name + (name[0] == '/'));
	if (t.is_cut || !origin_is_url(ret))
		ret[0] = '\0';
	return ret[0];
}

bool origin_of_dhcp6(const uint8_t *packet, size_t len, char ret[ORIGIN_URL_MAX])
{
	size_t off = DHCP6_OPTIONS;

	ret[0] = '\0';
	while (off <= len && len - off >= 4) {
		size_t code = (size_t)packet[off] << 8 | packet[off + 1];
		size_t bytes = (size_t)packet[off + 2] << 8 | packet[off + 3];

		if (bytes > len - off - 4)
			return false;
		if (code == DHCP6_FILE_URL)
			return take_url(packet + off + 4, bytes, ret);
		off += 4 + bytes;
	}
	return false;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/netlink.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/cleanup.h"

#define ANSWER_MS 2000

/* ---- reading ---- */

/* where things are: struct nlmsghdr, ifinfomsg, rtattr */
enum { HEAD = 16, TYPE = 4, INFO = 16, INFO_KIND = HEAD + 2, INFO_INDEX = HEAD + 4 };
enum { INFO_FLAGS = HEAD + 8, ATTRIBUTE = 4 };

static size_t aligned(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

bool netlink_next(struct rs_view *rest, struct rs_view *ret_message)
{
	uint32_t len;

	if (!rs_view_u32(*rest, 0, &len) || len < HEAD || !rs_view_sub(*rest, 0, len, ret_message))
		return false;
	size_t step = aligned(len) < rest->len ? aligned(len) : rest->len;
	*rest = (struct rs_view){rest->p + step, rest->len - step};
	return true;
}

static bool next_attribute(struct rs_view *rest, uint16_t *ret_type, struct rs_view *ret)
{
	uint16_t len;

	if (!rs_view_u16(*rest, 0, &len) || len < ATTRIBUTE || !rs_view_u16(*rest, 2, ret_type) ||
		!rs_view_sub(*rest, ATTRIBUTE, len - (size_t)ATTRIBUTE, ret))
		return false;
	size_t step = aligned(len) < rest->len ? aligned(len) : rest->len;
	*rest = (struct rs_view){rest->p + step, rest->len - step};
	*ret_type = (uint16_t)(*ret_type & 0x3fff); /* without its two flags */
	return true;
}

static void take_name(struct rs_view v, char ret[IFNAMSIZ])
{
	size_t n = 0;

	while (n < v.len && n < IFNAMSIZ - 1 && (isalnum(v.p[n]) || strchr("._-", v.p[n])) &&
		v.p[n])
		n++;
	if (n < v.len && v.p[n])
		n = 0; /* it would be another one's */
	memcpy(ret, v.p, n);
	ret[n] = '\0';
}

static void take_mac(struct rs_view v, char ret[NETLINK_MAC])
{
	static const uint8_t none[6];

	if (v.len == sizeof(none) && memcmp(v.p, none, sizeof(none)) != 0)
		(void)snprintf(ret, NETLINK_MAC, "%02x:%02x:%02x:%02x:%02x:%02x", v.p[0], v.p[1],
			v.p[2], v.p[3], v.p[4], v.p[5]);
}

static void take_attribute(uint16_t type, struct rs_view v, struct link_seen *l)
{
	uint32_t number;
	uint8_t carrier;

	if (type == IFLA_IFNAME)
		take_name(v, l->name);
	else if (type == IFLA_ADDRESS)
		take_mac(v, l->mac);
	else if (type == IFLA_PERM_ADDRESS)
		take_mac(v, l->permanent);
	else if (type == IFLA_MASTER && rs_view_u32(v, 0, &number))
		l->has_master = number;
	else if (type == IFLA_CARRIER && rs_view_u8(v, 0, &carrier))
		l->has_carrier = carrier;
}

bool netlink_link(struct rs_view message, struct link_seen *ret)
{
	uint16_t type, kind, attribute;
	uint32_t index, flags;
	uint8_t family;
	struct rs_view rest, v;

	*ret = (struct link_seen){0};
	if (!rs_view_u16(message, TYPE, &type) || (type != RTM_NEWLINK && type != RTM_DELLINK) ||
		!rs_view_u8(message, HEAD, &family) || family != AF_UNSPEC || /* a bridge's own */
		!rs_view_u16(message, INFO_KIND, &kind) ||
		!rs_view_u32(message, INFO_INDEX, &index) ||
		!rs_view_u32(message, INFO_FLAGS, &flags) || message.len < HEAD + INFO)
		return false;
	ret->index = (int)index;
	ret->is_gone = type == RTM_DELLINK;
	ret->is_up = flags & IFF_UP;
	ret->is_ethernet = kind == ARPHRD_ETHER;
	rest = (struct rs_view){message.p + HEAD + INFO, message.len - HEAD - INFO};
	while (next_attribute(&rest, &attribute, &v))
		take_attribute(attribute, v, ret);
	ret->has_carrier &= ret->is_up; /* before that it is of no meaning */
	if (!ret->permanent[0])
		memcpy(ret->permanent, ret->mac, sizeof(ret->permanent));
	return ret->index > 0 && ret->name[0];
}

/* ---- sending ---- */

/* One message as it grows; what does not fit is a bug and not sent. */
struct request {
	uint8_t bytes[512];
	size_t len;
	bool is_bad;
};

static void put(struct request *r, const void *bytes, size_t len)
{
	r->is_bad |= len > sizeof(r->bytes) - r->len;
	if (r->is_bad)
		return;
	if (len)
		memcpy(r->bytes + r->len, bytes, len);
	r->len = aligned(r->len + len);
}

static void put_attribute(struct request *r, unsigned type, const void *bytes, size_t len)
{
	const struct rtattr a = {
		.rta_len = (unsigned short)(ATTRIBUTE + len), .rta_type = (unsigned short)type};

	put(r, &a, sizeof(a));
	put(r, bytes, len);
}

/* An attribute that holds others: where it begins, and its end. */
static size_t open_attribute(struct request *r, unsigned type)
{
	size_t at = r->len;

	put_attribute(r, type, NULL, 0);
	return at;
}

static void close_attribute(struct request *r, size_t at)
{
	const uint16_t len = (uint16_t)(r->len - at);

	if (!r->is_bad)
		memcpy(r->bytes + at, &len, sizeof(len));
}

static struct request request_of(unsigned type, unsigned flags, const void *body, size_t len)
{
	const struct nlmsghdr head = {
		.nlmsg_type = (uint16_t)type, .nlmsg_flags = (uint16_t)(flags | NLM_F_REQUEST)};
	struct request r = {.len = 0};

	put(&r, &head, sizeof(head));
	put(&r, body, len);
	return r;
}

static bool send_request(int fd, struct request *r)
{
	const uint32_t len = (uint32_t)r->len;

	memcpy(r->bytes, &len, sizeof(len));
	return !r->is_bad && send(fd, r->bytes, r->len, 0) == (ssize_t)r->len;
}

/* The kernel answers each request with one error, which is 0 for "done". */
static int answer(int fd)
{
	uint8_t bytes[1024];
	uint16_t type;
	uint32_t code;
	struct pollfd p = {.fd = fd, .events = POLLIN};

	if (poll(&p, 1, ANSWER_MS) <= 0)
		return -ETIMEDOUT;
	ssize_t n = recv(fd, bytes, sizeof(bytes), 0);
	if (n < 0)
		return -errno;
	const struct rs_view v = {bytes, (size_t)n};
	if (!rs_view_u16(v, TYPE, &type) || type != NLMSG_ERROR || !rs_view_u32(v, HEAD, &code))
		return -EPROTO;
	return (int)code;
}

static int open_socket(unsigned groups)
{
	const struct sockaddr_nl us = {.nl_family = AF_NETLINK, .nl_groups = groups};
	auto_close int fd =
		socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd < 0 || bind(fd, (const struct sockaddr *)(const void *)&us, sizeof(us)) < 0)
		return -1;
	return rs_steal_fd(&fd);
}

static int do_request(struct request *r)
{
	auto_close int fd = open_socket(0);

	if (fd < 0 || !send_request(fd, r))
		return -errno;
	return answer(fd);
}

int netlink_open(void)
{
	auto_close int fd = open_socket(RTMGRP_LINK);

	return fd >= 0 && netlink_ask_again(fd) ? rs_steal_fd(&fd) : -1;
}

bool netlink_ask_again(int fd)
{
	const struct ifinfomsg all = {.ifi_family = AF_UNSPEC};
	struct request r = request_of(RTM_GETLINK, NLM_F_DUMP, &all, sizeof(all));

	return send_request(fd, &r);
}

int netlink_set_up(int index)
{
	const struct ifinfomsg up = {.ifi_family = AF_UNSPEC,
		.ifi_index = index,
		.ifi_flags = IFF_UP,
		.ifi_change = IFF_UP};
	struct request r = request_of(RTM_NEWLINK, NLM_F_ACK, &up, sizeof(up));

	return do_request(&r);
}

int netlink_add_vlan(int parent, unsigned id, const char *name)
{
	const struct ifinfomsg new = {.ifi_family = AF_UNSPEC};
	const uint16_t number = (uint16_t)id;
	struct request r =
		request_of(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &new, sizeof(new));

	put_attribute(&r, IFLA_LINK, &parent, sizeof(parent));
	put_attribute(&r, IFLA_IFNAME, name, strlen(name) + 1);
	const size_t info = open_attribute(&r, IFLA_LINKINFO);
	put_attribute(&r, IFLA_INFO_KIND, "vlan", 4);
	const size_t data = open_attribute(&r, IFLA_INFO_DATA);
	put_attribute(&r, IFLA_VLAN_ID, &number, sizeof(number));
	close_attribute(&r, data);
	close_attribute(&r, info);
	return do_request(&r);
}

/* Its bytes and how many; 0 = it is no address. */
static size_t address_of(const char *text, uint8_t ret[16], unsigned char *ret_family)
{
	*ret_family = strchr(text, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(*ret_family, text, ret) != 1)
		return 0;
	return *ret_family == AF_INET6 ? 16 : 4;
}

int netlink_add_address(int index, const char *address, unsigned prefix)
{
	struct ifaddrmsg new = {
		.ifa_prefixlen = (unsigned char)prefix, .ifa_index = (unsigned)index};
	uint8_t bytes[16];
	const size_t len = address_of(address, bytes, &new.ifa_family);

	if (!len || prefix > 8 * len)
		return -EINVAL;
	struct request r = request_of(
		RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, &new, sizeof(new));
	put_attribute(&r, IFA_LOCAL, bytes, len);
	put_attribute(&r, IFA_ADDRESS, bytes, len);
	return do_request(&r);
}

int netlink_add_gateway(int index, const char *gateway)
{
	struct rtmsg new = {.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST};
	uint8_t bytes[16];
	const size_t len = address_of(gateway, bytes, &new.rtm_family);

	if (!len)
		return -EINVAL;
	struct request r = request_of(
		RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, &new, sizeof(new));
	put_attribute(&r, RTA_GATEWAY, bytes, len);
	put_attribute(&r, RTA_OIF, &index, sizeof(index));
	return do_request(&r);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel and dhcpcd tell, and which interface is used. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "init/init.h"
#include "init/network_child.h"
#include "rig.h"
#include "tree.h"

/* ---- messages of the kernel: as iproute2 and a card of 2 ports had them ---- */

struct made {
	uint8_t bytes[512];
	size_t len;
};

static void add(struct made *m, const void *bytes, size_t len)
{
	memcpy(m->bytes + m->len, bytes, len);
	m->len += (len + 3) & ~(size_t)3;
}

static void add_attribute(struct made *m, uint16_t type, const void *bytes, size_t len)
{
	const uint16_t head[2] = {(uint16_t)(len + 4), type};

	add(m, head, sizeof(head));
	add(m, bytes, len);
}

static struct made message(uint16_t type, unsigned flags)
{
	struct made m = {.len = 0};
	const struct nlmsghdr head = {.nlmsg_type = type};
	const struct ifinfomsg info = {.ifi_type = 1, .ifi_index = 3, .ifi_flags = flags};

	add(&m, &head, sizeof(head));
	add(&m, &info, sizeof(info));
	return m;
}

static struct rs_view whole(struct made *m)
{
	const uint32_t len = (uint32_t)m->len;

	memcpy(m->bytes, &len, sizeof(len));
	return (struct rs_view){m->bytes, m->len};
}

static void test_link__whole_message__all_of_it(void **state)
{
	struct made m = message(RTM_NEWLINK, IFF_UP);
	struct link_seen l;
	const uint8_t one = 1, mac[6] = {2, 0, 0, 0, 0, 1}, own[6] = {0x52, 0x54, 0, 0x77, 0, 1};
	const uint32_t master = 9;

	(void)state;
	add_attribute(&m, IFLA_IFNAME, "eth0", 5);
	add_attribute(&m, IFLA_ADDRESS, mac, 6);
	add_attribute(&m, IFLA_PERM_ADDRESS, own, 6);
	add_attribute(&m, IFLA_CARRIER, &one, 1);
	add_attribute(&m, IFLA_MASTER, &master, 4);
	assert_true(netlink_link(whole(&m), &l));
	assert_int_equal(l.index, 3);
	assert_string_equal(l.name, "eth0");
	assert_string_equal(l.mac, "02:00:00:00:00:01");
	assert_string_equal(l.permanent, "52:54:00:77:00:01");
	assert_true(l.is_up && l.has_carrier && l.is_ethernet && l.has_master && !l.is_gone);
	for (size_t len = 0; len < m.len; len++)
		if (netlink_link((struct rs_view){m.bytes, len}, &l))
			assert_true(len >= 32 + 9); /* the heads, and a name */
}

static void test_link__message_of_another_form__is_none(void **state)
{
	struct made m = message(RTM_NEWADDR, IFF_UP);
	struct link_seen l;
	const int none = 0;

	(void)state;
	add_attribute(&m, IFLA_IFNAME, "eth0", 5);
	assert_false(netlink_link(whole(&m), &l));
	m = message(RTM_NEWLINK, IFF_UP);
	add_attribute(&m, IFLA_IFNAME, "eth0", 5);
	assert_true(netlink_link(whole(&m), &l));
	memcpy(m.bytes + 20, &none, sizeof(none)); /* its index */
	assert_false(netlink_link(whole(&m), &l));
}

static void test_link__address__of_six_bytes_that_are_not_zero(void **state)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1}, zeros[6] = {0}, long_one[20] = {2, 1};
	struct link_seen l;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct made m = message(RTM_NEWLINK, IFF_UP);
		add_attribute(&m, IFLA_IFNAME, "eth0", 5);
		add_attribute(&m, IFLA_ADDRESS,
			i == 0	 ? mac
			: i == 1 ? zeros
				 : long_one,
			i == 2 ? sizeof(long_one) : sizeof(mac));
		assert_true(netlink_link(whole(&m), &l));
		assert_string_equal(l.mac, i == 0 ? "02:00:00:00:00:01" : "");
		assert_string_equal(l.permanent, l.mac); /* none of its own is told */
	}
}

static void test_link__down__its_carrier_means_nothing(void **state)
{
	struct made m = message(RTM_NEWLINK, 0);
	const uint8_t one = 1;
	struct link_seen l;

	(void)state;
	add_attribute(&m, IFLA_IFNAME, "eth0", 5);
	add_attribute(&m, IFLA_CARRIER, &one, 1);
	assert_true(netlink_link(whole(&m), &l));
	assert_false(l.has_carrier);
}

static void test_link__a_bridges_own_message__is_none(void **state)
{
	struct made m = message(RTM_DELLINK, IFF_UP);
	struct link_seen l;

	(void)state;
	add_attribute(&m, IFLA_IFNAME, "eth0", 5);
	m.bytes[16] = AF_BRIDGE;
	assert_false(netlink_link(whole(&m), &l));
	m.bytes[16] = AF_UNSPEC;
	assert_true(netlink_link(whole(&m), &l));
	assert_true(l.is_gone);
}

static void test_link__name_with_other_characters__is_none(void **state)
{
	static const char *const names[] = {"", "a/b", "a b", "a\nb", "a$b", "0123456789abcdef",
		"0123456789abcdef0123456789abcdef0123456789abcdef"};
	struct link_seen l;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct made m = message(RTM_NEWLINK, IFF_UP);
		add_attribute(&m, IFLA_IFNAME, names[i], strlen(names[i]) + 1);
		assert_false(netlink_link(whole(&m), &l));
	}
}

static void test_next__several__one_by_one_and_no_endless_one(void **state)
{
	struct made m = message(RTM_NEWLINK, IFF_UP), n = message(RTM_DELLINK, 0);
	uint8_t bytes[128];
	struct rs_view rest, one;

	(void)state;
	memcpy(bytes, whole(&m).p, m.len);
	memcpy(bytes + m.len, whole(&n).p, n.len);
	rest = (struct rs_view){bytes, m.len + n.len};
	assert_true(netlink_next(&rest, &one));
	assert_int_equal(one.len, m.len);
	assert_true(netlink_next(&rest, &one));
	assert_int_equal(one.p - bytes, m.len);
	assert_false(netlink_next(&rest, &one));
	memset(bytes, 0, 4); /* a length of nothing */
	rest = (struct rs_view){bytes, m.len};
	assert_false(netlink_next(&rest, &one));
}

/* ---- what is asked of the kernel: the bytes that iproute2 6.1 sends for the same (strace) ---- */

int __real_socket(int domain, int type, int protocol);
int __real_bind(int fd, const struct sockaddr *address, socklen_t len);
int __wrap_socket(int domain, int type, int protocol);
int __wrap_bind(int fd, const struct sockaddr *address, socklen_t len);

static int kernel = -1; /* the other end of what is asked */
static int answer_code;

/* It has answered before it was asked. */
int __wrap_socket(int domain, int type, int protocol)
{
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
	} answer = {.head = {.nlmsg_len = sizeof(answer), .nlmsg_type = NLMSG_ERROR},
		.error = {.error = answer_code}};
	int ends[2];

	if (domain != AF_NETLINK)
		return __real_socket(domain, type, protocol);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	kernel = ends[0];
	assert_int_equal(send(kernel, &answer, sizeof(answer), 0), sizeof(answer));
	return ends[1];
}

int __wrap_bind(int fd, const struct sockaddr *address, socklen_t len)
{
	return address->sa_family == AF_NETLINK ? 0 : __real_bind(fd, address, len);
}

static void assert_asked(const uint8_t *wanted, size_t len)
{
	uint8_t got[512];

	assert_int_equal(recv(kernel, got, sizeof(got), MSG_DONTWAIT), len);
	assert_memory_equal(got, wanted, len);
	(void)close(kernel);
	kernel = -1;
}

static void test_ask__vlan__as_iproute2_does(void **state)
{
	/* ip link add link d0 name v3.77 type vlan id 77, d0 being 3; without the number of the
	 * message (8 to 11) */
	static const uint8_t wanted[] = {0x4c, 0, 0, 0, 0x10, 0, 0x05, 0x06, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x08, 0, 0x05, 0, 0x03, 0, 0, 0,
		0x0a, 0, 0x03, 0, 0x76, 0x33, 0x2e, 0x37, 0x37, 0, 0, 0, 0x18, 0, 0x12, 0, 0x08, 0,
		0x01, 0, 0x76, 0x6c, 0x61, 0x6e, 0x0c, 0, 0x02, 0, 0x06, 0, 0x01, 0, 0x4d, 0, 0, 0};

	(void)state;
	answer_code = 0;
	assert_int_equal(netlink_add_vlan(3, 77, "v3.77"), 0);
	assert_asked(wanted, sizeof(wanted));
	answer_code = -EOPNOTSUPP; /* no module: as the kernel here says it */
	assert_int_equal(netlink_add_vlan(3, 4094, "v3.4094"), -EOPNOTSUPP);
	(void)close(kernel);
}

static void test_ask__address__as_iproute2_does(void **state)
{
	/* ip addr replace 10.60.0.77/24 dev d0, ip -6 addr replace fd00::2/64 dev d0 */
	static const uint8_t four[] = {0x28, 0, 0, 0, 0x14, 0, 0x05, 0x05, 0, 0, 0, 0, 0, 0, 0, 0,
		0x02, 0x18, 0, 0, 0x03, 0, 0, 0, 0x08, 0, 0x02, 0, 0x0a, 0x3c, 0, 0x4d, 0x08, 0,
		0x01, 0, 0x0a, 0x3c, 0, 0x4d};
	static const uint8_t six[] = {0x40, 0, 0, 0, 0x14, 0, 0x05, 0x05, 0, 0, 0, 0, 0, 0, 0, 0,
		0x0a, 0x40, 0, 0, 0x03, 0, 0, 0, 0x14, 0, 0x02, 0, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0x02, 0x14, 0, 0x01, 0, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0x02};

	(void)state;
	answer_code = 0;
	assert_int_equal(netlink_add_address(3, "10.60.0.77", 24), 0);
	assert_asked(four, sizeof(four));
	assert_int_equal(netlink_add_address(3, "fd00::2", 64), 0);
	assert_asked(six, sizeof(six));
	assert_int_equal(netlink_add_address(3, "10.60.0.77", 33), -EINVAL);
	assert_int_equal(netlink_add_address(3, "fd00::2", 129), -EINVAL);
	assert_int_equal(netlink_add_address(3, "10.60.0", 24), -EINVAL);
	assert_int_equal(kernel, -1); /* nobody was asked for those */
}

static void test_ask__gateway__as_iproute2_does(void **state)
{
	/* ip route replace default via 10.60.0.1 dev d0 proto static */
	static const uint8_t wanted[] = {0x2c, 0, 0, 0, 0x18, 0, 0x05, 0x05, 0, 0, 0, 0, 0, 0, 0, 0,
		0x02, 0, 0, 0, 0xfe, 0x04, 0, 0x01, 0, 0, 0, 0, 0x08, 0, 0x05, 0, 0x0a, 0x3c, 0,
		0x01, 0x08, 0, 0x04, 0, 0x03, 0, 0, 0};

	(void)state;
	answer_code = 0;
	assert_int_equal(netlink_add_gateway(3, "10.60.0.1"), 0);
	assert_asked(wanted, sizeof(wanted));
	assert_int_equal(netlink_add_gateway(3, "gateway"), -EINVAL);
	assert_int_equal(kernel, -1);
}

/* ---- dhcpcd's environment: what 9.4.1 had with dnsmasq ---- */

static void test_lease__ipv4__what_is_used_of_it(void **state)
{
	static const char *const environment[] = {"PATH=/bin", "reason=BOUND", "interface=eth0",
		"new_ip_address=10.66.0.124", "new_subnet_cidr=24", "new_routers=10.66.0.1",
		"new_domain_name_servers=10.66.0.1 10.66.0.2 10.66.0.3 10.66.0.4",
		"new_ntp_servers=10.66.0.1", "new_unbrick_url=https://10.66.0.1/unbrick/", NULL};
	struct lease l;

	(void)state;
	assert_true(lease_of_environment(environment, &l));
	assert_string_equal(l.interface, "eth0");
	assert_int_equal(l.family, LEASE_IPV4);
	assert_string_equal(l.address, "10.66.0.124");
	assert_int_equal(l.prefix, 24);
	assert_string_equal(l.router, "10.66.0.1");
	assert_string_equal(l.dns[2], "10.66.0.3");
	assert_string_equal(l.ntp[0], "10.66.0.1");
	assert_string_equal(l.url, "https://10.66.0.1/unbrick/");
	assert_true(lease_is_sound(&l));
}

/* Of a list the first ones that are addresses, and nothing beside their place. */
static void test_lease__lists_and_prefixes__in_their_bounds(void **state)
{
	static const char *const prefixes[][2] = {{"new_subnet_cidr=8", "8"},
		{"new_subnet_cidr=32", "32"}, {"new_subnet_cidr=99", "32"},
		{"new_subnet_cidr=2x", "32"}, {"new_subnet_cidr=0024", "32"},
		{"new_subnet_cidr=-1", "32"}, {"new_subnet_cidr=", "32"}};
	static const char *const many[] = {"reason=BOUND", "interface=eth0",
		"new_domain_name_servers=x 10.0.0.1 10.0.0.2 "
		"0000:0000:0000:0000:0000:ffff:255.255.255.255x 10.0.0.3 10.0.0.4 10.0.0.5",
		NULL};
	static const char *const nothing[] = {"reason=BOUND", "interface=eth0", "x=y", NULL};
	struct lease l;

	(void)state;
	assert_true(lease_of_environment(many, &l));
	assert_string_equal(l.dns[0], "10.0.0.1");
	assert_string_equal(l.dns[1], "10.0.0.2");
	assert_string_equal(l.dns[2], "10.0.0.3");
	assert_string_equal(l.ntp[0], "");
	assert_false(lease_of_environment(nothing, &l));
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		const char *const environment[] = {"reason=BOUND", "interface=eth0",
			"new_ip_address=10.0.0.2", prefixes[i][0], NULL};
		assert_true(lease_of_environment(environment, &l));
		assert_int_equal(l.prefix, strtoul(prefixes[i][1], NULL, 10));
	}
}

static void test_lease__ipv6__both_ways(void **state)
{
	static const char *const by_server[] = {"reason=BOUND6", "interface=eth0",
		"new_dhcp6_ia_na1_ia_addr1=fd66::182", "new_dhcp6_name_servers=fd66::1", NULL};
	static const char *const by_router[] = {"reason=ROUTERADVERT", "interface=eth0",
		"nd1_from=fe80::1", "nd1_lifetime=1800", "nd1_addr1=fd66::5/64",
		"nd1_rdnss1_servers=fd66::2", NULL};
	static const char *const gone[] = {
		"reason=ROUTERADVERT", "interface=eth0", "nd1_lifetime=0", NULL};
	struct lease l;

	(void)state;
	assert_true(lease_of_environment(by_server, &l));
	assert_string_equal(l.address, "fd66::182");
	assert_int_equal(l.prefix, 128);
	assert_string_equal(l.dns[0], "fd66::1");
	assert_true(lease_of_environment(by_router, &l));
	assert_string_equal(l.address, "fd66::5");
	assert_int_equal(l.prefix, 64);
	assert_string_equal(l.router, "fe80::1");
	assert_true(lease_of_environment(gone, &l));
	assert_true(l.is_lost);
}

/* Of one that is else good, @bad is not taken, or all of it is not. */
static void one_bad(const char *bad, bool is_refused)
{
	const char *environment[] = {
		"reason=BOUND", "interface=eth0", "new_domain_name_servers=10.0.0.1", bad, NULL};
	const size_t len = strcspn(bad, "=");
	struct lease l;

	for (int i = 0; i < 3; i++)
		if (strncmp(environment[i], bad, len + 1) == 0)
			environment[i] = bad;
	assert_int_equal(lease_of_environment(environment, &l), !is_refused);
	if (is_refused)
		return;
	assert_string_equal(l.address, "");
	assert_string_equal(l.url, "");
	assert_string_equal(l.router, "");
	assert_true(lease_is_sound(&l));
}

static void test_lease__values_of_another_form__not_taken(void **state)
{
	char long_url[400] = "new_unbrick_url=https://";

	(void)state;
	memset(long_url + strlen(long_url), 'a', 300);
	one_bad("interface=../x", true);
	one_bad("interface=.x", true);
	one_bad("interface=-x", true);
	one_bad("interface=0123456789abcdef", true);
	one_bad("interface=a b", true);
	one_bad("interface=", true);
	one_bad("reason=bound", true);
	one_bad("reason=STOP", true);
	one_bad("new_ip_address=10.0.0.1\n10.0.0.2", false);
	one_bad("new_ip_address=10.0.0.256", false);
	one_bad("new_ip_address=$(reboot)", false);
	one_bad("new_routers=10.0.0.1;x", false);
	one_bad("new_unbrick_url=file:///x", false);
	one_bad("new_unbrick_url=https://h/ x", false);
	one_bad("new_unbrick_url=https://h/`x`", false);
	one_bad("new_unbrick_url=https://user@h/?x", false);
	one_bad(long_url, false);
}

static void test_lease__what_is_no_lease__not_sound(void **state)
{
	struct lease good = {.interface = "eth0", .address = "10.0.0.1", .prefix = 24}, l;

	(void)state;
	assert_true(lease_is_sound(&good));
	l = good;
	memset(l.interface, 'x', sizeof(l.interface));
	assert_false(lease_is_sound(&l));
	l = good;
	memset(l.dns[1], '1', sizeof(l.dns[1]));
	assert_false(lease_is_sound(&l));
	l = good;
	(void)snprintf(l.ntp[2], sizeof(l.ntp[2]), "ntp\n");
	assert_false(lease_is_sound(&l));
	l = good;
	memset(l.url, 'h', sizeof(l.url));
	assert_false(lease_is_sound(&l));
	l = good;
	(void)snprintf(l.url, sizeof(l.url), "file:///x");
	assert_false(lease_is_sound(&l));
	l = good;
	(void)snprintf(l.interface, sizeof(l.interface), "a/b");
	assert_false(lease_is_sound(&l));
	l = good;
	(void)snprintf(l.address, sizeof(l.address), "10.0.0.1 x");
	assert_false(lease_is_sound(&l));
	l = good;
	(void)snprintf(l.router, sizeof(l.router), "10.0.0");
	assert_false(lease_is_sound(&l));
	l = good;
	l.prefix = 129;
	assert_false(lease_is_sound(&l));
	l = good;
	l.family = LEASE_FAMILIES;
	assert_false(lease_is_sound(&l));
}

static void test_hook__a_lease__comes_whole(void **state)
{
	static const char *const environment[] = {
		"reason=BOUND", "interface=eth0", "new_ip_address=10.0.0.2", NULL};
	static const char *const other[] = {"reason=PREINIT", "interface=eth0", NULL};
	char folder[] = "/tmp/unbrick-hook.XXXXXX", name[64];
	struct lease l;

	(void)state;
	assert_non_null(mkdtemp(folder));
	int fd = lease_listen(folder);
	assert_true(fd >= 0);
	(void)snprintf(name, sizeof(name), "%s/" LEASE_HOOK, folder);
	assert_int_equal(lease_hook(name, other), 0);
	assert_int_equal(recv(fd, &l, sizeof(l), 0), -1);
	assert_int_equal(lease_hook(name, environment), 0);
	assert_int_equal(recv(fd, &l, sizeof(l), 0), sizeof(l));
	assert_string_equal(l.address, "10.0.0.2");
	(void)close(fd);
	(void)snprintf(name, sizeof(name), "%s/" LEASE_SOCKET, folder);
	(void)unlink(name);
	assert_int_equal(lease_hook("/nothing/" LEASE_HOOK, environment), 1);
	(void)rmdir(folder);
}

/* ---- which interface ---- */

static const char *root;

static struct link_seen link_of(int index, const char *name, const char *mac)
{
	struct link_seen l = {.index = index, .is_ethernet = true, .is_up = true};

	(void)snprintf(l.name, sizeof(l.name), "%s", name);
	(void)snprintf(l.mac, sizeof(l.mac), "02:00:00:00:00:0f"); /* what somebody has set */
	(void)snprintf(l.permanent, sizeof(l.permanent), "%s", mac);
	return l;
}

static void hardware(const char *name, const char *place, const char *what)
{
	char path[160], target[320];

	(void)snprintf(path, sizeof(path), "sys/devices/%s/uevent", place);
	tree_file(path, "");
	(void)snprintf(path, sizeof(path), "sys/class/net/%s/%s", name, what);
	(void)snprintf(target, sizeof(target), "%s/sys/devices/%s", root, place);
	tree_link(path, target);
}

static int make_root(void **state)
{
	(void)state;
	root = tree_new();
	return 0;
}

static int remove_root(void **state)
{
	(void)state;
	tree_done();
	return 0;
}

static void test_card__boot__by_address_and_place(void **state)
{
	static struct card cards[CARD_MOST];
	struct link_seen a = link_of(2, "eth0", "52:54:00:00:00:01"),
			 b = link_of(3, "eth1", "52:54:00:00:00:01");

	(void)state;
	hardware("eth0", "pci0000:00/0000:00:02.0/virtio0", "device");
	hardware("eth1", "pci0000:00/0000:00:1c.0/0000:03:00.0", "device");
	(void)card_take(cards, &a, root, 5);
	(void)card_take(cards, &b, root, 5);
	assert_ptr_equal(card_of_boot(cards, "52:54:00:00:00:01", "0000:03:00.0"), &cards[1]);
	assert_ptr_equal(card_of_boot(cards, "52:54:00:00:00:01", "0000:00:02.0"), &cards[0]);
	assert_ptr_equal(card_of_boot(cards, "52:54:00:00:00:01", ""), &cards[0]);
	assert_null(card_of_boot(cards, "52:54:00:00:00:01", "0000:00:1c.0"));
	assert_null(card_of_boot(cards, "02:00:00:00:00:0f", ""));
	assert_null(card_of_boot(cards, "", ""));
	b.permanent[0] =
		'\0'; /* a card that tells no address is not the one of a boot without one */
	(void)card_take(cards, &b, root, 6);
	assert_null(card_of_boot(cards, "", ""));
	b = link_of(3, "eth1", "52:54:00:00:00:01");
	(void)card_take(cards, &b, root, 7);
	a.has_master = true; /* the other half of a pair */
	(void)card_take(cards, &a, root, 6);
	assert_ptr_equal(card_of_boot(cards, "52:54:00:00:00:01", ""), &cards[1]);
}

static void test_card__may__only_wired_hardware(void **state)
{
	static struct card cards[CARD_MOST];
	struct link_seen wired = link_of(2, "eth0", "52:54:00:00:00:01"),
			 wlan = link_of(3, "wlan0", "52:54:00:00:00:02"),
			 made = link_of(4, "dummy0", "52:54:00:00:00:03"),
			 other = link_of(5, "ib0", ""),
			 old = link_of(6, "ath0", "52:54:00:00:00:04");

	(void)state;
	hardware("eth0", "pci0000:00/0000:00:02.0", "device");
	hardware("wlan0", "pci0000:00/0000:00:03.0", "device");
	hardware("wlan0", "pci0000:00/0000:00:03.0", "phy80211");
	hardware("ib0", "pci0000:00/0000:00:04.0", "device");
	hardware("ath0", "pci0000:00/0000:00:05.0", "device");
	hardware("ath0", "pci0000:00/0000:00:05.0", "wireless");
	other.is_ethernet = false;
	assert_false(card_may(card_take(cards, &old, root, 1)));
	assert_true(card_may(card_take(cards, &wired, root, 1)));
	assert_false(card_may(card_take(cards, &wlan, root, 1)));
	assert_false(card_may(card_take(cards, &made, root, 1)));
	assert_false(card_may(card_take(cards, &other, root, 1)));
	wired.is_gone = true;
	assert_false(card_may(card_take(cards, &wired, root, 1)));
}

static void test_card__place_and_link__as_they_are_now(void **state)
{
	static struct card cards[CARD_MOST];
	struct link_seen a = link_of(2, "eth0", "52:54:00:00:00:01"), gone = link_of(9, "x", "");

	(void)state;
	hardware("eth0", "pci0000:00/0000:00:02.0/0000:03:00.0:x/net", "device");
	gone.is_gone = true;
	assert_null(card_take(cards, &gone, root, 1)); /* it never was there */
	a.has_carrier = true;
	const struct card *c = card_take(cards, &a, root, 5);
	assert_string_equal(c->pci, "0000:00:02.0");
	assert_int_equal(c->link_ms, 5);
	(void)card_take(cards, &a, root, 6);
	assert_int_equal(c->link_ms, 5); /* since then */
	a.has_carrier = false;
	(void)card_take(cards, &a, root, 7);
	assert_int_equal(c->link_ms, 0);
}

static void test_card__more_than_there_is_room__left_out(void **state)
{
	static struct card cards[CARD_MOST];

	(void)state;
	for (int i = 1; i <= CARD_MOST; i++) {
		struct link_seen l = link_of(i, "x", "");
		assert_non_null(card_take(cards, &l, root, 1));
	}
	struct link_seen l = link_of(CARD_MOST + 1, "x", "");
	assert_null(card_take(cards, &l, root, 1));
	l.index = 7;
	assert_non_null(card_take(cards, &l, root, 1));
}

static void test_card__up__link_and_address(void **state)
{
	struct card c = {.link = {.index = 2}, .link_ms = 1};

	(void)state;
	assert_false(card_is_up(&c));
	(void)snprintf(c.lease[LEASE_IPV6].address, LEASE_ADDRESS, "fd00::1");
	assert_true(card_is_up(&c));
	c.link_ms = 0;
	assert_false(card_is_up(&c));
}

/* ---- a set address ---- */

static void test_static__forms(void **state)
{
	static const char *const bad[] = {"", "10.0.0.2", "10.0.0.2/", "10.0.0.2/33", "10.0.0.2/2x",
		"10.0.0/24", "10.0.0.2/24,x", "10.0.0.2/24,10.0.0.1,ns", "fd00::2/129",
		"10.0.0.2/24,10.0.0.1,10.0.0.1,10.0.0.1", "/24", "10.0.0.2/-1", "10.0.0.2/0024",
		"0000:0000:0000:0000:0000:ffff:255.255.255.255x/64",
		"0000:0000:0000:0000:0000:ffff:255.255.255.255/064x",
		"10.0.0.2/24,0000:0000:0000:0000:0000:ffff:255.255.255.255x"};
	struct lease l;

	(void)state;
	assert_true(network_static_of("10.0.0.2/24,10.0.0.1,10.0.0.53", &l));
	assert_string_equal(l.address, "10.0.0.2");
	assert_int_equal(l.prefix, 24);
	assert_string_equal(l.router, "10.0.0.1");
	assert_string_equal(l.dns[0], "10.0.0.53");
	assert_true(network_static_of("fd00::2/64", &l));
	assert_int_equal(l.family, LEASE_IPV6);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (network_static_of(bad[i], &l))
			fail_msg("%s", bad[i]);
}

static void test_wish__of_the_settings_and_the_start(void **state)
{
	static struct init in;
	struct network_wish w;

	(void)state;
	rig_begin(&in);
	network_wish_init(&w);
	(void)snprintf(in.facts.boot_mac, sizeof(in.facts.boot_mac), "52:54:00:77:00:01");
	(void)snprintf(in.facts.boot_pci, sizeof(in.facts.boot_pci), "0000:00:03.0");
	(void)snprintf(in.facts.settings.ntp, sizeof(in.facts.settings.ntp), "time.example");
	in.facts.boot_vlan = 7;
	network_wish_take(&in, &w);
	assert_string_equal(w.boot_mac, "52:54:00:77:00:01");
	assert_string_equal(w.boot_pci, "0000:00:03.0");
	assert_string_equal(w.ntp, "time.example");
	assert_string_equal(w.address, "");
	assert_int_equal(w.vlan, 7);
	assert_int_equal(w.link_wait_ms, 45000);
	assert_false(w.sets_clock);
	in.facts.settings.vlan = 9;
	network_wish_take(&in, &w);
	assert_int_equal(w.vlan, 9);
	rig_end(&in);
}

/* ---- the supervisor: no process of it runs here ---- */

struct process *__wrap_process_start(
	struct processes *all, const struct process_plan *plan, struct rs_err *err);

bool __wrap_network_is_wanted(const struct init *in);
bool __real_network_is_wanted(const struct init *in);

static struct process started;
static unsigned n_started;
static bool is_wanted;

bool __wrap_network_is_wanted(const struct init *in)
{
	(void)in;
	return is_wanted;
}

struct process *__wrap_process_start(
	struct processes *all, const struct process_plan *plan, struct rs_err *err)
{
	(void)all;
	(void)err;
	started = (struct process){.output = plan->output, .end = plan->end, .user = plan->user};
	n_started++;
	return &started;
}

/* The last file of the network's archive is there when we say so. */
static bool has_network;

int access(const char *path, int mode)
{
	if (strcmp(path, "/unbrick/network-complete") == 0)
		return has_network ? 0 : -1;
	return (int)syscall(SYS_faccessat, AT_FDCWD, path, mode);
}

static void test_wanted__by_the_settings_or_the_start__and_no_is_no(void **state)
{
	static struct init in;

	(void)state;
	rig_begin(&in);
	struct settings *s = &in.facts.settings;
	has_network = true;
	assert_false(__real_network_is_wanted(&in));
	in.facts.is_network = true;
	assert_true(__real_network_is_wanted(&in));
	s->network = SETTINGS_NETWORK_NO;
	(void)snprintf(s->policy, sizeof(s->policy), "https://h/p.json");
	assert_false(__real_network_is_wanted(&in));
	s->network = SETTINGS_NETWORK_AUTO;
	in.facts.is_network = false;
	assert_true(__real_network_is_wanted(&in));
	s->policy[0] = '\0';
	(void)snprintf(s->collector, sizeof(s->collector), "https://h/r/");
	assert_true(__real_network_is_wanted(&in));
	s->collector[0] = '\0';
	s->network = SETTINGS_NETWORK_YES;
	assert_true(__real_network_is_wanted(&in));
	has_network = false; /* the image of the stick */
	assert_false(__real_network_is_wanted(&in));
	rig_end(&in);
}

static void test_network__nobody_wants_one__nothing_runs(void **state)
{
	static struct init in;

	(void)state;
	rig_begin(&in);
	assert_int_equal(network_step(&in), -1);
	assert_int_equal(n_started, 0);
	assert_null(network_facts(&in));
	rig_end(&in);
}

/* As a pipe gives it: in pieces. */
static void says(const struct network_word *w)
{
	const char *bytes = (const char *)w;

	for (size_t at = 0, n; at < sizeof(*w); at += n) {
		n = sizeof(*w) - at < 1000 ? sizeof(*w) - at : 1000;
		started.output(started.user, bytes + at, n);
	}
}

static const char *last_line(const struct init *in)
{
	const size_t n = json_object_array_length(in->said.timeline);

	return n ? json_object_get_string(json_object_object_get(
			   json_object_array_get_idx(in->said.timeline, n - 1), "text"))
		 : "";
}

static void test_network__its_words__lines_and_facts(void **state)
{
	static struct init in;
	struct network_word w = {.kind = NETWORK_SAY};

	(void)state;
	rig_begin(&in);
	is_wanted = true;
	assert_int_equal(network_step(&in), -1);
	assert_int_equal(n_started, 1);
	(void)network_step(&in);
	assert_int_equal(n_started, 1);
	memset(w.text, 'x', sizeof(w.text)); /* without an end */
	memcpy(w.text, "network: \033[2J", 13);
	says(&w);
	assert_non_null(strstr(last_line(&in), "network: \\x1B[2J"));
	w = (struct network_word){.kind = NETWORK_NOW};
	w.now.state = NETWORK_UP;
	(void)snprintf(w.now.interface, sizeof(w.now.interface), "eth0");
	w.now.lease[0] = (struct lease){.interface = "eth0", .address = "10.0.0.2", .prefix = 24};
	says(&w);
	assert_int_equal(in.network.now.state, NETWORK_UP);
	struct json_object *o = network_facts(&in);
	assert_string_equal(json_object_get_string(json_object_object_get(o, "state")), "up");
	json_object_put(o);
	memset(w.now.lease[0].address, '1', LEASE_ADDRESS);
	w.now.state = NETWORK_NO_LINK;
	says(&w); /* not of its form: nothing of it */
	assert_int_equal(in.network.now.state, NETWORK_UP);
	w.now = (struct network_now){.state = NETWORK_STATES};
	says(&w);
	assert_int_equal(in.network.now.state, NETWORK_UP);
	w.now = (struct network_now){.state = NETWORK_NO_LINK};
	memset(w.now.interface, 'x', sizeof(w.now.interface));
	says(&w);
	assert_int_equal(in.network.now.state, NETWORK_UP);
	w.now = (struct network_now){.state = NETWORK_NO_LINK};
	memset(w.now.mac, 'x', sizeof(w.now.mac));
	says(&w);
	assert_int_equal(in.network.now.state, NETWORK_UP);
	w.now = (struct network_now){.state = NETWORK_NO_LINK};
	memset(w.now.clock.server, 'x', sizeof(w.now.clock.server));
	says(&w);
	assert_int_equal(in.network.now.state, NETWORK_UP);
	w.now = (struct network_now){.state = NETWORK_NO_LINK, .clock.source = CLOCK_SOURCES};
	says(&w);
	assert_int_equal(in.network.now.state, NETWORK_UP);
	w.now = (struct network_now){.state = NETWORK_NO_LINK};
	says(&w);
	assert_int_equal(in.network.now.state, NETWORK_NO_LINK);
	rig_end(&in);
}

/* What the one before had not said to its end is no part of what the next one says. */
static void test_network__started_again__after_a_pause_and_from_the_beginning(void **state)
{
	static struct init in;
	struct network_word w = {.kind = NETWORK_NOW};

	(void)state;
	rig_begin(&in);
	is_wanted = true;
	n_started = 0;
	(void)network_step(&in);
	started.output(started.user, (const char *)&w, 100);
	started.end(started.user, &started);
	assert_true(network_step(&in) > 0); /* so long it waits */
	assert_int_equal(n_started, 1);
	in.network.again_ms = 0;
	(void)network_step(&in);
	assert_int_equal(n_started, 2);
	w.now.state = NETWORK_NO_ADDRESS;
	says(&w);
	assert_int_equal(in.network.now.state, NETWORK_NO_ADDRESS);
	is_wanted = false;
	rig_end(&in);
}

static void test_network__its_process_ends__again_but_not_for_ever(void **state)
{
	static struct init in;

	(void)state;
	rig_begin(&in);
	is_wanted = true;
	n_started = 0;
	for (int i = 0; i < 20; i++) {
		in.network.again_ms = 0;
		(void)network_step(&in);
		if (in.network.process)
			started.end(started.user, &started);
	}
	assert_int_equal(n_started, 5);
	assert_true(in.network.now.is_late);
	assert_int_equal(network_step(&in), -1);
	is_wanted = false;
	rig_end(&in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_link__whole_message__all_of_it),
		cmocka_unit_test(test_link__message_of_another_form__is_none),
		cmocka_unit_test(test_link__address__of_six_bytes_that_are_not_zero),
		cmocka_unit_test(test_wanted__by_the_settings_or_the_start__and_no_is_no),
		cmocka_unit_test(test_link__down__its_carrier_means_nothing),
		cmocka_unit_test(test_link__a_bridges_own_message__is_none),
		cmocka_unit_test(test_link__name_with_other_characters__is_none),
		cmocka_unit_test(test_next__several__one_by_one_and_no_endless_one),
		cmocka_unit_test(test_ask__vlan__as_iproute2_does),
		cmocka_unit_test(test_ask__address__as_iproute2_does),
		cmocka_unit_test(test_ask__gateway__as_iproute2_does),
		cmocka_unit_test(test_lease__ipv4__what_is_used_of_it),
		cmocka_unit_test(test_lease__lists_and_prefixes__in_their_bounds),
		cmocka_unit_test(test_lease__ipv6__both_ways),
		cmocka_unit_test(test_lease__values_of_another_form__not_taken),
		cmocka_unit_test(test_lease__what_is_no_lease__not_sound),
		cmocka_unit_test(test_hook__a_lease__comes_whole),
		cmocka_unit_test_setup_teardown(
			test_card__boot__by_address_and_place, make_root, remove_root),
		cmocka_unit_test_setup_teardown(
			test_card__may__only_wired_hardware, make_root, remove_root),
		cmocka_unit_test_setup_teardown(
			test_card__place_and_link__as_they_are_now, make_root, remove_root),
		cmocka_unit_test_setup_teardown(
			test_card__more_than_there_is_room__left_out, make_root, remove_root),
		cmocka_unit_test(test_card__up__link_and_address),
		cmocka_unit_test(test_static__forms),
		cmocka_unit_test(test_wish__of_the_settings_and_the_start),
		cmocka_unit_test(test_network__nobody_wants_one__nothing_runs),
		cmocka_unit_test(test_network__its_words__lines_and_facts),
		cmocka_unit_test(test_network__started_again__after_a_pause_and_from_the_beginning),
		cmocka_unit_test(test_network__its_process_ends__again_but_not_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

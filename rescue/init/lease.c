/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/lease.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/cleanup.h"

#define VARIABLES_MOST 512

/* ---- the environment ---- */

/* "" where there is none. */
static const char *value_of(const char *const *environment, const char *key)
{
	const size_t len = strlen(key);

	for (size_t i = 0; i < VARIABLES_MOST && environment[i]; i++)
		if (strncmp(environment[i], key, len) == 0 && environment[i][len] == '=')
			return environment[i] + len + 1;
	return "";
}

static bool is_address(const char *s)
{
	unsigned char bytes[16];

	return inet_pton(strchr(s, ':') ? AF_INET6 : AF_INET, s, bytes) == 1;
}

static void take_address(const char *value, char ret[LEASE_ADDRESS])
{
	if (strlen(value) < LEASE_ADDRESS && is_address(value))
		(void)snprintf(ret, LEASE_ADDRESS, "%s", value);
}

/* The first ones of a list with blanks between; one that is no address is left out. */
static void take_servers(const char *list, char ret[LEASE_SERVERS][LEASE_ADDRESS])
{
	size_t n = 0;

	while (*list && n < LEASE_SERVERS) {
		const size_t len = strcspn(list, " ");
		char one[LEASE_ADDRESS];
		if (len < sizeof(one)) {
			(void)snprintf(one, sizeof(one), "%.*s", (int)len, list);
			take_address(one, ret[n]);
			n += ret[n][0] != '\0';
		}
		list += len + strspn(list + len, " ");
	}
}

static void take_prefix(const char *value, unsigned most, struct lease *l)
{
	const size_t len = strlen(value);

	l->prefix = most;
	if (len && len <= 3 && strspn(value, "0123456789") == len) {
		const unsigned bits = (unsigned)strtoul(value, NULL, 10);
		l->prefix = bits < most ? bits : most;
	}
}

static bool is_url(const char *s)
{
	const bool is_http = strncmp(s, "https://", 8) == 0 || strncmp(s, "http://", 7) == 0;
	size_t n = 0;

	while (s[n] && (isalnum((unsigned char)s[n]) || strchr("-._~:/[]%", s[n])))
		n++;
	return is_http && !s[n] && n < LEASE_URL;
}

/* A name of the kernel's; letters of other kinds are none that it gives by itself. */
static bool is_name(const char *s)
{
	size_t n = 0;

	while (s[n] && (isalnum((unsigned char)s[n]) || strchr("._-", s[n])))
		n++;
	return n && n < IFNAMSIZ && !s[n] && s[0] != '.' && s[0] != '-';
}

struct reason {
	const char *word;
	enum lease_family family;
	bool is_lost;
};

static const struct reason *reason_of(const char *const *environment)
{
	static const struct reason reasons[] = {
		{"BOUND", LEASE_IPV4, false},
		{"RENEW", LEASE_IPV4, false},
		{"REBIND", LEASE_IPV4, false},
		{"REBOOT", LEASE_IPV4, false},
		{"EXPIRE", LEASE_IPV4, true},
		{"NAK", LEASE_IPV4, true},
		{"BOUND6", LEASE_IPV6, false},
		{"RENEW6", LEASE_IPV6, false},
		{"REBIND6", LEASE_IPV6, false},
		{"REBOOT6", LEASE_IPV6, false},
		{"INFORM6", LEASE_IPV6, false},
		{"EXPIRE6", LEASE_IPV6, true},
		{"ROUTERADVERT", LEASE_ROUTER, false},
	};
	const char *word = value_of(environment, "reason");

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strcmp(word, reasons[i].word) == 0)
			return &reasons[i];
	return NULL;
}

static void take_ipv4(const char *const *environment, struct lease *l)
{
	char routers[LEASE_SERVERS][LEASE_ADDRESS] = {""};
	const char *url = value_of(environment, "new_unbrick_url");

	take_address(value_of(environment, "new_ip_address"), l->address);
	take_prefix(value_of(environment, "new_subnet_cidr"), 32, l);
	take_servers(value_of(environment, "new_routers"), routers);
	(void)snprintf(l->router, sizeof(l->router), "%s", routers[0]);
	take_servers(value_of(environment, "new_domain_name_servers"), l->dns);
	take_servers(value_of(environment, "new_ntp_servers"), l->ntp);
	if (is_url(url))
		(void)snprintf(l->url, sizeof(l->url), "%s", url);
}

static void take_ipv6(const char *const *environment, struct lease *l)
{
	take_address(value_of(environment, "new_dhcp6_ia_na1_ia_addr1"), l->address);
	l->prefix = 128;
	take_servers(value_of(environment, "new_dhcp6_name_servers"), l->dns);
	take_servers(value_of(environment, "new_dhcp6_sntp_servers"), l->ntp);
}

/* It is nd1_addr1 that the machine gives itself, with the prefix' length. */
static void take_router(const char *const *environment, struct lease *l)
{
	char address[LEASE_ADDRESS + 4];

	(void)snprintf(address, sizeof(address), "%.49s", value_of(environment, "nd1_addr1"));
	char *slash = strchr(address, '/');
	l->prefix = 64;
	if (slash) {
		*slash = '\0';
		take_prefix(slash + 1, 128, l);
	}
	take_address(address, l->address);
	take_address(value_of(environment, "nd1_from"), l->router);
	take_servers(value_of(environment, "nd1_rdnss1_servers"), l->dns);
}

bool lease_of_environment(const char *const *environment, struct lease *ret)
{
	const struct reason *reason = reason_of(environment);
	const char *interface = value_of(environment, "interface");

	*ret = (struct lease){0};
	if (!reason || !is_name(interface))
		return false;
	(void)snprintf(ret->interface, sizeof(ret->interface), "%s", interface);
	ret->family = reason->family;
	/* a router that takes itself back lives for 0 s */
	ret->is_lost =
		reason->is_lost || (reason->family == LEASE_ROUTER &&
					   strcmp(value_of(environment, "nd1_lifetime"), "0") == 0);
	if (ret->is_lost)
		return true;
	if (ret->family == LEASE_IPV4)
		take_ipv4(environment, ret);
	else if (ret->family == LEASE_IPV6)
		take_ipv6(environment, ret);
	else
		take_router(environment, ret);
	return ret->address[0] || ret->dns[0][0] || ret->router[0];
}

/* ---- the way to whoever listens ---- */

static bool is_sound_address(const char s[LEASE_ADDRESS])
{
	return memchr(s, '\0', LEASE_ADDRESS) && (!s[0] || is_address(s));
}

bool lease_is_sound(const struct lease *l)
{
	bool is_sound = memchr(l->interface, '\0', sizeof(l->interface)) && is_name(l->interface) &&
			(unsigned)l->family < LEASE_FAMILIES && l->prefix <= 128 &&
			is_sound_address(l->address) && is_sound_address(l->router);

	for (int i = 0; i < LEASE_SERVERS; i++)
		is_sound = is_sound && is_sound_address(l->dns[i]) && is_sound_address(l->ntp[i]);
	return is_sound && memchr(l->url, '\0', sizeof(l->url)) && (!l->url[0] || is_url(l->url));
}

static bool place_of(const char *folder, size_t len, struct sockaddr_un *ret)
{
	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	return snprintf(ret->sun_path, sizeof(ret->sun_path), "%.*s/" LEASE_SOCKET, (int)len,
		       folder) < (int)sizeof(ret->sun_path);
}

int lease_hook(const char *name, const char *const *environment)
{
	const char *end = strrchr(name, '/');
	struct sockaddr_un place;
	struct lease lease;

	if (!lease_of_environment(environment, &lease))
		return 0; /* dhcpcd tells much that nobody has to know */
	auto_close int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || !end || !place_of(name, (size_t)(end - name), &place) ||
		sendto(fd, &lease, sizeof(lease), 0, (const struct sockaddr *)(const void *)&place,
			sizeof(place)) != (ssize_t)sizeof(lease))
		return 1;
	return 0;
}

int lease_listen(const char *folder)
{
	struct sockaddr_un place;
	auto_close int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || !place_of(folder, strlen(folder), &place))
		return -1;
	(void)unlink(place.sun_path); /* of one that has ended; bind tells */
	if (bind(fd, (const struct sockaddr *)(const void *)&place, sizeof(place)) < 0)
		return -1;
	return rs_steal_fd(&fd);
}

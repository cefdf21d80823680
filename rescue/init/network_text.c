/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is wanted of the network, and what came of it, as text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init/init.h"
#include "init/network_child.h"

#define NET_PROGRAM "/bin/unbrick-net" /* without it nobody has a use for an address */

bool network_is_wanted(const struct init *in)
{
	return in->facts.is_network && access(NET_PROGRAM, X_OK) == 0;
}

void network_wish_init(struct network_wish *w)
{
	*w = (struct network_wish){
		/* a switch with the spanning tree forwards nothing for 30 s after the link, and
		 * some take longer to have one */
		.link_wait_ms = 45000,
		.answer_wait_ms = 60000,
		.run = INIT_RUN "/network",
		.resolv = "/etc/resolv.conf",
	};
}

/* The next part of a list with commas into @ret; false: it does not fit. */
static bool next_part(const char **at, char *ret, size_t cap)
{
	const size_t len = strcspn(*at, ",");

	if (len >= cap)
		return false;
	(void)snprintf(ret, cap, "%.*s", (int)len, *at);
	*at += len + ((*at)[len] == ',');
	return true;
}

bool network_static_of(const char *text, struct lease *ret)
{
	char address[LEASE_ADDRESS + 4], *end;

	*ret = (struct lease){.interface = "set"};
	if (!next_part(&text, address, sizeof(address)) ||
		!next_part(&text, ret->router, sizeof(ret->router)) ||
		!next_part(&text, ret->dns[0], sizeof(ret->dns[0])) || *text)
		return false;
	char *slash = strchr(address, '/');
	if (!slash || slash - address >= LEASE_ADDRESS || !slash[1] || strlen(slash + 1) > 3 ||
		strspn(slash + 1, "0123456789") != strlen(slash + 1))
		return false;
	*slash = '\0';
	ret->prefix = (unsigned)strtoul(slash + 1, &end, 10);
	(void)snprintf(ret->address, sizeof(ret->address), "%.45s", address);
	if (!ret->address[0] || ret->prefix > (strchr(address, ':') ? 128U : 32U) ||
		!lease_is_sound(ret))
		return false;
	ret->family = strchr(address, ':') ? LEASE_IPV6 : LEASE_IPV4;
	return true;
}

const char *network_how(const struct network_now *n, enum lease_family family)
{
	static const char *const words[LEASE_FAMILIES] = {"DHCP", "DHCPv6", "router"};

	return n->is_static ? "set" : words[family];
}

static const char *const state_words[NETWORK_STATES] = {
	"off", "no-card", "no-link", "no-address", "up"};

void network_print(const struct network_now *n)
{
	(void)printf("now %s%s", state_words[n->state], n->is_late ? " late" : "");
	if (n->interface[0])
		(void)printf(" %s %s%s", n->interface, n->mac, n->is_boot ? " boot" : "");
	for (int i = 0; i < LEASE_FAMILIES; i++) {
		const struct lease *l = &n->lease[i];
		if (l->address[0])
			(void)printf(" %s=%s/%u", network_how(n, (enum lease_family)i), l->address,
				l->prefix);
		if (l->dns[0][0])
			(void)printf(" dns=%s", l->dns[0]);
		if (l->ntp[0][0])
			(void)printf(" ntp=%s", l->ntp[0]);
		if (l->url[0])
			(void)printf(" url=%s", l->url);
	}
	(void)printf("\n");
}

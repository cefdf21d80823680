/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is wanted of the network, and what came of it, as text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init/init.h"
#include "init/network_child.h"

#define HAS_NETWORK "/unbrick/network-complete" /* the last file of its archive (initramfs) */

bool network_is_wanted(const struct init *in)
{
	const struct settings *s = &in->facts.settings;
	const bool is_asked = s->network == SETTINGS_NETWORK_YES || in->facts.is_network ||
			      s->policy[0] || s->collector[0];

	return is_asked && s->network != SETTINGS_NETWORK_NO && access(HAS_NETWORK, F_OK) == 0;
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

static void copy(char *ret, size_t cap, const char *text)
{
	const size_t len = strlen(text);

	ret[0] = '\0'; /* what is too long is none of its form */
	if (len < cap)
		memcpy(ret, text, len + 1);
}

void network_wish_take(const struct init *in, struct network_wish *w)
{
	const struct facts *f = &in->facts;
	const struct settings *s = &f->settings;

	copy(w->boot_mac, sizeof(w->boot_mac), f->boot_mac);
	copy(w->boot_pci, sizeof(w->boot_pci), f->boot_pci);
	copy(w->address, sizeof(w->address), s->address);
	copy(w->ntp, sizeof(w->ntp), s->ntp);
	w->vlan = s->vlan ? s->vlan : f->boot_vlan;
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

void network_line(const struct network_now *n, char *ret, size_t cap)
{
	char more[LEASE_FAMILIES * (LEASE_URL + 3 * LEASE_ADDRESS + 32)] = "";
	size_t len = 0;

	for (int i = 0; i < LEASE_FAMILIES; i++) {
		const struct lease *l = &n->lease[i];
		if (l->address[0])
			len += (size_t)snprintf(more + len, sizeof(more) - len, " %s=%s/%u",
				network_how(n, (enum lease_family)i), l->address, l->prefix);
		const char *const values[][2] = {
			{"dns", l->dns[0]}, {"ntp", l->ntp[0]}, {"url", l->url}};
		for (size_t k = 0; k < sizeof(values) / sizeof(values[0]); k++)
			if (values[k][1][0])
				len += (size_t)snprintf(more + len, sizeof(more) - len, " %s=%s",
					values[k][0], values[k][1]);
	}
	(void)snprintf(ret, cap, "now %s%s%s%s%s%s%s%s", network_state_word(n->state),
		n->is_late ? " late" : "", n->interface[0] ? " " : "", n->interface,
		n->mac[0] ? " " : "", n->mac, n->is_boot ? " boot" : "", more);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "init/network.h"
#include "init/sysfs.h"

/* "0000:00:1f.6" */
static bool is_pci(const char *s, size_t len)
{
	static const char form[] = "xxxx:xx:xx.x";

	if (len != sizeof(form) - 1)
		return false;
	for (size_t i = 0; i < len; i++)
		if (form[i] == 'x' ? !isxdigit((unsigned char)s[i]) : form[i] != s[i])
			return false;
	return true;
}

/* The last one in its path: behind bridges, and above virtio's or USB's own devices. */
static void read_pci(const char *root, const char *name, char ret[NETWORK_PLACE])
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/sys/class/net/%s/device", root, name);
	char *real = realpath(path, NULL);
	for (const char *p = real; p; p = strchr(p, '/')) {
		p += *p == '/';
		const size_t len = strcspn(p, "/");
		if (is_pci(p, len))
			(void)snprintf(ret, NETWORK_PLACE, "%.*s", (int)len, p);
	}
	free(real);
}

static void look_at(struct card *c, const char *root)
{
	const char *name = c->link.name;

	c->is_wired = c->link.is_ethernet && sysfs_has("%s/sys/class/net/%s/device", root, name) &&
		      !sysfs_has("%s/sys/class/net/%s/wireless", root, name) &&
		      !sysfs_has("%s/sys/class/net/%s/phy80211", root, name);
	c->pci[0] = '\0';
	read_pci(root, name, c->pci);
}

static struct card *place_of(struct card cards[CARD_MOST], int index)
{
	struct card *ret = NULL;

	for (int i = 0; i < CARD_MOST; i++) {
		if (cards[i].link.index == index)
			return &cards[i];
		if (!ret && !cards[i].link.index)
			ret = &cards[i];
	}
	return ret;
}

struct card *card_take(
	struct card cards[CARD_MOST], const struct link_seen *l, const char *root, uint64_t now_ms)
{
	struct card *c = place_of(cards, l->index);

	if (!c || (l->is_gone && !c->link.index))
		return NULL;
	if (!c->link.index)
		*c = (struct card){.since_ms = now_ms};
	c->link = *l;
	if (l->is_gone)
		return c;
	look_at(c, root); /* names change, and a driver's files come with the first message */
	if (!l->has_carrier)
		c->link_ms = 0;
	else if (!c->link_ms)
		c->link_ms = now_ms ? now_ms : 1;
	return c;
}

bool card_may(const struct card *c)
{
	return c->link.index && !c->link.is_gone && c->is_wired && !c->link.has_master;
}

const struct card *card_of_boot(
	const struct card cards[CARD_MOST], const char *mac, const char *pci)
{
	for (int i = 0; mac[0] && i < CARD_MOST; i++) {
		const struct card *c = &cards[i];
		if (card_may(c) && strcasecmp(c->link.permanent, mac) == 0 &&
			(!pci[0] || strcasecmp(c->pci, pci) == 0))
			return c;
	}
	return NULL;
}

bool card_is_up(const struct card *c)
{
	if (!c->link.index || !c->link_ms)
		return false;
	if (c->is_set)
		return true;
	for (int i = 0; i < LEASE_FAMILIES; i++)
		if (c->lease[i].address[0])
			return true;
	return false;
}

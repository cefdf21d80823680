/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The process that has the network, run by hand on a host, where the failures of a network can be
 * made without a boot. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init/network_child.h"

struct member {
	const char *key;
	char *text;
	size_t cap;
	uint32_t *number;
};

static bool take_word(const struct member *members, size_t n, const char *word)
{
	const char *value = strchr(word, '=');

	for (size_t i = 0; value && i < n; i++) {
		const struct member *m = &members[i];
		if (strncmp(word, m->key, (size_t)(value - word)) != 0 ||
			strlen(m->key) != (size_t)(value - word))
			continue;
		if (m->number)
			*m->number = (uint32_t)strtoul(value + 1, NULL, 10);
		else
			(void)snprintf(m->text, m->cap, "%s", value + 1);
		return true;
	}
	return false;
}

int network_by_hand(char **words)
{
	static struct network_wish w;
	static struct child c;
	uint32_t vlan = 0;
	const struct member members[] = {
		{"boot_mac", w.boot_mac, sizeof(w.boot_mac), NULL},
		{"boot_pci", w.boot_pci, sizeof(w.boot_pci), NULL},
		{"address", w.address, sizeof(w.address), NULL},
		{"ntp", w.ntp, sizeof(w.ntp), NULL},
		{"root", w.root, sizeof(w.root), NULL},
		{"run", w.run, sizeof(w.run), NULL},
		{"resolv", w.resolv, sizeof(w.resolv), NULL},
		{"vlan", NULL, 0, &vlan},
		{"link_wait_ms", NULL, 0, &w.link_wait_ms},
		{"answer_wait_ms", NULL, 0, &w.answer_wait_ms},
	};

	network_wish_init(&w);
	for (; *words; words++)
		if (!take_word(members, sizeof(members) / sizeof(members[0]), *words)) {
			(void)dprintf(STDERR_FILENO, "init: network: %s: not known\n", *words);
			return 2;
		}
	w.vlan = vlan;
	c.wish = &w;
	c.by_hand = true;
	c.out_fd = STDOUT_FILENO;
	return network_live(&c);
}

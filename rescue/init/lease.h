/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What dhcpcd tells its hook, which is this program by another name. It comes through the
 * environment, and its values are a network's: those that are known are taken, each only in its own
 * form, and no other is looked at. */
#ifndef UNBRICK_INIT_LEASE_H
#define UNBRICK_INIT_LEASE_H

#include <linux/if.h>
#include <stdbool.h>
#include <stddef.h>

enum { LEASE_ADDRESS = 46, LEASE_SERVERS = 3, LEASE_URL = 256 };

/* "network-hook" as the name of this program makes it dhcpcd's hook. */
#define LEASE_HOOK   "network-hook"
#define LEASE_SOCKET "network.sock" /* beside it */

enum lease_family { LEASE_IPV4, LEASE_IPV6, LEASE_ROUTER, LEASE_FAMILIES };

/* Fixed size: it comes through a socket. Texts are "" where there is none. */
struct lease {
	char interface[IFNAMSIZ];
	enum lease_family family; /* by DHCP, by DHCPv6, by a router's advertisement */
	bool is_lost;		  /* it is no longer there */
	char address[LEASE_ADDRESS];
	unsigned prefix;
	char router[LEASE_ADDRESS];
	char dns[LEASE_SERVERS][LEASE_ADDRESS], ntp[LEASE_SERVERS][LEASE_ADDRESS];
	char url[LEASE_URL]; /* option 224: a hint where to look, trusted for nothing */
};

/** False for what tells of no lease: another reason, a value that is not of its form. @environment
 * ends with NULL. */
bool lease_of_environment(const char *const *environment, struct lease *ret);
/** What came through the socket is in the form that lease_of_environment gives. */
bool lease_is_sound(const struct lease *l);
/** The hook: tell whoever listens beside @name (argv[0]). Its exit status. */
int lease_hook(const char *name, const char *const *environment);
/** Listen in @folder; -1 = it cannot be. */
int lease_listen(const char *folder);

#endif

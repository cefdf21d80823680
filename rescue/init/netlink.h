/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Network interfaces by the kernel's own messages (rtnetlink(7)): what they tell, and the few that
 * we send. Numbers in them are of the machine's order, which is little endian here. */
#ifndef UNBRICK_INIT_NETLINK_H
#define UNBRICK_INIT_NETLINK_H

#include <linux/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/view.h"

enum { NETLINK_MAC = 18, NETLINK_MOST = 32 * 1024 };

/* What a message tells of one interface. */
struct link_seen {
	int index;
	char name[IFNAMSIZ];
	bool is_gone, is_up, has_carrier;
	bool is_ethernet;	     /* by its kind of address; wireless ones are, too */
	bool has_master;	     /* a part of a bond, a bridge, or a virtual machine's pair */
	char mac[NETLINK_MAC];	     /* "52:54:00:77:00:01", "" = none */
	char permanent[NETLINK_MAC]; /* that of the hardware, whatever it has now; else as @mac */
};

/** The next message of @rest, with its head; @rest is what follows it. False: no whole one. */
bool netlink_next(struct rs_view *rest, struct rs_view *ret_message);
/** False for what is no message of an interface, or is cut. Names of other characters than letters,
 * digits, '.', '_' and '-' are none. */
bool netlink_link(struct rs_view message, struct link_seen *ret);

/** A socket that gets the kernel's news of interfaces, those that are there first; -1 = none. */
int netlink_open(void);
/** Those that are there, once more: after news were lost. */
bool netlink_ask_again(int fd);

/* Each of these has a socket of its own and waits for the kernel's answer: 0 or a negative errno.
 */

int netlink_set_up(int index);
/** Make @name the VLAN @id (802.1Q) of an interface; -EEXIST if there is one of that name. */
int netlink_add_vlan(int parent, unsigned id, const char *name);
/** @address "10.0.0.2" or "fd00::2" with its prefix in bits. */
int netlink_add_address(int index, const char *address, unsigned prefix);
/** The default route, by @gateway. */
int netlink_add_gateway(int index, const char *gateway);

#endif

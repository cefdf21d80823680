/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The network, where the settings or the way that this system was started want one. A process of
 * its own brings the interfaces up, has dhcpcd ask for addresses, and stays for what changes
 * (network_child.c); /init hears from it, shows its lines and knows how far it is (network.c).
 * Nothing on a disk waits for it but what cannot be done without: the policy of an unattended
 * start. */
#ifndef UNBRICK_INIT_NETWORK_H
#define UNBRICK_INIT_NETWORK_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "format/words.h"
#include "init/clock.h"
#include "init/lease.h"
#include "init/netlink.h"
#include "init/process.h"

struct init;

enum {
	NETWORK_TEXT = 320,
	NETWORK_PLACE = 32,
	NETWORK_HOST = 64,
	NETWORK_STATIC = 200,
	NETWORK_FOLDER = 64,
};

/* What is wanted of it: from the settings and from who has started this system. */
struct network_wish {
	char boot_mac[NETWORK_PLACE], boot_pci[NETWORK_PLACE]; /* "" = not started from a network */
	unsigned vlan;					       /* 0 = none */
	char address[NETWORK_STATIC];	       /* "IP/PREFIX,GATEWAY,DNS"; "" = DHCP */
	char ntp[NETWORK_HOST];		       /* a server of the settings; "" = none */
	uint32_t link_wait_ms, answer_wait_ms; /* how long until it is said that none comes */
	bool sets_clock;		       /* else it only tells */
	int64_t floor_unix_s;		       /* it is later than that */
	/* of this system; a test has others */
	char program[NETWORK_FOLDER]; /* unbrick-net; "" = where it is looked for */
	char root[NETWORK_FOLDER];    /* see sysfs.h */
	char run[NETWORK_FOLDER];     /* files of its own */
	char resolv[NETWORK_FOLDER];  /* resolv.conf */
};

/** Limits and folders of this system, nothing wanted. */
void network_wish_init(struct network_wish *w);
/** What the settings and the start want. */
void network_wish_take(const struct init *in, struct network_wish *w);

#define NETWORK_STATE_WORDS(X)                                                                     \
	X(NETWORK_OFF, "off")	      /* nobody wants one */                                       \
	X(NETWORK_NO_CARD, "no-card") /* no wired interface so far */                              \
	X(NETWORK_NO_LINK, "no-link") /* no cable, or its switch is not ready */                   \
	X(NETWORK_NO_ADDRESS, "no-address")                                                        \
	X(NETWORK_UP, "up")
enum network_state { NETWORK_STATE_WORDS(JUST_NAME) NETWORK_STATES };
WORDS(network_state_word, enum network_state, NETWORK_STATE_WORDS)

/* What came of it, of the interface that is used. */
struct network_now {
	enum network_state state;
	bool is_late; /* longer than it is waited for; it is taken when it comes */
	bool is_boot; /* it is the one that this was started from */
	char interface[IFNAMSIZ], mac[NETLINK_MAC];
	unsigned vlan;
	uint64_t link_wait_ms; /* from the start until there was a link */
	bool is_static;
	struct clock_now clock;
	struct lease lease[LEASE_FAMILIES]; /* "" where there is none */
};

/* What the process says, of a fixed size so that a pipe has it whole. */
enum network_kind { NETWORK_SAY, NETWORK_LOG, NETWORK_NOW };
struct network_word {
	enum network_kind kind;
	char text[NETWORK_TEXT];
	struct network_now now;
};

/** A function of a process (process.h): @arg is a struct network_wish. It says struct network_word,
 * and ends when it cannot go on. */
int network_child(void *arg, int out_fd);

/* ---- which interfaces (network_card.c) */

enum { CARD_MOST = 32 };

struct card {
	struct link_seen link;	 /* link.index 0 = free */
	bool is_wired;		 /* hardware, and not wireless */
	char pci[NETWORK_PLACE]; /* "0000:00:1f.6" of its device or the one above it, or "" */
	uint64_t since_ms;	 /* when it was seen first */
	uint64_t link_ms;	 /* when it had a link; 0 = it has none */
	uint64_t tried_ms;	 /* when something that failed was tried last */
	int user; /* index of what has the address: its VLAN's or its own; 0 = none */
	char user_name[IFNAMSIZ];
	struct process *dhcp;
	bool is_set; /* a static address */
	bool is_asking_told;
	struct lease lease[LEASE_FAMILIES];
};

/** Take @l into the list; NULL if there is no room, or it is gone. @root see sysfs.h. */
struct card *card_take(
	struct card cards[CARD_MOST], const struct link_seen *l, const char *root, uint64_t now_ms);
/** May it be used at all: wired, and no part of a bond, a bridge or a pair? */
bool card_may(const struct card *c);
/** The one that the firmware has started this system from, by its permanent address and, where that
 * is known, its place; NULL: none is it. */
const struct card *card_of_boot(
	const struct card cards[CARD_MOST], const char *mac, const char *pci);
/** Has it an address? */
bool card_is_up(const struct card *c);

/* ---- the supervisor's side (network.c) */

/* Only network.c changes it. */
struct network {
	struct network_wish wish;
	struct process *process; /* NULL = it does not run */
	struct network_now now;
	struct network_word word; /* as far as it has come */
	size_t word_len;
	unsigned n_ended;
	uint64_t started_ms, again_ms;
};

/** Before each round of events: start it when it is wanted. How long until that has something to
 * do; -1 = nothing. */
int network_step(struct init *in);
/** Is it wanted, and are its programs in this image? */
bool network_is_wanted(const struct init *in);
/** Why there is no network now, one line. */
const char *network_why(const struct init *in);
/** For the report; NULL: nobody wants one. */
struct json_object *network_facts(const struct init *in);

#endif
